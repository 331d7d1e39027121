//! Commands found in scripts.
use super::arn::Text;
use super::attr::Origin;
use super::{Identity, Subject};

/// One call of `aws cloudtrail …`.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Who it is; the address is `path:line`.
    pub id: Identity,
    /// The command's name: `create-subscription`, `start-logging`, …
    pub command: Text,
    /// All words of the call, `aws` included, in order.
    pub words: Vec<Word>,
    /// Whether another command could be put behind it in its text: not in a list of arguments.
    pub plain: bool,
}

/// A word of a command line.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word after quote removal; a hole for what cannot be known.
    pub text: Text,
    /// Its place.
    pub at: Origin,
}

impl Subject for Invocation {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

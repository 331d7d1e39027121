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
    /// How its words stand in their text.
    pub layout: Layout,
}

/// How the words of a call stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As a command of a shell, behind which another one can be put.
    Script,
    /// Each by itself, in a list of arguments or in a string of a program.
    List,
    /// Put together from several places, which may serve other calls too.
    Pieces,
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

//! The IAM policy language: the tree that every source lowers into.
//!
//! Elements that are lists in the language are lists here, whatever form they were written in.

use super::arn::Text;
use super::attr::{Origin, Value};
use crate::truth::Cause;

mod ask;
pub mod assets;
mod condition;
mod delivery;
mod eval;
pub mod excess;
mod fill;
mod guard;
pub mod of_bucket;
mod old_accounts;
mod reach;
pub mod s3;
pub mod service;
pub mod tampering;
#[cfg(test)]
mod tests;

pub use ask::wildcard;
pub use delivery::{Almost, Need};
pub use eval::{Caller, Context, Held, Request};
pub use fill::instance;
pub use reach::{Reach, STRANGER};

/// A policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its own place.
    pub at: Origin,
    /// Whether `${…}` are policy variables (`Version` 2012-10-17) or plain text.
    pub variables: bool,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Set when there may be more statements than these.
    pub more: Option<Cause>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its own place.
    pub at: Origin,
    /// The statement's id.
    pub sid: Option<Text>,
    /// Allow or Deny; unknown when it cannot be told.
    pub effect: Value<Effect>,
    /// Whom it names; `None` in identity policies.
    pub principal: Option<Clause<PrincipalName>>,
    /// Which actions.
    pub action: Option<Clause<Text>>,
    /// Which resources; `None` where the language leaves it out.
    pub resource: Option<Clause<Text>>,
    /// Under which conditions; all must hold.
    pub conditions: Vec<Condition>,
    /// Set when a part could not be read at all. Such a part is left out of the fields, so the statement may hold for
    /// fewer requests than the fields tell, never for more.
    pub unreadable: Option<Cause>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Refuses.
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`, `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause<T> {
    /// The element's own place (key and value).
    pub at: Origin,
    /// Whether it is the `Not…` form.
    pub negated: bool,
    /// The values, each with its place.
    pub items: Vec<(T, Origin)>,
    /// Set when there may be more values than these.
    pub more: Option<Cause>,
}

/// Whom a statement names.
#[derive(Clone, Debug, PartialEq)]
pub enum PrincipalName {
    /// `"*"`, or a map with the key `*`: everybody, also without credentials.
    Everyone,
    /// `{"AWS": …}`: an ARN, an account id, or `*`.
    Aws(Text),
    /// `{"Service": …}`
    Service(Text),
    /// `{"Federated": …}`
    Federated(Text),
    /// `{"CanonicalUser": …}`
    CanonicalUser(Text),
}

/// One operator with one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Its own place (the key and its values).
    pub at: Origin,
    /// The operator as written: `StringEquals`, `ForAnyValue:StringLike`, `BoolIfExists`.
    pub operator: Text,
    /// The condition key as written.
    pub key: Text,
    /// The values, any of which may match.
    pub values: Vec<Text>,
    /// Set when there may be more values than these.
    pub more: Option<Cause>,
}

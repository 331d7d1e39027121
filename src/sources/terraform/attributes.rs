//! What a resource exports: the value of `aws_s3_bucket.logs.arn` and the like, whether written, computed or not known.

use super::instance::Provider;
use crate::model::arn::{Shape, Text, Var};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// What must be known of an instance to tell its attributes. Arguments are asked for one by one, so that a form that
/// evaluates lazily evaluates no more than it must.
pub trait Arguments {
    /// The resource type: `aws_s3_bucket`.
    fn kind(&self) -> &str;
    /// Whether it is a data source.
    fn is_data(&self) -> bool;
    /// What makes its unknown names its own: [`super::instance::Instance::key`].
    fn key(&self) -> &str;
    /// Its address as people write it.
    fn shown(&self) -> &str;
    /// The argument (or attribute known from a plan or state) of this name; `None` when not written or null.
    fn argument(&self, name: &str) -> Option<Val>;
    /// Account, Region and partition.
    fn provider(&self) -> &Provider;
}

/// The attribute `name` of an instance, at the place of the reference.
pub fn attribute(of: &dyn Arguments, name: &str, span: Span) -> Val {
    if let Some(mut val) = of.argument(name) {
        val.span = span;
        return val;
    }
    Val { kind: ValKind::Text(hole(of, name, Shape::Any)), span }
}

/// A value that is known once the change is applied; equal for equal instances and names.
pub fn hole(of: &dyn Arguments, name: &str, shape: Shape) -> Text {
    let shown = format!("{}.{name}", of.shown());
    let cause = Cause::new(CauseKind::AfterApply, format!("'{shown}' is known after apply"));
    Var { key: format!("{}#{name}", of.key()).into(), shown: shown.into(), cause, shape }.into()
}

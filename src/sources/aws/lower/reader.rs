//! Typed attributes from an answer. All of an answer stands at one place: the call and what it was about.

use std::sync::Arc;

use serde_json::Value;

use super::answers::Said;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Origin, State, Value as Known};
use crate::model::live::Moment;
use crate::model::policy::{Clause, Document};
use crate::source_map::{FileId, Span};
use crate::sources::value::{Field, Val, ValKind};
use crate::sources::{embed, policy};
use crate::truth::{Cause, CauseKind};

/// A part of an answer, or why there is none.
#[derive(Clone, Debug)]
pub(super) struct Node<'r> {
    said: Said<'r>,
    /// The place of all that stands in it.
    pub(super) at: Origin,
    prefix: &'static str,
}

/// No text stands behind these places; they are replaced as soon as a document is read.
const NOWHERE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

impl<'r> Node<'r> {
    /// What was said in answer to `call` about `arn`. Names of attributes begin with `prefix`.
    pub(super) fn new(said: Said<'r>, call: &'static str, arn: &str, prefix: &'static str) -> Self {
        Self { said, at: Origin::Api { call, arn: arn.into() }, prefix }
    }

    /// A value of this answer that is told by its place.
    fn part(&self, value: &'r Value) -> Self {
        Self { said: Said::Output(value), at: self.at.clone(), prefix: "" }
    }

    /// The value at a path of keys; null is none.
    pub(super) fn get(&self, path: &[&str]) -> Option<&'r Value> {
        let Said::Output(mut value) = self.said else { return None };
        for key in path {
            value = value.get(key)?;
        }
        Some(value).filter(|value| !value.is_null())
    }

    /// Why there is no answer.
    pub(super) fn hidden(&self) -> Option<&Cause> {
        if let Said::Hidden(cause) = &self.said { Some(cause) } else { None }
    }

    fn name(&self, path: &[&str]) -> Arc<str> {
        format!("{}{}", self.prefix, path.join(".")).into()
    }

    /// The attribute at a path. `parse` gives nothing for a value of the wrong kind.
    pub(super) fn attr<T>(&self, path: &[&str], default: Option<T>, parse: impl Fn(&'r Value) -> Option<T>) -> Attr<T> {
        let state = match (self.hidden(), self.get(path)) {
            (Some(cause), _) => State::Unseen(cause.clone()),
            (None, Some(value)) => State::Set(parse(value).map_or_else(
                || {
                    Known::Unknown(Cause::new(
                        CauseKind::Invalid,
                        format!("'{}' has a value of another kind", path.join(".")),
                    ))
                },
                Known::Known,
            )),
            (None, None) => default.map_or(State::Missing, State::Default),
        };
        Attr { name: self.name(path), at: self.at.clone(), state }
    }

    /// A string; an empty one counts as none, as the services mean it.
    pub(super) fn text(&self, path: &[&str]) -> Attr<Text> {
        let mut attr = self.attr(path, None, text);
        if matches!(&attr.state, State::Set(Known::Known(text)) if text.is_certainly_empty()) {
            attr.state = State::Missing;
        }
        attr
    }

    /// A string with a default.
    pub(super) fn text_or(&self, path: &[&str], default: &str) -> Attr<Text> {
        self.attr(path, Some(default.into()), text)
    }

    /// A boolean with a default.
    pub(super) fn flag(&self, path: &[&str], default: bool) -> Attr<bool> {
        self.attr(path, Some(default), Value::as_bool)
    }

    /// A boolean that every answer has.
    pub(super) fn required_flag(&self, path: &[&str]) -> Attr<bool> {
        let mut attr = self.attr(path, None, Value::as_bool);
        if matches!(attr.state, State::Missing) {
            let detail = format!("the answer lacks '{}'", path.join("."));
            attr.state = State::Unseen(Cause::new(CauseKind::NotAnswered, detail));
        }
        attr
    }

    /// A number.
    pub(super) fn number(&self, path: &[&str]) -> Attr<u32> {
        self.attr(path, None, |value| value.as_u64().and_then(|number| u32::try_from(number).ok()))
    }

    /// A time.
    pub(super) fn moment(&self, path: &[&str]) -> Attr<Moment> {
        self.attr(path, None, |value| match value {
            // Some versions of the CLI can be told to print seconds.
            Value::Number(seconds) => seconds.as_f64().map(|seconds| Moment(seconds as i64)),
            Value::String(text) => Moment::parse(text),
            _ => None,
        })
    }

    /// A list of strings; an empty one counts as none.
    pub(super) fn texts(&self, path: &[&str]) -> Attr<Vec<Text>> {
        let mut attr = self.attr(path, None, |value| {
            value.as_array().and_then(|items| items.iter().map(text).collect::<Option<Vec<Text>>>())
        });
        none_for_empty(&mut attr);
        attr
    }

    /// A list, each item turned into something; an empty one counts as none.
    pub(super) fn list<T>(&self, path: &[&str], make: impl Fn(&Node<'r>) -> T) -> Attr<Vec<T>> {
        let mut attr = self.attr(path, None, |value| {
            value.as_array().map(|items| items.iter().map(|item| make(&self.part(item))).collect())
        });
        none_for_empty(&mut attr);
        attr
    }

    /// The items of a list; none if it is not there.
    pub(super) fn items(&self, path: &[&str]) -> Vec<Node<'r>> {
        let items = self.get(path).and_then(Value::as_array);
        items.into_iter().flatten().map(|item| self.part(item)).collect()
    }

    /// A mapping inside, turned into something.
    pub(super) fn inner<T>(&self, path: &[&str], make: impl Fn(&Node<'r>) -> T) -> Attr<T> {
        self.attr(path, None, |value| value.is_object().then(|| make(&self.part(value))))
    }

    /// A plain string of the answer.
    pub(super) fn str(&self, key: &str) -> Option<&'r str> {
        self.get(&[key]).and_then(Value::as_str)
    }

    /// A policy: a mapping, or a string that holds one, percent-encoded or not.
    pub(super) fn document(&self, path: &[&str]) -> Attr<Document> {
        let mut attr = self.attr(path, None, |value| match policy::document(&val(value)) {
            Known::Known(document) => Some(document),
            Known::Unknown(_) => None,
        });
        if let State::Set(Known::Known(document)) = &mut attr.state {
            relocate(document, &self.at);
        }
        attr
    }
}

fn none_for_empty<T>(attr: &mut Attr<Vec<T>>) {
    if matches!(&attr.state, State::Set(Known::Known(items)) if items.is_empty()) {
        attr.state = State::Missing;
    }
}

fn text(value: &Value) -> Option<Text> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Number(number) => Some(number.to_string().as_str().into()),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        _ => None,
    }
}

fn val(value: &Value) -> Val {
    let kind = match value {
        Value::Null => ValKind::Null,
        Value::Bool(value) => ValKind::Bool(*value),
        Value::Number(number) => ValKind::Number(number.to_string().into()),
        Value::String(text) => return embed::assembled(text.as_str().into(), NOWHERE),
        Value::Array(items) => ValKind::List(items.iter().map(val).collect()),
        Value::Object(fields) => ValKind::Map(
            fields
                .iter()
                .map(|(key, value)| Field { key: key.as_str().into(), key_span: NOWHERE, value: val(value) })
                .collect(),
        ),
    };
    Val { kind, span: NOWHERE }
}

/// Puts a document at the place of its answer.
fn relocate(document: &mut Document, at: &Origin) {
    fn clause<T>(clause: Option<&mut Clause<T>>, at: &Origin) {
        let Some(clause) = clause else { return };
        clause.at = at.clone();
        clause.items.iter_mut().for_each(|(_, place)| *place = at.clone());
    }
    document.at = at.clone();
    for statement in &mut document.statements {
        statement.at = at.clone();
        clause(statement.principal.as_mut(), at);
        clause(statement.action.as_mut(), at);
        clause(statement.resource.as_mut(), at);
        statement.conditions.iter_mut().for_each(|condition| condition.at = at.clone());
    }
}

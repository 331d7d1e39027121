//! Typed attributes from a value tree.

use std::cell::RefCell;
use std::sync::Arc;

use super::value::{Val, ValKind};
use super::{policy, worlds};
use crate::model::Tag;
use crate::model::arn::{Text, Var};
use crate::model::attr::{Attr, Branch, Origin, State, Value};
use crate::model::policy::Document;
use crate::source_map::Span;
use crate::truth::{Cause, CauseKind};

/// A mapping whose fields are attributes: the properties of a resource, a rule, a selector.
#[derive(Clone, Copy, Debug)]
pub struct Block<'v> {
    /// The mapping; `None` when the block is not written.
    pub val: Option<&'v Val>,
    /// Where attributes point that are not written.
    pub header: Span,
    /// The path before this block's attributes: `Rules.`.
    pub prefix: &'v str,
    /// Takes the faults: values of a kind that the attribute cannot have.
    pub faults: &'v RefCell<Vec<(Span, String)>>,
}

/// The key of a field that says that further fields may be there: CloudFormation writes it for a transform, and what other
/// sources cannot see stands under it too. Its value is unknown, with the reason.
pub const MORE: &str = "Fn::Transform";

/// What holds when an attribute is not written.
#[derive(Clone, Debug)]
pub enum Absent<T> {
    /// The source's default.
    Default(T),
    /// There is no default.
    Missing,
}

impl<'v> Block<'v> {
    /// The attribute at a path of keys below this block.
    pub fn attr<T: Clone>(&self, path: &[&str], absent: Absent<T>, parse: impl Fn(&Val) -> Value<T>) -> Attr<T> {
        self.attr_by(path, &absent, &parse)
    }

    fn attr_by<T: Clone>(&self, path: &[&str], absent: &Absent<T>, parse: &dyn Fn(&Val) -> Value<T>) -> Attr<T> {
        let name: Arc<str> = format!("{}{}", self.prefix, path.join(".")).into();
        let header = Origin::Text(self.header);
        let not_written = || match absent {
            Absent::Default(value) => State::Default(value.clone()),
            Absent::Missing => State::Missing,
        };
        let Some(block) = self.val else { return Attr { name, at: header, state: not_written() } };
        let Some((first, rest)) = path.split_first() else {
            return Attr { name, at: header, state: not_written() };
        };
        match &block.kind {
            ValKind::Map(_) | ValKind::Embedded(..) | ValKind::Null => {}
            ValKind::Choice { .. } => {
                let one = |world: &worlds::Possible| {
                    let inner = Block { val: world.value.as_ref(), ..*self };
                    (world.when.clone(), inner.attr_by(path, absent, parse).state)
                };
                let state = one_of(worlds::possible(Some(block)).iter().map(one).collect());
                return Attr { name, at: Origin::Text(block.span), state };
            }
            _ => return Attr { name, at: header, state: State::Unseen(not_known(block, "a mapping")) },
        }
        let Some(field) = block.field(first) else {
            let state = match block.field(MORE).map(|field| &field.value.kind) {
                Some(ValKind::Unknown(cause)) => State::Unseen(cause.clone()),
                _ => not_written(),
            };
            return Attr { name, at: header, state };
        };
        let mut at = field.span();
        let mut possibilities: Vec<(Option<Arc<str>>, State<T>)> = Vec::new();
        let worlds = worlds::possible(Some(&field.value));
        let mut places: Vec<Option<Span>> = Vec::new();
        for world in &worlds {
            let (state, place) = match &world.value {
                None => (not_written(), None),
                Some(value) => match descend(value, rest) {
                    Found::Value(found, span) => (self.read(&name, found, &parse, &not_written), span),
                    Found::Absent(span) => (not_written(), span),
                    Found::Hidden(cause) => (State::Unseen(cause), None),
                },
            };
            places.push(place);
            possibilities.push((world.when.clone(), state));
        }
        // The inmost place, where it begins at the same key whatever is so.
        let begins = |place: &Option<Span>| place.map(|place| (place.file, place.start));
        if let Some((Some(first), others)) = places.split_first()
            && others.iter().all(|other| begins(other) == Some((first.file, first.start)))
        {
            let end = places.iter().flatten().map(|place| place.end).max().unwrap_or(first.end);
            at = Span { end, ..*first };
        }
        let state = one_of(possibilities);
        Attr { name, at: Origin::Text(at), state }
    }

    fn read<T>(
        &self,
        name: &str,
        value: &Val,
        parse: &impl Fn(&Val) -> Value<T>,
        not_written: &impl Fn() -> State<T>,
    ) -> State<T> {
        if value.kind == ValKind::Null {
            return not_written();
        }
        let parsed = parse(value);
        if let Value::Unknown(cause) = &parsed
            && cause.kind == CauseKind::Invalid
        {
            let fault = (value.span, format!("'{name}': {cause}"));
            let mut faults = self.faults.borrow_mut();
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        State::Set(parsed)
    }

    /// A string.
    pub fn text(&self, path: &[&str]) -> Attr<Text> {
        self.attr(path, Absent::Missing, text)
    }

    /// A string with a default.
    pub fn text_or(&self, path: &[&str], default: &str) -> Attr<Text> {
        self.attr(path, Absent::Default(Text::from(default)), text)
    }

    /// A boolean with a default.
    pub fn flag(&self, path: &[&str], default: bool) -> Attr<bool> {
        self.attr(path, Absent::Default(default), boolean)
    }

    /// A list of strings.
    pub fn texts(&self, path: &[&str]) -> Attr<Vec<Text>> {
        self.attr(path, Absent::Missing, texts)
    }

    /// A whole number.
    pub fn number(&self, path: &[&str]) -> Attr<u32> {
        self.attr(path, Absent::Missing, number)
    }

    /// A policy document, written as a mapping or as a string that holds JSON.
    pub fn document(&self, path: &[&str]) -> Attr<Document> {
        self.attr(path, Absent::Missing, policy::document)
    }

    /// A block inside this one, when something of it is written.
    pub fn inner<T: Clone>(&self, path: &[&str], make: impl Fn(Block<'_>) -> T) -> Attr<T> {
        let prefix = format!("{}{}.", self.prefix, path.join("."));
        self.attr(path, Absent::Missing, |val| match &val.kind {
            ValKind::Map(_) => {
                Value::Known(make(Block { val: Some(val), header: val.span, prefix: &prefix, faults: self.faults }))
            }
            _ => Value::Unknown(not_known(val, "a mapping")),
        })
    }

    /// A list of blocks, each turned into something.
    pub fn list<T: Clone>(&self, path: &[&str], make: impl Fn(Block<'_>) -> T) -> Attr<Vec<T>> {
        self.attr(path, Absent::Missing, |val| match &val.kind {
            ValKind::List(items) => Value::Known(
                items
                    .iter()
                    .map(|item| make(Block { val: Some(item), header: item.span, prefix: "", faults: self.faults }))
                    .collect(),
            ),
            ValKind::Map(_) => {
                Value::Known(vec![make(Block { val: Some(val), header: val.span, prefix: "", faults: self.faults })])
            }
            _ => Value::Unknown(not_known(val, "a list")),
        })
    }
}

/// One state of several, or the only one. (None is as though nothing could be told.)
fn one_of<T>(mut possibilities: Vec<(Option<Arc<str>>, State<T>)>) -> State<T> {
    // An attribute has one default: where none of the possibilities writes it, nothing is open.
    let unwritten = |state: &State<T>| matches!(state, State::Missing | State::Default(_));
    if possibilities.iter().all(|(_, state)| unwritten(state)) {
        possibilities.truncate(1);
    }
    match (possibilities.len(), possibilities.pop()) {
        (1, Some((_, only))) => only,
        (_, last) => State::OneOf(
            possibilities
                .into_iter()
                .chain(last)
                .map(|(when, state)| Branch { when: when.unwrap_or_else(|| "always".into()), state })
                .collect(),
        ),
    }
}

enum Found<'v> {
    Value(&'v Val, Option<Span>),
    Absent(Option<Span>),
    Hidden(Cause),
}

fn descend<'v>(value: &'v Val, path: &[&str]) -> Found<'v> {
    let mut current = value;
    let mut span = None;
    for key in path {
        match &current.kind {
            ValKind::Unknown(cause) => return Found::Hidden(cause.clone()),
            ValKind::Null => return Found::Absent(span),
            // A nested block of Terraform: a list, also where only one may stand.
            ValKind::List(items) => match items.first() {
                Some(first) => {
                    span = Some(first.span);
                    current = first;
                }
                None => return Found::Absent(span),
            },
            _ => {}
        }
        match &current.kind {
            ValKind::Unknown(cause) => return Found::Hidden(cause.clone()),
            ValKind::Null => return Found::Absent(span),
            ValKind::Text(text) if text.literal().is_none() => {
                return match text.vars().next() {
                    Some(var) => Found::Hidden(var.cause.clone()),
                    None => Found::Absent(span),
                };
            }
            _ => {}
        }
        match current.field(key) {
            Some(field) => {
                span = Some(field.span());
                current = &field.value;
            }
            None => {
                return match current.field(MORE).map(|field| &field.value.kind) {
                    Some(ValKind::Unknown(cause)) => Found::Hidden(cause.clone()),
                    _ => Found::Absent(span),
                };
            }
        }
    }
    Found::Value(current, span)
}

/// Why a value cannot be read as `wanted`.
fn not_known(val: &Val, wanted: &str) -> Cause {
    match &val.kind {
        ValKind::Unknown(cause) => cause.clone(),
        ValKind::Text(text) => match text.vars().next() {
            Some(var) => var.cause.clone(),
            None => Cause::new(CauseKind::Invalid, format!("the value '{text}' is not {wanted}")),
        },
        _ => Cause::new(CauseKind::Invalid, format!("the value is {}, not {wanted}", val.kind_word())),
    }
}

/// A string; booleans and numbers are taken as strings.
pub fn text(val: &Val) -> Value<Text> {
    match val.text() {
        Some(text) => Value::Known(text),
        None => Value::Unknown(not_known(val, "a string")),
    }
}

/// A boolean, or one of the spellings that CloudFormation takes for it.
pub fn boolean(val: &Val) -> Value<bool> {
    if let ValKind::Bool(value) = val.kind {
        return Value::Known(value);
    }
    match val.text().as_ref().and_then(Text::literal) {
        Some(literal) if literal.eq_ignore_ascii_case("true") => Value::Known(true),
        Some(literal) if literal.eq_ignore_ascii_case("false") => Value::Known(false),
        _ => Value::Unknown(not_known(val, "a boolean")),
    }
}

/// A whole number that is not negative.
pub fn number(val: &Val) -> Value<u32> {
    let parsed = val.text().as_ref().and_then(Text::literal).and_then(|literal| {
        let literal = literal.trim();
        literal.parse::<u32>().ok().or_else(|| literal.strip_suffix(".0").and_then(|n| n.parse().ok()))
    });
    match parsed {
        Some(number) => Value::Known(number),
        None => Value::Unknown(match &val.kind {
            ValKind::Number(number) => {
                Cause::new(CauseKind::Invalid, format!("the value {number} is not a whole number"))
            }
            _ => not_known(val, "a number"),
        }),
    }
}

/// A list of strings; a single string counts as a list of one. An item that is not known is a hole.
pub fn texts(val: &Val) -> Value<Vec<Text>> {
    match &val.kind {
        ValKind::Unknown(cause) => Value::Unknown(cause.clone()),
        ValKind::Map(_) => Value::Unknown(not_known(val, "a list")),
        _ => Value::Known(val.items().iter().map(|item| item.text().unwrap_or_else(|| hole(item))).collect()),
    }
}

/// The tags of a mapping from keys to values. What is no mapping is a tag whose key is not known.
pub fn tags(val: &Val) -> Vec<Tag> {
    match &val.kind {
        ValKind::Null => Vec::new(),
        ValKind::Map(fields) => fields
            .iter()
            .map(|field| Tag {
                key: (&*field.key).into(),
                value: field.value.text().unwrap_or_else(|| hole(&field.value)),
            })
            .collect(),
        _ => vec![Tag { key: hole(val), value: hole(val) }],
    }
}

/// A hole for an item of a list that is no known string.
pub fn hole(val: &Val) -> Text {
    let cause = not_known(val, "a string");
    let key = format!("item@{}:{}", val.span.file.0, val.span.start).into();
    Var { key, shown: "unknown".into(), cause, shape: crate::model::arn::Shape::Any }.into()
}

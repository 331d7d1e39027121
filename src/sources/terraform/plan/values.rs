//! From what a plan or state says of a resource to a value tree.
//!
//! A plan has three trees of one shape: the values, which of them are known after apply, and which of them are
//! sensitive. `null` is not written. What is unknown and written by no expression is computed by the provider and left
//! out, so that it reads as not written; what is unknown and written is never left out.

use serde_json::Value;

use super::configuration::{Written, references};
use super::kinds;
use crate::model::arn::{Shape, Text, Var};
use crate::source_map::Span;
use crate::sources::embed;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{Kind, Node};
use crate::truth::{Cause, CauseKind};

/// A place below the body of a resource.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Place {
    Key(Box<str>),
    Item(usize),
}

/// A value that is known after apply, and what its expression refers to.
#[derive(Debug)]
pub(in super::super) struct Open {
    pub path: Vec<Place>,
    pub references: Vec<String>,
}

/// Makes value trees of one resource.
pub(in super::super) struct Maker<'m> {
    /// The text of the file.
    pub text: &'m str,
    /// The resource's type, key and address, as in [`super::super::instance::Instance`].
    pub kind: &'m str,
    pub key: &'m str,
    pub shown: &'m str,
    /// Takes the values that are known after apply.
    pub open: Vec<Open>,
    /// Takes the places that no report may show.
    pub secrets: Vec<Span>,
    path: Vec<Place>,
}

/// The three trees at one place.
#[derive(Clone, Copy)]
pub(in super::super) struct At<'n> {
    pub value: Option<&'n Node>,
    pub unknown: Option<&'n Node>,
    pub sensitive: Option<&'n Node>,
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.kind == Kind::Bool(true))
}

impl<'n> At<'n> {
    fn key(self, name: &str) -> Self {
        let get = |node: Option<&'n Node>| node.and_then(|node| node.get(name));
        Self { value: get(self.value), unknown: get(self.unknown), sensitive: get(self.sensitive) }
    }

    fn item(self, index: usize) -> Self {
        let get = |node: Option<&'n Node>| node.and_then(|node| node.items().get(index));
        Self { value: get(self.value), unknown: get(self.unknown), sensitive: get(self.sensitive) }
    }
}

impl<'m> Maker<'m> {
    pub(in super::super) fn new(text: &'m str, kind: &'m str, key: &'m str, shown: &'m str) -> Self {
        Self { text, kind, key, shown, open: Vec::new(), secrets: Vec::new(), path: Vec::new() }
    }

    /// The body of a resource. `header` is its place when it has no values at all.
    pub(in super::super) fn body(&mut self, at: At<'_>, written: Written<'_>, header: Span) -> Val {
        if is_true(at.sensitive) {
            self.secrets.extend(at.value.map(|node| node.span));
            return Val { kind: ValKind::Unknown(self.masked()), span: header };
        }
        let span = at.value.map_or(header, |node| node.span);
        Val { kind: ValKind::Map(self.fields(at, written)), span }
    }

    fn fields(&mut self, at: At<'_>, written: Written<'_>) -> Vec<Field> {
        let mut fields = Vec::new();
        for entry in at.value.map_or(&[][..], Node::entries) {
            let below = At { value: Some(&entry.value), ..at.key(&entry.key) };
            let value = self.descend(Place::Key(entry.key.clone()), |maker| {
                maker.value(below, written.field(&entry.key), &entry.key)
            });
            let value = value.unwrap_or(Val { kind: ValKind::Null, span: entry.value.span });
            fields.push(Field { key: entry.key.clone(), key_span: entry.key_span, value });
        }
        for entry in at.unknown.map_or(&[][..], Node::entries) {
            if at.value.is_some_and(|value| value.get(&entry.key).is_some()) {
                continue;
            }
            let below = At { unknown: Some(&entry.value), ..at.key(&entry.key) };
            let value = self.descend(Place::Key(entry.key.clone()), |maker| {
                maker.unknown(below, written.field(&entry.key), &entry.key, entry.value.span)
            });
            if let Some(value) = value {
                fields.push(Field { key: entry.key.clone(), key_span: entry.key_span, value });
            }
        }
        fields
    }

    fn descend<T>(&mut self, place: Place, make: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(place);
        let made = make(self);
        self.path.pop();
        made
    }

    /// The value at a place; none when nothing is written there. `name` is the attribute that it belongs to.
    fn value(&mut self, at: At<'_>, written: Written<'_>, name: &str) -> Option<Val> {
        let node = at.value?;
        if is_true(at.sensitive) {
            self.secrets.push(node.span);
            return Some(self.hidden(self.masked(), name, node.span));
        }
        if is_true(at.unknown) {
            return self.unknown(at, written, name, node.span);
        }
        let kind = match &node.kind {
            Kind::Null => return None,
            Kind::Bool(value) => ValKind::Bool(*value),
            Kind::Number(number) => ValKind::Number(number.clone()),
            Kind::String(text) => match embed::literal(self.text, node) {
                Some(document) => ValKind::Embedded(Text::from(&**text), Box::new(document)),
                None => ValKind::Text(Text::from(&**text)),
            },
            Kind::Map(_) => ValKind::Map(self.fields(at, inside(written, node))),
            Kind::Seq(items) => {
                let matches = Matches::new(written, items, name);
                let mut values = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    let below = At { value: Some(item), ..at.item(i) };
                    let value = self.descend(Place::Item(i), |maker| maker.value(below, matches.of(i, item), name));
                    values.push(value.unwrap_or(Val { kind: ValKind::Null, span: item.span }));
                }
                ValKind::List(values)
            }
        };
        Some(Val { kind, span: node.span })
    }

    /// A value that is known after apply, or the parts of one that are.
    fn unknown(&mut self, at: At<'_>, written: Written<'_>, name: &str, span: Span) -> Option<Val> {
        let unknown = at.unknown?;
        match &unknown.kind {
            Kind::Bool(true) => {}
            // Unknown parts of what has no known ones: a map of one entry, say.
            Kind::Map(_) => {
                let fields = self.fields(At { value: None, ..at }, written);
                return (!fields.is_empty()).then_some(Val { kind: ValKind::Map(fields), span });
            }
            Kind::Seq(items) if items.iter().any(|item| matches!(item.kind, Kind::Bool(true) | Kind::Map(_))) => {
                let cause = self.after_apply();
                return matches!(written, Written::Expression(_) | Written::Blocks(_) | Written::Hidden)
                    .then_some(Val { kind: ValKind::Unknown(cause), span });
            }
            _ => return None,
        }
        let dynamic = self.path.len() == 1 && kinds::is_written_block(self.kind, name);
        match written {
            Written::Not if !dynamic => return None,
            Written::Expression(expression) if !is_true(at.sensitive) => {
                let references = references(expression).into_iter().map(String::from).collect();
                self.open.push(Open { path: self.path.clone(), references });
            }
            _ => {}
        }
        let cause = if is_true(at.sensitive) { self.masked() } else { self.after_apply() };
        Some(self.hidden(cause, name, span))
    }

    /// The place in words: `policy`, `statement[0].resources[1]`.
    fn place(&self) -> String {
        let mut text = String::new();
        for place in &self.path {
            match place {
                Place::Key(key) if text.is_empty() => text.push_str(key),
                Place::Key(key) => text.push_str(&format!(".{key}")),
                Place::Item(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    fn after_apply(&self) -> Cause {
        Cause::new(CauseKind::AfterApply, format!("'{}.{}' is known after apply", self.shown, self.place()))
    }

    fn masked(&self) -> Cause {
        let what =
            if self.path.is_empty() { self.shown.to_owned() } else { format!("{}.{}", self.shown, self.place()) };
        Cause::new(CauseKind::Unsupported, format!("'{what}' is marked as sensitive"))
    }

    /// A value of which only the reason is known why it is not known.
    fn hidden(&self, cause: Cause, name: &str, span: Span) -> Val {
        let hole = || {
            let place = self.place();
            let key = format!("{}#{place}", self.key).into();
            let shown = format!("{}.{place}", self.shown).into();
            ValKind::Text(Var { key, shown, cause: cause.clone(), shape: Shape::Any }.into())
        };
        let kind = if matches!(self.path.last(), Some(Place::Item(_))) || kinds::is_text(self.kind, name) {
            hole()
        } else {
            ValKind::Unknown(cause)
        };
        Val { kind, span }
    }
}

/// What is written inside a mapping: of a block its expressions; a nested attribute has one expression for all.
fn inside<'e>(written: Written<'e>, node: &Node) -> Written<'e> {
    match written {
        // One block where the configuration has a list of them.
        Written::Blocks([only]) => Written::Block(only),
        Written::Blocks(blocks) => find(blocks, node).map_or(Written::Hidden, Written::Block),
        other => other,
    }
}

/// Which expressions the items of a list belong to.
enum Matches<'e> {
    /// All to the same.
    One(Written<'e>),
    /// Each to its own block.
    InOrder(&'e [Value]),
    /// Each to the block that agrees with it: the order is lost, or `dynamic` blocks stand between.
    ByContent(&'e [Value]),
}

impl<'e> Matches<'e> {
    fn new(written: Written<'e>, items: &[Node], name: &str) -> Self {
        match written {
            Written::Blocks(blocks) if blocks.len() == items.len() && !is_set(name) => Self::InOrder(blocks),
            Written::Blocks(blocks) => Self::ByContent(blocks),
            // Blocks that the configuration does not show are made by `dynamic`, or computed.
            Written::Not if items.iter().any(|item| matches!(item.kind, Kind::Map(_))) => Self::One(Written::Hidden),
            other => Self::One(other),
        }
    }

    fn of(&self, index: usize, item: &Node) -> Written<'e> {
        match self {
            Self::One(written) => *written,
            Self::InOrder(blocks) => match blocks.get(index) {
                Some(block) if agrees(block, item) => Written::Block(block),
                _ => find(blocks, item).map_or(Written::Hidden, Written::Block),
            },
            Self::ByContent(blocks) => find(blocks, item).map_or(Written::Hidden, Written::Block),
        }
    }
}

/// Blocks that are sets in the provider's schema: a plan sorts them.
fn is_set(name: &str) -> bool {
    const SETS: [&str; 11] = [
        "condition",
        "field_selector",
        "grant",
        "inline_policy",
        "insight_selector",
        "metric_query",
        "noncurrent_version_transition",
        "not_principals",
        "principals",
        "target_grant",
        "transition",
    ];
    SETS.contains(&name)
}

/// The only block that an item can come from.
fn find<'e>(blocks: &'e [Value], item: &Node) -> Option<&'e Value> {
    /// Beyond this the search costs more than it tells.
    const MOST: usize = 64;
    let mut fitting = blocks.iter().take(MOST).filter(|block| agrees(block, item));
    let first = fitting.next()?;
    (blocks.len() <= MOST && fitting.all(|other| other == first)).then_some(first)
}

/// Whether the constants of a block are what an item says.
fn agrees(block: &Value, item: &Node) -> bool {
    let Value::Object(fields) = block else { return false };
    fields.iter().all(|(name, expression)| match (expression.get("constant_value"), item.get(name)) {
        (Some(constant), Some(node)) => equals(constant, node),
        _ => true,
    })
}

fn equals(constant: &Value, node: &Node) -> bool {
    match (constant, &node.kind) {
        (Value::Null, Kind::Null) => true,
        // The provider may write its default where nothing is said.
        (Value::Null, _) | (_, Kind::Null) => true,
        (Value::Array(constants), Kind::Seq(nodes)) => constants.len() == nodes.len(),
        (Value::Object(_), _) | (_, Kind::Map(_) | Kind::Seq(_)) => true,
        (Value::String(text), _) => node.scalar() == Some(text),
        (other, _) => node.scalar() == Some(other.to_string().as_str()),
    }
}

/// Puts a value at a place below a body; none is null.
pub(super) fn put(body: &mut Val, path: &[Place], value: Option<Val>) {
    let mut at = body;
    for place in path {
        let below = match (place, &mut at.kind) {
            (Place::Key(key), ValKind::Map(fields)) => {
                fields.iter_mut().find(|field| field.key == *key).map(|field| &mut field.value)
            }
            (Place::Item(index), ValKind::List(items)) => items.get_mut(*index),
            _ => None,
        };
        let Some(below) = below else { return };
        at = below;
    }
    *at = value.unwrap_or(Val { kind: ValKind::Null, span: at.span });
}

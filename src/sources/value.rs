//! The value tree: what is left of a document when its expressions are evaluated.
//!
//! Every source that has expressions ends here, so that policies, selectors and rules are lowered by one piece of
//! code whatever language they were written in.

use std::sync::Arc;

use crate::model::arn::Text;
use crate::source_map::Span;
use crate::truth::Cause;

/// A value with the place it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct Val {
    /// What it is.
    pub kind: ValKind,
    /// Where the reader should look: the value's own place, not that of the parameter it came from.
    pub span: Span,
}

/// The kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValKind {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as written.
    Number(Box<str>),
    /// A string, maybe with holes.
    Text(Text),
    /// A string that holds a JSON document, with the document's own tree.
    Embedded(Text, Box<Val>),
    /// A list.
    List(Vec<Val>),
    /// A mapping, in the order written.
    Map(Vec<Field>),
    /// Written, but what it says cannot be known.
    Unknown(Cause),
    /// One of these, depending on something that cannot be decided. Lowering resolves these before a parser of
    /// policies, selectors or rules sees the tree.
    Choice {
        /// What decides; equal subjects are decided together.
        subject: Arc<str>,
        /// The clause that reads after "when", and the value then; `None` means the attribute is not written.
        options: Vec<(Arc<str>, Option<Val>)>,
    },
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The key.
    pub key: Box<str>,
    /// The key's place.
    pub key_span: Span,
    /// The value.
    pub value: Val,
}

impl Field {
    /// Key and value together.
    pub fn span(&self) -> Span {
        if self.key_span.file == self.value.span.file && self.key_span.start <= self.value.span.start {
            self.key_span.to(self.value.span)
        } else {
            self.key_span
        }
    }
}

impl Val {
    /// The field of a mapping (or of the document inside a string) with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields().iter().find(|field| &*field.key == key)
    }

    /// Whether something is written under this key; null is not.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.kind != ValKind::Null)
    }

    /// The value under this key.
    pub fn get(&self, key: &str) -> Option<&Val> {
        self.field(key).map(|field| &field.value)
    }

    /// The fields of a mapping (or of the document inside a string); none for any other kind.
    pub fn fields(&self) -> &[Field] {
        match &self.kind {
            ValKind::Map(fields) => fields,
            ValKind::Embedded(_, document) => document.fields(),
            _ => &[],
        }
    }

    /// The items of a list; a single value counts as a list of one.
    pub fn items(&self) -> &[Val] {
        match &self.kind {
            ValKind::List(items) => items,
            ValKind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// A scalar as a string: booleans and numbers too, as AWS takes them.
    pub fn text(&self) -> Option<Text> {
        match &self.kind {
            ValKind::Text(text) | ValKind::Embedded(text, _) => Some(text.clone()),
            ValKind::Number(number) => Some(Text::from(&**number)),
            ValKind::Bool(value) => Some(Text::from(if *value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The document that this value is, or that its string holds; `None` when a string does not hold one.
    pub fn document(&self) -> Option<&Val> {
        match &self.kind {
            ValKind::Embedded(_, document) => Some(document),
            ValKind::Text(_) | ValKind::Number(_) | ValKind::Bool(_) | ValKind::Null => None,
            _ => Some(self),
        }
    }

    /// Goes over the places of the value and of all that it holds, keys too.
    pub fn each_span(&mut self, visit: &mut impl FnMut(&mut Span)) {
        visit(&mut self.span);
        match &mut self.kind {
            ValKind::List(items) => items.iter_mut().for_each(|item| item.each_span(visit)),
            ValKind::Map(fields) => {
                for field in fields {
                    visit(&mut field.key_span);
                    field.value.each_span(visit);
                }
            }
            ValKind::Embedded(_, document) => document.each_span(visit),
            ValKind::Choice { options, .. } => {
                options.iter_mut().filter_map(|(_, option)| option.as_mut()).for_each(|option| option.each_span(visit));
            }
            ValKind::Null | ValKind::Bool(_) | ValKind::Number(_) | ValKind::Text(_) | ValKind::Unknown(_) => {}
        }
    }

    /// The word for the kind in messages.
    pub fn kind_word(&self) -> &'static str {
        match self.kind {
            ValKind::Null => "null",
            ValKind::Bool(_) => "a boolean",
            ValKind::Number(_) => "a number",
            ValKind::Text(_) | ValKind::Embedded(..) => "a string",
            ValKind::List(_) => "a list",
            ValKind::Map(_) => "a mapping",
            ValKind::Unknown(_) | ValKind::Choice { .. } => "unknown",
        }
    }
}

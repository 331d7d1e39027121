//! One spanned tree for YAML and JSON.
//!
//! Short-form tags of CloudFormation (`!Ref x`) are expanded here to their long form (`{"Ref": x}`), so that no
//! later floor sees which form or which syntax a document was written in.

use crate::source_map::{FileId, Span};

pub mod hcl;
pub mod inner;
pub mod json;
mod keys;
#[cfg(test)]
mod tests;
pub mod yaml;

/// Reads a file in either syntax: the one JSON document, or the YAML documents.
///
/// # Errors
/// The first fault, with its place. A text that begins like JSON and is neither JSON nor YAML gets JSON's error.
pub fn parse_any(text: &str, file: FileId) -> Result<Vec<Node>, SyntaxError> {
    if !text.trim_start().starts_with(['{', '[']) {
        return yaml::parse(text, file);
    }
    match json::parse(text, file) {
        Ok(node) => Ok(vec![node]),
        // Flow collections of YAML begin with the same brackets.
        Err(error) => yaml::parse(text, file).map_err(|_| error),
    }
}

/// A value with the place it was written at.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The value's own bytes: quotes, brackets and block-scalar header included, anchor and tag excluded.
    /// For an expanded tag: from the tag to the end of its value. For an alias: the anchored value's bytes.
    pub span: Span,
}

/// The kinds of value that JSON and YAML share.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`, `~`, or nothing.
    Null,
    /// `true` or `false`; in YAML also the other plain spellings of version 1.1 (`yes`, `On`, …).
    Bool(bool),
    /// A number, as written.
    Number(Box<str>),
    /// A string, unescaped.
    String(Box<str>),
    /// A list.
    Seq(Vec<Node>),
    /// A mapping, in the order written; keys are unique.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text (numbers and booleans as written).
    pub key: Box<str>,
    /// The key's bytes; for an expanded tag the tag's own bytes.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// Key and value together: what a report underlines for an attribute.
    ///
    /// The value of an alias stands elsewhere; then it is the key alone.
    pub fn span(&self) -> Span {
        if self.value.span.start < self.key_span.end { self.key_span } else { self.key_span.to(self.value.span) }
    }
}

impl Node {
    /// The entry of a mapping with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The value under this key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A mapping's entries; none for any other kind.
    pub fn entries(&self) -> &[Entry] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    /// A list's items; none for any other kind.
    pub fn items(&self) -> &[Node] {
        if let Kind::Seq(items) = &self.kind { items } else { &[] }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// The text of any scalar but null, as CloudFormation turns it into a string.
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) | Kind::Number(text) => Some(text),
            Kind::Bool(true) => Some("true"),
            Kind::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The word for the kind in messages.
    pub fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in one sentence without a final period.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// The deepest nesting that is read; anything deeper is a [`SyntaxError`], long before the stack could end.
pub const MAX_DEPTH: usize = 200;

/// How many nodes the expansion of aliases may add to one document.
pub const ALIAS_BUDGET: usize = 100_000;

/// The error for nesting beyond [`MAX_DEPTH`].
fn too_deep(span: Span) -> SyntaxError {
    SyntaxError { message: format!("nested deeper than {MAX_DEPTH} levels"), span }
}

/// The offset behind the character at `start`; `start` itself at the end of the text.
fn char_end(text: &str, start: usize) -> usize {
    start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

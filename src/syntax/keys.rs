//! The rule both syntaxes share: the keys of one mapping differ.

use super::{Entry, SyntaxError};
use crate::source_map::Span;
use std::collections::HashSet;

/// Mappings up to this size are searched; larger ones get a set, so that many keys do not cost quadratic time.
const SEARCHED: usize = 8;

/// The keys that one mapping has so far.
#[derive(Debug, Default)]
pub(super) struct Keys(HashSet<Box<str>>);

impl Keys {
    /// Takes in the next key of the mapping whose earlier entries are `entries`; false if one of them has it already.
    pub(super) fn insert(&mut self, entries: &[Entry], key: &str) -> bool {
        if entries.len() < SEARCHED {
            return entries.iter().all(|entry| &*entry.key != key);
        }
        if self.0.is_empty() {
            self.0.extend(entries.iter().map(|entry| entry.key.clone()));
        }
        self.0.insert(key.into())
    }
}

/// The error for a second `key` at `span`; the first one is at `first`.
pub(super) fn duplicate(text: &str, key: &str, span: Span, first: Span) -> SyntaxError {
    let before = text.get(..first.start as usize).unwrap_or(text);
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    SyntaxError { message: format!("duplicate key '{key}'; first at line {line}"), span }
}

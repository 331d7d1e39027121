//! The variables of a script, and which value one has at a place.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::flow::{Bears, Start};
use super::words::{Piece, Word};

/// A variable that is given more values than this has none that is known; nor has one that is put together from four
/// times as many pieces.
const MOST: usize = 256;

/// The value of an assignment.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// One word, or several that a use splits.
    Text(Word),
    /// An array.
    List(Vec<Word>),
}

/// One assignment.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    pub(super) value: Value,
    /// When it is made.
    pub(super) start: Start,
    /// Whether it adds to the value before it.
    pub(super) appends: bool,
    /// The function whose local variable it is.
    pub(super) local: Option<Range<usize>>,
}

/// All variables.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// All values that a variable is given, in the order they are.
    values: HashMap<String, Vec<Assigned>>,
    /// Variables that are also given values which the script does not show: by `read`, by a loop.
    pub(super) open: HashSet<String>,
}

impl Variables {
    pub(super) fn assign(&mut self, name: String, assigned: Assigned) {
        self.values.entry(name).or_default().push(assigned);
    }

    /// Must be called when all assignments are there.
    pub(super) fn seal(&mut self) {
        for values in self.values.values_mut() {
            values.sort_by(|a, b| a.start.order.cmp(&b.start.order));
        }
    }

    /// All assignments of a variable.
    pub(super) fn all(&self, name: &str) -> &[Assigned] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The value of a variable at a place, if it can only be one, and where the last of it is assigned.
    pub(super) fn known<'a>(&'a self, name: &str, at: &Start) -> Option<(Cow<'a, Value>, &'a Start)> {
        let all = self.all(name);
        if all.len() > MOST || self.open.contains(name) {
            return None;
        }
        let seen = |one: &&Assigned| {
            at.is_inside_of(&one.start) && one.local.as_ref().is_none_or(|function| at.is_run_in(function))
        };
        let several = all.iter().filter(seen).nth(1).is_some();
        let mut known: Option<(Cow<'a, Value>, &'a Start)> = None;
        let mut unsure = false;
        for one in all.iter().filter(seen) {
            let bears = match one.start.bears(at) {
                Bears::Never => continue,
                // It is made again by other calls.
                Bears::Surely if several && one.start.repeated && one.local.is_none() => Bears::Maybe,
                bears => bears,
            };
            let refers = matches!(&one.value, Value::Text(word) if refers(word, name));
            if bears == Bears::Surely && !one.appends && !refers {
                (known, unsure) = (Some((Cow::Borrowed(&one.value), &one.start)), false);
            } else if unsure {
                // Whatever it was, it stays unknown.
            } else if let Some((value, start)) = known.take() {
                known = joined(name, value.into_owned(), one, bears == Bears::Surely).map(|value| {
                    let last = if bears == Bears::Surely { &one.start } else { start };
                    (Cow::Owned(value), last)
                });
                unsure = known.is_none();
            } else if bears == Bears::Surely && one.appends {
                let mut value = one.value.clone();
                // Text is added to what the environment holds.
                if let Value::Text(word) = &mut value {
                    word.uncertain = true;
                }
                known = Some((Cow::Owned(value), &one.start));
            } else {
                unsure = true;
            }
        }
        known.filter(|_| !unsure)
    }
}

/// A value with what an assignment adds to it; `None` when nothing is known of the result.
fn joined(name: &str, old: Value, new: &Assigned, certain: bool) -> Option<Value> {
    match (old, &new.value) {
        (Value::Text(mut word), Value::Text(more)) if new.appends => {
            word.pieces.extend(more.pieces.iter().cloned());
            word.uncertain |= !certain || more.uncertain;
            Some(Value::Text(word))
        }
        // What may be appended is a word that nobody knows.
        (Value::List(mut items), Value::List(more)) if new.appends && !certain => {
            let written = format!("${{{name}[@]}}");
            items.extend(more.first().map(|word| Word::unknown(&written, word.range.clone())));
            Some(Value::List(items))
        }
        (Value::List(mut items), Value::List(more)) if new.appends => {
            items.extend(more.iter().cloned());
            Some(Value::List(items))
        }
        // `X="$X more"`.
        (Value::Text(old), Value::Text(more)) if certain || begins_with(more, name) => {
            let mut word = Word { uncertain: old.uncertain || more.uncertain || !certain, ..more.clone() };
            word.pieces.clear();
            for piece in &more.pieces {
                match piece {
                    Piece::Expansion(_, Some(variable)) if variable.name == name && !variable.all_items => {
                        word.pieces.extend(old.pieces.iter().cloned());
                    }
                    piece => word.pieces.push(piece.clone()),
                }
                if word.pieces.len() > MOST * 4 {
                    return None;
                }
            }
            if !certain {
                // The rest is there only sometimes.
                word.pieces.truncate(old.pieces.len());
            }
            Some(Value::Text(word))
        }
        _ => None,
    }
}

/// Whether a word holds the value of a variable.
fn refers(word: &Word, name: &str) -> bool {
    word.pieces.iter().any(|piece| matches!(piece, Piece::Expansion(_, Some(variable)) if variable.name == name))
}

fn begins_with(word: &Word, name: &str) -> bool {
    matches!(word.pieces.first(), Some(Piece::Expansion(_, Some(variable))) if variable.name == name)
}

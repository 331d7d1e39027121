//! Filter patterns of CloudWatch Logs for JSON events: parsed to a boolean expression and compared by meaning.
//!
//! The grammar is that of the CloudWatch Logs user guide, "Filter pattern syntax for JSON log events". Where the guide
//! leaves open how a comparison treats a field that is absent or of another type, every reading is tried
//! ([`Reading`]): an answer is certain only if all readings agree on it.

use std::fmt;
use std::sync::Arc;

mod automaton;
pub mod cis;
mod cover;
mod example;
mod parse;
#[cfg(test)]
mod tests;
mod text;

pub use cover::{Coverage, compare, covers, meets};
pub use example::lean;
pub use parse::{Grouping, ParseError, parse, parse_grouped};
pub use text::StringPattern;

/// A filter pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Every one holds; all events if there is none.
    All(Vec<Expr>),
    /// At least one holds; no event if there is none.
    Any(Vec<Expr>),
    /// A condition on one field.
    Test(Test),
}

impl Expr {
    /// The pattern that takes in every event: the empty one.
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// The pattern as alternatives, each a conjunction of tests; `None` if there are too many.
    pub fn alternatives(&self) -> Option<Vec<Vec<&Test>>> {
        cover::clauses(self)
    }

    /// Whether an event, given as its fields, is matched under one reading; `None` where a part of the pattern (a
    /// regular expression beyond the supported ones, a selector with a wildcard) cannot be evaluated.
    pub fn matches(&self, event: &[(String, Json)], reading: Reading) -> Option<bool> {
        match self {
            Self::All(parts) => {
                let answers: Vec<_> = parts.iter().map(|part| part.matches(event, reading)).collect();
                if answers.contains(&Some(false)) {
                    Some(false)
                } else if answers.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Self::Any(parts) => {
                let answers: Vec<_> = parts.iter().map(|part| part.matches(event, reading)).collect();
                if answers.contains(&Some(true)) {
                    Some(true)
                } else if answers.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Self::Test(test) => {
                let value = event.iter().find(|(field, _)| *field == *test.field).map_or(&Json::Absent, |(_, v)| v);
                test.holds(value, reading)
            }
        }
    }
}

/// A condition on one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The selector without its `$.`: `userIdentity.type`, `resources[0].type`.
    pub field: Arc<str>,
    /// What is asked of it.
    pub asks: Asks,
}

/// What a condition asks of its field.
#[derive(Clone, Debug, PartialEq)]
pub enum Asks {
    /// `=`, or with `false` `!=`, a string that may hold wildcards.
    Like(StringPattern, bool),
    /// A comparison with a number.
    Number(Compare, f64),
    /// `IS NULL`
    Null,
    /// `IS TRUE` and `IS FALSE`
    Bool(bool),
    /// `EXISTS`, or with `false` `NOT EXISTS`.
    Exists(bool),
    /// What cannot be evaluated, as written; equal texts mean the same. `false` negates it (`!=`).
    Opaque(Arc<str>, bool),
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Compare {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

/// The value of a field of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// The field is not there.
    Absent,
    /// An object or an array.
    Nested,
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(String),
}

impl Json {
    /// The text of a scalar that is not a string.
    fn text(&self) -> Option<String> {
        match self {
            Self::Null => Some("null".to_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::Absent | Self::Nested | Self::String(_) => None,
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("(absent)"),
            Self::Nested => f.write_str("{…}"),
            Self::String(text) => f.write_str(text),
            scalar => f.write_str(&scalar.text().unwrap_or_default()),
        }
    }
}

impl From<Json> for serde_json::Value {
    /// An object or array of which nothing is known is an empty object; an absent field has no value and is null.
    fn from(value: Json) -> Self {
        match value {
            Json::Absent | Json::Null => Self::Null,
            Json::Nested => Self::Object(serde_json::Map::new()),
            Json::Bool(value) => value.into(),
            // Whole numbers are written without a fraction.
            Json::Number(value) if value.fract() == 0.0 && value.abs() < 9e15 => (value as i64).into(),
            Json::Number(value) => value.into(),
            Json::String(text) => text.into(),
        }
    }
}

/// One way to read what the documentation leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `!=` holds for a field that is absent.
    pub unequal_when_absent: bool,
    /// `!=` holds for a value of another type.
    pub unequal_when_other_type: bool,
    /// Numbers, booleans and strings are compared by their text.
    pub by_text: bool,
}

impl Reading {
    /// Every reading.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits: u8| Self {
            unequal_when_absent: bits & 1 != 0,
            unequal_when_other_type: bits & 2 != 0,
            by_text: bits & 4 != 0,
        })
    }
}

impl Test {
    /// Whether a value fulfils the condition; `None` if that cannot be evaluated.
    pub fn holds(&self, value: &Json, reading: Reading) -> Option<bool> {
        self.asks.holds(value, reading)
    }
}

impl Asks {
    /// A bit for each of [`Reading::all`] under which a value fulfils the condition.
    fn readings(&self, value: &Json) -> u8 {
        Reading::all()
            .enumerate()
            .fold(0, |bits, (i, reading)| bits | u8::from(self.holds(value, reading) == Some(true)) << i)
    }

    fn holds(&self, value: &Json, reading: Reading) -> Option<bool> {
        Some(match self {
            Self::Exists(wanted) => (*value != Json::Absent) == *wanted,
            Self::Null => *value == Json::Null,
            Self::Bool(wanted) => *value == Json::Bool(*wanted),
            Self::Opaque(..) => return None,
            Self::Like(pattern, equal) => match value {
                Json::String(text) => pattern.matches(text) == *equal,
                Json::Absent => !equal && reading.unequal_when_absent,
                other => match other.text() {
                    Some(text) if reading.by_text => pattern.matches(&text) == *equal,
                    _ => !equal && reading.unequal_when_other_type,
                },
            },
            Self::Number(compare, number) => match value {
                Json::Number(seen) => compare.holds(*seen, *number),
                Json::String(text) if reading.by_text && parse::number(text).is_some() => {
                    parse::number(text).is_some_and(|seen| compare.holds(seen, *number))
                }
                Json::Absent => *compare == Compare::NotEqual && reading.unequal_when_absent,
                _ => *compare == Compare::NotEqual && reading.unequal_when_other_type,
            },
        })
    }
}

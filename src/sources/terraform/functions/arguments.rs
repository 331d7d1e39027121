//! What a function sees of its call, and how a call ends.

use std::cell::Cell;
use std::sync::Arc;

use super::number::{Decimal, Fault};
use crate::model::arn::{Part, Text};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind, Truth};

/// Why a function gives no value.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    /// The call is wrong whatever the unknown parts of its arguments are.
    Error(String),
    /// The result cannot be known.
    Unknown(Cause),
    /// It depends on this choice inside an argument: the subject, and the clauses of its options.
    Choice(Arc<str>, Vec<Arc<str>>),
}

impl From<Cause> for Stop {
    fn from(cause: Cause) -> Self {
        Self::Unknown(cause)
    }
}

/// The result of a function.
pub(super) type Done = Result<ValKind, Stop>;

/// A result that is not known because the evaluator does not cover it.
pub(super) fn unsupported(detail: impl Into<Arc<str>>) -> Stop {
    Stop::Unknown(Cause::new(CauseKind::Unsupported, detail))
}

/// A wrong argument.
pub(super) fn wrong<T>(detail: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Error(detail.into()))
}

/// The most items that a function makes.
pub(super) const MOST_ITEMS: usize = 100_000;

/// The longest text that a function makes, in bytes.
pub(super) const MOST_TEXT: usize = 4 << 20;

/// Stops before a list or mapping gets too large.
pub(super) fn fits_items(count: Option<usize>) -> Result<(), Stop> {
    match count {
        Some(count) if count <= MOST_ITEMS => Ok(()),
        _ => Err(unsupported(format!("the list has more than {MOST_ITEMS} items"))),
    }
}

/// Stops before a text gets too long.
pub(super) fn fits_text(bytes: Option<usize>) -> Result<(), Stop> {
    match bytes {
        Some(bytes) if bytes <= MOST_TEXT => Ok(()),
        _ => Err(unsupported("the text is longer than 4 MB")),
    }
}

/// The steps that one call may take to compare texts with holes.
const MOST_STEPS: usize = 1 << 24;

/// One call.
pub(super) struct Call<'a> {
    /// The function's name.
    pub name: &'a str,
    /// The arguments; as many as the function takes.
    pub args: &'a [Val],
    /// The place of the call.
    pub span: Span,
    /// Steps that are left for comparisons.
    steps: Cell<usize>,
}

impl<'a> Call<'a> {
    /// A call of the function `name` at a place.
    pub fn new(name: &'a str, args: &'a [Val], span: Span) -> Self {
        Self { name, args, span, steps: Cell::new(MOST_STEPS) }
    }

    /// Stops before comparisons of texts with holes get too long: each costs the product of both lengths.
    pub fn comparable(&self, a: &Text, b: &Text) -> Result<(), Stop> {
        if a.literal().is_some() && b.literal().is_some() {
            return Ok(());
        }
        let cost = length(a).saturating_add(1).saturating_mul(length(b).saturating_add(1));
        match self.steps.get().checked_sub(cost) {
            Some(left) => {
                self.steps.set(left);
                Ok(())
            }
            None => Err(unsupported("the texts are too long to compare")),
        }
    }

    /// Whether two texts are the same string.
    pub fn same_text(&self, a: &Text, b: &Text) -> Result<Truth, Stop> {
        if let (Some(a), Some(b)) = (a.literal(), b.literal()) {
            return Ok(Truth::known(a == b));
        }
        if a == b {
            return Ok(Truth::True);
        }
        self.comparable(a, b)?;
        Ok(a.same(b))
    }

    /// Whether two values are equal, as `==` tells: values of different types are not.
    pub fn same(&self, a: &Val, b: &Val) -> Result<Truth, Stop> {
        known(a)?;
        known(b)?;
        match (&a.kind, &b.kind) {
            (ValKind::Null, ValKind::Null) => Ok(Truth::True),
            (ValKind::Bool(a), ValKind::Bool(b)) => Ok(Truth::known(a == b)),
            (ValKind::Number(x), ValKind::Number(y)) => {
                Ok(Truth::known(x == y || number(a, "the number")? == number(b, "the number")?))
            }
            // The text of a document that could not be written out tells nothing.
            (ValKind::Embedded(a, one), ValKind::Embedded(b, other)) if a == b && is_hole(a) => self.same(one, other),
            (ValKind::Text(a) | ValKind::Embedded(a, _), ValKind::Text(b) | ValKind::Embedded(b, _)) => {
                self.same_text(a, b)
            }
            (ValKind::List(a), ValKind::List(b)) if a.len() == b.len() => self.all_same(a.iter().zip(b)),
            (ValKind::Map(a), ValKind::Map(b)) if a.len() == b.len() => {
                let (a, b) = (by_key(a), by_key(b));
                if a.iter().zip(&b).any(|(a, b)| a.key != b.key) {
                    return Ok(Truth::False);
                }
                self.all_same(a.into_iter().zip(b).map(|(a, b)| (&a.value, &b.value)))
            }
            _ => Ok(Truth::False),
        }
    }

    /// Whether all pairs are equal. An unknown value leaves it open; another pair may still decide it.
    fn all_same<'v>(&self, pairs: impl Iterator<Item = (&'v Val, &'v Val)>) -> Result<Truth, Stop> {
        let mut result = Truth::True;
        for (a, b) in pairs {
            let same = match self.same(a, b) {
                Err(Stop::Unknown(cause)) => Truth::from(cause),
                other => other?,
            };
            result = result & same;
            if result == Truth::False {
                break;
            }
        }
        Ok(result)
    }

    /// What messages call an argument.
    fn what(&self, i: usize) -> String {
        format!("argument {} of '{}'", i + 1, self.name)
    }

    /// A value that this function made.
    pub fn item(&self, kind: ValKind) -> Val {
        Val { kind, span: self.span }
    }

    /// A text that this function made.
    pub fn text_item(&self, text: &str) -> Val {
        self.item(ValKind::Text(Text::from(text)))
    }

    /// An argument as a text, maybe with holes.
    pub fn text(&self, i: usize) -> Result<Text, Stop> {
        text(&self.args[i], &self.what(i))
    }

    /// An argument as a text that is known.
    pub fn literal(&self, i: usize) -> Result<String, Stop> {
        literal(&self.text(i)?).map(str::to_owned)
    }

    /// An argument as a number.
    pub fn number(&self, i: usize) -> Result<Decimal, Stop> {
        number(&self.args[i], &self.what(i))
    }

    /// An argument as a whole number.
    pub fn integer(&self, i: usize) -> Result<i64, Stop> {
        let number = self.number(i)?;
        match number.to_whole() {
            Some(whole) => {
                i64::try_from(whole).map_err(|_| unsupported(format!("{} is a very large number", self.what(i))))
            }
            None => wrong(format!("{} must be a whole number", self.what(i))),
        }
    }

    /// The items of an argument that is a list, a set or a tuple.
    pub fn list(&self, i: usize) -> Result<&'a [Val], Stop> {
        list(&self.args[i], &self.what(i))
    }

    /// The fields of an argument that is a map or an object.
    pub fn map(&self, i: usize) -> Result<&'a [Field], Stop> {
        map(&self.args[i], &self.what(i))
    }
}

/// A value as a text, as the language converts it.
pub(super) fn text(val: &Val, what: &str) -> Result<Text, Stop> {
    match &val.kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) => Ok(text.clone()),
        ValKind::Bool(value) => Ok(Text::from(if *value { "true" } else { "false" })),
        ValKind::Number(_) => number(val, what).map(|number| Text::from(number.to_string().as_str())),
        _ => Err(unfit(val, what, "a string")),
    }
}

/// The characters of a text, if all are known.
pub(super) fn literal(text: &Text) -> Result<&str, Stop> {
    match (text.literal(), text.vars().next()) {
        (Some(literal), _) => Ok(literal),
        (None, Some(var)) => Err(Stop::Unknown(var.cause.clone())),
        (None, None) => Err(unsupported("the text is not known")),
    }
}

/// A value as a number, as the language converts it.
pub(super) fn number(val: &Val, what: &str) -> Result<Decimal, Stop> {
    let parse = |number: &str| match Decimal::parse(number) {
        Ok(number) => Ok(number),
        Err(Fault::NotANumber) => wrong(format!("{what} must be a number")),
        Err(Fault::TooLarge) => Err(unsupported(format!("{what} has more digits than are computed with"))),
    };
    match &val.kind {
        ValKind::Number(number) => parse(number),
        ValKind::Text(text) | ValKind::Embedded(text, _) => parse(literal(text)?),
        _ => Err(unfit(val, what, "a number")),
    }
}

/// A value as a boolean, as the language converts it.
pub(super) fn boolean(val: &Val, what: &str) -> Result<bool, Stop> {
    match &val.kind {
        ValKind::Bool(value) => Ok(*value),
        ValKind::Text(text) => match literal(text)? {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => wrong(format!("{what} must be true or false")),
        },
        _ => Err(unfit(val, what, "a boolean")),
    }
}

/// The items of a list, a set or a tuple.
pub(super) fn list<'v>(val: &'v Val, what: &str) -> Result<&'v [Val], Stop> {
    match &val.kind {
        ValKind::List(items) => Ok(items),
        _ => Err(unfit(val, what, "a list")),
    }
}

/// The fields of a map or an object.
pub(super) fn map<'v>(val: &'v Val, what: &str) -> Result<&'v [Field], Stop> {
    match &val.kind {
        ValKind::Map(fields) => Ok(fields),
        _ => Err(unfit(val, what, "a map")),
    }
}

/// Why a value is not of the wanted kind: it may be unknown, or wrong.
pub(super) fn unfit(val: &Val, what: &str, wanted: &str) -> Stop {
    match known(val) {
        Err(stop) => stop,
        Ok(()) => Stop::Error(format!("{what} must be {wanted}, not {}", val.kind_word())),
    }
}

/// Stops at a value whose kind is not known.
pub(super) fn known(val: &Val) -> Result<(), Stop> {
    match &val.kind {
        ValKind::Unknown(cause) => Err(Stop::Unknown(cause.clone())),
        ValKind::Choice { subject, options } => {
            Err(Stop::Choice(subject.clone(), options.iter().map(|(when, _)| when.clone()).collect()))
        }
        _ => Ok(()),
    }
}

/// Whether a text is one hole and nothing else.
pub(super) fn is_hole(text: &Text) -> bool {
    matches!(text.parts(), [Part::Var(_)])
}

/// Fields in the order of their keys.
pub(super) fn by_key(fields: &[Field]) -> Vec<&Field> {
    let mut fields: Vec<&Field> = fields.iter().collect();
    fields.sort_by(|a, b| a.key.cmp(&b.key));
    fields
}

/// The bytes of a text's known parts, and one for each hole.
pub(super) fn length(text: &Text) -> usize {
    text.parts().iter().map(|part| if let Part::Lit(literal) = part { literal.len() } else { 1 }).sum()
}

/// Builds a text from many pieces in linear time.
#[derive(Default)]
pub(super) struct Pieces {
    done: Text,
    open: String,
}

impl Pieces {
    /// Appends known characters.
    pub fn push_str(&mut self, text: &str) {
        self.open.push_str(text);
    }

    /// Appends a text.
    pub fn push(&mut self, text: &Text) {
        for part in text.parts() {
            match part {
                Part::Lit(literal) => self.open.push_str(literal),
                Part::Var(var) => {
                    self.done.push_str(&self.open);
                    self.open.clear();
                    self.done.push(&var.clone().into());
                }
            }
        }
    }

    /// The text so far.
    pub fn finish(mut self) -> Text {
        self.done.push_str(&self.open);
        self.done
    }
}

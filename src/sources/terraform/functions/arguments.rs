//! What a function sees of its call, and how a call ends.

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

/// One call.
pub(super) struct Call<'a> {
    /// The function's name.
    pub name: &'a str,
    /// The arguments; as many as the function takes.
    pub args: &'a [Val],
    /// The place of the call.
    pub span: Span,
}

impl<'a> Call<'a> {
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

/// Texts with holes that have together more characters than this are not compared.
const MOST_COMPARED: usize = 4096;

/// Whether two values are equal, as `==` tells: values of different types are not.
pub(super) fn same(a: &Val, b: &Val) -> Result<Truth, Stop> {
    known(a)?;
    known(b)?;
    Ok(match (&a.kind, &b.kind) {
        (ValKind::Null, ValKind::Null) => Truth::True,
        (ValKind::Bool(a), ValKind::Bool(b)) => Truth::known(a == b),
        (ValKind::Number(x), ValKind::Number(y)) => {
            Truth::known(x == y || number(a, "the number")? == number(b, "the number")?)
        }
        (ValKind::Text(a) | ValKind::Embedded(a, _), ValKind::Text(b) | ValKind::Embedded(b, _)) => same_text(a, b),
        (ValKind::List(a), ValKind::List(b)) => {
            if a.len() != b.len() {
                return Ok(Truth::False);
            }
            let mut result = Truth::True;
            for (a, b) in a.iter().zip(b) {
                result = result & decided(same(a, b))?;
            }
            result
        }
        (ValKind::Map(a), ValKind::Map(b)) => {
            if a.len() != b.len() {
                return Ok(Truth::False);
            }
            let mut b: Vec<&Field> = b.iter().collect();
            let mut a: Vec<&Field> = a.iter().collect();
            a.sort_by(|x, y| x.key.cmp(&y.key));
            b.sort_by(|x, y| x.key.cmp(&y.key));
            let mut result = Truth::True;
            for (a, b) in a.into_iter().zip(b) {
                if a.key != b.key {
                    return Ok(Truth::False);
                }
                result = result & decided(same(&a.value, &b.value))?;
            }
            result
        }
        _ => Truth::False,
    })
}

/// An unknown value inside a larger one leaves the comparison open; another part may still decide it.
fn decided(result: Result<Truth, Stop>) -> Result<Truth, Stop> {
    match result {
        Err(Stop::Unknown(cause)) => Ok(Truth::from(cause)),
        other => other,
    }
}

/// Whether two texts are the same string.
pub(super) fn same_text(a: &Text, b: &Text) -> Truth {
    if let (Some(a), Some(b)) = (a.literal(), b.literal()) {
        return Truth::known(a == b);
    }
    match a.causes().or_else(|| b.causes()) {
        Some(causes) if a != b && length(a) + length(b) > MOST_COMPARED => Truth::Unknown(causes),
        _ => a.same(b),
    }
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

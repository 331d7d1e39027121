//! Terraform's functions over [`Val`]: from arguments that may hold unknown parts to the most that is certain of the
//! result.
//!
//! A function that gives a string and cannot tell it gives a hole. The hole's key is made of the function and its
//! arguments, so equal calls are equal strings although nobody knows them.

use std::sync::Arc;

use self::arguments::{Call, Done, Stop};
use crate::model::arn::{Shape, Text, Var};
use crate::source_map::Span;
use crate::sources::embed;
use crate::sources::value::{Val, ValKind};
use crate::truth::{Cause, CauseKind};

mod arguments;
mod arn;
mod choices;
mod collections;
mod convert;
mod encode;
mod format;
mod hashes;
mod identity;
mod json;
mod maps;
mod network;
mod number;
mod patterns;
mod sets;
mod strings;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod trim;
mod yaml;

pub use self::table::NAMES;

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Called {
    /// The result; what cannot be known of it is unknown inside.
    Val(Val),
    /// The call is certainly wrong: `try` goes on to its next argument. The text is a clause for a diagnostic.
    Error(String),
}

/// What a function's result is when it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gives {
    /// A string.
    Text,
    /// Anything else.
    Other,
}

/// A function that is evaluated.
struct Function {
    name: &'static str,
    /// The fewest and the most arguments.
    takes: std::ops::RangeInclusive<usize>,
    gives: Gives,
    run: fn(&Call<'_>) -> Done,
}

/// Functions that are not evaluated and give one string for equal arguments.
const FIXED: &[&str] = &[
    "abspath",
    "base64gzip",
    "base64gunzip",
    "md5",
    "pathexpand",
    "plantimestamp",
    "sha1",
    "templatestring",
    "uuidv5",
];

/// Functions whose result is another one in each run.
const VOLATILE: &[&str] = &["bcrypt", "timestamp", "uuid"];

/// Whether [`call`] evaluates the function of this name.
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    table::TABLE.binary_search_by(|function| function.name.cmp(name)).ok().map(|i| &table::TABLE[i])
}

/// Calls a function with evaluated arguments; `span` is the place of the call, and becomes that of the result. Items
/// keep their own places.
///
/// Choices inside the arguments are decided one by one where the function must look at them: the result then is a
/// choice too. A function that is not evaluated gives an unknown value that says so.
pub fn call(name: &str, args: Vec<Val>, span: Span) -> Called {
    let Some(function) = find(name) else { return Called::Val(Val { kind: not_evaluated(name, &args, span), span }) };
    if !function.takes.contains(&args.len()) {
        return Called::Error(format!("'{}' does not take {} arguments", function.name, args.len()));
    }
    choices::call(function, &args, span)
}

fn not_evaluated(name: &str, args: &[Val], span: Span) -> ValKind {
    let name = name.strip_prefix("core::").unwrap_or(name);
    if VOLATILE.contains(&name) {
        let detail = format!("the function '{name}' gives another value in each run");
        return ValKind::Unknown(Cause::new(CauseKind::AfterApply, detail));
    }
    let cause = Cause::new(CauseKind::Unsupported, format!("the function '{name}' is not evaluated"));
    if FIXED.contains(&name) { hole(&Call::new(name, args, span), cause) } else { ValKind::Unknown(cause) }
}

/// The string that a call gives and that cannot be told. When an argument is unknown and has no identity, neither has
/// the result.
fn hole(call: &Call<'_>, cause: Cause) -> ValKind {
    match identity::of_call(call.name, call.args) {
        Some(key) => {
            let shown = identity::shown(call.name, call.args).into();
            ValKind::Text(Var { key: key.into(), shown, cause, shape: Shape::Any }.into())
        }
        None => ValKind::Unknown(cause),
    }
}

/// A hole made of another one by a function that works on each part of a string by itself.
fn derived(name: &str, var: &Var, more: &str, shape: Shape) -> Text {
    let key: Arc<str> = format!("{name}(${{{}}}{more})", var.key).into();
    let shown = format!("{name}({})", var.shown).into();
    Var { key, shown, cause: var.cause.clone(), shape }.into()
}

/// Runs a function; a choice inside its arguments comes back as [`Stop::Choice`].
fn run(function: &Function, args: &[Val], span: Span) -> Result<Val, Stop> {
    let call = Call::new(function.name, args, span);
    let kind = match (function.run)(&call) {
        Ok(ValKind::Text(text)) => {
            arguments::fits_text(Some(arguments::length(&text)))?;
            return Ok(embed::assembled(text, span));
        }
        Ok(kind) => kind,
        Err(Stop::Unknown(cause)) if function.gives == Gives::Text => hole(&call, cause),
        Err(Stop::Unknown(cause)) => ValKind::Unknown(cause),
        Err(stop) => return Err(stop),
    };
    Ok(Val { kind, span })
}

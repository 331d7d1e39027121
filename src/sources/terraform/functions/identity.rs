//! What makes two calls the same: the function and its arguments.

use sha2::{Digest, Sha256};

use super::arguments::{by_key, is_hole};
use super::number::Decimal;
use crate::model::arn::{Part, Text};
use crate::sources::value::{Val, ValKind};

/// Identities longer than this are hashed, so that calls inside calls stay short.
const LONGEST: usize = 256;

/// The identity of a call; `None` when an argument is unknown without being the same unknown elsewhere.
pub(super) fn of_call(name: &str, args: &[Val]) -> Option<String> {
    let mut key = String::new();
    for arg in args {
        write(arg, &mut key)?;
        key.push(',');
    }
    if key.len() > LONGEST {
        key = hashed(&key);
    }
    Some(format!("{name}({key})"))
}

/// The hash of an identity, for what must not stand in it.
pub(super) fn hashed(text: &str) -> String {
    use std::fmt::Write;
    let mut result = String::from("#");
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(result, "{byte:02x}");
    }
    result
}

/// How messages print a call's result: with the names of the first hole.
pub(super) fn shown(name: &str, args: &[Val]) -> String {
    let var = args.iter().find_map(|arg| match &arg.kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) => text.vars().next(),
        _ => None,
    });
    match var {
        Some(var) => format!("{name}({})", var.shown),
        None => format!("{name}(…)"),
    }
}

/// Writes what makes a value itself.
pub(super) fn write(val: &Val, key: &mut String) -> Option<()> {
    match &val.kind {
        ValKind::Null => key.push_str("null"),
        ValKind::Bool(value) => key.push_str(if *value { "true" } else { "false" }),
        // `1` and `1.0` are one number.
        ValKind::Number(number) => match Decimal::parse(number) {
            Ok(decimal) => key.push_str(&decimal.to_string()),
            Err(_) => key.push_str(number),
        },
        // The text of a document that could not be written out tells nothing.
        ValKind::Embedded(text, document) if is_hole(text) => {
            write_text(text, key);
            write(document, key)?;
        }
        ValKind::Text(text) | ValKind::Embedded(text, _) => write_text(text, key),
        ValKind::List(items) => {
            key.push('[');
            for item in items {
                write(item, key)?;
                key.push(',');
            }
            key.push(']');
        }
        ValKind::Map(fields) => {
            key.push('{');
            for field in by_key(fields) {
                write_text(&Text::from(&*field.key), key);
                key.push(':');
                write(&field.value, key)?;
                key.push(',');
            }
            key.push('}');
        }
        ValKind::Unknown(_) | ValKind::Choice { .. } => return None,
    }
    Some(())
}

/// Literals with their length in front, so that nothing inside them can look like a hole.
fn write_text(text: &Text, key: &mut String) {
    use std::fmt::Write;
    key.push('"');
    for part in text.parts() {
        let _ = match part {
            Part::Lit(literal) => write!(key, "{}:{literal}", literal.len()),
            Part::Var(var) => write!(key, "${}:{}", var.key.len(), var.key),
        };
    }
    key.push('"');
}

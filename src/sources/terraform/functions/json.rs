//! JSON from values, and back.

use super::arguments::{Call, Done, Pieces, Stop, by_key, fits_text, known, number, unsupported, wrong};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::source_map::Span;
use crate::sources::embed::{self, Places};
use crate::sources::value::{Val, ValKind};
use crate::syntax;
use crate::truth::{Cause, CauseKind};

/// The JSON text of a value, as `jsonencode` writes it: without white space, keys in order.
///
/// A hole stands for itself inside of a string: what is unknown are names and ARNs, which JSON writes as they are.
pub(super) fn encode(val: &Val) -> Result<Text, Stop> {
    let mut pieces = Pieces::default();
    let mut size = 0;
    write(val, &mut pieces, &mut size)?;
    Ok(pieces.finish())
}

fn write(val: &Val, pieces: &mut Pieces, size: &mut usize) -> Result<(), Stop> {
    *size += 8;
    fits_text(Some(*size))?;
    known(val)?;
    match &val.kind {
        ValKind::Null => pieces.push_str("null"),
        ValKind::Bool(value) => pieces.push_str(if *value { "true" } else { "false" }),
        ValKind::Number(_) => pieces.push_str(&number(val, "a number")?.to_string()),
        ValKind::Text(text) | ValKind::Embedded(text, _) => {
            *size += super::arguments::length(text);
            fits_text(Some(*size))?;
            write_string(text, pieces);
        }
        ValKind::List(items) => {
            pieces.push_str("[");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    pieces.push_str(",");
                }
                write(item, pieces, size)?;
            }
            pieces.push_str("]");
        }
        ValKind::Map(fields) => {
            pieces.push_str("{");
            for (i, field) in by_key(fields).into_iter().enumerate() {
                if i > 0 {
                    pieces.push_str(",");
                }
                *size += field.key.len();
                write_string(&Text::from(&*field.key), pieces);
                pieces.push_str(":");
                write(&field.value, pieces, size)?;
            }
            pieces.push_str("}");
        }
        ValKind::Unknown(_) | ValKind::Choice { .. } => return Err(unsupported("the value is not known")),
    }
    Ok(())
}

/// Writes a JSON string. `<`, `>` and `&` are escaped, as Terraform does.
pub(super) fn write_string(text: &Text, pieces: &mut Pieces) {
    pieces.push_str("\"");
    for part in text.parts() {
        match part {
            Part::Lit(literal) => pieces.push_str(&escaped(literal)),
            Part::Var(var) => pieces.push(&var.clone().into()),
        }
    }
    pieces.push_str("\"");
}

fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\u{8}' => result.push_str("\\b"),
            '\u{c}' => result.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                result.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => result.push(c),
        }
    }
    result
}

pub(super) fn jsonencode(call: &Call<'_>) -> Done {
    let val = &call.args[0];
    let is_document = matches!(val.kind, ValKind::Map(_) | ValKind::List(_));
    match encode(val) {
        Ok(text) if is_document => Ok(ValKind::Embedded(text, Box::new(val.clone()))),
        Ok(text) => Ok(ValKind::Text(text)),
        // The document is kept also where its text cannot be written, with what is unknown inside; so are choices,
        // which stand at the place that they decide about.
        Err(stop) if is_document => {
            let cause = match stop {
                Stop::Error(detail) => return Err(Stop::Error(detail)),
                Stop::Unknown(cause) => cause,
                Stop::Choice(..) => {
                    Cause::new(CauseKind::Condition, "a part of the document depends on what cannot be decided")
                }
            };
            let key = format!("jsonencode@{}:{}:{}", call.span.file.0, call.span.start, call.span.end);
            let text = Var { key: key.into(), shown: "jsonencode(…)".into(), cause, shape: Shape::Any };
            Ok(ValKind::Embedded(text.into(), Box::new(val.clone())))
        }
        Err(stop) => Err(stop),
    }
}

pub(super) fn jsondecode(call: &Call<'_>) -> Done {
    if let ValKind::Embedded(_, document) = &call.args[0].kind {
        return Ok(document.kind.clone());
    }
    let text = call.text(0)?;
    let Some(literal) = text.literal() else {
        return match embed::document(&text, call.args[0].span) {
            Some(document) => Ok(document.kind),
            None => super::arguments::literal(&text).and_then(|_| wrong("the text is not JSON")),
        };
    };
    match syntax::json::parse(literal, call.span.file) {
        Ok(node) => Ok(decoded(&node, call.args[0].span).kind),
        // Terraform takes some documents that are not read here: repeated keys, very deep ones.
        Err(_) if serde_json::from_str::<serde::de::IgnoredAny>(literal).is_ok() => {
            Err(unsupported("the JSON document is not read"))
        }
        Err(error) => wrong(format!("the text of 'jsondecode' is not JSON: {}", error.message)),
    }
}

/// The value of a document, all of it at one place.
pub(super) fn decoded(node: &syntax::Node, span: Span) -> Val {
    embed::convert(node, &Places::One(span), &mut |text, span| Val { kind: ValKind::Text(Text::from(text)), span })
}

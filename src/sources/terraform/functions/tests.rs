//! Tables of calls: the function (which names its page of the documentation), its arguments and its result, as JSON.
//!
//! In strings `${x}` is a hole that may hold anything, `${#x}` a name and `${@x}` an account. `"?"` is an unknown
//! value, `{"?": [a, b]}` a choice. As a result `"!"` is a certain error and `"~"` a hole that the function made.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Called, NAMES, call, is_known};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::source_map::{FileId, Span};
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

mod conversions;
mod encodings;
mod laws;
mod lists;
mod maps;
mod numbers;
mod others;
mod strings;

/// Function, arguments, result.
type Row = (&'static str, &'static str, &'static str);

const TABLES: [&[Row]; 7] =
    [conversions::ROWS, encodings::ROWS, lists::ROWS, maps::ROWS, numbers::ROWS, others::ROWS, strings::ROWS];

fn span(start: u32) -> Span {
    Span { file: FileId(0), start, end: start + 1 }
}

fn hole(name: &str) -> Text {
    let (shape, key) = match name.split_at(1) {
        ("#", key) => (Shape::Name, key),
        ("@", key) => (Shape::Account, key),
        _ => (Shape::Any, name),
    };
    let cause = Cause::new(CauseKind::Parameter, format!("'{key}' has no default"));
    Var { key: key.into(), shown: key.into(), cause, shape }.into()
}

fn text(written: &str) -> Text {
    let mut result = Text::default();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}').expect("a hole has an end");
        result.push_str(before);
        result.push(&hole(name));
        rest = behind;
    }
    result.push_str(rest);
    result
}

/// The value of a notation; each value has its own place.
fn value(json: &Value, next: &mut u32) -> Val {
    *next += 1;
    let span = span(*next);
    let kind = match json {
        Value::Null => ValKind::Null,
        Value::Bool(value) => ValKind::Bool(*value),
        Value::Number(number) => ValKind::Number(number.to_string().into()),
        Value::String(word) if word == "?" => ValKind::Unknown(Cause::new(CauseKind::Parameter, "it is not known")),
        Value::String(written) => ValKind::Text(text(written)),
        Value::Array(items) => ValKind::List(items.iter().map(|item| value(item, next)).collect()),
        Value::Object(fields) => match fields.get("?") {
            Some(Value::Array(options)) => ValKind::Choice {
                subject: "s".into(),
                options: options
                    .iter()
                    .enumerate()
                    .map(|(i, option)| (Arc::from(format!("case {i}")), Some(value(option, next))))
                    .collect(),
            },
            _ => ValKind::Map(
                fields
                    .iter()
                    .map(|(key, field)| Field { key: key.as_str().into(), key_span: span, value: value(field, next) })
                    .collect(),
            ),
        },
    };
    Val { kind, span }
}

fn read(json: &str) -> Val {
    let json = serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    value(&json, &mut 0)
}

fn args(json: &str) -> Vec<Val> {
    let ValKind::List(args) = read(json).kind else { panic!("{json}: not a list") };
    args
}

/// The notation of a value that the function `name` gave.
fn written(val: &Val, name: &str) -> Value {
    match &val.kind {
        ValKind::Null => Value::Null,
        ValKind::Bool(value) => Value::Bool(*value),
        ValKind::Number(number) => serde_json::from_str(number).expect("is a number"),
        ValKind::Text(text) | ValKind::Embedded(text, _) => {
            if let [Part::Var(var)] = text.parts()
                && var.key.strip_prefix(name).is_some_and(|rest| rest.starts_with('(') && !rest.starts_with("(${"))
            {
                return "~".into();
            }
            let part = |part: &Part| match part {
                Part::Lit(literal) => literal.to_string(),
                Part::Var(var) => format!("${{{}}}", var.key),
            };
            text.parts().iter().map(part).collect::<String>().into()
        }
        ValKind::List(items) => items.iter().map(|item| written(item, name)).collect(),
        ValKind::Map(fields) => {
            Value::Object(fields.iter().map(|field| (field.key.to_string(), written(&field.value, name))).collect())
        }
        ValKind::Unknown(_) => "?".into(),
        ValKind::Choice { options, .. } => {
            let options: Vec<Value> = options
                .iter()
                .map(|(_, option)| option.as_ref().map_or("not written".into(), |option| written(option, name)))
                .collect();
            serde_json::json!({ "?": options })
        }
    }
}

/// The result of a call, in the notation.
fn result(name: &str, args: Vec<Val>) -> Value {
    match call(name, args, span(1000)) {
        Called::Val(val) => written(&val, name),
        Called::Error(_) => "!".into(),
    }
}

#[test]
fn every_row_holds() {
    let mut faults = Vec::new();
    for (name, given, expected) in TABLES.iter().copied().flatten() {
        let expected: Value = serde_json::from_str(expected).unwrap_or_else(|error| panic!("{expected}: {error}"));
        let found = result(name, args(given));
        if found != expected {
            faults.push(format!("{name}({given})\n    expected {expected}\n    found    {found}"));
        }
    }
    assert!(faults.is_empty(), "{} rows:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_function_has_three_rows() {
    let mut counts: BTreeMap<&str, usize> = NAMES.iter().map(|name| (*name, 0)).collect();
    for (name, ..) in TABLES.iter().copied().flatten() {
        *counts.get_mut(name).unwrap_or_else(|| panic!("{name} is not evaluated")) += 1;
    }
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 3).collect();
    assert!(few.is_empty(), "{few:?}");
}

#[test]
fn the_table_is_sorted() {
    assert!(NAMES.is_sorted_by(|a, b| a < b));
    assert!(NAMES.iter().all(|name| is_known(name)));
    assert!(is_known("core::merge") && !is_known("no_such_function") && !is_known("core::core::merge"));
}

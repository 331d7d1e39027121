//! Conversions between types, and marks of sensitive values.

use super::arguments::{Call, Done, Stop, boolean, known, number, text, unfit, unsupported, wrong};
use super::{identity, sets};
use crate::model::arn::{Shape, Text, Var};
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// What types the items of a collection have.
#[derive(Default)]
struct Types {
    texts: bool,
    numbers: bool,
    booleans: bool,
    lists: bool,
    maps: bool,
}

/// Whether the common type of these values is the string: next to one, numbers and booleans are strings.
fn one_type<'v>(values: impl Iterator<Item = &'v Val> + Clone) -> Result<bool, Stop> {
    let mut types = Types::default();
    for value in values {
        match value.kind {
            ValKind::Text(_) | ValKind::Embedded(..) => types.texts = true,
            ValKind::Number(_) => types.numbers = true,
            ValKind::Bool(_) => types.booleans = true,
            ValKind::List(_) => types.lists = true,
            ValKind::Map(_) => types.maps = true,
            // An unknown item has the type that the others have.
            ValKind::Null | ValKind::Unknown(_) | ValKind::Choice { .. } => {}
        }
    }
    let simple = types.texts || types.numbers || types.booleans;
    if simple && (types.lists || types.maps) {
        return wrong("the items have no common type");
    }
    if types.lists && types.maps || types.numbers && types.booleans && !types.texts {
        return Err(unsupported("the items have different types"));
    }
    Ok(types.texts)
}

fn as_one_type(value: &Val, texts: bool) -> Result<Val, Stop> {
    match &value.kind {
        ValKind::Number(_) | ValKind::Bool(_) if texts => {
            Ok(Val { kind: ValKind::Text(text(value, "an item")?), span: value.span })
        }
        _ => Ok(value.clone()),
    }
}

/// Items as those of a list or set of one type.
pub(super) fn unified(items: &[Val]) -> Result<Vec<Val>, Stop> {
    let texts = one_type(items.iter())?;
    items.iter().map(|item| as_one_type(item, texts)).collect()
}

/// Fields as those of a map of one type.
pub(super) fn unified_fields(fields: &[Field]) -> Result<Vec<Field>, Stop> {
    let texts = one_type(fields.iter().map(|field| &field.value))?;
    fields
        .iter()
        .map(|field| {
            Ok(Field { key: field.key.clone(), key_span: field.key_span, value: as_one_type(&field.value, texts)? })
        })
        .collect()
}

pub(super) fn tobool(call: &Call<'_>) -> Done {
    match call.args[0].kind {
        ValKind::Null => Ok(ValKind::Null),
        ValKind::Number(_) => wrong("a number cannot be converted to a boolean"),
        _ => boolean(&call.args[0], "the argument of 'tobool'").map(ValKind::Bool),
    }
}

pub(super) fn tonumber(call: &Call<'_>) -> Done {
    match call.args[0].kind {
        ValKind::Null => Ok(ValKind::Null),
        _ => Ok(ValKind::Number(number(&call.args[0], "the argument of 'tonumber'")?.to_string().into())),
    }
}

pub(super) fn tostring(call: &Call<'_>) -> Done {
    match &call.args[0].kind {
        kind @ (ValKind::Null | ValKind::Text(_) | ValKind::Embedded(..)) => Ok(kind.clone()),
        _ => text(&call.args[0], "the argument of 'tostring'").map(ValKind::Text),
    }
}

pub(super) fn tolist(call: &Call<'_>) -> Done {
    match call.args[0].kind {
        ValKind::Null => Ok(ValKind::Null),
        _ => unified(call.list(0)?).map(ValKind::List),
    }
}

pub(super) fn toset(call: &Call<'_>) -> Done {
    match call.args[0].kind {
        ValKind::Null => Ok(ValKind::Null),
        _ => sets::set(call.list(0)?),
    }
}

pub(super) fn tomap(call: &Call<'_>) -> Done {
    match call.args[0].kind {
        ValKind::Null => Ok(ValKind::Null),
        _ => unified_fields(call.map(0)?).map(ValKind::Map),
    }
}

/// The type of a value; for collections and objects it is not written out.
pub(super) fn type_(call: &Call<'_>) -> Done {
    known(&call.args[0])?;
    let name = match call.args[0].kind {
        ValKind::Bool(_) => "bool",
        ValKind::Number(_) => "number",
        ValKind::Text(_) | ValKind::Embedded(..) => "string",
        _ => return Err(unsupported("the type of a collection is not written out")),
    };
    Ok(ValKind::Text(Text::from(name)))
}

/// Words of the cause of values that are marked as sensitive.
const MARK: &str = "marked as sensitive";

pub(super) fn sensitive(call: &Call<'_>) -> Done {
    let val = &call.args[0];
    let cause = Cause::new(CauseKind::OutsideScope, format!("the value is {MARK}"));
    match &val.kind {
        ValKind::Null => Ok(ValKind::Null),
        ValKind::Unknown(_) | ValKind::Choice { .. } => Ok(ValKind::Unknown(cause)),
        ValKind::Text(_) | ValKind::Embedded(..) => {
            // Equal values stay equal, and the key does not tell which value it is.
            let mut key = String::new();
            match identity::write(val, &mut key) {
                Some(()) => {
                    let key = format!("sensitive({})", identity::hashed(&key)).into();
                    let shown = "a sensitive value".into();
                    Ok(ValKind::Text(Var { key, shown, cause, shape: Shape::Any }.into()))
                }
                None => Ok(ValKind::Unknown(cause)),
            }
        }
        _ => Ok(ValKind::Unknown(cause)),
    }
}

pub(super) fn nonsensitive(call: &Call<'_>) -> Done {
    Ok(call.args[0].kind.clone())
}

pub(super) fn issensitive(call: &Call<'_>) -> Done {
    let cause = match &call.args[0].kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) => text.vars().next().map(|var| var.cause.clone()),
        ValKind::Unknown(cause) => Some(cause.clone()),
        ValKind::Null | ValKind::Bool(_) | ValKind::Number(_) => None,
        ValKind::List(_) | ValKind::Map(_) => return Err(unsupported("marks inside of a collection are not followed")),
        ValKind::Choice { .. } => return Err(unfit(&call.args[0], "the argument of 'issensitive'", "known")),
    };
    match cause {
        // What is sensitive is never written out.
        None => Ok(ValKind::Bool(false)),
        Some(cause) if cause.detail.contains(MARK) => Ok(ValKind::Bool(true)),
        Some(cause) => Err(Stop::Unknown(cause)),
    }
}

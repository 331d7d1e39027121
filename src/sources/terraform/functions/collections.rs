//! Functions over lists.

use super::arguments::{Call, Done, Stop, boolean, fits_items, known, literal, text, wrong};
use super::strings::{graphemes, texts, truth};
use super::{convert, sets};
use crate::model::arn::{Part, Shape, Text};
use crate::sources::value::{Val, ValKind};
use crate::truth::Truth;

/// A count as a result.
pub(super) fn count(count: usize) -> ValKind {
    ValKind::Number(count.to_string().into())
}

pub(super) fn length(call: &Call<'_>) -> Done {
    let val = &call.args[0];
    match &val.kind {
        ValKind::List(items) => Ok(count(items.len())),
        ValKind::Map(fields) => Ok(count(fields.len())),
        ValKind::Text(text) | ValKind::Embedded(text, _) => match text.parts() {
            [Part::Var(var)] if var.shape == Shape::Account => Ok(count(12)),
            _ => Ok(count(graphemes(literal(text)?)?.len())),
        },
        _ => Err(super::arguments::unfit(val, "the argument of 'length'", "a list, a map or a string")),
    }
}

pub(super) fn concat(call: &Call<'_>) -> Done {
    let mut items = Vec::new();
    for i in 0..call.args.len() {
        let list = call.list(i)?;
        fits_items(Some(items.len() + list.len()))?;
        items.extend_from_slice(list);
    }
    Ok(ValKind::List(items))
}

pub(super) fn flatten(call: &Call<'_>) -> Done {
    let mut items = Vec::new();
    flatten_into(call.list(0)?, &mut items)?;
    Ok(ValKind::List(items))
}

fn flatten_into(list: &[Val], items: &mut Vec<Val>) -> Result<(), Stop> {
    for item in list {
        // What is unknown may be any number of items.
        known(item)?;
        match &item.kind {
            ValKind::List(inner) => flatten_into(inner, items)?,
            _ => {
                fits_items(Some(items.len() + 1))?;
                items.push(item.clone());
            }
        }
    }
    Ok(())
}

pub(super) fn chunklist(call: &Call<'_>) -> Done {
    let (items, size) = (call.list(0)?, call.integer(1)?);
    let Ok(size) = usize::try_from(size) else { return wrong("the size of 'chunklist' must not be negative") };
    let size = if size == 0 { items.len().max(1) } else { size };
    Ok(ValKind::List(items.chunks(size).map(|chunk| call.item(ValKind::List(chunk.to_vec()))).collect()))
}

pub(super) fn element(call: &Call<'_>) -> Done {
    let items = call.list(0)?;
    let index = call.integer(1)?;
    match usize::try_from(index.rem_euclid((items.len() as i64).max(1))).ok().and_then(|index| items.get(index)) {
        Some(item) => Ok(item.kind.clone()),
        None => wrong("'element' takes a list with at least one item"),
    }
}

pub(super) fn index(call: &Call<'_>) -> Done {
    let items = call.list(0)?;
    for (i, item) in items.iter().enumerate() {
        match call.same(item, &call.args[1])? {
            Truth::True => return Ok(count(i)),
            Truth::False => {}
            Truth::Unknown(causes) => return Err(Stop::Unknown(causes.first().clone())),
        }
    }
    wrong("the list of 'index' does not hold the value")
}

pub(super) fn contains(call: &Call<'_>) -> Done {
    let mut found = Truth::False;
    for item in call.list(0)? {
        found = found
            | match call.same(item, &call.args[1]) {
                Ok(truth) => truth,
                Err(Stop::Unknown(cause)) => Truth::from(cause),
                Err(stop) => return Err(stop),
            };
        if found == Truth::True {
            break;
        }
    }
    truth(found)
}

/// Whether a text is certainly not empty.
fn is_filled(text: &Text) -> Result<bool, Stop> {
    if text.is_certainly_empty() {
        return Ok(false);
    }
    let certain = |part: &Part| match part {
        Part::Lit(_) => true,
        Part::Var(var) => var.shape != Shape::Any,
    };
    match text.vars().next() {
        Some(var) if !text.parts().iter().any(certain) => Err(Stop::Unknown(var.cause.clone())),
        _ => Ok(true),
    }
}

pub(super) fn coalesce(call: &Call<'_>) -> Done {
    let is_text = |arg: &Val| matches!(arg.kind, ValKind::Text(_) | ValKind::Embedded(..));
    for arg in call.args {
        known(arg)?;
        match &arg.kind {
            ValKind::Null => continue,
            ValKind::Text(text) | ValKind::Embedded(text, _) => match is_filled(text) {
                Ok(true) => return Ok(arg.kind.clone()),
                Ok(false) => continue,
                Err(Stop::Unknown(cause)) => return Ok(super::hole(call, cause)),
                Err(stop) => return Err(stop),
            },
            // All arguments get one type.
            ValKind::Number(_) | ValKind::Bool(_) if call.args.iter().any(is_text) => {
                return text(arg, "an argument of 'coalesce'").map(ValKind::Text);
            }
            kind => return Ok(kind.clone()),
        }
    }
    wrong("all arguments of 'coalesce' are null or empty")
}

pub(super) fn coalescelist(call: &Call<'_>) -> Done {
    for (i, arg) in call.args.iter().enumerate() {
        if arg.kind != ValKind::Null && !call.list(i)?.is_empty() {
            return Ok(arg.kind.clone());
        }
    }
    wrong("all arguments of 'coalescelist' are null or empty")
}

pub(super) fn compact(call: &Call<'_>) -> Done {
    let mut items = Vec::new();
    for item in call.list(0)? {
        if item.kind == ValKind::Null {
            continue;
        }
        let filled = text(item, "an item of the list")?;
        if is_filled(&filled)? {
            items.push(match &item.kind {
                ValKind::Text(_) | ValKind::Embedded(..) => item.clone(),
                _ => Val { kind: ValKind::Text(filled), span: item.span },
            });
        }
    }
    Ok(ValKind::List(items))
}

pub(super) fn distinct(call: &Call<'_>) -> Done {
    sets::unique(call.list(0)?.to_vec()).map(ValKind::List)
}

/// The function of old versions: its arguments as a list.
pub(super) fn list(call: &Call<'_>) -> Done {
    convert::unified(call.args).map(ValKind::List)
}

pub(super) fn matchkeys(call: &Call<'_>) -> Done {
    let (values, keys, wanted) = (call.list(0)?, call.list(1)?, call.list(2)?);
    if values.len() != keys.len() {
        return wrong("the first two lists of 'matchkeys' have different lengths");
    }
    let wanted = sets::Members::new(call, wanted)?;
    let mut items = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        match wanted.holds(key)? {
            Truth::True => items.push(value.clone()),
            Truth::False => {}
            Truth::Unknown(causes) => return Err(Stop::Unknown(causes.first().clone())),
        }
    }
    Ok(ValKind::List(items))
}

pub(super) fn one(call: &Call<'_>) -> Done {
    match call.list(0)? {
        [] => Ok(ValKind::Null),
        [only] => Ok(only.kind.clone()),
        _ => wrong("the list of 'one' has more than one item"),
    }
}

pub(super) fn reverse(call: &Call<'_>) -> Done {
    Ok(ValKind::List(call.list(0)?.iter().rev().cloned().collect()))
}

pub(super) fn slice(call: &Call<'_>) -> Done {
    let items = call.list(0)?;
    let (start, end) = (call.integer(1)?, call.integer(2)?);
    let range = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => items.get(start..end),
        _ => None,
    };
    match range {
        Some(range) => Ok(ValKind::List(range.to_vec())),
        None => wrong(format!("'slice' takes items {start} to {end} of a list of {}", items.len())),
    }
}

pub(super) fn sort(call: &Call<'_>) -> Done {
    let items = call.list(0)?;
    let texts = texts(items)?;
    if let [only] = texts.as_slice() {
        return Ok(ValKind::List(vec![Val { kind: ValKind::Text(only.clone()), span: items[0].span }]));
    }
    for text in &texts {
        literal(text)?;
    }
    let mut sorted: Vec<(Text, &Val)> = texts.into_iter().zip(items).collect();
    sorted.sort_by(|(a, _), (b, _)| a.literal().cmp(&b.literal()));
    let item = |(text, item): (Text, &Val)| match &item.kind {
        ValKind::Embedded(..) => item.clone(),
        _ => Val { kind: ValKind::Text(text), span: item.span },
    };
    Ok(ValKind::List(sorted.into_iter().map(item).collect()))
}

pub(super) fn setproduct(call: &Call<'_>) -> Done {
    let mut lists = Vec::new();
    let mut total = Some(1_usize);
    for i in 0..call.args.len() {
        let items = convert::unified(call.list(i)?)?;
        total = total.and_then(|total| total.checked_mul(items.len()));
        lists.push(items);
    }
    if lists.iter().any(Vec::is_empty) {
        return Ok(ValKind::List(Vec::new()));
    }
    // Each row repeats its items.
    fits_items(total.and_then(|total| total.checked_mul(lists.len())))?;
    let mut rows: Vec<Vec<Val>> = vec![Vec::new()];
    for list in &lists {
        rows = rows
            .iter()
            .flat_map(|row| list.iter().map(move |item| row.iter().cloned().chain([item.clone()]).collect()))
            .collect();
    }
    Ok(ValKind::List(rows.into_iter().map(|row| call.item(ValKind::List(row))).collect()))
}

/// Whether each item is true.
pub(super) fn alltrue(call: &Call<'_>) -> Done {
    fold(call, false)
}

/// Whether some item is true.
pub(super) fn anytrue(call: &Call<'_>) -> Done {
    fold(call, true)
}

/// `deciding` as soon as one item is that, else its opposite.
fn fold(call: &Call<'_>, deciding: bool) -> Done {
    let mut open = None;
    for item in call.list(0)? {
        if item.kind == ValKind::Null {
            // Null is not true: it fails 'alltrue' and does not help 'anytrue'.
            if !deciding {
                return Ok(ValKind::Bool(false));
            }
            continue;
        }
        match boolean(item, "an item of the list") {
            Ok(value) if value == deciding => return Ok(ValKind::Bool(deciding)),
            Ok(_) => {}
            Err(Stop::Error(detail)) => return Err(Stop::Error(detail)),
            Err(stop) => open = open.or(Some(stop)),
        }
    }
    open.map_or(Ok(ValKind::Bool(!deciding)), Err)
}

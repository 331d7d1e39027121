//! Functions over maps and objects.

use std::collections::HashMap;

use super::arguments::{Call, Done, Stop, by_key, fits_items, list, text, wrong};
use super::convert;
use crate::model::arn::Text;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::Truth;

/// A key as a value.
fn key_text(key: &str) -> ValKind {
    ValKind::Text(Text::from(key))
}

pub(super) fn keys(call: &Call<'_>) -> Done {
    let key = |field: &Field| Val { kind: key_text(&field.key), span: field.key_span };
    Ok(ValKind::List(by_key(call.map(0)?).into_iter().map(key).collect()))
}

pub(super) fn values(call: &Call<'_>) -> Done {
    Ok(ValKind::List(by_key(call.map(0)?).into_iter().map(|field| field.value.clone()).collect()))
}

pub(super) fn merge(call: &Call<'_>) -> Done {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut merged: Vec<Field> = Vec::new();
    for i in 0..call.args.len() {
        if call.args[i].kind == ValKind::Null {
            continue;
        }
        for field in call.map(i)? {
            match places.get(&*field.key) {
                Some(&at) => merged[at] = field.clone(),
                None => {
                    places.insert(&field.key, merged.len());
                    merged.push(field.clone());
                }
            }
        }
        fits_items(Some(merged.len()))?;
    }
    Ok(ValKind::Map(merged))
}

pub(super) fn lookup(call: &Call<'_>) -> Done {
    let fields = call.map(0)?;
    let key = call.text(1)?;
    let mut open = None;
    for field in fields {
        match call.same_text(&Text::from(&*field.key), &key)? {
            Truth::True => return Ok(field.value.kind.clone()),
            Truth::False => {}
            Truth::Unknown(causes) => open = Some(causes),
        }
    }
    if let Some(causes) = open {
        return Err(Stop::Unknown(causes.first().clone()));
    }
    match call.args.get(2) {
        Some(default) => Ok(default.kind.clone()),
        None => wrong(format!("the map of 'lookup' has no key '{key}'")),
    }
}

pub(super) fn zipmap(call: &Call<'_>) -> Done {
    let (keys, values) = (call.list(0)?, call.list(1)?);
    if keys.len() != values.len() {
        return wrong("the lists of 'zipmap' have different lengths");
    }
    let pairs = keys.iter().zip(values.iter().cloned());
    collect(pairs).map(ValKind::Map)
}

/// A mapping of pairs; of equal keys the last one holds.
fn collect<'v>(pairs: impl Iterator<Item = (&'v Val, Val)>) -> Result<Vec<Field>, Stop> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut fields: Vec<Field> = Vec::new();
    for (key, value) in pairs {
        let name = super::arguments::literal(&text(key, "a key")?)?.to_owned();
        let field = Field { key: name.as_str().into(), key_span: key.span, value };
        match places.get(&name) {
            Some(&at) => fields[at] = field,
            None => {
                places.insert(name, fields.len());
                fields.push(field);
            }
        }
    }
    Ok(fields)
}

/// The function of old versions: keys and values in turn.
pub(super) fn map(call: &Call<'_>) -> Done {
    if call.args.len() % 2 == 1 {
        return wrong("'map' takes keys and values in turn");
    }
    let pairs = call.args.chunks_exact(2).map(|pair| (&pair[0], pair[1].clone()));
    convert::unified_fields(&collect(pairs)?).map(ValKind::Map)
}

pub(super) fn transpose(call: &Call<'_>) -> Done {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut fields: Vec<(String, Val, Vec<Val>)> = Vec::new();
    for field in by_key(call.map(0)?) {
        for item in list(&field.value, "a value of the map")? {
            let name = super::arguments::literal(&text(item, "an item")?)?.to_owned();
            let back = Val { kind: key_text(&field.key), span: field.key_span };
            match places.get(&name) {
                Some(&at) => fields[at].2.push(back),
                None => {
                    places.insert(name.clone(), fields.len());
                    fields.push((name, item.clone(), vec![back]));
                }
            }
        }
    }
    fields.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    let field = |(key, item, names): (String, Val, Vec<Val>)| Field {
        key: key.as_str().into(),
        key_span: item.span,
        value: call.item(ValKind::List(names)),
    };
    Ok(ValKind::Map(fields.into_iter().map(field).collect()))
}

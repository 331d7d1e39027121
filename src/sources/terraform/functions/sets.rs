//! Functions over sets. A set is a list, sorted and without repetition as far as its items are known.

use std::collections::HashSet;

use super::arguments::{Call, Done, Stop, fits_items, known};
use super::{convert, identity};
use crate::sources::value::{Val, ValKind};
use crate::truth::Truth;

/// Values that are asked for others.
pub(super) struct Members<'v> {
    items: &'v [Val],
    /// Identities of the items.
    keys: HashSet<String>,
    /// Whether an item has unknown parts, so that it may be equal to another one.
    open: bool,
    call: &'v Call<'v>,
}

fn key(val: &Val) -> Result<String, Stop> {
    known(val)?;
    let mut key = String::new();
    identity::write(val, &mut key).map(|()| key).ok_or_else(|| inside(val))
}

/// Why a value inside of another one is not known.
fn inside(val: &Val) -> Stop {
    match &val.kind {
        ValKind::List(items) => items.iter().map(inside_or_none).find_map(Result::err),
        ValKind::Map(fields) => fields.iter().map(|field| inside_or_none(&field.value)).find_map(Result::err),
        _ => known(val).err(),
    }
    .unwrap_or_else(|| super::arguments::unsupported("an item is not known"))
}

fn inside_or_none(val: &Val) -> Result<(), Stop> {
    let mut key = String::new();
    if identity::write(val, &mut key).is_some() { Ok(()) } else { Err(inside(val)) }
}

/// Whether all of a value is known.
fn is_closed(val: &Val) -> bool {
    match &val.kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) => text.vars().next().is_none(),
        ValKind::List(items) => items.iter().all(is_closed),
        ValKind::Map(fields) => fields.iter().all(|field| is_closed(&field.value)),
        ValKind::Unknown(_) | ValKind::Choice { .. } => false,
        _ => true,
    }
}

impl<'v> Members<'v> {
    pub fn new(call: &'v Call<'v>, items: &'v [Val]) -> Result<Self, Stop> {
        let keys = items.iter().map(key).collect::<Result<_, _>>()?;
        Ok(Self { items, keys, open: !items.iter().all(is_closed), call })
    }

    /// Whether one of the members is equal to `val`.
    pub fn holds(&self, val: &Val) -> Result<Truth, Stop> {
        if self.keys.contains(&key(val)?) {
            return Ok(Truth::True);
        }
        if !self.open && is_closed(val) {
            return Ok(Truth::False);
        }
        let mut found = Truth::False;
        for item in self.items {
            found = found | self.call.same(item, val)?;
        }
        Ok(found)
    }
}

/// The items without those that are certainly repeated; those whose equality is open are kept.
pub(super) fn unique(items: Vec<Val>) -> Result<Vec<Val>, Stop> {
    let mut seen = HashSet::new();
    let mut result = Vec::with_capacity(items.len());
    for item in items {
        if seen.insert(key(&item)?) {
            result.push(item);
        }
    }
    Ok(result)
}

/// A set of these items: of one type, unique, and sorted where all are known strings or all are numbers.
pub(super) fn set(items: &[Val]) -> Done {
    let mut items = unique(convert::unified(items)?)?;
    let as_text = |item: &Val| match &item.kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) => text.literal().map(str::to_owned),
        _ => None,
    };
    let texts: Option<Vec<String>> = items.iter().map(as_text).collect();
    if let Some(texts) = texts {
        let mut sorted: Vec<(String, Val)> = texts.into_iter().zip(items).collect();
        sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
        return Ok(ValKind::List(sorted.into_iter().map(|(_, item)| item).collect()));
    }
    if items.iter().all(|item| matches!(item.kind, ValKind::Number(_))) {
        let number = |item: &Val| super::arguments::number(item, "an item").ok();
        items.sort_by(|a, b| {
            number(a).zip(number(b)).and_then(|(a, b)| a.compare(b)).unwrap_or(std::cmp::Ordering::Equal)
        });
    }
    Ok(ValKind::List(items))
}

pub(super) fn setunion(call: &Call<'_>) -> Done {
    let mut all = Vec::new();
    for i in 0..call.args.len() {
        let items = call.list(i)?;
        fits_items(Some(all.len() + items.len()))?;
        all.extend_from_slice(items);
    }
    set(&all)
}

/// Items of the first list that are, or are not, in the second one, all converted to one type first.
fn filtered(call: &Call<'_>, first: &[Val], second: &[Val], keep: bool) -> Done {
    let together = convert::unified(&[first, second].concat())?;
    let (first, second) = together.split_at(first.len());
    let members = Members::new(call, second)?;
    let mut kept = Vec::new();
    for item in first {
        match members.holds(item)? {
            Truth::Unknown(causes) => return Err(Stop::Unknown(causes.first().clone())),
            truth if (truth == Truth::True) == keep => kept.push(item.clone()),
            _ => {}
        }
    }
    set(&kept)
}

pub(super) fn setintersection(call: &Call<'_>) -> Done {
    let mut kept = call.list(0)?.to_vec();
    for i in 1..call.args.len() {
        let ValKind::List(items) = filtered(call, &kept, call.list(i)?, true)? else { continue };
        kept = items;
    }
    set(&kept)
}

pub(super) fn setsubtract(call: &Call<'_>) -> Done {
    filtered(call, call.list(0)?, call.list(1)?, false)
}

//! From choices inside a value to the possible values of an attribute.

use std::sync::Arc;

use super::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// Attributes that depend on more combinations than this are unknown.
const MOST_WORLDS: usize = 32;

/// One way in which all choices inside a value may be decided.
#[derive(Debug)]
pub struct Possible {
    /// The clause that reads after "when"; `None` when there is nothing to decide.
    pub when: Option<Arc<str>>,
    /// The value then, free of choices; `None` means nothing is written.
    pub value: Option<Val>,
}

/// All ways in which the choices inside a value may be decided. Equal subjects are decided together.
pub fn possible(value: Option<&Val>) -> Vec<Possible> {
    let Some(value) = value else { return vec![Possible { when: None, value: None }] };
    let mut subjects = Vec::new();
    collect(value, &mut subjects);
    if subjects.is_empty() {
        return vec![Possible { when: None, value: Some(value.clone()) }];
    }
    let count = subjects.iter().try_fold(1_usize, |n, (_, options)| n.checked_mul(options.len()));
    if count.is_none_or(|n| n > MOST_WORLDS) {
        let cause = Cause::new(CauseKind::Condition, "it depends on too many things that cannot be decided");
        return vec![Possible { when: None, value: Some(Val { kind: ValKind::Unknown(cause), span: value.span }) }];
    }
    let mut picks = vec![Vec::new()];
    for (_, options) in &subjects {
        picks = picks
            .into_iter()
            .flat_map(|pick: Vec<usize>| {
                (0..options.len()).map(move |i| pick.iter().copied().chain([i]).collect::<Vec<usize>>())
            })
            .collect();
    }
    picks
        .into_iter()
        .map(|pick| {
            let clauses: Vec<&str> = pick.iter().zip(&subjects).map(|(&i, (_, options))| &*options[i]).collect();
            let decided: Vec<(&str, usize)> =
                subjects.iter().map(|(subject, _)| &**subject).zip(pick.iter().copied()).collect();
            Possible { when: Some(clauses.join(" and ").into()), value: resolve(value, &decided) }
        })
        .collect()
}

type Subject = (Arc<str>, Vec<Arc<str>>);

fn collect(value: &Val, subjects: &mut Vec<Subject>) {
    match &value.kind {
        ValKind::Choice { subject, options } => {
            if !subjects.iter().any(|(known, _)| known == subject) {
                subjects.push((subject.clone(), options.iter().map(|(when, _)| when.clone()).collect()));
            }
            for (_, option) in options {
                if let Some(option) = option {
                    collect(option, subjects);
                }
            }
        }
        ValKind::List(items) => items.iter().for_each(|item| collect(item, subjects)),
        ValKind::Map(fields) => fields.iter().for_each(|field| collect(&field.value, subjects)),
        ValKind::Embedded(_, document) => collect(document, subjects),
        _ => {}
    }
}

fn resolve(value: &Val, decided: &[(&str, usize)]) -> Option<Val> {
    let kind = match &value.kind {
        ValKind::Choice { subject, options } => {
            let picked = decided.iter().find(|(known, _)| *known == &**subject).map_or(0, |(_, i)| *i);
            return options.get(picked).and_then(|(_, option)| option.as_ref()).and_then(|v| resolve(v, decided));
        }
        ValKind::List(items) => ValKind::List(items.iter().filter_map(|item| resolve(item, decided)).collect()),
        ValKind::Map(fields) => ValKind::Map(
            fields
                .iter()
                .filter_map(|field| {
                    let value = resolve(&field.value, decided)?;
                    Some(Field { key: field.key.clone(), key_span: field.key_span, value })
                })
                .collect(),
        ),
        ValKind::Embedded(text, document) => ValKind::Embedded(text.clone(), Box::new(resolve(document, decided)?)),
        other => other.clone(),
    };
    Some(Val { kind, span: value.span })
}

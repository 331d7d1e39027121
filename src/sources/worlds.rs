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

/// A value in which one choice is decided: the clauses of its options, and the value then (`None`: nothing is written).
pub type Decided = Vec<(Arc<str>, Option<Val>)>;

/// The first thing that decides a choice inside a value, and the value for each of its options; `None` when there is
/// no choice in it.
pub fn split(value: &Val) -> Option<(Arc<str>, Decided)> {
    let mut subjects = Vec::new();
    collect(value, &mut subjects);
    let (subject, options) = subjects.into_iter().next()?;
    let one = |(i, when): (usize, Arc<str>)| (when, decide(value, &subject, i));
    let decided = options.into_iter().enumerate().map(one).collect();
    Some((subject, decided))
}

/// The value with every choice of one subject decided, and the others left as they are.
fn decide(value: &Val, subject: &str, picked: usize) -> Option<Val> {
    rebuild(value, &|known, options| {
        if known == subject {
            let option = options.get(picked).and_then(|(_, option)| option.as_ref());
            return Some(option.and_then(|option| decide(option, subject, picked)));
        }
        None
    })
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
    rebuild(value, &|known, options| {
        let picked = decided.iter().find(|(subject, _)| *subject == known).map_or(0, |(_, i)| *i);
        Some(options.get(picked).and_then(|(_, option)| option.as_ref()).and_then(|v| resolve(v, decided)))
    })
}

/// What becomes of a choice: `None` leaves it as it is, inner `None` means that nothing is written.
type Pick<'p> = &'p dyn Fn(&str, &[(Arc<str>, Option<Val>)]) -> Option<Option<Val>>;

/// The value with its choices replaced by what `pick` makes of them.
fn rebuild(value: &Val, pick: Pick<'_>) -> Option<Val> {
    let kind = match &value.kind {
        ValKind::Choice { subject, options } => {
            if let Some(picked) = pick(subject, options) {
                return picked;
            }
            let inside = |(when, option): &(Arc<str>, Option<Val>)| {
                (when.clone(), option.as_ref().and_then(|option| rebuild(option, pick)))
            };
            ValKind::Choice { subject: subject.clone(), options: options.iter().map(inside).collect() }
        }
        ValKind::List(items) => ValKind::List(items.iter().filter_map(|item| rebuild(item, pick)).collect()),
        ValKind::Map(fields) => ValKind::Map(
            fields
                .iter()
                .filter_map(|field| {
                    let value = rebuild(&field.value, pick)?;
                    Some(Field { key: field.key.clone(), key_span: field.key_span, value })
                })
                .collect(),
        ),
        ValKind::Embedded(text, document) => ValKind::Embedded(text.clone(), Box::new(rebuild(document, pick)?)),
        other => other.clone(),
    };
    Some(Val { kind, span: value.span })
}

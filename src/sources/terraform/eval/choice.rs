//! Values that depend on what cannot be decided: what is computed from one of them is computed for each option.

use std::sync::Arc;

use crate::model::arn::Var;
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// A value with more options than this is unknown.
pub(super) const MOST_OPTIONS: usize = 32;

/// An option of a subject: what was decided, and how.
pub(super) type Pick = (Arc<str>, usize);

/// Computes `f` for each way in which choices among `vals` may be decided. Choices inside lists and mappings stay.
pub(super) fn lift(vals: Vec<Val>, span: Span, f: &mut dyn FnMut(Vec<Val>) -> Val) -> Val {
    let mut left = MOST_OPTIONS;
    each_way(vals, span, &shallow, f, &mut left).unwrap_or_else(|| too_many(span))
}

/// As [`lift`], also for choices inside lists and mappings.
pub(super) fn lift_deep(vals: Vec<Val>, span: Span, f: &mut dyn FnMut(Vec<Val>) -> Val) -> Val {
    let mut left = MOST_OPTIONS;
    each_way(vals, span, &deep, f, &mut left).unwrap_or_else(|| too_many(span))
}

type Find = dyn Fn(&Val) -> Option<(Arc<str>, Vec<Arc<str>>)>;

fn each_way(
    vals: Vec<Val>,
    span: Span,
    find: &Find,
    f: &mut dyn FnMut(Vec<Val>) -> Val,
    left: &mut usize,
) -> Option<Val> {
    let Some((subject, clauses)) = vals.iter().find_map(find) else {
        *left = left.checked_sub(1)?;
        return Some(f(vals));
    };
    let mut options = Vec::with_capacity(clauses.len());
    for (i, clause) in clauses.into_iter().enumerate() {
        let picked = vals.iter().map(|val| decide(val.clone(), &subject, i)).collect();
        options.push((clause, each_way(picked, span, find, f, left)?));
    }
    Some(choice(&subject, options, span))
}

fn shallow(val: &Val) -> Option<(Arc<str>, Vec<Arc<str>>)> {
    let ValKind::Choice { subject, options } = &val.kind else { return None };
    Some((subject.clone(), options.iter().map(|(clause, _)| clause.clone()).collect()))
}

fn deep(val: &Val) -> Option<(Arc<str>, Vec<Arc<str>>)> {
    match &val.kind {
        ValKind::List(items) => items.iter().find_map(deep),
        ValKind::Map(fields) => fields.iter().find_map(|field| deep(&field.value)),
        _ => shallow(val),
    }
}

/// One value for each option of a subject; a single value when all options agree.
pub(super) fn choice(subject: &Arc<str>, options: Vec<(Arc<str>, Val)>, span: Span) -> Val {
    let options: Vec<(Arc<str>, Val)> =
        options.into_iter().enumerate().map(|(i, (clause, val))| (clause, decide_top(val, subject, i))).collect();
    let Some((first, rest)) = options.split_first() else { return too_many(span) };
    if rest.iter().all(|(_, val)| alike(val, &first.1)) {
        return first.1.clone();
    }
    if options.iter().map(|(_, val)| leaves(val)).sum::<usize>() > MOST_OPTIONS {
        return too_many(span);
    }
    let options = options.into_iter().map(|(clause, val)| (clause, Some(val))).collect();
    Val { kind: ValKind::Choice { subject: subject.clone(), options }, span }
}

/// A choice between two values, by whether what `var` stands for is true.
pub(super) fn either(var: &Var, yes: Val, no: Val, span: Span) -> Val {
    let [when, unless] = clauses(&var.shown);
    choice(&var.key, vec![(when, yes), (unless, no)], span)
}

/// The clauses for true and false of an undecided condition.
pub(super) fn clauses(shown: &str) -> [Arc<str>; 2] {
    let subject = match variable_name(shown) {
        Some((name, None)) => format!("the variable '{name}'"),
        Some((name, Some(module))) => format!("the variable '{name}' of '{module}'"),
        None => format!("'{shown}'"),
    };
    [format!("{subject} is true").into(), format!("{subject} is false").into()]
}

/// The variable that `shown` names, and its module: `var.x`, `module.m.var.x`.
fn variable_name(shown: &str) -> Option<(&str, Option<&str>)> {
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    match shown.strip_prefix("var.") {
        Some(name) => plain(name).then_some((name, None)),
        None => shown.rsplit_once(".var.").filter(|(_, name)| plain(name)).map(|(module, name)| (name, Some(module))),
    }
}

fn too_many(span: Span) -> Val {
    let cause = Cause::new(CauseKind::Condition, "it depends on too many things that cannot be decided");
    Val { kind: ValKind::Unknown(cause), span }
}

fn leaves(val: &Val) -> usize {
    match &val.kind {
        ValKind::Choice { options, .. } => options.iter().filter_map(|(_, val)| val.as_ref()).map(leaves).sum(),
        _ => 1,
    }
}

/// The value, where `subject` has its option `pick`; only where the value itself is a choice.
fn decide_top(val: Val, subject: &str, pick: usize) -> Val {
    let Val { kind: ValKind::Choice { subject: own, options }, span } = val else { return val };
    if *own == *subject {
        let picked = options.into_iter().nth(pick).and_then(|(_, val)| val);
        return decide_top(picked.unwrap_or(Val { kind: ValKind::Null, span }), subject, pick);
    }
    let options = options.into_iter().map(|(clause, val)| (clause, val.map(|val| decide_top(val, subject, pick))));
    Val { kind: ValKind::Choice { subject: own, options: options.collect() }, span }
}

/// The value, where `subject` has its option `pick`, everywhere inside it.
pub(super) fn decide(val: Val, subject: &str, pick: usize) -> Val {
    let Val { kind, span } = val;
    let kind = match kind {
        ValKind::Choice { subject: own, options } if *own == *subject => {
            let picked = options.into_iter().nth(pick).and_then(|(_, val)| val);
            return decide(picked.unwrap_or(Val { kind: ValKind::Null, span }), subject, pick);
        }
        ValKind::Choice { subject: own, options } => {
            let options = options
                .into_iter()
                .map(|(clause, val)| (clause, decide(val.unwrap_or(Val { kind: ValKind::Null, span }), subject, pick)))
                .collect();
            return choice(&own, options, span);
        }
        ValKind::List(items) => ValKind::List(items.into_iter().map(|item| decide(item, subject, pick)).collect()),
        ValKind::Map(fields) => ValKind::Map(
            fields.into_iter().map(|field| Field { value: decide(field.value, subject, pick), ..field }).collect(),
        ),
        ValKind::Embedded(text, document) => ValKind::Embedded(text, Box::new(decide(*document, subject, pick))),
        other => other,
    };
    Val { kind, span }
}

/// All picks decided, everywhere inside the value.
pub(super) fn decide_all(val: Val, picks: &[Pick]) -> Val {
    picks.iter().fold(val, |val, (subject, pick)| decide(val, subject, *pick))
}

/// The ways in which a value that may be a choice can be decided, with the value then.
pub(super) fn ways(val: &Val) -> Vec<(Vec<Pick>, Vec<Arc<str>>, Val)> {
    let ValKind::Choice { subject, options } = &val.kind else {
        return vec![(Vec::new(), Vec::new(), val.clone())];
    };
    let mut result = Vec::new();
    for (i, (clause, option)) in options.iter().enumerate() {
        let option = option.clone().unwrap_or(Val { kind: ValKind::Null, span: val.span });
        for (mut picks, mut clauses, leaf) in ways(&option) {
            picks.insert(0, (subject.clone(), i));
            clauses.insert(0, clause.clone());
            result.push((picks, clauses, leaf));
        }
    }
    result
}

/// Whether both say the same, wherever they stand.
pub(super) fn alike(a: &Val, b: &Val) -> bool {
    match (&a.kind, &b.kind) {
        (ValKind::List(a), ValKind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (ValKind::Map(a), ValKind::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.key == b.key && alike(&a.value, &b.value))
        }
        (ValKind::Embedded(a, x), ValKind::Embedded(b, y)) => a == b && alike(x, y),
        (ValKind::Choice { subject: a, options: x }, ValKind::Choice { subject: b, options: y }) => {
            a == b
                && x.len() == y.len()
                && x.iter().zip(y).all(|((_, x), (_, y))| match (x, y) {
                    (Some(x), Some(y)) => alike(x, y),
                    (x, y) => x.is_none() && y.is_none(),
                })
        }
        (a, b) => a == b,
    }
}

/// Whether evaluation certainly fails here: the mark that `try` and `can` look for.
pub(super) fn is_error(val: &Val) -> bool {
    matches!(&val.kind, ValKind::Unknown(cause) if cause.kind == CauseKind::Invalid)
}

/// The error somewhere inside a value that is no choice.
pub(super) fn error_within(val: &Val) -> Option<&Cause> {
    match &val.kind {
        ValKind::Unknown(cause) if cause.kind == CauseKind::Invalid => Some(cause),
        ValKind::List(items) => items.iter().find_map(error_within),
        ValKind::Map(fields) => fields.iter().find_map(|field| error_within(&field.value)),
        _ => None,
    }
}

/// Options under which evaluation fails are taken out: what was applied did not fail.
pub(super) fn without_errors(val: Val) -> Val {
    let Val { kind, span } = val;
    let kind = match kind {
        ValKind::Choice { subject, options } => {
            let options: Vec<(Arc<str>, Option<Val>)> =
                options.into_iter().map(|(clause, val)| (clause, val.map(without_errors))).collect();
            let good = |val: &Option<Val>| val.as_ref().is_none_or(|val| error_within(val).is_none());
            let mut sound = options.iter().filter(|(_, val)| good(val));
            match (sound.next(), sound.next()) {
                (Some((_, only)), None) => {
                    return only.clone().unwrap_or(Val { kind: ValKind::Null, span });
                }
                _ => ValKind::Choice { subject, options },
            }
        }
        ValKind::List(items) => ValKind::List(items.into_iter().map(without_errors).collect()),
        ValKind::Map(fields) => ValKind::Map(
            fields.into_iter().map(|field| Field { value: without_errors(field.value), ..field }).collect(),
        ),
        other => other,
    };
    Val { kind, span }
}

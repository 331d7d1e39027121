//! Calls whose arguments hold choices: one call for each way to decide them.

use std::sync::Arc;

use super::arguments::Stop;
use super::{Called, Function, run};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// A call that depends on more combinations than this is unknown.
const MOST_WAYS: usize = 32;

/// Calls a function, once for each way in which the choices that it looks at may be decided.
pub(super) fn call(function: &Function, args: &[Val], span: Span) -> Called {
    ways(function, args, span, MOST_WAYS)
}

fn ways(function: &Function, args: &[Val], span: Span, most: usize) -> Called {
    let unknown = |kind, detail: String| Val { kind: ValKind::Unknown(Cause::new(kind, detail)), span };
    let (subject, whens) = match run(function, args, span) {
        Ok(val) => return Called::Val(val),
        Err(Stop::Error(detail)) => return Called::Error(detail),
        Err(Stop::Unknown(cause)) => return Called::Val(Val { kind: ValKind::Unknown(cause), span }),
        Err(Stop::Choice(subject, whens)) => (subject, whens),
    };
    let most = most / whens.len().max(1);
    if most == 0 || whens.is_empty() {
        let detail = "it depends on too many things that cannot be decided".to_owned();
        return Called::Val(unknown(CauseKind::Condition, detail));
    }
    let results: Vec<Called> = (0..whens.len())
        .map(|i| {
            let null = |arg: &Val| Val { kind: ValKind::Null, span: arg.span };
            let args: Vec<Val> =
                args.iter().map(|arg| decided(arg, &subject, i).unwrap_or_else(|| null(arg))).collect();
            ways(function, &args, span, most)
        })
        .collect();
    if let Some(Called::Error(detail)) = results.first()
        && results.iter().all(|result| matches!(result, Called::Error(_)))
    {
        return Called::Error(detail.clone());
    }
    let options: Vec<(Arc<str>, Option<Val>)> = whens
        .into_iter()
        .zip(results)
        .map(|(when, result)| match result {
            Called::Val(val) => (when, Some(val)),
            Called::Error(detail) => (when, Some(unknown(CauseKind::Invalid, detail))),
        })
        .collect();
    if let Some((_, Some(first))) = options.first()
        && options.iter().all(|(_, option)| option.as_ref().is_some_and(|option| option.kind == first.kind))
    {
        return Called::Val(first.clone());
    }
    Called::Val(Val { kind: ValKind::Choice { subject, options }, span })
}

/// The value when the choice of this subject is decided for its option `i`; `None` when nothing is written then.
fn decided(val: &Val, subject: &str, i: usize) -> Option<Val> {
    let kind = match &val.kind {
        ValKind::Choice { subject: of, options } if &**of == subject => {
            return options.get(i).and_then(|(_, option)| option.as_ref()).and_then(|val| decided(val, subject, i));
        }
        ValKind::Choice { subject: of, options } => {
            let inner = |option: &Option<Val>| option.as_ref().and_then(|val| decided(val, subject, i));
            let options = options.iter().map(|(when, option)| (when.clone(), inner(option))).collect();
            ValKind::Choice { subject: of.clone(), options }
        }
        ValKind::List(items) => ValKind::List(items.iter().filter_map(|item| decided(item, subject, i)).collect()),
        ValKind::Map(fields) => ValKind::Map(
            fields
                .iter()
                .filter_map(|field| {
                    let value = decided(&field.value, subject, i)?;
                    Some(Field { key: field.key.clone(), key_span: field.key_span, value })
                })
                .collect(),
        ),
        ValKind::Embedded(text, document) => match decided(document, subject, i) {
            Some(document) => ValKind::Embedded(text.clone(), Box::new(document)),
            None => ValKind::Text(text.clone()),
        },
        kind => kind.clone(),
    };
    Some(Val { kind, span: val.span })
}

//! Functions that take something away from the ends of a string.

use super::arguments::{Call, Done, Pieces, Stop};
use super::strings::may_hold;
use crate::model::arn::{Part, Text};
use crate::sources::value::ValKind;
use crate::truth::Truth;

/// Takes characters of a kind away at the ends. A hole at an end that could hold one leaves the result open.
fn trim_where(
    text: &Text,
    drop: &dyn Fn(char) -> bool,
    may_drop: &dyn Fn(&Part) -> bool,
    front: bool,
) -> Result<Text, Stop> {
    let mut parts: Vec<Part> = text.parts().to_vec();
    if front {
        while let Some(first) = parts.first() {
            match first {
                Part::Lit(literal) => {
                    let kept = literal.trim_start_matches(drop);
                    if kept.is_empty() {
                        parts.remove(0);
                        continue;
                    }
                    parts[0] = Part::Lit(kept.into());
                }
                Part::Var(var) if may_drop(first) => return Err(Stop::Unknown(var.cause.clone())),
                Part::Var(_) => {}
            }
            break;
        }
    }
    while let Some(last) = parts.pop() {
        match &last {
            Part::Lit(literal) => {
                let kept = literal.trim_end_matches(drop);
                if kept.is_empty() {
                    continue;
                }
                parts.push(Part::Lit(kept.into()));
            }
            Part::Var(var) if may_drop(&last) => return Err(Stop::Unknown(var.cause.clone())),
            Part::Var(_) => parts.push(last),
        }
        break;
    }
    Ok(whole(&parts))
}

fn whole(parts: &[Part]) -> Text {
    let mut pieces = Pieces::default();
    for part in parts {
        match part {
            Part::Lit(literal) => pieces.push_str(literal),
            Part::Var(var) => pieces.push(&var.clone().into()),
        }
    }
    pieces.finish()
}

/// A string that holds a document holds the same one without the white space around it.
fn around_document(call: &Call<'_>, text: Text) -> ValKind {
    match &call.args[0].kind {
        ValKind::Embedded(_, document) => ValKind::Embedded(text, document.clone()),
        _ => ValKind::Text(text),
    }
}

pub(super) fn trimspace(call: &Call<'_>) -> Done {
    let may = |part: &Part| matches!(part, Part::Var(var) if may_hold(var, ' '));
    let text = trim_where(&call.text(0)?, &char::is_whitespace, &may, true)?;
    Ok(around_document(call, text))
}

pub(super) fn chomp(call: &Call<'_>) -> Done {
    let may = |part: &Part| matches!(part, Part::Var(var) if may_hold(var, '\n'));
    let text = trim_where(&call.text(0)?, &|c| matches!(c, '\n' | '\r'), &may, false)?;
    Ok(around_document(call, text))
}

pub(super) fn trim(call: &Call<'_>) -> Done {
    let (text, set) = (call.text(0)?, call.literal(1)?);
    let may = |part: &Part| matches!(part, Part::Var(var) if set.chars().any(|c| may_hold(var, c)));
    Ok(ValKind::Text(trim_where(&text, &|c| set.contains(c), &may, true)?))
}

pub(super) fn trimprefix(call: &Call<'_>) -> Done {
    let (text, prefix) = (call.text(0)?, call.literal(1)?);
    call.comparable(&text, &Text::from(&*prefix))?;
    match text.begins_with(&Text::from(&*prefix)) {
        Truth::True => {
            let mut parts = text.parts().to_vec();
            let rest = match parts.first() {
                Some(Part::Lit(literal)) => literal.strip_prefix(&*prefix).map(str::to_owned),
                _ => None,
            };
            match (rest, parts.first_mut()) {
                (Some(rest), Some(first)) => *first = Part::Lit(rest.into()),
                _ if prefix.is_empty() => {}
                // The prefix goes on inside of a hole.
                _ => return Err(super::arguments::unsupported("the prefix ends inside of something unknown")),
            }
            Ok(ValKind::Text(whole(&parts)))
        }
        Truth::False => Ok(ValKind::Text(text)),
        Truth::Unknown(causes) => Err(Stop::Unknown(causes.first().clone())),
    }
}

pub(super) fn trimsuffix(call: &Call<'_>) -> Done {
    let (text, suffix) = (call.text(0)?, call.literal(1)?);
    call.comparable(&text, &Text::from(&*suffix))?;
    match text.finishes_with(&Text::from(&*suffix)) {
        Truth::True => {
            let mut parts = text.parts().to_vec();
            let rest = match parts.last() {
                Some(Part::Lit(literal)) => literal.strip_suffix(&*suffix).map(str::to_owned),
                _ => None,
            };
            match (rest, parts.last_mut()) {
                (Some(rest), Some(last)) => *last = Part::Lit(rest.into()),
                _ if suffix.is_empty() => {}
                _ => return Err(super::arguments::unsupported("the suffix begins inside of something unknown")),
            }
            Ok(ValKind::Text(whole(&parts)))
        }
        Truth::False => Ok(ValKind::Text(text)),
        Truth::Unknown(causes) => Err(Stop::Unknown(causes.first().clone())),
    }
}

//! What a plan cannot tell and the configuration it was made of can: parts of a `jsonencode` or a template around a value
//! that is known after apply, and `lifecycle`.
//!
//! What the plan knows holds. The configuration is evaluated with the plan's own variables and names (see
//! [`super::overlay::Overlay::evaluated`]), so that its references mean the plan's resources.

use std::collections::HashMap;

use super::instance::Instance;
use crate::model::Existence;
use crate::model::arn::Part;
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::value::{Field, Val, ValKind};

/// What `terraform show -json` leaves out of resources.
const LEFT_OUT: [&str; 1] = ["lifecycle"];

/// Lists of more pairs than these are not compared.
const MOST_PAIRS: usize = 40_000;

/// Completes the instances of a plan by those of its configuration. `plan` is the plan's file: a place in it says nothing
/// of where a value of the configuration is written.
pub fn supplement(instances: &mut [Instance], written: &[Instance], plan: FileId) {
    let by_address: HashMap<&str, &Instance> = written
        .iter()
        .filter(|instance| !instance.data)
        .map(|instance| (instance.instance.as_str(), instance))
        .collect();
    for instance in instances.iter_mut().filter(|instance| !instance.data) {
        let Some(written) = by_address.get(instance.instance.as_str()).filter(|one| one.kind == instance.kind) else {
            continue;
        };
        let own = format!("{}#", instance.key);
        complete(&mut instance.body, &written.body, &own, plan);
        let ValKind::Map(fields) = &mut instance.body.kind else { continue };
        for name in LEFT_OUT {
            if let Some(field) = written.body.field(name).filter(|_| fields.iter().all(|field| &*field.key != name)) {
                fields.push(placed(field.clone(), field.key_span, plan));
            }
        }
    }
}

/// Whether a plan of these instances was certainly not made of this configuration: one has a resource that the other has
/// not, or a value that differs.
pub fn contradicts(instances: &[Instance], written: &[Instance], sources: &SourceMap) -> bool {
    let managed = |instance: &&Instance| !instance.data;
    let planned: HashMap<&str, &Instance> =
        instances.iter().filter(managed).map(|instance| (instance.instance.as_str(), instance)).collect();
    let open = |instance: &Instance| instance.instance.contains("[?]") || instance.existence != Existence::Certain;
    let other = |instance: &Instance| match planned.get(instance.instance.as_str()) {
        Some(planned) => differs(&planned.body, &instance.body, sources),
        None => !open(instance),
    };
    if written.iter().filter(managed).any(other) {
        return true;
    }
    // Where copies cannot be counted, any number of them may be planned.
    let mut own: HashMap<&str, Vec<&Instance>> = HashMap::new();
    for instance in written.iter().filter(managed) {
        own.entry(instance.address.as_str()).or_default().push(instance);
    }
    instances.iter().filter(managed).any(|instance| {
        own.get(instance.address.as_str())
            .is_some_and(|copies| copies.iter().all(|copy| !open(copy) && copy.instance != instance.instance))
    })
}

/// Whether a value of a plan is certainly not what is written. Order says nothing: a provider sorts what is a set.
fn differs(value: &Val, written: &Val, sources: &SourceMap) -> bool {
    // What is known after apply stands for what it refers to, and maybe not for all that is written around it.
    if sources.text(value.span) == "true" && !matches!(value.kind, ValKind::Bool(_)) {
        return false;
    }
    match (&value.kind, &written.kind) {
        (ValKind::Embedded(_, value), ValKind::Embedded(_, written)) => differs(value, written, sources),
        (ValKind::Embedded(..), _) | (_, ValKind::Embedded(..)) => false,
        (ValKind::Map(_), ValKind::Map(fields)) => {
            fields.iter().any(|field| value.get(&field.key).is_some_and(|value| differs(value, &field.value, sources)))
        }
        (ValKind::List(values), ValKind::List(items)) => {
            if values.len().saturating_mul(items.len()) > MOST_PAIRS {
                return false;
            }
            let has_no_match = |item: &Val| values.iter().all(|value| differs(value, item, sources));
            items.iter().any(has_no_match)
                || values.iter().any(|value| items.iter().all(|item| differs(value, item, sources)))
        }
        // A provider may leave out what says nothing.
        (ValKind::Null, ValKind::Bool(true)) => true,
        (ValKind::Null, ValKind::Text(_)) => {
            written.text().is_some_and(|text| text.literal().is_some_and(|literal| !literal.is_empty()))
        }
        (
            ValKind::Bool(_) | ValKind::Number(_) | ValKind::Text(_),
            ValKind::Bool(_) | ValKind::Number(_) | ValKind::Text(_),
        ) => {
            let (Some(value), Some(written)) = (value.text(), written.text()) else { return false };
            match (value.literal(), written.literal()) {
                (Some(a), Some(b)) => {
                    a != b && a.parse::<f64>().ok().zip(b.parse().ok()).is_none_or(|(a, b): (f64, f64)| a != b)
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Replaces what is open in `value` by what `written` knows of it. `own` begins the names of what stands in the instance
/// itself: a name like that is no reference.
fn complete(value: &mut Val, written: &Val, own: &str, plan: FileId) {
    let is_reference = |value: &Val| match &value.kind {
        ValKind::Text(text) => matches!(text.parts(), [Part::Var(var)] if !var.key.starts_with(own)),
        _ => false,
    };
    if is_open(value) {
        let is_known = !is_open(written) && !matches!(written.kind, ValKind::Null | ValKind::Choice { .. });
        if is_known || (is_reference(written) && !is_reference(value)) {
            let span = value.span;
            *value = written.clone();
            move_out(value, span, plan);
        }
        return;
    }
    match (&mut value.kind, &written.kind) {
        (ValKind::Map(fields), ValKind::Map(_)) => {
            for field in fields {
                if let Some(written) = written.get(&field.key) {
                    complete(&mut field.value, written, own, plan);
                }
            }
        }
        (ValKind::List(items), ValKind::List(of)) if items.len() == of.len() => {
            items.iter_mut().zip(of).for_each(|(item, written)| complete(item, written, own, plan));
        }
        (ValKind::Embedded(_, document), ValKind::Embedded(_, of)) => complete(document, of, own, plan),
        _ => {}
    }
}

/// Whether nothing at all is known of a value.
fn is_open(value: &Val) -> bool {
    match &value.kind {
        ValKind::Unknown(_) => true,
        ValKind::Text(text) => matches!(text.parts(), [Part::Var(_)]),
        _ => false,
    }
}

fn placed(mut field: Field, span: Span, plan: FileId) -> Field {
    move_out(&mut field.value, span, plan);
    field
}

/// Gives every part that stands in the plan's file the place `span`.
fn move_out(value: &mut Val, span: Span, plan: FileId) {
    value.each_span(&mut |place| {
        if place.file == plan {
            *place = span;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::arn::Text;
    use crate::truth::{Cause, CauseKind};

    const PLAN: FileId = FileId(0);

    fn val(kind: ValKind, file: u32) -> Val {
        Val { kind, span: Span { file: FileId(file), start: 1, end: 2 } }
    }

    fn text(literal: &str, file: u32) -> Val {
        val(ValKind::Text(Text::from(literal)), file)
    }

    fn open() -> Val {
        val(ValKind::Unknown(Cause::new(CauseKind::AfterApply, "known after apply")), 7)
    }

    fn list(items: Vec<Val>, file: u32) -> Val {
        val(ValKind::List(items), file)
    }

    #[test]
    fn what_the_plan_knows_holds() {
        let mut value = list(vec![text("planned", 7), open()], 7);
        complete(&mut value, &list(vec![text("written", 1), text("written", 1)], 1), "plan#aws_x.y#", PLAN);
        assert_eq!(value, list(vec![text("planned", 7), text("written", 1)], 7));
    }

    #[test]
    fn lists_of_other_lengths_do_not_speak_of_the_same() {
        let mut value = list(vec![open()], 7);
        complete(&mut value, &list(vec![text("a", 1), text("b", 1)], 1), "plan#aws_x.y#", PLAN);
        assert_eq!(value, list(vec![open()], 7));
    }

    #[test]
    fn null_and_open_values_say_nothing() {
        for written in [val(ValKind::Null, 1), open()] {
            let mut value = open();
            complete(&mut value, &written, "plan#aws_x.y#", PLAN);
            assert_eq!(value, open());
        }
    }

    #[test]
    fn no_place_in_the_plan_is_left() {
        let mut value = open();
        complete(&mut value, &text("of a variable", 0), "plan#aws_x.y#", PLAN);
        assert_eq!(value, text("of a variable", 7));
    }
}

//! What a plan cannot tell and the configuration it was made of can: parts of a `jsonencode` or a template around a value
//! that is known after apply, and `lifecycle`.
//!
//! What the plan knows holds. The configuration is evaluated with the plan's own variables and names (see
//! [`super::eval::planned`]), so that its references mean the plan's resources.

use std::collections::HashMap;

use super::instance::Instance;
use crate::model::arn::Part;
use crate::source_map::{FileId, Span};
use crate::sources::value::{Field, Val, ValKind};

/// What `terraform show -json` leaves out of resources.
const LEFT_OUT: [&str; 1] = ["lifecycle"];

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
        complete(&mut instance.body, &written.body, plan);
        let ValKind::Map(fields) = &mut instance.body.kind else { continue };
        for name in LEFT_OUT {
            if let Some(field) = written.body.field(name).filter(|_| fields.iter().all(|field| &*field.key != name)) {
                fields.push(placed(field.clone(), field.key_span, plan));
            }
        }
    }
}

/// Replaces what is open in `value` by what `written` knows of it.
fn complete(value: &mut Val, written: &Val, plan: FileId) {
    if is_open(value) {
        if !is_open(written) && !matches!(written.kind, ValKind::Null | ValKind::Choice { .. }) {
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
                    complete(&mut field.value, written, plan);
                }
            }
        }
        (ValKind::List(items), ValKind::List(of)) if items.len() == of.len() => {
            items.iter_mut().zip(of).for_each(|(item, written)| complete(item, written, plan));
        }
        (ValKind::Embedded(_, document), ValKind::Embedded(_, of)) => complete(document, of, plan),
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
        complete(&mut value, &list(vec![text("written", 1), text("written", 1)], 1), PLAN);
        assert_eq!(value, list(vec![text("planned", 7), text("written", 1)], 7));
    }

    #[test]
    fn lists_of_other_lengths_do_not_speak_of_the_same() {
        let mut value = list(vec![open()], 7);
        complete(&mut value, &list(vec![text("a", 1), text("b", 1)], 1), PLAN);
        assert_eq!(value, list(vec![open()], 7));
    }

    #[test]
    fn null_and_open_values_say_nothing() {
        for written in [val(ValKind::Null, 1), open()] {
            let mut value = open();
            complete(&mut value, &written, PLAN);
            assert_eq!(value, open());
        }
    }

    #[test]
    fn no_place_in_the_plan_is_left() {
        let mut value = open();
        complete(&mut value, &text("of a variable", 0), PLAN);
        assert_eq!(value, text("of a variable", 7));
    }
}

//! Dynamic references: `{{resolve:ssm:name}}`, `{{resolve:secretsmanager:…}}`, `{{resolve:ssm-secure:…}}`.
//!
//! CloudFormation looks them up when it deploys, after all functions were evaluated ("Get values stored in other
//! services using dynamic references" in its user guide): that there is a value is certain, the value is not known.

use super::eval::Scope;
use crate::model::arn::{Part, Shape, Text, Var};
use crate::truth::{Cause, CauseKind};

const OPEN: &str = "{{resolve:";
const CLOSE: &str = "}}";

/// The text with each dynamic reference replaced by a hole. Equal references of one input are equal holes.
pub(super) fn resolve(scope: &Scope<'_, '_>, text: Text) -> Text {
    if !text.parts().iter().any(|part| matches!(part, Part::Lit(literal) if literal.contains(OPEN))) {
        return text;
    }
    let mut result = Text::default();
    // The reference that is open: what stands between its braces.
    let mut inside: Option<Text> = None;
    for part in text.parts() {
        let mut rest = match part {
            Part::Lit(literal) => &**literal,
            Part::Var(var) => {
                inside.as_mut().unwrap_or(&mut result).push(&var.clone().into());
                continue;
            }
        };
        loop {
            let mark = if inside.is_some() { CLOSE } else { OPEN };
            let Some(at) = rest.find(mark) else {
                inside.as_mut().unwrap_or(&mut result).push_str(rest);
                break;
            };
            match inside.take() {
                Some(mut reference) => {
                    reference.push_str(&rest[..at]);
                    result.push(&hole(scope, &reference));
                }
                None => {
                    result.push_str(&rest[..at]);
                    inside = Some(Text::default());
                }
            }
            rest = &rest[at + mark.len()..];
        }
    }
    if let Some(unfinished) = inside {
        // Without its end it is plain text.
        result.push_str(OPEN);
        result.push(&unfinished);
    }
    result
}

fn hole(scope: &Scope<'_, '_>, reference: &Text) -> Text {
    let detail = format!("the dynamic reference '{OPEN}{reference}{CLOSE}' is looked up at deployment");
    let identity: Vec<&str> = reference
        .parts()
        .iter()
        .map(|part| match part {
            Part::Lit(literal) => &**literal,
            Part::Var(var) => &*var.key,
        })
        .collect();
    Var {
        key: format!("{}#resolve:{}", scope.stack.root, identity.join("\u{0}")).into(),
        shown: format!("resolve:{reference}").into(),
        cause: Cause::new(CauseKind::OutsideScope, detail),
        shape: Shape::Any,
    }
    .into()
}

//! What plans and commands take away from audit trails.

use std::collections::HashSet;

use super::witness;
use crate::finding::{Draft, Judge, Severity};
use crate::model::arn::Text;
use crate::model::change::{Loss, Part, PlanChange, Setting};
use crate::model::destination::bare_name;
use crate::model::{Estate, Input, InputKind, ResourceKind};
use crate::truth::Truth;

mod commands;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let takes_away = |input: &Input| input.kind == InputKind::TerraformPlan || !input.changes.items.is_empty();
    if !estate.inputs.iter().any(takes_away) {
        return;
    }
    let named = names(estate);
    let used = |change: &&PlanChange| change.used || change.names.iter().any(|name| named.contains(name));
    for input in &estate.inputs {
        let of_command = |change: &&PlanChange| change.id.kind == ResourceKind::Command;
        for change in input.changes.iter().filter(of_command).filter(used) {
            commands::report(change, judge.on(change));
        }
    }
    for plan in estate.inputs.iter().filter(|input| input.kind == InputKind::TerraformPlan) {
        let of_plan = |change: &&PlanChange| change.id.kind != ResourceKind::Command;
        let used = |change: &&PlanChange| of_plan(change) && used(change);
        let mut losses = plan.changes.iter().filter(used).peekable();
        if losses.peek().is_none() {
            let draft = judge
                .on_input(plan)
                .claim("takes nothing away from an audit trail", "takes something away from an audit trail")
                .fault("plan");
            match plan.unread(&plan.changes) {
                Some(causes) => draft.unknown(causes),
                None => draft.because("no trail, log bucket or key of a trail is deleted, replaced or weakened").pass(),
            }
        }
        for change in losses {
            report(change, plan, judge.on(change));
        }
    }
}

/// The names of what trails use, whatever input they are in.
fn names(estate: &Estate) -> HashSet<Text> {
    let mut names = HashSet::new();
    for trail in estate.own_trails() {
        names.extend(trail.bucket.possible().map(bare_name));
        names.extend(trail.kms_key.possible().chain(trail.log_group.possible()).cloned());
    }
    names
}

fn report(change: &PlanChange, plan: &Input, draft: Draft<'_, '_>) {
    let (attribute, before, after) = (&change.attribute, &change.before, &change.after);
    let (holds, fails, fault) = match change.loss {
        Loss::Deleted(part) => {
            (format!("keeps the {}", part.noun()), format!("deletes the {}", part.noun()), "deleted")
        }
        Loss::Replaced { part, .. } => {
            (format!("keeps the {}", part.noun()), format!("replaces the {}", part.noun()), "replaced")
        }
        Loss::Weakened(setting) => {
            let (holds, fails) = setting.says();
            (holds.to_owned(), fails.to_owned(), setting.word())
        }
    };
    let draft = draft
        .claim(holds, fails)
        .because(reason(change))
        .at(&change.at)
        .fault(fault)
        .evidence(&**attribute, before, after, &change.at)
        .severity(severity(change.loss))
        .remedy(remedy(change));
    match &change.certain {
        Truth::Unknown(causes) => draft.unknown(causes.clone()),
        Truth::True | Truth::False => draft.fail_with(witness::of(change.lost.as_ref(), plan)),
    }
}

fn reason(change: &PlanChange) -> String {
    let attribute = &change.attribute;
    match change.loss {
        Loss::Deleted(_) => format!("its '{attribute}' say that it is gone once the plan is applied"),
        Loss::Replaced { part, .. } => {
            let lost = match part {
                Part::Trail => {
                    "what happens until the new trail logs goes unrecorded, and its chain of digest files starts anew"
                }
                Part::Bucket => "the log files that the old one holds go with it",
                Part::Key => "log files that the old one encrypted cannot be read once it is deleted",
                Part::LogGroup => "the events that the old one holds go with it",
                Part::Policy | Part::Versioning | Part::ObjectLock | Part::PublicAccessBlock => {
                    "the log bucket goes without it until it is made anew"
                }
            };
            format!("its '{attribute}' delete what is there, and it is made anew; {lost}")
        }
        Loss::Weakened(Setting::Selectors) => {
            format!("'{attribute}' leaves them out once the plan is applied, and no other trail records them")
        }
        Loss::Weakened(Setting::SecureTransport | Setting::VersionDeletion | Setting::PublicPolicy) => {
            format!("'{attribute}' refuses that now, and does not once the plan is applied")
        }
        Loss::Weakened(_) => {
            format!("'{attribute}' is {} now, and {} once the plan is applied", change.before, change.after)
        }
    }
}

fn remedy(change: &PlanChange) -> String {
    let shown = change.id.instance();
    match change.loss {
        Loss::Deleted(_) => format!(
            "Keep the block of '{shown}' in the configuration, with 'prevent_destroy'. If only Terraform shall stop to \
             manage it, write a 'removed' block with 'destroy = false'."
        ),
        Loss::Replaced { .. } => format!(
            "Change '{shown}' in place, or write a 'moved' block if only its address changes. Let what replaces it work \
             before this one goes."
        ),
        Loss::Weakened(_) => format!("Keep '{}' of '{shown}' as it is now.", change.attribute),
    }
}

fn severity(loss: Loss) -> Severity {
    match loss {
        Loss::Replaced { kept: true, .. } | Loss::Deleted(Part::LogGroup) => Severity::Medium,
        Loss::Replaced { part: Part::LogGroup, .. } => Severity::Medium,
        Loss::Deleted(_) | Loss::Replaced { .. } | Loss::Weakened(_) => Severity::Critical,
    }
}

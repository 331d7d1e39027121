//! Trails that are switched on.

use crate::finding::{Judge, Severity};
use crate::model::recording::Recording;
use crate::model::trail::Trail;
use crate::model::{Estate, Existence};
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        // Two suffice: one of them is another trail than the one that is judged.
        let trails = || recording.recorders.iter().map(|recorder| recorder.trail);
        let all = recording.all_recorders().map(|recorder| recorder.trail);
        let covering: Vec<&Trail> = all.filter(|trail| covers(trail)).take(2).collect();
        for trail in trails() {
            let logging = &trail.logging;
            let mut draft =
                judge.on(trail).claim("is logging", "is not logging").looks_at(logging, "true").remedy(match &*logging
                    .name
                {
                    // A script has a call where other sources have an attribute.
                    "start-logging" => "Call 'aws cloudtrail start-logging' for the trail.".to_owned(),
                    name => format!("Set '{name}' to true."),
                });
            if let Some(other) = covering.iter().find(|other| !std::ptr::eq(**other, trail)) {
                draft = draft
                    .severity(Severity::Low)
                    .evidence(
                        &*other.logging.name,
                        "true",
                        format!("true for the trail '{}'", other.id.shown),
                        &other.logging.at,
                    )
                    .related(format!("The trail '{}' logs in all Regions", other.id.shown), &other.id.at);
            }
            draft.rule(logging.is(&true));
        }
    }
}

/// Whether this trail alone certainly records the management events of the account.
fn covers(trail: &Trail) -> bool {
    trail.id.existence == Existence::Certain
        && (trail.logging.is(&true) & trail.multi_region.is(&true)) == Truth::True
        && trail.selectors.records_management().all() == Truth::True
}

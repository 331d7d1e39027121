//! How many of the trails that a Region allows are used up.

use crate::finding::Judge;
use crate::model::{Estate, Existence, InputKind};
use crate::truth::{CauseKind, Causes, Truth};

/// Trails in one Region of one account; cannot be raised. A multi-Region trail counts in every Region
/// (quotas page of the CloudTrail user guide).
const SLOTS: usize = 5;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for input in estate.inputs.iter().filter(|input| input.kind != InputKind::Script) {
        let (mut certain, mut at_most, mut doubts) = (0, 0, None::<Causes>);
        let mut doubt = |causes: Causes| doubts = Some(doubts.take().map_or(causes.clone(), |all| all.and(causes)));
        for trail in &input.trails {
            let count = trail.id.instances.len().max(1);
            at_most += count;
            match &trail.id.existence {
                Existence::Certain => certain += count,
                Existence::Maybe(cause) => doubt(cause.clone().into()),
            }
        }
        if let Truth::Unknown(causes) = input.complete.clone() & input.trails.complete.clone() {
            at_most = at_most.max(SLOTS);
            doubt(causes);
        }
        let mut draft = judge.on_input(input).claim(
            "leaves a slot for another trail in its Region",
            "does not leave a slot for another trail in its Region, which has five slots",
        );
        for trail in input.trails.iter().take(SLOTS) {
            draft = draft.related(format!("the trail '{}' takes one", trail.id.shown), &trail.id.at);
        }
        match doubts {
            _ if certain >= SLOTS => draft
                .because(format!("it defines {certain} trails"))
                .remedy(
                    "Merge trails that record the same events, or let one multi-Region trail take the place of several; \
                     the quota cannot be raised.",
                )
                .fail(),
            Some(causes) if at_most >= SLOTS => draft.unknown(causes),
            _ => draft.not_applicable(
                CauseKind::NotCollected,
                format!("it defines fewer than {SLOTS} trails, and the other trails of the account are not visible here"),
            ),
        }
    }
}

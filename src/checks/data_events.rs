//! Data events: what is done with the objects, functions and tables themselves.

use super::witness;
use crate::finding::Judge;
use crate::model::event_selector::{Event, Recorded};
use crate::model::recording::{Recording, others};
use crate::model::{Estate, Input};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        let together = recording.together(|recorder| recorder.counts.clone());
        let beside = together.any_data() | recording.more();
        // No logging trail records it.
        let lost = recording.inputs.first().and_then(|input| together.lost_read(input.partition));
        let helpers = recording.some(|other| other.counts == Truth::True && other.recorded.any_data() == Truth::True);
        for input in &recording.inputs {
            if input.live.is_some() {
                account(&recording, input, &together, &beside, lost.as_ref(), judge);
            }
        }
        let written = recording.recorders.iter().filter(|one| estate.input(one.trail.id.input).live.is_none());
        for recorder in written {
            let (trail, place) = (recorder.trail, recorder.trail.selectors.place());
            let own = recorder.recorded.any_data();
            let mut draft = judge
                .on(trail)
                .claim("records data events", "does not record data events")
                .at(place.at)
                .fault(place.name)
                .because(place.says);
            let parts = recorder.recorded.data_events();
            for part in parts.iter().take(20) {
                draft = draft.evidence(place.name, "data events", format!("{}: {}", part.kinds, part.limits), place.at);
            }
            if parts.is_empty() {
                draft = draft.evidence(place.name, "data events of at least one resource type", "none", place.at);
            }
            match (own, &beside) {
                (Truth::True, _) => {
                    let kinds: Vec<&str> = parts.iter().take(3).map(|part| part.kinds.as_str()).collect();
                    draft.because(format!("'{}' takes in {}", place.name, kinds.join(", "))).pass();
                }
                (Truth::False, Truth::True) => {
                    let others = others(&helpers, trail);
                    draft.not_applicable(CauseKind::Equivalent, format!("data events are recorded by {others}"));
                }
                (Truth::False, Truth::False) => {
                    let reason = if place.absent { "and the default has none" } else { "and takes in none" };
                    let says = trail.selectors.place().says;
                    // Nor would this one, should it log.
                    let lost = lost.as_ref().filter(|event| recorder.recorded.records(event) == Truth::False);
                    draft
                        .because(format!("{says}, {reason}"))
                        .remedy(format!(
                            "Add the data events of the resources that hold sensitive data to '{}', objects of S3 first; leave out the log bucket.",
                            place.name
                        ))
                        .fail_with(witness::of(lost, estate.input(trail.id.input)));
                }
                (Truth::Unknown(causes), _) => draft.unknown(causes),
                (Truth::False, Truth::Unknown(causes)) => draft.unknown(causes.clone()),
            }
        }
    }
}

/// A live account: whether some logging trail records data events of it.
fn account(
    recording: &Recording<'_>,
    input: &Input,
    together: &Recorded,
    any: &Truth,
    lost: Option<&Event>,
    judge: &mut Judge<'_>,
) {
    let mut draft = judge
        .on_input(input)
        .claim("has data events recorded", "does not have data events recorded")
        .fault("data-events");
    for recorder in recording.all_recorders().filter(|recorder| recorder.counts != Truth::False) {
        let place = recorder.trail.selectors.place();
        for part in recorder.recorded.data_events().iter().take(20) {
            let observed = format!("{}: {} by '{}'", part.kinds, part.limits, recorder.trail.id.shown);
            draft = draft.evidence(place.name, "data events", observed, place.at);
        }
    }
    let none = recording.all_recorders().next().is_none();
    match any {
        Truth::False if none => draft.not_applicable(CauseKind::NoSubject, "no trail records the account at all"),
        Truth::True => {
            let parts = together.data_events();
            let kinds: Vec<&str> = parts.iter().take(3).map(|part| part.kinds.as_str()).collect();
            draft.because(format!("its logging trails take in {}", kinds.join(", "))).pass();
        }
        Truth::Unknown(causes) => draft.unknown(causes.clone()),
        Truth::False => draft
            .because("none of its logging trails takes in any")
            .remedy(
                "Add the data events of the resources that hold sensitive data to the event selectors of a trail, \
                 objects of S3 first; leave out the log bucket.",
            )
            .fail_with(witness::of(lost, input)),
    }
}

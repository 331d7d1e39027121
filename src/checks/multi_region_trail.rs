//! Trails that record every Region.

use crate::finding::{Judge, Severity};
use crate::model::Estate;
use crate::model::recording::Recording;
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        for trail in recording.recorders.iter().map(|recorder| recorder.trail) {
            let multi_region = &trail.multi_region;
            let mut draft = judge
                .on(trail)
                .claim("records all Regions", "records a single Region")
                .looks_at(multi_region, "true")
                .remedy(format!("Set '{}' to true.", multi_region.name));
            // Of an account all of whose Regions another trail records, one more trail of a single Region takes nothing.
            let covers = |other: &crate::model::recording::Recorder<'_>| {
                !std::ptr::eq(other.trail, trail)
                    && (other.counts.clone() & other.trail.multi_region.is(&true)) == Truth::True
            };
            if estate.input(trail.id.input).live.is_some()
                && let Some(other) = recording.some(covers).first()
            {
                draft = draft.severity(Severity::Low).evidence(
                    &*other.multi_region.name,
                    "true",
                    format!("true for the trail '{}'", other.id.shown),
                    &other.multi_region.at,
                );
            }
            draft.rule(multi_region.is(&true));
        }
    }
}

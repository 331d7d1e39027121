//! The coverage of a live account, Region by Region.

use super::super::witness;
use crate::finding::Judge;
use crate::model::Input;
use crate::model::event_selector::Recorded;
use crate::model::live::{Live, Region};
use crate::model::recording::{Recorder, Recording};
use crate::truth::{CauseKind, Truth};

/// How many Regions a sentence names.
const NAMED: usize = 6;

/// Judges an account whose Regions are known: each of them has to be covered.
pub(super) fn judge(recording: &Recording<'_>, input: &Input, live: &Live, judge: &mut Judge<'_>) {
    let options = judge.options();
    let stores = options.accept_event_data_store.then(|| super::stores(&recording.inputs));
    let everywhere = everywhere(recording, stores.as_ref());
    let mut open: Vec<&Region> = Vec::new();
    let mut whole = Truth::True;
    let mut draft = judge
        .on_input(input)
        .claim(
            "has all management events of all Regions recorded",
            "does not have all management events of all Regions recorded",
        )
        .fault("coverage")
        .at(&input.at);
    let mut first_lost = None;
    for region in live.regions.iter() {
        let here = match &everywhere {
            Truth::True => Truth::True,
            _ => {
                let works = |recorder: &Recorder<'_>| {
                    recorder.counts.clone()
                        & (recorder.trail.multi_region.is(&true)
                            | recorder.trail.home_region.same(&region.name.as_str().into()))
                };
                let trails = recording.together(works);
                let parts: Vec<(Truth, &Recorded)> =
                    std::iter::once(&trails).chain(stores.as_ref()).map(|part| (Truth::True, part)).collect();
                let management = Recorded::together(parts).management();
                let all = management.all();
                if all == Truth::False && first_lost.is_none() {
                    first_lost = Some((management, region.name.clone()));
                }
                all
            }
        };
        let by = covering(recording, region);
        let observed = match (&here, &region.seen) {
            (Truth::True, _) => format!("covered by {by}"),
            (Truth::False, Truth::True) => format!("not covered: {by}"),
            (Truth::Unknown(causes), _) | (_, Truth::Unknown(causes)) => format!("cannot be told: {causes}"),
            (Truth::False, Truth::False) => "not covered".to_owned(),
        };
        draft = draft.evidence(region.name.as_str(), "all management events recorded", observed, &input.at);
        // A trail that was not seen may cover the Region.
        let truth = here | !region.seen.clone();
        if truth == Truth::False {
            open.push(region);
        }
        whole = whole & truth;
    }
    // There may be Regions that nobody told of; a multi-Region trail takes them in.
    let complete = match &live.regions.complete {
        Truth::True => Truth::True,
        other => everywhere.clone() | other.clone(),
    };
    match whole & complete & some(live) {
        Truth::True => draft
            .because(format!("{} of {} Regions are covered", live.regions.iter().count(), live.regions.iter().count()))
            .pass(),
        Truth::Unknown(causes) => draft.unknown(causes),
        Truth::False => {
            let names: Vec<&str> = open.iter().take(NAMED).map(|region| region.name.as_str()).collect();
            let more = open.len().saturating_sub(names.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let (reason, remedy) = super::reasons(recording);
            let reason = match open.len() {
                n if n == live.regions.iter().count() => format!("{reason}, in none of its {n} Regions"),
                _ => format!("{reason}; not covered are {}{more}", names.join(", ")),
            };
            let example = first_lost.and_then(|(management, region)| {
                management.lost().and_then(|event| witness::in_region(Some(event), Some(&region)))
            });
            draft.because(reason).remedy(remedy).fail_with(example);
        }
    }
}

/// Whether what works in all Regions is enough by itself.
fn everywhere(recording: &Recording<'_>, stores: Option<&Recorded>) -> Truth {
    let trails = recording.together(|recorder| recorder.counts.clone() & recorder.trail.multi_region.is(&true));
    let parts: Vec<(Truth, &Recorded)> =
        std::iter::once(&trails).chain(stores).map(|part| (Truth::True, part)).collect();
    Recorded::together(parts).management().all()
}

/// An account without a known Region tells nothing.
fn some(live: &Live) -> Truth {
    match live.regions.iter().next() {
        Some(_) => Truth::True,
        None => Truth::unknown(CauseKind::NotCollected, "the recording holds no Region of the account"),
    }
}

/// The logging trails of a Region, for evidence.
fn covering(recording: &Recording<'_>, region: &Region) -> String {
    let works = |recorder: &&Recorder<'_>| {
        recorder.counts == Truth::True
            && (recorder.trail.multi_region.is(&true) | recorder.trail.home_region.same(&region.name.as_str().into()))
                == Truth::True
    };
    let names: Vec<String> = recording
        .all_recorders()
        .filter(works)
        .take(3)
        .map(|recorder| format!("'{}'", recorder.trail.id.shown))
        .collect();
    if names.is_empty() { "no logging trail".to_owned() } else { names.join(", ") }
}

//! Management events that are recorded, and paid for, more than once.

use crate::finding::Judge;
use crate::model::recording::{Recorder, Recording, may_be_more};
use crate::model::{Estate, Input, InputKind};
use crate::truth::{CauseKind, Truth};

/// How many pairs of trails are compared; five trails in a Region are all that AWS allows.
const MOST_PAIRS: usize = 2_000;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in &Recording::all(estate) {
        let any = |recorder: &Recorder<'_>| recorder.counts.clone() & recorder.recorded.management().any;
        let recorders = recording.all_recorders().map(|recorder| (recorder, any(recorder)));
        let recorders: Vec<Recorded<'_>> = recorders.filter(|(_, records)| *records != Truth::False).collect();
        for &input in recording.inputs.iter().filter(|input| input.kind != InputKind::Script) {
            one(recording, &recorders, input, judge);
        }
    }
}

/// A trail, and whether it records management events.
type Recorded<'a> = (&'a Recorder<'a>, Truth);

fn one(recording: &Recording<'_>, all: &[Recorded<'_>], input: &Input, judge: &mut Judge<'_>) {
    // Its own trails come first; without one, the others are not its business.
    let own = |(recorder, _): &&Recorded<'_>| recorder.trail.id.input == input.id;
    let mut recorders: Vec<&Recorded<'_>> = all.iter().filter(own).collect();
    // What records in a live account is its business, whoever owns it.
    let mine = if input.live.is_some() { all.len() } else { recorders.len() };
    if mine > 0 {
        recorders.extend(all.iter().filter(|recorded| !own(recorded)));
    }
    let mut draft = judge
        .on_input(input)
        .claim("records each management event once", "records management events more than once")
        .fault("duplicates");
    let mut shared = Truth::False;
    let mut twice = Vec::new();
    let pairs = (1..recorders.len()).flat_map(|j| (0..j.min(mine)).map(move |i| (i, j)));
    for (compared, (i, j)) in pairs.enumerate() {
        if compared == MOST_PAIRS {
            shared = shared | Truth::unknown(CauseKind::Unsupported, "there are too many trails to compare them");
            break;
        }
        let ((left, _), (right, _)) = (recorders[i], recorders[j]);
        let both = meet(left, right);
        if both == Truth::True {
            twice.extend([left.trail, right.trail]);
            // The first few pairs say enough.
            if twice.len() >= 8 {
                shared = both;
                break;
            }
        }
        shared = shared | both;
    }
    let mut names: Vec<String> = Vec::new();
    for trail in twice {
        let elsewhere = if trail.id.input == input.id { "" } else { " of another input" };
        // Instances of one resource differ in their keys.
        let shown = trail.id.instances.first().unwrap_or(&trail.id.shown);
        let name = format!("'{shown}'{elsewhere}");
        if !names.contains(&name) {
            names.push(name);
            let place = trail.selectors.place();
            draft = draft
                .evidence(place.name, "events that no other trail of the Region records", place.says, place.at)
                .related(format!("the trail '{shown}' records them"), &trail.id.at);
        }
    }
    let certain = recorders.iter().filter(|(_, records)| *records == Truth::True).count();
    let doubts = Truth::any(recorders.iter().map(|(_, records)| records.clone()).filter(|r| *r != Truth::True));
    let more = if mine > 0 { recording.more() } else { may_be_more(&input.trails) };
    match (shared, more) {
        (Truth::True, _) => draft
            .because(format!(
                "the trails {} record the same ones of one Region, and AWS charges for every copy after the first",
                names.join(", ")
            ))
            .remedy(remedy(&recorders))
            .fail(),
        (Truth::Unknown(causes), _) | (_, Truth::Unknown(causes)) => draft.unknown(causes),
        (Truth::False, _) if certain >= 2 => {
            draft.because("no two trails record the same ones of one Region").pass();
        }
        (Truth::False, _) => match doubts {
            Truth::Unknown(causes) if recorders.len() >= 2 => draft.unknown(causes),
            _ => draft.not_applicable(CauseKind::NoSubject, "fewer than two trails of it record management events"),
        },
    }
}

/// In the words of the source: the names of its attributes.
fn remedy(recorders: &[&Recorded<'_>]) -> String {
    let others = recorders.first().map_or_else(
        || "take them out of the others".to_owned(),
        |(recorder, _)| {
            let selectors = &recorder.trail.selectors;
            format!(
                "in the others turn them off in '{}', or take 'Management' out of '{}'",
                selectors.basic.name, selectors.advanced.name
            )
        },
    );
    format!("Keep the management events in one trail; {others}, or remove those trails.")
}

/// Whether both count, work in one Region, and record some management events in common.
fn meet(left: &Recorder<'_>, right: &Recorder<'_>) -> Truth {
    let region = left.trail.multi_region.is(&true)
        | right.trail.multi_region.is(&true)
        | left.trail.home_region.same(&right.trail.home_region);
    let there = left.counts.clone() & right.counts.clone() & region;
    if there == Truth::False { there } else { there & left.recorded.shares_management(&right.recorded) }
}

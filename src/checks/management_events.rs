//! The management events that a trail's selectors leave out.

use super::witness;
use crate::finding::{Draft, Judge, Severity};
use crate::model::event_selector::Management;
use crate::model::recording::{Pool, Recorder, Recording, others};
use crate::model::trail::Trail;
use crate::model::{Estate, Input};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in &Recording::all(estate) {
        let pool = recording.pool();
        let all = recording.together(|recorder| recorder.counts.clone());
        let any = all.management().any | recording.more();
        let helpers =
            recording.some(|other| other.counts == Truth::True && other.recorded.management().any == Truth::True);
        for recorder in &recording.recorders {
            one(estate, recording, recorder, &pool, &any, &helpers, judge);
        }
    }
}

fn one(
    estate: &Estate,
    recording: &Recording<'_>,
    recorder: &Recorder<'_>,
    pool: &Pool,
    any: &Truth,
    helpers: &[&Trail],
    judge: &mut Judge<'_>,
) {
    let (trail, own) = (recorder.trail, recorder.recorded.management());
    let others = others(helpers, trail);
    let place = trail.selectors.place();
    let missing = missing(&own);
    let draft = judge
        .on(trail)
        .claim("records all management events", format!("does not record {missing}"))
        .at(place.at)
        .fault(place.name)
        .evidence(place.name, "all management events, reads and writes", observed(&own), place.at);
    let whole = own.all();
    if whole == Truth::True {
        let left_out = own.left_out();
        let mut reason =
            if place.absent { format!("{}, and all is the default", place.says) } else { took(place.name) };
        if !left_out.is_empty() {
            reason.push_str(&format!(" (those of {} are left out)", quoted(&left_out)));
        }
        return draft.because(reason).pass();
    }
    let remedy = format!(
        "Let '{}' take in the management events of both kinds, reads and writes, of all sources, or remove it to get that default.",
        place.name
    );
    if own.any == Truth::False {
        return match any {
            Truth::True => beside(draft, helpers, trail).not_applicable(
                CauseKind::Equivalent,
                format!("it is for other events, and management events are recorded by {others}"),
            ),
            Truth::False => draft
                .because(format!(
                    "'{}' takes in none, and no logging trail of {} records them",
                    place.name,
                    recording.scope()
                ))
                .remedy(remedy)
                .fail_with(witness::of(own.lost(), estate.input(trail.id.input))),
            Truth::Unknown(causes) => draft.unknown(causes.clone()),
        };
    }
    let filled = pool.management(trail);
    let more = recording.more();
    let side = |own: &Truth, filled: Truth| own.clone() | filled | more.clone();
    let reads = side(&own.reads.truth, filled.reads);
    let writes = side(&own.writes.truth, filled.writes);
    match (reads & writes, &own.any) {
        (Truth::True, Truth::True) if matches!(whole, Truth::Unknown(_)) => {
            beside(draft, helpers, trail)
                .because(format!("what '{}' may leave out is recorded by {others}", place.name))
                .pass();
        }
        (Truth::True, Truth::True) => {
            beside(draft, helpers, trail)
                .claim("has all management events recorded", "")
                .because(format!("'{}' leaves out {missing}, and they are recorded by {others}", place.name))
                .pass();
        }
        (Truth::False, Truth::True) => {
            fail(draft, recorder, pool, &own, (recording, estate.input(trail.id.input)), remedy)
        }
        // It may be a trail for data events only; then another rule holds.
        (Truth::False, Truth::Unknown(_)) if *any == Truth::False => {
            fail(draft, recorder, pool, &own, (recording, estate.input(trail.id.input)), remedy);
        }
        (Truth::Unknown(causes), _) => draft.unknown(causes),
        (_, Truth::Unknown(causes)) => draft.unknown(causes.clone()),
        (_, Truth::False) => {}
    }
}

/// Points to the trails that record what this one does not.
fn beside<'j, 'o>(draft: Draft<'j, 'o>, helpers: &[&Trail], than: &Trail) -> Draft<'j, 'o> {
    let helpers = helpers.iter().filter(|helper| !std::ptr::eq(**helper, than)).take(3);
    helpers.fold(draft, |draft, helper| {
        draft.related(format!("the trail '{}' records management events", helper.id.shown), &helper.id.at)
    })
}

fn fail(
    draft: Draft<'_, '_>,
    recorder: &Recorder<'_>,
    pool: &Pool,
    own: &Management,
    (recording, input): (&Recording<'_>, &Input),
    remedy: String,
) {
    let (name, half) = (recorder.trail.selectors.place().name, half(own));
    // The witness is an event that no trail of the input records.
    let lost = pool.lost(recorder);
    let region = lost.as_ref().filter(|lost| !lost.nowhere).and_then(|_| {
        match recorder.trail.multi_region.is(&true) {
            // Another trail may record it in a Region of its own.
            Truth::False => Some(recorder.trail.home_region.literal().unwrap_or("the Region of the trail").to_owned()),
            _ => pool.elsewhere.clone(),
        }
    });
    let event = lost.as_ref().map(|lost| &lost.event);
    let shown = match region {
        Some(region) => witness::in_region(event, Some(&region)),
        None => witness::of(event, input),
    };
    let draft = if half { draft.severity(Severity::Medium) } else { draft };
    draft
        .because(format!("'{name}' leaves them out, and no other logging trail of {} records them", recording.scope()))
        .remedy(remedy)
        .fail_with(shown);
}

/// Whether one side is recorded as a whole and the other is not.
fn half(own: &Management) -> bool {
    (own.reads.truth == Truth::True) != (own.writes.truth == Truth::True)
}

fn took(name: &str) -> String {
    format!("'{name}' takes in reads and writes")
}

fn missing(own: &Management) -> &'static str {
    match (&own.reads.truth, &own.writes.truth, &own.any) {
        (_, _, Truth::False) => "any management events",
        (Truth::True, Truth::False, _) => "the management events that write",
        (Truth::False, Truth::True, _) => "the management events that read",
        _ => "all management events",
    }
}

fn observed(own: &Management) -> String {
    let word = |truth: &Truth| match truth {
        Truth::True => "all",
        Truth::False => "not all",
        Truth::Unknown(_) => "unknown",
    };
    let mut words = format!("reads: {}, writes: {}", word(&own.reads.truth), word(&own.writes.truth));
    let left_out = own.left_out();
    if !left_out.is_empty() && own.any == Truth::True {
        words.push_str(&format!(", without {}", quoted(&left_out)));
    }
    words
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" and ")
}

//! Whether an account is covered at all: some trail records all management events in all Regions.

use super::witness;
use crate::finding::Judge;
use crate::model::event_selector::Recorded;
use crate::model::recording::{Recording, may_be_more};
use crate::model::{Estate, Input, InputKind};
use crate::truth::{CauseKind, Truth};

mod matrix;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        one_account(&recording, judge);
    }
}

fn one_account(recording: &Recording<'_>, judge: &mut Judge<'_>) {
    let mut covered = None;
    for &input in recording.inputs.iter().filter(|input| input.kind != InputKind::Script) {
        if let Some(live) = &input.live {
            matrix::judge(recording, input, live, judge);
            continue;
        }
        let options = judge.options();
        let draft = judge
            .on_input(input)
            .claim(
                "has all management events of all Regions recorded",
                "does not have all management events of all Regions recorded",
            )
            .fault("coverage");
        if !options.expect_trail {
            draft.not_applicable(
                CauseKind::Option,
                "that a trail must be here is asked only with '--expect-trail'; another stack or configuration may hold it",
            );
            continue;
        }
        let (management, covered) = covered.get_or_insert_with(|| {
            let trails = recording.together(|recorder| recorder.counts.clone() & recorder.trail.multi_region.is(&true));
            let mut more = recording.more();
            let mut members = vec![trails];
            if options.accept_event_data_store {
                more = more | Truth::any(recording.inputs.iter().map(|input| may_be_more(&input.event_data_stores)));
                members.push(stores(&recording.inputs));
            }
            let together = Recorded::together(members.iter().map(|member| (Truth::True, member)));
            let management = together.management();
            let covered = management.all() | more;
            (management, covered)
        });
        match covered.clone() {
            Truth::True => draft.because("its logging multi-Region trails take in reads and writes").pass(),
            Truth::Unknown(causes) => draft.unknown(causes),
            Truth::False => {
                let (reason, remedy) = reasons(recording);
                draft
                    .because(reason)
                    .evidence(multi_region(recording), "a logging multi-Region trail", observed(recording), &input.at)
                    .remedy(remedy)
                    .fail_with(match recording.elsewhere() {
                        Some(region) => witness::in_region(management.lost(), Some(&region)),
                        None => witness::of(management.lost(), input),
                    });
            }
        }
    }
}

/// What the ingesting multi-Region event data stores of some inputs take in.
fn stores(inputs: &[&Input]) -> Recorded {
    let stores: Vec<(Truth, Recorded)> = inputs
        .iter()
        .flat_map(|input| &input.event_data_stores)
        .map(|store| {
            let counts = store.id.existence.truth() & store.ingestion.is_on() & store.multi_region.is(&true);
            (counts, Recorded::by_store(&store.selectors))
        })
        .collect();
    Recorded::together(stores.iter().map(|(counts, recorded)| (counts.clone(), recorded)))
}

/// The attribute that makes a trail of this input a multi-Region one.
fn multi_region<'a>(recording: &Recording<'a>) -> &'a str {
    recording.recorders.first().map_or("trail", |recorder| &recorder.trail.multi_region.name)
}

fn reasons(recording: &Recording<'_>) -> (String, String) {
    let logs = |multi: bool| {
        recording
            .all_recorders()
            .any(|r| r.counts == Truth::True && (!multi || r.trail.multi_region.is(&true) == Truth::True))
    };
    let name = multi_region(recording);
    let Some(first) = recording.all_recorders().next() else {
        return ("it holds no trail".to_owned(), "Add a multi-Region trail that logs and has no selectors.".to_owned());
    };
    if !logs(false) {
        let logging = &first.trail.logging.name;
        ("none of its trails logs".to_owned(), format!("Set '{logging}' to true on a multi-Region trail."))
    } else if !logs(true) {
        (
            "its logging trails are single-Region, and all other Regions go unrecorded".to_owned(),
            format!("Set '{name}' to true."),
        )
    } else {
        (
            "its logging multi-Region trails leave out management events".to_owned(),
            "Let the selectors of a multi-Region trail take in all management events, reads and writes.".to_owned(),
        )
    }
}

fn observed(recording: &Recording<'_>) -> String {
    let words = recording.recorders.iter().take(5).map(|recorder| {
        let (trail, says) = (recorder.trail, &recorder.trail.multi_region);
        format!("'{}': {}, {}", trail.id.shown, trail.logging.says(), says.says())
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "no trail".to_owned() } else { words.join("; ") }
}

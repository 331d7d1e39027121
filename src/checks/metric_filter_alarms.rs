//! The metric filters and alarms of the CIS benchmark, compared by meaning.

use crate::finding::{Judge, Lost, Witness};
use crate::model::filter_pattern::cis;
use crate::model::log_group::MetricFilter;
use crate::model::monitoring::{Fault, Monitoring, Verdict};
use crate::model::{Estate, Input, InputKind};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for input in estate.inputs.iter().filter(|input| input.kind != InputKind::Script) {
        let monitoring = Monitoring::of(estate, input);
        // The filters of an account belong to the log group of a trail of its own.
        let all = judge.options().expect_trail || (input.live.is_some() && !input.trails.items.is_empty());
        let judged: Vec<_> = cis::filters().iter().filter(|wanted| all || monitoring.touches(wanted)).collect();
        for wanted in &judged {
            judge_one(input, wanted, monitoring.judge(wanted), judge);
        }
        if judged.is_empty() {
            let draft = judge.on_input(input).claim(
                "has metric filters for the events of the CIS benchmark",
                "does not have metric filters for the events of the CIS benchmark",
            );
            match monitoring.obscured() {
                Some(causes) => draft.unknown(causes),
                None => draft.not_applicable(
                    CauseKind::NoSubject,
                    "no metric filter here is about the events of the CIS benchmark",
                ),
            }
        }
    }
}

fn judge_one(input: &Input, wanted: &cis::Filter, verdict: Verdict<'_>, judge: &mut Judge<'_>) {
    let title = &wanted.title;
    let mut draft = judge.on_input(input).fault(wanted.id.as_str()).claim(
        format!("raises an alarm for the events of '{title}'"),
        format!("does not raise an alarm for all events of '{title}'"),
    );
    if let Some(first) = verdict.filters.first() {
        draft = draft.at(&first.pattern.at);
    }
    for filter in &verdict.filters {
        let pattern = &filter.pattern;
        draft = draft.evidence(&*pattern.name, &wanted.text, pattern.observed(), &pattern.at);
    }
    for filter in verdict.filters.iter().skip(1) {
        draft =
            draft.related(format!("the metric filter '{}' counts some of them", filter.id.shown), &filter.pattern.at);
    }
    let names = named(&verdict.filters);
    match verdict.covered {
        Truth::True => {
            let wider =
                if verdict.wider { ", and other events too: the pattern is wider than the benchmark's" } else { "" };
            draft.because(format!("the alarm of {names} counts them{wider}")).pass();
        }
        Truth::Unknown(causes) => draft.unknown(causes),
        Truth::False => {
            let (reason, remedy) = explained(&verdict.fault, wanted, &names, &verdict.filters);
            let witness = match verdict.fault {
                Fault::Misses(event) => {
                    Some(Witness::event(Lost::Alarm, event.into_iter().map(|(field, value)| (field, value.into()))))
                }
                _ => None,
            };
            draft.because(reason).remedy(remedy).fail_with(witness);
        }
    }
}

/// The reason of a fail, and what to do.
fn explained(fault: &Fault, wanted: &cis::Filter, names: &str, filters: &[&MetricFilter]) -> (String, String) {
    let (pattern, metrics, group) = filters.first().map_or(("pattern", "metric", "log group"), |filter| {
        (&*filter.pattern.name, &*filter.metrics.name, &*filter.log_group.name)
    });
    match fault {
        Fault::None | Fault::NoFilter => (
            "no metric filter counts them".to_owned(),
            format!(
                "Put a metric filter with the pattern '{}' on the log group of the trail, and an alarm with an action \
                 on its metric.",
                wanted.text
            ),
        ),
        Fault::NotFed => (
            format!("no logging trail of this input delivers to the log group of {names}"),
            format!("Set '{group}' to the log group of a trail that logs."),
        ),
        Fault::NoAlarm => (
            format!("no alarm that has an action and is on watches the metric of {names}"),
            format!(
                "Add an alarm with an action, and give it the metric name and the namespace of '{metrics}' of {names}."
            ),
        ),
        Fault::Misses(event) => {
            let fields: Vec<_> = event.iter().map(|(field, value)| format!("{field} '{value}'")).collect();
            (
                format!("no metric filter with an alarm matches an event with {}", fields.join(", ")),
                format!(
                    "Widen '{pattern}' of {names}, or add a metric filter with an alarm, so that all of '{}' is counted.",
                    wanted.text
                ),
            )
        }
    }
}

fn named(filters: &[&MetricFilter]) -> String {
    let names: Vec<_> = filters.iter().map(|filter| format!("'{}'", filter.id.shown)).collect();
    match names.as_slice() {
        [one] => format!("the metric filter {one}"),
        many => format!("the metric filters {}", many.join(", ")),
    }
}

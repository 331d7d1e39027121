//! Whether what a live trail records arrives.

use crate::finding::{Draft, Judge};
use crate::model::Estate;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::live::{Delivery, Moment};
use crate::model::trail::Trail;
use crate::truth::{CauseKind, Causes, Truth};

const HOLDS: &str = "delivers what it records";
const FAILS: &str = "does not deliver what it records";

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        let Some((delivery, clock)) = estate.input(trail.id.input).delivery(trail).zip(clock(estate, trail)) else {
            continue;
        };
        one(judge, trail, delivery, clock);
    }
}

fn clock(estate: &Estate, trail: &Trail) -> Option<Option<Moment>> {
    estate.input(trail.id.input).live.as_ref().map(|live| live.clock)
}

fn one(judge: &mut Judge<'_>, trail: &Trail, delivery: &Delivery, clock: Option<Moment>) {
    let logging = trail.logging.is(&true);
    let hours = judge.options().max_age_hours;
    let fresh = fresh(delivery, clock, hours);
    let errors = [
        (&delivery.error, "log files", "bucket exists and that its policy and its KMS key let CloudTrail write"),
        (&delivery.digest_error, "digest files", "bucket's policy lets CloudTrail write below 'CloudTrail-Digest/'"),
        (&delivery.notification_error, "notifications", "topic exists and that its policy lets CloudTrail publish"),
    ];
    let mut failed = false;
    let mut unknown: Option<Causes> = None;
    let mut doubt = |truth: Truth| {
        if let Truth::Unknown(causes) = truth {
            unknown = Some(unknown.take().map_or(causes.clone(), |known| known.and(causes)));
        }
    };
    for (error, what, see) in errors {
        match none(error) {
            Truth::False => {
                failed = true;
                looking(judge, trail, delivery)
                    .looks_at(error, "no error")
                    .because(format!("the last delivery of {what} ended with '{}' ({})", error.observed(), error.name))
                    .remedy(format!("See that the {see}, and look at '{}' again.", error.name))
                    .fail();
            }
            truth => doubt(truth),
        }
    }
    // A stopped trail delivers nothing, which is another check's business.
    match logging & !fresh.clone() {
        Truth::True => {
            let time = &delivery.time;
            failed = true;
            looking(judge, trail, delivery)
                .looks_at(time, format!("a delivery within {hours} hours"))
                .because(match time.written() {
                    Truth::True => format!(
                        "the last delivery of log files is older than {hours} hours: '{}' is {}",
                        time.name,
                        time.observed()
                    ),
                    _ => format!("no log file was ever delivered: '{}' is not set", time.name),
                })
                .fault("stale")
                .remedy(
                    "See whether the bucket's policy or the key was changed, and whether a policy of the organization \
                     keeps CloudTrail out; a trail that logs delivers within minutes.",
                )
                .fail();
        }
        truth => doubt(truth),
    }
    if failed {
        return;
    }
    let draft = looking(judge, trail, delivery).looks_at(&delivery.time, format!("a delivery within {hours} hours"));
    match unknown {
        Some(causes) => draft.unknown(causes),
        None => match trail.logging.is(&true) {
            Truth::False => draft.because("its last deliveries had no error; it is not logging now").pass(),
            _ => draft.because("its last deliveries had no error and are recent").pass(),
        },
    }
}

fn looking<'j, 'o>(judge: &'j mut Judge<'o>, trail: &Trail, delivery: &Delivery) -> Draft<'j, 'o> {
    judge.on(trail).claim(HOLDS, FAILS).at(&delivery.error.at)
}

/// Whether there was no error.
fn none(error: &Attr<Text>) -> Truth {
    !error.given()
}

/// Whether log files arrived lately. A trail that was switched on lately need not have delivered yet.
fn fresh(delivery: &Delivery, clock: Option<Moment>, hours: u32) -> Truth {
    recent(&delivery.time, clock, hours) | recent(&delivery.started, clock, hours)
}

/// Whether a moment is not longer ago than this.
pub(super) fn recent(time: &Attr<Moment>, clock: Option<Moment>, hours: u32) -> Truth {
    time.fold(|seen| match (seen, clock) {
        (Seen::Value(time), Some(now)) => Truth::known(now.0.saturating_sub(time.0) <= i64::from(hours) * 3600),
        (Seen::Value(_), None) => {
            Truth::unknown(CauseKind::NotCollected, "the recording does not say when it was made")
        }
        (Seen::Hidden(cause) | Seen::Unseen(cause), _) => cause.clone().into(),
        (Seen::Absent, _) => Truth::False,
    })
}

//! Delivery to CloudWatch Logs.

use super::delivery_health::recent;
use crate::finding::Judge;
use crate::model::Estate;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::live::{Delivery, Moment};
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        let (group, role) = (&trail.log_group, &trail.log_role);
        let (has_group, has_role) = (group.given(), role.given());
        let draft = judge.on(trail).claim("delivers to CloudWatch Logs", "does not deliver to CloudWatch Logs").remedy(
            format!(
                "Set '{}' to the ARN of a log group and '{}' to a role that may write to it.",
                group.name, role.name
            ),
        );
        // The first attribute looked at gives the place and the reason: the one that decides.
        let draft = if has_group == Truth::True && has_role != Truth::True {
            draft.looks_at(role, "a role's ARN").looks_at(group, "a log group's ARN")
        } else {
            draft.looks_at(group, "a log group's ARN").looks_at(role, "a role's ARN")
        };
        let arrives = match estate.input(trail.id.input).live.as_ref().zip(estate.input(trail.id.input).delivery(trail))
        {
            Some((live, delivery)) if (has_group.clone() & has_role.clone()) != Truth::False => {
                arrival(&trail.logging, delivery, live.clock)
            }
            _ => Arrival { truth: Truth::True, reason: None },
        };
        match (arrives.truth, arrives.reason) {
            (Truth::False, Some((reason, error))) => draft
                .because(reason)
                .at(&error.at)
                .fault(&*error.name)
                .evidence(&*error.name, "no error", error.observed(), &error.at)
                .remedy(format!(
                    "See that the log group exists in the trail's Region and that the role in '{}' may create log \
                     streams and put log events there.",
                    role.name
                ))
                .rule(has_group & has_role & Truth::False),
            (truth, _) => draft.rule(has_group & has_role & truth),
        }
    }
}

/// CIS asks for a delivery in the last day, whatever the age that other deliveries may have.
const HOURS: u32 = 24;

/// Whether events arrive at the log group.
struct Arrival<'a> {
    truth: Truth,
    /// Why not, and the attribute that tells it.
    reason: Option<(String, &'a Attr<Text>)>,
}

fn arrival<'a>(logging: &Attr<bool>, delivery: &'a Delivery, clock: Option<Moment>) -> Arrival<'a> {
    let error = &delivery.logs_error;
    let fine = !error.given();
    let fresh = recent(&delivery.logs_time, clock, HOURS) | recent(&delivery.started, clock, HOURS);
    let fresh = fresh | !logging.is(&true);
    let reason = match (&fine, &fresh) {
        (Truth::False, _) => Some(format!("the last delivery ended with '{}' ({})", error.observed(), error.name)),
        (_, Truth::False) => Some(match delivery.logs_time.written() {
            Truth::True => {
                format!("the last delivery is older than {HOURS} hours: {}", delivery.logs_time.says())
            }
            _ => format!("no event was ever delivered: {}", delivery.logs_time.says()),
        }),
        _ => None,
    };
    Arrival { truth: fine & fresh, reason: reason.map(|reason| (reason, error)) }
}

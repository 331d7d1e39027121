//! Delivery to CloudWatch Logs.

use crate::finding::Judge;
use crate::model::Estate;
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
        draft.rule(has_group & has_role);
    }
}

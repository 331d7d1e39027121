//! How long the log groups that trails deliver to keep their events.

use crate::finding::Judge;
use crate::model::Link;
use crate::model::attr::Seen;
use crate::model::{Estate, Identity};
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let days = judge.options().min_days;
    for target in estate.log_groups() {
        let (holds, fails) = ("keeps its events long enough", "does not keep its events long enough");
        let Link::Here(group) = target.link else {
            if let Some(causes) = target.not_here() {
                let subject = Identity { shown: target.name.to_string(), ..target.subject.clone() };
                judge.on(&subject).claim(holds, fails).at(&target.named_at()).unknown(causes);
            }
            continue;
        };
        let retention = &group.retention_days;
        let kept = retention.fold(|seen| match seen {
            // Zero is how some sources write "for ever".
            Seen::Value(kept) => Truth::known(*kept == 0 || *kept >= days),
            Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
            Seen::Absent => Truth::True,
        });
        judge
            .on(group)
            .claim(holds, fails)
            .looks_at(retention, format!("at least {days} days, or not set"))
            .remedy(format!("Set '{}' to {days} or more, or remove it so that events never expire.", retention.name))
            .rule(kept);
    }
}

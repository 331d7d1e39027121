//! How long event data stores keep their events.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::attr::Seen;
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let days = judge.options().min_days;
    for store in estate.inputs.iter().flat_map(|input| &input.event_data_stores) {
        let retention = &store.retention_days;
        let kept = retention.fold(|seen| match seen {
            Seen::Value(kept) => Truth::known(*kept >= days),
            Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
            // The service picks a period by the billing mode.
            Seen::Absent => Truth::unknown(CauseKind::Unsupported, format!("'{}' is not set", retention.name)),
        });
        judge
            .on(store)
            .claim("keeps its events long enough", "does not keep its events long enough")
            .looks_at(retention, format!("at least {days} days"))
            .remedy(format!("Set '{}' to {days} or more.", retention.name))
            .rule(kept);
    }
}

//! Whether event data stores take in events.

use crate::finding::Judge;
use crate::model::Estate;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for store in estate.inputs.iter().flat_map(|input| &input.event_data_stores) {
        let (ingestion, wanted) = (&store.ingestion.attr, store.ingestion.on);
        judge
            .on(store)
            .claim("takes in events", "does not take in events")
            .looks_at(ingestion, wanted.to_string())
            .remedy(format!("Set '{}' to {wanted}, or delete the store if nothing needs it any more.", ingestion.name))
            .rule(store.ingestion.is_on());
    }
}

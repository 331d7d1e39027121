//! Whether event data stores take in events.

use crate::finding::Judge;
use crate::model::Estate;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for store in estate.inputs.iter().flat_map(|input| &input.event_data_stores) {
        let ingestion = &store.ingestion;
        judge
            .on(store)
            .claim("takes in events", "does not take in events")
            .looks_at(ingestion, "true")
            .remedy(format!("Set '{}' to true, or delete the store if nothing needs it any more.", ingestion.name))
            .rule(ingestion.is(&true));
    }
}

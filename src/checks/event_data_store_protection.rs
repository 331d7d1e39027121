//! Termination protection of event data stores.

use crate::finding::Judge;
use crate::model::Estate;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for store in estate.inputs.iter().flat_map(|input| &input.event_data_stores) {
        let protection = &store.termination_protection;
        judge
            .on(store)
            .claim("is protected from deletion", "is not protected from deletion")
            .looks_at(protection, "true")
            .remedy(format!("Set '{}' to true.", protection.name))
            .rule(protection.is(&true));
    }
}

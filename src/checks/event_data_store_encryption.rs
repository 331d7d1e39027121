//! A KMS key of one's own for event data stores.

use crate::finding::Judge;
use crate::model::Estate;
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for store in estate.inputs.iter().flat_map(|input| &input.event_data_stores) {
        let key = &store.kms_key;
        let own = key.present(|text| {
            let of_aws = text.starts_with("alias/aws/") == Truth::True
                || text.literal().is_some_and(|text| text.contains(":alias/aws/"));
            Truth::known(!text.is_certainly_empty() && !of_aws)
        });
        judge
            .on(store)
            .claim("is encrypted with a customer managed key", "is not encrypted with a customer managed key")
            .looks_at(key, "a customer managed KMS key")
            .remedy(format!(
                "Set '{}' to a KMS key that you manage and whose policy lets CloudTrail use it; it cannot be changed later.",
                key.name
            ))
            .rule(own);
    }
}

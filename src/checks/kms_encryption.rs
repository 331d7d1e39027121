//! Log files encrypted with a KMS key of the customer.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::arn::Text;
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let managed = [Text::from("alias/aws/*"), Text::from("arn:*:kms:*:*:alias/aws/*")];
    for trail in estate.own_trails() {
        let key = &trail.kms_key;
        let by_aws = |name: &Text| managed.iter().any(|pattern| pattern.matches(name) == Truth::True);
        let mut draft = judge
            .on(trail)
            .claim("encrypts its log files with a KMS key", "does not encrypt its log files with a customer's KMS key")
            .looks_at(key, "a customer managed KMS key")
            .remedy(format!("Set '{}' to a customer managed key whose policy lets CloudTrail use it.", key.name));
        if let Some(name) = key.possible().find(|name| by_aws(name)) {
            draft = draft.because(format!("'{}' is {name}, a key that AWS manages", key.name));
        } else if key.possible().any(Text::is_certainly_empty) {
            draft = draft.because(format!("'{}' is empty", key.name));
        }
        // Which key it is may be unknown; that there is one is what counts.
        draft.rule(key.present(|name| Truth::known(!name.is_certainly_empty() && !by_aws(name))));
    }
}

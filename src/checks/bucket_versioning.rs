//! Versions of log files.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::arn::Text;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let enabled = Text::from("Enabled");
    for target in estate.log_buckets() {
        let draft = judge.on(&target).claim("keeps versions of its objects", "does not keep versions of its objects");
        match target.here() {
            Ok(bucket) => draft
                .looks_at(&bucket.versioning, "Enabled")
                .remedy(format!("Set '{}' to Enabled.", bucket.versioning.name))
                .rule(bucket.versioning.satisfies(|status| status.same(&enabled))),
            Err(causes) => draft.at(&target.named_at()).unknown(causes),
        }
    }
}

//! A KMS key of one's own for the log groups that trails deliver to.

use crate::finding::Judge;
use crate::model::Link;
use crate::model::{Estate, Identity};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_groups() {
        let (holds, fails) = ("is encrypted with a KMS key", "is not encrypted with a KMS key");
        let Link::Here(group) = target.link else {
            if let Some(causes) = target.not_here() {
                let subject = Identity { shown: target.name.to_string(), ..target.subject.clone() };
                judge.on(&subject).claim(holds, fails).at(&target.named_at()).unknown(causes);
            }
            continue;
        };
        let key = &group.kms_key;
        judge
            .on(group)
            .claim(holds, fails)
            .looks_at(key, "the ARN of a KMS key")
            .remedy(format!("Set '{}' to the ARN of a KMS key whose policy lets CloudWatch Logs use it.", key.name))
            .rule(key.given());
    }
}

//! Whether trails and log buckets survive their stack.

use crate::finding::Judge;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::{Estate, Link, Protection, Subject};
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        judge_one(trail, &trail.protection, judge);
    }
    for target in estate.log_buckets() {
        if let Link::Here(bucket) = target.link {
            judge_one(bucket, &bucket.protection, judge);
        }
    }
}

fn judge_one(subject: &impl Subject, protection: &Protection, judge: &mut Judge<'_>) {
    let mut attributes = [&protection.deletion, &protection.replacement];
    // The one that decides is shown first.
    attributes.sort_by_key(|attribute| match keeps(attribute) {
        Truth::False => 0,
        Truth::Unknown(_) => 1,
        Truth::True => 2,
    });
    let [first, second] = attributes;
    let missing: Vec<_> =
        attributes.iter().filter(|a| keeps(a) != Truth::True).map(|a| format!("'{}'", a.name)).collect();
    judge
        .on(subject)
        .claim("is kept when its stack no longer holds it", "is not kept when its stack no longer holds it")
        .looks_at(first, "Retain")
        .looks_at(second, "Retain")
        .remedy(format!("Set {} to Retain.", missing.join(" and ")))
        .rule(keeps(first) & keeps(second));
}

fn keeps(attribute: &Attr<Text>) -> Truth {
    attribute.satisfies(|policy| policy.same(&"Retain".into()) | policy.same(&"RetainExceptOnCreate".into()))
}

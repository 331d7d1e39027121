//! Whether trails and log buckets survive their stack or configuration.

use crate::finding::Judge;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::{Estate, Link, Protection, Subject, Switch};
use crate::truth::{CauseKind, Truth};

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
    match protection {
        Protection::CloudFormation { deletion, replacement } => in_a_stack(subject, [deletion, replacement], judge),
        Protection::Terraform { objects: Some(objects), .. } => with_its_objects(subject, objects, judge),
        Protection::Terraform { prevent_destroy, objects: None } => prevented(subject, prevent_destroy, judge),
        Protection::Live => {}
        // What a script makes, nothing takes away but another command.
        Protection::Script => {}
    }
}

fn in_a_stack(subject: &impl Subject, mut attributes: [&Attr<Text>; 2], judge: &mut Judge<'_>) {
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

/// S3 refuses to delete a bucket that is not empty; Terraform empties it first when it is told to.
fn with_its_objects(subject: &impl Subject, objects: &Switch, judge: &mut Judge<'_>) {
    let attr = &objects.attr;
    judge
        .on(subject)
        .claim("is kept as long as it holds log files", "is deleted together with its log files")
        .looks_at(attr, objects.on.to_string())
        .remedy(format!("Set '{}' to {}.", attr.name, objects.on))
        .rule(objects.is_on());
}

/// Terraform has no word for a trail that stays: only one that keeps it from being planned away.
fn prevented(subject: &impl Subject, prevent_destroy: &Attr<bool>, judge: &mut Judge<'_>) {
    let draft = judge
        .on(subject)
        .claim("is kept when a plan would destroy it", "is not kept when a plan would destroy it")
        .looks_at(prevent_destroy, "true");
    match prevent_destroy.is(&true) {
        Truth::True => draft.pass(),
        Truth::False => draft.not_applicable(
            CauseKind::Unsupported,
            format!("Terraform has nothing but '{}' that keeps a trail, and it is not set", prevent_destroy.name),
        ),
        Truth::Unknown(causes) => draft.unknown(causes),
    }
}

//! The tags that an organization asks of its trails.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::arn::Text;
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let required = judge.options().required_tags.clone();
    for trail in estate.own_trails() {
        let tags = &trail.tags;
        let has = |key: &str| {
            let key = Text::from(key);
            tags.satisfies(|tags| Truth::any(tags.iter().map(|tag| tag.key.same(&key))))
        };
        let draft = judge
            .on(trail)
            .claim("has the required tags", "does not have the required tags")
            .looks_whether(tags, required.join(", "));
        if required.is_empty() {
            draft.not_applicable(CauseKind::Option, "no tags are required: the option 'required-tags' is empty");
            continue;
        }
        let missing: Vec<_> =
            required.iter().filter(|key| has(key) == Truth::False).map(|key| format!("'{key}'")).collect();
        let truth = Truth::all(required.iter().map(|key| has(key)));
        let reason = match missing.as_slice() {
            [] => format!("'{}' has every required key", tags.name),
            missing => format!("'{}' lacks the key {}", tags.name, missing.join(", ")),
        };
        draft.because(reason).remedy(format!("Add {} to '{}'.", missing.join(", "), tags.name)).rule(truth);
    }
}

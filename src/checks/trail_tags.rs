//! The tags that an organization asks of its trails.

use crate::finding::Judge;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::{Estate, Tag};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let required = judge.options().required_tags.clone();
    for trail in estate.own_trails() {
        let tags = &trail.tags;
        let draft = judge
            .on(trail)
            .claim("has the required tags", "does not have the required tags")
            .looks_whether(tags, required.join(", "));
        if required.is_empty() {
            draft.not_applicable(CauseKind::Option, "no tags are required: the option 'required-tags' is empty");
            continue;
        }
        let missing: Vec<_> =
            required.iter().filter(|key| has(tags, key) == Truth::False).map(|key| format!("'{key}'")).collect();
        let truth = Truth::all(required.iter().map(|key| has(tags, key)));
        let reason = match missing.as_slice() {
            [] => format!("'{}' has every required key", tags.name),
            missing => format!("'{}' lacks the key {}", tags.name, missing.join(", ")),
        };
        draft.because(reason).remedy(format!("Add {} to '{}'.", missing.join(", "), tags.name)).rule(truth);
    }
}

/// Whether a tag has this key.
fn has(tags: &Attr<Vec<Tag>>, key: &str) -> Truth {
    let key = Text::from(key);
    tags.satisfies(|tags| Truth::any(tags.iter().map(|tag| tag.key.same(&key))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::arn::{Shape, Var};
    use crate::model::attr::Origin;
    use crate::truth::Cause;

    #[test]
    fn a_key_is_there_or_not_or_cannot_be_told() {
        let at = || Origin::Api { call: "cloudtrail:ListTags", arn: "trail".into() };
        let cause = Cause::new(CauseKind::Parameter, "the parameter 'Key' has no default");
        let hole = Var { key: "Key".into(), shown: "Key".into(), cause: cause.clone(), shape: Shape::Any };
        let tags = |keys: Vec<Text>| {
            let tags = keys.into_iter().map(|key| Tag { key, value: Text::default() }).collect();
            Attr::set("Tags", at(), tags)
        };
        assert_eq!(has(&tags(vec!["team".into(), "owner".into()]), "owner"), Truth::True);
        assert_eq!(has(&tags(vec!["Owner".into()]), "owner"), Truth::False);
        assert_eq!(has(&tags(vec![]), "owner"), Truth::False);
        assert_eq!(has(&Attr::missing("Tags", at()), "owner"), Truth::False);
        assert_eq!(has(&tags(vec![hole.clone().into(), "owner".into()]), "owner"), Truth::True);
        assert_eq!(has(&tags(vec![hole.into()]), "owner"), cause.clone().into());
        assert_eq!(has(&Attr::unseen("Tags", at(), cause.clone()), "owner"), cause.into());
    }
}

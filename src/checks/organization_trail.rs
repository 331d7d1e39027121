//! Trails that record all accounts of an organization.

use crate::finding::{Judge, Severity};
use crate::model::arn::{Part, Shape, Text};
use crate::model::attr::Origin;
use crate::model::live::{Live, Membership};
use crate::model::policy::Document;
use crate::model::recording::Recording;
use crate::model::trail::Trail;
use crate::model::{Estate, Input, Subject};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        for input in &recording.inputs {
            if let Some(live) = &input.live {
                account(&recording, input, live, judge);
            }
        }
    }
    for input in estate.inputs.iter().filter(|input| input.live.is_none()) {
        let defined = defined_organization(input);
        for trail in &input.trails {
            let organization = &trail.organization;
            let mut draft = judge
                .on(trail)
                .claim("records all accounts of the organization", "records its own account only")
                .looks_at(organization, "true")
                .remedy(format!(
                    "In the management account or a delegated administrator's, set '{}' to true and let the bucket \
                     policy admit the organization's path.",
                    organization.name
                ));
            draft = match defined.clone().or_else(|| organization_in_policy(estate, trail)) {
                Some((what, at)) => draft.evidence("organization", "one trail for all of its accounts", what, &at),
                None => draft.severity(Severity::Low),
            };
            draft.rule(organization.is(&true));
        }
    }
}

/// A live account: whether a logging multi-Region trail of its organization records it.
fn account(recording: &Recording<'_>, input: &Input, live: &Live, judge: &mut Judge<'_>) {
    let mut draft = judge
        .on_input(input)
        .claim(
            "is recorded by a trail of its organization",
            "is not recorded by a logging multi-Region trail of its organization",
        )
        .fault("organization-trail")
        .remedy(
            "Create an organization trail that works in all Regions, in the management account or a delegated \
             administrator's, and let it log.",
        );
    let mut found = Truth::False;
    let mut names = Vec::new();
    for recorder in recording.all_recorders() {
        let trail = recorder.trail;
        let counts = trail.organization.is(&true) & recorder.counts.clone() & trail.multi_region.is(&true);
        let says = [trail.organization.says(), trail.logging.says(), trail.multi_region.says()].join(", ");
        draft =
            draft.evidence(trail.id.shown.as_str(), "a logging multi-Region organization trail", says, &trail.id.at);
        if counts == Truth::True {
            names.push(format!("'{}'", trail.id.shown));
        }
        found = found | counts;
    }
    let more = recording.more();
    match (found | more, &live.membership) {
        (Truth::True, _) => draft.because(format!("{} records it", names.join(", "))).pass(),
        (_, Membership::Alone) => {
            draft.not_applicable(CauseKind::NoSubject, "the account does not belong to an organization");
        }
        // What cannot be asked may be an organization, and its trail may be out of sight.
        (_, Membership::Unknown(causes)) => draft.unknown(causes.clone()),
        (Truth::Unknown(causes), _) => draft.unknown(causes),
        (Truth::False, Membership::Management | Membership::Delegated) => {
            draft.because("the account manages the trails of its organization, and no such trail is there").fail();
        }
        (Truth::False, Membership::Member) => {
            draft.because("the account belongs to an organization, and no such trail is visible in it").fail();
        }
    }
}

/// A resource by which the input shows that there is an organization.
fn defined_organization(input: &Input) -> Option<(String, Origin)> {
    let organizations = input.organizations.iter().map(Subject::identity);
    let policies = input.organization_policies.iter().map(Subject::identity);
    let administrators = input.delegated_administrators.iter().map(Subject::identity);
    let id = organizations.chain(policies).chain(administrators).next()?;
    Some((format!("'{}' is defined here", id.shown), id.at.clone()))
}

/// An organization's id in the policy of the bucket that the trail delivers to, as far as the same input holds it.
fn organization_in_policy(estate: &Estate, trail: &Trail) -> Option<(String, Origin)> {
    let policies = trail.bucket.possible().flat_map(|name| estate.bucket_policies(trail.id.input, name));
    policies
        .filter(|policy| policy.id.input == trail.id.input)
        .flat_map(|policy| policy.document.possible())
        .find_map(organization_in_document)
}

fn organization_in_document(document: &Document) -> Option<(String, Origin)> {
    document.statements.iter().find_map(|statement| {
        let mut resources = statement.resource.iter().flat_map(|clause| &clause.items);
        let path = resources.find(|(resource, _)| resource.split('/').iter().any(is_organization_id));
        if let Some((resource, at)) = path {
            return Some((format!("the bucket policy names '{resource}'"), at.clone()));
        }
        let condition = statement.conditions.iter().find(|condition| {
            names_organizations(&condition.key)
                && condition.values.iter().any(|value| value.split('/').iter().any(is_organization_id))
        })?;
        Some((format!("the bucket policy tests '{}'", condition.key), condition.at.clone()))
    })
}

/// The global condition keys that hold an organization's id, or a path that begins with it.
fn names_organizations(key: &Text) -> bool {
    let key = key.lowercase();
    key.literal().is_some_and(|key| {
        matches!(
            key,
            "aws:sourceorgid"
                | "aws:principalorgid"
                | "aws:resourceorgid"
                | "aws:sourceorgpaths"
                | "aws:principalorgpaths"
        )
    })
}

/// `o-` and 10 to 32 lower-case letters or digits: the pattern of `Organization.Id` in the Organizations API; or `o-` and
/// what AWS made up.
fn is_organization_id(text: &Text) -> bool {
    if let [Part::Lit(start), Part::Var(var)] = text.parts() {
        return &**start == "o-" && var.shape == Shape::Generated;
    }
    text.literal().and_then(|literal| literal.strip_prefix("o-")).is_some_and(|rest| {
        (10..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

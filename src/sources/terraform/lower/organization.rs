//! Organizations.

use super::Cx;
use super::companions::Companions;
use crate::model::account::{DelegatedAdministrator, Organization, OrganizationPolicy};
use crate::model::arn::{Shape, Text};
use crate::model::attr::{Attr, Branch, State, Value};
use crate::model::{Input, ResourceKind};
use crate::sources::terraform::attributes::{self, because};
use crate::truth::Truth;

pub(super) fn organization(cx: &Cx<'_>, input: &mut Input) {
    let roots = attributes::attribute(cx.instance, "roots", cx.instance.header);
    let root = roots.items().first().and_then(|root| root.get("id")).and_then(crate::sources::value::Val::text);
    let organization = Organization {
        id: cx.identity(ResourceKind::Organization),
        root: root.unwrap_or_else(|| attributes::hole(cx.instance, "roots", Shape::Any)),
        feature_set: cx.block().text_or(&["feature_set"], "ALL"),
    };
    input.organizations.items.push(organization);
}

pub(super) fn policy(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let block = cx.block();
    let policy = OrganizationPolicy {
        id: cx.identity(ResourceKind::Policy),
        kind: block.text_or(&["type"], "SERVICE_CONTROL_POLICY"),
        content: block.document(&["content"]),
        targets: targets(cx, companions),
    };
    input.organization_policies.items.push(policy);
}

const ATTACHMENT: &str = "aws_organizations_policy_attachment";

/// What the attachments of the input attach a policy to.
fn targets(cx: &Cx<'_>, companions: &Companions<'_>) -> Attr<Vec<Text>> {
    let id = cx.attribute("id");
    let existence = &cx.instance.existence;
    let mut certain: Vec<Text> = Vec::new();
    let mut possible: Vec<(Text, String)> = Vec::new();
    let mut place = None;
    for link in companions.links(ATTACHMENT, &[&id]) {
        let target = link.cx.block().text(&["target_id"]);
        place.get_or_insert(target.at.clone());
        let shown = &link.cx.instance.instance;
        let here = link.when.is_none() && link.cx.instance.existence.beside(existence) == Truth::True;
        match &target.state {
            State::Set(Value::Known(text)) if here => certain.push(text.clone()),
            State::Set(Value::Known(text)) => possible.push((text.clone(), format!("'{shown}' exists"))),
            State::Set(Value::Unknown(cause)) | State::Unseen(cause) => {
                certain.push(because(link.cx.instance, "target_id", Shape::Any, cause.clone()));
            }
            _ => certain.push(attributes::hole(link.cx.instance, "target_id", Shape::Any)),
        }
    }
    let name = "aws_organizations_policy_attachment.target_id";
    let at = place.unwrap_or_else(|| cx.origin());
    let state = match (certain.is_empty(), possible.split_first()) {
        (true, None) => match companions.may_have(ATTACHMENT, &[&id]) {
            Some(cause) => State::Unseen(cause),
            None => State::Missing,
        },
        (_, None) => State::Set(Value::Known(certain)),
        (_, Some(((_, when), _))) => {
            let all = certain.iter().cloned().chain(possible.iter().map(|(target, _)| target.clone())).collect();
            let without = if certain.is_empty() { State::Missing } else { State::Set(Value::Known(certain)) };
            State::OneOf(vec![
                Branch { when: when.as_str().into(), state: State::Set(Value::Known(all)) },
                Branch { when: format!("it is not so that {when}").into(), state: without },
            ])
        }
    };
    Attr { name: name.into(), at, state }
}

/// `aws_organizations_delegated_administrator`, or CloudTrail's own resource for it.
pub(super) fn delegated_administrator(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let service = if cx.instance.kind.starts_with("aws_cloudtrail") {
        Attr::default("service_principal", cx.origin(), "cloudtrail.amazonaws.com".into())
    } else {
        block.text(&["service_principal"])
    };
    let administrator = DelegatedAdministrator {
        id: cx.identity(ResourceKind::Account),
        account: block.text(&["account_id"]),
        service,
    };
    input.delegated_administrators.items.push(administrator);
}

//! Principals and the policies attached to them, by every route that a template has.

use std::collections::HashMap;

use super::Cx;
use super::storage::document;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Origin, State, Value};
use crate::model::policy::Document;
use crate::model::principal::{Grant, GrantedPolicy, Grantee, ManagedPolicy, Principal, PrincipalKind};
use crate::model::{Identity, Input, ResourceKind};
use crate::source_map::Span;
use crate::sources::block::{Absent, Block};
use crate::sources::policy::document as read_document;
use crate::sources::value::{Val, ValKind};
use crate::sources::worlds;

pub(super) fn principal(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let kind = match cx.resource.kind {
        "AWS::IAM::User" => PrincipalKind::User,
        "AWS::IAM::Group" => PrincipalKind::Group,
        _ => PrincipalKind::Role,
    };
    let properties = cx.properties();
    let block = cx.block(&properties);
    let principal = Principal {
        id: cx.identity(ResourceKind::Principal),
        kind,
        name: cx.name(),
        arn: cx.reference(Some("Arn")),
        boundary: block.text(&["PermissionsBoundary"]),
    };
    let to = Grantee { kind, name: principal.name.clone() };
    let id = principal.id.clone();
    managed(input, &block, "ManagedPolicyArns", &id, &to);
    for (policy, span) in each(&block, "Policies") {
        let inner = Block { val: Some(&policy), header: span, prefix: "Policies.", faults: block.faults };
        let policy = GrantedPolicy::Document(document(&inner, &["PolicyDocument"]));
        let (id, by, to) = (id.clone(), id.clone(), to.clone());
        input.grants.items.push(Grant { id, by, to, policy, at: Origin::Text(span) });
    }
    input.principals.items.push(principal);
}

/// The items of a list property in all its possible forms, each once.
fn each(block: &Block<'_>, key: &str) -> Vec<(Val, Span)> {
    let Some(field) = block.val.and_then(|val| val.field(key)) else { return Vec::new() };
    let mut found: Vec<(Val, Span)> = Vec::new();
    for world in worlds::possible(Some(&field.value)) {
        let Some(value) = world.value else { continue };
        for item in value.items() {
            // A list that is not known as a whole points at its property.
            let span = if matches!(value.kind, ValKind::List(_)) { item.span } else { field.span() };
            if !found.iter().any(|(known, at)| known == item && *at == span) {
                found.push((item.clone(), span));
            }
        }
    }
    found
}

fn one_text(name: &str, val: &Val, span: Span) -> Attr<Text> {
    let at = Origin::Text(span);
    match crate::sources::block::text(val) {
        Value::Known(text) => Attr::set(name, at, text),
        Value::Unknown(cause) => Attr { name: name.into(), at, state: State::Set(Value::Unknown(cause)) },
    }
}

fn managed(input: &mut Input, block: &Block<'_>, key: &str, id: &Identity, to: &Grantee) {
    for (policy, span) in each(block, key) {
        let grant = Grant {
            id: id.clone(),
            by: id.clone(),
            to: to.clone(),
            policy: GrantedPolicy::Managed(one_text(key, &policy, span)),
            at: Origin::Text(span),
        };
        input.grants.items.push(grant);
    }
}

/// A managed policy, or an inline policy in a resource of its own, with the principals that it names.
pub(super) fn policy(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let id = cx.identity(ResourceKind::Policy);
    let document = document(&block, &["PolicyDocument"]);
    let named = [("Users", PrincipalKind::User), ("Groups", PrincipalKind::Group), ("Roles", PrincipalKind::Role)];
    for (key, kind) in named {
        for (name, span) in each(&block, key) {
            let name = name.text().unwrap_or_else(|| crate::sources::block::hole(&name));
            let grant = Grant {
                id: id.clone(),
                by: id.clone(),
                to: Grantee { kind, name },
                policy: GrantedPolicy::Document(document.clone()),
                at: Origin::Text(span),
            };
            input.grants.items.push(grant);
        }
    }
    if cx.resource.kind == "AWS::IAM::ManagedPolicy" {
        input.managed_policies.items.push(ManagedPolicy { id, arn: cx.reference(None), document });
    }
}

pub(super) fn inline_policy(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let (key, kind) = match cx.resource.kind {
        "AWS::IAM::UserPolicy" => ("UserName", PrincipalKind::User),
        "AWS::IAM::GroupPolicy" => ("GroupName", PrincipalKind::Group),
        _ => ("RoleName", PrincipalKind::Role),
    };
    let properties = cx.properties();
    let block = cx.block(&properties);
    let id = cx.identity(ResourceKind::Policy);
    let name = block.text(&[key]);
    let grant = Grant {
        by: id.clone(),
        id,
        to: Grantee { kind, name: name.possible().next().cloned().unwrap_or_default() },
        policy: GrantedPolicy::Document(document(&block, &["PolicyDocument"])),
        at: name.at.clone(),
    };
    input.grants.items.push(grant);
}

pub(super) fn permission_set(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let id = cx.identity(ResourceKind::Principal);
    let to = Grantee { kind: PrincipalKind::PermissionSet, name: cx.name() };
    managed(input, &block, "ManagedPolicies", &id, &to);
    let inline = document(&block, &["InlinePolicy"]);
    if !matches!(inline.state, State::Missing) {
        let at = inline.at.clone();
        let policy = GrantedPolicy::Document(inline);
        input.grants.items.push(Grant { id: id.clone(), by: id.clone(), to, policy, at });
    }
    input.principals.items.push(Principal {
        kind: PrincipalKind::PermissionSet,
        name: cx.name(),
        arn: cx.reference(Some("PermissionSetArn")),
        boundary: block.text(&["PermissionsBoundary", "ManagedPolicyArn"]),
        id,
    });
}

/// The role that SAM makes for a function without a `Role`: `Policies` holds managed policies by name or ARN, policy
/// documents, and SAM's own policy templates (which grant nothing on a trail).
pub(super) fn function(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    if block.val.is_some_and(|val| val.field("Role").is_some()) {
        return;
    }
    let id = cx.identity(ResourceKind::Principal);
    let name = Text::format("{}Role", &[&Text::from(cx.resource.id.as_str())]);
    let to = Grantee { kind: PrincipalKind::Function, name };
    let globals = cx.stack.parsed.globals.and_then(|globals| globals.get("Function")).and_then(|f| cx.scope.eval(f));
    let global = Block { val: globals.as_ref(), ..block };
    for (policy, span) in each(&global, "Policies").into_iter().chain(each(&block, "Policies")) {
        let policy = match &policy.kind {
            ValKind::Map(_) if policy.field("Statement").is_some() => {
                let at = Origin::Text(span);
                let state = State::Set(read_document(&policy));
                GrantedPolicy::Document(Attr { name: "Policies".into(), at, state })
            }
            ValKind::Map(_) => continue,
            _ => GrantedPolicy::Managed(one_text("Policies", &policy, span)),
        };
        let (id, by, to) = (id.clone(), id.clone(), to.clone());
        input.grants.items.push(Grant { id, by, to, policy, at: Origin::Text(span) });
    }
    input.principals.items.push(Principal {
        kind: PrincipalKind::Function,
        name: to.name,
        arn: cx.reference(Some("Role.Arn")),
        boundary: block.attr(&["PermissionsBoundary"], Absent::Missing, crate::sources::block::text),
        id,
    });
}

/// Joins that need all resources of the input: attachments of its own managed policies become documents, and grants
/// to principals that the input defines stand at the principal.
pub(super) fn settle(input: &mut Input) {
    let defined: HashMap<&Text, &Attr<Document>> =
        input.managed_policies.iter().map(|policy| (&policy.arn, &policy.document)).collect();
    let principals: HashMap<(PrincipalKind, &Text), &Identity> =
        input.principals.iter().map(|principal| ((principal.kind, &principal.name), &principal.id)).collect();
    for grant in &mut input.grants.items {
        let document = match &grant.policy {
            GrantedPolicy::Managed(arn) => arn.possible().find_map(|arn| defined.get(arn)).copied().cloned(),
            GrantedPolicy::Document(_) => None,
        };
        if let Some(document) = document {
            grant.policy = GrantedPolicy::Document(document);
        }
        if grant.id.kind == ResourceKind::Policy
            && let Some(id) = principals.get(&(grant.to.kind, &grant.to.name))
        {
            grant.id = (*id).clone();
        }
    }
}

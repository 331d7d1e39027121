//! Principals and the policies attached to them, by every route that a template has.

use super::Cx;
use crate::model::arn::Text;
use crate::model::attr::{Origin, State};
use crate::model::principal::{Grant, GrantedPolicy, Grantee, ManagedPolicy, Principal, PrincipalKind};
use crate::model::{Input, ResourceKind};
use crate::sources::block::{Absent, Block};
use crate::sources::grants::{each, managed, named};
use crate::sources::policy::document as read_document;
use crate::sources::value::ValKind;

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
    for item in each(&block, "Policies") {
        let inner = Block { val: Some(&item.value), header: item.span, prefix: "Policies.", faults: block.faults };
        let policy = GrantedPolicy::Document(inner.document(&["PolicyDocument"]));
        let (id, to) = (item.identity(&id), to.clone());
        input.grants.items.push(Grant { by: id.clone(), id, to, policy, at: Origin::Text(item.span) });
    }
    input.principals.items.push(principal);
}

/// A managed policy, or an inline policy in a resource of its own, with the principals that it names.
pub(super) fn policy(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let id = cx.identity(ResourceKind::Policy);
    let document = block.document(&["PolicyDocument"]);
    let lists = [("Users", PrincipalKind::User), ("Groups", PrincipalKind::Group), ("Roles", PrincipalKind::Role)];
    for (key, kind) in lists {
        named(input, &block, key, kind, &id, &document);
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
    let document = block.document(&["PolicyDocument"]);
    named(input, &block, key, kind, &id, &document);
}

pub(super) fn permission_set(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let id = cx.identity(ResourceKind::Principal);
    let to = Grantee { kind: PrincipalKind::PermissionSet, name: cx.name() };
    managed(input, &block, "ManagedPolicies", &id, &to);
    let inline = block.document(&["InlinePolicy"]);
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

/// The role that SAM makes for a function or state machine without a `Role`: `Policies` holds managed policies by name or ARN, policy
/// documents, and SAM's own policy templates (which grant nothing on a trail).
pub(super) fn function(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    if block.val.is_some_and(|val| val.has("Role")) {
        return;
    }
    let id = cx.identity(ResourceKind::Principal);
    let name = Text::format("{}Role", &[&Text::from(cx.resource.id.as_str())]);
    let to = Grantee { kind: PrincipalKind::Function, name };
    let kind = cx.resource.kind.rsplit("::").next().unwrap_or_default();
    let globals = cx.stack.parsed.globals.and_then(|globals| globals.get(kind)).and_then(|f| cx.scope.eval(f));
    let global = Block { val: globals.as_ref(), ..block };
    for item in each(&global, "Policies").into_iter().chain(each(&block, "Policies")) {
        let policy = match &item.value.kind {
            ValKind::Map(_) if item.value.field("Statement").is_some() => {
                GrantedPolicy::Document(item.attr("Policies", read_document(&item.value)))
            }
            ValKind::Map(_) => continue,
            _ => GrantedPolicy::Managed(item.attr("Policies", crate::sources::block::text(&item.value))),
        };
        let (id, by, to) = (id.clone(), id.clone(), to.clone());
        input.grants.items.push(Grant { id, by, to, policy, at: Origin::Text(item.span) });
    }
    input.principals.items.push(Principal {
        kind: PrincipalKind::Function,
        name: to.name,
        arn: cx.reference(Some("Role.Arn")),
        boundary: block.attr(&["PermissionsBoundary"], Absent::Missing, crate::sources::block::text),
        id,
    });
}

//! Principals and the policies attached to them, by every route that a template has.

use std::collections::HashMap;
use std::sync::Arc;

use super::Cx;
use super::storage::document;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Branch, Origin, State, Value};
use crate::model::policy::Document;
use crate::model::principal::{Grant, GrantedPolicy, Grantee, ManagedPolicy, Principal, PrincipalKind};
use crate::model::{Existence, Identity, Input, ResourceKind};
use crate::source_map::Span;
use crate::sources::block::{Absent, Block};
use crate::sources::policy::document as read_document;
use crate::sources::value::{Val, ValKind};
use crate::sources::worlds;
use crate::truth::{Cause, CauseKind};

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
        let policy = GrantedPolicy::Document(document(&inner, &["PolicyDocument"]));
        let (id, to) = (item.identity(&id), to.clone());
        input.grants.items.push(Grant { by: id.clone(), id, to, policy, at: Origin::Text(item.span) });
    }
    input.principals.items.push(principal);
}

/// One item that a list property has, or may have.
struct Item {
    value: Val,
    span: Span,
    /// When it is in the list and when it is not, if that cannot be decided.
    open: Option<(Arc<str>, Arc<str>)>,
}

impl Item {
    /// The attribute that holds the item, or may hold it.
    fn attr<T>(&self, name: &str, value: Value<T>) -> Attr<T> {
        let state = match &self.open {
            None => State::Set(value),
            Some((present, absent)) => State::OneOf(vec![
                Branch { when: present.clone(), state: State::Set(value) },
                Branch { when: absent.clone(), state: State::Missing },
            ]),
        };
        Attr { name: name.into(), at: Origin::Text(self.span), state }
    }

    /// What holds because of the item: nothing where the item is not there.
    fn guard<T: Clone>(&self, attr: &Attr<T>) -> Attr<T> {
        match &self.open {
            Some((present, absent)) => guarded(attr, present, absent),
            None => attr.clone(),
        }
    }

    /// The resource that the item belongs to: it may only exist when the item may only be there.
    fn identity(&self, id: &Identity) -> Identity {
        let mut id = id.clone();
        if let (Some((present, _)), Existence::Certain) = (&self.open, &id.existence) {
            id.existence = Existence::Maybe(Cause::new(CauseKind::Condition, format!("it holds only when {present}")));
        }
        id
    }
}

/// The same attribute, not written at all in one case.
fn guarded<T: Clone>(attr: &Attr<T>, present: &Arc<str>, absent: &Arc<str>) -> Attr<T> {
    let mut branches: Vec<Branch<T>> = match &attr.state {
        State::OneOf(branches) => {
            let both = |branch: &Branch<T>| Branch {
                when: format!("{present} and {}", branch.when).into(),
                state: branch.state.clone(),
            };
            branches.iter().map(both).collect()
        }
        single => vec![Branch { when: present.clone(), state: single.clone() }],
    };
    branches.push(Branch { when: absent.clone(), state: State::Missing });
    Attr { state: State::OneOf(branches), ..attr.clone() }
}

/// The items of a list property in all its possible forms, each once.
fn each(block: &Block<'_>, key: &str) -> Vec<Item> {
    let Some(field) = block.val.and_then(|val| val.field(key)) else { return Vec::new() };
    let worlds = worlds::possible(Some(&field.value));
    let mut found: Vec<(Val, Span, Vec<usize>)> = Vec::new();
    for (world, possible) in worlds.iter().enumerate() {
        let Some(value) = &possible.value else { continue };
        for item in value.items() {
            // A list that is not known as a whole points at its property.
            let span = if matches!(value.kind, ValKind::List(_)) { item.span } else { field.span() };
            match found.iter_mut().find(|(known, at, _)| known == item && *at == span) {
                Some((.., holders)) => holders.push(world),
                None => found.push((item.clone(), span, vec![world])),
            }
        }
    }
    let clause = |world: usize| worlds[world].when.clone().unwrap_or_else(|| "always".into());
    found
        .into_iter()
        .map(|(value, span, holders)| {
            let absent = (0..worlds.len()).find(|world| !holders.contains(world));
            Item { value, span, open: absent.map(|absent| (clause(holders[0]), clause(absent))) }
        })
        .collect()
}

fn managed(input: &mut Input, block: &Block<'_>, key: &str, id: &Identity, to: &Grantee) {
    for item in each(block, key) {
        let grant = Grant {
            id: id.clone(),
            by: id.clone(),
            to: to.clone(),
            policy: GrantedPolicy::Managed(item.attr(key, crate::sources::block::text(&item.value))),
            at: Origin::Text(item.span),
        };
        input.grants.items.push(grant);
    }
}

/// A policy for each principal that a property names.
fn named(
    input: &mut Input,
    block: &Block<'_>,
    key: &str,
    kind: PrincipalKind,
    id: &Identity,
    document: &Attr<Document>,
) {
    for item in each(block, key) {
        let name = item.value.text().unwrap_or_else(|| crate::sources::block::hole(&item.value));
        let grant = Grant {
            id: item.identity(id),
            by: item.identity(id),
            to: Grantee { kind, name },
            policy: GrantedPolicy::Document(item.guard(document)),
            at: Origin::Text(item.span),
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
    let document = document(&block, &["PolicyDocument"]);
    named(input, &block, key, kind, &id, &document);
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

/// Joins that need all resources of the input: attachments of its own managed policies become documents, and grants
/// to principals that the input defines stand at the principal.
pub(super) fn settle(input: &mut Input) {
    let defined: HashMap<&Text, &Attr<Document>> =
        input.managed_policies.iter().map(|policy| (&policy.arn, &policy.document)).collect();
    let principals: HashMap<(PrincipalKind, &Text), &Identity> =
        input.principals.iter().map(|principal| ((principal.kind, &principal.name), &principal.id)).collect();
    for grant in &mut input.grants.items {
        let document = match &grant.policy {
            GrantedPolicy::Managed(arn) => {
                let document = arn.possible().find_map(|arn| defined.get(arn)).copied();
                document.map(|document| match &arn.state {
                    // What may not be attached: an item has one value, and is there or not.
                    State::OneOf(branches) => match branches.as_slice() {
                        [present, absent] => guarded(document, &present.when, &absent.when),
                        _ => document.clone(),
                    },
                    _ => document.clone(),
                })
            }
            GrantedPolicy::Document(_) => None,
        };
        if let Some(document) = document {
            grant.policy = GrantedPolicy::Document(document);
        }
        if grant.id.kind == ResourceKind::Policy
            && let Some(id) = principals.get(&(grant.to.kind, &grant.to.name))
        {
            let existence = std::mem::replace(&mut grant.id, (*id).clone()).existence;
            // The attachment may be missing where the principal is not.
            if grant.id.existence == Existence::Certain {
                grant.id.existence = existence;
            }
        }
    }
}

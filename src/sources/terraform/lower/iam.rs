//! Principals and the policies attached to them, by every route that the provider has.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::companions::Companions;
use super::{Cx, filled};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Origin, State, Value};
use crate::model::principal::{Grant, GrantedPolicy, Grantee, ManagedPolicy, Principal, PrincipalKind};
use crate::model::{Existence, Identity, Input, ResourceKind};
use crate::sources::block::{Block, text};
use crate::sources::grants::{Item, each, managed, named};

pub(super) fn principal(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let kind = kind_of(&cx.instance.kind);
    let block = cx.block();
    let principal = Principal {
        id: cx.identity(ResourceKind::Principal),
        kind,
        name: cx.attribute("name"),
        arn: cx.attribute("arn"),
        boundary: cx.filled("permissions_boundary"),
    };
    let to = Grantee { kind, name: principal.name.clone() };
    let id = &principal.id;
    managed(input, &block, "managed_policy_arns", id, &to);
    // A state lists here what resources of their own attach, too.
    let own: Vec<Text> = companions
        .links("aws_iam_role_policy", &[&principal.name])
        .iter()
        .filter_map(|link| link.cx.block().text(&["name"]).possible().next().cloned())
        .collect();
    for item in each(&block, "inline_policy") {
        let inner = Block { val: Some(&item.value), header: item.span, prefix: "inline_policy.", faults: block.faults };
        let policy = inner.document(&["policy"]);
        let listed = inner.text(&["name"]).possible().any(|name| own.contains(name));
        if listed || matches!(filled(inner.text(&["policy"])).state, State::Missing) {
            continue;
        }
        let (id, to) = (item.identity(id), to.clone());
        let policy = GrantedPolicy::Document(item.guard(&policy));
        input.grants.items.push(Grant { by: id.clone(), id, to, policy, at: Origin::Text(item.span) });
    }
    input.principals.items.push(principal);
}

fn kind_of(resource: &str) -> PrincipalKind {
    if resource.starts_with("aws_iam_user") {
        PrincipalKind::User
    } else if resource.starts_with("aws_iam_group") {
        PrincipalKind::Group
    } else {
        PrincipalKind::Role
    }
}

pub(super) fn managed_policy(cx: &Cx<'_>, input: &mut Input) {
    let policy = ManagedPolicy {
        id: cx.identity(ResourceKind::Policy),
        arn: cx.attribute("arn"),
        document: cx.block().document(&["policy"]),
    };
    input.managed_policies.items.push(policy);
}

/// `aws_iam_user_policy`, `aws_iam_group_policy`, `aws_iam_role_policy`.
pub(super) fn inline_policy(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let kind = kind_of(&cx.instance.kind);
    let document = block.document(&["policy"]);
    named(input, &block, kind.noun(), kind, &cx.identity(ResourceKind::Policy), &document);
}

/// One policy for one principal, or all policies of one principal.
pub(super) fn attachment(cx: &Cx<'_>, input: &mut Input) {
    let kind = kind_of(&cx.instance.kind);
    if cx.instance.kind.ends_with("_exclusive") {
        attach(cx, (&format!("{}_name", kind.noun()), kind), "policy_arns", input);
    } else {
        attach(cx, (kind.noun(), kind), "policy_arn", input);
    }
}

/// One policy for many principals.
pub(super) fn attachment_of_many(cx: &Cx<'_>, input: &mut Input) {
    let lists = [("users", PrincipalKind::User), ("groups", PrincipalKind::Group), ("roles", PrincipalKind::Role)];
    for list in lists {
        attach(cx, list, "policy_arn", input);
    }
}

fn attach(cx: &Cx<'_>, (names, kind): (&str, PrincipalKind), policies: &str, input: &mut Input) {
    let block = cx.block();
    let id = cx.identity(ResourceKind::Policy);
    let policies_of = each(&block, policies);
    for who in each(&block, names) {
        let name = who.value.text().unwrap_or_else(|| crate::sources::block::hole(&who.value));
        for what in &policies_of {
            let to = Grantee { kind, name: name.clone() };
            give(&who.identity(&id), to, what, policies, input);
        }
    }
}

fn give(id: &Identity, to: Grantee, what: &Item, argument: &str, input: &mut Input) {
    let policy = GrantedPolicy::Managed(what.attr(argument, text(&what.value)));
    input.grants.items.push(Grant { id: id.clone(), by: id.clone(), to, policy, at: Origin::Text(what.span) });
}

pub(super) fn permission_set(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let arn = cx.attribute("arn");
    let own = Attr::missing("permissions_boundary", cx.origin());
    let owner = (&[&arn][..], &cx.instance.existence);
    let boundary = companions.joined("aws_ssoadmin_permissions_boundary_attachment", owner, own, |cx| {
        let of_aws = filled(cx.block().text(&["permissions_boundary", "managed_policy_arn"]));
        if matches!(of_aws.state, State::Missing) { customer_policy(cx, "permissions_boundary") } else { of_aws }
    });
    input.principals.items.push(Principal {
        id: cx.identity(ResourceKind::Principal),
        kind: PrincipalKind::PermissionSet,
        name: cx.attribute("name"),
        arn,
        boundary,
    });
}

/// A policy that a permission set names by name and path: it is looked up in each account that the set is used in, and
/// is taken for the one of this account.
fn customer_policy(cx: &Cx<'_>, outer: &str) -> Attr<Text> {
    let block = cx.block();
    let inner: Vec<&str> =
        [outer, "customer_managed_policy_reference"].into_iter().filter(|key| !key.is_empty()).collect();
    let at = |last| [&inner[..], &[last]].concat();
    let path = block.text(&at("path")).possible().next().filter(|path| !path.is_certainly_empty()).cloned();
    let provider = &cx.instance.provider;
    filled(block.text(&at("name"))).map(|name| {
        let path = path.clone().unwrap_or_else(|| "/".into());
        Text::format("arn:{}:iam::{}:policy{}{}", &[&provider.partition.into(), &provider.account, &path, name])
    })
}

/// What a permission set is given by resources of their own.
pub(super) fn permission_set_attachment(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let block = cx.block();
    let id = cx.identity(ResourceKind::Policy);
    for set in each(&block, "permission_set_arn") {
        let arn = set.value.text().unwrap_or_else(|| crate::sources::block::hole(&set.value));
        // The set by its name, as findings show it; one of another input by its ARN.
        let name = companions.permission_sets.get(&arn).cloned().unwrap_or(arn);
        let to = Grantee { kind: PrincipalKind::PermissionSet, name };
        let id = set.identity(&id);
        match &*cx.instance.kind {
            "aws_ssoadmin_managed_policy_attachment" => {
                each(&block, "managed_policy_arn").iter().for_each(|what| {
                    give(&id, to.clone(), what, "managed_policy_arn", input);
                });
            }
            "aws_ssoadmin_managed_policy_attachments_exclusive" => {
                each(&block, "managed_policy_arns").iter().for_each(|what| {
                    give(&id, to.clone(), what, "managed_policy_arns", input);
                });
            }
            "aws_ssoadmin_customer_managed_policy_attachment" => {
                let policy = customer_policy(cx, "");
                let at = policy.at.clone();
                let policy = GrantedPolicy::Managed(policy);
                input.grants.items.push(Grant { by: id.clone(), id, to, policy, at });
            }
            "aws_ssoadmin_permission_set_inline_policy" => {
                let policy = block.document(&["inline_policy"]);
                let at = policy.at.clone();
                let policy = GrantedPolicy::Document(policy);
                input.grants.items.push(Grant { by: id.clone(), id, to, policy, at });
            }
            _ => {}
        }
    }
}

/// One attachment is often said twice: in a state the role lists what attachments of their own attach. The one that is
/// more certain stands, else the resource of its own, which is where it is written, else the first.
pub(super) fn without_repetition(input: &mut Input) {
    let mut first: HashMap<(PrincipalKind, Text, Text), usize> = HashMap::new();
    let mut kept: Vec<Grant> = Vec::new();
    for grant in std::mem::take(&mut input.grants.items) {
        let GrantedPolicy::Managed(Attr { state: State::Set(Value::Known(policy)), .. }) = &grant.policy else {
            kept.push(grant);
            continue;
        };
        match first.entry((grant.to.kind, grant.to.name.clone(), policy.clone())) {
            Entry::Vacant(free) => {
                free.insert(kept.len());
                kept.push(grant);
            }
            Entry::Occupied(at) => {
                let rank = |grant: &Grant| {
                    (grant.id.existence == Existence::Certain, grant.by.kind != ResourceKind::Principal)
                };
                if let Some(known) = kept.get_mut(*at.get())
                    && rank(&grant) > rank(known)
                {
                    *known = grant;
                }
            }
        }
    }
    input.grants.items = kept;
}

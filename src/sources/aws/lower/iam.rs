//! Users, groups, roles and permission sets, and what is attached to them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Cx;
use super::answers::{Owner, Question, Said};
use super::reader::Node;
use crate::model::attr::{Attr, State};
use crate::model::live::Membership;
use crate::model::principal::{Grant, GrantedPolicy, Grantee, ManagedPolicy, Principal, PrincipalKind};
use crate::model::{Identity, Input, ResourceKind};
use crate::sources::grants;
use crate::truth::{Cause, CauseKind, Truth};

pub(super) const DETAILS: Question = Question {
    service: "iam",
    operation: "get-account-authorization-details",
    action: "iam:GetAccountAuthorizationDetails",
    unset: &[],
    needs: "RoleDetailList",
};
/// A policy that the partition does not have is attached to nobody.
pub(super) const ENTITIES: Question = Question {
    service: "iam",
    operation: "list-entities-for-policy",
    action: "iam:ListEntitiesForPolicy",
    unset: &["NoSuchEntity"],
    needs: "",
};
pub(super) const INSTANCES: Question = Question {
    service: "sso-admin",
    operation: "list-instances",
    action: "sso:ListInstances",
    unset: &[],
    needs: "Instances",
};
pub(super) const SETS: Question = Question {
    service: "sso-admin",
    operation: "list-permission-sets",
    action: "sso:ListPermissionSets",
    unset: &[],
    needs: "PermissionSets",
};
pub(super) const SET: Question = Question {
    service: "sso-admin",
    operation: "describe-permission-set",
    action: "sso:DescribePermissionSet",
    unset: &[],
    needs: "PermissionSet",
};
pub(super) const SET_MANAGED: Question = Question {
    service: "sso-admin",
    operation: "list-managed-policies-in-permission-set",
    action: "sso:ListManagedPoliciesInPermissionSet",
    unset: &[],
    needs: "AttachedManagedPolicies",
};
pub(super) const SET_INLINE: Question = Question {
    service: "sso-admin",
    operation: "get-inline-policy-for-permission-set",
    action: "sso:GetInlinePolicyForPermissionSet",
    unset: &[],
    needs: "",
};

/// Lowers principals, policies and attachments.
pub(super) fn iam(cx: &Cx<'_>, input: &mut Input, membership: &Membership) {
    let mut read = Truth::unknown(CauseKind::NotCollected, super::answers::not_asked(&DETAILS, None).detail);
    for (_, output) in cx.answers.outputs(&DETAILS) {
        details(cx, input, output);
        read = Truth::True;
    }
    if read != Truth::True
        && let Said::Hidden(cause) = cx.answers.said(&DETAILS, None, None, Owner::Own)
    {
        read = cause.into();
    }
    entities(cx, input);
    let sets = permission_sets(cx, input, membership);
    input.principals.complete = read.clone();
    input.managed_policies.complete = read.clone();
    input.grants.complete = read & sets;
    grants::settle(input);
}

fn details(cx: &Cx<'_>, input: &mut Input, output: &Value) {
    let of = |list: &str| output[list].as_array().into_iter().flatten();
    for policy in of("Policies") {
        let Some(arn) = policy["Arn"].as_str() else { continue };
        // The policies of AWS are known by name.
        if arn.contains(":iam::aws:") {
            continue;
        }
        let version = policy["PolicyVersionList"].as_array().into_iter().flatten();
        let version = version.into_iter().find(|version| version["IsDefaultVersion"].as_bool() == Some(true));
        let said = version.map_or_else(
            || {
                Said::Hidden(Cause::new(
                    CauseKind::NotAnswered,
                    format!("the answer lacks the version of '{arn}' in force"),
                ))
            },
            Said::Output,
        );
        let mut document = Node::new(said, DETAILS.action, arn, "").document(&["Document"]);
        document.name = "PolicyDocument".into();
        let id = cx.identity(ResourceKind::Policy, arn, DETAILS.action);
        input.managed_policies.items.push(ManagedPolicy { id, arn: arn.into(), document });
    }
    let kinds = [
        ("UserDetailList", "UserName", "UserPolicyList", PrincipalKind::User),
        ("GroupDetailList", "GroupName", "GroupPolicyList", PrincipalKind::Group),
        ("RoleDetailList", "RoleName", "RolePolicyList", PrincipalKind::Role),
    ];
    for (list, name, inline, kind) in kinds {
        for principal in of(list) {
            one(cx, input, principal, (name, inline), kind);
        }
    }
}

fn one(cx: &Cx<'_>, input: &mut Input, principal: &Value, (name, inline): (&str, &str), kind: PrincipalKind) {
    let (Some(arn), Some(name)) = (principal["Arn"].as_str(), principal[name].as_str()) else { return };
    // Nobody but AWS takes on such a role, and nobody can change what it may do.
    if principal["Path"].as_str().is_some_and(|path| path.starts_with("/aws-service-role/")) {
        return;
    }
    let node = Node::new(Said::Output(principal), DETAILS.action, arn, "");
    let id = cx.identity(ResourceKind::Principal, arn, DETAILS.action);
    let to = Grantee { kind, name: name.into() };
    input.principals.items.push(Principal {
        id: id.clone(),
        kind,
        name: name.into(),
        arn: arn.into(),
        boundary: node.text(&["PermissionsBoundary", "PermissionsBoundaryArn"]),
    });
    for policy in node.items(&["AttachedManagedPolicies"]) {
        managed(input, &id, &to, policy.text(&["PolicyArn"]));
    }
    for policy in node.items(&[inline]) {
        let document = policy.document(&["PolicyDocument"]);
        grant(input, &id, &to, GrantedPolicy::Document(document), &policy);
    }
}

fn managed(input: &mut Input, id: &Identity, to: &Grantee, policy: Attr<crate::model::arn::Text>) {
    let at = policy.at.clone();
    let policy = GrantedPolicy::Managed(Attr { name: "AttachedManagedPolicies".into(), ..policy });
    input.grants.items.push(Grant { id: id.clone(), by: id.clone(), to: to.clone(), policy, at });
}

fn grant(input: &mut Input, id: &Identity, to: &Grantee, policy: GrantedPolicy, node: &Node<'_>) {
    input.grants.items.push(Grant { id: id.clone(), by: id.clone(), to: to.clone(), policy, at: node.at.clone() });
}

/// Holders of a policy that was asked about by itself and who are not known by their details.
fn entities(cx: &Cx<'_>, input: &mut Input) {
    let known: BTreeSet<(String, String)> = input
        .grants
        .iter()
        .filter_map(|grant| match &grant.policy {
            GrantedPolicy::Managed(arn) => {
                let arn = arn.possible().next().and_then(|arn| arn.literal())?;
                Some((arn.to_owned(), format!("{} {}", grant.to.kind.noun(), grant.to.name)))
            }
            GrantedPolicy::Document(_) => None,
        })
        .collect();
    for (call, output) in cx.answers.outputs(&ENTITIES) {
        let Some(policy) = call.resource.as_deref() else { continue };
        let kinds = [
            ("PolicyUsers", "UserName", "user", PrincipalKind::User),
            ("PolicyGroups", "GroupName", "group", PrincipalKind::Group),
            ("PolicyRoles", "RoleName", "role", PrincipalKind::Role),
        ];
        for (list, key, word, kind) in kinds {
            for holder in output[list].as_array().into_iter().flatten() {
                let Some(name) = holder[key].as_str() else { continue };
                let to = Grantee { kind, name: name.into() };
                if known.contains(&(policy.to_owned(), format!("{} {name}", kind.noun()))) {
                    continue;
                }
                let arn = format!("arn:{}:iam::{}:{word}/{name}", cx.partition, cx.account);
                let node = Node::new(Said::Output(output), ENTITIES.action, &arn, "");
                let id = cx.identity(ResourceKind::Principal, &arn, ENTITIES.action);
                managed(input, &id, &to, Attr::set("PolicyArn", node.at.clone(), policy.into()));
            }
        }
    }
}

/// Permission sets, and whether all were read. Only the management account and a delegated administrator see them;
/// elsewhere they show as the roles that they make.
fn permission_sets(cx: &Cx<'_>, input: &mut Input, membership: &Membership) -> Truth {
    // A member is refused, and has the roles.
    let lists = [&INSTANCES, &SETS].into_iter().filter(|_| *membership == Membership::Management);
    let mut read = Truth::all(lists.flat_map(|list| {
        let asked: BTreeSet<_> = cx.answers.all(list).iter().map(|(call, _)| call.resource.as_deref()).collect();
        asked.into_iter().filter_map(|about| match cx.answers.said(list, about, None, Owner::Own) {
            Said::Hidden(cause) => Some(Truth::from(cause)),
            Said::Output(_) | Said::Unset => None,
        })
    }));
    let listed = cx.answers.outputs(&SETS).flat_map(|(_, output)| output["PermissionSets"].as_array()).flatten();
    let mut arns: BTreeSet<&str> = listed.filter_map(Value::as_str).collect();
    arns.extend(cx.answers.resources(&SET_MANAGED));
    arns.extend(cx.answers.resources(&SET_INLINE));
    for arn in arns {
        let name = match cx.answers.said(&SET, Some(arn), None, Owner::Own) {
            Said::Output(value) => value["PermissionSet"]["Name"].as_str(),
            _ => None,
        };
        let name = name.unwrap_or_else(|| arn.rsplit('/').next().unwrap_or(arn));
        let id = cx.identity(ResourceKind::Principal, arn, SET_MANAGED.action);
        let to = Grantee { kind: PrincipalKind::PermissionSet, name: name.into() };
        let attached =
            Node::new(cx.answers.said(&SET_MANAGED, Some(arn), None, Owner::Own), SET_MANAGED.action, arn, "");
        let inline = Node::new(cx.answers.said(&SET_INLINE, Some(arn), None, Owner::Own), SET_INLINE.action, arn, "");
        input.principals.items.push(Principal {
            id: id.clone(),
            kind: PrincipalKind::PermissionSet,
            name: name.into(),
            arn: arn.into(),
            boundary: Attr::missing("PermissionsBoundary", attached.at.clone()),
        });
        for policy in attached.items(&["AttachedManagedPolicies"]) {
            managed(input, &id, &to, policy.text(&["Arn"]));
        }
        let document = inline.document(&["InlinePolicy"]);
        let empty = inline.str("InlinePolicy").is_none_or(|text| text.trim().is_empty());
        if inline.hidden().is_none() && !empty && document.state != State::Missing {
            grant(input, &id, &to, GrantedPolicy::Document(document), &inline);
        }
        for node in [&attached, &inline] {
            if let Some(cause) = node.hidden() {
                read = read & Truth::from(cause.clone());
            }
        }
    }
    read
}

//! Principals, what is attached to them, and the policies of organizations.

use super::lower;
use crate::model::principal::{Grant, GrantedPolicy};
use crate::model::{Existence, Input};
use crate::truth::Truth;

const FULL: &str = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess";

/// Kind, name and policy of each grant, with the resource it stands at and the one that makes it.
fn grants(input: &Input) -> Vec<String> {
    let one = |grant: &Grant| {
        let policy = match &grant.policy {
            GrantedPolicy::Managed(arn) => arn.observed(),
            GrantedPolicy::Document(document) => document.says_whether(),
        };
        let doubt = if grant.id.existence == Existence::Certain { "" } else { " maybe" };
        format!(
            "{} {} {policy} at {} by {}{doubt}",
            grant.to.kind.noun(),
            grant.to.name,
            grant.id.instance(),
            grant.by.instance()
        )
    };
    input.grants.iter().map(one).collect()
}

#[test]
fn every_route_of_a_managed_policy() {
    let cases = [
        (
            r#""aws_iam_role.r": {"name": "r", "managed_policy_arns": ["FULL"]}"#,
            "role r FULL at aws_iam_role.r by aws_iam_role.r",
        ),
        (
            r#""aws_iam_role.r": {"name": "r"}, "aws_iam_role_policy_attachment.a": {"role": "${aws_iam_role.r.name}", "policy_arn": "FULL"}"#,
            "role r FULL at aws_iam_role.r by aws_iam_role_policy_attachment.a",
        ),
        (
            r#""aws_iam_role.r": {}, "aws_iam_role_policy_attachment.a": {"role": "${aws_iam_role.r.id}", "policy_arn": "FULL"}"#,
            "role ${aws_iam_role.r.name} FULL at aws_iam_role.r by aws_iam_role_policy_attachment.a",
        ),
        (
            r#""aws_iam_user_policy_attachment.a": {"user": "alice", "policy_arn": "FULL"}"#,
            "user alice FULL at aws_iam_user_policy_attachment.a by aws_iam_user_policy_attachment.a",
        ),
        (
            r#""aws_iam_group.g": {"name": "g"}, "aws_iam_group_policy_attachment.a[0]": {"group": "g", "policy_arn": "FULL"}"#,
            "group g FULL at aws_iam_group.g by aws_iam_group_policy_attachment.a[0]",
        ),
        (
            r#""aws_iam_role_policy_attachments_exclusive.a": {"role_name": "r", "policy_arns": ["FULL"]}"#,
            "role r FULL at aws_iam_role_policy_attachments_exclusive.a by aws_iam_role_policy_attachments_exclusive.a",
        ),
        (
            r#""aws_iam_user_policy_attachments_exclusive.a": {"user_name": "u", "policy_arns": ["FULL"]}"#,
            "user u FULL at aws_iam_user_policy_attachments_exclusive.a by aws_iam_user_policy_attachments_exclusive.a",
        ),
        (
            r#""aws_iam_group_policy_attachments_exclusive.a": {"group_name": "g", "policy_arns": ["FULL"]}"#,
            "group g FULL at aws_iam_group_policy_attachments_exclusive.a by aws_iam_group_policy_attachments_exclusive.a",
        ),
        (
            r#""data.aws_iam_policy.full": {"name": "AWSCloudTrail_FullAccess"}, "aws_iam_user_policy_attachment.a": {"user": "u", "policy_arn": "${data.aws_iam_policy.full.arn}"}"#,
            "user u FULL at aws_iam_user_policy_attachment.a by aws_iam_user_policy_attachment.a",
        ),
        (
            r#""aws_ssoadmin_permission_set.s": {"name": "ops"}, "aws_ssoadmin_managed_policy_attachment.a": {"permission_set_arn": "${aws_ssoadmin_permission_set.s.arn}", "managed_policy_arn": "FULL"}"#,
            "permission set ops FULL at aws_ssoadmin_permission_set.s by aws_ssoadmin_managed_policy_attachment.a",
        ),
        (
            r#""aws_ssoadmin_managed_policy_attachments_exclusive.a": {"permission_set_arn": "arn:set", "managed_policy_arns": ["FULL"]}"#,
            "permission set arn:set FULL at aws_ssoadmin_managed_policy_attachments_exclusive.a by aws_ssoadmin_managed_policy_attachments_exclusive.a",
        ),
        // What is not known is still an attachment.
        (
            r#""aws_iam_user_policy_attachment.a": {"user": "u", "policy_arn": {"unknown": "it is made later"}}"#,
            "user u set, but its value is unknown: it is made later at aws_iam_user_policy_attachment.a by aws_iam_user_policy_attachment.a",
        ),
        (
            r#""aws_iam_user.u": {"name": "u"}, "aws_iam_user_policy_attachment.a": {"user": "u", "policy_arn": "FULL", "maybe": "'var.on' is not known"}"#,
            "user u FULL at aws_iam_user.u by aws_iam_user_policy_attachment.a maybe",
        ),
    ];
    for (text, expected) in cases {
        let text = format!(
            "{{{}}}",
            text.replace("FULL", FULL).replace(
                "AWSCloudTrail_arn:aws:iam::aws:policy/AWSCloudTrail_FullAccessAccess",
                "AWSCloudTrail_FullAccess"
            )
        );
        assert_eq!(grants(&lower(&text)), [expected.replace("FULL", FULL)], "{text}");
    }
}

#[test]
fn one_attachment_for_many() {
    let text =
        r#"{"aws_iam_policy_attachment.a": {"policy_arn": "p", "users": ["u", "v"], "groups": ["g"], "roles": ["r"]}}"#;
    let said: Vec<String> =
        grants(&lower(text)).iter().map(|one| one.split(" p ").next().unwrap_or("").to_owned()).collect();
    assert_eq!(said, ["user u", "user v", "group g", "role r"]);
    let choice = r#"{"aws_iam_policy_attachment.a": {"policy_arn": "p", "users": {"when A": ["u"], "when B": []}}}"#;
    assert!(grants(&lower(choice))[0].ends_with("maybe"));
}

#[test]
fn inline_and_customer_policies_are_documents() {
    let text = r#"{
        "aws_iam_role.r": {"name": "r", "inline_policy": [{"name": "i", "policy": "{\"Statement\": []}"}, {}]},
        "aws_iam_role_policy.p": {"role": "${aws_iam_role.r.id}", "name": "j", "policy": "{\"Statement\": []}"},
        "aws_iam_user_policy.p": {"user": "u", "policy": {"unknown": "it is made later"}},
        "aws_iam_group_policy.p": {"group": "g", "policy": "{\"Statement\": []}"},
        "aws_iam_policy.own": {"name": "own", "path": "/x/", "policy": "{\"Statement\": []}"},
        "aws_iam_role_policy_attachment.own": {"role": "r", "policy_arn": "${aws_iam_policy.own.arn}"},
        "aws_ssoadmin_permission_set.s": {"name": "s"},
        "aws_ssoadmin_permission_set_inline_policy.i": {"permission_set_arn": "${aws_ssoadmin_permission_set.s.arn}", "inline_policy": "{\"Statement\": []}"},
        "aws_ssoadmin_customer_managed_policy_attachment.c": {"permission_set_arn": "${aws_ssoadmin_permission_set.s.arn}",
            "customer_managed_policy_reference": [{"name": "own", "path": "/x/"}]}
    }"#;
    let input = lower(text);
    assert_eq!(
        grants(&input),
        [
            "role r 'inline_policy.policy' is set at aws_iam_role.r by aws_iam_role.r",
            "role r 'policy' is set at aws_iam_role.r by aws_iam_role_policy.p",
            "user u 'policy' is set, but its value is unknown: it is made later at aws_iam_user_policy.p by aws_iam_user_policy.p",
            "group g 'policy' is set at aws_iam_group_policy.p by aws_iam_group_policy.p",
            "role r 'policy' is set at aws_iam_role.r by aws_iam_role_policy_attachment.own",
            "permission set s 'inline_policy' is set at aws_ssoadmin_permission_set.s by aws_ssoadmin_permission_set_inline_policy.i",
            "permission set s 'policy' is set at aws_ssoadmin_permission_set.s by aws_ssoadmin_customer_managed_policy_attachment.c",
        ]
    );
    assert_eq!(input.managed_policies.items[0].arn.to_string(), "arn:aws:iam::${account}:policy/x/own");
}

#[test]
fn what_a_state_says_twice_is_one_attachment() {
    let text = r#"{
        "aws_iam_role.r": {"name": "r", "managed_policy_arns": ["arn:x"], "inline_policy": [{"name": "i", "policy": "{\"Statement\": []}"}]},
        "aws_iam_role_policy_attachment.a": {"role": "r", "policy_arn": "arn:x"},
        "aws_iam_role_policy.i": {"role": "r", "name": "i", "policy": "{\"Statement\": []}"}
    }"#;
    assert_eq!(
        grants(&lower(text)),
        [
            "role r arn:x at aws_iam_role.r by aws_iam_role_policy_attachment.a",
            "role r 'policy' is set at aws_iam_role.r by aws_iam_role_policy.i",
        ]
    );
}

#[test]
fn boundaries_are_no_grants() {
    let text = r#"{
        "aws_iam_user.u": {"name": "u", "permissions_boundary": "arn:b"}, "aws_iam_role.r": {"name": "r", "permissions_boundary": ""},
        "aws_ssoadmin_permission_set.s": {"name": "s"}, "aws_ssoadmin_permission_set.t": {"name": "t"}, "aws_ssoadmin_permission_set.v": {"name": "v"},
        "aws_ssoadmin_permissions_boundary_attachment.s": {"permission_set_arn": "${aws_ssoadmin_permission_set.s.arn}",
            "permissions_boundary": [{"managed_policy_arn": "arn:c"}]},
        "aws_ssoadmin_permissions_boundary_attachment.t": {"permission_set_arn": "${aws_ssoadmin_permission_set.t.arn}",
            "permissions_boundary": [{"customer_managed_policy_reference": [{"name": "own"}]}]}
    }"#;
    let input = lower(text);
    let boundaries: Vec<_> = input.principals.iter().map(|principal| principal.boundary.observed()).collect();
    assert_eq!(boundaries, ["arn:b", "not set", "arn:c", "arn:aws:iam::${account}:policy/own", "not set"]);
    assert!(input.grants.items.is_empty());
}

#[test]
fn policies_of_an_organization_and_what_they_are_attached_to() {
    let of = |attachments: &str| {
        let text = format!(
            r#"{{"aws_organizations_organization.o": {{}}, "aws_organizations_policy.p": {{"content": "{{\"Statement\": []}}"}}{attachments}}}"#
        );
        lower(&text)
    };
    let attach = |more: &str, target: &str| {
        format!(
            r#", "aws_organizations_policy_attachment.a{more}": {{"policy_id": "${{aws_organizations_policy.p.id}}", "target_id": {target}}}"#
        )
    };
    let targets = |input: &Input| {
        let targets = &input.organization_policies.items[0].targets;
        targets.possible().next().map(|t| t.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(of("").organization_policies.items[0].targets.written(), Truth::False);
    let root = of(&attach("", r#""${aws_organizations_organization.o.roots[0].id}""#));
    assert_eq!(targets(&root).as_deref(), Some("r-${aws_organizations_organization.o.roots[0].id}"));
    let two = of(&format!("{}{}", attach("1", r#""r-1""#), attach("2", r#""ou-1""#)));
    assert_eq!(targets(&two).as_deref(), Some("r-1 ou-1"));
    let stray = of(r#", "aws_organizations_policy_attachment.a": {"policy_id": "${var.policy}", "target_id": "r-1"}"#);
    // An id that is made up later is none that a variable holds.
    assert_eq!(stray.organization_policies.items[0].targets.written(), Truth::False);
    let maybe = of(
        r#", "aws_organizations_policy_attachment.a": {"policy_id": "${aws_organizations_policy.p.id}", "target_id": "r-1", "maybe": "why"}"#,
    );
    assert!(matches!(maybe.organization_policies.items[0].targets.written(), Truth::Unknown(_)));
    let of_policy = root.organization_policies.items[0].targets.possible().flatten().next();
    assert_eq!(of_policy, Some(&root.organizations.items[0].root));
}

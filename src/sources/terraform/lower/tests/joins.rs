//! Resources that say something about others: which bucket they belong to, and what then holds.

use super::{estate, lower, place};
use crate::model::attr::{Attr, Show, State};
use crate::model::bucket::{Bucket, PublicAccessBlock};
use crate::model::{Input, InputId};
use crate::truth::Truth;

fn only(input: &Input) -> &Bucket {
    &input.buckets.items[0]
}

fn versioning(input: &Input) -> String {
    only(input).versioning.observed()
}

const ENABLED: &str = r#""versioning_configuration": [{"status": "Enabled"}]"#;

#[test]
fn a_companion_is_found_by_whatever_names_its_bucket() {
    let cases = [
        // Reference, name argument, ARN, literal name, index, key, generated name, name by variable.
        (r#""aws_s3_bucket.b": {"bucket": "logs"}"#, "${aws_s3_bucket.b.id}"),
        (r#""aws_s3_bucket.b": {"bucket": "logs"}"#, "${aws_s3_bucket.b.bucket}"),
        (r#""aws_s3_bucket.b": {"bucket": "logs"}"#, "${aws_s3_bucket.b.arn}"),
        (r#""aws_s3_bucket.b": {"bucket": "logs"}"#, "logs"),
        (r#""aws_s3_bucket.b[0]": {"bucket": "logs"}"#, "${aws_s3_bucket.b[0].id}"),
        (r#""aws_s3_bucket.b": {}"#, "${aws_s3_bucket.b.id}"),
        (r#""aws_s3_bucket.b": {"bucket_prefix": "logs-"}"#, "${aws_s3_bucket.b.id}"),
        (r#""aws_s3_bucket.b": {"bucket": "${var.name}"}"#, "${aws_s3_bucket.b.id}"),
        (r#""aws_s3_bucket.b": {"bucket": "${var.name}"}"#, "${var.name}"),
        (r#""aws_s3_bucket.b": {"bucket": "${var.name}-logs"}"#, "${var.name}-logs"),
        (r#""aws_s3_bucket.b": {"bucket": {"unknown": "why"}}"#, "${aws_s3_bucket.b.id}"),
        (r#""aws_s3_bucket.b": {"bucket": {"when A": "a", "when B": "b"}}"#, "${aws_s3_bucket.b.id}"),
        (
            r#""data.aws_s3_bucket.d": {"bucket": "logs"}, "aws_s3_bucket.b": {"bucket": "logs"}"#,
            "${data.aws_s3_bucket.d.id}",
        ),
    ];
    for (bucket, name) in cases {
        let text = format!(r#"{{{bucket}, "aws_s3_bucket_versioning.v": {{"bucket": "{name}", {ENABLED}}}}}"#);
        let attr = &lower(&text).buckets.items[0].versioning;
        assert_eq!(attr.says(), "'versioning_configuration.status' is Enabled", "{text}");
        assert_eq!(place(&text, attr), r#""status": "Enabled""#, "{text}");
    }
}

#[test]
fn each_instance_has_its_own_companion() {
    let text = r#"{
        "aws_s3_bucket.b[\"x\"]": {"bucket_prefix": "logs-"},
        "aws_s3_bucket.b[\"y\"]": {"bucket_prefix": "logs-"},
        "aws_s3_bucket_versioning.v[\"y\"]": {"bucket": "${aws_s3_bucket.b[\"y\"].id}", "versioning_configuration": [{"status": "Enabled"}]}
    }"#;
    let input = lower(text);
    let of = |i: usize| input.buckets.items[i].versioning.observed();
    assert_eq!([of(0).as_str(), of(1).as_str()], ["not set", "Enabled"]);
}

#[test]
fn without_a_companion_nothing_is_set() {
    let text = r#"{"aws_s3_bucket.b": {"bucket": "logs"},
        "aws_s3_bucket_versioning.v": {"bucket": "other", "versioning_configuration": [{"status": "Enabled"}]}}"#;
    let input = lower(text);
    let bucket = only(&input);
    let today = "'aws_s3_bucket_versioning.versioning_configuration.status' is not set";
    assert_eq!(bucket.versioning.says(), today);
    assert_eq!(bucket.mfa_delete.observed(), "not set (default false)");
    assert_eq!(bucket.logging.says_whether(), "'aws_s3_bucket_logging' is not set");
    assert_eq!(bucket.lifecycle.says_whether(), "'aws_s3_bucket_lifecycle_configuration.rule' is not set");
    assert_eq!(bucket.block.says_whether(), "'aws_s3_bucket_public_access_block' is not set");
    assert_eq!(bucket.ownership.observed(), "not set");
    assert_eq!(bucket.acl.observed(), "not set");
    assert_eq!(bucket.object_lock.observed_whether(), "not set");
    assert_eq!(bucket.website.observed(), "not set (default false)");
    assert_eq!(place(text, &bucket.versioning), r#""aws_s3_bucket.b""#);
}

impl<T> Attr<T> {
    fn observed_whether(&self) -> String {
        self.says_whether().split_once(" is ").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    }
}

#[test]
fn a_companion_of_a_bucket_that_cannot_be_told_may_be_of_any_without_one() {
    let hidden = r#""aws_s3_bucket_versioning.v": {"bucket": "${var.name}", "versioning_configuration": [{"status": "Enabled"}]}"#;
    let unknown = "unknown: 'aws_s3_bucket_versioning.v' may belong to it: the variable 'var.name' has no default";
    let cases = [
        (r#""aws_s3_bucket.b": {"bucket": "logs"}"#, unknown),
        (r#""aws_s3_bucket.b": {"bucket": "${var.other}"}"#, unknown),
        // A name that is made up later is none that a variable holds now.
        (r#""aws_s3_bucket.b": {}"#, "not set"),
        (r#""aws_s3_bucket.b": {"bucket_prefix": "logs-"}"#, "not set"),
        // It says so itself.
        (r#""aws_s3_bucket.b": {"bucket": "logs", "versioning": [{"enabled": true}]}"#, "Enabled"),
        // Another one is certainly its own.
        (
            r#""aws_s3_bucket.b": {"bucket": "logs"}, "aws_s3_bucket_versioning.own": {"bucket": "logs", "versioning_configuration": [{"status": "Suspended"}]}"#,
            "Suspended",
        ),
    ];
    for (bucket, expected) in cases {
        assert_eq!(versioning(&lower(&format!("{{{bucket}, {hidden}}}"))), expected, "{bucket}");
    }
    let literal = r#"{"aws_s3_bucket.b": {"bucket": "${var.name}-logs"},
        "aws_s3_bucket_versioning.v": {"bucket": "acme-logs", "versioning_configuration": [{"status": "Enabled"}]}}"#;
    let says = "unknown: 'aws_s3_bucket_versioning.v' may belong to it: it names 'acme-logs'";
    assert_eq!(versioning(&lower(literal)), says);
    let apart = literal.replace("acme-logs", "acme-data");
    assert_eq!(versioning(&lower(&apart)), "not set");
}

#[test]
fn a_companion_that_only_may_exist_leaves_both_open() {
    let with = |bucket: &str, companion: &str| {
        let text = format!(
            r#"{{"aws_s3_bucket.b": {{"bucket": "logs"{bucket}}},
            "aws_s3_bucket_versioning.v": {{"bucket": "logs", {ENABLED}{companion}}}}}"#
        );
        versioning(&lower(&text))
    };
    let maybe = r#", "maybe": "'var.on' is not known""#;
    assert_eq!(
        with("", maybe),
        "Enabled when 'aws_s3_bucket_versioning.v' exists, not set when 'aws_s3_bucket_versioning.v' does not exist"
    );
    // It comes and goes with its bucket.
    assert_eq!(with(maybe, maybe), "Enabled");
    let inline = r#", "versioning": [{"enabled": true}]"#;
    let both = lower(&format!(
        r#"{{"aws_s3_bucket.b": {{"bucket": "logs"{inline}}}, "aws_s3_bucket_versioning.v": {{"bucket": "logs", {ENABLED}{maybe}}}}}"#
    ));
    assert_eq!(only(&both).versioning.is(&"Enabled".into()), Truth::True);
}

#[test]
fn a_choice_between_buckets_is_a_possibility_for_each() {
    let text = r#"{
        "aws_s3_bucket.a": {"bucket": "a"}, "aws_s3_bucket.b": {"bucket": "b"},
        "aws_s3_bucket_versioning.v": {"bucket": {"when the variable 'x' is true": "a", "when the variable 'x' is false": "b"},
            "versioning_configuration": [{"status": "Enabled"}]}
    }"#;
    let input = lower(text);
    assert_eq!(
        versioning(&input),
        "Enabled when the variable 'x' is true, not set when 'aws_s3_bucket_versioning.v' do not apply"
    );
    assert!(matches!(input.buckets.items[1].versioning.is(&"Enabled".into()), Truth::Unknown(_)));
}

#[test]
fn two_companions_decide_only_where_they_agree() {
    let of = |second: &str| {
        let text = format!(
            r#"{{"aws_s3_bucket.b": {{"bucket": "logs"}}, "aws_s3_bucket_versioning.v": {{"bucket": "logs", {ENABLED}}},
            "aws_s3_bucket_versioning.w": {{"bucket": "logs", "versioning_configuration": [{{"status": "{second}"}}]}}}}"#
        );
        only(&lower(&text)).versioning.is(&"Enabled".into())
    };
    assert_eq!(of("Enabled"), Truth::True);
    assert!(matches!(of("Suspended"), Truth::Unknown(_)));
}

#[test]
fn every_companion_of_a_bucket_speaks_for_it() {
    let text = r#"{
        "aws_s3_bucket.b": {"bucket": "logs"},
        "aws_s3_bucket.access": {"bucket_prefix": "access-"},
        "aws_s3_bucket_versioning.v": {"bucket": "logs", "versioning_configuration": [{"status": "Enabled", "mfa_delete": "Enabled"}]},
        "aws_s3_bucket_logging.l": {"bucket": "logs", "target_bucket": "${aws_s3_bucket.access.id}", "target_prefix": "t/"},
        "aws_s3_bucket_lifecycle_configuration.c": {"bucket": "logs", "rule": [{"status": "Enabled"}]},
        "aws_s3_bucket_policy.p": {"bucket": "logs", "policy": "{\"Statement\": []}"},
        "aws_s3_bucket_public_access_block.p": {"bucket": "logs", "block_public_acls": true},
        "aws_s3_bucket_ownership_controls.o": {"bucket": "logs", "rule": [{"object_ownership": "BucketOwnerEnforced"}]},
        "aws_s3_bucket_acl.a": {"bucket": "logs", "acl": "public-read"},
        "aws_s3_bucket_object_lock_configuration.k": {"bucket": "logs", "rule": [{"default_retention": [{"mode": "GOVERNANCE", "days": 0, "years": 2}]}]},
        "aws_s3_bucket_website_configuration.w": {"bucket": "logs"}
    }"#;
    let estate = estate(text);
    let bucket = only(&estate.inputs[0]);
    assert_eq!(bucket.versioning.observed(), "Enabled");
    assert_eq!(bucket.mfa_delete.says(), "'versioning_configuration.mfa_delete' is true");
    let logging = bucket.logging.possible().next().expect("known");
    assert_eq!(logging.target, Attr { state: logging.target.state.clone(), ..logging.target.clone() });
    assert_eq!(estate.names_bucket(InputId(0), &logging.target, &estate.inputs[0].buckets.items[1]), Truth::True);
    assert_eq!(logging.prefix.observed(), "t/");
    assert_eq!(bucket.lifecycle.possible().flatten().count(), 1);
    assert_eq!(
        four(&bucket.block),
        ["true", "not set (default false)", "not set (default false)", "not set (default false)"]
    );
    assert_eq!(bucket.ownership.says(), "'rule.object_ownership' is BucketOwnerEnforced");
    assert_eq!(bucket.acl.observed(), "public-read");
    let lock = bucket.object_lock.possible().next().expect("known");
    assert_eq!([lock.mode.observed(), lock.days.observed()], ["GOVERNANCE", "730"]);
    assert_eq!(bucket.website.observed(), "true");
    assert_eq!(estate.bucket_policies(InputId(0), &"logs".into()).len(), 1);
}

fn four(block: &Attr<PublicAccessBlock>) -> [String; 4] {
    let block = block.possible().next().expect("known");
    [&block.block_acls, &block.block_policy, &block.ignore_acls, &block.restrict_buckets].map(Attr::observed)
}

#[test]
fn what_a_companion_says_may_not_be_known() {
    let text = r#"{
        "aws_s3_bucket.b": {"bucket": "logs"},
        "aws_s3_bucket_versioning.v": {"bucket": "logs", "versioning_configuration": {"unknown": "it is made later"}},
        "aws_s3_bucket_logging.l": {"bucket": "logs", "target_bucket": "${var.target}"},
        "aws_s3_bucket_lifecycle_configuration.c": {"bucket": "logs", "rule": {"unknown": "it is made later"}},
        "aws_s3_bucket_public_access_block.p": {"bucket": "logs", "block_public_acls": {"unknown": "it is made later"}},
        "aws_s3_bucket_object_lock_configuration.k": {"bucket": "logs", "rule": [{"default_retention": [{"mode": "COMPLIANCE", "days": {"unknown": "it is made later"}}]}]}
    }"#;
    let input = lower(text);
    let bucket = only(&input);
    for state in [says(&bucket.versioning), says(&bucket.mfa_delete), bucket.lifecycle.says_whether()] {
        assert!(state.contains("it is made later"), "{state}");
    }
    assert!(!matches!(bucket.mfa_delete.state, State::Default(_)));
    assert!(four(&bucket.block)[0].contains("it is made later"));
    let lock = bucket.object_lock.possible().next().expect("known");
    assert!(lock.days.observed().contains("it is made later"));
    assert_eq!(bucket.logging.possible().next().expect("known").target.observed(), "${var.target}");
}

fn says<T: Show>(attr: &Attr<T>) -> String {
    attr.says()
}

#[test]
fn a_choice_beside_an_attribute_leaves_it_as_it_is() {
    let text = r#"{"aws_s3_bucket.b": {"bucket": "logs"}, "aws_s3_bucket_versioning.v": {"bucket": "logs",
        "versioning_configuration": [{"status": {"when A": "Enabled", "when B": "Suspended"}}]}}"#;
    let input = lower(text);
    assert_eq!(only(&input).mfa_delete.observed(), "not set (default false)");
    assert_eq!(versioning(&input), "Enabled when A, Suspended when B");
}

#[test]
fn old_arguments_of_the_bucket() {
    let text = r#"{"aws_s3_bucket.b": {
        "bucket": "logs", "acl": "log-delivery-write", "policy": "{\"Statement\": []}",
        "versioning": [{"enabled": true, "mfa_delete": true}],
        "logging": [{"target_bucket": "access", "target_prefix": "t/"}],
        "lifecycle_rule": [
            {"enabled": true, "prefix": "AWSLogs/", "expiration": [{"days": 30}], "noncurrent_version_expiration": [{"days": 7}]},
            {"enabled": false, "tags": {"a": "b"}, "transition": [{"days": 1, "storage_class": "GLACIER"}]}],
        "object_lock_configuration": [{"object_lock_enabled": "Enabled", "rule": [{"default_retention": [{"mode": "COMPLIANCE", "days": 10}]}]}],
        "website": [{"index_document": "index.html"}]
    }}"#;
    let estate = estate(text);
    let bucket = only(&estate.inputs[0]);
    assert_eq!(bucket.versioning.says(), "'versioning.enabled' is Enabled");
    assert_eq!(bucket.mfa_delete.says(), "'versioning.mfa_delete' is true");
    assert_eq!(bucket.acl.observed(), "log-delivery-write");
    assert_eq!(bucket.logging.possible().next().expect("known").target.says(), "'logging.target_bucket' is access");
    let rules = bucket.lifecycle.possible().next().expect("known");
    assert_eq!([rules[0].enabled.observed(), rules[1].enabled.observed()], ["true", "false"]);
    assert_eq!([rules[0].prefix.observed(), rules[1].prefix.observed()], ["AWSLogs/", "not set (default empty)"]);
    assert_eq!([rules[0].expiration_days.observed(), rules[0].noncurrent_days.observed()], ["30", "7"]);
    assert_eq!([rules[0].narrowed.observed(), rules[1].narrowed.observed()], ["false", "true"]);
    assert_eq!([rules[0].transitions.observed(), rules[1].transitions.observed()], ["not set (default false)", "true"]);
    let lock = bucket.object_lock.possible().next().expect("known");
    assert_eq!([lock.mode.observed(), lock.days.observed()], ["COMPLIANCE", "10"]);
    assert_eq!(bucket.website.observed(), "true");
    let policies = estate.bucket_policies(InputId(0), &"logs".into());
    assert_eq!(policies[0].id.address, "aws_s3_bucket.b");
}

#[test]
fn a_resource_of_its_own_is_the_later_word() {
    // As a state shows it when the bucket was read before its companions were made.
    let text = r#"{
        "aws_s3_bucket.b": {"bucket": "logs", "policy": "{}", "acl": null, "versioning": [{"enabled": false, "mfa_delete": false}],
            "logging": [], "lifecycle_rule": [], "object_lock_configuration": [], "website": []},
        "aws_s3_bucket_versioning.v": {"bucket": "logs", "versioning_configuration": [{"status": "Enabled", "mfa_delete": "Disabled"}]},
        "aws_s3_bucket_policy.p": {"bucket": "logs", "policy": "{\"Statement\": []}"}
    }"#;
    let estate = estate(text);
    let bucket = only(&estate.inputs[0]);
    assert_eq!(bucket.versioning.observed(), "Enabled");
    assert_eq!(bucket.mfa_delete.observed(), "false");
    assert_eq!(bucket.logging.observed_whether(), "not set");
    assert_eq!(estate.inputs[0].bucket_policies.items.len(), 1);
    assert_eq!(estate.inputs[0].bucket_policies.items[0].id.address, "aws_s3_bucket_policy.p");
}

#[test]
fn lifecycle_rules() {
    let rule = |body: &str| {
        let text = format!(
            r#"{{"aws_s3_bucket.b": {{"bucket": "logs"}}, "aws_s3_bucket_lifecycle_configuration.c": {{"bucket": "logs", "rule": [{{{body}}}]}}}}"#
        );
        let input = lower(&text);
        let rule = only(&input).lifecycle.possible().next().expect("known")[0].clone();
        (rule.prefix.observed(), rule.narrowed.observed(), rule)
    };
    let cases = [
        ("", "not set (default empty)", "false"),
        (r#""prefix": """#, "not set (default empty)", "false"),
        (r#""prefix": "a/""#, "a/", "false"),
        (r#""filter": []"#, "not set (default empty)", "false"),
        (r#""filter": [{}]"#, "not set (default empty)", "false"),
        (r#""filter": [{"prefix": "a/"}]"#, "a/", "false"),
        (
            r#""filter": [{"prefix": "a/", "and": [], "tag": [], "object_size_greater_than": "", "object_size_less_than": 0}]"#,
            "a/",
            "false",
        ),
        (r#""filter": [{"and": [{"prefix": "a/", "tags": {}, "object_size_greater_than": 0}]}]"#, "a/", "false"),
        (r#""filter": [{"and": [{"prefix": "a/", "tags": {"k": "v"}}]}]"#, "a/", "true"),
        (r#""filter": [{"tag": [{"key": "k", "value": "v"}]}]"#, "not set (default empty)", "true"),
        (r#""filter": [{"object_size_greater_than": "500"}]"#, "not set (default empty)", "true"),
    ];
    for (body, prefix, narrowed) in cases {
        let (seen, narrow, _) = rule(body);
        assert_eq!((seen.as_str(), narrow.as_str()), (prefix, narrowed), "{body}");
    }
    let (prefix, narrowed, _) = rule(r#""filter": {"unknown": "it is made later"}"#);
    assert!(prefix.contains("it is made later") && narrowed.contains("it is made later"), "{prefix} {narrowed}");
    let (.., full) = rule(
        r#""status": "Disabled", "expiration": [{"days": 0, "date": "2030-01-01T00:00:00Z"}],
        "noncurrent_version_expiration": [{"noncurrent_days": 9, "newer_noncurrent_versions": "3"}], "transition": []"#,
    );
    assert_eq!(full.enabled.observed(), "false");
    assert_eq!(full.expiration_days.observed(), "not set");
    assert_eq!(full.expiration_date.observed(), "2030-01-01T00:00:00Z");
    assert_eq!([full.noncurrent_days.observed(), full.newer_noncurrent_versions.observed()], ["9", "3"]);
    assert_eq!(full.transitions.observed(), "not set (default false)");
    let (.., moves) = rule(
        r#""noncurrent_version_transition": [{"noncurrent_days": 1, "storage_class": "GLACIER"}], "expiration": [{"days": 30, "date": null}]"#,
    );
    assert_eq!([moves.transitions.observed(), moves.expiration_days.observed()], ["true", "30"]);
    assert_eq!(moves.enabled.observed(), "not set");
}

#[test]
fn grants_are_as_public_as_the_widest() {
    let acl =
        |body: &str| only(&lower(&format!(r#"{{"aws_s3_bucket.b": {{"bucket": "logs", {body}}}}}"#))).acl.observed();
    let all = "http://acs.amazonaws.com/groups/global/AllUsers";
    let owner = r#"{"id": "canonical", "type": "CanonicalUser", "permissions": ["FULL_CONTROL"], "uri": ""}"#;
    assert_eq!(acl(&format!(r#""grant": [{owner}]"#)), "private");
    assert_eq!(acl(&format!(r#""grant": [{owner}, {{"uri": "{all}", "permissions": ["READ"]}}]"#)), "public-read");
    assert_eq!(acl(&format!(r#""grant": [{{"uri": "{all}", "permissions": ["WRITE"]}}]"#)), "public-read-write");
    assert_eq!(
        acl(r#""grant": [{"uri": "http://acs.amazonaws.com/groups/s3/LogDelivery", "permissions": ["WRITE"]}]"#),
        "private"
    );
    assert!(acl(r#""grant": [{"uri": "${var.group}", "permissions": ["READ"]}]"#).contains("var.group"));
    let own = format!(
        r#"{{"aws_s3_bucket.b": {{"bucket": "logs"}}, "aws_s3_bucket_acl.a": {{"bucket": "logs", "access_control_policy": [
        {{"grant": [{{"permission": "READ", "grantee": [{{"type": "Group", "uri": "{all}"}}]}}], "owner": [{{"id": "x"}}]}}]}}}}"#
    );
    assert_eq!(only(&lower(&own)).acl.observed(), "public-read");
}

#[test]
fn the_settings_of_the_account_count_for_its_buckets() {
    const ALL: &str = r#""block_public_acls": true, "block_public_policy": true, "ignore_public_acls": true, "restrict_public_buckets": true"#;
    let of = |more: &str| {
        let text = format!(r#"{{"aws_s3_bucket.b": {{"bucket": "logs"}}, {more}}}"#);
        only(&lower(&text)).block.clone()
    };
    let own = r#""aws_s3_bucket_public_access_block.p": {"bucket": "logs", "block_public_acls": true}"#;
    let account = format!(r#""aws_s3_account_public_access_block.a": {{{ALL}}}"#);
    assert_eq!(four(&of(&account)), ["true"; 4]);
    assert_eq!(of(&account).says_whether(), "'aws_s3_account_public_access_block' is set");
    assert_eq!(four(&of(&format!("{own}, {account}"))), ["true"; 4]);
    let part = r#""aws_s3_account_public_access_block.a": {"restrict_public_buckets": true}"#;
    let off = "not set (default false)";
    assert_eq!(four(&of(&format!("{own}, {part}"))), ["true", off, off, "true"]);
    // Of an account that may be another one.
    let other = format!(r#""aws_s3_account_public_access_block.a": {{"account_id": "111122223333", {ALL}}}"#);
    let unclear = of(&other).satisfies(|block| block.block_acls.is(&true));
    assert!(matches!(unclear, Truth::Unknown(_)), "{unclear:?}");
    let maybe = format!(r#""aws_s3_account_public_access_block.a": {{{ALL}, "maybe": "'var.on' is not known"}}"#);
    assert!(matches!(of(&maybe).written(), Truth::Unknown(_)));
}

#[test]
fn key_and_topic_policies_of_their_own() {
    let text = r#"{
        "aws_kms_key.a": {"policy": "{\"Statement\": []}"}, "aws_kms_key.b": {}, "aws_kms_key.c": {},
        "aws_kms_key_policy.a": {"key_id": "${aws_kms_key.a.id}", "policy": {"unknown": "it is made later"}},
        "aws_kms_key_policy.b": {"key_id": "${aws_kms_key.b.arn}", "policy": "{\"Statement\": [{}]}"},
        "aws_sns_topic.t": {"name": "t", "policy": "{\"Statement\": []}"}, "aws_sns_topic.u": {"policy": "{\"Statement\": []}"},
        "aws_sns_topic_policy.t": {"arn": "${aws_sns_topic.t.arn}", "policy": "{\"Statement\": []}"}
    }"#;
    let input = lower(text);
    let of = |i: usize| input.keys.items[i].policy.says_whether();
    assert_eq!(of(0), "'policy' is set, but its value is unknown: it is made later");
    assert_eq!([of(1), of(2)], ["'policy' is set", "'policy' is not set"]);
    let topics: Vec<_> = input.topic_policies.iter().map(|policy| policy.id.address.as_str()).collect();
    assert_eq!(topics, ["aws_sns_topic.u", "aws_sns_topic_policy.t"]);
    assert_eq!(input.topic_policies.items[1].topics.possible().next(), Some(&vec![input.topics.items[0].arn.clone()]));
}

#[test]
fn what_a_trail_names_is_found() {
    let text = r#"{
        "aws_s3_bucket.b[0]": {"bucket": "${var.name}"},
        "aws_s3_bucket_versioning.v[0]": {"bucket": "${aws_s3_bucket.b[0].id}", "versioning_configuration": [{"status": "Enabled"}]},
        "aws_kms_key.k": {}, "aws_kms_alias.a": {"name": "alias/trail", "target_key_id": "${aws_kms_key.k.key_id}"},
        "aws_cloudwatch_log_group.g": {"name_prefix": "trail-"},
        "aws_cloudtrail.t": {"s3_bucket_name": "${aws_s3_bucket.b[0].id}", "kms_key_id": "${aws_kms_key.k.arn}",
            "cloud_watch_logs_group_arn": "${aws_cloudwatch_log_group.g.arn}:*"},
        "aws_cloudtrail.by_alias": {"s3_bucket_name": "${aws_s3_bucket.b[0].bucket}", "kms_key_id": "${aws_kms_alias.a.arn}"},
        "aws_cloudtrail.by_target": {"s3_bucket_name": "${var.name}", "kms_key_id": "${aws_kms_alias.a.target_key_arn}"}
    }"#;
    let estate = estate(text);
    let buckets = estate.log_buckets();
    assert_eq!((buckets.len(), buckets[0].trails.len()), (1, 3));
    assert!(buckets[0].here().is_ok_and(|bucket| bucket.versioning.observed() == "Enabled"));
    let keys = estate.log_keys();
    assert_eq!((keys.len(), keys[0].trails.len(), keys[0].here().is_ok()), (1, 3, true));
    let groups = estate.log_groups();
    assert!(groups.len() == 1 && groups[0].here().is_ok());
}

#[test]
fn instances_of_one_block_are_two_log_buckets() {
    let text = r#"{
        "aws_s3_bucket.b[\"x\"]": {"bucket": "x"}, "aws_s3_bucket.b[\"y\"]": {"bucket": "y"},
        "aws_cloudtrail.t[\"x\"]": {"s3_bucket_name": "${aws_s3_bucket.b[\"x\"].id}"},
        "aws_cloudtrail.t[\"y\"]": {"s3_bucket_name": "${aws_s3_bucket.b[\"y\"].id}"}
    }"#;
    assert_eq!(estate(text).log_buckets().iter().map(|target| target.trails.len()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn what_protects_from_removal() {
    use crate::model::Protection;
    let text = r#"{
        "aws_s3_bucket.b": {"bucket": "logs", "force_destroy": true},
        "aws_cloudtrail.t": {"lifecycle": [{"prevent_destroy": true}]}, "aws_cloudtrail.u": {}
    }"#;
    let input = lower(text);
    let Protection::Terraform { objects: Some(objects), .. } = &only(&input).protection else { panic!() };
    assert_eq!((objects.attr.says().as_str(), objects.is_on()), ("'force_destroy' is true", Truth::False));
    let prevented = |i: usize| match &input.trails.items[i].protection {
        Protection::Terraform { prevent_destroy, objects: None } => prevent_destroy.says(),
        other => panic!("{other:?}"),
    };
    assert_eq!(prevented(0), "'lifecycle.prevent_destroy' is true");
    assert_eq!(prevented(1), "'lifecycle.prevent_destroy' is not set (default false)");
}

#[test]
fn bounds() {
    let mut text = r#"{"aws_s3_bucket.b": {"bucket": "logs"}"#.to_owned();
    for i in 0..17 {
        text.push_str(&format!(r#", "aws_s3_bucket_versioning.v[{i}]": {{"bucket": "logs", {ENABLED}}}"#));
    }
    assert!(versioning(&lower(&format!("{text}}}"))).starts_with("unknown: too many resources of type"));
    // Account settings that may be of the account: their possibilities do not multiply.
    let mut text = r#"{"aws_s3_bucket.b": {"bucket": "logs"}"#.to_owned();
    for i in 0..40 {
        text.push_str(&format!(
            r#", "aws_s3_account_public_access_block.a[{i}]": {{"account_id": "1111222233{i:02}"}}"#
        ));
    }
    let input = lower(&format!("{text}}}"));
    assert!(matches!(only(&input).block.written(), Truth::Unknown(_)));
}

#[test]
fn many_strays_and_many_buckets_take_little_time() {
    let mut text = String::from("{");
    for i in 0..2000 {
        text.push_str(&format!(r#""aws_s3_bucket.b[{i}]": {{"bucket": "${{var.b{i}}}-{i}"}},"#));
        text.push_str(&format!(r#""aws_s3_bucket_versioning.v[{i}]": {{"bucket": "${{var.v{i}}}-{i}", {ENABLED}}},"#));
        text.push_str(&format!(r#""aws_s3_bucket_acl.l[{i}]": {{"bucket": "lit-{i}", "acl": "private"}},"#));
    }
    text.pop();
    text.push('}');
    let start = std::time::Instant::now();
    assert_eq!(lower(&text).buckets.items.len(), 2000);
    assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
}

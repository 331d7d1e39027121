use serde_json::{Value, json};

use super::*;
use crate::model::attr::Seen;
use crate::model::live::Membership;
use crate::sources::aws::recording::{Call, GLOBAL, GapReason, Manifest};
use crate::truth::Truth;

const ACCOUNT: &str = "111122223333";
const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";

fn put(recording: &mut Recording, region: &str, call: &str, resource: Option<&str>, answer: Value) {
    let (service, operation) = call.split_once(' ').expect("a service and an operation");
    let call = Call::new(ACCOUNT, region, service, operation, resource);
    recording.insert(call, Answer::Output(answer));
}

fn refuse(recording: &mut Recording, region: &str, call: &str, resource: Option<&str>, code: &str) {
    let (service, operation) = call.split_once(' ').expect("a service and an operation");
    let call = Call::new(ACCOUNT, region, service, operation, resource);
    recording.insert(call, Answer::Refused { code: code.to_owned(), message: String::new() });
}

/// An account with a Region and a trail.
fn recording() -> Recording {
    let mut recording = Recording::new(Manifest::default());
    let regions = json!({"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]});
    put(&mut recording, GLOBAL, "account list-regions", None, regions);
    let trail = json!({"TrailARN": TRAIL, "Name": "audit", "HomeRegion": "eu-west-1", "S3BucketName": "logs",
        "S3KeyPrefix": null, "IsMultiRegionTrail": true});
    put(&mut recording, "eu-west-1", "cloudtrail describe-trails", None, json!({"trailList": [trail]}));
    recording
}

fn only(recording: &Recording) -> Input {
    let mut lowered = lower(recording, "seen", 3, None);
    assert_eq!(lowered.inputs.len(), 1);
    assert_eq!(lowered.inputs[0].id, InputId(3));
    lowered.inputs.remove(0)
}

#[test]
fn what_was_not_asked_is_unknown_and_what_is_null_is_not_set() {
    let input = only(&recording());
    let trail = &input.trails.items[0];
    assert_eq!(trail.multi_region.is(&true), Truth::True);
    assert_eq!(trail.prefix.possible().next().map(ToString::to_string), Some(String::new()));
    assert_eq!(trail.kms_key.given(), Truth::False);
    for truth in
        [trail.logging.is(&true), trail.selectors.basic.written(), trail.insights.written(), trail.tags.written()]
    {
        let Truth::Unknown(causes) = truth else { panic!("{truth:?}") };
        assert_eq!(causes.first().kind, CauseKind::NotCollected);
    }
    assert_eq!(input.trails.complete, Truth::True);
    assert!(matches!(input.grants.complete, Truth::Unknown(_)));
    assert!(matches!(input.event_data_stores.complete, Truth::Unknown(_)));
    let live = input.live.as_ref().expect("is live");
    assert!(matches!(live.membership, Membership::Unknown(_)));
    assert_eq!(live.clock, None);
}

#[test]
fn without_the_list_of_regions_more_trails_may_be_hidden() {
    let mut recording = recording();
    refuse(&mut recording, GLOBAL, "account list-regions", None, "AccessDeniedException");
    let input = only(&recording);
    assert!(matches!(input.trails.complete, Truth::Unknown(_)));
    assert_eq!(input.trails.items.len(), 1);
    // The other call that tells them.
    let regions = json!({"Regions": [{"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"}]});
    put(&mut recording, "us-east-1", "ec2 describe-regions", None, regions);
    assert_eq!(only(&recording).trails.complete, Truth::True);
}

#[test]
fn an_answer_without_its_list_is_no_empty_list() {
    for answer in
        [json!({}), json!({"trailList": null}), json!({"trailList": {}}), json!({"trailList": [{"Name": "x"}]})]
    {
        let mut recording = recording();
        put(&mut recording, "eu-west-1", "cloudtrail describe-trails", None, answer.clone());
        let input = only(&recording);
        assert!(input.trails.items.is_empty());
        assert!(matches!(input.trails.complete, Truth::Unknown(_)), "{answer}");
    }
    let mut recording = recording();
    put(&mut recording, "eu-west-1", "s3api get-bucket-policy", Some("logs"), json!({}));
    let lowered = lower(&recording, "seen", 0, None);
    assert_eq!(lowered.gaps.iter().map(|gap| gap.reason).collect::<Vec<_>>(), ["malformed-answer"]);
    let policy = &lowered.inputs[0].bucket_policies.items[0].document;
    assert!(matches!(policy.satisfies(|_| Truth::True), Truth::Unknown(_)));
}

#[test]
fn a_value_of_another_kind_is_unknown() {
    let mut recording = recording();
    let trail = json!({"TrailARN": TRAIL, "IsMultiRegionTrail": "yes", "S3BucketName": ["x"], "HomeRegion": 3});
    put(&mut recording, "eu-west-1", "cloudtrail describe-trails", None, json!({"trailList": [trail]}));
    let input = only(&recording);
    let trail = &input.trails.items[0];
    assert!(matches!(trail.multi_region.is(&true), Truth::Unknown(_)));
    assert!(matches!(trail.bucket.satisfies(|_| Truth::True), Truth::Unknown(_)));
    assert_eq!(trail.home_region.literal(), Some("eu-west-1"));
}

#[test]
fn refusals_are_told_apart() {
    for (code, kind) in [
        ("AccessDenied", CauseKind::AccessDenied),
        ("ThrottlingException", CauseKind::NotAnswered),
        ("SomethingNew", CauseKind::NotAnswered),
    ] {
        let mut recording = recording();
        refuse(&mut recording, "eu-west-1", "cloudtrail get-trail-status", Some(TRAIL), code);
        let lowered = lower(&recording, "seen", 0, None);
        let Truth::Unknown(causes) = lowered.inputs[0].trails.items[0].logging.is(&true) else { panic!("{code}") };
        assert_eq!(causes.first().kind, kind, "{code}");
        assert_eq!(lowered.gaps.len(), 1, "{code}: {:?}", lowered.gaps);
        assert_eq!(lowered.gaps[0].call.as_deref(), Some("cloudtrail:GetTrailStatus"));
    }
    // "Not set" is an answer.
    let mut recording = recording();
    refuse(&mut recording, "eu-west-1", "cloudtrail get-insight-selectors", Some(TRAIL), "InsightNotEnabledException");
    let lowered = lower(&recording, "seen", 0, None);
    assert_eq!(lowered.inputs[0].trails.items[0].insights.written(), Truth::False);
    assert!(lowered.gaps.is_empty());
}

#[test]
fn settings_of_a_bucket_and_of_its_account_add_up() {
    let setting = |on: bool| {
        json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": on, "IgnorePublicAcls": true,
            "BlockPublicPolicy": on, "RestrictPublicBuckets": on}})
    };
    let cases = [
        (Some(false), Some(true), Some(true)),
        (Some(false), Some(false), Some(false)),
        (Some(false), None, None),
        (Some(true), None, Some(true)),
    ];
    for (bucket, account, expected) in cases {
        let mut recording = recording();
        put(&mut recording, GLOBAL, "s3api list-buckets", None, json!({"Buckets": [{"Name": "logs"}]}));
        for (call, region, resource, on) in [
            ("s3api get-public-access-block", "eu-west-1", Some("logs"), bucket),
            ("s3control get-public-access-block", GLOBAL, None, account),
        ] {
            match on {
                Some(on) => put(&mut recording, region, call, resource, setting(on)),
                None => refuse(&mut recording, region, call, resource, "AccessDenied"),
            }
        }
        let input = only(&recording);
        let block = input.buckets.items[0].block.possible().next().expect("is there");
        assert_eq!(block.ignore_acls.is(&true), Truth::True);
        let seen = match block.restrict_buckets.is(&true) {
            Truth::True => Some(true),
            Truth::False => Some(false),
            Truth::Unknown(_) => None,
        };
        assert_eq!(seen, expected, "{bucket:?} {account:?}");
    }
}

#[test]
fn grants_of_a_bucket_become_its_acl() {
    let everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
    let known = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    for (grants, acl) in [
        (vec![], "private"),
        (vec![(everyone, "READ")], "public-read"),
        (vec![(everyone, "READ_ACP")], "private"),
        (vec![(known, "READ")], "authenticated-read"),
        (vec![(known, "WRITE")], "public-read-write"),
        (vec![(everyone, "WRITE_ACP"), (everyone, "READ")], "public-read-write"),
        (vec![("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE")], "private"),
    ] {
        let mut recording = recording();
        let list: Vec<Value> = grants
            .iter()
            .map(|(group, what)| json!({"Grantee": {"URI": group, "Type": "Group"}, "Permission": what}))
            .collect();
        put(&mut recording, "eu-west-1", "s3api get-bucket-acl", Some("logs"), json!({"Grants": list}));
        let input = only(&recording);
        let seen = input.buckets.items[0].acl.possible().next().map(ToString::to_string);
        assert_eq!(seen.as_deref(), Some(acl), "{grants:?}");
    }
}

#[test]
fn lifecycle_rules_keep_what_limits_them() {
    let rule = |filter: Value| {
        let mut recording = recording();
        let rules = json!({"Rules": [{"Status": "Enabled", "Filter": filter, "Expiration": {"Days": 400}}]});
        put(&mut recording, "eu-west-1", "s3api get-bucket-lifecycle-configuration", Some("logs"), rules);
        let input = only(&recording);
        let rule = input.buckets.items[0].lifecycle.possible().next().expect("is there")[0].clone();
        (rule.prefix.possible().next().map(ToString::to_string), rule.narrowed.is(&true) == Truth::True)
    };
    let prefix = |text: &str| Some(text.to_owned());
    assert_eq!(rule(json!({})), (prefix(""), false));
    assert_eq!(rule(json!({"Prefix": "AWSLogs/"})), (prefix("AWSLogs/"), false));
    assert_eq!(rule(json!({"Tag": {"Key": "a", "Value": "b"}})), (prefix(""), true));
    assert_eq!(rule(json!({"And": {"Prefix": "x/", "Tags": [{"Key": "a", "Value": "b"}]}})), (prefix("x/"), true));
    assert_eq!(rule(json!({"And": {"Prefix": "x/", "Tags": []}})), (prefix("x/"), false));
    assert_eq!(rule(json!({"ObjectSizeGreaterThan": 1024})), (prefix(""), true));
}

#[test]
fn the_region_of_a_bucket_is_spelled_out() {
    for (answer, region) in
        [(json!(null), "us-east-1"), (json!("EU"), "eu-west-1"), (json!("eu-north-1"), "eu-north-1")]
    {
        let mut recording = recording();
        put(
            &mut recording,
            "eu-west-1",
            "s3api get-bucket-location",
            Some("logs"),
            json!({"LocationConstraint": answer}),
        );
        assert_eq!(only(&recording).buckets.items[0].region.literal(), Some(region));
    }
}

#[test]
fn policies_of_iam_are_read_in_both_forms() {
    let mut recording = recording();
    let plain =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*"}]});
    let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22cloudtrail%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";
    let user = |name: &str, document: Value| {
        json!({"UserName": name, "Path": "/", "Arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": document}], "AttachedManagedPolicies": []})
    };
    let service = json!({"RoleName": "AWSServiceRoleForX", "Path": "/aws-service-role/x.amazonaws.com/",
        "Arn": "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"});
    let details = json!({"UserDetailList": [user("a", plain.clone()), user("b", json!(encoded)), user("c", json!(plain.to_string()))],
        "GroupDetailList": [], "RoleDetailList": [service], "Policies": []});
    put(&mut recording, GLOBAL, "iam get-account-authorization-details", None, details);
    let input = only(&recording);
    assert_eq!(input.grants.complete, Truth::True);
    assert_eq!(input.principals.items.len(), 3);
    for grant in &input.grants.items {
        let crate::model::principal::GrantedPolicy::Document(document) = &grant.policy else { panic!("{grant:?}") };
        let Seen::Value(document) = document.cases()[0].1 else { panic!("{document:?}") };
        let [statement] = document.statements.as_slice() else { panic!("{document:?}") };
        assert_eq!(statement.at, grant.at);
        assert!(matches!(&statement.at, Origin::Api { arn, .. } if **arn == *grant.id.address));
    }
}

#[test]
fn a_trail_may_be_asked_about_by_its_name_by_hand() {
    let mut recording = recording();
    put(&mut recording, "eu-west-1", "cloudtrail get-trail-status", Some("audit"), json!({"IsLogging": true}));
    assert_eq!(only(&recording).trails.items[0].logging.is(&true), Truth::True);
    // In another Region that may be another trail.
    let mut recording = self::recording();
    put(&mut recording, "us-east-1", "cloudtrail get-trail-status", Some("audit"), json!({"IsLogging": true}));
    assert!(matches!(only(&recording).trails.items[0].logging.is(&true), Truth::Unknown(_)));
}

#[test]
fn a_failed_account_is_a_line_and_no_input() {
    let mut recording = recording();
    let call = Call::new("999999999999", "us-east-1", "cloudtrail", "describe-trails", None);
    recording.insert(call, Answer::Failed { reason: GapReason::Timeout, message: "no answer in 30 s".to_owned() });
    let lowered = lower(&recording, "seen", 0, None);
    assert_eq!(lowered.inputs.len(), 1);
    let lines: Vec<_> =
        lowered.accounts.iter().map(|line| (line.id.as_str(), line.status.word(), line.reason.as_deref())).collect();
    assert_eq!(lines, [(ACCOUNT, "complete", None), ("999999999999", "failed", Some("timeout"))]);
}

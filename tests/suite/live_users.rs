//! What users of other tools ran into with live accounts, each over a recording.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailwarden::finding::{Finding, Outcome, Severity};
use trailwarden::reports::{self, Format};
use trailwarden::scan::Scan;
use trailwarden::sources::aws::recording::Status;
use trailwarden::truth::CauseKind;

use super::live::{Bench, fails, verdict};

const OWN: &str = "111122223333";
const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";
const STATUS: &str = "111122223333/eu-west-1/cloudtrail/get-trail-status/\
                      arn%3Aaws%3Acloudtrail%3Aeu-west-1%3A111122223333%3Atrail%2Faudit.json";
const MANAGEMENT: &str = "111111111111";
const MEMBER: &str = "333333333333";
const ORGANIZATION_TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/org";

fn of<'s>(scan: &'s Scan, check: &str) -> Vec<&'s Finding> {
    scan.findings.iter().filter(|finding| finding.check == check).collect()
}

fn only<'s>(scan: &'s Scan, check: &str) -> &'s Finding {
    let found = of(scan, check);
    let [only] = found.as_slice() else { panic!("{check}: {found:#?}") };
    only
}

fn causes(finding: &Finding) -> Vec<CauseKind> {
    let Outcome::Unknown(causes) = &finding.outcome else { panic!("{}", finding.message) };
    causes.iter().map(|cause| cause.kind).collect()
}

fn call(trail: &str, operation: &str, account: &str) -> String {
    let name = trail.replace(':', "%3A").replace('/', "%2F");
    format!("{account}/eu-west-1/cloudtrail/{operation}/{name}.json")
}

/// The trails of a Region.
fn trails(bench: &Bench, account: &str, region: &str, change: impl FnOnce(&mut Vec<Value>)) {
    bench.edit(&format!("{account}/{region}/cloudtrail/describe-trails.json"), |answer| {
        change(answer["trailList"].as_array_mut().expect("is a list"));
    });
}

/// Gives the account one more trail, like its first, in all Regions.
fn add_trail(bench: &Bench, name: &str, change: impl Fn(&mut Value)) -> String {
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{OWN}:trail/{name}");
    for region in ["eu-west-1", "us-east-1"] {
        trails(bench, OWN, region, |list| {
            let mut trail = list[0].clone();
            trail["TrailARN"] = json!(arn);
            trail["Name"] = json!(name);
            change(&mut trail);
            list.push(trail);
        });
    }
    for operation in ["get-trail-status", "get-event-selectors", "get-insight-selectors", "list-tags"] {
        let text = std::fs::read_to_string(bench.path(&call(TRAIL, operation, OWN))).expect("is text");
        bench.write(&call(&arn, operation, OWN), &text.replace(TRAIL, &arn));
    }
    arn
}

fn report(scan: &Scan, format: Format) -> String {
    let mut out = Vec::new();
    reports::write(format, scan, &reports::Settings::default(), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("is text")
}

#[test]
fn r1_an_organization_trail_covers_a_member_and_is_not_judged_there() {
    let scan = Bench::of("member").scan();
    let coverage = only(&scan, "trail-coverage");
    assert_eq!(coverage.outcome, Outcome::Pass);
    assert!(coverage.evidence.iter().any(|fact| fact.observed.contains(ORGANIZATION_TRAIL)), "{coverage:#?}");
    assert_eq!(only(&scan, "organization-trail").outcome, Outcome::Pass);
    let about: Vec<&str> = scan.findings.iter().map(|finding| finding.subject.address.as_str()).collect();
    assert!(about.iter().all(|address| *address == MEMBER), "{about:?}");
    // What the member is refused by design is no gap.
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps);

    // Selectors that are there and cannot be read are unknown, and whose they are is said.
    let bench = Bench::of("member");
    for region in ["eu-west-1", "us-east-1"] {
        trails(&bench, MEMBER, region, |list| list[0]["HasCustomEventSelectors"] = json!(true));
    }
    let scan = bench.scan();
    assert_eq!(fails(&scan), []);
    for check in ["trail-coverage", "data-events"] {
        assert_eq!(causes(only(&scan, check)), [CauseKind::OwnedByOtherAccount], "{check}");
    }
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps);
}

#[test]
fn r1_a_whole_organization_judges_its_trail_once() {
    let bench = Bench::of("organization");
    for account in [MANAGEMENT, "222222222222", MEMBER] {
        for region in ["eu-west-1", "us-east-1"] {
            trails(&bench, account, region, |list| list[0]["LogFileValidationEnabled"] = json!(false));
        }
    }
    let scan = bench.scan();
    assert_eq!(fails(&scan), [("log-file-validation", ORGANIZATION_TRAIL)]);
    // The owner's word on the selectors counts for the members.
    assert_eq!(of(&scan, "trail-coverage").iter().filter(|one| one.outcome == Outcome::Pass).count(), 3);
}

#[test]
fn r2_a_bucket_of_another_account_is_unknown_until_its_owner_is_scanned() {
    // The management account alone: its trail's bucket and nothing else is out of sight.
    let bench = Bench::of("organization");
    for account in ["222222222222", MEMBER] {
        bench.remove(account);
    }
    bench.edit("recording.json", |manifest| manifest["accounts"] = json!([{"id": MANAGEMENT, "status": "complete"}]));
    let bucket = "org-logs-222222222222";
    for operation in ["get-bucket-versioning", "get-bucket-policy", "get-bucket-location"] {
        bench.refuse(&format!("{MANAGEMENT}/eu-west-1/s3api/{operation}/{bucket}.json"), "AccessDenied");
    }
    let scan = bench.scan();
    for check in ["bucket-versioning", "access-logging", "public-log-bucket", "log-delivery-policy", "secure-transport"]
    {
        let finding = only(&scan, check);
        assert_eq!(causes(finding), [CauseKind::OwnedByOtherAccount], "{check}");
        assert_eq!(finding.subject.address, ORGANIZATION_TRAIL);
        assert!(finding.message.contains(bucket), "{}", finding.message);
    }
    assert_eq!(fails(&scan), []);
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps);

    // With the owner in the run the same refusals do not matter.
    let bench = Bench::of("organization");
    for operation in ["get-bucket-versioning", "get-bucket-policy"] {
        bench.refuse(&format!("{MANAGEMENT}/eu-west-1/s3api/{operation}/{bucket}.json"), "AccessDenied");
    }
    let scan = bench.scan();
    assert_eq!(only(&scan, "bucket-versioning").outcome, Outcome::Pass);
    assert_eq!(only(&scan, "bucket-versioning").subject.address, format!("arn:aws:s3:::{bucket}"));

    // A key of another account.
    let bench = Bench::of("member");
    let key = "arn:aws:kms:eu-west-1:444444444444:key/1111";
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{MEMBER}:trail/own");
    trails(&bench, MEMBER, "eu-west-1", |list| {
        let mut trail = list[0].clone();
        trail["TrailARN"] = json!(arn);
        trail["KmsKeyId"] = json!(key);
        list.push(trail);
    });
    bench.refuse(
        &format!("{MEMBER}/eu-west-1/kms/describe-key/{}.json", key.replace(':', "%3A").replace('/', "%2F")),
        "AccessDeniedException",
    );
    let scan = bench.scan();
    assert_eq!(causes(only(&scan, "kms-key-health")), [CauseKind::OwnedByOtherAccount]);
}

#[test]
fn r2_a_bucket_that_is_gone_is_a_fail_of_its_own() {
    let bench = Bench::of("account");
    bench.edit(&format!("{OWN}/global/s3api/list-buckets.json"), |answer| answer["Buckets"] = json!([]));
    let bucket = "audit-logs-111122223333";
    let folder = bench.path(&format!("{OWN}/eu-west-1/s3api"));
    for operation in std::fs::read_dir(folder).expect("is a folder") {
        let operation = operation.expect("is there").file_name().into_string().expect("is text");
        bench.refuse(&format!("{OWN}/eu-west-1/s3api/{operation}/{bucket}.json"), "NoSuchBucket");
    }
    let scan = bench.scan();
    assert_eq!(fails(&scan), [("bucket-exists", TRAIL)]);
    let missing = |finding: &&&Finding| matches!(&finding.outcome, Outcome::NotApplicable(cause) if cause.kind == CauseKind::BucketMissing);
    let findings: Vec<&Finding> = scan.findings.iter().collect();
    let checks: Vec<&str> = findings.iter().filter(missing).map(|finding| finding.check).collect();
    for check in [
        "mfa-delete",
        "lifecycle-retention",
        "access-logging",
        "least-privilege-bucket-policy",
        "dedicated-bucket",
        "public-access-block",
        "public-log-bucket",
        "bucket-versioning",
        "secure-transport",
        "log-delivery-policy",
    ] {
        assert!(checks.contains(&check), "{check}: {checks:?}");
    }
}

#[test]
fn r3_a_trail_is_its_arn_however_many_regions_show_it() {
    let scan = Bench::of("account").scan();
    assert_eq!(of(&scan, "multi-region-trail").len(), 1);
    assert_eq!(fails(&scan), []);
    // Without the home Region's own answer the copies still say it all.
    let bench = Bench::of("account");
    let trail = bench.path(&format!("{OWN}/us-east-1/cloudtrail/describe-trails.json"));
    assert!(trail.is_file());
    bench.remove(&format!("{OWN}/eu-west-1/cloudtrail/describe-trails.json"));
    let scan = bench.scan();
    assert_eq!(verdict(&scan, "multi-region-trail", TRAIL), ["pass"]);
    assert_eq!(verdict(&scan, "trail-coverage", OWN), ["pass"]);
}

#[test]
fn r3_two_trails_are_told_once_and_a_stopped_one_takes_nothing_from_the_account() {
    let bench = Bench::of("account");
    let second = add_trail(&bench, "second", |trail| trail["S3KeyPrefix"] = json!("second"));
    let scan = bench.scan();
    let twice = only(&scan, "duplicate-management-events");
    assert!(matches!(twice.outcome, Outcome::Fail(_)), "{}", twice.message);

    bench.edit(&call(&second, "get-trail-status", OWN), |status| status["IsLogging"] = json!(false));
    let scan = bench.scan();
    assert_eq!(verdict(&scan, "trail-coverage", OWN), ["pass"]);
    let stopped = of(&scan, "trail-logging-enabled").into_iter().find(|one| one.subject.address == second);
    let stopped = stopped.expect("is judged");
    assert_eq!((stopped.outcome.word(), stopped.severity), ("fail", Severity::Low));
    assert_eq!(verdict(&scan, "trail-logging-enabled", TRAIL), ["pass"]);
}

#[test]
fn r3_no_trail_at_all_is_one_fail_of_the_account() {
    let bench = Bench::of("account");
    for region in ["eu-west-1", "us-east-1"] {
        trails(&bench, OWN, region, Vec::clear);
    }
    let scan = bench.scan();
    assert_eq!(fails(&scan), [("trail-coverage", OWN)]);
    assert!(only(&scan, "trail-coverage").message.contains("no trail"), "{}", only(&scan, "trail-coverage").message);
}

#[test]
fn r3_a_single_region_trail_leaves_the_other_regions_open() {
    let bench = Bench::of("account");
    trails(&bench, OWN, "eu-west-1", |list| list[0]["IsMultiRegionTrail"] = json!(false));
    trails(&bench, OWN, "us-east-1", Vec::clear);
    let scan = bench.scan();
    let coverage = only(&scan, "trail-coverage");
    assert!(matches!(coverage.outcome, Outcome::Fail(Some(_))), "{}", coverage.message);
    assert!(coverage.message.contains("us-east-1") && !coverage.message.contains("eu-west-1,"), "{}", coverage.message);
    let facts: Vec<(&str, bool)> = coverage
        .evidence
        .iter()
        .map(|fact| (fact.attribute.as_str(), fact.observed.starts_with("covered by")))
        .collect();
    assert_eq!(facts, [("eu-west-1", true), ("us-east-1", false)]);
}

#[test]
fn r19_regions_that_are_off_or_closed_are_listed_and_cost_nothing() {
    let bench = Bench::of("account");
    let closed = "An error occurred (AccessDeniedException) when calling the DescribeTrails operation: User: x is not \
                  authorized to perform: cloudtrail:DescribeTrails with an explicit deny in a service control policy\n";
    bench.write(&format!("{OWN}/us-east-1/cloudtrail/describe-trails.json"), closed);
    let scan = bench.scan();
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps);
    assert_eq!(fails(&scan), []);
    let lines: Vec<_> = scan.accounts[0]
        .regions
        .iter()
        .map(|region| (region.name.as_str(), region.status, region.reason.as_deref()))
        .collect();
    let expected = [
        ("af-south-1", Status::Skipped, Some("not-enabled")),
        ("eu-west-1", Status::Complete, None),
        ("us-east-1", Status::Skipped, Some("denied-by-policy")),
    ];
    assert_eq!(lines, expected);
    // A multi-Region trail works in the closed Region, too.
    assert_eq!(verdict(&scan, "trail-coverage", OWN), ["pass"]);
    // Of a single-Region one elsewhere this cannot be told.
    trails(&bench, OWN, "eu-west-1", |list| list[0]["IsMultiRegionTrail"] = json!(false));
    assert_eq!(verdict(&bench.scan(), "trail-coverage", OWN), ["unknown"]);

    // What else fails in a closed Region is told, unless the policy closed it, too.
    let status = format!("{OWN}/us-east-1/cloudtrail/get-trail-status/x.json");
    bench.refuse(&status, "InternalFailure");
    assert_eq!(bench.scan().gaps.len(), 1);
    bench.write(&status, closed);
    assert_eq!(bench.scan().gaps.len(), 0);

    // An account whose Regions are all closed was not seen: no trail is missing in it, and the scan is not whole.
    let bench = Bench::of("account");
    for region in ["us-east-1", "eu-west-1"] {
        bench.write(&format!("{OWN}/{region}/cloudtrail/describe-trails.json"), closed);
    }
    let scan = bench.scan();
    assert_eq!((scan.gaps.len(), fails(&scan)), (2, Vec::new()), "{:?}", scan.gaps);
    assert_eq!(verdict(&scan, "trail-coverage", OWN), ["unknown"]);

    // An error of one Region costs that Region.
    let bench = Bench::of("account");
    bench.refuse(&format!("{OWN}/us-east-1/cloudtrail/describe-trails.json"), "UnrecognizedClientException");
    let scan = bench.scan();
    assert_eq!(scan.gaps.len(), 1, "{:?}", scan.gaps);
    assert_eq!(scan.gaps[0].region.as_deref(), Some("us-east-1"));
    assert_eq!(scan.accounts[0].status, Status::Partial);
    assert_eq!(verdict(&scan, "multi-region-trail", TRAIL), ["pass"]);
}

#[test]
fn r20_a_delegated_administrator_sees_the_trail_and_does_not_own_it() {
    // The log archive account is the delegated administrator; it alone is scanned.
    let bench = Bench::of("organization");
    bench.remove(MEMBER);
    for operation in ["get-trail-status", "get-event-selectors"] {
        let answer = std::fs::read_to_string(bench.path(&call(ORGANIZATION_TRAIL, operation, MANAGEMENT)));
        bench.write(&call(ORGANIZATION_TRAIL, operation, "222222222222"), &answer.expect("is text"));
    }
    let list = std::fs::read_to_string(bench.path(&format!("{MANAGEMENT}/global/organizations/list-accounts.json")));
    bench.write("222222222222/global/organizations/list-accounts.json", &list.expect("is text"));
    bench.remove(MANAGEMENT);
    bench.edit("recording.json", |manifest| {
        manifest["accounts"] = json!([{"id": "222222222222", "status": "complete"}])
    });
    let scan = bench.scan();
    let trail: Vec<&str> = of(&scan, "organization-trail").iter().map(|finding| finding.outcome.word()).collect();
    // The management account is known from the list and was not asked.
    assert_eq!(trail, ["pass"]);
    assert_eq!(verdict(&scan, "trail-coverage", "222222222222"), ["pass"]);
    let judged = scan.findings.iter().filter(|finding| finding.subject.address == ORGANIZATION_TRAIL);
    assert_eq!(judged.map(|finding| finding.check).collect::<Vec<_>>(), Vec::<&str>::new());

    // Status refused: unknown, never that there is none.
    bench.refuse(&call(ORGANIZATION_TRAIL, "get-trail-status", "222222222222"), "AccessDeniedException");
    assert_eq!(only(&bench.scan(), "organization-trail").outcome.word(), "unknown");
}

#[test]
fn r20_what_a_delegated_administrator_does_not_see_is_not_missing() {
    // Both accounts are scanned with the credentials of the delegated administrator: only it is asked about the organization.
    let bench = Bench::of("organization");
    assert_ne!(of(&bench.scan(), "organization-guardrail").len(), 0);
    let list = std::fs::read_to_string(bench.path(&format!("{MANAGEMENT}/global/organizations/list-accounts.json")));
    bench.write("222222222222/global/organizations/list-accounts.json", &list.expect("is text"));
    bench.remove(&format!("{MANAGEMENT}/global/organizations"));
    for check in ["organization-guardrail", "delegated-administrators"] {
        let scan = bench.scan();
        let words: BTreeSet<_> = of(&scan, check).iter().map(|finding| finding.outcome.word()).collect();
        assert!(words.is_subset(&BTreeSet::from(["unknown", "not-applicable"])), "{check}: {words:?}");
    }
}

#[test]
fn permission_sets_that_could_not_be_listed_are_not_absent() {
    let bench = Bench::of("organization");
    let words = |bench: &Bench| {
        let scan = bench.scan();
        verdict(&scan, "full-access-usage", MANAGEMENT).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let instances = format!("{MANAGEMENT}/eu-west-1/sso-admin/list-instances.json");
    bench.write(&instances, r#"{"Instances": []}"#);
    let before = words(&bench);
    bench.refuse(&instances, "ThrottlingException");
    assert_eq!((before[0].as_str(), words(&bench)[0].as_str()), ("pass", "unknown"));
    bench.write(&instances, "{}");
    assert_eq!(words(&bench), ["unknown"]);
}

#[test]
fn selectors_that_an_answer_lacks_are_not_the_default_ones() {
    let bench = Bench::of("account");
    let selectors = STATUS.replace("get-trail-status", "get-event-selectors");
    bench.write(&selectors, "{}");
    let scan = bench.scan();
    assert_eq!((scan.gaps.len(), verdict(&scan, "management-events", TRAIL)), (1, vec!["unknown"]), "{:?}", scan.gaps);
}

/// Elsewhere no answer of AWS tells the Regions: they are the partition's, and a Region that was not asked is not seen.
#[test]
fn regions_of_partitions_that_cannot_switch_them() {
    let bench = Bench(tempfile::tempdir().expect("a folder can be made"));
    let base = super::project().join("tests/data/recordings/account");
    for file in super::all_files(&base) {
        let text = std::fs::read_to_string(&file).expect("is text");
        let moved = |text: &str| {
            let text = text.replace("eu-west-1", "us-gov-west-1").replace("us-east-1", "us-gov-east-1");
            let text = text.replace("arn:aws:", "arn:aws-us-gov:").replace("arn%3Aaws%3A", "arn%3Aaws-us-gov%3A");
            text.replace("\"aws\"", "\"aws-us-gov\"")
        };
        bench.write(&moved(file.strip_prefix(&base).expect("is below").to_str().expect("is text")), &moved(&text));
    }
    bench.remove("111122223333/global/account");
    let coverage = |bench: &Bench| {
        let scan = bench.scan();
        of(&scan, "trail-coverage").iter().map(|finding| finding.outcome.word()).collect::<Vec<_>>()
    };
    assert_eq!(coverage(&bench), ["pass"]);
    for region in ["us-gov-east-1", "us-gov-west-1"] {
        trails(&bench, "111122223333", region, Vec::clear);
    }
    assert_eq!(coverage(&bench), ["fail"]);
    for region in ["us-gov-east-1", "us-gov-west-1"] {
        bench.remove(&format!("111122223333/{region}/cloudtrail"));
    }
    assert_eq!(coverage(&bench), ["unknown"]);
}

#[test]
fn r20_organizations_refused_in_a_member_is_unknown() {
    let bench = Bench::of("member");
    bench.refuse(&format!("{MEMBER}/global/organizations/describe-organization.json"), "AccessDeniedException");
    // With the trail in sight the answer does not matter.
    assert_eq!(verdict(&bench.scan(), "organization-trail", MEMBER), ["pass"]);
    for region in ["eu-west-1", "us-east-1"] {
        trails(&bench, MEMBER, region, Vec::clear);
    }
    assert_eq!(verdict(&bench.scan(), "organization-trail", MEMBER), ["unknown"]);
}

#[test]
fn r21_what_control_tower_made_is_changed_in_the_landing_zone() {
    let bench = Bench::of("organization");
    let name = "aws-controltower-BaselineCloudTrail";
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/{name}");
    for operation in ["get-trail-status", "get-event-selectors", "get-insight-selectors", "list-tags"] {
        let text = std::fs::read_to_string(bench.path(&call(ORGANIZATION_TRAIL, operation, MANAGEMENT)));
        bench.write(&call(&arn, operation, MANAGEMENT), &text.expect("is text").replace(ORGANIZATION_TRAIL, &arn));
    }
    for account in [MANAGEMENT, "222222222222", MEMBER] {
        for region in ["eu-west-1", "us-east-1"] {
            trails(&bench, account, region, |list| {
                list[0]["TrailARN"] = json!(arn);
                list[0]["Name"] = json!(name);
                list[0]["KmsKeyId"] = Value::Null;
            });
        }
    }
    let scan = bench.scan();
    let fail = only(&scan, "kms-encryption");
    assert_eq!((fail.outcome.word(), fail.subject.address.as_str()), ("fail", arn.as_str()));
    let remedy = fail.remediation.as_deref().expect("has a remedy");
    assert!(remedy.contains("landing zone"), "{remedy}");
    assert!(fail.evidence.iter().any(|fact| fact.attribute == "managed-by" && fact.observed == "control-tower"));
    // No member is asked for a log group of its own.
    let about: Vec<&str> = of(&scan, "cloudwatch-logs").iter().map(|one| one.subject.address.as_str()).collect();
    assert_eq!(about, [arn.as_str()]);
}

#[test]
fn r28_deliveries_that_fail_are_findings_without_relative_times() {
    let fields = [
        ("delivery-health", "LatestDeliveryError", "AccessDenied"),
        ("delivery-health", "LatestDigestDeliveryError", "NoSuchBucket"),
        ("cloudwatch-logs", "LatestCloudWatchLogsDeliveryError", "Access denied."),
        ("delivery-health", "LatestDeliveryTime", "2026-11-19T12:04:00Z"),
    ];
    for (check, field, value) in fields {
        let bench = Bench::of("account");
        bench.edit(STATUS, |status| status[field] = json!(value));
        let scan = bench.scan();
        assert_eq!(fails(&scan), [(check, TRAIL)], "{field}");
        let message = &only(&scan, check).message;
        assert!(message.contains(field), "{message}");
        assert!(!message.contains(" ago") && !message.contains("minutes"), "{message}");
    }
    // One minute less is fresh.
    let bench = Bench::of("account");
    bench.edit(STATUS, |status| status["LatestDeliveryTime"] = json!("2026-11-19T12:05:00Z"));
    assert_eq!(fails(&bench.scan()), []);
    bench.edit(STATUS, |status| status["IsLogging"] = json!(false));
    let found = fails(&bench.scan())
        .into_iter()
        .map(|(check, address)| (check.to_owned(), address.to_owned()))
        .collect::<Vec<_>>();
    assert!(found.contains(&("trail-logging-enabled".to_owned(), TRAIL.to_owned())), "{found:?}");
}

/// Five accounts: one whose role cannot be assumed, one that refuses a call, one with a throttled Region.
fn five() -> Bench {
    let bench = Bench::of("organization");
    let text = |path: &str| std::fs::read_to_string(bench.path(path)).expect("is text");
    // A copy of the member with a trail of its own, whose status is refused.
    let refusing = "444444444444";
    for path in [
        "global/account/list-regions.json",
        "global/iam/get-account-authorization-details.json",
        "global/s3api/list-buckets.json",
        "global/organizations/describe-organization.json",
        "eu-west-1/cloudtrail/describe-trails.json",
        "us-east-1/cloudtrail/describe-trails.json",
        "eu-west-1/cloudtrail/list-event-data-stores.json",
        "us-east-1/cloudtrail/list-event-data-stores.json",
    ] {
        let answer = text(&format!("{MEMBER}/{path}")).replace(MEMBER, refusing);
        bench.write(&format!("{refusing}/{path}"), &answer);
    }
    let own = format!("arn:aws:cloudtrail:eu-west-1:{refusing}:trail/own");
    trails(&bench, refusing, "eu-west-1", |list| {
        let mut trail = list[0].clone();
        trail["TrailARN"] = json!(own);
        trail["IsMultiRegionTrail"] = json!(false);
        trail["IsOrganizationTrail"] = json!(false);
        list.push(trail);
    });
    bench.refuse(&call(&own, "get-trail-status", refusing), "AccessDeniedException");
    let throttled = json!({"account": MEMBER, "region": "us-east-1", "service": "cloudtrail", "operation": "describe-trails",
        "reason": "throttled", "message": "Rate exceeded"});
    bench.remove(&format!("{MEMBER}/us-east-1/cloudtrail/describe-trails.json"));
    bench.edit("recording.json", |manifest| {
        let accounts = manifest["accounts"].as_array_mut().expect("is a list");
        accounts.push(json!({"id": refusing, "name": "refusing", "status": "partial", "reason": "access-denied"}));
        accounts.push(json!({"id": "555555555555", "name": "closed", "status": "failed", "reason": "assume-role-failed"}));
        let role = json!({"account": "555555555555", "reason": "assume-role-failed", "message": "not authorized to perform sts:AssumeRole"});
        manifest["gaps"] = json!([throttled, role]);
    });
    bench
}

#[test]
fn r37_an_incomplete_scan_never_looks_complete() {
    let bench = five();
    let scan = bench.scan();
    let lines: Vec<_> =
        scan.accounts.iter().map(|account| (account.id.as_str(), account.status, account.reason.as_deref())).collect();
    let expected = [
        (MANAGEMENT, Status::Complete, None),
        ("222222222222", Status::Complete, None),
        (MEMBER, Status::Partial, Some("throttled")),
        ("444444444444", Status::Partial, Some("access-denied")),
        ("555555555555", Status::Failed, Some("assume-role-failed")),
    ];
    assert_eq!(lines, expected);
    let gaps: Vec<_> = scan
        .gaps
        .iter()
        .map(|gap| (gap.account.as_deref(), gap.region.as_deref(), gap.call.as_deref(), gap.reason))
        .collect();
    let expected = [
        (Some(MEMBER), Some("us-east-1"), Some("cloudtrail:DescribeTrails"), "throttled"),
        (Some("444444444444"), Some("eu-west-1"), Some("cloudtrail:GetTrailStatus"), "access-denied"),
        (Some("555555555555"), None, None, "assume-role-failed"),
    ];
    assert_eq!(gaps, expected);
    // All that was answered is judged, and what was not is neither good nor bad.
    assert_eq!(verdict(&scan, "trail-coverage", MANAGEMENT), ["pass"]);
    assert_eq!(verdict(&scan, "trail-coverage", MEMBER), ["pass"]);
    let own = "arn:aws:cloudtrail:eu-west-1:444444444444:trail/own";
    assert_eq!(verdict(&scan, "trail-logging-enabled", own), ["unknown"]);
    assert_eq!(verdict(&scan, "delivery-health", own), ["unknown"]);
    assert_eq!(verdict(&scan, "multi-region-trail", own), ["fail"]);
    assert!(scan.findings.iter().all(|finding| finding.subject.address != "555555555555"));

    let json: Value = serde_json::from_str(&report(&scan, Format::Json)).expect("is JSON");
    assert_eq!(json["gaps"].as_array().map(Vec::len), Some(3));
    assert_eq!(json["scope"]["accounts"][4]["status"], "failed");
    assert_eq!(json["scope"]["accounts"][2]["regions"][2]["status"], "partial", "{}", json["scope"]["accounts"][2]);
    assert_eq!(json["scope"]["inputs"][0]["complete"], false);
    let sarif: Value = serde_json::from_str(&report(&scan, Format::Sarif)).expect("is JSON");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().map(Vec::len), Some(3));
    let text = report(&scan, Format::Text);
    assert!(text.contains("2 of 5 accounts complete"), "{text}");
    assert!(text.contains("account 444444444444, eu-west-1, cloudtrail:GetTrailStatus"), "{text}");
    for format in [Format::Markdown, Format::Html, Format::Github, Format::Junit, Format::GitlabSast] {
        let text = report(&scan, format).replace(['\\', '`'], "").replace("%3A", ":");
        assert!(text.contains("444444444444 eu-west-1 cloudtrail:GetTrailStatus"), "{format}: {text}");
    }
    let table = crate::html::matrix(&report(&scan, Format::Html), "accounts");
    assert_eq!(table[0], ["Account", "Status", "no Region", "af-south-1", "eu-west-1", "us-east-1"]);
    assert_eq!(table[1][..2], ["111111111111 management", "complete"]);
    let throttled = ["333333333333 workload", "partial: throttled", "", "–skipped: not-enabled"];
    assert_eq!(table[3][..4], throttled);
    assert!(table[3][5].starts_with("◐partial: throttled"), "{table:?}");
    let fails =
        scan.findings.iter().filter(|f| matches!(f.outcome, Outcome::Fail(_)) && f.subject.address == own).count();
    assert!(table[4][4].ends_with(&format!(" {fails} fail")), "{fails}: {table:?}");
    assert_eq!(table[5], ["555555555555 closed", "failed: assume-role-failed", "", "", "", ""]);
}

/// Two gaps that differ in the account only are two.
#[test]
fn gaps_of_two_accounts_have_two_identities() {
    let bench = Bench::of("organization");
    bench.edit("recording.json", |manifest| {
        let gap =
            |id: &str| json!({"account": id, "region": "us-east-1", "reason": "throttled", "message": "Rate exceeded"});
        manifest["gaps"] = json!([gap(MEMBER), gap(MANAGEMENT)]);
    });
    let quality: Value = serde_json::from_str(&report(&bench.scan(), Format::Gitlab)).expect("is JSON");
    let ids: BTreeSet<_> =
        quality.as_array().expect("a list").iter().map(|item| item["fingerprint"].as_str()).collect();
    assert_eq!((ids.len(), quality.as_array().map(Vec::len)), (2, Some(2)), "{quality}");
}

#[test]
fn r37_the_exit_status_tells_that_a_scan_is_incomplete() {
    let bench = five();
    // Findings win; without any that count it is the gaps.
    let scan = |args: &[&str]| super::cli::scan(bench.0.path(), args).get_output().status.code();
    assert_eq!(scan(&["--fail-on", "never", "."]), Some(3));
    assert_eq!(scan(&["--fail-on", "never", "--allow-partial", "."]), Some(0));
    assert_eq!(scan(&["."]), Some(1));
}

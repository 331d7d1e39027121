//! How long judging takes: a whole scan of a large template, the policy evaluator alone, the selector algebra alone.
//!
//! Each is measured at a tenth of the size and at the full one, so that the throughput of both stands side by side:
//! work that grows faster than its input shows as a lower one.
//!
//!     cargo bench --bench evaluation

use divan::Bencher;
use divan::counter::ItemsCount;
use serde_json::{Map, Value, json};
use trailwarden::checks::CHECKS;
use trailwarden::model::event_selector::Event;
use trailwarden::scan::{self, Request, Scan};
use trailwarden::truth::Truth;

/// Statements of one bucket policy.
const STATEMENTS: usize = 10;
/// Values of the selectors of one trail that has advanced ones; one trail in four does.
const VALUES: usize = 10;
/// A tenth of the size, and the full one: 200 policies of 2,000 statements, 50 trails with 500 selector values.
const SIZES: [usize; 2] = [20, 200];

fn main() {
    divan::main();
}

/// Everything: reading, lowering, all checks.
#[divan::bench(args = SIZES, sample_count = 20)]
fn scan_of_all_checks(bencher: Bencher<'_, '_>, policies: usize) {
    let text = template(policies);
    bencher.counter(ItemsCount::new(policies * STATEMENTS)).bench(|| judged(&text));
}

/// What each policy grants too much, over policies that are lowered already.
#[divan::bench(args = SIZES, sample_count = 20)]
fn policy_evaluator(bencher: Bencher<'_, '_>, policies: usize) {
    let scan = judged(&template(policies));
    bencher.counter(ItemsCount::new(policies * STATEMENTS)).bench(|| {
        let mut found = 0;
        for target in scan.estate.log_buckets() {
            let place = target.place(&[]);
            for case in scan.estate.policy_cases(&target) {
                found += case.document.map_or(0, |document| document.excesses(&place).len());
            }
        }
        found
    });
}

/// What each trail records, over selectors that are lowered already.
#[divan::bench(args = SIZES, sample_count = 20)]
fn selector_algebra(bencher: Bencher<'_, '_>, policies: usize) {
    let scan = judged(&template(policies));
    let event = Event::new([
        ("eventCategory", "Data".into()),
        ("resources.type", "AWS::S3::Object".into()),
        ("resources.ARN", "arn:aws:s3:::data-7/secret".into()),
    ]);
    bencher.counter(ItemsCount::new(policies / 4 * VALUES)).bench(|| {
        let own = scan.estate.own_trails();
        own.filter(|trail| trail.selectors.advanced.written() == Truth::True)
            .map(|trail| {
                let recorded = trail.selectors.recorded();
                (recorded.management(), recorded.data_events(), recorded.records(&event))
            })
            .collect::<Vec<_>>()
    });
}

fn judged(text: &str) -> Scan {
    let request = Request {
        stdin: Some(text.as_bytes().to_vec()),
        repo_root: Some(env!("CARGO_MANIFEST_DIR").into()),
        checks: CHECKS.iter().collect(),
        ..Request::default()
    };
    let scan = scan::run(&request).expect("standard input exists");
    assert!(scan.gaps.is_empty() && !scan.findings.is_empty());
    scan
}

/// A trail, its bucket and the policy of that, so many times.
fn template(policies: usize) -> String {
    let mut resources = Map::new();
    for i in 0..policies {
        let mut trail = json!({"TrailName": format!("audit-{i}"), "S3BucketName": {"Ref": format!("Logs{i}")},
            "IsLogging": true, "IsMultiRegionTrail": true});
        if i % 4 == 0 {
            trail["AdvancedEventSelectors"] = selectors(i);
        }
        resources.insert(format!("Trail{i}"), json!({"Type": "AWS::CloudTrail::Trail", "Properties": trail}));
        resources.insert(format!("Logs{i}"), json!({"Type": "AWS::S3::Bucket"}));
        let document = json!({"Version": "2012-10-17", "Statement": statements(i)});
        let policy = json!({"Bucket": {"Ref": format!("Logs{i}")}, "PolicyDocument": document});
        resources.insert(format!("Policy{i}"), json!({"Type": "AWS::S3::BucketPolicy", "Properties": policy}));
    }
    json!({"Resources": resources}).to_string()
}

/// All management events, and data events by ten values of their fields.
fn selectors(i: usize) -> Value {
    let arns = |from: usize| (from..from + 4).map(|k| format!("arn:aws:s3:::data-{}/", i + k)).collect::<Vec<_>>();
    json!([
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": arns(0), "NotStartsWith": arns(2)}]}
    ])
}

/// Statements as people write them: delivery, readers, administrators, Denies, and some that go too far.
fn statements(i: usize) -> Vec<Value> {
    let bucket = json!({"Fn::GetAtt": [format!("Logs{i}"), "Arn"]});
    let objects = |key: &str| json!({"Fn::Sub": format!("${{Logs{i}.Arn}}/{key}")});
    let source = json!({"StringEquals": {"aws:SourceArn":
        {"Fn::Sub": format!("arn:aws:cloudtrail:${{AWS::Region}}:${{AWS::AccountId}}:trail/audit-{i}")}}});
    let role = |name: &str| json!({"AWS": format!("arn:aws:iam::111111111111:role/{name}")});
    let both = json!([bucket, objects("*")]);
    let service = json!({"Service": "cloudtrail.amazonaws.com"});
    vec![
        json!({"Sid": "Acl", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
            "Resource": bucket, "Condition": source}),
        json!({"Sid": "Write", "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
            "Resource": objects("AWSLogs/${AWS::AccountId}/*"), "Condition": source}),
        json!({"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        json!({"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
            "Resource": objects("*"), "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/glass"}}}),
        json!({"Sid": "Read", "Effect": "Allow", "Principal": role("reader"),
            "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": both}),
        json!({"Sid": "Look", "Effect": "Allow", "Principal": role("auditor"), "Action": ["s3:Get*", "s3:List*"],
            "Resource": both}),
        json!({"Sid": "Organization", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": objects("*"), "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}),
        json!({"Sid": "Admin", "Effect": "Allow", "Principal": role("admin"), "Action": "s3:*", "Resource": both}),
        json!({"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
            "Action": "s3:GetObject", "Resource": objects("*")}),
        json!({"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": objects("*"),
            "Condition": {"StringLike": {"aws:Referer": "https://example.com/*"}}}),
    ]
}

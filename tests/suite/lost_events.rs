//! The event that a failed check of coverage shows: it is there, it is lost where it says, and a reader understands it.

use std::path::Path;

use trailwarden::checks::CHECKS;
use trailwarden::finding::{Finding, Lost, Options, Outcome, Witness};
use trailwarden::reports::{self, Format};
use trailwarden::scan::{self, Request, Scan};
use trailwarden::sources::cloudformation::Settings;

use super::cases::{self, cases};
use super::{all, none, project, scan_paths};

/// A scan of a text in a Region, with a trail expected.
fn scan_in(region: &str, template: &str) -> Scan {
    let request = Request {
        stdin: Some(template.as_bytes().to_vec()),
        repo_root: Some(project().to_owned()),
        checks: all(),
        options: Options { expect_trail: true, ..Options::default() },
        cloudformation: Settings { region: Some(region.to_owned()), ..Settings::default() },
        ..Request::default()
    };
    scan::run(&request).expect("standard input exists")
}

fn event(finding: &Finding) -> Option<(Lost, &serde_json::Value)> {
    match &finding.outcome {
        Outcome::Fail(Some(Witness::Event { lost, record, .. })) => Some((*lost, record)),
        _ => None,
    }
}

/// The record that the only fail of a check on a resource shows.
#[track_caller]
fn record<'s>(scan: &'s Scan, check: &str, address: &str) -> &'s serde_json::Value {
    let found: Vec<_> = scan
        .findings
        .iter()
        .filter(|f| f.check == check && f.subject.address == address && f.outcome.word() == "fail")
        .collect();
    assert_eq!(found.len(), 1, "{check} of {address}");
    event(found[0]).unwrap_or_else(|| panic!("{}", found[0].message)).1
}

/// A trail; `All`, `ReadOnly` or `WriteOnly`.
fn trail(name: &str, multi: bool, sides: &str) -> String {
    format!(
        "  {name}:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: audit-logs
      IsLogging: true
      IsMultiRegionTrail: {multi}
      EventSelectors: [{{ReadWriteType: {sides}}}]
"
    )
}

#[test]
fn every_fail_of_coverage_shows_an_event() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for case in cases().iter().filter(|case| case.verdict == "fail") {
        if !["management-events", "trail-coverage", "data-events"].contains(&case.check.as_str()) {
            continue;
        }
        let check = CHECKS.iter().filter(|check| check.id == case.check).collect();
        let paths = std::slice::from_ref(&case.folder);
        let scan = scan_paths(&case.folder, paths, cases::settings(&case.folder), check);
        for finding in scan.findings.iter().filter(|finding| finding.outcome.word() == "fail") {
            seen += 1;
            let whole = event(finding).is_some_and(|(lost, record)| {
                lost == Lost::Record
                    && ["eventSource", "eventName", "eventCategory"].iter().all(|f| record[*f].is_string())
                    && record["readOnly"].is_boolean()
            });
            if !whole {
                faults.push(format!("{}: {:?}", case.shown(), finding.outcome));
            }
        }
    }
    none(&faults);
    assert!(seen >= 15, "only {seen}");
}

#[test]
fn a_trail_of_one_region_loses_what_happens_in_another() {
    for region in ["us-east-1", "eu-west-1"] {
        let scan = scan_in(region, &format!("Resources:\n{}", trail("Trail", false, "All")));
        let lost = record(&scan, "trail-coverage", "*");
        assert!(lost["awsRegion"].is_string() && lost["awsRegion"] != region, "{lost}");
        // Not an event of a global service: the trail may well have it.
        assert_eq!(lost["eventSource"], "ec2.amazonaws.com");
    }
}

#[test]
fn what_another_trail_records_in_its_region_is_shown_elsewhere() {
    let template = format!("Resources:\n{}{}", trail("Everywhere", true, "ReadOnly"), trail("Here", false, "All"));
    let scan = scan_in("us-east-1", &template);
    let lost = record(&scan, "management-events", "Everywhere");
    assert_eq!(lost["readOnly"], false);
    assert!(lost["awsRegion"].is_string() && lost["awsRegion"] != "us-east-1", "{lost}");
}

#[test]
fn what_no_trail_records_is_shown_here() {
    let scan = scan_in("eu-west-1", &format!("Resources:\n{}", trail("Trail", true, "WriteOnly")));
    let lost = record(&scan, "management-events", "Trail");
    assert_eq!((lost["awsRegion"].as_str(), lost["readOnly"].as_bool()), (Some("eu-west-1"), Some(true)));
}

#[test]
fn a_limit_on_who_calls_is_shown_by_a_caller() {
    let template = "Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: audit-logs
      IsLogging: true
      IsMultiRegionTrail: true
      AdvancedEventSelectors:
        - FieldSelectors:
            - {Field: eventCategory, Equals: [Management]}
            - {Field: userIdentity.arn, StartsWith: ['arn:aws:sts::']}
            - {Field: eventType, Equals: [AwsApiCall]}
";
    let scan = scan_in("eu-west-1", template);
    let lost = record(&scan, "management-events", "Trail");
    let who = lost["userIdentity"]["arn"].as_str();
    assert!(
        who.is_some_and(|arn| arn.starts_with("arn:aws:iam::")) || lost["eventType"] == "AwsServiceEvent",
        "{lost}"
    );
}

#[test]
fn people_are_told_what_is_lost() {
    let printed = |path: &str, format: Format| {
        let folder = project().join("tests/fixtures").join(path);
        let check = CHECKS.iter().filter(|check| path.starts_with(check.id)).collect();
        let paths = std::slice::from_ref(&folder);
        let scan = scan_paths(Path::new(&folder), paths, Settings::default(), check);
        let mut out = Vec::new();
        reports::write(format, &scan, &reports::Settings::default(), &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("text").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = |path: &str| printed(path, Format::Text);
    let only_reads = text("management-events/cloudformation/fail/only-reads");
    let wanted = "witness: no trail would record the call 'AuthorizeSecurityGroupIngress' of 'ec2.amazonaws.com', \
                  which changes something: {\"eventSource\": \"ec2.amazonaws.com\"";
    assert!(only_reads.contains(wanted), "{only_reads}");
    // The trail records this one: it is the alarm that is missing.
    let no_alarm = text("metric-filter-alarms/cloudformation/fail/one-name-left-out");
    assert!(no_alarm.contains("witness: no alarm would follow the call 'UpdateTrail'"), "{no_alarm}");
    assert!(!no_alarm.contains("no trail"), "{no_alarm}");
    // Code scanning shows the message only.
    let sarif = printed("management-events/cloudformation/fail/only-reads", Format::Sarif);
    let wanted = "For example, no trail would record the call 'AuthorizeSecurityGroupIngress' of 'ec2.amazonaws.com', which \
                  changes something. Let 'EventSelectors'";
    assert!(sarif.contains(wanted), "{sarif}");
}

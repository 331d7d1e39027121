//! Parts of an organization and of a report: what is left out is not said, and changes nothing of what is said.

use std::collections::BTreeSet;

use trailwarden::sources::aws::recording::Status;

use super::*;

/// The verdicts of a report about some accounts: account, check, subject, verdict and sentence.
fn verdicts(report: &Value, is_asked: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let findings = report["findings"].as_array().expect("is a list").iter();
    let of = findings.filter(|finding| is_asked(&owner(finding)));
    of.map(|f| format!("{} {} {} {}", f["check"], f["resource"]["address"], f["verdict"], f["message"])).collect()
}

/// The account of a finding.
fn owner(finding: &Value) -> String {
    finding["resource"]["account"].as_str().unwrap_or_default().to_owned()
}

/// The accounts that a report calls complete.
fn complete(report: &Value) -> Vec<String> {
    let lines = report["scope"]["accounts"].as_array().expect("is a list").iter();
    let complete = lines.filter(|line| line["status"] == "complete");
    complete.map(|line| line["id"].as_str().unwrap_or_default().to_owned()).collect()
}

fn report(args: &[&str]) -> Value {
    let args: Vec<&str> = ["--organization", "--format=json"].iter().chain(args).copied().collect();
    Run::new(&MIXED.plain(), &args).json()
}

/// An account among others is judged as in a report of all: by the organization's trail, its policies, and the buckets of
/// others.
#[test]
fn an_account_filters_the_report_only() {
    let all = report(&[]);
    for account in [MANAGEMENT, ARCHIVE, APP, LAB] {
        let own = report(&["--account", account]);
        assert_eq!(verdicts(&own, |_| true), verdicts(&all, |of| of == account), "{account}");
        assert_eq!(complete(&own), [account]);
    }
}

#[test]
fn an_account_that_cannot_be_entered_is_no_matter_of_another_report() {
    let proxy = MIXED.with(|seen| match seen.operation.as_str() {
        "AssumeRole" if seen.rest.contains(LAB) => Fault::Denied("not authorized to perform: sts:AssumeRole"),
        _ => Fault::None,
    });
    let code = |account: &str| Run::new(&proxy, &["--organization", "--fail-on=never", "--account", account]).code();
    assert_eq!((code(APP), code(LAB)), (0, 3));
}

/// What the account of the credentials does not tell is missing in every report.
#[test]
fn what_the_organization_does_not_tell_is_a_gap_of_every_report() {
    let proxy = MIXED.with(|seen| match seen.operation.as_str() {
        "ListPolicies" => Fault::Denied("not authorized to perform: organizations:ListPolicies"),
        _ => Fault::None,
    });
    let run = Run::new(&proxy, &["--organization", "--fail-on=never", "--account", APP]);
    assert_eq!(run.code(), 3, "{}", run.said());
}

#[test]
fn a_region_filters_gaps_too() {
    let proxy = GOOD.with(|seen| match (seen.region.as_str(), seen.operation.as_str()) {
        ("sa-east-1", "DescribeTrails") => Fault::Denied("not authorized to perform: cloudtrail:DescribeTrails"),
        _ => Fault::None,
    });
    let gaps = |region: &str| {
        let run = Run::new(&proxy, &["--format=json", "--region", region]);
        let report = run.json();
        let regions = report["scope"]["accounts"][0]["regions"].as_array().expect("is a list").len();
        (report["gaps"].as_array().expect("is a list").len(), regions, report["scope"]["inputs"][0]["complete"].clone())
    };
    assert_eq!(gaps("sa-east-1"), (1, 1, false.into()));
    assert_eq!(gaps("eu-west-1"), (0, 1, true.into()));
}

/// Each account is reported by one of the shards; its organization's trail counts in all.
#[test]
fn shards_cover_every_account_once() {
    let whole = report(&[]);
    let mut reported = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let proxy = MIXED.plain();
        let run = Run::new(&proxy, &["--organization", "--format=json", "--shard", shard]);
        let part = run.json();
        let own = complete(&part);
        let entered: BTreeSet<String> = proxy.seen().into_iter().map(|seen| seen.account).collect();
        let wanted: BTreeSet<String> = own.iter().cloned().chain([MANAGEMENT.to_owned()]).collect();
        assert_eq!(entered, wanted, "{shard}: others are not entered");
        let found = part["findings"].as_array().expect("is a list");
        assert!(found.iter().all(|finding| own.contains(&owner(finding))), "{shard}");
        let coverage = |report: &Value| {
            let mut all = verdicts(report, |of| own.iter().any(|one| one == of));
            all.retain(|line| line.contains("trail-coverage") || line.contains("organization-"));
            all
        };
        assert_eq!(coverage(&part), coverage(&whole), "{shard}");
        assert_eq!(part["scope"]["accounts"].as_array().map(Vec::len), Some(6), "all are listed");
        reported.extend(own);
    }
    reported.sort();
    assert_eq!(reported, [MANAGEMENT, ARCHIVE, APP, LAB, LEGACY, SHOP]);
}

#[test]
fn exclusions() {
    let proxy = MIXED.plain();
    let run = Run::new(&proxy, &["--organization", "--format=json", "--exclude-account", LAB]);
    let recording = run.recording();
    assert_eq!(recording.manifest.accounts.len(), 6, "those left out are listed");
    let skipped = recording.manifest.accounts.iter().filter(|line| line.status == Status::Skipped);
    assert_eq!(skipped.map(|line| line.id.as_str()).collect::<Vec<_>>(), [LAB]);
    assert!(!proxy.seen().iter().any(|seen| seen.account == LAB), "and not entered");
}

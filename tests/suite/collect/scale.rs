//! What a scan of an organization of a hundred accounts costs, in calls and in memory. `benches/live.rs` measures its time.

use std::collections::BTreeMap;
use std::time::Duration;

use super::canned::{Canned, MANAGEMENT, REGIONS, key, watched};
use super::*;

const ACCOUNTS: u64 = 100;

/// The most memory that the program may hold, in KiB.
const MOST_MEMORY: u64 = 200 * 1024;

/// What each account's trail, bucket, key, log group and topic are asked: one call a question.
const OF_A_TRAIL: [(&str, usize); 21] = [
    ("GetTrailStatus", 1),
    ("GetEventSelectors", 1),
    ("GetInsightSelectors", 1),
    ("ListTags", 1),
    ("GetBucketVersioning", 1),
    ("GetBucketLogging", 1),
    ("GetLifecycleConfiguration", 1),
    ("GetEncryptionConfiguration", 1),
    ("GetBucketAcl", 1),
    ("GetBucketOwnershipControls", 1),
    ("GetBucketPublicAccessBlock", 1),
    ("GetBucketObjectLockConfiguration", 1),
    ("GetBucketWebsite", 1),
    ("GetBucketPolicy", 1),
    ("DescribeKey", 1),
    ("GetKeyPolicy", 1),
    ("GetKeyRotationStatus", 1),
    ("DescribeLogGroups", 1),
    ("DescribeMetricFilters", 1),
    ("DescribeAlarms", 1),
    ("GetTopicAttributes", 1),
];

#[test]
fn a_hundred_accounts() {
    let server = Canned::new(ACCOUNTS, Duration::from_millis(50));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = folder.path().join("report.json");
    let mut command = server.live(env!("CARGO_BIN_EXE_trailwarden"), MANAGEMENT);
    command.args(["--organization", "--quiet"]).arg(format!("--output=json={}", report.display()));
    if let Some(f) = std::env::var_os("SAVETO") {
        command.arg("--save").arg(f);
    }
    let begun = std::time::Instant::now();
    let (status, memory) = watched(command);
    eprintln!("{:?} {memory} KiB {} calls", begun.elapsed(), server.calls().len());
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).expect("is there")).expect("is JSON");
    assert_eq!(report["gaps"], serde_json::json!([]));
    assert_eq!(status.code(), Some(0));
    let accounts = report["scope"]["accounts"].as_array().expect("is a list");
    assert_eq!(accounts.len() as u64, ACCOUNTS);
    assert!(accounts.iter().all(|account| account["status"] == "complete"));
    assert!(memory < MOST_MEMORY, "{memory} KiB");
    let calls = server.calls();
    let twice: Vec<_> = calls.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    let mut by_account: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for [key, _, _, operation, _] in calls.keys() {
        *by_account.entry(key).or_default().entry(operation).or_default() += 1;
    }
    let mut wanted: BTreeMap<&str, usize> = OF_A_TRAIL.into();
    wanted.extend([("DescribeTrails", REGIONS.len()), ("ListEventDataStores", REGIONS.len())]);
    wanted.extend([("ListRegions", 1), ("ListAllMyBuckets", 1), ("GetAccountAuthorizationDetails", 1)]);
    for account in 1..ACCOUNTS {
        assert_eq!(by_account[key(MANAGEMENT + account).as_str()], wanted, "account {account}");
    }
}

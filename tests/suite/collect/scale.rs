//! What a scan of an organization of a hundred accounts costs, in calls and in memory. `benches/live.rs` measures its time.

use std::collections::BTreeMap;
use std::time::Duration;

use super::canned::{Canned, MANAGEMENT, REGIONS, key, watched};
use super::*;

const ACCOUNTS: u64 = 100;

/// The most memory that the program may hold, in KiB.
const MOST_MEMORY: u64 = 200 * 1024;

/// What is asked in every Region; all else is asked once an account.
const SWEEP: [&str; 2] = ["DescribeTrails", "ListEventDataStores"];

/// Something that is asked of the trail of each account, of its bucket, key, log group and topic.
const OF_A_TRAIL: [&str; 5] =
    ["GetTrailStatus", "GetBucketPolicy", "GetKeyPolicy", "DescribeMetricFilters", "GetTopicAttributes"];

#[test]
fn a_hundred_accounts() {
    let server = Canned::new(ACCOUNTS, Duration::from_millis(50));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = folder.path().join("report.json");
    let mut command = server.live(env!("CARGO_BIN_EXE_trailwarden"), MANAGEMENT);
    command.args(["--organization", "--quiet"]).arg(format!("--output=json={}", report.display()));
    let (status, memory) = watched(command);
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
    for account in 1..ACCOUNTS {
        let asked = &by_account[key(MANAGEMENT + account).as_str()];
        for operation in OF_A_TRAIL.into_iter().chain(SWEEP) {
            assert!(asked.contains_key(operation), "account {account}: {operation}");
        }
        for (operation, count) in asked {
            let wanted = if SWEEP.contains(operation) { REGIONS.len() } else { 1 };
            assert_eq!(*count, wanted, "account {account}: {operation}");
        }
    }
}

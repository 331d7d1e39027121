//! Whatever goes wrong on the way is a gap, and never an answer.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use trailwarden::sources::aws::recording::{Call, Status};

use super::*;

const CLOSED: &str = "User is not authorized to perform this action with an explicit deny in a service control policy";

fn attempts(mut command: Command, count: u32) -> Command {
    command.env("AWS_MAX_ATTEMPTS", count.to_string());
    command
}

/// Five accounts: one cannot be entered, one denies a call, one has a Region that is throttled.
#[test]
fn three_of_five_accounts_are_incomplete() {
    let proxy = MIXED.with(|seen| match (seen.account.as_str(), seen.operation.as_str()) {
        (_, "AssumeRole") if seen.rest.contains(LAB) => Fault::Denied("not authorized to perform: sts:AssumeRole"),
        (APP, "GetTrailStatus") => Fault::Denied("not authorized to perform: cloudtrail:GetTrailStatus"),
        (SHOP, _) if seen.region == "eu-north-1" => Fault::Throttled,
        _ => Fault::None,
    });
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (json, sarif) = (folder.path().join("report.json"), folder.path().join("report.sarif"));
    let outputs_to = [format!("--output=json={}", json.display()), format!("--output=sarif={}", sarif.display())];
    let args = ["--organization", "--exclude-account", LEGACY, "--fail-on=never", &outputs_to[0], &outputs_to[1]];
    let run = Run::of(attempts(live(&proxy, &args), 2));
    assert_eq!(run.code(), 3, "{}", run.said());
    let recording = run.recording();
    let status = |id: &str| {
        let line = recording.manifest.accounts.iter().find(|line| line.id == id).expect("is listed");
        (line.status, line.reason.clone().unwrap_or_default())
    };
    let complete = (Status::Complete, String::new());
    assert_eq!(status(MANAGEMENT), complete);
    assert_eq!(status(ARCHIVE), complete);
    assert_eq!(status(APP), (Status::Partial, "access-denied".to_owned()));
    assert_eq!(status(LAB), (Status::Failed, "assume-role-failed".to_owned()));
    assert_eq!(status(SHOP), (Status::Partial, "throttled".to_owned()));
    assert_eq!(status(LEGACY), (Status::Skipped, "excluded".to_owned()));
    assert_eq!(recording.manifest.regions[SHOP]["eu-north-1"], Status::Failed);
    assert_eq!(
        gaps(&recording),
        [
            format!("{APP} us-east-1 get-trail-status access-denied"),
            format!("{LAB} - - assume-role-failed"),
            format!("{SHOP} eu-north-1 describe-trails throttled"),
            format!("{SHOP} eu-north-1 list-event-data-stores throttled"),
        ]
    );
    reports_say_so(&run, &json, &sarif);
    // What the other calls said is all there.
    let whole = Run::new(&MIXED.plain(), &["--organization", "--exclude-account", &format!("{LEGACY},{LAB}")]);
    let mut wanted = outputs(&whole.recording());
    wanted.retain(|call| {
        !call.contains(&format!("{SHOP}/eu-north-1/")) && *call != format!("{APP}/us-east-1/get-trail-status")
    });
    assert_eq!(outputs(&recording), wanted);
}

/// Every report of the run above tells that it is incomplete, and no call without an answer became a verdict.
fn reports_say_so(run: &Run, json: &Path, sarif: &Path) {
    assert!(run.said().contains("2 of 5 accounts complete"), "{}", run.said());
    let read = |path: &Path| -> Value {
        serde_json::from_str(&std::fs::read_to_string(path).expect("is there")).expect("is JSON")
    };
    let (json, sarif) = (read(json), read(sarif));
    assert_eq!(json["gaps"].as_array().map(Vec::len), Some(4));
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().map(Vec::len), Some(4));
    let whole = Run::new(&MIXED.plain(), &["--organization", "--exclude-account", LEGACY, "--format=json"]).json();
    let verdicts = |report: &Value| -> std::collections::BTreeMap<String, String> {
        let findings = report["findings"].as_array().expect("is a list").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // One subject may have several fails of one check: all of their messages are the key.
        findings
            .map(|f| (format!("{} {} {}", f["check"], f["resource"]["address"], f["message"]), text(&f["verdict"])))
            .collect()
    };
    let (known, seen) = (verdicts(&whole), verdicts(&json));
    let new: Vec<&String> = seen
        .iter()
        .filter(|(key, verdict)| !known.contains_key(*key) && !matches!(verdict.as_str(), "unknown" | "not-applicable"))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(new, Vec::<&String>::new(), "a call without an answer became a verdict");
    assert!(seen.values().any(|verdict| verdict == "unknown"));
}

#[test]
fn a_region_that_a_policy_closes_is_skipped() {
    let proxy = GOOD.with(|seen| match seen.region.as_str() {
        "ap-south-1" if seen.service == "cloudtrail" => Fault::Denied(CLOSED),
        _ => Fault::None,
    });
    let run = Run::new(&proxy, &["--fail-on=never"]);
    let recording = run.recording();
    assert_eq!(recording.manifest.regions[MANAGEMENT]["ap-south-1"], Status::Skipped);
    assert_eq!(recording.manifest.accounts[0].status, Status::Complete);
    assert_eq!(gaps(&recording), [format!("{MANAGEMENT} ap-south-1 - denied-by-policy")]);
    assert_eq!(run.code(), 0, "no gap of the scan: {}", run.said());
}

/// Bodies that are no answers, though their status says so.
const BODIES: &[&str] = &[
    "",
    " \n",
    "{",
    "{}garbage",
    "null",
    "[]",
    "{\"trailList\": [",
    "<html><body>Please sign in</body></html>",
    "<!DOCTYPE html>\n<html></html>",
    "<?xml version=\"1.0\"?>",
    "<ListAllMyBucketsResult><Buckets>",
    "OK",
];

#[test]
fn a_body_that_is_no_answer_is_a_gap() {
    for body in BODIES {
        let proxy = GOOD.with(|seen| match seen.operation.as_str() {
            "GetCallerIdentity" | "ListRegions" => Fault::None,
            _ => Fault::Body(body),
        });
        let run = Run::of(attempts(live(&proxy, &["--fail-on=never"]), 1));
        assert_eq!(run.code(), 3, "{body:?}: {}", run.said());
        let recording = run.recording();
        let known: Vec<String> = ["account", "sts"]
            .iter()
            .zip(["list-regions", "get-caller-identity"])
            .map(|(_, operation)| format!("{MANAGEMENT}/global/{operation}"))
            .collect();
        assert_eq!(outputs(&recording), known, "{body:?}");
        let sweep = Call::new(MANAGEMENT, "eu-west-1", "cloudtrail", "describe-trails", None);
        assert!(matches!(recording.answer(&sweep), Some(Answer::Failed { .. })), "{body:?}");
    }
}

/// Every kind of call, each with half of its answer.
#[test]
fn half_an_answer_is_a_gap() {
    let plain = BAD.plain();
    let whole = outputs(&Run::new(&plain, &[]).recording());
    let operations: BTreeSet<String> = plain.seen().into_iter().map(|seen| seen.operation).collect();
    for operation in operations.into_iter().filter(|name| name != "GetCallerIdentity") {
        let cut = operation.clone();
        let proxy = BAD.with(move |seen| if seen.operation == cut { Fault::Truncated } else { Fault::None });
        let run = Run::of(attempts(live(&proxy, &["--fail-on=never"]), 1));
        assert_eq!(run.code(), 3, "{operation}: {}", run.said());
        let recording = run.recording();
        let reasons: Vec<&str> = recording.manifest.gaps.iter().map(|gap| gap.reason.word()).collect();
        assert!(
            !reasons.is_empty() && reasons.iter().all(|reason| *reason == "malformed-answer"),
            "{operation}: {:?}",
            gaps(&recording)
        );
        assert!(outputs(&recording).iter().all(|call| whole.contains(call)), "{operation}");
    }
}

fn lot(seen: &Seen) -> u64 {
    let mut hasher = DefaultHasher::new();
    seen.hash(&mut hasher);
    hasher.finish() % 100
}

/// Throttling and lost connections here and there change nothing but the time that it takes.
#[test]
fn a_bad_network_changes_nothing() {
    let args = ["--organization", "--fail-on=never", "--format=json"];
    let run = |proxy: &Proxy| {
        let mut command = live(proxy, &args);
        command.env("SOURCE_DATE_EPOCH", "1790000000");
        Run::of(command)
    };
    let good = run(&MIXED.plain());
    let proxy = MIXED.with(|seen| match lot(seen) {
        0..5 => Fault::Throttled,
        5..7 => Fault::Reset,
        _ => Fault::None,
    });
    let bad = run(&proxy);
    assert!(proxy.seen().iter().any(|seen| seen.attempt > 1), "something was tried again");
    assert_eq!(good.code(), bad.code(), "{}", bad.said());
    assert!(good.output.stdout == bad.output.stdout, "the reports differ");
    let files = |run: &Run| {
        let root = run.path();
        let files = text_files(&root).into_iter();
        files.map(|(path, text)| (path.strip_prefix(&root).expect("is below").to_owned(), text)).collect::<Vec<_>>()
    };
    assert_eq!(files(&good), files(&bad));
}

#[test]
fn status_500_for_good_is_a_gap() {
    let proxy = GOOD.with(|seen| if seen.operation == "GetKeyPolicy" { Fault::Broken } else { Fault::None });
    let run = Run::of(attempts(live(&proxy, &["--fail-on=never"]), 2));
    assert_eq!(run.code(), 3, "{}", run.said());
    assert_eq!(gaps(&run.recording()), [format!("{MANAGEMENT} eu-west-1 get-key-policy connection")]);
    let tries = proxy.seen().iter().filter(|seen| seen.operation == "GetKeyPolicy").count();
    assert_eq!(tries, 2);
}

#[test]
fn regions_that_cannot_be_listed() {
    let proxy = GOOD.with(|seen| match seen.operation.as_str() {
        "ListRegions" => Fault::Denied("not authorized to perform: account:ListRegions"),
        _ => Fault::None,
    });
    let run = Run::new(&proxy, &["--fail-on=never"]);
    assert_eq!(run.code(), 3, "{}", run.said());
    let recording = run.recording();
    assert_eq!(gaps(&recording), [format!("{MANAGEMENT} global list-regions access-denied")]);
    // The Regions that every account has are swept nevertheless.
    assert_eq!(recording.regions(MANAGEMENT).len(), 17);
}

#[test]
fn an_organization_that_cannot_be_listed() {
    let proxy = MIXED.with(|seen| match seen.operation.as_str() {
        "ListAccounts" => Fault::Denied("not authorized to perform: organizations:ListAccounts"),
        _ => Fault::None,
    });
    let run = Run::new(&proxy, &["--organization", "--fail-on=never"]);
    assert_eq!(run.code(), 3, "{}", run.said());
    let recording = run.recording();
    assert_eq!(gaps(&recording), [format!("{MANAGEMENT} global list-accounts access-denied")]);
    assert_eq!(recording.manifest.accounts.len(), 1, "the caller's own account");
}

#[test]
fn an_interrupted_run_ends_with_what_there_is() {
    let proxy = MIXED.with(|_| Fault::Slow(Duration::from_millis(400)));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let kept = folder.path().join("recording");
    let mut command = live(&proxy, &["--organization", "--fail-on=never"]);
    let child = command.arg("--save").arg(&kept).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    while proxy.seen().iter().filter(|seen| seen.operation == "DescribeTrails").count() < 3 {
        wire::wait(Duration::from_millis(20));
    }
    let began = std::time::Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("runs").success());
    let output = child.wait_with_output().expect("ends");
    assert!(began.elapsed() < Duration::from_secs(20), "it ends soon");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let recording = Recording::load(&kept).expect("is a recording").recording;
    assert!(gaps(&recording).contains(&format!("{ARCHIVE} - - interrupted")), "{:?}", gaps(&recording));
    assert!(recording.manifest.accounts.iter().all(|line| line.status != Status::Complete));
}

#[test]
fn without_credentials() {
    let proxy = GOOD.with(|_| Fault::Denied("The security token included in the request is invalid"));
    let run = Run::new(&proxy, &[]);
    assert_eq!(run.code(), 2, "{}", run.said());
    let proxy = GOOD.with(|_| Fault::Body("<html></html>"));
    let run = Run::of(attempts(live(&proxy, &[]), 1));
    assert_eq!(run.code(), 3, "{}", run.said());
    assert!(!run.path().exists());
}

#[test]
fn without_any_credentials_it_says_what_to_do() {
    let proxy = GOOD.plain();
    let mut command = live(&proxy, &[]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_PROFILE", "nightly");
    let run = Run::of(command);
    assert_eq!(run.code(), 2, "{}", run.said());
    for part in ["no AWS credentials", "(profile 'nightly')", "--profile", "aws sso login", "AWS_ACCESS_KEY_ID"] {
        assert!(run.said().contains(part), "{part}: {}", run.said());
    }
    assert_eq!(proxy.seen(), Vec::new());
}

/// What cannot be kept is not asked.
#[test]
fn a_folder_that_holds_something_is_told_before_the_first_call() {
    let proxy = GOOD.plain();
    let mut command = live(&proxy, &[]);
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("notes.txt"), "mine").expect("is writable");
    let output = command.arg("--save").arg(folder.path()).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not empty"), "{output:?}");
    assert_eq!(proxy.seen(), Vec::new());
}

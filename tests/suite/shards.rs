//! `diff` and `merge`: a report beside itself, and ten parts beside the whole.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use trailwarden::compare::diff;
use trailwarden::compare::files::report as read;
use trailwarden::compare::merge::{Part, merge};
use trailwarden::reports::{self, Format, Settings};
use trailwarden::scan::Scan;
use trailwarden::sources::cloudformation;

use super::cli::{BAD, GOOD, ONLY, command, folder, scan, stderr, stdout};
use super::live::Bench;
use super::{all, all_files, none, project, scan_paths};

fn written(scan: &Scan) -> String {
    let mut out = Vec::new();
    reports::write(Format::Json, scan, &Settings::default(), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn merged(texts: &[String]) -> (String, Vec<String>) {
    let part = |(i, text): (usize, &String)| Part {
        name: format!("part {i}"),
        report: read("part", text.as_bytes()).expect("our own"),
        value: serde_json::from_str(text).expect("is JSON"),
    };
    let merged = merge(texts.iter().enumerate().map(part).collect());
    let text = serde_json::to_string_pretty(&merged.value).expect("is JSON");
    (format!("{text}\n"), merged.notes)
}

/// The first line that differs, so that a failure does not print two reports.
#[track_caller]
fn same(actual: &str, wanted: &str) {
    let differ = actual.lines().zip(wanted.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(actual == wanted, "lines {} and {}: {differ:?}", actual.lines().count(), wanted.lines().count());
}

fn summary(old: &str, new: &str) -> diff::Summary {
    let (old, new) = (read("old", old.as_bytes()).expect("our own"), read("new", new.as_bytes()).expect("our own"));
    diff::diff(&old, &new).summary
}

fn fixtures() -> Scan {
    let paths =
        ["shared", "trail-coverage", "trail-removal", "log-delivery-policy", "kms-key-policy", "delivery-health"];
    let paths = paths.map(|path| project().join("tests/fixtures").join(path));
    scan_paths(project(), &paths, cloudformation::Settings::default(), all())
}

#[test]
fn a_report_does_not_differ_from_itself() {
    let text = written(&fixtures());
    let summary = summary(&text, &text);
    assert_eq!(summary, diff::Summary { unchanged: summary.unchanged, ..diff::Summary::default() });
    assert!(summary.unchanged > 500, "{summary:?}");
    let (alone, notes) = merged(std::slice::from_ref(&text));
    same(&alone, &text);
    none(&notes);
    let (twice, notes) = merged(&[text.clone(), text.clone()]);
    same(&twice, &text);
    none(&notes);
}

/// Forty folders whose resources have names of their own: what shares a name is joined, and belongs into one shard.
fn estate(root: &Path) -> Vec<std::path::PathBuf> {
    let shared = |path: &str| fs::read_to_string(project().join("tests/fixtures/shared").join(path)).expect("is text");
    let (flat, module) = (shared("cloudformation/bad-json-flat/template.json"), shared("terraform/bad-flat/main.tf"));
    let place = |n: usize| {
        let folder = root.join(format!("team-{:02}", (n * 7) % 40));
        let own = |text: &str| text.replace("logs", &format!("logs-{n}")).replace("audit", &format!("audit-{n}"));
        let (name, text) = match n % 4 {
            0 => ("template.json", own(&flat)),
            1 => ("main.tf", own(&module)),
            2 => ("trail.yaml", own(if n % 8 == 2 { BAD } else { GOOD })),
            _ => (
                "setup.sh",
                own(
                    "aws cloudtrail create-trail --name audit --s3-bucket-name logs\naws cloudtrail stop-logging --name audit\n",
                ),
            ),
        };
        fs::create_dir_all(&folder).expect("a temporary folder");
        fs::write(folder.join(name), text).expect("a temporary file");
        if n % 10 == 3 {
            let broken = "AWSTemplateFormatVersion: '2010-09-09'\nResources: [";
            fs::write(folder.join("broken.yaml"), broken).expect("a temporary file");
        }
        folder
    };
    (0..40).map(place).collect()
}

#[test]
fn ten_shards_of_files_are_one_run() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folders = estate(root.path());
    let run = |paths: &[std::path::PathBuf]| {
        written(&scan_paths(root.path(), paths, cloudformation::Settings::default(), all()))
    };
    let whole = run(&folders);
    let report: Value = serde_json::from_str(&whole).expect("is JSON");
    assert!(report["summary"]["fail"].as_u64() > Some(100) && report["gaps"].as_array().map(Vec::len) == Some(4));
    let shard = |n: usize| -> Vec<_> { folders.iter().skip(n).step_by(10).cloned().collect() };
    let mut parts: Vec<String> = (0..10).map(|n| run(&shard(n))).collect();
    let (all, notes) = merged(&parts);
    same(&all, &whole);
    none(&notes);
    parts.reverse();
    same(&merged(&parts).0, &whole);
}

/// Twelve accounts like one another, some with a fault of their own, in one recording.
fn accounts(wanted: impl Fn(usize) -> bool) -> Bench {
    const OWN: &str = "111122223333";
    let bench = Bench(tempfile::tempdir().expect("a temporary folder"));
    let base = project().join("tests/data/recordings/account");
    for n in (0..12).filter(|n| wanted(*n)) {
        let id = format!("{:012}", 200_000_000_000_u64 + n as u64 * 7);
        for file in all_files(&base).iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
            let path = file.strip_prefix(&base).expect("is below").to_str().expect("is text").replace(OWN, &id);
            let text = fs::read_to_string(file).expect("is text").replace(OWN, &id);
            let text = match n % 4 {
                1 => text.replace("\"LogFileValidationEnabled\": true", "\"LogFileValidationEnabled\": false"),
                2 => text.replace("\"Status\": \"Enabled\"", "\"Status\": \"Suspended\""),
                _ => text,
            };
            bench.write(&path, &text);
        }
        if n % 5 == 3 {
            let trail = format!("arn%3Aaws%3Acloudtrail%3Aeu-west-1%3A{id}%3Atrail%2Faudit.json");
            bench.refuse(&format!("{id}/eu-west-1/cloudtrail/get-trail-status/{trail}"), "AccessDeniedException");
        }
    }
    bench
}

#[test]
fn ten_shards_of_accounts_are_one_run() {
    let whole = written(&accounts(|_| true).scan());
    let report: Value = serde_json::from_str(&whole).expect("is JSON");
    assert_eq!(report["scope"]["accounts"].as_array().map(Vec::len), Some(12));
    assert!(report["gaps"].as_array().is_some_and(|gaps| gaps.len() >= 2), "{}", report["gaps"]);
    let parts: Vec<String> = (0..10).map(|shard| written(&accounts(|n| n % 10 == shard).scan())).collect();
    let (all, notes) = merged(&parts);
    same(&all, &whole);
    none(&notes);
    // Shards that overlap say nothing twice.
    let parts = [written(&accounts(|n| n < 8).scan()), written(&accounts(|n| n > 4).scan())];
    same(&merged(&parts).0, &whole);
}

/// An organization's trail is judged where it is owned, however many members show it.
#[test]
fn an_organization_trail_is_told_once() {
    let whole = Bench::of("organization");
    let ids = ["111111111111", "222222222222", "333333333333"];
    let part = |id: &str| {
        let bench = Bench::of("organization");
        ids.iter().filter(|other| **other != id).for_each(|other| bench.remove(other));
        bench.edit("recording.json", |manifest| {
            let list = manifest["accounts"].as_array_mut().expect("a list");
            list.retain(|account| account["id"] == id);
        });
        written(&bench.scan())
    };
    let (text, _) = merged(&ids.map(part));
    let (merged, whole): (Value, Value) = (
        serde_json::from_str(&text).expect("is JSON"),
        serde_json::from_str(&written(&whole.scan())).expect("is JSON"),
    );
    let of = |report: &Value, check: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings =
            report["findings"].as_array().expect("a list").iter().filter(|finding| finding["check"] == check);
        findings.map(|finding| (text(&finding["resource"]["address"]), text(&finding["verdict"]))).collect()
    };
    // What a member says of the organization rests on what was recorded of the others.
    for check in ["log-file-validation", "multi-region-trail", "kms-encryption"] {
        let (mut parts, mut one) = (of(&merged, check), of(&whole, check));
        parts.sort();
        one.sort();
        assert_eq!(parts, one, "{check}");
    }
}

fn two(old: &[(&str, &str)], new: &[(&str, &str)]) -> (tempfile::TempDir, [String; 2]) {
    let here = tempfile::tempdir().expect("a temporary folder");
    let texts = [("old", old), ("new", new)].map(|(name, files)| {
        let files = folder(files);
        let text = stdout(&scan(files.path(), &[".", ONLY, "--format=json", "--no-config"]));
        fs::write(here.path().join(format!("{name}.json")), &text).expect("a temporary file");
        text
    });
    (here, texts)
}

fn run_diff(here: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    command(here).arg("diff").args(["old.json", "new.json"]).args(args).assert()
}

#[test]
fn what_changed_is_told_by_kind() {
    let doubt = BAD.replace("IsLogging: true", "IsLogging: true\n      EnableLogFileValidation: !Ref P");
    let doubt = format!("Parameters: {{P: {{Type: String}}}}\n{doubt}");
    let old = [("same.yaml", BAD), ("mended.yaml", BAD), ("worse.yaml", GOOD), ("doubt.yaml", BAD), ("gone.yaml", BAD)];
    let new = [("same.yaml", BAD), ("mended.yaml", GOOD), ("worse.yaml", BAD), ("doubt.yaml", &doubt)];
    let (here, texts) = two(&old, &new);
    let wanted = diff::Summary { new: 1, fixed: 1, changed: 1, unchanged: 1, not_compared: 1 };
    assert_eq!(summary(&texts[0], &texts[1]), wanted, "a file that is not in scope is not mended");
    let back = summary(&texts[1], &texts[0]);
    assert_eq!((back.new, back.fixed, back.changed), (2, 1, 1), "the file that is there again is new");

    let text = stdout(&run_diff(here.path(), &[]).code(0));
    for said in [
        "new: medium [log-file-validation] worse.yaml:",
        "changed from medium to unknown: [log-file-validation] doubt.yaml:",
        "fixed: medium [log-file-validation] mended.yaml:",
        "not compared: medium [log-file-validation] gone.yaml:",
        "from old.json to new.json: 1 new, 1 changed, 1 fixed, 1 unchanged, 1 not compared",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    run_diff(here.path(), &["--fail-on=medium"]).code(1);
    run_diff(here.path(), &["--fail-on=high"]).code(0);
    let report: Value = serde_json::from_str(&stdout(&run_diff(here.path(), &["--format=json"]))).expect("is JSON");
    let schema = serde_json::from_str(&diff::schema()).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    none(&validator.iter_errors(&report).map(|error| error.to_string()).collect::<Vec<_>>());
    assert_eq!(report["new"][0]["path"], "worse.yaml");
    assert_eq!(
        (&report["changed"][0]["old"]["verdict"], &report["changed"][0]["new"]["verdict"]),
        (&json!("fail"), &json!("unknown"))
    );
}

#[test]
fn a_file_that_was_renamed_is_unchanged() {
    let (_, texts) = two(&[("one.yaml", BAD)], &[("other.yaml", BAD)]);
    assert_eq!(summary(&texts[0], &texts[1]), diff::Summary { unchanged: 1, ..diff::Summary::default() });
}

#[test]
fn a_severity_that_rose_is_a_change() {
    let (here, _) = two(&[("a.yaml", BAD)], &[("a.yaml", BAD)]);
    let path = here.path().join("new.json");
    let text = fs::read_to_string(&path).expect("is text").replace("\"medium\"", "\"high\"");
    fs::write(&path, text).expect("is written");
    let assert = run_diff(here.path(), &["--fail-on=high"]).code(1);
    assert!(stdout(&assert).contains("changed from medium to high"), "{}", stdout(&assert));
    fs::rename(here.path().join("old.json"), here.path().join("x")).expect("is renamed");
    fs::rename(&path, here.path().join("old.json")).expect("is renamed");
    fs::rename(here.path().join("x"), &path).expect("is renamed");
    run_diff(here.path(), &["--fail-on=note"]).code(0);
}

#[test]
fn an_account_that_was_not_read_is_not_mended() {
    let old = written(&accounts(|n| n < 4).scan());
    let bench = accounts(|n| n < 4);
    // Nothing can be read in the account that has a fault of its own, and another is left out.
    for file in all_files(&bench.path("200000000007")) {
        fs::write(file, "{\"Error\": {\"Code\": \"AccessDenied\", \"Message\": \"no\"}}").expect("is written");
    }
    bench.remove("200000000014");
    let new = written(&bench.scan());
    let (old, new) = (read("old", old.as_bytes()).expect("our own"), read("new", new.as_bytes()).expect("our own"));
    let changes = diff::diff(&old, &new);
    let fixed: Vec<_> = changes.fixed.iter().map(|item| (item.owner, item.check)).collect();
    assert_eq!(fixed, [], "{:#?}", changes.fixed);
    assert!(changes.not_compared.iter().any(|item| item.owner == "200000000014"), "{:#?}", changes.not_compared);
}

#[test]
fn reports_that_do_not_fit_are_said() {
    let files = folder(&[("a.yaml", BAD)]);
    let here = files.path();
    fs::write(here.join("1.json"), stdout(&scan(here, &["a.yaml", ONLY, "--format=json"]))).expect("is written");
    let other = stdout(&scan(here, &["a.yaml", "--only=kms-encryption", "--format=json"]));
    fs::write(here.join("2.json"), other).expect("is written");
    let run = |args: &[&str]| command(here).arg("merge").args(args).assert();
    let assert = run(&["1.json", "2.json", "--output=all.json"]).code(0);
    assert!(stderr(&assert).contains("were not run") && stdout(&assert).is_empty(), "{}", stderr(&assert));
    let all: Value = serde_json::from_slice(&fs::read(here.join("all.json")).expect("is there")).expect("is JSON");
    assert_eq!(all["scope"]["checks"], json!(["log-file-validation", "kms-encryption"]));
    assert_eq!(all["summary"]["fail"], 2);
    for bad in ["missing.json", "a.yaml"] {
        let assert = run(&["1.json", bad]).code(2);
        assert!(stderr(&assert).contains(bad) && stdout(&assert).is_empty(), "{}", stderr(&assert));
    }
    run(&[]).code(2);
    command(here).args(["diff", "1.json", "a.yaml"]).assert().code(2);
}

/// `UPDATE=1 cargo test` writes the schema anew.
#[test]
fn the_schema_of_differences_is_current() {
    let path = project().join("schema/diff-v1.schema.json");
    let now = diff::schema();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &now).expect("the schema can be written");
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == now,
        "the schema is not current: run `UPDATE=1 cargo test`"
    );
}

/// What one report accepts and another does not is not accepted, in whichever order they are given.
#[test]
fn what_is_accepted_in_one_report_only_is_new() {
    let plain = written(&fixtures());
    for word in ["suppressed", "baselined"] {
        let accepted = plain.replace(r#""standing": "new""#, &format!(r#""standing": "{word}""#));
        assert_ne!(plain, accepted);
        let fails = |texts: &[String]| {
            let value: serde_json::Value = serde_json::from_str(&merged(texts).0).expect("is JSON");
            (value["summary"]["fail"].as_u64(), value["summary"][word].as_u64())
        };
        let alone = fails(std::slice::from_ref(&plain));
        assert!(alone.0 > Some(0) && alone.1 == Some(0), "{alone:?}");
        assert_eq!(fails(&[plain.clone(), accepted.clone()]), alone);
        assert_eq!(fails(&[accepted, plain.clone()]), alone);
    }
}

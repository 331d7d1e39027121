//! Laws over the reports of real scans; those of hand-made scans are beside.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use trailwarden::finding::Outcome;
use trailwarden::reports::{self, Format, Settings, Show};
use trailwarden::scan::Scan;
use trailwarden::sources::cloudformation;

use super::sarif::validate_with_multitool;
use super::{all, cases, none, project, scan_paths};

/// All verdicts.
fn write(format: Format, scan: &Scan) -> String {
    let everything: BTreeSet<Show> = Show::ALL.into_iter().collect();
    let settings = Settings {
        show: everything.clone(),
        sarif_include: everything,
        max_results: usize::MAX,
        ..Settings::default()
    };
    let mut out = Vec::new();
    reports::write(format, scan, &settings, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// All shared estates in one scan.
fn estates() -> Scan {
    let folder = project().join("tests/fixtures/shared");
    scan_paths(project(), &[folder], cloudformation::Settings::default(), all())
}

/// All fixtures in one scan.
fn fixtures() -> Scan {
    scan_paths(project(), &[project().join("tests/fixtures")], cloudformation::Settings::default(), all())
}

#[test]
fn two_runs_give_the_same_bytes() {
    let (first, second) = (estates(), estates());
    assert!(!first.findings.is_empty());
    for format in Format::ALL {
        assert_eq!(write(format, &first), write(format, &second), "{format}");
    }
}

#[test]
fn the_json_of_all_fixtures_follows_its_schema() {
    let scan = fixtures();
    let report: serde_json::Value = serde_json::from_str(&write(Format::Json, &scan)).expect("is JSON");
    let schema = serde_json::from_str(&reports::json::schema()).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    none(&validator.iter_errors(&report).map(|error| error.to_string()).collect::<Vec<_>>());
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(scan.findings.len()));
}

/// One report of all, for each start of the validator costs a second: every fail of every fixture, and one of each
/// check's other verdicts for each cause, because the validator takes a second for a megabyte.
#[test]
fn the_sarif_of_all_fixtures_is_valid() {
    let mut scan = fixtures();
    let mut seen = HashSet::new();
    scan.findings.retain(|finding| match &finding.outcome {
        Outcome::Fail(_) => true,
        Outcome::Pass => seen.insert((finding.check, "pass", None)),
        Outcome::Unknown(causes) => seen.insert((finding.check, "unknown", Some(causes.first().kind))),
        Outcome::NotApplicable(cause) => seen.insert((finding.check, "not-applicable", Some(cause.kind))),
    });
    let report = write(Format::Sarif, &scan);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("fixtures.sarif");
    fs::write(&path, &report).expect("a temporary file");
    none(&validate_with_multitool(&path));
    let log: serde_json::Value = serde_json::from_str(&report).expect("is JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let uris = results.iter().map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]);
    // What stands for a live resource is no file.
    let is_there = |uri: &str| uri.starts_with("aws/") || project().join(uri).is_file();
    let bad = uris.filter(|uri| !uri.as_str().is_some_and(is_there));
    none(&bad.map(ToString::to_string).collect::<Vec<_>>());
}

/// A repository with two folders.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(folder.path().join(".git")).expect("a folder");
    fs::create_dir_all(folder.path().join("infra/audit")).expect("a folder");
    let shared = project().join("tests/fixtures/shared/cloudformation/bad-json-flat/template.json");
    fs::copy(shared, folder.path().join("infra/audit/bad.json")).expect("a copy");
    folder
}

fn run(here: &Path, args: &[&str]) -> Vec<u8> {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_trailwarden"));
    let output = command.current_dir(here).args(["scan", "--format", "sarif"]).args(args).output().expect("runs");
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_working_directory_does_not_show() {
    let repository = repository();
    let root = repository.path();
    let absolute = root.join("infra").display().to_string();
    let from_root = run(root, &["."]);
    assert!(String::from_utf8_lossy(&from_root).contains("\"infra/audit/bad.json\""));
    for (here, args) in [
        (root.to_owned(), vec!["infra/audit/bad.json"]),
        (root.to_owned(), vec!["infra", "./infra/audit", "infra/../infra/audit/bad.json"]),
        (root.join("infra"), vec!["."]),
        (root.join("infra/audit"), vec!["bad.json"]),
        (root.join("infra/audit"), vec![".."]),
        (PathBuf::from("/"), vec![absolute.as_str()]),
    ] {
        assert_eq!(run(&here, &args), from_root, "{} {args:?}", here.display());
    }
}

#[test]
fn lines_do_not_change_fingerprints() {
    let mut faults = Vec::new();
    for folder in cases::shared_templates() {
        let path = cases::template(&folder);
        let text = fs::read_to_string(&path).expect("is text");
        let prints = |text: &str| {
            let copy = tempfile::tempdir().expect("a temporary folder");
            let file = copy.path().join("template");
            fs::write(&file, text).expect("a temporary file");
            let scan = scan_paths(copy.path(), &[file], cloudformation::Settings::default(), all());
            scan.findings.into_iter().map(|finding| finding.fingerprint).collect::<BTreeSet<_>>()
        };
        if prints(&text) != prints(&format!("{}{text}", "\n".repeat(10))) {
            faults.push(folder.display().to_string());
        }
    }
    none(&faults);
}

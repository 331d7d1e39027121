//! Laws over the reports of real scans.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use trailwarden::reports::{self, Format, Settings, Show};
use trailwarden::scan::Scan;
use trailwarden::sources::cloudformation;

use super::{all, cases, none, project, scan_paths};

fn write(format: Format, scan: &Scan) -> String {
    let everything: BTreeSet<Show> = Show::ALL.into_iter().collect();
    let settings = Settings { show: everything.clone(), sarif_include: everything, ..Settings::default() };
    let mut out = Vec::new();
    reports::write(format, scan, &settings, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// All shared estates in one scan.
fn estates() -> Scan {
    let folder = project().join("tests/fixtures/shared");
    scan_paths(project(), &[folder], cloudformation::Settings::default(), all())
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
fn json_counts_and_lists_all_findings() {
    let scan = estates();
    let report: serde_json::Value = serde_json::from_str(&write(Format::Json, &scan)).expect("is JSON");
    assert_eq!(report["schema_version"], "1");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(scan.findings.len()));
    let counts: u64 = report["summary"].as_object().expect("a summary").values().filter_map(|n| n.as_u64()).sum();
    assert_eq!(counts as usize, scan.findings.len());
}

#[test]
fn every_sarif_result_has_a_place_in_the_repository() {
    let report: serde_json::Value = serde_json::from_str(&write(Format::Sarif, &estates())).expect("is JSON");
    let run = &report["runs"][0];
    let rules: BTreeSet<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    let mut faults = Vec::new();
    for result in run["results"].as_array().expect("results") {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap_or_default();
        let region = &place["region"];
        let good = !uri.is_empty()
            && !uri.contains("..")
            && !uri.contains(':')
            && !uri.starts_with('/')
            && region["startLine"].as_u64().is_some_and(|line| line >= 1)
            && region["startLine"] == region["endLine"]
            && region["startColumn"].as_u64() <= region["endColumn"].as_u64()
            && result["ruleId"].as_str().is_some_and(|rule| rules.contains(rule))
            && result["message"]["text"].as_str().is_some_and(|text| !text.is_empty());
        if !good {
            faults.push(result.to_string());
        }
    }
    none(&faults);
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
    for folder in cases::shared() {
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

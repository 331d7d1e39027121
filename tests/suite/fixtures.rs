//! A folder is a test.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use trailwarden::checks::{CHECKS, Check};
use trailwarden::model::attr::Origin;
use trailwarden::reports::{self, Format, Show};
use trailwarden::scan::Scan;
use trailwarden::sources::cloudformation::Settings;

use super::cases::{self, Case, Truth, Verdicts};
use super::{all, files, name, none, scan_paths};

/// What marks the line where a finding must start.
const MARK: &str = "# <- finding";

#[test]
fn every_case_gives_its_verdict() {
    let faults: Vec<String> = cases::cases().par_iter().flat_map_iter(judge).collect();
    none(&faults);
}

#[test]
fn every_shared_estate_is_judged_as_its_truth_says() {
    let faults: Vec<String> = cases::shared()
        .par_iter()
        .flat_map_iter(|folder| match Truth::of(folder) {
            Some(truth) => judge_truth(&format!("shared/{}", name(folder)), folder, &truth, &all()),
            None => vec![format!("{}: no truth.json", folder.display())],
        })
        .collect();
    none(&faults);
}

/// What truths speak of before it is there.
const COMING: [&str; 1] = ["trail-removal"];

#[test]
fn every_truth_speaks_of_checks_that_exist() {
    let known: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).chain(COMING).collect();
    let mut missing = BTreeSet::new();
    let folders = cases::shared().into_iter().chain(cases::cases().into_iter().map(|case| case.folder));
    for truth in folders.filter_map(|folder| Truth::of(&folder)) {
        missing.extend(truth.checks().filter(|check| !known.contains(check)).map(str::to_owned));
    }
    none(&missing.into_iter().collect::<Vec<_>>());
}

fn judge(case: &Case) -> Vec<String> {
    let shown = case.shown();
    let Some(check) = CHECKS.iter().find(|check| check.id == case.check) else {
        return vec![format!("{shown}: there is no such check")];
    };
    if let Some(truth) = Truth::of(&case.folder) {
        return judge_truth(&shown, &case.folder, &truth, &all());
    }
    if case.source == "live" {
        return super::live::judge(case, check);
    }
    let scan = scan_paths(&case.folder, std::slice::from_ref(&case.folder), cases::settings(&case.folder), vec![check]);
    let mut faults = Vec::new();
    if scan.findings.is_empty() {
        faults.push(format!("{shown}: no finding"));
    }
    for finding in scan.findings.iter().filter(|finding| finding.outcome.word() != case.verdict) {
        let (address, actual) = (&finding.subject.address, finding.outcome.word());
        faults.push(format!("{shown}: {address} is {actual}: {}", finding.message));
    }
    faults.extend(scan.gaps.iter().map(|gap| format!("{shown}: gap {}: {}", gap.reason, gap.message)));
    faults.extend(missed_marks(&shown, &case.folder, &scan));
    faults
}

/// Marked lines on which no finding starts.
fn missed_marks(shown: &str, folder: &Path, scan: &Scan) -> Vec<String> {
    let starts: BTreeSet<(String, u32)> = scan
        .findings
        .iter()
        .filter_map(|finding| match finding.at {
            Origin::Text(span) => {
                let line = scan.sources.positions(span).0.line;
                Some((scan.sources.file(span.file).path().to_owned(), line))
            }
            Origin::Api { .. } => None,
        })
        .collect();
    let mut faults = Vec::new();
    for file in files(folder, &["tf", "yaml", "yml"]) {
        let path = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        for (i, _) in text.lines().enumerate().filter(|(_, line)| line.trim_end().ends_with(MARK)) {
            let line = i as u32 + 1;
            if !starts.contains(&(path.clone(), line)) {
                faults.push(format!("{shown}: no finding starts on the marked line {path}:{line}, only on {starts:?}"));
            }
        }
    }
    faults
}

fn judge_truth(shown: &str, folder: &Path, truth: &Truth, checks: &[&'static Check]) -> Vec<String> {
    let mut faults = Vec::new();
    for form in cases::forms(folder) {
        let shown = format!("{shown} as {}", form.name);
        let mut judge = |shown: &str, path: &Path, settings: Settings, verdicts: &Verdicts| {
            let scan = scan_paths(&form.root, &[path.to_owned()], settings, checks.to_vec());
            faults.extend(cases::faults(shown, &scan, verdicts));
            faults.extend(printed(shown, &scan, &truth.must_not_print));
        };
        let base = truth.of_form(form.name);
        judge(&shown, &form.path, cases::settings(folder), &base);
        // A plan or a state has its values already.
        for with in truth.with.iter().filter(|_| ["template", "hcl"].contains(&form.name)) {
            let mut verdicts = base.clone();
            cases::change(&mut verdicts, &with.changes);
            judge(&format!("{shown} with {:?}", with.parameters), &form.path, with.settings(), &verdicts);
        }
        for (file, verdicts) in &truth.files {
            judge(&format!("{shown}/{file}"), &form.root.join(file), Settings::default(), verdicts);
        }
    }
    faults
}

/// Strings that an output holds and must not.
fn printed(shown: &str, scan: &Scan, secrets: &[String]) -> Vec<String> {
    if secrets.is_empty() {
        return Vec::new();
    }
    let everything: BTreeSet<Show> = Show::ALL.into_iter().collect();
    let settings =
        reports::Settings { show: everything.clone(), sarif_include: everything, ..reports::Settings::default() };
    let mut faults = Vec::new();
    for format in Format::ALL {
        let mut out = Vec::new();
        reports::write(format, scan, &settings, &mut out).expect("a vector takes everything");
        let text = String::from_utf8_lossy(&out);
        let leaked = secrets.iter().filter(|secret| text.contains(secret.as_str()));
        faults.extend(leaked.map(|secret| format!("{shown}: {format} prints '{secret}'")));
    }
    faults
}

#[test]
fn the_fixtures_are_all_there() {
    assert!(cases::shared_templates().len() >= 4);
    assert!(cases::shared().len() >= cases::shared_templates().len() + 4);
    for folder in cases::shared().iter().filter(|folder| folder.join("main.tf").exists()) {
        let forms: Vec<&str> = cases::forms(folder).iter().map(|form| form.name).collect();
        assert_eq!(forms, ["hcl", "plan", "state"], "{}", folder.display());
    }
}

//! Live accounts, judged from recordings: a base in `tests/data/recordings`, and what a case changes in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;
use trailwarden::checks::page::Page;
use trailwarden::checks::{CHECKS, Check};
use trailwarden::finding::Outcome;
use trailwarden::scan::{self, Request, Scan};

use super::cases::{self, Case};
use super::{all, all_files, none, project};

/// A copy of a base, to be changed.
pub struct Bench(pub TempDir);

impl Bench {
    /// Of `tests/data/recordings/<base>`.
    pub fn of(base: &str) -> Self {
        let bench = Self(tempfile::tempdir().expect("a folder can be made"));
        bench.lay(&project().join("tests/data/recordings").join(base));
        bench
    }

    /// The base that a case names, without what it takes away and with what it puts in.
    pub fn of_case(folder: &Path) -> Self {
        let base = std::fs::read_to_string(folder.join("base")).expect("a case names its base");
        let bench = Self::of(base.trim());
        let without = std::fs::read_to_string(folder.join("without")).unwrap_or_default();
        without.lines().for_each(|path| bench.remove(path));
        bench.lay(folder);
        bench
    }

    fn lay(&self, folder: &Path) {
        for file in all_files(folder).iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
            let target = self.path(file.strip_prefix(folder).expect("is below").to_str().expect("is text"));
            std::fs::create_dir_all(target.parent().expect("is below")).expect("a folder can be made");
            std::fs::copy(file, target).expect("a file can be copied");
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn remove(&self, path: &str) {
        let path = self.path(path);
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("is below")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// AWS refuses the call.
    pub fn refuse(&self, path: &str, code: &str) {
        self.write(path, &format!("{{\"Error\": {{\"Code\": \"{code}\", \"Message\": \"{code}\"}}}}"));
    }

    /// Changes an answer.
    pub fn edit(&self, path: &str, change: impl FnOnce(&mut serde_json::Value)) {
        let text = std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut value = serde_json::from_str(&text).expect("is JSON");
        change(&mut value);
        self.write(path, &value.to_string());
    }

    pub fn scan(&self) -> Scan {
        self.scan_with(all(), trailwarden::finding::Options::default())
    }

    fn scan_with(&self, checks: Vec<&'static Check>, options: trailwarden::finding::Options) -> Scan {
        let paths = vec![self.0.path().to_owned()];
        let repo_root = Some(self.0.path().to_owned());
        scan::run(&Request { paths, repo_root, checks, options, ..Request::default() }).expect("the paths exist")
    }
}

/// What is wrong with a case.
pub fn judge(case: &Case, check: &'static Check) -> Vec<String> {
    let scan = Bench::of_case(&case.folder).scan_with(vec![check], cases::options(&case.folder));
    let shown = case.shown();
    let mut faults = Vec::new();
    if scan.findings.is_empty() {
        faults.push(format!("{shown}: no finding"));
    }
    for finding in scan.findings.iter().filter(|finding| finding.outcome.word() != case.verdict) {
        let (address, actual) = (&finding.subject.address, finding.outcome.word());
        faults.push(format!("{shown}: {address} is {actual}: {}", finding.message));
    }
    let page = Page::parse(check.page).expect("the page is sound");
    for finding in scan.findings.iter().filter(|finding| matches!(finding.outcome, Outcome::Fail(_))) {
        let severity = finding.severity;
        if severity != page.meta.severity && !page.meta.other_severities.contains(&severity) {
            faults.push(format!("{shown}: the page does not list the severity {severity:?}"));
        }
        if finding.remediation.as_deref().is_none_or(str::is_empty) {
            faults.push(format!("{shown}: no remedy: {}", finding.message));
        }
    }
    faults
}

fn live_cases() -> Vec<Case> {
    cases::cases().into_iter().filter(|case| case.source == "live").collect()
}

pub fn verdict<'s>(scan: &'s Scan, check: &str, address: &str) -> Vec<&'s str> {
    let found = scan.findings.iter().filter(|finding| finding.check == check && finding.subject.address == address);
    found.map(|finding| finding.outcome.word()).collect()
}

pub fn fails(scan: &Scan) -> Vec<(&'static str, &str)> {
    let fails = scan.findings.iter().filter(|finding| matches!(finding.outcome, Outcome::Fail(_)));
    fails.map(|finding| (finding.check, finding.subject.address.as_str())).collect()
}

#[test]
fn all_is_well_in_the_bases() {
    for base in ["account", "organization"] {
        let scan = Bench::of(base).scan();
        assert_eq!(fails(&scan), [], "{base}");
        assert!(scan.gaps.is_empty(), "{base}: {:?}", scan.gaps);
        let unknown = scan.findings.iter().filter(|finding| finding.outcome.word() == "unknown");
        assert_eq!(unknown.map(|finding| &finding.message).collect::<Vec<_>>(), Vec::<&String>::new(), "{base}");
    }
}

/// Taking away an answer makes verdicts unknown and never turns one into its opposite. Of the bases every answer is
/// taken away, of the cases that fail those that the case itself gives.
#[test]
fn a_missing_or_refused_answer_turns_no_verdict_around() {
    let bases = ["account", "organization", "member"].map(|base| {
        let bench = Bench::of(base);
        let paths = all_files(bench.0.path()).iter().map(|file| below(bench.0.path(), file)).collect();
        (format!("base {base}"), bench, paths, all())
    });
    let cases: Vec<Case> = live_cases().into_iter().filter(|case| case.verdict == "fail").collect();
    let cases = cases.iter().map(|case| {
        let paths = all_files(&case.folder).iter().map(|file| below(&case.folder, file)).collect();
        let own = CHECKS.iter().filter(|check| check.id == case.check).collect();
        (case.shown(), Bench::of_case(&case.folder), paths, own)
    });
    let benches: Vec<(String, Bench, Vec<String>, Vec<&'static Check>)> = bases.into_iter().chain(cases).collect();
    let faults: Vec<String> =
        benches.par_iter().flat_map_iter(|(shown, bench, paths, checks)| turned(shown, bench, paths, checks)).collect();
    none(&faults);
}

fn below(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).expect("is below").to_str().expect("is text").to_owned()
}

fn turned(shown: &str, bench: &Bench, paths: &[String], checks: &[&'static Check]) -> Vec<String> {
    let scan = || bench.scan_with(checks.to_vec(), trailwarden::finding::Options::default());
    let before = scan();
    let key = |finding: &trailwarden::finding::Finding| (finding.check, finding.subject.address.clone());
    let is = |scan: &Scan, word: &str| -> BTreeSet<(&str, String)> {
        scan.findings.iter().filter(|finding| finding.outcome.word() == word).map(key).collect()
    };
    let (failed, passed) = (is(&before, "fail"), is(&before, "pass"));
    let mut faults = Vec::new();
    let answers = paths.iter().filter(|path| path.ends_with(".json") && *path != "recording.json");
    for path in answers {
        let text = std::fs::read_to_string(bench.path(path)).expect("is text");
        for how in ["refused", "broken", "removed"] {
            match how {
                "refused" => bench.refuse(path, "AccessDeniedException"),
                "broken" => bench.write(path, "<html></html>"),
                _ => bench.remove(path),
            }
            let after = scan();
            let (now_failed, now_passed) = (is(&after, "fail"), is(&after, "pass"));
            faults.extend(
                now_failed
                    .difference(&failed)
                    .filter(|one| passed.contains(*one) || !is_new_subject(&before, one))
                    .map(|(check, address)| format!("{shown}: {path} {how}: {check} of {address} fails now")),
            );
            faults.extend(
                now_passed
                    .difference(&passed)
                    .filter(|one| failed.contains(*one) && !now_failed.contains(*one))
                    .map(|(check, address)| format!("{shown}: {path} {how}: {check} of {address} passes now")),
            );
            bench.write(path, &text);
        }
    }
    faults
}

/// Whether nothing was said of the subject before.
fn is_new_subject(before: &Scan, (check, address): &(&str, String)) -> bool {
    verdict(before, check, address).is_empty()
}

#[test]
fn findings_of_live_accounts_have_one_identity_each() {
    let mut faults = Vec::new();
    for case in live_cases().into_iter().filter(|case| case.verdict == "fail") {
        let scan = Bench::of_case(&case.folder).scan();
        let mut seen = BTreeSet::new();
        for finding in &scan.findings {
            if !seen.insert(&finding.fingerprint) {
                faults.push(format!("{}: twice: {}", case.shown(), finding.message));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_check_that_live_decides_has_a_page_that_says_so() {
    let judged: BTreeSet<&str> = ["account", "organization", "member"]
        .iter()
        .flat_map(|base| Bench::of(base).scan().findings.into_iter().map(|finding| finding.check))
        .collect();
    let listed = |check: &Check| Page::parse(check.page).expect("the page is sound").meta.sources.contains_key("live");
    let missing: Vec<String> = CHECKS
        .iter()
        .filter(|check| judged.contains(check.id) && !listed(check))
        .map(|check| format!("{}: its page does not list 'live'", check.id))
        .collect();
    none(&missing);
}

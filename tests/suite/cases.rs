//! The fixtures as data: what folders there are, and what a `truth.json` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use trailwarden::cli::parameters;
use trailwarden::finding::options::MfaDeleteMode;
use trailwarden::finding::{Finding, Options};
use trailwarden::scan::Scan;
use trailwarden::sources::cloudformation::Settings;

use super::{entries, name, project};

/// A folder `tests/fixtures/<check>/<source>/<verdict>/<case>`.
pub struct Case {
    pub check: String,
    pub source: String,
    pub verdict: String,
    pub folder: PathBuf,
}

impl Case {
    pub fn shown(&self) -> String {
        format!("{}/{}/{}/{}", self.check, self.source, self.verdict, name(&self.folder))
    }
}

/// All cases of checks, in order.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for check in entries(&project().join("tests/fixtures")).iter().filter(|path| name(path) != "shared") {
        for source in entries(check) {
            for verdict in entries(&source) {
                for folder in entries(&verdict) {
                    cases.push(Case { check: name(check), source: name(&source), verdict: name(&verdict), folder });
                }
            }
        }
    }
    cases
}

/// All folders that hold an estate judged by all checks.
pub fn shared() -> Vec<PathBuf> {
    let sources = entries(&project().join("tests/fixtures/shared"));
    sources.iter().flat_map(|source| entries(source)).collect()
}

type Verdicts = BTreeMap<String, BTreeMap<String, String>>;

/// What is so in a folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Check, address, verdicts.
    pub verdicts: Verdicts,
    /// Parameter sets and the changes they make.
    #[serde(default)]
    pub with: Vec<With>,
    /// Verdicts of further files, each judged alone.
    #[serde(default)]
    pub files: BTreeMap<String, Verdicts>,
    /// What no output may hold.
    #[serde(default)]
    pub must_not_print: Vec<String>,
    /// Why.
    #[serde(default)]
    #[expect(dead_code, reason = "notes are for readers")]
    notes: serde_json::Value,
}

/// A parameter set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct With {
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub account: Option<String>,
    #[serde(default)]
    pub region: Option<String>,
    pub changes: Verdicts,
}

impl With {
    pub fn settings(&self) -> Settings {
        Settings { parameters: self.parameters.clone(), account: self.account.clone(), region: self.region.clone() }
    }
}

impl Truth {
    /// Of a folder, if it says so.
    pub fn of(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("truth.json")).ok()?;
        Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display())))
    }

    /// The verdicts with the changes of a parameter set.
    pub fn changed(&self, changes: &Verdicts) -> Verdicts {
        let mut verdicts = self.verdicts.clone();
        for (check, addresses) in changes {
            let known = verdicts.entry(check.clone()).or_default();
            known.extend(addresses.iter().map(|(address, verdict)| (address.clone(), verdict.clone())));
        }
        verdicts
    }

    /// The ids of all checks that it speaks of.
    pub fn checks(&self) -> impl Iterator<Item = &str> {
        let changes = self.with.iter().flat_map(|with| with.changes.keys());
        let files = self.files.values().flat_map(BTreeMap::keys);
        self.verdicts.keys().chain(changes).chain(files).map(String::as_str)
    }
}

/// The values of `parameters.json` beside a template.
pub fn settings(folder: &Path) -> Settings {
    let file = folder.join("parameters.json");
    let files: Vec<PathBuf> = if file.exists() { vec![file] } else { Vec::new() };
    Settings { parameters: parameters::read(&files).expect("the parameters are sound"), ..Settings::default() }
}

/// The options of the run in `options` beside a template, a word each: `expect-trail`, `required-tags=owner,env`.
pub fn options(folder: &Path) -> Options {
    let text = std::fs::read_to_string(folder.join("options")).unwrap_or_default();
    parsed_options(text.split_whitespace())
}

/// Options from words.
pub fn parsed_options<'a>(words: impl IntoIterator<Item = &'a str>) -> Options {
    let mut options = Options::default();
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let list = || value.split(',').map(str::to_owned).collect();
        match name {
            "expect-trail" => options.expect_trail = true,
            "accept-event-data-store" => options.accept_event_data_store = true,
            "required-tags" => options.required_tags = list(),
            "readers" => options.readers = list(),
            "allow" => options.allow = list(),
            "min-days" => options.min_days = value.parse().expect("a number of days"),
            "mfa-delete.mode" => {
                options.mfa_delete = match value {
                    "strict" => MfaDeleteMode::Strict,
                    "off" => MfaDeleteMode::Off,
                    _ => MfaDeleteMode::Equivalent,
                }
            }
            other => panic!("there is no option '{other}'"),
        }
    }
    options
}

/// The template that a folder with a `truth.json` is about; what it nests lies beside it.
pub fn template(folder: &Path) -> PathBuf {
    let found = ["template.yaml", "template.json", "template.yml"].iter().map(|name| folder.join(name));
    found.into_iter().find(|path| path.exists()).unwrap_or_else(|| folder.to_owned())
}

/// What is wrong with the findings of a scan.
pub fn faults(shown: &str, scan: &Scan, truth: &Verdicts) -> Vec<String> {
    let mut faults = Vec::new();
    for (check, labels) in truth {
        let of_check: Vec<&Finding> = scan.findings.iter().filter(|finding| finding.check == check).collect();
        let mut claimed = Vec::new();
        for (label, wanted) in labels.iter().filter(|(label, _)| *label != "*") {
            let addresses: Vec<&str> = label.split(" | ").collect();
            let mine: Vec<&&Finding> =
                of_check.iter().filter(|finding| addresses.contains(&finding.subject.address.as_str())).collect();
            claimed.extend(addresses);
            let actual = worst(mine.iter().map(|finding| finding.outcome.word()));
            if !wanted.split('|').any(|word| word.trim() == actual) {
                let said: Vec<&str> = mine.iter().map(|finding| finding.message.as_str()).collect();
                faults.push(format!("{shown}: {check} of {label}: expected {wanted}, got {actual} {said:#?}"));
            }
        }
        let Some(wanted) = labels.get("*") else { continue };
        let accepted: Vec<&str> = wanted.split('|').map(str::trim).collect();
        let rest: Vec<&&Finding> =
            of_check.iter().filter(|finding| !claimed.contains(&finding.subject.address.as_str())).collect();
        if rest.is_empty() && !accepted.contains(&"absent") && claimed.is_empty() {
            faults.push(format!("{shown}: {check}: expected {wanted}, got no finding"));
        }
        for finding in rest.iter().filter(|finding| !accepted.contains(&finding.outcome.word())) {
            let (address, actual) = (&finding.subject.address, finding.outcome.word());
            faults.push(format!("{shown}: {check} of {address}: expected {wanted}, got {actual}: {}", finding.message));
        }
    }
    for gap in &scan.gaps {
        faults.push(format!("{shown}: gap {}: {}", gap.reason, gap.message));
    }
    faults
}

/// An address has the verdict of its worst finding.
fn worst<'a>(words: impl Iterator<Item = &'a str>) -> &'a str {
    let words: Vec<&str> = words.collect();
    let order = ["fail", "unknown", "pass", "not-applicable"];
    order.into_iter().find(|word| words.contains(word)).unwrap_or("absent")
}

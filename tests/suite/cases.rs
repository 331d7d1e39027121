//! The fixtures as data: what folders there are, and what a `truth.json` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use trailwarden::cli::parameters;
use trailwarden::finding::options::MfaDeleteMode;
use trailwarden::finding::{Finding, Options};
use trailwarden::scan::Scan;
use trailwarden::sources::cloudformation::Settings;

use super::{all_files, entries, name, project};

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

/// Those of them that hold a template.
pub fn shared_templates() -> Vec<PathBuf> {
    entries(&project().join("tests/fixtures/shared/cloudformation"))
}

/// Check, address, verdicts.
pub type Verdicts = BTreeMap<String, BTreeMap<String, String>>;

/// What is so in a folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    pub verdicts: Verdicts,
    /// Parameter sets and the changes they make.
    #[serde(default)]
    pub with: Vec<With>,
    /// What a form of Terraform (`hcl`, `plan`, `state`) says differently.
    #[serde(default)]
    pub sources: BTreeMap<String, Changes>,
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

/// What a form says differently.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    pub changes: Verdicts,
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

    /// The verdicts of a form.
    pub fn of_form(&self, form: &str) -> Verdicts {
        let mut verdicts = self.verdicts.clone();
        if let Some(Changes { changes }) = self.sources.get(form) {
            change(&mut verdicts, changes);
        }
        verdicts
    }

    /// The ids of all checks that it speaks of.
    pub fn checks(&self) -> impl Iterator<Item = &str> {
        let changes = self.with.iter().flat_map(|with| with.changes.keys());
        let sources = self.sources.values().flat_map(|source| source.changes.keys());
        let files = self.files.values().flat_map(BTreeMap::keys);
        self.verdicts.keys().chain(changes).chain(sources).chain(files).map(String::as_str)
    }
}

/// Puts the changes over the verdicts.
pub fn change(verdicts: &mut Verdicts, changes: &Verdicts) {
    for (check, addresses) in changes {
        let known = verdicts.entry(check.clone()).or_default();
        known.extend(addresses.iter().map(|(address, verdict)| (address.clone(), verdict.clone())));
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
            "max-age" => options.max_age_hours = value.parse().expect("a number of hours"),
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

/// A way to look at a folder with a `truth.json`.
pub struct Form {
    /// `template`, or `hcl`, `plan`, `state`.
    pub name: &'static str,
    /// What is scanned, and what paths are relative to.
    pub path: PathBuf,
    pub root: PathBuf,
    _copy: Option<tempfile::TempDir>,
}

/// All ways to look at a folder: of Terraform's forms each that is there is judged without the others.
pub fn forms(folder: &Path) -> Vec<Form> {
    if !folder.join("main.tf").exists() {
        return vec![Form { name: "template", path: template(folder), root: folder.to_owned(), _copy: None }];
    }
    let mut forms = Vec::new();
    for name in ["hcl", "plan", "state"] {
        if name != "hcl" && !folder.join(format!("{name}.json")).exists() {
            continue;
        }
        let copy = tempfile::tempdir().expect("a folder can be made");
        let of_values = ["plan.json", "state.json", "truth.json"].map(|name| folder.join(name));
        let wanted = |path: &PathBuf| match name {
            "hcl" => !of_values.contains(path),
            _ => [format!("{name}.json"), "options".to_owned()].iter().any(|name| *path == folder.join(name)),
        };
        for file in all_files(folder).into_iter().filter(wanted) {
            let target = copy.path().join(file.strip_prefix(folder).expect("is below"));
            std::fs::create_dir_all(target.parent().expect("is below")).expect("a folder can be made");
            std::fs::copy(&file, target).expect("a file can be copied");
        }
        let root = copy.path().to_owned();
        let path = if name == "hcl" { root.clone() } else { root.join(format!("{name}.json")) };
        forms.push(Form { name, path, root, _copy: Some(copy) });
    }
    forms
}

/// What is wrong with the findings of a scan.
pub fn faults(shown: &str, scan: &Scan, truth: &Verdicts) -> Vec<String> {
    let mut faults = Vec::new();
    for (check, labels) in truth {
        let of_check: Vec<&Finding> = scan.findings.iter().filter(|finding| finding.check == check).collect();
        let mut claimed = Vec::new();
        for (label, wanted) in labels.iter().filter(|(label, _)| *label != "*") {
            let addresses: Vec<&str> = label.split(" | ").collect();
            let mine: Vec<&&Finding> = of_check.iter().filter(|finding| is_about(finding, &addresses)).collect();
            claimed.extend(addresses);
            let actual = worst(mine.iter().map(|finding| finding.outcome.word()));
            if !wanted.split('|').any(|word| word.trim() == actual) {
                let said: Vec<&str> = mine.iter().map(|finding| finding.message.as_str()).collect();
                faults.push(format!("{shown}: {check} of {label}: expected {wanted}, got {actual} {said:#?}"));
            }
        }
        let Some(wanted) = labels.get("*") else { continue };
        let accepted: Vec<&str> = wanted.split('|').map(str::trim).collect();
        let rest: Vec<&&Finding> = of_check.iter().filter(|finding| !is_about(finding, &claimed)).collect();
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

/// Whether a finding stands at one of the addresses; one with an instance key is that of the instance only.
fn is_about(finding: &Finding, addresses: &[&str]) -> bool {
    let subject = &finding.subject;
    let instances = subject.instances.iter().map(String::as_str);
    std::iter::once(subject.address.as_str()).chain(instances).any(|address| addresses.contains(&address))
}

/// An address has the verdict of its worst finding.
pub fn worst<'a>(words: impl Iterator<Item = &'a str>) -> &'a str {
    let words: Vec<&str> = words.collect();
    let order = ["fail", "unknown", "pass", "not-applicable"];
    order.into_iter().find(|word| words.contains(word)).unwrap_or("absent")
}

//! Plans and states by the real Terraform, judged as their truth says.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use trailwarden::checks::CHECKS;
use trailwarden::finding::{Finding, Judge, Options, Severity};
use trailwarden::model::{Estate, InputId, InputKind};
use trailwarden::source_map::{SourceMap, Span};
use trailwarden::sources::terraform::lower::{self, RootInfo, changes};
use trailwarden::sources::terraform::{plan, state};

use super::{entries, name, none, project};

type Verdicts = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Deserialize)]
struct Truth {
    verdicts: Verdicts,
    #[serde(default)]
    sources: BTreeMap<String, Changes>,
}

#[derive(Deserialize)]
struct Changes {
    changes: Verdicts,
}

impl Truth {
    fn of(folder: &Path, source: &str) -> Verdicts {
        let text = std::fs::read_to_string(folder.join("truth.json")).expect("is there");
        let truth: Self = serde_json::from_str(&text).expect("is sound");
        let mut verdicts = truth.verdicts;
        for (check, changes) in truth.sources.get(source).map(|changes| &changes.changes).into_iter().flatten() {
            verdicts.entry(check.clone()).or_default().extend(changes.clone());
        }
        verdicts
    }
}

fn samples() -> Vec<PathBuf> {
    entries(&project().join("tests/fixtures/shared/terraform"))
}

fn text(folder: &Path, form: &str) -> String {
    std::fs::read_to_string(folder.join(format!("{form}.json"))).expect("is there")
}

/// The findings about a plan or state.
fn judge(text: &str, form: &str) -> Vec<Finding> {
    let mut sources = SourceMap::default();
    let file = sources.add(format!("{form}.json"), text);
    let text = sources.file(file).text();
    let (read, kind) = match form {
        "plan" => {
            let parsed = plan::read(text, file).expect("is a plan");
            (plan::instances(&parsed, "plan").expect("can be read"), InputKind::TerraformPlan)
        }
        _ => {
            let parsed = state::read(text, file).expect("is a state");
            (state::instances(&parsed, "state").expect("can be read"), InputKind::TerraformState)
        }
    };
    let root = RootInfo {
        kind,
        path: format!("{form}.json"),
        at: Span::new(file, 0, 1),
        hidden: read.hidden.clone(),
        unread: Vec::new(),
        provider: read.provider.clone(),
    };
    let faults = RefCell::new(Vec::new());
    let mut input = lower::input(&read.instances, &root, InputId(0), &faults);
    input.changes.items = changes::found(&read, &root, input.id);
    let faults = faults.take();
    assert!(faults.is_empty(), "{faults:?}");
    let (estate, options) = (Estate::new(vec![input]), Options::default());
    let one = |check: &trailwarden::checks::Check| {
        let mut judge = Judge::new(check.id, Severity::Low, &options);
        (check.run)(&estate, &mut judge);
        judge.into_findings()
    };
    CHECKS.iter().flat_map(one).collect()
}

/// The worst verdict about an address with or without instance keys.
fn verdict<'f>(findings: &'f [Finding], check: &str, label: &str) -> (&'static str, Vec<&'f str>) {
    let about = |finding: &&Finding| {
        let subject = &finding.subject;
        finding.check == check && (subject.address == label || subject.instances.iter().any(|one| one == label))
    };
    let found: Vec<&Finding> = findings.iter().filter(about).collect();
    let order = ["fail", "unknown", "pass", "not-applicable"];
    let worst = order.into_iter().find(|word| found.iter().any(|finding| finding.outcome.word() == *word));
    (worst.unwrap_or("absent"), found.iter().map(|finding| finding.message.as_str()).collect())
}

/// Checks that look at scripts.
const ELSEWHERE: [&str; 1] = ["deprecated-subscription-commands"];

fn faults(folder: &Path, form: &str) -> Vec<String> {
    let findings = judge(&text(folder, form), form);
    let mut faults = Vec::new();
    for (check, labels) in Truth::of(folder, form) {
        if ELSEWHERE.contains(&check.as_str()) {
            continue;
        }
        for (label, wanted) in labels {
            let (got, said) = verdict(&findings, &check, &label);
            if !wanted.split('|').any(|word| word.trim() == got) {
                faults.push(format!(
                    "{}/{form}: {check} of {label}: expected {wanted}, got {got} {said:#?}",
                    name(folder)
                ));
            }
        }
    }
    faults
}

#[test]
fn plans_are_judged_as_their_truth_says() {
    none(&samples().iter().flat_map(|folder| faults(folder, "plan")).collect::<Vec<_>>());
}

#[test]
fn states_are_judged_as_their_truth_says() {
    none(&samples().iter().flat_map(|folder| faults(folder, "state")).collect::<Vec<_>>());
}

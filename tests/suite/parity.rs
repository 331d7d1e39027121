//! One estate, one verdict: configurations, plans and states of the same resources are judged alike.
//!
//! `tests/parity/README.md` says how the estates were made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rayon::prelude::*;
use serde::Deserialize;
use trailwarden::checks::CHECKS;
use trailwarden::finding::Outcome;
use trailwarden::scan::{self, Request, Scan};

use super::{all, cases, entries, name, none, project};

mod recordings;

/// The forms of an estate; a shape has some of them.
const FORMS: [&str; 7] =
    ["hcl", "json", "plan.json", "plan-pretty.json", "state.json", "terraform.tfstate", "plan-after.json"];

/// Where a form says less than the configuration does.
struct Silence {
    forms: &'static [&'static str],
    estates: &'static [&'static str],
    checks: &'static [&'static str],
    /// What it says.
    word: &'static str,
    #[expect(dead_code, reason = "the reason is for readers")]
    why: &'static str,
}

const PLANS: &[&str] = &["plan.json", "plan-pretty.json"];

const SILENCES: [Silence; 4] = [
    Silence {
        forms: PLANS,
        estates: &["good", "weak"],
        checks: &["sns-notifications"],
        word: "unknown",
        why: "the policy holds the ARN of the topic, and of a 'jsonencode' a plan keeps the references only",
    },
    Silence {
        forms: PLANS,
        estates: &["good"],
        checks: &["audit-tampering-access"],
        word: "not-applicable",
        why: "the policy of the delivery role holds the ARN of the log group: the input as a whole cannot pass",
    },
    Silence {
        forms: PLANS,
        estates: &["documents"],
        checks: &["least-privilege-bucket-policy", "log-delivery-policy", "secure-transport", "sns-notifications"],
        word: "unknown",
        why: "resources are written as templates around ARNs, and of a template a plan keeps the references only",
    },
    Silence {
        forms: &["plan.json", "plan-after.json", "state.json"],
        estates: &["many"],
        checks: &["deletion-protection"],
        word: "not-applicable",
        why: "neither a plan nor a state holds 'lifecycle.prevent_destroy'",
    },
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    options: Vec<String>,
    verdicts: cases::Verdicts,
}

impl Run {
    /// Check, address, verdict.
    fn expected(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.verdicts.iter().flat_map(|(check, addresses)| {
            addresses.iter().map(move |(address, word)| (check.as_str(), address.as_str(), word.as_str()))
        })
    }
}

/// One shape of one estate.
struct Shape {
    estate: String,
    shape: String,
    runs: Vec<Run>,
    /// For each form that there is: what each run gives.
    forms: BTreeMap<&'static str, Vec<Judged>>,
}

impl Shape {
    fn of(folder: PathBuf) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("truth.json")).ok()?;
        let Truth { runs } =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let estate = name(folder.parent().unwrap_or(&folder));
        let there = FORMS.into_iter().filter(|form| folder.join(form).exists());
        let judged = |form| runs.iter().map(|run| Judged::of(&folder.join(form), &run.options)).collect();
        let forms = there.map(|form| (form, judged(form))).collect();
        Some(Self { estate, shape: name(&folder), runs, forms })
    }

    fn shown(&self, form: &str) -> String {
        format!("{}/{}/{form}", self.estate, self.shape)
    }

    /// Whether the form may say this about the check, and no more.
    fn may_say(&self, word: &str, form: &str, check: &str) -> bool {
        SILENCES.iter().any(|silence| {
            silence.word == word
                && silence.forms.contains(&form)
                && silence.estates.contains(&self.estate.as_str())
                && silence.checks.contains(&check)
        })
    }
}

/// Everything, judged once for all tests.
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let estates = entries(&project().join("tests/parity"));
    let folders: Vec<PathBuf> = estates.iter().flat_map(|estate| entries(estate)).collect();
    folders.into_par_iter().filter_map(Shape::of).collect()
});

/// The worst verdict of each check about each address, and what was said.
struct Judged {
    verdicts: BTreeMap<(String, String), (&'static str, String)>,
    gaps: Vec<String>,
}

impl Judged {
    fn of(path: &Path, options: &[String]) -> Self {
        let scan = scanned(path, options);
        let mut verdicts = BTreeMap::new();
        for finding in scan.findings {
            let (word, key) = (finding.outcome.word(), (finding.check.to_owned(), finding.subject.address));
            let entry = verdicts.entry(key).or_insert((word, finding.message.clone()));
            if cases::worst([word, entry.0].into_iter()) != entry.0 {
                *entry = (word, finding.message);
            }
        }
        Self { verdicts, gaps: scan.gaps.iter().map(|gap| format!("gap {}: {}", gap.reason, gap.message)).collect() }
    }

    fn word(&self, check: &str, address: &str) -> (&'static str, &str) {
        let found = self.verdicts.get(&(check.to_owned(), address.to_owned()));
        found.map_or(("absent", ""), |(word, said)| (word, said.as_str()))
    }
}

fn scanned(path: &Path, options: &[String]) -> Scan {
    let request = Request {
        paths: vec![path.to_owned()],
        repo_root: Some(project().to_owned()),
        checks: all(),
        options: cases::parsed_options(options.iter().map(String::as_str)),
        ..Request::default()
    };
    scan::run(&request).expect("the path exists")
}

#[test]
fn every_form_of_every_shape_is_judged_as_its_truth_says() {
    none(&SHAPES.iter().flat_map(faults).collect::<Vec<_>>());
}

fn faults(shape: &Shape) -> Vec<String> {
    let mut faults = Vec::new();
    for (form, judged) in &shape.forms {
        for (run, judged) in shape.runs.iter().zip(judged) {
            let shown = format!("{} {:?}", shape.shown(form), run.options);
            faults.extend(judged.gaps.iter().map(|gap| format!("{shown}: {gap}")));
            for (check, address, wanted) in run.expected() {
                let (got, said) = judged.word(check, address);
                if got != wanted && !shape.may_say(got, form, check) {
                    faults.push(format!("{shown}: {check} of {address}: expected {wanted}, got {got}: {said}"));
                }
            }
        }
    }
    faults
}

#[test]
fn every_form_gives_the_same_verdicts() {
    none(&SHAPES.iter().flat_map(differences).collect::<Vec<_>>());
}

/// What the other forms say and the configuration does not, and the reverse.
fn differences(shape: &Shape) -> Vec<String> {
    let mut faults = Vec::new();
    for (form, judged) in &shape.forms {
        for (expected, actual) in shape.forms["hcl"].iter().zip(judged) {
            let keys: BTreeSet<_> = expected.verdicts.keys().chain(actual.verdicts.keys()).collect();
            // Only a plan takes something away.
            for (check, address) in keys.into_iter().filter(|(check, _)| *check != "trail-removal") {
                let ((wanted, _), (got, said)) = (expected.word(check, address), actual.word(check, address));
                if got != wanted && !shape.may_say(got, form, check) {
                    let shown = shape.shown(form);
                    faults.push(format!(
                        "{shown}: {check} of {address}: the .tf files give {wanted}, this {got}: {said}"
                    ));
                }
            }
        }
    }
    faults
}

#[test]
fn every_silence_is_one() {
    let mut seen = BTreeSet::new();
    for shape in SHAPES.iter().filter(|shape| shape.shape == "plain") {
        for (form, judged) in &shape.forms {
            let said = judged.iter().flat_map(|run| &run.verdicts);
            seen.extend(said.map(|((check, _), (word, _))| format!("{}/{form} {check} {word}", shape.estate)));
        }
    }
    let mut idle = Vec::new();
    for Silence { forms, estates, checks, word, .. } in &SILENCES {
        for (estate, check) in estates.iter().flat_map(|estate| checks.iter().map(move |check| (estate, check))) {
            if !forms.iter().any(|form| seen.contains(&format!("{estate}/{form} {check} {word}"))) {
                idle.push(format!("{estate}: no form says {word} of {check}"));
            }
        }
    }
    none(&idle);
}

#[test]
fn every_shape_gives_the_same_verdicts() {
    let mut faults = Vec::new();
    for plain in SHAPES.iter().filter(|shape| shape.shape == "plain") {
        for shape in SHAPES.iter().filter(|shape| shape.estate == plain.estate) {
            for (form, judged) in shape.forms.iter().filter(|(form, _)| plain.forms.contains_key(*form)) {
                let expected = unplaced(&plain.forms[form][0]);
                let other: Vec<String> = expected.symmetric_difference(&unplaced(&judged[0])).cloned().collect();
                if !other.is_empty() {
                    faults.push(format!("{}: {other:?}", shape.shown(form)));
                }
            }
        }
    }
    none(&faults);
}

/// The verdicts by the addresses within the module.
fn unplaced(judged: &Judged) -> BTreeSet<String> {
    let within = |address: &str| {
        let mut parts: Vec<&str> = address.split('.').collect();
        while parts.first() == Some(&"module") {
            parts.drain(..2);
        }
        parts.join(".")
    };
    judged.verdicts.iter().map(|((check, at), (word, _))| format!("{check} {} {word}", within(at))).collect()
}

/// What these estates have no pass or no fail of, and why.
const NOT_HERE: [(&str, &str, &str); 8] = [
    (
        "deprecated-subscription-commands",
        "*",
        "a matter of scripts; a command in a configuration is among the fixtures",
    ),
    ("trail-removal", "*", "a matter of plans alone, in a test of its own here"),
    ("trail-quota", "pass", "an input does not know the other trails of its account"),
    ("delegated-administrators", "fail", "it lists"),
    ("bucket-exists", "*", "a matter of live accounts"),
    ("delivery-health", "*", "a matter of live accounts"),
    ("expired-suppression", "*", "a matter of comments, which no plan or state holds"),
    ("unused-suppression", "*", "a matter of comments, which no plan or state holds"),
];

#[test]
fn every_check_passes_and_fails_somewhere() {
    let expected = SHAPES.iter().flat_map(|shape| &shape.runs).flat_map(Run::expected);
    let seen: BTreeSet<(&str, &str)> = expected.map(|(check, _, word)| (check, word)).collect();
    let mut faults = Vec::new();
    for (check, word) in CHECKS.iter().flat_map(|check| [(check.id, "pass"), (check.id, "fail")]) {
        let excused = NOT_HERE.iter().any(|(of, what, _)| *of == check && (*what == word || *what == "*"));
        match (seen.contains(&(check, word)), excused) {
            (false, false) => faults.push(format!("no estate has a {word} of {check}")),
            (true, true) => faults.push(format!("an estate has a {word} of {check}, which is said not to be")),
            _ => {}
        }
    }
    none(&faults);
}

#[test]
fn a_plan_tells_what_it_takes_away() {
    if CHECKS.iter().all(|check| check.id != "trail-removal") {
        return;
    }
    let removed = |plan: &str| -> BTreeSet<String> {
        let scan = scanned(&project().join("tests/parity/good/plain").join(plan), &[]);
        let fails = scan.findings.into_iter().filter(|finding| finding.check == "trail-removal");
        fails
            .filter(|finding| matches!(finding.outcome, Outcome::Fail(_)))
            .map(|finding| finding.subject.address)
            .collect()
    };
    let set = |addresses: &[&str]| addresses.iter().map(|address| (*address).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(removed("plan.json"), set(&[]));
    assert_eq!(removed("plan-after.json"), set(&[]));
    let weakened =
        ["aws_cloudtrail.main", "aws_s3_bucket_object_lock_configuration.logs", "aws_s3_bucket_versioning.logs"];
    assert_eq!(removed("plan-weakened.json"), set(&weakened));
    let destroyed = removed("plan-destroy.json");
    for address in weakened.into_iter().chain(["aws_s3_bucket.logs", "aws_s3_bucket_policy.logs", "aws_kms_key.logs"]) {
        assert!(destroyed.contains(address), "{address} is not in {destroyed:?}");
    }
}

//! Policies of a log bucket that differ in one line, and what the check says of each of the two.
//!
//! `tests/data/minimal-pairs/policies.yaml` holds the policies, the other files there the pairs: a line that replaces
//! the one of the same element in the last statement of a policy, once a good and once a bad one. The finding about the
//! bad one has to name the element, to point at it, and to show a request; the evaluator has to tell the two policies
//! apart by that request.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rayon::prelude::*;
use serde::Deserialize;
use trailwarden::checks::CHECKS;
use trailwarden::finding::{Finding, Outcome, Witness};
use trailwarden::model::attr::Origin;
use trailwarden::model::policy::{Caller, Context, Held, Request};
use trailwarden::scan::{self, Scan};
use trailwarden::sources::cloudformation::Settings;
use trailwarden::truth::Truth;

use super::{cases, entries, name, none, project};

const CHECK: &str = "least-privilege-bucket-policy";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    /// What the bad one is about.
    pair: String,
    /// The policy that both differ from in one line.
    policy: String,
    /// The line of the good one; empty: it has no such line.
    good: String,
    /// The line of the bad one.
    bad: String,
    /// The verdict about the good one, for a fail with its severity.
    #[serde(default = "pass")]
    was: String,
    /// The verdict about the bad one.
    is: String,
    /// The element that the finding points at, if it is not the changed one.
    at: Option<String>,
    /// Options of the run.
    #[serde(default)]
    options: String,
    /// A part of the message.
    says: String,
    /// A request that the bad one allows and the good one does not.
    witness: Option<Asked>,
}

fn pass() -> String {
    "pass".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    principal: String,
    action: String,
    resource: String,
    #[serde(default)]
    context: BTreeMap<String, String>,
}

fn read<T: for<'de> Deserialize<'de>>(file: &std::path::Path) -> T {
    let text = fs::read_to_string(file).expect("the file is text");
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Which element a line is about: `NotAction: …` is about `Action`, `- Sid: Read` about `Sid`.
fn element(line: &str) -> &str {
    let key = line.trim_start().trim_start_matches("- ").split(':').next().unwrap_or_default();
    key.strip_prefix("Not").unwrap_or(key)
}

/// The template around the statements, each line with the policy's own version.
fn template(statements: &[String], version: &str) -> String {
    let mut text = format!(
        "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{TrailName: audit, S3BucketName: !Ref \
         Logs, IsLogging: true}}\n  Logs:\n    Type: AWS::S3::Bucket\n    Properties: {{BucketName: audit-logs}}\n  \
         Policy:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref Logs\n      PolicyDocument:\n        \
         {version}\n        Statement:\n"
    );
    for line in statements {
        text.push_str(&format!("          {line}\n"));
    }
    text
}

/// The policy with the line in place of that of its element; an empty line takes that of `other` away.
fn with(policy: &str, line: &str, other: &str) -> String {
    let mut lines: Vec<String> = policy.lines().map(str::to_owned).collect();
    let about = element(if line.is_empty() { other } else { line });
    match about {
        "Version" => return template(&lines, line),
        // The last statement as a whole.
        "Statement" => {
            let last = lines.iter().rposition(|line| line.starts_with("- ")).expect("a statement");
            if line.is_empty() {
                lines.truncate(last);
            }
        }
        _ => {
            let start = lines.iter().rposition(|line| line.starts_with("- ")).expect("a statement");
            let at = (start..lines.len()).find(|i| element(&lines[*i]) == about);
            match (at, line.is_empty()) {
                (Some(at), true) => drop(lines.remove(at)),
                (Some(at), false) => lines[at] = format!("  {line}"),
                (None, true) => {}
                (None, false) => lines.push(format!("  {line}")),
            }
        }
    }
    template(&lines, "Version: '2012-10-17'")
}

fn judged(text: &str, options: &str) -> Scan {
    let request = scan::Request {
        stdin: Some(text.as_bytes().to_vec()),
        repo_root: Some(project().to_owned()),
        checks: CHECKS.iter().filter(|check| check.id == CHECK).collect(),
        options: cases::parsed_options(options.split_whitespace()),
        cloudformation: Settings {
            account: Some("111111111111".to_owned()),
            region: Some("eu-central-1".to_owned()),
            ..Settings::default()
        },
        ..scan::Request::default()
    };
    scan::run(&request).expect("standard input exists")
}

/// The verdict, of a fail with its severity.
fn verdict(finding: &Finding) -> String {
    match finding.outcome {
        Outcome::Fail(_) => format!("fail {}", finding.severity.word()),
        ref other => other.word().to_owned(),
    }
}

/// The lines that a finding points at: first, and further.
fn lines(scan: &Scan, finding: &Finding) -> Vec<u32> {
    let places = std::iter::once(&finding.at).chain(finding.related.iter().map(|related| &related.at));
    places
        .filter_map(|at| match at {
            Origin::Text(span) => Some(scan.sources.positions(*span).0.line),
            Origin::Api { .. } => None,
        })
        .collect()
}

/// Whether the policy of the scan allows what the witness shows.
fn allows(scan: &Scan, witness: &Witness) -> Truth {
    let Witness::Request { principal, action, resource, context } = witness else { return Truth::False };
    let mut held = Context::with_rest(Held::Absent);
    for (key, value) in context {
        held.set(key, Held::value(value.as_str()));
    }
    let name = principal.as_str();
    let caller = match name {
        "*" => Caller::Anonymous,
        "accounts.google.com" => Caller::Federated(name.into()),
        _ if name.ends_with(".amazonaws.com") => Caller::Service(name.into()),
        _ if name.starts_with("arn:") => {
            Caller::Aws { account: name.split(':').nth(4).unwrap_or_default().into(), arn: name.into() }
        }
        _ if name.len() == 12 => Caller::Aws { account: name.into(), arn: name.into() },
        _ => Caller::CanonicalUser(name.into()),
    };
    let request = Request { caller, action: action.as_str().into(), resource: resource.as_str().into(), context: held };
    let target = scan.estate.log_buckets().pop().expect("a log bucket");
    let case = scan.estate.policy_cases(&target).pop().expect("a policy");
    case.document.expect("the policy is known").allows(&request)
}

/// What is wrong with the finding of the bad one.
fn wanting(pair: &Pair, text: &str, scan: &Scan, finding: &Finding) -> Vec<String> {
    let mut faults = Vec::new();
    if !finding.message.contains(&pair.says) {
        faults.push(format!("the message does not say \"{}\"", pair.says));
    }
    let about = pair.at.as_deref().unwrap_or(element(&pair.bad));
    let last = text.lines().enumerate().filter(|(_, line)| element(line) == about).last();
    let line = last.map_or(0, |(i, _)| i as u32 + 1);
    let places = lines(scan, finding);
    if !places.contains(&line) {
        faults.push(format!("it points at lines {places:?} and not at {line}, '{about}'"));
    }
    let Outcome::Fail(witness) = &finding.outcome else { return faults };
    let (Some(Witness::Request { principal, action, resource, context }), Some(asked)) = (witness, &pair.witness)
    else {
        faults.push(format!("the witness is {witness:?}"));
        return faults;
    };
    if [principal, action, resource] != [&asked.principal, &asked.action, &asked.resource] {
        faults.push(format!("the witness is {principal}, {action}, {resource}"));
    }
    let carries = |(key, value): (&String, &String)| context.iter().any(|(k, v)| k == key && v == value);
    if !asked.context.iter().all(carries) {
        faults.push(format!("the witness carries {context:?}"));
    }
    faults
}

fn judge(policies: &BTreeMap<String, String>, file: &str, pair: &Pair) -> Vec<String> {
    let policy = policies.get(&pair.policy).unwrap_or_else(|| panic!("there is no policy '{}'", pair.policy));
    let (good, bad) = (with(policy, &pair.good, &pair.bad), with(policy, &pair.bad, &pair.good));
    let (before, after) = (judged(&good, &pair.options), judged(&bad, &pair.options));
    let mut faults = Vec::new();
    if !before.findings.iter().all(|finding| verdict(finding) == pair.was) {
        let all: Vec<_> = before.findings.iter().map(|finding| (verdict(finding), &finding.message)).collect();
        faults.push(format!("the good one is not {}: {all:#?}", pair.was));
    }
    let of_verdict: Vec<&Finding> = after.findings.iter().filter(|finding| verdict(finding) == pair.is).collect();
    let candidates = of_verdict.iter().map(|finding| (wanting(pair, &bad, &after, finding), *finding));
    let Some((wanting, finding)) = candidates.min_by_key(|(faults, _)| faults.len()) else {
        let all: Vec<_> = after.findings.iter().map(|finding| (verdict(finding), &finding.message)).collect();
        faults.push(format!("the bad one is not {}: {all:#?}", pair.is));
        return labelled(file, pair, faults);
    };
    if !wanting.is_empty() {
        faults.push(format!("{}\n  {}", finding.message, wanting.join("\n  ")));
    }
    if let Outcome::Fail(Some(witness)) = &finding.outcome {
        if allows(&after, witness) != Truth::True {
            faults.push(format!("the bad one does not allow {witness:?}"));
        }
        // That an id of a principal that is gone is not a canonical user's is no question for an evaluator.
        if pair.was == "pass" && allows(&before, witness) == Truth::True {
            faults.push(format!("the good one allows {witness:?}"));
        }
    }
    labelled(file, pair, faults)
}

fn labelled(file: &str, pair: &Pair, faults: Vec<String>) -> Vec<String> {
    faults.into_iter().map(|fault| format!("{file}: {}: {fault}", pair.pair)).collect()
}

#[test]
fn policies_that_differ_in_one_element_are_told_apart() {
    let folder = project().join("tests/data/minimal-pairs");
    let policies: BTreeMap<String, String> = read(&folder.join("policies.yaml"));
    let mut pairs: Vec<(String, Pair)> = Vec::new();
    for file in entries(&folder).into_iter().filter(|file| name(file) != "policies.yaml") {
        pairs.extend(read::<Vec<Pair>>(&file).into_iter().map(|pair| (name(&file), pair)));
    }
    let changes: BTreeSet<_> =
        pairs.iter().map(|(_, pair)| (&pair.policy, &pair.good, &pair.bad, &pair.options)).collect();
    assert_eq!(changes.len(), pairs.len(), "a pair stands there twice");
    assert!(pairs.len() >= 80);
    let used: BTreeSet<_> = pairs.iter().map(|(_, pair)| &pair.policy).collect();
    assert_eq!(used, policies.keys().collect(), "the policies that pairs change");
    none(&pairs.par_iter().flat_map_iter(|(file, pair)| judge(&policies, file, pair)).collect::<Vec<_>>());
}

//! Several reports as one: shards of a scan, or scans of several accounts.
//!
//! A finding is passed on as it was written, with fields that this version does not know. The order of the whole is the
//! one of a scan, which rests on nothing but what reports show.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::report::{Finding, Gap, Report, Standing, Status};
use super::{COMMAND, Subject, Verdict};
use crate::checks::CHECKS;
use crate::finding::{Severity, clean};

/// A report that was read: its name, its shape, and all that it says.
#[derive(Debug)]
pub struct Part {
    /// How messages name it.
    pub name: String,
    /// What is compared.
    pub report: Report,
    /// What is passed on.
    pub value: Value,
}

/// The merged report.
#[derive(Debug)]
pub struct Merged {
    /// A report of version 1.
    pub value: Value,
    /// What does not fit together, for people.
    pub notes: Vec<String>,
}

/// Merges reports. Scopes are added up; what several say is told once.
pub fn merge(mut parts: Vec<Part>) -> Merged {
    let mut notes = Vec::new();
    let (scope, baseline) = (scope(&mut parts, &mut notes), baseline(&mut parts, &mut notes));
    let gaps = gaps(&mut parts);
    let (findings, summary) = findings(&mut parts, &mut notes);
    let value = json!({
        "schema_version": "1",
        "tool": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        "scope": scope,
        "summary": summary,
        "findings": findings,
        "gaps": gaps,
        "baseline": baseline,
    });
    Merged { value, notes }
}

/// Takes a list out of a report, whose shape is known.
fn take(value: &mut Value, pointer: &str) -> Vec<Value> {
    match value.pointer_mut(pointer).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn scope(parts: &mut [Part], notes: &mut Vec<String>) -> Value {
    let mut inputs: BTreeMap<(usize, String, String, usize), (bool, Value)> = BTreeMap::new();
    let mut accounts: BTreeMap<(String, usize), Account> = BTreeMap::new();
    let mut regions: BTreeSet<String> = BTreeSet::new();
    let mut checks: Vec<String> = Vec::new();
    for part in parts.iter_mut() {
        let mut counts: HashMap<(String, String), usize> = HashMap::new();
        let mut lines: HashMap<String, usize> = HashMap::new();
        for (input, value) in part.report.scope.inputs.iter().zip(take(&mut part.value, "/scope/inputs")) {
            // A file may hold several templates.
            let name = (input.path.clone(), input.kind.clone());
            let count = counts.entry(name.clone()).or_default();
            let held = inputs.entry((rank(&input.kind), name.0, name.1, *count)).or_insert((true, value));
            *count += 1;
            held.0 &= input.complete;
        }
        for (line, value) in part.report.scope.accounts.iter().zip(take(&mut part.value, "/scope/accounts")) {
            // Two recordings may hold the same account.
            let count = lines.entry(line.id.clone()).or_default();
            let held = accounts.entry((line.id.clone(), *count)).or_default();
            *count += 1;
            held.add(line.status, value, line.regions.iter().map(|region| (region.name.clone(), region.status)));
        }
        regions.extend(part.report.scope.regions.iter().cloned());
        checks.extend(part.report.scope.checks.iter().cloned());
    }
    let all: BTreeSet<&String> = checks.iter().collect();
    for part in parts.iter() {
        let own: BTreeSet<&String> = part.report.scope.checks.iter().collect();
        let count = all.len() - own.len();
        if count == 0 {
            continue;
        }
        notes.push(format!("{}: {count} of the checks of the other reports were not run", clean(&part.name)));
    }
    let inputs = inputs.into_values().map(|(complete, mut value)| {
        value["complete"] = complete.into();
        value
    });
    json!({
        "inputs": inputs.collect::<Vec<_>>(),
        "accounts": accounts.into_values().map(Account::value).collect::<Vec<_>>(),
        "regions": regions,
        "checks": in_table_order(checks),
    })
}

/// The order in which a scan reads what it finds.
fn rank(kind: &str) -> usize {
    let kinds = ["cloudformation", "terraform-config", "terraform-plan", "script", "recording"];
    let kind = if kind == "terraform-state" { "terraform-plan" } else { kind };
    kinds.iter().position(|known| *known == kind).unwrap_or(kinds.len())
}

fn in_table_order(mut checks: Vec<String>) -> Vec<String> {
    let place = |id: &str| CHECKS.iter().position(|check| check.id == id).unwrap_or(CHECKS.len());
    checks.sort_by(|a, b| (place(a), a).cmp(&(place(b), b)));
    checks.dedup();
    checks
}

/// An account, as the report knows it that read most of it.
#[derive(Debug, Default)]
struct Account {
    best: Option<(Status, Value)>,
    regions: BTreeMap<String, (Status, Value)>,
}

impl Account {
    fn add(&mut self, status: Status, mut value: Value, regions: impl Iterator<Item = (String, Status)>) {
        for ((name, status), value) in regions.zip(take(&mut value, "/regions")) {
            let held = self.regions.entry(name).or_insert((status, Value::Null));
            if held.1.is_null() || status > held.0 {
                *held = (status, value);
            }
        }
        if self.best.as_ref().is_none_or(|(held, _)| status > *held) {
            self.best = Some((status, value));
        }
    }

    fn value(self) -> Value {
        let mut value = self.best.map_or(Value::Null, |(_, value)| value);
        value["regions"] = self.regions.into_values().map(|(_, value)| value).collect();
        value
    }
}

/// All that could not be read, each once.
fn gaps(parts: &mut [Part]) -> Vec<Value> {
    let mut seen = HashSet::new();
    let mut all: Vec<(Gap, Value)> = Vec::new();
    for part in parts.iter_mut() {
        let gaps = std::mem::take(&mut part.report.gaps);
        for (gap, value) in gaps.into_iter().zip(take(&mut part.value, "/gaps")) {
            if seen.insert(value.to_string()) {
                all.push((gap, value));
            }
        }
    }
    // Gaps of one file stand in the order of their places, which are not told.
    all.sort_by(|(a, _), (b, _)| {
        let calls = || {
            let key = |gap: &Gap| (gap.account.clone(), gap.region.clone(), gap.call.clone());
            let words = |gap: &Gap| (gap.reason.clone(), gap.message.clone());
            (key(a), words(a)).cmp(&(key(b), words(b)))
        };
        a.path.cmp(&b.path).then_with(|| if a.path.is_none() { calls() } else { std::cmp::Ordering::Equal })
    });
    all.into_iter().map(|(_, value)| value).collect()
}

/// What the reports were compared with, if with the same.
fn baseline(parts: &mut [Part], notes: &mut Vec<String>) -> Value {
    let found: HashSet<String> =
        parts.iter().flat_map(|part| part.report.findings.iter().map(|finding| finding.fingerprint.clone())).collect();
    let mut merged: Option<Map<String, Value>> = None;
    let mut missing = false;
    for part in parts.iter_mut() {
        let Some(Value::Object(mut own)) = part.value.get_mut("baseline").map(Value::take) else {
            missing = true;
            continue;
        };
        let Some(held) = &mut merged else {
            merged = Some(own);
            continue;
        };
        if held.get("name") != own.get("name") || held.get("commit") != own.get("commit") {
            notes.push(format!("{}: it was compared with another baseline", clean(&part.name)));
        }
        let known = held.get("known").and_then(Value::as_u64).max(own.get("known").and_then(Value::as_u64));
        held.insert("known".to_owned(), known.into());
        for list in ["fixed", "gaps"] {
            if let (Some(Value::Array(held)), Some(Value::Array(own))) = (held.get_mut(list), own.get_mut(list)) {
                let mut seen: HashSet<String> = held.iter().map(Value::to_string).collect();
                held.extend(own.drain(..).filter(|value| seen.insert(value.to_string())));
            }
        }
    }
    let Some(mut merged) = merged else { return Value::Null };
    if missing {
        notes.push("not all reports were compared with a baseline".to_owned());
    }
    if let Some(Value::Array(fixed)) = merged.get_mut("fixed") {
        fixed.retain(|item| item["fingerprint"].as_str().is_none_or(|print| !found.contains(print)));
    }
    Value::Object(merged)
}

/// One finding, on its way.
struct Told {
    part: usize,
    finding: Finding,
    value: Value,
}

fn findings(parts: &mut [Part], notes: &mut Vec<String>) -> (Vec<Value>, Value) {
    let mut told: Vec<Told> = Vec::new();
    for (part, of) in parts.iter_mut().enumerate() {
        let findings = std::mem::take(&mut of.report.findings);
        let values = take(&mut of.value, "/findings");
        told.extend(findings.into_iter().zip(values).map(|(finding, value)| Told { part, finding, value }));
    }
    told.sort_by_cached_key(|told| (order(&told.finding), told.part));
    let mut told = best(told);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut differ = 0;
    let mut kept: Vec<Told> = Vec::with_capacity(told.len());
    for one in told.drain(..) {
        match seen.get(&one.finding.fingerprint) {
            Some(at) => differ += usize::from(kept[*at].value != one.value),
            None => {
                seen.insert(one.finding.fingerprint.clone(), kept.len());
                kept.push(one);
            }
        }
    }
    if differ > 0 {
        notes.push(format!("{differ} findings are told differently by several reports; the worst of each is kept"));
    }
    let mut summary: [usize; 6] = [0; 6];
    for one in &kept {
        let column = match (one.finding.standing, one.finding.verdict) {
            (Standing::New, Verdict::Pass) => 0,
            (Standing::New, Verdict::Fail) => 1,
            (Standing::New, Verdict::Unknown) => 2,
            (Standing::New, Verdict::NotApplicable) => 3,
            (Standing::Suppressed, _) => 4,
            (Standing::Baselined, _) => 5,
        };
        summary[column] += 1;
    }
    let names = ["pass", "fail", "unknown", "not_applicable", "suppressed", "baselined"];
    let summary = names.iter().zip(summary).map(|(name, count)| ((*name).to_owned(), count.into()));
    let summary = Value::Object(summary.collect());
    (kept.into_iter().map(|one| one.value).collect(), summary)
}

type Order = (u8, Option<Reverse<Severity>>, String, u32, u32, String, String, String, u8);

/// The order of a scan; of one finding that several reports tell, what nobody accepted comes first.
fn order(finding: &Finding) -> Order {
    let (rank, severity) = match finding.verdict {
        Verdict::Fail => (0, Some(Reverse(finding.severity))),
        Verdict::Unknown => (1, None),
        Verdict::Pass => (2, None),
        Verdict::NotApplicable => (3, None),
    };
    let (path, line, column) = match &finding.location {
        Some(at) => (at.path.clone(), at.start_line, at.start_column),
        None => (finding.resource.address.clone(), 0, 0),
    };
    let (check, address) = (finding.check.clone(), finding.resource.address.clone());
    let accepted = match finding.standing {
        Standing::New => 0,
        Standing::Baselined => 1,
        Standing::Suppressed => 2,
    };
    (rank, severity, path, line, column, check, address, finding.fingerprint.clone(), accepted)
}

/// Where reports disagree about a subject, those that could tell win over those that could not, and a fail over a pass.
fn best(mut told: Vec<Told>) -> Vec<Told> {
    let mut levels: HashMap<Subject, HashMap<usize, u8>> = HashMap::new();
    let judged = |told: &Told| told.finding.resource.r#type != COMMAND;
    for one in told.iter().filter(|one| judged(one)) {
        let own = match one.finding.verdict {
            Verdict::NotApplicable => 1,
            Verdict::Unknown => 2,
            Verdict::Pass => 3,
            Verdict::Fail => 4,
        };
        let held = levels.entry(one.finding.subject()).or_default().entry(one.part).or_insert(own);
        // A report that has a doubt about a part of it cannot tell that all is well.
        *held = match (own.min(*held), own.max(*held)) {
            (2, 3) => 2,
            (_, most) => most,
        };
    }
    levels.retain(|_, parts| parts.len() > 1);
    told.retain(|one| {
        let Some(parts) = levels.get(&one.finding.subject()).filter(|_| judged(one)) else { return true };
        parts.get(&one.part) == parts.values().max()
    });
    told
}

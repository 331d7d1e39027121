//! What changed from one report to a later one.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::report::{Finding, Report, Standing};
use super::{COMMAND, Entry, Fate, Subject, Verdict, pair};
use crate::finding::Severity;

/// The difference of two reports. Fails and unknown verdicts are compared; what neither is counts as there being none.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diff<'a> {
    /// The version of this shape.
    pub diff_version: &'static str,
    /// How many of each.
    pub summary: Summary,
    /// What the old report does not have.
    pub new: Vec<Item<'a>>,
    /// What the new report looked for and does not have.
    pub fixed: Vec<Item<'a>>,
    /// What both have, with another severity or verdict, or suppressed in one of them only.
    pub changed: Vec<Change<'a>>,
    /// What the new report does not have because it did not look: its scope lacks the file, the account or the check, or
    /// something could not be read.
    pub not_compared: Vec<Item<'a>>,
}

/// How many findings of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// New ones.
    pub new: usize,
    /// Fixed ones.
    pub fixed: usize,
    /// Changed ones.
    pub changed: usize,
    /// Those that are the same.
    pub unchanged: usize,
    /// Those of what the new report does not cover.
    pub not_compared: usize,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Item<'a> {
    /// The check's id.
    pub check: &'a str,
    /// The verdict: `fail` or `unknown`.
    pub verdict: Verdict,
    /// How bad a fail is.
    pub severity: Severity,
    /// Whether somebody suppressed it.
    pub suppressed: bool,
    /// What holds the resource.
    pub owner: &'a str,
    /// The kind of resource.
    pub r#type: &'a str,
    /// Its address.
    pub address: &'a str,
    /// The file; `null` if it is in none.
    pub path: Option<&'a str>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// What was found.
    pub message: &'a str,
    /// The identity.
    pub fingerprint: &'a str,
}

/// A finding that both reports have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change<'a> {
    /// As the old report has it.
    pub old: Item<'a>,
    /// As the new one has it.
    pub new: Item<'a>,
}

impl<'a> Item<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            check: &finding.check,
            verdict: finding.verdict,
            severity: finding.severity,
            suppressed: finding.standing == Standing::Suppressed,
            owner: &finding.resource.owner,
            r#type: &finding.resource.r#type,
            address: &finding.resource.address,
            path: finding.location.as_ref().map(|at| at.path.as_str()),
            line: finding.location.as_ref().map(|at| at.start_line),
            message: &finding.message,
            fingerprint: &finding.fingerprint,
        }
    }

    /// Whether it is an open fail of this severity or above.
    fn is_open(&self, least: Severity) -> bool {
        self.verdict == Verdict::Fail && !self.suppressed && self.severity >= least
    }

    /// Whether two reports say the same of one finding. The severity of an unknown verdict is that of the check.
    fn is_same(&self, other: &Self) -> bool {
        let severity = self.verdict != Verdict::Fail || self.severity == other.severity;
        self.verdict == other.verdict && self.suppressed == other.suppressed && severity
    }
}

impl Change<'_> {
    /// Whether it is an open fail now that was none, or a worse one.
    fn is_worse(&self, least: Severity) -> bool {
        self.new.is_open(least) && !(self.old.is_open(least) && self.old.severity >= self.new.severity)
    }
}

impl Diff<'_> {
    /// How many fails of this severity or above are new, or worse than they were.
    pub fn worse(&self, least: Severity) -> usize {
        let new = self.new.iter().filter(|item| item.is_open(least)).count();
        new + self.changed.iter().filter(|change| change.is_worse(least)).count()
    }
}

/// One side: its fails and unknown verdicts, and those among them by subject.
struct Side<'a> {
    findings: Vec<&'a Finding>,
    entries: Vec<Entry>,
    unknown: HashMap<Subject, usize>,
}

impl<'a> Side<'a> {
    fn of(report: &'a Report) -> Self {
        let found = report.findings.iter().filter_map(|finding| Some((finding, finding.entry()?)));
        let (findings, entries): (Vec<&Finding>, Vec<Entry>) = found.unzip();
        let mut unknown = HashMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if entry.verdict == Verdict::Unknown && entry.kind != COMMAND {
                unknown.entry(entry.subject()).or_insert(at);
            }
        }
        Self { findings, entries, unknown }
    }

    fn item(&self, at: usize) -> Item<'a> {
        Item::of(self.findings[at])
    }

    /// The unknown verdict about the subject of another side's fail.
    fn doubt(&self, fail: &Entry) -> Option<usize> {
        self.unknown.get(&fail.subject()).copied().filter(|_| fail.verdict == Verdict::Fail)
    }
}

/// Compares.
pub fn diff<'a>(old: &'a Report, new: &'a Report) -> Diff<'a> {
    let seen = new.coverage();
    let (before, after) = (Side::of(old), Side::of(new));
    let had = old.coverage();
    let pairs = pair(&before.entries, &after.entries, &|entry| seen.judges(entry), &|entry| had.judges(entry));
    let mut result = Diff {
        diff_version: "1",
        summary: Summary::default(),
        new: Vec::new(),
        fixed: Vec::new(),
        changed: Vec::new(),
        not_compared: Vec::new(),
    };
    // Fails that became unknown, and the other way round; the verdict on the other side is none of its own.
    let (mut told_before, mut told_after) = (HashSet::new(), HashSet::new());
    for (at, found) in pairs.of_new.iter().enumerate() {
        let (entry, item) = (&after.entries[at], after.item(at));
        if let Some(found) = found {
            let old = before.item(*found);
            if old.is_same(&item) {
                result.summary.unchanged += 1;
            } else {
                result.changed.push(Change { old, new: item });
            }
        } else if let Some(doubt) = before.doubt(entry) {
            told_before.insert(doubt);
            result.changed.push(Change { old: before.item(doubt), new: item });
        }
    }
    for at in (0..before.entries.len()).filter(|at| pairs.of_old[*at].is_none()) {
        if let Some(doubt) = after.doubt(&before.entries[at]) {
            told_after.insert(doubt);
            result.changed.push(Change { old: before.item(at), new: after.item(doubt) });
        }
    }
    for (at, entry) in after.entries.iter().enumerate().filter(|(at, _)| pairs.of_new[*at].is_none()) {
        if before.doubt(entry).is_none() && !told_after.contains(&at) {
            result.new.push(after.item(at));
        }
    }
    for (at, entry) in before.entries.iter().enumerate().filter(|(at, _)| pairs.of_old[*at].is_none()) {
        if after.doubt(entry).is_some() || told_before.contains(&at) {
            continue;
        }
        match seen.fate(entry, &|_| false) {
            Fate::Unseen => result.not_compared.push(before.item(at)),
            Fate::Fixed | Fate::Changed => result.fixed.push(before.item(at)),
        }
    }
    result.summary.new = result.new.len();
    result.summary.fixed = result.fixed.len();
    result.summary.changed = result.changed.len();
    result.summary.not_compared = result.not_compared.len();
    result
}

/// The JSON Schema of the difference, pretty-printed.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Diff<'static>>();
    schema.insert("title".to_owned(), "Difference of two reports of Trailwarden, version 1".into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

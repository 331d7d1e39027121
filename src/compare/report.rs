//! The JSON report, read back: the fields that comparing and merging need. Fields that are not known are passed over, for
//! later versions may add some.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Coverage, Entry, Subject, Verdict};
use crate::finding::Severity;

/// A report.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// What was read and judged.
    pub scope: Scope,
    /// All verdicts.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// What was read and judged.
#[derive(Debug, Deserialize)]
pub struct Scope {
    /// Files and folders.
    pub inputs: Vec<Input>,
    /// Live accounts.
    pub accounts: Vec<Account>,
    /// Regions of live accounts.
    pub regions: Vec<String>,
    /// The ids of the checks.
    pub checks: Vec<String>,
}

/// Something that was read.
#[derive(Debug, Deserialize)]
pub struct Input {
    /// Relative to the repository root.
    pub path: String,
    /// The kind.
    pub kind: String,
    /// Whether all that belongs to it was read.
    pub complete: bool,
}

/// A live account.
#[derive(Debug, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// How much of it was read.
    pub status: Status,
    /// Its Regions.
    pub regions: Vec<Region>,
}

/// A Region of an account.
#[derive(Debug, Deserialize)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// How much of it was read.
    pub status: Status,
}

/// How much was read; the better one is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nothing, because it was not asked for.
    Skipped,
    /// Nothing, although it should have been.
    Failed,
    /// Some of it.
    Partial,
    /// All of it.
    Complete,
}

/// A verdict.
#[derive(Debug, Deserialize)]
pub struct Finding {
    /// The check's id.
    pub check: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The severity.
    pub severity: Severity,
    /// Whether it is news.
    pub standing: Standing,
    /// What it is about.
    pub resource: Resource,
    /// What was found.
    pub message: String,
    /// Where.
    pub location: Option<Location>,
    /// The identity.
    pub fingerprint: String,
    /// The identity without the owner.
    #[serde(default)]
    pub moved_fingerprint: String,
}

/// Whether a finding is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is.
    New,
    /// It was known.
    Baselined,
    /// Somebody accepted it.
    Suppressed,
}

/// What a finding is about.
#[derive(Debug, Deserialize)]
pub struct Resource {
    /// The kind.
    pub r#type: String,
    /// The address.
    pub address: String,
    /// What holds it.
    #[serde(default)]
    pub owner: String,
}

/// A place in a file.
#[derive(Debug, Deserialize)]
pub struct Location {
    /// The file.
    pub path: String,
    /// From 1.
    pub start_line: u32,
    /// From 1.
    pub start_column: u32,
}

/// Something that could not be read.
#[derive(Debug, Deserialize)]
pub struct Gap {
    /// The file.
    pub path: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// The call.
    pub call: Option<String>,
    /// A word.
    pub reason: String,
    /// What happened.
    pub message: String,
}

impl Finding {
    /// The finding, as far as it takes to find it again; none for a verdict that is neither fail nor unknown.
    pub fn entry(&self) -> Option<Entry> {
        matches!(self.verdict, Verdict::Fail | Verdict::Unknown).then(|| Entry {
            check: self.check.clone(),
            verdict: self.verdict,
            severity: self.severity,
            owner: self.resource.owner.clone(),
            kind: self.resource.r#type.clone(),
            address: self.resource.address.clone(),
            path: self.location.as_ref().map(|at| at.path.clone()),
            fingerprint: self.fingerprint.clone(),
            moved: self.moved_fingerprint.clone(),
        })
    }

    /// What the verdict is about.
    pub fn subject(&self) -> Subject {
        Subject::new(&self.check, &self.resource.owner, &self.resource.r#type, &self.resource.address)
    }
}

impl Report {
    /// What was judged.
    pub fn coverage(&self) -> Coverage {
        let mut seen = Coverage::of(self.scope.checks.iter().map(String::as_str));
        for input in &self.scope.inputs {
            seen.input(&input.path, input.complete);
        }
        // The root module that a plan was made of is no input, and owns its findings.
        let owners: HashSet<&str> = self.findings.iter().map(|finding| finding.resource.owner.as_str()).collect();
        owners.into_iter().for_each(|owner| seen.input(owner, true));
        for account in &self.scope.accounts {
            seen.account(&account.id, account.status == Status::Complete);
        }
        for gap in &self.gaps {
            seen.gap(gap.path.as_deref(), gap.account.as_deref());
        }
        for finding in &self.findings {
            seen.verdict(finding.subject(), finding.verdict);
        }
        seen
    }
}

//! What two scans have in common: findings that are known from a report, which of them a later scan still has, and what
//! became of the others.
//!
//! Nothing here knows a scan; files go in, [`Entry`]s come out, and both are compared by identity.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::finding::Severity;

pub mod baseline;
pub mod coverage;
pub mod diff;
pub mod files;
mod matching;
pub mod merge;
pub mod report;

pub use coverage::{Coverage, Fate};
pub use matching::{Pairs, pair};

/// A verdict, as the JSON report words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The practice is not followed.
    Fail,
    /// It cannot be told.
    Unknown,
    /// The practice is followed.
    Pass,
    /// The question does not arise.
    NotApplicable,
}

impl Verdict {
    /// The word of the reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A fail or an unknown verdict, as far as it takes to find it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The check's id.
    pub check: String,
    /// The verdict.
    pub verdict: Verdict,
    /// How bad a fail is.
    pub severity: Severity,
    /// What holds the resource: the template, the folder of the root module, the script, the live account.
    pub owner: String,
    /// The kind of the resource: `trail`, `bucket`, ….
    pub kind: String,
    /// The address of the resource in its owner.
    pub address: String,
    /// The file of the finding, where it is in one.
    pub path: Option<String>,
    /// The identity.
    pub fingerprint: String,
    /// The identity without the owner; empty where it is not known.
    pub moved: String,
}

impl Entry {
    /// What the verdict is about.
    pub fn subject(&self) -> Subject {
        Subject::new(&self.check, &self.owner, &self.kind, &self.address)
    }

    /// The order of written baselines.
    fn order(&self) -> (&str, &str, &str, Verdict, &str) {
        (&self.owner, &self.address, &self.check, self.verdict, &self.fingerprint)
    }
}

/// What a check gives verdicts about: one resource of one owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    check: String,
    owner: String,
    address: String,
}

impl Subject {
    /// Of a check, an owner, and the kind and address of a resource. The address of a command is its line, which says
    /// nothing: all commands of a file are one subject.
    pub fn new(check: &str, owner: &str, kind: &str, address: &str) -> Self {
        let address = if kind == COMMAND { "" } else { address };
        Self { check: check.to_owned(), owner: owner.to_owned(), address: address.to_owned() }
    }
}

/// The kind of resource that is a call in a script.
const COMMAND: &str = "command";

/// Something that belongs to the base and could not be read, so that what it held may look like news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file.
    pub path: Option<String>,
    /// A word, as for gaps.
    pub reason: String,
    /// What happened, without a final period.
    pub message: String,
}

/// The findings that are known from before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Where from: a file as it was named, or a revision.
    pub name: String,
    /// The commit, where it was scanned.
    pub commit: Option<String>,
    /// The findings, each identity once.
    pub entries: Vec<Entry>,
    /// Where the resources were, findings or not; none if that is not known.
    pub inventory: Option<HashSet<Place>>,
    /// What could not be read there.
    pub unread: Vec<Unread>,
}

/// Where a resource is: its owner, and its address there.
pub type Place = (String, String);

impl Known {
    /// Known findings; what comes twice is kept once.
    pub fn new(name: String, entries: Vec<Entry>) -> Self {
        let mut seen = HashSet::new();
        let entries = entries.into_iter().filter(|entry| seen.insert(entry.fingerprint.clone())).collect();
        Self { name, entries, ..Self::default() }
    }

    /// Everything that held a resource.
    pub fn owners(&self) -> impl Iterator<Item = &str> {
        let places = self.inventory.iter().flatten().map(|(owner, _)| owner.as_str());
        self.entries.iter().map(|entry| entry.owner.as_str()).chain(places)
    }

    /// Whether the resource of a later entry was there before. Where that is not known, its owner had a finding.
    pub fn held(&self) -> impl Fn(&Entry) -> bool {
        let owners: HashSet<&str> = self.entries.iter().map(|entry| entry.owner.as_str()).collect();
        move |entry| match &self.inventory {
            Some(places) => places.contains(&(entry.owner.clone(), entry.address.clone())),
            None => owners.contains(entry.owner.as_str()),
        }
    }
}

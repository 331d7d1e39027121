//! The file that `--write-baseline` writes: one finding a line, in the order of owners and addresses, so that a change of
//! the file reads as what changed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Entry, Place, Verdict};
use crate::finding::Severity;

/// The version of the file's shape.
pub const VERSION: &str = "1";

/// A line of the file.
#[derive(Debug, Deserialize, Serialize)]
struct Line {
    check: String,
    verdict: Verdict,
    severity: Severity,
    owner: String,
    r#type: String,
    address: String,
    path: Option<String>,
    fingerprint: String,
    #[serde(default)]
    moved_fingerprint: String,
}

/// The file.
#[derive(Debug, Deserialize)]
pub(super) struct Baseline {
    findings: Vec<Line>,
    resources: BTreeMap<String, BTreeSet<String>>,
}

impl Baseline {
    pub(super) fn parts(self) -> (Vec<Entry>, HashSet<Place>) {
        let entry = |line: Line| Entry {
            check: line.check,
            verdict: line.verdict,
            severity: line.severity,
            owner: line.owner,
            kind: line.r#type,
            address: line.address,
            path: line.path,
            fingerprint: line.fingerprint,
            moved: line.moved_fingerprint,
        };
        let of = |(owner, addresses): (String, BTreeSet<String>)| {
            addresses.into_iter().map(move |address| (owner.clone(), address))
        };
        let places = self.resources.into_iter().flat_map(of).collect();
        (self.findings.into_iter().map(entry).collect(), places)
    }
}

/// Writes the entries, and by their owners the addresses of all resources, by which something that moved is told from
/// something that was there. Equal entries give equal bytes, in whatever order they come.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(entries: &[Entry], places: &HashSet<Place>, out: &mut dyn Write) -> io::Result<()> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.order());
    sorted.dedup_by_key(|entry| &entry.fingerprint);
    write!(out, "{{\n  \"baseline_version\": \"{VERSION}\",\n  \"findings\": [")?;
    for (i, entry) in sorted.iter().enumerate() {
        out.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
        let line = Line {
            check: entry.check.clone(),
            verdict: entry.verdict,
            severity: entry.severity,
            owner: entry.owner.clone(),
            r#type: entry.kind.clone(),
            address: entry.address.clone(),
            path: entry.path.clone(),
            fingerprint: entry.fingerprint.clone(),
            moved_fingerprint: entry.moved.clone(),
        };
        serde_json::to_writer(&mut *out, &line)?;
    }
    out.write_all(if sorted.is_empty() { b"]" } else { b"\n  ]" })?;
    let mut resources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (owner, address) in places {
        resources.entry(owner).or_default().insert(address);
    }
    out.write_all(b",\n  \"resources\": {")?;
    for (i, (owner, addresses)) in resources.iter().enumerate() {
        out.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
        serde_json::to_writer(&mut *out, owner)?;
        out.write_all(b": ")?;
        serde_json::to_writer(&mut *out, addresses)?;
    }
    out.write_all(if resources.is_empty() { b"}\n}\n" } else { b"\n  }\n}\n" })
}

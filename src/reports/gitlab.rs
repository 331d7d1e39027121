//! GitLab: its Code Quality report, which merge requests show in all tiers, and its SAST report, which feeds the
//! vulnerability pages.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::finding::{Severity, clean};
use crate::reports::entry::{self, Entry, cut};
use crate::reports::location;
use crate::reports::pages::Pages;
use crate::reports::{Lazy, Settings, sarif, write_array};
use crate::scan::Scan;

/// The version of the schema of security reports that the SAST report follows.
const SCHEMA: &str = "15.0.7";

/// The longest name of a vulnerability.
const LONGEST_NAME: usize = 255;

/// Writes the Code Quality report.
///
/// # Errors
/// If writing to `out` fails.
pub fn code_quality(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let findings = entry::listed(scan, &pages, settings).map(|entry| {
        let severity = match entry.finding.severity {
            _ if !entry.fails() => "info",
            Severity::Critical => "blocker",
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
            Severity::Note => "info",
        };
        json!({
            "type": "issue",
            "check_name": entry.finding.check,
            "description": format!("{}: {}", entry.heading(), entry.story()),
            "categories": ["Security"],
            "severity": severity,
            "fingerprint": entry.finding.fingerprint,
            "location": {
                "path": entry.path(),
                "lines": {"begin": entry.place.start_line, "end": entry.place.end_line},
            },
        })
    });
    let gaps = scan.gaps.iter().map(|gap| {
        let (path, at) = location::of_gap(scan, gap).unwrap_or(("unknown", None));
        let line = at.map_or(1, |at| at.start_line);
        json!({
            "type": "issue",
            "check_name": "gap",
            "description": format!("The scan is incomplete: {}", entry::sentence(&gap.message)),
            "categories": ["Security"],
            "severity": "major",
            "fingerprint": entry::gap_fingerprint(scan, gap),
            "location": {"path": clean(path), "lines": {"begin": line, "end": line}},
        })
    });
    write_array(findings.chain(gaps), out)
}

/// The SAST report, whose findings are written one by one.
#[derive(Serialize)]
struct Sast<V> {
    version: &'static str,
    scan: Value,
    vulnerabilities: V,
}

/// Writes the SAST report.
///
/// # Errors
/// If writing to `out` fails.
pub fn sast(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    // The schema has the time without a zone; it is UTC.
    let time = entry::utc(settings.now).unwrap_or_default().trim_end_matches('Z').to_owned();
    let tool = |id: &str| {
        json!({
            "id": id,
            "name": "Trailwarden",
            "version": env!("CARGO_PKG_VERSION"),
            "url": sarif::HOME,
            "vendor": {"name": "Trailwarden"},
        })
    };
    let messages = scan.gaps.iter().map(|gap| {
        let at = entry::gap_at(scan, gap).map(|at| format!("{at}: ")).unwrap_or_default();
        json!({"level": "fatal", "value": format!("{at}{}", entry::sentence(&gap.message))})
    });
    let messages: Vec<Value> = messages.collect();
    let report = Sast {
        version: SCHEMA,
        scan: json!({
            "type": "sast",
            "status": if scan.gaps.is_empty() { "success" } else { "failure" },
            "start_time": time,
            "end_time": time,
            "analyzer": tool("trailwarden"),
            "scanner": tool("trailwarden"),
            "messages": messages,
        }),
        vulnerabilities: Lazy(|| entry::listed(scan, &pages, settings).map(|entry| vulnerability(&entry))),
    };
    serde_json::to_writer(&mut *out, &report)?;
    out.write_all(b"\n")
}

fn vulnerability(entry: &Entry<'_>) -> Value {
    let finding = entry.finding;
    let severity = match (&finding.outcome, finding.severity) {
        (crate::finding::Outcome::Unknown(_), _) => "Unknown",
        _ if !entry.fails() => "Info",
        (_, Severity::Critical) => "Critical",
        (_, Severity::High) => "High",
        (_, Severity::Medium) => "Medium",
        (_, Severity::Low) => "Low",
        (_, Severity::Note) => "Info",
    };
    let mut description = entry.message();
    if let Some(example) = entry.example() {
        description.push_str(&format!(" For example, {}", entry::sentence(&example)));
    }
    let check = json!({
        "type": "trailwarden_check",
        "name": format!("Trailwarden {}", finding.check),
        "value": finding.check,
        "url": entry.help(),
    });
    let mut vulnerability = json!({
        "id": finding.fingerprint,
        "name": cut(&format!("{} ({}): {}", entry.title(), entry.heading(), entry.address()), LONGEST_NAME),
        "description": description,
        "severity": severity,
        "location": {
            "file": entry.path(),
            "start_line": entry.place.start_line,
            "end_line": entry.place.end_line,
        },
        "identifiers": [check],
        "links": [{"url": entry.help()}],
    });
    if let Some(remedy) = entry.remedy() {
        vulnerability["solution"] = remedy.into();
    }
    vulnerability
}

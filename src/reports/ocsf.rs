//! OCSF: an array of Compliance Findings (class 2003) in the shape of version 1.5.0.
//!
//! Titles and standards are always there, so that consumers of versions from 1.1 on take the events, too.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::finding::{Outcome, Severity, clean};
use crate::reports::entry::{self, Entry};
use crate::reports::location::{self, Location};
use crate::reports::pages::Pages;
use crate::reports::{Settings, sarif, write_array};
use crate::scan::{Gap, Scan};

/// Writes the events.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let time = (settings.now.unix_timestamp_nanos() / 1_000_000) as i64;
    let findings = entry::listed(scan, &pages, settings).map(|entry| finding(&entry, time));
    let gaps = scan.gaps.iter().map(|gap| gap_event(scan, gap, time));
    write_array(findings.chain(gaps), out)
}

/// What all events have.
fn event(time: i64, severity: (u8, &str), message: &str) -> Value {
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_301,
        "type_name": "Compliance Finding: Create",
        "time": time,
        "severity_id": severity.0,
        "severity": severity.1,
        "status_id": 1,
        "status": "New",
        "message": message,
        "metadata": {
            "version": "1.5.0",
            "profiles": [],
            "product": {
                "name": "Trailwarden",
                "vendor_name": "Trailwarden",
                "version": env!("CARGO_PKG_VERSION"),
                "url_string": sarif::HOME,
            },
        },
    })
}

fn finding(entry: &Entry<'_>, time: i64) -> Value {
    let finding = entry.finding;
    let message = entry.message();
    let mut event = event(time, severity(entry), &message);
    let description = entry.page.map_or_else(|| entry.title(), |page| crate::reports::pages::plain(&page.summary));
    event["finding_info"] = json!({
        "uid": finding.fingerprint,
        "title": entry.title(),
        "desc": description,
        "types": ["Software and Configuration Checks"],
        "src_url": entry.help(),
    });
    let standards = entry.frameworks();
    let (id, status) = status(&finding.outcome);
    event["compliance"] = json!({
        "control": finding.check,
        "standards": if standards.is_empty() { vec!["trailwarden"] } else { standards },
        "requirements": entry.controls(),
        "status_id": id,
        "status": status,
        "status_details": status_details(entry),
    });
    event["resources"] = json!([{
        "uid": entry.address(),
        "name": clean(&finding.subject.shown),
        "type": finding.subject.kind.word(),
        "data": place(entry.exact),
    }]);
    if entry.suppressed() {
        event["status_id"] = 3.into();
        event["status"] = "Suppressed".into();
        event["comment"] = entry.accepted().into();
    }
    if let Some(region) = entry.region {
        event["resources"][0]["region"] = region.into();
    }
    if let Some(account) = entry.account {
        event["metadata"]["profiles"] = json!(["cloud"]);
        let account = json!({"uid": account, "type_id": 10, "type": "AWS Account"});
        event["cloud"] = json!({"provider": "AWS", "account": account});
        if let Some(region) = entry.region {
            event["cloud"]["region"] = region.into();
        }
    }
    if let Some(remedy) = entry.remedy() {
        event["remediation"] = json!({"desc": remedy, "references": [entry.help()]});
    }
    event
}

/// A gap: a question that was not answered for lack of information.
fn gap_event(scan: &Scan, gap: &Gap, time: i64) -> Value {
    let message = entry::sentence(&gap.message);
    let mut event = event(time, (1, "Informational"), &message);
    event["finding_info"] = json!({
        "uid": entry::gap_fingerprint(scan, gap),
        "title": "The scan is incomplete",
        "desc": message,
        "types": ["Software and Configuration Checks"],
    });
    event["compliance"] = json!({
        "control": "gap",
        "standards": ["trailwarden"],
        "status_id": 2,
        "status": "Warning",
        "status_details": [gap.reason],
    });
    if let Some((path, at)) = location::of_gap(scan, gap) {
        let data = at.map_or_else(|| json!({"path": clean(path)}), |at| place(Some(at)));
        event["resources"] = json!([{"uid": clean(path), "name": clean(path), "type": "file", "data": data}]);
    }
    event
}

fn severity(entry: &Entry<'_>) -> (u8, &'static str) {
    match entry.finding.severity {
        _ if !entry.fails() => (1, "Informational"),
        Severity::Note => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn status(outcome: &Outcome) -> (u8, &'static str) {
    match outcome {
        Outcome::Pass => (1, "Pass"),
        Outcome::Unknown(_) => (2, "Warning"),
        Outcome::Fail(_) => (3, "Fail"),
        Outcome::NotApplicable(_) => (99, "Not applicable"),
    }
}

fn status_details(entry: &Entry<'_>) -> Vec<String> {
    let cause = entry.cause().map(|(word, detail)| format!("{word}: {detail}"));
    cause.into_iter().chain(entry.example()).collect()
}

fn place(at: Option<Location<'_>>) -> Value {
    at.map_or(Value::Null, |at| {
        json!({
            "path": clean(at.path),
            "start_line": at.start_line,
            "start_column": at.start_column,
            "end_line": at.end_line,
            "end_column": at.end_column,
        })
    })
}

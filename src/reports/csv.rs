//! A table as RFC 4180 has it, with a header; what could not be read has rows of its own with the verdict `gap`.
//!
//! A cell that a spreadsheet would take for a formula begins with an apostrophe, which spreadsheets do not show.

use std::io::{self, Write};

use crate::finding::clean;
use crate::reports::Settings;
use crate::reports::entry::{self, Entry};
use crate::reports::location;
use crate::reports::pages::Pages;
use crate::scan::{Gap, Scan};

/// The columns.
const HEADER: [&str; 20] = [
    "verdict",
    "severity",
    "standing",
    "check",
    "resource_type",
    "address",
    "account",
    "region",
    "path",
    "start_line",
    "start_column",
    "end_line",
    "end_column",
    "message",
    "example",
    "cause",
    "remediation",
    "controls",
    "help",
    "fingerprint",
];

type Row = [String; HEADER.len()];

/// Writes the table.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    line(&HEADER.map(str::to_owned), out)?;
    for entry in entry::listed(scan, &pages, settings) {
        line(&finding_row(&entry), out)?;
    }
    for gap in &scan.gaps {
        line(&gap_row(scan, gap), out)?;
    }
    Ok(())
}

fn numbers(at: Option<location::Location<'_>>) -> [String; 4] {
    at.map(|at| [at.start_line, at.start_column, at.end_line, at.end_column].map(|n| n.to_string())).unwrap_or_default()
}

fn finding_row(entry: &Entry<'_>) -> Row {
    let finding = entry.finding;
    let [start_line, start_column, end_line, end_column] = numbers(entry.exact);
    [
        finding.outcome.word().to_owned(),
        finding.severity.word().to_owned(),
        finding.standing.word().to_owned(),
        finding.check.to_owned(),
        finding.subject.kind.word().to_owned(),
        entry.address(),
        entry.account.unwrap_or_default().to_owned(),
        entry.region.unwrap_or_default().to_owned(),
        entry.exact.map(|at| clean(at.path)).unwrap_or_default(),
        start_line,
        start_column,
        end_line,
        end_column,
        entry.message(),
        entry.example().unwrap_or_default(),
        entry.accepted().or_else(|| entry.cause().map(|(_, detail)| detail)).unwrap_or_default(),
        entry.remedy().unwrap_or_default(),
        entry.controls().join(" "),
        entry.help(),
        finding.fingerprint.clone(),
    ]
}

fn gap_row(scan: &Scan, gap: &Gap) -> Row {
    let mut row = Row::default();
    let (path, at) = location::of_gap(scan, gap).unzip();
    let places = numbers(at.flatten());
    row[0] = "gap".to_owned();
    row[8] = path.map(clean).unwrap_or_default();
    row[9..13].clone_from_slice(&places);
    row[13] = entry::sentence(&gap.message);
    row[15] = gap.reason.to_owned();
    row[19] = entry::gap_fingerprint(scan, gap);
    row
}

fn line(cells: &Row, out: &mut dyn Write) -> io::Result<()> {
    for (i, text) in cells.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        out.write_all(cell(text).as_bytes())?;
    }
    out.write_all(b"\r\n")
}

/// A cell in quotes, so that a separator of another country does not end it.
fn cell(text: &str) -> String {
    let text = clean(text);
    // The wide forms are what some input methods make of the signs; spreadsheets take them for the same.
    let formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && text != crate::scan::STDIN;
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

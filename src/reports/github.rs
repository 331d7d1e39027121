//! Annotations for GitHub Actions: one workflow command a finding, on its line.
//!
//! GitHub keeps ten annotations of each kind a step and drops the rest without a word, so no more are written, and the
//! last notice says how many there would be. The findings come with the worst severity first, so the worst are kept.

use std::io::{self, Write};

use crate::finding::Severity;
use crate::reports::entry::{self, Entry};
use crate::reports::location::{self, Location};
use crate::reports::pages::Pages;
use crate::reports::{Settings, entry::is_error};
use crate::scan::{Gap, Scan};

/// How many annotations of one kind GitHub keeps.
const MOST: usize = 10;

/// How many of the errors may be gaps, so that neither hides the other.
const MOST_GAPS: usize = 3;

/// The runner cuts longer messages.
const LONGEST: usize = 4000;

/// The longest title of an annotation.
const LONGEST_TITLE: usize = 250;

/// Writes the commands.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let mut left = [("error", MOST), ("warning", MOST), ("notice", MOST - 1)];
    let mut take = |kind: &str| match left.iter_mut().find(|(name, left)| *name == kind && *left > 0) {
        Some((_, left)) => {
            *left -= 1;
            true
        }
        None => false,
    };
    for gap in scan.gaps.iter().take(MOST_GAPS).filter(|_| take("error")) {
        annotate_gap(scan, gap, out)?;
    }
    let mut dropped = 0;
    for entry in entry::listed(scan, &pages, settings) {
        if take(kind(&entry)) {
            annotate(&entry, out)?;
        } else {
            dropped += 1;
        }
    }
    let gaps = scan.gaps.len().saturating_sub(MOST_GAPS);
    if dropped + gaps > 0 {
        let text = format!(
            "GitHub shows {MOST} annotations of each kind. Not annotated are {dropped} findings and {gaps} gaps; the other \
             reports list them."
        );
        command("notice", "Trailwarden: more was found", None, &text, out)?;
    }
    let incomplete = if scan.gaps.is_empty() { "" } else { "; the scan is incomplete" };
    writeln!(out, "Trailwarden: {}, {} gaps{incomplete}", entry::counts(scan), scan.gaps.len())
}

fn kind(entry: &Entry<'_>) -> &'static str {
    match entry.finding.severity {
        _ if !entry.fails() => "notice",
        severity if is_error(severity) => "error",
        Severity::Medium => "warning",
        _ => "notice",
    }
}

fn annotate(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{} ({}): {}", entry.finding.check, entry.heading(), entry.title());
    let place = (entry.place.path, Some(entry.place));
    command(kind(entry), &title, Some(place), &entry.story(), out)
}

fn annotate_gap(scan: &Scan, gap: &Gap, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("The scan is incomplete ({})", gap.reason);
    let place = location::of_gap(scan, gap);
    let message = entry::sentence(&gap.message);
    let text = match entry::gap_at(scan, gap).filter(|_| place.is_none()) {
        Some(at) => format!("{at}: {message}"),
        None => message,
    };
    command("error", &title, place, &text, out)
}

type Place<'a> = (&'a str, Option<Location<'a>>);

/// `::kind title=…,file=…,line=…::message`
fn command(kind: &str, title: &str, place: Option<Place<'_>>, text: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{kind} title={}", property(&entry::cut(title, LONGEST_TITLE)))?;
    // Standard input is no file that GitHub could show.
    if let Some((path, at)) = place.filter(|(path, _)| *path != crate::scan::STDIN) {
        write!(out, ",file={}", property(&crate::finding::clean(path)))?;
        if let Some(at) = at {
            write!(out, ",line={},endLine={}", at.start_line, at.end_line)?;
            write!(out, ",col={},endColumn={}", at.start_column, at.end_column)?;
        }
    }
    writeln!(out, "::{}", data(&entry::cut(text, LONGEST)))
}

/// The text behind the second `::`: no line break may begin a command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a colon or a comma.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

//! JUnit's XML: a suite for each check, a case for each finding, and a suite `scan` that fails where something could not
//! be read, so that a report is never empty.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::finding::{Outcome, clean};
use crate::reports::Settings;
use crate::reports::entry::{self, Entry};
use crate::reports::pages::Pages;
use crate::scan::Scan;

/// Writes the report.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let mut suites: HashMap<&str, Vec<Entry<'_>>> = HashMap::new();
    for entry in entry::listed(scan, &pages, settings) {
        suites.entry(entry.finding.check).or_default().push(entry);
    }
    let mut total = Counts::of(suites.values().flatten());
    let gaps = Counts { tests: scan.gaps.len().max(1), errors: scan.gaps.len(), ..Counts::default() };
    total.tests += gaps.tests;
    total.errors += gaps.errors;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"trailwarden\" {}>", total.attributes())?;
    writeln!(out, "  <testsuite name=\"scan\" {}>", gaps.attributes())?;
    if scan.gaps.is_empty() {
        writeln!(out, "    <testcase classname=\"scan\" name=\"everything was read\" time=\"0\"/>")?;
    }
    for gap in &scan.gaps {
        let name = entry::gap_at(scan, gap).unwrap_or_else(|| gap.reason.to_owned());
        let message = escape(&entry::sentence(&gap.message));
        writeln!(out, "    <testcase classname=\"scan\" name=\"{}\" time=\"0\">", escape(&name))?;
        writeln!(out, "      <error type=\"{}\" message=\"{message}\">{message}</error>", escape(gap.reason))?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")?;
    for check in &scan.checks {
        let cases = suites.remove(check.id).unwrap_or_default();
        let counts = Counts::of(cases.iter());
        writeln!(out, "  <testsuite name=\"{}\" {}>", check.id, counts.attributes())?;
        for entry in &cases {
            write_case(entry, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(entries: impl Iterator<Item = &'a Entry<'a>>) -> Self {
        let mut counts = Self::default();
        for entry in entries {
            counts.tests += 1;
            match entry.finding.outcome {
                Outcome::Pass => {}
                Outcome::Fail(_) if entry.fails() => counts.failures += 1,
                Outcome::Fail(_) | Outcome::Unknown(_) | Outcome::NotApplicable(_) => counts.skipped += 1,
            }
        }
        counts
    }

    fn attributes(&self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!(r#"tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="0""#)
    }
}

fn write_case(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = entry.finding;
    // Build servers know a case again by its name: it holds the identity and no line.
    let identity: String = finding.fingerprint.trim_start_matches("sha256:").chars().take(12).collect();
    let name = format!("{} {} [{identity}]", finding.subject.kind.noun(), entry.address());
    writeln!(
        out,
        "    <testcase classname=\"trailwarden.{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"0\">",
        finding.check,
        escape(&name),
        escape(&entry.path()),
        entry.place.start_line
    )?;
    writeln!(
        out,
        "      <properties><property name=\"fingerprint\" value=\"{}\"/></properties>",
        escape(&finding.fingerprint)
    )?;
    let message = escape(&entry.message());
    match &finding.outcome {
        Outcome::Pass => {}
        _ if entry.suppressed() => {
            let accepted = escape(&entry.accepted().unwrap_or_default());
            writeln!(out, "      <skipped message=\"suppressed {accepted}: {message}\"/>")?;
        }
        Outcome::Fail(_) => {
            let text = format!("{}: {}\n{}", entry.at(), entry.story(), entry.help());
            let (severity, text) = (finding.severity.word(), escape_lines(&text));
            writeln!(out, "      <failure type=\"{severity}\" message=\"{message}\">{text}</failure>")?;
        }
        Outcome::Unknown(_) | Outcome::NotApplicable(_) => {
            writeln!(out, "      <skipped message=\"{}: {message}\"/>", finding.outcome.word())?;
        }
    }
    writeln!(out, "    </testcase>")
}

/// Text of several lines, each of which is escaped.
fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Text inside of an element or an attribute. What XML 1.0 cannot hold is spelled out.
fn escape(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' => result.push_str("&quot;"),
            '\'' => result.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => result.extend(c.escape_unicode()),
            _ => result.push(c),
        }
    }
    result
}

//! The text report: reads like a good compiler's.

use std::collections::HashSet;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer};

use crate::compare::Entry;
use crate::finding::{Finding, Outcome, Severity, Standing, clean};
use crate::model::attr;
use crate::reports::location;
use crate::reports::pages::{Pages, plain};
use crate::reports::summary::{Summary, severities};
use crate::reports::{Settings, Show, entry, failing, is_listed, witness};
use crate::scan::{Against, Gap, Scan};
use crate::source_map::Span;
use crate::sources::aws::recording::Status;
pub use fault::fault;
use places::Place;

mod fault;
mod places;
mod snippet;

/// The width that lines of prose are wrapped to.
const PROSE: usize = 96;

/// Writes the report: findings, gaps, summary.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if settings.color { Renderer::styled() } else { Renderer::plain() }.term_width(400);
    let pages = Pages::run(scan);
    let mut listed: Vec<&Finding> = scan.findings.iter().filter(|f| is_listed(f, &settings.show)).collect();
    listed.sort_by_key(|finding| rank(finding));
    let mut explained = HashSet::new();
    for finding in listed {
        let why = pages.get(finding.check).filter(|_| explained.insert(finding.check));
        let why = why.map(|page| plain(&page.summary));
        writeln!(out, "{}\n", draw(&renderer, group(scan, finding, why)))?;
    }
    for gap in &scan.gaps {
        writeln!(out, "{}\n", draw(&renderer, gap_group(scan, gap)))?;
    }
    if settings.show.contains(&Show::Fixed) {
        for entry in scan.baseline.iter().flat_map(Against::fixed) {
            writeln!(out, "{}\n", draw(&renderer, fixed_group(entry)))?;
        }
    }
    write_summary(scan, settings, out)
}

/// Fails come first, the worst first; what else was asked for follows, kind by kind.
fn rank(finding: &Finding) -> (u8, std::cmp::Reverse<Severity>) {
    match finding.outcome {
        _ if finding.standing == Standing::Suppressed => (4, std::cmp::Reverse(Severity::Critical)),
        Outcome::Fail(_) => (0, std::cmp::Reverse(finding.severity)),
        Outcome::Unknown(_) => (1, std::cmp::Reverse(Severity::Critical)),
        Outcome::Pass => (2, std::cmp::Reverse(Severity::Critical)),
        Outcome::NotApplicable(_) => (3, std::cmp::Reverse(Severity::Critical)),
    }
}

/// The colour and the word in front of a finding.
fn heading(finding: &Finding) -> Level<'static> {
    if finding.standing == Standing::Suppressed {
        return Level::HELP.with_name(finding.standing.word());
    }
    match &finding.outcome {
        Outcome::Fail(_) => match finding.severity {
            Severity::Critical | Severity::High => Level::ERROR,
            Severity::Medium => Level::WARNING,
            Severity::Low | Severity::Note => Level::NOTE,
        }
        .with_name(finding.severity.word()),
        other @ Outcome::Unknown(_) => Level::WARNING.with_name(other.word()),
        other @ (Outcome::Pass | Outcome::NotApplicable(_)) => Level::HELP.with_name(other.word()),
    }
}

fn group<'a>(scan: &'a Scan, finding: &'a Finding, why: Option<String>) -> Group<'a> {
    let mut group = Group::with_title(heading(finding).primary_title(clean(&finding.message)).id(finding.check));
    let mut places = Vec::new();
    let mut elsewhere = Vec::new();
    let shown = |at: Span| !scan.sources.file(at.file).is_withheld();
    if let Some(at) = span(&finding.at) {
        let seen = finding.evidence.iter().find(|evidence| evidence.at == finding.at);
        let label = seen.map(|evidence| format!("expected {}", clean(&evidence.expected)));
        let label = label.filter(|_| !matches!(finding.outcome, Outcome::Pass | Outcome::NotApplicable(_)));
        if shown(at) {
            places.push(Place { at, kind: AnnotationKind::Primary, label });
        } else {
            group = group.element(origin(scan, at));
            elsewhere.extend(label.map(|label| note("expected", label.trim_start_matches("expected "))));
        }
    }
    for related in &finding.related {
        let message = clean(&related.message);
        match span(&related.at) {
            Some(at) if shown(at) => places.push(Place { at, kind: AnnotationKind::Context, label: Some(message) }),
            Some(at) => {
                let here = location::of_span(&scan.sources, at);
                let place = format!("{}:{}:{}", clean(here.path), here.start_line, here.start_column);
                elsewhere.push(note("see", &format!("{place}: {message}")));
            }
            None => elsewhere.push(note("see", &message)),
        }
    }
    group = group.elements(places::snippets(&scan.sources, places)).elements(elsewhere);
    if !finding.subject.instances.is_empty() {
        let shown: Vec<_> = finding.subject.instances.iter().take(10).map(|address| clean(address)).collect();
        let more = finding.subject.instances.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        group = group.element(note("instances", &format!("{}{more}", shown.join(", "))));
    }
    if let Outcome::Fail(Some(witness)) = &finding.outcome {
        group = group.element(note("example", &witness::sentence(witness)));
    }
    if let Some(suppression) = finding.suppression.as_deref() {
        group = group.element(note("suppressed", &entry::accepted(scan, suppression)));
    }
    if let Some(why) = why {
        group = group.element(note("why", &why));
    }
    if let Some(fix) = finding.remediation.as_deref().filter(|text| !text.is_empty()) {
        group = group.element(note("fix", &clean(fix)));
    }
    group
}

fn gap_group<'a>(scan: &'a Scan, gap: &'a Gap) -> Group<'a> {
    let title = Level::ERROR.with_name("gap").primary_title(clean(&gap.sentence())).id(gap.reason);
    let group = Group::with_title(title);
    match (gap.span, &gap.path) {
        (Some(at), _) if scan.sources.file(at.file).is_withheld() => group.element(origin(scan, at)),
        (Some(at), _) => {
            let place = Place { at, kind: AnnotationKind::Primary, label: None };
            group.elements(places::snippets(&scan.sources, vec![place]))
        }
        (None, Some(path)) => group.element(Origin::path(clean(path))),
        (None, None) => group,
    }
}

/// What is mended, as far as the baseline says what it was.
fn fixed_group(entry: &Entry) -> Group<'static> {
    let title = format!("'{}' has this no longer: {}", clean(&entry.address), entry.verdict.word());
    let group = Group::with_title(Level::HELP.with_name("fixed").primary_title(title).id(entry.check.clone()));
    match &entry.path {
        Some(path) => group.element(Origin::path(clean(path))),
        None => group,
    }
}

/// A place without its line.
fn origin(scan: &Scan, at: Span) -> Origin<'static> {
    let here = location::of_span(&scan.sources, at);
    Origin::path(clean(here.path)).line(here.start_line as usize).char_column(here.start_column as usize)
}

fn span(origin: &attr::Origin) -> Option<Span> {
    match origin {
        attr::Origin::Text(span) => Some(*span),
        attr::Origin::Api { .. } => None,
    }
}

/// Stands between a place and the one that the renderer appends, which it counts in the excerpt instead of the file.
/// It cannot come from anywhere else: cleaned text holds no hidden characters.
const MARK: char = '\u{2060}';

/// Draws a group, with the places as [`places::snippets`] gave them.
fn draw(renderer: &Renderer, group: Group<'_>) -> String {
    let drawn = renderer.render(&[group]);
    let mut pieces = drawn.split(MARK);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        result.push_str(piece.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    }
    result
}

fn note(name: &'static str, text: &str) -> annotate_snippets::Message<'static> {
    Level::NOTE.with_name(name).message(wrap(text))
}

/// Breaks a line between words; the renderer indents what follows.
fn wrap(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > PROSE {
            result.push('\n');
            width = 0;
        } else if width > 0 {
            result.push(' ');
            width += 1;
        }
        result.push_str(word);
        width += length;
    }
    result
}

fn write_summary(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(scan);
    let by_severity: Vec<_> = severities(scan).iter().map(|(s, count)| format!("{count} {}", s.word())).collect();
    let by_severity = if by_severity.is_empty() { String::new() } else { format!(" ({})", by_severity.join(", ")) };
    let mut line = format!(
        "{} fail{by_severity}, {} unknown, {} pass, {} not applicable",
        summary.fail, summary.unknown, summary.pass, summary.not_applicable
    );
    for (count, word) in [(summary.suppressed, "suppressed"), (summary.baselined, "baselined")] {
        if count > 0 {
            line.push_str(&format!(", {count} {word}"));
        }
    }
    line.push_str(&format!("; {}", count(scan.inputs.len(), "input")));
    let partial = scan.inputs.iter().filter(|input| !input.complete).count();
    if partial > 0 {
        line.push_str(&format!(" ({partial} not complete)"));
    }
    let complete = scan.accounts.iter().filter(|account| account.status == Status::Complete).count();
    // Accounts that were left out on purpose are neither.
    let asked = scan.accounts.iter().filter(|account| account.status != Status::Skipped).count();
    if asked > 0 {
        line.push_str(&format!("; {complete} of {} complete", count(asked, "account")));
    }
    if !scan.gaps.is_empty() {
        line.push_str(&format!("; {}: the scan is incomplete", count(scan.gaps.len(), "gap")));
    }
    let bold = if settings.color { anstyle::Style::new().bold() } else { anstyle::Style::new() };
    writeln!(out, "{bold}{line}{bold:#}")?;
    let failing = failing(scan, settings.fail_on);
    if let Some(least) = settings.fail_on.filter(|_| failing > 0) {
        writeln!(out, "{} at or above the severity '{}'", count(failing, "finding"), least.word())?;
    }
    if summary.unknown > 0 && !settings.show.contains(&Show::Unknown) {
        let (verdicts, are) = (count(summary.unknown, "verdict"), if summary.unknown == 1 { "is" } else { "are" });
        writeln!(out, "{verdicts} {are} unknown; '--show unknown' lists the reasons")?;
    }
    if let Some(against) = &scan.baseline {
        let (fixed, unseen) = (against.fixed().count(), against.unseen().count());
        let name = clean(&against.known.name);
        let rest = if unseen > 0 { format!(", {unseen} not looked for in this scan") } else { String::new() };
        writeln!(out, "of the {} of '{name}', {fixed} are fixed{rest}", count(against.known.entries.len(), "finding"))?;
    }
    if scan.inputs.is_empty() && scan.gaps.is_empty() {
        writeln!(out, "nothing to judge was found")?;
    }
    Ok(())
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

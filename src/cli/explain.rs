//! A check's page on a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::checks::Check;
use crate::checks::page::{OUTPUT, Page};

const HEADING: Style = Style::new().bold();
const TERM: Style = Style::new().dimmed();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Writes the page; the writer takes the colours away where they are not wanted.
///
/// # Errors
/// If writing fails.
pub fn write(check: &Check, page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let meta = &page.meta;
    writeln!(out, "{HEADING}{}{HEADING:#}", meta.title)?;
    let mut severity = meta.severity.word().to_owned();
    for other in &meta.other_severities {
        severity.push_str(", in some cases ");
        severity.push_str(other.word());
    }
    let sources: Vec<&str> = meta.sources.keys().map(String::as_str).collect();
    let facts = [
        ("check", check.id.to_owned()),
        ("severity", severity),
        ("category", meta.category.clone()),
        ("practice", meta.practice.clone().unwrap_or_default()),
        ("sources", sources.join(", ")),
        ("controls", meta.controls.join(", ")),
        ("suppress", format!("# trailwarden:ignore {} until=YYYY-MM-DD reason=\"…\"", check.id)),
    ];
    for (term, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        writeln!(out, "{TERM}{term:>8}{TERM:#}  {fact}")?;
    }
    writeln!(out)?;
    body(&page.summary, out)?;
    for (title, text) in &page.sections {
        writeln!(out, "\n{HEADING}{title}{HEADING:#}\n")?;
        body(text, out)?;
    }
    if !meta.options.is_empty() {
        writeln!(out, "\n{HEADING}Options{HEADING:#}\n")?;
        for (name, what) in &meta.options {
            writeln!(out, "  {name}: {what}")?;
        }
    }
    if !meta.references.is_empty() {
        writeln!(out, "\n{HEADING}References{HEADING:#}\n")?;
        for reference in &meta.references {
            writeln!(out, "  {reference}")?;
        }
    }
    Ok(())
}

/// Text as it is written; code blocks indented, with what they show above them.
fn body(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut fenced = false;
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            fenced = !fenced;
            if fenced && info == OUTPUT {
                writeln!(out, "  {TERM}prints:{TERM:#}")?;
            } else if fenced && !info.is_empty() {
                writeln!(out, "  {TERM}{info}:{TERM:#}")?;
            }
        } else if fenced && !line.is_empty() {
            writeln!(out, "    {CODE}{line}{CODE:#}")?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

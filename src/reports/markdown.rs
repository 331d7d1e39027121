//! Markdown for a job summary or a comment on GitHub.
//!
//! A comment takes 65,536 characters, a job summary a mebibyte; the report fits in either, and says what it leaves out.
//! The first line is a comment that does not show: whoever posts the report finds the last one by it and replaces it.

use std::io::{self, Write};

use crate::finding::clean;
use crate::reports::entry::{self, Entry};
use crate::reports::pages::Pages;
use crate::reports::{Settings, summary};
use crate::scan::{Gap, Scan};

/// The longest report, in bytes, without its last lines.
const LONGEST: usize = 64_000;

/// How much of it the table of findings may take, so that there is room for the details of the worst.
const LONGEST_TABLE: usize = 24_000;

/// The longest cell of a table, in bytes before it is escaped.
const LONGEST_CELL: usize = 300;

/// Writes the report.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let mut page = Page { out, written: 0 };
    // Two hyphens end a comment.
    let fit = |c: char| if c.is_ascii_alphanumeric() || "/._".contains(c) { c } else { '_' };
    let category: String = settings.category.chars().take(200).map(fit).collect();
    page.put(&format!("<!-- trailwarden:report:{category} -->\n## Trailwarden\n\n{}.\n\n", entry::counts(scan)))?;
    if !scan.gaps.is_empty() {
        page.put(&format!("**The scan is incomplete:** {} could not be read.\n\n", things(scan.gaps.len())))?;
    }
    if summary::severities(scan).is_empty() && scan.gaps.is_empty() {
        page.put("Nothing fails.\n\n")?;
    }
    gaps(&mut page, scan)?;
    findings(&mut page, entry::listed(scan, &pages, settings))?;
    page.put(&format!("Trailwarden {}\n", env!("CARGO_PKG_VERSION")))
}

/// Counts what is written.
struct Page<'a> {
    out: &'a mut dyn Write,
    written: usize,
}

impl Page<'_> {
    fn put(&mut self, text: &str) -> io::Result<()> {
        self.written += text.len();
        self.out.write_all(text.as_bytes())
    }

    /// Writes a piece if it fits below a limit.
    fn try_put(&mut self, text: &str, limit: usize) -> io::Result<bool> {
        let fits = self.written + text.len() <= limit;
        if fits {
            self.put(text)?;
        }
        Ok(fits)
    }
}

fn gaps(page: &mut Page<'_>, scan: &Scan) -> io::Result<()> {
    if scan.gaps.is_empty() {
        return Ok(());
    }
    page.put("| Gap | Place | Reason |\n|---|---|---|\n")?;
    for (i, gap) in scan.gaps.iter().enumerate() {
        if i == 20 || !page.try_put(&gap_row(scan, gap), LONGEST)? {
            page.put(&format!("\n{} more gaps are in the other reports.\n", scan.gaps.len() - i))?;
            break;
        }
    }
    page.put("\n")
}

fn gap_row(scan: &Scan, gap: &Gap) -> String {
    let at = entry::gap_at(scan, gap).unwrap_or_default();
    format!("| {} | {} | {} |\n", cell(&entry::sentence(&gap.message)), code(&at), gap.reason)
}

/// A table of all, then the details of each: of either as many as fit.
fn findings<'a>(page: &mut Page<'_>, entries: impl Iterator<Item = Entry<'a>> + Clone) -> io::Result<()> {
    let total = entries.clone().count();
    if total == 0 {
        return Ok(());
    }
    page.put("| Severity | Check | What was found | Place |\n|---|---|---|---|\n")?;
    let mut rows = 0;
    for entry in entries.clone() {
        if !page.try_put(&row(&entry), LONGEST_TABLE)? {
            break;
        }
        rows += 1;
    }
    page.put("\n")?;
    if rows < total {
        page.put(&format!("{} more findings are not in this table.\n\n", total - rows))?;
    }
    let mut told = 0;
    for entry in entries {
        if !page.try_put(&details(&entry), LONGEST)? {
            break;
        }
        told += 1;
    }
    if told < total {
        let left = total - told;
        page.put(&format!("The details of {left} more findings did not fit; the other reports have them.\n\n"))?;
    }
    Ok(())
}

fn row(entry: &Entry<'_>) -> String {
    let finding = entry.finding;
    format!(
        "| {} | [{}]({}) | {} | {} |\n",
        entry.heading(),
        text(finding.check),
        entry.help(),
        cell(&entry.message()),
        code(&entry::cut(&entry.at(), LONGEST_CELL))
    )
}

fn details(entry: &Entry<'_>) -> String {
    let mut result = format!(
        "<details><summary>{}: {} at {}</summary>\n\n{}\n\n",
        entry.heading(),
        html(entry.finding.check),
        html(&entry::cut(&entry.at(), LONGEST_CELL)),
        text(&entry.message())
    );
    let mut item = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            result.push_str(&format!("- {name}: {}\n", text(&value)));
        }
    };
    item("for example", entry.example());
    item("because", entry.cause().map(|(_, detail)| detail));
    item("suppressed", entry.accepted());
    item("fix", entry.remedy());
    item("resource", Some(entry.address()));
    item("controls", Some(entry.controls().join(", ")).filter(|controls| !controls.is_empty()));
    result.push_str("\n</details>\n\n");
    result
}

fn things(count: usize) -> String {
    if count == 1 { "one thing".to_owned() } else { format!("{count} things") }
}

/// Text of a table's cell.
fn cell(raw: &str) -> String {
    text(&entry::cut(raw, LONGEST_CELL))
}

/// A place, in the letters of code.
fn code(raw: &str) -> String {
    if raw.is_empty() { String::new() } else { format!("<code>{}</code>", text(raw)) }
}

/// Text as it is: nothing in it is markup, nobody is mentioned, nothing is linked.
///
/// GitHub looks for mentions, references and addresses in the text that comes out of Markdown, where no escape is left;
/// it does not look between code marks.
fn text(raw: &str) -> String {
    let mut result = String::with_capacity(raw.len() * 2);
    let mut in_code = false;
    for c in clean(raw).chars() {
        // A run of them stands between one pair of marks: marks beside each other would be one longer mark.
        let is_sign = matches!(c, '@' | '#');
        if is_sign != in_code {
            result.push('`');
            in_code = is_sign;
        }
        match c {
            '@' | '#' => result.push(c),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '&' => result.push_str("&amp;"),
            '|' => result.push_str("&#124;"),
            _ if c.is_ascii_punctuation() => result.extend(['\\', c]),
            _ => result.push(c),
        }
    }
    if in_code {
        result.push('`');
    }
    result
}

/// Text inside of an element.
fn html(raw: &str) -> String {
    let mut result = String::with_capacity(raw.len());
    for c in clean(raw).chars() {
        match c {
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '&' => result.push_str("&amp;"),
            '@' | '#' => result.extend(["<code>", if c == '@' { "@" } else { "#" }, "</code>"]),
            _ => result.push(c),
        }
    }
    result
}

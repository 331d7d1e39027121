//! The difference of two reports, for people.

use std::io::{self, Write};

use crate::compare::Verdict;
use crate::compare::diff::{Diff, Item};
use crate::finding::clean;

/// Writes what is new, what changed, what is fixed and what was not compared, and the counts last.
///
/// # Errors
/// If writing to `out` fails.
pub fn text(diff: &Diff<'_>, old: &str, new: &str, out: &mut dyn Write) -> io::Result<()> {
    for item in &diff.new {
        writeln!(out, "new: {}", line(item))?;
    }
    for change in &diff.changed {
        let (was, is) = (state(&change.old), state(&change.new));
        writeln!(out, "changed from {was} to {is}: {}", place(&change.new))?;
        writeln!(out, "  {}", clean(change.new.message))?;
    }
    for item in &diff.fixed {
        writeln!(out, "fixed: {}", line(item))?;
    }
    for item in &diff.not_compared {
        writeln!(out, "not compared: {}", line(item))?;
    }
    let counts = &diff.summary;
    let lists = [&diff.new, &diff.fixed, &diff.not_compared];
    if !diff.changed.is_empty() || lists.iter().any(|list| !list.is_empty()) {
        writeln!(out)?;
    }
    writeln!(
        out,
        "from {} to {}: {} new, {} changed, {} fixed, {} unchanged, {} not compared",
        clean(old),
        clean(new),
        counts.new,
        counts.changed,
        counts.fixed,
        counts.unchanged,
        counts.not_compared
    )?;
    if counts.not_compared > 0 {
        writeln!(out, "what is not compared is of files, accounts or checks that {} does not cover", clean(new))?;
    }
    Ok(())
}

/// The severity of a fail, else the verdict.
fn state(item: &Item<'_>) -> String {
    let word = if item.verdict == Verdict::Fail { item.severity.word() } else { item.verdict.word() };
    let suppressed = if item.suppressed { " (suppressed)" } else { "" };
    format!("{word}{suppressed}")
}

fn place(item: &Item<'_>) -> String {
    let at = match (item.path, item.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path.to_owned(),
        (None, _) => item.owner.to_owned(),
    };
    format!("[{}] {}: {}", clean(item.check), clean(&at), clean(item.address))
}

fn line(item: &Item<'_>) -> String {
    format!("{} {}\n  {}", state(item), place(item), clean(item.message))
}

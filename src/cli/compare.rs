//! `trailwarden diff` and `trailwarden merge`: reports in, a report out.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use super::args::{Diff, DiffFormat, Merge};
use super::exit::ExitStatus;
use super::settings::threshold;
use crate::compare::diff as difference_of;
use crate::compare::files;
use crate::compare::merge::{Merged, Part, merge as merged};
use crate::finding::clean;
use crate::reports::difference;

/// Compares two reports.
///
/// # Errors
/// If one cannot be read.
pub fn diff(args: &Diff) -> anyhow::Result<ExitStatus> {
    let read = |path: &Path| -> anyhow::Result<_> {
        let (name, text) = load(path)?;
        Ok((files::report(&name, &text)?, name))
    };
    let ((old, old_name), (new, new_name)) = (read(&args.old)?, read(&args.new)?);
    let result = difference_of::diff(&old, &new);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        DiffFormat::Text => difference::text(&result, &old_name, &new_name, &mut out)?,
        DiffFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &result)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    let worse = threshold(args.fail_on).is_some_and(|least| result.worse(least) > 0);
    Ok(ExitStatus::of(worse, false))
}

/// Merges reports.
///
/// # Errors
/// If one cannot be read, or the result not be written.
pub fn merge(args: &Merge) -> anyhow::Result<()> {
    let mut parts = Vec::new();
    for path in &args.reports {
        let (name, text) = load(path)?;
        let report = files::report(&name, &text)?;
        let value = serde_json::from_slice(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text))?;
        parts.push(Part { name, report, value });
    }
    let Merged { value, notes } = merged(parts);
    for note in notes {
        writeln!(anstream::stderr(), "note: {note}")?;
    }
    let write = |out: &mut dyn Write| -> anyhow::Result<()> {
        let mut out = io::BufWriter::new(out);
        serde_json::to_writer_pretty(&mut out, &value)?;
        writeln!(out)?;
        Ok(out.flush()?)
    };
    match &args.output {
        Some(file) => {
            let name = || format!("the report '{}'", clean(&file.display().to_string()));
            write(&mut fs::File::create(file).with_context(name)?).with_context(name)
        }
        None => write(&mut io::stdout().lock()),
    }
}

fn load(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let name = clean(&path.display().to_string());
    let text = fs::read(path).with_context(|| format!("the report '{name}'"))?;
    Ok((name, text))
}

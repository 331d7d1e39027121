//! Which findings somebody accepted: statements in the scanned files and in the configuration file are brought together
//! with the findings, and what is wrong with a statement becomes a finding of its own.
//!
//! A finding is suppressed by the innermost statement that covers its place; else its resource; else, from the inside, a
//! call of a module through which the resource is reached; else by the configuration file. One that has expired is passed
//! over.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use time::{Date, OffsetDateTime};

use super::walk::Base;
use super::{Gap, ScanError, internal};
use crate::checks::Check;
use crate::finding::{Finding, Outcome, Severity, Standing, Suppression, SuppressionKind};
use crate::model::Estate;
use crate::source_map::{FileId, SourceFile, SourceMap, Span};
use crate::suppressions::{self, Form, MARKS, Statement};
use index::Index;
use list::List;

mod faults;
mod index;
mod list;

/// The check of suppressions whose last day is over.
pub const EXPIRED: &str = "expired-suppression";

/// The check of suppressions that suppress nothing.
pub const UNUSED: &str = "unused-suppression";

/// Which suppressions count.
#[derive(Clone, Debug)]
pub struct Suppressions {
    /// Whether those in the scanned files do.
    pub inline: bool,
    /// Whether those of other tools do.
    pub foreign: bool,
    /// Whether each must say why.
    pub require_reason: bool,
    /// The day of the scan in UTC, instead of that of the clock.
    pub today: Option<Date>,
    /// The configuration file.
    pub file: Option<Accepted>,
}

impl Default for Suppressions {
    fn default() -> Self {
        Self { inline: true, foreign: true, require_reason: false, today: None, file: None }
    }
}

/// What the configuration file says.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// The file.
    pub place: PathBuf,
    /// Its text.
    pub text: String,
    /// Whether the scan is of all that the file is about.
    pub whole: bool,
    /// The entries, in order.
    pub entries: Vec<Entry>,
}

/// An entry of the configuration file.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The check.
    pub check: &'static str,
    /// The address or ARN; `*` and `?` stand for anything.
    pub resource: String,
    /// The path of the finding; `*` and `?` stand for anything.
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Option<Date>,
    /// Its bytes in the text.
    pub at: std::ops::Range<usize>,
}

/// What a statement says of one check, and what came of it.
#[derive(Debug)]
struct Slot {
    suppression: Arc<Suppression>,
    check: &'static str,
    /// Whether it is in force today.
    holds: bool,
    /// Whether it suppresses a finding.
    used: bool,
    /// Whether it covers a verdict of the check that needs no suppression.
    seen: bool,
    /// The first finding that came back because it has expired.
    back: Option<usize>,
    /// Whether what it covers is there at all times.
    always: bool,
    /// For an entry of the configuration file: whether it names an ARN.
    arn: bool,
}

/// What the findings are judged with.
pub(super) struct Context<'a> {
    /// Which suppressions count.
    pub(super) settings: &'a Suppressions,
    /// What the files are, where their names do not tell.
    pub(super) forms: HashMap<FileId, Form>,
    /// How paths are reported.
    pub(super) base: &'a Base,
    /// What was judged.
    pub(super) estate: &'a Estate,
    /// The checks that were run.
    pub(super) judged: &'a [&'static Check],
    /// Severities that replace those of the checks.
    pub(super) severities: &'a std::collections::BTreeMap<&'static str, Severity>,
}

/// Marks what is suppressed, and adds what is wrong with the suppressions.
///
/// # Errors
/// If a suppression must say why and does not.
pub(super) fn settle(
    findings: &mut Vec<Finding>,
    context: &Context<'_>,
    sources: &mut SourceMap,
    gaps: &mut Vec<Gap>,
) -> Result<(), ScanError> {
    let settings = context.settings;
    let today = settings.today.unwrap_or_else(|| OffsetDateTime::now_utc().date());
    let mut statements = if settings.inline { stated(context, sources, gaps) } else { Vec::new() };
    if settings.require_reason {
        reasoned(&mut statements, sources)?;
    }
    let mut slots = Vec::new();
    let index = Index::new(&statements, today, &mut slots);
    let list = List::new(settings.file.as_ref(), context.base, today, sources, &mut slots);
    if slots.is_empty() && statements.is_empty() {
        return Ok(());
    }
    for (i, finding) in findings.iter_mut().enumerate() {
        let covering = index.covering(finding).chain(list.covering(finding, sources));
        if matches!(finding.outcome, Outcome::Pass | Outcome::NotApplicable(_)) {
            covering.for_each(|slot| slots[slot].seen = true);
            continue;
        }
        let mut expired = Vec::new();
        let found = covering.into_iter().find(|&slot| {
            if !slots[slot].holds {
                expired.push(slot);
            }
            slots[slot].holds
        });
        match found {
            Some(slot) => {
                slots[slot].used = true;
                accept(finding, &slots[slot]);
            }
            None => expired.into_iter().for_each(|slot| {
                slots[slot].back.get_or_insert(i);
            }),
        }
    }
    let mut faults = faults::all(findings, &statements, &slots, context, sources, gaps);
    for fault in &mut faults {
        let found = index.covering(fault).chain(list.covering(fault, sources)).find(|&slot| slots[slot].holds);
        if let Some(slot) = found {
            accept(fault, &slots[slot]);
        }
    }
    findings.append(&mut faults);
    Ok(())
}

fn accept(finding: &mut Finding, slot: &Slot) {
    finding.standing = Standing::Suppressed;
    finding.suppression = Some(slot.suppression.clone());
}

/// The statements in the scanned files. Those of an installed module are its author's, who accepts nothing for others.
fn stated(context: &Context<'_>, sources: &SourceMap, gaps: &mut Vec<Gap>) -> Vec<Statement> {
    let form = |id: FileId, file: &SourceFile| {
        let installed = file.path().split('/').any(|part| part == ".terraform");
        let form = context.forms.get(&id).copied().or_else(|| Form::of_module(file.path()));
        form.filter(|_| !installed && !file.is_withheld())
    };
    let files: Vec<(FileId, Form)> = sources.files().filter_map(|(id, file)| Some((id, form(id, file)?))).collect();
    let foreign = context.settings.foreign;
    let read: Vec<Result<Vec<Statement>, FileId>> = files
        .par_iter()
        .filter(|(id, _)| is_marked(sources.file(*id).text()))
        .map(|(id, form)| {
            let read = || suppressions::read(sources.file(*id), *id, *form, foreign);
            catch_unwind(AssertUnwindSafe(read)).map_err(|_| *id)
        })
        .collect();
    let mut statements = Vec::new();
    for result in read {
        match result {
            Ok(found) => statements.extend(found),
            Err(id) => gaps.push(internal(sources.file(id).path())),
        }
    }
    statements
}

/// Whether a text holds one of the words of statements.
fn is_marked(text: &str) -> bool {
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MARKS).ok());
    WORDS.as_ref().is_none_or(|words| words.is_match(text))
}

/// Leaves out what other tools' statements do not give a reason for, which some have no place for.
///
/// # Errors
/// If one of ours gives none.
fn reasoned(statements: &mut Vec<Statement>, sources: &SourceMap) -> Result<(), ScanError> {
    let silent = |statement: &Statement| statement.suppression.reason.is_none() && statement.fault.is_none();
    let own = |statement: &&Statement| statement.suppression.kind != SuppressionKind::Foreign;
    let place = |statement: &Statement| {
        let at = statement.suppression.at;
        format!("{}:{}", sources.file(at.file).path(), sources.positions(at).0.line)
    };
    let places: Vec<String> = statements.iter().filter(own).filter(|s| silent(s)).map(place).collect();
    if !places.is_empty() {
        return Err(ScanError::NoReason(places));
    }
    statements.retain(|statement| !silent(statement));
    Ok(())
}

/// The ids of all checks in the list.
fn ids(checks: &[&'static Check]) -> HashSet<&'static str> {
    checks.iter().map(|check| check.id).collect()
}

/// A span of the source map from bytes.
fn span(file: FileId, range: &std::ops::Range<usize>) -> Span {
    Span::new(file, range.start, range.end)
}

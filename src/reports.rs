//! The reports: one scan, several formats.
//!
//! Places, counts and identities come from [`location`] and [`summary`] for all formats, so that no two formats
//! disagree about them.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use crate::finding::{Finding, Outcome, Severity, Standing};
use crate::scan::Scan;

pub mod json;
pub mod location;
pub(crate) mod pages;
pub mod sarif;
pub mod summary;
pub mod text;

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For other programs: version 1 of the JSON report.
    Json,
    /// SARIF 2.1.0, for code scanning and dashboards.
    Sarif,
}

impl Format {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Sarif];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a format: use text, json or sarif")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// What a report lists beside new fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Show {
    /// Verdicts that a practice is followed.
    Pass,
    /// Verdicts that could not be reached.
    Unknown,
    /// Checks whose question does not arise.
    NotApplicable,
    /// Findings that somebody suppressed.
    Suppressed,
}

impl Show {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Unknown, Self::NotApplicable, Self::Suppressed];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
            Self::Suppressed => "suppressed",
        }
    }
}

impl fmt::Display for Show {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names nothing to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' cannot be shown: use pass, unknown, not-applicable or suppressed")]
pub struct UnknownShow(String);

impl FromStr for Show {
    type Err = UnknownShow;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|show| show.word() == word).ok_or_else(|| UnknownShow(word.to_owned()))
    }
}

/// How reports are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether the text may hold ANSI colour codes.
    pub color: bool,
    /// What the text lists beside new fails. JSON always lists everything.
    pub show: BTreeSet<Show>,
    /// What SARIF lists beside new fails.
    pub sarif_include: BTreeSet<Show>,
    /// The severity from which a new fail counts for the exit status; `None` for never.
    pub fail_on: Option<Severity>,
    /// The time of the scan. SARIF holds it only if set, so that two runs can give the same bytes.
    pub now: Option<time::OffsetDateTime>,
    /// SARIF: what tells the uploads of one commit apart.
    pub category: String,
    /// SARIF: how many results at most; the worst are kept.
    pub max_results: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            color: false,
            show: BTreeSet::new(),
            sarif_include: BTreeSet::new(),
            fail_on: Some(Severity::Medium),
            now: None,
            category: "trailwarden/iac".to_owned(),
            max_results: 5000,
        }
    }
}

/// Writes a report.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(format: Format, scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Text => text::write(scan, settings, &mut out)?,
        Format::Json => json::write(scan, &mut out)?,
        Format::Sarif => sarif::write(scan, settings, &mut out)?,
    }
    out.flush()
}

/// How many new fails are at or above `fail_on`; none if nothing shall fail a run.
pub fn failing(scan: &Scan, fail_on: Option<Severity>) -> usize {
    fail_on.map_or(0, |least| scan.findings.iter().filter(|f| is_new_fail(f) && f.severity >= least).count())
}

/// Whether a finding is one that every format lists.
fn is_new_fail(finding: &Finding) -> bool {
    matches!((&finding.outcome, finding.standing), (Outcome::Fail(_), Standing::New))
}

/// Whether a format that lists new fails and `also` lists this finding.
fn is_listed(finding: &Finding, also: &BTreeSet<Show>) -> bool {
    match &finding.outcome {
        Outcome::Fail(_) => match finding.standing {
            Standing::New => true,
        },
        Outcome::Pass => also.contains(&Show::Pass),
        Outcome::Unknown(_) => also.contains(&Show::Unknown),
        Outcome::NotApplicable(_) => also.contains(&Show::NotApplicable),
    }
}

/// Serializes the items of a sequence one by one, so that they need not all exist at once.
struct Lazy<F>(F);

impl<F, I> serde::Serialize for Lazy<F>
where
    F: Fn() -> I,
    I: IntoIterator,
    I::Item: serde::Serialize,
{
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

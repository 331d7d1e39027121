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

mod asff;
mod csv;
pub mod difference;
mod entry;
mod github;
mod gitlab;
mod html;
pub mod json;
mod junit;
pub mod location;
mod markdown;
mod ocsf;
pub(crate) mod pages;
pub mod sarif;
pub mod summary;
pub mod text;
pub(crate) mod witness;

/// A format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For other programs: version 1 of the JSON report.
    Json,
    /// SARIF 2.1.0, for code scanning and dashboards.
    Sarif,
    /// Annotations on the lines of a pull request, as workflow commands of GitHub Actions.
    Github,
    /// Markdown as GitHub reads it: a job summary or a comment.
    Markdown,
    /// JUnit's XML, for the test pages of build servers.
    Junit,
    /// A table, for spreadsheets.
    Csv,
    /// Compliance Findings of the Open Cybersecurity Schema Framework.
    Ocsf,
    /// The AWS Security Finding Format: a request of `BatchImportFindings` on each line.
    Asff,
    /// Code Quality of GitLab.
    Gitlab,
    /// The SAST report of GitLab.
    GitlabSast,
    /// A page for browsers and printers.
    Html,
}

impl Format {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
        Self::Html,
        Self::Junit,
        Self::Csv,
        Self::Ocsf,
        Self::Asff,
        Self::Gitlab,
        Self::GitlabSast,
    ];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Ocsf => "ocsf",
            Self::Asff => "asff",
            Self::Gitlab => "gitlab",
            Self::GitlabSast => "gitlab-sast",
            Self::Html => "html",
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
#[error("'{0}' is not a format: use {known}", known = Format::ALL.map(Format::word).join(", "))]
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
    /// Findings that are in the baseline.
    Baselined,
    /// What is in the baseline and is mended; in text and SARIF.
    Fixed,
}

impl Show {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Unknown, Self::NotApplicable, Self::Suppressed, Self::Baselined, Self::Fixed];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
            Self::Suppressed => "suppressed",
            Self::Baselined => "baselined",
            Self::Fixed => "fixed",
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
#[error("'{0}' cannot be shown: use pass, unknown, not-applicable, suppressed, baselined or fixed")]
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
    /// What the formats but JSON and SARIF list beside new fails. JSON always lists everything.
    pub show: BTreeSet<Show>,
    /// What SARIF lists beside new fails.
    pub sarif_include: BTreeSet<Show>,
    /// The severity from which a new fail counts for the exit status; `None` for never.
    pub fail_on: Option<Severity>,
    /// The time of the scan. Formats that must have one hold it; two runs give the same bytes if this is the same.
    pub now: time::OffsetDateTime,
    /// Whether SARIF holds the time, too.
    pub times: bool,
    /// What tells several reports of one commit or pull request apart: the uploads of SARIF, the comments of Markdown.
    pub category: String,
    /// ASFF: the account that the findings are sent to, where the scan does not know it.
    pub account: Option<String>,
    /// ASFF: the Region that the findings are sent to.
    pub region: Option<String>,
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
            now: time::OffsetDateTime::UNIX_EPOCH,
            times: false,
            category: "trailwarden/iac".to_owned(),
            account: None,
            region: None,
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
        Format::Github => github::write(scan, settings, &mut out)?,
        Format::Markdown => markdown::write(scan, settings, &mut out)?,
        Format::Html => html::write(scan, settings, &mut out)?,
        Format::Junit => junit::write(scan, settings, &mut out)?,
        Format::Csv => csv::write(scan, settings, &mut out)?,
        Format::Ocsf => ocsf::write(scan, settings, &mut out)?,
        Format::Asff => asff::write(scan, settings, &mut out)?,
        Format::Gitlab => gitlab::code_quality(scan, settings, &mut out)?,
        Format::GitlabSast => gitlab::sast(scan, settings, &mut out)?,
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
    let standing = match finding.standing {
        Standing::New => true,
        Standing::Suppressed => also.contains(&Show::Suppressed),
        Standing::Baselined => also.contains(&Show::Baselined),
    };
    standing
        && match &finding.outcome {
            Outcome::Fail(_) => true,
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

/// Writes values as a JSON array, one a line, without having them all in memory.
fn write_array(values: impl Iterator<Item = serde_json::Value>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, value) in values.enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &value)?;
    }
    out.write_all(b"\n]\n")
}

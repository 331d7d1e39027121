//! What is typed and written, in the words of the scan.

use std::collections::BTreeSet;

use crate::cli::args::{self, FailOn, Shown};
use crate::config;
use crate::finding::Severity;
use crate::reports::{Format, Show};

pub(super) fn or_none(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "none".to_owned())
}

pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

pub(super) fn shown(verdicts: &[Shown]) -> BTreeSet<Show> {
    let one = |verdict: &Shown| match verdict {
        Shown::Pass => Show::Pass,
        Shown::Unknown => Show::Unknown,
        Shown::NotApplicable => Show::NotApplicable,
        Shown::Suppressed => Show::Suppressed,
        Shown::Baselined => Show::Baselined,
        Shown::Fixed => Show::Fixed,
    };
    verdicts.iter().map(one).collect()
}

pub fn threshold(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::High => Some(Severity::High),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::Low => Some(Severity::Low),
        FailOn::Note => Some(Severity::Note),
        FailOn::Never => None,
    }
}

pub(super) fn of_file(threshold: config::Threshold) -> Option<Severity> {
    match threshold {
        config::Threshold::Critical => Some(Severity::Critical),
        config::Threshold::High => Some(Severity::High),
        config::Threshold::Medium => Some(Severity::Medium),
        config::Threshold::Low => Some(Severity::Low),
        config::Threshold::Note => Some(Severity::Note),
        config::Threshold::Never => None,
    }
}

pub(super) fn format(format: args::Format) -> Format {
    match format {
        args::Format::Text => Format::Text,
        args::Format::Json => Format::Json,
        args::Format::Sarif => Format::Sarif,
        args::Format::Github => Format::Github,
        args::Format::Markdown => Format::Markdown,
        args::Format::Html => Format::Html,
        args::Format::Junit => Format::Junit,
        args::Format::Csv => Format::Csv,
        args::Format::Ocsf => Format::Ocsf,
        args::Format::Asff => Format::Asff,
        args::Format::Gitlab => Format::Gitlab,
        args::Format::GitlabSast => Format::GitlabSast,
    }
}

//! The options of the commands that read reports.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::FailOn;

/// The options of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The earlier report
    ///
    /// As '--format json' or 'trailwarden merge' writes it.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// The later report
    ///
    /// As '--format json' or 'trailwarden merge' writes it.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// The format on standard output
    ///
    /// text is for people, json for programs, after schema/diff-v1.schema.json.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,

    /// The lowest severity of a new or worse fail that makes the exit status 1
    ///
    /// Fails that somebody suppressed do not count.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Never)]
    pub fail_on: FailOn,
}

/// The format of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// The options of `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The reports
    ///
    /// JSON reports, in any order.
    #[arg(value_name = "REPORT", required = true)]
    pub reports: Vec<PathBuf>,

    /// Write the merged report to this file
    ///
    /// Without it, to standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

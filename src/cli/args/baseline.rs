//! The options about what was known before.

use std::path::PathBuf;

use clap::Args;

/// What was known before.
#[derive(Debug, Default, Args)]
pub struct Baseline {
    /// A report or baseline whose findings are not new
    ///
    /// A JSON or SARIF report of this program, or what --write-baseline wrote. Only new findings count for the exit
    /// status; a finding whose severity rose is new, one that moved or whose file was renamed is not.
    #[arg(long, value_name = "FILE", env = "TRAILWARDEN_BASELINE", help_heading = "Baseline")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this scan as a baseline
    ///
    /// Holds what is found and not suppressed: fails and unknown verdicts. Of what the file or --baseline held, the
    /// findings are kept that this scan could not look for; those that are mended are left out.
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub write_baseline: Option<PathBuf>,
}

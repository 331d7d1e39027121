//! The options of all commands that judge.

use clap::Args;

use super::{Baseline, Color, FailOn, Format, Output, Shown, Workflow, output};

/// What all commands that judge have in common.
#[derive(Debug, Args)]
pub struct Common {
    /// The format on standard output
    ///
    /// JSON lists all verdicts; the others show fails unless --show (of SARIF: --sarif-include) asks for more.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text, help_heading = "Reports")]
    pub format: Format,

    /// Write a report to a file as well: FORMAT=FILE
    ///
    /// May be given several times: several reports come from one scan. Standard output still gets --format.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Reports")]
    pub output: Vec<Output>,

    /// Further verdicts to show: pass, unknown, not-applicable, suppressed, baselined, fixed
    ///
    /// A comma-separated list. The reports show new fails and count the rest; this lists them, too. fixed is what the
    /// baseline holds and the scan no longer finds, in text.
    #[arg(long, value_enum, value_name = "VERDICTS", value_delimiter = ',', help_heading = "Reports")]
    pub show: Vec<Shown>,

    /// The category of the SARIF run
    ///
    /// GitHub keeps the alerts of two uploads for one commit apart by it; give each scan of a repository its own.
    #[arg(long, value_name = "NAME", help_heading = "Reports")]
    pub sarif_category: Option<String>,

    /// The most results that a SARIF report may hold
    ///
    /// Consumers refuse reports beyond their limit. The least severe results are left out and the report says how
    /// many.
    #[arg(long, value_name = "N", help_heading = "Reports")]
    pub max_results: Option<usize>,

    /// Further verdicts that a SARIF report lists: pass, unknown, not-applicable, suppressed, baselined, fixed
    ///
    /// A comma-separated list. Code scanning shows every result as an alert, so the default is new fails only. With a
    /// baseline every result has a baselineState: new, unchanged (baselined) or absent (fixed).
    #[arg(long, value_enum, value_name = "VERDICTS", value_delimiter = ',', help_heading = "Reports")]
    pub sarif_include: Vec<Shown>,

    /// Put the time of the scan into SARIF
    ///
    /// Without it, two scans of the same files give the same bytes. SOURCE_DATE_EPOCH sets the time.
    #[arg(long, help_heading = "Reports")]
    pub times: bool,

    /// The lowest severity that makes the exit status 1
    ///
    /// Without it, medium. never: findings do not change the exit status.
    #[arg(long, value_enum, value_name = "SEVERITY", env = "TRAILWARDEN_FAIL_ON", help_heading = "Exit status")]
    pub fail_on: Option<FailOn>,

    /// Unknown verdicts count as findings
    ///
    /// A verdict that cannot be given counts with the severity of its check.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "TRAILWARDEN_STRICT", help_heading = "Exit status")]
    pub strict: Option<bool>,

    /// An incomplete scan does not make the exit status 3
    ///
    /// What could not be read is still listed in every report.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "TRAILWARDEN_ALLOW_PARTIAL", help_heading = "Exit status")]
    pub allow_partial: Option<bool>,

    /// Run these checks only
    ///
    /// Ids as `trailwarden checks` lists them, separated by commas; may be given several times.
    #[arg(long, value_name = "CHECK", value_delimiter = ',', env = "TRAILWARDEN_ONLY", help_heading = "Checks")]
    pub only: Vec<String>,

    /// Leave these checks out
    ///
    /// Ids as `trailwarden checks` lists them, separated by commas; may be given several times.
    #[arg(long, value_name = "CHECK", value_delimiter = ',', env = "TRAILWARDEN_SKIP", help_heading = "Checks")]
    pub skip: Vec<String>,

    /// Run the checks that a framework asks for: cis-5.0.0, security-hub, …
    ///
    /// Selects the checks with a control of that framework; may be given several times. With --only, both must hold.
    #[arg(long, value_name = "NAME", value_delimiter = ',', env = "TRAILWARDEN_FRAMEWORK", help_heading = "Checks")]
    pub framework: Vec<String>,

    /// The configuration file.
    #[command(flatten)]
    pub workflow: Workflow,

    /// What was known before.
    #[command(flatten)]
    pub baseline: Baseline,

    /// When to use colours
    ///
    /// auto: on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE asks for them elsewhere.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help_heading = "Terminal")]
    pub color: Color,

    /// No text report on standard output and no progress
    ///
    /// Reports of --output and a --format for programs are written nevertheless; errors still go to standard error.
    #[arg(long, short, help_heading = "Terminal")]
    pub quiet: bool,

    /// No progress on standard error
    ///
    /// Progress is only ever shown on a terminal, and only when a scan takes a while.
    #[arg(long, help_heading = "Terminal")]
    pub no_progress: bool,

    /// Say more on standard error
    ///
    /// Lists the inputs that were read and whether all that belongs to them was found.
    #[arg(long, short, action = clap::ArgAction::Count, help_heading = "Terminal")]
    pub verbose: u8,
}

//! The options about the configuration file and about suppressions.

use std::path::PathBuf;

use clap::Args;

/// The configuration file and suppressions.
#[derive(Debug, Default, Args)]
pub struct Workflow {
    /// The configuration file
    ///
    /// Without it, the nearest trailwarden.yaml: in the folder that is scanned or above it, up to the root of the
    /// repository.
    #[arg(long, value_name = "FILE", env = "TRAILWARDEN_CONFIG", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// Read no configuration file
    ///
    /// Also none that lies above what is scanned. Wins over --config.
    #[arg(long, help_heading = "Configuration")]
    pub no_config: bool,

    /// Print the settings that are in force and where each comes from
    ///
    /// Nothing is scanned. A setting comes from its default, the configuration file, an environment variable or a flag,
    /// the later before the earlier.
    #[arg(long, help_heading = "Configuration")]
    pub show_config: bool,

    /// Suppressions in the scanned files do not count
    ///
    /// Neither comments nor Metadata, of this program or of another: an audit sees what the files hide. Suppressions of
    /// the configuration file still count; --no-config leaves them out, too.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "TRAILWARDEN_NO_INLINE_SUPPRESSIONS", help_heading = "Suppressions")]
    pub no_inline_suppressions: Option<bool>,

    /// Skip comments of other tools do not count
    ///
    /// Those of Checkov, tfsec, Trivy, KICS, cfn_nag and cdk-nag, which otherwise hold for the checks that ask the same.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "TRAILWARDEN_NO_FOREIGN_SUPPRESSIONS", help_heading = "Suppressions")]
    pub no_foreign_suppressions: Option<bool>,

    /// Every suppression must give a reason
    ///
    /// One of this program that gives none is an error; one of another tool does not count.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "TRAILWARDEN_REQUIRE_REASON", help_heading = "Suppressions")]
    pub require_reason: Option<bool>,
}

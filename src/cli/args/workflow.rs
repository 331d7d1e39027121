//! The options of `scan` about the configuration file.

use std::path::PathBuf;

use clap::Args;

/// The configuration file.
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
    /// Also none that lies above what is scanned.
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub no_config: bool,

    /// Print the settings that are in force and where each comes from
    ///
    /// Nothing is scanned. A setting comes from its default, the configuration file, an environment variable or a flag,
    /// the later before the earlier.
    #[arg(long, help_heading = "Configuration")]
    pub show_config: bool,
}

//! The command line as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config;
pub use workflow::Workflow;

mod workflow;

/// Tells whether an AWS CloudTrail audit trail can be trusted.
///
/// Trailwarden reads infrastructure as code into a model of the logging estate (trails, log buckets, keys, log groups,
/// policies, principals) and judges it: every practice passes, fails with the line to change, is unknown with the
/// reason, or does not apply.
#[derive(Debug, Parser)]
#[command(name = "trailwarden", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 clean, 1 findings, 2 usage error, 3 incomplete scan.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Writes a commented trailwarden.yaml.
    ///
    /// Puts it into the working directory, with every setting as a comment; asks nothing and overwrites nothing.
    Init,
    /// Judges templates, modules, plans and states.
    ///
    /// Finds the CloudFormation templates, Terraform modules, plans and states among the given files and folders by
    /// their content, judges them together with their nested stacks and local modules, and reports.
    #[command(after_long_help = EXIT)]
    Scan(Box<Scan>),
    /// Lists the checks.
    ///
    /// Prints the table of all checks with their severity, category and title.
    Checks(Checks),
    /// Explains a check.
    ///
    /// Prints the page of a check: what it asks for, why it matters, how to fix it, and examples.
    Explain(Explain),
    /// Prints shell completions.
    ///
    /// Prints the completion script of a shell; put it where the shell looks for such scripts.
    Completions(Completions),
    /// Prints the manual page.
    ///
    /// Prints the manual of all commands in the format of man(1): `trailwarden man | man -l -`.
    Man,
}

const EXIT: &str = "\
Exit status:
  0  nothing at or above --fail-on
  1  findings (the report says so when the scan is incomplete, too)
  2  usage error
  3  the scan is incomplete: something of ours could not be read (see --allow-partial)

Reports are written before the program ends with a status other than 0.";

/// The options of `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Files and folders; `-` is standard input
    ///
    /// Folders are searched for templates by content, honouring .gitignore; hidden files are read. A file that is
    /// named here is always read, and it is a gap if it is not a template. Without any, the paths of the configuration
    /// file are scanned, else the working directory.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The format on standard output
    ///
    /// text is for people, json (version 1) and sarif (2.1.0) are for programs. JSON lists all verdicts, the others
    /// show fails unless --show asks for more.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text, help_heading = "Reports")]
    pub format: Format,

    /// Write a report to a file as well: FORMAT=FILE
    ///
    /// May be given several times: several reports come from one scan. Standard output still gets --format.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Reports")]
    pub output: Vec<Output>,

    /// Further verdicts to show: pass, unknown, not-applicable
    ///
    /// A comma-separated list. The text report shows fails and counts the rest; this lists them, too.
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

    /// Further verdicts that a SARIF report lists: pass, unknown, not-applicable
    ///
    /// A comma-separated list. Code scanning shows every result as an alert, so the default is fails only.
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

    /// Every input must hold a trail
    ///
    /// Without it, a template without a trail is not blamed for that: the trail may be defined elsewhere.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "TRAILWARDEN_EXPECT_TRAIL", help_heading = "Checks")]
    pub expect_trail: Option<bool>,

    /// A file with values of template parameters
    ///
    /// JSON or YAML, in one of three forms: the list of ParameterKey and ParameterValue that the AWS CLI takes, the
    /// template configuration of CodePipeline with "Parameters", or a plain mapping of names to values. May be given
    /// several times; later files win.
    #[arg(long, value_name = "FILE", help_heading = "What templates cannot know")]
    pub parameters: Vec<PathBuf>,

    /// The value of a variable of Terraform: NAME=VALUE
    ///
    /// As terraform's own flag: the value of a variable that is no string is an expression. Wins over every file; may
    /// be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable, help_heading = "What templates cannot know")]
    pub var: Vec<(String, String)>,

    /// A file with values of Terraform variables
    ///
    /// In the syntax of `terraform.tfvars` or, with the extension .json, of `terraform.tfvars.json`. Wins over the
    /// files that Terraform reads by itself; may be given several times, later files win.
    #[arg(long, value_name = "FILE", help_heading = "What templates cannot know")]
    pub var_file: Vec<PathBuf>,

    /// The folder of the .tf files that a plan was made of
    ///
    /// Findings of the plan then point at the blocks in these files, and what a plan leaves out is taken from them. Not
    /// needed where the plan lies beside them: there, files that say something else than the plan are left alone.
    #[arg(long, value_name = "FOLDER", help_heading = "Reports")]
    pub source: Option<PathBuf>,

    /// The account that the templates are deployed to
    ///
    /// Twelve digits. Decides AWS::AccountId and comparisons with account ids in policies.
    #[arg(long, value_name = "ID", value_parser = config::account)]
    #[arg(env = "TRAILWARDEN_ACCOUNT", help_heading = "What templates cannot know")]
    pub account: Option<String>,

    /// The Region that the templates are deployed to
    ///
    /// Decides AWS::Region, AWS::Partition and what depends on the home Region of a trail.
    #[arg(long, value_name = "NAME", value_parser = config::region)]
    #[arg(env = "TRAILWARDEN_REGION", help_heading = "What templates cannot know")]
    pub region: Option<String>,

    /// The folder that reported paths are relative to
    ///
    /// Without it, the nearest folder upward with .git, else the common parent of the given paths.
    #[arg(long, value_name = "FOLDER", help_heading = "Reports")]
    pub repo_root: Option<PathBuf>,

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

/// The options of `checks`.
#[derive(Debug, Args)]
pub struct Checks {
    /// The format
    ///
    /// text is a table for people, markdown a table for documents, json all of the front matter.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = CatalogFormat::Text)]
    pub format: CatalogFormat,
}

/// The options of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The id of the check
    ///
    /// As `trailwarden checks` lists it.
    #[arg(value_name = "CHECK")]
    pub check: String,
    /// When to use colours
    ///
    /// auto: on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE asks for them elsewhere.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// The options of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    ///
    /// The shell that the script is for.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// A report's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// All verdicts, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// The format of the list of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CatalogFormat {
    /// A table for people
    Text,
    /// All of the front matter
    Json,
    /// A table for documents
    Markdown,
}

/// A verdict to show beside fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shown {
    /// The practice is followed
    Pass,
    /// It cannot be told
    Unknown,
    /// The question does not arise
    NotApplicable,
}

/// The threshold of the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Only critical findings
    Critical,
    /// High and above
    High,
    /// Medium and above
    Medium,
    /// Low and above
    Low,
    /// All findings
    Note,
    /// Findings do not matter
    Never,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A report that goes to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its format.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
}

fn output(text: &str) -> Result<Output, String> {
    let known = || {
        let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let (format, file) = text.split_once('=').ok_or("expected FORMAT=FILE, for example sarif=results.sarif")?;
    let format = Format::from_str(format, false).map_err(|_| format!("'{format}' is not one of: {}", known()))?;
    if file.is_empty() {
        return Err("the file is missing behind '='".to_owned());
    }
    Ok(Output { format, file: file.into() })
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, for example retention_days=400")?;
    let name = name.trim();
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if good { Ok((name.to_owned(), value.to_owned())) } else { Err(format!("'{name}' is no name of a variable")) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_short_and_a_long_help() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some() && command.get_long_about().is_some(), "{}", command.get_name());
            for arg in command.get_arguments() {
                let name = format!("{} {}", command.get_name(), arg.get_id());
                assert!(arg.get_help().is_some(), "{name}: no short help");
                assert!(arg.get_long_help().is_some(), "{name}: no long help");
            }
        }
    }

    #[test]
    fn outputs() {
        assert_eq!(output("sarif=a=b"), Ok(Output { format: Format::Sarif, file: "a=b".into() }));
        assert!(output("sarif").is_err());
        assert!(output("xml=a").is_err());
        assert!(output("json=").is_err());
    }

    #[test]
    fn variables() {
        assert_eq!(variable("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(variable("a="), Ok(("a".to_owned(), String::new())));
        for bad in ["a", "=b", "a b=c"] {
            assert!(variable(bad).is_err(), "{bad}");
        }
    }
}

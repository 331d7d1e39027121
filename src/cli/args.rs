//! The command line as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config;
pub use baseline::Baseline;
pub use common::Common;
pub use compare::{Diff, DiffFormat, Merge};
pub use workflow::Workflow;

mod baseline;
mod common;
mod compare;
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
    /// Judges templates, modules, plans, states and scripts.
    ///
    /// Finds the CloudFormation templates, Terraform modules, plans, states and scripts that call the AWS CLI among the
    /// given files and folders by their content, judges them together with their nested stacks and local modules, and
    /// reports.
    #[command(after_long_help = EXIT)]
    Scan(Box<Scan>),
    /// Judges a live account, or all accounts of an organization.
    ///
    /// Asks AWS, with the credentials that the AWS CLI would use, what the trails of the account are and what they
    /// use, over all enabled Regions; judges and reports it. Only reads. What AWS does not answer is listed, makes the
    /// verdicts that need it unknown, and the exit status 3.
    #[cfg(feature = "live")]
    #[command(after_long_help = EXIT)]
    Live(Box<Live>),
    /// Tells what changed from one report to a later one.
    ///
    /// Reads two JSON reports and lists what is new, fixed and changed. What the later report does not cover is listed as
    /// not compared, and never as fixed.
    #[command(after_long_help = EXIT_OF_DIFF)]
    Diff(Diff),
    /// Merges JSON reports into one.
    ///
    /// Shards of a scan, or scans of several accounts or folders, become the report that one scan of all would have given:
    /// scopes are added up, and what several reports say is told once.
    Merge(Merge),
    /// Writes a commented trailwarden.yaml.
    ///
    /// Puts it into the working directory, with every setting as a comment; asks nothing and overwrites nothing.
    Init,
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

const EXIT_OF_DIFF: &str = "\
Exit status:
  0  no open fail at or above --fail-on is new or worse than it was; without --fail-on always
  1  there is one
  2  usage error";

/// The options of `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Files and folders; `-` is standard input
    ///
    /// Folders are searched for templates by content, honouring .gitignore; hidden files are read. A file that is
    /// named here is always read, and it is a gap if it is neither a template nor a script. Without any, the paths
    /// of the configuration file are scanned, else the working directory.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Take the code blocks of Markdown pages for scripts
    ///
    /// What a page shows is rarely run as it stands, so that pages are left alone without this.
    #[arg(long)]
    pub include_docs: bool,

    /// What `live` has, too.
    #[command(flatten)]
    pub common: Common,

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

    /// A commit of the repository whose findings are not new
    ///
    /// A branch, a tag or an id. The same paths are scanned as they were there, without touching the work tree or the
    /// index. A commit that is not there, as in a shallow clone, is an error. Wins over the baseline of the configuration
    /// file.
    #[arg(long, value_name = "REF", env = "TRAILWARDEN_BASE_REF")]
    #[arg(help_heading = "Baseline")]
    pub base_ref: Option<String>,

    /// The folder that reported paths are relative to
    ///
    /// Without it, the nearest folder upward with .git, else the common parent of the given paths.
    #[arg(long, value_name = "FOLDER", help_heading = "Reports")]
    pub repo_root: Option<PathBuf>,
}

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
pub use live::Live;

/// The options of `checks`.
#[derive(Debug, Args)]
pub struct Checks {
    /// The format
    ///
    /// text is a table for people, markdown a table for documents, json all of the front matter.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = CatalogFormat::Text)]
    pub format: CatalogFormat,

    /// List the checks that a framework asks for: cis-5.0.0, security-hub, …
    ///
    /// May be given several times. The text names the controls behind the titles.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub framework: Vec<String>,
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
    /// Annotations of GitHub Actions
    Github,
    /// A job summary or a comment on GitHub
    Markdown,
    /// One page for browsers and printers
    Html,
    /// JUnit's XML, for build servers
    Junit,
    /// A table, for spreadsheets
    Csv,
    /// OCSF Compliance Findings, for data lakes
    Ocsf,
    /// Requests of BatchImportFindings, for Security Hub
    Asff,
    /// Code Quality of GitLab
    Gitlab,
    /// The SAST report of GitLab
    GitlabSast,
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
    /// Somebody accepted it
    Suppressed,
    /// It is in the baseline
    Baselined,
    /// It is in the baseline and no longer found
    Fixed,
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

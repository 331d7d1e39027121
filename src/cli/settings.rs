//! From what was typed to what is done.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::ArgMatches;
use time::OffsetDateTime;

use super::args;
use super::baseline::Baselines;
use super::configuration::{self, Found, Settle, Whence};
use super::parameters;
use crate::checks::Check;
use crate::config::{self, Config};
use crate::finding::{Options, Severity};
use crate::reports::{self, Format};
use crate::scan::{self, Accepted, Exclude, LARGEST_PLAN, Request, STDIN, Suppressions, TerraformSettings};
use crate::source_map::Span;
use crate::sources::cloudformation;

mod judging;
mod words;

pub use words::threshold;

/// What to scan, what to write and how to end.
pub struct Settings {
    /// For the scan.
    pub request: Request<'static>,
    /// For what comes after it.
    pub reporting: Reporting,
}

/// What to write and how to end.
pub struct Reporting {
    /// For the reports.
    pub reports: reports::Settings,
    /// The format on standard output; `None` for nothing.
    pub stdout: Option<Format>,
    /// The reports that go to files.
    pub outputs: Vec<(Format, PathBuf)>,
    /// Unknown verdicts count as findings.
    pub strict: bool,
    /// Gaps do not count for the exit status.
    pub allow_partial: bool,
    /// What was known before, and where it is written.
    pub baselines: Baselines,
    /// What is in force and where it comes from, for people.
    pub table: String,
}

/// How to judge, and what to write of it.
pub struct Judging {
    /// The checks to run.
    pub checks: Vec<&'static Check>,
    /// What the checks are told.
    pub options: Options,
    /// Which suppressions count.
    pub suppressions: Suppressions,
    /// Severities that replace those of the checks.
    pub severities: BTreeMap<&'static str, Severity>,
    /// For what comes after it.
    pub reporting: Reporting,
}

/// Resolves the options of `scan`; reads the configuration file, and standard input if a path asks for it.
///
/// # Errors
/// For what is wrong on the command line or in a file that it names.
pub fn scan(args: &args::Scan, matches: &ArgMatches) -> anyhow::Result<Settings> {
    let is_stdin = |path: &&PathBuf| path.as_path() == Path::new(STDIN);
    let typed: Vec<PathBuf> = args.paths.iter().filter(|path| !is_stdin(path)).cloned().collect();
    let found = find(&args.common.workflow, &typed)?;
    let empty = Config::default();
    let config = found.as_ref().map_or(&empty, |found| &found.loaded.config);
    let mut settle = Settle::new(matches, found.as_ref());
    let paths = paths(args, found.as_ref(), &mut settle);
    let file = config.account.clone().map(|id| Some(id.0));
    let account = settle.pick("account", "account", args.account.clone().map(Some), file, None, words::or_none);
    let file = config.region.clone().map(|name| Some(name.0));
    let region = settle.pick("region", "region", args.region.clone().map(Some), file, None, words::or_none);
    let exclude = Exclude {
        folder: found.as_ref().map(|found| found.folder().to_owned()).unwrap_or_default(),
        globs: config.exclude.clone(),
    };
    exclude.build().map_err(|error| anyhow!("'exclude' of the configuration file: {error}"))?;
    if !config.exclude.is_empty() {
        settle.note("exclude", config.exclude.join(", "), settle.place("exclude"));
    }
    let Judging { checks, options, mut suppressions, severities, mut reporting } =
        judging::settle(&args.common, args.expect_trail, args.base_ref.as_deref(), found.as_ref(), settle)?;
    // What the command line names may be less than what the file is about.
    suppressions.file = found.as_ref().map(|found| accepted(found, args.paths.is_empty()));
    let mut formats = reporting.outputs.iter().map(|(format, _)| *format).chain(reporting.stdout);
    if formats.any(|format| format == Format::Asff) && (account.is_none() || region.is_none()) {
        bail!("the format asff needs --account and --region: Security Hub takes findings of one account and Region");
    }
    reporting.reports.account.clone_from(&account);
    reporting.reports.region.clone_from(&region);
    let stdin = args.paths.iter().any(|path| is_stdin(&path)) && !args.common.workflow.show_config;
    let request = Request {
        paths,
        stdin: if stdin { Some(read_stdin()?) } else { None },
        repo_root: args.repo_root.clone(),
        exclude,
        severities,
        suppressions,
        checks,
        options,
        cloudformation: cloudformation::Settings {
            parameters: parameters::read(&args.parameters)?,
            account: account.clone(),
            region: region.clone(),
        },
        terraform: TerraformSettings {
            vars: args.var.clone(),
            var_files: args.var_file.clone(),
            source: args.source.clone(),
            account,
            region,
        },
        live: None,
        clock: stated_time()?.map(OffsetDateTime::unix_timestamp),
        include_docs: args.include_docs,
        progress: None,
    };
    Ok(Settings { request, reporting })
}

/// Resolves the options of `live`; reads the configuration file of the working directory.
///
/// # Errors
/// For what is wrong on the command line or in a file that it names.
#[cfg(feature = "live")]
pub fn live(args: &args::Live, matches: &ArgMatches) -> anyhow::Result<Judging> {
    let found = find(&args.common.workflow, &[])?;
    let mut judging = judging::settle(&args.common, None, None, found.as_ref(), Settle::new(matches, found.as_ref()))?;
    judging.suppressions.file = found.as_ref().map(|found| accepted(found, false));
    Ok(judging)
}

/// What a configuration file accepts; `whole` if the scan is of all that it is about.
fn accepted(found: &Found, whole: bool) -> Accepted {
    let loaded = &found.loaded;
    let entry = |(written, at): (&config::Suppression, &Span)| scan::Entry {
        check: written.check.get(),
        resource: written.resource.clone(),
        path: written.path.clone(),
        reason: written.reason.clone(),
        until: written.until.map(|day| day.0),
        at: at.range(),
    };
    Accepted {
        place: found.place.clone(),
        text: loaded.sources.file(loaded.file).text().to_owned(),
        whole,
        entries: loaded.config.suppressions.iter().zip(&loaded.suppressions).map(entry).collect(),
    }
}

fn find(workflow: &args::Workflow, paths: &[PathBuf]) -> anyhow::Result<Option<Found>> {
    if workflow.no_config { Ok(None) } else { configuration::find(workflow.config.as_deref(), paths) }
}

/// The paths of the command line, else those of the configuration file, else the working directory.
fn paths(args: &args::Scan, found: Option<&Found>, settle: &mut Settle<'_>) -> Vec<PathBuf> {
    let written = found.filter(|found| !found.loaded.config.paths.is_empty());
    let (paths, whence) = match written {
        _ if !args.paths.is_empty() => (args.paths.clone(), Whence::Flag("command line".to_owned())),
        Some(found) => {
            let folder = found.folder();
            (found.loaded.config.paths.iter().map(|path| folder.join(path)).collect(), settle.place("paths"))
        }
        None => (vec![PathBuf::from(".")], Whence::Default),
    };
    let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    settle.note("paths", words::list(&shown), whence);
    paths.into_iter().filter(|path| path.as_path() != Path::new(STDIN)).collect()
}

/// Somewhat more than the limit, so that the scan can tell that it is beyond.
fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock();
    input.take(LARGEST_PLAN + 1).read_to_end(&mut bytes).context("standard input")?;
    Ok(bytes)
}

/// The clock; `SOURCE_DATE_EPOCH` sets it, as for reproducible builds.
///
/// # Errors
/// If that is no number, or beyond all years.
pub fn now() -> anyhow::Result<OffsetDateTime> {
    Ok(stated_time()?.unwrap_or_else(OffsetDateTime::now_utc))
}

/// The time that `SOURCE_DATE_EPOCH` states in seconds.
///
/// # Errors
/// If it is no number, or beyond all years.
pub fn stated_time() -> anyhow::Result<Option<OffsetDateTime>> {
    let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.trim().parse().with_context(|| format!("SOURCE_DATE_EPOCH '{text}'"))?;
    OffsetDateTime::from_unix_timestamp(seconds).with_context(|| format!("SOURCE_DATE_EPOCH '{text}'")).map(Some)
}

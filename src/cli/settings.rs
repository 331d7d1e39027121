//! From what was typed to what is done.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use time::OffsetDateTime;

use super::args::{self, FailOn, Shown};
use super::catalog;
use super::parameters;
use crate::checks::{CHECKS, Check};
use crate::finding::{Options, Severity};
use crate::reports::{self, Format, Show};
use crate::scan::{LARGEST_PLAN, Request, STDIN, TerraformSettings};
use crate::sources::cloudformation;

/// What to scan, what to write and how to end.
pub struct Settings {
    /// For the scan.
    pub request: Request<'static>,
    /// What to write and how to end.
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
}

/// Resolves the options of `scan`; reads standard input if a path asks for it.
///
/// # Errors
/// For what is wrong on the command line or in a file that it names.
pub fn scan(args: &args::Scan) -> anyhow::Result<Settings> {
    let mut formats = args.common.output.iter().map(|output| output.format).chain([args.common.format]);
    if formats.any(|format| format == args::Format::Asff) && (args.account.is_none() || args.region.is_none()) {
        bail!("the format asff needs --account and --region: Security Hub takes findings of one account and Region");
    }
    let is_stdin = |path: &&PathBuf| path.as_path() == Path::new(STDIN);
    let stdin = if args.paths.iter().any(|path| is_stdin(&path)) { Some(read_stdin()?) } else { None };
    let request = Request {
        paths: args.paths.iter().filter(|path| !is_stdin(path)).cloned().collect(),
        stdin,
        repo_root: args.repo_root.clone(),
        checks: select(&args.common)?,
        options: Options { expect_trail: args.expect_trail, ..Options::default() },
        cloudformation: cloudformation::Settings {
            parameters: parameters::read(&args.parameters)?,
            account: args.account.clone(),
            region: args.region.clone(),
        },
        terraform: TerraformSettings {
            vars: args.var.clone(),
            var_files: args.var_file.clone(),
            source: args.source.clone(),
            account: args.account.clone(),
            region: args.region.clone(),
        },
        live: None,
        clock: stated_time()?.map(OffsetDateTime::unix_timestamp),
        include_docs: args.include_docs,
        progress: None,
    };
    let mut reporting = reporting(&args.common)?;
    reporting.reports.account.clone_from(&args.account);
    reporting.reports.region.clone_from(&args.region);
    Ok(Settings { request, reporting })
}

/// Resolves what commands that judge have in common.
///
/// # Errors
/// If the clock is set to something that is no time.
pub fn reporting(common: &args::Common) -> anyhow::Result<Reporting> {
    let defaults = reports::Settings::default();
    let reports = reports::Settings {
        color: false,
        show: shown(&common.show),
        sarif_include: shown(&common.sarif_include),
        fail_on: threshold(common.fail_on),
        now: now()?,
        times: common.times,
        account: None,
        region: None,
        category: common.sarif_category.clone().unwrap_or(defaults.category),
        max_results: common.max_results.unwrap_or(defaults.max_results),
    };
    let format = format(common.format);
    Ok(Reporting {
        reports,
        stdout: Some(format).filter(|format| !(common.quiet && *format == Format::Text)),
        outputs: common.output.iter().map(|output| (self::format(output.format), output.file.clone())).collect(),
        strict: common.strict,
        allow_partial: common.allow_partial,
    })
}

/// Somewhat more than the limit, so that the scan can tell that it is beyond.
fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock();
    input.take(LARGEST_PLAN + 1).read_to_end(&mut bytes).context("standard input")?;
    Ok(bytes)
}

/// The checks that the options leave.
///
/// # Errors
/// For ids and frameworks that do not exist, and if none is left.
pub fn select(common: &args::Common) -> anyhow::Result<Vec<&'static Check>> {
    for id in common.only.iter().chain(&common.skip) {
        catalog::find(id)?;
    }
    let mut checks: Vec<&'static Check> = CHECKS
        .iter()
        .filter(|check| common.only.is_empty() || common.only.iter().any(|id| id == check.id))
        .filter(|check| !common.skip.iter().any(|id| id == check.id))
        .collect();
    if !common.framework.is_empty() {
        let frameworks = catalog::frameworks()?;
        if let Some(name) = common.framework.iter().find(|name| !frameworks.contains_key(name.as_str())) {
            let known: Vec<&str> = frameworks.keys().map(String::as_str).collect();
            bail!("unknown framework '{name}'; known are: {}", known.join(", "));
        }
        checks.retain(|check| common.framework.iter().any(|name| frameworks[name].contains(check.id)));
    }
    if checks.is_empty() {
        bail!("no check is left: --only, --skip and --framework exclude all");
    }
    Ok(checks)
}

fn shown(verdicts: &[Shown]) -> BTreeSet<Show> {
    let one = |verdict: &Shown| match verdict {
        Shown::Pass => Show::Pass,
        Shown::Unknown => Show::Unknown,
        Shown::NotApplicable => Show::NotApplicable,
    };
    verdicts.iter().map(one).collect()
}

fn threshold(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::Critical => Some(Severity::Critical),
        FailOn::High => Some(Severity::High),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::Low => Some(Severity::Low),
        FailOn::Note => Some(Severity::Note),
        FailOn::Never => None,
    }
}

fn format(format: args::Format) -> Format {
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

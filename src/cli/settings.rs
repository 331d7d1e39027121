//! From what was typed to what is done.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::ArgMatches;
use time::OffsetDateTime;

use super::args::{self, FailOn, Shown};
use super::catalog;
use super::configuration::{self, Found, Settle, Whence};
use super::parameters;
use crate::checks::{CHECKS, Check};
use crate::config::{self, Config};
use crate::finding::{Options, Severity};
use crate::reports::{self, Format, Show};
use crate::scan::{Exclude, LARGEST_PLAN, Request, STDIN, TerraformSettings};
use crate::sources::cloudformation;

/// What to scan, what to write and how to end.
pub struct Settings {
    /// For the scan.
    pub request: Request<'static>,
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
    /// What is in force and where it comes from, for people.
    pub table: String,
}

/// Resolves the options of `scan`; reads the configuration file, and standard input if a path asks for it.
///
/// # Errors
/// For what is wrong on the command line or in a file that it names.
pub fn scan(args: &args::Scan, matches: &ArgMatches) -> anyhow::Result<Settings> {
    let is_stdin = |path: &&PathBuf| path.as_path() == Path::new(STDIN);
    let typed: Vec<PathBuf> = args.paths.iter().filter(|path| !is_stdin(path)).cloned().collect();
    let workflow = &args.workflow;
    let found = if workflow.no_config { None } else { configuration::find(workflow.config.as_deref(), &typed)? };
    let empty = Config::default();
    let config = found.as_ref().map_or(&empty, |found| &found.loaded.config);
    let mut settle = Settle::new(matches, found.as_ref());
    let paths = paths(args, found.as_ref(), &mut settle);
    let checks = select(args, config, &mut settle)?;
    let options = options(args, config, &mut settle);
    let account = settle.pick(
        "account",
        "account",
        args.account.clone().map(Some),
        config.account.clone().map(|id| Some(id.0)),
        None,
        shown_or_none,
    );
    let region = settle.pick(
        "region",
        "region",
        args.region.clone().map(Some),
        config.region.clone().map(|name| Some(name.0)),
        None,
        shown_or_none,
    );
    let fail_on = settle.pick(
        "fail-on",
        "fail-on",
        args.fail_on.map(threshold),
        config.fail_on.map(of_file),
        Some(Severity::Medium),
        |least| least.map_or("never", Severity::word).to_owned(),
    );
    let strict = settle.pick("strict", "strict", args.strict, config.strict, false, bool::to_string);
    let allow_partial = args.allow_partial;
    let allow_partial =
        settle.pick("allow-partial", "allow-partial", allow_partial, config.allow_partial, false, bool::to_string);
    let exclude = Exclude {
        folder: found.as_ref().map(|found| found.folder().to_owned()).unwrap_or_default(),
        globs: config.exclude.clone(),
    };
    exclude.build().map_err(|error| anyhow!("'exclude' of the configuration file: {error}"))?;
    if !config.exclude.is_empty() {
        settle.note("exclude", config.exclude.join(", "), settle.place("exclude"));
    }
    let stdin = args.paths.iter().any(|path| is_stdin(&path)) && !workflow.show_config;
    let request = Request {
        paths,
        stdin: if stdin { Some(read_stdin()?) } else { None },
        repo_root: args.repo_root.clone(),
        exclude,
        severities: config.severities().collect(),
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
        progress: None,
    };
    let defaults = reports::Settings::default();
    let reports = reports::Settings {
        color: false,
        show: shown(&args.show),
        sarif_include: shown(&args.sarif_include),
        fail_on,
        now: if args.times { Some(now()?) } else { None },
        category: args.sarif_category.clone().unwrap_or(defaults.category),
        max_results: args.max_results.unwrap_or(defaults.max_results),
    };
    let format = format(args.format);
    Ok(Settings {
        request,
        reports,
        stdout: Some(format).filter(|format| !(args.quiet && *format == Format::Text)),
        outputs: args.output.iter().map(|output| (self::format(output.format), output.file.clone())).collect(),
        strict,
        allow_partial,
        table: settle.table(),
    })
}

fn shown_or_none(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "none".to_owned())
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
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
    settle.note("paths", list(&shown), whence);
    paths.into_iter().filter(|path| path.as_path() != Path::new(STDIN)).collect()
}

/// What the checks may be told.
fn options(args: &args::Scan, config: &Config, settle: &mut Settle<'_>) -> Options {
    let (written, default) = (&config.options, Options::default());
    let ids = |ids: &Vec<config::AccountId>| ids.iter().map(|id| id.0.clone()).collect::<Vec<_>>();
    let of = |name: &str| format!("options.{name}");
    Options {
        min_days: settle.pick(&of("min-days"), "", None, written.min_days, default.min_days, u32::to_string),
        required_tags: settle.pick(
            &of("required-tags"),
            "",
            None,
            written.required_tags.clone(),
            default.required_tags,
            |items| list(items),
        ),
        accept_event_data_store: settle.pick(
            &of("accept-event-data-store"),
            "",
            None,
            written.accept_event_data_store,
            default.accept_event_data_store,
            bool::to_string,
        ),
        mfa_delete: settle.pick(
            &of("mfa-delete.mode"),
            "",
            None,
            written.mfa_delete_mode,
            default.mfa_delete,
            |mode| mode.word().to_owned(),
        ),
        readers: settle
            .pick(&of("readers"), "", None, written.readers.as_ref().map(ids), default.readers, |items| list(items)),
        allow: settle.pick(&of("allow"), "", None, written.allow.clone(), default.allow, |items| list(items)),
        expect_trail: settle.pick(
            &of("expect-trail"),
            "expect-trail",
            args.expect_trail,
            written.expect_trail,
            default.expect_trail,
            bool::to_string,
        ),
    }
}

/// Somewhat more than the limit, so that the scan can tell that it is beyond.
fn read_stdin() -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let input = std::io::stdin().lock();
    input.take(LARGEST_PLAN + 1).read_to_end(&mut bytes).context("standard input")?;
    Ok(bytes)
}

/// The checks to run. `--only` wins over the configuration file, which otherwise says what is off.
fn select(args: &args::Scan, config: &Config, settle: &mut Settle<'_>) -> anyhow::Result<Vec<&'static Check>> {
    for id in args.only.iter().chain(&args.skip) {
        catalog::find(id)?;
    }
    let given = |words: &Vec<String>| Some(words.clone()).filter(|words| !words.is_empty());
    let only = settle.pick("only", "only", given(&args.only), None, Vec::new(), |items| list(items));
    let skip = settle.pick("skip", "skip", given(&args.skip), None, Vec::new(), |items| list(items));
    let written = given(&config.framework);
    let framework =
        settle.pick("framework", "framework", given(&args.framework), written, Vec::new(), |items| list(items));
    for (id, setting) in &config.checks {
        let mut words = vec![if setting.enabled { "on" } else { "off" }];
        words.extend(setting.severity.map(Severity::word));
        let key = format!("checks.{}", id.get());
        settle.note(&key, words.join(", "), settle.place(&key));
    }
    let mut checks: Vec<&'static Check> = CHECKS
        .iter()
        .filter(|check| if only.is_empty() { config.is_on(check.id) } else { only.iter().any(|id| id == check.id) })
        .filter(|check| !skip.iter().any(|id| id == check.id))
        .collect();
    if !framework.is_empty() {
        let frameworks = catalog::frameworks()?;
        if let Some(name) = framework.iter().find(|name| !frameworks.contains_key(name.as_str())) {
            let known: Vec<&str> = frameworks.keys().map(String::as_str).collect();
            bail!("unknown framework '{name}'; known are: {}", known.join(", "));
        }
        checks.retain(|check| framework.iter().any(|name| frameworks[name].contains(check.id)));
    }
    if checks.is_empty() {
        bail!("no check is left: --only, --skip, --framework and the configuration file exclude all");
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

fn of_file(threshold: config::Threshold) -> Option<Severity> {
    match threshold {
        config::Threshold::Critical => Some(Severity::Critical),
        config::Threshold::High => Some(Severity::High),
        config::Threshold::Medium => Some(Severity::Medium),
        config::Threshold::Low => Some(Severity::Low),
        config::Threshold::Note => Some(Severity::Note),
        config::Threshold::Never => None,
    }
}

fn format(format: args::Format) -> Format {
    match format {
        args::Format::Text => Format::Text,
        args::Format::Json => Format::Json,
        args::Format::Sarif => Format::Sarif,
    }
}

/// The clock; `SOURCE_DATE_EPOCH` (seconds) sets it, as for reproducible builds.
fn now() -> anyhow::Result<OffsetDateTime> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => {
            let seconds = text.trim().parse().with_context(|| format!("SOURCE_DATE_EPOCH '{text}'"))?;
            OffsetDateTime::from_unix_timestamp(seconds).with_context(|| format!("SOURCE_DATE_EPOCH '{text}'"))
        }
        Err(_) => Ok(OffsetDateTime::now_utc()),
    }
}

//! The command line: what was typed, what it means, and how the program ends.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, bail};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use crate::checks::page::Page;
use crate::config::NAMES;
use crate::finding::{Outcome, Standing};
use crate::reports;
use crate::scan::{self, Scan};
use args::{CatalogFormat, Cli, Color, Command};
use configuration::Drawn;
pub use exit::ExitStatus;
use settings::{Reporting, Settings};

pub mod args;
mod baseline;
pub mod catalog;
mod compare;
mod configuration;
mod exit;
mod explain;
#[cfg(feature = "live")]
mod live;
pub mod parameters;
mod progress;
mod settings;

/// Parses the command line, runs, and says how it ended.
pub fn main() -> ExitCode {
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((cli, matches))
    });
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version end here, too; a closed pipe is no reason to complain.
            let _ = error.print();
            return if error.use_stderr() { ExitStatus::Usage } else { ExitStatus::Clean }.into();
        }
    };
    match run(cli.command, &matches) {
        Ok(status) => status.into(),
        Err(error) if is_closed_pipe(&error) => ExitStatus::Clean.into(),
        Err(error) => {
            let drawn = error.downcast_ref::<Drawn>();
            let text = drawn.map_or_else(|| format!("error: {error:#}"), Drawn::to_string);
            let _ = writeln!(anstream::stderr(), "{text}");
            ExitStatus::Usage.into()
        }
    }
}

fn run(command: Command, matches: &ArgMatches) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Scan(args) => return scan(*args, matches.subcommand_matches("scan").unwrap_or(matches)),
        #[cfg(feature = "live")]
        Command::Live(args) => return live::run(&args, matches.subcommand_matches("live").unwrap_or(matches)),
        Command::Diff(args) => return compare::diff(&args),
        Command::Merge(args) => compare::merge(&args)?,
        Command::Init => {
            let name = NAMES[0];
            let mut file = File::create_new(name).with_context(|| format!("'{name}' is not written"))?;
            file.write_all(configuration::TEMPLATE.as_bytes()).with_context(|| format!("'{name}'"))?;
            writeln!(anstream::stderr(), "wrote {name}")?;
        }
        Command::Checks(args) => {
            let list = match args.format {
                CatalogFormat::Text => catalog::text(&args.framework)?,
                CatalogFormat::Json => catalog::json(&args.framework)?,
                CatalogFormat::Markdown => catalog::markdown(&args.framework)?,
            };
            io::stdout().lock().write_all(list.as_bytes())?;
        }
        Command::Explain(args) => {
            let check = catalog::find(&args.check)?;
            let page = Page::parse(check.page).with_context(|| format!("the page of '{}'", check.id))?;
            let mut out = AutoStream::new(io::stdout(), choice(args.color)).lock();
            explain::write(check, &page, &mut out)?;
        }
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "trailwarden", &mut script);
            io::stdout().lock().write_all(&script)?;
        }
        Command::Man => {
            let mut manual = Vec::new();
            let mut command = Cli::command();
            command.build();
            clap_mangen::Man::new(command.clone()).render(&mut manual)?;
            for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
                clap_mangen::Man::new(sub.clone()).render(&mut manual)?;
            }
            io::stdout().lock().write_all(&manual)?;
        }
    }
    Ok(ExitStatus::Clean)
}

fn scan(mut args: args::Scan, matches: &ArgMatches) -> anyhow::Result<ExitStatus> {
    // What is typed wins over the environment.
    let typed = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    match (typed("base_ref"), typed("baseline")) {
        (true, true) => bail!("--base-ref and --baseline are two answers to one question: give one of them"),
        (true, false) => args.common.baseline.baseline = None,
        (false, true) => args.base_ref = None,
        (false, false) => {}
    }
    let args = &args;
    let Settings { mut request, reporting } = settings::scan(args, matches)?;
    if args.common.workflow.show_config {
        io::stdout().lock().write_all(reporting.table.as_bytes())?;
        return Ok(ExitStatus::Clean);
    }
    let mut before = reporting.baselines.read()?;
    if let Some(reference) = &args.base_ref {
        before.known = Some(baseline::of_commit(reference, args, &request)?);
    }
    let shown = progress::Shown::new();
    let step = |step| shown.step(step);
    if !args.common.quiet && !args.common.no_progress {
        request.progress = Some(&step);
    }
    let result = scan::run(&request);
    shown.done();
    let mut scan = result?;
    before.compare(&mut scan);
    let status = report(&scan, reporting, &args.common);
    // The program ends here, and the system takes back what is held quicker than piece by piece.
    std::mem::forget(scan);
    status
}

/// Writes the reports, and says how the program ends.
fn report(scan: &Scan, reporting: Reporting, common: &args::Common) -> anyhow::Result<ExitStatus> {
    let Reporting { mut reports, stdout, outputs, strict, allow_partial, baselines, table: _ } = reporting;
    if common.verbose > 0 {
        inputs(scan)?;
    }
    for (format, file) in &outputs {
        let name = || format!("the report '{}'", file.display());
        let mut out = File::create(file).with_context(name)?;
        reports::write(*format, scan, &reports, &mut out).with_context(name)?;
    }
    let formats = outputs.iter().map(|(format, _)| *format).chain(stdout);
    let dropped = sarif_drops(scan, &reports, formats);
    if dropped > 0 {
        let most = reports.max_results;
        let text = format!("warning: SARIF holds the {most} worst results (--max-results); {dropped} more were found");
        writeln!(anstream::stderr(), "{text}")?;
    }
    if let Some(format) = stdout {
        let raw = io::stdout();
        let choice = match choice(common.color) {
            ColorChoice::Auto => AutoStream::choice(&raw),
            choice => choice,
        };
        reports.color = !matches!(choice, ColorChoice::Never);
        let written = match format {
            reports::Format::Text => reports::write(format, scan, &reports, &mut AutoStream::new(raw, choice).lock()),
            // For programs: nothing in them is coloured, and none is looked for.
            _ => reports::write(format, scan, &reports, &mut raw.lock()),
        };
        // The reader has seen enough; the verdict still stands.
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(error).context("standard output");
        }
    }
    baselines.write(scan, common.quiet)?;
    Ok(status(scan, &reports, strict, allow_partial))
}

/// How many results the SARIF reports among these leave out.
fn sarif_drops(scan: &Scan, settings: &reports::Settings, mut formats: impl Iterator<Item = reports::Format>) -> usize {
    if formats.any(|format| format == reports::Format::Sarif) { reports::sarif::dropped(scan, settings) } else { 0 }
}

/// Writes what was read to standard error.
fn inputs(scan: &Scan) -> io::Result<()> {
    let mut out = anstream::stderr().lock();
    for input in &scan.inputs {
        let rest = if input.complete { "" } else { " (not all that belongs to it was found)" };
        writeln!(out, "read {} {}{rest}", input.kind.word(), input.path)?;
    }
    writeln!(out, "{} inputs, {} checks, {} gaps", scan.inputs.len(), scan.checks.len(), scan.gaps.len())
}

fn status(scan: &Scan, settings: &reports::Settings, strict: bool, allow_partial: bool) -> ExitStatus {
    let fails = reports::failing(scan, settings.fail_on) > 0;
    let doubts = strict
        && settings.fail_on.is_some_and(|least| {
            scan.findings.iter().any(|f| {
                matches!((&f.outcome, f.standing), (Outcome::Unknown(_), Standing::New)) && f.severity >= least
            })
        });
    ExitStatus::of(fails || doubts, !scan.gaps.is_empty() && !allow_partial)
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

//! `trailwarden live`: ask, keep, judge, report.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Live;
use super::exit::ExitStatus;
use super::settings::{self, Judging};
use crate::checks::Check;
use crate::checks::page::Page;
use crate::scan;
use crate::sources::aws::actions::{self, Wanted};
use crate::sources::aws::collect::{self, CollectError, Collected, Limits, Organization, Request, Snapshot};
use crate::sources::aws::recording;
use crate::sources::partition;
use narrow::Part;

mod narrow;

/// Runs the command.
///
/// # Errors
/// For what is wrong on the command line, and if there are no credentials.
pub fn run(args: &Live, matches: &ArgMatches) -> anyhow::Result<ExitStatus> {
    if args.print_policy {
        let role = args.organization.then(|| args.role_name.trim_matches('/'));
        let told = |name: &str| std::env::var(name).ok().filter(|region| !region.is_empty());
        let region = told("AWS_REGION").or_else(|| told("AWS_DEFAULT_REGION")).unwrap_or_default();
        let policy = serde_json::to_string_pretty(&actions::policy(partition::of_region(&region), role))?;
        writeln!(std::io::stdout().lock(), "{policy}")?;
        return Ok(ExitStatus::Clean);
    }
    let filters = [&args.account, &args.exclude_account, &args.ou];
    if !args.organization && (filters.iter().any(|ids| !ids.is_empty()) || args.shard.is_some()) {
        bail!("--account, --exclude-account, --ou and --shard choose accounts of an organization: add --organization");
    }
    let Judging { checks, options, suppressions, severities, reporting } = settings::live(args, matches)?;
    if args.common.workflow.show_config {
        std::io::stdout().lock().write_all(reporting.table.as_bytes())?;
        return Ok(ExitStatus::Clean);
    }
    let before = reporting.baselines.read()?;
    let stated = settings::stated_time()?;
    let clock = move || stated.unwrap_or_else(time::OffsetDateTime::now_utc);
    let bar = Bar::default();
    let progress = |snapshot: &Snapshot| bar.show(snapshot);
    let is_quiet = args.common.quiet || args.common.no_progress;
    let request = Request {
        profile: args.profile.clone(),
        organization: args.organization.then(|| Organization {
            role: args.role_name.trim_matches('/').to_owned(),
            external_id: args.external_id.clone(),
            exclude: args.exclude_account.clone(),
            units: args.ou.clone(),
            shard: args.shard,
        }),
        wanted: wanted(&checks)?,
        limits: limits(),
        clock: &clock,
        progress: (!is_quiet).then_some(&progress),
    };
    // Before the first call: what cannot be kept need not be asked.
    if let Some(folder) = &args.save {
        recording::check_empty(folder).with_context(|| format!("the recording '{}'", folder.display()))?;
    }
    let collected = collect::collect(&request);
    bar.done();
    let Collected { recording, aside } = match collected {
        Err(error @ CollectError::Unreachable(_)) => {
            writeln!(anstream::stderr(), "error: {error}")?;
            return Ok(ExitStatus::Incomplete);
        }
        collected => collected?,
    };
    // What was collected is judged even if it cannot be kept.
    let saved = args.save.as_ref().map_or(Ok(()), |folder| {
        recording.save(folder).with_context(|| format!("the recording '{}'", folder.display()))
    });
    if args.common.verbose > 0 {
        writeln!(anstream::stderr(), "{} calls recorded, {} gaps", recording.len(), recording.manifest.gaps.len())?;
    }
    let caller = recording.manifest.caller.as_ref().map(|caller| caller.account.clone()).unwrap_or_default();
    let request = scan::Request {
        checks,
        options,
        severities,
        suppressions,
        clock: stated.map(time::OffsetDateTime::unix_timestamp),
        live: Some(recording),
        ..scan::Request::default()
    };
    let mut scan = scan::run(&request)?;
    before.compare(&mut scan);
    let is_known = |account: &&String| scan.accounts.iter().any(|line| line.id == **account);
    if let Some(missing) = args.account.iter().find(|account| !is_known(account)).filter(|_| args.shard.is_none()) {
        bail!("--account {missing}: no such account was found");
    }
    // What counts as coverage was looked for everywhere; what is reported may be less.
    Part { accounts: &args.account, regions: &args.region, aside, caller }.keep(&mut scan);
    let status = super::report(&scan, reporting, &args.common)?;
    saved?;
    Ok(status)
}

/// What the checks need, as their pages say.
fn wanted(checks: &[&'static Check]) -> anyhow::Result<Wanted> {
    let mut needs = Vec::new();
    for check in checks {
        let page = Page::parse(check.page).with_context(|| format!("the page of '{}'", check.id))?;
        needs.extend(page.meta.needs);
    }
    Ok(Wanted::of(needs))
}

/// `AWS_MAX_ATTEMPTS` is what the AWS CLI takes, too.
fn limits() -> Limits {
    let attempts = std::env::var("AWS_MAX_ATTEMPTS").ok().and_then(|text| text.trim().parse().ok());
    let defaults = Limits::default();
    Limits { attempts: attempts.filter(|n| (1..=100).contains(n)).unwrap_or(defaults.attempts), ..defaults }
}

/// Progress on standard error; nothing where that is no terminal.
#[derive(Debug, Default)]
struct Bar(OnceLock<ProgressBar>);

impl Bar {
    fn show(&self, snapshot: &Snapshot) {
        let bar = self.0.get_or_init(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::default_spinner());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(sentence(snapshot));
    }

    fn done(&self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}

fn sentence(snapshot: &Snapshot) -> String {
    let Snapshot { done, accounts, calls, throttled, slowest } = snapshot;
    let mut text = format!("{done} of {accounts} accounts, {calls} calls");
    if *throttled > 0 {
        text.push_str(&format!(", {throttled} throttled"));
    }
    if let Some((account, since)) = slowest {
        text.push_str(&format!(", slowest {account} ({} s)", since.as_secs()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_names_the_slowest_account() {
        let slowest = Some(("111122223333".to_owned(), Duration::from_secs(7)));
        let snapshot = Snapshot { done: 2, accounts: 5, calls: 90, throttled: 1, slowest };
        assert_eq!(sentence(&snapshot), "2 of 5 accounts, 90 calls, 1 throttled, slowest 111122223333 (7 s)");
        assert_eq!(sentence(&Snapshot::default()), "0 of 0 accounts, 0 calls");
    }
}

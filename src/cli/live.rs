//! `trailwarden live`: ask, keep, judge, report.

use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Live;
use super::exit::ExitStatus;
use super::settings::{self, Judging};
use crate::checks::Check;
use crate::checks::page::Page;
use crate::scan;
use crate::sources::aws::actions::{self, Wanted};
use crate::sources::aws::collect::{self, CollectError, Limits, Organization, Request, Snapshot};

/// Runs the command.
///
/// # Errors
/// For what is wrong on the command line, and if there are no credentials.
pub fn run(args: &Live, matches: &ArgMatches) -> anyhow::Result<ExitStatus> {
    if args.print_policy {
        let role = args.organization.then_some(args.role_name.as_str());
        let policy = serde_json::to_string_pretty(&actions::policy("aws", role))?;
        writeln!(std::io::stdout().lock(), "{policy}")?;
        return Ok(ExitStatus::Clean);
    }
    let filters = [&args.account, &args.exclude_account, &args.ou];
    if !args.organization && filters.iter().any(|ids| !ids.is_empty()) {
        anyhow::bail!("--account, --exclude-account and --ou choose accounts of an organization: add --organization");
    }
    let Judging { checks, options, suppressions, severities, reporting } = settings::live(args, matches)?;
    if args.common.workflow.show_config {
        std::io::stdout().lock().write_all(reporting.table.as_bytes())?;
        return Ok(ExitStatus::Clean);
    }
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
            accounts: args.account.clone(),
            exclude: args.exclude_account.clone(),
            units: args.ou.clone(),
        }),
        wanted: wanted(&checks)?,
        limits: limits(),
        clock: &clock,
        progress: (!is_quiet).then_some(&progress),
    };
    let collected = collect::collect(&request);
    bar.done();
    let recording = match collected {
        Err(error @ CollectError::Unreachable(_)) => {
            writeln!(anstream::stderr(), "error: {error}")?;
            return Ok(ExitStatus::Incomplete);
        }
        collected => collected?,
    };
    if let Some(folder) = &args.save {
        recording.save(folder).with_context(|| format!("the recording '{}'", folder.display()))?;
    }
    if args.common.verbose > 0 {
        writeln!(anstream::stderr(), "{} calls recorded, {} gaps", recording.len(), recording.manifest.gaps.len())?;
    }
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
    // What counts as coverage was looked for everywhere; what is reported may be less.
    if !args.region.is_empty() {
        let regions: Vec<&str> = args.region.iter().map(String::as_str).collect();
        scan.findings.retain(|finding| region_of(&finding.subject.address).is_none_or(|own| regions.contains(&own)));
    }
    super::report(&scan, reporting, &args.common)
}

/// The Region in the ARN of a thing; none for accounts, buckets and principals, which are everywhere.
fn region_of(address: &str) -> Option<&str> {
    address.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
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
    fn what_is_in_a_region() {
        assert_eq!(region_of("arn:aws:kms:eu-west-1:111122223333:key/a"), Some("eu-west-1"));
        for everywhere in ["arn:aws:s3:::logs", "arn:aws:iam::111122223333:role/a", "111122223333", "*"] {
            assert_eq!(region_of(everywhere), None, "{everywhere}");
        }
    }

    #[test]
    fn progress_names_the_slowest_account() {
        let slowest = Some(("111122223333".to_owned(), Duration::from_secs(7)));
        let snapshot = Snapshot { done: 2, accounts: 5, calls: 90, throttled: 1, slowest };
        assert_eq!(sentence(&snapshot), "2 of 5 accounts, 90 calls, 1 throttled, slowest 111122223333 (7 s)");
        assert_eq!(sentence(&Snapshot::default()), "0 of 0 accounts, 0 calls");
    }
}

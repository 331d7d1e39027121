//! Asks AWS what live accounts are, and makes a recording of the answers.
//!
//! The SDK is used here and nowhere else. A run has two rounds: a sweep over the Regions of every account shows the
//! trails, then each thing that a trail uses is asked about once, in the account that owns it. A call that gives no
//! answer leaves a gap and nothing else: the run goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use aws_config::SdkConfig;
use futures_util::stream::{self, StreamExt};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::actions;
use super::recording::{
    AccountLine, Answer, Call, Caller, GLOBAL, GapReason, Manifest, Recording, Scope, Status, VERSION,
};
use actions::Wanted;
use failure::Failure;
use resources::{Reach, Task};
use run::{Account, Place, Run};
pub use run::{Limits, Snapshot};
pub use shard::Shard;

mod body;
mod client;
mod cloudtrail;
mod credentials;
mod failure;
mod iam;
mod kms;
mod manifest;
mod monitoring;
mod organizations;
mod regions;
mod resources;
mod run;
mod s3;
mod shape;
mod shard;
mod survey;

/// The role that Organizations makes in the accounts that it creates.
pub const DEFAULT_ROLE: &str = "OrganizationAccountAccessRole";

/// What to collect.
pub struct Request<'a> {
    /// The profile of the AWS CLI's configuration; `None` for the usual chain.
    pub profile: Option<String>,
    /// What of the organization; `None` for the account of the credentials only.
    pub organization: Option<Organization>,
    /// The actions that the enabled checks need.
    pub wanted: Wanted,
    /// How many things may happen at once.
    pub limits: Limits,
    /// The clock.
    pub clock: &'a (dyn Fn() -> OffsetDateTime + Sync),
    /// Is told about each call.
    pub progress: Option<&'a (dyn Fn(&Snapshot) + Sync)>,
}

/// Which accounts of an organization, and how to enter them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// Path and name of the role to assume in each account.
    pub role: String,
    /// What the role's trust policy may ask for.
    pub external_id: Option<String>,
    /// Not these accounts.
    pub exclude: Vec<String>,
    /// Accounts below these organizational units only; empty for all.
    pub units: Vec<String>,
    /// This part of the accounts only; `None` for all.
    pub shard: Option<Shard>,
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// What AWS answered.
    pub recording: Recording,
    /// The account of the credentials, if it is none of those asked for: its trails may cover the others, and it tells of
    /// the organization. And why it was left out.
    pub aside: Option<(String, &'static str)>,
}

/// Why nothing could be collected at all.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// There are none, or none that can be had.
    #[error(
        "{0}; choose a profile with --profile or AWS_PROFILE, sign in with 'aws login' or 'aws sso login', or set \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )]
    NoCredentials(String),
    /// AWS does not take them.
    #[error("AWS does not take the credentials: {0}; sign in again, or choose others with --profile or AWS_PROFILE")]
    Credentials(String),
    /// AWS could not be reached or did not answer sensibly.
    #[error("AWS did not say whose credentials these are: {0}")]
    Unreachable(String),
    /// The program's own runtime.
    #[error("the runtime cannot be started: {0}")]
    Runtime(std::io::Error),
}

/// Collects. Ctrl-C ends the run with what there is.
///
/// # Errors
/// If the credentials are not taken. Whatever fails later is a gap of the recording.
pub fn collect(request: &Request<'_>) -> Result<Collected, CollectError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(CollectError::Runtime)?.block_on(begin(request))
}

async fn begin(request: &Request<'_>) -> Result<Collected, CollectError> {
    let started = (request.clock)();
    let base = credentials::base(request.profile.as_deref(), &request.limits).await;
    let identity = credentials::caller(&base).await.map_err(|failure| refused(failure, request))?;
    let text = |name: &str| identity[name].as_str().unwrap_or_default().to_owned();
    let caller = Caller { account: text("Account"), arn: text("Arn") };
    let partition = caller.arn.split(':').nth(1).unwrap_or_default().to_owned();
    if !is_account(&caller.account) || partition.is_empty() {
        return Err(CollectError::Unreachable("the answer names no account".to_owned()));
    }
    let manifest = Manifest {
        recording: VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scope: if request.organization.is_some() { Scope::Organization } else { Scope::Account },
        partition: partition.clone(),
        started: rfc3339(started),
        caller: Some(caller.clone()),
        ..Manifest::default()
    };
    let mut recording = Recording::new(manifest);
    let call = Call::new(&caller.account, GLOBAL, "sts", "get-caller-identity", None);
    recording.insert(call, Answer::Output(identity));
    let run = Run::new(request.wanted.clone(), recording, request.limits, request.progress);
    let failed = {
        let walk = walk(&run, request, &base, &caller, &partition);
        tokio::pin!(walk);
        loop {
            tokio::select! {
                failed = &mut walk => break failed,
                signal = tokio::signal::ctrl_c(), if !run.is_stopped() => {
                    // Without a handler for the signal the run cannot be stopped early, and goes on.
                    if signal.is_ok() {
                        run.stop();
                    } else {
                        break walk.await;
                    }
                }
            }
        }
    };
    let foreign: BTreeSet<Call> = run.foreign().drain(..).collect();
    let mut recording = std::mem::take(&mut *run.recording());
    manifest::close(&mut recording, &foreign, &failed.refused, &failed.interrupted);
    recording.manifest.ended = rfc3339((request.clock)());
    Ok(Collected { recording, aside: failed.aside.map(|why| (caller.account, why)) })
}

/// Why AWS does not say whose credentials these are.
fn refused(failure: Failure, request: &Request<'_>) -> CollectError {
    match (failure.reason(), &failure) {
        (Some(GapReason::Connection | GapReason::Timeout | GapReason::Throttled | GapReason::MalformedAnswer), _) => {
            CollectError::Unreachable(failure.message())
        }
        // Not AWS says so, but the chain of those who might have credentials.
        (_, Failure::Failed { .. }) => {
            let named = request.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
            let profile = named.map(|name| format!(" (profile '{name}')")).unwrap_or_default();
            CollectError::NoCredentials(format!("{}{profile}", failure.message()))
        }
        _ => CollectError::Credentials(failure.message()),
    }
}

fn rfc3339(time: OffsetDateTime) -> Option<String> {
    // Whole seconds, so that a clock that is set gives the same text.
    time.replace_nanosecond(0).ok().and_then(|time| time.format(&Rfc3339).ok())
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Accounts that were not entered, not asked all, or not asked for their own sake.
#[derive(Default)]
struct NotDone {
    /// Why the account of the credentials is none of those asked for.
    aside: Option<&'static str>,
    refused: Vec<(String, Failure)>,
    interrupted: BTreeSet<String>,
}

async fn walk(run: &Run<'_>, request: &Request<'_>, base: &SdkConfig, caller: &Caller, partition: &str) -> NotDone {
    let limits = &request.limits;
    let own = Account::new(caller.account.clone(), base.clone(), limits);
    let global = Place::global(run, &own, regions::of_global_services(partition));
    if request.organization.is_some() || run.wanted.any("organizations:") {
        organizations::organization(global).await;
    }
    let Members { lines: members, is_told, aside } = match &request.organization {
        Some(organization) => members(global, organization).await,
        None => {
            let line = AccountLine { id: own.id.clone(), ..AccountLine::default() };
            let answer = run.output(&global.call("organizations", "describe-organization", None));
            let is_management = organizations::management_account(answer.as_ref()) == Some(own.id.as_str());
            Members { lines: vec![line], is_told: is_management, aside: None }
        }
    };
    let entered: Vec<String> =
        members.iter().filter(|line| line.status != Status::Skipped).map(|line| line.id.clone()).collect();
    run.recording().manifest.accounts = members;
    run.expect(entered.len());
    let mut not_done = NotDone { aside, ..NotDone::default() };
    let mut accounts = Vec::new();
    let surveyed = stream::iter(entered)
        .map(|id| async {
            run.begin(&id);
            let account = enter(run, request, base, caller, partition, &id).await;
            if let Some(Ok(account)) = &account {
                survey::account(run, account, partition).await;
            }
            run.end(&id);
            (id, account)
        })
        .buffer_unordered(limits.accounts.max(1))
        .collect::<Vec<_>>()
        .await;
    for (id, account) in surveyed {
        match account {
            Some(Ok(account)) => accounts.push(account),
            Some(Err(failure)) => {
                run.finish(1);
                not_done.refused.push((id, failure));
            }
            None => {
                not_done.interrupted.insert(id);
            }
        }
    }
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    if is_told && let Some(own) = accounts.iter().find(|account| account.id == caller.account) {
        survey::organization(run, own, partition).await;
    }
    let reach = Reach::new(run, &accounts);
    let tasks = resources::tasks(run, &reach);
    let mut by_account: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
    for task in &tasks {
        by_account.entry(&task.account).or_default().push(task);
    }
    stream::iter(&accounts)
        .for_each_concurrent(limits.accounts.max(1), |account| async {
            if let Some(tasks) = by_account.get(account.id.as_str()) {
                run.begin(&account.id);
                resources::account(run, &reach, account, tasks).await;
                run.end(&account.id);
            }
            run.finish(1);
        })
        .await;
    let stopped = accounts.iter().chain([&own]).filter(|account| account.interrupted.load(Ordering::Relaxed));
    not_done.interrupted.extend(stopped.map(|account| account.id.clone()));
    not_done.refused.sort_by(|a, b| a.0.cmp(&b.0));
    not_done
}

/// An account with credentials; `None` if the run is stopped first.
async fn enter(
    run: &Run<'_>,
    request: &Request<'_>,
    base: &SdkConfig,
    caller: &Caller,
    partition: &str,
    id: &str,
) -> Option<Result<Account, Failure>> {
    let config = match &request.organization {
        Some(organization) if id != caller.account => {
            let role = format!("arn:{partition}:iam::{id}:role/{}", organization.role);
            let assumed = credentials::assume(base, &role, organization.external_id.as_deref());
            run.unless_stopped(assumed).await?
        }
        _ if run.is_stopped() => return None,
        _ => Ok(base.clone()),
    };
    Some(config.map(|config| Account::new(id.to_owned(), config, &request.limits)))
}

/// The accounts of an organization.
struct Members {
    /// All, by id.
    lines: Vec<AccountLine>,
    /// Whether Organizations answers the caller.
    is_told: bool,
    /// Why the caller's account is none of those asked for, though it is asked.
    aside: Option<&'static str>,
}

/// The accounts of the organization, and which of them to ask.
async fn members(place: Place<'_>, wanted: &Organization) -> Members {
    organizations::accounts(place).await;
    let caller = place.account.id.as_str();
    let Some(answer) = place.run.output(&place.call("organizations", "list-accounts", None)) else {
        // The gap of that call says that accounts are missing; the caller's own can be judged.
        let line = AccountLine { id: caller.to_owned(), ..AccountLine::default() };
        return Members { lines: vec![line], is_told: false, aside: None };
    };
    let below = match wanted.units.as_slice() {
        [] => None,
        units => Some(organizations::accounts_below(place, units).await),
    };
    let not_asked_for = |id: &str| {
        if below.as_ref().is_some_and(|below| !below.contains(id)) {
            Some("excluded")
        } else {
            wanted.shard.filter(|shard| !shard.contains(id)).map(|_| "other-shard")
        }
    };
    let lines = answer["Accounts"].as_array().into_iter().flatten().filter_map(|account| {
        let id = account["Id"].as_str().filter(|id| is_account(id))?;
        let reason = match inactive(account) {
            _ if wanted.exclude.iter().any(|excluded| excluded == id) => Some("excluded"),
            // Its trails may cover the others, and only it is told of the organization.
            None if id == caller => None,
            state => not_asked_for(id).or(state),
        };
        Some(AccountLine {
            id: id.to_owned(),
            name: account["Name"].as_str().map(str::to_owned),
            status: if reason.is_some() { Status::Skipped } else { Status::Complete },
            reason: reason.map(str::to_owned),
        })
    });
    let mut lines: Vec<AccountLine> = lines.collect();
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    lines.dedup_by(|a, b| a.id == b.id);
    let is_asked = lines.iter().any(|line| line.id == caller && line.status != Status::Skipped);
    Members { lines, is_told: true, aside: not_asked_for(caller).filter(|_| is_asked) }
}

/// Why nothing can be asked in an account. `State` is the field, `Status` the one that it replaces.
fn inactive(account: &Value) -> Option<&'static str> {
    match account["State"].as_str().or(account["Status"].as_str()) {
        None | Some("ACTIVE") => None,
        Some("SUSPENDED") => Some("suspended"),
        Some("CLOSED") => Some("closed"),
        Some("PENDING_CLOSURE") => Some("pending-closure"),
        Some(_) => Some("not-active"),
    }
}

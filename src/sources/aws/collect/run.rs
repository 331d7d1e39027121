//! One run: what was asked and answered so far, how many calls may be under way, and when to stop.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_config::{Region, SdkConfig};
use serde_json::Value;
use tokio::sync::{Notify, Semaphore};

use super::failure::Failure;
use crate::sources::aws::actions::Wanted;
use crate::sources::aws::recording::{Answer, Call, GLOBAL, GapReason, Recording};

/// How many things may happen at once, and how long they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Accounts that are walked at once.
    pub accounts: usize,
    /// Calls to one account that are under way at once. AWS limits calls per account and Region.
    pub calls_per_account: usize,
    /// Calls that are under way at once.
    pub calls: usize,
    /// How often a call is tried: throttling and lost connections are tried again after a growing, random pause.
    pub attempts: u32,
    /// The longest pause between two attempts.
    pub longest_pause: Duration,
    /// The longest that one attempt may take.
    pub attempt: Duration,
    /// The longest that a call may take, with all attempts and pages.
    pub call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            accounts: 12,
            calls_per_account: 10,
            calls: 96,
            attempts: 8,
            longest_pause: Duration::from_secs(10),
            attempt: Duration::from_secs(20),
            call: Duration::from_secs(180),
        }
    }
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Accounts that are done.
    pub done: usize,
    /// Accounts of the run; grows when the organization has been listed.
    pub accounts: usize,
    /// Calls that were answered or given up.
    pub calls: u64,
    /// Calls that AWS asked to slow down for and that were given up.
    pub throttled: u64,
    /// The account that has been walked for the longest, with how long.
    pub slowest: Option<(String, Duration)>,
}

/// The run.
pub(super) struct Run<'a> {
    /// What the enabled checks need.
    pub(super) wanted: Wanted,
    recording: Mutex<Recording>,
    /// Calls that were made or are under way.
    claimed: Mutex<HashSet<Call>>,
    /// Refusals that are no gaps: the thing that was asked about is another account's.
    foreign: Mutex<Vec<Call>>,
    under_way: Mutex<HashMap<String, Instant>>,
    calls: Semaphore,
    limits: Limits,
    stopped: AtomicBool,
    stop: Notify,
    asked: AtomicU64,
    throttled: AtomicU64,
    accounts: AtomicU64,
    done: AtomicU64,
    progress: Option<&'a (dyn Fn(&Snapshot) + Sync)>,
}

/// An account of the run.
pub(super) struct Account {
    /// 12 digits.
    pub(super) id: String,
    /// Credentials, HTTP client, retries; the Region is set for each call.
    pub(super) config: SdkConfig,
    permits: Semaphore,
    /// Whether a call was given up because the run was stopped.
    pub(super) interrupted: AtomicBool,
}

/// A Region of an account, or the account as a whole.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The run.
    pub(super) run: &'a Run<'a>,
    /// The account.
    pub(super) account: &'a Account,
    /// The Region that the call goes to.
    pub(super) region: &'a str,
    /// The folder of the recording: the Region or [`GLOBAL`].
    folder: &'a str,
    /// Whether what is asked about is another account's: a refusal is no gap then.
    foreign: bool,
}

impl Account {
    pub(super) fn new(id: String, config: SdkConfig, limits: &Limits) -> Self {
        let permits = Semaphore::new(limits.calls_per_account);
        Self { id, config, permits, interrupted: AtomicBool::new(false) }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Run<'a> {
    pub(super) fn new(
        wanted: Wanted,
        recording: Recording,
        limits: Limits,
        progress: Option<&'a (dyn Fn(&Snapshot) + Sync)>,
    ) -> Self {
        Self {
            wanted,
            recording: Mutex::new(recording),
            claimed: Mutex::default(),
            foreign: Mutex::default(),
            under_way: Mutex::default(),
            calls: Semaphore::new(limits.calls),
            limits,
            stopped: AtomicBool::new(false),
            stop: Notify::new(),
            asked: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            accounts: AtomicU64::new(0),
            done: AtomicU64::new(0),
            progress,
        }
    }

    /// Ends the run with what there is.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.stop.notify_waiters();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// The result of something that takes time; `None` if the run is stopped first.
    pub(super) async fn unless_stopped<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let stop = self.stop.notified();
        tokio::pin!(stop);
        // Registered before the flag is looked at, so that no stop is missed.
        stop.as_mut().enable();
        if self.is_stopped() {
            return None;
        }
        tokio::select! {
            result = future => Some(result),
            () = stop => None,
        }
    }

    pub(super) fn recording(&self) -> MutexGuard<'_, Recording> {
        lock(&self.recording)
    }

    /// The output of a call that was answered.
    pub(super) fn output(&self, call: &Call) -> Option<Value> {
        match self.recording().answer(call) {
            Some(Answer::Output(value)) => Some(value.clone()),
            _ => None,
        }
    }

    /// Calls about things of other accounts: refusals of these are no gaps.
    pub(super) fn foreign(&self) -> MutexGuard<'_, Vec<Call>> {
        lock(&self.foreign)
    }

    /// Adds accounts to those that progress counts.
    pub(super) fn expect(&self, accounts: usize) {
        self.accounts.fetch_add(accounts as u64, Ordering::Relaxed);
        self.tell();
    }

    pub(super) fn begin(&self, account: &str) {
        lock(&self.under_way).insert(account.to_owned(), Instant::now());
        self.tell();
    }

    pub(super) fn end(&self, account: &str) {
        lock(&self.under_way).remove(account);
    }

    pub(super) fn finish(&self, accounts: usize) {
        self.done.fetch_add(accounts as u64, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        let Some(progress) = self.progress else { return };
        let slowest = {
            let under_way = lock(&self.under_way);
            let first = under_way.iter().min_by_key(|(id, since)| (**since, (*id).clone()));
            first.map(|(id, since)| (id.clone(), since.elapsed()))
        };
        progress(&Snapshot {
            done: self.done.load(Ordering::Relaxed) as usize,
            accounts: self.accounts.load(Ordering::Relaxed) as usize,
            calls: self.asked.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            slowest,
        });
    }
}

impl<'a> Place<'a> {
    /// A Region of an account.
    pub(super) fn new(run: &'a Run<'a>, account: &'a Account, region: &'a str) -> Self {
        Self { run, account, region, folder: region, foreign: false }
    }

    /// The account as a whole; the Region is where such calls go.
    pub(super) fn global(run: &'a Run<'a>, account: &'a Account, region: &'a str) -> Self {
        Self { run, account, region, folder: GLOBAL, foreign: false }
    }

    /// To ask about a thing of another account.
    pub(super) fn foreign(self, foreign: bool) -> Self {
        Self { foreign, ..self }
    }

    /// What a client of the SDK needs to know.
    pub(super) fn config(&self) -> SdkConfig {
        self.account.config.to_builder().region(Region::new(self.region.to_owned())).build()
    }

    /// Throttling of one service in one Region of one account slows nothing else down.
    pub(super) fn partition(&self, service: &str) -> String {
        format!("{}/{}/{service}", self.account.id, self.region)
    }

    /// The call that [`Place::ask`] makes.
    pub(super) fn call(&self, service: &str, operation: &str, resource: Option<&str>) -> Call {
        Call::new(&self.account.id, self.folder, service, operation, resource)
    }

    /// Makes a call, unless it was made before, and records what came of it.
    pub(super) async fn ask<F>(&self, service: &str, operation: &str, resource: Option<&str>, send: F)
    where
        F: Future<Output = Result<Value, Failure>>,
    {
        let run = self.run;
        let call = self.call(service, operation, resource);
        if !lock(&run.claimed).insert(call.clone()) {
            return;
        }
        if self.foreign {
            run.foreign().push(call.clone());
        }
        let Some(result) = self.within_limits(send).await else {
            self.account.interrupted.store(true, Ordering::Relaxed);
            return;
        };
        run.asked.fetch_add(1, Ordering::Relaxed);
        let answer = match result {
            Ok(value) => Answer::Output(value),
            Err(failure) => {
                if failure.reason() == Some(GapReason::Throttled) {
                    run.throttled.fetch_add(1, Ordering::Relaxed);
                }
                failure.into()
            }
        };
        run.recording().insert(call, answer);
        run.tell();
    }

    /// `None` if the run is stopped before the answer is there.
    async fn within_limits<F>(&self, send: F) -> Option<Result<Value, Failure>>
    where
        F: Future<Output = Result<Value, Failure>>,
    {
        let run = self.run;
        let call = async {
            // In this order: whoever holds one of the run's permits waits for nothing but AWS.
            let _own = self.account.permits.acquire().await;
            let _all = run.calls.acquire().await;
            match tokio::time::timeout(run.limits.call, send).await {
                Ok(result) => result,
                Err(_) => Err(Failure::new(GapReason::Timeout, "no answer in time")),
            }
        };
        run.unless_stopped(call).await
    }
}

//! What a run costs: time, CPU time and memory, as the system counts them.
//!
//! CPU time is that of all threads, user and system together: it says the same on a busy machine and on an idle one, but
//! not how long somebody waits.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};

fn cpu(usage: &Usage) -> Duration {
    let one = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs()) + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    one(usage.user_time()) + one(usage.system_time())
}

fn usage(who: UsageWho) -> Usage {
    getrusage(who).expect("the system counts what processes use")
}

/// What something takes.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// On the clock, start to end.
    pub time: Duration,
    /// Of all threads.
    pub cpu: Duration,
}

impl Cost {
    /// More than anything takes.
    pub const MAX: Self = Self { time: Duration::MAX, cpu: Duration::MAX };

    /// The least of each.
    pub fn min(self, other: Self) -> Self {
        Self { time: self.time.min(other.time), cpu: self.cpu.min(other.cpu) }
    }
}

fn cost<T>(who: UsageWho, work: impl FnOnce() -> T) -> (Cost, T) {
    let (before, start) = (cpu(&usage(who)), Instant::now());
    let result = work();
    (Cost { time: start.elapsed(), cpu: cpu(&usage(who)) - before }, result)
}

/// What something that this process does costs.
pub fn here<T>(work: impl FnOnce() -> T) -> (Cost, T) {
    cost(UsageWho::RUSAGE_SELF, work)
}

/// What a scan by the program costs, from its start to its end.
pub fn program(path: &Path) -> Cost {
    cost(UsageWho::RUSAGE_CHILDREN, || scan(path)).0
}

fn scan(path: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_trailwarden"))
        .arg("scan")
        .arg(path)
        .args(["--format", "json"])
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    // 2 and above: the scan itself went wrong.
    assert!(status.code().is_some_and(|code| code < 2), "the scan of {} ended with {status}", path.display());
}

/// The most memory that one of the programs run so far held at a time, in bytes. It counts in what this process held
/// when it started the program, so that it must be small by then.
pub fn peak() -> u64 {
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    usage(UsageWho::RUSAGE_CHILDREN).max_rss().unsigned_abs() * unit
}

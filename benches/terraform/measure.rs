//! What a run costs: CPU time and memory, as the system counts them.
//!
//! CPU time is that of all threads, user and system together: it says the same on a busy machine and on an idle one.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

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

/// The CPU time of something that this process does.
pub fn here<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let before = cpu(&usage(UsageWho::RUSAGE_SELF));
    let result = work();
    (cpu(&usage(UsageWho::RUSAGE_SELF)) - before, result)
}

/// The CPU time of a scan by the program, start to end.
pub fn program(path: &Path) -> Duration {
    let before = cpu(&usage(UsageWho::RUSAGE_CHILDREN));
    let status = Command::new(env!("CARGO_BIN_EXE_trailwarden"))
        .arg("scan")
        .arg(path)
        .args(["--format", "json"])
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    // 2 and above: the scan itself went wrong.
    assert!(status.code().is_some_and(|code| code < 2), "the scan of {} ended with {status}", path.display());
    cpu(&usage(UsageWho::RUSAGE_CHILDREN)) - before
}

/// The most memory that one of the programs run so far held at a time, in bytes. It counts in what this process held
/// when it started the program, so that it must be small by then.
pub fn peak() -> u64 {
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    usage(UsageWho::RUSAGE_CHILDREN).max_rss().unsigned_abs() * unit
}

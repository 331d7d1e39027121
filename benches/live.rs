//! What a live scan of an organization of a hundred accounts takes, against a stand-in for AWS that takes 50 ms for each
//! answer.
//!
//! Prints what it measured and fails when a target is missed:
//!
//!     cargo bench --bench live

// A bench prints what it measured.
#![allow(clippy::print_stdout, clippy::exit)]

#[path = "../tests/suite/collect/canned.rs"]
mod canned;
#[path = "../tests/suite/collect/wire.rs"]
mod wire;

use std::process::Stdio;
use std::time::{Duration, Instant};

use canned::{Canned, MANAGEMENT, watched};
use trailwarden::sources::aws::collect::Limits;

/// How long an answer takes.
const DELAY: Duration = Duration::from_millis(50);
/// The accounts of the organization.
const ACCOUNTS: u64 = 100;
/// How often each is measured.
const RUNS: usize = 3;

/// The most time of all accounts, in times of one account's, were they walked without a pause.
const MOST_TIME: f64 = 1.5;
/// The most memory in MiB.
const MOST_MEMORY: f64 = 200.0;

fn main() {
    // `cargo test --benches` runs this too: then it only has to work.
    let whole = std::env::args().any(|argument| argument == "--bench");
    let (accounts, runs) = if whole { (ACCOUNTS, RUNS) } else { (2, 1) };
    let server = Canned::new(accounts, DELAY);
    let (alone, memory) = least(runs, || scan(&server, &[]));
    println!("one account: {:.2} s, {memory:.0} MiB", alone.as_secs_f64());
    let (all, memory) = least(runs, || scan(&server, &["--organization"]));
    let calls = server.calls().len();
    println!("{accounts} accounts: {:.2} s, {memory:.0} MiB, {calls} calls", all.as_secs_f64());
    let ideal = alone.as_secs_f64() * accounts as f64 / Limits::default().accounts as f64;
    let good = [
        target("time to that of one account x accounts / accounts at once", all.as_secs_f64() / ideal, MOST_TIME),
        target("memory in MiB", memory, MOST_MEMORY),
    ];
    if whole && good.contains(&false) {
        std::process::exit(1);
    }
}

/// The time of a scan from start to end, report included, and its memory in MiB.
fn scan(server: &Canned, args: &[&str]) -> (Duration, f64) {
    let mut command = server.live(env!("CARGO_BIN_EXE_trailwarden"), MANAGEMENT);
    command.args(args).args(["--format", "json"]).stdout(Stdio::null());
    let begun = Instant::now();
    let (status, memory) = watched(command);
    assert!(status.success(), "the scan ended with {status}");
    (begun.elapsed(), memory as f64 / 1024.0)
}

/// The least time and the most memory of several runs.
fn least(runs: usize, run: impl Fn() -> (Duration, f64)) -> (Duration, f64) {
    let results: Vec<(Duration, f64)> = (0..runs).map(|_| run()).collect();
    let time = results.iter().map(|(time, _)| *time).min().unwrap_or_default();
    (time, results.iter().map(|(_, memory)| *memory).fold(0.0, f64::max))
}

fn target(what: &str, measured: f64, most: f64) -> bool {
    let good = measured <= most;
    println!("  {what}: {measured:.2} (target: {most:.2} at most) {}", if good { "met" } else { "MISSED" });
    good
}

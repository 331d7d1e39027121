//! What Terraform inputs cost: a plan of 100 MB, and a repository of 2,000 `.tf` files.
//!
//! Prints ratios and fails when a target is missed:
//!
//!     cargo bench --bench terraform
//!
//! Inputs are made from the checked-in module of `tests/parity`, the same bytes in every run. Times are the least of
//! several runs: of the plan on the clock, of the repository CPU time.

// A bench prints what it measured.
#![allow(clippy::print_stdout, clippy::exit)]

#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod modules;
#[cfg(unix)]
mod plan;

#[cfg(unix)]
fn main() {
    // `cargo test --benches` runs this too: then it only has to work.
    let whole = std::env::args().any(|argument| argument == "--bench");
    if !unix::run(whole) && whole {
        std::process::exit(1);
    }
}

#[cfg(not(unix))]
fn main() {
    println!("what a program uses can be measured on Unix only");
}

#[cfg(unix)]
mod unix {
    use serde::de::IgnoredAny;
    use std::path::Path;

    use super::measure::Cost;
    use super::{measure, modules, plan};

    /// The size of the plan in bytes.
    const PLAN: u64 = 100_000_000;
    /// The modules of the repository, of ten files each.
    const MODULES: usize = 200;
    /// How often each is measured.
    const RUNS: usize = 7;

    /// The most time that judging a plan may take, in times of what skipping over its JSON takes.
    const MOST_TIME: f64 = 1.5;
    /// The most memory that judging a plan may take, in sizes of the file.
    const MOST_MEMORY: f64 = 1.3;
    /// The most CPU time that the repository may take, in seconds.
    const MOST_SECONDS: f64 = 2.0;

    /// Measures and prints; whether all targets are met.
    pub fn run(whole: bool) -> bool {
        let runs = if whole { RUNS } else { 1 };
        let share = if whole { 1 } else { 100 };
        let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/good");
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        let good = [plans(&estate, folder.path(), share, runs), repository(&estate, folder.path(), share, runs)];
        good.iter().all(|good| *good)
    }

    fn plans(estate: &Path, folder: &Path, share: u64, runs: usize) -> bool {
        let path = folder.join("plan.json");
        let plan = plan::write(&estate.join("module"), PLAN / share, &path).expect("the plan is written");
        println!(
            "a plan of {:.1} MB: {} modules, {} of them of modelled types",
            plan.size as f64 / 1e6,
            plan.modules,
            plan.modelled
        );
        // Before anything large is in this process: a child begins with the memory of its parent.
        let mut judged = measure::program(&path);
        let memory = ratio(measure::peak() as f64, plan.size as f64);
        let bytes = std::fs::read(&path).expect("the plan is read");
        let mut skipped = Cost::MAX;
        for _ in 0..runs {
            let (cost, result) = measure::here(|| serde_json::from_slice::<IgnoredAny>(&bytes));
            assert!(result.is_ok(), "the plan is no JSON");
            skipped = skipped.min(cost);
            judged = judged.min(measure::program(&path));
        }
        for (what, cost) in [("serde_json::from_slice::<IgnoredAny>", skipped), ("the whole program", judged)] {
            println!("  {what}: {} ms, {} ms of CPU time", cost.time.as_millis(), cost.cpu.as_millis());
        }
        println!("  CPU time to skipping it: {:.2}", ratio(judged.cpu.as_secs_f64(), skipped.cpu.as_secs_f64()));
        let time = ratio(judged.time.as_secs_f64(), skipped.time.as_secs_f64());
        [target("time to skipping it", time, MOST_TIME), target("peak memory to its size", memory, MOST_MEMORY)]
            .iter()
            .all(|good| *good)
    }

    fn repository(estate: &Path, folder: &Path, share: u64, runs: usize) -> bool {
        let path = folder.join("repository");
        let modules = MODULES / share as usize;
        modules::write(&estate.join("plain/hcl"), modules, &path).expect("the repository is written");
        println!("a repository of {} .tf files in {modules} modules", modules * 10);
        let cost = (0..runs).fold(Cost::MAX, |least, _| least.min(measure::program(&path)));
        target("CPU time in seconds", cost.cpu.as_secs_f64(), MOST_SECONDS)
    }

    fn ratio(a: f64, b: f64) -> f64 {
        a / b.max(f64::MIN_POSITIVE)
    }

    fn target(what: &str, measured: f64, most: f64) -> bool {
        let good = measured < most;
        println!("  {what}: {measured:.2} (target: under {most:.2}) {}", if good { "met" } else { "MISSED" });
        good
    }
}

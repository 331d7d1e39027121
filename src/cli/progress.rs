//! Progress on standard error: only on a terminal, and only when a scan takes a while.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::scan::Progress;

/// A scan that is done by then shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// How many files pass between two looks at the clock.
const STRIDE: u64 = 64;

/// What is shown.
#[derive(Debug)]
pub struct Shown {
    began: Instant,
    looked: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Shown {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { began: Instant::now(), looked: AtomicU64::new(0), bar: OnceLock::new() }
    }

    /// Takes note of a step; called from many threads.
    pub fn step(&self, step: Progress) {
        match step {
            Progress::Looked => {
                let looked = self.looked.fetch_add(1, Ordering::Relaxed) + 1;
                if looked.is_multiple_of(STRIDE) {
                    self.say(|| format!("{looked} files looked at"));
                }
            }
            Progress::Parsing(count) => self.say(|| format!("parsing {count} templates")),
            Progress::Judging => self.say(|| "judging".to_owned()),
        }
    }

    fn say(&self, message: impl FnOnce() -> String) {
        if self.began.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::default_spinner());
            bar
        });
        bar.set_message(message());
        bar.tick();
    }

    /// Takes it off the screen.
    pub fn done(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self::new()
    }
}

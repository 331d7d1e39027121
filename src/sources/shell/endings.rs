//! `exit` and `return`: what is behind them is run only where they are not.

use std::ops::Range;

use super::flow::Start;
use super::guards::Guard;

/// More endings of one script are not followed.
const MOST: usize = 128;

/// An `exit`, a `return` or a `continue`.
#[derive(Debug)]
pub(super) struct Ending {
    start: Start,
    /// What it ends; the whole script when it is none.
    of: Option<Range<usize>>,
    /// Whether it tells of a fault. A script that fails has not set up what it should: nothing is told of that.
    fails: bool,
}

impl Ending {
    /// Reads one from a command, `written` from its first byte on.
    pub(super) fn read(
        start: &Start,
        written: &str,
        function: impl Fn() -> Option<Range<usize>>,
        around: impl Fn() -> Option<Range<usize>>,
    ) -> Option<Self> {
        let line = written.split(['\n', ';', '}', '|', '&', ')', '#']).next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let (of, may_fail) = match words.next()? {
            "exit" => (None, true),
            "return" => (function(), true),
            "continue" | "break" => (Some(around()?), false),
            _ => return None,
        };
        let fails = may_fail && words.next().is_some_and(|code| code != "0");
        Some(Self { start: start.clone(), of, fails })
    }
}

/// Puts conditions on what is run only where a script has not ended, and tells what is never run.
pub(super) fn apply(endings: &[Ending], starts: &mut [Start]) -> Vec<bool> {
    let mut reached = vec![true; starts.len()];
    for ending in endings.iter().take(MOST) {
        for (start, reached) in starts.iter_mut().zip(&mut reached) {
            match ending.bears(start) {
                Some(false) if !ending.fails && start.guards.len() < 32 => start.guards.push(ending.guard()),
                Some(true) => *reached = false,
                _ => {}
            }
        }
    }
    reached
}

impl Ending {
    /// Whether it ends the script before this is run: surely, or only sometimes; `None` when never.
    fn bears(&self, start: &Start) -> Option<bool> {
        let Start { order, guards, .. } = &self.start;
        let inside = self.of.as_ref().is_none_or(|range| start.is_run_in(range));
        if *order >= start.order || !inside || !start.is_inside_of(&self.start) || self.start.is_apart(start) {
            return None;
        }
        // Who calls a function that the script does not call is not known, nor when.
        let uncalled = |start: &Start| start.order.first() == Some(&usize::MAX);
        let foreign = guards.iter().any(|guard| guard.is_function() && !start.guards.contains(guard));
        if foreign || uncalled(start) && !uncalled(&self.start) {
            return None;
        }
        Some(guards.iter().all(|guard| start.guards.contains(guard)))
    }

    fn guard(&self) -> Guard {
        let at = self.start.at;
        let when = self.start.guards.last().map_or_else(String::new, |guard| guard.when.clone());
        Guard::plain(at..at + 1, at, format!("the script does not end because {when}"))
    }
}

/// Whether a text is of a branch that only answers a question of the user.
pub(super) fn is_help(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["usage", "help", "version"].iter().any(|word| text.contains(word))
}

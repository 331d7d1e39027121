//! What the trails of one input record together. Credit never leaves an input.

use std::collections::HashMap;

use super::arn::Text;
use super::attr::{Attr, Origin, State};
use super::event_selector::{Recorded, Selectors, Sides};
use super::trail::Trail;
use super::{Census, Input};
use crate::truth::{CauseKind, Truth};

/// A trail with the events that its selectors take.
#[derive(Debug)]
pub struct Recorder<'a> {
    /// The trail.
    pub trail: &'a Trail,
    /// What its selectors take in, whether it logs or not.
    pub recorded: Recorded,
    /// Whether it counts for others: it exists and it logs.
    pub counts: Truth,
}

/// The trails of one input.
#[derive(Debug)]
pub struct Recording<'a> {
    /// The input.
    pub input: &'a Input,
    /// Its trails.
    pub recorders: Vec<Recorder<'a>>,
}

/// What several trails record together, of the Regions they have in common with a trail.
#[derive(Debug)]
pub struct Pool {
    everywhere: Recorded,
    by_region: HashMap<Text, Recorded>,
}

/// Whether a source may hide more things of a kind: false or unknown, never true.
pub fn may_be_more<T>(census: &Census<T>) -> Truth {
    match &census.complete {
        Truth::True => Truth::False,
        Truth::False => Truth::unknown(CauseKind::OutsideScope, "not all of this input was read"),
        unknown @ Truth::Unknown(_) => unknown.clone(),
    }
}

impl<'a> Recording<'a> {
    /// The trails of an input.
    pub fn of(input: &'a Input) -> Self {
        let recorder = |trail: &'a Trail| Recorder {
            trail,
            recorded: trail.selectors.recorded(),
            counts: trail.id.existence.truth() & trail.logging.is(&true),
        };
        Self { input, recorders: input.trails.iter().map(recorder).collect() }
    }

    /// What the trails for which `counts` holds record together, wherever they are.
    pub fn together(&self, counts: impl Fn(&Recorder<'_>) -> Truth) -> Recorded {
        Recorded::together(self.recorders.iter().map(|recorder| (counts(recorder), &recorder.recorded)))
    }

    /// What the logging trails record together, by the Regions they work in.
    pub fn pool(&self) -> Pool {
        let multi = |recorder: &Recorder<'_>| recorder.trail.multi_region.is(&true);
        let mut by_region = HashMap::new();
        for region in self.recorders.iter().map(|recorder| &recorder.trail.home_region) {
            // One entry a Region: a template has one.
            if by_region.len() < 64 && !by_region.contains_key(region) {
                let here = |recorder: &Recorder<'_>| {
                    recorder.counts.clone() & (multi(recorder) | recorder.trail.home_region.same(region))
                };
                by_region.insert(region.clone(), self.together(here));
            }
        }
        Pool { everywhere: self.together(|recorder| recorder.counts.clone() & multi(recorder)), by_region }
    }

    /// Whether there may be trails that were not seen.
    pub fn more(&self) -> Truth {
        may_be_more(&self.input.trails)
    }

    /// The first few of the trails for which `holds` is certain, for a sentence: `the trails 'A' and 'B'`.
    pub fn names(&self, holds: impl Fn(&Recorder<'_>) -> bool) -> String {
        let mut those =
            self.recorders.iter().filter(|recorder| holds(recorder)).map(|recorder| &recorder.trail.id.shown);
        let first: Vec<String> = those.by_ref().take(3).map(|name| format!("'{name}'")).collect();
        match (first.as_slice(), those.count()) {
            ([], _) => "another trail".to_owned(),
            ([only], _) => format!("the trail {only}"),
            (several, 0) => format!("the trails {}", several.join(", ")),
            (several, more) => format!("the trails {} and {more} more", several.join(", ")),
        }
    }
}

impl Pool {
    /// Asks a question about what is recorded in all Regions that `trail` works in.
    pub fn for_trail(&self, trail: &Trail, ask: impl Fn(&Recorded) -> Truth) -> Truth {
        let regional = || self.by_region.get(&trail.home_region).map_or(Truth::False, &ask);
        match trail.multi_region.is(&true) {
            Truth::True => ask(&self.everywhere),
            Truth::False => regional(),
            // In all Regions is enough for both; in its own Region it may be.
            unknown @ Truth::Unknown(_) => ask(&self.everywhere) | (unknown & regional()),
        }
    }

    /// Which sides of the management events are recorded as a whole in all Regions that `trail` works in.
    pub fn management(&self, trail: &Trail) -> Sides {
        Sides {
            reads: self.for_trail(trail, |recorded| recorded.management().reads.truth),
            writes: self.for_trail(trail, |recorded| recorded.management().writes.truth),
        }
    }
}

/// The attribute that the selectors of a trail stand in, with its place and what is so about it.
#[derive(Debug)]
pub struct SelectorsAt<'a> {
    /// `EventSelectors` or `AdvancedEventSelectors`.
    pub name: &'a str,
    /// Its place, or that of the trail.
    pub at: &'a Origin,
    /// `'EventSelectors' is not set`.
    pub says: String,
    /// Whether there are none at all, so that the default holds.
    pub absent: bool,
}

impl Selectors {
    /// Where to look at these selectors.
    pub fn place(&self) -> SelectorsAt<'_> {
        fn at<T>(attr: &Attr<Vec<T>>) -> SelectorsAt<'_> {
            let absent = matches!(attr.state, State::Missing | State::Default(_));
            SelectorsAt { name: &attr.name, at: &attr.at, says: attr.says_whether(), absent }
        }
        let advanced = at(&self.advanced);
        if advanced.absent { at(&self.basic) } else { advanced }
    }
}

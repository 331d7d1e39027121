//! What the trails of one input record together. Credit leaves an input only for one of the same account.

use std::cell::Cell;
use std::collections::HashMap;

use super::arn::Text;
use super::attr::{Attr, Origin, State};
use super::event_selector::{Event, Management, Recorded, Selectors, Sides};
use super::trail::Trail;
use super::{Census, Estate, Input};
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

/// The trails of one input, or of all inputs that are known to be of one account.
#[derive(Debug)]
pub struct Recording<'a> {
    /// The inputs; one, unless their account is known.
    pub inputs: Vec<&'a Input>,
    /// Their trails.
    pub recorders: Vec<Recorder<'a>>,
    /// Trails of other accounts that record here: they count, and are judged elsewhere.
    pub visitors: Vec<Recorder<'a>>,
}

/// What several trails record together, of the Regions they have in common with a trail.
#[derive(Debug)]
pub struct Pool {
    everywhere: Part,
    /// As though all worked in one Region: what these do not record, none does.
    at_most: Part,
    by_region: HashMap<Text, Part>,
    all: Recorded,
    /// A Region where only multi-Region trails work, as of [`Recording::elsewhere`].
    pub elsewhere: Option<String>,
    /// How many more events may be looked up in `all`: each look-up goes through all trails.
    lookups: Cell<u32>,
}

/// What some trails record of the management events.
#[derive(Debug)]
struct Part {
    management: Management,
    lost: Vec<Lost>,
}

/// A management event that some trails do not record.
#[derive(Clone, Debug)]
pub struct Lost {
    /// The event.
    pub event: Event,
    /// Whether no other trail records it, in whatever Region.
    pub nowhere: bool,
}

impl Part {
    fn of(management: Management, all: &Recorded) -> Self {
        let events = [&management.writes.lost, &management.reads.lost].into_iter().flatten();
        let lost = events.map(|event| Lost { event: event.clone(), nowhere: all.records(event) == Truth::False });
        Self { lost: lost.collect(), management }
    }
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
    /// All inputs, those of one known account together.
    pub fn all(estate: &'a Estate) -> Vec<Self> {
        let mut groups: Vec<Vec<&'a Input>> = Vec::new();
        let mut of_account: HashMap<&str, usize> = HashMap::new();
        for input in &estate.inputs {
            // A live account is itself whole: another recording of it shows the same trails at another time.
            let account = input.account.literal().filter(|_| input.live.is_none());
            let known = account.map(|account| *of_account.entry(account).or_insert(groups.len()));
            match known.and_then(|group| groups.get_mut(group)) {
                Some(group) => group.push(input),
                None => groups.push(vec![input]),
            }
        }
        let is_live = |input: &&Input| input.live.is_some();
        let owned = estate.inputs.iter().filter(is_live).flat_map(|input| &input.trails);
        let owned: HashMap<&Text, &Trail> = owned.map(|trail| (&trail.arn, trail)).collect();
        let recorder = |trail: &'a Trail| Recorder {
            trail,
            recorded: trail.selectors.recorded(),
            counts: trail.id.existence.truth() & trail.logging.is(&true),
        };
        groups
            .into_iter()
            .map(|inputs| {
                let recorders = inputs.iter().flat_map(|input| &input.trails).map(recorder).collect();
                let visitors = inputs.iter().filter_map(|input| input.live.as_ref()).flat_map(|live| &live.visitors);
                // What the owner says of a trail goes beyond what a guest can see, as far as the owner was told.
                let visitors = visitors.map(|trail| {
                    let seen = recorder(trail);
                    match owned.get(&trail.arn).map(|own| recorder(own)) {
                        Some(own) if matches!(own.counts, Truth::Unknown(_)) => Recorder { counts: seen.counts, ..own },
                        Some(own) => own,
                        None => seen,
                    }
                });
                Self { recorders, visitors: visitors.collect(), inputs }
            })
            .collect()
    }

    /// What sentences call the inputs.
    pub fn scope(&self) -> &'static str {
        if self.inputs.len() == 1 && self.inputs[0].live.is_none() { "this input" } else { "this account" }
    }

    /// Its own trails and those of others that record here.
    pub fn all_recorders(&self) -> impl Iterator<Item = &Recorder<'a>> {
        self.recorders.iter().chain(&self.visitors)
    }

    /// What the trails for which `counts` holds record together, wherever they are.
    pub fn together(&self, counts: impl Fn(&Recorder<'_>) -> Truth) -> Recorded {
        Recorded::together(self.all_recorders().map(|recorder| (counts(recorder), &recorder.recorded)))
    }

    /// What the logging trails record together, by the Regions they work in.
    pub fn pool(&self) -> Pool {
        let multi = |recorder: &Recorder<'_>| recorder.trail.multi_region.is(&true);
        let all = self.together(|recorder| recorder.counts.clone());
        let mut by_region = HashMap::new();
        for region in self.all_recorders().map(|recorder| &recorder.trail.home_region) {
            // One entry a Region: a template has one. What has none is unknown.
            if by_region.len() < 64 && !by_region.contains_key(region) {
                let here = |recorder: &Recorder<'_>| {
                    recorder.counts.clone() & (multi(recorder) | recorder.trail.home_region.same(region))
                };
                by_region.insert(region.clone(), Part::of(self.together(here).management(), &all));
            }
        }
        let everywhere = self.together(|recorder| recorder.counts.clone() & multi(recorder)).management();
        Pool {
            everywhere: Part::of(everywhere, &all),
            at_most: Part::of(all.management(), &all),
            by_region,
            all,
            elsewhere: self.elsewhere(),
            lookups: Cell::new(64),
        }
    }

    /// A Region in which no single-Region trail works, or words for it where their Regions are not known; `None` if
    /// all trails that log work in all Regions.
    pub fn elsewhere(&self) -> Option<String> {
        let single = |recorder: &&Recorder<'_>| {
            recorder.counts != Truth::False && recorder.trail.multi_region.is(&true) != Truth::True
        };
        let mut homes = self.all_recorders().filter(single).map(|recorder| &recorder.trail.home_region).peekable();
        homes.peek()?;
        let homes: Vec<&Text> = homes.collect();
        let free = |region: &&&str| homes.iter().all(|home| home.same(&(**region).into()) == Truth::False);
        let partition = self.inputs.first().map_or("aws", |input| input.partition);
        let regions: &[&str] = match partition {
            "aws-cn" => &["cn-north-1", "cn-northwest-1"],
            "aws-us-gov" => &["us-gov-west-1", "us-gov-east-1"],
            "aws" => &["eu-west-1", "us-east-1", "us-west-2", "ap-southeast-2", "eu-central-1", "sa-east-1"],
            _ => &[],
        };
        let found = regions.iter().find(free).map(|region| (*region).to_owned());
        Some(found.unwrap_or_else(|| "any Region without a trail of its own".to_owned()))
    }

    /// Whether there may be trails that were not seen.
    pub fn more(&self) -> Truth {
        Truth::any(self.inputs.iter().map(|input| may_be_more(&input.trails)))
    }

    /// The first few of the trails for which `holds`, for sentences.
    pub fn some(&self, holds: impl Fn(&Recorder<'_>) -> bool) -> Vec<&'a Trail> {
        self.all_recorders().filter(|recorder| holds(recorder)).map(|recorder| recorder.trail).take(4).collect()
    }
}

/// Some trails other than one, in a sentence: `the trails 'A', 'B'`.
pub fn others(trails: &[&Trail], than: &Trail) -> String {
    let names = trails.iter().filter(|trail| !std::ptr::eq(**trail, than)).take(3);
    let name = |trail: &&Trail| match trail.id.input == than.id.input {
        true => format!("'{}'", trail.id.shown),
        false => format!("'{}' of another input", trail.id.shown),
    };
    let names: Vec<String> = names.map(name).collect();
    match names.as_slice() {
        [] => "another trail".to_owned(),
        [only] => format!("the trail {only}"),
        several => format!("the trails {}", several.join(", ")),
    }
}

impl Pool {
    /// Which sides of the management events are recorded as a whole in all Regions that `trail` works in.
    pub fn management(&self, trail: &Trail) -> Sides {
        let here = self.by_region.get(&trail.home_region);
        let side = |ask: &dyn Fn(&Management) -> Truth| {
            let multi = trail.multi_region.is(&true);
            // In all Regions is enough for any trail, in its own Region for a single-Region one.
            let here = here.map(|part| ask(&part.management)).unwrap_or_else(|| {
                ask(&self.at_most.management)
                    & Truth::unknown(CauseKind::Unsupported, "there are too many Regions to compare")
            });
            ask(&self.everywhere.management) | (!multi & here)
        };
        Sides { reads: side(&|found| found.reads.truth.clone()), writes: side(&|found| found.writes.truth.clone()) }
    }

    /// An event that neither the trail records nor, in the Regions that it works in, another logging one: one that no
    /// trail records anywhere, if there is such.
    pub fn lost(&self, recorder: &Recorder<'_>) -> Option<Lost> {
        let trail = recorder.trail;
        let here = match trail.multi_region.is(&true) {
            Truth::True => Some(&self.everywhere),
            _ => self.by_region.get(&trail.home_region),
        };
        let missed = |lost: &&Lost| recorder.recorded.records(&lost.event) == Truth::False;
        let lost = self.at_most.lost.iter().chain(here.into_iter().flat_map(|part| &part.lost));
        lost.clone().find(|lost| lost.nowhere && missed(lost)).or_else(|| lost.clone().find(missed)).cloned().or_else(
            // A trail that does not log is blamed for what it would leave out.
            || {
                let own = recorder.recorded.management();
                let events = [own.writes.lost, own.reads.lost].into_iter().flatten();
                events.filter(|event| self.loses(event)).map(|event| Lost { event, nowhere: true }).next()
            },
        )
    }

    /// Whether no logging trail records an event, in whatever Region; false when too many events were asked for.
    fn loses(&self, event: &Event) -> bool {
        let left = self.lookups.get();
        self.lookups.set(left.saturating_sub(1));
        left > 0 && self.all.records(event) == Truth::False
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

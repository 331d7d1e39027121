//! How many of the trails that a Region allows are used up.

use std::collections::HashMap;

use crate::finding::Judge;
use crate::model::arn::Text;
use crate::model::trail::Trail;
use crate::model::{Estate, Existence, Input, InputKind};
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// Trails in one Region of one account; cannot be raised. A multi-Region trail counts in every Region
/// (quotas page of the CloudTrail user guide).
const SLOTS: usize = 5;

/// So many places are looked at; the rest is left open.
const MOST_PLACES: usize = 64;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for input in estate.inputs.iter().filter(|input| input.kind != InputKind::Script) {
        let Used { certain, mut at_most, mut doubts, place } = fullest(input);
        if let Truth::Unknown(causes) = input.complete.clone() & input.trails.complete.clone() {
            at_most = at_most.max(SLOTS);
            doubts = Some(both(doubts, causes));
        }
        let mut draft = judge.on_input(input).claim(
            "leaves a slot for another trail in its Region",
            "does not leave a slot for another trail in its Region, which has five slots",
        );
        for trail in input.trails.iter().take(SLOTS) {
            draft = draft.related(format!("the trail '{}' takes one", trail.id.shown), &trail.id.at);
        }
        match doubts {
            _ if certain >= SLOTS => draft
                .because(match place {
                    Some(region) => format!("{certain} of its trails work in {region}"),
                    None => format!("it defines {certain} trails"),
                })
                .remedy(
                    "Merge trails that record the same events, or let one multi-Region trail take the place of several; \
                     the quota cannot be raised.",
                )
                .fail(),
            Some(causes) if at_most >= SLOTS => draft.unknown(causes),
            _ if input.live.is_some() => draft.because(format!("at most {at_most} of {SLOTS} are taken in any Region")).pass(),
            _ => draft.not_applicable(
                CauseKind::NotCollected,
                match input.trails.iter().count() {
                    0..SLOTS => format!(
                        "it defines fewer than {SLOTS} trails, and the other trails of the account are not visible here"
                    ),
                    _ => format!(
                        "none of its Regions has {SLOTS} of its trails, and the other trails of the account are not \
                         visible here"
                    ),
                },
            ),
        }
    }
}

/// The slots that are taken where most are.
#[derive(Default)]
struct Used {
    certain: usize,
    at_most: usize,
    /// Why it may be more than is certain.
    doubts: Option<Causes>,
    /// The Region, where trails of several are told apart.
    place: Option<String>,
}

fn fullest(input: &Input) -> Used {
    let mut index: HashMap<(&Text, &Text), usize> = HashMap::new();
    let mut places: Vec<(&Text, &Text, Vec<&Trail>)> = Vec::new();
    for trail in &input.trails {
        let place = *index.entry((&trail.account, &trail.home_region)).or_insert_with(|| {
            places.push((&trail.account, &trail.home_region, Vec::new()));
            places.len() - 1
        });
        places[place].2.push(trail);
    }
    let mut worst = Used::default();
    for (account, region, _) in places.iter().take(MOST_PLACES) {
        let mut used = Used::default();
        for (other_account, other_region, trails) in &places {
            let (same_account, same_region) = (account.same(other_account), region.same(other_region));
            for trail in trails {
                used.add(trail, same_account.clone() & (trail.multi_region.is(&true) | same_region.clone()));
            }
        }
        if used.certain > worst.certain {
            worst.certain = used.certain;
            worst.place = region.literal().filter(|_| places.len() > 1).map(str::to_owned);
        }
        if used.at_most > worst.at_most {
            (worst.at_most, worst.doubts) = (used.at_most, used.doubts);
        }
    }
    if places.len() > MOST_PLACES {
        let cause = Cause::new(CauseKind::Unsupported, "its trails are in too many accounts and Regions");
        worst.at_most = worst.at_most.max(SLOTS);
        worst.doubts = Some(both(worst.doubts.take(), cause.into()));
    }
    worst
}

impl Used {
    /// Counts a trail that takes a slot here if `works`.
    fn add(&mut self, trail: &Trail, works: Truth) {
        let exists = match &trail.id.existence {
            Existence::Certain => Truth::True,
            Existence::Maybe(cause) => Truth::Unknown(cause.clone().into()),
        };
        let count = trail.id.instances.len().max(1);
        match works & exists {
            Truth::True => {
                self.certain += count;
                self.at_most += count;
            }
            Truth::Unknown(causes) => {
                self.at_most += count;
                self.doubts = Some(both(self.doubts.take(), causes));
            }
            Truth::False => {}
        }
    }
}

fn both(known: Option<Causes>, more: Causes) -> Causes {
    match known {
        Some(known) => known.and(more),
        None => more,
    }
}

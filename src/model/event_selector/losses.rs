//! What is no longer recorded when selectors are changed.

use super::recorded::{Coverage, Recorded, Target};
use super::rules::Rule;
use super::values::{Effort, Tri};
use crate::truth::{CauseKind, Truth};

/// So many sets of events are compared; a trail can name 500 values.
const MOST_SETS: usize = 1_000;

impl Recorded {
    /// Whether all that `before` certainly records is recorded here too; else one event that was recorded and is not.
    pub fn keeps(&self, before: &Self) -> Coverage {
        let unknown = |why: &str| Coverage { truth: Truth::unknown(CauseKind::Unsupported, why), lost: None };
        let [(_, rules)] = before.worlds.as_slice() else {
            return unknown("what is recorded now depends on a condition");
        };
        let (mut sets, mut cut) = (Vec::new(), false);
        for rule in rules.rules.iter().filter(|rule| rule.doubts.is_empty()) {
            cut |= !rule.sets(&mut sets);
        }
        let mut doubt = None;
        for set in &sets {
            let kept = self.covers(set);
            let recorded = |event| before.records(event) == Truth::True;
            match kept.truth {
                Truth::True => {}
                Truth::False if kept.lost.as_ref().is_none_or(recorded) => return kept,
                Truth::False => {
                    doubt.get_or_insert_with(|| unknown("the event selectors are too intricate to be compared"));
                }
                Truth::Unknown(_) => {
                    doubt.get_or_insert(kept);
                }
            }
        }
        match doubt {
            Some(doubt) => doubt,
            None if cut => unknown("there are too many selectors to compare them"),
            None => Coverage { truth: Truth::True, lost: None },
        }
    }
}

impl Rule {
    /// Adds the sets of events that the rule certainly records; false when there are too many.
    fn sets<'r>(&'r self, sets: &mut Vec<Target<'r>>) -> bool {
        let effort = Effort::new();
        let mut found = vec![Target::new([])];
        for (i, limit) in self.limits.iter().enumerate() {
            if self.limits[..i].iter().any(|earlier| earlier.field == limit.field) {
                continue;
            }
            let same = || self.limits[i..].iter().filter(|other| other.field == limit.field);
            let mut choices = vec![(found[0].region(&limit.field), Tri::Yes)];
            for limit in same() {
                choices = limit.narrow(&choices, &effort);
            }
            for limit in same() {
                limit.exclude(&mut choices, &effort);
            }
            choices.retain(|(region, there)| *there == Tri::Yes && region.is_empty(&effort) != Tri::Yes);
            if choices.is_empty() {
                return true;
            }
            if effort.exhausted() || sets.len() + found.len() * choices.len() > MOST_SETS {
                return false;
            }
            let each = |target: &Target<'r>| -> Vec<Target<'r>> {
                choices.iter().map(|(region, _)| target.with(&limit.field, region.clone())).collect()
            };
            found = found.iter().flat_map(each).collect();
        }
        sets.extend(found);
        true
    }
}

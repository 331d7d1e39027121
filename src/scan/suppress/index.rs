//! Statements by file and check, so that the ones around a place are found without going through all.

use std::collections::HashMap;
use std::sync::Arc;

use time::Date;

use super::Slot;
use crate::finding::{Finding, SuppressionKind};
use crate::model::attr::Origin;
use crate::source_map::FileId;
use crate::suppressions::{Reach, Statement};

/// The statements of all files.
#[derive(Debug, Default)]
pub(super) struct Index {
    ranges: HashMap<(FileId, &'static str, Reach), Ranges>,
}

impl Index {
    /// Gives each check of each statement a slot.
    pub(super) fn new(statements: &[Statement], today: Date, slots: &mut Vec<Slot>) -> Self {
        let mut by_place: HashMap<_, Vec<Range>> = HashMap::new();
        for statement in statements.iter().filter(|statement| statement.fault.is_none()) {
            let suppression = Arc::new(statement.suppression.clone());
            for &check in &statement.checks {
                let key = (suppression.at.file, check, statement.reach);
                let (start, end) = (statement.range.start, statement.range.end);
                by_place.entry(key).or_default().push(Range { start, end, slot: slots.len(), around: None });
                slots.push(Slot {
                    suppression: suppression.clone(),
                    check,
                    holds: suppression.holds(today),
                    used: false,
                    seen: false,
                    back: None,
                    always: statement.always,
                    arn: false,
                });
            }
        }
        let ranges = by_place.into_iter().map(|(key, ranges)| (key, Ranges::new(ranges, slots))).collect();
        Self { ranges }
    }

    /// The slots that cover a finding, the nearest first.
    pub(super) fn covering(&self, finding: &Finding) -> impl Iterator<Item = usize> {
        let subject = &finding.subject;
        let own = [&finding.at, &subject.at].into_iter().chain(subject.calls.iter().rev());
        let place = self.around(finding.check, &finding.at, Reach::Place);
        let below = own.flat_map(|origin| self.around(finding.check, origin, Reach::Below));
        place.chain(below)
    }

    fn around(&self, check: &'static str, origin: &Origin, reach: Reach) -> impl Iterator<Item = usize> {
        let at = match origin {
            Origin::Text(span) => Some(*span),
            Origin::Api { .. } => None,
        };
        let found = at.and_then(|span| Some((self.ranges.get(&(span.file, check, reach))?, span.start)));
        found.into_iter().flat_map(|(ranges, start)| ranges.around(start))
    }
}

/// A range with the slot of its statement.
#[derive(Clone, Debug)]
struct Range {
    start: u32,
    end: u32,
    slot: usize,
    /// The smallest that it lies in.
    around: Option<usize>,
}

/// Ranges of which any two are apart or lie one in the other: what begins at one place of a tree.
#[derive(Debug)]
struct Ranges(Vec<Range>);

impl Ranges {
    /// Of ranges that are the same one counts: that of this program before others, one in force before an expired one.
    fn new(mut ranges: Vec<Range>, slots: &[Slot]) -> Self {
        let rank = |range: &Range| {
            let slot = &slots[range.slot];
            (!slot.holds, slot.suppression.kind == SuppressionKind::Foreign, range.slot)
        };
        ranges.retain(|range| range.start < range.end);
        ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end), rank(range)));
        ranges.dedup_by_key(|range| (range.start, range.end));
        let mut open: Vec<usize> = Vec::new();
        for i in 0..ranges.len() {
            while open.last().is_some_and(|&outer| ranges[outer].end <= ranges[i].start) {
                open.pop();
            }
            ranges[i].around = open.last().copied();
            open.push(i);
        }
        Self(ranges)
    }

    /// The slots of the ranges around a byte, from the inside.
    fn around(&self, at: u32) -> impl Iterator<Item = usize> {
        let last = self.0.partition_point(|range| range.start <= at).checked_sub(1);
        let chain = std::iter::successors(last, |&i| self.0[i].around);
        chain.filter(move |&i| at < self.0[i].end).map(|i| self.0[i].slot)
    }
}

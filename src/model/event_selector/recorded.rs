//! What selectors record: questions about single events and about whole sets of events.

use std::sync::Arc;

use super::event::{CATEGORY, Event, FAMILIAR, NAME, READ_ONLY, SOURCE, USUAL};
use super::rules::{Limit, Rule, Rules, Worlds};
use super::values::{Atom, Base, Effort, Meet, Region, Tri};
use crate::model::arn::Text;
use crate::model::attr::either;
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// The set of events that selectors record, in every possibility.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub(super) worlds: Worlds,
}

/// A set of events: fields with what they may hold. A field that is not listed may hold anything.
#[derive(Clone, Debug)]
pub(super) struct Target<'a> {
    fields: Vec<(Arc<str>, Region<'a>)>,
    rest: Base,
}

impl<'a> Target<'a> {
    pub(super) fn new<'n>(fields: impl IntoIterator<Item = (&'n str, Base)>) -> Self {
        Self { fields: fields.into_iter().map(|(n, b)| (n.into(), Region::new(b))).collect(), rest: Base::any() }
    }

    pub(super) fn without(mut self, field: &str, atoms: &'a [Atom]) -> Self {
        let mut region = self.region(field);
        region.out.push(atoms);
        self.put(&field.into(), region);
        self
    }

    fn of(event: &Event) -> Self {
        Self { rest: Base::Absent, ..Self::new(event.fields().map(|(name, text)| (name, Base::Just(text.clone())))) }
    }

    fn region(&self, field: &str) -> Region<'a> {
        let known = self.fields.iter().find(|(name, _)| &**name == field);
        known.map_or_else(|| Region::new(self.rest.clone()), |(_, region)| region.clone())
    }

    fn put(&mut self, field: &Arc<str>, region: Region<'a>) {
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, slot)) => *slot = region,
            None => self.fields.push((field.clone(), region)),
        }
    }

    fn with(&self, field: &Arc<str>, region: Region<'a>) -> Self {
        let mut target = self.clone();
        target.put(field, region);
        target
    }

    fn causes(&self) -> impl Iterator<Item = Cause> + '_ {
        self.fields.iter().flat_map(|(_, region)| {
            let texts = match &region.base {
                Base::Absent => [None, None],
                Base::Just(text) => [Some(text), None],
                Base::Between(start, end) => [Some(start), Some(end)],
            };
            texts.into_iter().flatten().flat_map(Text::vars).map(|var| var.cause.clone())
        })
    }
}

/// How to take what is not known, so that an answer is proven.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// Only what is certainly recorded: proves that a set is covered.
    Least,
    /// All that may be recorded: proves that something is lost.
    Most,
}

/// The end of a search for something that is not recorded.
enum Search<'a> {
    Nothing,
    Lost(Target<'a>),
    GaveUp,
}

impl Rule {
    /// Whether some event of the target is recorded by this rule.
    pub(super) fn meets(&self, target: &Target<'_>, effort: &Effort) -> Tri {
        let mut result = if self.doubts.is_empty() { Tri::Yes } else { Tri::Maybe };
        for (i, limit) in self.limits.iter().enumerate() {
            // Conditions on one field hold together; the first of them speaks for all.
            if self.limits[..i].iter().any(|earlier| earlier.field == limit.field) {
                continue;
            }
            let same = || self.limits[i..].iter().filter(|other| other.field == limit.field);
            let mut choices = vec![(target.region(&limit.field), Tri::Yes)];
            for limit in same() {
                choices = limit.narrow(&choices, effort);
            }
            for limit in same() {
                limit.exclude(&mut choices, effort);
            }
            let any = choices.iter().fold(Tri::No, |any, (region, there)| {
                if any == Tri::Yes { any } else { any.or(there.and(region.is_empty(effort).not())) }
            });
            result = result.and(any);
            if result == Tri::No {
                return Tri::No;
            }
            if effort.exhausted() {
                return Tri::Maybe;
            }
        }
        result
    }

    /// The parts of the target that this rule does not record, or `None` when it is of no help at this bound.
    fn beyond<'a>(&'a self, target: &Target<'a>, bound: Bound, effort: &Effort) -> Option<Vec<Target<'a>>> {
        if bound == Bound::Least && !self.doubts.is_empty() {
            return None;
        }
        let mut pieces = Vec::new();
        for limit in &self.limits {
            let region = target.region(&limit.field);
            pieces.extend(limit.beyond(&region, bound, effort)?.into_iter().map(|r| target.with(&limit.field, r)));
            if effort.exhausted() {
                return None;
            }
        }
        Some(pieces)
    }

    fn causes(&self) -> impl Iterator<Item = Cause> + '_ {
        let values = self.limits.iter().flat_map(|limit| limit.include.iter().chain([&limit.exclude]));
        self.doubts.iter().cloned().chain(values.flat_map(|values| {
            let texts = values.sure.iter().chain(&values.maybe);
            values.causes.iter().cloned().chain(texts.flat_map(|a| a.text.vars()).map(|var| var.cause.clone()))
        }))
    }
}

impl Limit {
    /// The part of each choice that the limit asks for, and whether it certainly is there.
    fn narrow<'a>(&'a self, choices: &[(Region<'a>, Tri)], effort: &Effort) -> Vec<(Region<'a>, Tri)> {
        let mut narrowed = Vec::new();
        for (region, there) in choices {
            match &self.include {
                None => narrowed.push((region.clone(), *there)),
                Some(values) => {
                    for (atoms, sure) in [(&values.sure, Tri::Yes), (&values.maybe, Tri::Maybe)] {
                        for atom in atoms {
                            let (base, met) = match region.meet(atom, effort) {
                                Meet::Empty => continue,
                                Meet::Exactly(base) => (base, Tri::Yes),
                                Meet::Unsure => (region.base.clone(), Tri::Maybe),
                            };
                            narrowed.push((Region { base, out: region.out.clone() }, there.and(sure).and(met)));
                        }
                    }
                    if values.open || values.optional {
                        narrowed.push((region.clone(), there.doubted()));
                    }
                }
            }
            if effort.exhausted() {
                break;
            }
        }
        narrowed
    }

    /// Takes away from each choice what the limit leaves out.
    fn exclude<'a>(&'a self, choices: &mut [(Region<'a>, Tri)], effort: &Effort) {
        for (region, there) in choices {
            if self.exclude.open || region.within_any(&self.exclude.maybe, effort) != Tri::No {
                *there = there.doubted();
            }
            if !self.exclude.sure.is_empty() {
                region.out.push(&self.exclude.sure);
            }
        }
    }

    /// The parts of a field that the limit leaves out. At the least bound they may be too large, at the most bound
    /// too small. That they overlap does no harm: each of them has to be recorded by another rule.
    fn beyond<'a>(&'a self, region: &Region<'a>, bound: Bound, effort: &Effort) -> Option<Vec<Region<'a>>> {
        let mut pieces = Vec::new();
        let mut keep = |piece: Region<'a>| {
            let empty = piece.is_empty(effort);
            if empty == Tri::No || empty == Tri::Maybe && bound == Bound::Least {
                pieces.push(piece);
            }
        };
        if let Some(values) = &self.include
            && (bound == Bound::Least || !(values.open || values.optional))
        {
            let mut outside = region.clone();
            outside.out.push(&values.sure);
            if bound == Bound::Most {
                outside.out.push(&values.maybe);
            }
            keep(outside);
        }
        if bound == Bound::Least && self.exclude.open {
            return None;
        }
        let maybe = if bound == Bound::Least { self.exclude.maybe.as_slice() } else { &[] };
        for atom in self.exclude.sure.iter().chain(maybe) {
            match region.meet(atom, effort) {
                Meet::Exactly(base) => keep(Region { base, out: region.out.clone() }),
                Meet::Unsure if bound == Bound::Least => keep(region.clone()),
                Meet::Empty | Meet::Unsure => {}
            }
        }
        Some(pieces)
    }
}

impl Rules {
    /// Looks for a part of the target that no rule records.
    fn lost<'a>(&'a self, target: &Target<'a>, bound: Bound, effort: &Effort) -> Search<'a> {
        if bound == Bound::Most && !self.open.is_empty() {
            return Search::Nothing;
        }
        let rules: Vec<&Rule> = self.rules.iter().filter(|rule| rule.meets(target, effort) != Tri::No).collect();
        // One rule that takes all of it settles the question.
        if rules.iter().any(|rule| rule.beyond(target, bound, effort).is_some_and(|pieces| pieces.is_empty())) {
            return Search::Nothing;
        }
        let mut left = vec![(target.clone(), 0)];
        while let Some((piece, mut next)) = left.pop() {
            if effort.exhausted() {
                return Search::GaveUp;
            }
            let pieces = loop {
                let Some(rule) = rules.get(next) else { return Search::Lost(piece) };
                next += 1;
                if rule.meets(&piece, effort) == Tri::No {
                    continue;
                }
                if let Some(pieces) = rule.beyond(&piece, bound, effort) {
                    break pieces;
                }
            };
            left.extend(pieces.into_iter().rev().map(|piece| (piece, next)));
        }
        Search::Nothing
    }

    fn covers(&self, target: &Target<'_>) -> (Truth, Option<Event>) {
        let effort = Effort::new();
        if let Search::Nothing = self.lost(target, Bound::Least, &effort) {
            return (Truth::True, None);
        }
        let effort = Effort::new();
        match self.lost(target, Bound::Most, &effort) {
            Search::Lost(lost) => (Truth::False, example(&lost)),
            Search::Nothing | Search::GaveUp => (self.unknown(target), None),
        }
    }

    pub(super) fn touches(&self, target: &Target<'_>) -> Truth {
        let effort = Effort::new();
        let any = self
            .rules
            .iter()
            .fold(Tri::No, |any, rule| if any == Tri::Yes { any } else { any.or(rule.meets(target, &effort)) });
        match any {
            Tri::Yes => Truth::True,
            Tri::No if self.open.is_empty() && !effort.exhausted() => Truth::False,
            _ => self.unknown(target),
        }
    }

    /// Unknown, for the reasons of all rules that may have to do with the target.
    fn unknown(&self, target: &Target<'_>) -> Truth {
        let effort = Effort::new();
        let near = self.rules.iter().filter(|rule| rule.meets(target, &effort) != Tri::No);
        let mut causes: Vec<Cause> = self.open.iter().cloned().chain(near.flat_map(Rule::causes)).collect();
        causes.extend(target.causes());
        causes.sort();
        causes.dedup();
        // A reader is helped by some reasons, not by hundreds.
        let known = causes.into_iter().take(8).map(Causes::from).reduce(Causes::and);
        known.map_or_else(
            || Truth::unknown(CauseKind::Unsupported, "the event selectors are too intricate to be compared"),
            Truth::Unknown,
        )
    }
}

/// One event of the target: a familiar one if it belongs there, else one that is made up.
fn example(target: &Target<'_>) -> Option<Event> {
    let effort = Effort::new();
    let mut event = Event::default();
    for (name, region) in &target.fields {
        let usual = || USUAL.iter().filter(|(field, _)| *field == &**name).map(|(_, value)| Text::from(*value));
        match region.sample(&effort) {
            Some(_) if region.base == Base::any() => {
                // The field may be left out, for an absent field is in every such set; where selectors look at it, a
                // value that records have shows more.
                if let Some(text) = usual().find(|text| region.holds(text, &effort)) {
                    event.set(name.clone(), text);
                }
            }
            Some(text) => event.set(name.clone(), text),
            None => {}
        }
    }
    let category = target.region(CATEGORY);
    if category.holds(&"Management".into(), &effort) {
        for (source, name, read_only) in FAMILIAR {
            let familiar = [(SOURCE, source), (NAME, name), (READ_ONLY, read_only)];
            if familiar.iter().all(|(field, value)| target.region(field).holds(&(*value).into(), &effort)) {
                familiar.into_iter().for_each(|(field, value)| event.set(field, value.into()));
                return Some(event);
            }
        }
    }
    if event.get(SOURCE).is_none() {
        event.set(SOURCE, target.region(SOURCE).sample(&effort)?);
    }
    if event.get(NAME).is_none() {
        let reads = event.get(READ_ONLY).and_then(Text::literal) == Some("true");
        let name = target.region(NAME);
        let usual: Text = if reads { "GetExample".into() } else { "UpdateExample".into() };
        event.set(NAME, if name.holds(&usual, &effort) { usual } else { name.sample(&effort)? });
    }
    Some(event)
}

impl Recorded {
    fn ask(&self, question: impl Fn(&Rules) -> Truth) -> Truth {
        match self.worlds.as_slice() {
            [(_, rules)] => question(rules),
            worlds => either(worlds.iter().map(|(when, rules)| (when.clone(), question(rules))).collect()),
        }
    }

    pub(super) fn covers(&self, target: &Target<'_>) -> Coverage {
        let lost = std::cell::RefCell::new(None);
        let truth = self.ask(|rules| {
            let (truth, event) = rules.covers(target);
            if event.is_some() {
                *lost.borrow_mut() = event;
            }
            truth
        });
        let lost = lost.into_inner().filter(|event| truth == Truth::False && self.records(event) == Truth::False);
        Coverage { truth, lost }
    }

    pub(super) fn touches(&self, target: &Target<'_>) -> Truth {
        self.ask(|rules| rules.touches(target))
    }

    /// Whether this event is recorded.
    pub fn records(&self, event: &Event) -> Truth {
        self.touches(&Target::of(event))
    }
}

/// Whether a set of events is recorded as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// The answer.
    pub truth: Truth,
    /// One event of the set that is not recorded, when the answer is false.
    pub lost: Option<Event>,
}

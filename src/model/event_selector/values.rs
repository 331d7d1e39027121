//! Sets of values of one field: what a condition names, and what is left of a field when conditions are taken away.
//!
//! Everything here answers in three values. Fields are open: beyond the values that selectors name there are always
//! others, so a set that is given by a beginning and an ending never runs empty by single exclusions.

use std::cell::Cell;
use std::collections::HashSet;

use crate::model::arn::Text;
use crate::truth::{Cause, Truth};

/// An answer without its reasons; they are collected only when an answer is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tri {
    Yes,
    No,
    Maybe,
}

impl Tri {
    pub(super) fn of(truth: &Truth) -> Self {
        match truth {
            Truth::True => Self::Yes,
            Truth::False => Self::No,
            Truth::Unknown(_) => Self::Maybe,
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Maybe,
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
        }
    }

    /// The same, but never certain.
    pub(super) fn doubted(self) -> Self {
        self.and(Self::Maybe)
    }
}

/// What is left of the effort that one question may take, in comparisons. Selectors within CloudTrail's quota (500
/// values a trail) need a small part of it; what is beyond is answered with "unknown".
#[derive(Debug)]
pub(super) struct Effort(Cell<u32>);

impl Effort {
    pub(super) fn new() -> Self {
        Self(Cell::new(2_000_000))
    }

    pub(super) fn spend(&self, amount: u32) {
        self.0.set(self.0.get().saturating_sub(amount));
    }

    pub(super) fn exhausted(&self) -> bool {
        self.0.get() == 0
    }
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Equals,
    StartsWith,
    EndsWith,
}

/// One value of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Atom {
    pub(super) op: Op,
    pub(super) text: Text,
}

impl Atom {
    pub(super) fn new(op: Op, text: Text) -> Self {
        Self { op, text }
    }
}

/// The values of a condition, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// Certainly among them.
    pub(super) sure: Vec<Atom>,
    /// Maybe among them.
    pub(super) maybe: Vec<Atom>,
    /// Whether anything else may be among them.
    pub(super) open: bool,
    /// Whether there may be no values at all, so that the condition would not be there.
    pub(super) optional: bool,
    /// Why they are not all known.
    pub(super) causes: Vec<Cause>,
}

impl Values {
    pub(super) fn sure(atoms: Vec<Atom>) -> Self {
        Self { optional: atoms.is_empty(), sure: atoms, ..Self::default() }
    }

    /// Values of which nothing is known but why.
    pub(super) fn hidden(cause: Cause) -> Self {
        Self { open: true, causes: vec![cause], ..Self::default() }
    }

    /// Whether there certainly are none.
    pub(super) fn is_empty(&self) -> bool {
        self.sure.is_empty() && self.maybe.is_empty() && !self.open
    }

    /// These and those.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.sure.extend(other.sure);
        self.maybe.extend(other.maybe);
        self.open |= other.open;
        self.optional &= other.optional;
        self.causes.extend(other.causes);
        self
    }

    /// One of several lists; `undecided` says why it cannot be told which.
    pub(super) fn either(lists: Vec<Self>, undecided: &dyn Fn() -> Cause) -> Self {
        if lists.len() == 1 {
            return lists.into_iter().next().unwrap_or_default();
        }
        let sets: Vec<HashSet<&Atom>> = lists.iter().map(|list| list.sure.iter().collect()).collect();
        let mut seen = HashSet::new();
        let mut result = Self::default();
        for atom in lists.iter().flat_map(|list| &list.sure).filter(|atom| seen.insert(*atom)) {
            let everywhere = sets.iter().all(|set| set.contains(atom));
            if everywhere { result.sure.push(atom.clone()) } else { result.maybe.push(atom.clone()) }
        }
        for list in &lists {
            result.maybe.extend(list.maybe.iter().cloned());
            result.open |= list.open;
            result.optional |= list.is_empty() || list.optional;
            result.causes.extend(list.causes.iter().cloned());
        }
        if !result.maybe.is_empty() {
            result.causes.push(undecided());
        }
        result
    }
}

/// A set of strings in its plainest form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The field is not in the record at all.
    Absent,
    /// This string only.
    Just(Text),
    /// All that begin and finish so. Both empty: every string, and the absent field as well.
    Between(Text, Text),
}

impl Base {
    pub(super) fn any() -> Self {
        Self::Between(Text::default(), Text::default())
    }
}

/// Both sets together, as far as it can be told.
pub(super) enum Meet {
    Empty,
    Exactly(Base),
    Unsure,
}

/// What is left of a field: a base without the values of some conditions.
#[derive(Clone, Debug)]
pub(super) struct Region<'a> {
    pub(super) base: Base,
    pub(super) out: Vec<&'a [Atom]>,
}

impl<'a> Region<'a> {
    pub(super) fn new(base: Base) -> Self {
        Self { base, out: Vec::new() }
    }

    /// Whether nothing is left. One exclusion empties an open base only when it takes in all of it.
    pub(super) fn is_empty(&self, effort: &Effort) -> Tri {
        self.out.iter().fold(Tri::No, |empty, atoms| empty.or(self.within_any(atoms, effort)))
    }

    /// Whether the base is taken in by one of the values.
    pub(super) fn within_any(&self, atoms: &[Atom], effort: &Effort) -> Tri {
        let mut result = Tri::No;
        for atom in atoms {
            result = result.or(self.within(atom, effort));
            if result == Tri::Yes || effort.exhausted() {
                break;
            }
        }
        result
    }

    fn within(&self, atom: &Atom, effort: &Effort) -> Tri {
        match &self.base {
            Base::Absent => Tri::No,
            Base::Just(text) => has(text, atom, effort),
            Base::Between(start, end) => match atom.op {
                Op::Equals => Tri::No,
                Op::StartsWith => begins(start, &atom.text, effort),
                Op::EndsWith => finishes(end, &atom.text, effort),
            },
        }
    }

    /// The part of the base that is of this value.
    pub(super) fn meet(&self, atom: &Atom, effort: &Effort) -> Meet {
        let exactly = |tri: Tri, base: &dyn Fn() -> Base| match tri {
            Tri::Yes => Meet::Exactly(base()),
            Tri::No => Meet::Empty,
            Tri::Maybe => Meet::Unsure,
        };
        match &self.base {
            Base::Absent => Meet::Empty,
            Base::Just(text) => exactly(has(text, atom, effort), &|| self.base.clone()),
            Base::Between(start, end) => match atom.op {
                Op::Equals => {
                    let fits = begins(&atom.text, start, effort).and(finishes(&atom.text, end, effort));
                    exactly(fits, &|| Base::Just(atom.text.clone()))
                }
                Op::StartsWith => match (begins(start, &atom.text, effort), begins(&atom.text, start, effort)) {
                    (Tri::Yes, _) => Meet::Exactly(self.base.clone()),
                    (_, Tri::Yes) => Meet::Exactly(Base::Between(atom.text.clone(), end.clone())),
                    (Tri::No, Tri::No) => Meet::Empty,
                    _ => Meet::Unsure,
                },
                Op::EndsWith => match (finishes(end, &atom.text, effort), finishes(&atom.text, end, effort)) {
                    (Tri::Yes, _) => Meet::Exactly(self.base.clone()),
                    (_, Tri::Yes) => Meet::Exactly(Base::Between(start.clone(), atom.text.clone())),
                    (Tri::No, Tri::No) => Meet::Empty,
                    _ => Meet::Unsure,
                },
            },
        }
    }

    /// Whether this string is certainly in the region.
    pub(super) fn holds(&self, text: &Text, effort: &Effort) -> bool {
        let inside = match &self.base {
            Base::Absent => Tri::No,
            Base::Just(only) => Tri::of(&only.same(text)),
            Base::Between(start, end) => begins(text, start, effort).and(finishes(text, end, effort)),
        };
        let just = Region { base: Base::Just(text.clone()), out: self.out.clone() };
        inside == Tri::Yes && just.is_empty(effort) == Tri::No
    }

    /// One string of the region, or `None` when the absent field is the example.
    pub(super) fn sample(&self, effort: &Effort) -> Option<Text> {
        match &self.base {
            Base::Absent => None,
            Base::Just(text) => Some(text.clone()),
            Base::Between(start, end) => (1..20_u8)
                .map(|n| {
                    let fresh = if n == 1 { "example".to_owned() } else { format!("example{n}") };
                    Text::concat([start, &Text::from(fresh.as_str()), end])
                })
                .find(|text| self.holds(text, effort)),
        }
    }
}

/// Whether the string is of the value.
fn has(text: &Text, atom: &Atom, effort: &Effort) -> Tri {
    match atom.op {
        Op::Equals => {
            if let (Some(a), Some(b)) = (text.literal(), atom.text.literal()) {
                effort.spend(1);
                return if a == b { Tri::Yes } else { Tri::No };
            }
            effort.spend(40);
            Tri::of(&text.same(&atom.text))
        }
        Op::StartsWith => begins(text, &atom.text, effort),
        Op::EndsWith => finishes(text, &atom.text, effort),
    }
}

fn begins(text: &Text, prefix: &Text, effort: &Effort) -> Tri {
    if let (Some(text), Some(prefix)) = (text.literal(), prefix.literal()) {
        effort.spend(1);
        return if text.starts_with(prefix) { Tri::Yes } else { Tri::No };
    }
    effort.spend(40);
    Tri::of(&text.begins_with(prefix))
}

fn finishes(text: &Text, suffix: &Text, effort: &Effort) -> Tri {
    if let (Some(text), Some(suffix)) = (text.literal(), suffix.literal()) {
        effort.spend(1);
        return if text.ends_with(suffix) { Tri::Yes } else { Tri::No };
    }
    effort.spend(40);
    Tri::of(&text.finishes_with(suffix))
}

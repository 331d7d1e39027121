//! When and where things of a script happen: what comes before what, and what a subshell keeps to itself.

use std::ops::Range;

use super::guards::Guard;

/// A place in a script that is run: where a command begins, or an assignment.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    pub(super) at: usize,
    /// Where the command substitution that it stands in ends, or the script.
    pub(super) limit: usize,
    /// What must hold for it to run.
    pub(super) guards: Vec<Guard>,
    /// Whether its failure ends nothing.
    pub(super) tolerated: bool,
    /// Sorts places in the order they run.
    pub(super) order: Vec<usize>,
    /// Whether it stands in a function that is called more than once.
    pub(super) repeated: bool,
    /// What it is run in that cannot change the variables of the shell around it.
    pub(super) within: Vec<Range<usize>>,
    /// The outermost loops that it is run in.
    pub(super) loops: Vec<usize>,
}

/// How something bears on a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    /// It comes later, or never runs together with it.
    Never,
    /// It may have been run by then.
    Maybe,
    /// It was run by then, whenever the other is run.
    Surely,
}

impl Start {
    /// How something that is run here bears on another place.
    pub(super) fn bears(&self, on: &Self) -> Bears {
        if self.order > on.order || self.is_apart(on) {
            // The next round comes after this one.
            let again = on.repeated || self.loops.iter().any(|one| on.loops.contains(one));
            return if again { Bears::Maybe } else { Bears::Never };
        }
        if self.guards.iter().all(|guard| on.guards.contains(guard)) { Bears::Surely } else { Bears::Maybe }
    }

    /// Whether the two are in two branches of one statement.
    pub(super) fn is_apart(&self, other: &Self) -> bool {
        let apart = |guard: &Guard| other.guards.iter().any(|one| one.of == guard.of && one.branch != guard.branch);
        self.guards.iter().any(apart)
    }

    /// Whether this is run in the same shell as the other, or in one inside of it.
    pub(super) fn is_inside_of(&self, other: &Self) -> bool {
        other.within.iter().all(|range| self.is_run_in(range))
    }

    /// Whether it, or a call of the function that it is in, stands in these bytes.
    pub(super) fn is_run_in(&self, range: &Range<usize>) -> bool {
        self.order.iter().any(|at| range.contains(at))
    }

    /// Puts it where it is in a longer text.
    pub(super) fn shift(&mut self, by: usize) {
        self.at += by;
        self.limit += by;
        self.order.iter_mut().filter(|at| **at != usize::MAX).for_each(|at| *at += by);
        self.guards.iter_mut().for_each(|guard| guard.shift(by));
        self.within.iter_mut().for_each(|range| *range = range.start + by..range.end + by);
    }
}

/// Subshells and loops of a script.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// Subshells with the number of the one around each; ascending once sealed.
    shells: Vec<(Range<usize>, Option<usize>)>,
    /// Loops that are in no other, ascending.
    loops: Vec<Range<usize>>,
}

impl Flow {
    pub(super) fn shell(&mut self, range: Range<usize>) {
        self.shells.push((range, None));
    }

    /// Takes note of a loop; those around it come first.
    pub(super) fn repeats(&mut self, range: Range<usize>) {
        if self.loops.last().is_none_or(|last| last.end <= range.start) {
            self.loops.push(range);
        }
    }

    /// Must be called when all is noted.
    pub(super) fn seal(&mut self) {
        self.shells.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut open: Vec<usize> = Vec::new();
        for i in 0..self.shells.len() {
            let start = self.shells[i].0.start;
            while open.last().is_some_and(|last| self.shells[*last].0.end <= start) {
                open.pop();
            }
            self.shells[i].1 = open.last().copied();
            open.push(i);
        }
    }

    /// Tells a place, whose order is known, what it is run in.
    pub(super) fn locate(&self, start: &mut Start) {
        start.within = start.order.iter().filter_map(|at| self.shell_at(*at)).collect();
        start.loops = start.order.iter().filter_map(|at| self.loop_at(*at)).collect();
    }

    fn shell_at(&self, at: usize) -> Option<Range<usize>> {
        let mut next = self.shells.partition_point(|(range, _)| range.start <= at).checked_sub(1);
        while let Some((range, around)) = next.and_then(|i| self.shells.get(i)) {
            if range.contains(&at) {
                return Some(range.clone());
            }
            next = *around;
        }
        None
    }

    fn loop_at(&self, at: usize) -> Option<usize> {
        let i = self.loops.partition_point(|range| range.start <= at).checked_sub(1)?;
        self.loops.get(i).filter(|range| range.contains(&at)).map(|range| range.start)
    }
}

//! Work that some threads do ahead, and one takes over in order.

use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// More threads than this do not help: what takes over in order is the slower half by then.
const MOST_HELPERS: usize = 3;
/// How many things each thread may be ahead.
const AHEAD_EACH: u64 = 2;

/// Makes `count` things and takes each over, in order, on this thread. Things are made on others too; what was taken over
/// is made anew into the next, so that no more are held than the threads need.
///
/// None when one could not be made or taken over: then no more are.
pub(super) fn in_order<T: Default + Send>(
    count: u64,
    make: impl Fn(u64, &mut T) -> Option<()> + Sync,
    mut take: impl FnMut(&T) -> Option<()>,
) -> Option<()> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let helpers = (cores - 1).min(MOST_HELPERS).min(usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(1));
    let line = Line::new(count, (helpers as u64 + 1) * AHEAD_EACH);
    thread::scope(|scope| {
        // Whatever ends the work on this thread ends it on the others.
        let stop = Stop(&line);
        for index in 0..count {
            // The first may tell that the others are of no use.
            for _ in 0..if index == 1 { helpers } else { 0 } {
                // With fewer threads it takes longer.
                let Ok(_) = thread::Builder::new().spawn_scoped(scope, || line.help(&make)) else { break };
            }
            let thing = line.get(index, &make)?;
            take(&thing)?;
            line.give_back(thing);
        }
        drop(stop);
        Some(())
    })
}

/// The things between their making and taking over.
struct Line<T> {
    state: Mutex<State<T>>,
    /// Something was made, or all stops.
    made: Condvar,
    /// Something was taken over, or all stops.
    taken: Condvar,
    count: u64,
    /// How many may be begun and not yet taken over.
    most: u64,
}

struct State<T> {
    /// The next that nobody makes yet.
    next: u64,
    /// How many were taken over.
    taken: u64,
    ready: Vec<(u64, T)>,
    free: Vec<T>,
    stopped: bool,
}

impl<T: Default> Line<T> {
    fn new(count: u64, most: u64) -> Self {
        let state = State { next: 0, taken: 0, ready: Vec::new(), free: Vec::new(), stopped: false };
        Self { state: Mutex::new(state), made: Condvar::new(), taken: Condvar::new(), count, most }
    }

    /// Nothing that can panic runs while the lock is held.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to make, if one may be begun.
    fn begin(&self, state: &mut State<T>) -> Option<(u64, T)> {
        let index = state.next;
        if index >= self.count || index >= state.taken + self.most {
            return None;
        }
        state.next += 1;
        Some((index, state.free.pop().unwrap_or_default()))
    }

    fn make(&self, (index, mut thing): (u64, T), make: &impl Fn(u64, &mut T) -> Option<()>) {
        let stop = Stop(self);
        if make(index, &mut thing).is_some() {
            std::mem::forget(stop);
            self.lock().ready.push((index, thing));
            self.made.notify_one();
        }
    }

    /// Makes things until there are no more.
    fn help(&self, make: &impl Fn(u64, &mut T) -> Option<()>) {
        loop {
            let mut state = self.lock();
            let begun = loop {
                if state.stopped || state.next >= self.count {
                    return;
                }
                match self.begin(&mut state) {
                    Some(begun) => break begun,
                    None => state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(state);
            self.make(begun, make);
        }
    }

    /// The thing with this number. While another thread makes it, this one makes what comes later.
    fn get(&self, index: u64, make: &impl Fn(u64, &mut T) -> Option<()>) -> Option<T> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(place) = state.ready.iter().position(|(ready, _)| *ready == index) {
                return Some(state.ready.swap_remove(place).1);
            }
            if let Some(begun) = self.begin(&mut state) {
                drop(state);
                self.make(begun, make);
                state = self.lock();
            } else {
                state = self.made.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A thing was taken over.
    fn give_back(&self, thing: T) {
        let mut state = self.lock();
        state.taken += 1;
        state.free.push(thing);
        drop(state);
        self.taken.notify_one();
    }
}

/// Stops all when it is dropped.
struct Stop<'l, T: Default>(&'l Line<T>);

impl<T: Default> Drop for Stop<'_, T> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.made.notify_all();
        self.0.taken.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn things_are_taken_over_in_order_each_once() {
        for count in [0, 1, 2, 3, 7, 500] {
            let mut taken = Vec::new();
            let make = |index, thing: &mut Vec<u64>| {
                // Some take longer than those behind them.
                if index % 5 == 0 {
                    thread::yield_now();
                }
                thing.clear();
                thing.push(index);
                Some(())
            };
            let whole = in_order(count, make, |thing| {
                taken.extend_from_slice(thing);
                Some(())
            });
            assert_eq!((whole, taken), (Some(()), (0..count).collect()));
        }
    }

    #[test]
    fn no_more_are_held_than_the_threads_need() {
        let (begun, taken) = (AtomicU64::new(0), AtomicU64::new(0));
        let most = (MOST_HELPERS as u64 + 1) * AHEAD_EACH;
        let make = |_, _: &mut ()| {
            let ahead = begun.fetch_add(1, Ordering::SeqCst) + 1 - taken.load(Ordering::SeqCst);
            (ahead <= most + 1).then_some(())
        };
        let whole = in_order(300, make, |()| {
            taken.fetch_add(1, Ordering::SeqCst);
            Some(())
        });
        assert_eq!(whole, Some(()));
    }

    #[test]
    fn one_that_fails_ends_all() {
        for bad in [0, 1, 40, 199] {
            let mut taken = 0;
            let whole = in_order(
                200,
                |index, _: &mut ()| (index != bad).then_some(()),
                |()| {
                    taken += 1;
                    Some(())
                },
            );
            assert!(whole.is_none() && taken <= bad, "{taken} of {bad}");
            let mut left = bad;
            let take = |(): &()| {
                left = left.checked_sub(1)?;
                Some(())
            };
            assert!(in_order(200, |_, (): &mut ()| Some(()), take).is_none());
        }
    }

    #[test]
    fn a_panic_ends_all_and_is_not_lost() {
        for bad in [0, 3, 150] {
            let make = |index, _: &mut ()| {
                assert_ne!(index, bad, "made");
                Some(())
            };
            let made = catch_unwind(AssertUnwindSafe(|| in_order(200, make, |()| Some(()))));
            assert!(made.is_err());
            let mut left = bad;
            let take = |(): &()| {
                left = left.checked_sub(1).expect("taken over");
                Some(())
            };
            assert!(catch_unwind(AssertUnwindSafe(|| in_order(200, |_, (): &mut ()| Some(()), take))).is_err());
        }
    }
}

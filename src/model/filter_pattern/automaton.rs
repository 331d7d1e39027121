//! Which combinations of string patterns a string can fit at once, each with a shortest example.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::text::{Chars, StringPattern};

/// States of the product automaton that are looked at before giving up.
const MOST_STATES: usize = 20_000;

/// The first character that is tried for one that no pattern names.
const OTHER: char = 'x';

/// A string, with the numbers of the patterns that it fits, in order.
pub(super) struct Example {
    pub(super) text: String,
    pub(super) fits: Vec<u32>,
}

/// One string for each combination of answers that the patterns can give; `None` beyond the cap.
///
/// All patterns run side by side over one string. A state is the set of places that they can be in; two strings that
/// lead to the same state are answered alike, so a walk over the states meets every combination.
pub(super) fn examples(patterns: &[&StringPattern]) -> Option<Vec<Example>> {
    if patterns.iter().all(|pattern| pattern.is_literal()) {
        return Some(examples_of_literals(patterns));
    }
    walk(patterns)
}

/// [`examples`] for patterns of every kind.
fn walk(patterns: &[&StringPattern]) -> Option<Vec<Example>> {
    let machine = Machine::new(patterns);
    let start = machine.start();
    let mut seen: HashMap<Vec<u32>, ()> = HashMap::from([(start.clone(), ())]);
    let mut queue = VecDeque::from([(start, String::new())]);
    let mut found: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut examples: Vec<Example> = Vec::new();
    while let Some((state, text)) = queue.pop_front() {
        let answers = machine.accepted(&state);
        match found.get(&answers) {
            // The empty string is an odd example: the next one that is answered alike takes its place.
            Some(&at) if examples[at].text.is_empty() => examples[at].text.clone_from(&text),
            Some(_) => {}
            None => {
                found.insert(answers.clone(), examples.len());
                examples.push(Example { text: text.clone(), fits: answers });
            }
        }
        for c in machine.letters(&state) {
            let next = machine.step(&state, c);
            // One step back to the start state is taken, for an example that is not empty.
            if seen.insert(next.clone(), ()).is_none() || text.is_empty() && next == state {
                if seen.len() > MOST_STATES {
                    return None;
                }
                let mut longer = text.clone();
                longer.push(c);
                queue.push_back((next, longer));
            }
        }
    }
    Some(examples)
}

/// The same for finite lists of strings, in the same order: a string that is in no list, then each string, the shortest
/// first; the empty string leads if it is in one.
fn examples_of_literals(patterns: &[&StringPattern]) -> Vec<Example> {
    let mut strings: BTreeMap<(usize, String), Vec<u32>> = BTreeMap::new();
    for (pattern, number) in patterns.iter().zip(0_u32..) {
        for text in pattern.literals() {
            let fits = strings.entry((text.chars().count(), text)).or_default();
            if fits.last() != Some(&number) {
                fits.push(number);
            }
        }
    }
    let named: HashSet<char> = strings.keys().flat_map(|(_, text)| text.chars()).collect();
    let other = (OTHER..=char::MAX).find(|c| !named.contains(c)).map(String::from);
    let mut examples: Vec<_> = strings.into_iter().map(|((_, text), fits)| Example { text, fits }).collect();
    let at = usize::from(examples.first().is_some_and(|first| first.text.is_empty()));
    examples.insert(at, Example { text: other.unwrap_or_default(), fits: Vec::new() });
    let mut known = HashSet::new();
    examples.retain(|example| known.insert(example.fits.clone()));
    examples
}

struct Machine<'a> {
    /// Every place: the pattern it belongs to, the piece that stands there; `None` at the end of an alternative.
    places: Vec<(u32, Option<&'a super::text::Piece>)>,
    starts: Vec<u32>,
    /// A character that no pattern names.
    other: char,
    /// Every ASCII character, if a class tells them apart.
    classes: bool,
}

impl<'a> Machine<'a> {
    fn new(patterns: &[&'a StringPattern]) -> Self {
        let (mut places, mut starts) = (Vec::new(), Vec::new());
        let (mut named, mut classes) = (BTreeSet::new(), false);
        for (pattern, number) in patterns.iter().zip(0_u32..) {
            for pieces in &pattern.alternatives {
                starts.push(u32::try_from(places.len()).unwrap_or(u32::MAX));
                for piece in pieces {
                    match piece.chars {
                        Chars::One(c) => {
                            named.insert(c);
                        }
                        Chars::Class { .. } => classes = true,
                        Chars::Any => {}
                    }
                    places.push((number, Some(piece)));
                }
                places.push((number, None));
            }
        }
        let candidates = if classes { 'à'..='\u{ffff}' } else { OTHER..='\u{ffff}' };
        let other = candidates.into_iter().find(|c| !named.contains(c)).unwrap_or(OTHER);
        Self { places, starts, other, classes }
    }

    fn start(&self) -> Vec<u32> {
        self.closed(self.starts.clone())
    }

    /// Adds the places that are reached by leaving out optional pieces; sorted.
    fn closed(&self, mut state: Vec<u32>) -> Vec<u32> {
        let mut i = 0;
        while i < state.len() {
            if self.places[state[i] as usize].1.is_some_and(|piece| piece.optional) {
                state.push(state[i] + 1);
            }
            i += 1;
        }
        state.sort_unstable();
        state.dedup();
        state
    }

    fn step(&self, state: &[u32], c: char) -> Vec<u32> {
        let mut next = Vec::new();
        for &at in state {
            if let Some(piece) = self.places[at as usize].1
                && piece.chars.holds(c)
            {
                next.push(at + 1);
                if piece.repeats {
                    next.push(at);
                }
            }
        }
        self.closed(next)
    }

    /// The characters that can lead to different states from here.
    fn letters(&self, state: &[u32]) -> Vec<char> {
        let mut letters = BTreeSet::new();
        for &at in state {
            if let Some(piece) = self.places[at as usize].1
                && let Chars::One(c) = piece.chars
            {
                letters.insert(c);
            }
        }
        let mut result = vec![self.other];
        result.extend(letters);
        if self.classes {
            result.extend((b' '..=b'~').map(char::from));
            result.extend(['\t', '\n', '\u{1}']);
        }
        result
    }

    fn accepted(&self, state: &[u32]) -> Vec<u32> {
        let mut answers: Vec<u32> = state
            .iter()
            .map(|at| self.places[*at as usize])
            .filter(|(_, piece)| piece.is_none())
            .map(|p| p.0)
            .collect();
        answers.sort_unstable();
        answers.dedup();
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_strings_have_the_examples_that_a_walk_finds() {
        let lists = [
            vec!["StopLogging", "DeleteTrail", "StopLogging"],
            vec!["", "b", "x", "xy", "a"],
            vec!["^b$|^ab$", "^ab$", "^c$|^b$|^b$", "b"],
            vec!["Größe", "y", "zz", "à"],
        ];
        for list in lists {
            let pattern = |text: &&str| {
                if text.contains('^') { StringPattern::regex(text).unwrap() } else { StringPattern::glob(text) }
            };
            let patterns: Vec<_> = list.iter().map(pattern).collect();
            let patterns: Vec<_> = patterns.iter().collect();
            let plain = |found: Vec<Example>| -> Vec<_> { found.into_iter().map(|e| (e.text, e.fits)).collect() };
            assert_eq!(plain(examples_of_literals(&patterns)), plain(walk(&patterns).unwrap()), "{list:?}");
        }
    }
}

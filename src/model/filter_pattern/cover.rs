//! Whether filters together take in all events that another pattern takes in.
//!
//! The required pattern becomes a disjunction of clauses, and so do the filters. An event that is missed fulfils one
//! clause of the former and breaks every clause of the latter. Each field has finitely many values that the tests can
//! tell apart; a search over them finds such an event or shows that there is none.

use std::collections::{HashMap, HashSet};

use super::automaton::examples;
use super::parse::number;
use super::{Asks, Expr, Json, Test};
use crate::truth::{CauseKind, Truth};

/// Clauses of one side before giving up.
const MOST_CLAUSES: usize = 4_000;

/// Steps of the search before giving up.
const MOST_STEPS: usize = 200_000;

/// How filters compare with a required pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Whether every event of the required pattern is taken in.
    pub covered: Truth,
    /// An event that is not: its fields, without `$.`, by name. Set when `covered` is false.
    pub missed: Option<Vec<(String, Json)>>,
}

/// Whether the filters together take in every event that `required` takes in.
pub fn covers(filters: &[Expr], required: &Expr) -> Truth {
    compare(&filters.iter().collect::<Vec<_>>(), required).covered
}

/// Whether some event is taken in by both.
pub fn meets(a: &Expr, b: &Expr) -> Truth {
    !compare(&[], &Expr::All(vec![a.clone(), b.clone()])).covered
}

/// As [`covers`], with an event that is missed.
pub fn compare(filters: &[&Expr], required: &Expr) -> Coverage {
    let unknown = |why: String| Coverage { covered: Truth::unknown(CauseKind::Unsupported, why), missed: None };
    let too_large = || unknown("the filter patterns are too large to compare".to_owned());
    let mut union = Vec::new();
    for filter in filters {
        match clauses(filter) {
            Some(more) if union.len() + more.len() <= MOST_CLAUSES => union.extend(more),
            _ => return too_large(),
        }
    }
    let Some(wanted) = clauses(required) else {
        return too_large();
    };
    if union.iter().any(Vec::is_empty) {
        return Coverage { covered: Truth::True, missed: None };
    }
    let Some(table) = Table::new(&wanted, &union) else {
        return too_large();
    };
    let mut steps = MOST_STEPS;
    match table.search(ALL_READINGS, &mut steps) {
        Search::Found(event) => return Coverage { covered: Truth::False, missed: Some(event) },
        Search::TooLarge => return too_large(),
        Search::None => {}
    }
    for reading in 0..READINGS {
        match table.search(1 << reading, &mut steps) {
            Search::Found(_) => return unknown(table.why_unknown()),
            Search::TooLarge => return too_large(),
            Search::None => {}
        }
        if !table.depends_on_reading {
            break;
        }
    }
    if table.inexact {
        return unknown("a field is compared with numbers and with wildcards".to_owned());
    }
    Coverage { covered: Truth::True, missed: None }
}

/// The disjunctive normal form; `None` beyond the cap.
pub(super) fn clauses(expr: &Expr) -> Option<Vec<Vec<&Test>>> {
    match expr {
        Expr::Test(test) => Some(vec![vec![test]]),
        Expr::Any(parts) => {
            let mut result = Vec::new();
            for part in parts {
                result.extend(clauses(part)?);
                if result.len() > MOST_CLAUSES {
                    return None;
                }
            }
            Some(result)
        }
        Expr::All(parts) => {
            let mut result: Vec<Vec<&Test>> = vec![Vec::new()];
            for part in parts {
                let more = clauses(part)?;
                if result.len().saturating_mul(more.len()) > MOST_CLAUSES {
                    return None;
                }
                let pairs = result.iter().flat_map(|left| more.iter().map(move |right| (left, right)));
                result = pairs
                    .filter(|(left, right)| !contradict(left, right))
                    .map(|(left, right)| left.iter().chain(right).copied().collect())
                    .collect();
            }
            Some(result)
        }
    }
}

/// Whether two conjunctions want one field to be two strings: no event is matched by both, however it is read.
fn contradict(left: &[&Test], right: &[&Test]) -> bool {
    let apart = |a: &Test, b: &Test| match (&a.asks, &b.asks) {
        (Asks::Like(one, true), Asks::Like(other, true)) if a.field == b.field => {
            one.is_one_string() && other.is_one_string() && one != other
        }
        _ => false,
    };
    left.iter().any(|a| right.iter().any(|b| apart(a, b)))
}

/// Readings of what AWS leaves open; a set of them is a byte with a bit for each.
const READINGS: usize = 8;
const ALL_READINGS: u8 = 0xff;

enum Search {
    Found(Vec<(String, Json)>),
    None,
    TooLarge,
}

/// A field, or a test that cannot be evaluated and stands for itself.
struct Field<'a> {
    name: &'a str,
    opaque: bool,
    tests: Vec<&'a Asks>,
    values: Vec<Json>,
    /// For each value and test: a bit for each reading under which it holds.
    holds: Vec<Vec<u8>>,
    /// For each clause of the filters that has a test on this field: the clause, and the test.
    used: Vec<(usize, usize)>,
    /// Fields that this one lies in: they must be objects or arrays when this one is there.
    above: Vec<usize>,
    related: bool,
}

struct Table<'a> {
    fields: Vec<Field<'a>>,
    /// The clauses of the required pattern: field and test.
    wanted: Vec<Vec<(usize, usize)>>,
    clauses: usize,
    depends_on_reading: bool,
    inexact: bool,
}

/// Clauses, each with the readings under which something is so: a byte a clause, many of them compared at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Marks(Vec<u64>);

impl Marks {
    fn none(clauses: usize) -> Self {
        Self(vec![0; clauses.div_ceil(8)])
    }

    /// Every clause with these readings.
    fn each(clauses: usize, readings: u8) -> Self {
        let mut marks = Self::none(clauses);
        (0..clauses).for_each(|clause| marks.add(clause, readings));
        marks
    }

    fn add(&mut self, clause: usize, readings: u8) {
        self.0[clause / 8] |= u64::from(readings) << (clause % 8 * 8);
    }

    fn with(&self, more: &Self) -> Self {
        Self(self.0.iter().zip(&more.0).map(|(a, b)| a | b).collect())
    }

    fn without(&self, less: &Self) -> Self {
        Self(self.0.iter().zip(&less.0).map(|(a, b)| a & !b).collect())
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }
}

/// A value of a field, with the clauses of the filters that it breaks.
struct Choice {
    value: usize,
    breaks: Marks,
}

impl<'a> Table<'a> {
    fn new(wanted: &[Vec<&'a Test>], union: &[Vec<&'a Test>]) -> Option<Self> {
        let mut table = Self {
            fields: Vec::new(),
            wanted: Vec::new(),
            clauses: union.len(),
            depends_on_reading: false,
            inexact: false,
        };
        let mut index: HashMap<(&str, &str), usize> = HashMap::new();
        for clause in wanted {
            let clause = clause.iter().map(|test| table.place(&mut index, test)).collect();
            table.wanted.push(clause);
        }
        for (i, clause) in union.iter().enumerate() {
            for test in clause {
                let (field, test) = table.place(&mut index, test);
                table.fields[field].used.push((i, test));
            }
        }
        for i in 0..table.fields.len() {
            table.fill(i)?;
            let name = table.fields[i].name;
            if table.fields[i].opaque {
                continue;
            }
            for (at, _) in name.match_indices(['.', '[']) {
                if let Some(&above) = index.get(&(&name[..at], "")) {
                    table.fields[i].above.push(above);
                    table.fields[i].related = true;
                    table.fields[above].related = true;
                }
            }
        }
        Some(table)
    }

    /// The places of a test's field and of the test in it.
    fn place(&mut self, index: &mut HashMap<(&'a str, &'a str), usize>, test: &'a Test) -> (usize, usize) {
        let opaque = if let Asks::Opaque(text, _) = &test.asks { text } else { "" };
        let field = *index.entry((&test.field, opaque)).or_insert_with(|| {
            self.fields.push(Field {
                name: &test.field,
                opaque: !opaque.is_empty(),
                tests: Vec::new(),
                values: Vec::new(),
                holds: Vec::new(),
                used: Vec::new(),
                above: Vec::new(),
                related: false,
            });
            self.fields.len() - 1
        });
        let tests = &mut self.fields[field].tests;
        let known = tests.iter().position(|known| **known == test.asks);
        (
            field,
            known.unwrap_or_else(|| {
                tests.push(&test.asks);
                tests.len() - 1
            }),
        )
    }

    /// Finds the values of a field that its tests tell apart. `None` beyond the cap.
    fn fill(&mut self, at: usize) -> Option<()> {
        let field = &mut self.fields[at];
        if field.opaque {
            field.values = vec![Json::Bool(true), Json::Bool(false)];
            for value in [true, false] {
                let holds =
                    |asks: &&Asks| if matches!(asks, Asks::Opaque(_, wanted) if *wanted == value) { 0xff } else { 0 };
                field.holds.push(field.tests.iter().map(holds).collect());
            }
            return Some(());
        }
        let patterns: Vec<_> = field
            .tests
            .iter()
            .filter_map(|asks| if let Asks::Like(pattern, _) = asks { Some(pattern) } else { None })
            .collect();
        let mut numbers: Vec<f64> =
            field.tests.iter().filter_map(|asks| if let Asks::Number(_, n) = asks { Some(*n) } else { None }).collect();
        self.inexact |= !numbers.is_empty() && patterns.iter().any(|pattern| !pattern.is_literal());
        let strings = examples(&patterns)?;
        let numeric = !numbers.is_empty();
        numbers.sort_by(f64::total_cmp);
        let between: Vec<f64> = numbers.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect();
        let ends = [numbers.first().map(|n| n - n.abs().max(1.0)), numbers.last().map(|n| n + n.abs().max(1.0))];
        numbers.extend(between);
        numbers.extend(ends.into_iter().flatten());
        numbers.extend(strings.iter().filter_map(|example| number(&example.text)));
        if !numeric {
            numbers.push(7.0);
        }
        let mut values = vec![(Json::Absent, None)];
        values.extend(strings.into_iter().map(|example| (Json::String(example.text), Some(example.fits))));
        if numeric {
            values.extend(numbers.iter().map(|n| (Json::String(n.to_string()), None)));
        }
        values.extend([Json::Bool(true), Json::Bool(false), Json::Null].map(|value| (value, None)));
        values.extend(numbers.into_iter().map(|n| (Json::Number(n), None)));
        values.push((Json::Nested, None));
        for (value, fits) in values {
            let mut row = Vec::with_capacity(field.tests.len());
            let mut patterns = 0_u32..;
            for asks in &field.tests {
                let pattern = if let Asks::Like(..) = asks { patterns.next() } else { None };
                let bits = match (asks, pattern, &fits) {
                    // The walk over the patterns knows it, the same under every reading.
                    (Asks::Like(_, equal), Some(pattern), Some(fits)) => {
                        if fits.binary_search(&pattern).is_ok() == *equal { 0xff } else { 0 }
                    }
                    _ => asks.readings(&value),
                };
                self.depends_on_reading |= bits != 0 && bits != 0xff;
                row.push(bits);
            }
            field.holds.push(row);
            field.values.push(value);
        }
        Some(())
    }

    fn why_unknown(&self) -> String {
        let hidden = self.fields.iter().find_map(|field| match field.tests.first() {
            Some(Asks::Opaque(text, _)) => Some((field.name, text)),
            _ => None,
        });
        match hidden {
            Some((name, text)) => format!("the condition '{text}' on '$.{name}' cannot be evaluated"),
            None => "AWS does not say how a comparison treats a field that is absent or of another type".to_owned(),
        }
    }

    /// Looks for an event that the required pattern takes in and the filters miss under each of these readings.
    ///
    /// One clause of the required pattern does for all readings: what holds under the one that takes nothing for equal by
    /// its text, and nothing absent or of another type for unequal, holds under every other.
    fn search(&self, readings: u8, steps: &mut usize) -> Search {
        self.wanted
            .iter()
            .map(|clause| self.search_clause(clause, readings, steps))
            .find(|result| !matches!(result, Search::None))
            .unwrap_or(Search::None)
    }

    fn search_clause(&self, clause: &[(usize, usize)], readings: u8, steps: &mut usize) -> Search {
        let mut choices = Vec::with_capacity(self.fields.len());
        for (i, field) in self.fields.iter().enumerate() {
            let wanted = clause.iter().filter(|(at, _)| *at == i).map(|(_, test)| *test).collect::<Vec<_>>();
            let found = self.choices(field, &wanted, readings);
            if found.is_empty() {
                return Search::None;
            }
            choices.push(found);
        }
        // What the fields from here on can break at most.
        let mut rest = vec![Marks::none(self.clauses); choices.len() + 1];
        for i in (0..choices.len()).rev() {
            rest[i] = choices[i].iter().fold(rest[i + 1].clone(), |all, choice| all.with(&choice.breaks));
        }
        let whole = Marks::each(self.clauses, readings);
        let mut walk = Walk { table: self, choices: &choices, rest: &rest, picked: Vec::new(), steps };
        match walk.go(&whole) {
            Some(true) => Search::Found(self.event(&choices, &walk.picked)),
            Some(false) => Search::None,
            None => Search::TooLarge,
        }
    }

    fn event(&self, choices: &[Vec<Choice>], picked: &[usize]) -> Vec<(String, Json)> {
        let mut event: Vec<(String, Json)> = self
            .fields
            .iter()
            .zip(choices.iter().zip(picked))
            .filter(|(field, _)| !field.opaque)
            .map(|(field, (choices, at))| (field.name.to_owned(), field.values[choices[*at].value].clone()))
            .filter(|(_, value)| *value != Json::Absent)
            .collect();
        event.sort_by(|a, b| a.0.cmp(&b.0));
        event
    }

    /// The values that fulfil the wanted tests, only those that matter: a value that breaks no more clauses than
    /// another one is left out.
    fn choices(&self, field: &Field<'_>, wanted: &[usize], readings: u8) -> Vec<Choice> {
        // What cannot be evaluated neither holds nor fails for certain.
        let hidden = field.opaque && readings == ALL_READINGS;
        let mut seen = HashSet::new();
        let mut found: Vec<(u8, Choice)> = Vec::new();
        for (value, holds) in field.holds.iter().enumerate() {
            if wanted.iter().any(|test| hidden || holds[*test] & readings != readings) {
                continue;
            }
            let mut breaks = Marks::none(self.clauses);
            for (clause, test) in field.used.iter().filter(|_| !hidden) {
                breaks.add(*clause, !holds[*test] & readings);
            }
            // Fields that lie in one another also differ in whether they are there.
            let kind = match &field.values[value] {
                _ if !field.related => 0,
                Json::Absent => 1,
                Json::Nested => 2,
                _ => 3,
            };
            if seen.insert((kind, breaks.clone())) {
                found.push((kind, Choice { value, breaks }));
            }
        }
        let best: Vec<bool> = (0..found.len()).map(|i| !dominated(&found, i)).collect();
        found.into_iter().zip(best).filter(|(_, keep)| *keep).map(|((_, choice), _)| choice).collect()
    }
}

fn dominated(found: &[(u8, Choice)], at: usize) -> bool {
    let (kind, choice) = &found[at];
    // All are different, so a superset is a true superset.
    found
        .iter()
        .enumerate()
        .any(|(i, (other_kind, other))| i != at && other_kind == kind && choice.breaks.is_within(&other.breaks))
}

struct Walk<'t> {
    table: &'t Table<'t>,
    choices: &'t [Vec<Choice>],
    rest: &'t [Marks],
    picked: Vec<usize>,
    steps: &'t mut usize,
}

impl Walk<'_> {
    /// Whether the clauses that are left can all be broken; `None` when the steps are used up.
    fn go(&mut self, left: &Marks) -> Option<bool> {
        let depth = self.picked.len();
        if !left.is_within(&self.rest[depth]) {
            return Some(false);
        }
        if depth == self.choices.len() {
            return Some(true);
        }
        for at in 0..self.choices[depth].len() {
            *self.steps = self.steps.checked_sub(1)?;
            self.picked.push(at);
            if self.consistent(depth) && self.go(&left.without(&self.choices[depth][at].breaks))? {
                return Some(true);
            }
            self.picked.pop();
        }
        Some(false)
    }

    /// Whether the value picked last agrees with those of the fields around it.
    fn consistent(&self, last: usize) -> bool {
        if !self.table.fields[last].related {
            return true;
        }
        let value = |at: usize| {
            self.picked.get(at).map(|picked| &self.table.fields[at].values[self.choices[at][*picked].value])
        };
        let agree = |above: usize, below: usize| match (value(above), value(below)) {
            (Some(above), Some(below)) => *below == Json::Absent || *above == Json::Nested,
            _ => true,
        };
        (0..=last).all(|below| self.table.fields[below].above.iter().all(|above| agree(*above, below)))
    }
}

//! What to send: values for the condition keys that a request leaves open.

use super::condition::{Compare, Operator, network};
use super::eval::{resolve, unshielded};
use super::{Condition, Effect, Held, Request, Statement};
use crate::model::arn::{Part, Text};
use crate::truth::Truth;

/// The most combinations of values that are tried. Policies ask for a handful of keys with a handful of values each.
const MOST_COMBINATIONS: usize = 4096;

/// The most combinations times statements: each is judged for each.
const MOST_JUDGED: usize = 16 * MOST_COMBINATIONS;

/// What a search among all fillings found.
#[derive(Debug)]
pub(super) enum Found {
    /// This one is allowed by the statement and refused by no Deny.
    One(Box<Request>),
    /// There is none.
    None,
    /// None, but some could not be tried or judged.
    Unsure,
}

/// The conditions on one key, however it is spelled.
fn of_key(key: &str) -> impl Fn(&&Condition) -> bool {
    move |condition| condition.key.literal().is_some_and(|other| other.eq_ignore_ascii_case(key))
}

/// The keys of the conditions, each once.
fn keys<'c>(conditions: impl Iterator<Item = &'c Condition>) -> Vec<&'c str> {
    let mut found: Vec<&str> = Vec::new();
    for key in conditions.filter_map(|condition| condition.key.literal()) {
        if !found.iter().any(|known| known.eq_ignore_ascii_case(key)) {
            found.push(key);
        }
    }
    found
}

impl Request {
    /// The request with those open keys filled that `may` takes in, key by key, so that the statement holds and as many
    /// of the Denies as possible do not. `variables` is [`super::Document::variables`].
    pub(super) fn filled(
        &self,
        statement: &Statement,
        denies: &[&Statement],
        variables: bool,
        may: impl Fn(&str) -> bool,
    ) -> Self {
        let mut filled = self.clone();
        let conditions = || statement.conditions.iter().chain(denies.iter().flat_map(|deny| &deny.conditions));
        for key in keys(conditions()).into_iter().filter(|key| may(key)) {
            let mut best: Option<(usize, Held)> = None;
            let mut tried = filled.clone();
            for choice in self.choices(key, conditions(), variables).values {
                tried.context.set(key, choice.clone());
                let holds = |c: &Condition| c.holds(&tried, variables);
                if !statement.conditions.iter().filter(of_key(key)).all(|c| holds(c) == Truth::True) {
                    continue;
                }
                let harmless =
                    |deny: &&&Statement| deny.conditions.iter().filter(of_key(key)).any(|c| holds(c) == Truth::False);
                let score = denies.iter().filter(harmless).count();
                if best.as_ref().is_none_or(|(most, _)| score > *most) {
                    best = Some((score, choice));
                }
            }
            if let Some((_, choice)) = best {
                filled.context.set(key, choice);
            }
        }
        filled
    }

    /// What the request may carry for a key that it leaves open; nothing for one that is fixed.
    fn choices<'c>(
        &self,
        key: &str,
        conditions: impl Iterator<Item = &'c Condition> + Clone,
        variables: bool,
    ) -> Choices {
        match self.context.held(key) {
            Held::Among(choices) => {
                let plain = |choice: &Held| matches!(choice, Held::Absent | Held::Values(_));
                // The choices fit each pattern of the policy alone; one that fits two of them may not be among them.
                let told = |c: &&Condition| operator(c).is_some_and(Operator::tells_by_equality);
                let patterns = conditions.clone().filter(of_key(key)).filter(|c| !told(c)).count();
                Choices { values: choices.clone(), all: choices.iter().all(plain) && patterns <= 1 }
            }
            Held::Free => {
                let of = || conditions.clone().filter(of_key(key));
                let mut values: Vec<Held> = of().flat_map(|c| candidates(c, self, variables)).collect();
                let compare = |c: &Condition| operator(c).map(Operator::compare);
                // A key that is compared with another value too is none that only holds true and false.
                let named = |c: &Condition| compare(c) == Some(Compare::Null) || c.values.iter().all(is_boolean);
                let boolean = of().any(|c| compare(c) == Some(Compare::Bool)) && of().all(named);
                if boolean {
                    values.retain(|value| *value == Held::value("true") || *value == Held::value("false"));
                    values.push(Held::Absent);
                } else {
                    // Something that no condition names, so that it differs from all that they name.
                    let mut other = "anything".to_owned();
                    while values.contains(&Held::value(other.as_str())) {
                        other.push('x');
                    }
                    values.extend([Held::Absent, Held::value(other.as_str())]);
                }
                let mut distinct: Vec<Held> = Vec::new();
                for value in values {
                    if !distinct.contains(&value) {
                        distinct.push(value);
                    }
                }
                let plain = |c: &Condition| {
                    operator(c).is_some_and(Operator::tells_by_equality)
                        && c.more.is_none()
                        && c.values.iter().all(|value| value.literal().is_some())
                };
                Choices { values: distinct, all: of().all(plain) }
            }
            Held::Absent | Held::Values(_) | Held::Unknown(_) => Choices { values: Vec::new(), all: true },
        }
    }
}

/// What an open key may hold.
struct Choices {
    values: Vec<Held>,
    /// Whether each value that is not among these is like one of these to every condition.
    all: bool,
}

/// What a statement says apart from the open keys, and what each condition on one (by its number) says of each choice.
type Judged = (Truth, Vec<(usize, Vec<Truth>)>);

/// Tries all fillings of the open keys together, for what one key escapes another may not.
pub(super) fn search(request: &Request, statement: &Statement, denies: &[&Statement], variables: bool) -> Found {
    let conditions = || statement.conditions.iter().chain(denies.iter().flat_map(|deny| &deny.conditions));
    let uses_variables = |text: &Text| text.parts().iter().any(|p| matches!(p, Part::Lit(lit) if lit.contains("${")));
    let mut texts = std::iter::once(statement).chain(denies.iter().copied()).flat_map(|s| {
        let resources = s.resource.iter().flat_map(|clause| &clause.items).map(|(item, _)| item);
        resources.chain(s.conditions.iter().flat_map(|c| &c.values))
    });
    // One key's value would change what another one is compared with.
    if variables && texts.any(uses_variables) {
        return Found::Unsure;
    }
    let mut open: Vec<(&str, Choices)> = Vec::new();
    for key in keys(conditions()) {
        let choices = request.choices(key, conditions(), variables);
        if !choices.values.is_empty() {
            open.push((key, choices));
        }
    }
    let combinations = open.iter().try_fold(1_usize, |n, (_, choices)| n.checked_mul(choices.values.len()));
    if combinations.is_none_or(|n| n > MOST_COMBINATIONS || n * (1 + denies.len()) > MOST_JUDGED) {
        return Found::Unsure;
    }
    let of_open = |c: &Condition| open.iter().position(|(key, _)| of_key(key)(&c));
    let judged: Vec<Judged> = std::iter::once(statement)
        .chain(denies.iter().copied())
        .map(|s| {
            let closed = s.conditions.iter().filter(|c| of_open(c).is_none()).cloned().collect();
            let base = Statement { conditions: closed, ..s.clone() }.applies(request, variables);
            let says = |c: &Condition| {
                let at = of_open(c)?;
                let (key, choices) = &open[at];
                let mut tried = request.clone();
                let of_choice = choices.values.iter().map(|choice| {
                    tried.context.set(key, choice.clone());
                    c.holds(&tried, variables)
                });
                Some((at, of_choice.collect()))
            };
            (base, s.conditions.iter().filter_map(says).collect())
        })
        .collect();
    let holds = |(base, conditions): &Judged, chosen: &[usize]| {
        base.clone() & Truth::all(conditions.iter().map(|(at, of_choice)| of_choice[chosen[*at]].clone()))
    };
    let mut sure = open.iter().all(|(_, choices)| choices.all);
    let mut chosen = vec![0_usize; open.len()];
    loop {
        let granted = statement.is(Effect::Allow) & holds(&judged[0], &chosen);
        let refused = || {
            let denied = denies.iter().zip(&judged[1..]);
            Truth::any(denied.map(|(deny, judged)| deny.is(Effect::Deny) & holds(judged, &chosen)))
        };
        let truth = if granted == Truth::False { granted } else { granted & !refused() };
        match truth {
            Truth::True => {
                let mut filled = request.clone();
                for ((key, choices), at) in open.iter().zip(&chosen) {
                    filled.context.set(key, choices.values[*at].clone());
                }
                return Found::One(Box::new(filled));
            }
            Truth::Unknown(_) => sure = false,
            Truth::False => {}
        }
        // The next combination, as an odometer turns.
        let Some(wheel) = (0..open.len()).find(|&i| chosen[i] + 1 < open[i].1.values.len()) else { break };
        chosen[wheel] += 1;
        chosen[..wheel].fill(0);
    }
    if sure { Found::None } else { Found::Unsure }
}

fn is_boolean(value: &Text) -> bool {
    value.literal().is_some_and(|text| text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"))
}

fn operator(condition: &Condition) -> Option<Operator> {
    condition.operator.literal().and_then(Operator::parse)
}

/// Values worth trying for the condition's key: some that meet it and some that do not.
fn candidates(condition: &Condition, request: &Request, variables: bool) -> Vec<Held> {
    let compare = operator(condition).map_or(Compare::Equal, Operator::compare);
    let mut found = Vec::new();
    if compare == Compare::Bool {
        found.extend([Held::value("true"), Held::value("false")]);
    }
    for value in &condition.values {
        let value = resolve(value, request, variables).into_owned();
        let number = value.literal().and_then(|text| text.parse::<f64>().ok());
        match (compare, number) {
            (Compare::Numeric(_) | Compare::Date(_), Some(number)) => {
                found.extend([number, number - 1.0, number + 1.0].map(|n| Held::value(n.to_string().as_str())));
            }
            (Compare::Date(_), None) => {
                found.push(Held::Values(vec![value]));
                found.extend(["1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"].map(Held::value));
            }
            (Compare::Ip, _) => {
                let address = value.literal().and_then(network).map(|(address, _)| address.to_string());
                found.extend(address.map(|address| Held::value(address.as_str())));
                found.extend(["198.51.100.7", "203.0.113.7", "2001:db8::7"].map(Held::value));
            }
            (Compare::Like | Compare::Arn, _) => found.push(Held::Values(vec![unshielded(&instance(&value))])),
            // Whether the key is there: any value will do.
            (Compare::Null, _) => {}
            _ => found.push(Held::Values(vec![unshielded(&value)])),
        }
    }
    found
}

/// The pattern with something for each wildcard.
pub(super) fn filled(pattern: &str, filling: &str) -> String {
    pattern.replace('*', filling).replace('?', "x")
}

/// A string that the pattern matches: something for each wildcard.
pub fn instance(pattern: &Text) -> Text {
    pattern.map_literals(|literal| filled(literal, "any"))
}

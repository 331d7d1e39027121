//! Laws over generated selectors and generated sets of events, against brute force that leaves nothing out.
//!
//! The values of conditions are few, so the strings that they tell apart are few as well: one string for each is all
//! that is needed to try every event there is. Sets of strings are bits of a word, which makes ten thousand cases cheap.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::model::event_selector::event::CATEGORY;
use crate::model::event_selector::recorded::Target;
use crate::model::event_selector::values::Base;

/// The values that conditions name: one begins another, one ends another.
const VALUES: [&str; 4] = ["a", "ab", "b", "ba"];
const OPERATORS: [&str; 6] = ["=", "^", "$", "!=", "!^", "!$"];
/// Fields that take all six operators.
const FIELDS: [&str; 8] = [
    "eventSource",
    "eventName",
    "eventType",
    "userIdentity.arn",
    "sessionCredentialFromConsole",
    "errorCode",
    "vpcEndpointId",
    "resources.ARN",
];

fn is(text: Option<&str>, operator: &str, value: &str) -> bool {
    text.is_some_and(|text| match operator.trim_start_matches('!') {
        "=" => text == value,
        "^" => text.starts_with(value),
        _ => text.ends_with(value),
    })
}

/// One string for each way to answer all conditions, and the field that is not there.
static STRINGS: LazyLock<Vec<Option<String>>> = LazyLock::new(|| {
    let mut all = vec![String::new()];
    for length in 0..4 {
        let longest: Vec<String> = all.iter().filter(|text| text.len() == length).cloned().collect();
        all.extend(longest.iter().flat_map(|text| ["a", "b", "z"].map(|c| format!("{text}{c}"))));
    }
    let answers = |text: &str| -> Vec<bool> {
        OPERATORS[..3].iter().flat_map(|op| VALUES.iter().map(|value| is(Some(text), op, value))).collect()
    };
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Option<String>> = vec![None];
    kept.extend(all.into_iter().filter(|text| !text.is_empty() && seen.insert(answers(text))).map(Some));
    assert!(kept.len() < 64, "{}", kept.len());
    kept
});

/// The strings, as bits, for which something holds.
fn bits(holds: impl Fn(Option<&str>) -> bool) -> u64 {
    STRINGS.iter().enumerate().fold(0, |bits, (i, text)| bits | u64::from(holds(text.as_deref())) << i)
}

/// Operators with values, as a condition on one field.
type Condition = Vec<(&'static str, Vec<&'static str>)>;

fn condition() -> impl Strategy<Value = Condition> {
    let one = (prop::sample::select(&OPERATORS[..]), prop::sample::subsequence(&VALUES[..], 1..=2));
    prop::collection::vec(one, 1..=2)
}

/// What the page on advanced event selectors says: asked for is or-ed, left out is and-ed, both must hold.
fn by_hand(condition: &Condition, text: Option<&str>) -> bool {
    let (asked, out): (Vec<_>, Vec<_>) = condition.iter().partition(|(operator, _)| !operator.starts_with('!'));
    let is = |(operator, values): &&(&'static str, Vec<&'static str>)| values.iter().any(|v| is(text, operator, v));
    (asked.is_empty() || asked.iter().any(is)) && !out.iter().any(is)
}

/// A selector: a condition or none on each of two fields.
type Two = [Option<Condition>; 2];

fn selector() -> impl Strategy<Value = Two> {
    let optional = || prop::option::weighted(0.7, condition());
    (optional(), optional()).prop_map(|(left, right)| [left, right])
}

fn shapes() -> impl Strategy<Value = Asked> {
    (0..5_usize, prop::sample::select(&VALUES[..]), prop::sample::select(&VALUES[..])).prop_map(|(kind, start, end)| {
        match kind {
            0 => Asked::Any,
            1 => Asked::Just(start),
            2 => Asked::Between(start, ""),
            3 => Asked::Between("", end),
            _ => Asked::Between(start, end),
        }
    })
}

/// The values of a field that a question is about.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Any,
    Just(&'static str),
    Between(&'static str, &'static str),
}

impl Asked {
    fn base(self) -> Base {
        match self {
            Self::Any => Base::any(),
            Self::Just(text) => Base::Just(text.into()),
            Self::Between(start, end) => Base::Between(start.into(), end.into()),
        }
    }

    fn holds(self, text: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::Just(only) => text == Some(only),
            Self::Between(start, end) => text.is_some_and(|text| text.starts_with(start) && text.ends_with(end)),
        }
    }
}

fn json_of(fields: [&str; 2], selectors: &[Two]) -> Json {
    let one = |selector: &Two| {
        let mut map = Map::from_iter([(CATEGORY.to_owned(), json!({"=": ["Management"]}))]);
        for (field, condition) in fields.iter().zip(selector) {
            let Some(condition) = condition else { continue };
            let mut operators = Map::new();
            for (operator, values) in condition {
                // An operator that comes twice has the values of both.
                let list = operators.entry(*operator).or_insert_with(|| json!([]));
                list.as_array_mut().expect("a list").extend(values.iter().map(|value| json!(value)));
            }
            map.insert((*field).to_owned(), Json::Object(operators));
        }
        Json::Object(map)
    };
    json!({"advanced": selectors.iter().map(one).collect::<Vec<_>>()})
}

/// For each string of the first field, the strings of the second with which an event is recorded.
fn brute(selectors: &[Two]) -> Vec<u64> {
    let masks: Vec<[u64; 2]> = selectors
        .iter()
        .map(|two| [0, 1].map(|i| two[i].as_ref().map_or(u64::MAX, |condition| bits(|text| by_hand(condition, text)))))
        .collect();
    (0..STRINGS.len())
        .map(|i| masks.iter().filter(|[left, _]| left >> i & 1 == 1).fold(0, |all, [_, right]| all | right))
        .collect()
}

fn event(fields: [&str; 2], texts: [Option<&str>; 2]) -> Event {
    let mut event = Event::new([(CATEGORY, Text::from("Management"))]);
    for (field, text) in fields.into_iter().zip(texts) {
        if let Some(text) = text {
            event.set(field, text.into());
        }
    }
    event
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    /// Single events, whole classes of events, the event that is lost, a selector more, several trails together.
    #[test]
    fn answers_are_those_of_trying_every_event(
        fields in prop::sample::subsequence(&FIELDS[..], 2),
        here in prop::collection::vec(selector(), 1..4),
        there in prop::collection::vec(selector(), 1..3),
        shape in (shapes(), shapes()),
        pick in any::<[prop::sample::Index; 2]>(),
    ) {
        let fields = [fields[0], fields[1]];
        let one = selectors(&json_of(fields, &here)).recorded();
        let other = selectors(&json_of(fields, &there)).recorded();
        let both = Recorded::together([(Truth::True, &one), (Truth::True, &other)]);
        let more: Vec<Two> = here.iter().chain(&there).cloned().collect();
        let longer = selectors(&json_of(fields, &more)).recorded();
        let target = || Target::new([
            (CATEGORY, Base::Just("Management".into())), (fields[0], shape.0.base()), (fields[1], shape.1.base()),
        ]);
        let asked = [bits(|text| shape.0.holds(text)), bits(|text| shape.1.holds(text))];
        let mut covered_before = None;
        for (recorded, list) in [(&one, &here), (&both, &more), (&longer, &more)] {
            let recorded_by_hand = brute(list);
            // This event.
            let [i, j] = [pick[0].index(STRINGS.len()), pick[1].index(STRINGS.len())];
            let single = event(fields, [STRINGS[i].as_deref(), STRINGS[j].as_deref()]);
            prop_assert_eq!(recorded.records(&single), Truth::known(recorded_by_hand[i] >> j & 1 == 1), "{:?}", single);
            // This class: all of it, any of it.
            let rows = recorded_by_hand.iter().enumerate().filter(|(i, _)| asked[0] >> i & 1 == 1);
            let all = rows.clone().all(|(_, row)| asked[1] & !row == 0);
            let any = rows.clone().any(|(_, row)| asked[1] & row != 0);
            let coverage = recorded.covers(&target());
            prop_assert_eq!(&coverage.truth, &Truth::known(all));
            prop_assert_eq!(recorded.touches(&target()), Truth::known(any));
            // The event that is lost: of that class, and recorded by nobody's reckoning.
            prop_assert_eq!(coverage.lost.is_some(), !all);
            if let Some(lost) = &coverage.lost {
                let text = |field: &str| lost.get(field).map(|text| text.literal().expect("a literal"));
                prop_assert!(shape.0.holds(text(fields[0])) && shape.1.holds(text(fields[1])), "{:?}", lost);
                prop_assert_eq!(recorded.records(lost), Truth::False, "{:?}", lost);
                let taken = |two: &Two| fields.iter().zip(two).all(|(field, condition)| {
                    condition.as_ref().is_none_or(|condition| by_hand(condition, text(field)))
                });
                prop_assert!(!list.iter().any(taken), "{:?}", lost);
                // What is lost with more selectors was lost before.
                prop_assert_eq!(one.records(lost), Truth::False, "{:?}", lost);
            }
            // More selectors lose nothing that was recorded.
            if covered_before == Some(true) {
                prop_assert!(all);
            }
            covered_before = Some(covered_before.unwrap_or(all) && all);
        }
    }
}

#[test]
fn the_strings_tell_all_conditions_apart() {
    // Five ways to begin, five to end, and the four values themselves, which are told from what begins and ends alike.
    assert!(STRINGS.len() >= 25, "{}", STRINGS.len());
    assert!(STRINGS.contains(&None));
}

//! Laws over generated selectors: the algebra agrees with trying every event of a small alphabet, and not knowing a
//! part never turns an answer round.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::event_selector::event::{ARN, CATEGORY, KIND, NAME, READ_ONLY, SOURCE};

const CATEGORIES: [&str; 4] = ["Management", "Data", "NetworkActivity", "management"];
const SIDES: [&str; 2] = ["true", "false"];
/// The last of each has no value in common with what the generated selectors name.
const SOURCES: [&str; 4] = ["a.amazonaws.com", "ab.amazonaws.com", "s3.amazonaws.com", "zz9.amazonaws.com"];
const NAMES: [&str; 4] = ["Get", "GetX", "PutX", "zz9"];
const KINDS: [&str; 2] = ["AWS::S3::Object", "AWS::Lambda::Function"];
const ARNS: [&str; 4] =
    ["arn:aws:s3:::logs/AWSLogs/1", "arn:aws:s3:::logs/x", "arn:aws:s3:::logs-prod/x", "arn:aws:lambda:f"];
const USERS: [&str; 2] = ["arn:aws:iam::1:user/a", "arn:aws:sts::1:assumed-role/r/s"];
const ENDPOINTS: [&str; 2] = ["vpce-1", "vpce-2"];

/// The further fields of a record of a category, each either with one of these values or not there at all.
fn optional(category: &str) -> &'static [(&'static str, &'static [&'static str])] {
    match category {
        "NetworkActivity" => &[("errorCode", &["VpceAccessDenied"]), ("vpcEndpointId", &ENDPOINTS)],
        "management" => &[],
        _ => &[("userIdentity.arn", &USERS), ("sessionCredentialFromConsole", &["true"])],
    }
}

/// Every event of the alphabet, as plain strings.
fn alphabet() -> Vec<Vec<(&'static str, &'static str)>> {
    let mut events = Vec::new();
    for category in CATEGORIES {
        let mut some: Vec<Vec<(&str, &str)>> = vec![vec![(CATEGORY, category)]];
        let mut times = |field: &'static str, values: &[&'static str], absent: bool| {
            let with = |event: &Vec<_>, value| event.iter().copied().chain([(field, value)]).collect::<Vec<_>>();
            let longer = some.iter().flat_map(|event| values.iter().map(|value| with(event, *value)));
            some = longer.chain(some.iter().filter(|_| absent).cloned()).collect();
        };
        times(READ_ONLY, &SIDES, false);
        if category == "Data" {
            times(SOURCE, &SOURCES[2..], false);
            times(NAME, &NAMES[1..3], false);
            times(KIND, &KINDS, false);
            times(ARN, &ARNS, false);
        } else {
            times(SOURCE, &SOURCES, false);
            times(NAME, &NAMES, false);
        }
        for (field, values) in optional(category) {
            times(field, values, true);
        }
        events.extend(some);
    }
    events
}

/// A part of the alphabet: every so manieth event.
fn some_events(from: usize, step: usize) -> impl Iterator<Item = Vec<(&'static str, &'static str)>> {
    static ALL: std::sync::LazyLock<Vec<Vec<(&'static str, &'static str)>>> = std::sync::LazyLock::new(alphabet);
    ALL.iter().skip(from % step).step_by(step).cloned()
}

fn strings(json: &Json) -> impl Iterator<Item = &str> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// What the documentation says, done by hand on strings: the reference for the algebra.
fn by_hand(selectors: &Json, event: &[(&str, &str)]) -> bool {
    let get = |name: &str| event.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    if let Some(list) = selectors.get("advanced").and_then(Json::as_array) {
        return list.iter().any(|selector| {
            selector.as_object().expect("a mapping").iter().all(|(field, operators)| {
                let value = get(field);
                let (mut asked, mut found, mut kept) = (false, false, true);
                for (operator, values) in operators.as_object().expect("a mapping") {
                    for wanted in strings(values) {
                        let is = value.is_some_and(|value| match operator.trim_start_matches('!') {
                            "=" => value == wanted,
                            "^" => value.starts_with(wanted),
                            _ => value.ends_with(wanted),
                        });
                        if operator.starts_with('!') {
                            kept &= !is;
                        } else {
                            asked = true;
                            found |= is;
                        }
                    }
                }
                kept && (found || !asked)
            })
        });
    }
    let Some(list) = selectors.get("basic").and_then(Json::as_array) else {
        return get(CATEGORY) == Some("Management");
    };
    list.iter().any(|selector| {
        let side = match selector.get("rw").and_then(Json::as_str) {
            Some("ReadOnly") => get(READ_ONLY) == Some("true"),
            Some("WriteOnly") => get(READ_ONLY) == Some("false"),
            _ => true,
        };
        let mut excluded = selector.get("exclude").into_iter().flat_map(strings);
        let management = get(CATEGORY) == Some("Management")
            && selector.get("management") != Some(&Json::Bool(false))
            && !excluded.any(|source| get(SOURCE) == Some(source));
        let data = get(CATEGORY) == Some("Data")
            && selector.get("data").and_then(Json::as_array).into_iter().flatten().any(|resource| {
                get(KIND) == resource[0].as_str()
                    && strings(&resource[1]).any(|value| {
                        let prefix = match value {
                            "arn:aws:s3" | "arn:aws:s3:::" => "arn:aws:s3:::",
                            "arn:aws:lambda" => "arn:aws:lambda:",
                            other => other,
                        };
                        get(ARN).is_some_and(|arn| arn.starts_with(prefix))
                    })
            });
        side && (management || data)
    })
}

fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Json> {
    proptest::sample::subsequence(values, 1..=2.min(values.len())).prop_map(|values| json!(values))
}

fn condition(values: &'static [&'static str]) -> impl Strategy<Value = Json> {
    let operators = proptest::sample::subsequence(vec!["=", "^", "$", "!=", "!^", "!$"], 1..=2);
    (operators, some_of(values), some_of(values)).prop_map(|(operators, first, second)| {
        let pairs = operators.into_iter().zip([first, second]);
        Json::Object(pairs.map(|(operator, values)| (operator.to_owned(), values)).collect())
    })
}

fn equal(values: &'static [&'static str]) -> impl Strategy<Value = Json> {
    some_of(values).prop_map(|values| json!({"=": values}))
}

fn advanced_selector() -> impl Strategy<Value = Json> {
    let sources = condition(&["a.amazonaws.com", "ab.amazonaws.com", "a", "b", ".amazonaws.com", "s3.amazonaws.com"]);
    let main = (
        proptest::sample::select(&CATEGORIES[..]),
        proptest::option::of(equal(&SIDES)),
        proptest::option::of(sources),
        proptest::option::of(condition(&["Get", "GetX", "X", "PutX"])),
        equal(&KINDS),
        proptest::option::of(condition(&[
            "arn:aws:s3:::logs",
            "arn:aws:s3:::logs/",
            "arn:aws:s3:::logs/AWSLogs/1",
            "/x",
        ])),
    );
    let rarely = |condition| proptest::option::weighted(0.25, condition);
    let further = (
        rarely(condition(&["arn:aws:iam:", "arn:aws:iam::1:user/a", "/s", "arn:aws"]).boxed()),
        rarely(condition(&["true"]).boxed()),
        rarely(condition(&["VpceAccessDenied"]).boxed()),
        rarely(condition(&["vpce-1", "vpce-", "2"]).boxed()),
    );
    (main, further).prop_map(|((category, side, source, name, kind, arn), (user, session, error, endpoint))| {
        let mut fields = serde_json::Map::new();
        fields.insert(CATEGORY.into(), json!({"=": [category]}));
        let (data, network) = (category == "Data", category == "NetworkActivity");
        // Network activity must name its source.
        let source = source.or_else(|| network.then(|| json!({"=": ["a.amazonaws.com"]})));
        let optional = [
            (READ_ONLY, side.filter(|_| !network)),
            (SOURCE, source),
            (NAME, name),
            (KIND, data.then_some(kind)),
            (ARN, arn.filter(|_| data)),
            ("userIdentity.arn", user.filter(|_| !network)),
            ("sessionCredentialFromConsole", session.filter(|_| !network)),
            ("errorCode", error.filter(|_| network)),
            ("vpcEndpointId", endpoint.filter(|_| network)),
        ];
        fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Json::Object(fields)
    })
}

fn basic_selector() -> impl Strategy<Value = Json> {
    let values = some_of(&["arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::logs/", "arn:aws:s3:::logs/AWS"]);
    let fields = (
        proptest::option::of(proptest::sample::select(&["All", "ReadOnly", "WriteOnly"][..])),
        proptest::option::of(any::<bool>()),
        proptest::option::of(some_of(&["a.amazonaws.com", "b.amazonaws.com"])),
        proptest::option::of(values),
    );
    fields.prop_map(|(rw, management, exclude, objects)| {
        let mut selector = serde_json::Map::new();
        let mut put = |name: &str, value: Option<Json>| value.map(|value| selector.insert(name.to_owned(), value));
        put("rw", rw.map(Json::from));
        put("management", management.map(Json::from));
        put("exclude", exclude);
        put(
            "data",
            objects.map(|values| json!([["AWS::S3::Object", values], ["AWS::Lambda::Function", ["arn:aws:lambda"]]])),
        );
        Json::Object(selector)
    })
}

fn any_selectors() -> impl Strategy<Value = Json> {
    prop_oneof![
        proptest::collection::vec(basic_selector(), 1..4).prop_map(|list| json!({"basic": list})),
        proptest::collection::vec(advanced_selector(), 1..5).prop_map(|list| json!({"advanced": list})),
    ]
}

/// Every place in the JSON where a value can be hidden.
fn leaves(json: &Json, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if !path.is_empty() {
        found.push(path.clone());
    }
    let children: Vec<(String, &Json)> = match json {
        Json::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Json::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in children {
        path.push(key);
        leaves(value, path, found);
        path.pop();
    }
}

/// The same JSON with one place unknown: a hole for an item of a list of strings, null for the rest; `None` where the
/// place is not an attribute.
fn hide(selectors: &Json, path: &[String]) -> Option<Json> {
    let mut copy = selectors.clone();
    if let [form, selector, field] = path
        && form == "advanced"
    {
        // The name of a field.
        let fields = copy[form][selector.parse::<usize>().ok()?].as_object_mut()?;
        let operators = fields.remove(field)?;
        fields.insert("${Hidden}".to_owned(), operators);
        return Some(copy);
    }
    let pointer =
        format!("/{}", path.iter().map(|key| key.replace('~', "~0").replace('/', "~1")).collect::<Vec<_>>().join("/"));
    let place = copy.pointer_mut(&pointer)?;
    let numbered = path.last()?.parse::<usize>().is_ok();
    match place {
        Json::String(_) if numbered => *place = json!("${Hidden}"),
        // An item of a list of selectors, or a pair of type and values: its parts are hidden, not itself.
        Json::Object(_) if numbered && path[0] == "basic" => return None,
        Json::Array(_) if numbered => return None,
        Json::Object(_) if path.len() == 3 => return None,
        _ => *place = Json::Null,
    }
    Some(copy)
}

/// All answers to the questions that checks ask.
fn answers(parsed: &Selectors) -> Vec<Truth> {
    let (recorded, management) = (parsed.recorded(), parsed.records_management());
    let logs: Text = "arn:aws:s3:::logs".into();
    let (covers, touches) =
        (recorded.covers_objects(&logs, &"".into()), recorded.touches_objects(&logs, &"AWSLogs/".into()));
    vec![
        management.reads.truth,
        management.writes.truth,
        management.any,
        recorded.any_data(),
        covers.reads,
        covers.writes,
        touches.reads,
        touches.writes,
        recorded.records_source("ab.amazonaws.com"),
        recorded.records_delivery(&logs, &"AWSLogs/".into()),
        recorded.shares_management(&recorded),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn agrees_with_trying_every_event(json in any_selectors(), from in any::<usize>()) {
        let parsed = selectors(&json);
        let recorded = parsed.recorded();
        let management = parsed.records_management();
        let (mut any, mut data) = (false, false);
        let mut sides = [true, true];
        for event in some_events(from, 7) {
            let expected = by_hand(&json, &event);
            let model = Event::new(event.iter().map(|(name, value)| (*name, Text::from(*value))));
            prop_assert_eq!(recorded.records(&model), Truth::known(expected), "{:?}", event);
            any |= expected && event[0].1 == "Management";
            data |= expected && event[0].1 == "Data";
            if event[0].1 == "Management" {
                sides[usize::from(event[1].1 == "false")] &= expected;
            }
        }
        // The alphabet is only a part of all events: what is lost there is lost, what is recorded there is recorded.
        for (side, coverage) in sides.into_iter().zip([&management.reads, &management.writes]) {
            prop_assert!(!matches!(coverage.truth, Truth::Unknown(_)));
            if !side {
                prop_assert_eq!(&coverage.truth, &Truth::False);
            }
            if let Some(lost) = &coverage.lost {
                let strings: Vec<(&str, &str)> =
                    lost.fields().map(|(name, value)| (name, value.literal().expect("a literal"))).collect();
                prop_assert!(!by_hand(&json, &strings), "{:?}", strings);
            }
            prop_assert_eq!(coverage.lost.is_some(), coverage.truth == Truth::False);
        }
        if any {
            prop_assert_eq!(management.any, Truth::True);
        }
        if data {
            prop_assert_eq!(recorded.any_data(), Truth::True);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_500))]

    #[test]
    fn hiding_a_part_never_turns_an_answer_round(json in any_selectors(), pick in any::<prop::sample::Index>()) {
        let mut places = Vec::new();
        leaves(&json, &mut Vec::new(), &mut places);
        let path = pick.get(&places);
        let Some(hidden) = hide(&json, path) else { return Ok(()) };
        let (before, after) = (answers(&selectors(&json)), answers(&selectors(&hidden)));
        for (i, (before, after)) in before.iter().zip(&after).enumerate() {
            prop_assert!(
                before == after || matches!(after, Truth::Unknown(_)),
                "question {}: {:?} became {:?} by {}", i, before, after, hidden
            );
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_union_records_what_its_parts_record(left in any_selectors(), right in any_selectors(), from in any::<usize>()) {
        let (left, right) = (selectors(&left).recorded(), selectors(&right).recorded());
        let both = Recorded::together([(Truth::True, &left), (Truth::True, &right)]);
        let mut shared = false;
        for event in some_events(from, 5) {
            let management = event[0].1 == "Management";
            let event = Event::new(event.into_iter().map(|(name, value)| (name, Text::from(value))));
            let (a, b) = (left.records(&event), right.records(&event));
            shared |= management && a == Truth::True && b == Truth::True;
            prop_assert_eq!(both.records(&event), a | b);
        }
        if shared {
            prop_assert_eq!(left.shares_management(&right), Truth::True);
        }
        prop_assert_eq!(left.shares_management(&right), right.shares_management(&left));
    }
}

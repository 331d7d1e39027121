//! The algebra of event selectors: a table of cases, and laws over generated selectors.

use serde_json::Value as Json;

use super::*;
use crate::model::arn::{Shape, Var};
use crate::model::attr::{Branch, State, Value};
use crate::truth::{Cause, CauseKind, Truth};

mod exact;
mod laws;
mod table;

/// `${Bucket}` is a name, `${Account}` an account, any other `${…}` anything at all.
fn text(written: &str) -> Text {
    let mut result = Text::default();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').expect("closed hole");
        let shape = match name {
            "Bucket" => Shape::Name,
            "Account" => Shape::Account,
            _ => Shape::Any,
        };
        let cause = Cause::new(CauseKind::Parameter, format!("the parameter '{name}' has no default"));
        result.push_str(before);
        result.push(&Var { key: name.into(), shown: name.into(), cause, shape }.into());
        rest = after;
    }
    result.push_str(rest);
    result
}

fn at() -> Origin {
    Origin::Api { call: "test", arn: "".into() }
}

/// An attribute: absent when not written, unknown when null, possibilities when `{"either": […]}`.
fn attr<T>(json: Option<&Json>, name: &str, turn: &dyn Fn(&Json) -> T) -> Attr<T> {
    let state = |json: Option<&Json>| match json {
        None => State::Missing,
        Some(Json::Null) => {
            State::Set(Value::Unknown(Cause::new(CauseKind::Parameter, format!("'{name}' comes from a parameter"))))
        }
        Some(Json::String(text)) if text == "unseen" => {
            State::Unseen(Cause::new(CauseKind::Transform, "a macro may change it"))
        }
        Some(value) => State::Set(Value::Known(turn(value))),
    };
    let state = match json.and_then(|json| json.get("either")).and_then(Json::as_array) {
        Some(options) => State::OneOf(
            options
                .iter()
                .enumerate()
                .map(|(i, option)| Branch {
                    when: format!("case {i} holds").into(),
                    state: state((*option != Json::String("absent".into())).then_some(option)),
                })
                .collect(),
        ),
        None => state(json),
    };
    Attr { name: name.into(), at: at(), state }
}

fn one(json: &Json) -> Text {
    text(json.as_str().expect("a string"))
}

fn texts(json: &Json) -> Vec<Text> {
    json.as_array().expect("a list").iter().map(one).collect()
}

fn basic(json: &Json) -> BasicSelector {
    BasicSelector {
        at: at(),
        read_write: attr(json.get("rw"), "ReadWriteType", &one),
        management: match json.get("management") {
            None => Attr::default("IncludeManagementEvents", at(), true),
            some => attr(some, "IncludeManagementEvents", &|json| json.as_bool().expect("a boolean")),
        },
        excluded_sources: attr(json.get("exclude"), "ExcludeManagementEventSources", &texts),
        data: attr(json.get("data"), "DataResources", &|json| {
            let resource = |json: &Json| DataResource {
                kind: attr(json.get(0), "Type", &one),
                values: attr(json.get(1), "Values", &texts),
            };
            json.as_array().expect("a list").iter().map(resource).collect()
        }),
    }
}

/// A selector is a mapping of fields to mappings of operators to values.
fn advanced(json: &Json) -> AdvancedSelector {
    let field = |(name, operators): (&String, &Json)| {
        let list = |operator: &str| attr(operators.get(operator), operator, &texts);
        FieldSelector {
            at: at(),
            field: attr(Some(&Json::String(name.clone())), "Field", &one),
            equals: list("="),
            starts_with: list("^"),
            ends_with: list("$"),
            not_equals: list("!="),
            not_starts_with: list("!^"),
            not_ends_with: list("!$"),
        }
    };
    AdvancedSelector {
        at: at(),
        fields: attr(Some(json), "FieldSelectors", &|json| {
            json.as_object().expect("a mapping").iter().map(field).collect()
        }),
    }
}

fn selectors(json: &Json) -> Selectors {
    let list = |json: &Json| json.as_array().cloned().expect("a list");
    Selectors {
        basic: attr(json.get("basic"), "EventSelectors", &|json| list(json).iter().map(basic).collect()),
        advanced: attr(json.get("advanced"), "AdvancedEventSelectors", &|json| {
            list(json).iter().map(advanced).collect()
        }),
    }
}

fn letter(truth: &Truth) -> char {
    match truth {
        Truth::True => 'T',
        Truth::False => 'F',
        Truth::Unknown(_) => '?',
    }
}

#[test]
fn a_beginning_that_is_not_known_may_be_a_whole_source() {
    let data = |prefix: &str| {
        let json = serde_json::json!({"advanced": [{
            "eventCategory": {"=": ["Data"]},
            "resources.type": {"=": ["AWS::Lambda::Function"]},
            "eventSource": {"^": [prefix], "!$": [".amazonaws.com"]},
        }]});
        letter(&selectors(&json).records_any_data())
    };
    // What begins with all of a source is that source, which the other condition leaves out.
    assert_eq!(data("a.amazonaws.com"), 'F');
    assert_eq!(data("${Source}"), '?');
}

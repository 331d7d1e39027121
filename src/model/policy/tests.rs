//! The evaluator, case by case. Policies are written as JSON with every element a list or a scalar; `<x>` in a string
//! is a hole of any content, `<#x>` an unknown account, `<@x>` an unknown name. Each row of a table names the page of
//! the public documentation that says so (`pages`).

use serde_json::Value as Json;

use super::*;
use crate::model::arn::{Shape, Var};
use crate::source_map::{FileId, Span};
use crate::truth::{CauseKind, Truth};

mod bucket;
mod conditions;
mod elements;
mod evaluation;
mod laws;
mod pages;
mod reach;
mod reading;
mod symbolic;
mod weak_points;

const ALICE: &str = "arn:aws:iam::111111111111:user/alice";
const GET: &str = "s3:GetObject";
const KEY: &str = "arn:aws:s3:::b/k";

fn at() -> Origin {
    Origin::Text(Span::new(FileId(0), 0, 0))
}

/// A string with its holes.
pub(super) fn text(source: &str) -> Text {
    let mut result = Text::default();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('<') {
        result.push_str(before);
        let (name, behind) = after.split_once('>').expect("a hole ends");
        let (shape, name) = match name.as_bytes().first() {
            Some(b'#') => (Shape::Account, &name[1..]),
            Some(b'@') => (Shape::Name, &name[1..]),
            _ => (Shape::Any, name),
        };
        let cause = Cause::new(CauseKind::Parameter, format!("the parameter '{name}' has no default"));
        result.push(&Var { key: name.into(), shown: name.into(), cause, shape }.into());
        rest = behind;
    }
    result.push_str(rest);
    result
}

fn scalars(json: &Json) -> Vec<Text> {
    match json {
        Json::Array(items) => items.iter().flat_map(scalars).collect(),
        Json::String(s) => vec![text(s)],
        other => vec![text(&other.to_string())],
    }
}

fn clause<T>(negated: bool, items: Vec<T>) -> Clause<T> {
    Clause { at: at(), negated, items: items.into_iter().map(|item| (item, at())).collect(), more: None }
}

fn principals(json: &Json) -> Vec<PrincipalName> {
    let Json::Object(kinds) = json else {
        assert!(scalars(json).iter().all(|name| name.literal() == Some("*")), "only '*' stands alone: {json}");
        return vec![PrincipalName::Everyone];
    };
    let mut found = Vec::new();
    for (kind, names) in kinds {
        found.extend(scalars(names).into_iter().map(|name| match kind.as_str() {
            "*" => PrincipalName::Everyone,
            "AWS" => PrincipalName::Aws(name),
            "Service" => PrincipalName::Service(name),
            "Federated" => PrincipalName::Federated(name),
            "CanonicalUser" => PrincipalName::CanonicalUser(name),
            other => panic!("{other}"),
        }));
    }
    found
}

fn statement(json: &Json) -> Statement {
    let unknown = Cause::new(CauseKind::Parameter, "a part is not known");
    let texts = |name: &str| {
        let plain = json.get(name).map(|value| clause(false, scalars(value)));
        plain.or_else(|| json.get(format!("Not{name}")).map(|value| clause(true, scalars(value))))
    };
    let principal = json.get("Principal").map(|value| clause(false, principals(value)));
    let mut conditions = Vec::new();
    for (operator, keys) in json.get("Condition").and_then(Json::as_object).into_iter().flatten() {
        for (key, values) in keys.as_object().expect("keys") {
            conditions.push(Condition {
                at: at(),
                operator: text(operator),
                key: text(key),
                values: scalars(values),
                more: None,
            });
        }
    }
    Statement {
        at: at(),
        sid: json.get("Sid").and_then(Json::as_str).map(text),
        effect: match json.get("Effect").and_then(Json::as_str) {
            Some("Allow") => Value::Known(Effect::Allow),
            Some("Deny") => Value::Known(Effect::Deny),
            _ => Value::Unknown(unknown.clone()),
        },
        principal: principal.or_else(|| json.get("NotPrincipal").map(|value| clause(true, principals(value)))),
        action: texts("Action"),
        resource: texts("Resource"),
        conditions,
        unreadable: json.get("Unreadable").map(|_| unknown.clone()),
    }
}

/// A policy of the current version with these statements; a statement `"?"` is one that is not known.
pub(super) fn policy(statements: &str) -> Document {
    let json: Json = serde_json::from_str(&format!("[{statements}]")).unwrap_or_else(|e| panic!("{e}: {statements}"));
    let items = json.as_array().expect("a list");
    let known = items.iter().filter(|item| item.is_object()).map(statement).collect();
    let more = items.iter().any(Json::is_string);
    Document {
        at: at(),
        variables: true,
        statements: known,
        more: more.then(|| Cause::new(CauseKind::Parameter, "a statement is not known")),
    }
}

/// `T`, `F` or `?`.
pub(super) fn letter(truth: &Truth) -> char {
    match truth {
        Truth::True => 'T',
        Truth::False => 'F',
        Truth::Unknown(_) => '?',
    }
}

/// A caller: `*`, a service's name, a principal's ARN, or somebody of an identity provider or a canonical user id.
pub(super) fn caller(name: &str) -> Caller {
    match name {
        "*" => Caller::Anonymous,
        other if let Some(provider) = other.strip_prefix("federated:") => Caller::Federated(text(provider)),
        other if let Some(id) = other.strip_prefix("canonical:") => Caller::CanonicalUser(text(id)),
        arn if arn.starts_with("arn:") => Caller::Aws { account: text(arn).split(':')[4].clone(), arn: text(arn) },
        service => Caller::Service(text(service)),
    }
}

pub(super) fn request(who: &str, action: &str, resource: &str, keys: &[(&str, &str)]) -> Request {
    let mut context = Context::with_rest(Held::Absent);
    for (key, value) in keys {
        let held = match *value {
            "-" => Held::Absent,
            "?" => Held::Free,
            list => Held::Values(list.split('|').map(text).collect()),
        };
        context.set(key, held);
    }
    Request { caller: caller(who), action: text(action), resource: text(resource), context }
}

//! From a value tree to a policy document.
//!
//! What cannot be read is kept as an unknown part of the smallest piece it belongs to, so that the rest can still
//! decide.

use super::value::{Field, Val, ValKind};
use crate::model::arn::Text;
use crate::model::attr::{Origin, Value};
use crate::model::policy::{Clause, Condition, Document, Effect, PrincipalName, Statement};
use crate::source_map::Span;
use crate::syntax::{self, Kind, Node};
use crate::truth::{Cause, CauseKind, Truth};

/// Reads a policy: a mapping, or a string that holds JSON. What cannot be read becomes unknown parts.
pub fn document(val: &Val) -> Value<Document> {
    let decoded = encoded(val);
    let fields = match val.document().or(decoded.as_ref()).map(|document| &document.kind) {
        Some(ValKind::Map(fields)) => fields,
        Some(ValKind::Unknown(cause)) => return Value::Unknown(cause.clone()),
        _ => return Value::Unknown(unread(val, "a policy document", "a mapping or a JSON document")),
    };
    let mut document = Document { at: Origin::Text(val.span), variables: false, statements: Vec::new(), more: None };
    let mut stated = false;
    for field in fields {
        match &*field.key {
            "Version" => match field.value.text() {
                Some(text) => match text.same(&"2012-10-17".into()) {
                    // What variables stand for is not known either way, so a version that is not known reads as new.
                    Truth::True | Truth::Unknown(_) => document.variables = true,
                    Truth::False => document.variables = false,
                },
                None => document.more = Some(unread(&field.value, "'Version'", "a string")),
            },
            "Statement" => {
                stated = true;
                match &field.value.kind {
                    ValKind::Unknown(cause) => document.more = Some(cause.clone()),
                    ValKind::Null => document.more = Some(unread(&field.value, "'Statement'", "a list of statements")),
                    _ => {
                        for item in field.value.items() {
                            match statement(item) {
                                Ok(statement) => document.statements.push(statement),
                                Err(cause) => document.more = Some(cause),
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    if !stated {
        document.more = Some(Cause::new(CauseKind::Invalid, "the policy document has no 'Statement'"));
    }
    Value::Known(document)
}

/// The document of a percent-encoded string, as IAM's `Get…Policy` calls answer; `None` for any other value.
fn encoded(val: &Val) -> Option<Val> {
    let ValKind::Text(text) = &val.kind else { return None };
    let text = text.literal().filter(|text| text.trim_start().starts_with("%7B") || text.starts_with("%7b"))?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |digit: Option<u8>| char::from(digit?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            other => other,
        });
    }
    let tree = syntax::json::parse_last_wins(std::str::from_utf8(&bytes).ok()?, val.span.file).ok()?;
    Some(at_one_place(&tree, val.span))
}

fn at_one_place(node: &Node, span: Span) -> Val {
    let kind = match &node.kind {
        Kind::Null => ValKind::Null,
        Kind::Bool(value) => ValKind::Bool(*value),
        Kind::Number(number) => ValKind::Number(number.clone()),
        Kind::String(text) => ValKind::Text(Text::from(&**text)),
        Kind::Seq(items) => ValKind::List(items.iter().map(|item| at_one_place(item, span)).collect()),
        Kind::Map(entries) => ValKind::Map(
            entries
                .iter()
                .map(|entry| Field { key: entry.key.clone(), key_span: span, value: at_one_place(&entry.value, span) })
                .collect(),
        ),
    };
    Val { kind, span }
}

/// Why a part is not of the kind that its place takes, or not known.
fn unread(val: &Val, what: &str, wanted: &str) -> Cause {
    match &val.kind {
        ValKind::Unknown(cause) => cause.clone(),
        ValKind::Text(text) if text.vars().next().is_some() => {
            text.causes().map_or_else(|| Cause::new(CauseKind::Invalid, what), |causes| causes.first().clone())
        }
        ValKind::Choice { subject, .. } => {
            Cause::new(CauseKind::Condition, format!("'{subject}' cannot be decided, and {what} depends on it"))
        }
        _ => Cause::new(CauseKind::Invalid, format!("{what} is {} where {wanted} is expected", val.kind_word())),
    }
}

fn statement(val: &Val) -> Result<Statement, Cause> {
    let ValKind::Map(fields) = &val.kind else {
        return Err(unread(val, "a statement", "a mapping"));
    };
    let mut statement = Statement {
        at: Origin::Text(val.span),
        sid: None,
        effect: Value::Unknown(Cause::new(CauseKind::Invalid, "a statement has no 'Effect'")),
        principal: None,
        action: None,
        resource: None,
        conditions: Vec::new(),
        unreadable: None,
    };
    for field in fields {
        let negated = field.key.starts_with("Not");
        match &*field.key {
            "Sid" => statement.sid = field.value.text(),
            "Effect" => statement.effect = effect(&field.value),
            "Action" | "NotAction" => statement.action = Some(texts(field, negated)),
            "Resource" | "NotResource" => statement.resource = Some(texts(field, negated)),
            "Principal" | "NotPrincipal" => statement.principal = Some(principals(field, negated)),
            "Condition" => match conditions(&field.value) {
                (conditions, None) => statement.conditions = conditions,
                (conditions, Some(cause)) => {
                    statement.conditions = conditions;
                    statement.unreadable = Some(cause);
                }
            },
            other => {
                let cause = format!("a statement has the element '{other}', which the language does not know");
                statement.unreadable = Some(Cause::new(CauseKind::Invalid, cause));
            }
        }
    }
    for (plain, not) in [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")] {
        if val.has(plain) && val.has(not) {
            let cause = format!("a statement has both '{plain}' and '{not}', which exclude each other");
            return Err(Cause::new(CauseKind::Invalid, cause));
        }
    }
    Ok(statement)
}

fn effect(val: &Val) -> Value<Effect> {
    let known = |text: &Text| match text.literal() {
        Some("Allow") => Some(Effect::Allow),
        Some("Deny") => Some(Effect::Deny),
        _ => None,
    };
    val.text().as_ref().and_then(known).map_or_else(
        || {
            Value::Unknown(match val.text().as_ref().and_then(Text::literal) {
                Some(other) => {
                    Cause::new(CauseKind::Invalid, format!("'Effect' is '{other}', neither 'Allow' nor 'Deny'"))
                }
                None => unread(val, "'Effect'", "'Allow' or 'Deny'"),
            })
        },
        Value::Known,
    )
}

/// A value or a list of values; what is no scalar makes the list open.
fn scalars(val: &Val, what: &str, more: &mut Option<Cause>) -> Vec<(Text, Origin)> {
    let mut found = Vec::new();
    if matches!(val.kind, ValKind::Null) {
        *more = Some(unread(val, what, "a string or a list of strings"));
    }
    for item in val.items() {
        match item.text() {
            Some(text) => found.push((text, Origin::Text(item.span))),
            None => *more = Some(unread(item, what, "a string or a list of strings")),
        }
    }
    found
}

fn texts(field: &Field, negated: bool) -> Clause<Text> {
    let mut more = None;
    let items = scalars(&field.value, &format!("'{}'", field.key), &mut more);
    Clause { at: Origin::Text(field.span()), negated, items, more }
}

fn principals(field: &Field, negated: bool) -> Clause<PrincipalName> {
    let mut clause = Clause { at: Origin::Text(field.span()), negated, items: Vec::new(), more: None };
    let what = format!("'{}'", field.key);
    match &field.value.kind {
        ValKind::Map(kinds) => {
            for kind in kinds {
                let name: fn(Text) -> PrincipalName = match &*kind.key {
                    "*" => |_| PrincipalName::Everyone,
                    "AWS" => PrincipalName::Aws,
                    "Service" => PrincipalName::Service,
                    "Federated" => PrincipalName::Federated,
                    "CanonicalUser" => PrincipalName::CanonicalUser,
                    other => {
                        let cause = format!("{what} has the kind '{other}', which the language does not know");
                        clause.more = Some(Cause::new(CauseKind::Invalid, cause));
                        continue;
                    }
                };
                let names = scalars(&kind.value, &what, &mut clause.more);
                clause.items.extend(names.into_iter().map(|(text, at)| (name(text), at)));
            }
        }
        // The string form says `*`, and nothing else is legal.
        _ => {
            for (text, at) in scalars(&field.value, &what, &mut clause.more) {
                match (text.literal(), text.causes()) {
                    (Some("*"), _) => clause.items.push((PrincipalName::Everyone, at)),
                    (None, Some(causes)) => clause.more = Some(causes.first().clone()),
                    _ => {
                        let cause = format!("{what} is the string '{text}', where only '*' or a mapping is legal");
                        clause.more = Some(Cause::new(CauseKind::Invalid, cause));
                    }
                }
            }
        }
    }
    clause
}

/// The conditions that could be read, and why there may be more.
fn conditions(val: &Val) -> (Vec<Condition>, Option<Cause>) {
    let mut found = Vec::new();
    let mut unreadable = None;
    match &val.kind {
        ValKind::Map(operators) => {
            for operator in operators {
                let ValKind::Map(keys) = &operator.value.kind else {
                    let what = format!("the condition operator '{}'", operator.key);
                    unreadable = Some(unread(&operator.value, &what, "a mapping from keys to values"));
                    continue;
                };
                for key in keys {
                    let mut more = None;
                    let values = scalars(&key.value, &format!("the condition on '{}'", key.key), &mut more);
                    found.push(Condition {
                        at: Origin::Text(key.span()),
                        operator: Text::from(&*operator.key),
                        key: Text::from(&*key.key),
                        values: values.into_iter().map(|(text, _)| text).collect(),
                        more,
                    });
                }
            }
        }
        ValKind::Null => {}
        _ => unreadable = Some(unread(val, "'Condition'", "a mapping from operators to keys")),
    }
    (found, unreadable)
}

#[cfg(test)]
mod tests;

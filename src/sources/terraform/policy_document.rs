//! The data source `aws_iam_policy_document`: from its arguments to the policy that it writes.
//!
//! Rules as in the provider's documentation of the data source: documents under `source_policy_documents` come first,
//! the data source's own statements take the place of source statements with the same `sid`, and those of
//! `override_policy_documents` take the place of both.

use crate::model::arn::{Part, Text, Var};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::sources::{embed, worlds};
use crate::truth::{Cause, CauseKind};

mod merge;
#[cfg(test)]
mod tests;

use merge::Merged;

/// The arguments that decide the document.
pub const ARGUMENTS: [&str; 7] = [
    "version",
    "policy_id",
    "statement",
    "source_json",
    "source_policy_documents",
    "override_json",
    "override_policy_documents",
];

/// A document is written in this many forms at most, one for each way in which the choices inside may be decided.
const MOST_FORMS: usize = 32;

/// The value of the attribute `json`: a string that holds a document, whose parts stand where the data source's own
/// blocks stand. Parts that are not known are unknown parts of the document.
pub fn document(body: &Val, span: Span) -> Val {
    choices(body, span, MOST_FORMS)
}

fn choices(body: &Val, span: Span, left: usize) -> Val {
    let Some((subject, decided)) = worlds::split(body) else { return written(body, span) };
    let left = left / decided.len().max(1);
    if left == 0 {
        let cause = Cause::new(CauseKind::Condition, "the policy depends on too many things that cannot be decided");
        return Val { kind: ValKind::Unknown(cause), span };
    }
    let one = |(when, body): (_, Option<Val>)| {
        let nothing = Val { kind: ValKind::Map(Vec::new()), span };
        (when, Some(choices(body.as_ref().unwrap_or(&nothing), span, left)))
    };
    Val { kind: ValKind::Choice { subject, options: decided.into_iter().map(one).collect() }, span }
}

/// The document of a body without choices.
fn written(body: &Val, span: Span) -> Val {
    if let ValKind::Unknown(cause) = &body.kind {
        return Val { kind: ValKind::Unknown(cause.clone()), span };
    }
    let mut merged = Merged::default();
    sources(&mut merged, body, ["source_json", "source_policy_documents"]);
    let id = body.get("policy_id").filter(|id| !is_empty(id)).cloned();
    let version = body.get("version").filter(|version| !is_empty(version)).cloned();
    merged.head(id, version);
    for block in blocks(body, "statement") {
        merged.statement(statement(block));
    }
    sources(&mut merged, body, ["override_policy_documents", "override_json"]);
    let document = merged.into_document(span);
    Val { kind: ValKind::Embedded(json(&document), Box::new(document)), span }
}

/// Merges the documents that these arguments hold, in order.
fn sources(merged: &mut Merged, body: &Val, arguments: [&str; 2]) {
    for argument in arguments {
        let overrides = argument.starts_with("override");
        for item in body.get(argument).map_or(&[][..], Val::items) {
            if is_empty(item) {
                continue;
            }
            let parsed = match &item.kind {
                ValKind::Embedded(_, document) => Some((**document).clone()),
                ValKind::Text(text) => embed::document(text, item.span),
                _ => None,
            };
            match parsed {
                Some(document) => merged.document(&document),
                None => merged.unknown(&why(item, argument), item.span, overrides),
            }
        }
    }
}

fn why(val: &Val, argument: &str) -> Cause {
    match &val.kind {
        ValKind::Unknown(cause) => cause.clone(),
        ValKind::Text(text) if text.causes().is_some() => text
            .causes()
            .map_or_else(|| Cause::new(CauseKind::Invalid, "it is not known"), |causes| causes.first().clone()),
        _ => Cause::new(CauseKind::Invalid, format!("'{argument}' holds {} that is no JSON document", val.kind_word())),
    }
}

fn is_empty(val: &Val) -> bool {
    match &val.kind {
        ValKind::Null => true,
        ValKind::Text(text) => text.is_certainly_empty(),
        ValKind::List(items) => items.is_empty(),
        _ => false,
    }
}

/// The blocks of a type. One whose content is not known stands as it is.
fn blocks<'v>(body: &'v Val, kind: &str) -> &'v [Val] {
    body.get(kind).map_or(&[][..], Val::items)
}

/// A statement as IAM writes it. `None` of the fields that the language has defaults for are made up but `Effect`.
fn statement(block: &Val) -> Val {
    let ValKind::Map(_) = &block.kind else { return unknown_block(block, "a statement") };
    let mut fields: Vec<Field> = Vec::new();
    let sid = block.field("sid").filter(|sid| !is_empty(&sid.value));
    fields.extend(sid.map(|sid| renamed("Sid", sid, sid.value.clone())));
    let effect = block.field("effect").filter(|effect| !is_empty(&effect.value));
    fields.push(match effect {
        Some(effect) => renamed("Effect", effect, effect.value.clone()),
        None => made("Effect", "Allow".into(), block.span),
    });
    let lists = [
        ("actions", "Action", false),
        ("not_actions", "NotAction", false),
        ("resources", "Resource", true),
        ("not_resources", "NotResource", true),
    ];
    for (argument, key, variables) in lists {
        if let Some(field) = block.field(argument).filter(|field| !is_empty(&field.value)) {
            fields.push(renamed(key, field, values(&field.value, variables)));
        }
    }
    for (argument, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        if let Some(field) = block.field(argument).filter(|field| !is_empty(&field.value)) {
            fields.push(renamed(key, field, principals(field.value.items(), field.value.span)));
        }
    }
    if let Some(field) = block.field("condition").filter(|field| !is_empty(&field.value)) {
        fields.push(renamed("Condition", field, conditions(field.value.items(), field.value.span)));
    }
    Val { kind: ValKind::Map(fields), span: block.span }
}

fn unknown_block(block: &Val, what: &str) -> Val {
    let cause = match &block.kind {
        ValKind::Unknown(cause) => cause.clone(),
        _ => Cause::new(CauseKind::Invalid, format!("{what} is {}, not a block", block.kind_word())),
    };
    Val { kind: ValKind::Unknown(cause), span: block.span }
}

fn renamed(key: &str, field: &Field, value: Val) -> Field {
    Field { key: key.into(), key_span: field.key_span, value }
}

fn made(key: &str, value: Text, span: Span) -> Field {
    Field { key: key.into(), key_span: span, value: Val { kind: ValKind::Text(value), span } }
}

/// The values of a set. In the document they stay a list, for its place; the text has one alone without brackets.
fn values(value: &Val, variables: bool) -> Val {
    let turn = |item: &Val| if variables { with_variables(item) } else { item.clone() };
    Val { kind: ValKind::List(value.items().iter().map(turn).collect()), span: value.span }
}

/// `&{aws:username}` is how HCL writes the policy variable `${aws:username}`.
fn with_variables(item: &Val) -> Val {
    let ValKind::Text(text) = &item.kind else { return item.clone() };
    let mut result = Text::default();
    for part in text.parts() {
        match part {
            Part::Lit(literal) => result.push_str(&literal.replace("&{", "${")),
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    Val { kind: ValKind::Text(result), span: item.span }
}

/// One block `type = "*"`, `identifiers = ["*"]` alone is `"*"`; else a mapping from types to identifiers, in which `*`
/// is a type like the others.
fn principals(blocks: &[Val], span: Span) -> Val {
    let kind_of = |block: &Val| block.get("type").and_then(Val::text);
    if let [only] = blocks
        && kind_of(only).as_ref().and_then(Text::literal) == Some("*")
        && only
            .get("identifiers")
            .is_some_and(|ids| matches!(ids.items(), [id] if id.text().as_ref().and_then(Text::literal) == Some("*")))
    {
        return Val { kind: ValKind::Text("*".into()), span: only.span };
    }
    let mut kinds: Vec<Field> = Vec::new();
    for block in blocks {
        let kind = match kind_of(block) {
            Some(kind) if kind.literal().is_some() => kind.to_string(),
            // Whom such a block names cannot be told, and so not whom the statement names.
            _ => return unknown_part(block, "type", "a block of principals"),
        };
        let Some(identifiers) = block.field("identifiers") else { continue };
        let values = identifiers.value.items().iter().map(with_variables).collect();
        gather(&mut kinds, &kind, identifiers.span(), values);
    }
    Val { kind: ValKind::Map(kinds), span }
}

/// A mapping from operators to mappings from keys to values; blocks of one operator and key are put together.
fn conditions(blocks: &[Val], span: Span) -> Val {
    let mut operators: Vec<Field> = Vec::new();
    for block in blocks {
        let name = |key: &str| block.get(key).and_then(Val::text).filter(|text| text.literal().is_some());
        let (Some(test), Some(variable)) = (name("test"), name("variable")) else {
            let which = if name("test").is_none() { "test" } else { "variable" };
            return unknown_part(block, which, "a condition");
        };
        let values = block.field("values");
        let values_span = values.map_or(block.span, Field::span);
        let values: Vec<Val> = values.map_or(&[][..], |field| field.value.items()).iter().map(with_variables).collect();
        let place = operators.iter().position(|operator| *operator.key == *test.to_string());
        let at = place.unwrap_or_else(|| {
            let value = Val { kind: ValKind::Map(Vec::new()), span: block.span };
            operators.push(Field { key: test.to_string().into(), key_span: block.span, value });
            operators.len() - 1
        });
        if let Some(ValKind::Map(keys)) = operators.get_mut(at).map(|operator| &mut operator.value.kind) {
            gather(keys, &variable.to_string(), values_span, values);
        }
    }
    Val { kind: ValKind::Map(operators), span }
}

fn unknown_part(block: &Val, argument: &str, what: &str) -> Val {
    let value = block.get(argument).unwrap_or(block);
    let cause = match &value.kind {
        ValKind::Unknown(cause) => cause.clone(),
        ValKind::Text(text) if text.causes().is_some() => why(value, argument),
        _ => Cause::new(CauseKind::Invalid, format!("{what} has no '{argument}'")),
    };
    Val { kind: ValKind::Unknown(cause), span: block.span }
}

/// Adds values to the list under a key.
fn gather(fields: &mut Vec<Field>, key: &str, span: Span, values: Vec<Val>) {
    match fields.iter_mut().find(|field| &*field.key == key) {
        Some(Field { value: Val { kind: ValKind::List(known), .. }, .. }) => known.extend(values),
        Some(_) => {}
        None => {
            let value = Val { kind: ValKind::List(values), span };
            fields.push(Field { key: key.into(), key_span: span, value });
        }
    }
}

/// The document as JSON, with holes where parts are not known.
fn json(val: &Val) -> Text {
    let mut text = Text::default();
    write(val, &mut text);
    text
}

fn write(val: &Val, out: &mut Text) {
    match &val.kind {
        ValKind::Null => out.push_str("null"),
        ValKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ValKind::Number(number) => out.push_str(number),
        ValKind::Text(text) | ValKind::Embedded(text, _) => {
            out.push_str("\"");
            for part in text.parts() {
                match part {
                    Part::Lit(literal) => {
                        let quoted = serde_json::Value::from(&**literal).to_string();
                        out.push_str(&quoted[1..quoted.len() - 1]);
                    }
                    Part::Var(var) => out.push(&var.clone().into()),
                }
            }
            out.push_str("\"");
        }
        ValKind::List(items) => {
            out.push_str("[");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(",");
                }
                write(item, out);
            }
            out.push_str("]");
        }
        ValKind::Map(fields) => {
            out.push_str("{");
            for (i, field) in fields.iter().enumerate() {
                if i > 0 {
                    out.push_str(",");
                }
                out.push_str(&serde_json::Value::from(&*field.key).to_string());
                out.push_str(":");
                match &field.value.kind {
                    ValKind::List(items) if items.len() == 1 && &*field.key != "Statement" => write(&items[0], out),
                    _ => write(&field.value, out),
                }
            }
            out.push_str("}");
        }
        ValKind::Unknown(cause) => out.push(&unknown(val.span, cause)),
        ValKind::Choice { subject, .. } => {
            let cause = Cause::new(CauseKind::Condition, format!("'{subject}' cannot be decided"));
            out.push(&unknown(val.span, &cause));
        }
    }
}

fn unknown(span: Span, cause: &Cause) -> Text {
    let key = format!("part@{}:{}", span.file.0, span.start).into();
    Var { key, shown: "unknown".into(), cause: cause.clone(), shape: crate::model::arn::Shape::Any }.into()
}

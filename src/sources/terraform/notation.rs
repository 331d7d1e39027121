//! A notation for instances: a JSON mapping from addresses to arguments, nested blocks as lists.
//!
//! `"${aws_s3_bucket.b.id}"` refers to an attribute of another instance and `"${var.x}"` to a variable without a value.
//! `{"unknown": "why"}` is a value that is not known, `{"when A": 1, "when B": null}` one that cannot be decided, and
//! the argument `"maybe"` gives the reason why the instance only may exist.

use crate::model::Existence;
use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::Origin;
use crate::source_map::{FileId, Span};
use crate::sources::embed;
use crate::sources::terraform::attributes::attribute;
use crate::sources::terraform::instance::{Instance, Provider};
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{self, Kind, Node};
use crate::truth::{Cause, CauseKind};

/// The resources of a text.
pub(crate) struct World {
    root: Node,
    /// All of the text.
    pub(crate) whole: Span,
}

/// A provider of which nothing is known.
pub(crate) fn provider() -> Provider {
    let hole = |what: &str, shape| {
        let cause = Cause::new(CauseKind::OutsideScope, format!("the {what} is not known"));
        Text::from(Var { key: what.into(), shown: what.into(), cause, shape })
    };
    Provider { account: hole("account", Shape::Account), region: hole("Region", Shape::Name), partition: "aws" }
}

/// What is written at a place.
pub(crate) fn written<'t>(text: &'t str, at: &Origin) -> &'t str {
    match at {
        Origin::Text(span) => &text[span.range()],
        Origin::Api { .. } => "",
    }
}

impl World {
    /// Parses a text.
    ///
    /// # Panics
    /// If it is no JSON.
    pub(crate) fn read(text: &str) -> Self {
        let root = syntax::json::parse(text, FileId(0)).unwrap_or_else(|error| panic!("{error:?} in {text}"));
        let whole = root.span;
        Self { root, whole }
    }

    /// All instances, in the order written.
    pub(crate) fn instances(&self) -> Vec<Instance> {
        self.root.entries().iter().map(|entry| self.instance(&entry.key)).collect()
    }

    fn instance(&self, full: &str) -> Instance {
        let entry = self.root.entry(full).unwrap_or_else(|| panic!("no resource {full}"));
        let mut address = String::new();
        let mut depth = 0;
        for c in full.chars() {
            depth += i32::from(c == '[');
            if depth == 0 {
                address.push(c);
            }
            depth -= i32::from(c == ']');
        }
        let kind = address.split('.').find(|part| part.starts_with("aws_")).unwrap_or_default();
        let fields = entry.value.entries().iter().filter(|entry| &*entry.key != "maybe");
        let fields = fields.map(|entry| Field {
            key: entry.key.clone(),
            key_span: entry.key_span,
            value: self.value(&entry.value),
        });
        let existence = match entry.value.get("maybe").and_then(Node::as_str) {
            Some(why) => Existence::Maybe(Cause::new(CauseKind::Condition, why)),
            None => Existence::Certain,
        };
        Instance {
            data: full.split('.').any(|part| part == "data"),
            kind: kind.into(),
            instance: full.to_owned(),
            key: format!("0#{full}"),
            header: entry.key_span,
            calls: Vec::new(),
            existence,
            provider: provider(),
            body: Val { kind: ValKind::Map(fields.collect()), span: entry.value.span },
            address,
        }
    }

    fn value(&self, node: &Node) -> Val {
        let span = node.span;
        let kind = match &node.kind {
            Kind::Null => ValKind::Null,
            Kind::Bool(value) => ValKind::Bool(*value),
            Kind::Number(number) => ValKind::Number(number.clone()),
            Kind::String(text) => return self.string(text, span),
            Kind::Seq(items) => ValKind::List(items.iter().map(|item| self.value(item)).collect()),
            Kind::Map(entries) => match entries.as_slice() {
                [only] if &*only.key == "unknown" => {
                    ValKind::Unknown(Cause::new(CauseKind::AfterApply, only.value.as_str().unwrap_or_default()))
                }
                [first, ..] if first.key.starts_with("when ") => ValKind::Choice {
                    subject: first.key.clone().into(),
                    options: entries
                        .iter()
                        .map(|entry| {
                            let value = self.value(&entry.value);
                            let when = entry.key.trim_start_matches("when ").into();
                            (when, (value.kind != ValKind::Null).then_some(value))
                        })
                        .collect(),
                },
                _ => ValKind::Map(
                    entries
                        .iter()
                        .map(|entry| Field {
                            key: entry.key.clone(),
                            key_span: entry.key_span,
                            value: self.value(&entry.value),
                        })
                        .collect(),
                ),
            },
        };
        Val { kind, span }
    }

    fn string(&self, text: &str, span: Span) -> Val {
        let mut result = Text::default();
        let mut rest = text;
        while let Some((before, inner)) = rest.split_once("${") {
            let (reference, after) = inner.split_once('}').unwrap_or((inner, ""));
            result.push_str(before);
            let val = self.reference(reference, span);
            if before.is_empty() && after.is_empty() && result.is_certainly_empty() {
                return val;
            }
            result.push(&val.text().unwrap_or_else(|| panic!("{reference} is no string")));
            rest = after;
        }
        result.push_str(rest);
        embed::assembled(result, span)
    }

    /// The value of `address.attribute`.
    pub(crate) fn reference(&self, reference: &str, span: Span) -> Val {
        if reference.starts_with("var.") {
            let cause = Cause::new(CauseKind::Parameter, format!("the variable '{reference}' has no default"));
            let var = Var { key: reference.into(), shown: reference.into(), cause, shape: Shape::Any };
            return Val { kind: ValKind::Text(var.into()), span };
        }
        // `roots[0].id` is an attribute of an item of an attribute.
        if let Some((list, key)) = reference.split_once("[0].").filter(|(list, _)| list.ends_with(".roots")) {
            let item = self.reference(list, span).items().first().and_then(|item| item.get(key)).cloned();
            return item.unwrap_or_else(|| panic!("no {reference}"));
        }
        let (address, name) = reference.rsplit_once('.').unwrap_or((reference, "id"));
        attribute(&self.instance(address), name, span)
    }
}

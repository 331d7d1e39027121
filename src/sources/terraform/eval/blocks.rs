//! The bodies of resources: nested and `dynamic` blocks, and what is left of them for lowering.

use std::rc::Rc;

use super::choice::{lift, without_errors};
use super::instance::Member;
use super::loops::Turns;
use super::scope::{Frame, Scope};
use super::{World, null};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::hcl::{Block, Body, Expr, ExprKind};
use crate::truth::{Cause, CauseKind};

use crate::sources::terraform::module::Layers;

/// What Terraform reads itself.
const META: [&str; 5] = ["count", "for_each", "provider", "depends_on", "lifecycle"];
const META_BLOCKS: [&str; 3] = ["lifecycle", "provisioner", "connection"];

/// Values nested deeper than this are not handed on: who reads them goes through them by recursion.
const DEEPEST_VALUE: usize = 100;

impl<'t> World<'t> {
    /// All arguments of a resource, as lowering reads them.
    pub(super) fn body_of(&self, member: &Rc<Member<'t>>) -> Val {
        let body = &member.resource.body;
        let mut fields = Vec::new();
        for name in body.names().into_iter().filter(|name| !META.contains(name)) {
            if let (Some(attribute), Some(val)) = (body.attribute(name), self.argument(member, name)) {
                let value = self.finished(&val);
                fields.push(Field { key: name.into(), key_span: attribute.name_span, value });
            }
        }
        for kind in body.block_types().into_iter().filter(|kind| !META_BLOCKS.contains(kind)) {
            if let Some(block) = body.blocks(kind).first()
                && body.attribute(kind).is_none()
                && let Some(val) = self.argument(member, kind)
            {
                fields.push(Field { key: kind.into(), key_span: block.header, value: self.finished(&val) });
            }
        }
        if let Some(lifecycle) = self.lifecycle(&body.blocks("lifecycle"), member) {
            fields.push(lifecycle);
        }
        Val { kind: ValKind::Map(fields), span: member.resource.header }
    }

    /// `lifecycle { prevent_destroy = … }`: the one setting of the block that says something about the resource.
    fn lifecycle(&self, blocks: &[&'t Block], member: &Rc<Member<'t>>) -> Option<Field> {
        let block = blocks.first()?;
        let attribute = block.body.attribute("prevent_destroy")?;
        let value = self.finished(&self.eval(&attribute.value, &member.scope()));
        let inner = Field { key: attribute.name.clone(), key_span: attribute.name_span, value };
        let map = Val { kind: ValKind::Map(vec![inner]), span: block.header };
        let value = Val { kind: ValKind::List(vec![map]), span: block.header };
        Some(Field { key: "lifecycle".into(), key_span: block.header, value })
    }

    /// The nested blocks of one type, as a list of mappings: a choice where their number cannot be decided.
    pub(super) fn blocks(&self, blocks: &[&Block], kind: &str, scope: &Scope<'_, 't>) -> Val {
        let Some(first) = blocks.first() else {
            return Val { kind: ValKind::List(Vec::new()), span: scope.at.unwrap_or(scope.module.header()) };
        };
        let span = scope.at.unwrap_or(first.header);
        let parts: Vec<Val> = blocks
            .iter()
            .map(|block| {
                if &*block.kind == "dynamic" {
                    self.dynamic(block, kind, scope)
                } else {
                    let map = self.body(&Layers::one(&block.body), block.header, scope);
                    Val { kind: ValKind::List(vec![map]), span: block.header }
                }
            })
            .collect();
        lift(parts, span, &mut |parts| {
            let mut items = Vec::new();
            for part in parts {
                match part.kind {
                    ValKind::List(more) => items.extend(more),
                    // One part that is not known makes the number of blocks unknown.
                    _ => return part,
                }
            }
            Val { kind: ValKind::List(items), span }
        })
    }

    /// A body as a mapping.
    fn body(&self, body: &Layers<'_>, header: Span, scope: &Scope<'_, 't>) -> Val {
        let mut fields = Vec::new();
        for name in body.names() {
            if let Some(attribute) = body.attribute(name) {
                let value = self.eval(&attribute.value, scope);
                fields.push(Field { key: name.into(), key_span: attribute.name_span, value });
            }
        }
        for kind in body.block_types() {
            let blocks = body.blocks(kind);
            if let Some(first) = blocks.first()
                && body.attribute(kind).is_none()
            {
                let value = self.blocks(&blocks, kind, scope);
                fields.push(Field { key: kind.into(), key_span: first.header, value });
            }
        }
        Val { kind: ValKind::Map(fields), span: scope.at.unwrap_or(header) }
    }

    /// The blocks that a `dynamic` block makes.
    /// <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>
    fn dynamic(&self, block: &Block, kind: &str, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(block.header);
        let Some(content) = block.body.blocks_of("content").next() else {
            return super::error(span, "a 'dynamic' block without 'content'");
        };
        let Some(for_each) = block.body.attribute("for_each") else {
            return super::error(span, "a 'dynamic' block without 'for_each'");
        };
        let iterator = block.body.attribute("iterator").and_then(|iterator| match &iterator.value.kind {
            ExprKind::Name(name) => Some(name.to_string()),
            _ => iterator.value.literal(),
        });
        let iterator = iterator.as_deref().unwrap_or(kind);
        let collection = self.eval(&for_each.value, scope);
        lift(vec![collection], span, &mut |mut vals| {
            let collection = vals.pop().unwrap_or(null(span));
            let is_list = matches!(collection.kind, ValKind::List(_));
            let turns = match self.turns(collection) {
                Turns::Known(turns) => turns,
                Turns::Unknown(cause) => {
                    let detail = format!("the 'for_each' of its '{kind}' blocks is not known: {cause}");
                    return Val { kind: ValKind::Unknown(Cause::new(cause.kind, detail)), span };
                }
            };
            let mut items = Vec::with_capacity(turns.len());
            for (turn, (key, value)) in turns.into_iter().enumerate() {
                // The key of an item of a set is the item.
                let key = if is_list && value.text().is_some() { value.clone() } else { key };
                let field = |name: &str, value| Field { key: name.into(), key_span: span, value };
                let bound = Val { kind: ValKind::Map(vec![field("key", key), field("value", value)]), span };
                let frame = Frame { up: scope.frame, name: iterator, value: &bound, turn };
                items.push(self.content(&content.body, block.header, &scope.with(&frame)));
            }
            Val { kind: ValKind::List(items), span }
        })
    }

    fn content(&self, content: &Body, header: Span, scope: &Scope<'_, 't>) -> Val {
        self.body(&Layers::one(content), header, scope)
    }

    /// A value as it leaves the evaluator: ways that fail are out, and unknown values are texts only where a text may
    /// stand.
    pub(super) fn finished(&self, val: &Val) -> Val {
        if !self.charge(super::weight(val)) {
            return super::unknown(val.span, CauseKind::Unsupported, "the module is too large to evaluate");
        }
        self.plain(&without_errors(val.clone()), 0)
    }

    fn plain(&self, val: &Val, depth: usize) -> Val {
        let span = val.span;
        if depth > DEEPEST_VALUE {
            return super::unknown(span, CauseKind::Unsupported, "it is nested too deeply");
        }
        let kind = match &val.kind {
            ValKind::Text(text) => match self.hole_of(val).and_then(|var| Some((self.type_known(&var.key)?, var))) {
                Some((of, var)) if !of.may_be_text() => ValKind::Unknown(var.cause),
                _ => ValKind::Text(text.clone()),
            },
            ValKind::List(items) => ValKind::List(items.iter().map(|item| self.plain(item, depth + 1)).collect()),
            ValKind::Map(fields) => ValKind::Map(
                fields
                    .iter()
                    .map(|field| Field { value: self.plain(&field.value, depth + 1), ..field.clone() })
                    .collect(),
            ),
            ValKind::Choice { subject, options } => ValKind::Choice {
                subject: subject.clone(),
                options: options
                    .iter()
                    .map(|(clause, val)| (clause.clone(), val.as_ref().map(|val| self.plain(val, depth + 1))))
                    .collect(),
            },
            other => other.clone(),
        };
        Val { kind, span }
    }
}

/// The expression that a name of a provider or a `providers` entry is written as: `aws`, `aws.logs`, `"aws.logs"`.
pub(super) fn reference_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Attr(of, name) => match &of.kind {
            ExprKind::Name(first) => Some(format!("{first}.{name}")),
            _ => None,
        },
        _ => expr.literal(),
    }
}

//! Expressions.

use super::choice::{is_error, lift};
use super::scope::{ITEM, Scope};
use super::types::Type;
use super::{World, error, null, unknown};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::hcl::{Expr, ExprKind};
use crate::truth::CauseKind;

impl<'t> World<'t> {
    /// Evaluates an expression.
    pub fn eval(&self, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        if !self.spend() {
            return unknown(span, CauseKind::Unsupported, "the module is too large to evaluate");
        }
        let depth = self.depth.get();
        if depth >= self.deepest {
            return unknown(span, CauseKind::Unsupported, "the expressions refer to each other too deeply");
        }
        self.depth.set(depth + 1);
        let val = self.eval_kind(expr, span, scope);
        self.depth.set(depth);
        val
    }

    fn eval_kind(&self, expr: &Expr, span: Span, scope: &Scope<'_, 't>) -> Val {
        let kind = match &expr.kind {
            ExprKind::Null => ValKind::Null,
            ExprKind::Bool(value) => ValKind::Bool(*value),
            ExprKind::Number(number) => ValKind::Number(number.clone()),
            ExprKind::Template(pieces) => return self.template(pieces, expr, scope),
            ExprKind::List(items) => {
                let items: Vec<Val> = items.iter().map(|item| self.eval(item, scope)).collect();
                match items.iter().find(|item| is_error(item)) {
                    Some(fault) => return fault.clone(),
                    None => ValKind::List(items),
                }
            }
            ExprKind::Object(entries) => return self.object(entries, span, scope),
            ExprKind::Name(_) | ExprKind::Attr(..) | ExprKind::Index(..) => return self.traverse(expr, scope),
            ExprKind::Splat(of, each) => return self.splat(expr, of, each, scope),
            ExprKind::Item => return scope.bound(ITEM).cloned().unwrap_or_else(|| error(span, "a '*' without a list")),
            ExprKind::Call(call) => return self.call(expr, call, scope),
            ExprKind::Unary(op, operand) => return self.unary(*op, operand, expr, scope),
            ExprKind::Binary(left, op, right) => return self.binary(left, *op, right, expr, scope),
            ExprKind::Conditional(parts) => return self.conditional(parts, expr, scope),
            ExprKind::For(parts) => return self.for_expression(parts, expr, scope),
        };
        Val { kind, span }
    }

    fn object(&self, entries: &[(Expr, Expr)], span: Span, scope: &Scope<'_, 't>) -> Val {
        let mut keys = Vec::with_capacity(entries.len());
        let mut values = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            keys.push(self.object_key(key, scope));
            values.push(self.eval(value, scope));
        }
        if let Some(fault) = keys.iter().chain(&values).find(|val| is_error(val)) {
            return fault.clone();
        }
        // Only a key that is a choice makes the whole mapping one.
        lift(keys, span, &mut |keys| {
            let mut fields: Vec<Field> = Vec::with_capacity(keys.len());
            let mut places = std::collections::HashMap::new();
            for (key, value) in keys.into_iter().zip(&values) {
                let Some(text) = key.text() else {
                    return match key.kind {
                        ValKind::Unknown(cause) => Val { kind: ValKind::Unknown(cause), span },
                        _ => error(span, "the key of a mapping is no string"),
                    };
                };
                let name: Box<str> = text.to_string().into();
                let field = Field { key: name.clone(), key_span: key.span, value: value.clone() };
                match places.get(&name) {
                    Some(&at) => fields[at] = field,
                    None => {
                        places.insert(name, fields.len());
                        fields.push(field);
                    }
                }
            }
            Val { kind: ValKind::Map(fields), span }
        })
    }

    /// The key of an object entry; a bare name is a string.
    fn object_key(&self, key: &Expr, scope: &Scope<'_, 't>) -> Val {
        match &key.kind {
            ExprKind::Name(name) => super::text_val(name, scope.at.unwrap_or(key.span)),
            _ => self.eval(key, scope),
        }
    }

    fn splat(&self, expr: &Expr, of: &Expr, each: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let source = self.eval(of, scope);
        lift(vec![source], span, &mut |mut vals| {
            let source = vals.pop().unwrap_or(null(span));
            let items = match source.kind {
                ValKind::Null => Vec::new(),
                ValKind::List(items) => items,
                ValKind::Unknown(cause) if cause.kind == CauseKind::Invalid => {
                    return Val { kind: ValKind::Unknown(cause), span };
                }
                ValKind::Unknown(cause) => return self.opaque(expr, scope, cause, any_list()),
                kind => {
                    let val = Val { kind, span: source.span };
                    if let Some(cause) = self.maybe_list(&val) {
                        return self.opaque(expr, scope, cause, any_list());
                    }
                    vec![val]
                }
            };
            let items: Vec<Val> =
                items.iter().enumerate().map(|(turn, item)| self.splat_item(item, turn, each, scope)).collect();
            match items.iter().find(|item| is_error(item)) {
                Some(fault) => fault.clone(),
                None => Val { kind: ValKind::List(items), span },
            }
        })
    }

    fn splat_item(&self, item: &Val, turn: usize, each: &Expr, scope: &Scope<'_, 't>) -> Val {
        let frame = super::scope::Frame { up: scope.frame, name: ITEM, value: item, turn };
        self.eval(each, &scope.with(&frame))
    }
}

pub(super) fn any_list() -> Type {
    Type::List(std::rc::Rc::new(Type::Any))
}

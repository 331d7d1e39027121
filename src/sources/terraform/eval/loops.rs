//! `for` expressions.

use super::choice::{is_error, lift};
use super::expr::any_list;
use super::scope::{Frame, Scope};
use super::types::Type;
use super::{World, error, null};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::hcl::{Expr, ExprKind, For};
use crate::truth::{Cause, CauseKind};

/// One turn of a loop: the key, the value, and where the key stands.
pub(super) type Turn = (Val, Val);

/// What a loop goes through.
pub(super) enum Turns {
    Known(Vec<Turn>),
    Unknown(Cause),
}

/// One item that a `for` makes.
struct Made {
    condition: Val,
    key: Option<Val>,
    value: Val,
}

impl<'t> World<'t> {
    /// The keys and values of a collection that is no choice. Mappings are gone through in the order of their keys.
    pub(super) fn turns(&self, collection: Val) -> Turns {
        let span = collection.span;
        match collection.kind {
            ValKind::List(items) => Turns::Known(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(i, item)| (Val { kind: ValKind::Number(i.to_string().into()), span }, item))
                    .collect(),
            ),
            ValKind::Map(mut fields) => {
                fields.sort_by(|a, b| a.key.cmp(&b.key));
                let turn = |field: Field| (super::text_val(&field.key, field.key_span), field.value);
                Turns::Known(fields.into_iter().map(turn).collect())
            }
            ValKind::Unknown(cause) => Turns::Unknown(cause),
            kind => {
                let val = Val { kind, span };
                match self.maybe_list(&val) {
                    Some(cause) => Turns::Unknown(cause),
                    None => {
                        let detail = format!("{} cannot be gone through", val.kind_word());
                        Turns::Unknown(Cause::new(CauseKind::Invalid, detail))
                    }
                }
            }
        }
    }

    pub(super) fn for_expression(&self, parts: &For, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let collection = self.eval(&parts.collection, scope);
        lift(vec![collection], span, &mut |mut vals| {
            let turns = match self.turns(vals.pop().unwrap_or(null(span))) {
                Turns::Known(turns) if gives_set(&parts.collection) => {
                    turns.into_iter().map(|(_, item)| (item.clone(), item)).collect()
                }
                Turns::Known(turns) => turns,
                Turns::Unknown(cause) if cause.kind == CauseKind::Invalid => {
                    return Val { kind: ValKind::Unknown(cause), span };
                }
                Turns::Unknown(cause) => {
                    let any = std::rc::Rc::new(Type::Any);
                    let of = if parts.key.is_some() { Type::Map(any) } else { any_list() };
                    return self.opaque(expr, scope, cause, of);
                }
            };
            let made: Vec<Made> =
                turns.iter().enumerate().map(|(turn, item)| self.made(parts, turn, item, span, scope)).collect();
            collect(parts, &made, span)
        })
    }

    fn made(&self, parts: &For, turn: usize, (key, value): &Turn, span: Span, scope: &Scope<'_, 't>) -> Made {
        let outer = Frame { up: scope.frame, name: parts.key_name.as_deref().unwrap_or(""), value: key, turn };
        let frame = Frame { up: Some(&outer), name: &parts.value_name, value, turn };
        let scope = scope.with(&frame);
        let condition = match &parts.condition {
            Some(condition) => self.condition(condition, &scope),
            None => Val { kind: ValKind::Bool(true), span },
        };
        if condition.kind == ValKind::Bool(false) {
            return Made { condition, key: None, value: null(span) };
        }
        Made {
            condition,
            key: parts.key.as_ref().map(|key| self.eval(key, &scope)),
            value: self.eval(&parts.value, &scope),
        }
    }
}

/// Whether an expression certainly gives a set: the key of an item of a set is the item itself.
fn gives_set(expr: &Expr) -> bool {
    const FUNCTIONS: [&str; 5] = ["toset", "setunion", "setsubtract", "setintersection", "fileset"];
    matches!(&expr.kind, ExprKind::Call(call) if FUNCTIONS.contains(&&*call.name))
}

/// The list or mapping of what was made: conditions and keys that are choices make the whole one.
fn collect(parts: &For, made: &[Made], span: Span) -> Val {
    let mut deciding: Vec<Val> = made.iter().map(|made| made.condition.clone()).collect();
    deciding.extend(made.iter().map(|made| made.key.clone().unwrap_or(null(span))));
    lift(deciding, span, &mut |vals| {
        let (conditions, keys) = vals.split_at(made.len());
        let mut items = Vec::new();
        let mut fields: Vec<Field> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for ((made, condition), key) in made.iter().zip(conditions).zip(keys) {
            match &condition.kind {
                ValKind::Bool(true) => {}
                ValKind::Bool(false) => continue,
                _ => return Val { span, ..condition.clone() },
            }
            if is_error(&made.value) {
                return Val { span, ..made.value.clone() };
            }
            if parts.key.is_none() {
                items.push(made.value.clone());
                continue;
            }
            let name: Box<str> = match (&key.kind, key.text()) {
                (_, Some(text)) => text.to_string().into(),
                (ValKind::Unknown(_), None) => return Val { span, ..key.clone() },
                _ => return error(span, "the key of a mapping is no string"),
            };
            let at = *places.entry(name.clone()).or_insert_with(|| {
                let value = Val { kind: ValKind::List(Vec::new()), span };
                fields.push(Field { key: name, key_span: key.span, value });
                fields.len() - 1
            });
            match (&mut fields[at].value.kind, parts.group) {
                (ValKind::List(values), true) => values.push(made.value.clone()),
                _ => fields[at].value = made.value.clone(),
            }
        }
        let kind = if parts.key.is_some() { ValKind::Map(fields) } else { ValKind::List(items) };
        Val { kind, span }
    })
}

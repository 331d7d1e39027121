//! Type constraints of variables, and the conversion of values to them.
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>

use std::rc::Rc;

use super::choice::lift;
use super::scope::Scope;
use super::{World, number};
use crate::model::arn::{Part, Text};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::hcl::{Expr, ExprKind};
use crate::truth::{Cause, CauseKind};

/// A type constraint.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Any,
    Bool,
    Number,
    String,
    List(Rc<Type>),
    Set(Rc<Type>),
    Map(Rc<Type>),
    Tuple(Vec<Rc<Type>>),
    Object(Vec<Member>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub name: Box<str>,
    pub of: Rc<Type>,
    pub optional: bool,
    /// The second argument of `optional`.
    pub default: Option<Val>,
}

impl Type {
    /// The type of an attribute; `None` when an object certainly has none of this name.
    pub fn member(&self, name: &str) -> Option<Rc<Self>> {
        match self {
            Self::Object(members) => members.iter().find(|m| &*m.name == name).map(|m| m.of.clone()),
            Self::Map(of) => Some(of.clone()),
            _ => Some(Rc::new(Self::Any)),
        }
    }

    /// The type of an item.
    pub fn item(&self) -> Rc<Self> {
        match self {
            Self::List(of) | Self::Set(of) | Self::Map(of) => of.clone(),
            _ => Rc::new(Self::Any),
        }
    }

    /// Whether an unknown value of this type may stand as a text with a hole.
    pub fn may_be_text(&self) -> bool {
        matches!(self, Self::Any | Self::String)
    }
}

/// The deepest type that is read.
const DEEPEST: usize = 60;

impl<'t> World<'t> {
    /// Reads a type constraint.
    pub fn type_of(&self, expr: &Expr, scope: &Scope<'_, 't>) -> Rc<Type> {
        Rc::new(self.read_type(expr, scope, 0))
    }

    fn read_type(&self, expr: &Expr, scope: &Scope<'_, 't>, depth: usize) -> Type {
        if depth > DEEPEST {
            return Type::Any;
        }
        let inner = |expr: &Expr| Rc::new(self.read_type(expr, scope, depth + 1));
        // Quoted names are how Terraform 0.11 wrote types.
        let quoted = expr.literal();
        let name = match &expr.kind {
            ExprKind::Name(name) => Some(&**name),
            _ => quoted.as_deref(),
        };
        if let Some(name) = name {
            let any = || Rc::new(Type::Any);
            return match name {
                "bool" => Type::Bool,
                "number" => Type::Number,
                "string" => Type::String,
                "list" => Type::List(any()),
                "map" => Type::Map(any()),
                "set" => Type::Set(any()),
                _ => Type::Any,
            };
        }
        let ExprKind::Call(call) = &expr.kind else { return Type::Any };
        match (&*call.name, call.args.as_slice()) {
            ("list", [of]) => Type::List(inner(of)),
            ("set", [of]) => Type::Set(inner(of)),
            ("map", [of]) => Type::Map(inner(of)),
            ("tuple", [Expr { kind: ExprKind::List(items), .. }]) => Type::Tuple(items.iter().map(inner).collect()),
            ("object", [Expr { kind: ExprKind::Object(entries), .. }]) => {
                Type::Object(entries.iter().filter_map(|(key, of)| self.member(key, of, scope, depth)).collect())
            }
            _ => Type::Any,
        }
    }

    fn member(&self, key: &Expr, of: &Expr, scope: &Scope<'_, 't>, depth: usize) -> Option<Member> {
        let name: Box<str> = match &key.kind {
            ExprKind::Name(name) => name.clone(),
            _ => key.literal()?.into(),
        };
        if let ExprKind::Call(call) = &of.kind
            && &*call.name == "optional"
            && let Some(inner) = call.args.first()
        {
            let of = Rc::new(self.read_type(inner, scope, depth + 1));
            let default = call.args.get(1).map(|default| self.eval(default, scope));
            return Some(Member { name, of, optional: true, default });
        }
        Some(Member { name, of: Rc::new(self.read_type(of, scope, depth + 1)), optional: false, default: None })
    }

    /// A value as a value of this type; an error where it certainly is none.
    pub fn convert(&self, val: Val, to: &Rc<Type>) -> Val {
        let span = val.span;
        if **to == Type::Any || !self.spend() {
            return val;
        }
        if matches!(val.kind, ValKind::Choice { .. }) {
            return lift(vec![val], span, &mut |mut vals| match vals.pop() {
                Some(val) => self.convert(val, to),
                None => Val { kind: ValKind::Null, span },
            });
        }
        let val = match self.hole_of(&val) {
            Some(hole) => {
                if !to.may_be_text() {
                    self.know_type(&hole.key, to);
                }
                return val;
            }
            None => val,
        };
        let kind = match (val.kind, &**to) {
            (kind @ (ValKind::Null | ValKind::Unknown(_)), _) => kind,
            (kind, Type::Bool | Type::Number | Type::String) => scalar(kind, to),
            (ValKind::List(items), Type::List(of)) => {
                ValKind::List(items.into_iter().map(|item| self.convert(item, of)).collect())
            }
            (ValKind::List(items), Type::Set(of)) => {
                ValKind::List(set(items.into_iter().map(|item| self.convert(item, of)).collect()))
            }
            (ValKind::List(items), Type::Tuple(types)) if items.len() == types.len() => {
                ValKind::List(items.into_iter().zip(types).map(|(item, of)| self.convert(item, of)).collect())
            }
            (ValKind::Map(fields), Type::Map(of)) => ValKind::Map(
                fields.into_iter().map(|field| Field { value: self.convert(field.value, of), ..field }).collect(),
            ),
            (ValKind::Map(fields), Type::Object(members)) => self.object_of(fields, members, span),
            (kind, to) => wrong_type(&kind, to),
        };
        Val { kind, span }
    }

    fn object_of(&self, fields: Vec<Field>, members: &[Member], span: Span) -> ValKind {
        let mut result = Vec::with_capacity(members.len());
        let mut given: std::collections::HashMap<Box<str>, Field> =
            fields.into_iter().map(|field| (field.key.clone(), field)).collect();
        for member in members {
            let field = given.remove(&member.name);
            let written = field.filter(|field| !(member.optional && field.value.kind == ValKind::Null));
            let (key_span, value) = match (written, &member.default) {
                (Some(field), _) => (field.key_span, field.value),
                (None, Some(default)) => (span, Val { span, ..default.clone() }),
                (None, None) if member.optional => (span, Val { kind: ValKind::Null, span }),
                (None, None) => {
                    let detail = format!("the attribute '{}' is required and not given", member.name);
                    return ValKind::Unknown(Cause::new(CauseKind::Invalid, detail));
                }
            };
            result.push(Field { key: member.name.clone(), key_span, value: self.convert(value, &member.of) });
        }
        ValKind::Map(result)
    }
}

fn scalar(kind: ValKind, to: &Type) -> ValKind {
    match (kind, to) {
        (kind @ ValKind::Bool(_), Type::Bool)
        | (kind @ ValKind::Number(_), Type::Number)
        | (kind @ (ValKind::Text(_) | ValKind::Embedded(..)), Type::String) => kind,
        (ValKind::Bool(value), Type::String) => ValKind::Text(Text::from(if value { "true" } else { "false" })),
        (ValKind::Number(number), Type::String) => {
            let plain = number::parse(&number).map_or_else(|| number.to_string(), |number| number.to_string());
            ValKind::Text(Text::from(plain.as_str()))
        }
        (ValKind::Text(text), to) => match (text.literal(), to, text.vars().next()) {
            (Some("true" | "1"), Type::Bool, _) => ValKind::Bool(true),
            (Some("false" | "0"), Type::Bool, _) => ValKind::Bool(false),
            (Some(literal), Type::Number, _) if number::parse(literal).is_some() => {
                ValKind::Number(literal.trim().into())
            }
            (None, _, Some(var)) => ValKind::Unknown(var.cause.clone()),
            _ => wrong_type(&ValKind::Text(text.clone()), to),
        },
        (kind, to) => wrong_type(&kind, to),
    }
}

fn wrong_type(kind: &ValKind, to: &Type) -> ValKind {
    let wanted = match to {
        Type::Any => "any value",
        Type::Bool => "a boolean",
        Type::Number => "a number",
        Type::String => "a string",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple of another length",
        Type::Object(_) => "an object",
    };
    let is = match kind {
        ValKind::List(_) => "a list",
        ValKind::Map(_) => "a mapping",
        ValKind::Bool(_) => "a boolean",
        ValKind::Number(_) => "a number",
        _ => "a string",
    };
    ValKind::Unknown(Cause::new(CauseKind::Invalid, format!("{wanted} is wanted where {is} is given")))
}

/// The items of a set: sorted and without repetition where they are known strings, else without equal ones.
pub(super) fn set(items: Vec<Val>) -> Vec<Val> {
    let literal = |val: &Val| match &val.kind {
        ValKind::Text(text) => text.literal().map(str::to_owned),
        _ => None,
    };
    if items.iter().all(|item| literal(item).is_some()) {
        let mut keyed: Vec<(Option<String>, Val)> = items.into_iter().map(|item| (literal(&item), item)).collect();
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        keyed.dedup_by(|(a, _), (b, _)| a == b);
        return keyed.into_iter().map(|(_, item)| item).collect();
    }
    let mut result: Vec<Val> = Vec::with_capacity(items.len());
    for item in items {
        // Beyond a few items, equal unknown ones do no harm.
        if result.len() > 200 || !result.iter().any(|known| super::choice::alike(known, &item)) {
            result.push(item);
        }
    }
    result
}

/// The hole that a text consists of.
pub(super) fn single_hole(text: &Text) -> Option<&crate::model::arn::Var> {
    match text.parts() {
        [Part::Var(var)] => Some(var),
        _ => None,
    }
}

//! Operators and conditionals.

use std::cell::OnceCell;
use std::cmp::Ordering;

use super::choice::{either, is_error, lift};
use super::scope::Scope;
use super::types::Type;
use super::{World, error, number};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::ExprKind;
use crate::syntax::hcl::{BinaryOp, Expr, UnaryOp};
use crate::truth::{Cause, CauseKind, Truth};

impl<'t> World<'t> {
    pub(super) fn unary(&self, op: UnaryOp, operand: &Expr, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        match op {
            UnaryOp::Not => {
                let condition = self.condition(operand, scope);
                lift(vec![condition], span, &mut |vals| match vals.first().map(|val| &val.kind) {
                    Some(ValKind::Bool(value)) => Val { kind: ValKind::Bool(!value), span },
                    _ => vals.into_iter().next().unwrap_or_else(|| error(span, "nothing to negate")),
                })
            }
            UnaryOp::Minus => lift(vec![self.eval(operand, scope)], span, &mut |vals| match self.numbers(&vals) {
                Ok(numbers) => number_val(numbers.first().map(|number| number.negated()), span),
                Err(cause) => Val { kind: ValKind::Unknown(cause), span },
            }),
        }
    }

    pub(super) fn binary(&self, left: &Expr, op: BinaryOp, right: &Expr, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        if let BinaryOp::And | BinaryOp::Or = op {
            return self.logical(left, op == BinaryOp::And, right, span, scope);
        }
        let operands = vec![self.eval(left, scope), self.eval(right, scope)];
        lift(operands, span, &mut |vals| {
            let [a, b] = vals.as_slice() else { return error(span, "an operator has two operands") };
            if let Some(fault) = [a, b].into_iter().find(|val| is_error(val)) {
                return Val { span, ..fault.clone() };
            }
            match op {
                BinaryOp::Equal => self.equality(a, b, true, expr, scope),
                BinaryOp::NotEqual => self.equality(a, b, false, expr, scope),
                BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                    self.order(op, a, b, expr, scope)
                }
                _ => self.arithmetic(op, &vals, span),
            }
        })
    }

    fn logical(&self, left: &Expr, and: bool, right: &Expr, span: Span, scope: &Scope<'_, 't>) -> Val {
        let a = self.condition(left, scope);
        // The other side may well fail where this one decides: `x != null && x.enabled`.
        let b = OnceCell::new();
        lift(vec![a], span, &mut |vals| {
            let Some(a) = vals.into_iter().next() else { return error(span, "an operand is missing") };
            match a.kind {
                ValKind::Bool(value) if value != and => Val { span, ..a },
                ValKind::Bool(_) => Val { span, ..b.get_or_init(|| self.condition(right, scope)).clone() },
                _ => a,
            }
        })
    }

    pub(super) fn conditional(&self, parts: &[Expr; 3], expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let [condition, yes, no] = parts;
        let condition = self.condition(condition, scope);
        let (then, otherwise) = (OnceCell::new(), OnceCell::new());
        // Both branches have one type: of a number or a boolean and a string that is string. What is not taken is asked for
        // its type only where it is written out, for it may not be computable.
        let as_text = |taken: Val, other: &Expr| match (&taken.kind, &other.kind) {
            (ValKind::Number(_) | ValKind::Bool(_), ExprKind::Template(_)) => match taken.text() {
                Some(text) => Val { kind: ValKind::Text(text), span: taken.span },
                None => taken,
            },
            _ => taken,
        };
        lift(vec![condition], span, &mut |vals| match vals.first().map(|val| &val.kind) {
            Some(ValKind::Bool(true)) => as_text(then.get_or_init(|| self.eval(yes, scope)).clone(), no),
            Some(ValKind::Bool(false)) => as_text(otherwise.get_or_init(|| self.eval(no, scope)).clone(), yes),
            _ => vals.into_iter().next().unwrap_or_else(|| error(span, "a condition is missing")),
        })
    }

    /// An expression as a condition: a boolean, a choice between booleans, or an error.
    pub(super) fn condition(&self, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let val = self.eval(expr, scope);
        lift(vec![val], span, &mut |mut vals| {
            let val = vals.pop().unwrap_or_else(|| super::null(span));
            match val.kind {
                ValKind::Bool(_) => val,
                ValKind::Text(text) => match text.literal() {
                    Some("true") => Val { kind: ValKind::Bool(true), span },
                    Some("false") => Val { kind: ValKind::Bool(false), span },
                    Some(_) => error(span, "a condition cannot be a string"),
                    None => match super::types::single_hole(&text) {
                        Some(var) => yes_or_no(var, span),
                        None => error(span, "a condition cannot be a string"),
                    },
                },
                ValKind::Unknown(cause) if cause.kind == CauseKind::Invalid => {
                    Val { kind: ValKind::Unknown(cause), span }
                }
                ValKind::Unknown(cause) => match self.hole_of(&self.opaque(expr, scope, cause, Type::Bool)) {
                    Some(var) => yes_or_no(&var, span),
                    None => error(span, "a condition is not known"),
                },
                _ => error(span, format!("a condition cannot be {}", val.kind_word())),
            }
        })
    }

    fn equality(&self, a: &Val, b: &Val, wanted: bool, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        match self.equal(a, b) {
            Truth::True => Val { kind: ValKind::Bool(wanted), span },
            Truth::False => Val { kind: ValKind::Bool(!wanted), span },
            Truth::Unknown(causes) => {
                let cause = causes.first().clone();
                // Comparisons with null and the empty string read better the other way round.
                let empty = |val: &Val| match &val.kind {
                    ValKind::Null => true,
                    ValKind::Text(text) => text.is_certainly_empty(),
                    _ => false,
                };
                let (op, positive) = if empty(a) || empty(b) { ("!=", false) } else { ("==", true) };
                let hole = match (identity(a), identity(b)) {
                    (Some(left), Some(right)) => {
                        let key = format!("({} {op} {})", left.0, right.0);
                        let shown = format!("{} {op} {}", left.1, right.1);
                        self.know_type(&key.as_str().into(), &std::rc::Rc::new(Type::Bool));
                        super::hole(key, &shown, cause, Shape::Any, span)
                    }
                    _ => return self.opaque(expr, scope, cause, Type::Bool),
                };
                if positive == wanted {
                    return hole;
                }
                let bool_val = |value| Val { kind: ValKind::Bool(value), span };
                match self.hole_of(&hole) {
                    Some(var) => either(&var, bool_val(false), bool_val(true), span),
                    None => hole,
                }
            }
        }
    }

    /// Whether both are equal: values of different types never are.
    /// <https://developer.hashicorp.com/terraform/language/expressions/operators>
    pub(super) fn equal(&self, a: &Val, b: &Val) -> Truth {
        if !self.spend() {
            return Truth::unknown(CauseKind::Unsupported, "the module is too large to evaluate");
        }
        for val in [a, b] {
            match &val.kind {
                ValKind::Unknown(cause) => return cause.clone().into(),
                ValKind::Choice { .. } => return Truth::unknown(CauseKind::Condition, "a part cannot be decided"),
                _ => {}
            }
        }
        let texts = |val: &Val| match &val.kind {
            ValKind::Text(text) | ValKind::Embedded(text, _) => Some(text.clone()),
            _ => None,
        };
        match (texts(a), texts(b)) {
            (Some(a), Some(b)) => return Text::same(&a, &b),
            (Some(text), None) => return self.text_is(&text, b),
            (None, Some(text)) => return self.text_is(&text, a),
            (None, None) => {}
        }
        match (&a.kind, &b.kind) {
            (ValKind::List(a), ValKind::List(b)) => {
                if a.len() != b.len() {
                    return Truth::False;
                }
                Truth::all(a.iter().zip(b).map(|(a, b)| self.equal(a, b)))
            }
            (ValKind::Map(x), ValKind::Map(_)) => {
                if x.len() != b.fields().len() {
                    return Truth::False;
                }
                let others: std::collections::HashMap<&str, &Val> =
                    b.fields().iter().map(|field| (&*field.key, &field.value)).collect();
                Truth::all(x.iter().map(|field| match others.get(&*field.key) {
                    Some(other) => self.equal(&field.value, other),
                    None => Truth::False,
                }))
            }
            (ValKind::Number(a), ValKind::Number(b)) => {
                let order = number::parse(a).zip(number::parse(b)).and_then(|(a, b)| a.compare(b));
                Truth::known(order.map_or(a == b, |order| order == Ordering::Equal))
            }
            (a, b) => Truth::known(a == b),
        }
    }

    /// Whether a text is equal to a value that is none.
    fn text_is(&self, text: &Text, other: &Val) -> Truth {
        let Some(var) = super::types::single_hole(text) else { return Truth::False };
        if self.objects.borrow().contains_key(&var.key) {
            return Truth::known(false);
        }
        match (&other.kind, var.shape) {
            (_, Shape::Account | Shape::OldAccount | Shape::Name | Shape::Generated) => Truth::False,
            // What a resource gets when it is made is not null.
            (ValKind::Null, _) if var.cause.kind == CauseKind::AfterApply && is_identity(&var.shown) => Truth::False,
            _ => var.cause.clone().into(),
        }
    }

    fn order(&self, op: BinaryOp, a: &Val, b: &Val, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let cause = match self.numbers(&[a.clone(), b.clone()]) {
            Ok(numbers) => {
                let order = match numbers.as_slice() {
                    [a, b] => a.compare(*b),
                    _ => None,
                };
                let Some(order) = order else { return error(span, "the numbers are too large to compare") };
                let holds = match op {
                    BinaryOp::Less => order.is_lt(),
                    BinaryOp::LessEqual => order.is_le(),
                    BinaryOp::Greater => order.is_gt(),
                    _ => order.is_ge(),
                };
                return Val { kind: ValKind::Bool(holds), span };
            }
            Err(cause) => cause,
        };
        if cause.kind == CauseKind::Invalid {
            return Val { kind: ValKind::Unknown(cause), span };
        }
        // `a < b` and `a >= b` ask one question, and so do `a > b` and `a <= b`.
        let (sign, positive) = match op {
            BinaryOp::Less => ("<", true),
            BinaryOp::GreaterEqual => ("<", false),
            BinaryOp::Greater => (">", true),
            _ => (">", false),
        };
        let (Some(left), Some(right)) = (identity(a), identity(b)) else {
            return self.opaque(expr, scope, cause, Type::Bool);
        };
        let key: std::sync::Arc<str> = format!("({} {sign} {})", left.0, right.0).into();
        self.know_type(&key, &std::rc::Rc::new(Type::Bool));
        let var = Var { key, shown: format!("{} {sign} {}", left.1, right.1).into(), cause, shape: Shape::Any };
        let bool_val = |value| Val { kind: ValKind::Bool(value), span };
        if positive {
            Val { kind: ValKind::Text(var.into()), span }
        } else {
            either(&var, bool_val(false), bool_val(true), span)
        }
    }

    fn arithmetic(&self, op: BinaryOp, vals: &[Val], span: Span) -> Val {
        let numbers = match self.numbers(vals) {
            Ok(numbers) => numbers,
            Err(cause) => return Val { kind: ValKind::Unknown(cause), span },
        };
        let [a, b] = numbers.as_slice() else { return error(span, "an operator has two operands") };
        number_val(
            match op {
                BinaryOp::Plus => a.plus(*b),
                BinaryOp::Minus => a.plus(b.negated()),
                BinaryOp::Times => a.times(*b),
                BinaryOp::Divide => a.over(*b),
                _ => a.modulo(*b),
            },
            span,
        )
    }

    /// The operands as numbers, or why they are none.
    fn numbers(&self, vals: &[Val]) -> Result<Vec<number::Decimal>, Cause> {
        let one = |val: &Val| match &val.kind {
            ValKind::Number(text) => number::parse(text)
                .ok_or_else(|| Cause::new(CauseKind::Unsupported, "a number has too many digits to calculate with")),
            ValKind::Unknown(cause) => Err(cause.clone()),
            ValKind::Text(text) => match (text.literal(), text.vars().next()) {
                (Some(literal), _) => number::parse(literal).ok_or_else(|| {
                    Cause::new(CauseKind::Invalid, "a string that is no number cannot be calculated with")
                }),
                (None, Some(var)) => Err(var.cause.clone()),
                (None, None) => Err(Cause::new(CauseKind::Invalid, "a string cannot be calculated with")),
            },
            _ => Err(Cause::new(CauseKind::Invalid, format!("{} cannot be calculated with", val.kind_word()))),
        };
        vals.iter().map(one).collect()
    }
}

fn number_val(number: Option<number::Decimal>, span: Span) -> Val {
    match number {
        Some(number) => Val { kind: ValKind::Number(number.to_string().into()), span },
        None => super::unknown(span, CauseKind::Unsupported, "a number has too many digits, or is divided by zero"),
    }
}

fn yes_or_no(var: &Var, span: Span) -> Val {
    let bool_val = |value| Val { kind: ValKind::Bool(value), span };
    either(var, bool_val(true), bool_val(false), span)
}

/// Whether `shown` names an attribute that every resource has once it exists.
fn is_identity(shown: &str) -> bool {
    matches!(shown.rsplit('.').next(), Some("id" | "arn" | "name" | "bucket"))
}

/// What makes a scalar the same in two comparisons, and how it reads; `None` when it is no scalar or has no identity.
fn identity(val: &Val) -> Option<(String, String)> {
    match &val.kind {
        ValKind::Null => Some(("null".to_owned(), "null".to_owned())),
        ValKind::Bool(value) => Some((value.to_string(), value.to_string())),
        ValKind::Number(number) => Some((number.to_string(), number.to_string())),
        ValKind::Text(text) => {
            let shown = match text.parts() {
                [Part::Var(var)] => var.shown.to_string(),
                _ => format!("\"{text}\""),
            };
            Some((key_of(text), shown))
        }
        _ => None,
    }
}

/// What makes a text the same in two keys: its characters, and the keys of its holes.
pub(super) fn key_of(text: &Text) -> String {
    let mut key = String::from("\"");
    for part in text.parts() {
        match part {
            Part::Lit(literal) => key.push_str(&literal.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$")),
            Part::Var(var) => {
                key.push_str("${");
                key.push_str(&var.key);
                key.push('}');
            }
        }
    }
    key.push('"');
    key
}

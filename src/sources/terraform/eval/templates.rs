//! Strings with interpolations and directives.

use super::choice::lift;
use super::loops::Turns;
use super::scope::{Frame, Scope};
use super::types::Type;
use super::{World, error, null, number};
use crate::model::arn::Text;
use crate::source_map::Span;
use crate::sources::embed;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::{Expr, Piece};
use crate::truth::{Cause, CauseKind};

/// Texts longer than this are not put together.
const LONGEST: usize = 8_000_000;

impl<'t> World<'t> {
    /// A quoted string or heredoc. A single interpolation is its value, of whatever type.
    pub(super) fn template(&self, pieces: &[Piece], expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        match pieces {
            [] => super::text_val("", span),
            [Piece::Literal(text, _)] => embed::assembled(Text::from(&**text), span),
            [Piece::Interpolation(inner)] => {
                let val = self.eval(inner, scope);
                Val { span, ..val }
            }
            _ => self.text_of(pieces, span, scope),
        }
    }

    /// The text that pieces make; one that is a JSON document comes with its tree.
    pub(super) fn text_of(&self, pieces: &[Piece], span: Span, scope: &Scope<'_, 't>) -> Val {
        let mut vals = Vec::new();
        self.pieces(pieces, span, scope, &mut vals);
        lift(vals, span, &mut |vals| {
            let joined = self.joined(vals, span);
            match joined.kind {
                ValKind::Text(text) => embed::assembled(text, span),
                _ => joined,
            }
        })
    }

    fn pieces(&self, pieces: &[Piece], span: Span, scope: &Scope<'_, 't>, vals: &mut Vec<Val>) {
        for piece in pieces {
            match piece {
                Piece::Literal(text, _) => vals.push(super::text_val(text, span)),
                Piece::Interpolation(inner) => vals.push(self.interpolated(inner, scope)),
                Piece::If(condition, yes, no) => {
                    let condition = self.condition(condition, scope);
                    vals.push(lift(vec![condition], span, &mut |vals| match vals.first().map(|val| &val.kind) {
                        Some(ValKind::Bool(holds)) => {
                            let mut inner = Vec::new();
                            self.pieces(if *holds { yes } else { no }, span, scope, &mut inner);
                            lift(inner, span, &mut |vals| self.joined(vals, span))
                        }
                        _ => vals.into_iter().next().unwrap_or(null(span)),
                    }));
                }
                Piece::For(parts) => {
                    let collection = self.eval(&parts.collection, scope);
                    vals.push(lift(vec![collection], span, &mut |mut vals| {
                        let turns = match self.turns(vals.pop().unwrap_or(null(span))) {
                            Turns::Known(turns) => turns,
                            Turns::Unknown(cause) if cause.kind == CauseKind::Invalid => {
                                return Val { kind: ValKind::Unknown(cause), span };
                            }
                            Turns::Unknown(cause) => {
                                return self.opaque(&parts.collection, scope, cause, Type::String);
                            }
                        };
                        let mut inner = Vec::new();
                        for (turn, (key, value)) in turns.iter().enumerate() {
                            let name = parts.key_name.as_deref().unwrap_or("");
                            let outer = Frame { up: scope.frame, name, value: key, turn };
                            let frame = Frame { up: Some(&outer), name: &parts.value_name, value, turn };
                            self.pieces(&parts.body, span, &scope.with(&frame), &mut inner);
                        }
                        lift(inner, span, &mut |vals| self.joined(vals, span))
                    }));
                }
            }
        }
    }

    /// The value of an interpolation; one that is not known is a hole with an identity.
    fn interpolated(&self, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let val = self.eval(expr, scope);
        lift(vec![val], scope.at.unwrap_or(expr.span), &mut |mut vals| match vals.pop() {
            Some(Val { kind: ValKind::Unknown(cause), .. }) if cause.kind != CauseKind::Invalid => {
                self.opaque(expr, scope, cause, Type::String)
            }
            Some(val) => val,
            None => null(expr.span),
        })
    }

    /// Values one after the other, as one text.
    fn joined(&self, vals: Vec<Val>, span: Span) -> Val {
        let mut text = Text::default();
        let mut literal = String::new();
        let mut length = 0;
        for val in vals {
            let part = match val.kind {
                ValKind::Text(text) | ValKind::Embedded(text, _) => text,
                ValKind::Bool(value) => Text::from(if value { "true" } else { "false" }),
                ValKind::Number(number) => {
                    let plain = number::parse(&number).map_or_else(|| number.to_string(), |number| number.to_string());
                    Text::from(plain.as_str())
                }
                ValKind::Unknown(cause) => return Val { kind: ValKind::Unknown(cause), span },
                _ => return error(span, format!("{} cannot be part of a string", val.kind_word())),
            };
            length += super::text_weight(&part);
            if length * 32 > LONGEST || !self.charge(super::text_weight(&part)) {
                let cause = Cause::new(CauseKind::Unsupported, "the text is too long to put together");
                return Val { kind: ValKind::Unknown(cause), span };
            }
            match part.literal() {
                Some(more) => literal.push_str(more),
                None => {
                    text.push_str(&literal);
                    literal.clear();
                    text.push(&part);
                }
            }
        }
        text.push_str(&literal);
        Val { kind: ValKind::Text(text), span }
    }
}

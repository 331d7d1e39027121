//! The tree of `hcl-edit` to ours.

use super::expression::{Built, Line};
use super::reader::Reader;
use crate::source_map::Span;
use crate::syntax::hcl::{BinaryOp, Call, Expr, ExprKind, For, UnaryOp};
use crate::syntax::{MAX_DEPTH, SyntaxError, too_deep};
use hcl_edit::Span as _;
use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, FuncCall, Traversal, TraversalOperator, UnaryOperator};

/// The expression that `hcl-edit` read from `line`.
pub(super) fn convert(reader: &Reader<'_>, line: Line, tree: Expression) -> Result<Built, SyntaxError> {
    Converter { reader, line }.expr(tree)
}

impl Reader<'_> {
    /// An expression whose parts have at most `height` levels.
    pub(super) fn build(&self, kind: ExprKind, start: usize, end: usize, height: usize) -> Result<Built, SyntaxError> {
        built(kind, self.span(start, end), height)
    }
}

fn built(kind: ExprKind, span: Span, height: usize) -> Result<Built, SyntaxError> {
    if height >= MAX_DEPTH {
        return Err(too_deep(span));
    }
    Ok(Built { expr: Expr { kind, span }, height: height + 1 })
}

struct Converter<'r, 't> {
    reader: &'r Reader<'t>,
    line: Line,
}

impl Converter<'_, '_> {
    fn span(&self, range: Option<std::ops::Range<usize>>) -> Span {
        let range = range.unwrap_or_default();
        let (start, end) = self.line.range(range.start, range.end);
        self.reader.span(start, end)
    }

    fn expr(&mut self, tree: Expression) -> Result<Built, SyntaxError> {
        let range = tree.span();
        let span = self.span(range.clone());
        match tree {
            Expression::Null(_) => built(ExprKind::Null, span, 0),
            Expression::Bool(value) => built(ExprKind::Bool(*value.value()), span, 0),
            Expression::Number(_) => {
                let range = range.unwrap_or_default();
                let digits = self.line.slice(range.start, range.end).replace([' ', '\t'], "");
                built(ExprKind::Number(digits.into()), span, 0)
            }
            // Every string is a placeholder.
            Expression::String(_) => match self.line.take(range.unwrap_or_default().start) {
                Some(built) => Ok(built),
                None => Err(unreadable(span)),
            },
            Expression::Array(array) => {
                let (items, height) = self.all(array)?;
                built(ExprKind::List(items), span, height)
            }
            Expression::Parenthesis(inner) => self.expr(inner.into_inner()),
            Expression::Variable(name) => built(ExprKind::Name(name.value().as_str().into()), span, 0),
            Expression::Conditional(parts) => {
                let condition = self.expr(parts.cond_expr)?;
                let yes = self.expr(parts.true_expr)?;
                let no = self.expr(parts.false_expr)?;
                let height = condition.height.max(yes.height).max(no.height);
                built(ExprKind::Conditional(Box::new([condition.expr, yes.expr, no.expr])), span, height)
            }
            Expression::FuncCall(call) => self.call(*call, span),
            Expression::Traversal(traversal) => self.traversal(*traversal, span),
            Expression::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    UnaryOperator::Neg => UnaryOp::Minus,
                    UnaryOperator::Not => UnaryOp::Not,
                };
                let operand = self.expr(operation.expr)?;
                built(ExprKind::Unary(operator, Box::new(operand.expr)), span, operand.height)
            }
            Expression::BinaryOp(operation) => {
                let left = self.expr(operation.lhs_expr)?;
                let right = self.expr(operation.rhs_expr)?;
                let operator = binary(*operation.operator.value());
                let kind = ExprKind::Binary(Box::new(left.expr), operator, Box::new(right.expr));
                built(kind, span, left.height.max(right.height))
            }
            Expression::ForExpr(parts) => self.repeat(*parts, span),
            // These are read by the reader and never by hcl-edit.
            Expression::Object(_) | Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => {
                Err(unreadable(span))
            }
        }
    }

    fn all(&mut self, trees: impl IntoIterator<Item = Expression>) -> Result<(Vec<Expr>, usize), SyntaxError> {
        let mut height = 0;
        let mut exprs = Vec::new();
        for tree in trees {
            let built = self.expr(tree)?;
            height = height.max(built.height);
            exprs.push(built.expr);
        }
        Ok((exprs, height))
    }

    fn call(&mut self, call: FuncCall, span: Span) -> Result<Built, SyntaxError> {
        let namespace = call.name.namespace.iter().map(|part| format!("{}::", part.value().as_str()));
        let name = namespace.chain([call.name.name.value().as_str().to_owned()]).collect::<String>();
        let expand = call.args.expand_final();
        let (args, height) = self.all(call.args)?;
        built(ExprKind::Call(Box::new(Call { name: name.into(), args, expand })), span, height)
    }

    fn repeat(&mut self, parts: ForExpr, span: Span) -> Result<Built, SyntaxError> {
        let collection = self.expr(parts.intro.collection_expr)?;
        let key = parts.key_expr.map(|key| self.expr(key)).transpose()?;
        let value = self.expr(parts.value_expr)?;
        let condition = parts.cond.map(|condition| self.expr(condition.expr)).transpose()?;
        let heights = [&key, &condition].map(|part| part.as_ref().map_or(0, |part| part.height));
        let height = heights.into_iter().fold(collection.height.max(value.height), usize::max);
        let kind = ExprKind::For(Box::new(For {
            key_name: parts.intro.key_var.map(|name| name.value().as_str().into()),
            value_name: parts.intro.value_var.value().as_str().into(),
            collection: collection.expr,
            key: key.map(|key| key.expr),
            value: value.expr,
            group: parts.grouping,
            condition: condition.map(|condition| condition.expr),
        }));
        built(kind, span, height)
    }

    /// `span` is that of the whole: every step's begins where it begins.
    fn traversal(&mut self, traversal: Traversal, span: Span) -> Result<Built, SyntaxError> {
        let base = self.expr(traversal.expr)?;
        let mut steps = Vec::new();
        for operator in traversal.operators {
            let end = self.span(operator.span());
            steps.push((operator.into_value(), Span { start: span.start, ..end }));
        }
        self.steps(base, &mut steps.into_iter().peekable(), false)
    }

    /// Applies steps; after `.*` only the attributes.
    fn steps(&mut self, base: Built, steps: &mut Steps, attributes_only: bool) -> Result<Built, SyntaxError> {
        let mut of = base;
        while let Some((operator, span)) =
            steps.next_if(|(operator, _)| !attributes_only || matches!(operator, TraversalOperator::GetAttr(_)))
        {
            let height = of.height;
            let inner = Box::new(of.expr);
            of = match operator {
                TraversalOperator::GetAttr(name) => {
                    built(ExprKind::Attr(inner, name.value().as_str().into()), span, height)?
                }
                TraversalOperator::Index(key) => {
                    let key = self.expr(key)?;
                    built(ExprKind::Index(inner, Box::new(key.expr)), span, height.max(key.height))?
                }
                TraversalOperator::LegacyIndex(index) => {
                    let key = Expr {
                        kind: ExprKind::Number(index.value().to_string().into()),
                        span: self.span(index.span()),
                    };
                    built(ExprKind::Index(inner, Box::new(key)), span, height)?
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let attributes_only = matches!(operator, TraversalOperator::AttrSplat(_));
                    let item = built(ExprKind::Item, span, height)?;
                    let each = self.steps(item, steps, attributes_only)?;
                    let span = Span { end: each.expr.span.end, ..span };
                    built(ExprKind::Splat(inner, Box::new(each.expr)), span, each.height)?
                }
            };
        }
        Ok(of)
    }
}

type Steps = std::iter::Peekable<std::vec::IntoIter<(TraversalOperator, Span)>>;

/// The error for what cannot stand here.
fn unreadable(span: Span) -> SyntaxError {
    SyntaxError { message: "unexpected text in an expression".into(), span }
}

fn binary(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Eq => BinaryOp::Equal,
        BinaryOperator::NotEq => BinaryOp::NotEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::LessEq => BinaryOp::LessEqual,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::GreaterEq => BinaryOp::GreaterEqual,
        BinaryOperator::Plus => BinaryOp::Plus,
        BinaryOperator::Minus => BinaryOp::Minus,
        BinaryOperator::Mul => BinaryOp::Times,
        BinaryOperator::Div => BinaryOp::Divide,
        BinaryOperator::Mod => BinaryOp::Modulo,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}

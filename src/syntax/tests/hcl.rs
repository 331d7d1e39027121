//! HCL in both syntaxes.

use super::{FILE, at};
use crate::syntax::hcl::native::{Parsed, parse};
use crate::syntax::hcl::{Block, Body, Expr, ExprKind, Piece};

mod broken;
mod expressions;
mod json;
mod laws;
mod templates;

/// The body of a text without faults.
#[track_caller]
fn body(text: &str) -> Body {
    let Parsed { body, errors } = parse(text, FILE);
    assert!(errors.is_empty(), "{errors:?} in {text:?}");
    check_body(text, &body);
    body
}

/// The expression of the attribute `x`, whose text is given.
#[track_caller]
fn value(expression: &str) -> Expr {
    let text = format!("x = {expression}\n");
    let mut body = body(&text);
    assert_eq!(body.attributes.len(), 1, "{text:?}");
    body.attributes.remove(0).value
}

/// The expression without its places, fully bracketed.
#[track_caller]
fn read(expression: &str) -> String {
    shape(&value(expression))
}

fn list(exprs: &[Expr]) -> String {
    exprs.iter().map(shape).collect::<Vec<_>>().join(", ")
}

/// An expression without its places, fully bracketed.
fn shape(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(digits) => digits.to_string(),
        ExprKind::Template(pieces) => format!("`{}`", template(pieces)),
        ExprKind::List(items) => format!("[{}]", list(items)),
        ExprKind::Object(entries) => {
            let entry = |(key, value): &(Expr, Expr)| format!("{} = {}", shape(key), shape(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Attr(of, name) => format!("{}.{name}", shape(of)),
        ExprKind::Index(of, key) => format!("{}[{}]", shape(of), shape(key)),
        ExprKind::Splat(of, each) => format!("each({}: {})", shape(of), shape(each)),
        ExprKind::Item => "item".into(),
        ExprKind::Call(call) => format!("{}({}{})", call.name, list(&call.args), if call.expand { "..." } else { "" }),
        ExprKind::Unary(operator, of) => format!("({operator:?} {})", shape(of)),
        ExprKind::Binary(left, operator, right) => format!("({} {operator:?} {})", shape(left), shape(right)),
        ExprKind::Conditional(parts) => {
            let [condition, yes, no] = &**parts;
            format!("({} ? {} : {})", shape(condition), shape(yes), shape(no))
        }
        ExprKind::For(parts) => {
            let key = parts.key_name.as_ref().map_or(String::new(), |name| format!("{name}, "));
            let result = parts.key.as_ref().map_or(String::new(), |key| format!("{} => ", shape(key)));
            let condition = parts.condition.as_ref().map_or(String::new(), |part| format!(" if {}", shape(part)));
            let group = if parts.group { "..." } else { "" };
            let value = shape(&parts.value);
            format!("for {key}{} in {}: {result}{value}{group}{condition}", parts.value_name, shape(&parts.collection))
        }
    }
}

/// Pieces without their places; literals beside each other are one.
fn template(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text, _) => text.to_string(),
        Piece::Interpolation(expr) => format!("${{{}}}", shape(expr)),
        Piece::If(condition, yes, no) => {
            format!("%{{if {}}}{}%{{else}}{}%{{endif}}", shape(condition), template(yes), template(no))
        }
        Piece::For(parts) => {
            let key = parts.key_name.as_ref().map_or(String::new(), |name| format!("{name}, "));
            let collection = shape(&parts.collection);
            format!("%{{for {key}{} in {collection}}}{}%{{endfor}}", parts.value_name, template(&parts.body))
        }
    };
    pieces.iter().map(piece).collect()
}

fn blocks(body: &Body) -> String {
    let attribute = body.attributes.iter().map(|attribute| format!("{} = {}", attribute.name, shape(&attribute.value)));
    attribute.chain(body.blocks.iter().map(one)).collect::<Vec<_>>().join("; ")
}

fn one(block: &Block) -> String {
    let labels: String = block.labels.iter().map(|label| format!(" {label:?}")).collect();
    format!("{}{labels} {{ {} }}", block.kind, blocks(&block.body))
}

/// Checks that all spans lie in the text, that parts lie in their whole and that literals are what they stand for.
#[track_caller]
fn check_body(text: &str, body: &Body) {
    assert!(text.get(body.span.range()).is_some(), "{body:?} in {text:?}");
    for attribute in &body.attributes {
        assert_eq!(at(text, attribute.name_span), &*attribute.name);
        assert!(text.get(attribute.span().range()).is_some());
        check_expr(text, &attribute.value);
    }
    for block in &body.blocks {
        assert!(at(text, block.header).starts_with(&*block.kind), "{block:?} in {text:?}");
        let header = block.header.end as usize;
        assert!(text[header..block.body.span.start as usize].ends_with('{'), "{block:?} in {text:?}");
        assert!(text[block.body.span.end as usize..].starts_with('}'), "{block:?} in {text:?}");
        check_body(text, &block.body);
    }
}

#[track_caller]
fn check_expr(text: &str, expr: &Expr) {
    let own = text.get(expr.span.range()).unwrap_or_else(|| panic!("{expr:?} in {text:?}"));
    let inside = |part: &Expr| {
        assert!(part.span.start >= expr.span.start && part.span.end <= expr.span.end, "{part:?} of {expr:?}");
        check_expr(text, part);
    };
    match &expr.kind {
        ExprKind::Null => assert_eq!(own, "null"),
        ExprKind::Bool(value) => assert_eq!(own, value.to_string()),
        ExprKind::Number(digits) => assert_eq!(own.split_whitespace().collect::<String>(), **digits),
        ExprKind::Template(pieces) => {
            assert!(own.starts_with(['"', '<']) || Some(own.to_owned()) == expr.literal(), "{own:?}");
            check_pieces(text, pieces);
        }
        ExprKind::List(items) => {
            assert!(own.starts_with('[') && own.ends_with(']'), "{own:?}");
            items.iter().for_each(inside);
        }
        ExprKind::Object(entries) => {
            assert!(own.starts_with('{') && own.ends_with('}'), "{own:?}");
            entries.iter().for_each(|(key, value)| [key, value].into_iter().for_each(inside));
        }
        ExprKind::Name(name) => assert_eq!(own, &**name),
        ExprKind::Attr(of, name) => {
            assert!(own.ends_with(&**name), "{own:?}");
            inside(of);
        }
        ExprKind::Index(of, key) => [of, key].into_iter().for_each(|part| inside(part)),
        ExprKind::Splat(of, each) => [of, each].into_iter().for_each(|part| inside(part)),
        ExprKind::Item => assert!(own.ends_with('*') || own.ends_with(']'), "{own:?}"),
        ExprKind::Call(call) => {
            assert!(own.ends_with(')'), "{own:?}");
            call.args.iter().for_each(inside);
        }
        ExprKind::Unary(_, of) => inside(of),
        ExprKind::Binary(left, _, right) => [left, right].into_iter().for_each(|part| inside(part)),
        ExprKind::Conditional(parts) => parts.iter().for_each(inside),
        ExprKind::For(parts) => {
            assert!(own.starts_with(['[', '{']) && own.ends_with([']', '}']), "{own:?}");
            [&parts.collection, &parts.value].into_iter().chain(&parts.key).chain(&parts.condition).for_each(inside);
        }
    }
}

#[track_caller]
fn check_pieces(text: &str, pieces: &[Piece]) {
    for piece in pieces {
        match piece {
            Piece::Literal(value, span) => {
                let own = at(text, *span);
                assert!(own == &**value || own.starts_with('\\') && value.chars().count() == 1, "{own:?} {value:?}");
            }
            Piece::Interpolation(expr) => check_expr(text, expr),
            Piece::If(condition, yes, no) => {
                check_expr(text, condition);
                check_pieces(text, yes);
                check_pieces(text, no);
            }
            Piece::For(parts) => {
                check_expr(text, &parts.collection);
                check_pieces(text, &parts.body);
            }
        }
    }
}

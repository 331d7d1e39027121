//! JSON documents inside strings of a template, with its substitutions and dynamic references.

use super::dynamic;
use super::eval::Scope;
use super::functions::text_of;
use super::sub::{self, Piece};
use crate::model::arn::Text;
use crate::source_map::Span;
use crate::sources::embed::{self, Places, convert, looks_like_json};
use crate::sources::value::{Val, ValKind};
use crate::syntax::{self, Node};

/// The document that a literal string holds, with places inside the string.
pub(super) fn literal<'t>(scope: &Scope<'_, 't>, node: &'t Node) -> Option<Val> {
    let text = node.as_str().filter(|text| looks_like_json(text))?;
    let document = syntax::json::parse_last_wins(text, node.span.file).ok()?;
    let places = Places::new(scope.world.map.file(node.span.file).text(), node);
    Some(convert(&document, &places, &mut |string, span| Val {
        kind: ValKind::Text(dynamic::resolve(scope, Text::from(string))),
        span,
    }))
}

/// The document that a `Fn::Sub` string holds: its strings are substituted one by one, so places stay exact.
pub(super) fn substituted<'t>(
    scope: &Scope<'_, 't>,
    template: &'t Node,
    lookup: &dyn Fn(&str) -> Option<Val>,
) -> Option<Val> {
    let text = template.as_str().filter(|text| looks_like_json(text))?;
    let document = syntax::json::parse_last_wins(text, template.span.file).ok()?;
    let places = Places::new(scope.world.map.file(template.span.file).text(), template);
    Some(convert(&document, &places, &mut |string, span| {
        let texts: Vec<Text> = sub::pieces(string)
            .map(|piece| match piece {
                Piece::Text(text) => Text::from(text),
                Piece::Name(name) => text_of(scope, lookup(name), name),
            })
            .collect();
        Val { kind: ValKind::Text(dynamic::resolve(scope, Text::concat(&texts))), span }
    }))
}

/// A text put together from pieces; if it is a JSON document, with the document's tree (all at one place).
pub(super) fn assembled(scope: &Scope<'_, '_>, text: Text, span: Span) -> Val {
    embed::assembled(dynamic::resolve(scope, text), span)
}

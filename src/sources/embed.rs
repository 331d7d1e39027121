//! JSON documents inside strings: policies are often written so.

use crate::model::arn::{Part, Text, Var};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{self, Kind, Node};

/// Characters that stand for holes while a text is read as JSON.
const HOLE: u32 = 0xF_0000;
const MOST_HOLES: usize = 0xFFF0;

/// Whether a text has the shape of a JSON mapping.
pub fn looks_like_json(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('{') && text.ends_with('}')
}

/// The document that the literal string `node` holds, with places inside the string. `text` is the text of its file.
pub fn literal(text: &str, node: &Node) -> Option<Val> {
    let string = node.as_str().filter(|string| looks_like_json(string))?;
    let document = syntax::json::parse_last_wins(string, node.span.file).ok()?;
    let places = Places::new(text, node);
    Some(convert(&document, &places, &mut |string, span| Val { kind: ValKind::Text(Text::from(string)), span }))
}

/// A text put together from pieces; if it is a JSON document, with the document's tree (all at one place).
pub fn assembled(text: Text, span: Span) -> Val {
    let kind = match document(&text, span) {
        Some(document) => ValKind::Embedded(text, Box::new(document)),
        None => ValKind::Text(text),
    };
    Val { kind, span }
}

/// The document that a text holds, all of it at one place; holes may stand inside its strings.
pub fn document(text: &Text, span: Span) -> Option<Val> {
    let opens = matches!(text.parts().first(), Some(Part::Lit(first)) if first.trim_start().starts_with('{'));
    if !opens {
        return None;
    }
    let mut flat = String::new();
    let mut holes: Vec<&Var> = Vec::new();
    for part in text.parts() {
        match part {
            Part::Lit(literal) => flat.push_str(literal),
            Part::Var(var) => {
                flat.push(char::from_u32(HOLE + holes.len() as u32)?);
                holes.push(var);
                if holes.len() > MOST_HOLES {
                    return None;
                }
            }
        }
    }
    let holes: Vec<Var> = holes.into_iter().cloned().collect();
    let tree = syntax::json::parse_last_wins(&flat, span.file).ok()?;
    Some(convert(&tree, &Places::One(span), &mut |string, span| with_holes(string, &holes, span)))
}

/// The character that stands for the hole of this number while a text is read; `None` beyond the most there can be.
pub fn hole(number: usize) -> Option<char> {
    (number < MOST_HOLES).then(|| char::from_u32(HOLE + number as u32)).flatten()
}

/// A string in which characters stand for holes.
pub fn with_holes(string: &str, holes: &[Var], span: Span) -> Val {
    let mut result = Text::default();
    let mut rest = string;
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| u32::from(*c) >= HOLE) {
        result.push_str(&rest[..at]);
        if let Some(var) = holes.get((u32::from(c) - HOLE) as usize) {
            result.push(&var.clone().into());
        }
        rest = &rest[at + c.len_utf8()..];
    }
    result.push_str(rest);
    Val { kind: ValKind::Text(result), span }
}

/// Where the bytes of a string stand in the file.
pub enum Places {
    /// All at one place.
    One(Span),
    /// Where the tree says: it was read from the file itself.
    Own,
    /// Byte by byte.
    Each(Span, Vec<u32>),
}

impl Places {
    /// The places of the string `node` of a file whose text is `text`.
    pub fn new(text: &str, node: &Node) -> Self {
        match syntax::inner::offsets(text, node) {
            Some(offsets) => Self::Each(node.span, offsets),
            None => Self::One(node.span),
        }
    }

    /// The place of one byte of the string, where each has its own.
    pub fn byte(&self, at: usize) -> Option<usize> {
        match self {
            Self::Each(_, offsets) => offsets.get(at).map(|at| *at as usize),
            Self::One(_) | Self::Own => None,
        }
    }

    fn of(&self, inner: Span) -> Span {
        match self {
            Self::One(span) => *span,
            Self::Own => inner,
            Self::Each(whole, offsets) => {
                let (start, end) = (inner.start as usize, inner.end as usize);
                match (offsets.get(start), offsets.get(end.saturating_sub(1))) {
                    (Some(&start), Some(&last)) => Span { file: whole.file, start, end: last + 1 },
                    _ => *whole,
                }
            }
        }
    }
}

/// The value tree of a document inside a string; `string` makes the values of its strings and keys.
pub fn convert(node: &Node, places: &Places, string: &mut dyn FnMut(&str, Span) -> Val) -> Val {
    let span = places.of(node.span);
    let kind = match &node.kind {
        Kind::Null => ValKind::Null,
        Kind::Bool(value) => ValKind::Bool(*value),
        Kind::Number(number) => ValKind::Number(number.clone()),
        Kind::String(text) => return string(text, span),
        Kind::Seq(items) => ValKind::List(items.iter().map(|item| convert(item, places, string)).collect()),
        Kind::Map(entries) => ValKind::Map(
            entries
                .iter()
                .map(|entry| Field {
                    key: match string(&entry.key, places.of(entry.key_span)).text() {
                        Some(text) => text.to_string().into(),
                        None => entry.key.clone(),
                    },
                    key_span: places.of(entry.key_span),
                    value: convert(&entry.value, places, string),
                })
                .collect(),
        ),
    };
    Val { kind, span }
}

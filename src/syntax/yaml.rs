//! YAML to the spanned tree.

use super::{Node, SyntaxError, char_end, too_deep};
use crate::source_map::{FileId, Span};
use builder::{Builder, Item, Tag, TagName};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StructureStyle, options};
use std::borrow::Cow;

mod builder;
mod scalar;

/// Reads the YAML documents of a file.
///
/// A node tagged `!Ref`, `!Condition` or `!Name` becomes a mapping with the one key `Ref`, `Condition` or `Fn::Name`.
/// Plain scalars have the types of YAML 1.1. Aliases and merge keys (`<<`) are expanded; a collection's bytes end
/// with those of its last child.
///
/// # Errors
/// The first fault, with its place. Faults are also: a key that its mapping has already, a key that is no scalar, a
/// scalar that its `!!` tag does not allow, an alias inside the node it refers to, aliases that add more than
/// [`ALIAS_BUDGET`](super::ALIAS_BUDGET) nodes, and more than
/// [`MAX_DEPTH`](super::MAX_DEPTH) levels of nesting.
pub fn parse(text: &str, file: FileId) -> Result<Vec<Node>, SyntaxError> {
    let options = options! { emit_comments: false, emit_unresolved_aliases: true };
    let mut builder = Builder::new(text, file);
    let mut documents = Vec::new();
    // End of the token before: what stands between it and the next node are indicators and white space.
    let mut last = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, place) = next.map_err(|error| scan_error(text, file, &error))?;
        let range = place.byte_range().unwrap_or(last..last);
        let tag_range = place.tag_span().and_then(|span| span.byte_range());
        let tag = |tag: &granit_parser::Tag| {
            let span = tag_range.clone().unwrap_or(range.start..range.start);
            tag_name(&format!("{}{}", tag.handle(), tag.suffix()))
                .map(|name| Tag { name, span: Span::new(file, span.start, span.end) })
        };
        let mut end = range.end;
        let before = tag_range.as_ref().map_or(last, |tag| tag.end.max(last));
        match event {
            Event::Scalar(value, style, anchor, written) => {
                let tag = written.as_deref().and_then(tag);
                let plain = style == ScalarStyle::Plain;
                let span = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => block_scalar(text, before, range.clone()),
                    _ if range.is_empty() => absent(text, before, range.start, builder.awaits_value()),
                    _ => range.clone(),
                };
                if span.is_empty() {
                    end = span.end;
                }
                // The parser gives "~" for a node that is not there.
                let value = if plain && span.is_empty() { "".into() } else { value };
                let value = if at_end(text, style, &span) { unbroken(value) } else { value };
                let span = Span::new(file, span.start, span.end);
                builder.feed(Item::Scalar { text: value, plain, tag, span }, anchor)?;
            }
            Event::SequenceStart(style, anchor, written) => {
                let tag = written.as_deref().and_then(tag);
                let block = style == StructureStyle::Block;
                // A list that is not indented deeper than its key begins, for the parser, behind its first dash.
                let dash = if block && builder.awaits_value() { indicator(text, before, b"-") } else { None };
                let start = dash.unwrap_or(range.start);
                end = dash.unwrap_or(end);
                builder.feed(Item::Open { map: false, tag, start, bracketed: !block }, anchor)?;
            }
            Event::MappingStart(_, anchor, written) => {
                let tag = written.as_deref().and_then(tag);
                // The mapping in `[key: value]` counts as flow style but has no brackets.
                let bracketed = text.get(range.clone()) == Some("{");
                builder.feed(Item::Open { map: true, tag, start: range.start, bracketed }, anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => builder.feed(Item::Close { end: range.end }, 0)?,
            Event::Alias(id) => builder.feed(Item::Alias { id, span: Span::new(file, range.start, range.end) }, 0)?,
            Event::UnresolvedAlias(name) => {
                let span = Span::new(file, range.start, range.end);
                return Err(SyntaxError { message: format!("unknown alias '*{name}'"), span });
            }
            Event::DocumentEnd => documents.extend(builder.document()),
            // A start without `---` has the place of what comes next, which can be behind its indicator.
            Event::DocumentStart(false, _) => continue,
            _ => {}
        }
        last = end;
    }
    Ok(documents)
}

/// What a tag asks for; `None` for a global tag that is not YAML's own, which leaves the node as it is.
fn tag_name(tag: &str) -> Option<TagName> {
    if let Some(name) = tag.strip_prefix("tag:yaml.org,2002:") {
        return Some(TagName::Core(name.into()));
    }
    match tag.strip_prefix('!')? {
        "" => Some(TagName::Core("!".into())),
        name @ ("Ref" | "Condition") => Some(TagName::Local(name.into())),
        name => Some(TagName::Local(format!("Fn::{name}").into())),
    }
}

/// Where the next of the `wanted` indicators stands, with only white space, comments, other indicators, properties
/// and directives before it.
fn indicator(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            _ if wanted.contains(&byte) => return Some(at),
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b'?' | b'.' => 1,
            b'#' | b'%' => memchr::memchr2(b'\n', b'\r', &bytes[at..])?,
            b'&' | b'!' => bytes[at..].iter().position(u8::is_ascii_whitespace)?,
            _ => return None,
        };
    }
    None
}

/// The bytes of a block scalar: from its indicator, searched behind `before`, to the end of its last line with content.
fn block_scalar(text: &str, before: usize, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = indicator(text, before, b"|>").unwrap_or(range.start);
    let end = range.end.max(char_end(text, start));
    let mut rest = text.get(start..end).unwrap_or_default();
    loop {
        rest = rest.trim_end_matches(['\n', '\r']);
        let Some(line) = rest.rfind('\n') else { break };
        if !rest[line..].trim_start_matches('\n').chars().all(|c| matches!(c, ' ' | '\t' | '\r')) {
            break;
        }
        rest = &rest[..line];
    }
    start..start + rest.len()
}

/// The place of a node that is not there: directly behind the indicator, tag or anchor that announces it. `before` is
/// the end of the token before, `at` is where the parser puts the node, `value` whether it is that of a key.
fn absent(text: &str, before: usize, at: usize, value: bool) -> std::ops::Range<usize> {
    if value && text.get(at..).is_some_and(|rest| rest.starts_with(':')) {
        // The parser puts the value before the colon.
        return at + 1..at + 1;
    }
    let gap = text.get(before..at).unwrap_or_default().as_bytes();
    let (mut end, mut next) = (0, 0);
    while let Some(byte) = gap.get(next) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => next += 1,
            b'#' if next > end || next == 0 => {
                next += memchr::memchr2(b'\n', b'\r', &gap[next..]).unwrap_or(gap.len() - next);
            }
            _ => {
                next += 1;
                end = next;
            }
        }
    }
    before + end..before + end
}

/// Whether this is a block scalar whose last line, without a line break, is that of the text.
fn at_end(text: &str, style: ScalarStyle, span: &std::ops::Range<usize>) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) && span.end == text.len()
}

/// The value without the line break that the parser adds when the text ends without one.
fn unbroken(value: Cow<'_, str>) -> Cow<'_, str> {
    match value.strip_suffix('\n') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => value,
    }
}

/// Turns the parser's error into ours; it knows only where the fault begins.
fn scan_error(text: &str, file: FileId, error: &ScanError) -> SyntaxError {
    let start = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let span = Span::new(file, start, char_end(text, start));
    let message = match error.kind() {
        ErrorKind::RecursionLimitExceeded => return too_deep(span),
        ErrorKind::UnclosedFlowCollection { open } => format!("'{open}' without closing bracket"),
        ErrorKind::MisplacedFlowCollectionEnd => "closing bracket without an opening one".into(),
        ErrorKind::UnclosedQuotedScalar => "string without closing quote".into(),
        ErrorKind::InvalidQuotedScalarIndent => "string without closing quote, or with a line not indented".into(),
        ErrorKind::UnexpectedCharacter { character } => format!("a plain value cannot begin with '{character}'"),
        ErrorKind::ExpectedBlockMappingKey => "expected a key; the indentation may be wrong".into(),
        ErrorKind::ExpectedBlockSequenceEntry => "expected '-'; the indentation may be wrong".into(),
        ErrorKind::MappingValueNotAllowed => "unexpected ':'; a value that contains ': ' needs quotes".into(),
        kind => kind.to_string().trim_end_matches('.').to_owned(),
    };
    SyntaxError { message, span }
}

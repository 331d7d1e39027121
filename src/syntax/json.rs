//! JSON (RFC 8259) to the spanned tree.

use std::ops::Range;

use super::keys::{Keys, duplicate};
use super::{Entry, Kind, MAX_DEPTH, Node, SyntaxError, char_end, too_deep};
use crate::source_map::{FileId, Span};
use std::collections::HashSet;

use jiter::{Jiter, JiterError, JiterErrorType, JsonErrorType, Peek};

pub mod blocks;
pub mod walk;

/// Reads one JSON document.
///
/// # Errors
/// The first fault, with its place. Faults are also: a key that its object has already, a number of more than 4300
/// digits, and more than [`MAX_DEPTH`] levels of nesting.
pub fn parse(text: &str, file: FileId) -> Result<Node, SyntaxError> {
    read(text, 0..text.len(), file, false)
}

/// As [`parse`], but of a key that its object has already, the last value counts: IAM reads policies so.
///
/// # Errors
/// The first fault, with its place.
pub fn parse_last_wins(text: &str, file: FileId) -> Result<Node, SyntaxError> {
    read(text, 0..text.len(), file, true)
}

/// Reads the one JSON value that stands at `range` of a text; places are those of the whole text. A range outside the
/// text, or off its character boundaries, holds no value.
///
/// # Errors
/// As [`parse`].
pub fn parse_part(text: &str, range: Range<usize>, file: FileId) -> Result<Node, SyntaxError> {
    read(text, range, file, false)
}

fn read(text: &str, range: Range<usize>, file: FileId, last_wins: bool) -> Result<Node, SyntaxError> {
    let (base, part) = (range.start, text.get(range.clone()).unwrap_or_default());
    let text = text.get(..range.end).unwrap_or_default();
    let mut reader = Reader { text, file, base, jiter: Jiter::new(part.as_bytes()), last_wins };
    let peek = reader.jiter.peek().map_err(|e| reader.error(&e, None))?;
    let node = reader.value(peek, 0, None)?;
    reader.jiter.finish().map_err(|e| reader.error(&e, None))?;
    Ok(node)
}

struct Reader<'t> {
    /// The whole text up to the end of the part that is read.
    text: &'t str,
    file: FileId,
    /// Where the part begins: what jiter's offsets count from.
    base: usize,
    jiter: Jiter<'t>,
    /// Whether a repeated key replaces what came before; else it is a fault.
    last_wins: bool,
}

impl Reader<'_> {
    /// Reads the value that starts with `peek`, inside `depth` collections, the innermost opened at `opened`.
    fn value(&mut self, peek: Peek, depth: usize, opened: Option<usize>) -> Result<Node, SyntaxError> {
        let start = self.at();
        let kind = match peek {
            Peek::Null => self.jiter.known_null().map(|()| Kind::Null),
            Peek::True | Peek::False => self.jiter.known_bool(peek).map(Kind::Bool),
            Peek::String => self.jiter.known_str().map(|value| Kind::String(value.into())),
            Peek::Array | Peek::Object if depth == MAX_DEPTH => return Err(too_deep(self.span(start, start + 1))),
            Peek::Array => return self.array(start, depth),
            Peek::Object => return self.object(start, depth),
            _ => match self.jiter.known_number_bytes(peek).map(<[u8]>::len) {
                Ok(len) => Ok(Kind::Number(self.slice(start, start + len).into())),
                Err(error) => Err(error),
            },
        };
        match kind {
            Ok(kind) => Ok(Node { kind, span: self.span(start, self.at()) }),
            Err(error) if peek == Peek::String && is_end(&error) => Err(self.open_string(start)),
            Err(error) => Err(self.error(&error, opened)),
        }
    }

    fn array(&mut self, start: usize, depth: usize) -> Result<Node, SyntaxError> {
        let mut items = Vec::new();
        let mut next = self.jiter.known_array();
        loop {
            match next {
                Ok(Some(peek)) => items.push(self.value(peek, depth + 1, Some(start))?),
                Ok(None) => break,
                Err(error) => return Err(self.error(&error, Some(start))),
            }
            next = self.jiter.array_step();
        }
        Ok(Node { kind: Kind::Seq(items), span: self.span(start, self.at()) })
    }

    fn object(&mut self, start: usize, depth: usize) -> Result<Node, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut keys = Keys::default();
        let mut repeated = false;
        let mut before = start + 1;
        let mut next = self.jiter.next_object_bytes().map(|key| key.map(<[u8]>::len));
        loop {
            let len = match next {
                Ok(Some(len)) => len,
                Ok(None) => break,
                Err(error) if is_open_string(&error) => return Err(self.open_string(self.quote(before))),
                Err(error) => return Err(self.error(&error, Some(start))),
            };
            let quote = self.quote(before);
            let key_span = self.span(quote, quote + len + 2);
            let key = self.key(quote, len)?;
            let new = keys.insert(&entries, &key);
            repeated |= !new;
            if !new && !self.last_wins {
                let first = entries.iter().find(|entry| entry.key == key).map_or(key_span, |entry| entry.key_span);
                return Err(duplicate(self.text, &key, key_span, first));
            }
            let peek = self.jiter.peek().map_err(|e| self.error(&e, Some(start)))?;
            let value = self.value(peek, depth + 1, Some(start))?;
            entries.push(Entry { key, key_span, value });
            before = self.at();
            next = self.jiter.next_key_bytes().map(|key| key.map(<[u8]>::len));
        }
        if repeated {
            let mut seen = HashSet::new();
            entries.reverse();
            entries.retain(|entry| seen.insert(entry.key.clone()));
            entries.reverse();
        }
        Ok(Node { kind: Kind::Map(entries), span: self.span(start, self.at()) })
    }

    /// The opening quote of the key that follows `before`, where only white space and a comma can stand between.
    fn quote(&self, before: usize) -> usize {
        before + self.slice(before, self.text.len()).find('"').unwrap_or_default()
    }

    /// The key whose opening quote is at `quote` and which has `len` bytes between the quotes.
    fn key(&self, quote: usize, len: usize) -> Result<Box<str>, SyntaxError> {
        let raw = self.slice(quote + 1, quote + 1 + len);
        if !raw.contains('\\') {
            return Ok(raw.into());
        }
        match Jiter::new(self.slice(quote, quote + len + 2).as_bytes()).next_str() {
            Ok(key) => Ok(key.into()),
            Err(mut error) => {
                error.index += quote - self.base;
                Err(self.error(&error, None))
            }
        }
    }

    /// The offset of the next byte.
    fn at(&self) -> usize {
        self.base + self.jiter.current_index()
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    /// The error for a string without closing quote: the rest of the line it begins on.
    fn open_string(&self, start: usize) -> SyntaxError {
        let rest = self.slice(start, self.text.len());
        let line = rest.lines().next().unwrap_or_default();
        SyntaxError { message: "string without closing quote".into(), span: self.span(start, start + line.len()) }
    }

    /// Turns jiter's error into ours; `opened` is the offset of the innermost open bracket.
    fn error(&self, error: &JiterError, opened: Option<usize>) -> SyntaxError {
        let index = self.base + error.index;
        let JiterErrorType::JsonError(kind) = &error.error_type else {
            return self.fault("unexpected value", index);
        };
        if is_end(error) {
            return match opened {
                Some(start) => {
                    let bracket = self.slice(start, start + 1);
                    SyntaxError {
                        message: format!("'{bracket}' without closing bracket"),
                        span: self.span(start, start + 1),
                    }
                }
                None => self.fault("unexpected end of the text", self.text.len()),
            };
        }
        let message = match kind {
            JsonErrorType::ExpectedColon => "expected ':' after the key",
            JsonErrorType::ExpectedListCommaOrEnd => "expected ',' or ']'",
            JsonErrorType::ExpectedObjectCommaOrEnd => "expected ',' or '}'",
            JsonErrorType::ExpectedSomeIdent => "expected 'true', 'false' or 'null'",
            JsonErrorType::ExpectedSomeValue => "expected a value",
            JsonErrorType::InvalidNumber => "invalid number",
            JsonErrorType::NumberOutOfRange => "number with more than 4300 digits",
            JsonErrorType::ControlCharacterWhileParsingString => "unescaped control character in a string",
            JsonErrorType::KeyMustBeAString => "expected a key in double quotes",
            JsonErrorType::TrailingCharacters => "unexpected text after the document",
            JsonErrorType::TrailingComma => {
                let comma = self.slice(0, index).rfind(',').unwrap_or(index);
                return self.fault("unexpected ',' before the closing bracket", comma);
            }
            JsonErrorType::InvalidEscape => return self.escape(index),
            JsonErrorType::LoneLeadingSurrogateInHexEscape | JsonErrorType::UnexpectedEndOfHexEscape => {
                return self.surrogate(index);
            }
            other => return self.fault(&other.to_string(), index),
        };
        self.fault(message, index)
    }

    /// An error at the one character at `index`.
    fn fault(&self, message: &str, index: usize) -> SyntaxError {
        let start = index.min(self.text.len());
        SyntaxError { message: message.into(), span: self.span(start, char_end(self.text, start)) }
    }

    /// The error for an escape that the character at `index` makes invalid.
    fn escape(&self, index: usize) -> SyntaxError {
        let end = char_end(self.text, index);
        let end = if self.slice(index, end) == "\"" { index } else { end };
        let start = self.slice(0, end).rfind('\\').unwrap_or(index);
        SyntaxError { message: "invalid escape".into(), span: self.span(start, end) }
    }

    /// The error for a surrogate without its other half, found out at `index`.
    fn surrogate(&self, index: usize) -> SyntaxError {
        let before = self.slice(0, char_end(self.text, index));
        let half = |at: &usize| {
            let hex = self.slice(at + 2, at + 6);
            u16::from_str_radix(hex, 16).is_ok_and(|unit| (0xd800..0xe000).contains(&unit))
        };
        let start = before.rmatch_indices("\\u").map(|(at, _)| at).find(half).unwrap_or(index);
        SyntaxError { message: "half of a surrogate pair".into(), span: self.span(start, start + 6) }
    }
}

/// Whether the text ended too early.
fn is_end(error: &JiterError) -> bool {
    use JsonErrorType::{EofWhileParsingList, EofWhileParsingObject, EofWhileParsingString, EofWhileParsingValue};
    matches!(
        &error.error_type,
        JiterErrorType::JsonError(
            EofWhileParsingList | EofWhileParsingObject | EofWhileParsingString | EofWhileParsingValue
        )
    )
}

/// Whether the text ended inside a string.
fn is_open_string(error: &JiterError) -> bool {
    matches!(&error.error_type, JiterErrorType::JsonError(JsonErrorType::EofWhileParsingString))
}

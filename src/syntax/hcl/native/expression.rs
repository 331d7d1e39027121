//! Expressions: what stands between two separators becomes one line without comments, in which every template and
//! object is a placeholder; `hcl-edit` reads the line, [`super::convert`] puts everything together.
//!
//! So `hcl-edit` sees neither line breaks nor heredocs nor large objects, whose rules it knows less exactly than
//! Terraform or handles in quadratic time, and an error in an expression is one character of the file.

use super::convert;
use super::reader::Reader;
use crate::source_map::Span;
use crate::syntax::hcl::{Expr, ExprKind, Piece};
use crate::syntax::{SyntaxError, char_end};

/// What ends an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The line, or the `}` of a block on one line.
    Line,
    /// In an object: a comma, the line, or `}`.
    Entry,
    /// In an object: `=` or `:`.
    Key,
    /// `}` or `~}`.
    Sequence,
    /// The text.
    Text,
}

impl End {
    /// Whether line breaks mean nothing.
    fn spans_lines(self) -> bool {
        matches!(self, Self::Sequence | Self::Text)
    }
}

/// An expression that was read.
pub(super) struct Built {
    pub(super) expr: Expr,
    /// How many levels its tree has.
    pub(super) height: usize,
}

/// What stands for a template or an object: an empty string, which may stand wherever they may.
const PLACEHOLDER: &str = "\"\"";

/// A piece of [`Line`].
struct Mark {
    /// Where it begins in the line.
    start: usize,
    /// The bytes of the text that it stands for.
    from: usize,
    to: usize,
    /// Whether it is those bytes.
    same: bool,
    /// What the placeholder stands for.
    hole: Option<Built>,
}

/// An expression as one line.
#[derive(Default)]
pub(super) struct Line {
    text: String,
    marks: Vec<Mark>,
}

impl Line {
    /// Takes over bytes of the text.
    fn copy(&mut self, from: usize, bytes: &str) {
        let to = from + bytes.len();
        match self.marks.last_mut() {
            Some(mark) if mark.same && mark.to == from => mark.to = to,
            _ => self.marks.push(Mark { start: self.text.len(), from, to, same: true, hole: None }),
        }
        self.text.push_str(bytes);
    }

    /// Puts a space for what means nothing.
    fn space(&mut self, from: usize, to: usize) {
        if !self.text.is_empty() {
            self.marks.push(Mark { start: self.text.len(), from, to, same: false, hole: None });
            self.text.push(' ');
        }
    }

    fn hole(&mut self, from: usize, to: usize, built: Built) {
        self.marks.push(Mark { start: self.text.len(), from, to, same: false, hole: Some(built) });
        self.text.push_str(PLACEHOLDER);
    }

    /// The index of the mark in which a byte of the line lies.
    fn mark(&self, at: usize) -> Option<usize> {
        self.marks.partition_point(|mark| mark.start <= at).checked_sub(1)
    }

    /// The bytes of the text for bytes of the line.
    pub(super) fn range(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.mark(start).and_then(|index| self.marks.get(index));
        let from = first.map_or(0, |mark| if mark.same { mark.from + (start - mark.start) } else { mark.from });
        let last = self.mark(end.max(start + 1) - 1).and_then(|index| self.marks.get(index));
        let to = last.map_or(0, |mark| if mark.same { mark.from + (end - mark.start.min(end)) } else { mark.to });
        (from, to.max(from))
    }

    /// Takes what the placeholder at `start` stands for.
    pub(super) fn take(&mut self, start: usize) -> Option<Built> {
        let index = self.mark(start)?;
        self.marks.get_mut(index).filter(|mark| mark.start == start)?.hole.take()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The one template or object that the line consists of.
    fn single(&mut self) -> Option<Built> {
        if self.text.trim_end() == PLACEHOLDER { self.marks.iter_mut().find_map(|mark| mark.hole.take()) } else { None }
    }
}

impl Reader<'_> {
    /// Reads an expression up to what ends it, and stops before that.
    pub(super) fn expression(&mut self, end: End) -> Result<Built, SyntaxError> {
        let start = self.at();
        let line = self.line(end)?;
        self.tree(line, start, end)
    }

    /// The expression of a line, which began at `start`.
    fn tree(&mut self, mut line: Line, start: usize, end: End) -> Result<Built, SyntaxError> {
        if let Some(built) = line.single() {
            return Ok(built);
        }
        line.text.truncate(line.text.trim_end().len());
        if line.text.is_empty() {
            self.go_to(if end.spans_lines() { self.at() } else { start });
            self.blanks()?;
            return Err(self.unexpected("expected an expression"));
        }
        match hcl_edit::parser::parse_expr(&line.text) {
            Ok(tree) => convert::convert(self, line, tree),
            Err(error) => Err(self.fault(&line, &error)),
        }
    }

    /// The error for what `hcl-edit` could not read.
    fn fault(&self, line: &Line, error: &hcl_edit::parser::Error) -> SyntaxError {
        let mut offset = error.location().offset().min(line.text.len());
        while !line.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let blanks = line.slice(offset, line.text.len());
        let offset = offset + (blanks.len() - blanks.trim_start().len());
        let next = char_end(&line.text, offset);
        // Its columns count characters and tell the end of the line from the last character.
        let at_end = error.location().column() > line.slice(0, next).chars().count();
        let span = |start, end| -> Span {
            let (from, to) = line.range(start, end);
            self.span(from, to)
        };
        if error.message().contains("nested levels") || error.message().contains("chained") {
            return SyntaxError { message: "expression with too many levels".into(), span: span(offset, next) };
        }
        let last = line.slice(offset, line.text.len());
        if at_end || offset > 0 && last.chars().all(|c| "+-*/%&|!<>=?:.".contains(c)) {
            return SyntaxError { message: "expression without end".into(), span: span(offset, next) };
        }
        SyntaxError { message: "unexpected text in an expression".into(), span: span(offset, next) }
    }

    /// Reads to what ends the expression.
    fn line(&mut self, end: End) -> Result<Line, SyntaxError> {
        let mut line = Line::default();
        // The open brackets and their places.
        let mut open: Vec<(u8, usize)> = Vec::new();
        while let Some(byte) = self.byte() {
            if open.is_empty() && self.ends(byte, end) {
                break;
            }
            // What is read here calls itself for what is inside it; little else may stand on the stack then.
            match byte {
                b'"' => self.hole(&mut line, Self::quoted)?,
                b'<' if self.heredoc_start().is_some() => self.hole(&mut line, Self::heredoc)?,
                b'{' if !self.is_for() => self.hole(&mut line, Self::object)?,
                _ => self.token(byte, &mut line, &mut open, end)?,
            }
        }
        match open.last() {
            Some(&(_, place)) => Err(self.unclosed(place)),
            None => Ok(line),
        }
    }

    /// Whether the expression ends before this byte, outside brackets.
    fn ends(&self, byte: u8, end: End) -> bool {
        match byte {
            b'\n' => !end.spans_lines(),
            b'}' => end != End::Text,
            b'~' => end == End::Sequence && self.byte_at(1) == Some(b'}'),
            b',' => end == End::Entry,
            b'=' | b':' => end == End::Key,
            _ => false,
        }
    }

    /// Reads a template or an object.
    fn hole(&mut self, line: &mut Line, read: fn(&mut Self) -> Result<Built, SyntaxError>) -> Result<(), SyntaxError> {
        let at = self.at();
        let built = read(self)?;
        line.hole(at, self.at(), built);
        Ok(())
    }

    /// Reads what `hcl-edit` reads too: a bracket, a word, a mark, or what means nothing.
    fn token(&mut self, byte: u8, line: &mut Line, open: &mut Vec<(u8, usize)>, end: End) -> Result<(), SyntaxError> {
        let at = self.at();
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                if open.is_empty() && !end.spans_lines() {
                    self.blanks()?
                } else {
                    self.white()?
                }
                line.space(at, self.at());
                if self.at_next_item() {
                    let error = |&(_, bracket): &(u8, usize)| self.unclosed(bracket);
                    return Err(open.last().map_or_else(|| self.unexpected("expected '}'"), error));
                }
                return Ok(());
            }
            b'#' | b'/' if self.comment()? => {
                line.space(at, self.at());
                return Ok(());
            }
            b'{' | b'(' | b'[' => {
                self.enter()?;
                open.push((byte, at));
                self.advance(1);
            }
            b'}' | b')' | b']' => {
                match open.pop() {
                    Some((bracket, place)) if closes(byte) != bracket => return Err(self.unclosed(place)),
                    Some(_) => self.leave(),
                    None => return Err(self.unexpected("closing bracket without opening bracket")),
                }
                self.advance(1);
            }
            // A whole word at once.
            _ if self.identifier().is_some() => {}
            _ => self.advance(char_end(self.text(), at) - at),
        }
        line.copy(at, self.slice(at, self.at()));
        Ok(())
    }

    /// Whether the `{` here begins a `for`.
    fn is_for(&self) -> bool {
        let rest = self.slice(self.at() + 1, self.text().len()).trim_start_matches([' ', '\t', '\r', '\n']);
        rest.strip_prefix("for").is_some_and(|rest| !rest.starts_with(super::reader::is_identifier_part))
    }

    /// Reads an object from `{` to `}`.
    fn object(&mut self) -> Result<Built, SyntaxError> {
        let open = self.at();
        self.enter()?;
        self.advance(1);
        let mut entries = Vec::new();
        let mut height = 0;
        loop {
            self.white()?;
            match self.byte() {
                None => return Err(self.unclosed(open)),
                Some(b'}') => break,
                _ if self.at_next_item() => return Err(self.unclosed(open)),
                _ => {}
            }
            height = height.max(self.entry(&mut entries, open)?);
        }
        self.advance(1);
        self.leave();
        let kind = ExprKind::Object(entries);
        self.build(kind, open, self.at(), height)
    }

    /// Reads an entry of an object with its comma; how many levels it has.
    fn entry(&mut self, entries: &mut Vec<(Expr, Expr)>, open: usize) -> Result<usize, SyntaxError> {
        let key = self.key()?;
        let value = self.expression(End::Entry)?;
        entries.push((key.expr, value.expr));
        match self.byte() {
            Some(b',') => self.advance(1),
            Some(b'\n' | b'}') => {}
            _ => return Err(self.unclosed(open)),
        }
        Ok(key.height.max(value.height))
    }

    /// Reads the key of an object's entry with its `=` or `:`.
    fn key(&mut self) -> Result<Built, SyntaxError> {
        let start = self.at();
        let bare = self.identifier().map(|name| (name, self.at()));
        if let Some((name, end)) = bare {
            self.blanks()?;
            if let Some(b'=' | b':') = self.byte() {
                self.advance(1);
                let span = self.span(start, end);
                let piece = Piece::Literal(name.into(), span);
                return self.build(ExprKind::Template(vec![piece]), start, end, 0);
            }
            self.go_to(start);
        }
        let key = self.expression(End::Key)?;
        match self.byte() {
            Some(b'=' | b':') => {
                self.advance(1);
                Ok(key)
            }
            _ => Err(self.unexpected("expected '=' or ':' after the key")),
        }
    }
}

/// The bracket that a closing one belongs to.
fn closes(bracket: u8) -> u8 {
    match bracket {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

//! The directives of a template, and their nesting.

use super::expression::End;
use super::reader::Reader;
use super::template::{Loop, Part, Run};
use crate::source_map::Span;
use crate::syntax::hcl::{Expr, Piece, TemplateFor};
use crate::syntax::{MAX_DEPTH, SyntaxError, too_deep};

impl Reader<'_> {
    /// Reads a directive behind its `%{`, which stands at `open`, up to its `}`.
    pub(super) fn directive(&mut self, open: usize) -> Result<Part, SyntaxError> {
        self.white()?;
        let start = self.at();
        let word = self.identifier().unwrap_or_default();
        let span = self.span(open, self.at());
        match word {
            "if" => Ok(Part::If(self.expression(End::Sequence)?, span)),
            "else" => Ok(Part::Else(span)),
            "endif" => Ok(Part::EndIf(span)),
            "endfor" => Ok(Part::EndFor(span)),
            "for" => {
                let first = self.name()?;
                self.white()?;
                let second = if self.byte() == Some(b',') {
                    self.advance(1);
                    Some(self.name()?)
                } else {
                    None
                };
                self.white()?;
                if self.identifier() != Some("in") {
                    return Err(self.unexpected("expected 'in' after the names of a 'for'"));
                }
                let collection = self.expression(End::Sequence)?;
                let (key_name, value_name) = match second {
                    Some(second) => (Some(first), second),
                    None => (None, first),
                };
                Ok(Part::For(Loop { key_name, value_name, collection }, span))
            }
            _ => {
                self.go_to(start);
                Err(self.unexpected("expected 'if', 'else', 'endif', 'for' or 'endfor'"))
            }
        }
    }

    fn name(&mut self) -> Result<Box<str>, SyntaxError> {
        self.white()?;
        match self.identifier() {
            Some(name) => Ok(name.into()),
            None => Err(self.unexpected("expected a name")),
        }
    }
}

/// A directive that is not closed yet.
enum Open {
    If { condition: Expr, yes: Option<Vec<Piece>>, span: Span },
    For { head: TemplateFor, span: Span },
}

impl Open {
    fn fault(&self) -> SyntaxError {
        let (name, end, span) = match self {
            Self::If { span, .. } => ("if", "endif", *span),
            Self::For { span, .. } => ("for", "endfor", *span),
        };
        SyntaxError { message: format!("'%{{ {name} }}' without '%{{ {end} }}'"), span }
    }
}

/// Nests the directives; the pieces and how many levels they have.
pub(super) fn assemble(reader: &Reader<'_>, parts: Vec<Part>) -> Result<(Vec<Piece>, usize), SyntaxError> {
    let mut height = 0;
    let mut deepest = 0;
    // The directives around what is read, each with the pieces before it.
    let mut open: Vec<(Open, Vec<Piece>)> = Vec::new();
    let mut pieces = Vec::new();
    // The characters that were read last and are no piece yet.
    let mut plain: Option<Run> = None;
    for part in parts {
        if !matches!(part, Part::Literal(_)) {
            push(reader, &mut pieces, plain.take());
        }
        match part {
            Part::Literal(literal) => {
                for run in literal.runs() {
                    match (run.escaped, &mut plain) {
                        // What stands together is one piece.
                        (None, Some(plain)) if plain.escaped.is_none() && plain.end == run.start => plain.end = run.end,
                        _ => {
                            push(reader, &mut pieces, plain.take());
                            plain = Some(run);
                        }
                    }
                }
                continue;
            }
            Part::Interpolation(built) => {
                height = height.max(built.height);
                pieces.push(Piece::Interpolation(built.expr));
            }
            Part::If(built, span) => {
                height = height.max(built.height);
                let directive = Open::If { condition: built.expr, yes: None, span };
                open.push((directive, std::mem::take(&mut pieces)));
            }
            Part::For(head, span) => {
                height = height.max(head.collection.height);
                let Loop { key_name, value_name, collection } = head;
                let head = TemplateFor { key_name, value_name, collection: collection.expr, body: Vec::new() };
                open.push((Open::For { head, span }, std::mem::take(&mut pieces)));
            }
            Part::Else(span) => match open.last_mut() {
                Some((Open::If { yes: yes @ None, .. }, _)) => *yes = Some(std::mem::take(&mut pieces)),
                _ => return Err(stray("else", span)),
            },
            Part::EndIf(span) => {
                let Some((Open::If { condition, yes, .. }, before)) = open.pop() else {
                    return Err(stray("endif", span));
                };
                let inner = std::mem::replace(&mut pieces, before);
                let (yes, no) = match yes {
                    Some(yes) => (yes, inner),
                    None => (inner, Vec::new()),
                };
                pieces.push(Piece::If(condition, yes, no));
            }
            Part::EndFor(span) => {
                let Some((Open::For { mut head, .. }, before)) = open.pop() else {
                    return Err(stray("endfor", span));
                };
                head.body = std::mem::replace(&mut pieces, before);
                pieces.push(Piece::For(Box::new(head)));
            }
        }
        deepest = deepest.max(open.len());
        if let Some((Open::If { span, .. } | Open::For { span, .. }, _)) = open.last()
            && open.len() >= MAX_DEPTH
        {
            return Err(too_deep(*span));
        }
    }
    push(reader, &mut pieces, plain.take());
    match open.last() {
        Some((directive, _)) => Err(directive.fault()),
        None => Ok((pieces, height + deepest)),
    }
}

/// Adds what was read last.
fn push(reader: &Reader<'_>, pieces: &mut Vec<Piece>, run: Option<Run>) {
    match run {
        Some(Run { start, end, escaped: Some(c) }) => {
            pieces.push(Piece::Literal(c.to_string().into(), reader.span(start, end)));
        }
        Some(Run { start, end, escaped: None }) => literal(reader, pieces, start, end),
        None => {}
    }
}

/// Adds the characters from `start` to `end`. In the value of a JSON string they may have been written as escapes;
/// each of these is a piece of its own.
pub(super) fn literal(reader: &Reader<'_>, pieces: &mut Vec<Piece>, start: usize, end: usize) {
    let mut add = |from: usize, to: usize| {
        if from < to {
            pieces.push(Piece::Literal(reader.slice(from, to).into(), reader.span(from, to)));
        }
    };
    let mut from = start;
    if reader.is_inside() {
        for (index, c) in reader.slice(start, end).char_indices() {
            let (at, next) = (start + index, start + index + c.len_utf8());
            let span = reader.span(at, next);
            if (span.end - span.start) as usize != c.len_utf8() {
                add(from, at);
                add(at, next);
                from = next;
            }
        }
    }
    add(from, end);
}

fn stray(name: &str, span: Span) -> SyntaxError {
    SyntaxError { message: format!("'{name}' that belongs to no directive"), span }
}

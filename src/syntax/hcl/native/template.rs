//! Templates: quoted strings, heredocs and bare files are first cut into parts, then put together.
//!
//! In a heredoc and in a bare template a literal part ends with its line, as in HCL itself: what `~` strips and what
//! `<<-` takes off depends on it.

use super::expression::{Built, End};
use super::reader::Reader;
use super::sequence;
use crate::source_map::Span;
use crate::syntax::hcl::{ExprKind, Piece};
use crate::syntax::{SyntaxError, char_end};

/// How a template is written.
#[derive(Clone, Copy)]
enum Form<'t> {
    Quoted,
    /// Up to the line with this word alone.
    Heredoc(&'t str),
    Bare,
}

/// A part of a template, before `if` and `for` are nested.
pub(super) enum Part {
    Literal(Literal),
    Interpolation(Built),
    If(Built, Span),
    Else(Span),
    EndIf(Span),
    For(Loop, Span),
    EndFor(Span),
}

/// The head of a `for` directive.
pub(super) struct Loop {
    pub(super) key_name: Option<Box<str>>,
    pub(super) value_name: Box<str>,
    pub(super) collection: Built,
}

/// Characters between sequences.
#[derive(Default)]
pub(super) struct Literal {
    runs: Vec<Run>,
}

/// Characters that stand so in the text, or what one escape stands for.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) escaped: Option<char>,
}

impl Literal {
    fn push(&mut self, start: usize, end: usize, escaped: Option<char>) {
        self.runs.push(Run { start, end, escaped });
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = Run> {
        self.runs.iter().copied().filter(|run| run.start < run.end)
    }

    fn ends_line(&self, text: &str) -> bool {
        self.runs().last().is_some_and(|run| run.escaped.is_none() && run.slice(text).ends_with('\n'))
    }

    /// Takes white space off the front.
    fn trim_start(&mut self, text: &str) {
        for run in &mut self.runs {
            run.start += match run.escaped {
                Some(c) if c.is_whitespace() => run.end - run.start,
                Some(_) => 0,
                None => run.slice(text).len() - run.slice(text).trim_start().len(),
            };
            if run.start < run.end {
                break;
            }
        }
    }

    /// Takes white space off the end.
    fn trim_end(&mut self, text: &str) {
        for run in self.runs.iter_mut().rev() {
            run.end = match run.escaped {
                Some(c) if c.is_whitespace() => run.start,
                Some(_) => run.end,
                None => run.start + run.slice(text).trim_end().len(),
            };
            if run.start < run.end {
                break;
            }
        }
    }

    /// White space characters at the front; none for a line that has nothing else.
    fn indentation(&self, text: &str) -> Option<usize> {
        let mut count = 0;
        for run in self.runs() {
            let slice = run.slice(text);
            let inner = slice.trim_start();
            count += slice[..slice.len() - inner.len()].chars().count();
            if !inner.is_empty() {
                return Some(count);
            }
        }
        if self.ends_line(text) { None } else { Some(count) }
    }

    /// Takes so many characters off the front: the indentation of a line, which is one run.
    fn dedent(&mut self, text: &str, count: usize) {
        if let Some(run) = self.runs.first_mut() {
            let slice = run.slice(text);
            run.start += slice.char_indices().nth(count).map_or(slice.len(), |(at, _)| at);
        }
    }
}

impl Run {
    fn slice(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

impl Reader<'_> {
    /// Reads a quoted string.
    pub(super) fn quoted(&mut self) -> Result<Built, SyntaxError> {
        let start = self.at();
        self.enter()?;
        self.advance(1);
        let parts = self.parts(Form::Quoted, start)?;
        self.advance(1);
        self.leave();
        let (pieces, height) = sequence::assemble(self, parts)?;
        self.build(ExprKind::Template(pieces), start, self.at(), height)
    }

    /// Reads a heredoc, from `<<` to its marker.
    pub(super) fn heredoc(&mut self) -> Result<Built, SyntaxError> {
        let start = self.at();
        let Some((marker, flush, head)) = self.heredoc_start() else {
            return Err(self.unexpected("expected a heredoc"));
        };
        self.enter()?;
        self.advance(head);
        let mut parts = self.parts(Form::Heredoc(marker), start)?;
        self.leave();
        if flush {
            dedent(&mut parts, self.text());
        }
        let (pieces, height) = sequence::assemble(self, parts)?;
        self.build(ExprKind::Template(pieces), start, self.at(), height)
    }

    /// Reads the whole text.
    pub(super) fn bare_template(&mut self) -> Result<(Vec<Piece>, usize), SyntaxError> {
        let parts = self.parts(Form::Bare, self.at())?;
        sequence::assemble(self, parts)
    }

    /// Reads parts up to the end of the template: the closing quote stays, the marker of a heredoc is taken.
    fn parts(&mut self, form: Form<'_>, open: usize) -> Result<Vec<Part>, SyntaxError> {
        if let Form::Heredoc(marker) = form
            && self.guard.is_some()
            && !self.has_end(marker, self.at())
        {
            return Err(self.open_template(form, open));
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut literal = Literal::default();
        let mut strip = false;
        let mut line_start = true;
        loop {
            if let (Form::Heredoc(marker), true) = (form, line_start)
                && let Some(end) = self.marker_here(marker)
            {
                finish(&mut parts, &mut literal, self.text(), strip);
                self.go_to(end);
                return Ok(parts);
            }
            line_start = false;
            let at = self.at();
            let Some(byte) = self.byte() else {
                if let Form::Bare = form {
                    finish(&mut parts, &mut literal, self.text(), strip);
                    return Ok(parts);
                }
                return Err(self.open_template(form, open));
            };
            match (byte, form) {
                (b'"', Form::Quoted) => {
                    finish(&mut parts, &mut literal, self.text(), strip);
                    return Ok(parts);
                }
                (b'\n', Form::Quoted) => return Err(self.open_template(form, open)),
                (b'\\', Form::Quoted) => {
                    let c = self.escape()?;
                    literal.push(at, self.at(), Some(c));
                }
                (b'$' | b'%', _) if self.byte_at(1) == Some(byte) && self.byte_at(2) == Some(b'{') => {
                    self.advance(3);
                    literal.push(at + 1, at + 3, None);
                }
                (b'$' | b'%', _) if self.byte_at(1) == Some(b'{') => {
                    finish(&mut parts, &mut literal, self.text(), strip);
                    self.sequence(&mut parts)?;
                    strip = self.slice(self.at().saturating_sub(2), self.at()) == "~}";
                }
                _ => {
                    self.run(form);
                    literal.push(at, self.at(), None);
                    if !matches!(form, Form::Quoted) && self.slice(at, self.at()).ends_with('\n') {
                        finish(&mut parts, &mut literal, self.text(), strip);
                        strip = false;
                        line_start = true;
                    }
                }
            }
        }
    }

    /// Steps over characters that mean themselves: at least one, at most to the end of the line.
    fn run(&mut self, form: Form<'_>) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let quoted = matches!(form, Form::Quoted);
        let special = |&(index, byte): &(usize, &u8)| match byte {
            b'"' | b'\\' => quoted,
            b'\n' => true,
            b'$' | b'%' => index > 0,
            _ => false,
        };
        match bytes.iter().enumerate().find(special) {
            // The line break belongs to the line.
            Some((index, b'\n')) if !quoted => self.advance(index + 1),
            Some((index, _)) => self.advance(index.max(1)),
            None => self.advance(rest.len()),
        }
    }

    /// If only `marker` stands on this line, where it ends.
    pub(super) fn marker_here(&self, marker: &str) -> Option<usize> {
        let rest = self.rest();
        let line = &rest[..memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())];
        (line.trim() == marker).then(|| self.at() + (line.len() - line.trim_start().len()) + marker.len())
    }

    /// Reads an escape of a quoted string.
    fn escape(&mut self) -> Result<char, SyntaxError> {
        let start = self.at();
        self.advance(1);
        let simple = |c| Some((c, 1));
        let hex = |digits: usize| {
            let text = self.rest().get(1..=digits).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
            let c = char::from_u32(u32::from_str_radix(text, 16).ok()?)?;
            Some((c, digits + 1))
        };
        let found = match self.byte() {
            Some(b'n') => simple('\n'),
            Some(b'r') => simple('\r'),
            Some(b't') => simple('\t'),
            Some(b'"') => simple('"'),
            Some(b'\\') => simple('\\'),
            Some(b'u') => hex(4),
            Some(b'U') => hex(8),
            _ => None,
        };
        let Some((c, len)) = found else {
            let after = char_end(self.text(), self.at());
            let end = if self.byte() == Some(b'\n') { self.at() } else { after };
            return Err(SyntaxError { message: "invalid escape".into(), span: self.span(start, end) });
        };
        self.advance(len);
        Ok(c)
    }

    /// The error for a template without end.
    fn open_template(&self, form: Form<'_>, open: usize) -> SyntaxError {
        let line = self.slice(open, self.text().len()).lines().next().unwrap_or_default();
        let message = match form {
            Form::Heredoc(marker) => format!("heredoc without its end: no line with '{marker}' alone"),
            _ => "string without closing quote".into(),
        };
        SyntaxError { message, span: self.span(open, open + line.len()) }
    }

    /// Reads `${…}` or `%{…}`.
    fn sequence(&mut self, parts: &mut Vec<Part>) -> Result<(), SyntaxError> {
        let open = self.at();
        self.enter()?;
        self.advance(2);
        if self.byte() == Some(b'~') {
            self.advance(1);
            if let Some(Part::Literal(before)) = parts.last_mut() {
                before.trim_end(self.text());
            }
        }
        let part = if self.slice(open, open + 1) == "%" {
            self.directive(open)?
        } else {
            Part::Interpolation(self.expression(End::Sequence)?)
        };
        parts.push(part);
        self.close_sequence(open)
    }

    /// Steps over `}` or `~}`.
    fn close_sequence(&mut self, open: usize) -> Result<(), SyntaxError> {
        self.white()?;
        if self.byte() == Some(b'~') {
            self.advance(1);
        }
        if self.byte() != Some(b'}') {
            return Err(SyntaxError {
                message: format!("'{}' without closing bracket", self.slice(open, open + 2)),
                span: self.span(open, open + 2),
            });
        }
        self.advance(1);
        self.leave();
        Ok(())
    }
}

/// Adds the literal that was gathered.
fn finish(parts: &mut Vec<Part>, literal: &mut Literal, text: &str, strip: bool) {
    if literal.runs.is_empty() {
        return;
    }
    let mut literal = std::mem::take(literal);
    if strip {
        literal.trim_start(text);
    }
    parts.push(Part::Literal(literal));
}

/// Takes the indentation that all lines have off them: what `<<-` means. As in HCL, it is counted after stripping,
/// a line of white space alone does not count, and one that begins with a sequence has none.
fn dedent(parts: &mut [Part], text: &str) {
    let mut least = usize::MAX;
    let mut line_start = true;
    let mut lines = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let literal = if let Part::Literal(literal) = part { Some(literal) } else { None };
        if line_start {
            match literal {
                None => least = 0,
                Some(literal) => {
                    if let Some(count) = literal.indentation(text) {
                        least = least.min(count);
                        lines.push(index);
                    }
                }
            }
        }
        line_start = literal.is_some_and(|literal| literal.ends_line(text));
    }
    for index in lines {
        if let Some(Part::Literal(literal)) = parts.get_mut(index) {
            literal.dedent(text, least);
        }
    }
}

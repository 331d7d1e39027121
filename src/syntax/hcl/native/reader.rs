//! A place in a text, and the steps over what means nothing.

use crate::source_map::{FileId, Span};
use crate::syntax::{MAX_DEPTH, SyntaxError, char_end, too_deep};
use hcl_edit::Ident;
use std::collections::HashMap;

/// Reads a text from front to back.
pub(super) struct Reader<'t> {
    text: &'t str,
    file: FileId,
    /// The place in the file of every byte, where the text is the value of a JSON string.
    places: Option<&'t [u32]>,
    at: usize,
    depth: usize,
    /// Where a top-level item surely begins although brackets are open; see [`super::recovery`].
    pub(super) guard: Option<super::recovery::Guard>,
    /// Where the last `*/` stands, once a comment was found without end.
    last_comment: Option<usize>,
    /// The last line on which only this word stands, for every such word; made when a heredoc has no end.
    markers: Option<HashMap<&'t str, usize>>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, file: FileId) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, file, places: None, at, depth: 0, guard: None, last_comment: None, markers: None }
    }

    pub(super) fn inside(text: &'t str, file: FileId, places: &'t [u32]) -> Self {
        Self { text, file, places: Some(places), at: 0, depth: 0, guard: None, last_comment: None, markers: None }
    }

    /// Whether the text is the value of a JSON string.
    pub(super) fn is_inside(&self) -> bool {
        self.places.is_some()
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.go_to(self.at + bytes);
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.byte_at(0)
    }

    pub(super) fn byte_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn rest(&self) -> &'t str {
        self.slice(self.at, self.text.len())
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match self.places {
            None => Span::new(self.file, start, end),
            Some(places) => {
                let place = |at: usize| places.get(at).or(places.last()).map_or(0, |place| *place as usize);
                Span::new(self.file, place(start), place(end))
            }
        }
    }

    /// How many brackets, templates and blocks are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Goes one level deeper, at the opening bracket or quote.
    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(too_deep(self.span(self.at, char_end(self.text, self.at))));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Back to the top of the file, after an error.
    pub(super) fn surface(&mut self) {
        self.depth = 0;
    }

    /// The error for what stands here.
    pub(super) fn unexpected(&self, message: &str) -> SyntaxError {
        let at = self.at;
        // At the end of the text, its last character is better seen than nothing.
        SyntaxError { message: message.into(), span: self.span(at, char_end(self.text, at)) }
    }

    /// The error for the bracket at `open`.
    pub(super) fn unclosed(&self, open: usize) -> SyntaxError {
        let bracket = self.slice(open, char_end(self.text, open));
        SyntaxError {
            message: format!("'{bracket}' without closing bracket"),
            span: self.span(open, char_end(self.text, open)),
        }
    }

    /// Reads an identifier, if one stands here.
    pub(super) fn identifier(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        let (_, first) = chars.next()?;
        if !is_identifier_start(first) {
            return None;
        }
        let end = chars.find(|(_, c)| !is_identifier_part(*c)).map_or(rest.len(), |(end, _)| end);
        self.advance(end);
        Some(&rest[..end])
    }

    /// Steps over spaces, tabs and comments on one line; stops before the line's end.
    pub(super) fn blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\r') => self.advance(1),
                _ if !self.comment()? => return Ok(()),
                _ => {}
            }
        }
    }

    /// Steps over white space, line breaks and comments.
    pub(super) fn white(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.blanks()?;
            if self.byte() != Some(b'\n') {
                return Ok(());
            }
            self.advance(1);
        }
    }

    /// Steps over a comment, if one stands here; a line comment ends before its line break.
    pub(super) fn comment(&mut self) -> Result<bool, SyntaxError> {
        let rest = self.rest();
        if rest.starts_with('#') || rest.starts_with("//") {
            self.advance(memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len()));
            return Ok(true);
        }
        if !rest.starts_with("/*") {
            return Ok(false);
        }
        if self.last_comment.is_none_or(|last| self.at + 2 <= last)
            && let Some(len) = rest.get(2..).and_then(|inner| inner.find("*/"))
        {
            self.advance(len + 4);
            return Ok(true);
        }
        let text = self.text;
        self.last_comment.get_or_insert_with(|| text.rfind("*/").unwrap_or(0));
        let span = self.span(self.at, self.at + 2);
        Err(SyntaxError { message: "comment without end".into(), span })
    }

    /// Goes to the next attribute, block or `}`; its offset. Nothing at the end of the text.
    pub(super) fn next_item(&mut self) -> Result<Option<usize>, SyntaxError> {
        self.white()?;
        Ok((self.at < self.text.len()).then_some(self.at))
    }

    /// The marker of the heredoc that begins here, whether its indentation is taken off, and the length of `<<EOT`
    /// with its line break.
    pub(super) fn heredoc_start(&self) -> Option<(&'t str, bool, usize)> {
        let after = self.rest().strip_prefix("<<")?;
        let (flush, name) = match after.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, after),
        };
        let mut inner = Reader::new(name, self.file);
        let marker = inner.identifier()?;
        let line_end = &name[marker.len()..];
        let break_len = if line_end.starts_with("\r\n") { 2 } else { usize::from(line_end.starts_with('\n')) };
        (break_len > 0).then_some((marker, flush, 2 + usize::from(flush) + marker.len() + break_len))
    }

    /// Whether a line below `from` holds only `marker`. Called when heredocs were found without end, so that many of
    /// them do not each read the rest of the file.
    pub(super) fn has_end(&mut self, marker: &str, from: usize) -> bool {
        let text = self.text;
        let markers = self.markers.get_or_insert_with(|| {
            let mut start = 0;
            let mut markers = HashMap::new();
            for line in text.split_inclusive('\n') {
                markers.insert(line.trim(), start);
                start += line.len();
            }
            markers
        });
        markers.get(marker).is_some_and(|last| *last >= from)
    }
}

/// Whether an identifier may go on with `c`.
pub(super) fn is_identifier_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || (!c.is_ascii() && Ident::try_new(format!("_{c}")).is_ok())
}

fn is_identifier_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (!c.is_ascii() && Ident::try_new(c.to_string()).is_ok())
}

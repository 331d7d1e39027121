//! Places inside a string: which byte of the file stands for which byte of a string's value.

use super::{Node, char_end};

/// For every byte of the string's value (and one past the end), the offset in the file's text of the character it
/// was written as: through quotes, escapes, block-scalar indentation and line folding.
/// `None` if `node` is no string or cannot be aligned.
pub fn offsets(text: &str, node: &Node) -> Option<Vec<u32>> {
    let value = node.as_str()?;
    let span = node.span.range();
    let written = text.get(span.clone())?;
    let mut walk = Walk { text, value, at: span.start, out: Vec::with_capacity(value.len() + 1) };
    match written.as_bytes().first() {
        Some(b'"') => walk.flow(span.start + 1, span.end.checked_sub(1)?, Style::Double)?,
        Some(b'\'') => walk.flow(span.start + 1, span.end.checked_sub(1)?, Style::Single)?,
        Some(b'|') => walk.block(false)?,
        Some(b'>') => walk.block(true)?,
        _ => walk.flow(span.start, span.end, Style::Plain)?,
    }
    walk.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Double,
    Single,
    Plain,
}

/// Reads a scalar again, next to its value: every step must yield what the value has.
struct Walk<'t> {
    text: &'t str,
    value: &'t str,
    /// The next byte of the text.
    at: usize,
    out: Vec<u32>,
}

impl Walk<'_> {
    fn finish(mut self) -> Option<Vec<u32>> {
        if self.out.len() != self.value.len() {
            return None;
        }
        self.out.push(self.at as u32);
        Some(self.out)
    }

    fn done(&self) -> bool {
        self.out.len() >= self.value.len()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Yields `c`, written at `offset`.
    fn emit(&mut self, c: char, offset: usize) -> Option<()> {
        if !self.value.get(self.out.len()..)?.starts_with(c) {
            return None;
        }
        self.out.extend(std::iter::repeat_n(offset as u32, c.len_utf8()));
        Some(())
    }

    /// Yields the characters of the text up to `end` as they are.
    fn copy(&mut self, end: usize) -> Option<()> {
        let text = self.text;
        let start = self.at;
        for (index, c) in text.get(start..end)?.char_indices() {
            self.emit(c, start + index)?;
        }
        self.at = end;
        Some(())
    }

    /// Steps over a line break; its offset.
    fn line_break(&mut self) -> Option<usize> {
        let start = self.at;
        self.at += match (self.byte()?, self.text.as_bytes().get(start + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\r' | b'\n', _) => 1,
            _ => return None,
        };
        Some(start)
    }

    /// Steps over spaces and tabs before `end`.
    fn blanks(&mut self, end: usize) {
        while self.at < end && matches!(self.byte(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// The text from `start` to `end` of a quoted or plain scalar, without its quotes.
    fn flow(&mut self, start: usize, end: usize, style: Style) -> Option<()> {
        self.at = start;
        while self.at < end {
            match self.byte()? {
                b' ' | b'\t' => {
                    let blanks = self.at;
                    self.blanks(end);
                    // White space before a line break is no content.
                    if self.at == end || !matches!(self.byte(), Some(b'\r' | b'\n')) {
                        let next = std::mem::replace(&mut self.at, blanks);
                        self.copy(next)?;
                    }
                }
                b'\r' | b'\n' => self.fold(end, true)?,
                b'\\' if style == Style::Double => self.escape(end)?,
                b'\'' if style == Style::Single => {
                    self.emit('\'', self.at)?;
                    self.at += 2;
                }
                _ => self.copy(char_end(self.text, self.at))?,
            }
        }
        self.at = end;
        Some(())
    }

    /// A line break in a quoted or plain scalar: a space (if `space`), or one break per empty line that follows.
    fn fold(&mut self, end: usize, space: bool) -> Option<()> {
        let first = self.line_break()?;
        let mut empty = false;
        loop {
            self.blanks(end);
            if self.at >= end || !matches!(self.byte(), Some(b'\r' | b'\n')) {
                break;
            }
            let offset = self.line_break()?;
            self.emit('\n', offset)?;
            empty = true;
        }
        if space && !empty { self.emit(' ', first) } else { Some(()) }
    }

    /// A backslash and what it stands for.
    fn escape(&mut self, end: usize) -> Option<()> {
        let start = self.at;
        self.at += 1;
        let c = match self.byte()? {
            b'\r' | b'\n' => return self.fold(end, false),
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            byte @ (b' ' | b'"' | b'/' | b'\\') => char::from(byte),
            b'x' => self.hex(2).and_then(char::from_u32)?,
            b'U' => self.hex(8).and_then(char::from_u32)?,
            b'u' => {
                let unit = self.hex(4)?;
                if (0xd800..0xdc00).contains(&unit) {
                    self.at += 2;
                    let low = self.hex(4)?.checked_sub(0xdc00)?;
                    char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + low)?
                } else {
                    char::from_u32(unit)?
                }
            }
            _ => return None,
        };
        self.at += 1;
        self.emit(c, start)
    }

    /// The number in the `count` digits behind the current letter, up to the last of them.
    fn hex(&mut self, count: usize) -> Option<u32> {
        let digits = self.text.get(self.at + 1..self.at + 1 + count)?;
        self.at += count;
        u32::from_str_radix(digits, 16).ok()
    }

    /// The end of the current line, without its break.
    fn line_end(&self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        memchr::memchr2(b'\n', b'\r', rest).map_or(self.text.len(), |length| self.at + length)
    }

    /// A block scalar, from its indicator on. Where it ends is known from the value alone.
    fn block(&mut self, folded: bool) -> Option<()> {
        self.at = self.line_end();
        if self.done() {
            return Some(());
        }
        self.line_break()?;
        let indent = self.indent()?;
        // The line before: whether it allows folding, and the offset of its break.
        let mut before: Option<(bool, usize)> = None;
        let mut breaks: Vec<usize> = Vec::new();
        while !self.done() {
            let end = self.line_end();
            let width = self.text.get(self.at..end)?.bytes().take(indent).take_while(|byte| *byte == b' ').count();
            let content = self.at + width;
            if content < end && width < indent {
                // Less indented: behind the scalar. Only breaks can be left.
                break;
            }
            if content < end {
                let foldable = folded && !matches!(self.text.as_bytes().get(content), Some(b' ' | b'\t'));
                if let Some((true, offset)) = before
                    && foldable
                {
                    if breaks.is_empty() {
                        self.emit(' ', offset)?;
                    }
                } else if let Some((_, offset)) = before {
                    self.emit('\n', offset)?;
                }
                for offset in breaks.drain(..) {
                    self.emit('\n', offset)?;
                }
                self.at = content;
                self.copy(end)?;
                if self.done() {
                    return Some(());
                }
                before = Some((foldable, end));
            } else {
                breaks.push(end);
            }
            self.at = end;
            if self.line_break().is_none() {
                break;
            }
        }
        // The breaks behind the last line with content, as many as chomping has kept.
        for offset in before.map(|(_, offset)| offset).into_iter().chain(breaks) {
            if self.done() {
                break;
            }
            self.emit('\n', offset)?;
            self.at = offset;
            self.line_break();
        }
        Some(())
    }

    /// The indentation of the block scalar whose first line begins here: what the first line with a visible character
    /// has in front of it in the text, less what it has in the value.
    fn indent(&self) -> Option<usize> {
        let visible = |c: char| !matches!(c, ' ' | '\n' | '\r');
        let spaces = |text: &str| text.len() - text.trim_end_matches(' ').len();
        let Some(in_value) = self.value.find(visible) else {
            return if self.value.contains(' ') { None } else { Some(usize::MAX) };
        };
        let rest = self.text.get(self.at..)?;
        let in_text = rest.find(visible)?;
        spaces(&rest[..in_text]).checked_sub(spaces(&self.value[..in_value]))
    }
}

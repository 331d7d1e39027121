//! Words by the quoting rules of the shell ("Quoting" and "Word Expansions" in the POSIX shell language), with the
//! place of every character.

use std::ops::Range;

/// A character and the bytes it was written as.
#[derive(Clone, Copy, Debug)]
pub struct Char {
    /// The character.
    pub c: char,
    /// The first byte of it.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Part of an expansion that is kept as written: white space in it separates no words.
    pub raw: bool,
}

/// A piece of a word.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Characters after quote removal.
    Text(Vec<Char>),
    /// An expansion as written, and the variable when it is a plain one.
    Expansion(Vec<Char>, Option<Variable>),
}

/// `$name`, `${name}` or `${name[@]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) all_items: bool,
}

/// A word.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) pieces: Vec<Piece>,
    /// The bytes it was written as, quotes included.
    pub(super) range: Range<usize>,
    /// Whether any part of it is quoted.
    pub(super) quoted: bool,
    /// Whether more may have been appended to it.
    pub(super) uncertain: bool,
}

impl Word {
    /// The characters, expansions as written.
    pub(super) fn chars(&self) -> Vec<Char> {
        let mut chars = Vec::new();
        for piece in &self.pieces {
            let (Piece::Text(piece) | Piece::Expansion(piece, _)) = piece;
            chars.extend_from_slice(piece);
        }
        chars
    }

    /// The word after quote removal, expansions as written.
    pub(super) fn text(&self) -> String {
        self.chars().iter().map(|c| c.c).collect()
    }

    /// The variable, when the word is nothing else.
    pub(super) fn variable(&self) -> Option<&Variable> {
        match self.pieces.as_slice() {
            [Piece::Expansion(_, Some(variable))] => Some(variable),
            _ => None,
        }
    }

    /// A word of characters from elsewhere.
    pub(super) fn of(chars: Vec<Char>, range: Range<usize>) -> Self {
        Self { pieces: pieces(&chars), range, ..Self::default() }
    }

    /// An expansion that nobody knows.
    pub(super) fn unknown(written: &str, range: Range<usize>) -> Self {
        let c = |c| Char { c, start: range.start, end: range.end, raw: true };
        Self { pieces: vec![Piece::Expansion(written.chars().map(c).collect(), None)], range, ..Self::default() }
    }
}

/// Expansions that are kept as written stay apart from text.
pub(super) fn pieces(word: &[Char]) -> Vec<Piece> {
    word.chunk_by(|a, b| a.raw == b.raw)
        .map(|run| if run[0].raw { Piece::Expansion(run.to_vec(), None) } else { Piece::Text(run.to_vec()) })
        .collect()
}

/// The words of the command that begins at `at`, up to its end or `limit`; redirections are left out.
pub(super) fn command(script: &str, at: usize, limit: usize) -> Vec<Word> {
    let mut reader = Reader { bytes: script.as_bytes(), script, at, limit: limit.min(script.len()) };
    let mut words = Vec::new();
    loop {
        reader.skip_blanks();
        match (reader.peek(0), reader.peek(1)) {
            (Some(b'<' | b'>'), Some(b'(')) => words.push(reader.word()),
            (Some(b'<' | b'>'), _) | (Some(b'&'), Some(b'>')) => reader.skip_redirection(),
            (None | Some(b'\n' | b'\r' | b';' | b'|' | b'&' | b'(' | b')' | b'#'), _) => return words,
            _ => {
                let word = reader.word();
                let number = !word.quoted && script.get(word.range.clone()).is_some_and(all_digits);
                let descriptor = number && matches!(reader.peek(0), Some(b'<' | b'>'));
                if word.range.is_empty() {
                    return words;
                }
                if !descriptor {
                    words.push(word);
                }
            }
        }
    }
}

/// The one word that begins at `at`.
pub(super) fn single(script: &str, at: usize, limit: usize) -> Word {
    Reader { bytes: script.as_bytes(), script, at, limit: limit.min(script.len()) }.word()
}

/// The words of an array, `at` behind its opening parenthesis.
pub(super) fn list(script: &str, at: usize, limit: usize) -> Vec<Word> {
    let mut reader = Reader { bytes: script.as_bytes(), script, at, limit: limit.min(script.len()) };
    let mut words = Vec::new();
    loop {
        reader.skip_blanks();
        match reader.peek(0) {
            Some(b'\n' | b'\r') => reader.at += 1,
            Some(b'#') => reader.skip_to(b'\n'),
            None | Some(b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>') => return words,
            _ => words.push(reader.word()),
        }
    }
}

/// The characters of a here-document in which variables are replaced: as inside of double quotes, where a quote is plain.
pub(super) fn document(script: &str, at: usize, limit: usize) -> Word {
    let mut reader = Reader { bytes: script.as_bytes(), script, at, limit: limit.min(script.len()) };
    let mut word = Word { range: at..limit, quoted: true, ..Word::default() };
    let mut text = Vec::new();
    while let Some(byte) = reader.peek(0) {
        let continuation = reader.continuation();
        match byte {
            _ if continuation > 0 => reader.at += continuation,
            b'\\' if matches!(reader.peek(1), Some(b'$' | b'`' | b'\\')) => {
                let start = reader.at;
                reader.at += 1;
                text.extend(reader.next().map(|c| Char { start, ..c }));
            }
            b'$' | b'`' => reader.dollar(&mut word, &mut text),
            _ => match reader.next() {
                Some(c) => text.push(c),
                None => break,
            },
        }
    }
    flush(&mut word, &mut text);
    word
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

struct Reader<'a> {
    script: &'a str,
    bytes: &'a [u8],
    at: usize,
    limit: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        if at < self.limit { self.bytes.get(at).copied() } else { None }
    }

    /// The length of a line continuation here, or 0.
    fn continuation(&self) -> usize {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (Some(b'\\'), Some(b'\n'), _) => 2,
            (Some(b'\\'), Some(b'\r'), Some(b'\n')) => 3,
            _ => 0,
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.continuation() {
                0 if matches!(self.peek(0), Some(b' ' | b'\t')) => self.at += 1,
                0 => return,
                length => self.at += length,
            }
        }
    }

    fn skip_to(&mut self, byte: u8) {
        let rest = self.bytes.get(self.at..self.limit).unwrap_or_default();
        self.at = memchr::memchr(byte, rest).map_or(self.limit, |i| self.at + i);
    }

    fn skip_redirection(&mut self) {
        while matches!(self.peek(0), Some(b'<' | b'>' | b'&' | b'|')) {
            self.at += 1;
        }
        if self.peek(0) == Some(b'-') {
            self.at += 1;
        }
        self.skip_blanks();
        if !matches!(self.peek(0), Some(b'\n' | b'\r' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>')) {
            self.word();
        }
    }

    /// The next character, which is not past the limit.
    fn next(&mut self) -> Option<Char> {
        let rest = self.script.get(self.at..self.limit)?;
        let c = rest.chars().next()?;
        let start = self.at;
        self.at += c.len_utf8();
        Some(Char { c, start, end: self.at, raw: false })
    }

    fn word(&mut self) -> Word {
        let mut word = Word { range: self.at..self.at, ..Word::default() };
        let mut text: Vec<Char> = Vec::new();
        while let Some(byte) = self.peek(0) {
            let continuation = self.continuation();
            match byte {
                _ if continuation > 0 => self.at += continuation,
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b')' => break,
                b'<' | b'>' if self.peek(1) == Some(b'(') => self.expansion(&mut word, &mut text, 1),
                b'(' | b'<' | b'>' => break,
                b'\\' => {
                    let start = self.at;
                    self.at += 1;
                    let escaped = self.next().unwrap_or(Char { c: '\\', start, end: self.at, raw: false });
                    text.push(Char { start, ..escaped });
                    word.quoted = true;
                }
                b'\'' => {
                    word.quoted = true;
                    self.at += 1;
                    while let Some(c) = self.next().filter(|c| c.c != '\'') {
                        text.push(c);
                    }
                }
                b'$' if self.peek(1) == Some(b'\'') => {
                    word.quoted = true;
                    self.at += 2;
                    self.ansi(&mut text);
                }
                b'$' if self.peek(1) == Some(b'"') => {
                    self.at += 1;
                    self.double_quoted(&mut word, &mut text);
                }
                b'"' => self.double_quoted(&mut word, &mut text),
                b'$' | b'`' => self.dollar(&mut word, &mut text),
                _ => match self.next() {
                    Some(c) => text.push(c),
                    None => break,
                },
            }
        }
        flush(&mut word, &mut text);
        word.range.end = self.at;
        word
    }

    fn double_quoted(&mut self, word: &mut Word, text: &mut Vec<Char>) {
        word.quoted = true;
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            let continuation = self.continuation();
            match byte {
                _ if continuation > 0 => self.at += continuation,
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.peek(1), Some(b'$' | b'`' | b'"' | b'\\')) => {
                    let start = self.at;
                    self.at += 1;
                    text.extend(self.next().map(|c| Char { start, ..c }));
                }
                b'$' | b'`' => self.dollar(word, text),
                _ => match self.next() {
                    Some(c) => text.push(c),
                    None => return,
                },
            }
        }
    }

    /// `$'…'`: the escapes that stand for one plain character; others are kept as written.
    fn ansi(&mut self, text: &mut Vec<Char>) {
        while let Some(c) = self.next() {
            match c.c {
                '\'' => return,
                '\\' => {
                    let Some(escaped) = self.next() else { return };
                    let plain = match escaped.c {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    };
                    text.push(Char { c: plain, start: c.start, end: escaped.end, raw: false });
                }
                _ => text.push(c),
            }
        }
    }

    fn dollar(&mut self, word: &mut Word, text: &mut Vec<Char>) {
        match (self.peek(0), self.peek(1)) {
            (Some(b'`'), _) => self.expansion(word, text, 0),
            (_, Some(b'(' | b'{')) => self.expansion(word, text, 1),
            (_, Some(byte)) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let start = self.at;
                let mut end = self.at + 1;
                while end < self.limit && (self.bytes[end].is_ascii_alphanumeric() || self.bytes[end] == b'_') {
                    end += 1;
                }
                self.piece(word, text, start..end);
            }
            (_, Some(byte)) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                self.piece(word, text, self.at..self.at + 2);
            }
            _ => text.extend(self.next()),
        }
    }

    /// An expansion whose bracket stands `ahead` of here.
    fn expansion(&mut self, word: &mut Word, text: &mut Vec<Char>, ahead: usize) {
        let end = balanced(&self.bytes[..self.limit], self.at + ahead);
        self.piece(word, text, self.at..end);
    }

    fn piece(&mut self, word: &mut Word, text: &mut Vec<Char>, range: Range<usize>) {
        flush(word, text);
        let mut chars = Vec::new();
        self.at = range.start;
        while self.at < range.end {
            match self.next() {
                Some(c) => chars.push(Char { raw: true, ..c }),
                None => break,
            }
        }
        let variable = self.script.get(range).and_then(variable);
        word.pieces.push(Piece::Expansion(chars, variable));
    }
}

fn flush(word: &mut Word, text: &mut Vec<Char>) {
    if !text.is_empty() {
        word.pieces.push(Piece::Text(std::mem::take(text)));
    }
}

fn variable(written: &str) -> Option<Variable> {
    let rest = written.strip_prefix('$')?;
    let inner = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    let (name, all_items) = match inner.strip_suffix("[@]").or_else(|| inner.strip_suffix("[*]")) {
        Some(name) => (name, true),
        None => (inner, false),
    };
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    (plain && starts).then(|| Variable { name: name.to_owned(), all_items })
}

/// The end of what the bracket or backquote at `at` opens; the end of the text when nothing closes it.
fn balanced(bytes: &[u8], at: usize) -> usize {
    let Some(first) = bytes.get(at).and_then(|b| closing(*b)) else { return bytes.len() };
    let mut open = vec![first];
    let mut i = at + 1;
    while let (Some(&byte), Some(&top)) = (bytes.get(i), open.last()) {
        let dollar = byte == b'$' && matches!(bytes.get(i + 1), Some(b'(' | b'{'));
        if byte == b'\\' {
            i += 2;
            continue;
        }
        if byte == top {
            open.pop();
            if open.is_empty() {
                return i + 1;
            }
        } else if top != b'`' && dollar {
            open.push(if bytes[i + 1] == b'(' { b')' } else { b'}' });
            i += 1;
        } else if top != b'`' && byte == b'`' {
            open.push(b'`');
        } else if matches!(top, b')' | b'}') {
            match byte {
                b'\'' => i = memchr::memchr(b'\'', &bytes[i + 1..]).map_or(bytes.len(), |n| i + 1 + n),
                b'"' => open.push(b'"'),
                b'(' if top == b')' => open.push(b')'),
                _ => {}
            }
        }
        i += 1;
    }
    bytes.len()
}

fn closing(open: u8) -> Option<u8> {
    match open {
        b'(' => Some(b')'),
        b'{' => Some(b'}'),
        b'`' => Some(b'`'),
        _ => None,
    }
}

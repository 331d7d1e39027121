//! The tokens of a program: words, strings with what is put into them, signs. Comments are none.

use std::ops::Range;

use super::super::language::Language;

/// A token and its place.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// The kinds of token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name, a keyword, a number.
    Word,
    /// A string.
    Str(Vec<Piece>),
    /// A string that the language runs as a command: back-quotes of Ruby.
    Command(Vec<Piece>),
    /// Any other character.
    Sign(char),
}

/// A piece of a string.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// A character and the bytes it was written as.
    Char(char, Range<usize>),
    /// An expression that is put in.
    Hole(Range<usize>),
}

/// Takes a program apart.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Token> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, language, tokens: Vec::new(), documents: Vec::new() };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    language: Language,
    tokens: Vec<Token>,
    /// Here-documents of Ruby that begin on the next line: the ending word, and whether expressions are put in.
    documents: Vec<(String, bool)>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        let Some(c) = self.rest().chars().next() else {
            self.at = self.text.len();
            return;
        };
        match c {
            '\n' if !self.documents.is_empty() => {
                self.at += 1;
                self.read_documents();
            }
            c if c.is_whitespace() => self.at += c.len_utf8(),
            _ if self.comment() => {}
            _ if self.string() => {}
            c if c.is_alphanumeric() || c == '_' || (c == '$' && self.language == Language::Node) => {
                let rest = self.rest();
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                self.push(Kind::Word, self.at..self.at + end.max(c.len_utf8()));
            }
            c => self.push(Kind::Sign(c), self.at..self.at + c.len_utf8()),
        }
    }

    fn push(&mut self, kind: Kind, at: Range<usize>) {
        self.at = at.end;
        self.tokens.push(Token { kind, at });
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        let line = match self.language {
            Language::Python => rest.starts_with('#'),
            Language::Ruby => rest.starts_with('#') || rest.starts_with("=begin") && self.begins_line(),
            _ => rest.starts_with("//") || rest.starts_with("#!") && self.at == 0,
        };
        if line {
            let end = if rest.starts_with("=begin") { rest.find("\n=end") } else { rest.find('\n') };
            self.at += end.unwrap_or(rest.len()).max(1);
            return true;
        }
        if matches!(self.language, Language::Node | Language::Groovy) && rest.starts_with("/*") {
            self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            return true;
        }
        false
    }

    fn begins_line(&self) -> bool {
        self.at == 0 || self.bytes.get(self.at - 1) == Some(&b'\n')
    }

    fn string(&mut self) -> bool {
        match self.language {
            Language::Python => self.python(),
            Language::Ruby => self.ruby(),
            _ => self.braces(),
        }
    }

    fn python(&mut self) -> bool {
        let rest = self.rest();
        let prefix: String = rest.chars().take_while(|c| "rRbBuUfF".contains(*c)).take(3).collect();
        let body = &rest[prefix.len()..];
        let after_word = self.at > 0 && self.bytes[self.at - 1].is_ascii_alphanumeric();
        if !body.starts_with(['"', '\'']) || (after_word && !prefix.is_empty()) {
            return false;
        }
        let raw = prefix.contains(['r', 'R']);
        let open = if prefix.contains(['f', 'F']) { Some("{") } else { None };
        let quote = &body[..1];
        let triple = quote.repeat(3);
        let end = if body.starts_with(&triple) { triple } else { quote.to_owned() };
        let begin = self.at + prefix.len();
        self.quoted(begin, &end, &end, open, !raw, false);
        true
    }

    fn braces(&mut self) -> bool {
        let rest = self.rest();
        let groovy = self.language == Language::Groovy;
        let Some(first) = rest.chars().next() else { return false };
        match first {
            '"' | '\'' => {
                let triple = rest[..1].repeat(3);
                let end = if groovy && rest.starts_with(&triple) { triple } else { rest[..1].to_owned() };
                let holes = if groovy && first == '"' { Some("${") } else { None };
                self.quoted(self.at, &end, &end, holes, true, false);
                true
            }
            '`' if !groovy => {
                self.quoted(self.at, "`", "`", Some("${"), true, false);
                true
            }
            '/' if self.may_be_pattern() => {
                let line = rest.find('\n').map_or(rest, |end| &rest[..end]);
                match pattern_end(line) {
                    Some(end) => {
                        self.push(Kind::Str(Vec::new()), self.at..self.at + end);
                        true
                    }
                    None => false,
                }
            }
            _ => false,
        }
    }

    /// Whether a slash begins a pattern and does not divide.
    fn may_be_pattern(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None => true,
            Some(Kind::Sign(c)) => !matches!(c, ')' | ']' | '}'),
            Some(Kind::Word) => self.tokens.last().is_some_and(|token| {
                matches!(self.text.get(token.at.clone()), Some("return" | "typeof" | "case" | "in" | "of"))
            }),
            Some(_) => false,
        }
    }

    fn ruby(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with('`') {
            self.quoted(self.at, "`", "`", Some("#{"), true, true);
            return true;
        }
        if rest.starts_with('"') || rest.starts_with('\'') {
            let holes = if rest.starts_with('"') { Some("#{") } else { None };
            let end = rest[..1].to_owned();
            self.quoted(self.at, &end, &end, holes, true, false);
            return true;
        }
        if let Some(percent) = rest.strip_prefix('%') {
            let kind = percent.chars().next().filter(|c| "xqQ".contains(*c));
            let open = percent[kind.map_or(0, char::len_utf8)..].chars().next();
            let close = open.and_then(|open| "([{<|!".find(open).map(|at| &")]}>|!"[at..=at]));
            let before = self.tokens.last().map(|token| &token.kind);
            let divides = matches!(before, Some(Kind::Word | Kind::Str(_) | Kind::Sign(')' | ']')));
            if let (Some(open), Some(close)) = (open, close)
                && (kind.is_some() || !divides)
            {
                let begin = format!("%{}{open}", kind.map_or(String::new(), String::from));
                let holes = if kind == Some('q') { None } else { Some("#{") };
                self.quoted(self.at, &begin, close, holes, true, kind == Some('x'));
                return true;
            }
        }
        if let Some(document) = rest.strip_prefix("<<~").or_else(|| rest.strip_prefix("<<-")) {
            let quoted = document.starts_with('\'');
            let word: String = document
                .trim_start_matches(['\'', '"'])
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            if word.chars().next().is_some_and(char::is_alphabetic) {
                let extra = 2 * usize::from(document.starts_with(['\'', '"']));
                let end = self.at + 3 + word.len() + extra;
                // The token gets its pieces when the lines were read.
                self.push(Kind::Str(Vec::new()), self.at..end.min(self.text.len()));
                self.documents.push((word, !quoted));
                return true;
            }
        }
        false
    }

    fn read_documents(&mut self) {
        let first = self.tokens.len().saturating_sub(64);
        for (word, expands) in std::mem::take(&mut self.documents) {
            let begin = self.at;
            let mut end = self.text.len();
            let mut next = self.text.len();
            let mut at = begin;
            for line in self.text[begin..].split_inclusive('\n') {
                if line.trim() == word {
                    (end, next) = (at, at + line.len());
                    break;
                }
                at += line.len();
            }
            let pieces = self.pieces(begin, end, if expands { Some("#{") } else { None }, expands);
            let place = self.tokens[first..].iter_mut().find(|token| {
                token.kind == Kind::Str(Vec::new())
                    && self
                        .text
                        .get(token.at.clone())
                        .is_some_and(|text| text.starts_with("<<") && text.contains(&*word))
            });
            if let Some(token) = place {
                token.kind = Kind::Str(pieces);
            }
            self.at = next;
        }
    }

    /// A string that begins with `open` at `begin` and ends with `close`.
    fn quoted(&mut self, begin: usize, open: &str, close: &str, holes: Option<&str>, escapes: bool, runs: bool) {
        let from = begin + open.len();
        let mut at = from;
        let single_line = close.len() == 1 && matches!(close, "\"" | "'") && self.language != Language::Ruby;
        let mut end = self.text.len();
        while let Some(c) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = &self.text[at..];
            if c == '\\' && (escapes || self.language == Language::Python) {
                at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            } else if let Some(open) = holes.filter(|open| rest.starts_with(open)) {
                if open == "{" && rest.starts_with("{{") {
                    at += 2;
                } else {
                    at = hole_end(self.text, at + open.len());
                }
            } else if rest.starts_with(close) {
                end = at;
                break;
            } else if c == '\n' && single_line {
                // Not closed: it was no string.
                end = at;
                break;
            } else {
                at += c.len_utf8();
            }
        }
        let end = end.min(self.text.len());
        let pieces = self.pieces(from.min(end), end, holes, escapes);
        let last = (end + close.len()).min(self.text.len()).max(begin + 1);
        let last = (last..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len());
        let kind = if runs { Kind::Command(pieces) } else { Kind::Str(pieces) };
        self.push(kind, self.at..last);
    }

    fn pieces(&self, from: usize, to: usize, holes: Option<&str>, escapes: bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = from;
        while at < to {
            let rest = &self.text[at..to];
            let Some(c) = rest.chars().next() else { break };
            let next = at + c.len_utf8();
            if c == '\\' && escapes {
                let Some(escaped) = rest[1..].chars().next() else { break };
                let end = next + escaped.len_utf8();
                let plain = match escaped {
                    'n' => Some('\n'),
                    't' => Some('\t'),
                    'r' => Some('\r'),
                    // A continued line.
                    '\n' if self.language != Language::Groovy => None,
                    other => Some(other),
                };
                pieces.extend(plain.map(|plain| Piece::Char(plain, at..end)));
                at = end;
                continue;
            }
            if let Some(open) = holes.filter(|open| rest.starts_with(open)) {
                if open == "{" && rest.starts_with("{{") {
                    pieces.push(Piece::Char('{', at..at + 2));
                    at += 2;
                    continue;
                }
                let end = hole_end(self.text, at + open.len()).min(to);
                pieces.push(Piece::Hole(at..end));
                at = end.max(next);
                continue;
            }
            if c == '$' && self.language == Language::Groovy && holes.is_some() {
                let name = rest[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len() - 1);
                if name > 0 {
                    pieces.push(Piece::Hole(at..next + name));
                    at = next + name;
                    continue;
                }
            }
            if holes == Some("{") && rest.starts_with("}}") {
                pieces.push(Piece::Char('}', at..at + 2));
                at += 2;
                continue;
            }
            pieces.push(Piece::Char(c, at..next));
            at = next;
        }
        pieces
    }
}

/// Where an expression ends that begins at `at`, behind its closing brace.
fn hole_end(text: &str, at: usize) -> usize {
    /// A longer expression is none: the brace was not one that opens.
    const LONGEST: usize = 4096;
    let mut depth = 1_usize;
    for (i, byte) in text.bytes().enumerate().skip(at).take(LONGEST) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
    }
    at.min(text.len())
}

/// The length of `/…/` with its flags, on one line.
fn pattern_end(line: &str) -> Option<usize> {
    let mut in_class = false;
    let mut escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let rest = &line[at + 1..];
                let flags = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                return Some(at + 1 + flags);
            }
            _ => {}
        }
    }
    None
}

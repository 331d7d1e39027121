//! The shorthand syntax of the AWS CLI: `Key=Value,Other=[a,b],Inner={x=y}`.
//! <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html>

use super::arguments::Argument;
use crate::sources::embed;
use crate::sources::value::{Field, Val, ValKind};

/// Structures inside of structures that are followed.
const DEEPEST: usize = 32;

/// Reads a word. What is not in the syntax is the string that it is.
pub fn parse(word: &Argument) -> Val {
    let mut reader = Reader { word, text: &word.flat, at: 0, depth: 0 };
    match reader.fields(&[]) {
        Some(fields) if reader.at == word.flat.len() => Val { kind: ValKind::Map(fields), span: word.at },
        _ => Val { kind: ValKind::Text(word.text.clone()), span: word.at },
    }
}

struct Reader<'a> {
    word: &'a Argument,
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn skip(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    /// `Key=…,Key=…` up to one of the characters in `ends`, or the end.
    fn fields(&mut self, ends: &[char]) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        loop {
            self.blanks();
            let start = self.at;
            let key = self.key()?;
            let key_span = self.word.place(start, self.at);
            if !self.skip('=') {
                return None;
            }
            let value = self.values(ends)?;
            fields.push(Field { key: key.into(), key_span, value });
            self.blanks();
            if !self.skip(',') {
                return match self.peek() {
                    None => Some(fields),
                    Some(c) if ends.contains(&c) => Some(fields),
                    Some(_) => None,
                };
            }
        }
    }

    fn key(&mut self) -> Option<String> {
        let rest = self.text.get(self.at..)?;
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "-_.#/:".contains(c))).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        self.at += end;
        Some(rest[..end].to_owned())
    }

    /// One value, or several that commas separate, as long as no key follows.
    fn values(&mut self, ends: &[char]) -> Option<Val> {
        let start = self.at;
        let first = self.value(ends)?;
        let mut items = vec![first];
        while self.peek() == Some(',') {
            let comma = self.at;
            self.at += 1;
            self.blanks();
            let behind = self.at;
            if self.peek().is_none() || self.key().is_some() && self.peek() == Some('=') {
                self.at = comma;
                break;
            }
            self.at = behind;
            items.push(self.value(ends)?);
        }
        match (items.len(), items.pop()) {
            (1, Some(only)) => Some(only),
            (_, last) => {
                let span = self.word.place(start, self.at);
                Some(Val { kind: ValKind::List(items.into_iter().chain(last).collect()), span })
            }
        }
    }

    fn value(&mut self, ends: &[char]) -> Option<Val> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = self.one(ends);
        self.depth -= 1;
        value
    }

    fn one(&mut self, ends: &[char]) -> Option<Val> {
        let start = self.at;
        let kind = match self.peek() {
            Some('[') => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.blanks();
                    if self.skip(']') {
                        break;
                    }
                    items.push(self.value(&[']'])?);
                    self.blanks();
                    if !self.skip(',') && self.peek() != Some(']') {
                        return None;
                    }
                }
                ValKind::List(items)
            }
            Some('{') => {
                self.at += 1;
                let fields = self.fields(&['}'])?;
                if !self.skip('}') {
                    return None;
                }
                ValKind::Map(fields)
            }
            Some(quote @ ('"' | '\'')) => {
                self.at += 1;
                let mut text = String::new();
                loop {
                    let c = self.peek()?;
                    self.at += c.len_utf8();
                    match c {
                        '\\' if self.peek().is_some() => {
                            let escaped = self.peek()?;
                            self.at += escaped.len_utf8();
                            text.push(escaped);
                        }
                        c if c == quote => break,
                        c => text.push(c),
                    }
                }
                embed::with_holes(&text, &self.word.holes, self.word.at).kind
            }
            _ => {
                let rest = self.text.get(self.at..)?;
                let end = rest.find(|c: char| c == ',' || ends.contains(&c)).unwrap_or(rest.len());
                self.at += end;
                embed::with_holes(rest[..end].trim_end(), &self.word.holes, self.word.at).kind
            }
        };
        Some(Val { kind, span: self.word.place(start, self.at) })
    }
}

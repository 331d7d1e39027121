//! From the text of a filter pattern to an [`Expr`].

use std::sync::Arc;

use super::{Asks, Compare, Expr, StringPattern, Test};

/// The longest pattern that is read, in bytes. The service takes 1,024 characters.
const LONGEST: usize = 16 * 1024;

/// How deep parentheses may be nested.
const DEEPEST: usize = 64;

/// Why a text is no filter pattern for JSON events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected} expected at character {at}")]
pub struct ParseError {
    /// Where, in characters from the start.
    pub at: usize,
    /// What should stand there, as a noun phrase.
    pub expected: &'static str,
}

/// How `&&` and `||` side by side are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `&&` binds tighter, as the user guide has it.
    AndFirst,
    /// From left to right, as some readers of the benchmark take it.
    LeftToRight,
}

/// Reads a pattern as the service does.
///
/// # Errors
/// If it is not a pattern for JSON events: terms and space-delimited patterns are errors at character 0.
pub fn parse(text: &str) -> Result<Expr, ParseError> {
    parse_grouped(text, Grouping::AndFirst)
}

/// As [`parse`], with the grouping of operators given.
///
/// # Errors
/// As [`parse`].
pub fn parse_grouped(text: &str, grouping: Grouping) -> Result<Expr, ParseError> {
    if text.trim().is_empty() {
        return Ok(Expr::everything());
    }
    let mut parser = Parser { chars: text.chars().take(LONGEST + 1).collect(), at: 0, depth: 0, grouping };
    if parser.chars.len() > LONGEST {
        return parser.expected("a shorter pattern");
    }
    parser.symbol("{", "'{'")?;
    let expr = parser.either()?;
    parser.symbol("}", "'&&', '||' or '}'")?;
    parser.space();
    if parser.at < parser.chars.len() {
        return parser.expected("the end of the pattern");
    }
    Ok(expr)
}

/// A number as a pattern or an event writes it.
pub(super) fn number(text: &str) -> Option<f64> {
    let starts = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.');
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    if !text.starts_with(starts) || !text.chars().all(plain) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    grouping: Grouping,
}

impl Parser {
    fn expected<T>(&self, expected: &'static str) -> Result<T, ParseError> {
        Err(ParseError { at: self.at, expected })
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, symbol: &str) -> bool {
        let there = symbol.chars().enumerate().all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        if there {
            self.at += symbol.chars().count();
        }
        there
    }

    fn symbol(&mut self, symbol: &str, expected: &'static str) -> Result<(), ParseError> {
        self.space();
        if self.take(symbol) { Ok(()) } else { self.expected(expected) }
    }

    fn either(&mut self) -> Result<Expr, ParseError> {
        if self.grouping == Grouping::LeftToRight {
            return self.left_to_right();
        }
        let mut parts = vec![self.both()?];
        loop {
            self.space();
            if !self.take("||") {
                break;
            }
            parts.push(self.both()?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn both(&mut self) -> Result<Expr, ParseError> {
        let mut parts = vec![self.term()?];
        loop {
            self.space();
            if !self.take("&&") {
                break;
            }
            parts.push(self.term()?);
        }
        Ok(one_or(parts, Expr::All))
    }

    fn left_to_right(&mut self) -> Result<Expr, ParseError> {
        let mut left = self.term()?;
        loop {
            self.space();
            left = if self.take("||") {
                Expr::Any(vec![left, self.term()?])
            } else if self.take("&&") {
                Expr::All(vec![left, self.term()?])
            } else {
                return Ok(left);
            };
        }
    }

    fn term(&mut self) -> Result<Expr, ParseError> {
        self.space();
        if self.take("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return self.expected("fewer nested parentheses");
            }
            let inner = self.either()?;
            self.symbol(")", "'&&', '||' or ')'")?;
            self.depth -= 1;
            return Ok(inner);
        }
        self.test()
    }

    fn test(&mut self) -> Result<Expr, ParseError> {
        let (field, wildcard) = self.selector()?;
        self.space();
        let from = self.at;
        let mut asks = self.question()?;
        if wildcard {
            // Which of several values must fulfil the condition is not known: kept as it is written.
            let written: String = self.chars[from..self.at].iter().filter(|c| !c.is_whitespace()).collect();
            asks = Asks::Opaque(written.into(), true);
        }
        Ok(Expr::Test(Test { field, asks }))
    }

    /// The selector without `$.`, and whether it holds a wildcard.
    fn selector(&mut self) -> Result<(Arc<str>, bool), ParseError> {
        if !self.take("$") {
            return self.expected("a selector that begins with '$.'");
        }
        let (mut path, mut wildcard) = (String::new(), false);
        loop {
            if self.take("[") {
                let quote = self.peek().filter(|c| matches!(c, '"' | '\''));
                if let Some(quote) = quote {
                    self.at += 1;
                    let name = self.run(|c| c != quote);
                    if name.is_empty() || !self.take(quote.encode_utf8(&mut [0; 4])) {
                        return self.expected("a quoted name");
                    }
                    push_name(&mut path, &name);
                } else if self.take("*") {
                    wildcard = true;
                    path.push_str("[*]");
                } else {
                    let index = self.run(|c| c.is_ascii_digit());
                    if index.is_empty() {
                        return self.expected("an index");
                    }
                    // Written without leading zeros, so that equal selectors have equal texts.
                    let index = index.trim_start_matches('0');
                    path.push_str(&format!("[{}]", if index.is_empty() { "0" } else { index }));
                }
                if !self.take("]") {
                    return self.expected("']'");
                }
            } else if self.take(".") {
                if self.peek() == Some('[') {
                    continue;
                }
                let name = self.run(|c| !c.is_whitespace() && !"[].=!<>(){}\"'&|".contains(c));
                if name.is_empty() {
                    return self.expected("a field name");
                }
                wildcard |= name.contains('*');
                push_name(&mut path, &name);
            } else if path.is_empty() {
                return self.expected("'.'");
            } else {
                return Ok((path.into(), wildcard));
            }
        }
    }

    fn run(&mut self, rule: impl Fn(char) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&rule) {
            self.at += 1;
        }
        self.chars[from..self.at].iter().collect()
    }

    /// One of the given words, in any case, whole.
    fn word(&mut self, word: &str) -> bool {
        self.space();
        let from = self.at;
        if self.run(|c| c.is_ascii_alphabetic()).eq_ignore_ascii_case(word) {
            return true;
        }
        self.at = from;
        false
    }

    fn question(&mut self) -> Result<Asks, ParseError> {
        if self.word("IS") {
            return if self.word("NULL") {
                Ok(Asks::Null)
            } else if self.word("TRUE") {
                Ok(Asks::Bool(true))
            } else if self.word("FALSE") {
                Ok(Asks::Bool(false))
            } else {
                self.expected("NULL, TRUE or FALSE")
            };
        }
        if self.word("EXISTS") {
            return Ok(Asks::Exists(true));
        }
        if self.word("NOT") {
            return if self.word("EXISTS") { Ok(Asks::Exists(false)) } else { self.expected("EXISTS") };
        }
        // The longer operators first.
        let operators = [
            ("!=", Compare::NotEqual),
            ("<=", Compare::AtMost),
            (">=", Compare::AtLeast),
            ("=", Compare::Equal),
            ("<", Compare::Less),
            (">", Compare::More),
        ];
        for (symbol, compare) in operators {
            if self.take(symbol) {
                self.space();
                return self.value(compare);
            }
        }
        self.expected("an operator")
    }

    fn value(&mut self, compare: Compare) -> Result<Asks, ParseError> {
        let from = self.at;
        let asks = match self.peek() {
            Some('"') => Asks::Like(self.quoted()?, true),
            Some('%') => {
                self.at += 1;
                let regex = self.run(|c| c != '%');
                if !self.take("%") {
                    return self.expected("'%' at the end of the regular expression");
                }
                StringPattern::regex(&regex).map_or_else(
                    || Asks::Opaque(format!("%{regex}%").into(), true),
                    |pattern| Asks::Like(pattern, true),
                )
            }
            _ => {
                let word = self.run(|c| !c.is_whitespace() && !"(){}\"'&|=<>!%".contains(c));
                if word.is_empty() {
                    return self.expected("a value");
                }
                match number(&word) {
                    Some(number) => return Ok(Asks::Number(compare, number)),
                    None => Asks::Like(StringPattern::glob(&word), true),
                }
            }
        };
        match (compare, asks) {
            (Compare::Equal, asks) => Ok(asks),
            (Compare::NotEqual, Asks::Like(pattern, _)) => Ok(Asks::Like(pattern, false)),
            (Compare::NotEqual, Asks::Opaque(text, _)) => Ok(Asks::Opaque(text, false)),
            _ => {
                self.at = from;
                self.expected("a number")
            }
        }
    }

    fn quoted(&mut self) -> Result<StringPattern, ParseError> {
        self.at += 1;
        let mut chars = Vec::new();
        loop {
            let Some(c) = self.peek() else {
                return self.expected("'\"' at the end of the string");
            };
            self.at += 1;
            match c {
                '"' => return Ok(StringPattern::wildcards(chars)),
                '*' => chars.push(None),
                '\\' => match self.peek() {
                    Some(c @ ('"' | '\\')) => {
                        self.at += 1;
                        chars.push(Some(c));
                    }
                    _ => return self.expected("an escape that is known"),
                },
                c => chars.push(Some(c)),
            }
        }
    }
}

fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

fn one_or(mut parts: Vec<Expr>, many: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

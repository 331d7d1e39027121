//! The rules of composite alarms: `ALARM(a) OR (ALARM("b") AND NOT OK(c))`.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>

use crate::model::arn::{Part, Text};

/// A rule, as far as it matters here: which alarm sets it off without the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Alarms each of which is enough: in the state ALARM they make the rule true, whatever the others are in.
    pub alone: Vec<Text>,
    /// Alarms that it looks at in any other way.
    pub mentioned: Vec<Text>,
    /// Whether a part of it is not known, so that it may look at any alarm.
    pub open: bool,
}

/// Nesting of parentheses that is followed.
const DEEPEST: usize = 100;

/// Reads a rule. What cannot be read makes it open.
pub fn parse(text: &Text) -> Rule {
    let mut reader = Reader { tokens: tokens(text), at: 0 };
    let rule = reader.either(0).filter(|_| reader.at == reader.tokens.len());
    rule.unwrap_or_else(|| Rule { open: true, ..Rule::default() })
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    /// A word, maybe with unknown parts; what stood in quotes is one.
    Word(Text),
}

fn tokens(text: &Text) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut word, mut quoted) = (Text::default(), false);
    let end = |word: &mut Text, tokens: &mut Vec<Token>| {
        if !word.is_certainly_empty() {
            tokens.push(Token::Word(std::mem::take(word)));
        }
    };
    for part in text.parts() {
        let literal = match part {
            Part::Lit(literal) => literal,
            Part::Var(var) => {
                word.push(&Text::from(var.clone()));
                continue;
            }
        };
        for c in literal.chars() {
            let mark = match c {
                '"' => {
                    quoted = !quoted;
                    continue;
                }
                _ if quoted => None,
                '(' => Some(Token::Open),
                ')' => Some(Token::Close),
                ',' => Some(Token::Comma),
                c if c.is_whitespace() => {
                    end(&mut word, &mut tokens);
                    continue;
                }
                _ => None,
            };
            match mark {
                Some(mark) => {
                    end(&mut word, &mut tokens);
                    tokens.push(mark);
                }
                None => word.push_str(c.encode_utf8(&mut [0; 4])),
            }
        }
    }
    end(&mut word, &mut tokens);
    tokens
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn keyword(&mut self, keyword: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(word))
            if word.literal().is_some_and(|word| word.eq_ignore_ascii_case(keyword)));
        self.at += usize::from(found);
        found
    }

    fn token(&mut self, wanted: &Token) -> Option<()> {
        (self.tokens.get(self.at) == Some(wanted)).then(|| self.at += 1)
    }

    /// Operands with operators between them. Which of AND and OR binds closer is not relied on: among operands that
    /// both of them join, none is enough alone.
    fn either(&mut self, depth: usize) -> Option<Rule> {
        let mut rule = self.operand(depth)?;
        let mut all = false;
        loop {
            if self.keyword("AND") {
                all = true;
            } else if !self.keyword("OR") {
                break;
            }
            let next = self.operand(depth)?;
            rule.alone.extend(next.alone);
            rule.mentioned.extend(next.mentioned);
            rule.open |= next.open;
        }
        Some(if all { rule.blunt() } else { rule })
    }

    fn operand(&mut self, depth: usize) -> Option<Rule> {
        let depth = depth + 1;
        if depth > DEEPEST {
            return None;
        }
        if self.keyword("NOT") {
            return self.operand(depth).map(Rule::blunt);
        }
        if self.token(&Token::Open).is_some() {
            let inner = self.either(depth)?;
            self.token(&Token::Close)?;
            return Some(inner);
        }
        if self.keyword("TRUE") || self.keyword("FALSE") {
            return Some(Rule::default());
        }
        let state = ["ALARM", "OK", "INSUFFICIENT_DATA"].into_iter().find(|state| self.keyword(state))?;
        self.token(&Token::Open)?;
        let mut name = Text::default();
        // Names may hold spaces, also without quotes; how many there were does not come back.
        while let Some(Token::Word(word)) = self.tokens.get(self.at) {
            if !name.is_certainly_empty() {
                name.push_str(" ");
            }
            name.push(word);
            self.at += 1;
        }
        self.token(&Token::Close)?;
        if name.is_certainly_empty() {
            return None;
        }
        let (alone, mentioned) = if state == "ALARM" { (vec![name], Vec::new()) } else { (Vec::new(), vec![name]) };
        Some(Rule { alone, mentioned, open: false })
    }
}

impl Rule {
    /// The rule as a part of one in which no alarm of it is enough.
    fn blunt(mut self) -> Self {
        self.mentioned.append(&mut self.alone);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(rule: &str) -> Option<Vec<String>> {
        let rule = parse(&Text::from(rule));
        (!rule.open).then(|| rule.alone.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_alarm_is_enough_where_only_or_joins_it() {
        let enough: &[(&str, &[&str])] = &[
            ("ALARM(a)", &["a"]),
            ("alarm( \"a b\" )", &["a b"]),
            ("(ALARM(a))", &["a"]),
            ("ALARM(a) OR (OK(b) OR ALARM(c))", &["a", "c"]),
            ("ALARM(a) OR (ALARM(b) AND ALARM(c))", &["a"]),
            ("NOT ALARM(a) OR ALARM(b)", &["b"]),
            (
                "ALARM(arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a)",
                &["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a"],
            ),
            ("ALARM(\"a (b)\")", &["a (b)"]),
            ("ALARM(a) AND ALARM(b)", &[]),
            ("ALARM(a) OR ALARM(b) AND ALARM(c)", &[]),
            ("OK(a)", &[]),
            ("NOT (NOT ALARM(a))", &[]),
            ("TRUE OR ALARM(a)", &["a"]),
        ];
        for (rule, names) in enough {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(alone(rule), Some(names), "{rule}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_open() {
        for rule in ["", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) ALARM(b)", "AT_LEAST(1, ALARM, (a, b))", "a OR b"] {
            assert_eq!(alone(rule), None, "{rule}");
        }
        assert_eq!(alone(&"(".repeat(100_000)), None);
        assert_eq!(alone(&"NOT ".repeat(100_000)), None);
    }
}

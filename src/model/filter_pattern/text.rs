//! What a string is compared with: wildcards, or a regular expression of the simple kind.

/// Repetitions of one piece that are unfolded.
const MOST_REPETITIONS: usize = 64;

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Chars {
    /// One.
    One(char),
    /// Any.
    Any,
    /// Some ASCII characters, as a bit set; `rest` for all that are not ASCII.
    Class { ascii: u128, rest: bool },
}

impl Chars {
    pub(super) fn holds(&self, c: char) -> bool {
        match self {
            Self::One(one) => *one == c,
            Self::Any => true,
            Self::Class { ascii, rest } => {
                if c.is_ascii() {
                    ascii >> (c as u32) & 1 == 1
                } else {
                    *rest
                }
            }
        }
    }
}

/// A piece of an alternative: a set of characters and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) chars: Chars,
    /// May be left out.
    pub(super) optional: bool,
    /// May come again.
    pub(super) repeats: bool,
}

impl Piece {
    fn one(chars: Chars) -> Self {
        Self { chars, optional: false, repeats: false }
    }

    /// Just one character, and once.
    fn is_plain(&self) -> bool {
        matches!(self.chars, Chars::One(_)) && !self.optional && !self.repeats
    }

    fn star() -> Self {
        Self { chars: Chars::Any, optional: true, repeats: true }
    }
}

/// A set of strings: one of several sequences of pieces must fit the whole string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringPattern {
    pub(super) alternatives: Vec<Vec<Piece>>,
}

impl StringPattern {
    /// A string in which `None` stands for a wildcard.
    pub(super) fn wildcards(chars: impl IntoIterator<Item = Option<char>>) -> Self {
        let pieces = chars.into_iter().map(|c| c.map_or_else(Piece::star, |c| Piece::one(Chars::One(c)))).collect();
        Self { alternatives: vec![pieces] }
    }

    /// A string with `*` as wildcard.
    pub fn glob(text: &str) -> Self {
        Self::wildcards(text.chars().map(|c| (c != '*').then_some(c)))
    }

    /// A regular expression: literals, `.`, classes, `?` `*` `+` `{n,m}`, `|`, anchors at the ends. `None` beyond that.
    pub fn regex(text: &str) -> Option<Self> {
        let mut reader = Regex { chars: text.chars().collect(), at: 0 };
        let mut alternatives = vec![reader.alternative()?];
        while reader.take('|') {
            alternatives.push(reader.alternative()?);
        }
        (reader.at == reader.chars.len()).then_some(Self { alternatives })
    }

    /// Whether it is a finite list of strings.
    pub(super) fn is_literal(&self) -> bool {
        self.alternatives.iter().flatten().all(Piece::is_plain)
    }

    /// Whether just one string fits.
    pub(super) fn is_one_string(&self) -> bool {
        self.alternatives.len() == 1 && self.is_literal()
    }

    /// The strings that fit a finite list.
    pub(super) fn literals(&self) -> impl Iterator<Item = String> {
        let char = |piece: &Piece| if let Chars::One(c) = piece.chars { Some(c) } else { None };
        self.alternatives.iter().map(move |pieces| pieces.iter().filter_map(char).collect())
    }

    /// The one string that fits, if there is just one.
    pub fn literal(&self) -> Option<String> {
        if self.is_one_string() { self.literals().next() } else { None }
    }

    /// Whether the string fits.
    pub fn matches(&self, text: &str) -> bool {
        self.alternatives.iter().any(|pieces| {
            // Up to the first wildcard there is one way only; most strings are told apart here.
            let mut rest = text.chars();
            let fixed = pieces.iter().take_while(|piece| piece.is_plain()).count();
            let (fixed, pieces) = pieces.split_at(fixed);
            if !fixed.iter().all(|piece| rest.next().is_some_and(|c| piece.chars.holds(c))) {
                return false;
            }
            if pieces.is_empty() {
                return rest.next().is_none();
            }
            let mut reach = vec![false; pieces.len() + 1];
            reach[0] = true;
            skip(pieces, &mut reach);
            for c in rest {
                let mut next = vec![false; pieces.len() + 1];
                for (i, piece) in pieces.iter().enumerate() {
                    if reach[i] && piece.chars.holds(c) {
                        next[i + 1] = true;
                        // Staying at a piece that repeats is the same as having it optional from now on.
                        next[i] |= piece.repeats;
                    }
                }
                skip(pieces, &mut next);
                reach = next;
            }
            reach[pieces.len()]
        })
    }
}

fn skip(pieces: &[Piece], reach: &mut [bool]) {
    for (i, piece) in pieces.iter().enumerate() {
        if reach[i] && piece.optional {
            reach[i + 1] = true;
        }
    }
}

struct Regex {
    chars: Vec<char>,
    at: usize,
}

impl Regex {
    fn take(&mut self, c: char) -> bool {
        let there = self.chars.get(self.at) == Some(&c);
        self.at += usize::from(there);
        there
    }

    fn alternative(&mut self) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        if !self.take('^') {
            pieces.push(Piece::star());
        }
        let mut closed = false;
        while let Some(&c) = self.chars.get(self.at) {
            if c == '|' {
                break;
            }
            // An anchor in the middle matches nothing that a person means: not decided.
            if closed {
                return None;
            }
            self.at += 1;
            let chars = match c {
                '$' => {
                    closed = true;
                    continue;
                }
                '.' => Chars::Any,
                '\\' => self.escape()?,
                '[' => self.class()?,
                '^' | '*' | '+' | '?' | '{' | '}' | '(' | ')' | ']' => return None,
                c => Chars::One(c),
            };
            let mut piece = Piece::one(chars);
            if self.take('*') {
                (piece.optional, piece.repeats) = (true, true);
            } else if self.take('?') {
                piece.optional = true;
            } else if self.take('+') {
                // `x+` is `x` and then `x*`.
                pieces.push(piece.clone());
                (piece.optional, piece.repeats) = (true, true);
            }
            if self.take('{') {
                if piece.optional || piece.repeats {
                    return None;
                }
                self.counted(&piece, &mut pieces)?;
            } else {
                pieces.push(piece);
            }
            if matches!(self.chars.get(self.at), Some('*' | '+' | '?' | '{')) {
                return None;
            }
        }
        if !closed {
            pieces.push(Piece::star());
        }
        Some(pieces)
    }

    /// `x{2}`, `x{2,}` and `x{2,4}`, from behind the brace.
    fn counted(&mut self, piece: &Piece, pieces: &mut Vec<Piece>) -> Option<()> {
        let least = self.number()?;
        let most = match self.take(',') {
            false => Some(least),
            true if self.chars.get(self.at) == Some(&'}') => None,
            true => Some(self.number()?),
        };
        if !self.take('}') || most.is_some_and(|most| most < least) {
            return None;
        }
        pieces.extend((0..least).map(|_| piece.clone()));
        match most {
            Some(most) => pieces.extend((least..most).map(|_| Piece { optional: true, ..piece.clone() })),
            None => pieces.push(Piece { optional: true, repeats: true, ..piece.clone() }),
        }
        Some(())
    }

    /// A number of repetitions; `None` beyond what is worth unfolding.
    fn number(&mut self) -> Option<usize> {
        let from = self.at;
        while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
            self.at += 1;
        }
        let digits: String = self.chars[from..self.at].iter().collect();
        digits.parse().ok().filter(|number| *number <= MOST_REPETITIONS)
    }

    fn escape(&mut self) -> Option<Chars> {
        let c = *self.chars.get(self.at)?;
        self.at += 1;
        let (digits, word) = (bits(|c| c.is_ascii_digit()), bits(|c| c.is_ascii_alphanumeric() || c == '_'));
        let space = bits(|c| c.is_ascii_whitespace());
        Some(match c {
            'd' => Chars::Class { ascii: digits, rest: false },
            'D' => Chars::Class { ascii: !digits, rest: true },
            'w' => Chars::Class { ascii: word, rest: false },
            'W' => Chars::Class { ascii: !word, rest: true },
            's' => Chars::Class { ascii: space, rest: false },
            'S' => Chars::Class { ascii: !space, rest: true },
            c if c.is_ascii_alphanumeric() => return None,
            c => Chars::One(c),
        })
    }

    fn class(&mut self) -> Option<Chars> {
        let negated = self.take('^');
        let mut set = 0_u128;
        let mut first = true;
        loop {
            let c = *self.chars.get(self.at)?;
            self.at += 1;
            if c == ']' && !first {
                break;
            }
            first = false;
            if !c.is_ascii() || matches!(c, '[' | '\\' | ']') {
                return None;
            }
            let ranged =
                self.chars.get(self.at) == Some(&'-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
            if ranged {
                let end = *self.chars.get(self.at + 1)?;
                self.at += 2;
                if !end.is_ascii() || end < c {
                    return None;
                }
                set |= bits(|x| (c..=end).contains(&x));
            } else {
                set |= 1 << (c as u32);
            }
        }
        Some(Chars::Class { ascii: if negated { !set } else { set }, rest: negated })
    }
}

fn bits(rule: impl Fn(char) -> bool) -> u128 {
    (0_u8..128).filter(|c| rule(char::from(*c))).fold(0, |set, c| set | 1 << c)
}

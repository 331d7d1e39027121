//! Names, ARNs and patterns that may hold parts which are not known.
//!
//! A [`Text`] is a string with holes. A hole ([`Var`]) has an identity, so two texts that refer to the same generated
//! name are equal although nobody knows the name. All comparisons answer a [`Truth`].

use std::fmt;
use std::sync::Arc;

use crate::truth::{Cause, Causes, Truth};

mod fast;

/// A string with holes. Adjacent literals are merged and empty ones dropped, so equal texts have equal parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Vec<Part>);

/// A piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Known characters.
    Lit(Arc<str>),
    /// A hole.
    Var(Var),
}

/// What a hole can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything, also nothing, also wildcards.
    Any,
    /// Twelve digits.
    Account,
    /// The id of one of the accounts, one for each Region, from which CloudTrail delivered in old times.
    OldAccount,
    /// A non-empty name without `:`, `/`, `*`, `?`, braces and white space: generated names, Regions, ids.
    Name,
    /// A name that AWS makes up for one resource: a [`Shape::Name`] that no other resource has.
    Generated,
}

impl Shape {
    /// Whether it is an account id.
    pub fn is_account(self) -> bool {
        matches!(self, Self::Account | Self::OldAccount)
    }
}

/// A hole: something with an identity whose characters are not known.
#[derive(Clone, Debug)]
pub struct Var {
    /// The identity; equal keys are the same unknown string.
    pub key: Arc<str>,
    /// How messages print it: `AWS::AccountId`, `Bucket`.
    pub shown: Arc<str>,
    /// Why it is not known.
    pub cause: Cause,
    /// What it can hold.
    pub shape: Shape,
}

impl PartialEq for Var {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Var {}
impl std::hash::Hash for Var {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
impl PartialOrd for Var {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Var {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut result = Self::default();
        result.push_str(text);
        result
    }
}

impl From<Var> for Text {
    fn from(var: Var) -> Self {
        Self(vec![Part::Var(var)])
    }
}

impl Text {
    /// Appends known characters.
    pub fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Lit(last)) = self.0.last_mut() {
            *last = format!("{last}{text}").into();
        } else {
            self.0.push(Part::Lit(text.into()));
        }
    }

    /// Appends another text.
    pub fn push(&mut self, other: &Self) {
        for part in &other.0 {
            match part {
                Part::Lit(text) => self.push_str(text),
                Part::Var(var) => self.0.push(Part::Var(var.clone())),
            }
        }
    }

    /// One text after the other.
    pub fn concat<'a>(texts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut result = Self::default();
        for text in texts {
            result.push(text);
        }
        result
    }

    /// `template` with each `{}` replaced by the next of `values`.
    pub fn format(template: &str, values: &[&Self]) -> Self {
        let mut result = Self::default();
        let mut values = values.iter();
        for (i, piece) in template.split("{}").enumerate() {
            if i > 0
                && let Some(value) = values.next()
            {
                result.push(value);
            }
            result.push_str(piece);
        }
        result
    }

    /// The pieces, in order.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The characters, if all are known.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Lit(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it is known to be empty.
    pub fn is_certainly_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The holes.
    pub fn vars(&self) -> impl Iterator<Item = &Var> {
        self.vars_from(0)
    }

    fn vars_from(&self, part: usize) -> impl Iterator<Item = &Var> {
        self.0.iter().skip(part).filter_map(|part| if let Part::Var(var) = part { Some(var) } else { None })
    }

    /// Why it is not fully known; `None` for a literal.
    pub fn causes(&self) -> Option<Causes> {
        self.vars().map(|var| Causes::from(var.cause.clone())).reduce(Causes::and)
    }

    /// Whether both are the same string.
    pub fn same(&self, other: &Self) -> Truth {
        if self == other {
            return Truth::True;
        }
        if let (Some(_), Some(_)) = (self.literal(), other.literal()) {
            return Truth::False;
        }
        if fast::apart(&self.0, &other.0, false, false) {
            return Truth::False;
        }
        possibly(&tokens(&self.0, false), &tokens(&other.0, false), self, other)
    }

    /// Whether the known beginning is `prefix`: true or false if the leading literal decides, else unknown.
    pub fn starts_with(&self, prefix: &str) -> Truth {
        let prefix = Self::from(prefix);
        let mut pattern = tokens(&prefix.0, false);
        pattern.push(Token::Star);
        let value = tokens(&self.0, false);
        if certainly(&pattern, &value) { Truth::True } else { possibly(&pattern, &value, self, self) }
    }

    /// What follows `beginning`, if the text is written with the same characters and holes up to there.
    pub fn after(&self, beginning: &Self) -> Option<Self> {
        let Some((last, first)) = beginning.0.split_last() else { return Some(self.clone()) };
        let rest = self.0.strip_prefix(first)?;
        let mut result = Self::default();
        match (last, rest.first()?) {
            (Part::Lit(last), Part::Lit(text)) => result.push_str(text.strip_prefix(&**last)?),
            (Part::Var(last), Part::Var(var)) if last == var => {}
            _ => return None,
        }
        result.0.extend_from_slice(&rest[1..]);
        Some(result)
    }

    /// Whether the string begins with `prefix`, both taken literally. Holes that both begin with are the same string.
    pub fn begins_with(&self, prefix: &Self) -> Truth {
        let shared = self.0.iter().zip(&prefix.0).take_while(|(a, b)| a == b).count();
        let (value, prefix) = (&self.0[shared..], &prefix.0[shared..]);
        match (value.first(), prefix.first()) {
            (_, None) => return Truth::True,
            (Some(Part::Lit(a)), Some(Part::Lit(b))) => {
                if prefix.len() == 1 && a.starts_with(&**b) {
                    return Truth::True;
                }
                if !a.starts_with(&**b) && !b.starts_with(&**a) || value.len() == 1 && a.len() < b.len() {
                    return Truth::False;
                }
                let possible = match (value, prefix) {
                    ([_, behind @ ..], [_]) if a.len() < b.len() => fast::can_be_begun(behind, &b[a.len()..]),
                    ([_], [_, behind @ ..]) if b.len() <= a.len() => fast::can_begin(behind, &a[b.len()..]),
                    _ => None,
                };
                match possible {
                    Some(false) => return Truth::False,
                    Some(true) => {
                        let causes = Self([value, prefix].concat()).causes();
                        return causes.map_or(Truth::True, Truth::Unknown);
                    }
                    None => {}
                }
            }
            (Some(Part::Var(a)), Some(Part::Var(b))) if a.shape == Shape::Generated && b.shape == Shape::Generated => {
                return Truth::False;
            }
            _ => {}
        }
        let (value, prefix) = (Self(value.to_vec()), Self(prefix.to_vec()));
        let (whole, mut pattern) = (tokens(&value.0, false), tokens(&prefix.0, false));
        pattern.push(Token::Star);
        if certainly(&pattern, &whole) { Truth::True } else { possibly(&pattern, &whole, &prefix, &value) }
    }

    /// Whether the string finishes with `suffix`, both taken literally. Holes that both finish with are the same string.
    pub fn finishes_with(&self, suffix: &Self) -> Truth {
        let shared = self.0.iter().rev().zip(suffix.0.iter().rev()).take_while(|(a, b)| a == b).count();
        let (value, suffix) = (&self.0[..self.0.len() - shared], &suffix.0[..suffix.0.len() - shared]);
        match (value.last(), suffix.last()) {
            (_, None) => return Truth::True,
            (Some(Part::Lit(a)), Some(Part::Lit(b))) => {
                if suffix.len() == 1 && a.ends_with(&**b) {
                    return Truth::True;
                }
                if !a.ends_with(&**b) && !b.ends_with(&**a) || value.len() == 1 && a.len() < b.len() {
                    return Truth::False;
                }
            }
            _ => {}
        }
        let (value, suffix) = (Self(value.to_vec()), Self(suffix.to_vec()));
        let (whole, mut pattern) = (tokens(&value.0, false), vec![Token::Star]);
        pattern.extend(tokens(&suffix.0, false));
        if certainly(&pattern, &whole) { Truth::True } else { possibly(&pattern, &whole, &suffix, &value) }
    }

    /// Whether this pattern (`*` any run, `?` one character) matches the **string** `value`
    /// (whose own `*` and `?` are plain characters).
    pub fn matches(&self, value: &Self) -> Truth {
        let (pattern, string) = fast::behind_equal(&self.0, &value.0);
        if let (Some(pattern), Some(string)) = (fast::alone(pattern), fast::alone(string)) {
            return Truth::known(fast::glob(pattern, string, u8::eq));
        }
        if fast::apart(pattern, string, true, false) {
            return Truth::False;
        }
        let (pattern, string) = (tokens(pattern, true), tokens(string, false));
        if certainly(&pattern, &string) {
            return Truth::True;
        }
        possibly(&pattern, &string, self, value)
    }

    /// As [`Text::matches`], without regard to ASCII case.
    pub fn matches_ignoring_case(&self, value: &Self) -> Truth {
        if let (Some(pattern), Some(string)) = (self.literal(), value.literal()) {
            return Truth::known(fast::glob(pattern, string, u8::eq_ignore_ascii_case));
        }
        self.lowercase().matches(&value.lowercase())
    }

    /// Whether some string is matched by both **patterns**: true when a string exists whatever the holes are.
    pub fn overlaps(&self, other: &Self) -> Truth {
        if fast::apart(&self.0, &other.0, true, true) {
            return Truth::False;
        }
        let (a, b) = (tokens(&self.0, true), tokens(&other.0, true));
        if intersects(&a, &b, &|x, y| matches!((x, y), (Token::Var(v), Token::Var(w)) if v == w)) {
            return Truth::True;
        }
        possibly(&a, &b, self, other)
    }

    /// Whether every string that the **pattern** `other` matches is matched by this pattern too.
    /// True only when certain by structure; false when some string is certainly missed.
    pub fn covers(&self, other: &Self) -> Truth {
        if fast::apart(&self.0, &other.0, true, true) {
            return Truth::False;
        }
        let (a, b) = (tokens(&self.0, true), tokens(&other.0, true));
        if certainly(&a, &b) {
            return Truth::True;
        }
        if self.causes().is_none() && other.causes().is_none() {
            return Truth::False;
        }
        // A pattern that cannot even touch the other one does not cover it.
        if self.overlaps(other) == Truth::False {
            return Truth::False;
        }
        possibly(&relax(&a, &b), &b, self, other)
    }

    /// ASCII letters in lower case; holes stay.
    #[must_use]
    pub fn lowercase(&self) -> Self {
        self.map_literals(str::to_ascii_lowercase)
    }

    /// The text with its known characters turned into others; holes stay.
    #[must_use]
    pub fn map_literals(&self, turn: impl Fn(&str) -> String) -> Self {
        let mut result = Self::default();
        for part in &self.0 {
            match part {
                Part::Lit(text) => result.push_str(&turn(text)),
                var @ Part::Var(_) => result.0.push(var.clone()),
            }
        }
        result
    }

    /// The pieces between `separator`; a hole counts as holding none.
    pub fn split(&self, separator: char) -> Vec<Self> {
        let mut result = vec![Self::default()];
        for part in &self.0 {
            match part {
                Part::Lit(text) => {
                    for (i, piece) in text.split(separator).enumerate() {
                        if i > 0 {
                            result.push(Self::default());
                        }
                        result.last_mut().expect("starts with one piece").push_str(piece);
                    }
                }
                var @ Part::Var(_) => result.last_mut().expect("starts with one piece").0.push(var.clone()),
            }
        }
        result
    }
}

fn tokens(parts: &[Part], wildcards: bool) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for part in parts {
        match part {
            Part::Lit(text) => tokens.extend(text.chars().map(|c| match c {
                '*' if wildcards => Token::Star,
                '?' if wildcards => Token::One,
                c => Token::Char(c),
            })),
            Part::Var(var) => tokens.push(Token::Var(var)),
        }
    }
    tokens
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Lit(text) => f.write_str(text)?,
                Part::Var(var) => write!(f, "${{{}}}", var.shown)?,
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Char(char),
    /// `?`
    One,
    /// `*`
    Star,
    Var(&'t Var),
    /// A character that a hole of shape `Name` can hold.
    NameChar,
    /// Any run of such characters, also none.
    NameRun,
    Digit,
}

/// Whether `pattern` matches every string that `value` can be: a hole is matched by itself or by `*`, a wildcard of
/// the value only by `*`.
fn certainly(pattern: &[Token<'_>], value: &[Token<'_>]) -> bool {
    // Row by row over the pattern: `reach[j]` = the pattern so far matches the first `j` tokens of the value.
    let mut reach = vec![false; value.len() + 1];
    reach[0] = true;
    for token in pattern {
        let mut next = vec![false; value.len() + 1];
        if *token == Token::Star {
            let mut any = false;
            for (j, slot) in next.iter_mut().enumerate() {
                any |= reach[j];
                *slot = any;
            }
        } else {
            for (j, seen) in value.iter().enumerate() {
                next[j + 1] = reach[j]
                    && match (token, seen) {
                        (Token::One, Token::Char(_) | Token::One) => true,
                        (a, b) => a == b,
                    };
            }
        }
        reach = next;
    }
    reach[value.len()]
}

/// False if no string fits both, else unknown for the reasons of the holes.
fn possibly(a: &[Token<'_>], b: &[Token<'_>], left: &Text, right: &Text) -> Truth {
    if part_at_generated(a, b) {
        return Truth::False;
    }
    // What both begin with alike, character by character, needs no search.
    let alike = a.iter().zip(b).take_while(|(x, y)| x == y && matches!(x, Token::Char(_))).count();
    let (a, b) = (&a[alike..], &b[alike..]);
    if !intersects(&relax(a, b), &relax(b, a), &|_, _| false) {
        return Truth::False;
    }
    // What both begin with is the same string: not knowing it is no reason, unless there is no other.
    let shared = left.0.iter().zip(&right.0).take_while(|(a, b)| a == b).count();
    let causes = |from: usize| {
        let vars = left.vars_from(from).chain(right.vars_from(from));
        vars.map(|var| Causes::from(var.cause.clone())).reduce(Causes::and)
    };
    match causes(shared).or_else(|| causes(0)) {
        Some(causes) => Truth::Unknown(causes),
        // No holes at all: what fits, fits.
        None => Truth::True,
    }
}

/// Whether both begin alike up to the made-up names of two different resources: whatever these are, they differ, and
/// neither begins with the other.
fn part_at_generated(a: &[Token<'_>], b: &[Token<'_>]) -> bool {
    let parting = a.iter().zip(b).find(|(x, y)| x != y || **x == Token::Star);
    matches!(parting, Some((Token::Var(x), Token::Var(y)))
        if x.shape == Shape::Generated && y.shape == Shape::Generated)
}

/// Each hole replaced by all that it can hold. More may be known of it where it stands in `other`.
fn relax<'t>(tokens: &[Token<'t>], other: &[Token<'_>]) -> Vec<Token<'t>> {
    let narrower = |var: &Var| {
        let mut shapes = other.iter().filter_map(|token| match token {
            Token::Var(same) if *same == var && same.shape != Shape::Any => Some(same.shape),
            _ => None,
        });
        if var.shape == Shape::Any { shapes.next().unwrap_or(Shape::Any) } else { var.shape }
    };
    let mut relaxed = Vec::with_capacity(tokens.len());
    for token in tokens {
        match token {
            Token::Var(var) => match narrower(var) {
                Shape::Any => relaxed.push(Token::Star),
                Shape::Account | Shape::OldAccount => relaxed.extend(std::iter::repeat_n(Token::Digit, 12)),
                Shape::Name | Shape::Generated => relaxed.extend([Token::NameChar, Token::NameRun]),
            },
            other => relaxed.push(*other),
        }
    }
    relaxed
}

fn is_name(c: char) -> bool {
    !matches!(c, ':' | '/' | '*' | '?' | '{' | '}') && !c.is_whitespace()
}

/// Whether one character fits both tokens (neither is a run).
fn fits(a: &Token<'_>, b: &Token<'_>) -> bool {
    match (a, b) {
        (Token::Char(x), Token::Char(y)) => x == y,
        (Token::Char(c), Token::NameChar | Token::NameRun) | (Token::NameChar | Token::NameRun, Token::Char(c)) => {
            is_name(*c)
        }
        (Token::Char(c), Token::Digit) | (Token::Digit, Token::Char(c)) => c.is_ascii_digit(),
        (Token::Var(_), _) | (_, Token::Var(_)) => false,
        _ => true,
    }
}

/// Whether some string is matched by both token lists; runs (`*`, name runs) on both sides. `same` says which
/// tokens are equal as a whole (holes).
fn intersects(a: &[Token<'_>], b: &[Token<'_>], same: &dyn Fn(&Token<'_>, &Token<'_>) -> bool) -> bool {
    let run = |token: &Token<'_>| matches!(token, Token::Star | Token::NameRun);
    let width = b.len() + 1;
    let mut reach = vec![false; width * (a.len() + 1)];
    reach[0] = true;
    for i in 0..=a.len() {
        // Nothing fits this far, so nothing fits.
        if !reach[i * width..(i + 1) * width].contains(&true) {
            return false;
        }
        for j in 0..=b.len() {
            if !reach[i * width + j] {
                continue;
            }
            let (x, y) = (a.get(i), b.get(j));
            if x.is_some_and(run) {
                reach[(i + 1) * width + j] = true;
            }
            if y.is_some_and(run) {
                reach[i * width + j + 1] = true;
            }
            if let (Some(x), Some(y)) = (x, y) {
                // A `*` swallows a hole of the other side whole.
                let swallow =
                    |star: &Token<'_>, hole: &Token<'_>| *star == Token::Star && matches!(hole, Token::Var(_));
                if same(x, y) {
                    reach[(i + 1) * width + j + 1] = true;
                } else if fits(x, y) || swallow(x, y) || swallow(y, x) {
                    let (di, dj) = (usize::from(!run(x)), usize::from(!run(y)));
                    reach[(i + di) * width + j + dj] |= di + dj > 0;
                }
            }
        }
    }
    reach[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests;

//! Comparing texts whose known parts decide, without looking at every character in three-valued logic.
//!
//! Nearly all comparisons of a scan are of this kind: an ARN against one of another bucket, an action against a name.

use super::{Part, Shape};

/// The characters of a text without holes.
pub(super) fn alone(parts: &[Part]) -> Option<&str> {
    match parts {
        [] => Some(""),
        [Part::Lit(text)] => Some(text),
        _ => None,
    }
}

/// What is left of a pattern and of a string behind what they begin with alike: such a part takes in itself and nothing
/// else. A wildcard, and a hole that can hold one, end it.
pub(super) fn behind_equal<'p>(pattern: &'p [Part], string: &'p [Part]) -> (&'p [Part], &'p [Part]) {
    let itself = |part: &Part| match part {
        Part::Lit(text) => !text.contains(['*', '?']),
        Part::Var(var) => var.shape != Shape::Any,
    };
    let shared = pattern.iter().zip(string).take_while(|(a, b)| a == b && itself(a)).count();
    (&pattern[shared..], &string[shared..])
}

/// Whether the known beginnings or ends of both, up to the first wildcard or hole, differ, so that no string fits both.
/// `left` and `right` say which of them are patterns.
pub(super) fn apart(a: &[Part], b: &[Part], left: bool, right: bool) -> bool {
    if let (Some(Part::Var(a)), Some(Part::Var(b))) = (a.first(), b.first()) {
        return a != b && a.shape == Shape::Generated && b.shape == Shape::Generated;
    }
    if let (Some(Part::Lit(a)), Some(Part::Lit(b))) = (a.first(), b.first()) {
        let (a, b) = (head(a, left), head(b, right));
        let shared = a.len().min(b.len());
        if a[..shared] != b[..shared] {
            return true;
        }
    }
    if let (Some(Part::Lit(a)), Some(Part::Lit(b))) = (a.last(), b.last()) {
        let (a, b) = (tail(a, left), tail(b, right));
        let shared = a.len().min(b.len());
        return a[a.len() - shared..] != b[b.len() - shared..];
    }
    false
}

/// Whether a string of a hole for a name and what follows it may begin with these characters; `None` where the parts
/// given do not decide.
pub(super) fn can_be_begun(parts: &[Part], text: &str) -> Option<bool> {
    let (rest, last) = behind_name(parts)?;
    let mut possible = Some(false);
    for taken in name_lengths(text) {
        let left = &text[taken..];
        if left.is_empty() || rest.starts_with(left) {
            return Some(true);
        }
        if !last && left.starts_with(rest) {
            possible = None;
        }
    }
    possible
}

/// Whether these characters may begin with a string of a hole for a name and what follows it; `None` where the parts
/// given do not decide.
pub(super) fn can_begin(parts: &[Part], text: &str) -> Option<bool> {
    let (rest, last) = behind_name(parts)?;
    if !name_lengths(text).any(|taken| text[taken..].starts_with(rest)) {
        return Some(false);
    }
    last.then_some(true)
}

/// The known characters behind a hole for a name that the parts begin with, and whether they are the last ones.
fn behind_name(parts: &[Part]) -> Option<(&str, bool)> {
    match parts {
        [Part::Var(hole), rest @ ..] if matches!(hole.shape, Shape::Name | Shape::Generated) => match rest {
            [] => Some(("", true)),
            [Part::Lit(text), more @ ..] => Some((text, more.is_empty())),
            [Part::Var(_), ..] => None,
        },
        _ => None,
    }
}

/// How many bytes of the text a name at its beginning may take, shortest first.
fn name_lengths(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().take_while(|(_, c)| super::is_name(*c)).map(|(at, c)| at + c.len_utf8())
}

fn is_wildcard(byte: u8) -> bool {
    matches!(byte, b'*' | b'?')
}

fn head(text: &str, pattern: bool) -> &[u8] {
    let bytes = text.as_bytes();
    let end = bytes.iter().position(|byte| pattern && is_wildcard(*byte)).unwrap_or(bytes.len());
    &bytes[..end]
}

fn tail(text: &str, pattern: bool) -> &[u8] {
    let bytes = text.as_bytes();
    let start = bytes.iter().rposition(|byte| pattern && is_wildcard(*byte)).map_or(0, |at| at + 1);
    &bytes[start..]
}

/// Whether the pattern (`*` any run, `?` one character) matches the string. `eq` compares bytes.
pub(super) fn glob(pattern: &str, string: &str, eq: impl Fn(&u8, &u8) -> bool) -> bool {
    let (p, s) = (pattern.as_bytes(), string.as_bytes());
    // A character may be several bytes; `?` takes all of them.
    let width = |at: usize| (at + 1..s.len()).take_while(|i| !string.is_char_boundary(*i)).count() + 1;
    let (mut i, mut j) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: behind it, with one more byte for it.
    let mut retry: Option<(usize, usize)> = None;
    while j < s.len() {
        match p.get(i) {
            Some(b'*') => {
                i += 1;
                retry = Some((i, j));
            }
            Some(b'?') => {
                i += 1;
                j += width(j);
            }
            Some(byte) if eq(byte, &s[j]) => {
                i += 1;
                j += 1;
            }
            _ => {
                let Some((behind, from)) = retry else { return false };
                let next = from + width(from);
                i = behind;
                j = next;
                retry = Some((behind, next));
            }
        }
    }
    p[i..].iter().all(|byte| *byte == b'*')
}

//! Comparing texts with holes.

use super::{Shape, Text, Var};
use crate::truth::{Cause, CauseKind, Truth};

/// `<x>` is a name that is not known, `{x}` anything, `#` an account, `^x^` a generated name.
fn text(written: &str) -> Text {
    let hole = |name: &str, shape| {
        let cause = Cause::new(CauseKind::Parameter, format!("'{name}' is not known"));
        Text::from(Var { key: name.into(), shown: name.into(), cause, shape })
    };
    let mut result = Text::default();
    let mut rest = written;
    while let Some(at) = rest.find(['<', '{', '#', '^']) {
        result.push_str(&rest[..at]);
        let (end, shape) = match &rest[at..=at] {
            "<" => ('>', Shape::Name),
            "{" => ('}', Shape::Any),
            "^" => ('^', Shape::Generated),
            _ => {
                result.push(&hole("account", Shape::Account));
                rest = &rest[at + 1..];
                continue;
            }
        };
        let close = rest[at + 1..].find(end).expect("a closed hole") + at + 1;
        result.push(&hole(&rest[at + 1..close], shape));
        rest = &rest[close + 1..];
    }
    result.push_str(rest);
    result
}

fn word(truth: &Truth) -> &'static str {
    match truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown(_) => "maybe",
    }
}

#[track_caller]
fn table(ask: impl Fn(&Text, &Text) -> Truth, cases: &[(&str, &str, &str)]) {
    for (left, right, expected) in cases {
        assert_eq!(word(&ask(&text(left), &text(right))), *expected, "{left} and {right}");
    }
}

#[test]
fn same() {
    table(
        Text::same,
        &[
            ("a", "a", "yes"),
            ("a", "b", "no"),
            ("a*", "ab", "no"),
            ("<x>", "<x>", "yes"),
            ("a<x>b", "a<x>b", "yes"),
            ("<x>", "<y>", "maybe"),
            ("^x^", "^y^", "no"),
            ("arn:aws:s3:::^x^/a", "arn:aws:s3:::^y^/a", "no"),
            ("^x^", "{y}", "maybe"),
            ("{x}", "", "maybe"),
            ("<x>", "", "no"),
            ("<x>", "a:b", "no"),
            ("{x}", "a:b", "maybe"),
            ("#", "111122223333", "maybe"),
            ("#", "11112222333", "no"),
            ("#", "11112222333x", "no"),
            ("arn:{x}:s3", "arn:aws:ec2", "no"),
        ],
    );
}

#[test]
fn matches() {
    table(
        Text::matches,
        &[
            ("*", "", "yes"),
            ("*", "<x>", "yes"),
            ("?", "a", "yes"),
            ("?", "", "no"),
            ("?", "ab", "no"),
            ("a*c", "abc", "yes"),
            ("a*c", "ac", "yes"),
            ("a*c", "ab", "no"),
            ("a*", "*", "no"),
            ("arn:aws:s3:::<x>/*", "arn:aws:s3:::<x>/AWSLogs/#/a", "yes"),
            ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs-prod/a", "no"),
            ("<x>*", "ab", "maybe"),
            ("{x}", "anything", "maybe"),
            ("a{x}", "b", "no"),
            ("???", "<x>", "maybe"),
            ("*/#/*", "p/111122223333/q", "maybe"),
            ("*/#/*", "p/1111/q", "no"),
            ("ä?", "äö", "yes"),
        ],
    );
}

#[test]
fn overlaps() {
    table(
        Text::overlaps,
        &[
            ("a*", "*b", "yes"),
            ("a*", "b*", "no"),
            ("a?c", "ab*", "yes"),
            ("a?c", "abcd*", "no"),
            ("*", "<x>", "yes"),
            ("<x>/*", "<x>/a*", "yes"),
            ("<x>/*", "<y>/a*", "maybe"),
            ("^x^/*", "^y^/a*", "no"),
            ("{x}", "a", "maybe"),
        ],
    );
}

#[test]
fn covers() {
    table(
        Text::covers,
        &[
            ("*", "a*b?", "yes"),
            ("a*", "ab*", "yes"),
            ("ab*", "a*", "no"),
            ("a?", "ab", "yes"),
            ("a?", "a*", "no"),
            ("<x>*", "<x>/a", "yes"),
            ("{x}", "a*", "maybe"),
            ("b*", "a{x}", "no"),
        ],
    );
}

#[test]
fn starts_with() {
    for (written, prefix, expected) in [
        ("abc", "ab", "yes"),
        ("abc", "b", "no"),
        ("{x}c", "ab", "maybe"),
        ("a{x}", "ab", "maybe"),
        ("a{x}", "b", "no"),
    ] {
        assert_eq!(word(&text(written).starts_with(prefix)), expected, "{written} {prefix}");
    }
}

#[test]
fn after() {
    for (written, beginning, expected) in [
        ("abc", "ab", Some("c")),
        ("abc", "", Some("abc")),
        ("abc", "abc", Some("")),
        ("abc", "b", None),
        ("a<x>/c", "a<x>", Some("/c")),
        ("a<x>/c", "a<x>/", Some("c")),
        ("a<x>/c", "a<y>", None),
        ("a<x>", "a<x>/", None),
        ("ab", "<x>", None),
    ] {
        assert_eq!(text(written).after(&text(beginning)), expected.map(text), "{written} {beginning}");
    }
}

#[test]
fn what_both_begin_with_is_no_reason_for_doubt() {
    let causes = |a: &str, b: &str| match text(a).same(&text(b)) {
        Truth::Unknown(causes) => causes.to_string(),
        known => panic!("{a} {b}: {known:?}"),
    };
    assert_eq!(causes("<x>/<y>", "<x>/a"), causes("<y>", "a"));
    assert_ne!(causes("<x>/<y>", "<x>/a"), causes("<x>/<y>", "<z>/a"));
}

#[test]
fn literals_merge_so_that_equal_texts_have_equal_parts() {
    let mut pieces = Text::from("a");
    pieces.push_str("");
    pieces.push_str("b");
    pieces.push(&Text::from("c"));
    assert_eq!(pieces, Text::from("abc"));
    assert_eq!(Text::format("{}-{}", &[&text("<x>"), &"y".into()]), text("<x>-y"));
    assert_eq!(text("a:<x>:b").split(':'), [text("a"), text("<x>"), text("b")]);
    assert_eq!(text("<x>/a").to_string(), "${x}/a");
}

/// All strings of at most so many characters of the alphabet.
fn strings(alphabet: &str, most: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..most {
        last = last.iter().flat_map(|start| alphabet.chars().map(move |c| format!("{start}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

#[test]
fn short_cuts_say_what_the_whole_comparison_says() {
    for pattern in strings("aé*?", 4) {
        for string in strings("aé*", 4) {
            let (p, s) = (Text::from(pattern.as_str()), Text::from(string.as_str()));
            let slow = super::certainly(&super::tokens(&p.0, true), &super::tokens(&s.0, false));
            assert_eq!(p.matches(&s), Truth::known(slow), "'{pattern}' and '{string}'");
            assert_eq!(p.matches_ignoring_case(&s), Truth::known(slow), "'{pattern}' and '{string}'");
        }
    }
    // Holes before and behind: what the known parts decide is decided, and nothing else.
    for (pattern, string, expected) in [
        ("a^x^/b*", "a^x^/bc", "yes"),
        ("a^x^/b*", "a^x^/c", "no"),
        ("a^x^/b", "a^y^/b", "no"),
        ("a{x}b", "a*b", "maybe"),
        ("{x}b", "{x}b", "yes"),
        ("{x}b", "{x}c", "no"),
        ("a<x>b", "ac", "no"),
        // One hole is one string, which is not itself and one more character.
        ("<x>", "<x>a", "no"),
    ] {
        assert_eq!(word(&text(pattern).matches(&text(string))), expected, "{pattern} and {string}");
    }
}

#[test]
fn short_cuts_for_beginnings_say_what_the_whole_comparison_says() {
    let texts: Vec<Text> = ["", "a", "a/", "b", "b/a", "é/b", "/", "a/é"].into_iter().map(Text::from).collect();
    let mut all = texts.clone();
    for name in ["<x>", "^y^"] {
        all.extend(texts.iter().flat_map(|start| texts.iter().map(move |end| Text::concat([start, &text(name), end]))));
    }
    for value in &all {
        for prefix in &all {
            let (whole, mut pattern) = (super::tokens(&value.0, false), super::tokens(&prefix.0, false));
            pattern.push(super::Token::Star);
            let slow = if super::certainly(&pattern, &whole) {
                Truth::True
            } else {
                super::possibly(&pattern, &whole, prefix, value)
            };
            // Where both hold the same hole, the short cut knows that it is one string.
            let shared = value.vars().any(|hole| prefix.vars().any(|other| hole == other));
            if !shared {
                assert_eq!(word(&value.begins_with(prefix)), word(&slow), "{value} begins with {prefix}");
            }
        }
    }
}

//! The walk over the structure of JSON against a parser.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde::de::IgnoredAny;

use crate::syntax::json::blocks::{BLOCK, blocks};
use crate::syntax::json::walk::{AHEAD, Token, Walk, Watch};

/// Notes what it is told down to a level.
struct Notes(usize, Vec<(usize, Token)>, usize);

impl Watch for Notes {
    fn level(&self) -> usize {
        self.0
    }

    fn token(&mut self, _: &[u8], at: usize, token: Token) {
        self.1.push((self.2 + at, token));
    }
}

/// What is told of a text that is read in parts of so many blocks; none when it is in doubt.
fn walk(text: &[u8], blocks_each: usize, level: usize) -> Option<Vec<(usize, Token)>> {
    let (mut walk, mut notes, mut of) = (Walk::default(), Notes(level, Vec::new(), 0), Vec::new());
    for start in (0..text.len()).step_by(blocks_each * BLOCK) {
        let end = (start + blocks_each * BLOCK).min(text.len());
        let before = start.saturating_sub(BLOCK);
        let bytes = &text[before..(end + AHEAD).min(text.len())];
        let body = start - before..end - before;
        notes.2 = before;
        let controls = blocks(bytes, body.clone(), &mut of)?;
        walk.part(bytes, body, (&of, controls), &mut notes).ok()?;
    }
    walk.is_done().then_some(notes.1)
}

/// Texts that are nearly JSON.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(":".to_owned()),
        Just("{\"k\":".to_owned()),
        Just("[{\"a\":1},[],{}]".to_owned()),
        "\"[a-zé\\\\\"{}\\[\\]:, ]{0,80}\"",
        "\"(\\\\[nu\"\\\\/x]|\\\\u[0-9a-f]{4}|[a-z]){0,40}\"",
        "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][-+]?[0-9]{0,2})?",
        Just("true".to_owned()),
        Just("nul".to_owned()),
        Just("null".to_owned()),
        "[ \\n\\t\\r\\x01]{1,3}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// JSON with one byte changed, or none.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "[\\\\\"]{0,70}".prop_map(Into::into),
    ];
    let json = leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    });
    let byte = proptest::sample::select(&b"\"\\{}[],: \n0tx\x01"[..]);
    (json, any::<bool>(), any::<prop::sample::Index>(), proptest::option::of(byte)).prop_map(
        |(json, pretty, at, byte)| {
            let mut bytes = if pretty { format!("{json:#}") } else { json.to_string() }.into_bytes();
            if let Some(byte) = byte {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

/// A value that ends with the text may go on, as far as the walk knows: a document is closed by a bracket.
fn list(text: &[u8]) -> Vec<u8> {
    [b"[", text, b"]"].concat()
}

/// What is told where all is told, down to a level.
fn above(all: &[(usize, Token)], level: usize) -> Vec<(usize, Token)> {
    let mut open = 0_usize;
    let mut told = Vec::new();
    for (at, token) in all {
        if open <= level {
            told.push((*at, *token));
        }
        match token {
            Token::Open => open += 1,
            Token::Close => open -= 1,
            _ => {}
        }
    }
    told
}

#[track_caller]
fn agree(text: &[u8]) {
    // Whether the bytes are UTF-8 is asked elsewhere.
    let Ok(_) = std::str::from_utf8(text) else { return };
    let good = serde_json::from_slice::<IgnoredAny>(text).is_ok();
    let first = walk(text, 1, usize::MAX);
    assert_eq!(first.is_some(), good, "{}", String::from_utf8_lossy(text));
    for blocks in [2, 3, 1000] {
        assert_eq!(walk(text, blocks, usize::MAX), first);
        for level in 0..4 {
            let told = walk(text, blocks, level);
            // Deeper than this not all that is wrong is seen; what is right is told alike.
            if let Some(all) = &first {
                assert_eq!(told, Some(above(all, level)), "{}", String::from_utf8_lossy(text));
            } else {
                assert_eq!(told, walk(text, 1, level), "{}", String::from_utf8_lossy(text));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None::<Box<FileFailurePersistence>>.map(|p| p as _),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_walk_takes_what_a_parser_takes(text in nearly()) {
        agree(&list(text.as_bytes()));
    }

    #[test]
    fn one_byte_that_is_wrong_is_seen(text in changed()) {
        agree(&list(&text));
    }
}

#[test]
fn what_stands_deeper_than_asked_is_not_told() {
    let text = br#"{"a": [1, {"b": "x"}], "c": "y", "d": null}"#;
    let told: Vec<_> =
        walk(text, 1, 1).expect("is JSON").into_iter().map(|(at, token)| (text[at], at, token)).collect();
    let expected = [
        (b'{', 0, Token::Open),
        (b'"', 1, Token::Key),
        (b'[', 6, Token::Open),
        (b'"', 23, Token::Key),
        (b'"', 28, Token::Text),
        (b'"', 33, Token::Key),
        (b'n', 38, Token::Scalar),
        (b'}', 42, Token::Close),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_wrong_is_seen_where_something_is_told() {
    // At the first level, and around what is passed.
    for wrong in [
        r#"{"a": [1, 2}, "c": 1}"#,
        r#"{"a": {"b": 2], "c": 1}"#,
        r#"{"a": [1, 2] "c": 1}"#,
        r#"{"a": [1, 2]]"#,
        r#"{"a": [1, [2], "c": 1}"#,
        r#"{"a": [1, 2], "c": nul}"#,
        r#"{"a": [1, 2], "c" 1}"#,
        r#"{"a": [1, 2]true, "c": 1}"#,
        "{\"a\": [1, \"\u{1}\"], \"c\": 1}",
        r#"{"a": [1, "\x"], "c": 1}"#,
    ] {
        assert_eq!(walk(wrong.as_bytes(), 1, 1), None, "{wrong}");
    }
    // Two levels below, brackets are only counted.
    for passed in [r#"{"a": [1, {2], "c": 1}"#, r#"{"a": [1 2, nul, : {]], "c": 1}"#] {
        assert!(walk(passed.as_bytes(), 1, 1).is_some() == passed.contains("nul"), "{passed}");
        assert_eq!(walk(passed.as_bytes(), 1, 4), None, "{passed}");
    }
}

#[test]
fn depth_beyond_the_limit_is_in_doubt() {
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    assert!(walk(&nested(128), 1, 0).is_some());
    assert!(walk(&nested(129), 1, 0).is_none());
    assert!(walk(&[b'['; 100_000], 1, 0).is_none());
}

use super::{FILE, at, fault, find, yaml};
use crate::syntax::yaml as reader;

/// The text of the node under `path`, and of its key.
#[track_caller]
fn marked<'t>(text: &'t str, path: &str) -> &'t str {
    at(text, find(&yaml(text), path).span)
}

#[test]
fn scalars_are_marked_exactly() {
    let text = "é: plain é # c\r\n'k''': 'it''s é' \r\n\"q\\x41\"\t:\t\"a\\\r\n  b\"  # c\r\nn:   # c\r\n\r\nm: one\r\n  two\r\n\r\n  three  \r\n";
    let node = yaml(text);
    let keys: Vec<_> = node.entries().iter().map(|entry| at(text, entry.key_span)).collect();
    assert_eq!(keys, ["é", "'k'''", "\"q\\x41\"", "n", "m"]);
    let values: Vec<_> = node.entries().iter().map(|entry| at(text, entry.value.span)).collect();
    assert_eq!(values, ["plain é", "'it''s é'", "\"a\\\r\n  b\"", "", "one\r\n  two\r\n\r\n  three"]);
    assert_eq!(at(text, node.entries()[3].span()), "n:");
    assert_eq!(at(text, node.span), text.trim_end());
}

#[test]
fn block_scalars_begin_with_their_indicator() {
    let cases = [
        ("a: |\n  é one\n   two\n\n\nb: 1\n", "|\n  é one\n   two"),
        ("a: |2-  # c\r\n    é one\r\n   two\r\nb: 1\r\n", "|2-  # c\r\n    é one\r\n   two"),
        ("a: &x >+ # | c\n  one  \n\n  two\n\n  \nb: 1", ">+ # | c\n  one  \n\n  two"),
        ("a: !!str # | c\n  &x|\n  |-\n  one\n# less\nb: 1", "|-\n  one"),
        ("a:\n\n  # > c\n  >\n  one", ">\n  one"),
        ("a: |\n\nb: 1", "|"),
        ("a: |+\n\n\nb: 1", "|+"),
        ("a: |", "|"),
        ("b: {}\n? a\n: |\n  one\n", "|\n  one"),
        ("c: \"|\" # |\na: |\n  one\n", "|\n  one"),
    ];
    for (text, expected) in cases {
        assert_eq!(marked(text, "a"), expected, "{text:?}");
    }
    assert_eq!(marked("--- # | c\n|\n a\n...\n", ""), "|\n a");
    assert_eq!(marked("- - a: 1\n  - |\n   é\n- >-\n  x", "0.1"), "|\n   é");
    assert_eq!(marked("- - a: 1\n  - |\n   é\n- >-\n  x", "1"), ">-\n  x");
    let text = "? |\n  key\n: v\n";
    assert_eq!(at(text, yaml(text).entries()[0].key_span), "|\n  key");
}

#[test]
fn collections_end_with_their_last_child() {
    let text = "m: &a\n  k: v\n  l: é # c\n\n# c\ns:\n- a\n- \n-\n\nt: # - c\n  - - x\n    - y\n  - k: v\nf: &f [ a, {b: c}, ? d, e: é ] # c\ng: {}\n";
    assert_eq!(marked(text, "m"), "k: v\n  l: é");
    assert_eq!(marked(text, "s"), "- a\n- \n-");
    assert_eq!(marked(text, "s.1"), "");
    assert_eq!(marked(text, "t"), "- - x\n    - y\n  - k: v");
    assert_eq!(marked(text, "t.0"), "- x\n    - y");
    assert_eq!(marked(text, "t.1"), "k: v");
    assert_eq!(marked(text, "f"), "[ a, {b: c}, ? d, e: é ]");
    assert_eq!(marked(text, "f.1"), "{b: c}");
    assert_eq!(marked(text, "f.2"), "? d");
    assert_eq!(marked(text, "f.3"), "e: é");
    assert_eq!(marked(text, "g"), "{}");
    assert_eq!(marked(text, ""), text.trim_end());
    // An unindented list that begins with an empty item, a comment or properties before it.
    assert_eq!(marked("k:\n-\n- b\nj: 1", "k"), "-\n- b");
    assert_eq!(marked("k: &a-b !!seq # - c\n- -1\nj: 1", "k"), "- -1");
    assert_eq!(marked("\"k\"\t: # c\r\n\r\n- a\r\n", "k"), "- a");
}

#[test]
fn what_is_not_there_has_a_place() {
    for text in ["- x\n-", "- x\n-  # c\n\n", "- x\n- \t\r\n"] {
        assert_eq!(marked(text, ""), "- x\n-", "{text:?}");
    }
    for text in ["? k\n\n\n", "? k\n", "? k"] {
        assert_eq!(marked(text, ""), "? k", "{text:?}");
    }
    for text in ["k : # c\n\n", "k :  \n", "k :"] {
        assert_eq!(marked(text, ""), "k :", "{text:?}");
        assert_eq!(at(text, yaml(text).entries()[0].span()), "k :");
    }
    assert_eq!(marked("[k: , j]", "0"), "k:");
    assert_eq!(marked("- &x  # c\n", ""), "- &x");
    assert_eq!(marked("- !Foo  # c\n", "0"), "!Foo");
}

#[test]
fn tags_are_part_of_what_they_expand_to() {
    let text = "a: !Sub  'é'\nb: &x !Join # c\n  - [é, !Ref b]\n\n  - c\nc: !GetAZs\nd: !If\n- !Equals [a, b]\n- e\nf: !Sub |\n  one\n\n";
    assert_eq!(marked(text, "a"), "!Sub  'é'");
    assert_eq!(marked(text, "a.Fn::Sub"), "'é'");
    assert_eq!(at(text, find(&yaml(text), "a").entries()[0].key_span), "!Sub");
    assert_eq!(marked("b: &x !Join\n  - c\n", "b"), "!Join\n  - c");
    assert_eq!(marked("b: !Join &x\n- c\n", "b"), "!Join &x\n- c");
    assert_eq!(marked("b: !Join &x\n- c\n", "b.Fn::Join"), "- c");
    assert_eq!(marked(text, "c"), "!GetAZs");
    assert_eq!(marked(text, "c.Fn::GetAZs"), "");
    assert_eq!(marked(text, "d"), "!If\n- !Equals [a, b]\n- e");
    assert_eq!(marked(text, "d.Fn::If.0"), "!Equals [a, b]");
    assert_eq!(marked(text, "f"), "!Sub |\n  one");
    assert_eq!(marked(text, "f.Fn::Sub"), "|\n  one");
    let text = "!Map\nk: v\n";
    assert_eq!(marked(text, ""), "!Map\nk: v");
    let text = "!<!Ref> x";
    assert_eq!(at(text, yaml(text).entries()[0].key_span), "!<!Ref>");
}

#[test]
fn aliases_have_the_place_of_their_anchor() {
    let text = "a: &é !Ref x\nb:\n  c: *é\nd: &k [1]\n? *e1\n: &e1 z\n";
    assert_eq!(fault(text, reader::parse(text, FILE)), ("unknown alias '*e1'".into(), "*e1"));
    let text = "a: &é !Ref x\nb:\n  c: *é\nd: &k é\n*k : z\n";
    let node = yaml(text);
    assert_eq!(at(text, find(&node, "b.c").span), "!Ref x");
    assert_eq!(at(text, find(&node, "b").span), "c: *é");
    assert_eq!(at(text, node.get("b").unwrap().entries()[0].span()), "c");
    assert_eq!(at(text, node.entry("é").unwrap().key_span), "*k");
    assert_eq!(at(text, node.span), text.trim_end());
}

#[test]
fn faults_are_located() {
    let cases = [
        ("a: 1\nb: 2\n'a': 3", "duplicate key 'a'; first at line 1", "'a'"),
        ("x: {é: 1, é: 3}", "duplicate key 'é'; first at line 1", "é"),
        ("<<: {}\nb: 1\n<<: {}", "duplicate key '<<'; first at line 1", "<<"),
        ("a: &x [é, *x]", "alias '*x' stands inside the node it refers to", "*x"),
        ("a: *é\n", "unknown alias '*é'", "*é"),
        ("a: &x 1\n---\nb: *x", "unknown alias '*x'", "*x"),
        ("? [a]\n: 1", "a key must be a scalar, not a list", "["),
        ("? - a\n: 1", "a key must be a scalar, not a list", "-"),
        ("?\n  é: 1", "a key must be a scalar, not a mapping", "é"),
        ("{a: 1}: 1", "a key must be a scalar, not a mapping", "{"),
        ("!Ref a: 1", "a key must be a scalar without a tag", "!Ref a"),
        ("a: &x [1]\n*x : 1", "a key must be a scalar, which '*x' is not", "*x"),
        ("a: &x !Ref b\n*x : 1", "a key must be a scalar without a tag", "*x"),
        ("<<: 1", "'<<' takes a mapping or a list of mappings", "1"),
        ("<<: [{}, 2]", "'<<' takes a mapping or a list of mappings", "2"),
        ("<<: !Ref x", "'<<' takes a mapping or a list of mappings", "!Ref x"),
        ("a: !!int é", "this value does not fit its tag '!!int'", "é"),
        ("a: !!seq {a: 1}", "this value does not fit its tag '!!seq'", "!!seq"),
        ("é: [a, b\n", "'[' without closing bracket", "["),
        ("é: 'x", "string without closing quote", "'"),
        ("é: @x", "a plain value cannot begin with '@'", "@"),
        ("é: b: c", "unexpected ':'; a value that contains ': ' needs quotes", ":"),
        ("é:\n  b: 1\n c: 2\n", "expected a key; the indentation may be wrong", "c"),
        ("]", "closing bracket without an opening one", "]"),
    ];
    for (text, message, marked) in cases {
        assert_eq!(fault(text, reader::parse(text, FILE)), (message.to_owned(), marked), "{text}");
    }
}

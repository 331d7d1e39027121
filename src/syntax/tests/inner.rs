use super::{find, json, yaml};
use crate::syntax::Node;
use crate::syntax::inner::offsets;

/// For each character of the value, what stands at its place in the text; then what stands behind the string.
#[track_caller]
fn aligned(text: &str, node: &Node) -> Vec<String> {
    let value = node.as_str().unwrap();
    let offsets = offsets(text, node).unwrap_or_else(|| panic!("{value:?} not aligned in {text:?}"));
    assert_eq!(offsets.len(), value.len() + 1);
    let starts: Vec<usize> = value.char_indices().map(|(i, _)| i).chain([value.len()]).collect();
    let pair = |pair: &[usize]| {
        let place = text[offsets[pair[0]] as usize..].chars().next().map_or(String::new(), String::from);
        format!("{}={place}", &value[pair[0]..pair[1]])
    };
    let mut result: Vec<String> = starts.windows(2).map(pair).collect();
    result.push(text[offsets[value.len()] as usize..].chars().take(2).collect());
    result
}

/// Whether every character stands for itself except those listed, as `value=place`.
#[track_caller]
fn check(text: &str, path: &str, other: &[&str], behind: &str) {
    let mut result = aligned(text, find(&yaml(text), path));
    assert_eq!(result.pop().unwrap(), behind, "{text:?}");
    let own = |pair: &String| pair.split_once('=').is_none_or(|(value, place)| value != place);
    let differing: Vec<_> = result.iter().filter(|pair| own(pair)).collect();
    assert_eq!(differing, other, "{text:?} {result:?}");
}

#[test]
fn json_escapes() {
    let text = r#"{"a": "é\n\"\\\/\u00e9\ud83d\ude00z"}"#;
    let node = json(text);
    let result = aligned(text, &node.entries()[0].value);
    assert_eq!(result, ["é=é", "\n=\\", "\"=\\", "\\=\\", "/=\\", "é=\\", "😀=\\", "z=z", "\"}"]);
    let places = offsets(text, &node.entries()[0].value).unwrap();
    assert_eq!(places, [7, 7, 9, 11, 13, 15, 17, 17, 23, 23, 23, 23, 35, 36]);
}

#[test]
fn no_string_has_no_places() {
    assert_eq!(offsets("12", &yaml("12")), None);
    // Not the text that the node is of.
    assert_eq!(offsets("xyz", &yaml("abc")), None);
    assert_eq!(offsets("", &yaml("abc")), None);
}

#[test]
fn flow_scalars() {
    check("a: plain é # c", "a", &[], " #");
    check("a: one  \n  two\n\n \n  é", "a", &[" =\n"], "");
    check("a: one\r\n  two\r\n\r\n  é\r\nb: 1", "a", &[" =\r", "\n=\r"], "\r\n");
    check("a: 'it''s  é'", "a", &[], "'");
    check("a: 'it''s \n\n  \t é\r\n  ''' ", "a", &[" =\r"], "' ");
    check(
        "a: \"x\\x41\\u00e9\\U0001F600\\e\\_ \\\n   é\\ \n  z \"",
        "a",
        &["A=\\", "é=\\", "😀=\\", "\u{1b}=\\", "\u{a0}=\\", " =\\", " =\n"],
        "\"",
    );
    check("a: \"x\\\r\n  \\ty\\\n\n  z\"", "a", &["\t=\\"], "\"");
    check("!!str", "", &[], "");
    check("a: !!str 12", "a", &[], "");
    check("''", "", &[], "'");
}

#[test]
fn literal_scalars() {
    check("a: |\n  é one\n   two\n\n\nb: 1", "a", &[], "\n\n");
    check("a: |-\n  one\n\n  two\n\n", "a", &[], "\n\n");
    check("a: |+\r\n  one\r\n\r\n\r\nb: 1", "a", &["\n=\r", "\n=\r", "\n=\r"], "b:");
    check("a: |2 # c\n    é\n   two\n", "a", &[], "");
    check("a:\n    |1-\n       é\n\n      two\n", "a", &[], "\n");
    check("a: |\n\n\n  x", "a", &[], "");
    check("|\n  é\n", "", &[], "");
    check("a: |\nb: 1", "a", &[], "\nb");
    check("a: |+\n\n\nb: 1", "a", &[], "b:");
    check("a: |\n  x\n  \ty  \n    \n  z\nb: 1", "a", &[], "b:");
    check("- |\n x\n  y\n# c\n- 1", "0", &[], "# ");
}

#[test]
fn folded_scalars() {
    check("a: >\n  é one\n  two\n\n  three\n\n\nb: 1", "a", &[" =\n"], "\n\n");
    check("a: >-\r\n  one\r\n  two\r\n", "a", &[" =\r"], "\r\n");
    check("a: >\n  one\n\n    more\n    more\n\n  two\n  three\n", "a", &[" =\n"], "");
    check("a: >+\n\n  one\n  \ttab\n  two\n\nb: 1", "a", &[], "b:");
    check("a: >1-\n    x\n  y\n y\n z\n", "a", &[" =\n"], "\n");
}

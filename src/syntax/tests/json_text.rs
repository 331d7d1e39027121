use super::{FILE, at, fault, find, json, shape};
use crate::syntax::{Kind, json as reader, parse_any};

#[test]
fn spans_of_values_and_keys() {
    let text = "\r\n{ \"é\\n\" : [1, -2.50e+3 ,true,\tnull, \"ü\\ud83d\\ude00\"],\"b\":{} , \"\": [ ] }\n";
    let node = json(text);
    assert_eq!(shape(&node), r#"{"é\n": [1, -2.50e+3, true, null, "ü😀"], "b": {}, "": []}"#);
    assert_eq!(at(text, node.span), text.trim());
    let entries = node.entries();
    let keys: Vec<_> = entries.iter().map(|entry| at(text, entry.key_span)).collect();
    assert_eq!(keys, ["\"é\\n\"", "\"b\"", "\"\""]);
    let items: Vec<_> = entries[0].value.items().iter().map(|item| at(text, item.span)).collect();
    assert_eq!(items, ["1", "-2.50e+3", "true", "null", "\"ü\\ud83d\\ude00\""]);
    assert_eq!(at(text, entries[1].span()), "\"b\":{}");
    assert_eq!(at(text, entries[2].value.span), "[ ]");
}

#[test]
fn numbers_keep_their_text() {
    let node = json("[1.0, 1E400, 12345678901234567890123456789, -0]");
    let texts: Vec<_> = node.items().iter().map(|item| item.scalar().unwrap()).collect();
    assert_eq!(texts, ["1.0", "1E400", "12345678901234567890123456789", "-0"]);
}

#[test]
fn faults_are_located() {
    let cases = [
        ("{\"a\": 1,\n \"b\": 2, \"a\": 3}", "duplicate key 'a'; first at line 1", "\"a\""),
        ("{\"\\u0061\": 1, \"a\": 3}", "duplicate key 'a'; first at line 1", "\"a\""),
        ("", "unexpected end of the text", ""),
        ("[1, [2, 3", "'[' without closing bracket", "["),
        ("{\"a\": ", "'{' without closing bracket", "{"),
        ("{\"a\"", "'{' without closing bracket", "{"),
        ("[\"abc\n]", "unescaped control character in a string", "\n"),
        ("[\"abc]", "string without closing quote", "\"abc]"),
        ("{\"abc: 1}", "string without closing quote", "\"abc: 1}"),
        ("{\"a\": 1, \"é", "string without closing quote", "\"é"),
        ("[1] é", "unexpected text after the document", "é"),
        ("[1,]", "unexpected ',' before the closing bracket", ","),
        ("{\"a\":1 , }", "unexpected ',' before the closing bracket", ","),
        ("{a: 1}", "expected a key in double quotes", "a"),
        ("{\"a\" 1}", "expected ':' after the key", "1"),
        ("[1 é]", "expected ',' or ']'", "é"),
        ("{\"a\": 1 \"b\": 2}", "expected ',' or '}'", "\""),
        ("[tru]", "expected 'true', 'false' or 'null'", "]"),
        ("[é]", "expected a value", "é"),
        ("[01]", "invalid number", "1"),
        ("[\"a\\q\"]", "invalid escape", "\\q"),
        ("[\"\\u12\"]", "invalid escape", "\\u12"),
        ("{\"a\\é\": 1}", "invalid escape", "\\é"),
        ("[\"\\ud800x\"]", "half of a surrogate pair", "\\ud800"),
        ("[\"\\ud800\\n\"]", "half of a surrogate pair", "\\ud800"),
        ("[\"\\ud800\\u0041\"]", "half of a surrogate pair", "\\ud800"),
        ("[\"\\udc00\"]", "half of a surrogate pair", "\\udc00"),
        ("{\"\\udC00\": 1}", "half of a surrogate pair", "\\udC00"),
        ("{\"a\": NaN}", "expected a value", "N"),
    ];
    for (text, message, marked) in cases {
        assert_eq!(fault(text, reader::parse(text, FILE)), (message.to_owned(), marked), "{text}");
    }
}

#[test]
fn many_keys_are_checked_too() {
    let mut text: String = (0..20).map(|i| format!("\"k{i}\": {i},\n")).collect();
    text = format!("{{{text}\"k3\": 0}}");
    assert_eq!(fault(&text, reader::parse(&text, FILE)), ("duplicate key 'k3'; first at line 4".into(), "\"k3\""));
}

#[test]
fn either_syntax_is_recognised() {
    let shapes = |text| parse_any(text, FILE).unwrap().iter().map(shape).collect::<Vec<_>>();
    assert_eq!(shapes(" {\"a\": [1]}"), [r#"{"a": [1]}"#]);
    assert_eq!(shapes("{a: [!Ref x, ]}"), [r#"{"a": [{"Ref": "x"}]}"#]);
    assert_eq!(shapes("a: 1\n---\nb: 2"), [r#"{"a": 1}"#, r#"{"b": 2}"#]);
    assert_eq!(shapes(" \n"), [""; 0]);
    // Neither: the error is JSON's.
    let text = "{\"a\": 1, \"a\": 2}";
    assert_eq!(fault(text, parse_any(text, FILE)).1, "\"a\"");
    let text = "{\"a\": [1}";
    assert_eq!(fault(text, parse_any(text, FILE)), ("expected ',' or ']'".into(), "}"));
    // A tab may indent JSON.
    assert!(matches!(find(&parse_any("{\n\t\"a\": true\n}", FILE).unwrap()[0], "a").kind, Kind::Bool(true)));
}

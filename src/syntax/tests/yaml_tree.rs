use super::{FILE, json, shape, yaml};
use crate::syntax::yaml as reader;

#[track_caller]
fn same(yaml_text: &str, json_text: &str) {
    assert_eq!(shape(&yaml(yaml_text)), shape(&json(json_text)), "{yaml_text}");
}

#[test]
fn short_tags_become_long_forms() {
    same("!Ref a", r#"{"Ref": "a"}"#);
    same("!Condition a", r#"{"Condition": "a"}"#);
    same("!GetAtt A.B", r#"{"Fn::GetAtt": "A.B"}"#);
    same(
        "!Transform {Name: a, Parameters: {b: !Ref c}}",
        r#"{"Fn::Transform": {"Name": "a", "Parameters": {"b": {"Ref": "c"}}}}"#,
    );
    same("!Foo::Bar 'x'", r#"{"Fn::Foo::Bar": "x"}"#);
    same(
        "!If [a, !Sub '${b}', !Ref AWS::NoValue]",
        r#"{"Fn::If": ["a", {"Fn::Sub": "${b}"}, {"Ref": "AWS::NoValue"}]}"#,
    );
    same(
        "a: !GetAZs\nb: !Sub 12\nc: !Not [true]",
        r#"{"a": {"Fn::GetAZs": null}, "b": {"Fn::Sub": "12"}, "c": {"Fn::Not": [true]}}"#,
    );
}

#[test]
fn core_tags_decide_the_type() {
    same(
        "[!!str 12, !!str yes, ! 12, !!int '5', !!float 3, !!bool 'yes', !!null '']",
        r#"["12", "yes", "12", 5, 3, true, null]"#,
    );
    same(
        "[!<tag:yaml.org,2002:str> 1, !!binary aGk=, !!timestamp 2020-01-01, !!map {}, !!seq [], !!map]",
        r#"["1", "aGk=", "2020-01-01", {}, [], null]"#,
    );
    same("%TAG !y! tag:yaml.org,2002:\n--- !y!str 1", "\"1\"");
    same("[! [a], ! {}]", r#"[["a"], {}]"#);
}

#[test]
fn plain_scalars_have_the_types_of_yaml_1_1() {
    for text in ["~", "null", "Null", "NULL", ""] {
        same(&format!("a: {text}"), r#"{"a": null}"#);
    }
    for text in ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"] {
        same(text, "true");
    }
    for text in ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"] {
        same(text, "false");
    }
    let numbers = [
        "0",
        "-1",
        "+1",
        "1_000",
        "0x1F",
        "0o17",
        "0b101",
        "017",
        "012345670123",
        "1.5",
        "-1.",
        ".5",
        "1e3",
        "1.5E+3",
        ".inf",
        "-.INF",
        ".nan",
    ];
    for text in numbers {
        assert_eq!(shape(&yaml(text)), text);
        assert_eq!(yaml(text).kind_word(), "a number", "{text}");
    }
    let strings = [
        "2010-09-09",
        "2012-10-17",
        "1.2.3",
        "12:30:45",
        "10:20",
        "y",
        "n",
        "Y",
        "nULL",
        "tRUE",
        "089",
        "0x",
        "0xg",
        "_1",
        "1e",
        "e3",
        ".",
        "+",
        "1-2",
        "10.0.0.0/16",
        "arn:aws:s3:::x",
        "-.nan",
        "__",
        "123456789012a",
        "é",
        "0o8",
    ];
    for text in strings {
        assert_eq!(yaml(text).as_str(), Some(text), "{text}");
    }
    for text in ["'1'", "\"true\"", "'~'", "''", "|\n  1", ">-\n  null"] {
        assert_eq!(yaml(text).kind_word(), "a string", "{text}");
    }
}

#[test]
fn keys_are_text() {
    same(
        "1: a\ntrue: b\n~: c\n'd': d\n2010-09-09: e\n? f\n: g\n",
        r#"{"1": "a", "true": "b", "~": "c", "d": "d", "2010-09-09": "e", "f": "g"}"#,
    );
    same("{a, b: , : c}", r#"{"a": null, "b": null, "": "c"}"#);
    same("!!str a: 1\n&b c: 2", r#"{"a": 1, "c": 2}"#);
}

#[test]
fn merge_keys() {
    same("a: &a {x: 1, y: 2}\nb: {z: 0, <<: *a, y: 3}", r#"{"a": {"x": 1, "y": 2}, "b": {"z": 0, "x": 1, "y": 3}}"#);
    same(
        "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc:\n  <<: [*a, *b, {y: 3, w: 4}]\n  v: 5",
        r#"{"a": {"x": 1}, "b": {"x": 2, "y": 2}, "c": {"x": 1, "y": 2, "w": 4, "v": 5}}"#,
    );
    // Merged keys are merged on, and a quoted `<<` is a key like any other.
    same(
        "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\nd: {'<<': 1, \"<<\\x20\": 2}",
        r#"{"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1, "y": 2}, "d": {"<<": 1, "<< ": 2}}"#,
    );
    let many: String = (0..30).map(|i| format!("  k{i}: {i}\n")).collect();
    let text =
        format!("a: &a\n{many}b:\n  <<: *a\n  k29: own\n{}", many.replace("  k29: 29\n", "").replace("k2", "j2"));
    let node = yaml(&text);
    let merged = node.get("b").unwrap();
    assert_eq!(merged.entries().len(), 30 + 10);
    assert_eq!(merged.get("k29").unwrap().as_str(), Some("own"));
    assert_eq!(merged.entries()[0].key.as_ref(), "k2");
}

#[test]
fn aliases_are_copies() {
    same(
        "a: &a [1, &b {c: !Ref d}]\ne: *a\nf: *b",
        r#"{"a": [1, {"c": {"Ref": "d"}}], "e": [1, {"c": {"Ref": "d"}}], "f": {"c": {"Ref": "d"}}}"#,
    );
    // The latest anchor of a name counts; an alias inside an anchored node is followed.
    same(
        "- &a 1\n- &b [*a]\n- &a 2\n- [*a, *b]\n- &c {*a : *b}\n- *c",
        r#"[1, [1], 2, [2, [1]], {"2": [1]}, {"2": [1]}]"#,
    );
    same("- &a\n- *a\n- &b !Ref x\n- *b", r#"[null, null, {"Ref": "x"}, {"Ref": "x"}]"#);
}

#[test]
fn documents() {
    let shapes = |text| reader::parse(text, FILE).unwrap().iter().map(shape).collect::<Vec<_>>();
    assert_eq!(shapes(""), [""; 0]);
    assert_eq!(shapes("# only a comment\n"), [""; 0]);
    assert_eq!(shapes("%YAML 1.1\n---\na: 1\n...\n---\n- b\n--- c\n"), [r#"{"a": 1}"#, r#"["b"]"#, "\"c\""]);
    assert_eq!(shapes("---\n---\n"), ["null", "null"]);
}

#[test]
fn block_scalars_at_the_end_of_the_text() {
    // As in PyYAML, a line break that is not there is no part of the value.
    same("a: |\n  x", r#"{"a": "x"}"#);
    same("a: |\n  x\n", r#"{"a": "x\n"}"#);
    same("a: >+\n  x\n  y\n\n", r#"{"a": "x y\n\n"}"#);
    same("|\n  x\n", r#""x\n""#);
}

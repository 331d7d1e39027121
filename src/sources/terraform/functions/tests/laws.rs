//! What holds for all functions, and what the tables cannot tell: places, documents, identities, limits.

use super::*;

fn run(name: &str, args: Vec<Val>) -> Val {
    match call(name, args, span(1000)) {
        Called::Val(val) => val,
        Called::Error(detail) => panic!("{name}: {detail}"),
    }
}

#[test]
fn a_function_that_is_not_evaluated_says_so() {
    let val = run("rsadecrypt", args(r#"["a", "b"]"#));
    let ValKind::Unknown(cause) = val.kind else { panic!("{val:?}") };
    assert_eq!(&*cause.detail, "the function 'rsadecrypt' is not evaluated");
    // One string for equal arguments, whatever it is.
    let md5 = |arg: &str| run("core::md5", args(arg)).kind;
    assert!(matches!(md5(r#"["a"]"#), ValKind::Text(_)));
    assert_eq!(md5(r#"["a"]"#), md5(r#"["a"]"#));
    assert_ne!(md5(r#"["a"]"#), md5(r#"["b"]"#));
    assert!(matches!(run("uuid", Vec::new()).kind, ValKind::Unknown(_)));
}

#[test]
fn equal_calls_are_equal_strings() {
    let same = [
        ("lower", r#"["A-${x}"]"#),
        ("replace", r#"["a-${x}", "a", "b"]"#),
        ("sha256", r#"["${x}"]"#),
        ("format", r#"["%05s", "${x}"]"#),
        ("substr", r#"["${x}", 0, 5]"#),
    ];
    for (name, arguments) in same {
        assert_eq!(run(name, args(arguments)), run(name, args(arguments)), "{name}");
        let other = arguments.replace("${x}", "${y}");
        assert_ne!(run(name, args(arguments)).kind, run(name, args(&other)).kind, "{name}");
    }
    // Nothing inside of an argument can look like something else.
    let keys = [r#"["a", "b,c"]"#, r#"["a,b", "c"]"#, r#"["a", "b", "c"]"#, r#"["a\",\"b", "c"]"#]
        .map(|arguments| super::super::identity::of_call("f", &args(arguments)).expect("all is known"));
    for (i, key) in keys.iter().enumerate() {
        assert!(!keys[..i].contains(key), "{key}");
    }
}

#[test]
fn changing_the_case_twice_is_changing_it_once() {
    let once = run("lower", args(r#"["${x}"]"#));
    assert_eq!(run("lower", vec![once.clone()]), once);
}

#[test]
fn results_have_the_place_of_the_call_and_items_their_own() {
    let given = args(r#"[["a", "b"], ["c"]]"#);
    let places: Vec<Span> = given.iter().flat_map(|list| list.items()).map(|item| item.span).collect();
    let result = run("concat", given);
    assert_eq!(result.span, span(1000));
    assert_eq!(result.items().iter().map(|item| item.span).collect::<Vec<_>>(), places);

    let given = args(r#"[{"a": 1, "b": 2}, {"b": 3}]"#);
    let place = given[1].get("b").map(|val| val.span);
    let result = run("merge", given);
    assert_eq!(result.get("b").map(|val| val.span), place);
    assert_eq!(result.fields().iter().map(|field| &*field.key).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn an_encoded_document_keeps_its_tree() {
    let document = read(r#"{"Statement": [{"Effect": "Allow", "Resource": "arn:aws:s3:::${x}"}]}"#);
    let encoded = run("jsonencode", vec![document.clone()]);
    assert_eq!(encoded.document(), Some(&document));
    assert_eq!(run("jsondecode", vec![encoded.clone()]).kind, document.kind);
    // White space around it, and functions that give back an argument, leave it what it is.
    for (name, more) in [("trimspace", ""), ("chomp", ""), ("tostring", ""), ("nonsensitive", ""), ("coalesce", "[]")] {
        let mut arguments = vec![encoded.clone()];
        arguments.extend((!more.is_empty()).then(|| read("\"\"")));
        assert_eq!(run(name, arguments).document(), Some(&document), "{name}");
    }
    // What is unknown inside stays inside.
    let document = read(r#"{"Statement": ["?", {"?": ["a", "b"]}]}"#);
    let encoded = run("jsonencode", vec![document.clone()]);
    assert_eq!(encoded.document(), Some(&document));
    // Two such documents may differ although they were written at one place.
    let two = Val { kind: ValKind::List(vec![encoded.clone(), encoded]), span: span(0) };
    assert!(matches!(run("distinct", vec![two]).kind, ValKind::Unknown(_) | ValKind::Choice { .. }));
}

#[test]
fn a_string_that_becomes_a_document_has_its_tree() {
    let document = r#"["{\"Effect\": \"NAME\", \"Resource\": \"${x}\"}", "NAME", "Allow"]"#;
    let val = run("replace", args(&document.replace("${x}", "a")));
    assert_eq!(val.get("Effect").and_then(Val::text), Some(Text::from("Allow")));
    let val = run("format", args(r#"["{\"Resource\": \"%s\"}", "${x}"]"#));
    assert_eq!(val.get("Resource").and_then(Val::text), Some(hole("x")));
}

#[test]
fn a_sensitive_value_is_gone() {
    let one = run("sensitive", args(r#"["hunter2"]"#));
    assert!(!format!("{one:?}").contains("hunter2"));
    assert_eq!(one.kind, run("sensitive", args(r#"["hunter2"]"#)).kind);
    assert_ne!(one.kind, run("sensitive", args(r#"["hunter3"]"#)).kind);
    assert_eq!(result("issensitive", vec![one.clone()]), Value::Bool(true));
    assert_eq!(run("nonsensitive", vec![one.clone()]).kind, one.kind);
    for given in [r#"[["hunter2"]]"#, r#"[{"a": "hunter2"}]"#, "[false]"] {
        let ValKind::Unknown(cause) = run("sensitive", args(given)).kind else { panic!("{given}") };
        assert!(cause.detail.contains("sensitive"), "{cause}");
    }
}

#[test]
fn results_have_limits() {
    let big = "a".repeat(3000);
    let items: Vec<Value> = vec![big.clone().into(); 3000];
    let list = value(&Value::Array(items), &mut 0);
    assert!(
        matches!(run("join", vec![read("\"\""), list.clone()]).kind, ValKind::Text(text) if text.literal().is_none())
    );
    assert!(matches!(run("setproduct", vec![list.clone(), list.clone()]).kind, ValKind::Unknown(_)));
    let text = |text: &str| Val { kind: ValKind::Text(Text::from(text)), span: span(0) };
    let replaced = run("replace", vec![text(&big), text("a"), text(&big)]);
    assert!(matches!(replaced.kind, ValKind::Text(text) if text.literal().is_none()));
    let indented = run("indent", vec![read("2000000"), text("a\nb\nc\nd")]);
    assert!(matches!(indented.kind, ValKind::Text(text) if text.literal().is_none()));
    let many = value(&Value::Array(vec![Value::Null; 60_000]), &mut 0);
    assert!(matches!(run("concat", vec![many.clone(), many]).kind, ValKind::Unknown(_)));
}

#[test]
fn choices_are_decided_together_and_not_without_end() {
    let options = |subject: String| Val {
        kind: ValKind::Choice {
            subject: subject.into(),
            options: vec![("on".into(), Some(read("\"a\""))), ("off".into(), Some(read("\"b\"")))],
        },
        span: span(0),
    };
    let list = |items: Vec<Val>| Val { kind: ValKind::List(items), span: span(0) };
    let twice = list(vec![options("s".into()), options("s".into())]);
    assert_eq!(result("join", vec![read("\"\""), twice]), serde_json::json!({"?": ["aa", "bb"]}));
    // What gives the same in both ways does not depend on the choice.
    assert_eq!(result("length", vec![options("s".into())]), Value::from(1));
    let many = list((0..40).map(|i| options(i.to_string())).collect());
    let joined = format!("{:?}", run("join", vec![read("\"\""), many]));
    assert!(joined.contains("too many things"));
}

/// No function panics on arguments of any kind, and an unknown argument never makes an error.
#[test]
fn every_function_takes_every_argument() {
    let values = [
        "null",
        "true",
        "-1",
        "0",
        "1.5",
        "1e30",
        "1e300",
        "99999999999999999999999999999999999999999999",
        r#""""#,
        r#""a""#,
        r#""/(/""#,
        r#""%[9]s%""#,
        r#""é\u0301☃""#,
        r#""${x}""#,
        r#""a${#x}:""#,
        r#""${@x}""#,
        r#""?""#,
        "[]",
        r#"["a", "b"]"#,
        r#"[1, null, "?"]"#,
        r#"[[], ["${x}"]]"#,
        "{}",
        r#"{"a": "b"}"#,
        r#"{"a": ["?"]}"#,
        r#"{"?": ["a", []]}"#,
        r#""10.0.0.0/0""#,
        r#""::/0""#,
        r#""arn:aws:iam::1:role/a/b""#,
        r#""9223372036854775807""#,
        r#""-9223372036854775808""#,
        r#""9999-12-31T23:59:59Z""#,
        r#""99999h""#,
    ]
    .map(read);
    for name in NAMES {
        for a in &values {
            let _ = call(name, vec![a.clone()], span(0));
            for b in &values {
                let _ = call(name, vec![a.clone(), b.clone()], span(0));
                for c in values.iter().step_by(3) {
                    let _ = call(name, vec![a.clone(), b.clone(), c.clone()], span(0));
                }
            }
        }
        for count in 0..8 {
            let unknown = vec![read(r#""?""#); count];
            // Keys and values in turn are an even number.
            let even = *name != "map" || count % 2 == 0;
            if even && super::super::find(name).is_some_and(|function| function.takes.contains(&count)) {
                assert!(matches!(call(name, unknown, span(0)), Called::Val(_)), "{name}");
            }
        }
    }
}

use super::{FILE, fault, json, yaml};
use crate::syntax::{ALIAS_BUDGET, MAX_DEPTH, json as json_reader, parse_any, yaml as yaml_reader};
use std::time::{Duration, Instant};

/// Runs `f` on a small stack and fails if it takes long.
pub(super) fn quickly<T: Send + 'static>(name: &str, f: impl FnOnce() -> T + Send + 'static) -> T {
    let start = Instant::now();

    let result = std::thread::Builder::new().stack_size(1 << 20).spawn(f).unwrap().join().unwrap();
    // Far above what is needed, for busy machines; quadratic time would be minutes.
    let limit = Duration::from_secs(20);
    assert!(start.elapsed() < limit, "{name} took {:?}", start.elapsed());
    result
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    let flow = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    json(&flow(MAX_DEPTH));
    yaml(&flow(MAX_DEPTH));
    yaml(&"- ".repeat(MAX_DEPTH));
    let deep = flow(MAX_DEPTH + 1);
    let message = "nested deeper than 200 levels".to_owned();
    assert_eq!(fault(&deep, json_reader::parse(&deep, FILE)), (message.clone(), "["));
    assert_eq!(json_reader::parse(&deep, FILE).unwrap_err().span.start, 200);
    assert_eq!(yaml_reader::parse(&deep, FILE).unwrap_err().span.start, 200);
    let deep = "- ".repeat(MAX_DEPTH + 1);
    assert_eq!(fault(&deep, yaml_reader::parse(&deep, FILE)), (message.clone(), "-"));
    // A tag is a level of its own; so is what an alias brings.
    let deep = format!("{}!Ref x{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(fault(&deep, yaml_reader::parse(&deep, FILE)), (message.clone(), "x"));
    yaml(&format!("{}!Ref x{}", "[".repeat(MAX_DEPTH - 1), "]".repeat(MAX_DEPTH - 1)));
    let tags = format!("{}{}", "[!A ".repeat(MAX_DEPTH / 2 + 1), "]".repeat(MAX_DEPTH / 2 + 1));
    assert_eq!(yaml_reader::parse(&tags, FILE).unwrap_err().message, message);
    let half = flow(MAX_DEPTH / 2);
    let text = format!("- &a {half}\n- &b [[*a]]\n- {}*b{}\n", "[".repeat(98), "]".repeat(98));
    assert_eq!(fault(&text, yaml_reader::parse(&text, FILE)), (message, "*b"));
    yaml(&format!("- &a {half}\n- &b [[*a]]\n- {}*b{}\n", "[".repeat(97), "]".repeat(97)));
}

#[test]
fn hostile_texts_are_refused_quickly() {
    let five = 5 << 20;
    let block: String = (0..3000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let texts = [
        ("brackets", "[".repeat(five)),
        ("braces", "{".repeat(five)),
        ("pairs", "{\"a\":".repeat(five / 5)),
        ("flow maps", "{a: ".repeat(50_000)),
        ("mixed", "[{a: ".repeat(50_000)),
        ("dashes", "- ".repeat(five / 2)),
        ("questions", "? ".repeat(50_000)),
        ("indents", block),
        ("tags", "[!A ".repeat(50_000)),
        ("closed", format!("{}{}", "[".repeat(50_000), "]".repeat(50_000))),
        ("string", format!("[\"{}", "x".repeat(five))),
        ("single", format!("['{}", "x\n".repeat(200_000))),
        ("colons", ":".repeat(five)),
        ("tag", "!".repeat(five)),
        ("anchors", "&a ".repeat(five / 3)),
        ("alias", "*a ".repeat(five / 3)),
        ("commas", format!("[{}", "1,".repeat(50_000))),
    ];
    for (name, text) in texts {
        quickly(name, move || {
            assert!(json_reader::parse(&text, FILE).is_err(), "{name}");
            assert!(yaml_reader::parse(&text, FILE).is_err(), "{name}");
            assert!(parse_any(&text, FILE).is_err(), "{name}");
        });
    }
}

#[test]
fn large_texts_are_read_quickly() {
    let keys: String = (0..50_000).map(|i| format!("\"k{i}\": {i},\n")).collect();
    let texts = [
        ("zeros", "0".repeat(5 << 20)),
        ("keys", format!("{{{keys}\"z\": 0}}")),
        ("block keys", keys.replace(',', "")),
        ("items", "- a\n".repeat(50_000)),
        ("empty maps", format!("[{}{{}}]", "{},".repeat(50_000))),
        ("documents", "--- a\n".repeat(20_000)),
        ("comments", "# c\n".repeat(200_000)),
        ("anchors", "- &a {b: &c [x]}\n".repeat(10_000)),
        ("block", format!("a: |\n{}", "  x\n\n".repeat(100_000))),
        ("lists", "- a:\n  - |\n    x\n".repeat(10_000)),
    ];
    for (name, text) in texts {
        quickly(name, move || {
            if name == "zeros" {
                assert!(json_reader::parse(&text, FILE).is_err());
            }
            assert!(yaml_reader::parse(&text, FILE).is_ok(), "{name}");
        });
    }
}

#[test]
fn alias_bombs_are_refused() {
    let mut laughs = "a0: &a0 [x, x]\n".to_owned();
    for i in 1..60 {
        let copies = format!("*a{}, ", i - 1).repeat(9);
        laughs += &format!("a{i}: &a{i} [{copies}]\n");
    }
    let mut merges = "a0: &a0 {k0: 0}\n".to_owned();
    for i in 1..60 {
        let copies = format!("*a{}, ", i - 1).repeat(9);
        merges += &format!("a{i}: &a{i} {{<<: [{copies}], k{i}: 0}}\n");
    }
    let long = format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(10_000));
    let keys = format!("- &a {}\n{}", "x".repeat(1 << 20), "- {*a : 1}\n".repeat(10_000));
    for (name, text) in [("laughs", laughs), ("merges", merges), ("long", long), ("keys", keys)] {
        let message = quickly(name, move || {
            let error = yaml_reader::parse(&text, FILE).expect_err(name);
            assert!(text[error.span.range()].starts_with("*a"), "{name}");
            error.message
        });
        assert_eq!(message, format!("aliases expand to more than {ALIAS_BUDGET} nodes"), "{name}");
    }
    // What is in proportion is read.
    yaml(&format!("- &a [1, 2, 3]\n{}", "- *a\n".repeat(10_000)));
}

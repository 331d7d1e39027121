//! Laws over changed, deep, large and hostile texts.

use super::{blocks, check_body, check_pieces};
use crate::syntax::hcl::json::{parse_json, parse_variables};
use crate::syntax::hcl::native::{Parsed, parse, template};
use crate::syntax::tests::limits::quickly;
use crate::syntax::tests::{FILE, at};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

const NATIVE: &str = "# é\r\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"${var.p}-é\\u00e9$${x}%{ if var.a ~} y %{ endif }\"\n  tags = merge(local.t, { A = 1, \"B\" : [for k, v in var.m : \"${k}\" if v != null] }) /* c */\n  policy = <<-EOT\n    {\"a\": \"${jsonencode({ x = [1, -2.5e3] })}\"}\n      b\n  EOT\n  dynamic \"rule\" {\n    for_each = { for k in var.r : k.id => k... }\n    content { id = rule.value[*].id[0] }\n  }\n}\nlocals {\n  x = !a && (b.*.c == 1 ? d.0 : e[\"f\"]) // g\n}\n";
const JSON: &str = "{\"resource\": {\"aws_s3_bucket\": {\"b\": [{\"bucket\": \"${var.p}-\\u00e9\\n%{ if a }b%{ endif }\", \"depends_on\": [\"a.b[0]\"], \"dynamic\": {\"r\": {\"for_each\": [1], \"content\": {}}}}]}}, \"variable\": {\"v\": {\"type\": \"list(string)\", \"default\": \"${x}\"}}}";

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None::<Box<FileFailurePersistence>>.map(|p| p as _),
        ..ProptestConfig::default()
    }
}

/// Reads a text in every way; whatever is left keeps its laws.
fn read_everything(text: &str) {
    let Parsed { body, errors } = parse(text, FILE);
    check_body(text, &body);
    assert!(errors.iter().all(|error| text.get(error.span.range()).is_some()), "{errors:?} in {text:?}");
    match template(text, FILE) {
        Ok(pieces) => check_pieces(text, &pieces),
        Err(error) => assert!(text.get(error.span.range()).is_some(), "{error:?} in {text:?}"),
    }
    for result in [parse_json(text, FILE), parse_variables(text, FILE)] {
        if let Err(error) = result {
            assert!(text.get(error.span.range()).is_some(), "{error:?} in {text:?}");
        }
    }
    // What was read alone is read the same from its own bytes.
    for block in &body.blocks {
        let own = &text[block.header.start as usize..block.body.span.end as usize + 1];
        assert_eq!(blocks(&super::body(own)), super::one(block), "{own:?} in {text:?}");
    }
    for attribute in &body.attributes {
        let own = at(text, attribute.span());
        let bare = parse(own, FILE);
        assert!(!bare.errors.is_empty() || blocks(&bare.body).contains(&super::shape(&attribute.value)), "{own:?}");
    }
}

fn changed(sample: &str, edits: Vec<(prop::sample::Index, usize, String)>) -> String {
    let mut chars: Vec<char> = sample.chars().collect();
    for (place, delete, insert) in edits {
        let at = place.index(chars.len() + 1);
        let end = (at + delete).min(chars.len());
        chars.splice(at..end, insert.chars());
    }
    chars.into_iter().collect()
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, String)>> {
    vec(
        (
            any::<prop::sample::Index>(),
            0_usize..4,
            "([-+*/=<>!?:.,~$%{}()\\[\\]\"\\\\ \\n\\ré#]|\\$\\{|%\\{|<<E\\n){0,3}",
        ),
        1..6,
    )
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn changed_files_are_survived(edits in edits()) {
        read_everything(&changed(NATIVE, edits));
    }

    #[test]
    fn changed_json_is_survived(edits in edits()) {
        read_everything(&changed(JSON, edits));
    }

    #[test]
    fn any_marks_are_survived(text in "([-+*/=<>!?:.,~$%{}()\\[\\]\"\\\\ \\n\\ré#ab1]|\\$\\{|%\\{|<<E\\n|E\\n|for |a = |b \\{\\n){0,40}") {
        read_everything(&text);
    }

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        read_everything(&text);
    }

    /// A broken item in front changes nothing behind it.
    #[test]
    fn the_rest_is_read(edits in edits()) {
        let text = format!("{}\nresource \"last\" \"one\" {{\n  x = 1\n}}\n", changed("resource \"a\" \"b\" {\n  x = [\"${c}\", { d = (e) }]\n}", edits));
        let parsed = parse(&text, FILE);
        let last = parsed.body.blocks.last().map(super::one);
        // Only what swallows text on purpose may take it: a comment or a template over lines.
        if !text.contains("/*") && !text.contains("<<") && !text.contains("${\n") {
            prop_assert_eq!(last.as_deref(), Some("resource \"last\" \"one\" { x = 1 }"), "{:?}", text);
        }
    }
}

/// The body that a broken header has lost is not closed either.
#[test]
fn a_lost_body_without_end_takes_nothing_along() {
    let text = "resource \"a\" <}\n {%{\n  x = 1\n}\nresource \"last\" \"one\" {\n  x = 1\n}\n";
    let last = parse(text, FILE).body.blocks.last().map(super::one);
    assert_eq!(last.as_deref(), Some("resource \"last\" \"one\" { x = 1 }"));
}

#[test]
fn deep_nesting_is_an_error() {
    let n = 100_000;
    let texts = [
        "[",
        "(",
        "{a=",
        "f(",
        "\"${",
        "!",
        "-",
        "a?",
        "a?b:",
        "[for x in ",
        "{for x in ",
        "{(",
        "a[",
        "a+",
        "<<E\n${",
    ];
    for open in texts {
        quickly(open, move || {
            for (tail, block) in [("", false), ("1", true)] {
                let text = format!("x = {}{tail}\ny = 1\n", open.repeat(n));
                let text = if block { format!("b {{\n{text}}}\nresource \"c\" \"d\" {{}}\n") } else { text };
                assert!(!parse(&text, FILE).errors.is_empty(), "{open}");
                assert!(template(&format!("${{{}", open.repeat(n)), FILE).is_err(), "{open}");
            }
        });
    }
    quickly("closed", move || {
        for (open, close) in [("[", "]"), ("(", ")"), ("{a=", "}"), ("\"${", "}\""), ("f(", ")"), ("{a=1+", "}")] {
            for (n, good) in [(3, true), (60, true), (200, false), (300, false), (100_000, false)] {
                let text = format!("x = {}1{}\n", open.repeat(n), close.repeat(n));
                let errors = parse(&text, FILE).errors;
                assert_eq!(errors.len(), usize::from(!good), "{open} {n} {errors:?}");
            }
        }
        for text in [
            format!("x = a{}", ".b".repeat(n)),
            format!("x = a{}", "[*]".repeat(n)),
            format!("x = a{}", "[0]".repeat(n)),
            format!("x = a{}", " + a".repeat(n)),
            format!("{}{}", "b {\n".repeat(n), "}\n".repeat(n)),
            format!("x = \"{}\"", "%{ if a }".repeat(n)),
        ] {
            assert_eq!(parse(&text, FILE).errors.len(), 1, "{}", &text[..20]);
        }
    });
}

#[test]
fn large_texts_are_read_quickly() {
    let five = 5 << 20;
    let block = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"a-${var.x}\"\n}\n";
    let good = [
        ("blocks", block.repeat(20_000)),
        ("entries", format!("x = {{\n{}}}\n", (0..50_000).map(|i| format!("  k{i} = {i}\n")).collect::<String>())),
        ("items", format!("x = [{}]\n", "1,".repeat(100_000))),
        ("attributes", (0..50_000).map(|i| format!("k{i} = {i}\n")).collect::<String>()),
        ("string", format!("x = \"{}\"\n", "é".repeat(five / 2))),
        ("escapes", format!("x = \"{}\"\n", "\\n".repeat(200_000))),
        ("heredoc", format!("x = <<-E\n{}E\n", "  a ${b}\n".repeat(50_000))),
        ("plain heredoc", format!("x = <<E\n{}E\n", "  a\n".repeat(500_000))),
        ("comments", "# c\n/* d */\n// e\n".repeat(100_000)),
        ("spaces", format!("x ={}1\n", " ".repeat(five))),
        ("lines", format!("x = [{}1]\n", "\n".repeat(five))),
        ("arguments", format!("x = f({}1)\n", "a, # b\n".repeat(50_000))),
        ("directives", format!("x = \"{}\"\n", "%{ if a }b%{ endif }".repeat(20_000))),
        ("nested", format!("x = {}1{}{}\n", "{a=".repeat(60), " ".repeat(five / 4), "}".repeat(60))),
    ];
    for (name, text) in good {
        quickly(name, move || assert!(parse(&text, FILE).errors.is_empty(), "{name}"));
    }
}

#[test]
fn hostile_texts_are_refused_quickly() {
    let n = 20_000;
    let padding = "x".repeat(100);
    let texts = [
        ("open blocks", format!("resource \"a\" \"b\" {{\n# {padding}\n").repeat(n)),
        ("open objects", format!("resource \"a\" \"b\" {{\n  x = {{ # {padding}\n}}\n").repeat(n)),
        ("open lists", format!("x = [ # {padding}\n").repeat(n)),
        ("open strings", format!("resource \"a\" \"b\" {{\n  x = \"{padding}\n}}\n").repeat(n)),
        ("open heredocs", (0..n).map(|i| format!("x{i} = <<E{i}\n{padding}\n")).collect()),
        ("open sequences", format!("x = \"${{\n {padding}\n").repeat(n)),
        ("open comments", "x = /*\n".repeat(n)),
        (
            "heredocs in blocks",
            (0..n).map(|i| format!("resource \"a\" \"b\" {{\n  x = <<E{i}\n{padding}\n}}\n")).collect(),
        ),
        ("heredocs in heredocs", format!("x = <<E\n${{\n{padding}\n").repeat(n)),
        ("closing", "}\n".repeat(n)),
        ("stray", "a b c\n".repeat(n)),
        ("quotes", "\"".repeat(n)),
        ("headers", "a \"b\"\n{}\n".repeat(n)),
        ("equals", "=".repeat(5 << 20)),
        ("dots", format!("x = {}", ".".repeat(5 << 20))),
        ("backslashes", format!("x = \"{}", "\\".repeat(5 << 20))),
        ("dollars", format!("x = \"{}", "$".repeat(5 << 20))),
        ("mixed", format!("resource \"a\" \"b\" {{\n{}]\n", "resource \"c\" \"d\" {\n}\n".repeat(n))),
    ];
    for (name, text) in texts {
        quickly(name, move || {
            let errors = parse(&text, FILE).errors;
            assert!(!errors.is_empty(), "{name}");
            assert!(template(&format!("${{{text}"), FILE).is_err(), "{name}");
        });
    }
}

use super::{blocks, check_body};
use crate::syntax::hcl::native::parse;
use crate::syntax::tests::FILE;

/// Message and place of every error, and what is left.
#[track_caller]
fn broken(text: &str) -> (Vec<(String, String)>, String) {
    let parsed = parse(text, FILE);
    check_body(text, &parsed.body);
    let errors = parsed.errors.into_iter().map(|error| (error.message, text[error.span.range()].to_owned()));
    (errors.collect(), blocks(&parsed.body))
}

#[test]
fn a_broken_block_costs_one_error() {
    let cases = [
        ("resource \"a\" \"b\" {\n  x = [1, 2\n}\n", "'[' without closing bracket", "["),
        ("resource \"a\" \"b\" {\n  x = {\n    y = 1\n}\n", "'{' without closing bracket", "{"),
        ("resource \"a\" \"b\" {\n  x = \"abc\n  y = 1\n}\n", "string without closing quote", "\"abc"),
        ("resource \"a\" \"b\" {\n  x = \"${abc\"\n  y = 1\n}\n", "string without closing quote", "\""),
        ("resource \"a\" \"b {\n  x = 1\n}\n", "string without closing quote", "\"b {"),
        (
            "resource \"a\" \"b\" {\n  x = <<EOT\n  abc\n}\n",
            "heredoc without its end: no line with 'EOT' alone",
            "<<EOT",
        ),
        ("resource \"a\" \"b\" {\n  x = \n}\n", "expected an expression", "\n"),
        ("resource \"a\" \"b\" {\n  x = 1 +\n}\n", "expression without end", "+"),
        ("resource \"a\" \"b\" {\n  x = 1 2\n}\n", "unexpected text in an expression", "2"),
        ("resource \"a\" \"b\" {\n  x = 1\n  x = 2\n}\n", "the attribute 'x' is given twice", "x"),
        ("resource \"a\" \"b\" {\n  x\n}\n", "expected '=', '{' or a label", "\n"),
        ("resource \"a\" \"b\" {\n  x = \"\\q\"\n}\n", "invalid escape", "\\q"),
        ("resource \"a\" \"b\" {\n  x = \"\\u12\"\n}\n", "invalid escape", "\\u"),
        ("resource \"a\" \"b\" {\n  x = f(1\n}\n", "'(' without closing bracket", "("),
        ("resource \"a\" \"b\" {\n  x = a)\n}\n", "closing bracket without opening bracket", ")"),
        ("resource \"a\" \"b\" {\n  x = 1 y = 2\n}\n", "unexpected text in an expression", "y"),
        ("resource \"a\" \"b\" {\n  y {} z = 2\n}\n", "expected the end of the line", "z"),
        ("resource \"a\" \"b${c}\" {\n}\n", "a label takes no interpolation", "\"b${c}\""),
        ("resource \"a\" \"b\"\n{\n}\n", "expected '{' or a label", "\n"),
        ("stray text\n", "expected '{' or a label", "\n"),
        ("}\n", "expected the name of an attribute or a block", "}"),
        ("= 1\n", "expected the name of an attribute or a block", "="),
        ("x = ?\n", "unexpected text in an expression", "?"),
        ("é😀 = 1\n", "expected '=', '{' or a label", "😀"),
        ("x = { a = 1 b = 2 }\n", "unexpected text in an expression", "b"),
        ("x = { a }\n", "expected '=' or ':' after the key", "}"),
    ];
    let good = "variable \"é\" {\n  default = 1\n}\n";
    let rest = "locals {\n  a = <<E\nresource \"x\" \"y\" {\nE\n}\n\noutput \"o\" {\n  value = 1\n}\n";
    for (text, message, place) in cases {
        for line_break in ["\n", "\r\n"] {
            let whole = format!("{good}{text}{rest}").replace('\n', line_break);
            let (errors, left) = broken(&whole);
            let [(found, at)] = &errors[..] else { panic!("{errors:?} of {whole:?}") };
            assert_eq!((&**found, at.trim_end_matches('\r')), (message, place), "{whole:?}");
            let heredoc = format!("resource \"x\" \"y\" {{{line_break}").escape_debug().to_string();
            let left = left.escape_debug().to_string().replace(&heredoc, "E").replace('\\', "");
            assert_eq!(left, "variable \"é\" { default = 1 }; locals { a = `E` }; output \"o\" { value = 1 }");
        }
    }
}

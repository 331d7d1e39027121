use super::{at, blocks, body, read, shape, value};
use crate::syntax::hcl::{Expr, ExprKind};

#[test]
fn literals() {
    for text in ["null", "true", "false", "0", "42", "1.50", "1e3", "2.5E-7", "18446744073709551616"] {
        assert_eq!(read(text), text);
    }
    assert_eq!(read("-1"), "-1");
    assert_eq!(read("- 1.5"), "-1.5");
    assert_eq!(read("\"\""), "``");
    assert_eq!(read("[]"), "[]");
    assert_eq!(read("{}"), "{}");
    assert_eq!(read("[1, \"a\", [true, ], ]"), "[1, `a`, [true]]");
}

#[test]
fn operators_bind_as_in_hcl() {
    let cases = [
        ("1 + 2 * 3", "(1 Plus (2 Times 3))"),
        ("(1 + 2) * 3", "((1 Plus 2) Times 3)"),
        ("1 - 2 - 3", "((1 Minus 2) Minus 3)"),
        ("8 / 4 % 3", "((8 Divide 4) Modulo 3)"),
        ("a || b && c", "(a Or (b And c))"),
        ("a && b || c", "((a And b) Or c)"),
        ("a == b && c != d", "((a Equal b) And (c NotEqual d))"),
        ("a < b == c >= d", "((a Less b) Equal (c GreaterEqual d))"),
        ("a + 1 > b || c <= d", "(((a Plus 1) Greater b) Or (c LessEqual d))"),
        ("!a && b", "((Not a) And b)"),
        ("!a.b", "(Not a.b)"),
        ("-a * b", "((Minus a) Times b)"),
        ("a-b", "a-b"),
        ("a - b", "(a Minus b)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("a ? b ? 1 : 2 : 3", "(a ? (b ? 1 : 2) : 3)"),
        ("a || b ? c + 1 : d", "((a Or b) ? (c Plus 1) : d)"),
        ("a == null ? {} : { b = a }", "((a Equal null) ? {} : {`b` = a})"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn references() {
    let cases = [
        ("var.a", "var.a"),
        ("aws_s3_bucket.logs[0].arn", "aws_s3_bucket.logs[0].arn"),
        ("module.x[\"k\"].out", "module.x[`k`].out"),
        ("a.0", "a[0]"),
        ("a.0.b.1", "a[0].b[1]"),
        ("a[b.c].d", "a[b.c].d"),
        ("f(a).b[1]", "f(a).b[1]"),
        ("(a).b", "a.b"),
        ("[1, 2][0]", "[1, 2][0]"),
        ("{ a = 1 }.a", "{`a` = 1}.a"),
        ("{ a = 1 }[\"a\"]", "{`a` = 1}[`a`]"),
        ("\"x\".y", "`x`.y"),
        ("data.aws_caller_identity.current.account_id", "data.aws_caller_identity.current.account_id"),
        ("é.ü", "é.ü"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn splats() {
    let cases = [
        ("a[*]", "each(a: item)"),
        ("a.*", "each(a: item)"),
        ("a[*].b.c", "each(a: item.b.c)"),
        ("a.*.b.c", "each(a: item.b.c)"),
        // The full splat takes every step with it, the other one only attributes.
        ("a[*].b[0]", "each(a: item.b[0])"),
        ("a.*.b[0]", "each(a: item.b)[0]"),
        ("a.*.b[0].c", "each(a: item.b)[0].c"),
        ("a[*].b[*].c", "each(a: each(item.b: item.c))"),
        ("a.*.b[*].c", "each(each(a: item.b): item.c)"),
        ("a.b[*].c[\"k\"].d", "each(a.b: item.c[`k`].d)"),
        ("one(a[*].id)", "one(each(a: item.id))"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn calls() {
    let cases = [
        ("f()", "f()"),
        ("f(1, \"a\",)", "f(1, `a`)"),
        ("merge(a...)", "merge(a...)"),
        ("concat([1], b[*].c...)", "concat([1], each(b: item.c)...)"),
        ("f(\n  a,\n  # why\n  b // too\n)", "f(a, b)"),
        ("provider::aws::arn_parse(a)", "provider::aws::arn_parse(a)"),
        ("jsonencode({ a = 1 })", "jsonencode({`a` = 1})"),
        ("try(a.b, null)", "try(a.b, null)"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn loops() {
    let cases = [
        ("[for x in xs : x.id]", "for x in xs: x.id"),
        ("[for i, x in xs: \"${i}\" if x != null]", "for i, x in xs: `${i}` if (x NotEqual null)"),
        ("{for k, v in m : k => v}", "for k, v in m: k => v"),
        ("{for k, v in m : v.a => k... if v.b}", "for k, v in m: v.a => k... if v.b"),
        ("[for x in [1, 2] : { a = x }]", "for x in [1, 2]: {`a` = x}"),
        // Line breaks mean nothing inside, wherever they stand.
        (
            "{\n  for k, v in m :\n  k => v.x != null\n  ? { a = v\n b = 1 }\n  : {}\n  if v.on\n  && v.two\n}",
            "for k, v in m: k => ((v.x NotEqual null) ? {`a` = v, `b` = 1} : {}) if (v.on And v.two)",
        ),
        ("[\r\n  for x in\r\n  xs\r\n  : x\r\n]", "for x in xs: x"),
        ("[for x in xs : [for y in x : y]]", "for x in xs: for y in x: y"),
        ("{ format = 1 }", "{`format` = 1}"),
        ("[format(a)]", "[format(a)]"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn objects() {
    let cases = [
        ("{ a = 1, b : 2 }", "{`a` = 1, `b` = 2}"),
        ("{\n  a = 1 # one\n\n  b = 2, // two\n  /* three */ c = 3\n}", "{`a` = 1, `b` = 2, `c` = 3}"),
        ("{ \"a b\" = 1, \"${x}\" = 2 }", "{`a b` = 1, `${x}` = 2}"),
        ("{ (a) = 1, (a.b) = 2 }", "{a = 1, a.b = 2}"),
        ("{ true = 1, null = 2, 3 = 4 }", "{`true` = 1, `null` = 2, 3 = 4}"),
        ("{ a-b = 1, é = 2 }", "{`a-b` = 1, `é` = 2}"),
        ("{ a = {\n b = {} } }", "{`a` = {`b` = {}}}"),
        // The last one counts: that is for who evaluates.
        ("{ a = 1, a = 2 }", "{`a` = 1, `a` = 2}"),
        ("{ a = [\n1,\n2\n]\n b = f(\n1) }", "{`a` = [1, 2], `b` = f(1)}"),
        ("{ a = <<EOT\nx\nEOT\n b = 1 }", "{`a` = `x\n`, `b` = 1}"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn comments_of_all_kinds() {
    let text = "# a\n// b\n/* c\n d */ x /* e */ = /* f */ 1 /* g */ + /* h */ 2 # i\ny = [ # j\n1, // k\n/* l */ 2 /* m\n*/]\nb /* n */ \"l\" { // o\n  z = 1 // p\n} # q";
    assert_eq!(blocks(&body(text)), "x = (1 Plus 2); y = [1, 2]; b \"l\" { z = 1 }");
    // A quotient is no comment.
    assert_eq!(read("a/b"), "(a Divide b)");
    assert_eq!(read("a / b"), "(a Divide b)");
}

#[test]
fn blocks_and_labels() {
    let text = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n  versioning { enabled = true }\n  empty {}\n  nested {\n    deep {\n      a = 1\n    }\n  }\n}\nlocals {}\nprovider aws {\n}\n";
    let expected = "resource \"aws_s3_bucket\" \"b\" { bucket = `x`; versioning { enabled = true }; empty {  }; nested { deep { a = 1 } } }; locals {  }; provider \"aws\" {  }";
    let tree = body(text);
    assert_eq!(blocks(&tree), expected);
    assert_eq!(blocks(&body(&text.replace('\n', "\r\n"))), expected);
    assert_eq!(blocks(&body(&text.replace("  ", "\t"))), expected);
    assert_eq!(blocks(&body(&format!("\u{feff}{text}"))), expected);
    let resource = &tree.blocks[0];
    assert_eq!(at(text, resource.header), "resource \"aws_s3_bucket\" \"b\"");
    let versioning = &resource.body.blocks[0];
    assert_eq!(at(text, versioning.header), "versioning");
    assert_eq!(at(text, versioning.body.span), " enabled = true ");
    assert_eq!(at(text, versioning.body.attributes[0].span()), "enabled = true");
    assert_eq!(at(text, tree.blocks[2].header), "provider aws");
    assert_eq!(blocks(&body("b \"a\\\"é\\u00e9\" {}")), "b \"a\\\"éé\" {  }");
    assert_eq!(blocks(&body("")), "");
    assert_eq!(blocks(&body("a = 1")), "a = 1");
}

/// The bytes of an expression and of all below it, from the outside in.
fn places<'t>(text: &'t str, expr: &Expr, found: &mut Vec<&'t str>) {
    found.push(at(text, expr.span));
    let mut go = |part: &Expr| places(text, part, found);
    match &expr.kind {
        ExprKind::List(items) => items.iter().for_each(go),
        ExprKind::Object(entries) => entries.iter().for_each(|(key, value)| {
            go(key);
            go(value);
        }),
        ExprKind::Attr(of, _) | ExprKind::Unary(_, of) => go(of),
        ExprKind::Index(of, part) | ExprKind::Splat(of, part) | ExprKind::Binary(of, _, part) => {
            go(of);
            go(part);
        }
        ExprKind::Call(call) => call.args.iter().for_each(go),
        ExprKind::Conditional(parts) => parts.iter().for_each(go),
        ExprKind::For(parts) => {
            go(&parts.collection);
            parts.key.iter().for_each(&mut go);
            go(&parts.value);
            parts.condition.iter().for_each(go);
        }
        ExprKind::Template(pieces) => {
            for piece in pieces {
                match piece {
                    crate::syntax::hcl::Piece::Literal(_, span) => found.push(at(text, *span)),
                    crate::syntax::hcl::Piece::Interpolation(expr) => places(text, expr, found),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_kind_has_its_place() {
    let cases: &[(&str, &[&str])] = &[
        ("null", &["null"]),
        ("\"é😀${ü.a}ß\"", &["\"é😀${ü.a}ß\"", "é😀", "ü.a", "ü", "ß"]),
        ("( 1 +\t2 )*3", &["( 1 +\t2 )*3", "1 +\t2", "1", "2", "3"]),
        ("a . b [ 0 ] . c", &["a . b [ 0 ] . c", "a . b [ 0 ]", "a . b", "a", "0"]),
        ("a.0.b", &["a.0.b", "a.0", "a", "0"]),
        ("a[*].b[1]", &["a[*].b[1]", "a", "a[*].b[1]", "a[*].b", "a[*]", "1"]),
        ("a.*.b[1]", &["a.*.b[1]", "a.*.b", "a", "a.*.b", "a.*", "1"]),
        ("f( \"x\" , y... )", &["f( \"x\" , y... )", "\"x\"", "x", "y"]),
        ("! a", &["! a", "a"]),
        ("a ? \"é\" : c", &["a ? \"é\" : c", "a", "\"é\"", "é", "c"]),
        ("[ for x in xs : x.y if x ]", &["[ for x in xs : x.y if x ]", "xs", "x.y", "x", "x"]),
        ("{ for k, v in m : k => v }", &["{ for k, v in m : k => v }", "m", "k", "v"]),
        (
            "{ é = 1, (b) = [ /* c */ 2 ] }",
            &["{ é = 1, (b) = [ /* c */ 2 ] }", "é", "é", "1", "b", "[ /* c */ 2 ]", "2"],
        ),
        ("[\r\n\t\"é\",\r\n\tb # c\r\n]", &["[\r\n\t\"é\",\r\n\tb # c\r\n]", "\"é\"", "é", "b"]),
    ];
    for (expression, expected) in cases {
        for before in ["x = ", "\u{feff}x\t=\t", "# é😀\r\nx = /* ü */ "] {
            for after in ["", " # c", "\r\n", " /* é\n */\n"] {
                let text = format!("{before}{expression}{after}");
                let tree = body(&text);
                let mut found = Vec::new();
                places(&text, &tree.attributes[0].value, &mut found);
                // The key of an object is a template of one literal.
                assert_eq!(found, *expected, "{text:?}");
            }
        }
    }
}

#[test]
fn a_line_break_ends_an_expression_only_outside_brackets() {
    assert_eq!(blocks(&body("a = 1\nb = 2")), "a = 1; b = 2");
    assert_eq!(read("(\n1\n+\n2\n)"), "(1 Plus 2)");
    assert_eq!(read("f(a\n? b\n: c)"), "f((a ? b : c))");
    assert_eq!(read("a[\n0\n]"), "a[0]");
    assert_eq!(read("\"${\n a\n}\""), "`${a}`");
    assert_eq!(shape(&value("(\n  a\n  .b\n)")), "a.b");
}

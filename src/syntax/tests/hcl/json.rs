use super::{blocks, body, check_expr, shape};
use crate::syntax::hcl::json::{parse_json, parse_variables};
use crate::syntax::hcl::{Body, ExprKind, Piece};
use crate::syntax::tests::{FILE, at, fault};

#[track_caller]
fn json(text: &str) -> Body {
    parse_json(text, FILE).unwrap_or_else(|error| panic!("{error} at {:?} of {text:?}", at(text, error.span)))
}

/// Both forms of one configuration.
const PAIRS: &[(&str, &str)] = &[
    ("", "{}"),
    ("locals {\n a = 1\n b = \"x${var.y}\"\n}", r#"{"locals": {"a": 1, "b": "x${var.y}"}}"#),
    ("locals {\n a = 1\n}\nlocals {\n b = null\n}", r#"{"locals": [{"a": 1}, {"b": null}]}"#),
    (
        "resource \"aws_s3_bucket\" \"b\" {\n bucket = \"é\\n\\\"$${c}\"\n tags = {\n A = \"${f(\"x\")}\" \n}\n}\nresource \"aws_s3_bucket\" \"c\" {}",
        r#"{"//": "x", "resource": {"aws_s3_bucket": {"b": {"//": 1, "bucket": "\u00e9\n\"$${c}", "tags": {"A": "${f(\"x\")}"}}, "c": {}}}}"#,
    ),
    (
        "resource \"a\" \"b\" {}\nresource \"a\" \"c\" {}\nresource \"d\" \"e\" {}",
        r#"{"resource": [{"a": [{"b": {}}, {"c": [{}]}]}, {"d": {"e": {}}}]}"#,
    ),
    (
        "resource \"a\" \"b\" {\n depends_on = [aws_s3_bucket.x, module.y]\n provider = aws.west\n lifecycle {\n ignore_changes = [tags[\"a\"], policy]\n prevent_destroy = true\n precondition {\n condition = \"${var.x}\"\n}\n}\n}",
        r#"{"resource": {"a": {"b": {"depends_on": ["aws_s3_bucket.x", "module.y"], "provider": "aws.west", "lifecycle": {"ignore_changes": ["tags[\"a\"]", "policy"], "prevent_destroy": true, "precondition": {"condition": "${var.x}"}}}}}}"#,
    ),
    (
        "resource \"a\" \"b\" {\n lifecycle {\n ignore_changes = all\n}\n}",
        r#"{"resource": {"a": {"b": {"lifecycle": [{"ignore_changes": "all"}]}}}}"#,
    ),
    (
        "resource \"aws_cloudtrail\" \"t\" {\n name = \"t\"\n dynamic \"event_selector\" {\n for_each = \"${var.s}\"\n iterator = it\n content {\n type = \"${it.value}\"\n dynamic \"data_resource\" {\n for_each = [1]\n content {}\n}\n}\n}\n}",
        r#"{"resource": {"aws_cloudtrail": {"t": {"name": "t", "dynamic": {"event_selector": {"for_each": "${var.s}", "iterator": "it", "content": {"type": "${it.value}", "dynamic": [{"data_resource": [{"for_each": [1], "content": [{}]}]}]}}}}}}}"#,
    ),
    // Blocks that only a schema knows stay attributes, unless a dynamic block stands in them.
    (
        "resource \"a\" \"b\" {\n versioning = [{ enabled = true }]\n rule {\n id = \"x\"\n dynamic \"y\" {\n content {}\n}\n}\n}",
        r#"{"resource": {"a": {"b": {"versioning": [{"enabled": true}], "rule": [{"id": "x", "dynamic": {"y": {"content": {}}}}]}}}}"#,
    ),
    (
        "module \"m\" {\n source = \"./a$${b}\"\n providers = {\n aws = aws.west\n}\n x = \"${local.y}\"\n}",
        r#"{"module": {"m": {"source": "./a${b}", "providers": {"aws": "aws.west"}, "x": "${local.y}"}}}"#,
    ),
    (
        "variable \"v\" {\n type = list(object({ a = string, b = optional(number, 1) }))\n default = [\"$${a}\"]\n validation {\n condition = \"${var.v != null}\"\n}\n}\nvariable \"w\" {\n type = string\n}",
        r#"{"variable": {"v": {"type": "list(object({ a = string, b = optional(number, 1) }))", "default": ["${a}"], "validation": {"condition": "${var.v != null}"}}, "w": {"type": "string"}}}"#,
    ),
    (
        "terraform {\n required_version = \">= 1\"\n required_providers {\n aws = { source = \"hashicorp/aws\" }\n}\n backend \"s3\" {\n bucket = \"$${b}\"\n}\n}\nprovider \"aws\" {\n region = \"${var.r}\"\n}\nprovider \"aws\" {\n alias = \"west\"\n}",
        r#"{"terraform": {"required_version": ">= 1", "required_providers": {"aws": {"source": "hashicorp/aws"}}, "backend": {"s3": {"bucket": "${b}"}}}, "provider": {"aws": [{"region": "${var.r}"}, {"alias": "west"}]}}"#,
    ),
    (
        "output \"o\" {\n value = \"%{ if var.a }x%{ else }y%{ endif }\"\n depends_on = [a.b]\n}\nmoved {\n from = a.b\n to = a.c[0]\n}\nimport {\n to = a.b\n id = \"x\"\n}",
        r#"{"output": {"o": {"value": "%{ if var.a }x%{ else }y%{ endif }", "depends_on": ["a.b"]}}, "moved": [{"from": "a.b", "to": "a.c[0]"}], "import": {"to": "a.b", "id": "x"}}"#,
    ),
    (
        "data \"d\" \"e\" {\n x = { \"${k}\" = -1.5e3 }\n y = [true, null, []]\n}\ncheck \"c\" {\n data \"d\" \"e\" {}\n assert {\n condition = true\n}\n}",
        r#"{"data": {"d": {"e": {"x": {"${k}": -1.5e3}, "y": [true, null, []]}}}, "check": {"c": {"data": {"d": {"e": {}}}, "assert": {"condition": true}}}}"#,
    ),
];

#[test]
fn both_forms_give_one_tree() {
    for (native, text) in PAIRS {
        let native = blocks(&body(native));
        assert_eq!(blocks(&json(text)), native, "{text}");
        let spaced = text.replace(", \"", ",\r\n\t \"");
        assert_eq!(blocks(&json(&spaced)), native, "{spaced}");
    }
}

#[test]
fn places_lead_through_the_escapes_of_json() {
    let text = r#"{"resource": {"t": {"n": {"a": "é\n${f(\"x\u00e9\", b.c)}\td", "p": ["aws.x"]}}}}"#;
    let tree = json(text);
    let block = &tree.blocks[0];
    assert_eq!(at(text, block.header), "\"n\"");
    assert_eq!(at(text, block.body.attributes[0].name_span), "\"a\"");
    let ExprKind::Template(pieces) = &block.body.attributes[0].value.kind else { panic!() };
    let found: Vec<_> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(value, span) => format!("{value:?} {}", at(text, *span)),
            Piece::Interpolation(expr) => format!("{} {}", shape(expr), at(text, expr.span)),
            _ => panic!(),
        })
        .collect();
    let call = r#"f(`xé`, b.c) f(\"x\u00e9\", b.c)"#;
    assert_eq!(found, ["\"é\" é", r#""\n" \n"#, call, r#""\t" \t"#, "\"d\" d"]);
    let Piece::Interpolation(expr) = &pieces[2] else { panic!() };
    let ExprKind::Call(call) = &expr.kind else { panic!() };
    assert_eq!(at(text, call.args[1].span), "b.c");
    check_expr(text, &block.body.attributes[1].value);
}

#[test]
fn variables_have_no_templates() {
    let text = r#"{"a": "${b}", "c": {"d": ["%{ x"]}, "//": 1}"#;
    assert_eq!(blocks(&parse_variables(text, FILE).unwrap()), "a = `${b}`; c = {`d` = [`%{ x`]}");
    let tree = parse_variables(text, FILE).unwrap();
    assert_eq!(tree.attributes[0].value.literal().as_deref(), Some("${b}"));
}

#[test]
fn faults() {
    let cases = [
        (r#"{"resource": {"a": {"b": 1}}}"#, "expected a mapping, not a number", "1"),
        (r#"{"resource": "a"}"#, "expected a mapping, not a string", "\"a\""),
        ("[1]", "expected a mapping, not a number", "1"),
        (r#"{"locals": {"a": "x${b"}}"#, "'${' without closing bracket", "${"),
        (r#"{"locals": {"a": "\u00e9${b c}"}}"#, "unexpected text in an expression", "c"),
        (r#"{"module": {"m": {"depends_on": ["a b"]}}}"#, "unexpected text in an expression", "b"),
        ("{", "'{' without closing bracket", "{"),
    ];
    for (text, message, place) in cases {
        assert_eq!(fault(text, parse_json(text, FILE)), (message.into(), place), "{text}");
    }
}

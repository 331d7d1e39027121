//! The constructs of Terraform's documentation: each row names its page below
//! <https://developer.hashicorp.com/terraform/>.

use super::{instances, root, value};

/// Page, what stands around, the expression, and its value.
const EXPRESSIONS: &[(&str, &str, &str, &str)] = &[
    ("language/expressions/types", "", "[1, true, null, \"a\"]", "[1, true, null, \"a\"]"),
    ("language/expressions/types", "", "{ a = 1, \"b c\" = 2, (\"d\") = 3 }", "{a: 1, b c: 2, d: 3}"),
    ("language/expressions/types", "locals { l = [\"a\", \"b\"] }", "local.l[1]", "\"b\""),
    ("language/expressions/types", "locals { m = { a = { b = 5 } } }", "local.m[\"a\"].b", "5"),
    ("language/expressions/strings", "locals { n = 3 }", "\"x-${local.n}-${true}\"", "\"x-3-true\""),
    ("language/expressions/strings", "", "\"$${a} %%{b}\"", "\"${a} %{b}\""),
    ("language/expressions/strings", "", "\"%{ if 1 > 2 }a%{ else }b%{ endif }\"", "\"b\""),
    ("language/expressions/strings", "", "\"%{ for k, v in { x = 1, y = 2 } }${k}=${v};%{ endfor }\"", "\"x=1;y=2;\""),
    ("language/expressions/strings", "", "<<-EOT\n    a\n      b\n    EOT\n", "\"a\n  b\n\""),
    ("language/expressions/strings", "locals { n = [1] }", "\"${local.n}\"", "[1]"),
    ("language/expressions/references", "locals { a = local.b }\nlocals { b = \"c\" }", "local.a", "\"c\""),
    ("language/expressions/references", "", "path.module", "\".\""),
    ("language/expressions/references", "", "terraform.workspace", "\"${terraform.workspace}\""),
    ("language/expressions/operators", "", "1 + 2 * 3 - 4 / 2", "5"),
    ("language/expressions/operators", "", "[7 % 3, -7 % 3, 0.1 + 0.2, 1 / 8]", "[1, -1, 0.3, 0.125]"),
    ("language/expressions/operators", "", "\"5\" + 1", "6"),
    (
        "language/expressions/operators",
        "",
        "[1 == 1.0, \"1\" == 1, [1] == [1], { a = 1 } == { a = 2 }]",
        "[true, false, true, false]",
    ),
    (
        "language/expressions/operators",
        "",
        "[1 < 2, 2 <= 1, !(1 > 2), true && false || true]",
        "[true, false, true, true]",
    ),
    ("language/expressions/operators", "locals { x = null }", "local.x != null && local.x.y == 1", "false"),
    ("language/expressions/conditionals", "variable \"e\" { default = \"prod\" }", "var.e == \"prod\" ? 7 : 1", "7"),
    ("language/expressions/conditionals", "variable \"e\" { type = bool }", "var.e ? 7 : 7", "7"),
    (
        "language/expressions/conditionals",
        "variable \"e\" { type = bool }",
        "var.e ? \"a\" : null",
        "(the variable 'e' is true: \"a\" | the variable 'e' is false: null)",
    ),
    (
        "language/expressions/conditionals",
        "variable \"k\" {}",
        "[var.k != null ? 1 : 2, var.k == null ? 3 : 4]",
        "[('var.k != null' is true: 1 | 'var.k != null' is false: 2), ('var.k != null' is true: 4 | 'var.k != null' is false: 3)]",
    ),
    ("language/expressions/for", "", "[for s in [\"a\", \"b\"] : upper(s) if s != \"a\"]", "[\"B\"]"),
    ("language/expressions/for", "", "[for i, s in [\"a\", \"b\"] : \"${i}${s}\"]", "[\"0a\", \"1b\"]"),
    ("language/expressions/for", "", "[for k, v in { b = 1, a = 2 } : \"${k}${v}\"]", "[\"a2\", \"b1\"]"),
    ("language/expressions/for", "", "{ for k, v in { a = 1, b = 2 } : v => k if v > 1 }", "{2: \"b\"}"),
    ("language/expressions/for", "", "{ for k, v in toset([\"a\"]) : k => v }", "{a: \"a\"}"),
    (
        "language/expressions/for",
        "",
        "{ for s in [\"ax\", \"ay\", \"b\"] : substr(s, 0, 1) => s... }",
        "{a: [\"ax\", \"ay\"], b: [\"b\"]}",
    ),
    (
        "language/expressions/for",
        "variable \"l\" { type = list(string) }",
        "[for s in var.l : s]",
        "?(the variable 'l' has no default)",
    ),
    (
        "language/expressions/for",
        "variable \"e\" { type = bool }",
        "[for s in [\"a\", \"b\"] : s if s == \"a\" || var.e]",
        "(the variable 'e' is true: [\"a\", \"b\"] | the variable 'e' is false: [\"a\"])",
    ),
    ("language/expressions/splat", "", "[{ a = 1 }, { a = 2 }][*].a", "[1, 2]"),
    ("language/expressions/splat", "", "[{ a = [3, 4] }, { a = 5 }].*.a[0]", "[3, 4]"),
    ("language/expressions/splat", "locals { one = { a = 1 } }", "local.one[*].a", "[1]"),
    ("language/expressions/splat", "locals { none = null }", "local.none[*].a", "[]"),
    ("language/expressions/splat", "locals { x = [{ y = [{ z = 1 }, { z = 2 }] }] }", "local.x[*].y[*].z", "[[1, 2]]"),
    ("language/expressions/function-calls", "", "max([1, 5, 3]...)", "5"),
    (
        "language/functions/try",
        "locals { x = { a = 1 } }",
        "[try(local.x.a, 2), try(local.x.b, 2), try(local.x.b, local.x.c, 3)]",
        "[1, 2, 3]",
    ),
    (
        "language/functions/try",
        "variable \"x\" {}",
        "try(var.x.a, 2)",
        "('var.x.a' exists: \"${var.x.a}\" | 'var.x.a' does not exist: 2)",
    ),
    ("language/functions/can", "locals { x = { a = 1 } }", "[can(local.x.a), can(local.x.b)]", "[true, false]"),
    ("language/functions/sensitive", "", "sensitive(\"geheim\")", "\"${a sensitive value}\""),
    (
        "language/functions/concat",
        "variable \"l\" { type = list(string) }",
        "[try(concat(var.l, [1]), 2), length(var.l)]",
        "[?(the variable 'l' has no default), ?(the variable 'l' has no default)]",
    ),
    (
        "language/functions/merge",
        "variable \"m\" {}",
        "try(merge(var.m, { a = 1 }), 2)",
        "?(the variable 'm' has no default)",
    ),
    (
        "language/functions/flatten",
        "variable \"l\" { type = list(string) }",
        "flatten([[1], var.l])",
        "?(the variable 'l' has no default)",
    ),
    (
        "language/functions/lookup",
        "resource \"aws_kms_key\" \"k\" {}",
        "lookup({ k = aws_kms_key.k }, \"k\", null).key_id",
        "\"${aws_kms_key.k.key_id}\"",
    ),
    (
        "language/functions/length",
        "variable \"l\" { type = list(string) }",
        "length(var.l) > 0 ? 1 : 2",
        "('length(var.l) > 0' is true: 1 | 'length(var.l) > 0' is false: 2)",
    ),
    (
        "language/functions/jsonencode",
        "variable \"b\" {}",
        "jsonencode({ Resource = \"arn:aws:s3:::${var.b}/*\" })",
        "json {Resource: \"arn:aws:s3:::${var.b}/*\"}",
    ),
    (
        "language/expressions/strings",
        "variable \"b\" {}",
        "<<EOT\n{ \"Resource\": [\"${var.b}\", \"x\"] }\nEOT\n",
        "json {Resource: [\"${var.b}\", \"x\"]}",
    ),
    ("language/expressions/type-constraints", "variable \"n\" {\n type = number\n default = \"5\" }", "var.n", "5"),
    ("language/expressions/type-constraints", "variable \"n\" {\n type = bool\n default = \"true\" }", "var.n", "true"),
    ("language/expressions/type-constraints", "variable \"n\" {\n type = string\n default = 5.0 }", "var.n", "\"5\""),
    (
        "language/expressions/type-constraints",
        "variable \"n\" {\n type = set(string)\n default = [\"b\", \"a\", \"b\"] }",
        "var.n",
        "[\"a\", \"b\"]",
    ),
    (
        "language/expressions/type-constraints",
        "variable \"n\" {\n type = map(string)\n default = { a = 1 } }",
        "var.n",
        "{a: \"1\"}",
    ),
    (
        "language/expressions/type-constraints",
        "variable \"n\" {\n type = tuple([string, number])\n default = [1, \"2\"] }",
        "var.n",
        "[\"1\", 2]",
    ),
    (
        "language/expressions/type-constraints",
        "variable \"o\" {\n type = object({ a = string, b = optional(number, 7), c = optional(string) })\n default = { a = 1, d = 9 } }",
        "var.o",
        "{a: \"1\", b: 7, c: null}",
    ),
    (
        "language/expressions/type-constraints",
        "variable \"o\" {\n type = map(object({ on = optional(bool, true) }))\n default = { x = {}, y = { on = false } } }",
        "[for k, v in var.o : k if v.on]",
        "[\"x\"]",
    ),
    ("language/values/variables", "variable \"s\" {}", "var.s", "\"${var.s}\""),
    ("language/values/variables", "variable \"s\" { type = number }", "var.s", "?(the variable 's' has no default)"),
    (
        "language/values/variables",
        "variable \"s\" { type = object({ a = number, b = string }) }",
        "[var.s.a, var.s.b]",
        "[?(the variable 's' has no default), \"${var.s.b}\"]",
    ),
    (
        "language/values/variables",
        "variable \"s\" {\n sensitive = true\n default = \"geheim\" }",
        "\"x${var.s}\"",
        "\"x${var.s}\"",
    ),
    ("language/values/locals", "locals { a = 1 }", "local.nope", "\"${local.nope}\""),
    (
        "language/data-sources",
        "data \"aws_caller_identity\" \"me\" {}\nprovider \"aws\" { allowed_account_ids = [\"123456789012\"] }",
        "data.aws_caller_identity.me.account_id",
        "\"123456789012\"",
    ),
    (
        "language/data-sources",
        "data \"aws_partition\" \"p\" {}\ndata \"aws_region\" \"r\" {}\nprovider \"aws\" { region = \"cn-north-1\" }",
        "\"${data.aws_partition.p.partition} ${data.aws_region.r.name}\"",
        "\"aws-cn cn-north-1\"",
    ),
    (
        "language/meta-arguments/count",
        "resource \"aws_s3_bucket\" \"b\" {\n count = 2\n bucket = \"b${count.index}\" }",
        "aws_s3_bucket.b[*].id",
        "[\"b0\", \"b1\"]",
    ),
    (
        "language/meta-arguments/count",
        "resource \"aws_s3_bucket\" \"b\" {\n count = 0 }",
        "[one(aws_s3_bucket.b[*].id), try(aws_s3_bucket.b[0].id, \"none\"), length(aws_s3_bucket.b)]",
        "[null, \"none\", 0]",
    ),
    (
        "language/meta-arguments/count",
        "variable \"on\" { type = bool }\nresource \"aws_s3_bucket\" \"b\" {\n count = var.on ? 1 : 0\n bucket = \"b\" }",
        "[one(aws_s3_bucket.b[*].id), var.on ? aws_s3_bucket.b[0].id : \"\", aws_s3_bucket.b[0].id]",
        "[(the variable 'on' is true: \"b\" | the variable 'on' is false: null), (the variable 'on' is true: \"b\" | the variable 'on' is false: \"\"), \"b\"]",
    ),
    (
        "language/meta-arguments/for_each",
        "resource \"aws_s3_bucket\" \"b\" {\n for_each = { x = \"1\", y = \"2\" }\n bucket = \"${each.key}${each.value}\" }",
        "[aws_s3_bucket.b[\"x\"].id, [for k, b in aws_s3_bucket.b : b.id], values(aws_s3_bucket.b)[*].id]",
        "[\"x1\", [\"x1\", \"y2\"], [\"x1\", \"y2\"]]",
    ),
    (
        "language/expressions/references",
        "resource \"aws_kms_key\" \"k\" {}",
        "aws_kms_key.k.key_id",
        "\"${aws_kms_key.k.key_id}\"",
    ),
    (
        "language/expressions/references",
        "resource \"aws_x\" \"k\" {\n deep { a = \"1\" } }",
        "aws_x.k.deep[0].a",
        "\"1\"",
    ),
];

#[test]
fn expressions() {
    let mut wrong = Vec::new();
    for (page, around, expression, expected) in EXPRESSIONS {
        let text = format!("{around}\nresource \"aws_sns_topic\" \"t\" {{\n  v = {expression}\n}}\n");
        let got = value(&root(&[("main.tf", &text)]));
        if got != *expected {
            wrong.push(format!("{page}: {expression}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(EXPRESSIONS.len() >= 60);
}

/// Page, configuration, and its instances, one a line.
const RESOURCES: &[(&str, &str, &str)] = &[
    (
        "language/expressions/dynamic-blocks",
        "resource \"aws_sns_topic\" \"t\" {\n dynamic \"b\" {\n for_each = { x = 1 }\n content {\n k = b.key\n v = b.value } } }",
        "aws_sns_topic.t {b: [{k: \"x\", v: 1}]}\n",
    ),
    (
        "language/expressions/dynamic-blocks",
        "resource \"aws_sns_topic\" \"t\" {\n b { v = 0 }\n dynamic \"b\" {\n for_each = [[1, 2]]\n iterator = it\n content {\n dynamic \"c\" {\n for_each = it.value\n content { v = c.value } } } } }",
        "aws_sns_topic.t {b: [{v: 0}, {c: [{v: 1}, {v: 2}]}]}\n",
    ),
    (
        "language/expressions/dynamic-blocks",
        "variable \"x\" {}\nresource \"aws_sns_topic\" \"t\" {\n dynamic \"b\" {\n for_each = var.x\n content {} } }",
        "aws_sns_topic.t {b: ?(the 'for_each' of its 'b' blocks is not known: the variable 'x' has no default)}\n",
    ),
    (
        "language/expressions/dynamic-blocks",
        "variable \"x\" { type = bool }\nresource \"aws_sns_topic\" \"t\" {\n b { v = 0 }\n dynamic \"b\" {\n for_each = var.x ? [1] : []\n content { v = 1 } } }",
        "aws_sns_topic.t {b: (the variable 'x' is true: [{v: 0}, {v: 1}] | the variable 'x' is false: [{v: 0}])}\n",
    ),
    (
        "language/meta-arguments/count",
        "resource \"aws_sns_topic\" \"t\" { count = 0 }\nresource \"aws_sns_topic\" \"u\" {\n count = 2\n name = count.index }",
        "aws_sns_topic.u[0] {name: 0}\naws_sns_topic.u[1] {name: 1}\n",
    ),
    (
        "language/meta-arguments/count",
        "variable \"on\" { type = bool }\nresource \"aws_sns_topic\" \"t\" {\n count = var.on ? 1 : 0\n name = var.on ? \"a\" : \"b\" }",
        "aws_sns_topic.t[0] maybe(it exists only when the variable 'on' is true) {name: \"a\"}\n",
    ),
    (
        "language/meta-arguments/count",
        "variable \"n\" { type = number }\nresource \"aws_sns_topic\" \"t\" { count = var.n }",
        "aws_sns_topic.t[?] maybe(it exists only when 'var.n > 0' is true) {}\n",
    ),
    (
        "language/meta-arguments/for_each",
        "resource \"aws_sns_topic\" \"t\" {\n for_each = toset([\"b\", \"a\"])\n name = each.value }",
        "aws_sns_topic.t[\"a\"] {name: \"a\"}\naws_sns_topic.t[\"b\"] {name: \"b\"}\n",
    ),
    (
        "language/meta-arguments/for_each",
        "variable \"x\" { type = map(string) }\nresource \"aws_sns_topic\" \"t\" {\n for_each = var.x\n name = each.key }\nresource \"aws_sns_topic_policy\" \"t\" {\n for_each = var.x\n arn = aws_sns_topic.t[each.key].name }",
        "aws_sns_topic.t[?] maybe(its 'for_each' (var.x) is not known: the variable 'x' has no default) {name: \"${aws_sns_topic.t: each.key}\"}\naws_sns_topic_policy.t[?] maybe(its 'for_each' (var.x) is not known: the variable 'x' has no default) {arn: \"${aws_sns_topic.t: each.key}\"}\n",
    ),
    (
        "language/meta-arguments/for_each",
        "resource \"aws_s3_bucket\" \"b\" {\n for_each = { x = 1 }\n bucket = \"b-${each.key}\" }\nresource \"aws_s3_bucket_policy\" \"p\" {\n for_each = aws_s3_bucket.b\n bucket = each.value.id }",
        "aws_s3_bucket.b[\"x\"] {bucket: \"b-x\"}\naws_s3_bucket_policy.p[\"x\"] {bucket: \"b-x\"}\n",
    ),
    (
        "language/meta-arguments/for_each",
        "variable \"on\" { type = bool }\nresource \"aws_sns_topic\" \"t\" {\n for_each = var.on ? { a = 1, b = 2 } : { b = 3 }\n name = each.value }",
        "aws_sns_topic.t[\"a\"] maybe(it exists only when the variable 'on' is true) {name: 1}\naws_sns_topic.t[\"b\"] {name: (the variable 'on' is true: 2 | the variable 'on' is false: 3)}\n",
    ),
    (
        "language/meta-arguments/lifecycle",
        "resource \"aws_sns_topic\" \"t\" {\n name = null\n lifecycle {\n prevent_destroy = true\n ignore_changes = [name] } }",
        "aws_sns_topic.t {name: null, lifecycle: [{prevent_destroy: true}]}\n",
    ),
    (
        "language/modules/develop/refactoring",
        "moved {\n from = aws_sns_topic.a\n to = aws_sns_topic.t }\nresource \"aws_sns_topic\" \"t\" {}",
        "aws_sns_topic.t {}\n",
    ),
    (
        "language/checks",
        "check \"c\" {\n data \"aws_sns_topic\" \"x\" { name = \"n\" }\n assert {\n condition = data.aws_sns_topic.x.arn != \"\"\n error_message = \"e\" } }\nresource \"aws_sns_topic\" \"t\" {}",
        "aws_sns_topic.t {}\n",
    ),
    (
        "language/import",
        "import {\n to = aws_sns_topic.t\n id = \"x\" }\nremoved { from = aws_sns_topic.gone }\nresource \"aws_sns_topic\" \"t\" {}",
        "aws_sns_topic.t {}\n",
    ),
];

#[test]
fn resources() {
    let mut wrong = Vec::new();
    for (page, text, expected) in RESOURCES {
        let got = instances(&root(&[("main.tf", text)]));
        if got != *expected {
            wrong.push(format!("{page}:\n{text}\n  expected {expected}\n  got      {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

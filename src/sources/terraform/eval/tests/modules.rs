//! Modules, their inputs and outputs, and where values come from.

use super::{Repository, Settings, instances, root, show, value};
use crate::source_map::FileId;
use crate::syntax::hcl::native;

const TOPIC: &str = "variable \"name\" {}\nresource \"aws_sns_topic\" \"t\" { name = var.name }\noutput \"name\" { value = aws_sns_topic.t.name }\n";

#[test]
fn nested_modules_hand_values_in_and_out() {
    let root = root(&[
        (
            "main.tf",
            "module \"a\" {\n source = \"./a\"\n name = \"x\"\n}\nresource \"aws_sns_topic\" \"t\" { v = module.a.name }",
        ),
        (
            "a/main.tf",
            "variable \"name\" {}\nmodule \"b\" {\n source = \"../b\"\n name = \"${var.name}-y\"\n}\noutput \"name\" { value = module.b.name }",
        ),
        ("b/main.tf", TOPIC),
    ]);
    assert_eq!(value(&root), "\"x-y\"");
    let inner = &root.instances[1];
    assert_eq!((inner.instance.as_str(), inner.calls.len()), ("module.a.module.b.aws_sns_topic.t", 2));
}

#[test]
fn copies_of_modules_are_told_apart() {
    let root = root(&[
        (
            "main.tf",
            "module \"c\" {\n count = 2\n source = \"./m\"\n name = \"c${count.index}\"\n}\n\
             module \"e\" {\n for_each = toset([\"x\", \"y\"])\n source = \"./m\"\n name = each.key\n}\n\
             resource \"aws_sns_topic\" \"t\" { v = [module.c[1].name, module.c[*].name, module.e[\"y\"].name, [for k, m in module.e : m.name]] }",
        ),
        ("m/main.tf", TOPIC),
    ]);
    assert_eq!(value(&root), "[\"c1\", [\"c0\", \"c1\"], \"y\", [\"x\", \"y\"]]");
    let names: Vec<&str> = root.instances.iter().map(|instance| instance.instance.as_str()).collect();
    assert_eq!(
        names[1..],
        [
            "module.c[0].aws_sns_topic.t",
            "module.c[1].aws_sns_topic.t",
            "module.e[\"x\"].aws_sns_topic.t",
            "module.e[\"y\"].aws_sns_topic.t"
        ]
    );
    assert_eq!(root.instances[1].address, "module.c.aws_sns_topic.t");
}

#[test]
fn what_stands_in_a_module_that_may_not_exist_may_not_either() {
    let root = root(&[
        (
            "main.tf",
            "variable \"on\" { type = bool }\nmodule \"m\" {\n count = var.on ? 1 : 0\n source = \"./m\"\n on = var.on\n}",
        ),
        ("m/main.tf", "variable \"on\" {}\nresource \"aws_sns_topic\" \"t\" { count = var.on ? 1 : 0 }"),
    ]);
    assert_eq!(
        instances(&root),
        "module.m[0].aws_sns_topic.t[0] maybe(it exists only when the variable 'on' is true) {}\n"
    );
}

#[test]
fn a_module_is_a_root_when_no_other_one_calls_it() {
    let repository = Repository::new(&[
        ("envs/dev/main.tf", "module \"m\" {\n source = \"../../modules/m\"\n}"),
        ("envs/prod/main.tf", "module \"m\" {\n source = \"../../modules/m\"\n}"),
        ("modules/m/main.tf", "resource \"aws_sns_topic\" \"t\" {}"),
        ("modules/lonely/main.tf", "variable \"x\" {}\nvariable \"y\" { default = 1 }"),
    ]);
    let (evaluated, _) = repository.evaluate(&Settings::default());
    let dirs: Vec<&str> = evaluated.roots.iter().map(|root| root.dir.as_str()).collect();
    assert_eq!(dirs, ["envs/dev", "envs/prod", "modules/lonely"]);
    assert_eq!(evaluated.roots[2].open_variables, ["x"]);
    // The same name in two roots is not known to be the same.
    assert_ne!(evaluated.roots[0].instances[0].key, evaluated.roots[1].instances[0].key);
}

#[test]
fn circles_end_and_are_told() {
    let repository = Repository::new(&[
        ("a/main.tf", "module \"b\" {\n source = \"../b\"\n}\nresource \"aws_sns_topic\" \"a\" {}"),
        ("b/main.tf", "module \"a\" {\n source = \"../a\"\n}\nresource \"aws_sns_topic\" \"b\" {}"),
    ]);
    let (evaluated, _) = repository.evaluate(&Settings::default());
    let [root] = evaluated.roots.as_slice() else { panic!("one root") };
    assert_eq!(instances(root), "aws_sns_topic.a {}\nmodule.b.aws_sns_topic.b {}\n");
    let told: Vec<&str> = evaluated.faults.iter().map(|(_, fault)| fault.as_str()).collect();
    assert_eq!(told, ["these modules call each other in a circle", "the module 'a' calls itself"]);
    assert_eq!(root.hidden.len(), 1);
}

#[test]
fn values_that_depend_on_themselves_are_told() {
    for (text, fault) in [
        (
            "locals {\n a = local.b\n b = local.a\n}\nresource \"aws_sns_topic\" \"t\" { name = local.a }",
            "the local value 'a' depends on itself",
        ),
        ("resource \"aws_sns_topic\" \"t\" { v = aws_sns_topic.t.v }", "'v' of 'aws_sns_topic.t' depends on itself"),
        (
            "resource \"aws_sns_topic\" \"t\" { count = length(aws_sns_topic.t) }",
            "the copies of 'aws_sns_topic.t' depend on themselves",
        ),
    ] {
        let (evaluated, _) = Repository::new(&[("main.tf", text)]).evaluate(&Settings::default());
        assert_eq!(evaluated.faults.iter().map(|(_, f)| f.as_str()).collect::<Vec<_>>(), [fault]);
    }
}

#[test]
fn a_module_that_is_not_installed_hides_resources_and_its_outputs_still_join() {
    let files = "module \"r\" {\n source = \"terraform-aws-modules/s3-bucket/aws\"\n}\n\
                 module \"none\" {\n source = \"x/y/z\"\n count = 0\n}\n\
                 resource \"aws_sns_topic\" \"t\" { v = [module.r.id == module.r.id, module.r.id] }";
    let root = root(&[("main.tf", files)]);
    assert_eq!(value(&root), "[true, \"${module.r.id}\"]");
    let hidden: Vec<String> = root.hidden.iter().map(ToString::to_string).collect();
    assert_eq!(hidden, ["the module 'terraform-aws-modules/s3-bucket/aws' of 'module.r' is not installed"]);
}

#[test]
fn an_installed_module_is_read_from_where_init_put_it() {
    let root = root(&[
        (
            "live/main.tf",
            "module \"r\" {\n source = \"x/topic/aws\"\n}\nresource \"aws_sns_topic\" \"t\" { v = module.r.deep }",
        ),
        (
            "live/.terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"r","Source":"x","Dir":".terraform/modules/r"},{"Key":"r.inner","Source":"y","Dir":".terraform/modules/r.inner/sub"}]}"#,
        ),
        (
            "live/.terraform/modules/r/main.tf",
            "module \"inner\" {\n source = \"y/y/y\"\n}\noutput \"deep\" { value = module.inner.v }",
        ),
        (
            "live/.terraform/modules/r.inner/sub/main.tf",
            "resource \"aws_sns_topic\" \"i\" { name = path.module }\noutput \"v\" { value = aws_sns_topic.i.name }",
        ),
    ]);
    assert_eq!(value(&root), "\".terraform/modules/r.inner/sub\"");
    assert!(root.hidden.is_empty());
    assert_eq!(root.instances[1].instance, "module.r.module.inner.aws_sns_topic.i");
}

#[test]
fn the_last_source_of_a_variable_holds() {
    let files = [
        (
            "main.tf",
            "variable \"x\" {\n type = list(string)\n default = [\"default\"]\n}\nresource \"aws_sns_topic\" \"t\" { v = var.x }",
        ),
        ("terraform.tfvars", "x = [\"tfvars\"]"),
        ("terraform.tfvars.json", "{\"x\": [\"json\"]}"),
        ("b.auto.tfvars", "x = [\"b\"]"),
        ("a.auto.tfvars.json", "{\"x\": [\"a\"]}"),
    ];
    for (used, expected) in [(1, "default"), (2, "tfvars"), (3, "json"), (5, "b")] {
        assert_eq!(value(&root(&files[..used])), format!("[\"{expected}\"]"));
    }
    let mut settings = Settings {
        var_files: ["x = [\"one\"]", "x = [\"two\"]"]
            .iter()
            .map(|text| ((*text).to_owned(), native::parse(text, FileId(0)).body))
            .collect(),
        ..Settings::default()
    };
    let repository = Repository::new(&files);
    assert_eq!(value(&repository.evaluate(&settings).0.roots[0]), "[\"two\"]");
    settings.vars = vec![("x".into(), "[\"var\", 1]".into())];
    assert_eq!(value(&repository.evaluate(&settings).0.roots[0]), "[\"var\", \"1\"]");
}

#[test]
fn null_takes_the_default_only_where_null_is_no_value() {
    let module = "variable \"a\" { default = 1 }\nvariable \"b\" {\n default = 2\n nullable = false\n}\n\
                  output \"both\" { value = [var.a, var.b] }";
    let main = "module \"m\" {\n source = \"./m\"\n a = null\n b = null\n}\nresource \"aws_sns_topic\" \"t\" { v = module.m.both }";
    assert_eq!(value(&root(&[("main.tf", main), ("m/main.tf", module)])), "[null, 2]");
}

#[test]
fn secrets_are_in_no_value() {
    let main = "module \"m\" {\n source = \"./m\"\n}\nvariable \"p\" {\n sensitive = true\n default = \"geheim\"\n}\n\
                resource \"aws_sns_topic\" \"t\" {\n v = [var.p, module.m.s, jsonencode({ a = var.p }), nonsensitive(var.p)]\n name = \"x${sensitive(local.l)}${sensitive(\"geheim\")}\"\n}\nlocals { l = \"geheim\" }";
    let root = root(&[("main.tf", main), ("m/main.tf", "output \"s\" {\n sensitive = true\n value = \"geheim\"\n}")]);
    assert!(!format!("{:?}", root.instances).contains("geheim"));
}

#[test]
fn providers_decide_account_and_region() {
    let main = "provider \"aws\" {\n region = \"eu-west-1\"\n allowed_account_ids = [\"111111111111\"]\n}\n\
                provider \"aws\" {\n alias = \"logs\"\n region = \"us-gov-west-1\"\n assume_role { role_arn = \"arn:aws:iam::222222222222:role/r\" }\n}\n\
                resource \"aws_sns_topic\" \"a\" {}\n\
                resource \"aws_sns_topic\" \"b\" { provider = aws.logs }\n\
                module \"down\" {\n source = \"./m\"\n}\n\
                module \"given\" {\n source = \"./m\"\n providers = { aws = aws.logs }\n}\n\
                module \"named\" {\n source = \"./n\"\n providers = { aws.dst = aws.logs }\n}";
    let root = root(&[
        ("main.tf", main),
        ("m/main.tf", "resource \"aws_sns_topic\" \"t\" {}"),
        (
            "n/main.tf",
            "terraform {\n required_providers {\n aws = {\n configuration_aliases = [aws.dst]\n }\n }\n}\nresource \"aws_sns_topic\" \"t\" { provider = aws.dst }",
        ),
    ]);
    let got: Vec<String> = root
        .instances
        .iter()
        .map(|i| format!("{} {} {}", i.provider.account, i.provider.region, i.provider.partition))
        .collect();
    let (here, logs) = ("111111111111 eu-west-1 aws", "222222222222 us-gov-west-1 aws-us-gov");
    assert_eq!(got, [here, logs, here, logs, logs]);
}

#[test]
fn configurations_with_the_same_credentials_are_of_one_account() {
    let main = "provider \"aws\" {}\nprovider \"aws\" {\n alias = \"us\"\n region = \"us-east-1\"\n}\nprovider \"aws\" {\n alias = \"p\"\n profile = \"other\"\n}\n\
                resource \"aws_sns_topic\" \"a\" {}\nresource \"aws_sns_topic\" \"b\" { provider = aws.us }\nresource \"aws_sns_topic\" \"c\" { provider = aws.p }";
    let files = [("main.tf", main)];
    let root = root(&files);
    let account = |i: usize| &root.instances[i].provider.account;
    assert_eq!(account(0), account(1));
    assert_ne!(account(0), account(2));
    let settings =
        Settings { account: Some("123456789012".into()), region: Some("eu-west-1".into()), ..Settings::default() };
    let (evaluated, _) = Repository::new(&files).evaluate(&settings);
    let shown: Vec<String> =
        evaluated.roots[0].instances.iter().map(|i| format!("{} {}", i.provider.account, i.provider.region)).collect();
    assert_eq!(shown, ["123456789012 eu-west-1", "123456789012 us-east-1", "${the account id} eu-west-1"]);
}

#[test]
fn json_says_the_same_as_the_native_syntax() {
    let native = "variable \"n\" { default = \"x\" }\nlocals { l = [\"${var.n}-1\", 2] }\n\
                  resource \"aws_sns_topic\" \"t\" {\n for_each = toset([\"k\"])\n name = \"${var.n}-${each.key}\"\n dynamic \"b\" {\n for_each = local.l\n content { v = b.value }\n }\n}\n\
                  module \"m\" {\n source = \"./m\"\n}";
    let json = r#"{"variable": {"n": {"default": "x"}}, "locals": {"l": ["${var.n}-1", 2]},
        "resource": {"aws_sns_topic": {"t": {"for_each": "${toset([\"k\"])}", "name": "${var.n}-${each.key}",
          "dynamic": {"b": {"for_each": "${local.l}", "content": {"v": "${b.value}"}}}}}},
        "module": {"m": {"source": "./m"}}}"#;
    let module = ("m/main.tf", "resource \"aws_sns_topic\" \"i\" {}");
    let (a, b) = (root(&[("main.tf", native), module]), root(&[("main.tf.json", json), module]));
    assert_eq!(instances(&a), instances(&b));
    assert!(instances(&a).contains("{name: \"x-k\", b: [{v: \"x-1\"}, {v: 2}]}"));
}

#[test]
fn override_files_lay_over_what_they_name() {
    let root = root(&[
        (
            "main.tf",
            "locals { a = 1 }\nvariable \"x\" { default = 1 }\nresource \"aws_sns_topic\" \"t\" {\n v = [local.a, var.x]\n name = \"old\"\n b { v = 1 }\n b { v = 2 }\n}",
        ),
        (
            "x_override.tf",
            "locals { a = 2 }\nvariable \"x\" { default = 3 }\nresource \"aws_sns_topic\" \"t\" {\n name = \"new\"\n b { v = 3 }\n}",
        ),
    ]);
    assert_eq!(instances(&root), "aws_sns_topic.t {v: [2, 3], name: \"new\", b: [{v: 3}]}\n");
}

#[test]
fn files_are_read_below_the_repository_root_only() {
    let root = root(&[
        (
            "live/main.tf",
            "resource \"aws_sns_topic\" \"t\" {\n v = [file(\"${path.module}/p.json\"), file(\"../shared/a.txt\"), fileexists(\"b\"), templatefile(\"t.tftpl\", { n = \"x\", l = [1, 2] }), fileset(path.module, \"*.json\")]\n name = file(\"../../etc/passwd\")\n other = file(\"/etc/passwd\")\n}",
        ),
        ("live/p.json", "{\"Version\": \"1\"}"),
        ("shared/a.txt", "hello"),
        ("live/t.tftpl", "${n}:%{ for i in l }${i},%{ endfor }"),
    ]);
    assert_eq!(value(&root), "[json {Version: \"1\"}, \"hello\", false, \"x:1,2,\", [\"p.json\"]]");
    let body = &root.instances[0].body;
    assert_eq!(show(body.get("name").unwrap()), "?(the path '../../etc/passwd' leads out of the repository)");
    assert_eq!(show(body.get("other").unwrap()), "?(the path '/etc/passwd' leads out of the repository)");
}

#[test]
fn a_block_that_json_writes_as_an_object_is_one_block() {
    let main = r#"{"resource": {"aws_cloudwatch_log_metric_filter": {"f": {"metric_transformation": {"name": "n"}}},
        "aws_sns_topic": {"t": {"v": "${aws_cloudwatch_log_metric_filter.f.metric_transformation[0].name}"}}}}"#;
    assert_eq!(value(&root(&[("main.tf.json", main)])), "\"n\"");
}

#[test]
fn places_of_secrets_are_told() {
    let mut map = crate::source_map::SourceMap::default();
    let read = [
        (
            "a/main.tf",
            "variable \"p\" {\n sensitive = true\n default = \"one\"\n}\nvariable \"q\" { default = \"open\" }\noutput \"o\" {\n sensitive = true\n value = \"two\"\n}",
        ),
        ("a/terraform.tfvars", "p = \"three\"\nq = \"open\""),
        ("b/terraform.tfvars", "p = \"open\""),
    ];
    let files: Vec<_> = read.iter().filter_map(|(path, text)| super::read(path, text, &mut map)).collect();
    let secrets: Vec<&str> =
        super::super::super::module::secrets(&files).into_iter().map(|span| map.text(span)).collect();
    assert_eq!(secrets, ["\"one\"", "\"two\"", "\"three\""]);
}

#[test]
fn a_provider_that_is_chosen_by_a_key_is_not_known() {
    let main = "provider \"aws\" {\n region = \"eu-west-1\"\n}\nresource \"aws_sns_topic\" \"t\" {\n for_each = toset([\"a\"])\n provider = aws.by[each.key]\n}";
    let root = root(&[("main.tf", main)]);
    assert!(root.instances[0].provider.region.literal().is_none());
}

#[test]
fn long_expressions_that_begin_alike_differ() {
    let long = "a".repeat(200);
    let main = format!(
        "variable \"l\" {{ type = list(string) }}\nlocals {{\n x = [for s in var.l : \"{long}-x\"]\n y = [for s in var.l : \"{long}-y\"]\n}}\n\
         resource \"aws_sns_topic\" \"t\" {{ v = \"${{local.x[0]}}\" == \"${{local.y[0]}}\" }}"
    );
    assert_ne!(value(&root(&[("main.tf", &main)])), "true");
}

#[test]
fn a_file_for_opentofu_takes_the_place_of_the_one_for_terraform() {
    let (tf, tofu) = ("resource \"aws_sns_topic\" \"t\" { v = 1 }", "resource \"aws_sns_topic\" \"t\" { v = 2 }");
    let root = root(&[("main.tf", tf), ("main.tofu", tofu), ("other.tf", "locals { x = 1 }")]);
    assert_eq!(instances(&root), "aws_sns_topic.t {v: 2}\n");
}

#[test]
fn copies_find_each_other_by_their_keys() {
    let main = "locals { keys = toset([for i in range(1000) : \"k${i}\"]) }\n\
                resource \"aws_s3_bucket\" \"b\" {\n for_each = local.keys\n bucket = each.key\n}\n\
                resource \"aws_s3_bucket_policy\" \"b\" {\n for_each = local.keys\n bucket = aws_s3_bucket.b[each.key].id\n}";
    let root = root(&[("main.tf", main)]);
    assert_eq!(root.instances.len(), 2000);
    assert!(root.instances[1000..].iter().all(|i| {
        i.body.get("bucket").and_then(crate::sources::value::Val::text).is_some_and(|t| t.literal().is_some())
    }));
}

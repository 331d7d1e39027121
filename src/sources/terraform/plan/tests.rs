//! What a plan and a state become.

use serde_json::{Value, json};

use super::{Action, Read, instances, read};
use crate::model::Existence;
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::terraform::instance::Instance;
use crate::sources::terraform::state;
use crate::sources::value::{Val, ValKind};
use crate::syntax::SyntaxError;
use crate::truth::CauseKind;

const FILE: FileId = FileId(0);
const CANARY: &str = "canary-7f3a";

fn try_plan(text: &str) -> Result<Read, SyntaxError> {
    instances(&read(text, FILE)?, "in")
}

fn plan(value: &Value) -> Read {
    try_plan(&value.to_string()).expect("is a plan")
}

fn state(value: &Value) -> Read {
    let text = value.to_string();
    let parsed = state::read(&text, FILE).expect("is a state");
    state::instances(&parsed, "in").expect("can be read")
}

fn change(address: &str, change: Value) -> Value {
    let bare = address.rsplit("module.").next().unwrap_or(address);
    let data = bare.contains("data.");
    let kind = bare.split('.').find(|part| part.starts_with("aws_")).expect("has a type");
    json!({"address": address, "mode": if data { "data" } else { "managed" }, "type": kind, "change": change})
}

fn create(address: &str, after: Value, unknown: Value) -> Value {
    change(address, json!({"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}))
}

fn resource(address: &str, expressions: Value) -> Value {
    let data = address.starts_with("data.");
    let (kind, name) = address.trim_start_matches("data.").split_once('.').expect("has a name");
    json!({"address": address, "mode": if data { "data" } else { "managed" }, "type": kind, "name": name,
        "provider_config_key": "aws", "expressions": expressions})
}

fn whole(changes: Vec<Value>, root_module: Value) -> Value {
    json!({"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes,
        "configuration": {"provider_config": {"aws": {"name": "aws", "full_name": "x"}}, "root_module": root_module}})
}

fn find<'r>(read: &'r Read, address: &str) -> &'r Instance {
    read.instances.iter().find(|instance| instance.instance == address).expect("is there")
}

fn shown(read: &Read, address: &str, name: &str) -> String {
    match find(read, address).written(name) {
        None => "not written".to_owned(),
        Some(val) => match &val.kind {
            ValKind::Unknown(cause) => format!("unknown: {cause}"),
            _ => val.text().map_or_else(|| val.kind_word().to_owned(), |text| text.to_string()),
        },
    }
}

/// The same, whether it is the same unknown.
fn equal(read: &Read, one: (&str, &str), other: (&str, &str)) -> bool {
    let text = |(address, name): (&str, &str)| find(read, address).written(name).and_then(Val::text);
    text(one).is_some() && text(one) == text(other)
}

#[test]
fn every_action_says_what_exists_afterwards() {
    let full = json!({"name": "t"});
    let of = |actions: Value, after: Value| {
        let value = json!({"actions": actions, "before": full, "after": after, "after_unknown": {}});
        let read = plan(&whole(vec![change("aws_cloudtrail.t", value)], json!({})));
        (read.instances.len(), read.changes.first().map(|change| (change.action, change.after)))
    };
    let there = |action| (1, Some((action, Some(0))));
    assert_eq!(of(json!(["create"]), full.clone()), (1, None));
    assert_eq!(of(json!(["update"]), full.clone()), there(Action::Update));
    assert_eq!(of(json!(["no-op"]), full.clone()), there(Action::Keep));
    assert_eq!(of(json!(["delete", "create"]), full.clone()), there(Action::Replace));
    assert_eq!(of(json!(["create", "delete"]), full.clone()), there(Action::Replace));
    assert_eq!(of(json!(["delete"]), Value::Null), (0, Some((Action::Delete, None))));
    assert_eq!(of(json!(["forget"]), Value::Null), (0, Some((Action::Forget, None))));
    let read = change(
        "data.aws_iam_policy_document.d",
        json!({"actions": ["read"], "after": {}, "after_unknown": {"json": true}}),
    );
    assert_eq!(plan(&whole(vec![read], json!({}))).instances.len(), 1);
}

#[test]
fn an_object_left_over_is_not_the_resource() {
    let mut old = change("aws_cloudtrail.t", json!({"actions": ["delete"], "before": {"name": "t"}, "after": null}));
    old["deposed"] = json!("abcd1234");
    let read = plan(&whole(vec![old], json!({})));
    assert!(read.instances.is_empty() && read.changes.is_empty());
}

#[test]
fn null_is_not_written_and_unknown_by_an_expression_is() {
    let changes = vec![create(
        "aws_cloudtrail.t",
        json!({"name": "t", "kms_key_id": null, "enable_logging": true}),
        json!({"sns_topic_name": true, "s3_bucket_name": true, "arn": true, "event_selector": true}),
    )];
    let expressions = json!({"name": {"constant_value": "t"}, "sns_topic_name": {"references": ["local.topic"]},
        "s3_bucket_name": {"references": ["local.bucket"]}});
    let read = plan(&whole(changes, json!({"resources": [resource("aws_cloudtrail.t", expressions)]})));
    assert_eq!(shown(&read, "aws_cloudtrail.t", "kms_key_id"), "not written");
    // Computed by the provider.
    assert_eq!(shown(&read, "aws_cloudtrail.t", "arn"), "not written");
    assert_eq!(shown(&read, "aws_cloudtrail.t", "s3_bucket_name"), "${aws_cloudtrail.t.s3_bucket_name}");
    // A block that the provider never computes: a `dynamic` block, which the configuration does not show.
    let wanted = "unknown: 'aws_cloudtrail.t.event_selector' is known after apply";
    assert_eq!(shown(&read, "aws_cloudtrail.t", "event_selector"), wanted);
}

#[test]
fn mfa_delete_that_is_computed_is_not_written() {
    let changes = vec![create(
        "aws_s3_bucket_versioning.v",
        json!({"versioning_configuration": [{"status": "Enabled"}]}),
        json!({"bucket": true, "versioning_configuration": [{"mfa_delete": true}]}),
    )];
    let mfa = |block: Value| {
        let expressions = match block {
            Value::Null => json!({}),
            block => json!({"versioning_configuration": [block]}),
        };
        let root = json!({"resources": [resource("aws_s3_bucket_versioning.v", expressions)],
            "variables": {"mfa": {}}});
        let read = plan(&whole(changes.clone(), root));
        let body = &find(&read, "aws_s3_bucket_versioning.v").body;
        let block = body.get("versioning_configuration").expect("is there").items().first().cloned().expect("is one");
        block.get("mfa_delete").map(|val| val.kind.clone()).filter(|kind| *kind != ValKind::Null)
    };
    assert_eq!(mfa(json!({"status": {"constant_value": "Enabled"}})), None);
    // `mfa_delete = var.mfa`, where the variable is null: all it refers to is known.
    assert_eq!(mfa(json!({"mfa_delete": {"references": ["var.mfa"]}})), None);
    assert!(mfa(json!({"mfa_delete": {"references": ["local.mfa"]}})).is_some());
    // A `dynamic` block may write it.
    assert!(mfa(Value::Null).is_some());
}

/// A module that is called with a bucket of its caller, twice.
fn modules() -> Value {
    let unknown = json!({"bucket": true, "policy": true});
    let mut changes = vec![
        create("aws_s3_bucket.b[\"eu\"]", json!({"bucket": "b-eu"}), json!({"arn": true})),
        create("aws_s3_bucket.b[\"us\"]", json!({}), json!({"arn": true, "bucket": true})),
        create("aws_s3_bucket_policy.each[\"us\"]", json!({}), unknown.clone()),
    ];
    for key in ["eu", "us"] {
        let at = |rest: &str| format!("module.m[\"{key}\"].{rest}");
        changes.push(create(&at("aws_cloudtrail.t"), json!({"name": key}), json!({"s3_bucket_name": true})));
        changes.push(create(&at("aws_s3_bucket_policy.p"), json!({}), unknown.clone()));
    }
    changes.push(create("aws_s3_bucket_logging.out", json!({}), json!({"bucket": true, "target_bucket": true})));
    let keyed = |expression: &str| json!({"references": [expression, "each.key"]});
    let mut each = resource(
        "aws_s3_bucket_policy.each",
        json!({"bucket": {"references": ["each.value.id", "each.value"]}, "policy": {"references": ["local.p"]}}),
    );
    each["for_each_expression"] = json!({"references": ["aws_s3_bucket.b"]});
    let out = json!({
        "bucket": {"references": ["module.m[\"us\"].bucket", "module.m[\"us\"]", "module.m"]},
        "target_bucket": {"references": ["aws_s3_bucket.b[\"eu\"].id", "aws_s3_bucket.b[\"eu\"]", "aws_s3_bucket.b",
            "aws_s3_bucket.b[\"us\"].id", "aws_s3_bucket.b[\"us\"]", "aws_s3_bucket.b"]},
    });
    let inner = json!({
        "resources": [
            resource("aws_cloudtrail.t", json!({"s3_bucket_name": {"references": ["aws_s3_bucket_policy.p.bucket", "aws_s3_bucket_policy.p"]}})),
            resource("aws_s3_bucket_policy.p", json!({"bucket": {"references": ["var.bucket"]}, "policy": {}})),
        ],
        "outputs": {"bucket": {"expression": {"references": ["aws_s3_bucket_policy.p.bucket", "aws_s3_bucket_policy.p"]}}},
        "variables": {"bucket": {}},
    });
    let mut bucket = resource("aws_s3_bucket.b", json!({"bucket": {"references": ["random_id.r.hex", "random_id.r"]}}));
    bucket["for_each_expression"] = json!({"constant_value": ["eu", "us"]});
    let calls = json!({"m": {"source": "./m", "expressions": {"bucket": keyed("aws_s3_bucket.b")},
        "for_each_expression": {"constant_value": ["eu", "us"]}, "module": inner}});
    whole(
        changes,
        json!({"resources": [bucket, each, resource("aws_s3_bucket_logging.out", out)], "module_calls": calls}),
    )
}

#[test]
fn references_lead_through_modules_to_the_instance_with_the_same_key() {
    let read = plan(&modules());
    assert_eq!(shown(&read, "module.m[\"eu\"].aws_cloudtrail.t", "s3_bucket_name"), "b-eu");
    let own = ("aws_s3_bucket.b[\"us\"]", "bucket");
    for same in ["module.m[\"us\"].aws_cloudtrail.t", "module.m[\"us\"].aws_s3_bucket_policy.p"] {
        let name = if same.contains("cloudtrail") { "s3_bucket_name" } else { "bucket" };
        assert!(equal(&read, own, (same, name)), "{same}");
    }
    // Through `each.value` and through an output.
    assert!(equal(&read, own, ("aws_s3_bucket_policy.each[\"us\"]", "bucket")));
    assert!(equal(&read, own, ("aws_s3_bucket_logging.out", "bucket")));
    // Two buckets: which of them, or what is made of both, is not told.
    assert_eq!(
        shown(&read, "aws_s3_bucket_logging.out", "target_bucket"),
        "${aws_s3_bucket_logging.out.target_bucket}"
    );
    assert_eq!(find(&read, "module.m[\"us\"].aws_cloudtrail.t").address, "module.m.aws_cloudtrail.t");
}

/// A trail whose bucket is `each.value.…` of a `for_each` over what is referred to.
fn of_each(value: &str, for_each: &[&str]) -> Read {
    let mut trail = resource("aws_cloudtrail.t", json!({"s3_bucket_name": {"references": [value, "each.value"]}}));
    trail["for_each_expression"] = json!({"references": for_each});
    let changes = vec![
        create("aws_s3_bucket.logs", json!({}), json!({"bucket": true, "id": true})),
        create("aws_s3_bucket.other", json!({}), json!({"bucket": true, "id": true})),
        create("aws_kms_key.logs", json!({}), json!({"arn": true})),
        create("aws_cloudtrail.t[\"a\"]", json!({"name": "t"}), json!({"s3_bucket_name": true})),
    ];
    let plain = ["aws_s3_bucket.logs", "aws_s3_bucket.other", "aws_kms_key.logs"].map(|at| resource(at, json!({})));
    let resources = [&plain[..], &[trail]].concat();
    plan(&whole(changes, json!({"resources": resources})))
}

#[test]
fn a_value_of_an_object_is_the_only_thing_of_it_that_fits() {
    let is = |read: &Read, bucket: &str| shown(read, "aws_cloudtrail.t[\"a\"]", "s3_bucket_name").contains(bucket);
    let bucket = ["aws_s3_bucket.logs.id", "aws_s3_bucket.logs"];
    let key = ["aws_kms_key.logs.arn", "aws_kms_key.logs"];
    assert!(is(&of_each("each.value.bucket", &bucket), "aws_s3_bucket.logs"));
    assert!(is(&of_each("each.value.bucket", &[bucket, key].concat()), "aws_s3_bucket.logs"));
    let two = [bucket, ["aws_s3_bucket.other.id", "aws_s3_bucket.other"]].concat();
    let local = ["local.trails"];
    let stranger = [&bucket[..], &["random_pet.name.id", "random_pet.name"]].concat();
    for (value, open) in [
        // One of two buckets; a thing of another kind; what a local or a resource that is not modelled says.
        ("each.value.bucket", &two[..]),
        ("each.value.bucket", &key[..]),
        ("each.value.bucket", &local[..]),
        ("each.value.bucket", &stranger[..]),
        // All of an object is no name.
        ("each.value", &[bucket, key].concat()[..]),
    ] {
        let read = of_each(value, open);
        assert!(!is(&read, "aws_s3_bucket.logs") && !is(&read, "aws_s3_bucket.other"), "{value} of {open:?}");
        let val = find(&read, "aws_cloudtrail.t[\"a\"]").written("s3_bucket_name").expect("is written");
        let cause = val.text().and_then(|text| text.causes()).expect("is not known");
        assert_eq!(cause.first().kind, CauseKind::AfterApply);
    }
}

#[test]
fn the_order_of_keys_and_white_space_change_places_only() {
    let value = modules();
    let (minified, pretty) = (value.to_string(), serde_json::to_string_pretty(&value).expect("can be written"));
    let sorted: Value = serde_json::from_str(&sort(&value).to_string()).expect("is JSON");
    let bodies = |text: &str| {
        let read = try_plan(text).expect("is a plan");
        let one = |instance: &Instance| (instance.instance.clone(), plain(&instance.body));
        read.instances.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(bodies(&minified), bodies(&pretty));
    assert_eq!(bodies(&minified), bodies(&sorted.to_string()));
    let mut sources = SourceMap::default();
    sources.add("plan.json", pretty.as_str());
    let read = try_plan(&pretty).expect("is a plan");
    let bucket = find(&read, "aws_s3_bucket.b[\"eu\"]");
    assert_eq!(sources.text(bucket.header), r#""aws_s3_bucket.b[\"eu\"]""#);
    assert_eq!(sources.text(bucket.written("bucket").expect("is written").span), "\"b-eu\"");
    let trail = find(&read, "module.m[\"us\"].aws_cloudtrail.t");
    let field = trail.body.field("s3_bucket_name").expect("is written");
    assert_eq!(sources.text(field.span()), r#""s3_bucket_name": true"#);
}

fn sort(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            keys.into_iter().map(|key| (key.clone(), sort(&fields[key]))).collect()
        }
        Value::Array(items) => items.iter().map(sort).collect(),
        other => other.clone(),
    }
}

/// A value without places and without the order of its fields.
fn plain(val: &Val) -> String {
    match &val.kind {
        ValKind::Map(fields) => {
            let mut fields: Vec<String> = fields.iter().map(|f| format!("{}={}", f.key, plain(&f.value))).collect();
            fields.sort();
            format!("{{{}}}", fields.join(","))
        }
        ValKind::List(items) => format!("{:?}", items.iter().map(plain).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_is_marked_as_sensitive_is_nowhere() {
    let secret = json!({"name": CANARY, "event_selector": [{"read_write_type": CANARY}], "kms_key_id": "k"});
    let masks = json!({"name": true, "event_selector": [{"read_write_type": true}]});
    let value = json!({"actions": ["update"], "before": secret, "before_sensitive": masks, "after": secret,
        "after_unknown": {}, "after_sensitive": masks});
    let all = json!({"actions": ["update"], "before": {"name": CANARY}, "before_sensitive": true,
        "after": {"name": CANARY}, "after_unknown": {}, "after_sensitive": true});
    let mut document = whole(vec![change("aws_cloudtrail.t", value), change("aws_cloudtrail.u", all)], json!({}));
    document["prior_state"] = json!({"values": {"root_module": {"resources": [{"address": "data.aws_s3_bucket.d",
        "mode": "data", "type": "aws_s3_bucket", "values": {"bucket": CANARY, "region": "eu-west-1"},
        "sensitive_values": {"bucket": true}}]}}});
    let text = document.to_string();
    let read = try_plan(&text).expect("is a plan");
    let printed = format!("{read:?}");
    assert!(!printed.contains(CANARY), "{printed}");
    let hidden = |at: usize| read.secrets.iter().any(|span| span.range().contains(&at));
    assert!(text.match_indices(CANARY).all(|(at, _)| hidden(at)), "{:?}", read.secrets);
    assert_eq!(shown(&read, "aws_cloudtrail.t", "kms_key_id"), "k");

    let raw = json!({"version": 4, "resources": [{"mode": "managed", "type": "aws_cloudtrail", "name": "t",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"attributes":
        {"name": CANARY, "tags": {"a": CANARY, "b": "c"}}, "sensitive_attributes": [
        [{"type": "get_attr", "value": "name"}],
        [{"type": "get_attr", "value": "tags"}, {"type": "index", "value": {"value": "a", "type": "string"}}]]}]}]});
    let read = state(&raw);
    assert!(!format!("{read:?}").contains(CANARY));
    assert_eq!(read.secrets.len(), 2);
}

#[test]
fn policies_are_documents_in_place() {
    let policy = json!({"Statement": [{"Effect": "Allow", "Sid": "A \"quoted\" one"}]}).to_string();
    let changes = vec![create("aws_s3_bucket_policy.p", json!({"bucket": "b", "policy": policy}), json!({}))];
    let text = whole(changes, json!({})).to_string();
    let read = try_plan(&text).expect("is a plan");
    let document = find(&read, "aws_s3_bucket_policy.p").written("policy").and_then(Val::document).expect("is one");
    let effect = document.get("Statement").expect("is there").items()[0].get("Effect").expect("is there").span;
    assert!(text[effect.range()].starts_with(r#"\"Allow"#), "{effect:?}");
}

#[test]
fn a_policy_document_that_is_read_at_apply_keeps_what_is_known() {
    let statement = json!([{"actions": ["s3:PutObject"], "effect": null, "resources": [null], "sid": "W",
        "principals": [{"identifiers": ["cloudtrail.amazonaws.com"], "type": "Service"}]}]);
    let read = change(
        "data.aws_iam_policy_document.d",
        json!({"actions": ["read"], "after": {"statement": statement},
            "after_unknown": {"json": true, "statement": [{"resources": [true]}]}}),
    );
    let changes = vec![read, create("aws_s3_bucket_policy.p", json!({"bucket": "b"}), json!({"policy": true}))];
    let document = "data.aws_iam_policy_document.d.json";
    let root = json!({"resources": [
        resource("aws_s3_bucket_policy.p", json!({"policy": {"references": [document, "data.aws_iam_policy_document.d"]}})),
        resource("data.aws_iam_policy_document.d", json!({"statement": [{"resources": {"references": ["local.x"]}}]})),
    ]});
    let read = plan(&whole(changes, root));
    let policy = find(&read, "aws_s3_bucket_policy.p").written("policy").and_then(Val::document).expect("is one");
    let statement = policy.get("Statement").expect("has one").items().first().expect("has one");
    let text = |key: &str| statement.get(key).and_then(|val| val.items().first()?.text()).expect("is a text");
    assert_eq!(text("Action").literal(), Some("s3:PutObject"));
    assert_eq!(text("Sid").literal(), Some("W"));
    assert_eq!(text("Resource").literal(), None);
}

#[test]
fn what_is_put_off_or_not_whole_is_said() {
    let item = create("aws_cloudtrail.t[\"x\"]", json!({"name": "t"}), json!({}));
    let mut document = whole(Vec::new(), json!({}));
    document["deferred_changes"] = json!([{"reason": "instance_count_unknown", "resource_change": item}]);
    let read = plan(&document);
    assert!(matches!(read.instances[0].existence, Existence::Maybe(_)));
    assert_eq!(read.hidden.len(), 1);
    for (key, value) in [("errored", true), ("complete", false)] {
        let mut document = whole(Vec::new(), json!({}));
        document[key] = json!(value);
        assert_eq!(plan(&document).hidden.len(), 1, "{key}");
    }
    let mut sound = whole(Vec::new(), json!({}));
    (sound["errored"], sound["complete"]) = (json!(false), json!(true));
    assert!(plan(&sound).hidden.is_empty());
}

#[test]
fn the_account_and_region_are_known_from_what_is_known() {
    let identity = |account: &str| {
        json!({"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity",
        "name": "me", "values": {"account_id": account}, "sensitive_values": {}})
    };
    let trail = create("aws_cloudtrail.t", json!({"name": "t"}), json!({"arn": true}));
    let mut document = whole(
        vec![trail],
        json!({"resources": [resource("aws_cloudtrail.t", json!({})), resource("data.aws_caller_identity.me", json!({}))]}),
    );
    document["prior_state"] = json!({"values": {"root_module": {"resources": [identity("123456789012")]}}});
    document["variables"] = json!({"region": {"value": "cn-north-1"}});
    document["configuration"]["provider_config"]["aws"]["expressions"] =
        json!({"region": {"references": ["var.region"]}});
    let read = plan(&document);
    assert_eq!(read.provider.account.literal(), Some("123456789012"));
    assert_eq!((read.provider.region.literal(), read.provider.partition), (Some("cn-north-1"), "aws-cn"));
    let unknown = plan(&whole(Vec::new(), json!({})));
    assert!(unknown.provider.account.literal().is_none() && unknown.provider.region.literal().is_none());
}

#[test]
fn state_files_have_keys_modules_and_providers() {
    let one = |key: Value, name: &str| json!({"index_key": key, "attributes": {"bucket": name}});
    let raw = json!({"version": 4, "resources": [
        {"module": "module.m[\"a\"]", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
         "provider": "provider[\"registry.opentofu.org/hashicorp/aws\"].west", "instances": [one(json!("x"), "1"), one(json!(0), "2")]},
        {"mode": "managed", "type": "aws_instance", "name": "i", "instances": [{"attributes": {"id": "i"}}]},
        {"mode": "data", "type": "aws_s3_bucket", "name": "d", "instances": [{"attributes": {"bucket": "3"}}]}]});
    let read = state(&raw);
    let names: Vec<&str> = read.instances.iter().map(|instance| instance.instance.as_str()).collect();
    assert_eq!(
        names,
        ["module.m[\"a\"].aws_s3_bucket.b[\"x\"]", "module.m[\"a\"].aws_s3_bucket.b[0]", "data.aws_s3_bucket.d"]
    );
    assert_eq!(read.instances[0].address, "module.m.aws_s3_bucket.b");
    assert_eq!(shown(&read, names[1], "bucket"), "2");
    assert!(read.instances[2].data && !read.instances[0].data);
}

#[test]
fn faults_have_a_place_and_quote_nothing() {
    let place = |text: &str| {
        let error = try_plan(text).expect_err("is no plan");
        assert!(!error.message.contains(CANARY), "{}", error.message);
        (error.message, text.get(error.span.range()).unwrap_or_default().to_owned())
    };
    assert_eq!(place("{\n \"resource_changes\": [}").1, "}");
    let wrong = format!("{{\"format_version\": \"1.2\",\n\"resource_changes\": \"{CANARY}\"}}");
    assert!(place(&wrong).0.contains("not of the kind"));
    assert_eq!(place("{\"format_version\": \"2.0\"}").1, "\"2.0\"");
    assert!(try_plan("").is_err());
    // Skipped however deep it is; too deep where it is read.
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert!(try_plan(&format!("{{\"planned_values\": {deep}}}")).is_ok());
    let kept = format!(
        "{{\"resource_changes\": [{{\"address\": \"aws_cloudtrail.t\", \"type\": \"aws_cloudtrail\", \"change\": {deep}}}]}}"
    );
    assert!(place(&kept).0.contains("nested deeper"));
    let calls = "{\"module_calls\": {\"m\": {\"module\": ".repeat(1000) + "{}" + &"}}}".repeat(1000);
    assert!(try_plan(&format!("{{\"configuration\": {{\"root_module\": {calls}}}}}")).is_err());
}

#[test]
fn reasons_say_what_hides_a_value() {
    let changes = vec![create("aws_cloudtrail.t", json!({}), json!({"kms_key_id": true}))];
    let root = json!({"resources": [resource("aws_cloudtrail.t", json!({"kms_key_id": {"references": ["local.k"]}}))]});
    let read = plan(&whole(changes, root));
    let text = find(&read, "aws_cloudtrail.t").written("kms_key_id").and_then(Val::text).expect("is a text");
    let cause = text.vars().next().expect("is a hole").cause.clone();
    assert_eq!(
        (cause.kind, &*cause.detail),
        (CauseKind::AfterApply, "'aws_cloudtrail.t.kms_key_id' is known after apply")
    );
    let _: Span = find(&read, "aws_cloudtrail.t").header;
}

//! Each argument: written, not written, and written with a value that is not known.

use std::collections::HashMap;

use super::{lower, place};
use crate::model::Input;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::log_group::Metric;

/// What is said of every attribute of the input, by its name.
fn said(input: &Input) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut add = |name: &str, says: String| {
        found.insert(name.to_owned(), says);
    };
    for t in &input.trails {
        for attr in [&t.bucket, &t.prefix, &t.kms_key, &t.log_group, &t.log_role, &t.topic] {
            add(&attr.name, attr.observed());
        }
        for attr in [&t.logging, &t.multi_region, &t.global_service_events, &t.organization, &t.log_file_validation] {
            add(&attr.name, attr.observed());
        }
        add(&t.tags.name, whether(&t.tags));
        add(&t.selectors.basic.name, whether(&t.selectors.basic));
        add(&t.selectors.advanced.name, whether(&t.selectors.advanced));
        add(&t.insights.name, whether(&t.insights));
    }
    for s in &input.event_data_stores {
        for attr in [&s.multi_region, &s.organization, &s.termination_protection, &s.ingestion.attr] {
            add(&attr.name, attr.observed());
        }
        add(&s.kms_key.name, s.kms_key.observed());
        add(&s.retention_days.name, s.retention_days.observed());
    }
    for k in &input.keys {
        add(&k.policy.name, whether(&k.policy));
        for attr in [&k.spec, &k.usage, &k.origin] {
            add(&attr.name, attr.observed());
        }
        add(&k.enabled.name, k.enabled.observed());
        add(&k.rotation.name, k.rotation.observed());
    }
    for a in &input.aliases {
        add(&a.name.name, a.name.observed());
        add(&a.target.name, a.target.observed());
    }
    for g in &input.log_groups {
        add(&g.retention_days.name, g.retention_days.observed());
        add(&g.kms_key.name, g.kms_key.observed());
    }
    let metrics = |metrics: &Attr<Vec<Metric>>, add: &mut dyn FnMut(&str, String)| {
        for metric in metrics.possible().flatten() {
            add(&metric.name.name, metric.name.observed());
            add(&metric.namespace.name, metric.namespace.observed());
        }
    };
    for f in &input.metric_filters {
        add(&f.log_group.name, f.log_group.observed());
        add(&f.pattern.name, f.pattern.observed());
        metrics(&f.metrics, &mut add);
    }
    for a in &input.alarms {
        add(&a.actions.name, shown(&a.actions));
        add(&a.actions_enabled.name, a.actions_enabled.observed());
        metrics(&a.metrics, &mut add);
    }
    for p in &input.topic_policies {
        add(&p.topics.name, shown(&p.topics));
        add(&p.document.name, whether(&p.document));
    }
    for s in &input.subscriptions {
        add(&s.topic.name, s.topic.observed());
    }
    for o in &input.organizations {
        add(&o.feature_set.name, o.feature_set.observed());
    }
    for p in &input.organization_policies {
        add(&p.kind.name, p.kind.observed());
        add(&p.content.name, whether(&p.content));
    }
    for d in &input.delegated_administrators {
        add(&d.account.name, d.account.observed());
        add(&d.service.name, d.service.observed());
    }
    found
}

fn whether<T>(attr: &Attr<T>) -> String {
    attr.says_whether().split_once(" is ").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

fn shown(texts: &Attr<Vec<Text>>) -> String {
    let texts = texts.map(|texts| Text::from(texts.iter().map(Text::to_string).collect::<Vec<_>>().join(" ").as_str()));
    texts.observed()
}

/// Argument, a value as JSON, and what is said when it is written, when it is not, and when it is not known.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const LATER: &str = "set, but its value is unknown: it is made later";
const NOT: &str = "not set";
const ON: &str = "not set (default true)";
const OFF: &str = "not set (default false)";

fn run(kind: &str, rows: &[Row]) {
    for (argument, value, present, absent, unknown) in rows {
        let says = |value: Option<&str>| {
            let body = value.map(|value| format!(r#""{argument}": {value}"#)).unwrap_or_default();
            let text = format!(r#"{{"{kind}.x": {{{body}}}}}"#);
            said(&lower(&text)).remove(*argument).unwrap_or_else(|| panic!("nothing is said of {argument}: {text}"))
        };
        assert_eq!(says(Some(value)), *present, "{kind} {argument}");
        assert_eq!(says(None), *absent, "{kind} {argument}");
        assert_eq!(says(Some(r#"{"unknown": "it is made later"}"#)), *unknown, "{kind} {argument}");
        // As plans show what is not written.
        assert_eq!(says(Some("null")), *absent, "{kind} {argument}");
        if value.starts_with('[') {
            assert_eq!(says(Some("[]")), *absent, "{kind} {argument}");
        }
    }
}

#[test]
fn trails() {
    run(
        "aws_cloudtrail",
        &[
            ("s3_bucket_name", r#""logs""#, "logs", NOT, LATER),
            ("s3_key_prefix", r#""p""#, "p", "not set (default empty)", LATER),
            ("enable_logging", "false", "false", ON, LATER),
            ("is_multi_region_trail", "true", "true", OFF, LATER),
            ("include_global_service_events", "false", "false", ON, LATER),
            ("is_organization_trail", "true", "true", OFF, LATER),
            ("enable_log_file_validation", "true", "true", OFF, LATER),
            ("kms_key_id", r#""k""#, "k", NOT, LATER),
            ("cloud_watch_logs_group_arn", r#""g""#, "g", NOT, LATER),
            ("cloud_watch_logs_role_arn", r#""r""#, "r", NOT, LATER),
            ("sns_topic_name", r#""t""#, "t", NOT, LATER),
            ("tags", r#"{"a": "b"}"#, "set", NOT, LATER),
            ("event_selector", "[{}]", "set", NOT, LATER),
            ("advanced_event_selector", "[{}]", "set", NOT, LATER),
            ("insight_selector", "[{}]", "set", NOT, LATER),
        ],
    );
}

#[test]
fn tags_of_the_provider_count_where_they_are_known() {
    let of = |body: &str| {
        let input = lower(&format!(r#"{{"aws_cloudtrail.t": {{{body}}}}}"#));
        let tags = input.trails.items[0].tags.clone();
        let keys: Vec<String> = tags.possible().flatten().map(|tag| tag.key.to_string()).collect();
        (tags.name.to_string(), keys)
    };
    let both = r#""tags": {"a": "1"}, "tags_all": {"a": "1", "owner": "x"}"#;
    assert_eq!(of(both), ("tags".to_owned(), vec!["a".to_owned(), "owner".to_owned()]));
    assert_eq!(of(r#""tags": {"a": "1"}"#).1, ["a"]);
}

#[test]
fn an_empty_string_sets_nothing() {
    let input =
        lower(r#"{"aws_cloudtrail.t": {"kms_key_id": "", "sns_topic_name": "", "cloud_watch_logs_group_arn": ""}}"#);
    let trail = &input.trails.items[0];
    assert_eq!([&trail.kms_key, &trail.topic, &trail.log_group].map(|a| a.observed()), ["not set"; 3]);
}

#[test]
fn selectors() {
    let text = r#"{"aws_cloudtrail.t": {
        "event_selector": [{"read_write_type": "WriteOnly", "include_management_events": false,
            "exclude_management_event_sources": ["kms.amazonaws.com"],
            "data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}, {}],
        "advanced_event_selector": [{"name": "n", "field_selector": [
            {"field": "eventCategory", "equals": ["Data"], "not_equals": []},
            {"field": "resources.ARN", "starts_with": ["a"], "ends_with": ["b"], "not_equals": ["c"],
             "not_starts_with": ["d"], "not_ends_with": ["e"]}]}],
        "insight_selector": [{"insight_type": "ApiCallRateInsight"}]
    }}"#;
    let input = lower(text);
    let trail = &input.trails.items[0];
    let basic = trail.selectors.basic.possible().next().expect("known");
    let [first, second] = basic.as_slice() else { panic!("{basic:?}") };
    assert_eq!(first.read_write.observed(), "WriteOnly");
    assert_eq!(first.management.observed(), "false");
    assert_eq!(shown(&first.excluded_sources), "kms.amazonaws.com");
    let data = &first.data.possible().next().expect("known")[0];
    assert_eq!((data.kind.observed().as_str(), shown(&data.values).as_str()), ("AWS::S3::Object", "arn:aws:s3"));
    assert_eq!(second.read_write.observed(), "not set (default All)");
    assert_eq!(second.management.observed(), "not set (default true)");
    assert_eq!(second.data.says_whether(), "'data_resource' is not set");
    let advanced = &trail.selectors.advanced.possible().next().expect("known")[0];
    let fields = advanced.fields.possible().next().expect("known");
    let all = |i: usize| {
        let f = &fields[i];
        [&f.equals, &f.starts_with, &f.ends_with, &f.not_equals, &f.not_starts_with, &f.not_ends_with].map(shown)
    };
    assert_eq!(all(0), ["Data", "not set", "not set", "not set", "not set", "not set"]);
    assert_eq!(all(1), ["not set", "a", "b", "c", "d", "e"]);
    assert_eq!(trail.insights.possible().next().expect("known")[0].kind.observed(), "ApiCallRateInsight");
}

#[test]
fn event_data_stores() {
    const EDS: &str = "aws_cloudtrail_event_data_store";
    run(
        EDS,
        &[
            ("kms_key_id", r#""k""#, "k", NOT, LATER),
            ("multi_region_enabled", "false", "false", ON, LATER),
            ("organization_enabled", "true", "true", OFF, LATER),
            ("termination_protection_enabled", "false", "false", ON, LATER),
            ("retention_period", "90", "90", "not set (default 2555)", LATER),
            ("suspend", r#""true""#, "true", OFF, LATER),
        ],
    );
    let on = |value: &str| {
        let input = lower(&format!(r#"{{"{EDS}.s": {{"suspend": {value}}}}}"#));
        input.event_data_stores.items[0].ingestion.is_on()
    };
    assert_eq!(
        ["null", "\"\"", "\"false\"", "false", "true"].map(on).map(|truth| truth == crate::truth::Truth::True),
        [true, true, true, true, false]
    );
}

#[test]
fn keys() {
    run(
        "aws_kms_key",
        &[
            ("is_enabled", "false", "false", ON, LATER),
            ("enable_key_rotation", "true", "true", OFF, LATER),
            ("customer_master_key_spec", r#""RSA_2048""#, "RSA_2048", "not set (default SYMMETRIC_DEFAULT)", LATER),
            ("key_usage", r#""SIGN_VERIFY""#, "SIGN_VERIFY", "not set (default ENCRYPT_DECRYPT)", LATER),
            ("custom_key_store_id", r#""cks-1""#, "AWS_CLOUDHSM", "not set (default AWS_KMS)", "AWS_CLOUDHSM"),
            ("policy", r#""{\"Statement\": []}""#, "set", NOT, LATER),
        ],
    );
    run("aws_kms_external_key", &[("enabled", "false", "false", ON, LATER)]);
    let made = "${aws_kms_alias.x.name}";
    run(
        "aws_kms_alias",
        &[("target_key_id", r#""k""#, "k", NOT, LATER), ("name", r#""alias/a""#, "alias/a", made, made)],
    );
    let external = lower(r#"{"aws_kms_external_key.x": {}}"#);
    assert_eq!(external.keys.items[0].origin.observed(), "EXTERNAL");
}

#[test]
fn a_replica_key_is_of_the_kind_of_its_primary() {
    let text = r#"{
        "aws_kms_key.p": {"enable_key_rotation": true, "customer_master_key_spec": "RSA_2048"},
        "aws_kms_replica_key.here": {"primary_key_arn": "${aws_kms_key.p.arn}", "region": "eu-west-1"},
        "aws_kms_replica_key.there": {"primary_key_arn": "arn:aws:kms:us-east-1:123456789012:key/mrk-1"},
        "aws_kms_replica_key.state": {"primary_key_arn": "arn:aws:kms:us-east-1:123456789012:key/mrk-2", "key_rotation_enabled": true}
    }"#;
    let keys = lower(text).keys.items;
    let of = |i: usize| [keys[i].rotation.observed(), keys[i].spec.observed()];
    assert_eq!(of(1), ["true", "RSA_2048"]);
    assert_eq!(keys[1].key_id, keys[0].key_id);
    assert_eq!(keys[1].arn.to_string(), "arn:aws:kms:eu-west-1:${account}:key/${aws_kms_key.p.key_id}");
    let unseen = "unknown: the primary key of 'aws_kms_replica_key.there' is not defined in what was scanned";
    assert_eq!(of(2), [unseen; 2]);
    assert_eq!(keys[2].key_id.to_string(), "mrk-1");
    assert_eq!(keys[3].rotation.observed(), "true");
}

#[test]
fn log_groups_filters_alarms_topics_organizations() {
    run(
        "aws_cloudwatch_log_group",
        &[("retention_in_days", "30", "30", NOT, LATER), ("kms_key_id", r#""k""#, "k", NOT, LATER)],
    );
    run(
        "aws_cloudwatch_log_metric_filter",
        &[("log_group_name", r#""g""#, "g", NOT, LATER), ("pattern", r#""{ $.a = 1 }""#, "{ $.a = 1 }", NOT, LATER)],
    );
    run(
        "aws_cloudwatch_metric_alarm",
        &[
            ("alarm_actions", r#"["a"]"#, "a", NOT, LATER),
            ("actions_enabled", "false", "false", ON, LATER),
            ("metric_name", r#""m""#, "m", NOT, LATER),
            ("namespace", r#""n""#, "n", NOT, LATER),
        ],
    );
    run("aws_sns_topic_policy", &[("arn", r#""t""#, "t", NOT, LATER), ("policy", r#""{}""#, "set", NOT, LATER)]);
    run("aws_sns_topic_subscription", &[("topic_arn", r#""t""#, "t", NOT, LATER)]);
    run(
        "aws_organizations_organization",
        &[("feature_set", r#""CONSOLIDATED_BILLING""#, "CONSOLIDATED_BILLING", "not set (default ALL)", LATER)],
    );
    run(
        "aws_organizations_policy",
        &[
            ("type", r#""TAG_POLICY""#, "TAG_POLICY", "not set (default SERVICE_CONTROL_POLICY)", LATER),
            ("content", r#""{}""#, "set", NOT, LATER),
        ],
    );
    let account = ("account_id", r#""111122223333""#, "111122223333", NOT, LATER);
    let service = ("service_principal", r#""s""#, "s", NOT, LATER);
    run("aws_organizations_delegated_administrator", &[account, service]);
    run("aws_cloudtrail_organization_delegated_admin_account", &[account]);
    // 0 keeps events for ever.
    let group = lower(r#"{"aws_cloudwatch_log_group.g": {"retention_in_days": 0}}"#);
    assert_eq!(group.log_groups.items[0].retention_days.observed(), "not set");
    let own = lower(r#"{"aws_cloudtrail_organization_delegated_admin_account.a": {"account_id": "111122223333"}}"#);
    let service = &own.delegated_administrators.items[0].service;
    assert_eq!(service.observed(), "not set (default cloudtrail.amazonaws.com)");
}

#[test]
fn a_filter_feeds_its_transformations() {
    let of = |transformation: &str| {
        let body =
            format!(r#"{{"aws_cloudwatch_log_metric_filter.f": {{"metric_transformation": {transformation}}}}}"#);
        let input = lower(&body);
        let metrics = &input.metric_filters.items[0].metrics;
        (whether(metrics), metrics.possible().flatten().map(|m| [m.name.observed(), m.namespace.observed()]).next())
    };
    let known = of(r#"[{"name": "m", "namespace": "n", "value": "1"}]"#);
    assert_eq!(known, ("set".to_owned(), Some(["m".to_owned(), "n".to_owned()])));
    let unknown = of(r#"[{"name": {"unknown": "it is made later"}, "namespace": "n"}]"#);
    assert_eq!(unknown.1, Some([LATER.to_owned(), "n".to_owned()]));
    assert_eq!(of("[]").0, NOT);
    assert_eq!(of(r#"{"unknown": "it is made later"}"#).0, LATER);
}

#[test]
fn metric_math_names_the_metrics_of_its_terms() {
    let text = r#"{"aws_cloudwatch_metric_alarm.a": {"metric_query": [
        {"id": "sum", "expression": "m1 + m2"},
        {"id": "m1", "metric": [{"metric_name": "A", "namespace": "N"}]},
        {"id": "m2", "metric": [{"metric_name": "B", "namespace": "N"}]}]}}"#;
    let input = lower(text);
    let names: Vec<_> = input.alarms.items[0].metrics.possible().flatten().map(|m| m.name.observed()).collect();
    assert_eq!(names, ["A", "B"]);
}

#[test]
fn attributes_stand_where_they_are_written() {
    let text = r#"{"aws_cloudtrail.t": {"is_multi_region_trail": true}}"#;
    let trail = &lower(text).trails.items[0];
    assert_eq!(place(text, &trail.multi_region), r#""is_multi_region_trail": true"#);
    assert_eq!(place(text, &trail.log_file_validation), r#""aws_cloudtrail.t""#);
}

#[test]
fn one_block_with_keys_has_one_address() {
    let input = lower(r#"{"module.m[\"a\"].aws_cloudtrail.t[0]": {}, "aws_cloudtrail.u": {}}"#);
    let ids: Vec<_> = input.trails.iter().map(|t| (&*t.id.address, t.id.instances.len(), t.id.instance())).collect();
    assert_eq!(
        ids,
        [
            ("module.m.aws_cloudtrail.t", 1, r#"module.m["a"].aws_cloudtrail.t[0]"#),
            ("aws_cloudtrail.u", 0, "aws_cloudtrail.u")
        ]
    );
}

#[test]
fn a_trail_is_in_the_account_and_region_of_its_arn() {
    let text = r#"{
        "aws_cloudtrail.known": {"name": "n", "arn": "arn:aws:cloudtrail:eu-west-1:210987654321:trail/n"},
        "aws_cloudtrail.moved": {"name": "n", "region": "eu-north-1"},
        "aws_cloudtrail.plain": {"name": "n"}
    }"#;
    let trails = lower(text).trails.items;
    let of = |i: usize| [trails[i].account.to_string(), trails[i].home_region.to_string(), trails[i].arn.to_string()];
    assert_eq!(of(0), ["210987654321", "eu-west-1", "arn:aws:cloudtrail:eu-west-1:210987654321:trail/n"]);
    assert_eq!(of(1), ["${account}", "eu-north-1", "arn:aws:cloudtrail:eu-north-1:${account}:trail/n"]);
    assert_eq!(of(2), ["${account}", "${Region}", "arn:aws:cloudtrail:${Region}:${account}:trail/n"]);
}

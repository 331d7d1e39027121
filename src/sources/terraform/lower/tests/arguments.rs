//! Each argument: written, not written, and written with a value that is not known.

use super::{lower, place};
use crate::model::Input;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::attr::Show;

/// Type, other arguments, path, value as JSON, what reads it, and what it says in the three cases.
struct Row {
    kind: &'static str,
    base: &'static str,
    path: &'static str,
    value: &'static str,
    read: fn(&Input) -> String,
    says: [&'static str; 3],
}

fn body(row: &Row, value: Option<&str>) -> String {
    let argument = value.map(|value| {
        let mut text = value.to_owned();
        for (i, key) in row.path.rsplit('.').enumerate() {
            text = if i == 0 { format!(r#""{key}":{text}"#) } else { format!(r#""{key}":[{{{text}}}]"#) };
        }
        text
    });
    let all: Vec<&str> =
        [Some(row.base), argument.as_deref()].into_iter().flatten().filter(|s| !s.is_empty()).collect();
    format!(r#"{{"{}.x": {{{}}}}}"#, row.kind, all.join(","))
}

fn run(rows: &[Row]) {
    for row in rows {
        let cases = [Some(row.value), None, Some(r#"{"unknown":"it is made later"}"#)];
        for (value, expected) in cases.into_iter().zip(row.says) {
            let text = body(row, value);
            assert_eq!((row.read)(&lower(&text)), expected, "{text}");
        }
        // As plans show what is not written.
        for nothing in ["null", "[]"] {
            let (first, _) = row.path.split_once('.').unwrap_or((row.path, ""));
            let text = body(&Row { path: first, ..*row }, Some(nothing));
            let is_list = row.path.contains('.') || row.value.starts_with('[');
            if nothing == "null" || is_list {
                assert_eq!((row.read)(&lower(&text)), row.says[1], "{text}");
            }
        }
    }
}

const LATER: &str = "set, but its value is unknown: it is made later";

macro_rules! row {
    ($kind:literal, $base:literal, $path:literal = $value:literal, $read:expr, $present:expr, $absent:expr, $unknown:expr) => {
        Row { kind: $kind, base: $base, path: $path, value: $value, read: $read, says: [$present, $absent, $unknown] }
    };
}

fn says<T: Show>(attr: &Attr<T>) -> String {
    attr.observed()
}

fn shown(texts: &Attr<Vec<Text>>) -> String {
    let texts = texts.map(|texts| Text::from(texts.iter().map(Text::to_string).collect::<Vec<_>>().join(" ").as_str()));
    texts.observed()
}

#[test]
fn trails() {
    fn read<T: Show>(input: &Input, of: impl Fn(&crate::model::trail::Trail) -> &Attr<T>) -> String {
        says(of(&input.trails.items[0]))
    }
    run(&[
        row!(
            "aws_cloudtrail",
            "",
            "s3_bucket_name" = r#""logs""#,
            |i| read(i, |t| &t.bucket),
            "logs",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "s3_key_prefix" = r#""p""#,
            |i| read(i, |t| &t.prefix),
            "p",
            "not set (default empty)",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "enable_logging" = "false",
            |i| read(i, |t| &t.logging),
            "false",
            "not set (default true)",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "is_multi_region_trail" = "true",
            |i| read(i, |t| &t.multi_region),
            "true",
            "not set (default false)",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "include_global_service_events" = "false",
            |i| read(i, |t| &t.global_service_events),
            "false",
            "not set (default true)",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "is_organization_trail" = "true",
            |i| read(i, |t| &t.organization),
            "true",
            "not set (default false)",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "enable_log_file_validation" = "true",
            |i| read(i, |t| &t.log_file_validation),
            "true",
            "not set (default false)",
            LATER
        ),
        row!("aws_cloudtrail", "", "kms_key_id" = r#""k""#, |i| read(i, |t| &t.kms_key), "k", "not set", LATER),
        row!(
            "aws_cloudtrail",
            "",
            "cloud_watch_logs_group_arn" = r#""g""#,
            |i| read(i, |t| &t.log_group),
            "g",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudtrail",
            "",
            "cloud_watch_logs_role_arn" = r#""r""#,
            |i| read(i, |t| &t.log_role),
            "r",
            "not set",
            LATER
        ),
        row!("aws_cloudtrail", "", "sns_topic_name" = r#""t""#, |i| read(i, |t| &t.topic), "t", "not set", LATER),
        row!(
            "aws_cloudtrail",
            "",
            "tags" = r#"{"a":"b"}"#,
            |i| i.trails.items[0].tags.says_whether(),
            "'tags' is set",
            "'tags' is not set",
            "'tags' is set, but its value is unknown: it is made later"
        ),
        row!(
            "aws_cloudtrail",
            "",
            "event_selector" = r#"[{}]"#,
            |i| i.trails.items[0].selectors.basic.says_whether(),
            "'event_selector' is set",
            "'event_selector' is not set",
            "'event_selector' is set, but its value is unknown: it is made later"
        ),
        row!(
            "aws_cloudtrail",
            "",
            "advanced_event_selector" = r#"[{}]"#,
            |i| i.trails.items[0].selectors.advanced.says_whether(),
            "'advanced_event_selector' is set",
            "'advanced_event_selector' is not set",
            "'advanced_event_selector' is set, but its value is unknown: it is made later"
        ),
        row!(
            "aws_cloudtrail",
            "",
            "insight_selector" = r#"[{}]"#,
            |i| i.trails.items[0].insights.says_whether(),
            "'insight_selector' is set",
            "'insight_selector' is not set",
            "'insight_selector' is set, but its value is unknown: it is made later"
        ),
    ]);
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
    fn read<T: Show>(
        input: &Input,
        of: impl Fn(&crate::model::event_data_store::EventDataStore) -> &Attr<T>,
    ) -> String {
        says(of(&input.event_data_stores.items[0]))
    }
    const EDS: &str = "aws_cloudtrail_event_data_store";
    let row = |path, value, read, says| Row { kind: EDS, base: "", path, value, read, says };
    run(&[
        row("kms_key_id", r#""k""#, |i| read(i, |s| &s.kms_key), ["k", "not set", LATER]),
        row(
            "multi_region_enabled",
            "false",
            |i| read(i, |s| &s.multi_region),
            ["false", "not set (default true)", LATER],
        ),
        row(
            "organization_enabled",
            "true",
            |i| read(i, |s| &s.organization),
            ["true", "not set (default false)", LATER],
        ),
        row(
            "termination_protection_enabled",
            "false",
            |i| read(i, |s| &s.termination_protection),
            ["false", "not set (default true)", LATER],
        ),
        row("retention_period", "90", |i| read(i, |s| &s.retention_days), ["90", "not set (default 2555)", LATER]),
        row("suspend", r#""true""#, |i| read(i, |s| &s.ingestion.attr), ["true", "not set (default false)", LATER]),
    ]);
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
    fn read<T: Show>(input: &Input, of: impl Fn(&crate::model::key::Key) -> &Attr<T>) -> String {
        says(of(&input.keys.items[0]))
    }
    run(&[
        row!(
            "aws_kms_key",
            "",
            "is_enabled" = "false",
            |i| read(i, |k| &k.enabled),
            "false",
            "not set (default true)",
            LATER
        ),
        row!(
            "aws_kms_key",
            "",
            "enable_key_rotation" = "true",
            |i| read(i, |k| &k.rotation),
            "true",
            "not set (default false)",
            LATER
        ),
        row!(
            "aws_kms_key",
            "",
            "customer_master_key_spec" = r#""RSA_2048""#,
            |i| read(i, |k| &k.spec),
            "RSA_2048",
            "not set (default SYMMETRIC_DEFAULT)",
            LATER
        ),
        row!(
            "aws_kms_key",
            "",
            "key_usage" = r#""SIGN_VERIFY""#,
            |i| read(i, |k| &k.usage),
            "SIGN_VERIFY",
            "not set (default ENCRYPT_DECRYPT)",
            LATER
        ),
        row!(
            "aws_kms_key",
            "",
            "custom_key_store_id" = r#""cks-1""#,
            |i| read(i, |k| &k.origin),
            "AWS_CLOUDHSM",
            "not set (default AWS_KMS)",
            "AWS_CLOUDHSM"
        ),
        row!(
            "aws_kms_key",
            "",
            "policy" = r#""{\"Statement\": []}""#,
            |i| i.keys.items[0].policy.says_whether(),
            "'policy' is set",
            "'policy' is not set",
            "'policy' is set, but its value is unknown: it is made later"
        ),
        row!(
            "aws_kms_external_key",
            "",
            "enabled" = "false",
            |i| read(i, |k| &k.enabled),
            "false",
            "not set (default true)",
            LATER
        ),
        row!(
            "aws_kms_alias",
            "",
            "target_key_id" = r#""k""#,
            |i| says(&i.aliases.items[0].target),
            "k",
            "not set",
            LATER
        ),
        row!(
            "aws_kms_alias",
            "",
            "name" = r#""alias/a""#,
            |i| says(&i.aliases.items[0].name),
            "alias/a",
            "${aws_kms_alias.x.name}",
            "${aws_kms_alias.x.name}"
        ),
    ]);
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
fn log_groups_filters_alarms_topics() {
    fn metric(input: &Input, of: fn(&crate::model::log_group::Metric) -> &Attr<Text>) -> String {
        let metrics = &input.metric_filters.items[0].metrics;
        metrics.possible().next().and_then(|m| m.first()).map_or_else(|| metrics.says_whether(), |m| says(of(m)))
    }
    run(&[
        row!(
            "aws_cloudwatch_log_group",
            "",
            "retention_in_days" = "30",
            |i| says(&i.log_groups.items[0].retention_days),
            "30",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_log_group",
            "",
            "kms_key_id" = r#""k""#,
            |i| says(&i.log_groups.items[0].kms_key),
            "k",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_log_metric_filter",
            "",
            "log_group_name" = r#""g""#,
            |i| says(&i.metric_filters.items[0].log_group),
            "g",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_log_metric_filter",
            "",
            "pattern" = r#""{ $.a = 1 }""#,
            |i| says(&i.metric_filters.items[0].pattern),
            "{ $.a = 1 }",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_log_metric_filter",
            "",
            "metric_transformation.name" = r#""m""#,
            |i| metric(i, |m| &m.name),
            "m",
            "'metric_transformation' is not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_log_metric_filter",
            "",
            "metric_transformation.namespace" = r#""n""#,
            |i| metric(i, |m| &m.namespace),
            "n",
            "'metric_transformation' is not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_metric_alarm",
            "",
            "alarm_actions" = r#"["a"]"#,
            |i| shown(&i.alarms.items[0].actions),
            "a",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudwatch_metric_alarm",
            "",
            "actions_enabled" = "false",
            |i| says(&i.alarms.items[0].actions_enabled),
            "false",
            "not set (default true)",
            LATER
        ),
        row!(
            "aws_cloudwatch_metric_alarm",
            "",
            "metric_name" = r#""m""#,
            |i| i.alarms.items[0].metrics.possible().flatten().map(|m| says(&m.name)).collect(),
            "m",
            "not set",
            LATER
        ),
        row!(
            "aws_sns_topic_policy",
            "",
            "arn" = r#""t""#,
            |i| shown(&i.topic_policies.items[0].topics),
            "t",
            "not set",
            LATER
        ),
        row!(
            "aws_sns_topic_subscription",
            "",
            "topic_arn" = r#""t""#,
            |i| says(&i.subscriptions.items[0].topic),
            "t",
            "not set",
            LATER
        ),
        row!(
            "aws_organizations_organization",
            "",
            "feature_set" = r#""CONSOLIDATED_BILLING""#,
            |i| says(&i.organizations.items[0].feature_set),
            "CONSOLIDATED_BILLING",
            "not set (default ALL)",
            LATER
        ),
        row!(
            "aws_organizations_policy",
            "",
            "type" = r#""TAG_POLICY""#,
            |i| says(&i.organization_policies.items[0].kind),
            "TAG_POLICY",
            "not set (default SERVICE_CONTROL_POLICY)",
            LATER
        ),
        row!(
            "aws_organizations_delegated_administrator",
            "",
            "account_id" = r#""111122223333""#,
            |i| says(&i.delegated_administrators.items[0].account),
            "111122223333",
            "not set",
            LATER
        ),
        row!(
            "aws_organizations_delegated_administrator",
            "",
            "service_principal" = r#""s""#,
            |i| says(&i.delegated_administrators.items[0].service),
            "s",
            "not set",
            LATER
        ),
        row!(
            "aws_cloudtrail_organization_delegated_admin_account",
            "",
            "account_id" = r#""111122223333""#,
            |i| says(&i.delegated_administrators.items[0].account),
            "111122223333",
            "not set",
            LATER
        ),
    ]);
    // 0 keeps events for ever.
    let group = lower(r#"{"aws_cloudwatch_log_group.g": {"retention_in_days": 0}}"#);
    assert_eq!(group.log_groups.items[0].retention_days.observed(), "not set");
    let own = lower(r#"{"aws_cloudtrail_organization_delegated_admin_account.a": {"account_id": "111122223333"}}"#);
    let service = &own.delegated_administrators.items[0].service;
    assert_eq!(service.observed(), "not set (default cloudtrail.amazonaws.com)");
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

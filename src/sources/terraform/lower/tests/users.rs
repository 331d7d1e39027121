//! What writes into a bucket.

use super::{estate, lower};
use crate::model::bucket_users::BucketUsers;
use crate::model::{Existence, Input};
use crate::sources::terraform::lower::is_modelled;
use crate::truth::Truth;

fn uses(input: &Input) -> Vec<String> {
    let one = |item: &crate::model::bucket::BucketUse| {
        let doubt = if item.by.existence == Existence::Certain { "" } else { " maybe" };
        format!("{} {}{doubt}", item.bucket.says(), item.purpose)
    };
    input.bucket_uses.iter().map(one).collect()
}

#[test]
fn every_writer() {
    let cases: &[(&str, &str, &str)] = &[
        ("aws_config_delivery_channel", r#""s3_bucket_name": "b""#, "'s3_bucket_name' is b AWS Config snapshots"),
        (
            "aws_lb",
            r#""access_logs": [{"bucket": "b", "enabled": true}]"#,
            "'access_logs.bucket' is b load balancer access logs",
        ),
        (
            "aws_alb",
            r#""access_logs": [{"bucket": "b", "enabled": true}]"#,
            "'access_logs.bucket' is b load balancer access logs",
        ),
        ("aws_lb", r#""access_logs": [{"bucket": "b"}]"#, ""),
        (
            "aws_lb",
            r#""access_logs": [{"bucket": "b", "enabled": {"unknown": "w"}}]"#,
            "'access_logs.bucket' is b load balancer access logs maybe",
        ),
        (
            "aws_lb",
            r#""connection_logs": [{"bucket": "b", "enabled": true}]"#,
            "'connection_logs.bucket' is b load balancer connection logs",
        ),
        ("aws_elb", r#""access_logs": [{"bucket": "b"}]"#, "'access_logs.bucket' is b load balancer access logs"),
        ("aws_elb", r#""access_logs": [{"bucket": "b", "enabled": false}]"#, ""),
        ("aws_flow_log", r#""log_destination": "arn:aws:s3:::b/flow/""#, "'log_destination' is b VPC flow logs"),
        ("aws_flow_log", r#""log_destination": "arn:aws:logs:eu-west-1:111122223333:log-group:b""#, ""),
        (
            "aws_athena_workgroup",
            r#""configuration": [{"result_configuration": [{"output_location": "s3://b/x/"}]}]"#,
            "'configuration.result_configuration.output_location' is b Athena query results",
        ),
        ("aws_athena_database", r#""bucket": "b""#, "'bucket' is b Athena query results"),
        (
            "aws_cloudfront_distribution",
            r#""logging_config": [{"bucket": "b.s3.amazonaws.com"}]"#,
            "'logging_config.bucket' is b CloudFront access logs",
        ),
        (
            "aws_kinesis_firehose_delivery_stream",
            r#""extended_s3_configuration": [{"bucket_arn": "arn:aws:s3:::b"}]"#,
            "'extended_s3_configuration.bucket_arn' is b a Firehose delivery stream",
        ),
        (
            "aws_kinesis_firehose_delivery_stream",
            r#""splunk_configuration": [{"s3_configuration": [{"bucket_arn": "arn:aws:s3:::b"}]}]"#,
            "'splunk_configuration.s3_configuration.bucket_arn' is b a Firehose delivery stream",
        ),
        ("aws_redshift_logging", r#""bucket_name": "b""#, "'bucket_name' is b Redshift audit logs"),
        (
            "aws_redshift_cluster",
            r#""logging": [{"enable": true, "bucket_name": "b"}]"#,
            "'logging.bucket_name' is b Redshift audit logs",
        ),
        ("aws_redshift_cluster", r#""logging": [{"enable": false, "bucket_name": "b"}]"#, ""),
        ("aws_s3_object", r#""bucket": "b""#, "'bucket' is b objects of the configuration"),
        ("aws_s3_bucket_object", r#""bucket": "b""#, "'bucket' is b objects of the configuration"),
        ("aws_s3_object_copy", r#""bucket": "b""#, "'bucket' is b objects of the configuration"),
        (
            "aws_s3_bucket_inventory",
            r#""bucket": "a", "destination": [{"bucket": [{"bucket_arn": "arn:aws:s3:::b"}]}]"#,
            "'destination.bucket.bucket_arn' is b S3 inventory reports",
        ),
        (
            "aws_s3_bucket_replication_configuration",
            r#""bucket": "a", "rule": [{"destination": [{"bucket": "arn:aws:s3:::b"}]}]"#,
            "'rule.destination.bucket' is b replicas of another bucket",
        ),
        (
            "aws_s3_bucket",
            r#""bucket": "a", "replication_configuration": [{"rules": [{"destination": [{"bucket": "arn:aws:s3:::b"}]}]}]"#,
            "'replication_configuration.rules.destination.bucket' is b replicas of another bucket",
        ),
        (
            "aws_s3_bucket_logging",
            r#""bucket": "a", "target_bucket": "b""#,
            "'target_bucket' is b server access logs of another bucket",
        ),
        (
            "aws_s3_bucket",
            r#""bucket": "a", "logging": [{"target_bucket": "b"}]"#,
            "'logging.target_bucket' is b server access logs of another bucket",
        ),
        (
            "aws_wafv2_web_acl_logging_configuration",
            r#""log_destination_configs": ["arn:aws:s3:::b"]"#,
            "'log_destination_configs' is b web ACL logs",
        ),
        (
            "aws_codebuild_project",
            r#""artifacts": [{"type": "S3", "location": "b"}]"#,
            "'artifacts.location' is b build artifacts",
        ),
        (
            "aws_codebuild_project",
            r#""logs_config": [{"s3_logs": [{"location": "b/logs"}]}]"#,
            "'logs_config.s3_logs.location' is b build artifacts",
        ),
        (
            "aws_codepipeline",
            r#""artifact_store": [{"location": "b"}]"#,
            "'artifact_store.location' is b pipeline artifacts",
        ),
        (
            "aws_ssm_resource_data_sync",
            r#""s3_destination": [{"bucket_name": "b"}]"#,
            "'s3_destination.bucket_name' is b Systems Manager inventory",
        ),
        (
            "aws_guardduty_publishing_destination",
            r#""destination_arn": "arn:aws:s3:::b""#,
            "'destination_arn' is b GuardDuty findings",
        ),
        ("aws_cur_report_definition", r#""s3_bucket": "b""#, "'s3_bucket' is b cost reports"),
        (
            "aws_route53_resolver_query_log_config",
            r#""destination_arn": "arn:aws:s3:::b""#,
            "'destination_arn' is b DNS query logs",
        ),
        (
            "aws_athena_database",
            r#""bucket": {"unknown": "it is made later"}"#,
            "'bucket' is set, but its value is unknown: it is made later Athena query results",
        ),
        ("aws_athena_database", "", ""),
        ("aws_s3_bucket_notification", r#""bucket": "b""#, ""),
    ];
    for (kind, arguments, expected) in cases {
        let found = uses(&lower(&format!(r#"{{"{kind}.x": {{{arguments}}}}}"#)));
        let expected: Vec<&str> = Some(*expected).filter(|text| !text.is_empty()).into_iter().collect();
        assert_eq!(found, expected, "{kind} {arguments}");
        assert!(is_modelled(kind) || *kind == "aws_s3_bucket_notification");
    }
}

#[test]
fn each_of_several_blocks_is_a_use() {
    let text = r#"{"aws_s3_bucket_replication_configuration.r": {"bucket": "a", "rule": [
        {"destination": [{"bucket": "arn:aws:s3:::b"}]}, {"destination": [{"bucket": "arn:aws:s3:::c"}]}]},
        "aws_wafv2_web_acl_logging_configuration.w": {"log_destination_configs": ["arn:aws:firehose:x", "arn:aws:s3:::d"]}}"#;
    let found = uses(&lower(text));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("is b ") && found[1].contains("is c ") && found[2].contains("is d "), "{found:?}");
}

#[test]
fn a_bucket_that_logs_into_itself_is_said_once() {
    let text = r#"{
        "aws_s3_bucket.b": {}, "aws_s3_bucket_logging.l": {"bucket": "${aws_s3_bucket.b.id}", "target_bucket": "${aws_s3_bucket.b.id}"},
        "aws_cloudtrail.t": {"s3_bucket_name": "${aws_s3_bucket.b.id}"}
    }"#;
    let estate = estate(text);
    let bucket = &estate.inputs[0].buckets.items[0];
    let users = BucketUsers::of(&estate).other_than_trails(&estate, bucket, &bucket.name);
    let certain: Vec<_> = users.iter().filter(|user| user.uses == Truth::True).map(|user| user.what.as_str()).collect();
    assert_eq!(certain.len(), 1, "{certain:?}");
    assert!(certain[0].contains("target_bucket"), "{certain:?}");
}

#[test]
fn what_a_state_shows_in_the_bucket_too_is_said_once() {
    let text = |sure: &str| {
        format!(
            r#"{{"aws_s3_bucket.a": {{"bucket": "a", "logging": [{{"target_bucket": "b"}}],
                "replication_configuration": [{{"rules": [{{"destination": [{{"bucket": "arn:aws:s3:::c"}}]}}]}}]}},
            "aws_s3_bucket_logging.l": {{"bucket": "a", "target_bucket": "b"{sure}}},
            "aws_s3_bucket_replication_configuration.r": {{"bucket": "a", "rule": [{{"destination": [{{"bucket": "arn:aws:s3:::c"}}]}}]{sure}}}}}"#
        )
    };
    let logs = "'target_bucket' is b server access logs of another bucket";
    let replicas = "'rule.destination.bucket' is c replicas of another bucket";
    assert_eq!(uses(&lower(&text(""))), [logs, replicas]);
    // What may not exist takes nothing from what the bucket says.
    let found = uses(&lower(&text(r#", "maybe": "'var.on' is not known""#)));
    assert!(
        found.contains(&"'logging.target_bucket' is b server access logs of another bucket".to_owned()),
        "{found:?}"
    );
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn only_what_the_model_has_a_place_for() {
    for kind in
        ["aws_cloudtrail", "aws_s3_bucket_acl", "aws_iam_policy_document", "aws_caller_identity", "aws_flow_log"]
    {
        assert!(is_modelled(kind), "{kind}");
    }
    for kind in ["aws_instance", "null_resource", "aws_s3_bucket_notification", "random_id"] {
        assert!(!is_modelled(kind), "{kind}");
    }
}

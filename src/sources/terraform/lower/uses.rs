//! What uses a bucket other than a trail: everything that writes into one.

use super::Cx;
use super::companions::Companions;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::{Existence, Identity, Input, ResourceKind};
use crate::sources::block::{Absent, Block, boolean};
use crate::sources::uses::{arn_of_bucket, bucket_name, record, s3_arn_only};
use crate::sources::value::{Val, ValKind};
use crate::truth::Truth;

/// A path of arguments and nested blocks that names a bucket.
type Path = &'static [&'static str];

/// For a resource type: the paths that name a bucket it writes to, and what for.
const WRITERS: &[(&str, &[Path], &str)] = &[
    ("aws_config_delivery_channel", &[&["s3_bucket_name"]], "AWS Config snapshots"),
    ("aws_athena_workgroup", &[&["configuration", "result_configuration", "output_location"]], "Athena query results"),
    ("aws_athena_database", &[&["bucket"]], "Athena query results"),
    ("aws_cloudfront_distribution", &[&["logging_config", "bucket"]], "CloudFront access logs"),
    (
        "aws_kinesis_firehose_delivery_stream",
        &[
            &["s3_configuration", "bucket_arn"],
            &["extended_s3_configuration", "bucket_arn"],
            &["extended_s3_configuration", "s3_backup_configuration", "bucket_arn"],
            &["redshift_configuration", "s3_configuration", "bucket_arn"],
            &["redshift_configuration", "s3_backup_configuration", "bucket_arn"],
            &["elasticsearch_configuration", "s3_configuration", "bucket_arn"],
            &["opensearch_configuration", "s3_configuration", "bucket_arn"],
            &["opensearchserverless_configuration", "s3_configuration", "bucket_arn"],
            &["splunk_configuration", "s3_configuration", "bucket_arn"],
            &["http_endpoint_configuration", "s3_configuration", "bucket_arn"],
            &["snowflake_configuration", "s3_configuration", "bucket_arn"],
            &["iceberg_configuration", "s3_configuration", "bucket_arn"],
        ],
        "a Firehose delivery stream",
    ),
    ("aws_redshift_logging", &[&["bucket_name"]], "Redshift audit logs"),
    ("aws_s3_object", &[&["bucket"]], "objects of the configuration"),
    ("aws_s3_bucket_object", &[&["bucket"]], "objects of the configuration"),
    ("aws_s3_object_copy", &[&["bucket"]], "objects of the configuration"),
    ("aws_s3_bucket_inventory", &[&["destination", "bucket", "bucket_arn"]], "S3 inventory reports"),
    (
        "aws_s3_bucket_analytics_configuration",
        &[&["storage_class_analysis", "data_export", "destination", "s3_bucket_destination", "bucket_arn"]],
        "S3 analytics reports",
    ),
    ("aws_s3_bucket_replication_configuration", &[&["rule", "destination", "bucket"]], "replicas of another bucket"),
    (
        "aws_s3_bucket",
        &[&["replication_configuration", "rules", "destination", "bucket"]],
        "replicas of another bucket",
    ),
    ("aws_ssm_resource_data_sync", &[&["s3_destination", "bucket_name"]], "Systems Manager inventory"),
    ("aws_codepipeline", &[&["artifact_store", "location"]], "pipeline artifacts"),
    (
        "aws_codebuild_project",
        &[&["artifacts", "location"], &["secondary_artifacts", "location"], &["logs_config", "s3_logs", "location"]],
        "build artifacts",
    ),
    ("aws_cur_report_definition", &[&["s3_bucket"]], "cost reports"),
];

/// As [`WRITERS`], where a log group or a stream may stand as well, by ARN.
const BY_ARN: &[(&str, &[&str], &str)] = &[
    ("aws_flow_log", &["log_destination"], "VPC flow logs"),
    ("aws_wafv2_web_acl_logging_configuration", &["log_destination_configs"], "web ACL logs"),
    ("aws_route53_resolver_query_log_config", &["destination_arn"], "DNS query logs"),
    ("aws_guardduty_publishing_destination", &["destination_arn"], "GuardDuty findings"),
];

/// A nested block that names a bucket and says whether it is on.
struct Switched {
    kind: &'static str,
    block: &'static str,
    bucket: &'static str,
    switch: &'static str,
    default: bool,
    purpose: &'static str,
}

const fn balancer(kind: &'static str, block: &'static str, default: bool, purpose: &'static str) -> Switched {
    Switched { kind, block, bucket: "bucket", switch: "enabled", default, purpose }
}

/// As [`WRITERS`], with a switch beside the bucket.
const SWITCHED: &[Switched] = &[
    balancer("aws_lb", "access_logs", false, "load balancer access logs"),
    balancer("aws_alb", "access_logs", false, "load balancer access logs"),
    balancer("aws_lb", "connection_logs", false, "load balancer connection logs"),
    balancer("aws_alb", "connection_logs", false, "load balancer connection logs"),
    balancer("aws_elb", "access_logs", true, "load balancer access logs"),
    Switched {
        kind: "aws_redshift_cluster",
        block: "logging",
        bucket: "bucket_name",
        switch: "enable",
        default: false,
        purpose: "Redshift audit logs",
    },
];

/// The resource types that may write into a bucket.
pub(super) fn writers() -> impl Iterator<Item = &'static str> {
    let writers = WRITERS.iter().map(|(writer, ..)| *writer);
    let by_arn = BY_ARN.iter().map(|(writer, ..)| *writer);
    writers.chain(by_arn).chain(SWITCHED.iter().map(|writer| writer.kind))
}

pub(super) fn uses(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let kind = &*cx.instance.kind;
    let block = cx.block();
    let by = || cx.identity(ResourceKind::Bucket);
    // A state shows in the bucket what a resource of its own says.
    let elsewhere = |companion: &str| kind == "aws_s3_bucket" && companions.has(companion, &cx.attribute("bucket"));
    let replicated = elsewhere("aws_s3_bucket_replication_configuration");
    for (_, paths, purpose) in WRITERS.iter().filter(|(writer, ..)| *writer == kind && !replicated) {
        for path in *paths {
            let mut found = Vec::new();
            each_at(&block, path, &mut found);
            found.into_iter().for_each(|bucket| record(input, &by(), bucket, purpose));
        }
    }
    for (_, path, purpose) in BY_ARN.iter().filter(|(writer, ..)| *writer == kind) {
        if matches!(block.val.and_then(|val| val.get(path[0])).map(|val| &val.kind), Some(ValKind::List(_))) {
            let all = block.texts(path);
            for i in 0..all.possible().map(Vec::len).max().unwrap_or(0) {
                let one = all.map(|all| all.get(i).map_or_else(Text::default, s3_arn_only));
                record(input, &by(), one, purpose);
            }
        } else {
            record(input, &by(), arn_of_bucket(&block, path), purpose);
        }
    }
    for writer in SWITCHED.iter().filter(|writer| writer.kind == kind) {
        let on = block.attr(&[writer.block, writer.switch], Absent::Default(writer.default), boolean).is(&true);
        let bucket = block.text(&[writer.block, writer.bucket]);
        match on {
            Truth::True => record(input, &by(), bucket, writer.purpose),
            Truth::False => {}
            Truth::Unknown(causes) => {
                let by = Identity { existence: Existence::Maybe(causes.first().clone()), ..by() };
                record(input, &by, bucket, writer.purpose);
            }
        }
    }
    match kind {
        "aws_s3_bucket_logging" => access_logs(&block.text(&["bucket"]), &block.text(&["target_bucket"]), &by(), input),
        "aws_s3_bucket" if !elsewhere("aws_s3_bucket_logging") => {
            let own = Attr::set("bucket", cx.origin(), cx.attribute("bucket"));
            access_logs(&own, &block.text(&["logging", "target_bucket"]), &by(), input);
        }
        _ => {}
    }
}

/// Access logs that go to another bucket; those that a bucket keeps itself are judged by its own attribute.
fn access_logs(of: &Attr<Text>, target: &Attr<Text>, by: &Identity, input: &mut Input) {
    let (of, name) = (of.map(bucket_name), target.map(bucket_name));
    let itself = of.possible().eq(name.possible()) && of.possible().next().is_some();
    if !itself {
        record(input, by, name, "server access logs of another bucket");
    }
}

/// The attributes at a path, one for each of the blocks that it leads through.
fn each_at(block: &Block<'_>, path: &[&str], found: &mut Vec<Attr<Text>>) {
    let Some((first, rest)) = path.split_first() else { return };
    let items = block.val.and_then(|val| val.get(first)).map(|val| &val.kind);
    match items {
        Some(ValKind::List(items)) if !rest.is_empty() => {
            let prefix = format!("{}{first}.", block.prefix);
            for item in items {
                each_at(&inside(block, item, &prefix), rest, found);
            }
        }
        _ => found.push(block.text(path)),
    }
}

fn inside<'b>(block: &Block<'b>, item: &'b Val, prefix: &'b str) -> Block<'b> {
    Block { val: Some(item), header: item.span, prefix, faults: block.faults }
}

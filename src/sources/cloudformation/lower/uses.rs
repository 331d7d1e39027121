//! What uses a bucket other than a trail: everything that writes into one.

use super::Cx;
use crate::model::arn::{Part, Text};
use crate::model::attr::{Attr, Seen};
use crate::model::bucket::BucketUse;
use crate::model::{Input, ResourceKind};
use crate::sources::block::{Absent, Block, text};
use crate::sources::value::{Val, ValKind};

/// For a resource type: the paths of properties that name a bucket it writes to, and what for.
const WRITERS: &[(&str, &[&[&str]], &str)] = &[
    ("AWS::S3::Bucket", &[&["LoggingConfiguration", "DestinationBucketName"]], "server access logs of another bucket"),
    ("AWS::Config::DeliveryChannel", &[&["S3BucketName"]], "AWS Config snapshots"),
    (
        "AWS::ElasticLoadBalancing::LoadBalancer",
        &[&["AccessLoggingPolicy", "S3BucketName"]],
        "load balancer access logs",
    ),
    (
        "AWS::Athena::WorkGroup",
        &[
            &["WorkGroupConfiguration", "ResultConfiguration", "OutputLocation"],
            &["WorkGroupConfigurationUpdates", "ResultConfigurationUpdates", "OutputLocation"],
        ],
        "Athena query results",
    ),
    ("AWS::CloudFront::Distribution", &[&["DistributionConfig", "Logging", "Bucket"]], "CloudFront access logs"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        &[
            &["S3DestinationConfiguration", "BucketARN"],
            &["ExtendedS3DestinationConfiguration", "BucketARN"],
            &["ExtendedS3DestinationConfiguration", "S3BackupConfiguration", "BucketARN"],
            &["RedshiftDestinationConfiguration", "S3Configuration", "BucketARN"],
            &["SplunkDestinationConfiguration", "S3Configuration", "BucketARN"],
            &["HttpEndpointDestinationConfiguration", "S3Configuration", "BucketARN"],
        ],
        "a Firehose delivery stream",
    ),
    ("AWS::Redshift::Cluster", &[&["LoggingProperties", "BucketName"]], "Redshift audit logs"),
    ("AWS::Route53Resolver::ResolverQueryLoggingConfig", &[&["DestinationArn"]], "DNS query logs"),
    ("AWS::SSM::ResourceDataSync", &[&["S3Destination", "BucketName"], &["BucketName"]], "Systems Manager inventory"),
    ("AWS::CodePipeline::Pipeline", &[&["ArtifactStore", "Location"]], "pipeline artifacts"),
    (
        "AWS::CodeBuild::Project",
        &[&["Artifacts", "Location"], &["LogsConfig", "S3Logs", "Location"]],
        "build artifacts",
    ),
    ("AWS::GuardDuty::PublishingDestination", &[&["DestinationProperties", "DestinationArn"]], "GuardDuty findings"),
    ("AWS::CUR::ReportDefinition", &[&["S3Bucket"]], "cost reports"),
];

pub(super) fn uses(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let kind = cx.resource.kind;
    let mut found: Vec<(Attr<Text>, &'static str)> = Vec::new();
    let simple = WRITERS.iter().filter(|(writer, ..)| *writer == kind);
    let special = matches!(
        kind,
        "AWS::ElasticLoadBalancingV2::LoadBalancer" | "AWS::EC2::FlowLog" | "AWS::WAFv2::LoggingConfiguration"
    );
    if simple.clone().next().is_none() && !special {
        return;
    }
    let properties = cx.properties();
    let block = cx.block(&properties);
    for (_, paths, purpose) in simple {
        found.extend(paths.iter().map(|path| (block.text(path), *purpose)));
    }
    match kind {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            let attr = block.attr(&["LoadBalancerAttributes"], Absent::Missing, |val| {
                let bucket = val.items().iter().find(|item| {
                    item.get("Key").and_then(Val::text).as_ref().and_then(Text::literal)
                        == Some("access_logs.s3.bucket")
                });
                match bucket.and_then(|item| item.get("Value")) {
                    Some(value) => text(value),
                    None => text(&Val { kind: ValKind::Text(Text::default()), span: val.span }),
                }
            });
            found.push((attr, "load balancer access logs"));
        }
        "AWS::EC2::FlowLog" => found.push((arn_of_bucket(&block, &["LogDestination"]), "VPC flow logs")),
        "AWS::WAFv2::LoggingConfiguration" => {
            let attr = block.attr(&["LogDestinationConfigs"], Absent::Missing, |val| match val.items().first() {
                Some(first) => text(first),
                None => text(val),
            });
            found.push((attr, "web ACL logs"));
        }
        _ => {}
    }
    for (bucket, purpose) in found {
        let names_none = bucket.cases().iter().all(|(_, seen)| match seen {
            Seen::Absent => true,
            Seen::Value(name) => name.is_certainly_empty(),
            _ => false,
        });
        if !names_none {
            let by = cx.identity(ResourceKind::Bucket);
            input.bucket_uses.items.push(BucketUse { by, purpose, bucket: bucket.map(bucket_name) });
        }
    }
}

/// A destination that may also be a log group or stream: only an S3 ARN names a bucket.
fn arn_of_bucket(block: &Block<'_>, path: &[&str]) -> Attr<Text> {
    block.attr(path, Absent::Missing, text).map(|destination| {
        let other = matches!(destination.parts().first(), Some(Part::Lit(first))
            if first.starts_with("arn:") && !first.contains(":s3:"));
        if other { Text::default() } else { destination.clone() }
    })
}

/// The bucket's name in a name, ARN, `s3://` location or S3 domain name.
pub(super) fn bucket_name(text: &Text) -> Text {
    let mut rest = text.clone();
    if let Some(Part::Lit(first)) = text.parts().first() {
        let start = first.find(":s3:::").map(|at| at + ":s3:::".len());
        let start = start.or_else(|| first.starts_with("s3://").then_some("s3://".len()));
        if let Some(start) = start {
            rest = Text::from(&first[start..]);
            for part in &text.parts()[1..] {
                match part {
                    Part::Lit(lit) => rest.push_str(lit),
                    Part::Var(var) => rest.push(&var.clone().into()),
                }
            }
        }
    }
    // The name ends at the first slash, or where the S3 domain begins.
    let mut name = Text::default();
    for part in rest.parts() {
        match part {
            Part::Lit(lit) => {
                let end = lit.find('/').into_iter().chain(lit.find(".s3.")).min();
                name.push_str(&lit[..end.unwrap_or(lit.len())]);
                if end.is_some() {
                    break;
                }
            }
            Part::Var(var) => name.push(&var.clone().into()),
        }
    }
    name
}

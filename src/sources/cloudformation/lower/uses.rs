//! What uses a bucket other than a trail: everything that writes into one.

use super::Cx;
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::{Input, ResourceKind};
use crate::sources::block::{Absent, text};
use crate::sources::uses::{arn_of_bucket, record};
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
        record(input, &cx.identity(ResourceKind::Bucket), bucket, purpose);
    }
}

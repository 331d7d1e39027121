//! The table of exported attributes.

use super::service_accounts;
use crate::model::arn::Shape;

/// Where the name of a resource stands.
#[derive(Clone, Copy)]
pub(super) struct Names {
    /// The argument that is the name.
    pub(super) name: &'static str,
    /// The argument that is its beginning when the provider makes the name up.
    pub(super) prefix: Option<&'static str>,
}

/// How an attribute comes about.
#[derive(Clone, Copy)]
pub(super) enum Export {
    /// AWS makes it.
    Made(Shape),
    /// AWS makes what comes after this beginning.
    MadeAfter(&'static str),
    /// Put together from others: `arn:{partition}:s3:::{bucket}`.
    Like(&'static str),
    /// The account of a service in a Region.
    ServiceAccount(&'static [(&'static str, &'static str)], Shape),
    /// The ARN of an alias' key.
    TargetKeyArn,
    /// The id of a replica key: that of its primary key.
    ReplicaKeyId,
    /// The ARN of a policy that is looked up by name.
    NamedPolicy,
}

/// The name argument of a resource type.
pub(super) fn names(kind: &str) -> Option<Names> {
    let (name, prefix) = match kind {
        "aws_s3_bucket" => ("bucket", Some("bucket_prefix")),
        "aws_cloudwatch_log_group" | "aws_sns_topic" | "aws_iam_role" | "aws_iam_policy" | "aws_kms_alias" => {
            ("name", Some("name_prefix"))
        }
        "aws_cloudtrail"
        | "aws_cloudtrail_event_data_store"
        | "aws_iam_user"
        | "aws_iam_group"
        | "aws_ssoadmin_permission_set"
        | "aws_organizations_policy" => ("name", None),
        "aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm" => ("alarm_name", None),
        _ => return None,
    };
    Some(Names { name, prefix })
}

/// The row of an attribute; `None` for one that nothing is known of.
pub(super) fn export(kind: &str, data: bool, name: &str) -> Option<Export> {
    use Export::{Like, Made, MadeAfter, ReplicaKeyId, TargetKeyArn};
    if data {
        return of_data(kind, name);
    }
    Some(match (kind, name) {
        ("aws_s3_bucket", "id") => Like("{bucket}"),
        ("aws_s3_bucket", "arn") => Like("arn:{partition}:s3:::{bucket}"),
        ("aws_s3_bucket", "bucket_domain_name") => Like("{bucket}.s3.{suffix}"),
        ("aws_s3_bucket", "bucket_regional_domain_name") => Like("{bucket}.s3.{region}.{suffix}"),
        // Resources about a bucket have its name as their id (unless `expected_bucket_owner` is set).
        (kind, "id") if kind.starts_with("aws_s3_bucket_") => Like("{bucket}"),

        // The id is the name up to provider 5.24 and the ARN from then on: which, nothing here tells.
        ("aws_cloudtrail", "arn") => Like("arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"),
        ("aws_cloudtrail", "home_region") => Like("{region}"),
        ("aws_cloudtrail", "sns_topic_arn") => Made(Shape::Any),
        ("aws_cloudtrail_event_data_store", "id") => Like("{arn}"),
        ("aws_cloudtrail_event_data_store", "arn") => {
            Like("arn:{partition}:cloudtrail:{region}:{account}:eventdatastore/{event_data_store}")
        }
        ("aws_cloudtrail_event_data_store", "event_data_store") => Made(Shape::Generated),

        ("aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm", "id") => Like("{alarm_name}"),
        ("aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm", "arn") => {
            Like("arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm_name}")
        }

        ("aws_kms_key" | "aws_kms_external_key", "key_id") => Made(Shape::Generated),
        ("aws_kms_replica_key", "key_id") => ReplicaKeyId,
        ("aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key", "id") => Like("{key_id}"),
        ("aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key", "arn") => {
            Like("arn:{partition}:kms:{region}:{account}:key/{key_id}")
        }
        ("aws_kms_alias", "id") => Like("{name}"),
        ("aws_kms_alias", "arn") => Like("arn:{partition}:kms:{region}:{account}:{name}"),
        ("aws_kms_alias", "target_key_arn") => TargetKeyArn,

        // Since provider 3 without the `:*` that the API puts behind it.
        ("aws_cloudwatch_log_group", "id") => Like("{name}"),
        ("aws_cloudwatch_log_group", "arn") => Like("arn:{partition}:logs:{region}:{account}:log-group:{name}"),
        ("aws_sns_topic", "id") => Like("{arn}"),
        ("aws_sns_topic", "arn") => Like("arn:{partition}:sns:{region}:{account}:{name}"),
        ("aws_sns_topic", "owner") => Like("{account}"),

        ("aws_iam_role" | "aws_iam_user" | "aws_iam_group", "id") => Like("{name}"),
        ("aws_iam_role" | "aws_iam_user" | "aws_iam_group", "unique_id") => Made(Shape::Generated),
        ("aws_iam_role", "arn") => Like("arn:{partition}:iam::{account}:role{path}{name}"),
        ("aws_iam_user", "arn") => Like("arn:{partition}:iam::{account}:user{path}{name}"),
        ("aws_iam_group", "arn") => Like("arn:{partition}:iam::{account}:group{path}{name}"),
        ("aws_iam_policy", "id") => Like("{arn}"),
        ("aws_iam_policy", "arn") => Like("arn:{partition}:iam::{account}:policy{path}{name}"),
        ("aws_iam_policy", "policy_id") => Made(Shape::Generated),

        ("aws_ssoadmin_permission_set", "arn") => Made(Shape::Generated),

        ("aws_organizations_organization", "id") => MadeAfter("o-"),
        ("aws_organizations_organization", "master_account_id") => Made(Shape::Account),
        ("aws_organizations_account", "id") => Made(Shape::Account),
        ("aws_organizations_organizational_unit" | "aws_organizations_policy", "id") => Made(Shape::Generated),
        _ => return None,
    })
}

fn of_data(kind: &str, name: &str) -> Option<Export> {
    use Export::{Like, Made, MadeAfter, NamedPolicy, ServiceAccount};
    Some(match (kind, name) {
        ("aws_caller_identity", "account_id" | "id") => Like("{account}"),
        ("aws_partition", "partition" | "id") => Like("{partition}"),
        ("aws_partition", "dns_suffix") => Like("{suffix}"),
        ("aws_partition", "reverse_dns_prefix") => Like("{reverse}"),
        ("aws_region", "name" | "id" | "region") => Like("{region}"),
        ("aws_region", "endpoint") => Like("ec2.{region}.{suffix}"),

        ("aws_s3_bucket", "id") => Like("{bucket}"),
        ("aws_s3_bucket", "arn") => Like("arn:{partition}:s3:::{bucket}"),
        ("aws_s3_bucket", "bucket_domain_name") => Like("{bucket}.s3.{suffix}"),
        ("aws_cloudwatch_log_group", "id") => Like("{name}"),
        ("aws_cloudwatch_log_group", "arn") => Like("arn:{partition}:logs:{region}:{account}:log-group:{name}"),
        ("aws_sns_topic", "id") => Like("{arn}"),
        ("aws_sns_topic", "arn") => Like("arn:{partition}:sns:{region}:{account}:{name}"),
        ("aws_kms_alias", "id") => Like("{arn}"),
        ("aws_kms_alias", "arn") => Like("arn:{partition}:kms:{region}:{account}:{name}"),
        ("aws_iam_role", "id") => Like("{name}"),
        ("aws_iam_user", "id") => Like("{user_name}"),
        ("aws_iam_group", "id") => Like("{group_name}"),
        ("aws_iam_policy", "id") => Like("{arn}"),
        ("aws_iam_policy", "arn") => NamedPolicy,
        ("aws_organizations_organization", "id") => MadeAfter("o-"),
        ("aws_organizations_organization", "master_account_id") => Made(Shape::Account),
        ("aws_cloudtrail_service_account", "id" | "arn") => {
            ServiceAccount(service_accounts::CLOUDTRAIL, Shape::OldAccount)
        }
        ("aws_elb_service_account", "id" | "arn") => ServiceAccount(service_accounts::LOAD_BALANCING, Shape::Account),
        ("aws_canonical_user_id", "id") => Made(Shape::Name),
        _ => return None,
    })
}

/// The domain of a partition's services.
pub(super) fn dns_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        _ => "amazonaws.com",
    }
}

/// The path and name of a policy of AWS that gives power over trails.
pub(super) fn managed_policy(name: &str) -> Option<&'static str> {
    const KNOWN: [&str; 14] = [
        "AWSCloudTrail_FullAccess",
        "AWSCloudTrailFullAccess",
        "AWSCloudTrail_ReadOnlyAccess",
        "AWSCloudTrailReadOnlyAccess",
        "AdministratorAccess",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "IAMFullAccess",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "CloudWatchLogsFullAccess",
        "job-function/ViewOnlyAccess",
        "job-function/SystemAdministrator",
    ];
    KNOWN.into_iter().find(|known| known.rsplit('/').next() == Some(name))
}

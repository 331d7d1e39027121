//! Which kinds of resource can matter, and what their attributes name.

use super::super::lower;

/// Data sources that tell account, Region and partition.
pub(in super::super) const SURROUNDINGS: [&str; 3] = ["aws_caller_identity", "aws_partition", "aws_region"];

/// Whether a resource or data source of this kind can matter to a verdict, or to what another refers to.
pub(in super::super) fn is_kept(kind: &str) -> bool {
    lower::is_modelled(kind)
}

/// Blocks that the provider never fills in by itself. One of them that is unknown as a whole, with no expression in
/// the configuration, comes from a `dynamic` block.
pub(in super::super) fn is_written_block(kind: &str, name: &str) -> bool {
    match name {
        "advanced_event_selector" => kind != "aws_cloudtrail_event_data_store",
        "event_selector"
        | "insight_selector"
        | "rule"
        | "versioning_configuration"
        | "access_control_policy"
        | "statement"
        | "metric_transformation"
        | "metric_query" => true,
        _ => false,
    }
}

/// What an attribute names: the kinds of resource, what it takes when the reference does not say which attribute, and
/// whether it is a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Naming {
    /// The kinds; one that ends in `*` stands for all that begin so.
    pub kinds: &'static [&'static str],
    /// The attribute that is meant by `kind.name[each.key]`, where Terraform's plan drops what follows.
    pub attribute: &'static str,
    /// Whether it holds several.
    pub list: bool,
}

impl Naming {
    /// Whether it names resources of this kind.
    pub(in super::super) fn takes(&self, kind: &str) -> bool {
        self.kinds.iter().any(|named| match named.strip_suffix('*') {
            Some(start) => kind.starts_with(start),
            None => *named == kind,
        })
    }
}

/// Attributes that are strings and are no reference: when one is not known, it is still a text that equals itself.
const STRINGS: &[&str] = &[
    "arn",
    "bucket",
    "bucket_prefix",
    "id",
    "key",
    "name",
    "name_prefix",
    "prefix",
    "s3_key_prefix",
    "target_id",
    "target_prefix",
];

/// Whether an attribute that is not known is to be a text with a hole.
pub(in super::super) fn is_text(kind: &str, name: &str) -> bool {
    match naming(kind, name) {
        Some(naming) => !naming.list && naming.attribute != "json",
        None => STRINGS.contains(&name),
    }
}

/// What the attribute `name` of `kind` names; none for an attribute that is no reference to a thing, the thing's own
/// name included.
pub(in super::super) fn naming(kind: &str, name: &str) -> Option<Naming> {
    let one = |kinds, attribute| Some(Naming { kinds, attribute, list: false });
    let many = |kinds, attribute| Some(Naming { kinds, attribute, list: true });
    let own = |prefix: &str| kind.starts_with(prefix);
    match name {
        "bucket" if kind == "aws_s3_bucket" => None,
        "bucket" | "s3_bucket_name" | "target_bucket" | "s3_bucket" => {
            one(&["aws_s3_bucket", "aws_s3_bucket_*"], "bucket")
        }
        "log_destination" | "s3_bucket_arn" | "bucket_arn" => {
            one(&["aws_s3_bucket", "aws_cloudwatch_log_group"], "arn")
        }
        "kms_key_id" | "kms_master_key_id" | "kms_key_arn" => one(&["aws_kms_*"], "arn"),
        "key_id" | "target_key_id" if own("aws_kms_") => one(&["aws_kms_*"], "key_id"),
        "role" | "role_name" => one(&["aws_iam_role"], "name"),
        "user" | "user_name" => one(&["aws_iam_user"], "name"),
        "group" | "group_name" => one(&["aws_iam_group"], "name"),
        "roles" => many(&["aws_iam_role"], "name"),
        "users" => many(&["aws_iam_user"], "name"),
        "groups" => many(&["aws_iam_group"], "name"),
        "policy_arn" | "managed_policy_arn" => one(&["aws_iam_policy"], "arn"),
        "policy_arns" | "managed_policy_arns" => many(&["aws_iam_policy"], "arn"),
        "cloud_watch_logs_group_arn" => one(&["aws_cloudwatch_log_group"], "arn"),
        "cloud_watch_logs_role_arn" | "role_arn" => one(&["aws_iam_role"], "arn"),
        "log_group_name" => one(&["aws_cloudwatch_log_group"], "name"),
        "sns_topic_name" | "topic_arn" | "sns_topic_arn" => one(&["aws_sns_topic"], "arn"),
        "arn" if kind == "aws_sns_topic_policy" => one(&["aws_sns_topic"], "arn"),
        "alarm_actions" => many(&["aws_sns_topic"], "arn"),
        "permission_set_arn" => one(&["aws_ssoadmin_permission_set"], "arn"),
        "policy_id" if own("aws_organizations_") => one(&["aws_organizations_policy"], "id"),
        "policy" | "content" | "inline_policy" | "assume_role_policy" | "source_json" | "override_json" => {
            one(&["aws_iam_policy_document", "aws_iam_policy"], "json")
        }
        "source_policy_documents" | "override_policy_documents" => many(&["aws_iam_policy_document"], "json"),
        _ => None,
    }
}

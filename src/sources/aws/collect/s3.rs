//! S3: the settings of log buckets, and of the account that owns them.

use aws_sdk_s3::operation::get_bucket_acl::GetBucketAclOutput;
use aws_sdk_s3::operation::get_bucket_encryption::GetBucketEncryptionOutput;
use aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput;
use aws_sdk_s3::operation::get_bucket_location::GetBucketLocationOutput;
use aws_sdk_s3::operation::get_bucket_logging::GetBucketLoggingOutput;
use aws_sdk_s3::operation::get_bucket_ownership_controls::GetBucketOwnershipControlsOutput;
use aws_sdk_s3::operation::get_bucket_policy::GetBucketPolicyOutput;
use aws_sdk_s3::operation::get_bucket_versioning::GetBucketVersioningOutput;
use aws_sdk_s3::operation::get_bucket_website::GetBucketWebsiteOutput;
use aws_sdk_s3::operation::get_object_lock_configuration::GetObjectLockConfigurationOutput;
use aws_sdk_s3::operation::get_public_access_block::GetPublicAccessBlockOutput;
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types as s3;
use aws_sdk_s3control::operation::get_public_access_block::GetPublicAccessBlockOutput as AccountBlockOutput;
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as AccountBlock;
use serde_json::{Value, json};

use super::client::{BareHost, builder, is_bare, pages, send};
use super::failure::Failure;
use super::run::Place;
use super::shape::{Shape, shape, words};
use crate::sources::aws::recording::GapReason;

const SERVICE: &str = "s3api";

/// A client that reaches buckets at a bare address, where the name of a bucket cannot be a part of the host.
fn client(place: Place<'_>) -> aws_sdk_s3::Client {
    let bare = place.account.config.endpoint_url().is_some_and(is_bare);
    aws_sdk_s3::Client::from_conf(builder!(place, aws_sdk_s3, Xml).force_path_style(bare).build())
}

/// The buckets of an account, with their Regions.
pub(super) async fn list_buckets(place: Place<'_>) {
    let client = client(place);
    // S3 says a bucket's Region only to requests with a parameter.
    let request = client.list_buckets().max_buckets(1000);
    place.ask(SERVICE, "list-buckets", None, pages!(request)).await;
}

/// The Region of a bucket that no account of the run owns, and whether it exists.
pub(super) async fn location(place: Place<'_>, bucket: &str) {
    let client = client(place);
    let request = client.get_bucket_location().bucket(bucket);
    place.ask(SERVICE, "get-bucket-location", Some(bucket), send!(request)).await;
}

/// The Region that an answer of `get-bucket-location` names.
pub(super) fn region_of_location(answer: &Value) -> String {
    match answer["LocationConstraint"].as_str() {
        None | Some("") => "us-east-1".to_owned(),
        // The name from before there were several Regions in Europe.
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    }
}

/// The settings of a bucket that the enabled checks need.
///
/// `owner` guards against a bucket of that name that meanwhile is another account's.
pub(super) async fn bucket(place: Place<'_>, bucket: &str, owner: Option<&str>) {
    let client = client(place);
    let owner = owner.map(str::to_owned);
    // All together; the permits of the account keep them from being too many at once.
    macro_rules! setting {
        ($action:literal, $operation:literal, $method:ident) => {
            async {
                if place.run.wanted.has($action) {
                    let request = client.$method().bucket(bucket).set_expected_bucket_owner(owner.clone());
                    place.ask(SERVICE, $operation, Some(bucket), send!(request)).await;
                }
            }
        };
    }
    tokio::join!(
        setting!("s3:GetBucketVersioning", "get-bucket-versioning", get_bucket_versioning),
        setting!("s3:GetBucketLogging", "get-bucket-logging", get_bucket_logging),
        setting!(
            "s3:GetLifecycleConfiguration",
            "get-bucket-lifecycle-configuration",
            get_bucket_lifecycle_configuration
        ),
        setting!("s3:GetEncryptionConfiguration", "get-bucket-encryption", get_bucket_encryption),
        setting!("s3:GetBucketAcl", "get-bucket-acl", get_bucket_acl),
        setting!("s3:GetBucketOwnershipControls", "get-bucket-ownership-controls", get_bucket_ownership_controls),
        setting!("s3:GetBucketPublicAccessBlock", "get-public-access-block", get_public_access_block),
        setting!("s3:GetBucketObjectLockConfiguration", "get-object-lock-configuration", get_object_lock_configuration),
        setting!("s3:GetBucketWebsite", "get-bucket-website", get_bucket_website),
        async {
            if place.run.wanted.has("s3:GetBucketPolicy") {
                let request = client.get_bucket_policy().bucket(bucket).set_expected_bucket_owner(owner.clone());
                let policy = async {
                    let output = request.send().await?;
                    is_policy(&output)?;
                    Ok(super::client::whole(output.json()))
                };
                place.ask(SERVICE, "get-bucket-policy", Some(bucket), policy).await;
            }
        },
    );
}

/// Whether objects of a bucket that receives access logs are locked by default, which keeps S3 from delivering them.
pub(super) async fn object_lock(place: Place<'_>, bucket: &str) {
    let client = client(place);
    let request = client.get_object_lock_configuration().bucket(bucket);
    place.ask(SERVICE, "get-object-lock-configuration", Some(bucket), send!(request)).await;
}

/// The body of this answer is the policy, and the SDK takes whatever it is.
fn is_policy(output: &GetBucketPolicyOutput) -> Result<(), Failure> {
    let policy = output.policy.as_deref().unwrap_or_default();
    match serde_json::from_str::<Value>(policy) {
        Ok(Value::Object(_)) => Ok(()),
        _ => Err(Failure::new(GapReason::MalformedAnswer, "the answer is not the policy of a bucket")),
    }
}

/// The block settings of an account, which hold for all of its buckets.
pub(super) async fn account_block(place: Place<'_>) {
    let id = place.account.id.as_str();
    let mut builder = builder!(place, aws_sdk_s3control, Xml);
    if place.account.config.endpoint_url().is_some_and(is_bare) {
        builder = builder.interceptor(BareHost(id.to_owned()));
    }
    let client = aws_sdk_s3control::Client::from_conf(builder.build());
    let request = client.get_public_access_block().account_id(id);
    place.ask("s3control", "get-public-access-block", None, send!(request)).await;
}

/// Whether a bucket's own settings, as answered, are all on: those of its account can add nothing then.
pub(super) fn blocks_all(answer: Option<&Value>) -> bool {
    let settings = answer.map(|answer| &answer["PublicAccessBlockConfiguration"]);
    settings.is_some_and(|settings| {
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
            .iter()
            .all(|name| settings[*name] == json!(true))
    })
}

shape!(ListBucketsOutput { "Buckets": buckets });
shape!(s3::Bucket { "Name": name, "BucketRegion": bucket_region });
shape!(GetBucketVersioningOutput { "Status": status, "MFADelete": mfa_delete });
shape!(GetBucketLoggingOutput { "LoggingEnabled": logging_enabled });
shape!(s3::LoggingEnabled { "TargetBucket": target_bucket, "TargetPrefix": target_prefix });
shape!(GetBucketLifecycleConfigurationOutput { "Rules": rules });
shape!(
    #[expect(deprecated, reason = "rules from before there were filters have a prefix of their own")]
    s3::LifecycleRule {
    "Expiration": expiration,
    "ID": id,
    "Prefix": prefix,
    "Filter": filter,
    "Status": status,
    "Transitions": transitions,
    "NoncurrentVersionTransitions": noncurrent_version_transitions,
    "NoncurrentVersionExpiration": noncurrent_version_expiration,
    "AbortIncompleteMultipartUpload": abort_incomplete_multipart_upload,
}
);
shape!(s3::LifecycleExpiration {
    "Date": date,
    "Days": days,
    "ExpiredObjectDeleteMarker": expired_object_delete_marker,
});
shape!(s3::LifecycleRuleFilter {
    "Prefix": prefix,
    "Tag": tag,
    "ObjectSizeGreaterThan": object_size_greater_than,
    "ObjectSizeLessThan": object_size_less_than,
    "And": and,
});
shape!(s3::Tag { "Key": key, "Value": value });
shape!(s3::LifecycleRuleAndOperator {
    "Prefix": prefix,
    "Tags": tags,
    "ObjectSizeGreaterThan": object_size_greater_than,
    "ObjectSizeLessThan": object_size_less_than,
});
shape!(s3::Transition { "Date": date, "Days": days, "StorageClass": storage_class });
shape!(s3::NoncurrentVersionTransition {
    "NoncurrentDays": noncurrent_days,
    "StorageClass": storage_class,
    "NewerNoncurrentVersions": newer_noncurrent_versions,
});
shape!(s3::NoncurrentVersionExpiration {
    "NoncurrentDays": noncurrent_days,
    "NewerNoncurrentVersions": newer_noncurrent_versions,
});
shape!(s3::AbortIncompleteMultipartUpload { "DaysAfterInitiation": days_after_initiation });
shape!(GetBucketEncryptionOutput { "ServerSideEncryptionConfiguration": server_side_encryption_configuration });
shape!(s3::ServerSideEncryptionConfiguration { "Rules": rules });
shape!(s3::ServerSideEncryptionRule {
    "ApplyServerSideEncryptionByDefault": apply_server_side_encryption_by_default,
    "BucketKeyEnabled": bucket_key_enabled,
});
shape!(s3::ServerSideEncryptionByDefault { "SSEAlgorithm": sse_algorithm, "KMSMasterKeyID": kms_master_key_id });
shape!(GetBucketPolicyOutput { "Policy": policy });
shape!(GetBucketAclOutput { "Owner": owner, "Grants": grants });
shape!(s3::Owner { "ID": id });
shape!(s3::Grant { "Grantee": grantee, "Permission": permission });
shape!(s3::Grantee { "ID": id, "URI": uri, "Type": r#type });
shape!(GetBucketOwnershipControlsOutput { "OwnershipControls": ownership_controls });
shape!(s3::OwnershipControls { "Rules": rules });
shape!(s3::OwnershipControlsRule { "ObjectOwnership": object_ownership });
shape!(GetBucketWebsiteOutput {
    "RedirectAllRequestsTo": redirect_all_requests_to,
    "IndexDocument": index_document,
    "ErrorDocument": error_document,
});
shape!(s3::RedirectAllRequestsTo { "HostName": host_name, "Protocol": protocol });
shape!(s3::IndexDocument { "Suffix": suffix });
shape!(s3::ErrorDocument { "Key": key });
shape!(GetPublicAccessBlockOutput { "PublicAccessBlockConfiguration": public_access_block_configuration });
shape!(s3::PublicAccessBlockConfiguration {
    "BlockPublicAcls": block_public_acls,
    "IgnorePublicAcls": ignore_public_acls,
    "BlockPublicPolicy": block_public_policy,
    "RestrictPublicBuckets": restrict_public_buckets,
});
shape!(GetObjectLockConfigurationOutput { "ObjectLockConfiguration": object_lock_configuration });
shape!(s3::ObjectLockConfiguration { "ObjectLockEnabled": object_lock_enabled, "Rule": rule });
shape!(s3::ObjectLockRule { "DefaultRetention": default_retention });
shape!(s3::DefaultRetention { "Mode": mode, "Days": days, "Years": years });
shape!(AccountBlockOutput { "PublicAccessBlockConfiguration": public_access_block_configuration });
shape!(AccountBlock {
    "BlockPublicAcls": block_public_acls,
    "IgnorePublicAcls": ignore_public_acls,
    "BlockPublicPolicy": block_public_policy,
    "RestrictPublicBuckets": restrict_public_buckets,
});
words!(
    s3::BucketLocationConstraint,
    s3::BucketVersioningStatus,
    s3::ExpirationStatus,
    s3::MfaDeleteStatus,
    s3::ObjectLockEnabled,
    s3::ObjectLockRetentionMode,
    s3::ObjectOwnership,
    s3::Permission,
    s3::Protocol,
    s3::ServerSideEncryption,
    s3::TransitionStorageClass,
    s3::Type,
);

/// The CLI prints the key even for us-east-1, with `null`.
impl Shape for GetBucketLocationOutput {
    fn json(&self) -> Option<Value> {
        Some(json!({"LocationConstraint": self.location_constraint.json().filter(|name| name != "")}))
    }
}

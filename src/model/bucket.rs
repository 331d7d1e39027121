//! S3 buckets, their policies, and what else uses them.
use super::arn::Text;
use super::attr::{Attr, Origin};
use super::policy::Document;
use super::{Identity, Protection, Subject};

/// An S3 bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Who it is.
    pub id: Identity,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// The account that owns it.
    pub account: Text,
    /// Its Region.
    pub region: Text,
    /// `Enabled` or `Suspended`; missing means never enabled.
    pub versioning: Attr<Text>,
    /// Whether MFA delete is on; unseen (unsupported) where the source cannot express it.
    pub mfa_delete: Attr<bool>,
    /// Server access logging; missing means off.
    pub logging: Attr<AccessLogging>,
    /// Lifecycle rules; missing means none.
    pub lifecycle: Attr<Vec<LifecycleRule>>,
    /// The four block settings; missing means not declared.
    pub block: Attr<PublicAccessBlock>,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    pub ownership: Attr<Text>,
    /// The canned ACL (`Private`, `PublicRead`, `LogDeliveryWrite`, …).
    pub acl: Attr<Text>,
    /// The default retention of Object Lock; missing means objects are not locked by default.
    pub object_lock: Attr<DefaultRetention>,
    /// Whether the bucket serves a website.
    pub website: Attr<bool>,
    /// Whether it survives its stack.
    pub protection: Protection,
}

impl Subject for Bucket {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// Server access logging.
#[derive(Clone, Debug)]
pub struct AccessLogging {
    /// The bucket that receives the access logs, by name. In CloudFormation absent means the bucket itself.
    pub target: Attr<Text>,
    /// The prefix of their keys.
    pub prefix: Attr<Text>,
}

/// One lifecycle rule.
#[derive(Clone, Debug)]
pub struct LifecycleRule {
    /// Its own place.
    pub at: Origin,
    /// Whether it is enabled.
    pub enabled: Attr<bool>,
    /// Key prefix it is limited to; empty means the whole bucket.
    pub prefix: Attr<Text>,
    /// Whether it is limited by tags or object sizes as well, so that it does not cover all log files.
    pub narrowed: Attr<bool>,
    /// Days after which the current version expires.
    pub expiration_days: Attr<u32>,
    /// A fixed date on which everything expires.
    pub expiration_date: Attr<Text>,
    /// Days after which noncurrent versions are removed.
    pub noncurrent_days: Attr<u32>,
    /// Noncurrent versions that are kept whatever their age.
    pub newer_noncurrent_versions: Attr<u32>,
    /// Whether it moves objects to another storage class.
    pub transitions: Attr<bool>,
}

/// The four block settings of a bucket or account.
#[derive(Clone, Debug)]
pub struct PublicAccessBlock {
    /// New public ACLs are refused.
    pub block_acls: Attr<bool>,
    /// New public policies are refused.
    pub block_policy: Attr<bool>,
    /// Public ACLs have no effect.
    pub ignore_acls: Attr<bool>,
    /// A public policy gives access to the owner's account and AWS services only.
    pub restrict_buckets: Attr<bool>,
}

/// Object Lock's default retention.
#[derive(Clone, Debug)]
pub struct DefaultRetention {
    /// `COMPLIANCE` or `GOVERNANCE`.
    pub mode: Attr<Text>,
    /// Days, years turned into 365 days.
    pub days: Attr<u32>,
}

/// The policy of a bucket.
#[derive(Clone, Debug)]
pub struct BucketPolicy {
    /// Who it is.
    pub id: Identity,
    /// The bucket, by name.
    pub bucket: Attr<Text>,
    /// The policy.
    pub document: Attr<Document>,
}

impl Subject for BucketPolicy {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// What uses a bucket other than a trail.
#[derive(Clone, Debug)]
pub struct BucketUse {
    /// The resource that uses it.
    pub by: Identity,
    /// What for, as a noun phrase: "server access logs of another bucket", "AWS Config snapshots".
    pub purpose: &'static str,
    /// The bucket, by name, URL-free.
    pub bucket: Attr<Text>,
}

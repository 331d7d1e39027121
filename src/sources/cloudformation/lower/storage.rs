//! Buckets and keys.

use super::Cx;
use super::trail::protection;
use crate::model::attr::{Attr, Origin, Value};
use crate::model::bucket::{AccessLogging, Bucket, BucketPolicy, DefaultRetention, LifecycleRule, PublicAccessBlock};
use crate::model::key::{Alias, Key};
use crate::model::{Input, ResourceKind};
use crate::sources::block::{Absent, Block, boolean, number, text};
use crate::sources::uses::bucket_name;
use crate::sources::value::{Val, ValKind};
use crate::truth::{Cause, CauseKind};

pub(super) fn bucket(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let no_mfa = Cause::new(CauseKind::Unsupported, "CloudFormation has no property for MFA delete");
    let bucket = Bucket {
        id: cx.identity(ResourceKind::Bucket),
        name: cx.name(),
        arn: cx.reference(Some("Arn")),
        account: cx.account(),
        region: cx.region(),
        versioning: block.text(&["VersioningConfiguration", "Status"]),
        mfa_delete: Attr::unseen("VersioningConfiguration", cx.origin(), no_mfa),
        logging: block.inner(&["LoggingConfiguration"], |block| AccessLogging {
            target: block.text(&["DestinationBucketName"]).map(bucket_name),
            prefix: block.text_or(&["LogFilePrefix"], ""),
        }),
        lifecycle: block.list(&["LifecycleConfiguration", "Rules"], lifecycle_rule),
        block: block.inner(&["PublicAccessBlockConfiguration"], |block| PublicAccessBlock {
            block_acls: block.flag(&["BlockPublicAcls"], false),
            block_policy: block.flag(&["BlockPublicPolicy"], false),
            ignore_acls: block.flag(&["IgnorePublicAcls"], false),
            restrict_buckets: block.flag(&["RestrictPublicBuckets"], false),
        }),
        ownership: block.attr(&["OwnershipControls", "Rules"], Absent::Missing, |val| {
            match val.items().first().and_then(|rule| rule.get("ObjectOwnership")) {
                Some(ownership) => text(ownership),
                None => Value::Unknown(Cause::new(CauseKind::Unsupported, "the ownership rule is not known")),
            }
        }),
        acl: block.text(&["AccessControl"]),
        object_lock: object_lock(&block),
        website: block.attr(&["WebsiteConfiguration"], Absent::Default(false), |_| Value::Known(true)),
        protection: protection(cx),
    };
    input.buckets.items.push(bucket);
}

fn object_lock(block: &Block<'_>) -> Attr<DefaultRetention> {
    block.inner(&["ObjectLockConfiguration", "Rule", "DefaultRetention"], |block| {
        let years: Attr<u32> = block.number(&["Years"]).map(|years| years.saturating_mul(365));
        let days = block.number(&["Days"]);
        let use_years = block.val.is_some_and(|val| val.get("Years").is_some());
        DefaultRetention { mode: block.text(&["Mode"]), days: if use_years { years } else { days } }
    })
}

fn lifecycle_rule(block: Block<'_>) -> LifecycleRule {
    // An empty list of tags limits nothing.
    let limits = |val: &Val, key: &str| {
        val.get(key).is_some_and(|val| !matches!(&val.kind, ValKind::List(items) if items.is_empty()))
    };
    let narrows = ["TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan"];
    let narrowing = narrows.into_iter().find(|key| block.val.is_some_and(|val| limits(val, key)));
    let noncurrent = match block.val.and_then(|val| val.get("NoncurrentVersionExpiration")) {
        Some(_) => block.number(&["NoncurrentVersionExpiration", "NoncurrentDays"]),
        None => block.number(&["NoncurrentVersionExpirationInDays"]),
    };
    let at = Origin::Text(block.header);
    LifecycleRule {
        enabled: block.attr(&["Status"], Absent::Missing, |val| match text(val) {
            Value::Known(status) => match status.literal() {
                Some(literal) => Value::Known(literal == "Enabled"),
                None => match boolean(val) {
                    Value::Unknown(cause) => Value::Unknown(cause),
                    known => known,
                },
            },
            Value::Unknown(cause) => Value::Unknown(cause),
        }),
        prefix: block.text_or(&["Prefix"], ""),
        narrowed: Attr::set(narrowing.unwrap_or(narrows[0]), at.clone(), narrowing.is_some()),
        expiration_days: block.attr(&["ExpirationInDays"], Absent::Missing, number),
        expiration_date: block.text(&["ExpirationDate"]),
        noncurrent_days: noncurrent,
        newer_noncurrent_versions: block.number(&["NoncurrentVersionExpiration", "NewerNoncurrentVersions"]),
        transitions: Attr::set(
            "Transitions",
            at.clone(),
            block.val.is_some_and(|val| val.field("Transitions").or(val.field("Transition")).is_some()),
        ),
        at,
    }
}

pub(super) fn bucket_policy(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let policy = BucketPolicy {
        id: cx.identity(ResourceKind::Policy),
        bucket: block.text(&["Bucket"]).map(bucket_name),
        document: block.document(&["PolicyDocument"]),
    };
    input.bucket_policies.items.push(policy);
}

pub(super) fn key(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let key = Key {
        id: cx.identity(ResourceKind::Key),
        key_id: cx.reference(None),
        arn: cx.reference(Some("Arn")),
        account: cx.account(),
        region: cx.region(),
        policy: block.document(&["KeyPolicy"]),
        enabled: block.flag(&["Enabled"], true),
        rotation: block.flag(&["EnableKeyRotation"], false),
        spec: block.text_or(&["KeySpec"], "SYMMETRIC_DEFAULT"),
        usage: block.text_or(&["KeyUsage"], "ENCRYPT_DECRYPT"),
        origin: block.text_or(&["Origin"], "AWS_KMS"),
    };
    input.keys.items.push(key);
}

pub(super) fn alias(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let alias = Alias {
        id: cx.identity(ResourceKind::Key),
        name: block.text(&["AliasName"]),
        target: block.text(&["TargetKeyId"]),
    };
    input.aliases.items.push(alias);
}

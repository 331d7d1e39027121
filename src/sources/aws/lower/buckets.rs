//! Buckets, their policies, and the block settings of the account.
//!
//! What S3 answers when nothing is set is in the S3 API reference, at the errors of each call.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Cx;
use super::answers::{Answers, Owner, Question, Said};
use super::reader::Node;
use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::{Attr, State, Value as Known};
use crate::model::bucket::{AccessLogging, Bucket, BucketPolicy, DefaultRetention, LifecycleRule, PublicAccessBlock};
use crate::model::live::{Live, Unread};
use crate::model::{Input, Protection, ResourceKind};
use crate::sources::aws::recording::Answer;
use crate::sources::uses;
use crate::truth::{Cause, CauseKind, Truth};

const fn s3(
    operation: &'static str,
    action: &'static str,
    unset: &'static [&'static str],
    needs: &'static str,
) -> Question {
    Question { service: "s3api", operation, action, unset, needs }
}

pub(super) const LIST: Question = s3("list-buckets", "s3:ListAllMyBuckets", &[], "Buckets");
pub(super) const HEAD: Question = s3("head-bucket", "s3:ListBucket", &[], "");
pub(super) const LOCATION: Question = s3("get-bucket-location", "s3:GetBucketLocation", &[], "");
pub(super) const VERSIONING: Question = s3("get-bucket-versioning", "s3:GetBucketVersioning", &[], "");
pub(super) const LOGGING: Question = s3("get-bucket-logging", "s3:GetBucketLogging", &[], "");
pub(super) const LIFECYCLE: Question = s3(
    "get-bucket-lifecycle-configuration",
    "s3:GetLifecycleConfiguration",
    &["NoSuchLifecycleConfiguration"],
    "Rules",
);
pub(super) const BLOCK: Question = s3(
    "get-public-access-block",
    "s3:GetBucketPublicAccessBlock",
    &["NoSuchPublicAccessBlockConfiguration"],
    "PublicAccessBlockConfiguration",
);
pub(super) const POLICY: Question = s3("get-bucket-policy", "s3:GetBucketPolicy", &["NoSuchBucketPolicy"], "Policy");
pub(super) const ACL: Question = s3("get-bucket-acl", "s3:GetBucketAcl", &[], "Grants");
pub(super) const OWNERSHIP: Question = s3(
    "get-bucket-ownership-controls",
    "s3:GetBucketOwnershipControls",
    &["OwnershipControlsNotFoundError"],
    "OwnershipControls",
);
pub(super) const LOCK: Question = s3(
    "get-object-lock-configuration",
    "s3:GetBucketObjectLockConfiguration",
    &["ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound"],
    "ObjectLockConfiguration",
);
pub(super) const WEBSITE: Question =
    s3("get-bucket-website", "s3:GetBucketWebsite", &["NoSuchWebsiteConfiguration"], "");
pub(super) const ACCOUNT_BLOCK: Question = Question {
    service: "s3control",
    operation: "get-public-access-block",
    action: "s3:GetAccountPublicAccessBlock",
    unset: &["NoSuchPublicAccessBlockConfiguration"],
    needs: "PublicAccessBlockConfiguration",
};

/// Every call about a bucket.
const ABOUT: [&Question; 11] =
    [&HEAD, &LOCATION, &VERSIONING, &LOGGING, &LIFECYCLE, &BLOCK, &POLICY, &ACL, &OWNERSHIP, &LOCK, &WEBSITE];

/// The buckets that an account owns; `None` if it was not told.
pub(super) fn owned<'r>(answers: &Answers<'r>) -> Option<BTreeSet<&'r str>> {
    let mut lists = answers.outputs(&LIST).peekable();
    lists.peek()?;
    let buckets = lists.flat_map(|(_, output)| output["Buckets"].as_array()).flatten();
    Some(buckets.filter_map(|bucket| bucket["Name"].as_str()).collect())
}

/// Lowers the buckets that were asked about, and says why others that trails name were not read.
pub(super) fn buckets(cx: &Cx<'_>, input: &mut Input, live: &mut Live) {
    let mut names: BTreeSet<&str> = ABOUT.iter().flat_map(|question| cx.answers.resources(question)).collect();
    let named: Vec<String> = input
        .trails
        .iter()
        .flat_map(|trail| trail.bucket.possible())
        .filter_map(|n| n.literal().map(str::to_owned))
        .collect();
    names.extend(named.iter().map(String::as_str));
    for name in names {
        match standing(cx, name) {
            Ok(owner) => bucket(cx, input, name, owner),
            Err(cause) => live.unread.push(Unread { kind: ResourceKind::Bucket, name: name.into(), cause }),
        }
    }
}

/// Whose the bucket is, or why nothing can be said of it.
fn standing(cx: &Cx<'_>, name: &str) -> Result<Owner, Cause> {
    let owner = match &cx.owned_buckets {
        Some(owned) if !owned.contains(name) => Owner::Other,
        _ => Owner::Own,
    };
    let answers: Vec<(&Question, &Answer)> = ABOUT
        .iter()
        .flat_map(|question| cx.answers.about(question, Some(name)).iter().map(move |(_, answer)| (*question, *answer)))
        .collect();
    let says = |question: &Question, answer: &Answer| match answer {
        Answer::Output(_) => true,
        Answer::Refused { code, .. } => question.unset.contains(&code.as_str()),
        Answer::Failed { .. } => false,
    };
    if answers.iter().any(|(question, answer)| says(question, answer)) {
        return Ok(owner);
    }
    let missing = |question: &Question, answer: &Answer| {
        matches!(answer, Answer::Refused { code, .. }
            if code == "NoSuchBucket" || (question.operation == HEAD.operation && matches!(code.as_str(), "404" | "NotFound")))
    };
    if answers.iter().any(|(question, answer)| missing(question, answer)) {
        return Err(Cause::new(CauseKind::BucketMissing, format!("the bucket '{name}' does not exist")));
    }
    if owner == Owner::Other {
        let detail = format!("the bucket '{name}' belongs to another account: scan the account that owns it");
        return Err(Cause::new(CauseKind::OwnedByOtherAccount, detail));
    }
    let Some((question, _)) = answers.first() else {
        let detail = format!("the recording holds no answer about the bucket '{name}'");
        return Err(Cause::new(CauseKind::NotCollected, detail));
    };
    // It is this account's, and every call was refused: each attribute says which.
    match (&cx.owned_buckets, cx.answers.said(question, Some(name), None, Owner::Own)) {
        (None, Said::Hidden(cause)) => Err(cause),
        _ => Ok(owner),
    }
}

fn bucket(cx: &Cx<'_>, input: &mut Input, name: &str, owner: Owner) {
    let arn = format!("arn:{}:s3:::{name}", cx.partition);
    let about = |question: &'static Question, prefix| {
        Node::new(cx.answers.said(question, Some(name), None, owner), question.action, &arn, prefix)
    };
    let versioning = about(&VERSIONING, "Versioning.");
    let mfa_delete = versioning.attr(&["MFADelete"], Some(false), |value| value.as_str().map(|text| text == "Enabled"));
    let website = about(&WEBSITE, "");
    let website = Attr {
        name: "WebsiteConfiguration".into(),
        at: website.at.clone(),
        state: match (website.hidden(), website.get(&[])) {
            (Some(cause), _) => State::Unseen(cause.clone()),
            (None, Some(_)) => State::Set(Known::Known(true)),
            (None, None) => State::Default(false),
        },
    };
    let id = cx.identity(ResourceKind::Bucket, &arn, LIST.action);
    let logging = about(&LOGGING, "").inner(&["LoggingEnabled"], |node| AccessLogging {
        target: node.text(&["TargetBucket"]),
        prefix: node.text_or(&["TargetPrefix"], ""),
    });
    if let Some(access) = logging.possible().next() {
        uses::record(input, &id, access.target.clone(), "server access logs of another bucket");
    }
    let policy = about(&POLICY, "");
    let mut document = policy.document(&["Policy"]);
    if policy.hidden().is_none() && matches!(document.state, State::Missing) {
        // A bucket without a policy grants nothing and refuses nothing by one.
        let nothing = crate::model::policy::Document {
            at: policy.at.clone(),
            variables: true,
            statements: Vec::new(),
            more: None,
        };
        document.state = State::Default(nothing);
    }
    input.bucket_policies.items.push(BucketPolicy {
        id: cx.identity(ResourceKind::Policy, &arn, POLICY.action),
        bucket: Attr::set("Bucket", policy.at.clone(), name.into()),
        document,
    });
    input.buckets.items.push(Bucket {
        name: name.into(),
        arn: arn.as_str().into(),
        account: match (&cx.owned_buckets, owner) {
            (Some(_), Owner::Own) => cx.account.into(),
            _ => unknown(&arn, "account", Shape::Account),
        },
        region: region(cx, name).map_or_else(|| unknown(&arn, "Region", Shape::Name), |region| region.as_str().into()),
        versioning: versioning.text(&["Status"]),
        mfa_delete,
        logging,
        lifecycle: about(&LIFECYCLE, "").list(&["Rules"], lifecycle_rule),
        block: block(cx, &about(&BLOCK, ""), owner),
        ownership: ownership(&about(&OWNERSHIP, "")),
        acl: acl(&about(&ACL, "")),
        object_lock: about(&LOCK, "").inner(&["ObjectLockConfiguration", "Rule", "DefaultRetention"], |node| {
            let years = node.number(&["Years"]);
            let by_years = years.possible().next().is_some();
            let days = if by_years { years.map(|years| years.saturating_mul(365)) } else { node.number(&["Days"]) };
            DefaultRetention { mode: node.text(&["Mode"]), days }
        }),
        website,
        protection: Protection::Live,
        id,
    });
}

/// The Region of a bucket: as S3 says it, or the one whose folder its answers lie in.
fn region(cx: &Cx<'_>, name: &str) -> Option<String> {
    if let Said::Output(location) = cx.answers.said(&LOCATION, Some(name), None, Owner::Own) {
        // The first Region has no name here, and Ireland an old one.
        return Some(match location["LocationConstraint"].as_str() {
            None | Some("") => "us-east-1".to_owned(),
            Some("EU") => "eu-west-1".to_owned(),
            Some(region) => region.to_owned(),
        });
    }
    let listed = cx.answers.outputs(&LIST).flat_map(|(_, output)| output["Buckets"].as_array()).flatten();
    let listed = listed.into_iter().find(|bucket| bucket["Name"].as_str() == Some(name));
    if let Some(region) = listed.and_then(|bucket| bucket["BucketRegion"].as_str()) {
        return Some(region.to_owned());
    }
    let mut regions: BTreeSet<&str> =
        ABOUT.iter().flat_map(|question| cx.answers.about(question, Some(name))).map(|(region, _)| *region).collect();
    regions.remove(crate::sources::aws::recording::GLOBAL);
    (regions.len() == 1).then(|| regions.pop_first().map(str::to_owned)).flatten()
}

fn unknown(arn: &str, what: &str, shape: Shape) -> Text {
    Var {
        key: format!("{what} of {arn}").into(),
        shown: format!("the bucket's {what}").into(),
        cause: Cause::new(CauseKind::NotCollected, format!("the {what} of '{arn}' is not in the recording")),
        shape,
    }
    .into()
}

fn lifecycle_rule(node: &Node<'_>) -> LifecycleRule {
    let limits = |path: &[&str]| match node.get(path) {
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
        None => false,
    };
    let narrowing: [&[&str]; 6] = [
        &["Filter", "Tag"],
        &["Filter", "And", "Tags"],
        &["Filter", "ObjectSizeGreaterThan"],
        &["Filter", "ObjectSizeLessThan"],
        &["Filter", "And", "ObjectSizeGreaterThan"],
        &["Filter", "And", "ObjectSizeLessThan"],
    ];
    let narrowed = narrowing.into_iter().find(|path| limits(path));
    let prefixes: [&[&str]; 3] = [&["Filter", "Prefix"], &["Filter", "And", "Prefix"], &["Prefix"]];
    let prefix = prefixes.into_iter().find(|path| node.get(path).is_some()).unwrap_or(prefixes[0]);
    LifecycleRule {
        at: node.at.clone(),
        enabled: node.attr(&["Status"], None, |value| value.as_str().map(|status| status == "Enabled")),
        prefix: node.text_or(prefix, ""),
        narrowed: Attr::set(narrowed.unwrap_or(narrowing[0]).join("."), node.at.clone(), narrowed.is_some()),
        expiration_days: node.number(&["Expiration", "Days"]),
        expiration_date: node.text(&["Expiration", "Date"]),
        noncurrent_days: node.number(&["NoncurrentVersionExpiration", "NoncurrentDays"]),
        newer_noncurrent_versions: node.number(&["NoncurrentVersionExpiration", "NewerNoncurrentVersions"]),
        transitions: Attr::set("Transitions", node.at.clone(), limits(&["Transitions"])),
    }
}

/// The settings in force: each is on when the bucket or its account turns it on.
/// Source: S3 user guide, "Blocking public access to your Amazon S3 storage".
fn block(cx: &Cx<'_>, bucket: &Node<'_>, owner: Owner) -> Attr<PublicAccessBlock> {
    const NAME: &str = "PublicAccessBlockConfiguration";
    let account = match owner {
        Owner::Own => {
            // The account may stand in the call as what it is about.
            let about = cx.answers.all(&ACCOUNT_BLOCK).first().and_then(|(call, _)| call.resource.as_deref());
            cx.answers.said(&ACCOUNT_BLOCK, about, None, Owner::Own)
        }
        Owner::Other => {
            let detail = "the block settings of the bucket's account are not this account's to read";
            Said::Hidden(Cause::new(CauseKind::OwnedByOtherAccount, detail))
        }
    };
    let account =
        Node::new(account, ACCOUNT_BLOCK.action, &format!("arn:{}:iam::{}:root", cx.partition, cx.account), "");
    let setting = |name: &str| {
        let own = bucket.flag(&[NAME, name], false);
        let wide = account.flag(&[NAME, name], false);
        // Where neither is on, the bucket's own setting is the one to turn on, unless the account's cannot be told.
        let on = |attr: &Attr<bool>| attr.is(&true);
        let mut attr = match (on(&own), on(&wide)) {
            (Truth::True, _) => own,
            (_, Truth::True) => wide,
            (Truth::Unknown(_), _) => own,
            (Truth::False, Truth::Unknown(_)) => wide,
            (Truth::False, Truth::False) => own,
        };
        attr.name = name.into();
        attr
    };
    let block = PublicAccessBlock {
        block_acls: setting("BlockPublicAcls"),
        block_policy: setting("BlockPublicPolicy"),
        ignore_acls: setting("IgnorePublicAcls"),
        restrict_buckets: setting("RestrictPublicBuckets"),
    };
    Attr::set(NAME, bucket.at.clone(), block)
}

/// Without ownership controls each writer owns what it writes, and ACLs count.
fn ownership(node: &Node<'_>) -> Attr<Text> {
    let rule = node.get(&["OwnershipControls", "Rules"]).and_then(|rules| rules.get(0));
    let state = match (node.hidden(), rule.and_then(|rule| rule["ObjectOwnership"].as_str())) {
        (Some(cause), _) => State::Unseen(cause.clone()),
        (None, Some(ownership)) => State::Set(Known::Known(ownership.into())),
        (None, None) => State::Default("ObjectWriter".into()),
    };
    Attr { name: "ObjectOwnership".into(), at: node.at.clone(), state }
}

/// The canned ACL that gives what these grants give to everyone, or to everyone with an AWS account.
fn acl(node: &Node<'_>) -> Attr<Text> {
    let mut found = "private";
    for grant in node.items(&["Grants"]) {
        let group = grant.get(&["Grantee", "URI"]).and_then(Value::as_str).unwrap_or_default();
        let (everyone, known) =
            (group.ends_with("/groups/global/AllUsers"), group.ends_with("/groups/global/AuthenticatedUsers"));
        let permission = grant.str("Permission").unwrap_or_default();
        let writes = matches!(permission, "WRITE" | "WRITE_ACP" | "FULL_CONTROL");
        let reads = permission == "READ";
        found = match (everyone || known, writes, reads) {
            (true, true, _) => "public-read-write",
            (true, _, true) if everyone && found != "public-read-write" => "public-read",
            (true, _, true) if found == "private" => "authenticated-read",
            _ => found,
        };
    }
    let state = match node.hidden() {
        Some(cause) => State::Unseen(cause.clone()),
        None => State::Set(Known::Known(found.into())),
    };
    Attr { name: "Grants".into(), at: node.at.clone(), state }
}

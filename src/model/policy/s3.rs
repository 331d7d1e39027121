//! What S3 lets people do to a log bucket, and where CloudTrail writes in it.

use std::sync::Arc;

use super::{Caller, Context, Held, Request};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::model::attr::Seen;
use crate::model::trail::Trail;
use crate::truth::{Cause, CauseKind, Truth};

/// What an action does to logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    /// Looks.
    Read,
    /// Adds or overwrites objects, or changes who may see one.
    Write,
    /// Removes objects, versions or the bucket, or what protects them from removal.
    Delete,
    /// Changes how the bucket protects its content.
    Administer,
}

/// An action of S3.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// Its name in policies.
    pub name: &'static str,
    /// Whether it is asked for objects; else for the bucket.
    pub on_objects: bool,
    /// What it does.
    pub power: Power,
}

const fn action(name: &'static str, on_objects: bool, power: Power) -> Action {
    Action { name, on_objects, power }
}

/// The actions that matter for a log bucket, the plainest of each power first. Names as in the service authorization
/// reference of S3.
pub static ACTIONS: &[Action] = &[
    action("s3:PutObject", true, Power::Write),
    action("s3:DeleteObject", true, Power::Delete),
    action("s3:DeleteObjectVersion", true, Power::Delete),
    action("s3:PutBucketPolicy", false, Power::Administer),
    action("s3:GetObject", true, Power::Read),
    action("s3:GetObjectVersion", true, Power::Read),
    action("s3:ListBucket", false, Power::Read),
    action("s3:GetBucketAcl", false, Power::Read),
    action("s3:PutObjectAcl", true, Power::Write),
    action("s3:PutObjectVersionAcl", true, Power::Write),
    action("s3:ReplicateObject", true, Power::Write),
    action("s3:ReplicateDelete", true, Power::Delete),
    action("s3:ObjectOwnerOverrideToBucketOwner", true, Power::Write),
    action("s3:PutObjectTagging", true, Power::Write),
    action("s3:PutObjectVersionTagging", true, Power::Write),
    action("s3:DeleteObjectTagging", true, Power::Delete),
    action("s3:DeleteObjectVersionTagging", true, Power::Delete),
    action("s3:RestoreObject", true, Power::Write),
    action("s3:PutObjectRetention", true, Power::Administer),
    action("s3:PutObjectLegalHold", true, Power::Administer),
    action("s3:BypassGovernanceRetention", true, Power::Delete),
    action("s3:DeleteBucketPolicy", false, Power::Administer),
    action("s3:DeleteBucket", false, Power::Delete),
    action("s3:PutBucketAcl", false, Power::Administer),
    action("s3:PutLifecycleConfiguration", false, Power::Administer),
    action("s3:PutBucketVersioning", false, Power::Administer),
    action("s3:PutBucketObjectLockConfiguration", false, Power::Administer),
    action("s3:PutBucketLogging", false, Power::Administer),
    action("s3:PutEncryptionConfiguration", false, Power::Administer),
    action("s3:PutBucketPublicAccessBlock", false, Power::Administer),
    action("s3:PutBucketOwnershipControls", false, Power::Administer),
    action("s3:PutReplicationConfiguration", false, Power::Administer),
    action("s3:PutBucketNotification", false, Power::Administer),
    action("s3:PutBucketWebsite", false, Power::Administer),
    action("s3:PutBucketCORS", false, Power::Administer),
    action("s3:PutBucketRequestPayment", false, Power::Administer),
    action("s3:PutBucketTagging", false, Power::Administer),
    action("s3:PutInventoryConfiguration", false, Power::Administer),
    action("s3:GetObjectAcl", true, Power::Read),
    action("s3:GetObjectAttributes", true, Power::Read),
    action("s3:GetObjectTagging", true, Power::Read),
    action("s3:ListBucketVersions", false, Power::Read),
    action("s3:GetBucketLocation", false, Power::Read),
    action("s3:GetBucketPolicy", false, Power::Read),
    action("s3:GetLifecycleConfiguration", false, Power::Read),
];

/// How the keys of the holes of [`Trail::file_shapes`] end.
const OF_A_FILE: &str = " of a log file";

/// A shape of [`Trail::file_shapes`] as a pattern that matches at least its files; with `any_account`, in whatever
/// account the trail is.
pub(super) fn any_of(shape: &Text, any_account: bool) -> Text {
    let mut pattern = Text::default();
    for part in shape.parts() {
        match part {
            Part::Var(var) if var.key.ends_with(OF_A_FILE) || (any_account && var.shape == Shape::Account) => {
                pattern.push_str("*");
            }
            Part::Var(var) => pattern.push(&var.clone().into()),
            Part::Lit(literal) => pattern.push_str(literal),
        }
    }
    pattern
}

/// The service principal of CloudTrail, the same in all partitions.
pub const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The ARN of an object of the bucket, or the pattern of several.
pub fn object(bucket: &Text, key: &str) -> Text {
    Text::format("{}/{}", &[bucket, &key.into()])
}

/// Whether all that the pattern matches lies below an `AWSLogs/`.
pub(super) fn in_log_place(pattern: &Text) -> Truth {
    let mut open: Option<Cause> = None;
    for part in pattern.parts() {
        match part {
            Part::Lit(text) => {
                let fixed = text.find(['*', '?']).map_or(&**text, |at| &text[..at]);
                if fixed.contains("/AWSLogs/") {
                    return Truth::True;
                }
                if fixed.len() < text.len() {
                    return open.map_or(Truth::False, Truth::from);
                }
            }
            Part::Var(var) if var.shape == Shape::Any => open = Some(var.cause.clone()),
            Part::Var(_) => {}
        }
    }
    // Without a wildcard it is one object and no room for others.
    open.map_or(Truth::True, Truth::from)
}

/// A place below a trail's prefix that CloudTrail writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogPlace {
    /// Log files of the trail's own account.
    Account,
    /// Digest files.
    Digest,
    /// Log files of the members of its organization.
    Organization,
}

impl Trail {
    /// The prefixes its log files may have, each ending before `AWSLogs/`: empty, or with a slash at the end.
    pub fn prefixes(&self) -> Vec<Text> {
        let hole = |cause: &Cause| -> Text {
            let key: Arc<str> = format!("{}#{}#prefix", self.id.input.0, self.id.instance()).into();
            Var { key, shown: self.prefix.name.clone(), cause: cause.clone(), shape: Shape::Any }.into()
        };
        let mut found: Vec<Text> = Vec::new();
        for (_, seen) in self.prefix.cases() {
            let prefix = match seen {
                Seen::Value(text) if text.is_certainly_empty() => Text::default(),
                // A trailing slash is not doubled by CloudTrail's console, so both spellings mean one prefix.
                Seen::Value(text) if text.literal().is_some_and(|text| text.ends_with('/')) => text.clone(),
                Seen::Value(text) => Text::format("{}/", &[text]),
                Seen::Hidden(cause) | Seen::Unseen(cause) => hole(cause),
                Seen::Absent => Text::default(),
            };
            if !found.contains(&prefix) {
                found.push(prefix);
            }
        }
        found
    }

    /// The ARN of one log file, under a prefix of [`Trail::prefixes`].
    pub fn log_file(&self, bucket: &Text, prefix: &Text, place: LogPlace) -> Text {
        let (kind, owner) = match place {
            LogPlace::Account => ("CloudTrail", self.account.clone()),
            LogPlace::Digest => ("CloudTrail-Digest", self.account.clone()),
            LogPlace::Organization => ("CloudTrail", Text::format("{}/{}", &[&organization_id(), &self.account])),
        };
        Text::format(
            "{}/{}AWSLogs/{}/{}/{}/2026/01/31/log.json.gz",
            &[bucket, prefix, &owner, &kind.into(), &self.home_region],
        )
    }

    /// Patterns of all that can be log, digest or Insights files of this trail in a bucket. Ids and Regions stand as
    /// holes that hold no slash: a resource pattern without a string in common with one of them holds none of these
    /// files.
    pub fn file_shapes(&self, bucket: &Text) -> Vec<Text> {
        let hole = |name: &str, shape| -> Text {
            let cause = Cause::new(CauseKind::OutsideScope, format!("the {name} of a log file is not known"));
            let key: Arc<str> = format!("{name}{OF_A_FILE}").into();
            Var { shown: key.clone(), key, cause, shape }.into()
        };
        let mut owners = Vec::new();
        if self.organization.is(&false) != Truth::True {
            let member = hole("account", Shape::Account);
            owners.push(Text::format("o-{}/{}", &[&hole("organization", Shape::Name), &member]));
            owners.push(member);
        }
        owners.push(self.account.clone());
        let region = Text::format("{}-{}", &[&hole("Region", Shape::Name), &hole("Region's end", Shape::Name)]);
        let file = hole("name", Shape::Name);
        let mut found = Vec::new();
        for prefix in self.prefixes() {
            for owner in &owners {
                for kind in ["CloudTrail", "CloudTrail-Digest", "CloudTrail-Insight"] {
                    found.push(Text::format(
                        "{}/{}AWSLogs/{}/{}/{}/????/??/??/{}",
                        &[bucket, &prefix, owner, &kind.into(), &region, &file],
                    ));
                }
            }
        }
        found
    }

    /// The request that CloudTrail makes for this trail.
    pub fn delivery(&self, action: &str, resource: Text, place: LogPlace) -> Request {
        let untold = Cause::new(CauseKind::Unsupported, "AWS does not tell what CloudTrail sends");
        let mut context = Context::with_rest(Held::Unknown(untold))
            .with("aws:SourceArn", Held::Values(vec![self.arn.clone()]))
            .with("aws:SourceAccount", Held::Values(vec![self.account.clone()]))
            .with("aws:SourceOrgID", Held::Values(vec![organization_id()]))
            .with("aws:SecureTransport", Held::value("true"))
            .with("aws:PrincipalIsAWSService", Held::value("true"))
            .with("aws:PrincipalServiceName", Held::value(CLOUDTRAIL));
        if action == "s3:PutObject" {
            context.set("s3:x-amz-acl", Held::value("bucket-owner-full-control"));
            // Whether digest files are encrypted as the log files are has changed over time.
            if place != LogPlace::Digest && self.kms_key.given() == Truth::True {
                context.set("s3:x-amz-server-side-encryption", Held::value("aws:kms"));
            }
        }
        Request { caller: Caller::Service(CLOUDTRAIL.into()), action: action.into(), resource, context }
    }
}

/// The id of the organization, which no template knows.
pub fn organization_id() -> Text {
    Text::format("o-{}", &[&organization_hole().into()])
}

/// What stands behind the `o-`.
pub(super) fn organization_hole() -> Var {
    Var {
        key: "organization id".into(),
        shown: "organization id".into(),
        cause: Cause::new(CauseKind::OutsideScope, "the id of the organization is not known"),
        shape: Shape::Name,
    }
}

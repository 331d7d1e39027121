//! What a plan takes away from the audit trails that exist.

use std::sync::Arc;

use super::arn::Text;
use super::attr::Origin;
use super::event_selector::Event;
use super::{Identity, Subject};
use crate::truth::Truth;

/// Something that protects audit trails before a plan is applied, and no longer afterwards.
#[derive(Clone, Debug)]
pub struct PlanChange {
    /// The address that the plan changes.
    pub id: Identity,
    /// What is lost.
    pub loss: Loss,
    /// Whether it certainly is lost; never false.
    pub certain: Truth,
    /// The attribute that tells it: `enable_logging`, or `actions` of a resource that goes as a whole.
    pub attribute: Arc<str>,
    /// What holds now.
    pub before: String,
    /// What the plan makes of it.
    pub after: String,
    /// Where the plan says so.
    pub at: Origin,
    /// Whether a trail of the plan uses the resource, before or afterwards.
    pub used: bool,
    /// The names by which trails of other inputs would use it.
    pub names: Vec<Text>,
    /// An event that is recorded now and would no longer be.
    pub lost: Option<Event>,
}

impl Subject for PlanChange {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// How protection is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The resource is deleted.
    Deleted(Part),
    /// It is deleted and made anew.
    Replaced {
        /// What it is.
        part: Part,
        /// Whether what is made anew protects as well as what was there.
        kept: bool,
    },
    /// It stays and protects less.
    Weakened(Setting),
}

/// A resource of an audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A trail.
    Trail,
    /// A bucket that a trail delivers to.
    Bucket,
    /// The policy of such a bucket.
    Policy,
    /// Its versioning.
    Versioning,
    /// Its Object Lock configuration.
    ObjectLock,
    /// Its public access block, or that of its account.
    PublicAccessBlock,
    /// A KMS key that a trail uses.
    Key,
    /// A log group that a trail delivers to.
    LogGroup,
}

impl Part {
    /// How sentences name it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Trail => "trail",
            Self::Bucket => "log bucket",
            Self::Policy => "policy of a log bucket",
            Self::Versioning => "versioning of a log bucket",
            Self::ObjectLock => "Object Lock configuration of a log bucket",
            Self::PublicAccessBlock => "public access block of a log bucket",
            Self::Key => "KMS key of a trail",
            Self::LogGroup => "log group of a trail",
        }
    }
}

/// A setting that protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The trail logs.
    Logging,
    /// It records all Regions.
    MultiRegion,
    /// It writes digest files.
    Validation,
    /// Its files are encrypted with a KMS key.
    Encryption,
    /// It records all accounts of the organization.
    Organization,
    /// It records events of global services.
    GlobalServices,
    /// It delivers to CloudWatch Logs.
    CloudWatchLogs,
    /// Which events it records.
    Selectors,
    /// The log bucket keeps versions.
    Versioning,
    /// The deletion of versions needs MFA.
    MfaDelete,
    /// New objects are locked for some time.
    ObjectLock,
    /// Public access is refused.
    PublicAccess,
    /// The bucket's policy refuses plain HTTP.
    SecureTransport,
    /// The bucket's policy refuses the deletion of versions.
    VersionDeletion,
    /// The bucket's policy lets nobody in without credentials of a known account.
    PublicPolicy,
    /// How long log files are kept.
    Retention,
    /// The key is enabled.
    KeyEnabled,
    /// The key rotates.
    KeyRotation,
}

impl Setting {
    /// A word that tells it from the others, for identities.
    pub fn word(self) -> &'static str {
        match self {
            Self::Logging => "logging",
            Self::MultiRegion => "multi-region",
            Self::Validation => "validation",
            Self::Encryption => "encryption",
            Self::Organization => "organization",
            Self::GlobalServices => "global-services",
            Self::CloudWatchLogs => "cloudwatch-logs",
            Self::Selectors => "selectors",
            Self::Versioning => "versioning",
            Self::MfaDelete => "mfa-delete",
            Self::ObjectLock => "object-lock",
            Self::PublicAccess => "public-access",
            Self::SecureTransport => "secure-transport",
            Self::VersionDeletion => "version-deletion",
            Self::PublicPolicy => "public-policy",
            Self::Retention => "retention",
            Self::KeyEnabled => "key-enabled",
            Self::KeyRotation => "key-rotation",
        }
    }

    /// What a plan does that leaves the setting alone, and what one does that takes it away.
    pub fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Logging => ("keeps the trail logging", "stops the trail"),
            Self::MultiRegion => ("keeps all Regions recorded", "limits the trail to one Region"),
            Self::Validation => ("keeps log file validation", "turns off log file validation"),
            Self::Encryption => ("keeps the KMS key of the log files", "takes the KMS key from the trail"),
            Self::Organization => {
                ("keeps the accounts of the organization recorded", "limits the trail to one account")
            }
            Self::GlobalServices => ("keeps global services recorded", "leaves out the events of global services"),
            Self::CloudWatchLogs => ("keeps the delivery to CloudWatch Logs", "ends the delivery to CloudWatch Logs"),
            Self::Selectors => ("keeps all events recorded that are now", "leaves out events that are recorded now"),
            Self::Versioning => ("keeps versions of the log files", "turns off versioning of a log bucket"),
            Self::MfaDelete => ("keeps MFA delete", "turns off MFA delete of a log bucket"),
            Self::ObjectLock => ("keeps log files locked as long as now", "loosens the lock of a log bucket"),
            Self::PublicAccess => ("keeps public access refused", "no longer blocks public access to a log bucket"),
            Self::SecureTransport => ("keeps plain HTTP refused", "lets plain HTTP reach a log bucket"),
            Self::VersionDeletion => {
                ("keeps the deletion of log versions refused", "no longer refuses the deletion of log versions")
            }
            Self::PublicPolicy => ("keeps the log bucket closed to strangers", "opens a log bucket to strangers"),
            Self::Retention => ("keeps log files as long as now", "removes log files earlier than now"),
            Self::KeyEnabled => ("keeps the key of a trail enabled", "disables the key of a trail"),
            Self::KeyRotation => ("keeps the rotation of a trail's key", "ends the rotation of a trail's key"),
        }
    }
}

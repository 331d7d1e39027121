//! Trails.
use super::arn::Text;
use super::attr::Attr;
use super::event_selector::Selectors;
use super::{Identity, Protection, Subject, Tag};

/// A CloudTrail trail.
#[derive(Clone, Debug)]
pub struct Trail {
    /// Who it is.
    pub id: Identity,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// The account that owns it.
    pub account: Text,
    /// Its home Region.
    pub home_region: Text,
    /// The bucket it delivers to, by name.
    pub bucket: Attr<Text>,
    /// The prefix of its log files' keys; empty when not set.
    pub prefix: Attr<Text>,
    /// Whether it logs.
    pub logging: Attr<bool>,
    /// Whether it records all Regions.
    pub multi_region: Attr<bool>,
    /// Whether it includes events of global services.
    pub global_service_events: Attr<bool>,
    /// Whether it belongs to the organization.
    pub organization: Attr<bool>,
    /// Whether it writes digest files.
    pub log_file_validation: Attr<bool>,
    /// The KMS key of its log files: id, ARN or alias.
    pub kms_key: Attr<Text>,
    /// The log group it delivers to, by ARN.
    pub log_group: Attr<Text>,
    /// The role for that delivery, by ARN.
    pub log_role: Attr<Text>,
    /// The topic it notifies, by name or ARN.
    pub topic: Attr<Text>,
    /// Which events it records.
    pub selectors: Selectors,
    /// The Insights types that are on.
    pub insights: Attr<Vec<Insight>>,
    /// Its tags.
    pub tags: Attr<Vec<Tag>>,
    /// Whether it survives its stack.
    pub protection: Protection,
}

/// An Insights selector.
#[derive(Clone, Debug)]
pub struct Insight {
    /// `ApiCallRateInsight` or `ApiErrorRateInsight`.
    pub kind: Attr<Text>,
    /// The event categories; absent means management events only.
    pub categories: Attr<Vec<Text>>,
}

impl Trail {
    /// The partition that it is in, `aws` where nothing says otherwise.
    pub fn partition(&self) -> Text {
        let parts = self.arn.split(':');
        parts.get(1).filter(|part| !part.is_certainly_empty()).cloned().unwrap_or_else(|| "aws".into())
    }
}

impl Subject for Trail {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

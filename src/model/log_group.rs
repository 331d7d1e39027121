//! Log groups of CloudWatch Logs and their metric filters.
use super::arn::Text;
use super::attr::Attr;
use super::{Identity, Subject};

/// A log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Who it is.
    pub id: Identity,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN, without the `:*` at the end.
    pub arn: Text,
    /// Days that events are kept; missing means for ever.
    pub retention_days: Attr<u32>,
    /// Its KMS key.
    pub kms_key: Attr<Text>,
}

impl Subject for LogGroup {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// A metric filter.
#[derive(Clone, Debug)]
pub struct MetricFilter {
    /// Who it is.
    pub id: Identity,
    /// The log group, by name.
    pub log_group: Attr<Text>,
    /// The filter pattern.
    pub pattern: Attr<Text>,
    /// The metrics that it feeds.
    pub metrics: Attr<Vec<Metric>>,
}

/// A metric by name and namespace.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The name.
    pub name: Attr<Text>,
    /// The namespace.
    pub namespace: Attr<Text>,
}

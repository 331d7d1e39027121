//! CloudWatch alarms.
use super::Identity;
use super::arn::Text;
use super::attr::Attr;
use super::log_group::Metric;

/// An alarm on one or more metrics.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Who it is.
    pub id: Identity,
    /// The metrics it watches, metric math included.
    pub metrics: Attr<Vec<Metric>>,
    /// What it does when it goes off, by ARN.
    pub actions: Attr<Vec<Text>>,
    /// Whether its actions are on.
    pub actions_enabled: Attr<bool>,
}

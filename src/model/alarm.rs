//! CloudWatch alarms.
use super::Identity;
use super::arn::Text;
use super::attr::Attr;
use super::log_group::Metric;

pub mod composites;
pub mod rule;

/// An alarm on one or more metrics.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Who it is.
    pub id: Identity,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// The metrics it watches, metric math included.
    pub metrics: Attr<Vec<Metric>>,
    /// What it does when it goes off, by ARN.
    pub actions: Attr<Vec<Text>>,
    /// Whether its actions are on.
    pub actions_enabled: Attr<bool>,
}

/// An alarm on the states of other alarms.
#[derive(Clone, Debug)]
pub struct CompositeAlarm {
    /// Who it is.
    pub id: Identity,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// When it goes off: an expression over the states of alarms, by name or ARN.
    pub rule: Attr<Text>,
    /// What it does when it goes off, by ARN.
    pub actions: Attr<Vec<Text>>,
    /// Whether its actions are on.
    pub actions_enabled: Attr<bool>,
}

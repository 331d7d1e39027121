//! CloudTrail Lake event data stores.
use super::arn::Text;
use super::attr::Attr;
use super::event_selector::AdvancedSelector;
use super::{Identity, Subject, Switch};

/// An event data store.
#[derive(Clone, Debug)]
pub struct EventDataStore {
    /// Who it is.
    pub id: Identity,
    /// Its KMS key.
    pub kms_key: Attr<Text>,
    /// Whether it takes in all Regions.
    pub multi_region: Attr<bool>,
    /// Whether it takes in the whole organization.
    pub organization: Attr<bool>,
    /// Whether deleting it is refused.
    pub termination_protection: Attr<bool>,
    /// Days that events are kept.
    pub retention_days: Attr<u32>,
    /// Whether it takes in events at present.
    pub ingestion: Switch,
    /// Which events; absent means all management events.
    pub selectors: Attr<Vec<AdvancedSelector>>,
}

impl Subject for EventDataStore {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

//! Which events a trail or an event data store records.
use super::arn::Text;
use super::attr::{Attr, Origin};

pub mod event;
mod losses;
mod questions;
mod recorded;
mod rules;
#[cfg(test)]
mod tests;
mod values;

pub use event::Event;
pub use questions::{DataEvents, Management, Sides};
pub use recorded::{Coverage, Recorded};

/// All selectors of a trail. CloudTrail takes one of the two forms, never both; absent both means
/// all management events and nothing else.
#[derive(Clone, Debug)]
pub struct Selectors {
    /// `EventSelectors`.
    pub basic: Attr<Vec<BasicSelector>>,
    /// `AdvancedEventSelectors`.
    pub advanced: Attr<Vec<AdvancedSelector>>,
}

/// One basic event selector.
#[derive(Clone, Debug)]
pub struct BasicSelector {
    /// Its own place.
    pub at: Origin,
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write: Attr<Text>,
    /// Whether management events are recorded.
    pub management: Attr<bool>,
    /// Sources of management events that are left out.
    pub excluded_sources: Attr<Vec<Text>>,
    /// Data events.
    pub data: Attr<Vec<DataResource>>,
}

/// The data events of one resource type.
#[derive(Clone, Debug)]
pub struct DataResource {
    /// `AWS::S3::Object`, …
    pub kind: Attr<Text>,
    /// ARN prefixes; `arn:aws:s3` means all buckets.
    pub values: Attr<Vec<Text>>,
}

/// One advanced event selector: an event is recorded when all fields hold.
#[derive(Clone, Debug)]
pub struct AdvancedSelector {
    /// Its own place.
    pub at: Origin,
    /// The conditions.
    pub fields: Attr<Vec<FieldSelector>>,
}

/// The conditions on one field.
#[derive(Clone, Debug)]
pub struct FieldSelector {
    /// Its own place.
    pub at: Origin,
    /// The field: `eventCategory`, `resources.ARN`, …
    pub field: Attr<Text>,
    /// `Equals`.
    pub equals: Attr<Vec<Text>>,
    /// `StartsWith`.
    pub starts_with: Attr<Vec<Text>>,
    /// `EndsWith`.
    pub ends_with: Attr<Vec<Text>>,
    /// `NotEquals`.
    pub not_equals: Attr<Vec<Text>>,
    /// `NotStartsWith`.
    pub not_starts_with: Attr<Vec<Text>>,
    /// `NotEndsWith`.
    pub not_ends_with: Attr<Vec<Text>>,
}

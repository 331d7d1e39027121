//! Event selectors, which templates and commands write with the names of the API.

use super::block::Block;
use crate::model::attr::Origin;
use crate::model::event_selector::{AdvancedSelector, BasicSelector, DataResource, FieldSelector};

/// A selector of `EventSelectors`.
pub fn basic_selector(block: Block<'_>) -> BasicSelector {
    BasicSelector {
        at: Origin::Text(block.header),
        read_write: block.text_or(&["ReadWriteType"], "All"),
        management: block.flag(&["IncludeManagementEvents"], true),
        excluded_sources: block.texts(&["ExcludeManagementEventSources"]),
        data: block.list(&["DataResources"], |block| DataResource {
            kind: block.text(&["Type"]),
            values: block.texts(&["Values"]),
        }),
    }
}

/// A selector of `AdvancedEventSelectors`.
pub fn advanced_selector(block: Block<'_>) -> AdvancedSelector {
    AdvancedSelector {
        at: Origin::Text(block.header),
        fields: block.list(&["FieldSelectors"], |block| FieldSelector {
            at: Origin::Text(block.header),
            field: block.text(&["Field"]),
            equals: block.texts(&["Equals"]),
            starts_with: block.texts(&["StartsWith"]),
            ends_with: block.texts(&["EndsWith"]),
            not_equals: block.texts(&["NotEquals"]),
            not_starts_with: block.texts(&["NotStartsWith"]),
            not_ends_with: block.texts(&["NotEndsWith"]),
        }),
    }
}

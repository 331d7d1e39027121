//! Events as witnesses of findings.

use crate::finding::Witness;
use crate::model::Input;
use crate::model::event_selector::Event;

/// An event as a witness, in the Region of the input where that is known.
pub(super) fn of(event: Option<&Event>, input: &Input) -> Option<Witness> {
    in_region(event, input.region.literal())
}

/// An event as a witness, in a Region if one is known.
pub(super) fn in_region(event: Option<&Event>, region: Option<&str>) -> Option<Witness> {
    let mut fields: Vec<(String, String)> =
        event?.fields().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    if let Some(region) = region {
        let after = fields.iter().position(|(name, _)| name == "eventName").map_or(0, |at| at + 1);
        fields.insert(after, ("awsRegion".to_owned(), region.to_owned()));
    }
    Some(Witness::Event { fields })
}

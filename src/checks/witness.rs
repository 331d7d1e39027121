//! Events as witnesses of findings.

use serde_json::Value;

use crate::finding::{Lost, Witness};
use crate::model::Input;
use crate::model::arn::Text;
use crate::model::event_selector::{Event, event};

/// An event as a witness, in the Region of the input where that is known. Global services have theirs elsewhere.
pub(super) fn of(event: Option<&Event>, input: &Input) -> Option<Witness> {
    let source = event?.get(event::SOURCE).and_then(Text::literal);
    let global = source.is_some_and(|source| event::GLOBAL_SOURCES.contains(&source));
    in_region(event, input.region.literal().filter(|_| !global))
}

/// An event as a witness, in a Region if one is known.
pub(super) fn in_region(event: Option<&Event>, region: Option<&str>) -> Option<Witness> {
    let typed = |name: &str, value: String| match (name, value.as_str()) {
        // What selectors compare as a string is a boolean in the record.
        (event::READ_ONLY, "true" | "false") => Value::Bool(value == "true"),
        _ => Value::String(value),
    };
    let mut fields: Vec<(String, Value)> =
        event?.fields().map(|(name, value)| (name.to_owned(), typed(name, value.to_string()))).collect();
    if let Some(region) = region {
        let after = fields.iter().position(|(name, _)| name == "eventName").map_or(0, |at| at + 1);
        fields.insert(after, ("awsRegion".to_owned(), region.into()));
    }
    Some(Witness::event(Lost::Record, fields))
}

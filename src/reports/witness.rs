//! Witnesses in words.

use serde_json::Value;

use crate::finding::{Lost, Witness, clean};

/// What goes wrong, as a clause of clean text without a final period.
pub fn sentence(witness: &Witness) -> String {
    match witness {
        Witness::Request { principal, action, resource, context } => {
            let (principal, action, resource) = (clean(principal), clean(action), clean(resource));
            let pair = |(name, value): &(String, String)| format!("{} = '{}'", clean(name), clean(value));
            let pairs: Vec<String> = context.iter().map(pair).collect();
            let when = if pairs.is_empty() { String::new() } else { format!(" with {}", pairs.join(", ")) };
            format!("'{principal}' may do '{action}' on '{resource}'{when}")
        }
        Witness::Event { lost, record, .. } => {
            let call = call(record);
            format!("{}: {}", loses(*lost, call.as_deref().unwrap_or("this event")), clean(&spaced(record)))
        }
    }
}

/// An event that has a name, without its record.
pub fn in_short(witness: &Witness) -> Option<String> {
    match witness {
        Witness::Event { lost, record, .. } => call(record).map(|call| loses(*lost, &call)),
        Witness::Request { .. } => None,
    }
}

fn loses(lost: Lost, event: &str) -> String {
    match lost {
        Lost::Record => format!("no trail would record {event}"),
        Lost::Alarm => format!("no alarm would follow {event}"),
    }
}

/// The event in words: `the call 'StopLogging' of 'cloudtrail.amazonaws.com', which changes something`.
fn call(record: &Value) -> Option<String> {
    let text = |field: &str| record.get(field).and_then(Value::as_str).map(clean);
    let name = text("eventName")?;
    let source = text("eventSource").map(|source| format!(" of '{source}'")).unwrap_or_default();
    let does = match record.get("readOnly").and_then(Value::as_bool) {
        Some(true) => ", which only reads",
        Some(false) => ", which changes something",
        None => "",
    };
    Some(format!("the call '{name}'{source}{does}"))
}

/// JSON on one line that can be broken at its spaces.
fn spaced(value: &Value) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Object(map) => {
            let pair = |(name, value): (&String, &Value)| format!("{}: {}", Value::from(name.as_str()), spaced(value));
            format!("{{{}}}", join(map.iter().map(pair).collect()))
        }
        Value::Array(items) => format!("[{}]", join(items.iter().map(spaced).collect())),
        scalar => scalar.to_string(),
    }
}

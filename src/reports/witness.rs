//! Witnesses in words.

use crate::finding::{Witness, clean};

/// What goes wrong, as a clause of clean text without a final period.
pub fn sentence(witness: &Witness) -> String {
    let list = |pairs: &[(String, String)], equals: &str| {
        let pair = |(name, value): &(String, String)| format!("{}{equals}'{}'", clean(name), clean(value));
        pairs.iter().map(pair).collect::<Vec<_>>().join(", ")
    };
    match witness {
        Witness::Request { principal, action, resource, context } => {
            let (principal, action, resource) = (clean(principal), clean(action), clean(resource));
            let when = if context.is_empty() { String::new() } else { format!(" with {}", list(context, " = ")) };
            format!("'{principal}' may do '{action}' on '{resource}'{when}")
        }
        Witness::Event { fields } => format!("no trail records an event with {}", list(fields, " = ")),
    }
}

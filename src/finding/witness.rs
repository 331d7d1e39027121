//! A request of the policy evaluator as a witness.

use super::Witness;
use crate::model::policy::{Held, Request};

impl From<&Request> for Witness {
    fn from(request: &Request) -> Self {
        let value = |(key, held): (&str, &Held)| match held {
            Held::Values(values) => {
                let shown: Vec<_> = values.iter().map(ToString::to_string).collect();
                Some((key.to_owned(), shown.join(", ")))
            }
            _ => None,
        };
        Self::Request {
            principal: request.caller.name().to_string(),
            action: request.action.to_string(),
            resource: request.resource.to_string(),
            context: request.context.keys().filter_map(value).collect(),
        }
    }
}

//! A request of the policy evaluator as a witness.

use super::Witness;
use crate::model::arn::Text;
use crate::model::policy::{Held, Request, STRANGER};

impl From<&Request> for Witness {
    /// Somebody whom the policy does not know is shown as an account that stands for all of them.
    fn from(request: &Request) -> Self {
        let show = |text: &Text| text.to_string().replace(STRANGER, "999999999999");
        let context = request.context.keys().filter_map(|(key, held)| match held {
            Held::Values(values) => Some((key.to_owned(), values.iter().map(show).collect::<Vec<_>>().join(", "))),
            _ => None,
        });
        Self::Request {
            principal: show(&request.caller.name()),
            action: show(&request.action),
            resource: show(&request.resource),
            context: context.collect(),
        }
    }
}

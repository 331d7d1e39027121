//! The elements of a statement that make it hold for a request or keep it from that, as messages name them and where
//! they stand.

use super::eval::resolve;
use super::s3::ACTIONS;
use super::{Clause, Condition, Document, Effect, Request, Statement};
use crate::model::arn::Text;
use crate::model::attr::Origin;
use crate::truth::Truth;

/// How many values of a condition a message shows.
const MOST: usize = 3;

/// Conditions on how a request is sent: they say nothing of who may make it, and nearly every policy has one.
const MANNER: [&str; 5] = [
    "aws:securetransport",
    "s3:tlsversion",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// A Deny that would refuse a request, were it not for one of its elements.
#[derive(Clone, Debug)]
pub struct Near<'d> {
    /// The statement.
    pub statement: &'d Statement,
    /// Its number in the policy, counted from 0.
    pub number: usize,
    /// The element, as messages name it.
    pub element: String,
    /// Where that stands.
    pub at: Origin,
}

impl Document {
    /// The Denies that miss the request by one element each.
    ///
    /// Left out are those that speak of another kind of action, and those that are about TLS or encryption.
    pub fn near_denies(&self, request: &Request) -> Vec<Near<'_>> {
        let denies = self.statements.iter().enumerate().filter(|(_, s)| s.is(Effect::Deny) == Truth::True);
        denies
            .filter_map(|(number, statement)| {
                let (element, at) = statement.missing(request, self.variables)?;
                Some(Near { statement, number, element, at })
            })
            .collect()
    }
}

impl Statement {
    /// The one element that does not hold for the request while all others do.
    fn missing(&self, request: &Request, variables: bool) -> Option<(String, Origin)> {
        let mut missing = Vec::new();
        let mut judge = |truth: Truth, name: String, at: &Origin| {
            match truth {
                Truth::True => {}
                Truth::False => missing.push((name, at.clone())),
                // It may refuse the request as it is.
                Truth::Unknown(_) => return false,
            }
            true
        };
        let mut certain = self.unreadable.is_none();
        if let Some(clause) = &self.principal {
            certain &= judge(clause.holds(|name| name.is(&request.caller)), clause.named("Principal"), &clause.at);
        }
        if let Some(clause) = &self.action {
            certain &= judge(self.takes_action(&request.action.to_string()), clause.named("Action"), &clause.at);
        }
        if let Some(clause) = &self.resource {
            let holds = clause.holds(|item| resolve(item, request, variables).matches(&request.resource));
            certain &= judge(holds, clause.named("Resource"), &clause.at);
        }
        for condition in &self.conditions {
            let manner = condition.key.literal().is_some_and(|key| MANNER.contains(&&*key.to_ascii_lowercase()));
            certain &= !manner && judge(condition.holds(request, variables), condition.shown(), &condition.at);
        }
        match missing.as_slice() {
            [(name, _)] if certain && (!name.ends_with("Action'") || self.is_akin(request)) => missing.pop(),
            _ => None,
        }
    }

    /// Whether it speaks of another action that does the same to logs as the one of the request.
    fn is_akin(&self, request: &Request) -> bool {
        let of = |name: &str| ACTIONS.iter().find(|action| action.name.eq_ignore_ascii_case(name));
        let power = request.action.literal().and_then(of).map(|action| action.power);
        ACTIONS.iter().any(|other| Some(other.power) == power && self.takes_action(other.name) == Truth::True)
    }

    /// The action as it is written that takes in the one of the request, and where; of the `Not…` form all of it.
    pub fn taking_action(&self, request: &Request) -> Option<(&Text, &Origin)> {
        let clause = self.action.as_ref().filter(|clause| !clause.negated)?;
        clause.item(|item| item.matches_ignoring_case(&request.action))
    }

    /// The resource as it is written that takes in the one of the request, and where.
    pub fn taking_resource(&self, request: &Request, variables: bool) -> Option<(&Text, &Origin)> {
        let clause = self.resource.as_ref().filter(|clause| !clause.negated)?;
        clause.item(|item| resolve(item, request, variables).matches(&request.resource))
    }
}

impl<T> Clause<T> {
    /// The name of the element in quotes: `'Principal'`, `'NotPrincipal'`.
    pub fn named(&self, element: &str) -> String {
        format!("'{}{element}'", if self.negated { "Not" } else { "" })
    }

    /// The first item that certainly matches, and where it stands.
    pub fn item(&self, matches: impl Fn(&T) -> Truth) -> Option<(&T, &Origin)> {
        self.items.iter().find(|(item, _)| matches(item) == Truth::True).map(|(item, at)| (item, at))
    }
}

impl Condition {
    /// As messages name it: `'StringEquals' on 'aws:SourceArn' ('arn:…', …)`.
    pub fn shown(&self) -> String {
        let mut values: Vec<String> = self.values.iter().take(MOST).map(|value| format!("'{value}'")).collect();
        if self.values.len() > MOST || self.more.is_some() {
            values.push("…".to_owned());
        }
        format!("'{}' on '{}' ({})", self.operator, self.key, values.join(", "))
    }
}

//! Attachments of policies to principals, whatever source they were written in.

use std::collections::HashMap;
use std::sync::Arc;

use super::block::{self, Block};
use super::value::{Val, ValKind};
use super::worlds;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Branch, Origin, State, Value};
use crate::model::policy::Document;
use crate::model::principal::{Grant, GrantedPolicy, Grantee, PrincipalKind};
use crate::model::{Existence, Identity, Input, ResourceKind};
use crate::source_map::Span;
use crate::truth::{Cause, CauseKind};

/// One item that a list property has, or may have.
#[derive(Debug)]
pub struct Item {
    /// The item.
    pub value: Val,
    /// Its place.
    pub span: Span,
    /// When it is in the list and when it is not, if that cannot be decided.
    open: Option<(Arc<str>, Arc<str>)>,
}

impl Item {
    /// The attribute that holds the item, or may hold it.
    pub fn attr<T>(&self, name: &str, value: Value<T>) -> Attr<T> {
        let state = match &self.open {
            None => State::Set(value),
            Some((present, absent)) => State::OneOf(vec![
                Branch { when: present.clone(), state: State::Set(value) },
                Branch { when: absent.clone(), state: State::Missing },
            ]),
        };
        Attr { name: name.into(), at: Origin::Text(self.span), state }
    }

    /// What holds because of the item: nothing where the item is not there.
    pub fn guard<T: Clone>(&self, attr: &Attr<T>) -> Attr<T> {
        match &self.open {
            Some((present, absent)) => guarded(attr, present, absent),
            None => attr.clone(),
        }
    }

    /// The resource that the item belongs to: it may only exist when the item may only be there.
    pub fn identity(&self, id: &Identity) -> Identity {
        let mut id = id.clone();
        if let (Some((present, _)), Existence::Certain) = (&self.open, &id.existence) {
            id.existence = Existence::Maybe(Cause::new(CauseKind::Condition, format!("it holds only when {present}")));
        }
        id
    }
}

/// The same attribute, not written at all in one case.
pub fn guarded<T: Clone>(attr: &Attr<T>, present: &Arc<str>, absent: &Arc<str>) -> Attr<T> {
    let mut branches: Vec<Branch<T>> = match &attr.state {
        State::OneOf(branches) => {
            let both = |branch: &Branch<T>| Branch {
                when: format!("{present} and {}", branch.when).into(),
                state: branch.state.clone(),
            };
            branches.iter().map(both).collect()
        }
        single => vec![Branch { when: present.clone(), state: single.clone() }],
    };
    branches.push(Branch { when: absent.clone(), state: State::Missing });
    Attr { state: State::OneOf(branches), ..attr.clone() }
}

/// The items of a list property in all its possible forms, each once.
pub fn each(block: &Block<'_>, key: &str) -> Vec<Item> {
    let Some(field) = block.val.and_then(|val| val.field(key)) else { return Vec::new() };
    let worlds = worlds::possible(Some(&field.value));
    let mut found: Vec<(Val, Span, Vec<usize>)> = Vec::new();
    for (world, possible) in worlds.iter().enumerate() {
        let Some(value) = &possible.value else { continue };
        for item in value.items() {
            // A list that is not known as a whole points at its property.
            let span = if matches!(value.kind, ValKind::List(_)) { item.span } else { field.span() };
            match found.iter_mut().find(|(known, at, _)| known == item && *at == span) {
                Some((.., holders)) => holders.push(world),
                None => found.push((item.clone(), span, vec![world])),
            }
        }
    }
    let clause = |world: usize| worlds[world].when.clone().unwrap_or_else(|| "always".into());
    found
        .into_iter()
        .map(|(value, span, holders)| {
            let absent = (0..worlds.len()).find(|world| !holders.contains(world));
            Item { value, span, open: absent.map(|absent| (clause(holders[0]), clause(absent))) }
        })
        .collect()
}

/// A grant for each managed policy that a list names.
pub fn managed(input: &mut Input, block: &Block<'_>, key: &str, id: &Identity, to: &Grantee) {
    for item in each(block, key) {
        let grant = Grant {
            id: id.clone(),
            by: id.clone(),
            to: to.clone(),
            policy: GrantedPolicy::Managed(item.attr(key, block::text(&item.value))),
            at: Origin::Text(item.span),
        };
        input.grants.items.push(grant);
    }
}

/// A policy for each principal that a property names.
pub fn named(
    input: &mut Input,
    block: &Block<'_>,
    key: &str,
    kind: PrincipalKind,
    id: &Identity,
    document: &Attr<Document>,
) {
    for item in each(block, key) {
        let name = item.value.text().unwrap_or_else(|| block::hole(&item.value));
        let grant = Grant {
            id: item.identity(id),
            by: item.identity(id),
            to: Grantee { kind, name },
            policy: GrantedPolicy::Document(item.guard(document)),
            at: Origin::Text(item.span),
        };
        input.grants.items.push(grant);
    }
}

/// Joins that need all resources of the input: attachments of its own managed policies become documents, and grants
/// to principals that the input defines stand at the principal.
pub fn settle(input: &mut Input) {
    let defined: HashMap<&Text, &Attr<Document>> =
        input.managed_policies.iter().map(|policy| (&policy.arn, &policy.document)).collect();
    let principals: HashMap<(PrincipalKind, &Text), &Identity> =
        input.principals.iter().map(|principal| ((principal.kind, &principal.name), &principal.id)).collect();
    for grant in &mut input.grants.items {
        let document = match &grant.policy {
            GrantedPolicy::Managed(arn) => {
                let document = arn.possible().find_map(|arn| defined.get(arn)).copied();
                document.map(|document| match &arn.state {
                    // What may not be attached: an item has one value, and is there or not.
                    State::OneOf(branches) => match branches.as_slice() {
                        [present, absent] => guarded(document, &present.when, &absent.when),
                        _ => document.clone(),
                    },
                    _ => document.clone(),
                })
            }
            GrantedPolicy::Document(_) => None,
        };
        if let Some(document) = document {
            grant.policy = GrantedPolicy::Document(document);
        }
        if grant.id.kind == ResourceKind::Policy
            && let Some(id) = principals.get(&(grant.to.kind, &grant.to.name))
        {
            let existence = std::mem::replace(&mut grant.id, (*id).clone()).existence;
            // The attachment may be missing where the principal is not.
            if grant.id.existence == Existence::Certain {
                grant.id.existence = existence;
            }
        }
    }
}

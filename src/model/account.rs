//! Accounts and organizations.
use super::arn::Text;
use super::attr::Attr;
use super::policy::Document;
use super::{Identity, Input, Subject};
use crate::truth::Truth;

/// An AWS organization that the input defines.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Who it is.
    pub id: Identity,
    /// The id of its root, `r-…`; a hole when generated.
    pub root: Text,
    /// `ALL` or `CONSOLIDATED_BILLING`.
    pub feature_set: Attr<Text>,
}

impl Subject for Organization {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// A policy of an organization.
#[derive(Clone, Debug)]
pub struct OrganizationPolicy {
    /// Who it is.
    pub id: Identity,
    /// `SERVICE_CONTROL_POLICY`, …
    pub kind: Attr<Text>,
    /// The policy.
    pub content: Attr<Document>,
    /// Roots, units and accounts it is attached to.
    pub targets: Attr<Vec<Text>>,
}

impl Subject for OrganizationPolicy {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

impl OrganizationPolicy {
    /// Whether a target is the root of the organization, so that every member account is bound.
    pub fn is_root(input: &Input, target: &Text) -> bool {
        target.starts_with("r-") == Truth::True || input.organizations.iter().any(|own| own.root == *target)
    }
}

/// The registration of a delegated administrator.
#[derive(Clone, Debug)]
pub struct DelegatedAdministrator {
    /// Who it is.
    pub id: Identity,
    /// The account.
    pub account: Attr<Text>,
    /// The service it manages.
    pub service: Attr<Text>,
}

impl Subject for DelegatedAdministrator {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

//! IAM principals and what they are granted.
use std::collections::HashMap;

use super::arn::Text;
use super::attr::{Attr, Origin};
use super::policy::Document;
use super::{Identity, Input, Subject};

/// The kinds of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// An IAM group.
    Group,
    /// An IAM role.
    Role,
    /// A permission set of IAM Identity Center.
    PermissionSet,
    /// The role of a serverless function.
    Function,
}

impl PrincipalKind {
    /// How sentences name it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::PermissionSet => "permission set",
            Self::Function => "function role",
        }
    }
}

/// A user, group, role or permission set that the input defines.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Who it is.
    pub id: Identity,
    /// Which kind.
    pub kind: PrincipalKind,
    /// Its name; a hole when generated.
    pub name: Text,
    /// Its ARN.
    pub arn: Text,
    /// The permissions boundary, by ARN. A boundary is never a grant.
    pub boundary: Attr<Text>,
}

impl Subject for Principal {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// One attachment of a policy.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What findings stand at: the principal's resource, or the policy's when the principal is only a name.
    pub id: Identity,
    /// The resource that makes the attachment (the policy's, the principal's, an attachment's).
    pub by: Identity,
    /// To whom.
    pub to: Grantee,
    /// What.
    pub policy: GrantedPolicy,
    /// The attachment's own place.
    pub at: Origin,
}

impl Subject for Grant {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// Who receives a policy.
#[derive(Clone, Debug)]
pub struct Grantee {
    /// The kind.
    pub kind: PrincipalKind,
    /// The name.
    pub name: Text,
}

/// What is attached.
#[derive(Clone, Debug)]
pub enum GrantedPolicy {
    /// A managed policy by ARN (or by bare name where the source resolves names), defined elsewhere.
    Managed(Attr<Text>),
    /// A customer managed or inline policy that the input defines.
    Document(Attr<Document>),
}

/// The principals and managed policies of one input, by address and ARN.
#[derive(Debug)]
pub struct Principals<'a> {
    principals: HashMap<&'a str, &'a Principal>,
    policies: HashMap<&'a Text, &'a Attr<Document>>,
}

impl<'a> Principals<'a> {
    /// Those that the input defines.
    pub fn of(input: &'a Input) -> Self {
        Self {
            principals: input.principals.iter().map(|one| (one.id.instance(), one)).collect(),
            policies: input.managed_policies.iter().map(|policy| (&policy.arn, &policy.document)).collect(),
        }
    }

    /// Who receives a grant, where the input defines it and the grant stands at it.
    pub fn receiver(&self, grant: &Grant) -> Option<&'a Principal> {
        self.principals.get(grant.id.instance()).copied()
    }

    /// The document of a managed policy that the input defines.
    pub fn policy(&self, arn: &Text) -> Option<&'a Attr<Document>> {
        self.policies.get(arn).copied()
    }
}

/// A customer managed policy that the input defines.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// Who it is.
    pub id: Identity,
    /// Its ARN.
    pub arn: Text,
    /// The policy.
    pub document: Attr<Document>,
}

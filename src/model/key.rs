//! KMS keys and aliases.
use super::arn::Text;
use super::attr::Attr;
use super::policy::Document;
use super::{Identity, Subject};

/// A KMS key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Who it is.
    pub id: Identity,
    /// Its id; a hole when generated.
    pub key_id: Text,
    /// Its ARN.
    pub arn: Text,
    /// The account that owns it.
    pub account: Text,
    /// Its Region.
    pub region: Text,
    /// Its policy; missing means the default: the account's own IAM decides.
    pub policy: Attr<Document>,
    /// Whether it is enabled.
    pub enabled: Attr<bool>,
    /// Whether it rotates each year.
    pub rotation: Attr<bool>,
    /// `SYMMETRIC_DEFAULT`, `RSA_2048`, …
    pub spec: Attr<Text>,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, …
    pub usage: Attr<Text>,
    /// `AWS_KMS`, `EXTERNAL`, …: imported keys do not rotate.
    pub origin: Attr<Text>,
}

impl Subject for Key {
    fn identity(&self) -> &Identity {
        &self.id
    }
}

/// A KMS alias.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Who it is.
    pub id: Identity,
    /// `alias/…`
    pub name: Attr<Text>,
    /// The key, by id or ARN.
    pub target: Attr<Text>,
}

//! KMS keys and aliases.

use super::companions::Companions;
use super::{Cx, filled, states, unless};
use crate::model::arn::Text;
use crate::model::attr::{Attr, State, Value};
use crate::model::key::{Alias, Key};
use crate::model::policy::Document;
use crate::model::{Input, ResourceKind};
use crate::truth::{Cause, CauseKind};

pub(super) fn key(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let block = cx.block();
    let (key_id, arn) = (cx.attribute("key_id"), cx.attribute("arn"));
    let primary = primary(cx, companions);
    // The kind of a replica is that of its primary key.
    let kind = primary.unwrap_or(cx);
    let enabled = if cx.instance.kind.contains("external") || cx.instance.kind.contains("replica") {
        "enabled"
    } else {
        "is_enabled"
    };
    let key = Key {
        id: cx.identity(ResourceKind::Key),
        policy: companions.joined("aws_kms_key_policy", (&[&key_id, &arn], &cx.instance.existence), policy(cx), policy),
        account: cx.account(),
        region: cx.region(),
        enabled: block.flag(&[enabled], true),
        rotation: rotation(cx, primary),
        spec: shared(cx, primary, kind.block().text_or(&["customer_master_key_spec"], "SYMMETRIC_DEFAULT")),
        usage: shared(cx, primary, kind.block().text_or(&["key_usage"], "ENCRYPT_DECRYPT")),
        origin: origin(kind, cx, primary),
        key_id,
        arn,
    };
    input.keys.items.push(key);
}

/// The policy of a key; without one the account's own IAM decides.
fn policy(cx: &Cx<'_>) -> Attr<Document> {
    let block = cx.block();
    let written = filled(block.text(&["policy"]));
    if matches!(written.state, State::Missing) {
        return Attr::missing("policy", written.at);
    }
    block.document(&["policy"])
}

/// The primary key of a replica, if the input has it.
fn primary<'r>(cx: &Cx<'_>, companions: &Companions<'r>) -> Option<&'r Cx<'r>> {
    if cx.instance.kind.as_ref() != "aws_kms_replica_key" {
        return None;
    }
    let arn = cx.block().text(&["primary_key_arn"]);
    let found = arn.possible().next().and_then(|arn| companions.keys.get(arn));
    found.copied().filter(|key| &*key.instance.kind != "aws_kms_replica_key")
}

/// A property that a replica shares with its primary key; unknown where the input does not have that.
fn shared<T>(cx: &Cx<'_>, primary: Option<&Cx<'_>>, attr: Attr<T>) -> Attr<T> {
    let unseen = &*cx.instance.kind == "aws_kms_replica_key" && primary.is_none();
    if unseen && !matches!(attr.state, State::Set(_) | State::OneOf(_)) {
        return Attr::unseen(attr.name, cx.origin(), elsewhere(cx));
    }
    attr
}

fn elsewhere(cx: &Cx<'_>) -> Cause {
    let detail = format!("the primary key of '{}' is not defined in what was scanned", cx.instance.instance);
    Cause::new(CauseKind::OutsideScope, detail)
}

fn rotation(cx: &Cx<'_>, primary: Option<&Cx<'_>>) -> Attr<bool> {
    match (&*cx.instance.kind, primary) {
        ("aws_kms_replica_key", Some(primary)) => rotation(primary, None),
        ("aws_kms_replica_key", None) => {
            let known = cx.block().flag(&["key_rotation_enabled"], false);
            shared(cx, primary, known)
        }
        _ => cx.block().flag(&["enable_key_rotation"], false),
    }
}

/// Where the key material comes from: the kind of resource says it, and the key store.
fn origin(kind: &Cx<'_>, cx: &Cx<'_>, primary: Option<&Cx<'_>>) -> Attr<Text> {
    let block = kind.block();
    if kind.instance.kind.contains("external") {
        return Attr::set(&*kind.instance.kind, kind.origin(), "EXTERNAL".into());
    }
    for (argument, origin) in [("xks_key_id", "EXTERNAL_KEY_STORE"), ("custom_key_store_id", "AWS_CLOUDHSM")] {
        let store = unless(block.text(&[argument]), Text::is_certainly_empty);
        if !matches!(store.state, State::Missing) {
            return states(store, |state| match state {
                State::Set(_) => State::Set(Value::Known(origin.into())),
                State::Unseen(cause) => State::Unseen(cause),
                State::Default(_) | State::Missing | State::OneOf(_) => State::Default("AWS_KMS".into()),
            });
        }
    }
    shared(cx, primary, Attr::default("custom_key_store_id", kind.origin(), "AWS_KMS".into()))
}

pub(super) fn alias(cx: &Cx<'_>, input: &mut Input) {
    let alias = Alias {
        id: cx.identity(ResourceKind::Key),
        name: Attr::set("name", cx.origin(), cx.attribute("name")),
        target: cx.block().text(&["target_key_id"]),
    };
    input.aliases.items.push(alias);
}

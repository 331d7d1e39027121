//! KMS keys.

use std::collections::BTreeSet;

use super::answers::{Owner, Question, Said};
use super::reader::Node;
use super::{Cx, arn_part};
use crate::model::attr::{Attr, State, Value as Known};
use crate::model::key::Key;
use crate::model::live::{Live, Unread};
use crate::model::{Input, ResourceKind};
use crate::truth::{Cause, CauseKind};

const fn kms(
    operation: &'static str,
    action: &'static str,
    unset: &'static [&'static str],
    needs: &'static str,
) -> Question {
    Question { service: "kms", operation, action, unset, needs }
}

pub(super) const DESCRIBE: Question = kms("describe-key", "kms:DescribeKey", &[], "KeyMetadata");
pub(super) const POLICY: Question = kms("get-key-policy", "kms:GetKeyPolicy", &[], "Policy");
/// Keys of imported material, asymmetric keys and keys of a key store do not rotate.
pub(super) const ROTATION: Question = kms(
    "get-key-rotation-status",
    "kms:GetKeyRotationStatus",
    &["UnsupportedOperationException"],
    "KeyRotationEnabled",
);

/// Lowers the keys that were asked about, and says why others that trails name were not read.
pub(super) fn keys(cx: &Cx<'_>, input: &mut Input, live: &mut Live) {
    let stores = input.event_data_stores.iter().map(|store| &store.kms_key);
    let named = input.trails.iter().map(|trail| &trail.kms_key).chain(stores);
    let named: Vec<String> =
        named.flat_map(|key| key.possible()).filter_map(|name| name.literal().map(str::to_owned)).collect();
    let mut names = cx.answers.resources(&DESCRIBE);
    names.extend(named.iter().map(String::as_str));
    let mut done = BTreeSet::new();
    for name in names {
        let owner = match arn_part(name, 4) {
            Some(account) if account != cx.account => Owner::Other,
            _ => Owner::Own,
        };
        match cx.answers.said(&DESCRIBE, Some(name), arn_part(name, 3), owner) {
            Said::Output(value) if value["KeyMetadata"].is_object() => {
                let metadata = Said::Output(&value["KeyMetadata"]);
                if done.insert(value["KeyMetadata"]["Arn"].as_str().unwrap_or(name)) {
                    key(cx, input, live, name, metadata, owner);
                }
            }
            said => {
                let cause = match said {
                    Said::Hidden(cause) if cause.kind != CauseKind::NotCollected || owner == Owner::Own => cause,
                    Said::Hidden(_) => Cause::new(
                        CauseKind::OwnedByOtherAccount,
                        format!("the key '{name}' belongs to another account"),
                    ),
                    _ => Cause::new(CauseKind::NotAnswered, format!("the answer about the key '{name}' says nothing")),
                };
                live.unread.push(Unread { kind: ResourceKind::Key, name: name.into(), cause });
            }
        }
    }
}

fn key(cx: &Cx<'_>, input: &mut Input, live: &mut Live, name: &str, metadata: Said<'_>, owner: Owner) {
    let bare = Node::new(metadata.clone(), DESCRIBE.action, name, "");
    let arn = bare.str("Arn").unwrap_or(name).to_owned();
    let node = Node::new(metadata, DESCRIBE.action, &arn, "");
    let home = arn_part(&arn, 3);
    // A key may have been asked about by its ARN or by its id.
    let id = node.str("KeyId").unwrap_or(name);
    let about = |question: &'static Question| {
        let by = [name, arn.as_str(), id];
        let asked = by.into_iter().find(|by| !cx.answers.about(question, Some(by)).is_empty());
        Node::new(cx.answers.said(question, asked.or(Some(name)), home, owner), question.action, &arn, "")
    };
    let rotation = about(&ROTATION);
    live.key_states.insert(arn.clone(), node.text(&["KeyState"]));
    let policy = about(&POLICY);
    let mut document = policy.document(&["Policy"]);
    if policy.hidden().is_none() && document.state == State::Missing {
        document.state = State::Unseen(Cause::new(CauseKind::NotAnswered, "the answer holds no policy"));
    }
    input.keys.items.push(Key {
        id: cx.identity(ResourceKind::Key, &arn, DESCRIBE.action),
        key_id: id.into(),
        account: node.str("AWSAccountId").or_else(|| arn_part(&arn, 4)).unwrap_or_default().into(),
        region: home.unwrap_or_default().into(),
        policy: document,
        enabled: enabled(&node),
        rotation: rotation.flag(&["KeyRotationEnabled"], false),
        spec: node.text_or(&["KeySpec"], "SYMMETRIC_DEFAULT"),
        usage: node.text_or(&["KeyUsage"], "ENCRYPT_DECRYPT"),
        origin: node.text_or(&["Origin"], "AWS_KMS"),
        arn: arn.as_str().into(),
    });
}

/// Only a key in the state `Enabled` encrypts: one that is pending deletion says so in its state.
/// Source: KMS developer guide, "Key states of AWS KMS keys".
fn enabled(node: &Node<'_>) -> Attr<bool> {
    let mut attr = node.required_flag(&["Enabled"]);
    if let Some(state) = node.str("KeyState") {
        // What is being changed still encrypts.
        attr.state = State::Set(Known::Known(matches!(state, "Enabled" | "Updating")));
        attr.name = "KeyState".into();
    }
    attr
}

//! Lifecycle rules, of the resource and of the old block inside a bucket.

use super::{blocks, count, filled, status};
use crate::model::attr::{Attr, Origin, State, Value};
use crate::model::bucket::LifecycleRule;
use crate::sources::block::Block;
use crate::sources::value::{Val, ValKind};
use crate::truth::Cause;

/// `rule { … }` of `aws_s3_bucket_lifecycle_configuration`.
pub(super) fn rule(block: Block<'_>) -> LifecycleRule {
    let prefix = prefix(&block);
    LifecycleRule {
        enabled: status(&block, &["status"], "Enabled"),
        prefix,
        narrowed: narrowed(&block),
        noncurrent_days: count(&block, &["noncurrent_version_expiration", "noncurrent_days"]),
        newer_noncurrent_versions: count(&block, &["noncurrent_version_expiration", "newer_noncurrent_versions"]),
        ..common(&block)
    }
}

/// `lifecycle_rule { … }` of `aws_s3_bucket`.
pub(super) fn inline_rule(block: Block<'_>) -> LifecycleRule {
    let tags = block.val.and_then(|val| val.get("tags")).map_or(Ok(false), limits);
    LifecycleRule {
        enabled: block.flag(&["enabled"], false),
        prefix: block.text_or(&["prefix"], ""),
        narrowed: verdict(&block, "tags", tags),
        noncurrent_days: count(&block, &["noncurrent_version_expiration", "days"]),
        ..common(&block)
    }
}

fn common(block: &Block<'_>) -> LifecycleRule {
    let at = Origin::Text(block.header);
    let moves = |argument: &str| blocks(block, &[argument], |_| ());
    let (current, noncurrent) = (moves("transition"), moves("noncurrent_version_transition"));
    let moving = if matches!(current.state, State::Missing) { noncurrent } else { current };
    LifecycleRule {
        enabled: Attr::missing("status", at.clone()),
        prefix: Attr::missing("prefix", at.clone()),
        narrowed: Attr::missing("filter", at.clone()),
        expiration_days: count(block, &["expiration", "days"]),
        expiration_date: filled(block.text(&["expiration", "date"])),
        noncurrent_days: Attr::missing("noncurrent_version_expiration.noncurrent_days", at.clone()),
        newer_noncurrent_versions: Attr::missing("noncurrent_version_expiration.newer_noncurrent_versions", at.clone()),
        transitions: super::states(moving, |state| match state {
            State::Set(Value::Known(_)) | State::Default(_) => State::Set(Value::Known(true)),
            State::Set(Value::Unknown(cause)) | State::Unseen(cause) => State::Unseen(cause),
            State::Missing | State::OneOf(_) => State::Default(false),
        }),
        at,
    }
}

/// The prefix stands in the filter, alone or beside tags, or in the rule itself as once it did.
fn prefix(block: &Block<'_>) -> Attr<crate::model::arn::Text> {
    let paths: [&[&str]; 3] = [&["filter", "prefix"], &["filter", "and", "prefix"], &["prefix"]];
    let found =
        paths.into_iter().map(|path| filled(block.text(path))).find(|attr| !matches!(attr.state, State::Missing));
    found.unwrap_or_else(|| block.text_or(&["filter", "prefix"], ""))
}

/// Whether the filter has tags or sizes.
fn narrowed(block: &Block<'_>) -> Attr<bool> {
    let filter = block.val.and_then(|val| val.get("filter")).map_or(&[][..], Val::items);
    let mut answer = Ok(false);
    let mut name = "filter";
    for part in filter.iter().chain(filter.iter().filter_map(|filter| filter.get("and")).flat_map(Val::items)) {
        if let ValKind::Unknown(cause) = &part.kind {
            return verdict(block, "filter", Err(cause.clone()));
        }
        for key in ["tag", "tags", "object_size_greater_than", "object_size_less_than"] {
            match part.get(key).map_or(Ok(false), limits) {
                Ok(true) => return verdict(block, key, Ok(true)),
                Ok(false) => {}
                Err(cause) => (answer, name) = (Err(cause), key),
            }
        }
    }
    verdict(block, name, answer)
}

/// Whether a part of a filter limits anything: nothing, no tags and a size of 0 do not.
fn limits(val: &Val) -> Result<bool, Cause> {
    Ok(match &val.kind {
        ValKind::Null => false,
        ValKind::Unknown(cause) => return Err(cause.clone()),
        ValKind::List(items) => !items.is_empty(),
        ValKind::Map(fields) => !fields.is_empty(),
        _ => match val.text() {
            Some(text) => match (text.literal(), text.causes()) {
                (Some("" | "0"), _) => false,
                (None, Some(causes)) => return Err(causes.first().clone()),
                _ => true,
            },
            None => true,
        },
    })
}

fn verdict(block: &Block<'_>, key: &str, answer: Result<bool, Cause>) -> Attr<bool> {
    let at = Origin::Text(block.header);
    match answer {
        Ok(limited) => Attr::set(key, at, limited),
        Err(cause) => Attr { name: key.into(), at, state: State::Set(Value::Unknown(cause)) },
    }
}

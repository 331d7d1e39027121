//! Trails and event data stores.
//!
//! Defaults: the provider's, as a plan shows them for a resource with required arguments only (AWS provider 5.100).

use std::sync::Arc;

use super::{Cx, blocks};
use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::{Attr, Origin, Value};
use crate::model::event_data_store::EventDataStore;
use crate::model::event_selector::{AdvancedSelector, BasicSelector, DataResource, FieldSelector, Selectors};
use crate::model::trail::{Insight, Trail};
use crate::model::{Input, Protection, ResourceKind, Switch, Tag};
use crate::sources::block::{Absent, Block, boolean, number, texts};
use crate::sources::uses::bucket_name;
use crate::sources::value::{Val, ValKind};
use crate::truth::{Cause, CauseKind};

pub(super) fn trail(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let trail = Trail {
        id: cx.identity(ResourceKind::Trail),
        name: cx.attribute("name"),
        arn: cx.attribute("arn"),
        account: cx.account(),
        home_region: cx.attribute("home_region"),
        bucket: block.text(&["s3_bucket_name"]).map(bucket_name),
        prefix: block.text_or(&["s3_key_prefix"], ""),
        logging: block.flag(&["enable_logging"], true),
        multi_region: block.flag(&["is_multi_region_trail"], false),
        global_service_events: block.flag(&["include_global_service_events"], true),
        organization: block.flag(&["is_organization_trail"], false),
        log_file_validation: block.flag(&["enable_log_file_validation"], false),
        kms_key: cx.filled("kms_key_id"),
        log_group: cx.filled("cloud_watch_logs_group_arn"),
        log_role: cx.filled("cloud_watch_logs_role_arn"),
        topic: cx.filled("sns_topic_name"),
        selectors: Selectors {
            basic: blocks(&block, &["event_selector"], basic_selector),
            advanced: blocks(&block, &["advanced_event_selector"], advanced_selector),
        },
        insights: blocks(&block, &["insight_selector"], |block| Insight {
            kind: block.text(&["insight_type"]),
            categories: block.texts(&["event_categories"]),
        }),
        tags: tags(&block),
        protection: Protection::Terraform { prevent_destroy: prevent_destroy(&block), objects: None },
    };
    input.trails.items.push(trail);
}

/// `lifecycle { prevent_destroy = … }`, which only configuration shows.
pub(super) fn prevent_destroy(block: &Block<'_>) -> Attr<bool> {
    block.flag(&["lifecycle", "prevent_destroy"], false)
}

/// The tags of the resource; where it is known, together with those that the provider gives all resources.
fn tags(block: &Block<'_>) -> Attr<Vec<Tag>> {
    let all = block.val.and_then(|val| val.get("tags_all"));
    let name = if all.is_some_and(|all| matches!(all.kind, ValKind::Map(_))) { "tags_all" } else { "tags" };
    let attr = block.attr(&[name], Absent::Missing, |val: &Val| match &val.kind {
        ValKind::Map(fields) => Value::Known(
            fields
                .iter()
                .map(|field| Tag {
                    key: (&*field.key).into(),
                    value: field.value.text().unwrap_or_else(|| crate::sources::block::hole(&field.value)),
                })
                .collect(),
        ),
        _ => match crate::sources::block::texts(val) {
            Value::Unknown(cause) => Value::Unknown(cause),
            Value::Known(_) => Value::Known(Vec::new()),
        },
    });
    // Written by a person: `tags`.
    Attr { name: "tags".into(), ..attr }
}

fn basic_selector(block: Block<'_>) -> BasicSelector {
    BasicSelector {
        at: Origin::Text(block.header),
        read_write: block.text_or(&["read_write_type"], "All"),
        management: block.flag(&["include_management_events"], true),
        excluded_sources: block.texts(&["exclude_management_event_sources"]),
        data: blocks(&block, &["data_resource"], |block| DataResource {
            kind: block.text(&["type"]),
            values: block.attr(&["values"], Absent::Missing, |val| match &val.kind {
                ValKind::Unknown(cause) if cause.kind == CauseKind::AfterApply => after_apply(&block, cause),
                _ => texts(val),
            }),
        }),
    }
}

fn advanced_selector(block: Block<'_>) -> AdvancedSelector {
    AdvancedSelector {
        at: Origin::Text(block.header),
        fields: blocks(&block, &["field_selector"], |block| FieldSelector {
            at: Origin::Text(block.header),
            field: block.text(&["field"]),
            equals: block.texts(&["equals"]),
            starts_with: block.texts(&["starts_with"]),
            ends_with: block.texts(&["ends_with"]),
            not_equals: block.texts(&["not_equals"]),
            not_starts_with: block.texts(&["not_starts_with"]),
            not_ends_with: block.texts(&["not_ends_with"]),
        }),
    }
}

pub(super) fn event_data_store(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let store = EventDataStore {
        id: cx.identity(ResourceKind::EventDataStore),
        kms_key: cx.filled("kms_key_id"),
        multi_region: block.flag(&["multi_region_enabled"], true),
        organization: block.flag(&["organization_enabled"], false),
        termination_protection: block.flag(&["termination_protection_enabled"], true),
        // Not the default of the API, which is 366.
        retention_days: block.attr(&["retention_period"], Absent::Default(2555), number),
        ingestion: Switch { attr: suspended(&block), on: false },
        selectors: blocks(&block, &["advanced_event_selector"], advanced_selector),
    };
    input.event_data_stores.items.push(store);
}

/// A string, and empty where it was never set.
fn suspended(block: &Block<'_>) -> Attr<bool> {
    block.attr(&["suspend"], Absent::Default(false), |val| match val.text() {
        Some(text) if text.is_certainly_empty() => Value::Known(false),
        _ => boolean(val),
    })
}

/// Whether a bucket goes with its objects.
pub(super) fn bucket_protection(block: &Block<'_>) -> Protection {
    Protection::Terraform {
        prevent_destroy: prevent_destroy(block),
        objects: Some(Switch { attr: block.flag(&["force_destroy"], false), on: false }),
    }
}

/// Values of a data resource that a plan does not tell. What is known after apply refers to something that is made then:
/// for objects this is a bucket, and the value is its ARN with a slash and maybe a prefix, the only form that CloudTrail
/// takes beside the one for all buckets (`DataResource` of the CloudTrail API).
fn after_apply(block: &Block<'_>, cause: &Cause) -> Value<Vec<Text>> {
    let objects = block.val.and_then(|resource| resource.get("type")).and_then(Val::text);
    if objects.as_ref().and_then(Text::literal) != Some("AWS::S3::Object") {
        return Value::Unknown(cause.clone());
    }
    // The reason names the attribute, so that no two of them are taken for the same bucket.
    let key: Arc<str> = format!("values: {}", cause.detail).into();
    let bucket = Var { shown: "known after apply".into(), key, cause: cause.clone(), shape: Shape::Name };
    Value::Known(vec![Text::format("arn:aws:s3:::{}/", &[&bucket.into()])])
}

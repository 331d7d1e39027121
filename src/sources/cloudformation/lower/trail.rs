//! Trails and event data stores.
//!
//! Defaults: the CloudTrail API's own when a request leaves the field out (`CreateTrail`, `CreateEventDataStore`),
//! which CloudFormation passes on.

use std::sync::Arc;

use super::Cx;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Branch, State, Value};
use crate::model::event_data_store::EventDataStore;
use crate::model::event_selector::Selectors;
use crate::model::trail::{Insight, Trail};
use crate::model::{Input, Protection, ResourceKind, Switch, Tag};
use crate::sources::block::{Absent, Block, boolean, number, text, texts};
use crate::sources::selectors::{advanced_selector, basic_selector};
use crate::sources::value::{Val, ValKind};
use crate::sources::worlds;
use crate::truth::Truth;

pub(super) fn trail(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let trail = Trail {
        id: cx.identity(ResourceKind::Trail),
        name: cx.name(),
        arn: cx.reference(Some("Arn")),
        account: cx.account(),
        home_region: cx.region(),
        bucket: block.text(&["S3BucketName"]).map(crate::sources::uses::bucket_name),
        prefix: block.text_or(&["S3KeyPrefix"], ""),
        // `IsLogging` is required: a template without it is refused, so there is no default to judge.
        logging: block.attr(&["IsLogging"], Absent::Missing, boolean),
        multi_region: block.flag(&["IsMultiRegionTrail"], false),
        global_service_events: block.flag(&["IncludeGlobalServiceEvents"], true),
        organization: block.flag(&["IsOrganizationTrail"], false),
        log_file_validation: block.flag(&["EnableLogFileValidation"], false),
        kms_key: block.text(&["KMSKeyId"]),
        log_group: block.text(&["CloudWatchLogsLogGroupArn"]),
        log_role: block.text(&["CloudWatchLogsRoleArn"]),
        topic: block.text(&["SnsTopicName"]),
        selectors: Selectors {
            basic: block.list(&["EventSelectors"], basic_selector),
            advanced: block.list(&["AdvancedEventSelectors"], advanced_selector),
        },
        insights: block.list(&["InsightSelectors"], |block| Insight {
            kind: block.text(&["InsightType"]),
            categories: block.texts(&["EventCategories"]),
        }),
        tags: tags(&block),
        protection: protection(cx),
    };
    input.trails.items.push(trail);
}

fn tags(block: &Block<'_>) -> Attr<Vec<Tag>> {
    block.attr(&["Tags"], Absent::Missing, |val| {
        let tag = |val: &Val| {
            let part = |key: &str| match val.get(key).map(text) {
                Some(Value::Known(text)) => text,
                _ => crate::sources::block::hole(val),
            };
            Tag { key: part("Key"), value: part("Value") }
        };
        match &val.kind {
            ValKind::List(items) => Value::Known(items.iter().map(tag).collect()),
            _ => match texts(val) {
                Value::Unknown(cause) => Value::Unknown(cause),
                Value::Known(_) => Value::Known(Vec::new()),
            },
        }
    })
}

pub(super) fn event_data_store(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let store = EventDataStore {
        id: cx.identity(ResourceKind::EventDataStore),
        kms_key: block.text(&["KmsKeyId"]),
        multi_region: block.flag(&["MultiRegionEnabled"], true),
        organization: block.flag(&["OrganizationEnabled"], false),
        termination_protection: block.flag(&["TerminationProtectionEnabled"], true),
        retention_days: retention(&block),
        ingestion: Switch { attr: block.flag(&["IngestionEnabled"], true), on: true },
        selectors: block.list(&["AdvancedEventSelectors"], advanced_selector),
    };
    input.event_data_stores.items.push(store);
}

/// Not written, the period depends on the pricing: fixed pricing keeps 2557 days, extendable pricing (the default) 366.
fn retention(block: &Block<'_>) -> Attr<u32> {
    const FIXED: &str = "FIXED_RETENTION_PRICING";
    let names = ["BillingMode", "RetentionPeriod"];
    let both = block.val.map(|val| {
        let fields = val.fields().iter().filter(|field| names.contains(&&*field.key)).cloned().collect();
        Val { kind: ValKind::Map(fields), span: val.span }
    });
    let mut branches: Vec<Branch<u32>> = Vec::new();
    for world in worlds::possible(both.as_ref()) {
        let here = Block { val: world.value.as_ref(), ..*block };
        let period = |default| here.attr(&["RetentionPeriod"], Absent::Default(default), number).state;
        let fixed = here.text_or(&["BillingMode"], "").satisfies(|mode| mode.same(&FIXED.into()));
        let mut add = |when: Option<Arc<str>>, state| {
            let when = when.or_else(|| world.when.clone()).unwrap_or_else(|| "always".into());
            branches.push(Branch { when, state });
        };
        match fixed {
            Truth::True => add(None, period(2557)),
            Truth::False => add(None, period(366)),
            Truth::Unknown(_) if period(366) == period(2557) => add(None, period(366)),
            Truth::Unknown(_) => {
                add(Some(format!("'BillingMode' is '{FIXED}'").into()), period(2557));
                add(Some(format!("'BillingMode' is not '{FIXED}'").into()), period(366));
            }
        }
    }
    let written = block.number(&["RetentionPeriod"]);
    let state = match branches.split_first() {
        Some((first, rest)) if rest.iter().all(|branch| branch.state == first.state) => first.state.clone(),
        _ => State::OneOf(branches),
    };
    Attr { state, ..written }
}

/// `DeletionPolicy` and `UpdateReplacePolicy` of a resource. Not written, both are `Delete` for the resource types
/// that this is asked of.
pub(super) fn protection(cx: &Cx<'_, '_, '_>) -> Protection {
    let policy = |name: &str| {
        let node = cx.resource.node.entry(name);
        match node {
            None => Attr::default(name, cx.origin(), Text::from("Delete")),
            Some(entry) => {
                let value = cx.scope.eval(&entry.value);
                let field = value.map(|value| crate::sources::value::Field {
                    key: entry.key.clone(),
                    key_span: entry.key_span,
                    value,
                });
                let map = Val { kind: ValKind::Map(field.into_iter().collect()), span: cx.resource.node.span };
                let block = Block { val: Some(&map), header: cx.header(), prefix: "", faults: &cx.world.faults };
                block.text_or(&[name], "Delete")
            }
        }
    };
    Protection::CloudFormation { deletion: policy("DeletionPolicy"), replacement: policy("UpdateReplacePolicy") }
}

//! CloudTrail Lake event data stores.

use std::collections::BTreeSet;

use super::answers::{Owner, Question, Said};
use super::reader::Node;
use super::trails::advanced_selector;
use super::{Cx, arn_part};
use crate::model::attr::{Attr, State, Value as Known};
use crate::model::event_data_store::EventDataStore;
use crate::model::live::Live;
use crate::model::{Input, ResourceKind, Switch};
use crate::truth::Truth;

pub(super) const LIST: Question = Question {
    service: "cloudtrail",
    operation: "list-event-data-stores",
    action: "cloudtrail:ListEventDataStores",
    // Regions and partitions without CloudTrail Lake have none.
    unset: &["UnsupportedOperationException", "UnknownOperationException"],
    needs: "",
};
pub(super) const GET: Question = Question {
    service: "cloudtrail",
    operation: "get-event-data-store",
    action: "cloudtrail:GetEventDataStore",
    unset: &[],
    needs: "EventDataStoreArn",
};

/// Lowers the account's own stores.
pub(super) fn stores(cx: &Cx<'_>, input: &mut Input, live: &Live) {
    let listed = cx.answers.outputs(&LIST).flat_map(|(_, output)| output["EventDataStores"].as_array()).flatten();
    let mut arns: BTreeSet<&str> = listed.filter_map(|store| store["EventDataStoreArn"].as_str()).collect();
    arns.extend(cx.answers.resources(&GET));
    for arn in arns.into_iter().filter(|arn| arn_part(arn, 4) == Some(cx.account)) {
        let node = Node::new(cx.answers.said(&GET, Some(arn), arn_part(arn, 3), Owner::Own), GET.action, arn, "");
        if node.str("Status") == Some("PENDING_DELETION") {
            continue;
        }
        input.event_data_stores.items.push(EventDataStore {
            id: cx.identity(ResourceKind::EventDataStore, arn, GET.action),
            kms_key: node.text(&["KmsKeyId"]),
            multi_region: node.flag(&["MultiRegionEnabled"], true),
            organization: node.flag(&["OrganizationEnabled"], false),
            termination_protection: node.flag(&["TerminationProtectionEnabled"], true),
            retention_days: node.number(&["RetentionPeriod"]),
            ingestion: Switch { attr: ingestion(&node), on: true },
            selectors: node.list(&["AdvancedEventSelectors"], advanced_selector),
        });
    }
    let regions = live.regions.iter().map(|region| match cx.answers.in_region(&LIST, &region.name) {
        Said::Hidden(cause) if region.seen == Truth::True => cause.into(),
        _ => Truth::True,
    });
    input.event_data_stores.complete = live.regions.complete.clone() & Truth::all(regions);
}

/// Only a store in this state takes in events. Source: CloudTrail API reference, `EventDataStoreStatus`.
fn ingestion(node: &Node<'_>) -> Attr<bool> {
    let mut attr = node.required_flag(&["Status"]);
    if let Some(status) = node.str("Status") {
        attr.state = State::Set(Known::Known(status == "ENABLED"));
    }
    attr
}

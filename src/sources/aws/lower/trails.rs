//! Trails: their own, and those of others that record here.
//!
//! `DescribeTrails` shows a multi-Region trail in every Region and an organization's trail in every member. A trail is
//! its ARN; the account in it owns the trail, also when a delegated administrator made it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answers::{Owner, Question, Said};
use super::reader::Node;
use super::{Cx, account, arn_part};
use crate::model::arn::Text;
use crate::model::attr::{Attr, State};
use crate::model::event_selector::{AdvancedSelector, BasicSelector, DataResource, FieldSelector, Selectors};
use crate::model::live::{Delivery, Live};
use crate::model::trail::{Insight, Trail};
use crate::model::{Input, Protection, ResourceKind, Tag};
use crate::truth::{Cause, CauseKind, Truth};

pub(super) const DESCRIBE: Question = Question {
    service: "cloudtrail",
    operation: "describe-trails",
    action: "cloudtrail:DescribeTrails",
    unset: &[],
    needs: "trailList",
};
pub(super) const STATUS: Question = Question {
    service: "cloudtrail",
    operation: "get-trail-status",
    action: "cloudtrail:GetTrailStatus",
    unset: &[],
    needs: "IsLogging",
};
pub(super) const SELECTORS: Question = Question {
    service: "cloudtrail",
    operation: "get-event-selectors",
    action: "cloudtrail:GetEventSelectors",
    unset: &[],
    // AWS answers with the one list or the other, never with none: a trail without selectors has the default one.
    needs: "EventSelectors|AdvancedEventSelectors",
};
/// Source: CloudTrail API reference, GetInsightSelectors.
pub(super) const INSIGHTS: Question = Question {
    service: "cloudtrail",
    operation: "get-insight-selectors",
    action: "cloudtrail:GetInsightSelectors",
    unset: &["InsightNotEnabledException"],
    needs: "",
};
pub(super) const TAGS: Question = Question {
    service: "cloudtrail",
    operation: "list-tags",
    action: "cloudtrail:ListTags",
    unset: &[],
    needs: "ResourceTagList",
};

/// Lowers the trails that the account sees.
pub(super) fn trails(cx: &Cx<'_>, input: &mut Input, live: &mut Live) {
    let mut seen: BTreeMap<&str, &Value> = BTreeMap::new();
    for (call, output) in cx.answers.outputs(&DESCRIBE) {
        for trail in output["trailList"].as_array().into_iter().flatten() {
            let Some(arn) = trail["TrailARN"].as_str() else { continue };
            // What the home Region says comes first.
            if trail["HomeRegion"].as_str() == Some(&call.region) || !seen.contains_key(arn) {
                seen.insert(arn, trail);
            }
        }
    }
    for (arn, value) in seen {
        let owner = if arn_part(arn, 4) == Some(cx.account) { Owner::Own } else { Owner::Other };
        let (trail, delivery) = trail(cx, arn, value, owner);
        match owner {
            Owner::Own => {
                live.deliveries.insert(arn.to_owned(), delivery);
                input.trails.items.push(trail);
            }
            Owner::Other => live.visitors.push(trail),
        }
    }
    // What a policy of the organization closes cannot hold a trail of any other Region.
    let open = live.regions.iter().filter(|one| !account::is_closed(cx.recording, cx.account, &one.name));
    let seen = Truth::all(open.map(|one| one.seen.clone()));
    // Where all are closed nothing was seen, not even the trails of other Regions that show in every one.
    let dark = account::is_dark(cx.recording, cx.account, &cx.answers);
    let first = live.regions.iter().next().filter(|_| dark).map_or(Truth::True, |one| one.seen.clone());
    input.trails.complete = live.regions.complete.clone() & seen & first;
}

fn trail(cx: &Cx<'_>, arn: &str, value: &Value, owner: Owner) -> (Trail, Delivery) {
    let home = value["HomeRegion"].as_str().or_else(|| arn_part(arn, 3)).unwrap_or_default();
    let node = Node::new(Said::Output(value), DESCRIBE.action, arn, "");
    let name = value["Name"].as_str();
    let about = |question: &'static Question| {
        // Recordings made by hand may name a trail of the asked Region by its name.
        let by_name = || {
            let answers = cx.answers.about(question, name).iter();
            owner == Owner::Own && answers.clone().any(|(region, _)| *region == home) && answers.len() == 1
        };
        let asked = if cx.answers.about(question, Some(arn)).is_empty() && by_name() { name } else { Some(arn) };
        let said = match cx.answers.said(question, asked, Some(home), owner) {
            Said::Hidden(cause) if cause.kind == CauseKind::NotCollected && owner == Owner::Other => Said::Hidden(
                Cause::new(CauseKind::OwnedByOtherAccount, format!("the trail '{arn}' belongs to another account")),
            ),
            said => said,
        };
        Node::new(said, question.action, arn, "")
    };
    let status = about(&STATUS);
    let insights = about(&INSIGHTS);
    let topic = Some(node.text(&["SnsTopicARN"])).filter(|topic| topic.state != State::Missing);
    let trail = Trail {
        id: cx.identity(ResourceKind::Trail, arn, DESCRIBE.action),
        name: node.str("Name").unwrap_or_default().into(),
        arn: arn.into(),
        account: arn_part(arn, 4).unwrap_or_default().into(),
        home_region: home.into(),
        bucket: node.text(&["S3BucketName"]),
        prefix: node.text_or(&["S3KeyPrefix"], ""),
        logging: status.required_flag(&["IsLogging"]),
        multi_region: node.flag(&["IsMultiRegionTrail"], false),
        global_service_events: node.flag(&["IncludeGlobalServiceEvents"], true),
        organization: node.flag(&["IsOrganizationTrail"], false),
        log_file_validation: node.flag(&["LogFileValidationEnabled"], false),
        kms_key: node.text(&["KmsKeyId"]),
        log_group: node.text(&["CloudWatchLogsLogGroupArn"]),
        log_role: node.text(&["CloudWatchLogsRoleArn"]),
        topic: topic.unwrap_or_else(|| node.text(&["SnsTopicName"])),
        selectors: selectors(&about(&SELECTORS), &node, owner),
        insights: insights.list(&["InsightSelectors"], |node| Insight {
            kind: node.text(&["InsightType"]),
            categories: node.texts(&["EventCategories"]),
        }),
        tags: tags(cx, arn, owner),
        protection: Protection::Live,
    };
    let delivery = Delivery {
        time: status.moment(&["LatestDeliveryTime"]),
        error: status.text(&["LatestDeliveryError"]),
        digest_error: status.text(&["LatestDigestDeliveryError"]),
        logs_time: status.moment(&["LatestCloudWatchLogsDeliveryTime"]),
        logs_error: status.text(&["LatestCloudWatchLogsDeliveryError"]),
        notification_error: status.text(&["LatestNotificationError"]),
        started: status.moment(&["StartLoggingTime"]),
    };
    (trail, delivery)
}

/// A guest may not read the selectors of an organization's trail, and is told whether there are any.
fn selectors(node: &Node<'_>, described: &Node<'_>, owner: Owner) -> Selectors {
    let none_set = described.get(&["HasCustomEventSelectors"]) == Some(&Value::Bool(false));
    if owner == Owner::Other && node.hidden().is_some() && none_set {
        let at = &described.at;
        return Selectors {
            basic: Attr::missing("HasCustomEventSelectors", at.clone()),
            advanced: Attr::missing("HasCustomEventSelectors", at.clone()),
        };
    }
    Selectors {
        basic: node.list(&["EventSelectors"], basic_selector),
        advanced: node.list(&["AdvancedEventSelectors"], advanced_selector),
    }
}

fn basic_selector(node: &Node<'_>) -> BasicSelector {
    BasicSelector {
        at: node.at.clone(),
        read_write: node.text_or(&["ReadWriteType"], "All"),
        management: node.flag(&["IncludeManagementEvents"], true),
        excluded_sources: node.texts(&["ExcludeManagementEventSources"]),
        data: node.list(&["DataResources"], |node| DataResource {
            kind: node.text(&["Type"]),
            values: node.texts(&["Values"]),
        }),
    }
}

/// An advanced selector, of a trail or of an event data store.
pub(super) fn advanced_selector(node: &Node<'_>) -> AdvancedSelector {
    AdvancedSelector {
        at: node.at.clone(),
        fields: node.list(&["FieldSelectors"], |node| FieldSelector {
            at: node.at.clone(),
            field: node.text(&["Field"]),
            equals: node.texts(&["Equals"]),
            starts_with: node.texts(&["StartsWith"]),
            ends_with: node.texts(&["EndsWith"]),
            not_equals: node.texts(&["NotEquals"]),
            not_starts_with: node.texts(&["NotStartsWith"]),
            not_ends_with: node.texts(&["NotEndsWith"]),
        }),
    }
}

/// The tags. One call may be about several trails, so every answer is searched for this one.
fn tags(cx: &Cx<'_>, arn: &str, owner: Owner) -> Attr<Vec<Tag>> {
    let lists = cx.answers.outputs(&TAGS).flat_map(|(_, output)| output["ResourceTagList"].as_array()).flatten();
    let own = lists.into_iter().find(|list| list["ResourceId"].as_str() == Some(arn));
    let said = match own {
        Some(list) => Said::Output(list),
        None => match cx.answers.said(&TAGS, Some(arn), None, owner) {
            Said::Output(_) => Said::Hidden(Cause::new(
                CauseKind::NotAnswered,
                format!("the answer to '{}' does not name it", TAGS.action),
            )),
            said => said,
        },
    };
    let node = Node::new(said, TAGS.action, arn, "");
    node.list(&["TagsList"], |node| {
        let part = |key| Text::from(node.str(key).unwrap_or_default());
        Tag { key: part("Key"), value: part("Value") }
    })
}

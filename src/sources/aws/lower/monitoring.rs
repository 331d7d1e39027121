//! Log groups with their metric filters and alarms, and topics.

use std::collections::BTreeSet;

use super::answers::{Owner, Question, Said};
use super::reader::Node;
use super::{Cx, arn_part};
use crate::model::alarm::{Alarm, CompositeAlarm};
use crate::model::arn::Text;
use crate::model::attr::{Attr, State, Value as Known};
use crate::model::live::{Live, Unread};
use crate::model::log_group::{LogGroup, Metric, MetricFilter};
use crate::model::topic::{Subscription, Topic, TopicPolicy};
use crate::model::{Input, ResourceKind};
use crate::sources::aws::recording::Answer;
use crate::truth::{Cause, CauseKind, Truth};

pub(super) const GROUPS: Question = Question {
    service: "logs",
    operation: "describe-log-groups",
    action: "logs:DescribeLogGroups",
    unset: &[],
    needs: "logGroups",
};
/// A group that does not exist has no filters.
pub(super) const FILTERS: Question = Question {
    service: "logs",
    operation: "describe-metric-filters",
    action: "logs:DescribeMetricFilters",
    unset: &["ResourceNotFoundException"],
    needs: "metricFilters",
};
pub(super) const ALARMS: Question = Question {
    service: "cloudwatch",
    operation: "describe-alarms",
    action: "cloudwatch:DescribeAlarms",
    unset: &[],
    needs: "MetricAlarms",
};
pub(super) const TOPIC: Question = Question {
    service: "sns",
    operation: "get-topic-attributes",
    action: "sns:GetTopicAttributes",
    unset: &[],
    needs: "Attributes",
};
pub(super) const SUBSCRIPTIONS: Question = Question {
    service: "sns",
    operation: "list-subscriptions-by-topic",
    action: "sns:ListSubscriptionsByTopic",
    unset: &[],
    needs: "",
};

/// Lowers log groups, metric filters and alarms.
pub(super) fn monitoring(cx: &Cx<'_>, input: &mut Input, live: &mut Live) {
    let mut known = BTreeSet::new();
    for (call, output) in cx.answers.outputs(&GROUPS) {
        for group in output["logGroups"].as_array().into_iter().flatten() {
            let Some(name) = group["logGroupName"].as_str() else { continue };
            let arn = format!("arn:{}:logs:{}:{}:log-group:{name}", cx.partition, call.region, cx.account);
            if !known.insert(arn.clone()) {
                continue;
            }
            let node = Node::new(Said::Output(group), GROUPS.action, &arn, "");
            input.log_groups.items.push(LogGroup {
                id: cx.identity(ResourceKind::LogGroup, &arn, GROUPS.action),
                name: name.into(),
                retention_days: node.number(&["retentionInDays"]),
                kms_key: node.text(&["kmsKeyId"]),
                arn: arn.as_str().into(),
            });
        }
    }
    let named: BTreeSet<String> = input
        .trails
        .iter()
        .flat_map(|trail| trail.log_group.possible())
        .filter_map(|a| a.literal().map(str::to_owned))
        .collect();
    let mut filtered = Truth::True;
    let mut alarmed = Truth::True;
    let mut regions: BTreeSet<&str> = BTreeSet::new();
    for arn in &named {
        let bare = arn.strip_suffix(":*").unwrap_or(arn);
        if !known.contains(bare) {
            let cause = why_no_group(cx, bare);
            live.unread.push(Unread { kind: ResourceKind::LogGroup, name: arn.as_str().into(), cause });
        }
        let Some(region) = arn_part(bare, 3).filter(|_| arn_part(bare, 4) == Some(cx.account)) else { continue };
        regions.insert(region);
        filtered = filtered & all_read(filters_of(cx, region, group_name(bare)));
        alarmed = alarmed & all_read(cx.answers.in_region(&ALARMS, region));
    }
    // Only the Regions of log groups count: a metric and its alarm are of one Region.
    for region in regions {
        metric_filters(cx, input, region);
        alarms(cx, input, region);
    }
    input.metric_filters.complete = filtered;
    input.alarms.complete = alarmed.clone();
    input.composite_alarms.complete = alarmed;
}

fn group_name(arn: &str) -> &str {
    arn.splitn(7, ':').nth(6).unwrap_or(arn)
}

fn all_read(said: Said<'_>) -> Truth {
    match said {
        Said::Output(_) | Said::Unset => Truth::True,
        Said::Hidden(cause) => cause.into(),
    }
}

/// The filters of a group: asked by its name, or all of the Region.
fn filters_of<'r>(cx: &Cx<'r>, region: &str, group: &str) -> Said<'r> {
    match cx.answers.said(&FILTERS, Some(group), Some(region), Owner::Own) {
        Said::Hidden(cause) if cause.kind == CauseKind::NotCollected => match cx.answers.in_region(&FILTERS, region) {
            Said::Hidden(other) if other.kind == CauseKind::NotCollected => Said::Hidden(cause),
            said => said,
        },
        said => said,
    }
}

fn why_no_group(cx: &Cx<'_>, arn: &str) -> Cause {
    if arn_part(arn, 4).is_some_and(|account| account != cx.account) {
        return Cause::new(CauseKind::OwnedByOtherAccount, format!("the log group '{arn}' belongs to another account"));
    }
    let (region, name) = (arn_part(arn, 3).unwrap_or_default(), group_name(arn));
    // Groups are asked for by the beginning of their names.
    let mut asked = cx.answers.all(&GROUPS).iter().filter(|(call, _)| {
        call.region == region && call.resource.as_deref().is_none_or(|beginning| name.starts_with(beginning))
    });
    if asked.clone().any(|(_, answer)| matches!(answer, Answer::Output(_))) {
        return Cause::new(CauseKind::OutsideScope, format!("the log group '{arn}' does not exist"));
    }
    let resource = asked.next().and_then(|(call, _)| call.resource.as_deref());
    match cx.answers.said(&GROUPS, resource, Some(region), Owner::Own) {
        Said::Hidden(cause) => cause,
        _ => Cause::new(CauseKind::NotCollected, format!("the log group '{arn}' was not asked about")),
    }
}

fn metric_filters(cx: &Cx<'_>, input: &mut Input, region: &str) {
    let mut known = BTreeSet::new();
    for (call, output) in cx.answers.outputs(&FILTERS).filter(|(call, _)| call.region == region) {
        for filter in output["metricFilters"].as_array().into_iter().flatten() {
            let name = filter["filterName"].as_str().unwrap_or_default();
            let group = filter["logGroupName"].as_str().or(call.resource.as_deref()).unwrap_or_default();
            let address =
                format!("arn:{}:logs:{region}:{}:log-group:{group}:metric-filter:{name}", cx.partition, cx.account);
            if !known.insert(address.clone()) {
                continue;
            }
            let node = Node::new(Said::Output(filter), FILTERS.action, &address, "");
            input.metric_filters.items.push(MetricFilter {
                id: cx.identity(ResourceKind::LogGroup, &address, FILTERS.action),
                log_group: Attr::set("logGroupName", node.at.clone(), group.into()),
                pattern: node.text_or(&["filterPattern"], ""),
                metrics: node.list(&["metricTransformations"], |node| Metric {
                    name: node.text(&["metricName"]),
                    namespace: node.text(&["metricNamespace"]),
                }),
            });
        }
    }
}

fn alarms(cx: &Cx<'_>, input: &mut Input, region: &str) {
    for (_, output) in cx.answers.outputs(&ALARMS).filter(|(call, _)| call.region == region) {
        let of = |list: &str| output[list].as_array().into_iter().flatten();
        for alarm in of("MetricAlarms") {
            let (arn, name) = arn_and_name(cx, alarm, region);
            let node = Node::new(Said::Output(alarm), ALARMS.action, &arn, "");
            input.alarms.items.push(Alarm {
                id: cx.identity(ResourceKind::LogGroup, &arn, ALARMS.action),
                name: name.into(),
                arn: arn.as_str().into(),
                metrics: watched(&node),
                actions: node.texts(&["AlarmActions"]),
                actions_enabled: node.flag(&["ActionsEnabled"], true),
            });
        }
        for alarm in of("CompositeAlarms") {
            let (arn, name) = arn_and_name(cx, alarm, region);
            let node = Node::new(Said::Output(alarm), ALARMS.action, &arn, "");
            input.composite_alarms.items.push(CompositeAlarm {
                id: cx.identity(ResourceKind::LogGroup, &arn, ALARMS.action),
                name: name.into(),
                arn: arn.as_str().into(),
                rule: node.text(&["AlarmRule"]),
                actions: node.texts(&["AlarmActions"]),
                actions_enabled: node.flag(&["ActionsEnabled"], true),
            });
        }
    }
}

fn arn_and_name<'v>(cx: &Cx<'_>, alarm: &'v serde_json::Value, region: &str) -> (String, &'v str) {
    let name = alarm["AlarmName"].as_str().unwrap_or_default();
    let made = || format!("arn:{}:cloudwatch:{region}:{}:alarm:{name}", cx.partition, cx.account);
    (alarm["AlarmArn"].as_str().map_or_else(made, str::to_owned), name)
}

/// The metrics of an alarm: one, or those of an expression.
fn watched(node: &Node<'_>) -> Attr<Vec<Metric>> {
    let metric = |node: &Node<'_>| Metric { name: node.text(&["MetricName"]), namespace: node.text(&["Namespace"]) };
    let mut found: Vec<Metric> = node.get(&["MetricName"]).map(|_| metric(node)).into_iter().collect();
    for query in node.items(&["Metrics"]) {
        found.extend(query.inner(&["MetricStat", "Metric"], metric).possible().cloned());
    }
    let state = if found.is_empty() { State::Missing } else { State::Set(Known::Known(found)) };
    Attr { name: "MetricName".into(), at: node.at.clone(), state }
}

/// Lowers the topics that were asked about or that trails name.
pub(super) fn topics(cx: &Cx<'_>, input: &mut Input) {
    let named: Vec<String> = input
        .trails
        .iter()
        .flat_map(|trail| trail.topic.possible())
        .filter_map(|t| t.literal().map(str::to_owned))
        .collect();
    let mut arns = cx.answers.resources(&TOPIC);
    arns.extend(named.iter().map(String::as_str).filter(|name| name.starts_with("arn:")));
    for arn in arns {
        let owner = if arn_part(arn, 4) == Some(cx.account) { Owner::Own } else { Owner::Other };
        let said = cx.answers.said(&TOPIC, Some(arn), arn_part(arn, 3), owner);
        if owner == Owner::Other && matches!(&said, Said::Hidden(cause) if cause.kind == CauseKind::NotCollected) {
            // The account that owns it may be in the recording.
            continue;
        }
        let id = cx.identity(ResourceKind::Topic, arn, TOPIC.action);
        let node = Node::new(said, TOPIC.action, arn, "");
        input.topic_policies.items.push(TopicPolicy {
            id: id.clone(),
            topics: Attr::set("TopicArn", node.at.clone(), vec![Text::from(arn)]),
            document: node.document(&["Attributes", "Policy"]),
        });
        input.topics.items.push(Topic { id, name: arn.rsplit(':').next().unwrap_or(arn).into(), arn: arn.into() });
    }
    for (_, output) in cx.answers.outputs(&SUBSCRIPTIONS) {
        for subscription in output["Subscriptions"].as_array().into_iter().flatten() {
            // Nobody confirmed it, so nothing arrives.
            let Some(arn) = subscription["SubscriptionArn"].as_str().filter(|arn| arn.starts_with("arn:")) else {
                continue;
            };
            let node = Node::new(Said::Output(subscription), SUBSCRIPTIONS.action, arn, "");
            input.subscriptions.items.push(Subscription {
                id: cx.identity(ResourceKind::Topic, arn, SUBSCRIPTIONS.action),
                topic: node.text(&["TopicArn"]),
            });
        }
    }
}

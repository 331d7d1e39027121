//! Log groups, metric filters, alarms and topics.

use super::Cx;
use crate::model::alarm::{Alarm, CompositeAlarm};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Value};
use crate::model::log_group::{LogGroup, Metric, MetricFilter};
use crate::model::topic::{Subscription, Topic, TopicPolicy};
use crate::model::{Input, ResourceKind};
use crate::sources::block::{Absent, Block};
use crate::sources::uses::without_star;
use crate::sources::value::ValKind;

pub(super) fn log_group(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let name = cx.name();
    // The attribute `Arn` ends with `:*`; the group's own ARN does not.
    let arn = cx.reference(Some("Arn"));
    let arn = without_star(&arn);
    let group = LogGroup {
        id: cx.identity(ResourceKind::LogGroup),
        name,
        arn,
        retention_days: block.number(&["RetentionInDays"]),
        kms_key: block.text(&["KmsKeyId"]),
    };
    input.log_groups.items.push(group);
}

pub(super) fn metric_filter(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let filter = MetricFilter {
        id: cx.identity(ResourceKind::LogGroup),
        log_group: block.text(&["LogGroupName"]),
        pattern: block.text(&["FilterPattern"]),
        metrics: block.list(&["MetricTransformations"], |block| Metric {
            name: block.text(&["MetricName"]),
            namespace: block.text(&["MetricNamespace"]),
        }),
    };
    input.metric_filters.items.push(filter);
}

pub(super) fn alarm(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let alarm = Alarm {
        id: cx.identity(ResourceKind::Topic),
        name: cx.name(),
        arn: cx.reference(Some("Arn")),
        metrics: metrics(&block),
        actions: block.texts(&["AlarmActions"]),
        actions_enabled: block.flag(&["ActionsEnabled"], true),
    };
    input.alarms.items.push(alarm);
}

pub(super) fn composite_alarm(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let alarm = CompositeAlarm {
        id: cx.identity(ResourceKind::Topic),
        name: cx.name(),
        arn: cx.reference(Some("Arn")),
        rule: block.text(&["AlarmRule"]),
        actions: block.texts(&["AlarmActions"]),
        actions_enabled: block.flag(&["ActionsEnabled"], true),
    };
    input.composite_alarms.items.push(alarm);
}

/// An alarm names one metric, or holds metric math whose terms name theirs.
fn metrics(block: &Block<'_>) -> Attr<Vec<Metric>> {
    let is_math = block.val.is_some_and(|val| val.has("Metrics"));
    if !is_math {
        let metric = Metric { name: block.text(&["MetricName"]), namespace: block.text(&["Namespace"]) };
        let (name, at) = (metric.name.name.clone(), metric.name.at.clone());
        return Attr::set(name, at, vec![metric]);
    }
    let faults = block.faults;
    block.attr(&["Metrics"], Absent::Missing, |val| match &val.kind {
        ValKind::List(items) => Value::Known(
            items
                .iter()
                .filter(|item| item.field("MetricStat").is_some())
                .map(|item| {
                    let block = Block { val: Some(item), header: item.span, prefix: "Metrics.", faults };
                    Metric {
                        name: block.text(&["MetricStat", "Metric", "MetricName"]),
                        namespace: block.text(&["MetricStat", "Metric", "Namespace"]),
                    }
                })
                .collect(),
        ),
        _ => crate::sources::block::texts(val).map_unknown(),
    })
}

impl Value<Vec<Text>> {
    /// The reason why nothing is known; an empty list when there is none.
    fn map_unknown<T>(self) -> Value<Vec<T>> {
        match self {
            Self::Unknown(cause) => Value::Unknown(cause),
            Self::Known(_) => Value::Known(Vec::new()),
        }
    }
}

pub(super) fn topic(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let topic = Topic { id: cx.identity(ResourceKind::Topic), name: cx.name(), arn: cx.reference(None) };
    // Subscriptions may be written inside the topic.
    if let Some(list) = properties.as_ref().and_then(|p| p.field("Subscription")) {
        let count = list.value.items().len();
        for _ in 0..count {
            let at = crate::model::attr::Origin::Text(list.span());
            let topic = Attr::set("Subscription", at, topic.arn.clone());
            input.subscriptions.items.push(Subscription { id: cx.identity(ResourceKind::Topic), topic });
        }
    }
    input.topics.items.push(topic);
}

pub(super) fn topic_policy(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let policy = TopicPolicy {
        id: cx.identity(ResourceKind::Policy),
        topics: block.texts(&["Topics"]),
        document: block.document(&["PolicyDocument"]),
    };
    input.topic_policies.items.push(policy);
}

pub(super) fn subscription(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let subscription = Subscription { id: cx.identity(ResourceKind::Topic), topic: block.text(&["TopicArn"]) };
    input.subscriptions.items.push(subscription);
}

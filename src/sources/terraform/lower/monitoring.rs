//! Log groups, metric filters, alarms and topics.

use super::companions::Companions;
use super::{Cx, blocks, filled, unless};
use crate::model::alarm::{Alarm, CompositeAlarm};
use crate::model::arn::Text;
use crate::model::attr::{Attr, State};
use crate::model::log_group::{LogGroup, Metric, MetricFilter};
use crate::model::topic::{Subscription, Topic, TopicPolicy};
use crate::model::{Input, ResourceKind};
use crate::sources::block::{Absent, Block, number};
use crate::sources::uses::without_star;

pub(super) fn log_group(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    // 0, the default, keeps events for ever.
    let retention = unless(block.attr(&["retention_in_days"], Absent::Missing, number), |days| *days == 0);
    let group = LogGroup {
        id: cx.identity(ResourceKind::LogGroup),
        name: cx.attribute("name"),
        // Versions of the provider before 3 end it with `:*`.
        arn: without_star(&cx.attribute("arn")),
        retention_days: retention,
        kms_key: cx.filled("kms_key_id"),
    };
    input.log_groups.items.push(group);
}

pub(super) fn metric_filter(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let filter = MetricFilter {
        id: cx.identity(ResourceKind::LogGroup),
        log_group: block.text(&["log_group_name"]),
        pattern: block.text(&["pattern"]),
        metrics: blocks(&block, &["metric_transformation"], |block| Metric {
            name: block.text(&["name"]),
            namespace: block.text(&["namespace"]),
        }),
    };
    input.metric_filters.items.push(filter);
}

pub(super) fn alarm(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let alarm = Alarm {
        id: cx.identity(ResourceKind::Topic),
        name: cx.attribute("alarm_name"),
        arn: cx.attribute("arn"),
        metrics: metrics(&block),
        actions: block.texts(&["alarm_actions"]),
        actions_enabled: block.flag(&["actions_enabled"], true),
    };
    input.alarms.items.push(alarm);
}

pub(super) fn composite_alarm(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let alarm = CompositeAlarm {
        id: cx.identity(ResourceKind::Topic),
        name: cx.attribute("alarm_name"),
        arn: cx.attribute("arn"),
        rule: block.text(&["alarm_rule"]),
        actions: block.texts(&["alarm_actions"]),
        actions_enabled: block.flag(&["actions_enabled"], true),
    };
    input.composite_alarms.items.push(alarm);
}

/// An alarm names one metric, or holds metric math whose terms name theirs.
fn metrics(block: &Block<'_>) -> Attr<Vec<Metric>> {
    if block.val.is_some_and(|val| val.has("metric_query")) {
        let terms = block.list(&["metric_query"], |query| {
            let named = query.val.is_some_and(|val| val.has("metric"));
            named.then(|| Metric {
                name: query.text(&["metric", "metric_name"]),
                namespace: query.text(&["metric", "namespace"]),
            })
        });
        return terms.map(|terms| terms.iter().flatten().cloned().collect());
    }
    let metric = Metric { name: filled(block.text(&["metric_name"])), namespace: filled(block.text(&["namespace"])) };
    let (name, at) = (metric.name.name.clone(), metric.name.at.clone());
    Attr::set(name, at, vec![metric])
}

pub(super) fn topic(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let topic = Topic { id: cx.identity(ResourceKind::Topic), name: cx.attribute("name"), arn: cx.attribute("arn") };
    let written = filled(cx.block().text(&["policy"]));
    let alone = companions.links("aws_sns_topic_policy", &[&topic.arn]).is_empty();
    if alone && !matches!(written.state, State::Missing) {
        let policy = TopicPolicy {
            id: cx.identity(ResourceKind::Policy),
            topics: Attr::set("arn", cx.origin(), vec![topic.arn.clone()]),
            document: cx.block().document(&["policy"]),
        };
        input.topic_policies.items.push(policy);
    }
    input.topics.items.push(topic);
}

pub(super) fn topic_policy(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let policy = TopicPolicy {
        id: cx.identity(ResourceKind::Policy),
        topics: block.text(&["arn"]).map(|arn: &Text| vec![arn.clone()]),
        document: block.document(&["policy"]),
    };
    input.topic_policies.items.push(policy);
}

pub(super) fn subscription(cx: &Cx<'_>, input: &mut Input) {
    let subscription = Subscription { id: cx.identity(ResourceKind::Topic), topic: cx.block().text(&["topic_arn"]) };
    input.subscriptions.items.push(subscription);
}

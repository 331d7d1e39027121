//! Where trails deliver to besides S3: log groups with their metric filters and alarms, and topics.

use std::collections::HashMap;

use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types as alarms;
use aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput;
use aws_sdk_cloudwatchlogs::operation::describe_metric_filters::DescribeMetricFiltersOutput;
use aws_sdk_cloudwatchlogs::types as logs;
use aws_sdk_sns::operation::get_topic_attributes::GetTopicAttributesOutput;
use serde_json::{Map, Value};

use super::client::{client, pages, send};
use super::run::Place;
use super::shape::{Shape, shape, words};

/// What the enabled checks need to know of a log group.
pub(super) async fn log_group(place: Place<'_>, name: &str) {
    let client = client!(place, aws_sdk_cloudwatchlogs, Json);
    let wanted = &place.run.wanted;
    let group = async {
        if wanted.has("logs:DescribeLogGroups") {
            let request = client.describe_log_groups().log_group_name_prefix(name);
            place.ask("logs", "describe-log-groups", Some(name), pages!(request)).await;
        }
    };
    let filters = async {
        if wanted.has("logs:DescribeMetricFilters") {
            let request = client.describe_metric_filters().log_group_name(name);
            place.ask("logs", "describe-metric-filters", Some(name), pages!(request)).await;
        }
    };
    tokio::join!(group, filters);
}

/// The alarms of a Region.
pub(super) async fn alarms(place: Place<'_>) {
    let client = client!(place, aws_sdk_cloudwatch, Cbor);
    let request = client
        .describe_alarms()
        .alarm_types(alarms::AlarmType::MetricAlarm)
        .alarm_types(alarms::AlarmType::CompositeAlarm);
    place.ask("cloudwatch", "describe-alarms", None, pages!(request)).await;
}

/// What the enabled checks need to know of a topic.
pub(super) async fn topic(place: Place<'_>, arn: &str) {
    let client = client!(place, aws_sdk_sns, Xml);
    if place.run.wanted.has("sns:GetTopicAttributes") {
        let request = client.get_topic_attributes().topic_arn(arn);
        place.ask("sns", "get-topic-attributes", Some(arn), send!(request)).await;
    }
}

/// The attributes that are kept of a topic.
const KEPT: &[&str] = &["TopicArn", "Owner", "Policy", "KmsMasterKeyId", "SubscriptionsConfirmed", "FifoTopic"];

fn kept(attributes: &HashMap<String, String>) -> Value {
    let kept = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), attributes.get(*name)?.json()?)));
    Value::Object(kept.collect())
}

impl Shape for GetTopicAttributesOutput {
    fn json(&self) -> Option<Value> {
        let mut object = Map::new();
        if let Some(attributes) = &self.attributes {
            object.insert("Attributes".to_owned(), kept(attributes));
        }
        Some(Value::Object(object))
    }
}

shape!(DescribeLogGroupsOutput { "logGroups": log_groups });
shape!(logs::LogGroup {
    "logGroupName": log_group_name,
    "creationTime": creation_time,
    "retentionInDays": retention_in_days,
    "metricFilterCount": metric_filter_count,
    "arn": arn,
    "kmsKeyId": kms_key_id,
    "logGroupClass": log_group_class,
    "logGroupArn": log_group_arn,
    "deletionProtectionEnabled": deletion_protection_enabled,
});
shape!(DescribeMetricFiltersOutput { "metricFilters": metric_filters });
shape!(logs::MetricFilter {
    "filterName": filter_name,
    "filterPattern": filter_pattern,
    "metricTransformations": metric_transformations,
    "logGroupName": log_group_name,
    "applyOnTransformedLogs": apply_on_transformed_logs,
});
shape!(logs::MetricTransformation {
    "metricName": metric_name,
    "metricNamespace": metric_namespace,
    "metricValue": metric_value,
});
words!(logs::LogGroupClass);

shape!(DescribeAlarmsOutput { "CompositeAlarms": composite_alarms, "MetricAlarms": metric_alarms });
shape!(alarms::CompositeAlarm {
    "ActionsEnabled": actions_enabled,
    "AlarmActions": alarm_actions,
    "AlarmArn": alarm_arn,
    "AlarmName": alarm_name,
    "AlarmRule": alarm_rule,
});
shape!(alarms::MetricAlarm {
    "AlarmName": alarm_name,
    "AlarmArn": alarm_arn,
    "ActionsEnabled": actions_enabled,
    "AlarmActions": alarm_actions,
    "MetricName": metric_name,
    "Namespace": namespace,
    "Statistic": statistic,
    "Period": period,
    "EvaluationPeriods": evaluation_periods,
    "Threshold": threshold,
    "ComparisonOperator": comparison_operator,
    "TreatMissingData": treat_missing_data,
    "Metrics": metrics,
});
shape!(alarms::MetricDataQuery {
    "Id": id,
    "MetricStat": metric_stat,
    "Expression": expression,
    "ReturnData": return_data,
});
shape!(alarms::MetricStat { "Metric": metric, "Period": period, "Stat": stat });
shape!(alarms::Metric { "Namespace": namespace, "MetricName": metric_name });
words!(alarms::ComparisonOperator, alarms::Statistic);

//! CloudTrail: trails, their state and selectors, and event data stores.

use aws_sdk_cloudtrail::operation::describe_trails::DescribeTrailsOutput;
use aws_sdk_cloudtrail::operation::get_event_data_store::GetEventDataStoreOutput;
use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::operation::get_insight_selectors::GetInsightSelectorsOutput;
use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput;
use aws_sdk_cloudtrail::operation::list_event_data_stores::ListEventDataStoresOutput;
use aws_sdk_cloudtrail::operation::list_tags::ListTagsOutput;
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, BillingMode, DataResource, EventDataStore, EventDataStoreStatus,
    EventSelector, InsightSelector, InsightType, ReadWriteType, ResourceTag, SourceEventCategory, Tag, Trail,
};

use super::client::{client, pages, send, whole};
use super::failure::Failure;
use super::run::Place;
use super::shape::{Shape, shape, words};
use crate::sources::aws::recording::GapReason;

const SERVICE: &str = "cloudtrail";

/// The trails that work in a Region, copies of multi-Region and organization trails included. Not paginated.
pub(super) async fn describe_trails(place: Place<'_>) {
    let client = client!(place, aws_sdk_cloudtrail, Json);
    let request = client.describe_trails().include_shadow_trails(true);
    let trails = async {
        let output = request.send().await?;
        // AWS writes an empty list where there is no trail.
        match output.trail_list {
            Some(_) => Ok(whole(output.json())),
            None => Err(Failure::new(GapReason::MalformedAnswer, "the answer holds no list of trails")),
        }
    };
    place.ask(SERVICE, "describe-trails", None, trails).await;
}

/// The event data stores of a Region, then each of them: the list says little.
pub(super) async fn event_data_stores(place: Place<'_>) {
    let client = client!(place, aws_sdk_cloudtrail, Json);
    let request = client.list_event_data_stores();
    place.ask(SERVICE, "list-event-data-stores", None, pages!(request)).await;
    let list = place.run.output(&place.call(SERVICE, "list-event-data-stores", None));
    let stores = list.as_ref().and_then(|list| list["EventDataStores"].as_array());
    for arn in stores.into_iter().flatten().filter_map(|store| store["EventDataStoreArn"].as_str()) {
        let request = client.get_event_data_store().event_data_store(arn);
        place.ask(SERVICE, "get-event-data-store", Some(arn), send!(request)).await;
    }
}

/// What the enabled checks need to know of a trail, asked by ARN in its home Region.
pub(super) async fn trail(place: Place<'_>, arn: &str) {
    let client = client!(place, aws_sdk_cloudtrail, Json);
    let wanted = &place.run.wanted;
    let status = async {
        if wanted.has("cloudtrail:GetTrailStatus") {
            let request = client.get_trail_status().name(arn);
            place.ask(SERVICE, "get-trail-status", Some(arn), send!(request)).await;
        }
    };
    let selectors = async {
        if wanted.has("cloudtrail:GetEventSelectors") {
            let request = client.get_event_selectors().trail_name(arn);
            place.ask(SERVICE, "get-event-selectors", Some(arn), send!(request)).await;
        }
    };
    let insights = async {
        if wanted.has("cloudtrail:GetInsightSelectors") {
            let request = client.get_insight_selectors().trail_name(arn);
            place.ask(SERVICE, "get-insight-selectors", Some(arn), send!(request)).await;
        }
    };
    let tags = async {
        if wanted.has("cloudtrail:ListTags") {
            let request = client.list_tags().resource_id_list(arn);
            place.ask(SERVICE, "list-tags", Some(arn), pages!(request)).await;
        }
    };
    tokio::join!(status, selectors, insights, tags);
}

shape!(DescribeTrailsOutput { "trailList": trail_list });
shape!(Trail {
    "Name": name,
    "S3BucketName": s3_bucket_name,
    "S3KeyPrefix": s3_key_prefix,
    "SnsTopicARN": sns_topic_arn,
    "IncludeGlobalServiceEvents": include_global_service_events,
    "IsMultiRegionTrail": is_multi_region_trail,
    "HomeRegion": home_region,
    "TrailARN": trail_arn,
    "LogFileValidationEnabled": log_file_validation_enabled,
    "CloudWatchLogsLogGroupArn": cloud_watch_logs_log_group_arn,
    "CloudWatchLogsRoleArn": cloud_watch_logs_role_arn,
    "KmsKeyId": kms_key_id,
    "HasCustomEventSelectors": has_custom_event_selectors,
    "HasInsightSelectors": has_insight_selectors,
    "IsOrganizationTrail": is_organization_trail,
});
shape!(GetTrailStatusOutput {
    "IsLogging": is_logging,
    "LatestDeliveryError": latest_delivery_error,
    "LatestNotificationError": latest_notification_error,
    "LatestDeliveryTime": latest_delivery_time,
    "LatestNotificationTime": latest_notification_time,
    "StartLoggingTime": start_logging_time,
    "StopLoggingTime": stop_logging_time,
    "LatestCloudWatchLogsDeliveryError": latest_cloud_watch_logs_delivery_error,
    "LatestCloudWatchLogsDeliveryTime": latest_cloud_watch_logs_delivery_time,
    "LatestDigestDeliveryTime": latest_digest_delivery_time,
    "LatestDigestDeliveryError": latest_digest_delivery_error,
});
shape!(GetEventSelectorsOutput {
    "TrailARN": trail_arn,
    "EventSelectors": event_selectors,
    "AdvancedEventSelectors": advanced_event_selectors,
});
shape!(EventSelector {
    "ReadWriteType": read_write_type,
    "IncludeManagementEvents": include_management_events,
    "DataResources": data_resources,
    "ExcludeManagementEventSources": exclude_management_event_sources,
});
shape!(DataResource { "Type": r#type, "Values": values });
shape!(AdvancedEventSelector { "Name": name, "FieldSelectors": field_selectors });
shape!(AdvancedFieldSelector {
    "Field": field,
    "Equals": equals,
    "StartsWith": starts_with,
    "EndsWith": ends_with,
    "NotEquals": not_equals,
    "NotStartsWith": not_starts_with,
    "NotEndsWith": not_ends_with,
});
shape!(GetInsightSelectorsOutput { "TrailARN": trail_arn, "InsightSelectors": insight_selectors });
shape!(InsightSelector { "InsightType": insight_type, "EventCategories": event_categories });
shape!(ListTagsOutput { "ResourceTagList": resource_tag_list });
shape!(ResourceTag { "ResourceId": resource_id, "TagsList": tags_list });
shape!(Tag { "Key": key, "Value": value });
shape!(ListEventDataStoresOutput { "EventDataStores": event_data_stores });
shape!(EventDataStore { "EventDataStoreArn": event_data_store_arn, "Name": name });
shape!(GetEventDataStoreOutput {
    "EventDataStoreArn": event_data_store_arn,
    "Name": name,
    "Status": status,
    "AdvancedEventSelectors": advanced_event_selectors,
    "MultiRegionEnabled": multi_region_enabled,
    "OrganizationEnabled": organization_enabled,
    "RetentionPeriod": retention_period,
    "TerminationProtectionEnabled": termination_protection_enabled,
    "CreatedTimestamp": created_timestamp,
    "UpdatedTimestamp": updated_timestamp,
    "KmsKeyId": kms_key_id,
    "BillingMode": billing_mode,
});
words!(BillingMode, EventDataStoreStatus, InsightType, ReadWriteType, SourceEventCategory);

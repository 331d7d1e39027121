//! The checks: one page and one function each.
//!
//! A check sees the model and nothing else. To add one: write `checks/<id>.md` and `src/checks/<id>.rs`, add fixtures,
//! and put its `mod` line and its row below.

use crate::finding::Judge;
use crate::model::Estate;

pub mod page;

mod access_logging;
mod audit_tampering_access;
mod bucket_exists;
mod bucket_versioning;
mod cloudwatch_logs;
mod data_event_loop;
mod data_events;
mod dedicated_bucket;
mod delegated_administrators;
mod deletion_protection;
mod delivery_health;
mod deprecated_subscription_commands;
mod duplicate_management_events;
mod event_data_store_coverage;
mod event_data_store_encryption;
mod event_data_store_ingestion;
mod event_data_store_protection;
mod event_data_store_retention;
mod full_access_usage;
mod global_service_events;
mod insights;
mod kms_encryption;
mod kms_key_health;
mod kms_key_policy;
mod least_privilege_bucket_policy;
mod lifecycle_retention;
mod log_delivery_policy;
mod log_file_validation;
mod log_group_encryption;
mod log_group_retention;
mod management_events;
mod metric_filter_alarms;
mod mfa_delete;
mod multi_region_trail;
mod organization_guardrail;
mod organization_trail;
mod public_access_block;
mod public_log_bucket;
mod secure_transport;
mod separate_trails;
mod sns_notifications;
mod suppressions;
mod trail_coverage;
mod trail_logging_enabled;
mod trail_quota;
mod trail_removal;
mod trail_tags;
mod witness;

/// A check's function.
pub type Run = fn(&Estate, &mut Judge<'_>);

/// A row of the table of checks.
#[derive(Debug)]
pub struct Check {
    /// The id: the name of its page.
    pub id: &'static str,
    /// The text of its page.
    pub page: &'static str,
    /// Its function.
    pub run: Run,
}

macro_rules! checks {
    ($($id:literal => $module:ident,)+) => {
        /// All checks, in the order of the documentation.
        pub static CHECKS: &[Check] = &[$(Check {
            id: $id,
            page: include_str!(concat!("../checks/", $id, ".md")),
            run: $module::run,
        }),+];
    };
}

checks! {
    "multi-region-trail" => multi_region_trail,
    "organization-trail" => organization_trail,
    "log-file-validation" => log_file_validation,
    "kms-encryption" => kms_encryption,
    "mfa-delete" => mfa_delete,
    "lifecycle-retention" => lifecycle_retention,
    "access-logging" => access_logging,
    "least-privilege-bucket-policy" => least_privilege_bucket_policy,
    "full-access-usage" => full_access_usage,
    "deprecated-subscription-commands" => deprecated_subscription_commands,
    "data-events" => data_events,
    "cloudwatch-logs" => cloudwatch_logs,
    "dedicated-bucket" => dedicated_bucket,
    "separate-trails" => separate_trails,
    "trail-coverage" => trail_coverage,
    "trail-logging-enabled" => trail_logging_enabled,
    "management-events" => management_events,
    "global-service-events" => global_service_events,
    "duplicate-management-events" => duplicate_management_events,
    "data-event-loop" => data_event_loop,
    "insights" => insights,
    "bucket-exists" => bucket_exists,
    "public-access-block" => public_access_block,
    "public-log-bucket" => public_log_bucket,
    "bucket-versioning" => bucket_versioning,
    "secure-transport" => secure_transport,
    "log-delivery-policy" => log_delivery_policy,
    "delivery-health" => delivery_health,
    "kms-key-policy" => kms_key_policy,
    "kms-key-health" => kms_key_health,
    "sns-notifications" => sns_notifications,
    "log-group-retention" => log_group_retention,
    "log-group-encryption" => log_group_encryption,
    "metric-filter-alarms" => metric_filter_alarms,
    "audit-tampering-access" => audit_tampering_access,
    "organization-guardrail" => organization_guardrail,
    "delegated-administrators" => delegated_administrators,
    "event-data-store-encryption" => event_data_store_encryption,
    "event-data-store-coverage" => event_data_store_coverage,
    "event-data-store-protection" => event_data_store_protection,
    "event-data-store-retention" => event_data_store_retention,
    "event-data-store-ingestion" => event_data_store_ingestion,
    "deletion-protection" => deletion_protection,
    "trail-tags" => trail_tags,
    "trail-quota" => trail_quota,
    "trail-removal" => trail_removal,
    "expired-suppression" => suppressions,
    "unused-suppression" => suppressions,
}

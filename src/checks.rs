//! The checks: one page and one function each.
//!
//! A check sees the model and nothing else. To add one: write `checks/<id>.md` and `src/checks/<id>.rs`, add fixtures,
//! and put its `mod` line and its row below.

use crate::finding::Judge;
use crate::model::Estate;

pub mod page;

mod access_logging;
mod bucket_versioning;
mod cloudwatch_logs;
mod dedicated_bucket;
mod deprecated_subscription_commands;
mod kms_encryption;
mod lifecycle_retention;
mod log_file_validation;
mod multi_region_trail;
mod organization_trail;
mod public_access_block;
mod separate_trails;
mod trail_logging_enabled;

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
    "lifecycle-retention" => lifecycle_retention,
    "access-logging" => access_logging,
    "deprecated-subscription-commands" => deprecated_subscription_commands,
    "cloudwatch-logs" => cloudwatch_logs,
    "dedicated-bucket" => dedicated_bucket,
    "separate-trails" => separate_trails,
    "trail-logging-enabled" => trail_logging_enabled,
    "public-access-block" => public_access_block,
    "bucket-versioning" => bucket_versioning,
}

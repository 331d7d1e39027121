//! The checks: one page and one function each.
//!
//! A check sees the model and nothing else. To add one: write `checks/<id>.md` and `src/checks/<id>.rs`, add fixtures,
//! and put its `mod` line and its row below.

use crate::finding::Judge;
use crate::model::Estate;

pub mod page;

mod audit_tampering_access;
mod delegated_administrators;
mod full_access_usage;
mod kms_key_health;
mod kms_key_policy;
mod log_file_validation;
mod organization_guardrail;
mod sns_notifications;

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
    "log-file-validation" => log_file_validation,
    "full-access-usage" => full_access_usage,
    "kms-key-policy" => kms_key_policy,
    "kms-key-health" => kms_key_health,
    "sns-notifications" => sns_notifications,
    "audit-tampering-access" => audit_tampering_access,
    "organization-guardrail" => organization_guardrail,
    "delegated-administrators" => delegated_administrators,
}

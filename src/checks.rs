//! The checks: one page and one function each.
//!
//! A check sees the model and nothing else. To add one: write `checks/<id>.md` and `src/checks/<id>.rs`, add fixtures,
//! and put its `mod` line and its row below.

use crate::finding::Judge;
use crate::model::Estate;

pub mod page;

mod least_privilege_bucket_policy;
mod log_delivery_policy;
mod log_file_validation;
mod mfa_delete;
mod public_log_bucket;
mod secure_transport;

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
    "mfa-delete" => mfa_delete,
    "least-privilege-bucket-policy" => least_privilege_bucket_policy,
    "public-log-bucket" => public_log_bucket,
    "secure-transport" => secure_transport,
    "log-delivery-policy" => log_delivery_policy,
}

//! The checks: one page and one function each.
//!
//! A check sees the model and nothing else. To add one: write `checks/<id>.md` and `src/checks/<id>.rs`, add fixtures,
//! and put its `mod` line and its row below.

use crate::finding::Judge;
use crate::model::Estate;

pub mod page;

mod data_event_loop;
mod data_events;
mod duplicate_management_events;
mod event_data_store_coverage;
mod global_service_events;
mod insights;
mod log_file_validation;
mod management_events;
mod trail_coverage;
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
    "log-file-validation" => log_file_validation,
    "data-events" => data_events,
    "trail-coverage" => trail_coverage,
    "management-events" => management_events,
    "global-service-events" => global_service_events,
    "duplicate-management-events" => duplicate_management_events,
    "data-event-loop" => data_event_loop,
    "insights" => insights,
    "event-data-store-coverage" => event_data_store_coverage,
}

//! Trailwarden tells whether an AWS CloudTrail audit trail can be trusted.
//!
//! The floors, from top to bottom; an import may skip floors and never points up:
//!
//! ```text
//! cli → reports → scan → config, compare, suppressions → sources | checks → finding → model | syntax → truth, source_map
//! ```
pub mod checks;
pub mod cli;
pub mod compare;
pub mod config;
pub mod finding;
pub mod model;
pub mod reports;
pub mod scan;
pub mod source_map;
pub mod sources;
pub mod suppressions;
pub mod syntax;
pub mod truth;

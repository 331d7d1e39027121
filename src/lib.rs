//! Trailwarden tells whether an AWS CloudTrail audit trail can be trusted.
pub mod source_map;
pub mod syntax;
pub mod truth;

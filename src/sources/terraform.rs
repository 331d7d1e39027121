//! Terraform and OpenTofu: configuration (`.tf`, `.tf.json`), plans and states, lowered into the model by one code.
//!
//! Each form first becomes a list of [`instance::Instance`]s, resources with their arguments evaluated; `attributes`
//! says what a resource exports; what follows does not know which form was read.

pub mod attributes;
pub mod commands;
pub mod eval;
pub mod functions;
pub mod instance;
pub mod lower;
pub mod module;
#[cfg(test)]
mod notation;
pub mod overlay;
pub mod plan;
pub mod policy_document;
pub mod state;
pub mod supplement;

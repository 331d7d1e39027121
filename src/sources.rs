//! What turns texts into the model: one module a source, and the value tree that they share.
pub mod aws;
pub mod block;
pub mod cloudformation;
pub mod embed;
pub mod grants;
pub mod partition;
pub mod policy;
pub mod script;
pub mod selectors;
pub mod shell;
pub mod terraform;
pub mod uses;
pub mod value;
pub mod worlds;

//! Live AWS accounts: asking them, what they answered, and what follows from it. Only `collect` calls AWS.
pub mod actions;
#[cfg(feature = "live")]
pub mod collect;
pub mod lower;
pub mod recording;

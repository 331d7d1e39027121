//! Live AWS accounts: what they answered, and what follows from it. Nothing here calls AWS.
pub mod lower;
pub mod recording;

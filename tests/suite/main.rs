//! The tests that see the crate from outside, as one binary.

mod hostile;
mod reports;
mod sarif;

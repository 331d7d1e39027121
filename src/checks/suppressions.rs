//! `expired-suppression` and `unused-suppression`: what they judge is no part of the estate, but what was said about its
//! findings. The scan makes their findings when all others are known.

use crate::finding::Judge;
use crate::model::Estate;

/// Says nothing: see `scan`.
pub(super) fn run(_: &Estate, _: &mut Judge<'_>) {}

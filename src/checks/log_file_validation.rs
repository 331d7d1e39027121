//! Digest files, by which altered or deleted log files are noticed.

use crate::finding::Judge;
use crate::model::Estate;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        let validation = &trail.log_file_validation;
        judge
            .on(trail)
            .claim("validates its log files", "does not validate its log files")
            .looks_at(validation, "true")
            .remedy(format!("Set '{}' to true.", validation.name))
            .rule(validation.is(&true));
    }
}

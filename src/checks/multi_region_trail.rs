//! Trails that record every Region.

use crate::finding::Judge;
use crate::model::Estate;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        let multi_region = &trail.multi_region;
        judge
            .on(trail)
            .claim("records all Regions", "records a single Region")
            .looks_at(multi_region, "true")
            .remedy(format!("Set '{}' to true.", multi_region.name))
            .rule(multi_region.is(&true));
    }
}

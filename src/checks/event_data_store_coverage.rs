//! The Regions and accounts that an event data store takes in.

use crate::finding::{Judge, Severity};
use crate::model::{Estate, Input};
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for input in &estate.inputs {
        let organization = shows_organization(input);
        for store in &input.event_data_stores {
            let (regions, members) = (&store.multi_region, &store.organization);
            let regional = regions.is(&true);
            let whole = members.is(&true) | !organization.clone();
            let draft = judge.on(store).claim("takes in all Regions", "does not take in all Regions");
            if regional != Truth::True {
                draft.looks_at(regions, "true").remedy(format!("Set '{}' to true.", regions.name)).rule(regional);
                continue;
            }
            match whole {
                Truth::True => draft.looks_at(regions, "true").pass(),
                other => draft
                    .claim("takes in the whole organization", "does not take in the whole organization")
                    .severity(Severity::Low)
                    .looks_at(members, "true")
                    .evidence(&*regions.name, "true", regions.observed(), &regions.at)
                    .remedy(format!("Set '{}' to true.", members.name))
                    .rule(other),
            }
        }
    }
}

/// Whether the input shows that its account is the head of an organization.
fn shows_organization(input: &Input) -> Truth {
    let seen = Truth::any(input.organizations.iter().map(|organization| organization.id.existence.truth()));
    seen | Truth::any(input.delegated_administrators.iter().map(|administrator| administrator.id.existence.truth()))
}

//! The events of services without a Region: IAM, STS, CloudFront, Route 53, Organizations.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::arn::Text;
use crate::model::event_selector::Recorded;
use crate::model::event_selector::event::GLOBAL_SOURCES;
use crate::model::recording::{Recording, others};
use crate::model::trail::Trail;
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for recording in Recording::all(estate) {
        let together = recording.together(|recorder| recorder.counts.clone() & takes_in(recorder.trail));
        let elsewhere = records(&together) | recording.more();
        let helpers = recording.some(|other| {
            other.counts == Truth::True
                && takes_in(other.trail) == Truth::True
                && other.recorded.management().any == Truth::True
        });
        for recorder in &recording.recorders {
            let (trail, flag) = (recorder.trail, &recorder.trail.global_service_events);
            let own = takes_in(trail);
            let draft = judge
                .on(trail)
                .claim("includes the events of global services", "does not include the events of global services")
                .looks_at(flag, "true")
                .looks_at(&trail.multi_region, "true, or the trail stands in the Region that receives these events");
            let any = Truth::any(GLOBAL_SOURCES.into_iter().map(|source| recorder.recorded.touches_source(source)));
            match (&own, &any, &elsewhere) {
                (Truth::True, Truth::True, _) => draft.pass(),
                (_, _, Truth::True) => {
                    let others = others(&helpers, trail);
                    draft
                        .claim("has the events of global services recorded", "")
                        .because(format!("they are recorded by {others}"))
                        .pass();
                }
                (_, Truth::False, Truth::False) => {
                    draft.not_applicable(CauseKind::NoSubject, "it records no management events of global services");
                }
                (Truth::False, Truth::True, Truth::False) => {
                    if flag.is(&true) == Truth::False {
                        draft
                            .remedy(format!("Set '{}' to true, and '{}' too.", flag.name, trail.multi_region.name))
                            .fail();
                    } else {
                        draft
                            .at(&trail.multi_region.at)
                            .fault(&*trail.multi_region.name)
                            .because(format!(
                                "{}, and the Region '{}' does not receive them",
                                trail.multi_region.says(),
                                trail.home_region
                            ))
                            .remedy(format!("Set '{}' to true.", trail.multi_region.name))
                            .fail();
                    }
                }
                _ => {
                    let open = [own, any, elsewhere.clone()].into_iter().filter_map(|truth| match truth {
                        Truth::Unknown(causes) => Some(causes),
                        _ => None,
                    });
                    if let Some(causes) = open.reduce(crate::truth::Causes::and) {
                        draft.unknown(causes);
                    }
                }
            }
        }
    }
}

/// Whether a trail gets the global service events that its selectors ask for.
fn takes_in(trail: &Trail) -> Truth {
    trail.global_service_events.is(&true) & (trail.multi_region.is(&true) | receives(&trail.home_region))
}

fn records(recorded: &Recorded) -> Truth {
    Truth::all(GLOBAL_SOURCES.into_iter().map(|source| recorded.records_source(source)))
}

/// Whether global service events are delivered to this Region. It has been one Region of each partition since
/// 2021-11-22; a Region that is not known is taken to be of the partition `aws`.
fn receives(region: &Text) -> Truth {
    let prefixes: [(&str, &[&str]); 4] = [
        ("cn-", &["cn-north-1", "cn-northwest-1"]),
        ("us-gov-", &["us-gov-west-1"]),
        ("us-iso-", &["us-iso-east-1"]),
        ("us-isob-", &["us-isob-east-1"]),
    ];
    let of_partition = prefixes.into_iter().find(|(prefix, _)| region.starts_with(prefix) == Truth::True);
    let receiving = of_partition.map_or(&["us-east-1"][..], |(_, regions)| regions);
    Truth::any(receiving.iter().map(|name| region.same(&(*name).into())))
}

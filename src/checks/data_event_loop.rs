//! A trail that records the delivery of its own logs, which makes new logs, which are delivered.

use crate::finding::Judge;
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::bucket::Bucket;
use crate::model::event_selector::Recorded;
use crate::model::trail::Trail;
use crate::model::{Estate, Link, outside};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails() {
        let (recorded, place) = (trail.selectors.recorded(), trail.selectors.place());
        let draft = judge
            .on(trail)
            .claim("keeps the delivery of its own logs out of its data events", "records the delivery of its own logs")
            .at(place.at)
            .fault(place.name)
            .because(format!("'{}' takes in no object of the places where its logs are written", place.name));
        let objects = recorded.any_objects();
        if objects == Truth::False {
            draft.not_applicable(CauseKind::NoSubject, "it records no data events of S3 objects");
            continue;
        }
        let logs = trail.bucket.fold(|seen| match seen {
            Seen::Value(name) => own_logs(trail, name, &recorded),
            Seen::Hidden(cause) | Seen::Unseen(cause) => everywhere(&recorded, &cause.clone().into()),
            Seen::Absent => Truth::False,
        });
        let access_logs = trail.bucket.fold(|seen| match seen {
            Seen::Value(name) => access_logs(estate, trail, name, &recorded),
            Seen::Hidden(cause) | Seen::Unseen(cause) => everywhere(&recorded, &cause.clone().into()),
            Seen::Absent => Truth::False,
        });
        let which = if logs == Truth::True { "its log files" } else { "the access logs of its bucket" };
        match (logs | access_logs, objects) {
            (Truth::True, _) => draft
                .because(format!(
                    "'{}' takes in the data events of the place where {which} are written, so that each delivery causes the next",
                    place.name
                ))
                .evidence(place.name, "no object below the place of its own logs", trail.bucket.says(), &trail.bucket.at)
                .remedy(format!(
                    "Leave the log bucket, and the bucket of its access logs, out of '{}': name the other buckets, or use 'AdvancedEventSelectors' with 'NotStartsWith' on 'resources.ARN'.",
                    place.name
                ))
                .fail(),
            // It may record no data events of objects at all: pass and not applicable are both possible.
            (Truth::False, Truth::Unknown(causes)) | (Truth::Unknown(causes), _) => draft.unknown(causes),
            (Truth::False, _) => draft.pass(),
        }
    }
}

fn bucket_arn(trail: &Trail, name: &Text) -> Text {
    Text::format("arn:{}:s3:::{}", &[&trail.partition(), name])
}

/// Log and digest files are written below `[prefix/]AWSLogs/`, those of an account below its id, those of an
/// organization below the organization's and the owner's.
fn own_logs(trail: &Trail, bucket: &Text, recorded: &Recorded) -> Truth {
    let bucket = bucket_arn(trail, bucket);
    trail.prefix.fold(|seen| {
        let below = match seen {
            Seen::Value(prefix) if !prefix.is_certainly_empty() => Text::format("{}/AWSLogs/", &[prefix]),
            Seen::Hidden(cause) | Seen::Unseen(cause) => {
                return in_part(recorded, &bucket, &Text::default(), &cause.clone().into());
            }
            Seen::Value(_) | Seen::Absent => "AWSLogs/".into(),
        };
        let account = Text::format("{}{}/", &[&below, &trail.account]);
        match trail.organization.is(&true) {
            Truth::True => recorded.records_delivery(&bucket, &below),
            Truth::False => recorded.records_delivery(&bucket, &account),
            unknown @ Truth::Unknown(_) => {
                recorded.records_delivery(&bucket, &account) | (unknown & recorded.records_delivery(&bucket, &below))
            }
        }
    })
}

/// S3 writes the access logs of the log bucket to their target, and each delivery to the log bucket makes one.
fn access_logs(estate: &Estate, trail: &Trail, name: &Text, recorded: &Recorded) -> Truth {
    let bucket: &Bucket = match estate.bucket(trail.id.input, name) {
        Link::Here(bucket) => bucket,
        Link::Elsewhere(name) => {
            return everywhere(recorded, &Truth::unknown(CauseKind::OutsideScope, outside("bucket", &name)));
        }
        Link::Unknown(causes) => return everywhere(recorded, &Truth::Unknown(causes)),
    };
    bucket.logging.fold(|seen| match seen {
        Seen::Absent => Truth::False,
        Seen::Hidden(cause) | Seen::Unseen(cause) => everywhere(recorded, &cause.clone().into()),
        Seen::Value(logging) => logging.target.fold(|seen| {
            let target = match seen {
                Seen::Value(target) if !target.is_certainly_empty() => target,
                Seen::Hidden(cause) | Seen::Unseen(cause) => return everywhere(recorded, &cause.clone().into()),
                Seen::Value(_) | Seen::Absent => &bucket.name,
            };
            let target = bucket_arn(trail, target);
            logging.prefix.fold(|seen| match seen {
                Seen::Value(prefix) => recorded.records_delivery(&target, prefix),
                Seen::Absent => recorded.records_delivery(&target, &Text::default()),
                Seen::Hidden(cause) | Seen::Unseen(cause) => {
                    in_part(recorded, &target, &Text::default(), &cause.clone().into())
                }
            })
        }),
    })
}

/// The place is somewhere below: certain only when nothing below it is recorded.
fn in_part(recorded: &Recorded, bucket: &Text, prefix: &Text, why: &Truth) -> Truth {
    match recorded.covers_objects(bucket, prefix).writes {
        Truth::True => Truth::True,
        _ => recorded.records_delivery(bucket, prefix) & why.clone(),
    }
}

/// The bucket is not known: certain only when all buckets are recorded, or none.
fn everywhere(recorded: &Recorded, why: &Truth) -> Truth {
    recorded.every_object() | (recorded.any_objects() & why.clone())
}

//! Whether the bucket that a live trail delivers to is there.

use crate::finding::Judge;
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::trail::Trail;
use crate::model::{Estate, Link};
use crate::truth::{CauseKind, Causes, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for trail in estate.own_trails().filter(|trail| estate.input(trail.id.input).live.is_some()) {
        let bucket = &trail.bucket;
        judge
            .on(trail)
            .claim("delivers to a bucket that exists", "delivers to a bucket that does not exist")
            .looks_at(bucket, "a bucket that exists")
            .because(match bucket.possible().next() {
                Some(name) => format!("'{}' is '{name}'", bucket.name),
                None => bucket.says(),
            })
            .remedy(format!(
                "Create the bucket again in your own account, with its policy, or set '{}' to another one: until then \
                 no log file is delivered, and anybody may take the name and receive them.",
                bucket.name
            ))
            .rule(exists(estate, trail));
    }
}

fn exists(estate: &Estate, trail: &Trail) -> Truth {
    trail.bucket.fold(|seen| match seen {
        Seen::Value(name) => one(estate, trail, name),
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
        Seen::Absent => Truth::unknown(CauseKind::NotAnswered, "the answer names no bucket"),
    })
}

fn one(estate: &Estate, trail: &Trail, name: &Text) -> Truth {
    let missing = |causes: &Causes| causes.iter().any(|cause| cause.kind == CauseKind::BucketMissing);
    match estate.bucket(trail.id.input, name) {
        Link::Here(_) => Truth::True,
        Link::Unknown(causes) if missing(&causes) => Truth::False,
        Link::Unknown(causes) => Truth::Unknown(causes),
        Link::Elsewhere(_) => {
            Truth::unknown(CauseKind::NotCollected, format!("nothing was asked about the bucket '{name}'"))
        }
    }
}

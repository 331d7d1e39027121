//! Server access logs of the log bucket: who read or removed log files.

use crate::finding::{Draft, Judge, Severity};
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::bucket::{AccessLogging, Bucket};
use crate::model::event_selector::Recorded;
use crate::model::lookup::LogTarget;
use crate::model::trail::Trail;
use crate::model::{Estate, Input, Link};
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let recorders: Vec<Vec<Recorder<'_>>> = estate.inputs.iter().map(recorders).collect();
    for target in estate.log_buckets() {
        let draft = judge.on(&target).claim("logs access to its objects", "does not log access to its objects");
        let bucket = match target.here() {
            Ok(bucket) => bucket,
            Err(causes) => {
                draft.at(&target.named_at()).unknown(causes);
                continue;
            }
        };
        let logging = &bucket.logging;
        let draft = match logging.possible().next() {
            Some(access) => looks_at_target(estate, bucket, access, draft),
            None => draft.remedy(format!(
                "Set '{}' so that access logs go to another bucket, one without default Object Lock retention.",
                logging.name
            )),
        };
        let mut draft = draft.looks_whether(logging, "server access logs in another bucket");
        if let Some(trail) = recorded_by(&recorders[bucket.id.input.0 as usize], &target, bucket) {
            draft = draft.severity(Severity::Note).evidence(
                selector_name(trail),
                "a record of access to log files",
                format!("the trail '{}' records S3 data events of this bucket", trail.id.shown),
                &trail.id.at,
            );
        }
        draft.rule(logging.satisfies(|access| delivers(estate, bucket, access)));
    }
}

/// Whether the access logs arrive in another bucket.
fn delivers(estate: &Estate, bucket: &Bucket, access: &AccessLogging) -> Truth {
    access.target.fold(|seen| match seen {
        Seen::Value(name) if name.is_certainly_empty() => Truth::False,
        Seen::Value(name) => !(is_itself(bucket, name) | locked(estate, bucket, name)),
        // Set by a reference: that there is a target is what counts.
        Seen::Hidden(_) => Truth::True,
        Seen::Unseen(cause) => cause.clone().into(),
        Seen::Absent => Truth::False,
    })
}

/// Whether the target certainly is the bucket itself; a name that is only possibly its own counts as another.
fn is_itself(bucket: &Bucket, name: &Text) -> Truth {
    Truth::known(bucket.name.same(name) == Truth::True || bucket.arn.same(name) == Truth::True)
}

/// Whether objects in the target are locked by default, which S3 does not deliver access logs into.
fn locked(estate: &Estate, bucket: &Bucket, name: &Text) -> Truth {
    match estate.bucket(bucket.id.input, name) {
        Link::Here(target) => target.object_lock.satisfies(|_| Truth::True),
        Link::Elsewhere(_) | Link::Unknown(_) => Truth::False,
    }
}

fn looks_at_target<'j, 'o>(
    estate: &Estate,
    bucket: &Bucket,
    access: &AccessLogging,
    draft: Draft<'j, 'o>,
) -> Draft<'j, 'o> {
    let target = &access.target;
    let remedy = format!("Set '{}' to another bucket, one without default Object Lock retention.", target.name);
    let mut draft = draft.remedy(remedy).looks_at(target, "another bucket, without default Object Lock retention");
    if let Some(name) = target.possible().next() {
        if is_itself(bucket, name) == Truth::True {
            draft = draft.because(format!("'{}' is the bucket itself", target.name));
        } else if let Link::Here(other) = estate.bucket(bucket.id.input, name)
            && locked(estate, bucket, name) == Truth::True
        {
            let lock = &other.object_lock;
            draft = draft
                .because(format!(
                    "'{}' is '{}', and '{}' there keeps S3 from delivering access logs",
                    target.name, other.id.shown, lock.name
                ))
                .related("The target locks its objects by default", &lock.at);
        }
    } else if target.written() == Truth::False {
        draft = draft.because(format!("{}, so the access logs go to the bucket itself", target.says()));
    }
    draft
}

/// The attribute that selects the events.
fn selector_name(trail: &Trail) -> &str {
    let selectors = &trail.selectors;
    if selectors.advanced.written() == Truth::True { &selectors.advanced.name } else { &selectors.basic.name }
}

/// A logging trail with the data events that it records.
type Recorder<'a> = (&'a Trail, Recorded);

/// The trails of an input that certainly log and may record data events of objects.
fn recorders(input: &Input) -> Vec<Recorder<'_>> {
    input
        .trails
        .iter()
        .filter(|trail| (trail.id.existence.truth() & trail.logging.is(&true)) == Truth::True)
        .map(|trail| (trail, trail.selectors.recorded()))
        .filter(|(_, recorded)| recorded.any_objects() != Truth::False)
        .collect()
}

/// A trail of the same input that certainly records all reads and writes of the log files in the bucket.
fn recorded_by<'a>(recorders: &[Recorder<'a>], target: &LogTarget<'_, Bucket>, bucket: &Bucket) -> Option<&'a Trail> {
    let found = recorders.iter().find(|(trail, recorded)| {
        if (trail.multi_region.is(&true) | trail.home_region.same(&bucket.region)) != Truth::True {
            return false;
        }
        let covers = |keys: &Text| Truth::known(recorded.surely_covers_objects(&bucket.arn, keys));
        Truth::all(target.trails.iter().map(|delivers| {
            delivers.each_prefix(|prefix| Truth::all(delivers.key_beginnings(prefix).iter().map(covers)))
        })) == Truth::True
    });
    found.map(|(trail, _)| *trail)
}

//! Whether the keys of log files can do their work: CloudTrail cannot deliver with a disabled or unfit key.

use crate::finding::{Judge, Severity};
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::key::Key;
use crate::model::lookup::LogTarget;
use crate::model::{Estate, Link};
use crate::truth::{Cause, CauseKind, Truth};

const FIT: &str = "can encrypt log files";
const UNFIT: &str = "cannot encrypt log files";

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_keys() {
        match &target.link {
            Link::Here(key) => health(estate, judge, &target, key),
            _ => {
                let draft = judge.on(&target).claim(FIT, UNFIT).at(&target.named_at()).fault("key");
                if let Some(causes) = target.not_here() {
                    draft.unknown(causes);
                }
            }
        }
    }
}

fn health(estate: &Estate, judge: &mut Judge<'_>, target: &LogTarget<'_, Key>, key: &Key) {
    let symmetric = Text::from("SYMMETRIC_DEFAULT");
    let encrypts = Text::from("ENCRYPT_DECRYPT");
    let enabled = key.enabled.is(&true);
    let live = estate.input(key.id.input).live.as_ref();
    let spec = key.spec.satisfies(|spec| spec.same(&symmetric));
    let usage = key.usage.satisfies(|usage| usage.same(&encrypts));
    let near = same_region(estate, target, key);
    // Only symmetric keys with key material of AWS rotate; for any other there is nothing to switch on.
    let rotates = key.origin.satisfies(|origin| origin.same(&Text::from("AWS_KMS")));
    let rotation = key.rotation.is(&true) | !(rotates & spec.clone() & usage.clone());

    let mut failed = false;
    let mut fail = |truth: &Truth| {
        failed |= *truth == Truth::False;
        *truth == Truth::False
    };
    if fail(&enabled) {
        let draft = judge.on(key).claim(FIT, UNFIT);
        match live.and_then(|live| live.key_states.get(&key.id.address)) {
            Some(state) => draft
                .looks_at(state, "Enabled")
                .remedy("Cancel the deletion or enable the key, or give the trails another key.")
                .fail(),
            None => draft
                .looks_at(&key.enabled, "true")
                .remedy(format!("Set '{}' to true, or give the trails another key.", key.enabled.name))
                .fail(),
        }
    }
    for (attr, truth, wanted) in [(&key.spec, &spec, "SYMMETRIC_DEFAULT"), (&key.usage, &usage, "ENCRYPT_DECRYPT")] {
        if fail(truth) {
            judge
                .on(key)
                .claim(FIT, UNFIT)
                .looks_at(attr, wanted)
                .remedy(format!(
                    "Make a new key with '{}' {wanted} and name it on the trails: the kind of a key cannot be changed.",
                    attr.name
                ))
                .fail();
        }
    }
    if fail(&near) {
        judge
            .on(key)
            .claim("is in the Region of the log bucket", "is not in the Region of the log bucket")
            .because(format!("the key is in '{}', the bucket is not", key.region))
            .fault("region")
            .evidence("region", "the Region of the bucket", key.region.to_string(), &key.id.at)
            .related("the bucket is named here", &target.trails[0].bucket.at)
            .remedy(format!(
                "Name a key of the bucket's Region in '{}': CloudTrail encrypts where the bucket is.",
                target.trails[0].kms_key.name
            ))
            .fail();
    }
    if fail(&rotation) {
        judge
            .on(key)
            .claim("rotates", "does not rotate")
            .looks_at(&key.rotation, "true")
            .severity(Severity::Low)
            .remedy(format!("Set '{}' to true.", key.rotation.name))
            .fail();
    }
    if !failed {
        let unclear = [
            (&enabled, &key.enabled.at),
            (&spec, &key.spec.at),
            (&usage, &key.usage.at),
            (&rotation, &key.rotation.at),
        ];
        let unclear = unclear.into_iter().find(|(truth, _)| **truth != Truth::True);
        judge
            .on(key)
            .at(unclear.map_or(&key.id.at, |(_, at)| at))
            .claim("can encrypt log files and rotates", UNFIT)
            .looks_at(&key.enabled, "true")
            .looks_at(&key.rotation, "true")
            .looks_at(&key.spec, "SYMMETRIC_DEFAULT")
            .looks_at(&key.usage, "ENCRYPT_DECRYPT")
            .looks_at(&key.origin, "AWS_KMS, where the key is to rotate")
            .because(match live.and_then(|live| live.key_states.get(&key.id.address)) {
                Some(state) => format!("{}, {}", state.says(), key.rotation.says()),
                None => format!("{}, {}", key.enabled.says(), key.rotation.says()),
            })
            .fault("key")
            .rule(Truth::all([enabled, spec, usage, near, rotation]));
    }
}

/// Whether the key is in the Region of every bucket that its trails deliver to. Regions that are not known are not
/// held against the key: a template is often meant for any Region, and then both are in the same.
fn same_region(estate: &Estate, target: &LogTarget<'_, Key>, key: &Key) -> Truth {
    Truth::all(target.trails.iter().map(|trail| {
        let near = trail.bucket.fold(|seen| match seen {
            Seen::Value(name) => match estate.bucket(trail.id.input, name) {
                Link::Here(bucket) => match (key.region.literal(), bucket.region.literal()) {
                    (Some(key), Some(bucket)) => Truth::known(key == bucket),
                    _ => Truth::True,
                },
                _ => Truth::True,
            },
            _ => Truth::True,
        });
        // A trail that only may use the key does not blame it.
        match (near, trail.id.existence.beside(&key.id.existence)) {
            (Truth::False, Truth::Unknown(causes)) => Truth::Unknown(causes),
            (Truth::False, _) if trail.kms_key.cases().len() > 1 => {
                Cause::new(CauseKind::Condition, "the trail uses the key under a condition only").into()
            }
            (near, _) => near,
        }
    }))
}

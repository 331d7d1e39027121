//! Log buckets that serve nothing but trails.

use crate::finding::{Judge, Severity};
use crate::model::Estate;
use crate::model::bucket::Bucket;
use crate::model::bucket_users::BucketUsers;
use crate::model::trail::Trail;
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let users = BucketUsers::of(estate);
    for target in estate.log_buckets() {
        let claim = ("holds nothing but the logs of trails", "holds more than the logs of trails");
        let bucket = match target.here() {
            Ok(bucket) => bucket,
            Err(causes) => {
                judge.on(&target).claim(claim.0, claim.1).at(&target.named_at()).unknown(causes);
                continue;
            }
        };
        let mut used = !estate.input(bucket.id.input).bucket_uses.complete.clone();
        for user in users.other_than_trails(estate, bucket, &target.name) {
            used = used | user.uses.clone();
            if user.uses == Truth::True {
                judge
                    .on(&target)
                    .claim(claim.0, claim.1)
                    .at(&user.at)
                    .fault(user.fault)
                    .because(user.what.as_str())
                    .evidence(user.attribute, "not this bucket", user.what, &user.at)
                    .remedy(user.remedy)
                    .fail();
            }
        }
        if used != Truth::True
            && let Some(trail) = target.trails.iter().find(|trail| is_in_management_account(estate, trail, bucket))
        {
            judge
                .on(&target)
                .claim(claim.0, "lies in the account that it records")
                .severity(Severity::Low)
                .fault("management-account")
                .because(format!(
                    "the organization trail '{}' keeps its logs in the management account",
                    trail.id.shown
                ))
                .remedy("Let the organization trail deliver to a bucket of an account that holds nothing but logs.")
                .fail();
            continue;
        }
        // Each certain user has its own finding already.
        if used != Truth::True {
            judge.on(&target).claim(claim.0, claim.1).because("nothing else that was read uses it").rule(!used);
        }
    }
}

/// Whether an organization trail's bucket is in the management account, as live accounts show: a central log bucket
/// belongs into an account of its own.
fn is_in_management_account(estate: &Estate, trail: &Trail, bucket: &Bucket) -> bool {
    estate.input(trail.id.input).live.is_some()
        && trail.organization.is(&true) == Truth::True
        && bucket.account.literal().is_some_and(|owner| trail.account.literal() == Some(owner))
}

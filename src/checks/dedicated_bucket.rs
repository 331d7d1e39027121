//! Log buckets that serve nothing but trails.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::bucket_users::BucketUsers;
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
        // Each certain user has its own finding already.
        if used != Truth::True {
            judge.on(&target).claim(claim.0, claim.1).because("nothing else that was read uses it").rule(!used);
        }
    }
}

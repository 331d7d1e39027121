//! Whether the policy of a log bucket lets CloudTrail deliver for every trail that uses it.

use crate::finding::Judge;
use crate::model::attr::either;
use crate::model::bucket::Bucket;
use crate::model::lookup::LogTarget;
use crate::model::policy::Need;
use crate::model::policy::of_bucket::PolicyCase;
use crate::model::policy::s3::LogPlace;
use crate::model::policy::service::SOURCE;
use crate::model::trail::Trail;
use crate::model::{Estate, Subject};
use crate::truth::{Causes, Truth};

const HOLDS: &str = "lets CloudTrail deliver";

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_buckets() {
        let (cases, bucket) = (estate.policy_cases(&target), target.place(&[]).bucket);
        let Some(attr) = cases.first().map(|case| &case.policy.document) else {
            judge.on(&target).claim(HOLDS, "").at(&target.named_at()).unknown(target.without_policy());
            continue;
        };
        let mut unknown: Option<Causes> = None;
        let mut failed = false;
        for trail in &target.trails {
            // Per possibility of the policy the same needs, in the same order.
            let needs: Vec<_> = cases
                .iter()
                .map(|case| {
                    (case.when.clone(), case.document.as_ref().map(|document| document.delivery(trail, &bucket)))
                })
                .collect();
            let count = needs.iter().filter_map(|(_, needs)| needs.as_ref().ok().map(Vec::len)).max().unwrap_or(0);
            for (_, cause) in needs.iter().filter_map(|(when, needs)| needs.as_ref().err().map(|cause| (when, cause))) {
                let causes = Causes::from((*cause).clone());
                unknown = Some(unknown.map_or(causes.clone(), |known| known.and(causes)));
            }
            for i in 0..count {
                let one = |(when, needs): &(_, Result<Vec<Need>, _>)| {
                    needs
                        .as_ref()
                        .ok()
                        .and_then(|needs| needs.get(i))
                        .map(|need| (Clone::clone(when), need.met.clone()))
                };
                let mut truth = either(needs.iter().filter_map(one).collect());
                if truth == Truth::False {
                    truth = !with_what_it_uses(trail, &target, &cases);
                }
                let Some(need) = needs.iter().find_map(|(_, needs)| needs.as_ref().ok()?.get(i)) else { continue };
                match truth {
                    Truth::True => {}
                    Truth::Unknown(causes) => {
                        unknown = Some(unknown.map_or(causes.clone(), |known| known.and(causes)));
                    }
                    Truth::False => {
                        failed = true;
                        let shown = &trail.identity().shown;
                        let why = match need.refused {
                            Truth::True => "a Deny refuses",
                            _ => "no statement allows",
                        };
                        let path = match need.place {
                            None => "the bucket",
                            Some(LogPlace::Account) => "the log files of the trail's account",
                            Some(LogPlace::Digest) => "the digest files",
                            Some(LogPlace::Organization) => "the log files of the organization's members",
                        };
                        let mut says =
                            format!("{why} '{}' on '{}' for the trail '{shown}'", need.action, need.resource);
                        let almost = need.almost.as_ref().filter(|_| need.refused != Truth::True);
                        if let Some(almost) = almost {
                            says.push_str(&format!(
                                "; {} allows it only under '{}' on '{}', which the trail does not meet",
                                almost.statement, almost.operator, almost.key
                            ));
                        }
                        let documents = cases.iter().filter_map(|case| case.document.as_ref().ok());
                        if let Some(text) = documents.filter_map(|document| document.unreplaced()).next() {
                            says.push_str(&format!("; '{text}' is plain text there, which nothing replaces"));
                        }
                        judge
                            .on(&target)
                            .claim(HOLDS, "does not let CloudTrail deliver")
                            .at(almost.map_or(&attr.at, |almost| &almost.at))
                            .fault(format!("{}:{}:{path}", trail.identity().address, need.action))
                            .because(format!("in '{}' {says}", attr.name))
                            .evidence(&*attr.name, format!("'{}' on {path}", need.action), says, &attr.at)
                            .related(format!("the trail '{shown}' delivers here"), &trail.bucket.at)
                            .remedy(format!(
                                "Let 'cloudtrail.amazonaws.com' do '{}' on {path} ('{}') in '{}', with {SOURCE}, and let no Deny take that back.",
                                need.action, need.resource, attr.name
                            ))
                            .fail();
                    }
                }
            }
        }
        if failed {
            continue;
        }
        let says = format!("'{}' allows it for every trail that uses the bucket", attr.name);
        let expected = "'s3:GetBucketAcl' on the bucket and 's3:PutObject' below 'AWSLogs/' for every trail";
        let draft = judge.on(&target).claim(HOLDS, "").at(&attr.at).fault(&*attr.name).evidence(
            &*attr.name,
            expected,
            attr.says_whether(),
            &attr.at,
        );
        match unknown {
            Some(causes) => draft.unknown(causes),
            None => draft.because(says).pass(),
        }
    }
}

/// Whether the trail exists where its bucket or the policy does. One that only may exist blames neither.
fn with_what_it_uses(trail: &Trail, target: &LogTarget<'_, Bucket>, cases: &[PolicyCase<'_>]) -> Truth {
    let policies = cases.iter().map(|case| &case.policy.id.existence);
    let others = std::iter::once(&target.subject.existence).chain(policies);
    Truth::any(others.map(|other| trail.id.existence.beside(other)))
}

//! The second round: what the trails of all accounts use, each thing asked once, in the account that owns it.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::Value;

use super::run::{Account, Place, Run};
use super::{cloudtrail, kms, monitoring, s3};
use crate::sources::aws::recording::{Answer, Call, GLOBAL};

/// A thing to ask about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// A trail by its ARN.
    Trail(String),
    /// A bucket by its name.
    Bucket(String),
    /// A key by its ARN.
    Key(String),
    /// A log group by its name.
    LogGroup(String),
    /// The alarms of the Region.
    Alarms,
    /// A topic by its ARN.
    Topic(String),
}

/// A thing, where to ask about it, and whether it is the asked account's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Task {
    /// The account that is asked.
    pub(super) account: String,
    /// The Region that is asked.
    pub(super) region: String,
    /// About what.
    pub(super) thing: Thing,
    /// Whether it is another account's.
    pub(super) foreign: bool,
}

/// A trail as `describe-trails` shows it, and who sees it.
struct Seen<'a> {
    trail: &'a Value,
    account: &'a str,
}

/// What an ARN says of where its thing is: `arn:aws:kms:eu-west-1:111122223333:key/…`.
struct Parts<'a> {
    region: &'a str,
    account: &'a str,
    rest: &'a str,
}

fn parts(arn: &str) -> Option<Parts<'_>> {
    let mut fields = arn.splitn(6, ':');
    if fields.next() != Some("arn") {
        return None;
    }
    let (_, _) = (fields.next()?, fields.next()?);
    let parts = Parts { region: fields.next()?, account: fields.next()?, rest: fields.next()? };
    // What comes from an answer becomes a host name and a folder.
    let is_region = !parts.region.is_empty() && parts.region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_account = parts.account.len() == 12 && parts.account.bytes().all(|b| b.is_ascii_digit());
    (is_region && is_account && !parts.rest.is_empty()).then_some(parts)
}

/// The name in the rest of a log group's ARN: `log-group:NAME:*`.
fn log_group(rest: &str) -> Option<&str> {
    let name = rest.strip_prefix("log-group:")?;
    let name = name.strip_suffix(":*").unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

/// Who can be asked: the accounts of the run that were reached, and the buckets that they own.
pub(super) struct Reach<'a> {
    /// By id.
    pub(super) accounts: BTreeMap<&'a str, &'a Account>,
    /// The account and Region of each bucket that an account of the run owns.
    pub(super) buckets: BTreeMap<String, (&'a str, Option<String>)>,
}

impl<'a> Reach<'a> {
    /// From what the accounts said of their buckets.
    pub(super) fn new(run: &Run<'_>, accounts: &'a [Account]) -> Self {
        let mut buckets = BTreeMap::new();
        let recording = run.recording();
        for account in accounts {
            let call = Call::new(&account.id, GLOBAL, "s3api", "list-buckets", None);
            let Some(Answer::Output(answer)) = recording.answer(&call) else { continue };
            for bucket in answer["Buckets"].as_array().into_iter().flatten() {
                if let Some(name) = bucket["Name"].as_str() {
                    let region = bucket["BucketRegion"].as_str().map(str::to_owned);
                    buckets.insert(name.to_owned(), (account.id.as_str(), region));
                }
            }
        }
        Self { accounts: accounts.iter().map(|account| (account.id.as_str(), account)).collect(), buckets }
    }

    /// The account to ask about a thing of `owner`: itself if it is in the run, else the one that sees it.
    fn asked(&self, owner: &'a str, seen_by: &'a str) -> (&'a str, bool) {
        if self.accounts.contains_key(owner) { (owner, false) } else { (seen_by, true) }
    }
}

/// All things that the trails use.
pub(super) fn tasks(run: &Run<'_>, reach: &Reach<'_>) -> BTreeSet<Task> {
    let recording = run.recording();
    let answers: Vec<(String, Value)> = reach
        .accounts
        .keys()
        .flat_map(|account| recording.of_operation(account, "cloudtrail", "describe-trails"))
        .filter_map(|(call, answer)| match answer {
            Answer::Output(value) => Some((call.account.clone(), value.clone())),
            _ => None,
        })
        .collect();
    drop(recording);
    // The account that owns a trail knows best; then the first that sees it.
    let mut trails: BTreeMap<&str, Seen<'_>> = BTreeMap::new();
    for (account, answer) in &answers {
        for trail in answer["trailList"].as_array().into_iter().flatten() {
            let Some(arn) = trail["TrailARN"].as_str() else { continue };
            let Some(owner) = parts(arn).map(|parts| parts.account) else { continue };
            let is_better = trails.get(arn).is_none_or(|seen| seen.account != owner && account == owner);
            if is_better {
                trails.insert(arn, Seen { trail, account });
            }
        }
    }
    let mut tasks = BTreeSet::new();
    for (arn, seen) in &trails {
        of_trail(run, reach, arn, seen, &mut tasks);
    }
    tasks
}

fn of_trail<'a>(run: &Run<'_>, reach: &Reach<'a>, arn: &'a str, seen: &Seen<'a>, tasks: &mut BTreeSet<Task>) {
    let Some(own) = parts(arn) else { return };
    let (asked, foreign) = reach.asked(own.account, seen.account);
    let home = seen.trail["HomeRegion"].as_str().unwrap_or(own.region);
    let mut add = |account: &str, region: &str, thing: Thing, foreign: bool| {
        tasks.insert(Task { account: account.to_owned(), region: region.to_owned(), thing, foreign });
    };
    let trail = ["GetTrailStatus", "GetEventSelectors", "GetInsightSelectors", "ListTags"];
    if trail.iter().any(|action| run.wanted.has(&format!("cloudtrail:{action}"))) {
        add(asked, home, Thing::Trail(arn.to_owned()), foreign);
    }
    if let Some(bucket) = seen.trail["S3BucketName"].as_str().filter(|_| run.wanted.any("s3:")) {
        let (account, region, foreign) = match reach.buckets.get(bucket) {
            Some((owner, region)) => (*owner, region.as_deref(), false),
            None => (asked, None, true),
        };
        add(account, region.unwrap_or_default(), Thing::Bucket(bucket.to_owned()), foreign);
    }
    // Each is asked in the account and Region that its ARN names.
    let mut of_arn = |arn: Option<&'a str>, service: &str, thing: &dyn Fn(&str, &str) -> Option<Thing>| {
        let Some(arn) = arn.filter(|_| run.wanted.any(service)) else { return };
        let Some(parts) = parts(arn) else { return };
        let (account, foreign) = reach.asked(parts.account, asked);
        if let Some(thing) = thing(arn, parts.rest) {
            add(account, parts.region, thing, foreign);
        }
    };
    of_arn(seen.trail["KmsKeyId"].as_str(), "kms:", &|arn, _| Some(Thing::Key(arn.to_owned())));
    of_arn(seen.trail["SnsTopicARN"].as_str(), "sns:", &|arn, _| Some(Thing::Topic(arn.to_owned())));
    let group = seen.trail["CloudWatchLogsLogGroupArn"].as_str();
    of_arn(group, "logs:", &|_, rest| log_group(rest).map(|name| Thing::LogGroup(name.to_owned())));
    of_arn(group, "cloudwatch:", &|_, rest| log_group(rest).map(|_| Thing::Alarms));
}

/// Asks about the things of one account.
pub(super) async fn account(run: &Run<'_>, reach: &Reach<'_>, account: &Account, tasks: &[&Task]) {
    join_all(tasks.iter().map(|task| thing(run, reach, account, task))).await;
}

async fn thing(run: &Run<'_>, reach: &Reach<'_>, account: &Account, task: &Task) {
    let place = Place::new(run, account, &task.region).foreign(task.foreign);
    match &task.thing {
        Thing::Trail(arn) => cloudtrail::trail(place, arn).await,
        Thing::Bucket(name) => bucket(run, reach, account, task, name).await,
        Thing::Key(arn) => kms::key(place, arn).await,
        Thing::LogGroup(name) => monitoring::log_group(place, name).await,
        Thing::Alarms => monitoring::alarms(place).await,
        Thing::Topic(arn) => monitoring::topic(place, arn).await,
    }
}

/// A bucket, what receives its access logs, and the block settings of its account.
async fn bucket(run: &Run<'_>, reach: &Reach<'_>, account: &Account, task: &Task, name: &str) {
    let region = match located(run, account, task, name).await {
        Some(region) => region,
        None => return,
    };
    let place = Place::new(run, account, &region).foreign(task.foreign);
    s3::bucket(place, name, (!task.foreign).then_some(account.id.as_str())).await;
    let block = run.output(&place.call("s3api", "get-public-access-block", Some(name)));
    if run.wanted.has("s3:GetAccountPublicAccessBlock") && !task.foreign && !s3::blocks_all(block.as_ref()) {
        s3::account_block(Place::global(run, account, &region)).await;
    }
    let logging = run.output(&place.call("s3api", "get-bucket-logging", Some(name)));
    let target = logging.as_ref().and_then(|answer| answer["LoggingEnabled"]["TargetBucket"].as_str());
    let Some(target) = target.filter(|target| *target != name) else { return };
    // A target has the owner and the Region of its source.
    let is_own = reach.buckets.get(target).is_some_and(|(owner, _)| *owner == account.id);
    if is_own && run.wanted.has("s3:GetBucketObjectLockConfiguration") {
        s3::object_lock(place, target).await;
    }
}

/// The Region of a bucket; `None` if it does not exist or cannot be seen.
async fn located(run: &Run<'_>, account: &Account, task: &Task, name: &str) -> Option<String> {
    if !task.region.is_empty() {
        return Some(task.region.clone());
    }
    // Any Region answers this question.
    let anywhere = account.config.region().map_or("us-east-1", |region| region.as_ref());
    let place = Place::new(run, account, anywhere).foreign(task.foreign);
    s3::location(place, name).await;
    let answer = run.output(&place.call("s3api", "get-bucket-location", Some(name)))?;
    Some(s3::region_of_location(&answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns() {
        let key = parts("arn:aws:kms:eu-west-1:111122223333:key/a:b").expect("is an ARN");
        assert_eq!((key.region, key.account, key.rest), ("eu-west-1", "111122223333", "key/a:b"));
        for bad in [
            "",
            "key",
            "arn:aws:kms",
            "arn:aws:kms::111122223333:key/a",
            "arn:aws:kms:eu-west-1:1:key/a",
            "arn:aws:kms:../x:111122223333:key/a",
            "arn:aws:kms:eu-west-1:111122223333:",
        ] {
            assert!(parts(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn log_groups() {
        assert_eq!(log_group("log-group:/aws/trail:*"), Some("/aws/trail"));
        assert_eq!(log_group("log-group:trail"), Some("trail"));
        assert_eq!(log_group("log-group::*"), None);
        assert_eq!(log_group("key/a"), None);
    }
}

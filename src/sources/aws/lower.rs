//! From a recording to the model: an input for each account that answered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::Origin;
use crate::model::live::{Live, Moment};
use crate::model::{Existence, Identity, Input, InputId, InputKind, ResourceKind};
use crate::sources::aws::recording::{Answer, Recording};
use crate::sources::partition;
use crate::truth::{Cause, CauseKind};

mod account;
mod answers;
mod buckets;
mod gaps;
mod iam;
mod keys;
mod monitoring;
mod organization;
mod reader;
mod stores;
mod trails;

pub use account::{AccountLine, RegionLine};
pub use gaps::ApiGap;

use answers::Answers;
use organization::Chart;

/// What became of a recording.
#[derive(Debug, Default)]
pub struct Lowered {
    /// An input for each account that answered anything, by id.
    pub inputs: Vec<Input>,
    /// All accounts, by id.
    pub accounts: Vec<AccountLine>,
    /// What has no answer.
    pub gaps: Vec<ApiGap>,
}

/// One account on its way into the model.
struct Cx<'r> {
    recording: &'r Recording,
    answers: Answers<'r>,
    account: &'r str,
    partition: &'static str,
    input: InputId,
    /// The buckets that the account owns, if it said so.
    owned_buckets: Option<BTreeSet<&'r str>>,
}

impl Cx<'_> {
    fn identity(&self, kind: ResourceKind, arn: &str, call: &'static str) -> Identity {
        Identity {
            input: self.input,
            kind,
            address: arn.to_owned(),
            instances: Vec::new(),
            shown: arn.to_owned(),
            at: Origin::Api { call, arn: arn.into() },
            calls: Vec::new(),
            existence: Existence::Certain,
        }
    }
}

/// The part of an ARN at this place, from 0: 3 is the Region, 4 the account.
fn arn_part(arn: &str, at: usize) -> Option<&str> {
    arn.strip_prefix("arn:")?;
    arn.split(':').nth(at).filter(|part| !part.is_empty())
}

/// Lowers a recording. Ids count from `first`; `path` is how reports name the recording; `clock` is the time of the
/// judgement, where the recording does not say it.
pub fn lower(recording: &Recording, path: &str, first: u32, clock: Option<Moment>) -> Lowered {
    let clock = recording.manifest.clock().map(Moment).or(clock);
    let mut by_account: BTreeMap<&str, Answers<'_>> =
        recording.accounts().into_iter().map(|account| (account, Answers::of(recording, account))).collect();
    let chart = Chart::of(recording, &by_account);
    let gaps = gaps::gaps(recording, &by_account, &chart);
    let mut lowered = Lowered { gaps, ..Lowered::default() };
    for account in recording.accounts() {
        let name = chart.names.get(account).cloned();
        lowered.accounts.push(account::line(recording, account, name, &lowered.gaps));
        let answered = recording.of_account(account).any(|(_, answer)| !matches!(answer, Answer::Failed { .. }));
        let Some(answers) = by_account.remove(account).filter(|_| answered) else { continue };
        let cx = Cx {
            recording,
            owned_buckets: buckets::owned(&answers),
            answers,
            account,
            partition: partition_of(recording, account),
            input: InputId(first + lowered.inputs.len() as u32),
        };
        lowered.inputs.push(input(&cx, &chart, path, clock));
    }
    lowered
}

fn input(cx: &Cx<'_>, chart: &Chart, path: &str, clock: Option<Moment>) -> Input {
    let root = format!("arn:{}:iam::{}:root", cx.partition, cx.account);
    let at = Origin::Api { call: "sts:GetCallerIdentity", arn: root.as_str().into() };
    let region: Text = Var {
        key: format!("Region of {path}").into(),
        shown: "the Region".into(),
        cause: Cause::new(CauseKind::NotCollected, "an account has many Regions"),
        shape: Shape::Name,
    }
    .into();
    let account = Text::from(cx.account);
    let mut input = Input::new(cx.input, InputKind::Recording, path.to_owned(), at, account, region);
    input.partition = cx.partition;
    let mut live = Live {
        clock,
        regions: account::regions(cx),
        visitors: Vec::new(),
        deliveries: HashMap::new(),
        key_states: HashMap::new(),
        membership: chart.membership(cx.account, &cx.answers),
        management_account: chart.management_of(cx.account).map(str::to_owned),
        unread: Vec::new(),
    };
    trails::trails(cx, &mut input, &mut live);
    stores::stores(cx, &mut input, &live);
    buckets::buckets(cx, &mut input, &mut live);
    keys::keys(cx, &mut input, &mut live);
    monitoring::monitoring(cx, &mut input, &mut live);
    monitoring::topics(cx, &mut input);
    iam::iam(cx, &mut input, &live.membership);
    organization::organization(cx, &mut input, &live.membership);
    input.live = Some(Box::new(live));
    input
}

/// The partition: as the manifest says, else as the Regions of the account tell.
fn partition_of(recording: &Recording, account: &str) -> &'static str {
    const KNOWN: [&str; 8] =
        ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];
    let stated = KNOWN.into_iter().find(|known| *known == recording.manifest.partition);
    let told = || recording.regions(account).first().map_or("aws", |region| partition::of_region(region));
    stated.unwrap_or_else(told)
}

#[cfg(test)]
mod tests;

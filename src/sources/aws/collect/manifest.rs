//! What a run came to: which accounts and Regions are complete, and what has no answer.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::Failure;
use crate::sources::aws::recording::{Answer, Call, GLOBAL, GapReason, RecordedGap, Recording, Status};

/// How far the run came in one account or Region.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    answered: usize,
    missing: usize,
    /// A Region that a policy closes to everybody.
    closed: bool,
}

impl Tally {
    fn status(self) -> Status {
        match (self.answered, self.missing) {
            _ if self.closed => Status::Skipped,
            (_, 0) => Status::Complete,
            (0, _) => Status::Failed,
            _ => Status::Partial,
        }
    }
}

/// Why a call has no answer, with AWS's sentence; `None` if it has one, be it "no".
fn missing(answer: &Answer) -> Option<(GapReason, String)> {
    match answer {
        Answer::Output(_) => None,
        Answer::Refused { code, message } => {
            let failure = Failure::Refused { code: code.clone(), message: message.clone() };
            failure.reason().map(|reason| (reason, failure.message()))
        }
        Answer::Failed { reason, message } => Some((*reason, message.clone())),
    }
}

/// Writes gaps and the status of Regions and accounts into the manifest.
///
/// `foreign` are the calls about things of other accounts: that these refuse says nothing about the run. `failed` are
/// accounts that could not be entered, `interrupted` those that were not asked all.
pub(super) fn close(
    recording: &mut Recording,
    foreign: &BTreeSet<Call>,
    failed: &[(String, Failure)],
    interrupted: &BTreeSet<String>,
) {
    let mut gaps = Vec::new();
    let mut places: BTreeMap<(String, String), Tally> = BTreeMap::new();
    for (call, answer) in recording.iter() {
        let tally = places.entry((call.account.clone(), call.region.clone())).or_default();
        match missing(answer) {
            None => tally.answered += 1,
            Some((GapReason::AccessDenied | GapReason::DeniedByPolicy, _)) if foreign.contains(call) => {}
            Some((reason, message)) => {
                let closes = reason == GapReason::DeniedByPolicy && call.operation == "describe-trails";
                if closes {
                    tally.closed = true;
                    gaps.push(of_place(&call.account, Some(&call.region), reason, &message));
                } else {
                    tally.missing += 1;
                    gaps.push(RecordedGap::of(call, reason, &message));
                }
            }
        }
    }
    for (account, failure) in failed {
        let reason = failure.reason().unwrap_or(GapReason::AssumeRoleFailed);
        gaps.push(of_place(account, None, reason, &failure.message()));
    }
    let stopped = "the scan was stopped before this account was done";
    gaps.extend(interrupted.iter().map(|account| of_place(account, None, GapReason::Interrupted, stopped)));
    let mut accounts: BTreeMap<&str, Tally> = BTreeMap::new();
    for ((account, region), tally) in &places {
        let whole = accounts.entry(account).or_default();
        whole.answered += tally.answered;
        whole.missing += tally.missing;
        if region != GLOBAL {
            let regions = recording.manifest.regions.entry(account.clone()).or_default();
            regions.insert(region.clone(), tally.status());
        }
    }
    for line in &mut recording.manifest.accounts {
        if line.status == Status::Skipped {
            continue;
        }
        let tally = accounts.get(line.id.as_str()).copied().unwrap_or_default();
        let refused = failed.iter().find(|(account, _)| *account == line.id).map(|(_, failure)| failure);
        (line.status, line.reason) = match refused {
            Some(failure) => {
                let reason = failure.reason().unwrap_or(GapReason::AssumeRoleFailed);
                (Status::Failed, Some(reason.word().to_owned()))
            }
            None if interrupted.contains(&line.id) => {
                let status = if tally.answered == 0 { Status::Failed } else { Status::Partial };
                (status, Some(GapReason::Interrupted.word().to_owned()))
            }
            None => {
                let reason = gaps
                    .iter()
                    .find(|gap| gap.account == line.id && gap.service.is_some())
                    .map(|gap| gap.reason.word().to_owned());
                (tally.status(), reason)
            }
        };
    }
    gaps.sort();
    gaps.dedup();
    recording.manifest.gaps = gaps;
}

fn of_place(account: &str, region: Option<&str>, reason: GapReason, message: &str) -> RecordedGap {
    RecordedGap {
        account: account.to_owned(),
        region: region.map(str::to_owned),
        service: None,
        operation: None,
        resource: None,
        reason,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::aws::recording::{AccountLine, Manifest};

    const A: &str = "111111111111";
    const B: &str = "222222222222";

    fn refused(code: &str, message: &str) -> Answer {
        Answer::Refused { code: code.to_owned(), message: message.to_owned() }
    }

    fn closed(
        answers: Vec<(Call, Answer)>,
        foreign: &[Call],
        failed: &[(String, Failure)],
        stopped: &[&str],
    ) -> Manifest {
        let line = |id: &str| AccountLine { id: id.to_owned(), ..AccountLine::default() };
        let manifest = Manifest { accounts: vec![line(A), line(B)], ..Manifest::default() };
        let mut recording = Recording::new(manifest);
        for (call, answer) in answers {
            recording.insert(call, answer);
        }
        let stopped = stopped.iter().map(|id| (*id).to_owned()).collect();
        close(&mut recording, &foreign.iter().cloned().collect(), failed, &stopped);
        recording.manifest
    }

    fn call(account: &str, region: &str, operation: &str) -> Call {
        Call::new(account, region, "cloudtrail", operation, None)
    }

    fn good() -> Answer {
        Answer::Output(json!({}))
    }

    #[test]
    fn what_failed_is_a_gap_of_its_region() {
        let throttled = Answer::Failed { reason: GapReason::Throttled, message: "Rate exceeded".to_owned() };
        let manifest = closed(
            vec![
                (call(A, "eu-west-1", "describe-trails"), throttled),
                (call(A, "us-east-1", "describe-trails"), good()),
                (call(B, "us-east-1", "describe-trails"), good()),
            ],
            &[],
            &[],
            &[],
        );
        assert_eq!(manifest.accounts[0].status, Status::Partial);
        assert_eq!(manifest.accounts[0].reason.as_deref(), Some("throttled"));
        assert_eq!(manifest.accounts[1].status, Status::Complete);
        assert_eq!(manifest.regions[A]["eu-west-1"], Status::Failed);
        assert_eq!(manifest.regions[A]["us-east-1"], Status::Complete);
        assert_eq!(manifest.gaps.len(), 1);
    }

    #[test]
    fn a_closed_region_is_skipped_and_the_account_complete() {
        let denied = refused("AccessDeniedException", "with an explicit deny in a service control policy");
        let manifest = closed(vec![(call(A, "eu-west-1", "describe-trails"), denied)], &[], &[], &[]);
        assert_eq!(manifest.regions[A]["eu-west-1"], Status::Skipped);
        assert_eq!(manifest.accounts[0].status, Status::Complete);
        assert_eq!(manifest.gaps[0].reason, GapReason::DeniedByPolicy);
        assert_eq!(manifest.gaps[0].service, None);
    }

    #[test]
    fn what_another_account_refuses_is_no_gap() {
        let foreign = call(A, "us-east-1", "get-event-selectors");
        let answers = vec![
            (foreign.clone(), refused("AccessDenied", "")),
            (call(A, "us-east-1", "get-trail-status"), refused("AccessDenied", "")),
        ];
        let manifest = closed(answers.clone(), &[foreign], &[], &[]);
        assert_eq!(manifest.gaps.len(), 1);
        assert_eq!(closed(answers, &[], &[], &[]).gaps.len(), 2);
    }

    #[test]
    fn a_refusal_that_is_an_answer_is_no_gap() {
        let manifest = closed(
            vec![(call(A, "us-east-1", "get-insight-selectors"), refused("InsightNotEnabledException", ""))],
            &[],
            &[],
            &[],
        );
        assert!(manifest.gaps.is_empty());
        assert_eq!(manifest.accounts[0].status, Status::Complete);
    }

    #[test]
    fn accounts_that_were_not_entered_or_not_done() {
        let failure = Failure::new(GapReason::AssumeRoleFailed, "not authorized");
        let manifest =
            closed(vec![(call(B, "us-east-1", "describe-trails"), good())], &[], &[(A.to_owned(), failure)], &[B]);
        assert_eq!(manifest.accounts[0].status, Status::Failed);
        assert_eq!(manifest.accounts[0].reason.as_deref(), Some("assume-role-failed"));
        assert_eq!(manifest.accounts[1].status, Status::Partial);
        assert_eq!(manifest.accounts[1].reason.as_deref(), Some("interrupted"));
        assert_eq!(manifest.gaps.len(), 2);
    }
}

//! What should have been answered and was not.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Answers, Question};
use super::organization;
use super::organization::Chart;
use super::{account, arn_part, buckets, iam, keys, monitoring, stores, trails};
use serde_json::Value;

use crate::model::live::Membership;
use crate::sources::aws::recording::{Answer, Call, GapReason, Recording};

/// A call, a Region or an account without an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiGap {
    /// The account.
    pub account: String,
    /// The Region; `None` for the whole account.
    pub region: Option<String>,
    /// The call, as the IAM action or in the CLI's words; `None` for a whole Region or account.
    pub call: Option<String>,
    /// The call itself, where the gap is of one.
    pub of: Option<Call>,
    /// A word that programs can rely on.
    pub reason: &'static str,
    /// One sentence without a final period.
    pub message: String,
}

/// Refusals that answer a question: it does not exist, it is not set, it is not to be had here.
fn is_answer(code: &str) -> bool {
    // An organizational unit that is gone was named by whoever asked, and holds accounts that nobody looked at.
    if code == "ParentNotFoundException" {
        return false;
    }
    code.starts_with("NoSuch")
        || code.ends_with("NotFoundException")
        || code.ends_with("NotFoundError")
        || code.ends_with("NotFound")
        || matches!(
            code,
            "404"
                | "AWSOrganizationsNotInUseException"
                | "InsightNotEnabledException"
                | "UnsupportedOperationException"
                | "UnknownOperationException"
                | "CloudTrailARNInvalidException"
                | "PermanentRedirect"
                | "301"
                | "AuthorizationHeaderMalformed"
        )
}

/// The questions whose answers always hold something.
const WHOLE: [&Question; 31] = [
    &trails::DESCRIBE,
    &trails::STATUS,
    &trails::SELECTORS,
    &trails::TAGS,
    &stores::GET,
    &account::LIST_REGIONS,
    &account::DESCRIBE_REGIONS,
    &monitoring::GROUPS,
    &monitoring::FILTERS,
    &monitoring::ALARMS,
    &monitoring::TOPIC,
    &iam::DETAILS,
    &iam::SET,
    &keys::DESCRIBE,
    &keys::POLICY,
    &keys::ROTATION,
    &organization::DESCRIBE,
    &organization::ACCOUNTS,
    &organization::ROOTS,
    &organization::POLICIES,
    &organization::POLICY,
    &organization::TARGETS,
    &organization::ADMINISTRATORS,
    &buckets::LIST,
    &buckets::LIFECYCLE,
    &buckets::BLOCK,
    &buckets::POLICY,
    &buckets::ACL,
    &buckets::OWNERSHIP,
    &buckets::LOCK,
    &buckets::ACCOUNT_BLOCK,
];

/// What an answer lacks that every answer to its call holds.
fn lacks(call: &Call, value: &Value) -> Option<String> {
    let mut asked = WHOLE.iter().filter(|one| one.service == call.service && one.operation == call.operation);
    asked.find(|question| !question.is_answered_by(value)).map(|question| question.needed())
}

/// The gaps of a recording, in order.
pub(super) fn gaps(recording: &Recording, answers: &BTreeMap<&str, Answers<'_>>, chart: &Chart) -> Vec<ApiGap> {
    let mut found = BTreeSet::new();
    for (account, own) in answers {
        let owned = buckets::owned(own);
        let membership = chart.membership(account, own);
        let is_dark = account::is_dark(recording, account, own);
        for (call, answer) in recording.of_account(account) {
            let (reason, said) = match answer {
                Answer::Output(value) => match lacks(call, value) {
                    Some(field) => ("malformed-answer", format!("the answer lacks {field}")),
                    None => continue,
                },
                Answer::Refused { code, message } => match GapReason::of_refusal(code, message) {
                    Some(reason) => (reason.word(), message.clone()),
                    None if is_answer(code) => continue,
                    None => ("refused", code.clone()),
                },
                Answer::Failed { reason, message } => (reason.word(), message.clone()),
            };
            let denied = matches!(reason, "access-denied" | "denied-by-policy");
            let is_sweep = call.service == trails::DESCRIBE.service && call.operation == trails::DESCRIBE.operation;
            let passed_over = denied || is_sweep || reason == GapReason::NotEnabled.word();
            if (!is_dark && passed_over && account::is_closed(recording, account, &call.region))
                || (denied && is_elsewhere(call, owned.as_ref(), &membership))
            {
                continue;
            }
            found.insert(ApiGap {
                account: (*account).to_owned(),
                region: Some(call.region.clone()),
                call: Some(format!("{}:{}", call.service, pascal(&call.operation))),
                of: Some(call.clone()),
                reason,
                message: about(call, &said),
            });
        }
    }
    for gap in &recording.manifest.gaps {
        let passed_over = matches!(gap.reason, GapReason::DeniedByPolicy | GapReason::NotEnabled);
        // Gaps of calls are answers that failed, and were told above.
        if gap.call().is_some() || (passed_over && gap.service.is_none()) {
            continue;
        }
        let operation = gap.service.as_ref().zip(gap.operation.as_ref());
        found.insert(ApiGap {
            account: gap.account.clone(),
            region: gap.region.clone(),
            call: operation.map(|(service, operation)| format!("{service}:{}", pascal(operation))),
            of: None,
            reason: gap.reason.word(),
            message: if gap.message.is_empty() { "no answer".to_owned() } else { sentence(&gap.message) },
        });
    }
    found.into_iter().collect()
}

/// Whether the thing asked about is another account's, so that a refusal is what is to be expected.
fn is_elsewhere(call: &Call, owned: Option<&BTreeSet<&str>>, membership: &Membership) -> bool {
    let Some(resource) = call.resource.as_deref() else {
        // Members may not read the organization; that it exists they may.
        let of_organization = match call.service.as_str() {
            "organizations" => call.operation != "describe-organization",
            "sso-admin" => true,
            _ => false,
        };
        return of_organization && !matches!(membership, Membership::Management | Membership::Unknown(_));
    };
    match call.service.as_str() {
        "s3api" => owned.is_some_and(|owned| !owned.contains(resource)),
        "organizations" | "sso-admin" => !matches!(membership, Membership::Management | Membership::Unknown(_)),
        _ => arn_part(resource, 4).is_some_and(|account| account != call.account),
    }
}

fn about(call: &Call, said: &str) -> String {
    let said = if said.is_empty() { "no answer".to_owned() } else { sentence(said) };
    match &call.resource {
        Some(resource) => format!("'{resource}': {said}"),
        None => said,
    }
}

fn sentence(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

/// `get-trail-status` as IAM spells it.
fn pascal(operation: &str) -> String {
    operation
        .split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
        })
        .collect()
}

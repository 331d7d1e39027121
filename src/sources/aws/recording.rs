//! A recording: what AWS answered to the calls of one run, by account, Region and call.
//!
//! A recording is all that a judgement of live accounts knows. It comes from a collector or from a folder of files in
//! the shape of the AWS CLI's own output, and gives the same findings either way. A call that is not in it was not
//! made, which says nothing about the account.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

mod compact;
mod files;
mod text;

pub use files::{Fault, LoadError, Loaded, MANIFEST, SaveError, check_empty, is_account_folder, is_manifest};
pub use text::may_be_empty;

/// The folder of calls that no Region answers: `iam`, `organizations`, `sts`, `account`, `s3api list-buckets`.
pub const GLOBAL: &str = "global";

/// The version of the layout, as the manifest states it.
pub const VERSION: u32 = 1;

/// What AWS answered in one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// What the run was.
    pub manifest: Manifest,
    answers: BTreeMap<Call, Answer>,
}

/// One call. The words are those of the AWS CLI: `cloudtrail`, `describe-trails`.
///
/// Calls are ordered by account, then by what was asked, then by where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// The account that was asked, 12 digits.
    pub account: String,
    /// The service: `s3api`.
    pub service: String,
    /// The operation: `get-bucket-policy`.
    pub operation: String,
    /// The Region that was asked, or [`GLOBAL`].
    pub region: String,
    /// The argument that says what the call is about; `None` for a call about the whole Region or account.
    pub resource: Option<String>,
}

impl Call {
    /// A call of `service` and `operation` in a Region of an account.
    pub fn new(account: &str, region: &str, service: &str, operation: &str, resource: Option<&str>) -> Self {
        Self {
            account: account.to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            region: region.to_owned(),
            resource: resource.map(str::to_owned),
        }
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The output as `aws … --output json` prints it, all pages together; always an object. The policies of
    /// `iam get-account-authorization-details` are texts here.
    Output(Value),
    /// AWS refused the call.
    Refused {
        /// The code of the error: `AccessDenied`, `NoSuchBucketPolicy`.
        code: String,
        /// AWS's own sentence; may be empty.
        message: String,
    },
    /// There is no answer that can be used.
    Failed {
        /// Why.
        reason: GapReason,
        /// One sentence.
        message: String,
    },
}

/// Why a call, a Region or an account has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// No policy allows the call.
    AccessDenied,
    /// A policy denies the call explicitly, a service control policy of the organization for one.
    DeniedByPolicy,
    /// Asked too often.
    Throttled,
    /// No answer in time.
    Timeout,
    /// No connection.
    Connection,
    /// The answer is not what the service's interface says.
    MalformedAnswer,
    /// The Region or the service is not enabled in the account.
    NotEnabled,
    /// The credentials ran out.
    ExpiredCredentials,
    /// The role in the account cannot be assumed.
    AssumeRoleFailed,
    /// The run was stopped.
    Interrupted,
    /// A reason of a newer version of the layout.
    #[serde(other)]
    Other,
}

impl GapReason {
    /// The word of the manifest and of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::AccessDenied => "access-denied",
            Self::DeniedByPolicy => "denied-by-policy",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::MalformedAnswer => "malformed-answer",
            Self::NotEnabled => "not-enabled",
            Self::ExpiredCredentials => "expired-credentials",
            Self::AssumeRoleFailed => "assume-role-failed",
            Self::Interrupted => "interrupted",
            Self::Other => "other",
        }
    }

    /// Why a refusal leaves a question open. `None` for a refusal that is an answer: the thing does not exist or is
    /// not set.
    ///
    /// Source: the common errors of each service's API reference. Services spell the same error differently
    /// (`AccessDenied` of S3 and IAM, `AccessDeniedException` of the JSON protocols, `AuthorizationError` of SNS).
    pub fn of_refusal(code: &str, message: &str) -> Option<Self> {
        Some(match code {
            "AccessDenied"
            | "AccessDeniedException"
            | "AllAccessDisabled"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "Forbidden"
            | "NotAuthorized"
            | "UnauthorizedOperation"
            | "UnauthorizedException"
            | "403" => {
                // The sentence of every service that says which policy denied.
                if message.contains("service control policy") || message.contains("resource control policy") {
                    Self::DeniedByPolicy
                } else {
                    Self::AccessDenied
                }
            }
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "Throttled"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "LimitExceededException"
            | "TooManyRequestsException"
            | "PriorRequestNotComplete"
            | "ProvisionedThroughputExceededException"
            | "TransactionInProgressException"
            | "SlowDown"
            | "503 Slow Down"
            | "EC2ThrottledException" => Self::Throttled,
            "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "InvalidToken"
            | "SignatureDoesNotMatch"
            | "AuthFailure"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignature" => Self::ExpiredCredentials,
            "OptInRequired"
            | "SubscriptionRequiredException"
            | "RegionDisabledException"
            | "IllegalLocationConstraintException" => Self::NotEnabled,
            "RequestTimeout" | "RequestTimeoutException" => Self::Timeout,
            "InternalError"
            | "InternalFailure"
            | "InternalServerError"
            | "InternalServiceError"
            | "InternalServerException"
            | "InternalErrorException"
            | "ServiceUnavailable"
            | "ServiceUnavailableException"
            | "ServiceException"
            | "ServiceFailureException"
            | "KMSInternalException"
            | "DependencyTimeoutException"
            | "ServiceFailure" => Self::Connection,
            _ => return None,
        })
    }
}

/// The manifest of a recording: what the run was and how far it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// The version of the layout; 0 when there is no manifest.
    pub recording: u32,
    /// The version of the program that wrote it.
    pub version: String,
    /// What was asked for.
    pub scope: Scope,
    /// `aws`, `aws-cn`, `aws-us-gov`; empty when it is not known.
    pub partition: String,
    /// When the run began, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// When it ended, RFC 3339: the clock of the judgement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Whose credentials were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// The accounts of the run, those without answers too.
    pub accounts: Vec<AccountLine>,
    /// By account, by Region: how far it came.
    pub regions: BTreeMap<String, BTreeMap<String, Status>>,
    /// What has no answer.
    pub gaps: Vec<RecordedGap>,
}

impl Manifest {
    /// When the run ended, as seconds since 1970; `None` when nothing says it.
    pub fn clock(&self) -> Option<i64> {
        let ended = self.ended.as_deref()?;
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(ended, format).ok().map(time::OffsetDateTime::unix_timestamp)
    }
}

/// What a run was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The account of the credentials.
    #[default]
    Account,
    /// All accounts of the organization.
    Organization,
}

/// Whose credentials were used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caller {
    /// The account, 12 digits.
    pub account: String,
    /// The principal.
    pub arn: String,
}

/// An account of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountLine {
    /// 12 digits.
    pub id: String,
    /// Its name in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How far the run came in it.
    pub status: Status,
    /// Why it is not complete: a reason of a gap, or `suspended`, `excluded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How far a run came in an account or a Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Every call was answered.
    #[default]
    Complete,
    /// Some were.
    Partial,
    /// None was.
    Failed,
    /// None was made, on purpose.
    Skipped,
}

impl Status {
    /// The word of the manifest and of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A call, a Region or an account without an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordedGap {
    /// The account.
    #[serde(default)]
    pub account: String,
    /// The Region; `None` for the whole account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The service; `None` for the whole Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What the call was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Why.
    pub reason: GapReason,
    /// One sentence.
    #[serde(default)]
    pub message: String,
}

impl RecordedGap {
    /// The gap of one call.
    pub fn of(call: &Call, reason: GapReason, message: &str) -> Self {
        Self {
            account: call.account.clone(),
            region: Some(call.region.clone()),
            service: Some(call.service.clone()),
            operation: Some(call.operation.clone()),
            resource: call.resource.clone(),
            reason,
            message: message.to_owned(),
        }
    }

    /// The call, when the gap is of one.
    pub fn call(&self) -> Option<Call> {
        Some(Call {
            account: self.account.clone(),
            service: self.service.clone()?,
            operation: self.operation.clone()?,
            region: self.region.clone()?,
            resource: self.resource.clone(),
        })
    }
}

impl Recording {
    /// A recording without answers.
    pub fn new(manifest: Manifest) -> Self {
        Self { manifest, answers: BTreeMap::new() }
    }

    /// Adds an answer; the one that the same call had before, if any, is given back.
    pub fn insert(&mut self, call: Call, answer: Answer) -> Option<Answer> {
        let answer = compact::compact(&call, answer);
        self.answers.insert(call, answer)
    }

    /// What came of a call; `None` if it was not made.
    pub fn answer(&self, call: &Call) -> Option<&Answer> {
        self.answers.get(call)
    }

    /// All calls with their answers, in the order of [`Call`].
    pub fn iter(&self) -> impl Iterator<Item = (&Call, &Answer)> {
        self.answers.iter()
    }

    /// How many calls it holds.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether it holds no call.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The accounts that the manifest names or that were asked.
    pub fn accounts(&self) -> BTreeSet<&str> {
        let named = self.manifest.accounts.iter().map(|line| line.id.as_str());
        let gaps = self.manifest.gaps.iter().map(|gap| gap.account.as_str()).filter(|account| !account.is_empty());
        let asked = self.answers.keys().map(|call| call.account.as_str());
        named.chain(gaps).chain(self.manifest.regions.keys().map(String::as_str)).chain(asked).collect()
    }

    /// The Regions of an account that the manifest names or that were asked, without [`GLOBAL`].
    pub fn regions(&self, account: &str) -> BTreeSet<&str> {
        let named = self.manifest.regions.get(account).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
        let asked = self.of_account(account).map(|(call, _)| call.region.as_str());
        named.chain(asked).filter(|region| *region != GLOBAL).collect()
    }

    /// All calls to an account.
    pub fn of_account<'a>(&'a self, account: &str) -> impl Iterator<Item = (&'a Call, &'a Answer)> {
        let from = Call::new(account, "", "", "", None);
        let account = account.to_owned();
        self.answers.range(from..).take_while(move |(call, _)| call.account == account)
    }

    /// All calls of an operation to an account, whatever Region and resource.
    pub fn of_operation<'a>(
        &'a self,
        account: &str,
        service: &str,
        operation: &str,
    ) -> impl Iterator<Item = (&'a Call, &'a Answer)> {
        let from = Call::new(account, "", service, operation, None);
        let end = from.clone();
        self.answers.range(from..).take_while(move |(call, _)| {
            call.account == end.account && call.service == end.service && call.operation == end.operation
        })
    }
}

#[cfg(test)]
mod tests;

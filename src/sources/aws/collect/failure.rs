//! What becomes of a call that gave no output.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::body::BadBody;
use crate::sources::aws::recording::{Answer, GapReason};

/// A call without output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// AWS said no, for a reason that it names.
    Refused {
        /// The code of the error.
        code: String,
        /// AWS's own sentence.
        message: String,
    },
    /// There is no answer.
    Failed {
        /// Why.
        reason: GapReason,
        /// One sentence without a final period.
        message: String,
    },
}

impl Failure {
    /// No answer, for this reason.
    pub(super) fn new(reason: GapReason, message: impl Into<String>) -> Self {
        Self::Failed { reason, message: message.into() }
    }

    /// Why it leaves a question open; `None` for a refusal that is an answer.
    pub(super) fn reason(&self) -> Option<GapReason> {
        match self {
            Self::Refused { code, message } => GapReason::of_refusal(code, message),
            Self::Failed { reason, .. } => Some(*reason),
        }
    }

    /// The sentence.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Refused { code, message } if message.is_empty() => code.clone(),
            Self::Refused { code, message } => format!("{code}: {message}"),
            Self::Failed { message, .. } => message.clone(),
        }
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        match failure {
            // These say nothing about the thing that was asked about.
            Failure::Refused { code, message } => match GapReason::of_refusal(&code, &message) {
                None | Some(GapReason::AccessDenied | GapReason::DeniedByPolicy) => Self::Refused { code, message },
                Some(reason) => Self::Failed { reason, message: Failure::Refused { code, message }.message() },
            },
            Failure::Failed { reason, message } => Self::Failed { reason, message },
        }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(refusal) => {
                let status = refusal.raw().status().as_u16();
                return of_service(refusal.err().code(), refusal.err().message(), status);
            }
            SdkError::TimeoutError(_) => return Self::new(GapReason::Timeout, "no answer in time"),
            SdkError::ResponseError(_) => {}
            SdkError::DispatchFailure(failure) => {
                if failure.is_timeout() {
                    return Self::new(GapReason::Timeout, "no answer in time");
                }
                if let Some(credentials) = cause::<CredentialsError>(&error) {
                    return of_credentials(credentials);
                }
                if failure.is_io() || failure.is_user() {
                    return Self::new(GapReason::Connection, format!("no connection: {}", deepest(&error)));
                }
            }
            _ => {}
        }
        if let Some(body) = cause::<BadBody>(&error) {
            return Self::new(GapReason::MalformedAnswer, body.to_string());
        }
        if let Some(credentials) = cause::<CredentialsError>(&error) {
            return of_credentials(credentials);
        }
        match error {
            SdkError::ResponseError(_) => {
                Self::new(GapReason::MalformedAnswer, format!("the answer cannot be read: {}", deepest(&error)))
            }
            _ => Self::new(GapReason::Connection, deepest(&error)),
        }
    }
}

/// Of an error that a service tells, which may come without a code: a proxy's page, or S3's answers to HEAD.
fn of_service(code: Option<&str>, message: Option<&str>, status: u16) -> Failure {
    let mut message = message.map(one_line).unwrap_or_default();
    let Some(code) = code.map(one_line).filter(|code| !code.is_empty()) else {
        return match status {
            429 | 503 => Failure::new(GapReason::Throttled, format!("HTTP status {status}")),
            403 => Failure::Refused { code: "AccessDenied".to_owned(), message },
            200..300 => Failure::new(GapReason::MalformedAnswer, "the answer cannot be read"),
            500.. => Failure::new(GapReason::Connection, format!("HTTP status {status} without a reason")),
            _ => Failure::new(GapReason::MalformedAnswer, format!("HTTP status {status} without a reason")),
        };
    };
    if status >= 500 && GapReason::of_refusal(&code, &message).is_none() {
        return Failure::new(GapReason::Connection, format!("HTTP status {status}, {code}"));
    }
    if GapReason::of_refusal(&code, &message) == Some(GapReason::ExpiredCredentials) {
        // These sentences may quote the signed request: the key's id and the session's token.
        message.clear();
    }
    Failure::Refused { code, message }
}

/// Of credentials that cannot be had.
pub(super) fn of_credentials(error: &CredentialsError) -> Failure {
    let message = deepest(error);
    let expired = message.contains("xpired") || message.contains("InvalidGrant");
    match error {
        CredentialsError::ProviderTimedOut(_) => Failure::new(GapReason::Timeout, "no credentials in time"),
        _ if expired => Failure::new(GapReason::ExpiredCredentials, format!("the credentials have expired: {message}")),
        CredentialsError::CredentialsNotLoaded(_) => {
            Failure::new(GapReason::AccessDenied, "no AWS credentials were found")
        }
        _ => Failure::new(GapReason::AccessDenied, format!("no AWS credentials: {}", message.trim_end_matches('.'))),
    }
}

/// An error, its cause, the cause of that, …
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The first cause of a type.
pub(super) fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The sentence of the innermost cause, which says what happened; those around it say that something did.
pub(super) fn deepest(error: &(dyn Error + 'static)) -> String {
    one_line(&chain(error).last().map(ToString::to_string).unwrap_or_default())
}

/// Of a role that cannot be assumed: what STS said, else what the innermost cause says.
pub(super) fn of_role(role: &str, error: &CredentialsError) -> Failure {
    let refusal = cause::<AssumeRoleError>(error).map(|said| of_service(said.code(), said.message(), 400));
    let failure = refusal.clone().unwrap_or_else(|| of_credentials(error));
    match failure.reason() {
        Some(reason @ (GapReason::Timeout | GapReason::ExpiredCredentials)) => Failure::new(reason, failure.message()),
        _ => {
            let said = refusal.map_or_else(|| deepest(error), |refusal| refusal.message());
            Failure::new(GapReason::AssumeRoleFailed, format!("'{role}': {said}"))
        }
    }
}

/// The longest sentence that is taken over.
const LONGEST: usize = 400;

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    fn reason(code: &str, status: u16) -> Option<GapReason> {
        of_service(Some(code), None, status).reason()
    }

    #[test]
    fn refusals_that_are_answers() {
        assert_eq!(reason("NoSuchBucketPolicy", 404), None);
        assert_eq!(reason("InsightNotEnabledException", 400), None);
    }

    #[test]
    fn refusals_that_are_none() {
        assert_eq!(reason("AccessDeniedException", 400), Some(GapReason::AccessDenied));
        assert_eq!(reason("ThrottlingException", 400), Some(GapReason::Throttled));
        assert_eq!(reason("SlowDown", 503), Some(GapReason::Throttled));
        assert_eq!(reason("NeverHeardOf", 500), Some(GapReason::Connection));
        assert_eq!(of_service(None, None, 404).reason(), Some(GapReason::MalformedAnswer));
        assert_eq!(of_service(None, None, 500).reason(), Some(GapReason::Connection));
        assert_eq!(of_service(None, None, 403).reason(), Some(GapReason::AccessDenied));
    }

    #[test]
    fn a_throttled_call_is_recorded_as_failed() {
        let answer = |code| Answer::from(of_service(Some(code), Some("Rate exceeded"), 400));
        assert!(matches!(answer("ThrottlingException"), Answer::Failed { reason: GapReason::Throttled, .. }));
        assert!(matches!(answer("AccessDenied"), Answer::Refused { .. }));
        assert!(matches!(answer("NoSuchBucket"), Answer::Refused { .. }));
    }

    #[test]
    fn a_quoted_request_is_not_taken_over() {
        let quote = "The Canonical String should have been x-amz-security-token:SECRET Credential=AKIAEXAMPLE";
        for code in ["SignatureDoesNotMatch", "IncompleteSignature", "InvalidClientTokenId", "ExpiredToken"] {
            let failure = of_service(Some(code), Some(quote), 403);
            assert_eq!(failure.reason(), Some(GapReason::ExpiredCredentials));
            assert_eq!(failure.message(), code);
        }
    }

    #[test]
    fn a_request_quoted_for_a_role_is_not_taken_over() {
        let said = |code: &str| {
            let quote = "The Canonical String should have been x-amz-security-token:SECRET";
            let metadata = ErrorMetadata::builder().code(code).message(quote).build();
            of_role("arn", &CredentialsError::provider_error(AssumeRoleError::generic(metadata)))
        };
        assert_eq!(said("SignatureDoesNotMatch").reason(), Some(GapReason::ExpiredCredentials));
        assert_eq!(said("SignatureDoesNotMatch").message(), "SignatureDoesNotMatch");
        assert_eq!(said("AccessDenied").reason(), Some(GapReason::AssumeRoleFailed));
        assert!(said("AccessDenied").message().starts_with("'arn': AccessDenied: The Canonical"));
    }

    #[test]
    fn sentences_are_short_and_of_one_line() {
        let long = one_line(&"ab \n\t".repeat(1000));
        assert!(long.chars().count() <= LONGEST + 1 && !long.contains('\n'));
    }
}

//! The text of one file of a recording: JSON, or the line by which the AWS CLI tells an error.

use serde_json::{Map, Value};

use super::{Answer, GapReason};

/// Why a text is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextFault {
    /// It is empty, and the call is not one that may answer nothing.
    Empty,
    /// It is broken or something else.
    Malformed {
        /// Offset of the fault in the text, in bytes.
        at: usize,
        /// One sentence without a final period.
        message: String,
    },
}

/// Whether the CLI prints nothing for this call when nothing is set.
///
/// All fields of the answer are optional, and the CLI prints no empty object. Sources: S3 API reference,
/// GetBucketVersioning and GetBucketLogging ("empty status"); `JSONFormatter` of the AWS CLI.
pub fn may_be_empty(service: &str, operation: &str) -> bool {
    service == "s3api"
        && matches!(operation, "get-bucket-versioning" | "get-bucket-logging" | "get-bucket-notification-configuration")
}

/// The answer that a text holds.
pub(super) fn parse(text: &str) -> Result<Answer, TextFault> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if trimmed.is_empty() {
        return Err(TextFault::Empty);
    }
    if !trimmed.starts_with(['{', '[', '"']) {
        return told(trimmed).ok_or_else(|| TextFault::Malformed {
            at: text.len() - text.trim_start().len(),
            message: "neither JSON nor an error that the AWS CLI prints".to_owned(),
        });
    }
    // The offset of what is read: a byte order mark is no part of JSON.
    let start = text.find(trimmed).unwrap_or(0);
    let value: Value = serde_json::from_str(trimmed).map_err(|error| TextFault::Malformed {
        at: start + offset(trimmed, error.line(), error.column()),
        message: format!("the JSON is broken: {}", sentence(&error)),
    })?;
    match value {
        Value::Object(object) => Ok(refusal(&object).unwrap_or(Answer::Output(Value::Object(object)))),
        _ => Err(TextFault::Malformed {
            at: start,
            message: "the answer of a call is an object; this is a part of one".to_owned(),
        }),
    }
}

/// `{"Error": {"Code": …, "Message": …}}`, which no answer looks like.
fn refusal(object: &Map<String, Value>) -> Option<Answer> {
    let error = object.get("Error").filter(|_| object.len() == 1)?;
    let word = |key: &str| error.get(key).and_then(Value::as_str);
    let code = word("Code")?.to_owned();
    let message = word("Message").or_else(|| word("message")).unwrap_or_default().to_owned();
    Some(Answer::Refused { code, message })
}

/// What the CLI says on its error stream.
fn told(text: &str) -> Option<Answer> {
    const ERROR: &str = "An error occurred (";
    let line = text.lines().find(|line| !line.trim().is_empty())?.trim();
    // Newer versions put their name before it.
    let line = line.strip_prefix("aws: [ERROR]: ").unwrap_or(line);
    if let Some(rest) = line.strip_prefix(ERROR) {
        let (code, rest) = rest.split_once(')')?;
        let (_, rest) = rest.split_once(" operation").unwrap_or(("", rest));
        // How often it was tried stands in parentheses.
        let rest = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest);
        let message = rest.split_once(": ").map_or("", |(_, message)| message.trim());
        return Some(Answer::Refused { code: code.to_owned(), message: message.to_owned() });
    }
    let failed = |reason| Answer::Failed { reason, message: line.to_owned() };
    if line.contains("timeout on endpoint URL") {
        return Some(failed(GapReason::Timeout));
    }
    if line.starts_with("Could not connect to the endpoint URL") || line.starts_with("Connection was closed before") {
        return Some(failed(GapReason::Connection));
    }
    let credentials =
        ["Unable to locate credentials", "Error loading SSO Token", "Token has expired", "The SSO session"];
    credentials.iter().any(|start| line.starts_with(start)).then(|| failed(GapReason::ExpiredCredentials))
}

/// The offset of a place that is told by line and column, both from 1; columns count bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// Without the place, which the gap says itself.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(sentence, _)| sentence.to_owned())
}

//! What the run itself has to say: gaps, and results that were left out.

use super::{dropped, gap_location, model, sentence};
use crate::reports::Settings;
use crate::reports::entry::utc;
use crate::scan::{Gap, Scan};

/// The kinds of notifications: id, name, what it means, what to do.
const KINDS: [(&str, &str, &str, &str); 20] = [
    (
        "syntax",
        "SyntaxError",
        "A file does not follow the grammar of its format.",
        "Mend the file at the place that the notification names.",
    ),
    ("not-utf-8", "NotUtf8", "A file is not encoded in UTF-8.", "Save the file in UTF-8."),
    ("too-large", "TooLarge", "A file is larger than the limit of its kind.", "Split the file, or leave it out."),
    ("unreadable", "Unreadable", "A file could not be read.", "Let the scan read the file, or leave it out."),
    ("not-found", "NotFound", "A file or folder that was named does not exist.", "Name one that exists."),
    (
        "template",
        "MalformedTemplate",
        "A file could not be understood as a template.",
        "Mend the file at the place that the notification names.",
    ),
    (
        "layout",
        "Layout",
        "A file of a recording is not where the answer of a call is kept.",
        "Move the file to ACCOUNT/REGION/SERVICE/OPERATION.json, or remove it.",
    ),
    ("access-denied", "AccessDenied", "AWS refused a call.", "Give the role of the scan the permission for the call."),
    (
        "denied-by-policy",
        "DeniedByPolicy",
        "A policy of the organization denies a call.",
        "Let the policy admit the role of the scan.",
    ),
    (
        "throttled",
        "Throttled",
        "AWS answered a call with throttling until the scan gave up.",
        "Scan again, with fewer accounts at once.",
    ),
    ("timeout", "Timeout", "AWS did not answer a call in time.", "Scan again."),
    (
        "connection",
        "Connection",
        "AWS could not be reached, or failed to answer.",
        "See to the connection and scan again.",
    ),
    (
        "malformed-answer",
        "MalformedAnswer",
        "An answer does not have the shape of its call.",
        "Scan again; see what stands between the scan and AWS.",
    ),
    ("not-enabled", "NotEnabled", "A Region or service is not enabled.", "Enable it, or leave it out."),
    (
        "expired-credentials",
        "ExpiredCredentials",
        "The credentials ran out or are not valid.",
        "Renew the credentials and scan again.",
    ),
    (
        "assume-role-failed",
        "AssumeRoleFailed",
        "The role in an account could not be assumed.",
        "Create the role of the scan in the account, and let the caller assume it.",
    ),
    ("interrupted", "Interrupted", "The scan was stopped before the call.", "Scan again."),
    ("refused", "Refused", "AWS refused a call for a reason that the scan does not know.", "See the message."),
    ("other", "Other", "A call has no answer.", "See the message."),
    (
        TRUNCATED,
        "ResultsTruncated",
        "The report holds fewer results than the scan found.",
        "Read the JSON report, which is never cut.",
    ),
];

/// The id of the notification about results that were left out.
const TRUNCATED: &str = "results-truncated";

/// The kinds of notifications, always all.
pub(super) fn descriptors() -> Vec<model::Descriptor> {
    let text = |text| model::Text { text };
    let descriptor = |(id, name, means, help)| {
        let (short_description, full_description, help) = (text(means), text(means), text(help));
        model::Descriptor { id, name, short_description, full_description, help }
    };
    KINDS.map(descriptor).to_vec()
}

/// The run, as far as it went.
pub(super) fn invocation(scan: &Scan, settings: &Settings) -> model::Invocation {
    let mut notifications: Vec<_> = scan.gaps.iter().map(|gap| notification(scan, gap)).collect();
    let dropped = dropped(scan, settings);
    if dropped > 0 {
        let text = format!("The report holds the {} worst results; {dropped} more were found.", settings.max_results);
        notifications.push(model::Notification {
            descriptor: descriptor(TRUNCATED),
            level: "warning",
            message: model::Message { text },
            locations: Vec::new(),
        });
    }
    model::Invocation {
        execution_successful: scan.gaps.is_empty(),
        end_time_utc: Some(settings.now).filter(|_| settings.times).and_then(utc),
        tool_execution_notifications: notifications,
    }
}

fn notification(scan: &Scan, gap: &Gap) -> model::Notification {
    model::Notification {
        descriptor: descriptor(gap.reason),
        level: "error",
        message: model::Message { text: sentence(&gap.sentence()) },
        locations: gap_location(scan, gap).into_iter().collect(),
    }
}

fn descriptor(reason: &'static str) -> model::DescriptorReference {
    model::DescriptorReference { id: reason, index: KINDS.iter().position(|(id, ..)| *id == reason) }
}

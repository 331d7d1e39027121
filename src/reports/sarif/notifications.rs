//! What the run itself has to say: gaps, and results that were left out.

use super::{dropped, gap_location, model, sentence};
use crate::reports::Settings;
use crate::reports::entry::utc;
use crate::scan::{Gap, Scan};

/// The kinds of notifications: id, name, what it means, what to do.
const KINDS: [(&str, &str, &str, &str); 7] = [
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
        message: model::Message { text: sentence(&gap.message) },
        locations: gap_location(scan, gap).into_iter().collect(),
    }
}

fn descriptor(reason: &'static str) -> model::DescriptorReference {
    model::DescriptorReference { id: reason, index: KINDS.iter().position(|(id, ..)| *id == reason) }
}

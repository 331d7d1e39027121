//! Commands that take something away.

use crate::finding::{Draft, Severity};
use crate::model::change::{Loss, Part, PlanChange, Setting};

/// A finding on the command.
pub(super) fn report(change: &PlanChange, draft: Draft<'_, '_>) {
    let attribute = &change.attribute;
    let (holds, fails, fault) = match change.loss {
        Loss::Deleted(part) | Loss::Replaced { part, .. } => {
            (format!("keeps the {}", part.noun()), format!("deletes the {}", part.noun()), "deleted")
        }
        Loss::Weakened(setting) => {
            let (holds, fails) = setting.says();
            (holds.to_owned(), fails.to_owned(), setting.word())
        }
    };
    draft
        .claim(holds, fails)
        .because(reason(change))
        .at(&change.at)
        .fault(format!("{fault}:{attribute}"))
        .evidence(&**attribute, "not called", "called", &change.at)
        .severity(severity(change.loss))
        .remedy(remedy(change.loss))
        .fail();
}

fn reason(change: &PlanChange) -> String {
    let what = match change.loss {
        Loss::Weakened(Setting::Logging) => "nothing is recorded from then on, until logging is started again",
        Loss::Deleted(Part::Trail) => "nothing is recorded from then on",
        Loss::Deleted(Part::Key) => "log files that it encrypted cannot be read once it is gone",
        Loss::Deleted(Part::Bucket) => "the log files go with it",
        Loss::Weakened(Setting::KeyEnabled) => {
            "log files that it encrypted cannot be read, and no new ones are written"
        }
        _ => "whoever runs the script takes away what protects the trail or its log files",
    };
    format!("'{}' is called, and {what}", change.attribute)
}

fn remedy(loss: Loss) -> &'static str {
    match loss {
        Loss::Weakened(Setting::Logging) => {
            "Leave the trail logging; keep events out with event selectors instead. Where a test makes its own trail, allow \
             this call."
        }
        Loss::Weakened(_) => "Leave the setting as it is.",
        _ => "Take the call out of the script, or delete by hand what a person has looked at.",
    }
}

fn severity(loss: Loss) -> Severity {
    match loss {
        Loss::Deleted(Part::LogGroup) => Severity::Medium,
        _ => Severity::Critical,
    }
}

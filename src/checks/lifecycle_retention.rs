//! How long log files are kept.

use crate::finding::{Judge, Severity};
use crate::model::Estate;
use crate::model::bucket::Bucket;
use crate::model::retention::{Retention, retention};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let min_days = judge.options().min_days;
    for target in estate.log_buckets() {
        let mut draft = judge.on(&target).claim(
            format!("keeps log files for at least {min_days} days"),
            format!("has no lifecycle that keeps log files for at least {min_days} days"),
        );
        let bucket = match target.here() {
            Ok(bucket) => bucket,
            Err(causes) => {
                draft.at(&target.named_at()).unknown(causes);
                continue;
            }
        };
        if bucket.mfa_delete.is(&true) == Truth::True {
            draft.at(&bucket.mfa_delete.at).not_applicable(
                CauseKind::Equivalent,
                format!("'{}' is on, and S3 refuses a lifecycle beside it", bucket.mfa_delete.name),
            );
            continue;
        }
        let found = retention(bucket, &target.trails, min_days);
        let expected = format!("an enabled rule for all log files that keeps them for at least {min_days} days");
        draft = draft.remedy(remedy(bucket, &found, min_days));
        if found.kept == Truth::False
            && let Some(removal) = found.soonest
        {
            let what = if removal.noncurrent { "noncurrent versions" } else { "log files" };
            draft = draft
                .severity(Severity::Medium)
                .looks_at(removal.attr, format!("at least {min_days}"))
                .because(format!("'{}' removes {what} after {} days", removal.attr.name, removal.days))
                .related("This rule acts on log files", &removal.rule.at);
        } else if found.dated == Truth::True
            && let Some(rule) = found.rules.iter().find(|rule| rule.expiration_date.given() == Truth::True)
        {
            let date = &rule.expiration_date;
            draft = draft
                .looks_at(date, "a number of days")
                .because(format!("{}, and nothing is kept after that date", date.says()));
        }
        let reason = reason(bucket, &found);
        draft = draft.looks_whether(&bucket.lifecycle, expected);
        if found.soonest.is_none() && found.dated != Truth::True {
            draft = draft.because(reason);
        }
        draft.rule(found.kept);
    }
}

fn reason(bucket: &Bucket, found: &Retention<'_>) -> String {
    let name = &bucket.lifecycle.name;
    let rules: usize = bucket.lifecycle.possible().map(Vec::len).sum();
    if found.governed == Truth::False {
        return if rules == 0 {
            format!("'{name}' is not set")
        } else {
            format!("no enabled rule in '{name}' says how long all log files are kept")
        };
    }
    let days = found
        .rules
        .iter()
        .flat_map(|rule| rule.expiration_days.possible().map(move |days| (days, rule)))
        .min_by_key(|(d, _)| **d);
    match days {
        Some((days, rule)) => format!("'{}' is {days}", rule.expiration_days.name),
        None => format!("'{name}' removes no current log file"),
    }
}

fn remedy(bucket: &Bucket, found: &Retention<'_>, min_days: u32) -> String {
    match &found.soonest {
        Some(removal) => {
            format!("Raise '{}' to {min_days} or more in every rule that acts on log files.", removal.attr.name)
        }
        None if found.dated == Truth::True => {
            format!("Replace the fixed date by a number of days, {min_days} or more.")
        }
        None => format!(
            "Give '{}' an enabled rule without a filter that expires objects after {min_days} days or more, or only \
             moves them to a colder storage class. A lifecycle rules out MFA delete: protect the files by Object Lock.",
            bucket.lifecycle.name
        ),
    }
}

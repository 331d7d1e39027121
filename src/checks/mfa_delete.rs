//! MFA delete on log buckets, or what protects log versions as well.

use crate::finding::options::MfaDeleteMode;
use crate::finding::{Judge, Severity};
use crate::model::account::OrganizationPolicy;
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::bucket::Bucket;
use crate::model::lookup::LogTarget;
use crate::model::policy::of_bucket::over_cases;
use crate::model::{Estate, Link};
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let mode = judge.options().mfa_delete;
    for target in estate.log_buckets() {
        let draft = judge.on(&target).claim("has MFA delete", "does not have MFA delete").at(&target.named_at());
        if mode == MfaDeleteMode::Off {
            draft.not_applicable(CauseKind::Option, "the option 'mfa-delete.mode' is 'off'");
            continue;
        }
        let Link::Here(bucket) = &target.link else {
            if let Some(causes) = target.not_here() {
                draft.unknown(causes);
            }
            continue;
        };
        let locked = if mode == MfaDeleteMode::Equivalent { locked(bucket) } else { Truth::False };
        let (mfa, lock) = (&bucket.mfa_delete, &bucket.object_lock);
        let versioned = bucket.versioning.satisfies(|status| status.same(&"Enabled".into()));
        // Without versions a plain deletion, or a new object of the same name, is the end of a file.
        let denied = match mode {
            MfaDeleteMode::Equivalent => versioned.clone() & versions_kept(estate, &target),
            _ => Truth::False,
        };
        let rules = match bucket.lifecycle.present(|rules| Truth::known(!rules.is_empty())) {
            Truth::False => "",
            _ => "; MFA delete itself would only be possible without the lifecycle rules",
        };
        let draft = judge_at(judge, &target)
            .looks_at(mfa, "true")
            .looks_whether(lock, "a default retention in place of MFA delete")
            .severity(if versioned == Truth::True { Severity::Low } else { Severity::Medium })
            .remedy(format!(
                "{}Give the bucket Object Lock with a default retention, or deny 's3:DeleteObjectVersion' to all but \
                 named principals in its policy{rules}.",
                if versioned == Truth::True { "" } else { "Turn on versioning first. " },
            ));
        match (mfa.is(&true), locked, denied) {
            (Truth::True, ..) => draft.pass(),
            (_, Truth::True, _) => {
                let how =
                    format!("'{}' keeps every log file for a default retention, which protects as well", lock.name);
                draft.at(&lock.at).not_applicable(CauseKind::Equivalent, how);
            }
            (_, _, Truth::True) => draft.not_applicable(CauseKind::Equivalent, DENIED),
            // Something else may protect the bucket as well: then the question would not arise.
            (Truth::False, Truth::Unknown(causes), _) | (Truth::False, _, Truth::Unknown(causes))
                if mode == MfaDeleteMode::Equivalent =>
            {
                draft.unknown(causes);
            }
            (truth, ..) => draft.rule(truth),
        }
    }
}

const DENIED: &str = "a policy denies 's3:DeleteObjectVersion' to all but named principals, which protects as well";

fn judge_at<'j, 'o>(judge: &'j mut Judge<'o>, target: &LogTarget<'_, Bucket>) -> crate::finding::Draft<'j, 'o> {
    judge.on(target).claim("has MFA delete", "does not have MFA delete")
}

/// Whether Object Lock keeps every new version for some time.
fn locked(bucket: &Bucket) -> Truth {
    bucket.object_lock.fold(|seen| match seen {
        Seen::Value(retention) => retention.mode.given() & retention.days.present(|days| Truth::known(*days > 0)),
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
        Seen::Absent => Truth::False,
    })
}

/// Whether the bucket's policy, or a service control policy of the same input, refuses the deletion of log versions.
/// A bucket without a policy in the input has none that is known to do so.
fn versions_kept(estate: &Estate, target: &LogTarget<'_, Bucket>) -> Truth {
    let (cases, place) = (estate.policy_cases(target), target.place(&[]));
    let by_policy = match cases.is_empty() {
        true => Truth::False,
        false => over_cases(&cases, &target.name, |document| !document.version_deletion(&place).truth),
    };
    let input = estate.input(target.trails[0].id.input);
    // A policy of a unit binds the bucket's account if that is in the unit, which cannot be seen here.
    let binds = |one: &Text| {
        if OrganizationPolicy::is_root(input, one) {
            return Truth::True;
        }
        match one.same(&place.owner) {
            Truth::True => Truth::True,
            _ => Truth::unknown(
                CauseKind::OutsideScope,
                format!(
                    "whether the bucket's account belongs to '{one}', which a service control policy is attached to, cannot be told"
                ),
            ),
        }
    };
    let by_organization = input.organization_policies.iter().map(|policy| {
        policy.kind.satisfies(|kind| kind.same(&"SERVICE_CONTROL_POLICY".into()))
            & policy.targets.satisfies(|targets| Truth::any(targets.iter().map(binds)))
            & policy.content.satisfies(|document| !document.version_deletion(&place).truth)
            & policy.id.existence.truth()
    });
    by_policy | Truth::any(by_organization)
}

//! Whether the key policies let CloudTrail encrypt log files, and nobody else come near.

use crate::finding::{Judge, Witness};
use crate::model::arn::Text;
use crate::model::attr::Seen;
use crate::model::key::Key;
use crate::model::lookup::LogTarget;
use crate::model::policy::service::{self, number_or_sid};
use crate::model::policy::{Document, Effect, Held, Reach, Request, Statement};
use crate::model::trail::Trail;
use crate::model::{Estate, Link};
use crate::truth::{Cause, CauseKind, Truth};

const FIT: &str = "lets CloudTrail encrypt and keeps strangers out";
const UNFIT: &str = "does not both let CloudTrail encrypt and keep strangers out";
const CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

/// What somebody of another account must not be able to do.
const PRIVATE: [&str; 6] = [
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:DisableKey",
    "kms:CreateGrant",
];

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_keys() {
        match &target.link {
            Link::Here(key) => policy(judge, &target, key),
            _ => {
                let draft = judge.on(&target).claim(FIT, UNFIT).at(&target.named_at()).fault("key");
                if let Some(causes) = target.not_here() {
                    draft.unknown(causes);
                }
            }
        }
    }
}

fn policy(judge: &mut Judge<'_>, target: &LogTarget<'_, Key>, key: &Key) {
    let name = &key.policy.name;
    let mut failed = false;
    let mut whole = Truth::True;
    for (action, does) in [("kms:GenerateDataKey", "encrypt log files with it"), ("kms:DescribeKey", "look it up")] {
        let served = Truth::all(target.trails.iter().map(|trail| serves(key, trail, action)));
        if served == Truth::False {
            failed = true;
            let wanted = if action == "kms:DescribeKey" { action } else { "kms:GenerateDataKey*" };
            judge
                .on(key)
                .claim(format!("lets CloudTrail {does}"), format!("does not let CloudTrail {does}"))
                .looks_whether(&key.policy, format!("an Allow of '{wanted}' for 'cloudtrail.amazonaws.com'"))
                .because(match key.policy.written() {
                    Truth::False => format!(
                        "'{name}' is not set, and the default policy leaves it to the account's IAM, which cannot \
                         grant anything to a service"
                    ),
                    _ => format!("'{name}' does not allow '{action}' to 'cloudtrail.amazonaws.com' for the trail"),
                })
                .fault(action)
                .related("the trail names the key here", &target.named_at())
                .remedy(format!(
                    "Add a statement to '{name}' that allows '{wanted}' to the service 'cloudtrail.amazonaws.com' \
                     where 'aws:SourceArn' is the trail's ARN."
                ))
                .fail();
        }
        whole = whole & served;
    }
    for (_, seen) in key.policy.cases() {
        let Seen::Value(document) = seen else { continue };
        let only_case = key.policy.cases().len() == 1;
        for (number, statement) in document.statements.iter().enumerate() {
            let (open, witness) = open(document, statement, key);
            let truth = match (!open.clone(), only_case) {
                (Truth::False, false) => {
                    Cause::new(CauseKind::Condition, format!("which '{name}' holds cannot be decided")).into()
                }
                (truth, _) => truth,
            };
            if truth == Truth::False {
                failed = true;
                too_open(judge, key, statement, number, witness);
            }
            whole = whole & truth;
        }
    }
    if !failed {
        judge.on(key).claim(FIT, UNFIT).looks_whether(&key.policy, "scoped to the trails").fault("key").rule(whole);
    }
}

/// Whether the policy allows what CloudTrail asks for on behalf of a trail.
fn serves(key: &Key, trail: &Trail, action: &str) -> Truth {
    let mut request = service::for_trail(trail, action, &key.arn);
    let context = if action == "kms:DescribeKey" { Held::Absent } else { Held::Values(vec![trail.arn.clone()]) };
    request.context.set(CONTEXT, context);
    let allowed = key.policy.satisfies(|document| document.allows_for(trail, &request));
    match allowed {
        // A trail that only may use the key is no reproach to it.
        Truth::False if trail.kms_key.cases().len() > 1 => {
            Cause::new(CauseKind::Condition, "the trail uses the key under a condition only").into()
        }
        Truth::False => !trail.id.existence.beside(&key.id.existence),
        other => other,
    }
}

/// Whether a statement lets in somebody of another account, directly or by way of CloudTrail, with what shows it.
fn open(document: &Document, statement: &Statement, key: &Key) -> (Truth, Option<Request>) {
    if statement.is(Effect::Allow) == Truth::False {
        return (Truth::False, None);
    }
    let strangers =
        PRIVATE.iter().map(|action| document.reach_through(statement, &document.by_stranger(action, &key.arn)));
    let mut deputy = service::for_stranger(document, "kms:GenerateDataKey", &key.arn);
    let sources = deputy.context.held("aws:SourceArn").clone();
    deputy.context.set(CONTEXT, sources);
    let reach = Reach::any(strangers).or(document.reach_through(statement, &deputy));
    (reach.truth, reach.witness)
}

fn too_open(judge: &mut Judge<'_>, key: &Key, statement: &Statement, number: usize, witness: Option<Request>) {
    let shown = number_or_sid(statement, number);
    let by_service = witness.as_ref().is_some_and(|request| request.caller.name() == Text::from(service::CLOUDTRAIL));
    let action = witness.as_ref().map_or_else(|| "kms:*".to_owned(), |request| request.action.to_string());
    let draft = judge.on(key).at(&statement.at).fault(shown.clone()).evidence(
        key.policy.name.to_string(),
        "an Allow for this account's trails and people",
        shown.clone(),
        &statement.at,
    );
    let draft = if by_service {
        draft
            .claim(FIT, "serves trails of other accounts too")
            .because(format!("{shown} allows '{action}' to 'cloudtrail.amazonaws.com' without asking for which trail"))
            .remedy(format!(
                "Add a 'Condition' to {shown} of '{}': 'StringEquals' with 'aws:SourceArn' set to the trail's ARN.",
                key.policy.name
            ))
    } else {
        draft
            .claim(FIT, "is open to other accounts")
            .because(format!("{shown} allows '{action}' to anybody with credentials of any account"))
            .remedy(format!(
                "Name the principals in {shown} of '{}', or add a 'Condition' on 'kms:CallerAccount' or \
                 'aws:PrincipalOrgID'.",
                key.policy.name
            ))
    };
    draft.fail_with(witness.as_ref().map(Witness::from));
}

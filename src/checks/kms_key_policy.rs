//! Whether the key policies let CloudTrail encrypt log files, and whom else they let in.

use crate::finding::{Judge, Witness};
use crate::model::arn::Text;
use crate::model::attr::{Origin, Seen};
use crate::model::key::Key;
use crate::model::lookup::LogTarget;
use crate::model::policy::service::{self, number_or_sid};
use crate::model::policy::{
    Caller, Condition, Context, Document, Effect, Held, PrincipalName, Reach, Request, STRANGER, Statement,
};
use crate::model::trail::Trail;
use crate::model::{Estate, Link};
use crate::truth::{Cause, CauseKind, Truth};

const FIT: &str = "lets CloudTrail encrypt for the trails that use it and is not open to strangers";
const UNFIT: &str = "does not let CloudTrail encrypt for the trails that use it, or is open to strangers";
const CONTEXTS: &str = "kms:EncryptionContext";
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

/// What makes an administrator of the key.
const ADMINISTER: [&str; 3] = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey"];

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
            let mut draft = judge
                .on(key)
                .claim(format!("lets CloudTrail {does}"), format!("does not let CloudTrail {does}"))
                .looks_whether(&key.policy, format!("an Allow of '{wanted}' for 'cloudtrail.amazonaws.com'"));
            let hindered = hindrance(target, key, action);
            let refused = matches!(hindered, Some((_, _, true)));
            if let Some((at, ..)) = &hindered {
                draft = draft.at(at);
            }
            draft
                .because(match (key.policy.written(), hindered) {
                    (Truth::False, _) => format!(
                        "'{name}' is not set, and the default policy leaves it to the account's IAM, which cannot \
                         grant anything to a service"
                    ),
                    (_, Some((_, why, _))) => why,
                    _ => format!("'{name}' does not allow '{action}' to 'cloudtrail.amazonaws.com' for the trail"),
                })
                .fault(action)
                .related("the trail names the key here", &target.named_at())
                .remedy(if refused {
                    format!("Leave 'cloudtrail.amazonaws.com' out of what the Deny in '{name}' refuses.")
                } else {
                    let bare =
                        if action == "kms:DescribeKey" { ", without asking for an encryption context" } else { "" };
                    format!(
                        "Add a statement to '{name}' that allows '{wanted}' to the service \
                         'cloudtrail.amazonaws.com'{bare}, limited by {}.",
                        service::SOURCE
                    )
                })
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

/// What CloudTrail asks for on behalf of a trail.
fn asked(key: &Key, trail: &Trail, action: &str) -> Request {
    let mut request = service::for_trail(trail, action, &key.arn);
    let context = if action == "kms:DescribeKey" { Held::Absent } else { Held::Values(vec![trail.arn.clone()]) };
    request.context.set(CONTEXT, context);
    request
}

/// A statement that allows the action to CloudTrail but for a condition that does not hold, or that refuses it, with
/// the reason and whether it refuses.
fn hindrance(target: &LogTarget<'_, Key>, key: &Key, action: &str) -> Option<(Origin, String, bool)> {
    let name = &key.policy.name;
    for request in target.trails.iter().map(|trail| asked(key, trail, action)) {
        for document in key.policy.possible() {
            let mut statements = document.statements.iter().enumerate();
            if let Some((number, statement)) =
                statements.find(|(_, s)| s.is(Effect::Deny) & s.applies(&request, document.variables) == Truth::True)
            {
                let shown = number_or_sid(statement, number);
                return Some((statement.at.clone(), format!("{shown} of '{name}' refuses '{action}'"), true));
            }
            for (number, statement) in document.statements.iter().enumerate() {
                let free = Statement { conditions: Vec::new(), ..statement.clone() };
                if free.is(Effect::Allow) & free.applies(&request, document.variables) != Truth::True {
                    continue;
                }
                let breaks = |c: &&Condition| c.holds(&request, document.variables) == Truth::False;
                let Some(condition) = statement.conditions.iter().find(breaks) else { continue };
                let of_context = condition.key.literal().is_some_and(|key| {
                    key.get(..CONTEXTS.len()).is_some_and(|start| start.eq_ignore_ascii_case(CONTEXTS))
                });
                let why = if of_context && action == "kms:DescribeKey" {
                    format!("which a call of '{action}' never carries")
                } else {
                    "which does not hold for the trail".to_owned()
                };
                let (operator, key) = (&condition.operator, &condition.key);
                let shown = number_or_sid(statement, number);
                let says = format!("{shown} of '{name}' allows '{action}' only by '{operator}' on '{key}', {why}");
                return Some((statement.at.clone(), says, false));
            }
        }
    }
    None
}

/// Whether the policy allows what CloudTrail asks for on behalf of a trail.
fn serves(key: &Key, trail: &Trail, action: &str) -> Truth {
    let request = asked(key, trail, action);
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
    let reach = if reach.truth == Truth::True { reach } else { reach.or(administered(document, statement, key)) };
    (reach.truth, reach.witness)
}

/// Whether a statement names somebody who may administer the key and should not: a service other than CloudTrail, or
/// a principal of an account that is proven to be another than the key's.
fn administered(document: &Document, statement: &Statement, key: &Key) -> Reach {
    let mut reach = Reach::NONE;
    for name in statement.named_principals() {
        let mut context = Context::default();
        let caller = match name {
            PrincipalName::Service(name) if name.same(&service::CLOUDTRAIL.into()) == Truth::False => {
                context.set("aws:PrincipalIsAWSService", Held::value("true"));
                context.set("aws:PrincipalServiceName", Held::Values(vec![name.clone()]));
                Caller::Service(name.clone())
            }
            PrincipalName::Aws(arn) => {
                let account = arn.split(':').get(4).cloned().unwrap_or_else(|| arn.clone());
                if account.same(&key.account) != Truth::False || !is_account(&account) {
                    continue;
                }
                context.set("aws:PrincipalIsAWSService", Held::value("false"));
                document.introduce(&mut context, &account, arn);
                context.set("kms:CallerAccount", Held::Values(vec![account.clone()]));
                Caller::Aws { account, arn: arn.clone() }
            }
            _ => continue,
        };
        for action in ADMINISTER {
            let (caller, context) = (caller.clone(), context.clone());
            let request = Request { caller, action: action.into(), resource: key.arn.clone(), context };
            reach = reach.or(document.reach_through(statement, &request));
            if reach.truth == Truth::True {
                return reach;
            }
        }
    }
    reach
}

fn is_account(text: &Text) -> bool {
    text.literal().is_some_and(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()))
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
    let administrator = witness.as_ref().map(|request| &request.caller).filter(|caller| match caller {
        Caller::Service(_) => !by_service,
        Caller::Aws { account, .. } => *account != Text::from(STRANGER),
        _ => false,
    });
    let draft = if let Some(administrator) = administrator {
        draft
            .claim(FIT, "can be administered from outside its account")
            .because(format!("{shown} allows '{action}' to '{}'", administrator.name()))
            .remedy(format!(
                "Take 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion' and 'kms:DisableKey' out of {shown} of '{}', and \
                 list the actions that '{}' needs in place of a wildcard.",
                key.policy.name,
                administrator.name()
            ))
    } else if by_service {
        draft
            .claim(FIT, "serves trails of other accounts too")
            .because(format!("{shown} allows '{action}' to 'cloudtrail.amazonaws.com' without asking for which trail"))
            .remedy(format!(
                "Add a 'Condition' to {shown} of '{}': 'StringEquals' with {}.",
                key.policy.name,
                service::SOURCE
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

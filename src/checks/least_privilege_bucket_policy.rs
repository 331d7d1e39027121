//! What the policy of a log bucket grants beyond what CloudTrail needs.

use crate::finding::{Judge, Severity, Witness};
use crate::model::arn::Text;
use crate::model::attr::Origin;
use crate::model::bucket::BucketPolicy;
use crate::model::policy::excess::{Excess, Rule, Weight};
use crate::model::policy::of_bucket::{everywhere, is_first};
use crate::model::policy::service::{SOURCE, number_or_sid};
use crate::model::policy::{Clause, Condition, Document, Statement};
use crate::model::{Estate, Link, Subject};
use crate::truth::{Cause, CauseKind, Causes, Truth};

const HOLDS: &str = "has a policy that grants no more than CloudTrail needs";

/// What further places of a finding say.
const TAKES_ACTION: &str = "this takes in the action";
const TAKES_RESOURCE: &str = "this takes in the resource";

/// How many Denies that miss a request by one element are named.
const MOST_NEAR: usize = 2;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let readers = judge.options().readers.clone();
    for target in estate.log_buckets() {
        let (cases, mut place) = (estate.policy_cases(&target), target.place(&readers));
        if let (Some(case), Link::Elsewhere(_) | Link::Unknown(_)) = (cases.first(), &target.link) {
            // Nobody but the owner can give a bucket its policy.
            place.owner = estate.input(case.policy.id.input).account.clone();
        }
        let mut unknown: Vec<(Origin, Causes)> = Vec::new();
        let mut failed = false;
        if cases.is_empty() {
            unknown.push((target.named_at(), target.without_policy()));
        }
        let found: Vec<Vec<Excess<'_>>> = cases
            .iter()
            .map(|case| case.document.as_ref().map_or_else(|_| Vec::new(), |document| document.excesses(&place)))
            .collect();
        for (i, case) in cases.iter().enumerate() {
            let at = &case.policy.document.at;
            let document = match &case.document {
                Ok(document) => document,
                Err(cause) => {
                    unknown.push((at.clone(), cause.clone().into()));
                    continue;
                }
            };
            unknown.extend(document.more.clone().map(|cause| (document.at.clone(), cause.into())));
            unknown.extend(document.unreplaced().map(|text| {
                let detail = format!("'{text}' is plain text there, which nothing replaces");
                (document.at.clone(), Cause::new(CauseKind::Invalid, detail).into())
            }));
            for excess in &found[i] {
                match (&excess.truth, &case.when) {
                    (Truth::True, _) if everywhere(&cases, &found, i, |other| is_same(other, excess)) => {
                        failed = true;
                        if is_first(&cases, i) {
                            fail(judge, &target, case.policy, document, excess);
                        }
                    }
                    (Truth::True, when) => {
                        let when = when.as_deref().unwrap_or("another policy is in force");
                        let detail = format!("it would fail when {when}, which cannot be decided");
                        unknown.push((place_of(excess), Cause::new(CauseKind::Condition, detail).into()));
                    }
                    (Truth::Unknown(causes), _) => unknown.push((place_of(excess), causes.clone())),
                    (Truth::False, _) => {}
                }
            }
        }
        // A fail stands whatever else could not be read; what is unknown beside it would not change the verdict.
        if failed {
            continue;
        }
        let first = cases.first().map(|case| &case.policy.document);
        let at = first.map_or_else(|| target.named_at(), |document| document.at.clone());
        let mut draft = judge.on(&target).claim(HOLDS, "");
        if let Some(document) = first {
            draft = draft.looks_whether(document, "nothing beyond what CloudTrail needs");
        }
        match unknown.into_iter().reduce(|(at, a), (_, b)| (at, a.and(b))) {
            Some((at, causes)) => draft.at(&at).unknown(causes),
            None => {
                let says =
                    first.map_or_else(String::new, |d| format!("'{}' lets nobody else write or administer", d.name));
                draft.at(&at).because(says).pass();
            }
        }
    }
}

/// Whether an excess certainly is there, by the same rule and the same statement of another possibility of the policy.
fn is_same(other: &Excess<'_>, excess: &Excess<'_>) -> bool {
    let label = |excess: &Excess<'_>| excess.statement.label();
    other.truth == Truth::True && other.rule == excess.rule && label(other) == label(excess)
}

/// The part of the statement that breaks the rule.
fn place_of(excess: &Excess<'_>) -> Origin {
    let statement = excess.statement;
    let principal = || {
        let clause = statement.principal.as_ref()?;
        let named = clause.item(|name| Truth::known(name.name() == excess.about));
        Some(named.filter(|_| !clause.negated).map_or(&clause.at, |(_, at)| at))
    };
    let item = |clause: Option<&'_ Clause<Text>>| -> Option<Origin> {
        let clause = clause?;
        let named = clause.item(|item| Truth::known(*item == excess.about));
        Some(named.filter(|_| !clause.negated).map_or(&clause.at, |(_, at)| at).clone())
    };
    let part = match excess.rule {
        Rule::Anyone | Rule::Writer | Rule::Legacy | Rule::Reader => principal().cloned(),
        Rule::Wildcard => item(statement.action.as_ref()),
        Rule::Prefix => item(statement.resource.as_ref()),
        Rule::Deputy => excess.condition.map(|condition| condition.at.clone()),
    };
    part.unwrap_or_else(|| statement.at.clone())
}

/// What a statement's conditions do not do, as a clause: that there are none, or that these do not `limit`.
fn unlimited(statement: &Statement, none: &str, limit: &str) -> String {
    let shown: Vec<String> = statement.conditions.iter().map(Condition::shown).collect();
    match shown.as_slice() {
        [] => format!(" without a condition {none}"),
        [one] => format!(", and its condition {one} does not limit {limit}"),
        many => format!(", and its conditions {} do not limit {limit}", many.join(", ")),
    }
}

fn fail(judge: &mut Judge<'_>, target: &impl Subject, policy: &BucketPolicy, document: &Document, excess: &Excess<'_>) {
    let name = &policy.document.name;
    let statement = excess.statement;
    let label = excess.statement.label();
    let shown = number_or_sid(excess.statement, excess.number);
    let about = &excess.about;
    let action = excess.witness.as_ref().map_or_else(String::new, |request| format!("'{}' ", request.action));
    let foreign = excess.weight == Weight::Medium && !about.is_certainly_empty();
    let request = excess.witness.as_ref();
    let taken = request.and_then(|request| statement.taking_resource(request, document.variables));
    let everyone = statement.principal.as_ref().map_or_else(String::new, |clause| clause.named("Principal"));
    let (claim, why, expected, remedy) = match excess.rule {
        Rule::Anyone => (
            "has a policy that lets anyone in",
            format!("allows {action}to everyone by {everyone}{}", unlimited(statement, "that limits who", "who")),
            "no Allow for everyone",
            format!(
                "Name the principals that need access in {shown} of '{name}', or limit it by 'aws:PrincipalOrgID'."
            ),
        ),
        Rule::Writer => (
            "has a policy that lets others than CloudTrail change its logs",
            match (taken, &statement.resource) {
                (Some((item, _)), _) => format!("allows {action}on '{item}' to '{about}'"),
                (None, Some(clause)) if clause.negated => format!("allows {action}by 'NotResource' to '{about}'"),
                _ => format!("allows {action}to '{about}'"),
            },
            "writes, deletes and administration for CloudTrail alone or nobody",
            format!("Remove '{about}' or the changing actions from {shown} of '{name}'."),
        ),
        Rule::Wildcard => (
            "has a policy whose wildcard takes in more than reading",
            format!("allows {action}by '{about}'"),
            "each changing action by its own name",
            format!("List the actions that are needed in {shown} of '{name}' in place of '{about}'."),
        ),
        Rule::Deputy if foreign => (
            "has a policy that names another account than its trail's",
            match excess.condition {
                Some(condition) => {
                    format!("is limited by '{}' on '{}' to the account '{about}'", condition.operator, condition.key)
                }
                None => format!("is limited to the account '{about}'"),
            },
            "the trail's own account",
            format!("In {shown} of '{name}' give {SOURCE}."),
        ),
        Rule::Deputy => (
            "has a policy that lets CloudTrail act for trails of any account",
            format!("allows {action}to CloudTrail{}", unlimited(statement, "on the trail", "the trail")),
            "'aws:SourceArn' with the ARN of the trail",
            format!("Add a condition to {shown} of '{name}': 'StringEquals' with {SOURCE}."),
        ),
        Rule::Prefix => (
            "has a policy that lets CloudTrail write outside the log prefix",
            format!("allows {action}on '{about}'"),
            "only '[prefix/]AWSLogs/<account>/*'",
            format!("Limit the resource of {shown} of '{name}' to '[prefix/]AWSLogs/<account>/*'."),
        ),
        Rule::Legacy => (
            "has a policy that names an old account of CloudTrail",
            format!("allows {action}to '{about}', an account of one Region"),
            "the service principal 'cloudtrail.amazonaws.com'",
            format!(
                "Replace '{about}' in {shown} of '{name}' by the service principal \
                 'cloudtrail.amazonaws.com', limited by 'aws:SourceArn'."
            ),
        ),
        Rule::Reader => (
            "has a policy that lets another account read all its logs",
            match taken {
                Some((item, _)) => format!("allows {action}on all logs by '{item}' to '{about}'"),
                None => format!("allows {action}on all logs to '{about}'"),
            },
            "no reader outside the account that is not listed in the option 'readers'",
            format!("Remove '{about}' from {shown} of '{name}', or list the account in the option 'readers'."),
        ),
    };
    let near = request.map_or_else(Vec::new, |request| document.near_denies(request));
    let mut why = why;
    for near in near.iter().take(MOST_NEAR) {
        let deny = number_or_sid(near.statement, near.number);
        why.push_str(&format!("; {deny} would refuse it but for its {}", near.element));
    }
    let severity = match excess.weight {
        Weight::Full => Severity::High,
        Weight::Medium => Severity::Medium,
        Weight::Low => Severity::Low,
    };
    let mut draft = judge.on(target).claim(HOLDS, claim).severity(severity);
    match excess.rule {
        Rule::Writer => {
            let action = request.and_then(|request| statement.taking_action(request));
            let action = action.map(|(_, at)| at).or(statement.action.as_ref().map(|clause| &clause.at));
            let resource = taken.map(|(_, at)| at).or(statement.resource.as_ref().map(|clause| &clause.at));
            for (at, what) in [(action, TAKES_ACTION), (resource, TAKES_RESOURCE)] {
                draft = at.into_iter().fold(draft, |draft, at| draft.related(what, at));
            }
        }
        Rule::Reader => {
            draft = taken.into_iter().fold(draft, |draft, (_, at)| draft.related(TAKES_RESOURCE, at));
        }
        Rule::Deputy if statement.conditions.is_empty() => {
            let action = request.and_then(|request| statement.taking_action(request));
            draft = action.into_iter().fold(draft, |draft, (_, at)| draft.related(TAKES_ACTION, at));
        }
        Rule::Anyone | Rule::Deputy if !foreign => {
            let others = statement.conditions.iter().filter(|condition| condition.at != place_of(excess));
            let limit = if excess.rule == Rule::Anyone { "who" } else { "the trail" };
            for condition in others {
                draft = draft.related(format!("this does not limit {limit}"), &condition.at);
            }
        }
        _ => {}
    }
    for near in near.iter().take(MOST_NEAR) {
        draft = draft.related("this would refuse it but for that", &near.at);
    }
    draft
        .at(&place_of(excess))
        .fault(format!("rule-{}:{label}", excess.rule as u8))
        .because(format!("{shown} of '{name}' {why}"))
        .evidence(&**name, expected, format!("{shown} {why}"), &excess.statement.at)
        .remedy(remedy)
        .fail_with(excess.witness.as_ref().map(Witness::from));
}

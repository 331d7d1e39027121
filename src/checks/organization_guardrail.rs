//! Whether a service control policy keeps member accounts from switching trails off.

use crate::finding::Judge;
use crate::model::account::OrganizationPolicy;
use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::Seen;
use crate::model::live::Membership;
use crate::model::policy::{Caller, Context, Held, Request};
use crate::model::{Estate, Input, outside};
use crate::truth::{Cause, CauseKind, Causes, Truth};

const GUARDED: [&str; 4] =
    ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"];

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for input in &estate.inputs {
        let policies: Vec<_> = input
            .organization_policies
            .iter()
            .map(|policy| (policy, policy.kind.satisfies(|kind| kind.same(&"SERVICE_CONTROL_POLICY".into()))))
            .filter(|(_, is_scp)| *is_scp != Truth::False)
            .collect();
        let mut draft = judge
            .on_input(input)
            .claim("keeps member accounts from stopping trails", "does not keep member accounts from stopping trails")
            .fault("guardrail");
        if let Some(membership) = input.live.as_ref().map(|live| &live.membership) {
            match membership {
                Membership::Alone => {
                    draft.not_applicable(CauseKind::NoSubject, "the account does not belong to an organization");
                    continue;
                }
                Membership::Member | Membership::Delegated => {
                    let detail = "the policies of the organization are judged in its management account";
                    draft.not_applicable(CauseKind::NoSubject, detail);
                    continue;
                }
                Membership::Unknown(causes) => {
                    draft.unknown(causes.clone());
                    continue;
                }
                Membership::Management => {}
            }
            if policies.is_empty() && input.unread(&input.organization_policies).is_none() {
                draft
                    .because("the organization has no service control policy")
                    .remedy(format!(
                        "Turn on service control policies and attach one to the organization's root that denies {} on \
                         'Resource' '*'.",
                        GUARDED.map(|action| format!("'{action}'")).join(", ")
                    ))
                    .fail();
                continue;
            }
        }
        if policies.is_empty() {
            match (input.unread(&input.organization_policies), input.organizations.items.first()) {
                (Some(causes), _) => draft.unknown(causes),
                (None, Some(organization)) => draft.at(&organization.id.at).unknown(Causes::from(Cause::new(
                    CauseKind::OutsideScope,
                    outside("service control policy of the organization", &organization.id.shown.as_str().into()),
                ))),
                (None, None) => draft.not_applicable(
                    CauseKind::NoSubject,
                    "it holds neither an organization nor a service control policy",
                ),
            }
            continue;
        }
        let mut whole = Truth::True;
        let mut open = Vec::new();
        for action in GUARDED {
            let guarding = policies.iter().map(|(policy, is_scp)| is_scp.clone() & guards(input, policy, action));
            let guarded =
                Truth::any(guarding) | input.unread(&input.organization_policies).map_or(Truth::False, Truth::Unknown);
            if guarded == Truth::False {
                open.push(format!("'{action}'"));
            }
            whole = whole & guarded;
        }
        for (policy, _) in &policies {
            let observed = policy.targets.possible().flatten().map(Text::to_string).collect::<Vec<_>>().join(", ");
            draft = draft.related(format!("the policy '{}'", policy.id.shown), &policy.id.at).evidence(
                policy.targets.name.to_string(),
                "the organization's root",
                observed,
                &policy.targets.at,
            );
        }
        let first = policies[0].0;
        draft
            .at(&first.content.at)
            .because(match open.as_slice() {
                [] => "service control policies deny it; the management account is bound by none of them".to_owned(),
                open => format!("no service control policy denies {} on every trail", open.join(", ")),
            })
            .remedy(format!(
                "Deny {} on 'Resource' '*' in '{}' of a service control policy and attach it to the organization's \
                 root. It does not bind the management account: keep those who may act there few.",
                GUARDED.map(|action| format!("'{action}'")).join(", "),
                first.content.name
            ))
            .rule(whole);
    }
}

/// Whether the policy denies an action on every trail to the members of the whole organization. Exceptions for named
/// principals are left to those who write them.
fn guards(input: &Input, policy: &OrganizationPolicy, action: &str) -> Truth {
    let request = by_a_member(action);
    let denied = policy.content.satisfies(|document| document.denies(&request));
    if denied == Truth::False { denied } else { denied & reaches_all(input, policy) & policy.id.existence.truth() }
}

/// Whether it is attached to a root (`r-…`); accounts and units are a part, and which part cannot be seen here.
fn reaches_all(input: &Input, policy: &OrganizationPolicy) -> Truth {
    let doubt = |detail: String| Truth::from(Cause::new(CauseKind::OutsideScope, detail));
    let shown = &policy.id.shown;
    let is_root = |target: &Text| OrganizationPolicy::is_root(input, target);
    policy.targets.fold(|seen| match seen {
        Seen::Value(targets) if targets.iter().any(is_root) => Truth::True,
        Seen::Value(targets) if let Some(causes) = targets.iter().find_map(Text::causes) => Truth::Unknown(causes),
        Seen::Value(targets) if !targets.is_empty() => {
            doubt(format!("the policy '{shown}' is attached to what may be a part of the organization only"))
        }
        Seen::Value(_) | Seen::Absent => doubt(format!("nothing here attaches the policy '{shown}'")),
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
    })
}

/// What somebody in a member account asks who is no exception: a name that nobody writes into a policy.
fn by_a_member(action: &str) -> Request {
    let hole = |what: &'static str, shape: Shape| {
        let detail = "a service control policy tells some trails or accounts from others";
        let cause = Cause::new(CauseKind::OutsideScope, detail);
        Text::from(Var { key: format!("member's {what}").into(), shown: what.into(), cause, shape })
    };
    let account = hole("account", Shape::Account);
    let arn = Text::format("arn:aws:iam::{}:role/somebody of no exception", &[&account]);
    let trail = [hole("Region", Shape::Name), account.clone(), hole("trail", Shape::Name)];
    let resource = Text::format("arn:aws:cloudtrail:{}:{}:trail/{}", &[&trail[0], &trail[1], &trail[2]]);
    let context = Context::default()
        .with("aws:PrincipalArn", Held::Values(vec![arn.clone()]))
        .with("aws:PrincipalAccount", Held::Values(vec![account.clone()]))
        .with("aws:PrincipalIsAWSService", Held::value("false"));
    Request { caller: Caller::Aws { account, arn }, action: action.into(), resource, context }
}

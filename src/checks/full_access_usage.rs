//! Who holds the AWS managed policy that gives all of CloudTrail away.

use crate::finding::Judge;
use crate::finding::allow::AllowList;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::principal::{Grant, GrantedPolicy, PrincipalKind, Principals};
use crate::model::{Estate, Input, ResourceKind};
use crate::truth::{CauseKind, Truth};

/// The present name and the retired one, whose attachments stay in force.
const NAMES: [&str; 2] = ["AWSCloudTrail_FullAccess", "AWSCloudTrailFullAccess"];

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    let allow = AllowList::new(judge.options());
    for input in &estate.inputs {
        let principals = Principals::of(input);
        let mut seen = false;
        for grant in &input.grants {
            let GrantedPolicy::Managed(policy) = &grant.policy else { continue };
            let safe = policy.fold(|seen| match seen {
                Seen::Value(policy) => !is_full_access(policy, grant.to.kind),
                Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
                Seen::Absent => Truth::True,
            });
            if safe != Truth::True {
                seen = true;
                attachment(judge, grant, policy, safe, allow.names(grant, principals.receiver(grant)));
            }
        }
        if !seen {
            nothing_seen(judge, input);
        }
    }
}

/// Whether a policy, by ARN or (for functions, whose transform resolves names) by bare name, is the one.
fn is_full_access(policy: &Text, holder: PrincipalKind) -> Truth {
    Truth::any(NAMES.iter().flat_map(|name| {
        let by_arn = Text::from(format!("arn:*:iam::aws:policy/{name}").as_str()).matches(policy);
        let bare = if holder == PrincipalKind::Function { policy.same(&Text::from(*name)) } else { Truth::False };
        [by_arn, bare]
    }))
}

fn attachment(judge: &mut Judge<'_>, grant: &Grant, policy: &Attr<Text>, safe: Truth, allowed: Truth) {
    let holder = format!("{} '{}'", grant.to.kind.noun(), grant.to.name);
    // A principal holds what is attached to it; a policy is attached to a principal that is only a name here.
    let (may, fails) = match grant.by.kind {
        ResourceKind::Principal => ("may have full access to CloudTrail", "has full access to CloudTrail"),
        _ => ("may give full access to CloudTrail away", "gives full access to CloudTrail away"),
    };
    let draft = judge
        .on(&grant.by)
        .claim("keeps to narrower policies than full access to CloudTrail", fails)
        .looks_at(policy, "a policy that cannot stop or delete trails")
        .at(&grant.at)
        .fault(format!("{holder}: {}", policy.observed()));
    match allowed {
        Truth::True => draft.claim(may, "").because(format!("the option 'allow' names the {holder}")).pass(),
        // Whoever is on the list may hold whatever it is.
        Truth::Unknown(causes) => draft.unknown(match safe {
            Truth::Unknown(more) => causes.and(more),
            _ => causes,
        }),
        Truth::False => draft
            .because(match grant.by.kind {
                ResourceKind::Principal => policy.says(),
                _ => format!("'{}' of the {holder} is {}", policy.name, policy.observed()),
            })
            .remedy(format!(
                "Take this policy out of '{}'. Give 'AWSCloudTrail_ReadOnlyAccess' to those who read trails, and a \
                 policy of your own without 'cloudtrail:StopLogging', 'cloudtrail:DeleteTrail', \
                 'cloudtrail:UpdateTrail' and 'cloudtrail:PutEventSelectors' to those who need more; name break-glass \
                 principals in the option 'allow'.",
                policy.name
            ))
            .rule(safe),
    }
}

fn nothing_seen(judge: &mut Judge<'_>, input: &Input) {
    let draft = judge.on_input(input).claim("gives nobody full access to CloudTrail", "");
    match input.unread(&input.grants) {
        Some(causes) => draft.unknown(causes),
        None if input.live.is_some() => draft.because("no user, group, role or permission set holds it").pass(),
        None => draft.not_applicable(CauseKind::NoSubject, "nothing in it attaches 'AWSCloudTrail_FullAccess'"),
    }
}

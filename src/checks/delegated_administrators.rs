//! Which member accounts may manage the organization's trails.

use crate::finding::Judge;
use crate::model::Estate;
use crate::model::account::DelegatedAdministrator;
use crate::model::arn::Text;
use crate::model::live::Membership;
use crate::truth::{CauseKind, Truth};

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for input in &estate.inputs {
        let administrators: Vec<_> =
            input.delegated_administrators.iter().map(|one| (one, manages_trails(one))).collect();
        let mut draft = judge.on_input(input).claim("says which accounts may manage the organization's trails", "");
        let mut listed = Vec::new();
        let mut doubt = Truth::True;
        for (one, manages) in &administrators {
            if *manages == Truth::False {
                continue;
            }
            let known = one.account.satisfies(|account| account.causes().map_or(Truth::True, Truth::Unknown));
            draft = draft
                .evidence(
                    one.account.name.to_string(),
                    "an account of the security team",
                    one.account.observed(),
                    &one.account.at,
                )
                .related(format!("'{}' makes it an administrator", one.id.shown), &one.id.at);
            listed.push(format!("'{}'", one.account.observed()));
            doubt = doubt & manages.clone() & known & one.id.existence.truth();
        }
        if let Some(causes) = input.unread(&input.delegated_administrators) {
            doubt = doubt & Truth::Unknown(causes);
        }
        match input.live.as_ref().map(|live| &live.membership) {
            Some(Membership::Alone) => {
                draft.not_applicable(CauseKind::NoSubject, "the account does not belong to an organization");
                continue;
            }
            Some(Membership::Member | Membership::Delegated) => {
                let detail = "the delegated administrators are listed in the management account";
                draft.not_applicable(CauseKind::NoSubject, detail);
                continue;
            }
            Some(Membership::Unknown(causes)) => {
                draft.unknown(causes.clone());
                continue;
            }
            Some(Membership::Management) | None => {}
        }
        match doubt {
            Truth::Unknown(causes) => draft.unknown(causes),
            _ if listed.is_empty() => {
                draft.not_applicable(CauseKind::NoSubject, "it registers no delegated administrator for CloudTrail");
            }
            _ => draft.because(format!("besides the management account these are {}", listed.join(", "))).pass(),
        }
    }
}

/// Whether the registration is for CloudTrail's service principal.
fn manages_trails(one: &DelegatedAdministrator) -> Truth {
    one.service.satisfies(|service| service.same(&Text::from("cloudtrail.amazonaws.com")))
}

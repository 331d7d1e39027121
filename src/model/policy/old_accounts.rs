//! The accounts from which CloudTrail delivered before it had a service principal.

use super::{Caller, Document, PrincipalName, Request, Statement};
use crate::model::arn::{Part, Shape, Text};
use crate::truth::{CauseKind, Truth};

impl Document {
    /// The old per-Region accounts of CloudTrail that the policy names, as callers.
    pub fn old_accounts(&self) -> Vec<Caller> {
        let mut found = Vec::new();
        for name in self.statements.iter().flat_map(Statement::named_principals) {
            if let PrincipalName::Aws(arn) = name
                && is_legacy(&account_of(arn))
            {
                let caller = Caller::Aws { account: account_of(arn), arn: arn.clone() };
                if !found.contains(&caller) {
                    found.push(caller);
                }
            }
        }
        found
    }

    /// Whether the policy allows a request of CloudTrail. Where it allows only the accounts from which CloudTrail
    /// delivered before it had a service principal, nobody can tell whether delivery still runs through them.
    pub fn allows_cloudtrail(&self, request: &Request) -> Truth {
        let allowed = self.allows(request);
        if allowed != Truth::False || self.denies(request) == Truth::True {
            return allowed;
        }
        let by = |caller: Caller| self.allows(&Request { caller, ..request.clone() });
        match Truth::any(self.old_accounts().into_iter().map(by)) {
            Truth::False => Truth::False,
            _ => Truth::unknown(
                CauseKind::Unsupported,
                "the policy names only old accounts of CloudTrail, one for each Region, and whether it still delivers \
                 through them is not known",
            ),
        }
    }
}

/// The account of a principal's ARN; a name without colons is an account id itself.
pub(super) fn account_of(name: &Text) -> Text {
    let pieces = name.split(':');
    pieces.get(4).cloned().unwrap_or_else(|| name.clone())
}

/// Whether it is one of these accounts.
pub(super) fn is_legacy(account: &Text) -> bool {
    match account.parts() {
        [Part::Var(var)] => var.shape == Shape::OldAccount,
        _ => account.literal().is_some_and(|account| LEGACY.contains(&account)),
    }
}

/// The accounts, as AWS published them by Region.
const LEGACY: [&str; 31] = [
    "525921808201",
    "119688915426",
    "216624486486",
    "492519147666",
    "765225791966",
    "977081816279",
    "582488909970",
    "903692715234",
    "284668455005",
    "069019280451",
    "187074758985",
    "819402241893",
    "193415116832",
    "681348832753",
    "035351147821",
    "453052556044",
    "829690693026",
    "669305197877",
    "757211635381",
    "859597730677",
    "282025262664",
    "262312530599",
    "683224464357",
    "585772288577",
    "034638983726",
    "814480443879",
    "086441151436",
    "475085895292",
    "608710470296",
    "388731089494",
    "113285607260",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::arn::Var;
    use crate::truth::Cause;

    #[test]
    fn an_old_account_of_any_region_is_one_and_an_account_that_is_not_known_is_none() {
        let hole = |shape| {
            let cause = Cause::new(CauseKind::OutsideScope, "the Region is known when Terraform runs");
            Text::from(Var { key: "account".into(), shown: "account".into(), cause, shape })
        };
        assert!(is_legacy(&"086441151436".into()));
        assert!(!is_legacy(&"111122223333".into()));
        assert!(!is_legacy(&hole(Shape::Account)));
        let old = hole(Shape::OldAccount);
        assert!(is_legacy(&old));
        assert!(is_legacy(&account_of(&Text::format("arn:aws:iam::{}:root", &[&old]))));
    }
}

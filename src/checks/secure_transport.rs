//! Whether the policy of a log bucket refuses requests without TLS.

use std::cell::RefCell;

use crate::finding::{Judge, Witness};
use crate::model::Estate;
use crate::model::policy::of_bucket::over_cases;
use crate::truth::Truth;

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_buckets() {
        let (cases, place) = (estate.policy_cases(&target), target.place(&[]));
        let witness = RefCell::new(None);
        let truth = over_cases(&cases, &target.name, |document| {
            let reach = document.plain_http(&place);
            if reach.truth == Truth::True
                && let Some(request) = &document.allowed_without_tls(&place)
            {
                witness.borrow_mut().get_or_insert_with(|| Witness::from(request));
            }
            !reach.truth
        });
        let truth = if cases.is_empty() { Truth::Unknown(target.without_policy()) } else { truth };
        let mut draft = judge
            .on(&target)
            .claim("refuses requests without TLS", "accepts requests without TLS")
            .at(&target.named_at());
        if let Some(case) = cases.first() {
            let attr = &case.policy.document;
            let lacks = "has no Deny on 'aws:SecureTransport' being false that reaches everyone, all of 's3:*', the bucket and its objects";
            let has = "denies everyone whatever comes with 'aws:SecureTransport' false";
            let says = if truth == Truth::True { has } else { lacks };
            draft = draft
                .at(&attr.at)
                .fault(&*attr.name)
                .because(format!("'{}' {says}", attr.name))
                .evidence(&*attr.name, "a Deny on 'aws:SecureTransport' false for 's3:*'", says, &attr.at)
                .remedy(format!(
                    "Add a statement to '{}' that denies 's3:*' to everyone on the bucket and its objects when 'aws:SecureTransport' is false.",
                    attr.name
                ));
        }
        match truth {
            Truth::False => draft.fail_with(witness.into_inner()),
            other => draft.rule(other),
        }
    }
}

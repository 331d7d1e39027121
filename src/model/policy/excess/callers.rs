//! Who can ask through a statement.

use super::Judged;
use crate::model::arn::{Shape, Text, Var};
use crate::model::policy::old_accounts::account_of;
use crate::model::policy::s3::CLOUDTRAIL;
use crate::model::policy::{Caller, Context, Held, PrincipalName, Request};
use crate::truth::Truth;

/// Stands for every service that is not CloudTrail, where a statement names everyone.
pub(super) const OTHER_SERVICE: &str = "any other service";

impl Judged<'_, '_> {
    /// Everybody whom the statement may name, each as somebody who meets its conditions if they can be met at all.
    pub(super) fn callers(&self) -> Vec<(Caller, bool)> {
        let mut callers: Vec<(Caller, bool)> = Vec::new();
        if self.statement.names_everyone() != Truth::False {
            callers.push((Caller::Anonymous, false));
            callers.push((Caller::Service(OTHER_SERVICE.into()), false));
            callers.push((Caller::Service(CLOUDTRAIL.into()), true));
        }
        for name in self.statement.named_principals() {
            let caller = match name {
                PrincipalName::Everyone => continue,
                PrincipalName::Aws(_) if name.is_everyone() == Truth::True => continue,
                // Ids of principals that are gone: nobody can be them again.
                PrincipalName::Aws(id) if id.literal().is_some_and(stale) => continue,
                PrincipalName::Aws(arn) => Caller::Aws { account: account_of(arn), arn: arn.clone() },
                PrincipalName::Service(name) => Caller::Service(name.clone()),
                PrincipalName::Federated(name) => Caller::Federated(name.clone()),
                PrincipalName::CanonicalUser(id) => Caller::CanonicalUser(id.clone()),
            };
            let trusted = name.is(&Caller::Service(CLOUDTRAIL.into())) == Truth::True;
            callers.push((caller, trusted));
        }
        if let Some(more) = self.statement.principal.as_ref().and_then(|clause| clause.more.clone()) {
            let hole = Var {
                key: "a principal that is not known".into(),
                shown: "principal".into(),
                cause: more,
                shape: Shape::Any,
            };
            callers.push((Caller::Aws { account: hole.clone().into(), arn: hole.into() }, false));
        }
        callers
    }

    pub(super) fn by(&self, caller: &Caller, action: &str, resource: &Text) -> Request {
        let mut context = Context::default();
        let service = matches!(caller, Caller::Service(_));
        context.set("aws:PrincipalIsAWSService", Held::value(if service { "true" } else { "false" }));
        if !service {
            // Only services act for a source.
            for key in ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"] {
                context.set(key, Held::Absent);
            }
            context.set("aws:PrincipalServiceName", Held::Absent);
            if let Caller::Aws { account, arn } = caller {
                self.document.introduce(&mut context, account, arn);
            }
        } else if *caller == Caller::Service(OTHER_SERVICE.into()) {
            context.set("aws:PrincipalServiceName", Held::value(OTHER_SERVICE));
            context.set("aws:PrincipalServiceNamesList", Held::value(OTHER_SERVICE));
            context.set("aws:SourceArn", self.document.sources_of_others());
        }
        Request { caller: caller.clone(), action: action.into(), resource: resource.clone(), context }
    }
}

/// Unique ids of roles and users: what S3 shows in place of the ARN of one that was deleted.
pub(super) fn stale(id: &str) -> bool {
    !id.contains(':') && (id.starts_with("AROA") || id.starts_with("AIDA"))
}

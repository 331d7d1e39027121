//! What a policy refuses to everybody.

use super::excess::Place;
use super::s3::{ACTIONS, LogPlace, object};
use super::{Caller, Clause, Context, Document, Effect, Held, PrincipalName, Reach, Request, STRANGER, Statement};
use crate::model::arn::Text;
use crate::model::attr::Value;
use crate::truth::{Cause, CauseKind, Truth};

/// Files of a bucket that are tried as an example.
const MOST_EXAMPLES: usize = 8;

impl Document {
    /// Whether some request of the family is not refused by this policy, whatever else would allow it.
    pub fn escapes(&self, request: &Request) -> Reach {
        self.reach_through(&self.everything(), request)
    }

    /// A statement that allows everything.
    fn everything(&self) -> Statement {
        let all = vec![("*".into(), self.at.clone())];
        Statement {
            at: self.at.clone(),
            sid: None,
            effect: Value::Known(Effect::Allow),
            principal: None,
            action: Some(Clause { at: self.at.clone(), negated: false, items: all, more: None }),
            resource: None,
            conditions: Vec::new(),
            unreadable: None,
        }
    }

    /// Requests without TLS that the policy does not refuse. None left means that it enforces TLS.
    pub fn plain_http(&self, place: &Place<'_>) -> Reach {
        let mut result = Reach::NONE;
        let other = "s3:AnotherAction";
        let samples = self.samples(place);
        let mut asked: Vec<(Text, &Text)> = Vec::new();
        for action in ACTIONS {
            let name = Text::from(action.name);
            if action.on_objects {
                asked.extend(samples.iter().map(|key| (name.clone(), key)));
            } else {
                asked.push((name, &place.bucket));
            }
        }
        // A list of actions is not all of them.
        asked.push((other.into(), &place.bucket));
        asked.extend(samples.iter().map(|key| (other.into(), key)));
        let all = self.everything();
        for caller in self.outsiders(place) {
            let mut request = self.by_unnamed(&caller, other, &place.bucket, place);
            request.context.set("aws:SecureTransport", Held::value("false"));
            request.context.set("s3:TlsVersion", Held::Absent);
            for (action, resource) in &asked {
                request.action.clone_from(action);
                request.resource.clone_from(resource);
                result = result.or(self.reach_through(&all, &request));
                if result.truth == Truth::True {
                    return result;
                }
            }
        }
        result
    }

    /// A request without TLS that the policy itself allows to people, best one that reads a log file. Services come
    /// with TLS; and what the accounts' own policies allow is not seen here.
    pub fn allowed_without_tls(&self, place: &Place<'_>) -> Option<Request> {
        // An example is enough: a bucket of hundreds of trails has hundreds of places to look for one.
        let files: Vec<Text> = self.samples(place).into_iter().take(MOST_EXAMPLES).collect();
        let by = |statement: &Statement, action: &str, resource: &Text| {
            let mut requests = Vec::new();
            if statement.names_everyone() != Truth::False {
                requests.push(self.by_anybody(action, resource));
                requests.push(self.by_stranger(action, resource));
            }
            for name in statement.named_principals() {
                if let PrincipalName::Aws(arn) = name
                    && name.is_everyone() == Truth::False
                {
                    let account = arn.split(':').get(4).cloned().unwrap_or_else(|| arn.clone());
                    let caller = Caller::Aws { account, arn: arn.clone() };
                    requests.push(self.by_unnamed(&caller, action, resource, place));
                }
            }
            requests
        };
        let reads = ACTIONS.iter().filter(|action| action.name == "s3:GetObject");
        for action in reads.chain(ACTIONS) {
            let allows =
                |s: &&Statement| s.is(Effect::Allow) == Truth::True && s.takes_action(action.name) != Truth::False;
            for statement in self.statements.iter().filter(allows) {
                let resources = if action.on_objects { files.as_slice() } else { std::slice::from_ref(&place.bucket) };
                for mut request in resources.iter().rev().flat_map(|resource| by(statement, action.name, resource)) {
                    request.context.set("aws:SecureTransport", Held::value("false"));
                    request.context.set("s3:TlsVersion", Held::Absent);
                    let reach = self.reach_through(statement, &request);
                    if reach.truth == Truth::True && reach.witness.is_some() {
                        return reach.witness;
                    }
                }
            }
        }
        None
    }

    /// Deletions of log file versions, by principals of the owner that the policy does not name, that it does not
    /// refuse. None left means that versions are safe from all but named principals.
    pub fn version_deletion(&self, place: &Place<'_>) -> Reach {
        let caller = unnamed(&place.owner);
        Reach::any(
            files(place)
                .iter()
                .map(|file| self.escapes(&self.by_unnamed(&caller, "s3:DeleteObjectVersion", file, place))),
        )
    }

    fn samples(&self, place: &Place<'_>) -> Vec<Text> {
        let mut found = vec![object(&place.bucket, "another-object")];
        found.extend(files(place));
        found.dedup();
        found
    }

    /// Somebody of each sort whom a Deny has to reach, and those whom a `NotPrincipal` leaves out.
    fn outsiders(&self, place: &Place<'_>) -> Vec<Caller> {
        let mut callers = vec![unnamed(&place.owner), unnamed(&STRANGER.into()), Caller::Anonymous];
        for clause in self.statements.iter().filter_map(|s| s.principal.as_ref()).filter(|clause| clause.negated) {
            for (name, _) in &clause.items {
                if let PrincipalName::Aws(arn) = name {
                    let account = arn.split(':').get(4).cloned().unwrap_or_else(|| arn.clone());
                    callers.push(Caller::Aws { account, arn: arn.clone() });
                }
            }
        }
        callers
    }

    fn by_unnamed(&self, caller: &Caller, action: &str, resource: &Text, place: &Place<'_>) -> Request {
        let mut context = Context::default().with("aws:PrincipalIsAWSService", Held::value("false"));
        if let Caller::Aws { account, arn } = caller {
            context.set("aws:PrincipalAccount", Held::Values(vec![account.clone()]));
            context.set("aws:PrincipalArn", Held::Values(vec![arn.clone()]));
            context.set("aws:userid", Held::value(format!("AROA {STRANGER}:session").as_str()));
            context.set("aws:username", Held::Absent);
            if *account == place.owner {
                let cause = Cause::new(CauseKind::OutsideScope, "the organization of the account is not known");
                context.set("aws:PrincipalOrgID", Held::Unknown(cause.clone()));
                context.set("aws:PrincipalOrgPaths", Held::Unknown(cause));
            }
        }
        Request { caller: caller.clone(), action: action.into(), resource: resource.clone(), context }
    }
}

/// One file of each sort that the trails write.
fn files(place: &Place<'_>) -> Vec<Text> {
    let mut found = Vec::new();
    for trail in &place.trails {
        let kinds = [
            (LogPlace::Account, Truth::True),
            (LogPlace::Digest, trail.log_file_validation.is(&true)),
            (LogPlace::Organization, trail.organization.is(&true)),
        ];
        for prefix in trail.prefixes() {
            let written = kinds.iter().filter(|(_, written)| *written != Truth::False);
            found.extend(written.map(|(kind, _)| trail.log_file(&place.bucket, &prefix, *kind)));
        }
    }
    if found.is_empty() {
        // Of no trail anything may be a file.
        found.push(object(&place.bucket, "another-object"));
    }
    found
}

/// A role of an account that no policy names.
fn unnamed(account: &Text) -> Caller {
    let role = format!("role/{STRANGER}");
    let arn = Text::format("arn:aws:iam::{}:{}", &[account, &role.as_str().into()]);
    Caller::Aws { account: account.clone(), arn }
}

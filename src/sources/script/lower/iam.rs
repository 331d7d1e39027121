//! `aws iam`: principals, policies, and who gets which.
//! <https://docs.aws.amazon.com/cli/latest/reference/iam/>

use super::{Bearing, Cx, bearing, existence, option};
use crate::model::ResourceKind;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Origin, Seen};
use crate::model::lookup::after_last;
use crate::model::principal::{Grant, GrantedPolicy, Grantee, ManagedPolicy, Principal, PrincipalKind};
use crate::source_map::Span;
use crate::sources::script::arguments::Command;
use crate::sources::shell::Guard;
use crate::sources::value::Val;
use crate::truth::{Cause, CauseKind, Truth};

/// An attachment of a managed policy, and under what it is made.
pub(super) struct Attachment {
    at: Span,
    guards: Vec<Guard>,
    profile: Option<Text>,
}

/// AWS's policies that let their holders stop a trail: which policy is attached matters where it may be one of them.
const POWERFUL: [&str; 4] =
    ["AdministratorAccess", "PowerUserAccess", "AWSCloudTrail_FullAccess", "AWSCloudTrailFullAccess"];

impl Cx<'_> {
    pub(super) fn iam(&mut self, command: &Command) {
        let (kind, name) = match () {
            () if command.name.contains("role") => (PrincipalKind::Role, "--role-name"),
            () if command.name.contains("user") => (PrincipalKind::User, "--user-name"),
            () => (PrincipalKind::Group, "--group-name"),
        };
        match command.name.as_str() {
            "create-role" | "create-user" | "create-group" => self.principal(command, kind, name),
            "create-policy" => self.managed_policy(command),
            "attach-role-policy" | "attach-user-policy" | "attach-group-policy" => self.attach(command, kind, name),
            "put-role-policy" | "put-user-policy" | "put-group-policy" => self.inline(command, kind, name),
            "detach-role-policy" | "detach-user-policy" | "detach-group-policy" => self.detach(command, kind, name),
            _ => {}
        }
    }

    fn grantee(&self, command: &Command, options: &Val, kind: PrincipalKind, name: &str) -> Grantee {
        let name = option(options, name).unwrap_or_else(|| self.nameless(command, kind.noun()));
        Grantee { kind, name }
    }

    fn principal(&mut self, command: &Command, kind: PrincipalKind, name: &str) {
        let options = command.options(self.files);
        let to = self.grantee(command, &options, kind, name);
        let id = self.identity(
            ResourceKind::Principal,
            format!("{} {}", kind.noun(), to.name),
            command.header(),
            existence(&command.guards),
        );
        if self.input.principals.iter().any(|known| known.id.address == id.address) {
            return;
        }
        let arn =
            Text::format(&format!("arn:aws:iam::{{}}:{}/{{}}", kind.noun()), &[&self.input.account.clone(), &to.name]);
        let boundary = self.block(&options).text(&["--permissions-boundary"]);
        self.input.principals.items.push(Principal { id, kind, name: to.name, arn, boundary });
    }

    fn managed_policy(&mut self, command: &Command) {
        let options = command.options(self.files);
        let name = option(&options, "--policy-name").unwrap_or_else(|| self.nameless(command, "name of the policy"));
        let id =
            self.identity(ResourceKind::Policy, format!("policy {name}"), command.header(), existence(&command.guards));
        if self.input.managed_policies.iter().any(|known| known.id.address == id.address) {
            return;
        }
        let arn = Text::format("arn:aws:iam::{}:policy/{}", &[&self.input.account, &name]);
        let document = self.block(&options).document(&["--policy-document"]);
        self.input.managed_policies.items.push(ManagedPolicy { id, arn, document });
    }

    fn attach(&mut self, command: &Command, kind: PrincipalKind, name: &str) {
        let options = command.options(self.files);
        let to = self.grantee(command, &options, kind, name);
        let written = self.block(&options).text(&["--policy-arn"]);
        // The account in the ARN of a policy that the script makes is the caller's, however it is written.
        let own = written.possible().find_map(|arn| {
            let name = after_last(arn, ":policy/")?;
            let mut policies = self.input.managed_policies.iter();
            let aws = arn.literal().is_some_and(|arn| arn.contains(":iam::aws:"));
            policies.find(|policy| !aws && after_last(&policy.arn, ":policy/").as_ref() == Some(&name))
        });
        let policy = match own {
            Some(policy) => written.map(|_| policy.arn.clone()),
            None => written,
        };
        self.note_unknown(&policy);
        self.attachments.push(Attachment {
            at: command.span(),
            guards: command.guards.clone(),
            profile: command.global("--profile"),
        });
        self.grant(command, to, GrantedPolicy::Managed(policy));
    }

    /// Where it is not known which policy is attached, it is not known what the script gives away either.
    fn note_unknown(&mut self, policy: &Attr<Text>) {
        let harmless = policy.fold(|seen| match seen {
            Seen::Value(arn) => {
                let powerful = |name| Text::from(format!("arn:*:iam::aws:policy/{name}").as_str()).matches(arn);
                // A policy of AWS that certainly is one of them is known, and counted.
                match Truth::any(POWERFUL.into_iter().map(powerful)) {
                    Truth::Unknown(causes) => Truth::Unknown(causes),
                    Truth::True | Truth::False => Truth::True,
                }
            }
            Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
            Seen::Absent => Truth::True,
        });
        if harmless != Truth::True {
            let seen = policy.observed();
            let detail = format!("which policy is attached is not known: '{}' is {seen}", policy.name);
            self.input.grants.complete = Cause::new(CauseKind::Unsupported, detail).into();
        }
    }

    fn inline(&mut self, command: &Command, kind: PrincipalKind, name: &str) {
        let options = command.options(self.files);
        let to = self.grantee(command, &options, kind, name);
        let document = self.block(&options).document(&["--policy-document"]);
        self.grant(command, to, GrantedPolicy::Document(document));
    }

    fn grant(&mut self, command: &Command, to: Grantee, policy: GrantedPolicy) {
        let options = command.options(self.files);
        let what = option(&options, "--policy-arn").or_else(|| option(&options, "--policy-name")).unwrap_or_default();
        let address = format!("{} {} {what}", command.name, to.name);
        let at = command.span();
        let id = self.identity(ResourceKind::Policy, address, command.header(), existence(&command.guards));
        self.input.grants.items.push(Grant { by: id.clone(), id, to, policy, at: Origin::Text(at) });
    }

    fn detach(&mut self, command: &Command, kind: PrincipalKind, name: &str) {
        let options = command.options(self.files);
        let to = self.grantee(command, &options, kind, name);
        let Some(arn) = option(&options, "--policy-arn") else { return };
        let is_it = |policy: &Attr<Text>| policy.possible().any(|known| *known == arn);
        // Only what is certainly taken back is gone: by the same caller, and whenever it was given.
        let gone = |at: &Origin| {
            self.attachments.iter().any(|known| {
                *at == Origin::Text(known.at)
                    && known.profile == command.global("--profile")
                    && matches!(bearing(&Truth::True, &known.guards, &command.guards, command), Bearing::Always)
            })
        };
        self.input.grants.items.retain(|grant| {
            let same = grant.to.kind == to.kind && grant.to.name == to.name;
            !(same && gone(&grant.at) && matches!(&grant.policy, GrantedPolicy::Managed(policy) if is_it(policy)))
        });
    }
}

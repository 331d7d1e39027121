//! Whether somebody can get something: the search for one request that a policy allows.
//!
//! A request may leave condition keys to the caller's choice. [`Document::reach`] fills them so that the policy
//! allows the request, and the filled request is the witness. A negative answer comes from the evaluator, which
//! considers every choice at once, or from a search that tried every choice that conditions can tell apart; never from
//! one that just found nothing.

use std::sync::Arc;

use super::condition::{contains, network};
use super::fill::{self, Found, filled, instance};
use super::{Caller, Context, Document, Effect, Held, Request, Statement};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::truth::{Cause, CauseKind, Truth};

/// An account that no policy can mean: as long as an account id, without being one.
pub const STRANGER: &str = "another acct";

/// Whether a request of a family can be made, with the one that shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// True only with a witness.
    pub truth: Truth,
    /// A request without open keys that is allowed.
    pub witness: Option<Request>,
}

impl Reach {
    /// Nobody can, as far as nothing else is said.
    pub const NONE: Self = Self { truth: Truth::False, witness: None };

    /// Either of both; the first witness stands.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { truth: self.truth | other.truth, witness: self.witness.or(other.witness) }
    }

    /// The first of the reaches that is true, else all of them together.
    pub fn any(reaches: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::NONE;
        for reach in reaches {
            result = result.or(reach);
            if result.truth == Truth::True {
                break;
            }
        }
        result
    }
}

impl Document {
    /// Whether some request of the family is allowed.
    pub fn reach(&self, request: &Request) -> Reach {
        Reach::any(self.statements.iter().map(|statement| self.reach_through(statement, request)))
            .or(Reach { truth: self.more.clone().map_or(Truth::False, Truth::from), witness: None })
    }

    /// Whether some request of the family is allowed by this statement and refused by none.
    pub fn reach_through(&self, statement: &Statement, request: &Request) -> Reach {
        let judge = |request: &Request| {
            statement.is(Effect::Allow) & statement.applies(request, self.variables) & !self.denies(request)
        };
        let whole = judge(request);
        if whole == Truth::False {
            return Reach::NONE;
        }
        let denies: Vec<&Statement> = self
            .statements
            .iter()
            .filter(|s| s.is(Effect::Deny) != Truth::False && s.applies(request, self.variables) != Truth::False)
            .collect();
        let shows = |filled: Request| {
            let filled = settled(filled);
            (judge(&filled) == Truth::True).then_some(Reach { truth: Truth::True, witness: Some(filled) })
        };
        if let Some(reach) = shows(request.filled(statement, &denies, self.variables, |_| true)) {
            return reach;
        }
        match whole {
            // No choice matters, so any filling would do; the search just met an unknown elsewhere.
            Truth::True => Reach { truth: Truth::True, witness: Some(request.clone()) },
            other => match fill::search(request, statement, &denies, self.variables) {
                Found::One(filled) => shows(*filled).unwrap_or(Reach { truth: other, witness: None }),
                Found::None if self.more.is_none() => Reach::NONE,
                Found::None | Found::Unsure => Reach { truth: other, witness: None },
            },
        }
    }

    /// All values of conditions on a key.
    fn values_of<'d>(&'d self, key: &'d str) -> impl Iterator<Item = &'d Text> {
        self.statements
            .iter()
            .flat_map(|statement| &statement.conditions)
            .filter(move |condition| condition.key.literal().is_some_and(|own| own.eq_ignore_ascii_case(key)))
            .flat_map(|condition| &condition.values)
    }

    /// A request by somebody without credentials. They choose all keys but those that tell who or where they are.
    pub fn by_anybody(&self, action: &str, resource: &Text) -> Request {
        let mut context = self.places();
        for key in IDENTITY {
            context.set(key, Held::Absent);
        }
        no_service(&mut context);
        Request { caller: Caller::Anonymous, action: action.into(), resource: resource.clone(), context }
    }

    /// A request by somebody of an account that the policy does not know. They choose all keys but those that tell
    /// who or where they are.
    pub fn by_stranger(&self, action: &str, resource: &Text) -> Request {
        let mut context = self.places();
        let arn = Text::from(format!("arn:aws:iam::{STRANGER}:user/someone").as_str());
        let org = format!("o-{STRANGER}");
        let values = [
            STRANGER.to_owned(),
            arn.to_string(),
            org.clone(),
            format!("{org}/r-root/ou-unit/"),
            format!("AIDA {STRANGER}"),
            format!("someone of {STRANGER}"),
            STRANGER.to_owned(),
        ];
        for (key, value) in IDENTITY.iter().zip(&values) {
            let own = Held::value(value.as_str());
            let mut choices: Vec<Held> = self.chosen(key).into_iter().filter(|choice| *choice != own).collect();
            choices.insert(0, own.clone());
            context.set(key, if choices.len() == 1 { own } else { Held::Among(choices) });
        }
        no_service(&mut context);
        Request {
            caller: Caller::Aws { account: STRANGER.into(), arn },
            action: action.into(),
            resource: resource.clone(),
            context,
        }
    }

    /// A request that a service makes for a resource in an account that the policy does not know. `like` is the ARN
    /// of such a resource, with [`STRANGER`] as its account: `arn:aws:cloudtrail:us-east-1:another acct:trail/any`.
    /// Its owner chooses Region and name.
    pub fn by_deputy(&self, service: &str, like: &str, action: &str, resource: &Text) -> Request {
        let org = format!("o-{STRANGER}");
        let fixed = |value: &str| Held::value(value);
        let context = Context::default()
            .with("aws:SourceAccount", fixed(STRANGER))
            .with("aws:SourceOwner", fixed(STRANGER))
            .with("aws:SourceOrgID", fixed(&org))
            .with("aws:SourceOrgPaths", fixed(&format!("{org}/r-root/ou-unit/")))
            .with("aws:SourceArn", Held::Among(self.sources(like)))
            .with("aws:PrincipalIsAWSService", fixed("true"))
            .with("aws:PrincipalServiceName", fixed(service));
        let context = not_told(context);
        Request { caller: Caller::Service(service.into()), action: action.into(), resource: resource.clone(), context }
    }

    /// What requests of a principal that a policy names carry of itself. A name of an account stands for everybody in
    /// it, those that the policy tells apart included.
    pub fn introduce(&self, context: &mut Context, account: &Text, arn: &Text) {
        context.set("aws:PrincipalAccount", Held::Values(vec![account.clone()]));
        let pieces = arn.split(':');
        let kind = pieces.get(5).and_then(|piece| piece.split('/').first().cloned());
        let own = match kind.as_ref().and_then(Text::literal) {
            Some("role" | "user") => Held::Values(vec![arn.clone()]),
            None | Some("root") if pieces.len() == 6 || names_one(account) => {
                let somebody = Text::format("arn:aws:iam::{}:role/{}", &[account, &STRANGER.into()]);
                let named = self.values_of("aws:PrincipalArn").filter_map(|pattern| {
                    let mut pieces = pattern.split(':');
                    if pieces.len() != 6 || pieces[4].matches(account) == Truth::False {
                        return None;
                    }
                    pieces[4] = account.clone();
                    let colon = Text::from(":");
                    let joined = pieces.iter().enumerate().flat_map(|(i, piece)| {
                        std::iter::once(&colon).filter(move |_| i > 0).chain(std::iter::once(piece))
                    });
                    Some(instance(&Text::concat(joined)))
                });
                Held::Among([somebody].into_iter().chain(named).map(|arn| Held::Values(vec![arn])).collect())
            }
            _ => {
                let detail = format!("the ARN of the role or user behind '{arn}' is not known");
                Held::Unknown(Cause::new(CauseKind::OutsideScope, detail))
            }
        };
        context.set("aws:PrincipalArn", own);
    }

    /// What a service other than CloudTrail may act for: things that are no trails, of those that the policy names.
    pub(super) fn sources_of_others(&self) -> Held {
        let of_trail = |arn: &Text| arn.split(':').get(2).and_then(Text::literal) == Some("cloudtrail");
        let named = self.values_of("aws:SourceArn").filter(|arn| !of_trail(arn)).map(instance);
        let own = Text::from("arn:aws:another:us-east-1:111111111111:resource/any");
        Held::Among([own].into_iter().chain(named).map(|arn| Held::Values(vec![arn])).collect())
    }

    /// ARNs of the strange resource that fit what the policy asks for in all but the account, and one that stands for
    /// all the others.
    fn sources(&self, like: &str) -> Vec<Held> {
        let ours: Vec<Text> = Text::from(like).split(':');
        let mut found = vec![Held::value(like)];
        for wanted in self.values_of("aws:SourceArn") {
            let pieces = wanted.split(':');
            let mut source = Text::default();
            for (i, own) in ours.iter().enumerate() {
                if i > 0 {
                    source.push_str(":");
                }
                match pieces.get(i) {
                    Some(piece) if i != 4 && *piece != Text::from("*") => source.push(&instance(piece)),
                    _ => source.push(own),
                }
            }
            found.push(Held::Values(vec![source]));
        }
        let cause = Cause::new(CauseKind::Condition, "another account may have a resource of any name in any Region");
        let hole = |what: &str| {
            let key: Arc<str> = format!("stranger's {what}").into();
            Text::from(Var { shown: key.clone(), key, cause: cause.clone(), shape: Shape::Name })
        };
        if let [_, _, service, _, account, name] = ours.as_slice() {
            let kind = name.literal().and_then(|name| name.split_once('/')).map_or("", |(kind, _)| kind);
            let kind = Text::from(format!("{kind}/").as_str());
            let kind = if kind.literal() == Some("/") { Text::default() } else { kind };
            let all = Text::format(
                "arn:{}:{}:{}:{}:{}{}",
                &[&hole("partition"), service, &hole("Region"), account, &kind, &hole("name")],
            );
            found.push(Held::Values(vec![all]));
        }
        found
    }

    /// What a stranger can have a key say to fit what the policy asks for. Names are theirs to choose; accounts,
    /// organizations and the ids that AWS gives are not, so only a wildcard takes those in.
    fn chosen(&self, key: &str) -> Vec<Held> {
        let is = |other: &str| key.eq_ignore_ascii_case(other);
        let held = |text: Text| Held::Values(vec![text]);
        if is("aws:username") {
            return self.values_of(key).map(|name| held(instance(name))).collect();
        }
        let theirs = |value: &Text| -> bool {
            let text = value.to_string();
            if is("aws:PrincipalOrgPaths") {
                text.starts_with(&format!("o-{STRANGER}/"))
            } else if is("aws:userid") {
                text.starts_with(&format!("AIDA {STRANGER}"))
            } else if text.starts_with("arn:") {
                value.split(':').get(4).and_then(Text::literal) == Some(STRANGER)
            } else {
                text.contains(STRANGER) && !key.to_ascii_lowercase().ends_with("arn")
            }
        };
        let role = format!("arn:aws:iam::{STRANGER}:role");
        // What one wildcard of the pattern may stand for.
        let fillings = [
            STRANGER.to_owned(),
            format!("o-{STRANGER}"),
            format!("AIDA {STRANGER}"),
            format!("{STRANGER}:"),
            format!("{STRANGER}:role/"),
            format!("{STRANGER}:role"),
            format!("{role}/"),
            role,
        ];
        let mut found = Vec::new();
        for pattern in self.values_of(key) {
            for (i, part) in pattern.parts().iter().enumerate() {
                let Part::Lit(literal) = part else { continue };
                for (at, _) in literal.match_indices('*') {
                    let (before, after) = (filled(&literal[..at], "any"), filled(&literal[at + 1..], "any"));
                    found.extend(fillings.iter().map(|filling| {
                        let mut text = Text::default();
                        for (j, other) in pattern.parts().iter().enumerate() {
                            match other {
                                Part::Lit(_) if i == j => text.push_str(&format!("{before}{filling}{after}")),
                                Part::Lit(other) => text.push_str(&filled(other, "any")),
                                Part::Var(var) => text.push(&var.clone().into()),
                            }
                        }
                        text
                    }));
                }
            }
        }
        found.retain(theirs);
        found.dedup();
        found.into_iter().map(held).collect()
    }

    /// Where a stranger's requests come from: networks and addresses that the policy tells apart.
    fn places(&self) -> Context {
        let mut context = Context::default();
        for key in ORIGIN {
            let own = self.chosen(key);
            context.set(key, Held::Among([Held::Absent, Held::value(STRANGER)].into_iter().chain(own).collect()));
        }
        let networks: Vec<_> = self.values_of("aws:SourceIp").filter_map(Text::literal).filter_map(network).collect();
        // What S3 itself calls public: wider than /8, or /32 of IPv6.
        let wide = networks.iter().filter(|(address, length)| *length < if address.is_ipv4() { 8 } else { 32 });
        let inside = wide.map(|(address, _)| address.to_string());
        let outside = ["198.51.100.7", "203.0.113.7", "192.0.2.7", "2001:db8::7"].into_iter().filter(|sample| {
            network(sample).is_some_and(|sample| !networks.iter().any(|known| contains(known, &sample)))
        });
        let places: Vec<_> =
            outside.take(1).map(str::to_owned).chain(inside).map(|at| Held::value(at.as_str())).collect();
        context.set("aws:SourceIp", if places.is_empty() { Held::Free } else { Held::Among(places) });
        context
    }
}

/// Whether the text is an account, known or not, and nothing else.
fn names_one(account: &Text) -> bool {
    match account.parts() {
        [Part::Lit(_)] => true,
        [Part::Var(var)] => var.shape == Shape::Account,
        _ => false,
    }
}

/// A stranger is who the context says they are.
fn settled(mut request: Request) -> Request {
    if let Caller::Aws { account, arn } = &mut request.caller
        && account.literal() == Some(STRANGER)
        && let Held::Values(values) = request.context.held("aws:PrincipalArn")
        && let [only] = values.as_slice()
    {
        *arn = only.clone();
    }
    request
}

/// Whether whoever asks for the action puts into the request what it carries for the key, as they like.
///
/// Keys of S3 go with the actions that take their header or parameter; other requests do not carry them at all. The
/// Region of a request is the one that its resource is in, so nobody chooses it.
pub(super) fn is_chosen(key: &str, action: &str) -> bool {
    let (key, action) = (key.to_ascii_lowercase(), action.to_ascii_lowercase());
    let writes = action.starts_with("s3:put") && action.contains("object");
    match key.as_str() {
        "aws:useragent" | "aws:referer" | "aws:securetransport" => true,
        "s3:prefix" | "s3:delimiter" | "s3:max-keys" => action.starts_with("s3:list"),
        "s3:versionid" => action.ends_with("objectversion"),
        "s3:x-amz-acl" => writes || action.starts_with("s3:put") && action.ends_with("acl"),
        "s3:x-amz-server-side-encryption" | "s3:x-amz-storage-class" => writes,
        _ => false,
    }
}

/// Keys that say who asks; nobody chooses them.
const IDENTITY: [&str; 7] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:userid",
    "aws:username",
    "kms:CallerAccount",
];

/// Keys that say through what a request comes; a stranger has only things of their own.
const ORIGIN: [&str; 14] = [
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "s3:DataAccessPointArn",
    "s3:DataAccessPointAccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Marks a request as made by no service.
fn no_service(context: &mut Context) {
    context.set("aws:PrincipalIsAWSService", Held::value("false"));
    for key in ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"] {
        context.set(key, Held::Absent);
    }
}

/// Keys of the caller's own account or network, which AWS does not document for calls that a service makes itself.
fn not_told(mut context: Context) -> Context {
    for key in
        ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:PrincipalArn", "aws:SourceVpc"]
            .into_iter()
            .chain(["aws:SourceVpce", "aws:SourceIp", "aws:userid"])
    {
        let cause = Cause::new(CauseKind::Unsupported, "AWS does not tell what the service sends");
        context.set(key, Held::Unknown(cause));
    }
    context
}

//! Resources that say something about another resource: `aws_s3_bucket_versioning` of a bucket, `aws_kms_key_policy`
//! of a key. They are joined by the texts that they name it with, so that a reference, an index, a literal name and a
//! name that nobody knows yet all lead to it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Cx, doubt};
use crate::model::Existence;
use crate::model::arn::Text;
use crate::model::attr::{Attr, Branch, Seen, State, Value};
use crate::model::destination::made_up_apart;
use crate::sources::uses::bucket_name;
use crate::truth::{Cause, CauseKind, Truth};

/// For a type of companion: the argument that names what it belongs to.
const COMPANIONS: &[(&str, &str)] = &[
    ("aws_s3_bucket_versioning", "bucket"),
    ("aws_s3_bucket_logging", "bucket"),
    ("aws_s3_bucket_lifecycle_configuration", "bucket"),
    ("aws_s3_bucket_policy", "bucket"),
    ("aws_s3_bucket_public_access_block", "bucket"),
    ("aws_s3_bucket_ownership_controls", "bucket"),
    ("aws_s3_bucket_acl", "bucket"),
    ("aws_s3_bucket_object_lock_configuration", "bucket"),
    ("aws_s3_bucket_website_configuration", "bucket"),
    ("aws_s3_bucket_replication_configuration", "bucket"),
    ("aws_kms_key_policy", "key_id"),
    ("aws_sns_topic_policy", "arn"),
    ("aws_ssoadmin_permissions_boundary_attachment", "permission_set_arn"),
    ("aws_organizations_policy_attachment", "policy_id"),
    ("aws_iam_role_policy", "role"),
];

/// Companions whose owner cannot be told are told apart up to this many of a type.
const MOST_STRAYS: usize = 50;

/// So many companions of a type are considered for one owner. One is what AWS can hold.
const MOST_LINKS: usize = 16;

/// All companions of an input.
pub(super) struct Companions<'r> {
    kinds: HashMap<&'static str, Joins<'r>>,
    /// The settings of whole accounts: `aws_s3_account_public_access_block`.
    pub(super) accounts: Vec<&'r Cx<'r>>,
    /// The names of permission sets, by ARN.
    pub(super) permission_sets: HashMap<Text, Text>,
    /// The keys of the input by ARN: a replica shares what its primary key says.
    pub(super) keys: HashMap<Text, &'r Cx<'r>>,
    /// Why there may be more companions than these, of anything.
    unread: Option<Cause>,
}

/// One companion, and when it belongs to the owner if that depends on a choice.
#[derive(Clone)]
pub(super) struct Link<'r> {
    /// The companion.
    pub(super) cx: &'r Cx<'r>,
    /// The clause that reads after "when".
    pub(super) when: Option<Arc<str>>,
}

#[derive(Default)]
struct Joins<'r> {
    by_name: HashMap<Text, Vec<Link<'r>>>,
    /// Those whose owner has no known name.
    open: Vec<Stray>,
    /// Those that name something which no resource of the input is known to be.
    literal: Vec<Stray>,
}

struct Stray {
    /// What it names; `None` where nothing is known of the name.
    name: Option<Text>,
    cause: Cause,
}

impl<'r> Companions<'r> {
    /// Those among the resources. `unread` says why there may be more than these.
    pub(super) fn of(resources: &'r [Cx<'r>], unread: Option<Cause>) -> Self {
        let mut owners: HashSet<Text> = HashSet::new();
        let mut result = Self {
            kinds: HashMap::new(),
            accounts: Vec::new(),
            permission_sets: HashMap::new(),
            keys: HashMap::new(),
            unread,
        };
        for cx in resources {
            match &*cx.instance.kind {
                "aws_s3_bucket" => {
                    owners.insert(cx.attribute("bucket"));
                }
                "aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key" => {
                    owners.extend([cx.attribute("key_id"), cx.attribute("arn")]);
                    result.keys.entry(cx.attribute("arn")).or_insert(cx);
                }
                "aws_iam_role" => {
                    owners.insert(cx.attribute("name"));
                }
                "aws_sns_topic" => {
                    owners.insert(cx.attribute("arn"));
                }
                "aws_ssoadmin_permission_set" => {
                    owners.insert(cx.attribute("arn"));
                    result.permission_sets.insert(cx.attribute("arn"), cx.attribute("name"));
                }
                "aws_organizations_policy" => {
                    owners.insert(cx.attribute("id"));
                }
                "aws_s3_account_public_access_block" => result.accounts.push(cx),
                _ => {}
            }
        }
        for cx in resources {
            if let Some((kind, argument)) = COMPANIONS.iter().find(|(kind, _)| *kind == &*cx.instance.kind) {
                result.kinds.entry(kind).or_default().add(cx, argument, &owners);
            }
        }
        result
    }

    /// The companions of a type that certainly name what has one of these names.
    pub(super) fn links(&self, kind: &str, names: &[&Text]) -> Vec<Link<'r>> {
        let Some(joins) = self.kinds.get(kind) else { return Vec::new() };
        let all = names.iter().filter_map(|name| joins.by_name.get(*name)).flatten().cloned();
        // A thing with two names is named by both only in a choice, whose options have different clauses.
        all.collect()
    }

    /// Whether a companion of the type certainly belongs to what has this name.
    pub(super) fn has(&self, kind: &str, name: &Text) -> bool {
        let links = self.links(kind, &[name]);
        links.iter().any(|link| link.when.is_none() && link.cx.instance.existence == Existence::Certain)
    }

    /// Why a companion of the type may belong to what has one of these names, although none certainly does.
    pub(super) fn may_have(&self, kind: &str, names: &[&Text]) -> Option<Cause> {
        let joins = self.kinds.get(kind);
        joins.and_then(|joins| names.iter().find_map(|name| joins.may_name(name))).or_else(|| self.unread.clone())
    }

    /// An attribute that companions of a type decide, for an owner with these names and this existence. `own` is what
    /// holds without a companion: what the owner says itself, or that nothing is written.
    pub(super) fn joined<T: Clone>(
        &self,
        kind: &str,
        owner: (&[&Text], &Existence),
        own: Attr<T>,
        read: impl Fn(&Cx<'_>) -> Attr<T>,
    ) -> Attr<T> {
        let (names, existence) = owner;
        let links = self.links(kind, names);
        if links.is_empty() {
            return match (own.written(), self.may_have(kind, names)) {
                (Truth::False, Some(cause)) => Attr::unseen(own.name, own.at, cause),
                _ => own,
            };
        }
        if links.len() > MOST_LINKS {
            let cause = Cause::new(CauseKind::Unsupported, format!("too many resources of type '{kind}' speak for it"));
            return Attr::unseen(own.name, own.at, cause);
        }
        either(&links, existence, &own, read)
    }
}

/// One attribute out of those of several companions. A companion that only may be there leaves `own` as a possibility.
fn either<T: Clone>(
    links: &[Link<'_>],
    owner: &Existence,
    own: &Attr<T>,
    read: impl Fn(&Cx<'_>) -> Attr<T>,
) -> Attr<T> {
    let certain = |link: &Link<'_>| link.when.is_none() && link.cx.instance.existence.beside(owner) == Truth::True;
    if let [only] = links
        && certain(only)
    {
        return read(only.cx);
    }
    let mut branches: Vec<Branch<T>> = Vec::new();
    let mut place = None;
    for link in links {
        let attr = read(link.cx);
        let shown = &link.cx.instance.instance;
        let clause: Arc<str> = match (&link.when, doubt(&link.cx.instance.existence)) {
            (Some(when), _) => when.clone(),
            (None, Some(_)) if !certain(link) => format!("'{shown}' exists").into(),
            _ => format!("'{shown}' is the one in force").into(),
        };
        place.get_or_insert((attr.name.clone(), attr.at.clone()));
        push(&mut branches, &clause, attr.state);
    }
    if !links.iter().any(certain) {
        let absent: Vec<String> = links.iter().map(|link| format!("'{}'", link.cx.instance.instance)).take(3).collect();
        let clause = match links {
            [Link { when: None, .. }] => format!("{} does not exist", absent.join(", ")),
            _ => format!("{} do not apply", absent.join(", ")),
        };
        push(&mut branches, &clause.into(), own.state.clone());
    }
    let (name, at) = place.unwrap_or_else(|| (own.name.clone(), own.at.clone()));
    Attr { name, at, state: State::OneOf(branches) }
}

fn push<T>(branches: &mut Vec<Branch<T>>, clause: &Arc<str>, state: State<T>) {
    match state {
        State::OneOf(inner) => branches.extend(
            inner.into_iter().map(|b| Branch { when: format!("{clause} and {}", b.when).into(), state: b.state }),
        ),
        single => branches.push(Branch { when: clause.clone(), state: single }),
    }
}

impl<'r> Joins<'r> {
    fn add(&mut self, cx: &'r Cx<'r>, argument: &str, owners: &HashSet<Text>) {
        let named = cx.block().text(&[argument]);
        let named = if argument == "bucket" { named.map(bucket_name) } else { named };
        let may_be =
            |cause: &Cause| Cause::new(cause.kind, format!("'{}' may belong to it: {cause}", cx.instance.instance));
        for (when, seen) in named.cases() {
            match seen {
                Seen::Value(name) => {
                    self.by_name.entry(name.clone()).or_default().push(Link { cx, when: when.cloned() });
                    if owners.contains(name) {
                        continue;
                    }
                    match name.causes() {
                        Some(causes) => note(&mut self.open, Some(name.clone()), may_be(causes.first())),
                        None => {
                            let cause = Cause::new(CauseKind::OutsideScope, format!("it names '{name}'"));
                            note(&mut self.literal, Some(name.clone()), may_be(&cause));
                        }
                    }
                }
                Seen::Hidden(cause) | Seen::Unseen(cause) => note(&mut self.open, None, may_be(cause)),
                Seen::Absent => {}
            }
        }
    }

    fn may_name(&self, owner: &Text) -> Option<Cause> {
        let strays = if owner.literal().is_some() { &[][..] } else { &self.literal[..] };
        let may = |stray: &&Stray| match &stray.name {
            None => true,
            // No name that was written down is one that is made up later.
            Some(name) => !made_up_apart(owner, name) && owner.same(name) != Truth::False,
        };
        self.open.iter().chain(strays).find(may).map(|stray| stray.cause.clone())
    }
}

fn note(strays: &mut Vec<Stray>, name: Option<Text>, cause: Cause) {
    if strays.len() == MOST_STRAYS {
        let cause = Cause::new(CauseKind::Unsupported, "there are too many resources whose bucket cannot be told");
        strays.push(Stray { name: None, cause });
    }
    if strays.len() < MOST_STRAYS && !strays.iter().any(|known| known.name == name && known.name.is_some()) {
        strays.push(Stray { name, cause });
    }
}

/// A value that a companion certainly has, with its place.
pub(super) fn known<T>(name: &str, cx: &Cx<'_>, value: T) -> Attr<T> {
    Attr { name: name.into(), at: cx.origin(), state: State::Set(Value::Known(value)) }
}

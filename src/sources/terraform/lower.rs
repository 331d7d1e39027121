//! From the instances of one root module to the model.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::LazyLock;

use super::attributes;
use super::instance::{Instance, Provider};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Branch, Origin, State, Value};
use crate::model::{Existence, Identity, Input, InputId, InputKind, ResourceKind};
use crate::source_map::Span;
use crate::sources::block::{Absent, Block, number, text};
use crate::sources::grants;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, Causes, Truth};
use companions::Companions;

mod bucket;
pub mod changes;
mod companions;
mod iam;
mod key;
mod lifecycle;
mod monitoring;
mod organization;
#[cfg(test)]
mod tests;
mod trail;
mod uses;

/// What is known of a root module (or plan, or state) as a whole.
#[derive(Clone, Debug)]
pub struct RootInfo {
    /// What was read.
    pub kind: InputKind,
    /// The root module's directory, or the file of a plan or state.
    pub path: String,
    /// Where findings about the whole point.
    pub at: Span,
    /// Why there may be more than the instances.
    pub hidden: Vec<Cause>,
    /// Which of its files were not read in full: they may say more of these instances.
    pub unread: Vec<Cause>,
    /// The provider configuration that resources use unless they say otherwise.
    pub provider: Provider,
}

/// The resource types that the model has a place for, by what lowers them.
const MODELLED: &[&str] = &[
    "aws_cloudtrail",
    "aws_cloudtrail_event_data_store",
    "aws_cloudtrail_organization_delegated_admin_account",
    "aws_s3_bucket",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_object_lock_configuration",
    "aws_s3_bucket_website_configuration",
    "aws_s3_account_public_access_block",
    "aws_kms_key",
    "aws_kms_external_key",
    "aws_kms_replica_key",
    "aws_kms_key_policy",
    "aws_kms_alias",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_composite_alarm",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_iam_user",
    "aws_iam_group",
    "aws_iam_role",
    "aws_iam_policy",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
    "aws_iam_role_policy",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
    "aws_iam_role_policy_attachment",
    "aws_iam_policy_attachment",
    "aws_iam_user_policy_attachments_exclusive",
    "aws_iam_group_policy_attachments_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_ssoadmin_permission_set",
    "aws_ssoadmin_managed_policy_attachment",
    "aws_ssoadmin_managed_policy_attachments_exclusive",
    "aws_ssoadmin_customer_managed_policy_attachment",
    "aws_ssoadmin_permission_set_inline_policy",
    "aws_ssoadmin_permissions_boundary_attachment",
    "aws_organizations_organization",
    "aws_organizations_account",
    "aws_organizations_organizational_unit",
    "aws_organizations_policy",
    "aws_organizations_policy_attachment",
    "aws_organizations_delegated_administrator",
];

/// The data sources whose attributes are known without a plan.
const DATA_SOURCES: &[&str] = &[
    "aws_caller_identity",
    "aws_partition",
    "aws_region",
    "aws_canonical_user_id",
    "aws_cloudtrail_service_account",
    "aws_elb_service_account",
    "aws_iam_policy_document",
    "aws_iam_policy",
    "aws_iam_role",
    "aws_iam_user",
    "aws_iam_group",
    "aws_s3_bucket",
    "aws_kms_key",
    "aws_kms_alias",
    "aws_cloudwatch_log_group",
    "aws_sns_topic",
    "aws_organizations_organization",
];

/// Whether the model has a place for a resource type, or its attributes are known as those of a data source. Others need
/// not become instances.
pub fn is_modelled(kind: &str) -> bool {
    // A large plan asks this of each of its resources, four times.
    static KINDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| MODELLED.iter().chain(DATA_SOURCES).copied().chain(uses::writers()).collect());
    KINDS.contains(kind)
}

/// Lowers the instances of one root module, plan or state.
pub fn input<'i>(
    instances: impl IntoIterator<Item = &'i Instance>,
    root: &RootInfo,
    id: InputId,
    faults: &RefCell<Vec<(Span, String)>>,
) -> Input {
    let provider = &root.provider;
    let (account, region) = (provider.account.clone(), provider.region.clone());
    let mut input = Input::new(id, root.kind, root.path.clone(), Origin::Text(root.at), account, region);
    input.partition = provider.partition;
    let resources: Vec<Cx<'_>> = instances
        .into_iter()
        .filter(|instance| !instance.data && is_modelled(&instance.kind))
        .map(|instance| Cx { instance, body: without_empty(&instance.body), input: id, faults })
        .collect();
    let companions = Companions::of(&resources, root.unread.first().cloned());
    for cx in &resources {
        lower(cx, &companions, &mut input);
    }
    iam::without_repetition(&mut input);
    grants::settle(&mut input);
    if let Some(causes) = root.hidden.iter().cloned().map(Causes::from).reduce(Causes::and) {
        input.incomplete(&Truth::Unknown(causes));
    }
    input
}

fn lower(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    match &*cx.instance.kind {
        "aws_cloudtrail" => trail::trail(cx, input),
        "aws_cloudtrail_event_data_store" => trail::event_data_store(cx, input),
        "aws_s3_bucket" => bucket::bucket(cx, companions, input),
        "aws_s3_bucket_policy" => bucket::policy(cx, input),
        "aws_kms_key" | "aws_kms_external_key" | "aws_kms_replica_key" => key::key(cx, companions, input),
        "aws_kms_alias" => key::alias(cx, input),
        "aws_cloudwatch_log_group" => monitoring::log_group(cx, input),
        "aws_cloudwatch_log_metric_filter" => monitoring::metric_filter(cx, input),
        "aws_cloudwatch_metric_alarm" => monitoring::alarm(cx, input),
        "aws_cloudwatch_composite_alarm" => monitoring::composite_alarm(cx, input),
        "aws_sns_topic" => monitoring::topic(cx, companions, input),
        "aws_sns_topic_policy" => monitoring::topic_policy(cx, input),
        "aws_sns_topic_subscription" => monitoring::subscription(cx, input),
        "aws_iam_user" | "aws_iam_group" | "aws_iam_role" => iam::principal(cx, companions, input),
        "aws_iam_policy" => iam::managed_policy(cx, input),
        "aws_iam_user_policy" | "aws_iam_group_policy" | "aws_iam_role_policy" => iam::inline_policy(cx, input),
        "aws_iam_policy_attachment" => iam::attachment_of_many(cx, input),
        "aws_ssoadmin_permission_set" => iam::permission_set(cx, companions, input),
        "aws_organizations_organization" => organization::organization(cx, input),
        "aws_organizations_policy" => organization::policy(cx, companions, input),
        "aws_organizations_delegated_administrator" | "aws_cloudtrail_organization_delegated_admin_account" => {
            organization::delegated_administrator(cx, input);
        }
        kind if kind.starts_with("aws_iam_") => iam::attachment(cx, input),
        kind if kind.starts_with("aws_ssoadmin_") => iam::permission_set_attachment(cx, companions, input),
        _ => {}
    }
    uses::uses(cx, companions, input);
}

/// One resource on its way into the model.
struct Cx<'i> {
    instance: &'i Instance,
    /// Its arguments, without empty lists: a plan and a state show a block that is not written so.
    body: Val,
    input: InputId,
    faults: &'i RefCell<Vec<(Span, String)>>,
}

impl Cx<'_> {
    fn origin(&self) -> Origin {
        Origin::Text(self.instance.header)
    }

    fn identity(&self, kind: ResourceKind) -> Identity {
        let instance = self.instance;
        let keyed = instance.instance != instance.address;
        Identity {
            input: self.input,
            kind,
            address: instance.address.clone(),
            instances: if keyed { vec![instance.instance.clone()] } else { Vec::new() },
            shown: instance.address.clone(),
            at: self.origin(),
            calls: instance.calls.iter().map(|span| Origin::Text(*span)).collect(),
            existence: instance.existence.clone(),
        }
    }

    fn block(&self) -> Block<'_> {
        Block { val: Some(&self.body), header: self.instance.header, prefix: "", faults: self.faults }
    }

    /// An exported attribute that is a string.
    fn attribute(&self, name: &str) -> Text {
        attributes::text(self.instance, name, self.instance.header)
    }

    fn account(&self) -> Text {
        attributes::account(self.instance, self.instance.header)
    }

    fn region(&self) -> Text {
        attributes::region(self.instance, self.instance.header)
    }

    /// An argument that is a string; an empty one is as good as none to the provider.
    fn filled(&self, name: &str) -> Attr<Text> {
        filled(self.block().text(&[name]))
    }
}

/// The same value without empty lists, at any depth. A field whose list is empty stays as null, for its place.
fn without_empty(val: &Val) -> Val {
    let kind = match &val.kind {
        ValKind::List(items) if items.is_empty() => ValKind::Null,
        ValKind::List(items) => ValKind::List(items.iter().map(without_empty).collect()),
        ValKind::Map(fields) => {
            let one = |field: &Field| Field {
                key: field.key.clone(),
                key_span: field.key_span,
                value: without_empty(&field.value),
            };
            ValKind::Map(fields.iter().map(one).collect())
        }
        ValKind::Choice { subject, options } => {
            let one =
                |(when, option): &(_, Option<Val>)| (std::sync::Arc::clone(when), option.as_ref().map(without_empty));
            ValKind::Choice { subject: subject.clone(), options: options.iter().map(one).collect() }
        }
        other => other.clone(),
    };
    Val { kind, span: val.span }
}

/// The attribute as not written where its known value counts for nothing.
fn unless<T>(attr: Attr<T>, nothing: impl Fn(&T) -> bool) -> Attr<T> {
    let one = |state: State<T>| match state {
        State::Set(Value::Known(value)) if nothing(&value) => State::Missing,
        other => other,
    };
    states(attr, one)
}

/// The attribute with each of its possible states turned into another.
fn states<T, U>(attr: Attr<T>, turn: impl Fn(State<T>) -> State<U>) -> Attr<U> {
    let state = match attr.state {
        State::OneOf(branches) => State::OneOf(
            branches.into_iter().map(|branch| Branch { when: branch.when, state: turn(branch.state) }).collect(),
        ),
        single => turn(single),
    };
    Attr { name: attr.name, at: attr.at, state }
}

fn filled(attr: Attr<Text>) -> Attr<Text> {
    unless(attr, Text::is_certainly_empty)
}

/// A number for which 0 and the empty string mean that it is not set.
fn count(block: &Block<'_>, path: &[&str]) -> Attr<u32> {
    let lenient = |val: &Val| match val.text() {
        Some(text) if text.is_certainly_empty() => Value::Known(0),
        _ => number(val),
    };
    unless(block.attr(path, Absent::Missing, lenient), |number| *number == 0)
}

/// The nested blocks of a type; none is as good as not written.
fn blocks<T: Clone>(block: &Block<'_>, path: &[&str], make: impl Fn(Block<'_>) -> T) -> Attr<Vec<T>> {
    unless(block.list(path, make), Vec::is_empty)
}

/// The nested block of a type of which only one may stand. Its attributes are named below it.
fn only<T: Clone>(block: &Block<'_>, path: &[&str], make: impl Fn(Block<'_>) -> T) -> Attr<T> {
    let prefix = format!("{}{}.", block.prefix, path.join("."));
    let made = block.list(path, |inner| make(Block { prefix: &prefix, ..inner }));
    states(made, |state| match state {
        State::Set(Value::Known(items)) => match items.into_iter().next() {
            Some(first) => State::Set(Value::Known(first)),
            None => State::Missing,
        },
        State::Set(Value::Unknown(cause)) => State::Set(Value::Unknown(cause)),
        State::Default(items) => items.into_iter().next().map_or(State::Missing, State::Default),
        State::Missing | State::OneOf(_) => State::Missing,
        State::Unseen(cause) => State::Unseen(cause),
    })
}

/// A flag that a status word tells: `Enabled`.
fn status(block: &Block<'_>, path: &[&str], on: &str) -> Attr<bool> {
    block.attr(path, Absent::Missing, |val| match text(val) {
        Value::Known(status) => match status.same(&Text::from(on)) {
            Truth::True => Value::Known(true),
            Truth::False => Value::Known(false),
            Truth::Unknown(causes) => Value::Unknown(causes.first().clone()),
        },
        Value::Unknown(cause) => Value::Unknown(cause),
    })
}

/// Why something is not certain to exist, for the two clauses of a choice.
fn doubt(existence: &Existence) -> Option<&Cause> {
    match existence {
        Existence::Certain => None,
        Existence::Maybe(cause) => Some(cause),
    }
}

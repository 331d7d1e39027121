//! The model of the logging estate: what every source lowers into and every check judges.
//!
//! Nothing here knows a source. Each resource has an [`Identity`]; each attribute is an [`attr::Attr`] that carries its
//! name in the source, its place, and whether it is known. Joins between resources are in [`lookup`].

use std::sync::Arc;

use crate::truth::{Cause, CauseKind, Causes, Truth};
use arn::Text;
use attr::Origin;

pub mod account;
pub mod alarm;
pub mod arn;
pub mod attr;
pub mod bucket;
pub mod bucket_users;
pub mod change;
pub mod destination;
pub mod event_data_store;
pub mod event_selector;
pub mod filter_pattern;
pub mod invocation;
pub mod key;
pub mod live;
pub mod log_group;
pub mod lookup;
pub mod monitoring;
pub mod policy;
pub mod principal;
pub mod recording;
pub mod retention;
pub mod topic;
pub mod trail;

/// The index of an input in [`Estate::inputs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputId(pub u32);

/// Everything that was read in one scan. Inputs share links, never credit or blame.
#[derive(Debug, Default)]
pub struct Estate {
    /// The inputs; their position is their [`InputId`].
    pub inputs: Vec<Input>,
    /// Buckets and their policies by name, made when the first join asks.
    names: std::sync::OnceLock<lookup::Names>,
}

impl Estate {
    /// The estate of these inputs.
    pub fn new(inputs: Vec<Input>) -> Self {
        Self { inputs, names: std::sync::OnceLock::new() }
    }
}

/// The kind of an input, as the JSON report names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputKind {
    /// A CloudFormation template with its local nested stacks.
    CloudFormation,
    /// A Terraform root module, read from its `.tf` and `.tf.json` files.
    TerraformConfig,
    /// A Terraform plan as JSON.
    TerraformPlan,
    /// A Terraform state.
    TerraformState,
    /// A file that holds commands.
    Script,
    /// What live accounts answered.
    Recording,
}

impl InputKind {
    /// The word of the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::TerraformConfig => "terraform-config",
            Self::TerraformPlan => "terraform-plan",
            Self::TerraformState => "terraform-state",
            Self::Script => "script",
            Self::Recording => "recording",
        }
    }
}

/// One root template with its local nested stacks, one root module, one live account, …
#[derive(Debug)]
pub struct Input {
    /// Its position in [`Estate::inputs`].
    pub id: InputId,
    /// What it is.
    pub kind: InputKind,
    /// The file or directory, relative to the repository root.
    pub path: String,
    /// What owns its findings across runs: the path, or the root module that a plan was made of.
    pub owner: String,
    /// Where findings about the whole input point.
    pub at: Origin,
    /// Whether all that belongs to it was read: false or unknown with the missing part named.
    pub complete: Truth,
    /// The account; a hole when the input does not know it.
    pub account: Text,
    /// The Region; a hole when the input does not know it.
    pub region: Text,
    /// The partition; `aws` when nothing says otherwise.
    pub partition: &'static str,
    /// Trails.
    pub trails: Census<trail::Trail>,
    /// CloudTrail Lake event data stores.
    pub event_data_stores: Census<event_data_store::EventDataStore>,
    /// Buckets.
    pub buckets: Census<bucket::Bucket>,
    /// Bucket policies.
    pub bucket_policies: Census<bucket::BucketPolicy>,
    /// What uses a bucket other than a trail.
    pub bucket_uses: Census<bucket::BucketUse>,
    /// KMS keys.
    pub keys: Census<key::Key>,
    /// KMS aliases.
    pub aliases: Census<key::Alias>,
    /// Log groups of CloudWatch Logs.
    pub log_groups: Census<log_group::LogGroup>,
    /// Metric filters.
    pub metric_filters: Census<log_group::MetricFilter>,
    /// Alarms on metrics.
    pub alarms: Census<alarm::Alarm>,
    /// Alarms on the states of other alarms.
    pub composite_alarms: Census<alarm::CompositeAlarm>,
    /// SNS topics.
    pub topics: Census<topic::Topic>,
    /// Policies of SNS topics.
    pub topic_policies: Census<topic::TopicPolicy>,
    /// SNS subscriptions.
    pub subscriptions: Census<topic::Subscription>,
    /// Users, groups, roles and permission sets.
    pub principals: Census<principal::Principal>,
    /// Customer managed policies.
    pub managed_policies: Census<principal::ManagedPolicy>,
    /// Each attachment of a policy to a principal.
    pub grants: Census<principal::Grant>,
    /// Organizations.
    pub organizations: Census<account::Organization>,
    /// Policies of an organization.
    pub organization_policies: Census<account::OrganizationPolicy>,
    /// Registrations of a delegated administrator.
    pub delegated_administrators: Census<account::DelegatedAdministrator>,
    /// Commands of `aws cloudtrail` found in scripts.
    pub invocations: Census<invocation::Invocation>,
    /// What a plan takes away; empty for every other kind of input.
    pub changes: Census<change::PlanChange>,
    /// What only a live account tells; `None` for every other kind of input.
    pub live: Option<Box<live::Live>>,
}

impl Input {
    /// Why there may be more things of a kind than `seen` holds; `None` when all were read.
    pub fn unread<T>(&self, seen: &Census<T>) -> Option<Causes> {
        match self.complete.clone() & seen.complete.clone() {
            Truth::True => None,
            Truth::False => Some(Cause::new(CauseKind::NotCollected, "a part of the input was not read").into()),
            Truth::Unknown(causes) => Some(causes),
        }
    }

    /// An input that is fully read and holds nothing yet.
    pub fn new(id: InputId, kind: InputKind, path: String, at: Origin, account: Text, region: Text) -> Self {
        Self {
            id,
            kind,
            owner: path.clone(),
            path,
            at,
            complete: Truth::True,
            account,
            region,
            partition: "aws",
            trails: Census::default(),
            event_data_stores: Census::default(),
            buckets: Census::default(),
            bucket_policies: Census::default(),
            bucket_uses: Census::default(),
            keys: Census::default(),
            aliases: Census::default(),
            log_groups: Census::default(),
            metric_filters: Census::default(),
            alarms: Census::default(),
            composite_alarms: Census::default(),
            topics: Census::default(),
            topic_policies: Census::default(),
            subscriptions: Census::default(),
            principals: Census::default(),
            managed_policies: Census::default(),
            grants: Census::default(),
            organizations: Census::default(),
            organization_policies: Census::default(),
            delegated_administrators: Census::default(),
            invocations: Census::default(),
            changes: Census::default(),
            live: None,
        }
    }

    /// A part of the input was not read: it may hold more of everything.
    pub fn incomplete(&mut self, why: &Truth) {
        self.complete = why.clone();
        self.trails.complete = why.clone();
        self.event_data_stores.complete = why.clone();
        self.buckets.complete = why.clone();
        self.bucket_policies.complete = why.clone();
        self.bucket_uses.complete = why.clone();
        self.keys.complete = why.clone();
        self.aliases.complete = why.clone();
        self.log_groups.complete = why.clone();
        self.metric_filters.complete = why.clone();
        self.alarms.complete = why.clone();
        self.composite_alarms.complete = why.clone();
        self.topics.complete = why.clone();
        self.topic_policies.complete = why.clone();
        self.subscriptions.complete = why.clone();
        self.principals.complete = why.clone();
        self.managed_policies.complete = why.clone();
        self.grants.complete = why.clone();
        self.organizations.complete = why.clone();
        self.organization_policies.complete = why.clone();
        self.delegated_administrators.complete = why.clone();
        self.changes.complete = why.clone();
    }
}

/// Things of one kind, and whether the source may hide more of them.
#[derive(Debug)]
pub struct Census<T> {
    /// Those that were seen.
    pub items: Vec<T>,
    /// Whether these are all.
    pub complete: Truth,
}

impl<T> Census<T> {
    /// True if the rule holds for one that was seen; never false while there may be more than were seen.
    pub fn any(&self, rule: impl FnMut(&T) -> Truth) -> Truth {
        Truth::any(self.items.iter().map(rule)) | self.unread()
    }

    /// True only if the rule holds for all and all were seen.
    pub fn all(&self, rule: impl FnMut(&T) -> Truth) -> Truth {
        Truth::all(self.items.iter().map(rule)) & !self.unread()
    }

    /// False when these are all; else unknown: what was not read may be anything.
    fn unread(&self) -> Truth {
        match &self.complete {
            Truth::True => Truth::False,
            Truth::False => Truth::unknown(CauseKind::NotCollected, "not all of them were read"),
            unknown @ Truth::Unknown(_) => unknown.clone(),
        }
    }

    /// Those that were seen.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
}

impl<T> Default for Census<T> {
    fn default() -> Self {
        Self { items: Vec::new(), complete: Truth::True }
    }
}

impl<'a, T> IntoIterator for &'a Census<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// What a finding is about, as the JSON report names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// A trail.
    Trail,
    /// An S3 bucket.
    Bucket,
    /// A KMS key.
    Key,
    /// A log group of CloudWatch Logs.
    LogGroup,
    /// An SNS topic.
    Topic,
    /// A user, group, role or permission set.
    Principal,
    /// A policy that is attached to principals.
    Policy,
    /// A CloudTrail Lake event data store.
    EventDataStore,
    /// An AWS organization.
    Organization,
    /// A whole account or input.
    Account,
    /// A command in a script.
    Command,
    /// What a plan does to a resource.
    PlanChange,
}

impl ResourceKind {
    /// The word of the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trail => "trail",
            Self::Bucket => "bucket",
            Self::Key => "key",
            Self::LogGroup => "log-group",
            Self::Topic => "topic",
            Self::Principal => "principal",
            Self::Policy => "policy",
            Self::EventDataStore => "event-data-store",
            Self::Organization => "organization",
            Self::Account => "account",
            Self::Command => "command",
            Self::PlanChange => "plan-change",
        }
    }

    /// How sentences name it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::LogGroup => "log group",
            Self::EventDataStore => "event data store",
            Self::PlanChange => "plan change",
            other => other.word(),
        }
    }
}

/// Who a resource is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The input that defines it.
    pub input: InputId,
    /// What it is.
    pub kind: ResourceKind,
    /// Logical id (`Parent/Child` in a nested stack), Terraform address without instance keys, or ARN.
    pub address: String,
    /// Addresses with instance keys, where one block makes several.
    pub instances: Vec<String>,
    /// The name a person knows it by: the CDK path, else the address.
    pub shown: String,
    /// The block's header: the logical id, the resource line.
    pub at: Origin,
    /// The places that called for it, outermost first: the `module` blocks of Terraform.
    pub calls: Vec<Origin>,
    /// Whether it exists.
    pub existence: Existence,
}

/// Whether a resource exists at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existence {
    /// It does.
    Certain,
    /// Only under a condition that cannot be decided.
    Maybe(Cause),
}

impl Identity {
    /// The address with its instance key: several instances of one block have one address.
    pub fn instance(&self) -> &str {
        self.instances.first().unwrap_or(&self.address)
    }
}

impl Existence {
    /// Whether it exists where `other` does: what stands under the same condition comes and goes with it.
    pub fn beside(&self, other: &Self) -> Truth {
        if self == other { Truth::True } else { self.truth() }
    }

    /// As a truth.
    pub fn truth(&self) -> Truth {
        match self {
            Self::Certain => Truth::True,
            Self::Maybe(cause) => cause.clone().into(),
        }
    }
}

/// Anything a finding can be about.
pub trait Subject {
    /// Who it is.
    fn identity(&self) -> &Identity;
}

impl Subject for Identity {
    fn identity(&self) -> &Identity {
        self
    }
}

/// Whether a resource survives its own stack or configuration, as its source lets one say it.
#[derive(Clone, Debug)]
pub enum Protection {
    /// CloudFormation says what becomes of a resource that leaves its stack.
    CloudFormation {
        /// Kept when the resource is removed from the template: `DeletionPolicy`.
        deletion: attr::Attr<Text>,
        /// Kept when an update replaces it: `UpdateReplacePolicy`.
        replacement: attr::Attr<Text>,
    },
    /// Terraform removes what leaves the configuration.
    Terraform {
        /// `lifecycle { prevent_destroy }`, which a plan and a state do not show.
        prevent_destroy: attr::Attr<bool>,
        /// Whether it is refused to remove a bucket that holds objects: `force_destroy` is off. `None` for a resource
        /// that has no such argument.
        objects: Option<Switch>,
    },
    /// It is a live resource, which belongs to none.
    Live,
    /// A script makes things and manages none.
    Script,
}

/// A setting whose attribute may say the opposite: a store takes in events when `suspend` is false.
#[derive(Clone, Debug)]
pub struct Switch {
    /// The attribute.
    pub attr: attr::Attr<bool>,
    /// The value that turns the setting on.
    pub on: bool,
}

impl Switch {
    /// Whether the setting is on.
    pub fn is_on(&self) -> Truth {
        self.attr.is(&self.on)
    }
}

/// A key and value that somebody put on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The key.
    pub key: Text,
    /// The value.
    pub value: Text,
}

/// The result of every join.
#[derive(Debug)]
pub enum Link<'a, T> {
    /// It is in the estate.
    Here(&'a T),
    /// It is named, and nothing that was read defines it.
    Elsewhere(Text),
    /// It cannot be told which one it is.
    Unknown(Causes),
}

impl<T> Clone for Link<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Self::Here(item) => Self::Here(item),
            Self::Elsewhere(name) => Self::Elsewhere(name.clone()),
            Self::Unknown(causes) => Self::Unknown(causes.clone()),
        }
    }
}

/// The detail of a cause for a thing that the input does not define.
pub(crate) fn outside(what: &str, name: &Text) -> Arc<str> {
    format!("the {what} '{name}' is not defined in what was scanned").into()
}

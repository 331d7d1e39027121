//! What a plan takes away: the trails, log buckets and keys before the plan compared with those after it.
//!
//! Both are lowered by the same code, so that an old inline argument and the resource that replaces it are one setting.
//! What Terraform only forgets stays as it is.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::{RootInfo, input};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Origin};
use crate::model::change::{Loss, Part, PlanChange, Setting};
use crate::model::event_selector::{Event, Recorded};
use crate::model::key::Key;
use crate::model::log_group::LogGroup;
use crate::model::trail::Trail;
use crate::model::{Census, Estate, Identity, InputId, Link, ResourceKind, Subject};
use crate::sources::terraform::instance::Instance;
use crate::sources::terraform::plan::{Action, Change, Read};
use crate::sources::uses::bucket_name;
use crate::sources::value::Val;
use crate::truth::Truth;

mod bucket;
#[cfg(test)]
mod tests;

const TRAIL: &str = "aws_cloudtrail";
const BUCKET: &str = "aws_s3_bucket";
const POLICY: &str = "aws_s3_bucket_policy";
const VERSIONING: &str = "aws_s3_bucket_versioning";
const OBJECT_LOCK: &str = "aws_s3_bucket_object_lock_configuration";
const LIFECYCLE: &str = "aws_s3_bucket_lifecycle_configuration";
const BLOCK: &str = "aws_s3_bucket_public_access_block";
const ACCOUNT_BLOCK: &str = "aws_s3_account_public_access_block";
const LOG_GROUP: &str = "aws_cloudwatch_log_group";
const KEYS: [&str; 3] = ["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"];
const OTHERS: [&str; 10] =
    [TRAIL, BUCKET, POLICY, VERSIONING, OBJECT_LOCK, LIFECYCLE, BLOCK, ACCOUNT_BLOCK, LOG_GROUP, "aws_kms_alias"];

/// What the plan takes away.
pub fn found(read: &Read, root: &RootInfo, id: InputId) -> Vec<PlanChange> {
    let matters = |instance: &&Instance| OTHERS.contains(&&*instance.kind) || KEYS.contains(&&*instance.kind);
    if !read.changes.iter().any(|change| matters(&&change.before)) || touches_nothing(read) {
        return Vec::new();
    }
    // The lowering of the input itself has reported what cannot be read.
    let faults = RefCell::default();
    let root = RootInfo { hidden: Vec::new(), ..root.clone() };
    let old = read.changes.iter().map(|change| &change.before);
    let untouched = read.instances.get(read.prior..).unwrap_or_default();
    let before = input(old.chain(untouched).filter(matters), &root, InputId(0), &faults);
    let stays = |change: &&Change| change.action == Action::Forget && change.after.is_none();
    let forgotten = read.changes.iter().filter(stays).map(|change| &change.before);
    let after = input(read.instances.iter().chain(forgotten).filter(matters), &root, InputId(0), &faults);
    let estates = (Estate::new(vec![before]), Estate::new(vec![after]));
    let mut compare = Compare::new(read, id, &estates);
    compare.trails();
    compare.buckets();
    compare.keys();
    compare.log_groups();
    compare.found
}

/// Whether the plan leaves all that exists as it is, and what it adds speaks of none of that: both sides are equal then,
/// as far as they are compared.
fn touches_nothing(read: &Read) -> bool {
    if !read.changes.iter().all(|change| change.action == Action::Keep && change.after.is_some()) {
        return false;
    }
    let old = read.changes.iter().map(|change| &change.before);
    let untouched = read.instances.get(read.prior..).unwrap_or_default();
    let mut buckets = HashSet::new();
    for bucket in old.chain(untouched).filter(|instance| &*instance.kind == BUCKET && !instance.data) {
        let name = bucket.written("bucket").and_then(Val::text);
        let Some(name) = name.as_ref().and_then(Text::literal).map(str::to_owned) else { return false };
        buckets.insert(name);
    }
    let kept: HashSet<usize> = read.changes.iter().filter_map(|change| change.after).collect();
    let all = read.instances.iter().take(read.prior).enumerate();
    let mut added = all.filter(|(place, instance)| !kept.contains(place) && !instance.data).map(|(_, added)| added);
    added.all(|added| {
        let speaks_of = match &*added.kind {
            TRAIL => "s3_bucket_name",
            POLICY | VERSIONING | OBJECT_LOCK | LIFECYCLE | BLOCK => "bucket",
            ACCOUNT_BLOCK => return false,
            _ => return true,
        };
        let name = added.written(speaks_of).and_then(Val::text).map(|text| bucket_name(&text));
        name.as_ref().and_then(Text::literal).is_some_and(|name| !buckets.contains(name))
    })
}

/// The comparison of a plan's two sides.
struct Compare<'a> {
    read: &'a Read,
    input: InputId,
    before: &'a Estate,
    after: &'a Estate,
    /// What happens to each instance.
    by_instance: HashMap<&'a str, &'a Change>,
    /// What happens to what speaks for a bucket: by its type and the bucket's name.
    companions: HashMap<(&'a str, Text), Vec<&'a Change>>,
    /// What speaks for a bucket afterwards.
    remaining: HashMap<(&'a str, Text), &'a Instance>,
    /// The resources that the plan does not speak of.
    untouched: HashMap<&'a str, &'a Instance>,
    /// What happens to the public access block of an account.
    account_block: Option<&'a Change>,
    found: Vec<PlanChange>,
}

/// Where a loss is reported.
#[derive(Clone)]
struct At<'a> {
    instance: &'a Instance,
    change: Option<&'a Change>,
    /// Whether a trail of the plan uses it.
    used: bool,
    names: Vec<Text>,
}

impl At<'_> {
    fn origin(&self) -> Origin {
        Origin::Text(self.change.map_or(self.instance.header, |change| change.at))
    }

    /// The place of an attribute that is written afterwards, else of the actions.
    fn of<T>(&self, attr: &Attr<T>) -> Origin {
        if attr.written() == Truth::False { self.origin() } else { attr.at.clone() }
    }
}

impl<'a> Compare<'a> {
    fn new(read: &'a Read, input: InputId, (before, after): &'a (Estate, Estate)) -> Self {
        let mut companions: HashMap<(&str, Text), Vec<&Change>> = HashMap::new();
        for change in &read.changes {
            if let Some(bucket) = named(&change.before) {
                companions.entry((&*change.before.kind, bucket)).or_default().push(change);
            }
        }
        let remaining = read
            .instances
            .iter()
            .filter(|instance| !instance.data)
            .filter_map(|instance| Some(((&*instance.kind, named(instance)?), instance)))
            .collect();
        let by_instance = read.changes.iter().map(|change| (change.before.instance.as_str(), change)).collect();
        let untouched = read.instances.get(read.prior..).unwrap_or_default();
        let untouched = untouched.iter().map(|instance| (instance.instance.as_str(), instance)).collect();
        let whole = |change: &&Change| &*change.before.kind == ACCOUNT_BLOCK && change.action != Action::Keep;
        let account_block = read.changes.iter().find(whole);
        let found = Vec::new();
        Self { read, input, before, after, by_instance, companions, remaining, untouched, account_block, found }
    }

    /// The changes of resources of these types.
    fn changes(&self, kinds: &[&str]) -> Vec<&'a Change> {
        let all = self.read.changes.iter();
        all.filter(|change| kinds.contains(&&*change.before.kind)).collect()
    }

    fn lose(&mut self, at: &At<'_>, loss: Loss, certain: Truth, told: Told) {
        let instance = at.instance;
        let keyed = instance.instance != instance.address;
        let id = Identity {
            input: self.input,
            kind: ResourceKind::PlanChange,
            address: instance.address.clone(),
            instances: if keyed { vec![instance.instance.clone()] } else { Vec::new() },
            shown: instance.address.clone(),
            at: Origin::Text(instance.header),
            calls: instance.calls.iter().map(|span| Origin::Text(*span)).collect(),
            existence: instance.existence.clone(),
        };
        let Told { attribute, before, after, at: place, lost } = told;
        let (attribute, used, names) = (attribute.into(), at.used, at.names.clone());
        self.found.push(PlanChange { id, loss, certain, attribute, before, after, at: place, used, names, lost });
    }

    /// A resource that goes as a whole.
    fn gone(&mut self, at: &At<'_>, part: Part) {
        let told = Told::new("actions", "exists", "deleted", at.origin());
        self.lose(at, Loss::Deleted(part), Truth::True, told);
    }

    /// A resource that goes and comes anew.
    fn replaced(&mut self, at: &At<'_>, part: Part, kept: bool) {
        let told = Told::new("actions", "exists", "deleted and made anew", at.origin());
        self.lose(at, Loss::Replaced { part, kept }, Truth::True, told);
    }

    /// A setting that held for certain and does not, or may not, hold afterwards.
    fn weaken(&mut self, at: &At<'_>, setting: Setting, (before, after): (Truth, Truth), told: impl FnOnce() -> Told) {
        if before == Truth::True && after != Truth::True {
            self.lose(at, Loss::Weakened(setting), !after, told());
        }
    }

    fn flag(&mut self, at: &At<'_>, setting: Setting, before: &Attr<bool>, after: &Attr<bool>) {
        let told = || Told::new(&after.name, &before.observed(), &after.observed(), at.of(after));
        self.weaken(at, setting, (before.is(&true), after.is(&true)), told);
    }

    fn presence(&mut self, at: &At<'_>, setting: Setting, before: &Attr<Text>, after: &Attr<Text>) {
        let told = || Told::new(&after.name, &before.observed(), &after.observed(), at.of(after));
        self.weaken(at, setting, (before.given(), after.given()), told);
    }

    fn trails(&mut self) {
        let (old, new) = (by_instance(&self.before.inputs[0].trails), by_instance(&self.after.inputs[0].trails));
        for change in self.changes(&[TRAIL]) {
            let at = At { instance: &change.before, change: Some(change), used: true, names: Vec::new() };
            let instance = change.before.instance.as_str();
            match (change.action, old.get(instance), new.get(instance)) {
                (Action::Delete, ..) => self.gone(&at, Part::Trail),
                (Action::Replace | Action::Update, Some(before), Some(after)) => {
                    let so_far = self.found.len();
                    self.trail(&at, before, after);
                    let weaker = self.found[so_far..].iter().any(|loss| loss.certain == Truth::True);
                    if change.action == Action::Replace {
                        self.replaced(&at, Part::Trail, !weaker);
                    }
                }
                (Action::Replace, ..) => self.replaced(&at, Part::Trail, false),
                _ => {}
            }
        }
    }

    fn trail(&mut self, at: &At<'_>, before: &Trail, after: &Trail) {
        self.flag(at, Setting::Logging, &before.logging, &after.logging);
        self.flag(at, Setting::MultiRegion, &before.multi_region, &after.multi_region);
        self.flag(at, Setting::Validation, &before.log_file_validation, &after.log_file_validation);
        self.presence(at, Setting::Encryption, &before.kms_key, &after.kms_key);
        self.flag(at, Setting::Organization, &before.organization, &after.organization);
        self.flag(at, Setting::GlobalServices, &before.global_service_events, &after.global_service_events);
        self.presence(at, Setting::CloudWatchLogs, &before.log_group, &after.log_group);
        self.selectors(at, before, after);
    }

    /// Events that the trail records now, and that neither it nor another trail records afterwards.
    fn selectors(&mut self, at: &At<'_>, before: &Trail, after: &Trail) {
        let written = |instance: Option<&Instance>, name: &str| instance.and_then(|one| one.written(name)).cloned();
        let now = at.change.and_then(|change| self.read.instances.get(change.after?));
        let same = ["event_selector", "advanced_event_selector"]
            .iter()
            .all(|name| alike(written(Some(at.instance), name).as_ref(), written(now, name).as_ref()));
        if same {
            return;
        }
        let (old, own) = (before.selectors.recorded(), after.selectors.recorded());
        let mut kept = own.keeps(&old);
        if kept.truth != Truth::True {
            let others: Vec<(Truth, Recorded)> = self.after.inputs[0]
                .trails
                .iter()
                .filter(|other| other.id.instance() != after.id.instance())
                .map(|other| (records_for(other, before), other.selectors.recorded()))
                .filter(|(counts, _)| *counts != Truth::False)
                .collect();
            if !others.is_empty() {
                let members = others.iter().map(|(counts, recorded)| (counts.clone(), recorded));
                kept = Recorded::together(members.chain([(Truth::True, &own)])).keeps(&old);
            }
        }
        let place = after.selectors.place();
        let origin = if place.absent { at.origin() } else { place.at.clone() };
        let told = Told {
            lost: kept.lost.clone(),
            ..Told::new(place.name, "these events are recorded", "some of them are left out", origin)
        };
        self.weaken(at, Setting::Selectors, (Truth::True, kept.truth), || told);
    }

    fn keys(&mut self) {
        let (before, after) = (self.before, self.after);
        let (old, new) = (by_instance(&before.inputs[0].keys), by_instance(&after.inputs[0].keys));
        let mut used = here(before.log_keys().into_iter().map(|target| target.link));
        used.extend(here(after.log_keys().into_iter().map(|target| target.link)));
        for change in self.changes(&KEYS) {
            let instance = change.before.instance.as_str();
            let Some(key): Option<&&Key> = old.get(instance) else { continue };
            let names = vec![key.key_id.clone(), key.arn.clone()];
            let at = At { instance: &change.before, change: Some(change), used: used.contains(instance), names };
            match (change.action, new.get(instance)) {
                (Action::Delete, _) => self.gone(&at, Part::Key),
                // What the old key encrypted cannot be read without it.
                (Action::Replace, _) => self.replaced(&at, Part::Key, false),
                (Action::Update, Some(now)) => {
                    self.flag(&at, Setting::KeyEnabled, &key.enabled, &now.enabled);
                    self.flag(&at, Setting::KeyRotation, &key.rotation, &now.rotation);
                }
                _ => {}
            }
        }
    }

    fn log_groups(&mut self) {
        let (before, after) = (self.before, self.after);
        let old = by_instance(&before.inputs[0].log_groups);
        let mut used = here(before.log_groups().into_iter().map(|target| target.link));
        used.extend(here(after.log_groups().into_iter().map(|target| target.link)));
        for change in self.changes(&[LOG_GROUP]) {
            let instance = change.before.instance.as_str();
            let Some(group): Option<&&LogGroup> = old.get(instance) else { continue };
            let names = vec![group.arn.clone(), Text::format("{}:*", &[&group.arn])];
            let at = At { instance: &change.before, change: Some(change), used: used.contains(instance), names };
            match change.action {
                Action::Delete => self.gone(&at, Part::LogGroup),
                Action::Replace => self.replaced(&at, Part::LogGroup, false),
                Action::Update | Action::Forget | Action::Keep => {}
            }
        }
    }
}

/// What a loss says of itself.
struct Told {
    attribute: String,
    before: String,
    after: String,
    at: Origin,
    lost: Option<Event>,
}

impl Told {
    fn new(attribute: &str, before: &str, after: &str, at: Origin) -> Self {
        Self { attribute: attribute.to_owned(), before: before.to_owned(), after: after.to_owned(), at, lost: None }
    }
}

/// Whether a trail records, where another one did, what its selectors take in.
fn records_for(trail: &Trail, other: &Trail) -> Truth {
    trail.id.existence.truth()
        & trail.logging.is(&true)
        & trail.account.same(&other.account)
        & (trail.multi_region.is(&true) | (!other.multi_region.is(&true) & trail.home_region.same(&other.home_region)))
        & (trail.organization.is(&true) | !other.organization.is(&true))
}

/// The bucket that a resource speaks for.
fn named(instance: &Instance) -> Option<Text> {
    let speaks = matches!(&*instance.kind, POLICY | VERSIONING | OBJECT_LOCK | LIFECYCLE | BLOCK);
    let text = if speaks { instance.written("bucket")?.text()? } else { return None };
    Some(bucket_name(&text))
}

fn by_instance<T: Subject>(census: &Census<T>) -> HashMap<&str, &T> {
    census.iter().map(|item| (item.identity().instance(), item)).collect()
}

/// The instances that links lead to.
fn here<'a, T: Subject + 'a>(links: impl Iterator<Item = Link<'a, T>>) -> HashSet<&'a str> {
    let one = |link| if let Link::Here(item) = link { Some(Subject::identity(item).instance()) } else { None };
    links.filter_map(one).collect()
}

/// Whether two values are the same wherever they are written. Lists that are empty are as good as none.
fn alike(a: Option<&Val>, b: Option<&Val>) -> bool {
    use crate::sources::value::ValKind::{List, Map, Null};
    let plain = |val: Option<&Val>| match val.map(|val| &val.kind) {
        None | Some(Null) => true,
        Some(List(items)) => items.is_empty(),
        _ => false,
    };
    match (a.map(|val| &val.kind), b.map(|val| &val.kind)) {
        (Some(List(x)), Some(List(y))) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| alike(Some(x), Some(y))),
        (Some(Map(x)), Some(Map(_))) => {
            let y = b.map_or(&[][..], Val::fields);
            let all = |one: &[crate::sources::value::Field], other: Option<&Val>| {
                one.iter().all(|field| alike(Some(&field.value), other.and_then(|other| other.get(&field.key))))
            };
            all(x, b) && all(y, a)
        }
        (Some(x), Some(y)) if x == y => true,
        _ => plain(a) && plain(b),
    }
}

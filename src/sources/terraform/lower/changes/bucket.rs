//! What a plan takes from log buckets: the bucket, its policy, and the settings that protect its files.

use std::collections::HashMap;

use super::{At, BLOCK, Compare, LIFECYCLE, OBJECT_LOCK, POLICY, Told, VERSIONING, alike, by_instance};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::bucket::{Bucket, DefaultRetention, LifecycleRule, PublicAccessBlock};
use crate::model::change::{Part, Setting};
use crate::model::destination::bare_name;
use crate::model::lookup::LogTarget;
use crate::model::policy::Document;
use crate::model::policy::excess::Place;
use crate::model::policy::of_bucket::over_cases;
use crate::model::retention::retention;
use crate::model::trail::Trail;
use crate::model::{Estate, Link, Subject};
use crate::sources::terraform::plan::{Action, Change};
use crate::truth::Truth;

type Targets<'a> = HashMap<&'a str, LogTarget<'a, Bucket>>;

/// A log bucket before and after the plan.
struct Pair<'a, 't> {
    before: &'a Bucket,
    /// None when it is deleted.
    after: Option<&'a Bucket>,
    change: Option<&'a Change>,
    then: Option<&'t LogTarget<'a, Bucket>>,
    now: Option<&'t LogTarget<'a, Bucket>>,
}

/// A rule that a policy keeps or does not.
type Rule = fn(&Document, &Place<'_>) -> Truth;

const RULES: [(Setting, Rule); 3] = [
    (Setting::SecureTransport, |document, place| !document.plain_http(place).truth),
    (Setting::VersionDeletion, |document, place| !document.version_deletion(place).truth),
    (Setting::PublicPolicy, |document, place| {
        !Truth::any(document.public(place).into_iter().map(|(_, _, reach)| reach.truth))
    }),
];

fn targets(estate: &Estate) -> Targets<'_> {
    let mut targets = Targets::new();
    for target in estate.log_buckets() {
        if let Link::Here(bucket) = &target.link {
            targets.insert(bucket.id.instance(), target);
        }
    }
    targets
}

impl<'a> Compare<'a> {
    pub(super) fn buckets(&mut self) {
        let (before, after) = (self.before, self.after);
        let (then, now) = (targets(before), targets(after));
        let new = by_instance(&after.inputs[0].buckets);
        for bucket in &before.inputs[0].buckets {
            let instance = bucket.identity().instance();
            let pair = Pair {
                before: bucket,
                after: new.get(instance).copied(),
                change: self.by_instance.get(instance).copied(),
                then: then.get(instance),
                now: now.get(instance),
            };
            self.bucket(&pair);
        }
    }

    fn bucket(&mut self, pair: &Pair<'a, '_>) {
        if let Some(at) = self.at_bucket(pair) {
            match pair.change.map(|change| change.action) {
                Some(Action::Delete) => self.gone(&at, Part::Bucket),
                // The files that it holds go with it.
                Some(Action::Replace) => self.replaced(&at, Part::Bucket, false),
                _ => {}
            }
        }
        self.versioning(pair);
        self.object_lock(pair);
        self.public_access(pair);
        self.policy(pair);
        self.lifecycle(pair);
    }

    fn at_bucket(&self, pair: &Pair<'a, '_>) -> Option<At<'a>> {
        let instance = pair.before.id.instance();
        let held = || self.untouched.get(instance).copied();
        let instance = pair.change.map(|change| &change.before).or_else(held)?;
        Some(At {
            instance,
            change: pair.change,
            used: pair.then.is_some() || pair.now.is_some(),
            names: vec![bare_name(&pair.before.name)],
        })
    }

    /// What the plan does to the resource of a type that speaks for the bucket: a change that does something first.
    fn companion(&self, pair: &Pair<'a, '_>, kind: &'static str) -> Option<&'a Change> {
        let all = self.companions.get(&(kind, bare_name(&pair.before.name)))?;
        let idle = |change: &&&Change| matches!(change.action, Action::Keep | Action::Forget);
        all.iter().find(|change| !idle(change)).or(all.first()).copied()
    }

    /// Whether nothing of the type speaks for the bucket afterwards, and the bucket itself is not changed to do so. A
    /// plan shows in the bucket what a companion has set, also when that goes, so what stays the same there says nothing.
    fn dropped(&self, pair: &Pair<'a, '_>, kind: &'static str) -> bool {
        let name = bare_name(&pair.before.name);
        let all = self.companions.get(&(kind, name.clone())).map_or(&[][..], Vec::as_slice);
        let now = pair.after.map_or(name, |after| bare_name(&after.name));
        !self.remaining.contains_key(&(kind, now))
            && all.iter().all(|change| change.action == Action::Delete)
            && !self.restated(pair, kind)
    }

    /// Whether the plan changes what the bucket itself says of the setting.
    fn restated(&self, pair: &Pair<'a, '_>, kind: &str) -> bool {
        let (Some(name), Some(change)) = (inline(kind), pair.change) else { return false };
        let now = change.after.and_then(|place| self.read.instances.get(place));
        now.is_some_and(|now| !alike(change.before.written(name), now.written(name)))
    }

    /// Where a change of a setting is reported: the resource that speaks for the bucket, else the bucket.
    fn at(&self, pair: &Pair<'a, '_>, kind: &'static str) -> Option<At<'a>> {
        let own = self.at_bucket(pair)?;
        let change = self.companion(pair, kind);
        if let Some(change) = change {
            return Some(At { instance: &change.before, change: Some(change), ..own });
        }
        let now = pair.after.and_then(|after| self.remaining.get(&(kind, bare_name(&after.name))));
        if let Some(instance) = now {
            return Some(At { instance, change: None, ..own });
        }
        let changed = pair.change.is_some_and(|change| change.action != Action::Keep);
        match self.account_block.filter(|_| kind == BLOCK && !changed) {
            Some(change) => Some(At { instance: &change.before, change: Some(change), ..own }),
            None => Some(own),
        }
    }

    /// A setting that stands in a resource of its own, or in the bucket.
    fn part<T: 'a>(
        &mut self,
        pair: &Pair<'a, '_>,
        (part, setting, kind): (Part, Setting, &'static str),
        before: Truth,
        (attr, holds): (impl Fn(&'a Bucket) -> &'a Attr<T>, impl Fn(&'a Bucket) -> Truth),
        shown: impl Fn(&Attr<T>) -> String,
    ) {
        let Some(at) = self.at(pair, kind).filter(|_| before == Truth::True) else { return };
        let own = at.change.filter(|change| &*change.before.kind == kind).map(|change| change.action);
        let after = pair.after.map(&holds);
        match (own, after) {
            (Some(Action::Delete), None) => self.gone(&at, part),
            (Some(Action::Delete), _) if self.dropped(pair, kind) => self.gone(&at, part),
            (Some(Action::Delete | Action::Replace), after) => {
                self.replaced(&at, part, after == Some(Truth::True));
            }
            (_, Some(after)) => {
                let Some(now) = pair.after.map(&attr) else { return };
                let was = shown(attr(pair.before));
                let told = || Told::new(&now.name, &was, &shown(now), at.of(now));
                self.weaken(&at, setting, (before, after), told);
            }
            // What the bucket itself says goes with it.
            (_, None) => {}
        }
    }

    fn versioning(&mut self, pair: &Pair<'a, '_>) {
        let enabled = Text::from("Enabled");
        let holds = |bucket: &Bucket| bucket.versioning.satisfies(|status| status.same(&enabled));
        let kind = (Part::Versioning, Setting::Versioning, VERSIONING);
        self.part(pair, kind, holds(pair.before), (|bucket: &'a Bucket| &bucket.versioning, holds), Attr::observed);
        let (Some(at), Some(after)) = (self.at(pair, VERSIONING), pair.after) else { return };
        if !self.dropped(pair, VERSIONING) || self.companion(pair, VERSIONING).is_none() {
            self.flag(&at, Setting::MfaDelete, &pair.before.mfa_delete, &after.mfa_delete);
        }
    }

    fn object_lock(&mut self, pair: &Pair<'a, '_>) {
        let before = &pair.before.object_lock;
        let given = before.satisfies(|lock| lock.mode.given() & lock.days.satisfies(|days| Truth::known(*days > 0)));
        let Some(was) = before.possible().next() else { return };
        let holds = |bucket: &Bucket| bucket.object_lock.satisfies(|now| as_strong(was, now));
        let kind = (Part::ObjectLock, Setting::ObjectLock, OBJECT_LOCK);
        self.part(pair, kind, given, (|bucket: &'a Bucket| &bucket.object_lock, holds), |lock| {
            let words =
                lock.possible().map(|lock| format!("{} for {} days", lock.mode.observed(), lock.days.observed()));
            words.reduce(|a, b| format!("{a} or {b}")).unwrap_or_else(|| lock.says_whether())
        });
    }

    fn public_access(&mut self, pair: &Pair<'a, '_>) {
        let before = &pair.before.block;
        let Some(was) = before.possible().next() else { return };
        let some = before.satisfies(|block| Truth::any(settings(block).map(|setting| setting.is(&true))));
        let holds = |bucket: &Bucket| {
            bucket.block.satisfies(|now| {
                let pairs = settings(was).into_iter().zip(settings(now));
                Truth::all(
                    pairs.map(|(was, now)| if was.is(&true) == Truth::True { now.is(&true) } else { Truth::True }),
                )
            })
        };
        let kind = (Part::PublicAccessBlock, Setting::PublicAccess, BLOCK);
        self.part(pair, kind, some, (|bucket: &'a Bucket| &bucket.block, holds), |block| {
            let off = |block: &PublicAccessBlock| {
                let off: Vec<String> = settings(block)
                    .iter()
                    .filter(|setting| setting.is(&true) != Truth::True)
                    .map(|setting| setting.says())
                    .collect();
                if off.is_empty() { "all four settings are on".to_owned() } else { off.join(", ") }
            };
            block.possible().next().map_or_else(|| "not set".to_owned(), off)
        });
    }

    fn policy(&mut self, pair: &Pair<'a, '_>) {
        let held =
            |estate: &'a Estate, bucket: &Bucket| !estate.bucket_policies(bucket.id.input, &bucket.name).is_empty();
        let Some(at) = self.at(pair, POLICY).filter(|_| held(self.before, pair.before)) else { return };
        let own = at.change.filter(|change| &*change.before.kind == POLICY).map(|change| change.action);
        let remains =
            pair.after.is_some_and(|after| held(self.after, after)) && !(own.is_some() && self.dropped(pair, POLICY));
        let changed = at.change.is_none_or(|change| !matches!(change.action, Action::Keep | Action::Forget));
        let so_far = self.found.len();
        if let (true, true, Some(then), Some(now)) = (remains, changed, pair.then, pair.now) {
            self.policy_rules(&at, then, now);
        }
        match own {
            Some(Action::Delete) if !remains => self.gone(&at, Part::Policy),
            Some(Action::Delete | Action::Replace) => {
                let weaker = self.found[so_far..].iter().any(|loss| loss.certain == Truth::True);
                self.replaced(&at, Part::Policy, remains && !weaker);
            }
            None if !remains && pair.after.is_some() => self.gone(&at, Part::Policy),
            _ => {}
        }
    }

    fn policy_rules(&mut self, at: &At<'_>, then: &LogTarget<'a, Bucket>, now: &LogTarget<'a, Bucket>) {
        let (old, new) = (self.before.policy_cases(then), self.after.policy_cases(now));
        let origin = match new.as_slice() {
            [case] => at.of(&case.policy.document),
            _ => at.origin(),
        };
        for (setting, rule) in RULES {
            let judge = |cases: &[_], target: &LogTarget<'_, Bucket>| {
                over_cases(cases, &target.name, |document| rule(document, &target.place(&[])))
            };
            let before = judge(&old, then);
            if before == Truth::True {
                let told = || Told::new("policy", "refused by the policy", "not refused by the policy", origin.clone());
                self.weaken(at, setting, (before, judge(&new, now)), told);
            }
        }
    }

    /// Log files that are removed earlier, as far as rules certainly act on them.
    fn lifecycle(&mut self, pair: &Pair<'a, '_>) {
        let (Some(after), Some(at)) = (pair.after, self.at(pair, LIFECYCLE)) else { return };
        let Some(target) = pair.now.or(pair.then) else { return };
        if self.dropped(pair, LIFECYCLE) && self.companion(pair, LIFECYCLE).is_some() {
            return;
        }
        let (old, new) = (acting(pair.before, &target.trails), acting(after, &target.trails));
        let numbers: [fn(&LifecycleRule) -> &Attr<u32>; 2] =
            [|rule| &rule.expiration_days, |rule| &rule.noncurrent_days];
        for (noncurrent, days) in [false, true].into_iter().zip(numbers) {
            let spares = |rule: &LifecycleRule| {
                noncurrent && rule.newer_noncurrent_versions.satisfies(|count| Truth::known(*count > 0)) != Truth::False
            };
            let soonest = |rules: &[&'a LifecycleRule]| {
                let all = rules.iter().filter(|rule| !spares(rule)).copied();
                all.filter_map(|rule| Some((*days(rule).possible().min()?, days(rule)))).min_by_key(|(days, _)| *days)
            };
            let Some((least, attr)) = soonest(&new) else { continue };
            let was = soonest(&old).map(|(days, _)| days);
            if was.is_none_or(|was| least < was) {
                let was = was.map_or_else(|| "not set".to_owned(), |days| days.to_string());
                let told = || Told::new(&attr.name, &was, &least.to_string(), at.of(attr));
                self.weaken(&at, Setting::Retention, (Truth::True, Truth::False), told);
            }
        }
        let dated = |rules: &[&'a LifecycleRule]| {
            rules.iter().find(|rule| rule.expiration_date.given() == Truth::True).map(|rule| &rule.expiration_date)
        };
        if let (None, Some(date)) = (dated(&old), dated(&new)) {
            let told = || Told::new(&date.name, "not set", &date.observed(), at.of(date));
            self.weaken(&at, Setting::Retention, (Truth::True, Truth::False), told);
        }
        let hidden = |seen: Seen<'_, Vec<LifecycleRule>>| matches!(seen, Seen::Hidden(_) | Seen::Unseen(_));
        let unknown = after.lifecycle.cases().into_iter().any(|(_, seen)| hidden(seen));
        let known = !pair.before.lifecycle.cases().into_iter().any(|(_, seen)| hidden(seen));
        if unknown && known {
            let rules = &after.lifecycle;
            let told = || Told::new(&rules.name, "known", "unknown", at.of(rules));
            let answer = rules.satisfies(|_| Truth::True);
            self.weaken(&at, Setting::Retention, (Truth::True, answer), told);
        }
    }
}

/// The old argument of a bucket in place of a companion.
fn inline(kind: &str) -> Option<&'static str> {
    match kind {
        VERSIONING => Some("versioning"),
        POLICY => Some("policy"),
        OBJECT_LOCK => Some("object_lock_configuration"),
        LIFECYCLE => Some("lifecycle_rule"),
        _ => None,
    }
}

/// The rules that certainly act on log files.
fn acting<'a>(bucket: &'a Bucket, trails: &[&Trail]) -> Vec<&'a LifecycleRule> {
    retention(bucket, trails, 0).rules
}

/// Whether a default retention holds as long and as firmly as another one.
fn as_strong(was: &DefaultRetention, now: &DefaultRetention) -> Truth {
    let compliance = Text::from("COMPLIANCE");
    let firm = match was.mode.satisfies(|mode| mode.same(&compliance)) {
        Truth::True => now.mode.satisfies(|mode| mode.same(&compliance)),
        _ => now.mode.given(),
    };
    let days = was.days.possible().max().copied().unwrap_or(0);
    firm & now.days.satisfies(|now| Truth::known(*now >= days))
}

fn settings(block: &PublicAccessBlock) -> [&Attr<bool>; 4] {
    [&block.block_acls, &block.block_policy, &block.ignore_acls, &block.restrict_buckets]
}

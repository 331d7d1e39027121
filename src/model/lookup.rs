//! Joins between resources, over all inputs of a scan.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::arn::Text;
use super::attr::{Attr, Origin, Seen};
use super::bucket::{Bucket, BucketPolicy};
use super::destination::bare_name;
use super::key::Key;
use super::log_group::LogGroup;
use super::trail::Trail;
use super::{Census, Estate, Identity, Input, InputId, Link, ResourceKind, Subject, outside};
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// Something that trails use, with the trails that use it.
#[derive(Debug)]
pub struct LogTarget<'a, T> {
    /// What findings about it stand at: the thing itself, or the first trail (with the kind of the thing) when the
    /// thing is not in the estate.
    pub subject: Identity,
    /// How the trails name it: a bucket's name, a key's id or ARN, a log group's ARN. A hole when it is not known.
    pub name: Text,
    /// The thing.
    pub link: Link<'a, T>,
    /// The trails that use it, or may.
    pub trails: Vec<&'a Trail>,
}

impl<T> Subject for LogTarget<'_, T> {
    fn identity(&self) -> &Identity {
        &self.subject
    }
}

impl<'a, T> LogTarget<'a, T> {
    /// Where the first trail names it.
    pub fn named_at(&self) -> Origin {
        let trail = self.trails[0];
        match self.subject.kind {
            ResourceKind::Key => trail.kms_key.at.clone(),
            ResourceKind::LogGroup => trail.log_group.at.clone(),
            _ => trail.bucket.at.clone(),
        }
    }

    /// The thing itself, or why it cannot be judged.
    ///
    /// # Errors
    /// When it is not in the estate, or when it cannot be told which one it is.
    pub fn here(&self) -> Result<&'a T, Causes> {
        match &self.link {
            Link::Here(item) => Ok(*item),
            Link::Elsewhere(name) => {
                Err(Cause::new(CauseKind::OutsideScope, outside(self.subject.kind.noun(), name)).into())
            }
            Link::Unknown(causes) => Err(causes.clone()),
        }
    }

    /// Why the thing itself cannot be judged; `None` when it is here.
    pub fn not_here(&self) -> Option<Causes> {
        match &self.link {
            Link::Here(_) => None,
            Link::Elsewhere(name) => {
                Some(Cause::new(CauseKind::OutsideScope, outside(self.subject.kind.noun(), name)).into())
            }
            Link::Unknown(causes) => Some(causes.clone()),
        }
    }
}

impl Estate {
    /// The input.
    ///
    /// # Panics
    /// If `id` is of another estate.
    pub fn input(&self, id: InputId) -> &Input {
        &self.inputs[id.0 as usize]
    }

    /// All trails that are judged: each once, where its owner defines it.
    pub fn own_trails(&self) -> impl Iterator<Item = &Trail> {
        self.inputs.iter().flat_map(|input| &input.trails)
    }

    /// The buckets that trails deliver to, each once, in the order of the first trail.
    pub fn log_buckets(&self) -> Vec<LogTarget<'_, Bucket>> {
        self.targets(ResourceKind::Bucket, |trail| &trail.bucket, |from, name| self.bucket(from, name))
    }

    /// The KMS keys that trails use, each once. Aliases are followed.
    pub fn log_keys(&self) -> Vec<LogTarget<'_, Key>> {
        self.targets(ResourceKind::Key, |trail| &trail.kms_key, |from, name| self.key(from, name))
    }

    /// The log groups that trails deliver to, each once.
    pub fn log_groups(&self) -> Vec<LogTarget<'_, LogGroup>> {
        let find = |from, name: &Text| match self.log_group(from, name) {
            Link::Elsewhere(name) => self.nowhere(from, ResourceKind::LogGroup, &name),
            found => found,
        };
        self.targets(ResourceKind::LogGroup, |trail| &trail.log_group, find)
    }

    /// The bucket of this name: of the same input first, else the only one of the other inputs.
    pub fn bucket(&self, from: InputId, name: &Text) -> Link<'_, Bucket> {
        match self.chosen(from, name, at(&self.names().buckets, &bare_name(name)), |input| &input.buckets) {
            Link::Elsewhere(name) => self.nowhere(from, ResourceKind::Bucket, &name),
            found => found,
        }
    }

    /// The log group of this ARN.
    pub(super) fn log_group(&self, from: InputId, arn: &Text) -> Link<'_, LogGroup> {
        self.chosen(from, arn, &self.log_groups_at(arn), |input| &input.log_groups)
    }

    /// The first log group of an input that this ARN is of: see [`is_log_group`].
    pub(super) fn own_log_group(&self, input: InputId, arn: &Text) -> Option<&LogGroup> {
        first(input, &self.log_groups_at(arn)).and_then(|at| self.input(input).log_groups.items.get(at))
    }

    /// The first log group of an input that has this name.
    pub(super) fn log_group_named(&self, input: InputId, name: &Text) -> Option<&LogGroup> {
        let found = at(&self.names().group_names, name);
        first(input, found).and_then(|at| self.input(input).log_groups.items.get(at))
    }

    /// Where log groups stand that [`is_log_group`] holds for, in order.
    fn log_groups_at(&self, arn: &Text) -> Vec<Place> {
        let names = self.names();
        let mut found = at(&names.group_arns, arn).to_vec();
        for name in [after_last(arn, ":log-group:"), log_group_name(arn)].into_iter().flatten() {
            found.extend(at(&names.group_names, &name));
        }
        in_order(found)
    }

    /// What a name means to an input: the first of its own, else the only one of the other inputs.
    fn chosen<'a, T>(
        &'a self,
        from: InputId,
        name: &Text,
        found: &[Place],
        census: impl Fn(&'a Input) -> &'a Census<T>,
    ) -> Link<'a, T> {
        let item = |&(input, at): &Place| Link::Here(&census(&self.inputs[input]).items[at]);
        let own = found.iter().find(|(input, _)| *input == from.0 as usize);
        match (own, found) {
            (Some(own), _) => item(own),
            (None, [only]) => item(only),
            (None, []) => Link::Elsewhere(name.clone()),
            (None, _) => several(name),
        }
    }

    /// The key of this id, ARN or alias.
    pub fn key(&self, from: InputId, name: &Text) -> Link<'_, Key> {
        let names = self.names();
        let mut found = at(&names.keys, name).to_vec();
        let alias = after_last(name, ":alias/").unwrap_or_else(|| name.clone());
        if alias.starts_with("alias/") == Truth::True {
            for &(input, at_alias) in at(&names.aliases, &alias) {
                let targets = self.inputs[input].aliases.items[at_alias].target.possible();
                found.extend(targets.flat_map(|target| at(&names.keys, target)));
            }
        }
        match self.chosen(from, name, &in_order(found), |input| &input.keys) {
            Link::Elsewhere(name) => self.nowhere(from, ResourceKind::Key, &name),
            found => found,
        }
    }

    /// What is said of a thing that no input holds: a live account may know why.
    fn nowhere<T>(&self, from: InputId, kind: ResourceKind, name: &Text) -> Link<'_, T> {
        let cause = self.input(from).live.as_ref().and_then(|live| live.why_unread(kind, name));
        cause.map_or_else(|| Link::Elsewhere(name.clone()), |cause| Link::Unknown(cause.clone().into()))
    }

    /// The policies of the bucket with this name, as used by an input: those of the input itself, else those of the
    /// only other input that has any.
    pub fn bucket_policies(&self, from: InputId, name: &Text) -> Vec<&BucketPolicy> {
        let found = self.names().policies.get(&bare_name(name)).map_or(&[][..], Vec::as_slice);
        let of = |wanted: usize| -> Vec<&BucketPolicy> {
            let places = found.iter().filter(|(input, _)| *input == wanted);
            places.map(|&(input, at)| &self.inputs[input].bucket_policies.items[at]).collect()
        };
        let own = of(from.0 as usize);
        match found {
            [first, rest @ ..] if own.is_empty() && rest.iter().all(|(input, _)| *input == first.0) => of(first.0),
            _ => own,
        }
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let mut names = Names::default();
            for (i, input) in self.inputs.iter().enumerate() {
                for (at, bucket) in input.buckets.iter().enumerate() {
                    names.buckets.entry(bare_name(&bucket.name)).or_default().push((i, at));
                }
                for (at, policy) in input.bucket_policies.iter().enumerate() {
                    let mut named: Vec<Text> = policy.bucket.possible().map(bare_name).collect();
                    named.dedup();
                    for name in named {
                        names.policies.entry(name).or_default().push((i, at));
                    }
                }
                for (at, key) in input.keys.iter().enumerate() {
                    names.keys.entry(key.key_id.clone()).or_default().push((i, at));
                    names.keys.entry(key.arn.clone()).or_default().push((i, at));
                }
                for (at, alias) in input.aliases.iter().enumerate() {
                    for name in alias.name.possible() {
                        names.aliases.entry(name.clone()).or_default().push((i, at));
                    }
                }
                for (at, group) in input.log_groups.iter().enumerate() {
                    let arn = &group.arn;
                    names.group_arns.entry(Text::format("{}:*", &[arn])).or_default().push((i, at));
                    names.group_arns.entry(arn.clone()).or_default().push((i, at));
                    names.group_names.entry(group.name.clone()).or_default().push((i, at));
                }
            }
            names
        })
    }

    fn targets<'a, T: Subject>(
        &'a self,
        kind: ResourceKind,
        attribute: impl Fn(&'a Trail) -> &'a Attr<Text>,
        find: impl Fn(InputId, &Text) -> Link<'a, T>,
    ) -> Vec<LogTarget<'a, T>> {
        let mut targets: Vec<LogTarget<'a, T>> = Vec::new();
        let mut known: HashMap<(InputId, String), usize> = HashMap::new();
        for trail in self.own_trails() {
            let borrowed = Identity { kind, ..trail.id.clone() };
            for (_, seen) in attribute(trail).cases() {
                let (name, link) = match seen {
                    Seen::Value(name) if name.is_certainly_empty() => continue,
                    Seen::Value(name) => (name.clone(), find(trail.id.input, name)),
                    Seen::Hidden(cause) | Seen::Unseen(cause) => {
                        (unknown_name(&trail.id, kind, cause), Link::Unknown(cause.clone().into()))
                    }
                    Seen::Absent => continue,
                };
                let subject = match &link {
                    Link::Here(item) => item.identity().clone(),
                    // The finding stands at the trail and speaks of the thing that the trail names.
                    Link::Elsewhere(name) => Identity { shown: name.to_string(), ..borrowed.clone() },
                    // A live account knows what it could not read.
                    Link::Unknown(_) if self.input(trail.id.input).live.is_some() && name.literal().is_some() => {
                        Identity { shown: name.to_string(), ..borrowed.clone() }
                    }
                    Link::Unknown(_) => Identity { shown: format!("of {}", borrowed.shown), ..borrowed.clone() },
                };
                match known.entry((subject.input, subject.instance().to_owned())) {
                    Entry::Occupied(at) => {
                        let target = &mut targets[*at.get()];
                        // A trail names a thing again in another branch of a condition, right after the first time.
                        if !target.trails.last().is_some_and(|last| std::ptr::eq(*last, trail)) {
                            target.trails.push(trail);
                        }
                    }
                    Entry::Vacant(free) => {
                        free.insert(targets.len());
                        targets.push(LogTarget { subject, name, link, trails: vec![trail] });
                    }
                }
            }
        }
        targets
    }
}

/// Where a resource stands: its input and its position there.
type Place = (usize, usize);

/// What stands under a name; within a list in the order of the inputs.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By the bare name.
    buckets: HashMap<Text, Vec<Place>>,
    /// By the bucket's bare name.
    policies: HashMap<Text, Vec<Place>>,
    /// By id and by ARN.
    keys: HashMap<Text, Vec<Place>>,
    /// By `alias/…`.
    aliases: HashMap<Text, Vec<Place>>,
    /// By the ARN, with `:*` behind it and without.
    group_arns: HashMap<Text, Vec<Place>>,
    group_names: HashMap<Text, Vec<Place>>,
}

/// What stands under a name.
fn at<'n>(names: &'n HashMap<Text, Vec<Place>>, name: &Text) -> &'n [Place] {
    names.get(name).map_or(&[], Vec::as_slice)
}

/// Each place once, the first one first.
fn in_order(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_unstable();
    places.dedup();
    places
}

/// The first of these places that is of the input.
fn first(input: InputId, places: &[Place]) -> Option<usize> {
    places.iter().find(|(of, _)| *of == input.0 as usize).map(|(_, at)| *at)
}

fn several<'a, T>(name: &Text) -> Link<'a, T> {
    Link::Unknown(Cause::new(CauseKind::OutsideScope, format!("several inputs of this scan define '{name}'")).into())
}

fn unknown_name(trail: &Identity, kind: ResourceKind, cause: &Cause) -> Text {
    super::arn::Var {
        key: format!("{}#{}#{}", trail.input.0, trail.instance(), kind.word()).into(),
        shown: Arc::from(kind.noun()),
        cause: cause.clone(),
        shape: super::arn::Shape::Any,
    }
    .into()
}

/// Names are equal also when one side is the bucket's ARN.
pub(crate) fn same_name(a: &Text, b: &Text) -> bool {
    a == b || after_last(b, ":s3:::").is_some_and(|name| name == *a) || after_last(a, ":s3:::").is_some_and(|n| n == *b)
}

/// Trails name a log group by its ARN, with `:*` behind it or not.
pub(super) fn is_log_group(group: &LogGroup, arn: &Text) -> bool {
    let mut with_star = group.arn.clone();
    with_star.push_str(":*");
    if group.arn == *arn || with_star == *arn {
        return true;
    }
    after_last(arn, ":log-group:").is_some_and(|rest| {
        let mut name = group.name.clone();
        if rest == name {
            return true;
        }
        name.push_str(":*");
        rest == name
    })
}

/// The name in the ARN of a log group, with `:*` behind it or not; `None` if the ARN hides it.
pub(super) fn log_group_name(arn: &Text) -> Option<Text> {
    use super::arn::Part;
    let rest = after_last(arn, ":log-group:")?;
    let Some((Part::Lit(last), before)) = rest.parts().split_last() else {
        return Some(rest);
    };
    let mut name = Text::default();
    for part in before {
        match part {
            Part::Lit(lit) => name.push_str(lit),
            Part::Var(var) => name.push(&var.clone().into()),
        }
    }
    name.push_str(last.strip_suffix(":*").unwrap_or(last));
    Some(name)
}

/// What stands behind the last literal occurrence of `mark` without its leading `:`; for `:alias/` the mark stays.
pub(crate) fn after_last(text: &Text, mark: &str) -> Option<Text> {
    use super::arn::Part;
    let parts = text.parts();
    for (i, part) in parts.iter().enumerate().rev() {
        if let Part::Lit(lit) = part
            && let Some(at) = lit.rfind(mark)
        {
            let keep = if mark.ends_with('/') { at + 1 } else { at + mark.len() };
            let mut rest = Text::from(&lit[keep..]);
            for part in &parts[i + 1..] {
                match part {
                    Part::Lit(lit) => rest.push_str(lit),
                    Part::Var(var) => rest.push(&var.clone().into()),
                }
            }
            return Some(rest);
        }
    }
    None
}

//! What an estate's trails are made of, as the ARNs that policies are compared with.

use std::collections::HashMap;

use super::s3::LogPlace;
use super::tampering::Kind;
use crate::model::arn::{Part, Shape, Text, Var};
use crate::model::attr::Origin;
use crate::model::lookup::LogTarget;
use crate::model::trail::Trail;
use crate::model::{Estate, Input, InputId, Link, Subject};
use crate::truth::{Cause, CauseKind, Truth};

/// How the keys of holes begin that stand for the name of a thing of which nothing is known.
pub(super) const NAMELESS: &str = "nameless#";

/// One thing that trails rest on.
#[derive(Debug)]
pub struct Asset {
    /// What it is.
    pub kind: Kind,
    /// The resource patterns that take it in; each is a form in which policies name it.
    pub forms: Vec<Text>,
    /// For files: patterns that tell more closely which ones these are. Empty where the forms say all.
    pub shapes: Vec<Text>,
    /// For files: one of them.
    pub sample: Option<Text>,
    /// How sentences name it: "the trail 'X'".
    pub shown: String,
    /// Where it, or the name of it, is written.
    pub at: Origin,
    /// Whether it exists.
    pub existence: Truth,
    /// Whether it stands for all of its kind, because the input holds none.
    pub any: bool,
}

/// The assets of a whole estate.
#[derive(Debug)]
pub struct Assets {
    own: HashMap<InputId, HashMap<Kind, Vec<Asset>>>,
    /// Where the assets with a given name are: policies of another input are held against those that they name.
    named: HashMap<Text, Vec<(InputId, Kind, usize)>>,
}

impl Assets {
    /// Everything that the estate's trails rest on.
    pub fn of(estate: &Estate) -> Self {
        let mut assets = Self { own: HashMap::new(), named: HashMap::new() };
        for input in &estate.inputs {
            assets.trails(input);
        }
        for target in estate.log_buckets() {
            let name = if let Link::Here(bucket) = &target.link { &bucket.arn } else { &target.name };
            for input in users(estate, &target) {
                assets.bucket(&target, input, &bucket_arn(name, &partition(estate.input(input))));
            }
        }
        for target in estate.log_keys() {
            for input in users(estate, &target) {
                let forms = match &target.link {
                    Link::Here(key) => vec![key.arn.clone()],
                    _ => vec![key_arn(&target.name, &partition(estate.input(input)))],
                };
                assets.add(input, asset(&target, Kind::Key, forms, "key"));
            }
        }
        for target in estate.log_groups() {
            let arn = match &target.link {
                Link::Here(group) => group.arn.clone(),
                _ => without_end(&target.name, ":*"),
            };
            // Requests about a group name it as though for a stream without a name. No pattern stands here, for a
            // `*` at the end would meet the `*` of other groups' ARNs.
            let forms = vec![arn.clone(), Text::format("{}:log-stream:", &[&arn])];
            let trail = target.trails[0];
            let streams =
                vec![Text::format("{}:log-stream:{}_CloudTrail_{}", &[&arn, &trail.account, &trail.home_region])];
            for input in users(estate, &target) {
                assets.add(input, asset(&target, Kind::Group, forms.clone(), "log group"));
                assets.add(input, asset(&target, Kind::Streams, streams.clone(), "streams of the log group"));
            }
        }
        assets
    }

    /// The input's own assets of a kind.
    pub fn own(&self, input: InputId, kind: Kind) -> &[Asset] {
        self.own.get(&input).and_then(|kinds| kinds.get(&kind)).map_or(&[], Vec::as_slice)
    }

    /// The assets of other inputs that a resource of a policy names in full.
    pub fn elsewhere<'a>(&'a self, input: InputId, kind: Kind, resource: &Text) -> impl Iterator<Item = &'a Asset> {
        let found = self.named.get(&name_of(resource)).map_or(&[][..], Vec::as_slice);
        found
            .iter()
            .filter(move |(owner, of, _)| *owner != input && *of == kind)
            .filter_map(|(owner, of, at)| self.own(*owner, *of).get(*at))
    }

    fn trails(&mut self, input: &Input) {
        let partition = partition(input);
        for trail in &input.trails {
            let forms = vec![trail.arn.clone()];
            let shown = format!("the trail '{}'", trail.id.shown);
            let existence = trail.id.existence.truth();
            let at = trail.id.at.clone();
            self.add(
                input.id,
                Asset { kind: Kind::Trail, forms, shown, at, existence, any: false, shapes: Vec::new(), sample: None },
            );
        }
        for store in &input.event_data_stores {
            let forms = vec![if store.id.address.starts_with("arn:") {
                Text::from(store.id.address.as_str())
            } else {
                let id =
                    hole(NAMELESS, store.id.instance(), "the id of an event data store is made with it", Shape::Name);
                Text::format(
                    "arn:{}:cloudtrail:{}:{}:eventdatastore/{}",
                    &[&partition, &input.region, &input.account, &id],
                )
            }];
            let shown = format!("the event data store '{}'", store.id.shown);
            let existence = store.id.existence.truth();
            let at = store.id.at.clone();
            self.add(
                input.id,
                Asset {
                    kind: Kind::DataStore,
                    forms,
                    shown,
                    at,
                    existence,
                    any: false,
                    shapes: Vec::new(),
                    sample: None,
                },
            );
        }
        // All trails of a live account are known; what else records there is out of its reach.
        if input.trails.items.is_empty() && input.live.is_none() {
            let all = |kind| {
                let within = [&partition, &input.region, &input.account];
                Text::format(&format!("arn:{{}}:cloudtrail:{{}}:{{}}:{kind}/*"), &within)
            };
            self.any(input, Kind::Trail, all("trail"), "every trail");
            if input.event_data_stores.items.is_empty() {
                self.any(input, Kind::DataStore, all("eventdatastore"), "every event data store");
            }
        }
    }

    fn any(&mut self, input: &Input, kind: Kind, form: Text, shown: &str) {
        let (forms, shown, at) = (vec![form], shown.to_owned(), input.at.clone());
        self.add(
            input.id,
            Asset { kind, forms, shown, at, existence: Truth::True, any: true, shapes: Vec::new(), sample: None },
        );
    }

    fn bucket(&mut self, target: &LogTarget<'_, crate::model::bucket::Bucket>, input: InputId, arn: &Text) {
        self.add(input, asset(target, Kind::Bucket, vec![arn.clone()], "log bucket"));
        for trail in target.trails.iter().filter(|trail| trail.id.input == input) {
            let shapes = trail.file_shapes(arn);
            for prefix in trail.prefixes() {
                let forms = vec![Text::format("{}/{}AWSLogs/{}CloudTrail*", &[arn, &prefix, &accounts(trail)])];
                let sample = Some(trail.log_file(arn, &prefix, LogPlace::Account));
                let files = asset(target, Kind::Objects, forms, "log files in the bucket");
                self.add(input, Asset { shapes: shapes.clone(), sample, ..files });
            }
        }
    }

    fn add(&mut self, input: InputId, asset: Asset) {
        let same_kind = self.own.entry(input).or_default().entry(asset.kind).or_default();
        if !asset.any
            && let Some(form) = asset.forms.first()
        {
            self.named.entry(name_of(form)).or_default().push((input, asset.kind, same_kind.len()));
        }
        same_kind.push(asset);
    }
}

fn asset<T>(target: &LogTarget<'_, T>, kind: Kind, forms: Vec<Text>, noun: &str) -> Asset {
    let named =
        if matches!(target.link, Link::Here(_)) { target.identity().shown.clone() } else { target.name.to_string() };
    // One trail that certainly exists makes it a part of the audit log.
    let existence = Truth::any(target.trails.iter().map(|trail| trail.id.existence.truth()));
    let at = if matches!(target.link, Link::Here(_)) { target.subject.at.clone() } else { target.named_at() };
    Asset {
        kind,
        forms,
        shown: format!("the {noun} '{named}'"),
        at,
        existence,
        any: false,
        shapes: Vec::new(),
        sample: None,
    }
}

/// The inputs whose trails use it, each once.
fn users<T: Subject>(estate: &Estate, target: &LogTarget<'_, T>) -> Vec<InputId> {
    let mut inputs: Vec<_> = target.trails.iter().map(|trail| trail.id.input).collect();
    // In a live account whoever may do all to its buckets and keys may do so to the ones of others' trails.
    if let Link::Here(thing) = &target.link {
        let owner = thing.identity().input;
        inputs.extend(Some(owner).filter(|owner| estate.input(*owner).live.is_some()));
    }
    inputs.sort();
    inputs.dedup();
    inputs
}

/// The account's part of the path; an organization trail has one for each account, below the organization's id.
fn accounts(trail: &Trail) -> Text {
    if trail.organization.is(&true) == Truth::False { Text::format("{}/", &[&trail.account]) } else { Text::from("*/") }
}

/// The partition that the input's own ARNs are in.
fn partition(input: &Input) -> Text {
    Text::from(input.partition)
}

fn bucket_arn(name: &Text, partition: &Text) -> Text {
    if name.starts_with("arn:") == Truth::True {
        name.clone()
    } else {
        Text::format("arn:{}:s3:::{}", &[partition, name])
    }
}

/// Policies name a key by its ARN; a trail may name it by id or alias, and then the rest is not known.
fn key_arn(name: &Text, partition: &Text) -> Text {
    if name.starts_with("arn:") == Truth::True
        && matches!(name.parts().first(), Some(Part::Lit(lit)) if !lit.contains(":alias/"))
    {
        return name.clone();
    }
    if name.starts_with("arn:") == Truth::False && name.starts_with("alias/") == Truth::False {
        return Text::format("arn:{}:kms:*:*:key/{}", &[partition, name]);
    }
    let id = hole(NAMELESS, &name.to_string(), "the trail names its key by an alias", Shape::Any);
    Text::format("arn:{}:kms:*:*:key/{}", &[partition, &id])
}

fn hole(mark: &str, shown: &str, detail: &str, shape: Shape) -> Text {
    Var {
        key: format!("{mark}{shown}").into(),
        shown: shown.into(),
        cause: Cause::new(CauseKind::OutsideScope, detail),
        shape,
    }
    .into()
}

fn without_end(text: &Text, end: &str) -> Text {
    let mut result = Text::default();
    let last = text.parts().len().saturating_sub(1);
    for (i, part) in text.parts().iter().enumerate() {
        match part {
            Part::Lit(lit) if i == last => result.push_str(lit.strip_suffix(end).unwrap_or(lit)),
            Part::Lit(lit) => result.push_str(lit),
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    result
}

/// What of a resource names the thing itself: the bucket without the key of an object, the log group without streams.
fn name_of(resource: &Text) -> Text {
    if let Some(Part::Lit(start)) = resource.parts().first() {
        if start.contains(":s3:::") {
            return resource.split('/').into_iter().next().unwrap_or_default();
        }
        if start.contains(":logs:") {
            let group: Vec<_> = resource.split(':').into_iter().take(7).collect();
            return group.into_iter().reduce(|a, b| Text::format("{}:{}", &[&a, &b])).unwrap_or_default();
        }
    }
    resource.clone()
}

/// Whether two patterns share a resource. The generated name of another resource is not this one's name, unless this
/// one's is not known at all.
pub(super) fn touches(item: &Text, form: &Text) -> Truth {
    let is_generated =
        |var: &&Var| var.cause.kind == CauseKind::AfterApply && matches!(var.shape, Shape::Name | Shape::Generated);
    let of_another = |var: &Var| form.vars().all(|own| own != var);
    let nameless = form.vars().any(|var| var.key.starts_with(NAMELESS));
    let another = item.vars().filter(is_generated).any(of_another) || written_out(item, form);
    if !nameless && another { Truth::False } else { item.overlaps(form) }
}

/// Whether the item has a name without wildcards where the form has one that AWS makes up: nobody could write that
/// name down before it existed.
fn written_out(item: &Text, form: &Text) -> bool {
    // The names in an ARN: what stands between its colons and slashes.
    let names = |text: &Text| -> Vec<Text> { text.split(':').iter().flat_map(|piece| piece.split('/')).collect() };
    let wild = |name: &Text| name.parts().iter().any(|part| matches!(part, Part::Lit(lit) if lit.contains(['*', '?'])));
    let (items, forms) = (names(item), names(form));
    // A wildcard may stand for any number of names, so that those behind it cannot be lined up.
    let aligned = items.iter().zip(&forms).take_while(|(name, _)| !wild(name));
    let made_up = |name: &Text| matches!(name.parts(), [Part::Var(var)] if var.shape == Shape::Generated);
    aligned.into_iter().any(|(name, own)| made_up(own) && name.literal().is_some_and(|name| !name.is_empty()))
}

//! Terraform plans as JSON (`terraform show -json plan`, OpenTofu alike): from the text to instances.
//!
//! Two stages, so that a plan of hundreds of megabytes costs one pass and no more memory than its text: [`read`] goes
//! through the text and keeps parts of it, [`instances`] builds trees of the resources that matter.
//!
//! What holds after the plan is applied is `change.after` together with `change.after_unknown`. Values that are known
//! after apply are joined by what the `configuration` says they refer to (see `references`). Format: "JSON Output
//! Format" in the documentation of Terraform, versions 1.x.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::attributes;
use super::commands::Command;
use super::instance::{Instance, Provider};
use crate::model::Existence;
use crate::source_map::{FileId, Span};
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{Kind, Node, SyntaxError};
use crate::truth::{Cause, CauseKind};

mod address;
pub(super) mod configuration;
pub(super) mod kinds;
pub(super) mod providers;
mod references;
mod scripts;
pub mod sift;
#[cfg(test)]
mod tests;
pub(super) mod text;
pub(super) mod values;

use address::Address;
use configuration::{Known, Written};
use providers::{Providers, Variables};
use references::{Follower, Index, Thing};
use text::{Document, Part, ResourceChange, Source, StateResource};
use values::{At, Maker, Open};

/// A plan whose text was gone through once.
#[derive(Debug)]
pub struct PlanText<'t> {
    document: Document<'t>,
    source: Source<'t>,
}

impl PlanText<'_> {
    /// Whether the text is a plan: every plan holds the configuration it was made of.
    pub fn is_plan(&self) -> bool {
        self.document.configuration.is_some() || !self.document.resource_changes.0.is_empty()
    }

    /// Whether the text is written by `terraform show -json` or another command in that format.
    pub fn is_shown(&self) -> bool {
        self.document.format_version.is_some()
    }

    /// Whether the text holds the values of a state, and no plan.
    pub fn is_state(&self) -> bool {
        self.document.values.is_some()
    }
}

/// What a plan or state says.
#[derive(Debug)]
pub struct Read {
    /// The resources and data sources as they are once the plan is applied.
    pub instances: Vec<Instance>,
    /// Where in them those begin that the plan does not speak of: they are as the prior state has them.
    pub prior: usize,
    /// Why there may be more than these.
    pub hidden: Vec<Cause>,
    /// The default provider configuration: it decides the account, the Region and the partition of the input.
    pub provider: Provider,
    /// What the plan does to resources that exist; none in a state.
    pub changes: Vec<Change>,
    /// Calls of `aws cloudtrail` in scripts that the configuration holds as constants.
    pub commands: Vec<Command>,
    /// Places of values that are marked as sensitive: no report may show them.
    pub secrets: Vec<Span>,
    /// The values of the root module's variables, as a file `terraform.tfvars.json` would say them.
    pub variables: String,
    /// What the configuration writes of each managed resource, by its address without instance keys: the names of its
    /// arguments and blocks.
    pub written: HashMap<String, BTreeSet<String>>,
}

/// What happens to a resource that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is deleted.
    Delete,
    /// It is deleted and made anew.
    Replace,
    /// It is changed in place.
    Update,
    /// It stays, and Terraform no longer manages it.
    Forget,
    /// Nothing.
    Keep,
}

/// A resource before the plan, and what the plan does to it.
#[derive(Debug)]
pub struct Change {
    /// What happens.
    pub action: Action,
    /// The resource as it is now.
    pub before: Instance,
    /// Its place in [`Read::instances`], if it still exists afterwards.
    pub after: Option<usize>,
    /// Where the actions are written.
    pub at: Span,
}

/// Goes through the text of a plan.
///
/// # Errors
/// What is no JSON or has not the shape of a plan, with its place.
pub fn read(text: &str, file: FileId) -> Result<PlanText<'_>, SyntaxError> {
    let document: Document<'_> = text::read(text, file)?;
    let source = Source { text, file };
    if let Some(version) = document.format_version {
        let known = source.string(version).is_some_and(|text| text.split('.').next() == Some("1"));
        if !known {
            let message = "the format version is not 1.x".to_owned();
            return Err(SyntaxError { message, span: source.span(version) });
        }
    }
    Ok(PlanText { document, source })
}

/// The instances of a plan. `input` makes their unknown names their own within a scan.
///
/// # Errors
/// A resource whose values cannot be read: a key twice, nesting beyond the limit.
pub fn instances(plan: &PlanText<'_>, input: &str) -> Result<Read, SyntaxError> {
    let mut reader = Reader::new(plan, input);
    let changes: Vec<_> = plan.document.resource_changes.0.iter().filter(|change| change.deposed.is_none()).collect();
    for some in changes.chunks(AT_ONCE) {
        let made: Vec<_> = some.par_iter().map(|change| reader.made(change, None)).collect();
        for made in made {
            reader.add_change(made?);
        }
    }
    for deferred in &plan.document.deferred_changes.0 {
        reader.deferred(deferred.resource_change.as_ref())?;
    }
    reader.read.prior = reader.read.instances.len();
    let prior = plan.document.prior_state.as_ref().and_then(|state| state.values.as_ref()?.root_module.as_ref());
    for resource in prior.map(text::StateModule::all).unwrap_or_default() {
        reader.prior(resource)?;
    }
    if plan.document.errored == Some(true) {
        let cause = "planning ended with an error, so that the plan is not whole";
        reader.read.hidden.push(Cause::new(CauseKind::NotCollected, cause));
    } else if plan.document.complete == Some(false) {
        let cause = "the plan says of itself that it is not complete";
        reader.read.hidden.push(Cause::new(CauseKind::NotCollected, cause));
    }
    reader.read.commands = scripts::commands(&plan.source, plan.document.configuration.as_ref())?;
    Ok(reader.finish())
}

/// One resource on its way from the plan, before references are followed.
struct Pending {
    address: Option<Address>,
    open: Vec<Open>,
    provider: String,
    settled: bool,
}

struct Reader<'p, 't> {
    plan: &'p PlanText<'t>,
    input: &'p str,
    known: Known<'p>,
    read: Read,
    pending: Vec<Pending>,
    index: Index,
    /// Addresses that the plan decides about: what the prior state says of them is past.
    decided: BTreeSet<String>,
    providers: Providers,
    /// The provider of each change's `before`.
    before: Vec<String>,
}

/// A change with its values, before anything else of the plan is known.
struct Made {
    /// The resource without its values.
    instance: Instance,
    address: Option<Address>,
    provider: String,
    /// The resource as the plan leaves it, with the values that are known after apply; none when it is gone.
    after: Option<(Instance, Vec<Open>)>,
    /// What happens to the resource as it was; none when there was none.
    before: Option<(Action, Instance, Span)>,
    secrets: Vec<Span>,
}

/// How many changes are made at a time: enough for all cores, and no more memory than they need.
const AT_ONCE: usize = 256;

/// How deep references lead from one resource to the next.
const MOST_RESOURCES: usize = 48;

impl<'p, 't> Reader<'p, 't> {
    fn new(plan: &'p PlanText<'t>, input: &'p str) -> Self {
        let read = Read {
            instances: Vec::new(),
            prior: 0,
            hidden: Vec::new(),
            provider: Providers::default().provider("aws", input),
            changes: Vec::new(),
            commands: Vec::new(),
            secrets: Vec::new(),
            variables: String::new(),
            written: HashMap::new(),
        };
        Self {
            plan,
            input,
            known: Known::new(plan.document.configuration.as_ref()),
            read,
            pending: Vec::new(),
            index: Index::default(),
            decided: BTreeSet::new(),
            providers: Providers::default(),
            before: Vec::new(),
        }
    }

    fn instance(&self, kind: &str, data: bool, at: Part<'_>) -> Option<(Instance, Option<Address>)> {
        let text = self.plan.source.string(at)?;
        let header = self.plan.source.span(at);
        Some(bare_instance(kind, data, text, header, self.input))
    }

    /// The values of a resource that the plan decides about.
    fn made(&self, item: &ResourceChange<'_>, deferred: Option<&Cause>) -> Result<Option<Made>, SyntaxError> {
        let (Some(at), Some(change)) = (item.address, item.change) else { return Ok(None) };
        let change = self.plan.source.tree(change)?;
        let Some((instance, address)) = self.instance(&item.kind, item.mode == "data", at) else { return Ok(None) };
        let provider = self.provider(address.as_ref());
        let (action, exists) = action(&change);
        let mut made = Made { instance, address, provider, after: None, before: None, secrets: Vec::new() };
        if exists {
            made.after = Some(self.after(&made.instance, &change, deferred, &mut made.secrets));
        }
        let values = At { value: change.get("before"), unknown: None, sensitive: change.get("before_sensitive") };
        if let Some(action) = action.filter(|_| !made.instance.data && deferred.is_none()) {
            let mut before = made.instance.clone();
            let mut maker = Maker::new(self.plan.source.text, &before.kind, &before.key, &before.instance);
            let body = maker.body(values, Written::Not, before.header);
            made.secrets.append(&mut maker.secrets);
            before.body = body;
            let at = change.entry("actions").map_or(before.header, |entry| entry.span());
            made.before = Some((action, before, at));
        } else if let (true, Some(node)) = (is_true(values.sensitive), values.value) {
            made.secrets.push(node.span);
        }
        Ok(Some(made))
    }

    fn add_change(&mut self, made: Option<Made>) {
        let Some(Made { instance, address, provider, after, before, mut secrets }) = made else { return };
        self.read.secrets.append(&mut secrets);
        self.decided.insert(instance.instance);
        let after = after.map(|(instance, open)| {
            if instance.data {
                self.index.late.insert(self.read.instances.len());
            }
            self.add(instance, address, open, provider.clone())
        });
        if let Some((action, before, at)) = before {
            self.providers.learn(&provider, &before);
            self.before.push(provider);
            self.read.changes.push(Change { action, before, after, at });
        }
    }

    fn provider(&self, address: Option<&Address>) -> String {
        address.map_or_else(|| "aws".to_owned(), |address| providers::key(&self.known, address))
    }

    /// The resource as the plan leaves it, and its values that are known after apply.
    fn after(
        &self,
        instance: &Instance,
        change: &Node,
        deferred: Option<&Cause>,
        secrets: &mut Vec<Span>,
    ) -> (Instance, Vec<Open>) {
        let values = At {
            value: change.get("after"),
            unknown: change.get("after_unknown"),
            sensitive: change.get("after_sensitive"),
        };
        let written = self.known.expressions(&instance.address).map_or(Written::Hidden, Written::Block);
        let mut maker = Maker::new(self.plan.source.text, &instance.kind, &instance.key, &instance.instance);
        let body = maker.body(values, written, instance.header);
        secrets.append(&mut maker.secrets);
        let existence = deferred.map_or(Existence::Certain, |cause| Existence::Maybe(cause.clone()));
        let open = maker.open;
        (Instance { body, existence, ..instance.clone() }, open)
    }

    fn add(&mut self, instance: Instance, address: Option<Address>, open: Vec<Open>, provider: String) -> usize {
        let place = self.read.instances.len();
        if let Some(address) = &address {
            self.index.add(&instance.instance, address, place);
        }
        self.providers.learn(&provider, &instance);
        self.read.instances.push(instance);
        self.pending.push(Pending { address, open, provider, settled: false });
        place
    }

    fn deferred(&mut self, item: Option<&ResourceChange<'_>>) -> Result<(), SyntaxError> {
        let shown = item.and_then(|item| item.address).and_then(|at| self.plan.source.string(at));
        let what = shown.as_deref().unwrap_or("a resource");
        let cause = Cause::new(CauseKind::AfterApply, format!("the change of '{what}' is put off to a later plan"));
        if let Some(item) = item {
            let made = self.made(item, Some(&cause))?;
            self.add_change(made);
        }
        self.read.hidden.push(cause);
        Ok(())
    }

    /// A resource of the prior state: data sources, and resources that the plan does not speak of.
    fn prior(&mut self, resource: &StateResource<'_>) -> Result<(), SyntaxError> {
        let Some(at) = resource.address else { return Ok(()) };
        let Some((mut instance, address)) = self.instance(&resource.kind, resource.mode == "data", at) else {
            return Ok(());
        };
        if self.decided.contains(&instance.instance) {
            return Ok(());
        }
        let secrets = state_body(&self.plan.source, resource, &mut instance)?;
        self.read.secrets.extend(secrets);
        let provider = self.provider(address.as_ref());
        self.add(instance, address, Vec::new(), provider);
        Ok(())
    }

    fn finish(mut self) -> Read {
        if let Some(configuration) = &self.plan.document.configuration {
            let variables = Variables { source: self.plan.source, values: &self.plan.document.variables };
            self.providers.configured(&self.known, configuration, &variables);
            self.read.variables = variables.file();
            self.read.written = self.known.written();
        }
        let mut known: HashMap<String, Provider> = HashMap::new();
        let (providers, input) = (&self.providers, self.input);
        let mut provider =
            |key: &str| known.entry(key.to_owned()).or_insert_with(|| providers.provider(key, input)).clone();
        self.read.provider = provider("aws");
        for (instance, pending) in self.read.instances.iter_mut().zip(&self.pending) {
            instance.provider = provider(&pending.provider);
        }
        for (change, key) in self.read.changes.iter_mut().zip(&self.before) {
            change.before.provider = provider(key);
        }
        for place in 0..self.read.instances.len() {
            self.settle(place, MOST_RESOURCES);
        }
        self.read
    }

    /// Follows the references of an instance, and first those of what it refers to.
    fn settle(&mut self, place: usize, depth: usize) {
        let Some(pending) = self.pending.get_mut(place) else { return };
        if std::mem::replace(&mut pending.settled, true) {
            return;
        }
        let open = std::mem::take(&mut pending.open);
        let Some(address) = pending.address.clone() else { return };
        for value in open {
            let Some(name) = value.path.iter().rev().find_map(key) else { continue };
            let instances = &self.read.instances;
            let naming = instances.get(place).and_then(|instance| kinds::naming(&instance.kind, name));
            let takes = |target: usize| {
                naming.zip(instances.get(target)).is_some_and(|(naming, target)| naming.takes(&target.kind))
            };
            let follower = Follower { known: &self.known, index: &self.index, takes: &takes };
            let Some(things) = follower.things(&address, &value.references) else { continue };
            let fits = things.iter().all(|thing| takes(thing.instance));
            let Some(instance) = self.read.instances.get_mut(place) else { return };
            if things.is_empty() && !value.references.is_empty() {
                // All that the expression refers to is known, and yet the value is not: it is null, and the provider
                // computes what holds then.
                values::put(&mut instance.body, &value.path, None);
                continue;
            }
            let Some(naming) = naming.filter(|_| fits && !things.is_empty()) else { continue };
            // A whole list that is not known may hold more than what it refers to: constants, or one thing twice.
            let whole = naming.list && !matches!(value.path.last(), Some(values::Place::Item(_)));
            let (Some(thing), 1, false) = (things.first(), things.len(), whole) else { continue };
            if let Some(next) = depth.checked_sub(1) {
                self.settle(thing.instance, next);
            }
            let Some(instance) = self.read.instances.get(place) else { return };
            let Some(span) = at(&instance.body, &value.path).map(|val| val.span) else { continue };
            let Some(result) = self.meant(thing, naming.attribute, span) else { continue };
            if let Some(instance) = self.read.instances.get_mut(place) {
                values::put(&mut instance.body, &value.path, Some(result));
            }
        }
    }

    /// The value of an attribute of another resource, at the place of the reference.
    fn meant(&self, thing: &Thing, default: &str, span: Span) -> Option<Val> {
        let target = self.read.instances.get(thing.instance)?;
        let steps = match &thing.attribute {
            Some(attribute) => address::steps(attribute)?,
            None => address::steps(default)?,
        };
        let (first, rest) = steps.split_first()?;
        // A whole list or a part of an attribute is not followed.
        (rest.is_empty() && first.key.is_none()).then(|| attributes::attribute(target, &first.name, span))
    }
}

fn key(place: &values::Place) -> Option<&str> {
    if let values::Place::Key(key) = place { Some(key) } else { None }
}

fn at<'v>(body: &'v Val, path: &[values::Place]) -> Option<&'v Val> {
    path.iter().try_fold(body, |val, place| match (place, &val.kind) {
        (values::Place::Key(key), _) => val.get(key),
        (values::Place::Item(index), ValKind::List(items)) => items.get(*index),
        _ => None,
    })
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| node.kind == Kind::Bool(true))
}

/// What a change does to what exists (none when nothing did), and whether the resource exists afterwards.
fn action(change: &Node) -> (Option<Action>, bool) {
    let actions: Vec<&str> =
        change.get("actions").map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect();
    let has = |word: &str| actions.contains(&word);
    let action = match () {
        () if has("delete") && has("create") => Some(Action::Replace),
        () if has("delete") => Some(Action::Delete),
        () if has("forget") => Some(Action::Forget),
        () if has("update") => Some(Action::Update),
        () if has("no-op") => Some(Action::Keep),
        () => None,
    };
    let gone = !actions.is_empty() && actions.iter().all(|word| matches!(*word, "delete" | "forget"));
    (action, !gone && change.get("after").is_none_or(|after| after.kind != Kind::Null || has("create")))
}

/// An instance with nothing in it.
pub(super) fn bare_instance(
    kind: &str,
    data: bool,
    text: String,
    header: Span,
    input: &str,
) -> (Instance, Option<Address>) {
    let address = Address::parse(&text);
    let instance = Instance {
        data,
        kind: kind.into(),
        address: address.as_ref().map_or_else(|| text.clone(), Address::bare),
        key: format!("{input}#{text}"),
        instance: text,
        header,
        calls: Vec::new(),
        existence: Existence::Certain,
        provider: Providers::default().provider("aws", input),
        body: Val { kind: ValKind::Map(Vec::<Field>::new()), span: header },
    };
    (instance, address)
}

/// Fills in the values of a state; the places of secrets.
pub(super) fn state_body(
    source: &Source<'_>,
    resource: &StateResource<'_>,
    instance: &mut Instance,
) -> Result<Vec<Span>, SyntaxError> {
    let (values, masks) = (source.tree_or_null(resource.values)?, source.tree_or_null(resource.sensitive_values)?);
    let mut maker = Maker::new(source.text, &resource.kind, &instance.key, &instance.instance);
    let at = At { value: Some(&values), unknown: None, sensitive: Some(&masks) };
    let body = maker.body(at, Written::Not, instance.header);
    let secrets = maker.secrets;
    instance.body = body;
    Ok(secrets)
}

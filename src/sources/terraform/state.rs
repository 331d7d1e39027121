//! Terraform states: the JSON form (`terraform show -json`) and the state file itself (version 4).
//!
//! Every value of a state is known, those of data sources included.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::instance::Instance;
use super::plan::configuration::Written;
use super::plan::providers::Providers;
use super::plan::text::{self, Document, Kept, Matters, Part, Source, StateModule};
use super::plan::values::{At, Maker};
use super::plan::{Read, bare_instance, kinds, state_body};
use crate::source_map::{FileId, Span};
use crate::syntax::{Entry, Kind, Node, SyntaxError};
use crate::truth::{Cause, CauseKind};

/// A state whose text was gone through once.
#[derive(Debug)]
pub struct StateText<'t> {
    form: Form<'t>,
    source: Source<'t>,
}

#[derive(Debug)]
enum Form<'t> {
    Shown(Box<Document<'t>>),
    Raw(Raw<'t>),
}

/// A state file.
#[derive(Debug, Deserialize)]
struct Raw<'t> {
    #[serde(default)]
    version: Option<u64>,
    #[serde(borrow, default)]
    resources: Kept<RawResource<'t>>,
}

#[derive(Debug, Deserialize)]
struct RawResource<'t> {
    #[serde(borrow, default)]
    module: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    mode: Cow<'t, str>,
    #[serde(borrow, rename = "type", default)]
    kind: Cow<'t, str>,
    /// Its place is that of the resource: a state file has no addresses.
    #[serde(borrow, default)]
    name: Option<Part<'t>>,
    #[serde(borrow, default)]
    provider: Cow<'t, str>,
    #[serde(borrow, default)]
    instances: Vec<RawInstance<'t>>,
}

#[derive(Debug, Deserialize)]
struct RawInstance<'t> {
    #[serde(borrow, default)]
    index_key: Option<Part<'t>>,
    #[serde(borrow, default)]
    deposed: Option<Part<'t>>,
    #[serde(borrow, default)]
    attributes: Option<Part<'t>>,
    #[serde(borrow, default)]
    sensitive_attributes: Option<Part<'t>>,
}

impl Matters for RawResource<'_> {
    fn matters(&self) -> bool {
        kinds::is_kept(&self.kind)
    }
}

/// Goes through the text of a state in either form.
///
/// # Errors
/// What is no JSON or has not the shape of a state, and state files of versions other than 4, with the place.
pub fn read(text: &str, file: FileId) -> Result<StateText<'_>, SyntaxError> {
    let source = Source { text, file };
    let document: Document<'_> = text::read(text, file)?;
    if document.format_version.is_some() {
        return Ok(StateText { form: Form::Shown(Box::new(document)), source });
    }
    let raw: Raw<'_> = text::read(text, file)?;
    if raw.version != Some(4) {
        let message = "the version of the state file is not 4".to_owned();
        return Err(SyntaxError { message, span: Span::new(file, 0, text.len().min(1)) });
    }
    Ok(StateText { form: Form::Raw(raw), source })
}

/// The instances of a state. `input` makes their unknown names their own within a scan.
///
/// # Errors
/// A resource whose values cannot be read: a key twice, nesting beyond the limit.
pub fn instances(state: &StateText<'_>, input: &str) -> Result<Read, SyntaxError> {
    let mut builder = Builder {
        source: state.source,
        input,
        instances: Vec::new(),
        providers: Providers::default(),
        keys: Vec::new(),
        secrets: Vec::new(),
        hidden: Vec::new(),
    };
    match &state.form {
        Form::Shown(document) => {
            let root = document.values.as_ref().and_then(|values| values.root_module.as_ref());
            builder.shown(root)?;
        }
        Form::Raw(raw) => builder.raw(raw)?,
    }
    Ok(builder.finish())
}

/// The provider of a state file's resource, without the registry: `aws`, `aws.log_archive`.
fn provider_key(provider: &str) -> String {
    match provider.rsplit_once("].") {
        Some((_, alias)) => format!("aws.{alias}"),
        None => "aws".to_owned(),
    }
}

struct Builder<'s> {
    source: Source<'s>,
    input: &'s str,
    instances: Vec<Instance>,
    providers: Providers,
    /// The provider of each instance.
    keys: Vec<String>,
    secrets: Vec<Span>,
    hidden: Vec<Cause>,
}

impl Builder<'_> {
    fn shown(&mut self, root: Option<&StateModule<'_>>) -> Result<(), SyntaxError> {
        for resource in root.map(StateModule::all).unwrap_or_default() {
            let Some(at) = resource.address else { continue };
            let Some(text) = self.source.string(at) else { continue };
            let header = self.source.span(at);
            let (mut instance, _) = bare_instance(&resource.kind, resource.mode == "data", text, header, self.input);
            self.secrets.extend(state_body(&self.source, resource, &mut instance)?);
            self.add("aws".to_owned(), instance);
        }
        Ok(())
    }

    fn raw(&mut self, raw: &Raw<'_>) -> Result<(), SyntaxError> {
        for resource in &raw.resources.0 {
            let Some(at) = resource.name else { continue };
            let (Some(name), header) = (self.source.string(at), self.source.span(at)) else { continue };
            let data = resource.mode == "data";
            let module = resource.module.as_ref().map_or_else(String::new, |module| format!("{module}."));
            let mode = if data { "data." } else { "" };
            for one in resource.instances.iter().filter(|one| one.deposed.is_none()) {
                // A key is written in an address as in JSON, but for what would begin a template.
                let key = one.index_key.map(|key| format!("[{}]", key.get().replace("${", "$${").replace("%{", "%%{")));
                let text = format!("{module}{mode}{}.{name}{}", resource.kind, key.unwrap_or_default());
                let (mut instance, _) = bare_instance(&resource.kind, data, text, header, self.input);
                let Some(attributes) = one.attributes else {
                    let cause = format!("the attributes of '{}' are written as old versions did", instance.instance);
                    self.hidden.push(Cause::new(CauseKind::Unsupported, cause));
                    continue;
                };
                let attributes = self.source.tree(attributes)?;
                let mask = mask(&self.source.tree_or_null(one.sensitive_attributes)?);
                let mut maker = Maker::new(self.source.text, &resource.kind, &instance.key, &instance.instance);
                let at = At { value: Some(&attributes), unknown: None, sensitive: Some(&mask) };
                let body = maker.body(at, Written::Not, header);
                self.secrets.append(&mut maker.secrets);
                instance.body = body;
                self.add(provider_key(&resource.provider), instance);
            }
        }
        Ok(())
    }

    fn add(&mut self, provider: String, instance: Instance) {
        self.providers.learn(&provider, &instance);
        self.instances.push(instance);
        self.keys.push(provider);
    }

    fn finish(mut self) -> Read {
        let mut known = BTreeMap::new();
        for (instance, key) in self.instances.iter_mut().zip(&self.keys) {
            let provider = known.entry(key.as_str()).or_insert_with(|| self.providers.provider(key, self.input));
            instance.provider = provider.clone();
        }
        Read {
            prior: 0,
            instances: self.instances,
            hidden: self.hidden,
            provider: self.providers.provider("aws", self.input),
            changes: Vec::new(),
            commands: Vec::new(),
            secrets: self.secrets,
            variables: String::new(),
            written: std::collections::HashMap::new(),
        }
    }
}

/// How deep a path is followed; what lies deeper is masked with what it lies in.
const MOST_STEPS: usize = 64;

/// The paths of `sensitive_attributes` as a tree of the shape of the values: true where a value is sensitive. A path
/// into a list or set masks all of it.
fn mask(paths: &Node) -> Node {
    let mut root = Node { kind: Kind::Map(Vec::new()), span: paths.span };
    for path in paths.items() {
        let steps = path.items();
        mark(&mut root, steps.get(..MOST_STEPS).unwrap_or(steps));
    }
    root
}

fn mark(at: &mut Node, steps: &[Node]) {
    // `{"type": "get_attr", "value": "a"}`, `{"type": "index", "value": {"value": "k", "type": "string"}}`
    let step = steps.split_first().and_then(|(step, rest)| {
        let value = step.get("value")?;
        Some((value.as_str().or_else(|| value.get("value")?.as_str())?, step.span, rest))
    });
    let Some((name, span, rest)) = step else {
        at.kind = Kind::Bool(true);
        return;
    };
    let Kind::Map(entries) = &mut at.kind else { return };
    if !entries.iter().any(|entry| &*entry.key == name) {
        entries.push(Entry { key: name.into(), key_span: span, value: Node { kind: Kind::Map(Vec::new()), span } });
    }
    if let Some(entry) = entries.iter_mut().find(|entry| &*entry.key == name) {
        mark(&mut entry.value, rest);
    }
}

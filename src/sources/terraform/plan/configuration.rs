//! The configuration inside a plan: which expressions stand behind a value.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::address::Step;
use super::text::{Configuration, Module, ModuleCall, Part, ProviderConfig, Resource};

/// The configuration with an index of its resources.
#[derive(Debug, Default)]
pub(super) struct Known<'t> {
    root: Option<&'t Module<'t>>,
    /// By the address without instance keys.
    resources: HashMap<String, Entry<'t>>,
    /// The only configuration of the provider `aws`, where modules that have none of their own inherit it.
    inherited: Option<&'t str>,
    /// The configurations of modules that say nothing but which provider they need.
    inheriting: HashSet<&'t str>,
}

/// A resource, and its expressions once somebody asks for them.
#[derive(Debug)]
struct Entry<'t> {
    resource: &'t Resource<'t>,
    expressions: OnceLock<Value>,
}

impl Entry<'_> {
    fn expressions(&self) -> &Value {
        let none = || Value::Object(Map::new());
        self.expressions.get_or_init(|| self.resource.expressions.map_or_else(none, parse))
    }
}

/// How an attribute or block is written.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Written<'e> {
    /// Not at all: what stands there is computed.
    Not,
    /// By an expression, which all below it belongs to.
    Expression(&'e Value),
    /// As blocks of this type.
    Blocks(&'e [Value]),
    /// Inside one block, whose expressions are these.
    Block(&'e Value),
    /// By something that the configuration does not show: a `dynamic` block.
    Hidden,
}

impl<'t> Known<'t> {
    pub(super) fn new(configuration: Option<&'t Configuration<'t>>) -> Self {
        let mut known = Self::default();
        let Some(configuration) = configuration else { return known };
        known.root = Some(&configuration.root_module);
        let of_aws = |(_, config): &(_, &ProviderConfig<'_>)| config.name == "aws" && config.expressions.is_some();
        let mut written = configuration.provider_config.iter().filter(of_aws);
        known.inherited = match (written.next(), written.next()) {
            (Some((key, _)), None) if !key.contains([':', '.']) => Some(key),
            _ => None,
        };
        let inherits = |(key, config): (&'t Cow<'t, str>, &ProviderConfig<'_>)| {
            (config.name == "aws" && config.expressions.is_none() && key.ends_with(":aws")).then_some(&**key)
        };
        known.inheriting = configuration.provider_config.iter().filter_map(inherits).collect();
        let mut open = vec![(String::new(), &configuration.root_module)];
        while let Some((path, module)) = open.pop() {
            for resource in &module.resources.0 {
                let data = if resource.mode == "data" { "data." } else { "" };
                let entry = Entry { resource, expressions: OnceLock::new() };
                known.resources.insert(format!("{path}{data}{}.{}", resource.kind, resource.name), entry);
            }
            for (name, call) in &module.module_calls {
                open.push((format!("{path}module.{name}."), &call.module));
            }
        }
        known
    }

    /// The provider configuration that a resource of this address without instance keys uses. Terraform names that of the
    /// module where a module of a module inherits one.
    pub(super) fn provider(&self, bare: &str) -> Option<&'t str> {
        let key = &*self.resource(bare)?.provider_config_key;
        let inherited = self.inherited.filter(|_| self.inheriting.contains(key));
        Some(inherited.unwrap_or(key)).filter(|key| !key.is_empty())
    }

    /// What is written of each managed resource: the names of its arguments and blocks, by its address.
    pub(super) fn written(&self) -> HashMap<String, BTreeSet<String>> {
        let managed = self.resources.iter().filter(|(_, entry)| entry.resource.mode != "data");
        let names =
            |entry: &Entry<'_>| entry.expressions().as_object().into_iter().flat_map(Map::keys).cloned().collect();
        managed.map(|(address, entry)| (address.clone(), names(entry))).collect()
    }

    /// The resource of this address without instance keys.
    pub(super) fn resource(&self, bare: &str) -> Option<&'t Resource<'t>> {
        self.resources.get(bare).map(|entry| entry.resource)
    }

    /// The expressions of a resource; none when the configuration does not show the resource.
    pub(super) fn expressions(&self, bare: &str) -> Option<&Value> {
        self.resources.get(bare).map(Entry::expressions)
    }

    /// The module that these calls lead to.
    pub(super) fn module(&self, calls: &[Step]) -> Option<&'t Module<'t>> {
        calls.iter().try_fold(self.root?, |module, step| Some(&module.module_calls.get(&*step.name)?.module))
    }

    /// The last of these calls.
    pub(super) fn call(&self, calls: &[Step]) -> Option<&'t ModuleCall<'t>> {
        let (last, outer) = calls.split_last()?;
        self.module(outer)?.module_calls.get(&*last.name)
    }
}

/// An expression as its parts say it. One that cannot be read refers to what nobody knows.
pub(super) fn parse(part: Part<'_>) -> Value {
    serde_json::from_str(part.get()).unwrap_or(Value::Null)
}

/// What an expression refers to, each reference once, the most specific form only; none when it is constant.
pub(super) fn references(expression: &Value) -> Vec<Cow<'_, str>> {
    let all = expression.get("references").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let texts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
    let mut kept: Vec<Cow<'_, str>> = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        // Terraform lists `a.b[0].c` as `a.b[0].c`, `a.b[0]`, `a.b`, one behind the other.
        let shortened = i.checked_sub(1).is_some_and(|before| is_beginning(text, texts[before]));
        if !shortened && !kept.iter().any(|known| known == text) {
            kept.push(Cow::Borrowed(*text));
        }
    }
    kept
}

/// Whether a traversal is the beginning of another.
fn is_beginning(short: &str, long: &str) -> bool {
    long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Whether an object is an expression and not the content of a block.
fn is_expression(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.is_empty() || fields.contains_key("constant_value") || fields.contains_key("references")
        }
        _ => false,
    }
}

impl<'e> Written<'e> {
    /// How an attribute or block of this block is written.
    pub(super) fn field(self, name: &str) -> Self {
        match self {
            Self::Block(block) => match block.get(name) {
                None => Self::Not,
                Some(Value::Array(blocks)) => Self::Blocks(blocks),
                Some(expression) if is_expression(expression) => Self::Expression(expression),
                Some(block @ Value::Object(_)) => Self::Block(block),
                Some(_) => Self::Hidden,
            },
            Self::Blocks(_) => Self::Hidden,
            other => other,
        }
    }
}

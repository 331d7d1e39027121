//! What a module declares, by name, with override files merged in.

use std::collections::BTreeMap;

use super::places::{self, Place};
use super::{ConfigFile, FileId};
use crate::source_map::Span;
use crate::syntax::hcl::{Attribute, Block, Body, Expr, ExprKind};

/// A module: the configuration files of one directory.
#[derive(Debug)]
pub(in crate::sources::terraform) struct Module<'t> {
    pub dir: &'t str,
    /// Its files, in the order of their names.
    pub files: Vec<FileId>,
    /// The paths of those of its files that were not read, or not in full.
    pub unread: Vec<String>,
    pub variables: BTreeMap<&'t str, Variable<'t>>,
    pub locals: BTreeMap<&'t str, &'t Attribute>,
    pub outputs: BTreeMap<&'t str, Layers<'t>>,
    /// Resources and data sources, in the order written.
    pub resources: Vec<Resource<'t>>,
    /// Their places in `resources`: data source or not, type, name.
    pub by_name: BTreeMap<(bool, &'t str, &'t str), usize>,
    pub calls: BTreeMap<&'t str, Call<'t>>,
    /// Provider configurations: local name, alias.
    pub providers: BTreeMap<(&'t str, Option<String>), ProviderBlock<'t>>,
}

/// `variable "x" { … }`
#[derive(Debug)]
pub(in crate::sources::terraform) struct Variable<'t> {
    pub header: Span,
    pub body: Layers<'t>,
}

impl Variable<'_> {
    /// Whether a type is written: without one, what the command line gives is a string.
    pub fn has_type(&self) -> bool {
        self.body.attribute("type").is_some()
    }
}

/// `resource` or `data`.
#[derive(Debug)]
pub(in crate::sources::terraform) struct Resource<'t> {
    pub data: bool,
    pub kind: &'t str,
    pub name: &'t str,
    pub header: Span,
    pub body: Layers<'t>,
}

/// `module "x" { … }`
#[derive(Debug)]
pub(in crate::sources::terraform) struct Call<'t> {
    pub name: &'t str,
    pub block: &'t Block,
    pub body: Layers<'t>,
    pub place: Place,
}

/// `provider "aws" { … }`
#[derive(Debug)]
pub(in crate::sources::terraform) struct ProviderBlock<'t> {
    pub body: Layers<'t>,
}

/// A body and what override files lay over it, the last on top.
/// <https://developer.hashicorp.com/terraform/language/files/override>
#[derive(Clone, Debug)]
pub(in crate::sources::terraform) struct Layers<'t>(Vec<&'t Body>);

impl<'t> Layers<'t> {
    /// The attribute that holds.
    pub fn attribute(&self, name: &str) -> Option<&'t Attribute> {
        self.0.iter().rev().find_map(|body| body.attribute(name))
    }

    /// The expression of an attribute.
    pub fn expr(&self, name: &str) -> Option<&'t Expr> {
        self.attribute(name).map(|attribute| &attribute.value)
    }

    /// The names of all attributes, in the order written.
    pub fn names(&self) -> Vec<&'t str> {
        let mut names: Vec<&str> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for attribute in self.0.iter().flat_map(|body| &body.attributes) {
            if known.insert(&*attribute.name) {
                names.push(&attribute.name);
            }
        }
        names
    }

    /// The blocks of a type that hold, with `dynamic` ones: those of the topmost body that has any.
    pub fn blocks(&self, kind: &str) -> Vec<&'t Block> {
        let of = |body: &&'t Body| -> Vec<&'t Block> {
            body.blocks.iter().filter(|block| block_type(block) == Some(kind)).collect()
        };
        self.0.iter().rev().map(of).find(|blocks| !blocks.is_empty()).unwrap_or_default()
    }

    /// The types of all blocks, in the order written; that of a `dynamic` block is what it makes.
    pub fn block_types(&self) -> Vec<&'t str> {
        let mut types: Vec<&str> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for block in self.0.iter().flat_map(|body| &body.blocks) {
            if let Some(kind) = block_type(block)
                && known.insert(kind)
            {
                types.push(kind);
            }
        }
        types
    }

    /// One body.
    pub fn one(body: &'t Body) -> Self {
        Self(vec![body])
    }
}

/// The type of the blocks that a block is, or makes.
fn block_type(block: &Block) -> Option<&str> {
    if &*block.kind == "dynamic" { block.labels.first().map(|label| &**label) } else { Some(&block.kind) }
}

fn is_override(path: &str) -> bool {
    let (_, name) = places::split(path);
    let stem = name.split('.').next().unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

impl<'t> Module<'t> {
    /// The module of one directory.
    pub fn new(dir: &'t str, mut files: Vec<&'t ConfigFile>) -> Self {
        files.sort_by_key(|file| (is_override(&file.path), &file.path));
        let mut module = Self {
            dir,
            files: files.iter().map(|file| file.file).collect(),
            unread: Vec::new(),
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            outputs: BTreeMap::new(),
            resources: Vec::new(),
            by_name: BTreeMap::new(),
            calls: BTreeMap::new(),
            providers: BTreeMap::new(),
        };
        for file in files {
            let over = is_override(&file.path);
            for block in &file.body.blocks {
                module.take(block, over);
            }
        }
        module
    }

    fn take(&mut self, block: &'t Block, over: bool) {
        let labels: Vec<&'t str> = block.labels.iter().map(|label| &**label).collect();
        let layer = |body: &mut Layers<'t>| {
            if over {
                body.0.push(&block.body);
            }
        };
        match (&*block.kind, labels.as_slice()) {
            ("variable", [name]) => {
                let entry = self.variables.entry(name);
                entry
                    .and_modify(|variable| layer(&mut variable.body))
                    .or_insert_with(|| Variable { header: block.header, body: Layers::one(&block.body) });
            }
            ("output", [name]) => {
                self.outputs.entry(name).and_modify(layer).or_insert_with(|| Layers::one(&block.body));
            }
            ("locals", []) => {
                for attribute in &block.body.attributes {
                    if over {
                        self.locals.insert(&attribute.name, attribute);
                    } else {
                        self.locals.entry(&attribute.name).or_insert(attribute);
                    }
                }
            }
            ("resource" | "data", [kind, name]) => self.take_resource(block, kind, name, over),
            ("check", _) => {
                // A data source inside a check is seen by that check only.
            }
            ("module", [name]) => {
                let dir = self.dir;
                let call = self.calls.entry(name).and_modify(|call| layer(&mut call.body)).or_insert_with(|| Call {
                    name,
                    block,
                    body: Layers::one(&block.body),
                    place: Place::Remote(String::new()),
                });
                call.place = Place::new(dir, call.body.expr("source"));
            }
            ("provider", [name]) => {
                let alias = block.body.attribute("alias").and_then(|attribute| match &attribute.value.kind {
                    ExprKind::Name(name) => Some(name.to_string()),
                    _ => attribute.value.literal(),
                });
                self.providers
                    .entry((name, alias))
                    .and_modify(|provider| layer(&mut provider.body))
                    .or_insert_with(|| ProviderBlock { body: Layers::one(&block.body) });
            }
            _ => {}
        }
    }

    fn take_resource(&mut self, block: &'t Block, kind: &'t str, name: &'t str, over: bool) {
        let data = &*block.kind == "data";
        if let Some(&at) = self.by_name.get(&(data, kind, name)) {
            if over {
                self.resources[at].body.0.push(&block.body);
            }
            return;
        }
        self.by_name.insert((data, kind, name), self.resources.len());
        self.resources.push(Resource { data, kind, name, header: block.header, body: Layers::one(&block.body) });
    }
}

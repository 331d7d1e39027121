//! Places in `.tf` files for what a plan says: a person edits the block, not the plan.
//!
//! The plan's values stay as they are; only their places change. Nothing is evaluated: a block is found by the
//! instance's address, an attribute by its name, a nested block by what it says literally.

use std::collections::{BTreeSet, HashMap};

use super::eval::{self, Root, Settings};
use super::instance::Instance;
use super::lower::is_modelled;
use super::module::{ConfigFile, Files, Layers, Module, Modules, Resource};
use crate::source_map::{SourceMap, Span};
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::hcl::{Attribute, Block, Expr, ExprKind};

/// The modules that plans may be made of.
pub struct Overlay<'t> {
    modules: Modules<'t>,
}

/// What is written in a resource and is none of its arguments.
const META: [&str; 4] = ["count", "for_each", "depends_on", "provider"];

/// Where a resource is written, and how it is reached.
struct Found<'m, 't> {
    /// The resource with its module; none when the module is not in the repository.
    block: Option<(&'m Module<'t>, &'m Resource<'t>)>,
    calls: Vec<Span>,
}

impl<'t> Overlay<'t> {
    /// The modules of these files.
    pub fn new(files: &'t [ConfigFile], reader: &dyn Files) -> Self {
        Self { modules: Modules::new(files, reader) }
    }

    /// The module in `dir` with the settings of a plan; `key` makes its unknown names those of the plan. `None` if there
    /// is no such module.
    pub fn evaluated(
        &self,
        dir: &str,
        key: &str,
        settings: &Settings,
        reader: &dyn Files,
        map: &SourceMap,
    ) -> Option<Root> {
        eval::planned(&self.modules, dir, key, settings, reader, map)
    }

    /// The beginning of the first file of the module in `dir`, if there is one.
    pub fn header(&self, dir: &str) -> Option<Span> {
        self.modules.all.get(dir)?.files.first().map(|file| Span::new(*file, 0, 1))
    }

    /// Whether the resource of this address is written in the module in `dir`, or called for by it.
    pub fn holds(&self, dir: &str, address: &str) -> bool {
        self.find(dir, address).is_some()
    }

    /// Whether the configuration of a plan writes the same arguments and blocks as the module in `dir` does: `written` are
    /// their names by the address of the resource.
    pub fn writes(&self, dir: &str, written: &HashMap<String, BTreeSet<String>>) -> bool {
        written.iter().all(|(address, names)| {
            let Some(found) = self.find(dir, address) else { return false };
            let Some((_, resource)) = found.block else { return true };
            let (arguments, blocks) = (resource.body.names(), resource.body.block_types());
            let is_here = |name: &&str| arguments.contains(name) || blocks.contains(name);
            // A plan does not show `dynamic` blocks.
            names.iter().all(|name| is_here(&name.as_str()))
                && arguments.iter().all(|name| META.contains(name) || names.contains(*name))
        })
    }

    /// Whether the instances are those of the root module in `dir` as it is now: each has its block, no block says
    /// something else literally, and no block is new. A plan of an older module is none of it.
    pub fn is_of(&self, dir: &str, instances: &[Instance]) -> bool {
        let Some(root) = self.modules.all.get(dir) else { return false };
        let managed = || instances.iter().filter(|instance| !instance.data);
        let agrees = |instance: &Instance| {
            let agrees = |found: Found<'_, '_>| {
                found.block.is_none_or(|(_, resource)| !contradicts(&instance.body, &resource.body))
            };
            self.find(dir, &instance.address).is_some_and(agrees)
        };
        let is_planned = |resource: &Resource<'_>| {
            let address = format!("{}.{}", resource.kind, resource.name);
            managed().any(|instance| instance.address == address)
        };
        let certain = |resource: &&Resource<'_>| {
            let copies = ["count", "for_each"].iter().any(|name| resource.body.attribute(name).is_some());
            !resource.data && is_modelled(resource.kind) && !copies
        };
        managed().next().is_some() && managed().all(agrees) && root.resources.iter().filter(certain).all(is_planned)
    }

    /// Gives the instances the places of their blocks below the root module in `dir`. What has no block keeps its place.
    /// Returns how many have one.
    pub fn apply(&self, dir: &str, instances: &mut [Instance]) -> usize {
        let mut placed = 0;
        for instance in instances {
            let Some(Found { block, calls }) = self.find(dir, &instance.address) else { continue };
            match (block, calls.last()) {
                (Some((module, resource)), _) => {
                    instance.header = resource.header;
                    Places { module, header: resource.header }.block(&mut instance.body, &resource.body);
                }
                (None, Some(call)) => {
                    instance.header = *call;
                    everywhere(&mut instance.body, *call);
                }
                (None, None) => continue,
            }
            instance.calls = calls;
            placed += 1;
        }
        placed
    }

    /// The block of an address without instance keys, or the call of the module that is not in the repository.
    fn find(&self, dir: &str, address: &str) -> Option<Found<'_, 't>> {
        let mut module = self.modules.all.get(dir)?;
        let mut calls = Vec::new();
        let mut path = String::new();
        let mut rest = address;
        while let Some((name, behind)) = rest.strip_prefix("module.").and_then(|rest| rest.split_once('.')) {
            let call = module.calls.get(name)?;
            path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            calls.push(call.block.header);
            let Some(inner) = self.modules.target(dir, &path, call) else {
                return Some(Found { block: None, calls });
            };
            module = inner;
            rest = behind;
        }
        let (kind, name) = rest.split_once('.')?;
        let at = module.by_name.get(&(false, kind, name))?;
        Some(Found { block: Some((module, &module.resources[*at])), calls })
    }
}

/// Whether a block says literally what the value does not.
fn contradicts(body: &Val, written: &Layers<'_>) -> bool {
    body.fields().iter().any(|field| match written.attribute(&field.key) {
        Some(attribute) => differs(&field.value, &attribute.value),
        None => false,
    })
}

/// Whether a literal is certainly not this value.
fn differs(value: &Val, expr: &Expr) -> bool {
    let text = value.text();
    let Some(known) = text.as_ref().and_then(|text| text.literal()) else {
        return matches!((&value.kind, &expr.kind), (ValKind::Null, ExprKind::Bool(true)));
    };
    match &expr.kind {
        ExprKind::Bool(literal) => known != if *literal { "true" } else { "false" },
        ExprKind::Number(literal) => known.parse::<f64>().ok() != literal.parse::<f64>().ok(),
        ExprKind::Template(_) => expr.literal().is_some_and(|literal| {
            // Documents may be written anew by the provider.
            !literal.trim_start().starts_with('{') && literal != known
        }),
        _ => false,
    }
}

struct Places<'m, 't> {
    module: &'m Module<'t>,
    /// Of the resource: where what is not written stands.
    header: Span,
}

impl Places<'_, '_> {
    /// The places of a body's fields.
    fn block(&self, body: &mut Val, written: &Layers<'_>) {
        let ValKind::Map(fields) = &mut body.kind else { return everywhere(body, self.header) };
        body.span = self.header;
        for field in fields {
            if let Some(attribute) = written.attribute(&field.key) {
                self.attribute(field, attribute);
                continue;
            }
            let blocks = written.blocks(&field.key);
            if blocks.is_empty() {
                field.key_span = self.header;
                everywhere(&mut field.value, self.header);
            } else {
                self.blocks(field, &blocks);
            }
        }
    }

    fn attribute(&self, field: &mut Field, attribute: &Attribute) {
        field.key_span = attribute.name_span;
        self.value(&mut field.value, &attribute.value);
    }

    /// Each item goes to the first block left that says nothing else, then to what makes blocks, then to the last one.
    fn blocks(&self, field: &mut Field, blocks: &[&Block]) {
        field.key_span = blocks[0].header;
        let ValKind::List(items) = &mut field.value.kind else { return everywhere(&mut field.value, blocks[0].header) };
        field.value.span = blocks[0].header;
        let mut left: Vec<&Block> = blocks.iter().copied().filter(|block| &*block.kind != "dynamic").collect();
        let dynamic = blocks.iter().find(|block| &*block.kind == "dynamic");
        for item in items {
            let fits = left.iter().position(|block| !contradicts(item, &Layers::one(&block.body)));
            match fits.map(|at| left.remove(at)) {
                Some(block) => {
                    let inner = Places { module: self.module, header: block.header };
                    inner.block(item, &Layers::one(&block.body));
                }
                None => everywhere(item, dynamic.or(blocks.last()).map_or(self.header, |block| block.header)),
            }
        }
    }

    fn value(&self, value: &mut Val, expr: &Expr) {
        value.span = expr.span;
        match (&mut value.kind, &expr.kind) {
            (ValKind::List(items), ExprKind::List(exprs)) if items.len() == exprs.len() => {
                items.iter_mut().zip(exprs).for_each(|(item, expr)| self.value(item, expr));
            }
            (ValKind::Map(fields), ExprKind::Object(pairs)) => {
                for field in fields {
                    match pairs.iter().find(|(key, _)| key.literal().as_deref() == Some(&*field.key)) {
                        Some((key, inner)) => {
                            field.key_span = key.span;
                            self.value(&mut field.value, inner);
                        }
                        None => {
                            field.key_span = expr.span;
                            everywhere(&mut field.value, expr.span);
                        }
                    }
                }
            }
            (ValKind::Embedded(_, document), ExprKind::Call(call)) if &*call.name == "jsonencode" => {
                match call.args.first() {
                    Some(arg) => self.value(document, arg),
                    None => everywhere(document, expr.span),
                }
            }
            (ValKind::Embedded(_, document), _) => {
                everywhere(document, expr.span);
                if let Some(data) = self.policy_document(expr) {
                    statements(document, &data.body);
                }
            }
            (ValKind::List(_) | ValKind::Map(_), _) => everywhere(value, expr.span),
            _ => {}
        }
    }

    /// The data source whose document `data.aws_iam_policy_document.x.json` is, also of one copy.
    fn policy_document(&self, expr: &Expr) -> Option<&Resource<'_>> {
        let mut expr = match &expr.kind {
            ExprKind::Attr(of, name) if &**name == "json" => &**of,
            _ => return None,
        };
        while let ExprKind::Index(of, _) = &expr.kind {
            expr = of;
        }
        let ExprKind::Attr(of, name) = &expr.kind else { return None };
        let ExprKind::Attr(data, kind) = &of.kind else { return None };
        let is_data = matches!(&data.kind, ExprKind::Name(root) if &**root == "data");
        let key = (true, &**kind, &**name);
        let at = self.module.by_name.get(&key).filter(|_| is_data && &**kind == "aws_iam_policy_document")?;
        Some(&self.module.resources[*at])
    }
}

/// The places of a policy's statements in the data source that makes it, where each block makes one.
fn statements(document: &mut Val, data: &Layers<'_>) {
    let blocks = data.blocks("statement");
    let ValKind::Map(fields) = &mut document.kind else { return };
    let Some(list) = fields.iter_mut().find(|field| &*field.key == "Statement") else { return };
    let items = match &mut list.value.kind {
        ValKind::List(items) => items.as_mut_slice(),
        _ => std::slice::from_mut(&mut list.value),
    };
    if items.len() != blocks.len() || blocks.iter().any(|block| &*block.kind == "dynamic") {
        return;
    }
    for (item, block) in items.iter_mut().zip(blocks) {
        everywhere(item, block.header);
        let ValKind::Map(fields) = &mut item.kind else { continue };
        for field in fields {
            let names: &[&str] = match &*field.key {
                "Sid" => &["sid"],
                "Effect" => &["effect"],
                "Action" => &["actions"],
                "NotAction" => &["not_actions"],
                "Resource" => &["resources"],
                "NotResource" => &["not_resources"],
                "Principal" => &["principals"],
                "NotPrincipal" => &["not_principals"],
                "Condition" => &["condition"],
                _ => &[],
            };
            for name in names {
                if let Some(attribute) = block.body.attribute(name) {
                    everywhere(&mut field.value, attribute.value.span);
                    field.key_span = attribute.name_span;
                } else if let Some(inner) = block.body.blocks_of(name).next() {
                    everywhere(&mut field.value, inner.header);
                    field.key_span = inner.header;
                }
            }
        }
    }
}

/// Puts a value with all that it holds at one place.
fn everywhere(value: &mut Val, span: Span) {
    value.each_span(&mut |place| *place = span);
}

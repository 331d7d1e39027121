//! CloudFormation templates: intrinsic functions evaluated, resources lowered into the model.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::Input;
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::script::Embedded;
use crate::sources::value::{Val, ValKind};
use crate::syntax::{Kind, Node};
use stack::{Stack, World};
use template::Parsed;

mod conditions;
mod dynamic;
mod embed;
mod eval;
mod exports;
mod functions;
mod lower;
mod references;
mod stack;
mod sub;
mod template;
#[cfg(test)]
mod tests;

pub use template::secrets;

/// A document that may be a template.
#[derive(Debug)]
pub struct Template {
    /// Its file.
    pub file: FileId,
    /// The path, relative to the repository root.
    pub path: String,
    /// The document.
    pub root: Node,
}

/// What a template cannot know and the command line may say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Parameter values by name.
    pub parameters: BTreeMap<String, String>,
    /// `--account`
    pub account: Option<String>,
    /// `--region`
    pub region: Option<String>,
}

/// What came of the templates.
#[derive(Debug, Default)]
pub struct Lowered {
    /// One input for each root template, in the order of the paths; their ids count from 0.
    pub inputs: Vec<Input>,
    /// Faults that hide a part of a template: each is a gap.
    pub faults: Vec<(Span, String)>,
    /// The scripts that resources run.
    pub scripts: Vec<Embedded>,
}

/// Whether a document is a CloudFormation template: by content, not by name.
pub fn is_template(root: &Node) -> bool {
    if root.entry("AWSTemplateFormatVersion").is_some() {
        return true;
    }
    match root.get("Resources").map(|resources| &resources.kind) {
        Some(Kind::Map(entries)) => entries.iter().any(|entry| {
            entry.key.starts_with("Fn::ForEach::")
                || entry.value.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.contains("::"))
        }),
        _ => false,
    }
}

/// How many evaluation steps one scan may take for each byte of its templates, and at least: loops and aliases must
/// not turn a small text into endless work.
const STEPS_PER_BYTE: usize = 40;
const LEAST_STEPS: usize = 2_000_000;

impl World<'_> {
    /// Takes one step; false when the budget is used up.
    pub(super) fn spend(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }
}

/// Lowers all templates of a scan.
pub fn lower(templates: &[Template], settings: &Settings, map: &SourceMap) -> Lowered {
    let bytes: usize = templates.iter().map(|template| map.file(template.file).text().len()).sum();
    let parsed: Vec<Parsed<'_>> = templates.iter().map(Parsed::new).collect();
    let mut by_path: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, template) in templates.iter().enumerate() {
        by_path.entry(&template.path).or_default().push(i);
    }
    let faults = parsed.iter().flat_map(|parsed| parsed.faults.iter().cloned()).collect();
    let nested = nested_templates(&parsed, &by_path);
    let world = World {
        map,
        settings,
        parsed: &parsed,
        by_path,
        faults: RefCell::new(faults),
        scripts: RefCell::default(),
        roots: RefCell::default(),
        exports: OnceCell::new(),
        exporting: Cell::new(false),
        stacks: Cell::new(0),
        steps: Cell::new(LEAST_STEPS.max(bytes.saturating_mul(STEPS_PER_BYTE))),
    };
    let inputs = lower_world(&world, &nested);
    Lowered { inputs, faults: world.faults.take(), scripts: world.scripts.take() }
}

fn lower_world(world: &World<'_>, nested: &HashSet<usize>) -> Vec<Input> {
    let roots: Vec<usize> = (0..world.parsed.len()).filter(|i| !nested.contains(i)).collect();
    for &root in &roots {
        let parsed = &world.parsed[root];
        let given = given(world.settings, parsed);
        world.roots.borrow_mut().push(Stack::new(world, parsed, None, given, None));
    }
    let stacks = world.roots.borrow().clone();
    let inputs = stacks.iter().enumerate().map(|(i, stack)| lower::input(world, stack, i as u32)).collect();
    // Stacks point at each other through exports; taking them out lets them go.
    world.roots.borrow_mut().clear();
    inputs
}

/// The parameters that the command line gives to a root template.
fn given(settings: &Settings, parsed: &Parsed<'_>) -> HashMap<String, Val> {
    let span = Span::new(parsed.template.file, 0, 0);
    parsed
        .parameters
        .keys()
        .filter_map(|name| {
            let value = settings.parameters.get(*name)?;
            let text = crate::model::arn::Text::from(value.as_str());
            Some(((*name).to_owned(), Val { kind: ValKind::Text(text), span }))
        })
        .collect()
}

/// The templates that others nest. A circle of templates keeps its first one as a root.
fn nested_templates(parsed: &[Parsed<'_>], by_path: &HashMap<&str, Vec<usize>>) -> HashSet<usize> {
    let children = |i: usize| -> Vec<usize> {
        let base = parsed[i].template.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        parsed[i]
            .resources
            .iter()
            .filter_map(|entry| {
                let kind = entry.value.get("Type").and_then(Node::as_str)?;
                stack::nested_urls(kind, &entry.value).find_map(|url| {
                    by_path.get(stack::join(base, url)?.as_str()).and_then(|found| found.first().copied())
                })
            })
            .collect()
    };
    let all: Vec<Vec<usize>> = (0..parsed.len()).map(children).collect();
    let mut nested: HashSet<usize> = all.iter().flatten().copied().collect();
    // What no root reaches is a circle: its first template stands in as the root.
    let mut reached = HashSet::new();
    let mut queue: Vec<usize> = (0..parsed.len()).filter(|i| !nested.contains(i)).collect();
    loop {
        while let Some(i) = queue.pop() {
            if reached.insert(i) {
                queue.extend(&all[i]);
            }
        }
        match (0..parsed.len()).find(|i| !reached.contains(i)) {
            Some(i) => {
                nested.remove(&i);
                queue.push(i);
            }
            None => return nested,
        }
    }
}

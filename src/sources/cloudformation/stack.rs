//! A stack: a template with the values of its parameters, and the resources that it makes.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::Settings;
use super::eval::Scope;
use super::template::Parsed;
use crate::model::arn::{Shape, Text, Var};
use crate::source_map::{SourceMap, Span};
use crate::sources::partition;
use crate::sources::script::Embedded;
use crate::sources::value::{Val, ValKind};
use crate::syntax::{Kind, Node};
use crate::truth::{Cause, CauseKind};

/// What all stacks of a scan share.
pub(super) struct World<'t> {
    pub map: &'t SourceMap,
    pub settings: &'t Settings,
    pub parsed: &'t [Parsed<'t>],
    /// Positions in `parsed` by path.
    pub by_path: HashMap<&'t str, Vec<usize>>,
    pub faults: RefCell<Vec<(Span, String)>>,
    /// The scripts that resources run.
    pub scripts: RefCell<Vec<Embedded>>,
    /// Root stacks, for exports.
    pub roots: RefCell<Vec<Rc<Stack<'t>>>>,
    pub exports: OnceCell<Exports<'t>>,
    /// Set while the names of exports are evaluated, so that an import in a name cannot ask for them again.
    pub exporting: Cell<bool>,
    /// Stacks made so far: templates that nest each other many times over must not explode.
    pub stacks: Cell<usize>,
    /// Evaluation steps that are left.
    pub steps: Cell<usize>,
}

/// Exported outputs by name; several of one name cannot be told apart.
pub(super) type Exports<'t> = HashMap<Text, Vec<(Rc<Stack<'t>>, &'t Node)>>;

/// A stack of a root template, or one that it nests.
pub(super) struct Stack<'t> {
    pub parsed: &'t Parsed<'t>,
    /// Identity of the stack in holes' keys: the root's path and the logical ids on the way down.
    pub key: String,
    /// `Parent/` before logical ids of a nested stack; empty for a root.
    pub prefix: String,
    /// The root's path: account and Region are the same for all stacks of one input.
    pub root: Arc<str>,
    /// Values that the command line or the parent stack gave.
    pub given: HashMap<String, Val>,
    /// Whether it is made at all: the conditions of the nested-stack resources above.
    pub maybe: Option<Cause>,
    /// How deep it is nested.
    pub depth: usize,
    pub resources: OnceCell<Vec<Rc<Resource<'t>>>>,
    /// Set while loops are being expanded: what they refer to cannot be a resource of the same stack.
    pub expanding: Cell<bool>,
    pub index: OnceCell<HashMap<String, usize>>,
    /// Why there may be more resources.
    pub hidden: RefCell<Vec<Cause>>,
    pub children: RefCell<HashMap<String, Option<Rc<Stack<'t>>>>>,
    /// Names that are being evaluated, to notice circles.
    pub visiting: RefCell<HashSet<String>>,
}

/// One resource, loops expanded.
pub(super) struct Resource<'t> {
    pub id: String,
    pub kind: &'t str,
    pub header: Span,
    pub node: &'t Node,
    /// Values of loop variables.
    pub vars: Rc<HashMap<String, Text>>,
}

/// Loops make no more resources than this; CloudFormation's own limit is 500 a template.
const MOST_RESOURCES: usize = 20_000;
const MOST_STACKS: usize = 2_000;
const DEEPEST_NESTING: usize = 12;

impl<'t> World<'t> {
    pub fn fault(&self, span: Span, message: impl Into<String>) {
        let fault = (span, message.into());
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
}

impl<'t> Stack<'t> {
    pub fn new(
        world: &World<'t>,
        parsed: &'t Parsed<'t>,
        parent: Option<(&Rc<Stack<'t>>, &str)>,
        given: HashMap<String, Val>,
        maybe: Option<Cause>,
    ) -> Rc<Self> {
        world.stacks.set(world.stacks.get() + 1);
        let path = &parsed.template.path;
        let (key, prefix, root, depth) = match parent {
            None => {
                // Several documents of one file are stacks of their own.
                let key = format!("{path}@{}", parsed.template.root.span.start);
                (key.clone(), String::new(), Arc::from(key), 0)
            }
            Some((parent, id)) => (
                format!("{}/{id}", parent.key),
                format!("{}{id}/", parent.prefix),
                parent.root.clone(),
                parent.depth + 1,
            ),
        };
        Rc::new(Self {
            parsed,
            key,
            prefix,
            root,
            given,
            maybe,
            depth,
            resources: OnceCell::new(),
            expanding: Cell::new(false),
            index: OnceCell::new(),
            hidden: RefCell::new(Vec::new()),
            children: RefCell::new(HashMap::new()),
            visiting: RefCell::new(HashSet::new()),
        })
    }

    /// A hole with an identity inside this stack.
    pub fn hole(&self, key: &str, shown: &str, cause: Cause, shape: Shape) -> Text {
        Var { key: format!("{}#{key}", self.key).into(), shown: shown.into(), cause, shape }.into()
    }

    /// A hole that is the same in all stacks of the input.
    pub fn shared_hole(&self, name: &str, cause: &str, shape: Shape) -> Text {
        let cause = Cause::new(CauseKind::OutsideScope, cause);
        Var { key: format!("{}#{name}", self.root).into(), shown: name.into(), cause, shape }.into()
    }

    pub fn account(&self, settings: &Settings) -> Text {
        match &settings.account {
            Some(account) => Text::from(account.as_str()),
            None => self.shared_hole("AWS::AccountId", "the account is not known (--account tells it)", Shape::Account),
        }
    }

    /// The partition: the Region's, else that of the ARNs in the template, else the public one.
    pub fn partition(&self, settings: &Settings) -> &'static str {
        match &settings.region {
            Some(region) => partition::of_region(region),
            None => self.parsed.partition.unwrap_or("aws"),
        }
    }

    pub fn region(&self, settings: &Settings) -> Text {
        match &settings.region {
            Some(region) => Text::from(region.as_str()),
            None => self.shared_hole("AWS::Region", "the Region is not known (--region tells it)", Shape::Name),
        }
    }

    /// The resources, loops expanded; made on first use.
    pub fn resources(self: &Rc<Self>, world: &World<'t>) -> &[Rc<Resource<'t>>] {
        if self.expanding.get() {
            return &[];
        }
        self.resources.get_or_init(|| {
            self.expanding.set(true);
            let mut made = Vec::new();
            let scope = Scope::top(world, self);
            expand(&scope, self.parsed.resources, &Rc::default(), &mut made);
            if let Some(why) = &self.parsed.may_add {
                self.hidden.borrow_mut().push(Cause::new(CauseKind::Transform, why.clone()));
            }
            self.expanding.set(false);
            made
        })
    }

    /// The resource of this logical id.
    pub fn resource(self: &Rc<Self>, world: &World<'t>, id: &str) -> Option<Rc<Resource<'t>>> {
        if self.expanding.get() {
            return None;
        }
        let resources = self.resources(world);
        let index = self
            .index
            .get_or_init(|| resources.iter().enumerate().map(|(i, resource)| (resource.id.clone(), i)).collect());
        index.get(id).map(|&i| resources[i].clone())
    }

    /// The stack that a nested-stack resource makes, if its template was scanned.
    pub fn child(self: &Rc<Self>, world: &World<'t>, resource: &Rc<Resource<'t>>) -> Option<Rc<Stack<'t>>> {
        if let Some(known) = self.children.borrow().get(&resource.id) {
            return known.clone();
        }
        // A child that is asked for while its own parameters are evaluated depends on itself.
        self.children.borrow_mut().insert(resource.id.clone(), None);
        let made = self.make_child(world, resource);
        self.children.borrow_mut().insert(resource.id.clone(), made.clone());
        made
    }

    fn make_child(self: &Rc<Self>, world: &World<'t>, resource: &Rc<Resource<'t>>) -> Option<Rc<Stack<'t>>> {
        let target = nested_template(world, self.parsed, resource)?;
        if self.depth >= DEEPEST_NESTING || world.stacks.get() >= MOST_STACKS {
            world.fault(resource.header, format!("the nested stack '{}' nests too deep, or nests itself", resource.id));
            return None;
        }
        let (scope, maybe) = Scope::resource(world, self, resource)?;
        let mut given = HashMap::new();
        let properties = resource.node.get("Properties");
        for entry in properties.and_then(|p| p.get("Parameters")).map(Node::entries).unwrap_or_default() {
            if let Some(value) = scope.eval(&entry.value) {
                given.insert(entry.key.to_string(), value);
            }
        }
        let maybe = self.maybe.clone().or(maybe);
        Some(Stack::new(world, &world.parsed[target], Some((self, &resource.id)), given, maybe))
    }
}

/// Whether a resource is a stack of its own.
pub(super) fn is_stack(kind: &str) -> bool {
    matches!(kind, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application")
}

/// The scanned template that a nested-stack resource names, if it is a local one.
pub(super) fn nested_template(world: &World<'_>, parsed: &Parsed<'_>, resource: &Resource<'_>) -> Option<usize> {
    let base = parsed.template.path.rsplit_once('/').map_or("", |(dir, _)| dir);
    nested_urls(resource.kind, resource.node).find_map(|url| {
        let path = join(base, url)?;
        let found = world.by_path.get(path.as_str())?;
        found.first().copied()
    })
}

/// How a nested-stack resource may name its template: its location, or the asset that the CDK wrote beside it.
pub(super) fn nested_urls<'n>(kind: &str, node: &'n Node) -> impl Iterator<Item = &'n str> {
    let property = match kind {
        "AWS::CloudFormation::Stack" => "TemplateURL",
        "AWS::Serverless::Application" => "Location",
        _ => "",
    };
    let written = node.get("Properties").and_then(|p| p.get(property)).and_then(Node::as_str);
    let asset = node.get("Metadata").and_then(|m| m.get("aws:asset:path")).and_then(Node::as_str);
    let is_stack = !property.is_empty();
    [written, asset].into_iter().flatten().filter(move |url| is_stack && !url.contains("://"))
}

/// `url` seen from the directory `base`, with `.` and `..` resolved; `None` when it leaves the tree.
pub(super) fn join(base: &str, url: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in url.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn expand<'t>(
    scope: &Scope<'_, 't>,
    entries: &'t [crate::syntax::Entry],
    vars: &Rc<HashMap<String, Text>>,
    made: &mut Vec<Rc<Resource<'t>>>,
) {
    for entry in entries {
        if entry.key.starts_with("Fn::ForEach::") {
            expand_loop(scope, entry, vars, made);
            continue;
        }
        if &*entry.key == "Fn::Transform" {
            let cause = Cause::new(CauseKind::Transform, "a transform in 'Resources' may add resources");
            scope.stack.hidden.borrow_mut().push(cause);
            continue;
        }
        let Kind::Map(_) = entry.value.kind else {
            let found = entry.value.kind_word();
            scope.world.fault(entry.value.span, format!("the resource '{}' is {found}, not a mapping", entry.key));
            continue;
        };
        let Some(kind) = entry.value.get("Type").and_then(Node::as_str) else {
            scope.world.fault(entry.key_span, format!("the resource '{}' has no 'Type'", entry.key));
            continue;
        };
        if let Some(properties) = entry.value.get("Properties")
            && !matches!(properties.kind, Kind::Map(_) | Kind::Null)
        {
            let found = properties.kind_word();
            scope
                .world
                .fault(properties.span, format!("the 'Properties' of '{}' are {found}, not a mapping", entry.key));
        }
        if kind.ends_with("::MODULE") {
            let cause = Cause::new(CauseKind::OutsideScope, format!("the module '{}' is not expanded", entry.key));
            scope.stack.hidden.borrow_mut().push(cause);
        }
        let id = scope.loop_text(&entry.key, vars).literal().map_or_else(|| entry.key.to_string(), str::to_owned);
        made.push(Rc::new(Resource { id, kind, header: entry.key_span, node: &entry.value, vars: vars.clone() }));
    }
}

fn expand_loop<'t>(
    scope: &Scope<'_, 't>,
    entry: &'t crate::syntax::Entry,
    vars: &Rc<HashMap<String, Text>>,
    made: &mut Vec<Rc<Resource<'t>>>,
) {
    let [name, items, body] = entry.value.items() else {
        scope.world.fault(entry.value.span, format!("'{}' takes a name, a list and a mapping", entry.key));
        return;
    };
    let values = scope.with_vars(vars).eval(items);
    let known: Option<Vec<Text>> = match values.as_ref().map(|v| &v.kind) {
        Some(ValKind::List(items)) => items.iter().map(Val::text).collect(),
        _ => None,
    };
    let (Some(name), Some(known)) = (name.as_str(), known) else {
        let cause = Cause::new(CauseKind::Unsupported, format!("the items of '{}' are not known", entry.key));
        scope.stack.hidden.borrow_mut().push(cause);
        return;
    };
    for value in known {
        if made.len() >= MOST_RESOURCES || !scope.world.spend() {
            scope.world.fault(entry.key_span, "the template's loops make more resources than can be judged");
            return;
        }
        let mut inner = (**vars).clone();
        inner.insert(name.to_owned(), value);
        expand(scope, body.entries(), &Rc::new(inner), made);
    }
}

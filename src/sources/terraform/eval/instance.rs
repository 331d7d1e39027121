//! Modules and resources as they are called and copied, with what was evaluated of them so far.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::choice::Pick;
use super::copies::{Copies, both};
use super::provider::Account;
use super::scope::{Repeat, Scope};
use super::{World, unknown};
use crate::model::Existence;
use crate::source_map::Span;
use crate::sources::terraform::attributes::Arguments;
use crate::sources::terraform::instance::Provider;
use crate::sources::terraform::module::{Call, DEEPEST_MODULE, Module, Place, Resource};
use crate::sources::value::{Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// A module as it is called: the root, or one copy of a `module` block.
pub(super) struct ModuleInstance<'t> {
    pub module: &'t Module<'t>,
    /// With keys: `module.audit[0]`; empty for the root.
    pub address: String,
    /// Without keys.
    pub plain: String,
    pub key: String,
    /// The names of the calls, as `modules.json` joins them.
    pub path: String,
    pub calls: Vec<Span>,
    pub parent: Option<Parent<'t>>,
    /// Provider configurations that the call passes, by the name inside.
    pub passed: BTreeMap<String, Rc<Account>>,
    pub existence: Existence,
    /// What holds wherever it exists.
    pub assumed: Vec<Pick>,
    pub depth: usize,
    pub memo: RefCell<HashMap<(What, &'t str), Memo>>,
    pub accounts: RefCell<HashMap<String, Rc<Account>>>,
    resources: RefCell<HashMap<usize, Rc<Copies<Member<'t>>>>>,
    children: RefCell<HashMap<&'t str, Option<Rc<Copies<Child<'t>>>>>>,
}

/// Who calls a module.
pub(super) struct Parent<'t> {
    pub module: Rc<ModuleInstance<'t>>,
    pub call: &'t Call<'t>,
    pub repeat: Repeat,
}

/// What has a value in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Variable,
    Local,
    Output,
}

/// How far evaluation has come.
pub(super) enum Memo {
    Busy,
    Done(Rc<Val>),
}

/// One copy of a called module.
pub(super) struct Child<'t> {
    pub key: String,
    pub address: String,
    /// `None` when its source is not here.
    pub module: Option<Rc<ModuleInstance<'t>>>,
    /// Why not.
    pub cause: Option<Cause>,
}

/// One copy of a resource or data source.
pub(super) struct Member<'t> {
    pub resource: &'t Resource<'t>,
    pub module: Rc<ModuleInstance<'t>>,
    pub key: String,
    pub address: String,
    pub instance: String,
    pub repeat: Repeat,
    pub existence: Existence,
    pub assumed: Vec<Pick>,
    pub provider: Provider,
    memo: RefCell<HashMap<String, Memo>>,
}

impl<'t> Member<'t> {
    /// What was evaluated under this name.
    pub fn remembered(&self, name: &str) -> Option<Rc<Val>> {
        match self.memo.borrow().get(name) {
            Some(Memo::Done(val)) => Some(val.clone()),
            _ => None,
        }
    }

    pub fn remember(&self, name: String, val: &Val) {
        self.memo.borrow_mut().insert(name, Memo::Done(Rc::new(val.clone())));
    }

    /// The scope inside its block.
    pub fn scope(&self) -> Scope<'_, 't> {
        Scope::top(&self.module).within(&self.repeat)
    }
}

/// A resource whose arguments are evaluated when asked for.
pub(super) struct Lazy<'a, 't> {
    pub world: &'a World<'t>,
    pub member: &'a Rc<Member<'t>>,
}

impl Arguments for Lazy<'_, '_> {
    fn kind(&self) -> &str {
        self.member.resource.kind
    }

    fn is_data(&self) -> bool {
        self.member.resource.data
    }

    fn key(&self) -> &str {
        &self.member.key
    }

    fn shown(&self) -> &str {
        &self.member.instance
    }

    fn argument(&self, name: &str) -> Option<Val> {
        let val = self.world.argument(self.member, name)?;
        if val.kind == ValKind::Null { None } else { Some((*val).clone()) }
    }

    fn provider(&self) -> &Provider {
        &self.member.provider
    }
}

impl<'t> ModuleInstance<'t> {
    /// The root module.
    pub fn root(module: &'t Module<'t>, key: &str) -> Rc<Self> {
        Rc::new(Self::new(module, key, None))
    }

    fn new(module: &'t Module<'t>, key: &str, parent: Option<Parent<'t>>) -> Self {
        let mut new = Self {
            module,
            address: String::new(),
            plain: String::new(),
            key: key.to_owned(),
            path: String::new(),
            calls: Vec::new(),
            passed: BTreeMap::new(),
            existence: Existence::Certain,
            assumed: Vec::new(),
            depth: 0,
            memo: RefCell::default(),
            accounts: RefCell::default(),
            resources: RefCell::default(),
            children: RefCell::default(),
            parent: None,
        };
        if let Some(parent) = parent {
            let outer = &parent.module;
            let name = parent.call.name;
            let dot = |prefix: &str| if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
            new.address = format!("{}module.{name}{}", dot(&outer.address), parent.repeat.suffix);
            new.plain = format!("{}module.{name}", dot(&outer.plain));
            new.path = format!("{}{name}", dot(&outer.path));
            new.calls = outer.calls.clone();
            new.calls.push(parent.call.block.header);
            new.existence = both(&outer.existence, &parent.repeat.existence);
            new.assumed = outer.assumed.clone();
            new.assumed.extend(parent.repeat.assumed.iter().cloned());
            new.depth = outer.depth + 1;
            new.parent = Some(parent);
        }
        new
    }

    /// Lets go of what was evaluated: parents and children hold each other.
    pub fn clear(&self) {
        let children = self.children.take();
        for copies in children.values().flatten() {
            for module in copies.items.iter().filter_map(|child| child.module.as_ref()) {
                module.clear();
            }
        }
        self.resources.take();
        self.memo.take();
    }

    /// The beginning of its first file.
    pub fn header(&self) -> Span {
        let file = self.module.files.first().copied().unwrap_or(crate::source_map::FileId(0));
        Span::new(file, 0, 0)
    }

    fn within(&self, dir: &str) -> bool {
        self.module.dir == dir || self.parent.as_ref().is_some_and(|parent| parent.module.within(dir))
    }
}

impl<'t> World<'t> {
    /// Computes a value of a module once. A circle is told, and unknown.
    pub(super) fn once(
        &self,
        module: &Rc<ModuleInstance<'t>>,
        what: What,
        name: &'t str,
        span: Span,
        compute: impl FnOnce() -> Val,
    ) -> Rc<Val> {
        match module.memo.borrow().get(&(what, name)) {
            Some(Memo::Done(val)) => return val.clone(),
            Some(Memo::Busy) => {
                let word = match what {
                    What::Variable => "variable",
                    What::Local => "local value",
                    What::Output => "output",
                };
                let message = format!("the {word} '{name}' depends on itself");
                self.fault(span, message.as_str());
                return Rc::new(unknown(span, CauseKind::Unsupported, message));
            }
            None => {}
        }
        module.memo.borrow_mut().insert((what, name), Memo::Busy);
        let val = Rc::new(compute());
        module.memo.borrow_mut().insert((what, name), Memo::Done(val.clone()));
        val
    }

    /// An argument of a resource, or its nested blocks of one type; evaluated once.
    pub(super) fn argument(&self, member: &Rc<Member<'t>>, name: &str) -> Option<Rc<Val>> {
        match member.memo.borrow().get(name) {
            Some(Memo::Done(val)) => return Some(val.clone()),
            Some(Memo::Busy) => {
                let message = format!("'{name}' of '{}' depends on itself", member.instance);
                self.fault(member.resource.header, message.as_str());
                return Some(Rc::new(unknown(member.resource.header, CauseKind::Unsupported, message)));
            }
            None => {}
        }
        let body = &member.resource.body;
        if body.attribute(name).is_none() && body.blocks(name).is_empty() {
            return None;
        }
        member.memo.borrow_mut().insert(name.to_owned(), Memo::Busy);
        let val = match body.expr(name) {
            Some(expr) => self.eval(expr, &member.scope()),
            None => self.blocks(&body.blocks(name), name, &member.scope()),
        };
        let val = Rc::new(super::choice::decide_all(val, &member.assumed));
        member.memo.borrow_mut().insert(name.to_owned(), Memo::Done(val.clone()));
        Some(val)
    }

    /// The copies of a resource.
    pub(super) fn members(&self, module: &Rc<ModuleInstance<'t>>, at: usize) -> Rc<Copies<Member<'t>>> {
        if let Some(copies) = module.resources.borrow().get(&at) {
            return copies.clone();
        }
        let resource = &module.module.resources[at];
        let data = if resource.data { "data." } else { "" };
        let place = format!("{data}{}.{}", resource.kind, resource.name);
        let plan = {
            let scope = Scope::top(module);
            let (count, for_each) = (resource.body.expr("count"), resource.body.expr("for_each"));
            self.guarded(module, &place, resource.header, || {
                self.plan(count, for_each, &place, &scope, resource.header)
            })
        };
        let dot = |prefix: &str| if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
        let address = format!("{}{place}", dot(&module.plain));
        let provider = self.provider_of(module, resource);
        let items = plan
            .repeats
            .iter()
            .map(|repeat| {
                let instance = format!("{}{place}{}", dot(&module.address), repeat.suffix);
                let mut assumed = module.assumed.clone();
                assumed.extend(repeat.assumed.iter().cloned());
                Rc::new(Member {
                    resource,
                    module: module.clone(),
                    key: format!("{}#{instance}", self.key),
                    address: address.clone(),
                    instance,
                    repeat: repeat.clone(),
                    existence: both(&module.existence, &repeat.existence),
                    assumed,
                    provider: provider.clone(),
                    memo: RefCell::default(),
                })
            })
            .collect();
        let key = format!("{}#{}{place}", self.key, dot(&module.address));
        let copies = Rc::new(Copies {
            form: plan.form,
            key,
            address,
            over: plan.over,
            repeats: plan.repeats,
            items,
            by_key: plan.by_key,
        });
        module.resources.borrow_mut().insert(at, copies.clone());
        copies
    }

    /// The copies of a called module; `None` when the module has no such call.
    pub(super) fn children(&self, module: &Rc<ModuleInstance<'t>>, name: &str) -> Option<Rc<Copies<Child<'t>>>> {
        let (&name, call) = module.module.calls.get_key_value(name)?;
        if let Some(copies) = module.children.borrow().get(name) {
            return copies.clone();
        }
        let place = format!("module.{name}");
        let plan = {
            let scope = Scope::top(module);
            let (count, for_each) = (call.body.expr("count"), call.body.expr("for_each"));
            self.guarded(module, &place, call.block.header, || {
                self.plan(count, for_each, &place, &scope, call.block.header)
            })
        };
        let items = plan.repeats.iter().map(|repeat| Rc::new(self.child(module, call, repeat))).collect();
        let dot = |prefix: &str| if prefix.is_empty() { String::new() } else { format!("{prefix}.") };
        let copies = Rc::new(Copies {
            form: plan.form,
            key: format!("{}#{}{place}", self.key, dot(&module.address)),
            address: format!("{}{place}", dot(&module.plain)),
            over: plan.over,
            repeats: plan.repeats,
            items,
            by_key: plan.by_key,
        });
        module.children.borrow_mut().insert(name, Some(copies.clone()));
        Some(copies)
    }

    fn child(&self, outer: &Rc<ModuleInstance<'t>>, call: &'t Call<'t>, repeat: &Repeat) -> Child<'t> {
        let parent = Parent { module: outer.clone(), call, repeat: repeat.clone() };
        let path = if outer.path.is_empty() { call.name.to_owned() } else { format!("{}.{}", outer.path, call.name) };
        let target = self.modules.target(self.root, &path, call);
        let key = |instance: &str| format!("{}#{instance}", self.key);
        if let Some(module) = target
            && !outer.within(module.dir)
            && outer.depth < DEEPEST_MODULE
        {
            let mut new = ModuleInstance::new(module, "", Some(parent));
            new.key = key(&new.address);
            new.passed = self.passed(outer, call);
            let (key, address) = (new.key.clone(), new.address.clone());
            return Child { key, address, module: Some(Rc::new(new)), cause: None };
        }
        let dot = if outer.address.is_empty() { String::new() } else { format!("{}.", outer.address) };
        let address = format!("{dot}module.{}{}", call.name, repeat.suffix);
        let cause = match (&call.place, target) {
            (_, Some(module)) if outer.within(module.dir) => {
                self.fault(call.block.header, format!("the module '{}' calls itself", call.name));
                Cause::new(CauseKind::Unsupported, format!("the module of '{address}' calls itself"))
            }
            (_, Some(_)) => {
                self.fault(call.block.header, "the modules call each other too deeply");
                Cause::new(CauseKind::Unsupported, format!("'{address}' is nested too deeply"))
            }
            (Place::Local(Some(dir)), None) => {
                let dir = if dir.is_empty() { "." } else { dir };
                Cause::new(CauseKind::OutsideScope, format!("the module of '{address}' is not in '{dir}'"))
            }
            (Place::Local(None), None) => {
                Cause::new(CauseKind::OutsideScope, format!("the module of '{address}' is outside of the repository"))
            }
            (Place::Remote(source), None) => {
                Cause::new(CauseKind::OutsideScope, format!("the module '{source}' of '{address}' is not installed"))
            }
        };
        Child { key: key(&address), address, module: None, cause: Some(cause) }
    }

    /// Evaluates `count` or `for_each` of a block; one that leads back to itself is told.
    fn guarded(
        &self,
        module: &Rc<ModuleInstance<'t>>,
        place: &str,
        header: Span,
        plan: impl FnOnce() -> super::copies::Plan,
    ) -> super::copies::Plan {
        let mark = format!("{}#{place}", module.key);
        if !self.planning.borrow_mut().insert(mark.clone()) {
            let message = format!("the copies of '{place}' depend on themselves");
            self.fault(header, message.as_str());
            return super::copies::Plan {
                form: super::copies::Form::Each,
                over: unknown(header, CauseKind::Unsupported, message),
                repeats: Vec::new(),
                by_key: HashMap::new(),
            };
        }
        let plan = plan();
        self.planning.borrow_mut().remove(&mark);
        plan
    }
}

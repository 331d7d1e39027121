//! From files to root modules and their instances.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::instance::{Member, ModuleInstance};
use super::{DEEPEST, Evaluated, LEAST_STEPS, Root, STEPS_PER_BYTE, Settings, World};
use crate::source_map::{FileId, SourceMap};
use crate::sources::terraform::commands::Command;
use crate::sources::terraform::instance::Instance;
use crate::sources::terraform::lower;
use crate::sources::terraform::module::{ConfigFile, Files, Module, Modules, Place};
use crate::truth::{Cause, CauseKind};

/// Evaluation follows references by recursion: its threads get a stack that holds [`super::DEEPEST`] levels.
const STACK: usize = 256 << 20;
/// The deepest nesting on a stack of unknown size.
const SHALLOW: usize = 60;

/// The root modules among the files, evaluated. `files` are all configuration files of the scan and the files of
/// variable values beside them; modules that `terraform init` downloaded count too (see
/// [`super::super::module::missing`]).
pub fn roots(files: &[ConfigFile], settings: &Settings, reader: &dyn Files, map: &SourceMap) -> Evaluated {
    let modules = Modules::new(files, reader);
    let (dirs, faults) = modules.roots();
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Done>> = Mutex::new(Vec::new());
    let work = |deepest| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(dir) = dirs.get(at) else { break };
            let Some(module) = modules.all.get(dir) else { continue };
            let inputs = Inputs { modules: &modules, settings, reader, map, deepest };
            let root = root(module, format!("tf:{dir}"), &inputs);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, root));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(dirs.len());
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .filter_map(|_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || work(DEEPEST)).ok())
            .collect();
        // Without a thread there is nothing to do the work but this one.
        if handles.is_empty() {
            work(SHALLOW);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    let roots = done.into_iter().map(|(_, root)| root).collect();
    Evaluated { roots, faults }
}

/// What came of the root module of this index.
type Done = (usize, Root);

/// The module in `dir` as the plan `key` has it: its names are the plan's own. `None` if there is no such module.
pub(in crate::sources::terraform) fn planned(
    modules: &Modules<'_>,
    dir: &str,
    key: &str,
    settings: &Settings,
    reader: &dyn Files,
    map: &SourceMap,
) -> Option<Root> {
    let module = modules.all.get(dir)?;
    let work = |deepest| root(module, key.to_owned(), &Inputs { modules, settings, reader, map, deepest });
    std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || work(DEEPEST)) {
            Ok(thread) => thread.join().ok(),
            Err(_) => Some(work(SHALLOW)),
        }
    })
}

/// What a root module is evaluated with.
struct Inputs<'t, 'm> {
    modules: &'m Modules<'t>,
    settings: &'m Settings,
    reader: &'m dyn Files,
    map: &'m SourceMap,
    deepest: usize,
}

fn root(module: &Module<'_>, key: String, inputs: &Inputs<'_, '_>) -> Root {
    let Inputs { modules, settings, reader, map, deepest } = *inputs;
    let dir = module.dir;
    let bytes = reached(dir, modules, map);
    let world = World {
        modules,
        settings,
        reader,
        map,
        root: dir,
        key,
        steps: Cell::new(LEAST_STEPS.max(bytes.saturating_mul(STEPS_PER_BYTE))),
        depth: Cell::new(0),
        deepest,
        copies: Cell::new(0),
        planning: RefCell::default(),
        faults: RefCell::default(),
        hidden: RefCell::default(),
        unread: RefCell::default(),
        objects: RefCell::default(),
        types: RefCell::default(),
        loose: RefCell::default(),
    };
    let top = ModuleInstance::root(module, &world.key);
    let mut instances = Vec::new();
    world.collect(&top, &mut instances);
    let open_variables = world.open_variables(&top);
    let provider = world.account(&top, "aws").provider.clone();
    if world.steps.get() == 0 {
        let message = "the module takes too many steps to evaluate; what is left of it is unknown";
        world.fault(top.header(), message);
        world.hide(Cause::new(CauseKind::Unsupported, message));
    }
    let commands = scripts(&world, &top, bytes);
    top.clear();
    world.objects.take();
    Root {
        dir: dir.to_owned(),
        header: top.header(),
        files: module.files.clone(),
        key: world.key.clone(),
        instances,
        commands,
        hidden: world.hidden.take(),
        unread: world.unread.take(),
        provider,
        open_variables,
        faults: world.faults.take(),
    }
}

/// The commands of a root module. Scripts have steps of their own, and what is amiss in other arguments of resources that
/// are not modelled is nobody's concern.
fn scripts<'t>(world: &World<'t>, top: &Rc<ModuleInstance<'t>>, bytes: usize) -> Vec<Command> {
    let (faults, hidden) = (world.faults.borrow().clone(), world.hidden.borrow().clone());
    world.steps.set(LEAST_STEPS.max(bytes.saturating_mul(STEPS_PER_BYTE)));
    let mut commands = Vec::new();
    world.commands(top, &mut commands);
    world.faults.replace(faults);
    world.hidden.replace(hidden);
    if world.steps.get() == 0 {
        world.fault(top.header(), "the scripts of the module take too many steps to read; some may not be judged");
    }
    commands
}

/// The bytes of the modules that a root reaches by local calls, each counted once.
fn reached(dir: &str, modules: &Modules<'_>, map: &SourceMap) -> usize {
    let mut seen = HashSet::new();
    let mut queue = vec![dir];
    let mut bytes = 0;
    while let Some(dir) = queue.pop() {
        let Some(module) = modules.all.get(dir) else { continue };
        if !seen.insert(dir) {
            continue;
        }
        bytes += module.files.iter().map(|file: &FileId| map.file(*file).text().len()).sum::<usize>();
        queue.extend(module.calls.values().filter_map(|call| match &call.place {
            Place::Local(Some(dir)) => Some(dir.as_str()),
            _ => None,
        }));
    }
    bytes
}

impl<'t> World<'t> {
    /// The instances of a module and of all that it calls.
    fn collect(&self, module: &Rc<ModuleInstance<'t>>, instances: &mut Vec<Instance>) {
        for path in &module.module.unread {
            let cause = Cause::new(CauseKind::NotCollected, format!("'{path}' could not be read in full"));
            self.hide(cause.clone());
            let mut unread = self.unread.borrow_mut();
            if !unread.contains(&cause) {
                unread.push(cause);
            }
        }
        for (at, resource) in module.module.resources.iter().enumerate() {
            // What data sources say is in the values of what refers to them; other types are evaluated only where
            // something refers to them.
            if !resource.data && lower::is_modelled(resource.kind) {
                for member in &self.members(module, at).items {
                    instances.push(self.instance(member));
                }
            }
        }
        for name in module.module.calls.keys() {
            let Some(copies) = self.children(module, name) else { continue };
            for child in &copies.items {
                match (&child.module, &child.cause) {
                    (Some(inner), _) => self.collect(inner, instances),
                    (None, Some(cause)) => self.hide(cause.clone()),
                    (None, None) => {}
                }
            }
        }
    }

    fn instance(&self, member: &Rc<Member<'t>>) -> Instance {
        Instance {
            data: member.resource.data,
            kind: member.resource.kind.into(),
            address: member.address.clone(),
            instance: member.instance.clone(),
            key: member.key.clone(),
            header: member.resource.header,
            calls: member.module.calls.clone(),
            existence: member.existence.clone(),
            provider: member.provider.clone(),
            body: self.body_of(member),
        }
    }
}

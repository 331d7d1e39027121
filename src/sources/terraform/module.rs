//! Directories of configuration files: which of them are root modules, and what each declares.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::source_map::{FileId, Span};
use crate::syntax::hcl::{Attribute, Body, ExprKind};
use crate::truth::Cause;
pub(super) use index::{Call, Layers, Module, Resource, Variable};
pub(super) use places::{Place, join};

mod index;
mod places;

/// A `.tf` or `.tf.json` file, or one of variable values, read.
#[derive(Debug)]
pub struct ConfigFile {
    /// The path, relative to the repository root, with `/`.
    pub path: String,
    /// Its text.
    pub file: FileId,
    /// What it says.
    pub body: Body,
}

/// Reads files of the repository, by paths relative to its root. What lies outside of it, also by a symbolic link, is
/// not read.
pub trait Files: Sync {
    /// The text of a file.
    ///
    /// # Errors
    /// Why it cannot be read; reads after "because".
    fn read(&self, path: &str) -> Result<Arc<str>, Cause>;
    /// The names in a directory, sorted; those of directories end in `/`. Empty when there is no such directory.
    fn list(&self, dir: &str) -> Vec<String>;
    /// The paths of files that belong to modules and were not read, or not in full.
    fn unread(&self) -> &[String] {
        &[]
    }
}

/// Whether a file of this name is configuration. Terraform passes over hidden files.
/// <https://developer.hashicorp.com/terraform/language/files>
pub fn is_config(name: &str) -> bool {
    if name.starts_with('.') {
        return false;
    }
    name.ends_with(".tf") || name.ends_with(".tf.json") || name.ends_with(".tofu") || name.ends_with(".tofu.json")
}

/// A path of configuration without its ending.
fn stem(path: &str) -> &str {
    let path = path.strip_suffix(".json").unwrap_or(path);
    path.strip_suffix(".tofu").or_else(|| path.strip_suffix(".tf")).unwrap_or(path)
}

/// The path without its ending, if the file is for OpenTofu only.
fn tofu_stem(path: &str) -> Option<&str> {
    (path.ends_with(".tofu") || path.ends_with(".tofu.json")).then(|| stem(path))
}

/// Whether a file of this name gives values to variables of the root module beside it without being asked to.
pub fn is_values(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// The modules of a scan.
pub(super) struct Modules<'t> {
    /// By directory.
    pub all: BTreeMap<&'t str, Module<'t>>,
    /// The files of variable values, by directory, in the order in which they are laid over each other.
    pub values: HashMap<String, Vec<Values<'t>>>,
    /// What `.terraform/modules/modules.json` says, by the directory of the root module.
    pub installed: HashMap<&'t str, BTreeMap<String, String>>,
}

/// A file of variable values.
pub(super) struct Values<'t> {
    pub path: String,
    /// What was read of it.
    pub body: Option<&'t Body>,
    /// Whether that is all.
    pub whole: bool,
}

/// The deepest nesting of modules that is followed.
pub(super) const DEEPEST_MODULE: usize = 40;
/// How many calls are followed to find the modules that a root needs.
const MOST_CALLS: usize = 20_000;

impl<'t> Modules<'t> {
    pub fn new(files: &'t [ConfigFile], reader: &dyn Files) -> Self {
        // OpenTofu reads `x.tofu` in place of `x.tf`. <https://opentofu.org/docs/language/files/>
        let tofu: HashSet<&str> = files.iter().filter_map(|file| tofu_stem(&file.path)).collect();
        let mut dirs: BTreeMap<&str, Vec<&ConfigFile>> = BTreeMap::new();
        let mut values: HashMap<String, Vec<Values<'_>>> = HashMap::new();
        let mut unread: HashMap<&str, Vec<String>> = HashMap::new();
        for file in files {
            let (dir, name) = places::split(&file.path);
            let replaced = tofu_stem(&file.path).is_none() && tofu.contains(stem(&file.path));
            if is_config(name) && !replaced {
                dirs.entry(dir).or_default().push(file);
            } else if is_values(name) {
                let whole = !reader.unread().contains(&file.path);
                let file = Values { path: file.path.clone(), body: Some(&file.body), whole };
                values.entry(dir.to_owned()).or_default().push(file);
            }
        }
        for path in reader.unread() {
            let (dir, name) = places::split(path);
            if is_config(name) {
                unread.entry(dir).or_default().push(path.clone());
            } else if is_values(name) {
                let files = values.entry(dir.to_owned()).or_default();
                if files.iter().all(|file| file.path != *path) {
                    files.push(Values { path: path.clone(), body: None, whole: false });
                }
            }
        }
        // `terraform.tfvars` comes first, then the `.auto.` files in the order of their names; the last one holds.
        for files in values.values_mut() {
            files.sort_by(|a, b| {
                let key = |path| (places::split(path).1.contains(".auto."), path);
                key(&a.path).cmp(&key(&b.path))
            });
        }
        let all: BTreeMap<&str, Module<'_>> = dirs
            .into_iter()
            .map(|(dir, files)| {
                let unread = unread.remove(dir).unwrap_or_default();
                (dir, Module { unread, ..Module::new(dir, files) })
            })
            .collect();
        let calls_remote = |module: &Module<'_>| !module.calls.is_empty();
        let installed = all
            .values()
            .filter(|module| calls_remote(module) && !in_terraform_dir(module.dir))
            .filter_map(|module| Some((module.dir, places::installed(module.dir, reader)?)))
            .collect();
        Self { all, values, installed }
    }

    /// The directories that are root modules: no other module calls them by a local path. A circle of modules keeps its
    /// first one, and is told.
    pub fn roots(&self) -> (Vec<&'t str>, Vec<(Span, String)>) {
        let children = |dir: &str| -> Vec<&'t str> {
            let Some(module) = self.all.get(dir) else { return Vec::new() };
            let local = module.calls.values().filter_map(|call| match &call.place {
                Place::Local(Some(target)) => self.all.get_key_value(target.as_str()).map(|(dir, _)| *dir),
                _ => None,
            });
            local.collect()
        };
        let own: Vec<&'t str> = self.all.keys().copied().filter(|dir| !in_terraform_dir(dir)).collect();
        let called: HashSet<&str> = own.iter().flat_map(|dir| children(dir)).collect();
        let mut roots: BTreeSet<&'t str> = own.iter().copied().filter(|dir| !called.contains(dir)).collect();
        let mut faults = Vec::new();
        let mut reached = HashSet::new();
        let mut queue: Vec<&'t str> = roots.iter().copied().collect();
        loop {
            while let Some(dir) = queue.pop() {
                if reached.insert(dir) {
                    queue.extend(children(dir));
                }
            }
            let Some(&dir) = own.iter().find(|dir| !reached.contains(**dir)) else { break };
            roots.insert(dir);
            queue.push(dir);
            if let Some(call) = self.all[dir].calls.values().next() {
                faults.push((call.block.header, "these modules call each other in a circle".to_owned()));
            }
        }
        (roots.into_iter().collect(), faults)
    }

    /// The module that a call leads to: by its local path, or where `terraform init` put it. `path` is the call's own
    /// path of names from the root module `root`.
    pub fn target(&self, root: &str, path: &str, call: &Call<'t>) -> Option<&Module<'t>> {
        self.all.get(self.target_dir(root, path, call)?.as_str())
    }

    fn target_dir(&self, root: &str, path: &str, call: &Call<'t>) -> Option<String> {
        match &call.place {
            Place::Local(target) => target.clone(),
            Place::Remote(_) => self.installed.get(root)?.get(path).cloned(),
        }
    }
}

/// What `terraform init` downloads is no root module of its own.
fn in_terraform_dir(dir: &str) -> bool {
    dir.split('/').any(|part| part == ".terraform")
}

/// The configuration files that `files` call for and do not hold: those of modules outside of what was scanned, but
/// inside the repository. To be asked again when these are read, until nothing is missing.
pub fn missing(files: &[ConfigFile], reader: &dyn Files) -> Vec<String> {
    let modules = Modules::new(files, reader);
    let (roots, _) = modules.roots();
    let mut wanted = BTreeSet::new();
    for root in roots {
        let mut seen = HashSet::new();
        let mut left = MOST_CALLS;
        let mut queue = vec![(root.to_owned(), String::new(), 0)];
        while let Some((dir, path, depth)) = queue.pop() {
            let Some(module) = modules.all.get(dir.as_str()) else {
                wanted.insert(dir);
                continue;
            };
            for (name, call) in &module.calls {
                let inner = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
                left = left.saturating_sub(1);
                if left == 0 || depth >= DEEPEST_MODULE {
                    break;
                }
                let Some(target) = modules.target_dir(root, &inner, call) else { continue };
                // Where nothing is installed, a module needs to be looked into only once.
                let mark = if modules.installed.contains_key(root) { inner.clone() } else { target.clone() };
                if seen.insert(mark) {
                    queue.push((target, inner, depth + 1));
                }
            }
        }
    }
    let mut paths: Vec<String> = wanted
        .iter()
        .flat_map(|dir| {
            let named = move |name: String| if dir.is_empty() { name } else { format!("{dir}/{name}") };
            reader.list(dir).into_iter().filter(|name| is_config(name)).map(named)
        })
        .collect();
    paths.sort();
    paths
}

/// The places of values that no report may show: those of sensitive variables.
pub fn secrets(files: &[ConfigFile]) -> Vec<Span> {
    let is_true = |body: &Body, name: &str| {
        body.attribute(name).is_some_and(|attribute| attribute.value.kind == ExprKind::Bool(true))
    };
    let mut names: HashSet<(&str, &str)> = HashSet::new();
    let mut spans = Vec::new();
    for file in files {
        for block in file.body.blocks_of("variable") {
            if is_true(&block.body, "sensitive") || is_true(&block.body, "ephemeral") {
                spans.extend(block.body.attribute("default").map(|default| default.value.span));
                names.extend(block.labels.first().map(|name| (places::split(&file.path).0, &**name)));
            }
        }
        for block in file.body.blocks_of("output").filter(|block| is_true(&block.body, "sensitive")) {
            spans.extend(block.body.attribute("value").map(|value| value.value.span));
        }
    }
    for file in files {
        let (dir, name) = places::split(&file.path);
        if is_values(name) {
            let secret = |attribute: &&Attribute| names.contains(&(dir, &*attribute.name));
            spans.extend(file.body.attributes.iter().filter(secret).map(|attribute| attribute.value.span));
        }
    }
    spans
}

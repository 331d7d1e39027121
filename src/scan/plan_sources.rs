//! Which plans were made of which root modules: what is found in them stands in the files that a person edits, and the
//! module is not judged a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::STDIN;
use super::plans::{Document, Module};
use super::terraform::{self, Repository};
use super::walk::{self, Base};
use crate::model::InputKind;
use crate::source_map::SourceMap;
use crate::sources::terraform::eval::{Root, Settings};
use crate::sources::terraform::module::{ConfigFile, Files, is_config, is_values};
use crate::sources::terraform::overlay::Overlay;
use crate::sources::terraform::supplement::supplement;
use crate::syntax::hcl;

/// Gives plans the places of the files that they were made of: those beside the plan, or those of `named`, which is
/// `--source`. A plan beside files that say something else is left as it is: it was made of other ones.
///
/// Returns the directories of the scanned root modules that a plan stands for.
pub(super) fn settle(
    plans: &mut [Document],
    files: &[ConfigFile],
    named: Option<&str>,
    base: &Base,
    sources: &mut SourceMap,
) -> BTreeSet<String> {
    let mut by_dir: BTreeMap<String, Vec<&mut Document>> = BTreeMap::new();
    for plan in plans.iter_mut().filter(|plan| plan.kind == InputKind::TerraformPlan) {
        let dir = named.or_else(|| (plan.path != STDIN).then(|| split(&plan.path).0)).map(str::to_owned);
        if let Some(dir) = dir {
            by_dir.entry(dir).or_default().push(plan);
        }
    }
    let scanned: BTreeSet<&str> =
        files.iter().filter(|file| is_config(split(&file.path).1)).map(|file| split(&file.path).0).collect();
    let (inside, outside): (BTreeMap<_, _>, BTreeMap<_, _>) =
        by_dir.into_iter().partition(|(dir, _)| scanned.contains(dir.as_str()));
    let repository = Repository::new(base);
    let mut planned = BTreeSet::new();
    if !inside.is_empty() {
        let overlay = Overlay::new(files, &repository);
        for (dir, plans) in inside {
            let source = Source { dir, overlay: &overlay, repository: &repository, sources, named: named.is_some() };
            if source.settle(plans) {
                planned.insert(source.dir);
            }
        }
    }
    for (dir, plans) in outside {
        let files = read(&dir, &repository, base, sources);
        let overlay = Overlay::new(&files, &repository);
        let source = Source { dir, overlay: &overlay, repository: &repository, sources, named: named.is_some() };
        source.settle(plans);
    }
    planned
}

/// The files of a module that was not scanned. They only give places: what cannot be read costs nothing but these.
fn read(dir: &str, repository: &Repository<'_>, base: &Base, sources: &mut SourceMap) -> Vec<ConfigFile> {
    let names = repository.list(dir);
    let found = names
        .iter()
        .filter(|name| is_config(name) || is_values(name))
        .map(|name| if dir.is_empty() { name.clone() } else { format!("{dir}/{name}") })
        .filter_map(|path| {
            let found = walk::referred(&repository.place(&path)?, base)?;
            Some(walk::Found { path, ..found })
        })
        .collect();
    terraform::files(found, base, sources, &mut Vec::new())
}

/// A module that plans may be made of.
struct Source<'a> {
    dir: String,
    overlay: &'a Overlay<'a>,
    repository: &'a Repository<'a>,
    sources: &'a SourceMap,
    /// Whether the command line says that they are.
    named: bool,
}

impl Source<'_> {
    /// Gives the plans that were made of the module its places and what only it knows; whether there is one.
    fn settle(&self, plans: Vec<&mut Document>) -> bool {
        let Some(at) = self.overlay.header(&self.dir) else { return false };
        let made_of_it = |plan: &&mut Document| self.named || self.overlay.is_of(&self.dir, &plan.read.instances);
        let own: Vec<&mut Document> = plans.into_iter().filter(made_of_it).collect();
        let alone = own.len() == 1;
        let any = !own.is_empty();
        for plan in own {
            self.place(plan);
            // What goes wrong here costs nothing that the plan itself says.
            if let Ok(Some(root)) = catch_unwind(AssertUnwindSafe(|| self.evaluated(plan))) {
                supplement(&mut plan.read.instances, &root.instances, plan.file);
                plan.read.commands = root.commands;
            }
            plan.module = Some(Module { dir: self.dir.clone(), at, alone });
        }
        any
    }

    fn place(&self, plan: &mut Document) {
        self.overlay.apply(&self.dir, &mut plan.read.instances);
        for change in &mut plan.read.changes {
            if self.overlay.apply(&self.dir, std::slice::from_mut(&mut change.before)) > 0 {
                change.at = change.before.header;
            }
        }
    }

    /// The module with the variables and the account of the plan.
    fn evaluated(&self, plan: &Document) -> Option<Root> {
        let variables = hcl::json::parse_variables(&plan.read.variables, plan.file).ok()?;
        let provider = &plan.read.provider;
        let settings = Settings {
            var_files: vec![(plan.path.clone(), variables)],
            account: provider.account.literal().map(str::to_owned),
            region: provider.region.literal().map(str::to_owned),
            ..Settings::default()
        };
        self.overlay.evaluated(&self.dir, &plan.path, &settings, self.repository, self.sources)
    }
}

/// Directory and name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

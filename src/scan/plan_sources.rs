//! Which plans were made of which root modules: what is found in them stands in the files that a person edits.
//!
//! A module that was scanned is judged besides: whatever a plan says, it may be older than the files. What both say is told
//! once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::plans::{Document, Module};
use super::terraform::{self, Repository};
use super::walk::{self, Base};
use super::{STDIN, ScanError};
use crate::finding::Finding;
use crate::model::{Estate, InputKind};
use crate::source_map::SourceMap;
use crate::sources::terraform::eval::{Root, Settings};
use crate::sources::terraform::module::{ConfigFile, Files, is_config, is_values};
use crate::sources::terraform::overlay::Overlay;
use crate::sources::terraform::supplement::{contradicts, supplement};
use crate::syntax::hcl;

/// Gives plans the places of the files that they were made of: those beside the plan, or those of `named`, which is
/// `--source`. A plan beside files that say something else is left as it is: it was made of other ones.
///
/// # Errors
/// If the folder that is named holds nothing of a plan.
pub(super) fn settle(
    plans: &mut [Document],
    files: &[ConfigFile],
    named: Option<&str>,
    base: &Base,
    sources: &mut SourceMap,
) -> Result<(), ScanError> {
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
    if !inside.is_empty() {
        let overlay = Overlay::new(files, &repository);
        for (dir, plans) in inside {
            let source = Source { dir, overlay: &overlay, repository: &repository, sources, named: named.is_some() };
            source.settle(plans);
        }
    }
    for (dir, plans) in outside {
        let files = read(&dir, &repository, base, sources);
        let overlay = Overlay::new(&files, &repository);
        let source = Source { dir, overlay: &overlay, repository: &repository, sources, named: named.is_some() };
        source.settle(plans);
    }
    let is_strange = |plan: &Document| plan.kind == InputKind::TerraformPlan && plan.module.is_none();
    match named {
        Some(dir) if plans.iter().any(is_strange) => {
            Err(ScanError::Source(terraform::shown(dir), "holds nothing of a plan that is scanned"))
        }
        _ => Ok(()),
    }
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
    /// Gives the plans that were made of the module its places and what only it knows.
    fn settle(&self, plans: Vec<&mut Document>) {
        let Some(at) = self.overlay.header(&self.dir) else { return };
        let mut own = Vec::new();
        for plan in plans {
            let root = catch_unwind(AssertUnwindSafe(|| self.evaluated(plan))).ok().flatten();
            if let Some(root) = root.filter(|root| if self.named { self.holds(plan) } else { self.is_of(plan, root) }) {
                own.push((plan, root));
            }
        }
        let alone = own.len() == 1;
        for (plan, root) in own {
            self.place(plan);
            supplement(&mut plan.read.instances, &root.instances, plan.file);
            plan.read.commands = root.commands;
            plan.module = Some(Module { dir: self.dir.clone(), at, alone });
        }
    }

    /// Whether something of the plan is written in the module.
    fn holds(&self, plan: &Document) -> bool {
        let managed = plan.read.instances.iter().filter(|instance| !instance.data);
        let mut any = managed.clone().map(|instance| self.overlay.holds(&self.dir, &instance.address));
        managed.clone().next().is_none() || any.any(|held| held)
    }

    /// Whether the plan was made of the module as it is now.
    fn is_of(&self, plan: &Document, root: &Root) -> bool {
        self.overlay.is_of(&self.dir, &plan.read.instances)
            && self.overlay.writes(&self.dir, &plan.read.written)
            && !contradicts(&plan.read.instances, &root.instances, self.sources)
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
            account: Some(provider.account.clone()),
            region: Some(provider.region.clone()),
            ..Settings::default()
        };
        self.overlay.evaluated(&self.dir, &plan.path, &settings, self.repository, self.sources)
    }
}

/// Leaves out what a module is told of and the plan that was made of it too. A verdict that differs stays: the files may say
/// something else by now.
pub(super) fn once(findings: &mut Vec<Finding>, estate: &Estate) {
    let of = |finding: &Finding| estate.inputs.get(finding.subject.input.0 as usize);
    let plans: HashSet<&str> = estate
        .inputs
        .iter()
        .filter(|input| input.kind == InputKind::TerraformPlan && input.owner != input.path)
        .map(|input| input.owner.as_str())
        .collect();
    if plans.is_empty() {
        return;
    }
    let key = |finding: &Finding, owner: &str| {
        let subject = &finding.subject;
        let instance = subject.instances.first().unwrap_or(&subject.address).clone();
        (owner.to_owned(), finding.check, instance, finding.fault.clone(), finding.outcome.word())
    };
    let told: HashSet<_> = findings
        .iter()
        .filter_map(|finding| Some((finding, of(finding).filter(|input| input.kind == InputKind::TerraformPlan)?)))
        .map(|(finding, input)| key(finding, &input.owner))
        .collect();
    findings.retain(|finding| match of(finding) {
        Some(input) if input.kind == InputKind::TerraformConfig && plans.contains(input.owner.as_str()) => {
            !told.contains(&key(finding, &input.owner))
        }
        _ => true,
    });
}

/// Directory and name of a path.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

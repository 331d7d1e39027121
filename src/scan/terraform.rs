//! From the files of Terraform modules to root modules, and on to inputs.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::detect::Form;
use super::read::{Entered, enter};
use super::walk::{self, Base, Found};
use super::{Gap, ScanError, TerraformSettings, internal};
use crate::model::arn::Text;
use crate::model::{Input, InputId, InputKind};
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::script::Embedded;
use crate::sources::terraform::commands;
use crate::sources::terraform::eval::{self, Root, Settings};
use crate::sources::terraform::lower::{self, RootInfo};
use crate::sources::terraform::module::{self, ConfigFile, Files, is_values};
use crate::syntax::SyntaxError;
use crate::syntax::hcl::{self, Body};
use crate::truth::{Cause, CauseKind};

/// Whether a file is read as a part of a module.
pub(super) fn is_ours(found: &Found) -> bool {
    matches!(found.suspect.form, Form::Terraform | Form::Variables)
}

/// Parses the files of modules, and those of the local and installed modules that they call.
pub(super) fn files(found: Vec<Found>, base: &Base, sources: &mut SourceMap, gaps: &mut Vec<Gap>) -> Vec<ConfigFile> {
    let repository = Repository::new(base);
    let mut files = Vec::new();
    let mut known: BTreeSet<String> = found.iter().map(|file| file.path.clone()).collect();
    let mut found = found;
    while !found.is_empty() {
        let texts: Vec<Entered> = found.into_iter().filter_map(|file| enter(file, sources, gaps)).collect();
        let map = &*sources;
        let parsed: Vec<(ConfigFile, Vec<Gap>)> = texts.par_iter().map(|text| parse(text.file, map)).collect();
        for (file, mut faults) in parsed {
            files.push(file);
            gaps.append(&mut faults);
        }
        let missing = module::missing(&files, &repository);
        let new = missing.into_iter().filter(|path| known.insert(path.clone()));
        found = new.filter_map(|path| referred(&repository, path, gaps)).collect();
    }
    module::secrets(&files).into_iter().for_each(|span| sources.hide(span));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A file of a module that is called. It counts where the call leads, also when that is a link.
fn referred(repository: &Repository<'_>, path: String, gaps: &mut Vec<Gap>) -> Option<Found> {
    let Some(place) = repository.place(&path) else {
        gaps.push(Gap::new(&path, "unreadable", walk::LEADS_OUT));
        return None;
    };
    match walk::referred(&place, repository.base) {
        Some(found) => Some(Found { path, ..found }),
        None => {
            gaps.push(Gap::new(&path, "unreadable", "the file cannot be read"));
            None
        }
    }
}

fn parse(file: FileId, sources: &SourceMap) -> (ConfigFile, Vec<Gap>) {
    let source = sources.file(file);
    let (path, text) = (source.path().to_owned(), source.text());
    let empty = || Body { attributes: Vec::new(), blocks: Vec::new(), span: Span::new(file, 0, 0) };
    let Ok((body, errors)) = catch_unwind(AssertUnwindSafe(|| body(&path, text, file))) else {
        let gap = internal(&path);
        return (ConfigFile { path, file, body: empty() }, vec![gap]);
    };
    let gap = |error: SyntaxError| Gap {
        path: Some(path.clone()),
        span: Some(error.span),
        reason: "syntax",
        message: error.message,
        ..Gap::default()
    };
    let gaps = errors.into_iter().map(gap).collect();
    (ConfigFile { path, file, body: body.unwrap_or_else(empty) }, gaps)
}

/// A file in the syntax that its name tells.
pub(super) fn body(path: &str, text: &str, file: FileId) -> (Option<Body>, Vec<SyntaxError>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if !name.ends_with(".json") {
        let parsed = hcl::native::parse(text, file);
        return (Some(parsed.body), parsed.errors);
    }
    let values = is_values(name) || name.ends_with(".tfvars.json");
    let parsed = if values { hcl::json::parse_variables(text, file) } else { hcl::json::parse_json(text, file) };
    match parsed {
        Ok(body) => (Some(body), Vec::new()),
        Err(error) => (None, vec![error]),
    }
}

/// Reads the files of `--var-file`.
///
/// # Errors
/// If one cannot be read or parsed: a value that is not taken would change verdicts.
pub(super) fn settings(given: &TerraformSettings, sources: &mut SourceMap) -> Result<Settings, ScanError> {
    let mut settings = Settings {
        vars: given.vars.clone(),
        account: given.account.as_deref().map(Text::from),
        region: given.region.as_deref().map(Text::from),
        ..Settings::default()
    };
    for path in &given.var_files {
        let shown = path.display().to_string();
        let fault = |message: String| ScanError::VarFile(shown.clone(), message);
        let text = fs::read_to_string(path).map_err(|error| fault(error.kind().to_string()))?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let file = sources.add(name.clone(), text);
        let name =
            if name.ends_with(".json") { format!("{}.tfvars.json", name.trim_end_matches(".json")) } else { name };
        let (body, errors) = body(&name, sources.file(file).text(), file);
        match (body, errors.first()) {
            (Some(body), None) => settings.var_files.push((shown, body)),
            (_, error) => {
                let (line, message) = error.map_or((1, "it cannot be read"), |error| {
                    (sources.positions(error.span).0.line, error.message.as_str())
                });
                return Err(fault(format!("line {line}: {message}")));
            }
        }
    }
    Ok(settings)
}

/// Evaluates root modules and lowers each into an input; ids count from `first`.
pub(super) fn inputs(
    files: &[ConfigFile],
    settings: &Settings,
    base: &Base,
    sources: &mut SourceMap,
    first: u32,
    scripts: &mut Vec<Embedded>,
    gaps: &mut Vec<Gap>,
) -> Vec<Input> {
    if files.is_empty() {
        return Vec::new();
    }
    let of_modules = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        is_values(name) || module::is_config(name)
    };
    let unread = gaps.iter().filter_map(|gap| gap.path.as_ref()).filter(of_modules).cloned().collect();
    let repository = Repository { base, unread };
    let attempt = catch_unwind(AssertUnwindSafe(|| eval::roots(files, settings, &repository, &*sources)));
    let Ok(evaluated) = attempt else {
        gaps.push(internal(&files[0].path));
        return Vec::new();
    };
    let faults = RefCell::new(evaluated.faults);
    let mut inputs = Vec::new();
    let mut seen = HashSet::new();
    for root in evaluated.roots {
        // A module that several roots call has its faults once.
        for fault in &root.faults {
            if !faults.borrow().contains(fault) {
                faults.borrow_mut().push(fault.clone());
            }
        }
        let id = InputId(first + inputs.len() as u32);
        match catch_unwind(AssertUnwindSafe(|| lower::input(&root.instances, &info(&root), id, &faults))) {
            Ok(mut input) => {
                let (invocations, mut run) = commands::invocations(root.commands, id, sources, &mut seen);
                input.invocations.items = invocations;
                scripts.append(&mut run);
                super::scripts::removals(&mut input);
                inputs.push(input);
            }
            Err(_) => gaps.push(internal(&shown(&root.dir))),
        }
    }
    for (span, message) in faults.take() {
        let path = Some(sources.file(span.file).path().to_owned());
        gaps.push(Gap { path, span: Some(span), reason: "template", message, ..Gap::default() });
    }
    inputs
}

fn info(root: &Root) -> RootInfo {
    RootInfo {
        kind: InputKind::TerraformConfig,
        path: shown(&root.dir),
        at: root.header,
        hidden: root.hidden.clone(),
        unread: root.unread.clone(),
        provider: root.provider.clone(),
    }
}

/// A directory as reports name it.
pub(super) fn shown(dir: &str) -> String {
    if dir.is_empty() { ".".to_owned() } else { dir.to_owned() }
}

/// The files below the repository root.
pub(super) struct Repository<'b> {
    base: &'b Base,
    /// What of it belongs to modules and was not read in full.
    unread: Vec<String>,
}

impl<'b> Repository<'b> {
    /// The repository, as far as nothing of it could not be read.
    pub(super) fn new(base: &'b Base) -> Self {
        Self { base, unread: Vec::new() }
    }
    /// The real place of a path, if it is one of the repository's.
    pub(super) fn place(&self, path: &str) -> Option<PathBuf> {
        self.base
            .places(path)
            .into_iter()
            .filter_map(|place| place.canonicalize().ok())
            .find(|real| self.base.holds(real))
    }
}

impl Files for Repository<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, Cause> {
        let missing = || Cause::new(CauseKind::OutsideScope, format!("there is no file '{path}' in the repository"));
        let place = self.place(path).filter(|place| place.is_file()).ok_or_else(missing)?;
        let large = fs::metadata(&place).map_or(true, |meta| meta.len() > super::LARGEST_TEMPLATE);
        if large {
            return Err(Cause::new(CauseKind::Unsupported, format!("the file '{path}' is too large")));
        }
        let text = fs::read_to_string(&place);
        text.map(Arc::from).map_err(|_| Cause::new(CauseKind::Unsupported, format!("the file '{path}' is no text")))
    }

    fn list(&self, dir: &str) -> Vec<String> {
        let Some(place) = self.place(dir).filter(|place| place.is_dir()) else { return Vec::new() };
        let name = |entry: fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_dir(&entry.path()) { name + "/" } else { name }
        };
        let mut names: Vec<String> = fs::read_dir(place).into_iter().flatten().flatten().map(name).collect();
        names.sort();
        names
    }

    fn unread(&self) -> &[String] {
        &self.unread
    }
}

fn is_dir(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_dir())
}

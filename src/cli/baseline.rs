//! What was known before a scan: read from a file, or scanned from a commit; and written for the next.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::args;
use super::parameters;
use crate::compare::{Known, Unread, baseline, files};
use crate::finding::clean;
use crate::scan::base::Base;
use crate::scan::{self, Exclude, Gap, Request, Scan, ScanError, Suppressions, TerraformSettings};
use crate::sources::cloudformation;

/// Where what was known is, and where it is written.
#[derive(Clone, Debug, Default)]
pub struct Baselines {
    /// The file of known findings.
    pub file: Option<PathBuf>,
    /// The file that the findings are written to.
    pub write: Option<PathBuf>,
}

/// What was read of the two files.
#[derive(Debug, Default)]
pub struct Before {
    /// The known findings.
    pub known: Option<Known>,
    /// Those of the file that is written anew, where it is another.
    pub rewritten: Option<Known>,
}

impl Before {
    /// Compares a scan with it.
    pub fn compare(self, scan: &mut Scan) {
        scan.compare(self.known, self.rewritten);
    }
}

impl Baselines {
    /// Reads the files, before anything is scanned: a mistake must not cost the scan.
    ///
    /// # Errors
    /// If a file cannot be read or holds no findings. A file that is to be written and holds something else is not
    /// overwritten.
    pub fn read(&self) -> anyhow::Result<Before> {
        let same = self.write.is_some() && self.file.as_deref().map(place) == self.write.as_deref().map(place);
        let known = match &self.file {
            // The first time there is nothing to compare with.
            Some(file) if same && !file.exists() => None,
            Some(file) => Some(read(file, "the baseline")?),
            None => None,
        };
        let old = self.write.as_ref().filter(|file| !same && file.exists());
        let rewritten = old.map(|file| read(file, "--write-baseline: the file is not overwritten:")).transpose()?;
        Ok(Before { known, rewritten })
    }

    /// Writes the findings of a scan, and says what it kept.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, scan: &Scan, quiet: bool) -> anyhow::Result<()> {
        let Some(file) = &self.write else { return Ok(()) };
        let (entries, kept) = scan.rewritten();
        let mut bytes = Vec::new();
        baseline::write(&entries, &scan.places(&entries), &mut bytes)?;
        let shown = clean(&file.display().to_string());
        fs::write(file, bytes).with_context(|| format!("the baseline '{shown}'"))?;
        if !quiet {
            let kept = match kept {
                0 => String::new(),
                kept => format!(", {kept} of them from before, which this scan did not look for or cannot tell"),
            };
            let plural = if entries.len() == 1 { "" } else { "s" };
            writeln!(anstream::stderr(), "wrote {} finding{plural} to {shown}{kept}", entries.len())?;
        }
        Ok(())
    }
}

/// The real place of a file that may not exist.
fn place(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize().unwrap_or(absolute)
}

fn read(file: &Path, what: &str) -> anyhow::Result<Known> {
    let shown = clean(&file.display().to_string());
    let text = fs::read(file).with_context(|| format!("{what} '{shown}'"))?;
    let mut known = files::known(&shown, &text).context(what.trim_end_matches(':').to_owned())?;
    // Reports name no folder of this machine.
    known.name = clean(&file.file_name().unwrap_or_default().to_string_lossy());
    Ok(known)
}

/// Scans the paths as they were in a commit.
///
/// # Errors
/// If the commit cannot be reached: a base that is not there must not look like one without findings.
pub fn of_commit(reference: &str, args: &args::Scan, request: &Request<'_>) -> anyhow::Result<Known> {
    if request.stdin.is_some() {
        bail!("--base-ref compares files with what they were: standard input has no base");
    }
    if let Some(path) = request.paths.iter().find(|path| !path.exists()) {
        return Err(ScanError::NotFound(vec![path.display().to_string()]).into());
    }
    let anchor = request.repo_root.as_ref().or(request.paths.first());
    let mut base = Base::of(reference, anchor.map_or(Path::new("."), PathBuf::as_path), &request.paths)?;
    let root = match &request.repo_root {
        Some(root) => base.place(root),
        None => Some(base.root()),
    };
    let paths: Vec<PathBuf> = request.paths.iter().filter_map(|path| base.place(path)).collect();
    let mut known = Known { name: clean(reference), commit: Some(base.commit.clone()), ..Known::default() };
    let asked = args.var_file.iter().chain(&args.parameters).chain(&args.source);
    known.unread.extend(asked.filter(|file| file.exists() && base.place(file).is_none()).map(|file| Unread {
        path: Some(file.display().to_string()),
        reason: "untracked".to_owned(),
        message: "it is not in the commit".to_owned(),
    }));
    if let Some(root) = root.filter(|_| !paths.is_empty()) {
        let exclude = &request.exclude;
        let then = Request {
            paths,
            repo_root: Some(root),
            exclude: Exclude { folder: base.place(&exclude.folder).unwrap_or_default(), globs: exclude.globs.clone() },
            severities: request.severities.clone(),
            checks: request.checks.clone(),
            options: request.options.clone(),
            // What lacks a reason there is no fault of what is scanned now.
            suppressions: Suppressions { require_reason: false, ..request.suppressions.clone() },
            cloudformation: cloudformation::Settings {
                parameters: parameters_then(&mut base, &args.parameters),
                ..request.cloudformation.clone()
            },
            terraform: TerraformSettings {
                var_files: args.var_file.iter().filter_map(|file| base.place(file)).collect(),
                source: args.source.as_ref().and_then(|folder| base.place(folder)),
                ..request.terraform.clone()
            },
            clock: request.clock,
            include_docs: request.include_docs,
            ..Request::default()
        };
        let scan = scan_then(then, &mut base).with_context(|| format!("the base '{}'", clean(reference)))?;
        known.entries = Known::new(String::new(), scan.entries()).entries;
        known.inventory = Some(scan.inventory());
        known.unread.extend(scan.gaps.iter().map(unread));
    }
    known.unread.splice(0..0, std::mem::take(&mut base.unread));
    let mut out = anstream::stderr().lock();
    for unread in &known.unread {
        let path = unread.path.as_ref().map(|path| format!("{}: ", clean(path))).unwrap_or_default();
        let message = clean(&unread.message);
        writeln!(out, "warning: the base '{}' is not complete: {path}{message}", known.name)?;
    }
    if !known.unread.is_empty() {
        writeln!(out, "warning: findings of what could not be read in the base look new")?;
    }
    Ok(known)
}

/// The values of parameters as they were. A file that was malformed then must not stop the change that mends it.
fn parameters_then(base: &mut Base, files: &[PathBuf]) -> std::collections::BTreeMap<String, String> {
    let places = files.iter().filter_map(|file| base.place(file)).collect::<Vec<_>>();
    parameters::read(&places).unwrap_or_else(|error| {
        let here = format!("{}/", base.root().display());
        let message = format!("the parameters cannot be read: {error:#}").replace(&here, "");
        base.unread.push(Unread { path: None, reason: "unreadable".to_owned(), message });
        std::collections::BTreeMap::new()
    })
}

fn scan_then(mut then: Request<'_>, base: &mut Base) -> Result<Scan, ScanError> {
    match scan::run(&then) {
        Err(error @ (ScanError::VarFile(..) | ScanError::Source(..))) => {
            let message = error.to_string().replace(&format!("{}/", base.root().display()), "");
            base.unread.push(Unread { path: None, reason: "unreadable".to_owned(), message });
            then.terraform.var_files.clear();
            then.terraform.source = None;
            scan::run(&then)
        }
        result => result,
    }
}

fn unread(gap: &Gap) -> Unread {
    Unread { path: gap.path.clone(), reason: gap.reason.to_owned(), message: gap.sentence() }
}

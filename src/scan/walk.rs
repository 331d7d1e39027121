//! From paths to the texts that could be ours.
//!
//! Every path is resolved to its real place first, so that a file reached by two ways is one file, and its reported
//! path is the one that the repository knows it by.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::detect::{self, Form, Hints, Suspect, Text};
use super::large;
use super::{Gap, LARGEST_PLAN, LARGEST_TEMPLATE, Progress, Request, STDIN, ScanError, recordings};
use crate::finding::clean;
use crate::sources::terraform::module::is_config;

/// How much of a file beyond the limit is searched for a marker.
const HEAD: u64 = 64 * 1024;

/// What is said of a link to a file that is not the repository's.
pub(super) const LEADS_OUT: &str = "the link leads out of the repository: it is not followed";

/// What was found.
#[derive(Debug)]
pub(super) struct Walked {
    /// By reported path.
    pub(super) found: Vec<Found>,
    /// What could not be read.
    pub(super) gaps: Vec<Gap>,
    /// How paths are reported.
    pub(super) base: Base,
    /// The folder of `--source`, as it is reported.
    pub(super) source: Option<String>,
    /// Folders that hold recordings; nothing in them is in `found`.
    pub(super) recordings: BTreeSet<PathBuf>,
}

/// One file that could be ours.
#[derive(Debug)]
pub(super) struct Found {
    /// As reports name it.
    pub(super) path: String,
    /// Its real place; none for standard input.
    pub(super) place: Option<PathBuf>,
    /// Whether the command line names it.
    pub(super) named: bool,
    /// Its text.
    pub(super) suspect: Suspect,
}

/// Finds and reads.
pub(super) fn collect(request: &Request<'_>, report: &(dyn Fn(Progress) + Sync)) -> Result<Walked, ScanError> {
    let here = std::env::current_dir().and_then(|dir| dir.canonicalize()).map_err(ScanError::WorkingDirectory)?;
    let given = resolve(&request.paths)?;
    let source = request.terraform.source.as_deref().map(source).transpose()?;
    let all: Vec<PathBuf> = given.iter().chain(&source).cloned().collect();
    let base = Base::new(request.repo_root.as_deref(), &all, &here)?;
    let source = source.map(|folder| base.report_dir(&folder));
    let exclude = request.exclude.build().map_err(ScanError::Exclude)?;
    let exclude = (request.exclude.folder.canonicalize().unwrap_or_default(), exclude);
    let recordings = Arc::default();
    let docs = request.include_docs;
    let (taken, gaps) = (Mutex::default(), Mutex::default());
    let collector = Collector { base: &base, docs, report, exclude, recordings, taken, gaps };
    let (folders, files): (Vec<_>, Vec<_>) = given.into_iter().partition(|path| path.is_dir());
    let (recorded, folders): (Vec<_>, Vec<_>) =
        folders.into_iter().partition(|folder| recordings::is_recording(folder));
    recorded.iter().for_each(|folder| collector.recording(folder));
    let mut buffer = Vec::new();
    for file in &files {
        collector.file(file, true, &mut buffer);
    }
    collector.beside(&files);
    collector.walk(&folders);
    let recordings =
        std::mem::take(&mut *collector.recordings.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    let taken = collector.taken.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut gaps = collector.gaps.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut found: Vec<Found> = taken.into_values().collect();
    let of_stdin = Hints { path: Path::new(STDIN), form: Form::Document, named: true, docs: request.include_docs };
    if let Some(bytes) = &request.stdin {
        let limit = limit(bytes);
        if bytes.len() as u64 > limit {
            gaps.push(Gap::new(STDIN, "too-large", too_large(limit)));
        } else if let Some(suspect) = detect::suspect(&mut bytes.clone(), of_stdin) {
            found.push(Found { path: STDIN.to_owned(), place: None, named: true, suspect });
        }
    }
    found.sort_by(|a, b| (&a.path, &a.place).cmp(&(&b.path, &b.place)));
    Ok(Walked { found, gaps, base, source, recordings })
}

/// The real place of the folder of `--source`.
fn source(folder: &Path) -> Result<PathBuf, ScanError> {
    let fault = |why| ScanError::Source(folder.display().to_string(), why);
    let place = folder.canonicalize().map_err(|_| fault("does not exist"))?;
    let names = std::fs::read_dir(&place).map_err(|_| fault("is no folder that can be read"))?;
    let mut names = names.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    if names.any(|name| is_config(&name)) { Ok(place) } else { Err(fault("holds no .tf files")) }
}

/// Real paths, each once; all that do not exist are told at once.
fn resolve(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ScanError> {
    let mut resolved = Vec::new();
    let mut missing = Vec::new();
    for path in paths {
        // A pipe (`<(…)`) exists without a real path.
        let place = path.canonicalize().or_else(|_| path.metadata().and_then(|_| std::path::absolute(path)));
        match place {
            Ok(place) if !resolved.contains(&place) => resolved.push(place),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                resolved.push(std::path::absolute(path).unwrap_or_else(|_| path.clone()));
            }
            Err(_) => missing.push(clean(&path.display().to_string())),
        }
    }
    if missing.is_empty() { Ok(resolved) } else { Err(ScanError::NotFound(missing)) }
}

struct Collector<'a> {
    base: &'a Base,
    /// Whether code blocks of pages are scripts.
    docs: bool,
    report: &'a (dyn Fn(Progress) + Sync),
    recordings: Arc<Mutex<BTreeSet<PathBuf>>>,
    /// What is left out, by paths relative to the folder.
    exclude: (PathBuf, globset::GlobSet),
    taken: Mutex<BTreeMap<PathBuf, Found>>,
    gaps: Mutex<Vec<Gap>>,
}

impl Collector<'_> {
    fn walk(&self, folders: &[PathBuf]) {
        let Some((first, rest)) = folders.split_first() else { return };
        let mut builder = WalkBuilder::new(first);
        for folder in rest {
            builder.add(folder);
        }
        // Only what the repository itself says is ignored counts: a scan gives the same on every machine.
        builder.hidden(false).ignore(false).git_global(false).require_git(false);
        // What Terraform installed is read where a module calls it.
        let (root, exclude) = self.exclude.clone();
        let recordings = Arc::clone(&self.recordings);
        builder.filter_entry(move |entry| {
            let left_out =
                !exclude.is_empty() && entry.path().strip_prefix(&root).is_ok_and(|path| exclude.is_match(path));
            if left_out || entry.file_name() == ".git" || entry.file_name() == ".terraform" {
                return false;
            }
            // What AWS answered is judged as that, and as nothing else.
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let Some(parent) = entry.path().parent().filter(|_| folder && recordings::is_account(entry.path())) else {
                return true;
            };
            recordings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(parent.to_owned());
            false
        });
        builder.build_parallel().run(|| {
            let mut buffer = Vec::new();
            Box::new(move |entry| {
                match entry {
                    Ok(entry) => self.entry(&entry, folders, &mut buffer),
                    Err(error) => self.fault(&error),
                }
                WalkState::Continue
            })
        });
    }

    fn entry(&self, entry: &DirEntry, folders: &[PathBuf], buffer: &mut Vec<u8>) {
        let Some(kind) = entry.file_type() else { return };
        if kind.is_file() {
            self.file(entry.path(), false, buffer);
        } else if kind.is_symlink() && is_of_modules(entry.path()) {
            self.link(entry.path(), buffer);
        } else if kind.is_symlink() {
            // What a link inside the tree leads to inside the tree is read by its own path, here or by the walk;
            // folders behind links are walked where they are.
            let Ok(place) = entry.path().canonicalize() else { return };
            if place.is_file() && folders.iter().any(|folder| place.starts_with(folder)) {
                self.file(&place, false, buffer);
            }
        }
    }

    /// A file of a Terraform module belongs to the folder that links to it, whatever else it belongs to.
    fn link(&self, path: &Path, buffer: &mut Vec<u8>) {
        match path.canonicalize() {
            Ok(place) if !self.base.holds(&place) => self.gap(path, "unreadable", LEADS_OUT.to_owned()),
            Ok(place) if place.is_file() => self.file(path, false, buffer),
            Ok(_) => {}
            Err(error) => self.gap(path, "unreadable", format!("the link leads nowhere: {}", plain(&error))),
        }
    }

    /// The other files of the modules that `files` belong to.
    fn beside(&self, files: &[PathBuf]) {
        let ours = files.iter().filter(|file| is_of_modules(file));
        let folders: BTreeSet<&Path> = ours.filter_map(|file| file.parent()).collect();
        let mut buffer = Vec::new();
        for folder in folders {
            let mut builder = WalkBuilder::new(folder);
            builder.hidden(false).ignore(false).git_global(false).require_git(false).max_depth(Some(1));
            for entry in builder.build() {
                match entry {
                    Ok(entry) if is_of_modules(entry.path()) => self.entry(&entry, &[], &mut buffer),
                    Ok(_) => {}
                    Err(error) => self.fault(&error),
                }
            }
        }
    }

    /// A folder that cannot be listed may hold anything.
    fn fault(&self, error: &ignore::Error) {
        let Some(cause) = error.io_error() else { return };
        if cause.kind() == io::ErrorKind::NotFound {
            return;
        }
        if let Some(path) = path_of(error) {
            self.gap(&path, "unreadable", format!("the folder cannot be listed: {}", plain(cause)));
        }
    }

    fn gap(&self, path: &Path, reason: &'static str, message: String) {
        let gap = Gap::new(&self.base.report(path), reason, message);
        self.gaps.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(gap);
    }

    fn recording(&self, folder: &Path) {
        let mut recordings = self.recordings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        recordings.insert(folder.to_owned());
    }

    fn file(&self, path: &Path, named: bool, buffer: &mut Vec<u8>) {
        (self.report)(Progress::Looked);
        let form = Form::of(path);
        if form == Form::Binary && !named {
            return;
        }
        if let Some(suspect) = sifted(path, form) {
            self.take(path, named, suspect);
            return;
        }
        match read(path, buffer) {
            Ok(Size::Whole) => {}
            Ok(Size::Beyond(limit)) => {
                if named || form == Form::Terraform || detect::marked(buffer) {
                    self.gap(path, "too-large", too_large(limit));
                }
                return;
            }
            Err(error) => {
                let ours = matches!(form, Form::Document | Form::Terraform | Form::Variables);
                if named || (ours && error.kind() != io::ErrorKind::NotFound) {
                    self.gap(path, "unreadable", format!("the file cannot be read: {}", plain(&error)));
                }
                return;
            }
        }
        if recordings::is_manifest(path, buffer) {
            path.parent().into_iter().for_each(|folder| self.recording(folder));
            return;
        }
        if let Some(suspect) = detect::suspect(buffer, Hints { path, form, named, docs: self.docs }) {
            self.take(path, named, suspect);
        }
    }

    fn take(&self, path: &Path, named: bool, suspect: Suspect) {
        let found = Found { path: self.base.report(path), place: Some(path.to_owned()), named, suspect };
        let mut taken = self.taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Named files come first and stay named.
        taken.entry(path.to_owned()).or_insert(found);
    }
}

/// Whether a file of this name belongs to a Terraform module. Terraform passes over hidden files of configuration; an
/// editor's lock is one, and a link to nowhere.
fn is_of_modules(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    match Form::of(path) {
        Form::Terraform => !hidden,
        Form::Variables => true,
        _ => false,
    }
}

/// Reads one more file, which another one refers to; `None` if it is not there, too large or not text.
pub(super) fn referred(place: &Path, base: &Base) -> Option<Found> {
    let mut buffer = Vec::new();
    match read(place, &mut buffer) {
        Ok(Size::Whole) => {}
        Ok(Size::Beyond(_)) | Err(_) => return None,
    }
    let path = base.report(place);
    let hints = Hints { path: place, form: Form::of(place), named: false, docs: false };
    let suspect = detect::suspect(&mut buffer, hints)?;
    Some(Found { path, place: Some(place.to_owned()), named: false, suspect })
}

/// A large plan or state, without what cannot matter. None when it is small, or not certain to be one.
fn sifted(path: &Path, form: Form) -> Option<Suspect> {
    if !matches!(form, Form::Document | Form::Other) {
        return None;
    }
    let file = File::open(path).ok()?;
    let about = file.metadata().ok().filter(fs::Metadata::is_file)?;
    let length = Some(about.len()).filter(|length| (large::LARGE..=LARGEST_PLAN).contains(length))?;
    let (text, cuts) = large::sift(&file, length)?;
    Some(Suspect { text: Text::Cut(text, cuts), form, ours: true, script: None })
}

enum Size {
    Whole,
    /// More than this limit.
    Beyond(u64),
}

/// Reads a file into the buffer; of one that is beyond its limit, the beginning.
fn read(path: &Path, buffer: &mut Vec<u8>) -> io::Result<Size> {
    buffer.clear();
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length <= SMALL {
        return small(file, length, buffer);
    }
    let mut most = LARGEST_TEMPLATE;
    let mut file = file.take(HEAD);
    if length > most {
        file.read_to_end(buffer)?;
        most = limit(buffer);
        if length > most || !detect::has_plan_mark(buffer) && !marked_later(path)? {
            return Ok(Size::Beyond(most));
        }
    }
    // Exactly what is needed: a large text stays in this buffer.
    buffer.reserve_exact(usize::try_from(length).unwrap_or(0).saturating_sub(buffer.len()) + 1);
    // A pipe or a growing file has no length to trust.
    file.set_limit(most + 1 - buffer.len() as u64);
    file.read_to_end(buffer)?;
    Ok(if buffer.len() as u64 > most { Size::Beyond(most) } else { Size::Whole })
}

/// Files up to this size are read at once: most of a repository are.
const SMALL: u64 = 256 * 1024;

/// Reads a file that says to be of this length, with as few calls of the system as that takes.
fn small(mut file: File, length: u64, buffer: &mut Vec<u8>) -> io::Result<Size> {
    // One more byte than there should be tells the end from a file that grows or a pipe that has no length.
    buffer.resize(usize::try_from(length).unwrap_or(0) + 1, 0);
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => {
                buffer.truncate(filled);
                return Ok(Size::Whole);
            }
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                buffer.clear();
                return Err(error);
            }
        }
    }
    file.take(LARGEST_TEMPLATE + 1 - filled as u64).read_to_end(buffer)?;
    Ok(if buffer.len() as u64 > LARGEST_TEMPLATE { Size::Beyond(LARGEST_TEMPLATE) } else { Size::Whole })
}

/// Whether a plan's mark stands anywhere in a large file, found without keeping the file.
fn marked_later(path: &Path) -> io::Result<bool> {
    const CHUNK: usize = 1024 * 1024;
    /// No mark is longer: it may stand across two chunks.
    const OVERLAP: usize = 64;
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK + OVERLAP];
    loop {
        let count = file.read(&mut chunk[OVERLAP..])?;
        if count == 0 || detect::has_plan_mark(&chunk[..OVERLAP + count]) {
            return Ok(count > 0);
        }
        chunk.copy_within(count..OVERLAP + count, 0);
    }
}

/// The largest text that is read of those that begin like this one.
fn limit(head: &[u8]) -> u64 {
    if detect::may_be_plan(head) { LARGEST_PLAN } else { LARGEST_TEMPLATE }
}

fn too_large(limit: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    match limit / MEGABYTE {
        size @ 0..1024 => format!("the file is larger than {size} MB"),
        size => format!("the file is larger than {} GB", size / 1024),
    }
}

/// The same words on every system, without its error number.
fn plain(error: &io::Error) -> String {
    error.kind().to_string()
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

/// What reported paths are relative to.
#[derive(Debug)]
pub(super) struct Base {
    root: PathBuf,
    /// The common parent of the root and of all paths that lie outside it.
    outside: PathBuf,
}

impl Base {
    fn new(root: Option<&Path>, given: &[PathBuf], here: &Path) -> Result<Self, ScanError> {
        let folder = |path: &PathBuf| {
            if path.is_dir() { path.clone() } else { path.parent().unwrap_or(path).to_owned() }
        };
        let folders: Vec<PathBuf> = given.iter().map(folder).collect();
        let root = if let Some(root) = root {
            let real = root.canonicalize().ok().filter(|real| real.is_dir());
            real.ok_or_else(|| ScanError::RepoRoot(root.display().to_string()))?
        } else {
            let first = folders.first().map_or(here, PathBuf::as_path);
            first
                .ancestors()
                .find(|folder| folder.join(".git").exists())
                .map_or_else(|| common(&folders).unwrap_or_else(|| here.to_owned()), Path::to_owned)
        };
        let strangers = folders.iter().filter(|folder| !folder.starts_with(&root));
        let outside = strangers.fold(root.clone(), |parent, folder| both(&parent, folder));
        Ok(Self { root, outside })
    }

    /// The path as reports name it: relative, with `/`, never with `..`.
    pub(super) fn report(&self, path: &Path) -> String {
        let rest = path.strip_prefix(&self.root).or_else(|_| path.strip_prefix(&self.outside)).unwrap_or(path);
        let parts = rest.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
        let parts: Vec<_> = parts.collect();
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
    }

    /// A folder as the paths of its files begin; empty for the root.
    fn report_dir(&self, path: &Path) -> String {
        let shown = self.report(path);
        if shown == "." { String::new() } else { shown }
    }

    /// The places that a reported path may stand for.
    pub(super) fn places(&self, path: &str) -> Vec<PathBuf> {
        let mut places = vec![self.root.join(path)];
        if self.outside != self.root {
            places.push(self.outside.join(path));
        }
        places
    }

    /// Whether a file belongs to what may be read because another one refers to it.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.root) || path.starts_with(&self.outside)
    }
}

fn common(folders: &[PathBuf]) -> Option<PathBuf> {
    let (first, rest) = folders.split_first()?;
    Some(rest.iter().fold(first.clone(), |parent, folder| both(&parent, folder)))
}

/// The longest path that both begin with.
fn both(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_outside_the_root_are_relative_to_the_common_parent() {
        let base =
            Base { root: "/home/u/repo".into(), outside: both(Path::new("/home/u/repo"), Path::new("/home/u/x")) };
        assert_eq!(base.report(Path::new("/home/u/repo/a/b.yaml")), "a/b.yaml");
        assert_eq!(base.report(Path::new("/home/u/x/b.yaml")), "x/b.yaml");
        assert!(!base.holds(Path::new("/etc/passwd")));
    }

    #[test]
    fn common_parent() {
        let folders = [PathBuf::from("/a/b/c"), PathBuf::from("/a/b/d"), PathBuf::from("/a/b/c/e")];
        assert_eq!(common(&folders), Some("/a/b".into()));
    }
}

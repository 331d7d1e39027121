//! The files of a commit, in a folder of their own, so that they can be scanned as the work tree is.
//!
//! Git is asked for objects and nothing else: the work tree, the index and the references stay as they are, no hook and no
//! filter runs, nothing is fetched but what a
//! partial clone left out.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use super::LARGEST_PLAN;
use super::detect::Form;
use crate::compare::Unread;
use crate::finding::clean;

/// Why there is no base to compare with.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// Git cannot be started.
    #[error("--base-ref needs git, which cannot be run: {0}")]
    NoGit(io::Error),
    /// The paths are in no repository, or git does not trust it.
    #[error("--base-ref: '{}' is in no repository of git that can be read: {}", clean(.0), clean(.1))]
    NoRepository(String, String),
    /// A path of the command line lies elsewhere.
    #[error("--base-ref: '{}' is outside of the repository '{}' and has no base to be compared with", clean(.0), clean(.1))]
    Outside(String, String),
    /// A path does not exist.
    #[error("no such file or directory: {}", clean(.0))]
    NotFound(String),
    /// There is no such commit.
    #[error("the commit '{}' of --base-ref is not in this repository; {}", clean(.0), clean(.1))]
    NoCommit(String, String),
    /// Git failed: at what, and its words.
    #[error("--base-ref: git {what} failed: {}", clean(.1), what = .0)]
    Git(&'static str, String),
    /// The files cannot be written.
    #[error("--base-ref: the files of the base cannot be written: {0}")]
    Write(io::Error),
}

/// The files of a commit. The folder goes when this value does.
#[derive(Debug)]
pub struct Base {
    /// The commit's id.
    pub commit: String,
    /// What is not in the folder although it was in the commit.
    pub unread: Vec<Unread>,
    /// The root of the repository.
    top: PathBuf,
    /// The folder that stands for it.
    folder: tempfile::TempDir,
}

/// What a tree says of one of its files.
struct Blob {
    id: String,
    path: PathBuf,
    link: bool,
}

impl Base {
    /// The files of `reference` in the repository of `anchor`, which must hold all of `paths`.
    ///
    /// All files are written but those that no scan reads: what a module or a template refers to may lie anywhere.
    ///
    /// # Errors
    /// If the commit cannot be reached; a base that is not there must not look like one without findings.
    pub fn of(reference: &str, anchor: &Path, paths: &[PathBuf]) -> Result<Self, BaseError> {
        let real = |path: &Path| path.canonicalize().map_err(|_| BaseError::NotFound(shown(path)));
        let anchor_place = real(anchor)?;
        let start = if anchor_place.is_dir() { &anchor_place } else { anchor_place.parent().unwrap_or(&anchor_place) };
        let top = ask(start, &["rev-parse", "--show-toplevel"])?
            .map_err(|said| BaseError::NoRepository(shown(anchor), said))
            .map(PathBuf::from)?;
        let top = real(&top)?;
        for path in paths {
            if !real(path)?.starts_with(&top) {
                return Err(BaseError::Outside(shown(path), shown(&top)));
            }
        }
        let commit = commit(reference, &top)?;
        let folder = tempfile::Builder::new().prefix("trailwarden-base-").tempdir().map_err(BaseError::Write)?;
        let mut base = Self { commit, unread: Vec::new(), top, folder };
        let blobs = base.list()?;
        base.write(&blobs)?;
        base.lend()?;
        Ok(base)
    }

    /// The folder that stands for the root of the repository.
    pub fn root(&self) -> PathBuf {
        // Reports are relative to real places.
        self.folder.path().canonicalize().unwrap_or_else(|_| self.folder.path().to_owned())
    }

    /// Where a path is in the base: none if it did not exist. What lies outside of the repository is what it is.
    pub fn place(&self, path: &Path) -> Option<PathBuf> {
        let Ok(real) = path.canonicalize() else { return None };
        match real.strip_prefix(&self.top) {
            Ok(inner) => Some(self.root().join(inner)).filter(|place| place.exists()),
            Err(_) => Some(real),
        }
    }

    /// The files of the commit that a scan may read.
    fn list(&mut self) -> Result<Vec<Blob>, BaseError> {
        let listed = git(&self.top).args(["ls-tree", "-r", "-l", "-z", "--full-tree", &self.commit]).output();
        let listed = good("ls-tree", listed)?;
        let mut blobs = Vec::new();
        for line in listed.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let Some(tab) = memchr::memchr(b'\t', line) else { continue };
            let head = String::from_utf8_lossy(&line[..tab]);
            let words: Vec<&str> = head.split_ascii_whitespace().collect();
            let [mode, kind, id, size] = words[..] else { continue };
            let Some(path) = path(&line[tab + 1..]) else { continue };
            if kind == "commit" {
                // Without a checkout of it here, its findings are nowhere.
                if self.top.join(&path).read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
                    self.skip(&path, "submodule", "a submodule: what it held is not in this repository");
                }
                continue;
            }
            if Form::of(&path) == Form::Binary {
                continue;
            }
            if size.parse::<u64>().is_ok_and(|size| size > LARGEST_PLAN) {
                self.skip(&path, "too-large", "the file is too large");
                continue;
            }
            blobs.push(Blob { id: id.to_owned(), path, link: mode == "120000" });
        }
        Ok(blobs)
    }

    /// Writes the files, then the links, so that no file is written through a link.
    fn write(&mut self, blobs: &[Blob]) -> Result<(), BaseError> {
        let mut command = git(&self.top);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(BaseError::NoGit)?;
        let written = self.copy(&mut child, blobs);
        if written.is_err() {
            let _ = child.kill();
        }
        let status = child.wait().map_err(BaseError::Write)?;
        let links = written?;
        if !status.success() {
            return Err(BaseError::Git("cat-file", status.to_string()));
        }
        for (path, target) in links {
            // A link that cannot be made leads nowhere that may be read.
            let _ = link(&self.root(), &self.root().join(path), &target);
        }
        Ok(())
    }

    fn copy(&mut self, child: &mut Child, blobs: &[Blob]) -> Result<BTreeMap<PathBuf, PathBuf>, BaseError> {
        let failed = |what: &str| BaseError::Git("cat-file", what.to_owned());
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("no pipes"));
        };
        let root = self.root();
        std::thread::scope(|scope| {
            // The answers are read while the questions are asked: neither pipe holds them all.
            scope.spawn(move || {
                let mut questions = BufWriter::new(stdin);
                for blob in blobs {
                    if writeln!(questions, "{}", blob.id).is_err() {
                        return;
                    }
                }
                let _ = questions.flush();
            });
            let mut answers = BufReader::new(stdout);
            let mut links = BTreeMap::new();
            for blob in blobs {
                let mut head = String::new();
                answers.read_line(&mut head).map_err(BaseError::Write)?;
                let words: Vec<&str> = head.split_ascii_whitespace().collect();
                let size = match words[..] {
                    [id, "blob", size] if id == blob.id => size.parse::<u64>().ok(),
                    _ => None,
                };
                let size = size.ok_or_else(|| failed(&format!("no content of {}", shown(&blob.path))))?;
                let mut content = Vec::new();
                let taken = (&mut answers).take(size).read_to_end(&mut content).map_err(BaseError::Write)?;
                let mut end = [0];
                if taken as u64 != size || answers.read_exact(&mut end).is_err() {
                    return Err(failed("the answer ended early"));
                }
                if blob.link {
                    links.extend(text(&content).map(|target| (blob.path.clone(), target)));
                    continue;
                }
                if content.starts_with(POINTER) {
                    self.skip(&blob.path, "lfs", "the file is kept by Git LFS, which was not asked");
                    continue;
                }
                let place = root.join(&blob.path);
                let made = place.parent().map_or(Ok(()), fs::create_dir_all);
                made.and_then(|()| fs::write(&place, &content)).map_err(BaseError::Write)?;
            }
            Ok(links)
        })
    }

    /// Lends the modules that `terraform init` has installed in the work tree, which no commit holds: without them what
    /// they make would look new.
    fn lend(&self) -> Result<(), BaseError> {
        let listed = git(&self.top).args(["ls-files", "--others", "--directory", "-z"]).output();
        let listed = good("ls-files", listed)?;
        let folders = listed.stdout.split(|byte| *byte == 0).filter_map(path);
        for folder in folders.filter(|folder| folder.file_name().is_some_and(|name| name == ".terraform")) {
            let modules = folder.join("modules");
            let kept = folder.parent().is_some_and(|parent| self.root().join(parent).is_dir());
            // A link may lead anywhere, and what is in the commit is the base's own.
            let real = self.top.join(&folder).symlink_metadata().is_ok_and(|data| data.is_dir());
            if kept && real && !self.root().join(&folder).exists() {
                copy_files(&self.top.join(&modules), &self.root().join(&modules)).map_err(BaseError::Write)?;
            }
        }
        Ok(())
    }

    fn skip(&mut self, path: &Path, reason: &str, message: &str) {
        let path = Some(path.to_string_lossy().replace('\\', "/"));
        self.unread.push(Unread { path, reason: reason.to_owned(), message: message.to_owned() });
    }
}

/// Copies the files of a folder that a scan may read; no links, and nothing that git keeps for itself.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    let mut left = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = left.pop() {
        // What cannot be read here is not read by the scan of the work tree either, which says so.
        let Ok(entries) = from.read_dir() else { continue };
        for entry in entries.flatten() {
            let (Ok(kind), name) = (entry.file_type(), entry.file_name()) else { continue };
            let place = to.join(&name);
            if kind.is_dir() && name != ".git" {
                left.push((entry.path(), place));
            } else if kind.is_file() && Form::of(&place) != Form::Binary {
                let small = entry.metadata().is_ok_and(|data| data.len() <= LARGEST_PLAN);
                if let Some(content) = small.then(|| fs::read(entry.path()).ok()).flatten() {
                    fs::create_dir_all(&to)?;
                    fs::write(place, content)?;
                }
            }
        }
    }
    Ok(())
}

/// How a pointer of Git LFS begins.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The id of the commit.
fn commit(reference: &str, top: &Path) -> Result<String, BaseError> {
    let none = |advice: String| BaseError::NoCommit(clean(reference), advice);
    // A name never begins with a dash; git would take it for an option.
    if reference.is_empty() || reference.starts_with('-') || reference.contains(['\n', '\0']) {
        return Err(none("it is no name of a commit".to_owned()));
    }
    let wanted = format!("{reference}^{{commit}}");
    if let Ok(id) = ask(top, &["rev-parse", "--quiet", "--verify", &wanted])? {
        return Ok(id);
    }
    let shallow = ask(top, &["rev-parse", "--is-shallow-repository"])?.is_ok_and(|answer| answer == "true");
    let name = clean(reference.strip_prefix("origin/").unwrap_or(reference));
    let fetch = format!("'git fetch --depth=1 origin {name}'");
    Err(none(if shallow {
        format!("the clone is shallow: fetch it first ({fetch}), or clone with all commits ('fetch-depth: 0')")
    } else {
        format!("fetch it first ({fetch}), or name another")
    }))
}

/// Runs git in a folder: what it prints, or its complaint.
fn ask(folder: &Path, args: &[&str]) -> Result<Result<String, String>, BaseError> {
    let output = git(folder).args(args).output().map_err(BaseError::NoGit)?;
    Ok(if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches(['\n', '\r']).to_owned())
    } else {
        Err(complaint(&output))
    })
}

/// The first line that git complained with.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    clean(first.trim_start_matches("fatal: "))
}

fn good(what: &'static str, output: io::Result<Output>) -> Result<Output, BaseError> {
    let output = output.map_err(BaseError::NoGit)?;
    if output.status.success() { Ok(output) } else { Err(BaseError::Git(what, complaint(&output))) }
}

/// Git in a folder. The variables that a hook of git sets are of another purpose; nothing asks for a password.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("--no-replace-objects").arg("-C").arg(folder).stdin(Stdio::null());
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"] {
        command.env_remove(name);
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command
}

/// The bytes of a path.
#[cfg(unix)]
fn text(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn text(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// A path of a tree; none for one that leads elsewhere than down, which no good tree holds.
fn path(bytes: &[u8]) -> Option<PathBuf> {
    let path = text(bytes)?;
    let good = |part: Component<'_>| match part {
        Component::Normal(name) => name != ".git",
        Component::CurDir => true,
        Component::ParentDir | Component::RootDir | Component::Prefix(_) => false,
    };
    path.components().all(good).then_some(path)
}

/// Makes a link, but none behind another that leads out. What a link of the tree leads to is the walk's to judge, as in
/// the work tree.
#[cfg(unix)]
fn link(root: &Path, place: &Path, target: &Path) -> io::Result<()> {
    let folder = place.parent().unwrap_or(root);
    let above = folder.ancestors().find_map(|folder| folder.canonicalize().ok());
    if !above.is_some_and(|above| above.starts_with(root)) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    fs::create_dir_all(folder)?;
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

fn shown(path: &Path) -> String {
    clean(&path.display().to_string())
}

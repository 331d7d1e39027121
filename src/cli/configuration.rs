//! Where the configuration file is, and what it comes to together with the environment and the flags.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::config::{self, Loaded, NAMES};
use crate::finding::clean;
use crate::reports::text;

/// The file that is in force.
pub struct Found {
    /// Its real place.
    pub place: PathBuf,
    /// As messages name it.
    pub shown: String,
    /// What it says.
    pub loaded: Loaded,
}

impl Found {
    /// The folder that its paths are relative to.
    pub fn folder(&self) -> &Path {
        self.place.parent().unwrap_or(Path::new("."))
    }
}

/// A message that is drawn with the line of the file that it is about.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Drawn(String);

/// Reads the file that the command line names, else the one that is found for the paths.
///
/// # Errors
/// If the file cannot be read or says something that is not understood.
pub fn find(named: Option<&Path>, paths: &[PathBuf]) -> anyhow::Result<Option<Found>> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match above(paths) {
            Some(path) => path,
            None => return Ok(None),
        },
    };
    let shown = shown(&path);
    let text = std::fs::read_to_string(&path).with_context(|| format!("the configuration file '{shown}'"))?;
    let place = path.canonicalize().with_context(|| format!("the configuration file '{shown}'"))?;
    match config::parse(&shown, &text) {
        Ok(loaded) => Ok(Some(Found { place, shown, loaded })),
        Err((fault, sources)) => {
            let drawn = text::fault(&sources, fault.span, &fault.message, fault.help.as_deref());
            Err(Drawn(drawn).into())
        }
    }
}

/// Relative to the working directory, where it lies below it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    let short = path.strip_prefix(&here).unwrap_or(path);
    clean(&short.display().to_string())
}

/// The nearest file in the folder that holds all paths or above it. The search ends at the root of the repository;
/// where there is none, it ends at the working directory or does not leave the folder: a file that somebody else put
/// higher up must not switch checks off.
fn above(paths: &[PathBuf]) -> Option<PathBuf> {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok()?;
    let folder = |path: &PathBuf| {
        let place = path.canonicalize().ok()?;
        if place.is_dir() { Some(place) } else { place.parent().map(Path::to_owned) }
    };
    let folders: Vec<PathBuf> = paths.iter().filter_map(folder).collect();
    let start = match folders.split_first() {
        Some((first, rest)) => rest.iter().fold(first.clone(), |a, b| {
            a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
        }),
        None => here.clone(),
    };
    let repository = start.ancestors().find(|folder| folder.join(".git").exists());
    let top = match repository {
        Some(root) => root,
        None if start.starts_with(&here) => &here,
        None => &start,
    };
    let mut ancestors = start.ancestors().take_while(|folder| folder.starts_with(top));
    ancestors.find_map(|folder| NAMES.iter().map(|name| folder.join(name)).find(|path| path.symlink_metadata().is_ok()))
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// Nobody set it.
    Default,
    /// The configuration file, at this place.
    File(String),
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => f.write_str(place),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// Settles one setting after the other and remembers where each came from.
pub struct Settle<'a> {
    matches: &'a ArgMatches,
    found: Option<&'a Found>,
    lines: Vec<(String, String, Whence)>,
}

impl<'a> Settle<'a> {
    /// For what was typed and the file that is in force.
    pub fn new(matches: &'a ArgMatches, found: Option<&'a Found>) -> Self {
        Self { matches, found, lines: Vec::new() }
    }

    /// The setting: as typed or in the environment, else as in the file under `key`, else the default. `flag` is the name
    /// of the flag; `shown` says how the value is printed.
    pub fn pick<T>(
        &mut self,
        key: &str,
        flag: &str,
        typed: Option<T>,
        written: Option<T>,
        default: T,
        shown: impl Fn(&T) -> String,
    ) -> T {
        let (value, whence) = match (typed, written) {
            (Some(value), _) => {
                let environment = self.matches.value_source(&flag.replace('-', "_")) == Some(ValueSource::EnvVariable);
                let name = format!("TRAILWARDEN_{}", flag.replace('-', "_").to_uppercase());
                (value, if environment { Whence::Environment(name) } else { Whence::Flag(flag.to_owned()) })
            }
            (None, Some(value)) => (value, self.place(key)),
            (None, None) => (default, Whence::Default),
        };
        self.note(key, shown(&value), whence);
        value
    }

    /// Remembers a setting that is settled elsewhere.
    pub fn note(&mut self, key: &str, value: String, whence: Whence) {
        self.lines.push((key.to_owned(), value, whence));
    }

    /// `path:line` of a key of the file.
    pub fn place(&self, key: &str) -> Whence {
        let Some(found) = self.found else { return Whence::Default };
        let line = found.loaded.keys.get(key).map(|span| found.loaded.sources.positions(*span).0.line);
        Whence::File(line.map_or_else(|| found.shown.clone(), |line| format!("{}:{line}", found.shown)))
    }

    /// All settings, one a line.
    pub fn table(&self) -> String {
        let width = |of: fn(&(String, String, Whence)) -> usize| self.lines.iter().map(of).max().unwrap_or_default();
        let (names, values) = (width(|line| line.0.len()), width(|line| line.1.chars().count()).min(40));
        let file = self.found.map_or("none", |found| &found.shown);
        let mut text = format!("configuration file: {file}\n\n");
        for (name, value, whence) in &self.lines {
            text.push_str(&format!("{name:names$}  {:values$}  {whence}\n", clean(value)));
        }
        text
    }
}

/// What `trailwarden init` writes.
pub const TEMPLATE: &str = include_str!("configuration/template.yaml");

//! All integration tests, in one binary: each further one costs a link.

mod action;
mod base_ref;
mod baseline;
mod broken;
mod cases;
mod cli;
#[cfg(feature = "live")]
mod collect;
mod configuration;
mod documents;
mod embedded_scripts;
mod equivalence;
mod fixtures;
mod floors;
mod formats;
mod generated;
mod hostile;
mod html;
mod laws;
mod live;
mod live_files;
mod live_users;
mod lost_events;
mod minimal_pairs;
mod modules;
mod pages;
mod parity;
mod plan_sources;
mod plans;
mod regions;
mod reports;
mod sarif;
mod scripts;
mod secrets;
mod shards;
mod suppressions;
mod weak_points;
mod weakening;

use std::path::{Path, PathBuf};

use trailwarden::checks::page::Example;
use trailwarden::checks::{CHECKS, Check};
use trailwarden::finding::Options;
use trailwarden::scan::{self, Request, Scan, TerraformSettings};
use trailwarden::sources::cloudformation;

/// The folder of the project.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All checks.
fn all() -> Vec<&'static Check> {
    CHECKS.iter().collect()
}

/// Scans the paths, reported relative to `root`; the options of the run are those of the folder `root`.
fn scan_paths(root: &Path, paths: &[PathBuf], settings: cloudformation::Settings, checks: Vec<&'static Check>) -> Scan {
    let request = Request {
        paths: paths.to_vec(),
        repo_root: Some(root.to_owned()),
        checks,
        options: cases::options(root),
        terraform: TerraformSettings {
            vars: settings.parameters.clone().into_iter().collect(),
            account: settings.account.clone(),
            region: settings.region.clone(),
            ..TerraformSettings::default()
        },
        cloudformation: settings,
        ..Request::default()
    };
    scan::run(&request).expect("the paths exist")
}

/// Scans a text as though it came from standard input.
fn scan_text(text: &str, checks: Vec<&'static Check>) -> Scan {
    scan_text_with(text, checks, Options::default())
}

/// As [`scan_text`], with options of the run.
fn scan_text_with(text: &str, checks: Vec<&'static Check>, options: Options) -> Scan {
    let request = Request {
        stdin: Some(text.as_bytes().to_vec()),
        repo_root: Some(project().to_owned()),
        checks,
        options,
        ..Request::default()
    };
    scan::run(&request).expect("standard input exists")
}

/// Scans an example of a page. Where its fence names a resource (`of=aws_s3_bucket.logs`), the findings of that resource
/// are what it shows.
fn scan_example(example: &Example, check: &'static Check) -> Scan {
    let mut scan = scan_example_whole(example, check);
    let subjects: Vec<&str> = example.options.iter().filter_map(|word| word.strip_prefix("of=")).collect();
    if !subjects.is_empty() {
        scan.findings.retain(|finding| subjects.contains(&&*finding.subject.address));
    }
    scan
}

/// Scans an example of a page as the file that its source would have it in.
fn scan_example_whole(example: &Example, check: &'static Check) -> Scan {
    let words = example.options.iter().map(String::as_str).filter(|word| !word.starts_with("of="));
    let options = cases::parsed_options(words);
    let name = match (example.source.as_str(), example.language.as_str()) {
        ("terraform", "hcl") => "main.tf",
        ("terraform", _) => "plan.json",
        ("script", _) => "setup.sh",
        _ => return scan_text_with(&example.text, vec![check], options),
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join(name), &example.text).expect("a file can be written");
    let request = Request {
        paths: vec![folder.path().to_owned()],
        repo_root: Some(folder.path().to_owned()),
        checks: vec![check],
        options,
        ..Request::default()
    };
    scan::run(&request).expect("the folder exists")
}

/// The sorted entries of a folder; none if it does not exist.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect())
        .unwrap_or_default();
    paths.sort();
    paths
}

/// The last part of a path.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// All files below a folder with one of these extensions.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let has_one = |path: &PathBuf| path.extension().is_some_and(|e| extensions.iter().any(|wanted| e == *wanted));
    all_files(folder).into_iter().filter(has_one).collect()
}

/// All files of a folder and of the folders in it.
fn all_files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().flat_map(|path| if path.is_dir() { all_files(&path) } else { vec![path] }).collect()
}

/// Fails with all faults at once.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

//! Scripts: which calls are found, and where.

use std::collections::{BTreeMap, BTreeSet};

use trailwarden::checks::{CHECKS, Check};
use trailwarden::model::attr::Origin;
use trailwarden::scan::{self, Request, Scan};

use super::{all, all_files, none, project};

fn only(id: &str) -> Vec<&'static Check> {
    CHECKS.iter().filter(|check| check.id == id).collect()
}

/// Where findings of a check start, by path: `line:column`.
fn starts(scan: &Scan) -> BTreeMap<String, BTreeSet<(u32, u32)>> {
    let mut found: BTreeMap<String, BTreeSet<(u32, u32)>> = BTreeMap::new();
    for finding in &scan.findings {
        let Origin::Text(span) = finding.subject.at else { continue };
        let (start, _) = scan.sources.positions(span);
        let path = scan.sources.file(span.file).path().to_owned();
        found.entry(path).or_default().insert((start.line, start.column));
    }
    found
}

#[test]
fn every_call_of_the_corpus_is_found_where_it_stands_and_no_other() {
    let root = project().join("tests/data/scripts");
    let request = Request {
        paths: vec![root.clone()],
        repo_root: Some(root.clone()),
        checks: only("deprecated-subscription-commands"),
        include_docs: true,
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    let found = starts(&scan);
    let table = std::fs::read_to_string(root.join("calls.tsv")).expect("is text");
    let mut faults = Vec::new();
    let mut listed = BTreeSet::new();
    for row in table.lines() {
        let (path, places) = row.split_once('\t').expect("a path and places");
        listed.insert(path.to_owned());
        let wanted: BTreeSet<(u32, u32)> = places
            .split_whitespace()
            .map(|place| place.split_once(':').expect("line:column"))
            .map(|(line, column)| (line.parse().expect("a number"), column.parse().expect("a number")))
            .collect();
        let actual = found.get(path).cloned().unwrap_or_default();
        if wanted != actual {
            faults.push(format!("{path}: expected {wanted:?}, got {actual:?}"));
        }
    }
    let files: BTreeSet<String> = all_files(&root)
        .iter()
        .map(|path| path.strip_prefix(&root).expect("is below").to_string_lossy().replace('\\', "/"))
        .filter(|path| path != "calls.tsv")
        .collect();
    faults.extend(files.symmetric_difference(&listed).map(|path| format!("{path}: not both in the table and there")));
    faults.extend(scan.gaps.iter().map(|gap| format!("gap {:?}: {}", gap.path, gap.message)));
    none(&faults);
    let kind = |kind: &str| files.iter().filter(|path| path.starts_with(kind)).count();
    assert!(kind("found/") >= 40 && kind("clean/") >= 40, "{} and {}", kind("found/"), kind("clean/"));
}

#[test]
fn pages_are_left_alone_unless_asked_for() {
    let root = project().join("tests/data/scripts/found/docs");
    let request = Request {
        paths: vec![root.clone()],
        repo_root: Some(root),
        checks: only("deprecated-subscription-commands"),
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    assert!(scan.findings.is_empty() && scan.inputs.is_empty());
}

/// A generator of numbers that are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

#[test]
fn no_reader_panics_on_mutated_text() {
    let root = project().join("tests/data/scripts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut numbers = Numbers(7);
    let pieces: [&[u8]; 12] =
        [b"\"", b"'", b"`", b"\\", b"${{", b"}}", b"<<EOF\n", b"\xff\xfe", b"\n", b"#{", "é🦀".as_bytes(), b"(["];
    for path in all_files(&root) {
        let relative = path.strip_prefix(&root).expect("is below");
        let text = std::fs::read(&path).expect("can be read");
        for round in 0..12 {
            let mut bytes = text.clone();
            for _ in 0..1 + numbers.next(4) {
                let at = numbers.next(bytes.len() + 1);
                match numbers.next(4) {
                    0 => bytes.truncate(at),
                    1 => {
                        let end = (at + numbers.next(12)).min(bytes.len());
                        bytes.drain(at..end);
                    }
                    2 if at < bytes.len() => bytes[at] = numbers.next(256) as u8,
                    _ => {
                        let piece = pieces[numbers.next(pieces.len())];
                        bytes.splice(at..at, piece.iter().copied());
                    }
                }
            }
            // A marker, so that the reader is reached whatever was cut away.
            bytes.extend_from_slice(b"\n# aws cloudtrail\n");
            let target = folder.path().join(round.to_string()).join(relative);
            std::fs::create_dir_all(target.parent().expect("has a parent")).expect("can be made");
            std::fs::write(target, bytes).expect("can be written");
        }
    }
    let request = Request {
        paths: vec![folder.path().to_owned()],
        repo_root: Some(folder.path().to_owned()),
        checks: all(),
        include_docs: true,
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    // A panic is caught and becomes a gap.
    let faults: Vec<String> = scan
        .gaps
        .iter()
        .filter(|gap| gap.reason == "internal")
        .map(|gap| format!("{:?}: {}", gap.path, gap.message))
        .collect();
    none(&faults);
}

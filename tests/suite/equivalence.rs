//! The law that syntax carries no meaning: the same template in short form, long form and JSON is judged alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use trailwarden::model::ResourceKind;
use trailwarden::source_map::SourceMap;
use trailwarden::syntax::{self, Kind, Node};

use super::{all, cases, files, none, scan_paths};

/// The ways to write a template down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    Json,
    LongYaml,
    ShortYaml,
}

#[test]
fn every_syntax_gives_the_same_verdicts() {
    // A plan of Terraform is JSON and nothing else.
    let templates = cases::cases().into_iter().filter(|case| case.source == "cloudformation");
    let folders: Vec<PathBuf> = templates.map(|case| case.folder).chain(cases::shared_templates()).collect();
    let faults: Vec<String> = folders.par_iter().flat_map_iter(|folder| differences(folder)).collect();
    none(&faults);
}

fn differences(folder: &Path) -> Vec<String> {
    let expected = verdicts(folder, folder);
    let mut faults = Vec::new();
    for style in [Style::Json, Style::LongYaml, Style::ShortYaml] {
        let copy = tempfile::tempdir().expect("a temporary folder");
        if !rewrite(folder, copy.path(), style) {
            continue;
        }
        let actual = verdicts(copy.path(), folder);
        if actual != expected {
            let missing: Vec<_> = expected.iter().filter(|(key, count)| actual.get(*key) != Some(count)).collect();
            let new: Vec<_> = actual.iter().filter(|(key, count)| expected.get(*key) != Some(count)).collect();
            faults.push(format!("{} as {style:?}: not {missing:?} but {new:?}", folder.display()));
        }
    }
    faults
}

/// Check, address and verdict, with their number.
fn verdicts(folder: &Path, settings: &Path) -> BTreeMap<(String, String, String), usize> {
    let scan = scan_paths(folder, &[folder.to_owned()], cases::settings(settings), all());
    let mut verdicts = BTreeMap::new();
    for finding in scan.findings {
        let address = match finding.subject.kind {
            // The address of a command is a line, which differs from syntax to syntax.
            ResourceKind::Command => String::new(),
            _ => finding.subject.address,
        };
        *verdicts.entry((finding.check.to_owned(), address, finding.outcome.word().to_owned())).or_default() += 1;
    }
    for gap in scan.gaps {
        *verdicts.entry(("gap".to_owned(), gap.reason.to_owned(), String::new())).or_default() += 1;
    }
    verdicts
}

/// Whether all templates of the folder could be written in that style. A folder without one has nothing to write.
pub(super) fn rewrite(from: &Path, to: &Path, style: Style) -> bool {
    if let Ok(options) = std::fs::read(from.join("options")) {
        std::fs::write(to.join("options"), options).expect("a temporary file");
    }
    let mut written = false;
    for file in files(from, &["yaml", "yml", "json", "template"]) {
        let relative = file.strip_prefix(from).expect("is below");
        if ["truth.json", "parameters.json"].iter().any(|name| relative == Path::new(name)) {
            continue;
        }
        let mut map = SourceMap::default();
        let Ok(text) = std::fs::read_to_string(&file) else { return false };
        let id = map.add("template", text);
        let Ok(documents) = syntax::parse_any(map.file(id).text(), id) else { return false };
        let [root] = documents.as_slice() else { return false };
        let mut out = String::new();
        match style {
            Style::Json => json(root, &mut out),
            Style::LongYaml | Style::ShortYaml => yaml(root, 0, matches!(style, Style::ShortYaml), &mut out),
        }
        let target = to.join(relative);
        std::fs::create_dir_all(target.parent().expect("has a parent")).expect("a temporary folder");
        std::fs::write(target, out).expect("a temporary file");
        written = true;
    }
    written
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

fn scalar(node: &Node) -> Option<String> {
    Some(match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        // What JSON does not take as a number is a string for CloudFormation anyway.
        Kind::Number(text) if serde_json::from_str::<serde_json::Number>(text).is_ok() => text.to_string(),
        Kind::Number(text) | Kind::String(text) => quoted(text),
        Kind::Seq(items) if items.is_empty() => "[]".to_owned(),
        Kind::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Kind::Seq(_) | Kind::Map(_) => return None,
    })
}

pub(super) fn json(node: &Node, out: &mut String) {
    if let Some(text) = scalar(node) {
        out.push_str(&text);
        return;
    }
    match &node.kind {
        Kind::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "[" } else { ",\n" });
                json(item, out);
            }
            out.push(']');
        }
        Kind::Map(entries) => {
            for (i, entry) in entries.iter().enumerate() {
                out.push_str(if i == 0 { "{" } else { ",\n" });
                let _ = write!(out, "{}: ", quoted(&entry.key));
                json(&entry.value, out);
            }
            out.push('}');
        }
        _ => {}
    }
}

/// Writes what stands behind `key:` or `-`: on the same line for scalars, else on the following lines.
fn yaml(node: &Node, depth: usize, short: bool, out: &mut String) {
    if let Some(text) = scalar(node) {
        let _ = writeln!(out, " {text}");
        return;
    }
    if short && let Some((tag, value)) = function(node) {
        let _ = write!(out, " {tag}");
        // Two tags cannot stand on one value: what is inside begins in the long form.
        yaml_long(value, depth, out);
        return;
    }
    block(node, depth, short, out);
}

fn yaml_long(node: &Node, depth: usize, out: &mut String) {
    match scalar(node) {
        Some(text) => {
            let _ = writeln!(out, " {text}");
        }
        None => block(node, depth, true, out),
    }
}

fn block(node: &Node, depth: usize, short: bool, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    let pad = "  ".repeat(depth);
    for item in node.items() {
        let _ = write!(out, "{pad}-");
        yaml(item, depth + 1, short, out);
    }
    for entry in node.entries() {
        let _ = write!(out, "{pad}{}:", quoted(&entry.key));
        yaml(&entry.value, depth + 1, short, out);
    }
}

/// The tag of an intrinsic function and its argument, if it has a short form.
fn function(node: &Node) -> Option<(String, &Node)> {
    let [entry] = node.entries() else { return None };
    match &*entry.key {
        "Ref" => entry.value.as_str().map(|_| ("!Ref".to_owned(), &entry.value)),
        key => {
            let name = key.strip_prefix("Fn::")?;
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && name != "Transform";
            plain.then(|| (format!("!{name}"), &entry.value))
        }
    }
}

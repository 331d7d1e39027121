//! Configuration in memory, and what comes of it as short text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::super::module::{ConfigFile, Files, missing};
use super::{Evaluated, Root, Settings, roots};
use crate::model::Existence;
use crate::source_map::SourceMap;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::{json, native};
use crate::truth::{Cause, CauseKind};

mod constructs;
mod hostile;
mod modules;
mod scripts;

/// A repository in memory.
#[derive(Default)]
pub(super) struct Repository {
    pub files: BTreeMap<String, String>,
}

impl Repository {
    pub fn new(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    pub fn evaluate(&self, settings: &Settings) -> (Evaluated, SourceMap) {
        let mut map = SourceMap::default();
        let mut configs: Vec<ConfigFile> = Vec::new();
        let hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
        let mut wanted: Vec<String> = self.files.keys().filter(|path| !hidden(path)).cloned().collect();
        while !wanted.is_empty() {
            for path in wanted {
                if let Some(config) = read(&path, &self.files[&path], &mut map) {
                    configs.push(config);
                }
            }
            wanted = missing(&configs, self);
        }
        let mut evaluated = roots(&configs, settings, self, &map);
        let of_roots: Vec<_> = evaluated.roots.iter().flat_map(|root| root.faults.clone()).collect();
        for fault in of_roots {
            if !evaluated.faults.contains(&fault) {
                evaluated.faults.push(fault);
            }
        }
        (evaluated, map)
    }
}

fn read(path: &str, text: &str, map: &mut SourceMap) -> Option<ConfigFile> {
    let file = map.add(path, text);
    if path.ends_with(".tf") || path.ends_with(".tofu") || path.ends_with(".tfvars") {
        let parsed = native::parse(text, file);
        assert_eq!(parsed.errors, [], "{path}");
        return Some(ConfigFile { path: path.to_owned(), file, body: parsed.body });
    }
    let body = if path.ends_with(".tf.json") {
        json::parse_json(text, file)
    } else if path.ends_with(".tfvars.json") {
        json::parse_variables(text, file)
    } else {
        return None;
    };
    Some(ConfigFile { path: path.to_owned(), file, body: body.expect("is well formed") })
}

/// The only root of these files, without faults.
pub(super) fn root(files: &[(&str, &str)]) -> Root {
    let (evaluated, _) = Repository::new(files).evaluate(&Settings::default());
    assert_eq!(evaluated.faults, []);
    let [root] = <[Root; 1]>::try_from(evaluated.roots).expect("one root");
    root
}

/// The argument `v` of the topic `t` of a root.
pub(super) fn value(root: &Root) -> String {
    let topic = root.instances.iter().find(|instance| instance.address == "aws_sns_topic.t").expect("has a topic");
    topic.body.get("v").map_or("nothing".to_owned(), show)
}

impl Files for Repository {
    fn read(&self, path: &str) -> Result<Arc<str>, Cause> {
        match self.files.get(path) {
            Some(text) => Ok(text.as_str().into()),
            None => Err(Cause::new(CauseKind::OutsideScope, format!("the file '{path}' is not in the repository"))),
        }
    }

    fn list(&self, dir: &str) -> Vec<String> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix))
            .map(|rest| rest.split_once('/').map_or(rest.to_owned(), |(dir, _)| format!("{dir}/")))
            .collect();
        names.dedup();
        names
    }
}

/// A value as short text: holes by how messages show them, choices as `(clause: value | …)`, unknown as `?(why)`.
pub(super) fn show(val: &Val) -> String {
    let mut out = String::new();
    write(val, &mut out);
    out
}

fn write(val: &Val, out: &mut String) {
    let list = |out: &mut String, open: char, items: Vec<String>, close: char| {
        out.push(open);
        out.push_str(&items.join(", "));
        out.push(close);
    };
    match &val.kind {
        ValKind::Null => out.push_str("null"),
        ValKind::Bool(value) => write!(out, "{value}").unwrap(),
        ValKind::Number(number) => out.push_str(number),
        ValKind::Text(text) => write!(out, "\"{text}\"").unwrap(),
        ValKind::Embedded(_, document) => write!(out, "json {}", show(document)).unwrap(),
        ValKind::List(items) => list(out, '[', items.iter().map(show).collect(), ']'),
        ValKind::Map(fields) => {
            let field = |field: &crate::sources::value::Field| format!("{}: {}", field.key, show(&field.value));
            list(out, '{', fields.iter().map(field).collect(), '}');
        }
        ValKind::Unknown(cause) => write!(out, "?({cause})").unwrap(),
        ValKind::Choice { options, .. } => {
            let option = |(when, val): &(Arc<str>, Option<Val>)| {
                format!("{when}: {}", val.as_ref().map_or("nothing".to_owned(), show))
            };
            out.push_str(&format!("({})", options.iter().map(option).collect::<Vec<_>>().join(" | ")));
        }
    }
}

/// All instances of a root, one a line, with their existence.
pub(super) fn instances(root: &Root) -> String {
    let mut out = String::new();
    for instance in &root.instances {
        let data = if instance.data { "data " } else { "" };
        write!(out, "{data}{}", instance.instance).unwrap();
        if let Existence::Maybe(cause) = &instance.existence {
            write!(out, " maybe({cause})").unwrap();
        }
        writeln!(out, " {}", show(&instance.body)).unwrap();
    }
    out
}

//! Where the modules of a call stand.

use std::collections::BTreeMap;

use super::Files;
use crate::source_map::FileId;
use crate::syntax::hcl::Expr;
use crate::syntax::{self, Node};

/// What the `source` of a module says.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sources::terraform) enum Place {
    /// A path; the directory from the repository root, unless it leads out of the repository.
    Local(Option<String>),
    /// A registry, a repository, an archive: as written.
    Remote(String),
}

impl Place {
    /// The place that `source`, written in a module of `dir`, names.
    pub fn new(dir: &str, source: Option<&Expr>) -> Self {
        match source.and_then(Expr::literal) {
            Some(text) if text == "." || text == ".." || text.starts_with("./") || text.starts_with("../") => {
                Self::Local(join(dir, &text))
            }
            Some(text) => Self::Remote(text),
            None => Self::Remote(String::new()),
        }
    }
}

/// Directory and name of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// `path` seen from `dir`, without `.` and `..`; `None` when it leads out of the repository.
pub(in crate::sources::terraform) fn join(dir: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The modules that `terraform init` put into the root module `dir`: the path of names of each call, and its directory
/// from the repository root. <https://developer.hashicorp.com/terraform/cli/commands/init>
pub(super) fn installed(dir: &str, reader: &dyn Files) -> Option<BTreeMap<String, String>> {
    let text = reader.read(&join(dir, ".terraform/modules/modules.json")?).ok()?;
    let root = syntax::json::parse(&text, FileId(0)).ok()?;
    let entry = |node: &Node| {
        let text = |key| node.get(key).and_then(Node::as_str);
        Some((text("Key")?.to_owned(), join(dir, text("Dir")?)?))
    };
    Some(root.get("Modules")?.items().iter().filter_map(entry).filter(|(key, _)| !key.is_empty()).collect())
}

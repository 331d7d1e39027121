//! Which checks ask the same as a check of another tool: what the pages say under `equivalents`.
//!
//! A check of another tool is listed only if it asks the same question about the same thing. One that asks less, or asks
//! it of every bucket and key where ours asks it of log buckets and log keys, is still the same question about them; one
//! that asks only for a part of ours (that a policy exists, say, not that it is sound) is not: to skip it must not hide
//! the rest.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::checks::CHECKS;
use crate::checks::page::Page;

/// By tool and id in small letters: the checks that ask the same.
type Table = BTreeMap<&'static str, BTreeMap<String, Vec<&'static str>>>;

/// The tools whose statements in files are honoured.
pub const TOOLS: [&str; 6] = ["checkov", "trivy", "tfsec", "kics", "cfn-nag", "cdk-nag"];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    for check in CHECKS {
        // A page that cannot be read is a fault of the build, and a law of the tests forbids it.
        let Ok(page) = Page::parse(check.page) else { continue };
        for (tool, ids) in &page.meta.equivalents {
            let Some(tool) = TOOLS.iter().find(|known| *known == tool) else { continue };
            for id in ids {
                table.entry(tool).or_default().entry(plain(id)).or_default().push(check.id);
            }
        }
    }
    table
});

/// The id without what differs between the versions of its tool: `AVD-AWS-0014` is `AWS-0014` now.
fn plain(id: &str) -> String {
    let id = id.to_ascii_lowercase();
    id.strip_prefix("avd-").map(str::to_owned).unwrap_or(id)
}

/// The tables in which a tool looks up an id. Trivy went on with the rules of tfsec, under both names.
fn tables(tool: &str) -> impl Iterator<Item = &'static BTreeMap<String, Vec<&'static str>>> {
    let names: &[&str] = match tool {
        "tfsec" | "trivy" => &["tfsec", "trivy"],
        "checkov" => &["checkov"],
        "kics" => &["kics"],
        "cfn-nag" => &["cfn-nag"],
        "cdk-nag" => &["cdk-nag"],
        _ => &[],
    };
    names.iter().filter_map(|name| TABLE.get(name))
}

/// The checks that ask the same as the check `id` of a tool; `*` in the id stands for anything.
pub fn of(tool: &str, id: &str) -> Vec<&'static str> {
    let id = plain(id);
    let mut found = Vec::new();
    for table in tables(tool) {
        match id.split_once('*') {
            None => found.extend(table.get(&id).into_iter().flatten()),
            Some((start, "")) => {
                let names = table.iter().filter(|(name, _)| name.starts_with(start));
                found.extend(names.flat_map(|(_, checks)| checks));
            }
            // Other patterns are used by nobody.
            Some(_) => {}
        }
    }
    found
}

/// The checks of which a tool has one that asks the same, but for those that ask the same as one of `except`.
pub fn all(tool: &str, except: &[String]) -> Vec<&'static str> {
    let kept: Vec<&str> = except.iter().flat_map(|id| of(tool, id)).collect();
    let checks = tables(tool).flat_map(|table| table.values().flatten()).copied();
    checks.filter(|check| !kept.contains(check)).collect()
}

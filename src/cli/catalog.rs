//! The checks as lists and pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};

use crate::checks::page::Page;
use crate::checks::{CHECKS, Check};
use crate::config::near::nearest;
use crate::finding::clean;

/// The check with this id.
///
/// # Errors
/// If there is none; the message names the nearest.
pub fn find(id: &str) -> anyhow::Result<&'static Check> {
    CHECKS.iter().find(|check| check.id == id).ok_or_else(|| match nearest(id, CHECKS.iter().map(|check| check.id)) {
        Some(near) => anyhow!("unknown check '{id}'; did you mean '{near}'?"),
        None => anyhow!("unknown check '{id}'; `trailwarden checks` lists them all"),
    })
}

/// All checks with their pages, in the order of the table.
///
/// # Errors
/// If a page is malformed; a test holds that none is.
pub fn pages() -> anyhow::Result<Vec<(&'static Check, Page)>> {
    let page = |check: &'static Check| {
        let page = Page::parse(check.page).with_context(|| format!("the page of '{}'", check.id))?;
        Ok((check, page))
    };
    CHECKS.iter().map(page).collect()
}

/// The frameworks that controls name, each with the ids of its checks.
///
/// # Errors
/// If a page is malformed.
pub fn frameworks() -> anyhow::Result<BTreeMap<String, BTreeSet<&'static str>>> {
    let mut frameworks: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (check, page) in pages()? {
        for control in &page.meta.controls {
            if let Some((framework, _)) = control.split_once('/') {
                frameworks.entry(framework.to_owned()).or_default().insert(check.id);
            }
        }
    }
    Ok(frameworks)
}

/// The ids of the checks with a control of one of these frameworks.
///
/// # Errors
/// If there is no such framework; the message names all.
pub fn of_frameworks(names: &[String]) -> anyhow::Result<BTreeSet<&'static str>> {
    let frameworks = frameworks()?;
    let mut ids = BTreeSet::new();
    for name in names {
        match frameworks.get(name) {
            Some(checks) => ids.extend(checks),
            None => {
                let known: Vec<&str> = frameworks.keys().map(String::as_str).collect();
                bail!("unknown framework '{}'; known are: {}", clean(name), known.join(", "));
            }
        }
    }
    Ok(ids)
}

/// The checks of these frameworks with their pages; without a framework, all.
fn chosen(frameworks: &[String]) -> anyhow::Result<Vec<(&'static Check, Page)>> {
    let ids = of_frameworks(frameworks)?;
    let mut pages = pages()?;
    pages.retain(|(check, _)| frameworks.is_empty() || ids.contains(check.id));
    Ok(pages)
}

/// The table for people; the controls of the frameworks that are asked for stand behind the titles.
///
/// # Errors
/// If a page is malformed, or there is no such framework.
pub fn text(frameworks: &[String]) -> anyhow::Result<String> {
    let pages = chosen(frameworks)?;
    let width = pages.iter().map(|(check, _)| check.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (check, page) in &pages {
        let _ = write!(text, "{:width$}  {:8}  {}", check.id, page.meta.severity.word(), page.meta.title);
        let named = |control: &&str| frameworks.iter().any(|name| control.split('/').next() == Some(name));
        let controls: Vec<&str> = page.meta.controls.iter().map(String::as_str).filter(named).collect();
        if !controls.is_empty() {
            let _ = write!(text, " ({})", controls.join(", "));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "\n{} checks; `trailwarden explain CHECK` prints the page of one.", pages.len());
    Ok(text)
}

/// The table for documents; the README holds it.
///
/// # Errors
/// If a page is malformed, or there is no such framework.
pub fn markdown(frameworks: &[String]) -> anyhow::Result<String> {
    let mut text = "| Check | Severity | Category | What is so when it passes |\n|---|---|---|---|\n".to_owned();
    for (check, page) in chosen(frameworks)? {
        let (id, meta) = (check.id, &page.meta);
        let mut severity = meta.severity.word().to_owned();
        if !meta.other_severities.is_empty() {
            let others: Vec<&str> = meta.other_severities.iter().map(|severity| severity.word()).collect();
            let _ = write!(severity, " ({})", others.join(", "));
        }
        let title = meta.title.replace('|', "\\|");
        let _ = writeln!(text, "| [`{id}`](checks/{id}.md) | {severity} | {} | {title} |", meta.category);
    }
    Ok(text)
}

/// The front matter of the checks.
///
/// # Errors
/// If a page is malformed, or there is no such framework.
pub fn json(frameworks: &[String]) -> anyhow::Result<String> {
    let one = |(check, page): (&'static Check, Page)| -> Value {
        let meta = page.meta;
        let others: Vec<&str> = meta.other_severities.iter().map(|severity| severity.word()).collect();
        json!({
            "id": check.id,
            "title": meta.title,
            "summary": page.summary.split_whitespace().collect::<Vec<_>>().join(" "),
            "severity": meta.severity.word(),
            "other_severities": others,
            "category": meta.category,
            "practice": meta.practice,
            "since": meta.since,
            "needs": meta.needs,
            "sources": meta.sources,
            "references": meta.references,
            "controls": meta.controls,
            "equivalents": meta.equivalents,
            "partly": meta.partly,
            "options": meta.options,
        })
    };
    let checks: Vec<Value> = chosen(frameworks)?.into_iter().map(one).collect();
    let mut text = serde_json::to_string_pretty(&json!({ "schema_version": "1", "checks": checks }))?;
    text.push('\n');
    Ok(text)
}

/// The tools of the table of equivalents, by the keys of pages and by their names.
const TOOLS: [(&str, &str); 7] = [
    ("checkov", "Checkov"),
    ("trivy", "Trivy"),
    ("tfsec", "tfsec"),
    ("kics", "KICS"),
    ("cfn-nag", "cfn_nag"),
    ("cdk-nag", "cdk-nag"),
    ("prowler", "Prowler"),
];

/// Which checks of other tools ask the same as ours, as a Markdown table.
///
/// # Errors
/// If a page cannot be read.
pub fn equivalents() -> anyhow::Result<String> {
    let mut table = "| Tool | Its check | Ours | Skip comments |\n|---|---|---|---|\n".to_owned();
    for (key, name) in TOOLS {
        let mut rows = Vec::new();
        for check in CHECKS {
            let meta = Page::parse(check.page).with_context(|| format!("the page of '{}'", check.id))?.meta;
            // Prowler judges accounts: there are no files to write in.
            let holds = if key == "prowler" { "–" } else { "hold" };
            for (ids, word) in [(&meta.equivalents, holds), (&meta.partly, "do not hold: asks a part")] {
                let ids = ids.get(key).into_iter().flatten();
                rows.extend(ids.map(|id| (id.clone(), check.id, if key == "prowler" { "–" } else { word })));
            }
        }
        rows.sort();
        for (id, check, word) in rows {
            table.push_str(&format!("| {name} | `{id}` | [`{check}`](../checks/{check}.md) | {word} |\n"));
        }
    }
    Ok(table)
}

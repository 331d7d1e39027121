//! The rules, from the pages of the checks.
//!
//! Consumers take the severity from the rule, so a check has one rule for each severity that its fails can have: the
//! check's id for the usual one, `id/severity` for the others.

use std::collections::HashMap;

use super::{help_uri, level, model};
use crate::checks::page::{Meta, Page};
use crate::finding::Severity;
use crate::reports::pages::{Pages, plain};
use crate::scan::Scan;

/// Consumers refuse longer descriptions.
const LONGEST: usize = 1024;

/// Consumers show no more tags than these.
const MOST_TAGS: usize = 10;

/// All rules, in the order of the table of checks.
#[derive(Debug)]
pub(super) struct Rules {
    rules: Vec<(String, model::Rule<'static>)>,
    index: HashMap<(&'static str, Severity), usize>,
    pages: Pages,
}

impl Rules {
    /// The rules of all checks, also of those that this scan left out.
    pub(super) fn all(scan: &Scan) -> Self {
        let pages = Pages::all(scan);
        let (mut rules, mut index) = (Vec::new(), HashMap::new());
        for (id, page) in pages.iter() {
            let meta = &page.meta;
            let mut others = meta.other_severities.clone();
            others.sort_by(|a, b| b.cmp(a));
            // A severity that the configuration sets needs a rule of its own, too.
            others.extend(scan.severities.get(id));
            for severity in std::iter::once(meta.severity).chain(others) {
                if index.contains_key(&(id, severity)) {
                    continue;
                }
                index.insert((id, severity), rules.len());
                let rule = rule(id, page, severity);
                rules.push((rule.id.clone(), rule));
            }
        }
        Self { rules, index, pages }
    }

    /// The rules with their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, model::Rule<'static>)> {
        self.rules.iter()
    }

    /// The rule of a check's fails of this severity, else the check's usual one.
    pub(super) fn of(&self, check: &'static str, severity: Severity) -> Option<(usize, &model::Rule<'static>)> {
        let usual = || self.index.get(&(check, self.pages.get(check)?.meta.severity));
        let index = *self.index.get(&(check, severity)).or_else(usual)?;
        Some((index, &self.rules[index].1))
    }

    /// The control ids of a check.
    pub(super) fn controls(&self, check: &str) -> &[String] {
        self.pages.get(check).map(|page| page.meta.controls.as_slice()).unwrap_or_default()
    }
}

fn rule(check: &str, page: &Page, severity: Severity) -> model::Rule<'static> {
    let meta = &page.meta;
    let usual = severity == meta.severity;
    let why = page.section("Why it matters").unwrap_or(&page.summary);
    let fix = page.section("How to fix").unwrap_or(&meta.title);
    let id = if usual { check.to_owned() } else { format!("{check}/{}", severity.word()) };
    model::Rule {
        name: pascal(&id),
        short_description: model::Message { text: cut(period(plain(&meta.title))) },
        full_description: model::Message { text: cut(period(plain(&page.summary))) },
        help: model::Help {
            text: format!("Why it matters: {}\n\nHow to fix: {}", plain(why), plain(fix)),
            markdown: format!("{}\n\n### Why it matters\n\n{why}\n\n### How to fix\n\n{fix}\n", page.summary),
        },
        help_uri: help_uri(check),
        default_configuration: model::Configuration { level: level(severity) },
        properties: model::RuleProperties {
            tags: tags(meta),
            precision: "high",
            security_severity: security_severity(severity),
        },
        id,
    }
}

/// The score of a severity: each in the middle of a consumer's band, away from disputed edges.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Note => "0.5",
    }
}

/// Three fixed tags, then controls: one of each framework in turn, its latest version first.
fn tags(meta: &Meta) -> Vec<String> {
    let mut families: Vec<(&str, Vec<&String>)> = Vec::new();
    for control in &meta.controls {
        let framework = control.split('/').next().unwrap_or_default();
        let family = framework.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        match families.iter_mut().find(|(name, _)| *name == family) {
            Some((_, controls)) => controls.push(control),
            None => families.push((family, vec![control])),
        }
    }
    let mut tags: Vec<String> = ["security", "aws", "cloudtrail"].map(str::to_owned).to_vec();
    while tags.len() < MOST_TAGS && families.iter().any(|(_, controls)| !controls.is_empty()) {
        for (_, controls) in &mut families {
            tags.extend(controls.pop().cloned());
        }
    }
    tags.truncate(MOST_TAGS);
    tags
}

/// `log-file-validation` as `LogFileValidation`.
pub(super) fn pascal(id: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    };
    id.split(['-', '/']).map(capital).collect()
}

fn period(mut text: String) -> String {
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// Cut behind the last whole word that fits.
fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let head: String = text.chars().take(LONGEST - 4).collect();
    let end = head.rfind(' ').unwrap_or(head.len());
    format!("{} ...", &head[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_pascal_case() {
        assert_eq!(pascal("log-file-validation"), "LogFileValidation");
        assert_eq!(pascal("organization-trail/low"), "OrganizationTrailLow");
    }

    #[test]
    fn descriptions_are_cut() {
        assert!(cut("word ".repeat(400)).chars().count() <= LONGEST);
        assert_eq!(cut("short.".to_owned()), "short.");
    }
}

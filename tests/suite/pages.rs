//! Laws over the pages of the checks.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use trailwarden::checks::CHECKS;
use trailwarden::checks::page::Page;
use trailwarden::finding::{Outcome, Severity};

use super::cases::{self, Truth};
use super::{entries, name, none, project, scan_example, scan_paths};

const VERDICTS: [&str; 4] = ["pass", "fail", "unknown", "not-applicable"];
const CATEGORIES: [&str; 7] =
    ["coverage", "integrity", "confidentiality", "retention", "access", "monitoring", "hygiene"];
const SECTIONS: [&str; 3] = ["Why it matters", "How to fix", "Examples"];

fn pages() -> Vec<(&'static str, Page)> {
    let page = |text| Page::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    CHECKS.iter().map(|check| (check.id, page(check.page))).collect()
}

fn is_kebab(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    let bad = CHECKS.iter().filter(|check| !is_kebab(check.id) || !seen.insert(check.id));
    none(&bad.map(|check| check.id.to_owned()).collect::<Vec<_>>());
}

#[test]
fn every_page_belongs_to_a_check() {
    let ids: BTreeSet<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
    let pages = entries(&project().join("checks")).into_iter().map(|path| name(&path));
    none(&pages.filter(|page| !page.strip_suffix(".md").is_some_and(|id| ids.contains(id))).collect::<Vec<_>>());
}

#[test]
fn every_page_is_complete() {
    let mut faults = Vec::new();
    for (id, page) in pages() {
        let meta = &page.meta;
        let mut want = |good: bool, what: &str| {
            if !good {
                faults.push(format!("{id}: {what}"));
            }
        };
        want(!meta.title.is_empty() && !meta.title.ends_with('.') && meta.title.len() <= 100, "the title");
        want(!page.summary.is_empty(), "the summary is missing");
        want(CATEGORIES.contains(&meta.category.as_str()), "the category");
        want(meta.since.split('.').count() == 3, "since");
        want(!meta.sources.is_empty(), "the sources are missing");
        want(!meta.other_severities.contains(&meta.severity), "other-severities repeats the severity");
        for section in SECTIONS {
            want(page.section(section).is_some_and(|text| !text.is_empty()), section);
        }
        let practice =
            |p: &str| p.strip_prefix('P').and_then(|n| n.parse().ok()).is_some_and(|n: u8| (1..=12).contains(&n));
        want(meta.practice.as_deref().is_none_or(practice), "the practice");
        for need in &meta.needs {
            want(need.split_once(':').is_some_and(|(service, _)| !service.is_empty()), need);
        }
        for reference in &meta.references {
            want(reference.starts_with("https://docs.aws.amazon.com/"), reference);
        }
        for verdict in meta.sources.values().flatten() {
            want(VERDICTS.contains(&verdict.as_str()), verdict);
        }
        for control in &meta.controls {
            want(is_control(control), control);
        }
        for option in meta.options.keys() {
            want(option.split('.').all(is_kebab), option);
        }
    }
    none(&faults);
}

/// `cis-5.0.0/3.2`, `security-hub/CloudTrail.4`, `nist-800-53-r5/AU-9`, `pci-dss-4.0/10.3.2`, `aws-config/name`.
fn is_control(control: &str) -> bool {
    let Some((framework, id)) = control.split_once('/') else { return false };
    let dotted =
        |text: &str| text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()));
    match framework {
        "security-hub" => id.split_once('.').is_some_and(|(service, n)| dotted(service) && n.parse::<u16>().is_ok()),
        "aws-config" => is_kebab(id),
        "nist-800-53-r5" => {
            let end = id.find('(').unwrap_or(id.len());
            let (family, number) = id[..end].split_once('-').unwrap_or_default();
            family.len() == 2 && family.bytes().all(|b| b.is_ascii_uppercase()) && number.parse::<u16>().is_ok()
        }
        _ => match framework.strip_prefix("cis-").or_else(|| framework.strip_prefix("pci-dss-")) {
            Some(version) => dotted(version) && dotted(id),
            None => false,
        },
    }
}

#[test]
fn every_example_gives_exactly_its_verdict() {
    let faults: Vec<String> = CHECKS
        .par_iter()
        .flat_map_iter(|check| {
            let page = Page::parse(check.page).unwrap_or_else(|error| panic!("{}: {error}", check.id));
            let mut faults = Vec::new();
            for (i, example) in page.examples().iter().enumerate() {
                let shown = format!("{}: example {} ({})", check.id, i + 1, example.verdict);
                let scan = scan_example(example, check);
                if scan.findings.is_empty() {
                    faults.push(format!("{shown}: no finding"));
                }
                for finding in scan.findings.iter().filter(|finding| finding.outcome.word() != example.verdict) {
                    let actual = finding.outcome.word();
                    faults.push(format!("{shown}: {} is {actual}: {}", finding.subject.address, finding.message));
                }
                faults.extend(scan.gaps.iter().map(|gap| format!("{shown}: gap: {}", gap.message)));
            }
            faults
        })
        .collect();
    none(&faults);
}

#[test]
fn every_verdict_of_a_page_has_an_example_and_a_fixture() {
    let mut fixtures: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for case in cases::cases() {
        fixtures.entry((case.check, case.source)).or_default().insert(case.verdict);
    }
    let mut faults = Vec::new();
    for (id, page) in pages() {
        let examples = page.examples();
        for (source, verdicts) in &page.meta.sources {
            let folders = fixtures.remove(&(id.to_owned(), source.clone())).unwrap_or_default();
            for verdict in verdicts {
                if !folders.contains(verdict) {
                    faults.push(format!("{id}: no fixture {source}/{verdict}"));
                }
                let shown = examples.iter().any(|example| example.source == *source && example.verdict == *verdict);
                // What an account answers is no example for a page.
                if !shown && verdict != "not-applicable" && source != "live" {
                    faults.push(format!("{id}: no example of {source} {verdict}"));
                }
            }
            faults.extend(folders.difference(&verdicts.iter().cloned().collect()).map(|verdict| {
                format!("{id}: the fixture {source}/{verdict} is of a verdict that the page does not list")
            }));
        }
    }
    faults.extend(fixtures.keys().map(|(check, source)| format!("{check}: fixtures of {source}, which no page lists")));
    none(&faults);
}

#[test]
fn every_severity_that_is_seen_is_on_the_page() {
    let allowed: BTreeMap<&str, BTreeSet<Severity>> = pages()
        .iter()
        .map(|(id, page)| (*id, page.meta.other_severities.iter().copied().chain([page.meta.severity]).collect()))
        .collect();
    let folders: Vec<_> = cases::cases().into_iter().map(|case| case.folder).chain(cases::shared()).collect();
    let seen: BTreeSet<(&str, Severity)> = folders
        .par_iter()
        .flat_map_iter(|folder| {
            let mut settings = vec![cases::settings(folder)];
            settings.extend(Truth::of(folder).iter().flat_map(|truth| truth.with.iter().map(|with| with.settings())));
            settings.into_iter().flat_map(|settings| {
                let scan = scan_paths(folder, std::slice::from_ref(folder), settings, super::all());
                let fails = scan.findings.into_iter().filter(|finding| matches!(finding.outcome, Outcome::Fail(_)));
                fails.map(|finding| (finding.check, finding.severity)).collect::<Vec<_>>()
            })
        })
        .collect();
    let bad = seen.iter().filter(|(check, severity)| !allowed[check].contains(severity));
    none(&bad.map(|(check, severity)| format!("{check}: {}", severity.word())).collect::<Vec<_>>());
}

#[test]
fn every_fail_says_what_where_and_what_to_do() {
    let folders: Vec<_> = cases::cases().into_iter().map(|case| case.folder).chain(cases::shared()).collect();
    let faults: BTreeSet<String> = folders
        .par_iter()
        .flat_map_iter(|folder| {
            let scan = scan_paths(folder, std::slice::from_ref(folder), cases::settings(folder), super::all());
            let mut prints = BTreeSet::new();
            let mut faults = Vec::new();
            for finding in &scan.findings {
                let shown = format!("{} in {}: {}", finding.check, folder.display(), finding.message);
                if !finding.message.ends_with('.') || finding.message.ends_with("..") {
                    faults.push(format!("{shown}: the message is no sentence"));
                }
                if !prints.insert(finding.fingerprint.clone()) {
                    faults.push(format!("{shown}: the fingerprint is not unique"));
                }
                let remedy = finding.remediation.as_deref().unwrap_or_default();
                if matches!(finding.outcome, Outcome::Fail(_)) && !(remedy.ends_with('.') && remedy.contains(' ')) {
                    faults.push(format!("{shown}: no remedy: '{remedy}'"));
                }
                if remedy.contains("event data store") && !finding.check.starts_with("event-data-store") {
                    faults.push(format!("{shown}: recommends CloudTrail Lake"));
                }
            }
            faults
        })
        .collect();
    none(&faults.into_iter().collect::<Vec<_>>());
}

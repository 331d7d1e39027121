//! Tables that are generated: `UPDATE=1 cargo test` rewrites them, plain `cargo test` verifies.

use std::fs;
use std::path::Path;

use trailwarden::checks::page::{Example, OUTPUT, Page};
use trailwarden::checks::{CHECKS, Check};
use trailwarden::cli::catalog;
use trailwarden::reports::{self, Format, Settings, Show};
use trailwarden::sources::aws::actions;

use super::{cases, none, project, scan_text_with};

/// The text between the markers `<!-- generated:NAME -->` and `<!-- /generated -->` replaced.
fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- generated:{name} -->\n"), "<!-- /generated -->");
    let start = document.find(&open)? + open.len();
    let end = start + document[start..].find(close)?;
    Some(format!("{}\n{text}\n{}", &document[..start], &document[end..]))
}

fn verify(path: &Path, wanted: &str) -> Option<String> {
    let actual = fs::read_to_string(path).unwrap_or_default();
    if actual == wanted {
        return None;
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent()?).expect("a folder");
        fs::write(path, wanted).expect("the file is writable");
        return None;
    }
    Some(format!("{} is out of date: run UPDATE=1 cargo test", path.display()))
}

/// The page with what each of its examples prints where it shows that.
fn with_output(check: &'static Check, text: &str) -> String {
    let page = Page::parse(text).expect("the page is sound");
    let examples = page.examples();
    let mut shown = examples.iter().filter(|example| example.output.is_some());
    let mut wanted = String::new();
    let mut inside = false;
    for line in text.lines() {
        let fence = line.starts_with("```");
        if inside && !fence {
            continue;
        }
        inside = line.strip_prefix("```") == Some(OUTPUT);
        wanted.push_str(line);
        wanted.push('\n');
        if inside {
            let example = shown.next().unwrap_or_else(|| panic!("{}: an output without an example", check.id));
            wanted.push_str(&printed(check, example));
        }
    }
    wanted
}

/// The findings of an example as the text report prints them, without the summary.
fn printed(check: &'static Check, example: &Example) -> String {
    let options = cases::parsed_options(example.options.iter().map(String::as_str));
    let scan = scan_text_with(&example.text, vec![check], options);
    let settings = Settings { show: Show::ALL.into_iter().collect(), ..Settings::default() };
    let mut out = Vec::new();
    reports::write(Format::Text, &scan, &settings, &mut out).expect("a vector takes everything");
    let text = String::from_utf8(out).expect("reports are UTF-8");
    let mut findings: Vec<&str> = text.trim_end().split("\n\n").collect();
    findings.pop();
    // Of no file: the example stands on the page.
    let lines = findings
        .join("\n\n")
        .replace("--> -:", "--> template.yaml:")
        .replace("::: -:", "::: template.yaml:")
        .replace("input '-'", "input 'template.yaml'");
    lines.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Pages whose findings need more than one look: they show what is printed.
const SHOWN: [&str; 6] = [
    "least-privilege-bucket-policy",
    "public-log-bucket",
    "management-events",
    "data-events",
    "metric-filter-alarms",
    "audit-tampering-access",
];

#[test]
fn pages_show_what_is_printed() {
    let mut faults = Vec::new();
    for check in CHECKS {
        let path = project().join("checks").join(format!("{}.md", check.id));
        let text = fs::read_to_string(&path).expect("there is a page");
        let wanted = with_output(check, &text);
        let outputs = wanted.lines().filter(|line| line.strip_prefix("```") == Some(OUTPUT)).count();
        if SHOWN.contains(&check.id) && outputs == 0 {
            faults.push(format!("{}: no example shows what is printed", check.id));
        }
        faults.extend(verify(&path, &wanted));
    }
    none(&faults);
}

#[test]
fn the_readme_lists_all_checks() {
    let path = project().join("README.md");
    let readme = fs::read_to_string(&path).expect("there is a README");
    let table = catalog::markdown(&[]).expect("the pages are sound");
    let wanted = replaced(&readme, "checks", &table).expect("the README has the markers");
    none(&verify(&path, &wanted).into_iter().collect::<Vec<_>>());
}

/// The role of a live scan: its policy and its template are of one table.
#[test]
fn the_role_of_a_live_scan() {
    let folder = project().join("deploy");
    let policy = serde_json::to_string_pretty(&actions::policy("aws", None)).expect("is JSON");
    let faults = [
        verify(&folder.join("trailwarden-audit-policy.json"), &format!("{policy}\n")),
        verify(&folder.join("trailwarden-audit-role.yaml"), &actions::template()),
    ];
    none(&faults.into_iter().flatten().collect::<Vec<_>>());
}

/// The worked example of the page on migration: what is accepted is what the page says.
#[test]
fn the_page_on_migration_is_true() {
    let path = project().join("docs/migration.md");
    let page = fs::read_to_string(&path).expect("there is a page");
    let (open, close) = ("```hcl main.tf\n", "```\n");
    let start = page.find(open).expect("an example") + open.len();
    let example = &page[start..start + page[start..].find(close).expect("its end")];
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("main.tf"), example).expect("a file");
    let shown = ["multi-region-trail", "log-file-validation", "access-logging", "bucket-versioning", "kms-key-health"];
    let checks = CHECKS.iter().filter(|check| shown.contains(&check.id)).collect();
    let scan = super::scan_paths(folder.path(), &[folder.path().to_owned()], Default::default(), checks);
    let mut verdicts = String::new();
    for finding in &scan.findings {
        let standing = match &finding.suppression {
            Some(suppression) => format!("suppressed by {}", suppression.by()),
            None => finding.outcome.word().to_owned(),
        };
        verdicts.push_str(&format!("{} {}: {standing}\n", finding.check, finding.subject.address));
    }
    assert_eq!(verdicts.matches("suppressed by").count(), 4, "{verdicts}");
    assert!(verdicts.contains("kms-key-health aws_kms_key.logs: fail"), "{verdicts}");
    let open = "```text verdicts\n";
    let start = page.find(open).expect("the verdicts") + open.len();
    let end = start + page[start..].find(close).expect("their end");
    let page = format!("{}{verdicts}{}", &page[..start], &page[end..]);
    let table = catalog::equivalents().expect("the pages are sound");
    let wanted = replaced(&page, "equivalents", &table).expect("the page has the markers");
    none(&verify(&path, &wanted).into_iter().collect::<Vec<_>>());
}

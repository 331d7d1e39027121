//! The HTML report in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use trailwarden::reports::{Format, Settings, Show};

use crate::formats::{bytes, grim, json, start};
use crate::project;

/// The browser, by the names under which systems have it.
fn browser() -> PathBuf {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|p| p.is_file());
    found.expect("a test of the HTML report needs Chromium: install it (`apt-get install chromium`)")
}

fn used(report: &Path) -> Value {
    let target = project().join("target");
    let output = Command::new("node")
        .current_dir(project())
        .arg("tests/tools/page.mjs")
        .arg(browser())
        .arg(report)
        .arg(target.join("report.png"))
        .output()
        .expect("node can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

#[test]
fn a_browser_shows_filters_and_runs_nothing_foreign() {
    let scan = grim();
    let settings = Settings { show: Show::ALL.into_iter().collect(), ..Settings::default() };
    let report = bytes(Format::Html, &scan, &settings);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    std::fs::write(&path, &report).expect("the folder takes files");
    let seen = used(&path);
    assert_eq!(seen["errors"], serde_json::json!([]));
    assert_eq!(seen["requests"].as_array().map(Vec::len), Some(1), "only the page itself: {}", seen["requests"]);
    assert_eq!((seen["dialogs"].as_u64(), seen["scripts"].as_u64()), (Some(0), Some(1)));
    assert_eq!(seen["links"], serde_json::json!(["https://github.com"]));
    assert_eq!(seen["unlabelled"], 0);
    let json = json(&scan);
    let findings = json["findings"].as_array().expect("findings");
    for (i, finding) in findings.iter().enumerate() {
        assert_eq!(seen["fingerprints"][i], finding["fingerprint"]);
        assert!(seen["messages"][i].as_str().expect("text").starts_with(&start(finding)));
        if !finding["location"].is_null() {
            let at = &finding["location"];
            let place = format!("{}:{}:{}", at["path"].as_str().expect("a path"), at["start_line"], at["start_column"]);
            assert_eq!(seen["places"][i], trailwarden::finding::clean(&place));
        }
    }
    let count = |wanted: &dyn Fn(&Value) -> bool| findings.iter().filter(|finding| wanted(finding)).count() as u64;
    let controls = |finding: &Value, name: &str| {
        let all = finding["controls"].as_array().expect("controls");
        all.iter().any(|control| control.as_str().is_some_and(|c| c.starts_with(&format!("{name}/"))))
    };
    let number = |name: &str| seen[name].as_u64().expect(name);
    assert_eq!(number("all"), findings.len() as u64);
    assert_eq!(number("critical"), count(&|f| f["verdict"] == "fail" && f["severity"] == "critical"));
    assert_eq!(seen["status"], format!("{} of {} shown", number("critical"), number("all")));
    assert_eq!(number("reset"), number("all"));
    assert_eq!(number("check"), count(&|f| f["check"] == "log-file-validation"));
    assert_eq!(number("none"), 0);
    assert_eq!(number("framework"), count(&|f| controls(f, "cis-5.0.0")));
    assert_eq!(number("account"), count(&|f| f["resource"]["account"].is_null()));
    assert!(number("search") >= 1 && number("search") < number("all"));
    assert_eq!(number("opened"), 1);
    assert_eq!(seen["dark"], "rgb(13, 17, 23)");
    assert_eq!((seen["printedForm"].as_bool(), number("printed")), (Some(false), number("all")));
}

/// The texts of the cells of a section's table, row by row.
pub fn matrix(page: &str, section: &str) -> Vec<Vec<String>> {
    let from = page.find(&format!("<h2 id=\"{section}\">")).unwrap_or_else(|| panic!("no section '{section}'"));
    let start = from + page[from..].find("<table").expect("a table");
    let end = start + page[start..].find("</table>").expect("its end") + "</table>".len();
    let table = roxmltree::Document::parse(&page[start..end]).expect("is well-formed");
    let text =
        |cell: roxmltree::Node<'_, '_>| cell.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect();
    let rows = table.descendants().filter(|node| node.has_tag_name("tr"));
    rows.map(|row| row.children().filter(|node| node.is_element()).map(text).collect()).collect()
}

#[test]
fn each_check_has_its_worst_verdict_on_each_input() {
    let scan = crate::scan_paths(project(), &[project().join("examples")], Default::default(), crate::all());
    let page = String::from_utf8(bytes(Format::Html, &scan, &Settings::default())).expect("UTF-8");
    let table = matrix(&page, "matrix");
    let report = json(&scan);
    let listed =
        page.split("<ol class=\"inputs\">").nth(1).and_then(|rest| rest.split("</ol>").next()).expect("a list");
    let inputs: Vec<&str> = listed.split("<code>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(inputs, ["examples/app-with-trail.yaml", "examples/landing-zone-audit.yaml"]);
    assert_eq!(table[0], ["Check", "1", "2"]);
    assert_eq!(table.len(), scan.checks.len() + 1);
    let order = ["not-applicable", "pass", "unknown", "fail"];
    let signs = ["–not applicable", "✓pass", "?unknown", "✕fail"];
    for row in &table[1..] {
        for (input, cell) in inputs.iter().zip(&row[1..]) {
            let of_cell = report["findings"]
                .as_array()
                .expect("findings")
                .iter()
                .filter(|finding| finding["check"] == row[0].as_str() && finding["location"]["path"] == *input);
            let worst = of_cell.filter_map(|f| order.iter().position(|word| f["verdict"] == *word)).max();
            assert_eq!(cell, worst.map_or("no verdict", |worst| signs[worst]), "{row:?} on {input}");
        }
    }
}

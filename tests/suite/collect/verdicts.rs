//! The estates against their tables of verdicts, live and from the recording.

use std::collections::BTreeMap;

use super::super::none;
use super::*;

/// Check, subject, verdict with severity for a fail. Keys and permission sets have names that change from run to run.
fn lines(report: &Value) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for finding in report["findings"].as_array().expect("is a list") {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let verdict = match finding["verdict"].as_str() {
            Some("fail") => text(&finding["severity"]),
            _ => text(&finding["verdict"]),
        };
        let address = text(&finding["resource"]["address"]);
        let address = match address.split_once(":key/").or_else(|| address.split_once(":instance/")) {
            Some((before, _)) => format!("{before}:…"),
            None => address,
        };
        let short = address.strip_prefix("arn:aws:").unwrap_or(&address);
        *lines.entry(format!("{} {short}: {verdict}", text(&finding["check"]))).or_default() += 1;
    }
    lines
}

/// The table of an estate: a line for each verdict, ` x2` where it is given twice. `UPDATE=1` writes it anew.
fn compare(name: &str, report: &Value) {
    let line = |(line, count): (String, usize)| if count == 1 { line } else { format!("{line} x{count}") };
    let actual: Vec<String> = lines(report).into_iter().map(line).collect();
    let path = project().join(format!("tests/live/{name}.txt"));
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, actual.join("\n") + "\n").expect("the table is writable");
        return;
    }
    let wanted = std::fs::read_to_string(&path).expect("the table is there");
    let wanted: Vec<&str> = wanted.lines().collect();
    let mut faults: Vec<String> = Vec::new();
    faults
        .extend(wanted.iter().filter(|line| !actual.iter().any(|a| a == *line)).map(|line| format!("missing: {line}")));
    faults.extend(actual.iter().filter(|line| !wanted.contains(&line.as_str())).map(|line| format!("new: {line}")));
    none(&faults);
}

fn judged(estate: &Estate, name: &str, args: &[&str]) -> Run {
    let proxy = estate.plain();
    let args: Vec<&str> = args.iter().copied().chain(["--format=json"]).collect();
    let run = Run::new(&proxy, &args);
    compare(name, &run.json());
    run
}

#[test]
fn an_estate_where_everything_is_right() {
    let run = judged(&GOOD, "good", &[]);
    assert_eq!(run.code(), 0, "{}", run.said());
    let fails = run.json()["summary"]["fail"].clone();
    assert_eq!(fails, 0, "{}", run.said());
}

#[test]
fn an_estate_where_everything_is_wrong() {
    let run = judged(&BAD, "bad", &[]);
    assert_eq!(run.code(), 1, "{}", run.said());
}

#[test]
fn a_mixed_organization() {
    let run = judged(&MIXED, "mixed", &["--organization"]);
    assert_eq!(run.code(), 1, "{}", run.said());
}

/// The recording gives what the live scan gave.
#[test]
fn a_recording_gives_the_same_findings() {
    for (estate, args) in [(&GOOD, vec![]), (&BAD, vec![]), (&MIXED, vec!["--organization"])] {
        let proxy = estate.plain();
        let args: Vec<&str> = args.into_iter().chain(["--format=json"]).collect();
        let run = Run::new(&proxy, &args);
        let before = proxy.seen().len();
        let mut scan = Command::new(env!("CARGO_BIN_EXE_trailwarden"));
        let output = clean(&mut scan).arg("scan").arg(run.path()).arg("--format=json").output().expect("runs");
        let again: Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        for part in ["findings", "gaps", "summary"] {
            assert_eq!(run.json()[part], again[part], "{part}");
        }
        assert_eq!(run.json()["scope"]["accounts"], again["scope"]["accounts"]);
        assert_eq!(run.output.status.code(), output.status.code());
        assert_eq!(proxy.seen().len(), before, "without AWS");
    }
}

/// Regions filter what is reported, never what counts as coverage.
#[test]
fn a_region_filters_the_report_only() {
    let all = lines(&Run::new(&GOOD.plain(), &["--format=json"]).json());
    let elsewhere = lines(&Run::new(&GOOD.plain(), &["--format=json", "--region=us-east-2"]).json());
    assert!(elsewhere.keys().all(|line| !line.contains(":eu-west-1:")), "{elsewhere:?}");
    assert!(elsewhere.keys().any(|line| line.starts_with("trail-coverage") && line.ends_with("pass")), "{elsewhere:?}");
    assert!(elsewhere.len() < all.len());
}

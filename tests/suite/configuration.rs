//! The configuration file from outside: where it is found, what it changes, what overrides it, and how its faults read.

use std::fs;

use trailwarden::checks::CHECKS;
use trailwarden::checks::page::Page;
use trailwarden::config;

use super::cli::{BAD, GOOD, ONLY, command, folder, scan, stderr, stdout};
use super::{none, project};

#[test]
fn the_schema_is_the_one_of_the_types() {
    let path = project().join("schema/config.schema.json");
    let wanted = config::schema();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(&path, &wanted).expect("the schema is writable");
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == wanted, "schema/config.schema.json is out of date: run UPDATE=1 cargo test");
}

/// The schema and the reader agree about what is good.
#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    let schema: serde_json::Value = serde_json::from_str(&config::schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (text, good) in [
        (r#"{}"#, true),
        (r#"{"checks": {"insights": "off", "kms-encryption": {"severity": "high"}, "trail-tags": false}}"#, true),
        (r#"{"options": {"min-days": 400, "mfa-delete.mode": "strict", "readers": ["012345678901"]}}"#, true),
        (r#"{"fail-on": "never", "region": "eu-west-1", "account": "012345678901"}"#, true),
        (r#"{"fail-on": "sometimes"}"#, false),
        (r#"{"check": {}}"#, false),
        (r#"{"checks": {"insight": "off"}}"#, false),
        (r#"{"checks": {"insights": {"severty": "low"}}}"#, false),
        (r#"{"options": {"min-days": "many"}}"#, false),
        (r#"{"account": "1"}"#, false),
        (r#"[]"#, false),
    ] {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(validator.is_valid(&value), good, "schema: {text}");
        assert_eq!(config::parse("c", text).is_ok(), good, "reader: {text}");
    }
}

#[test]
fn every_option_of_a_page_can_be_set() {
    let mut faults = Vec::new();
    for check in CHECKS {
        let page = Page::parse(check.page).expect("the page is sound");
        for option in page.meta.options.keys() {
            let text = format!("options: {{{option}: null}}\n");
            if let Err((fault, _)) = config::parse("c", &text) {
                faults.push(format!("{}: {option}: {fault}", check.id));
            }
        }
    }
    none(&faults);
}

#[test]
fn init_writes_a_file_that_says_nothing_yet_and_overwrites_none() {
    let files = folder(&[]);
    command(files.path()).arg("init").assert().code(0);
    let text = fs::read_to_string(files.path().join("trailwarden.yaml")).expect("it is written");
    assert!(config::parse("c", &text).is_ok());
    // Without the comments' signs, it is a file as well: every example of it is one that is read.
    let lines = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| !line.starts_with("yaml-"));
    let settings: String = lines
        .filter(|line| line.starts_with(' ') || line.split_once(':').is_some_and(|(key, _)| !key.contains(' ')))
        .filter(|line| !line.starts_with("Checks:"))
        .map(|line| format!("{line}\n"))
        .collect();
    let loaded = config::parse("c", &settings).map_err(|(fault, _)| fault).expect(&settings);
    assert!(!loaded.config.checks.is_empty() && loaded.config.options.min_days == Some(365));
    let again = command(files.path()).arg("init").assert().code(2);
    assert!(stderr(&again).contains("trailwarden.yaml"));
    assert_eq!(fs::read_to_string(files.path().join("trailwarden.yaml")).expect("still there"), text);
}

#[test]
fn a_file_above_the_target_is_found_up_to_the_repository() {
    let files = folder(&[
        ("trailwarden.yaml", "fail-on: never\n"),
        ("repo/.git/HEAD", ""),
        ("repo/infra/bad.yaml", BAD),
        ("other/.git/HEAD", ""),
        ("other/trailwarden.yaml", "checks: {log-file-validation: off}\n"),
        ("other/infra/bad.yaml", BAD),
    ]);
    // The file beyond the root of the repository does not count.
    scan(files.path(), &["repo/infra", ONLY]).code(1);
    scan(files.path(), &["other/infra", "--fail-on=medium", "--skip=deletion-protection"]).code(1);
    let report = scan(files.path(), &["other/infra", "--format=json"]);
    assert!(!stdout(&report).contains("log-file-validation"), "the check is off, also in the scope");
    let all = scan(files.path(), &["other/infra", "--format=json", "--no-config"]);
    assert!(stdout(&all).contains("log-file-validation"));
    let named = scan(files.path(), &["repo/infra", ONLY, "--config=trailwarden.yaml"]);
    named.code(0);
}

#[test]
fn the_environment_and_then_flags_override() {
    let files = folder(&[("trailwarden.yaml", "fail-on: never\n"), ("bad.yaml", BAD)]);
    let run = |env: Option<&str>, flag: Option<&str>| {
        let mut command = command(files.path());
        command.args(["scan", ".", ONLY]).args(flag);
        if let Some(value) = env {
            command.env("TRAILWARDEN_FAIL_ON", value);
        }
        command.assert().get_output().status.code()
    };
    assert_eq!(run(None, None), Some(0));
    assert_eq!(run(Some("medium"), None), Some(1));
    assert_eq!(run(Some("medium"), Some("--fail-on=high")), Some(0));
    assert_eq!(run(Some("nonsense"), None), Some(2));
}

#[test]
fn show_config_says_what_is_in_force_and_where_it_comes_from() {
    let files = folder(&[("trailwarden.yaml", "options:\n  min-days: 400\nstrict: true\n"), ("good.yaml", GOOD)]);
    let shown = command(files.path())
        .args(["scan", "--show-config", "--fail-on=low", "--strict=false"])
        .env("TRAILWARDEN_REGION", "eu-west-1")
        .assert()
        .code(0);
    let text = stdout(&shown);
    let line = |name: &str| {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("{name}: {text}")).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("options.min-days"), "options.min-days 400 trailwarden.yaml:2");
    assert_eq!(line("fail-on"), "fail-on low flag --fail-on");
    assert_eq!(line("strict"), "strict false flag --strict");
    assert_eq!(line("region"), "region eu-west-1 environment variable TRAILWARDEN_REGION");
    assert_eq!(line("allow-partial"), "allow-partial false default");
}

#[test]
fn faults_are_drawn_with_their_line() {
    let files = folder(&[("trailwarden.yaml", "checks:\n  kms-encrypton: off\n"), ("good.yaml", GOOD)]);
    let failed = scan(files.path(), &["good.yaml"]).code(2);
    let wanted = "\
error: unknown check 'kms-encrypton'
 --> trailwarden.yaml:2:3
  |
2 |   kms-encrypton: off
  |   ^^^^^^^^^^^^^
  |
  = help: did you mean 'kms-encryption'?
";
    assert_eq!(stderr(&failed), wanted);
    assert_eq!(stdout(&failed), "");
}

#[test]
fn severities_paths_and_what_is_left_out() {
    let files = folder(&[
        (
            "trailwarden.yaml",
            "paths: [infra]\nexclude: [infra/old, '**/*.skip.yaml']\nchecks:\n  log-file-validation: critical\n",
        ),
        (".git/HEAD", ""),
        ("infra/bad.yaml", BAD),
        ("infra/old/bad.yaml", BAD),
        ("infra/new/bad.skip.yaml", BAD),
        ("elsewhere.yaml", BAD),
    ]);
    let sarif = stdout(&scan(files.path(), &["--format=sarif", ONLY]).code(1));
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let uris: Vec<_> = results
        .iter()
        .map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a uri"))
        .collect();
    assert_eq!(uris, ["infra/bad.yaml"]);
    // Consumers take the severity from the rule.
    assert_eq!(results[0]["ruleId"], "log-file-validation/critical");
    assert_eq!(results[0]["level"], "error");
    scan(files.path(), &["infra/old/bad.yaml", ONLY, "--fail-on=critical"]).code(1);
    let named = stdout(&scan(files.path(), &["infra/old/bad.yaml", ONLY, "--format=json"]));
    assert!(named.contains("infra/old/bad.yaml"), "what is named is read nevertheless");
}

#[test]
fn a_configuration_file_that_cannot_be_read_is_an_error() {
    let files = folder(&[("a.yaml", BAD), ("trailwarden.yaml/inside", "x")]);
    scan(files.path(), &["."]).code(2);
    scan(files.path(), &[".", "--no-config"]).code(1);
}

#[test]
fn names_of_the_configuration_file_are_inert() {
    let files = folder(&[("a.yaml", BAD), ("trailwarden.yaml", r#"framework: ["\e[31mx\n::error::y"]"#)]);
    let said = stderr(&scan(files.path(), &["."]).code(2));
    assert!(!said.contains('\u{1b}') && !said.lines().any(|line| line.starts_with("::")), "{said}");
}

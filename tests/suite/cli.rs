//! The program from outside: arguments, exit status, streams.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;

use super::project;

/// A trail that passes `log-file-validation`.
pub const GOOD: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: audit-logs
      IsLogging: true
      EnableLogFileValidation: true
";

/// One that does not.
pub const BAD: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: audit-logs
      IsLogging: true
";

/// Only this check, so that other checks do not change what these tests see.
pub const ONLY: &str = "--only=log-file-validation";

pub fn command(here: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailwarden"));
    command.current_dir(here).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

pub fn scan(here: &Path, args: &[&str]) -> Assert {
    command(here).arg("scan").args(args).assert()
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("a temporary folder");
        fs::write(path, text).expect("a temporary file");
    }
    folder
}

#[test]
fn exit_status() {
    let files = folder(&[("good.yaml", GOOD), ("bad.yaml", BAD), ("broken.yaml", "Resources: {Type: AWS::S3::Bucket")]);
    let here = files.path();
    for (args, code) in [
        (vec!["good.yaml"], 0),
        (vec!["bad.yaml"], 1),
        (vec!["bad.yaml", "--fail-on=high"], 0),
        (vec!["bad.yaml", "--fail-on=never"], 0),
        (vec!["good.yaml", "broken.yaml"], 3),
        (vec!["good.yaml", "broken.yaml", "--allow-partial"], 0),
        (vec!["bad.yaml", "broken.yaml"], 1),
        (vec!["bad.yaml", "broken.yaml", "--fail-on=never"], 3),
        (vec!["."], 1),
        (vec!["missing.yaml"], 2),
    ] {
        let mut all = vec![ONLY];
        all.extend(&args);
        scan(here, &all).code(code);
    }
}

#[test]
fn strict_counts_unknown_verdicts() {
    let unknown = BAD.replace("Resources:", "Parameters:\n  P:\n    Type: String\nResources:")
        + "      EnableLogFileValidation: !Ref P\n";
    let files = folder(&[("t.yaml", &unknown)]);
    scan(files.path(), &[ONLY]).code(0);
    scan(files.path(), &[ONLY, "--strict"]).code(1);
    scan(files.path(), &[ONLY, "--strict", "--fail-on=high"]).code(0);
    let parameters = folder(&[("p.json", r#"[{"ParameterKey": "P", "ParameterValue": "false"}]"#)]);
    let file = parameters.path().join("p.json").display().to_string();
    scan(files.path(), &[ONLY, "--parameters", &file]).code(1);
}

#[test]
fn usage_errors() {
    let files = folder(&[("good.yaml", GOOD), ("p.json", "[1]"), ("q.json", "{")]);
    for (args, wanted) in [
        (vec!["no-such", "nor-this"], "no-such, nor-this"),
        (vec!["--only=log-file-validatoin"], "did you mean 'log-file-validation'"),
        (vec!["--skip=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"], "unknown check"),
        (vec!["--framework=cis-0.0"], "cis-5.0.0"),
        (vec!["--account=123"], "twelve digits"),
        (vec!["--region=Ireland"], "eu-west-1"),
        (vec!["--parameters=none.json"], "none.json"),
        (vec!["--parameters=p.json"], "ParameterKey"),
        (vec!["--parameters=q.json"], "line 1"),
        (vec!["--output=xml=a"], "xml"),
        (vec!["--output=json=no/such/folder/a.json"], "a.json"),
        (vec!["--repo-root=none"], "none"),
        (vec!["--format=xml"], "xml"),
        (vec!["--nonsense"], "nonsense"),
    ] {
        let result = scan(files.path(), &args).code(2);
        assert!(stderr(&result).contains(wanted), "{args:?}: {}", stderr(&result));
    }
    command(files.path()).assert().code(2);
    command(files.path()).args(["explain", "log-file-validaton"]).assert().code(2);
}

#[test]
fn standard_input() {
    let here = folder(&[]);
    let run =
        |args: &[&str], text: &str| command(here.path()).arg("scan").arg(ONLY).args(args).write_stdin(text).assert();
    run(&["-"], GOOD).code(0);
    let report = run(&["-", "--format=json"], BAD).code(1);
    let report: serde_json::Value = serde_json::from_str(&stdout(&report)).expect("is JSON");
    assert_eq!(report["findings"][0]["location"]["path"], "-");
    assert_eq!(report["scope"]["inputs"][0]["path"], "-");
    run(&["-"], "just text").code(3);
}

#[test]
fn reports_to_files() {
    let files = folder(&[("bad.yaml", BAD)]);
    let here = files.path();
    let result = scan(here, &[ONLY, "bad.yaml", "--output=json=a.json", "--output=sarif=b.sarif"]).code(1);
    assert!(stdout(&result).contains("bad.yaml"));
    for file in ["a.json", "b.sarif"] {
        let text = fs::read_to_string(here.join(file)).expect("was written");
        serde_json::from_str::<serde_json::Value>(&text).expect("is JSON");
    }
    let quiet = scan(here, &[ONLY, "bad.yaml", "--quiet", "--output=text=c.txt"]).code(1);
    assert_eq!(stdout(&quiet), "");
    assert_eq!(stderr(&quiet), "");
    assert!(fs::read_to_string(here.join("c.txt")).expect("was written").contains("Trail"));
    let json = scan(here, &[ONLY, "bad.yaml", "--quiet", "--format=json"]).code(1);
    assert!(stdout(&json).starts_with('{'));
}

#[test]
fn colours_only_when_asked_for() {
    let files = folder(&[("bad.yaml", BAD)]);
    let here = files.path();
    assert!(!stdout(&scan(here, &[ONLY])).contains('\u{1b}'));
    assert!(stdout(&scan(here, &[ONLY, "--color=always"])).contains('\u{1b}'));
    let forced = command(here).args(["scan", ONLY]).env("CLICOLOR_FORCE", "1").assert();
    assert!(stdout(&forced).contains('\u{1b}'));
    let never = command(here).args(["scan", ONLY, "--color=never"]).env("CLICOLOR_FORCE", "1").assert();
    assert!(!stdout(&never).contains('\u{1b}'));
}

#[test]
fn selection_of_checks() {
    let files = folder(&[("bad.yaml", BAD)]);
    let ran = |args: &[&str]| {
        let mut all = vec!["--format=json"];
        all.extend(args);
        let report: serde_json::Value = serde_json::from_str(&stdout(&scan(files.path(), &all))).expect("is JSON");
        report["scope"]["checks"].as_array().expect("checks").iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(ran(&[ONLY]), ["\"log-file-validation\""]);
    assert!(ran(&["--framework=cis-5.0.0"]).contains(&"\"log-file-validation\"".to_owned()));
    assert!(ran(&[]).len() >= ran(&["--framework=cis-5.0.0"]).len());
    scan(files.path(), &[ONLY, "--skip=log-file-validation"]).code(2);
}

#[test]
fn lists_pages_and_scripts() {
    let here = project();
    for (args, wanted) in [
        (vec!["checks"], "log-file-validation"),
        (vec!["checks", "--format=markdown"], "| [`log-file-validation`]"),
        (vec!["explain", "log-file-validation"], "Why it matters"),
        (vec!["completions", "bash"], "trailwarden"),
        (vec!["completions", "zsh"], "#compdef trailwarden"),
        (vec!["man"], ".TH"),
        (vec!["--version"], env!("CARGO_PKG_VERSION")),
        (vec!["scan", "--help"], "--fail-on"),
        (vec!["--help"], "explain"),
    ] {
        let result = command(here).args(&args).assert().code(0);
        assert!(stdout(&result).contains(wanted), "{args:?}");
        assert!(!stdout(&result).contains('\u{1b}'), "{args:?}");
    }
    let list = command(here).args(["checks", "--format=json"]).assert().code(0);
    let list: serde_json::Value = serde_json::from_str(&stdout(&list)).expect("is JSON");
    assert_eq!(list["checks"].as_array().map(Vec::len), Some(trailwarden::checks::CHECKS.len()));
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::process::{Command, Stdio};
    let files = folder(&[("bad.yaml", BAD)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_trailwarden"))
        .args(["scan", ONLY])
        .current_dir(files.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

/// Inputs share credit and blame only where it is known that they are of one account.
#[test]
fn inputs_of_one_account() {
    let trail = "    Type: AWS::CloudTrail::Trail\n    Properties:\n      S3BucketName: audit-logs\n";
    let main = format!("Resources:\n  Main:\n{trail}      IsLogging: true\n      IsMultiRegionTrail: true\n");
    let stopped = format!("Resources:\n  Stopped:\n{trail}      IsLogging: false\n");
    let reads = "      IsLogging: true\n      EventSelectors: [{ReadWriteType: ReadOnly}]\n";
    let half = format!("Resources:\n  Half:\n{trail}{reads}");
    let files = [("main.yaml", main.as_str()), ("stopped.yaml", &stopped), ("half.yaml", &half)];
    let here = folder(&files);
    let fails = |more: &[&str]| {
        let checks = "--only=management-events,trail-logging-enabled,trail-coverage,duplicate-management-events";
        let assert =
            scan(here.path(), &[&[checks, "--expect-trail", "--format=json", "--fail-on=never"], more].concat());
        let report: serde_json::Value = serde_json::from_str(&stdout(&assert)).expect("JSON");
        let all = report["findings"].as_array().expect("findings").clone();
        let mut fails: Vec<String> = all
            .iter()
            .filter(|finding| finding["verdict"] == "fail")
            .map(|f| [&f["check"], &f["severity"], &f["location"]["path"]].map(|v| v.as_str().unwrap_or("")).join(" "))
            .collect();
        fails.sort();
        fails
    };
    let alone = [
        "management-events medium half.yaml",
        "trail-coverage critical half.yaml",
        "trail-coverage critical stopped.yaml",
        "trail-logging-enabled critical stopped.yaml",
    ];
    assert_eq!(fails(&[]), alone);
    let together = [
        "duplicate-management-events low half.yaml",
        "duplicate-management-events low main.yaml",
        "trail-logging-enabled low stopped.yaml",
    ];
    assert_eq!(fails(&["--account=111122223333"]), together);
}

#[test]
fn results_that_sarif_leaves_out_are_told() {
    let files = folder(&[("a.yaml", BAD), ("b.yaml", BAD)]);
    let told = "SARIF holds the 1 worst results (--max-results); 1 more were found";
    for args in [vec!["--output=sarif=out.sarif"], vec!["--format=sarif"]] {
        let args = [&[ONLY, "--max-results=1"], &args[..]].concat();
        assert!(stderr(&scan(files.path(), &args).code(1)).contains(told));
    }
    assert!(!stderr(&scan(files.path(), &[ONLY, "--format=sarif"]).code(1)).contains("more were found"));
    assert!(!stderr(&scan(files.path(), &[ONLY, "--max-results=1"]).code(1)).contains("more were found"));
}

#[test]
fn the_checks_of_a_framework_are_listed_with_their_controls() {
    let here = folder(&[]);
    let list = |args: &[&str]| command(here.path()).arg("checks").args(args).assert();
    let text = stdout(&list(&["--framework=cis-3.0.0"]).code(0));
    let line = text.lines().find(|line| line.starts_with("log-file-validation ")).expect("is listed");
    assert!(line.ends_with("(cis-3.0.0/3.2)"), "{line}");
    assert!(!text.contains("trail-tags"), "{text}");
    let both = stdout(&list(&["--framework=cis-3.0.0,security-hub", "--format=json"]).code(0));
    let both: serde_json::Value = serde_json::from_str(&both).expect("is JSON");
    let count = both["checks"].as_array().map_or(0, Vec::len);
    assert!(count > text.lines().count() - 2 && count < trailwarden::checks::CHECKS.len(), "{count}");
    assert!(stderr(&list(&["--framework=cis-0.0"]).code(2)).contains("cis-5.0.0"));
}

/// The versions of one benchmark that are named at all are named by every check that they have in common.
#[test]
fn no_version_of_a_framework_is_half_there() {
    let frameworks = trailwarden::cli::catalog::frameworks().expect("the pages are sound");
    for check in ["trail-coverage", "log-file-validation", "kms-encryption", "access-logging", "kms-key-health"] {
        for (name, checks) in frameworks.iter().filter(|(name, _)| name.starts_with("cis-")) {
            assert!(checks.contains(check), "{name} does not name {check}");
        }
    }
}

//! `--base-ref` over repositories that are made by git itself.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::cli::{BAD, GOOD, ONLY, command, folder, scan, stderr, stdout};

/// Git, without what the machine has set up for it.
fn git(here: &Path, args: &[&str]) -> Output {
    let output = Command::new("git")
        .current_dir(here)
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn said(here: &Path, args: &[&str]) -> String {
    String::from_utf8_lossy(&git(here, args).stdout).trim().to_owned()
}

/// A repository whose only commit holds these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = folder(files);
    git(folder.path(), &["init", "--quiet"]);
    commit(folder.path());
    folder
}

fn commit(here: &Path) {
    git(here, &["add", "--all"]);
    git(here, &["commit", "--quiet", "--message=x"]);
}

fn write(here: &Path, path: &str, text: &str) {
    let path = here.join(path);
    fs::create_dir_all(path.parent().expect("has a parent")).expect("a temporary folder");
    fs::write(path, text).expect("a temporary file");
}

fn report(here: &Path, args: &[&str]) -> Value {
    let assert = scan(here, &[args, &["--format=json", ONLY]].concat());
    serde_json::from_str(&stdout(&assert)).unwrap_or_else(|_| panic!("{}", stderr(&assert)))
}

/// Path and standing of the fails.
fn fails(report: &Value) -> Vec<(String, String)> {
    let findings = report["findings"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fails = findings.filter(|finding| finding["verdict"] == "fail");
    fails.map(|finding| (text(&finding["location"]["path"]), text(&finding["standing"]))).collect()
}

fn expect(report: &Value, wanted: &[(&str, &str)]) {
    let wanted: Vec<_> = wanted.iter().map(|(path, standing)| ((*path).to_owned(), (*standing).to_owned())).collect();
    assert_eq!(fails(report), wanted);
}

#[test]
fn only_what_a_change_adds_counts() {
    let files = repository(&[("infra/a.yaml", BAD), ("infra/b.yaml", GOOD)]);
    let here = files.path();
    scan(here, &[".", ONLY]).code(1);
    scan(here, &[".", ONLY, "--base-ref=main"]).code(0);
    // Lines above, another name, one weakened attribute, a new file.
    fs::remove_file(here.join("infra/a.yaml")).expect("is removed");
    write(here, "infra/renamed.yaml", &format!("# moved\n\n{BAD}"));
    scan(here, &[".", ONLY, "--base-ref=HEAD"]).code(0);
    write(here, "infra/b.yaml", BAD);
    let weakened = report(here, &[".", "--base-ref=HEAD"]);
    expect(&weakened, &[("infra/b.yaml", "new"), ("infra/renamed.yaml", "baselined")]);
    assert_eq!(weakened["baseline"]["name"], "HEAD");
    assert_eq!(weakened["baseline"]["commit"], said(here, &["rev-parse", "HEAD"]));
    assert_eq!(weakened["baseline"]["gaps"], Value::Array(Vec::new()));
    write(here, "new/c.yaml", BAD);
    expect(&report(here, &["new", "--base-ref=HEAD"]), &[("new/c.yaml", "new")]);
}

#[test]
fn mended_findings_are_counted() {
    let files = repository(&[("a.yaml", BAD), ("b.yaml", BAD)]);
    let here = files.path();
    write(here, "a.yaml", GOOD);
    fs::remove_file(here.join("b.yaml")).expect("is removed");
    let assert = scan(here, &[".", ONLY, "--base-ref=HEAD"]).code(0);
    assert!(stdout(&assert).contains("of the 2 findings of 'HEAD', 2 are fixed"), "{}", stdout(&assert));
}

/// The same answer from wherever the program is called and however the paths are written.
#[test]
fn the_working_directory_does_not_show() {
    let files = repository(&[("infra/a.yaml", BAD), ("infra/b.yaml", GOOD), ("other/c.yaml", BAD)]);
    let here = files.path();
    write(here, "infra/b.yaml", BAD);
    let args = ["--base-ref=HEAD"];
    let from_root = report(here, &[&["infra"], &args[..]].concat());
    expect(&from_root, &[("infra/a.yaml", "baselined"), ("infra/b.yaml", "new")]);
    let absolute = here.join("infra").display().to_string();
    assert_eq!(report(&here.join("infra"), &[&["."], &args[..]].concat()), from_root);
    assert_eq!(report(Path::new("/"), &[&[absolute.as_str()], &args[..]].concat()), from_root);
    assert_eq!(report(&here.join("other"), &[&["../infra"], &args[..]].concat()), from_root);
    // Paths that are reported relative to a folder of the repository.
    let below = report(here, &["infra", "--repo-root=infra", "--base-ref=HEAD"]);
    expect(&below, &[("a.yaml", "baselined"), ("b.yaml", "new")]);
}

#[test]
fn a_commit_that_is_not_there_is_an_error() {
    let files = repository(&[("a.yaml", BAD)]);
    let here = files.path();
    for reference in ["nowhere", "origin/main", "", "-q", "--all", "0123456789012345678901234567890123456789", "a\nb"] {
        let assert = scan(here, &["a.yaml", &format!("--base-ref={reference}")]).code(2);
        assert!(stderr(&assert).contains("--base-ref"), "{reference}: {}", stderr(&assert));
        assert!(stdout(&assert).is_empty(), "{reference}");
    }
    // A tree is no commit, a tag is one.
    scan(here, &["a.yaml", "--base-ref=HEAD^{tree}"]).code(2);
    git(here, &["tag", "--annotate", "--message=x", "v1"]);
    scan(here, &["a.yaml", ONLY, "--base-ref=v1"]).code(0);
    scan(here, &["a.yaml", "--base-ref=HEAD", "--baseline=b.json"]).code(2);
    scan(here, &["missing.yaml", "--base-ref=HEAD"]).code(2);
    command(here).args(["scan", "-", "--base-ref=HEAD"]).write_stdin(BAD).assert().code(2);
}

#[test]
fn a_shallow_clone_says_how_to_fetch() {
    let files = repository(&[("a.yaml", BAD)]);
    let first = said(files.path(), &["rev-parse", "HEAD"]);
    write(files.path(), "a.yaml", GOOD);
    commit(files.path());
    let clone = tempfile::tempdir().expect("a temporary folder");
    let source = format!("file://{}", files.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", &source, "."]);
    scan(clone.path(), &["a.yaml", ONLY, "--base-ref=origin/main"]).code(0);
    for reference in [first.as_str(), "HEAD~1", "origin/release"] {
        let assert = scan(clone.path(), &["a.yaml", ONLY, &format!("--base-ref={reference}")]).code(2);
        let text = stderr(&assert);
        assert!(text.contains("shallow") && text.contains("git fetch --depth=1 origin"), "{text}");
        assert!(text.contains("fetch-depth: 0"), "{text}");
    }
}

#[test]
fn what_is_in_no_repository_has_no_base() {
    let outside = folder(&[("a.yaml", BAD)]);
    let assert = scan(outside.path(), &["a.yaml", "--base-ref=HEAD"]).code(2);
    assert!(stderr(&assert).contains("no repository"), "{}", stderr(&assert));
    let files = repository(&[("a.yaml", BAD)]);
    let other = outside.path().join("a.yaml").display().to_string();
    let assert = scan(files.path(), &["a.yaml", &other, "--base-ref=HEAD"]).code(2);
    assert!(stderr(&assert).contains("outside of the repository"), "{}", stderr(&assert));
    let mut without = command(files.path());
    let assert = without.args(["scan", "a.yaml", "--base-ref=HEAD"]).env("PATH", "/nonexistent").assert().code(2);
    assert!(stderr(&assert).contains("needs git"), "{}", stderr(&assert));
}

/// The names of all files below a folder and when they were changed, the index among them.
fn state(here: &Path) -> Vec<(String, std::time::SystemTime, u64)> {
    let mut files: Vec<_> = super::all_files(here)
        .into_iter()
        .filter_map(|path| {
            let data = path.symlink_metadata().ok()?;
            Some((path.display().to_string(), data.modified().ok()?, data.len()))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn the_work_tree_and_the_index_stay_as_they_are() {
    let files = repository(&[("a.yaml", BAD), ("b.yaml", GOOD), (".gitattributes", "*.yaml filter=loud\n")]);
    let here = files.path();
    // Staged, changed, untracked; a filter and hooks that would leave a trace.
    write(here, "staged.yaml", BAD);
    git(here, &["add", "staged.yaml"]);
    write(here, "b.yaml", BAD);
    write(here, "untracked.yaml", BAD);
    for hook in ["post-checkout", "post-index-change", "reference-transaction"] {
        let path = here.join(".git/hooks").join(hook);
        write(here, &format!(".git/hooks/{hook}"), "#!/bin/sh\ntouch hook-ran\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("is ours");
        }
    }
    git(here, &["config", "filter.loud.smudge", "touch filter-ran; cat"]);
    git(here, &["config", "filter.loud.clean", "cat"]);
    git(here, &["config", "filter.loud.required", "true"]);
    let (before, status) = (state(here), said(here, &["--no-optional-locks", "status", "--porcelain"]));
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut run = command(here);
    let run = run.args(["scan", ".", ONLY, "--format=json", "--base-ref=HEAD"]);
    // As in a hook of git.
    let run = run.env("TMPDIR", temporary.path()).env("GIT_INDEX_FILE", here.join(".git/other-index"));
    let report: Value = serde_json::from_str(&stdout(&run.assert().code(1))).expect("is JSON");
    expect(&report, &[("a.yaml", "baselined"), ("b.yaml", "new"), ("staged.yaml", "new"), ("untracked.yaml", "new")]);
    assert_eq!(state(here), before);
    assert_eq!(said(here, &["--no-optional-locks", "status", "--porcelain"]), status);
    assert_eq!(fs::read_dir(temporary.path()).expect("is there").count(), 0, "the folder of the base is gone");
    // Also when it fails.
    let mut run = command(here);
    run.args(["scan", ".", "--base-ref=HEAD", "--var-file=missing.tfvars"]).env("TMPDIR", temporary.path());
    run.assert().code(2);
    assert_eq!(fs::read_dir(temporary.path()).expect("is there").count(), 0);
}

/// What a module calls lies outside of the path that is scanned.
#[test]
fn modules_of_the_base_are_those_of_the_base() {
    let module = |validation: &str| {
        format!(
            "resource \"aws_cloudtrail\" \"this\" {{\n  name = \"audit\"\n  s3_bucket_name = \"logs\"\n  \
             enable_log_file_validation = {validation}\n}}\n"
        )
    };
    let call = "module \"audit\" {\n  source = \"../../modules/audit\"\n}\n";
    let files = repository(&[("stacks/prod/main.tf", call), ("modules/audit/main.tf", &module("true"))]);
    let here = files.path();
    write(here, "modules/audit/main.tf", &module("false"));
    expect(&report(here, &["stacks/prod", "--base-ref=HEAD"]), &[("modules/audit/main.tf", "new")]);
    commit(here);
    expect(&report(here, &["stacks/prod", "--base-ref=HEAD"]), &[("modules/audit/main.tf", "baselined")]);
    // A link is followed in the base as it is here.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../../modules/audit", here.join("stacks/prod/linked")).expect("is made");
        std::os::unix::fs::symlink("../modules/audit/main.tf", here.join("stacks/linked.tf")).expect("is made");
        commit(here);
        let linked = report(here, &["stacks", "--base-ref=HEAD"]);
        assert!(fails(&linked).iter().all(|(_, standing)| standing == "baselined"), "{:?}", fails(&linked));
        assert_eq!(fails(&linked).len(), 2);
        assert_eq!(linked["baseline"]["gaps"], Value::Array(Vec::new()));
    }
}

/// What `terraform init` has installed is in no commit, and is the same for both.
#[test]
fn installed_modules_are_lent_to_the_base() {
    let call = "module \"audit\" {\n  source = \"example/audit/aws\"\n  version = \"1.0.0\"\n}\n";
    let files = repository(&[("stacks/main.tf", call), (".gitignore", ".terraform/\n")]);
    let here = files.path();
    let listed = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"audit","Source":"registry.terraform.io/example/audit/aws","Version":"1.0.0","Dir":".terraform/modules/audit"}]}"#;
    write(here, "stacks/.terraform/modules/modules.json", listed);
    let trail = "resource \"aws_cloudtrail\" \"this\" {\n  name = \"audit\"\n  s3_bucket_name = \"logs\"\n  \
                 enable_log_file_validation = false\n}\n";
    write(here, "stacks/.terraform/modules/audit/main.tf", trail);
    let before = fails(&report(here, &["stacks", "--base-ref=HEAD"]));
    assert!(!before.is_empty());
    assert!(before.iter().all(|(_, standing)| standing == "baselined"), "{before:?}");
    write(here, "stacks/new.tf", &trail.replace("\"this\"", "\"new\"").replace("\"audit\"", "\"new\""));
    let after = fails(&report(here, &["stacks", "--base-ref=HEAD"]));
    assert!(after.contains(&("stacks/new.tf".to_owned(), "new".to_owned())), "{after:?}");
}

/// Values come from the files as they were: a parameter file that weakens a template is a change like any other.
#[test]
fn values_of_the_base_are_those_of_the_base() {
    let template = BAD.replace("IsLogging: true", "IsLogging: true\n      EnableLogFileValidation: !Ref Validate");
    let template = format!("Parameters: {{Validate: {{Type: String}}}}\n{template}");
    let module = "variable \"validate\" {\n  type = bool\n}\nresource \"aws_cloudtrail\" \"this\" {\n  name = \"audit\"\n  \
                  s3_bucket_name = \"logs\"\n  enable_log_file_validation = var.validate\n}\n";
    let files = repository(&[
        ("a.yaml", &template),
        ("values/a.json", "{\"Validate\": \"true\"}"),
        ("m/main.tf", module),
        ("values/m.tfvars", "validate = true\n"),
    ]);
    let here = files.path();
    write(here, "values/a.json", "{\"Validate\": \"false\"}");
    write(here, "values/m.tfvars", "validate = false\n");
    for args in [["a.yaml", "--parameters=values/a.json"], ["m", "--var-file=values/m.tfvars"]] {
        let report = report(here, &[&args[..], &["--base-ref=HEAD"]].concat());
        let standings: Vec<_> = fails(&report).into_iter().map(|(_, standing)| standing).collect();
        assert_eq!(standings, ["new"], "{args:?}");
    }
}

#[test]
fn what_the_base_cannot_tell_is_said() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 100\n";
    let broken = "AWSTemplateFormatVersion: '2010-09-09'\nResources: {Trail: [";
    let files = repository(&[("a.yaml", pointer), ("b.yaml", broken), ("c.yaml", BAD)]);
    let here = files.path();
    write(here, "a.yaml", BAD);
    write(here, "b.yaml", GOOD);
    let assert = scan(here, &[".", ONLY, "--base-ref=HEAD", "--format=json"]).code(1);
    let report: Value = serde_json::from_str(&stdout(&assert)).expect("is JSON");
    expect(&report, &[("a.yaml", "new"), ("c.yaml", "baselined")]);
    let reasons: Vec<_> =
        report["baseline"]["gaps"].as_array().expect("a list").iter().map(|gap| &gap["reason"]).collect();
    assert_eq!(reasons, ["lfs", "syntax"]);
    assert_eq!(report["gaps"], Value::Array(Vec::new()), "they are no gaps of this scan");
    let text = stderr(&assert);
    assert!(text.contains("a.yaml: the file is kept by Git LFS") && text.contains("b.yaml"), "{text}");
    // A base that was broken altogether does not stop the change that mends it.
    write(here, "a.yaml", GOOD);
    write(here, "c.yaml", GOOD);
    scan(here, &[".", ONLY, "--base-ref=HEAD"]).code(0);
}

/// Today's configuration decides about the base, too: it is not news that a check was switched on.
#[test]
fn todays_configuration_holds_for_the_base() {
    let files = repository(&[("a.yaml", BAD), ("trailwarden.yaml", "checks: {log-file-validation: off}\n")]);
    let here = files.path();
    write(here, "trailwarden.yaml", "checks: {log-file-validation: high}\n");
    expect(&report(here, &[".", "--base-ref=HEAD"]), &[("a.yaml", "baselined")]);
    write(here, "trailwarden.yaml", "exclude: [a.yaml]\n");
    expect(&report(here, &[".", "--base-ref=HEAD"]), &[]);
}

#[test]
fn what_is_typed_wins_over_the_environment() {
    let files = repository(&[("a.yaml", BAD)]);
    let here = files.path();
    scan(here, &[".", ONLY, "--write-baseline=known.json"]).code(1);
    write(here, "empty.json", &fs::read_to_string(here.join("known.json")).expect("was written"));
    write(here, "a.yaml", GOOD);
    scan(here, &[".", ONLY, "--write-baseline=empty.json"]).code(0);
    write(here, "a.yaml", BAD);
    let run = |name: &str, value: &str, args: &[&str]| {
        command(here).env(name, value).args(["scan", "a.yaml", ONLY]).args(args).assert()
    };
    run("TRAILWARDEN_BASELINE", "empty.json", &[]).code(1);
    run("TRAILWARDEN_BASELINE", "empty.json", &["--base-ref=HEAD"]).code(0);
    run("TRAILWARDEN_BASE_REF", "HEAD", &[]).code(0);
    run("TRAILWARDEN_BASE_REF", "HEAD", &["--baseline=empty.json"]).code(1);
    run("NOTHING", "", &["--baseline=empty.json", "--base-ref=HEAD"]).code(2);
    run("TRAILWARDEN_CONFIG", "nowhere.yaml", &[]).code(2);
    run("TRAILWARDEN_CONFIG", "nowhere.yaml", &["--no-config"]).code(1);
}

#[test]
fn a_file_of_values_that_is_not_in_the_commit_is_said() {
    let files = repository(&[("a.yaml", BAD)]);
    let here = files.path();
    write(here, "values.tfvars", "a = 1\n");
    let assert = scan(here, &["a.yaml", ONLY, "--base-ref=HEAD", "--var-file=values.tfvars"]).code(0);
    assert!(stderr(&assert).contains("values.tfvars: it is not in the commit"), "{}", stderr(&assert));
}

//! Laws of baselines: what is known stays known however its file is named and written, and what is worse is news.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;
use trailwarden::checks::{CHECKS, Check};
use trailwarden::compare::{Known, baseline, files};
use trailwarden::finding::{Finding, Outcome, Standing};
use trailwarden::reports::{self, Format, Settings, Show};
use trailwarden::scan::Scan;

use super::cli::{BAD, GOOD, ONLY, folder, scan, stderr, stdout};
use super::equivalence::{Style, rewrite};
use super::sarif::validate_with_multitool;
use super::{all, all_files, cases, none, project, scan_paths};

fn bytes(format: Format, scan: &Scan) -> Vec<u8> {
    let show: BTreeSet<Show> = Show::ALL.into_iter().collect();
    let settings = Settings { show: show.clone(), sarif_include: show, max_results: usize::MAX, ..Settings::default() };
    let mut out = Vec::new();
    reports::write(format, scan, &settings, &mut out).expect("a vector takes everything");
    out
}

/// What a scan leaves in each of the three forms.
fn forms(scan: &Scan) -> [(&'static str, Known); 3] {
    let mut own = Vec::new();
    baseline::write(&scan.entries(), &scan.inventory(), &mut own).expect("a vector takes everything");
    let read = |text: &[u8]| files::known("known", text).expect("our own");
    [("json", read(&bytes(Format::Json, scan))), ("sarif", read(&bytes(Format::Sarif, scan))), ("baseline", read(&own))]
}

fn is_news(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::Fail(_) | Outcome::Unknown(_)) && finding.standing == Standing::New
}

fn news(scan: &Scan) -> Vec<String> {
    let shown = |finding: &Finding| format!("{} {} {}", finding.check, finding.subject.address, finding.message);
    scan.findings.iter().filter(|finding| is_news(finding)).map(shown).collect()
}

/// What is new, and what is said to be fixed or not seen, after comparing.
fn changes(shown: &str, scan: &mut Scan, known: Known) -> Vec<String> {
    scan.findings.iter_mut().for_each(|finding| finding.standing = Standing::New);
    scan.compare(Some(known), None);
    let against = scan.baseline.as_ref().expect("was compared");
    let mut faults: Vec<String> = news(scan).into_iter().map(|new| format!("{shown}: new: {new}")).collect();
    faults.extend(against.fixed().map(|entry| format!("{shown}: fixed: {} {}", entry.check, entry.address)));
    faults.extend(against.unseen().map(|entry| format!("{shown}: unseen: {} {}", entry.check, entry.address)));
    faults
}

#[test]
fn nothing_is_new_in_a_second_run() {
    let run = || {
        let fixtures = project().join("tests/fixtures");
        scan_paths(project(), &[fixtures], trailwarden::sources::cloudformation::Settings::default(), all())
    };
    let first = run();
    let entries = first.entries().len();
    assert!(entries > 1000, "{entries}");
    let mut second = run();
    for (form, known) in forms(&first) {
        assert_eq!(known.entries.len(), entries, "{form}");
        none(&changes(form, &mut second, known));
    }
}

fn copy(from: &Path, to: &Path) {
    for file in all_files(from) {
        let target = to.join(file.strip_prefix(from).expect("is below"));
        fs::create_dir_all(target.parent().expect("is below")).expect("a temporary folder");
        fs::copy(file, target).expect("a temporary file");
    }
}

/// Every fixture of every source, in a folder that gets another name.
#[test]
fn nothing_is_new_under_another_name() {
    let check = |id: &str| -> Vec<&'static Check> { CHECKS.iter().filter(|check| check.id == id).collect() };
    let single =
        cases::cases().into_iter().filter(|case| case.source != "live").map(|case| (case.folder, check(&case.check)));
    let folders: Vec<_> = single.chain(cases::shared().into_iter().map(|folder| (folder, all()))).collect();
    let faults: Vec<String> = folders
        .par_iter()
        .flat_map_iter(|(folder, checks)| {
            let shown = folder.display().to_string();
            let root = tempfile::tempdir().expect("a temporary folder");
            let run = |name: &str| {
                let paths = [root.path().join(name)];
                scan_paths(root.path(), &paths, cases::settings(folder), checks.clone())
            };
            copy(folder, &root.path().join("one"));
            let before = run("one");
            fs::rename(root.path().join("one"), root.path().join("other")).expect("is renamed");
            let mut after = run("other");
            let of_form = |(form, known)| changes(&format!("{shown} {form}"), &mut after, known);
            forms(&before).into_iter().flat_map(of_form).collect::<Vec<_>>()
        })
        .collect();
    none(&faults);
}

/// Every template, written in another syntax, under the same name and under another.
#[test]
fn nothing_is_new_when_a_template_is_written_anew() {
    let templates = cases::cases().into_iter().filter(|case| case.source == "cloudformation").map(|case| case.folder);
    let folders: Vec<_> = templates.step_by(8).chain(cases::shared_templates()).collect();
    let faults: Vec<String> = folders
        .par_iter()
        .flat_map_iter(|folder| {
            let root = tempfile::tempdir().expect("a temporary folder");
            copy(folder, &root.path().join("one"));
            let run = |name: &str| scan_paths(root.path(), &[root.path().join(name)], cases::settings(folder), all());
            let mut faults = Vec::new();
            let before = run("one");
            // The address of a command is its line, and its finding is known by its words.
            let [(_, known), ..] = forms(&before);
            for style in [Style::Json, Style::LongYaml, Style::ShortYaml] {
                let other = format!("{style:?}");
                fs::create_dir_all(root.path().join(&other)).expect("a temporary folder");
                if rewrite(folder, &root.path().join(&other), style) {
                    let shown = format!("{} {other}", folder.display());
                    // The first one is gone: otherwise it still has its findings, and a copy has new ones.
                    let _ = fs::remove_dir_all(root.path().join("one"));
                    faults.extend(changes(&shown, &mut run(&other), known.clone()));
                }
            }
            faults
        })
        .collect();
    none(&faults);
}

fn checked(files: &tempfile::TempDir, known: Option<Known>) -> Scan {
    let root = files.path();
    let settings = trailwarden::sources::cloudformation::Settings::default();
    let mut scan = scan_paths(root, &[root.to_owned()], settings, all());
    scan.compare(known, None);
    scan
}

fn known(files: &tempfile::TempDir) -> Known {
    let [_, _, (_, known)] = forms(&checked(files, None));
    known
}

fn write(files: &tempfile::TempDir, path: &str, text: &str) {
    fs::write(files.path().join(path), text).expect("a temporary file");
}

const TERRAFORM: &str = r#"
resource "aws_cloudtrail" "audit" {
  name                          = "audit"
  s3_bucket_name                = aws_s3_bucket.logs.id
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = aws_kms_key.logs.arn
}
resource "aws_kms_key" "logs" {
  enable_key_rotation     = true
  deletion_window_in_days = 30
}
resource "aws_s3_bucket" "logs" {
  bucket = "audit-logs"
}
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"#;

/// Beside an estate that is bad already.
#[test]
fn one_weakened_attribute_is_one_new_finding() {
    let bad = fs::read_to_string(project().join("tests/fixtures/shared/terraform/bad-flat/main.tf"));
    for (good, weak, check) in [
        ("validation    = true", "validation    = false", "log-file-validation"),
        ("  kms_key_id                    = aws_kms_key.logs.arn\n", "", "kms-encryption"),
        ("block_public_policy     = true", "block_public_policy     = false", "public-access-block"),
    ] {
        let files = folder(&[("good/main.tf", TERRAFORM)]);
        if let Ok(bad) = &bad {
            fs::create_dir_all(files.path().join("bad")).expect("a temporary folder");
            write(&files, "bad/main.tf", bad);
        }
        let before = known(&files);
        assert!(TERRAFORM.contains(good), "{good}");
        write(&files, "good/main.tf", &TERRAFORM.replace(good, weak));
        let after = checked(&files, Some(before));
        // What another check no longer can tell counts for nothing but --strict.
        let failed = |finding: &&Finding| is_news(finding) && matches!(finding.outcome, Outcome::Fail(_));
        let new: Vec<_> = after.findings.iter().filter(failed).map(|finding| finding.check).collect();
        assert_eq!(new, [check], "{:#?}", news(&after));
    }
}

#[test]
fn a_new_instance_of_an_old_block_is_not_new() {
    let block = |count: &str| {
        format!(
            "resource \"aws_cloudtrail\" \"audit\" {{\n  count = {count}\n  name = \"audit-${{count.index}}\"\n  \
             s3_bucket_name = \"audit-logs\"\n  enable_log_file_validation = false\n}}\n"
        )
    };
    let files = folder(&[("main.tf", &block("1"))]);
    let before = known(&files);
    write(&files, "main.tf", &block("3"));
    let after = checked(&files, Some(before));
    let failed = |finding: &&Finding| finding.check == "log-file-validation";
    let of_check: Vec<_> = after.findings.iter().filter(failed).collect();
    let [only] = of_check.as_slice() else { panic!("{of_check:#?}") };
    assert_eq!((only.subject.instances.len(), only.standing), (3, Standing::Baselined));
}

/// A resource that moves to another file of its module or to another template is the same one.
#[test]
fn a_block_that_moves_is_not_new() {
    let files = folder(&[("a/main.tf", TERRAFORM), ("one.yaml", BAD), ("two.yaml", GOOD)]);
    let before = known(&files);
    let (trail, rest) = TERRAFORM.split_once("resource \"aws_kms_key\"").expect("is there");
    write(&files, "a/trail.tf", trail);
    write(&files, "a/main.tf", &format!("# moved\n\nresource \"aws_kms_key\"{rest}"));
    let mut after = checked(&files, None);
    none(&changes("another file of the module", &mut after, before));

    let header = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n";
    let other = "  Topic: {Type: AWS::SNS::Topic}\n";
    let trail = BAD.strip_prefix(header).expect("begins so").replace("  Trail:\n", "  Audit:\n");
    let files = folder(&[("one.yaml", &format!("{header}{other}{trail}")), ("two.yaml", &format!("{header}{other}"))]);
    let before = known(&files);
    write(&files, "one.yaml", &format!("{header}{other}"));
    write(&files, "two.yaml", &format!("{header}{trail}{other}"));
    let after = checked(&files, Some(before));
    let moved: Vec<_> = after.findings.iter().filter(|finding| finding.subject.address == "Audit").collect();
    assert!(moved.iter().any(|finding| finding.standing == Standing::Baselined), "{moved:#?}");
    assert!(!moved.iter().any(|finding| is_news(finding)), "{:#?}", news(&after));
}

/// Mending a fault in one template and making the same one in another are two events.
#[test]
fn a_fault_that_is_mended_here_and_made_there_is_new() {
    let files = folder(&[("one.yaml", BAD), ("two.yaml", GOOD)]);
    let args = [".", ONLY, "--baseline=known.json", "--show=fixed"];
    scan(files.path(), &[".", ONLY, "--write-baseline=known.json"]).code(1);
    scan(files.path(), &args).code(0);
    write(&files, "one.yaml", GOOD);
    write(&files, "two.yaml", BAD);
    let assert = scan(files.path(), &args).code(1);
    let text = stdout(&assert);
    assert!(text.contains("1 fail") && text.contains("of the 1 finding of 'known.json', 1 are fixed"), "{text}");
    assert!(text.contains("fixed[log-file-validation]") && text.contains("one.yaml"), "{text}");
}

#[test]
fn what_is_worse_than_it_was_is_new() {
    let files = folder(&[("a.yaml", BAD), ("c.yaml", "checks: {log-file-validation: low}\n")]);
    scan(files.path(), &["a.yaml", ONLY, "--config=c.yaml", "--write-baseline=known.json"]).code(0);
    scan(files.path(), &["a.yaml", ONLY, "--config=c.yaml", "--baseline=known.json", "--fail-on=note"]).code(0);
    let assert = scan(files.path(), &["a.yaml", ONLY, "--baseline=known.json", "--fail-on=note"]).code(1);
    assert!(stdout(&assert).contains("0 are fixed"), "it is still there: {}", stdout(&assert));
    scan(files.path(), &["a.yaml", ONLY, "--write-baseline=known.json"]).code(1);
    scan(files.path(), &["a.yaml", ONLY, "--config=c.yaml", "--baseline=known.json", "--fail-on=note"]).code(0);
}

/// The exit status counts new findings; every format agrees about which these are, and JSON has all.
#[test]
fn only_new_findings_count() {
    let files = folder(&[("a.yaml", BAD)]);
    let here = files.path();
    scan(here, &["a.yaml", ONLY, "--output=json=all.json", "--output=sarif=all.sarif", "--write-baseline=own.json"])
        .code(1);
    write(&files, "b.yaml", &BAD.replace("  Trail:\n", "  Other:\n"));
    for known in ["all.json", "all.sarif", "own.json"] {
        let flag = format!("--baseline={known}");
        scan(here, &["a.yaml", ONLY, &flag]).code(0);
        let assert = scan(here, &[".", ONLY, &flag, "--format=json", "--output=sarif=new.sarif"]).code(1);
        let report: Value = serde_json::from_str(&stdout(&assert)).expect("is JSON");
        let standings: Vec<_> = report["findings"].as_array().expect("a list").iter().map(|f| &f["standing"]).collect();
        assert_eq!(standings, ["baselined", "new"], "{known}");
        assert_eq!((&report["summary"]["fail"], &report["summary"]["baselined"]), (&1.into(), &1.into()));
        assert_eq!(report["baseline"]["name"], known);
        let log: Value = serde_json::from_slice(&fs::read(here.join("new.sarif")).expect("is there")).expect("is JSON");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        let [only] = results.as_slice() else { panic!("{results:#?}") };
        assert_eq!(only["baselineState"], "new");
        assert_eq!(only["partialFingerprints"]["trailwarden/v1"], report["findings"][1]["fingerprint"]);
    }
    let assert = scan(here, &[".", ONLY, "--baseline=all.json", "--show=baselined"]).code(1);
    assert!(stdout(&assert).contains("1 fail (1 medium)") && stdout(&assert).contains("1 baselined"));
}

#[test]
fn sarif_carries_the_state_of_all_results_when_asked() {
    let files = folder(&[("a.yaml", BAD), ("b.yaml", BAD)]);
    let here = files.path();
    scan(here, &[".", ONLY, "--write-baseline=known.json"]).code(1);
    fs::remove_file(here.join("b.yaml")).expect("is removed");
    write(&files, "c.yaml", &BAD.replace("  Trail:\n", "  Other:\n"));
    let args = [".", ONLY, "--baseline=known.json", "--sarif-include=baselined,fixed", "--output=sarif=s.sarif"];
    scan(here, &args).code(1);
    let log: Value = serde_json::from_slice(&fs::read(here.join("s.sarif")).expect("is there")).expect("is JSON");
    let states: BTreeSet<(String, String)> = log["runs"][0]["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|result| {
            let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            (
                uri.as_str().unwrap_or_default().to_owned(),
                result["baselineState"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let wanted = [("a.yaml", "unchanged"), ("b.yaml", "absent"), ("c.yaml", "new")];
    assert_eq!(states, wanted.map(|(path, state)| (path.to_owned(), state.to_owned())).into());
    none(&validate_with_multitool(&here.join("s.sarif")));
    // What is absent is not known.
    let again = files::known("s", &fs::read(here.join("s.sarif")).expect("is there")).expect("our own");
    assert_eq!(again.entries.len(), 2);
}

#[test]
fn unknown_verdicts_are_known_as_well() {
    let doubt = BAD.replace("IsLogging: true", "IsLogging: true\n      EnableLogFileValidation: !Ref P");
    let files = folder(&[("a.yaml", &format!("Parameters: {{P: {{Type: String}}}}\n{doubt}"))]);
    scan(files.path(), &["a.yaml", ONLY, "--strict", "--write-baseline=known.json"]).code(1);
    scan(files.path(), &["a.yaml", ONLY, "--strict", "--baseline=known.json"]).code(0);
    // What is a fail now was never known as one.
    write(&files, "a.yaml", BAD);
    scan(files.path(), &["a.yaml", ONLY, "--baseline=known.json"]).code(1);
}

#[test]
fn a_baseline_is_rewritten_without_what_is_mended() {
    let files = folder(&[("a.yaml", BAD), ("b.yaml", BAD), ("sub/c.yaml", BAD), (".git/HEAD", "")]);
    let here = files.path();
    let read = || fs::read_to_string(here.join("known.json")).expect("is there");
    let owners = || -> Vec<String> {
        let known = files::known("k", read().as_bytes()).expect("our own");
        known.entries.iter().map(|entry| entry.owner.clone()).collect()
    };
    let rewrite = ["--write-baseline=known.json", ONLY, "--fail-on=never"];
    let run = |paths: &[&str]| stderr(&scan(here, &[paths, &rewrite[..]].concat()));
    run(&["."]);
    assert_eq!(owners(), ["a.yaml", "b.yaml", "sub/c.yaml"]);
    let first = read();
    run(&["."]);
    assert_eq!(read(), first, "the same findings give the same bytes");
    // One folder only: what lies elsewhere stays, and that is said.
    let said = run(&["sub"]);
    assert!(said.contains("3 findings") && said.contains("2 of them"), "{said}");
    assert_eq!(read(), first);
    // A file that cannot be read keeps its findings; a mended and a deleted one lose them.
    write(&files, "a.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: {Trail: [");
    write(&files, "b.yaml", GOOD);
    fs::remove_file(here.join("sub/c.yaml")).expect("is removed");
    run(&["."]);
    assert_eq!(owners(), ["a.yaml"]);
    write(&files, "a.yaml", "nothing of ours\n");
    run(&["."]);
    assert_eq!(owners(), [""; 0]);
    // Of --baseline, too.
    fs::write(here.join("known.json"), &first).expect("is written");
    write(&files, "a.yaml", BAD);
    let args = ["a.yaml", ONLY, "--baseline=known.json", "--write-baseline=other.json"];
    scan(here, &args).code(0);
    let other = fs::read(here.join("other.json")).expect("is written");
    assert_eq!(files::known("k", &other).expect("our own").entries.len(), 2, "one is deleted, one was not looked for");
}

/// Without a repository, paths are relative to what was scanned: another folder must not look like one that was emptied.
#[test]
fn what_is_under_another_root_is_not_mended() {
    let files = folder(&[("a.yaml", BAD), ("sub/c.yaml", BAD)]);
    let here = files.path();
    scan(here, &[".", ONLY, "--write-baseline=known.json"]).code(1);
    let said = stderr(&scan(here, &["sub", ONLY, "--fail-on=never", "--write-baseline=known.json"]));
    assert!(said.contains("wrote 2 findings") && said.contains("1 of them"), "{said}");
}

#[test]
fn what_is_left_out_or_not_run_is_not_fixed() {
    let files = folder(&[("a.yaml", BAD), ("b.yaml", BAD), ("trailwarden.yaml", "exclude: [b.yaml]\n")]);
    let here = files.path();
    scan(here, &[".", "--no-config", ONLY, "--write-baseline=known.json"]).code(1);
    for args in [&[".", ONLY, "--baseline=known.json"][..], &["a.yaml", ONLY, "--baseline=known.json"]] {
        let text = stdout(&scan(here, args).code(0));
        assert!(text.contains("of the 2 findings of 'known.json', 0 are fixed, 1 not looked for"), "{text}");
    }
    let text = stdout(&scan(here, &[".", "--only=kms-encryption", "--fail-on=never", "--baseline=known.json"]));
    assert!(text.contains("0 are fixed, 2 not looked for"), "{text}");
}

#[test]
fn files_that_hold_no_findings_are_errors() {
    let files = folder(&[
        ("a.yaml", BAD),
        ("broken.json", "{\n  \"findings\": [\n"),
        ("later.json", "{\"schema_version\": \"2\"}"),
        ("foreign.sarif", "{\"runs\": [{\"tool\": {\"driver\": {\"name\": \"other\"}}, \"results\": []}]}"),
    ]);
    let here = files.path();
    for (file, said) in [
        ("missing.json", "missing.json"),
        ("broken.json", "line 3"),
        ("later.json", "later version"),
        ("foreign.sarif", "another tool"),
        ("a.yaml", "line 1"),
    ] {
        let assert = scan(here, &["a.yaml", &format!("--baseline={file}")]).code(2);
        assert!(stderr(&assert).contains(said) && stdout(&assert).is_empty(), "{file}: {}", stderr(&assert));
    }
    // What is no baseline is not overwritten.
    scan(here, &["a.yaml", "--write-baseline=a.yaml"]).code(2);
    assert_eq!(fs::read_to_string(here.join("a.yaml")).expect("is there"), BAD);
}

#[test]
fn the_configuration_file_names_a_baseline() {
    let files = folder(&[("infra/a.yaml", BAD), ("trailwarden.yaml", "baseline: known/own.json\n")]);
    let here = files.path();
    fs::create_dir_all(here.join("known")).expect("a temporary folder");
    // The first time it is not there yet.
    scan(here, &["infra", ONLY]).code(2);
    scan(here, &["infra", ONLY, "--write-baseline=known/own.json"]).code(1);
    scan(here, &["infra", ONLY]).code(0);
    let table = stdout(&scan(here, &["infra", "--show-config"]).code(0));
    assert!(table.contains("baseline") && table.contains("trailwarden.yaml:1"), "{table}");
}

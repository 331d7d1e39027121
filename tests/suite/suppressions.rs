//! What is accepted, by whom, and what that changes: pairs of files that differ in a comment, and laws.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use trailwarden::finding::{Finding, Standing};
use trailwarden::scan::{self, Accepted, Entry, Request, Scan, ScanError, Suppressions};

use super::{all, project};

/// Scans files of a folder of their own.
fn run(files: &[(&str, &str)], settings: Suppressions) -> Result<Scan, ScanError> {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let request = Request {
        paths: vec![folder.path().to_owned()],
        repo_root: Some(folder.path().to_owned()),
        checks: all(),
        suppressions: settings,
        ..Request::default()
    };
    scan::run(&request)
}

fn on(day: &str) -> Suppressions {
    Suppressions { today: trailwarden::finding::suppression::day(day), ..Suppressions::default() }
}

fn scan_of(files: &[(&str, &str)]) -> Scan {
    run(files, on("2026-06-30")).expect("the folder exists")
}

/// `check address` of what is suppressed.
fn suppressed(scan: &Scan) -> BTreeSet<String> {
    let gone = scan.findings.iter().filter(|finding| finding.standing == Standing::Suppressed);
    gone.map(|finding| format!("{} {}", finding.check, finding.subject.address)).collect()
}

/// The findings about suppressions: `check message`.
fn faults(scan: &Scan) -> Vec<String> {
    let about = scan.findings.iter().filter(|finding| [scan::EXPIRED, scan::UNUSED].contains(&finding.check));
    about.map(|finding| format!("{} {}", finding.check, finding.message)).collect()
}

fn estate(findings: &[Finding]) -> Vec<(String, String, String, String)> {
    let known = findings.iter().filter(|finding| ![scan::EXPIRED, scan::UNUSED].contains(&finding.check));
    let row = |finding: &Finding| {
        let (check, address) = (finding.check.to_owned(), finding.subject.address.clone());
        (check, address, format!("{:?} {}", finding.outcome, finding.message), finding.fingerprint.clone())
    };
    known.map(row).collect()
}

const TF: &str = r#"@top@
resource "aws_cloudtrail" "a" { @header@
  @inside@
  name                       = "a"
  s3_bucket_name             = "audit-logs"
  @above@
  enable_log_file_validation = false @on@
}

@other@
resource "aws_cloudtrail" "b" {
  name           = "b @string@"
  s3_bucket_name = "audit-logs"
  tags = {
    doc = <<-EOT
      @heredoc@
      EOT
  }
}
"#;

const YAML: &str = r#"Resources:
  @top@
  A: @header@
    @inside@
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: audit-logs
      IsLogging: true
      @above@
      EnableLogFileValidation: false @on@
  @other@
  B:
    Type: AWS::CloudTrail::Trail
    Properties:
      TrailName: "b @string@"
      S3BucketName: audit-logs
      IsLogging: true
      Tags:
        - Key: doc
          Value: |
            @heredoc@
"#;

/// The text with one place filled and the others empty.
fn filled(text: &str, place: &str, comment: &str) -> String {
    let mut text = text.replace(&format!("@{place}@"), comment);
    for other in ["top", "header", "inside", "above", "on", "other", "string", "heredoc"] {
        text = text.replace(&format!("@{other}@"), "");
    }
    text
}

/// What a comment at a place covers, in both languages.
fn covers(place: &str, comment: &str, wanted: &[&str]) {
    for (path, text, a, b) in [("main.tf", TF, "aws_cloudtrail.a", "aws_cloudtrail.b"), ("t.yaml", YAML, "A", "B")] {
        let scan = scan_of(&[(path, &filled(text, place, comment))]);
        assert!(scan.gaps.is_empty(), "{path} {place}: {:?}", scan.gaps);
        let wanted: BTreeSet<String> =
            wanted.iter().map(|want| want.replace(" A", &format!(" {a}")).replace(" B", &format!(" {b}"))).collect();
        assert_eq!(suppressed(&scan), wanted, "{path}: {comment} at {place}");
        let plain = scan_of(&[(path, &filled(text, place, ""))]);
        assert_eq!(
            estate(&scan.findings).len(),
            estate(&plain.findings).len(),
            "{path} {place}: no verdict comes or goes"
        );
    }
}

const OWN: &str = "# trailwarden:ignore log-file-validation,kms-encryption reason=\"a test\"";

#[test]
fn our_comment_covers_what_begins_at_its_line() {
    let both = ["log-file-validation A", "kms-encryption A"];
    covers("top", OWN, &both);
    covers("header", OWN, &both);
    covers("above", OWN, &["log-file-validation A"]);
    covers("on", OWN, &["log-file-validation A"]);
    covers("other", OWN, &["log-file-validation B", "kms-encryption B"]);
}

#[test]
fn what_strings_and_documents_hold_is_no_comment() {
    covers("string", "# trailwarden:ignore log-file-validation reason='x'", &[]);
    covers("heredoc", OWN, &[]);
    covers("heredoc", "# checkov:skip=CKV_AWS_36:x", &[]);
}

#[test]
fn other_tools_have_their_own_scopes() {
    covers("inside", "# checkov:skip=CKV_AWS_36: x", &["log-file-validation A"]);
    covers("above", "# checkov:skip=CKV_AWS_36,CKV_AWS_35:x", &["log-file-validation A", "kms-encryption A"]);
    covers("on", "# checkov:skip=CKV_AWS_36:the last line of a resource of YAML", &["log-file-validation A"]);
    covers("above", "# bridgecrew:skip=CKV_AWS_36", &["log-file-validation A"]);
    covers("top", "# tfsec:ignore:aws-cloudtrail-enable-log-validation", &["log-file-validation A"]);
    covers("on", "# trivy:ignore:AVD-AWS-0016 trivy:ignore:AVD-AWS-0015", &["log-file-validation A"]);
    covers("other", "# trivy:ignore:AWS-0015", &["kms-encryption B"]);
    covers("above", "# kics-scan ignore-line", &["log-file-validation A"]);
    covers("above", "# tfsec:ignore:*", &["log-file-validation A"]);
    // The log bucket is elsewhere: what is said of it stands at the trail.
    let all = ["log-file-validation", "kms-encryption", "multi-region-trail", "cloudwatch-logs", "access-logging"];
    let all: Vec<String> = all.iter().chain(&["bucket-versioning"]).map(|check| format!("{check} A")).collect();
    covers("top", "# kics-scan ignore-block", &all.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_is_narrowed_or_asks_something_else_holds_for_nothing() {
    for comment in [
        "# tfsec:ignore:aws-cloudtrail-enable-log-validation:ws:prod",
        "# tfsec:ignore:aws-cloudtrail-enable-log-validation:exp:soon",
        "# trivy:ignore:aws-cloudtrail-enable-log-validation[name=a]",
        "# checkov:skip=CKV_AWS_99:x",
        "# checkov:skip=log-file-validation",
        "# kics-scan disable=52ffcfa6-6c70-4ea6-8376-d828d3961669",
        "# trailwarden:ignored log-file-validation",
    ] {
        covers("above", comment, &[]);
    }
}

#[test]
fn days_are_inclusive() {
    let text = |until: &str| {
        let comment = format!("# trailwarden:ignore log-file-validation until={until} reason=x");
        filled(TF, "above", &comment)
    };
    let last = scan_of(&[("main.tf", &text("2026-06-30"))]);
    assert_eq!(suppressed(&last).len(), 1);
    assert_eq!(faults(&last), Vec::<String>::new());
    let over = scan_of(&[("main.tf", &text("2026-06-29"))]);
    assert!(suppressed(&over).is_empty());
    let said = faults(&over);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("expired-suppression") && said[0].contains("2026-06-29"), "{said:?}");
    let tfsec = filled(TF, "on", "# tfsec:ignore:aws-cloudtrail-enable-log-validation:exp:2026-06-29");
    assert_eq!(faults(&scan_of(&[("main.tf", &tfsec)])).len(), 1);
}

#[test]
fn what_suppresses_nothing_is_named_where_that_is_certain() {
    let count = |comment: &str, place: &str| faults(&scan_of(&[("main.tf", &filled(TF, place, comment))])).len();
    assert_eq!(count("# trailwarden:ignore secure-transport reason=x", "above"), 1, "nothing of that check there");
    assert_eq!(count("# trailwarden:ignore log-file-validaton reason=x", "above"), 1, "no such check");
    assert_eq!(count("# trailwarden:ignore log-file-validation until=soon", "above"), 1, "no day");
    assert_eq!(count("# trailwarden:ignore log-file-validation some prose", "above"), 1, "prose");
    assert_eq!(count("# trailwarden:ignore", "above"), 1, "no check");
    assert_eq!(count("# checkov:skip=CKV_AWS_21:x", "above"), 0, "Checkov may need it");
    // A module that is not installed may use it; so may a block that is not there this time.
    let open = format!(
        "{}\nmodule \"x\" {{\n  source = \"example/x/aws\"\n}}\n",
        filled(TF, "top", "# trailwarden:ignore insights")
    );
    let open = open.replace("ignore insights", "ignore secure-transport");
    assert_eq!(faults(&scan_of(&[("main.tf", &open)])), Vec::<String>::new());
    let absent = "# trailwarden:ignore log-file-validation reason=x\nresource \"aws_cloudtrail\" \"a\" {\n  count = 0\n  name = \"a\"\n  s3_bucket_name = \"b\"\n}\n";
    assert_eq!(faults(&scan_of(&[("main.tf", absent)])), Vec::<String>::new());
}

#[test]
fn the_auditor_sees_everything() {
    let text = filled(TF, "top", OWN).replace("name           = \"b \"", "name = \"b\" # checkov:skip=CKV_AWS_36:x");
    let files: &[(&str, &str)] = &[("main.tf", &text)];
    assert_eq!(suppressed(&scan_of(files)).len(), 3);
    let auditor = run(files, Suppressions { inline: false, ..on("2026-06-30") }).expect("scans");
    assert!(suppressed(&auditor).is_empty() && faults(&auditor).is_empty());
    let own = run(files, Suppressions { foreign: false, ..on("2026-06-30") }).expect("scans");
    assert_eq!(suppressed(&own).len(), 2);
}

const CHILD: &str = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"t\"\n  s3_bucket_name = \"audit-logs\"\n}\n";

#[test]
fn a_module_call_covers_what_is_below_it() {
    let root = "# trailwarden:ignore kms-encryption reason=x\nmodule \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}\n";
    let scan = scan_of(&[("main.tf", root), ("m/main.tf", CHILD)]);
    assert_eq!(suppressed(&scan), ["kms-encryption module.a.aws_cloudtrail.t".to_owned()].into());
    let root = root.replace("# trailwarden:ignore kms-encryption reason=x\n", "");
    let child = format!("# trailwarden:ignore kms-encryption reason=x\n{CHILD}");
    let scan = scan_of(&[("main.tf", &root), ("m/main.tf", &child)]);
    assert_eq!(suppressed(&scan).len(), 2, "a comment in the module is of all its instances");
    let root = root.replace("module \"a\" {", "module \"a\" {\n  #checkov:skip=CKV_AWS_35:x");
    assert_eq!(suppressed(&scan_of(&[("main.tf", &root), ("m/main.tf", CHILD)])).len(), 1);
}

#[test]
fn installed_modules_accept_nothing_for_others() {
    let root = "module \"a\" {\n  source = \"example/m/aws\"\n}\n";
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"a","Source":"example/m/aws","Dir":".terraform/modules/a"}]}"#;
    let child = format!("# trailwarden:ignore kms-encryption reason=x\n{CHILD}");
    let installed = [(".terraform/modules/modules.json", manifest), (".terraform/modules/a/main.tf", &*child)];
    let scan = scan_of(&[("main.tf", root), installed[0], installed[1]]);
    assert!(scan.findings.iter().any(|finding| finding.check == "kms-encryption"), "the module is read");
    assert!(suppressed(&scan).is_empty());
    let called = format!("# trailwarden:ignore kms-encryption reason=x\n{root}");
    let scan = scan_of(&[("main.tf", &called), installed[0], installed[1]]);
    assert_eq!(suppressed(&scan).len(), 1);
}

#[test]
fn metadata_of_templates() {
    let template = |resource: &str, whole: &str| {
        format!(
            r#"{{"Metadata": {whole}, "Resources": {{"A": {{"Type": "AWS::CloudTrail::Trail", "Metadata": {resource},
            "Properties": {{"S3BucketName": "b", "IsLogging": true}}}},
            "B": {{"Type": "AWS::CloudTrail::Trail", "Properties": {{"S3BucketName": "b", "IsLogging": true}}}}}}}}"#
        )
    };
    let nag = "NIST.800.53.R5-CloudTrailEncryptionEnabled";
    for (resource, whole, wanted) in [
        (
            r#"{"trailwarden": {"ignore": [{"check": "kms-encryption", "reason": "x", "until": "2026-06-30"}]}}"#
                .to_owned(),
            "{}".to_owned(),
            1,
        ),
        (
            "{}".to_owned(),
            r#"{"trailwarden": {"ignore": [{"check": ["kms-encryption"], "reason": "x"}]}}"#.to_owned(),
            2,
        ),
        (
            r#"{"trailwarden": {"ignore": [{"check": "kms-encryption", "until": "soon"}]}}"#.to_owned(),
            "{}".to_owned(),
            0,
        ),
        (r#"{"checkov": {"skip": [{"id": "CKV_AWS_35", "comment": "x"}]}}"#.to_owned(), "{}".to_owned(), 1),
        (format!(r#"{{"cdk_nag": {{"rules_to_suppress": [{{"id": "{nag}", "reason": "x"}}]}}}}"#), "{}".to_owned(), 1),
        (
            "{}".to_owned(),
            format!(
                r#"{{"cdk_nag": {{"rules_to_suppress": [{{"id": "{nag}", "reason": "eA==", "is_reason_encoded": true}}]}}}}"#
            ),
            2,
        ),
        (
            format!(
                r#"{{"cdk_nag": {{"rules_to_suppress": [{{"id": "{nag}", "reason": "x", "applies_to": ["y"]}}]}}}}"#
            ),
            "{}".to_owned(),
            0,
        ),
        (r#"{"cfn_nag": {"rules_to_suppress": [{"id": "W41", "reason": "x"}]}}"#.to_owned(), "{}".to_owned(), 0),
    ] {
        let scan = scan_of(&[("t.json", &template(&resource, &whole))]);
        assert_eq!(suppressed(&scan).len(), wanted, "{resource} {whole}");
        let reasons = scan.findings.iter().filter_map(|finding| finding.suppression.as_ref()?.reason.clone());
        assert!(reasons.into_iter().all(|reason| reason == "x"));
    }
}

#[test]
fn json_of_terraform_takes_comments_in_its_own_way() {
    let text = |comment: &str| {
        format!(
            r#"{{"resource": {{"aws_cloudtrail": {{"a": {{"//": "{comment}", "name": "a", "s3_bucket_name": "b"}},
            "b": {{"name": "b", "s3_bucket_name": "b"}}}}}}}}"#
        )
    };
    for comment in ["trailwarden:ignore kms-encryption reason=x", "checkov:skip=CKV_AWS_35:x"] {
        let scan = scan_of(&[("main.tf.json", &text(comment))]);
        assert_eq!(suppressed(&scan), ["kms-encryption aws_cloudtrail.a".to_owned()].into(), "{comment}");
    }
}

/// A workflow whose only step runs this command.
fn workflow(command: &str) -> String {
    format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          {command}\n")
}

#[test]
fn a_list_of_one_is_the_block_itself() {
    let block = r#"{"//": "trailwarden:ignore log-file-validation reason=x", "name": "a", "s3_bucket_name": "b"}"#;
    for text in [
        format!(r#"{{"resource": {{"aws_cloudtrail": {{"a": [{block}]}}}}}}"#),
        format!(r#"{{"resource": [{{"aws_cloudtrail": [{{"a": [{block}]}}]}}]}}"#),
    ] {
        let scan = scan_of(&[("main.tf.json", &text)]);
        assert_eq!(suppressed(&scan), ["log-file-validation aws_cloudtrail.a".to_owned()].into(), "{text}");
    }
}

#[test]
fn a_blank_in_the_word_is_named() {
    let text = |word: &str| format!("# {word} log-file-validation reason=x\nresource \"aws_cloudtrail\" \"a\" {{}}\n");
    for (word, wanted) in [("trailwarden:ignore", 0), ("trailwarden: ignore", 1), ("trailwarden :ignore", 1)] {
        let scan = scan_of(&[("main.tf", &text(word))]);
        let named = faults(&scan).into_iter().filter(|fault| fault.contains("without a blank"));
        assert_eq!(named.count(), wanted, "{word}");
        assert_eq!(suppressed(&scan).len(), 1 - wanted, "{word}");
    }
}

#[test]
fn comments_of_scripts() {
    let call = "aws cloudtrail create-subscription --name a --s3-use-bucket b";
    let own = "# trailwarden:ignore deprecated-subscription-commands reason=x";
    for (path, text, wanted) in [
        ("a.sh", format!("{own}\n{call}\n{call} --s3-prefix x\n"), 1),
        ("a.sh", format!("{call} {own}\n"), 1),
        ("a.sh", format!("cat <<EOF\n{own}\nEOF\n{call}\n"), 0),
        ("a.sh", format!("echo '\n{own}\n'; {call}\n"), 0),
        ("a.sh", format!("{own}\n\n{call}\n"), 0),
        ("Makefile", format!("all:\n\t{own}\n\t{call}\n"), 1),
        ("Dockerfile", format!("FROM x\n{own}\nRUN {call}\n"), 1),
        ("Dockerfile", format!("FROM x\nRUN {call} {own}\n"), 1),
        ("Dockerfile", format!("FROM x\nRUN {call} '{own}'\n"), 0),
        ("Makefile", format!("all:\n\t{call} {own}\n"), 1),
        ("a.ps1", format!("{call} {own}\n"), 1),
        ("a.ps1", format!("$x = @'\n{own}\n'@; {call}\n"), 0),
        ("a.py", format!("import os\nos.system(\"{call}\")  {own}\n"), 1),
        ("a.py", format!("import os\nx = \"\"\"\n{own}\n\"\"\"; os.system(\"{call}\")\n"), 0),
        (".github/workflows/a.yml", workflow(&format!("{call} {own}")), 1),
        (".github/workflows/a.yml", workflow(&format!("{call} '{own}'")), 0),
        ("a.sh", format!("{call} && {call} --s3-prefix x {own}\n"), 2),
        ("a.sh", format!("{call} && {call} --s3-prefix x\n"), 0),
        ("a.sh", format!("{call} \\\n  --s3-prefix x {own}\n"), 1),
    ] {
        let scan = scan_of(&[(path, &text)]);
        let gone = scan.findings.iter().filter(|finding| finding.standing == Standing::Suppressed);
        let gone = gone.filter(|finding| finding.check.starts_with("deprecated"));
        assert_eq!(gone.count(), wanted, "{path}: {text}");
    }
}

fn config(entries: &[(&'static str, &str, Option<&str>)], whole: bool) -> Suppressions {
    let entry = |(check, resource, path): &(&'static str, &str, Option<&str>)| Entry {
        check,
        resource: (*resource).to_owned(),
        path: path.map(str::to_owned),
        reason: "x".to_owned(),
        until: None,
        at: 0..1,
    };
    let entries = entries.iter().map(entry).collect();
    let place = Path::new("/trailwarden.yaml").to_owned();
    Suppressions { file: Some(Accepted { place, text: "x\n".to_owned(), whole, entries }), ..on("2026-06-30") }
}

#[test]
fn the_configuration_file_accepts_by_address() {
    let text = filled(TF, "top", "");
    let files: &[(&str, &str)] = &[("main.tf", &text)];
    for (resource, path, wanted, unused) in [
        ("aws_cloudtrail.a", None, 1, 0),
        ("aws_cloudtrail.*", None, 2, 0),
        ("*", Some("main.tf"), 2, 0),
        ("*", Some("other/*"), 0, 1),
        ("aws_cloudtrail", None, 0, 1),
        ("arn:aws:cloudtrail:*", None, 0, 0),
    ] {
        let scan = run(files, config(&[("kms-encryption", resource, path)], true)).expect("scans");
        assert_eq!((suppressed(&scan).len(), faults(&scan).len()), (wanted, unused), "{resource} {path:?}");
        let part = run(files, config(&[("kms-encryption", resource, path)], false)).expect("scans");
        assert_eq!(faults(&part), Vec::<String>::new(), "a scan of a part does not know");
    }
}

#[test]
fn a_reason_can_be_required() {
    let strict = || Suppressions { require_reason: true, ..on("2026-06-30") };
    let text = filled(TF, "above", "# trailwarden:ignore log-file-validation");
    let error = run(&[("main.tf", &text)], strict()).expect_err("no reason").to_string();
    assert!(error.contains("main.tf:6"), "{error}");
    let text = filled(TF, "above", "# tfsec:ignore:aws-cloudtrail-enable-log-validation");
    assert!(suppressed(&run(&[("main.tf", &text)], strict()).expect("scans")).is_empty());
    let text = filled(TF, "above", "# tfsec:ignore:aws-cloudtrail-enable-log-validation why not");
    assert_eq!(suppressed(&run(&[("main.tf", &text)], strict()).expect("scans")).len(), 1);
}

/// Whatever comment is put behind whichever line, no verdict, message or identity changes.
#[test]
fn a_comment_changes_the_standing_and_nothing_else() {
    let folder = project().join("tests/fixtures/shared/cloudformation");
    let paths = super::files(&folder, &["yaml"]);
    let path = paths.first().expect("a template");
    let text = fs::read_to_string(path).expect("is text");
    let plain = scan_of(&[("t.yaml", &text)]);
    let ids: Vec<&str> = trailwarden::checks::CHECKS.iter().map(|check| check.id).collect();
    let comment = format!(" # trailwarden:ignore {} reason=x", ids.join(","));
    let mut seen = 0;
    for at in (0..text.lines().count()).step_by(7) {
        let marked: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(i, line)| if i == at && line.ends_with(':') { format!("{line}{comment}") } else { line.to_owned() })
            .collect();
        let scan = scan_of(&[("t.yaml", &marked.join("\n"))]);
        assert_eq!(estate(&scan.findings), estate(&plain.findings), "line {}", at + 1);
        seen += suppressed(&scan).len();
    }
    assert!(seen > 0, "some comment covers something");
}

/// Twenty thousand comments cost no more than they weigh.
#[test]
fn many_comments_are_no_burden() {
    let own = "  # trailwarden:ignore kms-encryption reason=x\n".repeat(20_000);
    let text = format!(
        "resource \"aws_cloudtrail\" \"a\" {{\n{own}  name = \"a\"\n  s3_bucket_name = \"b\"\n}}\n# kics-scan ignore\n"
    );
    let start = std::time::Instant::now();
    let scan = scan_of(&[("main.tf", &text)]);
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
    assert!(suppressed(&scan).is_empty());
}

#[test]
fn a_comment_that_ends_what_is_above_says_nothing_of_what_is_below() {
    let template = |indentation: &str| {
        format!(
            "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      \
             S3BucketName: one\n      IsLogging: true\n{indentation}# trailwarden:ignore kms-encryption reason=\"x\"\n  \
             B:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{S3BucketName: two, IsLogging: true}}\n"
        )
    };
    let deeper = scan_of(&[("t.yaml", &template("      "))]);
    assert!(suppressed(&deeper).is_empty());
    assert_eq!(faults(&deeper).len(), 1, "it is named as unused");
    let level = scan_of(&[("t.yaml", &template("  "))]);
    assert_eq!(suppressed(&level), BTreeSet::from(["kms-encryption B".to_owned()]));
}

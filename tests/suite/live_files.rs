//! Recordings as the scan finds them, and reports about them.

use serde_json::Value;
use trailwarden::model::InputKind;
use trailwarden::reports::{self, Format};
use trailwarden::scan::{self, Request, Scan};

use super::all;
use super::live::{Bench, fails};

fn scanned(bench: &Bench, path: &str) -> Scan {
    let repo_root = Some(bench.0.path().to_owned());
    scan::run(&Request { paths: vec![bench.path(path)], repo_root, checks: all(), ..Request::default() })
        .expect("the path exists")
}

fn report(scan: &Scan, format: Format) -> String {
    let mut out = Vec::new();
    reports::write(format, scan, &reports::Settings::default(), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("is text")
}

/// Moves the recording of a bench into a folder of a repository.
fn nested() -> Bench {
    let bench = Bench::of("account");
    std::fs::create_dir_all(bench.path("seen/today")).expect("a folder can be made");
    for name in ["recording.json", "111122223333"] {
        std::fs::rename(bench.path(name), bench.path(&format!("seen/today/{name}"))).expect("can be moved");
    }
    bench
}

#[test]
fn a_recording_inside_the_tree_is_one_input_beside_the_others() {
    let bench = nested();
    bench.write("infra/trail.yaml", super::cli::BAD);
    // An answer that speaks of templates is no template.
    bench.write(
        "seen/today/111122223333/eu-west-1/cloudtrail/get-resource-policy.json",
        r#"{"Resources": {"T": {"Type": "AWS::CloudTrail::Trail", "Properties": {"S3BucketName": "x"}}}}"#,
    );
    let scan = scanned(&bench, ".");
    let inputs: Vec<_> = scan.inputs.iter().map(|input| (input.path.as_str(), input.kind)).collect();
    assert_eq!(inputs, [("infra/trail.yaml", InputKind::CloudFormation), ("seen/today", InputKind::Recording)]);
    // The template is judged as before, and lends and borrows nothing.
    assert!(fails(&scan).contains(&("log-file-validation", "Trail")));
    assert_eq!(scan.accounts.len(), 1);
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps);

    let alone = scanned(&bench, "seen/today");
    let of_account = |scan: &Scan| -> Vec<(String, String)> {
        let live =
            scan.findings.iter().filter(|finding| finding.subject.address != "Trail" && finding.subject.address != "*");
        live.map(|finding| (finding.message.clone(), finding.fingerprint.clone())).collect()
    };
    assert_eq!(of_account(&alone), of_account(&scan));
}

#[test]
fn a_recording_needs_no_manifest() {
    let bench = nested();
    bench.remove("seen/today/recording.json");
    for path in [".", "seen/today"] {
        let scan = scanned(&bench, path);
        assert_eq!(scan.inputs.iter().map(|input| input.kind).collect::<Vec<_>>(), [InputKind::Recording], "{path}");
        assert_eq!(fails(&scan), []);
    }
}

#[test]
fn a_manifest_without_an_account_is_a_recording_of_nothing() {
    let bench = Bench::of("account");
    bench.remove("111122223333");
    let scan = scanned(&bench, ".");
    assert_eq!(scan.inputs.len(), 1);
    assert!(scan.findings.is_empty());
    assert_eq!(scan.accounts[0].id, "111122223333");
}

#[test]
fn folders_of_other_trees_are_no_recordings() {
    let bench = Bench::of("account");
    for name in ["recording.json", "111122223333"] {
        bench.remove(name);
    }
    bench.write("recording.json", r#"{"recording": "song.mp3"}"#);
    bench.write("444455556666/eu-west-1/cloudtrail/template.yaml", super::cli::BAD);
    bench.write("777788889999/eu-west-1/cloudtrail/main.tf", "locals {}\n");
    let scan = scanned(&bench, ".");
    let inputs: Vec<_> = scan.inputs.iter().map(|input| input.kind).collect();
    assert_eq!(inputs, [InputKind::CloudFormation, InputKind::TerraformConfig]);
}

#[test]
fn a_broken_answer_is_a_gap_with_its_line_and_column() {
    let bench = nested();
    let path = "seen/today/111122223333/us-east-1/cloudtrail/describe-trails.json";
    for (text, line, column) in
        [("{\"trailList\": [\n  {\"Name\"]}", 2, 10), ("<html>502</html>", 1, 1), ("{\n\"trailList\": [", 2, 14)]
    {
        bench.write(path, text);
        let scan = scanned(&bench, ".");
        let [gap] = scan.gaps.as_slice() else { panic!("{text}: {:?}", scan.gaps) };
        assert_eq!((gap.path.as_deref(), gap.reason), (Some(path), "syntax"));
        let span = gap.span.unwrap_or_else(|| panic!("{text}: no place"));
        let at = scan.sources.positions(span).0;
        assert_eq!((at.line, at.column), (line, column), "{text}");
        // Never that there are no trails.
        assert_eq!(fails(&scan), [], "{text}");
        assert!(!report(&scan, Format::Text).contains("trailList\": ["), "the text of a broken answer is shown");
    }
    bench.write(path, "");
    let scan = scanned(&bench, ".");
    assert_eq!((scan.gaps.len(), fails(&scan).len()), (1, 0));
    assert!(!scan.inputs[0].complete);
}

#[test]
fn reports_of_live_accounts_name_the_resource_and_the_call() {
    let bench = Bench::of("account");
    bench.edit("111122223333/eu-west-1/s3api/get-bucket-versioning/audit-logs-111122223333.json", |answer| {
        answer["Status"] = "Suspended".into();
    });
    let scan = bench.scan();
    let json: Value = serde_json::from_str(&report(&scan, Format::Json)).expect("is JSON");
    let findings = json["findings"].as_array().expect("is a list");
    let fail = findings.iter().find(|one| one["check"] == "bucket-versioning").expect("is there");
    let arn = "arn:aws:s3:::audit-logs-111122223333";
    assert_eq!(fail["resource"]["arn"], arn);
    assert_eq!(fail["resource"]["address"], arn);
    assert_eq!(fail["resource"]["account"], "111122223333");
    assert_eq!(fail["location"], Value::Null);
    assert_eq!(fail["evidence"][0]["origin"], format!("s3:GetBucketVersioning {arn}"));
    let trail = findings.iter().find(|one| one["check"] == "multi-region-trail").expect("is there");
    assert_eq!(trail["resource"]["region"], "eu-west-1");
    let whole = findings.iter().find(|one| one["check"] == "trail-coverage").expect("is there");
    assert_eq!(whole["resource"]["address"], "111122223333");
    assert_eq!(json["scope"]["regions"], serde_json::json!(["af-south-1", "eu-west-1", "us-east-1"]));

    let sarif: Value = serde_json::from_str(&report(&scan, Format::Sarif)).expect("is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("is a list");
    let result = results.iter().find(|one| one["properties"]["check"] == "bucket-versioning").expect("is there");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "aws/111122223333/global/s3/bucket/audit-logs-111122223333");
    assert_eq!(place["region"]["startLine"], 1);
    assert_eq!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], arn);
    assert_eq!(result["properties"]["syntheticLocation"], true);
    let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("is there");
    assert!(hash.ends_with(":1") && hash.len() == 18, "{hash}");
}

#[test]
fn two_scans_of_a_recording_give_the_same_bytes() {
    let bench = Bench::of("organization");
    for format in [Format::Json, Format::Sarif, Format::Text] {
        assert_eq!(report(&bench.scan(), format), report(&bench.scan(), format));
    }
}

use std::fs;
use std::path::Path;

use serde_json::json;

use super::text::{self, TextFault};
use super::*;

const ACCOUNT: &str = "111122223333";

fn write(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("has a folder")).expect("is made");
    fs::write(path, text).expect("is written");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("is made")
}

fn loaded(folder: &Path) -> Loaded {
    Recording::load(folder).expect("is a recording")
}

fn refused(code: &str, message: &str) -> Answer {
    Answer::Refused { code: code.to_owned(), message: message.to_owned() }
}

#[test]
fn what_is_saved_is_loaded_again() {
    let mut recording = Recording::new(Manifest {
        recording: VERSION,
        version: "0.1.0".to_owned(),
        scope: Scope::Organization,
        partition: "aws".to_owned(),
        started: Some("2026-11-01T00:00:00Z".to_owned()),
        ended: Some("2026-11-01T00:05:00Z".to_owned()),
        caller: Some(Caller { account: ACCOUNT.to_owned(), arn: "arn:aws:iam::111122223333:user/a".to_owned() }),
        accounts: vec![AccountLine {
            id: ACCOUNT.to_owned(),
            name: Some("audit".to_owned()),
            status: Status::Partial,
            reason: Some("throttled".to_owned()),
        }],
        regions: [(ACCOUNT.to_owned(), [("eu-west-1".to_owned(), Status::Skipped)].into())].into(),
        gaps: Vec::new(),
    });
    let long = format!("arn:aws:iam::{ACCOUNT}:policy/{}é%~/..", "deep/".repeat(120));
    let resources = [None, Some("a-bucket.with_dots"), Some("/aws/cloudtrail"), Some(".."), Some(long.as_str())];
    for (i, resource) in resources.into_iter().enumerate() {
        let call = Call::new(ACCOUNT, "us-east-1", "logs", "describe-log-groups", resource);
        recording.insert(call, Answer::Output(json!({"n": i})));
    }
    recording.insert(
        Call::new(ACCOUNT, "us-east-1", "s3api", "get-bucket-policy", Some("b")),
        refused("NoSuchBucketPolicy", "The bucket policy does not exist"),
    );
    let lost = Call::new(ACCOUNT, "us-east-1", "cloudtrail", "get-trail-status", Some("arn:x"));
    let failed = Answer::Failed { reason: GapReason::Throttled, message: "Rate exceeded".to_owned() };
    recording.insert(lost.clone(), failed.clone());

    let folder = folder();
    let place = folder.path().join("new/recording");
    recording.save(&place).expect("is written");
    let Loaded { recording: again, faults } = loaded(&place);
    assert_eq!(faults, []);
    assert_eq!(again.answer(&lost), Some(&failed));
    assert_eq!(again.manifest.gaps, [RecordedGap::of(&lost, GapReason::Throttled, "Rate exceeded")]);
    assert!(again.iter().eq(recording.iter()));
    // Saved again it is the same, gaps and all; and a folder that holds something is left alone.
    let other = folder.path().join("other");
    again.save(&other).expect("is written");
    assert_eq!(loaded(&other).recording, again);
    assert!(matches!(again.save(&other), Err(SaveError::NotEmpty(_))));
    assert!(place.join(ACCOUNT).join("us-east-1/logs/describe-log-groups/%2Faws%2Fcloudtrail.json").is_file());
}

#[test]
fn a_recording_made_by_hand_needs_no_manifest() {
    let folder = folder();
    write(folder.path(), "111122223333/us-east-1/cloudtrail/describe-trails.json", r#"{"trailList": []}"#);
    write(
        folder.path(),
        "111122223333/eu-west-1/s3api/get-bucket-policy/logs.json",
        "\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist\n",
    );
    write(folder.path(), "notes/readme.json", "{");
    write(folder.path(), "111122223333/notes.txt", "mine");
    let Loaded { recording, faults } = loaded(folder.path());
    assert_eq!(faults, []);
    assert_eq!(recording.manifest, Manifest::default());
    assert_eq!(recording.manifest.clock(), None);
    assert_eq!(recording.accounts(), [ACCOUNT].into());
    assert_eq!(recording.regions(ACCOUNT), ["eu-west-1", "us-east-1"].into());
    let policy = Call::new(ACCOUNT, "eu-west-1", "s3api", "get-bucket-policy", Some("logs"));
    assert_eq!(recording.answer(&policy), Some(&refused("NoSuchBucketPolicy", "The bucket policy does not exist")));
    assert_eq!(recording.of_operation(ACCOUNT, "cloudtrail", "describe-trails").count(), 1);
    assert_eq!(recording.of_operation(ACCOUNT, "cloudtrail", "describe").count(), 0);
    assert_eq!(recording.of_account("111122223334").count(), 0);
}

#[test]
fn a_broken_file_is_a_fault_with_its_place_and_no_answer() {
    let folder = folder();
    let trails = "111122223333/us-east-1/cloudtrail/describe-trails.json";
    for (text, line, column) in [
        ("{\"trailList\": [\n  {\"Name\": ", 2, Some(10)),
        ("<html><body>Bad gateway</body></html>", 1, Some(1)),
        ("[]", 1, Some(1)),
        ("\"x\"", 1, Some(1)),
        ("null", 1, Some(1)),
        ("{\"a\": 1} {\"b\": 2}", 1, Some(10)),
        ("", 1, None),
        (" \n", 1, None),
    ] {
        write(folder.path(), trails, text);
        let Loaded { recording, faults } = loaded(folder.path());
        let [fault] = faults.as_slice() else { panic!("{text}: {faults:?}") };
        assert_eq!(fault.reason, "syntax");
        assert_eq!(fault.text.as_deref().is_some(), column.is_some(), "{text}");
        let before = &text[..fault.at];
        assert_eq!(before.matches('\n').count() + 1, line, "{text}");
        if let Some(column) = column {
            assert_eq!(fault.at - before.rfind('\n').map_or(0, |at| at + 1) + 1, column, "{text}");
        }
        let call = Call::new(ACCOUNT, "us-east-1", "cloudtrail", "describe-trails", None);
        assert!(matches!(recording.answer(&call), Some(Answer::Failed { reason: GapReason::MalformedAnswer, .. })));
    }
    write(folder.path(), trails, b"{\"a\": \"\xff\"}");
    assert!(loaded(folder.path()).faults[0].message.contains("UTF-8"));
}

#[test]
fn a_file_whose_path_names_no_call_is_a_fault() {
    for path in [
        "111122223333/describe-trails.json",
        "111122223333/us-east-1/x.json",
        "111122223333/r/s3api/Get_X.json",
        "111122223333/r/s3api/get-x/%4.json",
        "111122223333/r/s3api/get-x/a/b.json",
    ] {
        let folder = folder();
        write(folder.path(), path, "{}");
        let Loaded { recording, faults } = loaded(folder.path());
        assert!(recording.is_empty(), "{path}");
        assert_eq!(faults.iter().map(|fault| fault.reason).collect::<Vec<_>>(), ["layout"], "{path}");
    }
}

#[test]
fn an_empty_file_says_nothing_is_set_only_of_a_bucket_that_answered() {
    let versioning = "111122223333/us-east-1/s3api/get-bucket-versioning/b.json";
    let call = Call::new(ACCOUNT, "us-east-1", "s3api", "get-bucket-versioning", Some("b"));
    let cases: [(&str, bool); 4] = [
        ("{\"LocationConstraint\": null}", true),
        ("An error occurred (AccessDenied) when calling the GetBucketLocation operation: Access Denied", false),
        ("An error occurred (NoSuchTagSet) when calling the GetBucketTagging operation: none", true),
        ("", false),
    ];
    for (other, good) in cases {
        let folder = folder();
        write(folder.path(), versioning, "");
        write(folder.path(), "111122223333/us-east-1/s3api/get-bucket-location/b.json", other);
        let Loaded { recording, faults } = loaded(folder.path());
        assert_eq!(recording.answer(&call) == Some(&Answer::Output(json!({}))), good, "{other}");
        assert_eq!(faults.iter().any(|fault| fault.call.as_ref() == Some(&call)), !good, "{other}");
    }
}

#[test]
fn the_errors_of_the_command_line_are_understood() {
    for (said, code, message) in [
        (
            "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied",
            "AccessDenied",
            "Access Denied",
        ),
        (
            "aws: [ERROR]: An error occurred (NoSuchBucket) when calling the GetBucketPolicy operation: gone: x",
            "NoSuchBucket",
            "gone: x",
        ),
        (
            "\n\nAn error occurred (Throttling) when calling the X operation (reached max retries: 4): Rate exceeded\n",
            "Throttling",
            "Rate exceeded",
        ),
        ("An error occurred (404) when calling the HeadBucket operation: Not Found", "404", "Not Found"),
        (r#"{"Error": {"Code": "NoSuchTagSet"}}"#, "NoSuchTagSet", ""),
    ] {
        assert_eq!(text::parse(said), Ok(refused(code, message)), "{said}");
    }
    for (said, reason) in [
        ("Could not connect to the endpoint URL: \"https://x/\"", GapReason::Connection),
        ("Connect timeout on endpoint URL: \"https://x/\"", GapReason::Timeout),
        (
            "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
            GapReason::ExpiredCredentials,
        ),
    ] {
        assert!(matches!(text::parse(said), Ok(Answer::Failed { reason: seen, .. }) if seen == reason), "{said}");
    }
    // An answer may have a field of that name beside others.
    assert!(matches!(text::parse(r#"{"Error": {"Code": "X"}, "Other": 1}"#), Ok(Answer::Output(_))));
    assert!(matches!(text::parse("usage: aws [options]"), Err(TextFault::Malformed { .. })));
}

#[test]
fn text_of_powershell_is_read() {
    let folder = folder();
    let text = "{\"trailList\": []}\r\n";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write(folder.path(), "111122223333/us-east-1/cloudtrail/describe-trails.json", wide);
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    write(folder.path(), "111122223333/us-east-2/cloudtrail/describe-trails.json", marked);
    let Loaded { recording, faults } = loaded(folder.path());
    assert_eq!((recording.len(), faults.len()), (2, 0));
}

#[test]
fn a_refusal_is_an_answer_or_a_gap() {
    for (code, message, reason) in [
        ("AccessDenied", "", Some(GapReason::AccessDenied)),
        (
            "AccessDeniedException",
            "… with an explicit deny in a service control policy",
            Some(GapReason::DeniedByPolicy),
        ),
        ("ThrottlingException", "", Some(GapReason::Throttled)),
        ("ExpiredToken", "", Some(GapReason::ExpiredCredentials)),
        ("NoSuchBucketPolicy", "", None),
        ("NoSuchBucket", "", None),
        ("InsightNotEnabledException", "", None),
    ] {
        assert_eq!(GapReason::of_refusal(code, message), reason, "{code}");
    }
}

#[test]
fn the_manifest_is_told_from_files_of_its_name() {
    assert!(is_manifest(br#"{"recording": 1}"#));
    for text in ["{}", "[]", r#"{"recording": "song.mp3"}"#, r#"{"recording": 1"#] {
        assert!(!is_manifest(text.as_bytes()), "{text}");
    }
    let folder = folder();
    write(folder.path(), MANIFEST, r#"{"recording": 2}"#);
    assert!(matches!(Recording::load(folder.path()), Err(LoadError::Version(2))));
    write(folder.path(), MANIFEST, r#"{"recording": 1, "ended": "2026-11-01T00:05:00Z", "new": true}"#);
    assert_eq!(loaded(folder.path()).recording.manifest.clock(), Some(1_793_491_500));
    for broken in [r#"{"recording": 1, "accounts": 3}"#, r#"{"recording": 1,"#, ""] {
        write(folder.path(), MANIFEST, broken);
        assert_eq!(loaded(folder.path()).faults.len(), 1, "{broken}");
    }
}

#[test]
fn the_folder_of_an_account_is_told_from_others() {
    for (path, good) in [
        ("111122223333/us-east-1/cloudtrail/describe-trails.json", true),
        ("111122223333/global/iam/get-account-authorization-details.json", true),
        ("111122223333/us-gov-west-1/s3api/get-bucket-policy/b.json", true),
        ("111122223333/us-east-1/cloudtrail/main.tf", false),
        ("111122223333/us-east-1/cloudtrail/trail.json", false),
        ("111122223333/us-east-1/vpc/describe-vpcs.json", false),
        ("11112222333/us-east-1/cloudtrail/describe-trails.json", false),
        ("111122223333/prod/cloudtrail/describe-trails.json", false),
    ] {
        let folder = folder();
        write(folder.path(), path, "{}");
        let account = path.split('/').next().expect("has parts");
        assert_eq!(is_account_folder(&folder.path().join(account)), good, "{path}");
    }
}

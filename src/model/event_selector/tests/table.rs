//! Cases: selectors, a question, the answer. The traps are those of AWS's documentation of `GetEventSelectors` and
//! `AdvancedEventSelector`.

use super::*;
use crate::model::event_selector::event::{ARN, CATEGORY, KIND, NAME, READ_ONLY, SOURCE};

/// `reads writes any data` as letters, joined.
fn overview(selectors: &Selectors) -> String {
    let management = selectors.records_management();
    [&management.reads.truth, &management.writes.truth, &management.any, &selectors.records_any_data()]
        .into_iter()
        .map(letter)
        .collect()
}

#[track_caller]
fn check(json: &str, expected: &str) {
    let parsed = selectors(&serde_json::from_str(json).expect("JSON"));
    assert_eq!(overview(&parsed), expected, "{json}");
    let management = parsed.records_management();
    for side in [&management.reads, &management.writes] {
        // What is shown as lost must not be recorded, and everything certainly lost can be shown.
        assert_eq!(side.lost.is_some(), side.truth == Truth::False, "{json}");
        if let Some(lost) = &side.lost {
            assert_eq!(parsed.records(lost), Truth::False, "{json}: {lost:?}");
        }
    }
}

#[test]
fn overview_of_basic_selectors() {
    for (json, expected) in [
        // Nothing is written, or empty lists: all management events, no data events.
        (r#"{}"#, "TTTF"),
        (r#"{"basic": []}"#, "TTTF"),
        (r#"{"advanced": []}"#, "TTTF"),
        (r#"{"basic": [], "advanced": []}"#, "TTTF"),
        // Defaults inside a selector.
        (r#"{"basic": [{}]}"#, "TTTF"),
        (r#"{"basic": [{"rw": "All"}]}"#, "TTTF"),
        (r#"{"basic": [{"rw": "ReadOnly"}]}"#, "TFTF"),
        (r#"{"basic": [{"rw": "WriteOnly"}]}"#, "FTTF"),
        (r#"{"basic": [{"rw": "readonly"}]}"#, "???F"),
        // Both halves in two selectors are the whole.
        (r#"{"basic": [{"rw": "ReadOnly"}, {"rw": "WriteOnly"}]}"#, "TTTF"),
        (r#"{"basic": [{"rw": "ReadOnly"}, {"rw": "ReadOnly"}]}"#, "TFTF"),
        (r#"{"basic": [{"management": false}]}"#, "FFFF"),
        (r#"{"basic": [{"management": false}, {}]}"#, "TTTF"),
        (r#"{"basic": [{"management": false, "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#, "FFFT"),
        (r#"{"basic": [{"data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#, "TTTT"),
        (r#"{"basic": [{"data": []}]}"#, "TTTF"),
        // Sources that make noise may be left out; others may not.
        (r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#, "TTTF"),
        (r#"{"basic": [{"exclude": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]}"#, "TTTF"),
        (r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}]}"#, "FFTF"),
        // An exclusion is void when another selector takes the source in.
        (r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}, {}]}"#, "TTTF"),
        (r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}, {"rw": "ReadOnly"}]}"#, "TFTF"),
        (r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}, {"management": false}]}"#, "FFTF"),
        (r#"{"basic": [{"exclude": ["a.amazonaws.com"]}, {"exclude": ["b.amazonaws.com"]}]}"#, "TTTF"),
        // Unknown parts, and what is known in spite of them.
        (r#"{"basic": null}"#, "????"),
        (r#"{"basic": "unseen"}"#, "????"),
        (r#"{"basic": [{"rw": null}]}"#, "???F"),
        (r#"{"basic": [{"rw": "${Type}"}]}"#, "???F"),
        (r#"{"basic": [{"rw": null}, {}]}"#, "TTTF"),
        (r#"{"basic": [{"rw": null}, {"rw": "ReadOnly"}]}"#, "T?TF"),
        (r#"{"basic": [{"management": null}]}"#, "???F"),
        (r#"{"basic": [{"management": null}, {"rw": "WriteOnly"}]}"#, "?TTF"),
        (r#"{"basic": [{"exclude": null}]}"#, "???F"),
        (r#"{"basic": [{"exclude": ["${Source}"]}]}"#, "??TF"),
        (r#"{"basic": [{"exclude": null}, {}]}"#, "TTTF"),
        (r#"{"basic": [{"data": null}]}"#, "TTT?"),
        (r#"{"basic": [{"management": false, "data": [[null, ["arn:aws:s3"]]]}]}"#, "FFF?"),
        // Possibilities: those that agree stand.
        (r#"{"basic": {"either": [[{"rw": "All"}], [{"rw": "ReadOnly"}]]}}"#, "T?TF"),
        (r#"{"basic": {"either": [[{}], "absent"]}}"#, "TTTF"),
        (r#"{"basic": [{"rw": {"either": ["All", "ReadOnly"]}}]}"#, "T?TF"),
        (r#"{"basic": [{"rw": {"either": ["ReadOnly", "ReadOnly"]}}]}"#, "TFTF"),
        (r#"{"basic": [{"management": {"either": [true, false]}}]}"#, "???F"),
        // CloudTrail takes one form or the other.
        (r#"{"basic": [{}], "advanced": [{"eventCategory": {"=": ["Data"]}}]}"#, "????"),
        (
            r#"{"basic": {"either": [[{}], "absent"]}, "advanced": {"either": ["absent", [{"eventCategory": {"=": ["Management"]}}]]}}"#,
            "TTTF",
        ),
    ] {
        check(json, expected);
    }
}

#[test]
fn overview_of_advanced_selectors() {
    for (fields, expected) in [
        (r#"{"eventCategory": {"=": ["Management"]}}"#, "TTTF"),
        // Category values are case-sensitive.
        (r#"{"eventCategory": {"=": ["management"]}}"#, "FFFF"),
        (r#"{"eventCategory": {"=": ["Data"]}, "resources.type": {"=": ["AWS::S3::Object"]}}"#, "FFFT"),
        (r#"{"eventCategory": {"=": ["NetworkActivity"]}, "eventSource": {"=": ["ec2.amazonaws.com"]}}"#, "FFFF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true"]}}"#, "TFTF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["false"]}}"#, "FTTF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true", "false"]}}"#, "TTTF"),
        (
            r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true"]}}, {"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["false"]}}"#,
            "TTTF",
        ),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["kms.amazonaws.com"]}}"#, "TTTF"),
        (
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}}"#,
            "TTTF",
        ),
        (
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["kms.amazonaws.com", "iam.amazonaws.com"]}}"#,
            "FFTF",
        ),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["iam.amazonaws.com"]}}"#, "FFTF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["k"]}}"#, "FFTF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!$": [".com"]}}"#, "FFFF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"$": [".amazonaws.com"]}}"#, "TTTF"),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventName": {"!=": ["AssumeRole"]}}"#, "FFTF"),
        // Halves that only together are the whole, over two fields.
        (
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["iam.amazonaws.com"]}}, {"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com"]}}"#,
            "TTTF",
        ),
        (
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"^": ["i"]}}, {"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["i"]}, "readOnly": {"=": ["false"]}}"#,
            "FTTF",
        ),
        (
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"^": ["i"]}}, {"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["ia"]}}"#,
            "TTTF",
        ),
        // No wildcards: a star is a character.
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["*"]}}"#, "FFFF"),
        // A selector without the fields that CloudTrail demands is refused.
        (r#"{"readOnly": {"=": ["true"]}}"#, "?F??"),
        (r#"{"eventCategory": {"=": ["Data"]}}"#, "FFF?"),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {}}"#, "???F"),
        // Unknown parts.
        (r#"null"#, "????"),
        (r#"null, {"eventCategory": {"=": ["Management"]}}"#, "TTT?"),
        (r#"{"eventCategory": {"=": null}}"#, "????"),
        (r#"{"eventCategory": {"=": ["${Category}"]}}"#, "????"),
        (r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": null}}"#, "???F"),
        (r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true"]}, "${Field}": {"=": ["x"]}}"#, "?F?F"),
        (r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": null}}"#, "???F"),
        (
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com", "${Other}"]}}"#,
            "FFTF",
        ),
        (r#"{"eventCategory": {"=": ["Management", "${Category}"]}}"#, "TTT?"),
    ] {
        check(&format!(r#"{{"advanced": [{fields}]}}"#), expected);
    }
}

/// `covers` reads and writes, then `touches` reads and writes, of the objects of a bucket below a prefix.
#[test]
fn objects_of_a_bucket() {
    let data = |arn: &str| {
        format!(
            r#"{{"advanced": [{{"eventCategory": {{"=": ["Data"]}}, "resources.type": {{"=": ["AWS::S3::Object"]}}, "resources.ARN": {arn}}}]}}"#
        )
    };
    let basic = |value: &str| format!(r#"{{"basic": [{{"data": [["AWS::S3::Object", ["{value}"]]]}}]}}"#);
    let logs = "arn:aws:s3:::logs";
    for (json, bucket, prefix, expected) in [
        (r#"{}"#.to_owned(), logs, "", "FFFF"),
        (basic("arn:aws:s3"), logs, "", "TTTT"),
        (basic("arn:aws:s3:::"), logs, "AWSLogs/", "TTTT"),
        (basic("arn:aws-us-gov:s3:::"), logs, "", "FFFF"),
        (basic("arn:aws-us-gov:s3"), "arn:aws-us-gov:s3:::logs", "", "TTTT"),
        (basic("arn:aws:s3:::logs/"), logs, "", "TTTT"),
        (basic("arn:aws:s3:::logs/"), "arn:aws:s3:::logs-prod", "", "FFFF"),
        (basic("arn:aws:s3:::logs"), "arn:aws:s3:::logs-prod", "", "FFFF"),
        (basic("arn:aws:s3:::logs"), logs, "", "????"),
        (basic("arn:aws:s3:::logs/AWS"), logs, "", "FFTT"),
        (basic("arn:aws:s3:::logs/AWS"), logs, "AWSLogs/", "TTTT"),
        (basic("arn:aws:s3:::logs/uploads/"), logs, "AWSLogs/", "FFFF"),
        (basic("arn:aws:s3:::${Bucket}/"), "arn:aws:s3:::${Bucket}", "AWSLogs/", "TTTT"),
        (basic("arn:aws:s3:::${Bucket}/"), logs, "", "????"),
        (basic("arn:aws:s3:::${Bucket}/uploads/"), logs, "AWSLogs/", "FFFF"),
        (basic("arn:aws:s3:::${Bucket}"), "arn:aws:s3:::${Bucket}", "", "????"),
        (basic("${Values}"), logs, "", "????"),
        (
            r#"{"basic": [{"rw": "WriteOnly", "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#.to_owned(),
            logs,
            "",
            "FTFT",
        ),
        (r#"{"basic": [{"data": [["AWS::Lambda::Function", ["arn:aws:lambda"]]]}]}"#.to_owned(), logs, "", "FFFF"),
        (data(r#"{"^": ["arn:aws:s3"]}"#), logs, "", "TTTT"),
        (data(r#"{"^": ["arn:aws:s3:::logs"]}"#), "arn:aws:s3:::logs-prod", "", "TTTT"),
        (data(r#"{"^": ["arn:aws:s3:::logs/"]}"#), "arn:aws:s3:::logs-prod", "", "FFFF"),
        // Equality is equality: one object, not a bucket.
        (data(r#"{"=": ["arn:aws:s3:::logs/"]}"#), logs, "", "FFTT"),
        (data(r#"{"=": ["arn:aws:s3:::logs/AWSLogs/x"]}"#), logs, "AWSLogs/", "FFTT"),
        (data(r#"{"$": [".gz"]}"#), logs, "AWSLogs/", "FFTT"),
        (data(r#"{"!^": ["arn:aws:s3:::logs/"]}"#), logs, "", "FFFF"),
        (data(r#"{"!^": ["arn:aws:s3:::logs/AWSLogs/"]}"#), logs, "", "FFTT"),
        (data(r#"{"!^": ["arn:aws:s3:::logs/AWSLogs/"]}"#), logs, "AWSLogs/", "FFFF"),
        (data(r#"{"!^": ["arn:aws:s3:::log/"]}"#), logs, "", "TTTT"),
        (data(r#"{"!^": ["arn:aws:s3:::${Bucket}/"]}"#), "arn:aws:s3:::${Bucket}", "", "FFFF"),
        (data(r#"{"!^": ["arn:aws:s3:::${Bucket}/"]}"#), logs, "", "????"),
        (data(r#"{"!=": ["arn:aws:s3:::logs/a"], "!$": [".gz"]}"#), logs, "", "FFTT"),
        // Include-values are or-ed across operators, exclude-values and-ed; both kinds must hold.
        (data(r#"{"^": ["arn:aws:s3:::logs/"], "=": ["arn:aws:s3:::other/x"]}"#), logs, "", "TTTT"),
        (data(r#"{"^": ["arn:aws:s3:::logs/"], "!^": ["arn:aws:s3:::logs/AWSLogs/"]}"#), logs, "AWSLogs/", "FFFF"),
        (data(r#"{"^": ["arn:aws:s3:::logs/"], "!^": ["arn:aws:s3:::logs/tmp/"]}"#), logs, "AWSLogs/", "TTTT"),
    ] {
        let parsed = selectors(&serde_json::from_str(&json).expect("JSON")).recorded();
        let (covers, touches) =
            (parsed.covers_objects(&text(bucket), &text(prefix)), parsed.touches_objects(&text(bucket), &text(prefix)));
        let seen: String =
            [&covers.reads, &covers.writes, &touches.reads, &touches.writes].map(letter).iter().collect();
        assert_eq!(seen, expected, "{json} {bucket} {prefix}");
    }
}

#[test]
fn single_events() {
    let lambda = |arn: &str| {
        vec![(CATEGORY, "Data"), (KIND, "AWS::Lambda::Function"), (READ_ONLY, "false"), (ARN, arn)]
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect::<Vec<_>>()
    };
    let function = "arn:aws:lambda:us-east-1:111122223333:function:hello";
    let network = |error: Option<&str>| {
        let mut fields = vec![(CATEGORY, text("NetworkActivity")), (SOURCE, text("kms.amazonaws.com"))];
        fields.extend(error.map(|error| ("errorCode", text(error))));
        fields
    };
    let named = |name: &str| {
        vec![
            (CATEGORY, text("Management")),
            (SOURCE, text("sts.amazonaws.com")),
            (NAME, text(name)),
            (READ_ONLY, text("true")),
        ]
    };
    let only = |value: &str| format!(r#"{{"basic": [{{"data": [["AWS::Lambda::Function", ["{value}"]]]}}]}}"#);
    let advanced = |fields: &str| format!(r#"{{"advanced": [{fields}]}}"#);
    let vpce = advanced(
        r#"{"eventCategory": {"=": ["NetworkActivity"]}, "eventSource": {"=": ["kms.amazonaws.com"]}, "errorCode": {"=": ["VpceAccessDenied"]}}"#,
    );
    let session =
        advanced(r#"{"eventCategory": {"=": ["Management"]}, "sessionCredentialFromConsole": {"!=": ["true"]}}"#);
    for (json, event, expected) in [
        (only("arn:aws:lambda"), lambda(function), 'T'),
        (only(function), lambda(function), 'T'),
        (only(function), lambda("arn:aws:lambda:us-east-1:111122223333:function:other"), 'F'),
        (only(function), lambda("arn:aws:lambda:us-east-1:111122223333:function:hello:7"), '?'),
        (only("arn:aws:dynamodb"), lambda(function), 'F'),
        (vpce.clone(), network(Some("VpceAccessDenied")), 'T'),
        (vpce, network(None), 'F'),
        // A field that the record does not have passes what excludes values.
        (session, named("AssumeRole"), 'T'),
        (
            advanced(r#"{"eventCategory": {"=": ["Management"]}, "userIdentity.arn": {"^": ["arn:"]}}"#),
            named("AssumeRole"),
            'F',
        ),
        (
            advanced(r#"{"eventCategory": {"=": ["Management"]}, "eventName": {"!=": ["AssumeRole"]}}"#),
            named("AssumeRole"),
            'F',
        ),
        (
            advanced(r#"{"eventCategory": {"=": ["Management"]}, "eventName": {"!=": ["AssumeRole"]}}"#),
            named("GetSessionToken"),
            'T',
        ),
        (
            advanced(
                r#"{"eventCategory": {"=": ["Management"]}, "eventName": {"=": ["a"], "^": ["Assume"], "$": ["z"]}}"#,
            ),
            named("AssumeRole"),
            'T',
        ),
        (
            advanced(
                r#"{"eventCategory": {"=": ["Management"]}, "eventName": {"^": ["Assume"], "!$": ["Role", "x"]}}"#,
            ),
            named("AssumeRole"),
            'F',
        ),
    ] {
        let parsed = selectors(&serde_json::from_str(&json).expect("JSON"));
        assert_eq!(letter(&parsed.records(&Event::new(event.clone()))), expected, "{json} {event:?}");
    }
}

#[test]
fn noisy_sources_are_told() {
    let parsed = |json: &str| selectors(&serde_json::from_str(json).expect("JSON")).records_management();
    assert_eq!(parsed(r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#).left_out(), ["kms.amazonaws.com"]);
    assert!(parsed(r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}, {}]}"#).left_out().is_empty());
    assert!(parsed(r#"{}"#).left_out().is_empty());
}

#[test]
fn two_sets_of_selectors_share_events_or_not() {
    for (left, right, expected) in [
        (r#"{}"#, r#"{}"#, 'T'),
        (r#"{"basic": [{"rw": "ReadOnly"}]}"#, r#"{"basic": [{"rw": "WriteOnly"}]}"#, 'F'),
        (r#"{"basic": [{"rw": "ReadOnly"}]}"#, r#"{}"#, 'T'),
        (r#"{"basic": [{"management": false}]}"#, r#"{}"#, 'F'),
        (r#"{"basic": null}"#, r#"{}"#, '?'),
        (r#"{"basic": null}"#, r#"{"basic": [{"management": false}]}"#, 'F'),
        (
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["iam.amazonaws.com"]}}]}"#,
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com"]}}]}"#,
            'F',
        ),
        (
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["iam.amazonaws.com"]}}]}"#,
            r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#,
            'T',
        ),
    ] {
        let parsed = |json: &str| selectors(&serde_json::from_str(json).expect("JSON")).recorded();
        for (a, b) in [(left, right), (right, left)] {
            assert_eq!(letter(&parsed(a).shares_management(&parsed(b))), expected, "{a} {b}");
        }
    }
}

#[test]
fn many_values_are_no_trouble() {
    let values: Vec<String> = (0..20_000).map(|n| format!("arn:aws:s3:::b{n}/")).collect();
    let list = serde_json::to_string(&values).expect("JSON");
    let json = format!(
        r#"{{"advanced": [{{"eventCategory": {{"=": ["Data"]}}, "resources.type": {{"=": ["AWS::S3::Object"]}}, "resources.ARN": {{"^": {list}, "!^": {list}}}}}]}}"#
    );
    let parsed = selectors(&serde_json::from_str(&json).expect("JSON"));
    assert_eq!(letter(&parsed.records_any_data()), '?');
}

//! Several trails together, and whether two record the same.

use super::page::*;
use super::{Ask, Row, management, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let iam = || management(r#""eventSource": {"=": ["iam.amazonaws.com"]}"#);
    for (page, left, right, expected) in [
        (TRAILS, "{}".to_owned(), "{}", "T"),
        (TRAILS, r#"{"basic": [{"rw": "ReadOnly"}]}"#.into(), r#"{"basic": [{"rw": "WriteOnly"}]}"#, "F"),
        (TRAILS, r#"{"basic": [{"rw": "ReadOnly"}]}"#.into(), "{}", "T"),
        (TRAILS, r#"{"basic": [{"management": false}]}"#.into(), "{}", "F"),
        (PARAMETERS, r#"{"basic": null}"#.into(), "{}", "?"),
        (PARAMETERS, r#"{"basic": null}"#.into(), r#"{"basic": [{"management": false}]}"#, "F"),
        (
            TRAILS,
            iam(),
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com"]}}]}"#,
            "F",
        ),
        (TRAILS, iam(), r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#, "T"),
        (
            TRAILS,
            iam(),
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"^": ["i"]}, "readOnly": {"=": ["true"]}}]}"#,
            "T",
        ),
        (
            TRAILS,
            management(r#""userIdentity.arn": {"^": ["arn:aws:iam:"]}"#),
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "userIdentity.arn": {"^": ["arn:aws:sts:"]}}]}"#,
            "F",
        ),
    ] {
        rows.push(row(page, left, Ask::Shares(right), expected));
    }
    for (page, one, others, expected) in [
        (TRAILS, r#"{"basic": [{"rw": "ReadOnly"}]}"#, &[r#"{"basic": [{"rw": "WriteOnly"}]}"#][..], "TTTF"),
        (TRAILS, r#"{"basic": [{"rw": "ReadOnly"}]}"#, &[r#"{"basic": [{"rw": "ReadOnly"}]}"#], "TFTF"),
        (
            TRAILS,
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com"]}}]}"#,
            &[r#"{"basic": [{"rw": "WriteOnly"}]}"#],
            "FTTF",
        ),
        // Advanced selectors here and basic ones there, over three trails.
        (
            TRAILS,
            r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["i"]}}]}"#,
            &[
                r#"{"basic": [{"rw": "WriteOnly"}]}"#,
                r#"{"advanced": [{"eventCategory": {"=": ["Management"]}, "eventSource": {"^": ["i"]}, "readOnly": {"=": ["true"]}}]}"#,
            ],
            "TTTF",
        ),
        (
            TRAILS,
            r#"{"basic": [{"management": false, "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#,
            &["{}"],
            "TTTT",
        ),
        // One excludes KMS, another takes it in.
        (MANAGEMENT, r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#, &["{}"], "TTTF"),
        (PARAMETERS, r#"{"basic": null}"#, &["{}"], "TTT?"),
        (PARAMETERS, r#"{"basic": [{"rw": "${Type}"}]}"#, &[r#"{"basic": [{"rw": "ReadOnly"}]}"#], "T?TF"),
        (
            CONDITIONS,
            r#"{"basic": {"either": [[{"rw": "ReadOnly"}], [{"rw": "WriteOnly"}]]}}"#,
            &[r#"{"basic": {"either": [[{"rw": "WriteOnly"}], [{"rw": "ReadOnly"}]]}}"#],
            "TTTF",
        ),
        (
            CONDITIONS,
            r#"{"basic": {"either": [[{"rw": "ReadOnly"}], [{"rw": "WriteOnly"}]]}}"#,
            &[r#"{"basic": [{"rw": "ReadOnly"}]}"#],
            "T?TF",
        ),
    ] {
        rows.push(row(page, one, Ask::With(others), expected));
    }
    rows
}

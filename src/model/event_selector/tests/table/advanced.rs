//! Advanced selectors: management events.

use super::page::*;
use super::{Ask, Row, advanced, management, row};

pub(super) fn rows() -> Vec<Row> {
    let selectors = [
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}}"#, "TTTF"),
        // Category values are case-sensitive.
        (ADVANCED, r#"{"eventCategory": {"=": ["management"]}}"#, "FFFF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Data"]}, "resources.type": {"=": ["AWS::S3::Object"]}}"#, "FFFT"),
        (
            ADVANCED,
            r#"{"eventCategory": {"=": ["NetworkActivity"]}, "eventSource": {"=": ["ec2.amazonaws.com"]}}"#,
            "FFFF",
        ),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true"]}}"#, "TFTF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["false"]}}"#, "FTTF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true", "false"]}}"#, "TTTF"),
        (
            ADVANCED,
            r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true"]}}, {"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["false"]}}"#,
            "TTTF",
        ),
        (
            MANAGEMENT,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["kms.amazonaws.com"]}}"#,
            "TTTF",
        ),
        (
            MANAGEMENT,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}}"#,
            "TTTF",
        ),
        (
            MANAGEMENT,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["kms.amazonaws.com", "iam.amazonaws.com"]}}"#,
            "FFTF",
        ),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["iam.amazonaws.com"]}}"#, "FFTF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["k"]}}"#, "FFTF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!$": [".com"]}}"#, "FFFF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"$": [".amazonaws.com"]}}"#, "TTTF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventName": {"!=": ["AssumeRole"]}}"#, "FFTF"),
        // Halves that only together are the whole, over two fields.
        (
            ADVANCED,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["iam.amazonaws.com"]}}, {"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com"]}}"#,
            "TTTF",
        ),
        (
            ADVANCED,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"^": ["i"]}}, {"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["i"]}, "readOnly": {"=": ["false"]}}"#,
            "FTTF",
        ),
        (
            ADVANCED,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"^": ["i"]}}, {"eventCategory": {"=": ["Management"]}, "eventSource": {"!^": ["ia"]}}"#,
            "TTTF",
        ),
        // No wildcards: a star is a character.
        (FIELD, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"=": ["*"]}}"#, "FFFF"),
        // A selector without the fields that CloudTrail demands is refused.
        (ADVANCED, r#"{"readOnly": {"=": ["true"]}}"#, "?F??"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Data"]}}"#, "FFF?"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {}}"#, "???F"),
        // Unknown parts.
        (PARAMETERS, r#"null"#, "????"),
        (PARAMETERS, r#"null, {"eventCategory": {"=": ["Management"]}}"#, "TTT?"),
        (PARAMETERS, r#"{"eventCategory": {"=": null}}"#, "????"),
        (PARAMETERS, r#"{"eventCategory": {"=": ["${Category}"]}}"#, "????"),
        (PARAMETERS, r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": null}}"#, "???F"),
        (
            PARAMETERS,
            r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"=": ["true"]}, "${Field}": {"=": ["x"]}}"#,
            "?F?F",
        ),
        (PARAMETERS, r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": null}}"#, "???F"),
        (
            PARAMETERS,
            r#"{"eventCategory": {"=": ["Management"]}, "eventSource": {"!=": ["iam.amazonaws.com", "${Other}"]}}"#,
            "FFTF",
        ),
        (PARAMETERS, r#"{"eventCategory": {"=": ["Management", "${Category}"]}}"#, "TTT?"),
        // These three fields take `Equals` and nothing else: what CloudTrail refuses, nobody can say.
        (FIELD, r#"{"eventCategory": {"^": ["Man"]}}"#, "????"),
        (FIELD, r#"{"eventCategory": {"!=": ["Data"]}}"#, "????"),
        (FIELD, r#"{"eventCategory": {"=": ["Management"]}, "readOnly": {"!=": ["true"]}}"#, "???F"),
        (FIELD, r#"{"eventCategory": {"=": ["Data"]}, "resources.type": {"^": ["AWS::S3::"]}}"#, "FFF?"),
        // A field that selectors do not have.
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "userAgent": {"!=": ["aws-cli"]}}"#, "???F"),
        (ADVANCED, r#"{"eventCategory": {"=": ["Management"]}, "eventname": {"=": ["RunInstances"]}}"#, "???F"),
        // Network activity of an endpoint is neither.
        (
            NETWORK,
            r#"{"eventCategory": {"=": ["NetworkActivity"]}, "eventSource": {"=": ["s3.amazonaws.com"]}, "errorCode": {"=": ["VpceAccessDenied"]}}"#,
            "FFFF",
        ),
        (NETWORK, r#"{"eventCategory": {"=": ["NetworkActivity"]}}"#, "FFFF"),
        // Insights and what comes from elsewhere: data stores only, and no management events.
        (ADVANCED, r#"{"eventCategory": {"=": ["Insight"]}}"#, "FFFF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["ConfigurationItem"]}}"#, "FFFF"),
        (ADVANCED, r#"{"eventCategory": {"=": ["ActivityAuditLog"]}}"#, "FFFF"),
        // Data events beside management events.
        (
            DATA_EVENTS,
            r#"{"eventCategory": {"=": ["Management"]}}, {"eventCategory": {"=": ["Data"]}, "resources.type": {"=": ["AWS::S3::Object"]}}"#,
            "TTTT",
        ),
        (
            DATA_EVENTS,
            r#"{"eventCategory": {"=": ["Data"]}, "resources.type": {"=": ["AWS::S3::Object"]}, "readOnly": {"=": ["false"]}}, {"eventCategory": {"=": ["Data"]}, "resources.type": {"=": ["AWS::Lambda::Function"]}}"#,
            "FFFT",
        ),
    ];
    let overview =
        |(page, fields, expected)| row(page, format!(r#"{{"advanced": [{fields}]}}"#), Ask::Overview, expected);
    let mut rows: Vec<Row> = selectors.into_iter().map(overview).collect();
    // Limits on other fields: who, how, from where.
    for (page, fields, expected) in [
        (ADVANCED, r#""userIdentity.arn": {"!^": ["arn:aws:sts::111122223333:assumed-role/Backup/"]}"#, "FFTF"),
        (ADVANCED, r#""userIdentity.arn": {"=": ["arn:aws:iam::111122223333:user/Alice"]}"#, "FFTF"),
        (ADVANCED, r#""userIdentity.arn": {"^": ["${Who}"]}"#, "??TF"),
        (ADVANCED, r#""sessionCredentialFromConsole": {"=": ["true"]}"#, "FFTF"),
        (ADVANCED, r#""sessionCredentialFromConsole": {"!=": ["true"]}"#, "FFTF"),
        (ADVANCED, r#""eventType": {"!=": ["AwsServiceEvent"]}"#, "FFTF"),
        (ADVANCED, r#""eventType": {"=": ["AwsApiCall"]}"#, "FFTF"),
        (ADVANCED, r#""eventName": {"^": ["Describe", "List", "Get"]}"#, "FFTF"),
        (ADVANCED, r#""eventName": {"!$": ["Batch"]}, "readOnly": {"=": ["true"]}"#, "FFTF"),
        // Exclusions that nothing meets leave nothing out.
        (FIELD, r#""eventSource": {"!=": ["KMS.amazonaws.com"]}"#, "FFTF"),
        (FIELD, r#""eventSource": {"!$": [".example.com"]}"#, "TTTF"),
        // Several values: an event is left out if it is one of them, taken in if it is one of them.
        // What begins with all of a source is that source.
        (FIELD, r#""eventSource": {"!^": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}"#, "TTTF"),
        (FIELD, r#""eventSource": {"$": [".amazonaws.com", ".example.com"]}"#, "TTTF"),
        (FIELD, r#""eventSource": {"$": [".amazonaws.com"], "!=": ["kms.amazonaws.com"]}"#, "TTTF"),
        (FIELD, r#""eventSource": {"=": ["kms.amazonaws.com"], "!=": ["kms.amazonaws.com"]}"#, "FFFF"),
    ] {
        rows.push(row(page, management(fields), Ask::Overview, expected));
    }
    let halves = |left: &str, right: &str| {
        let part = |fields: &str| format!(r#""eventCategory": {{"=": ["Management"]}}, {fields}"#);
        advanced(&[&part(left), &part(right)])
    };
    for (page, left, right, expected) in [
        (
            ADVANCED,
            r#""userIdentity.arn": {"^": ["arn:aws:iam:"]}"#,
            r#""userIdentity.arn": {"!^": ["arn:aws:iam:"]}"#,
            "TTTF",
        ),
        (
            ADVANCED,
            r#""sessionCredentialFromConsole": {"=": ["true"]}"#,
            r#""sessionCredentialFromConsole": {"!=": ["true"]}"#,
            "TTTF",
        ),
        (ADVANCED, r#""eventType": {"=": ["AwsApiCall"]}"#, r#""eventType": {"=": ["AwsServiceEvent"]}"#, "FFTF"),
        (
            ADVANCED,
            r#""eventName": {"!^": ["Get"]}, "readOnly": {"=": ["true"]}"#,
            r#""eventName": {"^": ["G"]}"#,
            "TFTF",
        ),
    ] {
        rows.push(row(page, halves(left, right), Ask::Overview, expected));
    }
    rows
}

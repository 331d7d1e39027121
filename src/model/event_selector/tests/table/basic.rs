//! Basic selectors.

use super::page::*;
use super::{Ask, Row, row};

pub(super) fn rows() -> Vec<Row> {
    let overview = [
        // Nothing is written, or empty lists: all management events, no data events.
        (GET, r#"{}"#, "TTTF"),
        (GET, r#"{"basic": []}"#, "TTTF"),
        (GET, r#"{"advanced": []}"#, "TTTF"),
        (GET, r#"{"basic": [], "advanced": []}"#, "TTTF"),
        // Defaults inside a selector.
        (BASIC, r#"{"basic": [{}]}"#, "TTTF"),
        (BASIC, r#"{"basic": [{"rw": "All"}]}"#, "TTTF"),
        (BASIC, r#"{"basic": [{"rw": "ReadOnly"}]}"#, "TFTF"),
        (BASIC, r#"{"basic": [{"rw": "WriteOnly"}]}"#, "FTTF"),
        (BASIC, r#"{"basic": [{"rw": "readonly"}]}"#, "???F"),
        // Both halves in two selectors are the whole.
        (BASIC, r#"{"basic": [{"rw": "ReadOnly"}, {"rw": "WriteOnly"}]}"#, "TTTF"),
        (BASIC, r#"{"basic": [{"rw": "ReadOnly"}, {"rw": "ReadOnly"}]}"#, "TFTF"),
        (BASIC, r#"{"basic": [{"management": false}]}"#, "FFFF"),
        (BASIC, r#"{"basic": [{"management": false}, {}]}"#, "TTTF"),
        (DATA, r#"{"basic": [{"management": false, "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#, "FFFT"),
        (DATA, r#"{"basic": [{"data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#, "TTTT"),
        (BASIC, r#"{"basic": [{"data": []}]}"#, "TTTF"),
        // Sources that make noise may be left out; others may not.
        (MANAGEMENT, r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#, "TTTF"),
        (MANAGEMENT, r#"{"basic": [{"exclude": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]}"#, "TTTF"),
        (MANAGEMENT, r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}]}"#, "FFTF"),
        // An exclusion is void when another selector takes the source in.
        (BASIC, r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}, {}]}"#, "TTTF"),
        (BASIC, r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}, {"rw": "ReadOnly"}]}"#, "TFTF"),
        (BASIC, r#"{"basic": [{"exclude": ["ec2.amazonaws.com"]}, {"management": false}]}"#, "FFTF"),
        (BASIC, r#"{"basic": [{"exclude": ["a.amazonaws.com"]}, {"exclude": ["b.amazonaws.com"]}]}"#, "TTTF"),
        // Unknown parts, and what is known in spite of them.
        (PARAMETERS, r#"{"basic": null}"#, "????"),
        (PARAMETERS, r#"{"basic": "unseen"}"#, "????"),
        (PARAMETERS, r#"{"basic": [{"rw": null}]}"#, "???F"),
        (PARAMETERS, r#"{"basic": [{"rw": "${Type}"}]}"#, "???F"),
        (PARAMETERS, r#"{"basic": [{"rw": null}, {}]}"#, "TTTF"),
        (PARAMETERS, r#"{"basic": [{"rw": null}, {"rw": "ReadOnly"}]}"#, "T?TF"),
        (PARAMETERS, r#"{"basic": [{"management": null}]}"#, "???F"),
        (PARAMETERS, r#"{"basic": [{"management": null}, {"rw": "WriteOnly"}]}"#, "?TTF"),
        (PARAMETERS, r#"{"basic": [{"exclude": null}]}"#, "???F"),
        (PARAMETERS, r#"{"basic": [{"exclude": ["${Source}"]}]}"#, "??TF"),
        (PARAMETERS, r#"{"basic": [{"exclude": null}, {}]}"#, "TTTF"),
        (PARAMETERS, r#"{"basic": [{"data": null}]}"#, "TTT?"),
        (DATA, r#"{"basic": [{"management": false, "data": [[null, ["arn:aws:s3"]]]}]}"#, "FFF?"),
        // Possibilities: those that agree stand.
        (CONDITIONS, r#"{"basic": {"either": [[{"rw": "All"}], [{"rw": "ReadOnly"}]]}}"#, "T?TF"),
        (CONDITIONS, r#"{"basic": {"either": [[{}], "absent"]}}"#, "TTTF"),
        (CONDITIONS, r#"{"basic": [{"rw": {"either": ["All", "ReadOnly"]}}]}"#, "T?TF"),
        (CONDITIONS, r#"{"basic": [{"rw": {"either": ["ReadOnly", "ReadOnly"]}}]}"#, "TFTF"),
        (CONDITIONS, r#"{"basic": [{"management": {"either": [true, false]}}]}"#, "???F"),
        // CloudTrail takes one form or the other.
        (PUT, r#"{"basic": [{}], "advanced": [{"eventCategory": {"=": ["Data"]}}]}"#, "????"),
        (
            PUT,
            r#"{"basic": {"either": [[{}], "absent"]}, "advanced": {"either": ["absent", [{"eventCategory": {"=": ["Management"]}}]]}}"#,
            "TTTF",
        ),
        // Data events do not take management events away, nor does the side of them add any.
        (BASIC, r#"{"basic": [{"rw": "ReadOnly", "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#, "TFTT"),
        (BASIC, r#"{"basic": [{"rw": "WriteOnly", "management": false}, {"rw": "ReadOnly"}]}"#, "TFTF"),
        (
            MANAGEMENT,
            r#"{"basic": [{"rw": "ReadOnly", "exclude": ["kms.amazonaws.com"]}, {"rw": "WriteOnly"}]}"#,
            "TTTF",
        ),
        (
            DATA,
            r#"{"basic": [{"management": false, "data": [["AWS::DynamoDB::Table", ["arn:aws:dynamodb"]]]}]}"#,
            "FFFT",
        ),
        (DATA, r#"{"basic": [{"management": false, "data": [["AWS::Lambda::Function", []]]}]}"#, "FFF?"),
    ];
    let mut rows: Vec<Row> =
        overview.into_iter().map(|(page, json, expected)| row(page, json, Ask::Overview, expected)).collect();
    for (page, json, source, expected) in [
        (MANAGEMENT, r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#, "kms.amazonaws.com", "F"),
        (MANAGEMENT, r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}]}"#, "rdsdata.amazonaws.com", "T"),
        (MANAGEMENT, r#"{"basic": [{"exclude": ["rdsdata.amazonaws.com"]}]}"#, "rdsdata.amazonaws.com", "F"),
        (BASIC, r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}, {"rw": "WriteOnly"}]}"#, "kms.amazonaws.com", "F"),
        (BASIC, r#"{"basic": [{"exclude": ["kms.amazonaws.com"]}, {"rw": "All"}]}"#, "kms.amazonaws.com", "T"),
        (PARAMETERS, r#"{"basic": [{"exclude": ["${Source}"]}]}"#, "kms.amazonaws.com", "?"),
    ] {
        rows.push(row(page, json, Ask::Source(source), expected));
    }
    rows
}

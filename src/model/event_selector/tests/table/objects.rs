//! Data events of the objects of a bucket, and of the delivery of logs into it.

use super::page::*;
use super::{Ask, Row, object_data, row};

fn basic(value: &str) -> String {
    format!(r#"{{"basic": [{{"data": [["AWS::S3::Object", ["{value}"]]]}}]}}"#)
}

fn data(arn: &str) -> String {
    object_data(&format!(r#""resources.ARN": {arn}"#))
}

pub(super) fn rows() -> Vec<Row> {
    let logs = "arn:aws:s3:::logs";
    let objects = [
        (DATA_EVENTS, r#"{}"#.to_owned(), logs, "", "FFFF"),
        (DATA, basic("arn:aws:s3"), logs, "", "TTTT"),
        (DATA, basic("arn:aws:s3:::"), logs, "AWSLogs/", "TTTT"),
        (PARTITIONS, basic("arn:aws-us-gov:s3:::"), logs, "", "FFFF"),
        (PARTITIONS, basic("arn:aws-us-gov:s3"), "arn:aws-us-gov:s3:::logs", "", "TTTT"),
        (DATA, basic("arn:aws:s3:::logs/"), logs, "", "TTTT"),
        (DATA, basic("arn:aws:s3:::logs/"), "arn:aws:s3:::logs-prod", "", "FFFF"),
        (DATA, basic("arn:aws:s3:::logs"), "arn:aws:s3:::logs-prod", "", "FFFF"),
        (DATA, basic("arn:aws:s3:::logs"), logs, "", "????"),
        (DATA, basic("arn:aws:s3:::logs/AWS"), logs, "", "FFTT"),
        (DATA, basic("arn:aws:s3:::logs/AWS"), logs, "AWSLogs/", "TTTT"),
        (DATA, basic("arn:aws:s3:::logs/uploads/"), logs, "AWSLogs/", "FFFF"),
        (PARAMETERS, basic("arn:aws:s3:::${Bucket}/"), "arn:aws:s3:::${Bucket}", "AWSLogs/", "TTTT"),
        (PARAMETERS, basic("arn:aws:s3:::${Bucket}/"), logs, "", "????"),
        (PARAMETERS, basic("arn:aws:s3:::${Bucket}/uploads/"), logs, "AWSLogs/", "FFFF"),
        (PARAMETERS, basic("arn:aws:s3:::${Bucket}"), "arn:aws:s3:::${Bucket}", "", "????"),
        (PARAMETERS, basic("${Values}"), logs, "", "????"),
        (
            DATA,
            r#"{"basic": [{"rw": "WriteOnly", "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#.to_owned(),
            logs,
            "",
            "FTFT",
        ),
        (
            DATA,
            r#"{"basic": [{"data": [["AWS::Lambda::Function", ["arn:aws:lambda"]]]}]}"#.to_owned(),
            logs,
            "",
            "FFFF",
        ),
        (FILTERING, data(r#"{"^": ["arn:aws:s3"]}"#), logs, "", "TTTT"),
        (FILTERING, data(r#"{"^": ["arn:aws:s3:::logs"]}"#), "arn:aws:s3:::logs-prod", "", "TTTT"),
        (FILTERING, data(r#"{"^": ["arn:aws:s3:::logs/"]}"#), "arn:aws:s3:::logs-prod", "", "FFFF"),
        // Equality is equality: one object, not a bucket.
        (FILTERING, data(r#"{"=": ["arn:aws:s3:::logs/"]}"#), logs, "", "FFTT"),
        (FILTERING, data(r#"{"=": ["arn:aws:s3:::logs/AWSLogs/x"]}"#), logs, "AWSLogs/", "FFTT"),
        (FILTERING, data(r#"{"$": [".gz"]}"#), logs, "AWSLogs/", "FFTT"),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::logs/"]}"#), logs, "", "FFFF"),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::logs/AWSLogs/"]}"#), logs, "", "FFTT"),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::logs/AWSLogs/"]}"#), logs, "AWSLogs/", "FFFF"),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::log/"]}"#), logs, "", "TTTT"),
        (PARAMETERS, data(r#"{"!^": ["arn:aws:s3:::${Bucket}/"]}"#), "arn:aws:s3:::${Bucket}", "", "FFFF"),
        (PARAMETERS, data(r#"{"!^": ["arn:aws:s3:::${Bucket}/"]}"#), logs, "", "????"),
        (FILTERING, data(r#"{"!=": ["arn:aws:s3:::logs/a"], "!$": [".gz"]}"#), logs, "", "FFTT"),
        // Include-values are or-ed across operators, exclude-values and-ed; both kinds must hold.
        (FILTERING, data(r#"{"^": ["arn:aws:s3:::logs/"], "=": ["arn:aws:s3:::other/x"]}"#), logs, "", "TTTT"),
        (
            FILTERING,
            data(r#"{"^": ["arn:aws:s3:::logs/"], "!^": ["arn:aws:s3:::logs/AWSLogs/"]}"#),
            logs,
            "AWSLogs/",
            "FFFF",
        ),
        (
            FILTERING,
            data(r#"{"^": ["arn:aws:s3:::logs/"], "!^": ["arn:aws:s3:::logs/tmp/"]}"#),
            logs,
            "AWSLogs/",
            "TTTT",
        ),
        // Every spelling of "all buckets", in every partition, and none of another partition.
        (PARTITIONS, basic("arn:aws-cn:s3"), "arn:aws-cn:s3:::logs", "", "TTTT"),
        (PARTITIONS, basic("arn:aws-cn:s3:::"), "arn:aws-cn:s3:::logs", "", "TTTT"),
        (PARTITIONS, basic("arn:aws-us-gov:s3:::"), "arn:aws-us-gov:s3:::logs", "", "TTTT"),
        (PARTITIONS, basic("arn:aws:s3"), "arn:aws-cn:s3:::logs", "", "FFFF"),
        (PARTITIONS, data(r#"{"^": ["arn:aws-cn:s3:::"]}"#), "arn:aws-cn:s3:::logs", "", "TTTT"),
        (PARTITIONS, data(r#"{"^": ["arn:aws-cn:s3:::"]}"#), logs, "", "FFFF"),
        // A prefix of keys is a beginning of characters.
        (DATA, basic("arn:aws:s3:::logs/uploads"), logs, "uploads-2/", "TTTT"),
        (DATA, basic("arn:aws:s3:::logs/Uploads/"), logs, "uploads/", "FFFF"),
        (DATA, basic("arn:aws:s3:::logs-prod/"), logs, "", "FFFF"),
        // Without a condition on the ARN: all of them.
        (FILTERING, object_data(r#""readOnly": {"=": ["true", "false"]}"#), logs, "", "TTTT"),
        (FILTERING, object_data(r#""readOnly": {"=": ["false"]}"#), logs, "AWSLogs/", "FTFT"),
        // Narrowed by name, by user, by the type of the event.
        (FILTERING, object_data(r#""eventName": {"=": ["DeleteObject"]}"#), logs, "", "FFTT"),
        (FILTERING, object_data(r#""eventName": {"!=": ["HeadObject"]}"#), logs, "", "FFTT"),
        (
            FILTERING,
            object_data(r#""userIdentity.arn": {"!=": ["arn:aws:iam::111122223333:role/app"]}"#),
            logs,
            "",
            "FFTT",
        ),
        (FILTERING, object_data(r#""eventSource": {"=": ["s3.amazonaws.com"]}"#), logs, "", "TTTT"),
        (FILTERING, object_data(r#""eventSource": {"=": ["s3-outposts.amazonaws.com"]}"#), logs, "", "FFFF"),
        (
            FILTERING,
            data(r#"{"!^": ["arn:aws:s3:::logs/"], "^": ["arn:aws:s3:::logs-"]}"#),
            "arn:aws:s3:::logs-prod",
            "",
            "TTTT",
        ),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::logs"]}"#), "arn:aws:s3:::logs-prod", "", "FFFF"),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::Logs/"]}"#), logs, "", "TTTT"),
    ];
    let mut rows = Vec::new();
    for (page, json, bucket, prefix, expected) in objects {
        rows.push(row(page, json, Ask::Objects(bucket, prefix), expected));
    }
    let writes = r#"{"basic": [{"rw": "WriteOnly", "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#.to_owned();
    let reads = r#"{"basic": [{"rw": "ReadOnly", "data": [["AWS::S3::Object", ["arn:aws:s3"]]]}]}"#.to_owned();
    for (page, json, bucket, prefix, expected) in [
        (DATA_EVENTS, basic("arn:aws:s3"), logs, "AWSLogs/", "T"),
        (DATA_EVENTS, basic("arn:aws:s3:::logs/uploads/"), logs, "AWSLogs/", "F"),
        (DATA_EVENTS, basic("arn:aws:s3:::logs/AWSLogs/111122223333/"), logs, "AWSLogs/111122223333/", "T"),
        (DATA_EVENTS, basic("arn:aws:s3:::logs/AWSLogs/444455556666/"), logs, "AWSLogs/111122223333/", "F"),
        (DATA_EVENTS, writes, logs, "AWSLogs/", "T"),
        (DATA_EVENTS, reads, logs, "AWSLogs/", "F"),
        (FILTERING, data(r#"{"!^": ["arn:aws:s3:::logs/"]}"#), logs, "AWSLogs/", "F"),
        (FILTERING, object_data(r#""eventName": {"=": ["DeleteObject"]}"#), logs, "AWSLogs/", "F"),
        (FILTERING, object_data(r#""eventName": {"^": ["Put"]}"#), logs, "AWSLogs/", "T"),
        // A service delivers, not a user: whatever asks for a user does not take it in.
        (FILTERING, object_data(r#""userIdentity.arn": {"^": ["arn:aws:iam::"]}"#), logs, "AWSLogs/", "F"),
        (FILTERING, object_data(r#""userIdentity.arn": {"!^": ["arn:aws:iam::"]}"#), logs, "AWSLogs/", "T"),
    ] {
        rows.push(row(page, json, Ask::Delivery(bucket, prefix), expected));
    }
    rows
}

//! Single events.

use super::page::*;
use super::{ARN, Ask, CATEGORY, KIND, NAME, READ_ONLY, Row, SOURCE, TYPE, advanced, management, object_data, row};

type Fields = Vec<(&'static str, &'static str)>;

fn lambda(arn: &'static str) -> Fields {
    vec![(CATEGORY, "Data"), (KIND, "AWS::Lambda::Function"), (READ_ONLY, "false"), (ARN, arn)]
}

fn network(more: &[(&'static str, &'static str)]) -> Fields {
    let mut fields = vec![(CATEGORY, "NetworkActivity"), (SOURCE, "kms.amazonaws.com"), (NAME, "Decrypt")];
    fields.extend(more);
    fields
}

fn sts(name: &'static str, more: &[(&'static str, &'static str)]) -> Fields {
    let mut fields = vec![(CATEGORY, "Management"), (SOURCE, "sts.amazonaws.com"), (NAME, name), (READ_ONLY, "true")];
    fields.extend(more);
    fields
}

fn object(name: &'static str, arn: &'static str) -> Fields {
    let read = if name.starts_with("Get") { "true" } else { "false" };
    vec![
        (CATEGORY, "Data"),
        (KIND, "AWS::S3::Object"),
        (SOURCE, "s3.amazonaws.com"),
        (NAME, name),
        (READ_ONLY, read),
        (ARN, arn),
    ]
}

const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:hello";

pub(super) fn rows() -> Vec<Row> {
    let only = |value: &str| format!(r#"{{"basic": [{{"data": [["AWS::Lambda::Function", ["{value}"]]]}}]}}"#);
    let mut cases = vec![
        (DATA, only("arn:aws:lambda"), lambda(FUNCTION), "T"),
        (DATA, only(FUNCTION), lambda(FUNCTION), "T"),
        (DATA, only(FUNCTION), lambda("arn:aws:lambda:us-east-1:111122223333:function:other"), "F"),
        // The page says that ARNs of functions are exact, and shows it with `helloworld2`; of versions it says nothing.
        (DATA, only(FUNCTION), lambda("arn:aws:lambda:us-east-1:111122223333:function:hello:7"), "?"),
        (DATA, only("arn:aws:dynamodb"), lambda(FUNCTION), "F"),
        (PARTITIONS, only("arn:aws-us-gov:lambda"), lambda(FUNCTION), "F"),
    ];
    cases.extend(network_activity());
    cases.extend(who_and_how());
    cases.extend(operators());
    cases.into_iter().map(|(page, json, event, expected)| row(page, json, Ask::Event(event), expected)).collect()
}

type Case = (&'static str, String, Fields, &'static str);

fn network_activity() -> Vec<Case> {
    let kms = r#""eventCategory": {"=": ["NetworkActivity"]}, "eventSource": {"=": ["kms.amazonaws.com"]}"#;
    let with = |more: &str| advanced(&[&format!("{kms}{more}")]);
    let denied = || with(r#", "errorCode": {"=": ["VpceAccessDenied"]}"#);
    let endpoint = || with(r#", "vpcEndpointId": {"=": ["vpce-0123456789abcdef0"]}"#);
    vec![
        (NETWORK, with(""), network(&[]), "T"),
        (NETWORK, denied(), network(&[("errorCode", "VpceAccessDenied")]), "T"),
        (NETWORK, denied(), network(&[("errorCode", "vpceaccessdenied")]), "F"),
        (NETWORK, denied(), network(&[]), "F"),
        (NETWORK, with(r#", "errorCode": {"!=": ["VpceAccessDenied"]}"#), network(&[]), "T"),
        (NETWORK, endpoint(), network(&[("vpcEndpointId", "vpce-0123456789abcdef0")]), "T"),
        (NETWORK, endpoint(), network(&[("vpcEndpointId", "vpce-0fedcba9876543210")]), "F"),
        (NETWORK, with(r#", "eventName": {"!=": ["Decrypt"]}"#), network(&[]), "F"),
        // The same call as a management event is another event.
        (NETWORK, with(""), vec![(CATEGORY, "Management"), (SOURCE, "kms.amazonaws.com"), (NAME, "Decrypt")], "F"),
        (NETWORK, r#"{}"#.into(), network(&[]), "F"),
        // A selector that does not name the source is refused.
        (NETWORK, advanced(&[r#""eventCategory": {"=": ["NetworkActivity"]}"#]), network(&[]), "?"),
    ]
}

fn who_and_how() -> Vec<Case> {
    let console = || management(r#""sessionCredentialFromConsole": {"!=": ["true"]}"#);
    let alice = ("userIdentity.arn", "arn:aws:iam::111122223333:user/Alice");
    let role = ("userIdentity.arn", "arn:aws:sts::111122223333:assumed-role/Backup/nightly");
    let not_backup = || management(r#""userIdentity.arn": {"!^": ["arn:aws:sts::111122223333:assumed-role/Backup/"]}"#);
    vec![
        // A field that the record does not have passes what excludes values, and fails what asks for them.
        (RECORD, console(), sts("AssumeRole", &[]), "T"),
        (RECORD, console(), sts("AssumeRole", &[("sessionCredentialFromConsole", "true")]), "F"),
        (
            ADVANCED,
            management(r#""sessionCredentialFromConsole": {"=": ["true"]}"#),
            sts("AssumeRole", &[("sessionCredentialFromConsole", "true")]),
            "T",
        ),
        (RECORD, management(r#""sessionCredentialFromConsole": {"=": ["true"]}"#), sts("AssumeRole", &[]), "F"),
        (RECORD, management(r#""userIdentity.arn": {"^": ["arn:"]}"#), sts("AssumeRole", &[]), "F"),
        (ADVANCED, not_backup(), sts("AssumeRole", &[alice]), "T"),
        (ADVANCED, not_backup(), sts("AssumeRole", &[role]), "F"),
        (ADVANCED, management(r#""userIdentity.arn": {"$": ["user/Alice"]}"#), sts("AssumeRole", &[alice]), "T"),
        (ADVANCED, management(r#""userIdentity.arn": {"$": ["user/alice"]}"#), sts("AssumeRole", &[alice]), "F"),
        (
            ADVANCED,
            management(r#""eventType": {"=": ["AwsServiceEvent"]}"#),
            sts("AssumeRole", &[(TYPE, "AwsApiCall")]),
            "F",
        ),
        (PARAMETERS, management(r#""userIdentity.arn": {"!=": ["${Who}"]}"#), sts("AssumeRole", &[alice]), "?"),
        (PARAMETERS, management(r#""userIdentity.arn": {"!=": ["${Who}"]}"#), sts("AssumeRole", &[]), "T"),
    ]
}

fn operators() -> Vec<Case> {
    let name = |operators: &str| management(&format!(r#""eventName": {{{operators}}}"#));
    let object_arn = |operators: &str| object_data(&format!(r#""resources.ARN": {{{operators}}}"#));
    let key = "arn:aws:s3:::logs/AWSLogs/a.json.gz";
    vec![
        (FIELD, name(r#""=": ["AssumeRole"]"#), sts("AssumeRole", &[]), "T"),
        (FIELD, name(r#""=": ["AssumeRole"]"#), sts("AssumeRoleWithSAML", &[]), "F"),
        (FIELD, name(r#""=": ["assumerole"]"#), sts("AssumeRole", &[]), "F"),
        (FIELD, name(r#""^": ["AssumeRole"]"#), sts("AssumeRoleWithSAML", &[]), "T"),
        (FIELD, name(r#""$": ["WithSAML", "Token"]"#), sts("GetSessionToken", &[]), "T"),
        (FIELD, name(r#""!=": ["AssumeRole"]"#), sts("AssumeRole", &[]), "F"),
        (FIELD, name(r#""!=": ["AssumeRole"]"#), sts("GetSessionToken", &[]), "T"),
        (FIELD, name(r#""!=": ["AssumeRole", "GetSessionToken"]"#), sts("GetSessionToken", &[]), "F"),
        (FIELD, name(r#""!^": ["Assume"]"#), sts("AssumeRoleWithSAML", &[]), "F"),
        (FIELD, name(r#""!$": ["SAML"]"#), sts("AssumeRoleWithSAML", &[]), "F"),
        // No wildcards.
        (FIELD, name(r#""=": ["Assume*"]"#), sts("AssumeRole", &[]), "F"),
        (FIELD, name(r#""^": ["*Role"]"#), sts("AssumeRole", &[]), "F"),
        (FIELD, name(r#""!=": ["*"]"#), sts("AssumeRole", &[]), "T"),
        // What is asked for is or-ed over the operators, what is left out is and-ed, and both must hold.
        (FILTERING, name(r#""=": ["a"], "^": ["Assume"], "$": ["z"]"#), sts("AssumeRole", &[]), "T"),
        (FILTERING, name(r#""=": ["a"], "^": ["b"], "$": ["z"]"#), sts("AssumeRole", &[]), "F"),
        (FILTERING, name(r#""^": ["Assume"], "!$": ["Role", "x"]"#), sts("AssumeRole", &[]), "F"),
        (FILTERING, name(r#""^": ["Assume"], "!$": ["x"], "!=": ["AssumeRoleWithSAML"]"#), sts("AssumeRole", &[]), "T"),
        (FILTERING, name(r#""!=": ["a"], "!^": ["b"], "!$": ["Role"]"#), sts("AssumeRole", &[]), "F"),
        (FILTERING, object_arn(r#""^": ["arn:aws:s3:::logs/"], "!$": [".gz"]"#), object("GetObject", key), "F"),
        (FILTERING, object_arn(r#""^": ["arn:aws:s3:::logs/"]"#), object("GetObject", "arn:aws:s3:::logs-prod/a"), "F"),
        (FILTERING, object_arn(r#""^": ["arn:aws:s3:::logs"]"#), object("GetObject", "arn:aws:s3:::logs-prod/a"), "T"),
        (FILTERING, object_arn(r#""=": ["arn:aws:s3:::logs/"]"#), object("GetObject", key), "F"),
        // All fields must hold.
        (
            ADVANCED,
            object_data(r#""readOnly": {"=": ["false"]}, "eventName": {"=": ["GetObject"]}"#),
            object("GetObject", key),
            "F",
        ),
        (
            ADVANCED,
            object_data(r#""readOnly": {"=": ["true"]}, "eventName": {"=": ["GetObject"]}"#),
            object("GetObject", key),
            "T",
        ),
    ]
}

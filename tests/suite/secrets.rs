//! What no output may hold: values of `NoEcho` parameters, and where on this machine the files lie.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::cli::{command, folder};

/// Stands in every secret value.
const CANARY: &str = "CANARY";

/// Templates that put secrets wherever a report could take its words from.
fn files() -> Vec<(&'static str, String)> {
    let secret = json!({"Ref": "Secret"});
    let trail = |more: Value| {
        let mut properties = json!({"IsLogging": true, "S3BucketName": {"Ref": "Bucket"}});
        if let (Some(all), Value::Object(more)) = (properties.as_object_mut(), more) {
            all.extend(more);
        }
        json!({"Type": "AWS::CloudTrail::Trail", "Properties": properties})
    };
    let document = json!({"Statement": [
        {"Sid": secret, "Effect": "Allow", "Principal": {"AWS": secret}, "Action": {"Fn::Sub": "s3:${Secret}"},
         "Resource": {"Fn::Sub": "arn:aws:s3:::logs/${Secret}/*"}, "Condition": {"StringEquals": {"aws:SourceArn": secret}}},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", secret, "/*"]]}},
    ]});
    let power = json!({"Statement": [{"Effect": "Allow", "Action": "cloudtrail:*", "Resource": secret},
                                     {"Effect": "Allow", "Action": secret, "Resource": "*"}]});
    let everywhere = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "Secret": {"Type": "String", "NoEcho": true, "Default": "CANARY-default"},
            "List": {"Type": "CommaDelimitedList", "NoEcho": "true", "Default": "CANARY-a,CANARY-b"},
            "Given": {"Type": "String", "NoEcho": true},
            "Choice": {"Type": "String", "NoEcho": true, "Default": "CANARY-x", "AllowedValues": ["CANARY-x", "CANARY-y"]},
        },
        "Conditions": {"Undecided": {"Fn::Equals": [secret, "x"]}},
        "Mappings": {"Map": {"x": {"y": "z"}}},
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": secret, "LifecycleConfiguration":
                {"Rules": [{"Status": secret, "ExpirationInDays": secret, "Prefix": secret}]}}},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document}},
            "Hidden": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": secret, "PolicyDocument": secret}},
            "Plain": trail(json!({"TrailName": secret, "KMSKeyId": secret, "SnsTopicName": secret, "S3KeyPrefix": secret,
                "CloudWatchLogsLogGroupArn": secret, "IsMultiRegionTrail": secret})),
            "Selecting": trail(json!({"TrailName": {"Fn::Sub": "x-${Secret}"}, "S3BucketName": secret,
                "Tags": [{"Key": secret, "Value": secret}],
                "EventSelectors": [{"ReadWriteType": secret, "DataResources": [{"Type": "AWS::S3::Object", "Values": [secret]}]}]})),
            "Functions": trail(json!({"IsLogging": {"Ref": "Given"}, "S3BucketName": {"Fn::Select": [0, {"Ref": "List"}]},
                "KMSKeyId": {"Fn::If": ["Undecided", "x", secret]}, "EnableLogFileValidation": {"Ref": "Choice"},
                "S3KeyPrefix": {"Fn::FindInMap": ["Map", secret, "y"]}, "InsightSelectors": [{"InsightType": secret}]})),
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": secret, "RetentionInDays": secret}},
            "Filter": {"Type": "AWS::Logs::MetricFilter", "Properties": {"LogGroupName": secret, "FilterPattern": secret,
                "MetricTransformations": [{"MetricName": secret, "MetricNamespace": secret, "MetricValue": "1"}]}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": secret,
                "ManagedPolicyArns": [{"Fn::Sub": "arn:aws:iam::aws:policy/${Secret}"}],
                "Policies": [{"PolicyName": secret, "PolicyDocument": power}]}},
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [
                {"Effect": "Allow", "Principal": {"AWS": secret}, "Action": "kms:*", "Resource": "*"}]}}},
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "child.json", "Parameters": {"Name": secret}}},
        },
        "Outputs": {"Secret": {"Value": secret, "Export": {"Name": secret}}},
    });
    let name = json!({"Ref": "Name"});
    let child = json!({
        "AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": {
            "IsLogging": true, "S3BucketName": name, "TrailName": name, "KMSKeyId": name}}},
    });
    let broken =
        "AWSTemplateFormatVersion: x\nParameters:\n  P:\n    NoEcho: true\n    Default: CANARY: 1\nResources: {}\n";
    let twice = "AWSTemplateFormatVersion: x\nParameters: {P: {NoEcho: true, Default: CANARY-1, Default: CANARY-2}}\n";
    let one_line = "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\"}},\
        \"Parameters\": {\"P\": {\"NoEcho\": true, \"Default\": \"CANARY-line\"}}}";
    vec![
        ("infra/everywhere.json", format!("{everywhere:#}")),
        ("infra/everywhere-in-one-line.json", everywhere.to_string()),
        ("infra/child.json", child.to_string()),
        ("infra/broken.yaml", broken.to_owned()),
        ("infra/twice.yaml", twice.to_owned()),
        ("infra/one-line.json", one_line.to_owned()),
        ("given.json", json!({"Given": "CANARY-given", "Secret": "CANARY-secret"}).to_string()),
    ]
}

/// All that a scan in every format writes, to its streams and into its files.
fn outputs(here: &Path, args: &[&str]) -> Vec<String> {
    let everything = "--show=pass,unknown,not-applicable";
    let mut outputs = Vec::new();
    for format in ["text", "json", "sarif"] {
        let mut command = command(here);
        command.args(["scan", everything, "--sarif-include=pass,unknown,not-applicable", "-v"]);
        let output = command.args(["--format", format]).args(args).output().expect("runs");
        assert!(output.stdout.len() > 1000, "{format}: {}", String::from_utf8_lossy(&output.stderr));
        outputs.extend([output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    outputs
}

fn repository() -> tempfile::TempDir {
    let files = files();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = folder(&files);
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    folder
}

fn lines_with<'a>(outputs: &'a [String], needle: &str) -> Vec<&'a str> {
    outputs.iter().flat_map(|text| text.lines()).filter(|line| line.contains(needle)).collect()
}

#[test]
fn secrets_are_in_no_output() {
    let repository = repository();
    for args in [&["infra"][..], &["infra", "--parameters", "given.json"]] {
        let outputs = outputs(repository.path(), args);
        assert_eq!(lines_with(&outputs, CANARY), Vec::<&str>::new(), "{args:?}");
        assert!(
            !lines_with(&outputs, "\"NoEcho\": true, \"Default\": ****").is_empty(),
            "the line is shown without it"
        );
    }
}

#[test]
fn absolute_paths_are_in_no_output() {
    let repository = repository();
    let here = repository.path().canonicalize().expect("is there");
    let (whole, one) = (here.display().to_string(), here.join("infra/one-line.json").display().to_string());
    for (folder, path) in [(".", "."), ("infra", ".."), (".", &whole), ("/", &whole), ("/", &one), ("infra", &one)] {
        let outputs = outputs(&here.join(folder), &[path]);
        assert_eq!(lines_with(&outputs, &whole), Vec::<&str>::new(), "{path} in {folder}");
    }
}

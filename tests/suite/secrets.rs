//! What no output may hold: values of `NoEcho` parameters, and where on this machine the files lie.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use trailwarden::reports::Format;

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
    for format in Format::ALL {
        let mut command = command(here);
        command.args(["scan", everything, "--sarif-include=pass,unknown,not-applicable", "-v"]);
        let hub: &[&str] = if format == Format::Asff { &["--account=111122223333", "--region=eu-west-1"] } else { &[] };
        let output = command.args(["--format", format.word()]).args(hub).args(args).output().expect("runs");
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

/// A module whose secret is everywhere, with its plan and its states; and the same plan beside the module.
fn terraform() -> Vec<(&'static str, String)> {
    let module = r#"
variable "secret" {
  type      = string
  sensitive = true
  default   = "CANARY-default"
}

variable "given" {
  sensitive = true
}

variable "whole" {
  type      = object({ name = string })
  sensitive = true
  default   = { name = "CANARY-object" }
}

locals {
  token = sensitive("CANARY-function")
}

resource "aws_cloudtrail" "main" {
  name           = var.secret
  s3_bucket_name = "logs-${var.given}"
  kms_key_id     = local.token
  sns_topic_name = var.whole.name
  tags           = { owner = var.secret }
}

resource "aws_s3_bucket" "main" {
  bucket = "logs-${var.given}"
}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.id
  policy = jsonencode({
    Statement = [
      { Sid = var.secret, Effect = "Allow", Principal = { AWS = var.given }, Action = "s3:${local.token}", Resource = "*" },
      { Effect = "Allow", Principal = "*", Action = "s3:*", Resource = "arn:aws:s3:::logs-${var.given}/*" },
    ]
  })
}

resource "aws_iam_policy" "main" {
  name   = nonsensitive("shown")
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "cloudtrail:*", Resource = var.secret }] })
}

resource "null_resource" "main" {
  provisioner "local-exec" {
    command = "aws cloudtrail create-subscription --name ${var.secret} --s3-new-bucket ${var.given}"
  }
}
"#;
    let values = json!({
        "name": "CANARY-name", "s3_bucket_name": "CANARY-bucket", "kms_key_id": "CANARY-key", "sns_topic_name": "CANARY-topic",
        "is_multi_region_trail": false, "tags": {"owner": "CANARY-tag"},
        "event_selector": [{"read_write_type": "CANARY-type", "data_resource": [{"type": "CANARY", "values": ["CANARY"]}]}],
    });
    let statement = |name: &str| {
        let document = json!({"Statement": [{"Sid": name, "Effect": "Allow", "Principal": {"AWS": name}, "Action": "s3:*",
                                             "Resource": "*", "Condition": {"StringEquals": {"aws:SourceArn": name}}}]});
        json!({"bucket": "logs", "policy": document.to_string()})
    };
    let masks = json!({"name": true, "s3_bucket_name": true, "kms_key_id": true, "sns_topic_name": true, "tags": {"owner": true},
                       "event_selector": true});
    let change = |address: &str, kind: &str, before: Value, after: Value, masks: Value| {
        json!({"address": address, "mode": "managed", "type": kind, "name": "main",
               "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": {},
                          "before_sensitive": masks, "after_sensitive": masks}})
    };
    let policy = statement("CANARY-principal");
    let plan = json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "variables": {"secret": {"value": "CANARY-variable"}, "given": {"value": "CANARY-given"},
                      "whole": {"value": {"name": "CANARY-whole"}}},
        "resource_changes": [
            change("aws_cloudtrail.main", "aws_cloudtrail", json!({"name": "CANARY-before", "kms_key_id": "CANARY-before",
                   "is_multi_region_trail": true, "enable_log_file_validation": true}), values.clone(), masks.clone()),
            change("aws_s3_bucket_policy.main", "aws_s3_bucket_policy", policy.clone(), policy.clone(), json!({"policy": true})),
            change("aws_s3_bucket_policy.whole", "aws_s3_bucket_policy", policy.clone(), policy.clone(), json!(true)),
        ],
        "configuration": {"provider_config": {"aws": {"name": "aws"}}, "root_module": {
            "variables": {"secret": {"sensitive": true, "default": "CANARY-default"}},
            "resources": [{"address": "aws_cloudtrail.main", "mode": "managed", "type": "aws_cloudtrail", "name": "main",
                           "provider_config_key": "aws", "expressions": {"name": {"references": ["var.secret"]}}}],
        }},
    });
    let shown = json!({
        "format_version": "1.0", "terraform_version": "1.11.4",
        "values": {"root_module": {"resources": [
            {"address": "aws_cloudtrail.main", "mode": "managed", "type": "aws_cloudtrail", "name": "main", "values": values,
             "sensitive_values": masks},
            {"address": "aws_s3_bucket_policy.main", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "main",
             "values": policy, "sensitive_values": {"policy": true}},
        ]}},
    });
    let mark = |name: &str| json!([{"type": "get_attr", "value": name}]);
    let marks = ["name", "s3_bucket_name", "kms_key_id", "sns_topic_name", "tags", "event_selector"].map(mark);
    let raw = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "00000000-0000-4000-8000-000000000000",
        "outputs": {"secret": {"value": "CANARY-output", "type": "string", "sensitive": true}},
        "resources": [
            {"mode": "managed", "type": "aws_cloudtrail", "name": "main", "provider": "provider[\"registry.example.com/hashicorp/aws\"]",
             "instances": [{"schema_version": 0, "attributes": values,
                            "sensitive_attributes": marks}]},
            {"mode": "managed", "type": "aws_s3_bucket_policy", "name": "main", "provider": "provider[\"registry.example.com/hashicorp/aws\"]",
             "instances": [{"schema_version": 0, "attributes": policy, "sensitive_attributes": [mark("policy")]}]},
        ],
    });
    vec![
        ("module/main.tf", module.to_owned()),
        ("module/terraform.tfvars", "secret = \"CANARY-tfvars\"\n".to_owned()),
        ("plan/plan.json", format!("{plan:#}")),
        ("plan/one-line.json", plan.to_string()),
        ("state/shown.json", format!("{shown:#}")),
        ("state/terraform.tfstate", format!("{raw:#}")),
        ("both/main.tf", module.to_owned()),
        ("both/plan.json", format!("{plan:#}")),
        ("given.tfvars", "given = \"CANARY-given\"\nwhole = { name = \"CANARY-given\" }\n".to_owned()),
    ]
}

#[test]
fn what_terraform_calls_sensitive_is_in_no_output() {
    let files = terraform();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let repository = folder(&files);
    fs::create_dir(repository.path().join(".git")).expect("a folder");
    let sets: [&[&str]; 7] = [
        &["module"],
        &["module", "--var-file", "given.tfvars"],
        &["module", "--var", "given=CANARY-typed", "--var", "secret=CANARY-typed"],
        &["plan"],
        &["state"],
        &["both"],
        &["plan/plan.json", "--source", "both"],
    ];
    for args in sets {
        let outputs = outputs(repository.path(), args);
        assert_eq!(lines_with(&outputs, CANARY), Vec::<&str>::new(), "{args:?}");
        assert!(!lines_with(&outputs, "multi-region-trail").is_empty(), "{args:?}: the trail is judged");
    }
}

/// Nobody says which values of a plan or state are secret, and they are in it all.
#[test]
fn no_line_of_a_plan_or_state_is_shown() {
    let files = terraform();
    let broken = format!(
        "{{\"terraform_version\": \"1.11.4\", \"resource_changes\": [{{\"type\": \"aws_cloudtrail\", \"{CANARY}\"]}}"
    );
    let mut files: Vec<_> =
        files.iter().map(|(path, text)| (*path, text.replace("sensitive", "of_no_meaning"))).collect();
    files.push(("broken/plan.json", broken));
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let repository = folder(&files);
    fs::create_dir(repository.path().join(".git")).expect("a folder");
    for path in ["plan", "state", "broken"] {
        let output = command(repository.path()).args(["scan", path, "--format", "text"]).output().expect("runs");
        let shown = [String::from_utf8_lossy(&output.stdout).into_owned()];
        assert_eq!(lines_with(&shown, "\"is_multi_region_trail\""), Vec::<&str>::new(), "{path}");
        assert_eq!(lines_with(&shown, "resource_changes"), Vec::<&str>::new(), "{path}");
        assert!(!lines_with(&shown, &format!("--> {path}/")).is_empty(), "{path}: the places are shown");
    }
}

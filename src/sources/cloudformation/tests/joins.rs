//! Joins between resources and across templates.

use super::{Settings, lowered};
use crate::model::{Estate, Link};

fn estate(files: &[(&str, &str)]) -> Estate {
    let (_, lowered) = lowered(files, &Settings::default());
    assert_eq!(lowered.faults, []);
    Estate::new(lowered.inputs)
}

fn joined(estate: &Estate) -> Vec<String> {
    estate
        .log_buckets()
        .iter()
        .map(|target| match &target.link {
            Link::Here(bucket) => format!("here {}", bucket.id.address),
            Link::Elsewhere(name) => format!("elsewhere {name}"),
            Link::Unknown(_) => "unknown".to_owned(),
        })
        .collect()
}

const BUCKET: &str = "Logs: {Type: 'AWS::S3::Bucket', Properties: {BucketName: audit-logs}}";

#[test]
fn a_trail_finds_its_bucket_by_reference_name_and_export() {
    for written in ["!Ref Logs", "audit-logs", "!Select [5, !Split [':', !GetAtt Logs.Arn]]", "!Sub '${Logs}'"] {
        let text = format!(
            "Resources:\n  {BUCKET}\n  T: {{Type: 'AWS::CloudTrail::Trail', Properties: {{S3BucketName: {written}, IsLogging: true}}}}\n"
        );
        assert_eq!(joined(&estate(&[("t.yaml", &text)])), ["here Logs"], "{written}");
    }
}

#[test]
fn generated_names_join_by_identity() {
    let text = "
Resources:
  A: {Type: 'AWS::S3::Bucket'}
  B: {Type: 'AWS::S3::Bucket'}
  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: !Ref B, IsLogging: true}}
";
    assert_eq!(joined(&estate(&[("t.yaml", text)])), ["here B"]);
}

#[test]
fn templates_join_through_exports_and_literal_names() {
    let exporter = "
Resources:
  Logs: {Type: 'AWS::S3::Bucket'}
Outputs:
  Name: {Value: !Ref Logs, Export: {Name: audit-bucket}}
";
    let importer = "
Resources:
  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: !ImportValue audit-bucket, IsLogging: true}}
";
    assert_eq!(joined(&estate(&[("a.yaml", exporter), ("b.yaml", importer)])), ["here Logs"]);
    assert_eq!(joined(&estate(&[("b.yaml", importer)])), ["elsewhere ${export audit-bucket}"]);
    // The same export in two templates cannot be told apart.
    let twice = [("a.yaml", exporter), ("c.yaml", exporter), ("b.yaml", importer)];
    assert_eq!(joined(&estate(&twice)), ["elsewhere ${export audit-bucket}"]);

    let named = format!("Resources:\n  {BUCKET}\n");
    let by_name =
        "Resources: {T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: audit-logs, IsLogging: true}}}";
    assert_eq!(joined(&estate(&[("a.yaml", &named), ("b.yaml", by_name)])), ["here Logs"]);
}

#[test]
fn an_export_named_after_its_stack_joins_when_it_is_the_only_one_that_fits() {
    let exporter = |suffix: &str| {
        format!(
            "
Resources:
  Logs: {{Type: 'AWS::S3::Bucket'}}
Outputs:
  Name: {{Value: !Ref Logs, Export: {{Name: !Sub '${{AWS::StackName}}-{suffix}'}}}}
"
        )
    };
    let importer = |name: &str| {
        format!(
            "
Parameters: {{Stack: {{Type: String}}}}
Resources:
  T:
    Type: AWS::CloudTrail::Trail
    Properties: {{IsLogging: true, S3BucketName: {{'Fn::ImportValue': !Sub '{name}'}}}}
"
        )
    };
    let (bucket, key) = (exporter("Bucket"), exporter("Key"));
    for (name, expected) in [
        ("audit-Bucket", "here Logs"),
        ("${Stack}-Bucket", "here Logs"),
        ("audit-Topic", "elsewhere ${export audit-Topic}"),
        ("${Stack}", "elsewhere ${export ${Stack}}"),
    ] {
        let importer = importer(name);
        let files = [("a.yaml", bucket.as_str()), ("b.yaml", &key), ("c.yaml", &importer)];
        assert_eq!(joined(&estate(&files)), [expected], "{name}");
    }
}

#[test]
fn keys_join_by_id_arn_and_alias() {
    for written in [
        "!Ref Key",
        "!GetAtt Key.Arn",
        "alias/audit",
        "!Ref Alias",
        "!Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/audit'",
    ] {
        let text = format!(
            "Resources:
  Key: {{Type: 'AWS::KMS::Key'}}
  Alias: {{Type: 'AWS::KMS::Alias', Properties: {{AliasName: alias/audit, TargetKeyId: !Ref Key}}}}
  T: {{Type: 'AWS::CloudTrail::Trail', Properties: {{S3BucketName: logs, IsLogging: true, KMSKeyId: {written}}}}}
"
        );
        let estate = estate(&[("t.yaml", &text)]);
        let keys = estate.log_keys();
        assert!(matches!(keys.as_slice(), [key] if matches!(key.link, Link::Here(_))), "{written}: {keys:?}");
    }
}

#[test]
fn log_groups_join_with_and_without_the_star() {
    for written in [
        "!GetAtt Group.Arn",
        "!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}'",
        "!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:*'",
    ] {
        let text = format!(
            "Resources:
  Group: {{Type: 'AWS::Logs::LogGroup'}}
  T: {{Type: 'AWS::CloudTrail::Trail', Properties: {{S3BucketName: logs, IsLogging: true, CloudWatchLogsLogGroupArn: {written}}}}}
"
        );
        let estate = estate(&[("t.yaml", &text)]);
        let groups = estate.log_groups();
        assert!(matches!(groups.as_slice(), [group] if matches!(group.link, Link::Here(_))), "{written}: {groups:?}");
    }
}

#[test]
fn an_output_whose_condition_is_false_exports_nothing() {
    let exporter = |holds: &str| {
        format!(
            "
Conditions: {{Shared: !Equals [a, {holds}]}}
Resources:
  Logs: {{Type: 'AWS::S3::Bucket'}}
Outputs:
  Name: {{Condition: Shared, Value: !Ref Logs, Export: {{Name: audit-bucket}}}}
"
        )
    };
    let importer = "
Resources:
  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: !ImportValue audit-bucket, IsLogging: true}}
";
    assert_eq!(joined(&estate(&[("a.yaml", &exporter("a")), ("b.yaml", importer)])), ["here Logs"]);
    assert_eq!(
        joined(&estate(&[("a.yaml", &exporter("b")), ("b.yaml", importer)])),
        ["elsewhere ${export audit-bucket}"]
    );
}

//! Nested stacks, transforms and what they leave open.

use super::{Settings, lowered};
use crate::truth::Truth;

const CHILD: &str = "
Parameters: {Bucket: {Type: String}, Multi: {Type: String, Default: 'false'}}
Resources:
  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: !Ref Bucket, IsLogging: true, IsMultiRegionTrail: !Ref Multi}}
Outputs:
  Name: {Value: !Ref T}
";

fn parent(url: &str) -> String {
    format!(
        "
Resources:
  Logs: {{Type: 'AWS::S3::Bucket'}}
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: {url}
      Parameters: {{Bucket: !Ref Logs, Multi: 'true'}}
  Other: {{Type: 'AWS::CloudTrail::Trail', Properties: {{TrailName: !Sub '${{Inner.Outputs.Name}}-2', S3BucketName: x, IsLogging: true}}}}
"
    )
}

#[test]
fn a_nested_template_is_lowered_with_its_parents_parameters() {
    let files = [("infra/child.yaml", CHILD), ("infra/parent.yaml", &parent("./child.yaml"))];
    let (_, lowered) = lowered(&files, &Settings::default());
    assert_eq!(lowered.faults, []);
    let [input] = lowered.inputs.as_slice() else { panic!("the child is no input of its own") };
    assert_eq!(input.path, "infra/parent.yaml");
    let trail = input.trails.iter().find(|t| t.id.address == "Inner/T").expect("the nested trail");
    assert_eq!(trail.multi_region.is(&true), Truth::True);
    assert_eq!(trail.bucket.observed(), "${Logs}");
    assert_eq!(input.complete, Truth::True);
    let other = input.trails.iter().find(|t| t.id.address == "Other").expect("the parent's trail");
    assert_eq!(other.name.to_string(), "${T}-2");
}

#[test]
fn a_remote_nested_stack_leaves_the_input_incomplete_without_a_fault() {
    let (_, lowered) = lowered(&[("p.yaml", &parent("https://s3.amazonaws.com/x/child.yaml"))], &Settings::default());
    assert_eq!(lowered.faults, []);
    assert!(matches!(&lowered.inputs[0].complete, Truth::Unknown(why) if why.to_string().contains("'Inner'")));
    assert!(matches!(lowered.inputs[0].trails.complete, Truth::Unknown(_)));
}

#[test]
fn templates_that_nest_each_other_end_with_a_fault() {
    let circle = |other: &str| {
        format!("Resources: {{S: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: {other}}}}}}}")
    };
    let files = [("a.yaml", circle("b.yaml")), ("b.yaml", circle("a.yaml"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (_, lowered) = lowered(&files, &Settings::default());
    assert_eq!(lowered.inputs.len(), 1);
    assert!(!lowered.faults.is_empty());
}

#[test]
fn a_macro_leaves_existence_open_and_harmless_transforms_do_not() {
    for (transform, complete) in [
        ("MyMacro", false),
        ("[AWS::LanguageExtensions, MyMacro]", false),
        ("{Name: 'AWS::Include', Parameters: {}}", false),
        ("AWS::Serverless-2016-10-31", true),
        ("[AWS::LanguageExtensions]", true),
    ] {
        let text = format!("Transform: {transform}\nResources: {{Q: {{Type: 'AWS::SQS::Queue'}}}}\n");
        let (_, lowered) = lowered(&[("t.yaml", &text)], &Settings::default());
        assert_eq!(lowered.inputs[0].complete == Truth::True, complete, "{transform}");
    }
}

#[test]
fn a_policy_in_a_string_keeps_its_places() {
    let text = "
Resources:
  Logs: {Type: 'AWS::S3::Bucket'}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Logs
      PolicyDocument: !Sub |
        {\"Statement\": [
          {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": \"${Logs.Arn}/*\"}
        ]}
";
    let (map, lowered) = lowered(&[("t.yaml", text)], &Settings::default());
    let policy = &lowered.inputs[0].bucket_policies.items[0];
    let document = policy.document.possible().next().expect("a document");
    let crate::model::attr::Origin::Text(span) = document.statements[0].at else { panic!("a place in the text") };
    assert_eq!(map.positions(span).0.line, 10);
    assert!(map.text(span).starts_with("{\"Effect\""), "{}", map.text(span));
    let resource = document.statements[0].resource.as_ref().expect("a resource");
    assert_eq!(resource.items[0].0.to_string(), "arn:aws:s3:::${Logs}/*");
}

#[test]
fn a_parameter_that_the_parent_leaves_out_has_its_default() {
    let parent = |value: &str| {
        format!(
            "
Parameters: {{Env: {{Type: String}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod]}}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: child.yaml, Parameters: {{Bucket: logs, Multi: {value}}}}}
"
        )
    };
    let child = CHILD.replace("'false'", "'true'");
    for value in ["!Ref AWS::NoValue", "!If [Prod, 'true', !Ref AWS::NoValue]"] {
        let (_, lowered) = lowered(&[("child.yaml", &child), ("p.yaml", &parent(value))], &Settings::default());
        assert_eq!(lowered.inputs[0].trails.items[0].multi_region.is(&true), Truth::True, "{value}");
    }
}

#[test]
fn a_list_for_a_nested_stack_may_hang_on_a_condition() {
    let child = "
Parameters: {Buckets: {Type: CommaDelimitedList}}
Resources:
  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: x, IsLogging: true, EventSelectors: [{DataResources: [{Type: 'AWS::S3::Object', Values: !Ref Buckets}]}]}}
";
    let parent = "
Parameters: {Env: {Type: String}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Buckets: !If [Prod, 'a,b', 'c,d']}}
";
    let (_, lowered) = lowered(&[("child.yaml", child), ("p.yaml", parent)], &Settings::default());
    let values: Vec<String> = lowered.inputs[0].trails.items[0]
        .selectors
        .basic
        .possible()
        .flatten()
        .flat_map(|selector| selector.data.possible().flatten())
        .flat_map(|data| data.values.possible().flatten())
        .map(ToString::to_string)
        .collect();
    assert_eq!(values, ["a", "b", "c", "d"]);
}

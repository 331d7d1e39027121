//! The evaluator, case by case: an expression is written as a trail's `KMSKeyId` and read back from the model.

use crate::model::Input;
use crate::model::attr::Show;
use crate::source_map::SourceMap;
use crate::syntax;

use super::{Lowered, Settings, Template, lower};

mod joins;
mod nested;

/// Lowers templates given as (path, text).
fn lowered(files: &[(&str, &str)], settings: &Settings) -> (SourceMap, Lowered) {
    let mut map = SourceMap::default();
    let mut templates = Vec::new();
    for (path, text) in files {
        let file = map.add(*path, *text);
        let text = map.file(file).text().to_owned();
        for root in syntax::parse_any(&text, file).expect("the test's template parses") {
            templates.push(Template { file, path: (*path).to_owned(), root });
        }
    }
    let lowered = lower(&templates, settings, &map);
    (map, lowered)
}

fn one(text: &str, settings: &Settings) -> Input {
    let (_, lowered) = lowered(&[("template.yaml", text)], settings);
    assert_eq!(lowered.faults, []);
    lowered.inputs.into_iter().next().expect("one input")
}

/// What `expression` evaluates to, in a template with a bit of everything.
fn observed(expression: &str) -> String {
    let input = one(&with(expression), &Settings::default());
    input.trails.items[0].kms_key.observed()
}

fn with(expression: &str) -> String {
    let indented = expression.replace('\n', "\n        ");
    format!(
        "Transform: AWS::LanguageExtensions
Parameters:
  Env: {{Type: String, Default: prod}}
  Open: {{Type: String}}
  Choice: {{Type: String, AllowedValues: [a, b]}}
  Single: {{Type: String, AllowedValues: [only]}}
  Secret: {{Type: String, Default: hush, NoEcho: true}}
  Stored: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}}
  Names: {{Type: CommaDelimitedList, Default: 'x, y,z'}}
  OpenNames: {{Type: CommaDelimitedList}}
  Digits: {{Type: Number, Default: 42}}
Mappings:
  Map:
    prod: {{Key: p, List: [l1, l2]}}
    dev: {{Key: d, List: [l3]}}
    same: {{Key: p}}
  Regions:
    us-east-1: {{Key: one, Equal: e}}
    eu-west-1: {{Key: two, Equal: e}}
Conditions:
  Yes: !Equals [a, a]
  No: !Not [!Condition Yes]
  IsProd: !Equals [!Ref Env, prod]
  Undecided: !Equals [!Ref Open, x]
  Both: !And [!Condition Yes, !Condition Undecided]
  Neither: !And [!Condition No, !Condition Undecided]
  Either: !Or [!Condition Yes, !Condition Undecided]
  ByChoice: !Equals [!Ref Choice, a]
  NotByChoice: !Equals [!Ref Choice, c]
Resources:
  Named: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: named}}}}
  Generated: {{Type: 'AWS::S3::Bucket'}}
  Key: {{Type: 'AWS::KMS::Key'}}
  Role: {{Type: 'AWS::IAM::Role', Properties: {{Path: /audit/, RoleName: writer}}}}
  Queue: {{Type: 'AWS::SQS::Queue'}}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      S3BucketName: logs
      KMSKeyId: {indented}
"
    )
}

#[test]
fn expressions_evaluate_as_documented() {
    let cases: &[(&str, &str)] = &[
        // Ref
        ("!Ref Env", "prod"),
        ("{Ref: Env}", "prod"),
        ("!Ref Digits", "42"),
        ("!Ref Single", "only"),
        ("!Ref Open", "${Open}"),
        ("!Ref Secret", "${Secret}"),
        ("!Ref Stored", "${Stored}"),
        ("!Ref Choice", "a when the parameter 'Choice' is 'a', b when the parameter 'Choice' is 'b'"),
        ("!Ref AWS::NoValue", "not set"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("!Ref AWS::AccountId", "${AWS::AccountId}"),
        ("!Ref AWS::StackName", "${AWS::StackName}"),
        ("!Ref Named", "named"),
        ("!Ref Generated", "${Generated}"),
        ("!Ref Key", "${Key}"),
        ("!Ref Nowhere", "${Nowhere}"),
        // GetAtt
        ("!GetAtt Named.Arn", "arn:aws:s3:::named"),
        ("!GetAtt [Named, Arn]", "arn:aws:s3:::named"),
        ("{'Fn::GetAtt': [Generated, Arn]}", "arn:aws:s3:::${Generated}"),
        ("!GetAtt Key.Arn", "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}"),
        ("!GetAtt Role.Arn", "arn:aws:iam::${AWS::AccountId}:role/audit/writer"),
        ("!GetAtt Queue.Arn", "${Queue.Arn}"),
        // Sub
        ("!Sub plain", "plain"),
        ("!Sub 'x-${Env}-y'", "x-prod-y"),
        ("!Sub '${Named.Arn}/*'", "arn:aws:s3:::named/*"),
        ("!Sub 'a${!Literal}b'", "a${Literal}b"),
        ("!Sub ['${A}-${Env}', {A: !Ref Named}]", "named-prod"),
        ("!Sub ['${A}', {A: !If [Yes, y, n]}]", "y"),
        ("!Sub 'x${Open}'", "x${Open}"),
        ("!Sub 'unclosed ${Env'", "unclosed ${Env"),
        ("!Sub '${AWS::Partition}'", "aws"),
        (
            "!Sub ['k-${A}', {A: !If [Undecided, y, n]}]",
            "k-y when the condition 'Undecided' is true, k-n when the condition 'Undecided' is false",
        ),
        // Join, Split, Select
        ("!Join ['-', [a, !Ref Env, c]]", "a-prod-c"),
        ("!Join ['', []]", "empty"),
        ("!Join [',', !Ref Names]", "x,y,z"),
        ("!Join ['', [a, !Ref 'AWS::NoValue', b]]", "ab"),
        ("!Join ['/', !Split [':', 'a:b:c']]", "a/b/c"),
        ("!Select [1, !Ref Names]", "y"),
        ("!Select ['0', [p, q]]", "p"),
        ("!Select [2, !Split ['/', 'a/b/c']]", "c"),
        ("!Select [5, !Split [':', !GetAtt Key.Arn]]", "key/${Key}"),
        ("!Select [0, !Ref OpenNames]", "set, but its value is unknown: the parameter 'OpenNames' has no default"),
        // FindInMap
        ("!FindInMap [Map, prod, Key]", "p"),
        ("!FindInMap [Map, !Ref Env, Key]", "p"),
        ("!Select [1, !FindInMap [Map, prod, List]]", "l2"),
        ("!FindInMap [Map, none, Key, {DefaultValue: dflt}]", "dflt"),
        ("!FindInMap [Regions, !Ref 'AWS::Region', Equal]", "e"),
        (
            "!FindInMap [Regions, !Ref 'AWS::Region', Key]",
            "one when ${AWS::Region} is 'us-east-1', two when ${AWS::Region} is 'eu-west-1'",
        ),
        // If and conditions
        ("!If [Yes, y, n]", "y"),
        ("!If [No, y, n]", "n"),
        ("!If [IsProd, y, n]", "y"),
        ("!If [Neither, y, n]", "n"),
        ("!If [Either, y, n]", "y"),
        ("!If [No, y, !Ref 'AWS::NoValue']", "not set"),
        ("!If [NotByChoice, y, n]", "n"),
        (
            "!If [Undecided, y, n]",
            "y when the condition 'Undecided' is true, n when the condition 'Undecided' is false",
        ),
        (
            "!If [Undecided, !If [Undecided, y, never], n]",
            "y when the condition 'Undecided' is true, n when the condition 'Undecided' is false",
        ),
        (
            "!If [Both, !If [Undecided, y, never], n]",
            "y when the condition 'Both' is true, n when the condition 'Both' is false",
        ),
        (
            "!If [Undecided, !Ref Open, n]",
            "x when the condition 'Undecided' is true, n when the condition 'Undecided' is false",
        ),
        // the rest
        ("!Base64 audit", "YXVkaXQ="),
        ("!Base64 ab", "YWI="),
        ("!Base64 abc", "YWJj"),
        ("!Select [1, !Cidr [10.0.0.0/16, 3, 8]]", "10.0.1.0/24"),
        ("!Select [0, !GetAZs '']", "set, but its value is unknown: the Availability Zones are known at deployment"),
        ("{'Fn::Length': !Ref Names}", "3"),
        ("!ImportValue elsewhere", "${export elsewhere}"),
        ("{'Fn::Macro': x}", "set, but its value is unknown: the intrinsic 'Fn::Macro' is not evaluated"),
        ("{'Fn::Transform': {Name: M}}", "set, but its value is unknown: the transform 'M' is not run"),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(expression, expected)| {
            let seen = observed(expression);
            (seen != *expected).then(|| format!("{expression}\n  expected {expected}\n  observed {seen}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn booleans_are_taken_in_all_spellings() {
    for (written, expected) in
        [("true", "true"), ("'true'", "true"), ("\"True\"", "true"), ("TRUE", "true"), ("'false'", "false")]
    {
        let text = format!(
            "Resources: {{T: {{Type: 'AWS::CloudTrail::Trail', Properties: {{IsMultiRegionTrail: {written}}}}}}}"
        );
        assert_eq!(one(&text, &Settings::default()).trails.items[0].multi_region.observed(), expected, "{written}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_a_fault_with_its_place_and_unknown() {
    let text = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: [1]\n";
    let (map, lowered) = lowered(&[("t.yaml", text)], &Settings::default());
    let [(span, message)] = lowered.faults.as_slice() else { panic!("{:?}", lowered.faults) };
    assert_eq!(map.positions(*span).0.line, 5);
    assert!(message.contains("'IsLogging'"), "{message}");
    assert!(lowered.inputs[0].trails.items[0].logging.is(&true) != crate::truth::Truth::True);
}

#[test]
fn an_attribute_without_a_value_points_at_its_own_line() {
    let text = "
Conditions: {Never: !Equals [a, b]}
Resources:
  T:
    Type: AWS::CloudTrail::Trail
    Properties:
      IsLogging: true
      KMSKeyId: !If [Never, key, !Ref AWS::NoValue]
";
    let (map, lowered) = lowered(&[("t.yaml", text)], &Settings::default());
    let key = &lowered.inputs[0].trails.items[0].kms_key;
    assert_eq!(key.observed(), "not set");
    let crate::model::attr::Origin::Text(span) = key.at else { panic!("a place in the text") };
    assert_eq!(map.positions(span).0.line, 8);
}

#[test]
fn the_partition_is_that_of_the_arns_that_are_written() {
    for (written, region, expected) in [
        ("arn:aws-us-gov:iam::111122223333:root", None, "aws-us-gov"),
        ("arn:aws:iam::111122223333:root", None, "aws"),
        ("arn:aws-us-gov:x and arn:aws:x", None, "aws"),
        ("arn:aws-us-gov:x", Some("us-east-1"), "aws"),
        ("nothing", Some("cn-north-1"), "aws-cn"),
    ] {
        let text = with(&format!("!Sub ['${{AWS::Partition}} ${{A}}', {{A: '{written}'}}]"));
        let settings = Settings { region: region.map(str::to_owned), ..Settings::default() };
        let seen = one(&text, &settings).trails.items[0].kms_key.observed();
        assert_eq!(seen, format!("{expected} {written}"));
    }
}

#[test]
fn properties_of_the_wrong_kind_are_a_fault_and_unknown() {
    let text = "Resources: {T: {Type: 'AWS::CloudTrail::Trail', Properties: [1]}}";
    let (_, lowered) = lowered(&[("t.yaml", text)], &Settings::default());
    assert_eq!(lowered.faults.len(), 1);
    let trail = &lowered.inputs[0].trails.items[0];
    assert!(matches!(trail.log_file_validation.is(&true), crate::truth::Truth::Unknown(_)));
    assert!(matches!(trail.kms_key.given(), crate::truth::Truth::Unknown(_)));
}

#[test]
fn a_template_without_resources_is_a_fault() {
    let (_, lowered) =
        lowered(&[("t.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResource: {}\n")], &Settings::default());
    let [(_, message)] = lowered.faults.as_slice() else { panic!("{:?}", lowered.faults) };
    assert!(message.contains("'Resources'"), "{message}");
}

#[test]
fn a_resource_outside_of_its_section_is_a_fault() {
    let text = "Resources: {Q: {Type: 'AWS::SQS::Queue'}}\nTrail:\n  Type: AWS::CloudTrail::Trail\n";
    let (map, lowered) = lowered(&[("t.yaml", text)], &Settings::default());
    let [(span, message)] = lowered.faults.as_slice() else { panic!("{:?}", lowered.faults) };
    assert_eq!((map.positions(*span).0.line, message.contains("'Trail'")), (2, true), "{message}");
}

#[test]
fn parameters_given_on_the_command_line_win() {
    let settings =
        Settings { parameters: [("Env".to_owned(), "dev".to_owned())].into_iter().collect(), ..Settings::default() };
    let input = one(&with("!FindInMap [Map, !Ref Env, Key]"), &settings);
    assert_eq!(input.trails.items[0].kms_key.observed(), "d");
}

#[test]
fn account_and_region_are_taken_from_the_settings() {
    let settings = Settings {
        account: Some("111122223333".to_owned()),
        region: Some("cn-north-1".to_owned()),
        ..Settings::default()
    };
    let input = one(&with("!GetAtt Key.Arn"), &settings);
    assert_eq!(input.trails.items[0].kms_key.observed(), "arn:aws-cn:kms:cn-north-1:111122223333:key/${Key}");
}

#[test]
fn a_resource_under_an_open_condition_may_exist_and_decides_its_own_ifs() {
    let text = "
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, x]}
Resources:
  T:
    Type: AWS::CloudTrail::Trail
    Condition: C
    Properties: {TrailName: !If [C, yes-name, no-name], S3BucketName: !Ref P}
  Never:
    Type: AWS::CloudTrail::Trail
    Condition: Nope
    Properties: {}
";
    let text = text.replace("Conditions: {C:", "Conditions: {Nope: !Equals [a, b], C:");
    let input = one(&text, &Settings::default());
    let [trail] = input.trails.items.as_slice() else { panic!("one trail") };
    assert_eq!(trail.name.show(), "yes-name");
    assert_eq!(trail.bucket.observed(), "x");
    assert!(matches!(trail.id.existence, crate::model::Existence::Maybe(_)));
}

#[test]
fn loops_make_resources() {
    let text = "
Transform: AWS::LanguageExtensions
Resources:
  'Fn::ForEach::Trails':
    - Name
    - [Alpha, Beta]
    - 'Trail${Name}':
        Type: AWS::CloudTrail::Trail
        Properties: {S3BucketName: !Sub 'logs-${Name}', IsLogging: true}
";
    let input = one(text, &Settings::default());
    let seen: Vec<String> = input.trails.iter().map(|t| format!("{} {}", t.id.address, t.bucket.observed())).collect();
    assert_eq!(seen, ["TrailAlpha logs-Alpha", "TrailBeta logs-Beta"]);
}

#[test]
fn loops_inside_loops_end() {
    let mut body = "X: {Type: 'AWS::SQS::Queue'}".to_owned();
    for i in 0..12 {
        let items: Vec<String> = (0..40).map(|n| format!("i{n}")).collect();
        body = format!("'Fn::ForEach::L{i}': [V{i}, [{}], {{{body}}}]", items.join(", "));
    }
    let (_, lowered) = lowered(&[("t.yaml", &format!("Resources: {{{body}}}"))], &Settings::default());
    assert!(!lowered.faults.is_empty());
}

#[test]
fn circles_are_faults_and_end() {
    let text = "
Conditions:
  A: !Not [!Condition B]
  B: !Not [!Condition A]
Resources:
  X: {Type: 'AWS::S3::Bucket', Condition: A, Properties: {BucketName: !Ref Y}}
  Y: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub '${X}-y'}}
  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: !Ref X, IsLogging: true}}
";
    let (_, lowered) = lowered(&[("t.yaml", text)], &Settings::default());
    let messages: Vec<&str> = lowered.faults.iter().map(|(_, message)| message.as_str()).collect();
    assert!(messages.iter().any(|m| m.contains("condition") && m.contains("itself")), "{messages:?}");
    assert!(messages.iter().any(|m| m.contains("name of") && m.contains("itself")), "{messages:?}");
    assert_eq!(lowered.inputs[0].trails.items.len(), 1);
}

#[test]
fn mappings_with_other_keys_are_decided_apart() {
    let text = "
Mappings:
  A: {us-east-1: {X: a1}, eu-west-1: {X: a2}}
  B: {eu-west-1: {X: b2}, us-east-1: {X: b1}}
Resources:
  T:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: x
      IsLogging: true
      EventSelectors:
        - ReadWriteType: !FindInMap [A, !Ref 'AWS::Region', X]
          DataResources: [{Type: !FindInMap [B, !Ref 'AWS::Region', X]}]
";
    let input = one(text, &Settings::default());
    let selectors = input.trails.items[0].selectors.basic.possible().flatten();
    let pairs: Vec<String> = selectors
        .map(|selector| {
            let data = selector.data.possible().flatten().map(|data| data.kind.observed());
            format!("{} {}", selector.read_write.observed(), data.collect::<String>())
        })
        .collect();
    assert!(pairs.contains(&"a1 b1".to_owned()) && pairs.contains(&"a2 b2".to_owned()), "{pairs:?}");
}

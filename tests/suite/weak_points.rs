//! Where tools of this kind go wrong: by a name instead of a meaning, by one spelling of several, by the first item
//! of a list. Each test has a template that such a reading judges wrongly, and one beside it that it must not confuse.

use trailwarden::finding::{Finding, Outcome, Severity, Witness};

use super::{all, scan_text};

/// The findings of one check on a template, without gaps.
#[track_caller]
fn findings(check: &str, template: &str) -> Vec<Finding> {
    let scan = scan_text(template, all());
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps.iter().map(|gap| &gap.message).collect::<Vec<_>>());
    scan.findings.into_iter().filter(|finding| finding.check == check).collect()
}

/// The only finding of one check on a template; its verdict and its message are held.
#[track_caller]
fn one(check: &str, template: &str, verdict: &str, says: &str) -> Finding {
    let mut found = findings(check, template);
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|finding| &finding.message).collect::<Vec<_>>());
    let finding = found.remove(0);
    assert_eq!((finding.outcome.word(), finding.message.contains(says)), (verdict, true), "{}", finding.message);
    finding
}

/// The value of a field of the event that a finding shows.
#[track_caller]
fn shown<'f>(finding: &'f Finding, field: &str) -> Option<&'f str> {
    let Outcome::Fail(Some(Witness::Event { fields, .. })) = &finding.outcome else {
        panic!("no event is shown: {}", finding.message)
    };
    fields.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
}

/// A logging multi-Region trail with further properties.
fn trail(properties: &str) -> String {
    let properties = properties.trim_matches('\n').replace('\n', "\n      ");
    format!(
        "Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: audit-logs}}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      TrailName: audit
      S3BucketName: !Ref Bucket
      IsLogging: true
      IsMultiRegionTrail: true
      {properties}
"
    )
}

/// The same, with statements of a policy of its bucket.
fn policy(statements: &str) -> String {
    let statements = statements.trim_matches('\n').replace('\n', "\n          ");
    format!(
        "{}  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          {statements}
",
        trail("EnableLogFileValidation: true")
    )
}

/// A trail with a log group, and a metric filter with an alarm on it.
fn filter(pattern: &str) -> String {
    format!(
        "{}  Group:
    Type: AWS::Logs::LogGroup
  Topic:
    Type: AWS::SNS::Topic
  Filter:
    Type: AWS::Logs::MetricFilter
    Properties:
      LogGroupName: !Ref Group
      FilterPattern: '{pattern}'
      MetricTransformations: [{{MetricName: TrailChanges, MetricNamespace: Audit, MetricValue: '1'}}]
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: TrailChanges
      Namespace: Audit
      ComparisonOperator: GreaterThanOrEqualToThreshold
      EvaluationPeriods: 1
      AlarmActions: [!Ref Topic]
",
        trail("CloudWatchLogsLogGroupArn: !GetAtt Group.Arn\nCloudWatchLogsRoleArn: arn:aws:iam::111122223333:role/r")
    )
}

#[test]
fn a_selector_is_what_its_fields_say_and_not_its_display_name() {
    let named = |name: &str, category: &str| {
        trail(&format!(
            "AdvancedEventSelectors:
  - Name: {name}
    FieldSelectors:
      - {{Field: eventCategory, Equals: [{category}]}}{}",
            if category == "Data" { "\n      - {Field: resources.type, Equals: ['AWS::S3::Object']}" } else { "" }
        ))
    };
    let finding =
        one("management-events", &named("Management events selector", "Data"), "fail", "any management events");
    assert_eq!(shown(&finding, "eventCategory"), Some("Management"));
    one("management-events", &named("Objects of S3", "Management"), "pass", "takes in reads and writes");
    one("data-events", &named("Management events selector", "Data"), "pass", "AWS::S3::Object");
}

fn objects(value: &str) -> String {
    trail(&format!("EventSelectors:\n  - DataResources: [{{Type: 'AWS::S3::Object', Values: ['{value}']}}]"))
}

#[test]
fn every_spelling_of_all_buckets_is_all_buckets() {
    for value in ["arn:aws:s3", "arn:aws:s3:::"] {
        one("data-events", &objects(value), "pass", "takes in AWS::S3::Object");
        one("data-event-loop", &objects(value), "fail", "each delivery causes the next");
        let access = one("access-logging", &objects(value), "fail", "does not log access");
        assert_eq!(access.severity, Severity::Note, "data events of all buckets record who reads the logs");
    }
}

#[test]
fn a_bucket_whose_name_begins_with_another_is_another() {
    one("data-event-loop", &objects("arn:aws:s3:::audit-logs/"), "fail", "each delivery causes the next");
    one("data-event-loop", &objects("arn:aws:s3:::audit-logs-prod/"), "pass", "keeps the delivery");
    let access = one("access-logging", &objects("arn:aws:s3:::audit-logs-prod/"), "fail", "does not log access");
    assert_eq!(access.severity, Severity::Medium, "another bucket's data events say nothing about this one");
}

#[test]
fn a_trail_for_data_events_only_records_no_management_events() {
    let template = trail(
        "AdvancedEventSelectors:
  - FieldSelectors:
      - {Field: eventCategory, Equals: [Data]}
      - {Field: resources.type, Equals: ['AWS::S3::Object']}
  - FieldSelectors:
      - {Field: eventCategory, Equals: [NetworkActivity]}
      - {Field: eventSource, Equals: [kms.amazonaws.com]}",
    );
    let finding = one("management-events", &template, "fail", "does not record any management events");
    assert_eq!(finding.severity, Severity::High);
    assert_eq!(shown(&finding, "eventName"), Some("AuthorizeSecurityGroupIngress"));
    assert_eq!(shown(&finding, "eventSource"), Some("ec2.amazonaws.com"));
    one(
        "management-events",
        &trail("EventSelectors:\n  - IncludeManagementEvents: false"),
        "fail",
        "'EventSelectors' takes in none",
    );
}

#[test]
fn leaving_out_kms_is_a_choice_and_leaving_out_iam_is_not() {
    let basic = "EventSelectors:\n  - ExcludeManagementEventSources: [kms.amazonaws.com]";
    one("management-events", &trail(basic), "pass", "(those of 'kms.amazonaws.com' are left out)");
    let without = |source: &str| {
        trail(&format!(
            "AdvancedEventSelectors:
  - FieldSelectors:
      - {{Field: eventCategory, Equals: [Management]}}
      - {{Field: eventSource, NotEquals: [{source}]}}"
        ))
    };
    one("management-events", &without("kms.amazonaws.com"), "pass", "(those of 'kms.amazonaws.com' are left out)");
    let finding = one("management-events", &without("iam.amazonaws.com"), "fail", "leaves them out");
    assert_eq!(shown(&finding, "eventSource"), Some("iam.amazonaws.com"));
}

#[test]
fn a_read_write_type_that_is_not_written_is_all() {
    one("management-events", &trail("EventSelectors:\n  - IncludeManagementEvents: true"), "pass", "reads and writes");
    one("management-events", &trail("EventSelectors: []"), "pass", "records all management events");
    let finding = one("management-events", &trail("EventSelectors: [{ReadWriteType: ReadOnly}]"), "fail", "that write");
    assert_eq!((finding.severity, shown(&finding, "readOnly")), (Severity::Medium, Some("false")));
}

#[test]
fn filters_of_the_benchmark_are_compared_by_meaning() {
    // Another order, other quotes, a regular expression, parentheses.
    let other = filter(
        "{ $.eventName=\"StopLogging\" || ($.eventName = %^UpdateTrai[l]$%) || $.eventName = *Trail || (($.eventName = StartLogging)) }",
    );
    one(
        "metric-filter-alarms",
        &other,
        "pass",
        "the alarm of the metric filter 'Filter' counts them, and other events too",
    );
    let same = filter(
        "{($.eventName = %^StartLogging$|^StopLogging$%)||$.eventName=DeleteTrail || ($.eventName=\"UpdateTrail\")||$.eventName = CreateTrail}",
    );
    let finding = one("metric-filter-alarms", &same, "pass", "the alarm of the metric filter 'Filter' counts them");
    assert!(!finding.message.contains("wider"), "{}", finding.message);
    let narrower = filter(
        "{ $.eventName = CreateTrail || $.eventName = UpdateTrail || $.eventName = StartLogging || $.eventName = DeleteTrail }",
    );
    let finding = one("metric-filter-alarms", &narrower, "fail", "eventName 'StopLogging'");
    assert_eq!(shown(&finding, "eventName"), Some("StopLogging"));
}

#[test]
fn a_key_by_reference_is_a_key() {
    let parameter =
        trail("KMSKeyId: !Ref Key").replacen("Resources:", "Parameters:\n  Key: {Type: String}\nResources:", 1);
    one("kms-encryption", &parameter, "pass", "'KMSKeyId' is ${Key}");
    one("kms-encryption", &trail("KMSKeyId: !ImportValue audit-key"), "pass", "'KMSKeyId' is");
    one("kms-encryption", &trail("KMSKeyId: ''"), "fail", "KMSKeyId");
    one("kms-encryption", &trail("EnableLogFileValidation: true"), "fail", "'KMSKeyId' is not set");
}

#[test]
fn every_statement_and_every_service_of_a_policy_is_read() {
    let template = policy(
        "- Effect: Allow
  Principal: {Service: cloudtrail.amazonaws.com}
  Action: s3:GetBucketAcl
  Resource: arn:aws:s3:::audit-logs
  Condition: {StringEquals: {'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111122223333:trail/audit'}}
- Effect: Allow
  Principal: {Service: [config.amazonaws.com, cloudtrail.amazonaws.com]}
  Action: [s3:PutObject]
  Resource: arn:aws:s3:::audit-logs/AWSLogs/111122223333/*",
    );
    let found = findings("least-privilege-bucket-policy", &template);
    let of = |part: &str| {
        found
            .iter()
            .find(|finding| finding.outcome.word() == "fail" && finding.message.contains(part))
            .unwrap_or_else(|| panic!("{part}: {:?}", found.iter().map(|f| &f.message).collect::<Vec<_>>()))
    };
    for (part, principal) in [
        (
            "statement 2 of 'PolicyDocument' allows 's3:PutObject' to CloudTrail without a limit",
            "cloudtrail.amazonaws.com",
        ),
        ("statement 2 of 'PolicyDocument' allows 's3:PutObject' to 'config.amazonaws.com'", "config.amazonaws.com"),
    ] {
        let Outcome::Fail(Some(Witness::Request { principal: seen, action, .. })) = &of(part).outcome else {
            panic!("no request is shown")
        };
        assert_eq!((seen.as_str(), action.as_str()), (principal, "s3:PutObject"));
    }
}

#[test]
fn a_source_arn_that_any_trail_has_limits_nobody() {
    let template = policy(
        "- Effect: Allow
  Principal: '*'
  Action: s3:GetObject
  Resource: arn:aws:s3:::audit-logs/*
  Condition: {StringLike: {'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*'}}",
    );
    let found = findings("least-privilege-bucket-policy", &template);
    let anyone = found.iter().find(|finding| finding.message.contains("lets anyone in"));
    let Some(Outcome::Fail(Some(Witness::Request { principal, action, .. }))) = anyone.map(|f| &f.outcome) else {
        panic!("{:?}", found.iter().map(|f| &f.message).collect::<Vec<_>>())
    };
    assert_eq!((principal.as_str(), action.as_str()), ("*", "s3:GetObject"));
    one("public-log-bucket", &template, "fail", "allows 's3:GetObject' to everyone");
    // For the service, a condition on any trail of the world is no limit either.
    let service = policy(
        "- Effect: Allow
  Principal: {Service: cloudtrail.amazonaws.com}
  Action: s3:PutObject
  Resource: arn:aws:s3:::audit-logs/AWSLogs/111122223333/*
  Condition: {StringLike: {'aws:SourceArn': '*'}}",
    );
    one("least-privilege-bucket-policy", &service, "fail", "without a limit on the trail");
}

#[test]
fn a_bucket_is_public_by_its_policy_whatever_its_acl() {
    let public = policy(
        "- Effect: Allow
  Principal: '*'
  Action: s3:GetObject
  Resource: arn:aws:s3:::audit-logs/*",
    );
    let with = |blocks: &str| {
        public.replace(
            "{BucketName: audit-logs}",
            &format!("{{BucketName: audit-logs, AccessControl: Private, PublicAccessBlockConfiguration: {blocks}}}"),
        )
    };
    let acls_only = with("{BlockPublicAcls: true, IgnorePublicAcls: true}");
    let finding = one("public-log-bucket", &acls_only, "fail", "allows 's3:GetObject' to everyone");
    let Outcome::Fail(Some(Witness::Request { principal, resource, .. })) = &finding.outcome else {
        panic!("no request is shown")
    };
    assert_eq!(principal, "*");
    assert!(resource.starts_with("arn:aws:s3:::audit-logs/AWSLogs/"), "{resource}");
    let all =
        with("{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}");
    one("public-log-bucket", &all, "pass", "keeps its logs from the public");
}

#[test]
fn managed_policies_of_aws_are_looked_at() {
    for arn in [
        "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess",
        "arn:aws-us-gov:iam::aws:policy/AWSCloudTrail_FullAccess",
        "arn:aws:iam::aws:policy/AWSCloudTrailFullAccess",
    ] {
        let template = format!(
            "{}  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {{}}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess', '{arn}']
",
            trail("EnableLogFileValidation: true")
        );
        one("full-access-usage", &template, "fail", "The principal 'Role' has full access to CloudTrail");
    }
}

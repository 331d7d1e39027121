//! Verdicts that hang on the Region and its partition.

use trailwarden::finding::{Finding, Outcome, Witness};
use trailwarden::scan::{self, Request};
use trailwarden::sources::cloudformation::Settings;

use super::{all, project};

/// The findings of one check on a template in a Region.
fn findings(check: &str, region: &str, template: &str) -> Vec<Finding> {
    let request = Request {
        stdin: Some(template.as_bytes().to_vec()),
        repo_root: Some(project().to_owned()),
        checks: all(),
        cloudformation: Settings { region: Some(region.to_owned()), ..Settings::default() },
        ..Request::default()
    };
    let scan = scan::run(&request).expect("standard input exists");
    scan.findings.into_iter().filter(|finding| finding.check == check).collect()
}

const SINGLE: &str = "Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: audit-logs}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: !Ref Bucket
      IsLogging: true
      IncludeGlobalServiceEvents: true
";

#[test]
fn global_service_events_come_to_one_region_of_a_partition() {
    for (region, verdict) in [
        ("us-east-1", "pass"),
        ("eu-west-1", "fail"),
        ("us-west-2", "fail"),
        ("us-gov-west-1", "pass"),
        ("us-gov-east-1", "fail"),
        ("cn-north-1", "pass"),
        ("ap-southeast-2", "fail"),
    ] {
        let found = findings("global-service-events", region, SINGLE);
        let words: Vec<_> = found.iter().map(|finding| finding.outcome.word()).collect();
        assert_eq!(words, [verdict], "{region}");
    }
}

#[test]
fn all_buckets_are_those_of_the_partition() {
    let objects = |value: &str| {
        format!(
            "{SINGLE}      EventSelectors: [{{DataResources: [{{Type: 'AWS::S3::Object', Values: ['{value}']}}]}}]\n"
        )
    };
    for (region, value, verdict) in [
        ("us-east-1", "arn:aws:s3", "fail"),
        ("us-east-1", "arn:aws:s3:::", "fail"),
        ("us-gov-west-1", "arn:aws-us-gov:s3", "fail"),
        ("us-gov-west-1", "arn:aws-us-gov:s3:::", "fail"),
        ("cn-north-1", "arn:aws-cn:s3:::", "fail"),
        // Of another partition: nothing that the trail could record.
        ("cn-north-1", "arn:aws:s3:::", "pass"),
        ("us-gov-west-1", "arn:aws:s3", "pass"),
    ] {
        let found = findings("data-event-loop", region, &objects(value));
        let words: Vec<_> = found.iter().map(|finding| finding.outcome.word()).collect();
        assert_eq!(words, [verdict], "{region} {value}");
    }
}

#[test]
fn a_lost_object_is_one_of_the_partition() {
    for (region, partition) in [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")] {
        let found = findings("data-events", region, SINGLE);
        let Some(Outcome::Fail(Some(Witness::Event { record, .. }))) = found.first().map(|f| &f.outcome) else {
            panic!("{region}: no event is shown")
        };
        let arn = record["resources"][0]["ARN"].as_str().unwrap_or_default();
        assert!(arn.starts_with(&format!("arn:{partition}:s3:::")), "{arn}");
        assert_eq!(record["awsRegion"], region);
    }
}

//! Whether somebody can get something at all.

use super::pages::{DEPUTY, KEY_POLICY, KEYS, LOG_BUCKET, LOG_KEY, LOG_TOPIC, OPERATORS, PUBLIC, SETS, TOPIC};
use super::*;

const B: &str = "arn:aws:s3:::b";

/// Page, condition, whether a stranger gets in by an Allow for everyone with it.
pub(super) const STRANGERS: &[(&str, &str, char)] = &[
    (KEYS, r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#, 'F'),
    (KEYS, r#""StringEquals":{"aws:PrincipalOrgID":"<org>"}"#, 'F'),
    (KEYS, r#""StringLike":{"aws:PrincipalOrgID":"<org>"}"#, '?'),
    (KEYS, r#""StringLike":{"aws:PrincipalOrgID":"o-*"}"#, 'T'),
    (KEYS, r#""StringNotEquals":{"aws:PrincipalOrgID":"o-1"}"#, 'T'),
    (OPERATORS, r#""StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}"#, 'T'),
    (SETS, r#""ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-1/r/"}"#, 'T'),
    (SETS, r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}"#, 'F'),
    (KEYS, r#""StringEquals":{"aws:PrincipalAccount":["111111111111"]}"#, 'F'),
    (KEYS, r#""StringEquals":{"aws:PrincipalAccount":"${aws:PrincipalAccount}"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"AWS:principalaccount":"<#own>"}"#, 'F'),
    (KEYS, r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/*"}"#, 'F'),
    (KEYS, r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}"#, 'T'),
    (KEYS, r#""ArnLike":{"aws:PrincipalArn":"arn:aws:*"}"#, 'T'),
    (KEYS, r#""StringLike":{"aws:PrincipalArn":"*"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#, 'F'),
    (PUBLIC, r#""StringNotEquals":{"aws:SourceVpce":"vpce-1"}"#, 'T'),
    (PUBLIC, r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, 'F'),
    (PUBLIC, r#""IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}"#, 'T'),
    (PUBLIC, r#""IpAddress":{"aws:SourceIp":"2000::/3"}"#, 'T'),
    (PUBLIC, r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"aws:SourceAccount":"111111111111"}"#, 'F'),
    (PUBLIC, r#""StringLike":{"aws:userid":"AROA1:*"}"#, 'F'),
    (KEY_POLICY, r#""StringEquals":{"kms:CallerAccount":"<#own>"}"#, 'F'),
    (PUBLIC, r#""Bool":{"aws:SecureTransport":"true"}"#, 'T'),
    (PUBLIC, r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#, 'T'),
    (PUBLIC, r#""StringLike":{"aws:Referer":"https://example.org/*"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"aws:UserAgent":"<agent>"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}"#, 'T'),
    (PUBLIC, r#""NumericGreaterThan":{"s3:TlsVersion":"1.2"}"#, 'T'),
    (PUBLIC, r#""DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"aws:RequestedRegion":"eu-west-1"}"#, 'T'),
    (OPERATORS, r#""Null":{"aws:PrincipalArn":"false"}"#, 'T'),
    (OPERATORS, r#""Null":{"aws:TokenIssueTime":"true"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"aws:PrincipalTag/team":"audit"}"#, 'T'),
    (KEYS, r#""StringEquals":{"aws:Referer":"a","aws:PrincipalOrgID":"o-1"}"#, 'F'),
    (OPERATORS, r#""StringEquals":{"aws:Referer":"a"},"StringNotEquals":{"aws:referer":"a"}"#, 'F'),
    (OPERATORS, r#""StringWeird":{"aws:Referer":"a"}"#, '?'),
    (PUBLIC, r#""StringEquals":{"aws:SourceArn":"arn:aws:s3:::other"}"#, 'F'),
    (PUBLIC, r#""ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}"#, 'F'),
    (PUBLIC, r#""StringEquals":{"aws:SourceVpc":"vpc-1"}"#, 'F'),
    (PUBLIC, r#""StringLike":{"aws:SourceVpc":"vpc-*"}"#, 'T'),
    (PUBLIC, r#""StringEquals":{"aws:SourceOwner":"111111111111"}"#, 'F'),
    (PUBLIC, r#""StringEquals":{"s3:DataAccessPointAccount":"111111111111"}"#, 'F'),
    (PUBLIC, r#""StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:111111111111:accesspoint/*"}"#, 'F'),
    (PUBLIC, r#""StringLike":{"s3:DataAccessPointArn":"*"}"#, 'T'),
    (PUBLIC, r#""IpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#, 'F'),
    (PUBLIC, r#""IpAddress":{"aws:SourceIp":"10.0.0.0/7"}"#, 'T'),
    (PUBLIC, r#""IpAddress":{"aws:SourceIp":"2001:db8::/32"}"#, 'F'),
    (PUBLIC, r#""StringEquals":{"aws:userid":"AROA1:me"}"#, 'F'),
    (PUBLIC, r#""StringEquals":{"aws:ResourceOrgID":"o-1"}"#, 'T'),
    (PUBLIC, r#""StringLike":{"s3:prefix":"*"}"#, 'T'),
    (KEYS, r#""StringEquals":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/a"}"#, 'F'),
    (KEYS, r#""StringEqualsIgnoreCase":{"aws:PrincipalOrgID":"<org>"}"#, 'F'),
    (KEYS, r#""StringLike":{"aws:PrincipalOrgID":"*"}"#, 'T'),
    // A role of any account that is named so fits both; that none was found proves nothing.
    (
        KEYS,
        r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x*"},"ArnLikeIfExists":{"aws:PrincipalArn":"arn:aws:iam::*:role/*z"}"#,
        '?',
    ),
    (
        KEYS,
        r#""StringLike":{"aws:PrincipalArn":"*:role/*"},"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::1:role/a"}"#,
        'T',
    ),
    (KEYS, r#""StringEquals":{"aws:PrincipalIsAWSService":"true"}"#, 'F'),
    (KEYS, r#""Bool":{"aws:ViaAWSService":"false"}"#, 'T'),
    (KEY_POLICY, r#""StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com"}"#, 'T'),
    (TOPIC, r#""StringEquals":{"AWS:SourceOwner":"111111111111"}"#, 'F'),
];

/// Page, condition, whether CloudTrail gets in for a trail of another account by an Allow for the service with it.
pub(super) const DEPUTIES: &[(&str, &str, char)] = &[
    (DEPUTY, "", 'T'),
    (LOG_BUCKET, r#""StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}"#, 'T'),
    (LOG_BUCKET, r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111111111111:trail/t"}"#, 'F'),
    (LOG_BUCKET, r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:<@region>:<#own>:trail/<@name>"}"#, 'F'),
    (LOG_BUCKET, r#""StringEquals":{"aws:SourceArn":"<arn>"}"#, 'F'),
    (LOG_BUCKET, r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111111111111:trail/*"}"#, 'F'),
    (LOG_BUCKET, r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:*:trail/t"}"#, 'T'),
    (LOG_BUCKET, r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:*:trail/t"}"#, 'T'),
    (LOG_BUCKET, r#""StringLike":{"aws:SourceArn":"arn:aws-us-gov:cloudtrail:us-gov-west-1:*"}"#, 'T'),
    (LOG_BUCKET, r#""StringLike":{"aws:SourceArn":"arn:aws:*"}"#, 'T'),
    (LOG_BUCKET, r#""StringLike":{"aws:SourceArn":"*"}"#, 'T'),
    (DEPUTY, r#""StringLike":{"aws:SourceAccount":"1111*"}"#, 'F'),
    (DEPUTY, r#""StringLike":{"aws:SourceAccount":"*"}"#, 'T'),
    (DEPUTY, r#""StringEquals":{"aws:SourceAccount":["<#own>","222222222222"]}"#, 'F'),
    (DEPUTY, r#""StringEqualsIfExists":{"aws:SourceAccount":"111111111111"}"#, 'F'),
    (DEPUTY, r#""StringNotEquals":{"aws:SourceAccount":"111111111111"}"#, 'T'),
    (SETS, r#""ForAllValues:StringEquals":{"aws:SourceAccount":"111111111111"}"#, 'F'),
    (DEPUTY, r#""StringEquals":{"aws:SourceOrgID":"o-1"}"#, 'F'),
    (SETS, r#""ForAnyValue:StringLike":{"aws:SourceOrgPaths":"o-1/*"}"#, 'F'),
    (LOG_BUCKET, r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#, '?'),
    (LOG_BUCKET, r#""Null":{"aws:SourceArn":"false"}"#, 'T'),
    (LOG_TOPIC, r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111111111111:trail/t"}"#, 'F'),
    (LOG_TOPIC, r#""StringEquals":{"AWS:SourceAccount":"111111111111"}"#, 'F'),
    (LOG_TOPIC, r#""StringEquals":{"sns:Protocol":"https"}"#, 'T'),
    (
        LOG_KEY,
        r#""StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:111111111111:trail/*"}"#,
        'T',
    ),
    (DEPUTY, r#""StringLike":{"aws:SourceAccount":"??????????[0-9]*"}"#, 'F'),
    (DEPUTY, r#""StringLike":{"aws:SourceAccount":"????????????"}"#, 'T'),
    (DEPUTY, r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:????????????:trail/*"}"#, 'T'),
    (DEPUTY, r#""ArnEquals":{"aws:sourcearn":"arn:aws:cloudtrail:*:111111111111:*"}"#, 'F'),
    (DEPUTY, r#""ArnNotLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:222222222222:trail/*"}"#, 'T'),
    (DEPUTY, r#""ArnLikeIfExists":{"aws:SourceArn":"arn:aws:cloudtrail:*:111111111111:trail/*"}"#, 'F'),
    (DEPUTY, r#""StringEquals":{"aws:SourceOrgID":"<org>"}"#, 'F'),
];

/// Whether a stranger (signed in or not) can read an object, with the witness fed back to the evaluator.
fn open(statements: &str) -> char {
    let document = policy(statements);
    let key = text("arn:aws:s3:::b/k");
    let reach = Reach::any(
        [document.by_anybody("s3:GetObject", &key), document.by_stranger("s3:GetObject", &key)]
            .map(|request| document.reach(&request)),
    );
    assert_eq!(reach.truth == Truth::True, reach.witness.is_some(), "{statements}");
    if let Some(witness) = &reach.witness {
        assert_eq!(letter(&document.allows(witness)), 'T', "the witness of {statements}: {witness:?}");
    }
    letter(&reach.truth)
}

fn allow(condition: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"{B}/*","Condition":{{{condition}}}}}"#)
}

#[test]
fn conditions_that_limit_who() {
    for (page, condition, answer) in STRANGERS {
        assert_eq!(open(&allow(condition)), *answer, "{page}: {condition}");
    }
}

#[test]
fn denies_are_avoided_if_they_can_be() {
    let deny = |parts: &str| {
        format!(r#"{},{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"{parts}}}"#, allow(""))
    };
    assert_eq!(open(&allow("")), 'T');
    assert_eq!(open(&deny("")), 'F');
    assert_eq!(open(&deny(r#","Condition":{"Bool":{"aws:SecureTransport":false}}"#)), 'T');
    assert_eq!(open(&deny(r#","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#)), 'F');
    assert_eq!(open(&deny(r#","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalAccount":"<#own>"}}"#)), 'F');
    assert_eq!(open(&deny(r#","Condition":{"StringNotEquals":{"aws:Referer":"x"}}"#)), 'T');
    assert_eq!(open(&deny(r#","Condition":{"Unheard":{"aws:Referer":"x"}}"#)), '?');
    // A key that `Bool` is asked about need not be a boolean.
    let other = allow(r#""StringEquals":{"aws:Referer":"2"}"#);
    let unless = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:Referer":"a"}}}"#;
    assert_eq!(open(&format!("{other},{unless}")), 'T');
    assert_eq!(open(r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#), 'F');
    assert_eq!(open(&format!(r#"{},"?""#, allow(""))), '?');
}

#[test]
fn deputies() {
    let trail = format!("arn:aws:cloudtrail:us-east-1:{STRANGER}:trail/any");
    let open = |condition: &str| {
        let document = policy(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"*","Condition":{{{condition}}}}}"#
        ));
        let request = document.by_deputy("cloudtrail.amazonaws.com", &trail, "s3:PutObject", &text(B));
        let reach = document.reach(&request);
        if let Some(witness) = &reach.witness {
            assert_eq!(letter(&document.allows(witness)), 'T');
        }
        letter(&reach.truth)
    };
    for (page, condition, answer) in DEPUTIES {
        assert_eq!(open(condition), *answer, "{page}: {condition}");
    }
}

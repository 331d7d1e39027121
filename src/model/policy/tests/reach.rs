use super::*;

const B: &str = "arn:aws:s3:::b";

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
    const ROWS: &[(&str, char)] = &[
        (r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#, 'F'),
        (r#""StringEquals":{"aws:PrincipalOrgID":"<org>"}"#, 'F'),
        (r#""StringLike":{"aws:PrincipalOrgID":"<org>"}"#, '?'),
        (r#""StringLike":{"aws:PrincipalOrgID":"o-*"}"#, 'T'),
        (r#""StringNotEquals":{"aws:PrincipalOrgID":"o-1"}"#, 'T'),
        (r#""StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}"#, 'T'),
        (r#""ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-1/r/"}"#, 'T'),
        (r#""ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"}"#, 'F'),
        (r#""StringEquals":{"aws:PrincipalAccount":["111111111111"]}"#, 'F'),
        (r#""StringEquals":{"aws:PrincipalAccount":"${aws:PrincipalAccount}"}"#, 'T'),
        (r#""StringEquals":{"AWS:principalaccount":"<#own>"}"#, 'F'),
        (r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:role/*"}"#, 'F'),
        (r#""ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}"#, 'T'),
        (r#""ArnLike":{"aws:PrincipalArn":"arn:aws:*"}"#, 'T'),
        (r#""StringLike":{"aws:PrincipalArn":"*"}"#, 'T'),
        (r#""StringEquals":{"aws:SourceVpce":"vpce-1"}"#, 'F'),
        (r#""StringNotEquals":{"aws:SourceVpce":"vpce-1"}"#, 'T'),
        (r#""IpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, 'F'),
        (r#""IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}"#, 'T'),
        (r#""IpAddress":{"aws:SourceIp":"2000::/3"}"#, 'T'),
        (r#""NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}"#, 'T'),
        (r#""StringEquals":{"aws:SourceAccount":"111111111111"}"#, 'F'),
        (r#""StringLike":{"aws:userid":"AROA1:*"}"#, 'F'),
        (r#""StringEquals":{"kms:CallerAccount":"<#own>"}"#, 'F'),
        (r#""Bool":{"aws:SecureTransport":"true"}"#, 'T'),
        (r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#, 'T'),
        (r#""StringLike":{"aws:Referer":"https://example.org/*"}"#, 'T'),
        (r#""StringEquals":{"aws:UserAgent":"<agent>"}"#, 'T'),
        (r#""StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}"#, 'T'),
        (r#""NumericGreaterThan":{"s3:TlsVersion":"1.2"}"#, 'T'),
        (r#""DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}"#, 'T'),
        (r#""StringEquals":{"aws:RequestedRegion":"eu-west-1"}"#, 'T'),
        (r#""Null":{"aws:PrincipalArn":"false"}"#, 'T'),
        (r#""Null":{"aws:TokenIssueTime":"true"}"#, 'T'),
        (r#""StringEquals":{"aws:PrincipalTag/team":"audit"}"#, 'T'),
        (r#""StringEquals":{"aws:Referer":"a","aws:PrincipalOrgID":"o-1"}"#, 'F'),
        (r#""StringEquals":{"aws:Referer":"a"},"StringNotEquals":{"aws:referer":"a"}"#, '?'),
        (r#""StringWeird":{"aws:Referer":"a"}"#, '?'),
    ];
    for (condition, answer) in ROWS {
        assert_eq!(open(&allow(condition)), *answer, "{condition}");
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
    const ROWS: &[(&str, char)] = &[
        ("", 'T'),
        (r#""StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}"#, 'T'),
        (r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111111111111:trail/t"}"#, 'F'),
        (r#""StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:<@region>:<#own>:trail/<@name>"}"#, 'F'),
        (r#""StringEquals":{"aws:SourceArn":"<arn>"}"#, 'F'),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111111111111:trail/*"}"#, 'F'),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:*:trail/t"}"#, 'T'),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:*:trail/t"}"#, 'T'),
        (r#""StringLike":{"aws:SourceArn":"arn:aws-us-gov:cloudtrail:us-gov-west-1:*"}"#, 'T'),
        (r#""StringLike":{"aws:SourceArn":"arn:aws:*"}"#, 'T'),
        (r#""StringLike":{"aws:SourceArn":"*"}"#, 'T'),
        (r#""StringLike":{"aws:SourceAccount":"1111*"}"#, 'F'),
        (r#""StringLike":{"aws:SourceAccount":"*"}"#, 'T'),
        (r#""StringEquals":{"aws:SourceAccount":["<#own>","222222222222"]}"#, 'F'),
        (r#""StringEqualsIfExists":{"aws:SourceAccount":"111111111111"}"#, 'F'),
        (r#""StringNotEquals":{"aws:SourceAccount":"111111111111"}"#, 'T'),
        (r#""ForAllValues:StringEquals":{"aws:SourceAccount":"111111111111"}"#, 'F'),
        (r#""StringEquals":{"aws:SourceOrgID":"o-1"}"#, 'F'),
        (r#""ForAnyValue:StringLike":{"aws:SourceOrgPaths":"o-1/*"}"#, 'F'),
        (r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#, '?'),
        (r#""Null":{"aws:SourceArn":"false"}"#, 'T'),
    ];
    for (condition, answer) in ROWS {
        assert_eq!(open(condition), *answer, "{condition}");
    }
}

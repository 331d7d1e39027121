//! What the policy of a log bucket grants too much, and what it refuses to everybody.

use super::pages::{ACTION, DEPUTY, LOG_BUCKET, NOT_ACTION, NOT_PRINCIPAL, PRINCIPAL, PUBLIC};
use super::*;
use crate::model::policy::excess::{Place, Rule, Weight};

const B: &str = "arn:aws:s3:::b";

/// Page, an Allow without its effect and resource, the rules that it breaks with the answer of each.
type Row = (&'static str, &'static str, &'static [(u8, char)]);

pub(super) const RULES: &[Row] = &[
    (PUBLIC, r#""Principal":"*","Action":"s3:GetObject""#, &[(1, 'T')]),
    (PUBLIC, r#""Principal":"*","Action":"s3:PutObject""#, &[(1, 'T')]),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"AWS":"111111111111"},"Action":"s3:GetObject""#, &[(1, 'T')]),
    (PRINCIPAL, r#""Principal":{"AWS":"<p>"},"Action":"s3:GetObject""#, &[(1, '?')]),
    (LOG_BUCKET, r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:PutObject""#, &[(2, 'T')]),
    (LOG_BUCKET, r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:GetObject""#, &[]),
    (LOG_BUCKET, r#""Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":["s3:Get*","s3:List*"]"#, &[]),
    (PRINCIPAL, r#""Principal":{"AWS":"AROAEXAMPLEID"},"Action":"s3:PutObject""#, &[]),
    (DEPUTY, r#""Principal":{"Service":"config.amazonaws.com"},"Action":"s3:PutObject""#, &[(2, 'T')]),
    (PRINCIPAL, r#""Principal":{"CanonicalUser":"79a5"},"Action":"s3:DeleteObject""#, &[(2, 'T')]),
    (PRINCIPAL, r#""Principal":{"Federated":"accounts.google.com"},"Action":"s3:PutBucketPolicy""#, &[(2, 'T')]),
    (ACTION, r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:Put*""#, &[(2, 'T'), (3, 'T')]),
    (
        NOT_ACTION,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"NotAction":"s3:PutObject""#,
        &[(2, 'T'), (3, 'T')],
    ),
    (LOG_BUCKET, r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:<p>""#, &[(2, '?'), (3, '?')]),
    (LOG_BUCKET, r#""Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl""#, &[(4, 'T')]),
    (LOG_BUCKET, r#""Principal":{"AWS":"arn:aws:iam::086441151436:root"},"Action":"s3:GetBucketAcl""#, &[(6, 'T')]),
    (PUBLIC, r#""Principal":{"AWS":["111111111111","*"]},"Action":"s3:ListBucket""#, &[(1, 'T')]),
    (PUBLIC, r#""Principal":{"*":"*"},"Action":"s3:GetObject""#, &[(1, 'T')]),
    (PUBLIC, r#""Principal":"*","Action":"s3:PutBucketPolicy""#, &[(1, 'T')]),
    (PRINCIPAL, r#""Principal":{"AWS":"AIDAEXAMPLEID"},"Action":"s3:*""#, &[]),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/a/s"},"Action":"s3:DeleteObject""#,
        &[(2, 'T')],
    ),
    (PRINCIPAL, r#""Principal":{"AWS":"222222222222"},"Action":"s3:GetBucketLocation""#, &[]),
    (PRINCIPAL, r#""Principal":{"CanonicalUser":"79a5"},"Action":"s3:GetBucketLocation""#, &[]),
    (ACTION, r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"*""#, &[(2, 'T'), (3, 'T')]),
    (ACTION, r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:Delete*""#, &[(2, 'T'), (3, 'T')]),
    (
        ACTION,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"S3:PUTLIFECYCLECONFIGURATION""#,
        &[(2, 'T')],
    ),
    (
        ACTION,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:BypassGovernanceRetention""#,
        &[(2, 'T')],
    ),
];

fn place() -> Place<'static> {
    Place { bucket: text(B), trails: Vec::new(), owner: text("111111111111"), readers: &[] }
}

/// The rules that an Allow with these parts breaks, worst answer of each; every witness is fed back.
fn broken(statements: &str) -> Vec<(u8, char)> {
    let document = policy(statements);
    let found = document.excesses(&place());
    for excess in &found {
        if let Some(witness) = &excess.witness {
            assert_eq!(letter(&document.allows(witness)), 'T', "{statements}: {witness:?}");
        }
        assert!(excess.truth != Truth::False);
    }
    found.iter().map(|excess| (excess.rule as u8, letter(&excess.truth))).collect()
}

#[test]
fn each_rule_has_its_statement() {
    for (page, parts, rules) in RULES {
        let json = format!(r#"{{"Effect":"Allow",{parts},"Resource":["{B}","{B}/*"]}}"#);
        assert_eq!(broken(&json), *rules, "{page}: {parts}");
        // What everybody is refused cannot be had through any statement.
        let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#;
        assert_eq!(broken(&format!("{json},{deny}")), [], "{parts}");
    }
}

#[test]
fn cloudtrail_outside_its_prefix() {
    let write = |resource: &str| {
        let json = format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"{resource}","Condition":{{"StringEquals":{{"aws:SourceOrgID":"o-1"}}}}}}"#
        );
        broken(&json)
    };
    assert_eq!(write("arn:aws:s3:::b/AWSLogs/111111111111/*"), []);
    assert_eq!(write("arn:aws:s3:::b/p/AWSLogs/*"), []);
    assert_eq!(write("arn:aws:s3:::b/*"), [(Rule::Prefix as u8, 'T')]);
    assert_eq!(write("*"), [(Rule::Prefix as u8, 'T')]);
    assert_eq!(write("arn:aws:s3:::b/AWSLogs*"), [(Rule::Prefix as u8, 'T')]);
    assert_eq!(write("arn:aws:s3:::b/<prefix>*"), [(Rule::Prefix as u8, '?')]);
    assert_eq!(write("arn:aws:s3:::other/*"), []);
}

#[test]
fn looking_at_the_acl_weighs_little() {
    let weigh = |action: &str| {
        let document = policy(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":{action},"Resource":["{B}","{B}/AWSLogs/*"]}}"#
        ));
        let found = document.excesses(&place());
        found.iter().find(|excess| excess.rule == Rule::Deputy).map(|excess| excess.weight)
    };
    assert_eq!(weigh(r#""s3:GetBucketAcl""#), Some(Weight::Low));
    assert_eq!(weigh(r#"["s3:GetBucketAcl","s3:PutObject"]"#), Some(Weight::Full));
}

#[test]
fn what_everyone_is_refused() {
    let ask = |deny: &str| {
        let document = policy(&format!(r#"{{"Effect":"Deny",{deny}}}"#));
        let (http, deletion) = (document.plain_http(&place()), document.version_deletion(&place()));
        for reach in [&http, &deletion] {
            if let Some(witness) = &reach.witness {
                assert_eq!(letter(&document.denies(witness)), 'F', "{deny}: {witness:?}");
            }
        }
        (letter(&http.truth), letter(&deletion.truth))
    };
    let tls = |principal: &str, action: &str, resource: &str, more: &str| {
        ask(&format!(
            r#""Principal":{principal},"Action":"{action}","Resource":{resource},"Condition":{{"Bool":{{"aws:SecureTransport":false}}{more}}}"#
        ))
    };
    let both = r#"["arn:aws:s3:::b","arn:aws:s3:::b/*"]"#;
    assert_eq!(tls(r#""*""#, "s3:*", both, ""), ('F', 'T'));
    assert_eq!(tls(r#"{"AWS":"*"}"#, "*", r#""*""#, ""), ('F', 'T'));
    assert_eq!(tls(r#""*""#, "s3:*", r#""arn:aws:s3:::b/*""#, ""), ('T', 'T'));
    assert_eq!(tls(r#""*""#, "s3:Get*", both, ""), ('T', 'T'));
    assert_eq!(tls(r#"{"AWS":"111111111111"}"#, "s3:*", both, ""), ('T', 'T'));
    assert_eq!(tls(r#""*""#, "s3:*", both, r#","StringEquals":{"aws:SourceVpce":"v"}"#), ('T', 'T'));
    assert_eq!(tls(r#""*""#, "s3:*", both, r#","StringEquals":{"aws:PrincipalIsAWSService":"false"}"#).0, 'F');
    let keep =
        |parts: &str| ask(&format!(r#"{parts},"Action":"s3:DeleteObjectVersion","Resource":"arn:aws:s3:::b/*""#)).1;
    assert_eq!(keep(r#""Principal":"*""#), 'F');
    assert_eq!(keep(r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:role/glass"}"#), 'F');
    assert_eq!(
        keep(r#""Principal":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/glass"}}"#),
        'F'
    );
    assert_eq!(keep(r#""Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111111111111"}}"#), 'T');
    assert_eq!(keep(r#""Principal":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":false}}"#), 'T');
}

#[test]
fn a_witness_without_tls_is_a_request_that_the_policy_allows() {
    let read = r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/a"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}"#;
    let service = r#"{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/*"}"#;
    let objects = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    let document = policy(&format!("{service},{read}"));
    let witness = document.allowed_without_tls(&place()).expect("the role may read");
    assert_eq!(letter(&document.allows(&witness)), 'T');
    assert_eq!(
        (witness.action, witness.caller.name()),
        (text("s3:GetObject"), text("arn:aws:iam::111111111111:role/a"))
    );
    assert_eq!(witness.context.held("aws:SecureTransport"), &Held::value("false"));
    // Nobody is allowed what is not refused; services do not come without TLS.
    assert_eq!(policy(&format!("{service},{read},{objects}")).allowed_without_tls(&place()), None);
    assert_eq!(policy(service).allowed_without_tls(&place()), None);
}

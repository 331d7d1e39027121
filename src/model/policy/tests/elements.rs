//! The elements of a statement, one at a time, and questions about them that need no request.

use super::pages::{ACTION, NOT_ACTION, NOT_PRINCIPAL, NOT_RESOURCE, PRINCIPAL, RESOURCE, VARIABLES};
use super::{ALICE, GET, KEY, letter, policy, request, text};

/// Page, the statement without its effect, who asks, action, resource, answer of an Allow.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, char);

pub(super) const ROWS: &[Row] = &[
    (PRINCIPAL, r#""Principal":"*""#, "*", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"*"}"#, "*", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"*":"*"}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":["*"]}"#, "cloudtrail.amazonaws.com", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::111111111111:root"}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"111111111111"}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws-cn:iam::111111111111:root"}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::222222222222:root"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/Alice"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::*:root"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/*"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"<p>"}"#, ALICE, GET, KEY, '?'),
    (PRINCIPAL, r#""Principal":{"AWS":"<#own>"}"#, "arn:aws:iam::<#own>:user/a", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"arn:aws:iam::<#own>:root"}"#, "arn:aws:iam::<#own>:user/a", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"<#own>"}"#, "*", GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"<p>"}"#, "*", GET, KEY, '?'),
    (PRINCIPAL, r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, "cloudtrail.amazonaws.com", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"Service":["config.amazonaws.com"]}"#, "cloudtrail.amazonaws.com", GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"Federated":"accounts.google.com"}"#, "*", GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"CanonicalUser":"79a59df900b9"}"#, "*", GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"CanonicalUser":"79a59df900b9"}"#, ALICE, GET, KEY, '?'),
    (PRINCIPAL, r#""Principal":["*"]"#, "*", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":["111111111111","222222222222"]}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":["222222222222","arn:aws:iam::111111111111:root"]}"#, ALICE, GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"AWS":"111111111111"}"#, "arn:aws:iam::111111111111:root", GET, KEY, 'T'),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:root"}"#,
        "arn:aws:iam::111111111111:root",
        GET,
        KEY,
        'T',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#,
        "arn:aws:iam::111111111111:root",
        GET,
        KEY,
        'F',
    ),
    (PRINCIPAL, r#""Principal":{"AWS":"11111111111"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"111111111111","Service":"config.amazonaws.com"}"#, ALICE, GET, KEY, 'T'),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"222222222222","Service":"cloudtrail.amazonaws.com"}"#,
        "cloudtrail.amazonaws.com",
        GET,
        KEY,
        'T',
    ),
    (PRINCIPAL, r#""Principal":{"*":"*","AWS":"*"}"#, "*", GET, KEY, 'T'),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws-us-gov:iam::111111111111:root"}"#,
        "arn:aws-us-gov:iam::111111111111:user/a",
        GET,
        KEY,
        'T',
    ),
    (PRINCIPAL, r#""Principal":{"AWS":"AROAEXAMPLEID"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"AIDAEXAMPLEID"}"#, "*", GET, KEY, 'F'),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/r"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'T',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/path/r"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'T',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:role/other"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'F',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::222222222222:role/r"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'F',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:iam::111111111111:user/r"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'F',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/r/s"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'T',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/r/other"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'F',
    ),
    (
        PRINCIPAL,
        r#""Principal":{"AWS":"arn:aws:sts::111111111111:assumed-role/r/s"}"#,
        "arn:aws:iam::111111111111:role/r",
        GET,
        KEY,
        'F',
    ),
    (PRINCIPAL, r#""Principal":{"Federated":"accounts.google.com"}"#, ALICE, GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"Federated":"accounts.google.com"}"#, "federated:accounts.google.com", GET, KEY, 'T'),
    (
        PRINCIPAL,
        r#""Principal":{"Federated":"arn:aws:iam::111111111111:saml-provider/p"}"#,
        "federated:accounts.google.com",
        GET,
        KEY,
        'F',
    ),
    (PRINCIPAL, r#""Principal":{"CanonicalUser":"79a59df900b9"}"#, "canonical:79a59df900b9", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"CanonicalUser":"79a59df900b9"}"#, "canonical:79a59df900ff", GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"AWS":"111111111111"}"#, "canonical:79a59df900b9", GET, KEY, '?'),
    (PRINCIPAL, r#""Principal":{"AWS":"*"}"#, "canonical:79a59df900b9", GET, KEY, 'T'),
    (PRINCIPAL, r#""Principal":{"Service":"CloudTrail.amazonaws.com"}"#, "cloudtrail.amazonaws.com", GET, KEY, 'F'),
    (PRINCIPAL, r#""Principal":{"Service":"<p>"}"#, "cloudtrail.amazonaws.com", GET, KEY, '?'),
    (PRINCIPAL, r#""Principal":{"Service":"<p>"}"#, ALICE, GET, KEY, 'F'),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#, ALICE, GET, KEY, 'F'),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/alice"}"#, "*", GET, KEY, 'T'),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"AWS":"111111111111"}"#, ALICE, GET, KEY, 'F'),
    (
        NOT_PRINCIPAL,
        r#""NotPrincipal":{"AWS":["arn:aws:iam::111111111111:user/bob","arn:aws:iam::111111111111:user/alice"]}"#,
        ALICE,
        GET,
        KEY,
        'F',
    ),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/bob"}"#, ALICE, GET, KEY, 'T'),
    (
        NOT_PRINCIPAL,
        r#""NotPrincipal":{"AWS":"arn:aws:iam::111111111111:role/r"}"#,
        "arn:aws:sts::111111111111:assumed-role/r/s",
        GET,
        KEY,
        'F',
    ),
    (
        NOT_PRINCIPAL,
        r#""NotPrincipal":{"Service":"cloudtrail.amazonaws.com"}"#,
        "cloudtrail.amazonaws.com",
        GET,
        KEY,
        'F',
    ),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"Service":"cloudtrail.amazonaws.com"}"#, "*", GET, KEY, 'T'),
    (NOT_PRINCIPAL, r#""NotPrincipal":"*""#, ALICE, GET, KEY, 'F'),
    (NOT_PRINCIPAL, r#""NotPrincipal":{"AWS":"<p>"}"#, ALICE, GET, KEY, '?'),
    (ACTION, r#""Principal":"*","Action":"S3:getobject""#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3:Get*""#, ALICE, "s3:getobjectacl", KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3:?etObject""#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":["s3:Put*","*"]"#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3:Get<p>""#, ALICE, GET, KEY, '?'),
    (ACTION, r#""Principal":"*","Action":"s3:Put<p>""#, ALICE, GET, KEY, 'F'),
    (ACTION, r#""Principal":"*","Action":[]"#, ALICE, GET, KEY, 'F'),
    (ACTION, r#""Principal":"*","Action":"s3:GetObject""#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"S3:GETOBJECT""#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3:getobject*""#, ALICE, "s3:GetObjectVersion", KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3:GetObject""#, ALICE, "s3:GetObjectVersion", KEY, 'F'),
    (ACTION, r#""Principal":"*","Action":"s3:*Object""#, ALICE, "s3:GetObjectAcl", KEY, 'F'),
    (ACTION, r#""Principal":"*","Action":"*:GetObject""#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3-object-lambda:*""#, ALICE, GET, KEY, 'F'),
    (ACTION, r#""Principal":"*","Action":["kms:*","s3:GetObject"]"#, ALICE, GET, KEY, 'T'),
    (ACTION, r#""Principal":"*","Action":"s3:GetObject?""#, ALICE, GET, KEY, 'F'),
    (NOT_ACTION, r#""Principal":"*","NotAction":"iam:*""#, ALICE, GET, KEY, 'T'),
    (NOT_ACTION, r#""Principal":"*","NotAction":["s3:get*"]"#, ALICE, GET, KEY, 'F'),
    (NOT_ACTION, r#""Principal":"*","NotAction":[]"#, ALICE, GET, KEY, 'T'),
    (NOT_ACTION, r#""Principal":"*","NotAction":"s3:GetObject""#, ALICE, "s3:PutObject", KEY, 'T'),
    (NOT_ACTION, r#""Principal":"*","NotAction":"S3:GETOBJECT""#, ALICE, GET, KEY, 'F'),
    (NOT_ACTION, r#""Principal":"*","NotAction":["iam:*","s3:Get*"]"#, ALICE, GET, KEY, 'F'),
    (NOT_ACTION, r#""Principal":"*","NotAction":"*""#, ALICE, GET, KEY, 'F'),
    (NOT_ACTION, r#""Principal":"*","NotAction":"s3:<p>""#, ALICE, GET, KEY, '?'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::b""#, ALICE, GET, KEY, 'F'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::B/*""#, ALICE, GET, KEY, 'F'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::b/?""#, ALICE, GET, KEY, 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::<@b>/*""#, ALICE, GET, "arn:aws:s3:::<@b>/x", 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::<@b>/*""#, ALICE, GET, KEY, '?'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::<@b>""#, ALICE, GET, KEY, 'F'),
    (RESOURCE, r#""Principal":"*","Resource":"*""#, ALICE, GET, KEY, 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::b/*""#, ALICE, GET, "arn:aws:s3:::b/p/q/r", 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::b*""#, ALICE, GET, "arn:aws:s3:::bucket/k", 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::b/*""#, ALICE, GET, "arn:aws:s3:::b", 'F'),
    (RESOURCE, r#""Principal":"*","Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/k"]"#, ALICE, GET, KEY, 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::b/K""#, ALICE, GET, KEY, 'F'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws-cn:s3:::b/*""#, ALICE, GET, KEY, 'F'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:*:s3:::b/*""#, ALICE, GET, KEY, 'T'),
    (RESOURCE, r#""Principal":"*","Resource":"arn:aws:s3:::?/k""#, ALICE, GET, KEY, 'T'),
    (RESOURCE, r#""Principal":"*","Resource":[]"#, ALICE, GET, KEY, 'F'),
    (NOT_RESOURCE, r#""Principal":"*","NotResource":"arn:aws:s3:::b/public/*""#, ALICE, GET, KEY, 'T'),
    (NOT_RESOURCE, r#""Principal":"*","NotResource":"arn:aws:s3:::b/*""#, ALICE, GET, KEY, 'F'),
    (NOT_RESOURCE, r#""Principal":"*","NotResource":["arn:aws:s3:::a/*","arn:aws:s3:::b/k"]"#, ALICE, GET, KEY, 'F'),
    (NOT_RESOURCE, r#""Principal":"*","NotResource":"*""#, ALICE, GET, KEY, 'F'),
    (NOT_RESOURCE, r#""Principal":"*","NotResource":[]"#, ALICE, GET, KEY, 'T'),
    (NOT_RESOURCE, r#""Principal":"*","NotResource":"arn:aws:s3:::<@b>/*""#, ALICE, GET, KEY, '?'),
    (VARIABLES, r#""Principal":"*","Resource":"arn:aws:s3:::b/${*}""#, ALICE, GET, KEY, 'F'),
    (VARIABLES, r#""Principal":"*","Resource":"arn:aws:s3:::b/${*}""#, ALICE, GET, "arn:aws:s3:::b/*", 'T'),
    (VARIABLES, r#""Principal":"*","Resource":"arn:aws:s3:::b/${$}*""#, ALICE, GET, "arn:aws:s3:::b/$k", 'T'),
    (VARIABLES, r#""Principal":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'k'}""#, ALICE, GET, KEY, 'T'),
    (
        VARIABLES,
        r#""Principal":"*","NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'k'}""#,
        ALICE,
        GET,
        KEY,
        'F',
    ),
];

#[test]
fn each_element_takes_in_what_its_page_says() {
    for (page, parts, who, action, resource, answer) in ROWS {
        let mut json = format!(r#"{{"Effect":"Allow",{parts}"#);
        for (name, default) in [("Action", "*"), ("Resource", "*")] {
            if !json.contains(&format!("{name}\":")) {
                json.push_str(&format!(r#","{name}":"{default}""#));
            }
        }
        json.push('}');
        let found = letter(&policy(&json).allows(&request(who, action, resource, &[])));
        assert_eq!(found, *answer, "{page}: {parts} for {who}");
    }
}

#[test]
fn clauses_answer_without_a_request() {
    let ask = |json: &str| policy(&format!(r#"{{"Effect":"Allow",{json}}}"#)).statements.remove(0);
    let kms = ask(r#""Principal":{"AWS":"*"},"Action":["kms:GenerateDataKey","kms:DescribeKey"],"Resource":"*""#);
    let action = kms.action.as_ref().expect("actions");
    assert_eq!(letter(&kms.names_everyone()), 'T');
    assert_eq!(letter(&kms.takes_action("KMS:describekey")), 'T');
    assert_eq!(letter(&kms.takes_action("kms:Decrypt")), 'F');
    assert_eq!(letter(&action.reaches_beyond(&["kms:GenerateDataKey*", "kms:DescribeKey"])), 'F');
    assert_eq!(letter(&action.reaches_beyond(&["kms:DescribeKey"])), 'T');
    assert_eq!(letter(&action.has_wildcard()), 'F');
    let not = ask(r#""NotPrincipal":{"AWS":"1"},"NotAction":"kms:Decrypt","NotResource":"arn:aws:s3:::b/x/*""#);
    assert_eq!(letter(&not.names_everyone()), 'T');
    assert_eq!(letter(&not.takes_action("kms:Decrypt")), 'F');
    assert_eq!(letter(&not.action.as_ref().expect("actions").reaches_beyond(&["*"])), 'T');
    assert_eq!(letter(&not.touches_resource(&text("arn:aws:s3:::b/*"))), 'T');
    assert_eq!(letter(&not.covers_resource(&text("arn:aws:s3:::b/*"))), 'F');
    assert_eq!(letter(&not.touches_resource(&text("arn:aws:s3:::b/x/y"))), 'F');
    assert_eq!(letter(&not.covers_resource(&text("arn:aws:s3:::b/y"))), 'T');
}

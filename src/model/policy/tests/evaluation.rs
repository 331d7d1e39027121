//! Whole policies: how statements come together.

use super::pages::{
    CONDITION, EFFECT, EVALUATION, KEY_POLICY, LOGIC, NOT_ACTION, NOT_PRINCIPAL, NOT_RESOURCE, OPERATORS, PRINCIPAL,
    SETS, STATEMENT, VARIABLES,
};
use super::{ALICE, GET, KEY, letter, policy, request};

/// Page, statements, who asks, the keys that the request carries, answer.
type Row = (&'static str, &'static [&'static str], &'static str, &'static [(&'static str, &'static str)], char);

const ALLOW: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
const DENY: &str = r#"{"Effect":"Deny","Principal":"*","Action":"s3:Get*","Resource":"*"}"#;
const DENY_OTHER: &str = r#"{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"*"}"#;
const TLS: &str = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}"#;
const MAYBE: &str = r#"{"Effect":"?","Principal":"*","Action":"*","Resource":"*"}"#;
const ELSEWHERE: &str = r#"{"Effect":"?","Principal":"*","Action":"iam:*","Resource":"*"}"#;
const UNREAD: &str = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Unreadable":1}"#;
const UNREAD_OTHER: &str = r#"{"Effect":"Deny","Principal":"*","Action":"iam:*","Resource":"*","Unreadable":1}"#;
const NO_ACTION: &str = r#"{"Effect":"Allow","Principal":"*","Resource":"*"}"#;
const ALL_BUT_ALICE: &str = r#"{"Effect":"Deny","NotPrincipal":{"AWS":["111111111111","arn:aws:iam::111111111111:user/alice"]},"Action":"*","Resource":"*"}"#;
const ALL_BUT_GET: &str = r#"{"Effect":"Deny","Principal":"*","NotAction":"s3:Get*","Resource":"*"}"#;
const ALL_BUT_KEY: &str = r#"{"Effect":"Deny","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::b/k"}"#;
const BOTH: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"a":"1","b":"2"},"StringLike":{"c":["x*","y*"]}}}"#;
const OPEN_SET: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"k":"a"}}}"#;
const CLOSED_SET: &str = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"k":"a"},"Null":{"k":"false"}}}"#;
const HOME: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"}"#;
const IDENTITY: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
const ROOT: &str =
    r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"*","Resource":"*"}"#;
const CALLER: &str = r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"111111111111"}}}"#;

pub(super) const ROWS: &[Row] = &[
    (EVALUATION, &[], ALICE, &[], 'F'),
    (EVALUATION, &[ALLOW], ALICE, &[], 'T'),
    (EVALUATION, &[DENY], ALICE, &[], 'F'),
    (EVALUATION, &[ALLOW, DENY], ALICE, &[], 'F'),
    (EVALUATION, &[DENY, ALLOW], ALICE, &[], 'F'),
    (EVALUATION, &[ALLOW, DENY_OTHER], ALICE, &[], 'T'),
    (EVALUATION, &[ALLOW, ALLOW, DENY], ALICE, &[], 'F'),
    (EVALUATION, &[ALLOW, TLS], ALICE, &[("aws:SecureTransport", "true")], 'T'),
    (EVALUATION, &[ALLOW, TLS], ALICE, &[("aws:SecureTransport", "false")], 'F'),
    (EVALUATION, &[ALLOW, TLS], ALICE, &[("aws:SecureTransport", "?")], '?'),
    (EVALUATION, &[IDENTITY], ALICE, &[], 'T'),
    (EFFECT, &[MAYBE], ALICE, &[], '?'),
    (EFFECT, &[MAYBE, DENY], ALICE, &[], 'F'),
    (EFFECT, &[ALLOW, MAYBE], ALICE, &[], '?'),
    (EFFECT, &[ALLOW, ELSEWHERE], ALICE, &[], 'T'),
    (STATEMENT, &[ALLOW, UNREAD], ALICE, &[], '?'),
    (STATEMENT, &[ALLOW, UNREAD_OTHER], ALICE, &[], 'T'),
    (STATEMENT, &[NO_ACTION], ALICE, &[], '?'),
    (STATEMENT, &[ALLOW, r#""?""#], ALICE, &[], '?'),
    (STATEMENT, &[r#""?""#], ALICE, &[], '?'),
    (STATEMENT, &[DENY, r#""?""#], ALICE, &[], 'F'),
    (NOT_PRINCIPAL, &[ALLOW, ALL_BUT_ALICE], ALICE, &[], 'T'),
    (NOT_PRINCIPAL, &[ALLOW, ALL_BUT_ALICE], "*", &[], 'F'),
    (NOT_PRINCIPAL, &[ALLOW, ALL_BUT_ALICE], "arn:aws:iam::222222222222:user/alice", &[], 'F'),
    (NOT_PRINCIPAL, &[ALLOW, ALL_BUT_ALICE], "cloudtrail.amazonaws.com", &[], 'F'),
    (NOT_ACTION, &[ALLOW, ALL_BUT_GET], ALICE, &[], 'T'),
    (NOT_RESOURCE, &[ALLOW, ALL_BUT_KEY], ALICE, &[], 'T'),
    (LOGIC, &[BOTH], ALICE, &[("a", "1"), ("b", "2"), ("c", "y1")], 'T'),
    (LOGIC, &[BOTH], ALICE, &[("a", "1"), ("b", "2"), ("c", "z")], 'F'),
    (LOGIC, &[BOTH], ALICE, &[("a", "1"), ("c", "x")], 'F'),
    (CONDITION, &[BOTH], ALICE, &[("A", "1"), ("B", "2"), ("C", "x")], 'T'),
    (SETS, &[OPEN_SET], ALICE, &[], 'T'),
    (SETS, &[CLOSED_SET], ALICE, &[], 'F'),
    (SETS, &[CLOSED_SET], ALICE, &[("k", "a")], 'T'),
    (SETS, &[CLOSED_SET], ALICE, &[("k", "a|b")], 'F'),
    (VARIABLES, &[HOME], ALICE, &[("aws:username", "k")], 'T'),
    (VARIABLES, &[HOME], ALICE, &[("AWS:UserName", "k")], 'T'),
    (VARIABLES, &[HOME], ALICE, &[("aws:username", "other")], 'F'),
    (PRINCIPAL, &[ROOT], ALICE, &[], 'T'),
    (PRINCIPAL, &[ROOT], "arn:aws:iam::222222222222:user/alice", &[], 'F'),
    (KEY_POLICY, &[ROOT], "cloudtrail.amazonaws.com", &[], 'F'),
    (KEY_POLICY, &[CALLER], ALICE, &[("kms:CallerAccount", "111111111111")], 'T'),
    (KEY_POLICY, &[CALLER], "arn:aws:iam::222222222222:user/a", &[("KMS:calleraccount", "222222222222")], 'F'),
    (OPERATORS, &[CALLER], "*", &[], 'F'),
];

#[test]
fn statements_come_together_as_the_pages_say() {
    for (page, statements, who, keys, answer) in ROWS {
        let document = policy(&statements.join(","));
        let ask = request(who, GET, KEY, keys);
        assert_eq!(letter(&document.allows(&ask)), *answer, "{page}: {statements:?} for {who} with {keys:?}");
    }
}

#[test]
fn old_versions_have_no_variables() {
    let json = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}"#;
    let mut document = policy(json);
    let ask = request(ALICE, GET, "arn:aws:s3:::b/alice", &[]);
    assert_eq!(letter(&document.allows(&ask)), '?');
    let known = request(ALICE, GET, "arn:aws:s3:::b/alice", &[("aws:username", "alice")]);
    assert_eq!(letter(&document.allows(&known)), 'T');
    // The value of a variable is never a wildcard.
    let wild = request(ALICE, GET, "arn:aws:s3:::b/alice", &[("aws:username", "*")]);
    assert_eq!(letter(&document.allows(&wild)), '?');
    document.variables = false;
    assert_eq!(letter(&document.allows(&ask)), 'F');
}

//! Identity policies, permissions boundaries and service control policies together, as far as checks ask for them. Each
//! row names the page of the IAM or Organizations user guide that says so.

use super::*;

const EVALUATION: &str = "reference_policies_evaluation-logic";
const BOUNDARIES: &str = "access_policies_boundaries";
const GUARDRAILS: &str = "orgs_manage_policies_scps_evaluation";

const STOP: &str = r#"{"Action":"cloudtrail:StopLogging","Resource":"*"}"#;
const ALL: &str = r#"{"Action":"*","Resource":"*"}"#;
const READ: &str = r#"{"Action":["cloudtrail:Get*","cloudtrail:List*"],"Resource":"*"}"#;
const NEVER: &str = r#"{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*"}"#;
const NEVER_ELSE: &str = r#"{"Effect":"Deny","NotAction":"cloudtrail:Get*","Resource":"*"}"#;
const MFA: &str = r#"{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}"#;
const PLAIN: &str =
    r#"{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;

/// Page, the identity's documents, its boundary (`-`: none), what it may do.
const ROWS: &[(&str, &[&[&str]], &str, &str)] = &[
    (EVALUATION, &[], "-", "nothing"),
    (EVALUATION, &[&[READ]], "-", "nothing"),
    (EVALUATION, &[&[STOP]], "-", "StopLogging"),
    (EVALUATION, &[&[READ], &[STOP]], "-", "StopLogging"),
    (EVALUATION, &[&[STOP], &[NEVER]], "-", "nothing"),
    (EVALUATION, &[&[NEVER, STOP]], "-", "nothing"),
    (EVALUATION, &[&[ALL, NEVER_ELSE]], "-", "nothing"),
    (EVALUATION, &[&[STOP, MFA]], "-", "maybe StopLogging"),
    (EVALUATION, &[&[STOP, PLAIN]], "-", "StopLogging"),
    (EVALUATION, &[&[ALL]], "-", "everything"),
    (BOUNDARIES, &[&[STOP]], ALL, "StopLogging"),
    (BOUNDARIES, &[&[STOP]], STOP, "StopLogging"),
    (BOUNDARIES, &[&[STOP]], READ, "nothing"),
    (BOUNDARIES, &[&[STOP]], NEVER, "nothing"),
    (BOUNDARIES, &[&[READ]], ALL, "nothing"),
    (BOUNDARIES, &[], ALL, "nothing"),
    (BOUNDARIES, &[&[ALL]], STOP, "StopLogging"),
    (BOUNDARIES, &[&[ALL]], r#"{"NotAction":"cloudtrail:*","Resource":"*"}"#, "DeleteObject"),
    (BOUNDARIES, &[&[STOP, NEVER]], ALL, "nothing"),
    (
        BOUNDARIES,
        &[&[STOP]],
        r#"{"Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#,
        "maybe StopLogging",
    ),
    (BOUNDARIES, &[&[STOP]], r#"{"Action":"*","Resource":"arn:aws:s3:::*"}"#, "nothing"),
];

#[test]
fn no_row_is_lost() {
    assert!(ROWS.len() + REFUSALS.len() >= 31);
    assert!(ROWS.iter().map(|row| row.0).chain(REFUSALS.iter().map(|row| row.0)).all(|page| !page.is_empty()));
}

#[test]
fn a_boundary_and_a_deny_take_away_and_nothing_gives_but_an_allow() {
    for (page, documents, boundary, wanted) in ROWS {
        let parsed = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_else(|e| panic!("{e}: {text}"));
        let documents: Vec<Json> =
            documents.iter().map(|statements| statements.iter().map(|text| parsed(text)).collect()).collect();
        let limit = (*boundary != "-").then(|| document(&parsed(boundary)));
        let boundary = limit.as_ref().map_or(Boundary::None, Boundary::Document);
        assert_eq!(power_in(&estate(), &documents, &boundary), *wanted, "{page}: {documents:?} within {boundary:?}");
    }
}

/// Page, a service control policy, whether it refuses a member's role to stop trails.
const REFUSALS: &[(&str, &str, char)] = &[
    (GUARDRAILS, ALL, 'F'),
    (GUARDRAILS, NEVER, 'T'),
    (GUARDRAILS, NEVER_ELSE, 'T'),
    (GUARDRAILS, r#"{"Effect":"Deny","Action":"CloudTrail:stop*","Resource":"*"}"#, 'T'),
    (GUARDRAILS, r#"{"Effect":"Deny","Action":"cloudtrail:DeleteTrail","Resource":"*"}"#, 'F'),
    (GUARDRAILS, r#"{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::*"}"#, 'F'),
    (GUARDRAILS, r#"{"Effect":"Deny","Action":"*","Resource":"arn:aws:cloudtrail:*:*:trail/*"}"#, 'T'),
    (
        GUARDRAILS,
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/glass"}}}"#,
        'T',
    ),
    (
        GUARDRAILS,
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}}"#,
        'F',
    ),
    (
        GUARDRAILS,
        r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}"#,
        '?',
    ),
];

#[test]
fn service_control_policies_refuse_and_never_grant() {
    for (page, statement, wanted) in REFUSALS {
        let policy = document(&serde_json::from_str(statement).expect("is JSON"));
        let account = text("111111111111");
        let arn = text("arn:aws:iam::111111111111:role/worker");
        let context = Context::default().with("aws:PrincipalArn", Held::Values(vec![arn.clone()]));
        let request = Request {
            caller: Caller::Aws { account, arn },
            action: "cloudtrail:StopLogging".into(),
            resource: text("arn:aws:cloudtrail:us-east-1:111111111111:trail/audit"),
            context,
        };
        let found = match policy.satisfies(|document| document.denies(&request)) {
            Truth::True => 'T',
            Truth::False => 'F',
            Truth::Unknown(_) => '?',
        };
        assert_eq!(found, *wanted, "{page}: {statement}");
    }
}

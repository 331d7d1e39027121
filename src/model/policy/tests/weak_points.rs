//! Where tools of this kind are known to be wrong: each of these policies is judged wrongly by one that looks for a
//! string, or at a part.

use super::*;
use crate::model::policy::excess::{Place, Rule};

const B: &str = "arn:aws:s3:::b";
const OWN_TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/t";

fn place() -> Place<'static> {
    Place { bucket: text(B), trails: Vec::new(), owner: text("111111111111"), readers: &[] }
}

/// The rules that are certainly broken.
fn broken(statements: &[String]) -> Vec<Rule> {
    let document = policy(&statements.join(","));
    let found = document.excesses(&place());
    found.iter().filter(|excess| excess.truth == Truth::True).map(|excess| excess.rule).collect()
}

fn allow(principal: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":["{B}","{B}/AWSLogs/*"],"Condition":{{{condition}}}}}"#
    )
}

const CLOUDTRAIL: &str = r#"{"Service":"cloudtrail.amazonaws.com"}"#;

#[test]
fn a_condition_on_the_source_limits_only_those_who_have_one_and_only_by_what_it_says() {
    let own = format!(r#""StringEquals":{{"aws:SourceArn":"{OWN_TRAIL}"}}"#);
    let if_exists = format!(r#""StringEqualsIfExists":{{"aws:SourceArn":"{OWN_TRAIL}"}}"#);
    let not_another = r#""StringNotEquals":{"aws:SourceArn":"arn:aws:cloudtrail:us-east-1:222222222222:trail/t"}"#;
    let any = r#""StringLike":{"aws:SourceArn":"*"}"#;
    let any_account = r#""ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:*:trail/*"}"#;
    let some = r#""Null":{"aws:SourceArn":"false"}"#;
    let all_values = format!(r#""ForAllValues:StringEquals":{{"aws:SourceArn":"{OWN_TRAIL}"}}"#);
    let put = |principal: &str, condition: &str| broken(&[allow(principal, "s3:PutObject", condition)]);
    assert_eq!(put(CLOUDTRAIL, &own), []);
    for condition in [not_another, any, any_account, some] {
        assert_eq!(put(CLOUDTRAIL, condition), [Rule::Deputy], "{condition}");
    }
    // People send no source, so a condition that lets its absence pass does not limit them at all.
    for condition in [&if_exists, &all_values, not_another] {
        assert!(put(r#""*""#, condition).contains(&Rule::Anyone), "{condition}");
        assert_eq!(put(r#"{"AWS":"arn:aws:iam::222222222222:role/r"}"#, condition), [Rule::Writer], "{condition}");
    }
    // Another service stays another service, whatever source it acts for.
    assert_eq!(put(r#"{"Service":"config.amazonaws.com"}"#, &own), [Rule::Writer]);
    assert_eq!(put(r#"{"Service":["config.amazonaws.com","cloudtrail.amazonaws.com"]}"#, &own), [Rule::Writer]);
}

#[test]
fn a_source_of_another_account_is_no_limit_to_the_own_one() {
    let ask = |account: &str| {
        let condition = format!(r#""ArnLike":{{"aws:SourceArn":"arn:aws:cloudtrail:*:{account}:trail/*"}}"#);
        let document = policy(&allow(CLOUDTRAIL, "s3:PutObject", &condition));
        let strange = format!("arn:aws:cloudtrail:us-east-1:{STRANGER}:trail/any");
        let deputy =
            document.by_deputy("cloudtrail.amazonaws.com", &strange, "s3:PutObject", &text("arn:aws:s3:::b/AWSLogs/x"));
        letter(&document.reach(&deputy).truth)
    };
    assert_eq!(ask("111111111111"), 'F');
    assert_eq!(ask("*"), 'T');
    assert_eq!(ask("1111111111??"), 'F', "of an account like that nobody can be sure to have one");
}

#[test]
fn every_statement_counts_and_not_the_first_alone() {
    let own = format!(r#""StringEquals":{{"aws:SourceArn":"{OWN_TRAIL}"}}"#);
    let good = allow(CLOUDTRAIL, "s3:PutObject", &own);
    let public = allow(r#"{"AWS":"*"}"#, "s3:GetObject", "");
    assert_eq!(broken(std::slice::from_ref(&good)), []);
    for at in 0..4 {
        let mut statements = vec![good.clone(); 3];
        statements.insert(at, public.clone());
        assert_eq!(broken(&statements), [Rule::Anyone], "as statement {at}");
    }
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}"#.to_owned();
    assert_eq!(broken(&[public, good, deny]), [], "the last statement takes back what the first gives");
}

#[test]
fn every_principal_of_a_list_counts_and_not_a_scalar_alone() {
    for principal in [
        r#"{"Service":["config.amazonaws.com","cloudtrail.amazonaws.com"]}"#,
        r#"{"Service":["cloudtrail.amazonaws.com"]}"#,
        r#"{"AWS":"111111111111","Service":"cloudtrail.amazonaws.com"}"#,
    ] {
        let found = broken(&[allow(principal, "s3:GetBucketAcl", "")]);
        assert!(found.contains(&Rule::Deputy), "{principal}: {found:?}");
    }
    for principal in [r#"{"AWS":["111111111111","*"]}"#, r#"{"*":"*"}"#, r#"["*"]"#] {
        assert_eq!(broken(&[allow(principal, "s3:GetObject", "")]), [Rule::Anyone], "{principal}");
    }
}

#[test]
fn public_access_by_policy_is_seen_without_an_acl() {
    let public = |statements: &str| !policy(statements).public(&place()).is_empty();
    assert!(public(&allow(r#""*""#, "s3:GetObject", "")));
    assert!(public(&allow(r#""*""#, "s3:GetObject", r#""Bool":{"aws:SecureTransport":"true"}"#)));
    assert!(!public(&allow(r#""*""#, "s3:GetObject", r#""StringEquals":{"aws:PrincipalOrgID":"o-1"}"#)));
    assert!(!public(&allow(r#"{"AWS":"111111111111"}"#, "s3:GetObject", "")));
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111111111111"}}}"#;
    assert!(!public(&format!("{},{deny}", allow(r#""*""#, "s3:GetObject", ""))));
}

#[test]
fn a_deny_that_can_be_avoided_takes_nothing_back() {
    let public = allow(r#""*""#, "s3:GetObject", "");
    for condition in [
        r#""Bool":{"aws:SecureTransport":"false"}"#,
        r#""StringNotEquals":{"aws:UserAgent":"me"}"#,
        r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}"#,
    ] {
        let deny = format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{{{condition}}}}}"#
        );
        assert_eq!(broken(&[public.clone(), deny]), [Rule::Anyone], "{condition}");
    }
}

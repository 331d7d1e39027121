//! Estates in which nothing fails: what is asked, how often, and with which permissions.

use std::collections::{BTreeMap, BTreeSet};

use trailwarden::sources::aws::actions::{ACTIONS, policy};
use trailwarden::sources::aws::recording::{GLOBAL, Scope, Status};

use super::super::none;
use super::proxy::Seen;
use super::*;

/// The action of IAM that a call needs. S3 is seen by its actions already.
fn action(seen: &Seen) -> String {
    let service = match seen.service.as_str() {
        "monitoring" => "cloudwatch",
        service => service,
    };
    format!("{service}:{}", seen.operation)
}

#[test]
fn one_account() {
    let proxy = GOOD.plain();
    let run = Run::new(&proxy, &["--fail-on=never"]);
    assert_eq!(run.code(), 0, "{}", run.said());
    let recording = run.recording();
    assert_eq!(recording.manifest.scope, Scope::Account);
    assert_eq!(recording.manifest.accounts.len(), 1);
    assert_eq!(recording.manifest.accounts[0].status, Status::Complete);
    assert_eq!(gaps(&recording), Vec::<String>::new());
    let regions = &recording.manifest.regions[MANAGEMENT];
    assert_eq!(regions.values().filter(|status| **status == Status::Complete).count(), 17);
    assert_eq!(regions["af-south-1"], Status::Skipped, "off, and listed");
    assert!(!outputs(&recording).iter().any(|call| call.contains("af-south-1")));
}

#[test]
fn all_accounts_of_the_organization() {
    let proxy = MIXED.plain();
    let run = Run::new(&proxy, &["--organization", "--fail-on=never"]);
    assert_eq!(run.code(), 0, "{}", run.said());
    let recording = run.recording();
    assert_eq!(recording.manifest.scope, Scope::Organization);
    let accounts: Vec<&str> = recording.manifest.accounts.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(accounts, [MANAGEMENT, ARCHIVE, APP, LAB, LEGACY, SHOP]);
    assert_eq!(recording.manifest.accounts[1].name.as_deref(), Some("log-archive"));
    assert!(recording.manifest.accounts.iter().all(|line| line.status == Status::Complete));
    // The bucket of the organization's trail is read where it lies, once.
    let policies: Vec<String> =
        outputs(&recording).into_iter().filter(|call| call.ends_with("/get-bucket-policy")).collect();
    assert_eq!(policies, [format!("{ARCHIVE}/eu-west-1/get-bucket-policy")]);
    // That trail is judged in its own account: nobody else asks about it.
    let asked: Vec<String> =
        outputs(&recording).into_iter().filter(|call| call.ends_with("/get-event-selectors")).collect();
    let of = |account: &str, region: &str| format!("{account}/{region}/get-event-selectors");
    let home = "eu-west-1";
    assert_eq!(asked, [of(MANAGEMENT, home), of(APP, "us-east-1"), of(LAB, home), of(LEGACY, home), of(SHOP, home)]);
}

#[test]
fn no_call_is_made_twice() {
    for (estate, args) in [(&GOOD, vec![]), (&BAD, vec![]), (&MIXED, vec!["--organization"])] {
        let proxy = estate.plain();
        Run::new(&proxy, &args);
        assert_eq!(proxy.repeated(), Vec::new());
        let mut sweeps: BTreeMap<(String, String), usize> = BTreeMap::new();
        for seen in proxy.seen().into_iter().filter(|seen| seen.operation == "DescribeTrails") {
            *sweeps.entry((seen.account, seen.region)).or_default() += 1;
        }
        let accounts = if args.is_empty() { 1 } else { 6 };
        assert_eq!(sweeps.len(), 17 * accounts);
        assert!(sweeps.values().all(|count| *count == 1), "{sweeps:?}");
    }
}

#[test]
fn only_what_the_enabled_checks_need_is_asked() {
    let proxy = MIXED.plain();
    Run::new(&proxy, &["--only=log-file-validation"]);
    let operations: BTreeSet<String> = proxy.seen().iter().map(|seen| seen.operation.clone()).collect();
    assert_eq!(operations, ["DescribeTrails", "GetCallerIdentity", "ListRegions"].map(str::to_owned).into());
}

/// The policy grants what is called and nothing else. Nobody needs leave to ask who he is; entering another account is
/// a matter of the caller's own policy.
#[test]
fn the_policy_is_what_is_called() {
    let mut called = BTreeSet::new();
    let mut root = String::new();
    for (estate, args) in [(&GOOD, vec![]), (&BAD, vec![]), (&MIXED, vec!["--organization"])] {
        let proxy = estate.plain();
        let run = Run::new(&proxy, &args);
        called.extend(proxy.seen().iter().map(action));
        let recording = run.recording();
        if let Some((_, Answer::Output(roots))) =
            recording.of_operation(MANAGEMENT, "organizations", "list-roots").next()
        {
            root = roots["Roots"][0]["Id"].as_str().expect("has an id").to_owned();
        }
    }
    let proxy = MIXED.plain();
    Run::new(&proxy, &["--organization", &format!("--ou={root}")]);
    called.extend(proxy.seen().iter().map(action));
    called.remove("sts:GetCallerIdentity");
    called.remove("sts:AssumeRole");
    let granted: BTreeSet<String> = ACTIONS.iter().map(|(action, ..)| (*action).to_owned()).collect();
    let mut faults: Vec<String> = called.difference(&granted).map(|action| format!("not granted: {action}")).collect();
    faults.extend(granted.difference(&called).map(|action| format!("never called: {action}")));
    none(&faults);
}

#[test]
fn the_policy_is_printed() {
    let printed = |region: &str, args: &[&str]| -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailwarden"));
        let output = command.args(["live", "--print-policy"]).args(args).env("AWS_REGION", region).output();
        serde_json::from_slice(&output.expect("runs").stdout).expect("is JSON")
    };
    assert_eq!(printed("eu-west-1", &[]), policy("aws", None));
    let args = ["--organization", "--role-name=/audit/reader"];
    assert_eq!(printed("us-gov-west-1", &args), policy("aws-us-gov", Some("audit/reader")));
}

/// A member account alone: it sees the organization's trail, may not read it, and that is no gap.
#[test]
fn a_member_alone() {
    let proxy = MIXED.plain();
    let role = format!("arn:aws:iam::{APP}:role/OrganizationAccountAccessRole");
    let script = "import boto3, sys; c = boto3.client('sts', region_name='eu-west-1', endpoint_url=sys.argv[1]).assume_role(RoleArn=sys.argv[2], \
                  RoleSessionName='test')['Credentials']; print(c['AccessKeyId'], c['SecretAccessKey'], c['SessionToken'])";
    let output =
        clean(&mut Command::new(python())).args(["-c", script, &proxy.endpoint, &role]).output().expect("runs");
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut command = live(&proxy, &["--fail-on=never"]);
    command
        .env("AWS_ACCESS_KEY_ID", words[0])
        .env("AWS_SECRET_ACCESS_KEY", words[1])
        .env("AWS_SESSION_TOKEN", words[2]);
    let run = Run::of(command);
    assert_eq!(run.code(), 0, "{}", run.said());
    let recording = run.recording();
    assert_eq!(gaps(&recording), Vec::<String>::new());
    let refused = recording.iter().any(|(call, answer)| {
        call.operation == "get-event-selectors"
            && matches!(answer, Answer::Refused { code, .. } if code == "CloudTrailARNInvalidException")
    });
    assert!(refused);
    assert!(outputs(&recording).contains(&format!("{APP}/eu-west-1/get-trail-status")));
    assert!(outputs(&recording).contains(&format!("{APP}/{GLOBAL}/describe-organization")));
}

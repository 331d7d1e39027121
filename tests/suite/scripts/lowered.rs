//! Scripts: what calls and their options come to, as pairs that differ in little.

use super::{fixed, hold, verdict};

#[test]
fn a_policy_that_is_not_known_may_be_any() {
    let tampering = "audit-tampering-access";
    hold(&[
        ("aws iam attach-role-policy --role-name r --policy-arn \"$POLICY\"\n", tampering, "unknown"),
        ("aws iam attach-role-policy --role-name r --policy-arn \"$(cat arn)\"\n", tampering, "unknown"),
        ("aws iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/$NAME\n", tampering, "unknown"),
        (
            "aws iam attach-role-policy --role-name r --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess\n",
            tampering,
            "pass",
        ),
        ("aws iam attach-role-policy --role-name r --policy-arn arn:aws:iam::$ACCOUNT:policy/own\n", tampering, "pass"),
    ]);
}

#[test]
fn only_what_is_certainly_detached_is_gone() {
    let full = "full-access-usage";
    let rest = "--role-name r --policy-arn arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess";
    let attach = format!("aws iam attach-role-policy {rest}");
    let detach = format!("aws iam detach-role-policy {rest}");
    for (script, wanted) in [
        (format!("{attach}\n{detach}\n"), "pass"),
        (format!("cleanup() {{\n{detach}\n}}\n{attach}\n"), "fail"),
        (format!("cleanup() {{\n{detach}\n}}\n{attach}\ncleanup\n"), "pass"),
        (format!("{attach} --profile a\n{detach} --profile b\n"), "fail"),
        (format!("{attach} --profile a\n{detach} --profile a\n"), "pass"),
    ] {
        let actual = verdict(&[("x.sh", script.as_bytes())], full);
        assert!(actual == wanted || wanted == "pass" && actual != "fail", "{actual}: {script}");
    }
}

#[test]
fn the_last_of_an_option_counts_and_switches_take_no_value() {
    let (all, kms) = ("multi-region-trail", "kms-encryption");
    hold(&[
        ("aws cloudtrail create-trail --name a --s3-bucket-name b --kms-key-id alias/x --kms-key-id ''\n", kms, "fail"),
        ("aws cloudtrail create-trail --name a --s3-bucket-name b --kms-key-id '' --kms-key-id alias/x\n", kms, "pass"),
        ("aws cloudtrail create-trail --name a --s3-bucket-name b --is-multi-region-trail false\n", all, "unknown"),
        ("aws cloudtrail create-trail --name a --s3-bucket-name b --is-multi-region-trail=true\n", all, "unknown"),
        ("aws cloudtrail create-trail --name a --s3-bucket-name b --is-multi-region-trail\n", all, "pass"),
    ]);
}

#[test]
fn options_of_a_new_bucket_bring_about_more_than_they_name() {
    let policy = "aws s3api put-bucket-policy --bucket b --policy '{\"Version\": \"2012-10-17\", \"Statement\": []}'\n\
                  aws s3api delete-public-access-block --bucket b\n\
                  aws cloudtrail create-trail --name a --s3-bucket-name b\n";
    let trail = "aws cloudtrail create-trail --name a --s3-bucket-name b\n";
    let made = "aws s3api create-bucket --bucket b";
    let read = "--grant-read uri=http://acs.amazonaws.com/groups/global/AllUsers";
    let (public, versions) = ("public-log-bucket", "bucket-versioning");
    let open = format!("{made} --object-ownership ObjectWriter {read}\n{policy}");
    let private = format!("{made} --object-ownership ObjectWriter\n{policy}");
    let locked = format!("{made} --object-lock-enabled-for-bucket\n{trail}");
    let plain = format!("{made}\n{trail}");
    hold(&[
        (&open, public, "unknown"),
        (&private, public, "pass"),
        (&locked, versions, "pass"),
        (&plain, versions, "fail"),
    ]);
}

#[test]
fn a_call_that_something_runs_or_reads_is_not_changed() {
    let call = "aws cloudtrail create-subscription --name a --s3-use-bucket b";
    for script in [
        format!("AWS_PROFILE=prod {call}\n"),
        format!("aws-vault exec prod -- {call}\n"),
        format!("sudo {call}\n"),
        format!("! {call}\n"),
        format!("x || {call}\n"),
        format!("{call} > out.json\n"),
        format!("{call} | jq .\n"),
        format!("ARN=$({call})\n"),
        format!("{call} &\n"),
        "OPT=--s3-use-bucket\naws cloudtrail update-subscription --name x $OPT b\n".to_owned(),
    ] {
        assert_eq!(fixed("x.sh", &script), None, "{script}");
    }
    for script in [format!("set -e; {call} || exit 1\n"), format!("if x; then {call}; fi\n"), format!("{call}\n")] {
        assert!(fixed("x.sh", &script).is_some(), "{script}");
    }
}

#[test]
fn trails_at_two_endpoints_are_two() {
    let trail = "aws cloudtrail create-trail --name a --s3-bucket-name b";
    let all = "multi-region-trail";
    let elsewhere = format!("{trail} --is-multi-region-trail\n{trail} --endpoint-url https://x\n");
    let twice = format!("{trail} --is-multi-region-trail\n{trail}\n");
    hold(&[(&elsewhere, all, "fail"), (&twice, all, "pass")]);
}

#[test]
fn a_public_access_block_that_is_all_off_is_taken_away() {
    let trail = "aws cloudtrail create-trail --name a --s3-bucket-name b\n";
    let put = "aws s3api put-public-access-block --bucket b --public-access-block-configuration";
    let four = |on: &str| {
        let names = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
        names.map(|name| format!("{name}={on}")).join(",")
    };
    let off = format!("{trail}{put} {}\n", four("false"));
    let on = format!("{trail}{put} {}\n", four("true"));
    hold(&[(&off, "trail-removal", "fail"), (&on, "trail-removal", "absent")]);
}

//! What must not leave the program does not.

use super::*;

/// What a request may be quoted with in an error: the worst that AWS says.
const QUOTED: &str = "The Canonical String for this request should have been POST x-amz-security-token:canary-token \
                      Credential=canary-access-key-id/20261101";

#[test]
fn no_credential_leaves_the_program() {
    let plain = MIXED.plain();
    let quoting = MIXED.with(|seen| match seen.operation.as_str() {
        "GetKeyPolicy" => Fault::Body("<html>canary-secret-access-key</html>"),
        "ListRegions" | "GetBucketPolicy" | "DescribeLogGroups" | "DescribeAlarms" => Fault::Signature(QUOTED),
        _ => Fault::None,
    });
    for (proxy, args) in [(&plain, "-vvv"), (&quoting, "-vvv")] {
        for format in ["text", "json", "sarif"] {
            let mut command = live(proxy, &["--organization", args, "--format", format]);
            command.env("AWS_MAX_ATTEMPTS", "1").env("RUST_LOG", "trace");
            let run = Run::of(command);
            let mut texts = text_files(&run.path());
            texts.push((format.into(), run.said()));
            for (path, text) in &texts {
                for secret in
                    proxy.secrets().iter().map(String::as_str).chain([SECRET, "canary-access-key-id", "canary-"])
                {
                    assert!(!text.contains(secret), "{} holds '{secret}'", path.display());
                }
            }
        }
    }
}

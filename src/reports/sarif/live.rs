//! Where findings about live resources are: code scanning refuses results that are in no file, so each resource has a
//! path of its own that stands for it.

use crate::finding::Finding;
use crate::reports::location::Location;
use crate::scan::Scan;

/// `aws/ACCOUNT/REGION/SERVICE/TYPE/NAME`; `None` for a finding that is not about a live resource.
pub(super) fn path(scan: &Scan, finding: &Finding) -> Option<String> {
    let input = scan.estate.inputs.get(finding.subject.input.0 as usize)?;
    input.live.as_ref()?;
    let subject = &finding.subject;
    let account = subject.arn_part(4).or_else(|| input.account.literal()).unwrap_or("unknown");
    let region = subject.arn_part(3).unwrap_or("global");
    let service = subject.arn_part(2).unwrap_or("account");
    // What is left of the ARN may itself have slashes and colons.
    let name = subject.address.splitn(6, ':').nth(5).unwrap_or(&subject.address);
    let kind = subject.kind.word();
    let name = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    Some(format!("aws/{account}/{region}/{service}/{kind}/{}", name.replace(':', "-")))
}

/// The first character of such a path.
pub(super) fn place(path: &str) -> Location<'_> {
    Location { path, start_line: 1, start_column: 1, end_line: 1, end_column: 2 }
}

/// Uploads compute the hash of a line that they can read; here the identity stands for it, in the same form.
pub(super) fn line_hash(finding: &Finding) -> String {
    let digits: String = finding.fingerprint.rsplit(':').next().unwrap_or_default().chars().take(16).collect();
    format!("{digits}:1")
}

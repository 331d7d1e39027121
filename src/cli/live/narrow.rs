//! Which part of a live scan is reported. What counts as coverage was looked for everywhere.

use crate::finding::Finding;
use crate::model::Estate;
use crate::scan::Scan;
use crate::sources::aws::recording::{GLOBAL, Status};

/// What the command line asks to report.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    /// Of these accounts only; empty for all.
    pub(super) accounts: &'a [String],
    /// Of these Regions only; empty for all. What is in no Region is always reported.
    pub(super) regions: &'a [String],
    /// An account that was asked for what it tells of the others only, and why it is not reported itself.
    pub(super) aside: Option<(String, &'static str)>,
    /// The account of the credentials. What it does not tell of the organization is missing everywhere.
    pub(super) caller: String,
}

impl Part<'_> {
    /// Takes everything else out of a scan.
    pub(super) fn keep(&self, scan: &mut Scan) {
        let is_asked = |account: &str| self.accounts.is_empty() || self.accounts.iter().any(|one| one == account);
        let is_aside = |account: &str| self.aside.as_ref().is_some_and(|(aside, _)| aside == account);
        let is_region = |region: &str| self.regions.is_empty() || self.regions.iter().any(|one| one == region);
        let estate = &scan.estate;
        scan.findings.retain(|finding| {
            account_of(estate, finding).is_none_or(|account| is_asked(account) && !is_aside(account))
                && region_of(&finding.subject.address).is_none_or(is_region)
        });
        scan.gaps.retain(|gap| {
            gap.account.as_deref().is_none_or(|account| is_asked(account) || account == self.caller)
                && gap.region.as_deref().is_none_or(|region| region == GLOBAL || is_region(region))
        });
        scan.accounts.retain(|line| is_asked(&line.id));
        for line in &mut scan.accounts {
            line.regions.retain(|region| is_region(&region.name));
            if let Some((_, why)) = self.aside.as_ref().filter(|(aside, _)| *aside == line.id) {
                line.status = Status::Skipped;
                line.reason = Some((*why).to_owned());
                line.regions.clear();
            }
        }
        let complete = scan.gaps.is_empty();
        scan.inputs.iter_mut().for_each(|input| input.complete = complete);
    }
}

/// The account that a finding is about.
fn account_of<'a>(estate: &'a Estate, finding: &Finding) -> Option<&'a str> {
    estate.inputs.get(finding.subject.input.0 as usize)?.account.literal()
}

/// The Region in the ARN of a thing; none for accounts, buckets and principals, which are everywhere.
fn region_of(address: &str) -> Option<&str> {
    address.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_region() {
        assert_eq!(region_of("arn:aws:kms:eu-west-1:111122223333:key/a"), Some("eu-west-1"));
        for everywhere in ["arn:aws:s3:::logs", "arn:aws:iam::111122223333:role/a", "111122223333", "*"] {
            assert_eq!(region_of(everywhere), None, "{everywhere}");
        }
    }
}

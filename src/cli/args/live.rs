//! The options of `live`.

use std::path::PathBuf;

use clap::Args;

use super::Common;
use crate::config::{account, region};
use crate::sources::aws::collect::{DEFAULT_ROLE, Shard};

/// The options of `live`.
#[derive(Debug, Args)]
pub struct Live {
    /// All accounts of the organization
    ///
    /// With the credentials of the management account or of a delegated administrator, which may list the accounts.
    /// Every other account is entered by assuming the role of --role-name in it.
    #[arg(long, help_heading = "Organization")]
    pub organization: bool,

    /// The role to assume in each account
    ///
    /// With its path, if it has one. The role of deploy/trailwarden-audit-role.yaml may do what a scan needs and no
    /// more; the default is the one that Organizations makes in new accounts, which may do everything.
    #[arg(long, value_name = "NAME", default_value = DEFAULT_ROLE, help_heading = "Organization")]
    pub role_name: String,

    /// The external id that the role asks for
    ///
    /// Where the trust policy of the role has a condition on sts:ExternalId.
    #[arg(long, value_name = "ID", help_heading = "Organization")]
    pub external_id: Option<String>,

    /// Report the findings of these accounts only
    ///
    /// Twelve digits; a comma-separated list, or several times. What counts as coverage is looked for in all accounts:
    /// --exclude-account, --ou and --shard make a scan smaller.
    #[arg(long, value_name = "ID", value_parser = account, value_delimiter = ',', help_heading = "Reports")]
    pub account: Vec<String>,

    /// Not these accounts of the organization
    ///
    /// Twelve digits; a comma-separated list, or several times. They are listed as skipped.
    #[arg(long, value_name = "ID", value_parser = account, value_delimiter = ',', help_heading = "Organization")]
    pub exclude_account: Vec<String>,

    /// Accounts below these organizational units only
    ///
    /// Ids of organizational units or of the root, at any depth; a comma-separated list, or several times. The account
    /// of the credentials is asked all the same, for its trails may cover the others, and not reported.
    #[arg(long, value_name = "ID", value_parser = unit, value_delimiter = ',', help_heading = "Organization")]
    pub ou: Vec<String>,

    /// A part of the accounts: 3/10 is the third of ten
    ///
    /// For several runs that share the work. Every account is in exactly one part, which its id alone decides. The
    /// account of the credentials is asked in each run, for its trails may cover the others, and reported in one.
    #[arg(long, value_name = "INDEX/COUNT", help_heading = "Organization")]
    pub shard: Option<Shard>,

    /// The profile of the AWS CLI to use
    ///
    /// Without it, environment variables, the default profile, IAM Identity Center, web identity and the machine's
    /// role are tried, as the AWS CLI does.
    #[arg(long, value_name = "NAME", help_heading = "Credentials")]
    pub profile: Option<String>,

    /// Report the findings of these Regions only
    ///
    /// What counts as coverage is always looked for in all Regions. A comma-separated list, or several times.
    #[arg(long, value_name = "NAME", value_parser = region, value_delimiter = ',', help_heading = "Reports")]
    pub region: Vec<String>,

    /// Keep what AWS answered in a folder
    ///
    /// In the shape of the AWS CLI's own output, with a manifest. `trailwarden scan FOLDER` gives the same findings
    /// from it, without AWS. The folder must be empty, if it exists.
    #[arg(long, value_name = "FOLDER", help_heading = "Reports")]
    pub save: Option<PathBuf>,

    /// Print the policy that the scan needs, and end
    ///
    /// The policy document of IAM with exactly the actions that are called; with --organization also the right to
    /// assume the role of --role-name, in the partition of AWS_REGION.
    #[arg(long, help_heading = "Credentials")]
    pub print_policy: bool,

    /// What `scan` has, too.
    #[command(flatten)]
    pub common: Common,
}

/// `r-…` or `ou-…`, as Organizations writes ids (API reference, `ParentId`).
fn unit(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("ou-").or_else(|| text.strip_prefix("r-"));
    let good = rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    });
    if good {
        Ok(text.to_owned())
    } else {
        Err("the id of an organizational unit looks like ou-ab12-cdef3456".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for good in ["r-ab12", "ou-ab12-cdef3456"] {
            assert!(unit(good).is_ok(), "{good}");
        }
        for bad in ["", "ou-", "ab12", "ou-AB", "ou-../x"] {
            assert!(unit(bad).is_err(), "{bad}");
        }
    }
}

//! The actions of IAM that a live scan needs: one table, of which the policy, the template of the role and the choice
//! of calls are made.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Where an action is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// In every account of the run.
    EveryAccount,
    /// In the management account or a delegated administrator: Organizations and IAM Identity Center answer no other.
    Organization,
}

/// The actions, with where they are needed and the operation of the AWS CLI that needs them.
///
/// Source: Service Authorization Reference of each service; the names of actions are not always those of operations
/// (`s3:GetLifecycleConfiguration` for `get-bucket-lifecycle-configuration`, `sso:` for `sso-admin`).
pub const ACTIONS: &[(&str, Where, &str, &str)] = &[
    ("account:ListRegions", Where::EveryAccount, "account", "list-regions"),
    ("cloudtrail:DescribeTrails", Where::EveryAccount, "cloudtrail", "describe-trails"),
    ("cloudtrail:GetEventDataStore", Where::EveryAccount, "cloudtrail", "get-event-data-store"),
    ("cloudtrail:GetEventSelectors", Where::EveryAccount, "cloudtrail", "get-event-selectors"),
    ("cloudtrail:GetInsightSelectors", Where::EveryAccount, "cloudtrail", "get-insight-selectors"),
    ("cloudtrail:GetTrailStatus", Where::EveryAccount, "cloudtrail", "get-trail-status"),
    ("cloudtrail:ListEventDataStores", Where::EveryAccount, "cloudtrail", "list-event-data-stores"),
    ("cloudtrail:ListTags", Where::EveryAccount, "cloudtrail", "list-tags"),
    ("cloudwatch:DescribeAlarms", Where::EveryAccount, "cloudwatch", "describe-alarms"),
    ("iam:GetAccountAuthorizationDetails", Where::EveryAccount, "iam", "get-account-authorization-details"),
    ("kms:DescribeKey", Where::EveryAccount, "kms", "describe-key"),
    ("kms:GetKeyPolicy", Where::EveryAccount, "kms", "get-key-policy"),
    ("kms:GetKeyRotationStatus", Where::EveryAccount, "kms", "get-key-rotation-status"),
    ("logs:DescribeLogGroups", Where::EveryAccount, "logs", "describe-log-groups"),
    ("logs:DescribeMetricFilters", Where::EveryAccount, "logs", "describe-metric-filters"),
    ("organizations:DescribeOrganization", Where::EveryAccount, "organizations", "describe-organization"),
    ("organizations:DescribePolicy", Where::Organization, "organizations", "describe-policy"),
    ("organizations:ListAccounts", Where::Organization, "organizations", "list-accounts"),
    ("organizations:ListAccountsForParent", Where::Organization, "organizations", "list-accounts-for-parent"),
    (
        "organizations:ListDelegatedAdministrators",
        Where::Organization,
        "organizations",
        "list-delegated-administrators",
    ),
    (
        "organizations:ListOrganizationalUnitsForParent",
        Where::Organization,
        "organizations",
        "list-organizational-units-for-parent",
    ),
    ("organizations:ListPolicies", Where::Organization, "organizations", "list-policies"),
    ("organizations:ListRoots", Where::Organization, "organizations", "list-roots"),
    ("organizations:ListTargetsForPolicy", Where::Organization, "organizations", "list-targets-for-policy"),
    ("s3:GetAccountPublicAccessBlock", Where::EveryAccount, "s3control", "get-public-access-block"),
    ("s3:GetBucketAcl", Where::EveryAccount, "s3api", "get-bucket-acl"),
    ("s3:GetBucketLocation", Where::EveryAccount, "s3api", "get-bucket-location"),
    ("s3:GetBucketLogging", Where::EveryAccount, "s3api", "get-bucket-logging"),
    ("s3:GetBucketObjectLockConfiguration", Where::EveryAccount, "s3api", "get-object-lock-configuration"),
    ("s3:GetBucketOwnershipControls", Where::EveryAccount, "s3api", "get-bucket-ownership-controls"),
    ("s3:GetBucketPolicy", Where::EveryAccount, "s3api", "get-bucket-policy"),
    ("s3:GetBucketPublicAccessBlock", Where::EveryAccount, "s3api", "get-public-access-block"),
    ("s3:GetBucketVersioning", Where::EveryAccount, "s3api", "get-bucket-versioning"),
    ("s3:GetBucketWebsite", Where::EveryAccount, "s3api", "get-bucket-website"),
    ("s3:GetLifecycleConfiguration", Where::EveryAccount, "s3api", "get-bucket-lifecycle-configuration"),
    ("s3:ListAllMyBuckets", Where::EveryAccount, "s3api", "list-buckets"),
    ("sns:GetTopicAttributes", Where::EveryAccount, "sns", "get-topic-attributes"),
    ("sso:DescribePermissionSet", Where::Organization, "sso-admin", "describe-permission-set"),
    ("sso:GetInlinePolicyForPermissionSet", Where::Organization, "sso-admin", "get-inline-policy-for-permission-set"),
    ("sso:ListInstances", Where::Organization, "sso-admin", "list-instances"),
    (
        "sso:ListManagedPoliciesInPermissionSet",
        Where::Organization,
        "sso-admin",
        "list-managed-policies-in-permission-set",
    ),
    ("sso:ListPermissionSets", Where::Organization, "sso-admin", "list-permission-sets"),
];

/// The policy of the role that a scan uses: exactly the actions that it calls. All of them only read.
///
/// With `role`, the path and name of a role, also that it may assume that role in other accounts.
pub fn policy(partition: &str, role: Option<&str>) -> Value {
    let of = |wanted: Where| -> Vec<&str> {
        ACTIONS.iter().filter(|(_, place, ..)| *place == wanted).map(|(action, ..)| *action).collect()
    };
    let mut statements = vec![
        json!({"Sid": "EveryAccount", "Effect": "Allow", "Action": of(Where::EveryAccount), "Resource": "*"}),
        json!({"Sid": "Organization", "Effect": "Allow", "Action": of(Where::Organization), "Resource": "*"}),
    ];
    if let Some(role) = role {
        let resource = format!("arn:{partition}:iam::*:role/{role}");
        statements.push(json!({
            "Sid": "OtherAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource,
        }));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The CloudFormation template of the role, for a stack in one account or a StackSet over an organization.
pub fn template() -> String {
    let list = |wanted: Where| -> String {
        let actions = ACTIONS.iter().filter(|(_, place, ..)| *place == wanted);
        actions.map(|(action, ..)| format!("                  - {action}\n")).collect()
    };
    TEMPLATE
        .replace("EVERY_ACCOUNT\n", &list(Where::EveryAccount))
        .replace("ORGANIZATION\n", &list(Where::Organization))
}

const TEMPLATE: &str = include_str!("actions/template.yaml");

/// The actions that the enabled checks need, with those that these rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted(BTreeSet<String>);

impl Wanted {
    /// From what the pages of checks say. Finding a thing comes before asking about it.
    pub fn of(needs: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut wanted: BTreeSet<String> = needs.into_iter().map(Into::into).collect();
        wanted.insert("account:ListRegions".to_owned());
        wanted.insert("cloudtrail:DescribeTrails".to_owned());
        let any = |wanted: &BTreeSet<String>, prefix: &str| wanted.iter().any(|action| action.starts_with(prefix));
        if any(&wanted, "s3:") {
            wanted.extend(["s3:ListAllMyBuckets", "s3:GetBucketLocation"].map(str::to_owned));
        }
        if any(&wanted, "sso:") {
            wanted.extend(["sso:ListInstances", "sso:ListPermissionSets"].map(str::to_owned));
        }
        if any(&wanted, "organizations:") || any(&wanted, "sso:") {
            wanted.insert("organizations:DescribeOrganization".to_owned());
        }
        if wanted.contains("cloudtrail:GetEventDataStore") {
            wanted.insert("cloudtrail:ListEventDataStores".to_owned());
        }
        if any(&wanted, "organizations:DescribePolicy") || any(&wanted, "organizations:ListTargetsForPolicy") {
            wanted.insert("organizations:ListPolicies".to_owned());
        }
        Self(wanted)
    }

    /// Whether an action is needed.
    pub fn has(&self, action: &str) -> bool {
        self.0.contains(action)
    }

    /// Whether an action of a service is needed: `s3:`.
    pub fn any(&self, service: &str) -> bool {
        self.0.iter().any(|action| action.starts_with(service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_without_doubles() {
        assert!(ACTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn every_action_reads() {
        for (action, ..) in ACTIONS {
            let verb = action.split_once(':').expect("service:Action").1;
            assert!(["Get", "List", "Describe"].iter().any(|reads| verb.starts_with(reads)), "{action}");
        }
    }

    #[test]
    fn the_policy_grants_the_table() {
        let policy = policy("aws-cn", Some("audit/trailwarden"));
        let statements = policy["Statement"].as_array().expect("is a list");
        let granted: usize = statements.iter().filter_map(|s| s["Action"].as_array()).map(Vec::len).sum();
        assert_eq!(granted, ACTIONS.len());
        assert_eq!(statements[2]["Resource"], "arn:aws-cn:iam::*:role/audit/trailwarden");
    }

    #[test]
    fn finding_comes_before_asking() {
        let wanted = Wanted::of(["s3:GetBucketPolicy"]);
        assert!(wanted.has("s3:ListAllMyBuckets") && wanted.has("cloudtrail:DescribeTrails"));
        assert!(!wanted.any("organizations:") && !wanted.any("kms:"));
        assert!(Wanted::of(["sso:ListManagedPoliciesInPermissionSet"]).has("organizations:DescribeOrganization"));
    }
}

//! Organizations: the accounts, the policies that hold for them, and who administers CloudTrail.

use std::collections::{BTreeSet, VecDeque};

use aws_sdk_organizations::operation::describe_organization::DescribeOrganizationOutput;
use aws_sdk_organizations::operation::describe_policy::DescribePolicyOutput;
use aws_sdk_organizations::operation::list_accounts::ListAccountsOutput;
use aws_sdk_organizations::operation::list_accounts_for_parent::ListAccountsForParentOutput;
use aws_sdk_organizations::operation::list_delegated_administrators::ListDelegatedAdministratorsOutput;
use aws_sdk_organizations::operation::list_organizational_units_for_parent::ListOrganizationalUnitsForParentOutput;
use aws_sdk_organizations::operation::list_policies::ListPoliciesOutput;
use aws_sdk_organizations::operation::list_roots::ListRootsOutput;
use aws_sdk_organizations::operation::list_targets_for_policy::ListTargetsForPolicyOutput;
use aws_sdk_organizations::types::{
    Account, AccountState, AccountStatus, DelegatedAdministrator, Organization, OrganizationFeatureSet,
    OrganizationalUnit, Policy, PolicySummary, PolicyTargetSummary, PolicyType, Root, TargetType,
};
use serde_json::Value;

use super::client::{client, pages, send};
use super::run::Place;
use super::shape::{shape, words};

const SERVICE: &str = "organizations";

/// The service principal whose delegated administrators are listed.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The organization that the account belongs to. Members may ask, too.
pub(super) async fn organization(place: Place<'_>) {
    let client = client!(place, aws_sdk_organizations, Json);
    place.ask(SERVICE, "describe-organization", None, send!(client.describe_organization())).await;
}

/// The management account that an answer of `describe-organization` names.
pub(super) fn management_account(answer: Option<&Value>) -> Option<&str> {
    answer.and_then(|answer| answer["Organization"]["MasterAccountId"].as_str())
}

/// All accounts; only the management account and delegated administrators are answered.
pub(super) async fn accounts(place: Place<'_>) {
    let client = client!(place, aws_sdk_organizations, Json);
    place.ask(SERVICE, "list-accounts", None, pages!(client.list_accounts())).await;
}

/// The accounts below some organizational units, at any depth.
pub(super) async fn accounts_below(place: Place<'_>, units: &[String]) -> BTreeSet<String> {
    let client = client!(place, aws_sdk_organizations, Json);
    let mut accounts = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut rest: VecDeque<String> = units.iter().cloned().collect();
    while let Some(unit) = rest.pop_front() {
        if !seen.insert(unit.clone()) {
            continue;
        }
        let request = client.list_accounts_for_parent().parent_id(&unit);
        place.ask(SERVICE, "list-accounts-for-parent", Some(&unit), pages!(request)).await;
        let request = client.list_organizational_units_for_parent().parent_id(&unit);
        place.ask(SERVICE, "list-organizational-units-for-parent", Some(&unit), pages!(request)).await;
        let ids = |operation: &str, list: &str| -> Vec<String> {
            let answer = place.run.output(&place.call(SERVICE, operation, Some(&unit)));
            let entries = answer.as_ref().and_then(|answer| answer[list].as_array()).into_iter().flatten();
            entries.filter_map(|entry| entry["Id"].as_str().map(str::to_owned)).collect()
        };
        accounts.extend(ids("list-accounts-for-parent", "Accounts"));
        rest.extend(ids("list-organizational-units-for-parent", "OrganizationalUnits"));
    }
    accounts
}

/// Who administers CloudTrail for the organization, and the service control policies with what they are attached to.
pub(super) async fn policies(place: Place<'_>) {
    let client = client!(place, aws_sdk_organizations, Json);
    let wanted = &place.run.wanted;
    if wanted.has("organizations:ListDelegatedAdministrators") {
        let request = client.list_delegated_administrators().service_principal(CLOUDTRAIL);
        place.ask(SERVICE, "list-delegated-administrators", Some(CLOUDTRAIL), pages!(request)).await;
    }
    if !wanted.has("organizations:ListPolicies") {
        return;
    }
    place.ask(SERVICE, "list-roots", None, pages!(client.list_roots())).await;
    let request = client.list_policies().filter(PolicyType::ServiceControlPolicy);
    place.ask(SERVICE, "list-policies", None, pages!(request)).await;
    let list = place.run.output(&place.call(SERVICE, "list-policies", None));
    let policies = list.as_ref().and_then(|list| list["Policies"].as_array()).into_iter().flatten();
    for id in policies.filter_map(|policy| policy["Id"].as_str()) {
        let request = client.describe_policy().policy_id(id);
        place.ask(SERVICE, "describe-policy", Some(id), send!(request)).await;
        let request = client.list_targets_for_policy().policy_id(id);
        place.ask(SERVICE, "list-targets-for-policy", Some(id), pages!(request)).await;
    }
}

shape!(DescribeOrganizationOutput { "Organization": organization });
// Without the mail address of the management account.
shape!(Organization {
    "Id": id,
    "Arn": arn,
    "FeatureSet": feature_set,
    "MasterAccountArn": master_account_arn,
    "MasterAccountId": master_account_id,
});
shape!(ListAccountsOutput { "Accounts": accounts });
shape!(ListAccountsForParentOutput { "Accounts": accounts });
shape!(Account { "Id": id, "Arn": arn, "Name": name, "Status": status, "State": state });
shape!(ListOrganizationalUnitsForParentOutput { "OrganizationalUnits": organizational_units });
shape!(OrganizationalUnit { "Id": id, "Arn": arn, "Name": name });
shape!(ListDelegatedAdministratorsOutput { "DelegatedAdministrators": delegated_administrators });
shape!(DelegatedAdministrator { "Id": id, "Arn": arn, "Name": name, "Status": status });
shape!(ListRootsOutput { "Roots": roots });
shape!(Root { "Id": id, "Arn": arn, "Name": name });
shape!(ListPoliciesOutput { "Policies": policies });
shape!(PolicySummary { "Id": id, "Arn": arn, "Name": name, "Type": r#type, "AwsManaged": aws_managed });
shape!(DescribePolicyOutput { "Policy": policy });
shape!(Policy { "PolicySummary": policy_summary, "Content": content });
shape!(ListTargetsForPolicyOutput { "Targets": targets });
shape!(PolicyTargetSummary { "TargetId": target_id, "Arn": arn, "Name": name, "Type": r#type });
words!(AccountState, AccountStatus, OrganizationFeatureSet, PolicyType, TargetType);

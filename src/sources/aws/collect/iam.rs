//! IAM: who may do what, in one call; and the permission sets that become roles.

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::{
    AttachedPermissionsBoundary, AttachedPolicy, GroupDetail, ManagedPolicyDetail, PermissionsBoundaryAttachmentType,
    PolicyDetail, PolicyVersion, RoleDetail, UserDetail,
};
use aws_sdk_ssoadmin::operation::describe_permission_set::DescribePermissionSetOutput;
use aws_sdk_ssoadmin::operation::get_inline_policy_for_permission_set::GetInlinePolicyForPermissionSetOutput;
use aws_sdk_ssoadmin::operation::list_instances::ListInstancesOutput;
use aws_sdk_ssoadmin::operation::list_managed_policies_in_permission_set::ListManagedPoliciesInPermissionSetOutput;
use aws_sdk_ssoadmin::operation::list_permission_sets::ListPermissionSetsOutput;
use aws_sdk_ssoadmin::types::{AttachedManagedPolicy, InstanceMetadata, PermissionSet};
use serde_json::{Map, Value};

use super::client::{client, pages, send};
use super::run::Place;
use super::shape::{Shape, put, shape, words};

const SSO: &str = "sso-admin";

/// Users, groups, roles and the policies in use.
pub(super) async fn authorization_details(place: Place<'_>) {
    let client = client!(place, aws_sdk_iam, Xml);
    let request = client.get_account_authorization_details();
    place.ask("iam", "get-account-authorization-details", None, pages!(request)).await;
}

/// The permission sets of IAM Identity Center, in the Region of its instance. Only the management account and a
/// delegated administrator are answered.
pub(super) async fn permission_sets(place: Place<'_>) {
    let client = client!(place, aws_sdk_ssoadmin, Json);
    let wanted = &place.run.wanted;
    place.ask(SSO, "list-instances", None, pages!(client.list_instances())).await;
    let list = place.run.output(&place.call(SSO, "list-instances", None));
    for instance in words(list.as_ref(), "Instances", Some("InstanceArn")) {
        let request = client.list_permission_sets().instance_arn(&instance);
        place.ask(SSO, "list-permission-sets", Some(&instance), pages!(request)).await;
        let sets = place.run.output(&place.call(SSO, "list-permission-sets", Some(&instance)));
        for set in words(sets.as_ref(), "PermissionSets", None) {
            let request = client.describe_permission_set().instance_arn(&instance).permission_set_arn(&set);
            place.ask(SSO, "describe-permission-set", Some(&set), send!(request)).await;
            if wanted.has("sso:ListManagedPoliciesInPermissionSet") {
                let request =
                    client.list_managed_policies_in_permission_set().instance_arn(&instance).permission_set_arn(&set);
                place.ask(SSO, "list-managed-policies-in-permission-set", Some(&set), pages!(request)).await;
            }
            if wanted.has("sso:GetInlinePolicyForPermissionSet") {
                let request =
                    client.get_inline_policy_for_permission_set().instance_arn(&instance).permission_set_arn(&set);
                place.ask(SSO, "get-inline-policy-for-permission-set", Some(&set), send!(request)).await;
            }
        }
    }
}

/// The strings of a list, or of a field of its entries.
fn words(answer: Option<&Value>, list: &str, field: Option<&str>) -> Vec<String> {
    let entries = answer.and_then(|answer| answer[list].as_array()).into_iter().flatten();
    let text = |entry: &Value| match field {
        Some(field) => entry[field].as_str().map(str::to_owned),
        None => entry.as_str().map(str::to_owned),
    };
    entries.filter_map(text).collect()
}

/// The Region of the Identity Center instance, as the path of the roles that it makes says it.
///
/// Source: IAM Identity Center user guide, "Referencing permission sets in resource policies": the path is
/// `/aws-reserved/sso.amazonaws.com/REGION/`, without the Region for us-east-1.
pub(super) fn region_of_identity_center(details: &Value) -> Option<String> {
    let roles = details["RoleDetailList"].as_array()?;
    roles.iter().find_map(|role| {
        let rest = role["Path"].as_str()?.strip_prefix("/aws-reserved/sso.amazonaws.com/")?;
        let region = rest.trim_end_matches('/');
        Some(if region.is_empty() { "us-east-1" } else { region }.to_owned())
    })
}

/// A policy as the CLI prints it: IAM answers it percent-encoded (RFC 3986), the CLI prints the object.
struct Document<'a>(&'a Option<String>);

impl Shape for Document<'_> {
    fn json(&self) -> Option<Value> {
        let text = decoded(self.0.as_deref()?);
        Some(serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let hex = |at: usize| bytes.get(at).and_then(|digit| (*digit as char).to_digit(16));
        match (byte, hex(i + 1), hex(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                i += 3;
            }
            _ => {
                plain.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8(plain).unwrap_or_else(|_| text.to_owned())
}

impl Shape for PolicyDetail {
    fn json(&self) -> Option<Value> {
        let mut object = Map::new();
        put(&mut object, "PolicyName", &self.policy_name);
        put(&mut object, "PolicyDocument", &Document(&self.policy_document));
        Some(Value::Object(object))
    }
}

/// The version in force; others do nothing.
impl Shape for PolicyVersion {
    fn json(&self) -> Option<Value> {
        if !self.is_default_version {
            return None;
        }
        let mut object = Map::new();
        put(&mut object, "Document", &Document(&self.document));
        put(&mut object, "VersionId", &self.version_id);
        put(&mut object, "IsDefaultVersion", &true);
        Some(Value::Object(object))
    }
}

/// AWS's own policies are listed by the hundred; those that nobody uses are left out.
impl Shape for ManagedPolicyDetail {
    fn json(&self) -> Option<Value> {
        let is_used = self.attachment_count != Some(0) || self.permissions_boundary_usage_count.unwrap_or(0) > 0;
        let is_aws = self.arn.as_deref().is_some_and(|arn| arn.contains(":iam::aws:"));
        if is_aws && !is_used {
            return None;
        }
        let mut object = Map::new();
        put(&mut object, "PolicyName", &self.policy_name);
        put(&mut object, "Arn", &self.arn);
        put(&mut object, "Path", &self.path);
        put(&mut object, "DefaultVersionId", &self.default_version_id);
        put(&mut object, "AttachmentCount", &self.attachment_count);
        put(&mut object, "PermissionsBoundaryUsageCount", &self.permissions_boundary_usage_count);
        put(&mut object, "PolicyVersionList", &self.policy_version_list);
        Some(Value::Object(object))
    }
}

shape!(GetAccountAuthorizationDetailsOutput {
    "UserDetailList": user_detail_list,
    "GroupDetailList": group_detail_list,
    "RoleDetailList": role_detail_list,
    "Policies": policies,
});
shape!(UserDetail {
    "Path": path,
    "UserName": user_name,
    "Arn": arn,
    "UserPolicyList": user_policy_list,
    "GroupList": group_list,
    "AttachedManagedPolicies": attached_managed_policies,
    "PermissionsBoundary": permissions_boundary,
});
shape!(GroupDetail {
    "Path": path,
    "GroupName": group_name,
    "Arn": arn,
    "GroupPolicyList": group_policy_list,
    "AttachedManagedPolicies": attached_managed_policies,
});
impl Shape for RoleDetail {
    fn json(&self) -> Option<Value> {
        let mut object = Map::new();
        put(&mut object, "Path", &self.path);
        put(&mut object, "RoleName", &self.role_name);
        put(&mut object, "Arn", &self.arn);
        put(&mut object, "AssumeRolePolicyDocument", &Document(&self.assume_role_policy_document));
        put(&mut object, "RolePolicyList", &self.role_policy_list);
        put(&mut object, "AttachedManagedPolicies", &self.attached_managed_policies);
        put(&mut object, "PermissionsBoundary", &self.permissions_boundary);
        Some(Value::Object(object))
    }
}
shape!(AttachedPolicy { "PolicyName": policy_name, "PolicyArn": policy_arn });
shape!(AttachedPermissionsBoundary {
    "PermissionsBoundaryType": permissions_boundary_type,
    "PermissionsBoundaryArn": permissions_boundary_arn,
});
words!(PermissionsBoundaryAttachmentType);

shape!(ListInstancesOutput { "Instances": instances });
shape!(InstanceMetadata { "InstanceArn": instance_arn, "OwnerAccountId": owner_account_id, "Name": name });
shape!(ListPermissionSetsOutput { "PermissionSets": permission_sets });
shape!(DescribePermissionSetOutput { "PermissionSet": permission_set });
shape!(PermissionSet { "Name": name, "PermissionSetArn": permission_set_arn });
shape!(ListManagedPoliciesInPermissionSetOutput { "AttachedManagedPolicies": attached_managed_policies });
shape!(AttachedManagedPolicy { "Name": name, "Arn": arn });
shape!(GetInlinePolicyForPermissionSetOutput { "InlinePolicy": inline_policy });

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_decoded() {
        let encoded = Some("%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D".to_owned());
        assert_eq!(Document(&encoded).json(), Some(json!({"Version": "2012-10-17", "Statement": []})));
        // A plus sign is itself, and what is no code stays.
        assert_eq!(decoded("a+b%2Bc%zz%4"), "a+b+c%zz%4");
        assert_eq!(decoded("%C3%A9"), "é");
        assert_eq!(decoded("%FF"), "%FF");
        assert_eq!(Document(&None).json(), None);
    }

    #[test]
    fn the_region_of_the_instance_stands_in_the_path() {
        let of = |path: &str| region_of_identity_center(&json!({"RoleDetailList": [{"Path": "/"}, {"Path": path}]}));
        assert_eq!(of("/aws-reserved/sso.amazonaws.com/eu-west-1/").as_deref(), Some("eu-west-1"));
        assert_eq!(of("/aws-reserved/sso.amazonaws.com/").as_deref(), Some("us-east-1"));
        assert_eq!(of("/service-role/"), None);
    }

    #[test]
    fn unused_policies_of_aws_are_left_out() {
        let policy = |arn: &str, count: i32| {
            ManagedPolicyDetail::builder().arn(arn).attachment_count(count).permissions_boundary_usage_count(0).build()
        };
        assert!(policy("arn:aws:iam::aws:policy/A", 0).json().is_none());
        assert!(policy("arn:aws:iam::aws:policy/A", 1).json().is_some());
        assert!(policy("arn:aws:iam::111122223333:policy/A", 0).json().is_some());
    }
}

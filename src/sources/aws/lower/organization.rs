//! The organization, as its management account or a delegated administrator sees it, and an account's place in it.

use std::collections::BTreeMap;

use super::Cx;
use super::answers::{Answers, Owner, Question, Said, not_asked};
use super::reader::Node;
use crate::model::account::{DelegatedAdministrator, Organization, OrganizationPolicy};
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::model::live::Membership;
use crate::model::{Input, ResourceKind};
use crate::sources::aws::recording::Recording;
use crate::truth::{Cause, CauseKind, Truth};

const fn organizations(
    operation: &'static str,
    action: &'static str,
    unset: &'static [&'static str],
    needs: &'static str,
) -> Question {
    Question { service: "organizations", operation, action, unset, needs }
}

const NONE: &str = "AWSOrganizationsNotInUseException";
pub(super) const DESCRIBE: Question =
    organizations("describe-organization", "organizations:DescribeOrganization", &[NONE], "Organization");
pub(super) const ACCOUNTS: Question = organizations("list-accounts", "organizations:ListAccounts", &[NONE], "Accounts");
pub(super) const ROOTS: Question = organizations("list-roots", "organizations:ListRoots", &[NONE], "Roots");
pub(super) const POLICIES: Question = organizations("list-policies", "organizations:ListPolicies", &[NONE], "Policies");
pub(super) const POLICY: Question = organizations("describe-policy", "organizations:DescribePolicy", &[NONE], "Policy");
pub(super) const TARGETS: Question =
    organizations("list-targets-for-policy", "organizations:ListTargetsForPolicy", &[NONE], "Targets");
pub(super) const ADMINISTRATORS: Question = organizations(
    "list-delegated-administrators",
    "organizations:ListDelegatedAdministrators",
    &[NONE],
    "DelegatedAdministrators",
);

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// What a recording tells of the organizations of its accounts.
#[derive(Debug, Default)]
pub(super) struct Chart {
    /// By member, the management account.
    management: BTreeMap<String, String>,
    /// Accounts that may manage trails for the management account.
    delegated: BTreeMap<String, String>,
    /// Names of accounts.
    pub(super) names: BTreeMap<String, String>,
}

impl Chart {
    /// From all accounts: one that sees the organization speaks for the others.
    pub(super) fn of(recording: &Recording, answers: &BTreeMap<&str, Answers<'_>>) -> Self {
        let mut chart = Self::default();
        for line in &recording.manifest.accounts {
            if let Some(name) = &line.name {
                chart.names.insert(line.id.clone(), name.clone());
            }
        }
        for (account, answers) in answers {
            let Some(management) = answers.outputs(&DESCRIBE).find_map(|(_, output)| management(output)) else {
                continue;
            };
            chart.management.insert((*account).to_owned(), management.to_owned());
            for member in answers.outputs(&ACCOUNTS).flat_map(|(_, output)| output["Accounts"].as_array()).flatten() {
                let Some(id) = member["Id"].as_str() else { continue };
                chart.management.entry(id.to_owned()).or_insert_with(|| management.to_owned());
                if let Some(name) = member["Name"].as_str() {
                    chart.names.entry(id.to_owned()).or_insert_with(|| name.to_owned());
                }
            }
            for (call, output) in answers.outputs(&ADMINISTRATORS) {
                if !is_of_cloudtrail(call.resource.as_deref()) {
                    continue;
                }
                for one in output["DelegatedAdministrators"].as_array().into_iter().flatten() {
                    if let Some(id) = one["Id"].as_str() {
                        chart.delegated.insert(id.to_owned(), management.to_owned());
                    }
                }
            }
        }
        chart
    }

    /// The management account of an account's organization.
    pub(super) fn management_of(&self, account: &str) -> Option<&str> {
        self.management.get(account).map(String::as_str)
    }

    /// The place of an account.
    pub(super) fn membership(&self, account: &str, answers: &Answers<'_>) -> Membership {
        match self.management_of(account) {
            Some(management) if management == account => Membership::Management,
            Some(_) if self.delegated.contains_key(account) => Membership::Delegated,
            Some(_) => Membership::Member,
            None => match answers.said(&DESCRIBE, None, None, Owner::Own) {
                Said::Unset => Membership::Alone,
                Said::Hidden(cause) => Membership::Unknown(cause.into()),
                Said::Output(_) => Membership::Unknown(
                    Cause::new(CauseKind::NotAnswered, "the answer does not name the management account").into(),
                ),
            },
        }
    }
}

fn management(output: &serde_json::Value) -> Option<&str> {
    let organization = &output["Organization"];
    // The old name of the field is the one that AWS still answers.
    organization["MasterAccountId"].as_str().or_else(|| organization["ManagementAccountId"].as_str())
}

/// The call names the service: CloudTrail, where the recording does not say it.
fn is_of_cloudtrail(resource: Option<&str>) -> bool {
    resource.is_none_or(|service| service == CLOUDTRAIL)
}

/// Lowers the organization into the account that sees it as its management account.
pub(super) fn organization(cx: &Cx<'_>, input: &mut Input, membership: &Membership) {
    if *membership != Membership::Management {
        return;
    }
    let Some(output) = cx.answers.outputs(&DESCRIBE).map(|(_, output)| output).next() else {
        // A delegated administrator tells which account this is, and not what it has set.
        let cause = not_asked(&DESCRIBE, None);
        input.organization_policies.complete = cause.clone().into();
        input.delegated_administrators.complete = cause.into();
        return;
    };
    let organization = &output["Organization"];
    let id = organization["Id"].as_str().unwrap_or_default();
    let made = || format!("arn:{}:organizations::{}:organization/{id}", cx.partition, cx.account);
    let arn = organization["Arn"].as_str().map_or_else(made, str::to_owned);
    let roots = cx.answers.outputs(&ROOTS).flat_map(|(_, output)| output["Roots"].as_array()).flatten();
    let root = roots.into_iter().find_map(|root| root["Id"].as_str()).unwrap_or_default();
    let node = Node::new(Said::Output(organization), DESCRIBE.action, &arn, "");
    input.organizations.items.push(Organization {
        id: cx.identity(ResourceKind::Organization, &arn, DESCRIBE.action),
        root: root.into(),
        feature_set: node.text_or(&["FeatureSet"], "ALL"),
    });
    policies(cx, input);
    administrators(cx, input);
}

fn policies(cx: &Cx<'_>, input: &mut Input) {
    let listed: Vec<_> = cx.answers.outputs(&POLICIES).collect();
    if listed.is_empty() {
        let any = cx.answers.all(&POLICIES).first().and_then(|(call, _)| call.resource.as_deref());
        if let Said::Hidden(cause) = cx.answers.said(&POLICIES, any, None, Owner::Own) {
            input.organization_policies.complete = cause.into();
        }
        return;
    }
    for summary in listed.into_iter().flat_map(|(_, output)| output["Policies"].as_array()).flatten() {
        let Some(id) = summary["Id"].as_str() else { continue };
        let arn = summary["Arn"].as_str().unwrap_or(id);
        let said = cx.answers.said(&POLICY, Some(id), None, Owner::Own);
        let policy = match said {
            Said::Output(output) => Said::Output(&output["Policy"]),
            said => said,
        };
        let listed = Node::new(Said::Output(summary), POLICIES.action, arn, "");
        let targets = Node::new(cx.answers.said(&TARGETS, Some(id), None, Owner::Own), TARGETS.action, arn, "");
        let mut identity = cx.identity(ResourceKind::Policy, arn, POLICY.action);
        if let Some(name) = summary["Name"].as_str() {
            identity.shown = name.to_owned();
        }
        input.organization_policies.items.push(OrganizationPolicy {
            id: identity,
            kind: listed.text_or(&["Type"], "SERVICE_CONTROL_POLICY"),
            content: Node::new(policy, POLICY.action, arn, "").document(&["Content"]),
            targets: targets.list(&["Targets"], |target| Text::from(target.str("TargetId").unwrap_or_default())),
        });
    }
}

fn administrators(cx: &Cx<'_>, input: &mut Input) {
    let mut asked = false;
    for (call, output) in cx.answers.outputs(&ADMINISTRATORS) {
        asked = true;
        for one in output["DelegatedAdministrators"].as_array().into_iter().flatten() {
            let Some(id) = one["Id"].as_str() else { continue };
            let arn = one["Arn"].as_str().unwrap_or(id);
            let node = Node::new(Said::Output(one), ADMINISTRATORS.action, arn, "");
            let service = call.resource.as_deref().unwrap_or(CLOUDTRAIL);
            input.delegated_administrators.items.push(DelegatedAdministrator {
                id: cx.identity(ResourceKind::Account, arn, ADMINISTRATORS.action),
                account: node.text(&["Id"]),
                service: Attr::set("ServicePrincipal", node.at.clone(), service.into()),
            });
        }
    }
    if !asked {
        let any = cx.answers.all(&ADMINISTRATORS).first().and_then(|(call, _)| call.resource.as_deref());
        if let Said::Hidden(cause) = cx.answers.said(&ADMINISTRATORS, any, None, Owner::Own) {
            input.delegated_administrators.complete = Truth::from(cause);
        }
    }
}

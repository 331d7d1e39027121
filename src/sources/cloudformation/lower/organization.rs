//! Organizations.

use super::Cx;
use crate::model::account::{Organization, OrganizationPolicy};
use crate::model::{Input, ResourceKind};

pub(super) fn organization(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let organization = Organization {
        id: cx.identity(ResourceKind::Organization),
        root: cx.reference(Some("RootId")),
        feature_set: block.text_or(&["FeatureSet"], "ALL"),
    };
    input.organizations.items.push(organization);
}

pub(super) fn policy(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let properties = cx.properties();
    let block = cx.block(&properties);
    let policy = OrganizationPolicy {
        id: cx.identity(ResourceKind::Policy),
        kind: block.text(&["Type"]),
        content: block.document(&["Content"]),
        targets: block.texts(&["TargetIds"]),
    };
    input.organization_policies.items.push(policy);
}

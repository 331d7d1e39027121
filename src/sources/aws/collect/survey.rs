//! The first round: what each account has, by one sweep over its Regions.

use futures_util::future::join_all;

use super::regions::{self, Use};
use super::run::{Account, Place, Run};
use super::{cloudtrail, iam, organizations, s3};
use crate::sources::aws::recording::{Answer, GapReason, Status};

/// Asks one account what it has.
pub(super) async fn account(run: &Run<'_>, account: &Account, partition: &str) {
    let global = Place::global(run, account, regions::of_global_services(partition));
    let regions = async {
        let regions = regions::of_account(global, partition).await;
        let asked: Vec<&str> =
            regions.iter().filter(|(_, state)| *state == Use::Ask).map(|(name, _)| &**name).collect();
        mark(run, account, regions.iter().filter(|(_, state)| *state == Use::Off).map(|(name, _)| &**name));
        join_all(asked.into_iter().map(|name| region(Place::new(run, account, name)))).await;
    };
    let buckets = async {
        if run.wanted.has("s3:ListAllMyBuckets") {
            s3::list_buckets(global).await;
        }
    };
    let principals = async {
        if run.wanted.has("iam:GetAccountAuthorizationDetails") {
            iam::authorization_details(global).await;
        }
    };
    tokio::join!(regions, buckets, principals);
}

/// Regions that are off are listed and not asked.
fn mark<'a>(run: &Run<'_>, account: &Account, off: impl Iterator<Item = &'a str>) {
    let mut recording = run.recording();
    let regions = recording.manifest.regions.entry(account.id.clone()).or_default();
    regions.extend(off.map(|name| (name.to_owned(), Status::Skipped)));
}

async fn region(place: Place<'_>) {
    cloudtrail::describe_trails(place).await;
    if is_denied(place) {
        return;
    }
    if place.run.wanted.has("cloudtrail:ListEventDataStores") {
        cloudtrail::event_data_stores(place).await;
    }
}

/// Whether a policy of the organization keeps everybody out of a Region: then there is nothing else to ask there.
fn is_denied(place: Place<'_>) -> bool {
    let call = place.call("cloudtrail", "describe-trails", None);
    matches!(
        place.run.recording().answer(&call),
        Some(Answer::Refused { code, message })
            if GapReason::of_refusal(code, message) == Some(GapReason::DeniedByPolicy)
    )
}

/// What only the management account and delegated administrators are told.
pub(super) async fn organization(run: &Run<'_>, account: &Account, partition: &str) {
    let global = Place::global(run, account, regions::of_global_services(partition));
    let policies = organizations::policies(global);
    let permission_sets = async {
        if !run.wanted.any("sso:") {
            return;
        }
        let call = global.call("iam", "get-account-authorization-details", None);
        let region = run.output(&call).as_ref().and_then(iam::region_of_identity_center);
        // No role of a permission set: nothing of it is in use in this account.
        let region = region.or_else(|| account.config.region().map(ToString::to_string));
        if let Some(region) = region {
            iam::permission_sets(Place::new(run, account, &region)).await;
        }
    };
    tokio::join!(policies, permission_sets);
}

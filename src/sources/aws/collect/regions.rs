//! The Regions of an account.

use aws_sdk_account::operation::list_regions::ListRegionsOutput;
use aws_sdk_account::types::{Region, RegionOptStatus};

use super::client::{client, pages};
use super::run::Place;
use super::shape::{shape, words};
use crate::sources::partition::fixed_regions;

/// Whether a Region can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// It is enabled, or about to be or no longer.
    Ask,
    /// It is off: nothing can be in it.
    Off,
}

/// The Regions of an account, and whether AWS said so; otherwise the ones that are on in every account.
pub(super) async fn of_account(place: Place<'_>, partition: &str) -> Vec<(String, Use)> {
    // Regions cannot be switched off in the other partitions, and not all of these have the service.
    if let Some(regions) = fixed_regions(partition) {
        return all(regions);
    }
    let client = client!(place, aws_sdk_account, Json);
    place.ask("account", "list-regions", None, pages!(client.list_regions())).await;
    let Some(answer) = place.run.output(&place.call("account", "list-regions", None)) else {
        return all(&ALWAYS_ON);
    };
    let regions = answer["Regions"].as_array().into_iter().flatten();
    let mut regions: Vec<(String, Use)> = regions
        .filter_map(|region| {
            let name = region["RegionName"].as_str()?.to_owned();
            let is_off = region["RegionOptStatus"] == "DISABLED";
            Some((name, if is_off { Use::Off } else { Use::Ask }))
        })
        .collect();
    regions.sort();
    if regions.iter().any(|(_, state)| *state == Use::Ask) { regions } else { all(&ALWAYS_ON) }
}

/// The Regions that are on in every account of the public partition.
///
/// Source: AWS General Reference, "Specify which AWS Regions your account can use".
const ALWAYS_ON: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

fn all(names: &[&str]) -> Vec<(String, Use)> {
    names.iter().map(|name| ((*name).to_owned(), Use::Ask)).collect()
}

/// The Region of services that a partition has once: IAM, Organizations, Account Management.
pub(super) fn of_global_services(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

shape!(ListRegionsOutput { "Regions": regions });
shape!(Region { "RegionName": region_name, "RegionOptStatus": region_opt_status });
words!(RegionOptStatus);

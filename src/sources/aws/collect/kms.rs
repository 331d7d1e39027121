//! KMS: the keys that trails encrypt with.

use aws_sdk_kms::operation::describe_key::DescribeKeyOutput;
use aws_sdk_kms::operation::get_key_policy::GetKeyPolicyOutput;
use aws_sdk_kms::operation::get_key_rotation_status::GetKeyRotationStatusOutput;
use aws_sdk_kms::types::{
    KeyManagerType, KeyMetadata, KeySpec, KeyState, KeyUsageType, MultiRegionConfiguration, MultiRegionKey,
    MultiRegionKeyType, OriginType,
};

use super::client::{client, send};
use super::run::Place;
use super::shape::{shape, words};

const SERVICE: &str = "kms";

/// What the enabled checks need to know of a key.
pub(super) async fn key(place: Place<'_>, arn: &str) {
    let client = client!(place, aws_sdk_kms, Json);
    let wanted = &place.run.wanted;
    let key = async {
        if wanted.has("kms:DescribeKey") {
            place.ask(SERVICE, "describe-key", Some(arn), send!(client.describe_key().key_id(arn))).await;
        }
    };
    let policy = async {
        if wanted.has("kms:GetKeyPolicy") {
            // A key has one policy, and it has this name.
            let request = client.get_key_policy().key_id(arn).policy_name("default");
            place.ask(SERVICE, "get-key-policy", Some(arn), send!(request)).await;
        }
    };
    let rotation = async {
        if wanted.has("kms:GetKeyRotationStatus") {
            let request = client.get_key_rotation_status().key_id(arn);
            place.ask(SERVICE, "get-key-rotation-status", Some(arn), send!(request)).await;
        }
    };
    tokio::join!(key, policy, rotation);
}

shape!(DescribeKeyOutput { "KeyMetadata": key_metadata });
shape!(KeyMetadata {
    "AWSAccountId": aws_account_id,
    "KeyId": key_id,
    "Arn": arn,
    "CreationDate": creation_date,
    "Enabled": enabled,
    "KeyUsage": key_usage,
    "KeyState": key_state,
    "DeletionDate": deletion_date,
    "ValidTo": valid_to,
    "Origin": origin,
    "KeyManager": key_manager,
    "KeySpec": key_spec,
    "MultiRegion": multi_region,
    "MultiRegionConfiguration": multi_region_configuration,
});
shape!(MultiRegionConfiguration {
    "MultiRegionKeyType": multi_region_key_type,
    "PrimaryKey": primary_key,
    "ReplicaKeys": replica_keys,
});
shape!(MultiRegionKey { "Arn": arn, "Region": region });
shape!(GetKeyPolicyOutput { "Policy": policy, "PolicyName": policy_name });
shape!(GetKeyRotationStatusOutput {
    "KeyRotationEnabled": key_rotation_enabled,
    "KeyId": key_id,
    "RotationPeriodInDays": rotation_period_in_days,
});
words!(KeyManagerType, KeySpec, KeyState, KeyUsageType, MultiRegionKeyType, OriginType);

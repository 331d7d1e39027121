//! Single events, as far as selectors look at them.

use std::sync::Arc;

use crate::model::arn::Text;

/// `eventCategory`: `Management`, `Data`, `NetworkActivity`, `Insight`, … (case-sensitive).
pub const CATEGORY: &str = "eventCategory";
/// `readOnly`: `true` or `false`.
pub const READ_ONLY: &str = "readOnly";
/// `eventSource`: the service that was called, `ec2.amazonaws.com`.
pub const SOURCE: &str = "eventSource";
/// `eventName`: the action, `RunInstances`.
pub const NAME: &str = "eventName";
/// `resources.type`: the type of a data event's resource, `AWS::S3::Object`.
pub const KIND: &str = "resources.type";
/// `resources.ARN`: the ARN of a data event's resource.
pub const ARN: &str = "resources.ARN";
/// `eventType`: `AwsApiCall`, `AwsServiceEvent`, …
pub const TYPE: &str = "eventType";
/// `userIdentity.arn`: who called.
pub const USER: &str = "userIdentity.arn";
/// `sessionCredentialFromConsole`: `true` when a session of the console called, else not in the record.
pub const CONSOLE: &str = "sessionCredentialFromConsole";
/// `errorCode`: `VpceAccessDenied` for calls that an endpoint's policy refused.
pub const ERROR: &str = "errorCode";
/// `vpcEndpointId`: the VPC endpoint that was used.
pub const ENDPOINT: &str = "vpcEndpointId";

/// The order in which a CloudTrail record is read; fields that are not listed come last.
const ORDER: [&str; 11] = [USER, SOURCE, NAME, ERROR, READ_ONLY, KIND, ARN, TYPE, CATEGORY, ENDPOINT, CONSOLE];

/// The sources of global service events, which are recorded in one Region of the partition.
pub const GLOBAL_SOURCES: [&str; 5] = [
    "iam.amazonaws.com",
    "sts.amazonaws.com",
    "cloudfront.amazonaws.com",
    "route53.amazonaws.com",
    "organizations.amazonaws.com",
];

/// An event, by the fields that selectors can name. A field that is not listed is not in the record: no value equals
/// it, starts or ends it, so that including conditions fail on it and excluding ones hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    fields: Vec<(Arc<str>, Text)>,
}

impl Event {
    /// An event with these fields; a later value of the same field replaces the earlier one.
    pub fn new<N: Into<Arc<str>>>(fields: impl IntoIterator<Item = (N, Text)>) -> Self {
        let mut event = Self::default();
        for (name, value) in fields {
            event.set(name, value);
        }
        event
    }

    /// Sets a field.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Text) {
        let name = name.into();
        self.fields.retain(|(known, _)| *known != name);
        let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        let place = self.fields.partition_point(|(known, _)| rank(known) <= rank(&name));
        self.fields.insert(place, (name, value));
    }

    /// The value of a field; `None` when the record has no such field.
    pub fn get(&self, name: &str) -> Option<&Text> {
        self.fields.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// The fields, in the order of a record.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.fields.iter().map(|(name, value)| (&**name, value))
    }
}

/// Events of every account, to show a loss by something that a reader knows: source, name, whether it only reads.
/// Those that are recorded in the Region where they happen come first.
pub(super) const FAMILIAR: [(&str, &str, &str); 12] = [
    ("ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", "false"),
    ("ec2.amazonaws.com", "DescribeInstances", "true"),
    ("s3.amazonaws.com", "PutBucketPolicy", "false"),
    ("s3.amazonaws.com", "ListBuckets", "true"),
    ("lambda.amazonaws.com", "CreateFunction20150331", "false"),
    ("lambda.amazonaws.com", "ListFunctions20150331", "true"),
    ("cloudtrail.amazonaws.com", "StopLogging", "false"),
    ("kms.amazonaws.com", "ScheduleKeyDeletion", "false"),
    ("kms.amazonaws.com", "ListKeys", "true"),
    ("iam.amazonaws.com", "CreateAccessKey", "false"),
    ("iam.amazonaws.com", "ListUsers", "true"),
    ("sts.amazonaws.com", "AssumeRole", "true"),
];

/// Values that records have in fields which selectors seldom look at, to show an event by.
pub(super) const USUAL: [(&str, &str); 7] = [
    (TYPE, "AwsApiCall"),
    (TYPE, "AwsServiceEvent"),
    (TYPE, "AwsConsoleSignIn"),
    (USER, "arn:aws:iam::111122223333:user/alice"),
    (USER, "arn:aws:sts::111122223333:assumed-role/Operator/session"),
    (ENDPOINT, "vpce-0123456789abcdef0"),
    (ERROR, "AccessDenied"),
];

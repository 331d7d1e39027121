//! A stand-in for AWS that holds nothing: an organization of any size, whose answers are made from the question. It takes
//! its time for each answer, counts what it is asked, and is quick otherwise.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::wire::{Message, Signed, operation, path, read_message, reply, signed, wait};

/// The account that manages the organization, whose credentials are the ones of [`KEY`].
pub const MANAGEMENT: u64 = 100_000_000_000;

/// The Regions of every account.
pub const REGIONS: [&str; 17] = [
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

/// The home Region of every trail, and the Region of what it uses.
const HOME: &str = "eu-west-1";

/// The roles and the policies of every account.
const ROLES: usize = 60;
const POLICIES: usize = 20;

/// The access key of an account: its number stands in it.
pub fn key(account: u64) -> String {
    format!("ASIA{account}")
}

/// The server; it works until the process ends.
pub struct Canned {
    /// Its address as an endpoint of AWS.
    pub endpoint: String,
    state: Arc<State>,
}

struct State {
    accounts: u64,
    delay: Duration,
    /// By account, Region, service, operation and what else is in the request: how often it was asked.
    calls: Mutex<BTreeMap<[String; 5], usize>>,
}

impl Canned {
    /// An organization of so many accounts, the managing one among them.
    pub fn new(accounts: u64, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let endpoint = format!("http://{}", listener.local_addr().expect("has an address"));
        let state = Arc::new(State { accounts, delay, calls: Mutex::default() });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || {
                    // A client that goes away is no fault of the server.
                    let _ = serve(&state, client);
                });
            }
        });
        Self { endpoint, state }
    }

    /// How often each call was made: account, Region, service, operation, the rest of the request.
    pub fn calls(&self) -> BTreeMap<[String; 5], usize> {
        self.state.calls.lock().expect("no thread panicked").clone()
    }

    /// `trailwarden live` with the credentials of an account, and nothing else of the machine's own.
    pub fn live(&self, program: &str, account: u64) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
            command.env_remove(name);
        }
        command
            .args(["live", "--no-progress", "--fail-on=never"])
            .env("AWS_ACCESS_KEY_ID", key(account))
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
            .env("AWS_REGION", HOME)
            .env("AWS_ENDPOINT_URL", &self.endpoint);
        command
    }
}

/// Runs a program to its end; its status, and the most memory that it held at a time, in KiB. 0 where the system does not
/// tell.
pub fn watched(mut command: Command) -> (ExitStatus, u64) {
    let mut child = command.spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(size.unwrap_or(0));
        if let Some(status) = child.try_wait().expect("the program is ours") {
            return (status, peak);
        }
        wait(Duration::from_millis(2));
    }
}

fn serve(state: &State, mut client: TcpStream) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    while let Some(request) = read_message(&mut reader)? {
        let answer = state.answer(&request);
        wait(state.delay);
        client.write_all(&answer)?;
    }
    Ok(())
}

fn trail(account: u64, name: &str) -> String {
    format!("arn:aws:cloudtrail:{HOME}:{account}:trail/{name}")
}

/// A policy as it stands in an answer of IAM: percent-encoded.
fn encoded(policy: &Value) -> String {
    let text = policy.to_string();
    text.bytes().fold(String::new(), |text, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => text + char::from(byte).encode_utf8(&mut [0; 4]),
        _ => text + &format!("%{byte:02X}"),
    })
}

impl State {
    fn answer(&self, request: &Message) -> Vec<u8> {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let path = path(&request.head);
        let Signed { key, region, service } = signed(&request.head);
        let operation = operation(&request.head, path, &text);
        let rest = format!("{path} {text}");
        let call = [key, region, service, &operation, &rest].map(str::to_owned);
        *self.calls.lock().expect("no thread panicked").entry(call).or_default() += 1;
        let account = key.trim_start_matches("ASIA").parse().unwrap_or(MANAGEMENT);
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let xml = |text: &str| reply(200, "text/xml", "", text.as_bytes());
        match service {
            "sts" => xml(&self.sts(account, &operation, &text)),
            "iam" => xml(&details(account)),
            "sns" => xml(&topic(account)),
            "s3" if operation == "GetBucketPolicy" => {
                reply(200, "application/json", "", bucket_policy(account).as_bytes())
            }
            "s3" => match bucket(account, &operation) {
                Some(answer) => xml(&answer),
                None => reply(404, "text/xml", "", b"<Error><Code>NoSuchConfiguration</Code></Error>"),
            },
            // {"MetricAlarms": []} in CBOR.
            "monitoring" => {
                reply(200, "application/cbor", "smithy-protocol: rpc-v2-cbor\r\n", b"\xa1\x6cMetricAlarms\x80")
            }
            _ => match self.json(account, &operation, &body) {
                Some(answer) => reply(200, "application/x-amz-json-1.1", "", answer.to_string().as_bytes()),
                None => {
                    let refusal = json!({"__type": "AccessDeniedException", "message": format!("not for {operation}")});
                    reply(400, "application/x-amz-json-1.1", "", refusal.to_string().as_bytes())
                }
            },
        }
    }

    fn sts(&self, account: u64, operation: &str, text: &str) -> String {
        if operation == "GetCallerIdentity" {
            return format!(
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::{account}:assumed-role/audit/a</Arn>\
                 <UserId>AROA:a</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            );
        }
        let role = text.split('&').find_map(|pair| pair.strip_prefix("RoleArn=")).unwrap_or_default();
        let entered = role.split("%3A").nth(4).and_then(|id| id.parse().ok()).unwrap_or(0);
        format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{}</AccessKeyId>\
             <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
            key(entered)
        )
    }

    fn json(&self, account: u64, operation: &str, body: &Value) -> Option<Value> {
        let is_management = account == MANAGEMENT;
        let answer = match operation {
            "ListRegions" => {
                let on =
                    REGIONS.iter().map(|name| json!({"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"}));
                json!({"Regions": on.collect::<Vec<_>>()})
            }
            "DescribeTrails" => json!({"trailList": [self.organization_trail(), own_trail(account)]}),
            "GetTrailStatus" => {
                json!({"IsLogging": true, "LatestDeliveryTime": 1_700_000_000, "StartLoggingTime": 1_600_000_000})
            }
            "GetEventSelectors" => json!({"TrailARN": body["TrailName"], "EventSelectors": [
                {"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [],
                 "ExcludeManagementEventSources": []}]}),
            "GetInsightSelectors" => json!({"TrailARN": body["TrailName"],
                "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]}),
            "ListTags" => json!({"ResourceTagList": [{"ResourceId": body["ResourceIdList"][0], "TagsList": []}]}),
            "ListEventDataStores" => json!({"EventDataStores": []}),
            "DescribeKey" => json!({"KeyMetadata": {"KeyId": "key", "Arn": body["KeyId"], "KeyState": "Enabled",
                "Enabled": true, "AWSAccountId": account.to_string(), "KeyManager": "CUSTOMER",
                "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS"}}),
            "GetKeyPolicy" => json!({"Policy": owner_policy(account, "kms:*").to_string(), "PolicyName": "default"}),
            "GetKeyRotationStatus" => json!({"KeyRotationEnabled": true}),
            "DescribeLogGroups" => json!({"logGroups": [{"logGroupName": "trail", "retentionInDays": 400,
                "arn": format!("arn:aws:logs:{HOME}:{account}:log-group:trail:*")}]}),
            "DescribeMetricFilters" => json!({"metricFilters": []}),
            "DescribeOrganization" => json!({"Organization": {"Id": "o-abcdefghij", "FeatureSet": "ALL",
                "Arn": format!("arn:aws:organizations::{MANAGEMENT}:organization/o-abcdefghij"),
                "MasterAccountId": MANAGEMENT.to_string()}}),
            "ListAccounts" if is_management => self.accounts_from(body["NextToken"].as_str()),
            "ListDelegatedAdministrators" if is_management => json!({"DelegatedAdministrators": []}),
            "ListRoots" if is_management => json!({"Roots": [{"Id": "r-abcd", "Name": "Root"}]}),
            "ListPolicies" if is_management => json!({"Policies": [{"Id": "p-FullAWSAccess", "AwsManaged": true,
                "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY"}]}),
            "DescribePolicy" if is_management => json!({"Policy": {"PolicySummary": {"Id": "p-FullAWSAccess"},
                "Content": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}}),
            "ListTargetsForPolicy" if is_management => {
                json!({"Targets": [{"TargetId": "r-abcd", "Name": "Root", "Type": "ROOT"}]})
            }
            "ListInstances" if is_management => json!({"Instances": []}),
            _ => return None,
        };
        Some(answer)
    }

    /// Twenty accounts a page, as Organizations answers.
    fn accounts_from(&self, token: Option<&str>) -> Value {
        let first: u64 = token.and_then(|token| token.parse().ok()).unwrap_or(0);
        let end = (first + 20).min(self.accounts);
        let account =
            |n: u64| json!({"Id": (MANAGEMENT + n).to_string(), "Name": format!("account-{n}"), "State": "ACTIVE"});
        let accounts: Vec<Value> = (first..end).map(account).collect();
        match end < self.accounts {
            true => json!({"Accounts": accounts, "NextToken": end.to_string()}),
            false => json!({"Accounts": accounts}),
        }
    }

    fn organization_trail(&self) -> Value {
        json!({"Name": "organization", "TrailARN": trail(MANAGEMENT, "organization"), "HomeRegion": HOME,
            "S3BucketName": format!("logs-{MANAGEMENT}"), "IsMultiRegionTrail": true, "IsOrganizationTrail": true,
            "LogFileValidationEnabled": true, "IncludeGlobalServiceEvents": true})
    }
}

/// Each account has a trail of its own, with a bucket, a key, a log group and a topic.
fn own_trail(account: u64) -> Value {
    json!({"Name": "own", "TrailARN": trail(account, "own"), "HomeRegion": HOME,
        "S3BucketName": format!("logs-{account}"), "IsMultiRegionTrail": true, "IsOrganizationTrail": false,
        "LogFileValidationEnabled": true, "IncludeGlobalServiceEvents": true,
        "KmsKeyId": format!("arn:aws:kms:{HOME}:{account}:key/key"),
        "SnsTopicARN": format!("arn:aws:sns:{HOME}:{account}:trail"),
        "CloudWatchLogsLogGroupArn": format!("arn:aws:logs:{HOME}:{account}:log-group:trail:*"),
        "CloudWatchLogsRoleArn": format!("arn:aws:iam::{account}:role/delivery")})
}

fn owner_policy(account: u64, action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*",
        "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}}]})
}

fn bucket_policy(account: u64) -> String {
    let source = trail(account, "own");
    let statement = |action: &str, resource: String| {
        json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": action,
            "Resource": resource, "Condition": {"StringEquals": {"aws:SourceArn": source}}})
    };
    let bucket = format!("arn:aws:s3:::logs-{account}");
    let write = statement("s3:PutObject", format!("{bucket}/AWSLogs/{account}/*"));
    json!({"Version": "2012-10-17", "Statement": [statement("s3:GetBucketAcl", bucket), write]}).to_string()
}

/// What S3 says of a bucket; `None` where nothing is set.
fn bucket(account: u64, operation: &str) -> Option<String> {
    Some(match operation {
        "ListAllMyBuckets" => {
            let names = (0..40).map(|n| format!("data-{n}-{account}")).chain([format!("logs-{account}")]);
            let bucket =
                |name: String| format!("<Bucket><Name>{name}</Name><BucketRegion>{HOME}</BucketRegion></Bucket>");
            let buckets: String = names.map(bucket).collect();
            format!("<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>")
        }
        "GetBucketVersioning" => {
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>".to_owned()
        }
        "GetBucketLogging" => "<BucketLoggingStatus/>".to_owned(),
        "GetEncryptionConfiguration" => "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
            <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
            </ServerSideEncryptionConfiguration>"
            .to_owned(),
        "GetBucketAcl" => {
            "<AccessControlPolicy><Owner><ID>owner</ID></Owner><AccessControlList/></AccessControlPolicy>".to_owned()
        }
        "GetBucketPublicAccessBlock" | "GetAccountPublicAccessBlock" => "<PublicAccessBlockConfiguration>\
            <BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
            <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>\
            </PublicAccessBlockConfiguration>"
            .to_owned(),
        "GetBucketLocation" => format!("<LocationConstraint>{HOME}</LocationConstraint>"),
        _ => return None,
    })
}

fn topic(account: u64) -> String {
    let arn = format!("arn:aws:sns:{HOME}:{account}:trail");
    let policy = owner_policy(account, "sns:*").to_string().replace('"', "&quot;");
    format!(
        "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>\
         <entry><key>TopicArn</key><value>{arn}</value></entry><entry><key>Policy</key><value>{policy}</value></entry>\
         </Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"
    )
}

/// Roles and policies, about 200 KB of them, as in an account that is in use.
fn details(account: u64) -> String {
    let trust = encoded(&owner_policy(account, "sts:AssumeRole"));
    let actions: Vec<String> = (0..20).map(|n| format!("s3:GetThing{n}")).collect();
    let rights = encoded(&json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": actions, "Resource": format!("arn:aws:s3:::data-1-{account}/*")}]}));
    let roles: String = (0..ROLES)
        .map(|n| {
            format!(
                "<member><Path>/</Path><RoleName>role-{n}</RoleName><RoleId>AROA{n}</RoleId>\
                 <Arn>arn:aws:iam::{account}:role/role-{n}</Arn>\
                 <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><RolePolicyList><member>\
                 <PolicyName>inline</PolicyName><PolicyDocument>{rights}</PolicyDocument></member></RolePolicyList>\
                 <AttachedManagedPolicies/></member>"
            )
        })
        .collect();
    let policies: String = (0..POLICIES)
        .map(|n| {
            format!(
                "<member><PolicyName>policy-{n}</PolicyName><Arn>arn:aws:iam::{account}:policy/policy-{n}</Arn>\
                 <AttachmentCount>1</AttachmentCount><DefaultVersionId>v1</DefaultVersionId><PolicyVersionList><member>\
                 <VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>{rights}</Document></member>\
                 </PolicyVersionList></member>"
            )
        })
        .collect();
    format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><IsTruncated>false</IsTruncated>\
         <UserDetailList/><GroupDetailList/><RoleDetailList>{roles}</RoleDetailList><Policies>{policies}</Policies>\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    )
}

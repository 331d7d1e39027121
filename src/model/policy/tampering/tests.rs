//! A principal's policies against the assets of an estate. In documents, `<Name>` is the generated name of a resource
//! and `<?Name>` a parameter without a value.

use serde_json::{Value as Json, json};

use super::*;
use crate::model::arn::{Shape, Var};
use crate::model::attr::{Origin, Value};
use crate::model::event_selector::Selectors;
use crate::model::log_group::LogGroup;
use crate::model::policy::Condition;
use crate::model::principal::ManagedPolicy;
use crate::model::trail::Trail;
use crate::model::{Estate, Existence, Identity, InputKind, Protection, ResourceKind};

mod combined;
mod laws;

fn here() -> Origin {
    Origin::Api { call: "test", arn: "test".into() }
}

fn id(kind: ResourceKind, address: &str) -> Identity {
    Identity {
        input: InputId(0),
        kind,
        address: address.to_owned(),
        instances: Vec::new(),
        calls: Vec::new(),
        shown: address.to_owned(),
        at: here(),
        existence: Existence::Certain,
    }
}

fn text(written: &str) -> Text {
    let mut result = Text::default();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('<') {
        let (name, behind) = after.split_once('>').unwrap_or((after, ""));
        result.push_str(before);
        let (kind, shape) = match name {
            "Account" => (CauseKind::OutsideScope, Shape::Account),
            "Region" => (CauseKind::OutsideScope, Shape::Name),
            _ if name.starts_with('?') => (CauseKind::Parameter, Shape::Any),
            _ => (CauseKind::AfterApply, Shape::Name),
        };
        let cause = Cause::new(kind, format!("'{name}' is not known"));
        result.push(&Var { key: name.into(), shown: name.into(), cause, shape }.into());
        rest = behind;
    }
    result.push_str(rest);
    result
}

fn texts(json: &Json) -> Vec<Text> {
    match json {
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(item) => vec![text(item)],
        _ => Vec::new(),
    }
}

fn clause(statement: &Json, key: &str) -> Option<Clause<Text>> {
    let not = format!("Not{key}");
    let (json, negated) = match (statement.get(key), statement.get(&not)) {
        (Some(json), _) => (json, false),
        (None, Some(json)) => (json, true),
        _ => return None,
    };
    let more = (*json == json!({"?": 1})).then(|| Cause::new(CauseKind::Parameter, "a list is not known"));
    Some(Clause { at: here(), negated, items: texts(json).into_iter().map(|item| (item, here())).collect(), more })
}

fn document(json: &Json) -> Attr<Document> {
    if json.is_null() {
        return Attr::unseen("PolicyDocument", here(), Cause::new(CauseKind::Parameter, "the document is not known"));
    }
    let statements = json.as_array().cloned().unwrap_or_else(|| vec![json.clone()]);
    let statement = |json: &Json| Statement {
        at: here(),
        sid: json.get("Sid").and_then(Json::as_str).map(Text::from),
        effect: match json.get("Effect").and_then(Json::as_str) {
            Some("Deny") => Value::Known(Effect::Deny),
            Some("?") => Value::Unknown(Cause::new(CauseKind::Parameter, "the effect is not known")),
            _ => Value::Known(Effect::Allow),
        },
        principal: None,
        action: clause(json, "Action"),
        resource: clause(json, "Resource"),
        conditions: json
            .get("Condition")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |pair| (operator, pair)))
            .map(|(operator, (key, values))| Condition {
                at: here(),
                operator: Text::from(operator.as_str()),
                key: Text::from(key.as_str()),
                values: texts(values),
                more: None,
            })
            .collect(),
        unreadable: json.get("unreadable").map(|_| Cause::new(CauseKind::Invalid, "a part cannot be read")),
    };
    let more = statements.iter().any(|s| *s == json!("?")).then(|| Cause::new(CauseKind::Parameter, "more statements"));
    let statements = statements.iter().filter(|s| s.is_object()).map(statement).collect();
    Attr::set("PolicyDocument", here(), Document { at: here(), variables: true, statements, more })
}

fn trail(name: &str) -> Trail {
    let none = |name: &str| Attr::missing(name, here());
    let on = |name: &str| Attr::set(name, here(), true);
    Trail {
        id: id(ResourceKind::Trail, name),
        name: text(name),
        arn: text(&format!("arn:aws:cloudtrail:<Region>:<Account>:trail/{name}")),
        account: text("<Account>"),
        home_region: text("<Region>"),
        bucket: Attr::set("S3BucketName", here(), text("<Logs>")),
        prefix: Attr::default("S3KeyPrefix", here(), Text::default()),
        logging: on("IsLogging"),
        multi_region: on("IsMultiRegionTrail"),
        global_service_events: on("IncludeGlobalServiceEvents"),
        organization: Attr::default("IsOrganizationTrail", here(), false),
        log_file_validation: on("EnableLogFileValidation"),
        kms_key: Attr::set("KMSKeyId", here(), text("arn:aws:kms:<Region>:<Account>:key/<Key>")),
        log_group: Attr::set(
            "CloudWatchLogsLogGroupArn",
            here(),
            text("arn:aws:logs:<Region>:<Account>:log-group:<Group>:*"),
        ),
        log_role: none("CloudWatchLogsRoleArn"),
        topic: none("SnsTopicName"),
        selectors: Selectors {
            basic: Attr::missing("EventSelectors", here()),
            advanced: Attr::missing("AdvancedEventSelectors", here()),
        },
        insights: Attr::missing("InsightSelectors", here()),
        tags: Attr::missing("Tags", here()),
        protection: Protection::CloudFormation {
            deletion: none("DeletionPolicy"),
            replacement: none("UpdateReplacePolicy"),
        },
    }
}

fn estate() -> Estate {
    let mut input = Input::new(
        InputId(0),
        InputKind::CloudFormation,
        "template.yaml".to_owned(),
        here(),
        text("<Account>"),
        text("<Region>"),
    );
    input.trails.items.push(trail("audit"));
    input.log_groups.items.push(LogGroup {
        id: id(ResourceKind::LogGroup, "Group"),
        name: text("<Group>"),
        arn: text("arn:aws:logs:<Region>:<Account>:log-group:<Group>"),
        retention_days: Attr::missing("RetentionInDays", here()),
        kms_key: Attr::missing("KmsKeyId", here()),
    });
    Estate::new(vec![input])
}

/// What a role with these documents may do: `StopLogging`, `maybe StopLogging`, `nothing` or `everything`.
fn power_in(estate: &Estate, documents: &[Json], boundary: &Boundary<'_>) -> String {
    let assets = Assets::of(estate);
    let documents: Vec<_> = documents.iter().map(document).collect();
    let to = Grantee { kind: PrincipalKind::Role, name: "worker".into() };
    let holder = Holder::new(&estate.inputs[0], &to, None, documents.iter().collect());
    let name = |offence: &Offence<'_>| offence.action.name.split_once(':').map(|(_, name)| name.to_owned());
    match holder.power(&assets, boundary) {
        Power::Harmless => "nothing".to_owned(),
        Power::Full => "everything".to_owned(),
        Power::Some(offence) => {
            assert!(offence.statement.is_some(), "a fail shows its statement");
            // The witness, fed back to the evaluator, is allowed.
            let request = offence.example.clone().expect("a fail shows a request");
            let denied = documents.iter().flat_map(Attr::possible).map(|document| document.denies(&request));
            assert_eq!(Truth::any(denied), Truth::False);
            name(&offence).unwrap_or_default()
        }
        Power::Maybe(offence, _) => format!("maybe {}", name(&offence).unwrap_or_default()),
    }
}

fn power(documents: &[Json]) -> String {
    power_in(&estate(), documents, &Boundary::None)
}

fn allow(action: &str, resource: &str) -> Json {
    json!({"Action": action, "Resource": resource})
}

fn deny(action: &str, resource: &str) -> Json {
    json!({"Effect": "Deny", "Action": action, "Resource": resource})
}

fn one(statements: &[Json]) -> String {
    power(&[Json::Array(statements.to_vec())])
}

const AUDIT: &str = "arn:aws:cloudtrail:<Region>:<Account>:trail/audit";
const LOGS: &str = "arn:aws:s3:::<Logs>";
const GROUP: &str = "arn:aws:logs:<Region>:<Account>:log-group:<Group>";

#[test]
fn the_table_is_read() {
    let table = actions();
    assert!(table.iter().is_sorted_by_key(|action| action.harm));
    let kind = |name: &str| table.iter().find(|action| action.name == name).map(|action| action.kind);
    assert_eq!(kind("cloudtrail:StopLogging"), Some(Kind::Trail));
    assert_eq!(kind("cloudtrail:DeleteEventDataStore"), Some(Kind::DataStore));
    assert_eq!(kind("s3:DeleteObjectVersion"), Some(Kind::Objects));
    assert_eq!(kind("s3:BypassGovernanceRetention"), Some(Kind::Objects));
    assert_eq!(kind("s3:PutBucketObjectLockConfiguration"), Some(Kind::Bucket));
    assert_eq!(kind("s3:DeleteBucketPolicy"), Some(Kind::Bucket));
    assert_eq!(kind("kms:DisableKey"), Some(Kind::Key));
    assert_eq!(kind("logs:DeleteLogStream"), Some(Kind::Streams));
    assert_eq!(kind("logs:DeleteLogGroup"), Some(Kind::Group));
    assert_eq!(kind("s3:GetObject"), None, "reading is not tampering");
    assert_eq!(kind("sns:DeleteTopic"), None, "not a part of a trail");
}

#[test]
fn actions_by_meaning() {
    assert_eq!(one(&[allow("cloudtrail:StopLogging", "*")]), "StopLogging");
    assert_eq!(one(&[allow("CLOUDTRAIL:stoplogging", "*")]), "StopLogging");
    assert_eq!(one(&[allow("cloudtrail:St*", "*")]), "StopLogging");
    assert_eq!(one(&[allow("cloudtrail:?topLogging", "*")]), "StopLogging");
    assert_eq!(one(&[allow("cloudtrail:Start*", "*")]), "nothing");
    assert_eq!(one(&[allow("cloudtrail:Get*", "*")]), "nothing");
    assert_eq!(one(&[allow("cloudtrail:PutInsightSelectors", "*")]), "nothing", "medium only");
    assert_eq!(one(&[allow("s3:GetObject", "*")]), "nothing");
    assert_eq!(one(&[allow("logs:PutLogEvents", GROUP)]), "nothing");
}

#[test]
fn the_worst_action_is_named() {
    assert_eq!(one(&[allow("s3:PutObject", "*"), allow("cloudtrail:*", "*")]), "StopLogging");
    assert_eq!(one(&[allow("s3:PutObject", "*")]), "PutObject");
    assert_eq!(one(&[allow("logs:*", &format!("{GROUP}:*"))]), "DeleteLogGroup");
}

#[test]
fn not_action() {
    assert_eq!(one(&[json!({"NotAction": "iam:*", "Resource": "*"})]), "StopLogging");
    assert_eq!(one(&[json!({"NotAction": ["cloudtrail:*", "s3:*", "kms:*", "logs:*"], "Resource": "*"})]), "nothing");
    assert_eq!(one(&[json!({"NotAction": ["cloudtrail:*", "s3:*", "kms:*"], "Resource": "*"})]), "DeleteLogGroup");
    assert_eq!(one(&[json!({"NotAction": {"?": 1}, "Resource": "*"})]), "maybe StopLogging");
}

#[test]
fn resources() {
    assert_eq!(one(&[allow("cloudtrail:StopLogging", AUDIT)]), "StopLogging");
    let others = "arn:aws:cloudtrail:<Region>:<Account>:trail/other";
    assert_eq!(one(&[allow("cloudtrail:StopLogging", others)]), "nothing");
    assert_eq!(one(&[allow("cloudtrail:StopLogging", "arn:aws:cloudtrail:*:*:trail/aud*")]), "StopLogging");
    assert_eq!(one(&[allow("s3:DeleteObject", &format!("{LOGS}/*"))]), "DeleteObject");
    assert_eq!(one(&[allow("s3:DeleteObject", LOGS)]), "nothing", "a bucket is not its objects");
    assert_eq!(one(&[allow("s3:DeleteBucket", &format!("{LOGS}/*"))]), "nothing");
    assert_eq!(one(&[allow("s3:DeleteBucket", LOGS)]), "DeleteBucket");
    assert_eq!(one(&[allow("s3:DeleteObject", &format!("{LOGS}/reports/*"))]), "nothing");
    assert_eq!(one(&[allow("s3:DeleteObject", &format!("{LOGS}/AWSLogs/<Account>/CloudTrail/*"))]), "DeleteObject");
    assert_eq!(one(&[allow("s3:DeleteObject", &format!("{LOGS}/*.gz"))]), "DeleteObject");
    assert_eq!(one(&[allow("s3:DeleteObject", "arn:aws:s3:::<Reports>/*")]), "nothing", "another bucket");
    assert_eq!(one(&[allow("s3:DeleteObject", "arn:aws:s3:::<?Target>/*")]), "maybe DeleteObject");
    assert_eq!(
        one(&[allow("kms:ScheduleKeyDeletion", "arn:aws:kms:<Region>:<Account>:key/<Key>")]),
        "ScheduleKeyDeletion"
    );
    assert_eq!(one(&[allow("kms:ScheduleKeyDeletion", "arn:aws:kms:<Region>:<Account>:key/<Other>")]), "nothing");
    assert_eq!(one(&[allow("logs:DeleteLogStream", &format!("{GROUP}:log-stream:*"))]), "DeleteLogStream");
    assert_eq!(one(&[allow("logs:DeleteLogGroup", "arn:aws:logs:*:*:log-group:/aws/lambda/*")]), "nothing");
    assert_eq!(one(&[allow("logs:DeleteLogStream", "arn:aws:logs:*:*:log-group:/aws/lambda/*:*")]), "nothing");
    assert_eq!(one(&[allow("logs:DeleteLogGroup", "arn:aws:logs:*:*:log-group:*")]), "DeleteLogGroup");
}

#[test]
fn not_resource() {
    assert_eq!(one(&[json!({"Action": "cloudtrail:StopLogging", "NotResource": AUDIT})]), "nothing");
    assert_eq!(one(&[json!({"Action": "cloudtrail:StopLogging", "NotResource": "arn:aws:s3:::*"})]), "StopLogging");
    let none = json!({"Action": "s3:PutBucketPolicy", "NotResource": "arn:aws:s3:::<Reports>"});
    assert_eq!(one(&[none]), "PutBucketPolicy");
    let unclear = json!({"Action": "s3:PutBucketPolicy", "NotResource": "arn:aws:s3:::<?Spared>"});
    assert_eq!(one(&[unclear]), "maybe PutBucketPolicy");
}

#[test]
fn deny_takes_away() {
    let stop = allow("cloudtrail:StopLogging", "*");
    assert_eq!(one(&[stop.clone(), deny("cloudtrail:*", "*")]), "nothing");
    assert_eq!(one(&[stop.clone(), deny("cloudtrail:stop*", AUDIT)]), "nothing");
    assert_eq!(power(&[stop.clone(), deny("*", "*")]), "nothing", "in another document of the principal");
    assert_eq!(one(&[stop.clone(), deny("cloudtrail:DeleteTrail", "*")]), "StopLogging");
    assert_eq!(one(&[stop.clone(), deny("*", "arn:aws:s3:::*")]), "StopLogging");
    assert_eq!(
        one(&[stop.clone(), json!({"Effect": "Deny", "NotAction": "ec2:*", "Resource": "*"})]),
        "nothing",
        "all but ec2 is denied"
    );
    assert_eq!(
        one(&[stop.clone(), json!({"Effect": "Deny", "Action": "cloudtrail:*", "NotResource": AUDIT})]),
        "StopLogging",
        "all trails but this one are spared nothing"
    );
    let files = format!("{LOGS}/*");
    let part = format!("{LOGS}/AWSLogs/<Account>/*");
    assert_eq!(one(&[allow("s3:DeleteObject", &files), deny("s3:Delete*", &part)]), "nothing");
    let digests = format!("{LOGS}/AWSLogs/<Account>/CloudTrail-Digest/*");
    assert_eq!(one(&[allow("s3:DeleteObject", &files), deny("s3:Delete*", &digests)]), "DeleteObject");
    assert_eq!(one(&[allow("s3:DeleteObject", &digests), deny("s3:Delete*", &digests)]), "nothing");
}

#[test]
fn conditions_leave_it_open() {
    let with = |effect: &str, condition: Json| json!({"Effect": effect, "Action": "cloudtrail:StopLogging", "Resource": "*", "Condition": condition});
    let mfa = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    assert_eq!(one(&[with("Allow", mfa)]), "maybe StopLogging");
    let no_mfa = json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}});
    assert_eq!(one(&[allow("cloudtrail:StopLogging", "*"), with("Deny", no_mfa)]), "maybe StopLogging");
    let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
    assert_eq!(one(&[allow("cloudtrail:StopLogging", "*"), with("Deny", insecure)]), "StopLogging");
    let other_account = json!({"StringEquals": {"aws:ResourceAccount": "<Account>"}});
    assert_eq!(one(&[with("Allow", other_account)]), "StopLogging", "its own account for certain");
}

#[test]
fn unknown_parts() {
    assert_eq!(power(&[Json::Null]), "maybe StopLogging", "a document that is not known");
    assert_eq!(power(&[allow("cloudtrail:StopLogging", "*"), Json::Null]), "maybe StopLogging", "it may deny");
    assert_eq!(one(&[allow("cloudtrail:StopLogging", "*"), json!("?")]), "maybe StopLogging");
    assert_eq!(one(&[allow("s3:GetObject", "*"), deny("cloudtrail:*", "*")]), "nothing");
    assert_eq!(one(&[allow("cloudtrail:<?What>", "*")]), "maybe StopLogging");
    assert_eq!(one(&[json!({"Action": "cloudtrail:*", "Resource": {"?": 1}})]), "maybe StopLogging");
    let unclear = json!({"Effect": "?", "Action": "cloudtrail:StopLogging", "Resource": "*"});
    assert_eq!(one(std::slice::from_ref(&unclear)), "maybe StopLogging");
    assert_eq!(one(&[allow("cloudtrail:StopLogging", "*"), unclear]), "maybe StopLogging");
    let unreadable = json!({"Action": "cloudtrail:StopLogging", "Resource": "*", "unreadable": true});
    assert_eq!(one(&[unreadable]), "maybe StopLogging");
    assert_eq!(one(&[allow("s3:DeleteObject", "arn:aws:s3:::${aws:PrincipalTag/bucket}/*")]), "maybe DeleteObject");
    let home = "arn:aws:s3:::homes/${aws:username}/*";
    assert_eq!(one(&[allow("s3:DeleteObject", home)]), "maybe DeleteObject", "a generated name may be 'homes'");
}

#[test]
fn administrators() {
    assert_eq!(one(&[allow("*", "*")]), "everything");
    assert_eq!(one(&[json!({"NotAction": [], "Resource": "*"})]), "everything");
    assert_eq!(one(&[json!({"NotAction": "ec2:RunInstances", "Resource": "*"})]), "everything");
    assert_eq!(one(&[allow("*", "*"), deny("ec2:*", "*")]), "everything");
    assert_eq!(one(&[allow("*", "*"), deny("cloudtrail:*", "*")]), "DeleteObject");
    let mfa = json!({"Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}});
    assert_eq!(one(&[mfa]), "maybe StopLogging");
}

#[test]
fn boundaries() {
    let documents = [allow("cloudtrail:*", "*")];
    let of = |arn: &str| {
        let mut estate = estate();
        let policy = ManagedPolicy {
            id: id(ResourceKind::Policy, "Boundary"),
            arn: text("arn:aws:iam::<Account>:policy/<Boundary>"),
            document: document(&json!([allow("cloudtrail:Get*", "*"), allow("cloudtrail:DeleteTrail", "*")])),
        };
        estate.inputs[0].managed_policies.items.push(policy);
        let boundary = Attr::set("PermissionsBoundary", here(), text(arn));
        let known = Principals::of(&estate.inputs[0]);
        power_in(&estate, &documents, &Boundary::of(&boundary, &known))
    };
    assert_eq!(of("arn:aws:iam::aws:policy/PowerUserAccess"), "StopLogging");
    assert_eq!(of("arn:aws:iam::aws:policy/AdministratorAccess"), "StopLogging");
    assert_eq!(of("arn:aws:iam::aws:policy/ReadOnlyAccess"), "nothing");
    assert_eq!(of("arn:aws:iam::<Account>:policy/elsewhere"), "maybe StopLogging");
    assert_eq!(of("<?Boundary>"), "maybe StopLogging");
    assert_eq!(of("arn:aws:iam::<Account>:policy/<Boundary>"), "DeleteTrail");
}

#[test]
fn inputs_without_a_trail() {
    let mut estate = estate();
    estate.inputs[0].trails.items.clear();
    let power = |documents: &[Json]| power_in(&estate, documents, &Boundary::None);
    assert_eq!(power(&[allow("cloudtrail:*", "*")]), "StopLogging");
    assert_eq!(power(&[allow("cloudtrail:StopLogging", "arn:aws:cloudtrail:*:*:trail/*")]), "StopLogging");
    assert_eq!(power(&[allow("cloudtrail:StopLogging", AUDIT)]), "maybe StopLogging", "a trail of somewhere else");
    assert_eq!(power(&[allow("cloudtrail:DeleteEventDataStore", "*")]), "DeleteEventDataStore");
    assert_eq!(power(&[allow("s3:*", "*")]), "nothing", "no log bucket in sight");
    assert_eq!(power(&[json!({"Action": "cloudtrail:*", "NotResource": "arn:aws:s3:::*"})]), "StopLogging");
}

#[test]
fn a_trail_that_may_not_exist() {
    let mut estate = estate();
    estate.inputs[0].trails.items[0].id.existence =
        Existence::Maybe(Cause::new(CauseKind::Condition, "the condition 'IsProd' cannot be decided"));
    let power = |documents: &[Json]| power_in(&estate, documents, &Boundary::None);
    assert_eq!(power(&[allow("cloudtrail:StopLogging", AUDIT)]), "maybe StopLogging");
    assert_eq!(power(&[allow("cloudtrail:StopLogging", "*")]), "StopLogging", "every other trail is stopped as well");
    assert_eq!(power(&[allow("s3:DeleteObject", "*")]), "maybe DeleteObject");
}

#[test]
fn organization_trails_and_prefixes() {
    let mut estate = estate();
    let account = "arn:aws:s3:::<Logs>/p/AWSLogs/<Account>/*";
    estate.inputs[0].trails.items[0].prefix = Attr::set("S3KeyPrefix", here(), text("p"));
    let statements = [allow("s3:DeleteObject", "arn:aws:s3:::<Logs>/*"), deny("s3:DeleteObject", account)];
    assert_eq!(power_in(&estate, &[json!(statements)], &Boundary::None), "nothing");
    estate.inputs[0].trails.items[0].organization = Attr::set("IsOrganizationTrail", here(), true);
    assert_eq!(power_in(&estate, &[json!(statements)], &Boundary::None), "DeleteObject", "the members' files remain");
    let unprefixed = [allow("s3:DeleteObject", "arn:aws:s3:::<Logs>/AWSLogs/*")];
    assert_eq!(power_in(&estate, &[json!(unprefixed)], &Boundary::None), "nothing");
}

#[test]
fn other_inputs_by_name_only() {
    let mut estate = estate();
    estate.inputs[0].trails.items[0].bucket = Attr::set("S3BucketName", here(), text("audit-logs"));
    let mut other = Input::new(
        InputId(1),
        InputKind::CloudFormation,
        "other.yaml".to_owned(),
        here(),
        text("<Account>"),
        text("<Region>"),
    );
    std::mem::swap(&mut estate.inputs[0].trails, &mut other.trails);
    for trail in &mut other.trails.items {
        trail.id.input = InputId(1);
    }
    estate.inputs.push(other);
    let power = |documents: &[Json]| power_in(&estate, documents, &Boundary::None);
    assert_eq!(power(&[allow("s3:DeleteObject", "*")]), "nothing", "maybe another account altogether");
    assert_eq!(power(&[allow("s3:DeleteObject", "arn:aws:s3:::audit-logs/*")]), "DeleteObject");
    assert_eq!(power(&[allow("s3:DeleteObject", "arn:aws:s3:::reports/*")]), "nothing");
}

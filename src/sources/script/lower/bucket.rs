//! `aws s3api create-bucket` and what sets up a bucket afterwards.
//! <https://docs.aws.amazon.com/cli/latest/reference/s3api/>

use super::{Bearing, Cx, bearing, existence, more, option, set};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Origin, Value};
use crate::model::bucket::{AccessLogging, Bucket, BucketPolicy, DefaultRetention, LifecycleRule, PublicAccessBlock};
use crate::model::{Protection, ResourceKind};
use crate::source_map::Span;
use crate::sources::block::{Absent, Block, MORE, number, text};
use crate::sources::script::arguments::Command;
use crate::sources::shell::Guard;
use crate::sources::uses::{self, bucket_name};
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind, Truth};

/// A bucket in the making.
pub(super) struct State {
    name: Text,
    region: Option<Text>,
    header: Span,
    guards: Vec<Guard>,
    fields: Vec<Field>,
}

/// The options of `put-…` calls that become attributes: the call, and its option.
const SETTINGS: [(&str, &str); 11] = [
    ("put-bucket-versioning", "--versioning-configuration"),
    ("put-public-access-block", "--public-access-block-configuration"),
    ("put-bucket-encryption", "--server-side-encryption-configuration"),
    ("put-bucket-logging", "--bucket-logging-status"),
    ("put-bucket-lifecycle-configuration", "--lifecycle-configuration"),
    ("put-bucket-lifecycle", "--lifecycle-configuration"),
    ("put-object-lock-configuration", "--object-lock-configuration"),
    ("put-bucket-ownership-controls", "--ownership-controls"),
    ("put-bucket-website", "--website-configuration"),
    ("put-bucket-acl", "--acl"),
    ("put-bucket-policy", "--policy"),
];

/// Calls that take such a setting away.
const REMOVALS: [(&str, &str); 6] = [
    ("delete-public-access-block", "--public-access-block-configuration"),
    ("delete-bucket-encryption", "--server-side-encryption-configuration"),
    ("delete-bucket-lifecycle", "--lifecycle-configuration"),
    ("delete-bucket-ownership-controls", "--ownership-controls"),
    ("delete-bucket-website", "--website-configuration"),
    ("delete-bucket-policy", "--policy"),
];

impl Cx<'_> {
    pub(super) fn bucket(&mut self, command: &Command) {
        let name = command.name.as_str();
        match (command.service.as_str(), name) {
            ("s3api", "create-bucket") | ("s3", "mb") => self.create_bucket(command),
            ("s3api", "delete-bucket") | ("s3", "rb") => self.set_up(command, None),
            ("s3api", _) => {
                let setting = SETTINGS.iter().chain(&REMOVALS).find(|(call, _)| *call == name);
                if let Some((_, option)) = setting {
                    self.set_up(command, Some(option));
                }
            }
            _ => {}
        }
    }

    fn named(&self, command: &Command, options: &Val) -> Text {
        let given = match command.service.as_str() {
            "s3" => command.operand().map(|operand| operand.text.clone()),
            _ => option(options, "--bucket"),
        };
        given.map_or_else(|| self.nameless(command, "name of the bucket"), |name| bucket_name(&name))
    }

    fn create_bucket(&mut self, command: &Command) {
        let options = command.options(self.files);
        let name = self.named(command, &options);
        let header = command.header();
        let conditional = command.guards.iter().any(|guard| !guard.is_function());
        let mut fields: Vec<Field> = match options.kind {
            ValKind::Map(fields) => fields,
            _ => Vec::new(),
        };
        imply(&mut fields);
        if conditional || command.tolerated {
            let why = format!("the bucket '{name}' may be there already, with settings that the script does not show");
            fields.push(more(header, why));
        }
        if let Some(known) = self.buckets.iter_mut().find(|bucket| bucket.name == name) {
            // Set up before it is made, as in two branches: what was set stays.
            fields.retain(|field| !known.fields.iter().any(|other| other.key == field.key));
            known.fields.extend(fields);
            return;
        }
        let region = command.global("--region");
        self.buckets.push(State { name, region, header, guards: Vec::new(), fields });
    }

    /// A call that sets something up; without an option, one that deletes the bucket.
    fn set_up(&mut self, command: &Command, setting: Option<&str>) {
        let options = command.options(self.files);
        let name = self.named(command, &options);
        let removes = command.name.starts_with("delete-") || command.name == "rb";
        let mut found = false;
        let mut gone = Vec::new();
        for (i, bucket) in self.buckets.iter_mut().enumerate() {
            let same = bucket.name.same(&name);
            found |= same == Truth::True;
            let bearing = bearing(&same, &bucket.guards, &command.guards, command);
            match (setting, &bearing) {
                (_, Bearing::None) => {}
                (None, Bearing::Always) => gone.push(i),
                (None, _) => {}
                (Some(setting), _) => apply(bucket, command, &options, setting, removes, &bearing),
            }
        }
        for i in gone.into_iter().rev() {
            self.buckets.remove(i);
        }
        if let (false, Some(setting)) = (found, setting) {
            let header = command.header();
            let why = format!("the script does not make the bucket '{name}' and does not show all its settings");
            let fields = vec![more(header, why)];
            let guards = command.guards.clone();
            let mut bucket = State { name, region: None, header, guards, fields };
            apply(&mut bucket, command, &options, setting, removes, &Bearing::Always);
            self.buckets.push(bucket);
        }
    }

    pub(super) fn finish_buckets(&mut self) {
        for state in std::mem::take(&mut self.buckets) {
            let val = Val { kind: ValKind::Map(state.fields.clone()), span: state.header };
            let bucket = self.finish_bucket(&state, &self.block(&val));
            let policy = self.policy(&state, &self.block(&val));
            let target = bucket.logging.map(|logging| logging.target.possible().next().cloned().unwrap_or_default());
            let purpose = "server access logs of another bucket";
            uses::record(&mut self.input, &bucket.id, target, purpose);
            match policy {
                Some(policy) => self.input.bucket_policies.items.push(policy),
                // Whether there is a policy that the script does not show cannot be told for one bucket alone.
                None => {
                    if let Some(ValKind::Unknown(cause)) = val.get(MORE).map(|more| &more.kind) {
                        self.input.bucket_policies.complete = cause.clone().into();
                    }
                }
            }
            self.input.buckets.items.push(bucket);
        }
        let made = |name: &Text| self.input.buckets.iter().any(|bucket| bucket.name == *name);
        // A bucket that the script only names may have a policy that it does not show.
        let elsewhere = self.input.trails.iter().flat_map(|trail| trail.bucket.possible()).find(|name| !made(name));
        if let Some(name) = elsewhere {
            let detail = format!("the script does not make the bucket '{name}'");
            self.input.bucket_policies.complete = Cause::new(CauseKind::OutsideScope, detail).into();
        }
    }

    fn policy(&self, state: &State, block: &Block<'_>) -> Option<BucketPolicy> {
        let field = state.fields.iter().find(|field| &*field.key == "--policy")?;
        if field.value.kind == ValKind::Null {
            return None;
        }
        let id = self.identity(
            ResourceKind::Policy,
            format!("policy of {}", state.name),
            field.key_span,
            existence(&state.guards),
        );
        let bucket = Attr::set("--bucket", Origin::Text(state.header), state.name.clone());
        Some(BucketPolicy { id, bucket, document: block.document(&["--policy"]) })
    }

    fn finish_bucket(&self, state: &State, block: &Block<'_>) -> Bucket {
        const VERSIONING: &str = "--versioning-configuration";
        Bucket {
            id: self.identity(ResourceKind::Bucket, state.name.to_string(), state.header, existence(&state.guards)),
            name: state.name.clone(),
            arn: Text::format("arn:aws:s3:::{}", &[&state.name]),
            account: self.input.account.clone(),
            region: state.region.clone().unwrap_or_else(|| self.input.region.clone()),
            versioning: block.text(&[VERSIONING, "Status"]),
            mfa_delete: block.attr(&[VERSIONING, "MFADelete"], Absent::Default(false), |val| match text(val) {
                Value::Known(text) => match text.literal() {
                    Some(literal) => Value::Known(literal == "Enabled"),
                    None => Value::Unknown(unknown(&text)),
                },
                Value::Unknown(cause) => Value::Unknown(cause),
            }),
            logging: block.inner(&["--bucket-logging-status", "LoggingEnabled"], |block| AccessLogging {
                target: block.text(&["TargetBucket"]).map(bucket_name),
                prefix: block.text_or(&["TargetPrefix"], ""),
            }),
            lifecycle: block.list(&["--lifecycle-configuration", "Rules"], lifecycle_rule),
            block: block.inner(&["--public-access-block-configuration"], |block| PublicAccessBlock {
                block_acls: block.flag(&["BlockPublicAcls"], false),
                block_policy: block.flag(&["BlockPublicPolicy"], false),
                ignore_acls: block.flag(&["IgnorePublicAcls"], false),
                restrict_buckets: block.flag(&["RestrictPublicBuckets"], false),
            }),
            ownership: ownership(block),
            acl: block.text(&["--acl"]),
            object_lock: block.inner(&["--object-lock-configuration", "Rule", "DefaultRetention"], |block| {
                let years: Attr<u32> = block.number(&["Years"]).map(|years| years.saturating_mul(365));
                let use_years = block.val.is_some_and(|val| val.get("Years").is_some());
                DefaultRetention {
                    mode: block.text(&["Mode"]),
                    days: if use_years { years } else { block.number(&["Days"]) },
                }
            }),
            website: block.attr(&["--website-configuration"], Absent::Default(false), |_| Value::Known(true)),
            protection: Protection::Script,
        }
    }
}

/// What options of `create-bucket` bring about that have other names.
fn imply(fields: &mut Vec<Field>) {
    let lock = fields.iter().find(|field| &*field.key == "--object-lock-enabled-for-bucket");
    // S3 enables versioning together with Object Lock.
    if let Some(Field { key_span, value: Val { kind: ValKind::Bool(true), span }, .. }) = lock.cloned() {
        let status = Val { kind: ValKind::Text("Enabled".into()), span };
        let status = Field { key: "Status".into(), key_span, value: status };
        let value = Val { kind: ValKind::Map(vec![status]), span };
        fields.push(Field { key: "--versioning-configuration".into(), key_span, value });
    }
    // A grant to one account is not told from one to everybody.
    let grant = fields.iter().find(|field| field.key.starts_with("--grant-")).cloned();
    if let Some(grant) = grant.filter(|_| !fields.iter().any(|field| &*field.key == "--acl")) {
        let detail = format!("whom '{}' lets in is not judged", grant.key);
        let kind = ValKind::Unknown(Cause::new(CauseKind::Unsupported, detail));
        let value = Val { kind, span: grant.value.span };
        fields.push(Field { key: "--acl".into(), key_span: grant.key_span, value });
    }
}

fn unknown(text: &Text) -> Cause {
    text.causes().map_or_else(|| Cause::new(CauseKind::Unsupported, "it is not known"), |causes| causes.first().clone())
}

fn apply(bucket: &mut State, command: &Command, options: &Val, setting: &str, removes: bool, bearing: &Bearing) {
    let header = command.header();
    let null = Field { key: setting.into(), key_span: header, value: Val { kind: ValKind::Null, span: header } };
    let unread = || {
        let detail = format!("what '{}' sets is not known", command.name);
        let cause = Cause::new(CauseKind::Unsupported, detail);
        Field { key: setting.into(), key_span: header, value: Val { kind: ValKind::Unknown(cause), span: header } }
    };
    let new = if removes {
        null
    } else {
        let given = options.field(setting).or_else(|| options.field(MORE)).cloned();
        given.map_or_else(unread, |field| Field { key: setting.into(), ..field })
    };
    set(&mut bucket.fields, setting, Some(new), bearing);
}

/// `--object-ownership` of `create-bucket`, or the rule of `put-bucket-ownership-controls`, which comes later.
fn ownership(block: &Block<'_>) -> Attr<Text> {
    if !block.val.is_some_and(|val| val.has("--ownership-controls")) {
        return block.text(&["--object-ownership"]);
    }
    block.attr(&["--ownership-controls", "Rules"], Absent::Missing, |val| {
        match val.items().first().and_then(|rule| rule.get("ObjectOwnership")) {
            Some(ownership) => text(ownership),
            None => Value::Unknown(Cause::new(CauseKind::Unsupported, "the ownership rule is not known")),
        }
    })
}

fn lifecycle_rule(block: Block<'_>) -> LifecycleRule {
    let at = Origin::Text(block.header);
    let filter = block.val.and_then(|val| val.get("Filter"));
    let both = filter.and_then(|filter| filter.get("And"));
    let narrows = ["Tag", "Tags", "ObjectSizeGreaterThan", "ObjectSizeLessThan"];
    let limits = |val: Option<&Val>| narrows.into_iter().find(|key| val.is_some_and(|val| val.has(key)));
    let narrowing = limits(filter).or_else(|| limits(both));
    let prefix = if both.is_some_and(|both| both.has("Prefix")) {
        block.text_or(&["Filter", "And", "Prefix"], "")
    } else if filter.is_some_and(|filter| filter.has("Prefix")) {
        block.text_or(&["Filter", "Prefix"], "")
    } else {
        block.text_or(&["Prefix"], "")
    };
    let has = |key: &str| block.val.is_some_and(|val| val.has(key));
    LifecycleRule {
        enabled: block.attr(&["Status"], Absent::Missing, |val| match text(val) {
            Value::Known(status) => match status.literal() {
                Some(literal) => Value::Known(literal == "Enabled"),
                None => Value::Unknown(unknown(&status)),
            },
            Value::Unknown(cause) => Value::Unknown(cause),
        }),
        prefix,
        narrowed: Attr::set(narrowing.unwrap_or("Filter"), at.clone(), narrowing.is_some()),
        expiration_days: block.attr(&["Expiration", "Days"], Absent::Missing, number),
        expiration_date: block.text(&["Expiration", "Date"]),
        noncurrent_days: block.number(&["NoncurrentVersionExpiration", "NoncurrentDays"]),
        newer_noncurrent_versions: block.number(&["NoncurrentVersionExpiration", "NewerNoncurrentVersions"]),
        transitions: Attr::set("Transitions", at.clone(), has("Transitions") || has("Transition")),
        at,
    }
}

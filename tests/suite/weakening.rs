//! Laws of verdicts: what less information and weaker settings may change, and what every fail says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Map, Value, json};
use trailwarden::checks::{CHECKS, Check};
use trailwarden::finding::options::MfaDeleteMode;
use trailwarden::finding::{Finding, Options, Outcome};
use trailwarden::model::ResourceKind;
use trailwarden::model::attr::Origin;
use trailwarden::scan::Scan;
use trailwarden::source_map::SourceMap;
use trailwarden::sources::cloudformation::Settings;
use trailwarden::syntax;

use super::{all, cases, equivalence, files, none, project, scan_paths, scan_text_with};

/// The worst verdict of each check at each address.
type Verdicts = BTreeMap<(&'static str, String), &'static str>;

/// Checks whose subject is that something is set at all: a reference in place of an empty, managed or self-referring
/// value counts as set.
const PRESENCE: [&str; 7] = [
    "access-logging",
    "cloudwatch-logs",
    "dedicated-bucket",
    "kms-encryption",
    "log-group-encryption",
    "event-data-store-encryption",
    "sns-notifications",
];

fn checks(ids: &[&str]) -> Vec<&'static Check> {
    CHECKS.iter().filter(|check| ids.contains(&check.id)).collect()
}

fn verdicts(template: &Value, checks: Vec<&'static Check>, options: &Options) -> Verdicts {
    let mut found = Verdicts::new();
    for finding in scan_text_with(&template.to_string(), checks, options.clone()).findings {
        let word = finding.outcome.word();
        let rank = |word: &str| ["not-applicable", "pass", "unknown", "fail"].iter().position(|known| *known == word);
        let worst = found.entry((finding.check, finding.subject.address)).or_insert(word);
        if rank(word) > rank(worst) {
            *worst = word;
        }
    }
    found
}

/// Every template of the fixtures that is one file, with the options of its folder.
fn templates() -> Vec<(String, Value, Options)> {
    let folders = cases::cases().into_iter().map(|case| case.folder).chain(cases::shared_templates());
    folders.filter_map(|folder| Some((folder.display().to_string(), tree(&folder)?, cases::options(&folder)))).collect()
}

fn tree(folder: &Path) -> Option<Value> {
    let all = files(folder, &["yaml", "yml", "json", "template"]);
    let named: Vec<_> = all.iter().filter(|path| path.file_stem().is_some_and(|stem| stem == "template")).collect();
    let [only] = named.as_slice() else { return None };
    let mut map = SourceMap::default();
    let id = map.add("template", std::fs::read_to_string(only).ok()?);
    let documents = syntax::parse_any(map.file(id).text(), id).ok()?;
    let [root] = documents.as_slice() else { return None };
    let mut text = String::new();
    equivalence::json(root, &mut text);
    let tree: Value = serde_json::from_str(&text).expect("the writer writes JSON");
    tree.get("Resources").is_some_and(Value::is_object).then_some(tree)
}

/// The places of all scalars below a value, as JSON pointers. Functions are left whole.
fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {}
        Value::Object(map) => {
            for (key, value) in map {
                scalars(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                scalars(value, &format!("{at}/{i}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// The template with one value replaced by a reference to a parameter without a value.
fn withheld(template: &Value, at: &str) -> Option<Value> {
    let mut copy = template.clone();
    *copy.pointer_mut(at)? = json!({"Ref": "Withheld"});
    let parameters = copy.as_object_mut()?.entry("Parameters").or_insert_with(|| Value::Object(Map::new()));
    parameters.as_object_mut()?.insert("Withheld".to_owned(), json!({"Type": "String"}));
    Some(copy)
}

/// One attribute of one sort of resource in fixtures of one check and verdict.
type Sort = (String, String, String);

#[test]
fn less_information_never_turns_a_verdict_around() {
    let mut seen: BTreeSet<Sort> = BTreeSet::new();
    let mut edits = Vec::new();
    for case in cases::cases() {
        let Some(template) = tree(&case.folder) else { continue };
        let judged = checks(&[case.check.as_str()]);
        let options = cases::options(&case.folder);
        let mut places = Vec::new();
        for (name, resource) in template["Resources"].as_object().expect("resources") {
            let root = format!("/Resources/{name}/Properties");
            let mut own = Vec::new();
            scalars(&resource["Properties"], &root, &mut own);
            // One of each sort: the same attributes stand in many fixtures of a check.
            own.retain(|place| {
                let generic = place[root.len()..].replace(|c: char| c.is_ascii_digit(), "");
                seen.insert((format!("{}/{}", case.check, case.verdict), resource["Type"].to_string(), generic))
            });
            places.extend(own);
        }
        edits.push((case.shown(), template, judged, options, places));
    }
    for folder in cases::shared_templates() {
        let Some(template) = tree(&folder) else { continue };
        let mut places = Vec::new();
        for (name, resource) in template["Resources"].as_object().expect("resources") {
            scalars(&resource["Properties"], &format!("/Resources/{name}/Properties"), &mut places);
        }
        // All checks judge these: some of the places have to do.
        let places = places.into_iter().step_by(10).collect();
        edits.push((folder.display().to_string(), template, all(), cases::options(&folder), places));
    }
    let faults: Vec<String> = edits
        .par_iter()
        .flat_map_iter(|(shown, template, judged, options, places)| {
            let before = verdicts(template, judged.clone(), options);
            places.iter().flat_map(move |place| {
                let Some(less) = withheld(template, place) else { return Vec::new() };
                let after = verdicts(&less, judged.clone(), options);
                let turned = |(key, was): (&(&'static str, String), &&'static str)| {
                    let is = after.get(key)?;
                    let turned = (*was == "pass" && *is == "fail")
                        || (*was == "fail" && *is == "pass" && !PRESENCE.contains(&key.0));
                    turned.then(|| format!("{shown}: {place} withheld: {} of {} {was} -> {is}", key.0, key.1))
                };
                before.iter().filter_map(turned).collect()
            })
        })
        .collect();
    none(&faults);
}

/// A template with a trail, its bucket, and the bucket's policy with these further statements.
fn estate(bucket: &Value, statements: &[Value]) -> Value {
    json!({
        "Parameters": {"Days": {"Type": "Number"}},
        "Resources": {
            "Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": {
                "TrailName": "audit", "S3BucketName": {"Ref": "Logs"}, "IsLogging": true}},
            "Logs": {"Type": "AWS::S3::Bucket", "Properties": bucket},
            "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
                "Bucket": {"Ref": "Logs"},
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}},
        }
    })
}

#[test]
fn mfa_delete_and_a_lifecycle_are_never_demanded_together() {
    let versioning = [Value::Null, json!({"Status": "Enabled"}), json!({"Status": "Suspended"})];
    let rule = |rule: Value| json!({"Rules": [rule]});
    let lifecycles = [
        Value::Null,
        rule(json!({"Status": "Disabled", "ExpirationInDays": 400})),
        rule(json!({"Status": "Enabled", "ExpirationInDays": 400})),
        rule(json!({"Status": "Enabled", "ExpirationInDays": 3})),
        rule(json!({"Status": "Enabled", "ExpirationInDays": {"Ref": "Days"}})),
        rule(json!({"Status": "Enabled", "ExpirationDate": "2030-01-01"})),
        rule(json!({"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 3}})),
        rule(json!({"Status": "Enabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}]})),
    ];
    let locks = [
        Value::Null,
        json!({"ObjectLockEnabled": "Enabled"}),
        json!({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}),
    ];
    let keep = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObjectVersion",
        "Resource": {"Fn::Sub": "${Logs.Arn}/*"}});
    let modes = [MfaDeleteMode::Equivalent, MfaDeleteMode::Strict, MfaDeleteMode::Off];
    let mut faults = Vec::new();
    for versions in &versioning {
        for lifecycle in &lifecycles {
            for lock in &locks {
                for policy in [&[][..], std::slice::from_ref(&keep)] {
                    let mut bucket = Map::new();
                    let parts = [
                        ("VersioningConfiguration", versions),
                        ("LifecycleConfiguration", lifecycle),
                        ("ObjectLockConfiguration", lock),
                    ];
                    for (name, part) in parts.into_iter().filter(|(_, part)| !part.is_null()) {
                        bucket.insert(name.to_owned(), part.clone());
                    }
                    let template = estate(&Value::Object(bucket), policy);
                    for mode in modes {
                        let options = Options { mfa_delete: mode, ..Options::default() };
                        let found = verdicts(&template, checks(&["mfa-delete", "lifecycle-retention"]), &options);
                        let fails = found.values().filter(|word| **word == "fail").count();
                        if fails > 1 || found.len() != 2 {
                            faults.push(format!("{mode:?} {template}: {found:?}"));
                        }
                    }
                }
            }
        }
    }
    none(&faults);
}

/// The statements of the bucket policies of a template, by JSON pointer.
fn statements(template: &Value) -> Vec<String> {
    let resources = template["Resources"].as_object().expect("resources");
    let policies = resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::S3::BucketPolicy");
    policies
        .flat_map(|(name, resource)| {
            let count = resource["Properties"]["PolicyDocument"]["Statement"].as_array().map_or(0, Vec::len);
            (0..count).map(move |i| format!("/Resources/{name}/Properties/PolicyDocument/Statement/{i}"))
        })
        .collect()
}

#[test]
fn a_weaker_bucket_policy_never_mends_a_fail() {
    let judged = ["least-privilege-bucket-policy", "public-log-bucket", "secure-transport"];
    type Edit = (&'static str, fn(&mut Map<String, Value>));
    let edits: [Edit; 4] = [
        ("without its conditions", |allow| {
            allow.remove("Condition");
        }),
        ("for everyone", |allow| {
            allow.remove("NotPrincipal");
            allow.insert("Principal".to_owned(), json!("*"));
        }),
        ("for every action", |allow| {
            allow.remove("NotAction");
            allow.insert("Action".to_owned(), json!("*"));
        }),
        ("on everything", |allow| {
            allow.remove("NotResource");
            allow.insert("Resource".to_owned(), json!("*"));
        }),
    ];
    let faults: Vec<String> = templates()
        .par_iter()
        .flat_map_iter(|(shown, template, options)| {
            let before = verdicts(template, checks(&judged), options);
            let mut faults = Vec::new();
            let mut compare = |what: String, weaker: &Value| {
                let after = verdicts(weaker, checks(&judged), options);
                for (key, _) in before.iter().filter(|(_, word)| **word == "fail") {
                    if after.get(key) == Some(&"pass") {
                        faults.push(format!("{shown}: {} passes with {what}", key.0));
                    }
                }
            };
            for place in statements(template) {
                let Some(statement) = template.pointer(&place).and_then(Value::as_object) else { continue };
                match statement.get("Effect").and_then(Value::as_str) {
                    Some("Allow") => {
                        for (what, edit) in edits {
                            let mut weaker = template.clone();
                            if let Some(Value::Object(allow)) = weaker.pointer_mut(&place) {
                                edit(allow);
                            }
                            compare(format!("{place} {what}"), &weaker);
                        }
                    }
                    Some("Deny") => {
                        let mut weaker = template.clone();
                        let (list, number) = place.rsplit_once('/').expect("a pointer has a last part");
                        if let Some(Value::Array(list)) = weaker.pointer_mut(list) {
                            list.remove(number.parse().expect("a number"));
                        }
                        compare(format!("{place} dropped"), &weaker);
                    }
                    _ => {}
                }
            }
            faults
        })
        .collect();
    none(&faults);
}

#[test]
fn every_fail_says_what_where_and_how_to_mend_it() {
    let folder = project().join("tests/fixtures");
    let scan = scan_paths(project(), &[folder], Settings::default(), all());
    let fails: Vec<&Finding> = scan.findings.iter().filter(|f| matches!(f.outcome, Outcome::Fail(_))).collect();
    assert!(fails.len() > 100);
    let faults: Vec<String> = fails.into_iter().filter_map(|fail| wanting(&scan, fail)).collect();
    none(&faults);
}

#[test]
fn a_fail_names_the_policy_that_holds_the_statement() {
    let allow = |action: &str| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
    let template = json!({"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Statement": []},
            "Policies": [{"PolicyName": "work", "PolicyDocument": allow("ec2:*")}],
            "ManagedPolicyArns": [{"Ref": "Shared"}]}},
        "Shared": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
            "PolicyDocument": allow("cloudtrail:DeleteTrail")}},
    }});
    let scan = scan_text_with(&template.to_string(), checks(&["audit-tampering-access"]), Options::default());
    let fails: Vec<&Finding> = scan.findings.iter().filter(|f| f.subject.address == "Role").collect();
    assert_eq!(fails.len(), 1);
    assert!(fails[0].message.contains("of 'Shared' allows 'cloudtrail:DeleteTrail'"), "{}", fails[0].message);
}

/// What a fail lacks.
fn wanting(scan: &Scan, fail: &Finding) -> Option<String> {
    let place = match fail.at {
        Origin::Text(span) => {
            let positions = scan.sources.positions(span);
            positions.0.line > 0 && (positions.0.line, positions.0.column) < (positions.1.line, positions.1.column)
        }
        Origin::Api { .. } => true,
    };
    // What the message names besides its subject.
    let rest = fail.message.replacen(&format!("'{}'", fail.subject.shown), "", 1);
    let whole = fail.subject.kind == ResourceKind::Account;
    let remedy = fail.remediation.as_deref().unwrap_or_default();
    let lacks = [
        ("a place", place),
        ("a name of what was seen", whole || rest.contains('\'') || rest.contains("statement ")),
        ("the end of a sentence", fail.message.ends_with('.') && !fail.message.ends_with("..")),
        ("the subject", fail.message.contains(&fail.subject.shown)),
        ("evidence", whole || !fail.evidence.is_empty()),
        ("what is expected", whole || fail.evidence.iter().any(|evidence| !evidence.expected.is_empty())),
        ("a remedy", remedy.ends_with('.') && remedy.len() > 20),
        ("a fingerprint", fail.fingerprint.strip_prefix("sha256:").is_some_and(|print| print.len() == 64)),
    ];
    let lacking: Vec<&str> = lacks.iter().filter(|(_, there)| !there).map(|(what, _)| *what).collect();
    let shown = (fail.check, &fail.message, &fail.remediation);
    (!lacking.is_empty()).then(|| format!("no {}: {shown:?}", lacking.join(", no ")))
}

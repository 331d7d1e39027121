//! ASFF for Security Hub: each line is one request of `BatchImportFindings`, of findings of one account and Region.
//!
//! `split -l 1` makes files of the lines, and `aws securityhub batch-import-findings --cli-input-json file://…` sends one.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::finding::{Outcome, Severity, clean};
use crate::model::ResourceKind;
use crate::reports::Settings;
use crate::reports::entry::{self, Entry, cut};
use crate::reports::pages::Pages;
use crate::scan::{Gap, Scan};
use crate::sources::partition;

/// How many findings a request may hold.
const MOST: usize = 100;

/// How large a request may be, in bytes; the service takes 6 MB.
const LARGEST: usize = 5_500_000;

/// Stands for an account that nobody named. Security Hub refuses it.
const NO_ACCOUNT: &str = "000000000000";

/// The Region of findings whose Region nobody named.
const NO_REGION: &str = "us-east-1";

/// Where a finding is sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Hub {
    account: String,
    region: String,
}

/// Writes the requests.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let Some(time) = entry::utc(settings.now) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the time of the scan cannot be written"));
    };
    let mut hubs: BTreeMap<Hub, Vec<Entry<'_>>> = BTreeMap::new();
    for entry in entry::listed(scan, &pages, settings) {
        hubs.entry(hub(entry.account, entry.region, settings)).or_default().push(entry);
    }
    for (hub, entries) in &hubs {
        batches(entries.iter().map(|entry| finding(entry, hub, &time)), out)?;
    }
    let here = hub(None, None, settings);
    batches(scan.gaps.iter().map(|gap| gap_finding(scan, gap, &here, &time)), out)
}

/// The account and Region that a finding is of, or those of the settings.
fn hub(account: Option<&str>, region: Option<&str>, settings: &Settings) -> Hub {
    let is_account = |id: &&str| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
    let is_region = |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let account = account.filter(is_account).or(settings.account.as_deref()).unwrap_or(NO_ACCOUNT);
    // The Region that was asked for comes first: it is where the requests go.
    let region = settings.region.as_deref().or(region.filter(is_region)).unwrap_or(NO_REGION);
    Hub { account: account.to_owned(), region: region.to_owned() }
}

fn batches(findings: impl Iterator<Item = Value>, out: &mut dyn Write) -> io::Result<()> {
    let (mut count, mut size) = (0, 0);
    for finding in findings {
        let text = serde_json::to_string(&finding)?;
        if count == MOST || count > 0 && size + text.len() > LARGEST {
            out.write_all(b"]}\n")?;
            (count, size) = (0, 0);
        }
        out.write_all(if count == 0 { b"{\"Findings\":[" } else { b"," })?;
        out.write_all(text.as_bytes())?;
        count += 1;
        size += text.len() + 1;
    }
    if count > 0 {
        out.write_all(b"]}\n")?;
    }
    Ok(())
}

/// What all findings have.
fn record(hub: &Hub, time: &str, id: &str, generator: &str, severity: (&str, &str)) -> Value {
    let Hub { account, region } = hub;
    let partition = partition::of_region(region);
    let (label, original) = severity;
    let types = ["Software and Configuration Checks/AWS Security Best Practices"];
    let severity = json!({"Label": label, "Original": original});
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": cut(id, 512),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "Trailwarden",
        "CompanyName": "Trailwarden",
        "GeneratorId": cut(&format!("trailwarden/{generator}"), 512),
        "AwsAccountId": account,
        "Types": types,
        "CreatedAt": time,
        "UpdatedAt": time,
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": types},
        "RecordState": "ACTIVE",
    })
}

fn finding(entry: &Entry<'_>, hub: &Hub, time: &str) -> Value {
    let finding = entry.finding;
    let severity = if entry.fails() { label(finding.severity) } else { "INFORMATIONAL" };
    let mut record = record(hub, time, &finding.fingerprint, finding.check, (severity, entry.heading()));
    record["Title"] = cut(&entry.title(), 256).into();
    record["Description"] = cut(&entry.story(), 1024).into();
    record["Resources"] = json!([{
        "Type": kind(finding.subject.kind),
        "Id": cut(&entry.address(), 512),
        "Partition": partition::of_region(&hub.region),
        "Region": hub.region,
    }]);
    record["Compliance"] = json!({
        "Status": status(&finding.outcome),
        "RelatedRequirements": entry.controls().iter().take(32).map(|control| cut(control, 64)).collect::<Vec<_>>(),
    });
    if let Some((reason, detail)) = entry.cause() {
        let code = reason.to_ascii_uppercase().replace('-', "_");
        record["Compliance"]["StatusReasons"] = json!([{"ReasonCode": code, "Description": cut(&detail, 1024)}]);
    }
    if let Some(accepted) = entry.accepted() {
        record["Workflow"] = json!({"Status": "SUPPRESSED"});
        record["Note"] = json!({"Text": cut(&accepted, 512), "UpdatedBy": "trailwarden", "UpdatedAt": time});
    }
    if let Some(remedy) = entry.remedy() {
        record["Remediation"] = json!({"Recommendation": {"Text": cut(&remedy, 512), "Url": entry.help()}});
    }
    if let Some(place) = entry.exact {
        record["ProductFields"] = json!({
            "trailwarden/Path": cut(&clean(place.path), 1024),
            "trailwarden/StartLine": place.start_line.to_string(),
            "trailwarden/StartColumn": place.start_column.to_string(),
            "trailwarden/EndLine": place.end_line.to_string(),
            "trailwarden/EndColumn": place.end_column.to_string(),
        });
    }
    record
}

/// A gap: a check that could not be made.
fn gap_finding(scan: &Scan, gap: &Gap, hub: &Hub, time: &str) -> Value {
    let id = entry::gap_fingerprint(scan, gap);
    let mut record = record(hub, time, &id, "gap", ("INFORMATIONAL", "gap"));
    record["Title"] = "The scan is incomplete".into();
    record["Description"] = cut(&entry::sentence(&gap.message), 1024).into();
    let place = entry::gap_at(scan, gap).unwrap_or_else(|| gap.reason.to_owned());
    record["Resources"] = json!([{"Type": "Other", "Id": cut(&place, 512), "Region": hub.region}]);
    record["Compliance"] = json!({
        "Status": "NOT_AVAILABLE",
        "StatusReasons": [{
            "ReasonCode": gap.reason.to_ascii_uppercase().replace('-', "_"),
            "Description": cut(&entry::sentence(&gap.message), 1024),
        }],
    });
    record
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Note => "INFORMATIONAL",
    }
}

fn status(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "PASSED",
        Outcome::Fail(_) => "FAILED",
        Outcome::Unknown(_) => "WARNING",
        Outcome::NotApplicable(_) => "NOT_AVAILABLE",
    }
}

fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Trail => "AwsCloudTrailTrail",
        ResourceKind::Bucket => "AwsS3Bucket",
        ResourceKind::Key => "AwsKmsKey",
        ResourceKind::Topic => "AwsSnsTopic",
        ResourceKind::Account => "AwsAccount",
        _ => "Other",
    }
}

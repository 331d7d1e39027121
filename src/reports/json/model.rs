//! The types of the JSON report. Every field is always present, `null` where there is nothing to say.
//!
//! What is a word here may get further words in later versions unless it is an enumeration below; readers should keep
//! words that they do not know. Fields may be added, none is taken away within version 1.

use schemars::JsonSchema;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::compare;
use crate::finding::{self, Outcome};
use crate::reports::location::Location;
use crate::reports::summary::Summary;
use crate::sources::aws::recording;

/// A report whose findings and gaps are lists: what the schema describes.
pub type FullReport<'a> = Report<'a, Vec<Finding<'a>>, Vec<Gap<'a>>>;

/// The result of one scan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report<'a, F, G> {
    /// The version of this shape.
    pub schema_version: SchemaVersion,
    /// The program that wrote the report.
    pub tool: Tool<'a>,
    /// What was read and judged, so that a consumer can close what is in scope and no longer listed.
    pub scope: Scope<'a>,
    /// How many verdicts of each kind there are.
    pub summary: Summary,
    /// All verdicts: fails first, the worst severity first.
    pub findings: F,
    /// What belongs to the scan and could not be read; empty if the scan is complete.
    pub gaps: G,
    /// What the scan was compared with; `null` if with nothing.
    pub baseline: Option<Baseline<'a>>,
}

/// The version of the report's shape.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub enum SchemaVersion {
    /// The first.
    #[serde(rename = "1")]
    V1,
}

/// The program.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tool<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
}

/// What was read and judged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scope<'a> {
    /// The files and directories.
    pub inputs: Vec<Input<'a>>,
    /// The accounts of a live scan.
    pub accounts: Vec<Account<'a>>,
    /// The Regions of a live scan.
    pub regions: Vec<&'a str>,
    /// The ids of the checks that were run.
    pub checks: Vec<&'a str>,
}

/// One thing that was read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Input<'a> {
    /// Relative to the repository root, with `/`; `-` for standard input.
    pub path: &'a str,
    /// What it is: `cloudformation`, `script`, …
    pub kind: &'a str,
    /// Whether all that belongs to it was read. What is not complete can give `unknown` verdicts.
    pub complete: bool,
}

/// An account of a live scan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Account<'a> {
    /// The 12-digit id.
    pub id: &'a str,
    /// The account's name, where it is known.
    pub name: Option<&'a str>,
    /// How much of it was read.
    pub status: Status,
    /// Why it was not read completely.
    pub reason: Option<&'a str>,
    /// Its Regions.
    pub regions: Vec<Region<'a>>,
}

/// A Region of an account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Region<'a> {
    /// The name: `eu-west-1`.
    pub name: &'a str,
    /// How much of it was read.
    pub status: Status,
    /// Why it was not read completely.
    pub reason: Option<&'a str>,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All of it.
    Complete,
    /// Some of it.
    Partial,
    /// Nothing, although it should have been.
    Failed,
    /// Nothing, because it is not in use or out of bounds.
    Skipped,
}

impl From<recording::Status> for Status {
    fn from(status: recording::Status) -> Self {
        match status {
            recording::Status::Complete => Self::Complete,
            recording::Status::Partial => Self::Partial,
            recording::Status::Failed => Self::Failed,
            recording::Status::Skipped => Self::Skipped,
        }
    }
}

/// A verdict.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The practice is followed.
    Pass,
    /// It is not.
    Fail,
    /// It cannot be told; `cause` says why.
    Unknown,
    /// The question does not arise; `cause` says why.
    NotApplicable,
}

impl From<compare::Verdict> for Verdict {
    fn from(verdict: compare::Verdict) -> Self {
        match verdict {
            compare::Verdict::Pass => Self::Pass,
            compare::Verdict::Fail => Self::Fail,
            compare::Verdict::Unknown => Self::Unknown,
            compare::Verdict::NotApplicable => Self::NotApplicable,
        }
    }
}

impl From<&Outcome> for Verdict {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail(_) => Self::Fail,
            Outcome::Unknown(_) => Self::Unknown,
            Outcome::NotApplicable(_) => Self::NotApplicable,
        }
    }
}

/// How bad a fail is, or would be.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// There is no trail worth the name.
    Critical,
    /// The trail can be blinded or misses a lot.
    High,
    /// Should be mended soon.
    Medium,
    /// Should be mended at some time.
    Low,
    /// Worth knowing.
    Note,
}

impl From<finding::Severity> for Severity {
    fn from(severity: finding::Severity) -> Self {
        match severity {
            finding::Severity::Critical => Self::Critical,
            finding::Severity::High => Self::High,
            finding::Severity::Medium => Self::Medium,
            finding::Severity::Low => Self::Low,
            finding::Severity::Note => Self::Note,
        }
    }
}

/// Whether a finding is news.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Neither suppressed nor in the baseline.
    New,
    /// In the baseline.
    Baselined,
    /// Suppressed by somebody; `suppression` says how.
    Suppressed,
}

impl From<finding::Standing> for Standing {
    fn from(standing: finding::Standing) -> Self {
        match standing {
            finding::Standing::New => Self::New,
            finding::Standing::Suppressed => Self::Suppressed,
            finding::Standing::Baselined => Self::Baselined,
        }
    }
}

/// One verdict about one resource.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding<'a> {
    /// The check's id.
    pub check: &'a str,
    /// The verdict.
    pub verdict: Verdict,
    /// How bad a fail is; for other verdicts the check's own severity.
    pub severity: Severity,
    /// Whether it is news.
    pub standing: Standing,
    /// What it is about.
    pub resource: Resource<'a>,
    /// What was found, in one or two sentences.
    pub message: &'a str,
    /// Where to look first: always one line.
    pub location: Option<Location<'a>>,
    /// Where else to look.
    pub related: Vec<Related<'a>>,
    /// Why it cannot be told or the question does not arise; `null` for other verdicts.
    pub cause: Option<Cause>,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence<'a>>,
    /// One concrete thing that goes wrong, where the check can compute one.
    pub witness: Option<Witness<'a>>,
    /// What to do; for fails.
    pub remediation: Option<&'a str>,
    /// Ids in control frameworks: `cis-5.0.0/3.2`.
    pub controls: &'a [String],
    /// Who suppressed the finding and why; `null` if nobody did.
    pub suppression: Option<Suppression<'a>>,
    /// The identity across runs: `sha256:…`. Unique in a report; free of lines, messages and severities.
    pub fingerprint: &'a str,
    /// The identity without the owner, by which a finding is known again in a file that was renamed. Not unique.
    pub moved_fingerprint: &'a str,
}

/// A statement that a finding is accepted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Suppression<'a> {
    /// Where it was said: `inline` (a comment), `metadata` (of a template), `config` (the configuration file), `foreign`
    /// (in the syntax of another tool).
    pub kind: &'static str,
    /// The tool whose syntax it is: `trailwarden`, `checkov`, `trivy`, `tfsec`, `kics`, `cfn-nag`, `cdk-nag`.
    pub tool: &'static str,
    /// The ids that it names, as written.
    pub names: String,
    /// Why, if it says so.
    pub reason: Option<String>,
    /// The last day on which it holds, as `YYYY-MM-DD` in UTC.
    pub until: Option<String>,
    /// Its place.
    pub location: Location<'a>,
}

/// What a finding is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Resource<'a> {
    /// `trail`, `bucket`, `key`, `log-group`, `topic`, `principal`, `policy`, …
    pub r#type: &'a str,
    /// The logical id (`Parent/Child` in a nested stack), the Terraform address without instance keys, the ARN of a live
    /// resource; `*` for a verdict about a whole input.
    pub address: &'a str,
    /// What holds the resource and owns the finding across runs: the template, the folder of the root module, the script,
    /// the live account.
    pub owner: &'a str,
    /// The ARN, where it is known.
    pub arn: Option<&'a str>,
    /// The account, where it is known.
    pub account: Option<&'a str>,
    /// The Region, where it is known.
    pub region: Option<&'a str>,
    /// The addresses with instance keys, where one block makes several resources.
    pub instances: &'a [String],
}

/// A further place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Related<'a> {
    /// What stands there.
    pub message: &'a str,
    /// The file; `null`, as the numbers, if the place is in no file.
    pub path: Option<&'a str>,
    /// The first line, from 1.
    pub start_line: Option<u32>,
    /// The first column, from 1, in UTF-16 code units.
    pub start_column: Option<u32>,
    /// The last line, from 1.
    pub end_line: Option<u32>,
    /// The column behind the last character.
    pub end_column: Option<u32>,
}

/// Why there is neither pass nor fail.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Cause {
    /// A word: `parameter`, `condition`, `outside-scope`, `after-apply`, `unsupported`, …
    pub kind: &'static str,
    /// A clause that reads after "because".
    pub detail: String,
}

/// A fact that a verdict rests on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Evidence<'a> {
    /// The attribute, as its source names it.
    pub attribute: &'a str,
    /// What the practice asks for.
    pub expected: &'a str,
    /// What was seen.
    pub observed: &'a str,
    /// Where: `path:line:column`.
    pub origin: Option<String>,
}

/// One concrete thing that goes wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Witness<'a> {
    /// A request that would be allowed.
    Request {
        /// What is possible, in words.
        text: String,
        /// Who asks.
        principal: &'a str,
        /// For which action.
        action: &'a str,
        /// On which resource.
        resource: &'a str,
        /// With which condition keys.
        context: Pairs<'a>,
    },
    /// An event that goes unnoticed.
    Event {
        /// What goes wrong, in words.
        text: String,
        /// What does not happen with it.
        lost: Lost,
        /// The fields of a CloudTrail record, by name.
        fields: Pairs<'a>,
        /// The same in the shape of a CloudTrail record.
        record: &'a serde_json::Value,
    },
}

/// What does not happen with an event that goes unnoticed.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lost {
    /// No trail records it.
    Record,
    /// It is recorded, and raises no alarm.
    Alarm,
}

/// Names with values, as an object; a name that comes twice has its last value.
#[derive(Debug)]
pub struct Pairs<'a>(pub &'a [(String, String)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (i, (name, value)) in self.0.iter().enumerate() {
            if !self.0[i + 1..].iter().any(|(later, _)| later == name) {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

impl JsonSchema for Pairs<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pairs".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <std::collections::BTreeMap<String, String>>::json_schema(generator)
    }
}

/// What was known before the scan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Baseline<'a> {
    /// The name of the file, or the revision.
    pub name: &'a str,
    /// The commit, where one was scanned.
    pub commit: Option<&'a str>,
    /// How many findings were known.
    pub known: usize,
    /// Known findings that the scan looked for and no longer found. Findings that it found again have the standing
    /// `baselined`; of the others it says nothing.
    pub fixed: Vec<Fixed<'a>>,
    /// What of the commit could not be read: findings of it may look new.
    pub gaps: Vec<Gap<'a>>,
}

/// A finding that is mended.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fixed<'a> {
    /// The check's id.
    pub check: &'a str,
    /// What the verdict was: `fail` or `unknown`.
    pub verdict: Verdict,
    /// How bad it was.
    pub severity: Severity,
    /// What held the resource.
    pub owner: &'a str,
    /// The kind of resource.
    pub r#type: &'a str,
    /// Its address.
    pub address: &'a str,
    /// The file, where it was in one.
    pub path: Option<&'a str>,
    /// The identity.
    pub fingerprint: &'a str,
}

/// Something that belongs to the scan and could not be read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gap<'a> {
    /// The file, relative to the repository root.
    pub path: Option<&'a str>,
    /// The account.
    pub account: Option<&'a str>,
    /// The Region.
    pub region: Option<&'a str>,
    /// The call that failed, as an IAM action.
    pub call: Option<&'a str>,
    /// A word: `syntax`, `too-large`, `access-denied`, …
    pub reason: &'a str,
    /// What happened.
    pub message: String,
}

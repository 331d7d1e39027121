//! The part of SARIF 2.1.0 that we write. Each type is the object of that name in the standard.

use serde::Serialize;

/// `sarifLog`.
#[derive(Debug, Serialize)]
pub struct Log<'a, R> {
    /// Where the schema is.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// 2.1.0.
    pub version: &'static str,
    /// Exactly one: consumers refuse several of one tool.
    pub runs: [Run<'a, R>; 1],
}

/// `run`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run<'a, R> {
    /// Who ran.
    pub tool: Tool<'a>,
    /// What tells this run from others of the same tool.
    pub automation_details: AutomationDetails,
    /// How it went.
    pub invocations: [Invocation; 1],
    /// What columns count.
    pub column_kind: &'static str,
    /// A sequence of [`Result`]: empty, never absent, when nothing was found.
    pub results: R,
}

/// `tool`.
#[derive(Debug, Serialize)]
pub struct Tool<'a> {
    /// The program itself.
    pub driver: Driver<'a>,
}

/// `toolComponent`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver<'a> {
    /// Constant: consumers match runs by it.
    pub name: &'static str,
    /// With the version.
    pub full_name: &'static str,
    /// Who makes it.
    pub organization: &'static str,
    /// What it is.
    pub short_description: Text,
    /// The version.
    pub semantic_version: &'static str,
    /// The version, for consumers that do not read the semantic one.
    pub version: &'static str,
    /// Where to read about it.
    pub information_uri: &'static str,
    /// All rules.
    pub rules: Vec<&'a Rule<'static>>,
    /// All kinds of notifications.
    pub notifications: Vec<Descriptor>,
}

/// `multiformatMessageString` of constant text.
#[derive(Clone, Debug, Serialize)]
pub struct Text {
    /// Plain text.
    pub text: &'static str,
}

/// `message`.
#[derive(Debug, Serialize)]
pub struct Message {
    /// Plain text.
    pub text: String,
}

/// `multiformatMessageString` in both formats.
#[derive(Debug, Serialize)]
pub struct Help {
    /// Plain text.
    pub text: String,
    /// The same in Markdown, which consumers that can prefer.
    pub markdown: String,
}

/// `reportingDescriptor` of a rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule<'a> {
    /// What results refer to.
    pub id: String,
    /// In PascalCase.
    pub name: String,
    /// The title.
    pub short_description: Message,
    /// What it is about.
    pub full_description: Message,
    /// Why it matters and how to fix it.
    pub help: Help,
    /// The check's page.
    pub help_uri: String,
    /// Its level.
    pub default_configuration: Configuration,
    /// What the standard has no place for.
    pub properties: RuleProperties<'a>,
}

/// `reportingConfiguration`.
#[derive(Debug, Serialize)]
pub struct Configuration {
    /// `error`, `warning` or `note`.
    pub level: &'static str,
}

/// The property bag of a rule; the names are GitHub's.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RuleProperties<'a> {
    /// Words to filter by, control ids among them.
    pub tags: Vec<String>,
    /// How often the rule is right.
    pub precision: &'a str,
    /// A number as a string, above 0 and up to 10.
    pub security_severity: &'a str,
}

/// `reportingDescriptor` of a kind of notifications.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What notifications refer to.
    pub id: &'static str,
    /// In PascalCase.
    pub name: &'static str,
    /// What it means.
    pub short_description: Text,
    /// The same; some consumers ask for it.
    pub full_description: Text,
    /// What to do about it.
    pub help: Text,
}

/// `runAutomationDetails`.
#[derive(Debug, Serialize)]
pub struct AutomationDetails {
    /// The category, with a slash at its end.
    pub id: String,
}

/// `invocation`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// Whether everything that belongs to the scan was read.
    pub execution_successful: bool,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time_utc: Option<String>,
    /// What went wrong.
    pub tool_execution_notifications: Vec<Notification>,
}

/// `notification`.
#[derive(Debug, Serialize)]
pub struct Notification {
    /// Its kind.
    pub descriptor: DescriptorReference,
    /// `error` or `warning`.
    pub level: &'static str,
    /// What happened.
    pub message: Message,
    /// Where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

/// `reportingDescriptorReference`.
#[derive(Debug, Serialize)]
pub struct DescriptorReference {
    /// The descriptor's id.
    pub id: &'static str,
    /// Its place in `tool.driver.notifications`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
}

/// `result`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result<'a> {
    /// The rule's id.
    pub rule_id: &'a str,
    /// Its place in `tool.driver.rules`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    /// Only for what is no fail: `pass`, `open`, `notApplicable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The rule's level; `none` for what is no fail.
    pub level: &'static str,
    /// Whether it is in the baseline, where there is one: `new`, `unchanged`, `absent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    /// What was found and what to do.
    pub message: Message,
    /// Exactly one: consumers read the first.
    pub locations: [Location; 1],
    /// Where else to look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location>,
    /// The identity. The line hash of GitHub is left to its upload action, which warns about every other value.
    pub partial_fingerprints: Fingerprints<'a>,
    /// The change that does away with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixes: Option<[Fix; 1]>,
    /// Who accepted it. The standard wants it of all results or of none; it is empty for what nobody accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<Vec<Suppression>>,
    /// What the standard has no place for.
    pub properties: Properties<'a>,
}

/// `suppression`.
#[derive(Debug, Serialize)]
pub struct Suppression {
    /// `inSource` or `external`.
    pub kind: &'static str,
    /// `accepted`: it is in force.
    pub status: &'static str,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// Where it is said.
    pub location: Location,
}

/// `fix`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// What it does.
    pub description: Message,
    /// One file.
    pub artifact_changes: [ArtifactChange; 1],
}

/// `artifactChange`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactChange {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// In the order of the text.
    pub replacements: Vec<Replacement>,
}

/// `replacement`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    /// What goes.
    pub deleted_region: Region,
    /// What comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inserted_content: Option<Content>,
}

/// `artifactContent`.
#[derive(Debug, Serialize)]
pub struct Content {
    /// The text.
    pub text: String,
}

/// `partialFingerprints`.
#[derive(Debug, Serialize)]
pub struct Fingerprints<'a> {
    /// The fingerprint of the JSON report.
    #[serde(rename = "trailwarden/v1")]
    pub trailwarden: &'a str,
    /// What code scanning tells results apart by. Uploads compute it from the text of the line; what stands in no file
    /// of the repository needs one of its own.
    #[serde(rename = "primaryLocationLineHash", skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// `location`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// A number among the result's related places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// The place in a file.
    pub physical_location: PhysicalLocation,
    /// The resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical_locations: Option<[LogicalLocation; 1]>,
}

/// `physicalLocation`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// The place in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// `artifactLocation`.
#[derive(Debug, Serialize)]
pub struct ArtifactLocation {
    /// Relative to the repository root, percent-encoded.
    pub uri: String,
}

/// `region`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    /// From 1.
    pub start_line: u32,
    /// From 1.
    pub start_column: u32,
    /// From 1.
    pub end_line: u32,
    /// Behind the last character.
    pub end_column: u32,
}

/// `logicalLocation`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogicalLocation {
    /// The name a person knows it by.
    pub name: String,
    /// The address.
    pub fully_qualified_name: String,
    /// `resource`.
    pub kind: &'static str,
}

/// The property bag of a result.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties<'a> {
    /// The check's id, without a severity.
    pub check: &'a str,
    /// The severity.
    pub severity: &'a str,
    /// What it is about.
    pub resource_type: &'a str,
    /// Who it is.
    pub address: String,
    /// What holds it.
    pub owner: &'a str,
    /// The identity without the owner. No fingerprint: it is not unique, and consumers take any for the identity.
    pub moved_fingerprint: &'a str,
    /// Its instances.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<String>,
    /// Control ids.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub controls: &'a [String],
    /// What the verdict rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence<'a>>,
    /// One concrete thing that goes wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<String>,
    /// Whether the place stands for a live resource, which is in no file.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub synthetic_location: bool,
}

/// A fact, as in the JSON report.
#[derive(Debug, Serialize)]
pub struct Evidence<'a> {
    /// The attribute.
    pub attribute: &'a str,
    /// What the practice asks for.
    pub expected: &'a str,
    /// What was seen.
    pub observed: &'a str,
    /// `path:line:column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

//! The configuration file `trailwarden.yaml`: its types, from which its JSON Schema is made, and how it is read.
//!
//! Every key is optional. A key that is not known is an error, with the nearest one that is: a misspelt setting must
//! not look like one that is in force.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding::{Severity, options};
use crate::source_map::{FileId, SourceMap, Span};
use crate::syntax;
pub use words::{AccountId, CheckId, Day, RegionName, Setting, Threshold, account, region};

mod de;
pub mod near;
mod words;

/// The names under which the file is found, the first one that exists.
pub const NAMES: [&str; 2] = ["trailwarden.yaml", "trailwarden.yml"];

/// What the file says.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// What is scanned when the command line names no path; relative to the folder of this file.
    pub paths: Vec<String>,
    /// Files and folders that are left out, as globs relative to the folder of this file: `examples/**`. What the
    /// command line names is read nevertheless.
    pub exclude: Vec<String>,
    /// Checks by id: `off`, `on`, a severity, or a mapping of `enabled` and `severity`.
    pub checks: BTreeMap<CheckId, Setting>,
    /// Only the checks that these frameworks ask for: `cis-5.0.0`, `security-hub`, …
    pub framework: Vec<String>,
    /// What the checks may be told.
    pub options: OptionsOfChecks,
    /// The lowest severity that makes the exit status 1.
    pub fail_on: Option<Threshold>,
    /// Whether unknown verdicts count as findings.
    pub strict: Option<bool>,
    /// Whether an incomplete scan may end with the exit status 0.
    pub allow_partial: Option<bool>,
    /// A report or baseline whose findings are not new; relative to the folder of this file.
    pub baseline: Option<String>,
    /// Whether suppressions in the scanned files count: comments and `Metadata`. Default: true.
    pub inline_suppressions: Option<bool>,
    /// Whether the skip comments of other tools count. Default: true.
    pub foreign_suppressions: Option<bool>,
    /// Whether every suppression must say why. Default: false.
    pub require_reason: Option<bool>,
    /// Findings that somebody has accepted.
    pub suppressions: Vec<Suppression>,
    /// The account that templates and modules are deployed to.
    pub account: Option<AccountId>,
    /// The Region that templates and modules are deployed to.
    pub region: Option<RegionName>,
}

/// The options of the checks, by the names that their pages give them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct OptionsOfChecks {
    /// The days that logs must be kept. Default: 365.
    pub min_days: Option<u32>,
    /// The hours within which a trail must have delivered log files. Default: 24.
    pub max_age: Option<u32>,
    /// The tag keys that every trail must have. Default: none.
    pub required_tags: Option<Vec<String>>,
    /// Whether an ingesting multi-Region event data store counts as coverage. Default: false.
    pub accept_event_data_store: Option<bool>,
    /// How MFA delete is judged. Default: equivalent.
    #[serde(rename = "mfa-delete.mode")]
    pub mfa_delete_mode: Option<options::MfaDeleteMode>,
    /// The accounts that may read all logs, by their twelve digits. Default: none.
    pub readers: Option<Vec<AccountId>>,
    /// The principals that may hold dangerous grants, as globs over names and ARNs. Default: none.
    pub allow: Option<Vec<String>>,
    /// Whether every input must hold a trail. Default: false.
    pub expect_trail: Option<bool>,
}

/// A finding, or a family of findings, that somebody has accepted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Suppression {
    /// The check's id.
    pub check: CheckId,
    /// The address or ARN of the resource, with `*` and `?` for what may be anything; `*` alone means all.
    pub resource: String,
    /// The file of the finding, relative to the root of the repository, with `*` and `?`. Default: any.
    #[serde(default)]
    pub path: Option<String>,
    /// Why the finding is accepted.
    #[serde(deserialize_with = "words::reason")]
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it is.
    #[serde(default)]
    pub until: Option<Day>,
}

/// A file that was read.
#[derive(Debug)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// The text, alone in its map.
    pub sources: SourceMap,
    /// The file in that map.
    pub file: FileId,
    /// The places of the keys at the top, and of those in `checks` and `options` (`checks.kms-encryption`).
    pub keys: BTreeMap<String, Span>,
    /// The places of the entries of `suppressions`.
    pub suppressions: Vec<Span>,
}

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What is wrong, in one sentence without a final period.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What may have been meant.
    pub help: Option<String>,
}

/// Reads a text; `path` is how messages name it.
///
/// # Errors
/// The first fault, with the map that its span is of.
pub fn parse(path: &str, text: &str) -> Result<Loaded, (Fault, SourceMap)> {
    let mut sources = SourceMap::default();
    let file = sources.add(path, text);
    match read(&sources, file) {
        Ok((config, keys, suppressions)) => Ok(Loaded { config, sources, file, keys, suppressions }),
        Err(fault) => Err((fault, sources)),
    }
}

type Places = (Config, BTreeMap<String, Span>, Vec<Span>);

fn read(sources: &SourceMap, file: FileId) -> Result<Places, Fault> {
    let syntax = |error: syntax::SyntaxError| Fault { message: error.message, span: error.span, help: None };
    let documents = syntax::parse_any(sources.file(file).text(), file).map_err(syntax)?;
    let root = match documents.as_slice() {
        [] => return Ok((Config::default(), BTreeMap::new(), Vec::new())),
        [root] => root,
        [_, second, ..] => {
            let message = "the file must hold one document".to_owned();
            return Err(Fault { message, span: second.span, help: None });
        }
    };
    let config: Config = de::from_node(root)?;
    let mut keys = BTreeMap::new();
    for entry in root.entries() {
        keys.insert(entry.key.to_string(), entry.key_span);
        if matches!(&*entry.key, "checks" | "options") {
            let inner = entry.value.entries().iter();
            keys.extend(inner.map(|inner| (format!("{}.{}", entry.key, inner.key), inner.key_span)));
        }
    }
    let suppressions = root.get("suppressions").map_or(&[][..], syntax::Node::items);
    let suppressions = suppressions.iter().map(|node| node.span).collect();
    Ok((config, keys, suppressions))
}

impl Config {
    /// Whether a check is to run.
    pub fn is_on(&self, check: &str) -> bool {
        self.checks.get(check).is_none_or(|setting| setting.enabled)
    }

    /// The severities that replace those of the checks.
    pub fn severities(&self) -> impl Iterator<Item = (&'static str, Severity)> {
        self.checks.iter().filter_map(|(id, setting)| Some((id.get(), setting.severity?)))
    }
}

/// The JSON Schema of the file, pretty-printed.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Config>();
    schema.insert("title".to_owned(), "Configuration of Trailwarden".into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> Config {
        parse("trailwarden.yaml", text).map(|loaded| loaded.config).map_err(|(fault, _)| fault).expect(text)
    }

    /// Line and column of the fault, its message and what it proposes.
    fn bad(text: &str) -> (u32, u32, String, Option<String>) {
        let (fault, sources) = parse("trailwarden.yaml", text).expect_err(text);
        let at = sources.positions(fault.span).0;
        (at.line, at.column, fault.message, fault.help)
    }

    #[test]
    fn nothing_is_needed() {
        for text in ["", "# nothing\n", "{}", "checks:\npaths:\noptions:\nsuppressions:\n"] {
            let config = good(text);
            assert!(config.checks.is_empty() && config.paths.is_empty() && config.fail_on.is_none(), "{text}");
        }
    }

    #[test]
    fn every_key() {
        let config = good(
            "paths: [infra]\nexclude: ['old/**']\nchecks:\n  mfa-delete: off\n  kms-encryption: high\n  \
             insights: {enabled: true, severity: note}\n  trail-tags: on\nframework: [cis-5.0.0]\noptions:\n  \
             min-days: 400\n  required-tags: [owner]\n  accept-event-data-store: true\n  mfa-delete.mode: off\n  \
             readers: [012345678901]\n  allow: ['break-glass*']\n  expect-trail: true\nfail-on: never\nstrict: yes\n\
             allow-partial: false\naccount: 012345678901\nregion: eu-west-1\nbaseline: b.json\n\
             inline-suppressions: false\nforeign-suppressions: false\nrequire-reason: true\nsuppressions:\n  \
             - {check: insights, resource: '*', path: 'a/*', reason: cost, until: 2027-01-31}\n",
        );
        assert!(!config.is_on("mfa-delete") && config.is_on("kms-encryption") && config.is_on("trail-quota"));
        let severities: Vec<_> = config.severities().collect();
        assert_eq!(severities, [("insights", Severity::Note), ("kms-encryption", Severity::High)]);
        assert_eq!(config.options.mfa_delete_mode, Some(options::MfaDeleteMode::Off));
        assert_eq!(config.suppressions[0].until.expect("is given").0, time::macros::date!(2027 - 01 - 31));
        assert_eq!(config.account.expect("is given").0, "012345678901", "no digit is lost");
    }

    #[test]
    fn faults_have_their_place_and_a_proposal() {
        for (text, line, column, message, help) in [
            ("fail_on: low\n", 1, 1, "unknown key 'fail_on'", Some("did you mean 'fail-on'?")),
            ("fail-on: severe\n", 1, 10, "unknown word 'severe'", None),
            (
                "checks:\n  kms-encrypton: off\n",
                2,
                3,
                "unknown check 'kms-encrypton'",
                Some("did you mean 'kms-encryption'?"),
            ),
            ("checks:\n  insights: {severity: lo}\n", 2, 24, "unknown word 'lo'", Some("did you mean 'low'?")),
            ("checks:\n  insights: 3\n", 2, 13, "expected", None),
            ("suppressions:\n  - check: insights\n    resource: '*'\n", 2, 5, "the key 'reason' is missing", None),
            ("suppressions:\n  - {check: insights, resource: '*', reason: ' '}\n", 2, 46, "a reason", None),
            (
                "suppressions:\n  - {check: insights, resource: x, reason: y, until: 2027-02-30}\n",
                2,
                54,
                "a day is written as",
                None,
            ),
            ("options:\n  min-days: soon\n", 2, 13, "expected", None),
            ("options:\n  min-day: 3\n", 2, 3, "unknown key 'min-day'", Some("did you mean 'min-days'?")),
            ("account: 12\n", 1, 10, "an account id has twelve digits", None),
            ("a: [\n", 0, 0, "", None),
            ("- a\n", 1, 1, "expected", None),
            ("{}\n---\n{}\n", 3, 1, "one document", None),
        ] {
            let (at_line, at_column, said, proposal) = bad(text);
            assert!(said.contains(message), "{text}: {said}");
            if line > 0 {
                assert_eq!((at_line, at_column), (line, column), "{text}");
            }
            if let Some(help) = help {
                assert_eq!(proposal.as_deref(), Some(help), "{text}");
            }
        }
    }
}

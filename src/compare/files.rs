//! Files that hold known findings: what `--write-baseline` wrote, and reports as JSON or SARIF.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::baseline::{self, Baseline};
use super::report::{Report, Standing};
use super::{Entry, Known, Verdict};
use crate::finding::{Severity, clean};

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is no JSON, or not of the shape: the file, line, column and what was expected.
    #[error("'{0}', line {1}, column {2}: {3}")]
    Malformed(String, usize, usize, String),
    /// It is JSON of something else.
    #[error("'{0}' is {1}")]
    Foreign(String, &'static str),
    /// It was written by a later version of this program.
    #[error("'{0}', line {1}: version {2} of the file is not known; it was written by a later version of trailwarden")]
    Later(String, usize, String),
}

/// What tells the shapes apart.
#[derive(Debug, Deserialize)]
struct Probe {
    schema_version: Option<serde_json::Value>,
    baseline_version: Option<serde_json::Value>,
    diff_version: Option<IgnoredAny>,
    runs: Option<IgnoredAny>,
}

/// A SARIF log, as far as it is ours.
#[derive(Debug, Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Vec<SarifResult>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Deserialize)]
struct Driver {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    kind: Option<String>,
    baseline_state: Option<String>,
    #[serde(default)]
    suppressions: Vec<IgnoredAny>,
    #[serde(default)]
    locations: Vec<SarifLocation>,
    partial_fingerprints: Prints,
    properties: Bag,
}

#[derive(Debug, Deserialize)]
struct Prints {
    #[serde(rename = "trailwarden/v1")]
    own: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bag {
    check: String,
    severity: Severity,
    resource_type: String,
    address: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    moved_fingerprint: String,
    #[serde(default)]
    synthetic_location: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: Option<Physical>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
}

#[derive(Debug, Deserialize)]
struct Artifact {
    uri: String,
}

/// Reads the known findings of a file; `name` is how messages name it.
///
/// Findings that somebody had suppressed are not known: without the suppression they are news. Of SARIF only what it lists
/// is known, which may be fails alone.
///
/// # Errors
/// If the text is none of the three, with the place of the fault.
pub fn known(name: &str, text: &[u8]) -> Result<Known, FileError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let probe: Probe = parse(name, text)?;
    let mut inventory = None;
    let entries = if probe.baseline_version.is_some() {
        version(name, text, "baseline_version", probe.baseline_version, baseline::VERSION)?;
        let (entries, places) = parse::<Baseline>(name, text)?.parts();
        inventory = Some(places);
        entries
    } else if probe.schema_version.is_some() {
        let report = report(name, text)?;
        let place =
            |finding: &super::report::Finding| (finding.resource.owner.clone(), finding.resource.address.clone());
        inventory = Some(report.findings.iter().map(place).collect());
        let open = report.findings.iter().filter(|finding| finding.standing != Standing::Suppressed);
        open.filter_map(super::report::Finding::entry).collect()
    } else if probe.runs.is_some() {
        sarif(name, text)?
    } else {
        return Err(foreign(name, &probe));
    };
    Ok(Known { inventory, ..Known::new(clean(name), entries) })
}

/// Reads a JSON report.
///
/// # Errors
/// If it is none, with the place of the fault.
pub fn report(name: &str, text: &[u8]) -> Result<Report, FileError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let probe: Probe = parse(name, text)?;
    if probe.schema_version.is_none() {
        return Err(foreign(name, &probe));
    }
    version(name, text, "schema_version", probe.schema_version, "1")?;
    parse(name, text)
}

fn foreign(name: &str, probe: &Probe) -> FileError {
    let what = if probe.baseline_version.is_some() {
        "a baseline; a JSON report is wanted ('--format json')"
    } else if probe.diff_version.is_some() {
        "the difference of two reports; a JSON report is wanted ('--format json')"
    } else if probe.runs.is_some() {
        "a SARIF report; a JSON report is wanted ('--format json')"
    } else {
        "no report of trailwarden: neither JSON, nor SARIF, nor a baseline"
    };
    FileError::Foreign(clean(name), what)
}

fn version(
    name: &str,
    text: &[u8],
    key: &str,
    found: Option<serde_json::Value>,
    wanted: &str,
) -> Result<(), FileError> {
    let found = found.unwrap_or_default();
    if found.as_str() == Some(wanted) {
        return Ok(());
    }
    let at = memchr::memmem::find(text, format!("\"{key}\"").as_bytes()).unwrap_or(0);
    let line = 1 + memchr::memchr_iter(b'\n', &text[..at]).count();
    let shown = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    Err(FileError::Later(clean(name), line, clean(&shown)))
}

fn parse<T: DeserializeOwned>(name: &str, text: &[u8]) -> Result<T, FileError> {
    serde_json::from_slice(text).map_err(|error| {
        let message = error.to_string();
        // The place stands in front.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        FileError::Malformed(clean(name), error.line(), error.column(), clean(message))
    })
}

fn sarif(name: &str, text: &[u8]) -> Result<Vec<Entry>, FileError> {
    /// What is needed to tell whose log it is.
    #[derive(Deserialize)]
    struct Tools {
        runs: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        tool: Tool,
    }
    let ours = |driver: &Driver| driver.name == "Trailwarden";
    let tools: Tools = parse(name, text)?;
    if tools.runs.iter().any(|run| !ours(&run.tool.driver)) {
        return Err(FileError::Foreign(clean(name), "a SARIF report of another tool"));
    }
    let log: Log = parse(name, text)?;
    let results = log.runs.into_iter().filter(|run| ours(&run.tool.driver)).flat_map(|run| run.results);
    Ok(results.filter_map(result).collect())
}

fn result(result: SarifResult) -> Option<Entry> {
    let verdict = match result.kind.as_deref() {
        None | Some("fail") => Verdict::Fail,
        Some("open") => Verdict::Unknown,
        _ => return None,
    };
    if !result.suppressions.is_empty() || result.baseline_state.as_deref() == Some("absent") {
        return None;
    }
    let bag = result.properties;
    let uri = result.locations.into_iter().next().and_then(|at| at.physical_location);
    let path = uri.map(|at| decoded(&at.artifact_location.uri)).filter(|_| !bag.synthetic_location);
    Some(Entry {
        check: bag.check,
        verdict,
        severity: bag.severity,
        owner: bag.owner,
        kind: bag.resource_type,
        address: bag.address,
        path,
        fingerprint: result.partial_fingerprints.own,
        moved: bag.moved_fingerprint,
    })
}

/// A path without percent-encoding.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        known("b.json", text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn faults_have_their_place() {
        assert_eq!(fault("{\n  \"a\": [}"), "'b.json', line 2, column 9: expected value");
        assert!(fault("").starts_with("'b.json', line 1, column 0: EOF"));
        assert!(fault("{}").contains("no report of trailwarden"));
        assert!(fault("[1]").starts_with("'b.json', line 1"));
        assert!(fault("{\n\"schema_version\": \"2\"}").starts_with("'b.json', line 2: version 2"));
        assert!(fault("{\"baseline_version\": 3, \"findings\": []}").contains("version 3"));
        assert!(fault("{\"runs\": [{\"tool\": {\"driver\": {\"name\": \"checkov\"}}}]}").contains("another tool"));
        let shape = fault("{\"baseline_version\": \"1\",\n\"findings\": [{\"check\": 3}]}");
        assert!(shape.starts_with("'b.json', line 2, column"), "{shape}");
        let no_print = "{\"runs\": [{\"tool\": {\"driver\": {\"name\": \"Trailwarden\"}}, \"results\": [{}]}]}";
        assert!(fault(no_print).contains("missing field"));
    }

    #[test]
    fn a_report_is_wanted() {
        let error = |text: &str| report("r", text.as_bytes()).expect_err(text).to_string();
        assert!(error("{\"baseline_version\": \"1\"}").contains("is a baseline"));
        assert!(error("{\"runs\": []}").contains("is a SARIF report"));
        assert!(error("{\"diff_version\": \"1\"}").contains("the difference"));
    }

    #[test]
    fn what_is_written_is_read_back_and_sorted() {
        let entry = |address: &str, fingerprint: &str| Entry {
            check: "insights".to_owned(),
            verdict: Verdict::Unknown,
            severity: Severity::Low,
            owner: "a \"b\".yaml".to_owned(),
            kind: "trail".to_owned(),
            address: address.to_owned(),
            path: None,
            fingerprint: fingerprint.to_owned(),
            moved: "m".to_owned(),
        };
        let entries = [entry("B", "2"), entry("A", "1"), entry("A", "1")];
        let mut out = Vec::new();
        let places = [("a.yaml", "B"), ("a.yaml", "A"), ("0", "*")];
        let places: std::collections::HashSet<_> = places.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        baseline::write(&entries, &places, &mut out).expect("a vector takes everything");
        let read = known("b.json", &out).expect("is a baseline");
        assert_eq!(read.entries, [entry("A", "1"), entry("B", "2")]);
        assert_eq!(read.inventory.as_ref(), Some(&places));
        assert_eq!(String::from_utf8_lossy(&out).lines().count(), 11);
        assert!(String::from_utf8_lossy(&out).contains("\"a.yaml\": [\"A\",\"B\"]"));
        let mut empty = Vec::new();
        baseline::write(&[], &places, &mut empty).expect("a vector takes everything");
        assert!(known("b.json", &empty).expect("is a baseline").entries.is_empty());
    }

    #[test]
    fn paths_are_decoded() {
        assert_eq!(decoded("a%20b/%C3%A9%.y%zz"), "a b/é%.y%zz");
    }
}

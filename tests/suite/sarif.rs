//! Microsoft's validator of SARIF files, with the rules of GitHub.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `make tools` installs the validator.
const PACKAGE: &str = ".tools/node_modules/@microsoft/sarif-multitool-linux";

/// The validator's package.
///
/// # Panics
/// If it is not installed.
fn package() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join(PACKAGE);
    assert!(package.is_dir(), "the SARIF validator is not installed at {}: run `make tools`", package.display());
    package
}

/// The JSON Schema of SARIF 2.1.0 that the validator ships.
pub fn schema() -> serde_json::Value {
    let path = package().join("sarif-2.1.0.json");
    let text = std::fs::read_to_string(&path).expect("the validator ships its schema");
    serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("the schema is JSON")
}

/// What the validator calls an error in this file: the rule's id and the message of each.
///
/// # Panics
/// If the validator is not installed, or fails.
pub fn validate_with_multitool(sarif: &Path) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder for the validator's report");
    let report = folder.path().join("report.sarif");
    let output = Command::new(package().join("Sarif.Multitool"))
        .arg("validate")
        .arg(sarif)
        .args(["--max-file-size-in-kb", "100000"])
        .args(["--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite;PrettyPrint", "--config"])
        .arg(root.join("tests/data/sarif-multitool-ghas.config.xml"))
        .arg("--output")
        .arg(&report)
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .expect("the validator can be started: `make tools` also makes it executable");
    let said = String::from_utf8_lossy(&output.stdout);
    // Its exit status does not tell whether the file is valid: it is zero with errors, and other only if it crashes.
    assert!(output.status.success(), "the validator failed: {said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 files scanned"), "the validator did not look at the file: {said}");
    let text = std::fs::read_to_string(&report).unwrap_or_else(|error| panic!("no report ({error}): {said}"));
    let report: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("JSON");
    let results = report["runs"][0]["results"].as_array().expect("the report has results");
    results.iter().filter(|result| result["level"] == "error").map(describe).collect()
}

fn describe(result: &serde_json::Value) -> String {
    let place = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
    let message = &result["message"];
    format!("{} at line {place}: {} {}", result["ruleId"], message["text"], message["arguments"])
}

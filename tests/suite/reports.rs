//! The reports of hand-made scans: shapes, escapes, and that formats agree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use trailwarden::finding::{Outcome, Severity};
use trailwarden::reports::{Format, Settings, Show, failing, json, sarif, write};
use trailwarden::scan::Scan;

use crate::hostile;
use crate::sarif::{schema as sarif_schema, validate_with_multitool};

fn everything() -> Settings {
    let all: BTreeSet<Show> = Show::ALL.into_iter().collect();
    Settings { show: all.clone(), sarif_include: all, ..Settings::default() }
}

fn bytes(format: Format, scan: &Scan, settings: &Settings) -> Vec<u8> {
    let mut out = Vec::new();
    write(format, scan, settings, &mut out).expect("a vector takes everything");
    out
}

fn text(scan: &Scan, settings: &Settings) -> String {
    String::from_utf8(bytes(Format::Text, scan, settings)).expect("reports are UTF-8")
}

fn value(format: Format, scan: &Scan, settings: &Settings) -> Value {
    serde_json::from_slice(&bytes(format, scan, settings)).expect("the report is JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).expect("a list")
}

fn string(value: &Value) -> &str {
    value.as_str().expect("a string")
}

#[test]
fn formats_have_words() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    for show in Show::ALL {
        assert_eq!(show.to_string().parse(), Ok(show));
    }
    assert!("xml".parse::<Format>().is_err());
    assert!("fail".parse::<Show>().is_err());
}

#[test]
fn two_runs_give_the_same_bytes() {
    for format in Format::ALL {
        let settings = everything();
        assert_eq!(bytes(format, &hostile::scan(), &settings), bytes(format, &hostile::scan(), &settings), "{format}");
    }
}

#[test]
fn failing_counts_new_fails() {
    let scan = hostile::scan();
    let counts = [None, Some(Severity::Critical), Some(Severity::High), Some(Severity::Medium), Some(Severity::Note)];
    assert_eq!(counts.map(|least| failing(&scan, least)), [0, 1, 3, 4, 6]);
}

/// `UPDATE=1 cargo test` writes the schema anew.
#[test]
fn the_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report-v1.schema.json");
    let now = json::schema();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(path, &now).expect("the schema can be written");
    }
    let shipped = std::fs::read_to_string(path).unwrap_or_default();
    assert!(shipped == now, "schema/report-v1.schema.json is not current: run `UPDATE=1 cargo test`");
}

#[test]
fn json_follows_its_schema() {
    let schema = serde_json::from_str(&json::schema()).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    for scan in [hostile::scan(), hostile::empty()] {
        let report = value(Format::Json, &scan, &everything());
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    // The schema holds something: a field less is an error.
    let mut report = value(Format::Json, &hostile::scan(), &everything());
    report["findings"][0].as_object_mut().expect("an object").remove("suppression");
    assert!(!validator.is_valid(&report));
}

#[test]
fn json_has_the_promised_shape() {
    let report = value(Format::Json, &hostile::scan(), &everything());
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&report), "schema_version tool scope summary findings gaps baseline");
    assert_eq!(report["schema_version"], "1");
    assert_eq!(keys(&report["scope"]), "inputs accounts regions checks");
    assert_eq!(keys(&report["summary"]), "pass fail unknown not_applicable suppressed baselined");
    let resource = "type address owner arn account region instances";
    let place = "path start_line start_column end_line end_column";
    for finding in list(&report["findings"]) {
        assert_eq!(
            keys(finding),
            "check verdict severity standing resource message location related cause evidence witness remediation \
             controls suppression fingerprint moved_fingerprint"
        );
        assert_eq!(keys(&finding["resource"]), resource);
        if !finding["location"].is_null() {
            assert_eq!(keys(&finding["location"]), place);
            assert_eq!(finding["location"]["start_line"], finding["location"]["end_line"]);
        }
        for related in list(&finding["related"]) {
            assert_eq!(keys(related), format!("message {place}"));
        }
        for evidence in list(&finding["evidence"]) {
            assert_eq!(keys(evidence), "attribute expected observed origin");
        }
        let verdict = string(&finding["verdict"]);
        assert_eq!(finding["cause"].is_null(), matches!(verdict, "pass" | "fail"), "{finding}");
    }
    for gap in list(&report["gaps"]) {
        assert_eq!(keys(gap), "path account region call reason message");
    }
    let counted: u64 = report["summary"].as_object().expect("an object").values().filter_map(Value::as_u64).sum();
    assert_eq!(counted as usize, list(&report["findings"]).len());
    assert_eq!(report["findings"][0]["resource"]["region"], "eu-west-1");
    assert_eq!(report["findings"][0]["resource"]["account"], Value::Null);
}

#[test]
fn places_are_one_line_in_utf16() {
    let report = value(Format::Json, &hostile::scan(), &everything());
    let place = |value: &Value| {
        ["start_line", "start_column", "end_line", "end_column"].map(|key| value[key].as_u64().unwrap_or_default())
    };
    let findings = list(&report["findings"]);
    let column = "{".len() as u64 + 150_000 * 6 + "\"Trail\":{".len() as u64 + 1;
    assert_eq!(place(&findings[0]["location"]), [1, column, 1, column + 10]);
    // Of a block, its first line.
    assert_eq!(place(&findings[1]["location"]), [7, 7, 7, 22]);
    // An astral character is two units.
    assert_eq!(place(&findings[1]["related"][0]), [5, 7, 5, 7 + 14 + 1 + 2 + 1 + 1]);
    assert_eq!(findings[4]["location"], Value::Null);
}

#[test]
fn json_and_sarif_agree() {
    let scan = hostile::scan();
    let (json, sarif) = (value(Format::Json, &scan, &everything()), value(Format::Sarif, &scan, &everything()));
    let results = list(&sarif["runs"][0]["results"]);
    let findings = list(&json["findings"]);
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["partialFingerprints"]["trailwarden/v1"], finding["fingerprint"]);
        assert_eq!(result["properties"]["check"], finding["check"]);
        assert_eq!(result["properties"]["severity"], finding["severity"]);
        assert_eq!(result["properties"].get("witness").is_none(), finding["witness"].is_null());
        if finding["location"].is_null() {
            continue;
        }
        let region = &result["locations"][0]["physicalLocation"]["region"];
        for (ours, theirs) in [
            ("startLine", "start_line"),
            ("startColumn", "start_column"),
            ("endLine", "end_line"),
            ("endColumn", "end_column"),
        ] {
            assert_eq!(region[ours], finding["location"][theirs]);
        }
    }
}

/// What consumers ask for, each of which has made one of them refuse a whole file.
fn obeys(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let [run] = list(&log["runs"]) else { panic!("one run") };
    let driver = &run["tool"]["driver"];
    let rules = list(&driver["rules"]);
    let id = string(&run["automationDetails"]["id"]);
    assert!(id.ends_with('/') && !id.ends_with("//"), "{id}");
    let mut ids = BTreeSet::new();
    for rule in rules {
        assert!(ids.insert(string(&rule["id"])), "the rule {} comes twice", rule["id"]);
        assert!(string(&rule["name"]).len() <= 255 && string(&rule["name"]).chars().all(|c| c.is_ascii_alphanumeric()));
        for key in ["shortDescription", "fullDescription"] {
            let text = string(&rule[key]["text"]);
            assert!(!text.is_empty() && text.chars().count() <= 1024 && text.ends_with('.'), "{key}: {text}");
        }
        assert!(!string(&rule["help"]["text"]).is_empty() && !string(&rule["help"]["markdown"]).is_empty());
        let tags = list(&rule["properties"]["tags"]);
        assert!(tags.len() <= 10 && tags.contains(&"security".into()));
        let score: f64 = string(&rule["properties"]["security-severity"]).parse().expect("a number");
        let level = match score {
            s if (7.0..=10.0).contains(&s) => "error",
            s if (4.0..7.0).contains(&s) => "warning",
            s if s > 0.0 && s < 4.0 => "note",
            _ => panic!("{score} is out of range"),
        };
        assert_eq!(rule["defaultConfiguration"]["level"], level);
    }
    let mut fingerprints = BTreeSet::new();
    for result in list(&run["results"]) {
        let rule = &rules[result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        match result.get("kind") {
            None => assert_eq!(result["level"], rule["defaultConfiguration"]["level"]),
            Some(kind) => assert!(kind != "fail" && result["level"] == "none"),
        }
        let message = string(&result["message"]["text"]);
        assert!(message.ends_with('.') && !message.contains("](") && !message.contains('\n'), "{message}");
        assert!(fingerprints.insert(string(&result["partialFingerprints"]["trailwarden/v1"])));
        assert!(result["partialFingerprints"].get("primaryLocationLineHash").is_none());
        let related = result.get("relatedLocations").map(list).unwrap_or_default();
        for location in list(&result["locations"]).iter().chain(related) {
            place_is_fit(location);
            let region = &location["physicalLocation"]["region"];
            let number = |key: &str| region[key].as_u64().expect("a number");
            assert!(number("startLine") >= 1 && number("startColumn") >= 1);
            assert!(number("endLine") == number("startLine") && number("endColumn") >= number("startColumn"));
        }
    }
    let invocation = &run["invocations"][0];
    let notifications = list(&invocation["toolExecutionNotifications"]);
    for notification in notifications {
        let descriptor = &notification["descriptor"];
        let index = descriptor["index"].as_u64().expect("an index") as usize;
        assert_eq!(driver["notifications"][index]["id"], descriptor["id"]);
        assert!(string(&notification["message"]["text"]).ends_with('.'));
        notification.get("locations").map(list).unwrap_or_default().iter().for_each(place_is_fit);
    }
    let errors = notifications.iter().any(|notification| notification["level"] == "error");
    assert_eq!(invocation["executionSuccessful"], !errors);
}

fn place_is_fit(location: &Value) {
    let uri = string(&location["physicalLocation"]["artifactLocation"]["uri"]);
    let fit = |c: char| c.is_ascii_alphanumeric() || "-._~%/".contains(c);
    assert!(!uri.is_empty() && uri.chars().all(fit), "{uri}");
    assert!(!uri.starts_with('/') && uri.split('/').all(|segment| !matches!(segment, "" | "." | "..")), "{uri}");
}

#[test]
fn sarif_obeys_its_consumers() {
    for settings in [Settings::default(), everything()] {
        for scan in [hostile::scan(), hostile::empty()] {
            obeys(&value(Format::Sarif, &scan, &settings));
        }
    }
}

#[test]
fn sarif_lists_new_fails_unless_asked() {
    let scan = hostile::scan();
    let kinds = |settings: &Settings| {
        let mut kinds = BTreeMap::new();
        for result in list(&value(Format::Sarif, &scan, settings)["runs"][0]["results"]) {
            *kinds.entry(result.get("kind").and_then(Value::as_str).unwrap_or("fail").to_owned()).or_insert(0) += 1;
        }
        kinds.into_iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(kinds(&Settings::default()), "fail 6");
    assert_eq!(kinds(&everything()), "fail 6, notApplicable 1, open 1, pass 2");
}

#[test]
fn a_clean_run_lists_all_rules_and_no_results() {
    let log = value(Format::Sarif, &hostile::empty(), &Settings::default());
    let run = &log["runs"][0];
    assert_eq!(run["results"], Value::Array(Vec::new()));
    assert!(list(&run["tool"]["driver"]["rules"]).len() >= trailwarden::checks::CHECKS.len());
}

#[test]
fn a_check_has_a_rule_for_each_severity() {
    let log = value(Format::Sarif, &hostile::scan(), &Settings::default());
    let rules = list(&log["runs"][0]["tool"]["driver"]["rules"]);
    let of = |id: &str| rules.iter().find(|rule| rule["id"] == id).expect("the rule is listed");
    let score = |id: &str| string(&of(id)["properties"]["security-severity"]).to_owned();
    let ids = ["graded-check", "graded-check/critical", "graded-check/low", "graded-check/note"];
    assert_eq!(ids.map(score), ["8.0", "9.5", "2.5", "0.5"]);
    let tags = list(&of("graded-check")["properties"]["tags"]).iter().map(string).collect::<Vec<_>>().join(" ");
    assert_eq!(tags, "security aws cloudtrail cis-5.0.0/1 security-hub/CloudTrail.1 a/1 b/2 c/3 d/4 e/5");
    let results = list(&log["runs"][0]["results"]);
    let ids: Vec<_> = results.iter().map(|result| string(&result["ruleId"])).collect();
    assert_eq!(
        ids.join(" "),
        "graded-check/critical graded-check graded-check/low graded-check/note graded-check log-file-validation"
    );
}

#[test]
fn sarif_keeps_the_worst_and_says_so() {
    let scan = hostile::scan();
    let settings = Settings { max_results: 3, ..everything() };
    let log = value(Format::Sarif, &scan, &settings);
    let severities: Vec<_> =
        list(&log["runs"][0]["results"]).iter().map(|result| string(&result["properties"]["severity"])).collect();
    assert_eq!(severities, ["critical", "high", "high"]);
    assert_eq!(sarif::dropped(&scan, &settings), scan.findings.len() - 3);
    let notifications = list(&log["runs"][0]["invocations"][0]["toolExecutionNotifications"]);
    let last = notifications.last().expect("a notification");
    assert_eq!(last["descriptor"]["id"], "results-truncated");
    assert_eq!(last["message"]["text"], "The report holds the 3 worst results; 7 more were found.");
    obeys(&log);
}

#[test]
fn the_time_is_written_if_set() {
    let now = time::OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("a time");
    let log = value(Format::Sarif, &hostile::empty(), &Settings { now, times: true, ..Settings::default() });
    assert_eq!(log["runs"][0]["invocations"][0]["endTimeUtc"], "2027-01-15T08:00:00Z");
    let log = value(Format::Sarif, &hostile::empty(), &Settings::default());
    assert!(log["runs"][0]["invocations"][0].get("endTimeUtc").is_none());
}

#[test]
fn microsofts_validator_finds_no_error() {
    let schema = sarif_schema();
    let validator = jsonschema::validator_for(&schema).expect("the schema of SARIF is a schema");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, scan, settings) in [
        ("hostile", hostile::scan(), Settings::default()),
        ("everything", hostile::scan(), everything()),
        ("empty", hostile::empty(), Settings::default()),
    ] {
        let report = bytes(Format::Sarif, &scan, &settings);
        let log: Value = serde_json::from_slice(&report).expect("JSON");
        let errors: Vec<_> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let path = folder.path().join(format!("{name}.sarif"));
        std::fs::write(&path, &report).expect("the folder takes files");
        assert_eq!(validate_with_multitool(&path), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn microsofts_validator_finds_errors() {
    let mut log = value(Format::Sarif, &hostile::scan(), &Settings::default());
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "arn:aws:x".into();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.sarif");
    std::fs::write(&path, log.to_string()).expect("the folder takes files");
    let errors = validate_with_multitool(&path);
    assert!(errors.iter().any(|error| error.contains("GH1005")), "{errors:?}");
}

#[test]
fn text_lists_fails_and_counts_everything() {
    let scan = hostile::scan();
    let plain = text(&scan, &Settings::default());
    let summary = "6 fail (1 critical, 2 high, 1 medium, 1 low, 1 note), 1 unknown, 2 pass, 1 not applicable; 2 inputs (1 \
                   not complete); 2 gaps: the scan is incomplete\n4 findings at or above the severity 'medium'\n1 verdict \
                   is unknown; '--show unknown' lists the reasons\n";
    assert!(plain.ends_with(summary), "{plain}");
    assert!(plain.starts_with("critical[graded-check]: The bucket 'a"), "{plain}");
    assert_eq!(plain.matches("gap[").count(), 2);
    assert!(!plain.contains("unknown[") && !plain.contains("pass["));
    let all = text(&scan, &everything());
    assert_eq!([all.matches("unknown[").count(), all.matches("pass[").count()], [1, 2]);
    assert!(!all.contains("--show"));
    let empty = text(&hostile::empty(), &Settings::default());
    assert_eq!(empty, "0 fail, 0 unknown, 0 pass, 0 not applicable; 0 inputs\nnothing to judge was found\n");
}

#[test]
fn text_underlines_the_attribute() {
    let mut scan = hostile::scan();
    scan.findings
        .retain(|finding| finding.check == "log-file-validation" && matches!(finding.outcome, Outcome::Fail(_)));
    scan.gaps.clear();
    let shown = text(&scan, &Settings::default());
    let expected = "\
medium[log-file-validation]: The trail 'Trail' does not validate its log files: 'EnableLogFileValidation' is false.
 --> infra/á b#1?/50%/trail [x];(1).yaml:6:7
  |
6 |       EnableLogFileValidation:     false ?[31m
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected true
  |
  = why: A trail with log file validation writes a signed digest file every hour that lists the log files
         and their hashes.
  = fix: Set 'EnableLogFileValidation' to true
";
    assert!(shown.starts_with(expected), "{shown}");
}

#[test]
fn text_is_fit_for_a_terminal() {
    let shown = text(&hostile::scan(), &everything());
    let bad = shown.chars().find(|&c| c != '\n' && trailwarden::finding::is_hidden(c));
    assert_eq!(bad, None, "{shown}");
    assert!(shown.len() < 30_000, "{} bytes", shown.len());
    let coloured = text(&hostile::scan(), &Settings { color: true, ..everything() });
    assert!(coloured.contains("\u{1b}[1m"));
    assert!(!coloured.contains("\u{1b}[31mred") && !coloured.contains('\u{202e}'));
}

//! The formats for other services: each is read back by a parser of its grammar and compared with the JSON report.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;
use trailwarden::finding::{Severity, clean, is_hidden};
use trailwarden::reports::{Format, Settings, Show, write};
use trailwarden::scan::Scan;

use crate::hostile;

/// Names that mean something to one consumer or another.
const GRIM: [&str; 9] = [
    "::set-output name=x::y",
    "x\n::set-output name=x::y%0A::error::z",
    "##[error]x ]]> <![CDATA[ <script>alert(1)</script><img src=x onerror=alert(1)>",
    "=cmd()|' /C calc'!A0",
    "@everyone #1 <!-- --> `code` **bold** | [a](http://evil.example) www.evil.example http://evil.example",
    "\u{1b}[31mred\u{1b}]8;;http://evil.example\u{7}x \u{202e}dlrow\u{2066} \u{fffe}\u{0}",
    "\";=cmd()\r\n\"\"</summary></details></article><script>",
    "%0A%25\r--><h1>x</h1>&lt;&#10;\\|\\",
    "-1+1@SUM(1)\t'\"",
];

/// The hostile scan with a grim name in each finding and gap, some of them very long.
pub fn grim() -> Scan {
    let mut scan = hostile::scan();
    let names = GRIM.iter().cycle();
    for (i, (finding, name)) in scan.findings.iter_mut().zip(names).enumerate() {
        let name = if i % 3 == 2 { name.repeat(10_000 / name.len() + 1) } else { (*name).to_owned() };
        finding.message = clean(&format!("{name} is bad"));
        finding.remediation = finding.remediation.as_ref().map(|_| name.clone());
        finding.subject.address.clone_from(&name);
        finding.subject.shown = name;
    }
    for (gap, name) in scan.gaps.iter_mut().zip(GRIM.iter().rev()) {
        gap.message = (*name).to_owned();
    }
    scan.gaps[0].path = Some(GRIM[1].to_owned());
    scan
}

pub fn bytes(format: Format, scan: &Scan, settings: &Settings) -> Vec<u8> {
    let mut out = Vec::new();
    write(format, scan, settings, &mut out).expect("a vector takes everything");
    out
}

pub fn json(scan: &Scan) -> Value {
    serde_json::from_slice(&bytes(Format::Json, scan, &everything())).expect("JSON")
}

fn everything() -> Settings {
    Settings { show: Show::ALL.into_iter().collect(), ..Settings::default() }
}

fn text(format: Format, scan: &Scan, settings: &Settings) -> String {
    String::from_utf8(bytes(format, scan, settings)).expect("reports are UTF-8")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_else(|| panic!("a list: {value}"))
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a string: {value}"))
}

/// The start of a finding's message: formats may cut the rest.
pub fn start(finding: &Value) -> String {
    string(&finding["message"]).chars().take(800).collect()
}

fn fingerprints(scan: &Scan) -> Vec<String> {
    list(&json(scan)["findings"]).iter().map(|finding| string(&finding["fingerprint"]).to_owned()).collect()
}

/// The formats that are tested here. SARIF and text have tests of their own.
const OURS: [Format; 9] = [
    Format::Github,
    Format::Markdown,
    Format::Html,
    Format::Junit,
    Format::Csv,
    Format::Ocsf,
    Format::Asff,
    Format::Gitlab,
    Format::GitlabSast,
];

#[test]
fn nothing_hidden_is_written() {
    for format in OURS {
        let report = text(format, &grim(), &everything());
        let bad = report.chars().find(|&c| !matches!(c, '\n' | '\r') && is_hidden(c));
        assert_eq!(bad, None, "{format}");
        assert!(!report.starts_with('\u{feff}'));
    }
}

#[test]
fn fails_are_listed_and_others_if_asked() {
    // The passes and unknown verdicts of the scan are of one check, whose only fail is one.
    for format in OURS {
        let count = |settings: &Settings| match format {
            Format::Github => text(format, &grim(), settings).lines().filter(|line| line.starts_with("::")).count(),
            Format::Markdown => text(format, &grim(), settings).matches("<details>").count(),
            Format::Html => text(format, &grim(), settings).matches("<article ").count(),
            Format::Junit => text(format, &grim(), settings).matches("<testcase ").count(),
            Format::Asff => text(format, &grim(), settings).matches("\"SchemaVersion\"").count(),
            Format::Csv => text(format, &grim(), settings).lines().count() - 1,
            Format::GitlabSast => {
                let report: Value = serde_json::from_slice(&bytes(format, &grim(), settings)).expect("JSON");
                list(&report["vulnerabilities"]).len()
            }
            _ => list(&serde_json::from_slice(&bytes(format, &grim(), settings)).expect("JSON")).len(),
        };
        let gaps = if matches!(format, Format::Markdown | Format::Html | Format::GitlabSast) { 0 } else { 2 };
        assert_eq!(count(&Settings::default()), 6 + gaps, "{format}");
        assert_eq!(count(&everything()), 10 + gaps, "{format}");
        let unknown = Settings { show: [Show::Unknown].into_iter().collect(), ..Settings::default() };
        assert_eq!(count(&unknown), 7 + gaps, "{format}");
    }
}

/// A workflow command as the runner reads it: kind, properties, message.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let decode = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let (head, message) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("a command");
    let (kind, properties) = head.split_once(' ').expect("properties");
    let property = |pair: &str| {
        let (name, value) = pair.split_once('=').expect("a property");
        (name.to_owned(), decode(&value.replace("%3A", ":").replace("%2C", ",")))
    };
    (kind.to_owned(), properties.split(',').map(property).collect(), decode(message))
}

#[test]
fn github_gets_commands_of_ours_only() {
    let scan = grim();
    let report = text(Format::Github, &scan, &Settings::default());
    let mut lines: Vec<&str> = report.lines().collect();
    let last = lines.pop().expect("a last line");
    assert_eq!(
        last,
        "Trailwarden: 6 fail (1 critical, 2 high, 1 medium, 1 low, 1 note), 1 unknown, 2 pass, 1 not applicable, 2 gaps; the scan is incomplete"
    );
    let commands: Vec<_> = lines.into_iter().map(command).collect();
    let kinds: Vec<_> = commands.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["error", "error", "error", "error", "notice", "notice", "error", "warning"]);
    let json = json(&scan);
    for ((_, properties, message), finding) in commands[2..].iter().zip(list(&json["findings"])) {
        let names: Vec<_> = properties.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["title", "file", "line", "endLine", "col", "endColumn"]);
        assert!(message.starts_with(&start(finding)) && message.len() <= 4000);
        assert!(properties[0].1.starts_with(string(&finding["check"])) && properties[0].1.len() <= 250);
        if !finding["location"].is_null() {
            let place = &finding["location"];
            assert_eq!(properties[1].1, string(&place["path"]));
            for (i, key) in ["start_line", "end_line", "start_column", "end_column"].into_iter().enumerate() {
                assert_eq!(properties[i + 2].1, place[key].to_string());
            }
        }
    }
}

#[test]
fn github_says_what_it_does_not_annotate() {
    let report = text(Format::Github, &many(500), &Settings::default());
    for kind in ["error", "warning", "notice"] {
        let count = report.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count();
        assert_eq!(count, 10, "{kind}");
    }
    // Ten errors, two of them gaps, ten warnings, and nine notices beside the one that says so.
    assert!(report.contains("Not annotated are 473 findings and 0 gaps"), "{report}");
}

#[test]
fn markdown_is_text_and_nothing_else() {
    let scan = grim();
    let report = text(Format::Markdown, &scan, &everything());
    assert!(report.starts_with("<!-- trailwarden:report:trailwarden/iac -->\n"));
    let mut rows = 0;
    let mut prose = String::new();
    let mut options = Options::ENABLE_TABLES;
    options.insert(Options::ENABLE_STRIKETHROUGH);
    for event in Parser::new_ext(&report, options) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://github.com/trailwarden/"), "{dest_url}");
            }
            Event::Start(Tag::Image { .. } | Tag::Emphasis | Tag::CodeBlock(_) | Tag::Strikethrough) => {
                panic!("markup from a name: {event:?}")
            }
            Event::Start(Tag::TableRow) => rows += 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                let known = ["details", "summary", "code", "!-- trailwarden:report:trailwarden/iac --"];
                for tag in html.split('<').skip(1) {
                    let name = tag.split('>').next().unwrap_or_default().trim_start_matches('/');
                    assert!(known.contains(&name), "{html}");
                }
            }
            // What GitHub would take for a mention or a reference stands between code marks.
            Event::Text(text) => {
                assert!(!text.contains(['@', '#']), "{text}");
                prose.push_str(&text);
            }
            Event::Code(code) => prose.push_str(&code),
            _ => {}
        }
    }
    assert_eq!(rows, 10 + 2);
    for finding in list(&json(&scan)["findings"]) {
        let start: String = start(finding).chars().take(250).collect();
        assert!(prose.contains(&start), "{start}");
    }
}

#[test]
fn junit_is_xml_with_all_cases() {
    let scan = grim();
    let report = text(Format::Junit, &scan, &everything());
    let document = roxmltree::Document::parse(&report).expect("XML");
    let number = |node: roxmltree::Node<'_, '_>, name: &str| -> usize {
        node.attribute(name).and_then(|value| value.parse().ok()).expect("a number")
    };
    let with = |node: roxmltree::Node<'_, '_>, name: &str| node.descendants().filter(|n| n.has_tag_name(name)).count();
    for node in document.descendants().filter(|node| node.has_tag_name("testsuite") || node.has_tag_name("testsuites"))
    {
        assert_eq!(number(node, "tests"), with(node, "testcase"));
        assert_eq!(number(node, "failures"), with(node, "failure"));
        assert_eq!(number(node, "errors"), with(node, "error"));
        assert_eq!(number(node, "skipped"), with(node, "skipped"));
    }
    let root = document.root_element();
    assert_eq!([with(root, "testcase"), with(root, "failure"), with(root, "error")], [12, 6, 2]);
    let seen: BTreeSet<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("property"))
        .filter_map(|node| node.attribute("value").map(str::to_owned))
        .collect();
    assert_eq!(seen, fingerprints(&scan).into_iter().collect());
    let names: BTreeSet<_> = document.descendants().filter_map(|node| node.attribute("name")).collect();
    assert!(names.iter().any(|name| name.contains("=cmd()|' /C calc'!A0")));
    let empty = text(Format::Junit, &hostile::empty(), &Settings::default());
    assert!(roxmltree::Document::parse(&empty).is_ok() && empty.contains("everything was read"));
}

#[test]
fn csv_holds_no_formula() {
    let scan = grim();
    let report = bytes(Format::Csv, &scan, &everything());
    let mut reader = csv::Reader::from_reader(report.as_slice());
    let header = reader.headers().expect("a header").clone();
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("every row has all cells");
    assert_eq!(rows.len(), 12);
    let column = |name: &str| header.iter().position(|known| known == name).expect("a column");
    for row in &rows {
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']) || cell == "-", "{cell}");
        }
    }
    assert_eq!(&rows[3][column("address")], "'=cmd()|' /C calc'!A0");
    for (row, finding) in rows.iter().zip(list(&json(&scan)["findings"])) {
        assert_eq!(&row[column("fingerprint")], string(&finding["fingerprint"]));
        assert_eq!(&row[column("verdict")], string(&finding["verdict"]));
        let place = &finding["location"];
        for name in ["start_line", "start_column", "end_line", "end_column"] {
            let number = place.get(name).map(ToString::to_string).unwrap_or_default();
            assert_eq!(&row[column(name)], number);
        }
        assert_eq!(&row[column("path")], place.get("path").map(string).unwrap_or_default());
    }
    assert!(rows[10..].iter().all(|row| &row[0] == "gap" && !row[column("cause")].is_empty()));
}

#[test]
fn ocsf_has_what_its_schema_requires() {
    let scan = grim();
    let now = time::OffsetDateTime::from_unix_timestamp(1_800_000_000).expect("a time");
    let report: Value =
        serde_json::from_slice(&bytes(Format::Ocsf, &scan, &Settings { now, ..everything() })).expect("JSON");
    let findings = json(&scan);
    assert_eq!(list(&report).len(), 12);
    for (i, event) in list(&report).iter().enumerate() {
        for (key, value) in [("category_uid", 2), ("class_uid", 2003), ("activity_id", 1), ("type_uid", 200_301)] {
            assert_eq!(event[key], value);
        }
        assert_eq!(event["time"], 1_800_000_000_000_i64);
        assert!((1..=5).contains(&event["severity_id"].as_u64().expect("a number")));
        assert_eq!(event["metadata"]["version"], "1.5.0");
        assert!(!string(&event["metadata"]["product"]["name"]).is_empty());
        assert!(!string(&event["finding_info"]["title"]).is_empty());
        assert!(!list(&event["compliance"]["standards"]).is_empty());
        let cloud = list(&event["metadata"]["profiles"]).contains(&"cloud".into());
        assert_eq!(cloud, event.get("cloud").is_some_and(|cloud| cloud["provider"] == "AWS"));
        assert!(event.get("remediation").is_none_or(|remediation| remediation["desc"].is_string()));
        let Some(finding) = list(&findings["findings"]).get(i) else {
            assert_eq!(event["compliance"]["status_id"], 2);
            continue;
        };
        assert_eq!(event["finding_info"]["uid"], finding["fingerprint"]);
        assert_eq!(event["resources"][0]["data"], finding["location"]);
        let status = match string(&finding["verdict"]) {
            "pass" => 1,
            "unknown" => 2,
            "fail" => 3,
            _ => 99,
        };
        assert_eq!(event["compliance"]["status_id"], status);
        let severities = ["note", "low", "medium", "high", "critical"];
        let severity = severities.iter().position(|word| finding["severity"] == *word).expect("a severity") + 1;
        assert_eq!(event["severity_id"], if status == 3 { severity } else { 1 });
    }
}

#[test]
fn asff_keeps_the_limits_of_its_requests() {
    let settings =
        || Settings { account: Some("111122223333".to_owned()), region: Some("eu-west-1".to_owned()), ..everything() };
    let report = text(Format::Asff, &grim(), &settings());
    let mut ids = Vec::new();
    for line in report.lines() {
        let request: Value = serde_json::from_str(line).expect("a request a line");
        for finding in list(&request["Findings"]) {
            assert!(finding.to_string().len() < 240_000);
            for (key, most) in [("Title", 256), ("Description", 1024), ("Id", 512), ("GeneratorId", 512)] {
                assert!((1..=most).contains(&string(&finding[key]).len()), "{key}");
            }
            assert_eq!(finding["SchemaVersion"], "2018-10-08");
            assert_eq!(finding["AwsAccountId"], "111122223333");
            let product = "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default";
            assert_eq!(finding["ProductArn"], product);
            assert_eq!(finding["CreatedAt"], "1970-01-01T00:00:00Z");
            assert!(finding["UpdatedAt"].is_string() && !list(&finding["Types"]).is_empty());
            let labels = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"];
            assert!(labels.contains(&string(&finding["FindingProviderFields"]["Severity"]["Label"])));
            let statuses = ["PASSED", "FAILED", "WARNING", "NOT_AVAILABLE"];
            assert!(statuses.contains(&string(&finding["Compliance"]["Status"])));
            let [resource] = list(&finding["Resources"]) else { panic!("one resource") };
            assert!((1..=512).contains(&string(&resource["Id"]).len()) && resource["Type"].is_string());
            if let Some(remedy) = finding.get("Remediation") {
                assert!(string(&remedy["Recommendation"]["Text"]).len() <= 512);
            }
            ids.push(string(&finding["Id"]).to_owned());
        }
    }
    assert_eq!(ids[..10], fingerprints(&grim()));
    assert_eq!(ids.len(), 12);
    let report = text(Format::Asff, &many(250), &settings());
    let sizes: Vec<_> = report.lines().map(|line| line.matches("\"SchemaVersion\"").count()).collect();
    assert_eq!(sizes, [100, 100, 50, 2]);
    assert!(report.lines().all(|line| line.len() < 6_000_000));
    assert_eq!(text(Format::Asff, &hostile::empty(), &settings()), "");
}

#[test]
fn gitlab_gets_what_it_requires() {
    let scan = grim();
    let prints = fingerprints(&scan);
    let issues: Value = serde_json::from_slice(&bytes(Format::Gitlab, &scan, &everything())).expect("JSON");
    let mut unique = BTreeSet::new();
    for (i, issue) in list(&issues).iter().enumerate() {
        assert!(!string(&issue["description"]).is_empty() && !string(&issue["check_name"]).is_empty());
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&string(&issue["severity"])));
        assert!(!string(&issue["location"]["path"]).starts_with("./"));
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line >= 1));
        assert!(unique.insert(string(&issue["fingerprint"])));
        assert!(prints.get(i).is_none_or(|print| issue["fingerprint"] == **print));
    }
    assert_eq!(unique.len(), 12);
    let report: Value = serde_json::from_slice(&bytes(Format::GitlabSast, &scan, &everything())).expect("JSON");
    assert_eq!((&report["scan"]["type"], &report["scan"]["status"]), (&"sast".into(), &"failure".into()));
    assert_eq!(report["scan"]["start_time"], "1970-01-01T00:00:00");
    assert_eq!(list(&report["scan"]["messages"]).len(), 2);
    for tool in ["analyzer", "scanner"] {
        let tool = &report["scan"][tool];
        assert!(tool["id"].is_string() && tool["version"].is_string() && tool["vendor"]["name"].is_string());
    }
    for (vulnerability, print) in list(&report["vulnerabilities"]).iter().zip(&prints) {
        assert_eq!(vulnerability["id"], **print);
        assert!(string(&vulnerability["name"]).len() <= 255);
        let severities = ["Info", "Unknown", "Low", "Medium", "High", "Critical"];
        assert!(severities.contains(&string(&vulnerability["severity"])));
        assert!(vulnerability["location"]["file"].is_string());
        let identifier = &vulnerability["identifiers"][0];
        assert!(["type", "name", "value"].iter().all(|key| !string(&identifier[key]).is_empty()));
    }
    let clean: Value =
        serde_json::from_slice(&bytes(Format::GitlabSast, &hostile::empty(), &everything())).expect("JSON");
    assert_eq!((&clean["scan"]["status"], list(&clean["vulnerabilities"]).len()), (&"success".into(), 0));
}

/// The fails of the grim scan over and over, each severity in turn.
fn many(count: usize) -> Scan {
    let mut scan = grim();
    let fails: Vec<_> = scan.findings[..6].to_vec();
    scan.findings = fails.into_iter().cycle().take(count).collect();
    for (i, finding) in scan.findings.iter_mut().enumerate() {
        finding.fingerprint = format!("sha256:{i:064x}");
        finding.severity = Severity::ALL[i % 5];
    }
    scan
}

/// Four times the findings take about four times the time, not sixteen times; what readers limit stays within.
#[test]
fn fifty_thousand_findings_are_written_in_linear_time() {
    let (few, lots) = (many(12_500), many(50_000));
    for format in OURS {
        let timed = |scan: &Scan| {
            let start = Instant::now();
            (bytes(format, scan, &Settings::default()).len(), start.elapsed())
        };
        let ((_, short), (size, long)) = (timed(&few), timed(&lots));
        assert!(long < short * 10 + Duration::from_secs(2), "{format}: {short:?}, then {long:?}");
        if format == Format::Markdown {
            assert!(size <= 65_536, "{size} bytes");
        }
    }
    let report = text(Format::Markdown, &lots, &Settings::default());
    assert!(report.contains("more findings are not in this table"), "{report}");
    assert!(report.contains("more findings did not fit"), "{report}");
}

#[test]
fn asff_asks_for_the_account_and_region() {
    let files = crate::cli::folder(&[("bad.yaml", crate::cli::BAD)]);
    let refused = crate::cli::scan(files.path(), &["--format=asff", "bad.yaml", "--account=111122223333"]).code(2);
    assert!(crate::cli::stderr(&refused).contains("asff needs --account and --region"));
    let to_file = crate::cli::scan(files.path(), &["--output=asff=a.json", "bad.yaml"]).code(2);
    assert!(crate::cli::stderr(&to_file).contains("asff needs"));
    let args = ["--format=asff", "bad.yaml", "--account=111122223333", "--region=eu-west-1", crate::cli::ONLY];
    let taken = crate::cli::scan(files.path(), &args).code(1);
    let request: Value = serde_json::from_str(&crate::cli::stdout(&taken)).expect("one request");
    assert_eq!(request["Findings"][0]["AwsAccountId"], "111122223333");
}

/// What code scanning takes: 10 MB packed, 25,000 results of which 5,000 show, and the report says what is left out.
#[test]
fn fifty_thousand_findings_stay_within_the_limits_of_code_scanning() {
    let lots = many(50_000);
    let report = bytes(Format::Sarif, &lots, &Settings::default());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.sarif");
    std::fs::write(&file, &report).expect("a file");
    let packed = std::process::Command::new("gzip").arg("-c").arg(&file).output().expect("gzip can be started").stdout;
    assert!((1000..10_000_000).contains(&packed.len()), "{} bytes", packed.len());
    let sarif: Value = serde_json::from_slice(&report).expect("JSON");
    let run = &sarif["runs"][0];
    assert_eq!(list(&run["results"]).len(), 5000);
    let worst: BTreeSet<&str> =
        lots.findings.iter().filter(|f| f.severity == Severity::Critical).map(|f| f.fingerprint.as_str()).collect();
    for result in list(&run["results"]) {
        let identity = string(&result["partialFingerprints"]["trailwarden/v1"]);
        assert!(worst.contains(identity), "{identity}");
    }
    let said = list(&run["invocations"][0]["toolExecutionNotifications"]);
    assert!(said.iter().any(|note| string(&note["message"]["text"]).contains("45000 more were found")), "{said:?}");
    for format in [Format::Github, Format::Markdown] {
        let text = text(format, &lots, &Settings::default());
        assert!(text.len() <= 200_000, "{format}: {} bytes", text.len());
        assert!(text.contains("50000 fail"), "{format}");
    }
}

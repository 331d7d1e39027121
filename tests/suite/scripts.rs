//! Scripts: which calls are found, and where.

use std::collections::{BTreeMap, BTreeSet};

use trailwarden::checks::{CHECKS, Check};
use trailwarden::model::attr::Origin;
use trailwarden::scan::{self, Request, Scan};

use super::{all, all_files, none, project};

mod lowered;

pub(super) fn only(id: &str) -> Vec<&'static Check> {
    CHECKS.iter().filter(|check| check.id == id).collect()
}

/// Where findings of a check start, by path: `line:column`.
fn starts(scan: &Scan) -> BTreeMap<String, BTreeSet<(u32, u32)>> {
    let mut found: BTreeMap<String, BTreeSet<(u32, u32)>> = BTreeMap::new();
    for finding in &scan.findings {
        let Origin::Text(span) = finding.subject.at else { continue };
        let (start, _) = scan.sources.positions(span);
        let path = scan.sources.file(span.file).path().to_owned();
        found.entry(path).or_default().insert((start.line, start.column));
    }
    found
}

#[test]
fn every_call_of_the_corpus_is_found_where_it_stands_and_no_other() {
    let root = project().join("tests/data/scripts");
    let request = Request {
        paths: vec![root.clone()],
        repo_root: Some(root.clone()),
        checks: only("deprecated-subscription-commands"),
        include_docs: true,
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    let found = starts(&scan);
    let table = std::fs::read_to_string(root.join("calls.tsv")).expect("is text");
    let mut faults = Vec::new();
    let mut listed = BTreeSet::new();
    for row in table.lines() {
        let (path, places) = row.split_once('\t').expect("a path and places");
        listed.insert(path.to_owned());
        let wanted: BTreeSet<(u32, u32)> = places
            .split_whitespace()
            .map(|place| place.split_once(':').expect("line:column"))
            .map(|(line, column)| (line.parse().expect("a number"), column.parse().expect("a number")))
            .collect();
        let actual = found.get(path).cloned().unwrap_or_default();
        if wanted != actual {
            faults.push(format!("{path}: expected {wanted:?}, got {actual:?}"));
        }
    }
    let files: BTreeSet<String> = all_files(&root)
        .iter()
        .map(|path| path.strip_prefix(&root).expect("is below").to_string_lossy().replace('\\', "/"))
        .filter(|path| path != "calls.tsv")
        .collect();
    faults.extend(files.symmetric_difference(&listed).map(|path| format!("{path}: not both in the table and there")));
    faults.extend(scan.gaps.iter().map(|gap| format!("gap {:?}: {}", gap.path, gap.message)));
    none(&faults);
    let kind = |kind: &str| files.iter().filter(|path| path.starts_with(kind)).count();
    assert!(kind("found/") >= 40 && kind("clean/") >= 40, "{} and {}", kind("found/"), kind("clean/"));
}

#[test]
fn pages_are_left_alone_unless_asked_for() {
    let root = project().join("tests/data/scripts/found/docs");
    let request = Request {
        paths: vec![root.clone()],
        repo_root: Some(root),
        checks: only("deprecated-subscription-commands"),
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    assert!(scan.findings.is_empty() && scan.inputs.is_empty());
}

/// Scans files that are written for it.
pub(super) fn scan_files(files: &[(&str, &[u8])], checks: Vec<&'static Check>) -> Scan {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("has a parent")).expect("can be made");
        std::fs::write(path, text).expect("can be written");
    }
    let root = folder.path().to_owned();
    let request = Request { paths: vec![root.clone()], repo_root: Some(root), checks, ..Request::default() };
    scan::run(&request).expect("the folder exists")
}

/// The worst verdict of a check over files; `absent` without a finding.
pub(super) fn verdict(files: &[(&str, &[u8])], check: &str) -> String {
    let scan = scan_files(files, only(check));
    assert!(scan.gaps.is_empty(), "{:?}", scan.gaps);
    super::cases::worst(scan.findings.iter().map(|finding| finding.outcome.word())).to_owned()
}

/// A trail, and what makes it log.
const MADE: &str = "aws cloudtrail create-trail --name a --s3-bucket-name b --is-multi-region-trail\n";
const START: &str = "aws cloudtrail start-logging --name a\n";

#[test]
fn calls_bear_on_what_was_made_before_them() {
    let (all, logs) = ("multi-region-trail", "trail-logging-enabled");
    let plain = "aws cloudtrail create-trail --name a --s3-bucket-name b";
    let cases: &[(String, &str, &str)] = &[
        (format!("{plain}\naws cloudtrail update-trail --name a --is-multi-region-trail\n"), all, "pass"),
        (format!("{MADE}aws cloudtrail update-trail --name a --no-is-multi-region-trail\n"), all, "fail"),
        (format!("{MADE}aws cloudtrail update-trail --name other --no-is-multi-region-trail\n"), all, "fail"),
        (format!("{MADE}aws cloudtrail update-trail --name a --s3-key-prefix x\n"), all, "pass"),
        (format!("{MADE}if [ \"$1\" = x ]; then aws cloudtrail update-trail --name a --no-is-multi-region-trail; fi\n"), all, "unknown"),
        (format!("{MADE}aws cloudtrail update-trail --name \"$1\" --no-is-multi-region-trail\n"), all, "fail"),
        ("aws cloudtrail update-trail --name a --is-multi-region-trail\n".into(), all, "pass"),
        ("aws cloudtrail update-trail --name a --s3-key-prefix x\n".into(), all, "unknown"),
        (format!("{MADE}{START}aws cloudtrail stop-logging --name a\n"), logs, "fail"),
        (format!("{MADE}aws cloudtrail stop-logging --name a\n{START}"), logs, "pass"),
        (format!("{MADE}aws cloudtrail start-logging --name other\n"), logs, "fail"),
        (format!("{MADE}aws cloudtrail start-logging --name \"$1\"\n"), logs, "unknown"),
        (format!("{MADE}aws cloudtrail start-logging --name arn:aws:cloudtrail:eu-west-1:111122223333:trail/a\n"), logs, "pass"),
        (format!("on() {{\n{START}}}\n{MADE}on\n"), logs, "pass"),
        (format!("on() {{\n{START}}}\n{MADE}"), logs, "unknown"),
        (format!("{MADE}aws cloudtrail start-logging --region eu-west-1 --name a\n"), logs, "pass"),
        (format!("case $1 in\nup)\n{MADE}{START};;\ndown)\naws cloudtrail stop-logging --name a\naws cloudtrail delete-trail --name a;;\nesac\n"), logs, "pass"),
        (format!("{MADE}aws cloudtrail delete-trail --name a\n"), all, "absent"),
        (format!("{plain} --is-multi\n"), all, "pass"),
        (format!("FLAGS=--is-multi-region-trail\n{plain} $FLAGS\n"), all, "pass"),
        (format!("[ -n \"$1\" ] && FLAGS=--is-multi-region-trail\n{plain} $FLAGS\n"), all, "unknown"),
        ("args=(--name a --s3-bucket-name b)\nif [ -n \"$1\" ]; then args+=(--is-multi-region-trail); fi\naws cloudtrail create-trail \"${args[@]}\"\n".into(), all, "unknown"),
        ("args=(--name a)\nargs+=(--is-multi-region-trail)\naws cloudtrail create-trail \"${args[@]}\"\n".into(), all, "pass"),
        ("echo a | xargs aws cloudtrail create-trail --s3-bucket-name b --name\n".into(), all, "unknown"),
        (format!("{plain} \"$@\"\n"), all, "unknown"),
        (format!("cmd=\"{plain}\"\n$cmd\n"), all, "fail"),
        (format!("cmd=\"{plain}\"\n[ -n \"$1\" ] && cmd=\"$cmd --is-multi-region-trail\"\n$cmd\n"), all, "unknown"),
        ("aws cloudtrail create-trail --cli-input-json '{\"Name\": \"a\", \"S3BucketName\": \"b\", \"IsMultiRegionTrail\": true}'\n".into(), all, "pass"),
        ("aws cloudtrail create-trail --cli-input-json '{\"Name\": \"a\", \"IsMultiRegionTrail\": true}' --no-is-multi-region-trail\n".into(), all, "fail"),
        ("aws cloudtrail create-trail --cli-input-json file://missing.json\n".into(), all, "unknown"),
        (format!("echo {plain}\n# {plain}\naws cloudtrail describe-trails\n"), all, "absent"),
        (format!("{plain} --kms-key-id \"$KEY\"\n"), "kms-encryption", "pass"),
        (format!("{plain} --kms-key-id ''\n"), "kms-encryption", "fail"),
    ];
    hold(cases);
}

/// Each case: a shell script, a check, and its verdict.
fn hold<T: AsRef<str>>(cases: &[(T, &str, &str)]) {
    let mut faults = Vec::new();
    for (script, check, wanted) in cases {
        let script = script.as_ref();
        let actual = verdict(&[("x.sh", script.as_bytes())], check);
        if actual != *wanted {
            faults.push(format!("{check}: expected {wanted}, got {actual}:\n{script}"));
        }
    }
    none(&faults);
}

#[test]
fn what_a_script_does_not_make_is_unknown() {
    let trail = "aws cloudtrail create-trail --name a --s3-bucket-name b\n";
    let made = "aws s3api create-bucket --bucket b\n";
    let versions = "aws s3api put-bucket-versioning --bucket b --versioning-configuration Status=Enabled\n";
    for (script, wanted) in [
        (trail.to_owned(), "unknown"),
        (format!("{made}{trail}"), "fail"),
        (format!("{made}{versions}{trail}"), "pass"),
        (format!("{versions}{trail}"), "pass"),
        (format!("aws s3api create-bucket --bucket b || true\n{trail}"), "unknown"),
        (format!("aws s3api create-bucket --bucket b || exit 1\n{trail}"), "fail"),
        (format!("if ! aws s3api head-bucket --bucket b; then\n{made}fi\n{trail}"), "unknown"),
        (format!("aws s3 mb s3://b\n{trail}"), "fail"),
        (
            format!(
                "{made}aws s3api put-bucket-versioning --bucket b --versioning-configuration Status=Suspended\n{trail}"
            ),
            "fail",
        ),
    ] {
        assert_eq!(verdict(&[("x.sh", script.as_bytes())], "bucket-versioning"), wanted, "{script}");
    }
}

#[test]
fn files_that_arguments_name_are_read_beside_the_script() {
    let script = b"aws cloudtrail create-trail --cli-input-json file://trail.json\n";
    let trail = br#"{"Name": "a", "S3BucketName": "b", "IsMultiRegionTrail": true}"#;
    for path in ["bin/trail.json", "trail.json"] {
        assert_eq!(verdict(&[("bin/x.sh", script), (path, trail)], "multi-region-trail"), "pass", "{path}");
    }
}

#[test]
fn other_languages_make_the_same_estates() {
    let (all, logs) = ("multi-region-trail", "trail-logging-enabled");
    let python = "import subprocess\nsubprocess.run(['aws', 'cloudtrail', 'create-trail', '--name', 'a', '--s3-bucket-name', bucket])\n";
    let start = "subprocess.run('aws cloudtrail start-logging --name a', shell=True)\n";
    for (path, script, check, wanted) in [
        ("x.py", python.to_owned(), all, "fail"),
        ("x.py", format!("{python}{start}"), logs, "pass"),
        ("x.py", format!("{python}if ready:\n    {start}"), logs, "unknown"),
        ("Makefile", format!("up:\n\t{MADE}\t{START}\ndown:\n\taws cloudtrail delete-trail --name a\n"), all, "pass"),
        ("a.yml", format!("steps:\n- run: |\n    {MADE}- run: {START}"), logs, "pass"),
        ("a.yml", format!("steps:\n- run: {MADE}- run: {START}  if: github.ref == 'x'\n"), logs, "unknown"),
        (
            "a.yml",
            "env: {FLAG: --is-multi-region-trail}\nsteps:\n- run: aws cloudtrail create-trail --name a $FLAG\n".into(),
            all,
            "pass",
        ),
        (
            "x.ps1",
            "aws cloudtrail create-trail --name a `\n  --s3-bucket-name b `\n  --is-multi-region-trail\n".into(),
            all,
            "pass",
        ),
        ("x.bat", "aws cloudtrail create-trail --name a ^\r\n --s3-bucket-name b\r\n".into(), all, "fail"),
        ("x.rb", "system('aws', 'cloudtrail', 'create-trail', '--name', name, *flags)\n".into(), all, "unknown"),
        ("x.js", "execSync(`aws cloudtrail create-trail --name a ${flags}`)\n".into(), all, "unknown"),
    ] {
        assert_eq!(verdict(&[(path, script.as_bytes())], check), wanted, "{path}: {script}");
    }
}

#[test]
fn odd_texts_are_read() {
    let check = "deprecated-subscription-commands";
    let call = "aws cloudtrail create-subscription --name a\n";
    let long = format!("X={}; {call}", "x".repeat(1 << 20));
    let words = format!("true {}; {call}", "word ".repeat(200_000));
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(call.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin = [b"# gr\xf6\xdfe\n", call.as_bytes()].concat();
    let marked = [b"\xef\xbb\xbf", call.as_bytes()].concat();
    for (path, text, wanted) in [
        ("x.sh", long.as_bytes(), "fail"),
        ("x.sh", words.as_bytes(), "fail"),
        ("x.ps1", &wide, "fail"),
        ("x.sh", &latin, "fail"),
        ("x.sh", &marked, "fail"),
        ("x.sh", &[b"\0\0\0", call.as_bytes()].concat(), "absent"),
        ("x.png", call.as_bytes(), "absent"),
        ("x.sh", b"cat <<A <<B\na\nA\naws cloudtrail create-subscription\nB\n", "absent"),
    ] {
        assert_eq!(
            verdict(&[(path, text)], check),
            wanted,
            "{path}: {}",
            String::from_utf8_lossy(&text[..40.min(text.len())])
        );
    }
}

#[test]
fn trails_of_one_name_in_two_regions_are_two() {
    let script = "aws cloudtrail create-trail --region eu-west-1 --name a --s3-bucket-name b\n\
                  aws cloudtrail create-trail --region us-east-1 --name a --s3-bucket-name b\n";
    let scan = scan_files(&[("x.sh", script.as_bytes())], only("multi-region-trail"));
    let prints: BTreeSet<&str> = scan.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    assert_eq!(prints.len(), 2, "{:?}", scan.findings);
}

/// The script with the fixes of all findings in it; `None` if one has no fix.
pub(super) fn fixed(path: &str, script: &str) -> Option<String> {
    let scan = scan_files(&[(path, script.as_bytes())], only("deprecated-subscription-commands"));
    assert!(!scan.findings.is_empty());
    let mut edits: Vec<_> = scan.findings.iter().flat_map(|finding| &finding.fix).collect();
    if scan.findings.iter().any(|finding| finding.fix.is_empty()) {
        return None;
    }
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.at.start));
    let mut text = script.to_owned();
    for edit in edits {
        text.replace_range(edit.at.range(), &edit.text);
    }
    Some(text)
}

#[test]
fn mechanical_replacements_are_fixes_and_no_others() {
    for (script, wanted) in [
        (
            "aws cloudtrail create-subscription --name a --s3-use-bucket b\n",
            "aws cloudtrail create-trail --name a --s3-bucket-name b && aws cloudtrail start-logging --name a\n",
        ),
        (
            "aws --region \"$R\" cloudtrail create-subscription --name=\"$N\" \\\n  --s3-us=b --include-global-service-events true\n",
            "",
        ),
        (
            "aws --region $R cloudtrail create-subscription --name $N \\\n  --s3-us=b --include-global-service-events true\n",
            "aws --region $R cloudtrail create-trail --name $N \\\n  --s3-bucket-name=b --include-global-service-events && aws \
             --region \"${R}\" cloudtrail start-logging --name \"${N}\"\n",
        ),
        (
            "aws cloudtrail update-subscription --name 'größe' --s3-prefix \"$P\" --include-global-service-events False # x\n",
            "aws cloudtrail update-trail --name 'größe' --s3-key-prefix \"$P\" --no-include-global-service-events # x\n",
        ),
        ("aws cloudtrail create-subscription --name a --s3-new-bucket b\n", ""),
        ("aws cloudtrail update-subscription --name a --sns-new-topic t\n", ""),
        ("aws cloudtrail update-subscription --name a $MORE\n", ""),
        ("aws cloudtrail update-subscription --name a --include-global-service-events \"$X\"\n", ""),
        ("cmd='aws cloudtrail create-subscription'\n$cmd --name a\n$cmd --name b\n", ""),
    ] {
        assert_eq!(fixed("x.sh", script), Some(wanted.to_owned()).filter(|text| !text.is_empty()), "{script}");
    }
    let python = "run([\"aws\", \"cloudtrail\", \"update-subscription\", \"--name\", \"a\", \"--s3-prefix\", \"p\"])\n";
    let wanted = python.replace("update-subscription", "update-trail").replace("--s3-prefix", "--s3-key-prefix");
    assert_eq!(fixed("x.py", python), Some(wanted));
    assert_eq!(fixed("x.py", "run([\"aws\", \"cloudtrail\", \"create-subscription\", \"--name\", \"a\"])\n"), None);
}

/// A generator of numbers that are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

#[test]
fn no_reader_panics_on_mutated_text() {
    let root = project().join("tests/data/scripts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut numbers = Numbers(7);
    let pieces: [&[u8]; 12] =
        [b"\"", b"'", b"`", b"\\", b"${{", b"}}", b"<<EOF\n", b"\xff\xfe", b"\n", b"#{", "é🦀".as_bytes(), b"(["];
    for path in all_files(&root) {
        let relative = path.strip_prefix(&root).expect("is below");
        let text = std::fs::read(&path).expect("can be read");
        for round in 0..12 {
            let mut bytes = text.clone();
            for _ in 0..1 + numbers.next(4) {
                let at = numbers.next(bytes.len() + 1);
                match numbers.next(4) {
                    0 => bytes.truncate(at),
                    1 => {
                        let end = (at + numbers.next(12)).min(bytes.len());
                        bytes.drain(at..end);
                    }
                    2 if at < bytes.len() => bytes[at] = numbers.next(256) as u8,
                    _ => {
                        let piece = pieces[numbers.next(pieces.len())];
                        bytes.splice(at..at, piece.iter().copied());
                    }
                }
            }
            // A marker, so that the reader is reached whatever was cut away.
            bytes.extend_from_slice(b"\n# aws cloudtrail\n");
            let target = folder.path().join(round.to_string()).join(relative);
            std::fs::create_dir_all(target.parent().expect("has a parent")).expect("can be made");
            std::fs::write(target, bytes).expect("can be written");
        }
    }
    let request = Request {
        paths: vec![folder.path().to_owned()],
        repo_root: Some(folder.path().to_owned()),
        checks: all(),
        include_docs: true,
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the folder exists");
    // A panic is caught and becomes a gap.
    let faults: Vec<String> = scan
        .gaps
        .iter()
        .filter(|gap| gap.reason == "internal")
        .map(|gap| format!("{:?}: {}", gap.path, gap.message))
        .collect();
    none(&faults);
}

/// Each script with the verdict of a check on it.
fn judged(check: &str, cases: &[(&str, &str)]) {
    let mut faults = Vec::new();
    for (script, wanted) in cases {
        let script = script
            .replace("CT", "aws cloudtrail create-trail --name a --s3-bucket-name b")
            .replace("ON", "aws cloudtrail start-logging --name a");
        let actual = verdict(&[("x.sh", script.as_bytes())], check);
        if actual != *wanted {
            faults.push(format!("{check}: expected {wanted}, got {actual}:\n{script}"));
        }
    }
    none(&faults);
}

#[test]
fn variables_hold_what_they_hold_at_their_use() {
    judged(
        "multi-region-trail",
        &[
            ("F=--is-multi-region-trail\nCT $F\n", "pass"),
            ("( F=--is-multi-region-trail )\nCT $F\n", "unknown"),
            ("( F=--is-multi-region-trail; CT $F )\n", "pass"),
            ("F=--is-multi-region-trail true\nCT $F\n", "unknown"),
            ("CT $F\nF=--is-multi-region-trail\n", "unknown"),
            ("F=--is-multi-region-trail\nunset F\nCT $F\n", "unknown"),
            ("f() { local F=--is-multi-region-trail; echo $F; }\nf\nCT $F\n", "unknown"),
            ("f() { F=--is-multi-region-trail; }\nf\nCT $F\n", "pass"),
            ("ls | while read x; do F=--is-multi-region-trail; done\nCT $F\n", "unknown"),
            ("for i in $X; do F=--is-multi-region-trail; done\nCT $F\n", "unknown"),
            ("for i in 1 2; do F=--is-multi-region-trail; done\nCT $F\n", "pass"),
            ("is_prod && F=--is-multi-region-trail\nCT $F\n", "unknown"),
            ("F=--is-multi-region-trail\nF=--no-is-multi-region-trail\nCT $F\n", "fail"),
            ("A=(--name a)\naws cloudtrail create-trail \"${A[@]}\"\nA+=(--is-multi-region-trail)\n", "fail"),
        ],
    );
}

#[test]
fn what_may_not_be_reached_is_not_certain() {
    let made: Vec<(String, &str)> = [
        ("mkdir -p x && ON\n", "pass"),
        ("set -e\ncd x && aws sts get-caller-identity && ON\n", "pass"),
        ("confirm \"start?\" && ON\n", "unknown"),
        ("false && ON\n", "fail"),
        ("exit 0\nON\n", "fail"),
        ("if [ \"$DRY\" ]; then exit 0; fi\nON\n", "unknown"),
        ("if [ $# -lt 1 ]; then echo usage; exit 1; fi\nON\n", "pass"),
        ("[ -d x ] || exit 1\nON\n", "pass"),
        ("f() { [ \"$DRY\" ] && return 0; ON; }\nf\n", "unknown"),
        ("f() { [ \"$DRY\" ] && return 0; echo; }\nf\nON\n", "pass"),
        ("( exit 0 )\nON\n", "pass"),
        ("for t in $TRAILS; do ON; done\n", "unknown"),
        ("for t in a b; do ON; done\n", "pass"),
        ("TRAILS='a b'\nfor t in $TRAILS; do ON; done\n", "pass"),
        ("while read -r t; do ON; done < list\n", "unknown"),
        ("until ON; do sleep 1; done\n", "pass"),
        ("bash <<'EOF'\nON\nEOF\n", "pass"),
        ("if [ \"$X\" ]; then bash <<'EOF'\nON\nEOF\nfi\n", "unknown"),
    ]
    .into_iter()
    .map(|(rest, wanted)| (format!("CT --is-multi-region-trail\n{rest}"), wanted))
    .collect();
    let cases: Vec<(&str, &str)> = made.iter().map(|(script, wanted)| (script.as_str(), *wanted)).collect();
    judged("trail-logging-enabled", &cases);
    judged(
        "multi-region-trail",
        &[("CT\nis_prod && aws cloudtrail update-trail --name a --is-multi-region-trail\n", "unknown")],
    );
}

#[test]
fn a_file_holds_what_was_written_last() {
    let input = |on: bool| {
        format!(
            "cat > p.json <<'EOF'\n{{\"Name\": \"a\", \"S3BucketName\": \"b\", \"IsMultiRegionTrail\": {on}}}\nEOF\n"
        )
    };
    let (good, bad, call) = (input(true), input(false), "aws cloudtrail create-trail --cli-input-json file://p.json\n");
    let cases: Vec<(String, &str)> = vec![
        (format!("{good}{call}"), "pass"),
        (format!("{bad}{call}{good}"), "fail"),
        (format!("{good}{bad}{call}"), "fail"),
        (format!("{bad}{good}{call}"), "pass"),
        (format!("if [ \"$X\" ]; then\n{bad}else\n{good}fi\n{call}"), "unknown"),
        (format!("{good}echo '{{}}' > p.json\n{call}"), "unknown"),
        (format!("{good}cp bad.json p.json\n{call}"), "unknown"),
        (format!("{good}python gen.py > p.json\n{call}"), "unknown"),
        (format!("{good}sed -i s/a/b/ p.json\n{call}"), "unknown"),
        (format!("{good}cat p.json\n{call}"), "pass"),
        (format!("{good}{call}rm p.json\n"), "pass"),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(script, wanted)| (script.as_str(), *wanted)).collect();
    judged("multi-region-trail", &cases);
}

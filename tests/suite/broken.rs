//! Files that would break a careless reader: each costs a gap at most, never the other findings.

use std::fs;
use std::path::Path;

use super::cli::{BAD, GOOD, ONLY, command, folder, scan, stdout};

/// The gaps of a folder's scan as `reason path`, with the status.
fn gaps(here: &Path, args: &[&str]) -> (i32, Vec<String>) {
    let mut all = vec![ONLY, "--format=json"];
    all.extend(args);
    let result = scan(here, &all);
    let report: serde_json::Value = serde_json::from_str(&stdout(&result)).expect("is JSON");
    let line = |gap: &serde_json::Value| {
        format!("{} {}", gap["reason"].as_str().unwrap_or_default(), gap["path"].as_str().unwrap_or_default())
    };
    let gaps = report["gaps"].as_array().expect("gaps").iter().map(line).collect();
    (result.get_output().status.code().unwrap_or(-1), gaps)
}

fn one(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let here = folder(&[("good.yaml", GOOD)]);
    fs::write(here.path().join(name), bytes).expect("a temporary file");
    here
}

#[test]
fn broken_files_are_gaps() {
    let deep_json = format!("{{\"Resources\": {}\"AWS::S3::Bucket\"{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let deep_yaml = format!("Resources: {}AWS::S3::Bucket{}\n", "[".repeat(50_000), "]".repeat(50_000));
    let mut bomb = "AWSTemplateFormatVersion: '2010-09-09'\na0: &a0 [x, x]\n".to_owned();
    for i in 1..40 {
        bomb += &format!("a{i}: &a{i} [*a{}, *a{}]\n", i - 1, i - 1);
    }
    bomb += "Resources: *a39\n";
    for (name, text, reason) in [
        ("t.yaml", "Resources:\n  A: {Type: AWS::S3::Bucket\n", "syntax"),
        ("t.yaml", "Resources:\n\tA:\n\t\tType: AWS::S3::Bucket\n", "syntax"),
        ("t.json", "{\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\",}}", "syntax"),
        ("t.json", "{\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\",}}}", "syntax"),
        ("t.json", "{Resources: {A: {Type: AWS::S3::Bucket}}}", "syntax"),
        ("t.json", "{\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}, \"Resources\": {}}", "syntax"),
        ("t.yaml", "Resources:\n  A:\n    Type: AWS::S3::Bucket\nResources: {}\n", "syntax"),
        ("t.json", deep_json.as_str(), "syntax"),
        ("t.yaml", deep_yaml.as_str(), "syntax"),
        ("t.yaml", bomb.as_str(), "syntax"),
        ("t.template", "Resources: {Type: AWS::S3::Bucket", "syntax"),
        ("t.txt", "Resources:\n  A: {Type: AWS::S3::Bucket\n", "syntax"),
        ("t.yaml", "- AWSTemplateFormatVersion: '2010-09-09'\n  Resources: {}\n", "template"),
        ("t.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: [1]\n", "template"),
        ("t.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: text\n", "template"),
    ] {
        let here = one(name, text.as_bytes());
        let head: String = text.chars().take(60).collect();
        let (code, found) = gaps(here.path(), &["."]);
        assert_eq!((code, found), (3, vec![format!("{reason} {name}")]), "{head}");
    }
}

#[test]
fn wrong_types_inside_never_stop_a_scan() {
    for value in [
        "null",
        "1",
        "text",
        "[]",
        "[1, {a: b}]",
        "{}",
        "{Ref: 1}",
        "{Ref: [a]}",
        "!Ref Nowhere",
        "!GetAtt Trail.Arn",
        "!If [A]",
        "!If [A, B, C]",
        "!Sub [1]",
        "!Sub '${'",
        "!Join x",
        "!Select [9, [a]]",
        "!FindInMap [A, B]",
        "!Split [a]",
        "!ImportValue {a: b}",
        "!Cidr [a]",
        "!Base64 {}",
        "!Transform {}",
        "{Fn::Unknown: x}",
        "{Fn::If: {}}",
        "{Fn::ForEach::X: [a]}",
    ] {
        let properties = [
            "S3BucketName",
            "IsLogging",
            "EventSelectors",
            "AdvancedEventSelectors",
            "Tags",
            "KMSKeyId",
            "InsightSelectors",
            "EnableLogFileValidation",
        ];
        let mut text = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n".to_owned();
        for property in properties {
            text += &format!(
                "  With{property}:\n    Type: AWS::CloudTrail::Trail\n    Condition: Nowhere\n    Properties:\n      {property}: {value}\n"
            );
        }
        text += &format!("  Bucket:\n    Type: AWS::S3::Bucket\n    Properties: {value}\n");
        text += &format!(
            "  Policy:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: {value}\n      PolicyDocument: {value}\n"
        );
        text += &format!("Parameters: {value}\nMappings: {value}\nConditions: {value}\nOutputs: {value}\n");
        let scan = super::scan_text(&text, super::all());
        assert!(scan.gaps.iter().all(|gap| gap.reason != "internal"), "{value}: {:?}", scan.gaps);
    }
}

#[test]
fn texts_in_other_encodings() {
    let crlf = BAD.replace('\n', "\r\n");
    let marked = format!("\u{feff}{BAD}");
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(BAD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [crlf.as_bytes(), marked.as_bytes(), &wide] {
        let here = one("t.yaml", bytes);
        let result = scan(here.path(), &[ONLY, "--format=json"]).code(1);
        let report: serde_json::Value = serde_json::from_str(&stdout(&result)).expect("is JSON");
        assert_eq!(report["findings"][0]["location"]["start_line"], 3);
        assert_eq!(report["findings"][0]["location"]["start_column"], 3);
    }
    let mut bytes = BAD.as_bytes().to_vec();
    bytes.extend(b"# \xff\n");
    let here = one("t.yaml", &bytes);
    assert_eq!(gaps(here.path(), &["."]), (3, vec!["not-utf-8 t.yaml".to_owned()]));
}

#[test]
fn zeros_are_no_text() {
    let here = folder(&[("good.yaml", GOOD)]);
    let file = fs::File::create(here.path().join("zeros.yaml")).expect("a temporary file");
    file.set_len(50 * 1024 * 1024).expect("a sparse file");
    assert_eq!(gaps(here.path(), &["."]), (0, vec![]));
    assert_eq!(gaps(here.path(), &["zeros.yaml"]), (3, vec!["syntax zeros.yaml".to_owned()]));
    file.set_len(65 * 1024 * 1024).expect("a sparse file");
    assert_eq!(gaps(here.path(), &["."]), (0, vec![]));
    assert_eq!(gaps(here.path(), &["zeros.yaml"]), (3, vec!["too-large zeros.yaml".to_owned()]));
}

#[test]
fn foreign_files_are_no_gaps() {
    let here = folder(&[
        ("good.yaml", GOOD),
        ("chart/templates/a.yaml", "{{- if .Values.x }}\nkind: Service\n{{- end }}\n"),
        ("tsconfig.json", "// comment\n{\"compilerOptions\": {},}\n"),
        ("README.md", "Use `AWS::CloudTrail::Trail`:\n\n```yaml\nResources:\n  A: {\n```\n"),
        ("app.py", "TEMPLATE = '''\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n'''\n"),
        ("stack.ts", "new CfnResource(this, 'x', { type: 'AWS::CloudTrail::Trail' });\n"),
        ("notes.txt", "We use AWS::CloudTrail::Trail: { for everything\n"),
        ("policy.json", "{\"types\": [\"AWS::S3::Bucket\"]}"),
        ("list.yaml", "- AWS::S3::Bucket\n- AWS::CloudTrail::Trail\n"),
        ("image.png", "\u{89}PNG AWS::"),
        ("empty.yaml", ""),
        (".git/objects/x.yaml", "Resources: {Type: AWS::S3::Bucket"),
        (".gitignore", "ignored/\n"),
        ("ignored/t.yaml", BAD),
    ]);
    fs::write(here.path().join("binary"), b"\0\x01AWS::CloudTrail::Trail\0\xff").expect("a temporary file");
    assert_eq!(gaps(here.path(), &["."]), (0, vec![]));
    assert_eq!(gaps(here.path(), &["ignored/t.yaml"]).0, 1, "what is named is read");
    assert_eq!(gaps(here.path(), &["policy.json"]), (3, vec!["template policy.json".to_owned()]));
    assert_eq!(gaps(here.path(), &["empty.yaml"]), (3, vec!["template empty.yaml".to_owned()]));
}

#[test]
fn hidden_files_are_read() {
    let here = folder(&[(".deploy/t.yaml", BAD)]);
    assert_eq!(gaps(here.path(), &["."]).0, 1);
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_twice() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("t.yaml", BAD)]);
    let here = folder(&[("a/t.yaml", BAD)]);
    let root = here.path();
    symlink(root, root.join("a/loop")).expect("a link");
    symlink(root.join("a/t.yaml"), root.join("copy.yaml")).expect("a link");
    symlink(outside.path(), root.join("outside")).expect("a link");
    symlink(outside.path().join("t.yaml"), root.join("outside.yaml")).expect("a link");
    symlink("nowhere", root.join("broken.yaml")).expect("a link");
    let result = scan(root, &[ONLY, "--format=json"]).code(1);
    let report: serde_json::Value = serde_json::from_str(&stdout(&result)).expect("is JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["findings"][0]["location"]["path"], "a/t.yaml");
    assert_eq!(report["gaps"].as_array().map(Vec::len), Some(0));
}

/// A file that cannot be opened. Permissions do not hold root back; there a link that leads to itself stands in for
/// them, which is named and cannot be opened by anybody.
#[cfg(unix)]
#[test]
fn unreadable_files_are_gaps() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let here = one("t.yaml", BAD.as_bytes());
    let file = here.path().join("t.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("own file");
    if fs::File::open(&file).is_err() {
        assert_eq!(gaps(here.path(), &["."]), (3, vec!["unreadable t.yaml".to_owned()]));
        assert_eq!(gaps(here.path(), &["t.yaml"]), (3, vec!["unreadable t.yaml".to_owned()]));
    } else {
        fs::remove_file(&file).expect("own file");
        symlink("t.yaml", &file).expect("a link");
        command(here.path()).args(["scan", ONLY, "t.yaml"]).assert().code(2);
        assert_eq!(gaps(here.path(), &["."]).0, 0);
    }
}

#[test]
fn nested_templates_are_read_with_their_parent() {
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./nested/child.yaml\n";
    let here = folder(&[("root.yaml", parent), ("nested/child.yaml", BAD)]);
    let result = scan(here.path(), &[ONLY, "root.yaml", "--format=json"]).code(1);
    let report: serde_json::Value = serde_json::from_str(&stdout(&result)).expect("is JSON");
    assert_eq!(report["findings"][0]["resource"]["address"], "Child/Trail");
    assert_eq!(report["scope"]["inputs"].as_array().map(Vec::len), Some(1));
}

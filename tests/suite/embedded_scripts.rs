//! Scripts that resources run make trails as scripts of their own do.

use trailwarden::model::Existence;
use trailwarden::model::attr::Origin;

use super::none;
use super::scripts::{only, scan_files, verdict};

const MULTI: &str = "aws cloudtrail create-trail --name a --s3-bucket-name b --is-multi-region-trail";
const SINGLE: &str = "aws cloudtrail create-trail --name a --s3-bucket-name b";

/// Each way in which a template runs a script; `CALL` is the script's one line.
const RUN: &[(&str, &str)] = &[
    (
        "t.yaml",
        "Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: |\n          #!/bin/sh\n          CALL\n",
    ),
    (
        "t.yaml",
        "Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Properties:\n      UserData:\n        Fn::Base64: !Sub |\n          #!/bin/sh\n          export AWS_REGION=${AWS::Region}\n          CALL\n",
    ),
    (
        "t.json",
        "{\"Resources\": {\"I\": {\"Type\": \"AWS::EC2::Instance\", \"Properties\": {\"UserData\": {\"Fn::Base64\": {\"Fn::Join\": [\"\\n\", [\"#!/bin/sh\", \"CALL\"]]}}}}}}",
    ),
    (
        "t.yaml",
        "Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Metadata:\n      AWS::CloudFormation::Init:\n        config:\n          commands:\n            trail:\n              command: CALL\n",
    ),
    ("main.tf", "resource \"aws_instance\" \"i\" {\n  user_data = <<-EOT\n    #!/bin/sh\n    CALL\n  EOT\n}\n"),
    ("main.tf", "resource \"aws_instance\" \"i\" {\n  user_data_base64 = base64encode(\"CALL\")\n}\n"),
    (
        "main.tf",
        "resource \"terraform_data\" \"i\" {\n  provisioner \"local-exec\" {\n    command = \"CALL\"\n  }\n}\n",
    ),
    (
        "main.tf",
        "locals {\n  line = \"CALL\"\n}\n\nresource \"null_resource\" \"i\" {\n  provisioner \"local-exec\" {\n    command = local.line\n  }\n}\n",
    ),
];

fn judged(path: &str, text: &str) -> String {
    verdict(&[(path, text.as_bytes())], "multi-region-trail")
}

#[test]
fn what_they_make_is_judged_at_the_line_that_makes_it() {
    let mut faults = Vec::new();
    for (path, text) in RUN {
        for (call, wanted) in
            [(MULTI, "pass"), (SINGLE, "fail"), ("aws cloudtrail create-trail --name a $MORE", "unknown")]
        {
            let text = text.replace("CALL", call);
            let actual = judged(path, &text);
            if actual != wanted {
                faults.push(format!("expected {wanted}, got {actual}: {text}"));
            }
        }
        let text = text.replace("CALL", SINGLE);
        let line = 1 + text.lines().position(|line| line.contains("create-trail")).unwrap_or_default();
        let scan = scan_files(&[(path, text.as_bytes())], only("multi-region-trail"));
        let lines: Vec<usize> = scan
            .findings
            .iter()
            .filter_map(|finding| match &finding.at {
                Origin::Text(span) => Some(scan.sources.positions(*span).0.line as usize),
                Origin::Api { .. } => None,
            })
            .collect();
        if lines != [line] {
            faults.push(format!("expected line {line}, got {lines:?}: {text}"));
        }
    }
    none(&faults);
}

/// Whether the trails that are made surely are.
fn certain(path: &str, text: &str) -> Vec<bool> {
    let scan = scan_files(&[(path, text.as_bytes())], only("multi-region-trail"));
    let trails = scan.estate.inputs.iter().flat_map(|input| &input.trails.items);
    trails.map(|trail| trail.id.existence == Existence::Certain).collect()
}

#[test]
fn what_only_may_run_is_not_certain() {
    let template = format!(
        "Parameters:\n  P:\n    Type: String\nConditions:\n  C: !Equals [!Ref P, x]\nResources:\n  I:\n    Type: AWS::EC2::Instance\n    \
         Condition: C\n    Properties:\n      UserData:\n        Fn::Base64: |\n          {SINGLE}\n"
    );
    assert_eq!(certain("t.yaml", &template), [false]);
    assert_eq!(certain("t.yaml", &template.replace("    Condition: C\n", "")), [true]);
    let module = format!(
        "variable \"on\" {{\n  type = bool\n}}\n\nresource \"aws_instance\" \"i\" {{\n  count     = var.on ? 1 : 0\n  user_data = \"{SINGLE}\"\n}}\n"
    );
    assert_eq!(certain("main.tf", &module), [false]);
    assert_eq!(certain("main.tf", &module.replace("var.on ? 1 : 0", "1")), [true]);
    assert_eq!(judged("main.tf", &module.replace("var.on ? 1 : 0", "0")), "absent");
}

#[test]
fn prose_and_other_resources_make_nothing() {
    for (path, text) in RUN {
        assert_eq!(judged(path, &text.replace("CALL", &format!("echo {SINGLE}"))), "absent", "{text}");
    }
    let described = format!("Resources:\n  I:\n    Type: AWS::EC2::Instance\n    Metadata:\n      Notes: {SINGLE}\n");
    assert_eq!(judged("t.yaml", &described), "absent");
}

#[test]
fn a_script_that_a_template_runs_and_the_scan_reads_is_told_once() {
    let module = "resource \"aws_instance\" \"i\" {\n  user_data = file(\"${path.module}/setup.sh\")\n}\n";
    let script = format!("#!/bin/sh\naws s3api create-bucket --bucket b\n{SINGLE}\n");
    let files: [(&str, &[u8]); 2] = [("main.tf", module.as_bytes()), ("setup.sh", script.as_bytes())];
    for check in ["multi-region-trail", "bucket-versioning"] {
        let scan = scan_files(&files, only(check));
        let fails = scan.findings.iter().filter(|finding| finding.outcome.word() == "fail").count();
        assert_eq!(fails, 1, "{check}: {:?}", scan.findings);
    }
}

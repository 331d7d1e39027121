//! A plan beside the files it was made of, or with `--source`: placed in the files, judged with what they tell, and never
//! in place of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use trailwarden::finding::Finding;
use trailwarden::model::InputKind;
use trailwarden::model::attr::Origin;
use trailwarden::scan::{self, Request, Scan, ScanError, TerraformSettings};

use super::{all, all_files, entries, name, none, project};

/// A repository that is made for a test.
struct Repository(tempfile::TempDir);

impl Repository {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder can be made"))
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let target = self.root().join(path);
        std::fs::create_dir_all(target.parent().expect("has a parent")).expect("a folder can be made");
        std::fs::write(target, text).expect("a file can be written");
    }

    /// Copies a folder of the parity matrix to `to`.
    fn copy(&self, from: &Path, to: &str) {
        for file in all_files(from) {
            let path = file.strip_prefix(from).expect("is below").to_string_lossy().into_owned();
            self.write(&format!("{to}/{path}"), &read(&file));
        }
    }

    fn scan(&self, paths: &[&str], source: Option<&str>) -> Scan {
        self.try_scan(paths, source).expect("the paths exist")
    }

    fn try_scan(&self, paths: &[&str], source: Option<&str>) -> Result<Scan, ScanError> {
        let request = Request {
            paths: paths.iter().map(|path| self.root().join(path)).collect(),
            repo_root: Some(self.root().to_owned()),
            checks: all(),
            terraform: TerraformSettings {
                source: source.map(|dir| self.root().join(dir)),
                ..TerraformSettings::default()
            },
            ..Request::default()
        };
        scan::run(&request)
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file can be read")
}

fn shapes() -> Vec<PathBuf> {
    let estates = entries(&project().join("tests/parity"));
    let shapes = estates.iter().flat_map(|estate| entries(estate));
    shapes.filter(|shape| shape.join("plan.json").exists() && shape.join("hcl").exists()).collect()
}

/// File and line of a finding.
fn place(scan: &Scan, finding: &Finding) -> Line {
    match &finding.at {
        Origin::Text(span) => (scan.sources.file(span.file).path().to_owned(), scan.sources.positions(*span).0.line),
        Origin::Api { .. } => panic!("a plan is a file"),
    }
}

/// Check and address.
type Key = (&'static str, String);
/// File and line.
type Line = (String, u32);

/// The verdicts of each check about each address.
fn verdicts(scan: &Scan) -> BTreeMap<Key, BTreeSet<&'static str>> {
    let mut verdicts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for finding in &scan.findings {
        let key = (finding.check, finding.subject.address.clone());
        verdicts.entry(key).or_default().insert(finding.outcome.word());
    }
    verdicts
}

/// Where fails are, by fingerprint.
fn fails(scan: &Scan) -> BTreeMap<String, (Key, Line)> {
    let fails = scan.findings.iter().filter(|finding| finding.outcome.word() == "fail");
    fails
        .map(|finding| {
            let key = (finding.check, finding.subject.address.clone());
            (finding.fingerprint.clone(), (key, place(scan, finding)))
        })
        .collect()
}

/// What only a plan says.
const OF_PLANS: [&str; 1] = ["trail-removal"];

#[test]
fn a_plan_beside_its_files_is_judged_as_they_are_and_told_once() {
    let faults: Vec<String> = shapes()
        .par_iter()
        .flat_map_iter(|shape| {
            let shown = format!("{}/{}", name(shape.parent().expect("an estate")), name(shape));
            let (alone, both) = (Repository::new(), Repository::new());
            alone.copy(&shape.join("hcl"), "infra");
            both.copy(&shape.join("hcl"), "infra");
            both.write("infra/plan.json", &read(&shape.join("plan.json")));
            let (alone, both) = (alone.scan(&["."], None), both.scan(&["."], None));
            let mut faults = Vec::new();
            let kinds: Vec<InputKind> = both.inputs.iter().map(|input| input.kind).collect();
            if kinds != [InputKind::TerraformConfig, InputKind::TerraformPlan] {
                faults.push(format!("{shown}: the inputs are {kinds:?}"));
            }
            let twice = both.findings.iter().filter(|finding| finding.subject.input.0 == 0);
            faults.extend(twice.map(|finding| format!("{shown}: told twice: {} {}", finding.check, finding.message)));
            let (of_files, of_plan) = (verdicts(&alone), verdicts(&both));
            for key in of_files.keys().chain(of_plan.keys()).filter(|(check, _)| !OF_PLANS.contains(check)) {
                if of_files.get(key) != of_plan.get(key) {
                    faults.push(format!(
                        "{shown}: {key:?}: {:?}, beside the plan {:?}",
                        of_files.get(key),
                        of_plan.get(key)
                    ));
                }
            }
            let (of_files, of_plan) = (fails(&alone), fails(&both));
            for (fingerprint, told) in &of_files {
                if of_plan.get(fingerprint) != Some(told) {
                    let near: Vec<_> = of_plan.values().filter(|(key, _)| *key == told.0).collect();
                    faults.push(format!("{shown}: {told:?} is {:?}, {near:?}", of_plan.get(fingerprint)));
                }
            }
            faults
        })
        .collect();
    none(&faults);
}

/// Address, type, what is known, and the names of what is known after apply.
type Planned<'a> = (&'a str, &'a str, serde_json::Value, &'a [&'a str]);

/// A plan that creates these resources: address, type and what `change` holds. All that is not in `after` of the given
/// names is known after apply; the configuration says nothing but that they are there.
fn plan(variables: &serde_json::Value, resources: &[Planned<'_>]) -> String {
    let name = |address: &str| address.rsplit('.').next().unwrap_or_default().to_owned();
    let changes: Vec<_> = resources
        .iter()
        .map(|(address, kind, after, unknown)| {
            let unknown: serde_json::Map<_, _> = unknown.iter().map(|name| ((*name).to_owned(), true.into())).collect();
            serde_json::json!({
                "address": address, "mode": "managed", "type": kind, "name": name(address),
                "module_address": address.strip_suffix(&format!(".{kind}.{}", name(address))),
                "provider_name": "registry.example.com/hashicorp/aws",
                "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown},
            })
        })
        .collect();
    let configured: Vec<_> = resources
        .iter()
        .filter(|(address, ..)| !address.starts_with("module."))
        .map(|(address, kind, after, _)| {
            let expressions: serde_json::Map<_, _> = after
                .as_object()
                .expect("is an object")
                .iter()
                .map(|(name, value)| (name.clone(), serde_json::json!({"constant_value": value})))
                .collect();
            serde_json::json!({"address": address, "mode": "managed", "type": kind, "name": name(address),
                               "provider_config_key": "aws", "expressions": expressions})
        })
        .collect();
    serde_json::json!({
        "format_version": "1.2", "terraform_version": "1.11.4", "variables": variables, "resource_changes": changes,
        "configuration": {"provider_config": {"aws": {"name": "aws"}}, "root_module": {"resources": configured}},
    })
    .to_string()
}

const TRAIL: &str = r#"
resource "aws_cloudtrail" "main" {
  name                  = "main"
  s3_bucket_name        = "logs"
  is_multi_region_trail = false
}
"#;

fn trail_plan(name: &str) -> String {
    let after = serde_json::json!({"name": name, "s3_bucket_name": "logs", "is_multi_region_trail": false});
    plan(&serde_json::json!({}), &[("aws_cloudtrail.main", "aws_cloudtrail", after, &["arn"])])
}

/// The inputs, and where the trail's missing Regions are reported.
fn told(scan: &Scan) -> (Vec<(String, InputKind)>, Vec<Line>) {
    let inputs = scan.inputs.iter().map(|input| (input.path.clone(), input.kind)).collect();
    let found = scan.findings.iter().filter(|finding| finding.check == "multi-region-trail");
    (inputs, found.map(|finding| place(scan, finding)).collect())
}

#[test]
fn a_plan_of_other_files_keeps_its_own_places() {
    let repository = Repository::new();
    repository.write("infra/main.tf", TRAIL);
    repository.write("infra/plan.json", &trail_plan("an-older-name"));
    let (inputs, places) = told(&repository.scan(&["."], None));
    let config = ("infra".to_owned(), InputKind::TerraformConfig);
    assert_eq!(inputs, [config, ("infra/plan.json".to_owned(), InputKind::TerraformPlan)]);
    assert_eq!(places, [("infra/main.tf".to_owned(), 5), ("infra/plan.json".to_owned(), 1)]);
}

#[test]
fn a_resource_that_is_new_in_the_files_makes_them_other_ones() {
    let repository = Repository::new();
    repository.write("main.tf", &format!("{TRAIL}\nresource \"aws_s3_bucket\" \"new\" {{\n  bucket = \"new\"\n}}\n"));
    repository.write("plan.json", &trail_plan("main"));
    let (_, places) = told(&repository.scan(&["."], None));
    assert_eq!(places, [("main.tf".to_owned(), 5), ("plan.json".to_owned(), 1)]);
}

#[test]
fn a_plan_that_is_named_alone_is_the_only_input() {
    let repository = Repository::new();
    repository.write("infra/main.tf", TRAIL);
    repository.write("infra/plan.json", &trail_plan("main"));
    let (inputs, places) = told(&repository.scan(&["infra/plan.json"], None));
    assert_eq!(inputs, [("infra/plan.json".to_owned(), InputKind::TerraformPlan)]);
    assert_eq!(places, [("infra/main.tf".to_owned(), 5)]);
}

#[test]
fn the_files_of_a_plan_may_be_named() {
    let repository = Repository::new();
    repository.write("infra/main.tf", TRAIL);
    repository.write("out/plan.json", &trail_plan("main"));
    let (_, places) = told(&repository.scan(&["out"], None));
    assert_eq!(places, [("out/plan.json".to_owned(), 1)]);
    let (inputs, places) = told(&repository.scan(&["out"], Some("infra")));
    assert_eq!(inputs.len(), 1);
    assert_eq!(places, [("infra/main.tf".to_owned(), 5)]);
    let (_, places) = told(&repository.scan(&["."], Some("infra")));
    assert_eq!(places, [("infra/main.tf".to_owned(), 5)]);
}

#[test]
fn the_fingerprint_is_that_of_the_files_while_one_plan_is_made_of_them() {
    let of = |scan: &Scan| -> BTreeSet<String> {
        let own = scan.findings.iter().filter(|finding| !OF_PLANS.contains(&finding.check));
        own.map(|finding| finding.fingerprint.clone()).collect()
    };
    let repository = Repository::new();
    repository.write("main.tf", TRAIL);
    let alone = of(&repository.scan(&["."], None));
    repository.write("dev.json", &trail_plan("main"));
    assert_eq!(of(&repository.scan(&["."], None)), alone);
    repository.write("prod.json", &trail_plan("main"));
    let all = of(&repository.scan(&["."], None));
    assert!(all.is_superset(&alone) && all.len() == 3 * alone.len(), "{all:?}");
}

#[test]
fn what_the_plan_cannot_tell_is_evaluated_with_its_variables() {
    let text = r#"
variable "reader" {
  default = "*"
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "logs-"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.reader }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.logs.arn}/*"
    }]
  })
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = aws_s3_bucket.logs.id
}
"#;
    let resources = |reader: &str| {
        let document = plan(
            &serde_json::json!({"reader": {"value": reader}}),
            &[
                (
                    "aws_s3_bucket.logs",
                    "aws_s3_bucket",
                    serde_json::json!({"bucket_prefix": "logs-"}),
                    &["arn", "id", "bucket"],
                ),
                (
                    "aws_s3_bucket_policy.logs",
                    "aws_s3_bucket_policy",
                    serde_json::json!({}),
                    &["bucket", "policy", "id"],
                ),
                (
                    "aws_cloudtrail.main",
                    "aws_cloudtrail",
                    serde_json::json!({"name": "main"}),
                    &["s3_bucket_name", "arn"],
                ),
            ],
        );
        let mut document: serde_json::Value = serde_json::from_str(&document).expect("is JSON");
        let configured = &mut document["configuration"]["root_module"];
        let references = serde_json::json!({"references": ["aws_s3_bucket.logs.id", "aws_s3_bucket.logs"]});
        configured["resources"][1]["expressions"] = serde_json::json!({
            "bucket": references,
            "policy": {"references": ["var.reader", "aws_s3_bucket.logs.arn", "aws_s3_bucket.logs"]},
        });
        configured["resources"][2]["expressions"]["s3_bucket_name"] = references;
        document.to_string()
    };
    let repository = Repository::new();
    repository.write("main.tf", text);
    for (reader, verdict) in [("*", "fail"), ("arn:aws:iam::111122223333:role/reader", "unknown")] {
        repository.write("plan.json", &resources(reader));
        let scan = repository.scan(&["plan.json"], None);
        let found = scan.findings.iter().filter(|finding| finding.check == "public-log-bucket");
        let words: Vec<(&str, u32)> = found.map(|finding| (finding.outcome.word(), place(&scan, finding).1)).collect();
        let told = if verdict == "fail" { ("fail", 15) } else { ("pass", 6) };
        assert_eq!(words, [told], "{reader}");
    }
}

#[test]
fn a_module_from_elsewhere_is_shown_at_its_call() {
    let repository = Repository::new();
    repository.write("main.tf", "\nmodule \"audit\" {\n  source = \"example/audit/aws\"\n}\n");
    let after = serde_json::json!({"name": "main", "s3_bucket_name": "logs", "is_multi_region_trail": false});
    let text = plan(&serde_json::json!({}), &[("module.audit.aws_cloudtrail.main", "aws_cloudtrail", after, &["arn"])]);
    repository.write("plan.json", &text);
    let (_, places) = told(&repository.scan(&["."], None));
    assert_eq!(places, [("main.tf".to_owned(), 2)]);
}

#[test]
fn commands_of_the_files_are_judged_once() {
    let repository = Repository::new();
    let run = "  provisioner \"local-exec\" {\n    command = \"aws cloudtrail create-subscription --name x\"\n  }\n}\n";
    repository.write("main.tf", &format!("{}{run}", TRAIL.trim_end().trim_end_matches('}')));
    repository.write("plan.json", &trail_plan("main"));
    let scan = repository.scan(&["."], None);
    let found = scan.findings.iter().filter(|finding| finding.check == "deprecated-subscription-commands");
    let places: Vec<_> = found.map(|finding| place(&scan, finding)).collect();
    assert_eq!(places, [("main.tf".to_owned(), 7)]);
}

#[test]
fn a_plan_of_broken_files_is_judged_beside_what_is_left_of_them() {
    let repository = Repository::new();
    repository.write("main.tf", &format!("{TRAIL}\nresource \"aws_s3_bucket\" {{{{\n"));
    repository.write("plan.json", &trail_plan("main"));
    let scan = repository.scan(&["."], None);
    assert!(scan.gaps.iter().any(|gap| gap.reason == "syntax"));
    assert!(scan.inputs.iter().any(|input| input.kind == InputKind::TerraformPlan && input.complete));
}

/// The text without each block of a policy that begins with `Condition`.
fn without_conditions(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = |line: &&str| {
        if depth == 0 && !line.trim_start().starts_with("Condition") {
            return true;
        }
        depth = (depth + line.matches('{').count()).saturating_sub(line.matches('}').count());
        false
    };
    text.lines().filter(outside).map(|line| format!("{line}\n")).collect()
}

#[test]
fn an_edit_after_the_plan_hides_nothing() {
    let shape = project().join("tests/parity/good/module");
    let estate = "infra/modules/estate/main.tf";
    let text = read(&shape.join("hcl/modules/estate/main.tf"));
    let edited = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let full_access = "\nresource \"aws_iam_user_policy_attachment\" \"ops\" {\n  COPIES\n  user       = \"ops\"\n  \
                       policy_arn = \"arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess\"\n}\n";
    let shadow = "resource \"aws_cloudtrail\" \"shadow\" {\n  name           = \"shadow\"\n  s3_bucket_name = \"x\"\n  \
                  enable_logging = false\n}\n";
    let edits: [(&str, Vec<(&str, String)>); 9] = [
        ("a nested literal", vec![(estate, edited("status = \"Enabled\"", "status = \"Suspended\""))]),
        ("an argument less", vec![(estate, edited("  kms_key_id = aws_kms_key.logs.arn\n", ""))]),
        (
            "a conditional",
            vec![(estate, edited("enable_log_file_validation = true", "enable_log_file_validation = 1 == 2"))],
        ),
        (
            "a local",
            vec![(
                estate,
                edited("enable_log_file_validation = true", "enable_log_file_validation = local.off")
                    + "locals {\n  off = false\n}\n",
            )],
        ),
        ("a condition less", vec![(estate, without_conditions(&text))]),
        (
            "the default of a variable",
            vec![(
                estate,
                edited("enable_log_file_validation = true", "enable_log_file_validation = var.validate")
                    + "variable \"validate\" {\n  default = false\n}\n",
            )],
        ),
        ("a resource in the module", vec![(estate, text.clone() + &full_access.replace("COPIES", ""))]),
        (
            "copies of a resource",
            vec![(estate, text.clone() + &full_access.replace("COPIES", "for_each = toset([\"a\"])"))],
        ),
        (
            "a module",
            vec![
                ("infra/new.tf", "module \"n\" {\n  source = \"./n\"\n}\n".to_owned()),
                ("infra/n/main.tf", shadow.to_owned()),
            ],
        ),
    ];
    let fails_of = |files: &[(&str, String)], plan: Option<&str>| -> BTreeSet<(Key, Line)> {
        let repository = Repository::new();
        repository.copy(&shape.join("hcl"), "infra");
        files.iter().for_each(|(path, text)| repository.write(path, text));
        plan.into_iter().for_each(|plan| repository.write("infra/plan.json", plan));
        fails(&repository.scan(&["."], None)).into_values().collect()
    };
    let plan = read(&shape.join("plan.json"));
    let before = fails_of(&[], None);
    for (edit, files) in edits {
        let edited = fails_of(&files, None);
        assert!(!edited.is_subset(&before), "{edit}: something fails that did not");
        let beside = fails_of(&files, Some(&plan));
        assert!(beside.is_superset(&edited), "{edit}: {:?}", edited.difference(&beside).collect::<Vec<_>>());
    }
}

#[test]
fn a_folder_that_holds_nothing_of_the_plan_is_an_error() {
    let repository = Repository::new();
    repository.write("other/main.tf", "resource \"aws_s3_bucket\" \"x\" {\n  bucket = \"x\"\n}\n");
    repository.write("plan.json", &trail_plan("main"));
    let error = repository.try_scan(&["plan.json"], Some("other")).expect_err("is another module");
    assert_eq!(error.to_string(), "the folder 'other' of --source holds nothing of a plan that is scanned");
}

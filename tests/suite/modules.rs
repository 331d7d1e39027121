//! Which files make a Terraform module, and what is said where one of them cannot be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use trailwarden::checks::CHECKS;
use trailwarden::finding::{Finding, Outcome};
use trailwarden::scan::{self, Request};

use super::cli::folder;

const MAIN: &str = "\
variable \"everywhere\" {
  type    = bool
  default = false
}
resource \"aws_s3_bucket\" \"logs\" {
  bucket = \"example-logs\"
}
resource \"aws_cloudtrail\" \"main\" {
  name                  = \"main\"
  s3_bucket_name        = aws_s3_bucket.logs.id
  is_multi_region_trail = var.everywhere
}
";
const VERSIONS: &str = "\
resource \"aws_s3_bucket_versioning\" \"logs\" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = \"Enabled\"
  }
}
";
const EVERYWHERE: &str = "everywhere = true\n";
const VERSIONING: &str = "bucket-versioning";
const REGIONS: &str = "multi-region-trail";

/// The verdicts on versioning and on Regions as `check: verdict`, an unknown one with its cause, and the gaps as
/// `reason path`.
fn judged(root: &Path, path: &str) -> (BTreeMap<&'static str, String>, Vec<String>) {
    let request = Request {
        paths: vec![root.join(path)],
        repo_root: Some(root.to_owned()),
        checks: CHECKS.iter().filter(|check| [VERSIONING, REGIONS].contains(&check.id)).collect(),
        ..Request::default()
    };
    let scan = scan::run(&request).expect("the path exists");
    let verdict = |finding: &Finding| match &finding.outcome {
        Outcome::Unknown(causes) => (finding.check, format!("unknown: {}", causes.first())),
        outcome => (finding.check, outcome.word().to_owned()),
    };
    let gaps = scan.gaps.iter().map(|gap| format!("{} {}", gap.reason, gap.path.as_deref().unwrap_or_default()));
    (scan.findings.iter().map(verdict).collect(), gaps.collect())
}

fn verdicts(versioning: &str, regions: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([(VERSIONING, versioning.to_owned()), (REGIONS, regions.to_owned())])
}

#[test]
fn a_file_named_alone_is_judged_with_its_module() {
    let here = folder(&[("main.tf", MAIN), ("bucket.tf", VERSIONS), ("terraform.tfvars", EVERYWHERE)]);
    for path in [".", "main.tf", "bucket.tf", "terraform.tfvars"] {
        assert_eq!(judged(here.path(), path), (verdicts("pass", "pass"), vec![]), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_linked_file_belongs_to_the_module_that_links_to_it() {
    use std::os::unix::fs::symlink;
    let here = folder(&[("prod/main.tf", MAIN), ("common/bucket.tf", VERSIONS), ("prod.tfvars", EVERYWHERE)]);
    let prod = here.path().join("prod");
    symlink("../common/bucket.tf", prod.join("bucket.tf")).expect("a link");
    symlink("../prod.tfvars", prod.join("terraform.tfvars")).expect("a link");
    for path in [".", "prod", "prod/main.tf"] {
        assert_eq!(judged(here.path(), path), (verdicts("pass", "pass"), vec![]), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_called_module_may_stand_behind_a_link() {
    use std::os::unix::fs::symlink;
    let call = "module \"trail\" {\n  source     = \"./trail\"\n  everywhere = true\n}\n";
    let here = folder(&[("prod/main.tf", call), ("common/main.tf", MAIN), ("common/bucket.tf", VERSIONS)]);
    symlink("../common", here.path().join("prod/trail")).expect("a link");
    assert_eq!(judged(here.path(), "prod"), (verdicts("pass", "pass"), vec![]));
}

/// What cannot be read may hold what is missed, or set what has a default: neither is taken for absent.
#[test]
fn a_broken_file_leaves_open_what_it_may_say() {
    let whole = [("main.tf", MAIN), ("bucket.tf", VERSIONS), ("terraform.tfvars", EVERYWHERE)];
    let broken = [("bucket.tf", "x = = 1\n"), ("terraform.tfvars", "x = = 1\n")];
    let of = |replaced: &[&(&'static str, &'static str)]| {
        let text = |name: &str, text| replaced.iter().find(|(other, _)| *other == name).map_or(text, |(_, text)| *text);
        let files: Vec<(&str, &str)> = whole.iter().map(|(name, old)| (*name, text(name, old))).collect();
        let here = folder(&files);
        judged(here.path(), ".")
    };
    let versioning = "unknown: 'bucket.tf' could not be read in full";
    let regions = "unknown: 'terraform.tfvars', which may set the variable 'everywhere', could not be read in full";
    assert_eq!(of(&[&broken[0]]), (verdicts(versioning, "pass"), vec!["syntax bucket.tf".to_owned()]));
    assert_eq!(of(&[&broken[1]]), (verdicts("pass", regions), vec!["syntax terraform.tfvars".to_owned()]));
}

#[test]
fn a_later_file_of_values_holds_over_a_broken_one() {
    let broken = "x = = 1\n";
    let here = folder(&[("main.tf", MAIN), ("terraform.tfvars", broken), ("a.auto.tfvars", EVERYWHERE)]);
    assert_eq!(judged(here.path(), ".").0[REGIONS], "pass");
    let here = folder(&[("main.tf", MAIN), ("terraform.tfvars", EVERYWHERE), ("a.auto.tfvars", broken)]);
    assert!(judged(here.path(), ".").0[REGIONS].starts_with("unknown: 'a.auto.tfvars'"));
}

#[test]
fn text_that_is_not_utf_8_leaves_open_what_it_may_say() {
    let here = folder(&[("main.tf", MAIN)]);
    fs::write(here.path().join("bucket.tf"), b"locals {\n  name = \"caf\xe9\"\n}\n").expect("a temporary file");
    fs::write(here.path().join("x.auto.tfvars"), b"everywhere = \"\xe9\"\n").expect("a temporary file");
    let (found, gaps) = judged(here.path(), ".");
    assert_eq!(gaps, ["not-utf-8 bucket.tf", "not-utf-8 x.auto.tfvars"]);
    assert!(found.values().all(|verdict| verdict.starts_with("unknown")), "{found:?}");
}

/// What a link out of the repository leads to is not read; that it is there is told.
#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_a_gap() {
    use std::os::unix::fs::symlink;
    let away = folder(&[("bucket.tf", VERSIONS), ("values", EVERYWHERE)]);
    let here = folder(&[("main.tf", MAIN)]);
    symlink(away.path().join("bucket.tf"), here.path().join("bucket.tf")).expect("a link");
    symlink(away.path().join("values"), here.path().join("terraform.tfvars")).expect("a link");
    // What editors leave beside an open file.
    symlink("nobody@nowhere.1", here.path().join(".#main.tf")).expect("a link");
    let (found, gaps) = judged(here.path(), ".");
    assert_eq!(gaps, ["unreadable bucket.tf", "unreadable terraform.tfvars"]);
    assert!(found.values().all(|verdict| verdict.starts_with("unknown")), "{found:?}");
}

#[test]
fn hidden_files_are_no_configuration() {
    let here = folder(&[("main.tf", MAIN), (".bucket.tf", VERSIONS)]);
    assert_eq!(judged(here.path(), "."), (verdicts("fail", "fail"), vec![]));
}

//! The estates that Terraform made, as `trailwarden live` finds them: what the files say and what the account says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;
use trailwarden::checks::CHECKS;

use super::super::{cases, none, project};
use super::{Judged, SHAPES, Shape};

/// The account that the estates were made in.
const ACCOUNT: &str = "123456789012";

/// Where files and account say different things of the same estate, and both are right: the check, what the files say, what
/// the account says, and why.
const DIFFERENCES: [(&str, &str, &str, &str); 15] = [
    ("bucket-exists", "absent", "pass", LIVE_ONLY),
    ("delivery-health", "absent", "pass", LIVE_ONLY),
    ("deletion-protection", "pass", "absent", TERRAFORM_ONLY),
    ("deletion-protection", "fail", "absent", TERRAFORM_ONLY),
    ("organization-trail", "fail", "not-applicable", NO_ORGANIZATION),
    ("trail-coverage", "not-applicable", "pass", A_PART),
    ("trail-coverage", "not-applicable", "fail", A_PART),
    ("trail-quota", "not-applicable", "pass", OTHER_TRAILS),
    ("full-access-usage", "not-applicable", "pass", OTHER_PRINCIPALS),
    ("metric-filter-alarms", "not-applicable", "fail", NO_FILTER),
    ("metric-filter-alarms", "pass", "fail", NO_FILTER),
    ("least-privilege-bucket-policy", "unknown", "pass", NO_POLICY),
    ("public-log-bucket", "unknown", "pass", NO_POLICY),
    ("secure-transport", "unknown", "fail", NO_POLICY),
    ("log-delivery-policy", "unknown", "fail", NO_POLICY),
];

const LIVE_ONLY: &str = "a matter of live accounts";
const TERRAFORM_ONLY: &str = "'prevent_destroy' and 'force_destroy' are Terraform's own, and no call tells of them";
const NO_ORGANIZATION: &str = "files do not say that their account is in no organization; AWS does";
const A_PART: &str = "files may be a part of what is in an account: none is blamed or praised for all of it";
const OTHER_TRAILS: &str = "files do not show the other trails of their account";
const OTHER_PRINCIPALS: &str = "files do not show the other principals of their account";
const NO_FILTER: &str =
    "what is in no file may be in the account all the same; with 'expect-trail' it has to be in the file";
const NO_POLICY: &str = "a bucket without a policy in the files may have one from elsewhere; the account has none";

/// The folder of the recording of an estate.
fn recording(shape: &Shape) -> Option<PathBuf> {
    let folder = project().join("tests/parity").join(&shape.estate).join(&shape.shape).join("recording");
    folder.exists().then_some(folder)
}

/// The ARNs of the addresses of a state: what a live scan calls the same things.
fn arns(shape: &Shape) -> BTreeMap<String, String> {
    let path = project().join("tests/parity").join(&shape.estate).join(&shape.shape).join("state.json");
    let state: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("is there")).expect("is JSON");
    let resources = state["values"]["root_module"]["resources"].as_array().expect("is a list").iter();
    let arn = |resource: &Value| {
        let values = &resource["values"];
        let kind = resource["type"].as_str().unwrap_or_default();
        let principal = ["user", "role", "group"]
            .into_iter()
            .find(|noun| kind.starts_with(&format!("aws_iam_{noun}_policy")))
            .and_then(|noun| Some(format!("arn:aws:iam::{ACCOUNT}:{noun}/{}", values[noun].as_str()?)));
        principal.or_else(|| values["arn"].as_str().map(str::to_owned))
    };
    resources.filter_map(|one| Some((one["address"].as_str()?.to_owned(), arn(one)?))).collect()
}

/// The worst verdict of each check about each subject.
fn by_subject(judged: &Judged, arns: &BTreeMap<String, String>) -> BTreeMap<(String, String), &'static str> {
    let mut verdicts: BTreeMap<(String, String), &'static str> = BTreeMap::new();
    for ((check, address), (word, _)) in &judged.verdicts {
        let subject = match address.as_str() {
            "*" => ACCOUNT,
            address => arns.get(address).map_or(address, String::as_str),
        };
        let entry = verdicts.entry((check.clone(), subject.to_owned())).or_insert(word);
        *entry = cases::worst([*entry, *word].into_iter());
    }
    verdicts
}

/// The subjects of one check with a verdict each.
fn of_check<'v>(
    verdicts: &'v BTreeMap<(String, String), &'static str>,
    check: &str,
) -> BTreeMap<&'v str, &'static str> {
    let of = verdicts.iter().filter(|((of, _), _)| of == check);
    of.map(|((_, subject), word)| (subject.as_str(), *word)).collect()
}

/// What files and account say of a check: of each thing that both name; else, where one of them speaks of the account as
/// a whole, the worst of all.
fn compared(
    files: &BTreeMap<&str, &'static str>,
    account: &BTreeMap<&str, &'static str>,
) -> Vec<(String, &'static str, &'static str)> {
    let both: Vec<&str> = files.keys().copied().filter(|subject| account.contains_key(subject)).collect();
    let mut pairs: Vec<_> =
        both.iter().map(|subject| ((*subject).to_owned(), files[subject], account[subject])).collect();
    if files.len() > both.len() || account.len() > both.len() {
        let worst = |of: &BTreeMap<&str, &'static str>| match of.is_empty() {
            true => "absent",
            false => cases::worst(of.values().copied()),
        };
        pairs.push(("all".to_owned(), worst(files), worst(account)));
    }
    pairs
}

#[test]
fn an_account_is_judged_as_the_files_that_made_it() {
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    let mut decided = 0;
    for shape in SHAPES.iter() {
        let Some(folder) = recording(shape) else { continue };
        let arns = arns(shape);
        for (n, run) in shape.runs.iter().enumerate() {
            let live = Judged::of(&folder, &run.options);
            faults.extend(live.gaps.iter().map(|gap| format!("{}: {gap}", shape.shown("recording"))));
            let account = by_subject(&live, &arns);
            for (form, judged) in &shape.forms {
                let files = by_subject(&judged[n], &arns);
                for check in CHECKS {
                    for (subject, said, found) in compared(&of_check(&files, check.id), &of_check(&account, check.id)) {
                        let excused = DIFFERENCES
                            .iter()
                            .position(|(of, files, account, _)| (*of, *files, *account) == (check.id, said, found));
                        used.extend(excused);
                        decided += usize::from(said == found && matches!(said, "pass" | "fail"));
                        // What another form cannot decide is told of in the other tests; a contradiction is one anywhere.
                        let counts =
                            *form == "hcl" || [said, found].iter().all(|word| matches!(*word, "pass" | "fail"));
                        if said != found && excused.is_none() && counts {
                            let shown = shape.shown(form);
                            faults.push(format!("{shown}: {} of {subject}: {said}, and the account {found}", check.id));
                        }
                    }
                }
            }
        }
    }
    let idle = DIFFERENCES.iter().enumerate().filter(|(n, _)| !used.contains(n));
    faults.extend(
        idle.map(|(_, (check, files, account, why))| format!("{check}: {files}, {account} never happens: {why}")),
    );
    none(&faults);
    assert!(decided > 300, "{decided}");
}

//! The Regions of an account, and how far its recording came.

use std::collections::BTreeMap;

use super::Cx;
use super::answers::{Answers, Question, Said};
use super::gaps::ApiGap;
use super::trails;
use crate::model::Census;
use crate::model::live::Region;
use crate::sources::aws::recording::{Answer, GLOBAL, GapReason, Recording, Status};
use crate::sources::partition::fixed_regions;
use crate::truth::{Cause, CauseKind, Truth};

pub(super) const LIST_REGIONS: Question = Question {
    service: "account",
    operation: "list-regions",
    action: "account:ListRegions",
    unset: &[],
    needs: "Regions",
};
pub(super) const DESCRIBE_REGIONS: Question = Question {
    service: "ec2",
    operation: "describe-regions",
    action: "ec2:DescribeRegions",
    unset: &[],
    needs: "Regions",
};

/// An account in the scope of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// 12 digits.
    pub id: String,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// How far the recording came.
    pub status: Status,
    /// Why it is not complete.
    pub reason: Option<String>,
    /// Its Regions, by name.
    pub regions: Vec<RegionLine>,
}

/// A Region in the scope of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionLine {
    /// Its name.
    pub name: String,
    /// How far the recording came.
    pub status: Status,
    /// Why it is not complete.
    pub reason: Option<String>,
}

/// The Regions that are enabled, and whether these are all.
pub(super) fn regions(cx: &Cx<'_>) -> Census<Region> {
    let mut enabled: Option<BTreeMap<&str, ()>> = None;
    for (_, output) in cx.answers.outputs(&LIST_REGIONS) {
        let listed = output["Regions"].as_array().into_iter().flatten();
        // While a Region is switched on or off it may already, or still, do something.
        let on = listed.filter(|one| one["RegionOptStatus"].as_str().is_none_or(|status| status != "DISABLED"));
        enabled.get_or_insert_default().extend(on.filter_map(|one| one["RegionName"].as_str()).map(|name| (name, ())));
    }
    if enabled.is_none() {
        for (_, output) in cx.answers.outputs(&DESCRIBE_REGIONS) {
            let listed = output["Regions"].as_array().into_iter().flatten();
            let on = listed.filter(|one| one["OptInStatus"].as_str().is_none_or(|status| status != "not-opted-in"));
            enabled.get_or_insert_default().extend(on.filter_map(|one| one["RegionName"].as_str()).map(|n| (n, ())));
        }
    }
    if enabled.is_none() {
        enabled = fixed_regions(cx.partition).map(|names| names.iter().map(|name| (*name, ())).collect());
    }
    let complete = match &enabled {
        Some(_) => Truth::True,
        None => Truth::unknown(
            CauseKind::NotCollected,
            "the recording does not tell which Regions are enabled: it holds no answer to 'account:ListRegions'",
        ),
    };
    let mut names: Vec<&str> = enabled.map(|names| names.into_keys().collect()).unwrap_or_default();
    for (call, answer) in cx.answers.all(&trails::DESCRIBE) {
        if !names.contains(&call.region.as_str()) && matches!(answer, Answer::Output(_)) {
            names.push(&call.region);
        }
    }
    names.sort_unstable();
    let region = |name: &str| Region { name: name.to_owned(), seen: seen(cx, name) };
    Census { items: names.into_iter().map(region).collect(), complete }
}

/// Whether the trails of a Region were seen. Where a policy of the organization closes the Region nothing can be done
/// there, nor be set up.
fn seen(cx: &Cx<'_>, region: &str) -> Truth {
    if is_closed(cx.recording, cx.account, region) {
        return Truth::unknown(
            CauseKind::AccessDenied,
            format!("a policy of the organization denies all calls in {region}"),
        );
    }
    match cx.answers.in_region(&trails::DESCRIBE, region) {
        Said::Output(output) if is_whole(&output["trailList"]) => Truth::True,
        Said::Output(_) | Said::Unset => {
            Truth::unknown(CauseKind::NotAnswered, format!("the answer of {region} holds no list of trails"))
        }
        Said::Hidden(cause) => match region_gap(cx, region) {
            Some(reason) if cause.kind == CauseKind::NotCollected => {
                Cause::new(CauseKind::NotAnswered, format!("{region} could not be asked ({})", reason.word())).into()
            }
            _ => cause.into(),
        },
    }
}

/// Whether a list of trails is one, and every trail in it has an ARN.
fn is_whole(list: &serde_json::Value) -> bool {
    list.as_array().is_some_and(|trails| trails.iter().all(|trail| trail["TrailARN"].is_string()))
}

/// Why a Region, or its whole account, has no answers.
fn region_gap(cx: &Cx<'_>, region: &str) -> Option<GapReason> {
    let mut gaps = cx.recording.manifest.gaps.iter().filter(|gap| gap.account == cx.account && gap.service.is_none());
    gaps.find(|gap| gap.region.as_deref().is_none_or(|one| one == region)).map(|gap| gap.reason)
}

/// Whether a policy of the organization closes a Region, or it is not enabled: nothing to report but that.
pub(super) fn is_closed(recording: &Recording, account: &str, region: &str) -> bool {
    closed(recording, account, region).is_some()
}

/// Whether policies of the organization close all Regions that were asked: then nothing of the account was seen.
pub(super) fn is_dark(recording: &Recording, account: &str, answers: &Answers<'_>) -> bool {
    let mut asked = answers.all(&trails::DESCRIBE).iter().map(|(call, _)| call.region.as_str()).peekable();
    asked.peek().is_some() && asked.all(|region| is_closed(recording, account, region))
}

fn closed(recording: &Recording, account: &str, region: &str) -> Option<GapReason> {
    let passed_over = |reason: &GapReason| matches!(reason, GapReason::DeniedByPolicy | GapReason::NotEnabled);
    let mut gaps = recording.manifest.gaps.iter().filter(|gap| gap.account == account && gap.service.is_none());
    if let Some(gap) = gaps.find(|gap| gap.region.as_deref() == Some(region) && passed_over(&gap.reason)) {
        return Some(gap.reason);
    }
    let call = crate::sources::aws::recording::Call::new(account, region, "cloudtrail", "describe-trails", None);
    match recording.answer(&call) {
        Some(Answer::Refused { code, message }) => GapReason::of_refusal(code, message).filter(passed_over),
        Some(Answer::Failed { reason, .. }) => Some(*reason).filter(passed_over),
        _ => None,
    }
}

/// The line of an account in the scope of a report.
pub(super) fn line(recording: &Recording, account: &str, name: Option<String>, gaps: &[ApiGap]) -> AccountLine {
    let own: Vec<&ApiGap> = gaps.iter().filter(|gap| gap.account == account).collect();
    let listed = recording.manifest.accounts.iter().find(|line| line.id == account);
    let answered = recording.of_account(account).any(|(_, answer)| matches!(answer, Answer::Output(_)));
    let mut status = match (own.is_empty(), answered) {
        (true, _) => Status::Complete,
        (false, true) => Status::Partial,
        (false, false) => Status::Failed,
    };
    let mut reason = own.first().map(|gap| gap.reason.to_owned());
    if let Some(listed) = listed {
        status = status.max(listed.status);
        reason = listed.reason.clone().or(reason);
    }
    let mut regions = BTreeMap::new();
    for region in regions_of(recording, account) {
        regions.insert(region, region_line(recording, account, region, &own));
    }
    for region in switched_off(recording, account) {
        let reason = Some(GapReason::NotEnabled.word().to_owned());
        let line = RegionLine { name: region.to_owned(), status: Status::Skipped, reason };
        regions.entry(region).or_insert(line);
    }
    let regions = regions.into_values().collect();
    AccountLine { id: account.to_owned(), name, status, reason: reason.filter(|_| status != Status::Complete), regions }
}

/// The Regions that the account says are not enabled.
fn switched_off<'r>(recording: &'r Recording, account: &str) -> Vec<&'r str> {
    let asked = [(&LIST_REGIONS, "RegionOptStatus", "DISABLED"), (&DESCRIBE_REGIONS, "OptInStatus", "not-opted-in")];
    let mut off = Vec::new();
    for (question, field, word) in asked {
        for (_, answer) in recording.of_operation(account, question.service, question.operation) {
            let Answer::Output(output) = answer else { continue };
            let listed = output["Regions"].as_array().into_iter().flatten();
            off.extend(
                listed.filter(|one| one[field].as_str() == Some(word)).filter_map(|one| one["RegionName"].as_str()),
            );
        }
    }
    off
}

fn regions_of<'r>(recording: &'r Recording, account: &str) -> std::collections::BTreeSet<&'r str> {
    let gaps = recording.manifest.gaps.iter().filter(|gap| gap.account == account);
    let mut regions = recording.regions(account);
    regions.extend(gaps.filter_map(|gap| gap.region.as_deref()).filter(|region| *region != GLOBAL));
    regions
}

fn region_line(recording: &Recording, account: &str, region: &str, gaps: &[&ApiGap]) -> RegionLine {
    let name = region.to_owned();
    if let Some(reason) = closed(recording, account, region) {
        return RegionLine { name, status: Status::Skipped, reason: Some(reason.word().to_owned()) };
    }
    let listed = recording.manifest.regions.get(account).and_then(|regions| regions.get(region)).copied();
    let mut here = gaps.iter().filter(|gap| gap.region.as_deref() == Some(region));
    let first = here.next();
    let mut calls = recording.of_account(account).filter(|(call, _)| call.region == region);
    let answered = calls.any(|(_, answer)| matches!(answer, Answer::Output(_)));
    let status = match (first, answered) {
        (None, _) => Status::Complete,
        (Some(_), true) => Status::Partial,
        (Some(_), false) => Status::Failed,
    };
    let status = status.max(listed.unwrap_or_default());
    let reason = first.map(|gap| gap.reason.to_owned()).filter(|_| status != Status::Complete);
    RegionLine { name, status, reason }
}

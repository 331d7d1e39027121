//! What a check needs stands on its page: with these answers alone it gives the verdicts that it gives with all.

use std::collections::BTreeSet;

use trailwarden::checks::page::Page;
use trailwarden::checks::{CHECKS, Check};
use trailwarden::finding::{Finding, Outcome};
use trailwarden::scan::{self, Request};
use trailwarden::sources::aws::actions::{ACTIONS, Wanted};

use super::super::none;
use super::*;

/// The verdicts of a check, by subject and fault.
fn verdicts(recording: &Recording, check: &'static Check) -> BTreeSet<String> {
    let request = Request { live: Some(recording.clone()), checks: vec![check], ..Request::default() };
    let line = |finding: &Finding| {
        let verdict = match &finding.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail(_) => "fail",
            Outcome::Unknown(_) => "unknown",
            Outcome::NotApplicable(_) => "not-applicable",
        };
        format!("{verdict} {} {}", finding.subject.address, finding.message)
    };
    scan::run(&request).expect("needs no path").findings.iter().map(line).collect()
}

/// The answers to the calls that a check needs.
fn needed(recording: &Recording, check: &'static Check) -> Recording {
    let wanted = Wanted::of(Page::parse(check.page).expect("is a page").meta.needs);
    let mut left = Recording::new(recording.manifest.clone());
    for (call, answer) in recording.iter() {
        let action =
            ACTIONS.iter().find(|(_, _, service, operation)| *service == call.service && *operation == call.operation);
        // Whom a run of an organization asks comes of these, whatever the checks.
        let always = ["get-caller-identity", "describe-organization", "list-accounts"];
        if always.contains(&call.operation.as_str()) || action.is_some_and(|(action, ..)| wanted.has(action)) {
            left.insert(call.clone(), answer.clone());
        }
    }
    left
}

#[test]
fn a_check_needs_no_more_than_its_page_says() {
    let mut faults = Vec::new();
    for (name, estate, args) in
        [("good", &GOOD, vec![]), ("bad", &BAD, vec![]), ("mixed", &MIXED, vec!["--organization"])]
    {
        let recording = Run::new(&estate.plain(), &args).recording();
        for check in CHECKS {
            let (all, some) = (verdicts(&recording, check), verdicts(&needed(&recording, check), check));
            faults.extend(all.difference(&some).map(|verdict| format!("{name}, {}: lost: {verdict}", check.id)));
            faults.extend(some.difference(&all).map(|verdict| format!("{name}, {}: new: {verdict}", check.id)));
        }
    }
    none(&faults);
}

/// Every action on a page is one that the collector knows.
#[test]
fn every_need_is_met() {
    let mut faults = Vec::new();
    for check in CHECKS {
        let needs = Page::parse(check.page).expect("is a page").meta.needs;
        let unknown = needs.iter().filter(|need| !ACTIONS.iter().any(|(action, ..)| action == need));
        faults.extend(unknown.map(|need| format!("{}: {need}", check.id)));
    }
    none(&faults);
}

//! What follows from one block of Terraform standing for several resources: instances with the same verdict are one
//! finding, and what an installed module says is shown where the repository calls the module.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::finding::{Finding, Outcome, Related, Standing};
use crate::model::attr::Origin;
use crate::source_map::{FileId, SourceMap};

/// Moves places out of installed modules, and tells where modules are called.
pub(super) fn relocate(findings: &mut [Finding], sources: &SourceMap) {
    let moved = moves(findings, sources);
    for finding in findings.iter_mut() {
        relocate_one(finding, &moved);
    }
}

/// Whether a file belongs to a module that Terraform installed: no part of the repository.
fn is_installed(sources: &SourceMap, origin: &Origin) -> Option<FileId> {
    let Origin::Text(span) = origin else { return None };
    let installed = sources.file(span.file).path().split('/').any(|part| part == ".terraform");
    installed.then_some(span.file)
}

/// For each file of an installed module, the nearest call of it that stands in the repository.
fn moves(findings: &[Finding], sources: &SourceMap) -> HashMap<FileId, Origin> {
    let mut moved = HashMap::new();
    for subject in findings.iter().map(|finding| &finding.subject) {
        let Some(file) = is_installed(sources, &subject.at) else { continue };
        let call = subject.calls.iter().rev().find(|call| is_installed(sources, call).is_none());
        if let Some(call) = call {
            moved.entry(file).or_insert_with(|| call.clone());
        }
    }
    moved
}

fn relocate_one(finding: &mut Finding, moved: &HashMap<FileId, Origin>) {
    let target = |origin: &Origin| match origin {
        Origin::Text(span) => moved.get(&span.file).cloned(),
        Origin::Api { .. } => None,
    };
    let own = finding.subject.calls.iter().rev().find(|call| target(call).is_none()).cloned();
    let to = |origin: &mut Origin| {
        if let Some(other) = target(origin) {
            *origin = own.clone().unwrap_or(other);
        }
    };
    to(&mut finding.at);
    finding.evidence.iter_mut().for_each(|evidence| to(&mut evidence.at));
    finding.related.iter_mut().for_each(|related| to(&mut related.at));
    for call in finding.subject.calls.iter().rev().filter(|call| target(call).is_none() && **call != finding.at) {
        finding.related.push(Related { message: "called here".to_owned(), at: call.clone() });
    }
    let at = finding.at.clone();
    finding.related.retain(|related| related.at != at);
}

/// Joins equal findings about instances of one block. The findings are sorted; each keeps the place of the first.
pub(super) fn join(findings: &mut Vec<Finding>) {
    let mut places: HashMap<(&'static str, u32, String, String, &'static str), usize> = HashMap::new();
    let mut joined: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        if finding.subject.instances.is_empty() {
            joined.push(finding);
            continue;
        }
        let key = (
            finding.check,
            finding.subject.input.0,
            finding.subject.address.clone(),
            format!("{}\0{}", finding.fault, finding.severity.word()),
            finding.outcome.word(),
        );
        match places.entry(key) {
            Entry::Occupied(at) => add(&mut joined[*at.get()], finding),
            Entry::Vacant(free) => {
                free.insert(joined.len());
                joined.push(finding);
            }
        }
    }
    *findings = joined;
}

fn add(first: &mut Finding, other: Finding) {
    // What is accepted for some instances only is not accepted.
    if first.suppression.is_none() || other.suppression.is_none() {
        (first.standing, first.suppression) = (Standing::New, None);
    }
    first.subject.instances.extend(other.subject.instances);
    first.subject.instances.sort();
    first.subject.instances.dedup();
    for evidence in other.evidence {
        if !first.evidence.contains(&evidence) {
            first.evidence.push(evidence);
        }
    }
    for related in other.related {
        if !first.related.contains(&related) {
            first.related.push(related);
        }
    }
    if let (Outcome::Unknown(causes), Outcome::Unknown(more)) = (&mut first.outcome, other.outcome) {
        *causes = causes.clone().and(more);
    }
}

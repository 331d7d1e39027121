//! What is wrong with suppressions: the day is over, nothing is suppressed, no check has that name.

use std::collections::{HashMap, HashSet};

use super::{Context, EXPIRED, Slot, UNUSED, ids};
use crate::checks::CHECKS;
use crate::config::near::nearest;
use crate::finding::suppression::written;
use crate::finding::{Finding, Outcome, Related, Severity, Standing, SuppressionKind, clean};
use crate::model::attr::Origin;
use crate::model::{Existence, Identity, InputId, InputKind, ResourceKind};
use crate::scan::Gap;
use crate::source_map::{FileId, SourceMap, Span};
use crate::suppressions::Statement;
use crate::truth::Truth;

/// The findings about suppressions, the most severe first, of those by place.
pub(super) fn all(
    findings: &[Finding],
    statements: &[Statement],
    slots: &[Slot],
    context: &Context<'_>,
    sources: &SourceMap,
    gaps: &[Gap],
) -> Vec<Finding> {
    let judged = ids(context.judged);
    let scope = Scope::of(findings, context, sources, gaps);
    let mut faults = Vec::new();
    if judged.contains(EXPIRED) {
        for slot in slots {
            if let Some(back) = slot.back.map(|back| &findings[back]) {
                faults.push(expired(slot, back, &scope));
            }
        }
    }
    if judged.contains(UNUSED) {
        for slot in slots {
            if judged.contains(slot.check) && is_unused(slot, &scope) {
                faults.push(unused(slot, &scope));
            }
        }
        for statement in statements {
            let at = statement.suppression.at;
            if let Some(fault) = &statement.fault {
                let message = match statement.suppression.named.as_str() {
                    "" => format!("The suppression counts for nothing: {fault}."),
                    named => format!("The suppression of '{named}' counts for nothing: {fault}."),
                };
                let remedy = "Write it as 'trailwarden:ignore CHECK until=YYYY-MM-DD reason=\"…\"', in Metadata as a list of \
                              check, reason and until.";
                faults.push(finding(UNUSED, Severity::Note, at, &message, remedy, ("suppression", "syntax"), &scope));
            }
            for stranger in &statement.strangers {
                let near = nearest(stranger, CHECKS.iter().map(|check| check.id));
                let remedy = match near {
                    Some(near) => format!("Name a check that exists: '{near}' may be meant."),
                    None => "Name a check that exists: 'trailwarden checks' lists them.".to_owned(),
                };
                let message = format!("The suppression names the check '{stranger}', which does not exist.");
                faults.push(finding(UNUSED, Severity::Note, at, &message, &remedy, (stranger, stranger), &scope));
            }
        }
    }
    for fault in &mut faults {
        fault.severity = context.severities.get(fault.check).copied().unwrap_or(fault.severity);
    }
    let place = |fault: &Finding| match &fault.at {
        Origin::Text(span) => (sources.file(span.file).path().to_owned(), span.start),
        Origin::Api { .. } => (String::new(), 0),
    };
    faults.sort_by_cached_key(|fault| {
        (std::cmp::Reverse(fault.severity), place(fault), fault.check, fault.fault.clone(), fault.message.clone())
    });
    faults
}

/// What was read of the files, and to which inputs they belong.
struct Scope {
    /// The inputs with findings in a file.
    inputs: HashMap<FileId, Vec<InputId>>,
    /// The files that are an input of their own, or lie in the folder of a root module.
    direct: HashSet<FileId>,
    /// The inputs of which a part was not read.
    partial: HashSet<InputId>,
    /// The files of which a part was not read.
    broken: HashSet<FileId>,
    /// Whether everything was read.
    complete: bool,
    /// Whether a live account was judged.
    live: bool,
    /// Whether the scan is of all that the configuration file is about.
    whole: bool,
}

impl Scope {
    fn of(findings: &[Finding], context: &Context<'_>, sources: &SourceMap, gaps: &[Gap]) -> Self {
        let inputs = &context.estate.inputs;
        let mut by_file: HashMap<FileId, Vec<InputId>> = HashMap::new();
        for found in findings {
            let subject = &found.subject;
            for origin in [&found.at, &subject.at].into_iter().chain(&subject.calls) {
                let Origin::Text(span) = origin else { continue };
                let known = by_file.entry(span.file).or_default();
                if known.last() != Some(&subject.input) {
                    known.push(subject.input);
                }
            }
        }
        let mut by_path: HashMap<&str, Vec<InputId>> = HashMap::new();
        for input in inputs {
            by_path.entry(input.path.as_str()).or_default().push(input.id);
        }
        let broken_paths: HashSet<&str> = gaps.iter().filter_map(|gap| gap.path.as_deref()).collect();
        let (mut direct, mut broken) = (HashSet::new(), HashSet::new());
        for (id, file) in sources.files() {
            if broken_paths.contains(file.path()) {
                broken.insert(id);
            }
            let folder = file.path().rsplit_once('/').map_or(".", |(folder, _)| folder);
            let of_module = by_path.get(folder).into_iter().flatten();
            let of_module = of_module.filter(|id| inputs[id.0 as usize].kind == InputKind::TerraformConfig);
            let own = by_path.get(file.path()).into_iter().flatten().chain(of_module);
            for input in own {
                direct.insert(id);
                by_file.entry(id).or_default().push(*input);
            }
        }
        for known in by_file.values_mut() {
            known.sort_unstable();
            known.dedup();
        }
        let partial: HashSet<InputId> =
            inputs.iter().filter(|input| input.complete != Truth::True).map(|input| input.id).collect();
        Self {
            inputs: by_file,
            direct,
            complete: partial.is_empty() && gaps.is_empty(),
            partial,
            broken,
            live: inputs.iter().any(|input| input.live.is_some()),
            whole: context.settings.file.as_ref().is_some_and(|file| file.whole),
        }
    }

    /// The inputs that a file belongs to.
    fn of_file(&self, file: FileId) -> &[InputId] {
        self.inputs.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Whether all was read that a statement in the file could be about.
    fn is_known(&self, file: FileId) -> bool {
        let inputs = self.of_file(file);
        !inputs.is_empty() && !self.broken.contains(&file) && inputs.iter().all(|input| !self.partial.contains(input))
    }
}

/// Whether it is certain that nobody needs the suppression. Other tools' are theirs to keep.
fn is_unused(slot: &Slot, scope: &Scope) -> bool {
    if slot.used || slot.back.is_some() || [EXPIRED, UNUSED].contains(&slot.check) {
        return false;
    }
    let file = slot.suppression.at.file;
    match slot.suppression.kind {
        SuppressionKind::Foreign => false,
        // One file serves scans of parts of a repository, of all of it, and of accounts.
        SuppressionKind::Config => {
            let all = scope.whole && !scope.live && !slot.arn;
            scope.complete && (slot.seen || all)
        }
        // What may be absent, or is reached through calls only, may need it elsewhere.
        SuppressionKind::Inline | SuppressionKind::Metadata => {
            let there = slot.seen || slot.always && scope.direct.contains(&file);
            scope.is_known(file) && there
        }
    }
}

fn expired(slot: &Slot, back: &Finding, scope: &Scope) -> Finding {
    let last = slot.suppression.until.map(written).unwrap_or_default();
    let message = format!(
        "The suppression of '{}' has expired: its last day was {last}, and the {} '{}' counts again.",
        slot.check,
        back.subject.kind.noun(),
        back.subject.shown
    );
    let remedy = "Mend what it suppressed, or decide anew and write a later day.";
    // The address of a command is its line.
    let of = if back.subject.kind == ResourceKind::Command { &back.fault } else { &back.subject.address };
    let fault = format!("{}:{of}", slot.check);
    let mut found =
        finding(EXPIRED, Severity::Medium, slot.suppression.at, &message, remedy, (slot.check, &fault), scope);
    found.related.push(Related { message: "counts again".to_owned(), at: back.at.clone() });
    found
}

fn unused(slot: &Slot, scope: &Scope) -> Finding {
    let message = format!("The suppression of '{}' suppresses nothing.", slot.check);
    let remedy = "Remove it, or put it where the finding is: on or above its line, or the header of its block.";
    finding(UNUSED, Severity::Note, slot.suppression.at, &message, remedy, (slot.check, slot.check), scope)
}

fn finding(
    check: &'static str,
    severity: Severity,
    at: Span,
    message: &str,
    remedy: &str,
    (shown, fault): (&str, &str),
    scope: &Scope,
) -> Finding {
    let at = Origin::Text(at);
    let file = match &at {
        Origin::Text(span) => span.file,
        Origin::Api { .. } => FileId(0),
    };
    Finding {
        check,
        outcome: Outcome::Fail(None),
        severity,
        standing: Standing::New,
        suppression: None,
        subject: Identity {
            // The configuration file is of no input.
            input: scope.of_file(file).first().copied().unwrap_or(InputId(u32::MAX)),
            kind: ResourceKind::Account,
            address: "*".to_owned(),
            instances: Vec::new(),
            calls: Vec::new(),
            shown: clean(shown),
            at: at.clone(),
            existence: Existence::Certain,
        },
        message: clean(message),
        at,
        related: Vec::new(),
        evidence: Vec::new(),
        remediation: Some(clean(remedy)),
        fix: Vec::new(),
        fault: fault.to_owned(),
        fingerprint: String::new(),
        moved: String::new(),
    }
}

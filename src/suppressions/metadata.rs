//! `Metadata` of templates: of a resource, for that resource; of a template, for all of it.
//!
//! * ours: `Metadata: {trailwarden: {ignore: [{check: …, reason: …, until: …}]}}`
//! * Checkov: `checkov: {skip: [{id: …, comment: …}]}` of a resource
//! * cfn_nag: `cfn_nag: {rules_to_suppress: [{id: …, reason: …}]}` of a resource
//! * cdk-nag: `cdk_nag: {rules_to_suppress: [{id: …, reason: …}]}` of a resource or a template
//!
//! cfn-lint has no check that asks the same as one of ours; its `ignore_checks` say nothing here.

use std::ops::Range;

use super::{Reach, Statement, equivalents, outline, own_checks};
use crate::finding::suppression::{Suppression, SuppressionKind, day};
use crate::syntax::{Kind, Node};

/// The statements in `Metadata`; `length` is that of the text.
pub(super) fn read(documents: &[Node], length: usize, foreign: bool) -> Vec<Statement> {
    let mut statements = Vec::new();
    for root in documents {
        // The comments and the version before the first key belong to the template, too.
        let whole = if documents.len() == 1 { 0..length } else { root.span.range() };
        if let Some(metadata) = root.get("Metadata") {
            own(metadata, &whole, true, &mut statements);
            if foreign {
                suppressed(metadata, "cdk_nag", "cdk-nag", &whole, true, &mut statements);
            }
        }
        for entry in root.get("Resources").map_or(&[][..], Node::entries) {
            let Some(metadata) = entry.value.get("Metadata") else { continue };
            let (range, always) = (entry.span().range(), !outline::may_be_absent(&entry.value));
            own(metadata, &range, always, &mut statements);
            if foreign {
                suppressed(metadata, "cdk_nag", "cdk-nag", &range, always, &mut statements);
                suppressed(metadata, "cfn_nag", "cfn-nag", &range, always, &mut statements);
                skipped(metadata, &range, always, &mut statements);
            }
        }
    }
    statements
}

fn own(metadata: &Node, range: &Range<usize>, always: bool, statements: &mut Vec<Statement>) {
    let Some(list) = metadata.get("trailwarden").and_then(|own| own.get("ignore")) else { return };
    let single = std::slice::from_ref(list);
    let items = if matches!(list.kind, Kind::Seq(_)) { list.items() } else { single };
    for item in items {
        let text = |key: &str| item.get(key).and_then(Node::scalar).map(|text| text.trim().to_owned());
        let ids: Vec<String> = match item.get("check") {
            Some(check) if !check.items().is_empty() => {
                check.items().iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect()
            }
            _ => text("check").into_iter().collect(),
        };
        let until = text("until");
        let last = until.as_deref().and_then(day);
        let known = ["check", "reason", "until"];
        let stranger = item.entries().iter().find(|entry| !known.contains(&&*entry.key));
        let fault = match (&until, stranger) {
            _ if ids.is_empty() => Some("it names no check".to_owned()),
            (_, Some(entry)) => Some(format!("'{}' is neither check, reason nor until", entry.key)),
            (Some(until), _) if last.is_none() => Some(format!("until: '{until}' is no day like 2027-01-31")),
            (None, _) if item.get("until").is_some() => Some("until is no day like 2027-01-31".to_owned()),
            _ => None,
        };
        let (mut checks, strangers) = own_checks(&ids);
        checks.sort_unstable();
        checks.dedup();
        statements.push(Statement {
            suppression: Suppression {
                kind: SuppressionKind::Metadata,
                tool: "trailwarden",
                named: ids.join(", "),
                reason: text("reason").filter(|reason| !reason.is_empty()),
                until: last,
                at: item.span,
            },
            checks,
            strangers,
            range: if fault.is_some() { 0..0 } else { bytes(range) },
            fault,
            reach: Reach::Below,
            always,
        });
    }
}

fn bytes(range: &Range<usize>) -> Range<u32> {
    let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    clamp(range.start)..clamp(range.end)
}

/// `rules_to_suppress` of cfn_nag and cdk-nag.
fn suppressed(
    metadata: &Node,
    key: &str,
    tool: &'static str,
    range: &Range<usize>,
    always: bool,
    statements: &mut Vec<Statement>,
) {
    let Some(list) = metadata.get(key).and_then(|own| own.get("rules_to_suppress")) else { return };
    for item in list.items() {
        // `applies_to` narrows a rule to some of its findings.
        let Some(id) = item.get("id").and_then(Node::as_str).filter(|_| item.get("applies_to").is_none()) else {
            continue;
        };
        let reason = item.get("reason").and_then(Node::as_str).map(str::to_owned);
        let encoded = item.get("is_reason_encoded").and_then(Node::scalar) == Some("true");
        let reason = if encoded { reason.and_then(|reason| decoded(&reason)) } else { reason };
        foreign(tool, id, reason, item, (range, always), statements);
    }
}

/// `skip` of Checkov.
fn skipped(metadata: &Node, range: &Range<usize>, always: bool, statements: &mut Vec<Statement>) {
    for key in ["checkov", "bridgecrew"] {
        let Some(list) = metadata.get(key).and_then(|own| own.get("skip")) else { continue };
        for item in list.items() {
            let Some(id) = item.get("id").and_then(Node::as_str) else { continue };
            let reason = item.get("comment").and_then(Node::as_str).map(str::to_owned);
            foreign("checkov", id, reason, item, (range, always), statements);
        }
    }
}

fn foreign(
    tool: &'static str,
    id: &str,
    reason: Option<String>,
    item: &Node,
    (range, always): (&Range<usize>, bool),
    statements: &mut Vec<Statement>,
) {
    let mut checks = equivalents::of(tool, id);
    checks.sort_unstable();
    checks.dedup();
    if checks.is_empty() {
        return;
    }
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let kind = SuppressionKind::Foreign;
    statements.push(Statement {
        suppression: Suppression { kind, tool, named: id.to_owned(), reason, until: None, at: item.span },
        checks,
        strangers: Vec::new(),
        fault: None,
        range: bytes(range),
        reach: Reach::Below,
        always,
    });
}

/// Base64, as cdk-nag writes reasons that are not ASCII.
fn decoded(text: &str) -> Option<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)? as u32;
        bits = bits << 6 | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

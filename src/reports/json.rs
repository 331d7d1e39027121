//! The JSON report, version 1. Its shape is [`model`]; its schema is `schema/report-v1.schema.json`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::compare::{Entry, Unread};
use crate::finding::{self, Outcome};
use crate::reports::location::{self, Location};
use crate::reports::pages::Pages;
use crate::reports::summary::Summary;
use crate::scan::{Against, Gap, Scan, ScannedInput};
use crate::sources::aws::lower::{AccountLine, RegionLine};

pub mod model;

/// Writes the report, finding by finding.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let pages = Pages::run(scan);
    let report = model::Report {
        schema_version: model::SchemaVersion::V1,
        tool: model::Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        scope: scope(scan),
        summary: Summary::of(scan),
        findings: super::Lazy(|| scan.findings.iter().map(|finding| view(scan, &pages, finding))),
        gaps: super::Lazy(|| scan.gaps.iter().map(gap)),
        baseline: scan.baseline.as_ref().map(baseline),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}

/// The JSON Schema of the report, pretty-printed.
pub fn schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<model::FullReport<'static>>();
    schema.insert("title".to_owned(), "Report of Trailwarden, version 1".into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn scope<'a>(scan: &'a Scan) -> model::Scope<'a> {
    let input =
        |input: &'a ScannedInput| model::Input { path: &input.path, kind: input.kind.word(), complete: input.complete };
    let regions: BTreeSet<&str> =
        scan.accounts.iter().flat_map(|account| &account.regions).map(|region| region.name.as_str()).collect();
    model::Scope {
        inputs: scan.inputs.iter().map(input).collect(),
        accounts: scan.accounts.iter().map(account).collect(),
        regions: regions.into_iter().collect(),
        checks: scan.checks.iter().map(|check| check.id).collect(),
    }
}

fn account(line: &AccountLine) -> model::Account<'_> {
    model::Account {
        id: &line.id,
        name: line.name.as_deref(),
        status: line.status.into(),
        reason: line.reason.as_deref(),
        regions: line.regions.iter().map(region).collect(),
    }
}

fn region(line: &RegionLine) -> model::Region<'_> {
    model::Region { name: &line.name, status: line.status.into(), reason: line.reason.as_deref() }
}

fn baseline(against: &Against) -> model::Baseline<'_> {
    model::Baseline {
        name: &against.known.name,
        commit: against.known.commit.as_deref(),
        known: against.known.entries.len(),
        fixed: against.fixed().map(fixed).collect(),
        gaps: against.known.unread.iter().map(unread).collect(),
    }
}

fn fixed(entry: &Entry) -> model::Fixed<'_> {
    model::Fixed {
        check: &entry.check,
        verdict: entry.verdict.into(),
        severity: entry.severity.into(),
        owner: &entry.owner,
        r#type: &entry.kind,
        address: &entry.address,
        path: entry.path.as_deref(),
        fingerprint: &entry.fingerprint,
    }
}

fn unread(unread: &Unread) -> model::Gap<'_> {
    model::Gap {
        path: unread.path.as_deref(),
        account: None,
        region: None,
        call: None,
        reason: &unread.reason,
        message: finding::clean(&unread.message),
    }
}

fn gap(gap: &Gap) -> model::Gap<'_> {
    model::Gap {
        path: gap.path.as_deref(),
        account: gap.account.as_deref(),
        region: gap.region.as_deref(),
        call: gap.call.as_deref(),
        reason: gap.reason,
        message: finding::clean(&gap.message),
    }
}

fn view<'a>(scan: &'a Scan, pages: &'a Pages, finding: &'a finding::Finding) -> model::Finding<'a> {
    model::Finding {
        check: finding.check,
        verdict: (&finding.outcome).into(),
        severity: finding.severity.into(),
        standing: finding.standing.into(),
        resource: resource(scan, finding),
        message: &finding.message,
        location: location::of_origin(scan, &finding.at),
        related: finding.related.iter().map(|related| place(scan, related)).collect(),
        cause: cause(&finding.outcome),
        evidence: finding.evidence.iter().map(|evidence| fact(scan, evidence)).collect(),
        witness: witness(&finding.outcome),
        remediation: finding.remediation.as_deref().filter(|text| !text.is_empty()),
        controls: pages.get(finding.check).map(|page| page.meta.controls.as_slice()).unwrap_or_default(),
        suppression: finding.suppression.as_deref().map(|suppression| accepted(scan, suppression)),
        fingerprint: &finding.fingerprint,
        moved_fingerprint: &finding.moved,
    }
}

fn accepted<'a>(scan: &'a Scan, suppression: &finding::Suppression) -> model::Suppression<'a> {
    model::Suppression {
        kind: suppression.kind.word(),
        tool: suppression.tool,
        names: finding::clean(&suppression.named),
        reason: suppression.reason.as_deref().map(finding::clean),
        until: suppression.until.map(finding::suppression::written),
        location: location::of_span(&scan.sources, suppression.at),
    }
}

fn resource<'a>(scan: &'a Scan, finding: &'a finding::Finding) -> model::Resource<'a> {
    let subject = &finding.subject;
    let input = scan.estate.inputs.get(subject.input.0 as usize);
    let live = input.is_some_and(|input| input.live.is_some());
    let (account, region) = location::of_resource(scan, finding);
    model::Resource {
        r#type: subject.kind.word(),
        address: &subject.address,
        owner: input.map_or("", |input| input.owner()),
        arn: Some(subject.address.as_str()).filter(|address| live && address.starts_with("arn:")),
        account,
        region,
        instances: &subject.instances,
    }
}

fn place<'a>(scan: &'a Scan, related: &'a finding::Related) -> model::Related<'a> {
    let at = location::of_origin(scan, &related.at);
    let number = |of: fn(Location<'_>) -> u32| at.map(of);
    model::Related {
        message: &related.message,
        path: at.map(|at| at.path),
        start_line: number(|at| at.start_line),
        start_column: number(|at| at.start_column),
        end_line: number(|at| at.end_line),
        end_column: number(|at| at.end_column),
    }
}

fn fact<'a>(scan: &Scan, evidence: &'a finding::Evidence) -> model::Evidence<'a> {
    model::Evidence {
        attribute: &evidence.attribute,
        expected: &evidence.expected,
        observed: &evidence.observed,
        origin: location::brief(scan, &evidence.at),
    }
}

fn cause(outcome: &Outcome) -> Option<model::Cause> {
    match outcome {
        Outcome::Pass | Outcome::Fail(_) => None,
        // The kind is that of the first cause; the detail names all of them, as the message does.
        Outcome::Unknown(causes) => Some(model::Cause { kind: causes.first().kind.word(), detail: causes.to_string() }),
        Outcome::NotApplicable(cause) => Some(model::Cause { kind: cause.kind.word(), detail: cause.to_string() }),
    }
    .map(|cause| model::Cause { detail: finding::clean(&cause.detail), ..cause })
}

fn witness(outcome: &Outcome) -> Option<model::Witness<'_>> {
    let Outcome::Fail(Some(witness)) = outcome else { return None };
    let text = super::witness::sentence(witness);
    Some(match witness {
        finding::Witness::Request { principal, action, resource, context } => {
            model::Witness::Request { text, principal, action, resource, context: model::Pairs(context) }
        }
        finding::Witness::Event { lost, fields, record } => model::Witness::Event {
            text,
            lost: match lost {
                finding::Lost::Record => model::Lost::Record,
                finding::Lost::Alarm => model::Lost::Alarm,
            },
            fields: model::Pairs(fields),
            record,
        },
    })
}

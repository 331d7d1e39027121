//! SARIF 2.1.0: one run, all rules always, a place in a file for every result.

use std::io::{self, Write};

use crate::finding::{Finding, Outcome, Severity, Standing, Suppression, SuppressionKind, clean};
use crate::reports::location::{self, Location};
use crate::reports::{Lazy, Settings, Show, entry, is_listed, witness};
use crate::scan::{Gap, Scan};
use rules::Rules;

mod absent;
mod live;
pub mod model;
mod notifications;
mod rules;
mod uri;

/// Where people read about the program.
pub const HOME: &str = "https://github.com/trailwarden/trailwarden";

/// The page of a check on the web.
pub fn help_uri(check: &str) -> String {
    format!("{HOME}/blob/main/checks/{check}.md")
}

/// Writes the log, result by result.
///
/// # Errors
/// If writing to `out` fails.
pub fn write(scan: &Scan, settings: &Settings, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::all(scan);
    let chosen = choose(scan, settings);
    let told = settings.sarif_include.contains(&Show::Suppressed);
    let run = model::Run {
        tool: model::Tool { driver: driver(&rules) },
        automation_details: model::AutomationDetails { id: automation_id(&settings.category) },
        invocations: [notifications::invocation(scan, settings)],
        column_kind: "utf16CodeUnits",
        results: Lazy(|| {
            let left = settings.max_results - chosen.len().min(settings.max_results);
            let absent = absent::results(scan, &rules, settings).take(left);
            chosen.iter().map(|&finding| result(scan, &rules, finding, told)).chain(absent)
        }),
    };
    let log = model::Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// How many findings [`write()`] leaves out because there are more than `max_results`.
pub fn dropped(scan: &Scan, settings: &Settings) -> usize {
    let listed = scan.findings.iter().filter(|finding| is_listed(finding, &settings.sarif_include)).count();
    let listed = listed + absent::entries(scan, settings).count();
    listed.saturating_sub(settings.max_results)
}

/// The findings to list, in the order of the scan; if there are too many, the worst.
fn choose<'a>(scan: &'a Scan, settings: &Settings) -> Vec<&'a Finding> {
    let listed = scan.findings.iter().filter(|finding| is_listed(finding, &settings.sarif_include));
    let mut chosen: Vec<(usize, &Finding)> = listed.enumerate().collect();
    if chosen.len() > settings.max_results {
        chosen.sort_by_key(|(i, finding)| {
            (!matches!(finding.outcome, Outcome::Fail(_)), std::cmp::Reverse(finding.severity), *i)
        });
        chosen.truncate(settings.max_results);
        chosen.sort_by_key(|(i, _)| *i);
    }
    chosen.into_iter().map(|(_, finding)| finding).collect()
}

fn driver(rules: &Rules) -> model::Driver<'_> {
    model::Driver {
        name: "Trailwarden",
        full_name: concat!("Trailwarden ", env!("CARGO_PKG_VERSION")),
        organization: "Trailwarden",
        short_description: model::Text { text: concat!(env!("CARGO_PKG_DESCRIPTION"), ".") },
        semantic_version: env!("CARGO_PKG_VERSION"),
        version: env!("CARGO_PKG_VERSION"),
        information_uri: HOME,
        rules: rules.iter().map(|(_, rule)| rule).collect(),
        notifications: notifications::descriptors(),
    }
}

/// `category/`: the text before the last slash is the category of an upload.
fn automation_id(category: &str) -> String {
    let category = category.trim_matches('/');
    format!("{}/", if category.is_empty() { "trailwarden/iac" } else { category })
}

/// The `kind` and `level` of a result; a level beside a kind other than `fail` is not allowed by the standard.
fn kind(outcome: &Outcome) -> Option<(&'static str, &'static str)> {
    match outcome {
        Outcome::Fail(_) => None,
        Outcome::Pass => Some(("pass", "none")),
        Outcome::Unknown(_) => Some(("open", "none")),
        Outcome::NotApplicable(_) => Some(("notApplicable", "none")),
    }
}

/// The `level` of a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Note => "note",
    }
}

fn result<'a>(scan: &'a Scan, rules: &'a Rules, finding: &'a Finding, told: bool) -> model::Result<'a> {
    let (index, rule) = rules.of(finding.check, finding.severity).unzip();
    let other = kind(&finding.outcome);
    // The level of a result agrees with its rule's: some consumers read the one, some the other.
    let own = rule.map_or_else(|| level(finding.severity), |rule: &model::Rule<'_>| rule.default_configuration.level);
    let subject = &finding.subject;
    model::Result {
        rule_id: rule.map_or(finding.check, |rule| rule.id.as_str()),
        rule_index: index,
        kind: other.map(|(kind, _)| kind),
        level: other.map_or(own, |(_, level)| level),
        baseline_state: scan.baseline.as_ref().map(|_| state(finding.standing)),
        message: model::Message { text: message(finding) },
        locations: [model::Location {
            id: None,
            message: None,
            physical_location: match live::path(scan, finding) {
                Some(path) => physical(live::place(&path)),
                None => physical(location::of_finding(scan, finding)),
            },
            logical_locations: Some([model::LogicalLocation {
                name: clean(&subject.shown),
                fully_qualified_name: clean(&subject.address),
                kind: "resource",
            }]),
        }],
        related_locations: related(scan, finding),
        fixes: fix(scan, finding),
        suppressions: told.then(|| suppressions(scan, finding)),
        partial_fingerprints: model::Fingerprints {
            trailwarden: &finding.fingerprint,
            line: live::path(scan, finding).map(|_| live::line_hash(finding)),
        },
        properties: model::Properties {
            check: finding.check,
            severity: finding.severity.word(),
            resource_type: subject.kind.word(),
            address: clean(&subject.address),
            owner: scan.owner(finding),
            moved_fingerprint: &finding.moved,
            instances: subject.instances.iter().map(|address| clean(address)).collect(),
            controls: rules.controls(finding.check),
            evidence: evidence(scan, finding),
            witness: match &finding.outcome {
                Outcome::Fail(Some(seen)) => Some(witness::sentence(seen)),
                _ => None,
            },
            synthetic_location: live::path(scan, finding).is_some(),
        },
    }
}

/// The word of the standard.
fn state(standing: Standing) -> &'static str {
    match standing {
        Standing::New => "new",
        Standing::Baselined => "unchanged",
        // Whether the baseline has it is not asked of what counts for nothing.
        Standing::Suppressed => "new",
    }
}

/// The message, whose first sentence consumers take as the title, what goes wrong for example, and what to do.
fn message(finding: &Finding) -> String {
    let mut text = sentence(&finding.message);
    if let Outcome::Fail(Some(seen)) = &finding.outcome {
        text.push_str(&format!(" For example, {}", sentence(&witness::sentence(seen))));
    }
    if let Some(remedy) = finding.remediation.as_deref().filter(|text| !text.is_empty()) {
        text.push(' ');
        text.push_str(&sentence(remedy));
    }
    text
}

/// A sentence that consumers cannot take for a link: `[text](target)` is one in every message of SARIF, also where a
/// hostile name brought it in.
fn sentence(text: &str) -> String {
    entry::sentence(text).replace("](", "] (")
}

fn physical(at: Location<'_>) -> model::PhysicalLocation {
    model::PhysicalLocation {
        artifact_location: model::ArtifactLocation { uri: uri::of_path(at.path) },
        region: Some(model::Region {
            start_line: at.start_line,
            start_column: at.start_column,
            end_line: at.end_line,
            end_column: at.end_column,
        }),
    }
}

/// The change that does away with a finding. A change of a text that must not be shown is none.
fn fix(scan: &Scan, finding: &Finding) -> Option<[model::Fix; 1]> {
    let first = finding.fix.first()?;
    let file = scan.sources.file(first.at.file);
    if finding.fix.iter().any(|edit| edit.at.file != first.at.file || file.is_secret(edit.at.start as usize)) {
        return None;
    }
    let replacement = |edit: &crate::finding::Edit| {
        let (start, end) = scan.sources.positions(edit.at);
        model::Replacement {
            deleted_region: model::Region {
                start_line: start.line,
                start_column: start.column,
                end_line: end.line,
                end_column: end.column,
            },
            inserted_content: Some(model::Content { text: clean(&edit.text) }),
        }
    };
    Some([model::Fix {
        description: model::Message { text: "Call the command that replaces it.".to_owned() },
        artifact_changes: [model::ArtifactChange {
            artifact_location: model::ArtifactLocation { uri: uri::of_path(file.path()) },
            replacements: finding.fix.iter().map(replacement).collect(),
        }],
    }])
}

/// Who accepted a finding; nobody, for most.
fn suppressions(scan: &Scan, finding: &Finding) -> Vec<model::Suppression> {
    finding.suppression.as_deref().map(|suppression| accepted(scan, suppression)).into_iter().collect()
}

/// A suppression of the configuration file is outside of the code that it is about; the others stand in it.
fn accepted(scan: &Scan, suppression: &Suppression) -> model::Suppression {
    let kind = if suppression.kind == SuppressionKind::Config { "external" } else { "inSource" };
    model::Suppression {
        kind,
        status: "accepted",
        justification: suppression.reason.as_deref().map(clean),
        location: model::Location {
            id: None,
            message: None,
            physical_location: physical(location::of_span(&scan.sources, suppression.at)),
            logical_locations: None,
        },
    }
}

fn related(scan: &Scan, finding: &Finding) -> Vec<model::Location> {
    let places = finding.related.iter().filter_map(|related| Some((related, location::of_origin(scan, &related.at)?)));
    let location = |(i, (related, at)): (usize, (&crate::finding::Related, Location<'_>))| model::Location {
        id: Some(i as u32 + 1),
        message: Some(model::Message { text: sentence(&related.message) }),
        physical_location: physical(at),
        logical_locations: None,
    };
    places.enumerate().map(location).collect()
}

fn evidence<'a>(scan: &Scan, finding: &'a Finding) -> Vec<model::Evidence<'a>> {
    let fact = |evidence: &'a crate::finding::Evidence| model::Evidence {
        attribute: &evidence.attribute,
        expected: &evidence.expected,
        observed: &evidence.observed,
        origin: location::brief(scan, &evidence.at).map(|at| clean(&at)),
    };
    finding.evidence.iter().map(fact).collect()
}

/// The place of a gap, as exactly as it is known.
fn gap_location(scan: &Scan, gap: &Gap) -> Option<model::Location> {
    let physical = match (gap.span, &gap.path) {
        (Some(span), _) => physical(location::of_span(&scan.sources, span)),
        (None, Some(path)) => {
            let artifact_location = model::ArtifactLocation { uri: uri::of_path(path) };
            model::PhysicalLocation { artifact_location, region: None }
        }
        (None, None) => return None,
    };
    Some(model::Location { id: None, message: None, physical_location: physical, logical_locations: None })
}

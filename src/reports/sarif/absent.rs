//! What is in the baseline and is mended, as results that are absent.

use super::rules::Rules;
use super::{model, uri};
use crate::checks::CHECKS;
use crate::compare::{Entry, Verdict};
use crate::finding::clean;
use crate::reports::{Settings, Show};
use crate::scan::{Against, Scan};

/// The entries, where they are asked for.
pub(super) fn entries<'a>(scan: &'a Scan, settings: &Settings) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let asked = settings.sarif_include.contains(&Show::Fixed);
    scan.baseline.iter().filter(move |_| asked).flat_map(Against::fixed)
}

/// The results. They stand at the first line of their file, for where they stood is not known.
pub(super) fn results<'a>(
    scan: &'a Scan,
    rules: &'a Rules,
    settings: &Settings,
) -> impl Iterator<Item = model::Result<'a>> + use<'a> {
    let told = settings.sarif_include.contains(&Show::Suppressed);
    entries(scan, settings).filter_map(move |entry| {
        let check = CHECKS.iter().find(|check| check.id == entry.check)?;
        let (index, rule) = rules.of(check.id, entry.severity)?;
        let fail = entry.verdict == Verdict::Fail;
        let live = entry.path.is_none();
        let path = entry.path.clone().unwrap_or_else(|| format!("aws/{}", entry.owner));
        let region = model::Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1 };
        let text = format!("'{}' no longer has this: {}.", clean(&entry.address), entry.verdict.word());
        Some(model::Result {
            suppressions: told.then(Vec::new),
            rule_id: &rule.id,
            rule_index: Some(index),
            kind: (!fail).then_some("open"),
            level: if fail { rule.default_configuration.level } else { "none" },
            baseline_state: Some("absent"),
            message: model::Message { text: text.replace("](", "] (") },
            locations: [model::Location {
                id: None,
                message: None,
                physical_location: model::PhysicalLocation {
                    artifact_location: model::ArtifactLocation { uri: uri::of_path(&path) },
                    region: Some(region),
                },
                logical_locations: Some([model::LogicalLocation {
                    name: clean(&entry.address),
                    fully_qualified_name: clean(&entry.address),
                    kind: "resource",
                }]),
            }],
            related_locations: Vec::new(),
            fixes: None,
            partial_fingerprints: model::Fingerprints { trailwarden: &entry.fingerprint, line: None },
            properties: model::Properties {
                check: check.id,
                severity: entry.severity.word(),
                resource_type: &entry.kind,
                address: clean(&entry.address),
                owner: &entry.owner,
                moved_fingerprint: &entry.moved,
                instances: Vec::new(),
                controls: rules.controls(check.id),
                evidence: Vec::new(),
                witness: None,
                synthetic_location: live,
            },
        })
    })
}

//! The entries of the configuration file, by check.

use std::collections::HashMap;
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use time::Date;

use super::{Accepted, Slot, span};
use crate::finding::{Finding, Suppression, SuppressionKind};
use crate::model::attr::Origin;
use crate::scan::walk::Base;
use crate::source_map::SourceMap;

/// The entries that are about one check.
#[derive(Debug, Default)]
struct Entries {
    resources: GlobSet,
    /// For each glob: what the path must match, and the slot.
    entries: Vec<(Option<GlobMatcher>, usize)>,
}

/// The entries of the configuration file.
#[derive(Debug, Default)]
pub(super) struct List(HashMap<&'static str, Entries>);

impl List {
    /// Gives each entry a slot, and the file a place in the map.
    pub(super) fn new(
        file: Option<&Accepted>,
        base: &Base,
        today: Date,
        sources: &mut SourceMap,
        slots: &mut Vec<Slot>,
    ) -> Self {
        let Some(file) = file.filter(|file| !file.entries.is_empty()) else { return Self::default() };
        let id = sources.add(base.report(&file.place), file.text.as_str());
        let mut globs: HashMap<&'static str, (GlobSetBuilder, Entries)> = HashMap::new();
        for entry in &file.entries {
            let (builder, entries) =
                globs.entry(entry.check).or_insert_with(|| (GlobSetBuilder::new(), Entries::default()));
            let path = entry.path.as_deref().map(glob);
            // What cannot be read as a glob names nothing; there is no such text.
            let (Ok(resource), Ok(path)) = (glob(&entry.resource), path.transpose()) else { continue };
            builder.add(resource);
            entries.entries.push((path.map(|path| path.compile_matcher()), slots.len()));
            let suppression = Suppression {
                kind: SuppressionKind::Config,
                tool: "trailwarden",
                named: entry.check.to_owned(),
                reason: Some(entry.reason.clone()),
                until: entry.until,
                at: span(id, &entry.at),
            };
            slots.push(Slot {
                check: entry.check,
                holds: suppression.holds(today),
                suppression: Arc::new(suppression),
                used: false,
                seen: false,
                back: None,
                always: true,
                arn: entry.resource.starts_with("arn:"),
            });
        }
        let built = globs.into_iter().filter_map(|(check, (builder, mut entries))| {
            entries.resources = builder.build().ok()?;
            Some((check, entries))
        });
        Self(built.collect())
    }

    /// The slots that cover a finding, in the order of the file.
    pub(super) fn covering(&self, finding: &Finding, sources: &SourceMap) -> Vec<usize> {
        let Some(entries) = self.0.get(finding.check) else { return Vec::new() };
        let path = match &finding.at {
            Origin::Text(span) => Some(sources.file(span.file).path()),
            Origin::Api { .. } => None,
        };
        let names = std::iter::once(&finding.subject.address).chain(&finding.subject.instances);
        let mut found: Vec<usize> = names.flat_map(|name| entries.resources.matches(name.as_str())).collect();
        found.sort_unstable();
        found.dedup();
        let fits = |wanted: &Option<GlobMatcher>| {
            wanted.as_ref().is_none_or(|wanted| path.is_some_and(|path| wanted.is_match(path)))
        };
        let entries = found.into_iter().map(|i| &entries.entries[i]);
        entries.filter(|(wanted, _)| fits(wanted)).map(|(_, slot)| *slot).collect()
    }
}

/// A glob in which only `*` and `?` are not themselves: addresses hold brackets.
fn glob(text: &str) -> Result<Glob, globset::Error> {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '*' if last == '*' => {}
            '[' | ']' | '{' | '}' | '!' | '\\' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
        last = c;
    }
    GlobBuilder::new(&escaped).literal_separator(false).backslash_escape(true).build()
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn only_stars_and_question_marks_are_special() {
        for (text, good, bad) in [
            ("*", "a/b[0].c", ""),
            ("module.a.*", "module.a.aws_s3_bucket.b[\"x/y\"]", "module.ab.c"),
            ("a[0]", "a[0]", "a0"),
            ("a[\"{x,y}\"]", "a[\"{x,y}\"]", "a[\"x\"]"),
            ("a**b", "a/x/b", "ab/c"),
            ("a?", "ab", "a"),
            ("arn:aws:s3:::logs-*", "arn:aws:s3:::logs-1", "arn:aws:s3:::other"),
        ] {
            let matcher = glob(text).expect(text).compile_matcher();
            assert!(matcher.is_match(good), "{text} is to match {good}");
            assert!(bad.is_empty() || !matcher.is_match(bad), "{text} is not to match {bad}");
        }
    }
}

//! A finding in words, as the formats for other services tell it. All texts are clean and untrusted: each format
//! escapes them for its own grammar.

use crate::checks::page::Page;
use crate::finding::suppression::written;
use crate::finding::{Finding, Outcome, Severity, Standing, Suppression, clean};
use crate::reports::location::{self, Location};
use crate::reports::pages::{Pages, plain};
use crate::reports::{Settings, is_listed, sarif, witness};
use crate::scan::{Gap, Scan};

/// A finding with what the scan and the pages say of it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    /// The scan.
    scan: &'a Scan,
    /// The finding itself.
    pub finding: &'a Finding,
    /// The check's page.
    pub page: Option<&'a Page>,
    /// Where it is, as in the JSON report; none if it is in no file.
    pub exact: Option<Location<'a>>,
    /// Where it is, or what is nearest to it in a file.
    pub place: Location<'a>,
    /// The account, where it is known.
    pub account: Option<&'a str>,
    /// The Region, where it is known.
    pub region: Option<&'a str>,
}

/// The findings that a format lists, in the order of the JSON report.
pub(super) fn listed<'a>(
    scan: &'a Scan,
    pages: &'a Pages,
    settings: &'a Settings,
) -> impl Iterator<Item = Entry<'a>> + Clone {
    scan.findings.iter().filter(|finding| is_listed(finding, &settings.show)).map(|finding| {
        let (account, region) = location::of_resource(scan, finding);
        Entry {
            scan,
            finding,
            page: pages.get(finding.check),
            exact: location::of_origin(scan, &finding.at),
            place: location::of_finding(scan, finding),
            account,
            region,
        }
    })
}

impl<'a> Entry<'a> {
    /// Whether it is a fail that counts.
    pub fn fails(&self) -> bool {
        matches!(self.finding.outcome, Outcome::Fail(_)) && !self.suppressed()
    }

    /// Whether somebody accepted it.
    pub fn suppressed(&self) -> bool {
        self.finding.standing == Standing::Suppressed
    }

    /// Who accepted it, where and why, as a clause.
    pub fn accepted(&self) -> Option<String> {
        self.finding.suppression.as_deref().map(|suppression| accepted(self.scan, suppression))
    }

    /// The severity of a fail, else the verdict: what stands first.
    pub fn heading(&self) -> &'static str {
        if self.suppressed() {
            return self.finding.standing.word();
        }
        if self.fails() { self.finding.severity.word() } else { self.finding.outcome.word() }
    }

    /// The check's title: what is so when it passes.
    pub fn title(&self) -> String {
        self.page.map_or_else(|| self.finding.check.to_owned(), |page| plain(&page.meta.title))
    }

    /// What was found, as a sentence.
    pub fn message(&self) -> String {
        sentence(&self.finding.message)
    }

    /// What goes wrong for example, as a clause.
    pub fn example(&self) -> Option<String> {
        match &self.finding.outcome {
            Outcome::Fail(Some(seen)) => Some(clean(&witness::sentence(seen))),
            _ => None,
        }
    }

    /// Why there is neither pass nor fail: a word, and a clause that reads after "because".
    pub fn cause(&self) -> Option<(&'static str, String)> {
        match &self.finding.outcome {
            Outcome::Pass | Outcome::Fail(_) => None,
            Outcome::Unknown(causes) => Some((causes.first().kind.word(), clean(&causes.to_string()))),
            Outcome::NotApplicable(cause) => Some((cause.kind.word(), clean(&cause.to_string()))),
        }
    }

    /// What to do, as a sentence.
    pub fn remedy(&self) -> Option<String> {
        self.finding.remediation.as_deref().filter(|text| !text.is_empty()).map(sentence)
    }

    /// The message, the example and the remedy.
    pub fn story(&self) -> String {
        let mut text = self.message();
        if let Some(example) = self.example() {
            text.push_str(&format!(" For example, {}", sentence(&example)));
        }
        if let Some(remedy) = self.remedy() {
            text.push(' ');
            text.push_str(&remedy);
        }
        if let Some(accepted) = self.accepted() {
            text.push_str(&format!(" Suppressed {}", sentence(&accepted)));
        }
        text
    }

    /// The ids of controls.
    pub fn controls(&self) -> &'a [String] {
        self.page.map(|page| page.meta.controls.as_slice()).unwrap_or_default()
    }

    /// The check's page on the web.
    pub fn help(&self) -> String {
        sarif::help_uri(self.finding.check)
    }

    /// The address of the resource.
    pub fn address(&self) -> String {
        clean(&self.finding.subject.address)
    }

    /// The path of its file.
    pub fn path(&self) -> String {
        clean(self.place.path)
    }

    /// `path:line:column`
    pub fn at(&self) -> String {
        at(&self.place)
    }

    /// The frameworks of its controls: `cis-5.0.0`, sorted and each once.
    pub fn frameworks(&self) -> Vec<&'a str> {
        let mut names: Vec<_> = self.controls().iter().filter_map(|control| control.split('/').next()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// `by checkov (CKV_AWS_35) at main.tf:3:5 until 2027-01-31: why`
pub(super) fn accepted(scan: &Scan, suppression: &Suppression) -> String {
    let place = at(&location::of_span(&scan.sources, suppression.at));
    let until = suppression.until.map(|last| format!(" until {}", written(last))).unwrap_or_default();
    let why = suppression.reason.as_deref().unwrap_or("no reason is given");
    clean(&format!("by {} at {place}{until}: {why}", suppression.by()))
}

/// `path:line:column` of a place.
pub(super) fn at(place: &Location<'_>) -> String {
    format!("{}:{}:{}", clean(place.path), place.start_line, place.start_column)
}

/// The place of a gap in words: in a file, else the account, the Region and the call.
pub(super) fn gap_at(scan: &Scan, gap: &Gap) -> Option<String> {
    let file = location::of_gap(scan, gap).map(|(path, place)| place.map_or_else(|| clean(path), |place| at(&place)));
    let live =
        || [&gap.account, &gap.region, &gap.call].into_iter().flatten().map(|part| clean(part)).collect::<Vec<_>>();
    file.or_else(|| Some(live().join(" ")).filter(|place| !place.is_empty()))
}

/// An identity for a gap, for formats that ask for one of everything that they list.
pub(super) fn gap_fingerprint<'a>(scan: &Scan, gap: &'a Gap) -> String {
    use sha2::Digest;
    use std::fmt::Write;
    let mut hash = sha2::Sha256::new();
    let line = location::of_gap(scan, gap).and_then(|(_, place)| place).map_or(0, |place| place.start_line);
    let or_none = |part: &'a Option<String>| part.as_deref().unwrap_or_default();
    let (path, account, region, call) = (&gap.path, &gap.account, &gap.region, &gap.call);
    let live = [account, region, call].map(or_none);
    for part in ["gap", gap.reason, or_none(path), &line.to_string(), &gap.message].into_iter().chain(live) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Clean text with a final period.
pub(super) fn sentence(text: &str) -> String {
    let mut text = clean(text.trim());
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// At most so many bytes of a text, cut behind a character, with a sign if there was more.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most.saturating_sub('…'.len_utf8()));
    format!("{}…", &text[..end])
}

/// `6 fails (1 critical, 5 high), 2 unknown, …`: what every report says last or first.
pub(super) fn counts(scan: &Scan) -> String {
    let summary = super::summary::Summary::of(scan);
    let severities = super::summary::severities(scan);
    let parts: Vec<_> = severities.iter().map(|(severity, count)| format!("{count} {}", severity.word())).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    let mut line = format!(
        "{} fail{parts}, {} unknown, {} pass, {} not applicable",
        summary.fail, summary.unknown, summary.pass, summary.not_applicable
    );
    let fixed = scan.baseline.as_ref().map_or(0, |against| against.fixed().count());
    for (count, word) in
        [(summary.suppressed, "suppressed"), (summary.baselined, "baselined"), (fixed, "fixed since the baseline")]
    {
        if count > 0 {
            line.push_str(&format!(", {count} {word}"));
        }
    }
    line
}

/// Whether something is counted as bad as an error in consumers that have three levels.
pub(super) fn is_error(severity: Severity) -> bool {
    severity >= Severity::High
}

/// RFC 3339 in UTC, to the second.
pub(super) fn utc(time: time::OffsetDateTime) -> Option<String> {
    let time = time.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).ok()?;
    time.format(&time::format_description::well_known::Rfc3339).ok()
}

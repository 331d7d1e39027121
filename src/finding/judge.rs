//! The judge: takes what a check saw and makes findings of one shape.

use super::{Edit, Evidence, Finding, Options, Outcome, Related, Severity, Standing, Witness};
use crate::model::attr::{Attr, Origin, Show};
use crate::model::{Existence, Identity, Input, ResourceKind, Subject};
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// Collects the findings of one check.
#[derive(Debug)]
pub struct Judge<'o> {
    check: &'static str,
    severity: Severity,
    options: &'o Options,
    findings: Vec<Finding>,
}

impl<'o> Judge<'o> {
    /// For the check of this id, whose fails are of `severity` unless a draft says otherwise.
    pub fn new(check: &'static str, severity: Severity, options: &'o Options) -> Self {
        Self { check, severity, options, findings: Vec::new() }
    }

    /// The options of this run.
    pub fn options(&self) -> &'o Options {
        self.options
    }

    /// Starts a finding about a resource. Nothing is recorded until one of the draft's verdicts is called.
    pub fn on(&mut self, subject: &impl Subject) -> Draft<'_, 'o> {
        Draft::new(self, subject.identity().clone())
    }

    /// Starts a finding about a whole input, at the address `*`, or at the id of a live account.
    pub fn on_input(&mut self, input: &Input) -> Draft<'_, 'o> {
        let subject = Identity {
            input: input.id,
            kind: ResourceKind::Account,
            address: input.whole_address().to_owned(),
            instances: Vec::new(),
            calls: Vec::new(),
            shown: input.owner().to_owned(),
            at: input.at.clone(),
            existence: Existence::Certain,
        };
        Draft::new(self, subject)
    }

    /// The findings, in the order they were made.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// A finding in the making.
///
/// The message is put together from the claim and the reason:
/// pass `The trail 'X' validates its log files: 'EnableLogFileValidation' is true.`,
/// fail `The trail 'X' does not validate its log files: …`,
/// unknown `Cannot tell whether the trail 'X' validates its log files: …`.
#[derive(Debug)]
#[must_use = "a draft records nothing until a verdict is called"]
pub struct Draft<'j, 'o> {
    judge: &'j mut Judge<'o>,
    subject: Identity,
    claim: (String, String),
    reason: Option<String>,
    severity: Severity,
    at: Option<Origin>,
    fault: Option<String>,
    related: Vec<Related>,
    evidence: Vec<Evidence>,
    remedy: Option<String>,
    fix: Vec<Edit>,
}

impl<'j, 'o> Draft<'j, 'o> {
    fn new(judge: &'j mut Judge<'o>, subject: Identity) -> Self {
        let severity = judge.severity;
        Self {
            judge,
            subject,
            claim: ("follows this practice".to_owned(), "does not follow this practice".to_owned()),
            reason: None,
            severity,
            at: None,
            fault: None,
            related: Vec::new(),
            evidence: Vec::new(),
            remedy: None,
            fix: Vec::new(),
        }
    }

    /// The predicate of the sentence when it holds, and when it does not:
    /// `"validates its log files"`, `"does not validate its log files"`.
    pub fn claim(mut self, holds: impl Into<String>, fails: impl Into<String>) -> Self {
        self.claim = (holds.into(), fails.into());
        self
    }

    /// An attribute that the verdict rests on. The first one gives the finding's place, its fault and its reason,
    /// unless [`Draft::at`], [`Draft::fault`] or [`Draft::because`] say otherwise.
    pub fn looks_at<T: Show>(self, attr: &Attr<T>, expected: impl Into<String>) -> Self {
        let (says, observed) = (attr.says(), attr.observed());
        self.attribute(&attr.name, &attr.at, says, observed, expected.into())
    }

    /// As [`Draft::looks_at`], for an attribute whose value has no short form.
    pub fn looks_whether<T>(self, attr: &Attr<T>, expected: impl Into<String>) -> Self {
        let says = attr.says_whether();
        let observed = says.split_once(" is ").map_or_else(String::new, |(_, rest)| rest.to_owned());
        self.attribute(&attr.name, &attr.at, says, observed, expected.into())
    }

    fn attribute(mut self, name: &str, at: &Origin, says: String, observed: String, expected: String) -> Self {
        self.at.get_or_insert_with(|| at.clone());
        self.fault.get_or_insert_with(|| name.to_owned());
        self.reason.get_or_insert(says);
        self.evidence.push(Evidence { attribute: name.to_owned(), expected, observed, at: at.clone() });
        self
    }

    /// The reason behind the colon, without a final period.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// A severity other than the check's own.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The place to look at first.
    pub fn at(mut self, at: &Origin) -> Self {
        self.at = Some(at.clone());
        self
    }

    /// What tells this finding from others of the same check about the same resource. No line numbers.
    pub fn fault(mut self, fault: impl Into<String>) -> Self {
        self.fault = Some(fault.into());
        self
    }

    /// A further place.
    pub fn related(mut self, message: impl Into<String>, at: &Origin) -> Self {
        self.related.push(Related { message: clean(&message.into()), at: at.clone() });
        self
    }

    /// A further fact.
    pub fn evidence(
        mut self,
        attribute: impl Into<String>,
        expected: impl Into<String>,
        observed: impl Into<String>,
        at: &Origin,
    ) -> Self {
        let (attribute, expected, observed) = (attribute.into(), expected.into(), observed.into());
        self.evidence.push(Evidence { attribute, expected, observed, at: at.clone() });
        self
    }

    /// What to do, as one or two imperative sentences that name the attribute of this source.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The change that does it, if there is one that needs no thought.
    pub fn fix(mut self, edits: Vec<Edit>) -> Self {
        self.fix = edits;
        self
    }

    /// Pass, fail or unknown, as the rule's truth says.
    pub fn rule(self, truth: Truth) {
        match truth {
            Truth::True => self.pass(),
            Truth::False => self.fail(),
            Truth::Unknown(causes) => self.unknown(causes),
        }
    }

    /// The practice is followed.
    pub fn pass(self) {
        let sentence = format!("{} {}", self.name(true), self.claim.0);
        let reason = self.reason.clone();
        self.record(Outcome::Pass, sentence, reason);
    }

    /// It is not followed.
    pub fn fail(self) {
        self.fail_with(None);
    }

    /// It is not followed, and this shows it.
    pub fn fail_with(self, witness: Option<Witness>) {
        let sentence = format!("{} {}", self.name(true), self.claim.1);
        let reason = self.reason.clone();
        self.record(Outcome::Fail(witness), sentence, reason);
    }

    /// It cannot be told.
    pub fn unknown(self, causes: impl Into<Causes>) {
        let causes = causes.into();
        // Nothing is to be said of a bucket that is not there but that.
        if let Some(cause) = causes.iter().find(|cause| cause.kind == CauseKind::BucketMissing) {
            let detail = cause.detail.to_string();
            return self.not_applicable(CauseKind::BucketMissing, detail);
        }
        let sentence = format!("Cannot tell whether {} {}", self.name(false), self.claim.0);
        let reason = Some(causes.to_string());
        self.record(Outcome::Unknown(causes), sentence, reason);
    }

    /// The question does not arise; `detail` reads after "because".
    pub fn not_applicable(self, kind: CauseKind, detail: impl Into<String>) {
        let detail = detail.into();
        let sentence = format!("Not applicable to {}", self.name(false));
        self.record(Outcome::NotApplicable(Cause::new(kind, detail.as_str())), sentence, Some(detail));
    }

    fn name(&self, capital: bool) -> String {
        let the = if capital { "The" } else { "the" };
        let shown = cut(&self.subject.shown, LONGEST_NAME);
        match self.subject.kind {
            ResourceKind::Account if self.subject.address == "*" => format!("{the} input '{shown}'"),
            kind => format!("{the} {} '{shown}'", kind.noun()),
        }
    }

    fn record(mut self, outcome: Outcome, sentence: String, reason: Option<String>) {
        if let Existence::Maybe(cause) = &self.subject.existence {
            let (observed, at) = (cause.to_string(), self.subject.at.clone());
            self.evidence.push(Evidence {
                attribute: "Condition".to_owned(),
                expected: "judged as though it exists".to_owned(),
                observed,
                at,
            });
        }
        let message = match reason {
            Some(reason) => format!("{sentence}: {reason}."),
            None => format!("{sentence}."),
        };
        let fault = match (&outcome, self.fault) {
            (Outcome::Fail(_), Some(fault)) => fault,
            (other, Some(fault)) => format!("{}:{fault}", other.word()),
            (other, None) => other.word().to_owned(),
        };
        for evidence in &mut self.evidence {
            evidence.attribute = clean(&evidence.attribute);
            evidence.expected = clean(&evidence.expected);
            evidence.observed = clean(&evidence.observed);
        }
        if self.subject.address.starts_with("arn:") && self.subject.address.contains(CONTROL_TOWER) {
            let (observed, at) = ("control-tower".to_owned(), self.subject.at.clone());
            let (attribute, expected) = ("managed-by".to_owned(), "changed in the landing zone only".to_owned());
            self.evidence.push(Evidence { attribute, expected, observed, at });
            self.remedy = Some(LANDING_ZONE.to_owned());
        }
        let remediates = matches!(outcome, Outcome::Fail(_));
        let remediation = remediates.then(|| clean(&self.remedy.unwrap_or_default()));
        self.judge.findings.push(Finding {
            check: self.judge.check,
            severity: if matches!(outcome, Outcome::Fail(_)) { self.severity } else { self.judge.severity },
            outcome,
            standing: Standing::New,
            suppression: None,
            at: self.at.unwrap_or_else(|| self.subject.at.clone()),
            subject: self.subject,
            message: clean(&message),
            related: self.related,
            evidence: self.evidence,
            remediation,
            fix: if remediates { self.fix } else { Vec::new() },
            fault,
            fingerprint: String::new(),
            moved: String::new(),
        });
    }
}

/// How the names of what AWS Control Tower makes begin.
const CONTROL_TOWER: &str = "aws-controltower-";

/// What to do about such a thing: it is guarded by policies of the organization, and what is changed by hand is drift.
/// Source: AWS Control Tower user guide, "Detect and resolve drift" and "Customize your landing zone configuration".
const LANDING_ZONE: &str = "AWS Control Tower manages this and takes changes made by hand for drift. Set the KMS key, the \
                            retention of logs and the Regions in the settings of the landing zone; what these do not \
                            offer cannot be changed here, so suppress the finding with that reason.";

/// The longest text of one field in reports: consumers refuse or cut more.
const LONGEST: usize = 900;

/// The longest name in a message: what is said of the resource stands behind it and must not be cut.
const LONGEST_NAME: usize = 200;

/// The first characters of a text, with a sign if there are more.
fn cut(text: &str, most: usize) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Untrusted text made fit for every report: control and direction characters are spelled out, overlong text is cut.
pub fn clean(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for (i, c) in text.chars().enumerate() {
        if i == LONGEST {
            result.push('…');
            break;
        }
        if is_hidden(c) {
            result.extend(c.escape_unicode());
        } else {
            result.push(c);
        }
    }
    result
}

/// Whether a terminal or a page would not show this character, or would let it move its neighbours.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut() {
        assert_eq!(cut("größe", 5), "größe");
        assert_eq!(cut("größe", 3), "grö…");
    }

    #[test]
    fn clean_text_shows_what_it_holds() {
        assert_eq!(clean("a\n\u{1b}[31m\u{202e}b\u{61c}é"), "a\\u{a}\\u{1b}[31m\\u{202e}b\\u{61c}é");
        let long = clean(&"x".repeat(5000));
        assert_eq!(long.chars().count(), LONGEST + 1);
        assert_eq!(clean(&long), long);
    }
}

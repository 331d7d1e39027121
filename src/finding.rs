//! What a check says: findings, and the [`Judge`] that makes them.

use std::sync::Arc;

use crate::model::Identity;
use crate::model::attr::Origin;
use crate::source_map::Span;
use crate::truth::{Cause, Causes};

pub mod allow;
mod judge;
pub mod options;
pub mod suppression;
mod witness;

pub use judge::{Draft, Judge, clean, is_hidden};
pub use options::Options;
pub use suppression::{Suppression, SuppressionKind};

/// How bad a fail is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be mended at some time.
    Low,
    /// Should be mended soon.
    Medium,
    /// The trail can be blinded or misses a lot.
    High,
    /// There is no trail worth the name.
    Critical,
}

impl Severity {
    /// All, from the worst.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Note];

    /// The word of the reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Note => "note",
        }
    }
}

/// The verdict, with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The practice is followed.
    Pass,
    /// It is not; the witness shows what goes wrong.
    Fail(Option<Witness>),
    /// It cannot be told.
    Unknown(Causes),
    /// The question does not arise.
    NotApplicable(Cause),
}

impl Outcome {
    /// The word of the reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
            Self::Unknown(_) => "unknown",
            Self::NotApplicable(_) => "not-applicable",
        }
    }
}

/// One concrete thing that goes wrong, computed by the evaluator that gave the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A request that would be allowed.
    Request {
        /// Who asks.
        principal: String,
        /// For which action.
        action: String,
        /// On which resource.
        resource: String,
        /// With which condition keys set.
        context: Vec<(String, String)>,
    },
    /// An event that goes unnoticed; [`Witness::event`] makes one.
    Event {
        /// What does not happen with it.
        lost: Lost,
        /// `eventSource`, `eventName`, `readOnly`, … in the order of a record.
        fields: Vec<(String, String)>,
        /// The same in the shape of a CloudTrail record, with types and with objects inside one another.
        record: serde_json::Value,
    },
}

/// What does not happen with an event that goes unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// No trail records it.
    Record,
    /// It is recorded, and raises no alarm.
    Alarm,
}

/// Whether a finding is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Neither in the baseline nor suppressed.
    New,
    /// Somebody accepted it.
    Suppressed,
    /// In the baseline.
    Baselined,
}

impl Standing {
    /// The word of the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Suppressed => "suppressed",
            Self::Baselined => "baselined",
        }
    }
}

/// A further place that helps to understand a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What stands there.
    pub message: String,
    /// Where.
    pub at: Origin,
}

/// One fact the verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The attribute, as its source names it.
    pub attribute: String,
    /// What the practice asks for.
    pub expected: String,
    /// What was seen.
    pub observed: String,
    /// Where.
    pub at: Origin,
}

/// A piece of text that replaces another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty where something is only put in.
    pub at: Span,
    /// What comes.
    pub text: String,
}

/// One verdict about one resource.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check's id.
    pub check: &'static str,
    /// The verdict.
    pub outcome: Outcome,
    /// How bad a fail is here; for other verdicts the check's own severity.
    pub severity: Severity,
    /// Whether it is news.
    pub standing: Standing,
    /// Who suppressed it, where somebody did.
    pub suppression: Option<Arc<Suppression>>,
    /// What it is about.
    pub subject: Identity,
    /// One or two sentences in clean text.
    pub message: String,
    /// Where to look first: the attribute, else the block's header.
    pub at: Origin,
    /// Where else to look.
    pub related: Vec<Related>,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
    /// What to do; set for every fail.
    pub remediation: Option<String>,
    /// The change that does it, where it is mechanical; in one file.
    pub fix: Vec<Edit>,
    /// What tells findings of one check about one resource apart: the attribute, a statement, a filter.
    pub fault: String,
    /// The identity across runs: `sha256:…`. Filled in by the scan.
    pub fingerprint: String,
    /// The identity without the owner, which a resource keeps when its file is renamed; not unique. Filled in by the scan.
    pub moved: String,
}

//! The counts of a scan.

use crate::finding::{Outcome, Severity, Standing};
use crate::scan::Scan;

/// How many verdicts of each kind there are. Every finding is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Summary {
    /// Practices that are followed.
    pub pass: usize,
    /// Practices that are not followed, neither suppressed nor in the baseline.
    pub fail: usize,
    /// What cannot be told.
    pub unknown: usize,
    /// Questions that do not arise.
    pub not_applicable: usize,
    /// Findings that somebody suppressed.
    pub suppressed: usize,
    /// Findings that are in the baseline.
    pub baselined: usize,
}

impl Summary {
    /// Counts.
    pub fn of(scan: &Scan) -> Self {
        let mut summary = Self::default();
        for finding in &scan.findings {
            let count = match (finding.standing, &finding.outcome) {
                (Standing::Baselined, _) => &mut summary.baselined,
                (Standing::New, Outcome::Pass) => &mut summary.pass,
                (Standing::New, Outcome::Fail(_)) => &mut summary.fail,
                (Standing::New, Outcome::Unknown(_)) => &mut summary.unknown,
                (Standing::New, Outcome::NotApplicable(_)) => &mut summary.not_applicable,
                (Standing::Suppressed, _) => &mut summary.suppressed,
            };
            *count += 1;
        }
        summary
    }
}

/// How many new fails there are of each severity, from the worst; severities without any are left out.
pub fn severities(scan: &Scan) -> Vec<(Severity, usize)> {
    let mut counts = Severity::ALL.map(|severity| (severity, 0));
    for finding in scan.findings.iter().filter(|finding| super::is_new_fail(finding)) {
        for (severity, count) in &mut counts {
            *count += usize::from(*severity == finding.severity);
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

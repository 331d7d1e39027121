//! How the program ends.

use std::process::ExitCode;

/// The exit status, a promise to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing at or above the threshold, and everything was read.
    Clean,
    /// Findings; the scan may be incomplete besides.
    Findings,
    /// The command line or a file that it names is wrong.
    Usage,
    /// No findings, but something of ours could not be read.
    Incomplete,
}

impl ExitStatus {
    /// Of a scan: findings win over incompleteness.
    pub fn of(findings: bool, incomplete: bool) -> Self {
        match (findings, incomplete) {
            (true, _) => Self::Findings,
            (false, true) => Self::Incomplete,
            (false, false) => Self::Clean,
        }
    }

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        status.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_win() {
        let codes =
            [(false, false), (true, false), (false, true), (true, true)].map(|(f, i)| ExitStatus::of(f, i).code());
        assert_eq!(codes, [0, 1, 3, 1]);
        assert_eq!(ExitStatus::Usage.code(), 2);
    }
}

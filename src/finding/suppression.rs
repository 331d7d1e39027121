//! Who suppressed a finding, and why.

use time::Date;

use crate::source_map::Span;

/// Where somebody said that a finding is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// A comment of this program.
    Inline,
    /// `Metadata.trailwarden` of a template.
    Metadata,
    /// The configuration file.
    Config,
    /// A comment or `Metadata` of another tool.
    Foreign,
}

impl SuppressionKind {
    /// The word of the reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Metadata => "metadata",
            Self::Config => "config",
            Self::Foreign => "foreign",
        }
    }
}

/// One statement that findings are accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where it was said.
    pub kind: SuppressionKind,
    /// The tool whose syntax it is.
    pub tool: &'static str,
    /// The ids that it names, as written.
    pub named: String,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it holds, in UTC.
    pub until: Option<Date>,
    /// Its place.
    pub at: Span,
}

impl Suppression {
    /// Whether it holds on that day.
    pub fn holds(&self, today: Date) -> bool {
        self.until.is_none_or(|last| today <= last)
    }

    /// Who says so: `trailwarden`, `checkov (CKV_AWS_35)`.
    pub fn by(&self) -> String {
        match self.kind {
            SuppressionKind::Inline | SuppressionKind::Metadata => "a comment or Metadata".to_owned(),
            SuppressionKind::Config => "the configuration file".to_owned(),
            SuppressionKind::Foreign => format!("{} ({})", self.tool, self.named),
        }
    }
}

/// Reads `YYYY-MM-DD`.
pub fn day(text: &str) -> Option<Date> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text, format).ok()
}

/// `YYYY-MM-DD`.
pub fn written(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        let last = day("2027-01-31").expect("a day");
        assert_eq!(written(last), "2027-01-31");
        for bad in ["2027-02-29", "27-01-31", "2027-1-31", "2027-01-31 ", "tomorrow", ""] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }
}

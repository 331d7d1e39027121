//! The options of the checks, with their defaults.

/// What a user may tune. Each check's page names the options it reads.
#[derive(Clone, Debug)]
pub struct Options {
    /// Days that logs must be kept (`min-days`).
    pub min_days: u32,
    /// Hours that the last delivery of a live trail may lie back (`max-age`).
    pub max_age_hours: u32,
    /// Tag keys that a trail must have (`required-tags`).
    pub required_tags: Vec<String>,
    /// Whether an ingesting multi-Region event data store counts as coverage (`accept-event-data-store`).
    pub accept_event_data_store: bool,
    /// How MFA delete is judged (`mfa-delete.mode`).
    pub mfa_delete: MfaDeleteMode,
    /// Accounts that may read all logs (`readers`): 12-digit ids.
    pub readers: Vec<String>,
    /// Principals that may hold dangerous grants, as globs over names and ARNs (`allow`).
    pub allow: Vec<String>,
    /// Whether every input must hold a trail (`--expect-trail`).
    pub expect_trail: bool,
}

/// How `mfa-delete` treats other protections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MfaDeleteMode {
    /// Object Lock or a Deny on version deletion is as good.
    Equivalent,
    /// Only MFA delete itself counts.
    Strict,
    /// Never asked for.
    Off,
}

impl MfaDeleteMode {
    /// The word of the configuration file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Strict => "strict",
            Self::Off => "off",
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_days: 365,
            max_age_hours: 24,
            required_tags: Vec::new(),
            accept_event_data_store: false,
            mfa_delete: MfaDeleteMode::Equivalent,
            readers: Vec::new(),
            allow: Vec::new(),
            expect_trail: false,
        }
    }
}

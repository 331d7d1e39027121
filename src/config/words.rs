//! The words of the file that are checked while they are read.

use std::borrow::{Borrow, Cow};
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::near::nearest;
use crate::checks::CHECKS;
use crate::finding::Severity;
use crate::finding::suppression::day;

/// The id of a check that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(&'static str);

impl CheckId {
    /// The id.
    pub fn get(self) -> &'static str {
        self.0
    }
}

impl Borrow<str> for CheckId {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl<'de> Deserialize<'de> for CheckId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        match CHECKS.iter().find(|check| check.id == word) {
            Some(check) => Ok(Self(check.id)),
            None => Err(super::de::unknown("check", &word, nearest(&word, CHECKS.iter().map(|check| check.id)))),
        }
    }
}

impl JsonSchema for CheckId {
    fn schema_name() -> Cow<'static, str> {
        "CheckId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        json_schema!({ "description": "The id of a check.", "type": "string", "enum": ids })
    }
}

/// What is said of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Whether it runs.
    pub enabled: bool,
    /// The severity of its fails, instead of its own.
    pub severity: Option<Severity>,
}

/// The words for a severity and a switch; what a mapping may hold.
const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "note"];
const WORDS: [&str; 7] = ["off", "on", "critical", "high", "medium", "low", "note"];
const KEYS: &[&str] = &["enabled", "severity"];

struct Settings;

impl<'de> Visitor<'de> for Settings {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'off', 'on', a severity, or a mapping of 'enabled' and 'severity'")
    }

    fn visit_bool<E: de::Error>(self, enabled: bool) -> Result<Setting, E> {
        Ok(Setting { enabled, severity: None })
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Setting, E> {
        match word {
            "on" => Ok(Setting { enabled: true, severity: None }),
            "off" => Ok(Setting { enabled: false, severity: None }),
            _ => match severity(word) {
                Some(severity) => Ok(Setting { enabled: true, severity: Some(severity) }),
                None => Err(super::de::unknown("word", word, nearest(word, WORDS))),
            },
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Setting, A::Error> {
        let mut setting = Setting { enabled: true, severity: None };
        while let Some(key) = map.next_key::<SettingKey>()? {
            match key {
                SettingKey::Enabled => setting.enabled = map.next_value()?,
                SettingKey::Severity => setting.severity = map.next_value()?,
            }
        }
        Ok(setting)
    }
}

enum SettingKey {
    Enabled,
    Severity,
}

impl<'de> Deserialize<'de> for SettingKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Cow::<str>::deserialize(deserializer)? {
            "enabled" => Ok(Self::Enabled),
            "severity" => Ok(Self::Severity),
            other => Err(de::Error::unknown_field(other, KEYS)),
        }
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Settings)
    }
}

impl JsonSchema for Setting {
    fn schema_name() -> Cow<'static, str> {
        "Setting".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "off, on, the severity of its fails, or both in a mapping.",
            "anyOf": [
                { "type": "boolean" },
                { "type": "string", "enum": WORDS },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "enabled": { "type": "boolean", "description": "Whether the check runs." },
                        "severity": { "enum": SEVERITIES, "description": "The severity of its fails." }
                    }
                }
            ]
        })
    }
}

fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.word() == word)
}

/// The threshold of the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// Only critical findings.
    Critical,
    /// High and above.
    High,
    /// Medium and above.
    Medium,
    /// Low and above.
    Low,
    /// All findings.
    Note,
    /// Findings do not matter.
    Never,
}

/// Twelve digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountId(pub String);

/// The name of a Region: `eu-west-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionName(pub String);

/// Whether the text is an account id.
///
/// # Errors
/// What an account id looks like.
pub fn account(text: &str) -> Result<String, &'static str> {
    let good = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(text.to_owned()) } else { Err("an account id has twelve digits") }
}

/// Whether the text has the shape of a Region's name.
///
/// # Errors
/// What such a name looks like.
pub fn region(text: &str) -> Result<String, &'static str> {
    let parts: Vec<&str> = text.split('-').collect();
    let words =
        parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    let number = parts.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if parts.len() >= 3 && words && number { Ok(text.to_owned()) } else { Err("a Region looks like eu-west-1") }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        account(&String::deserialize(deserializer)?).map(Self).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for RegionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        region(&String::deserialize(deserializer)?).map(Self).map_err(de::Error::custom)
    }
}

impl JsonSchema for AccountId {
    fn schema_name() -> Cow<'static, str> {
        "AccountId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // YAML reads twelve digits without quotes as a number.
        json_schema!({
            "description": "Twelve digits.",
            "type": ["string", "integer"],
            "pattern": "^[0-9]{12}$"
        })
    }
}

impl JsonSchema for RegionName {
    fn schema_name() -> Cow<'static, str> {
        "RegionName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "The name of a Region.", "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)+-[0-9]+$" })
    }
}

/// A day: `2027-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub time::Date);

impl Day {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        day(text).map(Self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a day is written as 2027-01-31"))
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A day: 2027-01-31.", "type": "string", "format": "date" })
    }
}

/// A reason that says something.
pub(super) fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let trimmed = text.trim();
    if trimmed.is_empty() { Err(de::Error::custom("a reason must say something")) } else { Ok(trimmed.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_regions() {
        assert!(account("123456789012").is_ok());
        assert!(account("12345678901").is_err());
        for good in ["eu-west-1", "us-gov-east-1", "ap-southeast-10", "us-iso-east-1"] {
            assert!(region(good).is_ok(), "{good}");
        }
        for bad in ["", "eu-west", "EU-WEST-1", "eu--1", "europe", "eu west 1"] {
            assert!(region(bad).is_err(), "{bad}");
        }
    }
}

//! The page of a check: front matter and sections.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Severity;

/// The front matter of a page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Meta {
    /// The title: what is so when the check passes.
    pub title: String,
    /// The severity of a fail, unless the check lowers or raises it.
    pub severity: Severity,
    /// Further severities that a fail can have.
    #[serde(default)]
    pub other_severities: Vec<Severity>,
    /// coverage, integrity, confidentiality, retention, access, monitoring, hygiene.
    pub category: String,
    /// The practice it stems from (`P5`), if any.
    #[serde(default)]
    pub practice: Option<String>,
    /// The version that brought it.
    pub since: String,
    /// The read-only API actions that a live scan needs for it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// For each source, the verdicts that it can give there.
    pub sources: BTreeMap<String, Vec<String>>,
    /// Pages of AWS that say why.
    #[serde(default)]
    pub references: Vec<String>,
    /// Control ids: `cis-5.0.0/3.2`, `security-hub/CloudTrail.4`.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Ids of other tools' checks that ask the same: a skip comment that names one holds for this check.
    #[serde(default)]
    pub equivalents: BTreeMap<String, Vec<String>>,
    /// Ids of other tools' checks that ask a part of it: a skip comment that names one would hide the rest, and does not
    /// hold.
    #[serde(default)]
    pub partly: BTreeMap<String, Vec<String>>,
    /// The options that it reads, with what they do.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

/// A page, taken apart.
#[derive(Clone, Debug)]
pub struct Page {
    /// The front matter.
    pub meta: Meta,
    /// The first paragraph.
    pub summary: String,
    /// The sections by title, in order.
    pub sections: Vec<(String, String)>,
}

/// An example of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// `yaml`, `json`, …
    pub language: String,
    /// `cloudformation`, …
    pub source: String,
    /// The verdict that it must give.
    pub verdict: String,
    /// Options of the run that it needs, as `name` or `name=value`.
    pub options: Vec<String>,
    /// The text.
    pub text: String,
    /// The findings as the text report prints them, where the page shows them: a fence `text output` behind the example.
    pub output: Option<String>,
}

/// The words behind the fence of what an example prints.
pub const OUTPUT: &str = "text output";

/// Why a page cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not begin with front matter between `---` lines.
    #[error("the page has no front matter")]
    NoFrontMatter,
    /// The front matter is not as it should be.
    #[error("the front matter: {0}")]
    FrontMatter(String),
}

impl Page {
    /// Takes a page apart.
    ///
    /// # Errors
    /// If the front matter is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, PageError> {
        let (front, body) =
            text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).ok_or(PageError::NoFrontMatter)?;
        let meta = serde_saphyr::from_str(front).map_err(|error| PageError::FrontMatter(error.to_string()))?;
        let mut sections = Vec::new();
        let mut chunks = split_sections(body).into_iter();
        let summary = chunks.next().map(|(_, text)| text).unwrap_or_default();
        sections.extend(chunks);
        Ok(Self { meta, summary, sections })
    }

    /// The text of a section.
    pub fn section(&self, title: &str) -> Option<&str> {
        self.sections.iter().find(|(name, _)| name == title).map(|(_, text)| text.as_str())
    }

    /// The examples, in order.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let mut open: Option<Example> = None;
        let mut printed: Option<String> = None;
        for line in self.section("Examples").unwrap_or_default().lines() {
            if let Some(text) = &mut printed {
                if line.starts_with("```") {
                    // Of no example it is, and the tests refuse it.
                    let output = printed.take();
                    if let Some(example) = examples.last_mut() {
                        example.output = output;
                    }
                } else {
                    text.push_str(line);
                    text.push('\n');
                }
                continue;
            }
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(OUTPUT)) => printed = Some(String::new()),
                (None, Some(info)) => {
                    let mut words = info.split_whitespace().map(str::to_owned);
                    let mut word = || words.next().unwrap_or_default();
                    let (language, source, verdict) = (word(), word(), word());
                    open = Some(Example {
                        language,
                        source,
                        verdict,
                        options: words.collect(),
                        text: String::new(),
                        output: None,
                    });
                }
                (Some(_), Some(_)) => examples.extend(open.take()),
                (Some(example), None) => {
                    example.text.push_str(line);
                    example.text.push('\n');
                }
                (None, None) => {}
            }
        }
        examples
    }
}

/// The text before the first `## ` heading, then each section; headings inside fences are text.
fn split_sections(body: &str) -> Vec<(String, String)> {
    let mut sections = vec![(String::new(), String::new())];
    let mut fenced = false;
    for line in body.lines() {
        fenced ^= line.starts_with("```");
        match line.strip_prefix("## ") {
            Some(title) if !fenced => sections.push((title.trim().to_owned(), String::new())),
            _ => {
                let text = &mut sections.last_mut().expect("starts with one section").1;
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    for (_, text) in &mut sections {
        *text = text.trim().to_owned();
    }
    sections
}

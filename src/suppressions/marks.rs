//! What a comment says: statements of this program and of other tools.
//!
//! * ours: `trailwarden:ignore CHECK[,CHECK] until=YYYY-MM-DD reason="…"`, at the start of a comment
//! * Checkov: `checkov:skip=ID[,ID][:reason]`, inside of a block (also `bridgecrew:skip`, `cortex:skip`)
//! * tfsec and Trivy: `tfsec:ignore:ID[:exp:YYYY-MM-DD]`, `trivy:ignore:ID`, on or above a line, several in a row
//! * KICS: `kics-scan ignore-line`, `ignore-block`, and at the head of a file `ignore`, `disable=ID[,ID]`, `enable=…`

use std::ops::Range;

use time::Date;

use crate::finding::suppression::day;

/// Whose syntax it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Trailwarden,
    Checkov,
    Tfsec,
    Trivy,
    Kics,
}

impl Tool {
    /// The name by which pages list equivalents.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Trailwarden => "trailwarden",
            Self::Checkov => "checkov",
            Self::Tfsec => "tfsec",
            Self::Trivy => "trivy",
            Self::Kics => "kics",
        }
    }
}

/// What is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ids {
    These(Vec<String>),
    All,
    AllBut(Vec<String>),
}

/// What a mark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// What begins on its line, or on the line below; else that line.
    Here,
    /// What begins there, as a whole.
    Block,
    /// The outermost block around it.
    Around,
    /// Its line and the one below, and only findings that stand there.
    Line,
    /// The file, if it stands at its head.
    File,
}

/// One statement of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) tool: Tool,
    pub(super) ids: Ids,
    pub(super) scope: Scope,
    pub(super) reason: Option<String>,
    pub(super) until: Option<Date>,
    /// Its bytes in the comment.
    pub(super) at: Range<usize>,
    /// Why one of ours cannot be read.
    pub(super) fault: Option<String>,
}

/// The statements of a comment, given without its sign.
pub(super) fn of(comment: &str) -> Vec<Mark> {
    if let Some(mark) = own(comment) {
        return vec![mark];
    }
    let mut marks: Vec<Mark> = checkov(comment).into_iter().collect();
    marks.extend(aqua(comment));
    marks.extend(kics(comment));
    marks
}

/// The word that begins a statement of ours.
const OWN: &str = "trailwarden:ignore";

fn own(comment: &str) -> Option<Mark> {
    let lead = comment.len() - comment.trim_start_matches(['#', '/', '*', ' ', '\t']).len();
    let spaced = spaced(&comment[lead..]);
    let rest = comment[lead..].strip_prefix(OWN).or(spaced)?;
    // `trailwarden:ignored` is prose.
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let mut mark = Mark {
        tool: Tool::Trailwarden,
        ids: Ids::These(Vec::new()),
        scope: Scope::Here,
        reason: None,
        until: None,
        at: lead..comment.trim_end().len(),
        fault: None,
    };
    if spaced.is_some() {
        mark.fault = Some(format!("it must begin with '{OWN}', without a blank"));
        return Some(mark);
    }
    let rest = rest.trim_start_matches([':', ' ', '\t']);
    let ids = &rest[..ids_end(rest)];
    let named: Vec<String> = ids.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    if named.is_empty() {
        mark.fault = Some("it names no check".to_owned());
    }
    mark.ids = Ids::These(named);
    if let Err(fault) = settings(&rest[ids.len()..], &mut mark) {
        mark.fault.get_or_insert(fault);
    }
    Some(mark)
}

/// What follows the word if it is written with blanks around its colon. It is named, not honoured: it may be prose.
fn spaced(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("trailwarden")?.trim_start_matches([' ', '\t']).strip_prefix(':')?;
    let rest = rest.trim_start_matches([' ', '\t']).strip_prefix("ignore")?;
    (!text.starts_with(OWN)).then_some(rest)
}

/// Behind the ids at the start: words with commas between them, which blanks may surround.
fn ids_end(text: &str) -> usize {
    let mut end = 0;
    loop {
        let word = text[end..].trim_start();
        let start = text.len() - word.len();
        let length = word.find([' ', '\t', ',', '=']).unwrap_or(word.len());
        if length == 0 || word[length..].starts_with('=') {
            return end;
        }
        end = start + length;
        let rest = text[end..].trim_start();
        match rest.strip_prefix(',') {
            Some(rest) => end = text.len() - rest.len(),
            None => return end,
        }
    }
}

/// `until=2027-01-31 reason="why"`, in any order.
fn settings(text: &str, mark: &mut Mark) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=').filter(|(key, _)| !key.contains(char::is_whitespace)) else {
            let word = rest.split_whitespace().next().unwrap_or_default();
            return Err(format!("'{}' is neither until=… nor reason=\"…\"", cut(word)));
        };
        let (value, next) = value(after)?;
        match key {
            "until" => {
                let last = day(&value).ok_or_else(|| format!("until: '{}' is no day like 2027-01-31", cut(&value)))?;
                mark.until = Some(last);
            }
            "reason" => mark.reason = Some(value.trim().to_owned()).filter(|reason| !reason.is_empty()),
            _ => return Err(format!("'{}' is neither until nor reason", cut(key))),
        }
        rest = next.trim_start();
    }
    Ok(())
}

/// A value in quotes, or up to the next blank; and what follows.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return Ok((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((value, &text[at + 1..])),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            _ => value.push(c),
        }
    }
    Err("a quote is not closed".to_owned())
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

fn checkov(comment: &str) -> Option<Mark> {
    let (at, sign) = ["checkov:skip=", "bridgecrew:skip=", "cortex:skip="]
        .iter()
        .filter_map(|sign| Some((comment.find(sign)?, *sign)))
        .min()?;
    let rest = &comment[at + sign.len()..];
    let (ids, reason) = rest.split_once(':').map_or((rest, None), |(ids, reason)| (ids, Some(reason)));
    // Without a colon, what follows a blank is prose.
    let ids = ids.trim_start().split(char::is_whitespace).next().unwrap_or_default();
    let ids: Vec<String> = ids.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    Some(Mark {
        tool: Tool::Checkov,
        ids: Ids::These(ids),
        scope: Scope::Around,
        reason,
        until: None,
        at: at..comment.len(),
        fault: None,
    })
}

/// The marks of tfsec and of Trivy, which took its syntax over. What follows the last is the reason.
fn aqua(comment: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut at = 0;
    while at < comment.len() {
        let signs = [("tfsec:ignore:", Tool::Tfsec), ("trivy:ignore:", Tool::Trivy)];
        let next = signs.iter().filter_map(|(sign, tool)| Some((at + comment[at..].find(sign)?, *sign, *tool)));
        let Some((start, sign, tool)) = next.min_by_key(|(start, _, _)| *start) else { break };
        let rest = &comment[start + sign.len()..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        at = start + sign.len() + end;
        marks.extend(rule(&rest[..end], tool, start..at));
    }
    if let Some(last) = marks.last_mut() {
        let reason = comment[last.at.end..].trim();
        last.reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    }
    marks
}

/// `ID`, `ID:exp:2027-01-31`. A workspace (`ws`) is not known here, and parameters in brackets narrow a rule in ways
/// that are not understood: such a mark says nothing.
fn rule(text: &str, tool: Tool, at: Range<usize>) -> Option<Mark> {
    let mut parts = text.split(':');
    let id = parts.next().unwrap_or_default();
    let mut until = None;
    while let Some(key) = parts.next() {
        match (key, parts.next().and_then(day)) {
            ("exp", Some(last)) => until = Some(last),
            _ => return None,
        }
    }
    if id.is_empty() || id.contains('[') {
        return None;
    }
    let ids = if id == "*" { Ids::All } else { Ids::These(vec![id.to_owned()]) };
    Some(Mark { tool, ids, scope: Scope::Here, reason: None, until, at, fault: None })
}

fn kics(comment: &str) -> Option<Mark> {
    let start = comment.len() - comment.trim_start_matches(['#', '/', '*', ' ', '\t']).len();
    let rest = comment[start..].strip_prefix("kics-scan")?;
    let command = rest.trim_start();
    if command.len() == rest.len() {
        return None;
    }
    let word = command.split(char::is_whitespace).next().unwrap_or_default();
    let list = |ids: &str| ids.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    let (ids, scope) = match word.split_once('=') {
        Some(("disable", ids)) => (Ids::These(list(ids)), Scope::File),
        Some(("enable", ids)) => (Ids::AllBut(list(ids)), Scope::File),
        _ => match word {
            "ignore" => (Ids::All, Scope::File),
            "ignore-line" => (Ids::All, Scope::Line),
            "ignore-block" => (Ids::All, Scope::Block),
            _ => return None,
        },
    };
    let at = start..comment.trim_end().len();
    Some(Mark { tool: Tool::Kics, ids, scope, reason: None, until: None, at, fault: None })
}

//! What scanned files say about accepted findings: comments and `Metadata`, of this program and of other tools.
//!
//! A statement covers a range of bytes of its own file. It is found by the lexer of the file's language, so that what a
//! string or a here-document holds is no comment, and its range follows the structure of the language: a comment on or
//! above the line on which an attribute, a statement or a block begins covers exactly that.
//!
//! A statement of another tool holds for the checks that ask the same as the check that it names
//! ([`equivalents`]). One that names no check ("everything in this block") holds for the checks of which the
//! tool has one that asks the same: nobody who wrote it has seen what this program asks beyond.

use std::ops::Range;

use crate::finding::suppression::{Suppression, SuppressionKind};
use crate::source_map::{FileId, SourceFile, Span};
use comments::Comment;
use marks::{Ids, Mark, Scope, Tool};
use outline::Outline;

mod comments;
pub mod equivalents;
mod marks;
mod metadata;
mod outline;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// HCL.
    Hcl,
    /// The JSON form of HCL, where the key `//` holds comments.
    HclJson,
    /// A template of CloudFormation, in YAML or JSON.
    Template,
    /// A script, in the language that its name tells.
    Script,
}

impl Form {
    /// The form of a file of a Terraform module, by its path.
    pub fn of_module(path: &str) -> Option<Self> {
        let native = [".tf", ".tofu", ".tfvars"].iter().any(|end| path.ends_with(end));
        let json = [".tf.json", ".tofu.json", ".tfvars.json"].iter().any(|end| path.ends_with(end));
        if json { Some(Self::HclJson) } else { native.then_some(Self::Hcl) }
    }
}

/// What a statement covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// What stands in the range, what belongs to a block that begins in it, and what is below a call in it.
    Below,
    /// Only what stands in the range.
    Place,
}

/// A statement, with what it covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Who says it, and why.
    pub suppression: Suppression,
    /// The checks that it is about, each once.
    pub checks: Vec<&'static str>,
    /// Ids of our own syntax that are no check's.
    pub strangers: Vec<String>,
    /// Why a statement in our own syntax cannot be read; it then covers nothing.
    pub fault: Option<String>,
    /// What it covers; empty if there is nothing at its place.
    pub range: Range<u32>,
    /// How far.
    pub reach: Reach,
    /// Whether the block that it covers is there at all times: `count`, `for_each` or `Condition` may take it away.
    pub always: bool,
}

/// The words one of which every file with a statement holds.
pub const MARKS: [&str; 7] =
    ["trailwarden", "tfsec:ignore", "trivy:ignore", ":skip=", "kics-scan", "rules_to_suppress", "checkov"];

/// The statements of a file, in the order of their places. `foreign` says whether other tools' are looked for.
pub fn read(source: &SourceFile, file: FileId, form: Form, foreign: bool) -> Vec<Statement> {
    let text = source.text();
    let (comments, documents) = match form {
        Form::Hcl => (comments::hcl(text), Vec::new()),
        Form::HclJson => return hcl_json(text, file, foreign),
        Form::Script => (comments::script(text, source.path()), Vec::new()),
        Form::Template => {
            let documents = crate::syntax::parse_any(text, file).unwrap_or_default();
            // JSON has no comments, and what looks like one in a flow collection of YAML is one.
            let json = crate::syntax::json::parse(text, file).is_ok();
            (if json { Vec::new() } else { comments::yaml(text) }, documents)
        }
    };
    let marked: Vec<(Comment, Vec<Mark>)> = comments::located(text, comments)
        .into_iter()
        .map(|comment| (marks::of(&text[comment.text.clone()]), comment))
        .map(|(marks, comment)| (comment, marks))
        .collect();
    let mut statements = Vec::new();
    if marked.iter().any(|(_, marks)| !marks.is_empty()) {
        let outline = match form {
            Form::Hcl | Form::HclJson => outline::hcl(text, file),
            Form::Script => outline::script(text, source.path(), file),
            Form::Template => outline::nodes(&documents),
        };
        statements = place(text, file, &outline, marked, foreign, form);
    }
    statements.extend(metadata::read(&documents, text.len(), foreign));
    statements.sort_by_key(|statement| statement.suppression.at);
    statements
}

/// Gives the marks of comments their ranges. Comments alone on their lines, one below the other, are about the line
/// below the last.
fn place(
    text: &str,
    file: FileId,
    outline: &Outline,
    marked: Vec<(Comment, Vec<Mark>)>,
    foreign: bool,
    form: Form,
) -> Vec<Statement> {
    let first_code = first_code(text, &marked);
    let indentation = |line: &Range<usize>| {
        let line = &text[line.clone()];
        (!line.trim().is_empty()).then(|| line.len() - line.trim_start_matches(' ').len())
    };
    let script = form == Form::Script;
    let mut statements = Vec::new();
    // The comment below the one at hand: its line, and the line that it is about.
    let mut below: Option<(Range<usize>, Range<usize>)> = None;
    for (comment, marks) in marked.into_iter().rev() {
        let line = comments::line(text, comment.text.start);
        let about = match (&below, comment.alone) {
            (_, false) => line.clone(),
            (Some((next, about)), true) if next.start == line.end => about.clone(),
            (_, true) => comments::line(text, line.end),
        };
        if comment.alone {
            below = Some((line.clone(), about.clone()));
        }
        for mark in marks.into_iter().filter(|mark| foreign || mark.tool == Tool::Trailwarden) {
            let at = Span::new(file, comment.text.start + mark.at.start, comment.text.start + mark.at.end);
            let item = match mark.scope {
                Scope::Here | Scope::Block => match outline.beginning_in(&about) {
                    // A command may begin on a line before the one that its comment ends.
                    None if script && !comment.alone => outline.around(comment.text.start, &line),
                    item => item,
                },
                Scope::Around => outline.around(comment.text.start, &line),
                Scope::Line | Scope::File => None,
            };
            // In YAML a comment that stands deeper than the line below it ends what is above.
            let ends = form == Form::Template && comment.alone && indentation(&line) > indentation(&about);
            let (range, reach) = match (mark.scope, item) {
                (Scope::Here | Scope::Block, _) if ends => (0..0, Reach::Place),
                (Scope::Here | Scope::Block, Some(item)) if script => {
                    (outline.all_beginning_in(&about).unwrap_or_else(|| item.range.clone()), Reach::Below)
                }
                (Scope::Here | Scope::Block | Scope::Around, Some(item)) => (item.range.clone(), Reach::Below),
                (Scope::Here, None) => (about.clone(), Reach::Place),
                (Scope::Block | Scope::Around, None) => (0..0, Reach::Place),
                (Scope::Line, _) => (line.start..comments::line(text, line.end).end, Reach::Place),
                (Scope::File, _) if comment.text.start <= first_code => (0..text.len(), Reach::Below),
                (Scope::File, _) => (0..0, Reach::Place),
            };
            let always = item.is_none_or(|item| item.always);
            statements.extend(statement(mark, at, range, reach, always));
        }
    }
    statements
}

/// Where the text has its first line that is neither blank nor a comment.
fn first_code(text: &str, marked: &[(Comment, Vec<Mark>)]) -> usize {
    let mut alone =
        marked.iter().filter(|(comment, _)| comment.alone).map(|(comment, _)| comment.text.start).peekable();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let mut comment = false;
        while alone.next_if(|start| *start < end).is_some() {
            comment = true;
        }
        if !comment && !line.trim().is_empty() && line.trim() != "---" {
            return at;
        }
        at = end;
    }
    at
}

/// A mark that means something here.
fn statement(mark: Mark, at: Span, range: Range<usize>, reach: Reach, always: bool) -> Option<Statement> {
    let (mut checks, mut strangers) = (Vec::new(), Vec::new());
    let kind = if mark.tool == Tool::Trailwarden { SuppressionKind::Inline } else { SuppressionKind::Foreign };
    match &mark.ids {
        Ids::These(ids) if mark.tool == Tool::Trailwarden => (checks, strangers) = own_checks(ids),
        Ids::These(ids) => checks.extend(ids.iter().flat_map(|id| equivalents::of(mark.tool.word(), id))),
        Ids::All => checks.extend(equivalents::all(mark.tool.word(), &[])),
        Ids::AllBut(ids) => checks.extend(equivalents::all(mark.tool.word(), ids)),
    }
    checks.sort_unstable();
    checks.dedup();
    if kind == SuppressionKind::Foreign && checks.is_empty() {
        return None;
    }
    let named = match &mark.ids {
        Ids::These(ids) => ids.join(", "),
        Ids::All | Ids::AllBut(_) => "all".to_owned(),
    };
    let until = mark.until;
    let suppression = Suppression { kind, tool: mark.tool.word(), named, reason: mark.reason, until, at };
    let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let range = if mark.fault.is_some() { 0..0 } else { clamp(range.start)..clamp(range.end) };
    Some(Statement { suppression, checks, strangers, fault: mark.fault, range, reach, always })
}

/// The checks of these ids, and the ids that are none's.
fn own_checks(ids: &[String]) -> (Vec<&'static str>, Vec<String>) {
    let mut found = (Vec::new(), Vec::new());
    for id in ids {
        match crate::checks::CHECKS.iter().find(|check| check.id == id) {
            Some(check) => found.0.push(check.id),
            None => found.1.push(id.clone()),
        }
    }
    found
}

/// The statements under the keys `//` of JSON: each is about the object that it stands in.
fn hcl_json(text: &str, file: FileId, foreign: bool) -> Vec<Statement> {
    let Ok(root) = crate::syntax::json::parse(text, file) else { return Vec::new() };
    let mut statements = Vec::new();
    let mut left = vec![(&root, root.span, true)];
    while let Some((node, whole, always)) = left.pop() {
        let always = always && !outline::may_be_absent(node);
        for entry in node.entries() {
            match entry.value.as_str().filter(|_| &*entry.key == "//") {
                Some(comment) => {
                    for mark in marks::of(comment) {
                        if foreign || mark.tool == Tool::Trailwarden {
                            statements.extend(statement(mark, entry.value.span, whole.range(), Reach::Below, always));
                        }
                    }
                }
                None => left.push((&entry.value, entry.span(), always)),
            }
        }
        // A list of one is the block itself, which begins at its key.
        let only = node.items().len() == 1 && whole != root.span;
        left.extend(node.items().iter().map(|item| (item, if only { whole } else { item.span }, always)));
    }
    statements.sort_by_key(|statement| statement.suppression.at);
    statements
}

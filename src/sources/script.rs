//! Scripts: the calls of the AWS CLI in files of many languages, and the estate that they make.
//!
//! A reader of one language takes the shell scripts out of a file, each with a map from its bytes to the file's. One
//! reader of the shell finds the calls in them. Lowering turns the calls of a file, in the order they run, into one
//! input.

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::model::arn::{Shape, Text, Var};
use crate::model::invocation::Layout;
use crate::source_map::{FileId, Span};
use crate::sources::embed;
use crate::sources::shell::{self, Char};
use crate::truth::{Cause, CauseKind};

pub mod arguments;
mod language;
mod lower;
mod readers;
mod shorthand;
pub mod snippet;

pub use arguments::{Command, Files};
pub use language::Language;
pub use lower::{Runner, input, removal};

use arguments::Argument;
use snippet::Snippet;

/// Who runs the scripts, as far as the command line says it.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The account.
    pub account: Option<String>,
    /// The Region that calls go to which name none.
    pub region: Option<String>,
}

/// A file whose calls are read.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its path, as reports name it.
    pub path: &'a str,
    /// Its id.
    pub file: FileId,
    /// Who runs it.
    pub caller: &'a Caller,
}

/// The calls of a file, in the order they run.
pub fn commands(source: Source<'_>, language: Language) -> Vec<Command> {
    let Source { text, file, .. } = source;
    let mut commands: Vec<Command> = Vec::new();
    for (number, snippet) in readers::snippets(text, file, language).iter().enumerate() {
        for call in shell::calls(snippet.text()) {
            let mut command = located(call, snippet, source);
            command.order.insert(0, number);
            commands.push(command);
        }
    }
    // A command that is put together in pieces may stand in several snippets.
    let key = |command: &Command| (command.span(), command.name.clone());
    commands.sort_by_key(key);
    commands.dedup_by(|a, b| key(a) == key(b));
    commands.retain(|command| !command.is_help());
    commands.sort_by(|a, b| a.order.cmp(&b.order));
    commands
}

/// A script that a resource runs.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Its calls, in the order they are written.
    pub commands: Vec<Command>,
    /// What runs it.
    pub runner: Runner,
}

/// Whether a text may hold a call that is judged; nothing else of it need be parsed.
pub fn speaks(text: &str) -> bool {
    /// Buckets are of interest together with a trail.
    static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MARKS).ok());
    NAMES.as_ref().is_none_or(|names| names.is_match(text))
}

/// What every file holds that has a call which is judged, in whatever language.
pub const MARKS: [&str; 5] = ["cloudtrail", "CloudTrail", "-role-policy", "-user-policy", "-group-policy"];

/// The paths that arguments name by `file://`, as written.
pub fn file_names(commands: &[Command]) -> impl Iterator<Item = &str> {
    commands.iter().flat_map(|command| &command.words).filter_map(|word| {
        let value =
            word.flat.split_once('=').filter(|(flag, _)| flag.starts_with("--")).map_or(&*word.flat, |(_, v)| v);
        value.strip_prefix("file://").or_else(|| value.strip_prefix("fileb://"))
    })
}

/// The place of a referred file: beside the script, as most are run, or in one of the folders above.
pub fn candidates(script: &str, name: &str) -> Vec<String> {
    let name = name.strip_prefix("./").unwrap_or(name);
    let mut found = Vec::new();
    let mut folder = Path::new(script).parent();
    while let Some(path) = folder {
        found.push(path.join(name).to_string_lossy().replace('\\', "/"));
        folder = path.parent();
    }
    found
}

fn located(call: shell::Call, snippet: &Snippet, source: Source<'_>) -> Command {
    let place = |range: &Range<usize>| {
        let at = snippet.place(range);
        Span::new(source.file, at.start, at.end)
    };
    let words: Vec<Argument> =
        call.words.iter().map(|word| argument(word, place(&word.range), &place, source)).collect();
    let places: Vec<Span> = words.iter().map(|word| word.at).collect();
    let layout = layout(&call, &places, snippet, source.text);
    Command {
        service: call.service,
        name: call.command,
        words,
        open: call.open,
        guards: {
            let mut guards = call.guards;
            for guard in &mut guards {
                guard.relocate(|at| snippet.place(&(at..at + 1)).start);
            }
            guards
        },
        tolerated: call.tolerated,
        order: call.order,
        layout,
    }
}

/// How the words of a call stand in the file.
fn layout(call: &shell::Call, places: &[Span], snippet: &Snippet, text: &str) -> Layout {
    // An option that comes from a variable is not written where it is used.
    let written = call.words.iter().zip(places).all(|(word, at)| {
        let word = word.text();
        let flag = word.split('=').next().unwrap_or_default();
        !flag.starts_with("--") || text.get(at.range()).is_some_and(|text| text.starts_with(flag))
    });
    match () {
        () if call.pieces || !written => Layout::Pieces,
        () if snippet.plain && is_whole(call, snippet.text()) => Layout::Script,
        () => Layout::List,
    }
}

/// Whether a call is a statement by itself: nothing runs it, and nothing takes what it prints.
fn is_whole(call: &shell::Call, script: &str) -> bool {
    let (Some(first), Some(last)) = (call.words.first(), call.words.last()) else { return false };
    let (Some(before), Some(behind)) = (script.get(..first.range.start), script.get(last.range.end..)) else {
        return false;
    };
    let begins = before.trim_end_matches([' ', '\t']);
    let word = begins.rsplit(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
    let begins = begins.is_empty()
        || begins.ends_with('\n') && !begins.ends_with("\\\n") && !begins.ends_with("|\n")
        || begins.ends_with([';', '{'])
        || begins.ends_with("&&")
        || matches!(word, "then" | "do" | "else");
    let behind = behind.trim_start_matches([' ', '\t', '\r']);
    let ends = behind.is_empty()
        || behind.starts_with(['\n', ';', '#'])
        || behind.starts_with("&&")
        || behind.starts_with("||");
    let close = call.words.windows(2).all(|pair| {
        let between = script.get(pair[0].range.end..pair[1].range.start);
        between.is_none_or(|between| between.chars().all(|c| c.is_whitespace() || c == '\\'))
    });
    begins && ends && close
}

/// A call in a script that a resource runs; its words stand at `places`.
pub fn embedded(call: &shell::Call, places: &[Span], source: Source<'_>) -> Command {
    let words = call.words.iter().zip(places).map(|(word, at)| {
        // As exact as the place of a whole word lets one be.
        let within = |range: &Range<usize>| {
            let start = (range.start.saturating_sub(word.range.start) as u32).saturating_add(at.start);
            let start = start.min(at.end.saturating_sub(1)).max(at.start);
            Span { file: at.file, start, end: at.end }
        };
        argument(word, *at, &within, source)
    });
    Command {
        service: call.service.clone(),
        name: call.command.clone(),
        words: words.collect(),
        open: call.open,
        guards: call.guards.clone(),
        tolerated: call.tolerated,
        order: call.order.clone(),
        layout: Layout::Pieces,
    }
}

/// Stands in the scripts of resources for a piece that is not known: a private-use character, which no shell treats
/// specially.
pub const HOLE: char = '\u{F0000}';

fn argument(word: &shell::Word, at: Span, place: &dyn Fn(&Range<usize>) -> Span, source: Source<'_>) -> Argument {
    let mut result = Argument {
        text: Text::default(),
        at,
        flat: String::new(),
        offsets: Vec::new(),
        holes: Vec::new(),
        loose: false,
    };
    let is_raw = |c: &Char| c.raw || c.c == HOLE;
    for run in word.chars.chunk_by(|a, b| is_raw(a) == is_raw(b)) {
        let written: String = run.iter().map(|c| c.c).collect();
        let start = |c: &Char| place(&(c.start..c.end)).start;
        if is_raw(&run[0]) {
            let span = place(&(run[0].start..run[run.len() - 1].end));
            let known = if written.contains(HOLE) {
                Ok(piece(span, source))
            } else {
                hole(&written, source.text.get(span.range()).unwrap_or_default(), source)
            };
            let var = match known {
                Ok(var) => var,
                Err(known) => {
                    result.offsets.extend(std::iter::repeat_n(start(&run[0]), known.len()));
                    result.flat.push_str(known);
                    result.text.push_str(known);
                    continue;
                }
            };
            if let Some(c) = embed::hole(result.holes.len()) {
                result.flat.push(c);
                result.offsets.extend(std::iter::repeat_n(start(&run[0]), c.len_utf8()));
            }
            result.text.push(&var.clone().into());
            result.holes.push(var);
        } else {
            for c in run {
                result.offsets.extend(std::iter::repeat_n(start(c), c.c.len_utf8()));
            }
            result.flat.push_str(&written);
            result.text.push_str(&written);
        }
    }
    result.loose = word.chars.first().is_some_and(is_raw) && word.chars.iter().all(is_raw);
    result
}

/// A piece of a resource's script that is not known; of two such pieces it is not known that they are the same.
fn piece(at: Span, source: Source<'_>) -> Var {
    let cause = Cause::new(CauseKind::Unsupported, "a part of the script is not known");
    let key = format!("script:{}:{}", source.path, at.start).into();
    Var { key, shown: "unknown".into(), cause, shape: Shape::Any }
}

/// The hole for an expansion that is not known; the error is what it stands for, where that is.
fn hole<'a>(written: &str, original: &str, source: Source<'a>) -> Result<Var, &'a str> {
    let Source { path, caller, .. } = source;
    let account = || caller.account.as_deref().map_or_else(|| Ok(account(path)), Err);
    let region = || caller.region.as_deref().map_or_else(|| Ok(region(path)), Err);
    if written.contains("sts get-caller-identity") && written.contains("Account") && !written.contains("Arn") {
        return account();
    }
    let name = written.trim_start_matches(['$', '{']).trim_end_matches('}');
    if ["AWS_REGION", "AWS_DEFAULT_REGION", "(aws configure get region)"].contains(&name) {
        return region();
    }
    if ["AWS_ACCOUNT_ID", "ACCOUNT_ID", "AWS_ACCOUNT"].contains(&name) {
        return account();
    }
    // An expression of another language is shown as it is written there.
    let expression = original.trim_matches(|c: char| "${}#\"' ".contains(c));
    let foreign = name.starts_with("tw_");
    let (kind, detail) = if foreign {
        (CauseKind::Unsupported, format!("the expression '{}' is not evaluated", cut(expression)))
    } else if name.starts_with(['(', '`']) || written.starts_with('`') {
        (CauseKind::Unsupported, format!("what '{}' prints is not known", cut(written)))
    } else {
        (CauseKind::Parameter, format!("the script gives '{}' no one value", cut(written)))
    };
    Ok(Var {
        key: format!("script:{path}:{written}").into(),
        // A hole is printed between `${` and `}`.
        shown: match () {
            () if foreign && !expression.is_empty() => cut(expression).into(),
            () if name.starts_with('(') => cut(written).into(),
            () => cut(name).into(),
        },
        cause: Cause::new(kind, detail),
        shape: Shape::Any,
    })
}

fn cut(written: &str) -> String {
    let line = written.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The account of whoever runs the script.
fn account(path: &str) -> Var {
    let cause = Cause::new(CauseKind::Parameter, "the account of the caller is not known");
    Var {
        key: format!("script:{path}:account").into(),
        shown: "the caller's account".into(),
        cause,
        shape: Shape::Account,
    }
}

/// The Region of whoever runs the script.
fn region(path: &str) -> Var {
    let cause = Cause::new(CauseKind::Parameter, "the Region of the caller is not known");
    Var { key: format!("script:{path}:region").into(), shown: "the caller's Region".into(), cause, shape: Shape::Name }
}

#[cfg(test)]
mod tests;

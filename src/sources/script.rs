//! Scripts: the calls of the AWS CLI in files of many languages, and the estate that they make.
//!
//! A reader of one language takes the shell scripts out of a file, each with a map from its bytes to the file's. One
//! reader of the shell finds the calls in them. Lowering turns the calls of a file, in the order they run, into one
//! input.

use std::path::Path;

use crate::model::arn::{Shape, Text, Var};
use crate::model::invocation::Layout;
use crate::source_map::{FileId, Span};
use crate::sources::embed;
use crate::sources::shell;
use crate::truth::{Cause, CauseKind};

pub mod arguments;
mod language;
mod lower;
mod readers;
mod shorthand;
pub mod snippet;

pub use arguments::{Command, Files};
pub use language::Language;
pub use lower::{input, removal};

use arguments::Argument;
use snippet::Snippet;

/// The calls of a file whose text is `text`, in the order they run.
pub fn commands(text: &str, path: &str, file: FileId, language: Language) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for (number, snippet) in readers::snippets(text, file, language).iter().enumerate() {
        for call in shell::calls(snippet.text()) {
            let mut command = located(call, snippet, (text, path, file));
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

/// The text of a file, its path and its id.
type Source<'a> = (&'a str, &'a str, FileId);

fn located(call: shell::Call, snippet: &Snippet, source: Source<'_>) -> Command {
    let words = call.words.iter().map(|word| argument(word, snippet, source)).collect();
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
        layout: match (call.pieces, snippet.plain) {
            (true, _) => Layout::Pieces,
            (false, true) => Layout::Script,
            (false, false) => Layout::List,
        },
    }
}

fn argument(word: &shell::Word, snippet: &Snippet, (text, path, file): Source<'_>) -> Argument {
    let at = snippet.place(&word.range);
    let at = Span::new(file, at.start, at.end);
    let mut result = Argument {
        text: Text::default(),
        at,
        flat: String::new(),
        offsets: Vec::new(),
        holes: Vec::new(),
        loose: false,
    };
    for run in word.chars.chunk_by(|a, b| a.raw == b.raw) {
        let written: String = run.iter().map(|c| c.c).collect();
        let place = |c: &shell::Char| snippet.place(&(c.start..c.end)).start as u32;
        if run[0].raw {
            let span = snippet.place(&(run[0].start..run[run.len() - 1].end));
            let var = hole(&written, text.get(span).unwrap_or_default(), path);
            if let Some(c) = embed::hole(result.holes.len()) {
                result.flat.push(c);
                result.offsets.extend(std::iter::repeat_n(place(&run[0]), c.len_utf8()));
            }
            result.text.push(&var.clone().into());
            result.holes.push(var);
        } else {
            for c in run {
                result.offsets.extend(std::iter::repeat_n(place(c), c.c.len_utf8()));
            }
            result.flat.push_str(&written);
            result.text.push_str(&written);
        }
    }
    result.loose = matches!(word.chars.as_slice(), [first, ..] if first.raw) && word.chars.iter().all(|c| c.raw);
    result
}

/// The hole for an expansion that is not known.
fn hole(written: &str, original: &str, path: &str) -> Var {
    if written.contains("sts get-caller-identity") && written.contains("Account") && !written.contains("Arn") {
        return account(path);
    }
    let name = written.trim_start_matches(['$', '{']).trim_end_matches('}');
    if ["AWS_REGION", "AWS_DEFAULT_REGION", "(aws configure get region)"].contains(&name) {
        return region(path);
    }
    if ["AWS_ACCOUNT_ID", "ACCOUNT_ID", "AWS_ACCOUNT"].contains(&name) {
        return account(path);
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
    Var {
        key: format!("script:{path}:{written}").into(),
        // A hole is printed between `${` and `}`.
        shown: match () {
            () if foreign && !expression.is_empty() => cut(expression).into(),
            () if name.starts_with('(') => cut(written).into(),
            () => cut(name).into(),
        },
        cause: Cause::new(kind, detail),
        shape: Shape::Any,
    }
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

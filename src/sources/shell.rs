//! The calls of the AWS CLI in a shell script.
//!
//! A grammar finds where commands begin; the words of one are then read by the shell's own rules of quoting, since the
//! reader must undo quotes and still know the byte every character came from. Where the grammar gives up, lines are
//! read one by one.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

mod call;
mod documents;
mod endings;
mod files;
mod flow;
mod guards;
mod lines;
mod scope;
mod steps;
mod variables;
mod words;

pub use guards::Guard;
pub use words::Char;

#[cfg(test)]
mod tests;

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service: `cloudtrail`.
    pub service: String,
    /// The command's name: `create-subscription`.
    pub command: String,
    /// All words from `aws` on.
    pub words: Vec<Word>,
    /// Whether more arguments may follow than are written, or others: `xargs` adds some.
    pub open: bool,
    /// Whether its first words come from a variable.
    pub pieces: bool,
    /// What must hold for it to run, outermost first.
    pub guards: Vec<Guard>,
    /// Whether the script goes on when it fails: `… || true`.
    pub tolerated: bool,
    /// Sorts calls in the order they run, as far as it can be told.
    pub order: Vec<usize>,
}

/// A word after quote removal.
#[derive(Clone, Debug)]
pub struct Word {
    /// Its characters, with those variables put in that have one value in the script. What cannot be known is as it is
    /// written, and `raw`.
    pub chars: Vec<Char>,
    /// The bytes it was written as.
    pub range: Range<usize>,
}

impl Word {
    /// The characters; expansions that cannot be known as they are written.
    pub fn text(&self) -> String {
        self.chars.iter().map(|c| c.c).collect()
    }
}

impl Call {
    /// The words with the bytes they were written as.
    pub fn texts(&self) -> Vec<(String, Range<usize>)> {
        self.words.iter().map(|word| (word.text(), word.range.clone())).collect()
    }

    fn key(&self) -> (usize, usize, &str) {
        let first = self.words.first().map_or(0, |word| word.range.start);
        (first, self.words.last().map_or(0, |word| word.range.end), &self.command)
    }
}

/// The calls of `aws [global options] cloudtrail [global options] COMMAND …` in a script, in order.
/// Never one in a comment, in a here-document's prose, or as an argument that only mentions the words.
///
/// A call that is put together in a variable has the ranges of that variable's assignment; a further argument that
/// comes from a variable has the range of its use. Words that cannot be known are as written: `$NAME`, `$(date)`.
pub fn cloudtrail_calls(script: &str) -> Vec<Call> {
    // The service's name is in every call, however the rest is put together.
    if memchr::memmem::find(script.as_bytes(), b"cloudtrail").is_none() {
        return Vec::new();
    }
    let mut calls = calls(script);
    calls.retain(|call| call.service == "cloudtrail");
    calls
}

/// The calls of all services that are modelled, in the order they are written.
pub fn calls(script: &str) -> Vec<Call> {
    let mut calls = calls_at_depth(script, 0);
    calls.sort_by(|a, b| a.key().cmp(&b.key()));
    calls.dedup_by(|a, b| a.key() == b.key());
    calls
}

/// The comments of a script, each with its sign.
pub fn comments(script: &str) -> Vec<Range<usize>> {
    scope::comments(script)
}

/// The services whose commands are modelled.
const SERVICES: [&str; 6] = ["cloudtrail", "iam", "kms", "s3", "s3api", "s3control"];

/// Whether a text names a service, without regard to its place.
fn mentions(text: &str) -> bool {
    static NAMES: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(["cloudtrail", "iam", "kms", "s3"]).ok());
    NAMES.as_ref().is_none_or(|names| names.is_match(text))
}

/// Scripts inside of scripts (`bash -c "…"`, `eval`) that are followed.
const DEEPEST: usize = 4;

fn calls_at_depth(script: &str, depth: usize) -> Vec<Call> {
    if depth > DEEPEST || !mentions(script) {
        return Vec::new();
    }
    let scope = scope::Scope::read(script);
    let mut calls = Vec::new();
    let documents = lines::several_documents(script);
    let in_document = |at: usize| documents.iter().any(|document| document.contains(&at));
    for start in scope.commands.iter().filter(|start| !in_document(start.at)) {
        let words = words::command(script, start.at, start.limit);
        calls.extend(call::calls(script, &scope, &words, start, depth));
    }
    for (body, start) in &scope.shell_documents {
        let Some(text) = script.get(body.clone()) else { continue };
        calls.extend(calls_at_depth(text, depth + 1).into_iter().map(|call| {
            let mut call = shifted(call, body.start);
            call.guards = start.guards.iter().cloned().chain(call.guards).collect();
            call.order = start.order.iter().copied().chain(call.order).collect();
            call.tolerated |= start.tolerated;
            call
        }));
    }
    for line in lines::suspects(script, &scope.errors) {
        let Some(text) = script.get(line.clone()) else { continue };
        // What the grammar does not understand as a whole it may understand line by line.
        let part = scope::Scope::read_line(text);
        for start in &part.commands {
            let words = words::command(script, line.start + start.at, line.start + start.limit);
            let mut start = start.clone();
            start.shift(line.start);
            calls.extend(call::calls(script, &scope, &words, &start, depth));
        }
    }
    calls
}

fn shifted(mut call: Call, by: usize) -> Call {
    for word in &mut call.words {
        word.range = word.range.start + by..word.range.end + by;
        for c in &mut word.chars {
            c.start += by;
            c.end += by;
        }
    }
    call.order.insert(0, by);
    for guard in &mut call.guards {
        guard.shift(by);
    }
    call
}

//! The words of `aws cloudtrail` calls in a shell script.
//!
//! A grammar finds where commands begin; the words of one are then read by the shell's own rules of quoting, since the
//! reader must undo quotes and still know the byte every character came from. Where the grammar gives up, lines are
//! read one by one.

use std::ops::Range;

mod call;
mod lines;
mod scope;
mod words;

#[cfg(test)]
mod tests;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The command's name: `create-subscription`.
    pub command: String,
    /// All words from `aws` on, after quote removal, with the bytes they were written as.
    pub words: Vec<(String, Range<usize>)>,
}

/// The calls of `aws [global options] cloudtrail [global options] COMMAND …` in a script, in order.
/// Never one in a comment, in a here-document's prose, or as an argument that only mentions the words.
///
/// A call that is put together in a variable has the ranges of that variable's assignment; a further argument that
/// comes from a variable has the range of its use. Words that cannot be known are as written: `$NAME`, `$(date)`.
pub fn cloudtrail_calls(script: &str) -> Vec<Call> {
    let mut calls = calls_at_depth(script, 0);
    calls.sort_by(|a, b| key(a).cmp(&key(b)));
    calls.dedup_by(|a, b| key(a) == key(b));
    calls
}

fn key(call: &Call) -> (usize, usize, &str) {
    (call.words.first().map_or(0, |(_, at)| at.start), call.words.last().map_or(0, |(_, at)| at.end), &call.command)
}

/// Scripts inside of scripts (`bash -c "…"`, `eval`) that are followed.
const DEEPEST: usize = 4;

fn calls_at_depth(script: &str, depth: usize) -> Vec<Call> {
    // The service's name is in every call, however the rest is put together.
    if depth > DEEPEST || memchr::memmem::find(script.as_bytes(), b"cloudtrail").is_none() {
        return Vec::new();
    }
    let scope = scope::Scope::read(script);
    let mut calls = Vec::new();
    for start in &scope.commands {
        let words = words::command(script, start.at, start.limit);
        calls.extend(call::calls(script, &scope, &words, depth));
    }
    for body in &scope.shell_documents {
        let Some(text) = script.get(body.clone()) else { continue };
        calls.extend(calls_at_depth(text, depth + 1).into_iter().map(|call| shifted(call, body.start)));
    }
    for line in lines::suspects(script, &scope.errors) {
        let Some(text) = script.get(line.clone()) else { continue };
        // What the grammar does not understand as a whole it may understand line by line.
        let part = scope::Scope::read_line(text);
        for start in &part.commands {
            let words = words::command(script, line.start + start.at, line.start + start.limit);
            calls.extend(call::calls(script, &scope, &words, depth));
        }
    }
    calls
}

fn shifted(mut call: Call, by: usize) -> Call {
    for (_, at) in &mut call.words {
        *at = at.start + by..at.end + by;
    }
    call
}

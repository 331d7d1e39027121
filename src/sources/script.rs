//! The words of `aws cloudtrail` calls in a shell script.
use std::ops::Range;

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
pub fn cloudtrail_calls(script: &str) -> Vec<Call> {
    let _ = script;
    todo!()
}

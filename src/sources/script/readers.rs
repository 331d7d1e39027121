//! From a file of some language to the shell scripts in it.

use super::language::Language;
use super::snippet::Snippet;
use crate::source_map::FileId;

mod batch;
mod docker;
mod lexer;
mod make;
mod markdown;
mod nesting;
mod powershell;
mod program;
mod templated_yaml;
mod yaml;

/// The scripts in a text, in the order they stand.
pub(super) fn snippets(text: &str, file: FileId, language: Language) -> Vec<Snippet> {
    match language {
        Language::Shell => vec![Snippet::part(text, 0..text.len())],
        Language::Make => make::snippets(text),
        Language::Docker => docker::snippets(text),
        Language::Yaml => yaml::snippets(text, file),
        Language::Package => yaml::package(text, file),
        Language::Groovy | Language::Python | Language::Node | Language::Ruby => program::snippets(text, language),
        Language::PowerShell => vec![powershell::snippet(text)],
        Language::Batch => vec![batch::snippet(text)],
        Language::Markdown => markdown::snippets(text, file),
    }
}

/// The lines of a text without their ends, each with the byte it begins at.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches('\n').trim_end_matches('\r'))
    })
}

//! The line of a place, made fit for a terminal.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Snippet};

use crate::finding::is_hidden;
use crate::source_map::{SourceFile, SourceMap, Span};

/// Lines up to this many bytes are shown whole.
const WHOLE: usize = 140;
/// Of a longer line, so many bytes before the place are shown …
const BEFORE: usize = 40;
/// … and so many from its start on.
const AFTER: usize = 90;

/// A line or a part of it, and the range of the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    text: String,
    mark: Range<usize>,
}

impl Excerpt {
    /// The line of a span that does not leave its line. Only the surroundings are looked at, however long the line is.
    pub(super) fn of(sources: &SourceMap, span: Span) -> Self {
        let file = sources.file(span.file);
        let text: &str = file.text();
        let start = floor(text, span.range().start);
        let end = floor(text, span.range().end).max(start);
        let (before, begins) = before(text, start);
        let (after, ends) = after(text, start);
        let whole = begins && ends && after.end - before.start <= WHOLE;
        let from = if whole { before.start } else { floor(text, start.saturating_sub(BEFORE)).max(before.start) };
        let to = if whole { after.end } else { floor(text, start + AFTER).min(after.end) };
        let mut excerpt = Self { text: String::new(), mark: 0..0 };
        if !(begins && from == before.start) {
            excerpt.text.push_str("...");
        }
        excerpt.push(file, from..start);
        let mark_start = excerpt.text.len();
        excerpt.push(file, start..end.min(to));
        excerpt.mark = mark_start..excerpt.text.len();
        excerpt.push(file, end.min(to)..to);
        if !(ends && to == after.end) {
            excerpt.text.push_str("...");
        }
        excerpt
    }

    /// Appends with each hidden character as one visible one, so that what is underlined stays in its column, and
    /// with secrets starred out.
    fn push(&mut self, file: &SourceFile, range: Range<usize>) {
        let begin = range.start;
        self.text.extend(file.text()[range].char_indices().map(|(i, c)| match c {
            '\t' | ' ' => c,
            _ if file.is_secret(begin + i) => '*',
            _ if is_hidden(c) => '?',
            _ => c,
        }));
    }

    /// Whether both show the same part of a line, wherever their places are in it.
    pub(super) fn shows_the_same(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A line with a place in it.
pub(super) struct Line {
    /// Its number, from 1.
    pub number: u32,
    /// What is shown of it.
    pub excerpt: Excerpt,
    /// Whether it is the place to look at first.
    pub kind: AnnotationKind,
    /// What stands under the place.
    pub label: Option<String>,
}

/// Lines that follow each other from `first` on, for the renderer; several places may be in one line.
pub(super) fn lines(all: impl Iterator<Item = Line>, first: u32) -> Snippet<'static, Annotation<'static>> {
    let mut text = String::new();
    let mut annotations = Vec::new();
    let mut last: Option<(u32, usize)> = None;
    for line in all {
        let start = match last {
            Some((number, start)) if number == line.number => start,
            Some(_) => {
                text.push('\n');
                text.len()
            }
            None => 0,
        };
        if last.is_none_or(|(number, _)| number != line.number) {
            text.push_str(&line.excerpt.text);
        }
        last = Some((line.number, start));
        let mark = line.excerpt.mark.start + start..line.excerpt.mark.end + start;
        annotations.push(line.kind.span(mark).label(line.label.map(std::borrow::Cow::Owned)));
    }
    Snippet::source(text).line_start(first as usize).annotations(annotations)
}

/// The part of the line before `at`, at most [`WHOLE`] bytes, and whether it reaches to the line's begin.
fn before(text: &str, at: usize) -> (Range<usize>, bool) {
    let far = floor(text, at.saturating_sub(WHOLE));
    match memchr::memrchr(b'\n', &text.as_bytes()[far..at]) {
        Some(newline) => (far + newline + 1..at, true),
        None => (far..at, far == 0),
    }
}

/// The part of the line from `at`, at most [`WHOLE`] bytes, and whether it reaches to the line's end.
fn after(text: &str, at: usize) -> (Range<usize>, bool) {
    let far = floor(text, at + WHOLE);
    match memchr::memchr(b'\n', &text.as_bytes()[at..far]) {
        Some(newline) => (at..at + text[at..at + newline].trim_end_matches('\r').len(), true),
        None => (at..far, far == text.len()),
    }
}

/// The last character boundary not behind `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, needle: &str) -> Excerpt {
        let mut sources = SourceMap::default();
        let file = sources.add("x", text);
        let start = text.find(needle).expect("the needle is there");
        Excerpt::of(&sources, Span::new(file, start, start + needle.len()))
    }

    #[test]
    fn short_lines_are_whole() {
        let seen = excerpt("a\n  key: value # why\r\nb", "key: value");
        assert_eq!(seen, Excerpt { text: "  key: value # why".to_owned(), mark: 2..12 });
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{{{}\"here\":1,{}}}", "\"ü\":0,".repeat(100_000), "\"z\":2,".repeat(100_000));
        let seen = excerpt(&text, "\"here\":1");
        assert!(seen.text.len() < 160 && seen.text.starts_with("...") && seen.text.ends_with("..."));
        assert_eq!(&seen.text[seen.mark], "\"here\":1");
    }

    #[test]
    fn long_places_are_cut() {
        let text = format!("key: {}", "x".repeat(1_000_000));
        let seen = excerpt(&text, &text.clone());
        assert!(seen.text.len() < 160);
        assert!(seen.mark.start == 0 && seen.mark.end <= seen.text.len());
    }

    #[test]
    fn hidden_characters_keep_their_columns() {
        let seen = excerpt("a\u{1b}[31m\u{202e}b: c", "b: c");
        assert_eq!(seen.text, "a?[31m?b: c");
        assert_eq!(&seen.text[seen.mark], "b: c");
    }

    #[test]
    fn the_end_of_a_text_is_a_place() {
        let mut sources = SourceMap::default();
        let file = sources.add("x", "a\n");
        assert_eq!(Excerpt::of(&sources, Span::new(file, 2, 2)), Excerpt { text: String::new(), mark: 0..0 });
        assert_eq!(Excerpt::of(&sources, Span::new(file, 9, 12)).mark, 0..0);
    }
}

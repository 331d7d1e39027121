//! Lines that the grammar did not understand.

use std::ops::Range;

/// The logical lines that name the service and touch one of `errors`; none in a comment or a here-document.
pub(super) fn suspects(script: &str, errors: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if errors.is_empty() {
        return found;
    }
    let mut document: Option<String> = None;
    let mut line: Option<Range<usize>> = None;
    let mut at = 0;
    let mut next_error = 0;
    for raw in script.split_inclusive('\n') {
        let range = at..at + raw.len();
        at = range.end;
        let text = raw.trim_end_matches(['\n', '\r']);
        if let Some(end) = &document {
            if text.trim_start_matches('\t') == end {
                document = None;
            }
            continue;
        }
        let logical = line.take().map_or(range.start, |line| line.start)..range.end;
        if continues(text) {
            line = Some(logical);
            continue;
        }
        let whole = &script[logical.clone()];
        document = here_document(whole);
        while errors.get(next_error).is_some_and(|error| error.end < logical.start) {
            next_error += 1;
        }
        let touched = errors.get(next_error).is_some_and(|error| error.start <= logical.end);
        if touched && super::mentions(whole) && !whole.trim_start().starts_with('#') {
            found.push(logical);
        }
    }
    if let Some(line) = line
        && super::mentions(&script[line.clone()])
        && errors.iter().any(|error| error.start <= line.end && error.end >= line.start)
    {
        found.push(line);
    }
    found
}

fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// The word that ends the here-document which the line opens.
fn here_document(line: &str) -> Option<String> {
    here_documents(line).into_iter().next()
}

/// The words that end the here-documents which the line opens, in order.
fn here_documents(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line;
    while let Some((_, behind)) = rest.split_once("<<") {
        rest = behind;
        if rest.starts_with('<') {
            rest = rest.trim_start_matches('<');
            continue;
        }
        let word: String = rest
            .trim_start_matches('-')
            .trim_start()
            .chars()
            .take_while(|c| !c.is_whitespace() && !matches!(c, ';' | '|' | '&' | ')' | '>' | '<'))
            .filter(|c| !matches!(c, '\'' | '"' | '\\'))
            .collect();
        // `1 << 3` is arithmetic.
        if word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') {
            words.push(word);
        }
    }
    words
}

/// The bodies of here-documents of which one line opens several: the grammar takes them for commands.
pub(super) fn several_documents(script: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if memchr::memmem::find_iter(script.as_bytes(), "<<").take(2).count() < 2 {
        return found;
    }
    let mut open: std::collections::VecDeque<String> = std::collections::VecDeque::new();
    let mut first = 0;
    let mut at = 0;
    for line in script.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let text = line.trim_end_matches(['\n', '\r']);
        if let Some(end) = open.front() {
            if text.trim_start_matches('\t') == end {
                open.pop_front();
                if open.is_empty() {
                    found.push(first..begin);
                }
            }
            continue;
        }
        let words = here_documents(text);
        if words.len() > 1 && !text.trim_start().starts_with('#') {
            open = words.into();
            first = at;
        }
    }
    found
}

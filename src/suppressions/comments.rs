//! Comments, found by what each language says a comment is.

use std::ops::Range;
use std::path::Path;

use granit_parser::{Event, Parser, options};

use crate::sources::script::Language;
use crate::sources::shell;

/// One line of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// What it says, without its sign.
    pub(super) text: Range<usize>,
    /// Whether its line holds nothing else.
    pub(super) alone: bool,
}

/// A comment as a lexer finds it: where its sign begins, what it says, where it ends. It may have several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) text: Range<usize>,
    pub(super) end: usize,
}

/// The line, with its end, that holds the byte at `at`; empty behind the last line.
pub(super) fn line(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
    start..end
}

/// The lines of comments, in order, and whether they stand alone.
pub(super) fn located(text: &str, found: Vec<Found>) -> Vec<Comment> {
    let mut comments = Vec::new();
    // The end of the comment before: what stands between two comments of a line is no code if it is blank.
    let (mut last_end, mut last_alone) = (0, true);
    for found in found {
        let first = line(text, found.start);
        let begin = if last_end > first.start { last_end } else { first.start };
        let free = last_end <= first.start || last_alone;
        let before = text.get(begin..found.start).is_some_and(|rest| rest.trim().is_empty()) && free;
        let rest = &text[found.end..line(text, found.end).end.max(found.end)];
        let after = rest.trim().is_empty() || rest.trim_start().starts_with(['#', '/']);
        let alone = before && after;
        let mut at = found.text.start;
        for (i, piece) in text[found.text.clone()].split_inclusive('\n').enumerate() {
            let content = piece.trim_end();
            let lead = content.len() - content.trim_start().len();
            comments.push(Comment { text: at + lead..at + content.len(), alone: if i == 0 { alone } else { after } });
            at += piece.len();
        }
        (last_end, last_alone) = (found.end, alone);
    }
    comments
}

/// The comments of HCL: `#` and `//` to the end of the line, `/*` to `*/`; none in strings and here-documents, but in
/// what a string interpolates.
pub(super) fn hcl(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // Inside of strings and of what they interpolate: `None` for a string, the open braces for code.
    let mut inside: Vec<Option<usize>> = vec![Some(0)];
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let Some(braces) = inside.last_mut() else { break };
        let Some(open) = braces else {
            match rest {
                [b'\\', _, ..] => at += 2,
                [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => at += 3,
                [b'$' | b'%', b'{', ..] => {
                    inside.push(Some(0));
                    at += 2;
                }
                // A string does not go on behind its line: the file is broken there.
                [b'"' | b'\n', ..] => {
                    inside.pop();
                    at += 1;
                }
                _ => at += 1,
            }
            continue;
        };
        match rest {
            [b'#', ..] | [b'/', b'/', ..] => {
                let sign = if rest[0] == b'#' { 1 } else { 2 };
                let end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| at + end);
                found.push(Found { start: at, text: at + sign..end, end });
                at = end;
            }
            [b'/', b'*', ..] => {
                let end = memchr::memmem::find(&rest[2..], b"*/").map(|end| at + 2 + end);
                let inner = at + 2..end.unwrap_or(bytes.len());
                let end = end.map_or(bytes.len(), |end| end + 2);
                found.push(Found { start: at, text: inner, end });
                at = end;
            }
            [b'"', ..] => {
                inside.push(None);
                at += 1;
            }
            [b'<', b'<', ..] => at = document_end(text, at),
            [b'{', ..] => {
                *open += 1;
                at += 1;
            }
            [b'}', ..] => {
                if *open > 0 {
                    *open -= 1;
                } else if inside.len() > 1 {
                    inside.pop();
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// Behind the here-document that begins at `at` with `<<`; behind the sign if none does.
fn document_end(text: &str, at: usize) -> usize {
    let first = line(text, at);
    let sign = text[at + 2..first.end].trim_start_matches('-');
    let name = sign.trim();
    let good = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if !good {
        return at + 2;
    }
    let mut from = first.end;
    while from < text.len() {
        let next = line(text, from);
        if text[next.clone()].trim() == name {
            return next.end;
        }
        from = next.end;
    }
    text.len()
}

/// The comments of YAML, as its parser finds them; where it fails, those before.
pub(super) fn yaml(text: &str) -> Vec<Found> {
    let options = options! { emit_comments: true, emit_unresolved_aliases: true };
    let mut found = Vec::new();
    for next in Parser::new_from_str_with_options(text, options) {
        let Ok((event, place)) = next else { break };
        if let (Event::Comment(..), Some(range)) = (event, place.byte_range()) {
            found.push(Found { start: range.start, text: (range.start + 1).min(range.end)..range.end, end: range.end });
        }
    }
    found.sort_by_key(|found| found.start);
    found
}

/// The comments of a script: those that its grammar knows, for a shell, Python and PowerShell; for other languages the
/// lines that are one by their first characters, what follows a sign on a line, and what YAML calls a comment.
pub(super) fn script(text: &str, path: &str) -> Vec<Found> {
    match Language::of(Path::new(path), text.as_bytes()) {
        Some(Language::Shell) => {
            let comments = shell::comments(text);
            let found =
                |range: Range<usize>| Found { start: range.start, text: range.start + 1..range.end, end: range.end };
            comments.into_iter().filter(|range| !range.is_empty()).map(found).collect()
        }
        Some(language @ (Language::Python | Language::PowerShell)) => strung(text, language == Language::PowerShell),
        language => {
            let mut found = lines(text);
            match language {
                Some(Language::Make | Language::Docker | Language::Yaml | Language::Ruby) => {
                    found.extend(trailing(text, "#"));
                }
                Some(Language::Node | Language::Groovy) => found.extend(trailing(text, "//")),
                _ => {}
            }
            if language == Some(Language::Yaml) && Path::new(path).extension().is_some() {
                found.extend(yaml(text));
            }
            found.sort_by_key(|found| found.start);
            found.dedup_by_key(|found| found.start);
            found
        }
    }
}

/// The comments of Python and of PowerShell, whose strings may have several lines.
fn strung(text: &str, power_shell: bool) -> Vec<Found> {
    let escape = if power_shell { b'`' } else { b'\\' };
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &text.as_bytes()[at..];
        let behind = |from: usize, end: &[u8]| {
            memchr::memmem::find(&bytes[from..], end).map_or(bytes.len(), |found| from + found + end.len())
        };
        match byte {
            b'<' if power_shell && rest.starts_with(b"<#") => at = behind(at + 2, b"#>"),
            b'@' if power_shell && rest.starts_with(b"@'") => at = behind(at + 2, b"\n'@"),
            b'@' if power_shell && rest.starts_with(b"@\"") => at = behind(at + 2, b"\n\"@"),
            b'#' if !power_shell || at == 0 || !bytes[at - 1].is_ascii_graphic() || bytes[at - 1] == b';' => {
                let end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| at + end);
                found.push(Found { start: at, text: at + 1..end, end });
                at = end;
            }
            b'"' | b'\'' => {
                let triple = [byte; 3];
                let long = !power_shell && rest.starts_with(&triple);
                let end: &[u8] = if long { &triple } else { &triple[..1] };
                let escapes = !power_shell || byte == b'"';
                at += end.len();
                while at < bytes.len() && !bytes[at..].starts_with(end) {
                    // A short string of Python does not go on behind its line.
                    if bytes[at] == b'\n' && !power_shell && !long {
                        break;
                    }
                    at += if escapes && bytes[at] == escape { 2 } else { 1 };
                }
                at += if bytes.get(at) == Some(&b'\n') { 1 } else { end.len() };
            }
            _ if byte == escape => at += 2,
            _ => at += 1,
        }
    }
    found
}

/// The comments that stand behind something on their line, where a blank and the sign begin one and quotes end with the
/// line. An apostrophe inside of a word is no quote.
fn trailing(text: &str, sign: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let mut quote = None;
        let mut last = ' ';
        let mut escaped = false;
        for (at, c) in content.char_indices() {
            match quote {
                _ if escaped => escaped = false,
                Some('\'') if c == '\'' => quote = None,
                Some('\'') => {}
                _ if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if matches!(c, '"' | '\'') && !last.is_alphanumeric() => quote = Some(c),
                None if last.is_whitespace() && content[at..].starts_with(sign) => {
                    let end = start + content.len();
                    found.push(Found { start: start + at, text: start + at + sign.len()..end, end });
                    break;
                }
                None => {}
            }
            last = c;
        }
        start += line.len();
    }
    found
}

/// The signs of comments that have a line of their own: of `make`, Docker and Python, of JavaScript, of batch files, of
/// pages.
const SIGNS: [&str; 6] = ["#", "//", "::", "rem ", "REM ", "<!--"];

fn lines(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if let Some(sign) = SIGNS.iter().find(|sign| content.starts_with(**sign)) {
            let start = at + (line.len() - line.trim_start().len());
            let end = start + content.len();
            let inner = if *sign == "<!--" { end - usize::from(content.ends_with("-->")) * 3 } else { end };
            found.push(Found { start, text: (start + sign.len()).min(inner)..inner, end });
        }
        at += line.len();
    }
    found
}

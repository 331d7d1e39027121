//! Batch files of Windows, turned into words that a shell reads.
//! <https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/cmd>

use std::ops::Range;

use super::super::snippet::Snippet;
use super::lines;

/// A whole file.
pub(super) fn snippet(text: &str) -> Snippet {
    let mut out = Snippet::new(false);
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (start, line) in lines(text) {
        let continues = line.ends_with('^') && !line.ends_with("^^");
        parts.push(start..start + line.len() - usize::from(continues));
        if !continues {
            logical(text, &std::mem::take(&mut parts), &mut out);
        }
    }
    logical(text, &parts, &mut out);
    out
}

/// One line with those that continue it.
fn logical(text: &str, parts: &[Range<usize>], out: &mut Snippet) {
    let Some(first) = parts.first() else { return };
    let line = &text[first.clone()];
    let mut from = first.end - line.trim_start_matches([' ', '\t', '@', '(', ')']).len();
    let word = |from: usize| {
        let rest = &text[from..first.end];
        rest.split([' ', '\t', '(', '"', '/']).next().unwrap_or_default().to_ascii_lowercase()
    };
    if text[from..first.end].starts_with(':') || word(from) == "rem" {
        return;
    }
    let mut open = None;
    for _ in 0..4 {
        match word(from).as_str() {
            "if" => {
                let end = condition(text, from + 2..first.end);
                let place = from..end;
                open.get_or_insert_with(|| place.clone());
                from = skip(text, end, first.end);
            }
            "else" | "call" | "start" => {
                if word(from) == "else" {
                    open.get_or_insert(from..from + 4);
                }
                from = skip(text, from + word(from).len(), first.end);
            }
            _ => break,
        }
    }
    if word(from) == "for" {
        // `for … in (…) do command`, and commands of `for /f`.
        let rest = text[from..first.end].to_ascii_lowercase();
        if let Some(at) = rest.find(" do ") {
            from = skip(text, from + at + 4, first.end);
        }
    }
    if word(from) == "echo" || text[from..first.end].to_ascii_lowercase().starts_with("echo.") {
        return;
    }
    if word(from) == "set" {
        return setting(text, skip(text, from + 3, first.end)..first.end, out);
    }
    if let Some(place) = &open {
        out.open(text[place.clone()].trim(), place.clone());
    }
    let mut in_quotes = false;
    characters(text, from..first.end, &mut in_quotes, out);
    for part in &parts[1..] {
        if !in_quotes {
            out.put(" ", part.start..part.start);
        }
        characters(text, part.clone(), &mut in_quotes, out);
    }
    if in_quotes {
        out.put("\"", first.end..first.end);
    }
    out.put("\n", first.end..first.end);
    if let Some(place) = open {
        out.close(place);
    }
}

fn skip(text: &str, from: usize, to: usize) -> usize {
    let from = from.min(to);
    to - text[from..to].trim_start_matches([' ', '\t', '(', '@']).len()
}

/// Where the condition of an `if` ends.
fn condition(text: &str, range: Range<usize>) -> usize {
    let mut at = range.start;
    let next = |at: usize| {
        let rest = &text[at..range.end];
        let begin = range.end - rest.trim_start().len();
        let mut quoted = false;
        let mut end = range.end;
        for (i, c) in text[begin..range.end].char_indices() {
            match c {
                '"' => quoted = !quoted,
                ' ' | '\t' if !quoted => {
                    end = begin + i;
                    break;
                }
                _ => {}
            }
        }
        (text[begin..end].to_ascii_lowercase(), end)
    };
    loop {
        let (word, end) = next(at);
        match word.as_str() {
            "/i" | "not" => at = end,
            "exist" | "defined" | "errorlevel" | "cmdextversion" => return next(end).1,
            _ => {
                let (operator, behind) = next(end);
                if matches!(operator.as_str(), "equ" | "neq" | "lss" | "leq" | "gtr" | "geq" | "==") {
                    return next(behind).1;
                }
                return end;
            }
        }
        if at >= range.end {
            return range.end;
        }
    }
}

/// `set NAME=value`, `set "NAME=value"`.
fn setting(text: &str, range: Range<usize>, out: &mut Snippet) {
    let line = &text[range.clone()];
    let inner = line.strip_prefix('"').and_then(|inner| inner.trim_end().strip_suffix('"')).unwrap_or(line);
    let start = range.start + usize::from(inner.len() < line.len());
    let Some(mark) = inner.find('=') else { return };
    let name = inner[..mark].trim();
    if name.starts_with('/') {
        return;
    }
    let value = start + mark + 1..start + inner.len();
    out.assign(name, range, |out| {
        let mut in_quotes = true;
        characters(text, value, &mut in_quotes, out);
    });
}

/// Copies characters: `%NAME%` and `!NAME!` are expansions, `^` escapes, and only double quotes quote.
fn characters(text: &str, range: Range<usize>, in_quotes: &mut bool, out: &mut Snippet) {
    let mut at = range.start;
    let fixed = *in_quotes;
    while let Some(c) = text[at..range.end].chars().next() {
        let next = at + c.len_utf8();
        match c {
            '"' if fixed => {}
            '"' => {
                // A double quote behind a backslash is one of the program's own text.
                *in_quotes = !*in_quotes;
                out.put("\"", at..next);
            }
            '\\' if text[next..range.end].starts_with('"')
                && (*in_quotes && text[next + 1..range.end].contains('"')) =>
            {
                out.put("\\\"", at..next + 1);
                at = next + 1;
                continue;
            }
            '%' | '!' => {
                let rest = &text[next..range.end];
                let name = rest.find(c).map(|end| &rest[..end]);
                let plain =
                    |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if let Some(name) = name.filter(plain) {
                    let end = next + name.len() + 1;
                    out.put(&format!("${{{name}}}"), at..end);
                    at = end;
                    continue;
                }
                if c == '%' && rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '%' | '~' | '*')) {
                    let length = rest.find([' ', '"', '\t']).unwrap_or(rest.len());
                    out.unknown(&rest[..length], at..next + length);
                    at = next + length;
                    continue;
                }
                out.put(&format!("\\{c}"), at..next);
            }
            '^' if !*in_quotes => {
                if let Some(escaped) = text[next..range.end].chars().next() {
                    out.quoted(escaped, at..next + escaped.len_utf8());
                    at = next + escaped.len_utf8();
                    continue;
                }
            }
            '$' | '`' | '\\' => {
                out.put("\\", at..next);
                out.copy(text, at..next);
            }
            '\'' | ';' | '#' | '(' | ')' | '*' | '?' | '[' | '{' | '}' | '~' if !*in_quotes => out.quoted(c, at..next),
            _ => out.copy(text, at..next),
        }
        at = next;
    }
}

//! Recipes of `make`. <https://www.gnu.org/software/make/manual/html_node/Recipes.html>

use std::ops::Range;

use super::super::snippet::Snippet;
use super::lines;

/// All recipes as one script: each rule is a function that nothing calls, for which rules run is not in the file.
pub(super) fn snippets(text: &str) -> Vec<Snippet> {
    let mut snippet = Snippet::new(true);
    let mut in_rule = false;
    let mut continued = false;
    let mut defining = false;
    let mut tolerated = false;
    for (start, line) in lines(text) {
        let end = start + line.len();
        if continued {
            expand(&mut snippet, text, start..end, false);
            continued = continues(line);
            finish(&mut snippet, continued, &mut tolerated, end);
            continue;
        }
        if defining {
            defining = line.trim() != "endef";
            continue;
        }
        if let Some(recipe) = line.strip_prefix('\t') {
            if in_rule {
                let body = recipe.trim_start_matches(['@', '-', '+', ' ', '\t']);
                tolerated = recipe[..recipe.len() - body.len()].contains('-');
                expand(&mut snippet, text, end - body.len()..end, false);
                continued = continues(line);
                finish(&mut snippet, continued, &mut tolerated, end);
            }
            continue;
        }
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') || is_directive(trimmed) {
            continue;
        }
        if trimmed.starts_with("define ") {
            defining = true;
            continue;
        }
        if let Some((name, value)) = assignment(line) {
            if !in_rule {
                let at = start..end;
                let value = start + value..end;
                snippet.assign(name, at, |snippet| expand(snippet, text, value, true));
            }
            continue;
        }
        let Some((targets, rest)) = line.split_once(':') else { continue };
        if in_rule {
            snippet.put("}\n", start..start);
        }
        in_rule = true;
        let name: String =
            targets.trim().chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        snippet.put(&format!("make_{name}() {{\n:\n"), start..end);
        if let Some(at) = rest.find(';') {
            let from = start + targets.len() + 1 + at + 1;
            expand(&mut snippet, text, from..end, false);
            continued = continues(line);
            finish(&mut snippet, continued, &mut tolerated, end);
        }
    }
    if in_rule {
        snippet.put("}\n", text.len()..text.len());
    }
    vec![snippet]
}

fn finish(snippet: &mut Snippet, continued: bool, tolerated: &mut bool, end: usize) {
    if !continued && std::mem::take(tolerated) {
        snippet.put(" || true", end..end);
    }
    snippet.put("\n", end..end);
}

fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

fn is_directive(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    matches!(
        word,
        "ifeq" | "ifneq" | "ifdef" | "ifndef" | "else" | "endif" | "include" | "-include" | "vpath" | "unexport"
    )
}

/// `NAME = value` and its like: the name, and where the value begins.
fn assignment(line: &str) -> Option<(&str, usize)> {
    let at = line.find('=')?;
    let left = line[..at].trim_end_matches([':', '?', '+', '!']);
    let name = left.trim().trim_start_matches("export ").trim_start_matches("override ").trim();
    if name.is_empty() || name.contains([' ', ':', '$', '\t']) || line[..at].ends_with('+') {
        return None;
    }
    let value = &line[at + 1..];
    Some((name, line.len() - value.trim_start().len()))
}

/// Copies text of a recipe: `$(NAME)` is the shell's `${NAME}`, `$$` its `$`.
fn expand(snippet: &mut Snippet, text: &str, range: Range<usize>, in_quotes: bool) {
    let mut at = range.start;
    let bytes = text.as_bytes();
    while at < range.end {
        let rest = &text[at..range.end];
        let Some(c) = rest.chars().next() else { return };
        let next = at + c.len_utf8();
        match (c, bytes.get(next).filter(|_| next < range.end)) {
            ('$', Some(b'$')) => {
                snippet.put("$", at..next + 1);
                at = next + 1;
            }
            ('$', Some(open @ (b'(' | b'{'))) => {
                let close = if *open == b'(' { b')' } else { b'}' };
                let end = closing(bytes, next, range.end, *open, close);
                let inner = text.get(next + 1..end).unwrap_or_default();
                let place = at..(end + 1).min(range.end);
                if let Some(command) = inner.strip_prefix("shell ") {
                    snippet.put(&format!("$({})", command.replace("$$", "$")), place.clone());
                } else if inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !inner.is_empty() {
                    snippet.put(&format!("${{{inner}}}"), place.clone());
                } else {
                    snippet.unknown(inner, place.clone());
                }
                at = place.end;
            }
            ('$', Some(b)) if b.is_ascii() => {
                snippet.unknown(&text[next..next + 1], at..next + 1);
                at = next + 1;
            }
            ('"' | '`' | '\\', _) if in_quotes => {
                snippet.put("\\", at..next);
                snippet.copy(text, at..next);
                at = next;
            }
            _ => {
                snippet.copy(text, at..next);
                at = next;
            }
        }
    }
}

fn closing(bytes: &[u8], open_at: usize, limit: usize, open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (i, byte) in bytes.iter().enumerate().take(limit).skip(open_at) {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return i;
            }
        }
    }
    limit
}

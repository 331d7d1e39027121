//! Instructions of a Dockerfile that run commands. <https://docs.docker.com/reference/dockerfile/>

use super::super::snippet::Snippet;
use super::{lines, powershell};
use crate::source_map::FileId;
use crate::sources::embed;
use crate::syntax;

/// All of them as one script.
pub(super) fn snippets(text: &str) -> Vec<Snippet> {
    let mut snippet = Snippet::new(true);
    let mut lists = Vec::new();
    let all: Vec<(usize, &str)> = lines(text).collect();
    let mut windows = false;
    let mut i = 0;
    while let Some(&(start, line)) = all.get(i) {
        i += 1;
        let trimmed = line.trim_start();
        let word_end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        let instruction = trimmed[..word_end].to_ascii_uppercase();
        // The lines of the instruction: continued ones, without comments between them.
        let mut parts = vec![(start + line.len() - trimmed.len() + word_end, start + line.len())];
        let mut last = line;
        while last.trim_end().ends_with('\\') {
            let Some(&(next, more)) = all.get(i) else { break };
            i += 1;
            if more.trim_start().starts_with('#') || more.trim().is_empty() {
                continue;
            }
            parts.push((next, next + more.len()));
            last = more;
        }
        let whole: String = parts.iter().map(|(from, to)| &text[*from..*to]).collect::<Vec<_>>().join("\n");
        let documents = here_documents(&whole);
        let first_body = i;
        for word in &documents {
            while let Some((_, line)) = all.get(i) {
                i += 1;
                if line.trim_start_matches('\t') == word {
                    break;
                }
            }
        }
        match instruction.as_str() {
            "SHELL" => windows = whole.to_ascii_lowercase().contains("powershell") || whole.contains("pwsh"),
            "ENV" | "ARG" => settings(&mut snippet, text, parts[0]),
            "RUN" | "CMD" | "ENTRYPOINT" => {
                parts[0].0 += options(&text[parts[0].0..parts[0].1]);
                let begin = text[parts[0].0..parts[0].1].trim_start();
                if begin.starts_with('[')
                    && let Some(list) = exec_form(text, parts[0].0, parts[parts.len() - 1].1)
                {
                    lists.push(list);
                    continue;
                }
                if windows {
                    let (from, to) = (parts[0].0, parts[parts.len() - 1].1);
                    lists.push(powershell::snippet(&text[from..to]).shifted(from));
                    continue;
                }
                let bodies = first_body..i;
                if begin.starts_with("<<") {
                    for (at, line) in &all[bodies.start..bodies.end.saturating_sub(1).max(bodies.start)] {
                        snippet.copy(text, *at..at + line.len());
                        snippet.put("\n", at + line.len()..at + line.len());
                    }
                    continue;
                }
                for (from, to) in &parts {
                    snippet.copy(text, *from..*to);
                    snippet.put("\n", *to..*to);
                }
                for (at, line) in &all[bodies] {
                    snippet.copy(text, *at..at + line.len());
                    snippet.put("\n", at + line.len()..at + line.len());
                }
            }
            _ => {}
        }
    }
    let mut found = vec![snippet];
    found.extend(lists);
    found
}

/// The words that end here-documents of an instruction.
fn here_documents(instruction: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = instruction;
    while let Some((_, behind)) = rest.split_once("<<") {
        rest = behind;
        if let Some(string) = behind.strip_prefix('<') {
            rest = string;
            continue;
        }
        let word: String = behind
            .trim_start_matches('-')
            .trim_start_matches(['"', '\''])
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') {
            words.push(word);
        }
    }
    words
}

/// The length of `--mount=…` and its like.
fn options(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start();
        if !trimmed.starts_with("--") {
            return at;
        }
        let word = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        at += rest.len() - trimmed.len() + word;
    }
}

/// `["aws", "cloudtrail", …]`
fn exec_form(text: &str, from: usize, to: usize) -> Option<Snippet> {
    let part = text.get(from..to)?;
    let lead = part.len() - part.trim_start().len();
    let part = part.trim();
    let tree = syntax::json::parse(part, FileId(0)).ok()?;
    let mut snippet = Snippet::new(false);
    for item in tree.items() {
        let string = item.as_str()?;
        let (start, end) = (from + lead + item.span.start as usize, from + lead + item.span.end as usize);
        let places = embed::Places::new(part, item);
        for (at, c) in string.char_indices() {
            let place = places.byte(at).map_or(start..end, |at| from + lead + at..from + lead + at + c.len_utf8());
            snippet.quoted(c, place);
        }
        snippet.put(" ", end..end);
    }
    snippet.put("\n", to..to);
    Some(snippet)
}

/// `ENV NAME=value`, `ENV NAME value`, `ARG NAME=default`.
fn settings(snippet: &mut Snippet, text: &str, (from, to): (usize, usize)) {
    let line = text[from..to].trim();
    let start = to - text[from..to].trim_start().len();
    let Some(mark) = line.find(['=', ' ']) else { return };
    let name = &line[..mark];
    let value = line[mark + 1..].trim();
    let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
    let value = if quoted { &value[1..value.len() - 1] } else { value };
    // Several settings in one line are left alone.
    if value.contains(['"', '`', '\\']) || (!quoted && value.contains(' ') && value.contains('=')) {
        return;
    }
    snippet.assign(name, start..to, |snippet| snippet.put(value, start + mark + 1..to));
}

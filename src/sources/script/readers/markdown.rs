//! Fenced code blocks of pages.

use super::super::language::Language;
use super::super::snippet::Snippet;
use super::lines;
use crate::source_map::FileId;

/// The scripts in the blocks.
pub(super) fn snippets(text: &str, file: FileId) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char, &str, usize)> = None;
    for (start, line) in lines(text) {
        let trimmed = line.trim_start().trim_start_matches(['>', ' ']);
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'));
        let length = mark.map_or(0, |mark| trimmed.chars().take_while(|c| *c == mark).count());
        match (open, mark) {
            (None, Some(mark)) if length >= 3 && !trimmed[length..].contains('`') => {
                let info = trimmed[length..].split([' ', ',', '{', '\t']).find(|word| !word.is_empty());
                open = Some((length, mark, info.unwrap_or_default(), start + line.len() + 1));
            }
            (Some((least, fence, info, from)), Some(mark))
                if mark == fence && length >= least && trimmed[length..].trim().is_empty() =>
            {
                block(text, from.min(start), start, info, file, &mut found);
                open = None;
            }
            _ => {}
        }
    }
    if let Some((_, _, info, from)) = open {
        block(text, from.min(text.len()), text.len(), info, file, &mut found);
    }
    found
}

fn block(text: &str, from: usize, to: usize, info: &str, file: FileId, found: &mut Vec<Snippet>) {
    let Some(body) = text.get(from..to) else { return };
    let language = match info.trim_matches(['{', '}', '.']).to_ascii_lowercase().as_str() {
        "" | "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "shellsession" | "terminal" | "ksh" => {
            return found.push(session(text, from, body));
        }
        "makefile" | "make" => Language::Make,
        "dockerfile" | "docker" => Language::Docker,
        "yaml" | "yml" => Language::Yaml,
        "groovy" | "jenkinsfile" => Language::Groovy,
        "python" | "py" | "python3" => Language::Python,
        "javascript" | "js" | "typescript" | "ts" | "node" => Language::Node,
        "ruby" | "rb" => Language::Ruby,
        "powershell" | "pwsh" | "ps1" => Language::PowerShell,
        "bat" | "batch" | "cmd" => Language::Batch,
        _ => return,
    };
    // Places are taken from the text of the block alone.
    found.extend(super::snippets(body, file, language).into_iter().map(|snippet| snippet.shifted(from)));
}

/// A script, or a session in which commands stand behind a prompt.
fn session(text: &str, from: usize, body: &str) -> Snippet {
    let prompts = ["$ ", "# ", "% ", "> "];
    let is_session = lines(body).any(|(_, line)| line.trim_start().starts_with("$ "));
    if !is_session {
        return Snippet::part(text, from..from + body.len());
    }
    let mut snippet = Snippet::new(true);
    let mut continued = false;
    for (start, line) in lines(body) {
        let trimmed = line.trim_start();
        let prompt = prompts.iter().find(|prompt| trimmed.starts_with(**prompt));
        let skip = match prompt {
            Some(prompt) if **prompt != *"# " && (!continued || **prompt == *"> ") => prompt.len(),
            _ if continued => 0,
            _ => continue,
        };
        let at = from + start + line.len() - trimmed.len() + skip;
        let end = from + start + line.len();
        snippet.copy(text, at..end);
        snippet.put("\n", end..end);
        continued = line.ends_with('\\');
    }
    snippet
}

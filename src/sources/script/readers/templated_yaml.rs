//! Commands in YAML that is none: templates of Helm and Jinja, playbooks with a fault. The lines and their indentation
//! tell what the document would have told, so that a call is not lost with the rest of the file.

use super::super::snippet::Snippet;
use super::lines;
use super::yaml::{SHELL, WINDOWS, expand};

/// What the lines further right than a key are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// A list of commands.
    List,
    /// A block scalar that is a script.
    Script,
    /// Another block scalar.
    Prose,
}

/// The script in the values of the keys that hold scripts.
pub(super) fn snippet(text: &str) -> Snippet {
    let mut snippet = Snippet::new(false);
    let mut open: Option<(usize, Below)> = None;
    for (start, line) in lines(text) {
        let rest = line.trim_start_matches([' ', '\t']);
        let column = line.len() - rest.len();
        if rest.is_empty() || rest.starts_with("{%") || rest.starts_with("{{-") {
            continue;
        }
        match open {
            Some((key, Below::Script)) if column > key => {
                add(&mut snippet, rest, start + column);
                continue;
            }
            Some((key, Below::Prose)) if column > key => continue,
            Some((key, Below::List)) if column > key || column == key && rest.starts_with("- ") => {}
            _ => open = None,
        }
        let (item, column) = items(rest, column);
        if item.starts_with('#') {
            continue;
        }
        match keyed(item) {
            Some((key, value)) => {
                let is_script = SHELL.binary_search(&key).is_ok() || WINDOWS.contains(&key);
                if value.starts_with(['|', '>']) {
                    open = Some((column, if is_script { Below::Script } else { Below::Prose }));
                } else if is_script && value.is_empty() {
                    open = Some((column, Below::List));
                } else if is_script {
                    add_scalar(&mut snippet, value, start + line.len() - value.len());
                }
                // Another key inside of a list of commands is no command: `- name: …`.
            }
            None if open.is_some() => add_scalar(&mut snippet, item, start + line.len() - item.len()),
            None => {}
        }
    }
    snippet
}

/// The text behind the dashes of list items, and its column.
fn items(mut rest: &str, mut column: usize) -> (&str, usize) {
    while let Some(item) = rest.strip_prefix("- ") {
        let text = item.trim_start();
        column += rest.len() - text.len();
        rest = text;
    }
    (rest, column)
}

/// The key that a line begins with, and what stands behind it.
fn keyed(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))?;
    let value = line[end..].strip_prefix(':')?;
    if end == 0 || !value.is_empty() && !value.starts_with([' ', '\t']) {
        return None;
    }
    Some((&line[..end], value.trim_start()))
}

fn add_scalar(snippet: &mut Snippet, value: &str, at: usize) {
    let value = value.trim_end();
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    match inner {
        Some(inner) => add(snippet, inner, at + 1),
        None => add(snippet, value, at),
    }
}

fn add(snippet: &mut Snippet, text: &str, at: usize) {
    let offsets: Vec<u32> = (at..=at + text.len()).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect();
    expand(snippet, text, &offsets, false);
    let end = at + text.len();
    snippet.put("\n", end..end);
}

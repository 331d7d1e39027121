//! Commands in YAML: pipelines, build specifications, playbooks, tasks. The keys tell which strings are commands.

use super::super::snippet::Snippet;
use super::{powershell, templated_yaml};
use crate::source_map::FileId;
use crate::syntax::{self, Kind, Node, inner};

/// Keys whose strings are scripts of a shell, line by line when they are lists.
pub(super) const SHELL: [&str; 18] = [
    "after_script",
    "ansible.builtin.command",
    "ansible.builtin.raw",
    "ansible.builtin.script",
    "ansible.builtin.shell",
    "bash",
    "before_script",
    "bootcmd",
    "cmds",
    "command",
    "commands",
    "inlineScript",
    "raw",
    "run",
    "runCommand",
    "runcmd",
    "script",
    "shell",
];

/// Keys whose strings are PowerShell.
pub(super) const WINDOWS: [&str; 4] = ["ansible.windows.win_shell", "powershell", "pwsh", "win_shell"];

/// Keys of mappings that give variables values.
const VARIABLES: [&str; 4] = ["env", "environment", "variables", "vars"];

/// How deep documents are followed.
const DEEPEST: usize = 64;

/// The scripts of a file, also of one that is no YAML.
pub(super) fn snippets(text: &str, file: FileId) -> Vec<Snippet> {
    let Ok(documents) = syntax::parse_any(text, file) else { return vec![templated_yaml::snippet(text)] };
    let mut reader = Reader { text, found: Vec::new(), windows: is_windows(&documents) };
    for document in &documents {
        reader.node(document, &mut Vec::new(), 0);
    }
    reader.found
}

/// The `scripts` of `package.json`.
pub(super) fn package(text: &str, file: FileId) -> Vec<Snippet> {
    let Ok(document) = syntax::json::parse(text, file) else { return Vec::new() };
    let mut reader = Reader { text, found: Vec::new(), windows: false };
    for entry in document.get("scripts").map_or(&[][..], Node::entries) {
        reader.script(&[&entry.value], &[], None, false);
    }
    reader.found
}

/// Whether the pipeline's default shell is PowerShell.
fn is_windows(documents: &[Node]) -> bool {
    documents.iter().any(|document| {
        let shell = document.get("defaults").and_then(|defaults| defaults.get("run")).and_then(|run| run.get("shell"));
        shell.and_then(Node::as_str).is_some_and(is_powershell)
    })
}

fn is_powershell(shell: &str) -> bool {
    shell.starts_with("pwsh") || shell.starts_with("powershell")
}

struct Reader<'a> {
    text: &'a str,
    found: Vec<Snippet>,
    windows: bool,
}

type Variables<'a> = Vec<(&'a str, &'a Node)>;

impl<'a> Reader<'a> {
    fn node(&mut self, node: &'a Node, variables: &mut Variables<'a>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for item in node.items() {
            self.node(item, variables, depth + 1);
        }
        if node.entries().is_empty() {
            return;
        }
        let known = variables.len();
        for entry in node.entries().iter().filter(|entry| VARIABLES.contains(&&*entry.key)) {
            for variable in entry.value.entries() {
                variables.push((&variable.key, &variable.value));
            }
        }
        let condition = ["if", "when", "condition"].iter().find_map(|key| node.entry(key));
        let condition = condition.filter(|entry| !matches!(entry.value.as_str(), Some("always()" | "success()")));
        let shell = node.get("shell").and_then(Node::as_str).filter(|_| node.get("run").is_some());
        let windows = shell.map_or(self.windows, is_powershell);
        if self.container(node) {
            variables.truncate(known);
            return;
        }
        for entry in node.entries() {
            let key = &*entry.key;
            if WINDOWS.contains(&key) {
                self.script(&[&entry.value], variables, condition, true);
            } else if SHELL.binary_search(&key).is_ok() && !(key == "shell" && shell.is_some()) {
                self.commands(key, &entry.value, variables, condition, windows, depth);
            } else if !VARIABLES.contains(&key) {
                self.node(&entry.value, variables, depth + 1);
            }
        }
        variables.truncate(known);
    }

    fn commands(
        &mut self,
        key: &str,
        value: &'a Node,
        variables: &mut Variables<'a>,
        condition: Option<&syntax::Entry>,
        windows: bool,
        depth: usize,
    ) {
        match &value.kind {
            Kind::String(_) => self.script(&[value], variables, condition, windows),
            Kind::Seq(items) => {
                let words = matches!(key, "command" | "shell" | "raw");
                if words {
                    return self.list(&items.iter().collect::<Vec<_>>(), false);
                }
                let mut lines: Vec<&Node> = Vec::new();
                for item in items {
                    match &item.kind {
                        Kind::String(_) => lines.push(item),
                        // Of cloud-init a command in words, of GitLab a list that stands for its lines.
                        Kind::Seq(inner) if matches!(key, "runcmd" | "bootcmd") => {
                            self.list(&inner.iter().collect::<Vec<_>>(), false);
                        }
                        Kind::Seq(inner) => lines.extend(inner.iter().filter(|item| item.as_str().is_some())),
                        Kind::Map(_) => {
                            for part in ["cmd", "command"] {
                                lines.extend(item.get(part).filter(|part| part.as_str().is_some()));
                            }
                            self.node(item, variables, depth + 1);
                        }
                        _ => {}
                    }
                }
                self.script(&lines, variables, condition, windows);
            }
            Kind::Map(_) => {
                if let Some(words) = value.get("argv") {
                    self.list(&words.items().iter().collect::<Vec<_>>(), false);
                }
                for part in ["cmd", "_raw_params"] {
                    if let Some(part) = value.get(part).filter(|part| part.as_str().is_some()) {
                        self.script(&[part], variables, condition, windows);
                    }
                }
                self.node(value, variables, depth + 1);
            }
            _ => {}
        }
    }

    /// A container: `command` and `args` are one list, and an image may be the AWS CLI itself.
    fn container(&mut self, node: &Node) -> bool {
        let is_cli = node.get("image").and_then(Node::as_str).is_some_and(|image| image.contains("/aws-cli"));
        let command = node.get("command");
        let args = node.get("args");
        let list = |node: Option<&'_ Node>| node.is_none_or(|node| matches!(node.kind, Kind::Seq(_)));
        if !list(command) || !list(args) || (!is_cli && (command.is_none() || args.is_none())) {
            return false;
        }
        let words: Vec<&Node> = [command, args].into_iter().flatten().flat_map(Node::items).collect();
        let found = !words.is_empty();
        if found {
            let first = words.first().and_then(|word| word.scalar()).unwrap_or_default();
            let program = first.rsplit('/').next().unwrap_or_default();
            self.list(&words, is_cli && !matches!(program, "aws" | "sh" | "bash" | "ash"));
        }
        found
    }

    /// Words that no shell reads.
    fn list(&mut self, words: &[&Node], of_cli: bool) {
        let mut snippet = Snippet::new(false);
        let Some(first) = words.first() else { return };
        if of_cli {
            snippet.put("aws ", first.span.start as usize..first.span.start as usize);
        }
        for word in words {
            let span = word.span.range();
            match word.scalar() {
                Some(text) => {
                    let offsets = inner::offsets(self.text, word);
                    for (at, c) in text.char_indices() {
                        let place = offsets.as_ref().and_then(|offsets| offsets.get(at)).map(|at| *at as usize);
                        snippet.quoted(c, place.map_or(span.clone(), |at| at..at + c.len_utf8()));
                    }
                    if text.is_empty() {
                        snippet.put("''", span.clone());
                    }
                }
                None => snippet.unknown("item", span.clone()),
            }
            snippet.put(" ", span.end..span.end);
        }
        snippet.put("\n", 0..0);
        self.found.push(snippet);
    }

    /// Lines of one shell.
    fn script(
        &mut self,
        lines: &[&Node],
        variables: &[(&str, &Node)],
        condition: Option<&syntax::Entry>,
        windows: bool,
    ) {
        let mut snippet = Snippet::new(true);
        for (i, (name, value)) in variables.iter().enumerate() {
            let later = variables[i + 1..].iter().any(|(other, _)| other == name);
            let Some(text) = value.scalar().filter(|_| !later) else { continue };
            let at = value.span.range();
            snippet.assign(name, at.clone(), |snippet| {
                let offsets = vec![value.span.start; text.len() + 1];
                expand(snippet, text, &offsets, true);
            });
        }
        if let Some(entry) = condition {
            let text = entry.value.scalar().unwrap_or("a condition");
            snippet.open(text, entry.key_span.range());
        }
        for line in lines {
            let Some(text) = line.as_str() else { continue };
            let offsets = inner::offsets(self.text, line).filter(|offsets| offsets.len() > text.len());
            let offsets = offsets.unwrap_or_else(|| vec![line.span.start; text.len() + 1]);
            if windows {
                let script = powershell::snippet(text).mapped(|at| offsets.get(at).copied().unwrap_or(0));
                snippet.append(&script);
            } else {
                expand(&mut snippet, text, &offsets, false);
            }
            let end = line.span.end as usize;
            snippet.put("\n", end..end);
        }
        if let Some(entry) = condition {
            snippet.close(entry.key_span.range());
        }
        self.found.push(snippet);
    }
}

/// Copies a script; `${{ … }}` of pipelines and `{{ … }}` of playbooks become expansions of the shell.
pub(super) fn expand(snippet: &mut Snippet, text: &str, offsets: &[u32], in_quotes: bool) {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let open = ["${{", "{{"].into_iter().find(|open| rest.starts_with(open));
        let length = open.and_then(|open| rest[open.len()..].find("}}").map(|end| (open.len(), open.len() + end)));
        if let Some((open, close)) = length {
            let inner = rest[open..close].trim();
            snippet.plain &= rest.starts_with('$');
            let place = |at: usize| offsets.get(at).copied().unwrap_or(0) as usize;
            let range = place(at)..place(at + close + 1) + 1;
            let name = inner.strip_prefix("env.").or_else(|| inner.strip_prefix("variables.")).unwrap_or(inner);
            if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                snippet.put(&format!("${{{name}}}"), range);
            } else {
                snippet.unknown(inner, range);
            }
            at += close + 2;
            continue;
        }
        let next = at + c.len_utf8();
        if in_quotes && matches!(c, '"' | '`' | '\\') {
            snippet.placed("\\", &offsets[at.min(offsets.len() - 1)..]);
        }
        snippet.placed(&text[at..next], offsets.get(at..).unwrap_or_default());
        at = next;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_sorted() {
        assert!(super::SHELL.is_sorted());
    }
}

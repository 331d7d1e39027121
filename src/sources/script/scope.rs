//! What a script defines, and where its commands begin.

use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, Range};

use tree_sitter::{Node, ParseOptions, Parser, Point, Tree};

use super::words::{self, Word};

/// The start of a command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) at: usize,
    /// Where the command substitution that it stands in ends, or the script.
    pub(super) limit: usize,
}

/// The value of an assignment.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// One word, or several that a use splits.
    Text(Word),
    /// An array.
    List(Vec<Word>),
}

/// A script taken apart.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Commands in order.
    pub(super) commands: Vec<Start>,
    /// All values that a variable is given, in order.
    pub(super) variables: HashMap<String, Vec<Value>>,
    /// Functions that run their own arguments as a command.
    pub(super) runners: HashSet<String>,
    /// Here-documents that a shell reads as its script.
    pub(super) shell_documents: Vec<Range<usize>>,
    /// What the grammar did not understand, in order.
    pub(super) errors: Vec<Range<usize>>,
}

impl Scope {
    /// Takes a script apart.
    pub(super) fn read(script: &str) -> Self {
        let Some(tree) = parse(script) else {
            // Too hard for the grammar: every line is read by itself.
            return Self { errors: std::iter::once(0..script.len()).collect(), ..Self::default() };
        };
        let mut scope = Self::default();
        scope.walk(&tree, script);
        scope
    }

    /// Takes one logical line apart; when the grammar does not help, a command is taken to begin with the line.
    pub(super) fn read_line(line: &str) -> Self {
        let mut scope = parse(line).map_or_else(Self::default, |tree| {
            let mut scope = Self::default();
            scope.walk(&tree, line);
            scope
        });
        let indent = line.len() - line.trim_start().len();
        if scope.commands.is_empty() {
            scope.commands.push(Start { at: indent, limit: line.len() });
        }
        scope
    }

    fn walk(&mut self, tree: &Tree, script: &str) {
        let mut functions: Vec<(Range<usize>, String)> = Vec::new();
        let mut limits: Vec<usize> = Vec::new();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let range = node.byte_range();
            while limits.last().is_some_and(|limit| *limit < range.start) {
                limits.pop();
            }
            while functions.last().is_some_and(|(body, _)| body.end <= range.start) {
                functions.pop();
            }
            let limit = limits.last().copied().unwrap_or(script.len());
            if node.is_error() || node.is_missing() {
                self.errors.push(range.clone());
            }
            match node.kind() {
                "command_substitution" => limits.push(range.end.saturating_sub(1)),
                "command" => {
                    self.commands.push(Start { at: range.start, limit });
                    if let Some((_, name)) = functions.last()
                        && runs_arguments(script, range.start, limit)
                    {
                        self.runners.insert(name.clone());
                    }
                }
                "variable_assignment" => self.assign(node, script, limit),
                "function_definition" => {
                    if let Some(name) = node.child_by_field_name("name").and_then(|name| script.get(name.byte_range()))
                    {
                        functions.push((range, name.to_owned()));
                    }
                }
                "heredoc_body" => self.document(node, script),
                _ => {}
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn assign(&mut self, node: Node<'_>, script: &str, limit: usize) {
        let (Some(name), Some(value)) = (node.child_by_field_name("name"), node.child_by_field_name("value")) else {
            return;
        };
        let Some(name) = script.get(name.byte_range()) else { return };
        let appends = script.as_bytes().get(name_end(node)) == Some(&b'+');
        let range = value.byte_range();
        let value = if value.kind() == "array" {
            Value::List(words::list(script, range.start + 1, range.end))
        } else {
            Value::Text(words::single(script, range.start, limit))
        };
        let values = self.variables.entry(name.to_owned()).or_default();
        match (values.last_mut(), value) {
            (Some(Value::Text(word)), Value::Text(more)) if appends => word.pieces.extend(more.pieces),
            (Some(Value::List(items)), Value::List(more)) if appends => items.extend(more),
            (_, value) => values.push(value),
        }
    }

    /// A here-document that is the script of a shell.
    fn document(&mut self, body: Node<'_>, script: &str) {
        let statement = body.parent().and_then(|redirect| redirect.parent());
        let Some(command) = statement.and_then(|statement| statement.child_by_field_name("body")) else { return };
        if command.kind() != "command" {
            return;
        }
        let words = words::command(script, command.start_byte(), command.end_byte());
        let mut words = words.iter().map(Word::text).skip_while(|word| matches!(word.as_str(), "sudo" | "exec" | "-E"));
        let shell = words.next().is_some_and(|word| super::call::is_shell(&word));
        if shell && words.all(|word| word.starts_with('-') && !word.contains('c')) {
            self.shell_documents.push(body.byte_range());
        }
    }
}

fn name_end(assignment: Node<'_>) -> usize {
    assignment.child_by_field_name("name").map_or(0, |name| name.end_byte())
}

/// Whether the command is `"$@"`: the function's arguments.
fn runs_arguments(script: &str, at: usize, limit: usize) -> bool {
    script.get(at..limit).is_some_and(|rest| {
        ["\"$@\"", "$@", "\"${@}\"", "$*", "\"$*\""].iter().any(|arguments| rest.starts_with(arguments))
    })
}

/// Steps of the parser between two calls of the callback are a constant; so is this bound on any machine.
fn bound(script: &str) -> usize {
    20_000 + script.len() / 16
}

fn parse(script: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    let mut left = bound(script);
    let mut go_on = |_: &tree_sitter::ParseState| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut go_on);
    let mut read = |at: usize, _: Point| script.as_bytes().get(at..).unwrap_or_default();
    parser.parse_with_options(&mut read, None, Some(options))
}

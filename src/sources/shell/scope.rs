//! What a script defines, and where its commands begin.

use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, Range};

use tree_sitter::{Node, ParseOptions, Parser, Point, Tree};

use super::documents;
use super::guards::{Guard, Guards};
use super::words::{self, Piece, Word};

/// The start of a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Start {
    pub(super) at: usize,
    /// Where the command substitution that it stands in ends, or the script.
    pub(super) limit: usize,
    /// What must hold for it to run.
    pub(super) guards: Vec<Guard>,
    /// Whether its failure ends nothing.
    pub(super) tolerated: bool,
    /// Sorts commands in the order they run.
    pub(super) order: Vec<usize>,
}

/// The value of an assignment.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// One word, or several that a use splits.
    Text(Word),
    /// An array.
    List(Vec<Word>),
}

/// One assignment.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    pub(super) value: Value,
    /// What must hold for it to be made.
    guards: Vec<Guard>,
}

/// An assignment as it is read.
#[derive(Debug)]
struct Assignment {
    name: String,
    at: usize,
    appends: bool,
    value: Value,
}

/// A script taken apart.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Commands in order.
    pub(super) commands: Vec<Start>,
    /// All values that a variable is given, in order.
    pub(super) variables: HashMap<String, Vec<Assigned>>,
    /// Variables that are also given values which the script does not show: by `read`, by a loop.
    open: HashSet<String>,
    /// Files that the script writes from a here-document, by path, in order.
    pub(super) files: Vec<(String, Word)>,
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
            scope.commands.push(Start { at: indent, limit: line.len(), ..Start::default() });
        }
        scope
    }

    fn walk(&mut self, tree: &Tree, script: &str) {
        let mut functions: Vec<(Range<usize>, String)> = Vec::new();
        let mut limits: Vec<usize> = Vec::new();
        let mut guards = Guards::default();
        let mut assignments: Vec<Assignment> = Vec::new();
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
            guards.visit(node, script);
            match node.kind() {
                "command_substitution" => limits.push(range.end.saturating_sub(1)),
                "command" => {
                    self.commands.push(Start { at: range.start, limit, ..Start::default() });
                    if let Some((_, name)) = functions.last()
                        && runs_arguments(script, range.start, limit)
                    {
                        self.runners.insert(name.clone());
                    }
                }
                "variable_assignment" => assignments.extend(assignment(node, script, limit)),
                "for_statement" => {
                    let name = node.child_by_field_name("variable").and_then(|name| script.get(name.byte_range()));
                    self.open.extend(name.map(str::to_owned));
                }
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
                    return self.settle(guards, assignments, script);
                }
            }
        }
    }

    /// What can only be told when all was seen.
    fn settle(&mut self, mut guards: Guards, assignments: Vec<Assignment>, script: &str) {
        self.commands.sort_by_key(|start| start.at);
        let around = guards.of(self.commands.iter().map(|start| start.at));
        for (start, around) in self.commands.iter().zip(&around) {
            let rest = script.get(start.at..start.limit).unwrap_or_default();
            let name = rest.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
            guards.call(name, start.at, around);
            if matches!(name, "read" | "mapfile" | "readarray" | "getopts" | "unset" | "printf") {
                let line = rest.split(['\n', ';', '|']).next().unwrap_or_default();
                self.open.extend(line.split_whitespace().skip(1).map(str::to_owned));
            }
        }
        for (start, around) in self.commands.iter_mut().zip(around) {
            (start.guards, start.order) = guards.resolved(&around, start.at);
            start.tolerated = guards.is_tolerated(start.at);
        }
        let around = guards.of(assignments.iter().map(|assignment| assignment.at));
        for (assignment, around) in assignments.into_iter().zip(around) {
            let (around, _) = guards.resolved(&around, assignment.at);
            self.assign(assignment, around);
        }
    }

    /// The value of a variable at a command under these guards, if it can only be one.
    pub(super) fn known(&self, name: &str, guards: &[Guard]) -> Option<&Value> {
        match self.variables.get(name)?.as_slice() {
            [only] if !self.open.contains(name) && only.guards.iter().all(|guard| guards.contains(guard)) => {
                Some(&only.value)
            }
            _ => None,
        }
    }

    fn assign(&mut self, assignment: Assignment, guards: Vec<Guard>) {
        let Assignment { name, appends, value, .. } = assignment;
        let variable = format!("${{{name}[@]}}");
        let values = self.variables.entry(name).or_default();
        let last = values.last_mut().filter(|_| appends);
        let (certain, known) = match last {
            Some(last) => (guards.iter().all(|guard| last.guards.contains(guard)), Some(&mut last.value)),
            None => (true, None),
        };
        match (known, value) {
            (Some(Value::Text(word)), Value::Text(more)) => {
                word.pieces.extend(more.pieces);
                word.uncertain |= !certain;
            }
            // What may be appended is a word that nobody knows.
            (Some(Value::List(items)), Value::List(more)) if !certain => {
                items.extend(more.first().map(|word| Word::unknown(&variable, word.range.clone())));
            }
            (Some(Value::List(items)), Value::List(more)) => items.extend(more),
            (_, value) => values.push(Assigned { value, guards }),
        }
    }

    /// A here-document that is the script of a shell.
    fn document(&mut self, body: Node<'_>, script: &str) {
        let statement = body.parent().and_then(|redirect| redirect.parent());
        let Some(command) = statement.and_then(|statement| statement.child_by_field_name("body")) else { return };
        if command.kind() != "command" {
            return;
        }
        self.files.extend(documents::written(script, command, body.parent(), body));
        let words = words::command(script, command.start_byte(), command.end_byte());
        let mut words = words.iter().map(Word::text).skip_while(|word| matches!(word.as_str(), "sudo" | "exec" | "-E"));
        let shell = words.next().is_some_and(|word| super::call::is_shell(&word));
        if shell && words.all(|word| word.starts_with('-') && !word.contains('c')) {
            self.shell_documents.push(body.byte_range());
        }
    }
}

fn assignment(node: Node<'_>, script: &str, limit: usize) -> Option<Assignment> {
    let (name, value) = (node.child_by_field_name("name")?, node.child_by_field_name("value"));
    let at = node.start_byte();
    let appends = script.as_bytes().get(name_end(node)) == Some(&b'+');
    let name = script.get(name.byte_range())?.to_owned();
    let value = match value {
        Some(value) if value.kind() == "array" => {
            Value::List(words::list(script, value.start_byte() + 1, value.end_byte()))
        }
        Some(value) => Value::Text(words::single(script, value.start_byte(), limit)),
        None => Value::Text(Word { pieces: vec![Piece::Text(Vec::new())], range: at..at, ..Word::default() }),
    };
    Some(Assignment { name, at, appends, value })
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

/// The comments of a script.
pub(super) fn comments(script: &str) -> Vec<Range<usize>> {
    let Some(tree) = parse(script) else { return Vec::new() };
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        if cursor.node().kind() == "comment" {
            found.push(cursor.node().byte_range());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
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

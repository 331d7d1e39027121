//! What a script defines, and where its commands begin.

use std::collections::HashSet;
use std::ops::{ControlFlow, Range};

use tree_sitter::{Node, ParseOptions, Parser, Point, Tree};

use super::documents;
use super::endings::{self, Ending};
use super::files::{self, Files, Touch};
use super::flow::{Flow, Start};
use super::guards::{Guard, Guards};
use super::variables::{Assigned, Value, Variables};
use super::words::{self, Piece, Word};

/// An assignment as it is read.
#[derive(Debug)]
struct Assignment {
    name: String,
    at: usize,
    appends: bool,
    local: Option<Range<usize>>,
    value: Value,
}

/// A loop over words that only variables may hold.
#[derive(Debug)]
struct Loop {
    at: usize,
    body: Range<usize>,
    list: Range<usize>,
    variables: Vec<String>,
}

/// A script taken apart.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Commands in order.
    pub(super) commands: Vec<Start>,
    /// Its variables.
    pub(super) variables: Variables,
    /// Files that the script writes.
    pub(super) files: Files,
    /// Here-documents that become files, each with where the command begins and its path.
    written: Vec<(usize, String, Word)>,
    /// Paths that output is written to, and where.
    outputs: Vec<(usize, String)>,
    /// Functions that run their own arguments as a command.
    pub(super) runners: HashSet<String>,
    /// Functions that by their names would run their arguments, and only print them.
    pub(super) printers: HashSet<String>,
    /// Here-documents that a shell reads as its script, each with where that shell is started.
    pub(super) shell_documents: Vec<(Range<usize>, Start)>,
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
        let mut seen = Seen::default();
        // The node before this one, at every depth.
        let mut before: Vec<Range<usize>> = Vec::from([Range::default()]);
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
            seen.guards.visit(node, script);
            let function = functions.last().map(|(body, _)| body);
            match node.kind() {
                "command_substitution" => {
                    limits.push(range.end.saturating_sub(1));
                    seen.flow.shell(range.clone());
                }
                "subshell" | "process_substitution" => seen.flow.shell(range.clone()),
                "pipeline" => {
                    let mut parts = node.walk();
                    node.named_children(&mut parts).for_each(|part| seen.flow.shell(part.byte_range()));
                }
                "&" => seen.flow.shell(before.last().cloned().unwrap_or_default()),
                "while_statement" | "c_style_for_statement" => {
                    seen.flow.repeats(range.clone());
                    seen.bodies.push(range.clone());
                }
                "command" => {
                    self.commands.push(Start { at: range.start, limit, ..Start::default() });
                    if let Some((_, name)) = functions.last()
                        && runs_arguments(script, range.start, limit)
                    {
                        self.runners.insert(name.clone());
                    }
                }
                "unset_command" => {
                    let words = script.get(range.clone()).unwrap_or_default().split_whitespace().skip(1);
                    self.variables.open.extend(words.map(str::to_owned));
                }
                "declaration_command" => {
                    let words = script.get(range.clone()).unwrap_or_default();
                    let names = words.split_whitespace().map(|word| word.split('=').next().unwrap_or_default());
                    let mut names = names.map(str::to_owned);
                    if let (Some(function), Some("local" | "declare" | "typeset")) = (function, names.next().as_deref())
                    {
                        seen.locals.extend(names.map(|name| (function.start, name)));
                    }
                }
                // What stands before a command is for that command alone.
                "variable_assignment" if node.parent().is_none_or(|parent| parent.kind() != "command") => {
                    let found = assignment(node, script, limit).map(|found| {
                        let key = |range: &Range<usize>| (range.start, found.name.clone());
                        let local = function.filter(|range| seen.locals.contains(&key(range))).cloned();
                        Assignment { local, ..found }
                    });
                    seen.assignments.extend(found);
                }
                "for_statement" => {
                    let name = node.child_by_field_name("variable").and_then(|name| script.get(name.byte_range()));
                    self.variables.open.extend(name.map(str::to_owned));
                    seen.flow.repeats(range.clone());
                    seen.bodies.push(range.clone());
                    seen.loops.extend(maybe_empty(node, script));
                }
                "function_definition" => {
                    if let Some(name) = node.child_by_field_name("name").and_then(|name| script.get(name.byte_range()))
                    {
                        functions.push((range.clone(), name.to_owned()));
                        seen.functions.push(range.clone());
                        if only_prints(script.get(range.clone()).unwrap_or_default(), name) {
                            self.printers.insert(name.to_owned());
                        }
                    }
                }
                "file_redirect" => {
                    let text =
                        script.get(range.clone()).unwrap_or_default().trim_start_matches(|c: char| c.is_ascii_digit());
                    if text.starts_with(['>', '&']) {
                        let path = text.trim_start_matches(['>', '&', '|', ' ']).trim_matches(['"', '\'']);
                        self.outputs.push((range.start, path.to_owned()));
                    }
                }
                "heredoc_body" => self.document(node, script),
                _ => {}
            }
            if let Some(before) = before.last_mut() {
                *before = range;
            }
            if cursor.goto_first_child() {
                before.push(Range::default());
                continue;
            }
            while !cursor.goto_next_sibling() {
                before.pop();
                if !cursor.goto_parent() {
                    return self.settle(seen, script);
                }
            }
        }
    }

    /// What can only be told when all was seen.
    fn settle(&mut self, seen: Seen, script: &str) {
        let Seen { mut guards, mut flow, assignments, loops, functions, bodies, .. } = seen;
        flow.seal();
        let places: Vec<usize> = assignments.iter().map(|assignment| assignment.at).collect();
        let around = guards.of(places.iter().copied());
        let filled: HashSet<&str> = assignments
            .iter()
            .zip(&around)
            .filter(|(assignment, around)| around.iter().all(Guard::is_function) && fills(&assignment.value))
            .map(|(assignment, _)| assignment.name.as_str())
            .collect();
        let emptied: HashSet<&str> = assignments
            .iter()
            .filter(|assignment| !assignment.appends && !fills(&assignment.value))
            .map(|assignment| assignment.name.as_str())
            .collect();
        for Loop { at, body, list, variables } in loops {
            if !variables.iter().any(|name| filled.contains(&**name) && !emptied.contains(&**name)) {
                guards.body_of_for(body, at, script.get(list).unwrap_or_default());
            }
        }
        self.commands.sort_by_key(|start| start.at);
        let around = guards.of(self.commands.iter().map(|start| start.at));
        for (start, around) in self.commands.iter().zip(&around) {
            let rest = script.get(start.at..start.limit).unwrap_or_default();
            let name = rest.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
            guards.call(name, start.at, around);
            if matches!(name, "read" | "mapfile" | "readarray" | "getopts" | "unset" | "printf") {
                let line = rest.split(['\n', ';', '|']).next().unwrap_or_default();
                self.variables.open.extend(line.split_whitespace().skip(1).map(str::to_owned));
            }
        }
        let settled = |start: &mut Start, around: &[Guard]| {
            (start.guards, start.order) = guards.resolved(around, start.at);
            start.tolerated = guards.is_tolerated(start.at);
            start.repeated = guards.is_repeated(around);
            flow.locate(start);
        };
        let mut endings = Vec::new();
        for (start, around) in self.commands.iter_mut().zip(&around) {
            settled(start, around);
            let rest = script.get(start.at..start.limit).unwrap_or_default();
            if rest.starts_with(['e', 'r', 'c', 'b']) {
                let inner = |ranges: &[Range<usize>]| innermost(ranges, start.at);
                let helps = around.last().is_some_and(|guard| {
                    endings::is_help(&guard.when) || script.get(guard.branch.clone()).is_some_and(endings::is_help)
                });
                let function = || inner(&functions);
                let ending = Ending::read(start, rest, function, || inner(&bodies));
                endings.extend(ending.filter(|_| !helps));
            }
        }
        let mut reached = endings::apply(&endings, &mut self.commands).into_iter();
        self.commands.retain(|start| reached.next().unwrap_or(true) && !guards.is_unreached(start.at));
        let around = guards.of(places.iter().copied());
        for (assignment, around) in assignments.into_iter().zip(around) {
            let Assignment { name, at, appends, local, value } = assignment;
            let mut start = Start { at, ..Start::default() };
            settled(&mut start, &around);
            self.variables.assign(name, Assigned { value, start, appends, local });
        }
        self.variables.seal();
        if memchr::memmem::find(script.as_bytes(), b"file://").is_some() || !self.written.is_empty() {
            self.touches(script, &guards, settled);
        }
        for (_, start) in &mut self.shell_documents {
            let same = self.commands.binary_search_by_key(&start.at, |command| command.at);
            if let Some(command) = same.ok().and_then(|i| self.commands.get(i)) {
                *start = command.clone();
            }
        }
    }

    /// Takes note of the files that are written.
    fn touches(&mut self, script: &str, guards: &Guards, settled: impl Fn(&mut Start, &[Guard])) {
        let (written, outputs) = (std::mem::take(&mut self.written), std::mem::take(&mut self.outputs));
        let mut all: Vec<(usize, String, Option<Word>)> = Vec::new();
        let mut documents: HashSet<(usize, &str)> = HashSet::new();
        for (at, path, word) in &written {
            documents.insert((line_of(script, *at), path));
            let line = script.get(*at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            // Another command has its hands on it, or it is added to what was there.
            let certain = !line.contains(">>") && !line.contains('|') && !line.contains(" -a ");
            all.push((*at, path.clone(), Some(word.clone()).filter(|_| certain)));
        }
        for (at, path) in &outputs {
            if !documents.contains(&(line_of(script, *at), path)) {
                all.push((*at, path.clone(), None));
            }
        }
        all.sort_by_key(|(at, ..)| *at);
        let around = guards.of(all.iter().map(|(at, ..)| *at));
        for ((at, path, content), around) in all.into_iter().zip(around) {
            let mut start = Start { at, ..Start::default() };
            settled(&mut start, &around);
            self.files.touch(&path, Touch { start, content });
        }
        let names = memchr::memmem::find_iter(script.as_bytes(), b"file://").take(256).filter_map(|at| {
            let rest = script.get(at + 7..)?;
            rest.split(|c: char| c.is_whitespace() || "\"'`);|&".contains(c)).next()
        });
        let names: HashSet<String> = names.map(|name| files::plain(name).to_owned()).collect();
        for start in self.commands.iter().filter(|start| !written.iter().take(256).any(|(at, ..)| *at == start.at)) {
            self.files.command(script, start, &names);
        }
        self.files.seal();
    }

    /// A here-document that is the script of a shell.
    fn document(&mut self, body: Node<'_>, script: &str) {
        let statement = body.parent().and_then(|redirect| redirect.parent());
        let Some(command) = statement.and_then(|statement| statement.child_by_field_name("body")) else { return };
        if command.kind() != "command" {
            return;
        }
        let written = documents::written(script, command, body.parent(), body);
        self.written.extend(written.map(|(path, word)| (command.start_byte(), path, word)));
        let words = words::command(script, command.start_byte(), command.end_byte());
        let mut words = words.iter().map(Word::text).skip_while(|word| matches!(word.as_str(), "sudo" | "exec" | "-E"));
        let shell = words.next().is_some_and(|word| super::call::is_shell(&word));
        if shell && words.all(|word| word.starts_with('-') && !word.contains('c')) {
            let start = Start { at: command.start_byte(), ..Start::default() };
            self.shell_documents.push((body.byte_range(), start));
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
    Some(Assignment { name, at, appends, local: None, value })
}

/// Whether a function that goes by the name of a runner does nothing with its arguments but print them.
fn only_prints(body: &str, name: &str) -> bool {
    let prints = |step: &str| {
        let step = step.trim_start_matches(|c: char| c.is_whitespace() || c == '{');
        step.starts_with("echo") || step.starts_with("printf")
    };
    let inner = body.split_once('{').map_or(body, |(_, inner)| inner);
    super::call::looks_like_runner(name)
        && inner.split(['\n', ';', '&', '|']).all(|step| prints(step) || !step.contains(['$', '`']))
}

/// Where the line begins that a place is in.
fn line_of(script: &str, at: usize) -> usize {
    script.get(..at).and_then(|before| memchr::memrchr(b'\n', before.as_bytes())).map_or(0, |end| end + 1)
}

/// What is noted of a script while it is walked through.
#[derive(Default)]
struct Seen {
    guards: Guards,
    flow: Flow,
    assignments: Vec<Assignment>,
    loops: Vec<Loop>,
    /// The bodies of functions, and all loops; those around others come first.
    functions: Vec<Range<usize>>,
    bodies: Vec<Range<usize>>,
    /// Local variables by the start of their function.
    locals: HashSet<(usize, String)>,
}

/// The innermost of nested ranges, ascending, around a place.
fn innermost(ranges: &[Range<usize>], at: usize) -> Option<Range<usize>> {
    let end = ranges.partition_point(|range| range.start <= at);
    ranges[..end].iter().rev().take(64).find(|range| range.contains(&at)).cloned()
}

/// A loop that goes through no word which is surely there.
fn maybe_empty(node: Node<'_>, script: &str) -> Option<Loop> {
    let body = node.child_by_field_name("body")?.byte_range();
    let name = node.child_by_field_name("variable")?;
    let head = script.get(name.end_byte()..body.start)?;
    let at =
        name.end_byte() + head.find("in").filter(|at| head[..*at].trim().is_empty()).map_or(head.len(), |at| at + 2);
    let words = words::command(script, at, body.start);
    let variables = words.iter().filter_map(|word| word.variable()).map(|variable| variable.name.clone()).collect();
    let end = words.last().map_or(at, |word| word.range.end);
    let found = Loop { at: node.start_byte(), body, list: at..end, variables };
    (!words.iter().any(word_fills)).then_some(found)
}

/// Whether a value surely holds a word.
fn fills(value: &Value) -> bool {
    match value {
        Value::Text(word) => word_fills(word),
        Value::List(words) => words.iter().any(word_fills),
    }
}

fn word_fills(word: &Word) -> bool {
    word.pieces.iter().any(|piece| match piece {
        Piece::Text(text) => {
            text.iter().any(|c| !c.c.is_whitespace()) && !text.iter().any(|c| matches!(c.c, '*' | '?'))
        }
        Piece::Expansion(raw, _) => {
            let text: String = raw.iter().map(|c| c.c).collect();
            // There always are Regions.
            text.starts_with("$(seq ")
                || text.contains("describe-regions")
                || text.contains(":-") && !text.contains(":-}")
        }
    })
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

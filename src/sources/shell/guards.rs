//! What must hold for a command to run: branches, loops' sides, functions.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tree_sitter::Node;

use super::steps;

/// One condition around a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The bytes that stand under it.
    pub branch: Range<usize>,
    /// Where the statement begins that has this branch: two branches of one statement never run together.
    pub of: usize,
    /// A clause that reads after "when": `'[ -n "$X" ]' holds`.
    pub when: String,
    /// The function whose body this is.
    function: Option<String>,
}

impl Guard {
    /// Whether it only is the body of a function, whose calls are not in the script.
    pub fn is_function(&self) -> bool {
        self.function.is_some()
    }

    /// A condition that is no branch of a statement.
    pub(super) fn plain(branch: Range<usize>, of: usize, when: String) -> Self {
        Self { branch, of, when, function: None }
    }

    /// Puts it where `place` says, so that guards of several scripts of one file can be compared.
    pub fn relocate(&mut self, place: impl Fn(usize) -> usize) {
        let start = place(self.branch.start);
        self.branch = start..start;
        self.of = place(self.of);
    }

    pub(super) fn shift(&mut self, by: usize) {
        self.branch = self.branch.start + by..self.branch.end + by;
        self.of += by;
    }
}

/// The longest condition that a message repeats, in characters.
const LONGEST: usize = 60;
/// How deep calls of functions are followed.
const DEPTH: usize = 6;

/// The conditions of a script.
#[derive(Debug, Default)]
pub(super) struct Guards {
    regions: Vec<Guard>,
    /// Left sides of `||` whose failure ends nothing.
    tolerated: Vec<Range<usize>>,
    /// What is never run.
    unreached: Vec<Range<usize>>,
    /// The functions of the script.
    functions: HashSet<String>,
    /// Calls of functions of the script: where, what is around, and how many there are.
    calls: HashMap<String, (usize, Vec<Guard>, usize)>,
}

impl Guards {
    /// Takes note of a node of the grammar.
    pub fn visit(&mut self, node: Node<'_>, script: &str) {
        match node.kind() {
            "if_statement" => self.branches_of_if(node, script),
            "elif_clause" | "else_clause" => {
                let of = node.parent().map_or(node.start_byte(), |parent| parent.start_byte());
                let when = match (node.kind(), condition(node, script)) {
                    ("elif_clause", Some(condition)) => holds(&condition),
                    _ => "the conditions before it do not hold".to_owned(),
                };
                self.add(node.byte_range(), of, when, None);
            }
            "case_item" => {
                let of = node.parent().map_or(node.start_byte(), |parent| parent.start_byte());
                let value = node.child_by_field_name("value").and_then(|value| script.get(value.byte_range()));
                let when = format!("the case '{}' is taken", short(value.unwrap_or("*")));
                self.add(node.byte_range(), of, when, None);
            }
            "list" => self.sides_of_list(node, script),
            "while_statement" => self.body_of_while(node, script),
            "function_definition" => {
                let name = node.child_by_field_name("name").and_then(|name| script.get(name.byte_range()));
                let Some(name) = name else { return };
                let when = format!("the function '{}' runs", short(name));
                self.functions.insert(name.to_owned());
                self.add(node.byte_range(), node.start_byte(), when, Some(name.to_owned()));
            }
            _ => {}
        }
    }

    fn add(&mut self, branch: Range<usize>, of: usize, when: String, function: Option<String>) {
        self.regions.push(Guard { branch, of, when, function });
    }

    fn branches_of_if(&mut self, node: Node<'_>, script: &str) {
        let mut cursor = node.walk();
        let mut then = None;
        let mut end = node.end_byte();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "then" if then.is_none() => then = Some(child.end_byte()),
                "elif_clause" | "else_clause" => {
                    end = child.start_byte();
                    break;
                }
                _ => {}
            }
        }
        let Some(then) = then.filter(|then| *then <= end) else { return };
        let condition = condition(node, script);
        if condition.as_deref() == Some("false") {
            self.unreached.push(then..end);
        }
        let when = condition.map_or_else(|| "its condition holds".to_owned(), |text| holds(&text));
        self.add(then..end, node.start_byte(), when, None);
    }

    /// The condition of a loop is run in any case; what it guards may never be.
    fn body_of_while(&mut self, node: Node<'_>, script: &str) {
        let Some(body) = node.child_by_field_name("body") else { return };
        let condition = condition(node, script).unwrap_or_default();
        let condition = condition.trim_end_matches([';', '\n', ' ']);
        let until = script.get(node.start_byte()..).is_some_and(|rest| rest.starts_with("until"));
        let endless = if until { condition == "false" } else { matches!(condition, "true" | ":") };
        if !endless {
            let when = if until { format!("'{}' fails", short(condition)) } else { holds(condition) };
            self.add(body.byte_range(), node.start_byte(), when, None);
        }
    }

    /// A loop that may have nothing to go through.
    pub fn body_of_for(&mut self, body: Range<usize>, of: usize, list: &str) {
        self.add(body, of, format!("'{}' is not empty", short(list)), None);
    }

    fn sides_of_list(&mut self, node: Node<'_>, script: &str) {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let [left, operator, right] = children.as_slice() else { return };
        let text = |node: &Node<'_>| script.get(node.byte_range()).unwrap_or_default();
        match operator.kind() {
            "&&" if text(left) == "false" => self.unreached.push(right.byte_range()),
            // What ends the script there is no step that follows from another.
            "&&" if steps::asks(*left, script) || steps::ends(text(right)) => {
                self.add(right.byte_range(), node.start_byte(), holds(text(left)), None);
            }
            "||" if matches!(text(left), "true" | ":") => self.unreached.push(right.byte_range()),
            "||" if text(left) == "false" => {}
            "||" => {
                let when = format!("'{}' fails", short(text(left)));
                self.add(right.byte_range(), node.start_byte(), when, None);
                let word = text(right).trim_start_matches(['{', '(', ' ', '\n']);
                let ends = ["exit", "return", "die", "fail", "abort", "false"].iter().any(|end| word.starts_with(end))
                    || text(right).contains("exit ");
                if !ends {
                    self.tolerated.push(left.byte_range());
                }
            }
            _ => {}
        }
    }

    /// Makes the places in `starts` (ascending) know what is around them.
    pub fn of(&self, starts: impl Iterator<Item = usize>) -> Vec<Vec<Guard>> {
        let mut regions: Vec<&Guard> = self.regions.iter().collect();
        regions.sort_by_key(|region| (region.branch.start, std::cmp::Reverse(region.branch.end)));
        let mut next = 0;
        let mut open: Vec<&Guard> = Vec::new();
        starts
            .map(|at| {
                while let Some(region) = regions.get(next).filter(|region| region.branch.start <= at) {
                    open.retain(|known| known.branch.end > region.branch.start);
                    open.push(region);
                    next += 1;
                }
                open.retain(|known| known.branch.end > at);
                // Deeper nesting is as good as this: it only says that something is not certain.
                open.iter().take(16).map(|guard| (*guard).clone()).collect()
            })
            .collect()
    }

    /// Whether the failure of the command at this place ends nothing.
    pub fn is_tolerated(&self, at: usize) -> bool {
        self.tolerated.iter().any(|range| range.contains(&at))
    }

    /// Takes note of a call of a function; the first one with the fewest conditions counts.
    pub fn call(&mut self, name: &str, at: usize, guards: &[Guard]) {
        // A function that calls itself is not run by that.
        let inside = guards.iter().any(|guard| guard.function.as_deref() == Some(name));
        if self.functions.contains(name) && !inside {
            match self.calls.get_mut(name) {
                Some((_, known, count)) if known.len() <= guards.len() => *count += 1,
                Some(known) => *known = (at, guards.to_vec(), known.2 + 1),
                None => drop(self.calls.insert(name.to_owned(), (at, guards.to_vec(), 1))),
            }
        }
    }

    /// Whether one of the functions around a place is called more than once.
    pub fn is_repeated(&self, guards: &[Guard]) -> bool {
        let calls = |guard: &Guard| guard.function.as_ref().and_then(|name| self.calls.get(name));
        guards.iter().filter_map(calls).any(|(_, around, count)| *count > 1 || self.is_once_removed_repeated(around))
    }

    /// The same for one level of functions further out.
    fn is_once_removed_repeated(&self, guards: &[Guard]) -> bool {
        let calls = |guard: &Guard| guard.function.as_ref().and_then(|name| self.calls.get(name));
        guards.iter().filter_map(calls).any(|(_, _, count)| *count > 1)
    }

    /// Whether the place is never reached.
    pub fn is_unreached(&self, at: usize) -> bool {
        self.unreached.iter().any(|range| range.contains(&at))
    }

    /// The guards with functions replaced by what is around their calls, and the places that order the command.
    pub fn resolved(&self, guards: &[Guard], at: usize) -> (Vec<Guard>, Vec<usize>) {
        let mut result = Vec::new();
        let mut order = Vec::new();
        self.resolve(guards, DEPTH, &mut result, &mut order);
        order.push(at);
        if result.iter().any(Guard::is_function) {
            // Nothing in the script calls it: whoever does has run the script by then.
            order.insert(0, usize::MAX);
        }
        (result, order)
    }

    fn resolve(&self, guards: &[Guard], depth: usize, result: &mut Vec<Guard>, order: &mut Vec<usize>) {
        for guard in guards {
            match guard.function.as_ref().and_then(|name| self.calls.get(name)) {
                Some((at, around, _)) if depth > 0 => {
                    self.resolve(around, depth - 1, result, order);
                    order.push(*at);
                }
                _ => result.push(guard.clone()),
            }
        }
    }
}

fn condition(node: Node<'_>, script: &str) -> Option<String> {
    let mut cursor = node.walk();
    let condition = node.named_children(&mut cursor).next()?;
    script.get(condition.byte_range()).map(str::to_owned)
}

fn holds(condition: &str) -> String {
    format!("'{}' holds", short(condition))
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

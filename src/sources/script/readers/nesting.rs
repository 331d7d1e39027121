//! The conditions around a place in a program, by the indentation of its lines.

use std::ops::Range;

use super::lines;

/// The lines of a program by where they begin, with what is needed to find the ones around another.
pub(super) struct Nesting<'a> {
    lines: Vec<(usize, &'a str)>,
}

/// Words that begin a branch.
const BRANCHES: [&str; 15] = [
    "case", "catch", "elif", "else", "elseif", "elsif", "except", "if", "rescue", "switch", "unless", "until", "when",
    "while", "}else",
];

impl<'a> Nesting<'a> {
    /// Of a text.
    pub fn new(text: &'a str) -> Self {
        Self { lines: lines(text).collect() }
    }

    /// The conditions around a place, outermost first, each with the place of its line.
    pub fn around(&self, at: usize) -> Vec<(&'a str, Range<usize>)> {
        /// Lines that are looked at; deeper code is judged as if nothing were around it.
        const MOST: usize = 2000;
        let mut found = Vec::new();
        let own = self.lines.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let Some((start, line)) = self.lines.get(own) else { return found };
        let mut width = indent(line);
        let before = &line[..at.saturating_sub(*start).min(floor(line, at - start))];
        if is_branch(before) {
            found.push((line.trim(), *start..start + line.len()));
        }
        for (start, line) in self.lines[..own].iter().rev().take(MOST) {
            if line.trim().is_empty() || indent(line) >= width {
                continue;
            }
            width = indent(line);
            if is_branch(line) {
                found.push((line.trim(), *start..start + line.len()));
            }
            if width == 0 {
                break;
            }
        }
        found.reverse();
        found
    }
}

fn floor(line: &str, at: usize) -> usize {
    (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_branch(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['}', ' ']);
    let word = line.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    BRANCHES.contains(&word.to_ascii_lowercase().as_str())
}

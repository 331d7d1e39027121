//! Where reading goes on behind a top-level attribute or block that cannot be read.
//!
//! The end of the item is looked for by its brackets, strings and heredocs alone. If those are broken too, the next
//! line that begins like a top-level item is where the next one begins. From then on such a line also ends whatever
//! is open, so that many faults of that kind do not each read the whole file.

use super::reader::Reader;
use crate::syntax::MAX_DEPTH;

/// What ends an item in a file with unbalanced brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// A line that begins like a top-level block.
    Blocks,
    /// Also a line that begins like an attribute: the broken item is one.
    Attributes,
}

/// The top-level blocks of Terraform.
const TOP: [&str; 13] = [
    "resource",
    "data",
    "module",
    "variable",
    "locals",
    "output",
    "provider",
    "terraform",
    "moved",
    "import",
    "check",
    "removed",
    "ephemeral",
];

/// What is open while an item is skipped.
enum Open<'t> {
    Bracket(u8),
    Quote,
    Heredoc(&'t str),
    /// `${` or `%{`.
    Sequence,
}

impl Reader<'_> {
    /// Goes behind the broken item that begins at `start`.
    pub(super) fn recover(&mut self, start: usize) {
        self.surface();
        self.go_to(start);
        let mut lost = start;
        if self.skip_item().is_some() {
            // A header without its brace on the same line has lost its body.
            loop {
                let body = matches!(self.next_item(), Ok(Some(_))) && self.byte() == Some(b'{');
                if !body {
                    return;
                }
                lost = self.at();
                if self.skip_item().is_none() {
                    break;
                }
            }
        }
        self.resynchronise(lost);
    }

    /// Goes to the first line behind `start` that begins like a top-level item: the brackets tell nothing.
    fn resynchronise(&mut self, start: usize) {
        self.go_to(start);
        let guard = self.guard_of(start);
        self.guard = Some(guard);
        loop {
            let rest = self.rest();
            let Some(next) = memchr::memchr(b'\n', rest.as_bytes()) else {
                return self.advance(rest.len());
            };
            self.advance(next + 1);
            if self.at_next_item() {
                return;
            }
        }
    }

    /// Before the item at `start` is read.
    pub(super) fn begin(&mut self, start: usize) {
        self.guard = self.guard.map(|_| self.guard_of(start));
    }

    /// What may end the item at `start`.
    fn guard_of(&self, start: usize) -> Guard {
        let line = self.slice(start, self.text().len()).lines().next().unwrap_or_default();
        if begins_attribute(line) { Guard::Attributes } else { Guard::Blocks }
    }

    /// Whether, in a file with unbalanced brackets, a top-level item begins here.
    pub(super) fn at_next_item(&self) -> bool {
        let Some(guard) = self.guard else { return false };
        if self.at() > 0 && self.slice(self.at() - 1, self.at()) != "\n" {
            return false;
        }
        let rest = self.rest();
        let line = &rest[..memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())];
        let word = line.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).next();
        let header = |word: &str| {
            let after = line[word.len()..].trim_start_matches([' ', '\t']);
            after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '"' | '{' | '_'))
        };
        word.is_some_and(|word| TOP.contains(&word) && header(word))
            || guard == Guard::Attributes && begins_attribute(line)
    }

    /// Goes to the end of the item that begins here, if its brackets are closed.
    fn skip_item(&mut self) -> Option<()> {
        let mut open: Vec<Open<'_>> = Vec::new();
        loop {
            if open.len() > MAX_DEPTH {
                return None;
            }
            let Some(byte) = self.byte() else { return open.is_empty().then_some(()) };
            match open.last() {
                Some(Open::Quote) => match byte {
                    b'\n' => return None,
                    b'"' => {
                        open.pop();
                        self.advance(1);
                    }
                    b'\\' if self.byte_at(1) != Some(b'\n') => self.advance(2),
                    _ if self.skip_sequence() => open.push(Open::Sequence),
                    _ => self.advance(1),
                },
                Some(Open::Heredoc(marker)) => {
                    let marker = *marker;
                    if self.slice(self.at() - 1, self.at()) == "\n"
                        && let Some(end) = self.marker_here(marker)
                    {
                        open.pop();
                        self.go_to(end);
                    } else if self.skip_sequence() {
                        open.push(Open::Sequence);
                    } else {
                        self.advance(1);
                    }
                }
                inside => {
                    if inside.is_none() && byte == b'\n' {
                        return Some(());
                    }
                    if inside.is_some() && self.at_next_item() {
                        return None;
                    }
                    match byte {
                        b'"' => {
                            open.push(Open::Quote);
                            self.advance(1);
                        }
                        b'{' | b'(' | b'[' => {
                            open.push(Open::Bracket(byte));
                            self.advance(1);
                        }
                        b'}' | b')' | b']' => {
                            let fits = match open.pop() {
                                Some(Open::Bracket(b'(')) => byte == b')',
                                Some(Open::Bracket(b'[')) => byte == b']',
                                Some(_) => byte == b'}',
                                // A stray bracket does not change where the line ends.
                                None => true,
                            };
                            if !fits {
                                return None;
                            }
                            self.advance(1);
                        }
                        b'<' if let Some((marker, _, head)) = self.heredoc_start() => {
                            if self.guard.is_some() && !self.has_end(marker, self.at()) {
                                return None;
                            }
                            open.push(Open::Heredoc(marker));
                            self.advance(head);
                        }
                        b'#' | b'/' => match self.comment() {
                            Ok(true) => {}
                            Ok(false) => self.advance(1),
                            Err(_) => return None,
                        },
                        _ => self.advance(1),
                    }
                }
            }
        }
    }

    /// Steps over `${`, `%{`, or what escapes them; whether a sequence was opened.
    fn skip_sequence(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.advance(3);
            return false;
        }
        let opens = rest.starts_with("${") || rest.starts_with("%{");
        if opens {
            self.advance(2);
        }
        opens
    }
}

/// Whether a line begins like `name =`.
fn begins_attribute(line: &str) -> bool {
    let name = line.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let after = name.trim_start_matches([' ', '\t']);
    name.len() < line.len() && after.starts_with('=') && !after.starts_with("==")
}

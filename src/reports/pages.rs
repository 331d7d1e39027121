//! The pages of the checks, read once for a report.

use std::collections::HashMap;

use crate::checks::page::Page;
use crate::checks::{CHECKS, Check};
use crate::scan::Scan;

/// The pages by check id, in the order of the table.
#[derive(Debug)]
pub struct Pages {
    pages: Vec<(&'static str, Page)>,
    index: HashMap<&'static str, usize>,
}

impl Pages {
    /// The pages of all checks: also of those that this scan left out, so that consumers see the same rules each time.
    pub fn all(scan: &Scan) -> Self {
        Self::of(CHECKS.iter().chain(scan.checks.iter().copied()))
    }

    /// The pages of the checks that this scan ran.
    pub fn run(scan: &Scan) -> Self {
        Self::of(scan.checks.iter().copied())
    }

    fn of(checks: impl Iterator<Item = &'static Check>) -> Self {
        let mut pages: Vec<(&'static str, Page)> = Vec::new();
        let mut index = HashMap::new();
        for check in checks {
            if index.contains_key(check.id) {
                continue;
            }
            // A page that cannot be read is a fault of the build, and a law of the tests forbids it.
            if let Ok(page) = Page::parse(check.page) {
                index.insert(check.id, pages.len());
                pages.push((check.id, page));
            }
        }
        Self { pages, index }
    }

    /// The page of a check.
    pub fn get(&self, check: &str) -> Option<&Page> {
        self.index.get(check).map(|&i| &self.pages[i].1)
    }

    /// All, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Page)> {
        self.pages.iter().map(|(id, page)| (*id, page))
    }
}

/// Markdown of a page as one line of plain text: paragraphs joined, code marks and link targets left out.
pub fn plain(markdown: &str) -> String {
    let mut result = String::with_capacity(markdown.len());
    for word in markdown.split_whitespace() {
        if !result.is_empty() {
            result.push(' ');
        }
        result.push_str(word);
    }
    let mut text = String::with_capacity(result.len());
    let mut rest = result.as_str();
    while let Some(open) = rest.find('[') {
        let link = rest[open..].split_once("](").and_then(|(label, tail)| Some((&label[1..], tail.split_once(')')?.1)));
        match link {
            Some((label, tail)) if !label.contains('[') => {
                text.push_str(&rest[..open]);
                text.push_str(label);
                rest = tail;
            }
            _ => {
                text.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    text.push_str(rest);
    text.replace(['`'], "").replace("**", "")
}

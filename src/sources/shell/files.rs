//! Which file a script has written by the time that an argument names it: `file://policy.json`.

use std::collections::{HashMap, HashSet};

use super::flow::{Bears, Start};
use super::words::{self, Word};

/// Commands that leave the files be which they name.
const READERS: &[&str] = &[
    "cat",
    "echo",
    "printf",
    "grep",
    "jq",
    "ls",
    "test",
    "[",
    "[[",
    "head",
    "tail",
    "wc",
    "diff",
    "less",
    "chmod",
    "chown",
    "cd",
    "mkdir",
    "export",
    "trap",
    "log",
    "base64",
    "sha256sum",
    "md5sum",
    "shasum",
    "stat",
];

/// A file that was touched.
#[derive(Clone, Debug)]
pub(super) struct Touch {
    /// When.
    pub(super) start: Start,
    /// What it holds from then on, where that is known.
    pub(super) content: Option<Word>,
}

/// What a file holds.
pub(super) enum Held<'a> {
    /// The script does not touch it before.
    Untouched,
    /// This, which was written at a place.
    Known(&'a Word, &'a Start),
    /// Nobody knows.
    Unknown,
}

/// All files that a script touches, by path.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<String, Vec<Touch>>);

/// More touches of one file are not followed: nobody knows what it holds.
const MOST: usize = 256;

impl Files {
    pub(super) fn touch(&mut self, path: &str, touch: Touch) {
        self.0.entry(plain(path).to_owned()).or_default().push(touch);
    }

    /// Takes note of those files of `named` that a command may write.
    pub(super) fn command(&mut self, script: &str, start: &Start, named: &HashSet<String>) {
        let words = words::command(script, start.at, start.limit);
        let texts: Vec<String> = words.iter().map(Word::text).collect();
        let skip =
            texts.iter().take_while(|text| matches!(text.as_str(), "sudo" | "env") || text.contains('=')).count();
        let texts = texts.get(skip..).unwrap_or_default();
        let Some(first) = texts.first() else { return };
        let reads = match first.as_str() {
            "sed" => !texts.iter().any(|text| text.starts_with("-i") || text.starts_with("--in-place")),
            // Only what is copied from a bucket is written.
            "aws" => !texts.iter().any(|text| matches!(text.as_str(), "cp" | "mv" | "sync" | "get-object")),
            "python" | "python3" => texts.iter().any(|text| text == "json.tool"),
            name => READERS.contains(&name),
        };
        for text in texts.iter().skip(1).filter(|_| !reads) {
            if named.contains(plain(text)) {
                self.touch(text, Touch { start: start.clone(), content: None });
            }
        }
    }

    /// Must be called when all is noted.
    pub(super) fn seal(&mut self) {
        for touches in self.0.values_mut() {
            touches.sort_by(|a, b| (&a.start.order, a.content.is_some()).cmp(&(&b.start.order, b.content.is_some())));
        }
    }

    /// What a file holds at a place.
    pub(super) fn held(&self, path: &str, at: &Start) -> Held<'_> {
        let Some(touches) = self.0.get(plain(path)) else { return Held::Untouched };
        if touches.len() > MOST {
            return Held::Unknown;
        }
        let mut held = Held::Untouched;
        for touch in touches {
            held = match (touch.start.bears(at), &touch.content) {
                (Bears::Never, _) => continue,
                (Bears::Surely, Some(word)) if !touch.start.repeated || touches.len() == 1 => {
                    Held::Known(word, &touch.start)
                }
                _ => Held::Unknown,
            };
        }
        held
    }
}

/// A path without the folder that it stands in anyway.
pub(super) fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

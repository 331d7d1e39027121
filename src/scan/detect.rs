//! What could be ours: a judgement over raw bytes, cheap enough to make for every file of a repository.

use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::sources::script::{self, Language};

use crate::source_map::Cut;

/// What a file's extension lets one expect. It never makes a file ours; it decides what a fault in it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The usual extensions of templates: a file with a marker that does not parse is a gap.
    Document,
    /// A configuration file of Terraform (`.tf`, `.tf.json`): ours whatever it holds.
    Terraform,
    /// A file that Terraform reads values of variables from by itself.
    Variables,
    /// Prose or a programming language: may quote a template, so a fault in it says nothing.
    Foreign,
    /// Compressed or compiled: no text to find, not even read.
    Binary,
    /// Anything else: a fault is a gap when the text has the shape of a template.
    Other,
}

/// Whether its bytes can be a template without being decompressed: pictures, archives, compiled code, fonts, media.
const BINARY: &[&str] = &[
    "7z", "a", "avif", "bz2", "class", "dll", "dylib", "eot", "exe", "gif", "gz", "ico", "jar", "jpeg", "jpg", "mov",
    "mp3", "mp4", "o", "otf", "pdf", "png", "pyc", "rlib", "rmeta", "so", "tgz", "tiff", "ttf", "wasm", "webm", "webp",
    "whl", "woff", "woff2", "xz", "zip", "zst",
];

/// Languages whose files often hold whole templates as strings or code blocks.
const FOREIGN: &[&str] = &[
    "adoc", "bash", "c", "cjs", "cpp", "cs", "go", "h", "hcl", "htm", "html", "java", "js", "jsx", "kt", "lua", "md",
    "mdx", "mjs", "php", "pl", "ps1", "py", "rb", "rs", "rst", "scala", "sh", "snap", "swift", "tfvars", "toml", "ts",
    "tsx", "vue", "xml", "zsh",
];

const DOCUMENT: &[&str] = &["cfn", "cform", "json", "template", "tfstate", "yaml", "yml"];

/// OpenTofu reads its own extensions besides.
const CONFIGURATION: &[&str] = &[".tf", ".tf.json", ".tofu", ".tofu.json"];

impl Form {
    /// By the extension, in any case. Terraform is strict about the case of its own.
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if CONFIGURATION.iter().any(|end| name.len() > end.len() && name.ends_with(end)) {
            return Self::Terraform;
        }
        let plain = name.strip_suffix(".json").unwrap_or(name);
        if plain == "terraform.tfvars" || plain.ends_with(".auto.tfvars") {
            return Self::Variables;
        }
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_in = |list: &[&str]| list.binary_search(&extension.as_str()).is_ok();
        if is_in(DOCUMENT) {
            Self::Document
        } else if is_in(BINARY) {
            Self::Binary
        } else if is_in(FOREIGN) {
            Self::Foreign
        } else {
            Self::Other
        }
    }
}

/// The text of a file, as far as it is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// All of it.
    Whole(String),
    /// A large plan or state without what cannot matter, and where something is missing.
    Cut(String, Vec<Cut>),
    /// It is not UTF-8 from this offset on; the text is lossy there.
    Broken {
        /// Equal to the file up to `at`.
        text: String,
        /// Offset of the first byte that is not text.
        at: usize,
    },
    /// It holds NUL bytes.
    Binary,
}

/// A file that may be ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Suspect {
    /// Its text.
    pub(super) text: Text,
    /// What its name lets one expect.
    pub(super) form: Form,
    /// Whether a fault in it is a gap.
    pub(super) ours: bool,
    /// The language it is in, if it may be a script that we judge.
    pub(super) script: Option<Language>,
}

/// What is known of a file before it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hints<'a> {
    /// Its path.
    pub(super) path: &'a Path,
    /// What its name lets one expect.
    pub(super) form: Form,
    /// Whether the command line names it.
    pub(super) named: bool,
    /// Whether code blocks of pages are scripts.
    pub(super) docs: bool,
}

impl Hints<'_> {
    fn language(self, bytes: &[u8]) -> Option<Language> {
        Language::of(self.path, bytes).filter(|language| self.docs || *language != Language::Markdown)
    }
}

/// How far a file is searched for NUL bytes before it counts as binary.
const HEAD: usize = 8 * 1024;

/// Judges a file's bytes; a file that the command line names is always ours. A large text is taken out of `bytes`, so
/// that it is in memory once.
pub(super) fn suspect(bytes: &mut Vec<u8>, hints: Hints<'_>) -> Option<Suspect> {
    if let Some(text) = wide(bytes) {
        return match text {
            Ok(text) => {
                let mut bytes = text.into_bytes();
                narrow(&mut bytes, hints)
            }
            Err(text) => {
                let Hints { form, named, .. } = hints;
                let ours = named || (form == Form::Document && marked(text.as_bytes()));
                let at = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
                ours.then_some(Suspect { text: Text::Broken { text, at }, form, ours, script: None })
            }
        };
    }
    narrow(bytes, hints)
}

fn narrow(bytes: &mut Vec<u8>, hints: Hints<'_>) -> Option<Suspect> {
    let Hints { form, named, .. } = hints;
    let binary = memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some();
    if named || matches!(form, Form::Terraform | Form::Variables) {
        let script = if named && !binary { hints.language(bytes) } else { None };
        let text = if binary { Text::Binary } else { decode(bytes) };
        return Some(Suspect { text, form, ours: true, script });
    }
    if binary && form != Form::Document {
        return None;
    }
    let marks = Marks::of(bytes);
    let script = if marks.script && !binary { hints.language(bytes) } else { None };
    let template = marks.template
        && match form {
            // A fault in a quoted template is no news; without the shape there is nothing to parse.
            Form::Foreign | Form::Other | Form::Binary => shaped(bytes),
            _ => true,
        };
    if !template && script.is_none() {
        return None;
    }
    let ours = template && !matches!(form, Form::Foreign | Form::Binary);
    Some(Suspect { text: decode(bytes), form, ours, script })
}

/// What the bytes of a file hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Marks {
    /// What every CloudFormation template holds, a version or the type of a resource, or what every plan and state of
    /// Terraform holds.
    template: bool,
    /// What every call that is judged holds.
    script: bool,
}

impl Marks {
    fn of(bytes: &[u8]) -> Self {
        const TEMPLATES: [&str; 3] = ["AWS::", "AWSTemplateFormatVersion", PLAN];
        // Only the search for the leftmost match takes the vectorized path.
        static MARKERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
            let marks = TEMPLATES.iter().chain(&script::MARKS);
            AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(marks).ok()
        });
        let mut found = Self::default();
        // Without the automaton (constant patterns: it is always there) nothing may be skipped.
        let Some(markers) = MARKERS.as_ref() else { return Self { template: true, script: true } };
        for mark in markers.find_iter(bytes) {
            if mark.pattern().as_usize() < TEMPLATES.len() {
                found.template = true;
            } else {
                found.script = true;
            }
            if found.template && found.script {
                break;
            }
        }
        found
    }
}

/// Whether the bytes hold what every template, plan or state holds.
pub(super) fn marked(bytes: &[u8]) -> bool {
    Marks::of(bytes).template
}

/// What every plan and state holds.
const PLAN: &str = "\"terraform_version\"";

/// Whether a text that begins like this may be a plan or a state: they may be far larger than templates.
pub(super) fn may_be_plan(head: &[u8]) -> bool {
    head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start().starts_with(b"{")
}

/// Whether the text of a JSON document is worth reading as a plan or state.
pub(super) fn has_plan_mark(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, PLAN.as_bytes()).is_some()
}

/// Whether the text begins as JSON or has one of the top-level keys of a template at the start of a line.
fn shaped(bytes: &[u8]) -> bool {
    const KEYS: [&[u8]; 2] = [b"AWSTemplateFormatVersion", b"Resources"];
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if text.trim_ascii_start().starts_with(b"{") {
        return KEYS.iter().any(|key| memchr::memmem::find(text, key).is_some()) || has_plan_mark(text);
    }
    text.split(|&byte| byte == b'\n').any(|line| {
        let line = line.strip_prefix(b"\"").or_else(|| line.strip_prefix(b"'")).unwrap_or(line);
        KEYS.iter().any(|key| {
            line.strip_prefix(*key).is_some_and(|rest| matches!(rest.first(), Some(b':' | b'"' | b'\'' | b' ')))
        })
    })
}

/// Texts beyond this size are not copied: their buffer is given away.
const LARGE: usize = 1024 * 1024;

fn decode(bytes: &mut Vec<u8>) -> Text {
    let broken = |bytes: &[u8], at| Text::Broken { text: String::from_utf8_lossy(bytes).into_owned(), at };
    if bytes.len() < LARGE {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Text::Whole(text.to_owned()),
            Err(error) => broken(bytes, error.valid_up_to()),
        };
    }
    match String::from_utf8(std::mem::take(bytes)) {
        Ok(text) => Text::Whole(text),
        Err(error) => broken(error.as_bytes(), error.utf8_error().valid_up_to()),
    }
}

/// UTF-16 with a byte order mark, decoded; the error is the lossy text.
fn wide(bytes: &[u8]) -> Option<Result<String, String>> {
    let (rest, read): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        _ => return None,
    };
    let (pairs, odd) = rest.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
    Some(match String::from_utf16(&units) {
        Ok(text) if odd.is_empty() => Ok(text),
        _ => {
            let mut text = String::from_utf16_lossy(&units);
            if !odd.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            Err(text)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n";

    fn form(path: &str) -> Form {
        Form::of(Path::new(path))
    }

    fn suspect(bytes: &[u8], form: Form, named: bool) -> Option<Suspect> {
        super::suspect(&mut bytes.to_vec(), Hints { path: Path::new("x"), form, named, docs: false })
    }

    #[test]
    fn lists_are_sorted() {
        for list in [BINARY, FOREIGN, DOCUMENT] {
            assert!(list.is_sorted());
        }
        assert_eq!(form("a/B.YAML"), Form::Document);
        assert_eq!(form("Makefile"), Form::Other);
        for path in ["main.tf", "a/main.tf.json", "x.tofu"] {
            assert_eq!(form(path), Form::Terraform, "{path}");
        }
        assert_eq!(form(".tf"), Form::Other);
        for path in ["terraform.tfvars", "x.auto.tfvars.json"] {
            assert_eq!(form(path), Form::Variables, "{path}");
        }
        assert_eq!(form("prod.tfvars"), Form::Foreign);
    }

    #[test]
    fn a_marker_makes_a_document_ours_and_nothing_else_does() {
        assert!(suspect(TEMPLATE.as_bytes(), Form::Document, false).is_some_and(|s| s.ours));
        assert_eq!(suspect(b"kind: Service\n", Form::Document, false), None);
        assert!(suspect(b"kind: Service\n", Form::Document, true).is_some_and(|s| s.ours));
        assert_eq!(suspect(b"uses AWS::CloudTrail::Trail here", Form::Other, false), None);
        assert!(suspect(TEMPLATE.as_bytes(), Form::Other, false).is_some_and(|s| s.ours));
        assert!(suspect(TEMPLATE.as_bytes(), Form::Foreign, false).is_some_and(|s| !s.ours));
        assert_eq!(suspect(b"\0\0AWS::X", Form::Other, false), None);
    }

    #[test]
    fn terraform_is_ours_by_name_and_plans_by_their_content() {
        assert!(suspect(b"locals {}", Form::Terraform, false).is_some_and(|s| s.ours));
        let plan = br#" {"format_version":"1.2","terraform_version":"1.11.4"}"#;
        assert!(suspect(plan, Form::Document, false).is_some());
        assert!(suspect(plan, Form::Other, false).is_some());
        assert_eq!(suspect(br#"say "terraform_version""#, Form::Other, false), None);
    }

    #[test]
    fn a_large_text_is_not_copied() {
        let mut bytes = b"# AWS::\n".repeat(LARGE / 8);
        let at = bytes.as_ptr();
        let found =
            super::suspect(&mut bytes, Hints { path: Path::new("x"), form: Form::Document, named: false, docs: false })
                .expect("has a marker");
        assert!(matches!(found.text, Text::Whole(text) if text.as_ptr() == at));
    }

    #[test]
    fn wide_text_is_decoded() {
        let le: Vec<u8> = [0xff, 0xfe].into_iter().chain(TEMPLATE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let be: Vec<u8> = [0xfe, 0xff].into_iter().chain(TEMPLATE.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for bytes in [le, be] {
            let found = suspect(&bytes, Form::Document, false).expect("has a marker");
            assert_eq!(found.text, Text::Whole(TEMPLATE.to_owned()));
            let cut = suspect(&bytes[..bytes.len() - 1], Form::Document, false).expect("has a marker");
            assert!(matches!(cut.text, Text::Broken { .. }));
        }
    }

    #[test]
    fn the_first_bad_byte_is_kept() {
        let mut bytes = TEMPLATE.as_bytes().to_vec();
        bytes.extend(b"\xff\n");
        let found = suspect(&bytes, Form::Document, false).expect("has a marker");
        assert!(matches!(found.text, Text::Broken { at, .. } if at == TEMPLATE.len()));
    }
}

//! What could be ours: a judgement over raw bytes, cheap enough to make for every file of a repository.

use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What a file's extension lets one expect. It never makes a file ours; it decides what a fault in it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The usual extensions of templates: a file with a marker that does not parse is a gap.
    Document,
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
    "mdx", "mjs", "php", "pl", "ps1", "py", "rb", "rs", "rst", "scala", "sh", "snap", "swift", "tf", "toml", "ts",
    "tsx", "vue", "xml", "zsh",
];

const DOCUMENT: &[&str] = &["cfn", "cform", "json", "template", "yaml", "yml"];

impl Form {
    /// By the extension, in any case.
    pub(super) fn of(path: &Path) -> Self {
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
    /// Whether a fault in it is a gap.
    pub(super) ours: bool,
}

/// How far a file is searched for NUL bytes before it counts as binary.
const HEAD: usize = 8 * 1024;

/// Judges a file's bytes. `named` is for files that the command line names: they are always ours.
pub(super) fn suspect(bytes: &[u8], form: Form, named: bool) -> Option<Suspect> {
    let wide = wide(bytes);
    let bytes = match &wide {
        Some(Ok(text)) => text.as_bytes(),
        Some(Err(text)) => {
            let ours = named || (form == Form::Document && marked(text.as_bytes()));
            let at = text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
            return ours.then(|| Suspect { text: Text::Broken { text: text.clone(), at }, ours });
        }
        None => bytes,
    };
    let binary = memchr::memchr(0, &bytes[..bytes.len().min(HEAD)]).is_some();
    if named {
        let text = if binary { Text::Binary } else { decode(bytes) };
        return Some(Suspect { text, ours: true });
    }
    if (binary && form != Form::Document) || !marked(bytes) {
        return None;
    }
    match form {
        Form::Document => Some(Suspect { text: decode(bytes), ours: true }),
        // A fault in a quoted template is no news; without the shape there is nothing to parse.
        Form::Foreign | Form::Other | Form::Binary => {
            shaped(bytes).then(|| Suspect { text: decode(bytes), ours: form == Form::Other })
        }
    }
}

/// Whether the bytes hold what every CloudFormation template holds: a version, or the type of a resource.
pub(super) fn marked(bytes: &[u8]) -> bool {
    static MARKERS: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(["AWS::", "AWSTemplateFormatVersion"]).ok());
    // Without the automaton (two constant patterns: it is always there) nothing may be skipped.
    MARKERS.as_ref().is_none_or(|markers| markers.is_match(bytes))
}

/// Whether the text begins as JSON or has one of the top-level keys of a template at the start of a line.
fn shaped(bytes: &[u8]) -> bool {
    const KEYS: [&[u8]; 2] = [b"AWSTemplateFormatVersion", b"Resources"];
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if text.trim_ascii_start().starts_with(b"{") {
        return KEYS.iter().any(|key| memchr::memmem::find(text, key).is_some());
    }
    text.split(|&byte| byte == b'\n').any(|line| {
        let line = line.strip_prefix(b"\"").or_else(|| line.strip_prefix(b"'")).unwrap_or(line);
        KEYS.iter().any(|key| {
            line.strip_prefix(*key).is_some_and(|rest| matches!(rest.first(), Some(b':' | b'"' | b'\'' | b' ')))
        })
    })
}

fn decode(bytes: &[u8]) -> Text {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text::Whole(text.to_owned()),
        Err(error) => Text::Broken { text: String::from_utf8_lossy(bytes).into_owned(), at: error.valid_up_to() },
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

    #[test]
    fn lists_are_sorted() {
        for list in [BINARY, FOREIGN, DOCUMENT] {
            assert!(list.is_sorted());
        }
        assert_eq!(form("a/B.YAML"), Form::Document);
        assert_eq!(form("Makefile"), Form::Other);
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

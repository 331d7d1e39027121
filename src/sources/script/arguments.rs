//! The arguments of one call of the AWS CLI as attributes.
//! <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters.html>

use std::collections::HashMap;
use std::sync::Arc;

use super::shorthand;
use crate::model::arn::{Text, Var};
use crate::model::invocation::Layout;
use crate::source_map::{FileId, Span};
use crate::sources::block::MORE;
use crate::sources::embed::{self, Places};
use crate::sources::shell::Guard;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax;
use crate::truth::{Cause, CauseKind};

/// One call, with places in the file.
#[derive(Clone, Debug)]
pub struct Command {
    /// The service: `cloudtrail`.
    pub service: String,
    /// The command: `create-trail`.
    pub name: String,
    /// All words, `aws` included.
    pub words: Vec<Argument>,
    /// Whether there may be further arguments.
    pub open: bool,
    /// What must hold for it to run.
    pub guards: Vec<Guard>,
    /// Whether its failure ends nothing.
    pub tolerated: bool,
    /// Sorts the commands of a file in the order they run.
    pub order: Vec<usize>,
    /// How its words stand in the file.
    pub layout: Layout,
}

/// A word.
#[derive(Clone, Debug)]
pub struct Argument {
    /// After quote removal.
    pub text: Text,
    /// Its place.
    pub at: Span,
    /// The text with a character for each hole.
    pub flat: String,
    /// Where each byte of it was written.
    pub offsets: Vec<u32>,
    /// The holes.
    pub holes: Vec<Var>,
    /// Whether nothing of it is known, so that it may be several words, or an option.
    pub loose: bool,
}

/// Files that arguments name by `file://`, by path as written.
pub type Files = HashMap<String, (FileId, Arc<str>)>;

/// Boolean options: they take no value and have an opposite, `--no-…`.
const SWITCHES: [&str; 8] = [
    "--is-multi-region-trail",
    "--enable-log-file-validation",
    "--include-global-service-events",
    "--is-organization-trail",
    "--object-lock-enabled-for-bucket",
    "--bypass-policy-lockout-safety-check",
    "--dry-run",
    "--force",
];

/// Options whose values are structures: JSON or the shorthand syntax; and whether several are taken.
const STRUCTURES: [(&str, bool); 15] = [
    ("--event-selectors", true),
    ("--advanced-event-selectors", true),
    ("--insight-selectors", true),
    ("--tags-list", true),
    ("--tags", true),
    ("--versioning-configuration", false),
    ("--public-access-block-configuration", false),
    ("--server-side-encryption-configuration", false),
    ("--bucket-logging-status", false),
    ("--lifecycle-configuration", false),
    ("--object-lock-configuration", false),
    ("--ownership-controls", false),
    ("--website-configuration", false),
    ("--create-bucket-configuration", false),
    ("--tagging", false),
];

/// Further options of the modelled commands, which version 1 lets one abbreviate.
const PLAIN: [&str; 28] = [
    "--name",
    "--s3-bucket-name",
    "--s3-key-prefix",
    "--sns-topic-name",
    "--cloud-watch-logs-log-group-arn",
    "--cloud-watch-logs-role-arn",
    "--kms-key-id",
    "--key-id",
    "--trail-name",
    "--resource-id",
    "--bucket",
    "--acl",
    "--grant-full-control",
    "--grant-read",
    "--grant-read-acp",
    "--grant-write",
    "--grant-write-acp",
    "--object-ownership",
    "--policy",
    "--mfa",
    "--role-name",
    "--user-name",
    "--group-name",
    "--policy-name",
    "--policy-arn",
    "--policy-document",
    "--permissions-boundary",
    "--assume-role-policy-document",
];

impl Command {
    /// The place from `aws` to the command's name.
    pub fn header(&self) -> Span {
        let (Some(first), Some(name)) = (self.words.first(), self.name_at().map(|at| &self.words[at])) else {
            return self.span();
        };
        join(first.at, name.at)
    }

    /// The place of the whole call.
    pub fn span(&self) -> Span {
        let places = self.words.iter().map(|word| word.at);
        places.reduce(join).unwrap_or(Span { file: FileId(0), start: 0, end: 0 })
    }

    /// The position of the command's name among the words.
    pub fn name_at(&self) -> Option<usize> {
        let service = self.words.iter().position(|word| word.text.literal() == Some(&self.service))?;
        let rest = &self.words[service + 1..];
        let name = rest.iter().position(|word| word.text.literal() == Some(&self.name))?;
        Some(service + 1 + name)
    }

    /// Whether it only prints something about itself.
    pub fn is_help(&self) -> bool {
        let Some(at) = self.name_at() else { return false };
        let rest = self.words[at + 1..].iter();
        rest.enumerate().any(|(i, word)| {
            let text = word.text.literal().unwrap_or_default();
            text == "help" && i == 0 || text.starts_with("--generate-cli-skeleton")
        })
    }

    /// The value of a global option: `--region`, `--profile`.
    pub fn global(&self, option: &str) -> Option<Text> {
        for (i, word) in self.words.iter().enumerate() {
            if word.text.literal() == Some(option) {
                return self.words.get(i + 1).map(|value| value.text.clone());
            }
            if let Some(value) = word.text.after(&Text::from(format!("{option}=").as_str())) {
                return Some(value);
            }
        }
        None
    }

    /// The first word behind the command's name that is no option: `s3://bucket`.
    pub fn operand(&self) -> Option<&Argument> {
        let at = self.name_at()?;
        self.words[at + 1..].iter().find(|word| !word.flat.starts_with("--"))
    }

    /// The options as a mapping.
    pub fn options(&self, files: &Files) -> Val {
        let mut fields: Vec<Field> = Vec::new();
        let mut open = self.open.then(|| Cause::new(CauseKind::Unsupported, "not all its arguments are written"));
        let mut input: Option<Val> = None;
        let start = self.name_at().map_or(self.words.len(), |at| at + 1);
        let mut i = start;
        while let Some(word) = self.words.get(i) {
            i += 1;
            if !word.flat.starts_with("--") {
                if word.loose {
                    open.get_or_insert_with(|| cause(word));
                }
                continue;
            }
            let (written, inline) = match word.flat.find('=') {
                Some(at) => (&word.flat[..at], Some(word.behind(at + 1))),
                None => (word.flat.as_str(), None),
            };
            let (option, on) = named(written);
            let mut values: Vec<Argument> = inline.into_iter().collect();
            let takes = values.is_empty() && !SWITCHES.contains(&option);
            while takes && let Some(value) = self.words.get(i).filter(|value| !value.flat.starts_with("--")) {
                values.push(value.clone());
                i += 1;
            }
            // A word that may be several stands behind a value that is there already, or where no value is taken.
            if let Some(loose) = values.iter().skip(1).find(|value| value.loose) {
                open.get_or_insert_with(|| cause(loose));
            }
            let stray = self.words.get(i).filter(|next| {
                SWITCHES.contains(&option) && self.service != "s3" && !next.loose && !next.flat.starts_with("--")
            });
            let refused = stray.or(values.first().filter(|_| SWITCHES.contains(&option)));
            let value = match values.as_slice() {
                _ if refused.is_some() => {
                    let detail = format!("the AWS CLI takes no value for '{option}'");
                    Val { kind: ValKind::Unknown(Cause::new(CauseKind::Unsupported, detail)), span: word.at }
                }
                [] => Val { kind: ValKind::Bool(on), span: word.at },
                values => value(option, values, files),
            };
            match option {
                "--cli-input-json" => input = Some(value),
                "--cli-input-yaml" => {
                    let detail = "the file of '--cli-input-yaml' is not read";
                    open.get_or_insert_with(|| Cause::new(CauseKind::Unsupported, detail));
                }
                _ => {
                    // Of an option that is written twice the last one counts.
                    fields.retain(|field| &*field.key != option);
                    fields.push(Field { key: option.into(), key_span: word.at, value });
                }
            }
        }
        match input.as_ref().map(|input| &input.kind) {
            Some(ValKind::Map(given)) => {
                for field in given {
                    let key: Box<str> = format!("--{}", kebab(&field.key)).into();
                    // What is typed goes before what the file says.
                    if !fields.iter().any(|known| known.key == key) {
                        fields.push(Field { key, ..field.clone() });
                    }
                }
            }
            Some(ValKind::Unknown(cause)) => drop(open.get_or_insert_with(|| cause.clone())),
            Some(_) => {
                let detail = "what '--cli-input-json' holds is not known";
                open.get_or_insert_with(|| Cause::new(CauseKind::Unsupported, detail));
            }
            None => {}
        }
        if let Some(cause) = open {
            let span = self.header();
            fields.push(Field { key: MORE.into(), key_span: span, value: Val { kind: ValKind::Unknown(cause), span } });
        }
        Val { kind: ValKind::Map(fields), span: self.header() }
    }
}

fn join(a: Span, b: Span) -> Span {
    if a.file == b.file && b.end >= a.start { Span { end: b.end.max(a.end), ..a } } else { a }
}

fn cause(word: &Argument) -> Cause {
    word.holes
        .first()
        .map_or_else(|| Cause::new(CauseKind::Unsupported, "an argument is not known"), |v| v.cause.clone())
}

/// The option that is meant, and whether it switches on.
fn named(written: &str) -> (&'static str, bool) {
    let options = || STRUCTURES.iter().map(|(option, _)| *option).chain(PLAIN).chain(SWITCHES);
    let special = ["--cli-input-json", "--cli-input-yaml"];
    if let Some(exact) = options().chain(special).find(|option| *option == written) {
        return (exact, true);
    }
    if let Some(positive) = written.strip_prefix("--no-") {
        let same = |option: &&&str| option.strip_prefix("--") == Some(positive);
        if let Some(switch) = SWITCHES.iter().find(same) {
            return (switch, false);
        }
    }
    // Long enough that no other option can be meant.
    let mut fits = options().filter(|option| written.len() > 6 && option.starts_with(written));
    match (fits.next(), fits.next()) {
        (Some(only), None) => (only, true),
        _ => ("", true),
    }
}

fn value(option: &str, values: &[Argument], files: &Files) -> Val {
    let structure = STRUCTURES.iter().find(|(name, _)| *name == option);
    let first = &values[0];
    let all = join(first.at, values[values.len() - 1].at);
    if let Some(path) = first.flat.strip_prefix("file://").or_else(|| first.flat.strip_prefix("fileb://")) {
        return match files.get(path) {
            Some((file, text)) => match syntax::json::parse_last_wins(text, *file) {
                Ok(tree) => embed::convert(&tree, &Places::Own, &mut |string, span| Val {
                    kind: ValKind::Text(Text::from(string)),
                    span,
                }),
                Err(_) => unknown(all, format!("the file '{path}' is no JSON document")),
            },
            None => unknown(all, format!("the file '{}' is not in what was scanned", shown(path, first))),
        };
    }
    let json = first.flat.trim_start().starts_with(['{', '[']);
    match structure {
        _ if json => first.json().unwrap_or_else(|| unknown(all, "its JSON document cannot be read".to_owned())),
        Some(_) if values.iter().any(|value| value.loose) => Val { kind: ValKind::Unknown(cause(first)), span: all },
        Some((_, true)) => Val { kind: ValKind::List(values.iter().map(shorthand::parse).collect()), span: all },
        Some((_, false)) => shorthand::parse(first),
        None if option == "--cli-input-json" => Val { kind: ValKind::Unknown(cause(first)), span: all },
        None => Val { kind: ValKind::Text(first.text.clone()), span: first.at },
    }
}

fn shown(path: &str, word: &Argument) -> String {
    match embed::with_holes(path, &word.holes, word.at).kind {
        ValKind::Text(text) => text.to_string(),
        _ => path.to_owned(),
    }
}

fn unknown(span: Span, detail: String) -> Val {
    Val { kind: ValKind::Unknown(Cause::new(CauseKind::OutsideScope, detail)), span }
}

impl Argument {
    /// The rest of the word from a byte of its flat text on.
    fn behind(&self, at: usize) -> Self {
        let flat = self.flat.get(at..).unwrap_or_default().to_owned();
        let text = match embed::with_holes(&flat, &self.holes, self.at).kind {
            ValKind::Text(text) => text,
            _ => Text::default(),
        };
        Self { text, at: self.at, flat, offsets: self.offsets.get(at..).unwrap_or_default().to_vec(), ..self.clone() }
    }

    /// The place of bytes of the flat text.
    pub fn place(&self, start: usize, end: usize) -> Span {
        match (self.offsets.get(start), end.checked_sub(1).and_then(|last| self.offsets.get(last))) {
            (Some(&start), Some(&last)) if last >= start => Span { start, end: last + 1, ..self.at },
            _ => self.at,
        }
    }

    /// The JSON document that the word holds.
    pub fn json(&self) -> Option<Val> {
        let (flat, offsets) = self.with_quoted_holes();
        let tree = syntax::json::parse_last_wins(&flat, self.at.file).ok()?;
        let places = Places::Each(self.at, offsets);
        Some(embed::convert(&tree, &places, &mut |string, span| embed::with_holes(string, &self.holes, span)))
    }

    /// The flat text in which a hole that stands for a whole value is a string.
    fn with_quoted_holes(&self) -> (String, Vec<u32>) {
        let (mut flat, mut offsets) = (String::new(), Vec::new());
        let (mut inside, mut escaped) = (false, false);
        for (at, c) in self.flat.char_indices() {
            let place = self.offsets.get(at).copied().unwrap_or(self.at.start);
            let is_hole = (0..self.holes.len()).any(|number| embed::hole(number) == Some(c));
            let mut push = |c: char| {
                flat.push(c);
                offsets.extend(std::iter::repeat_n(place, c.len_utf8()));
            };
            if is_hole && !inside {
                "\"".chars().chain([c, '"']).for_each(&mut push);
            } else {
                push(c);
            }
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = inside,
                '"' => inside = !inside,
                _ => {}
            }
        }
        (flat, offsets)
    }
}

/// `IsMultiRegionTrail` as an option: `is-multi-region-trail`; `S3BucketName`: `s3-bucket-name`.
fn kebab(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut result = String::new();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|before| chars[before]);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || chars.get(i + 1).is_some_and(char::is_ascii_lowercase)
            });
        if starts {
            result.push('-');
        }
        result.push(c.to_ascii_lowercase());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_requests_are_options() {
        for (member, option) in [
            ("Name", "name"),
            ("S3BucketName", "s3-bucket-name"),
            ("IsMultiRegionTrail", "is-multi-region-trail"),
            ("CloudWatchLogsLogGroupArn", "cloud-watch-logs-log-group-arn"),
            ("KmsKeyId", "kms-key-id"),
            ("ACL", "acl"),
            ("TagsList", "tags-list"),
        ] {
            assert_eq!(kebab(member), option);
        }
    }

    #[test]
    fn options_may_be_abbreviated_and_negated() {
        assert_eq!(named("--is-multi-region-trail"), ("--is-multi-region-trail", true));
        assert_eq!(named("--no-is-multi-region-trail"), ("--is-multi-region-trail", false));
        assert_eq!(named("--is-multi"), ("--is-multi-region-trail", true));
        assert_eq!(named("--s3-bucket"), ("--s3-bucket-name", true));
        assert_eq!(named("--cloud-watch"), ("", true));
        assert_eq!(named("--region"), ("", true));
    }
}

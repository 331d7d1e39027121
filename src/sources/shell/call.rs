//! From the words of a command to the calls of `aws cloudtrail` that it makes.

use std::cell::Cell;
use std::ops::Range;

use super::documents::{self, Substituted};
use super::files::Held;
use super::flow::Start;
use super::scope::Scope;
use super::variables::Value;
use super::words::{self, Char, Piece, Word, pieces};
use super::{Call, SERVICES, calls_at_depth};

/// How many values of one variable are tried as a command, and how deep values are followed into values.
const VALUES: usize = 16;
const DEPTH: usize = 4;
/// The longest value that is put together from others; longer ones keep their expansions as written.
const LONGEST: usize = 16 * 1024;

/// The calls that a command makes.
pub(super) fn calls(script: &str, scope: &Scope, words: &[Word], start: &Start, depth: usize) -> Vec<Call> {
    let mut calls = Vec::new();
    Reader { script, scope, start, open: Cell::new(false), depth }.command(words, 0, &mut calls);
    calls
}

/// Whether a word is the name of a shell.
pub(super) fn is_shell(word: &str) -> bool {
    matches!(base_name(word), "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash")
}

/// The script of `bash -o pipefail -c SCRIPT`.
fn script_of(rest: &[Word]) -> Option<&Word> {
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let text = word.text();
        let short = text.starts_with('-') && !text.starts_with("--");
        if short && text.contains('c') {
            return words.next();
        }
        if !text.starts_with(['-', '+']) {
            return None;
        }
        if (short || text.starts_with('+')) && text.ends_with(['o', 'O']) {
            words.next();
        }
    }
    None
}

fn base_name(word: &str) -> &str {
    word.rsplit(['/', '\\']).next().unwrap_or(word)
}

struct Reader<'a> {
    script: &'a str,
    scope: &'a Scope,
    start: &'a Start,
    /// Whether the words that are read may not be all.
    open: Cell<bool>,
    /// How many scripts this one is inside of.
    depth: usize,
}

impl Reader<'_> {
    /// Reads a command whose first `expanded` rounds of variables are spent.
    fn command(&self, words: &[Word], expanded: usize, calls: &mut Vec<Call>) {
        let Some(first) = words.first() else { return };
        let text = first.text();
        let rest = &words[1..];
        if is_aws(first, &text) {
            calls.extend(self.aws(words).map(|call| Call { pieces: expanded > 0, ..call }));
        } else if let Some(variable) = first.variable() {
            let known = self.scope.variables.known(&variable.name, self.start);
            let all = self.scope.variables.all(&variable.name);
            if let Some((value, at)) = known {
                let uncertain = matches!(&*value, Value::Text(word) if word.uncertain);
                self.open.set(self.open.get() || uncertain);
                self.command_of((&value, at), words, expanded, calls);
            } else {
                for one in all.iter().take(VALUES) {
                    self.open.set(true);
                    self.command_of((&one.value, &one.start), words, expanded, calls);
                }
            }
            if all.is_empty() && names_aws(&variable.name) {
                calls.extend(self.aws(words));
            }
        } else if let Some(image) = image_of_cli(&text, rest) {
            calls.extend(self.aws(&rest[image..]));
        } else if let Some(skip) = prefix(&text, rest) {
            self.open.set(self.open.get() || base_name(&text) == "xargs");
            self.command(rest.get(skip..).unwrap_or_default(), expanded, calls);
        } else if is_assignment(first, self.script) {
            self.command(rest, expanded, calls);
        } else if text == "eval" {
            self.script(&self.joined(rest), first, calls);
        } else if text == "trap" {
            self.script(&rest.first().map(|word| self.resolved(word, 0, self.start)).unwrap_or_default(), first, calls);
        } else if is_shell(&text) {
            if let Some(word) = script_of(rest) {
                self.script(&self.resolved(word, 0, self.start), first, calls);
            } else if rest.iter().all(|word| word.text().starts_with(['-', '+']))
                && let Some(word) = self.here_string(words)
            {
                self.script(&self.resolved(&word, 0, self.start), first, calls);
            }
        } else if self.scope.runners.contains(&text) || looks_like_runner(&text) && !self.scope.printers.contains(&text)
        {
            let skip = rest.iter().take_while(|word| is_detail(&word.text())).count();
            if rest.get(skip).is_some_and(|word| is_aws(word, &word.text())) {
                calls.extend(self.aws(&rest[skip..]));
            }
        } else if hands_over(base_name(&text))
            && let Some(place) = rest.iter().position(|word| word.text() == "--")
        {
            self.command(&rest[place + 1..], expanded, calls);
        }
    }

    /// The word of `bash <<< WORD`.
    fn here_string(&self, words: &[Word]) -> Option<Word> {
        let end = words.last()?.range.end;
        let rest = self.script.get(end..self.start.limit)?;
        let inner = rest.trim_start_matches([' ', '\t']).strip_prefix("<<<")?.trim_start_matches([' ', '\t']);
        Some(words::single(self.script, end + rest.len() - inner.len(), self.start.limit))
    }

    /// Reads a command whose first words are a variable's value.
    fn command_of(&self, (value, at): (&Value, &Start), words: &[Word], expanded: usize, calls: &mut Vec<Call>) {
        let Some(first) = words.first().filter(|_| expanded < DEPTH) else { return };
        let mut made = match value {
            // Quotes keep it one word.
            Value::Text(word) if first.quoted => vec![Word::of(self.resolved(word, 0, at), first.range.clone())],
            Value::Text(word) => split(&self.resolved(word, 0, at), None),
            Value::List(items) => items.clone(),
        };
        // The call stands where its command is named, and not where the program is.
        if !made.iter().any(|word| SERVICES.contains(&word.text().as_str())) {
            made.iter_mut().for_each(|word| word.range = first.range.clone());
        }
        made.extend_from_slice(&words[1..]);
        self.command(&made, expanded + 1, calls);
    }

    /// A script in a string.
    fn script(&self, chars: &[Char], by: &Word, calls: &mut Vec<Call>) {
        let text: String = chars.iter().map(|c| c.c).collect();
        let mut starts: Vec<usize> = Vec::with_capacity(chars.len());
        let mut at = 0;
        for c in chars {
            starts.push(at);
            at += c.c.len_utf8();
        }
        let place = |range: &Range<usize>| {
            let first = starts.partition_point(|start| *start < range.start);
            let last = starts.partition_point(|start| *start < range.end);
            place(chars.get(first..last).unwrap_or_default(), &by.range)
        };
        for mut call in calls_at_depth(&text, self.depth + 1) {
            for word in &mut call.words {
                word.range = place(&word.range);
                for c in &mut word.chars {
                    let at = place(&(c.start..c.end));
                    (c.start, c.end) = (at.start, at.end);
                }
            }
            call.guards = self.start.guards.iter().cloned().chain(call.guards).collect();
            call.order = self.start.order.iter().copied().chain(call.order).collect();
            call.tolerated |= self.start.tolerated;
            calls.push(call);
        }
    }

    /// `aws [options] SERVICE [options] COMMAND …`
    fn aws(&self, words: &[Word]) -> Option<Call> {
        let words = self.expanded(words);
        let texts: Vec<String> = words.iter().map(Word::text).collect();
        let service = subcommand(&words, &texts, 1)?;
        if !SERVICES.contains(&texts[service].as_str()) {
            return None;
        }
        let command = subcommand(&words, &texts, service + 1)?;
        let (service, command) = (texts[service].clone(), texts[command].clone());
        let made = |word: &Word| super::Word { chars: word.chars(), range: word.range.clone() };
        let mut made: Vec<super::Word> = words.iter().map(made).collect();
        let first = texts[0].trim_start_matches(['\'', '"']);
        if first.starts_with('$') || first.starts_with('`') || is_image_of_cli(first) {
            let range = made[0].range.clone();
            let c = |c| Char { c, start: range.start, end: range.end, raw: false };
            made[0].chars = "aws".chars().map(c).collect();
        }
        let Start { guards, tolerated, order, .. } = self.start;
        let (guards, order, tolerated) = (guards.clone(), order.clone(), *tolerated);
        Some(Call { service, command, words: made, open: self.open.get(), pieces: false, guards, tolerated, order })
    }

    /// The words with variables of one known value put in, at the places of their uses.
    fn expanded(&self, words: &[Word]) -> Vec<Word> {
        let mut result = Vec::with_capacity(words.len());
        for (i, word) in words.iter().enumerate() {
            let known = word.variable().and_then(|variable| self.scope.variables.known(&variable.name, self.start));
            match known.as_ref().map(|(value, at)| (&**value, *at)) {
                Some((Value::Text(value), at)) if i > 0 && !value.uncertain => {
                    let chars = self.file(self.resolved(value, 0, at));
                    if word.quoted {
                        result.push(Word::of(chars, word.range.clone()));
                    } else {
                        result.extend(split(&chars, Some(&word.range)));
                    }
                }
                Some((Value::List(items), at))
                    if i > 0 && word.variable().is_some_and(|variable| variable.all_items) =>
                {
                    let item = |item: &Word| {
                        let resolved = Word::of(self.file(self.resolved(item, 0, at)), word.range.clone());
                        Word { quoted: item.quoted, ..resolved }
                    };
                    result.extend(items.iter().map(item));
                }
                _ if i > 0 => {
                    let quoted = word.quoted;
                    let chars = self.file(self.resolved(word, 0, self.start));
                    result.push(Word { quoted, ..Word::of(chars, word.range.clone()) });
                }
                _ => result.push(word.clone()),
            }
        }
        result
    }

    /// What a here-document of the script wrote into the file that `file://…` names.
    fn file(&self, chars: Vec<Char>) -> Vec<Char> {
        let text: String = chars.iter().take(1024).map(|c| c.c).collect();
        let Some((flag, path)) = text.split_once("file://") else { return chars };
        if !(flag.is_empty() || flag.starts_with("--") && flag.ends_with('=')) {
            return chars;
        }
        let count = flag.chars().count();
        let flag = chars.iter().copied().take(count);
        match self.scope.files.held(path, self.start) {
            Held::Untouched => chars,
            Held::Known(word, at) => flag.chain(self.resolved(word, 1, at)).collect(),
            Held::Unknown => {
                let range = place(&chars, &(self.start.at..self.start.at));
                flag.chain(Word::unknown(&format!("$(cat {path})"), range).chars()).collect()
            }
        }
    }

    fn joined(&self, words: &[Word]) -> Vec<Char> {
        let mut chars: Vec<Char> = Vec::new();
        for word in words {
            if !chars.is_empty() {
                chars.push(Char { c: ' ', start: word.range.start, end: word.range.start, raw: false });
            }
            chars.extend(self.resolved(word, 0, self.start));
        }
        chars
    }

    /// The characters of a word that stands at a place, with those variables put in that have one value there.
    fn resolved(&self, word: &Word, depth: usize, at: &Start) -> Vec<Char> {
        let mut chars = Vec::new();
        for piece in &word.pieces {
            match piece {
                Piece::Text(text) => chars.extend_from_slice(text),
                Piece::Expansion(raw, variable) if depth < DEPTH && chars.len() < LONGEST => {
                    let known = variable.as_ref().and_then(|v| self.scope.variables.known(&v.name, at));
                    match known.as_ref().map(|(value, at)| (&**value, *at)) {
                        Some((Value::Text(value), at)) if !value.uncertain => {
                            chars.extend(self.resolved(value, depth + 1, at));
                        }
                        Some(_) => chars.extend_from_slice(raw),
                        None => match documents::substituted(self.script, raw) {
                            Some(Substituted::Text(word)) => chars.extend(self.resolved(&word, depth + 1, at)),
                            Some(Substituted::File(path)) if word.pieces.len() == 1 => {
                                let (start, end) = (raw[0].start, raw[raw.len() - 1].end);
                                let text = format!("file://{path}");
                                chars.extend(text.chars().map(|c| Char { c, start, end, raw: false }));
                            }
                            _ => match self.default(raw) {
                                Some(default) => chars.extend(default.iter().map(|c| Char { raw: false, ..*c })),
                                None => chars.extend_from_slice(raw),
                            },
                        },
                    }
                }
                Piece::Expansion(raw, _) => chars.extend_from_slice(raw),
            }
        }
        // Put-in text is no expansion any more, and what was not known stays one.
        chars
    }

    /// The default of `${NAME:-default}`, where the script says nothing else of the variable.
    fn default<'c>(&self, raw: &'c [Char]) -> Option<&'c [Char]> {
        let text: String = raw.iter().map(|c| c.c).collect();
        let inner = text.strip_prefix("${")?.strip_suffix('}')?;
        let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|end| *end > 0)?;
        let (name, rest) = inner.split_at(end);
        let mark = [":-", ":=", "-", "="].into_iter().find(|mark| rest.starts_with(mark))?;
        let value = &rest[mark.len()..];
        let same = |value: &Value| matches!(value, Value::Text(word) if word.text() == text);
        let others = self.scope.variables.all(name).iter().any(|one| !same(&one.value));
        if others || value.contains(['$', '`', '"', '\'', '\\', ' ', '\t', '\n']) || value.is_empty() {
            return None;
        }
        let skip = 2 + name.len() + mark.len();
        raw.get(skip..raw.len() - 1)
    }
}

/// Field splitting: the words between white space, each at its own place or all at `place_of_use`.
fn split(chars: &[Char], place_of_use: Option<&Range<usize>>) -> Vec<Word> {
    chars
        .split(|c| c.c.is_whitespace() && !c.raw)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let own = || place(word, &(0..0));
            let range = place_of_use.cloned().unwrap_or_else(own);
            Word { pieces: pieces(word), range, ..Word::default() }
        })
        .collect()
}

/// The bytes from the first character to the last; characters of several places are at the place of the first run.
fn place(chars: &[Char], otherwise: &Range<usize>) -> Range<usize> {
    let Some(first) = chars.first() else { return otherwise.clone() };
    let mut end = first.end;
    for c in &chars[1..] {
        if c.start < end {
            break;
        }
        end = c.end;
    }
    first.start..end
}

fn is_aws(word: &Word, text: &str) -> bool {
    let name = base_name(text);
    // `$(which aws)`, `${AWS:-aws}` and their like.
    let found = |text: &str| {
        let inner = text.trim_start_matches(['$', '(', '`']).trim_end_matches([')', '`']).trim();
        matches!(inner, "which aws" | "command -v aws" | "type -p aws")
    };
    let defaults = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|inner| {
        [":-", ":=", "-", "="]
            .iter()
            .any(|mark| inner.split_once(mark).is_some_and(|(_, value)| base_name(value) == "aws"))
    });
    let expansion = matches!(word.pieces.as_slice(), [Piece::Expansion(..)]);
    matches!(name, "aws" | "aws.exe" | "aws.cmd") && !expansion || expansion && (found(text) || defaults)
}

/// Whether an environment variable of this name is the command `aws`.
fn names_aws(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "aws" | "aws_cli" | "awscli" | "aws_cmd" | "awscmd" | "aws_command" | "aws_bin"
    )
}

fn is_assignment(word: &Word, script: &str) -> bool {
    let Some(written) = script.get(word.range.clone()) else { return false };
    written.split_once('=').is_some_and(|(name, _)| {
        let name = name.strip_suffix('+').unwrap_or(name);
        name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

/// For `docker run … amazon/aws-cli …`: the place of the image, which stands for `aws`.
fn image_of_cli(name: &str, rest: &[Word]) -> Option<usize> {
    if !matches!(base_name(name), "docker" | "podman" | "nerdctl" | "finch") {
        return None;
    }
    rest.iter().position(|word| is_image_of_cli(&word.text()))
}

fn is_image_of_cli(text: &str) -> bool {
    let image = text.split(['@']).next().unwrap_or(text);
    let image = match image.rsplit_once(':') {
        Some((image, tag)) if !tag.contains('/') => image,
        _ => image,
    };
    image == "amazon/aws-cli" || image.ends_with("/amazon/aws-cli") || image.ends_with("/aws-cli/aws-cli")
}

/// For a command that runs the command behind it: how many words stand between.
fn prefix(name: &str, rest: &[Word]) -> Option<usize> {
    let texts = || rest.iter().map(Word::text);
    let options = |valued: &[&str]| {
        let mut skip = 0;
        let mut texts = texts();
        while let Some(text) = texts.next() {
            if text == "--" {
                return skip + 1;
            }
            if !text.starts_with('-') || text.len() < 2 {
                return skip;
            }
            skip += 1;
            if valued.contains(&text.as_str()) {
                skip += usize::from(texts.next().is_some());
            }
        }
        skip
    };
    Some(match base_name(name) {
        "sudo" | "doas" => {
            options(&["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "-D", "-R", "-T", "--user", "--group"])
        }
        "env" => options(&["-u", "--unset", "-C", "--chdir"]),
        "time" => options(&["-f", "-o", "--format", "--output"]),
        "exec" => options(&["-a"]),
        "nice" => options(&["-n", "--adjustment"]),
        "ionice" => options(&["-c", "-n", "--class", "--classdata"]),
        "stdbuf" => options(&["-i", "-o", "-e"]),
        "xargs" => options(&[
            "-n",
            "-I",
            "-P",
            "-L",
            "-d",
            "-a",
            "-s",
            "-E",
            "--max-args",
            "--max-procs",
            "--arg-file",
            "--delimiter",
        ]),
        "timeout" => options(&["-k", "-s", "--kill-after", "--signal"]) + 1,
        // `command -v aws` only asks where it is.
        "command" if texts().next().is_some_and(|text| text.starts_with("-v") || text.starts_with("-V")) => {
            return None;
        }
        "command" | "builtin" | "nohup" | "setsid" | "unbuffer" | "chronic" | "caffeinate" => options(&[]),
        "if" | "then" | "elif" | "else" | "while" | "until" | "do" | "!" | "{" | "(" => 0,
        _ => return None,
    })
}

/// Commands that run what stands behind `--`.
fn hands_over(name: &str) -> bool {
    matches!(name, "aws-vault" | "aws-okta" | "saml2aws" | "chamber" | "doppler" | "op" | "dotenv" | "mise" | "kubectl")
}

/// Functions of other files that run their arguments go by such names.
pub(super) fn looks_like_runner(name: &str) -> bool {
    !name.contains("dry")
        && name
            .split(['_', '-', ':'])
            .any(|part| matches!(part, "run" | "retry" | "execute" | "exec" | "try" | "invoke"))
}

/// A number or an option before the command that a runner runs.
fn is_detail(text: &str) -> bool {
    text.starts_with('-') || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

/// Global options of the AWS CLI that take a value.
const VALUED: [&str; 12] = [
    "--region",
    "--profile",
    "--output",
    "--endpoint-url",
    "--query",
    "--color",
    "--ca-bundle",
    "--cli-read-timeout",
    "--cli-connect-timeout",
    "--cli-binary-format",
    "--cli-input-json",
    "--cli-input-yaml",
];

/// Global options that take none.
const SWITCHES: [&str; 9] = [
    "--debug",
    "--no-verify-ssl",
    "--no-paginate",
    "--no-sign-request",
    "--no-cli-pager",
    "--cli-auto-prompt",
    "--no-cli-auto-prompt",
    "--version",
    "--no-color",
];

/// The place of the next word that is neither an option nor the value of one.
fn subcommand(words: &[Word], texts: &[String], from: usize) -> Option<usize> {
    let unknown = |i: usize| {
        words.get(i).is_some_and(|word| word.pieces.iter().any(|piece| matches!(piece, Piece::Expansion(..))))
            || texts.get(i).is_some_and(|text| text.chars().any(|c| ('\u{f0000}'..='\u{10ffff}').contains(&c)))
    };
    let mut i = from;
    loop {
        let text = texts.get(i)?;
        if text.starts_with('-') {
            let flag = text.split_once('=').map_or(text.as_str(), |(flag, _)| flag);
            let valued = text.len() == flag.len()
                && !SWITCHES.contains(&flag)
                && VALUED.iter().any(|option| *option == flag || (flag.len() > 2 && option.starts_with(flag)));
            i += 1 + usize::from(valued);
        } else if unknown(i) && !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            // Options from a variable, unless the next word shows that this was the word itself.
            let next = texts.get(i + 1);
            let stands_alone = next.is_none_or(|next| next.starts_with('-'));
            let comes_later = (i + 1..texts.len()).find(|j| !texts[*j].starts_with('-'));
            match comes_later {
                Some(later) if !stands_alone || (from == 1 && texts[later..].iter().any(|t| t == "cloudtrail")) => {
                    i += 1
                }
                _ => return Some(i),
            }
        } else {
            return Some(i);
        }
    }
}

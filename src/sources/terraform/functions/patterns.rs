//! `regex`, `regexall` and `replace`.
//!
//! Terraform's patterns are RE2's as Go reads them. They are translated into those of the `regex` crate, which has the
//! same semantics and a slightly different syntax.

use regex::{Captures, Regex, RegexBuilder};

use super::arguments::{Call, Done, Pieces, Stop, fits_items, fits_text, length, unsupported, wrong};
use super::derived;
use super::strings::{is_name, may_hold};
use crate::model::arn::{Part, Shape, Text};
use crate::sources::value::{Field, Val, ValKind};

/// The largest compiled pattern, in bytes.
const MOST_COMPILED: usize = 1 << 20;

/// Patterns longer than this are not compiled, and each counted repetition at most this often, as in RE2.
const LONGEST: usize = 4096;

/// Compiles a pattern for a text.
fn compile(pattern: &str, text: &str) -> Result<Regex, Stop> {
    if pattern.len() > LONGEST {
        return Err(unsupported("the pattern is too long"));
    }
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look)) && !pattern.contains('[') {
        return wrong("the pattern looks ahead or behind, which is not supported");
    }
    let classes = ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "(?", "[:"];
    // There the classes mean ASCII, here they mean all of Unicode.
    if !text.is_ascii() && classes.iter().any(|class| pattern.contains(class)) || text.contains('\u{b}') {
        return Err(unsupported("the pattern is matched against characters outside of ASCII"));
    }
    let translated = translate(pattern)?;
    let built = RegexBuilder::new(&translated).size_limit(MOST_COMPILED).dfa_size_limit(MOST_COMPILED).build();
    built.map_err(|_| unsupported("the pattern is not read"))
}

/// The pattern in the syntax of the `regex` crate.
fn translate(pattern: &str) -> Result<String, Stop> {
    let mut result = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut class = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let Some(escaped) = after.chars().next() else { return wrong("the pattern ends with a backslash") };
                rest = &after[escaped.len_utf8()..];
                match escaped {
                    'Q' => {
                        let (quoted, behind) = rest.split_once("\\E").unwrap_or((rest, ""));
                        result.push_str(&regex::escape(quoted));
                        rest = behind;
                    }
                    'E' => {}
                    // There these are the plain characters, here they are the limits of words.
                    '<' | '>' => result.push(escaped),
                    'C' => return Err(unsupported("the pattern matches single bytes")),
                    _ => {
                        result.push('\\');
                        result.push(escaped);
                    }
                }
                continue;
            }
            '[' if class && after.starts_with(':') => {
                let Some(end) = after.find(":]") else { return wrong("the pattern has a class without end") };
                result.push('[');
                result.push_str(&after[..end + 2]);
                rest = &after[end + 2..];
                continue;
            }
            '[' if class => result.push_str("\\["),
            '[' => {
                class = true;
                result.push('[');
                rest = after;
                if let Some(negated) = rest.strip_prefix('^') {
                    result.push('^');
                    rest = negated;
                }
                // As the first character the bracket is itself.
                if let Some(more) = rest.strip_prefix(']') {
                    result.push_str("\\]");
                    rest = more;
                }
                continue;
            }
            ']' => {
                class = false;
                result.push(']');
            }
            '&' | '~' if class => {
                result.push('\\');
                result.push(c);
            }
            '-' if class && after.starts_with('-') => return Err(unsupported("the pattern has a range of hyphens")),
            '{' if !class && !is_count(after)? => result.push_str("\\{"),
            c => result.push(c),
        }
        rest = after;
    }
    Ok(result)
}

/// Whether what follows a brace is a counted repetition.
fn is_count(after: &str) -> Result<bool, Stop> {
    let Some((inside, _)) = after.split_once('}') else { return Ok(false) };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if least.is_empty() || !is_number(least) || !is_number(most) {
        return Ok(false);
    }
    let count = |text: &str| text.is_empty() || text.parse::<u32>().is_ok_and(|count| count <= 1000);
    if count(least) && count(most) { Ok(true) } else { wrong("the pattern repeats more than 1000 times") }
}

/// What a match gives: itself, or its groups as a list or as an object.
fn captured(call: &Call<'_>, regex: &Regex, found: &Captures<'_>) -> Done {
    let text = |group: Option<regex::Match<'_>>| match group {
        Some(group) => call.text_item(group.as_str()),
        None => call.item(ValKind::Null),
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(text(found.get(0)).kind);
    }
    if names.iter().all(Option::is_none) {
        return Ok(ValKind::List((1..=names.len()).map(|i| text(found.get(i))).collect()));
    }
    if names.iter().any(Option::is_none) {
        return wrong("the pattern has both named and unnamed groups");
    }
    let fields = names.iter().enumerate().filter_map(|(i, name)| {
        name.map(|name| Field { key: name.into(), key_span: call.span, value: text(found.get(i + 1)) })
    });
    Ok(ValKind::Map(fields.collect()))
}

pub(super) fn regex(call: &Call<'_>) -> Done {
    let (pattern, text) = (call.literal(0)?, call.literal(1)?);
    let regex = compile(&pattern, &text)?;
    match regex.captures(&text) {
        Some(found) => captured(call, &regex, &found),
        None => wrong("the pattern of 'regex' matches nothing"),
    }
}

pub(super) fn regexall(call: &Call<'_>) -> Done {
    let (pattern, text) = (call.literal(0)?, call.literal(1)?);
    let regex = compile(&pattern, &text)?;
    let mut results: Vec<Val> = Vec::new();
    for found in regex.captures_iter(&text) {
        fits_items(Some((results.len() + 1) * regex.captures_len()))?;
        results.push(call.item(captured(call, &regex, &found)?));
    }
    Ok(ValKind::List(results))
}

pub(super) fn replace(call: &Call<'_>) -> Done {
    let (text, wanted, by) = (call.text(0)?, call.literal(1)?, call.text(2)?);
    if let Some(pattern) = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        let (text, by) = (super::arguments::literal(&text)?, super::arguments::literal(&by)?);
        return replace_pattern(pattern, text, by);
    }
    let mut size = length(&text);
    let mut result = Pieces::default();
    let single = wanted.chars().count() == 1;
    for part in text.parts() {
        match part {
            Part::Lit(literal) => {
                let count = literal.matches(&*wanted).count();
                size = size.saturating_add(count.saturating_mul(length(&by)));
                fits_text(Some(size))?;
                for (i, piece) in literal.split(&*wanted).enumerate() {
                    // Between all characters the empty string stands once, also before the first and behind the last.
                    if i > 0 && !(wanted.is_empty() && text.is_certainly_empty()) {
                        result.push(&by);
                    }
                    result.push_str(piece);
                }
            }
            // What is looked for might begin or end inside of a hole.
            Part::Var(var) if wanted.is_empty() || wanted.chars().any(|c| may_hold(var, c)) => {
                if !single {
                    return Err(Stop::Unknown(var.cause.clone()));
                }
                let Some(by) = by.literal() else { return Err(Stop::Unknown(var.cause.clone())) };
                let names = var.shape != Shape::Any && !by.is_empty() && by.chars().all(is_name);
                let shape = if names { Shape::Name } else { Shape::Any };
                let more = format!(",{}:{wanted},{}:{by}", wanted.len(), by.len());
                result.push(&derived("replace", var, &more, shape));
            }
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    if text.is_certainly_empty() && wanted.is_empty() {
        result.push(&by);
    }
    Ok(ValKind::Text(result.finish()))
}

fn replace_pattern(pattern: &str, text: &str, by: &str) -> Done {
    let regex = compile(pattern, text)?;
    let mut result = String::new();
    let mut last = 0;
    for found in regex.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        result.push_str(&text[last..whole.start()]);
        found.expand(by, &mut result);
        fits_text(Some(result.len()))?;
        last = whole.end();
    }
    result.push_str(&text[last..]);
    Ok(ValKind::Text(Text::from(result.as_str())))
}

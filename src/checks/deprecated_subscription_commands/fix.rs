//! The change of a call into one of the commands that replace it, where nothing has to be decided.

use super::{REPLACEMENTS, known_flag};
use crate::finding::Edit;
use crate::model::arn::{Part, Text};
use crate::model::attr::Origin;
use crate::model::invocation::{Invocation, Layout, Word};
use crate::source_map::Span;

/// The edits; none where a bucket, a topic or a policy must be made first, or where the words stand in pieces.
pub(super) fn edits(invocation: &Invocation, creates: bool) -> Vec<Edit> {
    try_edits(invocation, creates).unwrap_or_default()
}

fn try_edits(invocation: &Invocation, creates: bool) -> Option<Vec<Edit>> {
    let places: Vec<Span> = invocation.words.iter().map(place).collect::<Option<_>>()?;
    // One behind the other in one file: else a word is put together elsewhere, and may be used twice.
    let ordered = places.windows(2).all(|pair| pair[0].file == pair[1].file && pair[0].end <= pair[1].start);
    let layout = invocation.layout;
    if !ordered || layout == Layout::Pieces || (creates && layout != Layout::Script) {
        return None;
    }
    let command = invocation.words.iter().position(|word| word.text == invocation.command)?;
    let replacement = if creates { "create-trail" } else { "update-trail" };
    let mut edits = vec![Edit { at: places[command], text: replacement.to_owned() }];
    let mut name = None;
    let mut i = command + 1;
    while let Some(word) = invocation.words.get(i) {
        let text = word.text.literal().filter(|text| text.starts_with("--"))?;
        let (flag, inline) = text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value)));
        let at = places[i];
        i += 1;
        let Some(known) = known_flag(flag) else {
            // Global options stay; one that takes a value is known by the word behind it.
            i += usize::from(inline.is_none() && invocation.words.get(i).is_some_and(|next| !is_flag(next)));
            continue;
        };
        let known = &REPLACEMENTS.flags[known];
        let heir = if creates { known.create_trail.as_deref() } else { known.update_trail.as_deref() }?;
        if matches!(known.flag.as_str(), "--s3-new-bucket" | "--sns-new-topic") {
            return None;
        }
        let value = match inline {
            // Without quotes and escapes the flag is as long in the text as it is here.
            Some(value) if at.end - at.start == text.len() as u32 => Text::from(value),
            Some(_) => return None,
            None => {
                let value = invocation.words.get(i).filter(|value| !is_flag(value))?;
                i += 1;
                value.text.clone()
            }
        };
        if known.flag == "--include-global-service-events" {
            let switch = match value.literal()?.to_ascii_lowercase().as_str() {
                "true" => "--include-global-service-events",
                "false" => "--no-include-global-service-events",
                _ => return None,
            };
            let end = if inline.is_some() { at.end } else { places[i - 1].end };
            edits.push(Edit { at: Span { end, ..at }, text: switch.to_owned() });
            continue;
        }
        if known.flag == "--name" {
            name = Some(value);
        }
        if heir != flag {
            edits.push(Edit { at: Span { end: at.start + flag.len() as u32, ..at }, text: heir.to_owned() });
        }
    }
    if creates {
        let last = places.last()?;
        let mut start = format!(" && {}", invocation.words.first()?.text.literal()?);
        for option in ["--profile", "--region", "--endpoint-url"] {
            if let Some(value) = global(invocation, option) {
                start.push_str(&format!(" {option} {}", written(&value)?));
            }
        }
        start.push_str(&format!(" cloudtrail start-logging --name {}", written(&name?)?));
        edits.push(Edit { at: Span { start: last.end, ..*last }, text: start });
    }
    Some(edits)
}

fn place(word: &Word) -> Option<Span> {
    match word.at {
        Origin::Text(span) if span.start < span.end => Some(span),
        _ => None,
    }
}

fn is_flag(word: &Word) -> bool {
    matches!(word.text.parts().first(), Some(Part::Lit(text)) if text.starts_with("--"))
}

fn global(invocation: &Invocation, option: &str) -> Option<Text> {
    let place = invocation.words.iter().position(|word| word.text.literal() == Some(option));
    if let Some(place) = place {
        return invocation.words.get(place + 1).map(|word| word.text.clone());
    }
    let with_value = Text::from(format!("{option}=").as_str());
    invocation.words.iter().find_map(|word| word.text.after(&with_value))
}

/// The value as a shell takes it; `None` where it would have to be quoted with care.
fn written(value: &Text) -> Option<String> {
    let mut result = String::new();
    for part in value.parts() {
        match part {
            Part::Lit(text) if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b)) => {
                result.push_str(text);
            }
            Part::Lit(_) => return None,
            Part::Var(var) => {
                let name = &*var.shown;
                let plain = !var.key.contains("${tw_")
                    && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if !plain {
                    return None;
                }
                result.push_str(&format!("${{{name}}}"));
            }
        }
    }
    let quoted = value.vars().next().is_some();
    Some(if quoted { format!("\"{result}\"") } else { result })
}

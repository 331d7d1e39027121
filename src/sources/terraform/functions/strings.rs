//! Functions over strings.

use super::arguments::{Call, Done, Pieces, Stop, fits_text, length, literal, text, unsupported, wrong};
use super::derived;
use crate::model::arn::{Part, Shape, Text, Var};
use crate::sources::value::{Val, ValKind};
use crate::truth::Truth;

/// A truth value as a result.
pub(super) fn truth(truth: Truth) -> Done {
    match truth {
        Truth::True => Ok(ValKind::Bool(true)),
        Truth::False => Ok(ValKind::Bool(false)),
        Truth::Unknown(causes) => Err(Stop::Unknown(causes.first().clone())),
    }
}

/// Whether a hole may hold this character.
pub(super) fn may_hold(var: &Var, c: char) -> bool {
    match var.shape {
        Shape::Any => true,
        Shape::Account => c.is_ascii_digit(),
        Shape::Name | Shape::Generated => is_name(c),
    }
}

/// Whether a name can hold this character.
pub(super) fn is_name(c: char) -> bool {
    !matches!(c, ':' | '/' | '*' | '?' | '{' | '}') && !c.is_whitespace()
}

pub(super) fn startswith(call: &Call<'_>) -> Done {
    let (text, prefix) = (call.text(0)?, call.text(1)?);
    call.comparable(&text, &prefix)?;
    truth(text.begins_with(&prefix))
}

pub(super) fn endswith(call: &Call<'_>) -> Done {
    let (text, suffix) = (call.text(0)?, call.text(1)?);
    call.comparable(&text, &suffix)?;
    truth(text.finishes_with(&suffix))
}

pub(super) fn strcontains(call: &Call<'_>) -> Done {
    let (text, wanted) = (call.text(0)?, call.text(1)?);
    let wanted = literal(&wanted)?;
    let found = |part: &Part| matches!(part, Part::Lit(literal) if literal.contains(wanted));
    if wanted.is_empty() || text.parts().iter().any(found) {
        return Ok(ValKind::Bool(true));
    }
    let Some(var) = text.vars().next() else { return Ok(ValKind::Bool(false)) };
    let mut chars = wanted.chars();
    // One character does not reach over the limits of a hole.
    if let (Some(c), None) = (chars.next(), chars.next())
        && !text.vars().any(|var| may_hold(var, c))
    {
        return Ok(ValKind::Bool(false));
    }
    Err(Stop::Unknown(var.cause.clone()))
}

/// The texts of a list of strings.
pub(super) fn texts(items: &[Val]) -> Result<Vec<Text>, Stop> {
    items.iter().map(|item| text(item, "an item of the list")).collect()
}

pub(super) fn join(call: &Call<'_>) -> Done {
    let separator = call.text(0)?;
    let mut result = Pieces::default();
    let (mut first, mut size) = (true, 0);
    for i in 1..call.args.len() {
        for item in texts(call.list(i)?)? {
            size += length(&item) + length(&separator);
            fits_text(Some(size))?;
            if !first {
                result.push(&separator);
            }
            first = false;
            result.push(&item);
        }
    }
    Ok(ValKind::Text(result.finish()))
}

pub(super) fn split(call: &Call<'_>) -> Done {
    let (separator, text) = (call.literal(0)?, call.text(1)?);
    // Where a hole could hold a part of the separator, neither the number of pieces nor their limits are known.
    if let Some(var) = text.vars().find(|var| separator.is_empty() || separator.chars().any(|c| may_hold(var, c))) {
        return Err(Stop::Unknown(var.cause.clone()));
    }
    if separator.is_empty() {
        let characters = graphemes(literal(&text)?)?;
        super::arguments::fits_items(Some(characters.len()))?;
        return Ok(ValKind::List(characters.into_iter().map(|c| call.text_item(c)).collect()));
    }
    let mut pieces = vec![Pieces::default()];
    for part in text.parts() {
        match part {
            Part::Lit(literal) => {
                for (i, piece) in literal.split(&*separator).enumerate() {
                    if i > 0 {
                        super::arguments::fits_items(Some(pieces.len()))?;
                        pieces.push(Pieces::default());
                    }
                    if let Some(last) = pieces.last_mut() {
                        last.push_str(piece);
                    }
                }
            }
            Part::Var(var) => {
                if let Some(last) = pieces.last_mut() {
                    last.push(&var.clone().into());
                }
            }
        }
    }
    Ok(ValKind::List(pieces.into_iter().map(|piece| call.item(ValKind::Text(piece.finish()))).collect()))
}

/// A function that treats each character by itself; a hole becomes a hole derived from it.
fn each_part(call: &Call<'_>, change: fn(char) -> char) -> Done {
    let mut result = Pieces::default();
    let opening = format!("{}(", call.name);
    for part in call.text(0)?.parts() {
        match part {
            Part::Lit(literal) => result.push_str(&literal.chars().map(change).collect::<String>()),
            // Digits have no case, and changing it twice changes nothing.
            Part::Var(var) if var.shape == Shape::Account || var.key.starts_with(&*opening) => {
                result.push(&var.clone().into());
            }
            Part::Var(var) => {
                // Names that differ may be alike in one case.
                let shape = if var.shape == Shape::Any { Shape::Any } else { Shape::Name };
                result.push(&derived(call.name, var, "", shape));
            }
        }
    }
    Ok(ValKind::Text(result.finish()))
}

/// The letter of the other case, where it is one character.
fn cased(c: char, mut cased: impl Iterator<Item = char>) -> char {
    match (cased.next(), cased.next()) {
        (Some(other), None) => other,
        _ => c,
    }
}

pub(super) fn lower(call: &Call<'_>) -> Done {
    each_part(call, |c| cased(c, c.to_lowercase()))
}

pub(super) fn upper(call: &Call<'_>) -> Done {
    each_part(call, |c| cased(c, c.to_uppercase()))
}

pub(super) fn title(call: &Call<'_>) -> Done {
    let text = call.literal(0)?;
    let mut inside = false;
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        result.push(if inside { c } else { cased(c, c.to_uppercase()) });
        inside = c.is_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace();
    }
    Ok(ValKind::Text(Text::from(result.as_str())))
}

/// What a reader takes for characters. Texts in which marks could join to their neighbours are not taken apart.
pub(super) fn graphemes(text: &str) -> Result<Vec<&str>, Stop> {
    let plain = |c: char| {
        matches!(u32::from(c),
            0..=0x2ff | 0x370..=0x482 | 0x48a..=0x52f | 0x2010..=0x2027 | 0x2030..=0x205e | 0x20a0..=0x20bf
            | 0x3001..=0x3029 | 0x3041..=0x3096 | 0x30a1..=0x30fe | 0x4e00..=0x9fff | 0xac00..=0xd7a3)
    };
    if !text.chars().all(plain) {
        return Err(unsupported("the text has characters that may join to their neighbours"));
    }
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = if rest.starts_with("\r\n") { 2 } else { c.len_utf8() };
        result.push(&rest[..end]);
        rest = &rest[end..];
    }
    Ok(result)
}

pub(super) fn strrev(call: &Call<'_>) -> Done {
    let text = call.literal(0)?;
    let reversed: String = graphemes(&text)?.into_iter().rev().collect();
    Ok(ValKind::Text(Text::from(reversed.as_str())))
}

pub(super) fn substr(call: &Call<'_>) -> Done {
    let (text, offset, count) = (call.text(0)?, call.integer(1)?, call.integer(2)?);
    let leading = match text.parts().first() {
        Some(Part::Lit(literal)) if text.vars().next().is_some() => &**literal,
        _ => literal(&text)?,
    };
    let characters = graphemes(leading)?;
    let whole = text.literal().is_some();
    let length = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { length.saturating_add(offset).max(0) } else { offset };
    let end = if count < 0 { i64::MAX } else { start.saturating_add(count) };
    // What lies in the known beginning is known whatever follows.
    if !whole && (offset < 0 || end > length) {
        return Err(text
            .vars()
            .next()
            .map_or_else(|| unsupported("the text is not known"), |var| Stop::Unknown(var.cause.clone())));
    }
    let index = |at: i64| usize::try_from(at.clamp(0, length)).unwrap_or(0);
    Ok(ValKind::Text(Text::from(characters[index(start)..index(end)].concat().as_str())))
}

pub(super) fn indent(call: &Call<'_>) -> Done {
    let (spaces, text) = (call.integer(0)?, call.text(1)?);
    let Ok(spaces) = usize::try_from(spaces) else {
        return wrong("the number of spaces of 'indent' must not be negative");
    };
    if let Some(var) = text.vars().find(|var| may_hold(var, '\n')) {
        return Err(Stop::Unknown(var.cause.clone()));
    }
    let lines: usize = text
        .parts()
        .iter()
        .map(
            |part| {
                if let Part::Lit(literal) = part { memchr::memchr_iter(b'\n', literal.as_bytes()).count() } else { 0 }
            },
        )
        .sum();
    fits_text(spaces.checked_mul(lines).and_then(|added| added.checked_add(length(&text))))?;
    let with = format!("\n{}", " ".repeat(if lines == 0 { 0 } else { spaces }));
    let mut result = Pieces::default();
    for part in text.parts() {
        match part {
            Part::Lit(literal) => result.push_str(&literal.replace('\n', &with)),
            Part::Var(var) => result.push(&var.clone().into()),
        }
    }
    Ok(ValKind::Text(result.finish()))
}

pub(super) fn basename(call: &Call<'_>) -> Done {
    let path = call.literal(0)?;
    let trimmed = path.trim_end_matches('/');
    let name = match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        (false, false) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    Ok(ValKind::Text(Text::from(name)))
}

pub(super) fn dirname(call: &Call<'_>) -> Done {
    let path = call.literal(0)?;
    let folder = path.rfind('/').map_or("", |at| &path[..=at]);
    let rooted = folder.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for step in folder.split('/').filter(|step| !step.is_empty() && *step != ".") {
        match (step, kept.last()) {
            ("..", Some(&last)) if last != ".." => {
                kept.pop();
            }
            ("..", None) if rooted => {}
            _ => kept.push(step),
        }
    }
    let clean = match (rooted, kept.is_empty()) {
        (true, _) => format!("/{}", kept.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => kept.join("/"),
    };
    Ok(ValKind::Text(Text::from(clean.as_str())))
}

//! Base64, URL and CSV.

use super::arguments::{Call, Done, Pieces, Stop, fits_items, fits_text, unsupported, wrong};
use super::derived;
use crate::model::arn::{Part, Shape, Text};
use crate::sources::value::{Field, ValKind};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648, section 4).
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let symbol = char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]);
            encoded.push(if i <= chunk.len() { symbol } else { '=' });
        }
    }
    encoded
}

/// The bytes of Base64 with padding; line breaks are skipped.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if !symbols.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    let groups = symbols.len() / 4;
    for (i, group) in symbols.chunks_exact(4).enumerate() {
        let padding = group.iter().rev().take_while(|symbol| **symbol == b'=').count();
        if padding > 2 || padding > 0 && i + 1 < groups {
            return None;
        }
        let mut bits = 0_u32;
        for symbol in &group[..4 - padding] {
            bits = bits << 6 | ALPHABET.iter().position(|known| known == symbol)? as u32;
        }
        bits <<= 6 * padding;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}

pub(super) fn base64encode(call: &Call<'_>) -> Done {
    Ok(ValKind::Text(Text::from(to_base64(call.literal(0)?.as_bytes()).as_str())))
}

fn base64_argument(call: &Call<'_>) -> Result<Vec<u8>, Stop> {
    let text = call.literal(0)?;
    from_base64(&text).map_or_else(|| wrong(format!("the text of '{}' is not Base64", call.name)), Ok)
}

fn utf8(call: &Call<'_>, bytes: Vec<u8>) -> Done {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(ValKind::Text(Text::from(text.as_str()))),
        Err(_) => wrong(format!("the bytes of '{}' are not text", call.name)),
    }
}

pub(super) fn base64decode(call: &Call<'_>) -> Done {
    utf8(call, base64_argument(call)?)
}

/// The character encodings that are evaluated.
enum Encoding {
    Utf8,
    Utf16Little,
    Utf16Big,
}

fn encoding(call: &Call<'_>) -> Result<Encoding, Stop> {
    match call.literal(1)?.to_ascii_uppercase().as_str() {
        "UTF-8" => Ok(Encoding::Utf8),
        "UTF-16LE" => Ok(Encoding::Utf16Little),
        "UTF-16BE" => Ok(Encoding::Utf16Big),
        other => Err(unsupported(format!("the character encoding '{other}' is not evaluated"))),
    }
}

pub(super) fn textencodebase64(call: &Call<'_>) -> Done {
    let text = call.literal(0)?;
    let bytes = match encoding(call)? {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Utf16Little => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Big => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    };
    Ok(ValKind::Text(Text::from(to_base64(&bytes).as_str())))
}

pub(super) fn textdecodebase64(call: &Call<'_>) -> Done {
    let bytes = base64_argument(call)?;
    let read = match encoding(call)? {
        Encoding::Utf8 => return utf8(call, bytes),
        Encoding::Utf16Little => u16::from_le_bytes,
        Encoding::Utf16Big => u16::from_be_bytes,
    };
    let units: Vec<u16> = bytes.chunks(2).map(|pair| read([pair[0], pair.get(1).copied().unwrap_or(0)])).collect();
    match String::from_utf16(&units) {
        Ok(text) if bytes.len() % 2 == 0 => Ok(ValKind::Text(Text::from(text.as_str()))),
        _ => wrong("the bytes of 'textdecodebase64' are not text"),
    }
}

pub(super) fn urlencode(call: &Call<'_>) -> Done {
    let text = call.text(0)?;
    fits_text(super::arguments::length(&text).checked_mul(3))?;
    let mut result = Pieces::default();
    for part in text.parts() {
        match part {
            Part::Lit(literal) => {
                for byte in literal.bytes() {
                    match byte {
                        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                            result.push_str(char::from(byte).encode_utf8(&mut [0; 4]));
                        }
                        b' ' => result.push_str("+"),
                        byte => result.push_str(&format!("%{byte:02X}")),
                    }
                }
            }
            Part::Var(var) if var.shape == Shape::Account => result.push(&var.clone().into()),
            Part::Var(var) => {
                let shape = if var.shape == Shape::Any { Shape::Any } else { Shape::Name };
                result.push(&derived("urlencode", var, "", shape));
            }
        }
    }
    Ok(ValKind::Text(result.finish()))
}

/// OpenTofu's opposite of `urlencode`.
pub(super) fn urldecode(call: &Call<'_>) -> Done {
    let text = call.literal(0)?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                match hex.filter(|hex| !hex.starts_with('+')).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(decoded) => bytes.push(decoded),
                    None => return wrong("the text of 'urldecode' has a wrong escape"),
                }
                rest = &after[2..];
            }
            byte => bytes.push(byte),
        }
    }
    utf8(call, bytes)
}

pub(super) fn csvdecode(call: &Call<'_>) -> Done {
    let text = call.literal(0)?;
    let mut rows = records(&text)?.into_iter();
    let Some(header) = rows.next() else { return wrong("the text of 'csvdecode' has no header") };
    let mut names = std::collections::HashSet::new();
    if !header.iter().all(|name| names.insert(name.as_str())) {
        return wrong("the header of 'csvdecode' names a column twice");
    }
    let mut items = Vec::new();
    for row in rows {
        if row.len() != header.len() {
            return wrong("a row of 'csvdecode' has another number of columns than the header");
        }
        fits_items(Some((items.len() + 1).saturating_mul(header.len())))?;
        let field = |(name, value): (&String, &String)| Field {
            key: name.as_str().into(),
            key_span: call.span,
            value: call.text_item(value),
        };
        items.push(call.item(ValKind::Map(header.iter().zip(&row).map(field).collect())));
    }
    Ok(ValKind::List(items))
}

/// The records of RFC 4180; empty lines are skipped.
fn records(text: &str) -> Result<Vec<Vec<String>>, Stop> {
    let mut records = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut chars = text.chars().peekable();
    let mut started = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if field.is_empty() => {
                started = true;
                loop {
                    match chars.next() {
                        Some('"') if chars.peek() == Some(&'"') => {
                            chars.next();
                            field.push('"');
                        }
                        Some('"') => break,
                        Some('\r') if chars.peek() == Some(&'\n') => {}
                        Some(c) => field.push(c),
                        None => return wrong("a field of 'csvdecode' has no closing quote"),
                    }
                }
                if !matches!(chars.peek(), None | Some(',' | '\n' | '\r')) {
                    return wrong("a field of 'csvdecode' goes on behind its closing quote");
                }
            }
            '"' => return wrong("a field of 'csvdecode' has a quote inside"),
            ',' => {
                started = true;
                record.push(std::mem::take(&mut field));
            }
            '\r' if matches!(chars.peek(), Some('\n') | None) => {}
            '\n' => {
                if started || !field.is_empty() {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
                started = false;
            }
            c => field.push(c),
        }
    }
    if started || !field.is_empty() {
        record.push(field);
        records.push(record);
    }
    Ok(records)
}

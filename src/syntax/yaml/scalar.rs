//! What plain scalars mean: the types of YAML 1.1 that CloudFormation and PyYAML agree on, and JSON's numbers.

use crate::syntax::Kind;

/// The kind of a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Kind {
    if is_null(text) {
        Kind::Null
    } else if let Some(value) = boolean(text) {
        Kind::Bool(value)
    } else if is_int(text) || is_float(text) {
        Kind::Number(text.into())
    } else {
        Kind::String(text.into())
    }
}

pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Whether `text` begins with a digit and has only such digits and underscores.
fn digits(text: &str, digit: fn(&u8) -> bool) -> bool {
    text.as_bytes().first().is_some_and(digit) && text.bytes().all(|byte| byte == b'_' || digit(&byte))
}

/// Decimal, `0x`, `0b`, and octal with `0` or `0o` in front. `0899` is text: neither decimal nor octal.
pub(super) fn is_int(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let octal = |byte: &u8| matches!(byte, b'0'..=b'7');
    if let Some(rest) = text.strip_prefix("0x") {
        digits(rest, u8::is_ascii_hexdigit)
    } else if let Some(rest) = text.strip_prefix("0b") {
        digits(rest, |byte| matches!(byte, b'0' | b'1'))
    } else if let Some(rest) = text.strip_prefix("0o") {
        digits(rest, octal)
    } else if text.starts_with('0') {
        digits(text, octal)
    } else {
        digits(text, u8::is_ascii_digit)
    }
}

/// With a point, an exponent, or both; `.inf` and `.nan`.
pub(super) fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    if exponent.is_some_and(|text| text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit())) {
        return false;
    }
    match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction, u8::is_ascii_digit),
        Some((whole, fraction)) => {
            digits(whole, u8::is_ascii_digit) && (fraction.is_empty() || digits(fraction, u8::is_ascii_digit))
        }
        None => exponent.is_some() && digits(mantissa, u8::is_ascii_digit),
    }
}

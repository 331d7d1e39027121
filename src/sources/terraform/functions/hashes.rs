//! The hashes of the SHA-2 family.

use sha2::{Digest, Sha256, Sha512};

use super::arguments::{Call, Done};
use super::encode::to_base64;
use crate::model::arn::Text;
use crate::sources::value::ValKind;

fn text(text: &str) -> Done {
    Ok(ValKind::Text(Text::from(text)))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

pub(super) fn sha256(call: &Call<'_>) -> Done {
    text(&hex(&Sha256::digest(call.literal(0)?.as_bytes())))
}

pub(super) fn sha512(call: &Call<'_>) -> Done {
    text(&hex(&Sha512::digest(call.literal(0)?.as_bytes())))
}

pub(super) fn base64sha256(call: &Call<'_>) -> Done {
    text(&to_base64(&Sha256::digest(call.literal(0)?.as_bytes())))
}

pub(super) fn base64sha512(call: &Call<'_>) -> Done {
    text(&to_base64(&Sha512::digest(call.literal(0)?.as_bytes())))
}

//! Paths as relative URIs.

use std::fmt::Write;

/// A path relative to the repository root as a URI that stays relative to it.
///
/// All but the unreserved characters are percent-encoded, also `:`, which in a first segment would make a scheme of it
/// (`arn:…`). Consumers refuse a whole file for one URI that is empty, absolute or leads out of the repository.
pub(super) fn of_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !matches!(*segment, "" | "." | "..")) {
        if !uri.is_empty() {
            uri.push('/');
        }
        for &byte in segment.as_bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                uri.push(char::from(byte));
            } else {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    if uri.is_empty() {
        uri.push('-');
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::of_path;

    #[test]
    fn stays_relative_and_encodes() {
        assert_eq!(of_path("infra/trail.yaml"), "infra/trail.yaml");
        assert_eq!(of_path("./a b/#1?/50%/ü[0].json"), "a%20b/%231%3F/50%25/%C3%BC%5B0%5D.json");
        assert_eq!(of_path("arn:aws:x"), "arn%3Aaws%3Ax");
        assert_eq!(of_path("/etc/../passwd"), "etc/passwd");
        assert_eq!(of_path("%0A\n"), "%250A%0A");
        assert_eq!(of_path(""), "-");
        assert_eq!(of_path("-"), "-");
    }
}

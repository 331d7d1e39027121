//! Looks at the raw body of every answer that claims success.
//!
//! The SDK reads an empty body as an answer in which nothing is set, and some broken XML as far as it goes: `DescribeTrails`
//! would answer "no trails". AWS never answers like that, but proxies, captive portals and cut connections do.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// How a service writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// An object.
    Json,
    /// A document with one root.
    Xml,
    /// An object in CBOR (RFC 8949).
    Cbor,
}

/// The body is not what the service writes.
#[derive(Debug, thiserror::Error)]
#[error("the body of the answer is {0}")]
pub(super) struct BadBody(&'static str);

/// Refuses answers of status 200 whose body is not a whole document.
#[derive(Debug)]
pub(super) struct WholeBody(pub(super) Wire);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for WholeBody {
    fn name(&self) -> &'static str {
        "WholeBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        // S3 tells some errors with status 200; half of one is not to be trusted either.
        if !response.status().is_success() {
            return Ok(());
        }
        let body = response.body().bytes().ok_or(BadBody("a stream"))?;
        Ok(check(self.0, body)?)
    }
}

/// Whether a body is a whole document. A policy of S3 is JSON though the rest of S3 is XML.
fn check(wire: Wire, body: &[u8]) -> Result<(), BadBody> {
    let text = body.trim_ascii();
    if text.is_empty() {
        return Err(BadBody("empty"));
    }
    let whole = match (wire, text[0]) {
        (Wire::Xml, b'<') => is_whole_xml(text),
        (Wire::Json | Wire::Xml, b'{') => serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok(),
        // Major type 5; the SDK reads the rest to the end.
        (Wire::Cbor, first) => first >> 5 == 5,
        _ => false,
    };
    if whole { Ok(()) } else { Err(BadBody("broken or something else")) }
}

/// Whether the last tag closes the first element, which is not that of a web page.
fn is_whole_xml(text: &[u8]) -> bool {
    let mut rest = text;
    // The declaration, comments and processing instructions.
    while rest.starts_with(b"<?") || rest.starts_with(b"<!") {
        let Some(end) = memchr::memchr(b'>', rest) else { return false };
        rest = rest[end + 1..].trim_ascii_start();
    }
    let Some(rest) = rest.strip_prefix(b"<") else { return false };
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    let name = &rest[..end.unwrap_or(rest.len())];
    if name.is_empty() || name.eq_ignore_ascii_case(b"html") {
        return false;
    }
    let closed = text.strip_suffix(b">").map(<[u8]>::trim_ascii_end);
    let closed_by_name = closed.and_then(|text| text.strip_suffix(name)).is_some_and(|text| text.ends_with(b"</"));
    // `<VersioningConfiguration xmlns="…"/>`: one tag and nothing else.
    closed_by_name || (rest.ends_with(b"/>") && memchr::memchr(b'>', rest) == Some(rest.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(wire: Wire, body: &str) -> bool {
        check(wire, body.as_bytes()).is_ok()
    }

    #[test]
    fn whole_documents() {
        assert!(is_good(Wire::Json, "{}"));
        assert!(is_good(Wire::Json, " {\"trailList\": []}\n"));
        assert!(is_good(Wire::Xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Versioning xmlns=\"a\"/>"));
        assert!(is_good(Wire::Xml, "<Versioning><Status>Enabled</Status></Versioning >"));
        assert!(is_good(Wire::Xml, "<!-- a --><A>\n</A>\n"));
        assert!(is_good(Wire::Xml, "{\"Version\": \"2012-10-17\"}"));
        assert!(check(Wire::Cbor, &[0xbf, 0xff]).is_ok());
        assert!(check(Wire::Cbor, &[0xa0]).is_ok());
    }

    #[test]
    fn anything_else() {
        for wire in [Wire::Json, Wire::Xml, Wire::Cbor] {
            for body in ["", "  \n", "null", "[]", "<html><body>Sign in</body></html>", "<HTML>\n</HTML>", "OK"] {
                assert!(!is_good(wire, body), "{wire:?} {body:?}");
            }
        }
        for body in ["{", "{\"trailList\": [", "{} {}", "<A></A>"] {
            assert!(!is_good(Wire::Json, body), "{body:?}");
        }
        for body in [
            "<!DOCTYPE html><html></html>",
            "<?xml version=\"1.0\"?>",
            "<A",
            "<A>",
            "<A><B></B>",
            "<A><B/>",
            "<A><B></B></A",
            "<A></B>",
            "<A/><B/>",
            "<",
            "</>",
            "{\"Version\":",
        ] {
            assert!(!is_good(Wire::Xml, body), "{body:?}");
        }
    }
}

//! What the stand-ins for AWS have in common: messages of HTTP, and which call a request is.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// A request or an answer.
pub struct Message {
    /// The first line and the headers.
    pub head: String,
    /// The rest.
    pub body: Vec<u8>,
}

/// The next message of a connection; `None` at its end.
pub fn read_message(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Message>> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = Vec::new();
    match header(&head, "content-length").and_then(|length| length.parse().ok()) {
        Some(length) => {
            body.resize(length, 0);
            stream.read_exact(&mut body)?;
        }
        // An answer that ends with its connection; requests without a length have no body.
        None if head.starts_with("HTTP/") => {
            stream.read_to_end(&mut body)?;
        }
        None => {}
    }
    Ok(Some(Message { head, body }))
}

/// The value of a header.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// The path and query of a request.
pub fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// Who signed a request, and for what.
pub struct Signed<'a> {
    /// The id of the access key.
    pub key: &'a str,
    /// The Region.
    pub region: &'a str,
    /// The service.
    pub service: &'a str,
}

/// What the `Authorization` of a request says: `Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
pub fn signed(head: &str) -> Signed<'_> {
    let authorization = header(head, "authorization").unwrap_or_default();
    let scope = authorization.split("Credential=").nth(1).unwrap_or_default();
    let mut scope = scope.split(',').next().unwrap_or_default().split('/');
    let key = scope.next().unwrap_or_default();
    Signed { key, region: scope.nth(1).unwrap_or_default(), service: scope.next().unwrap_or_default() }
}

/// The operation that a request names: in a header, in its path, or in its body.
pub fn operation(head: &str, path: &str, body: &str) -> String {
    if let Some(target) = header(head, "x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    if let Some((_, operation)) = path.split_once("/operation/") {
        return operation.to_owned();
    }
    if let Some(action) = body.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        return action.to_owned();
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    match path {
        "/listRegions" => return "ListRegions".to_owned(),
        "/v20180820/configuration/publicAccessBlock" => return "GetAccountPublicAccessBlock".to_owned(),
        _ => {}
    }
    let name = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).find(|name| *name != "x-id");
    match name.unwrap_or_default() {
        "acl" => "GetBucketAcl",
        "encryption" => "GetEncryptionConfiguration",
        "lifecycle" => "GetLifecycleConfiguration",
        "location" => "GetBucketLocation",
        "logging" => "GetBucketLogging",
        "object-lock" => "GetBucketObjectLockConfiguration",
        "ownershipControls" => "GetBucketOwnershipControls",
        "policy" => "GetBucketPolicy",
        "publicAccessBlock" => "GetBucketPublicAccessBlock",
        "versioning" => "GetBucketVersioning",
        "website" => "GetBucketWebsite",
        "max-buckets" | "" => "ListAllMyBuckets",
        _ => "?",
    }
    .to_owned()
}

/// Slowness is what is tested here.
#[expect(clippy::disallowed_methods, reason = "a slow answer takes time")]
pub fn wait(pause: Duration) {
    thread::sleep(pause);
}

/// An answer as bytes.
pub fn reply(status: u16, kind: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

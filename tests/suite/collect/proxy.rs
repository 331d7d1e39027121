//! A proxy between the program and the stand-in for AWS: counts the calls, and answers some of them as AWS, a network
//! or a broken proxy might.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::wire::{Message, Signed, header, operation, path, read_message, reply, signed, wait};

/// One call, as the wire shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seen {
    /// The account whose credentials signed it; the management account's if the key is none that STS gave out.
    pub account: String,
    /// The Region that it was signed for.
    pub region: String,
    /// The service that it was signed for.
    pub service: String,
    /// The operation: `DescribeTrails`.
    pub operation: String,
    /// What else tells it from others: path, query and body.
    pub rest: String,
    /// Which attempt it is: 1 for the first.
    pub attempt: usize,
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It goes through.
    None,
    /// It goes through, later.
    Slow(Duration),
    /// "Slow down", in the words of the service.
    Throttled,
    /// "Access denied", in the words of the service, with this sentence.
    Denied(&'static str),
    /// A signature that does not fit, in the words of the service, with this sentence.
    Signature(&'static str),
    /// Status 500.
    Broken,
    /// The connection ends.
    Reset,
    /// Status 200 with this body.
    Body(&'static str),
    /// The answer, without its second half.
    Truncated,
}

type Choose = Box<dyn Fn(&Seen) -> Fault + Send + Sync>;

/// The proxy; it works until the process ends.
pub struct Proxy {
    /// Its address as an endpoint of AWS.
    pub endpoint: String,
    state: Arc<State>,
}

struct State {
    upstream: u16,
    choose: Choose,
    seen: Mutex<Vec<Seen>>,
    attempts: Mutex<HashMap<Seen, usize>>,
    /// By access key, the account that STS gave it out for.
    keys: Mutex<HashMap<String, String>>,
    /// Secret keys and tokens that STS gave out.
    secrets: Mutex<Vec<String>>,
}

impl Proxy {
    /// In front of a server on this port.
    pub fn new(upstream: u16, choose: impl Fn(&Seen) -> Fault + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let endpoint = format!("http://{}", listener.local_addr().expect("has an address"));
        let state = Arc::new(State {
            upstream,
            choose: Box::new(choose),
            seen: Mutex::default(),
            attempts: Mutex::default(),
            keys: Mutex::default(),
            secrets: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || {
                    // A client that goes away is no fault of the proxy.
                    let _ = serve(&state, client);
                });
            }
        });
        Self { endpoint, state }
    }

    /// All calls so far, in the order of their arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().expect("no thread panicked").clone()
    }

    /// What STS gave out and nobody else may see.
    pub fn secrets(&self) -> Vec<String> {
        self.state.secrets.lock().expect("no thread panicked").clone()
    }

    /// The calls that were made more than once, though nothing failed.
    pub fn repeated(&self) -> Vec<Seen> {
        let mut before = HashSet::new();
        let key = |seen: &Seen| (seen.account.clone(), seen.region.clone(), seen.operation.clone(), seen.rest.clone());
        self.seen().into_iter().filter(|seen| !before.insert(key(seen))).collect()
    }
}

fn serve(state: &State, client: TcpStream) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    let mut client = client;
    while let Some(request) = read_message(&mut reader)? {
        let seen = state.note(&request);
        match (state.choose)(&seen) {
            Fault::Reset => return client.shutdown(Shutdown::Both),
            Fault::Slow(pause) => {
                wait(pause);
                let answer = state.forward(&request)?;
                client.write_all(&answer)?;
            }
            Fault::None => {
                let answer = state.forward(&request)?;
                client.write_all(&answer)?;
            }
            Fault::Truncated => {
                let answer = state.forward(&request)?;
                let body = answer.windows(4).position(|at| at == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
                let half = body + (answer.len() - body) / 2;
                let kind = header(&String::from_utf8_lossy(&answer[..body]), "content-type").map(str::to_owned);
                client.write_all(&reply(200, kind.as_deref().unwrap_or("text/plain"), "", &answer[body..half]))?;
            }
            Fault::Body(body) => client.write_all(&reply(200, "text/html", "", body.as_bytes()))?,
            Fault::Broken => client.write_all(&reply(500, "text/plain", "", b"oops"))?,
            Fault::Throttled => client.write_all(&refusal(&seen, Refusal::Throttled))?,
            Fault::Signature(why) => client.write_all(&refusal(&seen, Refusal::Signature(why)))?,
            Fault::Denied(why) => client.write_all(&refusal(&seen, Refusal::Denied(why)))?,
        }
    }
    Ok(())
}

impl State {
    /// What a request is.
    fn note(&self, request: &Message) -> Seen {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let path = path(&request.head).to_owned();
        let Signed { key, region, service } = signed(&request.head);
        let account = self.keys.lock().expect("no thread panicked").get(key).cloned();
        let operation = operation(&request.head, &path, &text);
        let mut seen = Seen {
            account: account.unwrap_or_else(|| super::MANAGEMENT.to_owned()),
            region: region.to_owned(),
            service: service.to_owned(),
            operation,
            rest: format!("{path} {text}"),
            attempt: 0,
        };
        let mut attempts = self.attempts.lock().expect("no thread panicked");
        let attempt = attempts.entry(seen.clone()).or_default();
        *attempt += 1;
        seen.attempt = *attempt;
        drop(attempts);
        self.seen.lock().expect("no thread panicked").push(seen.clone());
        seen
    }

    /// The server's answer.
    fn forward(&self, request: &Message) -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(("127.0.0.1", self.upstream))?;
        server.set_nodelay(true)?;
        let lines = request.head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
        let head: String = lines.map(|line| format!("{line}\r\n")).collect();
        server.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
        server.write_all(&request.body)?;
        let answer = read_message(&mut BufReader::new(server))?.ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let text = String::from_utf8_lossy(&answer.body);
        if text.contains("<AssumeRoleResult>") {
            let between =
                |tag: &str, end: &str| text.split_once(tag)?.1.split_once(end).map(|(inner, _)| inner.to_owned());
            if let (Some(key), Some(arn)) = (between("<AccessKeyId>", "<"), between("arn:aws:sts::", ":")) {
                self.keys.lock().expect("no thread panicked").insert(key, arn);
            }
            let secrets = ["<SecretAccessKey>", "<SessionToken>"].into_iter().filter_map(|tag| between(tag, "<"));
            self.secrets.lock().expect("no thread panicked").extend(secrets);
        }
        let lines = answer.head.lines().filter(|line| {
            let line = line.to_ascii_lowercase();
            !line.starts_with("connection:") && !line.starts_with("content-length:")
        });
        let mut bytes: Vec<u8> = lines.flat_map(|line| format!("{line}\r\n").into_bytes()).collect();
        bytes.extend(format!("Content-Length: {}\r\n\r\n", answer.body.len()).bytes());
        bytes.extend(answer.body);
        Ok(bytes)
    }
}

/// What AWS says no with.
enum Refusal {
    Throttled,
    Denied(&'static str),
    Signature(&'static str),
}

/// In the format of each service. Source: Smithy specification, AWS protocols; S3 API reference, "Error responses".
fn refusal(seen: &Seen, refusal: Refusal) -> Vec<u8> {
    let (code, message, is_throttled) = match refusal {
        Refusal::Throttled => ("ThrottlingException", "Rate exceeded", true),
        Refusal::Denied(why) => ("AccessDeniedException", why, false),
        Refusal::Signature(why) => ("SignatureDoesNotMatch", why, false),
    };
    let old_code = if code == "AccessDeniedException" { "AccessDenied" } else { code };
    let json = serde_json::json!({"__type": code, "message": message}).to_string();
    match seen.service.as_str() {
        "s3" => {
            let (status, code) = if is_throttled { (503, "SlowDown") } else { (403, old_code) };
            let body =
                format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            reply(status, "application/xml", "", body.as_bytes())
        }
        "iam" | "sns" | "sts" => {
            let (status, code) = if is_throttled { (400, "Throttling") } else { (403, old_code) };
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>1</RequestId></ErrorResponse>"
            );
            reply(status, "text/xml", "", body.as_bytes())
        }
        "monitoring" => {
            let text = |text: &str| [vec![0x78, text.len() as u8], text.as_bytes().to_vec()].concat();
            let body = [vec![0xa2], text("__type"), text(code), text("message"), text(message)].concat();
            reply(400, "application/cbor", "smithy-protocol: rpc-v2-cbor\r\n", &body)
        }
        "account" => {
            let (status, code) = if is_throttled { (429, "TooManyRequestsException") } else { (403, code) };
            reply(status, "application/json", &format!("x-amzn-errortype: {code}\r\n"), json.as_bytes())
        }
        _ => reply(400, "application/x-amz-json-1.1", "", json.as_bytes()),
    }
}

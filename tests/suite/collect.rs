//! Collecting over a real socket: the program, a proxy that fails on purpose, and a stand-in for AWS.

mod canned;
mod estates;
mod faults;
mod needs;
mod parts;
mod proxy;
mod scale;
mod secrets;
mod verdicts;
mod wire;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};

use serde_json::Value;
use tempfile::TempDir;
use trailwarden::sources::aws::recording::{Answer, Recording};

use super::project;
use proxy::{Fault, Proxy, Seen};

/// The account of the credentials that the tests use.
pub const MANAGEMENT: &str = "123456789012";

/// The secret key of the tests; no output may hold it.
pub const SECRET: &str = "canary-secret-access-key";

/// The organization's members in the order of their creation.
pub const ARCHIVE: &str = "200000000002";
pub const APP: &str = "200000000003";
pub const LAB: &str = "200000000004";
pub const LEGACY: &str = "200000000005";
pub const SHOP: &str = "200000000006";

/// A server with one estate, made when the first test asks for it. It ends with this process.
struct Estate {
    port: u16,
    /// The server ends when this is closed.
    _server: Mutex<Child>,
}

static GOOD: LazyLock<Estate> = LazyLock::new(|| Estate::make("good"));
static BAD: LazyLock<Estate> = LazyLock::new(|| Estate::make("bad"));
static MIXED: LazyLock<Estate> = LazyLock::new(|| Estate::make("mixed"));

fn python() -> PathBuf {
    let python = project().join(".tools/python/bin/python");
    assert!(python.exists(), "the stand-in for AWS is not installed at {}: run `make tools`", python.display());
    python
}

/// Credentials and nothing else of the machine's own.
fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ACCESS_KEY_ID", "canary-access-key-id")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_REGION", "eu-west-1")
        .env_remove("SOURCE_DATE_EPOCH")
        .env_remove("MOTO_ACCOUNT_ID")
}

impl Estate {
    fn make(name: &str) -> Self {
        let folder = project().join("tests/live");
        let mut server = clean(&mut Command::new(python()))
            .arg(folder.join("server.py"))
            .args(["0", "--until-eof"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = server.stdout.take().expect("is piped");
        BufReader::new(output).read_line(&mut line).expect("the server says something");
        let port = line.trim().strip_prefix("listening ").and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("the server says '{line}'"));
        let seeded = clean(&mut Command::new(python()))
            .arg(folder.join("seed.py"))
            .args([&format!("http://127.0.0.1:{port}"), name])
            .output()
            .expect("the seed runs");
        assert!(seeded.status.success(), "the seed of '{name}': {}", String::from_utf8_lossy(&seeded.stderr));
        Self { port, _server: Mutex::new(server) }
    }

    /// A proxy in front of it that lets everything through.
    fn plain(&self) -> Proxy {
        self.with(|_| Fault::None)
    }

    fn with(&self, choose: impl Fn(&Seen) -> Fault + Send + Sync + 'static) -> Proxy {
        Proxy::new(self.port, choose)
    }
}

/// The program, which will ask a proxy.
fn live(proxy: &Proxy, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailwarden"));
    clean(&mut command).arg("live").args(args).env("AWS_ENDPOINT_URL", &proxy.endpoint).env("AWS_MAX_ATTEMPTS", "8");
    command
}

/// A run that was kept.
struct Run {
    output: Output,
    folder: TempDir,
}

impl Run {
    fn new(proxy: &Proxy, args: &[&str]) -> Self {
        Self::of(live(proxy, args))
    }

    fn of(mut command: Command) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let output = command.arg("--save").arg(folder.path().join("recording")).output().expect("the program runs");
        Self { output, folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("recording")
    }

    fn code(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    fn recording(&self) -> Recording {
        let loaded = Recording::load(&self.path()).unwrap_or_else(|error| panic!("{error}: {}", self.said()));
        assert!(loaded.faults.is_empty(), "{:?}", loaded.faults);
        loaded.recording
    }

    fn said(&self) -> String {
        let Output { stdout, stderr, .. } = &self.output;
        format!("{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }

    /// The report, where it was asked for as JSON.
    fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.said()))
    }
}

/// The calls of a recording that gave an output, as `account/region/operation/resource`.
fn outputs(recording: &Recording) -> Vec<String> {
    let answered = recording.iter().filter(|(_, answer)| matches!(answer, Answer::Output(_)));
    answered.map(|(call, _)| format!("{}/{}/{}", call.account, call.region, call.operation)).collect()
}

/// The gaps of a recording, as `account region operation reason`.
fn gaps(recording: &Recording) -> Vec<String> {
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let line = |gap: &trailwarden::sources::aws::recording::RecordedGap| {
        format!("{} {} {} {}", gap.account, word(&gap.region), word(&gap.operation), gap.reason.word())
    };
    recording.manifest.gaps.iter().map(line).collect()
}

fn text_files(folder: &Path) -> Vec<(PathBuf, String)> {
    super::all_files(folder)
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("is text");
            (path, text)
        })
        .collect()
}

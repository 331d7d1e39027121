//! A recording as a folder: `ACCOUNT/REGION/SERVICE/OPERATION[/RESOURCE].json` and a manifest.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};

use super::text::{self, TextFault};
use super::{Answer, Call, GapReason, Manifest, RecordedGap, Recording, VERSION, compact};

/// The name of the manifest.
pub const MANIFEST: &str = "recording.json";

/// The largest file that is read, in bytes. The largest answer is that of `iam get-account-authorization-details`: IAM
/// limits it to some tens of megabytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The longest name of a file or folder that is written, in bytes, without `.json`. File systems allow 255.
const LONGEST: usize = 200;

/// The deepest that files lie below the account's folder: Region, service, operation, and a long resource in parts.
const DEEPEST: usize = 16;

/// A recording that was read, and what could not be.
#[derive(Debug)]
pub struct Loaded {
    /// What was read. A call whose file is broken has [`Answer::Failed`].
    pub recording: Recording,
    /// Broken files, by path.
    pub faults: Vec<Fault>,
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// The call that it should answer; `None` for the manifest.
    pub call: Option<Call>,
    /// A word that programs can rely on: `syntax`, `unreadable`, `too-large`, `layout`.
    pub reason: &'static str,
    /// One sentence without a final period.
    pub message: String,
    /// The text, when the fault has a place in it.
    pub text: Option<String>,
    /// The offset of the fault in the text, in bytes.
    pub at: usize,
}

/// Why a folder cannot be read as a recording at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be listed.
    #[error("the folder cannot be listed: {}", .0.kind())]
    Folder(io::Error),
    /// The manifest is of a later layout.
    #[error("the recording is of version {0}, and this program reads version 1")]
    Version(u32),
}

/// Why a recording could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The folder holds something: two recordings in one would be judged as one.
    #[error("the folder '{}' is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A name of the call is no name of a folder.
    #[error("'{0}' cannot be the name of a folder")]
    Name(String),
    /// A file or folder cannot be written.
    #[error("'{}' cannot be written: {}", .0.display(), .1.kind())]
    Write(PathBuf, io::Error),
}

/// Whether a text is the manifest of a recording. Other programs have files of that name.
pub fn is_manifest(text: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        recording: u32,
    }
    serde_json::from_slice::<Head>(text).is_ok_and(|head| head.recording > 0)
}

/// Whether a folder is the folder of an account of a recording: its name is an account, and below a Region and a
/// service lies the answer to a reading call. Other trees have folders by account and Region, too.
pub fn is_account_folder(folder: &Path) -> bool {
    const REGIONS: usize = 64;
    const FILES: usize = 256;
    let named = folder.file_name().and_then(|name| name.to_str()).is_some_and(is_account);
    let list = |folder: &Path, most: usize| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.take(most).map(|entry| entry.path()).collect::<Vec<_>>()
    };
    named
        && list(folder, REGIONS).iter().filter(|region| name(region).is_some_and(is_region)).any(|region| {
            list(region, REGIONS).iter().filter(|service| name(service).is_some_and(is_service)).any(|service| {
                list(service, FILES).iter().any(|call| {
                    let json = call.extension().is_some_and(|e| e == "json");
                    let operation = if json { call.file_stem().and_then(|name| name.to_str()) } else { name(call) };
                    operation.is_some_and(is_reading) && (json || call.is_dir())
                })
            })
        })
}

fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// `global`, or parts like `us-east-1`, `us-gov-west-1`.
fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let last = |part: &&str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    name == super::GLOBAL || (parts.len() >= 3 && parts.last().is_some_and(last) && is_words(name))
}

fn is_service(name: &str) -> bool {
    [
        "account",
        "cloudtrail",
        "cloudwatch",
        "ec2",
        "iam",
        "kms",
        "logs",
        "organizations",
        "s3api",
        "s3control",
        "sns",
        "sso-admin",
        "sts",
    ]
    .contains(&name)
}

fn is_reading(operation: &str) -> bool {
    ["describe-", "get-", "list-"].iter().any(|start| operation.starts_with(start)) && is_words(operation)
}

fn is_words(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl Recording {
    /// Reads a folder. A broken file costs its call and a [`Fault`]; links are not followed.
    ///
    /// # Errors
    /// If the folder cannot be listed, or the manifest is of a later version.
    pub fn load(folder: &Path) -> Result<Loaded, LoadError> {
        let mut faults = Vec::new();
        let manifest = manifest(&folder.join(MANIFEST), &mut faults);
        if manifest.recording > VERSION {
            return Err(LoadError::Version(manifest.recording));
        }
        let mut found = Vec::new();
        let mut accounts: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder).map_err(LoadError::Folder)? {
            let entry = entry.map_err(LoadError::Folder)?;
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if folder && entry.file_name().to_str().is_some_and(is_account) {
                accounts.push(entry.path());
            }
        }
        accounts.sort();
        for account in &accounts {
            collect(account, &mut Vec::new(), &mut found, &mut faults);
        }
        let mut recording = Self::new(manifest);
        let read = |(path, call): &(PathBuf, Call)| read(path).map(|answer| compact::compact(call, answer));
        let answers: Vec<_> = found.par_iter().map(read).collect();
        let mut empty = Vec::new();
        for ((path, call), result) in found.into_iter().zip(answers) {
            match result {
                Ok(answer) => {
                    recording.insert(call, answer);
                }
                Err(broken) if broken.empty && text::may_be_empty(&call.service, &call.operation) => {
                    empty.push((path, call, broken));
                }
                Err(broken) => faults.push(recording.fail(path, call, broken)),
            }
        }
        recording.empty(empty, &mut faults);
        recording.failures();
        faults.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Loaded { recording, faults })
    }

    /// The CLI prints nothing both when nothing is set and when its error went elsewhere. That nothing is set is
    /// believed of a resource about which some other call was answered.
    fn empty(&mut self, calls: Vec<(PathBuf, Call, Broken)>, faults: &mut Vec<Fault>) {
        let answered: BTreeSet<(&str, Option<&str>)> = self
            .iter()
            .filter(|(call, answer)| {
                call.service == "s3api"
                    && match answer {
                        Answer::Output(_) => true,
                        Answer::Refused { code, message } => GapReason::of_refusal(code, message).is_none(),
                        Answer::Failed { .. } => false,
                    }
            })
            .map(|(call, _)| (call.account.as_str(), call.resource.as_deref()))
            .collect();
        let (good, bad): (Vec<_>, Vec<_>) = calls
            .into_iter()
            .partition(|(_, call, _)| answered.contains(&(call.account.as_str(), call.resource.as_deref())));
        for (_, call, _) in good {
            self.insert(call, Answer::Output(json!({})));
        }
        for (path, call, broken) in bad {
            let fault = self.fail(path, call, broken);
            faults.push(fault);
        }
    }

    fn fail(&mut self, path: PathBuf, call: Call, broken: Broken) -> Fault {
        let Broken { reason, message, text, at, .. } = broken;
        let answer = Answer::Failed { reason: GapReason::MalformedAnswer, message: message.clone() };
        self.insert(call.clone(), answer);
        Fault { path, call: Some(call), reason, message, text, at }
    }

    /// Calls that failed have no file: the manifest tells of them.
    fn failures(&mut self) {
        let gaps: Vec<(Call, GapReason, String)> = self
            .manifest
            .gaps
            .iter()
            .filter_map(|gap| Some((gap.call()?, gap.reason, gap.message.clone())))
            .filter(|(call, _, _)| self.answer(call).is_none())
            .collect();
        for (call, reason, message) in gaps {
            self.insert(call, Answer::Failed { reason, message });
        }
    }

    /// Writes a folder that [`Recording::load`] reads as an equal recording.
    ///
    /// # Errors
    /// If the folder holds something, or something cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), SaveError> {
        check_empty(folder)?;
        fs::create_dir_all(folder).map_err(|error| SaveError::Write(folder.to_owned(), error))?;
        let mut manifest = self.manifest.clone();
        manifest.recording = VERSION;
        let mut gaps: BTreeSet<RecordedGap> = manifest.gaps.drain(..).collect();
        for (call, answer) in &self.answers {
            let value = match answer {
                Answer::Output(value) => compact::expanded(call, value),
                Answer::Refused { code, message } => json!({"Error": {"Code": code, "Message": message}}),
                Answer::Failed { reason, message } => {
                    gaps.insert(RecordedGap::of(call, *reason, message));
                    continue;
                }
            };
            write(&place(folder, call)?, &value)?;
        }
        manifest.gaps = gaps.into_iter().collect();
        write(&folder.join(MANIFEST), &manifest)
    }
}

/// Whether a recording can be written into a folder: it is empty, or not there yet.
///
/// # Errors
/// If the folder holds something, or is none.
pub fn check_empty(folder: &Path) -> Result<(), SaveError> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(SaveError::NotEmpty(folder.to_owned())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SaveError::Write(folder.to_owned(), error)),
        Ok(false) | Err(_) => Ok(()),
    }
}

fn write(path: &Path, value: &impl serde::Serialize) -> Result<(), SaveError> {
    let fault = |error| SaveError::Write(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(fault)?;
    }
    let mut file = io::BufWriter::new(fs::File::create(path).map_err(fault)?);
    serde_json::to_writer_pretty(&mut file, value).map_err(|error| fault(error.into()))?;
    file.write_all(b"\n").and_then(|()| file.flush()).map_err(fault)
}

/// Where the answer of a call lies.
fn place(folder: &Path, call: &Call) -> Result<PathBuf, SaveError> {
    let mut path = folder.to_owned();
    let named = [
        (&call.account, is_account(&call.account)),
        (&call.region, is_words(&call.region)),
        (&call.service, is_words(&call.service)),
        (&call.operation, is_words(&call.operation)),
    ];
    for (name, good) in named {
        if !good || name.is_empty() {
            return Err(SaveError::Name(name.clone()));
        }
        path.push(name);
    }
    let mut last = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Some(resource) = &call.resource {
        // A long name is cut where no code is: a part that goes on ends in `%`.
        let mut name = String::new();
        for byte in resource.bytes() {
            if name.len() + 3 > LONGEST {
                name.push('%');
                path.push(std::mem::take(&mut name));
            }
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
                name.push(char::from(byte));
            } else {
                name.push_str(&format!("%{byte:02X}"));
            }
        }
        last = name;
    } else {
        path.pop();
    }
    path.push(format!("{last}.json"));
    Ok(path)
}

/// The resource that the parts of a path below the operation name; `None` if a code is broken.
fn resource(parts: &[String]) -> Option<String> {
    let (last, rest) = parts.split_last()?;
    let mut code = String::new();
    for part in rest {
        code.push_str(part.strip_suffix('%')?);
    }
    code.push_str(last);
    let mut bytes = Vec::with_capacity(code.len());
    let mut rest = code.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The files below the folder of an account, in order. `parts` are the names from the Region on.
fn collect(account: &Path, parts: &mut Vec<String>, found: &mut Vec<(PathBuf, Call)>, faults: &mut Vec<Fault>) {
    let folder = parts.iter().fold(account.to_owned(), |path, part| path.join(part));
    let fault = |path: &Path, reason, message: String| Fault {
        path: path.to_owned(),
        call: None,
        reason,
        message,
        text: None,
        at: 0,
    };
    let mut entries: Vec<fs::DirEntry> = match fs::read_dir(&folder).and_then(Iterator::collect) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(fault(&folder, "unreadable", format!("the folder cannot be listed: {}", error.kind())));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let (Some(name), Ok(kind)) = (name(&path), entry.file_type()) else { continue };
        if kind.is_dir() && parts.len() < DEEPEST {
            parts.push(name.to_owned());
            collect(account, parts, found, faults);
            parts.pop();
        } else if let Some(stem) = name.strip_suffix(".json").filter(|_| kind.is_file()) {
            match call(account, parts, stem) {
                Some(call) => found.push((path, call)),
                None => faults.push(fault(&path, "layout", "the path does not name a call".to_owned())),
            }
        }
    }
}

/// The call that a path names.
fn call(account: &Path, parts: &[String], stem: &str) -> Option<Call> {
    let account = name(account)?;
    let made = |region: &String, service: &String, operation: &str, resource: Option<&str>| {
        is_words(operation).then(|| Call::new(account, region, service, operation, resource))
    };
    match parts {
        [region, service] => made(region, service, stem, None),
        [region, service, operation, rest @ ..] => {
            let mut names = rest.to_vec();
            names.push(stem.to_owned());
            made(region, service, operation, Some(&resource(&names)?))
        }
        _ => None,
    }
}

/// What is wrong with one file.
struct Broken {
    empty: bool,
    reason: &'static str,
    message: String,
    text: Option<String>,
    at: usize,
}

impl Broken {
    fn new(reason: &'static str, message: String) -> Self {
        Self { empty: false, reason, message, text: None, at: 0 }
    }
}

fn read(path: &Path) -> Result<Answer, Broken> {
    let text = content(path)?;
    text::parse(&text).map_err(|fault| match fault {
        TextFault::Empty => {
            Broken { empty: true, ..Broken::new("syntax", "the file is empty: the call was not answered".to_owned()) }
        }
        TextFault::Malformed { at, message } => Broken { text: Some(text), at, ..Broken::new("syntax", message) },
    })
}

/// How two bytes make a unit of UTF-16.
type Unit = fn([u8; 2]) -> u16;

/// The text of a file: UTF-8, or UTF-16 as PowerShell writes it.
fn content(path: &Path) -> Result<String, Broken> {
    let unreadable =
        |error: &io::Error| Broken::new("unreadable", format!("the file cannot be read: {}", error.kind()));
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Broken::new("too-large", format!("the file is larger than {} MB", LARGEST / (1024 * 1024))));
    }
    let (rest, unit): (&[u8], Unit) = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        _ => {
            return String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Broken { text: Some(text), at, ..Broken::new("syntax", "the text is not UTF-8".to_owned()) }
            });
        }
    };
    let (pairs, odd) = rest.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    match String::from_utf16(&units) {
        Ok(text) if odd.is_empty() => Ok(text),
        _ => Err(Broken::new("syntax", "the text is neither UTF-8 nor UTF-16".to_owned())),
    }
}

/// The manifest; an empty one if there is none or it is broken.
fn manifest(path: &Path, faults: &mut Vec<Fault>) -> Manifest {
    if !path.is_file() {
        return Manifest::default();
    }
    let mut fault = |broken: Broken| {
        let Broken { reason, message, text, at, .. } = broken;
        faults.push(Fault { path: path.to_owned(), call: None, reason, message, text, at });
        Manifest::default()
    };
    let text = match content(path) {
        Ok(text) => text,
        Err(broken) => return fault(broken),
    };
    let value = match text::parse(&text) {
        Ok(Answer::Output(value)) => value,
        Ok(_) => Value::Null,
        Err(TextFault::Empty) => return fault(Broken::new("syntax", "the manifest is empty".to_owned())),
        Err(TextFault::Malformed { at, message }) => {
            return fault(Broken { text: Some(text), at, ..Broken::new("syntax", message) });
        }
    };
    match serde_json::from_value::<Manifest>(value) {
        Ok(manifest) => manifest,
        Err(error) => {
            let message = format!("this is no manifest of a recording: {error}");
            fault(Broken { text: Some(text), ..Broken::new("syntax", message) })
        }
    }
}

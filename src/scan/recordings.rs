//! Recordings of live accounts: which folders are one, and what becomes of them.

use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::walk::Base;
use super::{Gap, ScannedInput, internal};
use crate::model::live::Moment;
use crate::model::{Input, InputKind};
use crate::source_map::{SourceMap, Span};
use crate::sources::aws::lower::{AccountLine, ApiGap, Lowered, lower};
use crate::sources::aws::recording::{self, Fault, Recording};

/// What came of the recordings of a scan.
#[derive(Debug, Default)]
pub(super) struct Recordings {
    /// The accounts that answered.
    pub(super) inputs: Vec<Input>,
    /// All accounts, recording by recording.
    pub(super) accounts: Vec<AccountLine>,
    /// A line for each recording.
    pub(super) lines: Vec<ScannedInput>,
}

/// Whether a folder that is named holds a recording.
pub(super) fn is_recording(folder: &Path) -> bool {
    has_manifest(folder)
        || std::fs::read_dir(folder)
            .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| recording::is_account_folder(&e.path()))))
}

/// Whether a folder met on the way is the folder of an account of a recording.
pub(super) fn is_account(folder: &Path) -> bool {
    let named = folder.file_name().and_then(|name| name.to_str());
    let named = named.is_some_and(|name| name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit()));
    named && (recording::is_account_folder(folder) || folder.parent().is_some_and(has_manifest))
}

/// Whether a file is the manifest of a recording.
pub(super) fn is_manifest(path: &Path, bytes: &[u8]) -> bool {
    path.file_name().is_some_and(|name| name == recording::MANIFEST) && recording::is_manifest(bytes)
}

fn has_manifest(folder: &Path) -> bool {
    std::fs::read(folder.join(recording::MANIFEST)).is_ok_and(|bytes| recording::is_manifest(&bytes))
}

/// Reads and lowers recordings; ids count from `first`. `clock` is the time, where a recording does not say it.
pub(super) fn inputs(
    folders: &BTreeSet<PathBuf>,
    base: &Base,
    clock: Option<i64>,
    sources: &mut SourceMap,
    first: u32,
    gaps: &mut Vec<Gap>,
) -> Recordings {
    let mut found = Recordings::default();
    let mut paths: Vec<(String, &PathBuf)> = folders.iter().map(|folder| (base.report(folder), folder)).collect();
    paths.sort();
    for (path, folder) in paths {
        let before = gaps.len();
        let id = first + found.inputs.len() as u32;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            let loaded = Recording::load(folder)?;
            let lowered = lower(&loaded.recording, &path, id, clock.map(Moment));
            Ok::<_, recording::LoadError>((loaded.faults, lowered))
        }));
        match attempt {
            Ok(Ok((faults, Lowered { inputs, accounts, gaps: of_calls }))) => {
                let calls: HashSet<_> = faults.iter().filter_map(|fault| fault.call.clone()).collect();
                gaps.extend(faults.into_iter().map(|fault| of_file(fault, base, sources)));
                // A broken file is told by its place; the call that it should answer is the same gap.
                let told = |gap: &ApiGap| gap.of.as_ref().is_some_and(|call| calls.contains(call));
                gaps.extend(of_calls.into_iter().filter(|gap| !told(gap)).map(of_call));
                found.inputs.extend(inputs);
                found.accounts.extend(accounts);
            }
            Ok(Err(error)) => gaps.push(Gap::new(&path, "unreadable", error.to_string())),
            Err(_) => gaps.push(internal(&path)),
        }
        let complete = gaps.len() == before;
        found.lines.push(ScannedInput { path, kind: InputKind::Recording, complete });
    }
    found
}

fn of_file(fault: Fault, base: &Base, sources: &mut SourceMap) -> Gap {
    let path = base.report(&fault.path);
    let span = fault.text.map(|text| {
        // Offsets in the map count without the mark.
        let at = if text.starts_with('\u{feff}') { fault.at.saturating_sub(3) } else { fault.at };
        let file = sources.add(path.clone(), text);
        // What a broken answer holds cannot be told, so none of it is shown.
        let whole = Span::new(file, 0, sources.file(file).text().len());
        sources.hide(whole);
        Span::new(file, at, at + 1)
    });
    Gap { path: Some(path), span, reason: fault.reason, message: fault.message, ..Gap::default() }
}

fn of_call(gap: ApiGap) -> Gap {
    let ApiGap { account, region, call, reason, message, .. } = gap;
    Gap { account: Some(account).filter(|a| !a.is_empty()), region, call, reason, message, ..Gap::default() }
}

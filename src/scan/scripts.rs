//! From scripts to inputs: the files that their arguments name, and what they make.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use super::walk::Base;
use super::{Gap, internal};
use crate::model::arn::Text;
use crate::model::attr::Origin;
use crate::model::{Input, InputId, InputKind};
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::script::{self, Caller, Command, Embedded, Files};

/// The calls of one file.
#[derive(Debug)]
pub(super) struct Script {
    /// Its id.
    pub(super) file: FileId,
    /// As reports name it.
    pub(super) path: String,
    /// The calls, in the order they run.
    pub(super) commands: Vec<Command>,
    /// Whether the command line names it.
    pub(super) named: bool,
}

/// The largest file that is read because an argument names it.
const LARGEST: u64 = 1024 * 1024;

/// Turns each script that makes or removes something into an input; ids count from `first`. Calls that are
/// `told` are of the inputs that have them already, because a template runs the script.
pub(super) fn inputs(
    scripts: Vec<Script>,
    told: &Told,
    caller: &Caller,
    base: &Base,
    sources: &mut SourceMap,
    first: u32,
    gaps: &mut Vec<Gap>,
) -> Vec<Input> {
    let mut known: HashMap<String, FileId> = HashMap::new();
    if scripts.iter().any(|script| script::file_names(&script.commands).next().is_some()) {
        known = sources.files().map(|(id, file)| (file.path().to_owned(), id)).collect();
    }
    let mut inputs = Vec::new();
    for mut script in scripts {
        script.commands.retain(|command| !told.contains(&start(command.span())));
        let mut files = Files::new();
        for name in script::file_names(&script.commands) {
            let found = script::candidates(&script.path, name).into_iter().find_map(|path| {
                known.get(&path).copied().or_else(|| {
                    let text = read(base, &path)?;
                    let file = sources.add(path.clone(), text);
                    known.insert(path, file);
                    Some(file)
                })
            });
            if let Some(file) = found {
                files.insert(name.to_owned(), (file, Arc::from(sources.file(file).text())));
            }
        }
        let id = InputId(first + inputs.len() as u32);
        match catch_unwind(AssertUnwindSafe(|| script::input(&script.commands, &files, sources, id, caller, None))) {
            Ok(Some(input)) => inputs.push(input),
            Ok(None) if script.named => {
                let at = Origin::Text(Span::new(script.file, 0, 0));
                let (account, region) = (Text::default(), Text::default());
                inputs.push(Input::new(id, InputKind::Script, script.path, at, account, region));
            }
            Ok(None) => {}
            Err(_) => gaps.push(internal(&script.path)),
        }
    }
    inputs
}

/// Where the calls begin that inputs have.
pub(super) type Told = HashSet<(FileId, u32)>;

/// The calls of inputs, and of scripts that resources run.
pub(super) fn told(inputs: &[Input], run: &[Embedded]) -> Told {
    let calls = inputs.iter().flat_map(|input| &input.invocations).filter_map(|call| match &call.id.at {
        Origin::Text(span) => Some(*span),
        Origin::Api { .. } => None,
    });
    let run = run.iter().flat_map(|script| &script.commands).map(Command::span);
    calls.chain(run).map(start).collect()
}

fn start(span: Span) -> (FileId, u32) {
    (span.file, span.start)
}

/// What the scripts make that resources run; ids count from `first`. A script that several inputs run, a module and
/// its plan, is told once.
pub(super) fn embedded(
    run: &[Embedded],
    caller: &Caller,
    sources: &SourceMap,
    first: u32,
    gaps: &mut Vec<Gap>,
) -> Vec<Input> {
    let mut seen = HashSet::new();
    let mut inputs = Vec::new();
    for script in run {
        let Some(place) = script.commands.first().map(|command| command.span()) else { continue };
        if !seen.insert(start(place)) {
            continue;
        }
        let id = InputId(first + inputs.len() as u32);
        let made = || script::input(&script.commands, &Files::new(), sources, id, caller, Some(&script.runner));
        match catch_unwind(AssertUnwindSafe(made)) {
            Ok(made) => inputs.extend(made),
            Err(_) => gaps.push(internal(sources.file(place.file).path())),
        }
    }
    inputs
}

/// Notes what the commands of a template's scripts take away.
pub(super) fn removals(input: &mut Input) {
    let taken = input.invocations.iter().filter_map(|call| {
        let name = call.command.literal()?;
        script::removal::of_trail(&call.id, name)
    });
    input.changes.items.extend(taken.collect::<Vec<_>>());
}

/// The text of a file of the repository.
fn read(base: &Base, path: &str) -> Option<String> {
    let place: PathBuf = base
        .places(path)
        .into_iter()
        .filter_map(|place| place.canonicalize().ok())
        .find(|place| base.holds(place) && place.is_file())?;
    let size = std::fs::metadata(&place).ok()?.len();
    if size > LARGEST {
        return None;
    }
    std::fs::read_to_string(place).ok()
}

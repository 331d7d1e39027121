//! Plans and states of Terraform: which texts are one, and what becomes of them.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::terraform::shown;
use super::{Gap, internal};
use crate::model::{Input, InputId, InputKind};
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::script::Embedded;
use crate::sources::terraform::commands;
use crate::sources::terraform::lower::{self, RootInfo, changes};
use crate::sources::terraform::plan::{self, Read};
use crate::sources::terraform::state;
use crate::syntax::SyntaxError;

/// A plan or state that was read.
#[derive(Debug)]
pub(super) struct Document {
    /// The path, relative to the repository root.
    pub(super) path: String,
    /// Its text.
    pub(super) file: FileId,
    /// Which of the two it is.
    pub(super) kind: InputKind,
    /// What it says.
    pub(super) read: Read,
    /// The root module that it was made of, where its files are at hand.
    pub(super) module: Option<Module>,
}

/// The root module of a plan.
#[derive(Clone, Debug)]
pub(super) struct Module {
    /// Its directory from the repository root.
    pub(super) dir: String,
    /// The beginning of its first file.
    pub(super) at: Span,
    /// Whether no other plan was made of it.
    pub(super) alone: bool,
}

/// The plan or state that a JSON text is; `None` when it is neither.
///
/// # Errors
/// What is wrong in a text that has the shape of one.
pub(super) fn parse(text: &str, path: &str, file: FileId) -> Result<Option<Document>, SyntaxError> {
    let made = |kind, read| Some(Document { path: path.to_owned(), file, kind, read, module: None });
    let plan = plan::read(text, file)?;
    if plan.is_plan() {
        return Ok(made(InputKind::TerraformPlan, plan::instances(&plan, path)?));
    }
    if plan.is_shown() && !plan.is_state() {
        return Ok(None);
    }
    drop(plan);
    let state = state::read(text, file)?;
    Ok(made(InputKind::TerraformState, state::instances(&state, path)?))
}

/// Lowers plans and states, each into an input; ids count from `first`.
pub(super) fn inputs(
    documents: Vec<Document>,
    sources: &mut SourceMap,
    first: u32,
    scripts: &mut Vec<Embedded>,
    gaps: &mut Vec<Gap>,
) -> Vec<Input> {
    let mut faults = Vec::new();
    let mut inputs = Vec::new();
    for document in documents {
        let info = RootInfo {
            kind: document.kind,
            path: document.path.clone(),
            at: document.module.as_ref().map_or(Span::new(document.file, 0, 1), |module| module.at),
            hidden: document.read.hidden.clone(),
            unread: Vec::new(),
            provider: document.read.provider.clone(),
        };
        let id = InputId(first + inputs.len() as u32);
        let lowered = || {
            rayon::join(
                || {
                    let faults = RefCell::default();
                    (lower::input(&document.read.instances, &info, id, &faults), faults.into_inner())
                },
                || changes::found(&document.read, &info, id),
            )
        };
        match catch_unwind(AssertUnwindSafe(lowered)) {
            Ok(((mut input, mut told), changes)) => {
                faults.append(&mut told);
                input.changes.items = changes;
                let commands = document.read.commands;
                if let Some(module) = document.module.filter(|module| module.alone) {
                    input.owner = shown(&module.dir);
                }
                let (invocations, mut run) = commands::invocations(commands, id, sources, &mut HashSet::new());
                input.invocations.items = invocations;
                scripts.append(&mut run);
                super::scripts::removals(&mut input);
                inputs.push(input);
            }
            Err(_) => gaps.push(internal(&document.path)),
        }
    }
    for (span, message) in faults {
        let path = Some(sources.file(span.file).path().to_owned());
        gaps.push(Gap { path, span: Some(span), reason: "template", message, ..Gap::default() });
    }
    inputs
}

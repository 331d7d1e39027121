//! From the calls of a file, in the order they run, to one input.
//!
//! A thing is made by one call and changed by later ones. A change that runs only sometimes leaves both values possible;
//! what a script does not make is known by what the script sets, and nothing else of it.

use std::cell::RefCell;

use super::Caller;
use super::arguments::{Command, Files};
use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::Origin;
use crate::model::invocation::{Invocation, Word};
use crate::model::{Existence, Identity, Input, InputId, InputKind, ResourceKind};
use crate::source_map::{SourceMap, Span};
use crate::sources::block::{Block, MORE};
use crate::sources::grants;
use crate::sources::shell::Guard;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind, Truth};

mod bucket;
mod iam;
pub mod removal;
mod trail;

/// The resource that runs a script.
#[derive(Clone, Debug)]
pub struct Runner {
    /// Whether it exists.
    pub existence: Existence,
    /// The headers of the `module` blocks that it was reached through, outermost first.
    pub calls: Vec<Origin>,
}

/// What the calls of a file make; `None` when they make nothing and take nothing away. Of a script that a resource
/// runs, the calls themselves and what they do to trails are told with the resource.
pub fn input(
    commands: &[Command],
    files: &Files,
    map: &SourceMap,
    id: InputId,
    caller: &Caller,
    runner: Option<&Runner>,
) -> Option<Input> {
    let first = commands.first()?;
    let file = first.span().file;
    let path = map.file(file).path().to_owned();
    let account = caller.account.as_deref().map_or_else(|| super::account(&path).into(), Text::from);
    let region = caller.region.as_deref().map_or_else(|| super::region(&path).into(), Text::from);
    let at = Origin::Text(Span::new(file, 0, map.file(file).text().lines().next().map_or(0, str::len)));
    let input = Input::new(id, InputKind::Script, path.clone(), at, account, region);
    let faults = RefCell::new(Vec::new());
    let (trails, buckets, attachments) = (Vec::new(), Vec::new(), Vec::new());
    let mut cx = Cx { files, map, path, input, faults, runner, trails, buckets, attachments };
    for command in commands {
        match (command.service.as_str(), command.name.as_str()) {
            ("cloudtrail", _) => cx.trail(command),
            ("s3api" | "s3" | "s3control", _) => cx.bucket(command),
            ("iam", _) => cx.iam(command),
            _ => {}
        }
        let is_told = runner.is_some() && command.service == "cloudtrail";
        if !is_told {
            cx.removal(command);
        }
        if !is_told && command.service == "cloudtrail" {
            cx.invocation(command);
        }
    }
    cx.finish_trails();
    cx.finish_buckets();
    grants::settle(&mut cx.input);
    let input = cx.input;
    let deprecated = |invocation: &Invocation| {
        matches!(invocation.command.literal(), Some("create-subscription" | "update-subscription"))
    };
    let says = !input.trails.items.is_empty()
        || !input.buckets.items.is_empty()
        || !input.bucket_policies.items.is_empty()
        || !input.grants.items.is_empty()
        || !input.managed_policies.items.is_empty()
        || !input.principals.items.is_empty()
        || !input.changes.items.is_empty()
        || input.invocations.iter().any(deprecated);
    says.then_some(input)
}

/// A file on its way into the model.
struct Cx<'a> {
    files: &'a Files,
    map: &'a SourceMap,
    path: String,
    input: Input,
    /// Values of a kind that an option cannot have: the call would fail, so nothing is told of them here.
    faults: RefCell<Vec<(Span, String)>>,
    runner: Option<&'a Runner>,
    trails: Vec<trail::State>,
    buckets: Vec<bucket::State>,
    attachments: Vec<iam::Attachment>,
}

impl Cx<'_> {
    fn identity(&self, kind: ResourceKind, address: String, at: Span, existence: Existence) -> Identity {
        let (existence, calls) = match self.runner {
            Some(Runner { existence: Existence::Maybe(cause), calls }) => {
                (Existence::Maybe(cause.clone()), calls.clone())
            }
            Some(runner) => (existence, runner.calls.clone()),
            None => (existence, Vec::new()),
        };
        Identity {
            input: self.input.id,
            kind,
            shown: address.clone(),
            address,
            instances: Vec::new(),
            at: Origin::Text(at),
            calls,
            existence,
        }
    }

    fn of_command(&self, command: &Command) -> Identity {
        let span = command.span();
        let (start, _) = self.map.positions(span);
        let existence = existence(&command.guards);
        let address = format!("{}:{}", self.path, start.line);
        let shown = format!("aws {} {}", command.service, command.name);
        Identity { shown, ..self.identity(ResourceKind::Command, address, span, existence) }
    }

    fn invocation(&mut self, command: &Command) {
        let word = |word: &super::arguments::Argument| Word { text: word.text.clone(), at: Origin::Text(word.at) };
        let words = command.words.iter().map(word).collect();
        let invocation = Invocation {
            id: self.of_command(command),
            command: command.name.as_str().into(),
            words,
            layout: command.layout,
        };
        self.input.invocations.items.push(invocation);
    }

    fn block<'v>(&'v self, val: &'v Val) -> Block<'v> {
        Block { val: Some(val), header: val.span, prefix: "", faults: &self.faults }
    }

    /// The account as the caller's, the Region that a call names, or the caller's.
    fn region(&self, command: &Command) -> Text {
        command.global("--region").unwrap_or_else(|| self.input.region.clone())
    }

    /// A hole for the name of a thing that a call does not say.
    fn nameless(&self, command: &Command, what: &str) -> Text {
        let at = command.span();
        let cause = Cause::new(CauseKind::Unsupported, format!("the call does not show the {what}"));
        let key = format!("script:{}:{}:{what}", self.path, at.start).into();
        Var { key, shown: what.into(), cause, shape: Shape::Any }.into()
    }
}

/// The value of an option as a text.
fn option(options: &Val, name: &str) -> Option<Text> {
    options.get(name).and_then(Val::text)
}

/// Whether something exists that calls under these guards make.
fn existence(guards: &[Guard]) -> Existence {
    let conditions: Vec<&str> =
        guards.iter().filter(|guard| !guard.is_function()).map(|guard| guard.when.as_str()).collect();
    if conditions.is_empty() {
        return Existence::Certain;
    }
    Existence::Maybe(Cause::new(CauseKind::Condition, format!("it is run only when {}", conditions.join(" and "))))
}

/// How a later call bears on what an earlier one made.
enum Bearing {
    /// It is of another thing, or never runs together with it.
    None,
    /// It holds whenever the other was run.
    Always,
    /// It may hold: the clause reads after "when".
    When(String),
}

/// How a call under `later` bears on a thing made under `earlier`, if `same` says that it names it.
fn bearing(same: &Truth, earlier: &[Guard], later: &[Guard], command: &Command) -> Bearing {
    let apart =
        later.iter().any(|guard| earlier.iter().any(|other| other.of == guard.of && other.branch != guard.branch));
    if apart || *same == Truth::False {
        return Bearing::None;
    }
    let mut clauses: Vec<String> =
        later.iter().filter(|guard| !earlier.contains(guard)).map(|guard| guard.when.clone()).collect();
    if let Truth::Unknown(_) = same {
        clauses.push(format!("'{}' is called for it", command.name));
    }
    if clauses.is_empty() { Bearing::Always } else { Bearing::When(clauses.join(" and ")) }
}

/// Sets an attribute, always or when a clause holds. `None` takes it away.
fn set(fields: &mut Vec<Field>, key: &str, new: Option<Field>, bearing: &Bearing) {
    let at = fields.iter().position(|field| &*field.key == key);
    match bearing {
        Bearing::None => {}
        Bearing::Always => {
            if let Some(at) = at {
                fields.remove(at);
            }
            fields.extend(new);
        }
        Bearing::When(when) => {
            let old = at.map(|at| fields.remove(at));
            let hidden = fields.iter().find(|field| &*field.key == MORE).map(|field| field.value.clone());
            let Some(span) = new.as_ref().or(old.as_ref()).map(|field| (field.key_span, field.value.span)) else {
                return;
            };
            let options = vec![
                (when.as_str().into(), new.map(|field| field.value)),
                ("it is not so".into(), old.map(|field| field.value).or(hidden)),
            ];
            // A choice inside of a choice is decided by itself.
            let value = Val { kind: ValKind::Choice { subject: when.as_str().into(), options }, span: span.1 };
            fields.push(Field { key: key.into(), key_span: span.0, value });
        }
    }
}

/// A field that says that there is more than the script shows.
fn more(span: Span, detail: String) -> Field {
    let cause = Cause::new(CauseKind::OutsideScope, detail);
    Field { key: MORE.into(), key_span: span, value: Val { kind: ValKind::Unknown(cause), span } }
}

/// The last part of an ARN such as `…:trail/audit`, or the name itself.
fn bare(name: &Text, mark: &str) -> Text {
    let rest = crate::model::lookup::after_last(name, mark);
    let kind = Text::from(mark.trim_start_matches(':'));
    rest.and_then(|rest| rest.after(&kind)).unwrap_or_else(|| name.clone())
}

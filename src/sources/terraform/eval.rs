//! From configuration to instances: modules, variables and expressions evaluated without Terraform.
//!
//! Evaluation gives values, never errors. What cannot be known is a hole or unknown, with the reason. What certainly
//! fails is unknown of the kind [`CauseKind::Invalid`]: `try` and `can` look for it. A condition that cannot be decided
//! makes a choice, and what is computed from a choice is one.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::commands::Command;
use super::instance::{Instance, Provider};
use super::module::{Files, Modules};
use crate::model::arn::{Shape, Text, Var};
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::{Body, Expr};
use crate::truth::{Cause, CauseKind};
use object::Object;
use scope::Scope;
use types::Type;

mod blocks;
mod calls;
mod choice;
mod copies;
mod expr;
mod files;
mod instance;
mod loops;
mod number;
mod object;
mod operators;
mod provider;
mod run;
mod scope;
mod scripts;
mod templates;
mod traverse;
mod types;
mod variables;

pub use super::module::ConfigFile;
pub(super) use run::planned;
pub use run::roots;

/// What configuration cannot know and the command line may say.
#[derive(Debug, Default)]
pub struct Settings {
    /// `--var`: name and text as typed; a later one of the same name holds.
    pub vars: Vec<(String, String)>,
    /// `--var-file`, in order: the path and what it says.
    pub var_files: Vec<(String, Body)>,
    /// `--account`, or what a plan calls its account.
    pub account: Option<Text>,
    /// `--region`, likewise.
    pub region: Option<Text>,
}

/// A root module, evaluated.
#[derive(Debug)]
pub struct Root {
    /// Its directory from the repository root; empty for the root itself.
    pub dir: String,
    /// The beginning of its first file.
    pub header: Span,
    /// Its own files, without those of the modules that it calls.
    pub files: Vec<FileId>,
    /// What makes its unknown names its own within a scan.
    pub key: String,
    /// Resources of the modelled types, in its own module first.
    pub instances: Vec<Instance>,
    /// Calls of `aws cloudtrail` in the scripts of all its resources.
    pub commands: Vec<Command>,
    /// Why there may be more resources than these.
    pub hidden: Vec<Cause>,
    /// Which files of its modules were not read in full: they may say more of these resources.
    pub unread: Vec<Cause>,
    /// The configuration of the default `aws` provider.
    pub provider: Provider,
    /// Variables that have no value: a caller decides them, and the module is judged as a library.
    pub open_variables: Vec<String>,
    /// Faults that hide a part of it: each is a gap.
    pub faults: Vec<(Span, String)>,
}

/// What came of the configuration of a scan.
#[derive(Debug, Default)]
pub struct Evaluated {
    /// The root modules, by directory.
    pub roots: Vec<Root>,
    /// Faults of how modules call each other: each is a gap.
    pub faults: Vec<(Span, String)>,
}

/// How many evaluation steps one root module may take for each byte of the configuration that it reaches, and at least.
const STEPS_PER_BYTE: usize = 40;
const LEAST_STEPS: usize = 2_000_000;
/// The deepest nesting of expressions, through all that they refer to.
const DEEPEST: usize = 1_500;
/// How many copies of resources and modules one root module may have.
const MOST_COPIES: usize = 20_000;

/// One root module under evaluation.
struct World<'t> {
    modules: &'t Modules<'t>,
    settings: &'t Settings,
    reader: &'t dyn Files,
    map: &'t SourceMap,
    /// The directory of the root module.
    root: &'t str,
    key: String,
    steps: Cell<usize>,
    depth: Cell<usize>,
    /// The deepest nesting that the stack holds.
    deepest: usize,
    copies: Cell<usize>,
    /// Blocks whose copies are being told.
    planning: RefCell<HashSet<String>>,
    faults: RefCell<Vec<(Span, String)>>,
    hidden: RefCell<Vec<Cause>>,
    unread: RefCell<Vec<Cause>>,
    /// What stands behind holes that are whole resources or modules.
    objects: RefCell<HashMap<Arc<str>, Object<'t>>>,
    /// The types of holes that are not just strings.
    types: RefCell<HashMap<Arc<str>, Rc<Type>>>,
    /// Holes that may turn out not to exist.
    loose: RefCell<HashSet<Arc<str>>>,
}

impl<'t> World<'t> {
    /// Takes one step; false when the budget is used up.
    fn spend(&self) -> bool {
        self.charge(1)
    }

    /// Takes several steps.
    fn charge(&self, steps: usize) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(steps));
        left > steps
    }

    fn fault(&self, span: Span, message: impl Into<String>) {
        let fault = (span, message.into());
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    fn hide(&self, cause: Cause) {
        let mut hidden = self.hidden.borrow_mut();
        if !hidden.contains(&cause) {
            hidden.push(cause);
        }
    }

    /// The hole that a value consists of.
    fn hole_of(&self, val: &Val) -> Option<Var> {
        match &val.kind {
            ValKind::Text(text) => types::single_hole(text).cloned(),
            _ => None,
        }
    }

    fn know_type(&self, key: &Arc<str>, of: &Rc<Type>) {
        if **of != Type::Any {
            self.types.borrow_mut().entry(key.clone()).or_insert_with(|| of.clone());
        }
    }

    fn type_known(&self, key: &str) -> Option<Rc<Type>> {
        self.types.borrow().get(key).cloned()
    }

    /// An unknown value with an identity: the same expression at the same place is the same value.
    fn opaque(&self, expr: &Expr, scope: &Scope<'_, 't>, cause: Cause, of: Type) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let mut shown = if scope.at.is_some() { "an expression of a template".to_owned() } else { self.source(expr) };
        // Equal texts outside of loops mean the same; a secret stays out of keys too.
        let text = self.map.text(expr.span);
        let place = if scope.frame.is_some() || scope.at.is_some() || text.contains("sensitive(") {
            format!("{}:{}-{}", expr.span.file.0, expr.span.start, expr.span.end)
        } else {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        if !scope.module.address.is_empty() {
            shown = format!("{}: {shown}", scope.module.address);
        }
        let key: Arc<str> = format!("{}#{place}", scope.mark()).into();
        self.know_type(&key, &Rc::new(of));
        hole(key, &shown, cause, Shape::Any, span)
    }

    /// The text of an expression, short and on one line.
    fn source(&self, expr: &Expr) -> String {
        const LONGEST: usize = 90;
        let text = self.map.text(expr.span);
        if text.contains("sensitive(") {
            return format!("the expression at byte {}", expr.span.start);
        }
        let mut short: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = short.char_indices().nth(LONGEST) {
            short.truncate(end);
            short.push('…');
        }
        short
    }
}

/// A string of which only its identity is known.
fn hole(key: impl Into<Arc<str>>, shown: &str, cause: Cause, shape: Shape, span: Span) -> Val {
    let text = Text::from(Var { key: key.into(), shown: shown.into(), cause, shape });
    Val { kind: ValKind::Text(text), span }
}

/// A value of which only the reason is known why it is not.
fn unknown(span: Span, kind: CauseKind, detail: impl Into<Arc<str>>) -> Val {
    Val { kind: ValKind::Unknown(Cause::new(kind, detail)), span }
}

/// The value of an expression that certainly fails.
fn error(span: Span, detail: impl Into<Arc<str>>) -> Val {
    unknown(span, CauseKind::Invalid, detail)
}

fn null(span: Span) -> Val {
    Val { kind: ValKind::Null, span }
}

fn text_val(text: &str, span: Span) -> Val {
    Val { kind: ValKind::Text(Text::from(text)), span }
}

/// How much work it is to copy a value.
fn weight(val: &Val) -> usize {
    match &val.kind {
        ValKind::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        ValKind::Map(fields) => 1 + fields.iter().map(|field| 1 + weight(&field.value)).sum::<usize>(),
        ValKind::Embedded(text, document) => text_weight(text) + weight(document),
        ValKind::Choice { options, .. } => {
            1 + options.iter().filter_map(|(_, val)| val.as_ref()).map(weight).sum::<usize>()
        }
        ValKind::Text(text) => text_weight(text),
        _ => 1,
    }
}

fn text_weight(text: &Text) -> usize {
    let length = |part: &crate::model::arn::Part| match part {
        crate::model::arn::Part::Lit(literal) => 1 + literal.len() / 32,
        crate::model::arn::Part::Var(_) => 1,
    };
    1 + text.parts().iter().map(length).sum::<usize>()
}

#[cfg(test)]
mod tests;

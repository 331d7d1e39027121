//! Scripts as they are written: the pieces of strings and heredocs with their places, through local values, arguments of
//! modules and template files. What is not written as a string is evaluated, or not known.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::instance::ModuleInstance;
use super::scope::{Frame, Repeat, Scope};
use super::{World, unknown};
use crate::model::Existence;
use crate::model::arn::Part;
use crate::source_map::Span;
use crate::sources::terraform::commands::{self, Command, Home, Script};
use crate::sources::terraform::module::{Resource, join};
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::{Call, Expr, ExprKind, Piece, native};
use crate::truth::CauseKind;

/// How many expressions lie within or behind each other.
const DEEPEST: usize = 200;

/// Where the pieces of an expression stand.
#[derive(Clone, Copy)]
struct At {
    /// The text of a template file; none in the files of the module.
    home: Option<u32>,
    depth: usize,
}

impl<'t> World<'t> {
    /// The commands in the scripts of a module and of all that it calls.
    pub(super) fn commands(&self, module: &Rc<ModuleInstance<'t>>, found: &mut Vec<Command>) {
        let mut bare = HashSet::new();
        self.commands_of(module, &mut bare, found);
    }

    /// `bare` are the directories of modules that run nothing.
    fn commands_of(&self, module: &Rc<ModuleInstance<'t>>, bare: &mut HashSet<&'t str>, found: &mut Vec<Command>) {
        if !bare.contains(module.module.dir) {
            let mut runs = false;
            for (at, resource) in module.module.resources.iter().enumerate() {
                let scripts = scripts(resource);
                runs |= !scripts.is_empty();
                for (expr, is_path) in scripts {
                    self.commands_in(module, at, expr, is_path, found);
                }
            }
            if !runs {
                bare.insert(module.module.dir);
            }
        }
        for name in module.module.calls.keys() {
            let Some(copies) = self.children(module, name) else { continue };
            for inner in copies.items.iter().filter_map(|child| child.module.as_ref()) {
                if !self.spend() {
                    return;
                }
                self.commands_of(inner, bare, found);
            }
        }
    }

    fn commands_in(
        &self,
        module: &Rc<ModuleInstance<'t>>,
        at: usize,
        expr: &Expr,
        is_path: bool,
        found: &mut Vec<Command>,
    ) {
        let mut script = Script::default();
        // What differs from copy to copy is not known: a script is judged once.
        let repeat = Repeat::single("");
        let scope = Scope::top(module).within(&repeat);
        let place = At { home: None, depth: 0 };
        if is_path {
            self.add_files(&mut script, expr, &scope);
        } else {
            self.add(&mut script, expr, &scope, place);
        }
        let mut commands = script.commands(&module.calls, &Existence::Certain);
        if commands.is_empty() {
            return;
        }
        let members = self.members(module, at);
        let Some(first) = members.items.first() else { return };
        let certain = members.items.iter().find(|member| member.existence == Existence::Certain);
        let existence = &certain.unwrap_or(first).existence;
        commands.iter_mut().for_each(|command| command.existence = existence.clone());
        found.append(&mut commands);
    }

    fn add(&self, script: &mut Script, expr: &Expr, scope: &Scope<'_, 't>, at: At) {
        if at.depth > DEEPEST || script.is_full() || !self.spend() {
            return;
        }
        let at = At { depth: at.depth + 1, ..at };
        match &expr.kind {
            ExprKind::Template(pieces) => self.add_pieces(script, pieces, scope, at, expr.span),
            // The commands of `inline`, one a line.
            ExprKind::List(items) => {
                for item in items {
                    self.add(script, item, scope, at);
                    add_break(script, item.span, at);
                }
            }
            ExprKind::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                let (holds, fails) = self.branches(condition, scope);
                if holds {
                    self.add(script, yes, scope, at);
                }
                if holds && fails {
                    add_break(script, no.span, at);
                }
                if fails {
                    self.add(script, no, scope, at);
                }
            }
            ExprKind::Call(call) => self.add_call(script, expr, call, scope, at),
            ExprKind::Attr(of, name) if scope.sealed.is_none() => self.add_reference(script, expr, of, name, scope, at),
            _ => self.add_value(script, expr, scope, at),
        }
    }

    /// Which branches of a conditional may hold.
    fn branches(&self, condition: &Expr, scope: &Scope<'_, 't>) -> (bool, bool) {
        match self.condition(condition, scope).kind {
            ValKind::Bool(holds) => (holds, !holds),
            _ => (true, true),
        }
    }

    fn add_pieces(&self, script: &mut Script, pieces: &[Piece], scope: &Scope<'_, 't>, at: At, span: Span) {
        for (i, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Literal(text, span) => {
                    let home = home(script, *span, at);
                    script.add_literal(text, home, span.start..span.end);
                }
                Piece::Interpolation(expr) => {
                    let before = script.len();
                    self.add(script, expr, scope, at);
                    // Its closing brace belongs to the word that it is the end of.
                    if let Some(Piece::Literal(_, next)) = pieces.get(i + 1)
                        && next.start == expr.span.end + 1
                    {
                        let home = home(script, expr.span, at);
                        script.widen(before, (home, expr.span.start, expr.span.end), next.start);
                    }
                }
                Piece::If(condition, yes, no) => {
                    let (holds, fails) = self.branches(condition, scope);
                    if holds {
                        self.add_pieces(script, yes, scope, at, span);
                    }
                    if holds && fails && !no.is_empty() {
                        add_break(script, condition.span, at);
                    }
                    if fails {
                        self.add_pieces(script, no, scope, at, span);
                    }
                }
                Piece::For(parts) => {
                    let val = unknown(span, CauseKind::Unsupported, "a script is read once for all turns of a loop");
                    let name = parts.key_name.as_deref().unwrap_or("");
                    let outer = Frame { up: scope.frame, name, value: &val, turn: 0 };
                    let frame = Frame { up: Some(&outer), name: &parts.value_name, value: &val, turn: 0 };
                    self.add_pieces(script, &parts.body, &scope.with(&frame), at, span);
                }
            }
        }
    }

    fn add_call(&self, script: &mut Script, expr: &Expr, call: &Call, scope: &Scope<'_, 't>, at: At) {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match (name, call.args.as_slice()) {
            ("base64encode" | "base64gzip" | "trimspace" | "chomp" | "tostring", [only]) => {
                self.add(script, only, scope, at);
            }
            ("indent", [_, text]) => self.add(script, text, scope, at),
            ("join", [separator, Expr { kind: ExprKind::List(items), .. }]) => {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.add(script, separator, scope, at);
                    }
                    self.add(script, item, scope, at);
                }
            }
            ("file" | "filebase64", [_]) => self.add_file(script, &call.args[0], scope),
            ("templatefile", [path, vars]) => self.add_template_file(script, path, vars, scope, at),
            _ => self.add_value(script, expr, scope, at),
        }
    }

    /// A local value or an argument of the module's call stands where it is written.
    fn add_reference(&self, script: &mut Script, expr: &Expr, of: &Expr, name: &str, scope: &Scope<'_, 't>, at: At) {
        let ExprKind::Name(root) = &of.kind else { return self.add_value(script, expr, scope, at) };
        let module = scope.module;
        match (&**root, &module.parent) {
            _ if scope.bound(root).is_some() => {}
            ("local", _) => {
                if let Some(local) = module.module.locals.get(name) {
                    return self.add(script, &local.value, &Scope::top(module), at);
                }
            }
            ("var", Some(parent)) => {
                let secret = module.module.variables.get(name).is_none_or(|variable| {
                    ["sensitive", "ephemeral"].iter().any(|mark| variable.body.attribute(mark).is_some())
                });
                if let Some(given) = parent.call.body.expr(name).filter(|_| !secret) {
                    let outer = Scope::top(&parent.module).within(&parent.repeat);
                    return self.add(script, given, &outer, at);
                }
            }
            _ => {}
        }
        self.add_value(script, expr, scope, at);
    }

    /// What an expression comes to, at its place.
    fn add_value(&self, script: &mut Script, expr: &Expr, scope: &Scope<'_, 't>, at: At) {
        let home = home(script, expr.span, at);
        add_val(script, &self.eval(expr, scope), home, expr.span);
    }

    /// The scripts of a path, or of a list of paths.
    fn add_files(&self, script: &mut Script, expr: &Expr, scope: &Scope<'_, 't>) {
        match &expr.kind {
            ExprKind::List(items) => {
                for item in items {
                    self.add_file(script, item, scope);
                    add_break(script, item.span, At { home: None, depth: 0 });
                }
            }
            _ => self.add_file(script, expr, scope),
        }
    }

    fn add_file(&self, script: &mut Script, path: &Expr, scope: &Scope<'_, 't>) {
        if let Some((path, text)) = self.file_at(path, scope) {
            let home = script.home(Home::Read(path, text.clone()));
            script.add_literal(&text, home, 0..text.len() as u32);
        }
    }

    fn add_template_file(&self, script: &mut Script, path: &Expr, vars: &Expr, scope: &Scope<'_, 't>, at: At) {
        let span = path.span;
        let Some((path, text)) = self.file_at(path, scope) else { return };
        let home = script.home(Home::Read(path, text.clone()));
        let Ok(pieces) = native::template(&text, span.file) else {
            return script.add_literal(&text, home, 0..text.len() as u32);
        };
        let vars = self.eval(vars, scope);
        let inner = Scope { frame: None, repeat: None, at: Some(span), sealed: Some(&vars), ..*scope };
        self.add_pieces(script, &pieces, &inner, At { home: Some(home), ..at }, span);
    }

    /// The path and the text of a file of the repository, without a byte order mark.
    fn file_at(&self, path: &Expr, scope: &Scope<'_, 't>) -> Option<(String, Arc<str>)> {
        let path = self.eval(path, scope);
        let path = join(self.root, path.text()?.literal()?)?;
        let text = self.reader.read(&path).ok()?;
        let text = text.strip_prefix('\u{feff}').map(Arc::from).unwrap_or(text);
        (u32::try_from(text.len()).is_ok() && self.charge(text.len() / 16)).then_some((path, text))
    }
}

/// The expressions of a resource that are scripts, and whether each is the path of one.
fn scripts<'t>(resource: &Resource<'t>) -> Vec<(&'t Expr, bool)> {
    let mut found = Vec::new();
    if resource.data {
        return found;
    }
    for block in resource.body.blocks("provisioner") {
        let kind = block.labels.first().map_or("", |label| label);
        for (name, is_path) in commands::provisioner_arguments(kind) {
            found.extend(block.body.attribute(name).map(|attribute| (&attribute.value, *is_path)));
        }
    }
    if commands::has_user_data(resource.kind) {
        found.extend(commands::USER_DATA.iter().filter_map(|name| Some((resource.body.expr(name)?, false))));
    }
    found
}

fn home(script: &mut Script, span: Span, at: At) -> u32 {
    at.home.unwrap_or_else(|| script.home(Home::File(span.file)))
}

/// Ends a line.
fn add_break(script: &mut Script, span: Span, at: At) {
    let home = home(script, span, at);
    script.add_for("\n", home, span.start..span.end);
}

fn add_val(script: &mut Script, val: &Val, home: u32, span: Span) {
    let place = span.start..span.end;
    match &val.kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) => {
            for part in text.parts() {
                match part {
                    Part::Lit(literal) => script.add_for(literal, home, place.clone()),
                    Part::Var(_) => script.add_hole(home, place.clone()),
                }
            }
        }
        ValKind::Number(number) => script.add_for(number, home, place),
        ValKind::Bool(value) => script.add_for(if *value { "true" } else { "false" }, home, place),
        ValKind::List(items) => {
            for item in items {
                add_val(script, item, home, span);
                script.add_for("\n", home, place.clone());
            }
        }
        _ => script.add_hole(home, place),
    }
}

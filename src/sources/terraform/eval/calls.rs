//! Calls: the functions that need the scope are here, the others in `functions`.

use super::choice::{error_within, lift, lift_deep};
use super::scope::Scope;
use super::types::Type;
use super::{World, error, null, unknown};
use crate::model::arn::{Shape, Var};
use crate::source_map::Span;
use crate::sources::terraform::functions::{self, Called};
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::hcl::{Call, Expr};
use crate::truth::{Cause, CauseKind};

impl<'t> World<'t> {
    pub(super) fn call(&self, expr: &Expr, call: &Call, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            "try" => return self.attempt(&call.args, span, scope),
            "can" => return self.can(call.args.first(), span, scope),
            _ => {}
        }
        let mut args: Vec<Val> = call.args.iter().map(|arg| self.eval(arg, scope)).collect();
        if call.expand {
            let Some(last) = args.pop() else { return error(span, "'...' needs an argument") };
            return lift(vec![last], span, &mut |mut vals| {
                let last = vals.pop().unwrap_or(null(span));
                match last.kind {
                    ValKind::List(items) => self.apply(name, args.iter().cloned().chain(items).collect(), expr, scope),
                    ValKind::Unknown(cause) => Val { kind: ValKind::Unknown(cause), span },
                    _ => match self.maybe_list(&last) {
                        Some(cause) => self.opaque(expr, scope, cause, Type::Any),
                        None => error(span, "'...' needs a list"),
                    },
                }
            });
        }
        self.apply(name, args, expr, scope)
    }

    fn apply(&self, name: &str, args: Vec<Val>, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        if let Some(fault) = args.iter().find_map(error_within) {
            return Val { kind: ValKind::Unknown(fault.clone()), span };
        }
        if !self.charge(args.iter().map(super::weight).sum()) {
            return unknown(span, CauseKind::Unsupported, "the module is too large to evaluate");
        }
        match (name, args.as_slice()) {
            ("sensitive" | "ephemeralasnull", [_]) => {
                // Neither the key nor what is shown may hold the text of the argument.
                let cause = Cause::new(CauseKind::Parameter, "the value is sensitive");
                let key = format!("{}#sensitive@{}:{}", scope.mark(), expr.span.file.0, expr.span.start);
                return super::hole(key, "a sensitive value", cause, Shape::Any, span);
            }
            ("nonsensitive", [val]) => return Val { span, ..val.clone() },
            ("issensitive", [_]) => return Val { kind: ValKind::Bool(false), span },
            ("tostring" | "tolist" | "toset" | "tomap" | "tonumber" | "tobool", [val]) => {
                if let Some(var) = self.hole_of(val).filter(|var| var.shape == Shape::Any) {
                    return self.converted(name, &var, val, span);
                }
            }
            ("file" | "templatefile" | "fileexists" | "fileset" | "abspath" | "filebase64", _) => {
                return lift_deep(args, span, &mut |args| self.file_function(name, &args, span, scope));
            }
            _ => {}
        }
        let opaque = |cause: Cause, of: Type| self.opaque(expr, scope, cause, of);
        // A function that looks into its arguments cannot look into holes that are objects.
        let objects: Vec<Var> = args.iter().filter_map(|arg| self.object_hole(arg)).collect();
        if let Some(var) = objects.first()
            && !KEEPS.contains(&name)
        {
            return opaque(var.cause.clone(), Type::Any);
        }
        // What may be no string is no string for a function that would fail on one.
        let args: Vec<Val> = args.into_iter().map(|arg| self.without_collections(arg)).collect();
        let called = match functions::call(name, args.clone(), span) {
            Called::Error(detail) => {
                let mut loosened = false;
                let loose = args.into_iter().map(|arg| self.loosened(arg, &mut loosened)).collect();
                if loosened { functions::call(name, loose, span) } else { Called::Error(detail) }
            }
            called => called,
        };
        match called {
            Called::Error(detail) => error(span, detail),
            Called::Val(Val { kind: ValKind::Unknown(cause), .. }) if cause.kind != CauseKind::Invalid => {
                opaque(cause, result_of(name))
            }
            Called::Val(val) => val,
        }
    }

    /// Holes of lists and mappings as unknown values: a function would take them for strings.
    fn without_collections(&self, val: Val) -> Val {
        self.each_hole(val, &|var| {
            let of = self.type_known(&var.key)?;
            let scalar = matches!(*of, Type::Any | Type::String | Type::Bool | Type::Number);
            (!scalar).then(|| var.cause.clone())
        })
    }

    /// Holes that may be something else than strings as unknown values.
    fn loosened(&self, val: Val, loosened: &mut bool) -> Val {
        let any = std::cell::Cell::new(false);
        let val = self.each_hole(val, &|var| {
            let string = self.type_known(&var.key).is_some_and(|of| *of == Type::String);
            let free = var.shape == Shape::Any && !string;
            any.set(any.get() | free);
            free.then(|| var.cause.clone())
        });
        *loosened |= any.get();
        val
    }

    /// The value with the holes for which `why` gives a reason unknown.
    fn each_hole(&self, val: Val, why: &dyn Fn(&Var) -> Option<Cause>) -> Val {
        let Val { kind, span } = val;
        let kind = match kind {
            ValKind::Text(text) => match super::types::single_hole(&text).and_then(why) {
                Some(cause) => ValKind::Unknown(cause),
                None => ValKind::Text(text),
            },
            ValKind::List(items) => ValKind::List(items.into_iter().map(|item| self.each_hole(item, why)).collect()),
            ValKind::Map(fields) => ValKind::Map(
                fields.into_iter().map(|field| Field { value: self.each_hole(field.value, why), ..field }).collect(),
            ),
            ValKind::Choice { subject, options } => {
                let options = options.into_iter().map(|(when, val)| (when, val.map(|val| self.each_hole(val, why))));
                ValKind::Choice { subject, options: options.collect() }
            }
            other => other,
        };
        Val { kind, span }
    }

    /// A hole converted to another type is the same hole.
    fn converted(&self, name: &str, var: &Var, val: &Val, span: Span) -> Val {
        let any = || std::rc::Rc::new(Type::Any);
        let of = match name {
            "tolist" => Type::List(any()),
            "toset" => Type::Set(any()),
            "tomap" => Type::Map(any()),
            "tonumber" => Type::Number,
            "tobool" => Type::Bool,
            _ => Type::Any,
        };
        if !self.objects.borrow().contains_key(&var.key) {
            self.know_type(&var.key, &std::rc::Rc::new(of));
        }
        Val { span, ..val.clone() }
    }

    fn object_hole(&self, val: &Val) -> Option<Var> {
        self.hole_of(val).filter(|var| self.objects.borrow().contains_key(&var.key))
    }

    /// `try`: the first argument that does not fail. One that may fail makes a choice.
    fn attempt(&self, args: &[Expr], span: Span, scope: &Scope<'_, 't>) -> Val {
        let Some((first, rest)) = args.split_first() else { return error(span, "no argument of 'try' succeeds") };
        let val = self.eval(first, scope);
        let next = std::cell::OnceCell::new();
        let next = || next.get_or_init(|| self.attempt(rest, span, scope)).clone();
        lift(vec![val], span, &mut |mut vals| {
            let val = vals.pop().unwrap_or(null(span));
            if error_within(&val).is_some() {
                return next();
            }
            match self.doubtful(&val) {
                Some(var) => {
                    let shown = &var.shown;
                    let clauses = [format!("'{shown}' exists"), format!("'{shown}' does not exist")];
                    let [yes, no] = clauses.map(std::sync::Arc::from);
                    let subject = format!("({}?)", var.key).into();
                    super::choice::choice(&subject, vec![(yes, val), (no, next())], span)
                }
                None => Val { span, ..val },
            }
        })
    }

    /// `can`: whether the argument does not fail.
    fn can(&self, arg: Option<&Expr>, span: Span, scope: &Scope<'_, 't>) -> Val {
        let Some(arg) = arg else { return error(span, "'can' needs an argument") };
        let val = self.eval(arg, scope);
        lift(vec![val], span, &mut |vals| {
            let Some(val) = vals.first() else { return null(span) };
            if error_within(val).is_some() {
                return Val { kind: ValKind::Bool(false), span };
            }
            match (&val.kind, self.doubtful(val)) {
                (ValKind::Unknown(cause), _) => Val { kind: ValKind::Unknown(cause.clone()), span },
                (_, Some(var)) => {
                    let bool_val = |value| Val { kind: ValKind::Bool(value), span };
                    let clauses = [format!("'{}' exists", var.shown), format!("'{}' does not exist", var.shown)];
                    let [yes, no] = clauses.map(std::sync::Arc::from);
                    let subject = format!("({}?)", var.key).into();
                    super::choice::choice(&subject, vec![(yes, bool_val(true)), (no, bool_val(false))], span)
                }
                _ => Val { kind: ValKind::Bool(true), span },
            }
        })
    }

    /// The hole in a value that may turn out not to exist.
    fn doubtful(&self, val: &Val) -> Option<Var> {
        match &val.kind {
            ValKind::Text(text) => {
                let loose = self.loose.borrow();
                text.vars().find(|var| loose.contains(&var.key)).cloned()
            }
            ValKind::List(items) => items.iter().find_map(|item| self.doubtful(item)),
            ValKind::Map(fields) => fields.iter().find_map(|field| self.doubtful(&field.value)),
            _ => None,
        }
    }
}

/// Functions that hand on what they are given without looking into it.
const KEEPS: [&str; 6] = ["one", "coalesce", "concat", "flatten", "element", "merge"];

/// The type of what a function gives when it cannot be told.
fn result_of(name: &str) -> Type {
    let any = || std::rc::Rc::new(Type::Any);
    match name {
        "concat" | "flatten" | "distinct" | "keys" | "values" | "compact" | "slice" | "sort" | "split" | "range"
        | "reverse" | "formatlist" | "chunklist" | "cidrsubnets" | "matchkeys" | "tolist" | "regexall" => {
            Type::List(any())
        }
        "toset" | "setunion" | "setsubtract" | "setintersection" | "setproduct" | "fileset" => Type::Set(any()),
        "merge" | "zipmap" | "tomap" | "transpose" => Type::Map(any()),
        "contains" | "alltrue" | "anytrue" | "startswith" | "endswith" | "strcontains" | "tobool" => Type::Bool,
        "length" | "max" | "min" | "ceil" | "floor" | "abs" | "sum" | "tonumber" | "index" | "parseint" => Type::Number,
        _ => Type::Any,
    }
}

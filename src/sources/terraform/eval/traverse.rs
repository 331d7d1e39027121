//! References: `var.x`, `local.x.y[0]`, `module.m.out`, `aws_s3_bucket.b["eu"].arn`.

use std::rc::Rc;

use super::choice::lift;
use super::copies::{Copies, Form};
use super::instance::What;
use super::object::Copy;
use super::scope::Scope;
use super::types::Type;
use super::{World, error, hole, null, text_val};
use crate::model::arn::{Shape, Var};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::{Expr, ExprKind};
use crate::truth::{Cause, CauseKind};

/// One step of a reference.
enum Step<'e> {
    Attr(&'e str),
    Index(&'e Expr),
}

impl<'t> World<'t> {
    pub(super) fn traverse(&self, expr: &Expr, scope: &Scope<'_, 't>) -> Val {
        let span = scope.at.unwrap_or(expr.span);
        let mut steps = Vec::new();
        let mut base = expr;
        loop {
            base = match &base.kind {
                ExprKind::Attr(of, name) => {
                    steps.push(Step::Attr(name));
                    of
                }
                ExprKind::Index(of, key) => {
                    steps.push(Step::Index(key));
                    of
                }
                _ => break,
            };
        }
        steps.reverse();
        let ExprKind::Name(name) = &base.kind else {
            let val = self.eval(base, scope);
            return self.follow(&val, &steps, span, scope);
        };
        if let Some(bound) = scope.bound(name) {
            return self.follow(bound, &steps, span, scope);
        }
        if scope.sealed.is_some() {
            return error(span, format!("there is no value '{name}' here"));
        }
        self.named(name, &steps, span, scope)
    }

    /// A reference that begins with a name of the language or a resource type.
    fn named(&self, name: &str, steps: &[Step<'_>], span: Span, scope: &Scope<'_, 't>) -> Val {
        let module = scope.module;
        let attr = |i: usize| match steps.get(i) {
            Some(Step::Attr(name)) => Some(*name),
            _ => None,
        };
        let rest = |n: usize| steps.get(n..).unwrap_or_default();
        match (name, attr(0)) {
            ("var", Some(variable)) => {
                let val = self.variable(module, variable, span);
                self.follow(&val, rest(1), span, scope)
            }
            ("local", Some(local)) => {
                let Some((&local, &attribute)) = module.module.locals.get_key_value(local) else {
                    return self.undeclared(&format!("local.{local}"), span, scope);
                };
                let val = self.once(module, What::Local, local, attribute.value.span, || {
                    self.eval(&attribute.value, &Scope::top(module))
                });
                self.follow(&val, rest(1), span, scope)
            }
            ("each", Some(part @ ("key" | "value"))) => match scope.repeat.and_then(|repeat| repeat.each.as_ref()) {
                Some((key, value)) => self.follow(if part == "key" { key } else { value }, rest(1), span, scope),
                None => error(span, format!("'each.{part}' outside of a block with 'for_each'")),
            },
            ("count", Some("index")) => match scope.repeat.and_then(|repeat| repeat.count.as_ref()) {
                Some(index) => Val { span, ..index.clone() },
                None => error(span, "'count.index' outside of a block with 'count'"),
            },
            ("path", Some("module")) => text_val(&self.path_of(module.module.dir), span),
            ("path", Some("root" | "cwd")) => text_val(".", span),
            ("terraform" | "tofu", Some("workspace")) => {
                let cause = Cause::new(CauseKind::OutsideScope, "the workspace is known when Terraform runs");
                hole(format!("{}#workspace", self.key), "terraform.workspace", cause, Shape::Name, span)
            }
            ("module", Some(call)) => match self.children(module, call) {
                Some(copies) => self.follow_copies(&copies, rest(1), span, scope),
                None => self.undeclared(&format!("module.{call}"), span, scope),
            },
            ("data", Some(kind)) => self.resource(true, kind, attr(1), rest(2), span, scope),
            ("resource", Some(kind)) => self.resource(false, kind, attr(1), rest(2), span, scope),
            ("self", _) => super::unknown(span, CauseKind::Unsupported, "'self' is not evaluated"),
            (kind, name) => self.resource(false, kind, name, rest(1), span, scope),
        }
    }

    fn resource(
        &self,
        data: bool,
        kind: &str,
        name: Option<&str>,
        rest: &[Step<'_>],
        span: Span,
        scope: &Scope<'_, 't>,
    ) -> Val {
        let module = scope.module;
        let prefix = if data { "data." } else { "" };
        let Some(name) = name else { return self.undeclared(&format!("{prefix}{kind}"), span, scope) };
        let at = module.module.by_name.get(&(data, kind, name)).copied();
        match at {
            Some(at) => self.follow_copies(&self.members(module, at), rest, span, scope),
            None => {
                let val = self.undeclared(&format!("{prefix}{kind}.{name}"), span, scope);
                self.follow(&val, rest, span, scope)
            }
        }
    }

    /// Goes on from the copies of a block. One that is named by its key is looked up without making a value of all.
    fn follow_copies<C: Copy<'t>>(
        &self,
        copies: &Rc<Copies<C>>,
        steps: &[Step<'_>],
        span: Span,
        scope: &Scope<'_, 't>,
    ) -> Val {
        if let Some((Step::Index(key), rest)) = steps.split_first()
            && !matches!(copies.over.kind, ValKind::Choice { .. })
        {
            let key = self.eval(key, scope);
            let at = match copies.form {
                Form::Each => key.text().and_then(|key| copies.by_key.get(&key.to_string()).copied()),
                Form::Count => super::copies::count_of(&key),
                Form::Single | Form::Open => None,
            };
            let val = match at.and_then(|at| copies.items.get(at)) {
                Some(copy) => self.object_val(copy.key(), copy.shown(), C::object(copy), span),
                None => self.step(&self.whole(copies, span), key, span, scope),
            };
            return self.follow_blocks(&val, rest, span, scope);
        }
        self.follow_blocks(&self.whole(copies, span), steps, span, scope)
    }

    /// As [`World::follow`], from a resource. A nested block that JSON writes as an object is a list of one.
    fn follow_blocks(&self, from: &Val, steps: &[Step<'_>], span: Span, scope: &Scope<'_, 't>) -> Val {
        let mut val = from.clone();
        for step in steps {
            let key = match step {
                Step::Attr(name) => text_val(name, span),
                Step::Index(key) => self.eval(key, scope),
            };
            let first = matches!(&key.kind, ValKind::Number(number) if &**number == "0");
            if first && plainly(&val, &key).is_none() && matches!(val.kind, ValKind::Map(_)) {
                continue;
            }
            val = self.step(&val, key, span, scope);
        }
        Val { span, ..val }
    }

    /// What is referred to and not declared: Terraform would not run.
    fn undeclared(&self, name: &str, span: Span, scope: &Scope<'_, 't>) -> Val {
        let cause = Cause::new(CauseKind::OutsideScope, format!("'{name}' is not declared in the module"));
        hole(format!("{}#{name}", scope.module.key), name, cause, Shape::Any, span)
    }

    /// The directory of a module as `path.module` gives it: seen from the root module.
    fn path_of(&self, dir: &str) -> String {
        let from: Vec<&str> = self.root.split('/').filter(|part| !part.is_empty()).collect();
        let to: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let mut parts = vec![".."; from.len() - shared];
        parts.extend(&to[shared..]);
        if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
    }

    /// Goes along the steps without copying what is passed by.
    fn follow(&self, from: &Val, steps: &[Step<'_>], span: Span, scope: &Scope<'_, 't>) -> Val {
        let mut at = from;
        for (i, step) in steps.iter().enumerate() {
            let key = match step {
                Step::Attr(name) => text_val(name, span),
                Step::Index(key) => self.eval(key, scope),
            };
            if let Some(next) = plainly(at, &key) {
                at = next;
                continue;
            }
            let next = self.step(at, key, span, scope);
            return self.follow(&next, &steps[i + 1..], span, scope);
        }
        if !self.charge(super::weight(at)) {
            return super::unknown(span, CauseKind::Unsupported, "the module is too large to evaluate");
        }
        Val { span, ..at.clone() }
    }

    /// One step into a value.
    pub(super) fn step(&self, from: &Val, key: Val, span: Span, scope: &Scope<'_, 't>) -> Val {
        lift(vec![from.clone(), key], span, &mut |vals| {
            let [from, key] = vals.as_slice() else { return null(span) };
            if let Some(found) = plainly(from, key) {
                return found.clone();
            }
            if super::choice::is_error(key) {
                return key.clone();
            }
            let known = key.text();
            let name = known.as_ref().and_then(|text| text.literal());
            match (&from.kind, name) {
                (ValKind::Unknown(cause), _) => Val { kind: ValKind::Unknown(cause.clone()), span },
                (ValKind::Text(_) | ValKind::Embedded(..), _) => match self.hole_of(from) {
                    Some(var) => self.part_of_hole(&var, key, span, scope),
                    None => error(span, "a string has no parts"),
                },
                (ValKind::Map(fields), Some(name)) => {
                    // A key with holes may be the one that is asked for.
                    if fields.iter().any(|field| field.key.contains("${")) {
                        return super::unknown(span, CauseKind::AfterApply, "a key of the mapping is not known");
                    }
                    error(span, format!("there is no '{name}'"))
                }
                (ValKind::List(items), Some(name)) => {
                    error(span, format!("there is no '{name}' in a list of {} items", items.len()))
                }
                (ValKind::Map(_) | ValKind::List(_), None) => {
                    let cause = known.as_ref().and_then(|text| text.vars().next()).map(|var| var.cause.clone());
                    let cause = match &key.kind {
                        ValKind::Unknown(cause) => Some(cause.clone()),
                        _ => cause,
                    };
                    match cause {
                        Some(cause) => Val { kind: ValKind::Unknown(cause), span },
                        None => error(span, "a key cannot be of this kind"),
                    }
                }
                _ => error(span, format!("{} has no parts", from.kind_word())),
            }
        })
    }

    /// A part of something of which only the identity is known.
    fn part_of_hole(&self, var: &Var, key: &Val, span: Span, scope: &Scope<'_, 't>) -> Val {
        if let Some(val) = self.of_object(var, key, span, scope) {
            return val;
        }
        let Some(name) = key.text() else {
            return Val { kind: ValKind::Unknown(var.cause.clone()), span };
        };
        let of = self.type_known(&var.key);
        let (part, certain) = match (of.as_deref(), name.literal()) {
            (Some(Type::String | Type::Number | Type::Bool), _) => return error(span, "a scalar has no parts"),
            (Some(of @ Type::Object(_)), Some(literal)) => match of.member(literal) {
                Some(part) => (Some(part), true),
                None => return error(span, format!("there is no '{literal}'")),
            },
            (Some(of), _) => (Some(of.item()), false),
            (None, _) => (None, false),
        };
        let index = matches!(key.kind, ValKind::Number(_)) || name.literal().is_none();
        let (tail, shown) = match name.literal() {
            Some(literal) if !index => (format!(".{literal}"), format!("{}.{literal}", var.shown)),
            _ => (format!("[{}]", super::operators::key_of(&name)), format!("{}[{name}]", var.shown)),
        };
        let own: std::sync::Arc<str> = format!("{}{tail}", var.key).into();
        if let Some(part) = part {
            self.know_type(&own, &part);
        }
        if !certain || self.loose.borrow().contains(&var.key) {
            self.loose.borrow_mut().insert(own.clone());
        }
        hole(own, &shown, var.cause.clone(), Shape::Any, span)
    }
}

/// The part of a known collection under a known key.
fn plainly<'v>(of: &'v Val, key: &Val) -> Option<&'v Val> {
    match (&of.kind, &key.kind) {
        (ValKind::Map(_), ValKind::Text(text)) => {
            of.get(text.literal().map_or_else(|| text.to_string(), str::to_owned).as_str())
        }
        (ValKind::Map(_), ValKind::Number(number)) => of.get(number),
        (ValKind::List(items), ValKind::Number(_) | ValKind::Text(_)) => items.get(super::copies::count_of(key)?),
        _ => None,
    }
}

//! Whole resources and modules as values: holes that the evaluator can look into.

use std::rc::Rc;

use super::copies::{Copies, Form};
use super::instance::{Child, Member};
use super::scope::Scope;
use super::types::Type;
use super::{World, error, hole};
use crate::model::arn::{Shape, Var};
use crate::source_map::Span;
use crate::sources::terraform::attributes;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind};

/// What stands behind a hole that is an object.
#[derive(Clone)]
pub(super) enum Object<'t> {
    Resource(Rc<Member<'t>>),
    Module(Rc<Child<'t>>),
    /// All copies of a block whose `for_each` is not known.
    OpenResource(Rc<Copies<Member<'t>>>),
    OpenModule(Rc<Copies<Child<'t>>>),
}

/// A block of which there may be copies: a resource or a module.
pub(super) trait Copy<'t>: Sized {
    /// The identity of one copy.
    fn key(&self) -> &str;
    /// Its address.
    fn shown(&self) -> &str;
    fn object(this: &Rc<Self>) -> Object<'t>;
    fn open(copies: &Rc<Copies<Self>>) -> Object<'t>;
}

impl<'t> Copy<'t> for Member<'t> {
    fn key(&self) -> &str {
        &self.key
    }
    fn shown(&self) -> &str {
        &self.instance
    }
    fn object(this: &Rc<Self>) -> Object<'t> {
        Object::Resource(this.clone())
    }
    fn open(copies: &Rc<Copies<Self>>) -> Object<'t> {
        Object::OpenResource(copies.clone())
    }
}

impl<'t> Copy<'t> for Child<'t> {
    fn key(&self) -> &str {
        &self.key
    }
    fn shown(&self) -> &str {
        &self.address
    }
    fn object(this: &Rc<Self>) -> Object<'t> {
        Object::Module(this.clone())
    }
    fn open(copies: &Rc<Copies<Self>>) -> Object<'t> {
        Object::OpenModule(copies.clone())
    }
}

impl<'t> World<'t> {
    /// The value of a whole block: one object, a list of them, a mapping, or one object for all that are not known.
    pub(super) fn whole<C: Copy<'t>>(&self, copies: &Rc<Copies<C>>, span: Span) -> Val {
        let object = |copy: &Rc<C>| self.object_val(copy.key(), copy.shown(), C::object(copy), span);
        match copies.form {
            Form::Single => match copies.items.first() {
                Some(copy) => object(copy),
                None => error(span, "it does not exist"),
            },
            Form::Count => super::choice::lift(vec![copies.over.clone()], span, &mut |vals| {
                let count = vals.first().and_then(super::copies::count_of).unwrap_or(0);
                Val { kind: ValKind::List(copies.items.iter().take(count).map(object).collect()), span }
            }),
            Form::Each => super::choice::lift(vec![copies.over.clone()], span, &mut |vals| {
                let keys = vals.first().map(super::copies::keys_of).unwrap_or_default();
                let field = |(key, _, _): super::copies::Entry| {
                    let copy = copies.items.get(*copies.by_key.get(&key)?)?;
                    Some(Field { key: key.as_str().into(), key_span: span, value: object(copy) })
                };
                Val { kind: ValKind::Map(keys.into_iter().filter_map(field).collect()), span }
            }),
            Form::Open => {
                let key = format!("{}#copies", copies.key);
                self.object_val(&key, &copies.address, C::open(copies), span)
            }
        }
    }

    pub(super) fn object_val(&self, key: &str, shown: &str, object: Object<'t>, span: Span) -> Val {
        let key: std::sync::Arc<str> = key.into();
        self.objects.borrow_mut().entry(key.clone()).or_insert(object);
        hole(key, shown, Cause::new(CauseKind::AfterApply, format!("'{shown}' is known after apply")), Shape::Any, span)
    }

    /// Why a hole may stand for any number of items; `None` when the value is certainly one item.
    pub(super) fn maybe_list(&self, val: &Val) -> Option<Cause> {
        let var = self.hole_of(val)?;
        match self.objects.borrow().get(&var.key) {
            Some(Object::OpenResource(copies)) => return Some(copies.cause()),
            Some(Object::OpenModule(copies)) => return Some(copies.cause()),
            Some(_) => return None,
            None => {}
        }
        if !matches!(var.shape, Shape::Any) {
            return None;
        }
        match self.type_known(&var.key).as_deref() {
            Some(Type::String | Type::Bool | Type::Number | Type::Object(_)) => None,
            _ => Some(var.cause),
        }
    }

    /// An attribute of an object, or an item of open copies; `None` when the hole is no object.
    pub(super) fn of_object(&self, var: &Var, key: &Val, span: Span, scope: &Scope<'_, 't>) -> Option<Val> {
        let object = self.objects.borrow().get(&var.key).cloned()?;
        let name = key.text();
        let literal = name.as_ref().and_then(|name| name.literal()).unwrap_or_default();
        Some(match object {
            Object::Resource(member) => self.attribute(&member, literal, span),
            Object::Module(child) => self.output(&child, literal, span, scope),
            Object::OpenResource(copies) => self.open_item(&copies, var, key, span),
            Object::OpenModule(copies) => self.open_item(&copies, var, key, span),
        })
    }

    /// One of the copies that are not known: the one that stands for all when the key is its own.
    fn open_item<C: Copy<'t>>(&self, copies: &Rc<Copies<C>>, var: &Var, key: &Val, span: Span) -> Val {
        let own = copies.repeats.first().and_then(|repeat| repeat.each.as_ref()).map(|(key, _)| key);
        if own.is_some_and(|own| super::choice::alike(own, key)) {
            return self.open_value(copies, span).unwrap_or_else(|| error(span, "it does not exist"));
        }
        let Some(text) = key.text() else { return Val { kind: ValKind::Unknown(copies.cause()), span } };
        let hole_key: std::sync::Arc<str> = format!("{}[{}]", var.key, super::operators::key_of(&text)).into();
        self.loose.borrow_mut().insert(hole_key.clone());
        let cause = Cause::new(CauseKind::AfterApply, format!("'{}[\"{text}\"]' is known after apply", var.shown));
        hole(hole_key, &format!("{}[\"{text}\"]", var.shown), cause, Shape::Any, span)
    }

    /// The copy that stands for all those that are not known.
    pub(super) fn open_value<C: Copy<'t>>(&self, copies: &Rc<Copies<C>>, span: Span) -> Option<Val> {
        let copy = copies.items.first()?;
        Some(self.object_val(copy.key(), copy.shown(), C::object(copy), span))
    }

    /// An attribute of a resource.
    fn attribute(&self, member: &Rc<Member<'t>>, name: &str, span: Span) -> Val {
        if !self.spend() {
            return super::unknown(span, CauseKind::Unsupported, "the module is too large to evaluate");
        }
        let memo = format!("={name}");
        if let Some(known) = member.remembered(&memo) {
            return Val { span, ..(*known).clone() };
        }
        let arguments = super::instance::Lazy { world: self, member };
        let val = attributes::attribute(&arguments, name, span);
        member.remember(memo, &val);
        val
    }

    /// An output of a module.
    fn output(&self, child: &Rc<Child<'t>>, name: &str, span: Span, scope: &Scope<'_, 't>) -> Val {
        let Some(inner) = &child.module else {
            let shown = format!("{}.{name}", child.address);
            let cause = child
                .cause
                .clone()
                .unwrap_or_else(|| Cause::new(CauseKind::OutsideScope, format!("'{}' is not read", child.address)));
            return hole(format!("{}#{name}", child.key), &shown, cause, Shape::Any, span);
        };
        let _ = scope;
        let val = self.output_of(inner, name, span);
        Val { span, ..(*val).clone() }
    }
}

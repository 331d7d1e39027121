//! Values of variables and outputs.
//! <https://developer.hashicorp.com/terraform/language/values/variables>

use std::rc::Rc;

use super::choice::decide_all;
use super::instance::{ModuleInstance, What};
use super::scope::Scope;
use super::types::Type;
use super::{World, hole, null};
use crate::model::arn::Shape;
use crate::source_map::Span;
use crate::sources::terraform::module::Variable;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::{ExprKind, native};
use crate::truth::{Cause, CauseKind};

impl<'t> World<'t> {
    /// The value of `var.name` in a module.
    pub(super) fn variable(&self, module: &Rc<ModuleInstance<'t>>, name: &str, span: Span) -> Rc<Val> {
        let Some((&name, variable)) = module.module.variables.get_key_value(name) else {
            let cause = Cause::new(CauseKind::OutsideScope, format!("the variable '{name}' is not declared"));
            let (key, shown) = (format!("{}#var.{name}", module.key), shown(module, name));
            return Rc::new(hole(key, &shown, cause, Shape::Any, span));
        };
        self.once(module, What::Variable, name, variable.header, || self.compute(module, name, variable))
    }

    fn compute(&self, module: &Rc<ModuleInstance<'t>>, name: &'t str, variable: &Variable<'t>) -> Val {
        let top = Scope::top(module);
        let of = match variable.body.expr("type") {
            Some(expr) => self.type_of(expr, &top),
            None => Rc::new(Type::Any),
        };
        let is = |setting: &str| match variable.body.expr(setting).map(|expr| &expr.kind) {
            Some(ExprKind::Bool(value)) => Some(*value),
            _ => None,
        };
        if is("sensitive") == Some(true) || is("ephemeral") == Some(true) {
            return self.without_value(module, name, variable, &of, &format!("the variable '{name}' is sensitive"));
        }
        let default = || variable.body.expr("default").map(|default| self.eval(default, &top));
        let given = match &module.parent {
            Some(parent) => parent.call.body.expr(name).map(|expr| {
                let scope = Scope::top(&parent.module).within(&parent.repeat);
                decide_all(self.eval(expr, &scope), &module.assumed)
            }),
            None => self.given(module, name, variable, &of),
        };
        let value = match given {
            Some(Val { kind: ValKind::Null, .. }) if is("nullable") == Some(false) => default(),
            Some(value) => Some(value),
            None => default(),
        };
        match value {
            Some(value) => self.convert(value, &of),
            None => self.without_value(module, name, variable, &of, &format!("the variable '{name}' has no default")),
        }
    }

    fn without_value(
        &self,
        module: &Rc<ModuleInstance<'t>>,
        name: &str,
        variable: &Variable<'t>,
        of: &Rc<Type>,
        why: &str,
    ) -> Val {
        let key = format!("{}#var.{name}", module.key);
        self.know_type(&key.as_str().into(), of);
        let cause = Cause::new(CauseKind::Parameter, why);
        hole(key, &shown(module, name), cause, Shape::Any, variable.header)
    }

    /// The value that the command line or a file of values gives to a variable of the root module. What comes later in
    /// the order of the documentation holds; `--var` counts as last of all.
    fn given(
        &self,
        module: &Rc<ModuleInstance<'t>>,
        name: &str,
        variable: &Variable<'t>,
        of: &Rc<Type>,
    ) -> Option<Val> {
        let nothing = null(variable.header);
        let sealed = Scope { sealed: Some(&nothing), ..Scope::top(module) };
        if let Some((_, text)) = self.settings.vars.iter().rev().find(|(given, _)| given == name) {
            let plain = matches!(**of, Type::String | Type::Bool | Type::Number) || !variable.has_type();
            if plain {
                return Some(super::text_val(text, variable.header));
            }
            let parsed = native::parse(&format!("value = {text}\n"), variable.header.file);
            let scope = Scope { at: Some(variable.header), ..sealed };
            return Some(match parsed.body.attribute("value") {
                Some(attribute) if parsed.errors.is_empty() => self.eval(&attribute.value, &scope),
                // What is no expression is taken for a string.
                _ => super::text_val(text, variable.header),
            });
        }
        let named = self.settings.var_files.iter().rev().map(|(_, body)| (Some(body), None));
        let automatic = self.modules.values.get(module.module.dir).into_iter().flatten().rev();
        let automatic = automatic.map(|file| (file.body, (!file.whole).then_some(&file.path)));
        for (body, unread) in named.chain(automatic) {
            if let Some(attribute) = body.and_then(|body| body.attribute(name)) {
                return Some(self.eval(&attribute.value, &sealed));
            }
            if let Some(path) = unread {
                let why = format!("'{path}', which may set the variable '{name}', could not be read in full");
                return Some(self.without_value(module, name, variable, of, &why));
            }
        }
        None
    }

    /// The value of an output.
    pub(super) fn output_of(&self, module: &Rc<ModuleInstance<'t>>, name: &str, span: Span) -> Rc<Val> {
        let Some((&name, body)) = module.module.outputs.get_key_value(name) else {
            return Rc::new(super::error(span, format!("'{}' has no output '{name}'", module.address)));
        };
        let Some(value) = body.attribute("value") else { return Rc::new(null(span)) };
        self.once(module, What::Output, name, value.name_span, || {
            let masked = |setting| body.expr(setting).is_some_and(|expr| expr.kind == ExprKind::Bool(true));
            if masked("sensitive") || masked("ephemeral") {
                let cause = Cause::new(CauseKind::Parameter, format!("the output '{name}' is sensitive"));
                let shown = format!("{}.{name}", module.address);
                return hole(format!("{}#output.{name}", module.key), &shown, cause, Shape::Any, value.value.span);
            }
            decide_all(self.eval(&value.value, &Scope::top(module)), &module.assumed)
        })
    }

    /// The names of root variables that nothing gives a value.
    pub(super) fn open_variables(&self, module: &Rc<ModuleInstance<'t>>) -> Vec<String> {
        let open = |(name, variable): (&&'t str, &Variable<'t>)| {
            let has_default = variable.body.attribute("default").is_some();
            let given = has_default || self.given(module, name, variable, &Rc::new(Type::Any)).is_some();
            (!given).then(|| (*name).to_owned())
        };
        module.module.variables.iter().filter_map(open).collect()
    }
}

/// How messages name a variable: with its module.
fn shown(module: &ModuleInstance<'_>, name: &str) -> String {
    if module.address.is_empty() { format!("var.{name}") } else { format!("{}.var.{name}", module.address) }
}

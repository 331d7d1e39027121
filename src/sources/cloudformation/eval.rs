//! The evaluator: from nodes with intrinsic functions to values.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::stack::{Resource, Stack, World};
use super::template::Parameter;
use super::{dynamic, embed, functions, references};
use crate::model::arn::{Shape, Text};
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::syntax::{Entry, Kind, Node};
use crate::truth::{Cause, CauseKind, Truth};

/// What expressions can refer to, and what is taken for granted at this place.
pub(super) struct Scope<'w, 't> {
    pub world: &'w World<'t>,
    pub stack: Rc<Stack<'t>>,
    /// Loop variables.
    pub vars: Rc<HashMap<String, Text>>,
    /// Conditions that hold or do not hold here, because the place exists only then.
    pub assumed: Rc<Assumed>,
    /// Answers of conditions under these assumptions.
    pub decided: RefCell<HashMap<String, Truth>>,
}

/// What a place may take for granted.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumed {
    pub conditions: HashMap<String, bool>,
    pub parameters: HashMap<String, String>,
}

impl<'w, 't> Scope<'w, 't> {
    /// The scope of a stack outside of any resource.
    pub fn top(world: &'w World<'t>, stack: &Rc<Stack<'t>>) -> Self {
        Self { world, stack: stack.clone(), vars: Rc::default(), assumed: Rc::default(), decided: RefCell::default() }
    }

    /// The scope inside a resource, and the condition that it hangs on if that cannot be decided. `None` when the
    /// resource's condition is false.
    pub fn resource(
        world: &'w World<'t>,
        stack: &Rc<Stack<'t>>,
        resource: &Resource<'t>,
    ) -> Option<(Self, Option<Cause>)> {
        Self::top(world, stack).with_vars(&resource.vars).under_condition_of(resource.node)
    }

    /// The scope inside a resource or an output with its `Condition`, as [`Scope::resource`].
    pub fn under_condition_of(self, node: &Node) -> Option<(Self, Option<Cause>)> {
        let mut scope = self;
        let Some(condition) = node.get("Condition") else {
            return Some((scope, None));
        };
        let Some(name) = condition.as_str() else {
            let detail = format!("its 'Condition' is {}, not the name of a condition", condition.kind_word());
            return Some((scope, Some(Cause::new(CauseKind::Invalid, detail))));
        };
        let name = scope.loop_text(name, &scope.vars).literal().unwrap_or(name).to_owned();
        match scope.condition(&name) {
            Truth::True => Some((scope, None)),
            Truth::False => None,
            Truth::Unknown(causes) => {
                scope = scope.assuming(&name, true);
                let detail = format!("it exists only when the condition '{name}' is true: {causes}");
                Some((scope, Some(Cause::new(CauseKind::Condition, detail))))
            }
        }
    }

    /// The same scope with these loop variables.
    pub fn with_vars(&self, vars: &Rc<HashMap<String, Text>>) -> Self {
        Self { vars: vars.clone(), ..self.fresh(self.assumed.clone()) }
    }

    /// The same place under other assumptions; nothing decided yet.
    pub fn fresh(&self, assumed: Rc<Assumed>) -> Self {
        Self {
            world: self.world,
            stack: self.stack.clone(),
            vars: self.vars.clone(),
            assumed,
            decided: RefCell::default(),
        }
    }

    /// Evaluates a node; `None` is `AWS::NoValue`: as though nothing were written.
    pub fn eval(&self, node: &'t Node) -> Option<Val> {
        if !self.world.spend() {
            return Some(unknown(node.span, CauseKind::Unsupported, "the template is too large to evaluate"));
        }
        let kind = match &node.kind {
            Kind::Null => ValKind::Null,
            Kind::Bool(value) => ValKind::Bool(*value),
            Kind::Number(number) => ValKind::Number(number.clone()),
            Kind::String(text) => {
                let text = dynamic::resolve(self, self.loop_text(text, &self.vars));
                match embed::literal(self, node) {
                    Some(document) => ValKind::Embedded(text, Box::new(document)),
                    None => ValKind::Text(text),
                }
            }
            Kind::Seq(items) => ValKind::List(items.iter().filter_map(|item| self.eval(item)).collect()),
            Kind::Map(entries) => {
                if let [entry] = entries.as_slice()
                    && is_intrinsic(&entry.key)
                {
                    return functions::call(self, node, entry);
                }
                ValKind::Map(self.fields(entries))
            }
        };
        Some(Val { kind, span: node.span })
    }

    /// Evaluates a node where nothing written is as good as null.
    pub fn value(&self, node: &'t Node) -> Val {
        self.eval(node).unwrap_or(Val { kind: ValKind::Null, span: node.span })
    }

    fn fields(&self, entries: &'t [Entry]) -> Vec<Field> {
        let mut fields = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.key.starts_with("Fn::ForEach::") {
                self.loop_fields(entry, &mut fields);
                continue;
            }
            if &*entry.key == "Fn::Transform" {
                let value = unknown(entry.value.span, CauseKind::Transform, "a transform may add to it or change it");
                fields.push(Field { key: entry.key.clone(), key_span: entry.key_span, value });
                continue;
            }
            if let Some(value) = self.eval(&entry.value) {
                let key = if self.vars.is_empty() {
                    entry.key.clone()
                } else {
                    self.loop_text(&entry.key, &self.vars).to_string().into()
                };
                fields.push(Field { key, key_span: entry.key_span, value });
            }
        }
        fields
    }

    fn loop_fields(&self, entry: &'t Entry, fields: &mut Vec<Field>) {
        let [name, items, body] = entry.value.items() else { return };
        let values = self.eval(items);
        let (Some(name), Some(ValKind::List(values))) = (name.as_str(), values.map(|v| v.kind)) else {
            let value = unknown(entry.value.span, CauseKind::Unsupported, "the items of a loop are not known");
            fields.push(Field { key: "Fn::Transform".into(), key_span: entry.key_span, value });
            return;
        };
        for value in values.iter().filter_map(Val::text) {
            let mut vars = (*self.vars).clone();
            vars.insert(name.to_owned(), value);
            fields.extend(self.with_vars(&Rc::new(vars)).fields(body.entries()));
        }
    }

    /// `${Var}` and `&{Var}` of loop variables replaced; all else stays.
    pub fn loop_text(&self, text: &str, vars: &HashMap<String, Text>) -> Text {
        if vars.is_empty() || !(text.contains("${") || text.contains("&{")) {
            return Text::from(text);
        }
        let mut result = Text::default();
        let mut rest = text;
        while let Some(at) = rest.find("${").into_iter().chain(rest.find("&{")).min() {
            let end = rest[at..].find('}').map(|n| at + n);
            let known = end.and_then(|end| vars.get(&rest[at + 2..end]).map(|value| (end, value)));
            match known {
                Some((end, value)) => {
                    result.push_str(&rest[..at]);
                    result.push(value);
                    rest = &rest[end + 1..];
                }
                None => {
                    result.push_str(&rest[..at + 2]);
                    rest = &rest[at + 2..];
                }
            }
        }
        result.push_str(rest);
        result
    }

    /// `Ref`.
    pub fn reference(&self, name: &str, span: Span) -> Option<Val> {
        let text = |text: Text| Some(Val { kind: ValKind::Text(text), span });
        if let Some(value) = self.vars.get(name) {
            return text(value.clone());
        }
        let settings = self.world.settings;
        match name {
            "AWS::NoValue" => return None,
            "AWS::Partition" => return text(Text::from(self.stack.partition(settings))),
            "AWS::URLSuffix" => return text(Text::from(url_suffix(self.stack.partition(settings)))),
            "AWS::AccountId" => return text(self.stack.account(settings)),
            "AWS::Region" => return text(self.stack.region(settings)),
            "AWS::StackName" | "AWS::StackId" => {
                let cause = Cause::new(CauseKind::OutsideScope, format!("'{name}' is known when the stack is made"));
                return text(self.stack.hole(name, name, cause, Shape::Name));
            }
            "AWS::NotificationARNs" => {
                return Some(unknown(span, CauseKind::OutsideScope, "'AWS::NotificationARNs' is known at deployment"));
            }
            _ => {}
        }
        if let Some(value) = self.parameter(name, span) {
            return value;
        }
        match self.stack.resource(self.world, name) {
            Some(resource) => references::reference(self, &resource, None, span),
            None => text(self.undefined(name)),
        }
    }

    /// `Fn::GetAtt`.
    pub fn attribute(&self, id: &str, attribute: &str, span: Span) -> Option<Val> {
        match self.stack.resource(self.world, id) {
            Some(resource) => references::reference(self, &resource, Some(attribute), span),
            None => Some(Val { kind: ValKind::Text(self.undefined(&format!("{id}.{attribute}"))), span }),
        }
    }

    fn undefined(&self, name: &str) -> Text {
        let cause = Cause::new(CauseKind::OutsideScope, format!("'{name}' is not defined in the template"));
        self.stack.hole(name, name, cause, Shape::Any)
    }

    /// The value of a parameter; outer `None` when there is no such parameter.
    fn parameter(&self, name: &str, span: Span) -> Option<Option<Val>> {
        let parameter = self.stack.parsed.parameters.get(name)?;
        let hidden = |detail: String| {
            let cause = Cause::new(CauseKind::Parameter, detail);
            if parameter.is_list() {
                return Some(Some(Val { kind: ValKind::Unknown(cause), span }));
            }
            let kind = ValKind::Text(self.stack.hole(&format!("param:{name}"), name, cause, Shape::Any));
            Some(Some(Val { kind, span }))
        };
        if let Some(value) = self.assumed.parameters.get(name) {
            return Some(Some(Val { kind: ValKind::Text(Text::from(value.as_str())), span }));
        }
        if parameter.no_echo {
            return hidden(format!("the parameter '{name}' is NoEcho"));
        }
        let given = self.stack.given.get(name);
        if let Some(given) = given
            && !parameter.is_stored()
        {
            let given = self.resolved(respan(given.clone(), span));
            return Some(Some(listed(self.or_default(given, parameter), parameter.is_list())));
        }
        if parameter.is_stored() {
            return hidden(format!("the parameter '{name}' is read from the Parameter Store"));
        }
        if let Some(default) = parameter.default {
            let value = self.resolved(Val { kind: literal(default), span });
            return Some(Some(listed(value, parameter.is_list())));
        }
        if parameter.allowed.len() > 1 && parameter.allowed.len() <= 8 && !parameter.is_list() {
            let options = parameter
                .allowed
                .iter()
                .map(|value| {
                    let kind = ValKind::Text(Text::from(*value));
                    (Arc::from(format!("the parameter '{name}' is '{value}'")), Some(Val { kind, span }))
                })
                .collect();
            let subject = format!("{}#param:{name}", self.stack.key).into();
            return Some(Some(Val { kind: ValKind::Choice { subject, options }, span }));
        }
        if let [only] = parameter.allowed.as_slice() {
            return Some(Some(Val { kind: ValKind::Text(Text::from(*only)), span }));
        }
        hidden(format!("the parameter '{name}' has no default"))
    }
}

impl Scope<'_, '_> {
    /// Where a parent stack gives no value, the parameter's default holds.
    fn or_default(&self, given: Val, parameter: &Parameter<'_>) -> Val {
        let span = given.span;
        let ValKind::Choice { subject, options } = given.kind else { return given };
        let default = || match parameter.default {
            Some(default) => self.resolved(Val { kind: literal(default), span }),
            None => unknown(span, CauseKind::Parameter, "the parent stack gives no value"),
        };
        let given = |value: Option<Val>| value.map_or_else(default, |value| self.or_default(value, parameter));
        let options = options.into_iter().map(|(when, value)| (when, Some(given(value)))).collect();
        Val { kind: ValKind::Choice { subject, options }, span }
    }

    /// The value of a parameter: what it refers to is looked up where the parameter is used.
    fn resolved(&self, value: Val) -> Val {
        match value.kind {
            ValKind::Text(text) => Val { kind: ValKind::Text(dynamic::resolve(self, text)), span: value.span },
            _ => value,
        }
    }
}

/// The text of a scalar default; lists of numbers and the like as written.
fn literal(node: &Node) -> ValKind {
    match &node.kind {
        Kind::Seq(items) => {
            ValKind::List(items.iter().map(|item| Val { kind: literal(item), span: item.span }).collect())
        }
        _ => ValKind::Text(Text::from(node.scalar().unwrap_or(""))),
    }
}

/// The value of a list parameter: its text taken apart at commas.
fn listed(value: Val, is_list: bool) -> Val {
    if !is_list {
        return value;
    }
    let text = match value.kind {
        ValKind::Choice { subject, options } => {
            let listed = |option: Option<Val>| option.map(|option| listed(option, is_list));
            let options = options.into_iter().map(|(when, option)| (when, listed(option))).collect();
            return Val { kind: ValKind::Choice { subject, options }, span: value.span };
        }
        ValKind::Text(text) => text,
        kind => return Val { kind, span: value.span },
    };
    if text.vars().next().is_some() && !text.parts().iter().any(|part| matches!(part, crate::model::arn::Part::Lit(_)))
    {
        // A single hole may hold any number of items.
        let cause = text.vars().next().map(|var| var.cause.clone());
        return Val { kind: cause.map_or(ValKind::Null, ValKind::Unknown), span: value.span };
    }
    let items = text.split(',').into_iter().map(|item| {
        let trimmed = item.literal().map(|lit| Text::from(lit.trim()));
        Val { kind: ValKind::Text(trimmed.unwrap_or(item)), span: value.span }
    });
    Val { kind: ValKind::List(items.collect()), span: value.span }
}

/// The same value, seen from where it is used.
pub(super) fn respan(mut value: Val, span: Span) -> Val {
    value.span = span;
    value
}

/// A value of which only the reason is known why it is not.
pub(super) fn unknown(span: Span, kind: CauseKind, detail: impl Into<Arc<str>>) -> Val {
    Val { kind: ValKind::Unknown(Cause::new(kind, detail)), span }
}

fn is_intrinsic(key: &str) -> bool {
    key == "Ref" || (key.starts_with("Fn::") && !key.starts_with("Fn::ForEach::"))
}

fn url_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

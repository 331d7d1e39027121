//! Conditions, and what follows from taking one for granted.

use std::rc::Rc;

use super::eval::{Assumed, Scope};
use crate::model::arn::Text;
use crate::sources::value::{Val, ValKind};
use crate::syntax::{Entry, Kind, Node};
use crate::truth::{Cause, CauseKind, Truth};

/// Longer chains of conditions than this are not followed: real templates stay under ten.
const LONGEST_CHAIN: usize = 60;

impl<'w, 't> Scope<'w, 't> {
    /// Whether the condition of this name holds.
    pub fn condition(&self, name: &str) -> Truth {
        if let Some(&known) = self.assumed.conditions.get(name) {
            return Truth::known(known);
        }
        if let Some(known) = self.decided.borrow().get(name) {
            return known.clone();
        }
        let Some(&node) = self.stack.parsed.conditions.get(name) else {
            return Truth::unknown(CauseKind::Condition, format!("the condition '{name}' is not defined"));
        };
        let mark = format!("condition:{name}");
        {
            let mut visiting = self.stack.visiting.borrow_mut();
            if visiting.contains(&mark) {
                self.world.fault(node.span, format!("the condition '{name}' depends on itself"));
                return Truth::unknown(CauseKind::Condition, format!("the condition '{name}' depends on itself"));
            }
            if visiting.len() > LONGEST_CHAIN {
                return Truth::unknown(CauseKind::Unsupported, "the conditions refer to each other too deeply");
            }
            visiting.insert(mark.clone());
        }
        let answer = match self.decide(node) {
            Truth::Unknown(causes) => Truth::unknown(
                CauseKind::Condition,
                format!("the condition '{name}' cannot be decided: {}", causes.first()),
            ),
            known => known,
        };
        self.stack.visiting.borrow_mut().remove(&mark);
        self.decided.borrow_mut().insert(name.to_owned(), answer.clone());
        answer
    }

    /// Whether a condition expression holds.
    pub fn decide(&self, node: &'t Node) -> Truth {
        if !self.world.spend() {
            return Truth::unknown(CauseKind::Unsupported, "the template is too large to evaluate");
        }
        match &node.kind {
            Kind::Bool(value) => Truth::known(*value),
            Kind::String(text) if text.eq_ignore_ascii_case("true") => Truth::True,
            Kind::String(text) if text.eq_ignore_ascii_case("false") => Truth::False,
            Kind::Map(entries) => match entries.as_slice() {
                [entry] => self.decide_function(entry),
                _ => not_a_condition(node),
            },
            _ => not_a_condition(node),
        }
    }

    fn decide_function(&self, entry: &'t Entry) -> Truth {
        let arguments = entry.value.items();
        match &*entry.key {
            "Condition" => match entry.value.as_str() {
                Some(name) => self.condition(name),
                None => not_a_condition(&entry.value),
            },
            "Fn::And" => Truth::all(arguments.iter().map(|argument| self.decide(argument))),
            "Fn::Or" => Truth::any(arguments.iter().map(|argument| self.decide(argument))),
            "Fn::Not" => match arguments {
                [argument] => !self.decide(argument),
                _ => !self.decide(&entry.value),
            },
            "Fn::Equals" => match arguments {
                [left, right] => equal(self.eval(left).as_ref(), self.eval(right).as_ref()),
                _ => not_a_condition(&entry.value),
            },
            "Fn::Contains" => match arguments {
                [list, item] => self.contains(list, item),
                _ => not_a_condition(&entry.value),
            },
            _ => match self.eval_truth(entry) {
                Some(truth) => truth,
                None => Truth::unknown(
                    CauseKind::Unsupported,
                    format!("the intrinsic '{}' is not evaluated in a condition", entry.key),
                ),
            },
        }
    }

    /// A value (of a mapping, say) that stands for a condition.
    fn eval_truth(&self, entry: &'t Entry) -> Option<Truth> {
        let value = super::functions::call_entry(self, entry)?;
        let one = |value: &Val| equal(Some(value), Some(&Val { kind: ValKind::Bool(true), span: value.span }));
        Some(one(&value))
    }

    fn contains(&self, list: &'t Node, item: &'t Node) -> Truth {
        let (list, item) = (self.value(list), self.eval(item));
        match &list.kind {
            ValKind::List(items) => Truth::any(items.iter().map(|candidate| equal(Some(candidate), item.as_ref()))),
            _ => Truth::unknown(CauseKind::Unsupported, "the list of 'Fn::Contains' is not known"),
        }
    }

    /// The same place, where the condition of this name holds (or does not).
    #[must_use]
    pub fn assuming(&self, name: &str, holds: bool) -> Self {
        let mut assumed = (*self.assumed).clone();
        self.assume(&mut assumed, name, holds, 0);
        self.fresh(Rc::new(assumed))
    }

    fn assume(&self, assumed: &mut Assumed, name: &str, holds: bool, depth: usize) {
        if assumed.conditions.insert(name.to_owned(), holds) == Some(holds) || depth > LONGEST_CHAIN {
            return;
        }
        if let Some(&node) = self.stack.parsed.conditions.get(name) {
            self.imply(assumed, node, holds, depth + 1);
        }
    }

    /// What certainly follows when the expression has this value.
    fn imply(&self, assumed: &mut Assumed, node: &'t Node, holds: bool, depth: usize) {
        let [entry] = node.entries() else { return };
        let arguments = entry.value.items();
        match (&*entry.key, holds) {
            ("Condition", _) => {
                if let Some(name) = entry.value.as_str() {
                    self.assume(assumed, name, holds, depth);
                }
            }
            ("Fn::And", true) | ("Fn::Or", false) => {
                for argument in arguments {
                    self.imply(assumed, argument, holds, depth);
                }
            }
            ("Fn::Not", _) => {
                if let [argument] = arguments {
                    self.imply(assumed, argument, !holds, depth);
                }
            }
            ("Fn::Equals", true) => {
                if let [left, right] = arguments {
                    for (reference, literal) in [(left, right), (right, left)] {
                        if let (Some(name), Some(value)) =
                            (reference.get("Ref").and_then(Node::as_str), literal.scalar())
                            && self.stack.parsed.parameters.get(name).is_some_and(|parameter| !parameter.no_echo)
                            && !self.stack.given.contains_key(name)
                        {
                            assumed.parameters.insert(name.to_owned(), value.to_owned());
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn not_a_condition(node: &Node) -> Truth {
    Truth::unknown(CauseKind::Invalid, format!("a condition cannot be {}", node.kind_word()))
}

/// `Fn::Equals`: scalars compare as strings, other values by structure.
fn equal(left: Option<&Val>, right: Option<&Val>) -> Truth {
    let (Some(left), Some(right)) = (left, right) else {
        return Truth::known(left.is_none() && right.is_none());
    };
    if let ValKind::Choice { options, .. } = &left.kind {
        return fold(options.iter().map(|(_, option)| equal(option.as_ref(), Some(right))), left);
    }
    if let ValKind::Choice { options, .. } = &right.kind {
        return fold(options.iter().map(|(_, option)| equal(Some(left), option.as_ref())), right);
    }
    if let ValKind::Unknown(cause) = &left.kind {
        return cause.clone().into();
    }
    if let ValKind::Unknown(cause) = &right.kind {
        return cause.clone().into();
    }
    match (left.text(), right.text()) {
        (Some(a), Some(b)) => Text::same(&a, &b),
        (None, None) => match (&left.kind, &right.kind) {
            (ValKind::List(a), ValKind::List(b)) if a.len() == b.len() => {
                Truth::all(a.iter().zip(b).map(|(a, b)| equal(Some(a), Some(b))))
            }
            (a, b) => Truth::known(a == b),
        },
        _ => Truth::False,
    }
}

fn fold(answers: impl Iterator<Item = Truth>, choice: &Val) -> Truth {
    let answers: Vec<Truth> = answers.collect();
    match answers.split_first() {
        Some((first, rest)) if rest.iter().all(|answer| answer == first) => first.clone(),
        _ => Truth::Unknown(undecided(choice).into()),
    }
}

/// Why one of a choice's options cannot be picked.
pub(super) fn undecided(choice: &Val) -> Cause {
    match &choice.kind {
        ValKind::Choice { subject, .. } => {
            let shown = subject.rsplit_once('#').map_or(&**subject, |(_, name)| name);
            match shown.strip_prefix("param:") {
                Some(name) => Cause::new(CauseKind::Parameter, format!("the parameter '{name}' has no default")),
                None => Cause::new(CauseKind::Condition, format!("{shown} cannot be decided")),
            }
        }
        ValKind::Unknown(cause) => cause.clone(),
        _ => Cause::new(CauseKind::Unsupported, "it is not evaluated"),
    }
}

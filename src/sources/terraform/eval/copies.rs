//! `count` and `for_each`: how many copies of a block there are, and what tells them apart.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::choice::{self, Pick, lift, ways};
use super::scope::{Repeat, Scope};
use super::types::Type;
use super::{MOST_COPIES, World, error, hole, number};
use crate::model::Existence;
use crate::model::arn::{Shape, Var};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};
use crate::syntax::hcl::Expr;
use crate::truth::{Cause, CauseKind};

/// How the copies of a block are referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Neither `count` nor `for_each`.
    Single,
    /// By index.
    Count,
    /// By key.
    Each,
    /// By key, and the keys are not known: one copy stands for all.
    Open,
}

/// The copies of a block.
#[derive(Debug)]
pub(super) struct Copies<C> {
    pub form: Form,
    /// What makes them their own, and their address without keys.
    pub key: String,
    pub address: String,
    /// The number of copies, or the collection that they are made from: a choice where that cannot be decided.
    pub over: Val,
    pub repeats: Vec<Repeat>,
    pub items: Vec<Rc<C>>,
    pub by_key: HashMap<String, usize>,
}

impl<C> Copies<C> {
    /// Why the copies are not known.
    pub fn cause(&self) -> Cause {
        match &self.over.kind {
            ValKind::Unknown(cause) => cause.clone(),
            ValKind::Text(text) => match text.vars().next() {
                Some(var) => var.cause.clone(),
                None => Cause::new(CauseKind::Unsupported, "its 'for_each' is no collection"),
            },
            _ => Cause::new(CauseKind::Condition, format!("the copies of '{}' cannot be told", self.address)),
        }
    }
}

/// What a block says about its copies, before these are made.
pub(super) struct Plan {
    pub form: Form,
    pub over: Val,
    pub repeats: Vec<Repeat>,
    pub by_key: HashMap<String, usize>,
}

/// One key of a `for_each`: as text, `each.key`, `each.value`.
pub(super) type Entry = (String, Val, Val);

/// The number that a value is.
pub(super) fn count_of(val: &Val) -> Option<usize> {
    match &val.kind {
        ValKind::Number(text) => number::parse(text)?.count(),
        ValKind::Text(text) => number::parse(text.literal()?)?.count(),
        _ => None,
    }
}

/// The keys of a mapping or a set of strings, in order; equal ones once.
pub(super) fn keys_of(val: &Val) -> Vec<Entry> {
    let mut entries: Vec<Entry> = match &val.kind {
        ValKind::Map(fields) => fields
            .iter()
            .map(|field| (field.key.to_string(), super::text_val(&field.key, field.key_span), field.value.clone()))
            .collect(),
        ValKind::List(items) => items
            .iter()
            .filter_map(|item| Some((item.text()?.to_string(), item)))
            .map(|(key, item)| (key, item.clone(), item.clone()))
            .collect(),
        _ => Vec::new(),
    };
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.dedup_by(|a, b| a.0 == b.0);
    entries
}

impl<'t> World<'t> {
    /// The copies that `count` or `for_each` make. `place` is the block's address within its module.
    pub(super) fn plan(
        &self,
        count: Option<&Expr>,
        for_each: Option<&Expr>,
        place: &str,
        scope: &Scope<'_, 't>,
        header: Span,
    ) -> Plan {
        let plan = match (count, for_each) {
            (Some(count), _) => self.counted(count, place, scope),
            (None, Some(for_each)) => self.each(for_each, place, scope),
            (None, None) => {
                let over = Val { kind: ValKind::Null, span: header };
                Plan { form: Form::Single, over, repeats: vec![Repeat::single(place)], by_key: HashMap::new() }
            }
        };
        let made = self.copies.get() + plan.repeats.len();
        self.copies.set(made);
        if made <= MOST_COPIES {
            return plan;
        }
        let message = format!("the module makes more than {MOST_COPIES} copies of resources; the rest is not read");
        self.fault(header, message.as_str());
        self.hide(Cause::new(CauseKind::Unsupported, message));
        Plan { repeats: Vec::new(), by_key: HashMap::new(), ..plan }
    }

    fn counted(&self, count: &Expr, place: &str, scope: &Scope<'_, 't>) -> Plan {
        let span = scope.at.unwrap_or(count.span);
        let val = choice::decide_all(self.eval(count, scope), &scope.module.assumed);
        let mut open = false;
        // A number that is not known is none or one: more copies would say the same.
        let over = lift(vec![val], span, &mut |mut vals| {
            let val = vals.pop().unwrap_or_else(|| super::null(span));
            match count_of(&val) {
                Some(count) if count <= MOST_COPIES => return val,
                // One speaks for all; the limit below would leave none.
                Some(_) => {
                    open = true;
                    self.hide(Cause::new(
                        CauseKind::Unsupported,
                        format!("'{}' copies are more than are read", self.source(count)),
                    ));
                    return Val { kind: ValKind::Number("1".into()), span };
                }
                None => {}
            }
            open = true;
            let var = match self.hole_of(&val) {
                Some(var) => var,
                None => {
                    let cause = match val.kind {
                        ValKind::Unknown(cause) => cause,
                        _ => Cause::new(CauseKind::Invalid, format!("'count' cannot be {}", val.kind_word())),
                    };
                    match self.hole_of(&self.opaque(count, scope, cause, Type::Number)) {
                        Some(var) => var,
                        None => return super::null(span),
                    }
                }
            };
            let shown = format!("{} > 0", var.shown);
            let above = Var { key: format!("({} > 0)", var.key).into(), shown: shown.as_str().into(), ..var };
            let number = |n: &str| Val { kind: ValKind::Number(n.into()), span };
            choice::either(&above, number("1"), number("0"), span)
        });
        let all = ways(&over);
        let most = all.iter().filter_map(|(_, _, val)| count_of(val)).max().unwrap_or(0);
        let repeats = (0..most)
            .map(|i| {
                let with: Vec<Way<'_>> = all.iter().filter(|(_, _, n)| count_of(n).is_some_and(|n| n > i)).collect();
                let (existence, assumed) = existence(&with, all.len());
                let suffix = if open && i == 0 { "[?]".to_owned() } else { format!("[{i}]") };
                let index = Val { kind: ValKind::Number(i.to_string().into()), span };
                Repeat { place: format!("{place}{suffix}"), suffix, each: None, count: Some(index), existence, assumed }
            })
            .collect();
        Plan { form: Form::Count, over, repeats, by_key: HashMap::new() }
    }

    fn each(&self, for_each: &Expr, place: &str, scope: &Scope<'_, 't>) -> Plan {
        let span = scope.at.unwrap_or(for_each.span);
        let val = choice::decide_all(self.eval(for_each, scope), &scope.module.assumed);
        let over = lift(vec![val], span, &mut |mut vals| {
            let val = vals.pop().unwrap_or_else(|| super::null(span));
            let undecided = |val: &Val| matches!(val.kind, ValKind::Choice { .. });
            match &val.kind {
                // Items that are choices make the whole set one.
                ValKind::List(items) if items.iter().any(undecided) => {
                    choice::lift_deep(vec![val], span, &mut |mut vals| vals.pop().unwrap_or_else(|| super::null(span)))
                }
                _ => val,
            }
        });
        let all = ways(&over);
        let known = |val: &Val| match &val.kind {
            ValKind::Map(_) => true,
            ValKind::List(items) => items.iter().all(|item| item.text().is_some()),
            _ => false,
        };
        if let Some((_, _, open)) = all.iter().find(|(_, _, val)| !known(val)) {
            return self.open(open.clone(), for_each, place, scope);
        }
        let mut order: Vec<Entry> = Vec::new();
        let mut by_key: HashMap<String, usize> = HashMap::new();
        let mut holders: Vec<Vec<usize>> = Vec::new();
        let mut values: Vec<HashMap<String, Val>> = Vec::with_capacity(all.len());
        for (w, (_, _, val)) in all.iter().enumerate() {
            values.push(HashMap::new());
            for entry in keys_of(val) {
                values[w].insert(entry.0.clone(), entry.2.clone());
                let at = *by_key.entry(entry.0.clone()).or_insert_with(|| {
                    order.push(entry);
                    holders.push(Vec::new());
                    order.len() - 1
                });
                holders[at].push(w);
            }
        }
        let repeats = order
            .into_iter()
            .zip(&holders)
            .map(|((key, each_key, first), holders): (Entry, &Vec<usize>)| {
                let with: Vec<Way<'_>> = holders.iter().map(|&w| &all[w]).collect();
                let (existence, assumed) = existence(&with, all.len());
                let value = match all.as_slice() {
                    [_] => first.clone(),
                    _ => {
                        // Called once for each way, in their order.
                        let mut way = values.iter();
                        lift(vec![over.clone()], span, &mut |_| {
                            let found = way.next().and_then(|values| values.get(&key)).cloned();
                            found.unwrap_or_else(|| error(span, format!("there is no key '{key}'")))
                        })
                    }
                };
                let suffix = format!("[{}]", quoted(&key));
                let each = Some((each_key, value));
                Repeat { place: format!("{place}{suffix}"), suffix, each, count: None, existence, assumed }
            })
            .collect();
        Plan { form: Form::Each, over, repeats, by_key }
    }

    /// A collection that is not known: one copy stands for all.
    fn open(&self, over: Val, for_each: &Expr, place: &str, scope: &Scope<'_, 't>) -> Plan {
        let span = scope.at.unwrap_or(for_each.span);
        let of = Type::Map(Rc::new(Type::Any));
        let over = match over.kind {
            ValKind::Unknown(cause) => self.opaque(for_each, scope, cause, of),
            ValKind::Text(_) => over,
            _ => {
                let detail = format!("'for_each' cannot be {}", over.kind_word());
                self.opaque(for_each, scope, Cause::new(CauseKind::Invalid, detail), of)
            }
        };
        let Some(var) = self.hole_of(&over) else {
            // A string is no collection.
            return Plan { form: Form::Each, over, repeats: Vec::new(), by_key: HashMap::new() };
        };
        let each = match self.open_copy(&var, span) {
            Some(each) => each,
            None => {
                let part = |what: &str, shape| {
                    let shown = format!("{place}: each.{what}");
                    hole(format!("{}[?]{what}", var.key), &shown, var.cause.clone(), shape, span)
                };
                let value = part("value", Shape::Any);
                if let Some(of) = self.type_known(&var.key)
                    && let Some(inner) = self.hole_of(&value)
                {
                    match &*of {
                        Type::Set(_) | Type::List(_) => {
                            return self.open_plan(place, over, part("key", Shape::Any), None);
                        }
                        of => self.know_type(&inner.key, &of.item()),
                    }
                }
                (part("key", Shape::Any), value)
            }
        };
        self.open_plan(place, over, each.0, Some(each.1))
    }

    fn open_plan(&self, place: &str, over: Val, key: Val, value: Option<Val>) -> Plan {
        let cause = match &over.kind {
            ValKind::Text(text) => text.vars().next().map(|var| var.cause.clone()),
            _ => None,
        };
        let shown = match &over.kind {
            ValKind::Text(text) => text.vars().next().map(|var| format!(" ({})", var.shown)).unwrap_or_default(),
            _ => String::new(),
        };
        let kind = cause.as_ref().map_or(CauseKind::Unsupported, |cause| cause.kind);
        let why = cause.map_or_else(|| "it is no collection".to_owned(), |cause| cause.to_string());
        let existence = Existence::Maybe(Cause::new(kind, format!("its 'for_each'{shown} is not known: {why}")));
        let value = value.unwrap_or_else(|| key.clone());
        let repeat = Repeat {
            place: format!("{place}[?]"),
            suffix: "[?]".to_owned(),
            each: Some((key, value)),
            count: None,
            existence,
            assumed: Vec::new(),
        };
        Plan { form: Form::Open, over, repeats: vec![repeat], by_key: HashMap::new() }
    }

    /// Key and value of the copies of another block whose copies are not known either.
    fn open_copy(&self, var: &Var, span: Span) -> Option<(Val, Val)> {
        let object = self.objects.borrow().get(&var.key).cloned()?;
        let (key, value) = match &object {
            super::Object::OpenResource(copies) => {
                (copies.repeats.first()?.each.as_ref()?.0.clone(), self.open_value(copies, span))
            }
            super::Object::OpenModule(copies) => {
                (copies.repeats.first()?.each.as_ref()?.0.clone(), self.open_value(copies, span))
            }
            _ => return None,
        };
        Some((key, value?))
    }
}

type Way<'a> = &'a (Vec<Pick>, Vec<Arc<str>>, Val);

/// Whether a copy exists that is there in `with` of all the ways, and what holds whenever it is.
fn existence(with: &[Way<'_>], all: usize) -> (Existence, Vec<Pick>) {
    let Some((picks, _, _)) = with.first() else { return (Existence::Certain, Vec::new()) };
    if with.len() == all {
        return (Existence::Certain, Vec::new());
    }
    let assumed: Vec<Pick> =
        picks.iter().filter(|pick| with.iter().all(|(other, _, _)| other.contains(pick))).cloned().collect();
    let ways: Vec<String> = with.iter().take(3).map(|(_, clauses, _)| clauses.join(" and ")).collect();
    let cause = Cause::new(CauseKind::Condition, format!("it exists only when {}", ways.join(", or ")));
    (Existence::Maybe(cause), assumed)
}

/// A key as addresses write it.
fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Both at once: what stands in a module that may not exist may not either.
pub(super) fn both(outer: &Existence, own: &Existence) -> Existence {
    match (outer, own) {
        (Existence::Certain, own) => own.clone(),
        (outer, Existence::Certain) => outer.clone(),
        (Existence::Maybe(a), Existence::Maybe(b)) if a == b => Existence::Maybe(a.clone()),
        (Existence::Maybe(a), Existence::Maybe(b)) => {
            Existence::Maybe(Cause::new(b.kind, format!("{b}; its module: {a}")))
        }
    }
}

//! What the expressions of a configuration refer to: from `module.m.out` and `var.x` to the instances that they mean.
//!
//! A plan does not tell an expression, only what it refers to. For an attribute that names a thing (a bucket, a key, a
//! role), one reference to such a thing is its value; all else stays unknown.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::address::{Address, Step, join, module_path, steps};
use super::configuration::{Known, parse, references};
use super::kinds;

/// The instances of a plan by address.
#[derive(Debug, Default)]
pub(super) struct Index {
    exact: HashMap<String, usize>,
    /// By the address without the key of the resource.
    groups: HashMap<String, Vec<usize>>,
    /// Instances of modules by their address without the last key.
    modules: HashMap<String, BTreeSet<Box<str>>>,
    /// Data sources that are read at apply.
    pub late: BTreeSet<usize>,
}

impl Index {
    pub(super) fn add(&mut self, text: &str, address: &Address, place: usize) {
        self.exact.insert(text.to_owned(), place);
        self.groups.entry(address.group()).or_default().push(place);
        for depth in 1..=address.modules.len() {
            let (outer, last) = address.modules.split_at(depth - 1);
            let Some(Step { name, key: Some(key) }) = last.first() else { continue };
            let bare: Vec<Step> = outer.iter().cloned().chain([Step { name: name.clone(), key: None }]).collect();
            self.modules.entry(module_path(&bare)).or_default().insert(key.clone());
        }
    }

    /// The instance at this address.
    pub(super) fn at(&self, text: &str) -> Option<usize> {
        self.exact.get(text).copied()
    }
}

/// Where an expression stands.
#[derive(Clone)]
struct Scope<'s> {
    /// The module instance.
    modules: Vec<Step>,
    /// The key that `each.key` and `count.index` stand for.
    key: Option<&'s str>,
    /// What `each.value` is taken from.
    for_each: Option<Value>,
}

/// What an expression may mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Thing {
    /// The instance.
    pub instance: usize,
    /// The attribute and what follows it, as written: `arn`, `metric_transformation[0].name`.
    pub attribute: Option<String>,
}

/// All that an expression refers to.
#[derive(Debug, Default)]
struct Found {
    things: BTreeSet<Thing>,
    /// Something that cannot be followed.
    opaque: bool,
}

/// How many steps lead from a reference to what it means: through outputs and variables of modules.
const MOST_STEPS: usize = 32;

/// Attributes that are strings in every kind that is modelled.
const STRINGS: [&str; 5] = ["arn", "bucket", "id", "key_id", "name"];

/// How many references are followed for one value.
const MOST_REFERENCES: usize = 256;

/// Follows references.
pub(super) struct Follower<'f, 't> {
    pub known: &'f Known<'t>,
    pub index: &'f Index,
    /// Whether an instance is of a kind that the value which is asked for can name.
    pub takes: &'f dyn Fn(usize) -> bool,
}

impl Follower<'_, '_> {
    /// The things that the references of an instance mean; none when one of them cannot be followed.
    pub(super) fn things(&self, from: &Address, references: &[String]) -> Option<BTreeSet<Thing>> {
        let resource = self.known.resource(&from.bare());
        let scope = Scope {
            modules: from.modules.clone(),
            key: from.resource.key.as_deref(),
            for_each: resource.and_then(|resource| resource.for_each_expression).map(parse),
        };
        let mut found = Found::default();
        let mut left = MOST_REFERENCES;
        let texts: Vec<&str> = references.iter().map(String::as_str).collect();
        self.all(&texts, &scope, MOST_STEPS, &mut left, &mut found);
        (!found.opaque).then_some(found.things)
    }

    fn all(&self, texts: &[&str], scope: &Scope<'_>, steps: usize, left: &mut usize, found: &mut Found) {
        let keyed = texts.iter().any(|text| matches!(*text, "each.key" | "count.index"));
        for text in texts {
            let Some(rest) = left.checked_sub(1) else {
                found.opaque = true;
                return;
            };
            *left = rest;
            self.one(text, keyed, scope, steps, left, found);
        }
    }

    fn expression(&self, expression: &Value, scope: &Scope<'_>, depth: usize, left: &mut usize, found: &mut Found) {
        let texts = references(expression);
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        self.all(&texts, scope, depth, left, found);
        // Neither a constant nor a reference: a call of a function, whose value a plan does not tell.
        found.opaque |= expression.get("constant_value").is_none() && texts.is_empty();
    }

    /// What lies behind an expression, with the rest of a traversal applied to it.
    fn through(
        &self,
        expression: &Value,
        rest: &[Step],
        scope: &Scope<'_>,
        depth: usize,
        left: &mut usize,
        found: &mut Found,
    ) {
        let mut inner = Found::default();
        match depth.checked_sub(1) {
            Some(depth) => self.expression(expression, scope, depth, left, &mut inner),
            None => inner.opaque = true,
        }
        found.opaque |= inner.opaque;
        let tail = traversal(rest);
        for thing in inner.things {
            match (thing.attribute, &tail) {
                (attribute, None) => found.things.extend([Thing { attribute, ..thing }]),
                (None, Some(tail)) => found.things.extend([Thing { attribute: Some(tail.clone()), ..thing }]),
                // Part of an object that was put together from attributes: which one is not told.
                (Some(_), Some(_)) => found.opaque = true,
            }
        }
    }

    fn one(&self, text: &str, keyed: bool, scope: &Scope<'_>, depth: usize, left: &mut usize, found: &mut Found) {
        let Some(parts) = steps(text) else {
            found.opaque = true;
            return;
        };
        let part = |index: usize| parts.get(index).map(|step: &Step| &*step.name);
        match (part(0), part(1)) {
            (Some("each"), Some("value")) => {
                let Some(for_each) = &scope.for_each else {
                    found.opaque = true;
                    return;
                };
                // Of what `for_each` goes through, the item with the own key.
                let mut items = Found::default();
                match depth.checked_sub(1) {
                    Some(depth) => {
                        let texts = references(for_each);
                        let mut texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
                        texts.push("each.key");
                        let outer = Scope { for_each: None, ..scope.clone() };
                        self.all(&texts, &outer, depth, left, &mut items);
                    }
                    None => items.opaque = true,
                }
                let tail = traversal(parts.get(2..).unwrap_or_default());
                // An object put together from several things (`{ bucket = …, key = … }`): of these, the one that the
                // value can name. Of two such things it does not tell which.
                if tail.is_some() && items.things.len() > 1 {
                    items.things.retain(|thing| (self.takes)(thing.instance));
                }
                found.opaque |= items.opaque || items.things.len() != 1;
                for thing in items.things {
                    match (thing.attribute, &tail) {
                        (attribute, None) => found.things.extend([Thing { attribute, ..thing }]),
                        (None, tail) => found.things.extend([Thing { attribute: tail.clone(), ..thing }]),
                        // A string has no parts: it is the object's.
                        (Some(attribute), Some(_)) if STRINGS.contains(&attribute.as_str()) => {
                            found.things.extend([Thing { attribute: Some(attribute), ..thing }]);
                        }
                        (Some(_), Some(_)) => found.opaque = true,
                    }
                }
            }
            // Known when planning.
            (Some("each" | "count" | "path" | "terraform" | "tofu"), _) => {}
            (Some("var"), Some(name)) => {
                let Some((last, outer)) = scope.modules.split_last() else { return };
                let Some(call) = self.known.call(&scope.modules) else {
                    found.opaque = true;
                    return;
                };
                // Not given by the caller: the default, which is constant.
                let Some(given) = call.expressions.get(name) else { return };
                let caller = Scope {
                    modules: outer.to_vec(),
                    key: last.key.as_deref(),
                    for_each: call.for_each_expression.map(parse),
                };
                // `var.ids[each.key]`: of all that the caller gives, what has the own key.
                let mut inner = Found::default();
                self.through(&parse(given), parts.get(2..).unwrap_or_default(), &caller, depth, left, &mut inner);
                found.opaque |= inner.opaque;
                found.things.extend(inner.things);
            }
            (Some("module"), Some(_)) => self.output(&parts, keyed, scope, depth, left, found),
            (Some("data"), Some(kind)) => self.resource(true, kind, parts.get(2..), keyed, scope, found),
            (Some("local" | "self"), _) | (_, None) | (None, _) => found.opaque = true,
            (Some(kind), Some(_)) => self.resource(false, kind, parts.get(1..), keyed, scope, found),
        }
    }

    fn output(
        &self,
        parts: &[Step],
        keyed: bool,
        scope: &Scope<'_>,
        depth: usize,
        left: &mut usize,
        found: &mut Found,
    ) {
        let (Some(call), Some(output)) = (parts.get(1), parts.get(2)) else {
            // `module.m[each.key]`: the plan drops which output is meant.
            found.opaque = true;
            return;
        };
        let mut modules = scope.modules.clone();
        modules.push(Step { name: call.name.clone(), key: None });
        let keys = self.index.modules.get(&module_path(&modules));
        let key = match (&call.key, keys) {
            (Some(key), _) => Some(key.clone()),
            (None, None) => None,
            (None, Some(keys)) => match (keys.len(), keyed.then_some(scope.key).flatten()) {
                (1, _) => keys.first().cloned(),
                (_, Some(own)) if keys.contains(own) => Some(own.into()),
                _ => {
                    found.opaque = true;
                    return;
                }
            },
        };
        let given = self.known.module(&modules).and_then(|module| module.outputs.get(&*output.name));
        let Some(expression) = given.and_then(|output| output.expression) else {
            found.opaque = true;
            return;
        };
        modules.pop();
        modules.push(Step { name: call.name.clone(), key });
        let inside = Scope { modules, key: None, for_each: None };
        let mut rest = parts.get(3..).unwrap_or_default().to_vec();
        if output.key.is_some() {
            rest.insert(0, Step { name: "".into(), key: output.key.clone() });
        }
        self.through(&parse(expression), &rest, &inside, depth, left, found);
    }

    fn resource(
        &self,
        data: bool,
        kind: &str,
        rest: Option<&[Step]>,
        keyed: bool,
        scope: &Scope<'_>,
        found: &mut Found,
    ) {
        let Some((resource, attribute)) = rest.and_then(<[Step]>::split_first) else {
            found.opaque = true;
            return;
        };
        if !kinds::is_kept(kind) {
            found.opaque = true;
            return;
        }
        if data && kinds::SURROUNDINGS.contains(&kind) {
            // Known when planning, unless it is read at apply.
            let place = join(&scope.modules, data, kind, &resource.name, resource.key.as_deref());
            found.opaque |= self.index.at(&place).is_none_or(|place| self.index.late.contains(&place));
            return;
        }
        let address = |key: Option<&str>| join(&scope.modules, data, kind, &resource.name, key);
        let exact = |key: Option<&str>| self.index.at(&address(key));
        let attribute = traversal(attribute);
        let mut take = |instance| found.things.extend([Thing { instance, attribute: attribute.clone() }]);
        if let Some(key) = resource.key.as_deref() {
            // One that does not exist (`count = 0`) gives no value.
            exact(Some(key)).into_iter().for_each(take);
            return;
        }
        let group = self.index.groups.get(&address(None)).map_or(&[][..], Vec::as_slice);
        let own = keyed.then_some(scope.key).flatten().and_then(|key| exact(Some(key)));
        match (group, own) {
            ([], _) => {}
            (_, Some(instance)) => take(instance),
            ([only], None) => take(*only),
            (_, None) => found.opaque = true,
        }
    }
}

/// What follows a name, as written; none when nothing does.
fn traversal(steps: &[Step]) -> Option<String> {
    let mut text = String::new();
    for step in steps {
        if !text.is_empty() && !step.name.is_empty() {
            text.push('.');
        }
        text.push_str(&step.name);
        text.push_str(step.key.as_deref().unwrap_or_default());
    }
    (!text.is_empty()).then_some(text)
}

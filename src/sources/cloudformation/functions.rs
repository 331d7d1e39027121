//! The intrinsic functions.

use std::sync::Arc;

use super::conditions::undecided;
use super::embed;
use super::eval::{Scope, respan, unknown};
use super::sub::{self, Piece};
use crate::model::arn::{Shape, Text};
use crate::source_map::Span;
use crate::sources::value::{Val, ValKind};
use crate::syntax::{Entry, Kind, Node};
use crate::truth::{Cause, CauseKind, Truth};

/// Calls the function that a one-entry mapping stands for; `None` is `AWS::NoValue`.
pub(super) fn call<'t>(scope: &Scope<'_, 't>, node: &'t Node, entry: &'t Entry) -> Option<Val> {
    let span = node.span;
    let argument = &entry.value;
    match &*entry.key {
        "Ref" => match argument.as_str() {
            Some(name) => scope.reference(&scope.loop_text(name, &scope.vars).to_string(), span),
            None => Some(invalid(span, "'Ref' takes a name")),
        },
        "Fn::If" => choose(scope, argument, span),
        "Fn::GetAtt" => get_att(scope, argument, span),
        "Fn::ImportValue" => Some(import(scope, argument, span)),
        "Fn::Sub" => Some(substitute(scope, argument, span)),
        _ => call_entry(scope, entry).map(|value| respan(value, span)),
    }
}

/// The functions whose arguments are values.
pub(super) fn call_entry<'t>(scope: &Scope<'_, 't>, entry: &'t Entry) -> Option<Val> {
    let argument = &entry.value;
    let span = entry.span();
    let value = match &*entry.key {
        "Fn::Join" => join(scope, argument, span),
        "Fn::Select" => return select(scope, argument, span),
        "Fn::Split" => split(scope, argument, span),
        "Fn::FindInMap" => return find_in_map(scope, argument, span),
        "Fn::Base64" => base64(&scope.value(argument), span),
        "Fn::Cidr" => cidr(scope, argument, span),
        "Fn::GetAZs" => unknown(span, CauseKind::OutsideScope, "the Availability Zones are known at deployment"),
        "Fn::Length" => match scope.value(argument).kind {
            ValKind::List(items) => Val { kind: ValKind::Number(items.len().to_string().into()), span },
            _ => unknown(span, CauseKind::Unsupported, "the list of 'Fn::Length' is not known"),
        },
        "Fn::ToJsonString" => to_json(scope, &scope.value(argument), span),
        "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" | "Fn::Contains" => {
            truth_value(scope.decide_entry(entry), span)
        }
        "Ref" | "Fn::If" | "Fn::GetAtt" | "Fn::ImportValue" | "Fn::Sub" => {
            return match &*entry.key {
                "Ref" => argument.as_str().and_then(|name| scope.reference(name, span)),
                "Fn::If" => choose(scope, argument, span),
                "Fn::GetAtt" => get_att(scope, argument, span),
                "Fn::ImportValue" => Some(import(scope, argument, span)),
                _ => Some(substitute(scope, argument, span)),
            };
        }
        "Fn::Transform" => {
            let name = argument.get("Name").and_then(Node::as_str).unwrap_or("?");
            unknown(span, CauseKind::Transform, format!("the transform '{name}' is not run"))
        }
        other => unknown(span, CauseKind::Unsupported, format!("the intrinsic '{other}' is not evaluated")),
    };
    Some(value)
}

impl<'t> Scope<'_, 't> {
    fn decide_entry(&self, entry: &'t Entry) -> Truth {
        let arguments = entry.value.items();
        match &*entry.key {
            "Fn::And" => Truth::all(arguments.iter().map(|argument| self.decide(argument))),
            "Fn::Or" => Truth::any(arguments.iter().map(|argument| self.decide(argument))),
            "Fn::Not" => arguments.first().map_or(Truth::False, |argument| !self.decide(argument)),
            _ => Truth::unknown(CauseKind::Unsupported, format!("'{}' is not evaluated here", entry.key)),
        }
    }
}

fn truth_value(truth: Truth, span: Span) -> Val {
    let kind = match truth {
        Truth::True => ValKind::Bool(true),
        Truth::False => ValKind::Bool(false),
        Truth::Unknown(causes) => ValKind::Unknown(causes.first().clone()),
    };
    Val { kind, span }
}

fn invalid(span: Span, what: &str) -> Val {
    unknown(span, CauseKind::Unsupported, what)
}

fn choose<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Option<Val> {
    let [condition, yes, no] = argument.items() else {
        return Some(invalid(span, "'Fn::If' takes a condition and two values"));
    };
    let (name, answer) = match condition.as_str() {
        Some(name) => (name.to_owned(), scope.condition(name)),
        None => match condition.get("Condition").and_then(Node::as_str) {
            Some(name) => (name.to_owned(), scope.condition(name)),
            None => (format!("at byte {} of the template", condition.span.start), scope.decide(condition)),
        },
    };
    // The branch's own place is kept: it is the line to look at.
    match answer {
        Truth::True => scope.eval(yes),
        Truth::False => scope.eval(no),
        Truth::Unknown(_) => {
            let (then, otherwise) = (scope.assuming(&name, true), scope.assuming(&name, false));
            let options = vec![
                (Arc::from(format!("the condition '{name}' is true")), then.eval(yes)),
                (Arc::from(format!("the condition '{name}' is false")), otherwise.eval(no)),
            ];
            let subject = format!("{}#the condition '{name}'", scope.stack.key).into();
            Some(Val { kind: ValKind::Choice { subject, options }, span })
        }
    }
}

fn get_att<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Option<Val> {
    let (id, attribute) = match &argument.kind {
        Kind::String(text) => {
            let text = scope.loop_text(text, &scope.vars).to_string();
            match text.split_once('.') {
                Some((id, attribute)) => (id.to_owned(), attribute.to_owned()),
                None => return Some(invalid(span, "'Fn::GetAtt' takes a logical id and an attribute")),
            }
        }
        Kind::Seq(items) => {
            let words: Option<Vec<String>> = items
                .iter()
                .map(|item| scope.value(item).text().and_then(|text| text.literal().map(str::to_owned)))
                .collect();
            match words.as_deref() {
                Some([id, rest @ ..]) if !rest.is_empty() => (id.clone(), rest.join(".")),
                _ => return Some(invalid(span, "'Fn::GetAtt' takes a logical id and an attribute")),
            }
        }
        _ => return Some(invalid(span, "'Fn::GetAtt' takes a logical id and an attribute")),
    };
    scope.attribute(&id, &attribute, span)
}

/// The text of a value inside a larger text. What is no text becomes a hole.
pub(super) fn text_of(scope: &Scope<'_, '_>, value: Option<Val>, what: &str) -> Text {
    let Some(value) = value else { return Text::default() };
    if let Some(text) = value.text() {
        return text;
    }
    let cause = undecided(&value);
    // Equal subjects are one unknown string, wherever they are used.
    let key = match &value.kind {
        ValKind::Choice { subject, .. } => match subject.rsplit_once("#param:") {
            Some((_, name)) => format!("param:{name}"),
            None => format!("{subject}@{}:{}", value.span.file.0, value.span.start),
        },
        _ => format!("{what}@{}:{}", value.span.file.0, value.span.start),
    };
    scope.stack.hole(&key, what, cause, Shape::Any)
}

fn join<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Val {
    let [separator, list] = argument.items() else {
        return invalid(span, "'Fn::Join' takes a separator and a list");
    };
    let list = scope.value(list);
    let ValKind::List(items) = &list.kind else {
        return distribute(list, span, &|_| {
            unknown(span, CauseKind::Unsupported, "the list of 'Fn::Join' is not known")
        });
    };
    let separator = separator.scalar().unwrap_or("");
    let mut result = Text::default();
    let mut first = true;
    for item in items {
        if let ValKind::Choice { options, .. } = &item.kind
            && items.len() <= 16
            && options.len() <= 4
        {
            return choose_in_list(&list, item, &|items| joined(scope, separator, items, span), span);
        }
        if !first {
            result.push_str(separator);
        }
        first = false;
        result.push(&text_of(scope, Some(item.clone()), "an item of 'Fn::Join'"));
    }
    embed::assembled(scope, result, span)
}

fn joined(scope: &Scope<'_, '_>, separator: &str, items: &[Val], span: Span) -> Val {
    let mut result = Text::default();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            result.push_str(separator);
        }
        result.push(&text_of(scope, Some(item.clone()), "an item of 'Fn::Join'"));
    }
    embed::assembled(scope, result, span)
}

/// Takes the choice at one item of a list outside: one whole text for each option.
fn choose_in_list(list: &Val, chosen: &Val, build: &dyn Fn(&[Val]) -> Val, span: Span) -> Val {
    let (ValKind::List(items), ValKind::Choice { subject, options }) = (&list.kind, &chosen.kind) else {
        return list.clone();
    };
    let options = options
        .iter()
        .enumerate()
        .map(|(index, (when, _))| {
            let picked: Vec<Val> = items
                .iter()
                .filter_map(|item| match &item.kind {
                    ValKind::Choice { subject: other, options } if other == subject => {
                        options.get(index).and_then(|(_, value)| value.clone())
                    }
                    _ => Some(item.clone()),
                })
                .collect();
            (when.clone(), Some(build(&picked)))
        })
        .collect();
    Val { kind: ValKind::Choice { subject: subject.clone(), options }, span }
}

/// Applies a function to a value, or to each option of a choice.
fn distribute(value: Val, span: Span, apply: &dyn Fn(Val) -> Val) -> Val {
    match value.kind {
        ValKind::Choice { subject, options } => {
            let options = options
                .into_iter()
                .map(|(when, option)| (when, option.map(|option| distribute(option, span, apply))))
                .collect();
            Val { kind: ValKind::Choice { subject, options }, span }
        }
        ValKind::Unknown(cause) => Val { kind: ValKind::Unknown(cause), span },
        kind => apply(Val { kind, span: value.span }),
    }
}

fn select<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Option<Val> {
    let [index, list] = argument.items() else {
        return Some(invalid(span, "'Fn::Select' takes an index and a list"));
    };
    let index = scope.value(index).text().and_then(|text| text.literal().and_then(|n| n.parse::<usize>().ok()));
    let list = scope.value(list);
    match (index, list.kind) {
        (Some(index), ValKind::List(items)) => match items.into_iter().nth(index) {
            Some(item) => Some(respan(item, span)),
            None => Some(invalid(span, "'Fn::Select' asks for an item behind the list's end")),
        },
        (_, ValKind::Unknown(cause)) => Some(Val { kind: ValKind::Unknown(cause), span }),
        _ => Some(unknown(span, CauseKind::Unsupported, "the index or list of 'Fn::Select' is not known")),
    }
}

fn split<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Val {
    let [separator, text] = argument.items() else {
        return invalid(span, "'Fn::Split' takes a separator and a text");
    };
    let (Some(separator), Some(text)) = (separator.as_str(), scope.value(text).text()) else {
        return unknown(span, CauseKind::Unsupported, "the text of 'Fn::Split' is not known");
    };
    // Where a hole could hold the separator, neither the number of pieces nor their limits are known.
    let open = text.vars().find(|var| match var.shape {
        Shape::Any => true,
        Shape::Account | Shape::OldAccount => separator.chars().all(|c| c.is_ascii_digit()),
        Shape::Name | Shape::Generated => !separator.contains([':', '/', '*', '?', ' ', ',']),
    });
    if let Some(var) = open {
        return Val { kind: ValKind::Unknown(var.cause.clone()), span };
    }
    let mut pieces = vec![Text::default()];
    for part in text.parts() {
        match part {
            crate::model::arn::Part::Lit(literal) if !separator.is_empty() => {
                for (i, piece) in literal.split(separator).enumerate() {
                    if i > 0 {
                        pieces.push(Text::default());
                    }
                    if let Some(last) = pieces.last_mut() {
                        last.push_str(piece);
                    }
                }
            }
            crate::model::arn::Part::Lit(literal) => {
                if let Some(last) = pieces.last_mut() {
                    last.push_str(literal);
                }
            }
            crate::model::arn::Part::Var(var) => {
                if let Some(last) = pieces.last_mut() {
                    last.push(&var.clone().into());
                }
            }
        }
    }
    let items = pieces.into_iter().map(|piece| Val { kind: ValKind::Text(piece), span }).collect();
    Val { kind: ValKind::List(items), span }
}

/// Maps with more keys than this are not tried out key by key.
const MOST_KEYS: usize = 40;

fn find_in_map<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Option<Val> {
    let [map, top, second, rest @ ..] = argument.items() else {
        return Some(invalid(span, "'Fn::FindInMap' takes a mapping and two keys"));
    };
    let default = rest.first().and_then(|options| options.get("DefaultValue"));
    let name = scope.value(map).text();
    let mapping = name.as_ref().and_then(Text::literal).and_then(|name| scope.stack.parsed.mappings?.get(name));
    let Some(mapping) = mapping else {
        return match default {
            Some(default) if name.as_ref().and_then(Text::literal).is_some() => scope.eval(default),
            _ => Some(unknown(span, CauseKind::Unsupported, "the mapping of 'Fn::FindInMap' is not known")),
        };
    };
    let level = Level { scope, default, span };
    level.look_up(mapping, scope.eval(top), &|inner| level.look_up(inner, scope.eval(second), &|node| scope.eval(node)))
}

/// One level of a mapping.
struct Level<'s, 'w, 't> {
    scope: &'s Scope<'w, 't>,
    default: Option<&'t Node>,
    span: Span,
}

impl<'t> Level<'_, '_, 't> {
    fn look_up(&self, map: &'t Node, key: Option<Val>, then: &dyn Fn(&'t Node) -> Option<Val>) -> Option<Val> {
        let key = key?;
        if let ValKind::Choice { subject, options } = &key.kind {
            let options =
                options.iter().map(|(when, option)| (when.clone(), self.look_up(map, option.clone(), then))).collect();
            return Some(Val { kind: ValKind::Choice { subject: subject.clone(), options }, span: self.span });
        }
        let Some(text) = key.text() else {
            return Some(Val { kind: ValKind::Unknown(undecided(&key)), span: self.span });
        };
        if let Some(literal) = text.literal() {
            return match map.get(literal) {
                Some(found) => then(found).map(|value| respan(value, self.span)),
                None => match self.default {
                    Some(default) => self.scope.eval(default),
                    None => {
                        let detail = format!("the mapping has no key '{literal}'");
                        Some(unknown(self.span, CauseKind::Unsupported, detail))
                    }
                },
            };
        }
        // A key that is not known is one of the mapping's own keys, or the deployment fails.
        let cause = text.vars().next().map(|var| var.cause.clone());
        let possible: Vec<&Entry> =
            map.entries().iter().filter(|entry| text.same(&Text::from(&*entry.key)) != Truth::False).collect();
        if possible.is_empty() || possible.len() > MOST_KEYS || self.default.is_some() {
            return Some(Val { kind: cause.map_or(ValKind::Null, ValKind::Unknown), span: self.span });
        }
        let values: Vec<Option<Val>> =
            possible.iter().map(|entry| then(&entry.value).map(|value| respan(value, self.span))).collect();
        let kind_of = |value: &Option<Val>| value.as_ref().map(|value| value.kind.clone());
        if values.iter().all(|value| kind_of(value) == kind_of(&values[0])) {
            return values.into_iter().next().flatten();
        }
        let options = possible
            .iter()
            .zip(values)
            .map(|(entry, value)| (Arc::from(format!("{text} is '{}'", entry.key)), value))
            .collect();
        // Only mappings with the same keys are decided together: their options stand in the same order.
        let keys: Vec<&str> = possible.iter().map(|entry| &*entry.key).collect();
        let subject = format!("{}#{}#{text}", self.scope.stack.key, keys.join(",")).into();
        Some(Val { kind: ValKind::Choice { subject, options }, span: self.span })
    }
}

fn import<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Val {
    let name = text_of(scope, scope.eval(argument), "the name of an export");
    match super::exports::find(scope.world, &name) {
        Some((stack, node)) => {
            let exporter = Scope::top(scope.world, &stack).under_condition_of(node);
            let value = exporter.zip(node.get("Value")).and_then(|((exporter, _), value)| exporter.eval(value));
            value.map_or_else(|| invalid(span, "the export has no value"), |value| respan(value, span))
        }
        None => {
            let cause = Cause::new(CauseKind::OutsideScope, format!("the export '{name}' is not in what was scanned"));
            let shown = format!("export {name}");
            Val { kind: ValKind::Text(scope.stack.hole(&format!("import:{name}"), &shown, cause, Shape::Any)), span }
        }
    }
}

fn substitute<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Val {
    let (template, map) = match argument.items() {
        [template, map] => (template, Some(map)),
        [template] => (template, None),
        _ => (argument, None),
    };
    let Some(text) = template.as_str() else {
        return invalid(span, "'Fn::Sub' takes a string");
    };
    let map = map.map(|map| scope.value(map));
    let lookup = |name: &str| -> Option<Val> {
        if let Some(found) = map.as_ref().and_then(|map| map.get(name)) {
            return Some(found.clone());
        }
        match name.split_once('.') {
            Some((id, attribute)) if !name.starts_with("AWS::") => scope.attribute(id, attribute, span),
            _ => scope.reference(name, span),
        }
    };
    if let Some(document) = embed::substituted(scope, template, &lookup) {
        let whole = sub::pieces(text).map(|piece| match piece {
            Piece::Text(text) => Text::from(text),
            Piece::Name(name) => text_of(scope, lookup(name), name),
        });
        let whole = super::dynamic::resolve(scope, Text::concat(whole.collect::<Vec<_>>().iter()));
        return Val { kind: ValKind::Embedded(whole, Box::new(document)), span };
    }
    // A choice in one of the holes is taken outside when it is the only one.
    let pieces: Vec<Piece<'_>> = sub::pieces(text).collect();
    let values: Vec<Val> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Val { kind: ValKind::Text(Text::from(*text)), span },
            Piece::Name(name) => lookup(name).unwrap_or(Val { kind: ValKind::Text(Text::default()), span }),
        })
        .collect();
    let is_condition = |value: &&Val| match &value.kind {
        ValKind::Choice { subject, options } => !subject.contains("#param:") && options.len() <= 4,
        _ => false,
    };
    let list = Val { kind: ValKind::List(values.clone()), span };
    if let Some(choice) = values.iter().find(is_condition) {
        return choose_in_list(&list, choice, &|items| joined(scope, "", items, span), span);
    }
    let mut result = Text::default();
    for (piece, value) in pieces.iter().zip(values) {
        let what = if let Piece::Name(name) = piece { name } else { "" };
        result.push(&text_of(scope, Some(value), what));
    }
    embed::assembled(scope, result, span)
}

fn base64(value: &Val, span: Span) -> Val {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let Some(text) = value.text() else {
        return unknown(span, CauseKind::Unsupported, "the text of 'Fn::Base64' is not known");
    };
    let Some(literal) = text.literal() else {
        let cause = text.vars().next().map(|var| var.cause.clone());
        return Val { kind: cause.map_or(ValKind::Null, ValKind::Unknown), span };
    };
    let mut encoded = String::new();
    for chunk in literal.as_bytes().chunks(3) {
        let bytes = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        for i in 0..4 {
            if i <= chunk.len() {
                encoded.push(char::from(ALPHABET[(bits >> (18 - 6 * i) & 63) as usize]));
            } else {
                encoded.push('=');
            }
        }
    }
    Val { kind: ValKind::Text(Text::from(encoded.as_str())), span }
}

fn cidr<'t>(scope: &Scope<'_, 't>, argument: &'t Node, span: Span) -> Val {
    let words: Vec<Option<String>> = argument
        .items()
        .iter()
        .map(|item| scope.value(item).text().and_then(|text| text.literal().map(str::to_owned)))
        .collect();
    let blocks = match words.as_slice() {
        [Some(block), Some(count), rest @ ..] => {
            let bits = rest.first().cloned().flatten().unwrap_or_else(|| "8".to_owned());
            blocks(block, count, &bits)
        }
        _ => None,
    };
    match blocks {
        Some(blocks) => {
            let items = blocks.iter().map(|b| Val { kind: ValKind::Text(Text::from(b.as_str())), span }).collect();
            Val { kind: ValKind::List(items), span }
        }
        None => unknown(span, CauseKind::Unsupported, "the address blocks of 'Fn::Cidr' are not known"),
    }
}

/// The first `count` blocks with `bits` host bits inside an IPv4 block.
fn blocks(block: &str, count: &str, bits: &str) -> Option<Vec<String>> {
    let (address, _) = block.split_once('/')?;
    let start = u32::from(address.parse::<std::net::Ipv4Addr>().ok()?);
    let (count, bits) = (count.parse::<u32>().ok()?, bits.parse::<u32>().ok()?);
    if count > 256 || bits == 0 || bits > 16 {
        return None;
    }
    let block = |i: u32| {
        let address = std::net::Ipv4Addr::from(start.checked_add(i.checked_shl(bits)?)?);
        Some(format!("{address}/{}", 32 - bits))
    };
    (0..count).map(block).collect()
}

fn to_json(scope: &Scope<'_, '_>, value: &Val, span: Span) -> Val {
    let cause = Cause::new(CauseKind::Unsupported, "the text of 'Fn::ToJsonString' is not written out");
    let key = format!("json@{}:{}", span.file.0, span.start);
    let text = scope.stack.hole(&key, "Fn::ToJsonString", cause, Shape::Any);
    Val { kind: ValKind::Embedded(text, Box::new(value.clone())), span }
}

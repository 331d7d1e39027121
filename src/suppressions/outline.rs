//! What begins where in a file: blocks, attributes, list items, commands.

use std::ops::Range;
use std::path::Path;

use crate::source_map::FileId;
use crate::sources::script::{self, Caller, Language, Source};
use crate::syntax::hcl::{self, Body, Expr, ExprKind};
use crate::syntax::{Kind, Node};

/// Something that begins at one place and ends at another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// Whether it is there whatever the parameters are.
    pub(super) always: bool,
    /// Whether tools speak of it as one thing: a top-level block, a resource.
    unit: bool,
}

/// The items of a file: those that begin first come first, of those the longest.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    items: Vec<Item>,
    /// The units, which do not overlap.
    units: Vec<Item>,
}

impl Outline {
    fn of(mut items: Vec<Item>) -> Self {
        items.sort_by(|a, b| (a.range.start, b.range.end).cmp(&(b.range.start, a.range.end)));
        let mut units: Vec<Item> = Vec::new();
        for item in items.iter().filter(|item| item.unit) {
            if units.last().is_none_or(|last| last.range.end <= item.range.start) {
                units.push(item.clone());
            }
        }
        Self { items, units }
    }

    /// The outermost item that begins in the line.
    pub(super) fn beginning_in(&self, line: &Range<usize>) -> Option<&Item> {
        let first = self.items.partition_point(|item| item.range.start < line.start);
        self.items.get(first).filter(|item| item.range.start < line.end)
    }

    /// The range of all items that begin in the line: a line of a script may hold several commands.
    pub(super) fn all_beginning_in(&self, line: &Range<usize>) -> Option<Range<usize>> {
        let first = self.items.partition_point(|item| item.range.start < line.start);
        let items = self.items[first..].iter().take_while(|item| item.range.start < line.end);
        items.map(|item| item.range.clone()).reduce(|a, b| a.start..a.end.max(b.end))
    }

    /// The unit around a place, or that ends on its line.
    pub(super) fn around(&self, at: usize, line: &Range<usize>) -> Option<&Item> {
        let next = self.units.partition_point(|unit| unit.range.start <= at);
        let unit = self.units.get(next.checked_sub(1)?)?;
        (line.start < unit.range.end).then_some(unit)
    }
}

/// The blocks, attributes and parts of values of HCL.
pub(super) fn hcl(text: &str, file: FileId) -> Outline {
    let parsed = hcl::native::parse(text, file);
    let mut items = Vec::new();
    body(&parsed.body, true, true, &mut items);
    Outline::of(items)
}

fn body(body_: &Body, unit: bool, always: bool, items: &mut Vec<Item>) {
    for attribute in &body_.attributes {
        let range = attribute.name_span.start as usize..attribute.value.span.end as usize;
        items.push(Item { range, always, unit: false });
        expression(&attribute.value, always, items);
    }
    for block in &body_.blocks {
        let absent = block.body.attributes.iter().any(|attribute| matches!(&*attribute.name, "count" | "for_each"));
        let always = always && !absent && &*block.kind != "dynamic";
        // Behind the body stands its brace.
        let range = block.header.start as usize..block.body.span.end as usize + 1;
        items.push(Item { range, always, unit });
        body(&block.body, false, always, items);
    }
}

/// The items of lists and the entries of objects, at any depth.
fn expression(value: &Expr, always: bool, items: &mut Vec<Item>) {
    let mut left = vec![value];
    let mut push = |range: Range<usize>| items.push(Item { range, always, unit: false });
    while let Some(value) = left.pop() {
        match &value.kind {
            ExprKind::List(list) => {
                list.iter().for_each(|item| push(item.span.range()));
                left.extend(list);
            }
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    push(key.span.start as usize..value.span.end as usize);
                    left.push(value);
                }
            }
            ExprKind::Call(call) => left.extend(&call.args),
            ExprKind::Conditional(parts) => left.extend(parts.iter()),
            ExprKind::For(part) => {
                left.extend([&part.collection, &part.value]);
                left.extend(&part.key);
            }
            ExprKind::Binary(a, _, b) | ExprKind::Index(a, b) => left.extend([&**a, &**b]),
            ExprKind::Unary(_, inner) | ExprKind::Attr(inner, _) => left.push(inner),
            _ => {}
        }
    }
}

/// Whether an object of a template or a module may be left out.
pub(super) fn may_be_absent(node: &Node) -> bool {
    ["Condition", "count", "for_each"].iter().any(|key| node.entry(key).is_some())
}

/// The entries and items of a template. Its resources are the units, up to where the next begins.
pub(super) fn nodes(documents: &[Node]) -> Outline {
    let mut items = Vec::new();
    for root in documents {
        let mut left = vec![(root, true)];
        while let Some((node, always)) = left.pop() {
            let always = always && !may_be_absent(node);
            if let Kind::Seq(list) = &node.kind {
                items.extend(list.iter().map(|item| Item { range: item.span.range(), always, unit: false }));
            }
            for entry in node.entries() {
                let always = always && !may_be_absent(&entry.value);
                items.push(Item { range: entry.span().range(), always, unit: false });
            }
            left.extend(node.items().iter().map(|item| (item, always)));
            left.extend(node.entries().iter().map(|entry| (&entry.value, always)));
        }
        for entry in root.get("Resources").map_or(&[][..], Node::entries) {
            items.push(Item { range: entry.span().range(), always: !may_be_absent(&entry.value), unit: true });
        }
    }
    Outline::of(items)
}

/// The commands of a script.
pub(super) fn script(text: &str, path: &str, file: FileId) -> Outline {
    let Some(language) = Language::of(Path::new(path), text.as_bytes()) else { return Outline::default() };
    let commands = script::commands(Source { text, path, file, caller: &Caller::default() }, language);
    let spans = commands.iter().map(script::Command::span).filter(|span| span.file == file);
    Outline::of(spans.map(|span| Item { range: span.range(), always: true, unit: true }).collect())
}

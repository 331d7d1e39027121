//! From YAML nodes in the order of the text to trees: tags, anchors and aliases, merge keys, limits.

use super::scalar;
use crate::source_map::{FileId, Span};
use crate::syntax::keys::{Keys, duplicate};
use crate::syntax::{ALIAS_BUDGET, Entry, Kind, MAX_DEPTH, Node, SyntaxError, char_end, too_deep};
use std::borrow::Cow;
use std::collections::HashMap;

/// So many bytes of text weigh as much as one node against [`ALIAS_BUDGET`], so that aliases cannot multiply texts
/// without limit either.
const BYTES_PER_NODE: usize = 64;

/// A tag as written.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub(super) name: TagName,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum TagName {
    /// `!Name`, as the long form's key.
    Local(Box<str>),
    /// `!!name` without its prefix, or a lone `!`.
    Core(Box<str>),
}

/// One step through a document.
#[derive(Clone, Debug)]
pub(super) enum Item<'t> {
    Scalar { text: Cow<'t, str>, plain: bool, tag: Option<Tag>, span: Span },
    Open { map: bool, tag: Option<Tag>, start: usize, bracketed: bool },
    Close { end: usize },
    Alias { id: usize, span: Span },
}

/// An anchored node: a range of the tape.
#[derive(Debug)]
struct Anchor {
    from: usize,
    /// None while the node is still open.
    to: Option<usize>,
    weight: usize,
    height: usize,
}

/// An open collection.
#[derive(Debug)]
struct Frame {
    content: Content,
    tag: Option<Tag>,
    start: usize,
    /// End of the last child in the text; for an alias that of the alias.
    end: usize,
    bracketed: bool,
    anchor: usize,
    weight_before: usize,
    /// Levels of nesting below this collection.
    height: usize,
}

#[derive(Debug)]
enum Content {
    Seq(Vec<Node>),
    Map(Mapping),
}

#[derive(Debug, Default)]
struct Mapping {
    entries: Vec<Entry>,
    keys: Keys,
    /// The key whose value comes next.
    pending: Option<Key>,
    /// The value of `<<`, with the index in `entries` where it was written.
    merge: Option<(usize, Span, Node)>,
}

#[derive(Debug)]
struct Key {
    text: Box<str>,
    span: Span,
    merge: bool,
}

/// Builds the documents of one file.
#[derive(Debug)]
pub(super) struct Builder<'t> {
    text: &'t str,
    file: FileId,
    frames: Vec<Frame>,
    root: Option<Node>,
    depth: usize,
    /// Of all nodes built so far; see [`weigh`].
    weight: usize,
    budget: usize,
    anchors: HashMap<usize, Anchor>,
    /// The steps inside anchored nodes. An alias replays them, so that an anchor costs nothing until it is used.
    tape: Vec<Item<'t>>,
    recording: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, file: FileId) -> Self {
        Self {
            text,
            file,
            frames: Vec::new(),
            root: None,
            depth: 0,
            weight: 0,
            budget: ALIAS_BUDGET,
            anchors: HashMap::new(),
            tape: Vec::new(),
            recording: 0,
        }
    }

    /// Ends a document.
    pub(super) fn document(&mut self) -> Option<Node> {
        self.anchors.clear();
        self.tape.clear();
        self.root.take()
    }

    /// Whether the next node is the value of a mapping's key.
    pub(super) fn awaits_value(&self) -> bool {
        self.frames.last().is_some_and(|frame| matches!(&frame.content, Content::Map(map) if map.pending.is_some()))
    }

    /// Takes the next step; `anchor` is the id of the node's anchor, 0 for none.
    pub(super) fn feed(&mut self, item: Item<'t>, anchor: usize) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor { from: self.tape.len(), to: None, weight: 0, height: 0 });
            self.recording += 1;
        }
        if self.recording > 0 {
            self.tape.push(item.clone());
        }
        if let Item::Alias { id, span } = item { self.alias(id, span) } else { self.step(item, anchor) }
    }

    fn step(&mut self, item: Item<'t>, anchor: usize) -> Result<(), SyntaxError> {
        match item {
            Item::Scalar { text, plain, tag, span } => {
                let before = self.weight;
                self.weight += weigh(&text);
                if self.awaits_key() {
                    self.key(&text, plain, tag.as_ref(), span)?;
                    self.close_anchor(anchor, before, 0);
                    return Ok(());
                }
                let height = usize::from(is_local(tag.as_ref()));
                if self.depth + height > MAX_DEPTH {
                    return Err(too_deep(span));
                }
                let kind = typed(&text, plain, tag.as_ref(), span)?;
                self.attach(Node { kind, span }, tag, span.end as usize, height)?;
                self.close_anchor(anchor, before, height);
            }
            Item::Open { map, tag, start, bracketed } => {
                let first = Span::new(self.file, start, char_end(self.text, start));
                if self.awaits_key() {
                    let message = format!("a key must be a scalar, not {}", if map { "a mapping" } else { "a list" });
                    return Err(SyntaxError { message, span: first });
                }
                self.depth += 1 + usize::from(is_local(tag.as_ref()));
                if self.depth > MAX_DEPTH {
                    return Err(too_deep(first));
                }
                let content = if map { Content::Map(Mapping::default()) } else { Content::Seq(Vec::new()) };
                let weight_before = self.weight;
                self.weight += 1;
                self.frames.push(Frame {
                    content,
                    tag,
                    start,
                    end: start,
                    bracketed,
                    anchor,
                    weight_before,
                    height: 0,
                });
            }
            Item::Close { end } => {
                let Some(frame) = self.frames.pop() else { return Ok(()) };
                let levels = 1 + usize::from(is_local(frame.tag.as_ref()));
                self.depth = self.depth.saturating_sub(levels);
                let end = if frame.bracketed { end } else { frame.end };
                let span = Span::new(self.file, frame.start, end);
                let kind = match frame.content {
                    Content::Seq(items) => Kind::Seq(items),
                    Content::Map(map) => Kind::Map(merged(map)?),
                };
                collection_tag(&kind, frame.tag.as_ref())?;
                let height = frame.height + levels;
                self.attach(Node { kind, span }, frame.tag, end, height)?;
                self.close_anchor(frame.anchor, frame.weight_before, height);
            }
            Item::Alias { .. } => {}
        }
        Ok(())
    }

    fn close_anchor(&mut self, id: usize, weight_before: usize, height: usize) {
        if id == 0 {
            return;
        }
        self.recording -= 1;
        let (to, weight) = (self.tape.len(), self.weight - weight_before);
        if let Some(anchor) = self.anchors.get_mut(&id) {
            *anchor = Anchor { from: anchor.from, to: Some(to), weight, height };
        }
    }

    /// Puts a copy of the anchored node here.
    fn alias(&mut self, id: usize, span: Span) -> Result<(), SyntaxError> {
        let name = self.text.get(span.range()).unwrap_or("*");
        let fault = |message: String| Err(SyntaxError { message, span });
        let Some(anchor) = self.anchors.get(&id) else { return fault(format!("unknown alias '{name}'")) };
        let Some(to) = anchor.to else { return fault(format!("alias '{name}' stands inside the node it refers to")) };
        let Some(rest) = self.budget.checked_sub(anchor.weight) else {
            return fault(format!("aliases expand to more than {ALIAS_BUDGET} nodes"));
        };
        if self.depth + anchor.height > MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.budget = rest;
        let range = anchor.from..to;
        if self.awaits_key() {
            let Some(Item::Scalar { text, tag, .. }) = self.tape.get(range.start).cloned() else {
                return fault(format!("a key must be a scalar, which '{name}' is not"));
            };
            // For an error the alias is the place, not the tag at the anchor.
            let tag = tag.map(|tag| Tag { span, ..tag });
            return self.key(&text, false, tag.as_ref(), span);
        }
        self.replay(range)?;
        // What follows in the text follows the alias, not the place of the anchor.
        if let Some(frame) = self.frames.last_mut() {
            frame.end = span.end as usize;
        }
        Ok(())
    }

    /// Repeats steps of the tape. Depth, weight and names were judged before, so aliases inside are only followed.
    fn replay(&mut self, range: std::ops::Range<usize>) -> Result<(), SyntaxError> {
        for index in range {
            match self.tape.get(index).cloned() {
                Some(Item::Alias { id, span }) => {
                    let range = self.anchors.get(&id).map_or(0..0, |anchor| anchor.from..anchor.to.unwrap_or(0));
                    if self.awaits_key() {
                        if let Some(Item::Scalar { text, tag, .. }) = self.tape.get(range.start).cloned() {
                            self.key(&text, false, tag.as_ref(), span)?;
                        }
                        continue;
                    }
                    self.replay(range)?;
                    if let Some(frame) = self.frames.last_mut() {
                        frame.end = span.end as usize;
                    }
                }
                Some(item) => self.step(item, 0)?,
                None => {}
            }
        }
        Ok(())
    }

    fn awaits_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| matches!(&frame.content, Content::Map(map) if map.pending.is_none()))
    }

    fn key(&mut self, text: &str, plain: bool, tag: Option<&Tag>, span: Span) -> Result<(), SyntaxError> {
        if is_local(tag) {
            let span = tag.map_or(span, |tag| tag.span.to(span));
            return Err(SyntaxError { message: "a key must be a scalar without a tag".into(), span });
        }
        let Some(Frame { content: Content::Map(map), end, .. }) = self.frames.last_mut() else { return Ok(()) };
        *end = span.end as usize;
        let merge = plain && tag.is_none() && text == "<<";
        let first = if merge {
            map.merge.as_ref().map(|(_, first, _)| *first)
        } else if map.keys.insert(&map.entries, text) {
            None
        } else {
            map.entries.iter().find(|entry| &*entry.key == text).map(|entry| entry.key_span)
        };
        if let Some(first) = first {
            return Err(duplicate(self.text, text, span, first));
        }
        map.pending = Some(Key { text: text.into(), span, merge });
        Ok(())
    }

    /// Puts a finished node where it belongs. `end` is where it ends in the text.
    fn attach(&mut self, node: Node, tag: Option<Tag>, end: usize, height: usize) -> Result<(), SyntaxError> {
        let mut long_form = false;
        let node = match tag {
            Some(Tag { name: TagName::Local(key), span }) => {
                long_form = true;
                let whole = span.to(Span::new(self.file, end, end));
                Node { kind: Kind::Map(vec![Entry { key, key_span: span, value: node }]), span: whole }
            }
            _ => node,
        };
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.end = end;
        frame.height = frame.height.max(height);
        match &mut frame.content {
            Content::Seq(items) => items.push(node),
            Content::Map(map) => match map.pending.take() {
                Some(key) if key.merge => {
                    if long_form {
                        return Err(not_mergeable(node.span));
                    }
                    map.merge = Some((map.entries.len(), key.span, node));
                }
                Some(Key { text, span, .. }) => map.entries.push(Entry { key: text, key_span: span, value: node }),
                None => {}
            },
        }
        Ok(())
    }
}

/// A node's own share of a tree's weight.
fn weigh(text: &str) -> usize {
    1 + text.len() / BYTES_PER_NODE
}

fn is_local(tag: Option<&Tag>) -> bool {
    matches!(tag, Some(Tag { name: TagName::Local(_), .. }))
}

fn not_mergeable(span: Span) -> SyntaxError {
    SyntaxError { message: "'<<' takes a mapping or a list of mappings".into(), span }
}

/// The entries of a mapping with those of `<<` put in its place: written keys win, then earlier mappings of the list.
fn merged(map: Mapping) -> Result<Vec<Entry>, SyntaxError> {
    let Mapping { mut entries, mut keys, merge, .. } = map;
    let Some((at, _, node)) = merge else { return Ok(entries) };
    let sources = match node.kind {
        Kind::Map(_) => vec![node],
        Kind::Seq(items) => items,
        _ => return Err(not_mergeable(node.span)),
    };
    let mut added: Vec<Entry> = Vec::new();
    let mut added_keys = Keys::default();
    for source in sources {
        let Kind::Map(inherited) = source.kind else { return Err(not_mergeable(source.span)) };
        for entry in inherited {
            if keys.insert(&entries, &entry.key) && added_keys.insert(&added, &entry.key) {
                added.push(entry);
            }
        }
    }
    entries.splice(at..at, added);
    Ok(entries)
}

/// The kind of a scalar under its tag.
fn typed(text: &str, plain: bool, tag: Option<&Tag>, span: Span) -> Result<Kind, SyntaxError> {
    let Some(Tag { name: TagName::Core(name), .. }) = tag else {
        // Under a short-form tag a plain scalar is a name: `!Condition Yes` is no boolean.
        let name = is_local(tag) && !text.is_empty();
        return Ok(if plain && !name { scalar::resolve(text) } else { Kind::String(text.into()) });
    };
    let kind = match &**name {
        "null" if scalar::is_null(text) => Some(Kind::Null),
        "bool" => scalar::boolean(text).map(Kind::Bool),
        "int" if scalar::is_int(text) => Some(Kind::Number(text.into())),
        "float" if scalar::is_int(text) || scalar::is_float(text) => Some(Kind::Number(text.into())),
        "null" | "int" | "float" => None,
        // An empty collection can be left out.
        "map" | "seq" if text.is_empty() && plain => Some(Kind::Null),
        "map" | "seq" => None,
        // `str`, a lone `!`, and types that the tree does not have (`binary`, `timestamp`): the text as it is.
        _ => Some(Kind::String(text.into())),
    };
    kind.ok_or_else(|| SyntaxError { message: format!("this value does not fit its tag '!!{name}'"), span })
}

/// Refuses a collection under the tag of another kind.
fn collection_tag(kind: &Kind, tag: Option<&Tag>) -> Result<(), SyntaxError> {
    let Some(Tag { name: TagName::Core(name), span }) = tag else { return Ok(()) };
    let fits = match (&**name, kind) {
        ("map" | "set", Kind::Map(_)) | ("seq" | "omap" | "pairs", Kind::Seq(_)) => true,
        ("map" | "set" | "seq" | "omap" | "pairs" | "str" | "int" | "float" | "bool" | "null", _) => false,
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(SyntaxError { message: format!("this value does not fit its tag '!!{name}'"), span: *span })
}

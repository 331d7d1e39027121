//! Commands in the start-up scripts of instances.

use super::Cx;
use crate::model::arn::{Shape, Text};
use crate::model::attr::Origin;
use crate::model::invocation::{Invocation, Layout, Word};
use crate::model::{Identity, Input, ResourceKind};
use crate::source_map::{FileId, Span};
use crate::sources::script::{self, Caller, Embedded, HOLE, Runner, Source, removal};
use crate::sources::shell;
use crate::syntax::{Node, inner};
use crate::truth::{Cause, CauseKind, Truth};

/// A script put together from pieces, with the place of each byte.
#[derive(Default)]
struct Script {
    text: String,
    places: Vec<u32>,
}

pub(super) fn invocations(cx: &Cx<'_, '_, '_>, input: &mut Input) {
    let node = match cx.resource.kind {
        "AWS::EC2::Instance" | "AWS::AutoScaling::LaunchConfiguration" => cx.property_node("UserData"),
        "AWS::EC2::LaunchTemplate" => cx.property_node("LaunchTemplateData").and_then(|data| data.get("UserData")),
        _ => None,
    };
    if let Some(node) = node {
        let mut script = Script::default();
        script.add(cx, node);
        found(cx, &script, node.span.file, input);
    }
    let init = cx.resource.node.get("Metadata").and_then(|metadata| metadata.get("AWS::CloudFormation::Init"));
    if let Some(init) = init {
        init_commands(cx, init, input);
    }
}

/// The commands that `cfn-init` runs, and the scripts that it writes.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-init.html>
fn init_commands<'t>(cx: &Cx<'_, '_, 't>, init: &'t Node, input: &mut Input) {
    for config in init.entries() {
        for command in config.value.get("commands").map_or(&[][..], Node::entries) {
            let Some(node) = command.value.get("command") else { continue };
            let mut script = Script::default();
            if node.items().is_empty() {
                script.add(cx, node);
            } else {
                // Words that no shell reads: each is one, whatever stands in it.
                for word in node.items() {
                    script.add_text("'", word.span.start);
                    script.add(cx, word);
                    script.add_text("' ", word.span.start);
                }
            }
            found(cx, &script, node.span.file, input);
        }
        for file in config.value.get("files").map_or(&[][..], Node::entries) {
            let Some(node) = file.value.get("content") else { continue };
            let mut script = Script::default();
            script.add(cx, node);
            if script.text.starts_with("#!") {
                found(cx, &script, node.span.file, input);
            }
        }
    }
}

fn found(cx: &Cx<'_, '_, '_>, built: &Script, file: FileId, input: &mut Input) {
    if !script::speaks(&built.text) {
        return;
    }
    let settings = cx.world.settings;
    let caller = Caller { account: settings.account.clone(), region: settings.region.clone() };
    let text = cx.world.map.file(file);
    let source = Source { text: text.text(), path: text.path(), file, caller: &caller };
    let mut commands = Vec::new();
    for call in shell::calls(&built.text) {
        let texts = call.texts();
        let places: Vec<Span> = texts.iter().map(|(_, range)| built.span(file, range)).collect();
        commands.push(script::embedded(&call, &places, source));
        if call.service != "cloudtrail" {
            continue;
        }
        let words: Vec<Word> = texts
            .iter()
            .map(|(word, range)| Word { text: word_text(cx, word), at: Origin::Text(built.span(file, range)) })
            .collect();
        let (Some((_, first)), Some((_, last))) = (texts.first(), texts.last()) else { continue };
        let span = built.span(file, &(first.start..last.end));
        let (start, _) = cx.world.map.positions(span);
        let path = cx.world.map.file(file).path();
        let mut id: Identity = cx.identity(ResourceKind::Command);
        id.address = format!("{path}:{}", start.line);
        id.shown = format!("aws cloudtrail {}", call.command);
        id.at = Origin::Text(span);
        let command = Text::from(call.command.as_str());
        input.changes.items.extend(removal::of_trail(&id, &call.command));
        input.invocations.items.push(Invocation { id, command, words, layout: Layout::Pieces });
    }
    if !commands.is_empty() {
        let identity = cx.identity(ResourceKind::Command);
        let runner = Runner { existence: identity.existence, calls: identity.calls };
        cx.world.scripts.borrow_mut().push(Embedded { commands, runner });
    }
}

fn word_text(cx: &Cx<'_, '_, '_>, word: &str) -> Text {
    let mut result = Text::default();
    for (i, piece) in word.split(HOLE).enumerate() {
        if i > 0 {
            let cause = Cause::new(CauseKind::Unsupported, "a part of the script is not known");
            result.push(&cx.stack.hole(&format!("script:{i}:{word}"), "unknown", cause, Shape::Any));
        }
        result.push_str(piece);
    }
    result
}

impl Script {
    fn add<'t>(&mut self, cx: &Cx<'_, '_, 't>, node: &'t Node) {
        if let Some(text) = node.as_str() {
            self.add_string(cx, node, text);
            return;
        }
        match node.entries() {
            [entry] if &*entry.key == "Fn::Sub" => {
                // `${…}` stays: to a shell it is an expansion, which is just as unknown.
                let template = entry.value.items().first().unwrap_or(&entry.value);
                self.add(cx, template);
            }
            [entry] if &*entry.key == "Fn::Join" => {
                if let [separator, list] = entry.value.items() {
                    for (i, item) in list.items().iter().enumerate() {
                        if i > 0 {
                            self.add_text(separator.as_str().unwrap_or(""), item.span.start);
                        }
                        self.add(cx, item);
                    }
                }
            }
            [entry] if &*entry.key == "Fn::Base64" => self.add(cx, &entry.value),
            [entry] if &*entry.key == "Fn::If" => self.add_choice(cx, &entry.value),
            _ => match node.scalar() {
                Some(text) => self.add_text(text, node.span.start),
                None => self.add_text(&HOLE.to_string(), node.span.start),
            },
        }
    }

    /// Both branches, one after the other, where the condition cannot be decided: either may be run.
    fn add_choice<'t>(&mut self, cx: &Cx<'_, '_, 't>, argument: &'t Node) {
        let [condition, yes, no] = argument.items() else { return };
        let holds = match condition.as_str() {
            Some(name) => cx.scope.condition(name),
            None => cx.scope.decide(condition),
        };
        if holds != Truth::False {
            self.add(cx, yes);
        }
        if let Truth::Unknown(_) = holds {
            self.add_text("\n", no.span.start);
        }
        if holds != Truth::True {
            self.add(cx, no);
        }
    }

    fn add_text(&mut self, text: &str, place: u32) {
        self.text.push_str(text);
        self.places.extend(std::iter::repeat_n(place, text.len()));
    }

    fn add_string(&mut self, cx: &Cx<'_, '_, '_>, node: &Node, text: &str) {
        let offsets = inner::offsets(cx.world.map.file(node.span.file).text(), node);
        self.text.push_str(text);
        match offsets {
            Some(offsets) if offsets.len() > text.len() => self.places.extend(&offsets[..text.len()]),
            _ => self.places.extend(std::iter::repeat_n(node.span.start, text.len())),
        }
    }

    fn span(&self, file: FileId, range: &std::ops::Range<usize>) -> Span {
        let start = self.places.get(range.start).copied().unwrap_or(0);
        let last = range.end.checked_sub(1).and_then(|i| self.places.get(i)).copied().unwrap_or(start);
        Span { file, start, end: last.max(start) + 1 }
    }
}

//! Commands in the scripts that resources run: provisioners and the user data of instances.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::model::arn::{Shape, Text, Var};
use crate::model::attr::Origin;
use crate::model::invocation::{Invocation, Layout, Word};
use crate::model::{Existence, Identity, InputId, ResourceKind};
use crate::source_map::{FileId, SourceMap, Span};
use crate::sources::script::{self, Caller, Embedded, HOLE, Runner, Source};
use crate::sources::shell;
use crate::truth::{Cause, CauseKind};

/// Scripts longer than this, in bytes, are not read on. AWS takes 16 KiB of user data.
const LONGEST: usize = 1 << 20;

/// The arguments that hold the script an instance starts with, and the resource types that have them.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance>
pub(super) const USER_DATA: &[&str] = &["user_data", "user_data_base64"];

/// Whether resources of this type have user data.
pub(super) fn has_user_data(kind: &str) -> bool {
    matches!(kind, "aws_instance" | "aws_launch_configuration" | "aws_launch_template" | "aws_spot_instance_request")
}

/// The arguments of a provisioner that hold commands, and whether they are paths of scripts.
/// <https://developer.hashicorp.com/terraform/language/resources/provisioners/syntax>
pub(super) fn provisioner_arguments(kind: &str) -> &'static [(&'static str, bool)] {
    match kind {
        "local-exec" => &[("command", false)],
        "remote-exec" => &[("inline", false), ("script", true), ("scripts", true)],
        _ => &[],
    }
}

/// The text that a part of a script stands in.
#[derive(Clone, Debug)]
pub enum Home {
    /// A file of the scan.
    File(FileId),
    /// A file that is not yet one: its path from the repository root, and what it says.
    Read(String, Arc<str>),
}

/// A call of the AWS CLI in a script.
#[derive(Clone, Debug)]
pub struct Command {
    /// The call as the shell reads it.
    pub call: shell::Call,
    /// Whether it is the first one of its script.
    pub first: bool,
    /// All words of the call, with the bytes of `home` that they were written as.
    pub words: Vec<(Text, Range<u32>)>,
    /// The text that it stands in.
    pub home: Home,
    /// The headers of the `module` blocks that it was reached through, outermost first.
    pub calls: Vec<Span>,
    /// Whether the resource that runs it exists.
    pub existence: Existence,
}

/// A script put together from pieces, with the place of each byte.
#[derive(Debug, Default)]
pub(super) struct Script {
    text: String,
    /// For each byte: which of `homes`, and the bytes it was written as.
    places: Vec<(u32, u32, u32)>,
    homes: Vec<Home>,
    /// Whether something did not fit any more.
    full: bool,
}

impl Script {
    /// The index of a text that pieces stand in.
    pub fn home(&mut self, home: Home) -> u32 {
        let same = |known: &Home| match (known, &home) {
            (Home::File(a), Home::File(b)) => a == b,
            (Home::Read(a, _), Home::Read(b, _)) => a == b,
            _ => false,
        };
        let at = self.homes.iter().position(same).unwrap_or_else(|| {
            self.homes.push(home.clone());
            self.homes.len() - 1
        });
        at as u32
    }

    /// Characters that stand so at `start`, or, where the lengths differ, are what that place stands for.
    pub fn add_literal(&mut self, text: &str, home: u32, place: Range<u32>) {
        if text.len() != place.len() {
            return self.add_for(text, home, place);
        }
        if self.has_room(text) {
            self.text.push_str(text);
            self.places.extend(place.map(|at| (home, at, at + 1)));
        }
    }

    /// Characters of which each byte has its own place.
    pub fn add_placed(&mut self, text: &str, home: u32, places: &[u32]) {
        if places.len() >= text.len() && self.has_room(text) {
            self.text.push_str(text);
            self.places.extend(places[..text.len()].iter().map(|at| (home, *at, at + 1)));
        }
    }

    /// Characters that a whole expression stands for.
    pub fn add_for(&mut self, text: &str, home: u32, place: Range<u32>) {
        if self.has_room(text) {
            self.text.push_str(text);
            self.places.extend(std::iter::repeat_n((home, place.start, place.end), text.len()));
        }
    }

    /// A piece that is not known.
    pub fn add_hole(&mut self, home: u32, place: Range<u32>) {
        self.add_for(HOLE.encode_utf8(&mut [0; 4]), home, place);
    }

    /// Whether nothing more is taken.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Lets the bytes from `first` on that stand at `place` end later.
    pub fn widen(&mut self, first: usize, place: (u32, u32, u32), end: u32) {
        for at in self.places.iter_mut().skip(first).filter(|at| **at == place) {
            at.2 = end;
        }
    }

    fn has_room(&mut self, text: &str) -> bool {
        self.full |= self.text.len() + text.len() > LONGEST;
        !self.full
    }

    /// The calls of the script, each at its own words.
    pub fn commands(self, calls: &[Span], existence: &Existence) -> Vec<Command> {
        if !script::speaks(&self.text) {
            return Vec::new();
        }
        let one = |call: shell::Call| {
            let (home, ..) = *self.places.get(call.words.first()?.range.start)?;
            let words = call.texts().iter().map(|(word, range)| (word_text(word), self.place(home, range))).collect();
            let home = self.homes.get(home as usize)?.clone();
            let (calls, existence) = (calls.to_vec(), existence.clone());
            Some(Command { call, first: false, words, home, calls, existence })
        };
        let mut commands: Vec<Command> = shell::calls(&self.text).into_iter().filter_map(one).collect();
        if let Some(first) = commands.first_mut() {
            first.first = true;
        }
        commands
    }

    /// Where a word was written, as far as that is in this text.
    fn place(&self, home: u32, range: &Range<usize>) -> Range<u32> {
        let bytes = self.places.get(range.clone()).unwrap_or_default();
        let mut own = bytes.iter().filter(|(of, ..)| *of == home);
        let first = own.next().map_or(0..0, |(_, start, end)| *start..*end);
        own.fold(first, |all, (_, start, end)| all.start.min(*start)..all.end.max(*end))
    }
}

fn word_text(word: &str) -> Text {
    let mut result = Text::default();
    for (i, piece) in word.split(HOLE).enumerate() {
        if i > 0 {
            let cause = Cause::new(CauseKind::Unsupported, "a part of the script is not known");
            let key = format!("tf-script:{i}:{word}").into();
            result.push(&Text::from(Var { key, shown: "unknown".into(), cause, shape: Shape::Any }));
        }
        result.push_str(piece);
    }
    result
}

/// Takes commands into an input; files that they stand in become a part of the scan. A command that `seen` holds is
/// one of another input already, which calls the same module. Behind the calls of `aws cloudtrail` are the scripts, for
/// what they make.
pub fn invocations(
    commands: Vec<Command>,
    input: InputId,
    sources: &mut SourceMap,
    seen: &mut HashSet<Span>,
) -> (Vec<Invocation>, Vec<Embedded>) {
    let (mut invocations, mut scripts) = (Vec::new(), Vec::<Embedded>::new());
    let mut begun = false;
    for command in commands {
        begun &= !command.first;
        let file = match command.home {
            Home::File(file) => file,
            Home::Read(path, text) => {
                let known = sources.files().find(|(_, file)| file.path() == path).map(|(id, _)| id);
                known.unwrap_or_else(|| sources.add(path, &*text))
            }
        };
        let at = |place: &Range<u32>| Span { file, start: place.start, end: place.end };
        let places = command.words.iter().map(|(_, place)| at(place)).filter(|place| place.start < place.end);
        let Some(span) = places.reduce(Span::to) else { continue };
        if !seen.insert(span) {
            continue;
        }
        let calls: Vec<Origin> = command.calls.iter().map(|span| Origin::Text(*span)).collect();
        let places: Vec<Span> = command.words.iter().map(|(_, place)| at(place)).collect();
        let text = sources.file(file);
        let source = Source { text: text.text(), path: text.path(), file, caller: &Caller::default() };
        let part = script::embedded(&command.call, &places, source);
        match scripts.last_mut().filter(|_| begun) {
            Some(script) => script.commands.push(part),
            None => {
                let runner = Runner { existence: command.existence.clone(), calls: calls.clone() };
                scripts.push(Embedded { commands: vec![part], runner });
                begun = true;
            }
        }
        if command.call.service != "cloudtrail" {
            continue;
        }
        let name = command.call.command.as_str();
        let (start, _) = sources.positions(span);
        let id = Identity {
            input,
            kind: ResourceKind::Command,
            address: format!("{}:{}", sources.file(file).path(), start.line),
            instances: Vec::new(),
            shown: format!("aws cloudtrail {name}"),
            at: Origin::Text(span),
            calls,
            existence: command.existence,
        };
        let words = command.words.into_iter().zip(places);
        let words = words.map(|((text, _), at)| Word { text, at: Origin::Text(at) }).collect();
        invocations.push(Invocation { id, command: Text::from(name), words, layout: Layout::Pieces });
    }
    (invocations, scripts)
}

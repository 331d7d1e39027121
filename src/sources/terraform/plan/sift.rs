//! A plan or state without the resources that cannot matter, made while its text is read.
//!
//! Most of a large plan is resources of other types and sections that are not judged. A [`Sifter`] leaves out what stands
//! between the brackets of these, so that neither the memory nor the stages behind it pay for them. What is left is the
//! same plan to every reader of `text`, and the places in it are those of the whole text. Whatever it is not sure of stays.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::source_map::{Cut, Position, utf16_units};
use crate::syntax::json::walk::{Token, Watch};

use super::kinds;

/// What a value is, by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The whole text.
    Top,
    PriorState,
    Values,
    StateModule,
    StateModules,
    Configuration,
    Module,
    Calls,
    Call,
    /// A list of resources; whether they are those of the configuration.
    Resources(bool),
    Resource(bool),
    /// What nobody reads.
    Dropped,
    /// Anything else.
    Kept,
}

impl Place {
    /// The place of what stands in an object of this place under a key that begins here, behind its quote.
    fn below(self, key: &[u8]) -> Self {
        let end = key.iter().position(|byte| *byte == b'"').unwrap_or_default();
        match (self, key.get(..end).unwrap_or_default()) {
            (Self::Top, b"resource_changes") => Self::Resources(false),
            (Self::Top, b"planned_values" | b"resource_drift" | b"relevant_attributes" | b"checks") => Self::Dropped,
            (Self::Top, b"prior_state") => Self::PriorState,
            (Self::Top, b"configuration") => Self::Configuration,
            // The states: in the JSON form, and the state file.
            (Self::Top | Self::PriorState, b"values") => Self::Values,
            (Self::Top, b"resources") => Self::Resources(false),
            (Self::Values, b"root_module") => Self::StateModule,
            (Self::StateModule, b"resources") => Self::Resources(false),
            (Self::StateModule, b"child_modules") => Self::StateModules,
            (Self::Configuration, b"root_module") | (Self::Call, b"module") => Self::Module,
            (Self::Module, b"resources") => Self::Resources(true),
            (Self::Module, b"module_calls") => Self::Calls,
            (Self::Calls, _) => Self::Call,
            _ => Self::Kept,
        }
    }

    /// The place of an item of a list of this place.
    fn item(self) -> Self {
        match self {
            Self::StateModules => Self::StateModule,
            Self::Resources(configuration) => Self::Resource(configuration),
            _ => Self::Kept,
        }
    }
}

/// A bracket that is open and watched.
#[derive(Clone, Copy, Debug)]
struct Open {
    place: Place,
    bracket: u8,
    /// Where what stands behind the bracket begins in the text that is left, if it stays.
    start: usize,
    /// What the value of the last key is.
    next: Place,
    /// Of a list: where the bracket stands that closes the last item, if that is left out.
    run: Option<usize>,
    /// Of a resource: whether its type was seen, and can be left out.
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unseen,
    /// The next value is it.
    Next,
    Other,
    Needed,
}

/// Leaves out what cannot matter.
#[derive(Debug)]
pub struct Sifter {
    open: Vec<Open>,
    /// What is left so far.
    text: Vec<u8>,
    cuts: Vec<Cut>,
    /// From where on the bytes of this part are to stay.
    from: usize,
    /// How far lines and columns are counted in this part, and what stands there.
    counted: usize,
    position: Position,
    /// Whether this part is one line of ASCII.
    plain: bool,
    /// Whether the keys at the top are known to be those of a plan or state; none before the first.
    ours: Option<bool>,
}

impl Default for Sifter {
    fn default() -> Self {
        Self {
            open: Vec::new(),
            text: Vec::new(),
            cuts: Vec::new(),
            from: 0,
            counted: 0,
            position: Position { line: 1, column: 1 },
            plain: false,
            ours: None,
        }
    }
}

/// What the first key of a plan or state can be, in the order of Terraform or sorted.
const KEYS: [&[u8]; 8] = [
    b"format_version",
    b"version",
    b"applyable",
    b"check_results",
    b"checks",
    b"complete",
    b"configuration",
    b"terraform_version",
];

/// What stands in the configuration where it may run a script that is judged.
static SUSPECT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("-subscription"));

impl Sifter {
    /// The next part of the text begins here; `plain` says that it is one line of ASCII.
    pub fn begin(&mut self, at: usize, plain: bool) {
        (self.from, self.counted, self.plain) = (at, at, plain);
    }

    /// The part ends here.
    pub fn end(&mut self, bytes: &[u8], at: usize) {
        self.count(bytes, at);
        // What is certain to be left out need not wait for its end: a section may be most of the text.
        let certain = self.open.last().filter(|open| match open.place {
            Place::Dropped => true,
            Place::Resource(configuration) => !configuration && open.kind == Kind::Other,
            _ => false,
        });
        let stays = certain.map_or(at, |open| self.from + open.start.saturating_sub(self.text.len()));
        self.text.extend_from_slice(bytes.get(self.from..stays).unwrap_or_default());
    }

    /// Whether the text is certainly neither plan nor state: nothing more of it need be looked at.
    pub fn is_foreign(&self) -> bool {
        self.ours == Some(false)
    }

    /// What is left of the text, and where something of it is missing.
    pub fn finish(self) -> (Vec<u8>, Vec<Cut>) {
        (self.text, self.cuts)
    }

    /// Where a byte of this part stands in the text that is left, if all from here on stays.
    fn place(&self, at: usize) -> usize {
        self.text.len() + at.saturating_sub(self.from)
    }

    /// Counts lines and columns up to a byte of this part.
    fn count(&mut self, bytes: &[u8], at: usize) {
        let passed = bytes.get(self.counted..at).unwrap_or_default();
        self.counted = self.counted.max(at);
        let column = &mut self.position.column;
        if self.plain {
            *column = column.saturating_add(u32::try_from(passed.len()).unwrap_or(u32::MAX));
            return;
        }
        let line = memchr::memrchr(b'\n', passed).map_or(0, |at| at + 1);
        let (before, last) = passed.split_at(line);
        if !before.is_empty() {
            self.position.line += memchr::memchr_iter(b'\n', before).count() as u32;
            *column = 1;
        }
        *column = column.saturating_add(utf16_units(last));
    }

    /// Leaves out what stands between `start` in the text that is left and the bracket at `at`.
    fn cut(&mut self, start: usize, bytes: &[u8], at: usize, joins: bool) {
        match start.checked_sub(self.text.len()) {
            Some(more) => {
                self.text.extend_from_slice(bytes.get(self.from..self.from + more).unwrap_or_default());
            }
            None => self.text.truncate(start),
        }
        self.from = at;
        self.count(bytes, at);
        let cut = Cut { at: u32::try_from(start).unwrap_or(u32::MAX), position: self.position };
        match self.cuts.last_mut().filter(|_| joins) {
            Some(last) => *last = cut,
            None => self.cuts.push(cut),
        }
    }

    fn opened(&mut self, bytes: &[u8], at: usize) {
        let bracket = bytes.get(at).copied().unwrap_or_default();
        let place = match self.open.last() {
            None => Place::Top,
            Some(outer) if outer.bracket == b'[' => outer.place.item(),
            Some(outer) => outer.next,
        };
        let is_list = matches!(place, Place::StateModules | Place::Resources(_));
        let fits = place == Place::Dropped || (bracket == b'[') == is_list;
        if !fits || place == Place::Kept {
            // Not watched: nothing more is told until what stands behind it.
            self.passed();
            return;
        }
        let start = self.place(at + 1);
        self.open.push(Open { place, bracket, start, next: Place::Kept, run: None, kind: Kind::Unseen });
    }

    fn closed(&mut self, bytes: &[u8], at: usize) {
        // A bracket that is not watched closes one level below; it is told only where its own content is.
        let Some(inner) = self.open.pop() else { return };
        let needed = match inner.place {
            Place::Dropped => false,
            Place::Resource(configuration) => {
                inner.kind != Kind::Other || configuration && self.is_suspect(inner.start, bytes, at)
            }
            _ => return,
        };
        let run = self.open.last().and_then(|outer| outer.run);
        let end = if needed {
            None
        } else {
            let start = run.unwrap_or(inner.start);
            self.cut(start, bytes, at, run.is_some());
            Some(start)
        };
        if let Some(outer) = self.open.last_mut() {
            outer.run = end.filter(|_| outer.bracket == b'[');
        }
    }

    /// A value stays that is neither a text nor watched.
    fn passed(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        open.run = None;
        if open.kind == Kind::Next {
            open.kind = Kind::Needed;
        }
    }

    /// Whether a resource of the configuration may run something that is judged.
    fn is_suspect(&self, start: usize, bytes: &[u8], at: usize) -> bool {
        let Some(begin) = start.checked_sub(self.text.len()).map(|more| self.from + more) else { return true };
        SUSPECT.find(bytes.get(begin..at).unwrap_or_default()).is_some()
    }

    fn key(&mut self, bytes: &[u8], at: usize) {
        let Some(open) = self.open.last_mut() else { return };
        let rest = bytes.get(at + 1..).unwrap_or_default();
        if let Place::Resource(_) = open.place {
            if rest.starts_with(b"type\"") {
                // Twice is a fault that the reader tells.
                open.kind = if open.kind == Kind::Unseen { Kind::Next } else { Kind::Needed };
            }
            return;
        }
        open.next = open.place.below(rest);
        if open.place == Place::Top {
            let is = |name: &&[u8]| rest.strip_prefix(*name).is_some_and(|rest| rest.starts_with(b"\""));
            self.ours = Some(match self.ours {
                None => KEYS.iter().any(is),
                Some(ours) => ours && !is(&&b"Resources"[..]),
            });
        }
    }

    fn text(&mut self, bytes: &[u8], at: usize) {
        let Some(open) = self.open.last_mut() else { return };
        open.run = None;
        if open.kind == Kind::Next {
            let rest = bytes.get(at + 1..).unwrap_or_default();
            let kind = memchr::memchr2(b'"', b'\\', rest).and_then(|end| {
                let whole = rest.get(end) == Some(&b'"');
                std::str::from_utf8(rest.get(..end)?).ok().filter(|_| whole)
            });
            open.kind = if kind.is_some_and(|kind| !kinds::is_kept(kind)) { Kind::Other } else { Kind::Needed };
        }
    }
}

impl Watch for Sifter {
    fn level(&self) -> usize {
        self.open.len()
    }

    fn token(&mut self, bytes: &[u8], at: usize, token: Token) {
        match token {
            Token::Key => self.key(bytes, at),
            Token::Text => self.text(bytes, at),
            Token::Open => self.opened(bytes, at),
            Token::Close => self.closed(bytes, at),
            Token::Scalar => self.passed(),
        }
    }
}

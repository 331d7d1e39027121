//! What an expression can refer to at the place where it stands.

use std::rc::Rc;

use super::choice::Pick;
use super::instance::ModuleInstance;
use crate::model::Existence;
use crate::source_map::Span;
use crate::sources::value::Val;

/// The surroundings of an expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 't> {
    pub module: &'s Rc<ModuleInstance<'t>>,
    /// Names that a `for`, a `dynamic` block or a splat binds, the innermost first.
    pub frame: Option<&'s Frame<'s>>,
    /// `each` and `count` of the block.
    pub repeat: Option<&'s Repeat>,
    /// Where everything is placed whose own text is in no file of the scan.
    pub at: Option<Span>,
    /// Inside a template file or a file of values: the only names there are besides those of loops.
    pub sealed: Option<&'s Val>,
}

/// One bound name.
pub(super) struct Frame<'a> {
    pub up: Option<&'a Frame<'a>>,
    pub name: &'a str,
    pub value: &'a Val,
    /// Which turn of the loop it is.
    pub turn: usize,
}

/// The name under which the item of a splat is bound: no identifier.
pub(super) const ITEM: &str = "*";

/// One of the copies that `count` or `for_each` make.
#[derive(Clone, Debug)]
pub(super) struct Repeat {
    /// The address of the copy within its module: what tells its `each` from those of other blocks.
    pub place: String,
    /// `[0]`, `["eu"]`, `[?]`; empty without `count` and `for_each`.
    pub suffix: String,
    /// `each.key`, `each.value`
    pub each: Option<(Val, Val)>,
    /// `count.index`
    pub count: Option<Val>,
    pub existence: Existence,
    /// What holds wherever this copy exists.
    pub assumed: Vec<Pick>,
}

impl Repeat {
    /// The only copy.
    pub fn single(place: &str) -> Self {
        let (suffix, assumed) = (String::new(), Vec::new());
        Self { place: place.to_owned(), suffix, each: None, count: None, existence: Existence::Certain, assumed }
    }
}

impl<'s, 't> Scope<'s, 't> {
    /// The scope of a module outside of any block.
    pub fn top(module: &'s Rc<ModuleInstance<'t>>) -> Self {
        Self { module, frame: None, repeat: None, at: None, sealed: None }
    }

    /// Inside a block with these `each` and `count`.
    pub fn within(self, repeat: &'s Repeat) -> Self {
        Self { repeat: Some(repeat), ..self }
    }

    /// With one more name.
    pub fn with<'n>(&self, frame: &'n Frame<'n>) -> Scope<'n, 't>
    where
        's: 'n,
    {
        Scope { module: self.module, frame: Some(frame), repeat: self.repeat, at: self.at, sealed: self.sealed }
    }

    /// The value that a loop or the call of `templatefile` binds to a name.
    pub fn bound(&self, name: &str) -> Option<&'s Val> {
        let mut frame = self.frame;
        while let Some(current) = frame {
            if current.name == name {
                return Some(current.value);
            }
            frame = current.up;
        }
        self.sealed?.get(name)
    }

    /// What tells this place apart from the same text elsewhere: the module, the copy of the block, the turns of loops.
    pub fn mark(&self) -> String {
        let mut mark = self.module.key.clone();
        if let Some(repeat) = self.repeat {
            mark.push_str(&repeat.place);
        }
        if let Some(at) = self.at {
            mark.push_str(&format!("@{}:{}", at.file.0, at.start));
        }
        let mut frame = self.frame;
        while let Some(current) = frame {
            mark.push_str(&format!("/{}", current.turn));
            frame = current.up;
        }
        mark
    }
}

//! The first stage: one pass over the text that builds no tree.
//!
//! What resources of other kinds hold is skipped; what is kept is kept as a part of the text, to be read in the second
//! stage. Keys may stand in any order (`jq -S` sorts them), so that a value is kept until the kind beside it is known.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{kinds, scripts};
use crate::source_map::{FileId, Span};
use crate::syntax::{Kind, Node, SyntaxError, json};

/// A plan or the JSON form of a state, as parts of its text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Document<'t> {
    #[serde(borrow)]
    pub format_version: Option<Part<'t>>,
    #[serde(borrow)]
    pub variables: BTreeMap<Cow<'t, str>, Variable<'t>>,
    #[serde(borrow)]
    pub resource_changes: Kept<ResourceChange<'t>>,
    #[serde(borrow)]
    pub deferred_changes: Kept<Deferred<'t>>,
    #[serde(borrow)]
    pub prior_state: Option<State<'t>>,
    /// The values of a state (`terraform show -json` of a state file).
    #[serde(borrow)]
    pub values: Option<Values<'t>>,
    #[serde(borrow)]
    pub configuration: Option<Configuration<'t>>,
    pub complete: Option<bool>,
    pub errored: Option<bool>,
}

/// A part of the text.
pub(in super::super) type Part<'t> = &'t RawValue;

#[derive(Debug, Deserialize)]
pub(in super::super) struct Variable<'t> {
    #[serde(borrow, default)]
    pub value: Option<Part<'t>>,
}

/// A list, of which only what can matter is kept.
#[derive(Debug)]
pub(in super::super) struct Kept<T>(pub Vec<T>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Whether an item of a list can matter.
pub(in super::super) trait Matters {
    fn matters(&self) -> bool;
}

impl<'de, T: Deserialize<'de> + Matters> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Matters> Visitor<'de> for Items<T> {
            type Value = Kept<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Kept::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut kept = Vec::new();
                while let Some(item) = seq.next_element::<T>()? {
                    if item.matters() {
                        kept.push(item);
                    }
                }
                Ok(Kept(kept))
            }
        }
        deserializer.deserialize_any(Items(std::marker::PhantomData))
    }
}

/// An item of `resource_changes`.
#[derive(Debug, Deserialize)]
pub(in super::super) struct ResourceChange<'t> {
    #[serde(borrow)]
    pub address: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub mode: Cow<'t, str>,
    #[serde(borrow, rename = "type", default)]
    pub kind: Cow<'t, str>,
    #[serde(borrow, default)]
    pub deposed: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub change: Option<Part<'t>>,
}

impl Matters for ResourceChange<'_> {
    fn matters(&self) -> bool {
        kinds::is_kept(&self.kind)
    }
}

/// An item of `deferred_changes`.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Deferred<'t> {
    #[serde(borrow, default)]
    pub resource_change: Option<ResourceChange<'t>>,
}

impl Matters for Deferred<'_> {
    fn matters(&self) -> bool {
        self.resource_change.as_ref().is_none_or(Matters::matters)
    }
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct State<'t> {
    #[serde(borrow, default)]
    pub values: Option<Values<'t>>,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Values<'t> {
    #[serde(borrow, default)]
    pub root_module: Option<StateModule<'t>>,
}

/// A module of a state.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct StateModule<'t> {
    #[serde(borrow)]
    pub resources: Kept<StateResource<'t>>,
    #[serde(borrow)]
    pub child_modules: Vec<StateModule<'t>>,
}

/// A resource of a state.
#[derive(Debug, Deserialize)]
pub(in super::super) struct StateResource<'t> {
    #[serde(borrow)]
    pub address: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub mode: Cow<'t, str>,
    #[serde(borrow, rename = "type", default)]
    pub kind: Cow<'t, str>,
    #[serde(borrow, default)]
    pub values: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub sensitive_values: Option<Part<'t>>,
}

impl Matters for StateResource<'_> {
    fn matters(&self) -> bool {
        kinds::is_kept(&self.kind)
    }
}

impl<'t> StateModule<'t> {
    /// All resources that are kept, those of inner modules too.
    pub(in super::super) fn all(&self) -> Vec<&StateResource<'t>> {
        let mut found: Vec<&StateResource<'t>> = Vec::new();
        let mut open = vec![self];
        while let Some(module) = open.pop() {
            found.extend(&module.resources.0);
            open.extend(module.child_modules.iter().rev());
        }
        found
    }
}

/// What the expressions refer to, as the source wrote them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Configuration<'t> {
    #[serde(borrow)]
    pub provider_config: BTreeMap<Cow<'t, str>, ProviderConfig<'t>>,
    #[serde(borrow)]
    pub root_module: Module<'t>,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct ProviderConfig<'t> {
    #[serde(borrow, default)]
    pub name: Cow<'t, str>,
    #[serde(borrow, default)]
    pub expressions: Option<Part<'t>>,
}

/// A module of the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Module<'t> {
    #[serde(borrow)]
    pub resources: Kept<Resource<'t>>,
    #[serde(borrow)]
    pub module_calls: BTreeMap<Cow<'t, str>, ModuleCall<'t>>,
    #[serde(borrow)]
    pub outputs: BTreeMap<Cow<'t, str>, Output<'t>>,
    #[serde(borrow)]
    pub variables: BTreeMap<Cow<'t, str>, VariableConfig>,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct VariableConfig {
    #[serde(default)]
    pub sensitive: bool,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Output<'t> {
    #[serde(borrow, default)]
    pub expression: Option<Part<'t>>,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct ModuleCall<'t> {
    #[serde(borrow, default)]
    pub expressions: BTreeMap<Cow<'t, str>, Part<'t>>,
    #[serde(borrow, default)]
    pub for_each_expression: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub module: Module<'t>,
}

/// A resource or data source of the configuration.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Resource<'t> {
    #[serde(borrow, default)]
    pub mode: Cow<'t, str>,
    #[serde(borrow, rename = "type", default)]
    pub kind: Cow<'t, str>,
    #[serde(borrow, default)]
    pub name: Cow<'t, str>,
    #[serde(borrow, default)]
    pub provider_config_key: Cow<'t, str>,
    #[serde(borrow, default)]
    pub expressions: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub for_each_expression: Option<Part<'t>>,
    #[serde(borrow, default)]
    pub provisioners: Option<Part<'t>>,
}

impl Matters for Resource<'_> {
    fn matters(&self) -> bool {
        kinds::is_kept(&self.kind) || scripts::is_suspect(self)
    }
}

/// Reads a text by structure.
///
/// # Errors
/// What is no JSON, and what has not the shape of `T`, with the place. The message quotes nothing of the text, which
/// may be a secret.
pub(in super::super) fn read<'t, T: Deserialize<'t>>(text: &'t str, file: FileId) -> Result<T, SyntaxError> {
    serde_json::from_str(text).map_err(|error| {
        let at = offset(text, error.line(), error.column());
        let span = Span::new(file, at, (at + 1).min(text.len()));
        let message = match error.classify() {
            Category::Eof => "unexpected end of the text".to_owned(),
            Category::Data => "a value is not of the kind that Terraform writes here".to_owned(),
            Category::Syntax | Category::Io => {
                let message = error.to_string();
                message.split(" at line ").next().unwrap_or_default().to_owned()
            }
        };
        SyntaxError { message, span }
    })
}

/// The offset of a line (from 1) and a column in bytes (from 1; 0 when the line is empty).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(breaks) => memchr::memchr_iter(b'\n', text.as_bytes()).nth(breaks).map_or(text.len(), |at| at + 1),
    };
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text that parts are parts of.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Source<'t> {
    pub text: &'t str,
    pub file: FileId,
}

impl Source<'_> {
    /// Where a part stands.
    pub(in super::super) fn span(&self, part: Part<'_>) -> Span {
        let start = (part.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Span::new(self.file, start, start + part.get().len())
    }

    /// The tree of a part.
    ///
    /// # Errors
    /// As [`json::parse`].
    pub(in super::super) fn tree(&self, part: Part<'_>) -> Result<Node, SyntaxError> {
        json::parse_part(self.text, self.span(part).range(), self.file)
    }

    /// The string that a part is.
    pub(in super::super) fn string(&self, part: Part<'_>) -> Option<String> {
        serde_json::from_str(part.get()).ok()
    }

    /// Null for a part that is not there.
    pub(in super::super) fn tree_or_null(&self, part: Option<Part<'_>>) -> Result<Node, SyntaxError> {
        match part {
            Some(part) => self.tree(part),
            None => Ok(Node { kind: Kind::Null, span: Span::new(self.file, 0, 0) }),
        }
    }
}

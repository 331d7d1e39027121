//! Instances built from short JSON texts, lowered.

use super::RootInfo;
use crate::model::attr::Attr;
use crate::model::{Estate, Input, InputKind};
use support::{World, written};

mod arguments;
mod joins;
mod policies;
mod support;
mod users;

/// Lowers the resources of a text in [`support`]'s notation.
fn lower(text: &str) -> Input {
    let world = World::read(text);
    let faults = std::cell::RefCell::new(Vec::new());
    let root = RootInfo {
        kind: InputKind::TerraformConfig,
        path: "infra".to_owned(),
        at: world.whole,
        hidden: Vec::new(),
        provider: support::provider(),
    };
    let input = super::input(&world.instances(), &root, crate::model::InputId(0), &faults);
    assert_eq!(faults.into_inner(), [], "faults of {text}");
    input
}

fn estate(text: &str) -> Estate {
    Estate::new(vec![lower(text)])
}

/// The text at the place of an attribute.
fn place<'t, T>(text: &'t str, attr: &Attr<T>) -> &'t str {
    written(text, &attr.at)
}

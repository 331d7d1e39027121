//! Instances built from short JSON texts, lowered.

use super::RootInfo;
use crate::model::attr::Attr;
use crate::model::{Estate, Input, InputKind};
use crate::sources::terraform::notation::{World, provider, written};

mod arguments;
mod joins;
mod policies;
mod users;

/// Lowers the resources of a text in the notation for instances.
fn lower(text: &str) -> Input {
    let world = World::read(text);
    let faults = std::cell::RefCell::new(Vec::new());
    let root = RootInfo {
        kind: InputKind::TerraformConfig,
        path: "infra".to_owned(),
        at: world.whole,
        hidden: Vec::new(),
        unread: Vec::new(),
        provider: provider(),
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

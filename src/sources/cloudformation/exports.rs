//! Outputs that one stack exports and another imports.

use std::rc::Rc;

use super::eval::Scope;
use super::functions::text_of;
use super::stack::{Exports, Stack, World, is_stack};
use crate::model::arn::{Part, Text};
use crate::syntax::Node;
use crate::truth::Truth;

/// The stack and output that exports this name, if exactly one of the scanned templates has it.
pub(super) fn find<'t>(world: &World<'t>, name: &Text) -> Option<(Rc<Stack<'t>>, &'t Node)> {
    if world.exporting.get() {
        return None;
    }
    let exports = match world.exports.get() {
        Some(exports) => exports,
        None => {
            world.exporting.set(true);
            let collected = collect(world);
            world.exporting.set(false);
            world.exports.get_or_init(|| collected)
        }
    };
    let found = match exports.get(name) {
        Some(exact) => exact.iter().collect::<Vec<_>>(),
        None => {
            let fitting = exports.iter().filter(|(export, _)| fits(export, name));
            fitting.flat_map(|(_, outputs)| outputs).collect()
        }
    };
    match found.as_slice() {
        [(stack, node)] => Some((stack.clone(), node)),
        _ => None,
    }
}

/// Whether an export named after its stack (`${AWS::StackName}-Key`) is what an import asks for (`audit-Key`): the
/// stack's name is chosen at deployment, so it may be whatever the import expects. The rest of the name must be there.
fn fits(export: &Text, import: &Text) -> bool {
    let named_after_stack = export.vars().next().is_some() && export.vars().all(|var| &*var.shown == "AWS::StackName");
    let written = |text: &Text| text.parts().iter().any(|part| matches!(part, Part::Lit(_)));
    named_after_stack && written(export) && written(import) && export.same(import) != Truth::False
}

fn collect<'t>(world: &World<'t>) -> Exports<'t> {
    let mut exports = Exports::new();
    let mut stacks = world.roots.borrow().clone();
    while let Some(stack) = stacks.pop() {
        for output in stack.parsed.outputs {
            let export = output.value.get("Export").and_then(|export| export.get("Name"));
            // An output whose condition is false exports nothing.
            let Some((scope, _)) = Scope::top(world, &stack).under_condition_of(&output.value) else { continue };
            if let (Some(name), Some(_)) = (export, output.value.get("Value")) {
                let name = text_of(&scope, scope.eval(name), "the name of an export");
                exports.entry(name).or_default().push((stack.clone(), &output.value));
            }
        }
        let nested = stack.resources(world).iter().filter(|resource| is_stack(resource.kind));
        stacks.extend(nested.filter_map(|resource| stack.child(world, resource)));
    }
    exports
}

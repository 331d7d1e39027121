//! The scripts in the configuration of a plan: provisioners, which stand nowhere else in it, and user data.

use super::super::commands::{self, Command, Home, Script};
use super::text::{Configuration, Part, Resource, Source};
use crate::model::Existence;
use crate::sources::script;
use crate::syntax::{Node, SyntaxError, inner};

/// Whether a resource of the configuration runs something that is judged.
pub(super) fn is_suspect(resource: &Resource<'_>) -> bool {
    let speaks = |part: Option<Part<'_>>| part.is_some_and(|part| script::speaks(part.get()));
    speaks(resource.provisioners) || commands::has_user_data(&resource.kind) && speaks(resource.expressions)
}

/// The commands of a configuration. What an expression comes to is not told there, so that constants are all there is.
///
/// # Errors
/// A resource whose expressions cannot be read: a key twice, nesting beyond the limit.
pub(super) fn commands(
    source: &Source<'_>,
    configuration: Option<&Configuration<'_>>,
) -> Result<Vec<Command>, SyntaxError> {
    let mut found = Vec::new();
    let mut open: Vec<_> = configuration.map(|configuration| &configuration.root_module).into_iter().collect();
    while let Some(module) = open.pop() {
        for resource in module.resources.0.iter().filter(|resource| resource.mode != "data" && is_suspect(resource)) {
            if let Some(part) = resource.provisioners {
                for provisioner in source.tree(part)?.items() {
                    let kind = provisioner.get("type").and_then(Node::as_str).unwrap_or_default();
                    let plain = commands::provisioner_arguments(kind).iter().filter(|(_, is_path)| !is_path);
                    let expressions = provisioner.get("expressions");
                    for value in plain.filter_map(|(name, _)| expressions?.get(name)?.get("constant_value")) {
                        found.append(&mut script(source, value));
                    }
                }
            }
            if let Some(part) = resource.expressions.filter(|_| commands::has_user_data(&resource.kind)) {
                let expressions = source.tree(part)?;
                for name in commands::USER_DATA {
                    if let Some(value) = expressions.get(name).and_then(|value| value.get("constant_value")) {
                        found.append(&mut script(source, value));
                    }
                }
            }
        }
        open.extend(module.module_calls.values().rev().map(|call| &call.module));
    }
    Ok(found)
}

fn script(source: &Source<'_>, value: &Node) -> Vec<Command> {
    let mut script = Script::default();
    let home = script.home(Home::File(source.file));
    for node in std::iter::once(value).chain(value.items()) {
        let Some(text) = node.as_str() else { continue };
        match inner::offsets(source.text, node) {
            Some(places) => script.add_placed(text, home, &places),
            None => script.add_for(text, home, node.span.start..node.span.end),
        }
        script.add_for("\n", home, node.span.start..node.span.end);
    }
    script.commands(&[], &Existence::Certain)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::{instances, read};
    use crate::model::InputId;
    use crate::source_map::SourceMap;
    use crate::sources::terraform::commands::invocations;

    /// The calls of a plan whose configuration holds these resources, by line.
    fn found(resources: &str) -> Vec<String> {
        let text = format!(
            "{{\"format_version\": \"1.2\", \"terraform_version\": \"1.14.0\", \"configuration\": {{\"root_module\": {{\n\
             \"module_calls\": {{\"m\": {{\"module\": {{\"resources\": [\n{resources}\n]}}}}}}}}}}}}"
        );
        let mut map = SourceMap::default();
        let file = map.add("plan.json", text.as_str());
        let plan = read(&text, file).expect("is a plan");
        let commands = instances(&plan, "plan.json").expect("can be read").commands;
        let (found, _) = invocations(commands, InputId(0), &mut map, &mut HashSet::new());
        found.into_iter().map(|invocation| invocation.id.address).collect()
    }

    const CALL: &str = "{\"constant_value\":\n\"echo \\\"x\\\"\\naws cloudtrail create-subscription --name a\"}";

    fn provisioner(kind: &str, argument: &str, value: &str) -> String {
        format!(
            "{{\"mode\": \"managed\", \"type\": \"terraform_data\", \"name\": \"r\", \"provisioners\": [{{\"type\": \
             \"{kind}\", \"expressions\": {{\"{argument}\": {value}}}}}]}}"
        )
    }

    #[test]
    fn constant_commands_stand_where_the_plan_writes_them() {
        assert_eq!(found(&provisioner("local-exec", "command", CALL)), ["plan.json:4"]);
        let list = "{\"constant_value\": [\"true\",\n\"aws cloudtrail update-subscription --name a\"]}";
        assert_eq!(found(&provisioner("remote-exec", "inline", list)), ["plan.json:4"]);
        let host = format!(
            "{{\"mode\": \"managed\", \"type\": \"aws_instance\", \"name\": \"h\", \"expressions\": {{\"user_data\": \
             {CALL}}}}}"
        );
        assert_eq!(found(&host), ["plan.json:4"]);
    }

    #[test]
    fn other_expressions_are_no_scripts() {
        assert_eq!(found(&provisioner("local-exec", "working_dir", CALL)), [""; 0]);
        assert_eq!(found(&provisioner("file", "content", CALL)), [""; 0]);
        assert_eq!(found(&provisioner("local-exec", "command", "{\"references\": [\"var.a-subscription\"]}")), [""; 0]);
    }
}

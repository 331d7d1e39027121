//! A template's sections, before any expression is evaluated.

use std::collections::HashMap;
use std::sync::Arc;

use super::Template;
use crate::source_map::Span;
use crate::syntax::{Kind, Node};

/// A template taken apart. Nodes stay where they are in the document.
#[derive(Debug)]
pub(super) struct Parsed<'t> {
    pub template: &'t Template,
    pub parameters: HashMap<&'t str, Parameter<'t>>,
    pub mappings: Option<&'t Node>,
    pub conditions: HashMap<&'t str, &'t Node>,
    /// Entries of `Resources` as written; loops are not expanded yet.
    pub resources: &'t [crate::syntax::Entry],
    pub outputs: &'t [crate::syntax::Entry],
    pub globals: Option<&'t Node>,
    /// The partition that the ARNs written in the template are of, when they are all of one.
    pub partition: Option<&'static str>,
    /// Why there may be more resources than are written.
    pub may_add: Option<Arc<str>>,
    /// Faults that hide a part of the template.
    pub faults: Vec<(Span, String)>,
}

/// One entry of `Parameters`.
#[derive(Debug)]
pub(super) struct Parameter<'t> {
    pub kind: &'t str,
    pub default: Option<&'t Node>,
    pub allowed: Vec<&'t str>,
    pub no_echo: bool,
}

impl Parameter<'_> {
    /// Whether its values are lists.
    pub fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.starts_with("List<") || self.kind.contains("<List<")
    }

    /// Whether the value is looked up in the Parameter Store, so that the default only names it.
    pub fn is_stored(&self) -> bool {
        self.kind.starts_with("AWS::SSM::Parameter::Value")
    }
}

/// The partitions of AWS.
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// The partition of the ARNs that are written out, if they are all of one: a template for GovCloud names it.
fn written_partition(root: &Node) -> Option<&'static str> {
    let mut found = [false; PARTITIONS.len()];
    let mut queue = vec![root];
    while let Some(node) = queue.pop() {
        queue.extend(node.items());
        queue.extend(node.entries().iter().map(|entry| &entry.value));
        let mut rest = node.as_str().unwrap_or_default();
        while let Some(at) = rest.find("arn:aws") {
            rest = &rest[at + "arn:".len()..];
            let name = rest.split(':').next().unwrap_or_default();
            if let Some(i) = PARTITIONS.iter().position(|partition| *partition == name) {
                found[i] = true;
            }
        }
    }
    let mut named = PARTITIONS.iter().zip(found).filter_map(|(partition, found)| found.then_some(*partition));
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The sections that a template can have.
const SECTIONS: [&str; 12] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Transforms of AWS that add no resource which this model knows (beyond what lowering reads itself).
const HARMLESS: [&str; 5] = [
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

impl<'t> Parsed<'t> {
    pub fn new(template: &'t Template) -> Self {
        let root = &template.root;
        let mut faults = Vec::new();
        let mut section = |name: &str| -> &'t [crate::syntax::Entry] {
            match root.entry(name) {
                None => &[],
                Some(entry) => match &entry.value.kind {
                    Kind::Map(entries) => entries,
                    Kind::Null => &[],
                    _ => {
                        let found = entry.value.kind_word();
                        faults.push((entry.value.span, format!("'{name}' is {found}, but it must be a mapping")));
                        &[]
                    }
                },
            }
        };
        let parameters = section("Parameters")
            .iter()
            .map(|entry| {
                let node = &entry.value;
                let parameter = Parameter {
                    kind: node.get("Type").and_then(Node::as_str).unwrap_or("String"),
                    default: node.get("Default"),
                    allowed: node
                        .get("AllowedValues")
                        .map(|values| values.items().iter().filter_map(Node::scalar).collect())
                        .unwrap_or_default(),
                    no_echo: is_no_echo(node),
                };
                (&*entry.key, parameter)
            })
            .collect();
        let conditions = section("Conditions").iter().map(|entry| (&*entry.key, &entry.value)).collect();
        section("Mappings");
        let resources = section("Resources");
        let outputs = section("Outputs");
        if let Some(version) = root.entry("AWSTemplateFormatVersion")
            && root.entry("Resources").is_none()
        {
            faults.push((version.key_span, "the template has no 'Resources' section".to_owned()));
        }
        for entry in root.entries().iter().filter(|entry| !SECTIONS.contains(&&*entry.key)) {
            if entry.value.get("Type").and_then(Node::as_str).is_some_and(|kind| kind.contains("::")) {
                faults.push((
                    entry.key_span,
                    format!("'{}' looks like a resource, but stands outside 'Resources'", entry.key),
                ));
            }
        }
        if let Kind::Seq(_) | Kind::String(_) | Kind::Number(_) | Kind::Bool(_) = root.kind {
            faults.push((root.span, format!("a template must be a mapping, not {}", root.kind_word())));
        }
        let may_add = root.get("Transform").and_then(|transform| {
            let names = if transform.items().is_empty() { std::slice::from_ref(transform) } else { transform.items() };
            names.iter().find_map(|name| {
                let shown = name.as_str().or_else(|| name.get("Name").and_then(Node::as_str)).unwrap_or("?");
                (!HARMLESS.contains(&shown))
                    .then(|| Arc::from(format!("the transform '{shown}' may add or change resources")))
            })
        });
        Self {
            template,
            parameters,
            mappings: root.get("Mappings"),
            conditions,
            resources,
            outputs,
            globals: root.get("Globals"),
            partition: written_partition(root),
            may_add,
            faults,
        }
    }
}

/// Whether the value of a parameter must not be shown.
fn is_no_echo(parameter: &Node) -> bool {
    parameter.get("NoEcho").and_then(Node::scalar).is_some_and(|value| !value.eq_ignore_ascii_case("false"))
}

/// Where a template writes values of `NoEcho` parameters.
pub fn secrets(root: &Node) -> impl Iterator<Item = Span> {
    let parameters = root.get("Parameters").map_or(&[][..], Node::entries).iter().map(|entry| &entry.value);
    let values = |parameter| ["Default", "AllowedValues"].into_iter().filter_map(move |key| Node::get(parameter, key));
    parameters.filter(|parameter| is_no_echo(parameter)).flat_map(values).map(|value| value.span)
}

//! Laws of the spanned tree and its two readers.

use super::{Kind, Node, SyntaxError, json, yaml};
use crate::source_map::{FileId, Span};

mod hcl;
mod inner;
mod json_text;
mod laws;
mod limits;
mod walk;
mod yaml_text;
mod yaml_tree;

const FILE: FileId = FileId(0);

/// The one document of a YAML text.
#[track_caller]
fn yaml(text: &str) -> Node {
    let mut documents = match yaml::parse(text, FILE) {
        Ok(documents) => documents,
        Err(error) => panic!("{error} at {:?} of {text:?}", error.span),
    };
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0)
}

#[track_caller]
fn json(text: &str) -> Node {
    json::parse(text, FILE).unwrap_or_else(|error| panic!("{error} at {:?} of {text:?}", error.span))
}

/// The bytes of a span.
#[track_caller]
fn at(text: &str, span: Span) -> &str {
    &text[span.range()]
}

/// The node under a path of keys and indices, such as `a.0.b`.
#[track_caller]
fn find<'n>(node: &'n Node, path: &str) -> &'n Node {
    path.split('.').filter(|step| !step.is_empty()).fold(node, |node, step| match &node.kind {
        Kind::Seq(items) => &items[step.parse::<usize>().unwrap()],
        _ => node.get(step).unwrap_or_else(|| panic!("no {step} in {node:?}")),
    })
}

/// The kinds without their places, as JSON-like text.
fn shape(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".into(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(text) => text.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::Seq(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{:?}: {}", entry.key, shape(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The message and the marked text of an error.
#[track_caller]
fn fault<T: std::fmt::Debug>(text: &str, result: Result<T, SyntaxError>) -> (String, &str) {
    let error = result.expect_err(text);
    let SyntaxError { message, span } = error;
    assert!(!message.ends_with('.') && !message.starts_with(char::is_uppercase), "{message}");
    (message, at(text, span))
}

/// Checks that all spans lie in the text, on character boundaries.
#[track_caller]
fn check_spans(text: &str, node: &Node) {
    assert!(text.get(node.span.range()).is_some(), "{node:?} in {text:?}");
    for entry in node.entries() {
        assert!(text.get(entry.key_span.range()).is_some(), "{entry:?} in {text:?}");
        assert!(text.get(entry.span().range()).is_some(), "{entry:?} in {text:?}");
        check_spans(text, &entry.value);
    }
    node.items().iter().for_each(|item| check_spans(text, item));
    // Alignment may not be possible, but must not fail otherwise.
    if let Some(offsets) = super::inner::offsets(text, node) {
        assert_eq!(offsets.len(), node.as_str().unwrap().len() + 1);
        assert!(
            offsets.iter().all(|&offset| text.is_char_boundary(offset as usize)),
            "{offsets:?} {node:?} in {text:?}"
        );
    }
}

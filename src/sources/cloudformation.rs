//! CloudFormation templates.
use std::collections::BTreeMap;

use crate::model::Input;
use crate::source_map::{FileId, SourceMap, Span};
use crate::syntax::Node;

/// A document that may be a template.
#[derive(Debug)]
pub struct Template {
    /// Its file.
    pub file: FileId,
    /// The path, relative to the repository root.
    pub path: String,
    /// The document.
    pub root: Node,
}

/// What a template cannot know and the command line may say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Parameter values by name.
    pub parameters: BTreeMap<String, String>,
    /// `--account`
    pub account: Option<String>,
    /// `--region`
    pub region: Option<String>,
}

/// What came of the templates.
#[derive(Debug, Default)]
pub struct Lowered {
    /// One input for each root template, in the order of the paths; their ids count from 0.
    pub inputs: Vec<Input>,
    /// Faults that hide a part of a template: each is a gap.
    pub faults: Vec<(Span, String)>,
}

/// Whether a document is a CloudFormation template: by content, not by name.
pub fn is_template(root: &Node) -> bool {
    root.entry("AWSTemplateFormatVersion").is_some() || root.entry("Resources").is_some()
}

/// Lowers all templates of a scan.
pub fn lower(templates: &[Template], settings: &Settings, map: &SourceMap) -> Lowered {
    let _ = (templates, settings, map);
    todo!()
}

//! HCL's JSON form (`.tf.json`, `.tfvars.json`) into the same tree as the native syntax.
//!
//! JSON does not say what is an attribute and what is a block: Terraform knows it from the schema of each resource,
//! which is not known here. So:
//!
//! - The blocks of the language itself become blocks: what stands at the top of a file, and `lifecycle`, `dynamic`,
//!   `provisioner` and the like inside (`block`). A mapping is one block, a list of mappings several, null none.
//! - Everything else stays an attribute: a nested block such as `"versioning": {…}` is an object or a list of
//!   objects. Who reads the tree takes such an attribute for blocks where it expects blocks.
//! - A mapping with a `dynamic` inside can only be a nested block, and becomes one.
//!
//! A string is a template, except where Terraform takes it as it is (module sources, defaults of variables, what
//! stands in `terraform`) or for a reference (`depends_on`, `provider`, types: `strings`). A block's header is the
//! key of its last label, for the keys before it may stand far away and belong to many blocks. The places of names
//! include their quotes.

use super::native::{inner_expression, inner_literal, inner_template};
use super::{Attribute, Block, Body, Expr, ExprKind};
use crate::source_map::{FileId, Span};
use crate::syntax::{Entry, Kind, MAX_DEPTH, Node, SyntaxError, inner, json, too_deep};

/// Reads a `.tf.json` file.
///
/// # Errors
/// The first fault, with its place: of the JSON, of a template inside a string, or a block of a wrong kind.
pub fn parse_json(text: &str, file: FileId) -> Result<Body, SyntaxError> {
    let node = json::parse(text, file)?;
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: Span::new(file, 0, text.len()) };
    Reader { text, file }.fill(&node, Context::File, &mut body, 0)?;
    Ok(body)
}

/// Reads a `.tfvars.json` file, whose strings are no templates.
///
/// # Errors
/// The first fault of the JSON, with its place.
pub fn parse_variables(text: &str, file: FileId) -> Result<Body, SyntaxError> {
    let node = json::parse(text, file)?;
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: Span::new(file, 0, text.len()) };
    Reader { text, file }.fill(&node, Context::Plain, &mut body, 0)?;
    Ok(body)
}

/// What a body belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    File,
    /// `resource`, `data`, `ephemeral`.
    Resource,
    /// A block inside a resource, as `content` of `dynamic` is.
    Nested,
    Dynamic,
    Lifecycle,
    Provisioner,
    Module,
    Variable,
    Output,
    Check,
    Terraform,
    /// `moved`, `import`, `removed`.
    Addresses,
    /// Where no string is a template.
    Plain,
    Other,
}

/// What strings mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    Templates,
    Plain,
    /// Expressions: references and types.
    References,
}

/// If `name` is a block in this context: how many labels it has, and what it holds.
fn block(context: Context, name: &str) -> Option<(usize, Context)> {
    use Context::{
        Addresses, Check, Dynamic, File, Lifecycle, Module, Nested, Other, Output, Plain, Provisioner, Resource,
        Terraform, Variable,
    };
    Some(match (context, name) {
        (File, "resource" | "data" | "ephemeral") | (Check, "data") => (2, Resource),
        (File, "module") => (1, Module),
        (File, "variable") => (1, Variable),
        (File, "output") => (1, Output),
        (File, "provider") => (1, Other),
        (File, "check") => (1, Check),
        (File, "locals") => (0, Other),
        (File, "terraform") => (0, Terraform),
        (File, "moved" | "import" | "removed") => (0, Addresses),
        (Resource | Addresses, "lifecycle") => (0, Lifecycle),
        (Resource | Addresses, "provisioner") => (1, Provisioner),
        (Resource | Provisioner, "connection") => (0, Other),
        (Resource | Nested, "dynamic") => (1, Dynamic),
        (Dynamic, "content") => (0, Nested),
        (Lifecycle | Output, "precondition" | "postcondition") | (Variable, "validation") | (Check, "assert") => {
            (0, Other)
        }
        (Terraform, "backend" | "provider_meta") => (1, Plain),
        (Terraform, "required_providers" | "cloud") => (0, Plain),
        _ => return None,
    })
}

/// What the strings of an attribute mean.
fn strings(context: Context, name: &str) -> Strings {
    match (context, name) {
        (Context::Resource | Context::Module | Context::Output, "depends_on")
        | (Context::Resource | Context::Addresses, "provider")
        | (Context::Module, "providers")
        | (Context::Lifecycle, "ignore_changes" | "replace_triggered_by")
        | (Context::Variable, "type")
        | (Context::Addresses, "from" | "to")
        | (Context::Dynamic, "iterator")
        | (Context::Provisioner, "when" | "on_failure") => Strings::References,
        (Context::Module, "source" | "version") | (Context::Plain | Context::Terraform | Context::Variable, _) => {
            Strings::Plain
        }
        _ => Strings::Templates,
    }
}

struct Reader<'t> {
    text: &'t str,
    file: FileId,
}

impl Reader<'_> {
    /// Adds what a mapping, or each mapping of a list, holds.
    fn fill(&self, node: &Node, context: Context, body: &mut Body, depth: usize) -> Result<(), SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(too_deep(node.span));
        }
        match &node.kind {
            Kind::Map(entries) => entries.iter().try_for_each(|entry| self.entry(entry, context, body, depth)),
            Kind::Seq(items) if context == Context::File && depth == 0 => {
                items.iter().try_for_each(|item| self.fill(item, context, body, depth + 1))
            }
            _ => Err(wrong(node)),
        }
    }

    fn entry(&self, entry: &Entry, context: Context, body: &mut Body, depth: usize) -> Result<(), SyntaxError> {
        // A key for comments.
        if &*entry.key == "//" {
            return Ok(());
        }
        let inside_resource = matches!(context, Context::Resource | Context::Nested);
        let kind = block(context, &entry.key)
            .or_else(|| (inside_resource && has_dynamic(&entry.value)).then_some((0, Context::Nested)));
        if let Some((labels, inner)) = kind {
            let mut heads = vec![(&*entry.key, entry.key_span)];
            return self.blocks(&entry.value, labels, inner, &mut heads, body, depth + 1);
        }
        let value = self.expr(&entry.value, strings(context, &entry.key))?;
        body.attributes.push(Attribute { name: entry.key.clone(), name_span: entry.key_span, value });
        Ok(())
    }

    /// Adds the blocks below the keys `heads`, with `labels` further labels.
    fn blocks<'n>(
        &self,
        node: &'n Node,
        labels: usize,
        context: Context,
        heads: &mut Vec<(&'n str, Span)>,
        body: &mut Body,
        depth: usize,
    ) -> Result<(), SyntaxError> {
        match &node.kind {
            Kind::Null => Ok(()),
            Kind::Seq(items) if depth <= MAX_DEPTH => {
                items.iter().try_for_each(|item| self.blocks(item, labels, context, heads, body, depth + 1))
            }
            Kind::Map(entries) if labels > 0 => {
                for entry in entries.iter().filter(|entry| &*entry.key != "//") {
                    heads.push((&entry.key, entry.key_span));
                    self.blocks(&entry.value, labels - 1, context, heads, body, depth + 1)?;
                    heads.pop();
                }
                Ok(())
            }
            Kind::Map(_) => {
                let span = Span { start: node.span.start + 1, end: node.span.end - 1, ..node.span };
                let mut inner = Body { attributes: Vec::new(), blocks: Vec::new(), span };
                self.fill(node, context, &mut inner, depth + 1)?;
                let mut names = heads.iter().map(|(name, _)| Box::from(*name));
                let kind = names.next().unwrap_or_default();
                let header = heads.last().map_or(node.span, |(_, span)| *span);
                body.blocks.push(Block { kind, labels: names.collect(), header, body: inner });
                Ok(())
            }
            _ => Err(wrong(node)),
        }
    }

    fn expr(&self, node: &Node, strings: Strings) -> Result<Expr, SyntaxError> {
        let kind = match &node.kind {
            Kind::Null => ExprKind::Null,
            Kind::Bool(value) => ExprKind::Bool(*value),
            Kind::Number(digits) => ExprKind::Number(digits.clone()),
            Kind::String(value) => return self.string(node, value, strings),
            Kind::Seq(items) => {
                ExprKind::List(items.iter().map(|item| self.expr(item, strings)).collect::<Result<_, _>>()?)
            }
            Kind::Map(entries) => {
                // A key is a template too, but never a reference.
                let keys = if strings == Strings::References { Strings::Plain } else { strings };
                let entry = |entry: &Entry| {
                    let key = Node { kind: Kind::String(entry.key.clone()), span: entry.key_span };
                    Ok((self.string(&key, &entry.key, keys)?, self.expr(&entry.value, strings)?))
                };
                ExprKind::Object(entries.iter().map(entry).collect::<Result<_, SyntaxError>>()?)
            }
        };
        Ok(Expr { kind, span: node.span })
    }

    fn string(&self, node: &Node, value: &str, strings: Strings) -> Result<Expr, SyntaxError> {
        // Every JSON string can be aligned.
        let places = inner::offsets(self.text, node).unwrap_or_else(|| vec![node.span.start; value.len() + 1]);
        let pieces = match strings {
            Strings::References if !value.starts_with("${") => return inner_expression(value, self.file, &places),
            Strings::Plain => inner_literal(value, self.file, &places),
            _ => inner_template(value, self.file, &places)?,
        };
        Ok(Expr { kind: ExprKind::Template(pieces), span: node.span })
    }
}

/// The error for a value where blocks are expected.
fn wrong(node: &Node) -> SyntaxError {
    SyntaxError { message: format!("expected a mapping, not {}", node.kind_word()), span: node.span }
}

/// Whether a mapping, or a list of mappings, has a `dynamic` block at any depth.
fn has_dynamic(node: &Node) -> bool {
    let is_dynamic = |entry: &Entry| &*entry.key == "dynamic" && has_content(&entry.value);
    match &node.kind {
        Kind::Map(entries) => entries.iter().any(|entry| is_dynamic(entry) || has_dynamic(&entry.value)),
        Kind::Seq(items) => {
            !items.is_empty()
                && items.iter().all(|item| matches!(item.kind, Kind::Map(_)))
                && items.iter().any(has_dynamic)
        }
        _ => false,
    }
}

/// Whether this is what stands under `dynamic`: below a label, a mapping with `content`.
fn has_content(node: &Node) -> bool {
    let labelled = |node: &Node| match &node.kind {
        Kind::Seq(items) => items.iter().any(|item| item.entry("content").is_some()),
        _ => node.entry("content").is_some(),
    };
    match &node.kind {
        Kind::Seq(items) => items.iter().any(|item| item.entries().iter().any(|entry| labelled(&entry.value))),
        _ => node.entries().iter().any(|entry| labelled(&entry.value)),
    }
}

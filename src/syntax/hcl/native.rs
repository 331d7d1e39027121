//! HCL's native syntax: `.tf` and `.tfvars` files, and the templates of `templatefile`.
//!
//! Blocks, attributes, objects and templates are read here; `expression` hands the operators, references, calls,
//! lists and `for`s between them to `hcl-edit`. One top-level attribute or block that cannot be read costs one error:
//! the rest of the file is still read.

mod convert;
mod expression;
mod reader;
mod recovery;
mod sequence;
mod template;

use super::{Attribute, Block, Body, Expr, Piece};
use crate::source_map::FileId;
use crate::syntax::SyntaxError;
use expression::End;
use reader::Reader;
use std::collections::HashSet;

/// What could be read of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The attributes and blocks without fault.
    pub body: Body,
    /// One error for each top-level attribute or block that could not be read, in the order of their places.
    pub errors: Vec<SyntaxError>,
}

/// Reads a file: top-level attributes (a `.tfvars` file) and blocks.
pub fn parse(text: &str, file: FileId) -> Parsed {
    let mut reader = Reader::new(text, file);
    let mut parsed = Parsed {
        body: Body { attributes: Vec::new(), blocks: Vec::new(), span: reader.span(0, text.len()) },
        errors: Vec::new(),
    };
    let mut names = HashSet::new();
    loop {
        let start = match reader.next_item() {
            Ok(Some(start)) => start,
            Ok(None) => break,
            // Only a comment without end.
            Err(error) => {
                parsed.errors.push(error);
                break;
            }
        };
        reader.begin(start);
        match reader.item(&mut names) {
            Ok(Item::Attribute(attribute)) => parsed.body.attributes.push(attribute),
            Ok(Item::Block(block)) => parsed.body.blocks.push(block),
            Err(error) => {
                parsed.errors.push(error);
                reader.recover(start);
            }
        }
    }
    parsed
}

/// Reads a bare template, as a file for `templatefile` is.
///
/// # Errors
/// The first fault, with its place.
pub fn template(text: &str, file: FileId) -> Result<Vec<Piece>, SyntaxError> {
    Ok(Reader::new(text, file).bare_template()?.0)
}

/// Reads the value of a JSON string as a bare template; `places` are the offsets of its bytes in the file.
pub(super) fn inner_template(text: &str, file: FileId, places: &[u32]) -> Result<Vec<Piece>, SyntaxError> {
    Ok(Reader::inside(text, file, places).bare_template()?.0)
}

/// Reads the value of a JSON string as an expression; `places` are the offsets of its bytes in the file.
pub(super) fn inner_expression(text: &str, file: FileId, places: &[u32]) -> Result<Expr, SyntaxError> {
    let mut reader = Reader::inside(text, file, places);
    Ok(reader.expression(End::Text)?.expr)
}

/// The value of a JSON string that is no template; `places` are the offsets of its bytes in the file.
pub(super) fn inner_literal(text: &str, file: FileId, places: &[u32]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    sequence::literal(&Reader::inside(text, file, places), &mut pieces, 0, text.len());
    pieces
}

/// What a body consists of.
enum Item {
    Attribute(Attribute),
    Block(Block),
}

/// A block that is not closed yet.
struct Open<'t> {
    block: Block,
    /// The place of its brace.
    brace: usize,
    /// The attributes that it has.
    names: HashSet<&'t str>,
}

impl<'t> Reader<'t> {
    /// Reads the top-level attribute or block that begins here, with the end of its line. `names` are the attributes
    /// that the file has already.
    fn item(&mut self, names: &mut HashSet<&'t str>) -> Result<Item, SyntaxError> {
        let mut open: Vec<Open<'t>> = Vec::new();
        loop {
            if let Some(inner) = open.last() {
                let brace = inner.brace;
                if self.next_item()?.is_none() || self.at_next_item() {
                    return Err(self.unclosed(brace));
                }
            }
            let item = match (self.byte(), open.pop()) {
                (Some(b'}'), Some(inner)) => Item::Block(self.close(inner)),
                (_, mut around) => {
                    let names = around.as_mut().map_or(&mut *names, |around| &mut around.names);
                    let begun = self.begin_item(names)?;
                    open.extend(around);
                    match begun {
                        Begun::Attribute(attribute) => Item::Attribute(attribute),
                        Begun::Block(block) => {
                            open.push(block);
                            continue;
                        }
                    }
                }
            };
            self.end_of_line()?;
            match (open.last_mut(), item) {
                (None, item) => return Ok(item),
                (Some(around), Item::Attribute(attribute)) => around.block.body.attributes.push(attribute),
                (Some(around), Item::Block(block)) => around.block.body.blocks.push(block),
            }
        }
    }

    /// Reads an attribute, or a block up to its `{`.
    fn begin_item(&mut self, names: &mut HashSet<&'t str>) -> Result<Begun<'t>, SyntaxError> {
        let start = self.at();
        let Some(name) = self.identifier() else {
            return Err(self.unexpected("expected the name of an attribute or a block"));
        };
        let name_span = self.span(start, self.at());
        self.blanks()?;
        if self.byte() == Some(b'=') && self.byte_at(1) != Some(b'=') {
            if !names.insert(name) {
                return Err(SyntaxError { message: format!("the attribute '{name}' is given twice"), span: name_span });
            }
            self.advance(1);
            let value = self.expression(End::Line)?.expr;
            return Ok(Begun::Attribute(Attribute { name: name.into(), name_span, value }));
        }
        let mut header = name_span;
        let mut labels = Vec::new();
        loop {
            let start = self.at();
            match self.byte() {
                Some(b'{') => break,
                Some(b'"') => labels.push(self.label()?),
                _ => match self.identifier() {
                    Some(label) => labels.push(label.into()),
                    None if labels.is_empty() => return Err(self.unexpected("expected '=', '{' or a label")),
                    None => return Err(self.unexpected("expected '{' or a label")),
                },
            }
            header = header.to(self.span(start, self.at()));
            self.blanks()?;
        }
        let brace = self.at();
        self.enter()?;
        self.advance(1);
        let body = Body { attributes: Vec::new(), blocks: Vec::new(), span: self.span(self.at(), self.at()) };
        let block = Block { kind: name.into(), labels, header, body };
        Ok(Begun::Block(Open { block, brace, names: HashSet::new() }))
    }

    /// Steps over the `}` of a block.
    fn close(&mut self, open: Open<'t>) -> Block {
        let mut block = open.block;
        block.body.span = self.span(open.brace + 1, self.at());
        self.advance(1);
        self.leave();
        block
    }

    /// Reads a quoted label: a string without interpolation.
    fn label(&mut self) -> Result<Box<str>, SyntaxError> {
        let template = self.quoted()?.expr;
        match template.literal() {
            Some(label) => Ok(label.into()),
            None => Err(SyntaxError { message: "a label takes no interpolation".into(), span: template.span }),
        }
    }

    /// What must follow an attribute or block: the end of the line, of the file, or of a block on the same line.
    fn end_of_line(&mut self) -> Result<(), SyntaxError> {
        self.blanks()?;
        match self.byte() {
            None | Some(b'\n') => Ok(()),
            Some(b'}') if self.depth() > 0 => Ok(()),
            _ => Err(self.unexpected("expected the end of the line")),
        }
    }
}

/// What a name begins.
enum Begun<'t> {
    Attribute(Attribute),
    Block(Open<'t>),
}

//! HCL, the language of Terraform: one spanned tree for its native syntax and its JSON form.
//!
//! The tree says what was written and evaluates nothing. Names follow the HCL specification: a body holds attributes
//! and blocks, an expression is a literal, a template, a collection, a reference, an operation or a `for`.

use crate::source_map::Span;

pub mod json;
pub mod native;

/// The content of a file or of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The attributes, in the order written.
    pub attributes: Vec<Attribute>,
    /// The blocks, in the order written.
    pub blocks: Vec<Block>,
    /// Its own bytes, without the braces.
    pub span: Span,
}

/// `name = expression`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Box<str>,
    /// The name's place.
    pub name_span: Span,
    /// The expression.
    pub value: Expr,
}

/// `kind "label" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block's type: `resource`, `variable`, `field_selector`.
    pub kind: Box<str>,
    /// Its labels, unquoted.
    pub labels: Vec<Box<str>>,
    /// The header: type and labels, without the brace.
    pub header: Span,
    /// What stands between the braces.
    pub body: Body,
}

/// An expression with the place it was written at. Parentheses are left out of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its own bytes: quotes, brackets and heredoc marks included.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as written.
    Number(Box<str>),
    /// A quoted string or a heredoc (its indentation already taken off). No piece: the empty string.
    Template(Vec<Piece>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ key = value }`. A bare word as a key is a template of one literal.
    Object(Vec<(Expr, Expr)>),
    /// The first name of a reference: `var`, `local`, `aws_s3_bucket`, `each`, or the variable of a `for`.
    Name(Box<str>),
    /// `of.name`. An index written as `.0` is an [`ExprKind::Index`].
    Attr(Box<Expr>, Box<str>),
    /// `of[key]`
    Index(Box<Expr>, Box<Expr>),
    /// `of.*.a` or `of[*].a`: what is built from each item, which [`ExprKind::Item`] stands for.
    Splat(Box<Expr>, Box<Expr>),
    /// Inside the second part of a splat: the item.
    Item,
    /// `name(arguments)`
    Call(Box<Call>),
    /// `!x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    /// `condition ? yes : no`
    Conditional(Box<[Expr; 3]>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
}

/// A call of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function's name.
    pub name: Box<str>,
    /// The arguments.
    pub args: Vec<Expr>,
    /// Whether the last argument is a list of further arguments (`...`).
    pub expand: bool,
}

/// `[for k, v in collection : value if condition]` or `{for k, v in collection : key => value... if condition}`.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// The name of the key or index, if one is given.
    pub key_name: Option<Box<str>>,
    /// The name of the value.
    pub value_name: Box<str>,
    /// What is gone through.
    pub collection: Expr,
    /// The key of the result; none for a list.
    pub key: Option<Expr>,
    /// The value of the result.
    pub value: Expr,
    /// Whether values of one key are gathered into a list (`...`).
    pub group: bool,
    /// Which items are taken.
    pub condition: Option<Expr>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Characters with their place: either they stand so in the text, or they are what one escape stands for.
    /// A string has several in a row where it has escapes or where indentation was taken off.
    Literal(Box<str>, Span),
    /// `${expression}`
    Interpolation(Expr),
    /// `%{ if condition }…%{ else }…%{ endif }`
    If(Expr, Vec<Piece>, Vec<Piece>),
    /// `%{ for key, value in collection }…%{ endfor }`
    For(Box<TemplateFor>),
}

/// A `for` directive of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateFor {
    /// The name of the key or index, if one is given.
    pub key_name: Option<Box<str>>,
    /// The name of the value.
    pub value_name: Box<str>,
    /// What is gone through.
    pub collection: Expr,
    /// What is repeated.
    pub body: Vec<Piece>,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Minus,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    And,
    Or,
}

impl Body {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of this type, in the order written.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

impl Attribute {
    /// Name and expression together.
    pub fn span(&self) -> Span {
        self.name_span.to(self.value.span)
    }
}

impl Expr {
    /// The characters of a template without interpolation.
    pub fn literal(&self) -> Option<String> {
        let ExprKind::Template(pieces) = &self.kind else { return None };
        pieces.iter().map(|piece| if let Piece::Literal(text, _) = piece { Some(&**text) } else { None }).collect()
    }
}

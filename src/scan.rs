//! A scan: paths in, findings and gaps out.

use crate::checks::Check;
use crate::finding::Finding;
use crate::model::{Estate, InputKind};
use crate::source_map::{SourceMap, Span};

/// The result of a scan: all that a report needs.
#[derive(Debug)]
pub struct Scan {
    /// The texts that were read; findings' spans are of this map.
    pub sources: SourceMap,
    /// The estate that was judged.
    pub estate: Estate,
    /// What was read, in the order of the paths.
    pub inputs: Vec<ScannedInput>,
    /// The checks that were run, in the order of the table.
    pub checks: Vec<&'static Check>,
    /// All verdicts: worst severity of fails first, then by place; the order is total.
    pub findings: Vec<Finding>,
    /// What could not be read, by path.
    pub gaps: Vec<Gap>,
}

/// A line of the report's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedInput {
    /// Relative to the repository root; `-` for standard input.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// Whether all that belongs to it was read.
    pub complete: bool,
}

/// Something that belongs to the scan and could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The file, relative to the repository root.
    pub path: Option<String>,
    /// The place in it, when it could be read that far.
    pub span: Option<Span>,
    /// A word that programs can rely on: `syntax`, `not-utf-8`, `too-large`, `unreadable`, `not-found`, `template`.
    pub reason: &'static str,
    /// One sentence without a final period.
    pub message: String,
}

//! Where findings are, as every format tells it.

use crate::finding::Finding;
use crate::model::attr::Origin;
use crate::scan::{Gap, Scan};
use crate::source_map::{SourceMap, Span};

/// A range on one line; lines and columns from 1, columns in UTF-16 code units, the end column exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[schemars(inline)]
pub struct Location<'a> {
    /// The file, relative to the repository root, with `/`; `-` for standard input.
    pub path: &'a str,
    /// The first line, from 1.
    pub start_line: u32,
    /// The first column, from 1, in UTF-16 code units.
    pub start_column: u32,
    /// The last line, from 1.
    pub end_line: u32,
    /// The column behind the last character, in UTF-16 code units.
    pub end_column: u32,
}

/// The place of a span, narrowed to its first line.
///
/// Reviews show a finding only if all its lines were changed, so one that marked a whole block would hardly ever be
/// shown.
pub fn of_span(sources: &SourceMap, span: Span) -> Location<'_> {
    let narrow = first_line(sources, span);
    let (start, end) = sources.positions(narrow);
    Location {
        path: sources.file(span.file).path(),
        start_line: start.line,
        start_column: start.column,
        end_line: start.line,
        end_column: if end.line == start.line { end.column } else { start.column },
    }
}

/// The place of an origin; none for the answer to an API call.
pub fn of_origin<'a>(scan: &'a Scan, origin: &Origin) -> Option<Location<'a>> {
    match origin {
        Origin::Text(span) => Some(of_span(&scan.sources, *span)),
        Origin::Api { .. } => None,
    }
}

/// The place of a finding for formats that must have one: a finding that is in no file is placed at its resource, else at
/// its input.
pub fn of_finding<'a>(scan: &'a Scan, finding: &Finding) -> Location<'a> {
    let input = scan.estate.inputs.get(finding.subject.input.0 as usize);
    of_origin(scan, &finding.at)
        .or_else(|| of_origin(scan, &finding.subject.at))
        .or_else(|| input.and_then(|input| of_origin(scan, &input.at)))
        .unwrap_or(Location {
            path: input.map_or("unknown", |input| &input.path),
            start_line: 1,
            start_column: 1,
            end_line: 1,
            end_column: 1,
        })
}

/// The account and the Region of a finding's resource, where they are known. A live resource is its ARN, which says both.
pub fn of_resource<'a>(scan: &'a Scan, finding: &'a Finding) -> (Option<&'a str>, Option<&'a str>) {
    let subject = &finding.subject;
    let input = scan.estate.inputs.get(subject.input.0 as usize);
    let live = input.is_some_and(|input| input.live.is_some());
    // The policies of AWS itself have 'aws' in the place of an account.
    let account = subject.arn_part(4).filter(|account| live && account.bytes().all(|byte| byte.is_ascii_digit()));
    let region = subject.arn_part(3).filter(|_| live);
    (
        account.or_else(|| input.and_then(|input| input.account.literal())),
        region.or_else(|| input.and_then(|input| input.region.literal())),
    )
}

/// The place of a gap, as exactly as it is known: the path, and the range in it.
pub fn of_gap<'a>(scan: &'a Scan, gap: &'a Gap) -> Option<(&'a str, Option<Location<'a>>)> {
    let at = gap.span.map(|span| of_span(&scan.sources, span));
    at.map(|at| at.path).or(gap.path.as_deref()).map(|path| (path, at))
}

/// The part of a span on its first line, without the blanks at its end.
pub fn first_line(sources: &SourceMap, span: Span) -> Span {
    let line = sources.text(span).lines().next().unwrap_or_default().trim_end();
    Span::new(span.file, span.start as usize, span.start as usize + line.len())
}

/// `path:line:column` of an origin's start, or the call that told it and what it was about.
pub fn brief(scan: &Scan, origin: &Origin) -> Option<String> {
    if let Origin::Api { call, arn } = origin {
        return Some(format!("{call} {arn}"));
    }
    of_origin(scan, origin).map(|at| format!("{}:{}:{}", at.path, at.start_line, at.start_column))
}

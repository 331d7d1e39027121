//! The places of a finding, drawn so that lines that follow each other stand in one excerpt.

use annotate_snippets::{Annotation, AnnotationKind, Snippet};

use super::MARK;
use super::snippet::{Excerpt, Line, lines};
use crate::finding::clean;
use crate::reports::location;
use crate::source_map::{SourceMap, Span};

/// A place that a report shows.
pub(super) struct Place {
    /// Where.
    pub at: Span,
    /// Whether it is the one to look at first.
    pub kind: AnnotationKind,
    /// What stands under it.
    pub label: Option<String>,
}

/// A place with what is drawn of it.
struct Drawn {
    path: String,
    line: u32,
    column: u32,
    order: usize,
    excerpt: Excerpt,
    kind: AnnotationKind,
    label: Option<String>,
}

/// `--> path:line:column` and the line with the span underlined, for each place; the order of the places is kept as far
/// as neighbours allow.
pub(super) fn snippets(sources: &SourceMap, places: Vec<Place>) -> Vec<Snippet<'static, Annotation<'static>>> {
    let mut drawn: Vec<Drawn> = places.into_iter().enumerate().map(|(i, place)| of(sources, i, place)).collect();
    drawn.sort_by(|a, b| (&a.path, a.line, a.order).cmp(&(&b.path, b.line, b.order)));
    let mut runs: Vec<Vec<Drawn>> = Vec::new();
    for place in drawn {
        let follows = |last: &Drawn| {
            let same_line = last.line == place.line && last.excerpt.shows_the_same(&place.excerpt);
            last.path == place.path && (same_line || last.line + 1 == place.line)
        };
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(follows) => run.push(place),
            _ => runs.push(vec![place]),
        }
    }
    runs.sort_by_key(|run| run.iter().map(|place| place.order).min());
    runs.into_iter().map(snippet).collect()
}

fn of(sources: &SourceMap, order: usize, place: Place) -> Drawn {
    let here = location::of_span(sources, place.at);
    Drawn {
        path: clean(here.path),
        line: here.start_line,
        column: here.start_column,
        order,
        excerpt: Excerpt::of(sources, location::first_line(sources, place.at)),
        kind: place.kind,
        label: place.label,
    }
}

fn snippet(run: Vec<Drawn>) -> Snippet<'static, Annotation<'static>> {
    let first = run.iter().map(|place| place.line).min().unwrap_or(1);
    let head = run.iter().min_by_key(|place| place.order);
    let head = head.map(|place| format!("{}:{}:{}{MARK}", place.path, place.line, place.column)).unwrap_or_default();
    let marked = run.into_iter().map(|place| Line {
        number: place.line,
        excerpt: place.excerpt,
        kind: place.kind,
        label: place.label,
    });
    lines(marked, first).path(head)
}

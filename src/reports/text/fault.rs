//! Faults of files that the program is told to read, drawn as findings are.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer};

use super::places::{Place, snippets};
use super::{draw, note};
use crate::finding::clean;
use crate::source_map::{SourceMap, Span};

/// Draws a message with its place, without colours.
pub fn fault(sources: &SourceMap, at: Span, message: &str, help: Option<&str>) -> String {
    let place = Place { at, kind: AnnotationKind::Primary, label: None };
    let group = Group::with_title(Level::ERROR.primary_title(clean(message)));
    let mut group = group.elements(snippets(sources, vec![place]));
    if let Some(help) = help {
        group = group.element(note("help", help));
    }
    draw(&Renderer::plain().term_width(400), group)
}

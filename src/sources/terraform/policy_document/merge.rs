//! Documents merged by the ids of their statements.

use std::collections::BTreeMap;

use crate::model::arn::Text;
use crate::source_map::Span;
use crate::sources::value::{Field, Val, ValKind};
use crate::truth::{Cause, CauseKind, Truth};

/// The document so far.
#[derive(Default)]
pub(super) struct Merged {
    id: Option<Val>,
    version: Option<Val>,
    statements: Vec<Val>,
    /// Where the statements with a known id stand.
    known: BTreeMap<String, usize>,
    /// Where those stand whose id has parts that are not known.
    open: Vec<(usize, Text)>,
    /// Whether there were more of these than are told apart.
    blurred: bool,
}

/// Ids that are not known are told apart up to this many.
const MOST_OPEN: usize = 50;

impl Merged {
    /// Takes over the id, and the version where it is newer. Versions are dates, so their order is that of the texts.
    pub(super) fn head(&mut self, id: Option<Val>, version: Option<Val>) {
        if id.is_some() {
            self.id = id;
        }
        let text = |val: &Option<Val>| val.as_ref().and_then(Val::text);
        let newer = match (text(&self.version), text(&version)) {
            (Some(known), Some(new)) => match (known.literal(), new.literal()) {
                (Some(known), Some(new)) => new > known,
                _ => true,
            },
            (None, new) => new.is_some() || version.is_some(),
            (Some(_), None) => version.is_some(),
        };
        if newer {
            self.version = version;
        }
    }

    /// Merges a document.
    pub(super) fn document(&mut self, document: &Val) {
        if let ValKind::Unknown(cause) = &document.kind {
            self.unknown(cause, document.span, true);
            return;
        }
        self.head(document.get("Id").cloned(), document.get("Version").cloned());
        for statement in document.get("Statement").map_or(&[][..], Val::items) {
            self.statement(statement.clone());
        }
    }

    /// Adds a statement, in the place of one with the same id if there is one.
    pub(super) fn statement(&mut self, statement: Val) {
        let Some(sid) = sid(&statement) else {
            self.statements.push(statement);
            return;
        };
        let known = sid.literal().and_then(|sid| self.known.get(sid)).copied();
        if let Some(place) = known.and_then(|place| self.statements.get_mut(place)) {
            *place = statement;
            return;
        }
        // It may take the place of a statement whose id is not known, or, with such an id, of any that has one: whether
        // the other still stands is not known.
        let rivals: Vec<(usize, Text)> = match sid.literal() {
            Some(_) => self.open.clone(),
            None if self.open.len() == MOST_OPEN => {
                self.blurred = true;
                Vec::new()
            }
            None => {
                let known = self.known.iter().map(|(sid, at)| (*at, Text::from(sid.as_str())));
                known.chain(self.open.clone()).collect()
            }
        };
        for (at, other) in rivals {
            if let (Truth::Unknown(causes), Some(known)) = (other.same(&sid), self.statements.get_mut(at)) {
                *known = Val { kind: ValKind::Unknown(causes.first().clone()), span: known.span };
            }
        }
        match sid.literal() {
            Some(literal) => {
                self.known.insert(literal.to_owned(), self.statements.len());
            }
            None if !self.blurred => self.open.push((self.statements.len(), sid)),
            None => {}
        }
        self.statements.push(statement);
    }

    /// A document that is not known. One that overrides may take the place of every statement with an id.
    pub(super) fn unknown(&mut self, cause: &Cause, span: Span, overrides: bool) {
        if overrides {
            self.doubt_all(cause);
        }
        self.statements.push(Val { kind: ValKind::Unknown(cause.clone()), span });
    }

    /// Every statement with an id may have lost its place.
    fn doubt_all(&mut self, cause: &Cause) {
        for known in &mut self.statements {
            if sid(known).is_some() {
                *known = Val { kind: ValKind::Unknown(cause.clone()), span: known.span };
            }
        }
    }

    /// The document as IAM writes it.
    pub(super) fn into_document(mut self, span: Span) -> Val {
        if self.blurred {
            self.doubt_all(&Cause::new(CauseKind::Unsupported, "too many statements have an id that is not known"));
        }
        let field = |key: &str, value: Val| Field { key: key.into(), key_span: value.span, value };
        let version = self.version.unwrap_or_else(|| Val { kind: ValKind::Text("2012-10-17".into()), span });
        let mut fields = vec![field("Version", version)];
        fields.extend(self.id.map(|id| field("Id", id)));
        if !self.statements.is_empty() {
            fields.push(field("Statement", Val { kind: ValKind::List(self.statements), span }));
        }
        Val { kind: ValKind::Map(fields), span }
    }
}

/// The id of a statement, if it has one: an empty id is none.
fn sid(statement: &Val) -> Option<Text> {
    let sid = statement.get("Sid")?;
    match &sid.kind {
        ValKind::Unknown(cause) => Some(unknown(statement, cause)),
        _ => sid.text().filter(|text| !text.is_certainly_empty()),
    }
}

fn unknown(statement: &Val, cause: &Cause) -> Text {
    use crate::model::arn::{Shape, Var};
    let key = format!("sid@{}:{}", statement.span.file.0, statement.span.start).into();
    let cause = match cause.kind {
        CauseKind::Invalid => Cause::new(CauseKind::Invalid, "a statement's 'sid' cannot be read"),
        _ => cause.clone(),
    };
    Var { key, shown: "sid".into(), cause, shape: Shape::Any }.into()
}

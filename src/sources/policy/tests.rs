use super::*;
use crate::model::arn::{Shape, Var};
use crate::source_map::{FileId, Span};

fn val(kind: ValKind) -> Val {
    Val { kind, span: Span::new(FileId(0), 0, 1) }
}

fn text(s: &str) -> Val {
    val(ValKind::Text(s.into()))
}

fn map(fields: Vec<(&str, Val)>) -> Val {
    let span = Span::new(FileId(0), 0, 1);
    val(ValKind::Map(fields.into_iter().map(|(key, value)| Field { key: key.into(), key_span: span, value }).collect()))
}

fn one(fields: Vec<(&str, Val)>) -> Statement {
    match document(&map(vec![("Statement", map(fields))])) {
        Value::Known(document) => document.statements.into_iter().next().expect("one statement"),
        Value::Unknown(cause) => panic!("{cause}"),
    }
}

fn hole() -> Text {
    Var {
        key: "P".into(),
        shown: "P".into(),
        cause: Cause::new(CauseKind::Parameter, "the parameter 'P' has no default"),
        shape: Shape::Any,
    }
    .into()
}

#[test]
fn a_single_statement_is_a_list_of_one_and_scalars_are_lists() {
    let statement = one(vec![
        ("Effect", text("Allow")),
        ("Principal", text("*")),
        ("NotAction", text("s3:Get*")),
        ("Resource", val(ValKind::List(vec![text("a"), text("b")]))),
        ("Condition", map(vec![("Bool", map(vec![("aws:SecureTransport", val(ValKind::Bool(false)))]))])),
    ]);
    assert_eq!(statement.effect, Value::Known(Effect::Allow));
    assert!(matches!(statement.principal.expect("some").items[0].0, PrincipalName::Everyone));
    assert!(statement.action.expect("some").negated);
    assert_eq!(statement.resource.expect("some").items.len(), 2);
    assert_eq!(statement.conditions[0].values, [Text::from("false")]);
    assert_eq!(statement.unreadable, None);
}

#[test]
fn a_map_key_star_is_everyone() {
    let statement = one(vec![("Principal", map(vec![("*", text("*")), ("AWS", val(ValKind::Text(hole())))]))]);
    let clause = statement.principal.expect("some");
    assert_eq!(clause.items[0].0, PrincipalName::Everyone);
    assert_eq!(clause.items[1].0, PrincipalName::Aws(hole()));
    assert_eq!(clause.more, None);
}

#[test]
fn variables_need_the_new_version() {
    let read = |version: Option<&str>| {
        let mut fields = vec![("Statement", val(ValKind::List(Vec::new())))];
        fields.extend(version.map(|v| ("Version", text(v))));
        match document(&map(fields)) {
            Value::Known(document) => document.variables,
            Value::Unknown(cause) => panic!("{cause}"),
        }
    };
    assert!(read(Some("2012-10-17")));
    assert!(!read(Some("2008-10-17")));
    assert!(!read(None));
}

#[test]
fn what_cannot_be_read_stays_unknown_where_it_belongs() {
    let cause = Cause::new(CauseKind::Parameter, "the parameter 'P' has no default");
    let unknown = || val(ValKind::Unknown(cause.clone()));
    assert_eq!(document(&unknown()), Value::Unknown(cause.clone()));
    assert!(matches!(document(&text("no json")), Value::Unknown(c) if c.kind == CauseKind::Invalid));
    match document(&map(vec![("Statement", val(ValKind::List(vec![unknown()])))])) {
        Value::Known(document) => assert_eq!(document.more, Some(cause.clone())),
        Value::Unknown(cause) => panic!("{cause}"),
    }
    let statement = one(vec![("Effect", unknown()), ("Action", unknown()), ("Condition", unknown())]);
    assert_eq!(statement.effect, Value::Unknown(cause.clone()));
    assert_eq!(statement.action.expect("some").more, Some(cause.clone()));
    assert_eq!(statement.unreadable, Some(cause));
    let statement = one(vec![("Effect", text("allow")), ("Actions", text("s3:*"))]);
    assert!(matches!(statement.effect, Value::Unknown(c) if c.kind == CauseKind::Invalid));
    assert!(statement.unreadable.is_some());
}

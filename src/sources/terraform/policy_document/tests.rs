//! Documents as the provider writes them, with the examples of its documentation in mind.

use crate::model::attr::{Origin, Value};
use crate::model::policy::{Document, PrincipalName};
use crate::source_map::{FileId, Span};
use crate::sources::policy;
use crate::sources::terraform::notation::{World, written};
use crate::sources::value::{Val, ValKind};
use crate::sources::worlds;

/// The value of `json` of a data source with these arguments.
fn value(arguments: &str) -> Val {
    let text = format!(r#"{{"data.aws_iam_policy_document.d": {{{arguments}}}}}"#);
    World::read(&text).reference("data.aws_iam_policy_document.d.json", Span::new(FileId(0), 0, 1))
}

fn json(arguments: &str) -> String {
    value(arguments).text().unwrap_or_else(|| panic!("no text for {arguments}")).to_string()
}

fn document(arguments: &str) -> Document {
    match policy::document(&value(arguments)) {
        Value::Known(document) => document,
        Value::Unknown(cause) => panic!("{cause}"),
    }
}

#[test]
fn one_value_stands_alone_and_several_in_a_list() {
    let cases = [
        ("", r#"{"Version":"2012-10-17"}"#),
        (r#""version": "2008-10-17", "policy_id": "p""#, r#"{"Version":"2008-10-17","Id":"p"}"#),
        (
            r#""statement": [{"sid": "a", "actions": ["s3:Get*"], "resources": ["*"]}]"#,
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#,
        ),
        (
            r#""statement": [{"sid": "", "effect": "Deny", "not_actions": ["a:b", "c:d"], "not_resources": ["x", "y"]}]"#,
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["a:b","c:d"],"NotResource":["x","y"]}]}"#,
        ),
    ];
    for (arguments, expected) in cases {
        assert_eq!(json(arguments), expected);
    }
}

#[test]
fn everybody_alone_and_beside_others() {
    let of = |principals: &str| {
        let all = json(&format!(r#""statement": [{{"actions": ["a:b"], {principals}}}]"#));
        let start = all.find(r#""Action":"a:b","#).expect("an action") + r#""Action":"a:b","#.len();
        all[start..].strip_suffix("}]}").expect("the end of the document").to_owned()
    };
    assert_eq!(of(r#""principals": [{"type": "*", "identifiers": ["*"]}]"#), r#""Principal":"*""#);
    assert_eq!(of(r#""not_principals": [{"type": "*", "identifiers": ["*"]}]"#), r#""NotPrincipal":"*""#);
    assert_eq!(of(r#""principals": [{"type": "AWS", "identifiers": ["*"]}]"#), r#""Principal":{"AWS":"*"}"#);
    assert_eq!(
        of(r#""principals": [{"type": "*", "identifiers": ["*"]}, {"type": "AWS", "identifiers": ["*"]}]"#),
        r#""Principal":{"*":"*","AWS":"*"}"#
    );
    assert_eq!(
        of(
            r#""principals": [{"type": "Service", "identifiers": ["a", "b"]}, {"type": "Service", "identifiers": ["c"]}]"#
        ),
        r#""Principal":{"Service":["a","b","c"]}"#
    );
    let mixed = document(
        r#""statement": [{"principals": [{"type": "*", "identifiers": ["*"]}, {"type": "AWS", "identifiers": ["1"]}]}]"#,
    );
    let names = &mixed.statements[0].principal.as_ref().expect("principals").items;
    assert!(names.iter().any(|(name, _)| *name == PrincipalName::Everyone), "{names:?}");
}

#[test]
fn conditions_of_one_operator_are_put_together() {
    let all = json(
        r#""statement": [{"condition": [
            {"test": "StringEquals", "variable": "aws:SourceArn", "values": ["a"]},
            {"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/&{aws:username}/*"]},
            {"test": "StringEquals", "variable": "aws:SourceArn", "values": ["b"]},
            {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}]}]"#,
    );
    let expected = r#""Condition":{"StringEquals":{"aws:SourceArn":["a","b"],"aws:SourceAccount":"1"},"StringLike":{"s3:prefix":["","home/${aws:username}/*"]}}"#;
    assert!(all.contains(expected), "{all}");
}

#[test]
fn policy_variables() {
    let all = json(
        r#""statement": [{"actions": ["a:&{b}"], "resources": ["arn:aws:s3:::b/&{aws:username}/*"],
            "principals": [{"type": "AWS", "identifiers": ["&{aws:PrincipalArn}"]}]}]"#,
    );
    assert!(all.contains(r#""Resource":"arn:aws:s3:::b/${aws:username}/*""#), "{all}");
    assert!(all.contains(r#""AWS":"${aws:PrincipalArn}""#), "{all}");
    // The provider leaves actions as they are.
    assert!(all.contains(r#""Action":"a:&{b}""#), "{all}");
    assert!(document(r#""statement": [{}]"#).variables);
    assert!(!document(r#""version": "2008-10-17", "statement": [{}]"#).variables);
}

/// Ids and actions of the statements, in order.
fn merged(arguments: &str) -> Vec<String> {
    document(arguments)
        .statements
        .iter()
        .map(|statement| {
            let sid = statement.sid.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let actions =
                statement.action.iter().flat_map(|clause| &clause.items).map(|(action, _)| action.to_string());
            format!("{sid} {}", actions.collect::<String>())
        })
        .collect()
}

const SOURCE: &str = r#""{\"Statement\": [{\"Sid\": \"one\", \"Effect\": \"Allow\", \"Action\": \"s:1\"}, {\"Effect\": \"Allow\", \"Action\": \"s:0\"}]}""#;
const OVER: &str = r#""{\"Statement\": {\"Sid\": \"two\", \"Effect\": \"Deny\", \"Action\": \"o:2\"}}""#;
const OWN: &str =
    r#""statement": [{"sid": "two", "actions": ["d:2"]}, {"actions": ["d:0"]}, {"sid": "three", "actions": ["d:3"]}]"#;

#[test]
fn documents_are_merged_by_id() {
    let cases: &[(String, &[&str])] = &[
        (OWN.to_owned(), &["two d:2", "- d:0", "three d:3"]),
        // Sources come first.
        (
            format!(r#"{OWN}, "source_policy_documents": [{SOURCE}]"#),
            &["one s:1", "- s:0", "two d:2", "- d:0", "three d:3"],
        ),
        (format!(r#"{OWN}, "source_json": {SOURCE}"#), &["one s:1", "- s:0", "two d:2", "- d:0", "three d:3"]),
        // A statement of its own takes the place of the source's.
        (
            format!(r#""statement": [{{"sid": "one", "actions": ["d:1"]}}], "source_policy_documents": [{SOURCE}]"#),
            &["one d:1", "- s:0"],
        ),
        // Overriding ones take the place of both, in the order given, and the rest is added.
        (format!(r#"{OWN}, "override_policy_documents": [{OVER}]"#), &["two o:2", "- d:0", "three d:3"]),
        (format!(r#"{OWN}, "override_json": {OVER}"#), &["two o:2", "- d:0", "three d:3"]),
        (
            format!(r#"{OWN}, "override_policy_documents": [{OVER}, {SOURCE}]"#),
            &["two o:2", "- d:0", "three d:3", "one s:1", "- s:0"],
        ),
        // What is empty counts for nothing.
        (
            format!(r#"{OWN}, "source_policy_documents": ["", null], "override_json": """#),
            &["two d:2", "- d:0", "three d:3"],
        ),
    ];
    for (arguments, expected) in cases {
        assert_eq!(merged(arguments), *expected, "{arguments}");
    }
    let versions = r#""version": "2008-10-17", "statement": [{}], "source_policy_documents": ["{\"Version\": \"2012-10-17\", \"Id\": \"s\"}"]"#;
    assert!(json(versions).starts_with(r#"{"Version":"2012-10-17","Id":"s""#));
}

#[test]
fn documents_of_other_data_sources_are_merged() {
    let text = r#"{
        "data.aws_iam_policy_document.a": {"statement": [{"sid": "x", "actions": ["a:1"], "resources": ["${aws_s3_bucket.b.arn}/*"]}]},
        "data.aws_iam_policy_document.d": {"source_policy_documents": ["${data.aws_iam_policy_document.a.json}"],
            "statement": [{"sid": "y", "actions": ["a:2"]}]},
        "aws_s3_bucket.b": {}
    }"#;
    let val = World::read(text).reference("data.aws_iam_policy_document.d.json", Span::new(FileId(0), 0, 1));
    let Value::Known(document) = policy::document(&val) else { panic!("{val:?}") };
    assert_eq!(document.statements.len(), 2);
    let resource = &document.statements[0].resource.as_ref().expect("a resource").items[0].0;
    assert_eq!(resource.to_string(), "arn:aws:s3:::${aws_s3_bucket.b.bucket}/*");
    // Findings point to the statement of the data source that has it.
    assert!(written(text, &document.statements[0].at).starts_with(r#"{"sid": "x""#));
    assert!(written(text, &document.statements[1].at).starts_with(r#"{"sid": "y""#));
    let action = document.statements[1].action.as_ref().expect("an action");
    assert_eq!(written(text, &action.at), r#""actions": ["a:2"]"#);
    assert!(matches!(document.at, Origin::Text(_)));
}

#[test]
fn what_is_not_known_stays_small() {
    let why = r#"{"unknown": "it is made later"}"#;
    let resource =
        document(&format!(r#""statement": [{{"sid": "a", "actions": ["s:1"], "resources": ["x", {why}]}}]"#));
    let clause = resource.statements[0].resource.as_ref().expect("a resource");
    assert_eq!(
        (clause.items.len(), clause.more.as_ref().map(ToString::to_string).as_deref()),
        (1, Some("it is made later"))
    );
    assert!(resource.more.is_none() && resource.statements[0].unreadable.is_none());

    let whole = document(&format!(r#""statement": [{{"sid": "a", "actions": ["s:1"]}}, {why}]"#));
    assert_eq!((whole.statements.len(), whole.more.is_some()), (1, true));

    let condition = document(&format!(
        r#""statement": [{{"actions": ["s:1"], "condition": [{{"test": "Bool", "variable": {why}, "values": ["true"]}}]}}]"#
    ));
    assert!(condition.statements[0].unreadable.is_some() && condition.more.is_none());

    let values = document(&format!(
        r#""statement": [{{"condition": [{{"test": "Bool", "variable": "a:b", "values": {why}}}]}}]"#
    ));
    assert!(values.statements[0].conditions[0].more.is_some() && values.statements[0].unreadable.is_none());

    let principal = document(&format!(r#""statement": [{{"principals": [{{"type": {why}, "identifiers": ["*"]}}]}}]"#));
    let clause = principal.statements[0].principal.as_ref().expect("a principal");
    assert!(clause.items.is_empty() && clause.more.is_some());

    let effect = document(&format!(r#""statement": [{{"effect": {why}}}]"#));
    assert!(matches!(effect.statements[0].effect, Value::Unknown(_)));
}

#[test]
fn a_document_that_is_not_known() {
    let why = r#"{"unknown": "it is made later"}"#;
    // A source adds what nobody knows, and takes nothing away.
    let source = format!(r#"{OWN}, "source_policy_documents": [{why}]"#);
    assert_eq!(merged(&source), ["two d:2", "- d:0", "three d:3"]);
    assert!(document(&source).more.is_some());
    // One that overrides may take the place of every statement that has an id.
    let over = format!(r#"{OWN}, "override_policy_documents": ["${{var.policy}}"]"#);
    assert_eq!(merged(&over), ["- d:0"]);
    let more = document(&over).more.expect("there may be more");
    assert_eq!(more.to_string(), "the variable 'var.policy' has no default");
    // An id that is not known may be that of any other statement.
    let sid = r#""statement": [{"sid": "a", "actions": ["d:1"]}, {"sid": "${var.sid}", "actions": ["d:2"]}]"#;
    assert_eq!(merged(sid), ["${var.sid} d:2"]);
    assert!(document(sid).more.is_some());
    let apart = r#""statement": [{"sid": "a", "actions": ["d:1"]}, {"sid": "b-${var.sid}", "actions": ["d:2"]}]"#;
    assert_eq!(merged(apart), ["a d:1", "b-${var.sid} d:2"]);
    // No document at all.
    assert!(document(&format!(r#"{OWN}, "source_json": "no JSON""#)).more.is_some());
}

#[test]
fn a_choice_inside_makes_one_document_for_each_option() {
    let val = value(
        r#""statement": [{"actions": ["a:1"], "resources": ["*"],
            "condition": {"when the variable 'x' is true": [{"test": "Bool", "variable": "a:b", "values": ["true"]}],
                "when the variable 'x' is false": null}},
            {"effect": {"when the variable 'x' is true": "Deny", "when the variable 'x' is false": "Allow"}, "actions": ["a:2"]}]"#,
    );
    assert!(matches!(val.kind, ValKind::Choice { .. }));
    let possible = worlds::possible(Some(&val));
    let said: Vec<_> = possible
        .iter()
        .map(|world| {
            let text = world.value.as_ref().and_then(Val::text).expect("a document").to_string();
            (world.when.as_deref().unwrap_or(""), text.contains("Condition"), text.contains("Deny"))
        })
        .collect();
    // Both choices have different subjects only where they differ; here they are decided apart.
    assert!(said.iter().any(|(when, ..)| when.contains("is true")), "{said:?}");
    assert!(said.iter().any(|(_, condition, _)| *condition) && said.iter().any(|(_, condition, _)| !condition));
}

#[test]
fn many_statements_take_little_time() {
    let statements: Vec<String> = (0..5000).map(|i| format!(r#"{{"sid": "s{i}", "actions": ["a:{i}"]}}"#)).collect();
    let open: Vec<String> = (0..500).map(|i| format!(r#"{{"sid": "o{i}${{var.sid}}", "actions": ["a:b"]}}"#)).collect();
    let list = format!("{}, {}", statements.join(","), open.join(","));
    let start = std::time::Instant::now();
    let _ = document(&format!(r#""statement": [{list}]"#));
    assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_plan_that_does_not_know_the_whole_knows_its_parts() {
    let parts =
        r#""json": {"unknown": "it is made later"}, "statement": [{"actions": ["a:1"], "resources": ["${var.x}"]}]"#;
    assert_eq!(document(parts).statements.len(), 1);
    // What is known as a whole stands as it is.
    let whole = r#""json": "{\"Statement\": []}", "statement": [{}]"#;
    assert!(document(whole).statements.is_empty());
}

#[test]
fn bounds() {
    // More ids that are not known than are told apart: then no statement with an id is certain.
    let open: Vec<String> = (0..60).map(|i| format!(r#"{{"sid": "o{i}-${{var.sid}}", "actions": ["a:b"]}}"#)).collect();
    let list = format!(r#""statement": [{{"sid": "a"}}, {{"actions": ["d:0"]}}, {}]"#, open.join(","));
    assert_eq!(merged(&list), ["- d:0"]);
    // More forms than are written.
    let choice = |i: usize| format!(r#"{{"effect": {{"when {i} is so": "Allow", "when {i} is not so": "Deny"}}}}"#);
    let of =
        |count: usize| value(&format!(r#""statement": [{}]"#, (0..count).map(choice).collect::<Vec<_>>().join(",")));
    let forms = |count| worlds::possible(Some(&of(count))).len();
    assert_eq!(forms(3), 8);
    let unknown = |val: &Val| {
        let possible = worlds::possible(Some(val));
        possible.iter().all(|world| matches!(world.value.as_ref().map(|val| &val.kind), Some(ValKind::Unknown(_))))
    };
    assert!(!unknown(&of(5)) && unknown(&of(6)));
}

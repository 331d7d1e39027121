//! Policies as they are written: as a mapping of a template, as a JSON string, percent-encoded.

use super::pages::{ACTION, CONDITION, EFFECT, GRAMMAR, PRINCIPAL, RESOURCE, STATEMENT, VARIABLES, VERSION};
use super::{ALICE, Document, GET, KEY, letter, request};
use crate::model::attr::Value;
use crate::source_map::SourceMap;
use crate::sources::cloudformation::{Settings, Template, lower};
use crate::syntax;

/// In which form the document stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// As a mapping.
    Mapping,
    /// As a string that holds JSON.
    Text,
    /// As a string that holds percent-encoded JSON.
    Encoded,
}
use Form::{Encoded, Mapping, Text};

/// Page, form, document, answer for Alice, who asks for `b/k` and whose name is `k`.
type Row = (&'static str, Form, &'static str, char);

const ALL: &str = r#""Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*""#;

/// `@` is [`ALL`].
pub(super) const ROWS: &[Row] = &[
    (STATEMENT, Mapping, r#"{"Statement":[{@}]}"#, 'T'),
    (STATEMENT, Mapping, r#"{"Statement":{@}}"#, 'T'),
    (STATEMENT, Text, r#"{"Statement":{@}}"#, 'T'),
    (STATEMENT, Encoded, r#"{"Statement":[{@}]}"#, 'T'),
    (STATEMENT, Encoded, r#"{"Statement":[{@,"Condition":{"StringEquals":{"aws:username":"é k%"}}}]}"#, 'F'),
    (STATEMENT, Mapping, r#"{"Statement":[]}"#, 'F'),
    (STATEMENT, Mapping, r#"{"Version":"2012-10-17"}"#, '?'),
    (STATEMENT, Text, r#"{"Statement":null}"#, '?'),
    (STATEMENT, Text, r#"{"Statement":[{@},7]}"#, '?'),
    (GRAMMAR, Text, r#"{"Statement":[{@}]"#, '?'),
    (GRAMMAR, Text, "no policy", '?'),
    (GRAMMAR, Mapping, r#"{"Id":"x","Statement":[{"Sid":"y",@}]}"#, 'T'),
    (GRAMMAR, Mapping, r#"{"Statement":[{@,"Because":"x"}]}"#, '?'),
    (GRAMMAR, Mapping, r#"{"Statement":[{@,"NotAction":"iam:*"}]}"#, '?'),
    (GRAMMAR, Mapping, r#"{"Statement":[{@,"NotResource":"arn:aws:s3:::x"}]}"#, '?'),
    (GRAMMAR, Mapping, r#"{"Statement":[{@,"NotPrincipal":"*"}]}"#, '?'),
    // Of a key that stands twice, the last value counts.
    (GRAMMAR, Text, r#"{"Statement":[{@,"Effect":"Deny"}]}"#, 'F'),
    (GRAMMAR, Text, r#"{"Statement":[{"Effect":"Deny",@}]}"#, 'T'),
    (GRAMMAR, Text, r#"{"Statement":[],"Statement":[{@}]}"#, 'T'),
    (GRAMMAR, Text, r#"{"Statement":[{@}],"Statement":[]}"#, 'F'),
    (GRAMMAR, Encoded, r#"{"Statement":[{@,"Action":"kms:*"}]}"#, 'F'),
    (
        GRAMMAR,
        Text,
        r#"{"Statement":[{@,"Condition":{"StringEquals":{"aws:username":"x"},"StringEquals":{"aws:username":"k"}}}]}"#,
        'T',
    ),
    (GRAMMAR, Text, r#"{"Statement":[{@,"Condition":{"StringEquals":{"aws:username":"k","aws:username":"x"}}}]}"#, 'F'),
    (EFFECT, Mapping, r#"{"Statement":[{@,"Condition":{}}]}"#, 'T'),
    (EFFECT, Text, r#"{"Statement":[{@,"Effect":"allow"}]}"#, '?'),
    (EFFECT, Mapping, r#"{"Statement":[{"Principal":"*","Action":"s3:*","Resource":"*"}]}"#, '?'),
    (VERSION, Text, r#"{"Version":"2012-10-17","Statement":[{@,"Resource":"arn:aws:s3:::b/${aws:username}"}]}"#, 'T'),
    (VERSION, Text, r#"{"Version":"2008-10-17","Statement":[{@,"Resource":"arn:aws:s3:::b/${aws:username}"}]}"#, 'F'),
    (VERSION, Text, r#"{"Statement":[{@,"Resource":"arn:aws:s3:::b/${aws:username}"}]}"#, 'F'),
    (VARIABLES, Text, r#"{"Version":"2012-10-17","Statement":[{@,"Resource":"arn:aws:s3:::b/${*}"}]}"#, 'F'),
    (PRINCIPAL, Text, r#"{"Statement":[{@,"Principal":{"*":"*"}}]}"#, 'T'),
    (PRINCIPAL, Text, r#"{"Statement":[{@,"Principal":["*"]}]}"#, 'T'),
    (PRINCIPAL, Text, r#"{"Statement":[{@,"Principal":"111111111111"}]}"#, '?'),
    (PRINCIPAL, Text, r#"{"Statement":[{@,"Principal":{"Aws":"*"}}]}"#, '?'),
    (PRINCIPAL, Text, r#"{"Statement":[{@,"Principal":{"AWS":111111111111}}]}"#, 'T'),
    (ACTION, Text, r#"{"Statement":[{@,"Action":["s3:GetObject"]}]}"#, 'T'),
    (ACTION, Text, r#"{"Statement":[{@,"Action":null}]}"#, '?'),
    (RESOURCE, Text, r#"{"Statement":[{@,"Resource":["arn:aws:s3:::b/k"]}]}"#, 'T'),
    (RESOURCE, Text, r#"{"Statement":[{@,"Resource":{"x":"y"}}]}"#, '?'),
    (CONDITION, Text, r#"{"Statement":[{@,"Condition":{"Bool":{"aws:SecureTransport":true}}}]}"#, 'F'),
    (CONDITION, Text, r#"{"Statement":[{@,"Condition":{"StringEquals":{"aws:username":["x","k"]}}}]}"#, 'T'),
    (CONDITION, Text, r#"{"Statement":[{@,"Condition":{"StringEquals":"k"}}]}"#, '?'),
    (CONDITION, Text, r#"{"Statement":[{@,"Condition":["StringEquals"]}]}"#, '?'),
];

/// The document as the model has it, or `None` when it is not known at all.
fn read(form: Form, document: &str) -> Option<Document> {
    let document = document.replace('@', ALL);
    let quoted = |text: &str| serde_json::to_string(text).expect("is JSON");
    let written = match form {
        Form::Mapping => document,
        Form::Text => quoted(&document),
        Form::Encoded => {
            let encode = |byte: u8| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            };
            quoted(&document.bytes().map(encode).collect::<String>())
        }
    };
    let template = format!(
        r#"{{"Resources":{{"P":{{"Type":"AWS::S3::BucketPolicy","Properties":{{"Bucket":"b","PolicyDocument":{written}}}}}}}}}"#
    );
    let mut map = SourceMap::default();
    let file = map.add("template.json", template.as_str());
    let root = syntax::json::parse(&template, file).expect("the test's template parses");
    let lowered = lower(&[Template { file, path: "template.json".to_owned(), root }], &Settings::default(), &map);
    let policies = &lowered.inputs[0].bucket_policies;
    policies.items[0].document.possible().next().cloned()
}

#[test]
fn each_form_is_read_as_its_page_says() {
    let ask = request(ALICE, GET, KEY, &[("aws:username", "k")]);
    for (page, form, document, answer) in ROWS {
        let found = read(*form, document).map_or('?', |read| letter(&read.allows(&ask)));
        assert_eq!(found, *answer, "{page}: {form:?} {document}");
    }
}

#[test]
fn a_broken_percent_code_is_no_document() {
    use crate::source_map::{FileId, Span};
    use crate::sources::{policy, value};
    for text in ["%7B%2", "%7B%ZZ", "%7B%FF%7D", "%7B"] {
        let kind = value::ValKind::Text(text.into());
        let val = value::Val { kind, span: Span::new(FileId(0), 0, 1) };
        assert!(matches!(policy::document(&val), Value::Unknown(_)), "{text}");
    }
}

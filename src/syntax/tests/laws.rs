//! Laws over random trees and texts.

use super::{FILE, check_spans, json, shape, yaml};
use crate::source_map::Span;
use crate::syntax::inner::offsets;
use crate::syntax::{Entry, Kind, Node, json as json_reader, parse_any, yaml as yaml_reader};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

const SAMPLES: [&str; 4] = [
    "AWSTemplateFormatVersion: 2010-09-09\r\nResources:\r\n  Trail: # é\r\n    Type: AWS::CloudTrail::Trail\r\n    Properties: &p\r\n      IsLogging: !If [Prod, yes, !Ref 'Flag']\r\n      S3BucketName: !Sub \"${AWS::StackName}-é\\u00e9\"\r\n",
    "a: &x\n  - |+\n    one\n\n     two\n\n  - >-\n    folded\n    text\n\n    é\nb: {<<: [{k: *x}], 'q''': \"\\x41\\\n  b\"}\n--- !Foo\n? k\n: - v\n",
    "{\"Resources\": {\"T\": {\"Type\": \"AWS::CloudTrail::Trail\", \"Properties\": {\"A\": [true, null, -1.5e3, \"\\ud83d\\ude00\\n\"]}}}}",
    "Policy:\n  Statement:\n  - Effect: Allow\n    Action: ['s3:*', \"kms:Decrypt\"]\n    Resource: !Join\n    - ''\n    - - 'arn:'\n      - !GetAtt B.Arn\n\t\n",
];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None::<Box<FileFailurePersistence>>.map(|p| p as _),
        ..ProptestConfig::default()
    }
}

fn node(kind: Kind) -> Node {
    Node { kind, span: Span::new(FILE, 0, 0) }
}

fn tree() -> impl Strategy<Value = Node> {
    let number = "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,2})?";
    let leaf = prop_oneof![
        Just(Kind::Null),
        any::<bool>().prop_map(Kind::Bool),
        number.prop_map(|text| Kind::Number(text.into())),
        any::<String>().prop_map(|text| Kind::String(text.into())),
        "[ \\t\\n\\r\"'\\\\:#a-cé{}\\[\\],&*!|>~-]{0,12}".prop_map(|text| Kind::String(text.into())),
    ]
    .prop_map(node);
    leaf.prop_recursive(6, 60, 12, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..12).prop_map(|items| node(Kind::Seq(items))),
            btree_map(any::<String>(), inner, 0..12).prop_map(|map| {
                let entry =
                    |(key, value): (String, _)| Entry { key: key.into(), key_span: Span::new(FILE, 0, 0), value };
                node(Kind::Map(map.into_iter().map(entry).collect()))
            }),
        ]
    })
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// The tree as JSON, with white space that varies.
fn write(node: &Node, space: &str) -> String {
    match &node.kind {
        Kind::String(text) => quoted(text),
        Kind::Seq(items) => {
            let items: Vec<_> = items.iter().map(|item| write(item, space)).collect();
            format!("[{space}{}{space}]", items.join(&format!("{space},{space}")))
        }
        Kind::Map(entries) => {
            let entry = |entry: &Entry| format!("{}:{space}{}", quoted(&entry.key), write(&entry.value, space));
            let entries: Vec<_> = entries.iter().map(entry).collect();
            format!("{{{space}{}{space}}}", entries.join(&format!(",{space}")))
        }
        _ => shape(node),
    }
}

/// Every scalar's and key's bytes are what is read from them alone.
fn check_scalars(text: &str, node: &Node) {
    let own = &text[node.span.range()];
    assert_eq!(json(own).kind_word(), node.kind_word());
    if let Some(value) = node.as_str() {
        assert_eq!(own, quoted(value));
        let places = offsets(text, node).expect(own);
        assert_eq!(places.len(), value.len() + 1);
        assert!(places.is_sorted());
        for ((start, c), next) in
            value.char_indices().zip(value.char_indices().map(|(i, _)| i).skip(1).chain([value.len()]))
        {
            let written = &text[places[start] as usize..places[next] as usize];
            assert_eq!(json(&format!("\"{written}\"")).as_str(), Some(&*c.to_string()));
        }
    }
    for entry in node.entries() {
        assert_eq!(&text[entry.key_span.range()], quoted(&entry.key));
        check_scalars(text, &entry.value);
    }
    node.items().iter().for_each(|item| check_scalars(text, item));
}

fn read_everything(text: &str) {
    let results =
        [yaml_reader::parse(text, FILE), json_reader::parse(text, FILE).map(|node| vec![node]), parse_any(text, FILE)];
    for result in results {
        match result {
            Ok(nodes) => nodes.iter().for_each(|node| check_spans(text, node)),
            Err(error) => {
                assert!(text.get(error.span.range()).is_some(), "{error:?} in {text:?}");
                assert!(!error.message.is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn trees_survive(tree in tree(), space in "[ \\n\\t\\r]{0,3}") {
        let text = write(&tree, &space);
        let read = json(&text);
        prop_assert_eq!(shape(&read), shape(&tree));
        check_scalars(&text, &read);
        // YAML has no raw DEL and C1 controls, and JSON's tabs and long keys are not always YAML.
        let printable = !text.chars().any(|c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'));
        if printable && space.chars().all(|c| c == ' ') {
            let same = yaml(&text);
            prop_assert_eq!(same, read);
        }
    }

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        read_everything(&text);
    }

    #[test]
    fn any_indicators_are_survived(text in "([-?:,\\[\\]{}#&*!|>'\"%@` \\n\\r\\t~.<=\\\\]|[aé01+]|- |: |\\n  ){0,40}") {
        read_everything(&text);
    }

    #[test]
    fn changed_documents_are_survived(
        sample in 0..SAMPLES.len(),
        edits in vec((any::<prop::sample::Index>(), 0_usize..4, "[-:\\[\\]{}&*!|>'\" \\n\\ré]{0,3}"), 1..6),
    ) {
        let mut chars: Vec<char> = SAMPLES[sample].chars().collect();
        for (place, delete, insert) in edits {
            let at = place.index(chars.len() + 1);
            let end = (at + delete).min(chars.len());
            chars.splice(at..end, insert.chars());
        }
        read_everything(&chars.into_iter().collect::<String>());
    }

    /// The aligner and the parser agree on block scalars and multi-line plain and quoted ones.
    #[test]
    fn multi_line_scalars_are_aligned(
        header in "[|>][-+]?",
        lines in vec("( {0,3}[a-cé\\t']{0,3} {0,2}){0,2}", 1..7),
        cr in any::<bool>(),
        quote in prop_oneof![Just("'"), Just("\"")],
    ) {
        let line_break = if cr { "\r\n" } else { "\n" };
        let block: String = lines.iter().map(|line| format!("  {line}{line_break}")).collect();
        let flow = block.replace('\'', "x");
        for text in [format!("k: {header}{line_break}{block}j: 1"), format!("k: {quote}{flow}{quote}"), format!("k:{line_break}{flow}")] {
            let Ok(nodes) = yaml_reader::parse(&text, FILE) else { continue };
            for node in &nodes {
                check_spans(&text, node);
                let Some(value) = node.get("k") else { continue };
                if let Some(string) = value.as_str() {
                    let places = offsets(&text, value);
                    prop_assert!(places.is_some(), "{string:?} in {text:?}");
                    for ((start, c), place) in string.char_indices().map(|(i, c)| ((i, c), places.as_ref().unwrap()[i])) {
                        let written = text[place as usize..].chars().next();
                        let fits = written == Some(c) || (matches!(c, ' ' | '\n') && matches!(written, None | Some('\n' | '\r')));
                        prop_assert!(fits, "{start} {c:?} {written:?} of {string:?} in {text:?}");
                    }
                }
            }
        }
    }
}

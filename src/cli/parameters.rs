//! Files with values of template parameters.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};

use crate::source_map::SourceMap;
use crate::syntax::{self, Kind, Node};

/// Reads the files in order; later ones win.
///
/// # Errors
/// If one cannot be read, does not parse or is of none of the three forms.
pub fn read(files: &[impl AsRef<Path>]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    for file in files {
        let shown = file.as_ref().display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("the parameter file '{shown}'"))?;
        let values = parse(&shown, text).with_context(|| format!("the parameter file '{shown}'"))?;
        parameters.extend(values);
    }
    Ok(parameters)
}

fn parse(path: &str, text: String) -> anyhow::Result<Vec<(String, String)>> {
    let mut map = SourceMap::default();
    let file = map.add(path, text);
    let at = |node: &Node| {
        let start = map.positions(node.span).0;
        format!("line {}, column {}", start.line, start.column)
    };
    let documents = match syntax::parse_any(map.file(file).text(), file) {
        Ok(documents) => documents,
        Err(error) => {
            let start = map.positions(error.span).0;
            bail!("line {}, column {}: {}", start.line, start.column, error.message);
        }
    };
    let [root] = documents.as_slice() else { bail!("it must hold one document, and holds {}", documents.len()) };
    match &root.kind {
        Kind::Seq(items) => {
            let mut values = Vec::new();
            for item in items {
                let Some(key) = item.get("ParameterKey").and_then(Node::as_str) else {
                    bail!("{}: an item without 'ParameterKey'", at(item));
                };
                match item.get("ParameterValue") {
                    Some(value) => values.push((key.to_owned(), scalar(value, &at)?)),
                    // The deployed stack's own value, which nobody here knows.
                    None if item.get("UsePreviousValue").is_some() => {}
                    None => bail!("{}: '{key}' has no 'ParameterValue'", at(item)),
                }
            }
            Ok(values)
        }
        Kind::Map(_) => {
            let inner = root.get("Parameters").filter(|inner| matches!(inner.kind, Kind::Map(_))).unwrap_or(root);
            inner.entries().iter().map(|entry| Ok((entry.key.to_string(), scalar(&entry.value, &at)?))).collect()
        }
        _ => bail!("{}: expected a list or a mapping, found {}", at(root), root.kind_word()),
    }
}

/// A list is written with commas, as CloudFormation takes lists.
fn scalar(node: &Node, at: &impl Fn(&Node) -> String) -> anyhow::Result<String> {
    if let Some(text) = node.scalar() {
        return Ok(text.to_owned());
    }
    if let Kind::Seq(items) = &node.kind
        && let Some(parts) = items.iter().map(Node::scalar).collect::<Option<Vec<_>>>()
    {
        return Ok(parts.join(","));
    }
    bail!("{}: the value of a parameter is a string, found {}", at(node), node.kind_word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(text: &str) -> BTreeMap<String, String> {
        parse("p", text.to_owned()).expect("is of a known form").into_iter().collect()
    }

    #[test]
    fn three_forms() {
        let wanted = BTreeMap::from([("Env".to_owned(), "prod".to_owned()), ("Days".to_owned(), "30".to_owned())]);
        for text in [
            r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Days", "ParameterValue": "30"},
                {"ParameterKey": "Old", "UsePreviousValue": true}]"#,
            r#"{"Parameters": {"Env": "prod", "Days": 30}, "Tags": {"a": "b"}}"#,
            r#"{"Env": "prod", "Days": "30"}"#,
            "Env: prod\nDays: 30\n",
        ] {
            assert_eq!(read_one(text), wanted, "{text}");
        }
        assert_eq!(read_one("{\"Subnets\": [\"a\", \"b\"]}")["Subnets"], "a,b");
    }

    #[test]
    fn faults_name_their_place() {
        for (text, wanted) in [
            ("[{\"ParameterValue\": \"x\"}]", "line 1, column 2"),
            ("Env:\n  a: b\n", "line 2, column 3"),
            ("{\"a\": ", "line 1"),
            ("just text", "a list or a mapping"),
        ] {
            let error = parse("p", text.to_owned()).expect_err(text).to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}

//! Witnesses: a request of the policy evaluator, an event of the selectors or of the filter patterns.

use serde_json::{Map, Value};

use super::{Lost, Witness};
use crate::model::arn::Text;
use crate::model::policy::{Held, Request, STRANGER};

impl From<&Request> for Witness {
    /// Somebody whom the policy does not know is shown as an account that stands for all of them.
    fn from(request: &Request) -> Self {
        let show = |text: &Text| text.to_string().replace(STRANGER, "999999999999");
        let context = request.context.keys().filter_map(|(key, held)| match held {
            Held::Values(values) => Some((key.to_owned(), values.iter().map(show).collect::<Vec<_>>().join(", "))),
            _ => None,
        });
        Self::Request {
            principal: show(&request.caller.name()),
            action: show(&request.action),
            resource: show(&request.resource),
            context: context.collect(),
        }
    }
}

/// The longest path of a field that is unfolded into objects and lists.
const LONGEST_PATH: usize = 16;

impl Witness {
    /// An event, from its fields as selectors name them: `eventName`, `resources.ARN`, `userIdentity.type`,
    /// `resources[0].type`.
    pub fn event(lost: Lost, fields: impl IntoIterator<Item = (String, Value)>) -> Self {
        let (mut record, mut plain) = (Value::Object(Map::new()), Vec::new());
        for (name, value) in fields {
            let shown = match &value {
                Value::String(text) => text.clone(),
                Value::Object(_) | Value::Array(_) => "{…}".to_owned(),
                scalar => scalar.to_string(),
            };
            match steps(&name) {
                Some(steps) => put(&mut record, &steps, value),
                None => put(&mut record, &[Step::Name(&name)], value),
            }
            plain.push((name, shown));
        }
        Self::Event { lost, fields: plain, record }
    }
}

/// A part of a field's path.
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

/// The path of a field; `None` if it is none that a record of reasonable size has.
fn steps(field: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for name in field.split('.') {
        let mut parts = name.split('[');
        steps.push(Step::Name(parts.next().filter(|name| !name.is_empty())?));
        for part in parts {
            let index = part.strip_suffix(']')?.parse().ok().filter(|index| *index < LONGEST_PATH)?;
            steps.push(Step::Index(index));
        }
        // Selectors leave out that a record has a list of resources.
        if steps.len() == 1 && name == "resources" {
            steps.push(Step::Index(0));
        }
    }
    (steps.len() <= LONGEST_PATH).then_some(steps)
}

/// Puts a value at its place; what is on the way becomes an object or a list.
fn put(record: &mut Value, steps: &[Step<'_>], value: Value) {
    let mut place = record;
    for step in steps {
        place = match step {
            Step::Name(name) => {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                match place {
                    Value::Object(map) => map.entry(*name).or_insert(Value::Null),
                    _ => return,
                }
            }
            Step::Index(index) => {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                match place {
                    Value::Array(items) => {
                        while items.len() <= *index {
                            items.push(Value::Null);
                        }
                        &mut items[*index]
                    }
                    _ => return,
                }
            }
        };
    }
    // An object that is only known to be there holds what is known to be in it.
    let keeps = matches!(&value, Value::Object(map) if map.is_empty()) && (place.is_object() || place.is_array());
    if !keeps {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(fields: &[(&str, Value)]) -> Value {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        match Witness::event(Lost::Record, fields) {
            Witness::Event { record, .. } => record,
            Witness::Request { .. } => unreachable!("an event was made"),
        }
    }

    #[test]
    fn fields_make_a_record() {
        let fields = [
            ("eventName", json!("GetObject")),
            ("readOnly", json!(true)),
            ("resources.type", json!("AWS::S3::Object")),
            ("resources.ARN", json!("arn:aws:s3:::b/k")),
            ("userIdentity", json!({})),
            ("userIdentity.type", json!("Root")),
            ("list[1].x", json!(3)),
        ];
        let wanted = json!({
            "eventName": "GetObject",
            "readOnly": true,
            "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"}],
            "userIdentity": {"type": "Root"},
            "list": [null, {"x": 3}],
        });
        assert_eq!(record(&fields), wanted);
        assert_eq!(record(&fields).to_string(), wanted.to_string(), "in the same order");
    }

    #[test]
    fn an_object_that_comes_later_loses_nothing() {
        assert_eq!(record(&[("a.b", json!(1)), ("a", json!({}))]), json!({"a": {"b": 1}}));
    }

    #[test]
    fn paths_without_end_stay_as_they_are() {
        let deep = "a.".repeat(5_000) + "a";
        for name in ["list[4000000000].x", "list[*].x", "a..b", "", deep.as_str()] {
            assert_eq!(record(&[(name, json!("v"))]), json!({name: "v"}), "{name}");
        }
    }
}

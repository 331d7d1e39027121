//! From the types of the SDK to the JSON that the AWS CLI prints.
//!
//! Each service has a file with its shapes: which fields of a type are kept, under which name. What no check can use
//! and what may hold secrets or personal data (mail addresses, tags of users, descriptions) is left out.

use std::collections::HashMap;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value};

/// A value of the SDK as the AWS CLI prints it.
pub(super) trait Shape {
    /// `None` for what the answer does not hold: the CLI prints no key for it.
    fn json(&self) -> Option<Value>;
}

impl<T: Shape> Shape for Option<T> {
    fn json(&self) -> Option<Value> {
        self.as_ref().and_then(Shape::json)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn json(&self) -> Option<Value> {
        Some(Value::Array(self.iter().filter_map(Shape::json).collect()))
    }
}

impl<T: Shape> Shape for HashMap<String, T> {
    fn json(&self) -> Option<Value> {
        let mut keys: Vec<&String> = self.keys().collect();
        keys.sort();
        let pairs = keys.into_iter().filter_map(|key| Some((key.clone(), self.get(key)?.json()?)));
        Some(Value::Object(pairs.collect()))
    }
}

impl Shape for String {
    fn json(&self) -> Option<Value> {
        Some(Value::String(self.clone()))
    }
}

impl Shape for DateTime {
    fn json(&self) -> Option<Value> {
        self.fmt(Format::DateTime).ok().map(Value::String)
    }
}

macro_rules! plain {
    ($($kind:ty),+) => {
        $(impl Shape for $kind {
            fn json(&self) -> Option<Value> {
                Some(Value::from(*self))
            }
        })+
    };
}

plain!(bool, i32, i64, f64);

/// Adds a field that the answer holds.
pub(super) fn put(object: &mut Map<String, Value>, name: &str, value: &impl Shape) {
    if let Some(value) = value.json() {
        object.insert(name.to_owned(), value);
    }
}

/// The fields that are kept of a structure: `shape!(Trail { "Name": name })`.
macro_rules! shape {
    ($(#[$attribute:meta])* $kind:path { $($name:literal: $field:ident),* $(,)? }) => {
        $(#[$attribute])*
        impl $crate::sources::aws::collect::shape::Shape for $kind {
            fn json(&self) -> Option<serde_json::Value> {
                let mut object = serde_json::Map::new();
                $($crate::sources::aws::collect::shape::put(&mut object, $name, &self.$field);)*
                Some(serde_json::Value::Object(object))
            }
        }
    };
}

/// Enumerations: the word of the wire, known to the SDK or not.
macro_rules! words {
    ($($kind:path),+ $(,)?) => {
        $(impl $crate::sources::aws::collect::shape::Shape for $kind {
            fn json(&self) -> Option<serde_json::Value> {
                Some(serde_json::Value::String(self.as_str().to_owned()))
            }
        })+
    };
}

pub(super) use {shape, words};

/// Adds a page to the pages before it: lists grow, the rest is that of the first page.
pub(super) fn merge(whole: &mut Map<String, Value>, page: Option<Value>) {
    let Some(Value::Object(page)) = page else { return };
    for (name, value) in page {
        match (whole.get_mut(&name), value) {
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                whole.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_answer_does_not_hold_has_no_key() {
        let mut object = Map::new();
        put(&mut object, "Absent", &None::<String>);
        put(&mut object, "Empty", &Some(Vec::<String>::new()));
        put(&mut object, "Off", &Some(false));
        put(&mut object, "At", &DateTime::from_secs(1_700_000_000));
        assert_eq!(Value::Object(object), json!({"Empty": [], "Off": false, "At": "2023-11-14T22:13:20Z"}));
    }

    #[test]
    fn pages_become_one_answer() {
        let mut whole = Map::new();
        merge(&mut whole, Some(json!({"Owner": "a", "Buckets": [1]})));
        merge(&mut whole, Some(json!({"Owner": "b", "Buckets": [2, 3], "Late": [4]})));
        assert_eq!(Value::Object(whole), json!({"Owner": "a", "Buckets": [1, 2, 3], "Late": [4]}));
    }
}

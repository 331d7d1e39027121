//! From a value tree to a policy document.
use super::value::Val;
use crate::model::attr::Value;
use crate::model::policy::Document;

/// Reads a policy: a mapping, or a string that holds JSON. What cannot be read becomes unknown parts.
pub fn document(val: &Val) -> Value<Document> {
    let _ = val;
    todo!()
}

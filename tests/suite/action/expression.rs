//! The expressions of GitHub that `action.yml` uses: names, strings, `||`, `&&`, `==`, `!=`.

use serde_json::Value;

/// A text with its `${{ … }}` evaluated.
pub fn fill(text: &str, context: &Value) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (inner, behind) = after.split_once("}}").expect("an expression ends");
        result.push_str(before);
        result.push_str(&shown(&evaluate(inner, context)));
        rest = behind;
    }
    result + rest
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a value counts as true.
pub fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && *value != *"" && *value != 0
}

/// The value of an expression, without the braces.
pub fn evaluate(text: &str, context: &Value) -> Value {
    let text = text.trim();
    if let Some((left, right)) = text.split_once("||") {
        let left = evaluate(left, context);
        return if is_true(&left) { left } else { evaluate(right, context) };
    }
    if let Some((left, right)) = text.split_once("&&") {
        let left = evaluate(left, context);
        return if is_true(&left) { evaluate(right, context) } else { left };
    }
    for (sign, equal) in [("==", true), ("!=", false)] {
        if let Some((left, right)) = text.split_once(sign) {
            let same = shown(&evaluate(left, context)) == shown(&evaluate(right, context));
            return Value::Bool(same == equal);
        }
    }
    if let Some(string) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return string.into();
    }
    assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "not understood: {text}");
    let (first, _) = text.split_once('.').unwrap_or((text, ""));
    assert!(["github", "inputs", "steps"].contains(&first), "no such context: {text}");
    text.split('.').fold(context.clone(), |value, name| value.get(name).cloned().unwrap_or(Value::Null))
}

#[test]
fn expressions() {
    let context = serde_json::json!({"github": {"a": "", "b-c": {"d": "x"}}, "inputs": {}});
    for (text, wanted) in [
        ("github.a || github.b-c.d", "x"),
        ("github.b-c.d == 'x'", "true"),
        ("github.none.at.all", ""),
        ("github.b-c.d != 'x' && 'y'", "false"),
    ] {
        assert_eq!(shown(&evaluate(text, &context)), wanted, "{text}");
    }
    assert_eq!(fill("a ${{ github.b-c.d }} b ${{ inputs.none }}", &context), "a x b ");
}

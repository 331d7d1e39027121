//! The policies of IAM in memory: their text. As trees they take ten times that, and they are most of what a run of an
//! organization holds.

use serde_json::Value;

use super::{Answer, Call};

/// Where an answer about all principals of an account holds policies.
const DOCUMENTS: [&str; 3] = ["AssumeRolePolicyDocument", "PolicyDocument", "Document"];

fn has_policies(call: &Call) -> bool {
    call.service == "iam" && call.operation == "get-account-authorization-details"
}

/// The answer, its policies as texts.
pub(super) fn compact(call: &Call, answer: Answer) -> Answer {
    match answer {
        Answer::Output(mut value) if has_policies(call) => {
            documents(&mut value, &mut |document| {
                if document.is_object() {
                    *document = Value::String(document.to_string());
                }
            });
            Answer::Output(value)
        }
        other => other,
    }
}

/// The output as the AWS CLI prints it: with its policies as trees.
pub(super) fn expanded(call: &Call, output: &Value) -> Value {
    let mut output = output.clone();
    if has_policies(call) {
        documents(&mut output, &mut |document| {
            let tree = document.as_str().and_then(|text| serde_json::from_str(text).ok());
            if let Some(tree @ Value::Object(_)) = tree {
                *document = tree;
            }
        });
    }
    output
}

/// Visits every policy. An answer is as deep as its parser allows at most.
fn documents(value: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| documents(item, visit)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if DOCUMENTS.contains(&name.as_str()) {
                    visit(field);
                } else {
                    documents(field, visit);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn details() -> Call {
        Call::new("111122223333", "global", "iam", "get-account-authorization-details", None)
    }

    #[test]
    fn there_and_back() {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Action": "a:B", "Resource": "é\n\"%3A"}]});
        let output = json!({
            "RoleDetailList": [{"RoleName": "r", "AssumeRolePolicyDocument": policy,
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": policy}]}],
            "Policies": [{"PolicyVersionList": [{"Document": policy}, {"Document": "no policy"}]}],
        });
        let Answer::Output(small) = compact(&details(), Answer::Output(output.clone())) else { panic!("is an output") };
        assert!(small["RoleDetailList"][0]["AssumeRolePolicyDocument"].is_string());
        assert!(small["RoleDetailList"][0]["RolePolicyList"][0]["PolicyDocument"].is_string());
        assert!(small["Policies"][0]["PolicyVersionList"][0]["Document"].is_string());
        assert_eq!(expanded(&details(), &small), output);
        assert_eq!(compact(&details(), Answer::Output(small.clone())), Answer::Output(small));
    }

    #[test]
    fn other_calls_are_left_alone() {
        let call = Call::new("111122223333", "global", "iam", "get-policy-version", None);
        let output = json!({"PolicyVersion": {"Document": {"Version": "2012-10-17"}}});
        assert_eq!(compact(&call, Answer::Output(output.clone())), Answer::Output(output.clone()));
        assert_eq!(expanded(&call, &output), output);
    }
}

//! Witnesses in words, for readers who know neither the policy language nor that of selectors.

use crate::finding::{Lost, Witness, clean};
use crate::model::policy::s3::{ACTIONS, Power};

/// The account that stands for every one that a policy does not name.
const ANY_ACCOUNT: &str = "999999999999";

/// Keys that say nothing beyond who asks.
const WHO: [&str; 10] = [
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:userid",
    "aws:username",
    "kms:CallerAccount",
];

/// Keys that say for whom a service acts, the plainest first.
const FOR_WHOM: [&str; 5] =
    ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceOwner"];

type Pairs = [(String, String)];

/// What goes wrong, as a clause of clean text without a final period.
pub fn sentence(witness: &Witness) -> String {
    let text = match witness {
        Witness::Request { principal, action, resource, context } => request(principal, action, resource, context),
        Witness::Event { lost: Lost::Record, fields, .. } => format!("no trail records {}", event(fields)),
        Witness::Event { lost: Lost::Alarm, fields, .. } => format!("no alarm is raised by {}", event(fields)),
    };
    if matches!(witness, Witness::Request { .. }) && text.contains(ANY_ACCOUNT) {
        return format!("{text}; {ANY_ACCOUNT} stands for any account that the policy does not name");
    }
    text
}

/// `anybody, without credentials, may call 's3:GetObject', which reads files, on '…' when 'aws:Referer' is '…'`
fn request(principal: &str, action: &str, resource: &str, context: &Pairs) -> String {
    let held = |key: &str| context.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
    let service = principal.ends_with(".amazonaws.com") && !principal.contains([':', '/']);
    let whom = FOR_WHOM.iter().find_map(|key| held(key)).filter(|_| service);
    let who = match (principal, whom) {
        ("*", _) => "anybody, without any credentials,".to_owned(),
        (name, Some((key, value))) if key.eq_ignore_ascii_case(FOR_WHOM[0]) => {
            format!("the service '{}', acting for '{}',", clean(name), clean(value))
        }
        (name, Some((key, value))) => {
            format!("the service '{}', acting for whom has '{}' '{}',", clean(name), clean(key), clean(value))
        }
        (name, None) if service => format!("the service '{}'", clean(name)),
        (name, None) => format!("'{}'", clean(name)),
    };
    let does = ACTIONS.iter().find(|known| known.name.eq_ignore_ascii_case(action)).map_or("", |known| {
        match (known.power, known.on_objects) {
            (Power::Read, true) => ", which reads files,",
            (Power::Read, false) => ", which looks at the bucket,",
            (Power::Write, _) => ", which adds or changes files,",
            (Power::Delete, _) => ", which takes away files or their protection,",
            (Power::Administer, _) => ", which changes how files are protected,",
        }
    });
    let tells = |(key, value): &&(String, String)| {
        let is = |known: &&str| known.eq_ignore_ascii_case(key);
        let of_principal = WHO[..3].iter().any(&is)
            || WHO.iter().any(&is) && (principal.contains(value.as_str()) || value.contains(ANY_ACCOUNT));
        let of_source = whom.is_some() && FOR_WHOM.iter().any(is);
        !of_principal && !of_source
    };
    let when = listed(context.iter().filter(tells), " is ");
    let when = if when.is_empty() { when } else { format!(" when {when}") };
    format!("{who} may call '{}'{does} on '{}'{when}", clean(action), clean(resource))
}

/// `the event 'CreateAccessKey' of 'iam.amazonaws.com' in 'eu-central-1', a management event that changes something`
fn event(fields: &Pairs) -> String {
    const SAID: [&str; 7] =
        ["eventName", "eventSource", "awsRegion", "resources.type", "resources.ARN", "readOnly", "eventCategory"];
    let [name, source, region, kind, arn, read_only, category] =
        SAID.map(|field| fields.iter().find(|(known, _)| known == field).map(|(_, value)| clean(value)));
    let mut text = match &name {
        Some(name) => format!("the event '{name}'"),
        None => "an event".to_owned(),
    };
    for (lead, value) in [(" of ", source), (" in ", region)] {
        if let Some(value) = value {
            text.push_str(&format!("{lead}'{value}'"));
        }
    }
    match (kind, arn) {
        (Some(kind), Some(arn)) => text.push_str(&format!(" on '{arn}' of the type '{kind}'")),
        (None, Some(arn)) => text.push_str(&format!(" on '{arn}'")),
        (Some(kind), None) => text.push_str(&format!(" on a resource of the type '{kind}'")),
        (None, None) => {}
    }
    let rest = listed(fields.iter().filter(|(field, _)| !SAID.contains(&field.as_str())), " is ");
    if !rest.is_empty() {
        text.push_str(&format!(" whose {rest}"));
    }
    let sort = match category.as_deref() {
        Some("Management") => Some("a management event".to_owned()),
        Some("Data") => Some("a data event".to_owned()),
        Some("NetworkActivity") => Some("an event of network activity".to_owned()),
        Some(other) => Some(format!("an event of the category '{other}'")),
        None => read_only.as_ref().map(|_| "one".to_owned()),
    };
    if let Some(sort) = sort {
        let does = match read_only.as_deref() {
            Some("true") => " that only reads",
            Some("false") => " that changes something",
            _ => "",
        };
        text.push_str(&format!(", {sort}{does}"));
    }
    text
}

fn listed<'a>(pairs: impl Iterator<Item = &'a (String, String)>, equals: &str) -> String {
    let pair = |(name, value): &(String, String)| format!("'{}'{equals}'{}'", clean(name), clean(value));
    pairs.map(pair).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn asked(principal: &str, action: &str, context: &[(&str, &str)]) -> String {
        let (principal, action, resource) = (principal.to_owned(), action.to_owned(), "arn:aws:s3:::logs/x".to_owned());
        sentence(&Witness::Request { principal, action, resource, context: pairs(context) })
    }

    fn unseen(lost: Lost, fields: &[(&str, &str)]) -> String {
        sentence(&Witness::event(lost, pairs(fields).into_iter().map(|(name, value)| (name, value.into()))))
    }

    #[test]
    fn requests_say_who_and_for_whom() {
        assert_eq!(
            asked("*", "s3:GetObject", &[("aws:PrincipalIsAWSService", "false"), ("aws:Referer", "x")]),
            "anybody, without any credentials, may call 's3:GetObject', which reads files, on 'arn:aws:s3:::logs/x' \
             when 'aws:Referer' is 'x'"
        );
        let deputy = [
            ("aws:SourceAccount", "999999999999"),
            ("aws:SourceArn", "arn:aws:cloudtrail:us-east-1:999999999999:trail/any"),
            ("aws:PrincipalServiceName", "cloudtrail.amazonaws.com"),
        ];
        assert_eq!(
            asked("cloudtrail.amazonaws.com", "s3:PutObject", &deputy),
            "the service 'cloudtrail.amazonaws.com', acting for 'arn:aws:cloudtrail:us-east-1:999999999999:trail/any', \
             may call 's3:PutObject', which adds or changes files, on 'arn:aws:s3:::logs/x'; 999999999999 stands for \
             any account that the policy does not name"
        );
        let role = "arn:aws:iam::111111111111:role/a";
        let who = [("aws:PrincipalArn", role), ("aws:PrincipalAccount", "111111111111"), ("aws:username", "eve")];
        assert_eq!(
            asked(role, "kms:Decrypt", &who),
            "'arn:aws:iam::111111111111:role/a' may call 'kms:Decrypt' on 'arn:aws:s3:::logs/x' when 'aws:username' is \
             'eve'"
        );
    }

    #[test]
    fn events_say_what_they_are() {
        let lost = [
            ("eventSource", "iam.amazonaws.com"),
            ("eventName", "CreateAccessKey"),
            ("readOnly", "false"),
            ("eventCategory", "Management"),
        ];
        assert_eq!(
            unseen(Lost::Record, &lost),
            "no trail records the event 'CreateAccessKey' of 'iam.amazonaws.com', a management event that changes \
             something"
        );
        assert_eq!(
            unseen(Lost::Alarm, &[("userIdentity.type", "Root")]),
            "no alarm is raised by an event whose 'userIdentity.type' is 'Root'"
        );
        let object =
            [("resources.type", "AWS::S3::Object"), ("resources.ARN", "arn:aws:s3:::b/k"), ("readOnly", "true")];
        assert_eq!(
            unseen(Lost::Record, &object),
            "no trail records an event on 'arn:aws:s3:::b/k' of the type 'AWS::S3::Object', one that only reads"
        );
    }
}

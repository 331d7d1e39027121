//! What a principal may do to the audit log, against a search through one request for each action and thing. Holes are
//! compared as the text that stands for them.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const ACTIONS: [&str; 9] = [
    "*",
    "cloudtrail:*",
    "CLOUDTRAIL:Stop*",
    "cloudtrail:Get*",
    "s3:*",
    "s3:Delete*",
    "s3:PutBucketPolicy",
    "kms:Disable*",
    "logs:*",
];
const RESOURCES: [&str; 10] = [
    "*",
    "arn:aws:cloudtrail:*:*:trail/*",
    AUDIT,
    "arn:aws:cloudtrail:<Region>:<Account>:trail/other",
    "arn:aws:s3:::*",
    LOGS,
    "arn:aws:s3:::<Logs>/*",
    "arn:aws:s3:::<Logs>/AWSLogs/*",
    "arn:aws:kms:*:*:key/*",
    GROUP,
];

/// One thing of each kind with an action on it. Files are asked for by the plainest of their names.
const ASKED: [(&str, &str); 8] = [
    ("cloudtrail:StopLogging", AUDIT),
    ("cloudtrail:DeleteTrail", AUDIT),
    ("s3:PutBucketPolicy", LOGS),
    ("s3:DeleteBucket", LOGS),
    ("s3:DeleteObject", "arn:aws:s3:::<Logs>/AWSLogs/<Account>/CloudTrail/<Region>/2026/01/31/log.json.gz"),
    ("s3:DeleteObjectVersion", "arn:aws:s3:::<Logs>/AWSLogs/<Account>/CloudTrail/<Region>/2026/01/31/log.json.gz"),
    ("kms:DisableKey", "arn:aws:kms:<Region>:<Account>:key/<Key>"),
    ("logs:DeleteLogGroup", GROUP),
];

/// A statement in plain strings.
#[derive(Clone, Debug)]
struct Piece {
    allow: bool,
    action: (bool, Vec<&'static str>),
    resource: (bool, Vec<&'static str>),
    /// Asks for this value of `aws:SecureTransport`, which is true.
    tls: Option<bool>,
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let part =
        |values: &'static [&'static str]| (prop::bool::weighted(0.2), prop::collection::vec(select(values), 1..3));
    let tls = prop::option::weighted(0.3, any::<bool>());
    let piece = (prop::bool::weighted(0.6), part(&ACTIONS), part(&RESOURCES), tls)
        .prop_map(|(allow, action, resource, tls)| Piece { allow, action, resource, tls });
    prop::collection::vec(piece, 1..4)
}

fn written(pieces: &[Piece]) -> Json {
    let statement = |piece: &Piece| {
        let not = |negated: bool, name: &str| if negated { format!("Not{name}") } else { name.to_owned() };
        let mut json = json!({
            "Effect": if piece.allow { "Allow" } else { "Deny" },
            not(piece.action.0, "Action"): piece.action.1,
            not(piece.resource.0, "Resource"): piece.resource.1,
        });
        if let Some(tls) = piece.tls {
            json["Condition"] = json!({"Bool": {"aws:SecureTransport": tls.to_string()}});
        }
        json
    };
    pieces.iter().map(statement).collect()
}

fn like(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some(b'*') => (0..=text.len()).any(|at| like(&pattern[1..], &text[at..])),
        Some(c) => text.first() == Some(c) && like(&pattern[1..], &text[1..]),
    }
}

fn allowed(pieces: &[Piece], action: &str, resource: &str) -> bool {
    let any = |allow: bool| {
        pieces.iter().filter(|piece| piece.allow == allow && piece.tls != Some(false)).any(|piece| {
            let acts = |pattern: &&str| like(pattern.to_lowercase().as_bytes(), action.to_lowercase().as_bytes());
            let reaches = |pattern: &&str| like(pattern.as_bytes(), resource.as_bytes());
            piece.action.1.iter().any(acts) != piece.action.0
                && piece.resource.1.iter().any(reaches) != piece.resource.0
        })
    };
    any(true) && !any(false)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_may_tamper_is_told(own in pieces(), limit in prop::option::weighted(0.3, pieces())) {
        let limit_document = limit.as_ref().map(|pieces| document(&written(pieces)));
        let boundary = limit_document.as_ref().map_or(Boundary::None, Boundary::Document);
        let found = power_in(&estate(), &[written(&own)], &boundary);
        let may = |action: &str, resource: &str| {
            allowed(&own, action, resource) && limit.as_ref().is_none_or(|limit| allowed(limit, action, resource))
        };
        let certain: Vec<_> = ASKED.iter().filter(|(action, resource)| may(action, resource)).collect();
        if !certain.is_empty() {
            prop_assert!(found != "nothing" && !found.starts_with("maybe"), "{found}: {certain:?}");
        }
        // The worst that is certain is no worse than what is told.
        let rank = |name: &str| actions().iter().position(|action| action.name.ends_with(&format!(":{name}")));
        if found != "everything" && found != "nothing" {
            let told = rank(found.trim_start_matches("maybe ")).map(|at| actions()[at].harm);
            for (action, _) in certain {
                let (_, name) = action.split_once(':').expect("has a service");
                prop_assert!(told <= rank(name).map(|at| actions()[at].harm), "{found} is told, {name} is certain");
            }
        }
    }
}

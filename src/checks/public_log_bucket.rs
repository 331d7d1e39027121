//! Whether anyone can read or write logs, by ACL or policy, after the block settings and ownership controls.

use crate::finding::{Judge, Witness};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Seen};
use crate::model::bucket::{Bucket, PublicAccessBlock};
use crate::model::policy::of_bucket::{everywhere, is_first, no_policy};
use crate::model::policy::service::number_or_sid;
use crate::model::{Estate, Link};
use crate::truth::{Cause, CauseKind, Truth};

const HOLDS: &str = "keeps its logs from the public";
const FAILS: &str = "opens its logs to the public";

pub(super) fn run(estate: &Estate, judge: &mut Judge<'_>) {
    for target in estate.log_buckets() {
        let bucket = match &target.link {
            Link::Here(bucket) => *bucket,
            Link::Elsewhere(_) | Link::Unknown(_) => {
                if let Some(causes) = target.not_here() {
                    judge.on(&target).claim(HOLDS, FAILS).at(&target.named_at()).unknown(causes);
                }
                continue;
            }
        };
        let ignored = setting(&bucket.block, |block| &block.ignore_acls);
        let restricted = setting(&bucket.block, |block| &block.restrict_buckets);
        let void = bucket.ownership.satisfies(|text| text.same(&"BucketOwnerEnforced".into()));
        let acl = public_acl(&bucket.acl) & !(ignored | void);
        let mut unknown: Option<(_, _)> = None;
        let mut failed = false;
        match acl {
            Truth::True => {
                failed = true;
                judge
                    .on(&target)
                    .claim(HOLDS, FAILS)
                    .looks_at(&bucket.acl, "a private ACL, or public ACLs ignored")
                    .looks_whether(&bucket.block, "public ACLs ignored")
                    .remedy(format!(
                        "Remove '{}' and turn on all four settings of '{}'.",
                        bucket.acl.name, bucket.block.name
                    ))
                    .fail_with(Some(by_acl(bucket)));
            }
            Truth::Unknown(causes) => unknown = Some((bucket.acl.at.clone(), causes)),
            Truth::False => {}
        }
        let (cases, place) = (estate.policy_cases(&target), target.place(&[]));
        let found: Vec<Vec<_>> = cases
            .iter()
            .map(|case| case.document.as_ref().map_or_else(|_| Vec::new(), |document| document.public(&place)))
            .collect();
        for (i, case) in cases.iter().enumerate() {
            let attr = &case.policy.document;
            let mut note = |at, truth: Truth| {
                if let Truth::Unknown(causes) = truth & !restricted.clone() {
                    let known = unknown.take();
                    unknown = Some(known.map_or((at, causes.clone()), |(at, known)| (at, known.and(causes))));
                }
            };
            let document = match &case.document {
                Ok(document) => document,
                Err(cause) => {
                    note(attr.at.clone(), cause.clone().into());
                    continue;
                }
            };
            if let Some(cause) = &document.more {
                note(document.at.clone(), cause.clone().into());
            }
            for (statement, number, reach) in &found[i] {
                let at = statement.principal.as_ref().map_or(&statement.at, |clause| &clause.at);
                let truth = reach.truth.clone() & !restricted.clone();
                let all = everywhere(&cases, &found, i, |(other, _, reach)| {
                    reach.truth == Truth::True && other.label() == statement.label()
                });
                if truth == Truth::True && all && !is_first(&cases, i) {
                    continue;
                }
                if truth != Truth::True || !all {
                    let undecided = case.when.as_ref().filter(|_| truth == Truth::True).map(|when| {
                        let detail = format!("it would fail when {when}, which cannot be decided");
                        Truth::from(Cause::new(CauseKind::Condition, detail))
                    });
                    note(at.clone(), undecided.unwrap_or(truth));
                    continue;
                }
                failed = true;
                let (label, shown) = (statement.label(), number_or_sid(statement, *number));
                let action = reach.witness.as_ref().map_or_else(String::new, |w| format!("'{}' ", w.action));
                let says = format!("{shown} of '{}' allows {action}to everyone", attr.name);
                judge
                    .on(&target)
                    .claim(HOLDS, FAILS)
                    .at(at)
                    .fault(format!("policy:{label}"))
                    .because(says.clone())
                    .evidence(&*attr.name, "no Allow for everyone on logs", says, &statement.at)
                    .looks_whether(&bucket.block, "public policies restricted")
                    .remedy(format!(
                        "Name the principals that need access in {shown} of '{}' and turn on all four settings of '{}'.",
                        attr.name, bucket.block.name
                    ))
                    .fail_with(reach.witness.as_ref().map(Witness::from));
            }
        }
        if failed {
            continue;
        }
        let mut draft = judge.on(&target).claim(HOLDS, FAILS).looks_whether(&bucket.block, "all four settings on");
        if cases.is_empty() {
            let on = [
                setting(&bucket.block, |block| &block.block_acls),
                setting(&bucket.block, |block| &block.block_policy),
                setting(&bucket.block, |block| &block.ignore_acls),
                setting(&bucket.block, |block| &block.restrict_buckets),
            ];
            if Truth::all(on) == Truth::True {
                draft.because(format!("all four settings of '{}' are on", bucket.block.name)).pass();
                continue;
            }
            let causes = no_policy(&target.name);
            let causes = unknown.map_or(causes.clone(), |(_, known)| known.and(causes));
            draft.unknown(causes);
            continue;
        }
        match unknown {
            Some((at, causes)) => draft.at(&at).unknown(causes),
            None => {
                for case in &cases {
                    draft = draft.looks_whether(&case.policy.document, "no Allow for everyone on logs");
                }
                draft.because("neither its ACL nor its policy opens them to everyone").pass();
            }
        }
    }
}

fn setting(block: &Attr<PublicAccessBlock>, of: impl Fn(&PublicAccessBlock) -> &Attr<bool>) -> Truth {
    block.satisfies(|block| of(block).is(&true))
}

fn public_acl(acl: &Attr<Text>) -> Truth {
    const PUBLIC: [&str; 6] = [
        "PublicRead",
        "PublicReadWrite",
        "AuthenticatedRead",
        "public-read",
        "public-read-write",
        "authenticated-read",
    ];
    acl.satisfies(|text| Truth::any(PUBLIC.iter().map(|public| text.same(&(*public).into()))))
}

/// What a public ACL of the bucket gives: the list of its objects, or writing them.
fn by_acl(bucket: &Bucket) -> Witness {
    let writable = bucket.acl.fold(|seen| match seen {
        Seen::Value(text) => text.same(&"PublicReadWrite".into()) | text.same(&"public-read-write".into()),
        _ => Truth::False,
    });
    let (action, resource) = match writable {
        Truth::True => ("s3:PutObject", format!("{}/AWSLogs/any", bucket.arn)),
        _ => ("s3:ListBucket", bucket.arn.to_string()),
    };
    Witness::Request { principal: "*".to_owned(), action: action.to_owned(), resource, context: Vec::new() }
}

//! Buckets, as old versions of the provider say all about them in one resource and newer ones in many.
//!
//! Where both say something, the resource of its own is the later word: a state shows in the bucket what was so before
//! that resource was made.

use super::companions::{Companions, known};
use super::lifecycle::{inline_rule, rule};
use super::{Cx, blocks, count, filled, only, states, status, trail, unless};
use crate::model::arn::Text;
use crate::model::attr::{Attr, Branch, Origin, Seen, State, Value};
use crate::model::bucket::{AccessLogging, Bucket, BucketPolicy, DefaultRetention, PublicAccessBlock};
use crate::model::{Existence, Input, ResourceKind};
use crate::sources::block::{Absent, Block};
use crate::sources::uses::bucket_name;
use crate::sources::value::Val;
use crate::truth::Truth;

pub(super) fn bucket(cx: &Cx<'_>, companions: &Companions<'_>, input: &mut Input) {
    let block = cx.block();
    let name = cx.attribute("bucket");
    let names = [&name];
    let owner = (&names[..], &cx.instance.existence);
    let bucket = Bucket {
        id: cx.identity(ResourceKind::Bucket),
        arn: cx.attribute("arn"),
        account: cx.account(),
        region: cx.region(),
        versioning: companions.joined(VERSIONING, owner, inline_versioning(cx), |cx| {
            filled(cx.block().text(&["versioning_configuration", "status"]))
        }),
        mfa_delete: companions.joined(VERSIONING, owner, inline_mfa_delete(cx), |cx| {
            let delete = status(&cx.block(), &["versioning_configuration", "mfa_delete"], "Enabled");
            states(delete, |state| if matches!(state, State::Missing) { State::Default(false) } else { state })
        }),
        logging: companions.joined(LOGGING, owner, or(only(&block, &["logging"], logging), cx, LOGGING), |cx| {
            known(LOGGING, cx, logging(cx.block()))
        }),
        lifecycle: {
            let own =
                or(blocks(&block, &["lifecycle_rule"], inline_rule), cx, "aws_s3_bucket_lifecycle_configuration.rule");
            companions.joined(LIFECYCLE, owner, own, |cx| blocks(&cx.block(), &["rule"], rule))
        },
        block: public_access_block(cx, companions, owner),
        ownership: {
            let own = Attr::missing("aws_s3_bucket_ownership_controls.rule.object_ownership", cx.origin());
            companions.joined("aws_s3_bucket_ownership_controls", owner, own, |cx| {
                filled(cx.block().text(&["rule", "object_ownership"]))
            })
        },
        acl: companions.joined("aws_s3_bucket_acl", owner, acl(&block), |cx| acl(&cx.block())),
        object_lock: companions.joined(OBJECT_LOCK, owner, inline_object_lock(cx), |cx| {
            default_retention(&cx.block(), &["rule", "default_retention"])
        }),
        website: {
            let own = block.attr(&["website"], Absent::Default(false), |_| Value::Known(true));
            companions.joined(WEBSITE, owner, own, |cx| known(WEBSITE, cx, true))
        },
        protection: trail::bucket_protection(&block),
        name,
    };
    if companions.links("aws_s3_bucket_policy", &[&bucket.name]).is_empty() {
        inline_policy(cx, &bucket, input);
    }
    input.buckets.items.push(bucket);
}

const VERSIONING: &str = "aws_s3_bucket_versioning";
const LOGGING: &str = "aws_s3_bucket_logging";
const LIFECYCLE: &str = "aws_s3_bucket_lifecycle_configuration";
const OBJECT_LOCK: &str = "aws_s3_bucket_object_lock_configuration";
const WEBSITE: &str = "aws_s3_bucket_website_configuration";
const BLOCK: &str = "aws_s3_bucket_public_access_block";

/// The old argument where it is written; else what is missing is named as it is written today, at the bucket's header.
fn or<T>(old: Attr<T>, cx: &Cx<'_>, today: &str) -> Attr<T> {
    if matches!(old.state, State::Missing | State::Default(_)) {
        return Attr { name: today.into(), at: cx.origin(), state: old.state };
    }
    old
}

/// `versioning { enabled = true }`. What is off may have been on once: the provider calls both off.
fn inline_versioning(cx: &Cx<'_>) -> Attr<Text> {
    let enabled = cx.block().flag(&["versioning", "enabled"], false);
    let word = enabled.map(|enabled| if *enabled { Text::from("Enabled") } else { Text::default() });
    let off = |state| match state {
        State::Set(Value::Known(word)) | State::Default(word) if Text::is_certainly_empty(&word) => State::Missing,
        other => other,
    };
    let (written, at) = (!matches!(word.state, State::Missing | State::Default(_)), word.at.clone());
    let status = or(states(word, off), cx, "aws_s3_bucket_versioning.versioning_configuration.status");
    // What is switched off is shown where that is written.
    if written { Attr { at, ..status } } else { status }
}

fn inline_mfa_delete(cx: &Cx<'_>) -> Attr<bool> {
    let old = cx.block().flag(&["versioning", "mfa_delete"], false);
    // Whoever writes the block edits it; a plan shows the argument in it anyway.
    if cx.body.has("versioning") {
        return old;
    }
    or(old, cx, "aws_s3_bucket_versioning.versioning_configuration.mfa_delete")
}

fn logging(block: Block<'_>) -> AccessLogging {
    AccessLogging {
        target: block.text(&["target_bucket"]).map(bucket_name),
        prefix: block.text_or(&["target_prefix"], ""),
    }
}

fn inline_object_lock(cx: &Cx<'_>) -> Attr<DefaultRetention> {
    let old = default_retention(&cx.block(), &["object_lock_configuration", "rule", "default_retention"]);
    or(old, cx, "aws_s3_bucket_object_lock_configuration.rule.default_retention")
}

fn default_retention(block: &Block<'_>, path: &[&str]) -> Attr<DefaultRetention> {
    only(block, path, |block| {
        let years = count(&block, &["years"]);
        let days = count(&block, &["days"]);
        let in_years = matches!(days.state, State::Missing) && !matches!(years.state, State::Missing);
        DefaultRetention {
            mode: filled(block.text(&["mode"])),
            days: if in_years { years.map(|years| years.saturating_mul(365)) } else { days },
        }
    })
}

/// The canned ACL, or the canned ACL whose grants to everybody are as wide as those that are listed.
fn acl(block: &Block<'_>) -> Attr<Text> {
    let canned = filled(block.text(&["acl"]));
    if !matches!(canned.state, State::Missing) {
        return canned;
    }
    let listed = if block.val.is_some_and(|val| val.has("grant")) { "grant" } else { "access_control_policy" };
    let grants = block.attr(&[listed], Absent::Missing, granted);
    if matches!(grants.state, State::Missing) { canned } else { grants }
}

/// `grant { permissions, uri }` of the bucket, or `access_control_policy { grant { permission, grantee { uri } } }`.
fn granted(val: &Val) -> Value<Text> {
    const ALL: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
    const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    let mut widest = 0;
    let nested = val.items().iter().flat_map(|item| item.get("grant").map_or(std::slice::from_ref(item), Val::items));
    for grant in nested {
        if let crate::sources::value::ValKind::Unknown(cause) = &grant.kind {
            return Value::Unknown(cause.clone());
        }
        let grantee = grant.get("grantee").and_then(|grantee| grantee.items().first()).unwrap_or(grant);
        let uri = match grantee.get("uri").map(crate::sources::block::text) {
            Some(Value::Known(uri)) => uri,
            Some(Value::Unknown(cause)) => return Value::Unknown(cause),
            None => continue,
        };
        let group =
            [(ALL, 2), (AUTHENTICATED, 1)].into_iter().find(|(group, _)| uri.same(&(*group).into()) == Truth::True);
        let Some((_, reach)) = group else {
            match uri.causes() {
                Some(causes) => return Value::Unknown(causes.first().clone()),
                None => continue,
            }
        };
        let permissions = grant.get("permissions").or_else(|| grant.get("permission")).map_or(&[][..], Val::items);
        let writes = permissions.iter().any(|one| {
            let word = one.text();
            matches!(word.as_ref().and_then(Text::literal), Some("WRITE" | "FULL_CONTROL" | "WRITE_ACP"))
        });
        widest = widest.max(if writes && reach == 2 { 3 } else { reach });
    }
    let canned = ["private", "authenticated-read", "public-read", "public-read-write"];
    Value::Known(canned[widest].into())
}

/// The four settings of the bucket, with those of the account where they are stricter.
fn public_access_block(
    cx: &Cx<'_>,
    companions: &Companions<'_>,
    owner: (&[&Text], &Existence),
) -> Attr<PublicAccessBlock> {
    let own = companions
        .joined(BLOCK, owner, Attr::missing(BLOCK, cx.origin()), |cx| known(BLOCK, cx, four_settings(&cx.block())));
    let all_on = own.satisfies(|block| Truth::all(settings(block).map(|setting| setting.is(&true))));
    if all_on == Truth::True {
        return own;
    }
    let (mut result, mut unclear) = (own, 0);
    for account in &companions.accounts {
        let of = account.block().text(&["account_id"]);
        let of = of.possible().next().cloned().unwrap_or_else(|| account.account());
        let same = of.same(&cx.account()) & account.instance.existence.beside(owner.1);
        match same {
            Truth::True => result = stricter(&result, account),
            Truth::False => {}
            // Each one more would double the possibilities.
            Truth::Unknown(causes) if unclear > 0 => {
                return Attr::unseen(result.name, result.at, causes.first().clone());
            }
            Truth::Unknown(causes) => {
                unclear += 1;
                let (strict, shown) = (stricter(&result, account), &account.instance.instance);
                let branch = |when: String, state: &State<PublicAccessBlock>| match state {
                    State::OneOf(inner) => inner
                        .iter()
                        .map(|b| Branch { when: format!("{when} and {}", b.when).into(), state: b.state.clone() })
                        .collect::<Vec<_>>(),
                    single => vec![Branch { when: when.into(), state: single.clone() }],
                };
                let why = causes.first();
                let mut branches = branch(format!("'{shown}' is of this account ({why})"), &strict.state);
                branches.extend(branch(format!("'{shown}' is not of this account"), &result.state));
                result = Attr { state: State::OneOf(branches), ..result };
            }
        }
    }
    result
}

fn four_settings(block: &Block<'_>) -> PublicAccessBlock {
    PublicAccessBlock {
        block_acls: block.flag(&["block_public_acls"], false),
        block_policy: block.flag(&["block_public_policy"], false),
        ignore_acls: block.flag(&["ignore_public_acls"], false),
        restrict_buckets: block.flag(&["restrict_public_buckets"], false),
    }
}

fn settings(block: &PublicAccessBlock) -> [&Attr<bool>; 4] {
    [&block.block_acls, &block.block_policy, &block.ignore_acls, &block.restrict_buckets]
}

/// The settings with each of the account's that is on, or may be on where the bucket's is off.
fn stricter(own: &Attr<PublicAccessBlock>, account: &Cx<'_>) -> Attr<PublicAccessBlock> {
    let whole = four_settings(&account.block());
    let pick = |own: &Attr<bool>, whole: &Attr<bool>| {
        let better = match (own.is(&true), whole.is(&true)) {
            (Truth::True, _) | (_, Truth::False) => own,
            _ => whole,
        };
        better.clone()
    };
    let merged = own.map(|own| PublicAccessBlock {
        block_acls: pick(&own.block_acls, &whole.block_acls),
        block_policy: pick(&own.block_policy, &whole.block_policy),
        ignore_acls: pick(&own.ignore_acls, &whole.ignore_acls),
        restrict_buckets: pick(&own.restrict_buckets, &whole.restrict_buckets),
    });
    let all_on = settings(&whole).into_iter().all(|setting| setting.is(&true) == Truth::True);
    let at = account.origin();
    let nothing_own = matches!(merged.state, State::Missing);
    let filled = states(merged, |state| match state {
        State::Missing => State::Set(Value::Known(whole.clone())),
        State::Unseen(_) | State::Set(Value::Unknown(_)) if all_on => State::Set(Value::Known(whole.clone())),
        other => other,
    });
    if nothing_own { Attr { name: (&*account.instance.kind).into(), at, ..filled } } else { filled }
}

/// A policy in a resource of its own.
pub(super) fn policy(cx: &Cx<'_>, input: &mut Input) {
    let block = cx.block();
    let policy = BucketPolicy {
        id: cx.identity(ResourceKind::Policy),
        bucket: block.text(&["bucket"]).map(bucket_name),
        document: block.document(&["policy"]),
    };
    input.bucket_policies.items.push(policy);
}

/// The policy that the bucket itself holds.
fn inline_policy(cx: &Cx<'_>, bucket: &Bucket, input: &mut Input) {
    let block = cx.block();
    let written = unless(block.text(&["policy"]), Text::is_certainly_empty);
    if written.cases().iter().all(|(_, seen)| matches!(seen, Seen::Absent)) {
        return;
    }
    let policy = BucketPolicy {
        id: cx.identity(ResourceKind::Policy),
        bucket: Attr::set("bucket", Origin::Text(cx.instance.header), bucket.name.clone()),
        document: block.document(&["policy"]),
    };
    input.bucket_policies.items.push(policy);
}

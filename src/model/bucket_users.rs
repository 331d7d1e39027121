//! What a log bucket serves besides trails.

use std::collections::HashMap;

use super::arn::Text;
use super::attr::{Attr, Origin, Seen, Value};
use super::bucket::{Bucket, BucketUse};
use super::policy::{Clause, Document, Effect, PrincipalName, Statement};
use super::{Estate, Link};
use crate::truth::{Cause, CauseKind, Truth};

/// Something other than a trail that uses a bucket, or may.
#[derive(Debug)]
pub struct BucketUser {
    /// What uses it and what for, as a clause.
    pub what: String,
    /// What tells it from the bucket's other users, stable across runs.
    pub fault: String,
    /// The attribute that shows it.
    pub attribute: String,
    /// How to end it, as an imperative sentence.
    pub remedy: String,
    /// Where it is said.
    pub at: Origin,
    /// Whether it is so.
    pub uses: Truth,
}

/// The uses of all inputs, by the name of the bucket.
#[derive(Debug)]
pub struct BucketUsers<'a>(HashMap<&'a Text, Vec<&'a BucketUse>>);

impl<'a> BucketUsers<'a> {
    /// Indexes the uses of an estate.
    pub fn of(estate: &'a Estate) -> Self {
        let mut uses: HashMap<_, Vec<_>> = HashMap::new();
        for item in estate.inputs.iter().flat_map(|input| &input.bucket_uses) {
            for name in item.bucket.possible() {
                uses.entry(name).or_default().push(item);
            }
        }
        Self(uses)
    }

    /// All that uses the bucket, or may: certain users of every input, possible ones of its own.
    /// `name` is how trails name it.
    pub fn other_than_trails(&self, estate: &Estate, bucket: &Bucket, name: &Text) -> Vec<BucketUser> {
        let here = bucket.id.input;
        let own = estate.input(here).bucket_uses.iter();
        let mut users: Vec<BucketUser> = own
            .chain(self.foreign(estate, bucket, name))
            // Its own access logs are judged by its own attribute, which may be absent.
            .filter(|item| item.by.input != here || item.by.instance() != bucket.id.instance())
            .map(|item| {
                // What exists under the bucket's own condition exists whenever the bucket does.
                let exists = item.by.existence.beside(&bucket.id.existence);
                BucketUser {
                    what: format!("'{}' uses it for {}", item.by.shown, item.purpose),
                    fault: format!("{} {}", item.by.instance(), item.purpose),
                    attribute: item.bucket.name.to_string(),
                    remedy: format!("Set '{}' of '{}' to a bucket of its own.", item.bucket.name, item.by.shown),
                    at: item.bucket.at.clone(),
                    uses: exists & estate.names_bucket(item.by.input, &item.bucket, bucket),
                }
            })
            .collect();
        users.extend(access_logs_in_itself(estate, bucket));
        users.push(BucketUser {
            what: format!("it serves a website: '{}' is set", bucket.website.name),
            fault: bucket.website.name.to_string(),
            attribute: bucket.website.name.to_string(),
            remedy: format!("Remove '{}'.", bucket.website.name),
            at: bucket.website.at.clone(),
            uses: bucket.website.is(&true),
        });
        let policies = estate.bucket_policies(here, name).into_iter().filter(|policy| policy.id.input == here);
        users.extend(policies.flat_map(|policy| writers(&policy.document, bucket)));
        users
    }

    /// The users in other inputs whose reference leads to this very bucket.
    fn foreign(&self, estate: &Estate, bucket: &Bucket, name: &Text) -> Vec<&'a BucketUse> {
        let leads_here = |item: &BucketUse| {
            item.by.input != bucket.id.input
                && item.bucket.possible().any(|name| {
                    matches!(estate.bucket(item.by.input, name), Link::Here(found) if std::ptr::eq(found, bucket))
                })
        };
        let mut found: Vec<_> = [&bucket.name, &bucket.arn, name]
            .into_iter()
            .filter_map(|name| self.0.get(name))
            .flatten()
            .copied()
            .filter(|item| leads_here(item))
            .collect();
        found.sort_by_key(|item| (item.by.input, item.by.instance(), item.purpose));
        found.dedup_by(|a, b| std::ptr::eq(*a, *b));
        found
    }
}

/// The bucket's own server access logs, when they go to the bucket.
fn access_logs_in_itself(estate: &Estate, bucket: &Bucket) -> Option<BucketUser> {
    let target = &bucket.logging.possible().next()?.target;
    // S3 takes the bucket itself when no target is named.
    let uses = bucket
        .logging
        .satisfies(|access| !access.target.written() | estate.names_bucket(bucket.id.input, &access.target, bucket));
    Some(BucketUser {
        what: format!("its own server access logs go to it, for {}", target.says()),
        fault: target.name.to_string(),
        attribute: target.name.to_string(),
        remedy: format!("Set '{}' to another bucket.", target.name),
        at: target.at.clone(),
        uses,
    })
}

/// Services other than CloudTrail that the bucket's policy lets write objects.
fn writers(document: &Attr<Document>, bucket: &Bucket) -> Vec<BucketUser> {
    let user = |service: String, at: &Origin, uses: Truth| BucketUser {
        what: format!("its policy lets {service} write objects"),
        fault: format!("{} {service}", document.name),
        attribute: document.name.to_string(),
        remedy: format!("Remove the grant for {service} from '{}' and let it write elsewhere.", document.name),
        at: at.clone(),
        uses,
    };
    let mut users = Vec::new();
    let single = document.cases().len() == 1;
    for (when, seen) in document.cases() {
        let seen = match seen {
            Seen::Value(document) => document,
            Seen::Hidden(cause) | Seen::Unseen(cause) => {
                users.push(user("a service that cannot be told".to_owned(), &document.at, cause.clone().into()));
                continue;
            }
            Seen::Absent => continue,
        };
        for statement in &seen.statements {
            let principals =
                statement.principal.iter().filter(|clause| !clause.negated).flat_map(|clause| &clause.items);
            for (principal, at) in principals {
                let PrincipalName::Service(service) = principal else { continue };
                let other = !Text::from("cloudtrail.amazonaws.com*").matches_ignoring_case(service);
                let mut uses = other & may_write(statement, bucket);
                if uses == Truth::True
                    && !single
                    && let Some(when) = when
                {
                    uses = Truth::unknown(CauseKind::Condition, format!("it writes only when {when}"));
                }
                if uses != Truth::False {
                    users.push(user(format!("'{service}'"), at, uses));
                }
            }
        }
        if let Some(cause) = &seen.more {
            users.push(user("a service that cannot be told".to_owned(), &seen.at, cause.clone().into()));
        }
    }
    users
}

/// Whether the statement allows writing some object of the bucket.
fn may_write(statement: &Statement, bucket: &Bucket) -> Truth {
    let allows = match &statement.effect {
        Value::Known(effect) => Truth::known(*effect == Effect::Allow),
        Value::Unknown(cause) => cause.clone().into(),
    };
    let objects = Text::format("{}/*", &[&bucket.arn]);
    let action =
        takes_in(statement.action.as_ref(), |action| action.matches_ignoring_case(&Text::from("s3:PutObject")));
    let resource = takes_in(statement.resource.as_ref(), |resource| resource.overlaps(&objects));
    let readable = statement.unreadable.clone().map_or(Truth::True, Truth::from);
    allows & action & resource & readable
}

/// Whether a clause takes in what `matches` looks for.
fn takes_in(clause: Option<&Clause<Text>>, matches: impl Fn(&Text) -> Truth) -> Truth {
    let Some(clause) = clause else { return Truth::True };
    let more = clause.more.as_ref().map(|cause: &Cause| cause.clone().into());
    let any = Truth::any(clause.items.iter().map(|(item, _)| matches(item)).chain(more));
    if clause.negated { !any } else { any }
}

//! The policies of a log bucket.

use std::sync::Arc;

use super::Document;
use super::excess::Place;
use crate::model::arn::{Part, Shape, Text, Var};
use crate::model::attr::{Seen, either};
use crate::model::bucket::{Bucket, BucketPolicy};
use crate::model::lookup::LogTarget;
use crate::model::{Estate, Link};
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// One possibility for the policy of a bucket.
#[derive(Clone, Debug)]
pub struct PolicyCase<'a> {
    /// A clause that reads after "when", if there are several.
    pub when: Option<Arc<str>>,
    /// The policy.
    pub policy: &'a BucketPolicy,
    /// Its document, or why it is not known.
    pub document: Result<&'a Document, Cause>,
}

impl Estate {
    /// The policies of a log bucket, each possibility on its own; none if no input holds one.
    pub fn policy_cases(&self, target: &LogTarget<'_, Bucket>) -> Vec<PolicyCase<'_>> {
        let mut cases = Vec::new();
        for policy in self.bucket_policies(target.trails[0].id.input, &target.name) {
            for (when, seen) in policy.document.cases() {
                let document = match seen {
                    Seen::Value(document) => Ok(document),
                    Seen::Hidden(cause) | Seen::Unseen(cause) => Err(cause.clone()),
                    Seen::Absent => {
                        let missing = format!("'{}' is not set", policy.document.name);
                        Err(Cause::new(CauseKind::Invalid, missing))
                    }
                };
                cases.push(PolicyCase { when: when.cloned(), policy, document });
            }
        }
        cases
    }
}

/// Whether something is found in every possibility of the policy of one case, so that it holds whichever is in force.
/// `found` is what was found in each case.
pub fn everywhere<T>(cases: &[PolicyCase<'_>], found: &[Vec<T>], of: usize, same: impl Fn(&T) -> bool) -> bool {
    alternatives(cases, of).all(|other| found[other].iter().any(&same))
}

/// Whether a case is the first possibility of its policy.
pub fn is_first(cases: &[PolicyCase<'_>], of: usize) -> bool {
    alternatives(cases, of).next() == Some(of)
}

/// The possibilities of the policy of one case.
fn alternatives(cases: &[PolicyCase<'_>], of: usize) -> impl Iterator<Item = usize> {
    (0..cases.len()).filter(move |&other| std::ptr::eq(cases[other].policy, cases[of].policy))
}

/// The answer for all possibilities of a bucket's policy; unknown when there is none.
pub fn over_cases(cases: &[PolicyCase<'_>], name: &Text, judge: impl Fn(&Document) -> Truth) -> Truth {
    if cases.is_empty() {
        return Truth::Unknown(no_policy(name));
    }
    let one = |case: &PolicyCase<'_>| match &case.document {
        Ok(document) => judge(document),
        Err(cause) => cause.clone().into(),
    };
    either(cases.iter().map(|case| (case.when.clone(), one(case))).collect())
}

/// Why a bucket without a policy in the input cannot be judged.
pub fn no_policy(name: &Text) -> Causes {
    Cause::new(CauseKind::OutsideScope, format!("no policy of the bucket '{name}' is in what was scanned")).into()
}

impl<'a> LogTarget<'a, Bucket> {
    /// Why the bucket has no policy that could be judged: in a live account because the bucket is not there, or was
    /// not read.
    pub fn without_policy(&self) -> Causes {
        match &self.link {
            Link::Unknown(causes) if causes.iter().any(|cause| is_of_answers(cause.kind)) => causes.clone(),
            _ => no_policy(&self.name),
        }
    }

    /// The bucket as policies speak of it.
    pub fn place<'p>(&self, readers: &'p [String]) -> Place<'p>
    where
        'a: 'p,
    {
        let (bucket, owner) = match &self.link {
            Link::Here(bucket) => (bucket.arn.clone(), bucket.account.clone()),
            Link::Elsewhere(_) | Link::Unknown(_) => {
                let literal = self.name.literal().is_some_and(|name| name.starts_with("arn:"));
                let partition = self.trails[0].arn.split(':').into_iter().nth(1).unwrap_or_else(|| Text::from("aws"));
                let arn =
                    if literal { self.name.clone() } else { Text::format("arn:{}:s3:::{}", &[&partition, &self.name]) };
                (arn, unknown_owner(&self.name))
            }
        };
        Place { bucket: with_name(&bucket), trails: self.trails.clone(), owner, readers }
    }
}

/// Whether only the answers of a live account give such a cause.
fn is_of_answers(kind: CauseKind) -> bool {
    matches!(
        kind,
        CauseKind::BucketMissing
            | CauseKind::OwnedByOtherAccount
            | CauseKind::AccessDenied
            | CauseKind::NotAnswered
            | CauseKind::NotCollected
    )
}

/// The ARN of a bucket; a hole that stands for its name, or for an end of it that cannot be empty, holds what a name
/// can hold. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn with_name(arn: &Text) -> Text {
    let parts = arn.parts();
    let mut result = Text::default();
    for (i, part) in parts.iter().enumerate() {
        let var = match part {
            Part::Lit(literal) => {
                result.push_str(literal);
                continue;
            }
            Part::Var(var) => var,
        };
        let before = match i.checked_sub(1).map(|at| &parts[at]) {
            Some(Part::Lit(literal)) => &**literal,
            _ => "",
        };
        let after = match parts.get(i + 1) {
            Some(Part::Lit(literal)) => Some(&**literal),
            Some(Part::Var(_)) => Some(""),
            None => None,
        };
        // No name begins or ends with a hyphen or a dot.
        let first = before.ends_with(":::") && after.is_none_or(|after| after.starts_with(['-', '.']));
        let last = after.is_none() && before.contains(":::") && before.ends_with(['-', '.']);
        let shape = if var.shape == Shape::Any && (first || last) { Shape::Name } else { var.shape };
        result.push(&Var { shape, ..var.clone() }.into());
    }
    result
}

fn unknown_owner(name: &Text) -> Text {
    Var {
        key: format!("owner of the bucket {name}").into(),
        shown: "the bucket's account".into(),
        cause: Cause::new(CauseKind::OutsideScope, format!("the account of the bucket '{name}' is not known")),
        shape: Shape::Account,
    }
    .into()
}

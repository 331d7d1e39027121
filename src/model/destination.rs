//! Where trails deliver to: whether two names are one bucket, and where in it the log files lie.

use super::arn::{Part, Shape, Text, Var};
use super::attr::{Attr, Seen};
use super::bucket::Bucket;
use super::lookup::{after_last, same_name};
use super::trail::Trail;
use super::{Estate, InputId, Link, Subject};
use crate::truth::{Cause, CauseKind, Truth};

impl Estate {
    /// Whether two names that an input uses are the same bucket.
    ///
    /// A bucket whose name is generated is never one that is known by another name: no literal and no parameter could
    /// have been written down before that name existed.
    pub fn same_bucket(&self, from: InputId, a: &Text, b: &Text) -> Truth {
        if same_name(a, b) {
            return Truth::True;
        }
        // Two names that certainly differ are two buckets, whoever defines them.
        if bare_name(a).same(&bare_name(b)) == Truth::False {
            return Truth::False;
        }
        match (self.bucket(from, a), self.bucket(from, b)) {
            (Link::Here(x), Link::Here(y)) => Truth::known(std::ptr::eq(x, y)),
            (Link::Here(bucket), Link::Elsewhere(name)) | (Link::Elsewhere(name), Link::Here(bucket)) => {
                bucket.may_be_named(&name)
            }
            (Link::Unknown(causes), _) | (_, Link::Unknown(causes)) => Truth::Unknown(causes),
            (Link::Elsewhere(x), Link::Elsewhere(y)) => bare_name(&x).same(&bare_name(&y)),
        }
    }

    /// Whether an attribute of a resource in the input `from` names this bucket.
    pub fn names_bucket(&self, from: InputId, attr: &Attr<Text>, bucket: &Bucket) -> Truth {
        attr.satisfies(|name| match self.bucket(from, name) {
            Link::Here(found) => Truth::known(std::ptr::eq(found, bucket)),
            Link::Elsewhere(name) => bucket.may_be_named(&name),
            Link::Unknown(causes) => Truth::Unknown(causes),
        })
    }

    /// Whether two trails of one input deliver to the same bucket.
    pub fn same_destination(&self, a: &Trail, b: &Trail) -> Truth {
        pairwise(&a.bucket, &b.bucket, |x, y| self.same_bucket(a.id.input, x, y))
    }
}

impl Bucket {
    /// Whether `name`, which no resource of the input defines, can be this bucket.
    fn may_be_named(&self, name: &Text) -> Truth {
        let name = bare_name(name);
        if let [Part::Var(Var { shape: Shape::Name, .. })] = self.name.parts()
            && self.name != name
            && !name.vars().any(is_computed)
        {
            return Truth::False;
        }
        if made_up_apart(&self.name, &name) { Truth::False } else { self.name.same(&name) }
    }
}

/// Whether a name is made up by AWS or a provider, at least in part, and the other one does not hold that part: nobody
/// can have written the other down before the first was made.
pub(crate) fn made_up_apart(made: &Text, other: &Text) -> bool {
    let holds = |var: &Var| other.vars().any(|held| held == var || is_computed(held));
    made.vars().any(|var| var.shape == Shape::Generated && !holds(var))
}

/// Whether a hole is what a plan does not know before it is applied, by an expression that it does not tell (`local.x`):
/// that may be made of any name that is made up then.
fn is_computed(hole: &Var) -> bool {
    hole.shape == Shape::Any && hole.cause.kind == CauseKind::AfterApply
}

impl Trail {
    /// Whether both write under the same key prefix.
    pub fn same_prefix(&self, other: &Self) -> Truth {
        pairwise(&self.prefix, &other.prefix, Text::same)
    }

    /// The beginnings of the keys of this trail's files, below its prefix: log files, and digest files unless it
    /// writes none. A trail of an organization writes for every member, so that only all of `AWSLogs/` is certain.
    /// Key layout: "Finding your CloudTrail log files" in the CloudTrail user guide.
    pub fn key_beginnings(&self, prefix: &Text) -> Vec<Text> {
        let root = if prefix.is_certainly_empty() {
            Text::from("AWSLogs/")
        } else {
            match prefix.literal() {
                Some(literal) => Text::from(format!("{}/AWSLogs/", literal.trim_end_matches('/')).as_str()),
                None => Text::format("{}/AWSLogs/", &[prefix]),
            }
        };
        if self.organization.is(&true) != Truth::False {
            return vec![root];
        }
        let mut beginnings = vec![Text::format("{}{}/CloudTrail/", &[&root, &self.account])];
        if self.log_file_validation.is(&true) != Truth::False {
            beginnings.push(Text::format("{}{}/CloudTrail-Digest/", &[&root, &self.account]));
        }
        beginnings
    }

    /// Judges every prefix that this trail may have; one that is not known is a hole.
    pub fn each_prefix(&self, judge: impl Fn(&Text) -> Truth) -> Truth {
        self.prefix.fold(|seen| match seen {
            Seen::Value(prefix) => judge(prefix),
            Seen::Absent => judge(&Text::default()),
            Seen::Hidden(cause) | Seen::Unseen(cause) => judge(&self.unknown_prefix(cause)),
        })
    }

    fn unknown_prefix(&self, cause: &Cause) -> Text {
        let id = self.identity();
        Var {
            key: format!("{}#{}#prefix", id.input.0, id.instance()).into(),
            shown: self.prefix.name.clone(),
            cause: cause.clone(),
            shape: Shape::Any,
        }
        .into()
    }
}

/// The name behind `arn:…:s3:::`, or the name as it is.
pub(crate) fn bare_name(name: &Text) -> Text {
    after_last(name, ":s3:::").unwrap_or_else(|| name.clone())
}

/// Compares all that one attribute may say with all that the other may say; an absent value is an empty one.
fn pairwise(a: &Attr<Text>, b: &Attr<Text>, same: impl Fn(&Text, &Text) -> Truth) -> Truth {
    // The same choice made twice is made the same way, so equal possibilities are equal values.
    let known =
        |attr: &Attr<Text>| attr.cases().into_iter().all(|(_, seen)| matches!(seen, Seen::Value(_) | Seen::Absent));
    if a.state == b.state && known(a) {
        return Truth::True;
    }
    let empty = Text::default();
    a.fold(|x| {
        let x = value(x, &empty);
        b.fold(|y| match (x, value(y, &empty)) {
            (Ok(x), Ok(y)) => same(x, y),
            (Err(cause), _) | (_, Err(cause)) => cause.clone().into(),
        })
    })
}

fn value<'a>(seen: Seen<'a, Text>, empty: &'a Text) -> Result<&'a Text, &'a Cause> {
    match seen {
        Seen::Value(text) => Ok(text),
        Seen::Absent => Ok(empty),
        Seen::Hidden(cause) | Seen::Unseen(cause) => Err(cause),
    }
}

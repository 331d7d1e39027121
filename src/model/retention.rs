//! How long a bucket keeps the files that trails write into it.

use super::arn::{Part, Text};
use super::attr::{Attr, Seen, either};
use super::bucket::{Bucket, LifecycleRule};
use super::trail::Trail;
use crate::truth::{CauseKind, Truth};

/// What the lifecycle rules of a bucket do to log files.
#[derive(Debug)]
pub struct Retention<'a> {
    /// Whether an enabled rule governs the log files and none removes them too early.
    pub kept: Truth,
    /// Whether enabled rules govern all of them.
    pub governed: Truth,
    /// Whether a rule removes them on a fixed date.
    pub dated: Truth,
    /// The rule that certainly removes them first, of those that remove them too early.
    pub soonest: Option<Removal<'a>>,
    /// The rules that certainly touch log files and are enabled, under every possibility.
    pub rules: Vec<&'a LifecycleRule>,
}

/// A rule that removes log files after a number of days.
#[derive(Clone, Copy, Debug)]
pub struct Removal<'a> {
    /// The rule.
    pub rule: &'a LifecycleRule,
    /// The attribute that says when.
    pub attr: &'a Attr<u32>,
    /// Whether it removes noncurrent versions, not current ones.
    pub noncurrent: bool,
    /// After how many days.
    pub days: u32,
}

/// What is asked of a bucket: the files of these trails, kept for this many days.
struct Question<'a> {
    bucket: &'a Bucket,
    trails: &'a [&'a Trail],
    min_days: u32,
    /// Whether there can be noncurrent versions at all.
    versions: Truth,
}

/// Judges the lifecycle rules of a bucket for the trails that deliver to it.
pub fn retention<'a>(bucket: &'a Bucket, trails: &[&Trail], min_days: u32) -> Retention<'a> {
    let question = Question { bucket, trails, min_days, versions: bucket.versioning.written() };
    let over = |judge: &dyn Fn(&[LifecycleRule]) -> Truth| {
        let answers = bucket.lifecycle.cases().into_iter().map(|(when, seen)| {
            let truth = match seen {
                Seen::Value(rules) => judge(rules),
                Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
                Seen::Absent => judge(&[]),
            };
            (when.cloned(), truth)
        });
        either(answers.collect())
    };
    let governed = |rules: &[LifecycleRule]| question.governed(rules);
    let early = |rules: &[LifecycleRule]| Truth::any(rules.iter().map(|rule| question.too_early(rule)));
    let dated =
        |rules: &[LifecycleRule]| Truth::any(rules.iter().map(|r| question.acts_on(r) & r.expiration_date.given()));
    let all: Vec<&LifecycleRule> = bucket.lifecycle.possible().flatten().collect();
    let soonest = all.iter().flat_map(|rule| question.removals(rule)).min_by_key(|removal| removal.days);
    Retention {
        kept: over(&|rules| governed(rules) & !early(rules)),
        governed: over(&governed),
        dated: over(&dated),
        soonest,
        rules: all.into_iter().filter(|rule| question.acts_on(rule) == Truth::True).collect(),
    }
}

impl Question<'_> {
    /// Whether for every file of every trail there is an enabled rule that says what becomes of it.
    fn governed(&self, rules: &[LifecycleRule]) -> Truth {
        Truth::all(self.trails.iter().map(|trail| {
            !self.exists(trail)
                | trail.each_prefix(|prefix| {
                    Truth::all(trail.key_beginnings(prefix).iter().map(|keys| {
                        Truth::any(rules.iter().map(|rule| {
                            rule.enabled.is(&true) & !rule.narrowed.is(&true) & covers(rule, keys) & has_effect(rule)
                        }))
                    }))
                })
        }))
    }

    /// Whether the trail exists where the bucket does: one that only may exist does not blame it.
    fn exists(&self, trail: &Trail) -> Truth {
        trail.id.existence.beside(&self.bucket.id.existence)
    }

    /// Whether the rule is enabled and acts on some file of some trail.
    fn acts_on(&self, rule: &LifecycleRule) -> Truth {
        let touches = Truth::any(self.trails.iter().map(|trail| {
            self.exists(trail)
                & trail.each_prefix(|prefix| {
                    Truth::any(trail.key_beginnings(prefix).iter().map(|keys| covers(rule, keys) | within(rule, keys)))
                })
        }));
        // CloudTrail does not tag its files, and their sizes vary: a narrower rule may hit none or many.
        let all = match rule.narrowed.is(&true) {
            Truth::True => Truth::unknown(
                CauseKind::Unsupported,
                format!(
                    "'{}' limits a rule by tags or sizes, so it may or may not act on log files",
                    rule.narrowed.name
                ),
            ),
            Truth::False => Truth::True,
            unknown @ Truth::Unknown(_) => unknown,
        };
        rule.enabled.is(&true) & touches & all
    }

    fn too_early(&self, rule: &LifecycleRule) -> Truth {
        let soon = |days: &Attr<u32>| given(days) & days.satisfies(|days| Truth::known(*days < self.min_days));
        let removes = rule.expiration_date.given()
            | soon(&rule.expiration_days)
            | (soon(&rule.noncurrent_days) & self.removes_noncurrent(rule));
        self.acts_on(rule) & removes
    }

    /// A rule that always spares the newest noncurrent versions spares the only one that a deleted log file has.
    fn removes_noncurrent(&self, rule: &LifecycleRule) -> Truth {
        let spares = rule.newer_noncurrent_versions.satisfies(|count| Truth::known(*count > 0));
        self.versions.clone() & !spares
    }

    /// The removals of a rule that certainly come too early.
    fn removals<'a>(&self, rule: &'a LifecycleRule) -> Vec<Removal<'a>> {
        let mut removals = Vec::new();
        if self.acts_on(rule) != Truth::True {
            return removals;
        }
        let mut add = |attr: &'a Attr<u32>, noncurrent| {
            if let Some(days) = attr.possible().min().copied().filter(|days| *days < self.min_days) {
                removals.push(Removal { rule, attr, noncurrent, days });
            }
        };
        add(&rule.expiration_days, false);
        if self.removes_noncurrent(rule) == Truth::True {
            add(&rule.noncurrent_days, true);
        }
        removals
    }
}

/// Whether a number is there at all: an absent one is no number of days.
fn given(days: &Attr<u32>) -> Truth {
    days.fold(|seen| match seen {
        Seen::Value(_) | Seen::Hidden(_) => Truth::True,
        Seen::Unseen(cause) => cause.clone().into(),
        Seen::Absent => Truth::False,
    })
}

/// Whether the rule says anything about how long files are kept or where.
fn has_effect(rule: &LifecycleRule) -> Truth {
    given(&rule.expiration_days)
        | given(&rule.noncurrent_days)
        | rule.expiration_date.given()
        | rule.transitions.is(&true)
}

/// Whether every key that begins with `keys` begins with the rule's prefix.
fn covers(rule: &LifecycleRule, keys: &Text) -> Truth {
    rule.prefix.fold(|seen| match seen {
        Seen::Value(prefix) => begins(keys, prefix),
        Seen::Absent => Truth::True,
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
    })
}

/// Whether some keys that begin with `keys` begin with the rule's longer prefix.
fn within(rule: &LifecycleRule, keys: &Text) -> Truth {
    rule.prefix.fold(|seen| match seen {
        Seen::Value(prefix) => begins(prefix, keys),
        Seen::Absent => Truth::True,
        Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
    })
}

/// Whether `text` begins with `beginning`, whose `*` and `?` are plain characters.
fn begins(text: &Text, beginning: &Text) -> Truth {
    if let Some(literal) = beginning.literal() {
        return text.starts_with(literal);
    }
    let wild = |part: &Part| matches!(part, Part::Lit(lit) if lit.contains(['*', '?']));
    if beginning.parts().iter().any(wild) {
        return Truth::unknown(CauseKind::Unsupported, format!("the prefix '{beginning}' cannot be compared"));
    }
    let mut pattern = beginning.clone();
    pattern.push_str("*");
    pattern.matches(text)
}

//! The questions that checks ask about what selectors record.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::event::{ARN, CATEGORY, CONSOLE, ENDPOINT, ERROR, Event, KIND, NAME, READ_ONLY, SOURCE, TYPE, USER};
use super::recorded::{Coverage, Recorded, Target};
use super::rules::{self, Limit, Rule, Rules};
use super::values::{Atom, Base, Effort, Op, Tri, Values};
use super::{AdvancedSelector, Selectors};
use crate::model::arn::Text;
use crate::model::attr::Attr;
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// The sources whose management events may be left out by intention, as they are many: a basic selector can exclude
/// these and no others.
pub const NOISY_SOURCES: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];

/// How many possibilities are kept apart when the selectors of several trails are put together.
const MOST_WORLDS: usize = 32;

/// An answer for events that only read and one for events that change something.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides {
    /// Events with `readOnly` true.
    pub reads: Truth,
    /// Events with `readOnly` false.
    pub writes: Truth,
}

/// What is recorded of the management events.
#[derive(Clone, Debug)]
pub struct Management {
    /// Whether all reads are, the `NOISY_SOURCES` aside.
    pub reads: Coverage,
    /// Whether all writes are, the `NOISY_SOURCES` aside.
    pub writes: Coverage,
    /// Whether any management event is.
    pub any: Truth,
    /// For each of the `NOISY_SOURCES`, whether all of its events are.
    pub noisy: [(&'static str, Truth); 2],
}

impl Management {
    /// Whether all management events are recorded.
    pub fn all(&self) -> Truth {
        self.reads.truth.clone() & self.writes.truth.clone()
    }

    /// The sources that are certainly left out, in whole or in part.
    pub fn left_out(&self) -> Vec<&'static str> {
        self.noisy.iter().filter(|(_, truth)| *truth == Truth::False).map(|(source, _)| *source).collect()
    }

    /// One event that is not recorded, for a reader to see what is lost: a write rather than a read.
    pub fn lost(&self) -> Option<&Event> {
        self.writes.lost.as_ref().or(self.reads.lost.as_ref())
    }
}

/// A part of the data events that may be recorded, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataEvents {
    /// The resource types, `AWS::S3::Object`; "any type" when they are not known.
    pub kinds: String,
    /// The further conditions, "all" when there are none.
    pub limits: String,
}

impl Selectors {
    /// The set of events that these selectors record.
    pub fn recorded(&self) -> Recorded {
        Recorded { worlds: rules::of_trail(self) }
    }

    /// What they record of the management events.
    pub fn records_management(&self) -> Management {
        self.recorded().management()
    }

    /// Whether they record this event.
    pub fn records(&self, event: &Event) -> Truth {
        self.recorded().records(event)
    }

    /// Whether they record data events of anything.
    pub fn records_any_data(&self) -> Truth {
        self.recorded().any_data()
    }
}

fn just(text: &str) -> Base {
    Base::Just(text.into())
}

/// The objects of a bucket below a key prefix; both may hold holes.
fn objects(bucket_arn: &Text, key_prefix: &Text) -> Base {
    Base::Between(Text::concat([bucket_arn, &"/".into(), key_prefix]), Text::default())
}

fn equal(text: &str) -> Atom {
    Atom::new(Op::Equals, text.into())
}

/// Sources end like this, so that a condition on the ending alone leaves nothing out.
fn sources() -> Base {
    Base::Between(Text::default(), ".amazonaws.com".into())
}

impl Recorded {
    /// What an event data store records; absent selectors mean all management events.
    pub fn by_store(selectors: &Attr<Vec<AdvancedSelector>>) -> Self {
        Self { worlds: rules::of_store(selectors) }
    }

    /// What several record together. Each comes with the truth of whether it counts at all.
    pub fn together<'a>(members: impl IntoIterator<Item = (Truth, &'a Self)>) -> Self {
        let mut union = Self { worlds: vec![(None, Rules::default())] };
        for (counts, member) in members {
            match counts {
                Truth::False => {}
                Truth::True => union.add(&member.worlds),
                Truth::Unknown(causes) => union.add(&doubted(&member.worlds, &causes)),
            }
        }
        union
    }

    fn add(&mut self, worlds: &rules::Worlds) {
        let extend = |rules: &mut Rules, more: &Rules| {
            rules.rules.extend(more.rules.iter().cloned());
            rules.open.extend(more.open.iter().cloned());
        };
        let whens = |worlds: &rules::Worlds| worlds.iter().map(|(when, _)| when.clone()).collect::<Vec<_>>();
        if let [(_, more)] = worlds.as_slice() {
            self.worlds.iter_mut().for_each(|(_, rules)| extend(rules, more));
        } else if whens(&self.worlds) == whens(worlds) {
            // The same decision decides both.
            self.worlds.iter_mut().zip(worlds).for_each(|((_, rules), (_, more))| extend(rules, more));
        } else if self.worlds.len() * worlds.len() <= MOST_WORLDS {
            let mut product = rules::Worlds::new();
            for (when, rules) in &self.worlds {
                for (and, more) in worlds {
                    let mut rules = rules.clone();
                    extend(&mut rules, more);
                    let when: Option<Arc<str>> = match (when, and) {
                        (Some(a), Some(b)) => Some(format!("{a} and {b}").into()),
                        (one, None) | (None, one) => one.clone(),
                    };
                    product.push((when, rules));
                }
            }
            self.worlds = product;
        } else {
            for (when, more) in worlds {
                let when = when.clone().unwrap_or_default();
                let why = Cause::new(CauseKind::Condition, format!("it cannot be decided whether {when}"));
                let [(_, more)] = &doubted(&vec![(None, more.clone())], &why.into())[..] else { continue };
                self.worlds.iter_mut().for_each(|(_, rules)| extend(rules, more));
            }
        }
    }

    fn management_target(read_only: &str) -> Target<'static> {
        Target::new([(CATEGORY, just("Management")), (READ_ONLY, just(read_only)), (SOURCE, sources())])
    }

    /// What is recorded of the management events.
    pub fn management(&self) -> Management {
        let noisy = NOISY_SOURCES.map(equal);
        let side = |read_only| self.covers(&Self::management_target(read_only).without(SOURCE, &noisy));
        let of = |source| (source, self.records_source(source));
        Management {
            reads: side("true"),
            writes: side("false"),
            any: self.touches(&Target::new([(CATEGORY, just("Management")), (SOURCE, sources())])),
            noisy: NOISY_SOURCES.map(of),
        }
    }

    /// Whether all management events of one source (`iam.amazonaws.com`) are recorded.
    pub fn records_source(&self, source: &str) -> Truth {
        let side = |read_only| {
            let fields = [(CATEGORY, just("Management")), (READ_ONLY, just(read_only)), (SOURCE, just(source))];
            self.covers(&Target::new(fields)).truth
        };
        side("true") & side("false")
    }

    /// Whether some management events of one source are recorded.
    pub fn touches_source(&self, source: &str) -> Truth {
        self.touches(&Target::new([(CATEGORY, just("Management")), (SOURCE, just(source))]))
    }

    /// Which sides of the management events are recorded, at least in part.
    pub fn any_management(&self) -> Sides {
        Sides {
            reads: self.touches(&Self::management_target("true")),
            writes: self.touches(&Self::management_target("false")),
        }
    }

    /// Whether data events of anything are recorded.
    pub fn any_data(&self) -> Truth {
        self.touches(&Target::new([(CATEGORY, just("Data"))]))
    }

    /// A read of an object that is not recorded, in words that a reader knows; `None` where it is or may be.
    pub fn lost_read(&self, partition: &str) -> Option<Event> {
        let key = format!("arn:{partition}:s3:::example-bucket/customers.csv");
        let fields = [
            (SOURCE, "s3.amazonaws.com"),
            (NAME, "GetObject"),
            (READ_ONLY, "true"),
            (KIND, "AWS::S3::Object"),
            (ARN, key.as_str()),
            (CATEGORY, "Data"),
        ];
        let event = Event::new(fields.map(|(name, value)| (name, Text::from(value))));
        (self.records(&event) == Truth::False).then_some(event)
    }

    /// Whether data events of S3 objects are recorded, of any bucket.
    pub fn any_objects(&self) -> Truth {
        self.touches(&Target::new([(CATEGORY, just("Data")), (KIND, just("AWS::S3::Object"))]))
    }

    /// Whether every write to an S3 object of the partition `aws` is recorded as a data event.
    pub fn every_object(&self) -> Truth {
        let below = Base::Between("arn:aws:s3:::".into(), Text::default());
        let fields =
            [(CATEGORY, just("Data")), (KIND, just("AWS::S3::Object")), (READ_ONLY, just("false")), (ARN, below)];
        self.covers(&Target::new(fields)).truth
    }

    /// Whether the data events of **all** objects of a bucket below a key prefix are recorded.
    pub fn covers_objects(&self, bucket_arn: &Text, key_prefix: &Text) -> Sides {
        self.of_objects(bucket_arn, key_prefix, |target| self.covers(target).truth)
    }

    /// Whether the data events of **some** object of a bucket below a key prefix are recorded.
    pub fn touches_objects(&self, bucket_arn: &Text, key_prefix: &Text) -> Sides {
        self.of_objects(bucket_arn, key_prefix, |target| self.touches(target))
    }

    fn of_objects(&self, bucket_arn: &Text, key_prefix: &Text, ask: impl Fn(&Target<'_>) -> Truth) -> Sides {
        let side = |read_only| {
            ask(&Target::new([
                (CATEGORY, just("Data")),
                (KIND, just("AWS::S3::Object")),
                (READ_ONLY, just(read_only)),
                (SOURCE, just("s3.amazonaws.com")),
                (ARN, objects(bucket_arn, key_prefix)),
            ]))
        };
        Sides { reads: side("true"), writes: side("false") }
    }

    /// Whether the delivery of logs by an AWS service to a place is itself recorded: `PutObject` events that no user
    /// makes.
    pub fn records_delivery(&self, bucket_arn: &Text, key_prefix: &Text) -> Truth {
        self.touches(&Target::new([
            (CATEGORY, just("Data")),
            (KIND, just("AWS::S3::Object")),
            (READ_ONLY, just("false")),
            (SOURCE, just("s3.amazonaws.com")),
            (NAME, just("PutObject")),
            (TYPE, just("AwsApiCall")),
            (USER, Base::Absent),
            (CONSOLE, Base::Absent),
            (ERROR, Base::Absent),
            (ENDPOINT, Base::Absent),
            (ARN, objects(bucket_arn, key_prefix)),
        ]))
    }

    /// Whether there are management events of one Region that both record.
    pub fn shares_management(&self, other: &Self) -> Truth {
        let mut shared = Truth::False;
        for read_only in ["true", "false"] {
            let both = self.worlds.iter().flat_map(|(_, rules)| rules.also(other, &Self::management_target(read_only)));
            let truths: Vec<Truth> = both.collect();
            let certain = truths.iter().all(|truth| *truth == Truth::True) && !truths.is_empty();
            let never = truths.iter().all(|truth| *truth == Truth::False);
            shared = shared
                | match (certain, never) {
                    (true, _) => Truth::True,
                    (_, true) => Truth::False,
                    _ => truths
                        .into_iter()
                        .find(|truth| matches!(truth, Truth::Unknown(_)))
                        .unwrap_or_else(|| Truth::unknown(CauseKind::Condition, "a condition cannot be decided")),
                };
        }
        shared
    }

    /// The data events that may be recorded, for people: by resource type, with their limits; in a fixed order.
    pub fn data_events(&self) -> Vec<DataEvents> {
        let effort = Effort::new();
        let data = Target::new([(CATEGORY, just("Data"))]);
        let rules = self.worlds.iter().flat_map(|(_, rules)| &rules.rules);
        let parts: BTreeSet<DataEvents> =
            rules.filter(|rule| rule.meets(&data, &effort) != Tri::No).map(Rule::in_words).collect();
        parts.into_iter().collect()
    }
}

fn doubted(worlds: &rules::Worlds, causes: &Causes) -> rules::Worlds {
    let mut worlds = worlds.clone();
    for (_, rules) in &mut worlds {
        for rule in &mut rules.rules {
            rule.doubts.extend(causes.iter().cloned());
        }
    }
    worlds
}

impl Rules {
    /// Whether events of the target are recorded by these rules and by the other ones, for each of their worlds.
    fn also(&self, other: &Recorded, target: &Target<'_>) -> Vec<Truth> {
        let mut answers = Vec::new();
        for (_, theirs) in &other.worlds {
            // Each pair of rules, put together, is a rule of what both record.
            let mut both = Self::default();
            let near = |rules: &Self| {
                let effort = Effort::new();
                rules.rules.iter().filter(|rule| rule.meets(target, &effort) != Tri::No).cloned().collect::<Vec<_>>()
            };
            let (mine, theirs_near) = (near(self), near(theirs));
            if (!self.open.is_empty() && (!theirs_near.is_empty() || !theirs.open.is_empty()))
                || (!theirs.open.is_empty() && !mine.is_empty())
            {
                both.open = self.open.iter().chain(&theirs.open).cloned().collect();
            }
            if mine.len() * theirs_near.len() > MOST_PAIRS {
                both.open.push(Cause::new(CauseKind::Unsupported, "there are too many selectors to compare them"));
            } else {
                both.rules = mine.iter().flat_map(|left| theirs_near.iter().map(|right| left.with(right))).collect();
            }
            answers.push(both.touches(target));
        }
        answers
    }
}

/// How many pairs of rules are compared; a trail has one or two rules for management events, five at most when basic.
const MOST_PAIRS: usize = 2_000;

impl Rule {
    /// The rule of what both record.
    fn with(&self, other: &Self) -> Self {
        Self {
            limits: self.limits.iter().chain(&other.limits).cloned().collect(),
            doubts: self.doubts.iter().chain(&other.doubts).cloned().collect(),
        }
    }

    fn in_words(&self) -> DataEvents {
        let kinds: Vec<String> = self.limits.iter().filter(|l| &*l.field == KIND).flat_map(Limit::in_words).collect();
        let others = self.limits.iter().filter(|l| !matches!(&*l.field, KIND | CATEGORY));
        let limits: Vec<String> = others
            .flat_map(|limit| limit.in_words().into_iter().map(|words| format!("'{}' {words}", limit.field)))
            .collect();
        DataEvents {
            kinds: match kinds.as_slice() {
                [] => "any type".to_owned(),
                kinds => kinds.iter().map(|kind| kind.trim_start_matches("is ")).collect::<Vec<_>>().join(", "),
            },
            limits: if limits.is_empty() { "all".to_owned() } else { limits.join(" and ") },
        }
    }
}

impl Limit {
    fn in_words(&self) -> Vec<String> {
        let some = |values: &Values, not: &str| {
            let atoms: Vec<&Atom> = values.sure.iter().chain(&values.maybe).collect();
            let mut words: Vec<String> = atoms.iter().take(4).map(|atom| said(atom, not)).collect();
            if atoms.len() > 4 {
                words.push(format!("{} more", atoms.len() - 4));
            }
            if values.open {
                words.push("what is not known".to_owned());
            }
            (!words.is_empty()).then(|| words.join(if not.is_empty() { " or " } else { " and " }))
        };
        let include = self.include.as_ref().and_then(|values| some(values, ""));
        include.into_iter().chain(some(&self.exclude, "not ")).collect()
    }
}

fn said(atom: &Atom, not: &str) -> String {
    match atom.op {
        Op::Equals => format!("is {not}{}", atom.text),
        Op::StartsWith if not.is_empty() => format!("starts with {}", atom.text),
        Op::StartsWith => format!("does not start with {}", atom.text),
        Op::EndsWith if not.is_empty() => format!("ends with {}", atom.text),
        Op::EndsWith => format!("does not end with {}", atom.text),
    }
}

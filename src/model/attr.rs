//! Attributes: a value, or the reason why it is not known, with its name in the source and its place.

use std::sync::Arc;

use super::arn::Text;
use crate::source_map::Span;
use crate::truth::{Cause, CauseKind, Causes, Truth};

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In a text that was read.
    Text(Span),
    /// In the answer to an API call (`cloudtrail:GetTrailStatus`) about a resource.
    Api {
        /// The call, as an IAM action.
        call: &'static str,
        /// The ARN of the resource asked about.
        arn: Arc<str>,
    },
}

/// A value that was written, or why it is not known.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<T> {
    /// Known for certain. (A [`Text`] may still hold unknown parts.)
    Known(T),
    /// Written, but its value cannot be known.
    Unknown(Cause),
}

/// One attribute of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Attr<T> {
    /// The attribute's path as this source writes it: `EnableLogFileValidation`, `VersioningConfiguration.Status`.
    pub name: Arc<str>,
    /// The attribute's own place; for one that is not written, the header of the block it belongs to.
    pub at: Origin,
    /// What is known of it.
    pub state: State<T>,
}

/// What is known of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum State<T> {
    /// Written; the value may be unknown, its presence is certain.
    Set(Value<T>),
    /// Not written; this is the source's default.
    Default(T),
    /// Not written, and the source has no default.
    Missing,
    /// Cannot even tell whether it is written.
    Unseen(Cause),
    /// One of these, depending on what cannot be decided. Never nested, never empty.
    OneOf(Vec<Branch<T>>),
}

/// One possibility among several.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch<T> {
    /// A clause that reads after "when": "the condition 'IsProd' is false".
    pub when: Arc<str>,
    /// What holds then.
    pub state: State<T>,
}

/// What one possibility says.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a, T> {
    /// Written with this value, or not written and this is the default.
    Value(&'a T),
    /// Written, the value cannot be known.
    Hidden(&'a Cause),
    /// Not written.
    Absent,
    /// Cannot tell whether it is written.
    Unseen(&'a Cause),
}

impl<T> State<T> {
    fn seen(&self) -> Seen<'_, T> {
        match self {
            Self::Set(Value::Known(value)) | Self::Default(value) => Seen::Value(value),
            Self::Set(Value::Unknown(cause)) => Seen::Hidden(cause),
            Self::Missing | Self::OneOf(_) => Seen::Absent,
            Self::Unseen(cause) => Seen::Unseen(cause),
        }
    }
}

impl<T> Attr<T> {
    /// An attribute that is written with a known value.
    pub fn set(name: impl Into<Arc<str>>, at: Origin, value: T) -> Self {
        Self { name: name.into(), at, state: State::Set(Value::Known(value)) }
    }

    /// An attribute that is not written; the source's default holds. `at` is the block's header.
    pub fn default(name: impl Into<Arc<str>>, at: Origin, value: T) -> Self {
        Self { name: name.into(), at, state: State::Default(value) }
    }

    /// An attribute that is not written and has no default. `at` is the block's header.
    pub fn missing(name: impl Into<Arc<str>>, at: Origin) -> Self {
        Self { name: name.into(), at, state: State::Missing }
    }

    /// An attribute of which nothing can be told.
    pub fn unseen(name: impl Into<Arc<str>>, at: Origin, cause: Cause) -> Self {
        Self { name: name.into(), at, state: State::Unseen(cause) }
    }

    /// The possibilities, each with the clause that selects it (`None` when there is just one).
    pub fn cases(&self) -> Vec<(Option<&Arc<str>>, Seen<'_, T>)> {
        match &self.state {
            State::OneOf(branches) => branches.iter().map(|b| (Some(&b.when), b.state.seen())).collect(),
            single => vec![(None, single.seen())],
        }
    }

    /// Judges every possibility and folds the answers: equal answers stand, mixed ones are unknown and the cause
    /// names the possibility that would be false.
    pub fn fold(&self, judge: impl Fn(Seen<'_, T>) -> Truth) -> Truth {
        let answers = self.cases().into_iter().map(|(when, seen)| (when.cloned(), judge(seen))).collect();
        either(answers)
    }

    /// A **value** rule: unknown when the value is not known, false when the attribute is absent without a default.
    pub fn satisfies(&self, rule: impl Fn(&T) -> Truth) -> Truth {
        self.fold(|seen| match seen {
            Seen::Value(value) => rule(value),
            Seen::Hidden(cause) | Seen::Unseen(cause) => cause.clone().into(),
            Seen::Absent => Truth::False,
        })
    }

    /// A **presence** rule: an attribute that is written with a value not known yet counts as present; a known value
    /// (an empty string, say) is judged by `rule`.
    pub fn present(&self, rule: impl Fn(&T) -> Truth) -> Truth {
        self.fold(|seen| match seen {
            Seen::Value(value) => rule(value),
            Seen::Hidden(_) => Truth::True,
            Seen::Unseen(cause) => cause.clone().into(),
            Seen::Absent => Truth::False,
        })
    }

    /// Whether the attribute is written at all; a default does not count.
    pub fn written(&self) -> Truth {
        let one = |state: &State<T>| match state {
            State::Set(_) => Truth::True,
            State::Default(_) | State::Missing | State::OneOf(_) => Truth::False,
            State::Unseen(cause) => cause.clone().into(),
        };
        match &self.state {
            State::OneOf(branches) => either(branches.iter().map(|b| (Some(b.when.clone()), one(&b.state))).collect()),
            single => one(single),
        }
    }

    /// Every value that may hold.
    pub fn possible(&self) -> impl Iterator<Item = &T> {
        self.cases().into_iter().filter_map(|(_, seen)| if let Seen::Value(value) = seen { Some(value) } else { None })
    }

    /// The same attribute with its values turned into something else.
    pub fn map<U>(&self, turn: impl Fn(&T) -> U) -> Attr<U> {
        let one = |state: &State<T>| match state {
            State::Set(Value::Known(value)) => State::Set(Value::Known(turn(value))),
            State::Set(Value::Unknown(cause)) => State::Set(Value::Unknown(cause.clone())),
            State::Default(value) => State::Default(turn(value)),
            State::Missing | State::OneOf(_) => State::Missing,
            State::Unseen(cause) => State::Unseen(cause.clone()),
        };
        let state = match &self.state {
            State::OneOf(branches) => {
                State::OneOf(branches.iter().map(|b| Branch { when: b.when.clone(), state: one(&b.state) }).collect())
            }
            single => one(single),
        };
        Attr { name: self.name.clone(), at: self.at.clone(), state }
    }
}

/// Folds the answers of several possibilities into one: equal answers stand; otherwise unknown, and the cause says
/// when it would be false.
pub fn either(answers: Vec<(Option<Arc<str>>, Truth)>) -> Truth {
    let all = |wanted: &Truth| answers.iter().all(|(_, truth)| truth == wanted);
    if all(&Truth::True) {
        return Truth::True;
    }
    if all(&Truth::False) {
        return Truth::False;
    }
    let mut causes: Option<Causes> = None;
    let mut add = |more: Causes| causes = Some(causes.take().map_or(more.clone(), |c| c.and(more)));
    for (when, truth) in &answers {
        match (truth, when) {
            (Truth::Unknown(why), _) => add(why.clone()),
            (Truth::False, Some(when)) => {
                add(Cause::new(CauseKind::Condition, format!("it would fail when {when}, which cannot be decided"))
                    .into());
            }
            _ => {}
        }
    }
    causes.map_or_else(|| Truth::unknown(CauseKind::Condition, "a condition cannot be decided"), Truth::Unknown)
}

impl<T: PartialEq> Attr<T> {
    /// A value rule: equal to `wanted`.
    pub fn is(&self, wanted: &T) -> Truth {
        self.satisfies(|value| Truth::known(value == wanted))
    }
}

impl Attr<Text> {
    /// A presence rule: written, and not known to be empty.
    pub fn given(&self) -> Truth {
        self.present(|text| Truth::known(!text.is_certainly_empty()))
    }
}

/// How a value appears in messages and evidence.
pub trait Show {
    /// Short plain text, without quotes.
    fn show(&self) -> String;
}

impl Show for bool {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for u32 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for Text {
    fn show(&self) -> String {
        if self.is_certainly_empty() { "empty".to_owned() } else { self.to_string() }
    }
}

impl<T: Show> Attr<T> {
    /// What was seen: `false`, `not set`, `not set (default false)`, `unknown: the parameter 'X' has no default`.
    pub fn observed(&self) -> String {
        observed(&self.state, Show::show)
    }

    /// The sentence's predicate about this attribute: `'IsLogging' is false`, `'KMSKeyId' is not set`.
    pub fn says(&self) -> String {
        format!("'{}' is {}", self.name, self.observed())
    }
}

impl<T> Attr<T> {
    /// As [`Attr::says`], for values that have no short form: `set`, `not set`, `unknown`.
    pub fn says_whether(&self) -> String {
        format!("'{}' is {}", self.name, observed(&self.state, |_| "set".to_owned()))
    }
}

fn observed<T>(state: &State<T>, show: impl Fn(&T) -> String + Copy) -> String {
    match state {
        State::Set(Value::Known(value)) => show(value),
        State::Set(Value::Unknown(cause)) => format!("set, but its value is unknown: {cause}"),
        State::Default(value) => format!("not set (default {})", show(value)),
        State::Missing => "not set".to_owned(),
        State::Unseen(cause) => format!("unknown: {cause}"),
        State::OneOf(branches) => {
            let parts: Vec<_> =
                branches.iter().map(|b| format!("{} when {}", observed(&b.state, show), b.when)).collect();
            parts.join(", ")
        }
    }
}

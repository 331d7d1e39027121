//! Three-valued truth, and the reasons why something cannot be known.
//!
//! There is no road from [`Truth`] to `bool`: a check cannot treat "cannot see" as "is off".

use std::fmt;
use std::ops::{BitAnd, BitOr, Not};
use std::sync::Arc;

/// Why something is not known, as a word that programs can rely on (`cause.kind` of the JSON report).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CauseKind {
    /// A template parameter or a variable without a value.
    Parameter,
    /// A condition that cannot be decided, so several values remain possible.
    Condition,
    /// The thing is defined outside what was scanned.
    OutsideScope,
    /// Known only once the change is applied, for example a generated name.
    AfterApply,
    /// The source cannot express it, or the evaluator does not cover it.
    Unsupported,
    /// A macro or transform may add or change it.
    Transform,
    /// The call that would tell was refused.
    AccessDenied,
    /// The thing belongs to another account.
    OwnedByOtherAccount,
    /// The input does not hold it and nothing asked for it.
    NotCollected,
    /// The call that would tell got no usable answer.
    NotAnswered,
    /// The bucket does not exist (only for "not applicable").
    BucketMissing,
    /// The value is not of the kind that the attribute takes.
    Invalid,
    /// The subject of the check does not exist here (only for "not applicable").
    NoSubject,
    /// Something else gives the same protection (only for "not applicable").
    Equivalent,
    /// An option or flag of this run leaves the check out (only for "not applicable").
    Option,
}

impl CauseKind {
    /// The kebab-case word of the JSON report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Condition => "condition",
            Self::OutsideScope => "outside-scope",
            Self::AfterApply => "after-apply",
            Self::Unsupported => "unsupported",
            Self::Transform => "transform",
            Self::AccessDenied => "access-denied",
            Self::OwnedByOtherAccount => "owned-by-other-account",
            Self::NotCollected => "not-collected",
            Self::NotAnswered => "not-answered",
            Self::BucketMissing => "bucket-missing",
            Self::Invalid => "invalid",
            Self::NoSubject => "no-subject",
            Self::Equivalent => "equivalent",
            Self::Option => "option",
        }
    }
}

/// One reason, with the thing that stands in the way named in plain words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// The reason's kind.
    pub kind: CauseKind,
    /// A clause that reads after "because": "the parameter 'Env' has no default".
    pub detail: Arc<str>,
}

impl Cause {
    /// A reason of `kind`; `detail` reads after "because", without a final period.
    pub fn new(kind: CauseKind, detail: impl Into<Arc<str>>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

/// One or more reasons: sorted, without repetition, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes(Vec<Cause>);

impl Causes {
    /// The first reason in the fixed order; reports that have room for one print this one.
    pub fn first(&self) -> &Cause {
        &self.0[0]
    }

    /// All reasons, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Cause> {
        self.0.iter()
    }

    /// The union of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.0.sort();
        self.0.dedup();
        self
    }
}

impl From<Cause> for Causes {
    fn from(cause: Cause) -> Self {
        Self(vec![cause])
    }
}

impl fmt::Display for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, cause) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{cause}")?;
        }
        Ok(())
    }
}

/// Kleene's strong three-valued logic, with the reasons for the third value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Certainly so.
    True,
    /// Certainly not so.
    False,
    /// Cannot be known, for these reasons.
    Unknown(Causes),
}

impl Truth {
    /// Lifts what is known for certain.
    pub fn known(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// Unknown for one reason.
    pub fn unknown(kind: CauseKind, detail: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Cause::new(kind, detail).into())
    }

    /// True if every one is true, false if any is false. True for none.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for truth in truths {
            result = result & truth;
            if result == Self::False {
                break;
            }
        }
        result
    }

    /// True if any is true, false if every one is false. False for none.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::False;
        for truth in truths {
            result = result | truth;
            if result == Self::True {
                break;
            }
        }
        result
    }
}

impl From<Cause> for Truth {
    fn from(cause: Cause) -> Self {
        Self::Unknown(cause.into())
    }
}

impl Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl BitAnd for Truth {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, x) | (x, Self::True) => x,
            (Self::Unknown(a), Self::Unknown(b)) => Self::Unknown(a.and(b)),
        }
    }
}

impl BitOr for Truth {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, x) | (x, Self::False) => x,
            (Self::Unknown(a), Self::Unknown(b)) => Self::Unknown(a.and(b)),
        }
    }
}

#[cfg(test)]
mod tests;

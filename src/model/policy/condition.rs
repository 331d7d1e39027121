//! Condition operators.
//!
//! An operator compares one value of the policy with one value of the request; everything else (several values,
//! negation, set operators, absent keys) is the same for all of them and stands in [`Operator::holds`].

use std::cmp::Ordering;
use std::net::IpAddr;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::reach::STRANGER;
use crate::model::arn::{Part, Shape, Text};
use crate::truth::{Causes, Truth};

/// A condition operator with its prefix and suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    set: Set,
    if_exists: bool,
    negated: bool,
    compare: Compare,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// No set operator.
    One,
    /// `ForAnyValue:`
    Any,
    /// `ForAllValues:`
    All,
}

/// How one value of the policy is compared with one of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Equal strings.
    Equal,
    /// Equal strings without regard to case.
    EqualIgnoringCase,
    /// The same bytes, written in Base64.
    Binary,
    /// Both true or both false; any other word is neither.
    Bool,
    /// `*` and `?` are wildcards.
    Like,
    /// As `Like`, piece by piece between the colons.
    Arn,
    /// Numbers.
    Numeric(Order),
    /// Dates, as ISO 8601 or seconds since 1970.
    Date(Order),
    /// An address in a network.
    Ip,
    /// Whether the key is there at all.
    Null,
}

/// Which orders of request value and policy value hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
}

impl Order {
    fn fits(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Operator {
    /// Reads an operator: `StringEquals`, `ForAnyValue:StringLike`, `BoolIfExists`. `None` for one that is not known.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (set, rest) = match lower.split_once(':') {
            Some(("foranyvalue", rest)) => (Set::Any, rest),
            Some(("forallvalues", rest)) => (Set::All, rest),
            Some(_) => return None,
            None => (Set::One, lower.as_str()),
        };
        let (base, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |base| (base, true));
        let (negated, compare) = match base {
            "stringequals" => (false, Compare::Equal),
            "stringnotequals" => (true, Compare::Equal),
            "stringequalsignorecase" => (false, Compare::EqualIgnoringCase),
            "stringnotequalsignorecase" => (true, Compare::EqualIgnoringCase),
            "stringlike" => (false, Compare::Like),
            "stringnotlike" => (true, Compare::Like),
            "arnequals" | "arnlike" => (false, Compare::Arn),
            "arnnotequals" | "arnnotlike" => (true, Compare::Arn),
            "bool" => (false, Compare::Bool),
            "binaryequals" => (false, Compare::Binary),
            "ipaddress" => (false, Compare::Ip),
            "notipaddress" => (true, Compare::Ip),
            // "There or not" already speaks of absence; AWS knows no 'NullIfExists'.
            "null" if !if_exists => (false, Compare::Null),
            other => {
                let (of, rest): (fn(Order) -> Compare, _) = if let Some(rest) = other.strip_prefix("numeric") {
                    (Compare::Numeric, rest)
                } else {
                    (Compare::Date, other.strip_prefix("date")?)
                };
                let (negated, order) = match rest {
                    "equals" => (false, Order::Equal),
                    "notequals" => (true, Order::Equal),
                    "lessthan" => (false, Order::Less),
                    "lessthanequals" => (false, Order::AtMost),
                    "greaterthan" => (false, Order::Greater),
                    "greaterthanequals" => (false, Order::AtLeast),
                    _ => return None,
                };
                (negated, of(order))
            }
        };
        Some(Self { set, if_exists, negated, compare })
    }

    /// How it compares.
    pub fn compare(self) -> Compare {
        self.compare
    }

    /// Whether its values may hold policy variables: those of strings, ARNs and booleans may.
    pub fn takes_variables(self) -> bool {
        use Compare::{Arn, Bool, Equal, EqualIgnoringCase, Like};
        matches!(self.compare, Equal | EqualIgnoringCase | Like | Arn | Bool)
    }

    /// Whether a single value is told from others only by which of the listed values it equals.
    pub fn tells_by_equality(self) -> bool {
        use Compare::{Binary, Bool, Equal, Null};
        self.set == Set::One && matches!(self.compare, Equal | Binary | Bool | Null)
    }

    /// Whether the condition holds. `held` is what the request carries (empty: the key is absent), `wanted` what the
    /// policy lists, and `more` whether a value that is not listed might match too.
    pub fn holds(self, wanted: &[Text], more: Truth, held: &[Text]) -> Truth {
        if self.compare == Compare::Null {
            let absent = Truth::known(held.is_empty());
            let says = |word: &str| Truth::any(wanted.iter().map(|text| text.lowercase().same(&word.into())));
            return (says("true") & absent.clone()) | (says("false") & !absent) | more;
        }
        if held.is_empty() {
            return Truth::known(match self.set {
                Set::All => true,
                Set::Any => self.if_exists,
                Set::One => self.if_exists || self.negated,
            });
        }
        let listed =
            |value: &Text| Truth::any(wanted.iter().map(|text| self.compare.matches(text, value))) | more.clone();
        let one = |value: &Text| if self.negated { !listed(value) } else { listed(value) };
        match self.set {
            Set::All => Truth::all(held.iter().map(one)),
            Set::Any => Truth::any(held.iter().map(one)),
            // A key with one value; where a request carries more, a match with any of them is a match.
            Set::One if self.negated => Truth::all(held.iter().map(one)),
            Set::One => Truth::any(held.iter().map(one)),
        }
    }
}

impl Compare {
    /// Whether the policy's value takes in the request's value.
    fn matches(self, wanted: &Text, value: &Text) -> Truth {
        match self {
            // No fixed value of the policy is a stranger's, also one that is not known.
            Self::Equal | Self::EqualIgnoringCase if strange(value) => Truth::known(wanted == value),
            Self::Equal | Self::Binary => wanted.same(value),
            Self::EqualIgnoringCase => wanted.lowercase().same(&value.lowercase()),
            Self::Bool => {
                let (wanted, value) = (wanted.lowercase(), value.lowercase());
                let both = |word: &str| wanted.same(&word.into()) & value.same(&word.into());
                both("true") | both("false")
            }
            Self::Like => wanted.matches(value),
            Self::Arn => arn(wanted, value),
            Self::Numeric(order) => {
                parsed(wanted, value, number, |w, v| v.partial_cmp(w).is_some_and(|found| order.fits(found)))
            }
            Self::Date(order) => parsed(wanted, value, date, |w, v| order.fits(v.cmp(w))),
            Self::Ip => parsed(wanted, value, network, contains),
            Self::Null => Truth::False,
        }
    }
}

/// Whether the value belongs to somebody whom the policy's author does not know.
fn strange(value: &Text) -> bool {
    value.parts().iter().any(|part| matches!(part, Part::Lit(text) if text.contains(STRANGER)))
}

/// Compares two values that must be read first; what cannot be read never matches.
fn parsed<T>(wanted: &Text, value: &Text, read: fn(&str) -> Option<T>, fits: impl Fn(&T, &T) -> bool) -> Truth {
    match (wanted.literal(), value.literal()) {
        (Some(w), Some(v)) => Truth::known(read(w).zip(read(v)).is_some_and(|(w, v)| fits(&w, &v))),
        _ => wanted.causes().into_iter().chain(value.causes()).reduce(Causes::and).map_or(Truth::False, Truth::Unknown),
    }
}

/// Wildcards stay inside their piece of the ARN. A pattern of fewer pieces, which AWS does not describe, is matched
/// as a whole.
fn arn(wanted: &Text, value: &Text) -> Truth {
    let whole = wanted.matches(value);
    // The content of such a hole may hold colons, so pieces cannot be told.
    let splits = |text: &Text| text.vars().all(|var| var.shape != Shape::Any);
    if whole == Truth::False || !splits(wanted) || !splits(value) {
        return whole;
    }
    let (wanted, value) = (pieces(wanted), pieces(value));
    if wanted.len() < 6 || value.len() < 6 {
        return whole;
    }
    Truth::all(wanted.iter().zip(&value).map(|(w, v)| w.matches(v)))
}

/// The six pieces of an ARN; the last one keeps its colons.
fn pieces(arn: &Text) -> Vec<Text> {
    let mut pieces = arn.split(':');
    if pieces.len() > 6 {
        let mut last = pieces[5].clone();
        for piece in &pieces[6..] {
            last.push_str(":");
            last.push(piece);
        }
        pieces.truncate(5);
        pieces.push(last);
    }
    pieces
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Nanoseconds since 1970. Accepts the forms of the W3C profile of ISO 8601: month or day alone, and times without
/// seconds. Digits alone are seconds since 1970, so a year alone is not a date.
fn date(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(i128::from(seconds) * 1_000_000_000);
    }
    let full = match text.split_once('T') {
        None if text.len() == "2026-01".len() => format!("{text}-01T00:00:00Z"),
        None => format!("{text}T00:00:00Z"),
        Some((day, time)) => {
            let (clock, zone) = time.split_at(time.find(['Z', '+', '-'])?);
            let seconds = if clock.matches(':').count() == 1 { ":00" } else { "" };
            format!("{day}T{clock}{seconds}{zone}")
        }
    };
    OffsetDateTime::parse(&full, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp_nanos)
}

/// A network: address bits and the length of its prefix.
type Network = (IpAddr, u32);

/// Reads `192.0.2.0/24` or a lone address.
pub fn network(text: &str) -> Option<Network> {
    let (address, length) = match text.trim().split_once('/') {
        Some((address, length)) => (address, Some(length.parse().ok()?)),
        None => (text.trim(), None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let length = length.unwrap_or(most);
    (length <= most).then_some((address, length))
}

/// Whether the first network takes in the whole of the second.
pub fn contains(outer: &Network, inner: &Network) -> bool {
    // Addresses of both kinds start at the highest bit, so one mask serves both.
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, false),
        IpAddr::V6(v6) => (v6.to_bits(), true),
    };
    let ((a, six), (b, other)) = (bits(outer.0), bits(inner.0));
    let mask = u128::MAX.checked_shl(128 - outer.1).unwrap_or(0);
    six == other && outer.1 <= inner.1 && a & mask == b & mask
}

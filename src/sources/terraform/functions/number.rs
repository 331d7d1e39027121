//! Decimal numbers, exact as far as 128 bits go, and the functions over them.

use std::cmp::Ordering;

use super::arguments::{Call, Done, Stop, unsupported};
use crate::sources::value::ValKind;

/// `digits / 10^scale`, without zeros at the end of the fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

/// Why a text is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not a number.
    NotANumber,
    /// It is a number with more digits than are held.
    TooLarge,
}

/// The longest number that is read; longer ones are not held anyway.
const MOST_DIGITS: usize = 4300;

impl Decimal {
    /// Reads `-12.5e3`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return Err(Fault::NotANumber);
        }
        let exponent = match exponent {
            None => 0,
            Some(exponent) => {
                let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
                if digits.is_empty() || !all_digits(digits) {
                    return Err(Fault::NotANumber);
                }
                exponent.parse::<i64>().map_err(|_| Fault::TooLarge)?
            }
        };
        if text.len() > MOST_DIGITS {
            return Err(Fault::TooLarge);
        }
        let fraction = fraction.trim_end_matches('0');
        let mut digits = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            digits = digits
                .checked_mul(10)
                .and_then(|digits| digits.checked_add(i128::from(byte - b'0')))
                .ok_or(Fault::TooLarge)?;
        }
        if negative {
            digits = -digits;
        }
        let scale = i64::try_from(fraction.len()).map_err(|_| Fault::TooLarge)?.checked_sub(exponent);
        Self::new(digits, scale.ok_or(Fault::TooLarge)?).ok_or(Fault::TooLarge)
    }

    /// `digits / 10^scale`; `None` when it cannot be held.
    fn new(mut digits: i128, mut scale: i64) -> Option<Self> {
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
            if digits == 0 {
                scale = 0;
            }
        }
        if digits == 0 {
            scale = 0;
        }
        while scale < 0 {
            digits = digits.checked_mul(10)?;
            scale += 1;
        }
        // Above this the power of ten itself cannot be held.
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= 38)?;
        Some(Self { digits, scale })
    }

    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self { digits: number, scale: 0 }
    }

    /// The shortest decimal that reads as this float; `None` for infinities and the like.
    pub fn from_f64(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        Self::parse(&format!("{number}")).ok()
    }

    /// The nearest float.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number, if it is a whole one.
    pub fn to_whole(self) -> Option<i128> {
        (self.scale == 0).then_some(self.digits)
    }

    /// The digits, and how many of them stand behind the point.
    pub fn parts(self) -> (i128, u32) {
        (self.digits, self.scale)
    }

    /// The sum; `None` when it cannot be held.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let digits = self.at(scale)?.checked_add(other.at(scale)?)?;
        Self::new(digits, i64::from(scale))
    }

    /// The digits with this many behind the point.
    fn at(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }

    /// The order; `None` when it cannot be told.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        let scale = self.scale.max(other.scale);
        match (self.at(scale), other.at(scale)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ if self.digits.signum() != other.digits.signum() => {
                Some(self.digits.signum().cmp(&other.digits.signum()))
            }
            _ => None,
        }
    }

    fn floor(self) -> Self {
        Self::whole(10_i128.checked_pow(self.scale).map_or(0, |unit| self.digits.div_euclid(unit)))
    }

    fn negated(self) -> Self {
        Self { digits: -self.digits, scale: self.scale }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scale = self.scale as usize;
        let digits = self.digits.unsigned_abs().to_string();
        if self.digits < 0 {
            f.write_str("-")?;
        }
        if scale == 0 {
            return f.write_str(&digits);
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{whole}.{fraction}")
    }
}

fn too_large() -> Stop {
    unsupported("a number has more digits than are computed with")
}

fn number(decimal: Decimal) -> ValKind {
    ValKind::Number(decimal.to_string().into())
}

pub(super) fn abs(call: &Call<'_>) -> Done {
    let (digits, scale) = call.number(0)?.parts();
    Ok(number(Decimal { digits: digits.checked_abs().ok_or_else(too_large)?, scale }))
}

pub(super) fn ceil(call: &Call<'_>) -> Done {
    Ok(number(call.number(0)?.negated().floor().negated()))
}

pub(super) fn floor(call: &Call<'_>) -> Done {
    Ok(number(call.number(0)?.floor()))
}

pub(super) fn signum(call: &Call<'_>) -> Done {
    Ok(number(Decimal::whole(call.number(0)?.parts().0.signum())))
}

pub(super) fn log(call: &Call<'_>) -> Done {
    let (value, base) = (call.number(0)?.to_f64(), call.number(1)?.to_f64());
    float(value.ln() / base.ln(), "the logarithm is not a number")
}

pub(super) fn pow(call: &Call<'_>) -> Done {
    let (base, power) = (call.number(0)?, call.number(1)?);
    let exact = match (base.to_whole(), power.to_whole().and_then(|power| u32::try_from(power).ok())) {
        (Some(base), Some(power)) => base.checked_pow(power),
        _ => None,
    };
    // Terraform computes with floats, which hold whole numbers exactly up to 2^53.
    if let Some(exact) = exact.filter(|exact| exact.unsigned_abs() <= 1 << 53) {
        return Ok(number(Decimal::whole(exact)));
    }
    float(base.to_f64().powf(power.to_f64()), "the power is not a number")
}

fn float(value: f64, fault: &str) -> Done {
    if value.is_nan() {
        return Err(Stop::Error(fault.to_owned()));
    }
    Decimal::from_f64(value).map(number).ok_or_else(too_large)
}

pub(super) fn max(call: &Call<'_>) -> Done {
    extreme(call, Ordering::Greater)
}

pub(super) fn min(call: &Call<'_>) -> Done {
    extreme(call, Ordering::Less)
}

fn extreme(call: &Call<'_>, wanted: Ordering) -> Done {
    let mut best = call.number(0)?;
    for i in 1..call.args.len() {
        let next = call.number(i)?;
        if next.compare(best).ok_or_else(too_large)? == wanted {
            best = next;
        }
    }
    Ok(number(best))
}

pub(super) fn sum(call: &Call<'_>) -> Done {
    let items = call.list(0)?;
    if items.is_empty() {
        return Err(Stop::Error("'sum' takes a list with at least one number".into()));
    }
    let mut total = Decimal::whole(0);
    for item in items {
        total = total.plus(super::arguments::number(item, "an item of the list")?).ok_or_else(too_large)?;
    }
    Ok(number(total))
}

pub(super) fn parseint(call: &Call<'_>) -> Done {
    let (text, base) = (call.literal(0)?, call.integer(1)?);
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return Err(Stop::Error(format!("the base of 'parseint' is {base}; it takes 2 to 62")));
    };
    let fault = || Stop::Error(format!("'parseint' cannot read '{text}' as a number of base {base}"));
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, &*text),
    };
    if digits.is_empty() {
        return Err(fault());
    }
    let mut value = Some(0_i128);
    for byte in digits.bytes() {
        let digit = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'a'..=b'z' => u32::from(byte - b'a') + 10,
            // Above base 36 capital letters are digits of their own.
            b'A'..=b'Z' if base <= 36 => u32::from(byte - b'A') + 10,
            b'A'..=b'Z' => u32::from(byte - b'A') + 36,
            _ => return Err(fault()),
        };
        if digit >= base {
            return Err(fault());
        }
        value =
            value.and_then(|value| value.checked_mul(i128::from(base))).and_then(|v| v.checked_add(i128::from(digit)));
    }
    let value = value.ok_or_else(too_large)?;
    Ok(number(Decimal::whole(if negative { -value } else { value })))
}

/// How many numbers Terraform's `range` gives at most.
const MOST_NUMBERS: usize = 1024;

pub(super) fn range(call: &Call<'_>) -> Done {
    let zero = Decimal::whole(0);
    let first = call.number(0)?;
    let (start, limit) = if call.args.len() == 1 { (zero, first) } else { (first, call.number(1)?) };
    let up = start.compare(limit).ok_or_else(too_large)? != Ordering::Greater;
    let step = if call.args.len() == 3 { call.number(2)? } else { Decimal::whole(if up { 1 } else { -1 }) };
    let towards = step.compare(zero).ok_or_else(too_large)?;
    let differs = start != limit;
    if towards == Ordering::Equal || differs && (towards == Ordering::Greater) != up {
        return Err(Stop::Error("the step of 'range' does not lead to its limit".into()));
    }
    let before = if up { Ordering::Less } else { Ordering::Greater };
    let mut numbers = Vec::new();
    let mut next = start;
    while next.compare(limit).ok_or_else(too_large)? == before {
        if numbers.len() == MOST_NUMBERS {
            return Err(Stop::Error(format!("'range' gives more than {MOST_NUMBERS} numbers")));
        }
        numbers.push(call.item(number(next)));
        next = next.plus(step).ok_or_else(too_large)?;
    }
    Ok(ValKind::List(numbers))
}

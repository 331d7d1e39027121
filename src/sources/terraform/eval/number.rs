//! Decimal arithmetic, exact as far as 28 digits reach.

/// A decimal number: `digits / 10^scale`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

/// More digits behind the point than this are not kept.
const MOST_SCALE: u32 = 18;

/// Reads a number as HCL writes it: `12`, `0.5`, `1e3`.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|n| n.abs() <= 40)?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let mut digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let mut scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
    while scale < 0 {
        digits = digits.checked_mul(10)?;
        scale += 1;
    }
    let value = Decimal { digits: if negative { -digits } else { digits }, scale: u32::try_from(scale).ok()? };
    value.normal()
}

impl Decimal {
    /// Without zeros at the end; `None` when it has more digits than are kept.
    fn normal(mut self) -> Option<Self> {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        (self.scale <= MOST_SCALE).then_some(self)
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let up = |n: Self| n.digits.checked_mul(10_i128.checked_pow(scale - n.scale)?);
        Some((up(self)?, up(other)?, scale))
    }

    /// `self + other`
    pub fn plus(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Self { digits: a.checked_add(b)?, scale }.normal()
    }

    /// `-self`
    pub fn negated(self) -> Self {
        Self { digits: -self.digits, ..self }
    }

    /// `self * other`
    pub fn times(self, other: Self) -> Option<Self> {
        Self { digits: self.digits.checked_mul(other.digits)?, scale: self.scale + other.scale }.normal()
    }

    /// `self / other`; cut behind 18 digits when it does not come out even. `None` for zero.
    pub fn over(self, other: Self) -> Option<Self> {
        let (a, b, _) = self.aligned(other)?;
        if b == 0 {
            return None;
        }
        if a % b == 0 {
            return Self { digits: a / b, scale: 0 }.normal();
        }
        let digits = a.checked_mul(10_i128.pow(MOST_SCALE))? / b;
        Self { digits, scale: MOST_SCALE }.normal()
    }

    /// The rest of the division, with the sign of `self`. `None` for zero.
    pub fn modulo(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Self { digits: a.checked_rem(b)?, scale }.normal()
    }

    /// Which is larger.
    pub fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        let (a, b, _) = self.aligned(other)?;
        Some(a.cmp(&b))
    }

    /// As a whole number that counts something.
    pub fn count(self) -> Option<usize> {
        if self.scale > 0 { None } else { usize::try_from(self.digits).ok() }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

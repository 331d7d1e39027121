//! Functions over points in time.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use super::arguments::{Call, Done, Stop, unsupported, wrong};
use crate::model::arn::Text;
use crate::sources::value::ValKind;

/// An argument in the format of RFC 3339.
fn timestamp(call: &Call<'_>, i: usize) -> Result<OffsetDateTime, Stop> {
    let text = call.literal(i)?;
    match OffsetDateTime::parse(&text, &Rfc3339) {
        Ok(time) if text.as_bytes().get(10) == Some(&b'T') => Ok(time),
        _ => wrong(format!("'{text}' is not a timestamp of RFC 3339")),
    }
}

/// `+02:00`, or `Z`.
fn offset(offset: UtcOffset, colon: &str) -> String {
    let (hours, minutes, _) = offset.as_hms();
    let sign = if hours < 0 || minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{colon}{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
}

pub(super) fn timeadd(call: &Call<'_>) -> Done {
    let (time, duration) = (timestamp(call, 0)?, call.literal(1)?);
    let nanoseconds = duration_of(&duration)?;
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000));
    let rest = i32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or(0);
    let sum = seconds.ok().and_then(|seconds| time.checked_add(Duration::new(seconds, rest)));
    let Some(sum) = sum.filter(|sum| (0..=9999).contains(&sum.year())) else {
        return Err(unsupported("the time is too far away"));
    };
    let zone = if sum.offset().is_utc() { "Z".to_owned() } else { offset(sum.offset(), ":") };
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
        sum.year(),
        u8::from(sum.month()),
        sum.day(),
        sum.hour(),
        sum.minute(),
        sum.second(),
    );
    Ok(ValKind::Text(Text::from(text.as_str())))
}

/// The nanoseconds of `-1h30m`.
fn duration_of(text: &str) -> Result<i128, Stop> {
    let fault = || Stop::Error(format!("'{text}' is not a duration"));
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(fault());
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let number = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (whole, fraction) = rest[..number].split_once('.').unwrap_or((&rest[..number], ""));
        rest = &rest[number..];
        // The longer unit first: `m` begins `ms`.
        let units = [("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000)];
        let longer = [("m", 60_000_000_000), ("h", 3_600_000_000_000)];
        let unit = units.into_iter().chain(longer).find(|(unit, _)| rest.starts_with(unit));
        let Some((unit, size)) = unit else { return Err(fault()) };
        rest = &rest[unit.len()..];
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return Err(fault());
        }
        let count = if whole.is_empty() { 0 } else { whole.parse::<i64>().map_err(|_| fault())? };
        let mut part: i128 = i128::from(count) * size;
        let mut place = size;
        for digit in fraction.bytes().take(18) {
            place /= 10;
            part += i128::from(digit - b'0') * place;
        }
        total += part;
        if total > i128::from(i64::MAX) {
            return Err(fault());
        }
    }
    Ok(if negative { -total } else { total })
}

pub(super) fn timecmp(call: &Call<'_>) -> Done {
    let order = match timestamp(call, 0)?.cmp(&timestamp(call, 1)?) {
        std::cmp::Ordering::Less => "-1",
        std::cmp::Ordering::Equal => "0",
        std::cmp::Ordering::Greater => "1",
    };
    Ok(ValKind::Number(order.into()))
}

pub(super) fn formatdate(call: &Call<'_>) -> Done {
    let (spec, time) = (call.literal(0)?, timestamp(call, 1)?);
    let mut result = String::new();
    let mut rest = spec.as_str();
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            rest = quoted(&rest[1..], &mut result)?;
            continue;
        }
        let length =
            if c.is_ascii_alphabetic() { rest.chars().take_while(|other| *other == c).count() } else { c.len_utf8() };
        let (sequence, after) = rest.split_at(length);
        result.push_str(&if c.is_ascii_alphabetic() { part(sequence, time)? } else { sequence.to_owned() });
        rest = after;
    }
    Ok(ValKind::Text(Text::from(result.as_str())))
}

/// Copies what stands in quotes; two quotes inside are one.
fn quoted<'s>(text: &'s str, result: &mut String) -> Result<&'s str, Stop> {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\'') {
        result.push_str(before);
        match after.strip_prefix('\'') {
            Some(more) => {
                result.push('\'');
                rest = more;
            }
            None => return Ok(after),
        }
    }
    wrong("the format of 'formatdate' has no closing quote")
}

fn part(sequence: &str, time: OffsetDateTime) -> Result<String, Stop> {
    let half = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let (month, weekday) = (time.month().to_string(), time.weekday().to_string());
    let morning = time.hour() < 12;
    Ok(match sequence {
        "YYYY" => format!("{:04}", time.year()),
        "YY" => format!("{:02}", time.year() % 100),
        "MMMM" => month,
        "MMM" => month[..3].to_owned(),
        "MM" => format!("{:02}", u8::from(time.month())),
        "M" => u8::from(time.month()).to_string(),
        "DD" => format!("{:02}", time.day()),
        "D" => time.day().to_string(),
        "EEEE" => weekday,
        "EEE" => weekday[..3].to_owned(),
        "hh" => format!("{:02}", time.hour()),
        "h" => time.hour().to_string(),
        "HH" => format!("{half:02}"),
        "H" => half.to_string(),
        "AA" => if morning { "AM" } else { "PM" }.to_owned(),
        "aa" => if morning { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", time.minute()),
        "m" => time.minute().to_string(),
        "ss" => format!("{:02}", time.second()),
        "s" => time.second().to_string(),
        "ZZZZZ" => offset(time.offset(), ":"),
        "ZZZZ" => offset(time.offset(), ""),
        "ZZZ" if time.offset().is_utc() => "UTC".to_owned(),
        "ZZZ" => offset(time.offset(), ""),
        "Z" if time.offset().is_utc() => "Z".to_owned(),
        "Z" => offset(time.offset(), ":"),
        _ => return wrong(format!("'formatdate' has no sequence '{sequence}'")),
    })
}

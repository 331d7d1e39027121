//! `format` and `formatlist`.

use super::arguments::{
    Call, Done, Pieces, Stop, boolean, fits_items, fits_text, length, literal, number, text, unsupported, wrong,
};
use super::number::Decimal;
use super::{derived, json};
use crate::model::arn::{Part, Shape, Text, Var};
use crate::sources::value::{Val, ValKind};

/// One `%` sequence.
#[derive(Clone, Copy, Debug, Default)]
struct Verb {
    mode: char,
    sharp: bool,
    plus: bool,
    minus: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// The argument by number, from 1.
    index: Option<usize>,
}

/// A piece of a specification.
enum Piece<'s> {
    Literal(&'s str),
    Hole(&'s Var),
    Verb(Verb),
}

/// Widths and precisions above this are not written out.
const MOST_WIDTH: usize = 100_000;

pub(super) fn format(call: &Call<'_>) -> Done {
    let spec = call.text(0)?;
    let args: Vec<&Val> = call.args[1..].iter().collect();
    formatted(&spec, &args).map(ValKind::Text)
}

pub(super) fn formatlist(call: &Call<'_>) -> Done {
    let spec = call.text(0)?;
    let mut count: Option<usize> = None;
    for arg in &call.args[1..] {
        super::arguments::known(arg)?;
        let ValKind::List(items) = &arg.kind else { continue };
        if count.is_some_and(|count| count != items.len()) {
            return wrong("the lists of 'formatlist' have different lengths");
        }
        count = Some(items.len());
    }
    let count = count.unwrap_or(1);
    fits_items(Some(count))?;
    let mut size = 0;
    let mut results = Vec::with_capacity(count);
    for i in 0..count {
        let args: Vec<&Val> = call.args[1..]
            .iter()
            .map(|arg| match &arg.kind {
                ValKind::List(items) => &items[i],
                _ => arg,
            })
            .collect();
        results.push(match formatted(&spec, &args) {
            Ok(text) => {
                size += length(&text);
                fits_text(Some(size))?;
                call.item(ValKind::Text(text))
            }
            Err(Stop::Unknown(cause)) => {
                let args: Vec<Val> = args.into_iter().cloned().collect();
                let mut all = vec![call.args[0].clone()];
                all.extend(args);
                call.item(super::hole(&Call::new("format", &all, call.span), cause))
            }
            Err(stop) => return Err(stop),
        });
    }
    Ok(ValKind::List(results))
}

/// Takes a specification apart.
fn parse(spec: &str) -> Result<Vec<Piece<'_>>, Stop> {
    let mut pieces = Vec::new();
    let mut rest = spec;
    while let Some(at) = memchr::memchr(b'%', rest.as_bytes()) {
        pieces.push(Piece::Literal(&rest[..at]));
        let sequence = &rest[at + 1..];
        if let Some(after) = sequence.strip_prefix('%') {
            pieces.push(Piece::Literal("%"));
            rest = after;
            continue;
        }
        let (verb, after) = parse_verb(sequence)?;
        pieces.push(Piece::Verb(verb));
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    Ok(pieces)
}

fn parse_verb(sequence: &str) -> Result<(Verb, &str), Stop> {
    let mut verb = Verb::default();
    let mut rest = sequence;
    loop {
        let flag = match rest.as_bytes().first() {
            Some(b'#') => &mut verb.sharp,
            Some(b'+') => &mut verb.plus,
            Some(b'-') => &mut verb.minus,
            Some(b' ') => &mut verb.space,
            Some(b'0') => &mut verb.zero,
            _ => break,
        };
        *flag = true;
        rest = &rest[1..];
    }
    verb.width = digits(&mut rest)?;
    if let Some(after) = rest.strip_prefix('.') {
        rest = after;
        verb.precision = digits(&mut rest)?;
        if verb.precision.is_none() {
            return wrong("a '.' in the format has no precision behind it");
        }
    }
    if let Some(after) = rest.strip_prefix('[') {
        rest = after;
        verb.index = digits(&mut rest)?;
        match (verb.index, rest.strip_prefix(']')) {
            (Some(1..), Some(after)) => rest = after,
            _ => return wrong("the format has a '[' without the number of an argument"),
        }
    }
    let Some(mode) = rest.chars().next() else { return wrong("the format ends inside of a '%' sequence") };
    if !mode.is_ascii_alphabetic() {
        return wrong(format!("the format has no verb '{mode}'"));
    }
    verb.mode = mode;
    Ok((verb, &rest[1..]))
}

fn digits(rest: &mut &str) -> Result<Option<usize>, Stop> {
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at(count);
    *rest = after;
    if number.is_empty() {
        return Ok(None);
    }
    match number.parse::<usize>() {
        Ok(number) if number <= MOST_WIDTH => Ok(Some(number)),
        _ => Err(unsupported("the format has a very large width")),
    }
}

/// The pieces of a specification that may have holes. What stands in a hole is taken for text: a sequence there would
/// ask for an argument more than the known ones use up, and that call would fail.
fn pieces<'s>(spec: &'s Text, args: &[&Val]) -> Result<Vec<Piece<'s>>, Stop> {
    let hidden = |var: &Var| Stop::Unknown(var.cause.clone());
    let mut pieces = Vec::new();
    for part in spec.parts() {
        match part {
            Part::Var(var) => pieces.push(Piece::Hole(var)),
            Part::Lit(literal) => match (parse(literal), spec.vars().next()) {
                (Ok(more), _) => pieces.extend(more),
                // A sequence may go on in the hole.
                (Err(_), Some(var)) => return Err(hidden(var)),
                (Err(stop), None) => return Err(stop),
            },
        }
    }
    let verbs = pieces.iter().filter_map(|piece| if let Piece::Verb(verb) = piece { Some(verb) } else { None });
    let used = verbs.fold((0, 0), |(next, highest): (usize, usize), verb| {
        let next = verb.index.map_or(next, |index| index - 1) + 1;
        (next, highest.max(next))
    });
    match spec.vars().next() {
        Some(var) if used.1 < args.len() => Err(hidden(var)),
        _ => Ok(pieces),
    }
}

fn formatted(spec: &Text, args: &[&Val]) -> Result<Text, Stop> {
    let mut result = Pieces::default();
    let (mut next, mut highest, mut size) = (0, 0, 0);
    for piece in pieces(spec, args)? {
        let text = match piece {
            Piece::Literal(literal) => Text::from(literal),
            Piece::Hole(var) => var.clone().into(),
            Piece::Verb(verb) => {
                let index = verb.index.map_or(next, |index| index - 1);
                next = index + 1;
                highest = highest.max(next);
                match args.get(index) {
                    Some(arg) => one(&verb, arg)?,
                    None => return wrong(format!("the format asks for {next} arguments and gets {}", args.len())),
                }
            }
        };
        size += length(&text);
        fits_text(Some(size))?;
        result.push(&text);
    }
    if highest < args.len() {
        return wrong(format!("the format uses {highest} of {} arguments", args.len()));
    }
    Ok(result.finish())
}

/// What one sequence makes of its argument.
fn one(verb: &Verb, arg: &Val) -> Result<Text, Stop> {
    let what = "an argument of the format";
    match verb.mode {
        'v' => as_is(verb, arg),
        _ if arg.kind == ValKind::Null => wrong("null cannot be formatted"),
        't' => Ok(Text::from(if boolean(arg, what)? { "true" } else { "false" })),
        'd' | 'b' | 'o' | 'x' | 'X' => {
            // A hole that is written as it is, for a number that is written as it is.
            if let (ValKind::Text(text), 'd', None, false) = (&arg.kind, verb.mode, verb.width, verb.plus || verb.space)
                && let [Part::Var(var)] = text.parts()
                && var.shape == Shape::Any
            {
                return Ok(derived("number", var, "", Shape::Any));
            }
            let number = number(arg, what)?;
            match number.to_whole() {
                Some(whole) => Ok(Text::from(integer(verb, whole).as_str())),
                None => wrong(format!("'%{}' takes a whole number", verb.mode)),
            }
        }
        'e' | 'E' | 'f' | 'g' | 'G' => float(verb, number(arg, what)?).map(|text| Text::from(text.as_str())),
        's' => cut(verb, text(arg, what)?),
        'q' => {
            let text = cut(&Verb { width: None, ..*verb }, text(arg, what)?)?;
            let mut quoted = Pieces::default();
            json::write_string(&text, &mut quoted);
            padded(verb, quoted.finish())
        }
        other => wrong(format!("the format has no verb '{other}'")),
    }
}

fn as_is(verb: &Verb, arg: &Val) -> Result<Text, Stop> {
    super::arguments::known(arg)?;
    let text = match &arg.kind {
        ValKind::Text(text) | ValKind::Embedded(text, _) if !verb.sharp => text.clone(),
        ValKind::Number(_) if !verb.sharp => Text::from(general(number(arg, "the number")?, None, 'e').as_str()),
        _ => json::encode(arg)?,
    };
    padded(verb, text)
}

/// A string cut to the precision and filled up to the width. Zero is as good as nothing.
fn cut(verb: &Verb, text: Text) -> Result<Text, Stop> {
    let text = match verb.precision {
        None | Some(0) => text,
        Some(precision) => {
            let characters = super::strings::graphemes(literal(&text)?)?;
            Text::from(characters[..precision.min(characters.len())].concat().as_str())
        }
    };
    padded(verb, text)
}

fn padded(verb: &Verb, text: Text) -> Result<Text, Stop> {
    let Some(width) = verb.width.filter(|width| *width > 0) else { return Ok(text) };
    let known = literal(&text)?;
    let count = super::strings::graphemes(known)?.len();
    let fill = if verb.zero { "0" } else { " " }.repeat(width.saturating_sub(count));
    Ok(Text::from(if verb.minus { format!("{known}{fill}") } else { format!("{fill}{known}") }.as_str()))
}

/// Sign, digits and filling of a number.
fn filled(verb: &Verb, negative: bool, digits: &str) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    if verb.minus {
        format!("{sign}{digits}{}", " ".repeat(missing))
    } else if verb.zero {
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else {
        format!("{}{sign}{digits}", " ".repeat(missing))
    }
}

fn integer(verb: &Verb, whole: i128) -> String {
    let size = whole.unsigned_abs();
    let (prefix, mut digits) = match verb.mode {
        'b' => ("0b", format!("{size:b}")),
        'o' => ("0", format!("{size:o}")),
        'x' => ("0x", format!("{size:x}")),
        'X' => ("0X", format!("{size:X}")),
        _ => ("", size.to_string()),
    };
    if let Some(precision) = verb.precision {
        digits = format!("{digits:0>precision$}");
    }
    if verb.sharp {
        digits.insert_str(0, prefix);
    }
    // With a precision, zeros do not fill the width.
    filled(&Verb { zero: verb.zero && verb.precision.is_none(), ..*verb }, whole < 0, &digits)
}

fn float(verb: &Verb, number: Decimal) -> Result<String, Stop> {
    let (digits, scale) = number.parts();
    // Terraform rounds the nearest binary fraction, which need not be a tie where the decimal is one.
    let binary = 5_i128.checked_pow(scale).is_some_and(|power| digits % power == 0);
    let tie = match (verb.mode, verb.precision) {
        ('f', precision) => scale as usize == precision.unwrap_or(6) + 1,
        (_, precision) => precision.is_some(),
    };
    if !binary && tie && digits % 10 == 5 * digits.signum() {
        return Err(unsupported("how the number is rounded depends on its binary form"));
    }
    let positive = match number.to_string().strip_prefix('-') {
        Some(unsigned) => unsigned.to_owned(),
        None => number.to_string(),
    };
    let written = match verb.mode {
        'f' => fixed(&positive, verb.precision.unwrap_or(6)),
        'e' | 'E' => scientific(&positive, Some(verb.precision.unwrap_or(6)), verb.mode),
        mode => {
            let unsigned = Decimal::parse(&positive).map_err(|_| unsupported("the number is too large to format"))?;
            general(unsigned, verb.precision, if mode == 'G' { 'E' } else { 'e' })
        }
    };
    Ok(filled(verb, digits < 0, &written))
}

/// Digits without point, and how many of them stand before it (negative: zeros behind the point).
fn significant(positive: &str) -> (Vec<u8>, i64) {
    let (whole, fraction) = positive.split_once('.').unwrap_or((positive, ""));
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let zeros = all.iter().take_while(|digit| **digit == b'0').count();
    if zeros == all.len() {
        return (vec![b'0'], 1);
    }
    let mut kept = all[zeros..].to_vec();
    while kept.last() == Some(&b'0') {
        kept.pop();
    }
    (kept, whole.len() as i64 - zeros as i64)
}

/// The digits rounded to `count`, half to even; carries move the point.
fn rounded(digits: &[u8], point: i64, count: usize) -> (Vec<u8>, i64) {
    if digits.len() <= count {
        return (digits.to_vec(), point);
    }
    let mut kept = digits[..count].to_vec();
    let (next, more) = (digits[count], digits[count + 1..].iter().any(|digit| *digit != b'0'));
    let odd = kept.last().is_some_and(|digit| (digit - b'0') % 2 == 1);
    if next > b'5' || next == b'5' && (more || odd) {
        let mut at = kept.len();
        loop {
            if at == 0 {
                kept.insert(0, b'1');
                kept.truncate(count.max(1));
                return (kept, point + 1);
            }
            at -= 1;
            if kept[at] == b'9' {
                kept[at] = b'0';
            } else {
                kept[at] += 1;
                break;
            }
        }
    }
    (kept, point)
}

fn fixed(positive: &str, precision: usize) -> String {
    let (digits, point) = significant(positive);
    let wanted = point + precision as i64;
    let (digits, point) = match usize::try_from(wanted) {
        Ok(count) => rounded(&digits, point, count),
        Err(_) => (vec![b'0'], 1),
    };
    let mut whole = String::new();
    let mut fraction = String::new();
    for place in 0..point.max(1) {
        // A number below one has a zero before its point.
        let digit = usize::try_from(place + point.min(1) - 1).ok().and_then(|i| digits.get(i));
        whole.push(char::from(*digit.unwrap_or(&b'0')));
    }
    for place in 0..precision as i64 {
        let digit = usize::try_from(point + place).ok().and_then(|i| digits.get(i));
        fraction.push(char::from(*digit.unwrap_or(&b'0')));
    }
    if precision == 0 { whole } else { format!("{whole}.{fraction}") }
}

fn scientific(positive: &str, precision: Option<usize>, letter: char) -> String {
    let (digits, point) = significant(positive);
    let (mut digits, point) = match precision {
        Some(precision) => rounded(&digits, point, precision + 1),
        None => (digits, point),
    };
    if let Some(precision) = precision {
        digits.resize(precision + 1, b'0');
    }
    let zero = digits.iter().all(|digit| *digit == b'0');
    let exponent = if zero { 0 } else { point - 1 };
    let digits: String = digits.into_iter().map(char::from).collect();
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{rest}{letter}{sign}{:02}", exponent.abs())
}

/// `%g`: with exponent where the number is small or has more places than it shows.
fn general(number: Decimal, precision: Option<usize>, letter: char) -> String {
    let written = number.to_string();
    let (sign, positive) = match written.strip_prefix('-') {
        Some(positive) => ("-", positive),
        None => ("", &*written),
    };
    let (digits, point) = significant(positive);
    let (digits, point, most) = match precision {
        None => (digits, point, 6),
        Some(precision) => {
            let precision = precision.max(1);
            let (digits, point) = rounded(&digits, point, precision);
            let shown = digits.len() as i64;
            let most = if precision as i64 > shown && shown >= point { shown } else { precision as i64 };
            (digits, point, most)
        }
    };
    let plain: String = digits.iter().copied().map(char::from).collect();
    let value = match point {
        point if point <= 0 => format!("0.{}{plain}", "0".repeat(point.unsigned_abs() as usize)),
        point if point as usize >= plain.len() => format!("{plain}{}", "0".repeat(point as usize - plain.len())),
        point => format!("{}.{}", &plain[..point as usize], &plain[point as usize..]),
    };
    let exponent = point - 1;
    let written = if digits.iter().all(|digit| *digit == b'0') {
        "0".to_owned()
    } else if exponent < -4 || exponent >= most {
        scientific(&value, None, letter)
    } else {
        value
    };
    format!("{sign}{written}")
}

//! A walk over the structure of a JSON text (RFC 8259) that builds nothing.
//!
//! It gets the text part by part, with the blocks of [`super::blocks`], and tells a [`Watch`] what it asks for. Where
//! something is told, the text is held to the whole grammar. What stands deeper is passed: there only strings are looked
//! at, and brackets counted, many at once. What is in doubt is not explained: who wants to know reads the text with a
//! parser.

use std::ops::Range;

use super::blocks::{BLOCK, Block, Controls};

/// How many bytes behind a part must be there, unless the text ends: a literal or a number that begins in the part is
/// read to its end.
pub const AHEAD: usize = 64;

/// More levels than this are in doubt; the readers of values refuse so many.
const MOST_LEVELS: usize = 128;

/// What a watch is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// The opening quote of a key.
    Key,
    /// The opening quote of a string that is a value.
    Text,
    /// The first byte of a number or literal.
    Scalar,
    /// `{` or `[`.
    Open,
    /// `}` or `]`.
    Close,
}

/// Looks at a walk.
pub trait Watch {
    /// How many brackets are open where something is to be told: of what stands deeper nothing is. It changes only when a
    /// bracket is told.
    fn level(&self) -> usize;

    /// Something that stands at this level, the bracket that closes it included.
    fn token(&mut self, bytes: &[u8], at: usize, token: Token);
}

/// The text is in doubt: it is no JSON, or deeper or stranger than this walk follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt;

/// What may come next, and what a step does besides. Numbers and not an enumeration: a step is one look into a table, in
/// which a state is where its row begins.
type State = u8;

/// The only value of the text.
const TOP: State = 0;
/// A value of an object.
const MEMBER: State = 8;
/// A value of a list.
const ITEM: State = 16;
const ITEM_OR_END: State = 24;
const KEY: State = 32;
const KEY_OR_END: State = 40;
const COLON: State = 48;
/// Behind a value of an object.
const IN_OBJECT: State = 56;
/// Behind a value of a list.
const IN_LIST: State = 64;
/// Behind the only value of the text.
const DONE: State = 72;
/// Not states: one more level, one less, and a fault.
const OBJECT: State = 80;
const LIST: State = 88;
const UP: State = 96;
const BAD: State = 104;

/// What a byte begins: `{`, `}`, `[`, `]`, comma, colon, quote, and anything else.
const CLASSES: [u8; 256] = {
    let mut classes = [SCALAR; 256];
    classes[b'{' as usize] = 0;
    classes[b'}' as usize] = 1;
    classes[b'[' as usize] = 2;
    classes[b']' as usize] = 3;
    classes[b',' as usize] = 4;
    classes[b':' as usize] = 5;
    classes[b'"' as usize] = QUOTE;
    classes
};
const QUOTE: u8 = 6;
const SCALAR: u8 = 7;

/// The next state, by the state (a row) and what a byte begins (a column).
const STEPS: [State; 128] = {
    const ROWS: [[State; 8]; 10] = [
        // TOP
        [OBJECT, BAD, LIST, BAD, BAD, BAD, DONE, DONE],
        // MEMBER
        [OBJECT, BAD, LIST, BAD, BAD, BAD, IN_OBJECT, IN_OBJECT],
        // ITEM
        [OBJECT, BAD, LIST, BAD, BAD, BAD, IN_LIST, IN_LIST],
        // ITEM_OR_END
        [OBJECT, BAD, LIST, UP, BAD, BAD, IN_LIST, IN_LIST],
        // KEY
        [BAD, BAD, BAD, BAD, BAD, BAD, COLON, BAD],
        // KEY_OR_END
        [BAD, UP, BAD, BAD, BAD, BAD, COLON, BAD],
        // COLON
        [BAD, BAD, BAD, BAD, BAD, MEMBER, BAD, BAD],
        // IN_OBJECT
        [BAD, UP, BAD, BAD, KEY, BAD, BAD, BAD],
        // IN_LIST
        [BAD, BAD, BAD, UP, ITEM, BAD, BAD, BAD],
        // DONE
        [BAD; 8],
    ];
    let mut steps = [BAD; 128];
    let mut at = 0;
    while at < ROWS.len() * 8 {
        steps[at] = ROWS[at / 8][at % 8];
        at += 1;
    }
    steps
};

/// Where the walk is.
#[derive(Debug)]
pub struct Walk {
    state: State,
    level: usize,
    /// What follows the value that each open bracket began.
    outer: [State; MOST_LEVELS],
    /// All ones inside a string.
    inside: u64,
    /// 1 inside a number or literal.
    scalar: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self { state: TOP, level: 0, outer: [DONE; MOST_LEVELS], inside: 0, scalar: 0 }
    }
}

impl Walk {
    /// Goes through the next part of the text: `body` of `bytes`, whose blocks are these.
    ///
    /// # Errors
    /// The text is in doubt; what was told is worth nothing.
    pub fn part(
        &mut self,
        bytes: &[u8],
        body: Range<usize>,
        (blocks, controls): (&[Block], Controls),
        watch: &mut impl Watch,
    ) -> Result<(), Doubt> {
        let (flip, mut state, mut level) = (self.inside, self.state, self.level);
        if if flip == 0 { controls.inside } else { controls.outside } {
            return Err(Doubt);
        }
        let scalar = |block: &Block| block.others & !(block.inside ^ flip);
        let mut floor = watch.level();
        for (index, block) in blocks.iter().enumerate() {
            let inside = block.inside ^ flip;
            let (opens, closes) = (block.opens & !inside, block.closes & !inside);
            if level > floor && is_passed(&mut level, floor, opens, closes) {
                continue;
            }
            let start = body.start + index * BLOCK;
            let before = index.checked_sub(1).and_then(|before| blocks.get(before));
            let before = before.map_or(self.scalar, |before| scalar(before) >> 63);
            let begins = scalar(block) & !((scalar(block) << 1) | before);
            let tokens = opens | closes | (block.marks & !inside) | (block.quotes & inside) | begins;
            // What of the block was not gone through yet.
            let mut rest = u64::MAX;
            loop {
                floor = watch.level();
                if level > floor {
                    let Some(end) = pass(&mut level, floor, opens & rest, closes & rest)? else { break };
                    let closing = if state == KEY_OR_END { b'}' } else { b']' };
                    if bytes.get(start + end as usize) != Some(&closing) {
                        return Err(Doubt);
                    }
                    state = self.outer[level];
                    rest = behind(end);
                } else {
                    let left = tokens & rest;
                    if left == 0 {
                        break;
                    }
                    let next = left.trailing_zeros();
                    (state, level) = self.token((state, level), bytes, start + next as usize, watch)?;
                    rest = behind(next);
                }
            }
        }
        (self.state, self.level) = (state, level);
        if let Some(last) = blocks.last() {
            self.inside = 0_u64.wrapping_sub((last.inside ^ flip) >> 63);
            self.scalar = scalar(last) >> 63;
        }
        Ok(())
    }

    /// Whether all that was begun is ended.
    pub fn is_done(&self) -> bool {
        self.state == DONE && self.inside == 0
    }

    #[inline(always)]
    fn token(
        &mut self,
        (state, level): (State, usize),
        bytes: &[u8],
        at: usize,
        watch: &mut impl Watch,
    ) -> Result<(State, usize), Doubt> {
        let class = CLASSES[bytes.get(at).copied().unwrap_or_default() as usize];
        let (mut next, mut now) = (STEPS[usize::from((state | class) & 127)], level);
        if class == SCALAR && !is_scalar(bytes, at) {
            return Err(Doubt);
        }
        if next > DONE {
            match next {
                OBJECT | LIST if level < MOST_LEVELS => {
                    self.outer[level] = match state {
                        TOP => DONE,
                        MEMBER => IN_OBJECT,
                        _ => IN_LIST,
                    };
                    now += 1;
                    next = if next == OBJECT { KEY_OR_END } else { ITEM_OR_END };
                }
                UP => {
                    // Something is open here, for only an open bracket leads to where one may be closed.
                    now = level.saturating_sub(1);
                    next = self.outer[now];
                }
                _ => return Err(Doubt),
            }
        }
        let token = match class {
            QUOTE if next == COLON => Some(Token::Key),
            QUOTE => Some(Token::Text),
            SCALAR => Some(Token::Scalar),
            _ if now > level => Some(Token::Open),
            _ if now < level => Some(Token::Close),
            _ => None,
        };
        if let Some(token) = token {
            watch.token(bytes, at, token);
        }
        Ok((next, now))
    }
}

/// The bits above this one.
#[inline(always)]
fn behind(bit: u32) -> u64 {
    (u64::MAX << bit) << 1
}

/// Whether a block ends above `floor` whatever the order of its brackets, and no deeper than may be: then it is passed.
#[inline(always)]
fn is_passed(level: &mut usize, floor: usize, opens: u64, closes: u64) -> bool {
    if opens | closes == 0 {
        return true;
    }
    let (up, down) = (opens.count_ones() as usize, closes.count_ones() as usize);
    let is_passed = *level + up <= MOST_LEVELS && *level > floor + down;
    if is_passed {
        *level = *level + up - down;
    }
    is_passed
}

/// Passes brackets of a block without telling them, up to the one that leaves no more open than `floor`: that one.
#[inline]
fn pass(level: &mut usize, floor: usize, opens: u64, closes: u64) -> Result<Option<u32>, Doubt> {
    if is_passed(level, floor, opens, closes) {
        return Ok(None);
    }
    let mut brackets = opens | closes;
    while brackets != 0 {
        let next = brackets.trailing_zeros();
        brackets &= brackets - 1;
        if opens & (1 << next) != 0 {
            if *level == MOST_LEVELS {
                return Err(Doubt);
            }
            *level += 1;
        } else {
            *level -= 1;
            if *level <= floor {
                return Ok(Some(next));
            }
        }
    }
    Ok(None)
}

/// Whether a literal or a number begins here and ends before the text goes on.
#[inline]
fn is_scalar(bytes: &[u8], at: usize) -> bool {
    const FIVE: u64 = 0xff_ffff_ffff;
    let rest = bytes.get(at..).unwrap_or_default();
    // Which literal it is nobody can foresee: they are compared as numbers, all at once, unless the text ends here.
    let word = rest.first_chunk().map_or(0, |first| u64::from_le_bytes(*first));
    let is_four = (word as u32 == u32::from_le_bytes(*b"true")) | (word as u32 == u32::from_le_bytes(*b"null"));
    let is_five = word & FIVE == u64::from_le_bytes(*b"false\0\0\0");
    let length = match (is_four | is_five, rest) {
        (true, _) => Some(4 + usize::from(is_five)),
        (false, [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..]) => Some(4),
        (false, [b'f', b'a', b'l', b's', b'e', ..]) => Some(5),
        _ => number(rest),
    };
    // A number at the end of what is there may go on behind it.
    let next = length.and_then(|length| rest.get(length));
    matches!(next, Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b':'))
}

/// The length of the number that the bytes begin with.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let count = bytes.get(from..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let first = usize::from(bytes.first() == Some(&b'-'));
    let mut end = digits(first)?;
    if bytes.get(first) == Some(&b'0') && end > first + 1 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign)?;
    }
    Some(end)
}

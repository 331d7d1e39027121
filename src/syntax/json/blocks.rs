//! Where the structure of a JSON text can stand, found 64 bytes at a time.
//!
//! Bytes are compared many at once, and each answer is a bit of a word. The only state from one block to the next is
//! whether a backslash or an open string reaches into it, so that parts of a text can be looked at side by side: a part
//! is read as if it began outside a string, and whoever puts the parts together turns `inside` around where one does not.

use std::ops::Range;

use wide::u8x16;

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// What the bytes of a block are; bit `i` is byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Quotes that no backslash precedes.
    pub quotes: u64,
    /// From an opening quote up to the byte before the closing one.
    pub inside: u64,
    /// `{` and `[`, those in strings too.
    pub opens: u64,
    /// `}` and `]`, those in strings too.
    pub closes: u64,
    /// Colons and commas, those in strings too.
    pub marks: u64,
    /// Neither these nor white space: outside of strings, numbers and literals.
    pub others: u64,
}

/// Whether control characters stand in a part inside of strings, where none may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// If the part begins outside a string.
    pub inside: bool,
    /// If it begins in one.
    pub outside: bool,
}

/// The blocks of the part `body` of `bytes`; what is missing in the last block is white space. What stands around the
/// part is looked at where an escape begins before it or goes on behind it. None when an escape is none.
pub fn blocks(bytes: &[u8], body: Range<usize>, into: &mut Vec<Block>) -> Option<Controls> {
    into.clear();
    let part = bytes.get(body.clone())?;
    let before = bytes.get(..body.start)?;
    let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    // Where there is nothing but backslashes, more may stand before them.
    if backslashes > 0 && backslashes == before.len() {
        return None;
    }
    let mut state = State { escape: (backslashes % 2) as u64, inside: 0, controls: [0; 2] };
    let (whole, rest) = part.as_chunks::<BLOCK>();
    for (index, block) in whole.iter().enumerate() {
        into.push(state.block(block, |at| is_escape(bytes, body.start + index * BLOCK + at))?);
    }
    if !rest.is_empty() {
        let mut block = [b' '; BLOCK];
        block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        let start = body.start + whole.len() * BLOCK;
        into.push(state.block(&block, |at| is_escape(bytes, start + at))?);
    }
    let [inside, outside] = state.controls.map(|controls| controls != 0);
    Some(Controls { inside, outside })
}

/// Whether what stands behind a backslash is an escape, quotes and backslashes aside.
fn is_escape(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b'b' | b'f' | b'n' | b'r' | b't' | b'/') => true,
        Some(b'u') => bytes.get(at + 1..at + 5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        _ => false,
    }
}

/// What reaches from one block into the next.
struct State {
    /// 1 when the next byte is escaped.
    escape: u64,
    /// All ones when the next byte is in a string.
    inside: u64,
    /// Control characters so far, of any block: those inside of strings, and those outside.
    controls: [u64; 2],
}

impl State {
    #[inline]
    fn block(&mut self, bytes: &[u8; BLOCK], is_escape: impl Fn(usize) -> bool) -> Option<Block> {
        let (mut block, Rest { backslashes, blanks, controls }) = compare(bytes);
        let escaped = self.escaped(backslashes);
        let mut other = escaped & !(block.quotes | backslashes);
        while other != 0 {
            if !is_escape(other.trailing_zeros() as usize) {
                return None;
            }
            other &= other - 1;
        }
        block.quotes &= !escaped;
        block.inside = parity(block.quotes) ^ self.inside;
        self.inside = 0_u64.wrapping_sub(block.inside >> 63);
        self.controls[0] |= controls & block.inside;
        self.controls[1] |= controls & !block.inside;
        block.others = !(block.quotes | block.opens | block.closes | block.marks | blanks);
        Some(block)
    }

    /// The bytes that a backslash stands before which is not escaped itself.
    #[inline]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        if backslashes == 0 {
            return std::mem::take(&mut self.escape);
        }
        // Every other one of a run escapes. Adding a run to the bit where it begins carries to where it ends: the parity
        // of that place tells for a run that begins on an odd place, and turned around for the others.
        let first = backslashes & !self.escape;
        let behind = (first << 1) | self.escape;
        let odd = first & !EVEN & !behind;
        let (ends, carry) = odd.overflowing_add(first);
        self.escape = u64::from(carry);
        (EVEN ^ (ends << 1)) & behind
    }
}

/// The sum of all lower bits and the own one, without carry.
#[inline]
fn parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// What nobody asks of a block once it is made.
#[derive(Default)]
struct Rest {
    backslashes: u64,
    /// White space.
    blanks: u64,
    /// Control characters, the three of white space among them.
    controls: u64,
}

/// The block, with all quotes and without `inside` and `others`.
#[inline]
fn compare(bytes: &[u8; BLOCK]) -> (Block, Rest) {
    let (mut block, mut rest) = (Block::default(), Rest::default());
    for (index, part) in bytes.as_chunks::<16>().0.iter().enumerate() {
        let part = u8x16::new(*part);
        let is = |value: u8x16, byte| value.simd_eq(u8x16::splat(byte));
        let bits = |mask: u8x16| u64::from(mask.to_bitmask()) << (index * 16);
        // `[` and `{` differ in one bit, as `]` and `}` do, and no other byte of the same bits is valid outside a string.
        let folded = part | u8x16::splat(0x20);
        block.quotes |= bits(is(part, b'"'));
        block.opens |= bits(is(folded, b'{'));
        block.closes |= bits(is(folded, b'}'));
        block.marks |= bits(is(part, b',') | is(part, b':'));
        rest.blanks |= bits((is(part, b' ') | is(part, b'\n')) | (is(part, b'\r') | is(part, b'\t')));
        rest.controls |= bits(part.min(u8x16::splat(0x1f)).simd_eq(part));
        rest.backslashes |= bits(is(part, b'\\'));
    }
    (block, rest)
}

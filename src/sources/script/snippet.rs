//! A shell script taken out of a text, with the place of each of its bytes there.

use std::ops::Range;

/// A script. What is not written in the language of the shell (an argument list, a command of PowerShell) is turned
/// into words that a shell reads the same way.
#[derive(Clone, Debug, Default)]
pub struct Snippet {
    text: String,
    /// For each byte the bytes that it was written as; `None` when the script stands so from `first` on.
    places: Option<Vec<(u32, u32)>>,
    first: u32,
    /// Whether a further command could be put behind one: not in a list of arguments.
    pub plain: bool,
}

/// Texts longer than this, in bytes, are not put together.
const LONGEST: usize = 64 << 20;

impl Snippet {
    /// The part of a text that is a script as it stands.
    pub fn part(text: &str, range: Range<usize>) -> Self {
        let first = u32::try_from(range.start).unwrap_or(u32::MAX);
        Self { text: text.get(range).unwrap_or_default().to_owned(), places: None, first, plain: true }
    }

    /// A script that is put together from here on.
    pub fn new(plain: bool) -> Self {
        Self { text: String::new(), places: Some(Vec::new()), first: 0, plain }
    }

    /// The script.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Characters that stand for all of `at`.
    pub fn put(&mut self, text: &str, at: Range<usize>) {
        let Some(places) = &mut self.places else { return };
        if self.text.len() + text.len() > LONGEST {
            return;
        }
        self.text.push_str(text);
        places.extend(std::iter::repeat_n((narrow(at.start), narrow(at.end)), text.len()));
    }

    /// Characters that stand so in `source`.
    pub fn copy(&mut self, source: &str, range: Range<usize>) {
        let Some(text) = source.get(range.clone()) else { return };
        for (at, c) in text.char_indices() {
            let start = range.start + at;
            self.put(c.encode_utf8(&mut [0; 4]), start..start + c.len_utf8());
        }
    }

    /// Characters, with the first byte of each byte of them.
    pub fn placed(&mut self, text: &str, offsets: &[u32]) {
        for (at, c) in text.char_indices() {
            let start = offsets.get(at).copied().unwrap_or(0) as usize;
            let end = offsets.get(at + c.len_utf8()).map_or(start + c.len_utf8(), |end| *end as usize);
            // What an escape stands for ends where the next character begins, on the same line.
            let end = if (start + 1..start + 12).contains(&end) { end } else { start + c.len_utf8() };
            self.put(c.encode_utf8(&mut [0; 4]), start..end);
        }
    }

    /// One character so that a shell takes it for itself.
    pub fn quoted(&mut self, c: char, at: Range<usize>) {
        if !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '@' | '%' | '+') && c.is_ascii() {
            match c {
                '\n' => return self.put("$'\\n'", at),
                '\r' => return,
                _ => self.put("\\", at.clone()),
            }
        }
        self.put(c.encode_utf8(&mut [0; 4]), at);
    }

    /// Something that is not known: an expansion whose name is made of what is written.
    pub fn unknown(&mut self, written: &str, at: Range<usize>) {
        let name: String =
            written.chars().take(80).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        self.put(&format!("${{tw_{name}}}"), at);
    }

    /// Where bytes of the script were written.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        let Some(places) = &self.places else {
            return self.first as usize + range.start..self.first as usize + range.end;
        };
        let Some(&(start, end)) = places.get(range.start) else { return 0..0 };
        let last = range.end.checked_sub(1).and_then(|last| places.get(last)).map_or(end, |(_, end)| *end);
        // Pieces that were put together in another order than they stand in are at the place of the first.
        let last = if last >= end { last } else { end };
        start as usize..last as usize
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

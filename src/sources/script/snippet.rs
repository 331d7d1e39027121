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
        if !c.is_alphanumeric()
            && !matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '@' | '%' | '+')
            && c.is_ascii()
        {
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
        let name: String = written.chars().take(80).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        self.put(&format!("${{tw_{name}}}"), at);
    }

    /// The same script in a text that begins `by` bytes before the one it was taken from.
    pub fn shifted(mut self, by: usize) -> Self {
        self.first = self.first.saturating_add(narrow(by));
        for (start, end) in self.places.iter_mut().flatten() {
            *start = start.saturating_add(narrow(by));
            *end = end.saturating_add(narrow(by));
        }
        self
    }

    /// The same script with its places taken through `place`.
    pub fn mapped(mut self, place: impl Fn(usize) -> u32) -> Self {
        for (start, end) in self.places.iter_mut().flatten() {
            let length = end.saturating_sub(*start);
            *start = place(*start as usize);
            *end = start.saturating_add(length);
        }
        self
    }

    /// Puts another script behind this one.
    pub fn append(&mut self, other: &Self) {
        if let (Some(places), Some(more)) = (&mut self.places, &other.places) {
            self.text.push_str(&other.text);
            places.extend(more);
        }
    }

    /// An assignment of a value that stands at `at`; `value` is what goes between double quotes.
    pub fn assign(&mut self, name: &str, at: Range<usize>, value: impl FnOnce(&mut Self)) {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !plain || name.bytes().next().is_none_or(|b| b.is_ascii_digit()) {
            return;
        }
        self.put(&format!("{name}=\""), at.clone());
        value(self);
        self.put("\"\n", at);
    }

    /// The beginning of a part that runs only under a condition; [`Self::close`] ends it.
    pub fn open(&mut self, condition: &str, at: Range<usize>) {
        self.put("if test ", at.clone());
        for c in condition.trim().chars().take(80) {
            self.quoted(c, at.clone());
        }
        self.put("\nthen\n", at);
    }

    /// The end of a conditional part.
    pub fn close(&mut self, at: Range<usize>) {
        self.put("\nfi\n", at);
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

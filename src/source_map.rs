//! The texts that were read, and places in them.
//!
//! A [`Span`] is a range of bytes in one file. Lines and columns are computed only when a report asks.

use std::sync::OnceLock;

/// A file of the [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The range as indices into the file's text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the start of `self` to the end of `other`; both are of one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.start), ..self }
    }
}

/// A place as people count: lines and columns from 1, columns in UTF-16 code units
/// (what SARIF's `utf16CodeUnits`, GitHub and editors mean).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in UTF-16 code units, from 1.
    pub column: u32,
}

/// A place where something of a file is missing in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Offset of the first byte behind the gap, in the text that is left.
    pub at: u32,
    /// Where that byte stands in the file.
    pub position: Position,
}

/// One text that was read.
#[derive(Debug)]
pub struct SourceFile {
    path: String,
    text: String,
    /// What is missing of it, by offset.
    cuts: Vec<Cut>,
    marks: OnceLock<Marks>,
    secrets: Vec<Span>,
    withheld: bool,
}

/// Every how many bytes the UTF-16 units are counted in advance, so that a place in a file of one long line costs no
/// more than in any other.
const STRIDE: usize = 1024;

/// The UTF-16 code units that the characters beginning in these bytes of UTF-8 take.
pub fn utf16_units(bytes: &[u8]) -> u32 {
    if bytes.is_ascii() {
        return bytes.len() as u32;
    }
    bytes.iter().map(|&byte| u32::from(byte & 0xc0 != 0x80) + u32::from(byte >= 0xf0)).sum()
}

/// What places in a text are counted from.
#[derive(Debug)]
struct Marks {
    /// Offsets of the lines' first bytes.
    lines: Vec<u32>,
    /// UTF-16 code units before each stride.
    units: Vec<u32>,
}

impl Marks {
    /// Goes through the text once: a large one is slow to come from memory.
    fn of(bytes: &[u8]) -> Self {
        let (mut lines, mut units, mut sum) = (vec![0], vec![0], 0);
        for (chunk, start) in bytes.chunks(STRIDE).zip((0..).step_by(STRIDE)) {
            lines.extend(memchr::memchr_iter(b'\n', chunk).map(|at| (start + at) as u32 + 1));
            sum += utf16_units(chunk);
            units.push(sum);
        }
        Self { lines, units }
    }
}

impl SourceFile {
    /// The path as reports print it: relative to the repository root, with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text, without a byte order mark; of a large one, without what nobody asks for.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the byte at `offset` belongs to something that no report may show.
    pub fn is_secret(&self, offset: usize) -> bool {
        self.secrets.iter().any(|secret| secret.range().contains(&offset))
    }

    /// Whether no report may show a line of the text.
    pub fn is_withheld(&self) -> bool {
        self.withheld
    }

    /// What places are counted from.
    fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| Marks::of(self.text.as_bytes()))
    }

    /// UTF-16 code units before the byte at `offset`.
    fn units_before(&self, offset: usize) -> u32 {
        let bytes = self.text.as_bytes();
        let stride = offset / STRIDE;
        self.marks().units[stride] + utf16_units(&bytes[stride * STRIDE..offset])
    }

    /// Where the byte at `offset` stands. An offset behind the text is its end; one inside a character is its start.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let lines = &self.marks().lines;
        let line_of = |offset| lines.partition_point(|&start| start as usize <= offset) - 1;
        let line = line_of(offset);
        let units = |start| self.units_before(offset) - self.units_before(start);
        let cut = self.cuts.partition_point(|cut| cut.at as usize <= offset).checked_sub(1);
        let Some(cut) = cut.and_then(|index| self.cuts.get(index)) else {
            return Position { line: line as u32 + 1, column: units(lines[line] as usize) + 1 };
        };
        // As many lines and columns on as the text has since the last gap.
        match (line - line_of(cut.at as usize)) as u32 {
            0 => Position { line: cut.position.line, column: cut.position.column + units(cut.at as usize) },
            more => Position { line: cut.position.line + more, column: units(lines[line] as usize) + 1 },
        }
    }
}

/// All texts of one scan.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Takes in a text; `path` is how reports name it. Offsets count without the byte order mark.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let mut text: String = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        self.add_cut(path, text, Vec::new())
    }

    /// Takes in what is left of a text; `cuts` tell where something is missing, by offset. There is no byte order mark.
    pub fn add_cut(&mut self, path: impl Into<String>, text: String, cuts: Vec<Cut>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile {
            path: path.into(),
            text,
            cuts,
            marks: OnceLock::new(),
            secrets: Vec::new(),
            withheld: false,
        });
        id
    }

    /// Keeps what a span covers out of every report.
    ///
    /// # Panics
    /// If the span is of another map.
    pub fn hide(&mut self, span: Span) {
        self.files[span.file.0 as usize].secrets.push(span);
    }

    /// Keeps the lines of a file out of every report: one that holds values of a deployment, of which nobody may have said
    /// which are secret.
    ///
    /// # Panics
    /// If `id` is of another map.
    pub fn withhold(&mut self, id: FileId) {
        self.files[id.0 as usize].withheld = true;
    }

    /// The file.
    ///
    /// # Panics
    /// If `id` is of another map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(i as u32), file))
    }

    /// The text that a span covers; empty if the span is not on character boundaries.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or("")
    }

    /// First and end position of a span.
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let file = self.file(span.file);
        (file.position(span.start as usize), file.position(span.end as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted without any table.
    fn slowly(text: &str, offset: usize) -> Position {
        let before = &text[..offset];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count() as u32 + 1;
        Position { line, column }
    }

    #[test]
    fn positions_are_the_same_as_counted_slowly() {
        let text = "aé😀\t\r\nß\n\n".repeat(150) + &"ü😀x".repeat(700) + "\nend";
        let mut sources = SourceMap::default();
        let file = sources.add("x", text.as_str());
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            assert_eq!(sources.file(file).position(offset), slowly(&text, offset), "{offset}");
        }
    }

    #[test]
    fn offsets_beside_characters_and_text_have_a_position() {
        let mut sources = SourceMap::default();
        let file = sources.add("x", "\u{feff}aé");
        let at = |offset| sources.file(file).position(offset).column;
        assert_eq!([at(0), at(1), at(2), at(3), at(99)], [1, 2, 2, 3, 3]);
        let empty = sources.add("y", "");
        assert_eq!(sources.file(empty).position(0), Position { line: 1, column: 1 });
    }
}

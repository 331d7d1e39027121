//! Large plans and states: read part by part, without what cannot matter.
//!
//! The parts are read and taken apart side by side, and put together in order. The text is never in memory as a whole.
//! What is in doubt (no JSON, no UTF-8, no plan) gives nothing: then the file is read as any other, and its fault is told
//! by the reader that knows its place. Of what is left out, only strings and brackets are in doubt.

use std::fs::File;
use std::io;

use super::detect;
use crate::source_map::Cut;
use crate::sources::terraform::plan::sift::Sifter;
use crate::syntax::json::blocks::{BLOCK, Block, Controls, blocks};
use crate::syntax::json::walk::{AHEAD, Walk};

/// Texts of fewer bytes are read as a whole.
pub(super) const LARGE: u64 = 1024 * 1024;

/// The bytes of a part.
const PART: usize = 128 * 1024;
/// How much is read before a part: enough to tell whether its first byte is escaped.
const BEFORE: usize = BLOCK;

/// What bytes can be read from, by offset.
pub(super) trait Bytes: Sync {
    /// Reads into the buffer until it is full or the bytes end; how many.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl Bytes for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            #[cfg(unix)]
            let read = std::os::unix::fs::FileExt::read_at(self, &mut buffer[done..], offset + done as u64);
            #[cfg(windows)]
            let read = std::os::windows::fs::FileExt::seek_read(self, &mut buffer[done..], offset + done as u64);
            #[cfg(not(any(unix, windows)))]
            let read: io::Result<usize> = Err(io::ErrorKind::Unsupported.into());
            match read {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

impl Bytes for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// A part of the text, with what stands around it.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    body: std::ops::Range<usize>,
    blocks: Vec<Block>,
    controls: Controls,
    /// Whether it is one line of ASCII.
    plain: bool,
}

impl Part {
    /// Reads the part that begins at `offset`. None when something is in doubt.
    fn read(&mut self, from: &Source<'_, impl Bytes + ?Sized>, offset: u64) -> Option<()> {
        let before = usize::try_from(offset).unwrap_or(BEFORE).min(BEFORE);
        let rest = usize::try_from(from.length - offset).unwrap_or(usize::MAX);
        let body = rest.min(from.part);
        let size = before + body + rest.saturating_sub(body).min(AHEAD);
        self.bytes.resize(size, 0);
        self.body = before..before + body;
        if from.bytes.read_at(&mut self.bytes, offset - before as u64).ok()? != size {
            return None;
        }
        let ascii = self.bytes.is_ascii();
        if !ascii {
            self.check_utf8()?;
        }
        self.controls = blocks(&self.bytes, self.body.clone(), &mut self.blocks)?;
        self.plain = ascii && memchr::memchr(b'\n', self.bytes.get(self.body.clone())?).is_none();
        Some(())
    }

    /// Whether all characters that begin in the part are UTF-8; and none goes on where none began.
    fn check_utf8(&self) -> Option<()> {
        let goes_on = |bytes: &[u8]| bytes.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
        let body = self.bytes.get(self.body.clone())?;
        // What goes on here was looked at where it begins.
        let first = if self.body.start == 0 { 0 } else { goes_on(body) };
        let behind = goes_on(self.bytes.get(self.body.end..)?);
        let text = self.bytes.get(self.body.start + first..self.body.end + behind)?;
        std::str::from_utf8(text).is_ok().then_some(())
    }
}

/// A text to read, and how.
struct Source<'a, B: ?Sized> {
    bytes: &'a B,
    length: u64,
    /// The bytes of a part: some blocks.
    part: usize,
}

impl<B: Bytes + ?Sized> Source<'_, B> {
    fn sift(&self) -> Option<(String, Vec<Cut>)> {
        let (mut walk, mut sifter, mut is_first) = (Walk::default(), Sifter::default(), true);
        let read = |index, part: &mut Part| part.read(self, index * self.part as u64);
        ahead::in_order(self.length.div_ceil(self.part as u64), read, |part| {
            if std::mem::take(&mut is_first) && !part.bytes.trim_ascii_start().starts_with(b"{") {
                return None;
            }
            sifter.begin(part.body.start, part.plain);
            walk.part(&part.bytes, part.body.clone(), (&part.blocks, part.controls), &mut sifter).ok()?;
            sifter.end(&part.bytes, part.body.end);
            (!sifter.is_foreign()).then_some(())
        })?;
        let (text, cuts) = sifter.finish();
        let text = String::from_utf8(text).ok().filter(|_| walk.is_done())?;
        detect::has_plan_mark(text.as_bytes()).then_some((text, cuts))
    }
}

/// What is left of a plan or state of this length, and where something is missing. None when it is not certain to be one.
pub(super) fn sift(bytes: &(impl Bytes + ?Sized), length: u64) -> Option<(String, Vec<Cut>)> {
    Source { bytes, length, part: PART }.sift()
}

mod ahead;
#[cfg(test)]
mod tests;

//! A body that all copies share but for their marks: encoded once with a blank in each mark's place, and each copy writes its own there.
//!
//! A mark is as long as any other and of characters that no transfer encoding changes. So what is around it stays, where lines are broken
//! too; only base64 mixes it with its neighbours, and those few bytes are encoded anew.

use std::ops::Range;

use bytes::Bytes;
use memchr::memmem;

use crate::track::{MARK, Mark};

/// Unchanged bytes between two marks from which on they are shared and not copied.
const SHARED: usize = 1 << 10;
/// Bytes of a line of base64, before encoding and after it with its end.
const LINE: (usize, usize) = (57, 78);

/// An encoded text with blanks.
pub(super) struct Marked {
    parts: Vec<Part>,
}

enum Part {
    Shared(Bytes),
    Own(Vec<u8>, Vec<Slot>),
}

/// The place of one mark.
#[derive(Clone)]
struct Slot {
    /// What is encoded together with the mark, in base64.
    around: Option<(Vec<u8>, Vec<u8>)>,
    /// Which of the encoded bytes stand where: line breaks may lie between them.
    runs: Vec<(Range<usize>, usize)>,
}

impl Slot {
    fn written(&self, mark: &Mark, out: &mut [u8]) {
        let base64;
        let encoded = match &self.around {
            None => mark.as_str().as_bytes(),
            Some((before, after)) => {
                base64 = base64_simd::STANDARD.encode_to_string([before, mark.as_str().as_bytes(), after].concat());
                base64.as_bytes()
            }
        };
        for (run, at) in &self.runs {
            out[*at..*at + run.len()].copy_from_slice(&encoded[run.clone()]);
        }
    }

    fn span(&self) -> Range<usize> {
        let (first, last) = (self.runs.first(), self.runs.last());
        first.map_or(0, |(_, at)| *at)..last.map_or(0, |(run, at)| at + run.len())
    }

    fn moved(mut self, by: usize) -> Self {
        self.runs.iter_mut().for_each(|(_, at)| *at -= by);
        self
    }
}

impl Marked {
    /// Finds the blanks in `encoded`, in which the part at `part` (its header, an empty line, its body) was made of `text`. `None` where
    /// they are not all found as they should be: then each copy is to be encoded by itself.
    pub(super) fn find(encoded: &Bytes, part: Range<usize>, text: &str) -> Option<Self> {
        let blank = Mark::blank();
        let leaf = encoded.get(part.clone())?;
        let body = memmem::find(leaf, b"\r\n\r\n")? + 4;
        let start = part.start + body;
        let slots = match memmem::find(&leaf[..body], b"Transfer-Encoding: base64").is_some() {
            true => of_base64(text, start),
            false => of_plain(&encoded[start..part.end], start),
        };
        if slots.len() != memmem::find_iter(text.as_bytes(), blank.as_str()).count() {
            return None;
        }
        // What a copy with the blank itself would be is what is there.
        let mut again = encoded.to_vec();
        for slot in &slots {
            if slot.span().end > part.end || slot.around.as_ref().is_some_and(|(_, after)| after.len() > 2) {
                return None;
            }
            slot.runs.iter().for_each(|(run, at)| again[*at..*at + run.len()].fill(b'?'));
            slot.written(&blank, &mut again);
        }
        (again == *encoded).then(|| Self { parts: cut(encoded, slots) })
    }

    /// One copy's pieces.
    pub(super) fn copy(&self, mark: &Mark) -> impl Iterator<Item = Bytes> {
        self.parts.iter().map(|part| match part {
            Part::Shared(bytes) => bytes.clone(),
            Part::Own(bytes, slots) => {
                let mut own = bytes.clone();
                slots.iter().for_each(|slot| slot.written(mark, &mut own));
                Bytes::from(own)
            }
        })
    }
}

/// Blanks in text that is sent as it is, or as quoted-printable with soft line breaks in them.
fn of_plain(body: &[u8], start: usize) -> Vec<Slot> {
    let (mut bare, mut places) = (Vec::with_capacity(body.len()), Vec::with_capacity(body.len()));
    let mut at = 0;
    while at < body.len() {
        if body[at..].starts_with(b"=\r\n") {
            at += 3;
            continue;
        }
        bare.push(body[at]);
        places.push(at);
        at += 1;
    }
    let slot = |found: usize| {
        let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
        for i in 0..MARK {
            let at = start + places[found + i];
            match runs.last_mut() {
                Some((run, first)) if *first + run.len() == at => run.end += 1,
                _ => runs.push((i..i + 1, at)),
            }
        }
        Slot { around: None, runs }
    };
    memmem::find_iter(&bare, Mark::blank().as_str()).map(slot).collect()
}

/// Blanks in the lines of base64 that a text was made into.
fn of_base64(text: &str, start: usize) -> Vec<Slot> {
    let bytes = text.as_bytes();
    let slot = |found: usize| {
        let (from, to) = (found - found % 3, (found + MARK).next_multiple_of(3).min(bytes.len()));
        let around = (bytes[from..found].to_vec(), bytes[found + MARK..to].to_vec());
        let mut runs = Vec::with_capacity(2);
        let (mut at, mut done) = (from, 0);
        while at < to {
            let (line, column) = (at / LINE.0, at % LINE.0);
            let here = (LINE.0 - column).min(to - at);
            let encoded = here.div_ceil(3) * 4;
            runs.push((done..done + encoded, start + line * LINE.1 + column / 3 * 4));
            (at, done) = (at + here, done + encoded);
        }
        Slot { around: Some(around), runs }
    };
    memmem::find_iter(bytes, Mark::blank().as_str()).map(slot).collect()
}

/// The text in parts: those with marks, and what is long between them.
fn cut(encoded: &Bytes, slots: Vec<Slot>) -> Vec<Part> {
    let (mut parts, mut from, mut own) = (Vec::new(), 0, Vec::<Slot>::new());
    let mut close = |from: usize, to: usize, own: &mut Vec<Slot>| {
        if !own.is_empty() {
            let slots = own.drain(..).map(|slot| slot.moved(from)).collect();
            parts.push(Part::Own(encoded[from..to].to_vec(), slots));
        } else if from < to {
            parts.push(Part::Shared(encoded.slice(from..to)));
        }
    };
    let mut end = 0;
    for slot in slots {
        let span = slot.span();
        if own.is_empty() || span.start - end >= SHARED {
            close(from, end, &mut own);
            close(end, span.start, &mut own);
            from = span.start;
        }
        end = span.end;
        own.push(slot);
    }
    close(from, end, &mut own);
    close(end, encoded.len(), &mut own);
    parts
}

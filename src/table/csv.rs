//! Cells of a text (RFC 4180; the delimiter is found in the first line).

use std::{
    collections::VecDeque,
    io::{self, Read, Seek, SeekFrom},
};

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::EUC_KR;
use jebi_domain::refusal::Fault;

use super::{
    Cell, EachRow,
    encoding::{Encoding, Found, Utf16},
    unreadable,
};

/// Most bytes of one line. More is a quotation mark that is not closed.
const LONGEST: usize = 256 << 10;
/// What its reader may have read beyond a line's end.
const AHEAD: usize = 64 << 10;

/// Reads rows. The bytes of delimiters, quotation marks and line breaks are never a part of another character, neither in UTF-8 nor in
/// CP949, so that cells are cut first and decoded then.
pub(super) fn read(mut file: impl Read + Seek, found: &Found, each: EachRow<'_>) -> Result<(), Fault> {
    file.seek(SeekFrom::Start(found.mark)).map_err(|e| unreadable(&e))?;
    match found.encoding {
        Encoding::Utf8 => rows(file, found, each, |bytes| std::str::from_utf8(bytes).ok().map(str::to_owned)),
        Encoding::Cp949 => rows(file, found, each, |bytes| {
            EUC_KR.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
        }),
        Encoding::Utf16(of) => rows(Utf16::new(file, of), found, each, |bytes| std::str::from_utf8(bytes).ok().map(str::to_owned)),
    }
}

fn rows(text: impl Read, found: &Found, each: EachRow<'_>, decode: impl Fn(&[u8]) -> Option<String>) -> Result<(), Fault> {
    let mut reader = ReaderBuilder::new().delimiter(found.delimiter).flexible(true).has_headers(false).from_reader(Lines::new(text));
    let (mut record, mut columns) = (ByteRecord::new(), None);
    // One is held back: whether a quotation mark is open shows at the end only.
    let mut held: Option<Row> = None;
    loop {
        let more = reader.read_byte_record(&mut record);
        let more = more.map_err(|e| if reader.get_ref().is_too_long() { unclosed(reader.get_ref().next_line()) } else { broken(&e) })?;
        if !more {
            break;
        }
        let end = reader.position().byte();
        let inside = u32::try_from(record.as_slice().iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX);
        let number = reader.get_mut().line_before(end).saturating_sub(inside);
        // Of one that is not closed the last line break is in its cell, and not behind it.
        let opened = number + u32::from(record.as_slice().ends_with(b"\n"));
        if record.as_slice().len() > LONGEST {
            return Err(unclosed(opened));
        }
        let cell =
            |bytes| decode(bytes).map(|text| text.trim().to_owned()).ok_or_else(|| "it holds characters of another encoding".to_owned());
        let mut cells: Vec<Cell> = record.iter().map(cell).collect();
        let expected = *columns.get_or_insert(cells.len());
        if cells.len() != expected && !is_blank(&cells) {
            // Which of them is missing, or one too many, nobody knows: none is taken.
            let told = format!("it has {} cells, and the first line has {expected}", cells.len());
            cells.resize(cells.len().max(expected + 1), Ok(String::new()));
            cells[expected] = Err(told);
        }
        if let Some(row) = held.replace(Row { number, opened, inside, cells }) {
            each(row.number, row.cells)?;
        }
    }
    match held {
        Some(row) if found.odd_quotes && row.inside > 0 => Err(unclosed(row.opened)),
        Some(row) => each(row.number, row.cells),
        None => Ok(()),
    }
}

/// A row as it was cut.
struct Row {
    /// The line it begins in, from 1.
    number: u32,
    /// The same, if its last quotation mark is not closed.
    opened: u32,
    /// Line breaks within its cells.
    inside: u32,
    cells: Vec<Cell>,
}

/// A text that knows its lines: the parser passes over line breaks between records before it says where one begins. It ends where a line
/// is too long: the parser would hold all of it.
struct Lines<R> {
    text: R,
    read: u64,
    /// The place behind the last record.
    end: u64,
    /// Places of line breaks not passed yet.
    breaks: VecDeque<u64>,
    passed: u32,
}

impl<R> Lines<R> {
    fn new(text: R) -> Self {
        Self { text, read: 0, end: 0, breaks: VecDeque::new(), passed: 0 }
    }

    /// Whether more was read since the last record than a line may have.
    fn is_too_long(&self) -> bool {
        self.read - self.end > (LONGEST + AHEAD) as u64
    }

    /// The line behind the last record.
    fn next_line(&self) -> u32 {
        self.passed.saturating_add(1)
    }

    /// The line that ends before `end`, the place behind a record's end.
    fn line_before(&mut self, end: u64) -> u32 {
        let mut last = None;
        self.end = end;
        while let Some(at) = self.breaks.front().copied().filter(|at| *at < end) {
            self.breaks.pop_front();
            (self.passed, last) = (self.passed.saturating_add(1), Some(at));
        }
        // The record's own line break was passed with it, unless a carriage return stands before that.
        self.passed + u32::from(last.is_none_or(|at| at + 1 < end))
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_too_long() {
            return Err(io::Error::other("a line is too long"));
        }
        let n = self.text.read(buffer)?;
        let start = self.read;
        self.breaks.extend(buffer[..n].iter().zip(start..).filter(|(byte, _)| **byte == b'\n').map(|(_, at)| at));
        self.read += n as u64;
        Ok(n)
    }
}

fn is_blank(cells: &[Cell]) -> bool {
    cells.iter().all(|cell| cell.as_ref().is_ok_and(String::is_empty))
}

fn unclosed(line: u32) -> Fault {
    let remedy = "close it; within a text in quotation marks each one is written twice (RFC 4180)";
    Fault::new("file", "unclosed_quote", format!("a quotation mark that begins in line {line} is not closed"), remedy)
}

fn broken(error: &csv::Error) -> Fault {
    let fault = format!("the file cannot be read: {error}");
    Fault::new("file", "unreadable_file", fault, "check it, and try again")
}

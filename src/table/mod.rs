//! Recipients out of a table: a CSV text or an Excel workbook (XLSX), a line each, as people keep them. Of other tables the rows of a text.
//!
//! | file | owns |
//! |---|---|
//! | `encoding` | which characters a text's bytes are: UTF-8, UTF-16, or CP949 (EUC-KR) as Excel in Korea writes it |
//! | `csv` | cells of a text |
//! | `xlsx` | cells of a workbook, as they are shown |
//! | `unpacked` | how much a workbook becomes, before it is read |
//! | `header` | which column is the address, the name, the language; every other one is a variable |

mod csv;
mod encoding;
mod header;
mod unpacked;
mod xlsx;

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
};

use jebi_domain::{content::Personal, refusal::Fault};

use header::Header;
pub use header::bad_line;

/// How a table is read, and how much of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What a column is, by its name in the first line: `email`, `name`, `language`, or the name of a variable; empty for none of it.
    pub columns: BTreeMap<String, String>,
    /// Which sheet of a workbook; the first where it is not said.
    pub sheet: Option<String>,
    /// Lines with recipients at most.
    pub max_rows: usize,
    /// Bytes at most of what the lines hold together; one text of a workbook may stand in many cells.
    pub max_bytes: usize,
    /// Bytes at most of a workbook as it lies there, and of the texts its cells share: these are held in memory.
    pub max_workbook: u64,
    /// Bytes at most a workbook may unpack to.
    pub max_unpacked: u64,
}

/// A line with a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In the file, from 1.
    pub number: u32,
    /// As it stands there, perhaps empty.
    pub email: String,
    /// What else it says, or why it cannot be used.
    pub read: Result<Entry, Fault>,
}

/// What a line says of a recipient, beside the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub name: Option<String>,
    pub own: Personal,
}

/// How a table was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `UTF-8`, `UTF-16`, `CP949` or `XLSX`.
    pub format: &'static str,
    /// Each column with what it was taken for: `email`, `name`, `language`, the name of a variable, or nothing.
    pub columns: Vec<(String, String)>,
}

/// Called with each line; a fault ends the reading.
pub type Each<'a> = &'a mut dyn FnMut(Line) -> Result<(), Fault>;

/// Called with the cells of each row, and the number of its line; a fault ends the reading.
pub type EachRow<'a> = &'a mut dyn FnMut(u32, Vec<Cell>) -> Result<(), Fault>;

/// A cell's text, without spaces around it; or what keeps it from being one.
pub type Cell = Result<String, String>;

/// Reads a table, line after line: no more of a text is in memory than a line, and of a workbook a line and the texts its cells share.
///
/// # Errors
/// A file that is none of these, or damaged; a first line that names no column of addresses; more than the options allow; what `each`
/// returns. A line that cannot be used is no error: it is told as such.
pub fn read(mut file: impl Read + Seek, options: &Options, each: Each<'_>) -> Result<Told, Fault> {
    let mut rows = Rows { options, each, header: None, rows: 0, bytes: 0 };
    let mut start = [0; 8];
    let n = whole(&mut file, &mut start)?;
    let format = match &start[..n] {
        [] => return Err(empty()),
        [b'P', b'K', 3, 4, ..] => {
            unpacked::check(&mut file, options.max_workbook, options.max_unpacked)?;
            rewind(&mut file)?;
            xlsx::read(file, options.sheet.as_deref(), &mut |number, cells| rows.row(number, cells))?;
            "XLSX"
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            let fault = "this is an old Excel workbook (.xls), or one with a password";
            return Err(Fault::new("file", "unsupported_file", fault, "save it as .xlsx without a password, or as CSV UTF-8"));
        }
        _ => text(file, &mut |number, cells| rows.row(number, cells))?,
    };
    let header = rows.header.ok_or_else(empty)?;
    Ok(Told { format, columns: header.told() })
}

/// Reads the rows of a text as they stand there, the first and empty ones too, line after line.
///
/// # Errors
/// A file that is no text, or damaged; what `each` returns.
pub fn read_text(file: impl Read + Seek, each: EachRow<'_>) -> Result<(), Fault> {
    text(file, each).map(drop)
}

/// The same; how it is encoded.
fn text(mut file: impl Read + Seek, each: EachRow<'_>) -> Result<&'static str, Fault> {
    rewind(&mut file)?;
    let found = encoding::detect(&mut file)?;
    rewind(&mut file)?;
    csv::read(file, &found, each)?;
    Ok(found.encoding.name())
}

/// Fills as much of the buffer as there is.
fn whole(file: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Fault> {
    let mut n = 0;
    while n < buffer.len() {
        match file.read(&mut buffer[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(&e)),
        }
    }
    Ok(n)
}

fn rewind(file: &mut impl Seek) -> Result<(), Fault> {
    file.seek(SeekFrom::Start(0)).map(drop).map_err(|e| unreadable(&e))
}

fn unreadable(error: &io::Error) -> Fault {
    Fault::new("file", "unreadable_file", format!("the file cannot be read: {error}"), "check it, and try again")
}

fn empty() -> Fault {
    Fault::new("file", "empty_file", "the file has no lines", "name the columns in the first line, and give a recipient in each below")
}

/// Rows on their way to lines.
struct Rows<'a> {
    options: &'a Options,
    each: Each<'a>,
    header: Option<Header>,
    rows: usize,
    bytes: usize,
}

impl Rows<'_> {
    fn row(&mut self, number: u32, cells: Vec<Cell>) -> Result<(), Fault> {
        if cells.iter().all(|cell| cell.as_ref().is_ok_and(String::is_empty)) {
            return Ok(());
        }
        let Some(header) = &self.header else {
            self.header = Some(Header::read(number, cells, &self.options.columns)?);
            return Ok(());
        };
        self.rows += 1;
        self.bytes += cells.iter().map(|cell| cell.as_ref().map_or(0, String::len)).sum::<usize>();
        let Options { max_rows, max_bytes, .. } = self.options;
        if self.rows > *max_rows {
            let fault = format!("the file has more than {max_rows} recipients");
            return Err(Fault::new("file", "too_many_recipients", fault, "split it into several files, or send it with jebi send --csv"));
        }
        if self.bytes > *max_bytes {
            let fault = format!("the texts of its lines are more than {max_bytes} bytes together, at line {number}");
            return Err(Fault::new(
                "file",
                "table_too_large",
                fault,
                "split it into several files, or leave out columns the mail does not show",
            ));
        }
        (self.each)(header.line(number, cells))
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;

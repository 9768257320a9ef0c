//! The lines of a file of suppressed addresses: a CSV text, in the encodings and with the delimiters spreadsheet programs write. The first
//! line names the columns; a file whose first line begins with an address has addresses alone.

use std::collections::HashMap;

use jebi_domain::{address, refusal::Fault};

use super::{super::deliveries::csv, export::HEADER};
use crate::{
    service::suppression::NewSuppression,
    table::{self, Cell},
};

/// Columns that are taken in, the first ones of [`HEADER`]; the others of it are passed over.
const TAKEN: usize = 5;
/// Another word for the first.
const EMAIL: [&str; 4] = ["email", "address", "이메일", "메일"];
/// Most lines of a file.
pub(super) const MAX_LINES: usize = 5_000_000;

/// A line: its number from 1, the address as it was given, and the entry or what is wrong with it.
pub(super) struct Line {
    pub number: u32,
    pub read: Result<NewSuppression, Fault>,
}

/// Reads rows one after the other.
#[derive(Default)]
pub(super) struct Reading {
    /// What each column is, once the first line is read; empty for one that is passed over.
    columns: Option<Vec<&'static str>>,
    rows: usize,
}

impl Reading {
    /// Reads one row; `None` where it is empty or names the columns.
    ///
    /// # Errors
    /// It names the columns wrongly, or there are too many.
    pub fn row(&mut self, number: u32, cells: Vec<Cell>) -> Result<Option<Line>, Fault> {
        if cells.iter().all(|cell| cell.as_ref().is_ok_and(String::is_empty)) {
            return Ok(None);
        }
        if self.columns.is_none() {
            let begins_with_an_address = matches!(cells.first(), Some(Ok(text)) if address::parse(text).is_ok());
            self.columns = Some(if begins_with_an_address { vec![HEADER[0]] } else { header(number, &cells)? });
            if !begins_with_an_address {
                return Ok(None);
            }
        }
        self.rows += 1;
        if self.rows > MAX_LINES {
            let fault = format!("the file has more than {MAX_LINES} lines with addresses");
            return Err(Fault::new("body", "too_many_lines", fault, "split it into several files"));
        }
        Ok(Some(Line { number, read: self.line(number, cells) }))
    }

    /// Whether there was any line that says something.
    pub fn has_begun(&self) -> bool {
        self.columns.is_some()
    }

    fn line(&self, number: u32, cells: Vec<Cell>) -> Result<NewSuppression, Fault> {
        let columns = self.columns.as_deref().unwrap_or_default();
        let mut values = HashMap::new();
        for (i, cell) in cells.into_iter().enumerate() {
            let column = columns.get(i).copied();
            match cell {
                Ok(text) if text.is_empty() || column == Some("") => {}
                Ok(text) => match column {
                    Some(column) => drop(values.insert(column, text)),
                    None => {
                        let why = format!("cell {} holds {text:?}, and its column has no name", i + 1);
                        return Err(table::bad_line(number, "", why, "name the column in the first line, or empty the cell"));
                    }
                },
                Err(why) => return Err(table::bad_line(number, column.unwrap_or_default(), why, "correct this line")),
            }
        }
        let mut take = |name| values.remove(name).map(plain);
        Ok(NewSuppression {
            email: take("email").unwrap_or_default(),
            scope: take("scope"),
            cause: take("cause"),
            reason: take("reason"),
            at: take("created_at"),
        })
    }
}

/// A cell without what an export puts before one that a spreadsheet would take for a formula.
fn plain(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if csv::harmless(rest.to_owned()) != rest => rest.to_owned(),
        _ => text,
    }
}

/// Reads the first line.
fn header(number: u32, cells: &[Cell]) -> Result<Vec<&'static str>, Fault> {
    let field = format!("line {number}");
    let mut columns = Vec::with_capacity(cells.len());
    for cell in cells {
        let name = cell.as_ref().map_err(|why| table::bad_line(number, "", why.clone(), "correct this line"))?;
        let name = name.to_lowercase();
        let known = HEADER.iter().position(|known| *known == name || (*known == "email" && EMAIL.contains(&name.as_str())));
        let Some(at) = known else {
            let (fault, remedy) = (format!("there is no column {name:?}"), format!("name the columns: {}", HEADER[..TAKEN].join(", ")));
            return Err(Fault::new(field, "unknown_column", fault, remedy));
        };
        let column = if at < TAKEN { HEADER[at] } else { "" };
        if !column.is_empty() && columns.contains(&column) {
            return Err(Fault::new(field, "doubled_column", format!("two columns are {name:?}"), "leave one of them out"));
        }
        columns.push(column);
    }
    if columns.contains(&"email") {
        return Ok(columns);
    }
    let remedy = "name the columns in the first line, one of them email; or give addresses alone, one a line";
    Err(Fault::new(field, "missing_email_column", "no column is email", remedy))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A line's number, and what it says or the code of its fault.
    type Told = (u32, Result<String, &'static str>);

    fn read(file: &str) -> Result<Vec<Told>, &'static str> {
        let (mut reading, mut lines) = (Reading::default(), Vec::new());
        table::read_text(Cursor::new(file.as_bytes()), &mut |number, cells| {
            lines.extend(reading.row(number, cells)?);
            Ok(())
        })
        .map_err(|fault| fault.code)?;
        let told = |line: Line| (line.number, line.read.map(|n| format!("{} {:?} {:?}", n.email, n.scope, n.reason)).map_err(|f| f.code));
        Ok(lines.into_iter().map(told).collect())
    }

    #[test]
    fn columns_go_by_their_names_and_addresses_alone_need_none() {
        let file = "\u{feff}reason,email,scope,times\r\n\"전화, 3월\",hong@example.kr,bulk,7\r\n\r\n,kim@example.kr,,1\r\n";
        let told =
            [(2, Ok("hong@example.kr Some(\"bulk\") Some(\"전화, 3월\")".to_owned())), (4, Ok("kim@example.kr None None".to_owned()))];
        assert_eq!(read(file).expect("a file"), told);
        let alone = [(1, Ok("a@b.kr None None".to_owned())), (2, Ok("not one None None".to_owned()))];
        assert_eq!(read("a@b.kr\nnot one\n").expect("a file"), alone);
        assert_eq!(read("이메일\na@b.kr\n").expect("a file").len(), 1);
    }

    #[test]
    fn what_an_export_made_harmless_reads_back() {
        assert_eq!(read("email,reason\n'+a@b.kr,'=1+1\n").expect("a file")[0].1, Ok("+a@b.kr None Some(\"=1+1\")".to_owned()));
    }

    #[test]
    fn a_bad_line_is_told_alone_and_bad_columns_refuse_the_file() {
        let lines = read("email,scope\na@b.kr,all,x\nc@d.kr,bulk\n").expect("a file");
        assert_eq!((lines[0].1.clone(), lines[1].0), (Err("invalid_line"), 3));
        assert_eq!(read("email,이름\n"), Err("unknown_column"));
        assert_eq!(read("email,email\n"), Err("doubled_column"));
        assert_eq!(read("scope,cause\n"), Err("missing_email_column"));
    }
}

//! Consents as lines of a file: a CSV text, in the encodings and with the delimiters spreadsheet programs write; the first line names the columns.

use std::{collections::HashMap, io::Cursor};

use jebi_domain::{
    consent::EventKind,
    refusal::{Fault, Refusal, RefusalKind},
};

use crate::{
    service::consents::NewConsent,
    table::{self, Cell},
};

/// Most lines with consents.
const MAX_LINES: usize = 100_000;
const COLUMNS: [&str; 9] = ["email", "scope", "kind", "at", "how", "wording", "source", "language", "profile"];

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub consents: Vec<NewConsent>,
    /// The line of each, from 1.
    pub numbers: Vec<u32>,
}

/// Reads a file. Where it has no column `profile`, every line is of this one.
///
/// # Errors
/// It is no text, names its columns wrongly or has too many lines; every line that cannot be read.
pub(super) fn read(file: &[u8], profile: &str) -> Result<Lines, Refusal> {
    let mut reading = Reading { profile, columns: None, rows: 0, lines: Lines::default(), faults: Vec::new() };
    table::read_text(Cursor::new(file), &mut |number, cells| reading.row(number, cells)).map_err(of_body)?;
    let Reading { columns, lines, faults, .. } = reading;
    if columns.is_none() {
        let remedy = "name the columns in the first line, and give a consent in each below";
        return Err(Refusal::invalid(Fault::new("body", "empty_file", "the file has no lines", remedy)));
    }
    if faults.is_empty() { Ok(lines) } else { Err(Refusal { kind: RefusalKind::Invalid, faults }) }
}

/// The file is the body here, and a text.
fn of_body(mut fault: Fault) -> Refusal {
    if fault.field == "file" {
        fault.field = "body".to_owned();
    }
    if fault.code == "unsupported_file" {
        fault.remedy = "save the file as CSV UTF-8 (comma delimited)".to_owned();
    }
    Refusal::invalid(fault)
}

struct Reading<'a> {
    profile: &'a str,
    /// Once the first line is read.
    columns: Option<Vec<String>>,
    rows: usize,
    lines: Lines,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn row(&mut self, number: u32, cells: Vec<Cell>) -> Result<(), Fault> {
        if cells.iter().all(|cell| cell.as_ref().is_ok_and(String::is_empty)) {
            return Ok(());
        }
        let Some(columns) = &self.columns else {
            self.columns = Some(header(number, cells)?);
            return Ok(());
        };
        self.rows += 1;
        if self.rows > MAX_LINES {
            let fault = format!("the file has more than {MAX_LINES} lines with consents");
            return Err(Fault::new("body", "too_many_lines", fault, "split it into several files"));
        }
        match line(number, columns, cells, self.profile) {
            Ok(consent) => {
                self.lines.consents.push(consent);
                self.lines.numbers.push(number);
            }
            Err(faults) => self.faults.extend(faults),
        }
        Ok(())
    }
}

/// Reads the first line.
fn header(number: u32, cells: Vec<Cell>) -> Result<Vec<String>, Fault> {
    let names = cells.into_iter().collect::<Result<Vec<String>, String>>();
    let names = names.map_err(|why| table::bad_line(number, "", why, "correct this line"))?;
    let field = format!("line {number}");
    for (i, name) in names.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            let (fault, remedy) = (format!("there is no column {name:?}"), format!("name the columns: {}", COLUMNS.join(", ")));
            return Err(Fault::new(field, "unknown_column", fault, remedy));
        }
        if names[..i].contains(name) {
            return Err(Fault::new(field, "doubled_column", format!("two columns are {name:?}"), "leave one of them out"));
        }
    }
    Ok(names)
}

/// Reads another one. An empty cell says nothing.
fn line(number: u32, columns: &[String], cells: Vec<Cell>, profile: &str) -> Result<NewConsent, Vec<Fault>> {
    let (mut values, mut faults) = (HashMap::new(), Vec::new());
    for (i, cell) in cells.into_iter().enumerate() {
        let column = columns.get(i).map_or("", String::as_str);
        match cell {
            Ok(text) if text.is_empty() => {}
            Ok(text) => drop(values.insert(column, text)),
            Err(why) => faults.push(table::bad_line(number, column, why, "correct this line")),
        }
    }
    let kind = match values.remove("kind").as_deref() {
        None | Some("given") => EventKind::Given,
        Some("withdrawn") => EventKind::Withdrawn,
        Some("refused") => EventKind::Refused,
        Some(other) => {
            let (place, fault) = (format!("line {number}"), format!("{other:?} is no kind"));
            faults.push(Fault::new(format!("{place}.kind"), "unknown_value", fault, "use given, withdrawn or refused"));
            EventKind::Given
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut take = |name| values.remove(name);
    Ok(NewConsent {
        email: take("email").unwrap_or_default(),
        profile: take("profile").unwrap_or_else(|| profile.to_owned()),
        scope: take("scope"),
        kind,
        at: take("at"),
        how: take("how").unwrap_or_default(),
        wording: take("wording").unwrap_or_default(),
        source: take("source").unwrap_or_default(),
        language: take("language"),
        notice: None,
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::EUC_KR;

    use super::*;

    #[test]
    fn a_file_is_read_by_the_names_of_its_columns() {
        let file = "\u{feff}how,email,wording\r\n\"가입 양식, 2쪽\",hong@example.kr,\"\"\"동의\"\"합니다\r\n둘째 줄\"\r\n\r\n전화,kim@example.kr,\n";
        let Lines { consents, numbers } = read(file.as_bytes(), "shop").expect("valid");
        let told: Vec<_> = consents.iter().map(|c| (c.email.as_str(), c.how.as_str(), c.wording.as_str(), c.profile.as_str())).collect();
        assert_eq!(
            told,
            [("hong@example.kr", "가입 양식, 2쪽", "\"동의\"합니다\r\n둘째 줄", "shop"), ("kim@example.kr", "전화", "", "shop")]
        );
        assert_eq!(numbers, [2, 5]);
        assert_eq!(read(b"email,profile,kind\na@b.kr,other,refused", "shop").expect("valid").consents[0].kind, EventKind::Refused);
    }

    #[test]
    fn a_file_from_a_korean_spreadsheet_is_read() {
        let (file, _, _) = EUC_KR.encode("email;how\r\nhong@example.kr;가입 양식\r\n");
        assert_eq!(read(&file, "shop").expect("valid").consents[0].how, "가입 양식");
        let utf16: Vec<u8> = "\u{feff}email\thow\r\nhong@example.kr\t전화".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16, "shop").expect("valid").consents[0].how, "전화");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        let told = |file: &[u8]| {
            let refusal = read(file, "shop").expect_err("it cannot be read");
            refusal.faults.into_iter().map(|f| (f.field, f.code)).collect::<Vec<_>>()
        };
        let one = |field: &str, code| vec![(field.to_owned(), code)];
        assert_eq!(told(b"email\n\n\"a@b.kr\n"), one("body", "unclosed_quote"));
        assert_eq!(told(b""), one("body", "empty_file"));
        assert_eq!(told(b"PK\x03\x04\0\0"), one("body", "unsupported_file"));
        assert_eq!(told(b"email\n\xff\xff\n"), one("body", "unknown_encoding"));
        assert_eq!(told("\nemail,이름\n".as_bytes()), one("line 2", "unknown_column"));
        assert_eq!(told(b"email,how,email\n"), one("line 1", "doubled_column"));
        let bad = b"email,how,kind\na@b.kr,x,maybe\nc@d.kr,x,given\ne@f.kr,x\ng@h.kr,x,given,y\n";
        let faults = [("line 2.kind", "unknown_value"), ("line 4", "invalid_line"), ("line 5", "invalid_line")];
        assert_eq!(told(bad), faults.map(|(field, code)| (field.to_owned(), code)));
    }
}

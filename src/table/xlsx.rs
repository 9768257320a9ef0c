//! Cells of a workbook, as they are shown: whole numbers without a fraction, dates in ISO 8601. What a cell's format adds to a number
//! (separators, a currency, percent) is not known here.

use std::{
    io::{BufReader, Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use jebi_domain::refusal::Fault;

use super::{Cell, EachRow};

/// Columns at most: names and values of that many are nobody's.
const MAX_COLUMNS: u32 = 1_000;

/// Reads the rows of a sheet.
pub(super) fn read(file: impl Read + Seek, sheet: Option<&str>, each: EachRow<'_>) -> Result<(), Fault> {
    // A damaged workbook may make its reader panic; it is the file's fault all the same.
    catch_unwind(AssertUnwindSafe(|| rows(file, sheet, each))).unwrap_or_else(|_| Err(damaged("its parts contradict each other")))
}

fn rows(file: impl Read + Seek, sheet: Option<&str>, each: EachRow<'_>) -> Result<(), Fault> {
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|e| broken(&e))?;
    let sheets = book.sheet_names();
    let name = match sheet {
        None => sheets.first().cloned().ok_or_else(|| damaged("it has no sheet"))?,
        Some(wanted) if sheets.iter().any(|name| name == wanted) => wanted.to_owned(),
        Some(wanted) => {
            let fault = format!("there is no sheet {wanted:?}; the workbook has {}", sheets.join(", "));
            return Err(Fault::new("sheet", "unknown_sheet", fault, "give the name of one of them, or leave it out for the first"));
        }
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(|e| broken(&e))?;
    let (mut row, mut current): (Option<u32>, Vec<Cell>) = (None, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(|e| broken(&e))? {
        let (at, column) = cell.get_position();
        if let Some(before) = row.filter(|before| *before != at) {
            each(before.saturating_add(1), std::mem::take(&mut current))?;
        }
        row = Some(at);
        let text = shown(cell.get_value());
        if text.as_ref().is_ok_and(String::is_empty) {
            continue;
        }
        if column >= MAX_COLUMNS {
            let fault =
                format!("line {} has a cell in column {}; at most {MAX_COLUMNS} are read", at.saturating_add(1), column.saturating_add(1));
            return Err(Fault::new("file", "too_many_columns", fault, "leave out columns the mail does not show"));
        }
        let place = column as usize;
        if current.len() <= place {
            current.resize(place + 1, Ok(String::new()));
        }
        current[place] = text;
    }
    match row {
        Some(last) => each(last.saturating_add(1), current),
        None => Ok(()),
    }
}

fn shown(value: &DataRef<'_>) -> Cell {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(n) => n.to_string(),
        // Without a fraction where there is none, and without an exponent: that is how Rust writes it.
        DataRef::Float(n) => n.to_string(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(at) => time(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => return Err(format!("it holds the error {}", name(error))),
    })
}

fn name(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// `2026-11-21`, `2026-11-21 09:00:00`, or of a time alone `09:00:00`.
fn time(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let days = at.as_f64();
    if at.is_duration() {
        // Whole hours may be more than a day's.
        let hours = days.trunc() * 24.0 + f64::from(hour);
        return format!("{hours}:{minute:02}:{second:02}");
    }
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if days < 1.0 {
        return clock;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if clock == "00:00:00" { date } else { format!("{date} {clock}") }
}

fn broken(error: &XlsxError) -> Fault {
    if matches!(error, XlsxError::Password) {
        let fault = "the workbook is protected by a password";
        return Fault::new("file", "unsupported_file", fault, "save it without a password, or as CSV UTF-8");
    }
    damaged(&error.to_string())
}

fn damaged(why: &str) -> Fault {
    let remedy = "open it in a spreadsheet program and save it again as .xlsx, or as CSV UTF-8";
    Fault::new("file", "broken_workbook", format!("the workbook cannot be read: {why}"), remedy)
}

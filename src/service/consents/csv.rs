//! Consents as lines of a file: comma-separated, RFC 4180, UTF-8, the first line naming the columns.

use jebi_domain::{
    consent::EventKind,
    refusal::{Fault, Refusal},
};

use super::NewConsent;

/// Most lines of a file, the first left out.
const MAX_LINES: usize = 100_000;
const COLUMNS: [&str; 9] = ["email", "scope", "kind", "at", "how", "wording", "source", "language", "profile"];

/// Reads a file. Where it has no column `profile`, every line is of this one.
pub(super) fn read(file: &[u8], profile: &str) -> Result<Vec<NewConsent>, Refusal> {
    let text = std::str::from_utf8(file).map_err(|_| {
        Refusal::invalid(Fault::new("body", "invalid_csv", "the file is not UTF-8", "save it as UTF-8 (CSV UTF-8 in Excel)"))
    })?;
    let mut lines = records(text.trim_start_matches('\u{feff}')).map_err(|line| {
        let fault = format!("line {line} has a quotation mark that is not closed, or one where none may be");
        Refusal::invalid(Fault::new(
            "body",
            "invalid_csv",
            fault,
            "put values with commas or quotation marks in quotation marks (RFC 4180)",
        ))
    })?;
    if lines.len() > MAX_LINES + 1 {
        let fault = format!("the file has {} lines; at most {MAX_LINES} are taken", lines.len() - 1);
        return Err(Refusal::invalid(Fault::new("body", "too_many_lines", fault, "split it into several files")));
    }
    let head = if lines.is_empty() { Vec::new() } else { lines.remove(0) };
    let columns: Vec<&str> = head.iter().map(|name| name.trim()).collect();
    if let Some(other) = columns.iter().find(|name| !COLUMNS.contains(name)) {
        let fault = format!("there is no column {other:?}");
        return Err(Refusal::invalid(Fault::new("body", "unknown_column", fault, format!("name the columns: {}", COLUMNS.join(", ")))));
    }
    let mut faults = Vec::new();
    let mut all = Vec::with_capacity(lines.len());
    for (i, line) in lines.into_iter().enumerate() {
        let of = |name: &str| columns.iter().position(|column| *column == name).and_then(|at| line.get(at)).map(|value| value.trim());
        let some = |name: &str| of(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let kind = match of("kind").unwrap_or_default() {
            "" | "given" => EventKind::Given,
            "withdrawn" => EventKind::Withdrawn,
            "refused" => EventKind::Refused,
            other => {
                let fault = format!("{other:?} is no kind");
                faults.push(Fault::new(format!("consents[{i}].kind"), "unknown_value", fault, "use given, withdrawn or refused"));
                continue;
            }
        };
        all.push(NewConsent {
            email: some("email").unwrap_or_default(),
            profile: some("profile").unwrap_or_else(|| profile.to_owned()),
            scope: some("scope"),
            kind,
            at: some("at"),
            how: some("how").unwrap_or_default(),
            wording: some("wording").unwrap_or_default(),
            source: some("source").unwrap_or_default(),
            language: some("language"),
            notice: None,
        });
    }
    if faults.is_empty() { Ok(all) } else { Err(Refusal { kind: jebi_domain::refusal::RefusalKind::Invalid, faults }) }
}

/// Lines as lists of values, empty ones left out. The error is the number of a line with a wrong quotation mark.
fn records(text: &str) -> Result<Vec<Vec<String>>, usize> {
    let (mut all, mut record, mut value) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut quoted, mut was_quoted) = (1, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => value.push('"'),
            '"' if quoted => quoted = false,
            '"' if value.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            '"' => return Err(line),
            ',' if !quoted => {
                record.push(std::mem::take(&mut value));
                was_quoted = false;
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                end(&mut all, &mut record, &mut value, was_quoted);
                was_quoted = false;
            }
            c => value.push(c),
        }
        line += usize::from(c == '\n');
    }
    if quoted {
        return Err(line);
    }
    end(&mut all, &mut record, &mut value, was_quoted);
    Ok(all)
}

fn end(all: &mut Vec<Vec<String>>, record: &mut Vec<String>, value: &mut String, was_quoted: bool) {
    if record.is_empty() && value.is_empty() && !was_quoted {
        return;
    }
    record.push(std::mem::take(value));
    all.push(std::mem::take(record));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_by_the_names_of_its_columns() {
        let file = "\u{feff}how,email,wording\r\n\"가입 양식, 2쪽\",hong@example.kr,\"\"\"동의\"\"합니다\r\n둘째 줄\"\r\n\r\n전화,kim@example.kr,\n";
        let all = read(file.as_bytes(), "shop").expect("valid");
        let told: Vec<_> = all.iter().map(|c| (c.email.as_str(), c.how.as_str(), c.wording.as_str(), c.profile.as_str())).collect();
        assert_eq!(
            told,
            [("hong@example.kr", "가입 양식, 2쪽", "\"동의\"합니다\r\n둘째 줄", "shop"), ("kim@example.kr", "전화", "", "shop"),]
        );
        assert_eq!(read(b"email,profile,kind\na@b.kr,other,refused", "shop").expect("valid")[0].kind, EventKind::Refused);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        let code = |file: &[u8]| read(file, "shop").map(|_| ()).map_err(|r| (r.faults[0].code, r.faults[0].fault.clone()));
        assert_eq!(code(b"email\n\"a@b.kr").map_err(|e| e.0), Err("invalid_csv"));
        assert_eq!(
            code(b"email\na\"@b.kr"),
            Err(("invalid_csv", "line 2 has a quotation mark that is not closed, or one where none may be".into()))
        );
        assert_eq!(code(&[0xb0, 0xa1]).map_err(|e| e.0), Err("invalid_csv"));
        assert_eq!(code("email,이름\n".as_bytes()).map_err(|e| e.0), Err("unknown_column"));
        assert_eq!(code(b"email,kind\na@b.kr,maybe").map_err(|e| e.0), Err("unknown_value"));
    }
}

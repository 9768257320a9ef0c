use std::io::{Cursor, Write};

use encoding_rs::EUC_KR;
use flate2::{Compression, Crc, write::DeflateEncoder};
use serde_json::{Map, Value, json};

use super::*;

fn options() -> Options {
    Options { columns: BTreeMap::new(), sheet: None, max_rows: 100, max_bytes: 100_000, max_workbook: 200_000, max_unpacked: 1 << 20 }
}

fn all(bytes: &[u8], options: &Options) -> Result<(Told, Vec<Line>), Fault> {
    let mut lines = Vec::new();
    let told = read(Cursor::new(bytes), options, &mut |line| {
        lines.push(line);
        Ok(())
    })?;
    Ok((told, lines))
}

/// Lines as short values: number, address, and what was read or the fault.
fn short(bytes: &[u8]) -> Vec<Value> {
    let (_, lines) = all(bytes, &options()).unwrap();
    let told = |line: Line| match line.read {
        Ok(Entry { name, own }) => json!([line.number, line.email, name, own.language, own.variables]),
        Err(fault) => json!([line.number, line.email, fault.field, fault.fault]),
    };
    lines.into_iter().map(told).collect()
}

fn fault(bytes: &[u8]) -> (&'static str, String) {
    let fault = all(bytes, &options()).unwrap_err();
    (fault.code, fault.fault)
}

const KOREAN: &str = "이메일,이름,언어,쿠폰\nhong@example.kr,홍길동,ko,갑-1\n\"kim@example.kr\",\"김, 철수\",en,\"그가 \"\"예\"\"라 했다\"\n\nlee@example.kr,,,\n";

fn korean_lines() -> Vec<Value> {
    vec![
        json!([2, "hong@example.kr", "홍길동", "ko", {"이메일": "hong@example.kr", "이름": "홍길동", "언어": "ko", "쿠폰": "갑-1"}]),
        json!([3, "kim@example.kr", "김, 철수", "en", {"이메일": "kim@example.kr", "이름": "김, 철수", "언어": "en", "쿠폰": "그가 \"예\"라 했다"}]),
        json!([5, "lee@example.kr", null, null, {"이메일": "lee@example.kr"}]),
    ]
}

#[test]
fn korean_is_read_in_every_encoding_excel_writes() {
    let utf8 = KOREAN.as_bytes().to_vec();
    let marked = [&[0xef, 0xbb, 0xbf], utf8.as_slice()].concat();
    let cp949 = EUC_KR.encode(KOREAN).0.into_owned();
    assert!(std::str::from_utf8(&cp949).is_err());
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(KOREAN.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (windows, mac) = (KOREAN.replace('\n', "\r\n").into_bytes(), KOREAN.trim_end().as_bytes().to_vec());
    for (bytes, format) in [(utf8, "UTF-8"), (marked, "UTF-8"), (windows, "UTF-8"), (mac, "UTF-8"), (cp949, "CP949"), (utf16, "UTF-16")] {
        assert_eq!(all(&bytes, &options()).unwrap().0.format, format);
        assert_eq!(short(&bytes), korean_lines(), "{format}");
    }
}

#[test]
fn letters_only_cp949_has_are_read() {
    // Not in KS X 1001: a byte of each is an ASCII letter.
    let text = "email,name\na@b.kr,펲뷁똠\n";
    let bytes = EUC_KR.encode(text).0.into_owned();
    assert_eq!(short(&bytes), [json!([2, "a@b.kr", "펲뷁똠", null, {}])]);
}

#[test]
fn cells_are_cut_by_what_the_first_line_has_most_of() {
    for text in ["email;name;a,b\nx@b.kr;홍;1,5\n", "email\tname\ta,b\nx@b.kr\t홍\t1,5\n", "email,name,\"a,b\"\r\nx@b.kr,홍,\"1,5\"\r\n"]
    {
        assert_eq!(short(text.as_bytes()), [json!([2, "x@b.kr", "홍", null, {"a,b": "1,5"}])], "{text}");
    }
    assert_eq!(short(b"email\na@b.kr"), [json!([2, "a@b.kr", null, null, {}])], "a single column needs no delimiter");
}

#[test]
fn a_line_that_cannot_be_used_is_told_by_its_number_and_the_others_are_read() {
    let text = "email,name,,note\na@b.kr,가\nb@b.kr,나,,\"두\r\n줄\"\r\nc@b.kr,다,x,\nd@b.kr,라,,,,\n,마,,\n";
    assert_eq!(
        short(text.as_bytes()),
        [
            json!([2, "a@b.kr", "line 2", "it has 2 cells, and the first line has 4"]),
            json!([3, "b@b.kr", "나", null, {"note": "두\r\n줄"}]),
            json!([5, "c@b.kr", "line 5", "cell 3 holds \"x\", and its column has no name"]),
            json!([6, "d@b.kr", "line 6", "it has 6 cells, and the first line has 4"]),
            json!([7, "", "마", null, {}]),
        ]
    );
}

#[test]
fn what_no_text_is_and_what_is_damaged_is_refused_with_the_line() {
    assert_eq!(fault(b""), ("empty_file", "the file has no lines".into()));
    assert_eq!(fault(b"\n\n ,\n"), ("empty_file", "the file has no lines".into()));
    assert_eq!(fault(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1]).0, "unsupported_file");
    assert_eq!(fault(b"email\n\0\n"), ("unsupported_file", "line 2 holds a NUL character: this is no text".into()));
    let mixed = [KOREAN.as_bytes(), "x@b.kr,".as_bytes(), &EUC_KR.encode("홍길동").0, b",,\n"].concat();
    assert_eq!(fault(&mixed), ("unknown_encoding", "line 6 is neither UTF-8 nor CP949 (EUC-KR)".into()));
    let open = "email,name\na@b.kr,가\nb@b.kr,\"나\nc@b.kr,다\nd@b.kr,라\n";
    assert_eq!(fault(open.as_bytes()), ("unclosed_quote", "a quotation mark that begins in line 3 is not closed".into()));
    let long = format!("email,name\na@b.kr,\"{}\n", "가\n".repeat(100_000));
    assert_eq!(fault(long.as_bytes()).0, "unclosed_quote");
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn utf_16_is_read_in_pieces_and_held_to_the_same() {
    let rows =
        (2..3_000).fold("email,name\n".to_owned(), |all, line| all + &format!("a{line}@b.kr,이름 {line} 😀 {}\n", "가".repeat(line % 90)));
    assert!(rows.len() > 4 * 65_536);
    let (told, lines) = all(&utf16(&rows), &Options { max_rows: 9_999, max_bytes: 1 << 30, ..options() }).unwrap();
    assert_eq!(
        (told.format, lines),
        ("UTF-16", all(rows.as_bytes(), &Options { max_rows: 9_999, max_bytes: 1 << 30, ..options() }).unwrap().1)
    );
    let open = "email,name\na@b.kr,가\nb@b.kr,\"나\nc@b.kr,다\n";
    assert_eq!(fault(&utf16(open)), ("unclosed_quote", "a quotation mark that begins in line 3 is not closed".into()));
    let torn = [utf16("email\na@b.kr\n"), vec![0x00, 0xd8]].concat();
    assert_eq!(fault(&torn), ("unknown_encoding", "line 3 is not UTF-16, which the file begins like".into()));
}

#[test]
fn a_line_that_is_too_long_is_not_held_to_its_end() {
    struct Counted<'a>(Cursor<&'a [u8]>, &'a std::cell::Cell<usize>);
    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.read(buffer)?;
            self.1.set(self.1.get() + n);
            Ok(n)
        }
    }
    impl Seek for Counted<'_> {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.1.set(0);
            self.0.seek(to)
        }
    }
    let text = format!("email,name\na@b.kr,가\nb@b.kr,\"{}", "가\n".repeat(2_000_000));
    let read_so_far = std::cell::Cell::new(0);
    let refused = read(Counted(Cursor::new(text.as_bytes()), &read_so_far), &options(), &mut |_| Ok(())).unwrap_err();
    assert_eq!((refused.code, refused.fault.as_str()), ("unclosed_quote", "a quotation mark that begins in line 3 is not closed"));
    assert!(read_so_far.get() < 1 << 20, "{} bytes of {}", read_so_far.get(), text.len());
}

#[test]
fn columns_are_known_by_their_names_or_by_what_is_said_of_them() {
    let given =
        |pairs: &[(&str, &str)]| Options { columns: pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(), ..options() };
    for column in ["E-Mail", "EMAIL", "메일", "이메일 주소"] {
        let (told, _) = all(format!("{column},성명\na@b.kr,홍\n").as_bytes(), &options()).unwrap();
        assert_eq!(told.columns, [(column.to_owned(), "email".to_owned()), ("성명".to_owned(), "name".to_owned())]);
    }
    let text = "연락처,쿠폰 번호,비고\na@b.kr,1,x\n";
    assert_eq!(fault(text.as_bytes()).0, "missing_email_column");
    let (told, lines) = all(text.as_bytes(), &given(&[("연락처", "email"), ("쿠폰 번호", "coupon"), ("비고", "")])).unwrap();
    assert_eq!(told.columns[2], ("비고".to_owned(), String::new()));
    let coupon: Map<String, Value> = [("coupon".to_owned(), json!("1"))].into_iter().collect();
    assert_eq!(lines[0].read.as_ref().unwrap().own.variables, coupon);
    let code = |options| all(text.as_bytes(), &options).unwrap_err().code;
    assert_eq!(code(given(&[("이메일", "email")])), "unknown_column");
    assert_eq!(code(given(&[("연락처", "email"), ("비고", "email")])), "doubled_column");
    assert_eq!(fault("email,a,a\nx@b.kr,1,2\n".as_bytes()).0, "doubled_column");
}

#[test]
fn more_than_is_allowed_ends_the_reading() {
    let rows = |n: usize| format!("email,a\n{}", "x@b.kr,가나다\n".repeat(n));
    assert_eq!(all(rows(100).as_bytes(), &options()).unwrap().1.len(), 100);
    assert_eq!(fault(rows(101).as_bytes()).0, "too_many_recipients");
    let most = Options { max_bytes: 30, ..options() };
    assert_eq!(all(rows(2).as_bytes(), &most).unwrap().1.len(), 2);
    let refused = all(rows(3).as_bytes(), &most).unwrap_err();
    assert_eq!(
        (refused.code, refused.fault.as_str()),
        ("table_too_large", "the texts of its lines are more than 30 bytes together, at line 4")
    );
}

/// An archive of these files, each deflated.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        deflated.write_all(bytes).unwrap();
        let (packed, mut crc) = (deflated.finish().unwrap(), Crc::new());
        crc.update(bytes);
        let n = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
        let sums = [crc.sum().to_le_bytes(), n(packed.len()), n(bytes.len())].concat();
        let name_len = u16::try_from(name.len()).unwrap().to_le_bytes();
        central.extend(
            [&b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0"[..], &sums, &name_len, &[0; 12], &n(out.len()), name.as_bytes()].concat(),
        );
        out.extend([&b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0"[..], &sums, &name_len, &[0; 2], name.as_bytes(), &packed].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (size, at) = (u32::try_from(central.len()).unwrap().to_le_bytes(), u32::try_from(out.len()).unwrap().to_le_bytes());
    [out, central, [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &at, &[0; 2]].concat()].concat()
}

/// A workbook of two sheets, whose second has these rows.
fn workbook(rows: &str) -> Vec<u8> {
    let sheet = |rows: &str| {
        format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)
    };
    let book = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>
        <sheet name="명단" sheetId="1" r:id="r1"/><sheet name="둘째" sheetId="2" r:id="r2"/></sheets></workbook>"#;
    let of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="r1" Type="{of}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="r2" Type="{of}/worksheet" Target="worksheets/sheet2.xml"/>
        <Relationship Id="r3" Type="{of}/styles" Target="styles.xml"/></Relationships>"#
    );
    // Of the cells' styles, 1 is a date, 2 a date with a time, 3 a time.
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
        <cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="21"/></cellXfs></styleSheet>"#;
    let text = |text: &str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let names = ["이메일", "성명", "금액", "날짜"].map(text).concat();
    let first = format!(
        "<row>{names}</row><row>{}{}<c><v>120000</v></c><c s=\"1\"><v>46347</v></c></row>",
        text("hong@example.kr"),
        text("홍길동")
    );
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(&first).as_bytes()),
        ("xl/worksheets/sheet2.xml", sheet(rows).as_bytes()),
    ])
}

/// What is read from the second sheet with these rows: the variables of each line, or its fault.
fn second(rows: &str) -> Vec<Value> {
    let (_, lines) = all(&workbook(rows), &Options { sheet: Some("둘째".into()), ..options() }).unwrap();
    let told = |line: Line| line.read.map_or_else(|fault| json!([fault.field, fault.fault]), |entry| json!(entry.own.variables));
    lines.into_iter().map(told).collect()
}

#[test]
fn a_workbooks_cells_are_read_as_they_are_shown() {
    let (told, lines) = all(&workbook(""), &options()).unwrap();
    assert_eq!(told.format, "XLSX");
    let entry = lines[0].read.as_ref().unwrap();
    assert_eq!((lines[0].number, lines[0].email.as_str(), entry.name.as_deref()), (2, "hong@example.kr", Some("홍길동")));
    let named = json!({"이메일": "hong@example.kr", "성명": "홍길동", "금액": "120000", "날짜": "2026-11-21"});
    assert_eq!(json!(entry.own.variables), named);
}

#[test]
fn numbers_times_and_faults_of_cells_are_told_alike() {
    let cell = |column: &str, row: u32, style: u32, kind: &str, value: &str| {
        format!(r#"<c r="{column}{row}" s="{style}"{kind}><v>{value}</v></c>"#)
    };
    let text = |column: &str, row: u32, text: &str| format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let head: String =
        ["email", "a", "b", "c", "d", "e"].iter().zip(["A", "B", "C", "D", "E", "F"]).map(|(name, c)| text(c, 1, name)).collect();
    let row = [
        text("A", 3, "a@b.kr"),
        cell("B", 3, 0, "", "0.1"),
        cell("C", 3, 2, "", "46347.5"),
        cell("D", 3, 3, "", "0.25"),
        cell("E", 3, 0, r#" t="b""#, "1"),
        cell("F", 3, 0, "", "1E+20"),
    ]
    .concat();
    let wrong = [text("A", 9, "b@b.kr"), cell("B", 9, 0, r#" t="e""#, "#N/A")].concat();
    let rows = format!(r#"<row r="1">{head}</row><row r="3">{row}</row><row r="9">{wrong}</row>"#);
    assert_eq!(
        json!(second(&rows)),
        json!([
            {"a": "0.1", "b": "2026-11-21 12:00:00", "c": "06:00:00", "d": "TRUE", "e": "100000000000000000000"},
            ["line 9.a", "it holds the error #N/A"],
        ])
    );
}

#[test]
fn a_workbook_that_is_none_or_unpacks_to_too_much_is_refused() {
    let bomb = workbook(&"<row></row>".repeat(1 << 20));
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert_eq!(fault(&bomb), ("table_too_large", "the workbook unpacks to more than 1048576 bytes".into()));
    let texts = archive(&[("XL\\sharedStrings.xml", &[b' '; 200_001])]);
    assert_eq!(fault(&texts), ("table_too_large", "the texts of the workbook have 200001 bytes; at most 200000 are read".into()));
    let fault_of = |max_workbook| all(&workbook(""), &Options { max_workbook, ..options() }).map_err(|fault| fault.code);
    assert_eq!(fault_of(1_000).unwrap_err(), "table_too_large");
    let book = workbook("");
    for cut in [book.len() - 1, book.len() / 2, 10] {
        assert_eq!(fault(&book[..cut]).0, "broken_workbook", "{cut}");
    }
    assert_eq!(fault(&[book.as_slice(), b"PK\x05\x06"].concat()).0, "broken_workbook");
    assert_eq!(fault(&archive(&[("a.txt", b"a")])).0, "broken_workbook");
    let refused = all(&book, &Options { sheet: Some("셋째".into()), ..options() }).unwrap_err();
    assert_eq!((refused.code, refused.fault.as_str()), ("unknown_sheet", "there is no sheet \"셋째\"; the workbook has 명단, 둘째"));
}

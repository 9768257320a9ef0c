use super::*;

fn rules() -> Rules {
    let endings = "pdf,jpg,jpeg,png,gif,doc,docx,xls,xlsx,txt,csv,zip,ppt,pptx,hwp,hwpx,ics";
    Rules { max_size: 100, extensions: endings.split(',').map(str::to_owned).collect() }
}

#[expect(clippy::needless_pass_by_value, reason = "tables of tests read better without borrows")]
fn code(name: &str, size: u64, seen: Recognised) -> &'static str {
    check(&rules(), name, size, &seen).map_or_else(|fault| fault.code, |()| "")
}

fn of(mime: &str) -> Recognised {
    Recognised::Type(mime.to_owned())
}

#[test]
fn what_the_document_sends_is_taken() {
    // Requirement S0-8: its own test.pdf holds plain bytes.
    assert_eq!(code("test.pdf", 11, Recognised::Nothing), "");
    assert_eq!(code("견적서.PDF", 100, of("application/pdf")), "");
}

#[test]
fn content_of_another_type_than_the_name_says_is_refused() {
    for (name, seen) in [
        ("a.pdf", "image/png"),
        ("a.pdf", "text/html"),
        ("a.png", "image/jpeg"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.docx", "application/x-ole-storage"),
        ("a.hwp", "application/zip"),
        ("a.zip", "application/vnd.rar"),
        ("a.txt", "application/pdf"),
        ("a.doc", "application/pdf"),
    ] {
        assert_eq!(code(name, 1, of(seen)), "file_content_mismatch", "{name} {seen}");
    }
}

#[test]
fn related_types_go_together() {
    for (name, seen) in [
        ("a.docx", "application/zip"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.hwpx", "application/hwp+zip"),
        ("a.zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.hwp", "application/x-ole-storage"),
        ("목록.xls", "text/html"),
        ("a.doc", "application/rtf"),
        ("a.csv", "text/xml"),
        ("a.jpeg", "image/jpeg"),
    ] {
        assert_eq!(code(name, 1, of(seen)), "", "{name} {seen}");
    }
}

#[test]
fn programs_are_refused_whatever_they_are_called() {
    assert_eq!(code("a.pdf", 1, Recognised::Program("ELF")), "file_executable");
    for name in ["a.pdf.exe", "a.exe", "a.bat", "a", ".pdf", "a."] {
        assert_eq!(code(name, 1, Recognised::Nothing), "file_type_not_allowed", "{name}");
    }
}

#[test]
fn sizes_have_their_bounds() {
    assert_eq!(code("a.txt", 0, Recognised::Nothing), "file_empty");
    assert_eq!(code("a.txt", 100, Recognised::Nothing), "");
    assert_eq!(code("a.txt", 101, Recognised::Nothing), "file_too_large");
}

#[test]
fn an_ending_nobody_knows_expects_nothing() {
    let rules = Rules { max_size: 10, extensions: vec!["dat".into()] };
    assert_eq!(check(&rules, "a.dat", 1, &of("image/png")), Ok(()));
}

fn named(name: &str) -> &'static str {
    check_name(name).map_or_else(|fault| fault.code, |_| "")
}

#[test]
fn names_that_deceive_or_lead_elsewhere_are_refused() {
    for (name, code) in [
        ("", "missing_file_name"),
        ("  ", "missing_file_name"),
        ("../a.pdf", "file_name_path"),
        ("C:\\a.pdf", "file_name_path"),
        ("..", "file_name_path"),
        ("a\r\nBcc: x@y.kr.pdf", "file_name_character"),
        ("a\0.pdf", "file_name_character"),
        ("invoice\u{202e}fdp.exe", "file_name_character"),
        ("a\u{2028}.pdf", "file_name_character"),
        ("a\u{85}.pdf", "file_name_character"),
        ("a\u{200b}.pdf", "file_name_character"),
        ("a.pdf ", "file_name_character"),
        ("a.pdf.", "file_name_character"),
    ] {
        assert_eq!(named(name), code, "{name:?}");
    }
    assert_eq!(named(&format!("{}.pdf", "가".repeat(251))), "");
    assert_eq!(named(&format!("{}.pdf", "가".repeat(252))), "file_name_too_long");
    for good in ["11월 견적서 (최종).pdf", "a.b.pdf", "👩\u{200d}💻.png", "c'est \"ça\".txt"] {
        assert_eq!(check_name(good).unwrap(), good);
    }
}

#[test]
fn hangul_in_pieces_is_put_together() {
    let pieces = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}.pdf";
    assert_eq!(check_name(pieces).unwrap(), "한글.pdf");
}

#[test]
fn a_fault_never_shows_what_is_not_seen() {
    let fault = check_name("a\u{202e}\n.pdf").unwrap_err();
    assert!(!fault.fault.contains(['\u{202e}', '\n']), "{}", fault.fault);
}

#[test]
fn types_are_guessed_by_name() {
    assert_eq!(type_of("a.PDF"), "application/pdf");
    assert_eq!(type_of("한글.hwp"), "application/x-hwp");
    assert_eq!(type_of("a.unknown"), "application/octet-stream");
    assert_eq!(type_of("a"), "application/octet-stream");
}

#[test]
fn content_types_are_read_strictly() {
    assert_eq!(check_content_type("Application/PDF").unwrap(), "application/pdf");
    assert_eq!(check_content_type("text/csv; charset=\"UTF-8\"; name=x.csv").unwrap(), "text/csv; charset=UTF-8");
    for bad in
        ["", "pdf", "a/b/c", "text/plain\r\nX: y", "text/plain; x", "text/plain; a=b c", "multipart/mixed", "message/rfc822", "한/글"]
    {
        assert_eq!(check_content_type(bad).map_err(|f| f.code), Err("invalid_content_type"), "{bad:?}");
    }
}

#[test]
fn content_ids_can_stand_in_a_link() {
    assert_eq!(check_content_id("<logo@shop>").unwrap(), "logo@shop");
    for bad in ["", "a b", "a\r\n", "<a", "로고", "a\"b"] {
        assert_eq!(check_content_id(bad).map_err(|f| f.code), Err("invalid_content_id"), "{bad:?}");
    }
}

const OBJECT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:회의\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn an_invitation_says_its_method_twice() {
    let calendar = check_calendar("request", OBJECT).unwrap();
    assert_eq!((calendar.method.as_str(), calendar.ics.as_str()), ("REQUEST", OBJECT.trim_end()));
    for (method, content) in [
        ("INVITE", OBJECT.to_owned()),
        ("CANCEL", OBJECT.to_owned()),
        ("REQUEST", OBJECT.replace("METHOD:REQUEST\r\n", "")),
        ("REQUEST", "SUMMARY:회의".to_owned()),
        ("REQUEST", OBJECT.replace("회의", "회\0의")),
        ("REQUEST", OBJECT.replace("회의", &"가".repeat(MAX_CALENDAR))),
    ] {
        assert_eq!(check_calendar(method, &content).map_err(|f| f.code), Err("invalid_calendar"), "{method}");
    }
}

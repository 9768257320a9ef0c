//! The combinations of parts, each in a file under `tests/mime/golden/` that shows every byte of it. `JEBI_WRITE_GOLDEN=1` writes them
//! anew: then look at what has changed.

use std::{fs, path::PathBuf};

use jebi_domain::content::{Calendar, Content};

use super::{File, composed, content, mailbox, sound, whole};

pub struct Case {
    pub name: &'static str,
    pub content: Content,
    pub files: Vec<File>,
}

const HTML: &str =
    "<!DOCTYPE html>\n<html lang=\"ko\"><body><p>안녕하세요, <b>홍길동</b> 님.</p>\n<p>제비가 돌아왔습니다. 🐦</p></body></html>\n";
const WITH_PICTURE: &str = "<html><body><p>안녕하세요.</p><img src=\"cid:logo@jebi\" alt=\"제비\"></body></html>";

/// The smallest PNG there is: one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

fn pdf() -> File {
    File::new("계약서 최종.pdf", "application/pdf", "%PDF-1.7\n계약서\n%%EOF\n".repeat(10))
}

fn logo() -> File {
    // As macOS names it: Hangul in its parts.
    File::new("\u{110c}\u{1166}\u{1107}\u{1175}.png", "image/png", PNG).inline("logo@jebi")
}

fn invitation() -> Calendar {
    let ics = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Jebi//KO\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1@jebi.example\nDTSTAMP:20251103T010405Z\n\
               DTSTART:20251110T050000Z\nSUMMARY:가을 회의\nORGANIZER:mailto:news@jebi.example\nATTENDEE:mailto:hong@naver.com\nEND:VEVENT\n\
               END:VCALENDAR\n";
    Calendar { method: "REQUEST".to_owned(), ics: ics.to_owned() }
}

/// Every combination that nests parts in another way, and what is hard to write in a line.
pub fn cases() -> Vec<Case> {
    let text = content;
    let html = || Content { html: Some(HTML.to_owned()), ..content() };
    let picture = || Content { html: Some(WITH_PICTURE.to_owned()), ..content() };
    let case = |name, content, files| Case { name, content, files };
    vec![
        case("text", text(), vec![]),
        case(
            "html",
            Content { text: None, html: Some("<img src=\"https://jebi.example/제비.png\" alt=\"\">".to_owned()), ..content() },
            vec![],
        ),
        case("alternative", html(), vec![]),
        case("text-from-html", Content { text: None, ..html() }, vec![]),
        case("inline", picture(), vec![logo()]),
        case("attachment", text(), vec![pdf()]),
        case("alternative-attachment", html(), vec![pdf(), File::new("notes.txt", "text/plain; charset=\"utf-8\"", "메모\r\n")]),
        case("calendar", Content { calendar: Some(invitation()), ..html() }, vec![]),
        case("calendar-of-text", Content { calendar: Some(invitation()), ..text() }, vec![]),
        case(
            "all",
            Content {
                calendar: Some(invitation()),
                reply_to: vec![mailbox("help@jebi.example", ""), mailbox("ceo@jebi.example", "김, 대표")],
                headers: vec![
                    ("In-Reply-To".to_owned(), "<1g64s36d1n6rvkgeb1c9hp8sb5-0@jebi.example>".to_owned()),
                    ("References".to_owned(), (0..9).map(|i| format!("<thread-{i}.part@mail.jebi.example>")).collect::<Vec<_>>().join(" ")),
                    ("List-Unsubscribe".to_owned(), "<https://jebi.example/u/1>, <mailto:u@jebi.example>".to_owned()),
                    ("X-Memo".to_owned(), "머리글에도 한글".to_owned()),
                ],
                ..picture()
            },
            vec![
                logo(),
                File::new("pixel.png", "image/png", [PNG, b"2"].concat()).inline("pixel@jebi"),
                pdf(),
                File::new(&format!("{} 👍.hwp", "아주 긴 이름을 가진 문서".repeat(5)), "application/x-hwp", b"HWP Document File".repeat(9)),
                File::new("say \"hi\"; \\ all.csv", "text/csv", "a,b\r\n"),
                File::new(&format!("{}.txt", "long-name-".repeat(12)), "text/plain", "x"),
            ],
        ),
        case("pictures-of-no-html", text(), vec![logo()]),
        case(
            "hard-lines",
            Content {
                subject: "긴 제목 ".repeat(20) + "👩‍👩‍👧‍👦 \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 끝",
                text: Some(format!(
                    ".\n..\n.점으로 시작\n{}\n{}\n👍🇰🇷 \u{1112}\u{1161}\u{11ab}\n--=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6--\n끝에 빈칸 \n",
                    "a".repeat(2000),
                    "가".repeat(2000)
                )),
                html: Some(format!("<p>.</p>\n.\n--=_mixed_1g64s36d1n6rvkgeb1c9hp8sb6\n<p>{}</p>", "word ".repeat(400))),
                ..content()
            },
            vec![pdf()],
        ),
        case(
            "seven-bit",
            Content {
                subject: "An English subject".to_owned(),
                text: Some(".\r\n..two\r\nFrom here on\r\n--=_jebi_1g64s36d1n6rvkgeb1c9hp8sb6--\r\nend".to_owned()),
                html: Some("<p>\r\n.\r\n</p>".to_owned()),
                ..content()
            },
            vec![],
        ),
    ]
}

pub fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/mime/golden", &format!("{name}.eml")].iter().collect()
}

#[test]
fn every_combination_is_exactly_these_bytes() {
    #[expect(clippy::disallowed_methods, reason = "whoever changes the form of mail says so")]
    let write = std::env::var_os("JEBI_WRITE_GOLDEN").is_some();
    for Case { name, content, files } in cases() {
        let mail = whole(&composed(content, &files));
        sound::check(&mail).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        if write {
            fs::write(path(name), &mail).expect("written");
        }
        let golden = fs::read(path(name)).unwrap_or_else(|e| panic!("{name}: {e}; JEBI_WRITE_GOLDEN=1 writes it"));
        assert!(
            golden == mail,
            "{name} has changed; JEBI_WRITE_GOLDEN=1 writes it anew, for `git diff` to show:\n{}",
            String::from_utf8_lossy(&mail)
        );
    }
}

#[test]
fn no_file_is_left_over() {
    let mut there: Vec<_> =
        fs::read_dir(path("text").parent().expect("a folder")).expect("read").map(|f| f.expect("a file").path()).collect();
    let mut wanted: Vec<_> = cases().iter().map(|case| path(case.name)).collect();
    there.sort();
    wanted.sort();
    assert_eq!(there, wanted);
}

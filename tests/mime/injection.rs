//! Every field that reaches a header, with everything that could end or open one in it. What is checked when mail is accepted is refused
//! there; here nothing was checked, and still nothing breaks out.

use jebi_domain::{
    content::{
        Calendar, Content,
        list::{List, Unsubscribe},
    },
    mime::header::{check_custom, check_text},
    profile::Company,
};
use mail_parser::{Address, MessageParser, MimeHeaders};

use super::{File, composed, content, mailbox, sound, whole};

/// What tries to end a line, a value, a parameter, a part or the mail.
const TRIES: &[&str] = &[
    "\r\nBcc: victim@example.com",
    "\nBcc: victim@example.com",
    "\rBcc: victim@example.com",
    "\r\n\r\n<script>body</script>",
    "\r\n.\r\nMAIL FROM:<x@y.kr>",
    "\r\n--=_mixed_1g64s36d1n6rvkgeb1c9hp8sb6\r\nContent-Type: text/html\r\n\r\nx",
    "\0\u{85}\u{2028}\u{2029}\u{b}\u{c}Bcc: victim@example.com",
    "\"\r\n Bcc: victim@example.com",
    "\"; filename=\"evil.exe",
    "; boundary=\"x\"",
    ">\r\nBcc: <victim@example.com",
    "=?utf-8?Q?=0D=0ABcc=3A_victim=40example.com?=",
    "=?utf-8?B?DQpCY2M6IHZpY3RpbUBleGFtcGxlLmNvbQ==?=",
    "가\r\nBcc: 피해자@example.com",
];

#[expect(clippy::unnecessary_wraps, reason = "as a content has it")]
fn list(list: List) -> Option<Box<List>> {
    Some(Box::new(list))
}

fn at(page: String) -> List {
    List { unsubscribe: Some(Unsubscribe::At(page)), ..List::default() }
}

type Put = fn(&mut Content, &mut [File], String);

const FIELDS: &[(&str, Put)] = &[
    ("subject", |c, _, v| c.subject = v),
    ("the sender's name", |c, _, v| c.from = mailbox("news@jebi.example", &v)),
    ("the sender's address", |c, _, v| c.from.email = format!("news{v}@jebi.example")),
    ("the sender's domain", |c, _, v| c.from.email = format!("news@jebi.example{v}")),
    ("a reply address", |c, _, v| c.reply_to = vec![mailbox(&format!("help{v}@jebi.example"), "")]),
    ("a reply name", |c, _, v| c.reply_to = vec![mailbox("help@jebi.example", &v)]),
    ("a header's name", |c, _, v| c.headers = vec![(format!("X-A{v}"), "value".to_owned())]),
    ("a header's value", |c, _, v| c.headers = vec![("X-A".to_owned(), v)]),
    ("References", |c, _, v| c.headers = vec![("References".to_owned(), format!("<a@b.kr>{v}"))]),
    ("a file's name", |_, f, v| f[0].attachment.name = format!("계약서{v}.pdf")),
    ("a file's Latin name", |_, f, v| f[0].attachment.name = format!("a{v}.pdf")),
    ("a file's type", |_, f, v| f[0].attachment.content_type = format!("application/pdf{v}")),
    ("a parameter of a file's type", |_, f, v| f[0].attachment.content_type = format!("text/csv; charset=utf-8{v}")),
    ("a quoted parameter", |_, f, v| f[0].attachment.content_type = format!("text/csv; charset=\"utf-8{v}\"")),
    ("a file's id", |_, f, v| f[1].attachment.content_id = Some(format!("logo{v}@jebi"))),
    ("an invitation's method", |c, _, v| c.calendar = Some(Calendar { method: format!("REQUEST{v}"), ics: "BEGIN:VCALENDAR".to_owned() })),
    ("a list's id", |c, _, v| c.list = list(List { id: Some(format!("news{v}.example.kr")), ..List::default() })),
    ("a feedback id", |c, _, v| c.list = list(List { feedback_id: Some(format!("a:b:c{v}:shopkr")), ..List::default() })),
    ("an address for refusals", |c, _, v| c.list = list(List { mailto: Some(format!("u{v}@example.kr")), ..List::default() })),
    ("a page for refusals", |c, _, v| c.list = list(at(format!("https://shop.kr/u{v}")))),
    ("a company's details", |c, _, v| {
        let one = || Some(v.clone());
        let company = Company { name: one(), postal_address: one(), phone: one(), email: one(), representative: one(), business_number: one() };
        c.list = list(List { advertising: Some(company), ..at("https://shop.kr/u".to_owned()) });
    }),
    ("an invitation", |c, _, v| c.calendar = Some(Calendar { method: "REQUEST".to_owned(), ics: v })),
];

#[test]
fn nothing_breaks_out_of_any_field() {
    for (field, put) in FIELDS {
        for attempt in TRIES {
            let mut files =
                [File::new("계약서.pdf", "application/pdf", "%PDF"), File::new("logo.png", "image/png", "PNG").inline("logo@jebi")];
            let mut content = Content { html: Some("<img src=\"cid:logo@jebi\">".to_owned()), ..content() };
            put(&mut content, &mut files, format!("x{attempt}"));
            let invited = content.calendar.is_some();
            let outgoing = composed(content, &files);
            assert_eq!(outgoing.to, ["hong@naver.com"], "{field}");
            let mail = whole(&outgoing);
            sound::check(&mail).unwrap_or_else(|fault| panic!("{field} {attempt:?}: {fault}"));
            let read = MessageParser::new().parse(&mail).expect("a mail");
            assert!(read.bcc().is_none() && read.header("Bcc").is_none(), "{field} {attempt:?}");
            assert_eq!(read.to().and_then(Address::as_list).map(<[_]>::len), Some(1), "{field} {attempt:?}");
            let names: Vec<_> = read.parts.iter().filter_map(|part| part.attachment_name()).collect();
            assert_eq!(names.len(), 2 + usize::from(invited), "{field} {attempt:?}: {names:?}");
            assert!(!names.contains(&"evil.exe"), "{field} {attempt:?}");
            assert_eq!(read.parts.len(), 7 + 2 * usize::from(invited), "{field} {attempt:?}: {}", String::from_utf8_lossy(&mail));
        }
    }
}

#[test]
fn what_could_break_out_of_a_checked_field_is_refused_when_mail_is_accepted() {
    for attempt in TRIES.iter().filter(|attempt| attempt.contains(['\r', '\n', '\0', '\u{85}'])) {
        assert!(check_text(&format!("제목{attempt}")).is_err(), "{attempt:?}");
        assert!(check_custom("X-A", &format!("x{attempt}")).is_err(), "{attempt:?}");
        assert!(check_custom(&format!("X-A{attempt}"), "x").is_err(), "{attempt:?}");
        assert!(check_custom("References", &format!("<a@b.kr>{attempt}")).is_err(), "{attempt:?}");
    }
    for attempt in TRIES.iter().filter(|attempt| attempt.starts_with("=?")) {
        assert!(check_text(attempt).is_err(), "{attempt:?}");
    }
}

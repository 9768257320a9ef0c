use base64::{Engine, engine::general_purpose::STANDARD};

use super::*;

/// "안녕하세요" in EUC-KR.
const HELLO: [u8; 10] = [0xbe, 0xc8, 0xb3, 0xe7, 0xc7, 0xcf, 0xbc, 0xbc, 0xbf, 0xe4];

#[test]
fn a_euc_kr_mail_reads_right() {
    let encoded = STANDARD.encode(HELLO);
    let mut source =
        format!("Subject: =?EUC-KR?B?{encoded}?=\r\nContent-Type: text/plain; charset=euc-kr\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
    let mut bytes = std::mem::take(&mut source).into_bytes();
    bytes.extend_from_slice(&HELLO);
    let mail = OpenedMail::read(&bytes);
    assert_eq!((mail.subject.as_deref(), mail.text.as_deref()), (Some("안녕하세요"), Some("안녕하세요")));
    assert_eq!(mail.html, None);
}

const MIXED: &str = "From: a@example.com\r\nSubject: s\r\nX-Long: one\r\n two\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
    --b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
    --c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n본문\r\n\
    --c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>본문</p><img src=\"cid:logo@x\">\r\n--c--\r\n\
    --b\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n\
    --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C.pdf\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n";

#[test]
fn text_html_headers_and_attachments_are_told_apart() {
    let mail = OpenedMail::read(MIXED.as_bytes());
    assert_eq!(mail.text.as_deref().map(str::trim), Some("본문"));
    assert!(mail.html.as_deref().is_some_and(|html| html.starts_with("<p>본문</p>")));
    assert_eq!(mail.headers[2], ("X-Long".to_owned(), "one two".to_owned()));
    let names: Vec<_> = mail.attachments.iter().map(|a| (a.name.as_str(), a.media_type.as_str(), a.size, a.inline)).collect();
    assert_eq!(names, [("attachment-1", "image/png", 3, true), ("견적서.pdf", "application/pdf", 4, false)]);
    let (_, bytes) = attachment(MIXED.as_bytes(), 1).expect("it is there");
    assert_eq!(&bytes[..], b"%PDF");
    assert!(attachment(MIXED.as_bytes(), 2).is_none());
}

#[test]
fn the_document_holds_the_mails_own_picture() {
    let shown = document(MIXED.as_bytes()).expect("it has HTML");
    assert!(shown.contains("<img src=\"data:image/png;base64,YWJj\">"), "{shown}");
    assert!(document(b"Subject: s\r\n\r\nonly text").is_none());
}

#[test]
fn what_is_no_mail_has_nothing_in_it() {
    assert_eq!(OpenedMail::read(b""), OpenedMail::default());
}

use mail_parser::MessageParser;

use crate::{
    content::{Content, Fill},
    id::{DeliveryId, MessageId},
    message::{Addressee, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    mime::{Files, Prepared},
    outcome::Reason,
    time::Wall,
};

fn message(subject: &str, text: Option<&str>, html: Option<&str>) -> Message {
    let mut content: Content = serde_json::from_str(r#"{"from":{"email":"news@jebi.example","name":"제비"},"subject":""}"#).unwrap();
    (content.subject, content.text, content.html) = (subject.to_owned(), text.map(str::to_owned), html.map(str::to_owned));
    content.fill = Some(Box::new(Fill::default()));
    Message {
        id: MessageId(*b"0123456789abcdef"),
        topic: String::new(),
        lane: Lane::Bulk,
        provider: "ses".to_owned(),
        route: "only one".to_owned(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(1_762_131_845_678),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: Some(r#"{"shop":"제비 상점"}"#.into()),
    }
}

/// The copy as bytes.
fn copy(prepared: &Prepared, name: &str, personal: &str) -> Result<Vec<u8>, Reason> {
    let mailbox = Mailbox { email: "hong@naver.com".to_owned(), name: Some(name.to_owned()) };
    let addressees = vec![Addressee { role: Role::To, mailbox, open: true, unsettled: false }];
    let copy = Copy { ordinal: 0, addressees, personal: Some(format!("{{\"variables\":{personal}}}").into()) };
    let delivery = DeliveryId { message: MessageId(*b"0123456789abcdef"), ordinal: 0 };
    let mail = prepared.copy(&copy, delivery, 1, &Files::default())?;
    let mut bytes = mail.head.to_vec();
    bytes.extend_from_slice(&mail.body.concat());
    Ok(bytes)
}

#[test]
fn each_copy_has_its_own_subject_and_body_and_the_same_bytes_again() {
    let prepared = Prepared::new(&message("{{ name }}님께", Some("{{ shop }}: {{ code }}"), Some("<p>{{ shop }}: <b>{{ code }}</b></p>")));
    let first = copy(&prepared, "홍길동", r#"{"code":"<1>"}"#).unwrap();
    let mail = MessageParser::new().parse(&first).unwrap();
    assert_eq!(mail.subject(), Some("홍길동님께"));
    assert_eq!(mail.body_text(0).unwrap().trim_end(), "제비 상점: <1>");
    assert_eq!(mail.body_html(0).unwrap().trim_end(), "<p>제비 상점: <b>&lt;1&gt;</b></p>");
    let other = copy(&prepared, "김철수", r#"{"code":"2"}"#).unwrap();
    let mail = MessageParser::new().parse(&other).unwrap();
    assert_eq!((mail.subject(), mail.body_text(0).unwrap().trim_end()), (Some("김철수님께"), "제비 상점: 2"));
    assert_eq!(copy(&prepared, "홍길동", r#"{"code":"<1>"}"#).unwrap(), first);
}

#[test]
fn a_copy_that_cannot_be_filled_in_fails_alone() {
    let prepared = Prepared::new(&message("{{ code }}", Some("{{ code }}{{ url }}"), None));
    let reason = copy(&prepared, "홍길동", "{}").unwrap_err();
    assert_eq!((reason.code.as_str(), reason.transient), ("template_missing", false));
    assert!(reason.text.contains("`code`") && reason.text.contains("`url`"), "{}", reason.text);
    assert!(copy(&prepared, "홍길동", r#"{"code":1,"url":2}"#).is_ok());
    let broken = Prepared::new(&message("{{", None, None));
    assert_eq!(copy(&broken, "홍길동", "{}").unwrap_err().code, "template_syntax");
}

#[test]
fn a_missing_text_is_made_of_what_was_filled_in() {
    let prepared = Prepared::new(&message("소식", None, Some("<p>안녕하세요, {{ name }}님.</p>")));
    let bytes = copy(&prepared, "홍길동", "{}").unwrap();
    let mail = MessageParser::new().parse(&bytes).unwrap();
    assert_eq!(mail.body_text(0).unwrap().trim_end(), "안녕하세요, 홍길동님.");
    assert!(prepared.body_len() > 0);
}

#[test]
fn no_value_reaches_a_header_but_as_text() {
    let prepared = Prepared::new(&message("{{ x }}", Some("본문"), None));
    assert_eq!(copy(&prepared, "홍길동", r#"{"x":"a\r\nBcc: b@c.kr"}"#).unwrap_err().code, "template_subject");
    let bytes = copy(&prepared, "홍길동", r#"{"x":"=?utf-8?B?7ZWc?="}"#).unwrap();
    assert_eq!(MessageParser::new().parse(&bytes).unwrap().subject().map(str::trim_end), Some("=?utf-8?B?7ZWc?="));
}

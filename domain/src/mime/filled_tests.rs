use mail_parser::MessageParser;

use crate::{
    content::{Content, Fill, Shown, Syntax, Variant},
    id::{DeliveryId, MessageId},
    message::{Addressee, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    mime::{Files, Prepared},
    outcome::Reason,
    time::Wall,
};

fn mailbox(email: &str, name: Option<&str>) -> Mailbox {
    Mailbox { email: email.into(), name: name.map(str::to_owned) }
}

fn message(fill: Fill, subject: &str, html: &str) -> Message {
    let content = Content {
        from: mailbox("shop@example.kr", Some("제비")),
        reply_to: Vec::new(),
        subject: subject.into(),
        text: None,
        html: Some(html.into()),
        headers: vec![("X-Campaign".into(), "{{ name }}".into())],
        tags: Vec::new(),
        fill: Some(Box::new(fill)),
        attachments: Vec::new(),
        calendar: None,
        list: None,
        shown: None,
        track: None,
    };
    Message {
        id: MessageId([7; 16]),
        topic: String::new(),
        lane: Lane::Bulk,
        provider: "local".into(),
        route: String::new(),
        content,
        on_unknown: OnUnknown::Resend,
        created_at: Wall(0),
        due: Wall(0),
        scheduled: false,
        expires_at: None,
        variables: Some(r#"{"event":"첫 모임"}"#.into()),
    }
}

fn copy(people: &[(Role, &str, Option<&str>)], personal: Option<&str>) -> Copy {
    let one = |(role, email, name): &(Role, &str, Option<&str>)| Addressee {
        role: *role,
        mailbox: mailbox(email, *name),
        open: true,
        unsettled: false,
    };
    Copy { ordinal: 0, addressees: people.iter().map(one).collect(), personal: personal.map(Into::into) }
}

/// Head and body of a copy, read by another parser: subject, text, HTML, and the campaign's header.
fn made(prepared: &Prepared, copy: &Copy) -> Result<[String; 4], Reason> {
    let mail = prepared.copy(
        copy,
        DeliveryId { message: MessageId([7; 16]), ordinal: copy.ordinal },
        1,
        &Files::default(),
        &crate::link::Links::default(),
    )?;
    let bytes = [mail.head.clone(), mail.body.concat()].concat();
    let parsed = MessageParser::new().parse(&bytes).expect("a mail");
    let text = |text: Option<std::borrow::Cow<'_, str>>| text.unwrap_or_default().trim().to_owned();
    let campaign = parsed.header_raw("X-Campaign").unwrap_or_default().trim().to_owned();
    Ok([parsed.subject().unwrap_or_default().to_owned(), text(parsed.body_text(0)), text(parsed.body_html(0)), campaign])
}

const HONG: (Role, &str, Option<&str>) = (Role::To, "hong@example.kr", Some("홍길동"));

#[test]
fn each_copy_has_its_own_subject_and_bodies_and_the_headers_of_all() {
    let prepared = Prepared::new(&message(Fill::default(), "{{ name }}님, {{ event }}", "<p>쿠폰 <b>{{ coupon }}</b></p>"));
    let own = r#"{"variables":{"coupon":"<갑-1>"}}"#;
    let [subject, text, html, campaign] = made(&prepared, &copy(&[HONG], Some(own))).unwrap();
    assert_eq!((subject.as_str(), html.as_str()), ("홍길동님, 첫 모임", "<p>쿠폰 <b>&lt;갑-1&gt;</b></p>"));
    assert!(text.contains("쿠폰") && text.contains("<갑-1>"), "{text}");
    assert_eq!(campaign, "{{ name }}", "only subject and bodies are filled in");
    let other = copy(&[(Role::To, "kim@example.kr", Some("김 & 이"))], Some(r#"{"variables":{"coupon":"을-2"}}"#));
    assert_eq!(made(&prepared, &other).unwrap()[0], "김 & 이님, 첫 모임");
}

#[test]
fn the_recipients_language_decides_and_others_get_the_messages_own() {
    let english = Variant { language: "en".into(), subject: "Hello {{ name }}".into(), text: Some("Hi".into()), html: None };
    let fill = Fill { language: "ko".into(), variants: vec![english], ..Fill::default() };
    let prepared = Prepared::new(&message(fill, "{{ name }}님", "<p>안녕</p>"));
    let subject = |own: &str| made(&prepared, &copy(&[HONG], Some(own))).unwrap()[0].clone();
    assert_eq!(subject(r#"{"language":"en-GB"}"#), "Hello 홍길동");
    assert_eq!(subject(r#"{"language":"ja"}"#), "홍길동님");
}

#[test]
fn one_that_cannot_be_made_says_why_and_the_others_are_made() {
    let prepared = Prepared::new(&message(Fill::default(), "{{ title }}", "{{ coupon }}"));
    let whole = copy(&[HONG], Some(r#"{"variables":{"title":"제목","coupon":1}}"#));
    let reason = made(&prepared, &copy(&[HONG], Some(r#"{"variables":{"title":"제목"}}"#))).unwrap_err();
    assert!(reason.text.contains("coupon"), "{reason:?}");
    assert!(made(&prepared, &whole).is_ok());
    let reason = made(&prepared, &copy(&[HONG], Some(r#"{"variables":{"title":" ","coupon":1}}"#))).unwrap_err();
    assert_eq!(reason.code, "template_empty");
    assert!(made(&prepared, &copy(&[HONG], Some("no JSON"))).is_err());
    let broken = Prepared::new(&message(Fill::default(), "{{ title", "x"));
    assert!(made(&broken, &whole).is_err(), "one whose templates cannot be read makes no copy at all");
}

#[test]
fn only_braces_of_known_variables_are_filled_in_where_that_is_asked_for() {
    let fill = Fill { syntax: Syntax::Braces, ..Fill::default() };
    let prepared = Prepared::new(&message(fill, "{username}님", "<style>b{color:red}</style>{{x}} {unknown} {username}"));
    let [subject, _, html, _] = made(&prepared, &copy(&[HONG], Some(r#"{"variables":{"username":"홍길동"}}"#))).unwrap();
    assert_eq!((subject.as_str(), html.as_str()), ("홍길동님", "<style>b{color:red}</style>{{x}} {unknown} 홍길동"));
}

#[test]
fn a_joint_copy_never_shows_who_gets_it_blindly() {
    let prepared = Prepared::new(&message(Fill::default(), "{{ event }}", "{{ name | default(\"모두\") }}"));
    let html = |people: &[(Role, &str, Option<&str>)]| made(&prepared, &copy(people, None)).unwrap()[2].clone();
    let blind = (Role::Bcc, "b@example.kr", Some("숨은이"));
    assert_eq!(html(&[HONG, blind]), "홍길동");
    assert_eq!(html(&[blind, (Role::Bcc, "c@example.kr", Some("둘째"))]), "모두");
}

#[test]
fn the_envelopes_of_one_mail_all_show_the_one_it_names_first() {
    let mut message = message(Fill::default(), "{{ event }}", "{{ name | default(\"모두\") }}");
    let html =
        |message: &Message, people: &[(Role, &str, Option<&str>)]| made(&Prepared::new(message), &copy(people, None)).unwrap()[2].clone();
    message.content.shown =
        Some(Box::new(Shown { to: vec![mailbox(HONG.1, HONG.2)], cc: vec![mailbox("kim@example.kr", Some("김철수"))] }));
    for people in [&[HONG][..], &[(Role::Cc, "kim@example.kr", Some("김철수"))], &[(Role::Bcc, "b@example.kr", Some("숨은이"))]] {
        assert_eq!(html(&message, people), "홍길동");
    }
    message.content.shown = Some(Box::default());
    assert_eq!(html(&message, &[(Role::Bcc, "b@example.kr", Some("숨은이"))]), "모두");
}
